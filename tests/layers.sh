#!/bin/sh
# layers.sh - holds the direction of includes:
#
#   base <- {ledger, policy, formats} <- entitle <- {batch, audit} <- cli
#   base <- verify
#
# verify/ is a program of its own that shares nothing with what writes ledgers; of base/
# it takes only what needs no more than libc (see below). Brothers do not see each other, no folder sees tests/, and the headers of outside
# libraries are included only by the files that wrap them. One line for each fault:
# file:line: what. tests/ itself may include anything.
#
#   tests/layers.sh [DIR]         check the tree at DIR (default: this checkout)
#   tests/layers.sh --self-test   see that faults are found
set -u
LC_ALL=C
export LC_ALL

# folder: what it may include besides itself
may_include() {
    case $1 in
    base) echo "" ;;
    ledger | policy | formats) echo "base" ;;
    entitle) echo "base ledger policy formats" ;;
    batch | audit) echo "base ledger policy formats entitle" ;;
    verify) echo "base" ;;
    cli) echo "base ledger policy formats entitle batch audit" ;;
    esac
}
folders="base ledger policy formats entitle batch audit cli verify"
# headers of base/ that verify/ must not take: they need OpenSSL, iconv or libyaml
not_for_verify="base/digest.h base/charset.h base/yaml.h"

# prefix of <header>, and the files that may include it
wrappers='
lmdb.h    ledger/store.c
openssl/  base/digest.c formats/timestamp.c ledger/keys.c ledger/seal.c ledger/sm2.c verify/crypto.c verify/token.c
zlib.h    ledger/blob.c formats/zip_write.c verify/zip.c
yaml.h    base/yaml.c
jansson.h cli/json.c
iconv.h   base/charset.c
minizip/  formats/zip.c
expat.h   formats/xml.c
qrencode.h formats/qr.c
xlsxwriter formats/xlsx_write.c
'

check_tree() {
    (
        cd "$1" || { echo "$1: no such folder" && exit; }
        for folder in $folders; do
            [ -d "$folder" ] || continue
            find "$folder" -name '*.[ch]' | sort | while read -r file; do
                check_file "$folder" "$file"
            done
        done
    ) | awk '{ print } END { exit NR > 0 }'
}

check_file() {
    awk -v file="$2" -v folder="$1" -v allowed=" $1 $(may_include "$1") " \
        -v folders=" $folders tests " -v wrappers="$wrappers" \
        -v not_for_verify=" $not_for_verify " '
    function fault(what) { print file ":" FNR ": " what }
    BEGIN {
        rows = split(wrappers, row, "\n")
        for (i = 1; i <= rows; i++) {
            if (split(row[i], word, " ") > 1) {
                prefix = word[1]
                owners[prefix] = row[i]
                sub(/^[^ ]+ +/, " ", owners[prefix])
            }
        }
    }
    /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
        name = $0
        sub(/^[^<"]*/, "", name)
        quoted = substr(name, 1, 1) == "\""
        name = substr(name, 2)
        sub(/[>"].*/, "", name)
        top = name
        here = sub(/\/.*/, "", top)
        if (name ~ /\.\./) {
            fault("include by folder, not by \"..\": " name)
        } else if (quoted && !here) {
            fault("include by folder, as in \"base/status.h\": " name)
        } else if (index(folders, " " top " ") && !index(allowed, " " top " ")) {
            fault(folder "/ must not include " top "/: " name)
        } else if (quoted && !index(folders, " " top " ")) {
            fault("no such folder: " name)
        }
        if (folder == "verify" && index(not_for_verify, " " name " ")) {
            fault("verify/ has a reader of its own for this: " name)
        }
        for (prefix in owners) {
            if (index(name, prefix) == 1 && !index(owners[prefix] " ", " " file " ")) {
                fault("<" name "> is only for" owners[prefix])
            }
        }
    }' "$2"
}

# expect COUNT FILE INCLUDE...: a tree with only FILE has COUNT faults
expect() {
    want=$1 path=$2
    shift 2
    rm -rf "$tmp/tree"
    mkdir -p "$tmp/tree/${path%/*}"
    for include; do
        printf '#include %s\n' "$include"
    done >"$tmp/tree/$path"
    got=$(check_tree "$tmp/tree" | wc -l)
    if [ "$got" -ne "$want" ]; then
        echo "layers.sh: self-test: $path with $*: $got faults, not $want" >&2
        failures=1
    fi
}

self_test() {
    tmp=$(mktemp -d) || exit 1
    trap 'rm -rf "$tmp"' EXIT
    failures=0
    expect 0 cli/run.c '"cli/run.h"' '<stdio.h>' '"batch/run.h"' '"audit/verify.h"'
    expect 0 entitle/diff.c '"ledger/ledger.h"' '"policy/policy.h"' '"base/date.h"'
    expect 0 ledger/store.c '<lmdb.h>' '"ledger/store.h"'
    expect 0 tests/unit/test_store.c '<lmdb.h>' '"ledger/store.h"' '"x.h"'
    expect 0 verify/zip.c '<zlib.h>' '"base/buf.h"' '"verify/zip.h"'
    expect 1 verify/fold.c '"ledger/record.h"'
    expect 1 verify/bank.c '"formats/pain001.h"'
    expect 1 verify/fold.c '<openssl/evp.h>'
    expect 1 verify/tree.c '"base/digest.h"'
    expect 1 cli/main.c '"verify/fold.h"'
    expect 1 base/text.c '"ledger/ledger.h"'
    expect 1 audit/verify.c '"batch/batch.h"'
    expect 1 batch/run.c '"audit/verify.h"'
    expect 1 policy/eval.c '"ledger/ledger.h"'
    expect 1 formats/csv.c '"policy/policy.h"'
    expect 1 ledger/ledger.h '"entitle/diff.h"'
    expect 1 batch/run.c ' <cli/cli.h>'
    expect 1 batch/run.c '"tests/sim/sim.h"'
    expect 1 batch/run.c '"run.h"'
    expect 1 batch/run.c '"../base/date.h"'
    expect 1 ledger/facts.c '<lmdb.h>'
    expect 1 ledger/store.h '<lmdb.h>'
    expect 1 audit/verify.c '<openssl/evp.h>'
    expect 2 formats/xlsx.c '<zlib.h>' '<iconv.h>'
    expect 2 formats/xlsx.c '<minizip/unzip.h>' '<expat.h>'
    expect 2 cli/import.c '<jansson.h>' '<yaml.h>'
    return $failures
}

case ${1-} in
--self-test) self_test ;;
*) check_tree "${1:-$(dirname "$0")/..}" ;;
esac
