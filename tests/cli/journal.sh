# Vouchers for the accounting system: every act that moves money has one, their sums are
# those of the trial balance, and what an office's mapping does not tell of is refused. If
# this fails, the books of the office and those of the ledger part in silence.
. tests/cli/lib.sh
: "${ROWS:?}"
MAP=$TOP/mappings/journal-government.yaml
make_sandbox
make_county 40
pay 2026-09 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 3000 --seed 2 \
    --out answer.txt
expect 0 a maker batch answer "$B" answer.txt
expect 0 r batch show "$B" --json
line=$(python3 -c 'import json; print(json.load(open("out"))["returned"][0]["line"])')
expect 0 a maker batch refund "$B" --line "$line" --reason '缴款书 0012'
expect 0 a maker batch reissue "$B"
NOW=2026-10-05T01:00:00Z
expect 0 a maker run --period 2026-10
expect 0 a maker batch new --channel psbc --pay-date 2026-10-10 --json
B=$(field number)
expect 0 a maker batch drop "$B" --line 1 --reason 'death'
expect 0 a maker batch cancel "$B" --reason 'wrong bank'

# journal FROM TO FILE ARGS...
journal() {
    from=$1 to=$2 file=$3
    shift 3
    expect 0 r report journal --from "$from" --to "$to" --out "$file" --json "$@"
    is differences 0
}

# ---- read by programs that are not ours ----
cat >sums.py <<'END'
# The rows of journal.csv against the accounts in out, and the accounts against status.
import csv, json
rows = list(csv.DictReader(open("journal.csv", encoding="utf-8-sig", newline="")))
report = json.load(open("out"))
sums = {}
for r in rows:
    for side, sign in (("debit", 1), ("credit", 0)):
        key = (r["programme"], r[side], sign)
        sums[key] = sums.get(key, 0) + int(r["fen"])
for a in report["accounts"]:
    for side, sign in (("debit_fen", 1), ("credit_fen", 0)):
        assert a[side] == sums.pop((a["programme"], a["account"], sign), 0), a
    total = a["opening_fen"] + a["debit_fen"] - a["credit_fen"] + a["later_fen"]
    assert total == a["balance_fen"] and a["difference_fen"] == 0, a
assert not sums and len(rows) == report["lines"]
by_voucher = {}
for r in rows:
    by_voucher.setdefault(int(r["voucher"]), []).append(r)
assert sorted(by_voucher) == list(range(1, report["vouchers"] + 1))
print(" ".join(v[0]["event"] for _, v in sorted(by_voucher.items())))
END
journal 2026-09 2026-10 journal.csv
[ "$(python3 sums.py)" = 'run batch answer refund reissue run batch drop cancel' ] ||
    fail "$(python3 sums.py)"
journal 2026-10-01 2026-10-31 journal.csv
[ "$(python3 sums.py)" = 'run batch drop cancel' ] || fail "$(python3 sums.py)"
journal 2026-01 2026-08-31 journal.csv
[ "$(field vouchers)" = 0 ] || fail 'vouchers before the first'
# The summary is made from the accounts of people, not from postings.
journal 2026-09 2026-10 all.csv
cp out journal.json
expect 0 r report summary --json
python3 - <<'END' || fail 'journal and summary'
import json
books = {}
for a in json.load(open("journal.json"))["accounts"]:
    books[a["account"]] = books.get(a["account"], 0) + a["balance_fen"]
total = json.load(open("out"))["total"]
left = ("granted", "receivable", "recovered", "waived", "written_off")
for name, fen in total.items():
    name = name[:-4]
    assert books.get(name, 0) == (fen if name in left else -fen), name
END

# XML says the same.
journal 2026-09 2026-10 all.xml --format xml
python3 - <<'END' || fail 'XML and CSV differ'
import csv
import xml.etree.ElementTree as tree
root = tree.parse("all.xml").getroot()
rows = list(csv.DictReader(open("all.csv", encoding="utf-8-sig", newline="")))
entries = [dict(v.attrib, **e.attrib) for v in root.iter("voucher") for e in v]
assert root.attrib["version"] == "1" and len(entries) == len(rows) > 0
for e, r in zip(entries, rows):
    for x, y in (("number", "voucher"), ("day", "day"), ("event", "event"),
                 ("record", "record"), ("of", "number"), ("count", "count"),
                 ("text", "text"), ("line", "line"), ("programme", "programme"),
                 ("debit", "debit"), ("credit", "credit"), ("fen", "fen")):
        assert e[x] == r[y], (e, r)
END

