# Answers that must not be taken: each is refused as a whole with its place, and the ledger
# stays as it was. If this fails, money is counted as paid that was not.
. tests/cli/lib.sh
make_sandbox
make_county 80
pay 2026-09 2026-09-10
expect 0 r status --json
root=$(field root)

refused() { # refused CODE FILE [WHERE]
    expect 3 a maker batch answer "$B" "$2"
    code "$1"
    says "${3-}"
    expect 0 r status --json
    is root "$root"
}
bank() { expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --seed 4 "$@"; }

bank --out good.txt
bank --out amount.txt --wrong-amount 5
refused other-amount amount.txt 'line 6, column'
bank --out unknown.txt --unknown-id 7
refused unknown-id unknown.txt 'line 8, column 1:'
bank --out cut.txt --truncate
refused truncated cut.txt
bank --out trailer.txt --drop-trailer
refused truncated trailer.txt
: >nothing.txt
refused empty-file nothing.txt
sed 's/B000001L/B000002L/' good.txt >batch.txt
refused other-batch batch.txt 'line 2, column 1:'
awk -F'|' 'NR == 2 { row = $0 } NR == 3 { print row; next } { print }' good.txt >double.txt
refused duplicate-id double.txt 'line 3, column 1:'
expect 0 a maker batch answer "$B" good.txt
expect 0 r status --json
root=$(field root)
expect 0 a maker batch answer "$B" good.txt
expect 0 r status --json
is root "$root"
expect 4 a maker batch answer 99 good.txt
verified
