/* test_xlsx.c - workbooks: cells in every form that writers use become the text a clerk
 * sees, or an error; and whatever bytes come, reading ends, within bounds. If this
 * fails, a number, a day or a row is taken for another. */
#include "formats/xlsx.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/zip.h"
#include "tests/xlsx_make.h"

Suite *suite_xlsx(void);

#define ROWS "<sheetData>"
#define END "</sheetData>"
#define ONE(cell) ROWS "<row r=\"1\">" cell "</row>" END
#define STRINGS                                                                        \
    "<si><t>王秀英</t></si>"                                                        \
    "<si><r><t>李</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\">桂 兰</t></r>" \
    "<rPh sb=\"0\" eb=\"1\"><t>LI</t></rPh><phoneticPr fontId=\"1\"/></si>"            \
    "<si><t>a_x000D_b_x005F_x0041_</t></si><si/>"

static const char KINDS[CELL_KINDS + 1] = "tndbEFTDPI";

/* All rows as "1: t=text|n=5\n", "|" between columns, nothing for empty fields. */
static enum status read_rows(struct str bytes, const char *sheet, bool header,
                             struct buf *out, struct diag *d)
{
    struct xlsx_reader *r = NULL;
    const struct csv_row *row = NULL;
    memset(d, 0, sizeof *d);
    enum status st = xlsx_reader_new(&r, bytes, sheet, d);
    for (bool first = true; st == ST_OK; first = false) {
        st = xlsx_reader_next(r, &row, d);
        if (st != ST_OK || row == NULL) {
            break;
        }
        if (first && header) {
            xlsx_reader_header(r);
        }
        buf_addf(out, "%llu: ", (unsigned long long)row->line);
        for (size_t i = 0; i < row->count; i++) {
            buf_add_text(out, i > 0 ? "|" : "");
            ck_assert_uint_eq(row->columns[i], i + 1);
            ck_assert_uint_eq(row->down[i], 0);
            if (row->fields[i].n > 0) {
                buf_addf(out, "%c=%.*s", KINDS[row->kinds[i]], STR_ARG(row->fields[i]));
            }
        }
        buf_add_text(out, "\n");
    }
    if (r != NULL && st != ST_OK) {
        struct diag again = {0};
        ck_assert_int_eq(xlsx_reader_next(r, &row, &again), st);
        ck_assert_str_eq(again.code, d->code);
    }
    xlsx_reader_free(r);
    return st;
}

