# Signing on another machine: every act of a month by --request, almoner sign and
# --signature, the releaser in a folder without the ledger; and what must be refused.
# If this fails, somebody signs what was not shown to them, or a signature comes about
# twice, late, or for something else.
. tests/cli/lib.sh
. "$TOP/tests/cli/_elsewhere.sh"
make_sandbox

# ---- the round of a month ----
expect 0 "$SIM" county --people 60 --seed 5 --out county --gbk-names --date 2026-09-01
make_key second
short admin operator add second --vkey "$(cat second.vkey)" --role checker
short admin channel add other --bank-code "$BANK" --account 6217000000000000017 \
    --account-name 演练民政局 --format pipe-trailer
sed 's/^id: .*/id: another-policy/' "$TOP/policies/baoqing/elderly-2024.yaml" >second.yaml
short maker policy adopt second.yaml
short maker import people county/people.csv
long checker import confirm 1
short maker import facts county/assessments.csv
long checker import confirm 2
# The request for the end cannot be written: the act goes on with the same command.
asks maker run --period 2026-09
sign maker act.req act.sig
run='run --period 2026-09 --signature act.sig'
expect 6 "$ALMONER" -C "$L" --now "$NOW" --as maker $run --request no/folder/end.req
expect 4 a maker batch new --channel psbc --pay-date 2026-09-10
code open-act
expect 2 "$ALMONER" -C "$L" --now "$NOW" --as maker $run
code request-missing
expect 0 "$ALMONER" -C "$L" --now "$NOW" --as maker $run --request end.req --json
is schema almoner.request/1
is act run-end
cp end.req first.req
NOW=2026-09-02T01:00:00Z # asked again, it is the same but for the time
expect 0 "$ALMONER" -C "$L" --now "$NOW" --as maker run --period 2026-09 --request end.req
cmp -s first.req end.req && fail 'the time of the request is not its own'
grep '^digest' first.req | grep -qxFf - end.req || fail 'the end changed by itself'
sign maker end.req end.sig
expect 0 "$ALMONER" -C "$L" --now "$NOW" --as maker run --period 2026-09 --signature end.sig
expect 0 a maker run --period 2026-09 --json
is records 0
long maker batch new --channel psbc --pay-date 2026-09-10
short maker batch submit 1
short checker batch approve 1
asks releaser batch release 1 --json
is schema almoner.request/1
is subject 'batch 1: release'
grep -q '^in capitals 大写: 人民币.*元' act.req || fail 'no amount in capitals'
grep -q '^| no earlier batch' act.req || fail 'no word about the batch before'
sign releaser act.req act.sig
says 'batch 1: release'
says '演练民政局'
# On a terminal it asks; a no signs nothing.
s="sign act.req --as releaser --key releaser.pem --out asked.sig --now $NOW"
expect 130 python3 "$TOP/tests/cli/asked.py" n : "$ALMONER" $s
says 人民币
[ ! -e asked.sig ] || fail 'signed after a no'
expect 0 python3 "$TOP/tests/cli/asked.py" y : "$ALMONER" $s
says 人民币
cmp -s asked.sig act.sig || fail 'not the same signature'
answers releaser batch release 1
short maker batch export 1 --out pay.txt
[ -s pay.txt ] || fail 'no bank file'

# ---- the signature is one that others can check ----
python3 - act.sig maker.vkey <<'EOF' || fail 'the signature file'
import base64, hashlib, sys
lines = open(sys.argv[1], encoding='utf-8').read().split('\n')
vkey = open(sys.argv[2]).read().strip()
assert lines[0] == 'almoner-signature/1' and lines[2] == 'key ' + vkey
body = '\n'.join(lines[:-2]) + '\n'
assert lines[-2] == 'sha256 ' + hashlib.sha256(body.encode()).hexdigest()
open('text', 'w').write('\n'.join(lines[5:16]) + '\n')
open('raw', 'wb').write(base64.b64decode(lines[3].split()[1]))
key = base64.b64decode(vkey.split('+', 2)[2])
open('pub.der', 'wb').write(bytes.fromhex('302a300506032b6570032100') + key[1:])
EOF
expect 0 openssl pkeyutl -verify -pubin -keyform DER -inkey pub.der -rawin -in text \
    -sigfile raw

# ---- the month goes on: answer, returns, close ----
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 300 --seed 2 \
    --out answer.txt