# ---- with the office's accounts ----
journal 2026-09 2026-10 mapped.csv --mapping "$MAP"
lines=$(field lines)
journal 2026-09 2026-10 again.csv --mapping "$MAP"
cmp mapped.csv again.csv || fail 'made again, it is another file'
paid=$(r report summary --json | tr -d '\n' | grep -o '"total":.*' |
    grep -o '"paid_fen": *[0-9]*' | grep -o '[0-9]*$')
fen=$(awk -F , '$13 == "财务会计" { sum += $16 } END { print sum }' mapped.csv)
[ "$fen" = "$paid" ] || fail "spent $fen, paid $paid"
awk -F , 'NR > 1 && ($10 != 2081002 || $11 != 30305 || $12 != 2026) { exit 1 }' mapped.csv ||
    fail 'classes'
[ "$lines" = $((2 * $(grep -c 'financial\|财务会计' mapped.csv))) ] || fail 'two books'
journal 2026-09 2026-10 mapped.xml --mapping "$MAP" --format xml
grep -q "mapping-sha256=\"$(sha256sum "$MAP" | cut -c -64)\"" mapped.xml || fail 'sha256'
if command -v xmllint >/dev/null; then
    xmllint --noout mapped.xml all.xml || fail 'xmllint'
fi

# ---- refused, and nothing written ----
refused() { # CODE WORD ARGS...
    want=$1 word=$2
    shift 2
    rm -f no.csv no.csv.part
    expect "$want" r report journal --out no.csv "$@"
    code "$word"
    [ ! -e no.csv ] && [ ! -e no.csv.part ] || fail "half a file: $*"
}
P='--from 2026-09 --to 2026-10'
sed '/^  transit paid/,/credit: 6001/d' "$MAP" >less.yaml
refused 3 journal-unmapped $P --mapping less.yaml
says '"answer transit paid"'
sed 's/"\*"/other/' "$MAP" >less.yaml
refused 3 journal-unmapped $P --mapping less.yaml
sed 's/^  transit paid/  transit payd/' "$MAP" >less.yaml
refused 3 journal-mapping $P --mapping less.yaml
says 'less.yaml:[0-9]*:3'
refused 3 journal-year --from 2025-12 --to 2026-10 --mapping "$MAP"
refused 2 bad-option --from 2026-10 --to 2026-09
refused 2 bad-option --from 2026-9 --to 2026-10
refused 2 bad-option $P --format json
refused 2 missing-option --from 2026-09

# ---- what comes back of last year's batch has accounts of its own ----
NOW=2027-01-05T01:00:00Z
sed 's/^year: 2026/year: 2027/' "$MAP" >2027.yaml
python3 - answer.txt late.txt >fen <<'END'
import sys
rows = open(sys.argv[1], "rb").read().split(b"\r\n")
one = [r.split(b"|") for r in rows if r.count(b"|") == 5 and r.split(b"|")[4] == b"0000"][0]
one[4] = b"2003"
text = b"R|1|%s\r\n%s\r\n########\r\n" % (one[3], b"|".join(one))
open(sys.argv[2], "wb").write(text)
print(int(one[3]))
END
late() { # late FILE: what the vouchers of 2027 debit and credit, and how much
    r report journal --from 2027-01 --to 2027-01 --out "$1" --mapping 2027.yaml \
        >shown || fail "no journal $1"
    tr -d '\r' <"$1" | awk -F , 'NR > 1 { printf "%s %s %s;", $14, $15, $16 }'
}
fen=$(cat fen)
expect 0 a maker batch answer 1 late.txt
[ "$(late back.csv)" = "1201 3501 $fen;8001 810101 $fen;" ] || fail "$(late back2.csv)"
LC_ALL=C sed 's/|2003|/|0000|/' late.txt >paid.txt
expect 0 a maker batch answer 1 paid.txt --correct
[ "$(late both.csv)" = "1201 3501 $fen;8001 810101 $fen;1201 3501 -$fen;8001 810101 -$fen;" ] ||
    fail "$(late both2.csv)"

# A balance that the records do not give: which, and by how much.
"$ROWS" "$L" dump >rows || fail 'rows'
awk '$1 == "balances" && $2 ~ /0000$/ { print "put", $1, $2, "00000000000000ff"; exit }' \
    rows >change
[ -s change ] || fail 'no balance of granted'
"$ROWS" "$L" apply <change || fail 'rows'
rm -f no.csv
expect 1 r report journal $P --out no.csv --json
is differences 1
[ ! -e no.csv ] || fail 'a file in spite of a difference'
expect 1 r report journal $P --out no.csv
says 'granted.*2\.55'
