# Two at once: beside each act somebody else writes and the auditor verifies; the other
# writer waits or is refused, and what is read is whole. If this fails, two acts mix, or
# who looks while another writes sees a broken ledger.
. tests/cli/lib.sh
make_sandbox
make_county 100

# beside COMMAND...: it is done, while others write and read
beside() {
    "$@" >first.out 2>first.err &
    first=$!
    n=$((n + 1))
    a maker2 budget set --source county --year 2026 --document "$n" --amount 1.00 \
        --lock-wait 5 >second.out 2>second.err
    second=$?
    expect 0 r audit verify --json
    grep -q '"FAIL"' out && fail "verified beside: $*"
    wait $first || fail "beside others: $(cat first.err)"
    case $second in
    0 | 4) ;;
    *) fail "the second writer: exit $second: $(cat second.err)" ;;
    esac
}
n=0
beside a maker run --period 2026-09
beside a maker batch new --channel psbc --pay-date 2026-09-10
for step in submit:maker approve:checker release:releaser; do
    beside a "${step#*:}" batch "${step%:*}" 1
done
beside a maker batch export 1 --out pay.txt
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 2000 --seed 1 \
    --out ans.txt
beside a maker batch answer 1 ans.txt
beside a maker batch reissue 1
verified
