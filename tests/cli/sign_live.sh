# Live ledgers of both suites whose every act is signed on another machine, by the real
# clock: a body that holds the time or something random is not made again the same, and
# stands out here. Proofs, witness, timestamp and bundle too. If this fails, a county
# that keeps its keys elsewhere cannot do something, or not with SM2.
. tests/cli/lib.sh
. "$TOP/tests/cli/_elsewhere.sh"
AT=
PASS='--passphrase-file phrase'
echo 'long enough a phrase' >phrase
cp phrase finance/
cat >tsa.cnf <<'END'
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:true
extendedKeyUsage = critical, timeStamping
[tsa]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
END
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=tsa \
    -config tsa.cnf -extensions ca -keyout tsa.key -out tsa.pem 2>/dev/null
echo 'reader of the bundle' >reader

# key NAME SUITE: with a passphrase that costs no time, for it is asked for often.
key() {
    rm -f "$1.pem"
    expect 0 "$ALMONER" keygen "$1" --key-out bare.pem --no-passphrase --suite "$2" --json
    field vkey >"$1.vkey"
    openssl pkcs8 -topk8 -iter 1 -in bare.pem -passout file:phrase -out "$1.pem"
    rm bare.pem
}
enrols() { # enrols NAME ROLE: by both admins
    key "$1" "$SUITE"
    short admin operator add "$1" --vkey "$(cat "$1.vkey")" --role "$2"
    short admin2 operator confirm "$(numbered operators operator "$1")"
}
numbered() { # numbered SCHEMA LIST NAME
    "$ALMONER" -C "$L" "$2" list --json | python3 -c '
import json, sys
print([x["number"] for x in json.load(sys.stdin)[sys.argv[1]] if x["name"] == sys.argv[2]][0])
' "$1" "$3"
}
live() { # live SUITE [INIT OPTIONS]
    SUITE=$1
    shift
    L=$TEST_DIR/ledger$SUITE
    rm -f state*
    for name in admin admin2; do
        key $name "$SUITE"
    done
    expect 0 "$ALMONER" init "$L" --division 230523 --name 民政局 --suite "$SUITE" "$@" \
        --admin admin --admin-vkey "$(cat admin.vkey)" \
        --admin admin2 --admin-vkey "$(cat admin2.vkey)"
    for who in maker checker checker2 auditor; do
        enrols $who ${who%2}
    done
    # The audit office signs with Ed25519, whatever the ledger does.
    key audit 1
    expect 0 "$ALMONER" audit witness init state --name audit --key audit.pem $PASS --json
    WVKEY=$(field vkey)
    expect 0 "$ALMONER" -C "$L" status --json
    LVKEY=$(field vkey)
    expect 0 "$ALMONER" -C "$L" audit checkpoint --out first
    expect 0 "$ALMONER" audit witness enrol state --vkey "$LVKEY" --checkpoint first \
        --key audit.pem $PASS
    short admin channel add psbc --bank-code "$BANK" --account 6217000000000000009 \
        --account-name 民政局 --format pipe-trailer
    expect 0 "$SIM" county --people 12 --seed 5 --out county --gbk-names --date 2026-09-01
    short admin2 channel confirm 1
    grep -q '^subject.*: channel 1: confirm psbc, pipe-trailer, 6217000000000000009$' act.req ||
        fail 'the second admin is not told what is confirmed'
    acts <<EOF
admin witness add audit --vkey $WVKEY
admin2 witness confirm 1
admin retention set payments 3 --document 民保1号
admin2 retention confirm 1
maker policy adopt $TOP/policies/baoqing/elderly-2024.yaml
checker policy confirm 1
maker import people county/people.csv
EOF
    long checker import confirm 1
    acts <<EOF
checker person hold 5 --reason 诉讼 --document 民诉1号
checker2 person release-hold 5 --reason 结案 --document 民诉1号
auditor person show 5 --reveal --purpose 核对
auditor audit bundle --with-personal-data --reader-file reader --purpose 取证 --out b$SUITE.zip
EOF
    long maker run --period "$(date +%Y-%m)"
    # Proofs and the witness.
    expect 0 "$ALMONER" -C "$L" audit record 3 --out 3.cbor
    expect 0 "$ALMONER" -C "$L" audit prove 3 --out 3.proof
    expect 0 "$ALMONER" audit check-proof 3.proof --record 3.cbor --vkey "$LVKEY"
    expect 0 "$ALMONER" -C "$L" audit prove --from first --out grown
    expect 0 "$ALMONER" audit check-proof grown --old-checkpoint first --vkey "$LVKEY"
    sed '2s/^./+/' grown >bent
    cmp -s grown bent && sed '2s/^./-/' grown >bent
    expect 5 "$ALMONER" audit witness cosign bent --state state --key audit.pem $PASS \
        --out never
    code fork
    expect 0 "$ALMONER" audit witness cosign grown --state state --key audit.pem $PASS \
        --out cosigned
    short maker audit witness attach cosigned
    expect 0 "$ALMONER" audit timestamp request first --out first.tsq
    echo 01 >serial
    openssl ts -reply -config tsa.cnf -section tsa -queryfile first.tsq -inkey tsa.key \
        -signer tsa.pem -out first.tsr 2>ts.err || fail "$(cat ts.err)"
    short auditor audit timestamp attach first first.tsr --ca tsa.pem
    expect 0 "$ALMONER" -C "$L" audit tiles --out "tiles$SUITE"
    expect 0 "$ALMONER" -C "$L" audit verify --checkpoint cosigned --json
    is integrity PASS
    is authorisation PASS
    is checkpoint_contained true
}

