# Batches within appropriations: shares of sources exact over 12 batches, a fund that runs
# out, adjustments, what goes back (rejected, dropped, cancelled, recalled, refused), and
# returns of this year and of the last. If this fails, money is spent that nobody gave, or
# a source pays what another owes.
. tests/cli/lib.sh

# The county's policy with sources that have shares.
mkdir -p top/policies/baoqing
awk '/funds: \{county: rest\}/ { n++
    if (n == 1) sub(/\{.*/, "{central: 33.33, province: 12.5, county: rest}")
    if (n == 2) sub(/\{.*/, "{province: 30, central: {per-head: 5.00}, county: rest}") }
    { print }' "$TOP/policies/baoqing/elderly-2024.yaml" \
    >top/policies/baoqing/elderly-2024.yaml
TOP=$TEST_DIR/top make_sandbox
make_county 40

# appropriate ARGS...: set and confirmed; N is its number.
appropriate() {
    expect 0 a maker budget set "$@" --json
    N=$(field number)
    expect 0 a checker budget confirm "$N"
}
new() { # a batch of what is due; B is its number
    expect 0 a maker batch new --channel psbc --pay-date "$1" --json
    B=$(field number)
    TOTAL=$(field total_fen)
}
month() { # the month's batch, up to its release
    expect 0 a maker run --period "$1"
    new "$1-15"
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
    expect 0 a releaser batch release "$B"
}
sent() {
    expect 0 a maker batch export "$B" --out pay.txt
}
answered() { # answered BASIS-POINTS-RETURNED
    expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns "$1" --seed 1 \
        --out ans.txt
    expect 0 a maker batch answer "$B" ans.txt
}
# fund N FIELD: of one appropriation
fund() {
    r report funds --json | python3 -c '
import json, sys
rows = {x["number"]: x for x in json.load(sys.stdin)["rows"]}
print(rows[int(sys.argv[1])][sys.argv[2]])' "$1" "$2"
}
# sum FIELD: of all appropriations
sum() {
    r report funds --json | python3 -c '
import json, sys
print(sum(x[sys.argv[1]] for x in json.load(sys.stdin)["rows"]))' "$1"
}
eq() { # eq WHAT GOT WANTED
    [ "$2" = "$3" ] || fail "$1 is $2, not $3"
}
# In every appropriation what was given is somewhere.
whole() {
    r report funds --json | python3 -c '
import json, sys
for x in json.load(sys.stdin)["rows"]:
    parts = [x[k + "_fen"] for k in ("reserved", "committed", "spent", "left")]
    assert min(parts) >= 0 and sum(parts) == x["appropriated_fen"], x' ||
        fail 'an appropriation is not whole'
}

# ---- off: nothing is asked for ----
expect 0 a maker run --period 2026-09
new 2026-09-10
expect 0 a maker batch submit "$B"
expect 0 a checker batch reject "$B" --reason 'funds come first'

# ---- on ----
expect 2 a admin config set funds perhaps
expect 0 a admin config set funds on
expect 4 a maker batch submit "$B"
code no-appropriation
says 'budget set'
expect 2 a maker budget set --source county --year 2026 --document x
code missing-option
expect 2 a maker budget set --source county --year 2026 --document x --amount 5 --less
expect 3 a maker budget set --source county --year 1990 --document x --amount 5
code appropriation
expect 7 a checker budget set --source county --year 2026 --document x --amount 5
expect 0 a maker budget set --source county --year 2026 --document 宝财指〔2026〕1号 \
    --function 2081002 --economic 30305 --amount 1.00 --json
COUNTY=$(field number)
is state pending
expect 7 a maker budget confirm "$COUNTY"
expect 0 r status
says "almoner budget confirm $COUNTY"
expect 0 a checker budget confirm "$COUNTY"
expect 4 a checker budget confirm "$COUNTY"
code not-pending
appropriate --source central --programme old-age --year 2026 --document 财社〔2026〕9号 \
    --function 2081002 --economic 30305 --amount 900000
CENTRAL=$N
appropriate --source central --programme nursing --year 2026 --document 财社〔2026〕10号 \
    --amount 900000
appropriate --source province --year 2026 --document 黑财社〔2026〕2号 --amount 900000
PROVINCE=$N

# A fund that is too small: refused, with the figures, and nothing is reserved.
expect 4 a maker batch submit "$B"
code funds-short
says 'county in 2026: available 1.00 yuan, reserved 0.00, needed .*, short by '
eq reserved "$(sum reserved_fen)" 0
expect 0 a maker budget set --adjust "$COUNTY" --document 宝财指〔2026〕7号 \
    --amount 1000000 --json
N=$(field number)
expect 4 a maker batch submit "$B" # not confirmed
code funds-short
expect 0 a checker budget confirm "$N"
expect 4 a maker budget set --adjust "$N" --document x --amount 1
code fund-other
expect 0 a maker budget set --adjust "$COUNTY" --document x --amount 2000000 --less --json
N=$(field number)
expect 4 a checker budget confirm "$N"
code funds-short
expect 0 a maker budget receive "$COUNTY" --amount 300000 --on 2026-09-03 --document 0412
expect 4 a maker budget receive "$COUNTY" --amount 400000 --on 2026-09-03 --document x --less
code fund-sum
eq received "$(fund "$COUNTY" received_fen)" 30000000

# Reserved, given back, and reserved again; every way back.
back() { # nothing is held
    eq reserved "$(sum reserved_fen)" 0
    eq committed "$(sum committed_fen)" 0
    whole
}
signed() {
    expect 0 a maker batch submit "$B"
    eq reserved "$(sum reserved_fen)" "$TOTAL"
    expect 0 a checker batch approve "$B"
    expect 0 a releaser batch release "$B"
    eq committed "$(sum committed_fen)" "$TOTAL"
    eq reserved "$(sum reserved_fen)" 0
    whole
}
expect 0 a maker batch submit "$B"
eq reserved "$(sum reserved_fen)" "$TOTAL"
expect 4 a releaser batch redate "$B" --pay-date 2027-01-10 --reason late
code fund-year
expect 0 a checker batch reject "$B" --reason again
back
signed
expect 0 a maker batch drop "$B" --line 1 --reason death
back
expect 0 r batch show "$B" --json
TOTAL=$(field total_fen)
signed
verified
sent
expect 0 a checker batch refused "$B" --reason 'H019'
back
signed
sent
expect 0 a releaser batch recall "$B" --reason '撤回确认函 3'
back
new 2026-09-12
signed
expect 0 a maker batch cancel "$B" --reason 'wrong bank'
back
new 2026-09-13
signed
verified
expect 0 r report application "$B" --out application.html
for words in 用款申请 宝财指〔2026〕1号 财社〔2026〕9号 人民币 2081002 maker releaser; do
    grep -q "$words" application.html || fail "the application does not say $words"
done
expect 4 r report application 1 --out none.html
[ ! -e none.html ] || fail 'an application of a recalled batch'

# Part comes back in its year: it is left again, and reissued it is needed again.
sent
answered 3000
expect 0 r batch show "$B" --json
back=$(field returned_fen)
[ "$back" -gt 0 ] || fail 'nothing came back'
eq spent "$(sum spent_fen)" $((TOTAL - back))
eq returned "$(sum returned_fen)" "$back"
eq committed "$(sum committed_fen)" 0
whole
line=$(python3 -c 'import json; print(json.load(open("out"))["returned"][0]["line"])')
expect 0 a maker batch refund "$B" --line "$line" --reason '缴款书 0012' --json
eq refunded "$(sum refunded_fen)" "$(field moved_fen)"
eq spent "$(sum spent_fen)" $((TOTAL - back))
expect 0 a maker batch reissue "$B"
verified

# ---- twelve batches: each source has its share to the cent ----
spent=$((TOTAL - back))
for m in 10 11 12; do
    NOW=2026-$m-05T01:00:00Z
    month 2026-$m
    sent
    answered 0
    spent=$((spent + TOTAL))
done
eq spent "$(sum spent_fen)" "$spent"
NOW=2027-01-05T01:00:00Z
expect 0 a maker run --period 2027-01
new 2027-01-15
expect 4 a maker batch submit "$B" # last year's funds are not this year's
code no-appropriation
for source in central province county; do
    appropriate --source $source --year 2027 --document 财社〔2027〕1号 --amount 5000000
done
expect 0 a maker batch cancel "$B" --reason 'made again'
for m in 01 02 03 04 05 06 07 08 09 10 11 12; do
    NOW=2027-$m-06T01:00:00Z
    month 2027-$m
    sent
    answered 0
done
r batch list --json >batches.json
r budget show --json >budget.json
python3 - <<'END' || fail 'a share is not exact'
import collections, json
budget = json.load(open("budget.json"))
funds = {x["number"]: x for x in budget["appropriations"]}
given, total = collections.Counter(), collections.Counter()
batches = {b["number"]: b for b in json.load(open("batches.json"))["batches"]}
per_batch, used = collections.Counter(), set()
for x in budget["allocations"]:
    fund = funds[x["appropriation"]]
    per_batch[x["batch"]] += x["amount_fen"]
    if fund["year"] == 2027:
        given[x["programme"], fund["source"]] += x["amount_fen"]
        total[x["programme"]] += x["amount_fen"]
        used.add(x["batch"])
assert len(used) == 12, used
for b, fen in per_batch.items():
    assert fen == batches[b]["total_fen"], b
old = total["old-age"]
assert given["old-age", "central"] == old * 3333 // 10000
assert given["old-age", "province"] == old * 1250 // 10000
assert given["nursing", "province"] == total["nursing"] * 3000 // 10000
assert given["nursing", "central"] % 500 == 0 and given["nursing", "central"] > 0
assert given["dibao-supplement", "county"] == total["dibao-supplement"]
END
whole
verified

# ---- money of the last year that comes back now ----
expect 0 r batch list --json
LAST=$(python3 -c '
import json
print([b["number"] for b in json.load(open("out"))["batches"]
       if b["pay_date"] == "2026-12-15"][0])' 2>/dev/null)
before=$(fund "$CENTRAL" left_fen)
spent=$(fund "$CENTRAL" spent_fen)
prior=$(sum prior_fen)
B=$LAST
expect 0 a maker batch export "$B" --out pay.txt
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 10000 --seed 2 \
    --out all.txt
# Not at once, but after it was paid.
LC_ALL=C sed "s,|1\\(0[0-9][0-9]\\)|,|2\\1|,; s,|1099|,|2099|," all.txt >late.txt
expect 0 a maker batch answer "$B" late.txt --json
expect 0 r batch show "$B" --json
back=$(field returned_fen)
[ "$back" -gt 0 ] || fail 'nothing came back late'
eq prior "$(sum prior_fen)" $((prior + back))
eq left "$(fund "$CENTRAL" left_fen)" "$before"
eq spent "$(fund "$CENTRAL" spent_fen)" "$spent"
whole
# It had been paid all along: no money of last year came back, and nothing else is spent.
LC_ALL=C sed 's,|20[0-9][0-9]|,|0000|,' late.txt >after-all.txt
expect 0 a maker batch answer "$B" after-all.txt --correct --json
is corrected_fen "$back"
eq prior "$(sum prior_fen)" "$prior"
eq left "$(fund "$CENTRAL" left_fen)" "$before"
eq spent "$(fund "$CENTRAL" spent_fen)" "$spent"
whole
for month in 2026-09 2026-12 2027-01; do
    expect 0 r report reconcile --month "$month" --rows funds --json
    says '"name":"funds"'
done
verified

# Who never saw the ledger folds the same: nothing is taken beyond what is left.
PERSONAL=no evidence
python3 "$TOP/tests/independent/verify.py" evidence.zip >independent 2>&1 ||
    fail "verify.py: $(cat independent)"
# A month whose bundle begins after the first appropriations, and has later ones.
expect 0 r audit bundle --out part.zip --period 2026-12
for program in "$VERIFY" "python3 $TOP/tests/independent/verify.py"; do
    expect 0 $program part.zip --json
    is balance PASS
done

# ---- what lies idle ----
expect 0 r report funds --idle 6 --json
says '"year": *2026'
expect 0 r report funds --year 2027
says '%'
expect 0 "$ALMONER" -C "$L" --now "$NOW" --lang zh report funds
says 执行率

# An appropriation that says a yuan more was spent: the page differs, and names it.
: "${ROWS:?}"
"$ROWS" "$L" dump >rows || fail 'rows'
python3 - "$CENTRAL" >change <<'END'
import sys
key = "12%08x" % int(sys.argv[1])
row = [x.split() for x in open("rows") if x.startswith("register " + key)][0][2]
b, fields, at = bytes.fromhex(row), [], 1
while at < len(b):  # of varints; the eighth is what was spent, zigzag
    end = at
    while b[end] & 128:
        end += 1
    fields.append(sum((x & 127) << 7 * i for i, x in enumerate(b[at:end + 1])))
    at = end + 1
fields[7] += 200
out = bytearray(b[:1])
for n in fields:
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
print("put register", key, out.hex())
END
"$ROWS" "$L" apply <change || fail 'rows'
expect 1 r report reconcile --month 2027-01 --rows funds --json
is differences 1
says "\"number\":$CENTRAL,.*\"amount_fen\":100,\"state\":\"appropriation says more"
