# Paid through a bank of another country: dollars, routing numbers, names in ASCII. The
# file is taken apart by a reader of its own (python), which also makes the bank's
# answer: returns, and a notification of change. If this fails, the neutral form of
# payments is not neutral.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'
for name in admin maker checker releaser auditor; do
    make_key "$name"
done
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox --admin admin \
    --admin-vkey "$(cat admin.vkey)" --now "$NOW"
for name in maker checker releaser auditor; do
    add_operator $name $name
done
expect 0 a maker policy adopt "$TOP/tests/policies/good/payees.yaml"
expect 0 a checker policy confirm 1
expect 0 a admin channel add ach --bank-code 900000032 --account 900001 \
    --account-name DEMO --format nacha --set company-id=1234567890 \
    --set company-name='DEMO COUNTY' --set addenda=yes --set destination-name='FIRST TEST'
expect 3 a admin channel add wrong --bank-code "$BANK" --account 900001 \
    --account-name DEMO --format nacha --set company-id=1234567890 --json
is code bank-code
for wrong in company-name=17-CHARACTERS-NOT adenda=yes class=CTX; do
    expect 3 a admin channel add wrong --bank-code 900000032 --account 900001 \
        --account-name DEMO --format nacha --set company-id=1234567890 --set $wrong --json
    field code | grep -q '^setting-' || fail "$wrong: $(cat out)"
done
{
    echo id_number,name,registration,registration_since,account,account_name,bank_code
    for n in 1 2 3 4 5 6; do
        bank=900000016
        [ $n -ne 6 ] || bank= # the payer's own
        echo "$(id_number 19400102 00$n),王某$n,230523,original,90000000000$n,PAYEE $n,$bank"
    done
} >people.csv
import people people.csv
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel ach --pay-date 2026-09-10 --json
B=$(field number)
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 0 a maker batch export "$B" --out pay.ach
expect 0 r batch show "$B" --json
python3 - "$(field lines)" "$(field total_fen)" <<'END' || fail "the file is not what it says"
import sys
lines = open("pay.ach", encoding="ascii").read().split("\n")
assert lines.pop() == "" and len(lines) % 10 == 0 and {len(l) for l in lines} == {94}
count, total, records, hash, out = 0, 0, 0, 0, []
for l in lines:
    if l[0] in "67":
        records += 1
    if l[0] == "6":
        count, total, hash = count + 1, total + int(l[29:39]), hash + int(l[3:11])
        assert sum(int(d) * w for d, w in zip(l[3:12], [3, 7, 1] * 3)) % 10 == 0
        out.append(l)
    if l[0] == "8":
        assert l[4:44] == "%06d%010d%012d%012d" % (records, hash % 10**10, 0, total)
    if l[0] == "9" and l[1] == "0":
        assert l[1:55] == "%06d%06d%08d%010d%012d%012d" % (
            1, len(lines) // 10, records, hash % 10**10, 0, total)
assert [count, total] == [int(a) for a in sys.argv[1:]], (count, total)

# The bank's answer: two come back, a third has another account by now.
def batch(number, kind, entries):
    rows = ["5220" + "DEMO COUNTY".ljust(36) + "1234567890" + kind + "BENEFIT".ljust(10)
            + "260910260910253190000003%07d" % number]
    paid = 0
    for l, amount, addenda in entries:
        paid += amount
        rows.append("621" + "900000032" + l[12:29] + "%010d" % amount + l[39:76] + "  1"
                    + "90000001%07d" % len(rows))
        rows.append("7" + addenda[:2] + addenda[2:5] + l[79:94] + " " * 6 + "90000001"
                    + addenda[5:].ljust(44) + "90000001%07d" % (len(rows) - 1))
    n, hash = 2 * len(entries), 90000003 * len(entries)
    rows.append("8220%06d%010d%012d%012d" % (n, hash, 0, paid) + "1234567890".ljust(35)
                + "90000003%07d" % number)
    return rows, n, hash, paid
a = batch(1, "PPD", [(out[0], int(out[0][29:39]), "99R02ACCOUNT CLOSED"),
                     (out[3], int(out[3][29:39]), "99R03NO ACCOUNT")])
c = batch(2, "COR", [(out[1], 0, "98C01900000000999")])
n, hash, paid = (a[i] + c[i] for i in (1, 2, 3))
text = ["101" + "1234567890" + " 900000032" + "2609120900A094101"] + a[0] + c[0]
text.append("9000002%06d%08d%010d%012d%012d" % (
    (len(text) + 10) // 10, n, hash, 0, paid))
open("answer.ach", "w").write("\n".join(text) + "\n")
END

NOW=2026-09-14T01:00:00Z
expect 0 a maker batch answer "$B" answer.ach --json
expect 0 r batch show "$B" --json
is returned_lines 2
is paid_lines 1
expect 0 a maker batch answer "$B" answer.ach --json
is already_taken true
sed '/^6/s/E1B/E7B/' answer.ach >other.ach
expect 3 a maker batch answer "$B" other.ach --json
is code other-batch
is where 'other.ach: line 3, column 40'
expect 3 a maker batch answer "$B" pay.ach --json
is code not-an-answer
expect 3 a admin channel add rest --bank-code 900000032 --account 900001 \
    --account-name DEMO --format nacha-absent-paid --json
# The time for returns is over: what no return named was paid.
python3 - <<'END'
text = open("answer.ach").read()
orders = [l for l in open("pay.ach").read().split("\n") if l[:1] == "6"]
old, new = orders[0], orders[4]
for field in (slice(12, 29), slice(39, 76), slice(79, 94)):
    text = text.replace(old[field], new[field])
open("last.ach", "w").write(text)
END
expect 0 a maker batch answer "$B" last.ach --format nacha-absent-paid --json
expect 0 r batch show "$B" --json
is returned_lines 3
is paid_lines 9
is state settled
expect 0 a maker batch export "$B" --out again.ach
cmp pay.ach again.ach || fail "an export made again has other bytes"
verified
evidence
