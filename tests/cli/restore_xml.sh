# A file in XML says when it was made, by the release: a restore that has lost the release
# takes the time from the file, and every state of a batch before the export will do.
# If this fails, the bank's file cannot be proven, and the ledger stays locked.
. tests/cli/lib.sh
make_sandbox
expect 0 a admin channel add xml --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format pain.001.001.09
make_county 30
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel xml --pay-date 2026-09-10 --json
B=$(field number)
expect 0 r backup --out draft
expect 0 a maker batch submit "$B"
expect 0 r backup --out submitted
expect 0 a checker batch approve "$B"
expect 0 r backup --out approved
NOW=2026-09-03T04:05:06Z
expect 0 a releaser batch release "$B"
expect 0 r backup --out released
NOW=2026-09-04T01:00:00Z
expect 0 a maker batch export "$B" --out pay.xml
expect 0 r backup --out exported
grep -q '<CreDtTm>2026-09-03T04:05:06' pay.xml || fail 'the file does not say its release'
sed 's/2026-09-03T04:05:06/2026-09-03T04:05:07/' pay.xml >later.xml
sed 's/SE1B/SE3B/' pay.xml >other.xml

for state in draft submitted approved released exported; do
    expect 0 "$ALMONER" restore $state back --key-dir "$L/keys" --no-checkpoint \
        --now "$NOW" --as admin --key admin.pem
    old=$L
    L=$TEST_DIR/back
    expect 4 a maker restore take-in other.xml
    code lost-batch
    sed 's|</Document>| </Document>|' pay.xml >spaced.xml
    expect 4 a maker restore take-in spaced.xml
    code file-differs
    case $state in
    released | exported) # the release is known, so is the time
        expect 4 a maker restore take-in later.xml
        code file-differs
        ;;
    esac
    expect 0 a maker restore take-in pay.xml --json
    is state exported
    expect 0 r batch show "$B"
    expect 0 a maker batch export "$B" --out again.xml
    cmp pay.xml again.xml || fail "$state: the batch gives another file"
    expect 0 a releaser restore settle --document 1
    expect 0 a admin restore settle
    verified
    L=$old
    rm -rf back
done
