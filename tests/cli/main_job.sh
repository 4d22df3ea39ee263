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
iconv -f GBK -t UTF-8 pay.txt | tr -d '\r' |
    awk -F'|' 'NR > 1 && $0 != "########" { print $1 "|" $3 "|" $4 }' >lines
sums=$(awk -F'|' '{ n++; s += $3 } END { printf "%d %d", n, s }' lines)
expect 0 r batch show "$B" --json
[ "$sums" = "$(field lines) $(field total_fen)" ] || fail "the pipe file holds $sums"

# The same payments as pain.001, held against the schema by two engines and read by
# readers that have nothing of ours.
xpath() { xmllint --xpath "$1" pay.xml; }
aqbanking() { # ids, names and amounts from its context file, where they are %XX
    HOME=$TEST_DIR aqbanking-cli -D aq import --importer=xml --profile=pain_001_001_03 \
        --infile=pay.xml --ctxfile=aq.ctx 2>/dev/null
    python3 -c '
import re, sys, urllib.parse
for t in sys.stdin.read().split("#transaction\n"):
    f = {k: urllib.parse.unquote(v) for k, v in re.findall(r"char (\w+)=\"(.*)\"", t)}
    if "endToEndReference" in f:
        n, d = map(int, f["value"].removesuffix(":CNY").split("/"))
        print(f["endToEndReference"], f["remoteName"], n * 100 // d, sep="|")
' <aq.ctx
    rm -rf aq aq.ctx
}
for version in pain.001.001.03 pain.001.001.09; do
    expect 0 a maker batch export "$B" --out pay.xml --format $version
    schema=$TOP/../shared/xsd/$version.xsd
    if [ -f "$schema" ]; then
        expect 0 xmllint --noout --schema "$schema" pay.xml
        if /usr/bin/python3 -c 'import xmlschema' 2>/dev/null; then
            expect 0 /usr/bin/python3 -c 'import sys, xmlschema
xmlschema.XMLSchema(sys.argv[1]).validate(sys.argv[2])' "$schema" pay.xml
        else
            echo "python3-xmlschema is not there: $version held against one engine only"
        fi
    fi
    got="$(xpath 'count(//*[local-name()="CdtTrfTxInf"])') $(
        xpath 'string(round(100 * sum(//*[local-name()="InstdAmt"])))')"
    [ "$got" = "$sums" ] || fail "the $version file holds $got, the pipe file $sums"
    if command -v aqbanking-cli >/dev/null; then
        aqbanking >lines.aq
        cmp lines lines.aq || fail "aqbanking reads other payments in $version"
    else
        echo "aqbanking-cli is not there: $version read by nobody else"
    fi
done

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
