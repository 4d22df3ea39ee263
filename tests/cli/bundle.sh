# Evidence bundles of every scope, read by a Python program that knows the format alone:
# container, bag, tree, chain, every claim, and what is sealed. If this fails, an auditor
# can check nothing without us.
. tests/cli/lib.sh
CHECK="python3 $TOP/tests/cli/bundle.py"
make_sandbox
make_county 120

pay 2026-09 2026-09-10
FIRST=$B
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 300 --seed 2 \
    --out answer.txt
expect 0 a maker batch answer "$B" answer.txt
expect 0 r audit checkpoint --out old.checkpoint
NOW=2026-09-20T01:00:00Z
expect 0 "$SIM" routes --people county/people.csv --answer answer.txt \
    --effective 2026-09-20 --out routes.csv
import routes routes.csv
expect 0 a maker batch reissue "$B"
NOW=2026-10-05T01:00:00Z
pay 2026-10 2026-10-10
NOW=2026-11-05T01:00:00Z
pay 2026-11 2026-11-10

# bundle NAME ARGS: made twice with the same bytes, good for unzip, sha256sum and Python.
bundle() {
    name=$1
    shift
    expect 0 r audit bundle --out "$name.zip" "$@" --json
    is already_there false
    cp out "$name.json"
    expect 0 r audit bundle --out "$name-again.zip" "$@"
    cmp "$name.zip" "$name-again.zip" || fail "$name: made again, it is another file"
    expect 0 unzip -tq "$name.zip"
    rm -rf x
    expect 0 unzip -q "$name.zip" -d x
    (cd x/almoner-bundle && sha256sum -c --strict --quiet manifest-sha256.txt \
        tagmanifest-sha256.txt) || fail "$name: sha256sum finds differences"
    expect 0 $CHECK "$name.zip"
    cp out "$name.out"
    [ ! -e "$name.zip.part" ] || fail "a part is left"
}

bundle all
cp all.json out
is left_out 0
is batches 3
grep -q '^范围 / scope' x/almoner-bundle/data/index.txt || fail "no index"
grep -q '已结清\|已导出' x/almoner-bundle/data/index.txt || fail "no states in the index"
grep -q ' 2026-09 ' x/almoner-bundle/data/claims.txt || fail "no claims"
bundle all-old --checkpoint old.checkpoint
cmp old.checkpoint x/almoner-bundle/data/checkpoints/*.txt || fail "another checkpoint"

bundle period --period 2026-10
grep -q '^node ' x/almoner-bundle/data/tree.txt || fail "nothing is left out"
grep -q ' 2026-09 ' x/almoner-bundle/data/claims.txt && fail "another month is claimed"
bundle periods --period 2026-09..2026-11 --checkpoint old.checkpoint
bundle nothing --period 2020-01
grep -q '^range 0 0$' x/almoner-bundle/data/claims.txt || fail "a range of nothing"
bundle batch --batch "$FIRST" --checkpoint old.checkpoint
cp batch.json out
is batches 1
[ "$(grep -c '^batch ' x/almoner-bundle/data/claims.txt)" = 1 ] || fail "not one batch"

# Somebody who was paid, and what is claimed of them is what the ledger shows.
PERSON=$(cut -d' ' -f4 batch.out)
bundle person --person "$PERSON"
grep -q "^person $PERSON\$" x/almoner-bundle/data/claims.txt || fail "no person"
grep -q '^paid ' x/almoner-bundle/data/claims.txt || fail "nothing paid is claimed"

# What is no scope, no checkpoint of ours, no place for it.
expect 2 r audit bundle --out x.zip --batch 1 --person 1
code one-of
expect 4 r audit bundle --out x.zip --batch 99
code unknown-batch
expect 4 r audit bundle --out x.zip --person 999999
code unknown-person
expect 4 r audit bundle --out all.zip --batch 1
code exists
expect 0 r audit bundle --out all.zip --json
is already_there true
sed 's/^[0-9][0-9]*$/7/' old.checkpoint >forged.checkpoint
expect 5 r audit bundle --out x.zip --checkpoint forged.checkpoint
[ ! -e x.zip ] && [ ! -e x.zip.part ] || fail "a refused bundle left a file"

# Personal data: only with a reason on record, and only for who knows the passphrase.
echo 'correct horse 马' >reader.txt
printf 'short\n' >short.txt
expect 2 r audit bundle --out p.zip --with-personal-data --purpose x
expect 2 r audit bundle --out p.zip --reader-file reader.txt
expect 3 a auditor audit bundle --out p.zip --with-personal-data --purpose x \
    --reader-file short.txt
expect 2 r audit bundle --out p.zip --with-personal-data --purpose 审计 \
    --reader-file reader.txt
SECRET="--with-personal-data --reader-file reader.txt --purpose 宝审1号"
for scope in "" "--period 2026-10" "--batch $FIRST" "--person $PERSON"; do
    rm -f p.zip
    expect 0 a auditor audit bundle --out p.zip $SECRET $scope --json
    is personal_data true
    is missing 0
    cp out p.json
    expect 0 $CHECK p.zip --passphrase-file reader.txt
    [ "$(tail -1 out | cut -d' ' -f1)" = "$(cp p.json out && field people)" ] ||
        fail "$scope: not all rows"
    last=$(($(field size) - 1))
    expect 0 r audit record "$last"
    is kind reveal
    says 宝审1号
done
echo 'wrong horse 马' >wrong.txt
expect 1 $CHECK p.zip --passphrase-file wrong.txt
expect 4 a auditor audit bundle --out p.zip $SECRET
code exists
# Nothing personal is in clear in any of them.
name=$(awk -F, 'NR == 2 { print $2 }' county/people.csv)
for zip in all.zip p.zip; do
    rm -rf x && expect 0 unzip -q "$zip" -d x
    ! grep -rqF "$name" x || fail "$name is in $zip"
done
verified

# On a stick (FAT) a file has one name, on the network a rename may not look first.
cat >names.c <<'END'
#include <errno.h>
#include <stdlib.h>
#include <string.h>
extern void *dlsym(void *, const char *);
static int lacks(const char *what) { return strcmp(getenv("LACKS"), what) == 0; }
int link(const char *from, const char *to)
{
    int (*next)(const char *, const char *);
    *(void **)&next = dlsym((void *)-1L, "link");
    errno = EPERM;
    return lacks("links") ? -1 : next(from, to);
}
int renameat2(int a, const char *from, int b, const char *to, unsigned how)
{
    int (*next)(int, const char *, int, const char *, unsigned);
    *(void **)&next = dlsym((void *)-1L, "renameat2");
    errno = EINVAL;
    return lacks("renames") ? -1 : next(a, from, b, to, how);
}
END
if [ "${VARIANT:-release}" != release ] || ! ${CC:-cc} -shared -fPIC -o names.so names.c -ldl; then
    echo 'not tried: file systems that lack something'
    exit 0
fi
for LACKS in links renames; do
    export LACKS
    for want in 0 0 4; do # new, there already, another of the name
        [ $want = 0 ] || printf x >$LACKS.zip
        expect $want env LD_PRELOAD="$TEST_DIR/names.so" "$ALMONER" -C "$L" --now "$NOW" \
            audit bundle --out $LACKS.zip --batch "$FIRST"
        [ ! -e $LACKS.zip.part ] || fail "a part is left where there are no $LACKS"
    done
    [ "$(cat $LACKS.zip)" = x ] || fail "written over, where there are no $LACKS"
done
