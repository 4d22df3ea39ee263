# The command line: what is wrong with it is said with exit 2, a code and a way out, and
# nothing is written; help names every option that parsing takes.
# If this fails, a clerk's slip is guessed at, or help and program disagree.
. tests/cli/lib.sh

# ---- commands ----
expect 2 "$ALMONER" frobnicate
code unknown-command
expect 2 "$ALMONER" batch
says 'there are: .*batch new.*batch close'
expect 2 "$ALMONER" bacth new
says 'did you mean: batch new'
expect 2 "$ALMONER" imprt people x.csv
says 'did you mean: import people'
for later in history 'person history 1' \
    'notice print' 'audit witness'; do
    expect 2 "$ALMONER" $later
    code unknown-command
done

# ---- options ----
make_key op
expect 2 "$ALMONER" run --perod 2026-09
says 'did you mean --period'
expect 2 "$ALMONER" run --period
code missing-value
expect 2 "$ALMONER" run
code missing-option
expect 2 "$ALMONER" run --period 2026-13 --as op --key op.pem
code bad-option
says 'period'
expect 2 "$ALMONER" run --period 2026-09 --period 2026-10
code doubled-option
for month in 1800-06 1899-12 2200-01 9995-01; do
    expect 2 "$ALMONER" explain 1 --period $month
    code bad-option
    says '1900-01 to 2199-12'
    expect 2 "$ALMONER" run --period $month --ahead --as op --key op.pem
    code bad-option
done
expect 2 "$ALMONER" batch new --channel c --pay-date 9999-12-31 --as op --key op.pem
code bad-option
expect 2 "$ALMONER" run --dry-run=yes --period 2026-09
code unwanted-value
expect 2 "$ALMONER" batch show 1 --out x
code unknown-option
says 'batch show takes no option'
expect 2 "$ALMONER" batch show
code missing-word
expect 2 "$ALMONER" batch show 1 2
code too-many-words
expect 2 "$ALMONER" batch show one
code bad-number
expect 2 "$ALMONER" status --lang fr
expect 2 "$ALMONER" status --color blue
expect 2 "$ALMONER" run --period 2026-09
code who
expect 2 "$ALMONER" run --period 2026-09 --as op
code who
expect 2 "$ALMONER" -x
code unknown-option

# ---- keys ----
expect 4 "$ALMONER" keygen op --key-out op.pem --no-passphrase
code exists
expect 2 "$ALMONER" keygen 'a b' --key-out b.pem --no-passphrase
expect 2 "$ALMONER" keygen b --key-out b.pem
code passphrase
[ ! -e b.pem ] || fail 'a refused keygen left a file'
[ "$(stat -c %a op.pem)" = 600 ] || fail 'others can read a new key'
printf 'open sesame\n' >phrase
expect 0 "$ALMONER" keygen b --key-out b.pem --passphrase-file phrase
grep -q 'ENCRYPTED' b.pem || fail 'the passphrase was not used'
grep -q '^b+[0-9a-f]\{8\}+' out || fail 'no vkey'

# ---- init ----
op=$(cat op.vkey)
expect 2 "$ALMONER" init x --name N --sandbox --admin op --admin-vkey "$op"
expect 2 "$ALMONER" init x --division 23 --name N --sandbox --admin op --admin-vkey "$op"
expect 2 "$ALMONER" init x --division 230523 --name N --admin op --admin-vkey "$op"
code admins
expect 3 "$ALMONER" init x --division 230523 --name N --sandbox --admin other \
    --admin-vkey "$op"
code vkey-name
expect 3 "$ALMONER" init x --division 230523 --name N --sandbox --admin op \
    --admin-vkey "${op%?}"
code vkey
[ ! -e x ] || fail 'a refused init left a folder'
expect 6 "$ALMONER" -C nowhere status
code no-ledger
expect 6 "$ALMONER" -C nowhere audit verify
code no-ledger

# ---- a live ledger: no --now, no bare keys, two admins ----
expect 0 "$ALMONER" keygen c --key-out c.pem --passphrase-file phrase --json
field vkey >c.vkey
expect 0 "$ALMONER" init live --division 230523 --name N --admin op --admin-vkey "$op" \
    --admin c --admin-vkey "$(cat c.vkey)"