long maker batch answer 1 answer.txt
NOW=2026-09-20T01:00:00Z
expect 0 "$SIM" routes --people county/people.csv --answer answer.txt \
    --effective 2026-09-20 --out routes.csv
short maker import routes routes.csv
long checker import confirm 3
long maker batch reissue 1
short maker batch close 1
short checker batch close 1

# ---- the second month: what changed is told, and right ----
NOW=2026-10-05T01:00:00Z
dead=$(sed -n 2p county/people.csv | cut -d, -f1)
printf '%s\n' "id_number,attribute,value,effective" "$dead,death,2026-08-20,2026-08-20" \
    >death.csv
import facts death.csv
expect 0 a maker run --period 2026-10
expect 0 a maker batch new --channel psbc --pay-date 2026-10-10
expect 0 a maker batch submit 2
expect 0 a checker batch approve 2
asks releaser batch release 2
for n in 1 2; do
    r batch show $n --lines --json >batch$n.json || fail "batch $n"
done
python3 - <<'EOF' || fail 'the difference to last month is not so'
import collections, json, re
def people(n):
    got = collections.Counter()
    for x in json.load(open(f'batch{n}.json'))['payments']:
        got[x['person']] += x['amount_fen']
    return got
was, now = people(1), people(2)
want = {'new': [], 'stopped': [], 'more': [], 'less': [], 'as before': []}
for p in set(was) | set(now):
    d = now[p] - was[p]
    kind = ('new' if p not in was else 'stopped' if p not in now else
            'as before' if d == 0 else 'more' if d > 0 else 'less')
    want[kind].append(now[p] if d == 0 else d)
told = open('act.req', encoding='utf-8').read()
for kind, fen in want.items():
    m = re.search(r'^\| ' + kind + r' [^:]*: (\d+) people 人, ([-+,.\d]+) yuan', told, re.M)
    got = int(m[1]), int(re.sub(r'[+,.]', '', m[2]))
    assert got == (len(fen), sum(fen)), (kind, got, len(fen), sum(fen))
assert want['new'] and want['stopped'] and want['more'] and want['less'], want
total = sum(now.values()) - sum(was.values())
m = re.search(r'^\| together [^:]*: ([-+,.\d]+) yuan', told, re.M)
assert int(re.sub(r'[+,.]', '', m[1])) == total
EOF

# ---- the other acts: recoveries, single facts, letters ----
cp act.req good.req
who='--served 2026-10-04 --document 演追1号'
short maker correct decide "$dead" --programme old-age --method repay $who
short checker correct confirm 1
short maker correct repay 1 --amount 0.50 --on 2026-10-04 --from-whom heir --name 演练人
# What was paid back is sealed under the number of its record: another act in between,
# and it would be another record.
repay='correct repay 1 --amount 0.25 --on 2026-10-04 --from-whom heir --name 演练人'
asks maker $repay
sign maker act.req act.sig
asked_at=$(size)
expect 0 a checker person show 5 --reveal --purpose 核对
expect 4 "$ALMONER" -C "$L" --now "$NOW" --as maker $repay --signature act.sig
code signature-changed
says "had $asked_at records"
short maker $repay
short checker report letters --period 2026-10 --kind stop --out letters.html
[ -s letters.html ] || fail 'no letters'
short checker policy confirm 2

# ---- what almoner sign refuses ----
# no EXIT CODE ARGS...: not signed, and no file.
no() {
    want=$1 why=$2
    shift 2
    rm -f no.sig
    expect "$want" "$ALMONER" sign "$@" --out no.sig
    code "$why"
    [ ! -e no.sig ] || fail "a refused request left a signature"
}
who="--as releaser --key releaser.pem --now $NOW"
no 4 request-expired good.req --as releaser --key releaser.pem --now 2026-10-12T01:00:01Z
expect 0 "$ALMONER" sign good.req --as releaser --key releaser.pem --out last.sig \
    --now 2026-10-12T01:00:00Z
no 4 request-ahead good.req --as releaser --key releaser.pem --now 2026-10-03T01:00:00Z
no 7 other-name good.req --as maker --key maker.pem --now $NOW
no 7 other-key good.req --as releaser --key maker.pem --now $NOW
no 2 who good.req --key releaser.pem --now $NOW
no 3 request-form act.sig $who
no 3 no-such-file nothing.req $who

