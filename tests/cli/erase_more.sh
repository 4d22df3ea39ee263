# Erasing who was entered twice, and who paid something back: all rows go, and registers,
# recoveries, letters and lists still tell the money. If this fails, a duplicate keeps what was
# erased, or a report stops at somebody who is gone.
. tests/cli/lib.sh
make_sandbox
expect 0 "$SIM" county --people 40 --seed 7 --out county --gbk-names --date 2026-09-01
import people county/people.csv
for kind in urban rural margin; do
    import snapshot "county/dibao-$kind-2026-09.csv" --attribute welfare \
        --value "dibao-$kind" --month 2026-09
done
pay 2026-09 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 --out ans.txt
n=$(($(wc -l <ans.txt) - 1)) # the last payment, Q's, comes back, and goes to the treasury
LC_ALL=C sed -i "${n}s/|0000|/|1003|/" ans.txt
expect 0 a maker batch answer "$B" ans.txt
expect 0 r report returns --json
Q=$(field person)
expect 0 a maker batch refund "$B" --reason '缴款书 1'
expect 0 a auditor person show "$Q" --reveal
IDQ=$(grep -o '[0-9]\{17\}[0-9X]' out | head -1)
expect 0 r batch show 1 --lines --json
P=$(tr -d '\n' <out | grep -o '"payments.*' | grep -o '"person": *[0-9]*' | head -1 |
    grep -o '[0-9]*$')
expect 0 a auditor person show "$P" --reveal
ID=$(grep -o '[0-9]\{17\}[0-9X]' out | head -1)
# The same person again under another number, merged; both erased in the end.
TWICE=$(id_of 19350303 777)
{
    head -1 county/people.csv
    grep "^$ID," county/people.csv | sed "s/$ID/$TWICE/; s/,6[0-9]*,/,6217000000000099999,/"
} >twice.csv
import people twice.csv
expect 0 r person show "$TWICE" --json
D=$(field number)
expect 0 a maker person merge "$TWICE" "$ID" --document 演并1号 --json
expect 0 a checker import confirm "$(field number)"
# Died in July: September is receivable, and an heir pays it back.
NOW=2026-10-05T01:00:00Z
{
    echo id_number,attribute,value,effective
    echo "$ID,death,2026-07-20,2026-07-20"
    echo "$IDQ,death,2026-09-30,2026-09-30"
} >death.csv
import facts death.csv
expect 0 a maker run --period 2026-10
expect 0 r person show "$P" --json
owed=$(field receivable_fen)
[ "$owed" -gt 0 ] || fail 'nothing is receivable'
expect 0 a admin retention set payments 1 --document x
expect 0 a admin retention set applications 1 --document x
expect 4 a maker person erase "$P" --reason 期满 --document 演销1号
code money-open
programme=$(expect 0 r report recoveries --json && field programme)
expect 0 a maker correct decide "$P" --programme "$programme" --method repay \
    --document 演追1号 --served 2026-10-05 --json
N=$(field number)
expect 0 a checker correct confirm "$N"
expect 0 a maker correct repay "$N" --amount "$((owed / 100)).$(printf %02d $((owed % 100)))" \
    --on 2026-10-05 --from-whom heir --name 演练继承人
NOW=2027-10-05T01:00:00Z
expect 4 a maker person erase "$P" --reason 期满 --document 演销1号
code retention # the repayment counts, a year is not over
NOW=2027-10-06T01:00:00Z
expect 4 a maker person erase "$D" --reason 期满 --document 演销1号
code merged
says "$P"
expect 0 a auditor person hold "$D" --reason 审计 --document 演审1号 --json
is person "$P"
expect 0 a checker person release-hold "$P" --reason 审计结束 --document 演审1号
expect 0 a maker person erase "$P" --reason 期满 --document 演销1号
expect 0 a checker person erase "$P" --confirm --json
is rows 2
expect 0 r person show "$D"
says 'certificate record'
says "sealed row of $D"
expect 0 r person show "$P" --json
is lookups 2
is recovered_fen "$owed"
for id in "$ID" "$TWICE"; do
    expect 4 r person show "$id"
    code unknown-person
done
expect 0 a maker person erase "$Q" --reason 期满 --document 演销2号
expect 0 a checker person erase "$Q" --confirm
expect 0 r report returns --all
says '已销毁/erased'
verified
is erased 3
expect 0 r report recoveries
says '已销毁/erased'
expect 0 r report recoveries --json
is differences 0
expect 0 r report arrears
expect 0 r report reconcile
expect 0 r correct show "$N"
says '已销毁/erased'
expect 0 r correct list --all
expect 0 r status
expect 0 a maker report letters --kind stop --period 2026-10 --out stop.html --json
! grep -q "$ID" stop.html 2>/dev/null || fail 'a letter to who was erased'
expect 0 r batch show 1 --lines --json
says '已销毁/erased'
expect 0 a maker run --period 2027-10 --json
# An institution is nobody's data.
{
    echo credit_code,name,division,account,account_name,bank_code
    echo "$(credit_code 53230523MJY000001),演练敬老院,230523,6217000000000077777,演练敬老院,$BANK"
} >inst.csv
import institutions inst.csv
expect 0 r status --json
I=$(expect 0 r person show "$(credit_code 53230523MJY000001)" --json && field number)
expect 4 a maker person erase "$I" --reason 期满 --document 演销1号
code institution
verified
evidence
