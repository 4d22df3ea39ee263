# Suite 2, SM3 and SM2, the whole way: keys, a month paid and answered, verified; by the
# openssl program too, which reads our keys and checks hashes and signatures of records.
# If this fails, a county that has to use the national algorithms cannot.
. tests/cli/lib.sh

make_key() { # as in lib.sh, of suite 2
    expect 0 "$ALMONER" keygen "$1" --key-out "$TEST_DIR/$1.pem" --no-passphrase \
        --suite "${2:-2}" --json
    field vkey >"$TEST_DIR/$1.vkey"
}

# ---- keys ----
make_key admin
make_key old 1
openssl pkey -in admin.pem -noout -text | grep -q 'OID: SM2' || fail 'no SM2 key'
# Keys that openssl made: PKCS#8, by either name of the algorithm, also with a passphrase.
openssl genpkey -algorithm SM2 -out maker.pem 2>/dev/null || fail 'openssl makes no key'
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out maker2.pem 2>/dev/null
openssl pkcs8 -topk8 -in maker2.pem -passout pass:secret -out sealed.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pem 2>/dev/null
echo 'long enough a phrase' >phrase
expect 0 "$ALMONER" keygen sealed --key-out own.pem --passphrase-file phrase --suite 2
openssl pkey -in own.pem -passin file:phrase -noout || fail 'openssl does not open our key'
expect 2 "$ALMONER" keygen x --key-out x.pem --no-passphrase --suite 3
code suite
# vkey_of NAME PEM: the verifier key, put together here
vkey_of() {
    openssl pkey -in "$2" -pubout -outform DER | python3 -c '
import base64, hashlib, sys
point = sys.stdin.buffer.read()[-65:]
assert point[0] == 4
typed = (b"\xff" + b"almoner/sm2/v1" + bytes([2 + (point[64] & 1)]) + point[1:33])
name = sys.argv[1]
key_id = hashlib.sha256(name.encode() + b"\n" + typed).hexdigest()[:8]
print(name + "+" + key_id + "+" + base64.b64encode(typed).decode())' "$1"
}
[ "$(vkey_of admin admin.pem)" = "$(cat admin.vkey)" ] || fail 'another vkey than ours'
vkey_of maker maker.pem >maker.vkey
vkey_of maker2 maker2.pem >maker2.vkey

# ---- a ledger keeps to its suite ----
init() {
    expect "$1" "$ALMONER" init "$2" --division 230523 --name 演练民政局 --sandbox \
        --admin "$3" --admin-vkey "$(cat "$3.vkey")" --now "$NOW" --suite "$4" ${5-}
}
init 2 x admin 3
code suite
init 2 x old 1 '--sm2-id a'
code sm2-id
init 3 x admin 1
code key-suite
init 3 x old 2
code key-suite
says 'keygen NAME --suite 2'
init 3 x admin 2 '--sm2-id 12345678123456781234567812345678123456781234567812345678123456789'
code sm2-id
[ ! -e x ] || fail 'a refused init left something'
init 0 one old 1
expect 3 "$ALMONER" -C one --now "$NOW" --as old --key old.pem operator add maker \
    --vkey "$(cat maker.vkey)" --role maker
code key-suite
init 0 "$L" admin 2 '--sm2-id 230523@county'
expect 3 a admin operator add old --vkey "$(cat old.vkey)" --role maker
code key-suite
expect 3 "$ALMONER" -C "$L" --now "$NOW" --as admin --key p256.pem operator add maker \
    --vkey "$(cat maker.vkey)" --role maker
code key-file
expect 7 "$ALMONER" -C "$L" --now "$NOW" --as admin --key old.pem operator add maker \
    --vkey "$(cat maker.vkey)" --role maker
code other-key
expect 0 r status --json
is suite 2
expect 0 "$ALMONER" -C one status --json
is suite 1

# ---- the main job ----
for name in checker releaser auditor; do
    make_key "$name"
done
add_operator maker maker
add_operator maker2 maker
add_operator checker checker
add_operator releaser releaser
add_operator auditor auditor
expect 0 a admin channel add psbc --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format pipe-trailer
expect 0 a maker policy adopt "$TOP/policies/baoqing/elderly-2024.yaml"
expect 0 a checker policy confirm 1
make_county 60
pay 2026-09 2026-09-10
cp pay.txt first.txt
expect 0 a maker batch export "$B" --out again.txt
cmp -s first.txt again.txt || fail 'an export made again has other bytes'
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 100 --seed 2 \
    --out answer.txt
expect 0 a maker batch answer "$B" answer.txt
expect 0 a maker batch reissue "$B"
expect 0 a maker batch close "$B"
echo secret >other
# A late death: what was paid since then is owed back, which is decided by two.
for person in 1 2 3 4 5 6 7 8 9; do
    expect 0 a auditor person show "$person" --reveal --json
    [ "$(field paid_fen)" -gt 0 ] && break