live 1
live 2 --sm2-id 230523@county

# The id travels in both files; with another one neither text nor signature holds.
asks checker person show 6 --reveal --purpose 核对
grep -q '^sm2 id 签名标识: 230523@county$' act.req || fail 'the request has no id'
sign checker act.req act.sig
cp act.sig good.sig
cat >other_id.py <<'EOF'
import hashlib, sys
lines = open(sys.argv[1], encoding='utf-8').read().split('\n')[:-1]
lines = [line.replace('230523@county', '1234567812345678') for line in lines]
body = '\n'.join(lines[:-1]) + '\n'
lines[-1] = 'sha256 ' + hashlib.sha256(body.encode()).hexdigest()
open(sys.argv[2], 'w', encoding='utf-8').write('\n'.join(lines) + '\n')
EOF
python3 other_id.py good.sig bad.sig
expect 7 "$ALMONER" -C "$L" --as checker person show 6 --reveal --purpose 核对 \
    --signature bad.sig
code signature
python3 other_id.py act.req act.req
sign checker act.req act.sig
expect 7 "$ALMONER" -C "$L" --as checker person show 6 --reveal --purpose 核对 \
    --signature act.sig
code signature
expect 0 "$ALMONER" -C "$L" --as checker person show 6 --reveal --purpose 核对 \
    --signature good.sig
# By a command: the openssl program, which is told the id.
cat >token.py <<'EOF'
import subprocess, sys
open('message', 'wb').write(sys.stdin.buffer.read())
der = subprocess.run(['openssl', 'pkeyutl', '-sign', '-inkey', 'checker.pem', '-passin',
                      'file:phrase', '-rawin', '-digest', 'sm3', '-pkeyopt',
                      'distid:' + sys.argv[1], '-in', 'message'],
                     capture_output=True, check=True).stdout
at = 4
r = der[at:at + der[3]]
s = der[at + len(r) + 2:]
for n in r, s:
    sys.stdout.buffer.write(n.lstrip(b'\0').rjust(32, b'\0'))
EOF
by="-C $L --as checker person show 6 --reveal --purpose 核对 --sign-command"
expect 0 "$ALMONER" $by 'python3 token.py 230523@county'
expect 7 "$ALMONER" $by 'python3 token.py 1234567812345678'
code sign-command
says 'under the id 230523@county'
