/* test_mapping.c - mappings as they are read: what they say, and that a cut or
 * changed one is a mapping or refused; and what becomes of the cells of a workbook.
 * Their work on files: tests/cli/mapping.sh, xlsx.sh. If this fails,
 * a column of a list is taken for another. */
#include "batch/import_private.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/verify.h"
#include "tests/unit/ledger_fixture.h"

Suite *suite_mapping(void);

static const char GOOD[] = "# a comment\n"
                           "file: facts\n"
                           "sheet: 名册\n"
                           "header-row: 3\n"
                           "columns: {证件号: id_number, 事项: 登记项目}\n"
                           "ignore: [序号, \"备\\n注\"]\n"
                           "values:\n"
                           "  attribute: {残疾等级: disability-grade}\n"
                           "  value: {一级: 1, 二级: 2}\n";

START_TEST(good_mapping)
{
    struct import_mapping m;
    struct diag d = {0};
    ck_assert_int_eq(import_mapping_read(&m, str_of(GOOD), "m.yaml", &d), ST_OK);
    ck_assert_int_eq(m.what, IMPORT_FACTS);
    ck_assert_str_eq(m.sheet, "名册");
    ck_assert_uint_eq(m.header_row, 3);
    ck_assert_uint_eq(m.length, sizeof GOOD - 1);
    ck_assert_uint_eq(m.header_count, 4);
    ck_assert(str_is(m.headers[0].name, "证件号"));
    ck_assert_int_eq(m.headers[0].field, FIELD_ID_NUMBER);
    ck_assert_int_eq(m.headers[1].field, FIELD_ATTRIBUTE);
    ck_assert(!m.headers[1].ignored && m.headers[2].ignored);
    ck_assert(str_is(m.headers[3].name, "备\n注"));
    ck_assert_uint_eq(m.value_counts[FIELD_ATTRIBUTE], 1);
    ck_assert_uint_eq(m.value_counts[FIELD_VALUE], 2);
    ck_assert(str_is(m.values[FIELD_VALUE][1].from, "二级"));
    ck_assert(str_is(m.values[FIELD_VALUE][1].to, "2"));
    import_mapping_release(&m);
    import_mapping_release(&m);
}
END_TEST

static const struct {
    const char *label;
    const char *text;
    const char *code;
    const char *where;
} bad[] = {
    {"empty", "", "yaml-empty", "m.yaml:1:1"},
    {"a text", "file", "mapping", "m.yaml:1:1"},
    {"no kind", "sheet: a\n", "mapping", "m.yaml:1:1"},
    {"unknown kind", "file: list\n", "mapping", "m.yaml:1:7"},
    {"kind is a list", "file: [people]\n", "mapping", "m.yaml:1:7"},
    {"unknown key", "file: people\nheader: 1\n", "mapping", "m.yaml:2:1"},
    {"column of another kind", "file: people\ncolumns: {a: value}\n", "mapping",
     "m.yaml:2:14"},
    {"columns empty", "file: people\ncolumns: {}\n", "mapping", "m.yaml:2:10"},
    {"column empty", "file: people\ncolumns: {a: }\n", "mapping", "m.yaml:2:14"},
    {"header empty", "file: people\ncolumns: {\"\": name}\n", "mapping", "m.yaml:2:11"},
    {"header with blanks", "file: people\nignore: [\"a \"]\n", "mapping",
     "m.yaml:2:10"},
    {"header twice", "file: people\ncolumns: {a: name}\nignore: [b, a]\n", "mapping",
     "m.yaml:3:13"},
    {"header row 0", "file: people\nheader-row: 0\n", "mapping", "m.yaml:2:13"},
    {"header row 101", "file: people\nheader-row: 101\n", "mapping", "m.yaml:2:13"},
    {"values of no column", "file: people\nvalues: {a: {b: c}}\n", "mapping",
     "m.yaml:2:10"},
    {"values in both languages", "file: people\nvalues: {unit: {b: c}, 村居: {d: e}}\n",
     "mapping", "m.yaml:2:24"},
    {"value is a list", "file: people\nvalues: {unit: {b: [c]}}\n", "mapping",
     "m.yaml:2:20"},
    {"value empty", "file: people\nvalues: {unit: {b: \"\"}}\n", "mapping",
     "m.yaml:2:20"},
    {"sheet with blanks", "file: people\nsheet: \" a\"\n", "mapping", "m.yaml:2:8"},
    {"alias", "file: people\nsheet: *a\n", "yaml-alias", "m.yaml:2:8"},
};

