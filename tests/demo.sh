#!/bin/sh
# demo.sh - pays an invented county for three months, in a sandbox at build/demo: from the
# roster to the bank's answers, with what goes wrong on the way. Called by `make demo`,
# which sets ALMONER, SIM and VERIFY. Stops at the first failure and shows the command.
#
# The county, its lists and its bank come from build/sim; nothing else is made up.
# DEMO_PEOPLE changes the number of people (12000), DEMO_DIR the folder.
set -u
cd "$(dirname "$0")/.." || exit 1
LC_ALL=C.UTF-8
export LC_ALL
: "${ALMONER:=build/almoner}" "${SIM:=build/sim}" "${DEMO_PEOPLE:=12000}"
: "${VERIFY:=build/almoner-verify}"
dir=${DEMO_DIR:-build/demo}
schema=../shared/xsd/pain.001.001.09.xsd
bank_code=403100000004
commands=0
engine_ns=0
now=2026-09-01T01:00:00Z
for variable in ALMONER_AS ALMONER_KEY ALMONER_PASSPHRASE_FILE; do
    unset $variable
done

# ---- helpers ----------------------------------------------------------------------

say() { printf '%s\n' "$*"; }
step() { printf '  %-24s %s\n' "$1" "$2"; }

stop() {
    printf '\ndemo.sh: stopped: %s\n' "$1" >&2
    exit 1
}

# call COMMAND...: output in $dir/out and $dir/err; the demo ends when it fails
call() {
    "$@" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    [ $code -eq 0 ] && return
    sed 's/^/    /' "$dir/err" "$dir/out" >&2
    stop "exit $code from: $*"
}

# program WORDS...: one command of almoner; its time is the engine's own
program() {
    began=$(date +%s%N)
    call "$ALMONER" "$@"
    engine_ns=$((engine_ns + $(date +%s%N) - began))
    commands=$((commands + 1))
}

# outside WORDS...: one command of almoner-verify, counted likewise
outside() {
    began=$(date +%s%N)
    call "$VERIFY" "$@" --json
    engine_ns=$((engine_ns + $(date +%s%N) - began))
    commands=$((commands + 1))
}

# ask WORDS...: without a signature; act NAME WORDS...: signed by NAME
ask() { program -C "$dir/ledger" --now "$now" "$@"; }
act() {
    who=$1
    shift
    program -C "$dir/ledger" --now "$now" --as "$who" --key "$dir/keys/$who.pem" \
        --json "$@"
}

# field NAME: of the JSON object printed last, the first of that name
field() {
    sed 's/[{,]"/\n"/g' "$dir/out" | sed -n "s/^\"$1\":\"\{0,1\}\([^]\"},]*\).*/\1/p" |
        head -n 1
}

# yuan FEN
yuan() {
    printf '%s\n' "${1:-0}" | awk '{
        sign = sub(/^-/, "") ? "-" : ""
        while (length($0) < 3) { $0 = "0" $0 }
        whole = substr($0, 1, length($0) - 2)
        while (match(whole, /[0-9][0-9][0-9][0-9]($|,)/)) {
            whole = substr(whole, 1, RSTART) "," substr(whole, RSTART + 1)
        }
        print sign whole "." substr($0, length($0) - 1) }'
}

make_key() {
    program keygen "$1" --key-out "$dir/keys/$1.pem" --no-passphrase --json
    vkey=$(field vkey)
}

# take WHAT FILE OPTION...: an import by the maker, confirmed by the checker
take() {
    what=$1 file=$2
    shift 2
    act maker import "$what" "$file" "$@"
    rows=$(field accepted)
    act checker import confirm "$(field number)"
}

# ---- the months -------------------------------------------------------------------

take_lists() {
    listed=0
    for list in dibao-urban dibao-rural dibao-margin; do
        take snapshot "$dir/county/$list-$1.csv" --attribute welfare --value $list \
            --month "$1"
        listed=$((listed + rows))
    done
    step 'welfare lists' "$listed people on three lists"
}

run_month() {
    act maker run --period "$1"
    step 'run' "$(field records) records: regular $(yuan "$(field regular_fen)"), \
back-pay $(yuan "$(field backpay_fen)"), reduction $(yuan "$(field reduction_fen)")"
}