static const struct {
    const char *label;
    const char *sheet; /* within <worksheet> */
    const char *rows;  /* or the code of the failure, then "@" and where */
} sheets[] = {
    {"shared", ONE("<c r=\"A1\" t=\"s\"><v>0</v></c>"), "1: t=王秀英\n"},
    {"rich text joined, reading aids left out", ONE("<c t=\"s\"><v>1</v></c>"),
     "1: t=李桂 兰\n"},
    {"escapes", ONE("<c t=\"s\"><v>2</v></c>"), "1: t=a\rb_x0041_\n"},
    {"empty shared", ONE("<c t=\"s\"><v>3</v></c><c><v>1</v></c>"), "1: |n=1\n"},
    {"no such shared", ONE("<c t=\"s\"><v>4</v></c>"), "xlsx-cell@row 1, column 1"},
    {"inline", ONE("<c t=\"inlineStr\"><is><t>甲&amp;</t><rPh><t>x</t></rPh></is></c>"),
     "1: t=甲&\n"},
    {"inline rich",
     ONE("<c t=\"inlineStr\"><is><r><t>a</t></r><r><t>b</t></r></is></c>"),
     "1: t=ab\n"},
    {"formula's text", ONE("<c t=\"str\"><f>A2&amp;A3</f><v>东村</v></c>"),
     "1: t=东村\n"},
    {"formula's empty text", ONE("<c t=\"str\"><f>A2</f><v></v></c><c><v>1</v></c>"),
     "1: |n=1\n"},
    {"formula's number", ONE("<c><f>1+1</f><v>2</v></c>"), "1: n=2\n"},
    {"formula without value", ONE("<c><f>A2+1</f><v/></c><c><f/></c>"),
     "1: F==A2+1|F==\n"},
    {"boolean", ONE("<c t=\"b\"><v>1</v></c><c t=\"b\"><v>0</v></c>"),
     "1: b=TRUE|b=FALSE\n"},
    {"bad boolean", ONE("<c t=\"b\"><v>2</v></c>"), "xlsx-cell@row 1, column 1"},
    {"error", ONE("<c t=\"e\"><v>#N/A</v></c>"), "1: E=#N/A\n"},
    {"unknown type", ONE("<c t=\"x\"><v>1</v></c>"), "xlsx-cell@row 1, column 1"},
    {"two values", ONE("<c><v>1</v><v>2</v></c>"), "xlsx-cell@row 1, column 1"},
    {"no number", ONE("<c><v>12a</v></c>"), "xlsx-cell@row 1, column 1"},
    {"sparse", ROWS "<row r=\"2\"/><row r=\"5\"><c r=\"C5\"><v>7</v></c></row>" END,
     "5: ||n=7\n"},
    {"styled blanks and trailing rows",
     ROWS "<row><c s=\"1\"/><c><v>1</v></c><c s=\"2\"/></row><row><c s=\"1\"/></row>"
          "<row/>" END,
     "1: |n=1\n"},
    {"places not named",
     ROWS "<row><c><v>1</v></c></row><row><c><v>2</v></c></row>" END,
     "1: n=1\n2: n=2\n"},
    {"padded to the header",
     ROWS "<row><c/><c><v>1</v></c></row><row><c><v>2</v></c></row>" END,
     "1: |n=1\n2: n=2|\n"},
    {"row back", ROWS "<row r=\"2\"><c><v>1</v></c></row><row r=\"2\"/>" END,
     "xlsx-order@row 2"},
    {"cell back", ONE("<c r=\"B1\"><v>1</v></c><c r=\"B1\"><v>1</v></c>"),
     "xlsx-order@row 1, column 3"},
    {"cell of another row", ONE("<c r=\"A2\"><v>1</v></c>"),
     "xlsx-order@row 1, column 1"},
    {"a place that is none", ONE("<c r=\"a1\"><v>1</v></c>"),
     "xlsx-order@row 1, column 1"},
    {"row 1048577", ROWS "<row r=\"1048577\"/>" END, "xlsx-order@row 0"},
    {"last column",
     ONE("<c r=\"IV1\" t=\"inlineStr\"><is><t></t></is></c>"
         "<c r=\"IW1\" s=\"1\"/><c r=\"XFD1\"/>"),
     ""},
    {"column 257", ONE("<c r=\"IW1\"><v>1</v></c>"),
     "csv-too-many-fields@row 1, column 257"},
    {"own prefix",
     "<x:sheetData xmlns:x=\"urn:any\">"
     "<x:row x:r=\"1\"><x:c><x:v>1</x:v></x:c></x:row></x:sheetData>",
     "1: n=1\n"},
    {"foreign parts passed over",
     "<sheetViews><sheetView><c><v>9</v></c></sheetView></sheetViews>" ROWS
     "<row><c><extLst><v>8</v></extLst><v>1</v></c><ext><c><v>7</v></c></ext></row>" END
     "<extLst><sheetData><row><c><v>6</v></c></row></sheetData></extLst>",
     "1: n=1\n"},
    {"merged in the title",
     ONE("<c><v>1</v></c>") "<mergeCells><mergeCell ref=\"A1:D1\"/>"
                            "</mergeCells>",
     "1: n=1\n"},
    {"merged below",
     ONE("<c><v>1</v></c>") "<mergeCells><mergeCell ref=\"A1:D1\"/>"
                            "<mergeCell ref=\"B2:B3\"/></mergeCells>",
     "xlsx-merged@row 3, column 2"},
    {"nothing", ROWS END, ""},
    {"no data", "", ""},
    {"unclosed", "<sheetData><row>", "xlsx-xml@"},
    {"line end in a cell", ONE("<c t=\"inlineStr\"><is><t>a\nb</t></is></c>"),
     "1: t=a\nb\n"},
    /* Days: 45505 is 2024-08-01. */
    {"built-in date", ONE("<c s=\"1\"><v>45505</v></c>"), "1: d=2024-08-01\n"},
    {"own date", ONE("<c s=\"2\"><v>45505.0</v></c>"), "1: d=2024-08-01\n"},
    {"Chinese date", ONE("<c s=\"7\"><v>1</v></c>"), "1: d=1900-01-01\n"},
    {"day 59", ONE("<c s=\"1\"><v>59</v></c>"), "1: d=1900-02-28\n"},
    {"day 60 was not", ONE("<c s=\"1\"><v>60</v></c>"), "1: D=60\n"},
    {"day 61", ONE("<c s=\"1\"><v>61</v></c>"), "1: d=1900-03-01\n"},
    {"last day", ONE("<c s=\"1\"><v>2958465</v></c>"), "1: d=9999-12-31\n"},
    {"no day",
     ONE("<c s=\"1\"><v>2958466</v></c><c s=\"1\"><v>0</v></c>"
         "<c s=\"1\"><v>-1</v></c>"),
     "1: D=2958466|D=0|D=-1\n"},
    {"day with a time", ONE("<c s=\"1\"><v>45505.5</v></c>"), "1: T=45505.5\n"},
    {"day with a time of many digits", ONE("<c s=\"1\"><v>45505.333333333336</v></c>"),
     "1: T=45505.333333333336\n"},
    {"time", ONE("<c s=\"3\"><v>0.5</v></c><c s=\"8\"><v>2</v></c>"), "1: T=0.5|T=2\n"},
    {"percent", ONE("<c s=\"4\"><v>0.5</v></c>"), "1: P=0.5\n"},
    {"money whose format spells day", ONE("<c s=\"5\"><v>350</v></c>"), "1: n=350\n"},
    {"number as text", ONE("<c s=\"6\"><v>5</v></c>"), "1: n=5\n"},
    {"no such format", ONE("<c s=\"99\"><v>5</v></c>"), "1: n=5\n"},
    {"text with a date's format", ONE("<c s=\"1\" t=\"s\"><v>0</v></c>"),
     "1: t=王秀英\n"},
    {"ISO day",
     ONE("<c t=\"d\"><v>2024-08-01</v></c>"
         "<c t=\"d\"><v>2024-08-01T00:00:00</v></c>"
         "<c t=\"d\"><v>2024-08-01T08:00:00</v></c>"),
     "1: d=2024-08-01|d=2024-08-01|T=2024-08-01T08:00:00\n"},
};

