# The books of a month are closed: by two, when every figure is the same by two ways and
# every batch that was sent is closed, if need be with a signed list of what is not known.
# A closed month takes nothing: what comes later stands in the first open one. If this
# fails, a month that was reported can change, or money is lost between two months.
. tests/cli/lib.sh
make_sandbox
make_county 60

page() { # the page of a month, without a difference
    expect 0 r report reconcile --month "$1" --json
    is differences 0
}
# sums FIGURE: count and fen of its first way
sums() {
    python3 -c '
import json, sys
for pair in json.load(open("out"))["pairs"]:
    if pair["name"] == sys.argv[1]:
        print(pair["first"]["count"], pair["first"]["fen"])' "$1"
}

# A batch that the bank answers in part: two of its lines are not in the answer.
pay 2026-09 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 2000 --seed 1 \
    --out all.txt
page 2026-09
[ "$(sums unknown)" = "$(sums batched)" ] || fail 'what is sent is not known yet'
NOW=2026-09-12T01:00:00Z
expect 0 r batch show "$B" --json
lines=$(field lines)
total=$(field total_fen)
expect 4 a maker month close 2026-09
code month-batch
says "batch close $B --with-unknown"
expect 4 a maker batch close "$B"
code lines-open
says with-unknown
expect 7 a checker batch close "$B" --with-unknown
expect 0 a maker batch close "$B" --with-unknown --json
is listed_lines "$lines"
is listed_fen "$total"
is state closing
expect 4 a maker month close 2026-09
code month-batch
expect 0 a checker batch close "$B"
page 2026-09
expect 0 r report returns --json
is unknown_lines "$lines"
is age_days 11
is sent_before null
expect 0 r report reconcile --month 2026-09 --rows unknown --json
[ "$(grep -o '"line":' out | wc -l)" -eq "$lines" ] || fail 'rows of what is unknown'
expect 2 r report reconcile --month 2026-09 --rows unknowns
code bad-option
expect 2 r report reconcile --rows unknown
code missing-option
verified

# Control totals are signed by two; months are closed in their order.
expect 2 a maker month close september
code bad-month
expect 4 a maker month close 2027-03
code month-order
expect 7 a checker month close 2026-09
expect 4 a checker month confirm 2026-09
code not-pending
expect 4 a maker month close 1850-01
code month-order
expect 0 a maker month close 2026-09 --json
is state waiting
expect 7 a maker month confirm 2026-09
expect 0 r status
says 'almoner month confirm 2026-09'
expect 4 a maker month close 2026-11
code month-order
# What moves the month makes the maker close it again.
expect 0 a maker batch answer "$B" all.txt
expect 4 a checker month confirm 2026-09
code month-changed
expect 0 a maker month close 2026-09 --json
expect 0 a releaser month confirm 2026-09 --json
is state closed
is confirmed_by releaser
expect 4 a maker month close 2026-09
code month-order
expect 0 r month list --json
is first_open 2026-10
[ "$(grep -o '"state":"replaced"' out | wc -l)" -eq 1 ] || fail 'one was replaced'
page 2026-09
september=$(sums paid)
verified

# What comes late: a repeated answer is nothing; lines come back weeks after "paid", and
# are sent again. All of it stands in October, and belongs to September.
NOW=2026-10-08T01:00:00Z
expect 0 r report returns --json
back=$(field returned_lines)
[ "$back" -gt 0 ] || fail 'nothing came back'
says '"to_do":'
expect 0 a maker batch reissue "$B"
expect 0 r report returns --json
is count 0
expect 0 r report returns --all --json
is count "$back"
page 2026-09
[ "$(sums paid)" = "$september" ] || fail "paid in September: $(sums paid), was $september"
grep -q '"late_elsewhere":{"count":0' out && fail 'what is late does not say so'
page 2026-10
grep -q '"late_here":{"count":0' out && fail 'what is late is not in the open month'
first=$B
pay 2026-10 2026-10-12
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 2 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
expect 0 r report returns --all --json
says "\"later_batch\":$B,\"later_state\":\"paid\""
is sent_before 0
page 2026-10

# Held against the account's statement: the same, or the month cannot be closed.
expect 0 a maker batch export "$B" --format pain.001.001.09 --out pay.xml
expect 0 "$SIM" answer --file pay.xml --format pain.001.001.09 --as camt.053.001.08 \
    --returns 0 --seed 2 --out statement.xml
