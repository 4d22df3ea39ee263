# The bank takes back what it said: what came back was paid all along. Not sent again, it
# is paid; sent again meanwhile, it is kept from going out or, where it went, owed back.
# If this fails, people are paid twice and the ledger does not know.
. tests/cli/lib.sh
: "${ROWS:?}"
make_sandbox
make_county 60
expect 0 a admin config set funds on
expect 0 a maker budget set --source county --year 2026 --document '宝财社指〔2026〕1号' \
    --amount 5000000.00 --function 2081002 --economic 30305 --json
expect 0 a checker budget confirm "$(field number)"
pay 2026-09 2026-09-10
ONE=$B
cp pay.txt one.txt

cat >tool.py <<'END'
# says OUT SENT CODE [-]LINE...: an answer to the file sent that names these lines (all; -:
# all but these). Others read what the commands said.
import json, sys

def said(out, sent, status, *lines):
    rows = [x.split(b"|") for x in open(sent, "rb").read().split(b"\r\n")]
    rows = [r for r in rows if r[0][-7:].isdigit() and len(r) > 3]
    but = {x[1:] for x in lines if x[0] == "-"}
    only = {x for x in lines if x[0] != "-"}
    n = lambda r: str(int(r[0][-7:]))
    rows = [r for r in rows if n(r) not in but and (not only or n(r) in only)]
    text = b"R|%d|%d\r\n" % (len(rows), sum(int(r[3]) for r in rows))
    text += b"".join(b"%s|||%s|%s|\r\n" % (r[0], r[3], status.encode()) for r in rows)
    open(out, "wb").write(text + b"########\r\n")

def get(key, number):
    print([x[key] for x in json.load(sys.stdin)["payments"] if x["line"] == int(number)][0])

def of(person):
    print(*[x["line"] for x in json.load(sys.stdin)["payments"]
            if x["person"] == int(person)])

def account(kind):
    print(json.load(sys.stdin)[kind + "_fen"])

def fund(kind):
    x = json.load(sys.stdin)["rows"][0]
    parts = [x[k + "_fen"] for k in ("reserved", "committed", "spent", "left")]
    assert sum(parts) == x["appropriated_fen"], x
    print(x[kind + "_fen"])

def paid():
    print(sum(x["paid_fen"] for x in json.load(sys.stdin)["batches"]))

def again():
    print(*["%d:%d" % (x["line"], x["later_batch"]) for x in json.load(sys.stdin)["rows"]
            if x["state"] == "corrected"])

globals()[sys.argv[1]](*sys.argv[2:])
END
tool() { python3 tool.py "$@"; }

answer() { # answer EXIT BATCH SENT CODE LINES [ARGS]: a file of its own each time
    want=$1 batch=$2 sent=$3 status=$4 lines=$5
    shift 5
    # shellcheck disable=SC2086
    tool said answer.txt "$sent" "$status" $lines
    [ "$want" -ne 0 ] || set -- "$@" --json
    expect "$want" a maker batch answer "$batch" answer.txt "$@"
}
PAID=0000 REJECTED=1003 RETURNED=2003

get() { # get KEY LINE: of the first batch
    r batch show "$ONE" --lines --json | tool get "$@"
}
account() { # account LINE KIND: of the line's person, over all months
    r person show "$(get person "$1")" --json | tool account "$2"
}
eq() { # eq WHAT GOT WANTED
    [ "$2" = "$3" ] || fail "$1 is $2, not $3"
}
whole() { # what is spent is what is paid; every figure of the months by two ways
    eq spent "$(r report funds --json | tool fund spent)" \
        "$(r batch list --json | tool paid)"
    for month in 2026-09 2026-10; do
        expect 0 r report reconcile --month "$month" --json
        is differences 0
    done
    expect 0 r report reconcile
}

