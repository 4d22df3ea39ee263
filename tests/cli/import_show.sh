# What a file would change is shown before it counts: routes, deaths, decisions, the ended,
# and sums by programme. Lists count in any order and close their own facts only; of deaths
# from several sources the earliest counts. If this fails, a checker signs blindly.
. tests/cli/lib.sh
make_sandbox
A=$(id_of 19400110 001)
B=$(id_of 19400110 002)
C=$(id_of 19400110 003)
cat >people.csv <<END
id_number,name,registration,registration_since,claim_date,account,bank_code
$A,甲,230523,original,2024-01-05,6217000000010001,$BANK
$B,乙,230523,original,2024-01-05,6217000000010002,$BANK
$C,丙,230523,original,2024-01-05,6217000000010003,$BANK
END
import people people.csv
expect 0 a maker run --period 2026-08

cat >facts.csv <<END
id_number,programme,attribute,value,effective,document,source
$A,,death,2026-05-20,,,派出所
$B,old-age,decision,stop,2026-06-30,停〔2026〕1号,
$B,,phone,13900000001,2026-06-30,,
END
expect 0 a maker import facts facts.csv
says 'death: 1'
says 'fact: 1 (phone 1)'
says 'import show 2'
expect 0 r status
[ "$(grep -c 'import show 2\|import confirm 2' out)" = 2 ] || fail 'status'
grep 'almoner import' out | head -1 | grep -q 'show 2' || fail 'to sign comes before to look'
expect 0 r import show 2 --json
is state pending
is kind facts
is made_by maker
says '"death":1,"decision":1,"route":0,.*"fact":1'
says '"attributes":\[{"attribute":"phone","rows":1}\]'
says '"what":"fact","line":4,"person":2,"attribute":"phone"'
says '"what":"death","line":2,"person":1,"attribute":"death","programme":"","before":"","after":"2026-05-20","effective":"2026-05-20","document":"派出所"'
says '"what":"decision","line":3,"person":2'
# A: June to August, 75.00; B: July and August, 50.00.
says '"programme":"old-age","people":2,"more_fen":0,"less_fen":-12500'
is through 2026-08
! grep -q 13900000001 out || fail 'a telephone number is shown in clear'
expect 0 r import show 2
says 'import 2: facts, 3 rows, pending'
says 停〔2026〕1号
says 125.00
says 'almoner import confirm 2'
head -20 out >shown
expect 0 a checker import confirm 2 --dry-run
cmp -s shown out || fail 'a dry run is not what import show shows'
expect 0 r import show 2 --json
is state pending
expect 0 a checker import confirm 2
says 125.00
expect 0 r import show 2
says 'import 2: facts, 3 rows, confirmed'
says 'taken in already, confirmed by checker'
expect 4 r import show 9
code unknown-import
expect 0 a maker run --period 2026-08 --json
is reduction_fen -12500

# The same death from another source, later and earlier: the earliest counts.
printf 'id_number,attribute,value,source\n%s,death,2026-07-01,医院\n' "$A" >late.csv
import facts late.csv
expect 0 a maker run --period 2026-08 --json
is records 0
printf 'id_number,attribute,value,source\n%s,death,2026-03-01,殡葬\n' "$A" >early.csv
expect 0 a maker import facts early.csv --json
n=$(field number)
expect 0 r import show "$n" --json
says '"before":"2026-07-01","after":"2026-03-01"'
says '"less_fen":-5000'
expect 0 a checker import confirm "$n"
expect 0 a maker run --period 2026-08 --json
is reduction_fen -5000
printf 'id_number,attribute,value,effective,source\n%s,death,2026-03-01,2026-03-01,殡葬\n' \
    "$A" >v.csv
expect 0 a maker import voids v.csv --json
n=$(field number)
expect 0 r import show "$n" --json
says '"what":"void"'
says '"more_fen":5000'
expect 0 a checker import confirm "$n"
expect 0 a maker run --period 2026-08 --json
is backpay_fen 5000
# Two rows for one person, programme, attribute and day.
printf 'id_number,attribute,value,effective\n%s,phone,1,2026-07-01\n%s,phone,2,2026-07-01\n' \
    "$B" "$B" >two.csv
expect 3 a maker import facts two.csv --json
says duplicate-row

# A route is shown masked, before and after.
printf 'id_number,account,bank_code,effective\n%s,6217000000099999,%s,2026-08-01\n' \
    "$C" $BANK >r.csv
expect 0 a maker import routes r.csv --json
n=$(field number)
expect 0 r import show "$n" --json
says '"before":"\*\*\*\*0003","after":"\*\*\*\*9999"'
! grep -q 6217000000099999 out || fail 'an account is shown in clear'
expect 0 a checker import confirm "$n"

# Lists: July came before June; a fact of another source is not closed by them.
printf 'id_number,attribute,value,effective\n%s,welfare,dibao-urban,2026-05-01\n' "$B" >w.csv
import facts w.csv
list() { # list MONTH ID...: proposed; its number in n
    month=$1
    shift
    echo id_number,name >list.csv
    for id; do grep "^$id" people.csv | cut -d, -f1,2 >>list.csv; done
    expect 0 a maker import snapshot list.csv --attribute welfare --value dibao-urban \
        --month "$month" --json
    n=$(field number)
}
list 2026-07 "$A" "$C"
expect 0 r import show "$n" --json
says '"begun":2,"ended":0'
expect 0 a checker import confirm "$n"
list 2026-06 "$A"
expect 0 a checker import confirm "$n"
list 2026-07 "$C"
expect 0 r import show "$n" --json
says '"begun":0,"ended":1'
says '"what":"ended","line":0,"person":1,"attribute":"welfare","programme":"","before":"dibao-urban","after":""'
expect 0 a checker import confirm "$n"
expect 0 r person show "$A" --json
says '"effective":"2026-06-01","until":"2026-06-30"'
expect 0 r person show "$B" --json
says '"value":"dibao-urban","effective":"2026-05-01","until":null'
expect 0 a maker run --period 2026-08
verified
expect 0 r report reconcile

# A roster says who is new, and what it adds to who is known.
N=$(id_of 19400110 004)
cat >more.csv <<END
id_number,name,registration,registration_since,claim_date,address
$N,丁,230523,original,2024-01-05,
$C,丙,230523,original,2024-01-05,演练村1号
END
expect 0 a maker import people more.csv --json
n=$(field number)
expect 0 r import show "$n" --json
is kind people
is new_people 1
says '"attributes":\[{"attribute":"address","rows":1}\]'
expect 0 r import show "$n"
says 'new people: 1'
says 'fact: 1 (address 1)'
