# Nobody is paid twice after a disaster: a backup made before an export is restored, the
# epoch changes, nothing leaves the house until the bank's files are taken in, and the
# next month pays what is due and no more. If this fails, a county pays a month twice.
. tests/cli/lib.sh
make_sandbox
make_county 40
expect 0 r vault escrow --out vault.escrow --passphrase-file "$TOP/tests/cli/lib.sh"
[ "$(stat -c %a vault.escrow)" = 600 ] || fail 'others can read the escrow copy'
expect 4 r vault escrow --out vault.escrow --passphrase-file "$TOP/tests/cli/lib.sh"
code exists

# ---- a month is paid; the backup knows the batch as a draft ----
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --json
B=$(field number)
expect 0 a maker batch drop "$B" --line 1 --reason 8日通报死亡 # it counts no more, and is due
expect 0 r audit checkpoint --out kept --json
old_vkey=$(field vkey)
expect 0 r backup --out backup --json
is schema almoner.backup/1
(cd backup && sha256sum -c --quiet manifest-sha256.txt) || fail 'the manifest is wrong'
[ "$(ls backup | sort | tr '\n' ' ')" = 'checkpoint data.mdb head manifest-sha256.txt ' ] ||
    fail "the backup holds: $(ls backup)"
expect 4 r backup --out backup
code exists
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 0 a maker batch export "$B" --out pay1.txt
expect 0 "$SIM" bank --file pay1.txt --format pipe-trailer --returns 3000 --seed 1 --out ans1.txt
expect 0 a maker batch answer "$B" ans1.txt
# and a second batch, of which the backup knows nothing: what came back, sent again
expect 0 a maker batch reissue "$B"
expect 0 a maker batch new --channel psbc --pay-date 2026-09-20 --json
lost=$(field number)
for step in 'maker batch submit' 'checker batch approve' 'releaser batch release'; do
    expect 0 a $step "$lost"
done
expect 0 a maker batch export "$lost" --out pay2.txt
grep -q "SE1B00000${lost}L" pay2.txt || fail 'no ids of epoch 1 in the second file'
expect 0 r audit checkpoint --out outside
expect 0 "$SIM" bank --file pay2.txt --format pipe-trailer --returns 0 --seed 2 --out ans2.txt
size=$(sed -n 2p outside)

# ---- disaster: ledger and keys are gone ----
mv ledger gone
restore() {
    "$ALMONER" restore "$@" --now "$NOW" --as admin --key admin.pem
}
expect 2 restore backup ledger --key-dir keys
code checkpoint
expect 6 restore backup ledger --key-dir keys --checkpoint outside
code no-such-file
expect 7 "$ALMONER" vault recover vault.escrow --key-dir keys --passphrase-file maker.vkey
code passphrase
expect 0 "$ALMONER" vault recover vault.escrow --key-dir keys \
    --passphrase-file "$TOP/tests/cli/lib.sh"
cmp keys/vault.key gone/keys/vault.key || fail 'another key was recovered'
expect 4 "$ALMONER" vault recover vault.escrow --key-dir keys \
    --passphrase-file "$TOP/tests/cli/lib.sh"
code exists
# wrong keys; a person who is no admin; a checkpoint of another ledger
mkdir wrong && head -c 32 /dev/zero >wrong/vault.key
expect 7 restore backup ledger --key-dir wrong --checkpoint outside
code vault-key
expect 7 "$ALMONER" restore backup ledger --key-dir keys --checkpoint outside \
    --now "$NOW" --as maker --key maker.pem
code role
expect 0 "$ALMONER" init other --division 230523 --name O --sandbox --admin admin \
    --admin-vkey "$(cat admin.vkey)" --now "$NOW"
expect 0 "$ALMONER" -C other audit checkpoint --out other.checkpoint --now "$NOW"
expect 5 restore backup ledger --key-dir keys --checkpoint other.checkpoint
expect 0 "$ALMONER" -C other backup --out other.backup --now "$NOW"
expect 5 restore other.backup ledger --key-dir keys --checkpoint outside
# a bit flipped in each file of the backup, at several places
for name in data.mdb head checkpoint manifest-sha256.txt; do
    for part in 3 5 7; do
        cp -r backup flipped
        python3 - flipped/$name $part <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) * int(sys.argv[2]) // 9] ^= 4
open(sys.argv[1], "wb").write(data)
PY
        expect 5 restore flipped ledger --key-dir keys --checkpoint outside
        code backup-damaged
        rm -rf flipped
    done
done
[ ! -e ledger ] && [ ! -e ledger.part ] || fail 'a refused restore left something'

expect 0 restore backup ledger --key-dir keys --checkpoint outside --json
is epoch 2
is origin almoner/230523/main/sandbox/e2
is differing_rows 0
before=$(field size)
is lost_records $((size - before))
expect 4 restore backup ledger --key-dir keys --checkpoint outside
code exists
expect 0 r ledger-key list
says 'in force'
expect 0 r audit verify
says "records $before to $((size - 1)) were lost"
expect 0 r status
says 'restore take-in'
! grep -q 'batch \(release\|export\)' out || fail 'what is locked is offered'

