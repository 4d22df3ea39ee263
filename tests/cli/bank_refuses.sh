# What a bank's own layout cannot pay is found before anybody signs, with the reason, in
# every kind of layout: an account at another bank, a character its encoding lacks, a name
# too long, a telephone number it wants; of an institution once, with its first resident.
# What the check leaves, the bank's file takes; and it finds no more than that. If this
# fails, three people sign for a batch that cannot be sent.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'
for name in admin maker checker releaser; do make_key "$name"; done
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox --admin admin \
    --admin-vkey "$(cat admin.vkey)" --now "$NOW"
for name in maker checker releaser; do add_operator $name $name; done
expect 0 a maker policy adopt "$TOP/tests/policies/good/payees.yaml"
expect 0 a checker policy confirm 1
OTHER=102100099996
HOME1=$(credit_code 52230523MJ1234567)
printf '%s\n' credit_code,name,division,account,account_name,bank_code \
    "$HOME1,东山敬老院,230523,6217000000000000101,,$OTHER" >homes.csv
import institutions homes.csv
LONG=欧阳上官司马诸葛东方皇甫尉迟公孙轩辕令狐钟离宇文长孙慕容鲜于闾丘
{
    echo id_number,name,registration,registration_since,account,account_name,bank_code,phone
    for n in 1 2 3 4 5 6; do
        name=王某$n bank='' phone=1380000000$n
        case $n in
        2) bank=$OTHER ;;
        3) name=王㛃 ;;
        4) name=$LONG ;;
        5) phone='' ;;
        esac
        echo "$(id_number 19400102 00$n),$name,230523,original,62170000000000002$n,$name,$bank,$phone"
    done
} >people.csv
import people people.csv
printf '%s\n' id_number,attribute,value,effective \
    "$(id_number 19400102 001),residence,$HOME1,2026-01-01" \
    "$(id_number 19400102 006),residence,$HOME1,2026-01-01" >facts.csv
import facts facts.csv
expect 0 a maker run --period 2026-08

# A sheet with a title that wants a telephone number, and own files for other banks.
sed 's/^profile: .*/profile: ours/; s/{value: phone, title/{value: phone, empty: error, title/' \
    "$TOP/profiles/roster-card.yaml" >ours.yaml
sed 's/value: name, max-bytes: 60/value: name, max-bytes: 8/; s/^profile: .*/profile: both/' \
    "$TOP/profiles/pipe-trailer-both.yaml" >both.yaml

lines() { # the lines of the check's rows, once each
    python3 -c '
import json
print(*sorted({x["line"] for x in json.load(open("out"))["rows"]}))'
}
codes() { # person:code, once each
    python3 -c '
import json
rows = json.load(open("out"))["rows"]
assert all(x["message"] for x in rows), rows
print(*sorted({"%d:%s" % (x["person"], x["code"]) for x in rows}))'
}
WHOLE=$L
# layout FORMAT PERSON:CODE...: what the check finds; without those the file is written,
# and with them it is refused for one of these reasons.
layout() {
    format=$1
    shift
    L=$TEST_DIR/copy
    rm -rf "$L"
    cp -r "$WHOLE" "$L"
    expect 0 a admin channel add psbc --bank-code "$BANK" --account 6217000000000000009 \
        --account-name 演练民政局 --format "$format"
    expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --json
    B=$(field number)
    expect 0 r batch check "$B" --rows bank-file --json
    [ "$(codes)" = "$*" ] || fail "$format: found $(codes), not $*"
    if [ $# -gt 0 ]; then
        expect 4 a maker batch submit "$B"
        code checks
        cp -r "$L" refused
        expect 0 r batch check "$B" --rows bank-file --json
        drop=$(for line in $(lines); do echo "--line $line"; done)
        # shellcheck disable=SC2086
        expect 0 a maker batch drop "$B" $drop --reason 银行不收
        # The home's next resident stands first in its payment now.
        expect 0 r batch check "$B" --rows bank-file --json
        if [ -n "$(lines)" ]; then
            drop=$(for line in $(lines); do echo "--line $line"; done)
            # shellcheck disable=SC2086
            expect 0 a maker batch drop "$B" $drop --reason 银行不收
        fi
    fi
    sent 0
    [ $# -eq 0 ] || {
        L=$TEST_DIR/refused
        expect 0 a admin config set check.bank-file warn
        sent 3
        said=$(sed -n 's/.*error \([a-z-]*\):.*/\1/p' err)
        case " $* " in *":$said "*) ;; *) fail "$format: refused for $said, not $*" ;; esac
        [ -z "$(ls pay 2>/dev/null)" ] || fail 'a file was left behind'
        rm -rf "$L"
    }
}
sent() { # signed three times, and exported with this exit code
    rm -rf pay
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
    expect 0 a releaser batch release "$B"
    expect "$1" a maker batch export "$B" --out pay/
}

# Persons 2 to 7: number 1 is the institution's.
layout pain.001.001.09
layout pipe-trailer 2:other-bank 3:other-bank 4:charset-gbk 5:field-too-long
layout pipe-trailer-outer 4:charset-gbk 5:field-too-long
layout both.yaml 2:field-too-long 4:charset-gbk 5:field-too-long
layout ours.yaml 2:field-empty 6:field-empty

# What a file as a whole would be refused for is said, too: no line is to blame.
sed 's/^profile: .*/profile: narrow/; s/{value: total, as: fen/&, max-bytes: 3/' \
    "$TOP/profiles/pipe-trailer-outer.yaml" >narrow.yaml
L=$WHOLE
expect 0 a admin channel add psbc --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format narrow.yaml
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --json
B=$(field number)
expect 1 r batch check "$B"
expect 0 a maker batch drop "$B" --person "$(id_number 19400102 003)" \
    --person "$(id_number 19400102 004)" --reason 银行不收
expect 3 a maker batch submit "$B"
code field-too-long
says 'the total has'
verified
