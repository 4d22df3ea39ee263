# Who has a right to something and gets nothing is found, with the reason; who has, or
# has no right, is not listed. If this fails, nobody looks for those who did not ask.
. tests/cli/lib.sh
make_sandbox
cat >people.csv <<'END'
id_number,name,registration,registration_since,unit,claim_date
END
person() { # person NAME BORN UNIT CLAIM [REGISTRATION]
    digits=230523${2}$(printf '%03d' $((++serial * 2)))
    sum=0
    rest=$digits
    for w in 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2; do
        digit=${rest%"${rest#?}"}
        rest=${rest#?}
        sum=$((sum + digit * w))
    done
    check=$(echo 10X98765432 | cut -c $((sum % 11 + 1)))
    echo "$digits$check,$1,${5:-230523},original,$3,$4" >>people.csv
    eval "$6=$digits$check"
}
serial=0
person 甲某 19400101 东村 2025-01-01 230523 paid
person 乙某 19400102 东村 '' 230523 unclaimed
person 丙某 19600103 东村 '' 230523 young
person 丁某 19500104 西村 2025-01-01 230523 unassessed
person 戊某 19400105 西村 '' 230524 stranger
person 己某 19450106 西村 2025-01-01 230523 ask
person 庚某 19400107 西村 '' 230523 gone
cat >facts.csv <<END
id_number,attribute,value,effective,tier
$unassessed,welfare,dibao-urban,2026-01-01,
$ask,welfare,tekun,2026-01-01,
$gone,death,2026-03-01,2026-03-01,
END
import people people.csv
import facts facts.csv
expect 0 a maker run --period 2026-09

expect 0 r report unclaimed --period 2026-09 --json
cp out all
is beneficiaries 7
is revealed false
says '"person":2,[^}]*"unit":"东村","programme":"old-age","reason":"no-claim","tier":"80至89周岁","fen_a_month":2500'
says '"person":4,[^}]*"programme":"nursing","reason":"no-assessment","missing":"dependency"'
says '"person":6,[^}]*"programme":"old-age","reason":"ask","tier":"80至89周岁特困","fen_a_month":0'
for nobody in 1 3 5 7; do
    grep -q "\"person\":$nobody," all && fail "person $nobody misses nothing"
done
grep -q "$unclaimed" all && fail "an ID number in clear"

# For people, by unit; masked.
expect 0 r report unclaimed --period 2026-09
says '东村'
says 'no assessment: dependency'
says '乙\*'
expect 0 r report unclaimed --period 2026-09 --lang zh --programme old-age
says '未申请'
says '待认定'
grep -q nursing out && fail "another programme is listed"
expect 4 r report unclaimed --programme frob
code unknown-programme

# In a file; in clear only with a record of it.
expect 0 r report unclaimed --period 2026-09 --out masked.csv
grep -q '^东村,2,乙\*,230523\*' masked.csv || fail "no row for who did not claim"
grep -q "$unclaimed" masked.csv && fail "an ID number in clear"
expect 0 r status --json
size=$(field size)
expect 2 r report unclaimed --period 2026-09 --reveal
code who
expect 0 a maker report unclaimed --period 2026-09 --reveal --out clear.csv
grep -q "^东村,2,乙某,$unclaimed,old-age" clear.csv || fail "not in clear"
expect 0 r status --json
[ "$(field size)" -eq $((size + 1)) ] || fail "the revealing was not recorded"

# Mended: the claim and the assessment come in, and they are paid.
cat >mend.csv <<END
id_number,attribute,value,effective,scale
$unclaimed,claim,claim,2026-08-01,
$unassessed,dependency,intact,2026-08-01,GB/T 42195-2022
END
import facts mend.csv
expect 0 r report unclaimed --period 2026-09 --json
grep -q '"person":[24],' out && fail "still listed"
expect 0 r explain 2 --programme old-age --period 2026-09 --json
is rules_fen 2500

# A decision that names a tier nobody knows: a run warns, and says how to list them.
cat >decision.csv <<END
id_number,attribute,value,effective,tier,programme
$paid,decision,approve,2026-08-05,没有这一档,old-age
END
import facts decision.csv
expect 0 a maker run --period 2026-09
says 'missing for 1 person;'
says 'report unclaimed --warned --period 2026-09'
expect 0 r report unclaimed --warned --period 2026-09 --json
is cases 1
says '"person":1,[^}]*"reason":"unknown-tier"'
expect 0 r explain 1 --programme old-age --period 2026-09
says 'warning *the decision names a tier'
verified
