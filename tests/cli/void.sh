# A wrong death, account, list entry and ID number are taken back by two people: from then
# on they never were, before that they were. If this fails, a typing error stops a pension
# for ever.
. tests/cli/lib.sh
make_sandbox
A=$(id_of 19400110 001)
B=$(id_of 19400110 002)
cat >people.csv <<END
id_number,name,registration,registration_since,claim_date,account,bank_code
$A,甲,230523,original,2024-01-05,621700000001,$BANK
$B,乙,230523,original,2024-01-05,621700000002,$BANK
END
import people people.csv
expect 0 a maker run --period 2026-09
expect 0 r person show "$A" --json
due=$(field due_fen)
NOW=2026-09-02T01:00:00Z
cat >facts.csv <<END
id_number,attribute,value,effective,source
$A,death,2025-03-05,,派出所
$A,phone,13900000001,2026-09-01,
END
import facts facts.csv
printf 'id_number,account,bank_code,effective\n%s,621700000009,%s,2026-08-01\n' "$A" $BANK >r.csv
import routes r.csv
printf 'id_number,name\n%s,甲\n' "$A" >list.csv
import snapshot list.csv --attribute welfare --value dibao-urban --month 2026-08
expect 0 a maker run --period 2026-09
expect 0 r person show "$A"
entry() { awk -v a="$1" '$2 == a { print $1 }' out | head -1; }
death=$(entry death)
[ -n "$death" ] || fail 'no number before the death'
expect 0 r person show "$A" --json
[ "$(field due_fen)" -lt "$due" ] || fail 'the death changed nothing'
[ "$(grep -o '"entry":[0-9]*' out | sort -u | wc -l)" -gt 5 ] || fail 'no numbers of entries'
verified

# Refused by name.
expect 2 a maker fact void "$A" --entry x --reason r
expect 2 a maker fact void "$A" --entry 1
code missing-option
expect 3 a maker fact void "$A" --entry 99 --reason r --json
says no-such-entry
expect 3 a maker fact void "$A" --entry 0 --reason r --json
says only-id
expect 7 a checker fact void "$A" --entry "$death" --reason r

expect 0 a maker report letters --kind stop --period 2026-09 --out stop.html --json
is letters 1
NOW=2026-09-03T01:00:00Z
expect 0 a maker fact void "$A" --entry "$death" --reason 同名误登 --document 更〔2026〕1号 --json
n=$(field number)
expect 0 r person show "$A"
! grep -q voided out || fail 'it is voided before it is confirmed'
expect 7 a maker import confirm "$n"
expect 0 a checker import confirm "$n"
expect 0 r person show "$A"
grep death out | grep -q voided || fail 'the death is not shown as voided'
expect 3 a maker fact void "$A" --entry "$death" --reason again --json
says no-such-entry
# Until a run gives it back nobody is told of a stop for which no reason is left.
expect 0 a maker report letters --kind stop --period 2026-09 --out none.html --json
is letters 0
expect 0 r status
says 'almoner run --period 2026-09'
says '1 rows of imports were confirmed since a run last posted'
expect 0 a maker run --period 2026-09 --json
[ "$(field backpay_fen)" -gt 0 ] || fail 'what was taken is not given back'
expect 0 r status
! grep -q 'almoner run' out || fail 'a run is asked for that has nothing to do'
expect 0 r report arrears --json
[ "$(grep -o '"cause":"[^"]*"' out | sort -u | tr '\n' ' ')" = \
    '"cause":"policy or first run" "cause":"void" ' ] || fail "causes: $(cat out)"
expect 0 r --lang zh report arrears
says 作废
expect 0 r audit record "$(($(r status --json | tr ',' '\n' | sed -n 's/"size"://p') - 2))"
says '6: \['
expect 0 r explain "$A" --programme old-age --period 2026-08 --json
is amount_fen 2500
expect 0 r explain "$A" --programme old-age --period 2026-08 --as-known-on 2026-09-02 --json
is amount_fen 0
says dead
verified

# By content, many at once: a fact, an account, a list entry; one that nobody made is refused.
cat >voids.csv <<END
id_number,attribute,programme,value,effective,source,void_reason
$A,phone,,13900000001,2026-09-01,,错号
$A,account,,621700000009,2026-08-01,,错号
$A,welfare,,dibao-urban,2026-08-01,,错行
END
cp voids.csv bad.csv
echo "$A,phone,,13900000002,2026-09-01,,x" >>bad.csv
echo "$A,account,,621700000009,2026-08-01,,x" >>bad.csv
expect 3 a maker import voids bad.csv --json
says no-such-entry
says duplicate-row
import voids voids.csv
expect 0 r person show "$A" --json
sed 's/"voided":\[.*\]//' out >live
! grep -q dibao-urban live || fail 'the list entry counts'
expect 0 a maker run --period 2026-09 --json
[ "$(field reduction_fen)" -lt 0 ] || fail 'the list entry is still paid for'
verified
expect 0 r person show "$A" --json
is due_fen "$due"

# A wrong ID number leads to nobody any more, and somebody else can have it.
WRONG=$(id_of 19400110 777)
printf 'id_number,attribute,value,effective\n%s,id_number,%s,2026-09-01\n' "$A" "$WRONG" >id.csv
import facts id.csv
expect 0 r person show "$WRONG"
cat >v.csv <<END
id_number,attribute,value,effective
$WRONG,id_number,$WRONG,2026-09-01
END
import voids v.csv
expect 4 r person show "$WRONG"
code unknown-person
verified
sed "1!d" people.csv >new.csv
echo "$WRONG,丙,230523,original,2024-01-05,621700000003,$BANK" >>new.csv
import people new.csv
verified
expect 0 r report reconcile
