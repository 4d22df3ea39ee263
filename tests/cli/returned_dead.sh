# Lines that came back for people who died since are not sent again, and `status` does not
# say they should be; what came back is the balance, not a guess. If this fails, a clerk is
# told for ever to do what is refused.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'
make_sandbox
make_county 60
pay 2026-09 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 3000 --seed 1 \
    --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
NOW=2026-09-20T01:00:00Z
expect 0 r status
says 'came back'
says "almoner batch reissue $B"
expect 0 r status --json
back=$(field returned_fen)
[ "$back" -gt 0 ] || fail 'nothing came back'

# All but one of those whose lines came back have died.
expect 0 r batch show "$B" --json
python3 -c '
import json
for line in json.load(open("out"))["returned"]:
    print(line["person"])' | sort -un >people
[ "$(wc -l <people)" -ge 2 ] || fail 'too few lines came back'
echo id_number,attribute,value,effective >deaths.csv
while read -r person; do
    expect 0 a auditor person show "$person" --reveal --json
    echo "$(field id_number),death,2026-09-15,2026-09-15" >>deaths.csv
done <people
head -n -1 deaths.csv >most.csv
import facts most.csv
expect 0 r status
says "1 lines of batch $B came back and can be sent again"
expect 0 a maker batch reissue "$B" --json
is again_lines 1
is left_dead $(($(wc -l <people) - 1))
expect 0 r status
! grep -q 'batch reissue' out || fail 'the lines of the dead are to be sent again'
says 'came back'
expect 0 r report returns
says "died: an heir's account"
expect 4 a maker batch reissue "$B"
code nothing-back
says 'batch refund'
expect 0 r report reconcile --json
is reissued_lines 1
says 'reissued, number'
expect 0 r status --json
[ "$(field returned_fen)" -lt "$back" ] || fail 'the balance of what came back stays'
verified
