# A small bundle cut at every length, and with each byte of it changed: see
# tests/damage/bundle.c.
. tests/cli/lib.sh
: "${DAMAGE:?}"
for name in batch all; do
    expect 0 "$DAMAGE" "$TOP/tests/fuzz/corpus/bundle/$name.zip"
    says 'changes left the content as it was'
done
