# What goes backwards - drops, rejects, cancels, recalls, refunds, another day, offices and
# a second releaser - is in evidence bundles of every scope, and two verifiers that never
# saw the ledger follow it; what somebody forged of it with every key, they find. If this
# fails, a line that was dropped can be paid after all, and nobody outside can tell.
. tests/cli/lib.sh
: "${VERIFY:?}"
CHECK="python3 $TOP/tests/independent/verify.py"
export PYTHONPYCACHEPREFIX="$TEST_DIR/pycache"
unset PYTHONDONTWRITEBYTECODE
make_sandbox
make_county 30

# new DAY: a batch of what is due, B; three: signed by three; sent: and exported.
new() {
    expect 0 a maker batch new --channel psbc --pay-date "$1" --json
    B=$(field number)
}
three() {
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
    expect 0 a "${1:-releaser}" batch release "$B"
}
sent() {
    three "$@"
    expect 0 a maker batch export "$B" --out pay.txt
}

expect 0 a maker run --period 2026-09
new 2026-09-10
expect 0 a maker batch submit "$B"
expect 0 a checker batch reject "$B" --reason 'names'
three
expect 0 a maker batch drop "$B" --line 1 --line 4 --reason '8日通报死亡'
three
expect 0 a releaser batch redate "$B" --pay-date 2026-09-12 --reason 'funds'
expect 0 a maker batch export "$B" --out pay.txt
expect 0 a checker batch refused "$B" --file pay.txt --reason 'H019'
sent
expect 0 a releaser batch recall "$B" --reason '撤回确认函 3'
new 2026-09-20
expect 0 a maker batch cancel "$B" --reason 'wrong bank'
new 2026-09-21
sent
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 3000 --seed 1 \
    --out answer.txt
expect 0 a maker batch answer "$B" answer.txt
expect 0 r batch show "$B" --json
line=$(python3 -c 'import json; print(json.load(open("out"))["returned"][0]["line"])')
expect 0 a maker batch refund "$B" --line "$line" --reason '缴款书 0012'
expect 0 a maker batch reissue "$B"
expect 0 a maker batch close "$B"
expect 0 a checker batch close "$B"
for name in finance finance2; do
    make_key $name
    expect 0 a admin operator add $name --vkey "$(cat $name.vkey)" --role releaser \
        --office 财政局
done
expect 0 a admin config set office.release 财政局
expect 0 a admin config set release.second-above 1.00
NOW=2026-10-05T01:00:00Z
expect 0 a maker run --period 2026-10
new 2026-10-10
three finance
expect 0 a finance2 batch release "$B"
expect 0 a maker batch export "$B" --out pay.txt
evidence

# good ZIP: both verifiers have nothing against it.
good() {
    for program in "$VERIFY" "$CHECK"; do
        expect 0 $program "$1" --json
        for group in package integrity authorisation balance completeness; do
            is $group PASS
        done
    done
}
for scope in '' '--period 2026-09' '--period 2026-10' '--batch 1' '--batch 2' '--batch 3' \
    '--person 3' '--person 4' '--person 9'; do
    rm -f x.zip
    expect 0 r audit bundle --out x.zip $scope
    good x.zip
done
expect 0 r audit bundle --out all.zip
mkdir keys
cp ./*.pem "$L/keys/ledger.pem" keys
echo secret words >reader.txt
expect 0 python3 "$TOP/tests/independent/cases.py" all.zip keys reader.txt "$VERIFY" <<'END'
balance forged-dropped-back forged-dropped-again forged-refund-paid
authorisation forged-drop-signed forged-recall-answered forged-early-reject
authorisation forged-other-office forged-one-release forged-second-same
END
says '^9 cases'
