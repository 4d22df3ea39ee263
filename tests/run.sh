#!/bin/sh
# run.sh - runs the tests, two at a time, and counts them. Called by the Makefile,
# which says in the environment what was built (see TEST_ENV there).
#
#   tests/run.sh [PART...]      all tests, or those whose name contains a PART
#
# A test is one of
#   unit/NAME     a suite of tests/unit/test_NAME.c
#   property/model  tests/model: the rules against a naive model, over random histories
#   property/ledgers  the same through a real ledger: tests/model/ledger*.c
#   fuzz/NAME     tests/fuzz/fuzz_NAME.c over its corpus; in the variant fuzz, fuzzing
#   cli/NAME      tests/cli/NAME.sh, except lib.sh, common.sh and names with "_" first
# It passes when it exits 0; 77 says that it cannot run here: skipped, and counted apart. Scripts start at the top of the checkout and get ALMONER
# and SIM (absolute), and TEST_DIR, an empty folder of their own that is removed
# when they pass. JOBS (2) and TEST_TIMEOUT (900 seconds) can be set.
# The last line is "N passed, N failed", and ", N skipped" behind it when some were; the
# exit code is 1 when one failed.
set -u
cd "$(dirname "$0")/.." || exit 1
: "${OUT:?run me by make check or make test}" "${VARIANT:=release}"
: "${UNIT:=}" "${PROPERTY:=}" "${LEDGERS_TEST:=}" "${SUITES:=}" "${FUZZ_NAMES:=}"
: "${FUZZ_SECONDS:=20}"
: "${JOBS:=2}" "${TEST_TIMEOUT:=900}"
results=$OUT/results

list_tests() {
    for name in $SUITES; do
        echo "unit/$name"
    done
    [ -z "$PROPERTY" ] || echo property/model
    [ -z "$LEDGERS_TEST" ] || echo property/ledgers
    for name in $FUZZ_NAMES; do
        echo "fuzz/$name"
    done
    for path in tests/cli/*.sh; do
        name=$(basename "$path" .sh)
        case $name in
        '*' | lib | common | _*) ;;
        *) echo "cli/$name" ;;
        esac
    done
}

wanted() {
    if [ $# -eq 0 ]; then
        cat
    else
        for part; do
            printf '%s\n' "$part"
        done >"$results/parts"
        grep -F -f "$results/parts"
    fi
}

# Executable files choose their interpreter; the others are for bash.
run_script() {
    if [ -x "$1" ]; then
        "$1"
    else
        bash "$1"
    fi
}

fuzz_one() {
    corpus=tests/fuzz/corpus/$1
    if [ "$VARIANT" != fuzz ]; then
        [ -d "$corpus" ] || corpus=
        "$OUT/fuzz_$1" ${corpus:+"$corpus"}
        return
    fi
    found=$OUT/corpus/$1
    mkdir -p "$found"
    [ -d "$corpus" ] || corpus=
    dict=tests/fuzz/$1.dict
    [ -f "$dict" ] || dict=
    "$OUT/fuzz_$1" -max_total_time="$FUZZ_SECONDS" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$OUT/found-$1-" ${dict:+-dict="$dict"} \
        "$found" ${corpus:+"$corpus"}
}

# A release lives through 100,000 histories; what is instrumented, through fewer.
property() {
    histories=5000
    [ "$VARIANT" != release ] || histories=100000
    "./$PROPERTY" "$histories"
}

start() {
    case $1 in
    property/model) property ;;
    property/ledgers) "./$LEDGERS_TEST" "$([ "$VARIANT" = release ] && echo 15 || echo 3)" ;;
    unit/*) "./$UNIT" "${1#unit/}" ;;
    fuzz/*) fuzz_one "${1#fuzz/}" ;;
    cli/*) run_script "tests/$1.sh" ;;
    *) return 1 ;;
    esac
}

run_one() {
    name=$1
    file=$(printf '%s' "$name" | tr / -)
    log=$results/$file.log
    TEST_DIR=$results/$file.dir
    export TEST_DIR
    rm -rf "$TEST_DIR"
    mkdir -p "$TEST_DIR" || exit 255
    began=$(date +%s)
    timeout -k 10 "$TEST_TIMEOUT" "$0" --start "$name" >"$log" 2>&1 </dev/null
    code=$?
    took=$(($(date +%s) - began))
    if [ $code -eq 0 ]; then
        rm -rf "$TEST_DIR"
        echo ok >"$results/$file.result"
        printf 'ok    %s (%d s)\n' "$name" "$took"
        return
    fi
    if [ $code -eq 77 ]; then
        rm -rf "$TEST_DIR"
        echo skipped >"$results/$file.result"
        printf 'skip  %s (%s)\n' "$name" "$(tail -n 1 "$log")"
        return
    fi
    echo "FAIL $name" >"$results/$file.result"
    why="exit $code"
    [ $code -ne 124 ] || why="stopped after $TEST_TIMEOUT s"
    # One printf, so that two failures at once do not mix.
    printf 'FAIL  %s (%s; log: %s)\n%s\n' "$name" "$why" "$log" \
        "$(tail -n 30 "$log" | sed 's/^/    | /')"
}

case ${1-} in
--one)
    run_one "$2"
    exit 0
    ;;
--start)
    start "$2"
    exit
    ;;
esac

rm -rf "$results"
mkdir -p "$results" || exit 1
list_tests | wanted "$@" >"$results/list"
export OUT VARIANT UNIT FUZZ_SECONDS TEST_TIMEOUT
if [ $# -gt 0 ] && [ ! -s "$results/list" ]; then
    echo "run.sh: no test is called like that: $*" >&2
    exit 1
fi
xargs -r -n 1 -P "$JOBS" "$0" --one <"$results/list"

planned=$(wc -l <"$results/list")
passed=$(cat "$results"/*.result 2>/dev/null | grep -c '^ok$')
skipped=$(cat "$results"/*.result 2>/dev/null | grep -c '^skipped$')
# A test without a result (the runner was stopped) has not passed.
failed=$((planned - passed - skipped))
[ "$failed" -eq 0 ] || grep -h '^FAIL ' "$results"/*.result 2>/dev/null
tail=
[ "$skipped" -eq 0 ] || tail=", $skipped skipped"
echo "$passed passed, $failed failed$tail"
[ "$failed" -eq 0 ]
