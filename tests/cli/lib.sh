# lib.sh - for the scenario scripts: a sandbox with operators, and expectations.
# Sourced; needs ALMONER, SIM and TEST_DIR (an empty folder) in the environment.
set -u
: "${ALMONER:?}" "${SIM:?}" "${TEST_DIR:?}"
TOP=$(pwd)
cd "$TEST_DIR" || exit 1
L=$TEST_DIR/ledger
export LC_ALL=C.UTF-8

fail() {
    printf 'FAIL: %s\n' "$*" >&2
    exit 1
}

# expect CODE COMMAND...: runs it; output in out, messages in err; the exit code must be
# CODE, and a sanitizer must not have spoken.
expect() {
    want=$1
    shift
    "$@" >out 2>err
    got=$?
    if [ "$got" -ne "$want" ]; then
        cat out err >&2
        fail "exit $got instead of $want: $*"
    fi
    if grep -q 'Sanitizer\|runtime error' err; then
        cat err >&2
        fail "sanitizer: $*"
    fi
}

# says PATTERN: the last command's output or messages match the pattern.
says() {
    grep -q -- "$1" out err || {
        cat out err >&2
        fail "nothing says: $1"
    }
}

# code CODE: the last command's error has this stable code.
code() {
    says "error $1[: ]"
}

# field NAME: the first number or text of this name in the JSON object in out.
field() {
    tr -d '\n' <out | grep -o "\"$1\": *\(\"[^\"]*\"\|[^,}]*\)" | head -1 |
        sed 's/^[^:]*: *//; s/"//g'
}

is() { # is NAME VALUE: the field has this value
    got=$(field "$1")
    [ "$got" = "$2" ] || {
        cat out >&2
        fail "$1 is \"$got\", not \"$2\""
    }
}

NOW=2026-09-01T01:00:00Z

# a NAME ARGS...: almoner on the ledger, signed by NAME, at NOW.
a() {
    who=$1
    shift
    "$ALMONER" -C "$L" --now "$NOW" --as "$who" --key "$TEST_DIR/$who.pem" "$@"
}

# r ARGS...: reading.
r() {
    "$ALMONER" -C "$L" --now "$NOW" "$@"
}

make_key() {
    expect 0 "$ALMONER" keygen "$1" --key-out "$TEST_DIR/$1.pem" --no-passphrase --json
    field vkey >"$TEST_DIR/$1.vkey"
}

BANK=403100000004

# A sandbox with an admin, two makers, a checker, a releaser and an auditor, a channel
# and the policy in force.
make_sandbox() {
    for name in admin maker maker2 checker releaser auditor; do
        make_key "$name"
    done
    expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox \
        --admin admin --admin-vkey "$(cat admin.vkey)" --now "$NOW"
    add_operator maker maker
    add_operator maker2 maker
    add_operator checker checker
    add_operator releaser releaser
    add_operator auditor auditor
    expect 0 a admin channel add psbc --bank-code "$BANK" --account 6217000000000000009 \
        --account-name 演练民政局 --format pipe-trailer
    expect 0 a maker policy adopt "$TOP/policies/baoqing/elderly-2024.yaml"
    expect 0 a checker policy confirm 1
}

add_operator() {
    expect 0 a admin operator add "$1" --vkey "$(cat "$1.vkey")" --role "$2"
}

# id_of BORN SERIAL: an ID number of 230523, YYYYMMDD and three digits, made up.
id_of() {
    awk -v s="230523$1$2" 'BEGIN {
        split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", w, " ")
        for (i = 1; i <= 17; i++) { sum += w[i] * substr(s, i, 1) }
        print s substr("10X98765432", sum % 11 + 1, 1) }'
}

# import WHAT FILE [ARGS]: proposed by the maker, confirmed by the checker.
import() {
    expect 0 a maker import "$@" --json
    n=$(field number)
    expect 0 a checker import confirm "$n"
}

# A generated county of N people with all its files, taken in.
make_county() {
    expect 0 "$SIM" county --people "$1" --seed "${2:-1}" --out county --gbk-names \
        --date 2026-09-01
    import people county/people.csv
    import facts county/assessments.csv
    for kind in urban rural margin; do
        import snapshot "county/dibao-$kind-2026-09.csv" --attribute welfare \
            --value "dibao-$kind" --month 2026-09
    done
}

# pay MONTH DAY: runs the month and brings a batch to its export, pay.txt; B is its number.
pay() {
    expect 0 a maker run --period "$1"
    expect 0 a maker batch new --channel psbc --pay-date "$2" --json
    B=$(field number)
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
    expect 0 a releaser batch release "$B"
    expect 0 a maker batch export "$B" --out pay.txt
}

verified() {
    expect 0 r audit verify --json
    is integrity PASS
    is completeness PASS
    is authorisation PASS
    is correctness PASS
}

# evidence [DIR [NAME]]: a bundle of all of the ledger in DIR, and of the personal data as
# NAME, who may sign; almoner-verify, which never saw it, has nothing against it. Its JSON
# is left in out. PERSONAL=no leaves the people out (then groups are NOT CHECKED).
evidence() {
    dir=${1:-$L}
    who=${2:-auditor}
    rm -f evidence.zip
    expect 0 "$ALMONER" -C "$dir" --now "$NOW" status --json
    vkey=$(field vkey)
    if [ "${PERSONAL:-yes}" = no ]; then
        expect 0 "$ALMONER" -C "$dir" --now "$NOW" audit bundle --out evidence.zip
        expect 0 "$VERIFY" evidence.zip --vkey "$vkey" --json
    else
        echo 'a passphrase of the reader' >reader.txt
        expect 0 "$ALMONER" -C "$dir" --now "$NOW" --as "$who" --key "$TEST_DIR/$who.pem" \
            audit bundle --out evidence.zip --with-personal-data --purpose test \
            --reader-file reader.txt
        expect 0 "$VERIFY" evidence.zip --vkey "$vkey" --passphrase-file reader.txt --json
    fi
    grep -q '"FAIL"' out && cat out >&2 && fail 'almoner-verify finds a fault'
    for group in package integrity authorisation balance completeness; do
        is "$group" PASS
    done
    grep -q '"code":"vkey-old' out && cat out >&2 && fail 'the vkey is not the newest'
    return 0
}

# id_number BIRTH SERIAL: a generated ID number, BIRTH as YYYYMMDD, SERIAL of 3 digits.
id_number() {
    awk -v d="230523$1$2" 'BEGIN {
        split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", w, " ")
        for (i = 1; i <= 17; i++) sum += substr(d, i, 1) * w[i]
        print d substr("10X98765432", sum % 11 + 1, 1) }'
}

# credit_code BODY: a generated credit code, BODY its first 17 characters.
credit_code() {
    awk -v d="$1" 'BEGIN {
        alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        weight = 1
        for (i = 1; i <= 17; i++) {
            sum += (index(alphabet, substr(d, i, 1)) - 1) * weight
            weight = weight * 3 % 31
        }
        print d substr(alphabet, (31 - sum % 31) % 31 + 1, 1) }'
}
