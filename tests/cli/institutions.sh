# Institutions are known by their credit codes, are no beneficiaries, and are paid for who
# lives in them: a move in the middle of the year makes two lines, another account counts
# from its day. The bank gets one payment for an institution and programme, whose answer
# is one to each of its lines. If this fails, a home is paid for who left it, or somebody
# else is, or a list of residents does not add up to what the home got.
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
# Which lines are one payment: those of a home and programme, known by the first.
expect 0 r batch show "$B" --lines --json
python3 - <<'END' || fail 'a line is of another payment'
import json
first, of = {}, set()
for x in json.load(open("out"))["payments"]:
    home = x["payee"].get("institution")
    key = (home, x["programme"]) if home else x["line"]
    assert x["payment"] == first.setdefault(key, x["line"]), x
    of.add(x["payment"])
assert len(of) == len(first) == 11, of
END
expect 0 r batch show "$B" --lines
says ' payment$'
expect 0 r batch show "$B" --left-out
says 'no institution'
expect 0 r batch show "$B" --left-out --json
is person 6
is reason no-institution
is fen 160000

expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 0 a maker batch export "$B" --out pay.txt --json
is payments 11
# file_pays: how many payments, then account, name, fen and months of those to these homes
file_pays() {
    python3 -c '
rows = [r.split("|") for r in open("pay.txt", encoding="gb18030").read().splitlines()]
paid = [r for r in rows[1:] if len(r) == 6]
assert rows[0][1:] == [str(len(paid)), str(sum(int(r[3]) for r in paid))], rows[0]
print(len(paid))
for r in sorted(paid, key=lambda r: (r[1], int(r[3]))):
    if r[1].startswith("62170000000000001"):
        print(r[1], r[2], r[3], r[5])' >have
    diff have - >&2 || fail 'the bank file pays others'
}
file_pays <<'E2'
11
6217000000000000101 东山敬老院 35000 2026-01..2026-05
6217000000000000101 东山敬老院 160000 2026-01..2026-05
6217000000000000102 西山养老院基本户 15000 2026-06..2026-08
6217000000000000102 西山养老院基本户 60000 2026-06..2026-08
E2
# A roster names the home, and nobody who lives in it.
layout() { # layout NAME FORMAT: an admin gives it to a channel
    expect 0 a admin channel add "$1" --bank-code "$BANK" --format "$2" \
        --account 6217000000000000009 --account-name 演练民政局
}
layout roster roster-card
expect 0 a maker batch export "$B" --format roster-card --out roster.xlsx
python3 - "$A" "$P3" <<'E2' || fail 'the roster names residents for a home'
import re, sys, zipfile
home, third = sys.argv[1:]
sheet = zipfile.ZipFile("roster.xlsx").read("xl/worksheets/sheet1.xml").decode()
rows = [{re.sub("<[^>]*>", "", c) for c in re.findall("<c .*?</c>", row)}
        for row in re.findall("<row .*?</row>", sheet)]
homes = [r for r in rows if "东山敬老院" in r]
assert len(homes) == 2 and all(home in r for r in homes), rows
assert not any("王某3" in r or third in r for r in homes), homes
assert sum(third in r for r in rows) == 2, rows
E2
# Who each payment is for; the list adds up to it, and that it was made is a record.
expect 0 a auditor batch residents "$B" --out residents.csv --json
is payments 4
is lines 6
is total_fen 270000
python3 - <<'E2' || fail 'the list of residents is another'
import collections, csv
sums, said, who = collections.Counter(), {}, set()
for x in csv.DictReader(open("residents.csv", encoding="utf-8-sig")):
    sums[x["payment"]] += int(x["yuan"].replace(".", ""))
    said[x["payment"]] = int(x["payment_yuan"].replace(".", ""))
    who.add((x["institution"], x["programme"], x["name"], x["months"], x["yuan"]))
assert sums == said and len(said) == 4, (sums, said)
file = {r.split("|")[0]: int(r.split("|")[3])
        for r in open("pay.txt", encoding="gb18030").read().splitlines() if r.count("|") == 5}
assert all(file[k] == fen for k, fen in said.items()), (file, said)
assert ("东山敬老院", "operation", "王某3", "2026-01..2026-03", "600.00") in who, who
E2
expect 0 a auditor audit trace --json
says 'batch residents: batch 1, 6 lines'
# Files of four payments, answered without our ids: by number, by account and amount.
cat >cut.yaml <<'Y'
profile: cut
title: {zh: 测试, en: test}
source: made up
encoding: UTF-8
line-end: LF
separator: ","
extension: txt
rows-per-file: 4
file-name: "{file-number:3}.txt"
detail:
  - {value: number}
  - {value: account}
  - {value: name}
  - {value: amount, as: yuan}
  - {value: result, when-empty: "-"}
trailer:
  - [{text: T}, {value: count}, {value: total, as: fen}]
answer:
  form: same-file
  match: [number, account, amount]
  results:
    - {code: OK, status: paid}
Y
sed 's/\[number, account, amount\]/[account, amount]/; s/profile: cut/profile: by-account/' \
    cut.yaml >by-account.yaml
