# One person entered twice becomes one: facts, accounts, history and money move, both
# numbers lead to who is kept, and what was paid twice becomes receivable. If this fails,
# somebody keeps two pensions, or loses both.
. tests/cli/lib.sh
make_sandbox
K=$(id_of 19400110 001)
D=$(id_of 19400110 002)
E=$(id_of 19400110 003)
F=$(id_of 19400110 004)
G=$(id_of 19400110 005)
{
    echo id_number,name,registration,registration_since,claim_date,account,bank_code,phone
    echo "$K,甲,230523,original,2024-10-05,621700000001,$BANK,"
    echo "$D,甲,230523,original,2024-01-05,621700000002,$BANK,13900000002"
    echo "$E,甲,230523,original,2025-01-05,621700000003,$BANK,"
    echo "$F,己,230523,original,2025-01-05,621700000004,$BANK,"
    echo "$G,己,230523,original,2025-01-05,621700000005,$BANK,"
} >people.csv
import people people.csv
{
    echo id_number,programme,period,amount,paid_on,document
    for m in 01 02 03; do
        echo "$K,old-age,2024-$m,10.00,,甲"
        echo "$D,old-age,2024-$m,7.00,,乙"
    done
} >history.csv
import history history.csv --settled-through 2024-08
# Lists: K in July, D in July and August; the one is on it as long as either was.
list() { printf 'id_number,name\n%s,甲\n' "$2" >list.csv
    [ $# -lt 3 ] || echo "$3,甲" >>list.csv
    import snapshot list.csv --attribute welfare --value dibao-urban --month "$1"; }
list 2026-05 "$K" "$D"
list 2026-06 "$D"
list 2026-07 "$K"
pay 2026-08 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
sum() {
    expect 0 r person show "$1" --json
    field "$2"
}
k=$(sum "$K" paid_fen) d=$(sum "$D" paid_fen)
[ "$k" -gt 0 ] && [ "$d" -gt 0 ] || fail 'nothing was paid'
NOW=2026-09-12T01:00:00Z

# Refused by name: oneself, nobody, two rows of one person, a line that waits.
expect 3 a maker person merge "$D" "$D" --document x --json
says same-person
expect 4 a maker person merge 99 "$K" --document x
code unknown-person
expect 2 a maker person merge "$D" "$K"
printf 'id_number,into,document\n%s,%s,x\n%s,%s,x\n' "$D" "$K" "$E" "$D" >two.csv
expect 3 a maker import merges two.csv --json
says duplicate-row
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel psbc --pay-date 2026-09-20 --json
B=$(field number)
expect 3 a maker person merge "$D" "$K" --document x --json
says line-waiting
for step in submit:maker approve:checker release:releaser; do
    expect 0 a "${step#*:}" batch "${step%:*}" "$B"
done
expect 0 a maker batch export "$B" --out pay.txt

expect 0 a maker person merge 2 1 --document 宝民〔2026〕9号 --json
n=$(field number)
expect 0 r import show "$n" --json
says '"what":"merge","line":2,"person":2,.*"after":"1"' # who is kept is shown
expect 7 a maker import confirm "$n"
expect 0 a checker import confirm "$n"
expect 0 r audit verify --json
is integrity PASS
is completeness PASS
is correctness PASS
# Both numbers lead to the kept one, and say so.
expect 0 r person show 2
says 'merged into person 1'
expect 0 r person show "$D" --json
is number 1
is merged true
expect 0 r person show "$D"
says 'merged into person 1'
expect 0 r explain 2 --programme old-age --period 2026-08 --json
is person 1
expect 0 r person show "$K" --json
is number 1
! grep -q '"merged"' out || fail 'the kept one is called a duplicate'
[ "$(field paid_fen)" = $((k + d)) ] || fail "paid $(field paid_fen), not $((k + d))"
says '"attribute":"phone"'
# The bank answers for lines of the duplicate's number; one comes back.
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 10000 --seed 1 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
verified
expect 0 a maker run --period 2026-09 --json
[ "$(field reduction_fen)" -lt 0 ] || fail 'what was paid twice stays'
expect 0 r person show "$K" --json
[ "$(field receivable_fen)" -gt 0 ] || fail 'nothing is receivable'
# The earlier claim is the duplicate's; the settled months are those of both.
expect 0 r explain "$K" --programme old-age --period 2024-09 --json
is amount_fen 2500
expect 0 r explain "$K" --programme old-age --period 2024-02 --json
is amount_fen 1700
# May to July either was on the list: 100.00 from June to August.
for m in 06 07 08; do
    expect 0 r explain "$K" --programme old-age --period 2026-$m --json
    is amount_fen 10000
done
expect 0 a maker run --period 2026-09 --json
is records 0
verified
expect 0 a maker batch reissue "$B"
verified
expect 0 r report reconcile

# Facts of the duplicate's number go to the kept one; it cannot be entered again.
printf 'id_number,attribute,value,effective\n%s,phone,13900000009,2026-09-01\n' "$D" >facts.csv
import facts facts.csv
expect 0 r person show 1
says 2026-09-01

# Chains: 3 into 2 is 3 into 1 by now; then 1 into 4, and 5 into 4.
expect 0 a maker person merge 3 2 --document 宝民〔2026〕10号 --json
expect 0 a checker import confirm "$(field number)"
expect 0 r person show 3 --json
is number 1
expect 0 a maker batch answer "$B" ans.txt
expect 0 a maker person merge 1 4 --document 宝民〔2026〕11号 --json
expect 0 a checker import confirm "$(field number)"
expect 0 r audit verify --json
is correctness PASS
expect 0 a maker person merge 5 4 --document 宝民〔2026〕12号 --json
expect 0 a checker import confirm "$(field number)"
for who in 1 2 3 5 "$K" "$D" "$E" "$G"; do
    expect 0 r person show "$who" --json
    is number 4
done
expect 0 a maker run --period 2026-09
verified
expect 0 r person show 4 --json
is due_fen 20605 # September alone, which came back: 100.00, and 15% of 707.00
expect 0 r explain "$D" --programme old-age --period 2026-08 --as-known-on 2026-09-01 --json
expect 0 r report reconcile
expect 0 a maker batch new --channel psbc --pay-date 2026-09-25
verified

# The one had lived here without a claim, the other claimed under a wrong place: together
# they were due all along, and the merge is named as what brought it about.
P=$(id_of 19400110 006)
Q=$(id_of 19400110 007)
cat >people.csv <<END
id_number,name,registration,registration_since,claim_date
$P,庚,230523,2024-09-01,
$Q,庚,110101,original,2024-01-05
END
import people people.csv
expect 0 a maker run --period 2026-09
expect 0 r report arrears --json
before=$(field count)
expect 0 a maker person merge "$Q" "$P" --document 宝民〔2026〕13号 --json
expect 0 a checker import confirm "$(field number)"
expect 0 a maker run --period 2026-09
expect 0 r report arrears --json
[ "$(field count)" -gt "$before" ] || fail 'the merge gave nothing'
says '"cause":"merge'
