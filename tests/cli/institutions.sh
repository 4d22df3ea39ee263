# Institutions are known by their credit codes, are no beneficiaries, and are paid for who
# lives in them: a move in the middle of the year makes two lines, another account counts
# from its day. If this fails, a home is paid for who left it, or somebody else is.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'
POLICY=$TOP/tests/policies/good/payees.yaml
for name in admin maker checker releaser auditor; do
    make_key "$name"
done
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox --admin admin \
    --admin-vkey "$(cat admin.vkey)" --now "$NOW"
for name in maker checker releaser auditor; do
    add_operator $name $name
done
expect 0 a admin channel add psbc --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format pipe-trailer
expect 0 a maker policy adopt "$POLICY"
expect 0 a checker policy confirm 1

A=$(credit_code 52230523MJ1234567)
B2=$(credit_code 52230523MJ7654321)
UNKNOWN=$(credit_code 52230523MJ0000001)
P1=$(id_number 19400102 001)
P2=$(id_number 19400102 002)
P3=$(id_number 19400102 003)
P4=$(id_number 19400102 004)

# ---- the file ------------------------------------------------------------------------
HEAD=credit_code,name,division,account,account_name,bank_code
printf '%s\n' "$HEAD" "$A,东山敬老院,230523,6217000000000000101,,$BANK" \
    "$B2,西山养老院,230523001,6217000000000000102,西山养老院基本户,$BANK" >homes.csv
expect 0 a maker import institutions homes.csv --json
is new_people 0
is new_institutions 2
expect 0 a checker import confirm "$(field number)"
expect 0 a maker import institutions homes.csv --json
is already_imported true
expect 0 r import list --json
says '"kind": *"institutions"'
expect 0 r status --json
is people 0
is institutions 2

bad() { # bad CODE ROW: refused for this reason
    printf '%s\n' "$HEAD" "$2" >bad.csv
    expect 3 a maker import institutions bad.csv --json
    says "\"code\": *\"$1\""
}
wrong=$(echo "$A" | sed 's/.$//')
bad bad-credit-code "${wrong}I,东山敬老院,230523,6217000000000000101,,"
bad missing-value ",东山敬老院,230523,6217000000000000101,,"
bad missing-value "$UNKNOWN,,230523,6217000000000000101,,"
bad missing-value "$UNKNOWN,北山敬老院,230523,,,"
bad bad-division "$UNKNOWN,北山敬老院,23,6217000000000000103,,"
bad bad-bank-code "$UNKNOWN,北山敬老院,230523,6217000000000000103,,403100000005"
bad known-otherwise "$A,东山敬老院,230523,6217000000000000999,,"
says 'import routes'
bad known-otherwise "$A,东山养老院,230523,6217000000000000101,,"
says 'import facts'
printf '%s\n' "$HEAD" "$UNKNOWN,北山敬老院,230523,6217000000000000103,," \
    "$UNKNOWN,北山敬老院,230523,6217000000000000103,," >bad.csv
expect 3 a maker import institutions bad.csv --json
says duplicate-institution
# The same in Chinese, with one who is known in the same words.
printf '%s\n' 统一社会信用代码,机构名称,行政区划,银行账号 \
    "$A,东山敬老院,230523,6217000000000000101" >again.csv
import institutions again.csv
expect 0 r status --json
is institutions 2

expect 0 r person show "$A" --json
is name 东山敬老院
is id_number "$A"
expect 4 r person show "$UNKNOWN"
code unknown-institution

# ---- residents -----------------------------------------------------------------------
{
    echo id_number,name,registration,registration_since,account
    for n in 1 2 3 4; do
        eval "echo \$P$n,王某$n,230523,original,621700000000000020$n"
    done
} >people.csv
import people people.csv
printf '%s\n' id_number,attribute,value,effective,until \
    "$P1,residence,$A,2026-01-01,2026-05-31" "$P1,residence,$UNKNOWN,2026-06-01," >bad.csv
expect 3 a maker import facts bad.csv --json
says unknown-institution
printf '%s\n' id_number,attribute,value,effective "$P1,residence,somewhere,2026-01-01" \
    >bad.csv
expect 3 a maker import facts bad.csv --json
says '"code": *"bad-value"'
printf '%s\n' id_number,name "$P1,王某1" >list.csv
expect 3 a maker import snapshot list.csv --attribute residence --value "$UNKNOWN" \
    --month 2026-06
code unknown-institution
printf '%s\n' id_number,attribute,value,effective "$P1,credit-code,$A,original" >bad.csv
expect 3 a maker import facts bad.csv --json
says '"code": *"bad-attribute"'
printf '%s\n' id_number,attribute,value,effective "$A,welfare,tekun,2026-01-01" >bad.csv
expect 3 a maker import facts bad.csv --json
says not-for-institution
# 1 moves from one to the other; 2 lives at home; 3 goes home in March; 4's was a mistake.
printf '%s\n' id_number,attribute,value,effective,until \
    "$P1,residence,$A,2026-01-01,2026-05-31" "$P1,residence,$B2,2026-06-01," \
    "$P2,residence,home,2026-01-01," "$P3,residence,$A,2026-01-01,2026-03-20" \
    "$P4,residence,$B2,2026-01-01," >facts.csv
