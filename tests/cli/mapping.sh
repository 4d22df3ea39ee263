# Lists with headers, titles and words of their own, by a mapping that is kept: the
# confirmation reads as the proposal did. If this fails, a column is taken for another,
# or a file is read in two ways.
. tests/cli/lib.sh
make_sandbox
A=230523194001010001
B=230523194001010028

cat >roster.yaml <<'END'
file: people
header-row: 3
columns: {公民身份号码: id_number, 户口: registration, 迁入: 户籍迁入日期}
ignore: [序号, 备注]
values:
  registration: {宝清: 230523, 宝清镇: 230523100}
  registration_since: {生来: original}
END
printf '%s\n' '宝清县花名册,,' '"制表,2026",,' 序号,公民身份号码,姓名,户口,备注,迁入 \
    "1,$A,王某,宝清,x,生来" "2,$B,李某,230523100,,2001-05-06" >list.csv
expect 3 a maker import people list.csv
code no-header
expect 0 a maker import people list.csv --mapping roster.yaml --json
is rows 2
number=$(field number)
digest=$(sha256sum roster.yaml | cut -d' ' -f1)
is mapping_sha256 "$digest"
expect 0 r import list --json
says "$digest"

# What is on disk later does not matter.
cp roster.yaml kept.yaml
echo 'file: facts' >roster.yaml
expect 0 a checker import confirm "$number" --json
is new_people 2
expect 0 r person show $A --json
says '"attribute":"registration","programme":"","value":"230523"'
expect 0 r person show $B --json
says '"value":"230523100"'
mv kept.yaml roster.yaml

# The same file and mapping are known; with another mapping it is another import.
expect 0 a maker import people list.csv --mapping roster.yaml --json
is already_imported true
{ cat roster.yaml && echo '# no change in meaning'; } >other.yaml
expect 0 a maker import people list.csv --mapping other.yaml --json
is already_imported false

# The same list as a workbook below titles.
sed 1,2d list.csv >rows.csv
expect 0 "$SIM" xlsx --csv rows.csv --out list.xlsx --titles 2
{ cat roster.yaml && echo 'sheet: Sheet1'; } >sheet.yaml
expect 0 a maker import people list.xlsx --mapping sheet.yaml --json
is rows 2
is sheet Sheet1
expect 0 a checker import confirm "$(field number)"
{ cat roster.yaml && echo 'sheet: 别处'; } >sheet.yaml
expect 3 a maker import people list.xlsx --mapping sheet.yaml
code xlsx-no-sheet

# Rows that are refused stand below the same titles, with the values of the file.
{ cat roster.yaml && echo '  unit: {东村: 东村村委会}'; } | sed 's/备注\]/说明]/; s/迁入: /备注: unit, 迁入: /' >units.yaml
sed "s/$A/230523194001010009/; s/宝清,x/宝清,西村/" list.csv >bad.csv
expect 3 a maker import people bad.csv --mapping units.yaml --rejects back.csv --json
is code unmapped-value
is value 西村
is line 4
[ "$(sed -n 3p back.csv | tr -d '\r')" = 序号,公民身份号码,姓名,户口,备注,迁入,reason ] ||
    fail "the header: $(cat back.csv)"
sed -n 4p back.csv | grep -q '^1,230523194001010009,王某,宝清,西村,生来,' || fail "the row"
sed "s/西村/东村/; s/230523194001010009/230523194001010036/" back.csv >mended.csv
expect 0 a maker import people mended.csv --mapping units.yaml --json
is rows 1

# Other columns are an error still.
sed 's/备注/说明/' list.csv >unknown.csv
expect 3 a maker import people unknown.csv --mapping roster.yaml
code unknown-column
says 'line 3, column'
says 'name it in the mapping'

# refused CODE PLACE LINE...: a mapping of these lines.
refused() {
    want_code=$1 place=$2
    shift 2
    printf '%s\n' "$@" >bad.yaml
    expect 3 a maker import people list.csv --mapping bad.yaml
    code "$want_code"
    says "$place"
}
refused mapping bad.yaml:1:1 'columns: {a: name}'
refused mapping bad.yaml:1:7 'file: persons'
refused mapping-kind bad.yaml 'file: facts'
refused mapping bad.yaml:2:1 'file: people' 'colums: {a: name}'
refused mapping bad.yaml:2:14 'file: people' 'columns: {a: attribute}'
refused mapping bad.yaml:3:10 'file: people' 'columns: {a: name}' 'ignore: [a]'
refused mapping bad.yaml:2:13 'file: people' 'header-row: 0'
refused mapping bad.yaml:2:10 'file: people' 'values: {nam: {a: b}}'
refused mapping bad.yaml:2:10 'file: people' 'columns: []'
refused yaml-doubled-key bad.yaml:2 'file: people' 'columns: {a: name, a: unit}'
refused yaml-anchor bad.yaml:1 'file: &a people'
refused no-header 'row 9' 'file: people' 'header-row: 9'
: >bad.yaml
expect 3 a maker import people list.csv --mapping bad.yaml
code yaml-empty
expect 3 a maker import people list.csv --mapping nowhere.yaml

# The examples are mappings.
printf '%s\n' 甲,, 乙,, 序号,公民身份号码,保障对象姓名,保障金额,备注 "1,$A,王某,350," >s.csv
expect 0 a maker import snapshot s.csv --mapping "$TOP/mappings/dibao-list.yaml" \
    --attribute welfare --value dibao-urban --month 2026-09
printf '%s\n' 证件号码,姓名,事项,等级,批准日期,批准文号 "$A,王某,残疾等级,二级,2026-01-01,1号" >f.csv
import facts f.csv --mapping "$TOP/mappings/disability-register.yaml"
expect 0 r person show $A --json
says '"attribute":"disability-grade","programme":"","value":"2"'
expect 0 r audit verify --json
is integrity PASS
is completeness PASS
is authorisation PASS
