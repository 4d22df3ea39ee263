# Overpayments come back: by repayment from heirs, out of later dues by the policy's share
# over several runs, by a plan; or are waived and written off. If this fails, somebody pays
# twice, is paid twice, or fen are lost between the registers and the books.
. tests/cli/lib.sh
for name in admin maker checker releaser both; do make_key "$name"; done
NOW=2026-07-05T01:00:00Z
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox \
    --admin admin --admin-vkey "$(cat admin.vkey)" --now "$NOW"
for name in maker checker releaser; do add_operator "$name" "$name"; done
add_operator both maker,checker
expect 0 a admin channel add psbc --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format pipe-trailer
# Half of later dues may be set off; the amount is odd, so that half of it is no whole fen.
sed 's/440605/230523/g; s/certification: {every: 12, resume: .*/certification: none/
    s/every: 3/every: 1/; s/backdate: 12/backdate: all/; s/start: next-month/start: same-month/
    s/per-month: 100.00/per-month: 100.01/' "$TOP/policies/practice/nanhai.yaml" >half.yaml
expect 0 a maker policy adopt half.yaml
expect 0 a checker policy confirm 1

# pay_all MONTH: run, batch, and a bank that pays everything.
pay_all() {
    NOW=$1-05T01:00:00Z
    pay "$1" "$1-10"
    expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 \
        --out ans.txt
    expect 0 a maker batch answer "$B" ans.txt
}

has() { # has PERSON FIELD FEN
    expect 0 r person show "$1" --json
    is "$2" "$3"
}

# The books hold, and the register of recoveries agrees with them to the fen.
agreed() {
    verified
    expect 0 r report reconcile
    expect 0 r report recoveries --json
    is differences 0
}

# id BORN SERIAL: an ID number of nobody, with its check digit (GB 11643).
id() {
    awk -v s="230523$1$2" 'BEGIN {
        split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", w, " ")
        for (i = 1; i <= 17; i++) sum += substr(s, i, 1) * w[i]
        print s substr("10X98765432", sum % 11 + 1, 1)
    }'
}
echo id_number,name,registration,registration_since,claim_date,account,account_name,bank_code \
    >people.csv
for n in 1 2 3 4 5; do
    echo "$(id "194${n}0101" 101),演练人,230523001001,original,2026-07-01,621700000000001000$n,演练人,$BANK" \
        >>people.csv
done
import people people.csv
for month in 2026-07 2026-08 2026-09; do pay_all $month; done

# In October it is learned that 1 died in July, and that 2 to 5 had moved away in August;
# 2 came back in October.
NOW=2026-10-05T01:00:00Z
{
    echo id_number,attribute,value,effective
    echo "$(id 19410101 101),death,2026-07-20,2026-07-20"
    for n in 2 3 4 5; do
        echo "$(id "194${n}0101" 101),registration,110101,2026-08-01"
    done
    echo "$(id 19420101 101),registration,230523,2026-10-01"
} >late.csv
import facts late.csv
expect 0 a maker run --period 2026-10 --json
is set_off_fen 0
has 1 receivable_fen 30003
for n in 2 3 4 5; do has $n receivable_fen 20002; done
agreed
is total_open_fen 110011
expect 0 r status
says '5 people owe 1,100.11 yuan that nobody has decided on'
says 'almoner report recoveries'

# decide ID METHOD ARGS...: N is its number.
decide() {
    who=$1
    how=$2
    shift 2
    expect 0 a maker correct decide "$who" --programme old-age --method "$how" \
        --document "演追$who号" --served 2026-10-06 --json "$@"
    N=$(field number)
}
NOW=2026-10-08T01:00:00Z

# Refused, each with what to do instead.
expect 4 a maker correct decide 1 --programme old-age --method set-off --document x \
    --served 2026-10-06
code dead
says '--method repay'
expect 4 a maker correct decide 1 --programme old-age --method plan --monthly 10 \
    --document x --served 2026-10-06
code dead
expect 3 a maker correct decide 2 --programme old-age --method repay --document x \
    --served 2026-10-09
code served
expect 4 a maker correct decide 2 --programme care --method repay --document x \
    --served 2026-10-06
code nothing-receivable
expect 2 a maker correct decide 2 --programme old-age --method beg --document x \
    --served 2026-10-06
