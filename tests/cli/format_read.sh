# `format read` on files of every format: what was exported and answered is read back with
# the same counts, sums and reasons; what is cut, of another kind or of nobody is refused
# and told apart. If this fails, a clerk does not know what file is in hand.
. tests/cli/lib.sh

# json FILE [ARGS]: reads it; the object is in out.
json() { expect 0 "$ALMONER" format read "$@" --json; }
refused() { # refused CODE FILE [ARGS]
    want_code=$1
    shift
    expect 3 "$ALMONER" format read "$@"
    code "$want_code"
}
# lines FILE: id|name|account|fen|status|reason of each transaction in out
lines() {
    python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["schema"] == "almoner.file/1", d
assert d["count"] == len(d["transactions"]), "count"
assert d["total_fen"] == sum(t["amount_fen"] for t in d["transactions"]), "total"
assert d["count"] == sum(t["count"] for t in d["totals"]), "totals"
for t in d["transactions"]:
    print(*(t[k] for k in "id name account amount_fen status reason".split()), sep="|")
' <out || fail "not as CLI.md says"
}

# ---- what the program knows ----
expect 0 "$ALMONER" format list
says 'pain.001.001.03 '
expect 0 "$ALMONER" format list --json
python3 -c '
import json, sys
for f in json.load(sys.stdin)["formats"]:
    for what in "writes", "reads", "answers":
        if f[what]:
            print(what, f["name"])' <out >formats

# ---- a batch in every format that is written ----
make_sandbox
make_county 60
pay 2026-09 2026-09-10
expect 0 r batch show "$B" --json
sums="$(field lines) $(field total_fen)"
iconv -f GBK -t UTF-8 pay.txt | tr -d '\r' |
    awk -F'|' 'NR > 1 && $0 != "########" { print $1 "|" $3 "|" $2 "|" $4 "|none|none" }' \
        >want
for format in $(sed -n 's/^writes //p' formats); do
    grep -qx "reads $format" formats || continue
    # Some take only some banks or currencies: what is exported is read back.
    a maker batch export "$B" --out sent --format "$format" >/dev/null 2>&1 || continue
    for way in '' "--format $format"; do
        # shellcheck disable=SC2086
        json sent $way
        [ "$(field count) $(field total_fen)" = "$sums" ] ||
            fail "$format: $(field count) $(field total_fen), not $sums"
        lines >got
        # Some layouts of banks have no place for our ids.
        sed 's/^[^|]*|/|/' want >nameless
        cmp -s want got || cmp -s nameless got ||
            fail "$format: other lines are read than were written"
    done
    echo "read back: $format"
done

# ---- the bank's answer ----
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 2500 --seed 2 \
    --out answer.txt
json answer.txt
is format pipe-trailer
is kind answer
[ "$(field count) $(field total_fen)" = "$sums" ] || fail "the answer has other sums"
lines >got
iconv -f GBK -t UTF-8 answer.txt | tr -d '\r' | awk -F'|' '
    BEGIN {
        status["0000"] = "paid|none"
        status["1001"] = "rejected|name-mismatch"
        status["1002"] = "rejected|account-invalid"
        status["1003"] = "rejected|account-closed"
        status["1004"] = "rejected|account-blocked"
    }
    NF == 6 { print $1 "|" $3 "|" $2 "|" $4 "|" status[$5] }' >want
cmp want got || fail 'another answer is read than the bank gave'
[ "$(cut -d'|' -f5,6 got | sort -u | wc -l)" = 5 ] || fail 'not every reason is there'

# The table has the same sums, and masks who is named.
expect 0 "$ALMONER" format read answer.txt
for state in paid rejected; do
    n=$(grep -c "|$state|" want)
    got=$(awk -v s=$state '$1 == s { n += s == "paid" ? $2 : $3 } END { print n }' out)
    [ "$n" = "$got" ] || fail "the table has $got $state, not $n"
done
expect 0 "$ALMONER" format read answer.txt --lines
name=$(sed -n '1s/^[^|]*|\([^|]*\)|.*/\1/p' want)
account=$(sed -n '1s/^[^|]*|[^|]*|\([^|]*\)|.*/\1/p' want)
grep -q "$name" out && fail 'a name is on the screen'
grep -q "$account" out && fail 'an account is on the screen'
[ "$(grep -c '\*\*\*\*' out)" = "$(wc -l <want)" ] || fail '--lines has not all lines'
expect 0 "$ALMONER" format read answer.txt --lang zh
says '银行回盘'
says '发放失败  户名不符'