done
{
    echo id_number,attribute,value,effective
    echo "$(field id_number),death,2026-01-10,2026-01-10"
} >death.csv
import facts death.csv
NOW=2026-10-05T01:00:00Z
expect 0 "$ALMONER" -C "$L" --now "$NOW" --as maker2 --key sealed.pem --passphrase-file \
    other run --period 2026-10
expect 0 a maker correct decide "$person" --programme old-age --method repay \
    --document 演追1号 --served 2026-10-05 --json
expect 0 a checker correct confirm "$(field number)"
expect 0 r report reconcile
verified

# ---- the openssl program's view: each hash and signature, from the documents alone ----
expect 0 r status --json
size=$(field size)
root=$(field root)
n=0
mkdir records
while [ "$n" -lt "$size" ]; do
    "$ALMONER" -C "$L" audit record "$n" --out "records/$n" >out 2>err ||
        fail "record $n is not written"
    n=$((n + 1))
done
leaf=$({ printf '\0' && cat records/3; } | openssl dgst -sm3 -r | cut -d' ' -f1)
expect 0 r audit record 3 --json
is leaf "$leaf"
expect 0 r audit checkpoint --out checkpoint
expect 0 r status --json
field vkey >ledger.vkey
cat >check.py <<'PY'
import base64, os, subprocess, sys

def run(*args):
    return subprocess.run(["openssl", *args], capture_output=True)

def sm3(pieces):  # of each, by one call
    names = []
    for n, piece in enumerate(pieces):
        names.append("hashed.%d" % n)
        open(names[n], "wb").write(piece)
    lines = run("dgst", "-sm3", "-r", *names).stdout.decode().split("\n")
    return [bytes.fromhex(line.split()[0]) for line in lines[:-1]]

def read(b, at):  # one CBOR item: value, place behind it
    major, low = b[at] >> 5, b[at] & 31
    at += 1
    n = low
    if low >= 24:
        size = 1 << (low - 24)
        n = int.from_bytes(b[at:at + size], "big")
        at += size
    if major == 0:
        return n, at
    if major == 1:
        return -1 - n, at
    if major in (2, 3):
        v = bytes(b[at:at + n])
        return (v if major == 2 else v.decode()), at + n
    if major == 4:
        v = []
        for _ in range(n):
            item, at = read(b, at)
            v.append(item)
        return v, at
    if major == 5:
        v = {}
        for _ in range(n):
            key, at = read(b, at)
            v[key], at = read(b, at)
        return v, at
    return {20: False, 21: True}[low], at

def der(tag, content):
    assert len(content) < 128
    return bytes([tag, len(content)]) + content

def number(b):
    b = b.lstrip(b"\0") or b"\0"
    return der(2, (b"\0" if b[0] & 128 else b"") + b)

# SubjectPublicKeyInfo of a point: id-ecPublicKey, the curve's OID 1.2.156.10197.1.301
CURVE = bytes.fromhex("06072a8648ce3d020106082a811ccf5501822d")

def good(point, distid, message, signature):
    open("p.der", "wb").write(der(0x30, der(0x30, CURVE) + der(3, b"\0" + point)))
    open("s.der", "wb").write(
        der(0x30, number(signature[:32]) + number(signature[32:])))
    open("m", "wb").write(message)
    return run("pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "p.der",
               "-rawin", "-digest", "sm3", "-pkeyopt", "distid:" + distid, "-in", "m",
               "-sigfile", "s.der").returncode == 0

NAMES = {2: "operator", 3: "channel", 10: "policy-adopt", 11: "policy-confirm",
         20: "import", 21: "import-start", 23: "import-end", 30: "run-start",
         32: "run-end", 40: "batch-start", 42: "batch-end", 43: "batch-sign",
         44: "export", 45: "answer-start", 47: "answer-end", 48: "reissue-start",
         50: "reissue-end", 6: "reveal", 60: "recovery", 61: "recovery-confirm"}
size = len(os.listdir("records"))
records = [open("records/%d" % n, "rb").read() for n in range(size)]
leaves = sm3([b"\0" + b for b in records])
level = leaves
while len(level) > 1:
    nodes = sm3([b"\1" + level[i] + level[i + 1] for i in range(0, len(level) - 1, 2)])
    level = nodes + (level[-1:] if len(level) % 2 else [])
assert base64.b64encode(level[0]).decode() == sys.argv[1], "root"

keys, distid, pinned, signed = {}, None, 0, []
for n, b in enumerate(records):
    r, end = read(b, 0)
    assert end == len(b) and r[2] == n
    assert r[3] == (leaves[n - 1] if n else bytes(32)), "chain at %d" % n
    kind, body = r[5], r[7]
    if kind == 1:
        assert body[3] == 2 and len(body[4]) == 33
        distid, ledger_key = body[8], body[4]
        for i, (_, key) in enumerate(body[7]):
            keys[i + 1] = key
    if 15 in body:  # an end names the record before it
        assert body[15] == leaves[n - 1], "end %d" % n
        pinned += 1
    if kind == 61:  # and a decision what it decides
        assert body[2] == leaves[recovery], "decision %d" % n
        pinned += 1
    if kind == 60:
        recovery = n
    if kind == 2:
        keys[body[1]] = body[3]
    if 0 in body:
        whole = 1  # the body's place, behind seven items
        for _ in range(7):
            _, whole = read(b, whole)
        _, behind = read(b, whole + 2)
        signed.append((n, r, bytes([b[whole] - 1]) + b[behind:]))
