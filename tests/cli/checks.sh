# What is looked at before a batch is signed: each check finds what it is for, blocks or
# warns as the settings say, and is silent otherwise; what was warned of is signed for; and
# what is new against the batch before is counted. If this fails, the dead are paid, two
# people are paid into one account, or who signs cannot see what is new.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'
for name in admin maker checker releaser auditor; do make_key "$name"; done
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox --admin admin \
    --admin-vkey "$(cat admin.vkey)" --now "$NOW"
for name in maker checker releaser auditor; do add_operator $name $name; done
expect 0 a admin channel add psbc --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format pipe-trailer
expect 0 a maker policy adopt "$TOP/tests/policies/good/payees.yaml"
expect 0 a checker policy confirm 1

card() { # card SERIAL: a card number of no issuer, with its check digit
    awk -v s="62999900000000$1" 'BEGIN {
        for (i = length(s); i > 0; i--) {
            v = substr(s, i, 1) * (++n % 2 ? 2 : 1)
            sum += v > 9 ? v - 9 : v
        }
        print s (10 - sum % 10) % 10 }'
}
{
    echo id_number,name,registration,registration_since,unit,account,household
    for n in 01 02 03 04 05 06 07 08 09 10 11 12; do
        id=$(id_number 19400102 0$n)
        eval "P$n=$id"
        household=H$n unit=东村
        [ $n -ne 04 ] || household=H03
        [ $n -le 06 ] || unit=西村
        echo "$id,王某$n,230523,original,$unit,$(card $n),$household"
    done
} >people.csv
import people people.csv