START_TEST(sheet_gives_rows)
{
    struct xlsx_make m;
    struct buf out;
    struct diag d;
    char failure[400];
    struct str bytes = xlsx_make_workbook(&m, sheets[_i].sheet, STRINGS, _i % 2 == 0);
    buf_init(&out, 1 << 20);
    enum status st = read_rows(bytes, NULL, true, &out, &d);
    snprintf(failure, sizeof failure, "%s@%s", d.code, d.where);
    const char *got = st == ST_OK ? buf_cstr(&out) : failure;
    if (strcmp(got, sheets[_i].rows) != 0) {
        ck_abort_msg("%s: \"%s\" (%s), not \"%s\"", sheets[_i].label, got, d.what,
                     sheets[_i].rows);
    }
    buf_release(&out);
    buf_release(&m.out);
}
END_TEST

/* 15 digits stand for themselves; what a double makes of them is found back; nothing is
 * rounded that was not such a double. */
static const struct {
    const char *v;
    const char *field;
} numbers[] = {
    {"0", "n=0"},
    {"350", "n=350"},
    {"350.00", "n=350.00"},
    {"+350", "n=350"},
    {"-12.50", "n=-12.50"},
    {"707.1", "n=707.1"},
    {"707.10000000000002", "n=707.1"},
    {"707.1000000000001", "n=707.1"},
    {"707.1000000000002", "I=707.1000000000002"},
    {"0.30000000000000004", "n=0.3"},
    {"0.99999999999999989", "n=1"},
    {"9.9999999999999982", "I=9.9999999999999982"},
    {"4.3500000000000005", "n=4.35"},
    {"1234567.8900000001", "n=1234567.89"},
    {"0.33333333333333331", "I=0.33333333333333331"},
    {"100.33333333333333", "I=100.33333333333333"},
    {"123456789012345", "n=123456789012345"},
    {"1234567890123456", "I=1234567890123456"},
    {"1234567890123450", "n=1234567890123450"},
    {"2.3052319400101E+17", "n=230523194001010000"},
    {"1E3", "n=1000"},
    {"1.5e-3", "n=0.0015"},
    {"-1.5E0", "n=-1.5"},
    {"1E300", "I=1E300"},
    {"1E-300", "I=1E-300"},
    {"00012", "n=00012"},
    {".5", "n=.5"},
    {"0.0000000000000000000000001", "n=0.0000000000000000000000001"},
    {"12345678901234567890123456789012345678901234567890",
     "I=1234567890123456789012345678"
     "9012345678901234567890"},
};

