# Evidence bundles read by tests/independent, a verifier in Python written from docs/formats
# alone: good ones of every scope PASS, and those changed on purpose FAIL in the right group,
# as almoner-verify says, too. If this fails, the documents and the program differ.
. tests/cli/lib.sh
CHECK="python3 $TOP/tests/independent/verify.py"
TAMPER="python3 $TOP/tests/independent/tamper.py"
FORGE="python3 $TOP/tests/cli/forge_bundle.py"
: "${VERIFY:?}"
export PYTHONPYCACHEPREFIX="$TEST_DIR/pycache"
unset PYTHONDONTWRITEBYTECODE
make_sandbox
make_county 40
pay 2026-09 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 300 --seed 2 \
    --out answer.txt
expect 0 a maker batch answer "$B" answer.txt
expect 0 r audit checkpoint --out old.checkpoint
NOW=2026-09-20T01:00:00Z
expect 0 "$SIM" routes --people county/people.csv --answer answer.txt \
    --effective 2026-09-20 --out routes.csv
import routes routes.csv
expect 0 a maker batch reissue "$B"
expect 0 r backup --out backup
NOW=2026-10-05T01:00:00Z
pay 2026-10 2026-10-10
echo 'correct horse 马' >reader.txt
SECRET='--passphrase-file reader.txt'
mkdir keys
cp ./*.pem "$L/keys/ledger.pem" keys

# both CODE GROUP RESULT ZIP ARGS: by almoner-verify, and by the Python program; in out.
both() {
    want=$1 group=$2 result=$3
    shift 3
    for program in "$VERIFY" "$CHECK"; do
        expect "$want" $program "$@" --json
        [ -z "$group" ] || is "$group" "$result"
    done
}

# ---- what is good ----
good() {
    both 0 integrity PASS "$@" --checkpoint old.checkpoint
    for group in package authorisation balance completeness; do
        is $group PASS
    done
}

# bundle FILE ARGS...
bundle() {
    rm -f "$1"
    expect 0 r audit bundle --out "$@"
}

bundle all.zip
good all.zip
is bank-files 'NOT CHECKED'
is personal-data 'NOT CHECKED'
bundle x.zip --period 2020-01 # of which there is nothing
good x.zip
bundle period.zip --period 2026-10
bundle batch.zip --batch 1
bundle person.zip --person 8
for scope in period batch person; do
    good $scope.zip
done
# What a scope must have is left out, and everything else agrees with that.
for case in 'range-hole period completeness' 'lines-hole batch completeness' \
    'approve-hole person authorisation' 'person-hole person completeness'; do
    set -- $case
    expect 0 $FORGE all.zip x.zip keys "$1" "$2.zip"
    both 5 "$3" FAIL x.zip
    is package PASS
    is integrity PASS
done
says 'key 3 is not' # and not only what follows from it
# What a scope does not have is there, and everything else agrees with that.
for case in 'stray-file period' 'stray-sign period' 'stray-file batch' 'stray-sign batch' \
    'stray-file person' 'stray-start person' 'stray-grant person'; do
    set -- $case
    expect 0 $FORGE all.zip x.zip keys "$1" "$2.zip"
    both 5 completeness FAIL x.zip
    says 'not of the scope'
    is package PASS
done
for scope in '--period 2026-10' '--person 8' ''; do
    rm -f p.zip
    expect 0 a auditor audit bundle --out p.zip $scope --with-personal-data \
        --reader-file reader.txt --purpose 宝审1号
    good p.zip $SECRET
    is personal-data PASS
    [ "$scope" = '--person 8' ] || is bank-files PASS
done

# ---- what somebody changed; `forged`: with every key, all behind it made anew ----
expect 0 python3 "$TOP/tests/independent/cases.py" p.zip keys reader.txt "$VERIFY" <<'END'
package byte manifest vkey extra-file
integrity amount drop swap signatures checkpoint-root
completeness claim-sum claim-missing claim-more policy
bank-files bank-file
personal-data person-row person-missing forged-digest
authorisation forged-key forged-role forged-twice forged-root forged-subject
authorisation forged-late forged-signature-again
balance forged-drop forged-amount forged-posting forged-grant forged-total forged-result
integrity forged-time
balance forged-pay-day forged-month
END
says '^33 cases'
for case in tail truncated; do
    expect 0 $TAMPER p.zip x.zip keys reader.txt $case
    both 3 '' '' x.zip
done
expect 0 $TAMPER period.zip x.zip keys reader.txt node
both 5 integrity FAIL x.zip
# Nothing changed and all signed again is the same ledger; a checkpoint kept outside, a
# foreign key and another passphrase are held against it.
expect 0 $TAMPER p.zip x.zip keys reader.txt forged-nothing
good x.zip
expect 0 $TAMPER p.zip x.zip keys reader.txt forged-total
expect 0 r audit checkpoint --out new.checkpoint
both 5 integrity FAIL x.zip --checkpoint new.checkpoint
both 5 integrity FAIL period.zip --vkey "$(cat maker.vkey)"
echo 'wrong horse 马' >wrong.txt
expect 5 $CHECK p.zip --passphrase-file wrong.txt --json
is personal-data FAIL
expect 2 $CHECK p.zip --vkey nonsense
expect 6 $CHECK missing.zip

# ---- a checkpoint of records that a restore lost ----
mkdir vault && cp ledger/keys/vault.key vault
mv ledger gone
# restored NAME ARGS...: from the backup; NAME.zip is the bundle of all.
restored() {
    name=$1
    shift
    rm -rf ledger
    expect 0 "$ALMONER" restore backup ledger --key-dir vault --now "$NOW" --as admin \
        --key admin.pem "$@"
    bundle "$name.zip"
}
restored named --checkpoint new.checkpoint
good named.zip # the old one is of what was kept
both 0 integrity 'NOT CHECKED' named.zip --checkpoint new.checkpoint
restored quiet --no-checkpoint
good quiet.zip
both 5 integrity FAIL quiet.zip --checkpoint new.checkpoint
