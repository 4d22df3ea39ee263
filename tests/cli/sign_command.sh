# Keys in tokens: another program signs, here openssl; and a live ledger, where keys have
# passphrases. If this fails, a token signs something else, or what it gave is believed.
. tests/cli/lib.sh

make_sandbox
for name in maker checker; do
    cat >token-$name <<EOF
#!/bin/sh
# The message on stdin, 64 bytes on stdout.
cat >$TEST_DIR/message.\$\$
openssl pkeyutl -sign -rawin -inkey $TEST_DIR/$name.pem -in $TEST_DIR/message.\$\$
EOF
    chmod +x token-$name
done
cat >token-base64 <<EOF
#!/bin/sh
[ "\$1" = --slot ] && [ "\$2" = 3 ] || exit 9
$TEST_DIR/token-maker | base64 -w0
echo
EOF
printf '#!/bin/sh\necho no token there >&2\nexit 3\n' >token-fails
printf '#!/bin/sh\nhead -c 63 /dev/zero\n' >token-short
printf '#!/bin/sh\nhead -c 64 /dev/zero\n' >token-zeros
printf '#!/bin/sh\nyes\n' >token-long
printf '#!/bin/sh\nkill -9 $$\n' >token-killed
printf '#!/bin/sh\nexec <&-\nsleep 0\n' >token-deaf
chmod +x token-*

# t TOKEN NAME ARGS...: signed by a token.
t() {
    token=$1 who=$2
    shift 2
    "$ALMONER" -C "$L" --now "$NOW" --as "$who" --sign-command "$TEST_DIR/$token" "$@"
}

expect 0 "$SIM" county --people 30 --seed 4 --out county --gbk-names --date 2026-09-01
expect 0 t token-maker maker import people county/people.csv
expect 0 t token-checker checker import confirm 1
expect 0 t 'token-base64  --slot 3' maker import facts county/assessments.csv
ALMONER_SIGN_COMMAND=$TEST_DIR/token-checker expect 0 "$ALMONER" -C "$L" --now "$NOW" \
    --as checker import confirm 2
PATH=$TEST_DIR:$PATH expect 0 "$ALMONER" -C "$L" --now "$NOW" --as maker \
    --sign-command token-maker run --period 2026-09

refused() { # refused CODE TOKEN PATTERN
    before=$(r status --json | tr -d '\n' | grep -o '"size": *[0-9]*')
    expect "$1" t "$2" maker batch new --channel psbc --pay-date 2026-09-10
    code sign-command
    says "$3"
    [ "$(r status --json | tr -d '\n' | grep -o '"size": *[0-9]*')" = "$before" ] ||
        fail "a refused signature left a record: $2"
}
refused 6 token-fails 'exit code 3'
says 'no token there'
refused 6 token-killed 'signal 9'
refused 6 no-such-token 'does not run'
refused 7 token-short '63 bytes'
refused 7 token-zeros 'does not hold'
refused 7 token-long 'are no signature'
refused 7 token-deaf '0 bytes'
refused 7 token-checker 'registered key'
expect 2 t token-maker maker --key maker.pem status
code both-given
expect 0 t token-maker maker batch new --channel psbc --pay-date 2026-09-10

# Elsewhere and by a token: the registered key, as the request tells it, is what counts.
expect 0 "$ALMONER" -C "$L" --now "$NOW" --as maker batch submit 1 --request submit.req
expect 7 "$ALMONER" sign submit.req --as maker --sign-command ./token-checker \
    --out submit.sig --now "$NOW"
code sign-command
expect 0 "$ALMONER" sign submit.req --as maker --sign-command ./token-maker \
    --out submit.sig --now "$NOW" --json
is schema almoner.signature/1
is subject 'batch 1: submit'
expect 0 "$ALMONER" -C "$L" --now "$NOW" --as maker batch submit 1 --signature submit.sig
verified

# ---- live ----
L=$TEST_DIR/live
echo 'long enough a phrase' >phrase
for name in admin1 admin2 finance; do
    expect 0 "$ALMONER" keygen $name --key-out $name.pem --passphrase-file phrase --json
    field vkey >$name.vkey
done
expect 0 "$ALMONER" init "$L" --division 230523 --name 民政局 --admin admin1 \
    --admin-vkey "$(cat admin1.vkey)" --admin admin2 --admin-vkey "$(cat admin2.vkey)"
# An admin's acts too; and a bare key, which a live ledger does not take, does not sign.
make_key bare
add="operator add bare --vkey $(cat bare.vkey) --role maker"
expect 0 "$ALMONER" -C "$L" --as admin1 $add --request add.req
expect 2 "$ALMONER" sign add.req --as admin1 --key admin1.pem --passphrase-file phrase \
    --out add.sig --now 2026-09-01T00:00:00Z
code now-live
expect 0 "$ALMONER" sign add.req --as admin1 --key admin1.pem --passphrase-file phrase \
    --out add.sig
says 'live 正式'
expect 0 "$ALMONER" -C "$L" --as admin1 $add --signature add.sig
expect 0 "$ALMONER" -C "$L" --as admin2 operator confirm 3 --request confirm.req
expect 0 "$ALMONER" sign confirm.req --as admin2 --key admin2.pem --passphrase-file phrase \
    --out confirm.sig
expect 0 "$ALMONER" -C "$L" --as admin2 operator confirm 3 --signature confirm.sig
policy=$TOP/policies/baoqing/elderly-2024.yaml
expect 0 "$ALMONER" -C "$L" --as bare policy adopt "$policy" --request adopt.req
expect 7 "$ALMONER" sign adopt.req --as bare --key bare.pem --out adopt.sig
code bare-key
# Reading as somebody: the token has to show that it is there.
cat >token-admin1 <<EOF
#!/bin/sh
cat >$TEST_DIR/seen
openssl pkeyutl -sign -rawin -inkey $TEST_DIR/admin1.pem -passin file:$TEST_DIR/phrase \
    -in $TEST_DIR/seen
EOF
chmod +x token-admin1
expect 4 "$ALMONER" -C "$L" --as admin1 --sign-command ./token-admin1 person show 1
code unknown-person
grep -q '^almoner-read/v1$' seen || fail 'reading signs something else than it says'
expect 7 "$ALMONER" -C "$L" --as admin2 --sign-command ./token-admin1 person show 1
code sign-command
expect 0 "$ALMONER" -C "$L" audit verify