START_TEST(number_is_exact)
{
    struct xlsx_make m;
    struct buf out;
    struct diag d;
    char sheet[300];
    char want[200];
    snprintf(sheet, sizeof sheet, ONE("<c><v>%s</v></c>"), numbers[_i].v);
    snprintf(want, sizeof want, "1: %s\n", numbers[_i].field);
    struct str bytes = xlsx_make_workbook(&m, sheet, "", false);
    buf_init(&out, 1 << 20);
    ck_assert_int_eq(read_rows(bytes, NULL, true, &out, &d), ST_OK);
    ck_assert_str_eq(buf_cstr(&out), want);
    buf_release(&out);
    buf_release(&m.out);
}
END_TEST

START_TEST(other_system_of_days)
{
    struct xlsx_make m;
    struct buf out;
    struct diag d;
    xlsx_make_begin(&m, true);
    xlsx_make_root(&m);
    xlsx_make_book(&m, "<workbookPr date1904=\"1\"/>", XLSX_MAKE_SHEET);
    xlsx_make_styles(&m);
    xlsx_make_text(&m, "xl/sharedStrings.xml", "<sst/>");
    xlsx_make_text(
        &m, "xl/worksheets/sheet1.xml",
        "<worksheet>" ONE("<c s=\"1\"><v>0</v></c><c s=\"1\"><v>44043</v></c>"
                          "<c s=\"1\"><v>60</v></c>") "</worksheet>");
    buf_init(&out, 1 << 20);
    ck_assert_int_eq(read_rows(xlsx_make_end(&m), NULL, true, &out, &d), ST_OK);
    ck_assert_str_eq(buf_cstr(&out), "1: d=1904-01-01|d=2024-08-01|d=1904-03-01\n");
    buf_release(&out);
    buf_release(&m.out);
}
END_TEST

/* Which sheet is read, and that the others are known of. */
static const struct {
    const char *label;
    const char *sheets;
    const char *wanted;
    const char *rows; /* or a code */
    const char *name;
    unsigned others;
} books[] = {
    {"first", "<sheet name=\"甲\" r:id=\"rId1\"/><sheet name=\"乙\" r:id=\"rId2\"/>",
     NULL, "1: n=1\n", "甲", 1},
    {"first that is shown",
     "<sheet name=\"甲\" state=\"hidden\" r:id=\"rId1\"/>"
     "<sheet name=\"乙\" r:id=\"rId2\"/>",
     NULL, "1: n=2\n", "乙", 0},
    {"by name", "<sheet name=\"甲\" r:id=\"rId1\"/><sheet name=\"乙 \" r:id=\"rId2\"/>",
     "乙", "1: n=2\n", "乙 ", 1},
    {"hidden by name", "<sheet name=\"甲\" state=\"veryHidden\" r:id=\"rId1\"/>", "甲",
     "1: n=1\n", "甲", 0},
    {"no such name", "<sheet name=\"甲\" r:id=\"rId1\"/>", "丙", "xlsx-no-sheet", "",
     0},
    {"none shown", "<sheet name=\"甲\" state=\"hidden\" r:id=\"rId1\"/>", NULL,
     "xlsx-no-sheet", "", 0},
    {"no sheets", "", NULL, "xlsx-no-sheet", "", 0},
    {"no such part", "<sheet name=\"甲\" r:id=\"rId9\"/>", NULL, "xlsx-no-sheet", "",
     0},
    {"a part that is no sheet", "<sheet name=\"甲\" r:id=\"rId4\"/>", NULL,
     "xlsx-no-sheet", "", 0},
};

