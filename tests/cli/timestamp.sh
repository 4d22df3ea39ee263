# RFC 3161 timestamps, with the openssl program as the authority. If this fails, a token
# that says nothing about a checkpoint is taken for proof, or a good one is refused; or the
# three who check one do not agree.
. tests/cli/lib.sh
: "${VERIFY:?}"
CHECK="python3 $TOP/tests/independent/verify.py"
FORGE="python3 $TOP/tests/cli/forge_bundle.py"
export PYTHONPYCACHEPREFIX="$TEST_DIR/pycache"
unset PYTHONDONTWRITEBYTECODE
make_sandbox
expect 0 r audit checkpoint --out one
expect 0 a admin channel add icbc --bank-code 102100099996 --account 1 --account-name A \
    --format pipe-trailer
expect 0 r audit checkpoint --out two

# ---- an authority with a CA of its own, and a stranger with another ----
cat >tsa.cnf <<'END'
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:true
[stamps]
extendedKeyUsage = critical, timeStamping
[plain]
extendedKeyUsage = critical, codeSigning
[any]
commonName = supplied
[past]
database = index.txt
new_certs_dir = .
serial = past-serial
default_md = sha256
policy = any
default_startdate = 20200101000000Z
default_enddate = 20210101000000Z
[tsa]
tsa_name = yes
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
END
authority() { # authority NAME: NAME-ca.pem, and NAME.pem, NAME.key to stamp with
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
        -subj "/CN=$1 root" -config tsa.cnf -extensions ca -keyout "$1-ca.key" \
        -out "$1-ca.pem" && certificate "$1" "$1" stamps
}
certificate() { # certificate CA NAME EXTENSIONS
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2 stamps" \
        -config tsa.cnf -keyout "$2.key" -out "$2.csr" &&
        openssl x509 -req -in "$2.csr" -CA "$1-ca.pem" -CAkey "$1-ca.key" -days 20 \
            -set_serial 7 -extfile tsa.cnf -extensions "$3" -out "$2.pem"
}
stamp() { # stamp NAME REQUEST OUT [ARGS]
    name=$1 request=$2 out=$3
    shift 3
    echo 01 >serial
    openssl ts -reply -config tsa.cnf -section tsa -queryfile "$request" -inkey "$name.key" \
        -signer "$name.pem" -out "$out" "$@" 2>ts.err || {
        cat ts.err
        fail "openssl ts -reply $name"
    }
}
{ authority good && authority strange && certificate good plain plain &&
    certificate good stamps stamps; } >ca.log 2>&1 || {
    cat ca.log
    fail 'no authority'
}

# token BY CERTIFICATE OUT: what BY says (a TSTInfo), signed with CERTIFICATE.key
token() {
    openssl cms -sign -binary -nodetach -cades -md sha256 -outform DER -in "$1" -out "$3" \
        -econtent_type 1.2.840.113549.1.9.16.1.4 -signer "$2.pem" -inkey "$2.key" \
        >cms.out 2>&1 || {
        cat cms.out
        fail "openssl cms -sign $2"
    }
}

# ---- there and back ----
expect 3 "$ALMONER" audit timestamp request tsa.cnf --out one.tsq
expect 0 "$ALMONER" audit timestamp request one --out one.tsq
openssl ts -query -in one.tsq -text >query 2>/dev/null || fail 'openssl cannot read the request'
grep -q 'Hash Algorithm: sha256' query || fail 'not by SHA-256'
grep -q 'Certificate required: yes' query || fail 'no certificate wanted'
openssl ts -query -data one -sha256 -cert -no_nonce -out theirs.tsq 2>/dev/null
cmp -s one.tsq theirs.tsq || fail 'openssl makes another request'
stamp good one.tsq one.tsr
stamp good one.tsq one.token -token_out
check() { # check CHECKPOINT TOKEN CA
    "$ALMONER" audit timestamp check "$1" "$2" --ca "$3"
}
expect 0 check one one.tsr good-ca.pem
says 'existed at'
says 'good stamps'
expect 0 check one one.token good-ca.pem
expect 0 "$ALMONER" audit timestamp check one one.tsr --ca good-ca.pem --json
is schema almoner.timestamp/1
openssl ts -verify -data one -in one.tsr -CAfile good-ca.pem >/dev/null 2>&1 ||
    fail 'openssl disagrees'
cat strange-ca.pem good-ca.pem >both.pem
expect 0 check one one.tsr both.pem

# ---- refused, each in its own words ----
expect 5 check two one.tsr good-ca.pem
code timestamp-other
says 'stamps another file'
expect 5 check one one.tsr strange-ca.pem
code timestamp-untrusted
for n in 0 1 100 500; do
    head -c $n one.tsr >cut
    expect 3 check one cut good-ca.pem
    code timestamp-form
