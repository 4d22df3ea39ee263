# What waits for a second signature is refused by who may confirm it, or taken back by who
# proposed it, once, with a reason; then it cannot be confirmed, and what is right is
# proposed anew. If this fails, a mistake waits for ever and is confirmed years later, or a
# stranger stops what was decided. Operators, settings, keys and the like: live.sh;
# erasing: erase.sh; recoveries: recoveries.sh.
. tests/cli/lib.sh
: "${VERIFY:?}" "${ROWS:?}"
make_sandbox

budget() { # budget ARGS: the next appropriation; its number in N
    expect 0 a maker budget set --document 演财1号 "$@" --json
    N=$(field number)
}

# refused COMMAND... N: to the state that lists say, and for good.
refused() {
    last=${!#}
    set -- "${@:1:$#-1}"
    expect 4 a checker "$@" confirm "$last"
    code refused
    expect 4 a checker "$@" refuse "$last" --reason again
    code refused
    expect 0 r status
    ! grep "almoner $* confirm $last" out || fail 'the status still asks for it'
}

# ---- an appropriation: by whom, and how often ----
budget --source county --year 2026 --amount 5
expect 2 a checker budget refuse 1
code missing-option
expect 3 a checker budget refuse 1 --reason "$(printf '%0301d' 0)"
code reason
expect 3 a checker budget refuse 1 --reason 'two
lines'
code reason
for who in maker2 releaser auditor admin; do
    expect 7 a $who budget refuse 1 --reason 金额有误
    code role
done
expect 4 a checker budget refuse 2 --reason 金额有误
code unknown-entry
expect 0 a checker budget refuse 1 --reason 金额有误 --json
is refused_by checker
is refused_reason 金额有误
refused budget 1
expect 0 r budget show --json
is state refused
is refused_at 2026-09-01T01:00:00Z
expect 0 r budget show
says 'refused by checker, 2026-09-01: 金额有误'
expect 0 "$ALMONER" -C "$L" --now "$NOW" --lang zh budget show
says '不予确认（checker，2026-09-01）：金额有误'
budget --source county --year 2026 --amount 6
[ "$N" = 2 ] || fail 'a number is used again'
expect 0 a checker budget confirm 2
expect 4 a checker budget refuse 2 --reason late
code not-pending
budget --adjust 2 --amount 3
expect 0 a maker budget refuse 3 --reason 录入有误 # taken back
refused budget 3
expect 0 r report funds --json
is appropriated_fen 600
expect 4 a maker budget receive 1 --amount 1 --on 2026-09-01 --document x
code fund-other

# ---- a policy and an import: the same file may come again ----
sed 's/^id: .*/id: another-policy/' "$TOP/policies/baoqing/elderly-2024.yaml" >second.yaml
expect 0 a maker policy adopt second.yaml
expect 7 a maker2 policy refuse 2 --reason x
expect 0 a maker policy refuse 2 --reason 文号有误
expect 4 a checker policy confirm 2 --dry-run
code refused
refused policy 2
expect 0 r policy list
says 'refused by maker'
expect 0 a maker policy adopt second.yaml --json
is number 3
is already_adopted false
expect 0 a checker policy confirm 3
expect 0 "$SIM" county --people 9 --seed 5 --out county --gbk-names --date 2026-09-01
expect 0 a maker import people county/people.csv
expect 0 a checker import refuse 1 --reason 名册不全
refused import 1
expect 0 r import list --json
is state refused
is refused_reason 名册不全
expect 0 a auditor import show 1
says 'refused by checker'
expect 0 r status
says 'almoner import people FILE'
import people county/people.csv
expect 0 r import list
says 'pending\|confirmed'
expect 0 r status --json
is people 9

# ---- the close of a month: also by a releaser ----
expect 4 a checker month refuse 2026-08 --reason x
code not-pending
expect 0 a maker month close 2026-08
expect 7 a maker2 month refuse 2026-08 --reason x
code role
expect 4 a releaser month refuse 2026-07 --reason x
code not-pending
expect 0 a releaser month refuse 2026-08 --reason 尚有未入账
expect 4 a checker month confirm 2026-08
code refused
expect 4 a releaser month refuse 2026-08 --reason x
code refused
expect 0 r month list --json
is state refused
is refused_by releaser
expect 0 r status
! grep 'month confirm' out || fail 'the status still asks for it'
expect 0 a maker month close 2026-08
expect 0 a checker month confirm 2026-08
expect 4 a releaser month refuse 2026-08 --reason x
code not-pending
expect 0 r month list --json
is first_open 2026-09

# ---- signed elsewhere ----
expect 0 a maker run --period 2026-09
. "$TOP/tests/cli/_elsewhere.sh"
budget --source county --year 2026 --amount 7
short checker budget refuse 4 --reason 重复
refused budget 4
budget --adjust 2 --amount 8
expect 0 a checker budget confirm 5
verified
PERSONAL=no evidence

# Of a part: what is left out before it is not missed.
expect 0 a maker run --period 2026-11 --ahead
expect 0 r audit bundle --out part.zip --period 2026-09..2026-11
expect 0 "$VERIFY" part.zip --json
says refused-left-out
expect 0 python3 "$TOP/tests/independent/verify.py" part.zip
budget --adjust 2 --amount 9
expect 0 a checker budget refuse 6 --reason 重复

# ---- forged: HOW, audit verify's words, the code of who has the bundle alone ----
mkdir keys && cp ./*.pem "$L/keys/ledger.pem" keys/
cp -r "$L" sound
expect 0 r audit bundle --out all.zip
expect 0 python3 "$TOP/tests/independent/verify.py" all.zip
expect 0 r status --json
VKEY=$(field vkey)
while IFS='|' read -r how words code; do
    rm -rf "$L"
    cp -r sound "$L"
    expect 0 python3 "$TOP/tests/cli/forge_ledger.py" "$ROWS" "$L" keys "refused-$how"
    expect 5 r audit verify
    says "$words"
    expect 0 python3 "$TOP/tests/cli/forge_bundle.py" all.zip bad.zip keys "refused-$how"
    expect 5 "$VERIFY" bad.zip --vkey "$VKEY" --json
    says "\"code\":\"$code\""
    expect 5 python3 "$TOP/tests/independent/verify.py" bad.zip --json
    [ "$how" = register ] || is authorisation FAIL
done <<'END'
reason|the signature of checker does not hold|signature
stranger|maker2 may not refuse appropriation 6|refused-role
auditor|auditor may not sign refused|signer-role
confirmed|appropriation 5 waits for no second signature|refused-waiting
twice|appropriation 4 was refused by checker|refused-waiting
unknown|there is no appropriation 7|refused-waiting
register|the body is not that of kind refused|record-body
after|appropriation 4 was refused by checker|fund-confirm
END
