# Bad input, by name: each is refused with its code and place, as a whole, and nothing is
# written. If this fails, a wrong row is paid, or a good file is taken in by half.
. tests/cli/lib.sh
make_sandbox
make_county 40
expect 0 a maker run --period 2026-09
NOBODY=230523194001010001 # a good number that is not in the roster
HEAD=id_number,name,registration,registration_since
id=$(awk -F, 'NR == 2 { print $1 }' county/people.csv)
name=$(awk -F, 'NR == 2 { print $2 }' county/people.csv)

size() {
    expect 0 r status --json
    field size
}
before=$(size)

# csv LINE...: makes bad.csv.
csv() {
    printf '%s\n' "$@" >bad.csv
}

# row CODE LINE COLUMN KIND ARGS...: the first bad row of bad.csv, and the only one.
row() {
    bad=$1 line=$2 column=$3
    shift 3
    expect 3 a maker import "$1" bad.csv "${@:2}" --json
    is code "$bad"
    is line "$line"
    is column "$column"
    is number 0
    is rejected_count 1
}

# file CODE PLACE: bad.csv is refused as people for what it is.
file() {
    expect 3 a maker import people bad.csv
    code "$1"
    says "$2"
}

csv $HEAD 230523194001010009,王,230523,original
row id-check-digit 2 1 people
csv $HEAD 230523194001010000,王,230523,original
row id-check-digit 2 1 people
says 'three digits'
csv $HEAD 230523194002300004,王,230523,original
row id-date 2 1 people
csv $HEAD $NOBODY,王,230523,2024-02-30
row bad-date 2 29 people
csv $HEAD $NOBODY,王,230523,2024/8/1
row date-form 2 29 people
says 'write 2024-08-01'
csv $HEAD $NOBODY,王,230523,original $NOBODY,李,230523,original
row duplicate-person 3 1 people
csv $HEAD "$id,$name某,230523,original"
row known-otherwise 2 20 people
says 'import facts'
csv id_number,attribute,value,effective,amount "$id,decision,approve,2026-01-01,12.345"
row bad-amount 2 48 facts
csv id_number,attribute,value,effective $NOBODY,welfare,tekun,2026-01-01
row unknown-person 2 1 facts
csv id_number,attribute,value,effective "$id,welfare,tekun,2026-01-01" \
    "$id,welfare,none,2026-01-01"
row duplicate-row 3 20 facts
csv id_number,account,effective "$id,62 17,2026-01-01"
row bad-account 2 20 routes
csv id_number,name "$id,$name某"
row name-differs 2 20 snapshot --attribute welfare --value tekun --month 2026-09

# All bad rows are told at once.
csv $HEAD 1,王,230523,original $NOBODY,李,230523,original 3,张,230523,x
expect 3 a maker import people bad.csv --json
is rejected_count 2
is accepted 1
expect 3 a maker import people bad.csv
code rows-rejected
says 'bad.csv: line 2, column 1'

# All faults of a row are told at once.
csv $HEAD "230523194001010009,,230523,2024/8/1"
expect 3 a maker import people bad.csv --json
is rejected_count 1
for code in id-check-digit missing-value date-form; do
    says "\"code\":\"$code\""
done

: >bad.csv
file empty-file bad.csv
printf '\320\317\021\340rest' >bad.csv
file spreadsheet bad.csv
says 'save it as .xlsx'
csv 花名册,,, $HEAD
file no-header 'line 1'
printf '%s\n' "$HEAD" | tr , '\t' >bad.csv
file separator 'line 1'
csv id_number,name,registration,registration_sinse
file unknown-column 'line 1, column 29'
says 'did you mean "registration_since"'
csv id_number,registration,registration_since
file missing-column 'line 1'
csv $HEAD,姓名
file doubled-column 'line 1, column 48'
csv $HEAD "$NOBODY,\"王,230523,original"
file csv-quote 'line 2, column 20'
printf '%s\n%s,\377\377,230523,original\n' $HEAD $NOBODY >bad.csv
file encoding 'line 2'
expect 3 a maker import snapshot "county/dibao-urban-2026-09.csv" --attribute death \
    --value x --month 2026-09
code bad-attribute

[ "$(size)" = "$before" ] || fail "something was written"
verified
