# With --json exactly one object comes out on stdout, whatever happens: with schema, and
# after a failure with code, message, where and hint. Without it errors are one line on
# stderr with the same code.
# If this fails, a script that reads the output breaks just when something went wrong.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'

cat >one_object.py <<'PY'
import json, sys
text = open("out", encoding="utf-8").read()
top, end = json.JSONDecoder().raw_decode(text)
assert text[end:] == "\n", "more than one object"
assert top["schema"].startswith("almoner."), "no schema"
if sys.argv[1] == "error":
    for field in ("code", "message", "where", "hint"):
        assert isinstance(top[field], str), field
    assert top["code"] == sys.argv[2], top["code"]
    assert top["message"], "no message"
else:
    assert "code" not in top, top
    assert top["schema"] == sys.argv[2], top["schema"]
for want in sys.argv[3:]:
    name, value = want.split("=", 1)
    got = top
    for part in name.split("."):
        got = got[int(part)] if part.isdigit() else got[part]
    assert json.dumps(got, ensure_ascii=False) == value, (want, got)
PY

# bad EXIT CODE COMMAND...: fails so, with one object
bad() {
    want_exit=$1 want_code=$2
    shift 2
    expect "$want_exit" "$@" --json
    python3 one_object.py error "$want_code" || fail "$*"
    ! grep -v '^almoner: warning' err || fail "stderr is not for scripts: $*"
    expect "$want_exit" "$@"
    says "^almoner: error $want_code: "
}

# good SCHEMA [FIELD=VALUE...] -- COMMAND...
good() {
    wanted=
    schema=$1
    shift
    while [ "$1" != -- ]; do
        wanted="$wanted $1"
        shift
    done
    shift
    expect 0 "$@" --json
    # shellcheck disable=SC2086
    python3 one_object.py ok "$schema" $wanted || fail "$*"
}

bad 2 unknown-command "$ALMONER" frob
bad 2 no-command "$ALMONER" --lang en
bad 2 unknown-option "$ALMONER" status --frob
bad 6 no-ledger "$ALMONER" -C nowhere status
bad 6 no-ledger "$ALMONER" -C nowhere audit verify
bad 3 no-such-file "$ALMONER" policy check nowhere.yaml
printf 'almoner-policy: 2\n' >wrong.yaml
expect 3 "$ALMONER" policy check wrong.yaml --json
python3 one_object.py error "$(field code)" || fail 'policy check'

make_sandbox
good almoner.status/1 last_checkpoint=null open_batches=0 sandbox=true -- r status
good almoner.operators/1 'operators.0.roles="admin"' -- r operator list
good almoner.channels/1 -- r channel list
good almoner.policies/1 'policies.0.state="confirmed"' -- r policy list
good almoner.policy/1 number=1 'state="confirmed"' -- r policy show 1
good almoner.formats/1 -- "$ALMONER" format list
good almoner.record/1 sequence=0 'kind="genesis"' act=0 -- r audit record 0
bad 4 unknown-record r audit record 9999
bad 4 unknown-batch r batch show 1
bad 4 unknown-import a checker import confirm 1
bad 7 role a maker import confirm 1
bad 7 other-key "$ALMONER" -C "$L" --now "$NOW" --as checker --key maker.pem run \
    --period 2026-09
expect 7 "$ALMONER" -C "$L" --now "$NOW" --as checker --key maker.pem import confirm 1
code other-key

# A refused file: the command's own object, with the rows and the error in it.
cat >rows.csv <<'CSV'
id_number,name,registration,registration_since
230523193603136670,王明,230523,original
230523193603136678,李华,230523,2024-02-30
CSV
expect 3 a maker import people rows.csv --json
python3 one_object.py error rows-rejected 'schema="almoner.import/1"' rows=2 accepted=0 \
    'rejected.0.code="id-check-digit"' rejected.0.line=2 rejected.0.column=1 \
    'rejected.0.value="230523193603136670"' rejected.1.line=3 || fail 'rejected rows'
expect 3 a maker import people rows.csv
says '^almoner: error rows-rejected: rows.csv'
says 'check digit'
expect 3 a maker import people rows.csv --quiet
says 'check digit'
bad 3 no-such-file a maker import people nowhere.csv
bad 3 is-a-folder a maker import people .

# The main objects have what CLI.md promises.
make_county 40
pay 2026-09 2026-09-20
good almoner.run/1 records=0 regular_fen=0 set_off_fen=0 -- a maker run --period 2026-09
good almoner.run/1 records=0 -- r run --period 2026-09 --dry-run
good almoner.batch/1 number=1 'state="exported"' 'signatures.0.role="maker"' \
    'signatures.1.operator="checker"' -- r batch show 1
good almoner.batch/1 copy=true -- a maker batch export 1 --out again.txt
cmp -s pay.txt again.txt || fail 'exported again, other bytes'
# Another format: a second file of the same payments.
good almoner.batch/1 copy=false 'other_exports=["pipe-trailer"]' -- a maker batch export 1 \
    --out second.xml --format pain.001.001.09
expect 0 a maker batch export 1 --out third.txt
says 'the same payments were exported as pain.001.001.09'
good almoner.batches/1 'batches.0.number=1' -- r batch list
expect 0 r batch list
says '^  *1 .* psbc '
good almoner.person/1 number=1 revealed=false -- r person show 1
good almoner.explain/1 'period="2026-09"' 'programme="old-age"' -- r explain 1 \
    --period 2026-09 --programme old-age
good almoner.summary/1 -- r report summary
good almoner.reconcile/1 differences=0 -- r report reconcile
good almoner.imports/1 'imports.0.kind="people"' 'imports.0.confirmed_by="checker"' -- \
    r import list
expect 0 r import list
says '^  *1 .* maker  *checker'
good almoner.checkpoint/1 -- r audit checkpoint --out checkpoint
good almoner.record/1 sequence=3 'file="3.cbor"' -- r audit record 3 --out 3.cbor
bad 4 unknown-programme r explain 1 --period 2026-09 --programme frob
bad 4 unknown-person r person show 999999
bad 3 id-check-digit r person show 230523193603136670
bad 4 nothing-due a maker batch new --channel psbc --pay-date 2026-09-20
bad 4 unknown-programme a maker batch new --channel psbc --pay-date 2026-09-20 \
    --programme old-gae
says 'did you mean old-age'
bad 2 bad-option a maker batch new --channel psbc --pay-date 2026-09-20 --programme 'Old age'
bad 4 unknown-channel a maker batch new --channel none --pay-date 2026-09-20
bad 4 ahead a maker run --period 2026-12
bad 4 not-pending a checker policy confirm 1
verified

# A store that was cut off ends in SIGBUS below us: said as damage, in the same form.
cp -r "$L" cut
truncate -s 20480 cut/data.mdb
bad 5 store-damaged "$ALMONER" -C cut report summary
expect 5 "$ALMONER" -C cut audit verify --json
is schema almoner.verify/1
is integrity FAIL
[ -n "$(field where)" ] || fail 'it is not said where'
# The second fold is made where temporary files belong, not in the folder one stands in.
mkdir scratch here
if [ "$(id -u)" -ne 0 ]; then
    chmod 555 here
fi
(cd here && TMPDIR=$TEST_DIR/scratch "$ALMONER" -C "$L" audit verify >/dev/null) ||
    fail 'audit verify in a folder that cannot be written to'
expect 6 env TMPDIR="$TEST_DIR/none" "$ALMONER" -C "$L" audit verify
