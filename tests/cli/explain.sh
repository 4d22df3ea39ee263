# Every amount is explained and equals what was granted; what was said on a day is said
# again with --as-known-on; every kind of zero names its reason. If this fails, a clerk
# cannot say why somebody has what they have.
. tests/cli/lib.sh
make_sandbox

# ---- every person and month of a county ----

expect 0 "$SIM" county --people 60 --seed 9 --out county --gbk-names --date 2026-09-01
import people county/people.csv
import facts county/assessments.csv
import snapshot county/dibao-urban-2026-09.csv --attribute welfare --value dibao-urban \
    --month 2026-09
import snapshot county/dibao-rural-2026-09.csv --attribute welfare --value dibao-rural \
    --month 2026-09
pay 2026-09 2026-09-10
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 0 --seed 1 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
NOW=2026-10-05T01:00:00Z
expect 0 a maker run --period 2026-10
expect 0 "$SIM" pick --dir county --what death --out death.csv --date 2026-09-01
dead=$(cat out)
expect 0 r explain "$dead" --programme old-age --period 2026-10 --json
before=$(field amount_fen)
[ "$before" -gt 0 ] || fail "nothing was granted before the death was known"
NOW=2026-11-05T01:00:00Z
import facts death.csv
expect 0 "$SIM" pick --dir county --what late-claim --out claim.csv --date 2026-09-01
claim=$(cat out)
import facts claim.csv
expect 0 a maker run --period 2026-11

amounts='{"programme":"[^"]*","period":"[^"]*","amount_fen":[0-9]*'
i=1
cat /dev/null >all
while [ $i -le 60 ]; do
    expect 0 r person show $i --json
    grep -o "$amounts" out | sort >granted
    expect 0 r explain $i --period 2024-08..2026-12 --json
    cat granted >>all
    sed 's/.*"months":\[//' out >months
    grep -o "$amounts" months | grep -v '"amount_fen":0$' | sort >explained
    cmp -s granted explained || {
        diff granted explained >&2
        fail "person $i: explained is not granted"
    }
    # Where a run has looked, nothing is left to post.
    if grep -q '"pending_fen":-*[1-9][0-9]*,"assessed":true' months; then
        fail "person $i: rules and grants differ"
    fi
    i=$((i + 1))
done
[ "$(wc -l <all)" -gt 200 ] || fail "hardly anything was granted"
# December was not run yet: what a run would grant is said.
expect 0 r explain "$claim" --programme old-age --period 2026-12
says 'no run has reached this month; one would post +'

# ---- as known on ----

expect 0 r explain "$dead" --programme old-age --period 2026-10 --json
is amount_fen 0
is reason dead
says '"import":[1-9]'
expect 0 r explain "$dead" --programme old-age --period 2026-10
says 'died on '
says 'facts import'
says 'new fact, death = '
says '(reduction, run 3 for 2026-11'
expect 0 r explain "$dead" --programme old-age --period 2026-10 --as-known-on 2026-10-31 \
    --json
is amount_fen "$before"
is rules_fen "$before"
is reason granted
expect 0 r explain "$dead" --programme old-age --period 2026-10 --as-known-on 2026-11-05 \
    --json
is amount_fen 0
# Before the run of October: known, and not posted.
expect 0 r explain "$dead" --programme old-age --period 2026-10 --as-known-on 2026-09-30 \
    --json
is amount_fen 0
is rules_fen "$before"
is assessed false
# The late claim was not there in October.
expect 0 r explain "$claim" --programme old-age --period 2026-09 --as-known-on 2026-10-31
says 'no claim is recorded'
expect 0 r explain "$claim" --programme old-age --period 2026-09
says '(back-pay, run 3'
says 'new fact, claim = '
expect 0 r explain "$claim" --programme old-age --period 2026-09 --lang zh
says '应发：档次'
says '元/年，第 9 个月：floor('
says '登记信息导入'

# ---- ranges ----

expect 0 r explain "$dead" --programme old-age --period 2026-08..2026-11
says '^2026-09 *25.00'
expect 2 r explain "$dead" --period 2026-11..2026-08
code bad-option
expect 2 r explain "$dead" --period 2026-11..
code bad-option
expect 2 r explain "$dead" --period 1900-01..2199-12
code bad-option

# ---- a policy that changes ----