# Every line changed once; then with the digest made good, as one would who means it.
mkdir edited
python3 - <<'EOF' >labels || fail 'no edited requests'
import hashlib
lines = open('good.req', encoding='utf-8').read().split('\n')[:-1]
for n, old in enumerate(lines):
    new = lines[:]
    if old[-1].isdigit():
        new[n] = old[:-1] + str((int(old[-1]) + 1) % 10)
    else:
        new[n] = old[:-1] + ('元' if old[-1] != '元' else '角')
    for name in 'plain', 'mended':
        if name == 'mended':
            body = '\n'.join(new[:-1]) + '\n'
            new[-1] = 'sha256 ' + hashlib.sha256(body.encode()).hexdigest()
        open(f'edited/{n}.{name}', 'w', encoding='utf-8').write('\n'.join(new) + '\n')
    print(n, old.split(' ')[0])
EOF
told=0
while read -r n label; do
    rm -f no.sig
    "$ALMONER" sign edited/$n.plain $who --out no.sig >out 2>err
    got=$?
    [ $got -ne 0 ] && [ ! -e no.sig ] || fail "an edited request was signed: line $n"
    "$ALMONER" sign edited/$n.mended $who --out no.sig >out 2>err
    got=$?
    case $label in
    office | '|') # told, and shown as told
        [ $got -eq 0 ] || fail "told words cannot be changed: line $n"
        told=$((told + 1))
        ;;
    sha256) ;; # mended, it is what it was
    *) [ $got -ne 0 ] || fail "a request with other words was signed: line $n" ;;
    esac
done <labels
[ $told -ge 8 ] || fail "only $told lines are told by the county"
for n in 1 17 100 500 1000 1500; do
    head -c $n good.req >cut.req
    no 3 request-form cut.req $who
done

# ---- another act in between, and the signature still holds ----
sign releaser good.req good.sig
expect 0 a checker person show 5 --reveal --purpose 核对
expect 0 r batch show 2 --json
is state approved
cp good.sig act.sig
cp -r "$L" before # a fork: nobody has used the signature here
answers releaser batch release 2
# ---- once, and nowhere else ----
expect 7 "$ALMONER" -C "$L" --now "$NOW" --as releaser batch release 2 --signature act.sig
code signature-used
asks checker person show 6 --reveal --purpose 核对
grep -q '^subject.*: person 6: reveal, 核对$' act.req || fail 'the purpose is not told'
sign checker act.req act.sig
answers checker person show 6 --reveal --purpose 核对
expect 7 "$ALMONER" -C "$L" --now "$NOW" --as checker person show 6 --reveal --purpose 核对 \
    --signature act.sig
code signature-used
L2=$L
L=$TEST_DIR/before
expect 0 a checker person show 9 --reveal --purpose 核对
asks checker person show 7 --reveal --purpose 核对
sign checker act.req act.sig
L=$L2
expect 7 "$ALMONER" -C "$L" --now "$NOW" --as checker person show 7 --reveal --purpose 核对 \
    --signature act.sig
code signature-fork
expect 0 "$ALMONER" init other --division 230523 --ledger other --name 演练民政局 --sandbox \
    --admin checker --admin-vkey "$(cat checker.vkey)" --now "$NOW"
expect 7 "$ALMONER" -C other --now "$NOW" --as checker operator add second \
    --vkey "$(cat second.vkey)" --role maker --signature act.sig
code signature-origin

# Another origin, as of a later epoch, well signed: by openssl over an edited text.
asks checker person show 8 --reveal --purpose 核对
sign checker act.req act.sig
cat >epoch.py <<'EOF'
import base64, hashlib, subprocess
lines = open('act.sig', encoding='utf-8').read().split('\n')[:-1]
lines[6] += '/e2'
open('text', 'w').write('\n'.join(lines[5:16]) + '\n')
subprocess.run('openssl pkeyutl -sign -rawin -inkey checker.pem -in text -out raw'.split(),
               check=True)
lines[3] = 'signature ' + base64.b64encode(open('raw', 'rb').read()).decode()
body = '\n'.join(lines[:-1]) + '\n'
lines[-1] = 'sha256 ' + hashlib.sha256(body.encode()).hexdigest()
open('epoch.sig', 'w', encoding='utf-8').write('\n'.join(lines) + '\n')
EOF
python3 epoch.py || fail 'no signature for another epoch'
expect 7 "$ALMONER" -C "$L" --now "$NOW" --as checker person show 8 --reveal --purpose 核对 \
    --signature epoch.sig
code signature-origin

