# A batch can go backwards until money has moved: rejected, lines dropped, cancelled,
# given another day; after it was sent, refused as a whole or recalled; and what came back
# goes to the treasury. If this fails, somebody is paid twice, or is never paid.
. tests/cli/lib.sh
make_sandbox
make_county 60

new() { # a batch of what is due; B is its number
    expect 0 a maker batch new --channel psbc --pay-date "$1" --json
    B=$(field number)
}
signed() {
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
    expect 0 a releaser batch release "$B"
}
state() {
    expect 0 r batch show "$B" --json
    is state "$1"
}
# totals LINES FEN: what the batch pays now
totals() {
    expect 0 r batch show "$B" --json
    is lines "$1"
    is total_fen "$2"
}

expect 0 a maker run --period 2026-09
new 2026-09-10
expect 0 r batch show "$B" --json
lines=$(field lines)
fen=$(field total_fen)

# Only who may, only where it is possible, never without a reason.
expect 4 a checker batch reject "$B" --reason 'too early'
code batch-state
expect 0 a maker batch submit "$B"
expect 2 a checker batch reject "$B"
code missing-option
expect 2 a checker batch reject "$B" --reason ''
expect 7 a maker batch reject "$B" --reason 'not mine'
code role
expect 0 a checker batch reject "$B" --reason '户名须核对'
state draft
is reason 户名须核对
says '"signatures":\[\]'
signed
expect 0 a releaser batch reject "$B" --reason 'funds are late'
state draft

# Six deaths on the 8th: their lines go, the others are signed anew.
signed
expect 2 a maker batch drop "$B" --reason 'deaths'
expect 4 a maker batch drop "$B" --line 99999 --reason 'deaths'
code unknown-line
expect 7 a checker batch drop "$B" --line 1 --reason 'deaths'
expect 0 r batch show "$B" --lines --json
person=$(python3 -c 'import json; print(json.load(open("out"))["payments"][2]["person"])') ||
    fail 'batch show --lines gives no person'
expect 0 a maker batch drop "$B" --line 1 --person "$person" --reason '8日通报死亡' --json
dropped=$(field moved_lines)
gone=$(field moved_fen)
[ "$dropped" -ge 2 ] || fail "only $dropped lines were dropped"
totals $((lines - dropped)) $((fen - gone))
is state draft
is dropped_lines "$dropped"
expect 4 a maker batch export "$B" --out no.txt
[ ! -e no.txt ] || fail 'a draft was exported'
expect 4 a maker batch drop "$B" --line 1 --reason 'again'
code line-state
verified

# Another day; then the file holds what is left, and nobody who was dropped.
signed
expect 7 a maker batch redate "$B" --pay-date 2026-09-15 --reason 'late'
expect 0 a releaser batch redate "$B" --pay-date 2026-09-15 --reason 'funds are late'
expect 0 r batch show "$B" --json
is pay_date 2026-09-15
is state released
expect 0 a maker batch export "$B" --out pay.txt
[ "$(grep -c '^S\?E1B' pay.txt)" -eq $((lines - dropped)) ] || fail 'lines of the file'
head -1 pay.txt | grep -q "^P|$((lines - dropped))|$((fen - gone))" || fail "$(head -1 pay.txt)"
! grep -q 'L00000001|' pay.txt || fail 'a dropped line was sent'
expect 4 a maker batch cancel "$B" --reason 'too late'
code batch-state

# The bank takes nothing of the file: mended, signed anew, sent with the same ids.
expect 0 a checker batch refused "$B" --file pay.txt --reason 'H019 合计与明细不符'
state draft
cut -d '|' -f 1 pay.txt >ids
signed
expect 0 a maker batch export "$B" --out again/ --json
[ -e again/req_20260915_002.txt ] || fail "the number of the refused file again: $(ls again)"
mv again/* again.txt
cut -d '|' -f 1 again.txt | cmp - ids || fail 'other ids'
verified

# Recalled: all is due again, an answer comes too late.
expect 0 a releaser batch recall "$B" --reason '撤回确认函 3' --json
is moved_lines $((lines - dropped))
is moved_fen $((fen - gone))
state recalled
# Its dues are free again: nobody gets another copy of the file, and it is not at work.
expect 4 a maker batch export "$B" --out copy.txt
code batch-state
[ ! -e copy.txt ] || fail 'a recalled batch was sent again'
expect 0 r status --json
is open_batches 0
expect 0 "$SIM" bank --file again.txt --format pipe-trailer --returns 3000 --seed 1 \
    --out ans.txt
expect 4 a maker batch answer "$B" ans.txt
code batch-state
verified

# Cancelled before it is sent; the next one has everybody again.
new 2026-09-20
totals "$lines" "$fen"
expect 0 a maker batch cancel "$B" --reason 'wrong bank' --json
is moved_fen "$fen"
state cancelled
expect 0 r status --json
is open_batches 0
grep -q cancelled out && fail 'a cancelled batch waits for somebody'
expect 4 a maker batch submit "$B"
code batch-state
new 2026-09-21
signed
expect 0 a maker batch export "$B" --out pay.txt
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 3000 --seed 1 \
    --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
expect 4 a checker batch refused "$B" --reason 'no'
expect 4 a releaser batch recall "$B" --reason 'no'

# What came back goes to the treasury, and cannot be sent again.
expect 0 r batch show "$B" --json
back=$(field returned_fen)
line=$(python3 -c 'import json; print(json.load(open("out"))["returned"][0]["line"])')
expect 0 a maker batch refund "$B" --line "$line" --reason '缴款书 0012' --json
one=$(field moved_fen)
expect 4 a maker batch reissue "$B" --line "$line"
code line-state
expect 0 a maker batch refund "$B" --reason '缴款书 0013' --json
is moved_fen $((back - one))
expect 4 a maker batch refund "$B" --reason 'again'
code nothing-to-do
expect 0 r batch show "$B" --json
is refunded_fen "$back"
expect 0 a maker batch close "$B"
expect 0 a checker batch close "$B"
expect 0 r report reconcile --json
is differences 0
verified


# Which office signs, and from what amount on two must release: the admins say, and a
# setting they have not signed is none.
expect 2 a admin config set office.relase 财政局
code setting
expect 2 a admin config set release.second-above '1,000'
code setting-value
expect 7 a maker config set office.release 财政局
expect 0 a admin config set office.release 财政局
make_key finance
expect 0 a admin operator add finance --vkey "$(cat finance.vkey)" --role releaser \
    --office 财政局
make_key finance2
expect 0 a admin operator add finance2 --vkey "$(cat finance2.vkey)" --role releaser \
    --office 财政局
expect 0 a admin config set release.second-above 1.00
expect 0 r config show --json
says '"name":"office.release","value":"财政局"'
NOW=2026-10-05T01:00:00Z
expect 0 a maker run --period 2026-10
new 2026-10-10
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 7 a releaser batch release "$B"
code office
expect 0 a finance batch release "$B"
state approved
expect 0 r status
says 'waits for a second releaser'
expect 4 a maker batch export "$B" --out no.txt
expect 7 a finance batch release "$B"
code same-operator
expect 0 a finance2 batch release "$B"
state released
says second-releaser
expect 0 a maker batch export "$B" --out pay.txt
verified