expect 4 "$ALMONER" init live --division 230523 --name N --admin op --admin-vkey "$op" \
    --admin c --admin-vkey "$(cat c.vkey)"
code exists
expect 2 "$ALMONER" -C live status --now 2026-09-01T00:00:00Z
code now-live
expect 3 "$ALMONER" -C live operator add d --vkey "$(sed 's/^c/d/' c.vkey)" \
    --role maker --as op --key op.pem
code vkey
expect 2 "$ALMONER" -C live person show 1
code who
expect 2 "$ALMONER" -C live explain 1 --period 2026-09
code who
expect 0 "$ALMONER" keygen d --key-out d.pem --passphrase-file phrase --json
field vkey >d.vkey
expect 7 "$ALMONER" -C live operator add d --vkey "$(cat d.vkey)" --role maker \
    --as op --key op.pem
code bare-key
expect 2 "$ALMONER" -C live operator add d --vkey "$(cat d.vkey)" --role maker,admin \
    --as c --key c.pem --passphrase-file phrase
code admin-role
printf 'wrong\n' >wrong
expect 7 "$ALMONER" -C live operator add d --vkey "$(cat d.vkey)" --role maker \
    --as c --key c.pem --passphrase-file wrong
code passphrase
ALMONER_AS=c ALMONER_KEY=c.pem ALMONER_PASSPHRASE_FILE=phrase expect 0 \
    "$ALMONER" operator add d --vkey "$(cat d.vkey)" --role maker -C live
says pending
expect 7 "$ALMONER" -C live operator confirm 3 --as c --key c.pem --passphrase-file phrase
code same-operator
expect 7 "$ALMONER" -C live policy adopt "$TOP/policies/baoqing/elderly-2024.yaml" \
    --as d --key d.pem --passphrase-file phrase
code operator-pending
expect 0 "$ALMONER" -C live status --json
is size 2

# The ledger is found from anywhere, and its keys with it.
(cd / && "$ALMONER" -C "$TEST_DIR/live" status >/dev/null) || fail 'status from elsewhere'

# ---- options stand before, between or after the words ----
expect 0 "$ALMONER" --json -C live operator --quiet list
is schema almoner.operators/1
expect 0 "$ALMONER" operator list --json --directory=live
is schema almoner.operators/1

# ---- help: every option of every command is in it, and --help works everywhere ----
expect 0 "$ALMONER" help
sed -n 's/^  \([a-z][a-z]*\( [a-z][a-z]*\)\{0,2\}\)  .*/\1/p' out >commands
[ "$(wc -l <commands)" -ge 35 ] || fail 'help lists too few commands'
while read -r command; do
    expect 0 "$ALMONER" help $command
    grep -q '^usage: almoner ' out || fail "no usage line: $command"
    grep -q '^Example$' out || fail "no example: $command"
    cp out long
    expect 0 "$ALMONER" $command --help
    cmp -s out long || fail "--help differs from help: $command"
    awk 'length > 88' out | grep . && fail "a line of help is too long: $command"
    # In Chinese all of it but the usage line and the example is.
    expect 0 "$ALMONER" help $command --lang zh
    sed '1,/^用法/d; /^示例/,$d; /^$/d' out | LC_ALL=C grep -v '[^ -~]' &&
        fail "not in Chinese: $command"
    sed 's/\\f.//g; s/"//g' "$TOP/docs/man/almoner.1" | tr -d , | grep -q "$command" ||
        fail "the manual page does not know: $command"
done <commands
expect 0 "$ALMONER" batch --help
says 'batch reissue'
expect 0 "$ALMONER" --lang zh help
says '月度测算'
LC_ALL=zh_CN.UTF-8 expect 0 "$ALMONER" help
says '月度测算'
expect 0 "$ALMONER" version --json
is schema almoner.version/1
expect 0 "$ALMONER" completion bash
bash -n out || fail 'the completion is no shell script'
# What stdout cannot take is not a success.
if [ -c /dev/full ]; then
    "$ALMONER" help >/dev/full 2>err
    [ $? -eq 6 ] || fail 'a full disk at stdout was not noticed'
fi