START_TEST(book_leads_to_sheet)
{
    struct xlsx_make m;
    struct buf out;
    struct diag d;
    struct xlsx_reader *r = NULL;
    xlsx_make_begin(&m, true);
    xlsx_make_root(&m);
    xlsx_make_book(&m, "", books[_i].sheets);
    xlsx_make_text(&m, "XL/Styles.xml", "<styleSheet/>");
    xlsx_make_text(&m, "xl/sharedStrings.xml", "<sst/>");
    xlsx_make_text(&m, "xl/worksheets/sheet1.xml",
                   "<worksheet>" ONE("<c><v>1</v></c>") "</worksheet>");
    xlsx_make_text(&m, "xl/worksheets/sheet2.xml",
                   "<worksheet>" ONE("<c><v>2</v></c>") "</worksheet>");
    struct str bytes = xlsx_make_end(&m);
    buf_init(&out, 1 << 20);
    enum status st = read_rows(bytes, books[_i].wanted, true, &out, &d);
    ck_assert_msg(strcmp(st == ST_OK ? buf_cstr(&out) : d.code, books[_i].rows) == 0,
                  "%s: %s %s", books[_i].label, buf_cstr(&out), d.code);
    if (st == ST_OK) {
        ck_assert_int_eq(xlsx_reader_new(&r, bytes, books[_i].wanted, &d), ST_OK);
        ck_assert_str_eq(xlsx_reader_sheet(r), books[_i].name);
        ck_assert_uint_eq(xlsx_reader_others(r), books[_i].others);
        xlsx_reader_free(r);
    }
    buf_release(&out);
    buf_release(&m.out);
}
END_TEST

/* ---- archives that are none, or mean harm ---- */

static void refused(struct xlsx_make *m, const char *code)
{
    struct buf out;
    struct diag d;
    struct str bytes = xlsx_make_end(m);
    buf_init(&out, (size_t)1 << 30);
    ck_assert_int_eq(read_rows(bytes, NULL, true, &out, &d), ST_INPUT);
    ck_assert_msg(strcmp(d.code, code) == 0, "%s: %s", d.code, d.what);
    buf_release(&out);
    buf_release(&m->out);
}

static const struct {
    const char *file;
    const char *what;
} archives[] = {
    {"content.xml", ".ods"},
    {"xl/workbook.bin", ".xlsb"},
    {"word/document.xml", ".docx"},
    {"readme.txt", ".zip"},
};

