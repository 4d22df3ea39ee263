# A name that GBK cannot write: found before anybody signs, person by person; and where an
# admin lets it pass, the bank text is refused with the character and the line's id, nothing
# is recorded or written; pain.001 takes it. If this fails, somebody is paid under a
# question mark, or three people sign for a batch that cannot be sent.
. tests/cli/lib.sh
make_sandbox
expect 0 "$SIM" county --people 3000 --seed 6 --out county --gb18030 --date 2026-09-01
import people county/people.csv
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --json
B=$(field number)
expect 1 r batch check "$B"
expect 0 r batch check "$B" --rows bank-file --json
is code charset-gbk
says '"hint":"ask the bank for its registered form'
expect 0 r batch check "$B" --rows bank-file --lang zh
says '户名等文字中有 GBK 没有的字（.* has U+'
expect 4 a maker batch submit "$B"
code checks
says 'bank-file 6 (line'
expect 0 a admin config set check.bank-file warn
expect 0 a maker batch submit "$B"
says 'warning: bank-file 6'
expect 0 a checker batch approve "$B"
expect 0 a releaser batch release "$B"
expect 3 a maker batch export "$B" --out pay.txt
code charset-gbk
says 'U+'
says 'SE1B000001L'
says 'pain.001.001.09'
[ ! -e pay.txt ] || fail "a file was left behind"
[ -z "$(ls | grep -v county | grep 'pay')" ] || fail "a piece of a file was left behind"
expect 0 r batch show "$B" --json
is state released
expect 0 a maker batch export "$B" --out pay.xml --format pain.001.001.09
verified
