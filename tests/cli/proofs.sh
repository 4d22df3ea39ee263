# Proofs for the audit office: of a record, of the ledger's growth, checked without a
# ledger; the tiled log read by a reader of its own. If this fails, an auditor cannot
# rely on a proof, or is shown a rewritten ledger as the old one continued.
. tests/cli/lib.sh

make_sandbox
vkey=$(sed -n 's/.*"vkey": *"\([^"]*\)".*/\1/p' <<END
$("$ALMONER" -C "$L" --now "$NOW" audit checkpoint --out first.checkpoint --json)
END
)
[ -n "$vkey" ] || fail 'no vkey'
make_county 600
expect 0 a maker run --period 2026-09

# ---- of a record ----
proven() { # proven N: record and proof made, and checked without a ledger
    expect 0 r audit record "$1" --out "$1.cbor"
    expect 0 r audit prove "$1" --out "$1.tlog-proof"
    (cd / && "$ALMONER" audit check-proof "$TEST_DIR/$1.tlog-proof" \
        --record "$TEST_DIR/$1.cbor" --vkey "$vkey") >out 2>err || fail "proof of $1"
    says "are record $1 of almoner/230523/main/sandbox"
}
expect 0 r status --json
size=$(field size)
[ "$size" -gt 400 ] || fail "a ledger of only $size records"
for n in 0 1 255 256 300 $((size - 1)); do
    proven "$n"
done
head -1 0.tlog-proof | grep -qx 'c2sp.org/tlog-proof@v1' || fail 'not a tlog-proof'
sed -n 2p 300.tlog-proof | grep -qx 'index 300' || fail 'no index'
expect 0 "$ALMONER" audit check-proof 300.tlog-proof --record 300.cbor --vkey "$vkey" --json
is schema almoner.proof/1
is proof inclusion
is index 300
is kind entitlement
expect 0 "$ALMONER" audit check-proof 300.tlog-proof --record 300.cbor --vkey "$vkey" \
    --lang zh
says '已证明'

# The page to file: its picture is the code alone, and a scanner reads the checkpoint.
expect 0 r audit checkpoint --out page.checkpoint --page page.html --svg page.svg
expect 0 r audit checkpoint --page page.txt
for line in 'Records     [0-9]' 'Root, hexadecimal' '签字 Signed'; do
    grep -q "$line" page.html && grep -q "$line" page.txt || fail "no $line on the page"
done
tail -n +2 page.svg >svg
sed -n '/^<svg/,/^<\/svg/p' page.html | cmp -s - svg || fail 'another code on the page'
python3 - page.svg >page.pbm <<'EOF'
import re, sys
text = open(sys.argv[1], encoding='utf-8').read()
n = int(re.search(r'viewBox="0 0 (\d+)', text)[1])
dark = [[0] * n for _ in range(n)]
for x, y, w in re.findall(r'M(\d+) (\d+)h(\d+)v1', text):
    dark[int(y)][int(x):int(x) + int(w)] = [1] * int(w)
print('P1', 4 * n, 4 * n)
for row in dark:
    for _ in range(4):
        print(*(bit for bit in row for _ in range(4)))
EOF
if command -v zbarimg >/dev/null; then
    zbarimg -q --raw page.pbm 2>/dev/null | head -c -1 | cmp - page.checkpoint ||
        fail 'the code on the page is not the checkpoint'
else
    echo 'not tried: a scanner (zbarimg)'
fi

# The checkpoint is given out again as it was made, while it covers the record.
tail -4 255.tlog-proof >a
expect 0 r audit prove 255 --out again.tlog-proof
cmp -s 255.tlog-proof again.tlog-proof || fail 'the same proof is not the same'
tail -4 again.tlog-proof | cmp -s - a || fail 'another checkpoint'
expect 0 r audit prove 3 --checkpoint first.checkpoint --out small.tlog-proof
expect 4 r audit prove 300 --checkpoint first.checkpoint --out no
code not-covered
expect 4 r audit prove "$size" --out no
code unknown-record
expect 2 r audit prove --out no
code what-to-prove
expect 2 r audit prove 3 --from first.checkpoint --out no
code what-to-prove
[ ! -e no ] || fail 'a refused proof left a file'

# Who has a copy without the keys proves under a checkpoint in hand.
cp -r "$L" nokeys
rm -r nokeys/keys
expect 0 "$ALMONER" -C nokeys --now "$NOW" audit prove 300 --out again.tlog-proof
cmp -s 300.tlog-proof again.tlog-proof || fail 'another proof without the keys'
expect 0 "$ALMONER" -C nokeys --now "$NOW" audit prove 3 --checkpoint first.checkpoint \
    --out again.tlog-proof
cmp -s small.tlog-proof again.tlog-proof || fail 'another proof under the old checkpoint'

