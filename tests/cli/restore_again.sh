# The ledger that was restored is lost too, before it was backed up: what it sent has ids of
# its epoch. If this fails, ids and an origin come a second time, and what the bank has of
# the lost epoch can be taken for something else.
. tests/cli/lib.sh
: "${VERIFY:?}"
make_sandbox
make_county 40
expect 0 r backup --out backup
cp -r ledger/keys keys
rm -r ledger
restore() {
    "$ALMONER" restore backup ledger --key-dir keys --no-checkpoint --now "$NOW" \
        --as admin --key admin.pem --json "$@"
}
expect 0 restore
is epoch 2
expect 0 a releaser restore settle --document 1
expect 0 a checker restore settle
pay 2026-09 2026-09-10
grep -q SE2B000001 pay.txt || fail 'no ids of epoch 2'
expect 0 r audit checkpoint --out lost2
rm -r ledger
# Who has not said what is known outside is told of the epoch that may be lost.
expect 2 "$ALMONER" restore backup ledger --key-dir keys --as admin --key admin.pem
says '--after-epoch.*ends in epoch 1'
expect 4 "$ALMONER" restore backup ledger --key-dir keys --checkpoint lost2 --now "$NOW" \
    --as admin --key admin.pem
code later-epoch
says '--after-epoch'
# The same number once more, with another key: the lost one's checkpoint is not of it.
expect 0 restore
is epoch 2
is erasures_known false
rm -r ledger
expect 0 "$ALMONER" restore backup ledger --key-dir keys --no-checkpoint --now "$NOW" \
    --as admin --key admin.pem
says 'begun epoch 2 or a later one'
says 'erase them again'
expect 0 r backup --out backup2
expect 5 "$ALMONER" restore backup2 third --key-dir keys --checkpoint lost2 --now "$NOW" \
    --as admin --key admin.pem
code lost-epoch
expect 5 r audit verify --hashes-only --checkpoint lost2
says 'an epoch of this number'
[ ! -e third ] || fail 'a refused restore left something'
expect 0 "$ALMONER" restore backup2 third --key-dir keys --checkpoint backup2/checkpoint \
    --now "$NOW" --as admin --key admin.pem --json
is erasures_known true
rm -r ledger third
expect 2 restore --after-epoch x
expect 2 restore --after-epoch 1001
expect 0 restore --after-epoch 2
is epoch 3
is origin almoner/230523/main/sandbox/e3
expect 0 a maker run --period 2026-09
verified
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --json
is number 1
expect 4 a maker restore take-in pay.txt
code lost-batch
expect 0 a maker restore take-in pay.txt --batch 1 --json
is state exported
expect 0 a releaser restore settle --document 2
expect 0 a checker restore settle
verified
NOW=2026-10-02T01:00:00Z
pay 2026-10 2026-10-10
grep -q SE3B000002 pay.txt || fail 'no ids of epoch 3'
expect 0 r audit bundle --out all.zip
expect 0 "$VERIFY" all.zip
