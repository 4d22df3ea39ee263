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

# Verifying beside, again and again, in nobody's way: every import is taken, each with files
# of its own for what it says; and every verify sees a whole ledger.
mkdir beside
(
    while [ ! -e stop ]; do
        "$ALMONER" -C "$L" --now "$NOW" audit verify >beside/out 2>beside/err ||
            cat beside/out beside/err >>beside/bad
        echo >>beside/count
    done
) &
verifier=$!
for i in 1 2 3 4 5 6 7 8 9; do
    awk -F, -v i="$i" 'NR == 1 { print "id_number,attribute,value,effective" }
        NR > 1 { print $1 ",note,n" i ",2026-08-0" i }' county/people.csv >"note$i.csv"
    import facts "note$i.csv"
done
touch stop
wait $verifier
[ ! -e beside/bad ] || {
    cat beside/bad >&2
    fail 'verify beside an import'
}
[ "$(wc -l <beside/count)" -ge 2 ] || fail 'nothing was verified beside'
verified