import facts facts.csv
expect 0 a maker run --period 2026-08 --json
is beneficiaries 4
printf '%s\n' id_number,attribute,value,effective "$P4,residence,home,2026-01-01" >facts.csv
import facts facts.csv

# ---- paid ----------------------------------------------------------------------------
# lines_are: the lines of the batch, as person programme months yuan-in-fen relation payee
lines_are() {
    sort >want
    expect 0 r batch show "$B" --lines --json
    python3 -c '
import json
for x in json.load(open("out"))["payments"]:
    print(x["person"], x["programme"], x["months"], x["amount_fen"],
          x["payee"]["relation"], x["payee"]["name"])' | sort >have
    diff want have >&2 || fail "the lines of batch $B are others"
}

# Persons 3 to 6: two numbers are the institutions'.
expect 0 a maker batch new --channel psbc --pay-date 2026-09-05 --json
B=$(field number)
says no-institution
lines_are <<'E2'
3 old-age 2026-01..2026-08 80000 本人 王**
4 old-age 2026-01..2026-08 80000 本人 王**
5 old-age 2026-01..2026-08 80000 本人 王**
6 old-age 2026-01..2026-08 80000 本人 王**
3 care 2026-01..2026-05 25000 机构 东山敬老院
3 care 2026-06..2026-08 15000 机构 西山养老院基本户
4 care 2026-01..2026-08 40000 本人 王**
5 care 2026-01..2026-02 10000 机构 东山敬老院
5 care 2026-03..2026-08 30000 本人 王**
6 care 2026-01..2026-08 40000 本人 王**
3 operation 2026-01..2026-05 100000 机构 东山敬老院
3 operation 2026-06..2026-08 60000 机构 西山养老院基本户
5 operation 2026-01..2026-03 60000 机构 东山敬老院
E2
expect 0 r batch show "$B" --left-out
says 'no institution'
expect 0 r batch show "$B" --left-out --json
is person 6
is reason no-institution
is fen 160000

expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 0 a maker batch export "$B" --out pay.txt
python3 - <<'E2' || fail 'the bank file pays others'
import collections
paid = collections.Counter()
for line in open("pay.txt", encoding="gb18030").read().splitlines()[1:]:
    fields = line.split("|")
    if len(fields) == 6:
        paid[fields[1], fields[2]] += int(fields[3])
assert paid["6217000000000000101", "东山敬老院"] == 25000 + 10000 + 100000 + 60000, paid
assert paid["6217000000000000102", "西山养老院基本户"] == 15000 + 60000, paid
assert paid["6217000000000000201", "王某1"] == 80000, paid
E2
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
verified

# ---- another account, from a day on --------------------------------------------------
printf '%s\n' id_number,account,account_name,bank_code,effective,relation \
    "$B2,6217000000000000112,西山养老院专户,$BANK,2026-10-01," >routes.csv
import routes routes.csv
printf '%s\n' id_number,account,effective,relation,payee_name,authorisation \
    "$B2,6217000000000000113,2026-10-01,代领人,李某,委托书" >bad.csv
expect 3 a maker import routes bad.csv --json
says bad-relation
printf '%s\n' id_number,account,effective "$UNKNOWN,6217000000000000113,2026-10-01" >bad.csv
expect 3 a maker import routes bad.csv --json
says unknown-institution
NOW=2026-09-20T01:00:00Z
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel psbc --pay-date 2026-09-30 --programme operation --json
B=$(field number)
lines_are <<'E2'
3 operation 2026-09 20000 机构 西山养老院基本户
E2
# It comes back from the old account, and goes out again to the new one.
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 0 a maker batch export "$B" --out pay.txt
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 10000 --seed 1 \
    --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
NOW=2026-10-02T01:00:00Z
expect 0 a maker batch reissue "$B" --json
is again_lines 1
is same_route 0
expect 0 a maker batch new --channel psbc --pay-date 2026-10-08 --json
B=$(field number)
lines_are <<'E2'
3 old-age 2026-09 10000 本人 王**
4 old-age 2026-09 10000 本人 王**
5 old-age 2026-09 10000 本人 王**
6 old-age 2026-09 10000 本人 王**
3 care 2026-09 5000 机构 西山养老院专户
4 care 2026-09 5000 本人 王**
5 care 2026-09 5000 本人 王**
6 care 2026-09 5000 本人 王**
3 operation 2026-09 20000 机构 西山养老院专户
E2
# Its name changes by a fact, and payments to it can be held.
printf '%s\n' id_number,attribute,value,effective "$B2,name,西山康养中心,2026-09-01" \
    "$B2,pay-hold,核查中,2026-11-01" >facts.csv
import facts facts.csv
expect 0 r person show "$B2" --json
is name 西山康养中心
NOW=2026-10-20T01:00:00Z
expect 0 a maker run --period 2026-10
expect 0 a maker batch new --channel psbc --pay-date 2026-11-05 --programme operation \
    --programme care --json
B=$(field number)
expect 0 r batch show "$B" --left-out --json
is person 3
is reason hold
is hold 核查中
verified
expect 0 r report reconcile --json
is people 4
