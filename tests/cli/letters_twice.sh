# What the bank paid twice by its own correction is told to who has it: a person on a page
# of their own, an institution on one page with each resident's months; not any more when
# it has come back. If this fails, what stands in the register of recoveries is asked of
# nobody.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'
for name in admin maker checker releaser; do make_key "$name"; done
expect 0 "$ALMONER" init "$L" --division 230523 --name 演练民政局 --sandbox --admin admin \
    --admin-vkey "$(cat admin.vkey)" --now "$NOW"
for name in maker checker releaser; do add_operator $name $name; done
expect 0 a admin channel add psbc --bank-code "$BANK" --account 6217000000000000009 \
    --account-name 演练民政局 --format pipe-trailer
expect 0 a maker policy adopt "$TOP/tests/policies/good/payees.yaml"
expect 0 a checker policy confirm 1
HOME1=$(credit_code 52230523MJ1234567)
P1=$(id_number 19400102 001) P2=$(id_number 19400102 002) P3=$(id_number 19400102 003)
printf '%s\n' credit_code,name,division,account,account_name,bank_code \
    "$HOME1,东山敬老院,230523,6217000000000000101,," >homes.csv
import institutions homes.csv
printf '%s\n' id_number,name,registration,registration_since,account \
    "$P1,王甲,230523,original,6217000000000000201" \
    "$P2,王乙,230523,original,6217000000000000202" \
    "$P3,王丙,230523,original,6217000000000000203" >people.csv
import people people.csv
printf '%s\n' id_number,attribute,value,effective "$P1,residence,$HOME1,2026-01-01" \
    "$P2,residence,$HOME1,2026-01-01" >facts.csv
import facts facts.csv

answer() { # answer SENT CODE [ARGS]: all of what was sent in this file
    python3 - "$1" "$2" <<'END'
import sys
rows = [x.split(b"|") for x in open(sys.argv[1], "rb").read().split(b"\r\n")]
rows = [r for r in rows if r[0][-7:].isdigit() and len(r) > 3]
text = b"R|%d|%d\r\n" % (len(rows), sum(int(r[3]) for r in rows))
text += b"".join(b"%s|||%s|%s|\r\n" % (r[0], r[3], sys.argv[2].encode()) for r in rows)
open("answer.txt", "wb").write(text + b"########\r\n")
END
    shift 2
    expect 0 a maker batch answer "$B" answer.txt "$@" --json
}
send() { # send FILE
    expect 0 a maker batch new --channel psbc --pay-date "$(echo "$NOW" | cut -c1-10)" --json
    B=$(field number)
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
    expect 0 a releaser batch release "$B"
    expect 0 a maker batch export "$B" --out "$1"
}
letters() { # letters PERIOD FILE: how many were written
    expect 0 a maker report letters --kind recovery --period "$1" --out "$2" --json
    field letters
}
expect 0 a maker run --period 2026-08
send one.txt
answer one.txt 1003 # rejected
expect 0 a maker batch reissue "$B"
send two.txt
answer two.txt 0000
[ "$(letters 2026-08 none.html)" = 0 ] || fail 'nothing is owed yet'
NOW=2026-10-05T01:00:00Z
B=1
answer one.txt 0000 --correct # paid all along, too
is paid_again_fen 680000
expect 4 a maker report letters --kind recovery --period 2026-09 --out x.html
code no-run
[ "$(letters 2026-08 none.html)" = 0 ] || fail 'the period is that of the answer'
[ "$(letters 2026-10 twice.html)" = 4 ] || fail "$(cat out)"
[ "$(grep -c '<section>' twice.html)" = 4 ] || fail 'pages'
python3 - "$P1" "$P2" "$P3" "$HOME1" <<'END' || fail 'the letters say something else'
import re, sys
one, two, three, home = sys.argv[1:]
pages = open("twice.html", encoding="utf-8").read().split("<section>")[1:]
sums = lambda p: sum(int(x.replace(",", "").replace(".", ""))
                     for x in re.findall(r"应追缴合计</th><th>([0-9,.]+)", p))
head = lambda p: re.search('<table class="who">.*?</table>', p)[0]
assert [w in head(p) for p, w in zip(pages, sys.argv[1:])] == [True] * 4
assert sum(map(sums, pages)) == 680000, [sums(p) for p in pages]
last = pages[3]
assert "统一社会信用代码" in last and last.count("送达回执") == 1, last
assert "代王甲（身份证号 %s）收取的" % one in last
assert "代王乙（身份证号 %s）收取的" % two in last and "王丙" not in last
for p in pages:
    assert "重复或超额发放" in p and "不应发放" not in p and "依据：" not in p, p
    assert "银行更正了回盘" in p
END
expect 0 r report recoveries --json
is total_open_fen 680000
# What comes back of it is asked of nobody.
B=2
answer two.txt 2003
[ "$(letters 2026-10 none.html)" = 0 ] || fail 'it has come back'
verified
