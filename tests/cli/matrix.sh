# The tamper matrix: somebody has the ledger's folder, its key folder and, where a row says
# so, operators' keys; a row says who finds it (audit verify, almoner-verify with a bundle,
# an outside checkpoint, a witness, the command at hand) and with what words. If this
# fails, there is a way to change what was paid, or to whom, that nobody notices.
. tests/cli/lib.sh
: "${VERIFY:?}" "${ROWS:?}"
make_sandbox
make_key both
add_operator both maker,checker
make_county 30
expect 0 r status --json
VKEY=$(field vkey)
[ -n "$VKEY" ] || {
    expect 0 r audit checkpoint --out zero --json
    VKEY=$(field vkey)
}
make_key office
expect 0 "$ALMONER" audit witness init watch --name office --key office.pem --json
expect 0 a admin witness add office --vkey "$(field vkey)"
expect 0 r audit checkpoint --out first
expect 0 "$ALMONER" audit witness enrol watch --vkey "$VKEY" --checkpoint first \
    --key office.pem

# A month paid and answered, the next one released; then the office cosigns, and a run
# follows that nothing outside has seen.
NOW=2026-09-05T01:00:00Z
pay 2026-09 2026-09-10
expect 0 a maker batch export "$B" --out pay.xml --format pain.001.001.09
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 1000 --seed 2 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
cp -r "$L" older
NOW=2026-10-05T01:00:00Z
expect 0 a maker run --period 2026-10
expect 0 a maker batch new --channel psbc --pay-date 2026-10-10
cp -r "$L" draft
expect 0 a maker batch submit 2
expect 0 a checker batch approve 2
expect 0 a releaser batch release 2
expect 0 a maker run --period 2026-11 --ahead
expect 0 r audit checkpoint --out new
verified
mkdir keys && cp ./*.pem "$L/keys/ledger.pem" keys/
cp -r "$L" sound

restore() {
    rm -rf "$L"
    cp -r sound "$L"
}
forge() { # forge HOW: the sound ledger, changed
    restore
    expect 0 python3 "$TOP/tests/cli/forge_ledger.py" "$ROWS" "$L" keys "$1"
}
# v EXIT WORDS [ARGS]: audit verify; WORDS in its report
v() {
    want=$1 words=$2
    shift 2
    expect "$want" r audit verify "$@"
    says "$words"
}
# b EXIT GROUP CODE ZIP [ARGS]: almoner-verify; GROUP fails by CODE
b() {
    want=$1 group=$2 code=$3
    shift 3
    expect "$want" "$VERIFY" "$@" --json
    is "$group" FAIL
    says "\"code\":\"$code\""
}

# ---- records changed: found by audit verify in the ledger and almoner-verify in a bundle ----

# raw-: the rows alone. The others: all hashes, the tree, the head and the head file (by
# the ledger's own key) made anew, and what the attack signs with operators' keys.
restore
expect 0 r audit bundle --out all.zip
expect 0 "$VERIFY" all.zip --checkpoint new --vkey "$VKEY"
while IFS='|' read -r how words group code; do
    forge "$how"
    v 5 "$words"
    [ -n "$group" ] || continue
    expect 0 python3 "$TOP/tests/cli/forge_bundle.py" all.zip bad.zip keys "$how"
    b 5 "$group" "$code" bad.zip
done <<'END'
raw-changed|record 31 is not the one that was written
raw-deleted|record 31 is missing
raw-last|there are 125 records, the head says 126
raw-cut|there are 31 records, the head says 126
raw-inserted|record 32: it names another sequence
raw-swapped|record 31: it names another sequence
old-head|the store's root is not the one that was committed
byte|record 31 is not the one that was written|integrity|record-chain
rewritten|record 51: the signature of maker does not hold|balance|run-totals
deleted|record 50: the signature of maker does not hold|balance|run-totals
inserted|the record names the wrong one before it of person 2|balance|entitlement-chain
swapped|a run visits people in order|balance|person-order
postings|the record's postings are not what its entries give|balance|postings
account-side|the record's postings are not what its months give|balance|postings
signature-swapped|record 55: the signature of maker does not hold|authorisation|signature
signature-replayed|stands under another record already|authorisation|signature-used
fork|the signature was made on another ledger|authorisation|signature-root
sandbox|record 55: the signature of maker does not hold|authorisation|signature
epoch|record 55: the signature of maker does not hold|authorisation|signature
one-person|record 57: maker is no releaser|authorisation|three-people
two-roles|both has signed batch 1 already|authorisation|three-people
two-names-one-key|this key is that of operator maker|authorisation|operator-twice
unknown-kind|record kind 99 is not known
version|record version 2 is not known
END
# The same by the commands: they refuse what they would have to sign.
restore
expect 3 a admin operator add other --vkey "$(cat maker.vkey)" --role checker
code vkey-name
renamed=$(python3 -c 'import base64, hashlib, sys
blob = sys.argv[1].split("+", 2)[2]
raw = hashlib.sha256(b"other\n" + base64.b64decode(blob)).hexdigest()
print("other+%s+%s" % (raw[:8], blob))' "$(cat maker.vkey)")
expect 4 a admin operator add other --vkey "$renamed" --role checker
code key-known
rm -rf "$L"
cp -r draft "$L"
expect 0 a both batch submit 2
expect 7 a both batch approve 2
code same-operator
restore

# ---- nothing is wrong inside: only what is kept outside tells ----

records() { # records FROM-LEDGER: all of them, in the folder records
    rm -rf records
    mkdir records
    i=0
    while "$ALMONER" -C "$L" --now "$NOW" audit record $i --out records/$i -q 2>err; do
        i=$((i + 1))
    done
}
seen=$(sed -n 2p first)
expect 0 r audit prove --from first --out request
expect 0 "$ALMONER" audit witness cosign request --state watch --key office.pem --out cosigned
# witness CODE: the office refuses to cosign this ledger, without writing anything
witness() {
    refused=$1
    expect 0 r audit checkpoint --out theirs
    records
    python3 "$TOP/tests/cli/witness.py" request "$seen" theirs records >request
    cp watch kept
    expect 5 "$ALMONER" audit witness cosign request --state watch --key office.pem --out no
    code "$refused"
    cmp -s watch kept && [ ! -e no ] || fail "$refused: something was written"
}
seen=$(sed -n 2p cosigned)

# The last act taken away, and a head signed for what is left.
forge rolled-head
expect 0 r rebuild
verified
v 5 'it was rolled back, or records were taken away' --checkpoint new
witness rollback
rm -f bad.zip
expect 0 r audit bundle --out bad.zip
expect 0 "$VERIFY" bad.zip --vkey "$VKEY"
b 5 integrity checkpoint-ahead bad.zip --checkpoint new
# A backup in place of the ledger.
rm -rf "$L"
cp -r older "$L"
verified
v 5 'it was rolled back, or records were taken away' --checkpoint new
witness rollback
# The copy grows by itself, with everybody's keys: a fork.
expect 0 a maker run --period 2026-10
expect 0 a maker run --period 2026-11 --ahead
for period in 2026-12 2027-01 2027-02; do
    expect 0 a maker run --period $period --ahead
done
verified
v 5 'the ledger was rewritten, or is a fork' --checkpoint new
rm -f bad.zip
expect 0 r audit bundle --out bad.zip
b 5 integrity checkpoint-fork bad.zip --checkpoint new
witness fork
says 'two ledgers under one'
expect 5 a admin audit witness attach cosigned
code fork
# An amount of the newest run raised, its end signed anew by the maker: it adds up, but
# the rules give something else.
forge all-keys
expect 0 r rebuild
v 5 'was not granted what the rules give for old-age'
v 5 'the ledger was rewritten, or is a fork' --checkpoint new
witness fork
rm -f bad.zip
expect 0 r audit bundle --out bad.zip
expect 0 "$VERIFY" bad.zip --vkey "$VKEY"
b 5 integrity checkpoint-fork bad.zip --checkpoint new

# ---- what is derived: found by audit verify, mended by rebuild ----

while IFS='|' read -r how words; do
    forge "$how"
    v 5 "$words"
    expect 0 r rebuild --json
    is differing_rows 1
    verified
done <<'END'
account|the account of person 2 is not what the records give
balance|a balance of [a-z-]* is not what the records give
register|entry 1 of register 6 is not what the records give
line|line 1 of batch 1 is not what the records give
act|a row of acts is not what the records give
node|node 0 of level 8 of the tree is not what the records give
END

# ---- the vault, by somebody who has its key ----

account=$(sed -n 3p county/people.csv | cut -d, -f7)
restore
expect 0 "$ROWS" "$L" person 2 "$account" 6217009999999999999
expect 5 a maker batch export 2 --out stolen.txt
code route
[ ! -e stolen.txt ] || fail 'a bank file for a stolen account was written'
v 5 'person 2'
echo 'a long passphrase' >pass.txt
personal() { # personal EXIT: a bundle with personal data
    rm -f bad.zip
    expect "$1" a auditor audit bundle --out bad.zip --with-personal-data \
        --reader-file pass.txt --purpose audit
}
personal 5
code route
restore
unit=$(sed -n 3p county/people.csv | cut -d, -f5)
expect 0 "$ROWS" "$L" person 2 "$unit" "$(echo "$unit" | sed 's/^./X/;s/^X/她/')"
v 5 'person 2'
personal 0
b 5 personal-data commitment bad.zip --passphrase-file pass.txt
forge lookup
v 5 'does not lead to this person'
forge row-swapped
v 5 'the row of person 2 does not open'

# Files: what the bank answered; a policy, by which the next run would pay more; a list
# between its proposal and its confirmation.
other_file() { # other_file SCRIPT FILE: what is stored as FILE becomes what sed makes of it
    sed "$1" "$2" >other
    cmp -s other "$2" && fail "$2 is as it was"
    expect 0 "$ROWS" "$L" file "$(sha256sum <"$2" | cut -c1-64)" <other
}
restore
other_file 's/./x/' ans.txt
v 5 'the file of answer 1 in the vault is not the one that was taken in'
policy=$TOP/policies/baoqing/elderly-2024.yaml
for change in 's/80/70/' 's/100/900/'; do
    restore
    other_file "$change" "$policy"
    v 5 'a file of the vault is not the one that was taken in\|the file of policy 1 in'
    expect 5 a maker run --period 2026-12 --ahead
    code file
done
restore
sed '1!d' county/people.csv >late.csv
sed -n 2p county/people.csv | sed "s/^[0-9X]*/$(id_of 19400110 001)/" >>late.csv
expect 0 a maker import people late.csv --json
n=$(field number)
other_file '2s/,62999[0-9]*/,6217009999999999999/' late.csv
expect 5 a checker import confirm "$n"
v 5 "the file of import $n in the vault is not the one"

