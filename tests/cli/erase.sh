# A person is erased when the years are over: by two signatures, not under legal hold, not
# while money is open. Every sum and signature still holds, nothing of the row is left in the
# data file, and what is missing without a certificate is found. If this fails, people are kept
# for ever, or are gone without anybody knowing.
. tests/cli/lib.sh
make_sandbox

# gone: the sealed row of SHA was in old.mdb, and no piece of it is in the ledger's file.
gone() {
    python3 - "$P" "$SHA" old.mdb "$L/data.mdb" <<'EOF' || fail 'bytes of the row'
import hashlib, struct, sys
person, sha, old, new = int(sys.argv[1]), sys.argv[2], *[
    open(p, "rb").read() for p in sys.argv[3:5]]
key = struct.pack(">Q", person)
rows = []
at = old.find(key)
while at >= 0:  # an LMDB node: u16 low size, u16 high size, u16 flags, u16 key size, key
    low, high, flags, ksize = struct.unpack("<HHHH", old[at - 8:at])
    size = low | high << 16
    if ksize == 8 and 60 < size < 300000:
        if flags & 1:  # on overflow pages of its own
            page = struct.unpack("<Q", old[at + 8:at + 16])[0]
            start = page * 4096 + 16
            rows.append(old[start:start + size])
        else:
            rows.append(old[at + 8:at + 8 + size])
    at = old.find(key, at + 1)
found = [r for r in rows if hashlib.sha256(r).hexdigest() == sha]
assert found, "the sealed row is not in the old file"
row = found[0]
for i in range(0, len(row) - 16, 8):
    assert new.find(row[i:i + 16]) < 0, "bytes %d of the row are in the new file" % i
EOF
}

expect 0 "$SIM" county --people 40 --seed 7 --out county --gbk-names --date 2026-09-01
import people county/people.csv
for kind in urban rural margin; do
    import snapshot "county/dibao-$kind-2026-09.csv" --attribute welfare \
        --value "dibao-$kind" --month 2026-09
done
pay_all() {
    pay "$1" "$2"
    expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 \
        --out ans.txt
    expect 0 a maker batch answer "$B" ans.txt
}
pay_all 2026-09 2026-09-10

# P is paid by batch 1; P dies, and an heir's account is not needed: nothing is due.
expect 0 r batch show 1 --lines --json
P=$(tr -d '\n' <out | grep -o '"payments.*' | grep -o '"person": *[0-9]*' | head -1 |
    grep -o '[0-9]*$')
[ -n "$P" ] || fail 'nobody is paid'
expect 0 a auditor person show "$P" --reveal --purpose 演练核对
ID=$(grep -o '[0-9]\{17\}[0-9X]' out | head -1)
NAME=$(head -1 out | sed 's/.*: \([^,]*\),.*/\1/')
grep "^$ID," county/people.csv >his.csv || fail 'the person is in the roster'
expect 4 a maker person erase "$P" --reason 期满 --document 演销1号
code still-entitled
NOW=2026-10-05T01:00:00Z
{
    echo id_number,attribute,value,effective
    echo "$ID,death,2026-09-20,2026-09-20"
} >death.csv
import facts death.csv
pay_all 2026-10 2026-10-10
expect 0 r report reconcile
cp out before
expect 0 r report reconcile --json
sums=$(cat out)

# Retention: the built-in rule, then a shorter one by an admin.
expect 4 a maker person erase "$P" --reason 期满 --document 演销1号
code retention
says '2056'
expect 0 r retention show
says 'built in'
expect 2 a admin retention set salaries 3 --document x
code bad-class
expect 7 a maker retention set payments 3 --document x
expect 0 a admin retention set payments 3 --document 演保1号 --json
is state active
expect 0 a admin retention set applications 2 --document 演保1号
expect 0 r retention show --json
is years 3
expect 4 a maker person erase "$P" --reason 期满 --document 演销1号
code retention
says '2029'
NOW=2029-11-05T01:00:00Z

# Legal hold: before it is lifted by another, nobody is erased.
expect 0 a checker person hold "$P" --reason 诉讼 --document 演诉1号 --json
is held true
expect 4 a maker person hold "$P" --reason 诉讼 --document 演诉1号
code held
expect 4 a maker person erase "$P" --reason 期满 --document 演销1号
code held
expect 7 a checker person release-hold "$P" --reason 结案 --document 演诉1号
code same-operator
expect 7 a maker person release-hold "$P" --reason 结案 --document 演诉1号
make_key checker2
add_operator checker2 checker
expect 0 a checker2 person release-hold "$P" --reason 结案 --document 演诉1号
expect 4 a checker2 person release-hold "$P" --reason 结案 --document 演诉1号
code not-held
# Others are paid on; whoever is still entitled, or has money open, cannot go.
expect 0 a maker run --period 2029-11
expect 0 r batch show 1 --lines --json
O=$(tr -d '\n' <out | grep -o '"person": *[0-9]*' | grep -o '[0-9]*$' | grep -vx "$P" |
    head -1)
expect 4 a maker person erase "$O" --reason 期满 --document 演销1号
grep -q 'error money-open\|error still-entitled' err || fail 'money of others'

