# Each act about batches, appropriations, public lists and closes is killed at its writes
# that last: at each of them with EVERY=1, else at one of three, other ones of each act.
# What is there then is all of it or nothing, or an act that only the same command
# finishes; in the end everything is as if nothing had happened. If this fails, a power cut
# costs money, or leaves half a decision.
. tests/cli/lib.sh
: "${HALT:?}"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"
make_sandbox
make_county "${PEOPLE:-24}"
POINTS=0
: "${EVERY:=3}"
ACTS=0

# The root is that of all records: the same one, the same ledger.
told() {
    r status --json >"$1" 2>&1
}

# act NAME ARGS...: killed at every point, in a copy; and then done.
act() {
    who=$1
    shift
    ACTS=$((ACTS + 1))
    rm -f pay.txt list.csv
    rm -rf at
    cp -r "$L" at
    expect 0 a "$who" "$@"
    told whole
    real=$L
    n=$((1 + ACTS % EVERY - EVERY))
    while :; do
        n=$((n + EVERY))
        [ $n -gt 0 ] || continue
        L=$TEST_DIR/try
        rm -rf "$L" pay.txt list.csv
        cp -r at "$L"
        (LD_PRELOAD=$HALT HALT_AT=$n a "$who" "$@") >out 2>err
        got=$?
        [ $got -ne 0 ] || break
        [ $got -eq 137 ] || fail "exit $got, killed at $n: $*: $(cat err)"
        POINTS=$((POINTS + 1))
        again "$n" "$who" "$@"
    done
    L=$real
}
# Nobody else may go on with half of it; the same command does, or says that it was done.
again() {
    at="$1: $*"
    shift 1
    name=$1
    shift
    r status --json >out 2>err || fail "no status after $at: $(cat err)"
    if ! grep -q '"open_act": *null' out && grep -q '"open_act"' out; then
        expect 4 a admin config set check.usual off
        code open-act
    fi
    # What stands under a number of its own may be said twice, and would stand there twice.
    told now
    case "$1 $2" in
    "batch export") # the file once more, which leaves a trace of its own
        if cmp -s now whole; then
            expect 0 a "$name" "$@"
            return
        fi
        ;;
    "batch redate" | "month close" | "year close") ! cmp -s now whole || return ;;
    "batch export") # its record stands: written again, which leaves a record of that
        ! cmp -s now whole || {
            expect 0 a "$name" "$@"
            [ -s pay.txt ] || fail "no file after $at"
            return
        }
        ;;
    batch* | month* | year*) ;;
    *) ! cmp -s now whole || return ;;
    esac
    a "$name" "$@" >out 2>err
    got=$?
    case $got in
    0) ;;
    4 | 7) grep -q hint err || fail "no hint after $at: $(cat err)" ;;
    *) fail "exit $got, again after $at: $(cat err)" ;;
    esac
    told now
    if [ "$1 $2" = 'batch export' ] && [ -s pay.txt ]; then # a copy is a reading: recorded
        sed 's/"size":[0-9]*,"root":"[^"]*"//' now >now.same
        sed 's/"size":[0-9]*,"root":"[^"]*"//' whole | cmp -s - now.same && return
    fi
    cmp -s now whole || {
        diff now whole | head -5 >&2
        fail "another ledger after $at"
    }
}

bank() { # bank ARGS...: what it says of pay.txt, in answer.txt
    expect 0 "$SIM" bank --file kept.txt --format pipe-trailer --seed 1 --out answer.txt "$@"
}
signed() {
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
    expect 0 a releaser batch release "$B"
}
sent() {
    signed
    rm -f pay.txt kept.txt
    expect 0 a maker batch export "$B" --out kept.txt
}
why() { # why NAME STEP ARGS...: a step of the batch that has a reason
    name=$1 step=$2
    shift 2
    act "$name" batch "$step" "$B" --reason 'why' "$@"
}

# ---- appropriations, lists, and the way of a batch ----
act admin config set funds on
act maker budget set --source county --year 2026 --document 1号 --amount 90000.00
act checker budget confirm 1
act maker budget set --adjust 1 --document 2号 --amount 100.00
act maker budget receive 1 --on 2026-09-01 --amount 5.00 --document 3号
expect 0 a maker run --period 2026-09
act maker notice publish --programme old-age --period 2026-09 --all --days 1 \
    --from 2026-09-01 --level 村 --out list.csv
act checker notice object 1 --person 1 --text '反映已迁出'
make_key checker2
add_operator checker2 checker
act checker2 notice decide 1 --dismissed --reason '属实'
act maker notice close 1
act maker batch new --channel psbc --pay-date 2026-09-10 --programme old-age \
    --payee-bank same
B=1
act maker batch submit 1
act checker batch approve 1
why releaser redate --pay-date 2026-09-15
why checker reject
expect 0 a maker batch submit 1
why maker drop --line 1
signed
act maker batch export 1 --out pay.txt
why checker refused
why maker cancel
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10
B=2
sent
why releaser recall
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10
B=3
expect 0 a maker batch submit 3
expect 0 a checker batch approve 3
act releaser batch release 3
rm -f kept.txt
expect 0 a maker batch export 3 --out kept.txt
bank --returns 5000
act maker batch answer 3 answer.txt
expect 0 r batch show 3 --lines --json
back=$(tr '{' '\n' <out | grep '"returned"\|"rejected"' | grep -o '"line": *[0-9]*' |
    head -2 | grep -o '[0-9]*$')
other=${back#*[!0-9]} back=${back%%[!0-9]*}
[ "$back" != "$other" ] || fail 'not two lines came back'
why maker refund --line "$back"
act maker batch reissue 3
grep -a "$(printf 'L%08d|' "$other")" kept.txt | awk -F'|' -v OFS='|' '
    { printf "R|1|%d\r\n%s|||%d|0000|\r\n########\r\n", $4, $1, $4 }' >paid.txt
act maker batch answer 3 paid.txt --correct
act maker batch close 3
act checker batch close 3

# ---- what is not known, and the books ----
expect 0 a maker batch new --channel psbc --pay-date 2026-09-20
B=4
sent
act maker batch close 4 --with-unknown
expect 0 a checker batch close 4
act maker month close 2026-09
act checker month confirm 2026-09
NOW=2027-01-01T01:00:00Z
for month in 10 11 12; do
    expect 0 a maker month close 2026-$month
    expect 0 a checker month confirm 2026-$month
done
act maker year close 2026
act releaser year confirm 2026
[ "$ACTS" -eq 31 ] || fail "$ACTS acts"
verified

# An audit that is killed leaves none of its scratch about.
mkdir scratch
(export TMPDIR="$TEST_DIR/scratch" LD_PRELOAD="$HALT" HALT_AT=4 && r audit verify) >out 2>&1
[ $? -ne 0 ] || fail 'the audit was not killed'
[ -z "$(ls scratch)" ] || fail 'scratch is left'
[ "$POINTS" -ge 60 ] || fail "killed at $POINTS points only"
echo "$ACTS acts, killed at $POINTS points"
