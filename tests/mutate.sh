#!/bin/sh
# mutate.sh - breaks the evaluation on purpose, one place at a time, in a copy of the
# tree: each must make the unit tests or the histories of tests/model go red. A survivor
# is a rule no test looks at: write the vector. Called by `make mutate`; minutes.
#
#   tests/mutate.sh [PART...]     all mutations, or those whose label contains a PART
#
# A mutation is a line of tests/mutations: label | file | text => other text. The text
# stands in the file exactly once, else the mutation is stale, which is a failure too.
# Last line: "N caught, N survived, N stale"; exit 1 unless all were caught.
set -u
cd "$(dirname "$0")/.." || exit 1
: "${CC:=gcc}" "${HISTORIES:=60000}"
copy=build/mutate
rm -rf "$copy"
mkdir -p "$copy"
tar --exclude=./build --exclude=./.git -cf - . | tar -C "$copy" -xf - || exit 1

build() {
    make -s -C "$copy" CC="$CC" -j2 build/release/property build/release/unit_tests \
        >"$copy/log" 2>&1
}

suites=$(cd tests/unit && for f in test_eval*.c test_steady.c; do
    f=${f#test_}
    echo "${f%.c}"
done)

# Replaces $2 by $3 in $1, once; fails when it is not there exactly once.
replace() {
    A=$2 B=$3 awk '
        BEGIN {
            a = ENVIRON["A"]
            b = ENVIRON["B"]
            gsub(/\\n/, "\n", a)
            gsub(/\\n/, "\n", b)
        }
        { text = text $0 "\n" }
        END {
            at = index(text, a)
            rest = substr(text, at + length(a))
            if (at == 0 || index(rest, a) > 0) { exit 1 }
            printf "%s%s%s", substr(text, 1, at - 1), b, rest
        }' "$1" >"$copy/changed"
}

# Who saw it: "unit", "property", both, or nobody.
red() {
    by=
    # shellcheck disable=SC2086
    (cd "$copy" && CK_FORK=no timeout 60 ./build/release/unit_tests $suites) \
        >"$copy/unit.log" 2>&1 || by=" unit"
    (cd "$copy" && timeout 120 ./build/release/property "$HISTORIES") \
        >"$copy/property.log" 2>&1 || by="$by property"
    [ -n "$by" ]
}

wanted() {
    [ $# -gt 1 ] || return 0
    label=$1
    shift
    for part; do
        case $label in *"$part"*) return 0 ;; esac
    done
    return 1
}

build || {
    cat "$copy/log"
    exit 1
}
red "" && {
    echo "mutate: the tests are red before anything is broken:$by" >&2
    exit 1
}
caught=0 survived=0 stale=0
while IFS= read -r line; do
    case $line in '' | '#'*) continue ;; esac
    label=${line%% | *} rest=${line#* | }
    file=${rest%% | *} rest=${rest#* | }
    old=${rest%% => *} new=${rest#* => }
    wanted "$label" "$@" || continue
    if ! replace "$file" "$old" "$new"; then
        echo "stale     $label"
        stale=$((stale + 1))
        continue
    fi
    cp "$copy/changed" "$copy/$file"
    if ! build; then
        echo "stale     $label (does not compile)"
        stale=$((stale + 1))
    elif red; then
        echo "caught    $label:$by"
        caught=$((caught + 1))
    else
        echo "SURVIVED  $label"
        survived=$((survived + 1))
    fi
    cp "$file" "$copy/$file"
done <tests/mutations
echo "$caught caught, $survived survived, $stale stale"
[ "$((survived + stale))" -eq 0 ] || exit 1