START_TEST(other_archive_is_named)
{
    struct xlsx_make m;
    struct xlsx_reader *r = NULL;
    struct diag d = {0};
    xlsx_make_begin(&m, false);
    xlsx_make_text(&m, archives[_i].file, "x");
    ck_assert_int_eq(xlsx_reader_new(&r, xlsx_make_end(&m), NULL, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "xlsx-other");
    ck_assert_ptr_nonnull(strstr(d.what, archives[_i].what));
    buf_release(&m.out);
}
END_TEST

/* A workbook but for its sheet. */
static void begin_book(struct xlsx_make *m)
{
    xlsx_make_begin(m, true);
    xlsx_make_root(m);
    xlsx_make_book(m, "", XLSX_MAKE_SHEET);
    xlsx_make_styles(m);
    xlsx_make_text(m, "xl/sharedStrings.xml", "<sst/>");
}

static const struct {
    const char *label;
    const char *sheet;
    const char *code;
} harms[] = {
    {"document type", "<!DOCTYPE worksheet><worksheet/>", "xlsx-dtd"},
    {"entities",
     "<!DOCTYPE w [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]><worksheet>&c;</worksheet>",
     "xlsx-dtd"},
    {"outside entity", "<!DOCTYPE w SYSTEM \"file:///etc/passwd\"><worksheet/>",
     "xlsx-dtd"},
    {"entity without a type", "<worksheet>&a;</worksheet>", "xlsx-xml"},
    {"no XML", "PK", "xlsx-xml"},
    {"empty", "", "xlsx-xml"},
    {"other encoding", "<?xml version=\"1.0\" encoding=\"GB18030\"?><worksheet/>",
     "xlsx-xml"},
    {"not UTF-8", "<worksheet>\xff</worksheet>", "xlsx-xml"},
};

START_TEST(harm_is_refused)
{
    struct xlsx_make m;
    begin_book(&m);
    xlsx_make_text(&m, "xl/worksheets/sheet1.xml", harms[_i].sheet);
    refused(&m, harms[_i].code);
}
END_TEST

/* text `times` over, between head and tail. */
static void add_repeated(struct xlsx_make *m, const char *name, const char *head,
                         const char *text, size_t times, const char *tail)
{
    struct buf b;
    buf_init(&b, XLSX_MAKE_MAX);
    buf_add_text(&b, head);
    for (size_t i = 0; i < times; i++) {
        buf_add_text(&b, text);
    }
    buf_add_text(&b, tail);
    xlsx_make_file(m, name, buf_str(&b));
    buf_release(&b);
}

static const struct {
    const char *label;
    const char *head;
    const char *text;
    size_t times;
    const char *code;
} bombs[] = {
    {"blanks that unpack a thousandfold", "<worksheet>", "                ", 2000000,
     "zip-bomb"},
    {"depth", "<worksheet>", "<a>", 200, "xlsx-xml"},
    {"more rows than there are", "<worksheet><sheetData>", "<row/>", 1048577,
     "zip-bomb"},
};

START_TEST(bomb_is_refused)
{
    struct xlsx_make m;
    begin_book(&m);
    add_repeated(&m, "xl/worksheets/sheet1.xml", bombs[_i].head, bombs[_i].text,
                 bombs[_i].times, "");
    refused(&m, bombs[_i].code);
}
END_TEST

/* Where no ratio helps: stored, not deflated. */
static const struct {
    const char *label;
    const char *head;
    const char *text;
    size_t times;
    const char *tail;
    const char *code;
} floods[] = {
    {"long tag", "<worksheet a=\"", "0123456789", 300000, "\"/>", "xlsx-xml"},
    {"long comment", "<worksheet><!--", "0123456789", 300000, "--></worksheet>",
     "xlsx-xml"},
    {"rows", "<worksheet><sheetData>", "<row/>", 1048577, "</sheetData></worksheet>",
     "xlsx-order"},
    {"cells", "<worksheet><sheetData><row>", "<c><v>1</v></c>", 257,
     "</row></sheetData></worksheet>", "csv-too-many-fields"},
    {"one cell", "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>",
     "0123456789\n", 100000, "</t></is></c></row></sheetData></worksheet>",
     "csv-row-too-long"},
    {"one row", "<worksheet><sheetData><row>",
     "<c t=\"inlineStr\"><is><t>"
     "01234567890123456789012345678901234567890123456789012345678901234567890123456789"
     "01234567890123456789012345678901234567890123456789012345678901234567890123456789"
     "01234567890123456789012345678901234567890123456789012345678901234567890123456789"
     "</t></is></c>",
     250, "</row></sheetData></worksheet>", ""},
};

START_TEST(flood_is_refused)
{
    struct xlsx_make m;
    struct buf out;
    struct diag d;
    begin_book(&m);
    m.packed = false;
    add_repeated(&m, "xl/worksheets/sheet1.xml", floods[_i].head, floods[_i].text,
                 floods[_i].times, floods[_i].tail);
    buf_init(&out, (size_t)1 << 30);
    (void)read_rows(xlsx_make_end(&m), NULL, true, &out, &d);
    ck_assert_msg(strcmp(d.code, floods[_i].code) == 0, "%s: %s %s", floods[_i].label,
                  d.code, d.what);
    buf_release(&out);
    buf_release(&m.out);
}
END_TEST

START_TEST(doubled_and_many_names_are_refused)
{
    struct xlsx_make m;
    char name[40];
    begin_book(&m);
    xlsx_make_text(&m, "xl/worksheets/sheet1.xml", "<worksheet/>");
    xlsx_make_text(&m, "XL/worksheets/Sheet1.xml", "<worksheet/>");
    refused(&m, "zip-doubled-name");
    begin_book(&m);
    for (unsigned i = 0; i < ZIP_ENTRIES_MAX; i++) {
        snprintf(name, sizeof name, "x%u", i);
        xlsx_make_text(&m, name, "");
    }
    refused(&m, "zip-too-big");
}
END_TEST

/* ---- every truncation, every flipped byte ---- */

static const char SMALL[] =
    ROWS "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"B1\" s=\"1\"><v>45505</v>"
         "</c></row><row r=\"2\"><c r=\"A2\"><v>707.10000000000002</v></c></row>" END;
#define SMALL_ROWS "1: t=李桂 兰|d=2024-08-01\n2: n=707.1|\n"

START_TEST(truncation_is_refused)
{
    struct xlsx_make m;
    struct buf out;
    struct diag d;
    struct str bytes = xlsx_make_workbook(&m, SMALL, STRINGS, _i == 1);
    for (size_t n = 0; n <= bytes.n; n++) {
        /* A copy of its own, so that a sanitizer sees a read beyond it. */
        char *copy = malloc(n + 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, bytes.p, n);
        buf_init(&out, 1 << 20);
        enum status st = read_rows(str_make(copy, n), NULL, true, &out, &d);
        ck_assert_msg(st == (n == bytes.n ? ST_OK : ST_INPUT), "%zu bytes: %s", n,
                      d.what);
        if (st == ST_OK) {
            ck_assert_str_eq(buf_cstr(&out), SMALL_ROWS);
        }
        buf_release(&out);
        free(copy);
    }
    buf_release(&m.out);
}
END_TEST

START_TEST(flipped_byte_is_refused_or_harmless)
{
    struct xlsx_make m;
    struct buf out;
    struct diag d;
    size_t harmless = 0;
    struct str bytes = xlsx_make_workbook(&m, SMALL, STRINGS, _i == 1);
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < bytes.n; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            m.out.p[i] = (char)(m.out.p[i] ^ (1 << bit));
            buf_clear(&out);
            enum status st = read_rows(bytes, NULL, true, &out, &d);
            ck_assert_msg(st == ST_OK || st == ST_INPUT, "byte %zu: %d %s", i, (int)st,
                          d.what);
            if (st == ST_OK) {
                harmless++;
                ck_assert_msg(strcmp(buf_cstr(&out), SMALL_ROWS) == 0,
                              "byte %zu, bit %u: %s", i, bit, buf_cstr(&out));
            }
            m.out.p[i] = (char)(m.out.p[i] ^ (1 << bit));
        }
    }
    /* Dates and versions of files in the archive, which nobody reads. */
    ck_assert_uint_gt(harmless, 0);
    ck_assert_uint_lt(harmless, bytes.n * 8 / 3);
    buf_release(&out);
    buf_release(&m.out);
}
END_TEST

