# The main job, small: from roster to bank answer, returns reissued, everything verified
# and reconciled. If this fails, nobody can be paid.
. tests/cli/lib.sh
make_sandbox
make_county 300

pay 2026-09 2026-09-10
cp pay.txt first.txt
expect 0 a maker batch export "$B" --out again.txt
says "a copy"
cmp -s first.txt again.txt || fail "an export made again has other bytes"
expect 0 a maker batch export "$B" --out pay.xml --format pain.001.001.09
sums=$(iconv -f GBK -t UTF-8 pay.txt | tr -d '\r' |
    awk -F'|' 'NR > 1 && $0 != "########" { n++; s += $4 } END { printf "%d %d", n, s }')
expect 0 r batch show "$B" --json
[ "$sums" = "$(field lines) $(field total_fen)" ] || fail "the pipe file holds $sums"
if [ -f "$TOP/../shared/xsd/pain.001.001.09.xsd" ]; then
    expect 0 xmllint --noout --schema "$TOP/../shared/xsd/pain.001.001.09.xsd" pay.xml
fi
xpath() { xmllint --xpath "$1" pay.xml; }
got="$(xpath 'count(//*[local-name()="CdtTrfTxInf"])') $(
    xpath 'string(round(100 * sum(//*[local-name()="InstdAmt"])))')"
[ "$got" = "$sums" ] || fail "the pain.001 file holds $got, the pipe file $sums"
if command -v aqbanking-cli >/dev/null; then # a reader that has nothing of ours
    HOME=$TEST_DIR aqbanking-cli -D aq import --importer=xml --profile=pain_001_001_03 \
        --infile=pay.xml --ctxfile=aq.ctx 2>/dev/null
    got=$(sed -n 's/.*char value="\([0-9]*\)%2F\([0-9]*\)%3ACNY"/\1 \2/p' aq.ctx |
        awk '{ n++; s += $1 * 100 / $2 } END { printf "%d %d", n, s }')
    [ "$got" = "$sums" ] || fail "aqbanking reads $got, not $sums"
fi

expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 300 --seed 2 \
    --out answer.txt
expect 0 a maker batch answer "$B" answer.txt --json
expect 0 a maker batch answer "$B" answer.txt --json
is already_taken true
expect 0 r batch show "$B" --json
is state settled
back=$(field returned_lines)
[ "$back" -gt 0 ] || fail "no line came back"
NOW=2026-09-20T01:00:00Z
expect 0 "$SIM" routes --people county/people.csv --answer answer.txt \
    --effective 2026-09-20 --out routes.csv
import routes routes.csv
expect 0 a maker batch reissue "$B" --json
is again_lines "$back"
expect 0 a maker batch close "$B"
expect 7 a maker batch close "$B"
expect 0 a checker batch close "$B"
expect 0 r batch show "$B" --json
is state closed

NOW=2026-10-05T01:00:00Z
pay 2026-10 2026-10-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 3 \
    --out answer.txt
expect 0 a maker batch answer "$B" answer.txt
expect 0 r report reconcile
expect 0 r audit checkpoint --out checkpoint.txt
grep -q '^almoner/230523/main/sandbox$' checkpoint.txt || fail "no origin in the checkpoint"
verified
