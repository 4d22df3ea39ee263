# What is signed is asked about on a terminal: a no writes nothing, others can write while
# the question waits, and what changed meanwhile is refused. If this fails, a clerk at lunch
# stops the office, or signs for something else than was shown.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'

# asked ANSWER MEANWHILE COMMAND...: on a terminal; MEANWHILE, a shell command, runs while
# the question waits. The terminal's text goes to out.
asked() {
    want_exit=$1 answer=$2 meanwhile=$3 who=$4
    shift 4
    expect "$want_exit" python3 "$TOP/tests/cli/asked.py" "$answer" "$meanwhile" "$ALMONER" -C "$L" \
        --now "$NOW" --as "$who" --key "$TEST_DIR/$who.pem" "$@"
}
size() {
    expect 0 r status --json
    field size
}
# other NAME ARGS...: the text of a command by somebody else, for MEANWHILE
other() {
    name=$1
    shift
    echo "'$ALMONER' -C '$L' --now $NOW --as $name --key $name.pem --lock-wait 0 \
        $* >meanwhile"
}

make_sandbox
make_county 60
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --json
B=$(field number)

before=$(size)
asked 130 n true maker batch submit "$B"
code declined
says "submit batch $B (draft): "
[ "$(size)" = "$before" ] || fail 'a no was written'
# Another writer does not wait for the answer; the same batch, submitted by somebody else
# while it waits, is not what was shown.
asked 4 y "$(other maker2 batch submit "$B")" maker batch submit "$B"
code changed
asked 0 y true checker batch approve "$B"
asked 0 y true releaser batch release "$B"
expect 0 a maker batch export "$B" --out pay.txt
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 3000 --seed 1 \
    --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
asked 130 n true maker batch reissue "$B"
says 'came back'
asked 0 y true maker batch reissue "$B"
asked 130 n true maker batch close "$B"

printf 'id_number,attribute,value,effective\n' >note.csv
awk -F, 'NR == 2 { print $1 ",note,x,2026-08-01" }' county/people.csv >>note.csv
expect 0 a maker import facts note.csv --json
n=$(field number)
asked 130 n true checker import confirm "$n"
asked 4 y "$(other checker import confirm "$n")" checker import confirm "$n"
code not-pending

sed 's/^id: .*/id: another/' "$TOP/policies/baoqing/elderly-2024.yaml" >another.yaml
expect 0 a maker policy adopt another.yaml --json
n=$(field number)
asked 130 n true checker policy confirm "$n"
says 'policy.*another.*rule'
verified

# After a restore: what each of the two signs for is shown before the question.
expect 0 r backup --out backup
cp -r ledger/keys keys && mv ledger gone
expect 0 "$ALMONER" restore backup ledger --key-dir keys --no-checkpoint --now "$NOW" \
    --as admin --key admin.pem
asked 130 n true releaser restore settle --document 7
says 'Files taken in since the restore'
says 'these 0 files'
asked 0 y true releaser restore settle --document 7
asked 130 n true checker restore settle
says 'releaser stated at .*, by 7'
asked 4 y "$(other releaser restore settle --document 8)" checker restore settle
code changed
asked 0 y true checker restore settle
verified
