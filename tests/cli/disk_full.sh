# A disk that fills: a clear error, nothing lost, and the same command finishes when there
# is room again. If this fails, a full disk costs a ledger.
. tests/cli/lib.sh
mkdir disk
if ! mount -t tmpfs -o size=24m tmpfs disk 2>/dev/null; then
    echo "skipped: needs the right to mount a tmpfs" >&2
    exit 77
fi
trap 'umount "$TEST_DIR/disk"' EXIT
L=$TEST_DIR/disk/ledger
make_sandbox
expect 0 "$SIM" county --people 12000 --seed 1 --out county --gbk-names --date 2026-09-01
expect 0 a maker import people county/people.csv --json
n=$(field number)
# Leave a few pages, so that it fills in the middle of the act.
room=$(df -k --output=avail disk | tail -1)
dd if=/dev/zero of=disk/filler bs=1k count=$((room - 2000)) status=none
expect 6 a checker import confirm "$n"
code disk-full
says "make space"
rm disk/filler
expect 0 a checker import confirm "$n"
expect 0 a maker run --period 2026-09
expect 0 r status --json
is people 12000
verified