# A bank file in the outbox: its digest is in the ledger, and the export makes it again.
restore
sed "s/$account/6217009999999999999/" pay.xml >outbox.xml
cmp -s pay.xml outbox.xml && fail 'the account is not in the bank file'
expect 0 r batch show 1 --json
is export_sha256 "$(sha256sum <pay.xml | cut -c1-64)"
expect 0 a maker batch export 1 --format pain.001.001.09 --out outbox.xml
cmp outbox.xml pay.xml || fail 'the same export is not the same'

# ---- what is carried about ----

sed '3s/./Z/' new >bad
v 5 "not signed by this ledger's key" --checkpoint bad
expect 5 "$VERIFY" all.zip --checkpoint bad --vkey "$VKEY"
says "is not signed by the ledger's key"
(cat first && tail -1 cosigned) >moved
expect 5 a auditor audit witness attach moved
code cosignature
expect 0 r audit prove 31 --out proof
expect 0 r audit record 32 --out other
expect 5 "$ALMONER" audit check-proof proof --record other --vkey "$VKEY"
code proof-fails
expect 0 r audit tiles --out tiles
expect 0 python3 "$TOP/tests/cli/read_tiles.py" tiles "$VKEY"
tile=$(find tiles/tile/entries -type f | head -1)
printf x | dd of="$tile" bs=1 seek=99 conv=notrunc status=none
expect 1 python3 "$TOP/tests/cli/read_tiles.py" tiles "$VKEY"
exit 0
