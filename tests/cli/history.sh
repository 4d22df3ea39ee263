# What was paid before this ledger is taken over as money and as knowledge: settled months
# are what the history says, later ones are computed with it, a kill in the middle changes
# nothing, and a changed byte is found. If this fails, a county pays five years twice.
. tests/cli/lib.sh
make_sandbox
A=$(id_of 19400110 001) # 86: 25.00 a month
B=$(id_of 19400110 002)
C=$(id_of 19340110 003) # 92: 100.00 a month
D=$(id_of 19400110 004) # never paid before
{
    echo id_number,name,registration,registration_since,claim_date,account,bank_code
    for p in "$A,甲" "$B,乙" "$C,丙" "$D,丁"; do
        echo "$p,230523,original,2024-01-05,62170000000000${p%%,*},$BANK" | cut -c1-200
    done
} | sed 's/62170000000000[0-9X]\{14\}/621700000000/' >people.csv
sed -i 's/\(6217[0-9]*\)X/\11/' people.csv
import people people.csv

# 2024-01 to 2026-07, three programmes' worth of order: newest first, one row too high, one
# row after the settled month, one month by two documents.
months() { # months FROM TO
    awk -v a="$1" -v b="$2" 'BEGIN {
        for (m = a; m <= b; m++) { printf "%04d-%02d\n", int(m / 12), m % 12 + 1 } }'
}
FIRST=$((2024 * 12))
LAST=$((2026 * 12 + 6)) # 2026-07
{
    echo id_number,programme,period,amount,paid_on,document
    for m in $(months $FIRST $LAST | sort -r); do
        echo "$A,old-age,$m,20.00,$m-15,发〔$m〕1号"
        echo "$C,old-age,$m,100,$m-15,发〔$m〕1号" # whole yuan are exact
    done
    echo "$B,old-age,2026-08,40.00,,发〔2026〕9号"
    echo "$A,old-age,2025-03,5.0,2025-04-01,补〔2025〕2号"
} >history.csv

# Refused: each with its own word, and nothing is written.
{ cat history.csv; echo "$(id_of 19400110 999),old-age,2026-01,5.00,,x"; } >bad.csv
expect 3 a maker import history bad.csv --settled-through 2026-07 --json
says unknown-person
says 'import people'
{ cat history.csv; echo "$A,old-age,2025-03,5.00,2025-04-02,补〔2025〕2号"; } >bad.csv
expect 3 a maker import history bad.csv --settled-through 2026-07 --json
says duplicate-row
for row in "$A,old-age,2026-13,5.00,,x bad-month" "$A,old-age,2026-01,0.00,,x bad-amount" \
    "$A,old-age,2026-01,5.005,,x bad-amount" "$A,,2026-01,5.00,,x missing-value" \
    "$A,old-age,2026-01,5.00,2026-12-01,x bad-date" "$A,Old,2026-01,5.00,,x bad-programme"; do
    { sed -n 1p history.csv; echo "${row% *}"; } >bad.csv
    expect 3 a maker import history bad.csv --settled-through 2026-07 --json
    says "${row##* }"
done
expect 2 a maker import history history.csv
code missing-option
expect 3 a maker import history history.csv --settled-through 2026-10
code settled-ahead

expect 0 a maker import history history.csv --settled-through 2026-07 --json
n=$(field number)
expect 0 r import show "$n" --json
is kind history
says '"history":\[{"programme":"old-age","rows":64,"people":3,"amount_fen":376500,"from":"2024-01","to":"2026-08"}\]'
expect 0 r import show "$n"
says 'settled through 2026-07'
says '3,765.00'
expect 0 a checker import confirm "$n"
expect 0 r person show "$A" --json
is paid_fen $((31 * 2000 + 500))
is due_fen 0
expect 0 r audit verify --json
is completeness PASS

expect 0 a maker run --period 2026-09 --json
# Of old-age: August and September of A, C and D; B had 40.00 for August: 15.00 too much.
expect 0 r person show "$A" --json
is paid_fen $((31 * 2000 + 500))
is due_fen 5000
expect 0 r person show "$B" --json
is paid_fen 4000
is due_fen 2500
is receivable_fen 1500
expect 0 r person show "$C" --json
is due_fen 20000
expect 0 r person show "$D" --json
is due_fen 5000
verified
expect 0 a maker run --period 2026-09 --json
is records 0
expect 0 r explain "$A" --programme old-age --period 2025-03 --json
is amount_fen 2500