# ---- for this act, this person, this key, in time ----
expect 4 "$ALMONER" -C "$L" --now "$NOW" --as checker person show 9 --reveal --purpose 核对 \
    --signature act.sig
code signature-act
expect 4 "$ALMONER" -C "$L" --now "$NOW" --as checker person show 8 --reveal --purpose 其他 \
    --signature act.sig
code signature-act
says 'person 8: reveal, 核对'
expect 7 "$ALMONER" -C "$L" --now "$NOW" --as maker person show 8 --reveal --purpose 核对 \
    --signature act.sig
code other-name
expect 7 "$ALMONER" -C "$L" --now 2026-10-12T09:00:00Z --as checker person show 8 --reveal \
    --purpose 核对 --signature act.sig
code signature-expired
sed 's/^signature A/signature B/; t; s/^signature ./signature A/' act.sig >bad.sig
expect 3 "$ALMONER" -C "$L" --now "$NOW" --as checker person show 8 --reveal --purpose 核对 \
    --signature bad.sig
code signature-damaged
expect 2 "$ALMONER" -C "$L" --now "$NOW" --as checker --key checker.pem person show 8 \
    --reveal --purpose 核对 --signature act.sig
code both-given
expect 2 "$ALMONER" -C "$L" --now "$NOW" --as checker batch show 1 --request x.req
code reads-only
expect 2 "$ALMONER" -C "$L" --now "$NOW" --as checker status --signature act.sig
code reads-only
for command in rebuild 'vault escrow --out x.escrow'; do
    expect 2 "$ALMONER" -C "$L" --now "$NOW" $command --request x.req
    code reads-only
done
answers checker person show 8 --reveal --purpose 核对

# Something else came first: the import would have another number.
printf 'id_number,attribute,value,effective\n%s,phone,13800000000,2026-10-01\n' \
    "$(sed -n 3p county/people.csv | cut -d, -f1)" >phone.csv
asks maker import facts phone.csv
sign maker act.req act.sig
printf 'id_number,attribute,value,effective\n%s,phone,13900000000,2026-10-01\n' \
    "$(sed -n 4p county/people.csv | cut -d, -f1)" >other.csv
expect 0 a maker import facts other.csv
expect 4 "$ALMONER" -C "$L" --now "$NOW" --as maker import facts phone.csv \
    --signature act.sig
says 'error signature-\(act\|changed\)'

# ---- keeping, witnessing and taking out: written only when it is signed ----
make_key checker2
make_key witness
expect 0 "$ALMONER" audit witness init state --name witness --key witness.pem --json
WVKEY=$(field vkey)
expect 0 r status --json
LVKEY=$(field vkey)
expect 0 r audit checkpoint --out point
expect 0 "$ALMONER" audit witness enrol state --vkey "$LVKEY" --checkpoint point \
    --key witness.pem
acts <<EOF
admin operator add checker2 --vkey $(cat checker2.vkey) --role checker
admin retention set payments 3 --document 演保1号
admin retention set applications 2 --document 演保1号
checker person hold 5 --reason 诉讼 --document 演诉1号
checker2 person release-hold 5 --reason 结案 --document 演诉1号
admin witness add witness --vkey $WVKEY
EOF
expect 0 r audit prove --from point --out point.req
expect 0 "$ALMONER" audit witness cosign point.req --state state --key witness.pem \
    --out cosigned
short auditor audit witness attach cosigned
echo 'reader of the bundle' >reader
bundle='audit bundle --with-personal-data --reader-file reader --purpose 取证 --out b.zip'
asks auditor $bundle
[ ! -e b.zip ] || fail 'personal data went out before it was signed for'
short auditor $bundle
[ -s b.zip ] || fail 'no bundle'
NOW=2076-11-05T01:00:00Z
P=1
until a maker person erase $P --reason 期满 --document 演销1号 --yes >out 2>&1; do
    P=$((P + 1))
    [ $P -le 60 ] || fail 'nobody can be erased'
done
short checker person erase $P --confirm --copies 备份
expect 0 r person show $P
says 'certificate record'
P=$((P + 1))
until r person show $P --json >out 2>&1 && "$ALMONER" -C "$L" $(at) --as maker \
    person erase $P --reason 期满 --document 演销2号 --request act.req >out 2>&1; do
    P=$((P + 1))
    [ $P -le 60 ] || fail 'nobody else can be erased'
done
short maker person erase $P --reason 期满 --document 演销2号

verified
