# Workbooks as another program writes them: openpyxl (Debian python3-openpyxl), which is
# not needed to build or use almoner. If this fails, we read only what we wrote.
. tests/cli/lib.sh
for PYTHON in python3 /usr/bin/python3; do
    $PYTHON -c 'import openpyxl' 2>/dev/null && break
done
$PYTHON -c 'import openpyxl' 2>/dev/null || {
    echo "needs python3-openpyxl: apt-get install python3-openpyxl"
    exit 77
}
make_sandbox

# book FILE: runs the Python text on stdin with a new sheet ws of a workbook wb.
book() {
    { printf 'import openpyxl, datetime\nwb = openpyxl.Workbook()\nws = wb.active\n' &&
        cat && printf 'wb.save("%s")\n' "$1"; } >book.py
    expect 0 $PYTHON book.py
}

book roster.xlsx <<'END'
ws.title = "花名册"
ws.append(["身份证号", "姓名", "户籍区划", "户籍迁入日期", "申请日期", "银行账号"])
ws.append(["230523194001010001", "王某", "230523", "original",
           datetime.date(2026, 8, 1), "6217000000000000009"])
ws.append(["230523194001010028", "李某", "230523",
           datetime.date(2001, 5, 6), None, None])
ws.append([None, None, None, None, None, None])
ws.column_dimensions["A"].number_format = "@"
wb.create_sheet("说明").append(["不读"])
END
expect 0 a maker import people roster.xlsx --json
is sheet 花名册
is other_sheets 1
is rows 2
says 'only the sheet "花名册" was read, 1 others were not'
expect 0 a checker import confirm "$(field number)"
expect 0 r person show 230523194001010028 --json
says '2001-05-06'
expect 0 r person show 230523194001010001 --json
says '"attribute":"claim","programme":"","value":"[^"]*","effective":"2026-08-01"'

book facts.xlsx <<'END'
ws.append(["id_number", "attribute", "value", "effective", "amount"])
ws.append(["230523194001010001", "decision", "approve", datetime.date(2026, 1, 1), 707.1])
ws.append(["230523194001010028", "decision", "approve", datetime.date(2026, 1, 1), 0.1 + 0.2])
ws.append(["230523194001010001", "welfare", "dibao-urban", datetime.date(2026, 2, 1), None])
END
import facts facts.xlsx

# refused CODE LINE COLUMN: facts with one row of these cells.
refused() {
    want_code=$1 column=$2
    book bad.xlsx
    expect 3 a maker import facts bad.xlsx --json
    is code "$want_code"
    is line 2
    is column "$column"
}
HEADER='ws.append(["id_number", "attribute", "value", "effective", "amount"])'
refused numeric-cell 1 <<END
$HEADER
ws.append([230523194001010001, "welfare", "none", datetime.date(2026, 3, 1), None])
END
refused numeric-cell 3 <<END
$HEADER
ws.append(["230523194001010001", "phone", 13900000000, datetime.date(2026, 3, 1), None])
END
refused time-cell 4 <<END
$HEADER
ws.append(["230523194001010001", "welfare", "none", datetime.datetime(2026, 3, 1, 8), None])
END
refused formula-cell 5 <<END
$HEADER
ws.append(["230523194001010001", "decision", "approve", datetime.date(2026, 3, 1), "=1+1"])
END
refused error-cell 3 <<END
$HEADER
ws.append(["230523194001010001", "welfare", "#N/A", datetime.date(2026, 3, 1), None])
END
refused inexact-number 5 <<END
$HEADER
ws.append(["230523194001010001", "decision", "approve", datetime.date(2026, 3, 1), 1 / 3])
END
book merged.xlsx <<END
$HEADER
ws.append(["230523194001010001", "unit", "东村", datetime.date(2026, 3, 1), None])
ws.append(["230523194001010028", "unit", None, datetime.date(2026, 3, 1), None])
ws.merge_cells("C2:C3")
END
expect 3 a maker import facts merged.xlsx
code xlsx-merged
says 'row 3, column 3'
