# A live ledger: two admins, keys with passphrases, no --now. If this fails, one admin alone
# can make operators, or a key lies open.
. tests/cli/lib.sh
: "${VERIFY:?}"
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

# What waits for the second admin is refused by that one, or taken back by the first; a
# name and a key that were refused may come again.
expect 0 "$ALMONER" keygen late --key-out late.pem --passphrase-file phrase --json
field vkey >late.vkey
expect 0 w admin1 operator add late --vkey "$(cat late.vkey)" --role releaser --json
n=$(field number)
expect 7 w maker operator refuse "$n" --reason x
code role
expect 0 w admin2 operator refuse "$n" --reason 职责有误
expect 4 w admin2 operator confirm "$n"
code refused
says '职责有误'
expect 7 w late status
code unknown-operator
expect 0 w admin2 operator list
says 'late .*refused by admin2, .*: 职责有误'
expect 0 w admin1 operator add late --vkey "$(cat late.vkey)" --role checker --json
is number $((n + 1))
expect 0 w admin2 operator confirm $((n + 1))
expect 0 w late status
for what in 'channel add psbc --bank-code 403100000004 --account 6217000000000000009
    --account-name x --format pipe-trailer' 'retention set payments 20 --document x' \
    'config set funds on' 'ledger-key rotate'; do
    expect 0 w admin1 $what --json
    n=$(field number)
    word=${what%% *}
    expect 0 w admin1 "$word" refuse "$n" --reason 录入有误 # taken back
    expect 4 w admin2 "$word" confirm "$n"
    code refused
    list=list
    case $word in retention | config) list=show ;; esac
    expect 0 w admin1 "$word" $list
    says 'refused by admin1, .*: 录入有误'
    expect 0 w admin1 "$word" $list --json
    is refused_reason 录入有误
done
expect 0 w admin1 status
! grep ' confirm ' out | grep -v 'policy confirm' || fail 'what was refused is still asked for'
expect 0 w admin1 config show --json
grep -q '"pending": *\[\]' out || fail 'what was refused does not wait'
expect 0 "$ALMONER" -C "$L" audit verify
expect 0 w admin1 audit bundle --out all.zip
expect 0 "$VERIFY" all.zip
expect 0 python3 "$TOP/tests/independent/verify.py" all.zip
