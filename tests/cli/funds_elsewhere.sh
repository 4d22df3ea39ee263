# Appropriations signed on another machine: a submission within them takes two signatures,
# and half of it is never written. If this fails, a county whose keys are elsewhere cannot
# submit, or reserves money for nothing.
. tests/cli/lib.sh
. "$TOP/tests/cli/_elsewhere.sh"
make_sandbox
make_county 20
expect 0 a admin config set funds on
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel psbc --pay-date 2026-09-10 --json
B=$(field number)
short maker budget set --source county --year 2026 --document 宝财指1号 --amount 900000
short checker budget confirm 1
short maker budget receive 1 --on 2026-09-02 --document x --amount 3
long maker batch submit "$B"
expect 0 r batch show "$B" --json
is state submitted
verified