# ---- refused, with the place ----
head -c 300 answer.txt >cut
refused truncated cut --format pipe-trailer
says 'cut: line [0-9]*'
sed '5s/|0000|/|0001|/; 5s/|100.|/|0001|/' answer.txt >strange
refused unknown-code strange --format pipe-trailer
says 'strange: line 5, column [0-9]*:'
sed '1s/R|\([0-9]*\)|/R|\1|1/' answer.txt >sums
refused totals sums --format pipe-trailer
for file in cut strange sums; do # some reader may be nearer, but none reads them
    expect 3 "$ALMONER" format read $file
done
expect 0 a maker batch export "$B" --out pay.xml --format pain.001.001.03
head -c 1000 pay.xml >cut.xml
refused xml cut.xml
says 'cut.xml: line [0-9]*, column [0-9]*:'
says 'read as a payment file in pain.001.001.03'
sed 's,<InstdAmt Ccy="CNY">\([0-9]*\)\.,<InstdAmt Ccy="CNY">1\1.,' pay.xml >sums.xml
refused totals sums.xml
expect 3 "$ALMONER" format read pay.xml --format pipe-trailer
expect 3 "$ALMONER" format read answer.txt --format pain.002
: >empty
refused empty-file empty
refused no-such-file missing
expect 3 "$ALMONER" format read .
code is-a-folder
expect 2 "$ALMONER" format read answer.txt --format pain.001.001.99
code unknown-format
expect 3 "$ALMONER" format read cut.xml --json
is schema almoner.error/1
is code xml

# ---- of nobody: what it is instead ----
expect 0 r audit checkpoint --out checkpoint.txt
expect 0 r audit bundle --out bundle.zip
printf '\320\317\021\340\241\261\032\341 old' >old.xls
printf '%%PDF-1.4\n' >letter.pdf
printf 'some words\n' >note.txt
printf '\345\345\000\001' >bytes.bin
printf '<?xml version="1.0"?><html><body/></html>' >page.xml
cp "$TOP/policies/baoqing/elderly-2024.yaml" policy.yaml
while read -r file want_code words; do
    refused "$want_code" "$file"
    says "$words"
done <<'END'
checkpoint.txt other-file checkpoint of a ledger
bundle.zip other-file evidence of a ledger
county/people.csv other-file list of people
policy.yaml other-file policy file
maker.pem other-file key or a certificate
old.xls other-file old workbook
letter.pdf other-file PDF
note.txt unknown-file a text in UTF-8, beginning with the bytes 73 6f
bytes.bin unknown-file no text in UTF-8 or GB18030
page.xml unknown-file <html>
END

# ---- gigabytes of nothing, and of one element: told at once ----
truncate -s 2000M zeros
printf '<?xml version="1.0"?><Document xmlns="%s"><CstmrPmtStsRpt><GrpHdr><MsgId>' \
    urn:iso:std:iso:20022:tech:xsd:pain.002.001.10 >element.xml
truncate -s 2200M element.xml
(echo id_number,name && sed 's/^/1,/' note.txt) >list.csv
truncate -s 2200M list.csv
expect 3 timeout 5 "$ALMONER" format read zeros
code unknown-file
says 'no text'
for format in blanks-gbk city-bank-pipe pipe-trailer nacha pain.002 bank-sheet; do
    expect 3 timeout 5 "$ALMONER" format read zeros --format $format
    expect 3 timeout 5 "$ALMONER" --now "$NOW" -C "$L" --as maker --key maker.pem \
        batch answer "$B" zeros --format $format
    code unknown-file
done
expect 3 timeout 5 "$ALMONER" format read element.xml
code xml
for file in zeros list.csv; do
    expect 3 timeout 5 "$ALMONER" --now "$NOW" -C "$L" --as maker --key maker.pem \
        import people $file
    code encoding
done
rm zeros element.xml list.csv

# ---- a table of files: what must come of each ----
# Format, lines, hundredths, and how many of which status and reason, with what holds for
# payments that are not named; or !CODE and its place. Why: docs/formats/iso20022.md and
# nacha.md.
summary() {
    python3 -c '
import json, sys
d = json.load(sys.stdin)
parts = [d["kind"], d["format"], d["count"], d["total_fen"]]
for t in d["totals"]:
    parts.append("%s/%s/%s:%d" % (t["currency"], t["status"], t["reason"], t["count"]))
if d["rest"]["status"] != "none":
    parts.append("rest=%s/%s/%s" % tuple(d["rest"][k] for k in ("status", "reason", "code")))
for k in "paid", "returned":
    bulk = d["bulk_" + k]
    if bulk["count"]:
        parts.append("bulk-%s=%d/%d" % (k, bulk["count"], bulk["total_fen"]))
print(*parts)' <out
}
# check_table DIR: the table on stdin; files that are not there are passed over
check_table() {
    while IFS='|' read -r sample want_it; do
        # shellcheck disable=SC2086
        set -- "$1" "$1"/$sample
        file=$2
        [ -f "$file" ] || continue
        checked=$((checked + 1))
        case $want_it in
        !*)
            # shellcheck disable=SC2086
            set -- "$1" ${want_it#!}
            refused "$2" "$file"
            [ -z "${3-}" ] || says "$file: line $3, column $4:"
            ;;
        *)
            json "$file"
            [ "$(summary)" = "$want_it" ] || fail "$sample: $(summary), not $want_it"
            lines >/dev/null
            ;;
        esac
    done
}

