# I5: a run repeated, an import repeated and an answer repeated change nothing: the ledger
# has the same size and root. If this fails, people are paid twice.
. tests/cli/lib.sh
make_sandbox
make_county 200
pay 2026-09 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 300 --seed 1 \
    --out ans.txt
expect 0 a maker batch answer "$B" ans.txt --json
is already_taken false
expect 0 r report reconcile --json
paid=$(field paid_fen)
expect 0 r status --json
root=$(field root)
expect 0 a maker run --period 2026-09 --json
is records 0
expect 0 a maker import people county/people.csv --json
is already_imported true
expect 4 a maker batch new --channel psbc --pay-date 2026-09-10
code nothing-due
for who in maker maker2; do
    expect 0 a $who batch answer "$B" ans.txt --json
    is already_taken true
    is changed_lines 0
done
expect 0 r report reconcile --json
is paid_fen "$paid"
expect 0 r status --json
is root "$root"
verified
