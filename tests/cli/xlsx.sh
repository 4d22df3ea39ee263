# Lists as workbooks: the same people, facts and accounts as from CSV, and what a sheet
# does to numbers is refused with its cure. If this fails, a list in Excel is read in
# another way than the same list in CSV, or a damaged number is paid to.
. tests/cli/lib.sh
make_sandbox
expect 0 "$SIM" county --people 25 --seed 3 --out county --date 2026-09-01

book() {
    expect 0 "$SIM" xlsx "$@"
}

# The roster, the facts and a list, as workbooks under names that say otherwise.
book --csv county/people.csv --out roster.csv
book --csv county/assessments.csv --out facts.dat
book --csv county/dibao-urban-2026-09.csv --out list.xlsx
import people roster.csv
import facts facts.dat
import snapshot list.xlsx --attribute welfare --value dibao-urban --month 2026-09
expect 0 a maker run --period 2026-09
expect 0 r audit verify --json
is correctness PASS

# The same as CSV is another file, and adds nobody and no fact.
expect 0 a maker import people county/people.csv --json
is new_people 0
is already_imported false
expect 0 a checker import confirm "$(field number)"
expect 0 a maker import people roster.csv --json
is already_imported true

# A second ledger from the CSV files says of everybody what the first says.
one() { # LEDGER ID
    "$ALMONER" -C "$1" --now "$NOW" person show "$2" --json | tr -d '\n' |
        sed 's/"record[a-z_]*":[^,}]*//g'
}
first=$L
L=$TEST_DIR/second
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox \
    --admin admin --admin-vkey "$(cat admin.vkey)" --now "$NOW"
for name in maker checker; do
    add_operator $name $name
done
import people county/people.csv
import facts county/assessments.csv
import snapshot county/dibao-urban-2026-09.csv --attribute welfare --value dibao-urban \
    --month 2026-09
count=0
for id in $(awk -F, 'NR > 1 { print $1 }' county/people.csv); do
    [ "$(one "$first" "$id" | sed 's/"granted".*//')" = \
        "$(one "$L" "$id" | sed 's/"granted".*//')" ] || fail "$id differs"
    count=$((count + 1))
done
[ "$count" -gt 0 ] || fail "nobody was compared"

# ID numbers as numbers: every row is refused, and says how to mend the sheet.
head -4 county/people.csv >three.csv
book --csv three.csv --out numbers.xlsx --numbers 1
expect 3 a maker import people numbers.xlsx --json
is code numeric-cell
is line 2
is column 1
is rejected_count 3
says 'format the column as text'
expect 3 a maker import people numbers.xlsx --lang zh
says '设为文本格式'

# Amounts are numbers, of which the fen are made up.
id=$(awk -F, 'NR == 2 { print $1 }' county/people.csv)
amount() { # NUMBER
    printf '%s\n' id_number,attribute,value,effective,amount \
        "$id,decision,approve,2026-01-01,$1" >amount.csv
    book --csv amount.csv --out amount.xlsx --numbers 5
}
amount 707.10000000000002
import facts amount.xlsx
expect 0 r person show "$id" --json
amount 350
expect 0 a maker import facts amount.xlsx --dry-run
amount 12.345
expect 3 a maker import facts amount.xlsx --json
is code bad-amount
amount 33.333333333333336
expect 3 a maker import facts amount.xlsx --json
is code inexact-number

# Titles above the header; what is no sheet of ours, by name.
book --csv three.csv --out titled.xlsx --titles 2
expect 3 a maker import people titled.xlsx
code no-header
head -c 500 titled.xlsx >cut.xlsx
expect 3 a maker import people cut.xlsx
code zip-damaged
printf '\320\317\021\340\241\261\032\341' >old.xlsx
expect 3 a maker import people old.xlsx
code spreadsheet
says '.xls or .et'
