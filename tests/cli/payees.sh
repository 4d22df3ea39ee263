# Who is paid for another, and for how long: an agent whose authorisation ends holds the
# payment and is announced a month before, a guardian goes on, heirs are waited for, a
# household head is named, a hold is lifted by its last day. If this fails, money goes on
# to who may not take it any more, or nobody can say on whose behalf it was paid.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'
for name in admin maker checker releaser auditor; do
    make_key "$name"
done
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox --admin admin \
    --admin-vkey "$(cat admin.vkey)" --now "$NOW"
for name in maker checker releaser auditor; do
    add_operator $name $name
done
expect 0 a admin channel add psbc --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format pipe-trailer
expect 0 a maker policy adopt "$TOP/tests/policies/good/payees.yaml"
expect 0 a checker policy confirm 1
{
    echo id_number,name,registration,registration_since,account
    for n in 1 2 3 4 5 6 7; do
        id=$(id_number 19400102 00$n)
        eval "P$n=$id"
        account=621700000000000020$n
        [ $n -ne 6 ] || account= # the sixth has none
        echo "$id,王某$n,230523,original,$account"
    done
} >people.csv
import people people.csv
AGENT=$(id_number 19700102 001)

# ---- routes of others need a name and a document --------------------------------------
ROUTES=id_number,programme,account,account_name,payee_id_number,payee_name,relation,authorisation,effective,until
bad() { # bad FIELD ROW: refused for a value that is missing there
    printf '%s\n' "$ROUTES" "$2" >bad.csv
    expect 3 a maker import routes bad.csv --json
    is field "$1"
    is code missing-value
}
bad payee_name "$P1,,6217000000000000301,,,,代领人,授权1号,2026-01-01,2026-09-20"
bad authorisation "$P1,,6217000000000000301,,,李某,监护人,,2026-01-01,"
bad authorisation "$P1,,6217000000000000301,,,李某,继承人,,2026-01-01,"

# 1 to 3: one agent, for old-age or for all; 4: a guardian without an end; 5: the head of
# the household, for care alone; 7: an agent who could not go on in 2026.
printf '%s\n' "$ROUTES" \
    "$P1,,6217000000000000301,,$AGENT,李某,代领人,授权1号,2026-01-01,2026-09-20" \
    "$P2,old-age,6217000000000000301,,$AGENT,李某,代领人,授权2号,2026-01-01,2026-12-31" \
    "$P3,old-age,6217000000000000301,,$AGENT,李某,代领人,授权3号,2026-01-01,2026-12-31" \
    "$P4,,6217000000000000304,,,赵某,监护人,法院指定书,2026-01-01," \
    "$P5,care,6217000000000000305,,,王大,户主,户主声明,2026-01-01," \
    "$P7,old-age,6217000000000000307,,,孙某,代领人,授权7号,2025-01-01,2025-12-31" \
    >routes.csv
import routes routes.csv

expect 0 r report payees --json
is ending 1
is ended 1
is payees_of_many 1
expect 0 r report payees
says '李\*'
says '即将到期\|ends soon'
! grep -q '李某' out || fail 'a name is shown in clear'
expect 0 r status
says 'end within a month'
says 'have ended'
says 'three people'

# ---- paid ----------------------------------------------------------------------------
# lines_are: the lines of the batch, as person programme amount relation account
lines_are() {
    sort >want
    expect 0 r batch show "$B" --lines --json
    python3 -c '
import json
for x in json.load(open("out"))["payments"]:
    p = x["payee"]
    print(x["person"], x["programme"], x["amount_fen"], p["relation"], p["name"],
          p["account"])' | sort >have
    diff want have >&2 || fail "the lines of batch $B are others"
}

# left_are: who is left out, as person programme fen reason and what is said of it
left_are() {
    sort >want
    expect 0 r batch show "$B" --left-out --json
    python3 -c '
import json
for x in json.load(open("out"))["left_out_people"]:
    print(x["person"], x["programme"], x["fen"], x["reason"],
          x.get("expired_on", x.get("hold", "")))' | sort >have
    sed -i "s/ *$//" have want
    diff want have >&2 || fail "batch $B leaves out others"
}

# A hold for all until the end of September, one for care alone as long, and others that
# ended in August.
printf '%s\n' id_number,programme,attribute,value,effective,until \
    "$P5,old-age,pay-hold,地址核实中,2026-08-01,2026-08-31" \
    "$P3,,pay-hold,资格复核中,2026-08-01,2026-09-30" \
    "$P3,old-age,pay-hold,账户核实中,2026-08-15,2026-08-20" \
    "$P7,care,pay-hold,身份核实中,2026-09-01,2026-09-30" >facts.csv
