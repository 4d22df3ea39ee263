# The ledger's own key is replaced, by two admins in a live ledger; what the old one signed
# holds, and a store put back to before is noticed. If this fails, a stolen key signs on.
. tests/cli/lib.sh
make_sandbox
expect 0 r audit checkpoint --out old.checkpoint --json
old_vkey=$(field vkey)
cp "$L/data.mdb" before.mdb
cp "$L/head" before.head
expect 7 a maker ledger-key rotate
code role
expect 0 a admin ledger-key rotate --json
is number 2
is state 'in force'
vkey=$(field vkey)
expect 0 r status --json
is vkey "$vkey"
expect 0 r audit checkpoint --out new.checkpoint
cmp -s old.checkpoint new.checkpoint && fail 'the same checkpoint'
verified_chain() {
    expect 0 r audit verify --json
    is integrity PASS
    is completeness PASS
    is authorisation PASS
}
verified_chain
# A crash between the commit and the head file: only heads by the old key are there.
cp "$L/head" after.head
cp before.head "$L/head"
verified_chain
cp after.head "$L/head"
# The store put back to before the new key.
cp "$L/data.mdb" after.mdb
cp before.mdb "$L/data.mdb"
expect 5 r status
code head-file
cp after.mdb "$L/data.mdb"
# The old private key is not needed any more, the new one is.
rm "$L/keys/ledger.pem"
expect 0 a admin operator add late --vkey "$(
    "$ALMONER" keygen late --key-out late.pem --no-passphrase 2>/dev/null)" --role maker
new=$(ls "$L"/keys/ledger-*.pem)
mv "$new" new.pem
expect 6 a maker run --period 2026-09
code no-such-file
mv new.pem "$new"
expect 0 r ledger-key list
says replaced
verified_chain
# What the old key signed is good for what it was signed for.
expect 0 r audit verify --hashes-only --checkpoint old.checkpoint --json
is checkpoint_contained true
expect 0 r audit prove --from old.checkpoint --out growth
expect 0 "$ALMONER" audit check-proof growth --old-checkpoint old.checkpoint \
    --vkey "$vkey" --old-vkey "$old_vkey"
evidence
expect 0 r audit bundle --out old.zip --checkpoint old.checkpoint
expect 0 "$VERIFY" old.zip --vkey "$old_vkey" --checkpoint old.checkpoint --json
is integrity PASS
says vkey-old
# A witness learns the new key, and goes on from what it saw.
make_key audit
expect 0 "$ALMONER" audit witness init watch --name audit --key audit.pem
expect 0 "$ALMONER" audit witness enrol watch --vkey "$old_vkey" \
    --checkpoint old.checkpoint --key audit.pem
cosign() {
    "$ALMONER" audit witness cosign growth --state watch --key audit.pem --out cosigned
}
expect 5 cosign
code other-key
expect 0 "$ALMONER" audit witness enrol watch --vkey "$vkey" --checkpoint new.checkpoint \
    --key audit.pem
expect 0 cosign

# ---- the admin signs on another machine: the key that was asked for is the one made ----
elsewhere() { # elsewhere ARGS...: by request and signature
    expect 0 "$ALMONER" --now "$NOW" --as admin "$@" --request act.req
    ! grep '^act.*其他' act.req || fail 'an act has no name in Chinese'
    expect 0 "$ALMONER" sign act.req --as admin --key admin.pem --out act.sig --now "$NOW" \
        --yes
    expect 0 "$ALMONER" --now "$NOW" --as admin "$@" --signature act.sig --json
    rm act.req act.sig
}
elsewhere -C "$L" ledger-key rotate
is number 3
is state 'in force'
[ ! -e "$L/keys/ledger-next.pem" ] || fail 'a key is left over'
verified_chain
expect 0 r audit checkpoint --out now
expect 0 r backup --out backup
elsewhere restore backup back --key-dir "$L/keys" --checkpoint now
is epoch 2
expect 0 "$ALMONER" -C back --now "$NOW" audit verify
[ "$(ls "$L"/keys | wc -l)" = 4 ] || fail "the keys are: $(ls "$L"/keys)"
# What a crash leaves behind is no key of the next time.
cp "$(ls -t "$L"/keys/ledger-*.pem | head -1)" "$L/keys/ledger-next.pem"
expect 0 "$ALMONER" -C back --now "$NOW" --as admin --key admin.pem ledger-key rotate --json
is number 5
expect 0 "$ALMONER" -C back --now "$NOW" audit verify

# ---- a live ledger: the second admin confirms ----
printf 'open sesame\n' >phrase
for name in zhao qian; do
    expect 0 "$ALMONER" keygen $name --key-out $name.pem --passphrase-file phrase --json
    field vkey >$name.vkey
done
expect 0 "$ALMONER" init live --division 230523 --name N --admin zhao \
    --admin-vkey "$(cat zhao.vkey)" --admin qian --admin-vkey "$(cat qian.vkey)"
live() {
    who=$1
    shift
    "$ALMONER" -C live --as "$who" --key "$who.pem" --passphrase-file phrase "$@"
}
expect 0 live zhao ledger-key rotate
says pending
expect 0 "$ALMONER" -C live status
says 'ledger-key confirm 2'
expect 0 "$ALMONER" -C live audit checkpoint --out live.checkpoint
expect 7 live zhao ledger-key confirm 2
code same-operator
expect 0 live qian ledger-key confirm 2
says 'in force'
expect 4 live qian ledger-key confirm 2
code not-pending
expect 0 "$ALMONER" -C live audit verify
# A second key, proposed twice: only the newest counts.
expect 0 live zhao ledger-key rotate
expect 0 live zhao ledger-key rotate
expect 4 live qian ledger-key confirm 3
code ledger-key-old
expect 0 live qian ledger-key confirm 4
# The backup of a live ledger, restored by one admin; its vault opens with the escrow key.
expect 0 "$ALMONER" -C live backup --out live.backup
expect 0 "$ALMONER" -C live vault escrow --out live.escrow --passphrase-file phrase
expect 0 "$ALMONER" vault recover live.escrow --key-dir keys --passphrase-file phrase
expect 0 "$ALMONER" restore live.backup live2 --key-dir keys --checkpoint live.checkpoint \
    --as qian --key qian.pem --passphrase-file phrase --json
is epoch 2
is origin almoner/230523/main/e2
is lost_records 0
expect 0 "$ALMONER" -C live2 audit verify
# A signature for the old epoch's record is no signature in the new one.
expect 0 "$ALMONER" -C live2 ledger-key list
says 'e2'