START_TEST(bad_mapping)
{
    struct import_mapping m;
    struct diag d = {0};
    enum status st = import_mapping_read(&m, str_of(bad[_i].text), "m.yaml", &d);
    ck_assert_msg(st == ST_INPUT && strcmp(d.code, bad[_i].code) == 0 &&
                      strcmp(d.where, bad[_i].where) == 0,
                  "%s: %d %s %s: %s", bad[_i].label, (int)st, d.code, d.where, d.what);
    ck_assert_ptr_null(m.arena);
}
END_TEST

/* Cut or changed it is refused, or a mapping still, and nothing is leaked. */
static void read_any(const char *text, size_t n)
{
    struct import_mapping m;
    struct diag d = {0};
    char *copy = malloc(n + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, n);
    enum status st = import_mapping_read(&m, str_make(copy, n), "m.yaml", &d);
    ck_assert(st == ST_OK || (st == ST_INPUT && d.code[0] != '\0'));
    import_mapping_release(&m);
    free(copy);
}

START_TEST(every_truncation_and_change)
{
    char text[sizeof GOOD];
    for (size_t n = 0; n < sizeof GOOD; n++) {
        read_any(GOOD, n);
    }
    memcpy(text, GOOD, sizeof GOOD);
    for (size_t i = 0; i + 1 < sizeof GOOD; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            text[i] = (char)(GOOD[i] ^ (1 << bit));
            read_any(text, sizeof GOOD - 1);
        }
        text[i] = GOOD[i];
    }
}
END_TEST

/* ---- cells of a workbook ---- */

/* What becomes of one cell of a column: the value, or the code of its fault. */
static const struct {
    enum import_field field;
    enum cell_kind kind;
    const char *text;
    const char *result;
} cells[] = {
    {FIELD_ID_NUMBER, CELL_TEXT, "230523194001010001", "230523194001010001"},
    {FIELD_ID_NUMBER, CELL_NUMBER, "230523194001010000", "numeric-cell"},
    {FIELD_ID_NUMBER, CELL_INEXACT, "230523194001010001", "numeric-cell"},
    {FIELD_ID_NUMBER, CELL_ERROR, "#REF!", "error-cell"},
    {FIELD_ACCOUNT, CELL_NUMBER, "6217000001", "numeric-cell"},
    {FIELD_ACCOUNT, CELL_DATE, "2024-08-01", "numeric-cell"},
    {FIELD_BANK_CODE, CELL_NUMBER, "1", "numeric-cell"},
    {FIELD_REGISTRATION, CELL_NUMBER, "230523", "numeric-cell"},
    {FIELD_UNIT, CELL_NUMBER, "12", "numeric-cell"},
    {FIELD_PHONE, CELL_NUMBER, "13900000000", "numeric-cell"},
    {FIELD_HOUSEHOLD, CELL_BOOLEAN, "TRUE", "numeric-cell"},
    {FIELD_PAYEE_ID, CELL_NUMBER, "1", "numeric-cell"},
    {FIELD_NAME, CELL_NUMBER, "12", "12"},
    {FIELD_NAME, CELL_FORMULA, "=A1", "formula-cell"},
    {FIELD_VALUE, CELL_NUMBER, "2", "2"},
    {FIELD_VALUE, CELL_BOOLEAN, "TRUE", "TRUE"},
    {FIELD_EFFECTIVE, CELL_DATE, "2024-08-01", "2024-08-01"},
    {FIELD_EFFECTIVE, CELL_TIME, "45505.5", "time-cell"},
    {FIELD_EFFECTIVE, CELL_BAD_DATE, "60", "bad-date"},
    {FIELD_AMOUNT, CELL_NUMBER, "350", "350.00"},
    {FIELD_AMOUNT, CELL_NUMBER, "707.1", "707.10"},
    {FIELD_AMOUNT, CELL_NUMBER, "707.", "707.00"},
    {FIELD_AMOUNT, CELL_NUMBER, "12.34", "12.34"},
    {FIELD_AMOUNT, CELL_NUMBER, "12.345", "12.345"},
    {FIELD_AMOUNT, CELL_TEXT, "350", "350"},
    {FIELD_AMOUNT, CELL_PERCENT, "0.5", "percent-cell"},
    {FIELD_AMOUNT, CELL_INEXACT, "0.33333333333333331", "inexact-number"},
    {FIELD_PERIOD, CELL_DATE, "2026-09-01", "2026-09"},
    {FIELD_PERIOD, CELL_DATE, "2026-09-02", "2026-09-02"},
    {FIELD_PERIOD, CELL_TEXT, "2026-09", "2026-09"},
};

