# docs/AUDIT.md: every command of the page, in both languages, as it stands there, against
# a county of the demo; what the page shows must be what is printed. If this fails, an
# auditor who follows the page is stuck, or sees other words than it explains.
: "${ALMONER:?}" "${SIM:?}" "${TEST_DIR:?}" "${VERIFY:?}"
set -eu
for program in python3 openssl unzip sha256sum iconv; do
    command -v $program >/dev/null || { echo "no $program"; exit 77; }
done
page=$(pwd)/docs/AUDIT.md
demo=$TEST_DIR/demo
DEMO_PEOPLE=2000 DEMO_DIR=$demo tests/demo.sh >"$TEST_DIR/demo.out" 2>&1 || {
    cat "$TEST_DIR/demo.out"
    exit 1
}

# An authority of time stamps, made with openssl.
make_authority() {
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
digests = sha256
ess_cert_id_alg = sha256
END
    echo 01 >serial
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
        -subj '/CN=practice root' -config tsa.cnf -extensions ca -keyout ca.key \
        -out tsa-ca.pem
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -subj '/CN=practice stamps' -config tsa.cnf -keyout tsa.key -out tsa.csr
    openssl x509 -req -in tsa.csr -CA tsa-ca.pem -CAkey ca.key -days 20 -set_serial 7 \
        -extfile tsa.cnf -extensions stamps -out tsa.pem
}

for language in zh en; do
    folder=$TEST_DIR/$language
    mkdir -p "$folder/usb" "$folder/bin" "$folder/audit" "$folder/authority" \
        "$folder/county/build"
    cp -r "$demo" "$folder/county/build/demo"
    ln -s "$ALMONER" "$folder/county/build/almoner"
    ln -s "$ALMONER" "$folder/bin/almoner"
    ln -s "$VERIFY" "$folder/bin/almoner-verify"
    cp docs/audit/read.py docs/audit/proof.sh "$folder/audit/"
    (cd "$folder/authority" && make_authority) >"$folder/authority.out" 2>&1 || {
        cat "$folder/authority.out"
        exit 1
    }
    cp "$folder/authority/tsa-ca.pem" "$folder/audit/"
    cp "$folder/authority/tsa-ca.pem" "$folder/county/"
    # shellcheck disable=SC2086
    python3 tests/cli/audit_doc.py "$page" $language "$folder" ${FILL:-} \
        >"$TEST_DIR/$language.out" || {
        cat "$TEST_DIR/$language.out"
        exit 1
    }
done