# A restore or a backup that is killed leaves nothing under its name, or all of it.
killed() { # killed SECONDS ARGS...
    (timeout -s KILL "$1" "$ALMONER" "${@:2}" >out 2>err) 2>/dev/null
}
mv ledger restored
for t in 0.004 0.008 0.012 0.02 0.03 0.05 0.08; do
    killed "$t" restore backup ledger --key-dir keys --checkpoint outside \
        --now "$NOW" --as admin --key admin.pem
    if [ -e ledger ]; then
        verified
        rm -rf ledger
    fi
    killed "$t" -C restored --now "$NOW" backup --out half
    if [ -e half ]; then
        (cd half && sha256sum -c --quiet manifest-sha256.txt) || fail 'half a backup'
        rm -r half
    fi
done
expect 0 "$ALMONER" -C restored --now "$NOW" backup --out half
expect 0 restore backup ledger --key-dir keys --checkpoint outside
verified
rm -rf ledger half
# The folder of a ledger itself, whose own key is lost: nothing of it is.
expect 0 restore restored ledger --key-dir keys --no-checkpoint --json
is lost_records 0
is epoch 3
is origin almoner/230523/main/sandbox/e3
rm -rf ledger
mv restored ledger

# ---- nothing leaves the house ----
NOW=2026-09-21T01:00:00Z
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 4 a releaser batch release "$B"
code restore-locked
expect 4 a checker restore settle
code not-stated
# Who signs is shown what stands; and what comes in later undoes the statement.
expect 0 a releaser restore settle --document early --json
is locked true
says '"taken_in":\[\]'
says "\"standing\":\[{\"batch\":$B,\"state\":\"approved\""
expect 7 a maker restore settle --json
says 'with --document NO'
! grep -q taken_in out || fail 'a refusal shows what was not signed'
# ---- what the bank has: the first file is the draft's ----
{ head -c 200 pay1.txt && printf X && tail -c +202 pay1.txt; } >changed.txt
expect 4 a maker restore take-in changed.txt
code file-differs
expect 3 a maker restore take-in county/people.csv
code no-ids
expect 7 a checker restore take-in pay1.txt
code role
expect 0 a maker restore take-in pay1.txt --json
is number "$B"
is state exported
expect 4 a checker restore settle
code not-stated
expect 0 a maker restore take-in pay1.txt
says 'known'
expect 0 a maker batch export "$B" --out again.txt
cmp pay1.txt again.txt || fail 'the batch gives another file'
expect 0 a maker batch answer "$B" ans1.txt
# ---- the second file is of a batch nobody knows: made anew, it is the same ----
expect 4 a maker restore take-in pay2.txt
code lost-batch
says "batch $lost of epoch 1"
expect 0 a maker batch reissue "$B"
expect 0 a maker batch new --channel psbc --pay-date 2026-09-21 --json
wrong=$(field number)
expect 4 a maker restore take-in pay1.txt --batch "$wrong"
code file-differs
expect 0 a maker restore take-in pay2.txt --batch "$wrong"
expect 4 a maker restore take-in pay1.txt --batch "$wrong"
code file-differs
expect 0 a maker batch answer "$wrong" ans2.txt
# ---- two people sign that this is all ----
expect 7 a maker restore settle --document 42
code role
expect 0 a releaser restore settle --document 对账单-42
says 'restore settle'
says "^ *$B  *pipe-trailer .* maker "
says "^ *$wrong  *pipe-trailer .* maker "
expect 7 a releaser restore settle
code role
expect 0 a admin operator add between --vkey "$(
    "$ALMONER" keygen between --key-out between.pem --no-passphrase 2>/dev/null)" \
    --role maker
expect 0 a checker restore settle --json
is locked false
python3 - out "$B" "$wrong" "$(sha256sum pay1.txt pay2.txt | cut -c 1-64 | tr '\n' ' ')" <<'PY'
import json, sys
o = json.load(open(sys.argv[1]))
assert [f["batch"] for f in o["taken_in"]] == [int(sys.argv[2]), int(sys.argv[3])], o
assert [f["sha256"] for f in o["taken_in"]] == sys.argv[4].split(), o
assert all(f["operator"] == "maker" and f["total_fen"] > 0 for f in o["taken_in"]), o
assert o["standing"] == [] and o["stated"]["operator"] == "releaser", o
assert o["stated"]["document"] == "对账单-42", o
PY
[ $? = 0 ] || fail 'the second sees something else than what was taken in'
expect 4 a checker restore settle
code not-locked
verified

# Both files and answers, read by nobody's code but awk: each account has September once,
# and no less than that.
LC_ALL=C awk -F'|' '
    FILENAME == "pay1.txt" && NF == 6 { want[$2] += $4 }
    FILENAME == "pay2.txt" && NF == 6 && !($2 in want) { want[$2] = $4 } # was dropped
    FILENAME ~ /^ans/ && NF == 6 && $5 == "0000" { got[$2] += $4 }
    END {
        for (account in want) {
            people++
            if (got[account] != want[account]) { print account, got[account]; bad = 1 }
        }
        for (account in got) { if (!(account in want)) { print account; bad = 1 } }
        exit bad || people < 20
    }' pay1.txt pay2.txt ans1.txt ans2.txt || fail 'an account has not what it is due'

