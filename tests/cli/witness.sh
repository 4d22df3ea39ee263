# Witnesses: the audit office cosigns what goes on from what it saw, and nothing else; the
# county keeps the cosignatures. If this fails, a rewritten, forked or rolled-back ledger
# finds a witness, or a true one is refused.
. tests/cli/lib.sh
make_sandbox
py() {
    python3 "$TOP/tests/cli/witness.py" "$@"
}
records() { # records SIZE: the folder with all of them
    mkdir -p records
    i=0
    while [ "$i" -lt "$1" ]; do
        [ -e records/$i ] || "$ALMONER" -C "$L" --now "$NOW" audit record $i \
            --out records/$i -q || fail "record $i"
        i=$((i + 1))
    done
}
size_of() {
    sed -n 2p "$1"
}
request() { # request OLD NOTE OUT
    records "$(size_of "$2")"
    py request "$1" "$2" records >"$3" || fail "request from $1"
}
cosign() { # cosign REQUEST [ARGS]
    "$ALMONER" audit witness cosign "$@"
}

# ---- the office begins ----
make_key audit
expect 0 "$ALMONER" audit witness init watch --name audit --key audit.pem --json
field vkey >witness.vkey
grep -q '^audit+[0-9a-f]\{8\}+B' witness.vkey || fail 'a witness has another kind of vkey'
expect 4 "$ALMONER" audit witness init watch --name audit --key audit.pem
code exists
expect 0 r audit checkpoint --out first
size=$(size_of first)
vkey=$("$ALMONER" -C "$L" status --json | sed 's/.*"vkey": *"\([^"]*\)".*/\1/')
expect 0 "$ALMONER" audit witness enrol watch --vkey "$vkey" --checkpoint first --key audit.pem
expect 4 "$ALMONER" audit witness enrol watch --vkey "$vkey" --checkpoint first --key audit.pem
code enrolled
expect 0 "$ALMONER" audit witness status watch --json
is size "$size"

# ---- the county registers it: an operator or a second name is no witness ----
wvkey=$(cat witness.vkey)
expect 3 a admin witness add audit --vkey "$(cat audit.vkey)"
code witness-vkey
expect 3 a admin witness add other --vkey "$wvkey"
code vkey-name
expect 7 a maker witness add audit --vkey "$wvkey"
expect 0 a admin witness add audit --vkey "$wvkey"
expect 4 a admin witness add audit --vkey "$wvkey"
code witness-known
expect 4 a admin operator add audit --vkey "$(cat audit.vkey)" --role maker
code key-known
expect 0 "$ALMONER" audit witness init own --name admin --key admin.pem --json
expect 4 a admin witness add admin --vkey "$(field vkey)"
code key-known

# ---- a checkpoint goes there and back ----
expect 0 r audit checkpoint --out second
n=$(size_of second)
request "$size" second request
expect 0 cosign request --state watch --key audit.pem --out cosigned
py check cosigned "$wvkey" message key.der signature >checked || fail 'the line is not there'
[ "$(cut -d' ' -f1 checked)" = "$n" ] || fail 'another size was cosigned'
openssl pkeyutl -verify -rawin -in message -sigfile signature -pubin -inkey key.der \
    -keyform DER >/dev/null || fail 'openssl does not accept the cosignature'
head -c "$(wc -c <second)" cosigned | cmp -s - second || fail 'the checkpoint was changed'
expect 0 a auditor audit witness attach cosigned --json
is added 1
is size "$n"
expect 0 a maker audit witness attach cosigned --json
is added 0
is known 1
expect 0 r witness list --json
is cosigned_size "$n"
expect 0 r status --json
is last_cosigned "$n"
expect 0 r audit checkpoint --cosigned --out again
cmp -s again cosigned || fail 'the cosigned checkpoint is not what came back'
expect 0 r audit verify

# ---- what a witness refuses, and nothing is written then ----
cp watch kept
refused() { # refused EXIT CODE REQUEST [ARGS]
    want=$1 code=$2
    shift 2
    rm -f never
    expect "$want" cosign "$@" --state watch --key audit.pem --out never
    code "$code"
    [ ! -e never ] || fail "$code: a cosignature was written"
    cmp -s watch kept || fail "$code: the state was changed"
}
# The same again is the same tree: cosigned once more. An older checkpoint is a rollback.
expect 0 cosign request --state watch --key audit.pem --out again
cp watch kept
request "$size" first old
refused 5 rollback old
says 'set back'
expect 0 r audit checkpoint --out third
request "$size" third stale
refused 3 stale-request stale
request "$n" third good
sed '2s/^./Z/' good >bent
cmp -s good bent && sed '2s/^./Y/' good >bent
refused 5 fork bent
sed '2d' good >short
refused 5 fork short
sed "s/^$(size_of third)\$/$(($(size_of third) + 1))/" good >forged
refused 5 other-key forged
says 'key of their own'
sed 's/^almoner.*sandbox$/almoner\/230523\/other\/sandbox/' good >named
refused 3 witness-origin named
head -c 100 good >cut
refused 3 request-form cut
refused 3 request-form third
refused 3 no-such-file nowhere
rm -f never
expect 3 cosign good --state watch --key admin.pem --out never
code witness-key
cmp -s watch kept || fail 'another key changed the state'
expect 2 cosign good --state watch --key audit.pem --out watch
code same-file
# An edited state is noticed; a lock keeps a second process out.
sed "s/ $n / $size /" watch >edited
expect 5 cosign good --state edited --key audit.pem --out never
code witness-state
python3 -c 'import fcntl, subprocess, sys
f = open("watch.lock", "w")
fcntl.lockf(f, fcntl.LOCK_EX)
sys.exit(subprocess.call(sys.argv[1:]))' "$ALMONER" audit witness cosign good --state watch \
    --key audit.pem --out never 2>err
