# Whoever is refused in what batches, appropriations, lists and closes do is told what to
# do next, in both languages: each code that these files raise either brings its own word
# or has one in cli/hints.c. If this fails, a clerk stands before a bare no.
. tests/cli/lib.sh
command -v python3 >/dev/null || fail 'python3 is needed'
python3 - "$TOP" <<'END' || fail 'a refusal does not say what to do next'
import os, re, sys
os.chdir(sys.argv[1])
FILES = """batch/answer.c batch/checks.c batch/close.c batch/export.c batch/file.c batch/fund.c
batch/make.c batch/notice.c batch/notice_list.c batch/reissue.c batch/sign.c batch/withdraw.c
ledger/batch_step.c ledger/close.c ledger/fold_batch.c ledger/fold_close.c ledger/fold_fund.c
ledger/fold_notice.c ledger/fold_withdraw.c ledger/fund.c ledger/notice.c ledger/refusal.c
entitle/fund_share.c
entitle/answer_match.c""".split()
text = open("cli/hints.c", encoding="utf-8").read()
rows = re.findall(r'\{"([a-z-]+)",\s*([^{}]+?)\},', text)
table = {code for code, _ in rows}
zh = open("cli/reasons.c", encoding="utf-8").read()
seen, bare = set(), []
for path in FILES:
    s = open(path, encoding="utf-8").read()
    for m in re.finditer(r'(?:diag_fail|fold_refuse)\(\s*d,\s*(?:ST_(\w+),\s*)?"([a-z-]+)"', s):
        if m[1] in ("INTEGRITY", "INTERNAL", "SYSTEM"):
            continue  # the disk or the program, not the clerk
        plain = re.sub(r'"(?:\\.|[^"\\])*"', lambda t: "'" * len(t[0]), s)
        at, depth = plain.index("(", m.start()), 0
        for end in range(at, len(plain)):
            depth += {"(": 1, ")": -1}.get(plain[end], 0)
            if depth == 0:
                break
        code = m[2]
        seen.add(code)
        own = "diag_hint" in plain[end:end + 300].split("\n}")[0]
        if not own and code not in table:
            bare.append("%s:%d: %s" % (path, s.count("\n", 0, m.start()) + 1, code))
        if '{"%s"' % code not in zh:
            bare.append("%s: not in cli/reasons.c" % code)
assert len(seen) > 60, len(seen)
assert len(table) == len(rows) > 40, rows
import glob
raised = "".join(open(p, encoding="utf-8").read() for d in
                 "base ledger policy formats entitle batch audit cli".split()
                 for p in glob.glob(d + "/*.c") if not p.startswith("cli/hints"))
own = re.findall(r'\{"([a-z0-9-]+)",\s*"', open("cli/hints_zh.c", encoding="utf-8").read())
assert len(set(own)) == len(own) > 100, own
bare += ["cli/hints_zh.c: nothing raises " + c for c in own if '"%s"' % c not in raised]
for line in bare:
    print(line, file=sys.stderr)
sys.exit(bool(bare))
END

# As it is shown: the general word where the error has none of its own.
make_sandbox
expect 0 a maker budget set --source county --year 2026 --document x --amount 5
expect 0 a checker budget confirm 1
expect 4 a checker budget confirm 1
says 'hint: almoner status shows what still waits'
expect 4 "$ALMONER" -C "$L" --now "$NOW" --as checker --key checker.pem --lang zh \
    budget confirm 1
says '提示：almoner status 可查看待办事项'
expect 4 a checker budget confirm 1 --json
is hint 'almoner status shows what still waits for whom'

# A hint that was made where the error was found, and its place.
expect 4 "$ALMONER" -C "$L" --now "$NOW" --as maker --key maker.pem --lang zh \
    batch submit 9
says '提示：batch list 列出批次编号（almoner batch list'
echo 身份证号,姓名,某列 >people.csv
expect 3 "$ALMONER" -C "$L" --now "$NOW" --as maker --key maker.pem --lang zh \
    import people people.csv
says '错误 unknown-column: people.csv: 第 1 行，位置 '
