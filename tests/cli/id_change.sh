# A corrected ID number and a corrected birth date: old and new number lead to the person,
# the age follows, and with it what is granted; a number of somebody else is refused. If
# this fails, a clerk enters the person a second time.
. tests/cli/lib.sh
make_sandbox
OLD=$(id_of 19500110 001) # 76
NEW=$(id_of 19400110 001) # 86
B=$(id_of 19400110 002)
cat >people.csv <<END
id_number,name,registration,registration_since,claim_date
$OLD,甲,230523,original,2024-10-05
$B,乙,230523,original,2024-10-05
END
import people people.csv
expect 0 a maker run --period 2026-09
due() {
    expect 0 r person show "$1" --json
    field due_fen
}
[ "$(due "$OLD")" = 0 ] || fail 'granted at 76'
b=$(due "$B")
[ "$b" -gt 0 ] || fail 'not granted at 86'

id() { printf 'id_number,attribute,value,effective,document\n%s,%s,%s,%s,更〔2026〕1号\n' \
    "$@" >id.csv; }
id "$OLD" id_number "$B" 2026-09-01
expect 3 a maker import facts id.csv --json
says id-taken
says 'person merge'
id "$OLD" id_number 230523194001100000 2026-09-01
expect 3 a maker import facts id.csv --json
says id-check-digit
id "$OLD" id_number "$NEW" 2026-09-01
import facts id.csv
for who in "$OLD" "$NEW"; do
    expect 0 r person show "$who" --json
    is number 1
done
expect 0 a maker run --period 2026-09
[ "$(due "$NEW")" = "$b" ] || fail "due $(due "$NEW") after the correction, not $b"
verified
expect 0 a maker run --period 2026-09 --json
is records 0

# The number is somebody's now; a file may name the person by either.
id "$B" id_number "$OLD" 2026-09-01
expect 3 a maker import facts id.csv --json
says id-taken
printf 'id_number,attribute,value,effective\n%s,phone,1390000,2026-09-01\n' "$OLD" >f.csv
import facts f.csv
printf 'id_number,name\n%s,甲\n' "$NEW" >list.csv
import snapshot list.csv --attribute welfare --value dibao-urban --month 2026-09
expect 0 r person show 1
says dibao-urban

# The birth of another: younger than the number says; what was granted goes.
id "$B" birth 1950-01-10 original
import facts id.csv
expect 0 a maker run --period 2026-09 --json
is reduction_fen "-$b"
[ "$(due "$B")" = 0 ] || fail 'still due after the birth was corrected'
id "$B" birth 2050-01-10 original
expect 3 a maker import facts id.csv --json
says bad-date
# And back, as known on: the day of the birthday in the month before counts.
id "$B" birth 1945-08-31 2026-09-01
import facts id.csv
expect 0 a maker run --period 2026-09
expect 0 r explain "$B" --programme old-age --period 2025-09 --json
is amount_fen 2500
expect 0 r explain "$B" --programme old-age --period 2025-08 --json
is amount_fen 0
verified
expect 0 r report reconcile
