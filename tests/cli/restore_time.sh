# tests/cli/restore_time.sh - bank files that say when they were made, or name no
# payment, and whose release a restore has lost. If this fails, what the bank has cannot be
# proven, and is paid again.
. tests/cli/lib.sh
make_sandbox
expect 0 a admin channel add text --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format template --set unit=0001
expect 0 a admin channel add sheet --bank-code "$BANK" --account 6217000000000000017 \
    --account-name 演练民政局 --format bank-sheet
make_county 30
expect 0 a admin config set check.two-batches warn
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel text --pay-date 2026-09-10 --json
expect 0 a maker run --period 2026-10 --ahead
expect 0 a maker batch new --channel sheet --pay-date 2026-10-10 --json
for b in 1 2; do
    expect 0 a maker batch submit $b
    expect 0 a checker batch approve $b
done
expect 0 r backup --out approved
NOW=2026-09-03T04:05:06Z
for b in 1 2; do
    expect 0 a releaser batch release $b
    expect 0 a maker batch export $b --out sent$b/
done
NOW=2026-09-04T01:00:00Z
expect 0 "$ALMONER" restore approved back --key-dir "$L/keys" --no-checkpoint \
    --now "$NOW" --as admin --key admin.pem
L=$TEST_DIR/back
# The text says its moment in columns of its own: only who reads them can tell.
expect 4 a maker restore take-in sent1/*
code file-differs
expect 2 a maker restore take-in sent1/* --created yesterday
expect 2 a maker restore take-in sent1/* --created 1969-12-31T23:59:59Z
expect 4 a maker restore take-in sent1/* --created 2026-09-03T12:05:07
code file-differs
expect 0 a maker restore take-in sent1/* --created 2026-09-03T12:05:06
# A sheet has its moment in its properties; this one names no payment.
expect 3 a maker restore take-in sent2/*
code no-ids
expect 4 a maker restore take-in sent2/* --batch 1
expect 0 a maker restore take-in sent2/* --batch 2 --json
is state exported
is number 2
expect 0 a releaser restore settle --document 1
expect 0 a admin restore settle
for b in 1 2; do
    expect 0 a maker batch export $b --out again$b/
    diff -r sent$b again$b || fail "batch $b gives another file"
done
verified
