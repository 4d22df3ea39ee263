# Twelve months of a county, as a maker, a checker, a releaser of the finance office and an
# auditor have them: public lists, deaths that come late, drops, rejections, a refused
# file, a recall, another day, a fund that runs out, returns weeks after "paid" and of last
# year's money, months and a year that close. Each figure of the page is held against the
# books of a bank that saw the files alone (twelve_months.py), and each refusal on the way
# says what to do next. If this fails, money is lost somewhere in a year, or somebody is
# left before a message that does not help.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'

# Whoever is refused is told what to do.
expect() {
    want=$1
    shift
    "$@" >out 2>err
    got=$?
    [ "$got" -eq "$want" ] || {
        cat out err >&2
        fail "exit $got instead of $want on $NOW: $*"
    }
    [ "$got" -lt 2 ] || grep -q '^ *hint: .' err || grep -q '"hint": *"[^"]' out || {
        cat out err >&2
        fail "no word of what to do next: $*"
    }
    [ "$got" -lt 2 ] || REFUSED=$((REFUSED + 1))
}
REFUSED=0
bank() {
    python3 -I -S -B "$TOP/tests/cli/twelve_months.py" "$@" ||
        fail "on $NOW: bank $*"
}
on() { # on DAY: it is that day
    NOW=$1T01:00:00Z
}

# ---- one month's work ----