checked=0
check_table "$TOP/tests/golden" <<'END'
camt053-v08.xml|answer camt.053 8 1137001 CNY/paid/none:4 CNY/returned/account-closed:1 CNY/returned/other:1 CNY/pending/none:1 CNY/none/none:1 bulk-paid=2/30000
camt054-v02.xml|answer camt.054 1 3500 CNY/returned/other:1
nacha-ppd.ach|order nacha 6 5003501 USD/none/none:6
nacha-return.ach|answer nacha 6 10001003500 USD/paid/none:2 USD/returned/account-invalid:1 USD/returned/account-closed:1 USD/returned/holder-dead:1 USD/returned/funds:1
pain001-v03.xml|order pain.001.001.03 6 5003501 CNY/none/none:6
pain001-v09.xml|order pain.001.001.09 6 5003501 CNY/none/none:6
pain002-v03-rejected.xml|answer pain.002 0 0 rest=rejected/duplicate/DU01
pain002-v10-part.xml|answer pain.002 4 2003501 CNY/paid/none:1 CNY/rejected/account-closed:1 CNY/rejected/funds:1 CNY/pending/none:1 rest=pending/none/
END
[ "$checked" -eq 8 ] || fail "$checked golden files are read, not 8"

# Another version than the two that are written, by the name that takes any.
sed 's/pain.001.001.09/pain.001.001.12/' "$TOP/tests/golden/pain001-v09.xml" >v12.xml
json v12.xml
is format pain.001
refused message-version v12.xml --format pain.001.001.09

# ---- samples that nobody here wrote, where they are ----
SAMPLES=${SHARED:-$TOP/../shared}/samples
[ -d "$SAMPLES" ] || echo "no samples at $SAMPLES: not read"
checked=0
check_table "$SAMPLES" <<'END'
camt05x/dvbern-*|!unknown-file
camt05x/genkgo-camt053.v2.minimal.xml|answer camt.053 1 885 EUR/none/none:1
camt05x/genkgo-camt053.v8.xml|answer camt.053 0 0
camt05x/genkgo-camt054.v4.xml|!totals 350 9
camt05x/iso20022js-ing-example_camt.xml|answer camt.053 7 80500 EUR/paid/none:2 EUR/returned/account-closed:1 EUR/none/none:3 EUR/none/other:1 bulk-paid=2/30000
camt05x/moov-200519_camt054-*|answer camt.054 1 40000 CHF/returned/account-invalid:1
camt05x/oca-test-camt053-no-ntry.xml|answer camt.053 0 0
camt05x/oca-test-sepa-camt-unpaid.xml|answer camt.054 1 10000 EUR/none/account-blocked:1
pain002/iso20022js-goldman_*|!missing-element 15 9
pain002/iso20022js-nordea-*|answer pain.002 0 0 rest=rejected/duplicate/DU01
pain002/moov-*2018032612092784.xml|answer pain.002 1 0 /rejected/account-invalid:1 rest=rejected/other/NARR
pain002/moov-*2018031511252307.xml|answer pain.002 1 0 /rejected/account-invalid:1 rest=pending/none/
pain002/oca-test-sepa-pain-unpaid.xml|answer pain.002 4 40000 EUR/rejected/account-invalid:1 EUR/rejected/funds:1 EUR/rejected/other:2
nacha/20110729A-invalid.ach|!file-header 1 35
nacha/ach-ppd-read-ppd-credit.ach|order nacha 1 100000000 USD/none/none:1
nacha/cor-example.ach|answer nacha 1 0 USD/paid/none:1
nacha/crashers-0.ach|!record-order 1 1
nacha/examples-ppd-credit.ach|order nacha 1 100000000 USD/none/none:1
nacha/extended-ascii.ach|!charset-ascii 15 68
nacha/issues-issue1378-no_control.txt|!truncated 29 1
nacha/nonascii.ach|!unknown-class 2 51
nacha/ppd-debit.ach|order nacha 1 100000000 USD/none/none:1
nacha/return-WEB.ach|answer nacha 2 16919 USD/returned/account-invalid:1 USD/returned/funds:1
nacha/short-line.ach|order nacha 1 100000000 USD/none/none:1
END
echo "samples read: $checked"
