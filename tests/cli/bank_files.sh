# A bank with a layout of its own that wants several files, and answers without our ids:
# the layout's text is kept, the files are made again for ever, and each answer finds its
# payments. If this fails, what was sent cannot be proven, or the wrong line is paid.
. tests/cli/lib.sh

make_sandbox
# village SERIAL: nine people, three of them at another bank; two lines to one account
# under one name.
village() {
    N=0
    while [ $N -lt 9 ]; do
        N=$((N + 1))
        bank=
        case $N in 3 | 6 | 9) bank=102100099996 ;; esac
        echo "$(id_number "1940010$N" "$1"),老人$N,62179900000$1000$N,$bank"
    done | sed "s/老人8,62179900000${1}0008/老人7,62179900000${1}0007/" >rows
    {
        echo id_number,name,account,account_name,bank_code,registration,registration_since,claim_date,unit,phone
        awk -F, '{ print $1 "," $2 "," $3 "," $2 "," $4 \
            ",230523,original,2024-10-05,230523101,1380000000" NR }' rows
    } >people.csv
    import people people.csv
}
village 001

cat >ours.yaml <<'Y'
profile: ours
title: {zh: 测试, en: test}
source: made up
encoding: GBK
line-end: LF
separator: ","
extension: txt
settings:
  - {name: unit, title: {zh: 单位, en: unit}, max-bytes: 4, characters: digits}
rows-per-file: 3
file-name: "f{setting:unit}_{pay-day:yyyyMMdd}_{file-number:3}.txt"
header:
  - [{text: H}, {value: setting, setting: unit}, {value: file-number}, {value: message-id}]
variants:
  - {name: own, for: same-bank}
  - {name: others, for: other-bank}
detail:
  - {value: number}
  - {value: account}
  - {value: name}
  - {value: amount, as: yuan}
  - {value: phone}
  - {value: unit}
  - {value: result, when-empty: "-"}
trailer:
  - [{text: T}, {value: count}, {value: total, as: fen}]
answer:
  form: same-file
  match: [number, account, amount]
  results:
    - {code: OK, status: paid}
    - {code: NO, status: rejected, reason: account-closed}
Y

# ---- the channel ----
expect 3 a admin channel add own --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format ours.yaml
code setting-missing
expect 3 a admin channel add own --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format ./ours.yaml --set unit=12345
code setting-value
expect 3 a admin channel add own --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format ours.yaml --set unit=1 --set other=2
code setting-unknown
expect 2 a admin channel add own --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format ours.yaml --set unit
code bad-option
expect 2 a admin channel add own --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format no-such-layout
code unknown-format
expect 0 a admin channel add own --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format ours.yaml --set unit=7788 --json
is format ours
is profile_sha256 "$(sha256sum ours.yaml | cut -d' ' -f1)"
is unit 7788

# ---- several files ----
pay_day=2026-09-10
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel own --pay-date $pay_day --json
expect 0 a maker batch submit 1
expect 0 a checker batch approve 1
expect 0 a releaser batch release 1
cp ours.yaml kept.yaml
rm ours.yaml # the ledger has its text
expect 2 a maker batch export 1 --out one.txt
code several-files
[ -e one.txt ] || [ -e one.txt.part ] && fail 'half a file is left'
expect 0 a maker batch export 1 --out sent/ --json
[ "$(ls sent | tr '\n' ' ')" = \
    "f7788_20260910_001.txt f7788_20260910_002.txt f7788_20260910_003.txt " ] ||
    fail "$(ls sent)"
says '"copy":false'
iconv -f GBK -t UTF-8 sent/*_001.txt >first
grep -q '^H,7788,1,230523-SE1B000001-1$' first || fail "$(cat first)"
grep -q '^3,621799000000010004,老人4,.*,13800000004,230523101,-$' first ||
    fail "$(cat first)"
grep -q '^T,3,' sent/*_003.txt || fail 'the third file is not that of other banks'
grep -q ',老人9,' "$(iconv -f GBK -t UTF-8 sent/*_003.txt >third && echo third)" ||
    fail 'other banks are not in a file of their own'
# A crash between the files: some have their names, some not; the same command ends it.
cp -r sent before
rm sent/*_002.txt
echo half >sent/f7788_20260910_003.txt.part
expect 0 a maker batch export 1 --out sent --json
is copy true
diff -r before sent || fail 'the files made again differ'
verified
# Facts of later change nothing in what was sent.
printf '%s\n' id_number,attribute,value,effective \
    "$(sed -n 4s/,.*//p rows),phone,13999999999,2026-01-01" >phone.csv
import facts phone.csv
verified
evidence
is bank-files PASS # the digests; it does not count in a layout it does not know
says 'its payments were not counted'

