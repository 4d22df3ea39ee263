# A county with five years of payments behind it raises a standard for the past and learns
# of 200 deaths late: runs, batches, registers, people and months agree to the fen with a
# second set of books (five_years.awk), which is kept from the files alone. If this fails,
# the sums of a county are wrong somewhere on the way from history to recovery.
. tests/cli/lib.sh
DEAD=${DEAD:-none} # whether the rise counts for who died before it was confirmed: or pay
PEOPLE=${PEOPLE:-3000}
SEED=${SEED:-1}
BOOKS=$TOP/tests/cli/five_years.awk
make_sandbox
NOW=2026-10-05T01:00:00Z
expect 0 "$SIM" county --people "$PEOPLE" --seed "$SEED" --out . --gbk-names
expect 0 "$SIM" history --people "$PEOPLE" --seed "$SEED" --out . --learned 2026-11-05
: >events
: >said

# ---- what is done here is noted for the second books ----

note() { echo "$*" >>events; }

# run_month MONTH: posts and notes it; again it posts nothing.
run_month() {
    expect 0 a maker run --period "$1" --json
    echo "run $1 $(field regular_fen) $(field backpay_fen) $(field reduction_fen)" \
        "$(field set_off_fen)" >>said
    note run "$1"
    expect 0 a maker run --period "$1" --json
    is records 0
    is set_off_fen 0
}

# pay_all DAY ANSWER RETURNS: a batch of all that is due, and the bank's answer to it.
pay_all() {
    expect 0 a maker batch new --channel psbc --pay-date "$1" --json
    B=$(field number)
    echo "batch $(field total_fen)" >>said
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
    expect 0 a releaser batch release "$B"
    expect 0 a maker batch export "$B" --out "pay-$B.txt"
    expect 0 "$SIM" bank --file "pay-$B.txt" --format pipe-trailer --returns "$3" \
        --seed "$B" --out "$2"
    expect 0 a maker batch answer "$B" "$2"
    note batch
    note answer "$2"
}

# decide PERSON METHOD: proposed, confirmed and noted; N is its number.
decide() {
    expect 0 a maker correct decide "$1" --programme old-age --method "$2" \
        --document "宝民追〔2026〕$1号" --served 2026-11-06 --json
    N=$(field number)
    expect 0 a checker correct confirm "$N"
    note decide "$N" "$1" "$2" 2026-11
}

repay() { # repay FEN FROM
    expect 0 a maker correct repay "$N" --amount "$(yuan "$1")" --on 2026-11-08 \
        --from-whom "$2" --name 演练付款人
    note repay "$N" "$1"
}

yuan() { printf '%d.%02d' $(($1 / 100)) $(($1 % 100)); }

# ---- and compared ----

# same WHAT: the files theirs and ours are equal.
same() {
    diff theirs ours >differs || {
        head -20 differs >&2
        fail "almoner (<) and the second books (>) differ: $1"
    }
}

books() { # [persons=TAG]
    rm -f says state-*
    awk -v "${1:-persons=-}" -v people=people.csv -v history=history.csv \
        -v settled=2025-12 -v dead="$DEAD" -f "$BOOKS" events ||
        fail 'the second books cannot be kept'
    [ -s state-people-1 ] || fail 'the second books are empty'
}