digests = sm3([plain for _, _, plain in signed])
for (n, r, _), digest in zip(signed, digests):
    who, subject, count, total, time, seen, root, signature = r[7][0]
    text = "almoner-act/v1\n%s\n%s\n%s\n%d\n%d\n%s\n%d\n%d\n%d\n%s\n" % (
        r[1], NAMES[r[5]], subject, who, time, digest.hex(), count, total, seen,
        base64.b64encode(root).decode())
    assert good(keys[who], distid, text.encode(), signature), "signature %d" % n
    if n == 1:
        assert not good(keys[who], "1234567812345678", text.encode(), signature)
        assert not good(keys[who], distid, text.encode() + b"x", signature)
# The checkpoint, by the vkey alone: the usual id.
text, lines = open("checkpoint").read().split("\n\n")
text += "\n"
name, key_id, typed = open("ledger.vkey").read().strip().split("+", 2)
typed = base64.b64decode(typed)
assert typed[:15] == b"\xff" + b"almoner/sm2/v1" and typed[15:] == ledger_key
blob = base64.b64decode(lines.strip().split(" ")[2])
assert blob[:4].hex() == key_id and len(blob) == 68
assert good(typed[15:], "1234567812345678", text.encode(), blob[4:]), "checkpoint"
assert pinned > 8 and len(signed) > 40
print(size, len(signed))
PY
expect 0 python3 check.py "$root"
[ "$(cut -d' ' -f1 out)" = "$size" ] || fail 'openssl saw another number of records'

# ---- a flipped bit is found ----
cp "$L/data.mdb" sound.mdb
for n in 0 9 $((size - 1)); do
    for place in 60 -1; do
        python3 - "$L/data.mdb" "records/$n" "$place" <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
record = open(sys.argv[2], "rb").read()
at = data.find(record)
assert at >= 0
while at >= 0:
    data[at + int(sys.argv[3]) % len(record)] ^= 1
    at = data.find(record, at + 1)
open(sys.argv[1], "wb").write(data)
PY
        "$ALMONER" -C "$L" --now "$NOW" audit verify >out 2>err
        got=$?
        [ $got -eq 5 ] || fail "record $n, byte $place: exit $got"
        cp sound.mdb "$L/data.mdb"
    done
done
verified

# ---- when the years are over, a person is erased ----
NOW=2076-11-05T01:00:00Z
P=1
until a maker person erase $P --reason 期满 --document 演销1号 >out 2>err; do
    P=$((P + 1))
    [ $P -le 60 ] || fail 'nobody can be erased'
done
cp "$L/data.mdb" old.mdb
expect 0 a checker person erase $P --confirm
expect 0 r person show $P --json
python3 - out old.mdb "$P" <<'PY' || fail 'the row of the certificate was not there'
import hashlib, json, struct, sys
sha = json.load(open(sys.argv[1]))["rows"][0]["sha256"]
data = open(sys.argv[2], "rb").read()
key = struct.pack(">Q", int(sys.argv[3]))
at = data.find(key)
while at >= 0:  # an LMDB node
    low, high, flags, ksize = struct.unpack("<HHHH", data[at - 8:at])
    size = low | high << 16
    start = at + 8
    if ksize == 8 and flags & 1:
        start = struct.unpack("<Q", data[start:start + 8])[0] * 4096 + 16
    if ksize == 8 and hashlib.sha256(data[start:start + size]).hexdigest() == sha:
        sys.exit(0)
    at = data.find(key, at + 1)
sys.exit(1)
PY
expect 0 r audit tiles --out tiles
expect 0 r audit verify --checkpoint checkpoint
verified
evidence

# ---- another key of the ledger, and a restore ----
expect 0 r status --json
old_vkey=$(field vkey)
expect 0 a admin ledger-key rotate --json
field vkey | grep -q '+/2FsbW9uZXIvc20yL3Yx' || fail 'the new key is of another suite'
verified
expect 0 r audit checkpoint --out now
expect 0 r backup --out backup
expect 0 "$ALMONER" restore backup back --key-dir "$L/keys" --checkpoint now --now "$NOW" \
    --as admin --key admin.pem --json
is epoch 2
is lost_records 0
L=$TEST_DIR/back
verified
expect 0 r audit verify --hashes-only --checkpoint now --json
is checkpoint_contained true
expect 0 r audit bundle --out old.zip --checkpoint now
expect 0 "$VERIFY" old.zip --vkey "$old_vkey" --checkpoint now --json
is integrity PASS
says checkpoint-outside
evidence
expect 0 r rebuild --json
is differing_rows 0
