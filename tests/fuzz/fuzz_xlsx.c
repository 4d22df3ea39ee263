/* fuzz_xlsx.c - any bytes as a workbook: never a crash, and rows that keep the reader's
 * promises. The first byte says what the others are: a whole archive (0), or one part
 * in a sound archive: the sheet, the shared texts, the formats, the workbook, its
 * relationships; checksums would keep changes out of them otherwise. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"
#include "formats/xlsx.h"
#include "tests/xlsx_make.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const PARTS[] = {
    "",
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
};
#define PART_COUNT (sizeof PARTS / sizeof PARTS[0])

static const char SHEET[] =
    XLSX_MAKE_XML "<worksheet " XLSX_MAKE_NS "><sheetData><row r=\"1\">"
                  "<c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" s=\"1\"><v>45000</v></c>"
                  "<c r=\"C1\" s=\"2\"><v>60</v></c></row></sheetData></worksheet>";

static void add_part(struct xlsx_make *m, size_t wanted, size_t part,
                     const char *otherwise, struct str text)
{
    xlsx_make_file(m, PARTS[part], wanted == part ? text : str_of(otherwise));
}

static struct str make(struct xlsx_make *m, size_t wanted, struct str text)
{
    xlsx_make_begin(m, false);
    if (wanted == 5) {
        xlsx_make_text(m, "_rels/.rels",
                       "<Relationships><Relationship Id=\"1\" Type=\"a/officeDocument\""
                       " Target=\"xl/workbook.xml\"/></Relationships>");
        xlsx_make_file(m, PARTS[5], text);
    } else {
        xlsx_make_root(m);
    }
    if (wanted == 4) {
        xlsx_make_file(m, PARTS[4], text);
    } else {
        xlsx_make_book(m, "<workbookPr date1904=\"1\"/>", XLSX_MAKE_SHEET);
    }
    if (wanted == 3) {
        xlsx_make_file(m, PARTS[3], text);
    } else {
        xlsx_make_styles(m);
    }
    add_part(m, wanted, 2, "<sst><si><t>a</t></si></sst>", text);
    add_part(m, wanted, 1, SHEET, text);
    return xlsx_make_end(m);
}

static void check_row(const struct csv_row *row, uint64_t *line)
{
    must(row->sheet && row->line > *line && row->line <= XLSX_ROWS_MAX);
    must(row->count >= 1 && row->count <= CSV_FIELDS_MAX);
    *line = row->line;
    for (size_t i = 0; i < row->count; i++) {
        must(row->kinds[i] < CELL_KINDS && row->columns[i] == i + 1);
        must(text_utf8_valid(row->fields[i], NULL));
        must(row->fields[i].n > 0 || row->kinds[i] == CELL_TEXT);
    }
}

static void read_all(struct str bytes)
{
    struct xlsx_reader *r = NULL;
    struct diag d = {0};
    const struct csv_row *row = NULL;
    uint64_t line = 0;
    enum status st = xlsx_reader_new(&r, bytes, NULL, &d);
    must(st == ST_OK || st == ST_INPUT);
    while (st == ST_OK) {
        st = xlsx_reader_next(r, &row, &d);
        must(st == ST_OK || st == ST_INPUT);
        if (st != ST_OK || row == NULL) {
            break;
        }
        check_row(row, &line);
        if (line == 1) {
            xlsx_reader_header(r);
        }
    }
    must(st == ST_OK || d.code[0] != '\0');
    xlsx_reader_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xlsx_make m;
    if (size == 0) {
        return 0;
    }
    struct str text = str_make(data + 1, size - 1);
    size_t wanted = data[0] % PART_COUNT;
    if (wanted == 0) {
        read_all(text);
        return 0;
    }
    struct str bytes = make(&m, wanted, text);
    read_all(bytes);
    buf_release(&m.out);
    return 0;
}
