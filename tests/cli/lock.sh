# A second process that writes waits, then says so (exit 6); readers go on. If this fails,
# two clerks at once fork the ledger.
. tests/cli/lib.sh
make_sandbox
make_county 30
python3 -c '
import fcntl, os, sys, time
f = open(sys.argv[1], "r+")
fcntl.lockf(f, fcntl.LOCK_EX, 1)
open("held", "w").close()
while not os.path.exists("go"):
    time.sleep(0.01)
' "$L/lock" &
holder=$!
while [ ! -e held ]; do :; done
expect 6 a maker --lock-wait 1 run --period 2026-09
code locked
expect 0 r status
expect 0 r audit verify
touch go
wait $holder
expect 0 a maker run --period 2026-09
verified
