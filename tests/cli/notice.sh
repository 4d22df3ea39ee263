# Public lists: nothing in them leads to an account or an identity; who is objected to is
# held and nobody else; a list hangs its days before it is closed and before the month is
# paid. If this fails, a village reads who is ill, or is not heard.
. tests/cli/lib.sh
make_sandbox
make_county 100

later() { # later DAY: from now on it is this day
    NOW=$1T01:00:00Z
}
publish() { # publish FILE ARGS...: a list of old-age for September
    file=$1
    shift
    expect "${WANT:-0}" a maker notice publish --programme old-age --period 2026-09 \
        --level 村 --out "$file" "$@" $([ "${WANT:-0}" != 0 ] || echo --json)
}
cal=$TOP/docs/calendar-2026.csv

# Nobody stands in a list before a run; then --new and --all, in CSV and HTML.
WANT=4 publish none.csv --all --days 7
code notice-empty
expect 0 a maker run --period 2026-09
expect 2 a maker notice publish --programme old-age --period 2026-09 --days 7 \
    --level 村 --out x.csv
code missing-option
WANT=2 publish x.txt --all --days 7
code bad-option
WANT=2 publish x.csv --all --days 7 --working
code missing-option
WANT=3 publish x.csv --all --days 0
WANT=3 publish x.csv --all --days 7 --from 2026-08-01
expect 4 a maker notice publish --programme nothing --period 2026-09 --all --days 7 \
    --level 村 --out x.csv
code unknown-programme
expect 7 a checker notice publish --programme old-age --period 2026-09 --all --days 7 \
    --level 村 --out x.csv
[ ! -e x.csv ] && [ ! -e x.csv.part ] || fail 'a refused list was written'

publish list.csv --all --days 7 --working --calendar "$cal"
is number 1
is first 2026-09-02
is last 2026-09-10
is sha256 "$(sha256sum <list.csv | cut -d' ' -f1)"
people=$(field people)
WANT=4 publish list.csv --all --days 7
code exists
[ "$people" -eq $(($(wc -l <list.csv) - 1)) ] || fail 'the count is not that of the rows'
# Over the holidays of October: ten working days by a calendar of our own.
publish list.html --new --days 10 --working --calendar "$cal" --from 2026-09-24 \
    --contact 'office 0469-0000000'
is last 2026-10-14
grep -q '公示期自2026年9月24日至2026年10月14日，共10个工作日' list.html ||
    fail 'the page does not say how long'
printf 'date,kind\n2025-01-01,holiday\n' >old.csv
WANT=3 publish x.csv --all --days 7 --working --calendar old.csv
code calendar-year
printf '2026-01-01,maybe\n' >bad.csv
WANT=3 publish x.csv --all --days 7 --working --calendar bad.csv
code calendar-line
publish plain.csv --all --days 5 --no-amounts
is last 2026-09-06
grep -q '金额' plain.csv && fail 'sums are in a list without sums'