# ---- what does not hold ----
refused() { # refused CODE PROOF RECORD VKEY
    expect 5 "$ALMONER" audit check-proof "$2" --record "$3" --vkey "$4"
    code "$1"
}
make_key ledger2
refused proof-fails 300.tlog-proof 256.cbor "$vkey"
sed 's/^index 300/index 301/' 300.tlog-proof >bad
refused proof-fails bad 300.cbor "$vkey"
sed 3d 300.tlog-proof >bad
refused proof-fails bad 300.cbor "$vkey"
(cat 300.cbor; printf x) >bad.cbor
refused proof-fails 300.tlog-proof bad.cbor "$vkey"
refused note-signature 300.tlog-proof 300.cbor "$(cat ledger2.vkey)"
sed "s|^$size\$|$((size + 1))|" 300.tlog-proof >bad
cmp -s bad 300.tlog-proof && fail 'no size in the proof'
refused note-signature bad 300.cbor "$vkey"
sed '1s/v1/v2/' 300.tlog-proof >bad
expect 3 "$ALMONER" audit check-proof bad --record 300.cbor --vkey "$vkey"
code proof-form
expect 3 "$ALMONER" audit check-proof 300.tlog-proof --old-checkpoint first.checkpoint \
    --vkey "$vkey"
code proof-kind
expect 2 "$ALMONER" audit check-proof 300.tlog-proof --vkey "$vkey"
code what-to-prove
expect 2 "$ALMONER" audit check-proof 300.tlog-proof --record 300.cbor
code missing-option

# ---- growth ----
expect 0 r audit prove --from first.checkpoint --out growth --json
is proof consistency
is size "$size"
expect 0 "$ALMONER" audit check-proof growth --old-checkpoint first.checkpoint \
    --vkey "$vkey"
says "the $size records of almoner/230523/main/sandbox begin with the"
head -1 growth | grep -qx "old $(sed -n 2p first.checkpoint)" || fail 'no old size'
expect 0 r audit checkpoint --out now.checkpoint
expect 5 "$ALMONER" audit check-proof growth --old-checkpoint now.checkpoint --vkey "$vkey"
code proof-fails
expect 0 r audit prove --from now.checkpoint --out none
expect 0 "$ALMONER" audit check-proof none --old-checkpoint now.checkpoint --vkey "$vkey"

# ---- the ledger held against a checkpoint from outside ----
expect 0 r audit verify --checkpoint first.checkpoint --json
is integrity PASS
is checkpoint_contained true
expect 0 r audit verify --hashes-only --checkpoint now.checkpoint
says "checkpoint's records are the first of these"

# A copy from before the county came in; the same keys.
cp -r "$L" "$TEST_DIR/copy"
pay 2026-09 2026-09-10
expect 0 r audit checkpoint --out later.checkpoint
c() {
    "$ALMONER" -C "$TEST_DIR/copy" --key-dir "$L/keys" --now "$NOW" "$@"
}
expect 5 c audit verify --checkpoint later.checkpoint
says 'it was rolled back, or records were taken away'
expect 5 c audit verify --hashes-only --checkpoint later.checkpoint --json
is integrity FAIL
is checkpoint_contained false
expect 5 c audit prove --from later.checkpoint --out no
code rolled-back
# The copy goes on by itself: a fork with the same key.
expect 0 c --as maker --key maker.pem run --period 2026-10 --ahead
expect 5 c audit verify --checkpoint later.checkpoint
says 'the ledger was rewritten, or is a fork'
expect 5 c audit prove --from later.checkpoint --out no
code forked
expect 5 c audit prove 3 --checkpoint later.checkpoint --out no
code forked
[ ! -e no ] || fail 'a refused proof left a file'
# Changed, of another ledger, no checkpoint at all.
sed '3{s/^A/B/;t
    s/./A/}' later.checkpoint >bad
expect 5 r audit verify --checkpoint bad
says "not signed by this ledger's key"
sed '1s/230523/230524/' later.checkpoint >bad
expect 3 r audit verify --checkpoint bad
code other-ledger
expect 3 r audit verify --checkpoint 300.cbor

# ---- the tiled log ----
expect 0 r audit tiles --out tiles --json
is there 0
command -v python3 >/dev/null && command -v openssl >/dev/null || exit 77
read_tiles() {
    python3 "$TOP/tests/cli/read_tiles.py" tiles "$vkey"
}
expect 0 read_tiles
[ "$(cat out)" = "$(sed -n 2p later.checkpoint)" ] || fail 'the tiles have another size'
find tiles -type f | sort | xargs sha256sum >before
expect 0 r audit tiles --out tiles --json
is written 0
find tiles -type f | sort | xargs sha256sum | cmp -s - before || fail 'not the same again'
expect 0 a maker run --period 2026-11 --ahead
expect 0 r audit tiles --out tiles
expect 0 read_tiles
grep -v 'tiles/checkpoint' before | sha256sum -c --quiet || fail 'an old file was changed'
# Stopped: what is missing comes, without a checkpoint everything is compared.
rm tiles/checkpoint tiles/tile/entries/000
expect 0 r audit tiles --out tiles --json
is written 1
expect 0 read_tiles
# What is not ours is not touched.
cp -r tiles spoilt
rm spoilt/checkpoint
printf x >>spoilt/tile/0/000
expect 4 r audit tiles --out spoilt
code other-tiles
[ ! -e spoilt/checkpoint ] || fail 'a checkpoint was put over strange tiles'
expect 5 c audit tiles --out tiles
code rolled-back
printf x >>tiles/tile/0/000
expect 1 read_tiles
exit 0
