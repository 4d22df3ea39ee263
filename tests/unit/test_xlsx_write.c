/* test_xlsx_write.c - sheets that are written: cells come back as they were given, the
 * same calls give the same bytes, and bank files that are sheets keep their rows. If
 * this fails, a bank gets another account or amount than was signed for. */
#include "formats/xlsx_write.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "formats/profile.h"
#include "formats/xlsx.h"
#include "tests/unit/payment_data.h"

Suite *suite_xlsx_write(void);

#define BOOK_MAX ((size_t)16 * 1024 * 1024)
#define CREATED_US INT64_C(1793869200000000)

static enum status write_cells(const struct xlsx_cell *cells, size_t count,
                               struct buf *out, struct diag *d)
{
    struct xlsx_writer *w = NULL;
    enum status st = xlsx_writer_new(&w, "Sheet1", CREATED_US, d);
    if (st == ST_OK) {
        xlsx_writer_width(w, 0, 24);
        st = xlsx_writer_row(w, NULL, 0, d); /* an empty one is before it */
    }
    if (st == ST_OK) {
        st = xlsx_writer_row(w, cells, count, d);
    }
    if (st == ST_OK) {
        st = xlsx_writer_end(w, out, d);
    }
    xlsx_writer_free(w);
    return st;
}

/* Breaks if a cell comes back as something else. */
START_TEST(cells)
{
    static const struct {
        const char *label;
        struct xlsx_cell cell;
        enum cell_kind kind;
        const char *want;
    } rows[] = {
        {"account", {XLSX_TEXT, {"0012345678901234567", 19}, 0}, CELL_TEXT, NULL},
        {"name", {XLSX_TEXT, {"瓅𠮷·A\"B,<C>&D'", 0}, 0}, CELL_TEXT, NULL},
        {"blanks", {XLSX_TEXT, {" a  b ", 6}, 0}, CELL_TEXT, NULL},
        {"formula", {XLSX_TEXT, {"=1+1", 4}, 0}, CELL_TEXT, NULL},
        {"escape", {XLSX_TEXT, {"_x0041_", 7}, 0}, CELL_TEXT, NULL},
        {"escapes", {XLSX_TEXT, {"_x0041_x005F_x00_", 0}, 0}, CELL_TEXT, NULL},
        {"title", {XLSX_HEAD, {"卡号", 6}, 0}, CELL_TEXT, NULL},
        {"a fen", {XLSX_YUAN, {NULL, 0}, 1}, CELL_NUMBER, "0.01"},
        {"zero", {XLSX_YUAN, {NULL, 0}, 0}, CELL_NUMBER, "0"},
        {"ten", {XLSX_YUAN, {NULL, 0}, 1000}, CELL_NUMBER, "10"},
        {"thirds", {XLSX_YUAN, {NULL, 0}, 70710}, CELL_NUMBER, "707.1"},
        {"below", {XLSX_YUAN, {NULL, 0}, -105}, CELL_NUMBER, "-1.05"},
        {"15 digits",
         {XLSX_YUAN, {NULL, 0}, 950000000000001},
         CELL_NUMBER,
         "9500000000000.01"},
        {"all nines",
         {XLSX_YUAN, {NULL, 0}, 999999999999999},
         CELL_NUMBER,
         "9999999999999.99"},
        {"16 digits",
         {XLSX_YUAN, {NULL, 0}, 1000000000000001},
         CELL_TEXT,
         "10000000000000.01"},
        {"count", {XLSX_COUNT, {NULL, 0}, 1048576}, CELL_NUMBER, "1048576"},
        {"long count",
         {XLSX_COUNT, {NULL, 0}, INT64_MAX},
         CELL_TEXT,
         "9223372036854775807"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct xlsx_reader *r = NULL;
        const struct csv_row *row = NULL;
        struct diag d = {0};
        struct buf out;
        struct xlsx_cell c = rows[i].cell;
        c.text.n = c.text.p != NULL ? strlen(c.text.p) : 0;
        struct str want = rows[i].want != NULL ? str_of(rows[i].want) : c.text;
        buf_init(&out, BOOK_MAX);
        enum status st = write_cells(&c, 1, &out, &d);
        ck_assert_msg(st == ST_OK, "%s: %s", rows[i].label, d.what);
        ck_assert_int_eq(xlsx_reader_new(&r, buf_str(&out), NULL, &d), ST_OK);
        ck_assert_int_eq(xlsx_reader_next(r, &row, &d), ST_OK);
        ck_assert_uint_eq(row->line, 2);
        ck_assert_msg(str_eq(row->fields[0], want), "%s: %.*s", rows[i].label,
                      STR_ARG(row->fields[0]));
        ck_assert_msg(row->kinds[0] == rows[i].kind, "%s: kind %d", rows[i].label,
                      row->kinds[0]);
        xlsx_reader_free(r);
        buf_release(&out);
    }
}
END_TEST

/* Breaks if what cannot be kept is written all the same. */
START_TEST(refused)
{
    struct diag d = {0};
    struct buf out;
    const struct xlsx_cell bad = {XLSX_TEXT, {"\xff", 1}, 0};
    buf_init(&out, BOOK_MAX);
    buf_add_text(&out, "before");
    ck_assert_int_eq(write_cells(&bad, 1, &out, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "sheet-text");
    xlsx_writer_folder("/nowhere/at/all");
    ck_assert_int_eq(write_cells(&bad, 0, &out, &d), ST_SYSTEM);
    ck_assert_str_eq(d.code, "temporary");
    xlsx_writer_folder(NULL);
    ck_assert_msg(str_is(buf_str(&out), "before"), "something was given out");
    buf_release(&out);
}
END_TEST

/* Breaks if the bytes depend on the clock, on names of temporary files or on memory. */
START_TEST(same_bytes)
{
    const struct xlsx_cell c[] = {{XLSX_TEXT, {"甲", 3}, 0}, {XLSX_YUAN, {NULL, 0}, 5}};
    struct diag d = {0};
    struct buf a;
    struct buf b;
    buf_init(&a, BOOK_MAX);
    buf_init(&b, BOOK_MAX);
    ck_assert_int_eq(write_cells(c, 2, &a, &d), ST_OK);
    xlsx_writer_folder("."); /* another folder */
    ck_assert_int_eq(write_cells(c, 2, &b, &d), ST_OK);
    xlsx_writer_folder(NULL);
    ck_assert(str_eq(buf_str(&a), buf_str(&b)));
    buf_release(&a);
    buf_release(&b);
}
END_TEST

/* ---- bank files ---- */

static const char *const SHEETS[] = {"bank-sheet", "bank-sheet-outer", "roster-card"};

static struct payment sheet_payment(size_t i)
{
    struct payment p = data_payment(i);
    p.bank = str_of(DATA_OWN_BANK);
    p.id_number = str_of("11010519491231002X");
    p.phone = str_of("13900000000");
    p.beneficiary = str_of("庚午七");
    p.beneficiary_number = p.id_number;
    p.unit = str_of("样例村");
    return p;
}

/* Writes all payments but `less`; the rows' digest as hex. */
static enum status write_sheet(const struct payment_format *f, size_t less, char *hex,
                               struct buf *out, struct diag *d)
{
    struct payment_writer *w = NULL;
    struct payment_head head = data_head();
    uint8_t sha256[32];
    data_settings(f, &head);
    ck_assert_int_eq(f->open(f, &w, &head, out, d), ST_OK);
    for (size_t i = 0; i < DATA_COUNT - less; i++) {
        struct payment p = sheet_payment(i);
        if (f->profile->variants[0].takes == FOR_OTHER_BANK) {
            p.bank = str_of(DATA_OTHER_BANK);
        }
        enum status st = f->add(w, &p, out, d);
        ck_assert_msg(st == ST_OK, "%s: %s", f->name, d->what);
    }
    ck_assert_uint_eq(out->len, 0);
    enum status st = f->rows(w, sha256, d);
    if (st != ST_OK) {
        f->abandon(w);
        return st;
    }
    text_hex(sha256, 32, hex);
    return f->close(w, out, d);
}

static enum status count_one(void *ctx, const struct answer *a, struct diag *d)
{
    int64_t *fen = ctx;
    (void)d;
    *fen += a->amount_fen;
    return ST_OK;
}

static size_t take_all(const struct payment_format *f, struct str bytes, int64_t *fen,
                       enum status *st)
{
    struct answer_sink sink = {count_one, fen};
    struct answer_file whole = {0};
    struct diag d = {0};
    *fen = 0;
    *st = f->read(f, bytes, sink, &whole, &d);
    return (size_t)whole.count;
}

/* Breaks if the rows of a layout change: then no sheet sent before can be checked. */
START_TEST(rows_stay)
{
    static const char *const want[] = {
        "00ab3d94c60dec078b59b535770c20fe9c878f4a3189acb4dab71f56466ce1e5",
        "37f339e01cc00c1dc2c2d90c7dce4c507ec566636af794cddbdd537a07b506d8",
        "8d1d028c7f6d175e7d8f03649a0af6704acc0605f07d9d028d6a75d9a703f909"};
    for (size_t i = 0; i < 3; i++) {
        const struct payment_format *f = payment_format_find(str_of(SHEETS[i]));
        char hex[65] = "";
        int64_t fen;
        enum status st;
        struct diag d = {0};
        struct buf out;
        buf_init(&out, BOOK_MAX);
        ck_assert_int_eq(write_sheet(f, 0, hex, &out, &d), ST_OK);
        ck_assert_msg(strcmp(hex, want[i]) == 0, "%s: %s", SHEETS[i], hex);
        ck_assert_uint_eq(take_all(f, buf_str(&out), &fen, &st), DATA_COUNT);
        ck_assert_int_eq(st, ST_OK);
        ck_assert_int_eq(fen, DATA_TOTAL_FEN);
        for (size_t n = 0; n < out.len; n += 61) { /* a part of it is never a file */
            take_all(f, str_make(out.p, n), &fen, &st);
            ck_assert_msg(st == ST_INPUT, "%s: %zu bytes are taken", SHEETS[i], n);
        }
        buf_release(&out);
    }
}
END_TEST

/* Breaks if a sheet leaves that has fewer payments than its head says. */
START_TEST(totals)
{
    const struct payment_format *f = payment_format_find(str_of("roster-card"));
    char hex[65];
    struct diag d = {0};
    struct buf out;
    buf_init(&out, BOOK_MAX);
    ck_assert_int_eq(write_sheet(f, 1, hex, &out, &d), ST_INTERNAL);
    ck_assert_uint_eq(out.len, 0);
    buf_release(&out);
}
END_TEST

/* Breaks if a name of many characters is cut in a sheet, or its fault not explained. */
START_TEST(too_long)
{
    const struct payment_format *f = payment_format_find(str_of("bank-sheet"));
    struct payment p = sheet_payment(0);
    struct diag d = {0};
    struct buf out;
    p.name = str_of("甲乙丙丁戊己庚辛壬癸甲乙丙丁戊己庚辛壬癸甲乙丙丁戊己庚辛壬癸子");
    buf_init(&out, BOOK_MAX);
    ck_assert_int_eq(data_write_one(f, &p, &out, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "field-too-long");
    p.name = str_of("甲\x1f乙");
    ck_assert_int_eq(data_write_one(f, &p, &out, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "field-character");
    buf_release(&out);
}
END_TEST

Suite *suite_xlsx_write(void)
{
    Suite *s = suite_create("xlsx_write");
    TCase *t = tcase_create("xlsx_write");
    tcase_add_test(t, cells);
    tcase_add_test(t, refused);
    tcase_add_test(t, same_bytes);
    tcase_add_test(t, rows_stay);
    tcase_add_test(t, totals);
    tcase_add_test(t, too_long);
    suite_add_tcase(s, t);
    return s;
}