[ $? -eq 6 ] || fail 'two processes on one state'
says witness-locked
# If the disk cannot take the state, nothing is cosigned.
mkdir shut
cp watch shut/
mkdir shut/watch.part
expect 6 cosign good --state shut/watch --key audit.pem --out never
[ ! -e never ] || fail 'cosigned before the state was safe'

# ---- one state under one name: behind a second one an old state would live on ----
ln -s watch alias
refuse_state() {
    expect 4 cosign request --state "$1" --key audit.pem --out linked
    code witness-names
}
refuse_state alias
ln watch twin
refuse_state twin
refuse_state watch
rm alias twin
expect 2 cosign request --state watch --key audit.pem --out watch.lock
code same-file

# ---- a fork under the ledger's own key, and a copy that was set back ----
cp -r "$L" fork
cp -r "$L" back
expect 0 a admin channel add icbc --bank-code 102100099996 --account 1 --account-name A \
    --format pipe-trailer
expect 0 a admin channel add abc --bank-code 103100000026 --account 2 --account-name B \
    --format pipe-trailer
expect 0 r audit checkpoint --out fourth
request "$n" fourth request
expect 0 cosign request --state watch --key audit.pem --out cosigned
m=$(size_of fourth)
cp watch kept
cp -r records honest
fork() {
    "$ALMONER" -C "$TEST_DIR/fork" --now "$NOW" --as admin --key admin.pem "$@"
}
expect 0 fork channel add evil --bank-code 102100099996 --account 9 --account-name E \
    --format pipe-trailer
expect 0 fork channel add icbc2 --bank-code 103100000026 --account 2 --account-name B \
    --format pipe-trailer
expect 0 "$ALMONER" -C fork --now "$NOW" audit checkpoint --out forked
[ "$(size_of forked)" = "$m" ] || fail 'the fork has another size'
rm -r records
records() {
    mkdir -p records
    i=0
    while [ "$i" -lt "$1" ]; do
        "$ALMONER" -C fork --now "$NOW" audit record $i --out records/$i -q
        i=$((i + 1))
    done
}
request "$n" forked lie
refused 5 fork lie
says 'two ledgers under one'
expect 0 fork channel add more --bank-code 104100000004 --account 3 --account-name C \
    --format pipe-trailer
expect 0 "$ALMONER" -C fork --now "$NOW" audit checkpoint --out forked
request "$m" forked lie
refused 5 fork lie
# The county's side knows its own tree, too.
expect 5 "$ALMONER" -C fork --now "$NOW" --as admin --key admin.pem audit witness attach cosigned
code fork
expect 5 "$ALMONER" -C back --now "$NOW" --as admin --key admin.pem audit witness attach cosigned
code rollback
expect 3 a maker audit witness attach fourth
code no-cosignature
# A cosignature under other bytes, or of another witness's key, is not recorded.
expect 0 "$ALMONER" audit witness init two --name audit --key maker.pem
expect 0 "$ALMONER" audit witness enrol two --vkey "$vkey" --checkpoint fourth --key maker.pem
printf 'old %s\n\n' "$m" | cat - fourth >same
expect 0 cosign same --state two --key maker.pem --out other
expect 3 a maker audit witness attach other
code no-cosignature
tail -1 cosigned | cut -d' ' -f3 | base64 -d | od -An -v -tu1 -w1 |
    awk 'NR == 12 { $1 = ($1 + 1) % 256 } { printf "%c%03o", 92, $1 }' >octal
{
    cat fourth
    printf '\342\200\224 audit %s\n' "$(printf "$(cat octal)" | base64 -w0)"
} >later
expect 5 a maker audit witness attach later
code cosignature

# ---- two witnesses under one checkpoint ----
make_key finance
expect 0 "$ALMONER" audit witness init three --name finance --key finance.pem --json
expect 0 a admin witness add finance --vkey "$(field vkey)"
expect 0 "$ALMONER" audit witness enrol three --vkey "$vkey" --checkpoint first \
    --key finance.pem
records() { # again of the ledger itself
    rm -rf records
    cp -r honest records
}
request "$size" fourth request
sed '1,/^$/d' cosigned >both
sed '/^$/q' request | cat - cosigned >request2
expect 0 cosign request2 --state three --key finance.pem --out both
expect 0 a maker audit witness attach both --json
is added 2
expect 0 r audit checkpoint --cosigned --out both2
[ "$(grep -c '^—' both2)" = 3 ] || fail 'not every witness is in the cosigned checkpoint'
expect 0 r audit verify

# ---- age: nothing said while it is fresh, a warning after 40 days ----
NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ)
expect 0 r status
says 'cosigned  *[0-9]* records, 0 days ago'
grep -q 'cosigned checkpoint is' out && fail 'a fresh cosignature is called old'
NOW=2199-01-01T00:00:00Z
expect 0 r status
says 'the last cosigned checkpoint is [0-9]* days old'
NOW=2026-09-01T01:00:00Z
evidence
exit 0