# Another text of this name is another layout, and another export.
sed 's/, {value: unit}$//; s/\[{text: T}/[{text: TT}/' kept.yaml >ours.yaml
expect 4 a maker batch export 1 --format ./ours.yaml --out other/
code layout-unknown # it could name any account, and nobody signed it
[ -z "$(ls other)" ] || fail 'a file in a layout that nobody knows'
expect 0 a admin channel add second --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format ./ours.yaml --set unit=7788
expect 0 a maker batch export 1 --format ./ours.yaml --out other/ --json
is copy false
grep -q '^TT,3,' other/*_001.txt || fail 'the other text was not used'
# Recorded with a layout that no admin gave to a channel: another file of the vault.
mkdir pems
cp ./*.pem "$L/keys/ledger.pem" pems
cp -r "$L" forged
expect 0 python3 "$TOP/tests/cli/forge_ledger.py" "$ROWS" forged pems export-layout
expect 0 "$ALMONER" -C forged --now "$NOW" rebuild
expect 5 "$ALMONER" -C forged --now "$NOW" audit verify
says 'the layout ours of a file of batch 1 is no confirmed channel'
expect 0 "$ALMONER" -C forged --now "$NOW" audit bundle --out bad.zip
for program in "$VERIFY" "python3 $TOP/tests/independent/verify.py"; do
    expect 0 $program bad.zip --json
    says 'is no confirmed channel'
done
rm ours.yaml
expect 0 a maker batch export 1 --out sent --json # the channel's own is the first
is copy true
diff -r before sent || fail 'two texts of one name were mixed up'
verified

# The day's next files go on counting.
village 002
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel own --pay-date $pay_day
expect 0 a maker batch submit 2
expect 0 a checker batch approve 2
expect 0 a releaser batch release 2
expect 0 a maker batch export 2 --out second/
[ -e second/f7788_20260910_004.txt ] || fail "the numbers begin again: $(ls second)"

# ---- answers by number ----
marked() { # marked FILE MARK...: the lines get these marks in turn
    f=$1
    shift
    iconv -f GBK -t UTF-8 "$f" | awk -F, -v marks="$*" '
        BEGIN { n = split(marks, m, " "); OFS = "," }
        /^[HT]/ { print; next }
        { $NF = m[(i++ % n) + 1]; print }' | iconv -f UTF-8 -t GBK
}
marked sent/f7788_20260910_001.txt OK NO OK >a1
marked sent/f7788_20260910_002.txt OK >a2
marked sent/f7788_20260910_003.txt OK >a3
expect 3 a maker batch answer 1 a2 --part 1
code other-account
expect 3 a maker batch answer 1 a2 --part 4
code no-such-file-sent
expect 3 a maker batch answer 1 pay-none.txt
code no-such-file
expect 0 a maker batch answer 1 a1 --json --part 1
is answer_to_file 1
is paid_lines 2
is returned_lines 1
expect 0 a maker batch answer 1 a3 --json --part 3
is answer_to_file 3
expect 0 a maker batch answer 1 a2 --json --part 2
is state settled
expect 0 r batch show 1 --json
is returned_lines 1
grep -q '"reason":"account-closed"' out || fail 'the reason is lost'
verified
# A posted result that the file does not bear out is found: the file's part is signed.
expect 0 r audit verify --json

# ---- answers by account, amount and name ----
sed -e 's/^profile: ours/profile: by-account/' -e 's/match: .*/match: [account, name, amount]/' \
    -e '/^rows-per-file/d' -e '/^variants/d' -e '/{name: o/d' -e 's/^detail:/for: any\ndetail:/' \
    -e 's/{file-number:3}/{file-number:3}a/' kept.yaml >by-account.yaml
expect 0 a admin channel add third --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format by-account.yaml --set unit=7788
expect 0 a maker batch export 2 --format by-account.yaml --out by.txt --json
marked by.txt OK >b0
expect 3 a maker batch answer 2 b0 --format by-account.yaml
code ambiguous
says 'line 7 of the batch or line 8'
grep -v '老人7' "$(iconv -f GBK -t UTF-8 b0 >b1 && echo b1)" >b2
sed -i "s/^T.*/T,7,$(awk -F, '/^[0-9]/ { s += $4 * 100 } END { print s }' b2)/" b2
iconv -f UTF-8 -t GBK b2 >b3
expect 0 a maker batch answer 2 b3 --format by-account.yaml --json
is paid_lines 7
verified
sed 's/老人1,/老人五,/' b2 | iconv -f UTF-8 -t GBK >b4
expect 3 a maker batch answer 2 b4 --format by-account.yaml
code unknown-payment
evidence
# A third reading, by programs that know only the documents.
if command -v python3 >/dev/null; then
    expect 0 python3 "$TOP/tests/independent/verify.py" evidence.zip --vkey \
        "$(r status --json | tr ',' '\n' | sed -n 's/.*"vkey": *"\([^"]*\)".*/\1/p')" \
        --passphrase-file reader.txt
fi
