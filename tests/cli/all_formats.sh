# All formats: one batch in every format that is written has the same payments and sum in
# each; and each goes both ways: exported, answered as a bank would, posted, compared by
# `audit verify`. If this fails, a county whose bank wants that layout cannot be paid, or
# is told wrong things about what was paid.
. tests/cli/lib.sh

NOW=2026-09-24T01:00:00Z
make_sandbox
make_county 60
expect 0 a maker run --period 2026-09
cp -r "$L" ran

# released CHANNEL: batch 1 of all that is due, ready to be sent, in the folder released
released() {
    expect 0 a maker batch new --channel "$1" --pay-date 2026-09-24 --json
    expect 0 a maker batch submit 1
    expect 0 a checker batch approve 1
    expect 0 a releaser batch release 1
    expect 0 r batch show 1 --json
    COUNT=$(field lines)
    SUM=$(field total_fen)
    rm -rf released
    cp -r "$L" released
}
released psbc

# again: a ledger in which nothing was exported yet
again() {
    rm -rf "$L"
    cp -r released "$L"
}
sets() { # sets FORMAT: what the layout asks for
    case $1 in
    acp-batch) echo '--set acquirer=00010000 --set merchant=000190000000001' ;;
    blanks-gbk) echo '--set prefix=F --set code=01 --set kind=0' ;;
    bank-sheet-outer) echo '--set class=102 --set agreement=A1' ;;
    blanks-gbk-outer) echo '--set prefix=F00201 --set class=102 --set agreement=A1' ;;
    city-bank-pipe | template) echo '--set unit=0001' ;;
    gzelink) echo '--set merchant=000190000000001 --set business=10600' ;;
    esac
}
# files FORMAT DIR: count and sum of all files, as `format read` tells
files() {
    for f in "$2"/*; do
        expect 0 "$ALMONER" format read "$f" --format "$1" --json
        echo "$(field count) $(field total_fen)"
    done | awk '{ n += $1; fen += $2 } END { print n, fen }'
}

# ---- one batch, every format ----
expect 0 "$ALMONER" format list --json
python3 -c '
import json, sys
for f in json.load(sys.stdin)["formats"]:
    if f["writes"]:
        print(f["name"])' <out >formats
for format in $(cat formats); do
    case $format in
    nacha | *-outer) continue ;; # other money; other banks only
    esac
    # shellcheck disable=SC2046
    expect 0 a maker batch export 1 --out "sent-$format/" --format "$format" \
        $(sets "$format") --json
    python3 -c '
import json, sys
x = json.load(open("out"))
files = x["files"]
assert sum(f["lines"] for f in files) == int(sys.argv[1]), files
assert sum(f["total_fen"] for f in files) == int(sys.argv[2]), files
for f in files:
    print(f["file_sha256"] + "  " + f["file"])' "$COUNT" "$SUM" >sums
    expect 0 sha256sum -c sums
    [ "$(files "$format" "sent-$format")" = "$COUNT $SUM" ] ||
        fail "$format: $(files "$format" "sent-$format"), not $COUNT $SUM"
    echo "same payments: $format"
done
grep -q template formats || fail 'the template is not written'
grep -q bank-sheet formats || fail 'sheets are not written'
verified
# The same again are the same bytes, and copies.
cp -r sent-template first
expect 0 a maker batch export 1 --out sent-template/ --format template --set unit=0001 \
    --json
is copy true
diff -r first sent-template || fail 'a copy differs'
# Another unit is another file: exported as such, not called a copy.
expect 0 a maker batch export 1 --out other-unit/ --format template --set unit=0002 --json
is copy false
verified
evidence

# ---- each both ways ----
# both ORDER ANSWER [RETURNS]: exported as ORDER, answered as ANSWER, posted
both() {
    again
    rm -rf sent answers
    mkdir answers
    # shellcheck disable=SC2046
    expect 0 a maker batch export 1 --out sent/ --format "$1" $(sets "$1") --json
    back=0
    n=0
    for f in sent/*; do
        variant=$n
        n=$((n + 1))
        expect 0 "$SIM" answer --file "$f" --format "$1" --as "$2" --out "answers/$n" \
            --returns "${3:-2000}" --seed 3 --variant "$variant"
        back=$((back + $(sed 's/.*, \([0-9]*\) back/\1/' out)))
    done
    n=0
    for f in answers/*; do
        n=$((n + 1))
        case $2 in # messages tell what they are
        *.00*.*) expect 0 a maker batch answer 1 "$f" --json ;;
        *) expect 0 a maker batch answer 1 "$f" --format "$2" --json ;;
        esac
        cp out posted
    done
    is returned_lines "$back"
    is paid_lines $((COUNT - back))
    is state settled
    expect 0 a maker batch answer 1 "$f" --format "$(field answer_format)" --json
    is already_taken true
    [ "$back" -gt 0 ] || [ "${3:-2000}" = 0 ] || fail "$2: nothing came back"
    verified
    echo "both ways: $1, answered as $2, $back back"
}
both pain.001.001.03 pain.002.001.03
both pain.001.001.09 pain.002.001.10
both pain.001.001.09 pain.002.001.14
both pain.001.001.09 camt.053.001.08
cp posted out
is answer_format camt.053
is skipped_entries 1
both pain.001.001.09 camt.054.001.02
both acp-batch acp-batch
both blanks-gbk blanks-gbk
both city-bank-pipe city-bank-pipe
both gzelink gzelink
both pipe-trailer pipe-trailer
both template template
both bank-sheet bank-sheet
both roster-card roster-card
evidence

# ---- a file refused as a whole ----
again
expect 0 a maker batch export 1 --out sent.xml --format pain.001.001.09
expect 0 "$SIM" answer --file sent.xml --format pain.001.001.09 --as pain.002.001.10 \
    --to 230523-SE1B000009 --refuse --out other.xml
expect 3 a maker batch answer 1 other.xml
code other-batch
expect 0 "$SIM" answer --file sent.xml --format pain.001.001.09 --as pain.002.001.10 \
    --to 230523-SE1B000001 --refuse --out refused.xml
expect 0 a maker batch answer 1 refused.xml
says 'refused the file'
expect 0 r batch show 1 --json
is returned_lines "$COUNT"
verified

# ---- payees at other banks than the payer's ----
rm -rf "$L"
cp -r ran "$L"
expect 0 a admin channel add icbc --bank-code 102100099996 --account 0200000000000000007 \
    --account-name 演练民政局 --format pipe-trailer-outer
released icbc
both pipe-trailer-outer pipe-trailer-outer
both pipe-trailer-both pipe-trailer-both
both blanks-gbk-outer blanks-gbk-outer
both bank-sheet-outer bank-sheet-outer

# ---- another country's: of returns alone is said what came back, the rest is paid ----
rm -rf "$L"
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox --admin admin \
    --admin-vkey "$(cat admin.vkey)" --now "$NOW"
for name in maker checker releaser auditor; do
    add_operator $name $name
done
expect 0 a maker policy adopt "$TOP/tests/policies/good/payees.yaml"
expect 0 a checker policy confirm 1
expect 0 a admin channel add ach --bank-code 900000032 --account 900001 \
    --account-name DEMO --format nacha --set company-id=1234567890 \
    --set company-name='DEMO COUNTY'
{
    echo id_number,name,registration,registration_since,account,account_name,bank_code
    for n in 1 2 3 4 5 6; do
        echo "$(id_number 19400102 00$n),王某$n,230523,original,90000000000$n,PAYEE $n,900000016"
    done
} >people.csv
import people people.csv
expect 0 a maker run --period 2026-09
released ach
both nacha nacha-absent-paid 5000
