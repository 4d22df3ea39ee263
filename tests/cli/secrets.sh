# I11: no name, ID number, account, phone or address lies in the ledger's files in clear.
# If this fails, a stolen disk tells who is poor and ill.
. tests/cli/lib.sh
make_sandbox
make_county 50
pay 2026-09 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 300 --seed 1 \
    --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
LC_ALL=C.UTF-8 grep -q '^id_number,' county/people.csv || fail 'the roster is not UTF-8'
for column in id_number name account address phone; do
    python3 -c '
import csv, sys
with open("county/people.csv", encoding="utf-8-sig", newline="") as f:
    values = {row[sys.argv[1]] for row in csv.DictReader(f)}
print("\n".join(sorted(values - {""})))
' $column >words || fail "the roster has no column $column"
    [ -s words ] && grep -q . words || fail "column $column is empty: nothing is looked for"
    # The same search finds them where they stand in clear.
    grep -qaF -f words county/people.csv || fail "the search for $column finds nothing"
    if grep -qaF -f words "$L/data.mdb" "$L/head"; then
        grep -oaF -f words "$L/data.mdb" | head -3 >&2
        fail "$column of somebody stands in clear"
    fi
done
# Shown masked, and in clear only with a record of it.
id=$(sed -n '2s/,.*//p' county/people.csv)
name=$(sed -n 2p county/people.csv | cut -d, -f2)
expect 0 r person show "$id"
! grep -q "$name\|$id" out || fail "person show is not masked"
expect 0 r status --json
size=$(field size)
expect 0 a auditor person show "$id" --reveal
says "$name"
expect 0 r status --json
is size $((size + 1))
verified
