# Incremental backups: every segment holds what is new, the row that was changed and the
# one that went, and put together they are the ledger. If this fails, a county finds out
# after a fire that its nightly backups do not fit together.
. tests/cli/lib.sh
make_sandbox
expect 0 r backup --segments seg --json
is segment 1
is full true
make_county 40
expect 0 r backup --segments seg --json
is segment 2
is full false
expect 0 r backup --segments seg
says 'nothing is new'
pay 2026-09 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
expect 0 r backup --segments seg --json
is segment 3
# A person's row changes: only it goes into the next segment, and what a void takes from
# the look-up goes too.
printf 'id_number,attribute,value,effective\n' >facts.csv
awk -F, 'NR == 2 { print $1 ",address,新村一号,2026-09-01" }' county/people.csv >>facts.csv
import facts facts.csv
expect 0 r backup --segments seg --json
is segment 4
[ "$(field rows)" -le 6 ] || fail "$(field rows) rows for one fact"
expect 0 r status --json
size=$(field size)
restore() {
    "$ALMONER" restore "$1" back --key-dir "$L/keys" --no-checkpoint --now "$NOW" \
        --as admin --key admin.pem --json
}
same_vault() { # the rows of the vault, as the two backups have them
    expect 0 "$ALMONER" -C back --now "$NOW" audit verify --json
    for verdict in integrity completeness authorisation correctness; do
        is $verdict PASS
    done
    for person in 1 7 40; do
        expect 0 r person show $person --json
        cp out one
        expect 0 "$ALMONER" -C back --now "$NOW" person show $person --json
        cmp -s out one || fail "person $person differs"
    done
}
expect 0 restore seg
is size "$size"
is epoch 2
is differing_rows 0
same_vault
rm -rf back
[ -z "$(ls -d back* 2>/dev/null)" ] || fail 'a restore left something'

[ -z "$(find seg -type f -perm /077)" ] || fail 'others can read the segments'

# Damage: a flipped bit in each segment, one left out, one of another chain, the end cut.
for n in 1 2 3 4; do
    for part in 1 5 8; do
        cp -r seg bad
        python3 - bad/0000000$n.seg $part <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[(len(data) - 1) * int(sys.argv[2]) // 8] ^= 2
open(sys.argv[1], "wb").write(data)
PY
        expect 5 restore bad
        rm -rf bad
    done
done
cp -r seg bad
rm bad/00000003.seg
mv bad/00000004.seg bad/00000003.seg
expect 5 restore bad
says '"code":"segment"'
rm -rf bad
cp -r seg bad
truncate -s -40 bad/00000004.seg
expect 5 restore bad
says '"code":"segment"'
rm -rf bad
# An older state is a state too: without the last segment.
cp -r seg older
rm older/00000004.seg
expect 0 restore older
[ "$(field size)" -lt "$size" ] || fail 'the older state is not older'
rm -rf back

# Without its index, or when that is older than the segments, the next one is full.
rm seg/index
expect 0 a maker run --period 2026-09
expect 0 a admin operator add late --vkey "$(
    "$ALMONER" keygen late --key-out late.pem --no-passphrase 2>/dev/null)" --role maker
expect 0 r backup --segments seg --json
is full true
is segment 5
rm seg/0000000[1-4].seg
expect 0 restore seg
same_vault
# The restored ledger goes on, elsewhere than the old one: no segment of the one follows
# one of the other, even at equal sizes.
expect 0 a admin operator add later --vkey "$(
    "$ALMONER" keygen later --key-out later.pem --no-passphrase 2>/dev/null)" --role maker
expect 0 r backup --segments seg --json
is full false
expect 0 "$ALMONER" -C back --now "$NOW" backup --segments seg --json
is full true
evidence
