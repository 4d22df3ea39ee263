# Two at once: each act about batches is held at its first write that lasts, and then
# somebody else writes and the auditor reads: the writer is told that it is locked, what is
# read is whole, and the act goes on as if nobody had come. If this fails, two acts mix,
# or who looks while another writes sees a broken ledger.
. tests/cli/lib.sh
: "${HALT:?}"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"
make_sandbox
make_county 60
ACTS=0
first=
trap '[ -z "$first" ] || kill -9 $first 2>/dev/null' EXIT

state_of() { # state_of PID: the kernel's letter, T: stopped; empty: gone
    sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null
}
# beside NAME ARGS...: it is done by NAME, while another writes and others read
beside() {
    who=$1
    shift
    ACTS=$((ACTS + 1))
    LD_PRELOAD=$HALT HALT_AT=1 HALT_BY=STOP "$ALMONER" -C "$L" --now "$NOW" --as "$who" \
        --key "$TEST_DIR/$who.pem" "$@" >first.out 2>first.err &
    first=$!
    while [ "$(state_of $first)" != T ]; do
        kill -0 $first 2>/dev/null || fail "it never stopped: $*: $(cat first.err)"
    done
    expect 6 a maker2 budget set --source county --year 2026 --document "$ACTS" \
        --amount 1.00 --lock-wait 0
    code locked
    # Who reads sees what was there before, whole.
    expect 0 r status --json
    is size "$SIZE"
    expect 0 r report reconcile
    kill -CONT $first
    wait $first || fail "beside others: $*: $(cat first.err)"
    expect 0 a maker2 budget set --source county --year 2026 --document "$ACTS" \
        --amount 1.00
    sized
}
sized() {
    expect 0 r status --json
    SIZE=$(field size)
}
sized
beside maker run --period 2026-09
beside maker notice publish --programme old-age --period 2026-09 --all --days 1 \
    --from 2026-09-01 --level 村 --out list.csv
beside maker notice object 1 --person 1 --text '反映已迁出'
beside checker notice decide 1 --dismissed --reason '不属实'
beside checker notice close 1
beside maker batch new --channel psbc --pay-date 2026-09-10
beside checker budget confirm 1
beside maker batch submit 1
beside checker batch reject 1 --reason why
beside maker batch drop 1 --line 1 --reason why
expect 0 a maker batch submit 1
sized
beside checker batch approve 1
beside releaser batch redate 1 --pay-date 2026-09-12 --reason why
beside releaser batch release 1
beside maker batch export 1 --out pay.txt
beside checker batch refused 1 --reason why
beside maker batch cancel 1 --reason why
for n in 2 3; do
    [ $n -eq 2 ] || beside releaser batch recall 2 --reason why
    expect 0 a maker batch new --channel psbc --pay-date 2026-09-20
    expect 0 a maker batch submit $n
    expect 0 a checker batch approve $n
    expect 0 a releaser batch release $n
    rm -f pay.txt
    expect 0 a maker batch export $n --out pay.txt
    sized
done
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 3000 --seed 1 --out ans.txt
beside maker batch answer 3 ans.txt
expect 0 r batch show 3 --lines --json
line=$(tr '{' '\n' <out | grep '"returned"\|"rejected"' | grep -o '"line": *[0-9]*' |
    head -1 | grep -o '[0-9]*$')
beside maker batch refund 3 --line "$line" --reason why
beside maker batch reissue 3
beside maker batch close 3
beside checker batch close 3
beside maker month close 2026-09
beside releaser month confirm 2026-09
[ $ACTS -eq 24 ] || fail "$ACTS acts"
verified

# Not held by anybody, and with patience: both are done.
a maker run --period 2026-10 --ahead >first.out 2>&1 &
first=$!
expect 0 a maker2 budget set --source county --year 2026 --document z --amount 1.00 \
    --lock-wait 30
wait $first || fail "a run beside others: $(cat first.out)"
verified