# left_out LINE: the newest answer without its results, signed again by the maker, is found
left_out() {
    rm -rf forged keys
    mkdir keys
    cp ./*.pem "$L/keys/ledger.pem" keys
    cp -r "$L" forged
    expect 0 python3 "$TOP/tests/cli/forge_ledger.py" "$ROWS" "$TEST_DIR/forged" keys \
        results-gone
    expect 0 "$ALMONER" -C forged --now "$NOW" rebuild
    expect 5 "$ALMONER" -C forged --now "$NOW" audit verify
    says "line $1 of batch $ONE is not what the bank's answer says"
}

# ---- a stale file is not swallowed ----
answer 0 "$ONE" one.txt $REJECTED '1 2 3 4 5'
answer 0 "$ONE" one.txt $PAID '-1 -2 -3 -4 -5'
expect 0 r status --json
root=$(field root)
answer 3 "$ONE" one.txt $PAID '1 2'
code contradicts
says '2 line(s), 775.00 yuan'
says 'line 2'
expect 0 r status --json
is root "$root"
answer 3 "$ONE" one.txt $REJECTED 6
code contradicts
answer 0 "$ONE" one.txt $PAID '7 8' --correct
is changed_lines 0
whole

# ---- not sent again: paid ----
answer 0 "$ONE" one.txt $PAID 1 --correct
is corrected_lines 1
is corrected_fen 15000
is paid_again_fen 0
eq line "$(get state 1)" paid
eq paid "$(account 1 paid)" 15000
whole

# ---- due again, in no batch: paid, and nothing is due any more ----
expect 0 a maker batch reissue "$ONE"
eq due "$(account 2 due)" 62500
answer 0 "$ONE" one.txt $PAID 2 --correct
is paid_again_fen 0
eq due "$(account 2 due)" 0
eq paid "$(account 2 paid)" 62500
whole

# ---- in a batch that was not sent: that line goes first, as the command says ----
NOW=2026-10-05T01:00:00Z
expect 0 a maker run --period 2026-10
expect 0 a maker batch new --channel psbc --pay-date 2026-10-10 --json
TWO=$(field number)
expect 0 a maker batch submit "$TWO"
expect 0 a checker batch approve "$TWO"
answer 4 "$ONE" one.txt $PAID '3 4' --correct
says 'such lines: [2-9]'
says ' --line [0-9]* --line [0-9]'
answer 4 "$ONE" one.txt $PAID 3 --correct
code paid-again
drop=$(grep -o 'batch drop [0-9]* --line [0-9]*' err)
# shellcheck disable=SC2086
expect 0 a maker $drop --reason 更正回盘
expect 0 a maker batch answer "$ONE" answer.txt --correct --json
is paid_again_fen 0
eq receivable "$(account 3 receivable)" 0
expect 0 a maker batch submit "$TWO"
expect 0 a checker batch approve "$TWO"
expect 0 a releaser batch release "$TWO"
expect 0 a maker batch export "$TWO" --out two.txt
whole

# ---- sent again: it is owed back; what the bank refuses of it, is not ----
answer 0 "$ONE" one.txt $PAID '4 5' --correct
is paid_again_fen 307500
says 'recovered'
left_out 4 # or nobody owed what was paid twice
eq receivable "$(account 4 receivable)" 57500
expect 0 r batch show "$ONE"
says 'of it by correction  *[1-9]'
says 'of it reissued  *0  *0.00' # though 3,075.00 were due again
expect 0 r report recoveries
says 'paid twice or too much'
expect 0 r report returns --json
is paid_again_fen 307500
is corrected_lines 5
eq 'sent twice' "$(tool again <out)" '4:2 5:2'
five=$(r batch show "$TWO" --lines --json | tool of "$(get person 5)")
answer 0 "$TWO" two.txt $REJECTED "$five"
eq receivable "$(account 5 receivable)" 0
# shellcheck disable=SC2086
answer 0 "$TWO" two.txt $PAID "$(printf -- '-%s ' $five)"
eq receivable "$(account 4 receivable)" 57500
whole

# ---- paid, and rejected after all: it came back late ----
answer 0 "$ONE" one.txt $REJECTED 6 --correct
is corrected_lines 1
eq state "$(get state 6)" returned
answer 0 "$ONE" one.txt $RETURNED 1 # what was corrected may come back, too
eq state "$(get state 1)" returned
left_out 1 # or what came back is nobody's
expect 0 a maker batch refund "$ONE" --line 6 --reason '缴款书 0012'
tool said answer.txt one.txt $PAID 6 7
expect 3 a maker batch answer "$ONE" answer.txt --correct
code line-state
says treasury
whole
verified
evidence
# A verifier written from docs/formats alone says the same.
expect 0 r audit bundle --out all.zip
PYTHONDONTWRITEBYTECODE=1 expect 0 python3 "$TOP/tests/independent/verify.py" all.zip --json
for group in package integrity authorisation balance completeness; do
    is $group PASS
done
