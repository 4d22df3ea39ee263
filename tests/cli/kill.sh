# I6: a kill in the middle of an import and of a run. Afterwards others are refused, the
# same command finishes, and the sums are those of a ledger that was never killed.
. tests/cli/lib.sh
make_sandbox
expect 0 "$SIM" county --people 60000 --seed 5 --out county --gbk-names --date 2026-09-01

# killed ACT NAME ARGS...: an act of NAME, killed in its middle, as soon as the ledger grew;
# once more when that was too early (a file was put into the vault first).
grown() { cksum <"$L/head"; }
killed() {
    act=$1
    who=$2
    shift 2
    for try in 1 2 3 4; do
        before=$(grown)
        "$ALMONER" -C "$L" --now "$NOW" --as "$who" --key "$who.pem" "$@" >/dev/null 2>&1 &
        pid=$!
        while [ "$(grown)" = "$before" ] && kill -0 $pid 2>/dev/null; do :; done
        kill -9 $pid 2>/dev/null
        wait $pid 2>/dev/null
        expect 0 r status --json
        ! grep -q "$act" out || return
    done
    cat out >&2
    fail "no kill fell into the middle of $act"
}

expect 0 a maker import people county/people.csv --json
n=$(field number)
killed import-start checker import confirm "$n"
expect 4 a maker run --period 2026-09
code open-act
expect 0 a checker import confirm "$n"
import facts county/assessments.csv
killed run-start maker run --period 2026-09
expect 4 a maker import people county/people.csv
code open-act
expect 4 a maker batch new --channel psbc --pay-date 2026-09-10
code open-act
expect 4 a maker audit checkpoint --out c.txt
code open-act
expect 0 a maker2 run --period 2026-09
expect 0 a maker run --period 2026-09 --json
is records 0
verified
expect 0 r report reconcile --json
sum=$(field granted_fen)
killed batch-start maker batch new --channel psbc --pay-date 2026-09-10
expect 0 r status --json
if grep -q batch-start out; then # the kill may have come too late
    expect 0 r batch show 1
    says 'still being made'
    says 'batch new --channel psbc --pay-date 2026-09-10'
    expect 0 r batch show 1 --json
    is state being-made
fi
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10
verified
expect 0 r report reconcile

# The whole batch is cancelled: only the same command finishes it, also by somebody else.
expect 0 r batch show 1 --json
lines=$(field lines)
fen=$(field total_fen)
killed withdraw-start maker batch cancel 1 --reason 'wrong bank'
expect 4 a maker batch submit 1
code open-act
expect 4 a maker batch drop 1 --line 1 --reason 'dead'
code open-act
expect 4 a maker batch cancel 1 --reason 'wrong day'
code open-act
says 'another reason'
expect 0 r audit verify
says 'an act is unfinished'
expect 0 a maker2 batch cancel 1 --reason 'wrong bank' --json
is moved_lines "$lines"
is moved_fen "$fen"
verified
expect 0 r report reconcile
expect 0 a maker batch new --channel psbc --pay-date 2026-09-11

# An answer and a reissue: only the same command finishes them, and with right sums.
for step in submit:maker approve:checker release:releaser; do
    expect 0 a "${step#*:}" batch "${step%:*}" 2
done
expect 0 a maker batch export 2 --out pay.txt
bank() { expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --seed 1 "$@"; }
bank --returns 6500 --out answer.txt
killed answer-start maker batch answer 2 answer.txt
bank --returns 6400 --out other.txt
expect 4 a maker batch answer 2 other.txt
code open-act
sed 's/reason: account-closed/reason: other/' "$TOP/profiles/pipe-trailer.yaml" >own.yaml
expect 4 a maker batch answer 2 answer.txt --format ./own.yaml
code open-act
expect 0 a maker batch answer 2 answer.txt
expect 0 r batch show 2 --json
is state settled
back=$(field returned_lines)
back_fen=$(field returned_fen)
killed reissue-start maker batch reissue 2
expect 0 a maker batch reissue 2 --json
is again_lines "$back"
is again_fen "$back_fen"
verified
expect 0 r report reconcile

# The same county without a kill.
L=$TEST_DIR/other
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox \
    --admin admin --admin-vkey "$(cat admin.vkey)" --now "$NOW"
for name in maker maker2 checker releaser; do
    role=${name%2}
    expect 0 a admin operator add "$name" --vkey "$(cat "$name.vkey")" --role "$role"
done
expect 0 a maker policy adopt "$TOP/policies/baoqing/elderly-2024.yaml"
expect 0 a checker policy confirm 1
import people county/people.csv
import facts county/assessments.csv
expect 0 a maker run --period 2026-09
expect 0 r report reconcile --json
is granted_fen "$sum"