START_TEST(large_sheet_is_a_stream)
{
    struct xlsx_make m;
    struct buf b;
    struct diag d;
    struct xlsx_reader *r = NULL;
    const struct csv_row *row = NULL;
    size_t rows = 0;
    begin_book(&m);
    buf_init(&b, XLSX_MAKE_MAX);
    buf_add_text(&b, "<worksheet><sheetData>");
    for (unsigned i = 1; i <= 20000; i++) {
        buf_addf(&b,
                 "<row r=\"%u\"><c r=\"A%u\" t=\"inlineStr\"><is><t>n%u</t></is></c>"
                 "<c r=\"B%u\"><v>%u</v></c></row>",
                 i, i, i * 7919, i, i);
    }
    buf_add_text(&b, "</sheetData></worksheet>");
    xlsx_make_file(&m, "xl/worksheets/sheet1.xml", buf_str(&b));
    buf_release(&b);
    struct str bytes = xlsx_make_end(&m);
    ck_assert_int_eq(xlsx_reader_new(&r, bytes, "", &d), ST_OK);
    for (;;) {
        ck_assert_int_eq(xlsx_reader_next(r, &row, &d), ST_OK);
        if (row == NULL) {
            break;
        }
        rows++;
        ck_assert_uint_eq(row->line, rows);
        ck_assert_uint_eq(row->count, 2);
    }
    ck_assert_uint_eq(rows, 20000);
    ck_assert_int_eq(xlsx_reader_next(r, &row, &d), ST_OK);
    ck_assert_ptr_null(row);
    xlsx_reader_free(r);
    buf_release(&m.out);
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof(list)[0]))

Suite *suite_xlsx(void)
{
    Suite *s = suite_create("xlsx");
    TCase *t = tcase_create("xlsx");
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, sheet_gives_rows, 0, COUNT(sheets));
    tcase_add_loop_test(t, number_is_exact, 0, COUNT(numbers));
    tcase_add_test(t, other_system_of_days);
    tcase_add_loop_test(t, book_leads_to_sheet, 0, COUNT(books));
    tcase_add_loop_test(t, other_archive_is_named, 0, COUNT(archives));
    tcase_add_loop_test(t, harm_is_refused, 0, COUNT(harms));
    tcase_add_loop_test(t, bomb_is_refused, 0, COUNT(bombs));
    tcase_add_loop_test(t, flood_is_refused, 0, COUNT(floods));
    tcase_add_test(t, doubled_and_many_names_are_refused);
    tcase_add_loop_test(t, truncation_is_refused, 0, 2);
    tcase_add_loop_test(t, flipped_byte_is_refused_or_harmless, 0, 2);
    tcase_add_test(t, large_sheet_is_a_stream);
    suite_add_tcase(s, t);
    return s;
}
