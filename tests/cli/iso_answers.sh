# Answers in ISO 20022: a status report made from the payment file by another program is
# taken in, line by line; formats that are only read are not written. If this fails, a
# rejected payment is counted as paid, or a bank gets a file it does not take.
. tests/cli/lib.sh
make_sandbox
make_county 40
expect 3 a admin channel add other --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format camt.053
code no-payment-format
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --json
B=$(field number)
expect 0 r backup --out draft
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 2 a maker batch export "$B" --format pain.002 --out no.xml
code no-payment-format
[ ! -e no.xml ] || fail 'a file of a format that is only read'
expect 0 a maker batch export "$B" --format pain.001.001.09 --out pay.xml

# The bank takes nothing of it: the file that is sent instead has another id, what the
# bank said of the first is none of the second, and the bank's file proves after a
# restore how often the batch was refused.
signed() {
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
    expect 0 a releaser batch release "$B"
}
cp pay.xml first.xml
expect 0 a checker batch refused "$B" --reason 'AM10'
signed
expect 0 a maker batch export "$B" --format pain.001.001.09 --out pay.xml
for at in MsgId PmtInfId; do
    grep -q "<$at>[0-9]*-SE1B000001</" first.xml || fail "$at of the first"
    grep -q "<$at>[0-9]*-SE1B000001-R2</" pay.xml || fail "$at of the second"
done
verified

# The record of the file just made says another length.
mkdir keys
cp ./*.pem "$L/keys/ledger.pem" keys
cp -r "$L" forged
expect 0 python3 "$TOP/tests/cli/forge_ledger.py" "$ROWS" forged keys export-length
expect 0 "$ALMONER" -C forged --now "$NOW" rebuild
expect 5 "$ALMONER" -C forged --now "$NOW" audit verify
says 'bytes, its export record says'

cat >answer.py <<'PYTHON'
# The payment file back as a status report: the third rejected, all others settled.
import sys
import xml.etree.ElementTree as tree
sent = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
answer = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
root = tree.parse(sys.argv[1]).getroot()
def add(to, name, text=None, **attributes):
    e = tree.SubElement(to, "{%s}%s" % (answer, name), attributes)
    e.text = text
    return e
top = tree.Element("{%s}Document" % answer)
report = add(top, "CstmrPmtStsRpt")
add(add(report, "GrpHdr"), "MsgId", "ANSWER-1")
group = add(report, "OrgnlGrpInfAndSts")
add(group, "OrgnlMsgId", root.find(".//%sMsgId" % sent).text)
add(group, "OrgnlMsgNmId", "pain.001.001.09")
add(group, "GrpSts", "PART")
info = add(report, "OrgnlPmtInfAndSts")
for i, payment in enumerate(root.iter("%sCdtTrfTxInf" % sent)):
    line = add(info, "TxInfAndSts")
    add(line, "OrgnlEndToEndId", payment.find(".//%sEndToEndId" % sent).text)
    add(line, "TxSts", "RJCT" if i == 2 else "ACSC")
    if i == 2:
        add(add(add(line, "StsRsnInf"), "Rsn"), "Cd", "AC04")
    amount = payment.find(".//%sInstdAmt" % sent)
    add(add(add(line, "OrgnlTxRef"), "Amt"), "InstdAmt", amount.text,
        Ccy=amount.get("Ccy"))
tree.ElementTree(top).write(sys.argv[2], encoding="utf-8", xml_declaration=True)
PYTHON
expect 0 python3 answer.py pay.xml answer.xml
refused() { # refused CODE FILE
    expect 3 a maker batch answer "$B" "$2" --format pain.002
    code "$1"
}
refused other-message pay.xml
expect 0 python3 answer.py first.xml stale.xml
refused refused-file stale.xml
head -c 2000 answer.xml >cut.xml
refused xml cut.xml
sed 's/>RJCT</>DONE</' answer.xml >status.xml
refused unknown-status status.xml
cat answer.xml answer.xml >two.xml
refused xml two.xml
# Matched, and not what was sent: the element's value is what is shown.
sed 's/OrgnlEndToEndId>SE1B0*1L/OrgnlEndToEndId>\n SE1B000007L/' answer.xml >batch.xml
refused other-batch batch.xml
says 'line [23], column 2:'
sed 's/\(InstdAmt Ccy="CNY">\)/\1\n9/' answer.xml >amount.xml
refused other-amount amount.xml
says 'line [23], column 1:'
expect 0 a maker batch answer "$B" answer.xml --format pain.002 --json
is rejected_lines 1
expect 0 a maker batch answer "$B" answer.xml --format pain.002
verified

# A restore that lost all of it: the file says how often it was refused.
expect 0 "$ALMONER" restore draft back --key-dir "$L/keys" --no-checkpoint --now "$NOW" \
    --as admin --key admin.pem
L=$TEST_DIR/back
expect 0 a maker restore take-in pay.xml --format pain.001.001.09 --json
is state exported
expect 0 a maker batch export "$B" --format pain.001.001.09 --out again.xml
cmp pay.xml again.xml || fail 'the batch gives another file'
verified
PERSONAL=no evidence
python3 "$TOP/tests/independent/verify.py" evidence.zip >out || fail "verify.py: $(cat out)"