says 'set-off, repay'
expect 7 a checker correct decide 2 --programme old-age --method repay --document x \
    --served 2026-10-06
code role
expect 3 a maker correct plan 4 --programme old-age --document x --served 2026-10-06
code plan
expect 3 a maker correct plan 4 --programme old-age --document x --served 2026-10-06 \
    --monthly 100 --months 9
says '200.02 in months of 100.00 takes 3'
expect 4 r correct show 1
code unknown-recovery

# The dead: an heir pays back in two parts, the oldest month first.
decide 1 repay
expect 4 a maker correct repay "$N" --amount 1 --on 2026-10-08 --from-whom heir --name 甲
code recovery-state
says 'correct confirm'
expect 4 a maker correct decide 1 --programme old-age --method waive --document x \
    --served 2026-10-06
code nothing-receivable
says "recovery $N is open"
# Refused, it stands in no other's way, and cannot be decided any more.
expect 0 a checker correct refuse "$N" --reason 文书有误
expect 4 a checker correct confirm "$N"
code refused
expect 4 a maker correct repay "$N" --amount 1 --on 2026-10-08 --from-whom heir --name 甲
says 'is refused, not decided'
expect 0 r correct list --all
says 'refused by checker, .*: 文书有误'
decide 1 repay
expect 0 a checker correct confirm "$N"
expect 4 a checker correct confirm "$N"
code recovery-state
expect 3 a maker correct repay "$N" --amount 1 --on 2026-10-08 --from-whom heir
code name
expect 4 a maker correct repay "$N" --amount 300.04 --on 2026-10-08 --from-whom heir --name 甲
code too-much
expect 0 a maker correct repay "$N" --amount 150.00 --on 2026-10-08 --from-whom heir \
    --name 演练继承人 --json
is open_fen 15003
has 1 recovered_fen 15000
agreed
expect 0 a maker correct repay "$N" --amount 150.03 --on 2026-10-08 --from-whom village \
    --name 演练村 --json
is open_fen 0
is state done
expect 4 a maker correct repay "$N" --amount 0.01 --on 2026-10-08 --from-whom village --name 演练村
code recovery-state
has 1 receivable_fen 0
! grep -rq 演练继承人 "$L" || fail 'the name of an heir lies in clear'
agreed

# The living: half of each later month; who proposed cannot confirm.
expect 0 a both correct decide 2 --programme old-age --method set-off \
    --document 演追2号 --served 2026-10-06 --json
N=$(field number)
expect 7 a both correct confirm "$N"
code same-operator
expect 0 r status
says "almoner correct confirm $N"
expect 0 a maker run --period 2026-10 --json
is set_off_fen 0
expect 0 a checker correct confirm "$N"
expect 0 a maker run --period 2026-10 --json # October is not after the day of service
is set_off_fen 0

# Waived, planned, written off.
decide 3 waive
expect 0 a checker correct confirm "$N"
has 3 waived_fen 20002
has 3 receivable_fen 0
decide 4 plan --monthly 70
is plan_months 3
PLAN=$N
expect 0 a checker correct confirm "$PLAN"
expect 0 a maker correct repay "$PLAN" --amount 70 --on 2026-10-08 --from-whom self
decide 5 write-off --from 2026-09
OLD=$N
decide 5 write-off --replaces "$OLD"
expect 4 a checker correct confirm "$OLD"
code recovery-state
expect 0 a checker correct confirm "$N"
has 5 written_off_fen 20002
agreed
is total_open_fen 33004
expect 0 r status
! grep -q 'nobody has decided' out || fail 'all of it is decided'
expect 0 r correct show "$PLAN" --json
is nothing_open false

# November on: a dry run says what the run does, again there is nothing; 50.00 a month of
# 100.01, and what is left in March.
for month in 2026-11 2026-12 2027-01 2027-02; do
    NOW=$month-05T01:00:00Z
    expect 0 a maker run --period $month --dry-run --json
    is set_off_fen 5000
    expect 0 a maker run --period $month --json
    is set_off_fen 5000
    expect 0 a maker run --period $month --json
    is set_off_fen 0
    is records 0
    agreed