# export_as FORMAT FILE
export_as() { act maker batch export "$batch" --out "$2" --format "$1"; }

check_files() {
    xml=$dir/bank/$1.xml text=$dir/bank/$1.txt
    checked="$(grep -c '<CdtTrfTxInf>' "$xml") payments as pain.001.001.09"
    if [ -f "$schema" ] && command -v xmllint >/dev/null; then
        call xmllint --noout --schema "$schema" "$xml"
        checked="$checked (XSD valid)"
    fi
    # A second reading, by other programs: the same sum in both files.
    sum=$(iconv -f GBK -t UTF-8 "$text" | tr -d '\r' | awk -F'|' '
        NR == 1 { said = $3; next }
        /^########$/ { whole = 1; next }
        { found += $4 }
        END { if (whole && found == said) { printf "%.0f", found } }')
    xml_sum=$(sed -n 's/.*<CtrlSum>\([0-9]*\)\.\([0-9][0-9]\)<.*/\1\2/p' "$xml" |
        head -n 1)
    if [ -z "$sum" ] || [ "$sum" != "$xml_sum" ]; then
        stop "the sums of $xml and $text differ"
    fi
    step 'bank files' "$checked and as GBK text, both $(yuan "$sum")"
}

# pay MONTH: one batch, signed by three, sent, and answered with 1.5 % returns
pay() {
    act maker batch new --channel bank --pay-date "$1-10"
    batch=$(field number) lines=$(field lines) total=$(field total_fen)
    act maker batch submit "$batch"
    act checker batch approve "$batch"
    act releaser batch release "$batch"
    step "batch $batch" "$lines lines, $(yuan "$total"), signed by maker, checker, releaser"
    export_as pain.001.001.09 "$dir/bank/$1.xml"
    export_as pipe-trailer "$dir/bank/$1.txt"
    check_files "$1"
    call "$SIM" bank --file "$dir/bank/$1.txt" --format pipe-trailer --returns 150 \
        --seed "1${1#2026-}" --out "$dir/bank/$1-answer.txt"
    act maker batch answer "$batch" "$dir/bank/$1-answer.txt" --format pipe-trailer
    ask --json batch show "$batch"
    reasons=$(iconv -f GBK -t UTF-8 "$dir/bank/$1-answer.txt" | tr -d '\r' | awk -F'|' '
        NF == 6 && $5 != "0000" { n[$6]++ }
        END { for (r in n) { printf "%s%s %d", sep, r, n[r]; sep = ", " } }')
    step "the bank's answer" "$(field paid_lines) paid $(yuan "$(field paid_fen)"); \
$(field returned_lines) returned $(yuan "$(field returned_fen)"): $reasons"
}

# mend MONTH DAY: the accounts that failed are corrected and the lines paid again
mend() {
    call "$SIM" routes --people "$dir/county/people.csv" \
        --answer "$dir/bank/$1-answer.txt" --effective "$2" --out "$dir/routes-$1.csv"
    take routes "$dir/routes-$1.csv"
    corrected=$rows
    act maker batch reissue "$batch"
    step 'returned lines' "$corrected accounts corrected, $(field again_lines) lines due again, $(yuan "$(field again_fen)")"
}

close_batch() {
    act maker batch close "$1"
    act checker batch close "$1"
}

# explain TITLE ID PROGRAMME MONTH
explain() {
    say ''
    say "  $1"
    ask explain "$2" --programme "$3" --period "$4"
    sed 's/^/    /' "$dir/out"
}

# ---- setting up -------------------------------------------------------------------

set_up() {
    rm -rf "$dir"
    mkdir -p "$dir/keys" "$dir/bank" || exit 1
    call "$SIM" county --people "$DEMO_PEOPLE" --seed 523 --out "$dir/county" --gb18030 \
        --gbk-names
    make_key admin
    program init "$dir/ledger" --division 230523 --name 宝清县民政局 --admin admin \
        --admin-vkey "$vkey" --sandbox --now "$now"
    for role in maker checker releaser; do
        make_key $role
        act admin operator add $role --vkey "$vkey" --role $role
    done
    act admin channel add bank --bank-code $bank_code --account 6299990999999999995 \
        --account-name 宝清县民政局 --format pain.001.001.09
    step 'sandbox' "$dir/ledger: admin, maker, checker, releaser, one bank"
    act maker policy adopt policies/baoqing/elderly-2024.yaml
    act checker policy confirm "$(field number)"
    step 'policy' '宝政办规〔2024〕5号, adopted by the maker, confirmed by the checker'
    take people "$dir/county/people.csv"
    step 'roster' "$rows people from a GB18030 file"
    take facts "$dir/county/assessments.csv"
    step 'assessments' "$rows grades by GB/T 42195-2022"
}

# pick WHAT: one person and a fact about them, imported
pick() {
    # shellcheck disable=SC2086
    call "$SIM" pick --dir "$dir/county" --what "$1" --out "$dir/$1.csv" $answers
    picked=$(cat "$dir/out")
    take facts "$dir/$1.csv"
}

# What comes to light in November: dead since September, entitled for years, off the list.
late_news() {
    answers="--answer $dir/bank/2026-09-answer.txt --answer $dir/bank/2026-10-answer.txt"
    pick death
    dead=$picked
    pick late-claim
    claimant=$picked
    pick dibao
    poor=$picked
    step 'late news' "a death of 2026-09-12, a claim of 2026-08-31, 低保 ended 2026-09-20"
}

# What the audit office does: the bundle against the key and the checkpoint it has kept.
evidence() {
    ask --json status
    vkey=$(field vkey)
    ask audit bundle --out "$dir/evidence.zip"
    outside "$dir/evidence.zip" --vkey "$vkey" --checkpoint "$dir/2026-10.checkpoint"
    step 'evidence bundle' "$dir/evidence.zip: $(field included) records, \
$(wc -c <"$dir/evidence.zip") bytes"
    step 'almoner-verify' "by the key and October's checkpoint: package $(field package), \
integrity $(field integrity), authorisation $(field authorisation), balance \
$(field balance), completeness $(field completeness)"
}

summary() {
    say ''
    say 'Control totals, from the roster to the bank'
    ask report reconcile
    sed 's/^/  /' "$dir/out"
    # Every difference is 0.00, or this command says so by its exit code and here.
    ask --json report reconcile
    differences=$(field differences)
    [ "${differences:-0}" = 0 ] || stop "$differences totals differ"
}

# ---- the job ----------------------------------------------------------------------

say "almoner demo: an invented county of $DEMO_PEOPLE people, three months, in a sandbox"
mkdir -p "$dir" || exit 1
set_up

say '2026-09: the first run grants every month since 2024-09: no history was taken over'
take_lists 2026-09
run_month 2026-09
pay 2026-09
mend 2026-09 2026-09-20
september=$batch

now=2026-10-05T01:00:00Z
say '2026-10'
take_lists 2026-10
run_month 2026-10
pay 2026-10
mend 2026-10 2026-10-20
october=$batch
ask audit checkpoint --out "$dir/2026-10.checkpoint"

now=2026-11-05T01:00:00Z
say '2026-11'
take_lists 2026-11
late_news
run_month 2026-11
pay 2026-11
mend 2026-11 2026-11-20
november=$batch

say 'Why these amounts?'
explain 'a death reported two months late: October was paid, and is now to be recovered' \
    "$dead" old-age 2026-10
explain 'a claim filed late: back-pay for every month since the policy began' \
    "$claimant" old-age 2025-03
explain '低保 ended retroactively: October falls, and the rest is to be recovered' \
    "$poor" dibao-supplement 2026-10

say ''
say 'Closing'
now=2026-11-30T01:00:00Z
for batch in $september $october $november; do
    close_batch "$batch"
done
step 'batches' "$september, $october, $november closed by maker and checker"
ask audit checkpoint --out "$dir/checkpoint.txt"
step 'checkpoint' "$dir/checkpoint.txt, signed by the ledger: for the audit office"
ask --json audit verify
step 'audit verify' "$(field size) records: integrity $(field integrity), completeness \
$(field completeness), authorisation $(field authorisation), correctness \
$(field correctness)"
evidence
summary
say ''
rm -f "$dir/out" "$dir/err"
say "$commands commands took $((engine_ns / 1000000)) ms in all (aim: below 5000)"
say "The ledger, the county and the bank files are in $dir"
