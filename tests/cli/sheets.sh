# Sheets that are written: bank files and reports as openpyxl (Debian python3-openpyxl)
# sees them, the same bytes again, a disk that is full, and a library of another version.
# If this fails, a bank's clerk opens a sheet with rounded accounts or lost rows, or a
# file that was sent cannot be told from another.
. tests/cli/lib.sh
PYTHON=
for p in python3 /usr/bin/python3; do
    $p -c 'import openpyxl' 2>/dev/null && PYTHON=$p && break
done

NOW=2026-09-24T01:00:00Z
make_sandbox
make_county 40
expect 0 a maker run --period 2026-09
expect 0 a maker batch new --channel psbc --pay-date 2026-09-24 --json
expect 0 a maker batch submit 1
expect 0 a checker batch approve 1
expect 0 a releaser batch release 1
expect 0 r batch show 1 --json
COUNT=$(field lines)
SUM=$(field total_fen)

# ---- bank files ----
expect 0 a maker batch export 1 --out sent/ --format roster-card --json
is copy false
ROSTER=$(field sequence)
expect 0 a maker batch export 1 --out sent/ --format bank-sheet --json
mv sent/batch_*.xlsx bank.xlsx
mv sent/roster_*.xlsx roster.xlsx
expect 0 a maker batch export 1 --out sent/ --format bank-sheet --json
is copy true
cmp -s sent/batch_*.xlsx bank.xlsx || fail 'the same sheet again has other bytes'
expect 0 r audit verify --json
is exports 2
is exports_by_rows 0
expect 0 "$ALMONER" format read roster.xlsx --json
is count "$COUNT"
is total_fen "$SUM"
if [ -n "$PYTHON" ]; then
    expect 0 $PYTHON - "$COUNT" "$SUM" <<'END'
import hashlib, openpyxl, sys
count, fen = int(sys.argv[1]), int(sys.argv[2])
book = openpyxl.load_workbook("bank.xlsx")
assert book.sheetnames == ["Sheet1"], book.sheetnames
assert str(book.properties.created) == "2026-09-24 01:00:00", book.properties.created
rows = list(book.active.iter_rows())
assert [c.value for c in rows[0]] == ["姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"]
assert rows[0][0].font.b
detail = rows[1:]
assert len(detail) == count
for r in detail:
    assert r[0].data_type == "s" and r[0].value, r[0].value
    assert r[1].data_type == "s" and r[1].value.isdigit() and r[1].number_format == "@"
    assert r[2].data_type == "n" and r[2].number_format == "0.00"
assert sum(round(r[2].value * 100) for r in detail) == fen
# The digest of the rows, from the cells alone: docs/formats/bank-text.md.
h = hashlib.sha256()
for i, r in enumerate(rows):
    cells = [("%.2f" % c.value) if c.data_type == "n" and c.value is not None else c.value or ""
             for c in r]
    h.update(("\x1f".join(cells) + "\n").encode())
print(hashlib.sha256(h.digest()).hexdigest())
rows = list(openpyxl.load_workbook("roster.xlsx").active.iter_rows(values_only=True))
assert rows[0][0] == "到人到户补贴清册"
assert rows[2][:4] == ("人数", count, "金额", fen / 100), rows[2]
assert len(rows) == count + 4
assert [r[0] for r in rows[4:]] == list(range(1, count + 1))
END
    digest=$(cat out)
    n=0
    until expect 0 r audit record "$n" --out record.cbor && grep -q bank-sheet record.cbor; do
        n=$((n + 1))
    done
    od -An -v -tx1 record.cbor | tr -d ' \n' | grep -q "5820$digest" ||
        fail "the record of the export lacks the digest of the rows, $digest"
fi

# ---- nothing is left, and a full disk is told ----
mkdir tmp
TMPDIR=$TEST_DIR/tmp expect 0 "$ALMONER" profile check roster-card
[ -z "$(ls -A tmp)" ] || fail 'temporary files are left'
TMPDIR=$TEST_DIR/none expect 6 "$ALMONER" profile check roster-card
code temporary
says TMPDIR
for blocks in 1 4 8; do # too small for a sheet: nothing half-written
    (trap '' XFSZ && ulimit -f $blocks && TMPDIR=$TEST_DIR/tmp \
        "$ALMONER" profile check roster-card --quiet 2>err >/dev/null)
    [ $? -eq 6 ] || fail "with $blocks blocks: $(cat err)"
    code temporary
done

# ---- reports ----
expect 0 r report unclaimed --period 2026-09 --out unclaimed.csv
expect 0 r report unclaimed --period 2026-09 --out unclaimed.xlsx
cp unclaimed.xlsx first.xlsx
expect 0 r report unclaimed --period 2026-09 --out unclaimed.xlsx
cmp -s first.xlsx unclaimed.xlsx || fail 'the same report again has other bytes'
expect 0 r --lang zh report arrears --out arrears.xlsx
if [ -n "$PYTHON" ]; then
    expect 0 $PYTHON - <<'END'
import csv, openpyxl
rows = list(csv.reader(open("unclaimed.csv", encoding="utf-8-sig")))
cells = list(openpyxl.load_workbook("unclaimed.xlsx").active.iter_rows())
assert len(rows) == len(cells) > 1, (len(rows), len(cells))
yuan = rows[0].index("yuan_a_month")
for r, c in zip(rows, cells):
    for i, (a, b) in enumerate(zip(r, c)):
        b = "" if b.value is None else "%.2f" % b.value if b.number_format == "0.00" else str(b.value)
        assert a == b, (a, b)
assert any(c[yuan].data_type == "n" and c[yuan].value for c in cells[1:])
END
fi

# ---- another version of the library ----
# One that packs less tightly: other bytes, the same cells.
cat >shim.c <<'END'
#include <zlib.h>
#include <stddef.h>
extern void *dlsym(void *, const char *);
int deflateInit2_(z_streamp z, int level, int method, int bits, int memory, int strategy,
                  const char *version, int size)
{
    int (*next)(z_streamp, int, int, int, int, int, const char *, int);
    *(void **)&next = dlsym((void *)-1L, "deflateInit2_");
    (void)level;
    return next(z, 1, method, bits, memory, strategy, version, size);
}
END
if [ "${VARIANT:-release}" != release ] || ! ${CC:-cc} -shared -fPIC -o shim.so shim.c -ldl; then
    echo 'not tried: another version of the library'
    exit 0
fi
other() { env LD_PRELOAD="$TEST_DIR/shim.so" "$@"; }
expect 0 other "$ALMONER" -C "$L" audit verify --json --now "$NOW"
is exports 0
is exports_by_rows 2
is integrity PASS
expect 0 other "$ALMONER" -C "$L" audit verify --now "$NOW"
says 'NOT CHECKED'
rm -f sent/*
expect 4 other "$ALMONER" -C "$L" batch export 1 --out sent/ --format bank-sheet \
    --as maker --key maker.pem --now "$NOW"
code sheet-version
[ -z "$(ls -A sent)" ] || fail 'a sheet with other bytes was written'
