# Who releases a batch is told before signing that the treasury has not sent the money, and
# that the day of payment is over or in another year: on the screen, in JSON, and on the
# paper of who signs elsewhere. Nothing is refused for it, and without cause nothing is
# said. If this fails, money is promised that is not there.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'
make_sandbox
make_county 6
expect 0 a admin config set funds on
for document in 1 2; do
    expect 0 a maker budget set --source county --year 2026 --document "宝财指〔2026〕$document号" \
        --amount 500000 --json
    expect 0 a checker budget confirm "$(field number)"
done

approved() { # of this month, for this day: approved, and what is said of its release
    expect 0 a maker run --period "$1"
    expect 0 a maker batch new --channel psbc --pay-date "$2" --json
    B=$(field number)
    TOTAL=$(field total_fen)
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
}
warned() { # warned CODE...: what the release in out says, in JSON
    have=$(python3 -c '
import json
print(*[x["code"] for x in json.load(open("out"))["release_warnings"]])')
    [ "$have" = "$*" ] || fail "warned of: $have, not: $*"
}
told() { # nothing of money or days stands on the releaser's screen
    ! grep 'appropriation\|day of payment' err || fail 'warned without cause'
}

# Nobody records receipts, and the day is to come: nothing is said.
approved 2026-09 2026-09-10
expect 0 a releaser batch release "$B" --json
warned
told
expect 0 a maker batch export "$B" --out pay.txt
spent=$TOTAL

# One receipt, for the other appropriation: of this one nothing has come.
expect 0 a maker budget receive 2 --amount 1000 --on 2026-09-20 --document 0412
NOW=2026-10-05T01:00:00Z
approved 2026-10 2026-10-05
release="$ALMONER -C $L --now $NOW --as releaser batch release $B"
expect 0 $release --request act.req
grep -q '^| warning .*appropriation 1 (county, 2026): the treasury has sent 0.00 yuan' act.req ||
    fail 'the request says nothing'
expect 0 a releaser batch release "$B" --json
warned not-received
is received_fen 0
is spent_fen $((spent + TOTAL))
says 'warning: appropriation 1 (county, 2026): the treasury has sent 0.00 yuan'
expect 0 a releaser batch reject "$B" --reason 再核
# All of it has come, to the cent; then one cent less.
fen=$((spent + TOTAL))
expect 0 a maker budget receive 1 --amount "$((fen / 100)).$(printf %02d $((fen % 100)))" \
    --on 2026-10-05 --document 0413
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B" --json
warned
told
expect 0 a releaser batch reject "$B" --reason 再核
expect 0 a maker budget receive 1 --amount 0.01 --less --on 2026-10-05 --document 0414
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"

# A day later, the day of payment is over, too; on a terminal all stands above the question.
NOW=2026-10-06T01:00:00Z
expect 130 python3 "$TOP/tests/cli/asked.py" n : "$ALMONER" -C "$L" --now "$NOW" --as releaser \
    --key releaser.pem --lang zh batch release "$B"
awk '/发放日期 2026-10-05 已过/ { n++ } !a && /指标 1（县级，2026 年）：国库到账/ { a = NR }
    /另有资金或日期提示 2 条/ { b = NR } END { exit !(n == 1 && a && a < b) }' out ||
    fail 'the warnings do not stand above the question, once'
expect 0 a releaser batch release "$B" --json
warned not-received pay-date-over
says 'the day of payment, 2026-10-05, is over$'
expect 0 a maker batch export "$B" --out late.txt
verified

# In another year than today, to come or over.
expect 0 a admin config set funds off
NOW=2026-11-05T01:00:00Z
approved 2026-11 2027-01-08
expect 0 a releaser batch release "$B" --json
warned pay-date-year
expect 0 a releaser batch reject "$B" --reason 再核
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
NOW=2028-01-02T01:00:00Z
expect 0 a releaser batch release "$B" --accept-clock
says 'the day of payment, 2027-01-08, is over, and in another year than today'
