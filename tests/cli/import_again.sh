# A file counts once, whoever imports it, and two that contradict do not both count. If
# this fails, people are paid twice for one list, or the later file wins unseen.
. tests/cli/lib.sh
make_sandbox
make_county 40
expect 0 a maker run --period 2026-09
id=$(awk -F, 'NR == 2 { print $1 }' county/people.csv)

size() {
    expect 0 r status --json
    field size
}
before=$(size)
expect 0 a maker2 import people county/people.csv --json
is already_imported true
is state confirmed
is number 1
expect 0 a maker import snapshot county/dibao-urban-2026-09.csv --attribute welfare \
    --value dibao-urban --month 2026-09 --json
is already_imported true
expect 4 a checker import confirm 1
code not-pending
expect 4 a checker import confirm 99
code unknown-import
expect 0 a maker import people county/people.csv --dry-run
[ "$(size)" = "$before" ] || fail "something was written"

# The same list for another month is another import.
expect 0 a maker import snapshot county/dibao-urban-2026-09.csv --attribute welfare \
    --value dibao-urban --month 2026-10 --json
is already_imported false

# A list that another one replaced counts when it comes again: A, B, A.
one=$(sed -n 1,2p county/people.csv | awk -F, 'NR == 2 { print $1","$2 }')
printf '%s\n' id_number,name "$one" >A.csv
printf '%s\n' id_number,name >B.csv
for list in A.csv B.csv A.csv; do
    expect 0 a maker import snapshot $list --attribute flag --value yes \
        --month 2026-09 --json
    is already_imported false
    expect 0 a checker import confirm "$(field number)"
    expect 0 a maker2 import snapshot $list --attribute flag --value yes \
        --month 2026-09 --json
    is already_imported true
done
expect 0 r person show "$id" --json
says '"flag","programme":"","value":"yes","effective":"2026-09-01","until":null'

# Two proposals at once: what the first changed refuses the second as a whole.
new=230523194001010001
printf '%s\n' id_number,name,registration,registration_since \
    "$new,王某,230523,original" >one.csv
printf '%s\n' id_number,name,registration,registration_since,phone \
    "230523194001010028,李某,230523,original,1" "$new,王某某,230523,original,2" >two.csv
expect 0 a maker import people one.csv --json
one=$(field number)
expect 0 a maker2 import people two.csv --json
two=$(field number)
expect 0 a checker import confirm "$one"
expect 4 a checker import confirm "$two"
code rows-rejected
says 'known with another name'
expect 4 a checker import confirm "$two" --json
says '"code":"rows-rejected"'
is rejected_count 1
is line 3
is state refused
expect 4 r person show 230523194001010028
code unknown-person

# Known people again with a new column: only what is new is added.
expect 0 r person show "$id" --json
number=$(field number)
awk -F, 'NR == 1 { print $1","$2","$3","$4",contact" }
    NR == 2 { print $1","$2","$3","$4",村主任" }' county/people.csv >contact.csv
import people contact.csv
expect 0 r person show "$id" --json
is number "$number"
says contact
verified
