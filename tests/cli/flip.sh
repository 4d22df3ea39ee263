# Bits of a small store flipped, one at a time: audit verify finds the damage, or every
# row reads as before (tests/damage/flip.c). FLIP_STEP (701) says how far apart, or
# FLIP_BITS (1 to 8) how many bits of every byte; FLIP_FROM and FLIP_TO limit it to some
# bytes of the file. `make flip` does one bit of every byte. If this fails, a bad disk
# shows other people, amounts or records than were written, and verify passes.
. tests/cli/lib.sh
: "${FLIP:?}" "${FLIP_STEP:=701}" "${FLIP_BITS:=}" "${VARIANT:=release}"
case $VARIANT in
asan | ubsan)
    echo 'a damaged page may crash its reader, which a sanitizer takes for a defect'
    exit 77
    ;;
esac
make_sandbox
expect 0 "$SIM" county --people 3 --seed 1 --out county --gbk-names --date 2026-09-01
import people county/people.csv
import facts county/assessments.csv
pay 2026-09 2026-09-10
# Without the free pages of its making, which nothing reads.
expect 0 r backup --out copy
cp copy/data.mdb "$L/data.mdb"
rm "$L/lock.mdb"
verified
size=$(stat -c %s "$L/data.mdb")
: "${FLIP_FROM:=0}" "${FLIP_TO:=$size}"

# flips NAME FROM TO: of these bytes, in a copy of the ledger, into NAME.out.
flips() {
    cp -r "$L" "$1"
    mkdir "scratch-$1"
    if [ -z "$FLIP_BITS" ]; then
        "$FLIP" "$1" "scratch-$1" $((8 * $2)) "$FLIP_STEP" $((8 * $3 - 1))
        return
    fi
    bit=0
    while [ $bit -lt "$FLIP_BITS" ]; do
        "$FLIP" "$1" "scratch-$1" $((8 * $2 + bit)) 8 $((8 * $3 - 1)) || return
        bit=$((bit + 1))
    done
}

# Two at a time, each half of the bytes.
middle=$(((FLIP_FROM + FLIP_TO) / 2))
flips one "$FLIP_FROM" $middle >one.out &
flips two $middle "$FLIP_TO" >two.out
got=$?
wait $! || got=1
cat one.out two.out | tee out
[ $got -eq 0 ] || fail 'a flip was not found'
: >err
says '^0 NOT FOUND'
says 'refused as damaged'
verified

# Some by the program itself: whatever it meets, it says so and exits 0, 5 or 6.
cp "$L/data.mdb" sound.mdb
for at in 16 36 104 152 4106 4112 8200 $((size / 3)) $((size / 2)) $((size - 9)); do
    cp sound.mdb "$L/data.mdb"
    python3 -c 'import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2]))
    byte = f.read(1)[0]
    f.seek(int(sys.argv[2]))
    f.write(bytes([byte ^ 0x41]))' "$L/data.mdb" "$at"
    "$ALMONER" -C "$L" --now "$NOW" audit verify >out 2>err
    got=$?
    case $got in
    0) says '^  integrity      PASS' ;;
    5 | 6) says '^almoner: error [a-z-]*: ' ;;
    *) cat out err >&2 && fail "byte $at: exit $got" ;;
    esac
done
exit 0