# ---- the next month is paid as ever, with ids of the new epoch ----
NOW=2026-10-02T01:00:00Z
pay 2026-10 2026-10-10
grep -q "SE2B0000" pay.txt || fail 'ids of the old epoch'
tr -d '\r' <pay.txt | LC_ALL=C awk -F'|' 'NF == 6 && $6 != "2026-10" { exit 1 }' ||
    fail 'a month was paid again'
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 3 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
expect 0 a maker run --period 2026-10
expect 4 a maker batch new --channel psbc --pay-date 2026-10-11
code nothing-due
verified
evidence
vkey=$(field vkey)

# ---- the audit office: what it has of the old epoch ----
kept=backup/checkpoint # all of it is left
expect 0 r audit verify --hashes-only --checkpoint $kept --json
is checkpoint_contained true
expect 0 r audit verify --hashes-only --checkpoint outside --json
is integrity PASS
is checkpoint_contained false
is checkpoint_lost_from "$before"
expect 0 r audit verify --hashes-only --checkpoint outside
says "from record $before on was lost"
expect 0 r audit prove --from $kept --out growth --json
is vkey "$vkey"
expect 0 "$ALMONER" audit check-proof growth --old-checkpoint $kept --vkey "$vkey" \
    --old-vkey "$old_vkey"
expect 5 "$ALMONER" audit check-proof growth --old-checkpoint $kept --vkey "$vkey"
expect 4 r audit prove --from outside --out no
code lost
# The checkpoint kept before the restore covers record 3, but its key is gone.
expect 0 r audit record 3 --out 3.cbor
expect 0 r audit prove 3 --out 3.proof --json
is vkey "$vkey"
expect 0 "$ALMONER" audit check-proof 3.proof --record 3.cbor --vkey "$vkey"
expect 0 r audit prove 3 --checkpoint kept --out 3.proof --json
is vkey "$old_vkey"
expect 0 "$ALMONER" audit check-proof 3.proof --record 3.cbor --vkey "$old_vkey"
expect 4 r audit bundle --out no --checkpoint outside
code lost
expect 0 r audit bundle --out old.zip --checkpoint $kept --period 2026-10
expect 0 "$VERIFY" old.zip --vkey "$old_vkey" --checkpoint outside --json
is integrity "NOT CHECKED"
says checkpoint-lost
expect 0 "$VERIFY" old.zip --vkey "$vkey" --checkpoint $kept --json
is integrity PASS
says checkpoint-outside
# A witness that saw the lost records does not go on as if nothing had been.
make_key audit
expect 0 "$ALMONER" audit witness init watch --name audit --key audit.pem
wvkey=$(cat out)
expect 0 "$ALMONER" audit witness enrol watch --vkey "$old_vkey" --checkpoint outside \
    --key audit.pem
expect 3 "$ALMONER" audit witness cosign growth --state watch --key audit.pem --out no
code witness-origin
says 'after a restore'
expect 0 r audit checkpoint --out now
expect 0 "$ALMONER" audit witness enrol watch --vkey "$vkey" --checkpoint now --key audit.pem
expect 0 r audit prove --from now --out request
expect 0 "$ALMONER" audit witness cosign request --state watch --key audit.pem --out cosigned
expect 0 a admin witness add audit --vkey "$wvkey"
expect 0 a maker audit witness attach cosigned
expect 4 a maker audit witness attach $kept
code earlier-epoch
[ ! -e no ] || fail 'a refused command left a file'
expect 0 r audit checkpoint --out now
# Restored again: only the newest epoch says what is lost now.
expect 0 r backup --out backup2
expect 4 restore backup2 third --key-dir keys --checkpoint outside
code earlier-epoch
expect 4 restore backup third --key-dir keys --checkpoint now
code later-epoch
expect 0 restore backup2 third --key-dir keys --checkpoint now --json
is origin almoner/230523/main/sandbox/e3
expect 0 "$ALMONER" -C third --now "$NOW" audit verify --hashes-only --checkpoint outside \
    --json
is checkpoint_lost_from "$before"
expect 0 "$ALMONER" -C third --now "$NOW" audit verify --hashes-only --checkpoint now --json
is checkpoint_contained true
# Who hides what somebody outside knows of is found by that, in the ledger and without it.
expect 0 restore backup quiet --key-dir keys --no-checkpoint
expect 5 "$ALMONER" -C quiet --now "$NOW" audit verify --hashes-only --checkpoint outside \
    --json
is integrity FAIL
says 'does not name them'
expect 5 "$ALMONER" -C quiet --now "$NOW" audit prove --from outside --out no
code lost-unnamed
PERSONAL=no evidence quiet
expect 5 "$VERIFY" evidence.zip --checkpoint outside --json
is integrity FAIL
says checkpoint-lost