# listed MONTH: the public list hangs its days and is taken down
listed() {
    rm -f list.csv
    on "$1-02"
    expect 0 a maker notice publish --programme old-age --period "$1" --all --days 3 \
        --from "$1-02" --level 村 --out list.csv --json
    LIST=$(field number)
    expect 4 a maker notice close "$LIST"
    code notice-days
    on "$1-05"
    expect 0 a maker notice close "$LIST"
}
new() { # new DAY: a batch of what is due; B is its number
    expect 0 a maker batch new --channel psbc --pay-date "$1" --json
    B=$(field number)
    expect 0 r batch show "$B" --json
    LINES=$(field lines)
}
signed() {
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
    expect 0 a finance batch release "$B"
}
sent() { # sent MONTH
    rm -f pay.txt
    expect 0 a maker batch export "$B" --out pay.txt
    bank send pay.txt "$1" "$B"
}
# answered BATCH RULE...: the bank's word is taken in, and once more, which does nothing
answered() {
    bank answer answer.txt "$@"
    expect 0 a maker batch answer "$1" answer.txt
    expect 0 r status --json
    is_size=$(field size)
    expect 0 a maker batch answer "$1" answer.txt
    expect 0 r status --json
    is size "$is_size"
    expect 0 r batch show "$1" --json
    bank batch "$1"
}
reissued() { # reissued BATCH
    expect 0 a maker batch reissue "$1"
    for was in rejected returned; do
        grep -q "\"batch\": $1, \"state\": \"$was\"" bank.json && bank drop "$1" $was reissued
    done
    expect 0 r batch show "$1" --json
    bank batch "$1"
}
closed() { # closed BATCH
    expect 0 a maker batch close "$1"
    expect 7 a maker batch close "$1"
    expect 0 a checker batch close "$1"
}
page() { # page MONTH...
    for month; do
        expect 0 r report reconcile --month "$month" --json
        bank page "$month"
    done
}
books_closed() { # books_closed MONTH
    expect 0 a maker month close "$1"
    expect 7 a maker month confirm "$1"
    expect 0 a checker month confirm "$1"
    page "$1"
}
# begun MONTH: run, list and batch of what is due, on the 8th
begun() {
    on "$1-01"
    expect 0 a maker run --period "$1" --json
    listed "$1"
    on "$1-08"
    new "$1-12"
}
deaths() { # deaths DAY PERSON...
    day=$1
    shift
    echo id_number,attribute,value,effective,document >deaths.csv
    for who; do
        expect 0 a auditor person show "$who" --reveal --json
        echo "$(field id_number),death,$day,,证$who号" >>deaths.csv
    done
    import facts deaths.csv
}
payee() { # payee N: the person of the N-th line of the batch
    expect 0 r batch show "$B" --lines --json
    PERSON=$(python3 -c 'import json, sys
print(json.load(open("out"))["payments"][int(sys.argv[1]) - 1]["person"])' "$1")
}

# ---- the county ----
make_sandbox
make_county 300 3
make_key finance
expect 0 a admin operator add finance --vkey "$(cat finance.vkey)" --role releaser \
    --office 财政局
for setting in 'office.release 财政局' 'funds on' 'notice.required.old-age on'; do
    expect 0 a admin config set $setting
done

# ---- September: not listed, no appropriation; rejected; answered in four parts ----
expect 0 a maker run --period 2026-09 --json
regular=$(field regular_fen)
backpay=$(field backpay_fen)
expect 4 a maker batch new --channel psbc --pay-date 2026-09-12
code nothing-due
begun 2026-09
expect 4 a maker batch submit "$B"
code no-appropriation
expect 0 a maker budget set --source county --year 2026 --document 宝财指〔2026〕1号 \
    --amount $(((regular * 31 / 5 + backpay) / 100)).00 --json
COUNTY=$(field number)
expect 0 a checker budget confirm "$COUNTY"
expect 4 a checker batch approve "$B"
code batch-state
expect 0 a maker batch submit "$B"
expect 7 a maker batch approve "$B"
expect 0 a checker batch reject "$B" --reason '户名须核对'
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 7 a releaser batch release "$B"
code office
expect 4 a maker batch export "$B" --out pay.txt
expect 0 a finance batch release "$B"
sent 2026-09
SEP=$B
answered "$SEP" sent:paid:20 sent:rejected:3
on 2026-09-14
answered "$SEP" sent:unknown:4 sent:paid:30 sent:returned:2
answered "$SEP" unknown:paid:1 unknown:rejected:1
expect 4 a maker batch close "$SEP"
code lines-open
expect 4 a maker month close 2026-09
code month-batch
answered "$SEP" unknown:paid:all sent:paid:all
page 2026-09
closed "$SEP"
on 2026-10-01
books_closed 2026-09

# ---- October: two are dead on the 8th; returns weeks after "paid" ----
answered "$SEP" paid:returned:3
expect 0 r report returns --json
reissued "$SEP"
page 2026-09
grep -q '"late_elsewhere":{"count":0' out && fail 'nothing is late in September'
begun 2026-10
signed
payee 5
first=$PERSON
payee 9
deaths 2026-10-06 "$first" "$PERSON"
expect 4 a maker batch drop "$B" --line 99999 --reason x
expect 0 a maker batch drop "$B" --person "$first" --person "$PERSON" \
    --reason '8日通报死亡'
expect 4 a maker batch export "$B" --out pay.txt
expect 0 a maker run --period 2026-10
signed
sent 2026-10
OCT=$B
answered "$OCT" sent:paid:all
closed "$OCT"
on 2026-11-01
books_closed 2026-10
verified

# ---- November: the bank takes nothing of the file ----
begun 2026-11
signed
sent 2026-11
expect 0 a checker batch refused "$B" --file pay.txt --reason 'H019 合计与明细不符'
expect 4 a maker batch answer "$B" answer.txt
code batch-state
signed
sent 2026-11
NOV=$B
answered "$NOV" sent:rejected:4 sent:paid:all
# The bank says of one it refused that it was paid after all: not taken by itself.
bank wrong wrong.txt "$NOV" rejected paid
expect 3 a maker batch answer "$NOV" wrong.txt
code contradicts
says 'correct'
bank wrong wrong.txt "$NOV" rejected paid 1
expect 3 a maker batch answer "$NOV" wrong.txt
# Two lines are of one who died: they are sent again to the heir's account alone.
expect 0 a maker batch reissue "$NOV" --json
is left_dead 2
expect 0 a auditor person show "$first" --reveal --json
{
    echo id_number,account,payee_id_number,payee_name,relation,authorisation,effective
    echo "$(field id_number),6299990000000099994,$(id_number 19700102 001),李某,继承人,"\
"公证1号,2026-11-01"
} >routes.csv
import routes routes.csv
reissued "$NOV"
closed "$NOV"
on 2026-12-01
books_closed 2026-11

# ---- December: the fund runs out; the wrong bank; another day ----
begun 2026-12
expect 4 a maker batch submit "$B"
code funds-short
expect 0 a maker batch cancel "$B" --reason 'wrong bank'
expect 4 a maker batch submit "$B"
new 2026-12-12
expect 0 a maker budget set --adjust "$COUNTY" --document 宝财指〔2026〕9号 \
    --amount $((regular / 50)).00 --json
adjusted=$(field number)
expect 4 a maker batch submit "$B"
code funds-short
expect 0 a checker budget confirm "$adjusted"
signed
expect 4 a finance batch redate "$B" --pay-date 2027-01-05 --reason late
code fund-year
expect 7 a maker batch redate "$B" --pay-date 2026-12-28 --reason late
expect 0 a finance batch redate "$B" --pay-date 2026-12-28 --reason '资金未到账'
on 2026-12-27
sent 2026-12
DEC=$B
answered "$DEC" sent:paid:60 sent:unknown:2
on 2027-01-01
answered "$DEC" unknown:paid:all sent:paid:all
closed "$DEC"
expect 4 a maker year close 2026
code year-months
books_closed 2026-12
expect 0 a maker year close 2026
expect 7 a maker year confirm 2026
expect 0 a checker year confirm 2026

# ---- January: last year's money comes back; one to the treasury ----
answered "$DEC" paid:returned:2
line=$(python3 -c 'import json; print(json.load(open("out"))["returned"][0]["line"])')
expect 0 a maker batch refund "$DEC" --reason '缴款书 0012'
bank drop "$DEC" returned refunded
expect 4 a maker batch reissue "$DEC" --line "$line"
code line-state
begun 2027-01
expect 4 a maker batch submit "$B"
code no-appropriation
expect 0 a maker budget set --source county --year 2027 --document 宝财指〔2027〕1号 \
    --amount $((regular / 5)).00 --json
expect 0 a checker budget confirm "$(field number)"
signed
sent 2027-01
JAN=$B
answered "$JAN" sent:paid:all
closed "$JAN"
on 2027-02-01
books_closed 2027-01
verified

# ---- February: recalled, made anew ----
begun 2027-02
signed
sent 2027-02
expect 7 a maker batch recall "$B" --reason '撤回'
expect 0 a finance batch recall "$B" --reason '撤回确认函 3'
bank drop "$B" sent recalled
expect 4 a maker batch answer "$B" answer.txt
code batch-state
new 2027-02-14
signed
sent 2027-02
FEB=$B
answered "$FEB" sent:paid:all
closed "$FEB"
on 2027-03-01
books_closed 2027-02

# ---- March: deaths of December are told; one is repaid, one not owed any more ----
payee 12
heir=$PERSON
payee 14
waived=$PERSON
deaths 2026-12-03 "$heir" "$waived"
begun 2027-03
signed
sent 2027-03
MAR=$B
answered "$MAR" sent:paid:all
closed "$MAR"
expect 0 a auditor person show "$heir" --json
owed=$(field receivable_fen)
[ "$owed" -gt 0 ] || fail 'who died in December owes nothing'
expect 4 a maker correct decide "$heir" --programme old-age --method set-off \
    --document 宝民追〔2027〕1号 --served 2027-03-08
expect 0 a maker correct decide "$heir" --programme old-age --method repay \
    --document 宝民追〔2027〕1号 --served 2027-03-08 --json
N=$(field number)
expect 7 a maker correct confirm "$N"
expect 0 a checker correct confirm "$N"
expect 0 a maker correct repay "$N" --amount "$(printf '%d.%02d' $((owed / 100)) \
    $((owed % 100)))" --on 2027-03-08 --from-whom heir --name 演练付款人
expect 0 a maker correct decide "$waived" --programme old-age --method waive \
    --document 宝民追〔2027〕2号 --served 2027-03-08 --json
expect 0 a checker correct confirm "$(field number)"
on 2027-04-01
books_closed 2027-03

# ---- April: the same line comes back again and again ----
begun 2027-04
signed
sent 2027-04
APR=$B
answered "$APR" sent:rejected:1 sent:paid:all
reissued "$APR"
new 2027-04-20
signed
sent 2027-04
answered "$B" sent:returned:all
reissued "$B"
closed "$APR"
closed "$B"
on 2027-05-01
books_closed 2027-04

# ---- May to July: months in which little happens ----
for month in 05 06 07; do
    begun 2027-$month
    signed
    sent 2027-$month
    answered "$B" sent:returned:2 sent:paid:all
    reissued "$B"
    closed "$B"
    on 2027-$((month + 1 < 10 ? 0 : 1))$((month + 1))-01
    books_closed 2027-$month
done

# ---- August: what is left ----
begun 2027-08
signed
sent 2027-08
answered "$B" sent:paid:all
closed "$B"
on 2027-08-31
books_closed 2027-08
page 2026-09 2026-10 2026-11 2026-12 2027-01 2027-02 2027-03 2027-04 2027-05 2027-06 \
    2027-07
expect 0 r report reconcile --json
bank zeros
expect 0 r report returns --json
is count 0
expect 0 r report journal --from 2026-09 --to 2027-08 --out journal.csv --json
is differences 0
[ "$REFUSED" -ge 40 ] || fail "only $REFUSED refusals"
verified
evidence