sed 's/^id: .*/id: raised/; s/per-year: 300.00, floor: 300.00/per-year: 600.00, floor: 300.00/' \
    "$TOP/policies/baoqing/elderly-2024.yaml" >raised.yaml
expect 0 a maker policy adopt raised.yaml
expect 0 a checker policy confirm 2
expect 0 a maker run --period 2026-11
expect 0 r explain "$claim" --programme old-age --period 2026-09
says 'policy 2 was confirmed since the run before'
says '600.00 a year, month 9 of 12'
expect 0 r explain "$claim" --programme old-age --period 2026-09 --json
is amount_fen 5000
is policy_number 2
expect 0 r person show "$claim" --json
verified

# ---- every kind of nothing ----

L=$TEST_DIR/zeros
NOW=2026-11-05T01:00:00Z
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox \
    --admin admin --admin-vkey "$(cat admin.vkey)" --now "$NOW"
add_operator maker maker
add_operator checker checker
rules() { # rules ENTRY CERTIFICATION ANNUAL
    cat <<END
    payee: person
    class: {year: 2024, function: "2081002", economic: "30305"}
    funds: {county: rest}
    rules:
      start: next-month
      stop: next-month
      stop-on-death: next-month
      tier-change: next-month
      entry: $1
      certification: $2
      suspension: {resume: all}
      birthday-29-february: feb-28
      annual: $3
      payable: {every: 1, after: 0}
      rounding: half-up-fen
      due-at-death: account
      recovery: {set-off: 100}
END
}
claim='{by: claim, from: month, backdate: none, again: not-needed, keep-enrolled: false}'
automatic='{by: automatic, keep-enrolled: false}'
{
    cat <<'END'
almoner-policy: 1
id: zeros
title: t
document: {number: n, issuer: i, issued: 2026-01-01, status: in-force}
jurisdiction: "230523"
effective: 2026-01-01
retroactive: {dead: pay}
defaults: {welfare: none, residence: home}
programmes:
  - code: basic
    name: basic
    citation: {clause: 1, text: the first clause}
END
    rules "$claim" '{every: 6, resume: none}' twelfths
    cat <<'END'
    tiers:
      - {name: eighty, when: {age: 80..}, amount: {per-month: 50.00}}
      - {name: cared-for, when: {age: 60..79, welfare: [tekun]}, amount: {ask: true}}
      - {name: margin, when: {age: 60..79, welfare: [dibao-margin]}, amount: {none: true}}
  - code: yearly
    name: yearly
    citation: {clause: 2, text: the second clause}
END
    rules "$automatic" none '{whole-year-in: 12}'
    cat <<'END'
    tiers: [{name: all, when: {age: 80..}, amount: {per-year: 120.00}}]
  - code: care
    name: care
    citation: {clause: 3, text: the third clause}
END
    rules "$automatic" none twelfths
    cat <<'END'
    tiers: [{name: all, when: {welfare: [dibao-urban]}, amount: {per-month: 80.00}}]
  - code: unrated
    name: unrated
    citation: {clause: 4, text: the fourth clause}
    tiers: [{name: all, when: {age: 60..}, amount: {none: true}}]
conflicts: [{among: [basic, care], rule: higher-only}]
END
} >zeros.yaml
expect 0 a maker policy adopt zeros.yaml
expect 0 a checker policy confirm 1