import facts facts.csv
expect 0 a maker run --period 2026-08
expect 0 a maker batch new --channel psbc --pay-date 2026-09-05 --json
B=$(field number)
lines_are <<'E2'
1 care 40000 代领人 李* ****0301
1 old-age 80000 代领人 李* ****0301
2 care 40000 本人 王** ****0202
2 old-age 80000 代领人 李* ****0301
4 care 40000 监护人 赵* ****0304
4 old-age 80000 监护人 赵* ****0304
5 care 40000 户主 王* ****0305
5 old-age 80000 本人 王** ****0205
E2
left_are <<'E2'
3 care 40000 hold 资格复核中
3 old-age 80000 hold 资格复核中
6 care 40000 no-route
6 old-age 80000 no-route
7 care 40000 hold 身份核实中
7 old-age 80000 expired 2025-12-31
E2
expect 0 r batch show "$B" --left-out
says 'authorisation expired on 2025-12-31'
says 'held: 资格复核中'
expect 0 r batch show "$B" --lines
says '代领人'
expect 0 a maker batch submit "$B"
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 0 a maker batch export "$B" --out pay.txt
python3 - <<'E2' || fail 'the bank file pays others'
have = set()
for line in open("pay.txt", encoding="gb18030").read().splitlines()[1:]:
    f = line.split("|")
    if len(f) == 6:
        have.add((f[1], f[2], f[3]))
assert ("6217000000000000301", "李某", "80000") in have, have
assert ("6217000000000000304", "赵某", "40000") in have, have
assert ("6217000000000000305", "王大", "40000") in have, have
assert not any(a == "6217000000000000307" for a, n, y in have), have
E2
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
verified
expect 0 r explain "$P1" --programme old-age --period 2026-08
says "payment   batch $B, line [0-9]*: .* to \*\*\*\*0301 of 李\*, 代领人: paid"

# ---- a month on: the agent's end, a death, an account since ---------------------------
# The first's agent has ended; 4 and 2 died on the 10th of September; the third's hold ends
# with September; the seventh has an account registered since.
NOW=2026-10-08T01:00:00Z
printf '%s\n' id_number,attribute,value "$P4,death,2026-09-10" "$P2,death,2026-09-10" \
    >facts.csv
sed -i 's/value$/value,effective/; s/$/,/; 1s/,$//' facts.csv
import facts facts.csv
printf '%s\n' "$ROUTES" \
    "$P7,,6217000000000000207,,,,,,2026-09-15," >routes.csv
import routes routes.csv
expect 0 a maker run --period 2026-10
expect 0 a maker batch new --channel psbc --pay-date 2026-10-10 --json
B=$(field number)
says '"reason": *"dead"'
lines_are <<'E2'
2 care 5000 本人 王** ****0202
3 care 50000 本人 王** ****0203
3 old-age 100000 代领人 李* ****0301
4 care 5000 监护人 赵* ****0304
5 care 10000 户主 王* ****0305
5 old-age 20000 本人 王** ****0205
7 care 50000 本人 王** ****0207
7 old-age 100000 本人 王** ****0207
E2
left_are <<'E2'
1 care 10000 expired 2026-09-20
1 old-age 20000 expired 2026-09-20
2 old-age 10000 dead
4 old-age 10000 dead
6 care 50000 no-route
6 old-age 100000 no-route
E2
expect 0 r report payees --json
is ending 0

# ---- heirs; an account of one's own again ---------------------------------------------
# What was registered as an heir's before the death does not count.
printf '%s\n' "$ROUTES" \
    "$P2,,6217000000000000402,,,周某,继承人,公证书1号,2026-10-09," \
    "$P4,,6217000000000000404,,,吴某,继承人,公证书2号,2026-09-01," \
    "$P1,,6217000000000000201,,,,本人,,2026-10-09," >routes.csv
import routes routes.csv
expect 0 a maker batch new --channel psbc --pay-date 2026-10-12 --json
B=$(field number)
lines_are <<'E2'
1 care 10000 本人 王** ****0201
1 old-age 20000 本人 王** ****0201
2 old-age 10000 继承人 周* ****0402
E2
left_are <<'E2'
4 old-age 10000 dead
6 care 50000 no-route
6 old-age 100000 no-route
E2
verified
expect 0 r report reconcile
