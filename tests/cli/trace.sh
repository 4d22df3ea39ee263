# Reading personal data in clear leaves a signed record before anything is shown: who, what,
# when, why; audit trace lists it. If this fails, somebody looks people up and nobody knows.
. tests/cli/lib.sh
make_sandbox
make_county 30
expect 0 r audit trace
says 'Nobody read'
expect 0 r audit trace --json
! grep -q '"record"' out || fail 'rows of nothing'
pay 2026-09 2026-09-10
expect 0 r batch show 1 --lines --json
P=$(tr -d '\n' <out | grep -o '"payments.*' | grep -o '"person": *[0-9]*' | head -1 |
    grep -o '[0-9]*$')

# Each way of reading in clear; the same without --reveal leaves nothing.
expect 0 r person show "$P"
expect 0 r report unclaimed --period 2026-09
expect 0 a maker person show "$P" --reveal --purpose 补正材料
expect 0 a auditor person show $((P + 1)) --reveal
NOW=2026-09-02T01:00:00Z
expect 0 a maker report unclaimed --period 2026-09 --reveal --purpose 入户走访 \
    --out unclaimed.csv
expect 2 r person show "$P" --reveal
expect 3 a maker person show "$P" --reveal --purpose "$(printf 'a\nb')"
code purpose
expect 3 a maker person show "$P" --reveal --purpose ''
code purpose

# rows: how many the last command listed.
rows() {
    tr -d '\n' <out | grep -o '"record"' | wc -l
}
expect 0 r audit trace --json
[ "$(rows)" = 4 ] || fail 'bank file, two people, and the list'
is operator maker
is what export
is batch 1
says 补正材料
says 入户走访
says '"auditor"'
expect 0 r audit trace --json --person "$P"
[ "$(rows)" = 3 ] || fail 'the bank file, the person, and the list'
! grep -q auditor out || fail 'of another person'
expect 0 r audit trace --json --from 2026-09-02
[ "$(rows)" = 1 ] || fail 'one on the second day'
is purpose 入户走访
expect 0 r audit trace
says 'bank file of batch 1'
says several
expect 0 r --lang zh audit trace
says 多人
expect 4 r audit trace --person 9999
code unknown-person
# It is in the records for ever: who shows it cannot take it back.
expect 0 r audit record "$(expect 0 r audit trace --json --from 2026-09-02 && field record)"
says reveal
verified

# The bank file again: no other export, but names and accounts are read again.
expect 7 a checker batch export 1 --out no.txt
[ ! -e no.txt ] || fail 'who is no maker has the bank file'
expect 0 r audit trace --json
before=$(rows)
expect 0 a maker2 batch export 1 --out again.txt --json
is copy true
cmp pay.txt again.txt || fail 'a copy differs'
expect 0 r audit trace --json --person "$P"
says '"operator": *"maker2"'
says 'batch 1: bank file again'
expect 0 r audit trace --json
[ "$(rows)" = $((before + 1)) ] || fail 'a copy leaves one trace'
