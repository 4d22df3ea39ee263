# almoner-verify: good bundles of every scope pass; what was forged is caught, by the group
# of checks that is meant for it. If this fails, an auditor is told that a tampered bundle
# is fine, or that a good one is not.
. tests/cli/lib.sh
: "${VERIFY:?}"
FORGE="python3 $TOP/tests/cli/forge_bundle.py"
make_sandbox
make_county 60
NOW=2026-09-05T01:00:00Z
pay 2026-09 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 300 --seed 2 \
    --out answer.txt
expect 0 a maker batch answer "$B" answer.txt
expect 0 r audit checkpoint --out old.checkpoint
expect 0 a maker batch reissue "$B"
NOW=2026-10-05T01:00:00Z
pay 2026-10 2026-10-10
expect 0 a maker batch export "$B" --out pay.xml --format pain.001.001.09
echo 'a long passphrase' >pass.txt
mkdir keys && cp ./*.pem ledger/keys/ledger.pem keys/

groups="package integrity authorisation balance bank-files completeness personal-data"

# v EXIT FILE ARGS: checks it, with JSON in out
v() {
    want=$1
    shift
    expect "$want" "$VERIFY" "$@" --json
}

# all_pass GROUP...: these are PASS, and none is FAIL
all_pass() {
    grep -q '"FAIL"' out && cat out >&2 && fail "something fails"
    for group; do
        is "$group" PASS
    done
}

basic="package integrity authorisation balance completeness"
expect 0 r audit bundle --out all.zip
v 0 all.zip
# shellcheck disable=SC2086
all_pass $basic
is bank-files "NOT CHECKED"
is personal-data "NOT CHECKED"
is size "$(field included)"
VKEY=$(field vkey)
v 0 all.zip --checkpoint old.checkpoint --vkey "$VKEY"
says checkpoint-outside
grep -q '"code":"vkey"' out && fail "a key was given"
expect 0 r audit bundle --out period.zip --period 2026-10 --checkpoint old.checkpoint
expect 0 r audit bundle --out batch.zip --batch 1
expect 0 r audit bundle --out person.zip --person \
    "$(sed -n 2p county/people.csv | cut -d, -f1)"
for name in period batch person; do
    v 0 $name.zip --vkey "$VKEY"
    # shellcheck disable=SC2086
    all_pass $basic
    is scope "$(field scope)"
done
v 0 period.zip --checkpoint old.checkpoint
says checkpoint-outside
expect 0 r audit bundle --out never.zip --period 2020-01
v 0 never.zip
says 'nothing of these months'
expect 0 a auditor audit bundle --out sealed.zip --with-personal-data \
    --reader-file pass.txt --purpose audit
v 0 sealed.zip
is personal-data "NOT CHECKED"
v 0 sealed.zip --passphrase-file pass.txt
# shellcheck disable=SC2086
all_pass $groups
echo 'another passphrase' >other.txt
v 5 sealed.zip --passphrase-file other.txt
is personal-data FAIL
says 'hardly the passphrase'

# ---- in words, and wrong command lines ----

expect 0 "$VERIFY" all.zip --lang zh
says '^PASS  *通过  *签字授权'
says '未给出外来公钥'
expect 0 "$VERIFY" all.zip --lang en
says '^PASS  *authorisation'
expect 0 "$VERIFY" --help
says passphrase-file
expect 2 "$VERIFY"
says 'no FILE.zip'
expect 2 "$VERIFY" all.zip --lang fr
says 'wrong command line: --lang'
expect 2 "$VERIFY" all.zip --vkey nonsense
expect 2 "$VERIFY" all.zip --checkpoint pass.txt
head -c 70000 /dev/zero >long
expect 2 "$VERIFY" all.zip --checkpoint long
says 'long is longer than'
expect 6 "$VERIFY" missing.zip
expect 6 "$VERIFY" --lang zh missing.zip
says '没有这个文件'
expect 3 "$VERIFY" pay.txt
expect 3 "$VERIFY" .
LANG='' LC_ALL='' expect 6 "$VERIFY" all.zip --checkpoint missing

# ---- forged ----

# forged GROUP CODE HOW [ARGS]: FAIL of this group, by this code
forged() {
    group=$1 code=$2 how=$3
    shift 3
    expect 0 $FORGE "${SOURCE:-all.zip}" bad.zip keys "$how"
    v 5 bad.zip "$@"
    is "$group" FAIL
    says "\"code\":\"$code\""
}

expect 0 $FORGE all.zip same.zip keys same
v 0 same.zip
# shellcheck disable=SC2086
all_pass $basic
forged integrity record-chain byte
forged integrity checkpoint-root byte
forged authorisation signature-root rewritten
forged balance run-totals rewritten
is integrity PASS
forged balance run-totals deleted
forged balance entitlement-chain inserted
forged balance person-order swapped
forged completeness claim truncated
forged authorisation signature signature-swapped
forged authorisation signature-used signature-replayed
forged authorisation three-people one-person
forged authorisation signer-role one-person
forged authorisation operator-twice two-names-one-key
forged authorisation signature-root fork
forged authorisation signature-size within
forged balance unknown-person far-person
forged balance record-body many-spans
forged balance postings postings
forged balance postings account-side
forged completeness claim claim
forged completeness claim claim-left-out
forged completeness policy policy
forged package bag-unknown extra-file
# What is left out where a claim says that nothing is.
forged_part() {
    expect 0 $FORGE all.zip bad.zip keys "$3" "$4"
    v 5 bad.zip --vkey "$VKEY" --checkpoint old.checkpoint
    is "$1" FAIL
    is integrity PASS
    says "\"code\":\"$2\""
}
forged_part completeness range-hole range-hole period.zip
forged_part completeness batch-missing lines-hole batch.zip
expect 0 r audit bundle --out paid.zip --person 29
forged_part completeness entitlement-chain person-hole paid.zip
forged_part authorisation batch-state approve-hole batch.zip
forged_part authorisation signature-size within-part period.zip

# A rollback: the ledger before the newest acts, with a checkpoint of its own.
expect 0 r audit checkpoint --out new.checkpoint
expect 0 $FORGE all.zip bad.zip keys truncated
v 5 bad.zip --checkpoint new.checkpoint
says '"code":"checkpoint-ahead"'
# A fork: rewritten before the outside checkpoint, signed by the ledger's own key.
expect 0 $FORGE all.zip bad.zip keys rewritten
v 5 bad.zip --checkpoint old.checkpoint
says '"code":"checkpoint-fork"'
# Another ledger's key.
v 5 all.zip --vkey "$(cat admin.vkey)"
is integrity FAIL

# Unknown things: loudly not checked, and no PASS.
for how in unknown-kind version; do
    expect 0 $FORGE all.zip bad.zip keys $how
    v 0 bad.zip
    is integrity PASS
    is authorisation "NOT CHECKED"
    is balance "NOT CHECKED"
    is completeness "NOT CHECKED"
    says 'a newer almoner-verify is needed'
done

SOURCE=sealed.zip
forged bank-files sealed sealed-swapped --passphrase-file pass.txt
forged personal-data sealed people-cut --passphrase-file pass.txt

# ---- cut and flipped: every length, a flipped bit at many places ----

size=$(stat -c %s person.zip)
python3 - "$VERIFY" person.zip "$size" <<'END' || fail "a damaged bundle"
import subprocess, sys, zipfile, io
program, path, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
good = open(path, "rb").read()
def content(data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return [(n, z.read(n)) for n in z.namelist()]
want = content(good)
def run(data):
    with open("flipped.zip", "wb") as f:
        f.write(data)
    return subprocess.run([program, "flipped.zip", "--json"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE).returncode
for n in list(range(0, size, 997)) + [size - 1]:
    if run(good[:n]) != 3:
        sys.exit("cut at %d" % n)
same = 0
for at in list(range(0, size, 131)):
    data = good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1:]
    code = run(data)
    if code == 0 and content(data) == want:
        same += 1  # another spelling of the same compressed content
    elif code not in (3, 5):
        sys.exit("flipped at %d: exit %d" % (at, code))
print("%d flips left the content as it was" % same)
END
