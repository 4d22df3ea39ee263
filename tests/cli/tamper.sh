# I1, I12: a bit changed in the database file is found and named, and a lost last
# transaction is noticed. If this fails, an auditor is told that all is well.
. tests/cli/lib.sh
make_sandbox
make_county 40
pay 2026-09 2026-09-10
verified
expect 0 r status --json
size=$(field size)
cp "$L/data.mdb" sound.mdb

# flip RECORD PLACE: one bit, in every copy of the record that the file holds (pages no
# longer in use keep old ones).
flip() {
    expect 0 r audit record "$1" --out record.bin
    python3 - "$L/data.mdb" record.bin "$2" <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
record = open(sys.argv[2], "rb").read()
place = int(sys.argv[3]) % len(record)
at = data.find(record)
assert at >= 0, "the record is not in the file"
while at >= 0:
    data[at + place] ^= 1
    at = data.find(record, at + 1)
open(sys.argv[1], "wb").write(data)
PY
}

# Places in the envelope, the body and the last byte; the first, some and the last record.
for n in 0 7 12 20 $((size - 1)); do
    for place in 0 5 60 100 -1; do
        flip "$n" "$place"
        "$ALMONER" -C "$L" --now "$NOW" audit verify --json >out 2>err
        got=$?
        [ $got -eq 5 ] || fail "record $n, byte $place: exit $got"
        grep -q "\"seq\": *$n[,}]\|record $n\b" out err || {
            cat out err >&2
            fail "record $n, byte $place is not named"
        }
        cp sound.mdb "$L/data.mdb"
    done
done

# The store as it was before the last act: the head file knows better.
cp sound.mdb before.mdb
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
cp "$L/data.mdb" sound.mdb
cp before.mdb "$L/data.mdb"
expect 5 r status
code lost-transaction
expect 5 r audit verify
expect 5 a maker run --period 2026-09
cp sound.mdb "$L/data.mdb"
# The newest meta page damaged: LMDB falls back to the one before.
for page in 0 1; do
    dd if=/dev/zero of="$L/data.mdb" bs=1 seek=$((page * 4096 + 16)) count=8 conv=notrunc \
        status=none
    "$ALMONER" -C "$L" --now "$NOW" audit verify >out 2>err
    got=$?
    case $got in
    0 | 5 | 6) ;;
    *) fail "meta page $page: exit $got" ;;
    esac
    [ $got -eq 0 ] || lost=1
    cp sound.mdb "$L/data.mdb"
done
[ "${lost:-0}" = 1 ] || fail "no damaged meta page was noticed"
verified

# LMDB's list of free pages: the next write would go over a page in use.
python3 - "$L/data.mdb" <<'PY'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
meta = max((0, 4096), key=lambda at: struct.unpack_from("<Q", data, at + 144))
at, tables = (struct.unpack_from("<Q", data, meta + place)[0] for place in (80, 128))
while data[at * 4096 + 10] == 1:  # down to the first leaf
    at = struct.unpack_from("<L", data, at * 4096 +
                            struct.unpack_from("<H", data, at * 4096 + 16)[0])[0]
node = at * 4096 + struct.unpack_from("<H", data, at * 4096 + 16)[0]
count = struct.unpack_from("<Q", data, node + 16)[0]
struct.pack_into("<Q", data, node + 16 + 8 * count, tables)
open(sys.argv[1], "r+b").write(data)
PY
expect 5 r audit verify
says '^  integrity      FAIL'
says "the store's page [0-9]* is listed as free and is in use"
cp sound.mdb "$L/data.mdb"
verified