done
{ cat one.tsr && echo x; } >longer
expect 3 check one longer good-ca.pem
code timestamp-form
expect 3 check one one.tsq good-ca.pem
code timestamp-form
expect 3 check one one.tsr one
code ca-file
openssl ts -query -data one -sha1 -cert -no_nonce -out sha1.tsq 2>/dev/null
stamp good sha1.tsq refused.tsr
expect 3 check one refused.tsr good-ca.pem
code timestamp-refused
openssl ts -query -data one -sha512 -cert -no_nonce -out sha512.tsq 2>/dev/null
stamp good sha512.tsq sha512.tsr
expect 5 check one sha512.tsr good-ca.pem
code timestamp-other
# The strange authority cannot take the good one's name.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj "/CN=good root" -config tsa.cnf -extensions ca -keyout like-ca.key \
    -out like-ca.pem 2>/dev/null
certificate like like stamps >/dev/null 2>&1 || fail 'no look-alike'
stamp like one.tsq like.tsr
expect 5 check one like.tsr good-ca.pem
code timestamp-untrusted

# ---- recorded ----
make_key nobody
expect 7 a nobody audit timestamp attach one one.tsr --ca good-ca.pem
code unknown-operator
expect 0 a maker audit timestamp attach one one.tsr --ca good-ca.pem --json
is number 1
is already_attached false
expect 0 a auditor audit timestamp attach one one.tsr --ca good-ca.pem --json
is already_attached true
expect 5 a maker audit timestamp attach two one.tsr --ca good-ca.pem
code timestamp-other
expect 5 a maker audit timestamp attach one like.tsr --ca good-ca.pem
code timestamp-untrusted
expect 0 r audit verify

