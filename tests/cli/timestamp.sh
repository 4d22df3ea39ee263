# RFC 3161 timestamps, with the openssl program as the authority. If this fails, a token
# that says nothing about a checkpoint is taken for proof, or a good one is refused.
. tests/cli/lib.sh
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


[tsa]
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
{ authority good && authority strange; } >ca.log 2>&1 || {
    cat ca.log
    fail 'no authority'
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
# A stamped checkpoint of somebody else's ledger is not ours.
make_key op
expect 0 "$ALMONER" init other --division 230523 --name 演练民政局 --sandbox --admin op \
    --admin-vkey "$(cat op.vkey)" --now "$NOW"
expect 0 "$ALMONER" -C other audit checkpoint --out foreign
expect 0 "$ALMONER" audit timestamp request foreign --out foreign.tsq
stamp good foreign.tsq foreign.tsr
expect 5 a maker audit timestamp attach foreign foreign.tsr --ca good-ca.pem
code checkpoint-signature
evidence
