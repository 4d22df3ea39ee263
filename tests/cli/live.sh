# A live ledger: two admins, keys with passphrases, no --now. If this fails, one admin alone
# can make operators, or a key lies open.
. tests/cli/lib.sh
echo 'long enough a phrase' >phrase
for name in admin1 admin2 maker checker; do
    expect 0 "$ALMONER" keygen $name --key-out $name.pem --passphrase-file phrase --json
    field vkey >$name.vkey
    grep -q ENCRYPTED $name.pem || fail "$name.pem is not encrypted"
done
w() { # w NAME ARGS...: on the live ledger
    who=$1
    shift
    "$ALMONER" -C "$L" --as "$who" --key "$who.pem" --passphrase-file phrase "$@"
}
expect 2 "$ALMONER" init "$L" --division 230523 --name 民政局 --admin admin1 \
    --admin-vkey "$(cat admin1.vkey)"
expect 0 "$ALMONER" init "$L" --division 230523 --name 民政局 --admin admin1 \
    --admin-vkey "$(cat admin1.vkey)" --admin admin2 --admin-vkey "$(cat admin2.vkey)"
expect 4 "$ALMONER" init "$L" --division 230523 --name 民政局 --admin admin1 \
    --admin-vkey "$(cat admin1.vkey)" --admin admin2 --admin-vkey "$(cat admin2.vkey)"
expect 0 w admin1 operator add maker --vkey "$(cat maker.vkey)" --role maker --json
n=$(field number)
expect 7 w maker policy adopt "$TOP/policies/baoqing/elderly-2024.yaml"
code operator-pending
expect 7 w admin1 operator confirm "$n"
code same-operator
expect 0 w admin2 operator confirm "$n"
expect 0 w maker policy adopt "$TOP/policies/baoqing/elderly-2024.yaml"
expect 2 w maker --now 2026-09-01T00:00:00Z run --period 2026-09
code now-live
make_key bare
expect 0 w admin1 operator add bare --vkey "$(cat bare.vkey)" --role maker --json
expect 0 w admin2 operator confirm "$(field number)"
expect 7 "$ALMONER" -C "$L" --as bare --key bare.pem run --period 2026-09
code bare-key
echo wrong >other
expect 7 "$ALMONER" -C "$L" --as maker --key maker.pem --passphrase-file other run \
    --period 2026-09
code passphrase
expect 0 "$ALMONER" -C "$L" audit verify

# An init killed before its first record can be done again; a ledger is never overwritten.
mkdir -p left/keys
: >left/data.mdb
echo half >left/keys/ledger.pem
expect 0 "$ALMONER" init left --division 230523 --name 民政局 --admin admin1 \
    --admin-vkey "$(cat admin1.vkey)" --admin admin2 --admin-vkey "$(cat admin2.vkey)"
expect 0 "$ALMONER" -C left audit verify

# Nobody reads in clear without saying why; years of retention take two admins.
expect 2 w maker report unclaimed --reveal --out clear.csv
code missing-option
[ ! -e clear.csv ] || fail 'written without a purpose'
expect 0 w admin1 retention set payments 25 --document 民财1号 --json
is state pending
n=$(field number)
expect 0 "$ALMONER" -C "$L" status
says "almoner retention confirm $n"
expect 0 "$ALMONER" -C "$L" retention show --json
is years 30
expect 7 w admin1 retention confirm "$n"
code same-operator
expect 0 w admin1 config set office.release 财政局 --json
setting=$(field number)
expect 0 w admin1 status
says "almoner config confirm $setting"
expect 0 w admin2 config confirm "$setting"
expect 0 w admin2 retention confirm "$n"
expect 4 w admin2 retention confirm "$n"
code not-pending
expect 0 "$ALMONER" -C "$L" retention show --json
is years 25
expect 0 "$ALMONER" -C "$L" audit verify