layout cut cut.yaml
layout by-account by-account.yaml
expect 0 a maker batch export "$B" --format cut.yaml --out cut/
[ "$(cat cut/*.txt | grep -c '^T,[43],')" -eq 3 ] || fail 'files of other counts'
sed 's/-$/OK/' cut/001.txt >back.txt
expect 0 a maker batch answer "$B" back.txt --format cut.yaml --part 1 --json
is changed_lines 6
grep -c '6217000000000000101' back.txt >have
[ "$(cat have)" -eq 2 ] || fail 'the first file pays the home otherwise'
{
    grep -h '6217000000000000102,西山养老院基本户,600.00' cut/*.txt | sed 's/-$/OK/'
    echo T,1,60000
} >back.txt
expect 0 a maker batch answer "$B" back.txt --format by-account.yaml --part 2 --json
is changed_lines 1
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt --json
is changed_lines 6
# The account's statement has eleven entries; they stand for the thirteen lines.
expect 0 a maker batch export "$B" --format pain.001.001.09 --out pay.xml
expect 0 "$SIM" answer --file pay.xml --format pain.001.001.09 --as camt.053.001.08 \
    --returns 0 --seed 2 --out statement.xml
expect 0 r report reconcile --month 2026-09 --statement statement.xml --json
is differences 0
says '"name":"statement","first":{"count":13,"fen":700000},"second":{"count":13,'
verified

# ---- another account, from a day on --------------------------------------------------
printf '%s\n' id_number,account,account_name,bank_code,effective,relation \
    "$B2,6217000000000000112,西山养老院专户,$BANK,2026-10-01," >routes.csv
import routes routes.csv
printf '%s\n' id_number,attribute,value,effective "$P4,residence,$B2,2026-09-01" >facts.csv
import facts facts.csv
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
6 operation 2026-09 20000 机构 西山养老院基本户
E2
# It comes back from the old account, and goes out again to the new one.
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 0 a maker batch export "$B" --out pay.txt
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 10000 --seed 1 \
    --out ans.txt
file_pays <<'E2'
1
6217000000000000102 西山养老院基本户 40000 2026-09
E2
# An answer with the sum of one line, or to a line that was not sent by itself, is none.
sed 's/|40000|/|20000|/' ans.txt >bad.txt
expect 3 a maker batch answer "$B" bad.txt
code other-amount
sed 's/L00000001/L00000002/' ans.txt >bad.txt
expect 3 a maker batch answer "$B" bad.txt
code unknown-id
expect 0 a maker batch answer "$B" ans.txt --json
is changed_lines 2
is returned_fen 40000
NOW=2026-10-02T01:00:00Z
expect 0 a maker batch reissue "$B" --json
is again_lines 2
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
6 care 2026-09 5000 机构 西山养老院专户
3 operation 2026-09 20000 机构 西山养老院专户
6 operation 2026-09 20000 机构 西山养老院专户
E2
# A line for an institution that goes to a neighbour's account: whoever has the records of
# all imports knows that this is none.
mkdir pems
cp ./*.pem "$L/keys/ledger.pem" pems
expect 0 r audit bundle --out all.zip
expect 0 python3 "$TOP/tests/cli/forge_bundle.py" all.zip bad.zip pems payee
for program in "$VERIFY" "python3 $TOP/tests/independent/verify.py"; do
    expect 5 $program bad.zip
    says 'not as the format says: key 3\|a payee that may not be'
done

# A file that was sent after the backup is taken in with the payments it had.
mkdir keys
cp "$L/keys/vault.key" keys
expect 0 r backup --out backup
cp -r "$L" lost
here=$L
L=$TEST_DIR/lost
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 0 a maker batch export "$B" --out lost.txt --json
is payments 8
expect 0 r audit checkpoint --out outside
L=$TEST_DIR/again
expect 0 "$ALMONER" restore backup "$L" --key-dir keys --checkpoint outside \
    --now "$NOW" --as admin --key admin.pem
expect 0 a maker restore take-in lost.txt
verified
evidence
python3 "$TOP/tests/independent/verify.py" evidence.zip >independent 2>&1 ||
    fail "verify.py: $(cat independent)"
L=$here
# One resident dies before the file is made: their line leaves the payment, which is known
# by the line that is left.
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a maker batch drop "$B" --person 3 --reason '通报死亡'
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 0 a maker batch export "$B" --out pay.txt --json
file_pays <<'E2'
7
6217000000000000112 西山养老院专户 5000 2026-09
6217000000000000112 西山养老院专户 20000 2026-09
E2
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
expect 0 r batch show "$B" --json
is state settled
expect 0 a maker batch residents "$B" --out residents.xlsx
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
expect 4 a maker batch residents "$B" --out none.csv
code no-institutions
[ ! -e none.csv ] || fail "a list of nobody"
verified
evidence
is bank-files PASS
expect 0 python3 "$TOP/tests/independent/verify.py" evidence.zip --vkey "$vkey" \
    --passphrase-file reader.txt
says 'PASS  *bank-files'
expect 0 r report reconcile --json
is people 4