# Nothing that leads to anybody: every number of every file of the county. (What is not
# in clear anywhere is found by the same words in the county's own files.)
cat county/*.csv | iconv -f UTF-8 -t UTF-8 -c |
    grep -oE '[0-9]{17}[0-9Xx]|1[3-9][0-9]{9}|[0-9]{12,19}' | sort -u >secret
[ "$(wc -l <secret)" -ge 60 ] || fail 'the county has no numbers to look for'
for file in list.csv list.html plain.csv; do
    if grep -qFf secret "$file"; then
        fail "$file shows a number of the county"
    fi
    grep -q '\*' "$file" || fail "$file has no masked name"
    grep -qE 'old-age|dibao|name|address' "$file" && fail "$file shows codes"
done
tail -n +2 county/people.csv | cut -d, -f2 | sed 's/^/,/; s/$/,/' >names
grep -qFf names list.csv && fail 'a name stands in clear'

# What tells of illness or poverty needs the county's word.
expect 0 a maker run --period 2026-10 --ahead
care() {
    rm -f care.csv
    expect "$1" a maker notice publish --programme dibao-supplement --period 2026-10 --all --days 7 \
        --level 村 --out care.csv $([ "$1" != 0 ] || echo --json)
}
care 4
code notice-name
expect 0 a admin config set notice.label.dibao-supplement 老年补贴（二）
care 0
is label '老年补贴（二）'
grep -q '低保' care.csv && fail 'the list tells of illness'
expect 0 a admin config set notice.label.dibao-supplement ''
care 4
expect 0 a admin config set notice.allow.dibao-supplement on
care 0

# An objection holds one person in one programme; a batch is made without that person.
expect 0 r batch list --json
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --programme old-age --json
expect 0 r batch show 1 --lines --json
victim=$(python3 -c 'import json; print(json.load(open("out"))["payments"][1]["person"])')
lines=$(field lines)
expect 0 a maker batch cancel 1 --reason 'to be made anew'
expect 4 a maker notice object 9 --person "$victim" --text '反映已迁出'
code unknown-notice
expect 2 a maker notice object 1 --person "$victim"
expect 3 a maker notice object 1 --person "$victim" --text ''
expect 7 a releaser notice object 1 --person "$victim" --text '反映已迁出'
expect 0 a maker notice object 1 --person "$victim" --text '反映已迁出' --json
is number 1
is person "$victim"
is holds true
expect 0 r status --json
says 'notice decide 1'
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --programme old-age --json
says '"reason":"objection"'
is lines $((lines - 1))
expect 0 r batch show 2 --lines --json
grep -q "\"person\":$victim," out && fail 'who is objected to has a line'
expect 0 a maker batch cancel 2 --reason 'to be made anew'

# Another operator decides; upheld it holds on, lifted or dismissed it does not.
expect 2 a checker notice decide 1 --reason '入户核实'
expect 7 a maker notice decide 1 --dismissed --reason '入户核实'
expect 4 a checker notice decide 1 --lifted --reason '入户核实'
code objection-state
expect 0 a checker notice decide 1 --upheld --reason '入户核实已迁出' --json
is holds true
expect 4 a checker notice decide 1 --dismissed --reason '再核'
code objection-state
expect 0 a checker notice object 1 --person "$victim" --text '另一异议'
expect 7 a checker notice decide 2 --dismissed --reason '本人登记'
code same-operator
add_operator2() { make_key checker2 && add_operator checker2 checker; }
add_operator2
expect 0 a checker2 notice decide 2 --dismissed --reason '与前一异议重复'
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --programme old-age --json
is lines $((lines - 1))
expect 0 a maker batch cancel 3 --reason 'to be made anew'
expect 0 a checker notice decide 1 --lifted --reason '户籍信息已更正' --json
is holds false
expect 0 r notice show 1 --json
is objections 2

# A list is taken down on its last day or after; where the county wants it, no month is
# paid before.
expect 0 a admin config set notice.required.old-age on
expect 4 a maker batch new --channel psbc --pay-date 2026-09-10 --programme old-age
code nothing-due
says 'not made public'
expect 4 a maker notice close 1
code notice-days
later 2026-09-10
expect 4 a maker notice close 1 --on 2026-09-11
code notice-days
expect 0 r status --json
says 'notice close 1'
expect 0 a maker notice close 1 --json
is state closed
is taken_down 2026-09-10
expect 4 a maker notice close 1
code notice-state
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --programme old-age --json
is lines "$lines"

# The list that went out is traced once, by its own record.
expect 0 a auditor audit trace --json
[ "$(grep -o '"what":"notice"' out | wc -l)" -eq 5 ] || fail 'the lists are not traced'
verified

# What outsiders read: a ledger with lists, objections of every outcome, and a batch that
# goes around who is held.
L=$TEST_DIR/second
NOW=2026-09-01T01:00:00Z
make_ledger2() {
    expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox \
        --admin admin --admin-vkey "$(cat admin.vkey)" --now "$NOW"
    for who in maker:maker checker:checker checker2:checker releaser:releaser \
        auditor:auditor; do
        add_operator "${who%:*}" "${who#*:}"
    done
    expect 0 a admin channel add psbc --bank-code "$BANK" --account 6217000000000000009 \
        --account-name 演练民政局 --format pain.001.001.09
    expect 0 a maker policy adopt "$TOP/policies/baoqing/elderly-2024.yaml"
    expect 0 a checker policy confirm 1
    awk -F, -v OFS=, 'NR > 1 { $5 = "红旗村" } 1' county/people.csv >village.csv
    import people village.csv
}
make_ledger2
expect 0 a maker run --period 2026-09
publish again.csv --all --days 1 --from 2026-09-01
# In one village masked names are often alike: they and only they have a number.
tail -n +2 again.csv | cut -d, -f3 | sort | uniq -c >often
awk '$1 > 1' often | grep -q . || fail 'no two names are alike'
tail -n +2 again.csv | awk -F, 'NR == FNR { split($0, w, " "); n[w[2]] = w[1]; next }
    (n[$3] > 1) != ($4 != "") || ($4 != "" && seen[$4]++) { print; bad = 1 }
    END { exit bad }' often - || fail 'a number is missing, needless or there twice'
expect 0 a checker notice object 1 --person "$victim" --text '一'
expect 0 a checker notice object 1 --person 1 --text '二'
expect 0 a checker notice object 1 --person 2 --text '三'
expect 0 a checker2 notice decide 1 --upheld --reason '成立'
expect 0 a checker2 notice decide 2 --dismissed --reason '不成立'
expect 0 a checker2 notice decide 3 --upheld --reason '成立'
expect 0 a checker2 notice decide 3 --lifted --reason '已更正'
expect 0 a maker notice close 1
# Merged into another, the one who is held takes the objection along.
kept=$((victim + 1))
expect 0 a maker person merge "$victim" "$kept" --document 'x' --json
expect 0 a checker import confirm "$(field number)"
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --json
B=$(field number)
expect 0 r batch show "$B" --lines --json
grep -qE "\"person\":($victim|$kept)," out && fail 'a merge ended an objection'
expect 0 a maker batch submit "$B"
verified
evidence
expect 0 r audit bundle --out part.zip --period 2026-09
expect 0 r audit bundle --out batch.zip --batch "$B"
expect 0 r audit bundle --out person.zip --person "$kept"
for zip in evidence.zip part.zip batch.zip person.zip; do
    for program in "$VERIFY" "python3 $TOP/tests/independent/verify.py"; do
        PYTHONDONTWRITEBYTECODE=1 expect 0 $program "$zip" --json
        is integrity PASS
        is balance PASS
        is authorisation PASS
        is completeness PASS
    done
done
