# I8: who may do what. If this fails, one person can pay alone.
. tests/cli/lib.sh
make_sandbox
make_county 60

# An import confirmed by its maker: a maker has not the role, and who has both may not.
make_key both
add_operator both maker,checker
expect 0 a both import facts county/assessments.csv --json
is already_imported true
printf 'id_number,attribute,value,effective\n' >empty.csv
awk -F, 'NR == 2 { print $1 ",note,x,2026-08-01" }' county/people.csv >>empty.csv
expect 0 a both import facts empty.csv --json
n=$(field number)
expect 7 a both import confirm "$n"
code same-operator
expect 7 a maker import confirm "$n"
code role
expect 0 a checker import confirm "$n"

# A batch: each step needs its role, its state, and another person.
make_key all
expect 0 a admin operator add all --vkey "$(cat all.vkey)" --role maker,checker,releaser
expect 0 a all run --period 2026-09
expect 0 a all batch new --channel psbc --pay-date 2026-09-10 --json
B=$(field number)
expect 4 a maker batch export "$B" --out early.txt
code not-released
[ ! -e early.txt ] || fail "a file came out before the release"
expect 4 a checker batch approve "$B"
code batch-state
expect 0 a all batch submit "$B"
expect 7 a all batch approve "$B"
code same-operator
expect 7 a maker2 batch approve "$B"
code role
expect 0 a checker batch approve "$B"
expect 7 a all batch release "$B"
expect 7 a checker batch release "$B"
expect 4 a maker batch export "$B" --out early.txt
expect 0 a releaser batch release "$B"
expect 0 a maker batch export "$B" --out pay.txt

# The key of another operator, an unknown operator, nobody.
expect 7 "$ALMONER" -C "$L" --now "$NOW" --as maker --key checker.pem run --period 2026-09
code other-key
expect 7 "$ALMONER" -C "$L" --now "$NOW" --as nobody --key maker.pem run --period 2026-09
code unknown-operator
# A name and a key are used once for ever; an admin has no other role.
mkdir other
expect 0 "$ALMONER" keygen maker --key-out other/maker.pem --no-passphrase --json
expect 4 a admin operator add maker --vkey "$(field vkey)" --role maker
code operator-known
expect 3 a admin operator add maker3 --vkey "$(cat both.vkey)" --role maker
make_key boss
expect 2 a admin operator add boss --vkey "$(cat boss.vkey)" --role admin,maker
code admin-role
expect 7 a maker operator add boss --vkey "$(cat boss.vkey)" --role maker
verified