expect 0 r report reconcile --month 2026-10 --statement statement.xml --json
is differences 0
sums statement >paid
[ "$(cat paid)" = "$(sums paid)" ] || fail 'the statement is another'
# A bank that gives no camt.053 gives CSV: a profile says what its columns are.
cat >own.yaml <<'END'
profile: own-statement
title: {zh: 账户流水, en: statement}
source: the columns of a statement that a bank lets people save
encoding: UTF-8
line-end: CRLF
separator: ","
quote: csv
extension: csv
detail:
  - {value: id}
  - {value: name}
  - {value: account}
  - {value: amount, as: yuan}
answer:
  form: own-file
  extension: csv
  header:
    - - {text: 流水号}
      - {text: 金额}
      - {text: 摘要}
  detail:
    - {value: id}
    - {value: amount, as: yuan}
    - {value: result-text}
  match: [id]
  absent: unknown
  results:
    - {text: 代发, status: paid}
    - {text: 退回, status: returned, reason: other}
END
expect 0 r format read statement.xml --json
python3 -c 'import json
print("流水号,金额,摘要", end="\r\n")
for x in json.load(open("out"))["transactions"]:
    print("%s,%d.%02d,代发" % (x["id"], *divmod(x["amount_fen"], 100)), end="\r\n")' >own.csv
expect 0 r report reconcile --month 2026-10 --statement own.csv --format ./own.yaml --json
is differences 0
sums statement >paid-csv
cmp paid paid-csv || fail 'the CSV says something else'
sed -i '4,9d' own.csv # not all of them are entries of others
expect 1 r report reconcile --month 2026-10 --statement own.csv --format ./own.yaml --json
is differences 1
sed '/^answer:/,$d' own.yaml >mute.yaml
printf 'answer:\n  form: none\n' >>mute.yaml
expect 2 r report reconcile --month 2026-10 --statement own.csv --format ./mute.yaml
code no-answer-format
expect 0 "$SIM" answer --file pay.xml --format pain.001.001.09 --as camt.053.001.08 \
    --returns 2000 --seed 3 --out other.xml
expect 1 r report reconcile --month 2026-10 --statement other.xml --json
is differences 1
expect 1 r report reconcile --month 2026-10 --statement other.xml --rows statement --json
says '"booked":'
expect 0 a maker batch close "$B"
expect 0 a checker batch close "$B"
expect 4 a maker month close 2026-10 --statement other.xml
code month-difference
expect 3 a maker month close 2026-10 --statement ans.txt
code unknown-file
expect 0 a maker month close 2026-10 --statement statement.xml --json
says "$(sha256sum statement.xml | cut -c 1-64)"
expect 0 a checker month confirm 2026-10
verified

# Who began and stopped between two months, by programme and unit.
expect 0 r report movement --period 2026-10 --json
says '"programme":"old-age","began":1,"began_fen":2500,"stopped":0'
says '"changed":4,"changed_fen":40000,"same":36,"same_fen":150000'
expect 0 r report movement --period 2026-10 --since 2020-01 --by-unit --json
is before_fen 0

# A year is closed when its months are.
expect 4 a maker year close 2026
code year-months
for month in 11 12; do
    NOW=2026-$month-20T01:00:00Z
    expect 0 a maker run --period "2026-$month"
    page "2026-$month"
    expect 0 a maker month close "2026-$month"
    expect 0 a checker month confirm "2026-$month"
done
expect 0 r status
says 'almoner year close 2026'
expect 0 a maker year close 2026
expect 7 a maker year confirm 2026
expect 0 r status
says 'almoner year confirm 2026'
expect 0 a checker year confirm 2026 --json
is year 2026
is state closed
expect 4 a maker year close 2026
code year-order
expect 4 a maker year close 2028
before=$NOW
NOW=2027-02-03T01:00:00Z
expect 0 r status
says '2027-01 is over and not closed'
says 'no run posted anything of 2027-02 yet'
NOW=$before

# The rest of a run for a closed month stands in the first open one.
NOW=2027-01-05T01:00:00Z
person=$(python3 -c '
import json
print(json.load(open("out")).get("person", 1))' 2>/dev/null || echo 1)
expect 0 a auditor person show "$person" --reveal --json
echo id_number,attribute,value,effective >deaths.csv
echo "$(field id_number),death,2026-09-15,2026-09-15" >>deaths.csv
import facts deaths.csv
expect 0 a maker run --period 2026-12
page 2027-01
page 2026-12
expect 0 r report reconcile --json
is differences 0
expect 0 r month list
says '2027-01'
verified
evidence