# items [FIELD...]: of every object in a JSON text, one line of these fields.
items() {
    tr '{' '\n' | awk -v fields="$*" 'BEGIN { n = split(fields, name, " ") }
        {
            line = ""
            for (i = 1; i <= n; i++) {
                if (!match($0, "\"" name[i] "\":\"?[^,\"}\\]]*")) next
                value = substr($0, RSTART + length(name[i]) + 3, RLENGTH - length(name[i]) - 3)
                sub(/^"/, "", value)
                line = line (i > 1 ? " " : "") value
            }
            print line
        }'
}

# sum FILE COLUMN
sum() { awk -v c="$2" '{ n += $c } END { printf "%d", n }' "$1"; }

# stand: what almoner says now, kept for agreed. TAG counts.
TAG=0
stand() {
    TAG=$((TAG + 1))
    note check $TAG
    expect 0 r report reconcile --json
    is differences 0
    is trial_balance_fen 0
    is taken_over_fen "$PAST"
    for report in summary recoveries arrears; do
        expect 0 r report $report --json
        mv out "$report-$TAG"
    done
}

# Every control total, register and month of a stand against the second books.
agreed() { # agreed TAG
    items period due_fen transit_fen returned_fen paid_fen receivable_fen recovered_fen \
        waived_fen written_off_fen set_off_fen granted_fen <"summary-$1" >theirs
    cp "state-months-$1" ours
    same "report summary, stand $1"
    s=state-people-$1
    cp "recoveries-$1" out
    is differences 0
    is total_open_fen "$(sum "$s" 5)"
    is total_set_off_fen "$(sum "$s" 9)"
    is total_repaid_fen $(($(sum "$s" 6) - $(sum "$s" 9)))
    is total_waived_fen "$(sum "$s" 7)"
    is total_written_off_fen "$(sum "$s" 8)"
    items person open_fen repaid_fen waived_fen written_off_fen set_off_fen <out >theirs
    awk '$5 + $6 + $7 + $8 > 0 { print $1, $5, $6 - $9, $7, $8, $9 }' "$s" >ours
    same "report recoveries, stand $1"
    cp "arrears-$1" out
    is total_fen "$(sum "state-late-$1" 2)"
    is total_unpaid_fen "$(sum "state-late-$1" 3)"
    is total_reduced_fen "$(sum "state-late-$1" 4)"
    items person amount_fen unpaid_fen reduced_fen <out |
        awk '{ a[$1] += $2; u[$1] += $3; r[$1] += $4 }
            END { for (p in a) print p, a[p], u[p], r[p] }' | sort -n >theirs
    cp "state-late-$1" ours
    same "report arrears, stand $1"
}

# People one by one: all that money was owed by, came back from or was decided of, and of
# the others every eighth (EVERY=1: all).
persons() {
    export L NOW
    awk -v every="${EVERY:-8}" '$3 + $5 + $6 + $7 + $8 + $9 > 0 ||
        ($2 + $4 > 0 && $1 % every == 0)' "state-people-$TAG" >ours
    awk '{ print $1 }' ours >numbers
    xargs -n 100 -P 2 sh -c 'for n; do
        "$0" -C "$L" --now "$NOW" person show "$n" --json >"person-$n" || exit 1
        done' "$ALMONER" <numbers || fail 'somebody cannot be shown'
    while read -r n; do cat "person-$n"; done <numbers >all
    rm -f person-*
    items due_fen in_transit_fen paid_fen receivable_fen recovered_fen waived_fen \
        written_off_fen set_off_fen <all | paste -d ' ' numbers - >theirs
    same "person show: sums"
    tr '{' '\n' <all | awk -F'[:,"}]+' '/almoner.person/ { n = $5; next }
        /"period":/ { print n, $5, $7 }' | sort >theirs
    awk 'FILENAME == "numbers" { asked[$1]; next } $1 in asked' numbers "state-granted-$TAG" |
        sort >ours
    same "person show: months"
}

# explained N: N person-months, by chance from the seed, among them some of nothing.
explained() {
    awk -v seed="$SEED" -v n="$1" 'FILENAME ~ /granted/ { fen[$1, $2] = $3; next }
        $2 + $3 + $4 + $5 > 0 { who[++people] = $1 }
        END {
            srand(seed)
            while (n-- > 0) {
                m = 2021 * 12 + 9 + int(rand() * 62)
                month = sprintf("%04d-%02d", int(m / 12), m % 12 + 1)
                p = who[1 + int(rand() * people)]
                print p, month, fen[p, month] + 0
            }
        }' "state-granted-$TAG" "state-people-$TAG" >asked
    while read -r person month fen; do
        expect 0 r explain "$person" --programme old-age --period "$month" --json
        is amount_fen "$fen"
    done <asked
}

# ---- October: five years are taken over, and the year so far is computed again ----

PAST=$(awk -F, 'NR > 1 { sub(/[.]/, "", $4); n += $4 } END { print n }' history.csv)
import people people.csv
import history history.csv --settled-through 2025-12
run_month 2026-10
stand
pay_all 2026-10-12 answer-1.txt 300

# ---- November: a rise from March on; some are younger than was thought; 200 died ----

NOW=2026-11-05T01:00:00Z
sed "/^  - code: nursing/,\$d; s/^id: .*/id: baoqing-2026-rise/; s/^effective: .*/effective: 2026-03-01/
    s/number: 宝政办规.*/number: 例〔2026〕8号/; s/dead: pay/dead: $DEAD/; s/set-off: 100/set-off: 30/
    s/1200\.00/1450.00/g; s/300\.00/370.00/g" \
    "$TOP/policies/baoqing/elderly-2024.yaml" >rise.yaml
expect 0 a maker policy adopt rise.yaml --json
is number 2
expect 0 a checker policy confirm 2 --dry-run --json
is from 2026-03
is programme old-age
is months 9
items programme people more_fen <out >people
echo "rise $(cut -d' ' -f2,3 people)" >>said
expect 0 a checker policy confirm 2
note rise 2026-11

# Eight of the oldest are four years younger (the tier below); eight are not yet 80.
cut -d, -f1 deaths.csv >dead
awk -F, 'FILENAME == "dead" { dead[$1] = 1; next }
    FILENAME == "people.csv" { who[++n] = $1; next }
    FILENAME == "history.csv" { paid[$1]++; next }
    END {
        print "id_number,attribute,value,effective,document"
        for (i = 2; i <= n; i++) {
            id = who[i]; year = substr(id, 7, 4)
            if (id in dead || substr(id, 11, 4) == "0229" || paid[id] < 20) continue
            if (year >= 1933 && year <= 1935 && high++ < 8) year += 4
            else if (year >= 1944 && year <= 1945 && low++ < 8) year += 5
            else continue
            printf "%s,birth,%s-%s-%s,original,更〔2026〕1号\n", id, year,
                substr(id, 11, 2), substr(id, 13, 2)
        }
    }' dead people.csv history.csv >births.csv
[ "$(wc -l <births.csv)" = 17 ] || fail 'not sixteen births'
import facts births.csv
note births births.csv
[ "$(wc -l <deaths.csv)" = 201 ] || fail 'not 200 deaths'
import facts deaths.csv
note deaths deaths.csv
run_month 2026-11
expect 0 a maker batch reissue 1
note reissue
pay_all 2026-11-12 answer-2.txt 200
stand

# ---- recoveries: of the dead from their heirs, or given up; of the living by set-off ----

NOW=2026-11-08T01:00:00Z
books
n=0
while read -r person fen state; do
    n=$((n + 1))
    case $state-$((n % 16)) in
    dead-0)
        decide "$person" repay
        repay "$fen" heir
        ;;
    dead-1 | dead-2)
        decide "$person" repay
        [ "$fen" -lt 2 ] || repay $((fen / 3 + 1)) village
        ;;
    dead-3 | dead-4) decide "$person" waive ;;
    dead-5 | dead-6) decide "$person" write-off ;;
    alive-[0-7]) decide "$person" set-off ;;
    esac
done <"state-owed-$TAG"
stand

for month in 2026-12 2027-01; do
    NOW=$month-05T01:00:00Z
    run_month $month
    stand
    [ $month = 2027-01 ] || pay_all $month-12 answer-$month.txt 100
done

# ---- and all of it is the same in the second books ----

books persons=$TAG
cp said theirs
cp says ours
same "runs and batches"
for tag in $(seq $TAG); do agreed "$tag"; done
[ "$(sum "state-people-$TAG" 9)" -gt 0 ] || fail 'nothing was set off'
[ "$(sum "state-late-$TAG" 4)" -gt 0 ] || fail 'nothing granted late was taken back'
persons
explained 20
verified
