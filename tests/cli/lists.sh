# Monthly lists and facts that say otherwise: the later date counts, whichever came first.
# If this fails, somebody loses a benefit for good, or keeps it, by the order of two files.
. tests/cli/lib.sh
make_sandbox
id=230523194001010001
printf '%s\n' id_number,name,registration,registration_since,claim_date \
    "$id,王某,230523,original,2025-01-01" >people.csv
printf '%s\n' id_number,name "$id,王某" >list.csv
printf '%s\n' id_number,attribute,value,effective "$id,welfare,none,2026-09-20" >none.csv
list() { # list MONTH: on the list of the month
    cp list.csv "list-$1.csv"
    echo >>"list-$1.csv"
    import snapshot "list-$1.csv" --attribute welfare --value dibao-urban --month "$1"
}
welfare() { # welfare PERIOD: granted for it
    expect 0 r explain 1 --programme dibao-supplement --period "$1" --json
    field amount_fen
}
check() {
    NOW=2026-12-05T01:00:00Z
    expect 0 a maker run --period 2026-12
    # On the list from 1 September, off since the 20th, on again by October's list: the
    # next month's grant goes by the last day of the month before.
    [ "$(welfare 2026-09)" = 0 ] || fail "$1: September"
    [ "$(welfare 2026-10)" = 0 ] || fail "$1: October"
    [ "$(welfare 2026-11)" = 10605 ] || fail "$1: November"
    [ "$(welfare 2026-12)" = 10605 ] || fail "$1: December"
    verified
}
import people people.csv
list 2026-09
import facts none.csv
list 2026-10
check "fact before the list"

L=$TEST_DIR/other
NOW=2026-09-01T01:00:00Z
make_sandbox_again() {
    expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox \
        --admin admin --admin-vkey "$(cat admin.vkey)" --now "$NOW"
    add_operator maker maker
    add_operator checker checker
    expect 0 a maker policy adopt "$TOP/policies/baoqing/elderly-2024.yaml"
    expect 0 a checker policy confirm 1
}
make_sandbox_again
import people people.csv
list 2026-10
list 2026-09
import facts none.csv
check "fact after the lists, lists out of order"
