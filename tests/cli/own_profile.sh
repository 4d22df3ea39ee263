# A layout of one's own, written from a bank's description: exported, answered with the
# failures alone, refused as a whole; and the files such a bank may send by mistake. If
# this fails, a wrong file is posted, or failures of a later day cannot be taken in.
. tests/cli/lib.sh
make_sandbox
cat >county-bank.yaml <<'END'
profile: county-bank
title: {zh: 县行代发文本（例）, en: a county bank's payout text (example)}
source: an invented bank
encoding: GBK
line-end: CRLF
separator: "|"
extension: txt
settings:
  - {name: unit, title: {zh: 单位编号, en: unit number}, max-bytes: 4, characters: digits}
file-name: "req_{pay-day:yyyyMMdd}_{file-number:3}.txt"
header:
  - [{value: setting, setting: unit}, {value: pay-day, as: yyyyMMdd}, {value: count}, {value: total, as: fen}]
detail:
  - {value: id, max-bytes: 35}
  - {value: account, max-bytes: 34}
  - {value: name, max-bytes: 60}
  - {value: amount, as: fen}
  - {value: purpose, max-bytes: 30, cut: true}
trailer:
  - [{text: "########"}]
answer:
  form: own-file
  extension: rsp
  header:
    - [{value: pay-day, as: yyyyMMdd}, {value: count}, {value: total, as: fen}]
  detail:
    - {value: id}
    - {value: account}
    - {value: name}
    - {value: amount, as: fen}
    - {value: currency}
    - {value: result}
    - {value: result-text}
  trailer:
    - [{text: "########"}]
  match: [id]
  absent: paid
  results:
    - {code: E1, status: rejected, reason: account-invalid}
    - {code: E2, text: 户名, status: rejected, reason: name-mismatch}
    - {code: E9, status: returned, reason: other}
  refusal:
    - {line: REJECT, reason: funds, text: 余额不足}
END
expect 0 "$ALMONER" profile check ./county-bank.yaml
says '0 findings'
make_county 40
expect 0 a admin channel add county --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format ./county-bank.yaml --set unit=0001
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel county --pay-date 2026-09-10 --json
B=$(field number)
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 0 a maker batch export "$B" --out sent/
iconv -f GBK -t UTF-8 "$(ls sent/*)" | tr -d '\r' >sent.txt
head -1 sent.txt | grep -q '^0001|20260910|' || fail 'the head is another'

# row N CODE TEXT [FEN [CURRENCY]]: of the answer, about payment N
row() {
    awk -F'|' -v n="$1" -v code="$2" -v text="$3" -v fen="${4:-}" -v cur="${5:-CNY}" \
        'NR == n + 1 { f = fen == "" ? $4 : fen
         print $1 "|" $2 "|" $3 "|" f "|" cur "|" code "|" text }' sent.txt
}
# answer DAY: of the rows on stdin, with head and end, in GBK
answer() {
    awk -F'|' -v day="$1" '{ r[NR] = $0; sum += $4 } END {
        print day "|" NR "|" sum; for (i = 1; i <= NR; i++) { print r[i] }
        print "########" }' | sed 's/$/\r/' | iconv -f UTF-8 -t GBK
}
expect 0 r status --json
root=$(field root)
size=$(stat -c %s "$L"/*.mdb)
refused() { # refused CODE FILE [WHERE]
    expect 3 a maker batch answer "$B" "$2"
    code "$1"
    [ $# -lt 3 ] || says "$3"
    expect 0 r status --json
    is root "$root"
    [ "$(stat -c %s "$L"/*.mdb)" = "$size" ] || fail "$2: the ledger grew"
}
{ row 1 E1 无此账号 && row 3 E2 户名不符; } >rows
answer 20260910 <rows >first.rsp

answer 20260909 <rows >yesterday.rsp
refused other-day yesterday.rsp 'line 1, column 1'
row 1 E1 x '' USD | answer 20260910 >dollars.rsp
refused currency dollars.rsp 'line 2, column'
{ row 1 E1 x && row 1 E1 x; } | answer 20260910 >twice.rsp
refused duplicate-id twice.rsp 'line 3, column 1:'
row 1 E1 x | sed 's/L0*1|/L00009999|/' | answer 20260910 >never.rsp
refused unknown-id never.rsp 'line 2, column 1:'
row 1 E7 x | answer 20260910 >code.rsp
refused unknown-code code.rsp 'line 2, column'
row 1 E1 x 1 | answer 20260910 >amount.rsp
before=$(row 1 E1 x | cut -d'|' -f1-3)
refused other-amount amount.rsp "line 2, column $((${#before} + 2)):"
for bad in -1 1.005 99999999999999999999 １２; do
    row 1 E1 x | answer 20260910 | iconv -f GBK -t UTF-8 |
        awk -F'|' -v OFS='|' -v bad="$bad" 'NR == 2 { $4 = bad } { print }' |
        iconv -f UTF-8 -t GBK >bad.rsp
    refused amount bad.rsp 'line 2, column'
done
iconv -f GBK -t UTF-8 first.rsp >utf8.rsp
refused charset-utf8 utf8.rsp 'line 2, column'
sed '$d' first.rsp >cut.rsp
refused truncated cut.rsp
sed '1s/|2|/|3|/' first.rsp >count.rsp
refused totals count.rsp 'line'
cat first.rsp first.rsp >two.rsp
refused after-trailer two.rsp 'line 4'

expect 0 "$ALMONER" format read first.rsp --format ./county-bank.yaml --json
is kind answer
is count 2
# The ledger keeps the layout, so that its name is enough, or nothing at all.
mv county-bank.yaml away.yaml
expect 2 "$ALMONER" format read first.rsp --format county-bank
code unknown-format
expect 0 r format read first.rsp --format county-bank --json
is count 2
expect 0 r format read first.rsp --json
is format county-bank
expect 0 r format list
says '^county-bank '
mv away.yaml county-bank.yaml
expect 3 "$ALMONER" format read bad.rsp --format ./county-bank.yaml
says 'line 2, column'

# Half a line in another encoding; a byte that no text file holds; nothing.
{ sed 2q first.rsp && sed -n 3,4p utf8.rsp; } >mixed.rsp
refused charset-utf8 mixed.rsp 'line 3, column'
sed '2s/E1/\x01/' first.rsp >control.rsp
refused control-character control.rsp 'line 2, column'
: >empty.rsp
refused empty-file empty.rsp

# Refused as a whole: everything came back, in a copy of the ledger.
cp -r "$L" kept
printf 'REJECT|%s\r\n' "$(printf 余额不足 | iconv -f UTF-8 -t GBK)" >refusal.rsp
expect 0 a maker batch answer "$B" refusal.rsp --json
expect 0 r batch show "$B" --json
is returned_lines "$(field lines)"
is paid_lines 0
verified
rm -rf "$L"
mv kept "$L"

# The failures of the day, and of the day after; the others were paid.
expect 0 a maker batch answer "$B" first.rsp --json
expect 0 r batch show "$B" --json
is returned_lines 2
lines=$(field lines)
is paid_lines $((lines - 2))
NOW=2026-09-14T01:00:00Z
row 5 E9 退汇 | answer 20260910 >second.rsp
expect 0 a maker batch answer "$B" second.rsp --json
expect 0 r batch show "$B" --json
is returned_lines 3
is paid_lines $((lines - 3))
verified
evidence
