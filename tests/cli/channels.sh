# Several batches at once, cut by channel, unit, bank and programme: together they pay
# what is due, each month once; what is not chosen is counted, and verify holds each line
# against what was chosen, also when units and accounts have become others since.
# If this fails, somebody is paid by two banks, or a township is left out without a word.
. tests/cli/lib.sh
: "${VERIFY:?}" "${ROWS:?}"
command -v python3 >/dev/null || fail 'python3 is needed'
ICBC=102100099996
for name in admin maker checker releaser; do
    make_key "$name"
done
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox --admin admin \
    --admin-vkey "$(cat admin.vkey)" --now "$NOW"
for name in maker checker releaser; do
    add_operator $name $name
done
channel() { # channel NAME BANK ACCOUNT
    expect 0 a admin channel add "$1" --bank-code "$2" --account "$3" \
        --account-name 演练民政局 --format pipe-trailer
}
channel psbc "$BANK" 6217000000000000009
channel second "$BANK" 6217000000000000017
channel icbc "$ICBC" 0200000000000000007
expect 0 a maker policy adopt "$TOP/tests/policies/good/payees.yaml"
expect 0 a checker policy confirm 1

# Two townships with villages; 230523001001 is over, and 230523001002 stands for it.
cat >units.csv <<'END'
code,name,parent,from,until,successor
230523001,东镇,,,,
230523002,西镇,,,,
230523001001,小东村,230523001,,2026-03-31,230523001002
230523001002,大东村,230523001,,,
230523002001,西村,230523002,,,
END
import units units.csv
{
    echo id_number,name,registration,registration_since,account,bank_code,unit
    n=0
    for unit in 230523001 230523001001 230523001002 230523002001; do
        for bank in "$BANK" "$ICBC" ''; do
            n=$((n + 1))
            id=$(id_number 19400102 "$((100 + n))")
            echo "$id,王某$n,230523,original,62170000000000003$((10 + n)),$bank,$unit"
        done
    done
} >people.csv
import people people.csv
expect 0 a maker run --period 2026-08 --json
is backpay_fen 1260000

# ---- what is asked for ---------------------------------------------------------------
new() { a maker batch new --pay-date 2026-09-05 "$@"; }
expect 2 new --channel psbc --payee-bank icbc
code bad-option
expect 2 new --channel psbc --payee-bank 1020
code bad-option
expect 4 new --channel psbc --unit 230523003
code unknown-unit
expect 4 new --channel psbc --unit 230523001 --payee-bank 999
code nothing-due
says '24 not chosen'

# left REASON LINES FEN: what the last batch left out for this reason
left() {
    says "\"reason\":\"$1\",\"lines\":$2,\"fen\":$3[,}]"
}
# Two of twelve: of the east, with the post bank's account or one that says none.
expect 0 new --channel psbc --unit 230523001 --payee-bank same --programme old-age --json
is lines 6
is total_fen 480000
left other-programme 12 480000
left other-unit 3 240000
left other-bank 3 240000
says '"only_units":\["230523001","230523001001","230523001002"\]'
is only_payee_bank same
expect 0 new --channel second --unit 230523002001 --unit 230523002 --payee-bank 403 --json
is lines 4
left other-unit 12 600000
left other-bank 2 120000
expect 0 new --channel icbc --payee-bank same --json
# One who has no bank code is at the channel's own, whichever it is.
is lines 11
is total_fen 600000
left other-bank 3 120000
expect 0 r batch show 1
says 'units: 230523001, 230523001001, 230523001002'
says 'accounts at bank: same'
expect 0 r batch show 1 --left-out --json
says '"left_out_people":\[\]'
left other-programme 3 120000
expect 0 new --channel psbc --payee-bank 403 --json
is lines 3
says '"left_out":\[\]'
expect 4 new --channel psbc
code nothing-due

# ---- each month once, and all that is due --------------------------------------------
for B in 1 2 3 4; do
    expect 0 r batch show $B --lines --json
    cp out "lines$B"
done
python3 - <<'END' || fail 'something is paid twice, or not at all'
import json
seen, total = set(), 0
for n in (1, 2, 3, 4):
    for x in json.load(open("lines%d" % n))["payments"]:
        assert (x["person"], x["programme"]) not in seen, x
        seen.add((x["person"], x["programme"]))
        total += x["amount_fen"]
assert (len(seen), total) == (24, 1440000), (len(seen), total)
END
for B in 4 2 1 3; do
    expect 0 a maker batch submit $B
done
for B in 1 2 3 4; do
    expect 0 a checker batch approve $B
    expect 0 a releaser batch release $B
    expect 0 a maker batch export $B --out "pay$B.txt"
    expect 0 "$SIM" bank --file "pay$B.txt" --format pipe-trailer --returns 0 --seed 1 \
        --out ans.txt
    expect 0 a maker batch answer $B ans.txt
done
# An answer of one is none of another.
expect 3 a maker batch answer 2 ans.txt
code other-batch
expect 0 r report reconcile --json
is differences 0

# ---- later -----------------------------------------------------------------------------
# The east's village goes to the west, and somebody's move since January is entered late.
printf 'code,name,parent\n230523001002,大东村,230523002\n' >more.csv
import units more.csv
printf '%s\n' id_number,attribute,value,effective \
    "$(sed -n 2p people.csv | cut -c1-18),unit,230523002001,2026-01-01" >facts.csv
import facts facts.csv
verified
evidence "$L" checker
expect 0 python3 "$TOP/tests/independent/verify.py" evidence.zip --json
for group in package integrity authorisation balance completeness; do
    is $group PASS
done
NOW=2026-09-20T01:00:00Z
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel psbc --pay-date 2026-09-30 --unit 230523001 \
    --programme old-age --json
is lines 2
# Lines in another order: whoever looks for a person in the batch could miss one.
mkdir keys
cp ./*.pem "$L/keys/ledger.pem" keys
cp -r "$L" forged
expect 0 python3 "$TOP/tests/cli/forge_ledger.py" "$ROWS" "$TEST_DIR/forged" keys lines-swapped
expect 5 "$ALMONER" -C forged --now "$NOW" audit verify
says 'lines stand in the order of people'
expect 0 "$ALMONER" -C forged --now "$NOW" audit bundle --out forged.zip
expect 5 "$VERIFY" forged.zip --json
says '"code":"line-order"'
expect 5 python3 "$TOP/tests/independent/verify.py" forged.zip --json
is balance FAIL

# More units than the signed record holds.
{
    echo code,name,parent
    for n in $(seq 100 250); do
        echo "230523002$n,村$n,230523002"
    done
} >many.csv
import units many.csv
expect 3 a maker batch new --channel psbc --pay-date 2026-09-30 --unit 230523002
code choice-size
says 'for each township'
verified