START_TEST(cell_becomes_value)
{
    struct csv_row *csv = calloc(1, sizeof *csv);
    struct import_row *r = calloc(1, sizeof *r);
    ck_assert(csv != NULL && r != NULL);
    csv->sheet = true;
    csv->count = 1;
    csv->fields[0] = str_of(cells[_i].text);
    csv->kinds[0] = (uint8_t)cells[_i].kind;
    r->csv = csv;
    r->original = csv;
    r->columns.at[cells[_i].field] = 1;
    bool ok = import_row_cells(r);
    struct str got =
        ok ? import_row_field(r, cells[_i].field) : str_of(r->faults[0].code);
    ck_assert_msg(str_is(got, cells[_i].result), "%s: %.*s", cells[_i].text,
                  STR_ARG(got));
    ck_assert_uint_eq(r->fault_count, ok ? 0 : 1);
    ck_assert(str_is(r->original->fields[0], cells[_i].text));
    free(csv);
    free(r);
}
END_TEST

/* The value of a fact is a name in digits when the fact is about one. */
START_TEST(value_cell_goes_by_attribute)
{
    static const char *const attributes[] = {"phone", "welfare"};
    for (size_t i = 0; i < 2; i++) {
        struct csv_row *csv = calloc(1, sizeof *csv);
        struct import_row *r = calloc(1, sizeof *r);
        ck_assert(csv != NULL && r != NULL);
        csv->count = 2;
        csv->fields[0] = str_of(attributes[i]);
        csv->fields[1] = str_of("13900000000");
        csv->kinds[1] = CELL_NUMBER;
        r->csv = csv;
        r->original = csv;
        r->columns.at[FIELD_ATTRIBUTE] = 1;
        r->columns.at[FIELD_VALUE] = 2;
        ck_assert(import_row_cells(r) == (i == 1));
        free(csv);
        free(r);
    }
}
END_TEST

/* ---- kept with the import ---- */

#define OK(call) ck_assert_msg((call) == ST_OK, "%s: %s", f->d.code, f->d.what)

static void propose(struct fixture *f, const char *csv, const char *mapping)
{
    struct memory_file m;
    struct import_report r;
    struct import_request q = {
        .what = IMPORT_SNAPSHOT,
        .attribute = "welfare",
        .value = "dibao-urban",
        .month = month_make(2026, 9),
        .file = memory_file(&m, str_of(csv)),
        .mapping = str_of(mapping),
        .mapping_name = "m.yaml",
    };
    OK(import_propose(f->l, &q, false, NULL, &r, &f->d));
    import_report_release(&r);
}

/* Also on a list of nobody. */
START_TEST(missing_mapping_is_found)
{
    static const char mapping[] =
        "file: snapshot\ncolumns: {甲: name, 乙: id_number}\n";
    struct fixture made;
    struct fixture *f = &made;
    struct verify_report r;
    struct verify_options o = {0};
    struct import_entry e;
    struct store *s;
    struct txn *t;
    uint8_t key[DIGEST_LEN + 4] = {0};
    fixture_make(f, true);
    fixture_as(f, FIXTURE_MAKER);
    propose(f, "乙,甲\n", mapping);
    OK(import_get(ledger_txn(f->l), 1, &e, &f->d));
    ck_assert(e.mapped);
    ck_assert_uint_eq(e.mapping_length, sizeof mapping - 1);
    memcpy(key, e.mapping_sha256, DIGEST_LEN);
    o.scratch_dir = f->dir;
    OK(verify_ledger(f->l, &o, &r, &f->d));
    ck_assert_int_eq(r.integrity, VERDICT_PASS);
    fixture_close(f);
    OK(store_open(&s, f->dir, STORE_WRITE, &f->d));
    OK(store_begin(s, true, &t, &f->d));
    OK(store_delete(t, TABLE_BLOBS, str_make(key, sizeof key), &f->d));
    OK(store_commit(t, &f->d));
    store_close(s);
    OK(fixture_open(f, LEDGER_READ));
    ck_assert_int_eq(verify_ledger(f->l, &o, &r, &f->d), ST_INTEGRITY);
    ck_assert_int_eq(r.integrity, VERDICT_FAIL);
    ck_assert_ptr_nonnull(strstr(r.bad_what, "mapping"));
    fixture_remove(f);
}
END_TEST

Suite *suite_mapping(void)
{
    Suite *s = suite_create("mapping");
    TCase *t = tcase_create("mapping");
    tcase_add_test(t, good_mapping);
    tcase_add_loop_test(t, bad_mapping, 0, (int)(sizeof bad / sizeof bad[0]));
    tcase_add_test(t, every_truncation_and_change);
    tcase_add_loop_test(t, cell_becomes_value, 0,
                        (int)(sizeof cells / sizeof cells[0]));
    tcase_add_test(t, value_cell_goes_by_attribute);
    tcase_add_test(t, missing_mapping_is_found);
    suite_add_tcase(s, t);
    return s;
}