# What was taken over is not taken over again; the next months may be.
{ sed -n 1p history.csv; echo "$D,old-age,2026-06,25.00,,另〔2026〕1号"; } >late.csv
expect 3 a maker import history late.csv --settled-through 2026-07 --json
says settled-month
{ sed -n 1p history.csv; echo "$B,old-age,2026-08,1.00,,另〔2026〕1号"; } >late.csv
expect 3 a maker import history late.csv --settled-through 2026-08 --json
says history-known
{ sed -n 1p history.csv; echo "$D,old-age,2026-08,25.00,,另〔2026〕1号"; } >late.csv
expect 4 a maker import history late.csv --settled-through 2026-08
code granted-already
says '175.00 was granted already (people: 4)'
expect 0 a maker import history late.csv --settled-through 2026-08 --overrule --json
n=$(field number)
expect 0 a checker import show "$n"
says 'of 4 people, 175.00 was granted in the months this settles'
expect 0 a checker import confirm "$n"
expect 0 r audit verify --json
is correctness PASS
expect 0 a maker run --period 2026-09 --json
# August is settled now: nothing for A and C, who were granted it; 40.00 for B.
expect 0 r person show "$A" --json
is due_fen 2500
expect 0 r person show "$B" --json
is receivable_fen 0
expect 0 r report arrears --json
says '"person":2,.*"cause":"history"'
expect 0 r person show "$D" --json
is paid_fen 2500
is due_fen 2500
verified

# A death before the settled month leaves the history alone, and a rise does too; the
# months after it are computed.
printf 'id_number,attribute,value\n%s,death,2026-03-05\n' "$A" >death.csv
import facts death.csv
expect 0 a maker run --period 2026-09 --json
expect 0 r person show "$A" --json
is due_fen 0
is paid_fen $((31 * 2000 + 500))
is receivable_fen 0
verified
expect 0 r report journal --from 2026-01 --to 2026-12 --out own.csv
grep -q ',history,.*,granted,paid,' own.csv || fail 'no voucher of what was taken over'
expect 0 r report reconcile

# A killed confirmation is finished by the same command, and the sums are the file's.
expect 0 "$SIM" county --people 30000 --seed 5 --out county --gbk-names --date 2026-09-01
L=$TEST_DIR/big
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox \
    --admin admin --admin-vkey "$(cat admin.vkey)" --now "$NOW"
add_operator maker maker
add_operator checker checker
import people county/people.csv
awk -F, -v OFS=, 'BEGIN { print "id_number,programme,period,amount,paid_on,document" }
    NR > 1 { for (m = 1; m <= 6; m++) {
        p = sprintf("2025-%02d", m)
        print $1, "old-age", p, NR % 50 + 1 ".00", p "-20", "发" p; n += NR % 50 + 1 } }
    END { print n "00" >"sum" }' county/people.csv >big.csv
head -1 county/people.csv | grep -q '^id_number' || fail "the sim's first column changed"
expect 0 a maker import history big.csv --settled-through 2025-06 --json
n=$(field number)
for try in 1 2 3 4 5; do
    before=$(cksum <"$L/head")
    "$ALMONER" -C "$L" --now "$NOW" --as checker --key checker.pem import confirm "$n" \
        >/dev/null 2>&1 &
    pid=$!
    while [ "$(cksum <"$L/head")" = "$before" ] && kill -0 $pid 2>/dev/null; do :; done
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    expect 0 r status --json
    grep -q import-start out && killed=yes && break
done
[ "${killed:-no}" = yes ] || fail "no kill fell into the middle"
expect 4 a maker import people county/people.csv
code open-act
expect 0 a checker import confirm "$n"
expect 0 r audit verify --json
is completeness PASS
is integrity PASS
expect 0 r report reconcile --json
is differences 0
is taken_over_fen "$(cat sum)"

# A changed byte of a history record, and of a payment in the vault, is found.
cp -r "$L" bad
SEQ=$(r audit verify --json | tr ',' '\n' | sed -n 's/"size"://p')
expect 0 r audit record $((SEQ - 3)) --out record.bin
python3 - bad/data.mdb record.bin <<'PY' || fail "cannot change the record"
import sys
store, record = open(sys.argv[1], "r+b"), open(sys.argv[2], "rb").read()
data = store.read()
at = data.find(record)
assert at > 0, "the record is not in the store"
at += len(record) - 3  # within the postings
store.seek(at)
store.write(bytes([data[at] ^ 1]))
PY
expect 5 "$ALMONER" -C bad --now "$NOW" audit verify --json
says FAIL