done
has 2 receivable_fen 2
has 2 set_off_fen 20000
NOW=2027-03-05T01:00:00Z
expect 0 a maker run --period 2027-03 --json
is set_off_fen 2
has 2 receivable_fen 0
has 2 due_fen 40004 # six months of 100.01, less 200.02
agreed
expect 0 r correct list --json
is number "$PLAN"

# A run that finds nothing but a set-off: decided when the month was run already.
NOW=2027-03-06T01:00:00Z
{
    echo id_number,attribute,value,effective
    echo "$(id 19420101 101),registration,110101,2026-07-01"
    echo "$(id 19420101 101),registration,230523,2026-08-01"
} >again.csv
import facts again.csv
expect 0 a maker run --period 2027-03
has 2 receivable_fen 10001
expect 0 a maker correct decide 2 --programme old-age --method set-off \
    --document 演追6号 --served 2026-10-31 --json
expect 0 a checker correct confirm "$(field number)"
expect 0 a maker run --period 2027-03 --json
is records 0
is set_offs 1
is set_off_fen 4998 # March gave 0.02 of its 50.00; the months before gave theirs
expect 0 a maker run --period 2027-03 --json
is set_offs 0
agreed

# The move of 3 was a mistake: the months are granted again, the waiver is cancelled, and
# nothing is paid twice.
{
    echo id_number,attribute,value,effective
    echo "$(id 19430101 101),registration,230523,2026-08-01"
} >mistake.csv
import facts mistake.csv
expect 0 a maker run --period 2027-03
has 3 waived_fen 0
has 3 receivable_fen 0
has 3 paid_fen 330033
has 3 due_fen 60006 # October to March
# The move of 5 too, whose overpayment was written off; and of 4, who paid 70.00 back: that
# is paid again.
{
    echo id_number,attribute,value,effective
    echo "$(id 19440101 101),registration,230523,2026-08-01"
    echo "$(id 19450101 101),registration,230523,2026-08-01"
} >mistake.csv
import facts mistake.csv
expect 0 a maker run --period 2027-03
has 5 written_off_fen 0
has 5 due_fen 60006
has 4 receivable_fen 0
has 4 recovered_fen 7000
has 4 due_fen 67006
agreed
# Its decision stands in the records, and nothing is left to bring in.
expect 0 r correct show "$PLAN"
says 'nothing is open any more'
expect 0 r correct show "$PLAN" --json
is state decided
is open_fen 0
is nothing_open true
expect 0 r correct list
says 'nothing is open any more'
expect 0 r --lang zh correct list
says 已无余额
expect 0 r report arrears --json
expect 0 r report recoveries
says 'set off'
# Letters: one page a person, recorded as a reveal; who is told nothing gets none.
size() {
    expect 0 r status --json
    field size
}
before=$(size)
expect 0 a maker report letters --kind recovery --period 2026-10 --out nobody.html --json
is letters 0
[ ! -e nobody.html ] || fail 'letters to nobody'
[ "$(size)" = "$before" ] || fail 'a reveal of nothing'
expect 0 a maker report letters --kind stop --period 2026-10 --out stop.html --json
is letters 1
[ "$(grep -c '<section>' stop.html)" = 1 ] || fail 'pages'
grep -q '自2026年7月起停发' stop.html || fail 'the stop is not from July on'
grep -q "$(id 19410101 101)" stop.html || fail 'a letter names its person'
[ "$(size)" = $((before + 1)) ] || fail 'the letters are not recorded'
expect 0 a maker report letters --kind backpay --period 2027-03 --out late.html --json
is letters 4
expect 4 a maker report letters --kind stop --period 2026-06 --out x.html
code no-run
expect 0 r report recoveries --out register.csv
[ "$(wc -l <register.csv)" = 4 ] || fail 'rows of the register'
verified

# Each of these postings has its entry, or "none" by name, in the mapping of the example.
for year in 2026 2027; do
    sed "s/^year: .*/year: $year/" "$TOP/mappings/journal-government.yaml" >map.yaml
    expect 0 r report journal --from $year-01 --to $year-12 --mapping map.yaml \
        --out $year.csv --json
    is differences 0
done
grep -q ',repayment,.*,400101,-' 2026.csv 2027.csv || fail 'repaid money is not in red'
expect 0 r report journal --from 2026-01 --to 2027-12 --out own.csv
for event in run set-off batch answer recovery repayment; do
    grep -q ",$event," own.csv || fail "no voucher of $event"
done