# ---- in the bundle: almoner-verify and verify.py agree with audit timestamp check ----
mkdir keys && cp ./*.pem "$L/keys/ledger.pem" keys
rm -f all.zip
expect 0 r audit bundle --out all.zip
# both ZIP GROUP RESULT CA [WORDS]: by almoner-verify, which says it with the WORDS, and,
# all at the end, by the Python program.
n=0
both() {
    code=0
    [ "$3" = PASS ] || code=5
    expect $code "$VERIFY" "$1" --tsa-ca "$4" --json
    is "$2" "$3"
    says "${5:-.}"
    n=$((n + 1))
    cp "$1" case-$n.zip
    echo "case-$n.zip $2 $3 $4" >>cases
}
# held RESULT TOKEN CHECKPOINT CA [WORDS]: the same by all three, of a bundle whose record
# names these two files, signed by who has the keys.
held() {
    "$ALMONER" audit timestamp check "$3" "$2" --ca "$4" >out 2>&1
    case $?:$1 in
    0:PASS | [35]:FAIL) ;;
    *) fail "audit timestamp check $2, $1" ;;
    esac
    expect 0 $FORGE all.zip x.zip keys stamped "$2" "$3"
    both x.zip integrity "$1" "$4" "${5-}"
}
both all.zip integrity PASS good-ca.pem 'stamps that hold: 1; .*CN = good stamps (record'
expect 0 "$VERIFY" all.zip --tsa-ca good-ca.pem --lang zh
says '有效的时间戳 1 个'
expect 0 "$VERIFY" all.zip --json
is integrity PASS
says 'give the authority.s certificates with --tsa-ca'
expect 0 $CHECK all.zip
says 'no --tsa-ca was given'
{ cat good-ca.pem && sed 's/MII/MIX/' strange-ca.pem; } >broken.pem
for file in one broken.pem; do
    expect 2 "$VERIFY" all.zip --tsa-ca $file
    code tsa-ca
    expect 2 $CHECK all.zip --tsa-ca $file
done
expect 6 "$VERIFY" all.zip --tsa-ca missing
both all.zip integrity PASS both.pem
both all.zip integrity FAIL strange-ca.pem '"timestamp-untrusted","seq"'
held PASS one.token one good-ca.pem
openssl ts -query -data two -sha256 -cert -no_nonce -out two.tsq 2>/dev/null
stamp good two.tsq two.tsr
held FAIL two.tsr one good-ca.pem timestamp-other
held FAIL sha512.tsr one good-ca.pem timestamp-other
held FAIL like.tsr one good-ca.pem timestamp-untrusted
# A token of another file of ours, with that file: but it is not the record's checkpoint.
expect 0 $FORGE all.zip x.zip keys stamped two.tsr two
both x.zip integrity FAIL good-ca.pem timestamp-tree
expect 0 $FORGE all.zip x.zip keys stamp-late
both x.zip integrity FAIL good-ca.pem timestamp-time
{ head -c -1 one.tsr && echo; } >changed # as long, and not what the record names
expect 0 $FORGE all.zip x.zip keys stamp-swapped changed
both x.zip integrity FAIL good-ca.pem timestamp-file
expect 0 $FORGE all.zip x.zip keys stamp-gone
both x.zip completeness FAIL good-ca.pem timestamp-missing
# Signed with certificates of the good root: one not for stamps, one the token does not name.
openssl cms -verify -noverify -inform DER -in one.token -out said 2>/dev/null ||
    fail 'openssl cannot read the token'
token said plain plain.token
token said stamps stamps.token
held FAIL plain.token one good-ca.pem 'timestamp-untrusted.*purpose'
held FAIL stamps.token one good-ca.pem timestamp-signature
# The authority's certificates ran out years ago, and held when it stamped.
past() { # past NAME EXTENSIONS ARGS...
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
        -config tsa.cnf -keyout "$1.key" -out "$1.csr" &&
        openssl ca -batch -config tsa.cnf -name past -extensions "$2" -in "$1.csr" \
            -out "$1.pem" -notext "${@:3}"
}
: >index.txt
echo 01 >past-serial
{ past past-ca ca -selfsign -keyfile past-ca.key &&
    past past stamps -cert past-ca.pem -keyfile past-ca.key; } >ca.log 2>&1 || {
    cat ca.log
    fail 'no authority of the past'
}
python3 - >said <<'END' # a TSTInfo, as RFC 3161 section 2.4.2 has it
import hashlib, sys
def der(tag, *parts):
    return bytes([tag, len(b"".join(parts))]) + b"".join(parts)
sha256 = der(0x30, bytes.fromhex("0609608648016503040201"), der(5))
digest = hashlib.sha256(open("one", "rb").read()).digest()
sys.stdout.buffer.write(der(
    0x30, der(2, b"\1"), bytes.fromhex("06042a030401"),
    der(0x30, sha256, der(4, digest)), der(2, b"\7"), der(0x18, b"20200601120000Z")))
END
token said past past.token
held PASS past.token one past-ca.pem 'at 2020-06-01T12:00:00Z'
LC_ALL=C sed 's/20200601/20220601/' said >late
token late past late.token
held FAIL late.token one past-ca.pem 'timestamp-untrusted.*expired'
# A flipped byte: by openssl, as verify.py asks it, and by audit timestamp check; the two in
# C are held against each other at every byte by tests/unit/test_timestamp.c.
expect 0 python3 - "$TOP" "$ALMONER" <<'END'
import hashlib, subprocess, sys
sys.path.insert(0, sys.argv[1] + "/tests/independent")
import stamps
from primitives import Bad
good = open("one.token", "rb").read()
digest = hashlib.sha256(open("one", "rb").read()).digest()
for at in [1, 30, 90, len(good) // 2] + [len(good) - n for n in (400, 200, 100, 20)]:
    with open("changed", "wb") as f:
        f.write(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
    try:
        ours = bool(stamps.check(open("changed", "rb").read(), digest, "good-ca.pem"))
    except Bad:
        ours = False
    theirs = subprocess.run([sys.argv[2], "audit", "timestamp", "check", "one", "changed",
                             "--ca", "good-ca.pem"], capture_output=True).returncode == 0
    if ours != theirs:
        sys.exit("byte %d: %s, %s" % (at, ours, theirs))
END
held FAIL changed one good-ca.pem timestamp-signature
# A stamped checkpoint of somebody else's ledger, one of suite 2, is not ours, and is theirs.
expect 0 "$ALMONER" keygen op --key-out op.pem --no-passphrase --suite 2 --json
field vkey >op.vkey
o() {
    "$ALMONER" -C other --now "$NOW" --as op --key op.pem "$@"
}
expect 0 "$ALMONER" init other --division 230523 --name 演练民政局 --sandbox --admin op \
    --admin-vkey "$(cat op.vkey)" --suite 2 --now "$NOW"
expect 0 "$ALMONER" -C other audit checkpoint --out foreign
expect 0 "$ALMONER" audit timestamp request foreign --out foreign.tsq
stamp good foreign.tsq foreign.tsr
expect 5 a maker audit timestamp attach foreign foreign.tsr --ca good-ca.pem
code checkpoint-signature
expect 0 o audit timestamp attach foreign foreign.tsr --ca good-ca.pem
expect 0 "$ALMONER" -C other --now "$NOW" audit bundle --out foreign.zip
both foreign.zip integrity PASS good-ca.pem 'stamps that hold: 1'
both foreign.zip integrity FAIL like-ca.pem timestamp-untrusted

expect 0 python3 - "$TOP" <<'END'
import sys
sys.path.insert(0, sys.argv[1] + "/tests/independent")
import cases
for line in open("cases"):
    path, group, result, ca = line.split()
    code, found = cases.ours(path, None, ca)
    if (code, found[group]) != (0 if result == "PASS" else 5, result):
        sys.exit("%s: %d %s" % (line, code, found))
    print("agreed")
END
[ "$(grep -c agreed out)" = $n ] || fail 'verify.py was not asked about each'
evidence
