# Villages and townships are a tree with successors; lists and reports go by it. If this
# fails, people of a village that was merged are on nobody's list.
. tests/cli/lib.sh
make_sandbox
A=$(id_of 19400110 001)
B=$(id_of 19400110 002)
C=$(id_of 19400110 003)
D=$(id_of 19400110 004)
cat >people.csv <<END
id_number,name,registration,registration_since,claim_date,unit
$A,甲,230523,original,2024-10-05,230523001001
$B,乙,230523,original,2024-10-05,230523001002
$C,丙,230523,original,2024-10-05,230523001009
$D,丁,230523,original,2024-10-05,红旗村
END
import people people.csv
printf 'id_number,name\n%s,甲\n' "$A" >list.csv
expect 0 a maker import snapshot list.csv --attribute welfare --value dibao-urban \
    --month 2026-06 --unit 230523001001 --dry-run

good='code,name,parent,from,until,successor
230523,宝清县,,original,,
230523001,宝清镇,230523,2001-01-01,,
230523001001,东村,230523001,,2026-06-30,230523001002
230523001002,大东村,230523001,,,'
# Each does one thing wrong.
bad() { # bad ROW CODE: the good file and this row are refused
    printf '%s\n%s\n' "$good" "$1" >bad.csv
    expect 3 a maker import units bad.csv --json
    says "\"$2\""
}
bad '230523002,镇,230599,,,' unknown-unit
bad '230523002,镇,230523,,2020-01-01,230599' unknown-unit
bad '230523002,镇,230523002,,,' unit-circle
bad '230523001002,东村,230523001,,,' duplicate-row
bad '230523002,镇,230523,2021-01-01,2020-01-01,' until-before-effective
bad '230523002,镇,230523,,,230523001' not-over
bad '230523002,,230523,,,' missing-value
bad ',镇,230523,,,' missing-value
bad '230523002,镇,230523,2021-13-01,,' bad-date
printf '%s\n230523002,甲,230523003,,,\n230523003,乙,230523002,,,\n' "$good" >bad.csv
expect 3 a maker import units bad.csv --json
says '"unit-circle"'
is rejected_count 2

printf '%s\n' "$good" | sed '1s/.*/编码,名称,上级编码,起,止,承继编码/; s/original/原籍/' >units.csv
printf '编码,姓名\n230523002,镇\n' >bad.csv # people have that
expect 3 a maker import units bad.csv
code unknown-column
import units units.csv
expect 0 r audit verify --json
is completeness PASS
# A unit again replaces; a change may not make a circle.
printf 'code,name,parent\n230523001002,大东村委会,230523001\n230523001009,西村,230523001\n' >more.csv
import units more.csv
printf 'code,name,parent\n230523,宝清县,230523001002\n' >circle.csv
expect 3 a maker import units circle.csv --json
says '"unit-circle"'

# Lists of a unit that is not known are refused now; successors count.
expect 3 a maker import snapshot list.csv --attribute welfare --value dibao-urban \
    --month 2026-06 --unit 红旗村
code unknown-unit
import snapshot list.csv --attribute welfare --value dibao-urban --month 2026-06 \
    --unit 230523001001

expect 0 r report roster --by-unit --json
says '"unit":"230523001002","name":"大东村委会","people":2'
says '"unit":"230523001009","name":"西村","people":1'
says '"unit":"红旗村"'
says '"people":4'
expect 0 r report roster --by-unit
says 大东村委会
says 红旗村
says '^total  *4 '
expect 0 a maker run --period 2026-09
verified
