# A court's order and an ex gratia payment are posted by two people, beside the rule or
# against it, also for the dead and who is not eligible; each entry names its record. If
# this fails, a judgment cannot be carried out, or is paid twice.
. tests/cli/lib.sh
make_sandbox
A=$(id_of 19400110 001) # 25.00 a month
B=$(id_of 19700110 002) # too young
C=$(id_of 19400110 003) # dead
cat >people.csv <<END
id_number,name,registration,registration_since,claim_date,account,bank_code
$A,甲,230523,original,2024-01-05,621700000001,$BANK
$B,乙,230523,original,,621700000002,$BANK
$C,丙,230523,original,2024-01-05,621700000003,$BANK
END
import people people.csv
printf 'id_number,attribute,value\n%s,death,2026-03-05\n' "$C" >death.csv
import facts death.csv
expect 0 a maker run --period 2026-08
due() {
    expect 0 r person show "$1" --json
    field due_fen
}
a0=$(due "$A") c0=$(due "$C")
[ "$(due "$B")" = 0 ] || fail 'the young is granted something'

post() { expect "$1" a "$2" correct post "$3" --programme "$4" --from "$5" --to "$6" \
    --amount "$7" "$8" --document 民初8号 --json; }
order() {
    post 0 maker "$@"
    expect 0 a checker import confirm "$(field number)"
}
# Refused by name.
expect 2 a maker correct post "$A" --programme old-age --from 2026-01 --to 2026-02 \
    --amount 1.00 --document x
says beside
expect 2 a maker correct post "$A" --programme old-age --from 2026-01 --to 2026-02 \
    --amount 1.00 --counts --beside --document x
expect 2 a maker correct post "$A" --programme old-age --from 2026-01 --to 2026-02 \
    --amount 1.00 --counts
code missing-option
post 3 maker "$A" no-such 2026-01 2026-02 1.00 --counts
says unknown-programme
post 3 maker "$A" old-age 2026-03 2026-02 1.00 --counts
says until-before-effective
post 3 maker "$A" old-age 2026-01 2026-02 0.00 --counts
says bad-amount
post 3 maker "$A" old-age 2026-01 2026-02 1.005 --counts
says bad-amount
post 3 maker "$A" old-age 2001-01 2026-02 1.00 --counts
says before-policies
post 7 checker "$A" old-age 2026-01 2026-02 1.00 --counts
printf 'id_number,attribute,programme,value,effective\n%s,order,old-age,beside,2026-01-01\n' \
    "$A" >sly.csv
expect 3 a maker import facts sly.csv --json
says not-a-fact

# Counting: the larger of both; two orders that count add up.
order "$A" old-age 2026-01 2026-03 20 --counts
expect 0 a maker run --period 2026-08 --json
is records 0
order "$A" old-age 2026-01 2026-02 15.00 --counts
expect 0 a maker run --period 2026-08 --json
is backpay_fen 2000 # 35.00 instead of 25.00, twice
# Beside, two months to come as well: each record names the order's.
order "$A" old-age 2026-08 2026-10 5.50 --beside
at=$(r status --json | tr ',' '\n' | sed -n 's/"size"://p')
expect 0 a maker run --period 2026-08
NOW=2026-10-05T01:00:00Z
expect 0 a maker run --period 2026-09
expect 0 a maker run --period 2026-10
[ "$(due "$A")" = $((a0 + 2000 + 2 * 2500 + 3 * 550)) ] || fail "A is due $(due "$A")"
size=$(r status --json | tr ',' '\n' | sed -n 's/"size"://p')
expect 0 r audit record $((size - 2))
says "6: \[$((at - 2))\]"
# Who is not eligible, and who is dead.
order "$B" old-age 2026-05 2026-06 100.00 --beside
order "$C" old-age 2026-05 2026-05 80.00 --counts
expect 0 a maker run --period 2026-10
[ "$(due "$B")" = 20000 ] || fail "B is due $(due "$B")"
[ "$(due "$C")" = $((c0 + 8000)) ] || fail "C is due $(due "$C")"
expect 0 a maker run --period 2026-10 --json
is records 0
verified

# An order can be taken back like any other entry, and comes by file too.
expect 0 r person show "$B"
n=$(awk '$2 == "order" { print $1 }' out)
expect 0 a maker fact void "$B" --entry "$n" --reason 撤销 --json
expect 0 a checker import confirm "$(field number)"
expect 0 a maker run --period 2026-10
[ "$(due "$B")" = 0 ] || fail "B is still due $(due "$B")"
cat >orders.csv <<END
id_number,programme,from,to,amount,effect,document
$B,old-age,2026-07,2026-07,10.00,beside,会议纪要1号
$B,old-age,2026-07,2026-07,11.00,beside,会议纪要2号
END
import orders orders.csv
# The same row in another file would be paid once more.
printf '%s,old-age,2026-07,2026-07,12.00,beside,会议纪要3号\n' "$B" >>orders.csv
expect 3 a maker import orders orders.csv --json
says order-known
! grep -q '会议纪要3号' out || fail 'the new row is refused too'
expect 0 a maker run --period 2026-10
[ "$(due "$B")" = 2100 ] || fail "B is due $(due "$B")"
verified
expect 0 r explain "$B" --programme old-age --period 2026-07 --json
is amount_fen 2100
says 会议纪要1号
expect 0 r report reconcile
expect 0 r report arrears --period 2026-10 --json
says '"cause":"order"'
# The letter names the order, not why the rule would give nothing.
expect 0 a maker report letters --kind backpay --period 2026-10 --out letters.html
grep -q '原因：[^<]*按人工补记（会议纪要' letters.html || fail 'the order is not the reason'

# One order under two numbers of one person is one order.
expect 0 a maker correct post "$A" --programme old-age --from 2026-07 --to 2026-07 \
    --amount 10.00 --beside --document 会议纪要1号 --json
expect 0 a checker import confirm "$(field number)"
expect 0 a maker person merge "$A" "$B" --document 宝民〔2026〕9号 --json
expect 0 a checker import confirm "$(field number)"
expect 0 a maker run --period 2026-10
expect 0 r explain "$B" --programme old-age --period 2026-07 --json
is amount_fen 2100
verified