# Two signatures.
expect 4 a checker person erase "$P" --confirm
code not-proposed
expect 2 a maker person erase "$P" --document 演销1号
expect 0 a maker person erase "$P" --reason 期满 --document 演销1号
expect 0 r status
says "almoner person erase $P --confirm"
expect 7 a maker person erase "$P" --confirm
code role
# The bytes as they lie in the file now: sealed row, and the look-up's key is not known here.
cp "$L/data.mdb" old.mdb
cp -a "$L" before.dir
expect 2 a checker person erase "$P" --refuse
code missing-option
expect 2 a checker person erase "$P" --refuse --confirm
expect 0 a checker person erase "$P" --refuse --reason 文号有误
expect 4 a checker person erase "$P" --confirm
code refused
expect 0 a maker person erase "$P" --reason 期满 --document 演销1号
expect 0 a checker person erase "$P" --confirm --copies 演练备份磁带 --json
is state erased
is compacted true
CERT=$(field certificate)
[ ! -e "$L/compact" ] || fail 'the folder of the copy is left'
expect 0 r person show "$P"
says "certificate record $CERT"
says 演练备份磁带
says 'import 1'
says 'bank file of batch 1'
says "$(sha256sum county/people.csv | cut -d' ' -f1)"
expect 0 r person show "$P" --json
is certificate "$CERT"
is lookups 1
SHA=$(tr -d '\n' <out | grep -o '"rows.*' | grep -o '"sha256": *"[0-9a-f]*"' | head -1 |
    grep -o '[0-9a-f]\{64\}')

# The sealed row of that digest was in the old file, and no piece of it is in the new one.
gone

rm -rf sound
cp -a "$L" sound

# While somebody reads, the file cannot be replaced: it is told, and done by the next writer.
cp -a before.dir/. "$L/"
python3 -c '
import fcntl, os, sys, time
f = open(sys.argv[1])
fcntl.lockf(f, fcntl.LOCK_SH, 1, 1)
open("held", "w").close()
while not os.path.exists("go"):
    time.sleep(0.01)
' "$L/lock" &
holder=$!
while [ ! -e held ]; do :; done
expect 0 a checker --lock-wait 0 person erase "$P" --confirm --json
is compacted false
expect 0 a checker --lock-wait 0 --lang zh retention show
expect 0 r status
says "almoner person erase --finish"
expect 6 r --lock-wait 0 person erase --finish
code readers
touch go
wait $holder
! (gone) 2>/dev/null || fail 'the test does not see bytes that are there'
verified
expect 0 a maker run --period 2029-11
expect 0 r status
! grep -q -- --finish out || fail 'the next writer did not finish'
gone
verified

# Killed at any moment between the signature and the end: erased wholly or not at all, and
# what is left to do is known.
for delay in 0 0.0005 0.001 0.002 0.004 0.008 0.03; do
    rm -rf "$L"
    cp -a before.dir "$L"
    python3 - "$L/head" $delay "$ALMONER" -C "$L" --now "$NOW" --as checker \
        --key checker.pem person erase "$P" --confirm <<'EOF'
import subprocess, sys, time
head = lambda: open(sys.argv[1], "rb").read()
before = head()
p = subprocess.Popen(sys.argv[3:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while head() == before and p.poll() is None:
    pass
time.sleep(float(sys.argv[2]))
p.kill()
p.wait()
EOF
    verified
    is erased 1
    expect 0 r status
    cp out killed.$delay
    expect 0 r person erase --finish
    expect 0 r status
    ! grep -q -- --finish out || fail 'nothing finished it'
    gone
    [ ! -e "$L/compact" ] || fail 'the folder of the copy is left'
done
grep -q -- --finish killed.* || fail 'no kill fell between the record and the compaction'
rm -rf "$L"
cp -a sound "$L"

# Everything still adds up, and what cannot be checked any more is said.
verified
is erased 1
expect 0 r audit verify
says '1 persons erased'
says 'NOT CHECKED'
expect 0 r batch show 1 --lines
says '已销毁/erased'
expect 4 r explain "$P" --period 2026-09
code erased
expect 0 r report reconcile
expect 4 a maker batch export 1 --out again.txt
code erased
expect 4 a maker person erase "$P" --reason 期满 --document 演销1号
code erased
expect 4 a checker person hold "$P" --reason 诉讼 --document x
code erased
expect 4 r person show "$ID"
code unknown-person
expect 0 a maker run --period 2029-11 --json
is records 0
expect 0 r report recoveries
expect 0 r report roster
expect 0 r report payees
expect 0 r audit trace --person "$P"
says 演练核对
says 'bank file of batch 1'
# Whoever comes again with this number is somebody new.
expect 0 r status --json
people=$(field people)
{
    head -1 county/people.csv
    cat his.csv
} >again.csv
import people again.csv
expect 0 r status --json
is people $((people + 1))
expect 0 r person show "$ID" --json
[ "$(field number)" != "$P" ] || fail 'the number of who was erased is used again'
verified
evidence
says 'was erased by record'
expect 0 r audit bundle --batch 1 --out batch.zip
expect 0 "$VERIFY" batch.zip
