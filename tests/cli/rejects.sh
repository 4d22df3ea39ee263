# Refused rows come back as a file: all of them, as they stood, with the reason, for its
# owner only; and nothing is there when nothing was refused. If this fails, a clerk mends
# the wrong rows, or a list of people lies open.
. tests/cli/lib.sh
make_sandbox
HEAD=身份证号,姓名,户籍区划,户籍迁入日期,住址
GOOD=230523194001010001

printf '%s\n' "$HEAD" "$GOOD,王某,230523,original,东村" \
    '230523194001010009,李某,230523,original,"西村, 二组"' \
    '123,,230523,2024/8/1,"说""好"""' >list.csv
expect 3 a maker import people list.csv --rejects bad.csv --lang zh
says '2 行退回数据已写入 bad.csv'
says '身份证号 .*按前 17 位，末位应为'
says '应写作 2024-08-01'
says '错误 rows-rejected: list.csv: .*整个文件未导入（2 of 3 rows'
printf '\357\273\277%s\r\n' "$HEAD,原因" >want
head -1 bad.csv | cmp - <(head -1 want) || fail "the header of bad.csv"
[ "$(wc -l <bad.csv)" -eq 3 ] || fail "bad.csv has $(wc -l <bad.csv) lines"
sed -n 2p bad.csv | grep -q '^230523194001010009,李某,230523,original,"西村, 二组",身份证号：' ||
    fail "row 1: $(sed -n 2p bad.csv)"
sed -n 3p bad.csv | grep -q '^123,,230523,2024/8/1,"说""好""",身份证号：.*；姓名：.*；户籍迁入日期：' ||
    fail "row 2: $(sed -n 3p bad.csv)"
[ "$(stat -c %a bad.csv)" = 600 ] || fail "bad.csv is open: $(stat -c %a bad.csv)"
[ ! -e bad.csv.part ] || fail "a part is left"
grep -q "$GOOD" bad.csv && fail "a good row is in bad.csv"

# In English, as JSON, without writing to the ledger; an older file is replaced.
expect 3 a maker import people list.csv --rejects bad.csv --dry-run --json
is rejects bad.csv
is state refused
says '"code":"rows-rejected"'
head -1 bad.csv | grep -q ',reason' || fail "the header in English"
grep -q 'id_number: wrong ID number' bad.csv || fail "no reason in English"

# Mended, the file with its column of reasons is taken as it is.
sed 's/230523194001010009/230523194001010028/; s/^123,,230523,2024\/8\/1/230523194001010036,张某,230523,2024-08-01/' bad.csv >mended.csv
expect 0 a maker import people mended.csv --rejects none.csv --json
is rows 2
[ ! -e none.csv ] || fail "none.csv was written"
# What an office program would calculate is refused, and shown as it is.
printf '%s\n' "$HEAD" "$GOOD,=1+1,230523,original,-" '230523194001010036,张某,230523,original,"@SUM(1,2)"' >sly.csv
expect 3 a maker import people sly.csv --rejects sly-bad.csv --json
says formula-text
grep -q "^$GOOD,'=1+1,230523,original,-,name: " sly-bad.csv || fail "$(cat sly-bad.csv)"
grep -q "original,\"'@SUM(1,2)\",address: " sly-bad.csv || fail "$(cat sly-bad.csv)"
# Refused once more, it has one column of reasons, not two.
expect 3 a maker import people bad.csv --rejects again.csv
cmp bad.csv again.csv || fail "bad.csv and again.csv differ"

# An older file is not taken for a new one.
expect 0 a maker import people mended.csv --rejects bad.csv
says 'bad.csv is of an earlier import'
printf '%s\n' "$HEAD" '123,,230523,x,y' '"' >broken.csv
cp bad.csv before
expect 3 a maker import people broken.csv --rejects bad.csv
code csv-quote
says 'bad.csv is of an earlier import'
cmp bad.csv before || fail "bad.csv was changed"

# Never over the list itself, and a folder that is not there is told of.
expect 2 a maker import people list.csv --rejects ./list.csv
code same-file
expect 6 a maker import people list.csv --rejects nowhere/bad.csv

# Of a workbook too, with its columns, and all of a thousand rows and more.
{
    echo "$HEAD"
    seq 1 1500 | sed 's/$/,王某,230523,original,/'
} >many.csv
expect 0 "$SIM" xlsx --csv many.csv --out many.xlsx
expect 3 a maker import people many.xlsx --rejects many-bad.csv
[ "$(wc -l <many-bad.csv)" -eq 1501 ] || fail "not all rows are in many-bad.csv"
sed -n 1501p many-bad.csv | grep -q '^1500,王某,230523,original,,' || fail "the last row"
