# A damaged projection is mended from the records, key by key, and what a rebuild cannot
# know it refuses. If this fails, a county with one bad page has to fall back to a backup.
. tests/cli/lib.sh
make_sandbox
make_county 40
pay 2026-09 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 1000 --seed 1 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
verified
expect 0 r status --json
cp out status.json
cp "$L/data.mdb" sound.mdb

# Sound: nothing differs, and the same page of LMDB is not needed for the same ledger.
expect 0 r rebuild --json
is schema almoner.rebuild/1
is differing_rows 0
verified
[ ! -e "$L/rebuild.part" ] || fail 'a rebuild left its folder'
expect 0 r status --json
cmp -s out status.json || fail 'a rebuild changed the state'

# damage WHAT: one bit of a row: of a batch's register row, its content digest stands in
# records too, so the row is found by what only it has.
python3 - "$L/data.mdb" <<'PY'
import sys
path = sys.argv[1]
data = bytearray(open(path, "rb").read())
# The balance of old-age: key "old-age", 0, account; eight bytes of value follow.
at = data.find(b"old-age\x00\x04")
assert at >= 0
while at >= 0:
    data[at + len(b"old-age\x00\x04") + 7] ^= 1
    at = data.find(b"old-age\x00\x04", at + 1)
open(path, "wb").write(data)
PY
expect 5 r audit verify --json
is completeness FAIL
expect 0 r rebuild --json
is differing_rows 1
says 'balances'
verified
expect 0 r status --json
cmp -s out status.json || fail 'the state is not what it was'
expect 0 r rebuild
says '0 rows'

PERSONAL=no evidence
# One who reads waits while the file changes, and no rebuild takes it away from a reader.
python3 - "$L/lock" "$ALMONER" "$L" "$NOW" <<'PY' || fail 'rebuilt under a reader of ours'
import fcntl, subprocess, sys
with open(sys.argv[1], "rb") as lock:
    fcntl.lockf(lock, fcntl.LOCK_SH, 1, 1)
    done = subprocess.run([sys.argv[2], "-C", sys.argv[3], "rebuild", "--lock-wait", "1"],
                          capture_output=True)
    sys.exit(0 if done.returncode == 6 and b"readers" in done.stderr else 1)
PY
expect 0 r status
# Another program has the store open: it would go on in the old file.
python3 - "$L/lock.mdb" "$ALMONER" "$L" "$NOW" <<'PY' || fail 'rebuilt under a reader'
import fcntl, subprocess, sys
with open(sys.argv[1], "rb") as lock:
    fcntl.lockf(lock, fcntl.LOCK_SH, 1, 0)
    done = subprocess.run([sys.argv[2], "-C", sys.argv[3], "rebuild"], capture_output=True)
    sys.exit(0 if done.returncode == 6 and b"in-use" in done.stderr else 1)
PY

# A record changed: nothing is rebuilt on it, and the old store stays as it is.
expect 0 r audit record 20 --out record.bin
python3 - "$L/data.mdb" record.bin <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
record = open(sys.argv[2], "rb").read()
at = data.find(record)
while at >= 0:
    data[at + len(record) - 1] ^= 1
    at = data.find(record, at + 1)
open(sys.argv[1], "wb").write(data)
PY
cp "$L/data.mdb" bad.mdb
expect 5 r rebuild
says 'record 2[01]'
cmp -s "$L/data.mdb" bad.mdb || fail 'a refused rebuild wrote to the store'

# The store as it was before the last act: records that are lost are not made good.
cp sound.mdb "$L/data.mdb"
expect 0 a maker run --period 2026-09
expect 0 a maker batch reissue "$B"
cp sound.mdb "$L/data.mdb"
expect 5 r rebuild
code lost-transaction
