# Signed on another machine: appropriations, public lists and objections, every way back of
# a batch, what is unknown, and the closes of months and a year. A submission within
# appropriations takes two signatures, and half of it is never written. If this fails, a
# county whose keys are elsewhere cannot do one of these, or reserves money for nothing.
. tests/cli/lib.sh
. "$TOP/tests/cli/_elsewhere.sh"
make_sandbox
make_county 20
expect 0 a admin config set funds on
expect 0 a maker run --period 2026-09
new() { # new [DAY]: B is the number of a batch of what is due
    expect 0 a maker batch new --channel psbc --pay-date "${1:-2026-09-10}" --json
    B=$(field number)
}
released() {
    expect 0 a maker batch submit "$B"
    expect 0 a checker batch approve "$B"
    expect 0 a releaser batch release "$B"
}
sent() {
    released
    rm -f pay.txt
    expect 0 a maker batch export "$B" --out pay.txt
}
new
acts <<END
maker budget set --source county --year 2026 --document 宝财指1号 --amount 900000
checker budget confirm 1
maker budget set --adjust 1 --document 宝财指2号 --amount 500 --less
checker budget confirm 2
maker budget receive 1 --on 2026-09-01 --document x --amount 3
maker notice publish --programme old-age --period 2026-09 --all --days 1 --from 2026-09-01 --level 村 --out list.csv
checker notice object 1 --person 1 --text 反映已迁出
maker notice object 1 --person 2 --text 反映已去世
END
make_key checker2
add_operator checker2 checker
acts <<END
checker2 notice decide 1 --upheld --reason 属实
checker2 notice decide 1 --lifted --reason 已更正
checker2 notice decide 2 --dismissed --reason 不属实
checker notice close 1
END
long maker batch submit "$B"
expect 0 r batch show "$B" --json
is state submitted
acts <<END
releaser batch redate $B --pay-date 2026-09-11 --reason 资金未到
checker batch reject $B --reason 户名须核对
END
long maker batch drop "$B" --line 1 --reason 死亡
sent
short checker batch refused "$B" --reason H019
long maker batch cancel "$B" --reason 银行有误
new
sent
long releaser batch recall "$B" --reason 撤回函
new
sent
expect 0 "$SIM" bank --file pay.txt --format pipe-trailer --returns 4000 --seed 1 --out ans.txt
expect 0 a maker batch answer "$B" ans.txt
long maker batch refund "$B" --reason 缴款书
short maker batch close "$B"
short checker batch close "$B"
NOW=2026-10-05T01:00:00Z
expect 0 a maker run --period 2026-10
new 2026-10-10
sent
short maker batch close "$B" --with-unknown
short checker batch close "$B"
for month in 09 10 11 12; do
    NOW=2027-01-$month'T01:00:00Z'
    acts <<END
maker month close 2026-$month
checker month confirm 2026-$month
END
done
acts <<END
maker year close 2026
releaser year confirm 2026
END
verified