# found NAME=LINES...: these checks and no others find so many lines
found() {
    expect "$1" r batch check "$B" --json
    shift
    printf '%s\n' "$@" | sort >want
    python3 -c '
import json
for x in json.load(open("out"))["checks"]:
    if x["lines"]: print("%s=%d" % (x["name"], x["lines"]))' | sort >have
    [ $# -gt 0 ] || : >want
    diff want have >&2 || fail "the checks of batch $B find others"
}
# rows NAME PERSON...: the people of a check, once each
rows() {
    expect 0 r batch check "$B" --rows "$1" --json
    shift
    echo "$*" >want
    python3 -c '
import json
print(*sorted({x["person"] for x in json.load(open("out"))["rows"]}))' >have
    diff want have >&2 || fail 'other people'
}
new() {
    expect 0 a maker batch new --channel psbc --pay-date "$@" --json
    B=$(field number)
}
send() { # approved, released, sent and paid
    expect 0 a checker batch approve "$B"
    expect 0 a releaser batch release "$B"
    expect 0 a maker batch export "$B" --out pay.txt
    expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 \
        --out ans.txt
    expect 0 a maker batch answer "$B" ans.txt
}
# change KIND PEOPLE FEN, of all units
change() {
    python3 - "$@" <<'END' || fail "change: $*"
import json, sys
c = json.load(open("out"))["change"]
kind, people, fen = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
t = c["total"][kind]
assert (t["people"], t["fen"]) == (people, fen), t
assert sum(u[kind]["people"] for u in c["units"]) == people
assert sum(u[kind]["fen"] for u in c["units"]) == fen
END
}

# ---- nothing to say ------------------------------------------------------------------
expect 0 a maker run --period 2026-08
new 2026-09-01
found 0
says '"name":"notice-missing","level":"warn"'
expect 2 r batch check "$B" --rows dying
code bad-option
expect 4 r batch check 9
expect 0 a maker batch submit "$B"
[ ! -s err ] || fail 'something is warned of'
expect 0 r batch show "$B" --change --json
change new 12 1440000
send
verified

# Its help names every setting there is.
expect 0 "$ALMONER" help config set
for name in $(r config show --json | grep -o '"name":"[^"]*"' | cut -d'"' -f4); do
    grep -qF "  $name" out || fail "config set does not name $name"
done
[ -n "$name" ] || fail 'no settings'
says '  check.bank-file (block, warn, off; unless set: block)'

# ---- accounts ------------------------------------------------------------------------
# 2 takes the account of 1, a stranger; 4 that of 3, of their own household; 5 mistypes
# one; 6 to 8 have one agent, 9 the old account registered anew.
NOW=2026-09-05T01:00:00Z
AGENT=$(id_number 19700102 001)
bad=$(card 05)
bad=${bad%?}$(((${bad#"${bad%?}"} + 1) % 10))
{
    echo id_number,account,payee_id_number,payee_name,relation,authorisation,effective
    echo "$P02,$(card 01),,,,,2026-09-01"
    echo "$P04,$(card 03),,,,,2026-09-01"
    echo "$P05,$bad,,,,,2026-09-01"
    for id in $P06 $P07 $P08; do
        echo "$id,$(card 20),$AGENT,李某,代领人,授权1号,2026-09-01"
    done
    echo "$P09,$(card 09),,,,,2026-09-01"
} >routes.csv
import routes routes.csv
expect 0 a maker run --period 2026-09
new 2026-09-10
found 0 agent-of-many=3 duplicate-account=4 shared-account=2 invalid-account=2 \
    route-changed=12
rows shared-account 1 2
rows duplicate-account 1 2 3 4
rows invalid-account 5
rows agent-of-many 6 7 8
rows route-changed 2 4 5 6 7 8
expect 0 r batch check "$B" --rows agent-of-many
says '王\*\*'
! grep -q "王某" out || fail 'a name in clear'
expect 0 r batch check "$B"
says '东村'
expect 0 r batch show "$B" --change --json
change same 0 0
change changed 12 -1260000

# On a terminal the warnings stand above the question; a no signs nothing.
expect 130 python3 "$TOP/tests/cli/asked.py" n : "$ALMONER" -C "$L" --now "$NOW" --as maker --key maker.pem \
    batch submit "$B"
awk '!a && /route-changed 12/ { a = NR } /\(23 warnings above\)/ { b = NR }
    END { exit !(a && a < b) }' out || fail 'the warnings do not stand above the question'

# Warnings are shown, and signed for; also when it is signed elsewhere.
submit="$ALMONER -C $L --now $NOW --as maker batch submit $B"
expect 0 $submit --request act.req
grep -q '^| warned .*route-changed.*: 12 lines' act.req || fail 'the request says nothing'
expect 0 "$ALMONER" sign act.req --as maker --key maker.pem --out act.sig --now "$NOW" --yes
expect 0 $submit --signature act.sig
says 'warning: route-changed 12'
expect 0 r status --json
expect 0 r audit record $(($(field size) - 1)) --json
says shared-account
verified
evidence
expect 0 a checker batch approve "$B"
expect 2 a admin config set check.shared-account stop
expect 2 a admin config set check.months 0
code setting-value
expect 0 a admin config set check.shared-account block
expect 4 a releaser batch release "$B"
code checks
says 'shared-account 2 (lines 1 person 1, 3 person 2)'
says "batch drop $B --person 1"
expect 0 a admin config set check.shared-account off
expect 0 a releaser batch release "$B" --json
is warning 4
expect 0 a releaser batch reject "$B" --reason '再核'
expect 0 a admin config set check.shared-account warn

# ---- what became of people since -----------------------------------------------------
# 11 is suspended, and a run takes that in; 9 dies, 10 is held, 12 is suspended too: no run
# has seen these.
facts() {
    printf '%s\n' id_number,programme,attribute,value,effective,document "$@" >facts.csv
    import facts facts.csv
}
facts "$P11,,suspended,yes,2026-09-01,停1号"
expect 0 a maker run --period 2026-09
facts "$P09,,death,2026-08-20,,证1号" "$P10,,pay-hold,核实中,2026-09-01," \
    "$P12,,suspended,yes,2026-09-01,停2号"
found 1 agent-of-many=3 duplicate-account=4 shared-account=2 invalid-account=2 \
    route-changed=12 stopped=2 dead=2 pay-hold=2 facts-since-run=4
rows stopped 11
rows dead 9
rows pay-hold 10
rows facts-since-run 9 12
expect 4 a maker batch submit "$B"
code checks
says 'dead 2'
says 'pay-hold 2'
says 'stopped 2'
expect 0 a maker batch drop "$B" --person "$P09" --person "$P10" --person "$P11" \
    --reason '8日通报' --json
is moved_lines 6
found 0 agent-of-many=3 duplicate-account=4 shared-account=2 invalid-account=2 \
    route-changed=12 facts-since-run=2

# ---- another batch that waits, and more than the rules give ---------------------------
first=$B
expect 0 a maker correct post "$P01" --programme old-age --from 2026-09 --to 2026-09 \
    --amount 500.00 --beside --document 民初8号 --json
expect 0 a checker import confirm "$(field number)"
expect 0 a maker run --period 2026-09
new 2026-09-12 --programme old-age
found 1 two-batches=1 amount-unusual=1
rows amount-unusual 1
expect 4 a maker batch submit "$B"
code checks
says 'two-batches 1 (line 1 person 1)'
B=$first
found 1 agent-of-many=3 duplicate-account=4 shared-account=2 invalid-account=2 \
    route-changed=12 stopped=2
expect 0 a maker batch drop "$B" --person "$P12" --reason '停2号'
expect 0 a maker batch submit "$B"
send
B=$((first + 1))
found 0 amount-unusual=1
expect 0 a maker batch submit "$B"
send
verified

# ---- the next month: who is back, who is gone ------------------------------------------
NOW=2026-10-05T01:00:00Z
facts "$P01,,death,2026-09-20,,证2号"
printf '%s\n' id_number,attribute,value,effective,until \
    "$P10,pay-hold,核实完毕,2026-09-01,2026-09-30" >facts.csv
import facts facts.csv
expect 0 a maker run --period 2026-10
new 2026-10-10
expect 0 r batch show "$B" --change --json
change resumed 1 30000
change stopped 1 -15000
change new 0 0
expect 0 a admin config set check.months 1
found 0 agent-of-many=3 invalid-account=2 duplicate-account=2 amount-unusual=2
verified

# ---- who dies between release and export is not sent -----------------------------------
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
facts "$P02,,death,2026-10-02,,证3号"
expect 4 a maker batch export "$B" --out late.txt
code checks
says 'dead'
[ ! -e late.txt ] || fail 'the dead are in a file'
expect 0 a admin config set check.dead warn
expect 0 a maker batch export "$B" --out late.txt
verified