serial=0
echo id_number,name,registration,registration_since,claim_date >people.csv
person() { # person BORN CLAIM: the next number; its ID number in id_N
    serial=$((serial + 1))
    digits=230523${1}$(printf '%03d' $((serial * 2)))
    sum=0
    rest=$digits
    for w in 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2; do
        digit=${rest%"${rest#?}"}
        rest=${rest#?}
        sum=$((sum + digit * w))
    done
    id=$digits$(echo 10X98765432 | cut -c $((sum % 11 + 1)))
    echo "$id,某人,230523,original,$2" >>people.csv
    eval "id_$serial=$id"
}
person 19400101 2026-05-01 # 1 granted
person 19460914 2026-05-01 # 2 too young
person 19400103 ''         # 3 no claim
person 19400104 2026-10-02 # 4 claimed later
person 19400105 2026-01-02 # 5 not certified
person 19400106 2026-05-01 # 6 suspended
person 19400107 2026-05-01 # 7 stopped
person 19400108 2026-05-01 # 8 dead
person 19400109 2026-05-01 # 9 paid elsewhere
person 19600110 2026-05-01 # 10 a decision must name the tier
person 19600111 2026-05-01 # 11 no rate
person 19400112 2026-05-01 # 12 in conflict
cat >facts.csv <<END
id_number,attribute,value,effective
$id_6,suspended,abroad,2026-08-10
$id_7,decision,stop,2026-08-11
$id_8,death,2026-08-12,2026-08-12
$id_9,paid-elsewhere,2026-12,2026-08-13
$id_10,welfare,tekun,2026-01-01
$id_11,welfare,dibao-margin,2026-01-01
$id_12,welfare,dibao-urban,2026-01-01
END
import people people.csv
import facts facts.csv
# Before the first run: what was paid before, an order of the court, an agent whose
# authorisation has ended.
cat >history.csv <<END
id_number,programme,period,amount,paid_on,document
$id_2,basic,2026-02,40.00,2026-02-15,发1号
END
import history history.csv --settled-through 2026-03
expect 0 a maker correct post "$id_1" --programme care --from 2026-09 --to 2026-09 \
    --amount 7.00 --beside --document 民初8号 --json
expect 0 a checker import confirm "$(field number)"
cat >routes.csv <<END
id_number,programme,account,account_name,payee_id_number,payee_name,relation,authorisation,effective,until
$id_1,,6217000000000000108,某人,$id_2,某人,代领人,委1号,2026-01-01,2026-10-31
END
import routes routes.csv
expect 0 a maker run --period 2026-11

zero() { # zero PERSON PROGRAMME REASON TEXT: nothing for September, and why
    expect 0 r explain "$1" --programme "$2" --period 2026-09 --json
    is reason "$3"
    is amount_fen 0
    is rules_fen 0
    expect 0 r explain "$1" --programme "$2" --period 2026-09
    says "$4"
}
expect 0 r explain 1 --programme basic --period 2026-09 --json
is amount_fen 5000
expect 0 r explain 1 --programme basic --period 2026-09
says 'payee *the authorisation has ended: \*\*\*\*0108 of 某\*, 代领人'
expect 0 r explain 2 --programme basic --period 2026-02 --json
is amount_fen 4000
is pending_fen 0
expect 0 r explain 2 --programme basic --period 2026-02
says '40.00 was paid before this ledger, on 2026-02-15, 发1号'
says 'history import 3'
expect 0 r explain 1 --programme basic --period 2026-02
says 'settled by the history taken over, through 2026-03, which paid nothing'
expect 0 r explain 1 --programme care --period 2026-09 --json
is amount_fen 700
is pending_fen 0
expect 0 r explain 1 --programme care --period 2026-09
says '7.00 by order (民初8号), beside'
says 'no value of welfare\|welfare none, by default'
expect 0 r explain 1 --programme care --period 2025-12
says 'no policy rules this month; from 2026-01 on policy 1 zeros'
zero 2 basic not-eligible 'age 79, the tier needs 80 or more; reached on 2026-09-14'
zero 3 basic not-entered 'no claim is recorded'
zero 4 basic before-entry 'claimed on 2026-10-02; earlier months are not granted'
zero 5 basic not-certified 'no certification since 2026-04-01'
zero 6 basic suspended 'suspended from 2026-08-10 (abroad)'
zero 7 basic refused 'a decision says no: stop from 2026-08-11'
zero 8 basic dead 'died on 2026-08-12'
zero 9 basic paid-elsewhere 'another county paid through 2026-12'
zero 10 basic ask 'tier cared-for: a decision must name the tier'
zero 11 basic no-rate 'the document names no rate'
zero 12 basic conflict 'care is kept with 80.00; rule higher-only of policy 1 zeros (n)'
# What can never pay is counted, and shown to who asks for it.
expect 0 r explain 3 --period 2026-09
says 'no policy has a rate for them: 1 (--programme CODE'
says '^care'
if grep -q unrated out; then
    fail 'a programme without a rate is told of'
fi
expect 0 r explain 3 --period 2026-09 --lang zh
says '另有 1 个补贴项目'
expect 0 r explain 3 --period 2026-09 --json
is never_paying 1
zero 3 unrated no-rate 'the document names no rate'
zero 1 yearly zero "the year's amount is paid in month 12"
verified
