/* test_csv.c - CSV read in pieces of every size, its faults with their places, and
 * that what is written reads back as it was. */
#include "formats/csv.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_csv(void);

/* A source that gives at most `step` bytes at a time, from a block of its own. */
struct pieces {
    char *p;
    size_t n;
    size_t at;
    size_t step;
    size_t fail_at; /* fails when this many bytes have been given, or 0 */
};

static enum status give(void *ctx, void *p, size_t cap, size_t *n, struct diag *d)
{
    struct pieces *s = ctx;
    if (s->fail_at > 0 && s->at >= s->fail_at) {
        return diag_fail(d, ST_SYSTEM, "read", "the disk has gone");
    }
    size_t left = s->n - s->at;
    size_t take = left < s->step ? left : s->step;
    take = take < cap ? take : cap;
    if (take > 0) {
        memcpy(p, s->p + s->at, take);
    }
    s->at += take;
    *n = take;
    return ST_OK;
}

/* Each row as "LINE:field|field;" into out; stops at the first fault. */
static enum status render(struct str text, size_t step, enum charset charset,
                          struct buf *out, struct diag *d)
{
    char *block = malloc(text.n > 0 ? text.n : 1);
    ck_assert_ptr_nonnull(block);
    if (text.n > 0) {
        memcpy(block, text.p, text.n);
    }
    struct pieces s = {.p = block, .n = text.n, .step = step};
    struct csv_reader *r = NULL;
    ck_assert_int_eq(csv_reader_new(&r, (struct csv_source){give, &s}, charset, d),
                     ST_OK);
    enum status st;
    for (;;) {
        const struct csv_row *row = NULL;
        st = csv_reader_next(r, &row, d);
        if (st != ST_OK || row == NULL) {
            break;
        }
        ck_assert_uint_ge(row->count, 1);
        buf_addf(out, "%llu:", (unsigned long long)row->line);
        for (size_t i = 0; i < row->count; i++) {
            buf_add_str(out, row->fields[i]);
            buf_add_text(out, i + 1 < row->count ? "|" : ";");
        }
    }
    const struct csv_row *again = NULL;
    struct diag second = {0};
    ck_assert_int_eq(csv_reader_next(r, &again, &second), st);
    ck_assert(st == ST_OK ? again == NULL : strcmp(second.code, d->code) == 0);
    csv_reader_free(r);
    free(block);
    return st;
}

static const size_t steps[] = {1, 2, 3, 7, 65536};
#define STEP_COUNT (sizeof steps / sizeof steps[0])

/* ---- good rows ---- */

static const struct {
    const char *label;
    const char *text;
    const char *want;
} good_rows[] = {
    {"empty", "", ""},
    {"only line ends", "\n\r\n\n", ""},
    {"one field", "a", "1:a;"},
    {"line feed", "a,b\nc,d\n", "1:a|b;2:c|d;"},
    {"carriage return and line feed", "a,b\r\nc,d\r\n", "1:a|b;2:c|d;"},
    {"no last line end", "a,b\nc,d", "1:a|b;2:c|d;"},
    {"empty fields", ",\n,,\n", "1:|;2:||;"},
    {"last field empty at the end", "a,", "1:a|;"},
    {"empty lines are skipped", "\n\na\n\r\n\nb\n", "3:a;6:b;"},
    {"blanks stay", " a , b \n", "1: a | b ;"},
    {"a line of blanks is a row", " \n", "1: ;"},
    {"quoted", "\"a\",\"b,c\"\r\n", "1:a|b,c;"},
    {"quoted empty", "\"\"\n", "1:;"},
    {"doubled quotes", "\"\"\"a\"\"b\"\"\",c\n", "1:\"a\"b\"|c;"},
    {"only a doubled quote", "\"\"\"\"", "1:\";"},
    {"line ends within quotes", "\"a\nb\r\nc\",d\ne\n", "1:a\nb\r\nc|d;4:e;"},
    {"quoted at the end", "a,\"b\"", "1:a|b;"},
    {"byte order mark",
     "\xef\xbb\xbf"
     "a,b\n",
     "1:a|b;"},
    {"byte order mark before a quote", "\xef\xbb\xbf\"a\"\n", "1:a;"},
    {"only a byte order mark", "\xef\xbb\xbf", ""},
    {"Han", "\xe7\x94\xb2,\xe4\xb9\x99\n", "1:\xe7\x94\xb2|\xe4\xb9\x99;"},
};

/* Breaks if a row depends on where the pieces of the file are cut. */
START_TEST(good)
{
    for (size_t i = 0; i < sizeof good_rows / sizeof good_rows[0]; i++) {
        for (size_t k = 0; k < STEP_COUNT; k++) {
            struct buf out;
            buf_init(&out, 65536);
            struct diag d = {0};
            enum status st =
                render(str_of(good_rows[i].text), steps[k], CHARSET_UTF8, &out, &d);
            ck_assert_msg(st == ST_OK, "%s: %s", good_rows[i].label, d.what);
            ck_assert_msg(strcmp(buf_cstr(&out), good_rows[i].want) == 0, "%s: %s",
                          good_rows[i].label, buf_cstr(&out));
            buf_release(&out);
        }
    }
}
END_TEST

/* Breaks if an error message points at the wrong cell. */
START_TEST(places_of_fields)
{
    struct str text = str_of("\xe7\x94\xb2,\"x\xe4\xb9\x99\",c\n\"a\nbc\",d\n");
    struct pieces s = {.n = text.n, .step = 3};
    s.p = malloc(text.n);
    ck_assert_ptr_nonnull(s.p);
    memcpy(s.p, text.p, text.n);
    struct csv_reader *r = NULL;
    struct diag d = {0};
    const struct csv_row *row = NULL;
    ck_assert_int_eq(
        csv_reader_new(&r, (struct csv_source){give, &s}, CHARSET_UTF8, &d), ST_OK);
    ck_assert_int_eq(csv_reader_next(r, &row, &d), ST_OK);
    ck_assert_uint_eq(row->line, 1);
    ck_assert_uint_eq(row->columns[0], 1);
    ck_assert_uint_eq(row->columns[1], 3);
    ck_assert_uint_eq(row->columns[2], 8);
    ck_assert_uint_eq(row->down[2], 0);
    ck_assert_int_eq(csv_reader_next(r, &row, &d), ST_OK);
    ck_assert_uint_eq(row->line, 2);
    ck_assert_uint_eq(row->columns[0], 1);
    ck_assert_uint_eq(row->down[0], 0);
    ck_assert_uint_eq(row->columns[1], 5);
    ck_assert_uint_eq(row->down[1], 1);
    csv_reader_free(r);
    free(s.p);
}
END_TEST

/* ---- bad rows ---- */

static const struct {
    const char *label;
    const char *text;
    const char *before; /* the rows before the fault */
    const char *code;
    const char *where;
} bad_rows[] = {
    {"bare quote", "a\nb\"c,d\n", "1:a;", "csv-quote", "line 2, column 2"},
    {"quote behind a blank", "a, \"b\"\n", "", "csv-quote", "line 1, column 4"},
    {"text after a quote", "\"\xe7\x94\xb2\"x,b\n", "", "csv-quote",
     "line 1, column 4"},
    {"blank after a quote", "\"a\" ,b\n", "", "csv-quote", "line 1, column 4"},
    {"open at the end", "a\nb,\"c\nd\n", "1:a;", "csv-quote", "line 2, column 3"},
    {"open, doubled at the end", "\"a\"\"", "", "csv-quote", "line 1, column 1"},
    {"only a quote", "\"", "", "csv-quote", "line 1, column 1"},
    {"fault in a later line of a row", "\"a\nb\"c\n", "", "csv-quote",
     "line 2, column 3"},
    {"lone CR", "a\rb\n", "", "csv-line-end", "line 1, column 2"},
    {"lone CR at the end", "a\r", "", "csv-line-end", "line 1, column 2"},
    {"lone CR after a quote", "\"a\"\rb", "", "csv-line-end", "line 1, column 4"},
    {"lone CR alone", "a\n\r", "1:a;", "csv-line-end", "line 2, column 1"},
    {"not UTF-8",
     "a\n\xe7\x94\xb2"
     "b\xff"
     "c\n",
     "1:a;", "charset", "line 2, column 3"},
    {"cut character", "a\nb\xe7\x94", "1:a;", "charset", "line 2, column 2"},
    {"not UTF-8 within quotes", "\"a\n\xc0\"\n", "", "charset", "line 2, column 1"},
};

/* Breaks if a doubtful row is repaired, or its place depends on the pieces. */
START_TEST(bad)
{
    for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
        for (size_t k = 0; k < STEP_COUNT; k++) {
            struct buf out;
            buf_init(&out, 65536);
            struct diag d = {0};
            enum status st =
                render(str_of(bad_rows[i].text), steps[k], CHARSET_UTF8, &out, &d);
            const char *label = bad_rows[i].label;
            ck_assert_msg(st == ST_INPUT, "%s: accepted", label);
            ck_assert_msg(strcmp(d.code, bad_rows[i].code) == 0, "%s: %s", label,
                          d.code);
            ck_assert_msg(strcmp(d.where, bad_rows[i].where) == 0, "%s: %s", label,
                          d.where);
            ck_assert_msg(strcmp(buf_cstr(&out), bad_rows[i].before) == 0, "%s: %s",
                          label, buf_cstr(&out));
            buf_release(&out);
        }
    }
}
END_TEST

/* Breaks if GB18030 is not converted, or a wrong byte is told at the wrong place. */
START_TEST(gb18030)
{
    static const struct {
        const char *text;
        const char *want;
        const char *where; /* NULL: no fault */
    } rows[] = {
        {"\xbc\xd7,\xd2\xd2\r\n", "1:\xe7\x94\xb2|\xe4\xb9\x99;", NULL},
        /* U+20BB7 takes four bytes. */
        {"\x95\x34\xb2\x35,a\n\xbc\xd7\n", "1:\xf0\xa0\xae\xb7|a;2:\xe7\x94\xb2;",
         NULL},
        /* A trail byte that looks like "|", and one that looks like a letter. */
        {"\xad\x7c,\x81\x41\n", "1:\xe7\x93\x85|\xe4\xb8\x84;", NULL},
        {"\x84\x31\x95\x33"
         "a,b\n",
         "1:a|b;", NULL},
        {"", "", NULL},
        {"a\nb\nc\xbc\xd7\xff\n", "1:a;2:b;", "line 3, column 3"},
        {"a\n\"b\n\xff\"\n", "1:a;", "line 3, column 1"},
        {"a\nb\xbc", "1:a;", "line 2, column 2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t k = 0; k < STEP_COUNT; k++) {
            struct buf out;
            buf_init(&out, 65536);
            struct diag d = {0};
            enum status st =
                render(str_of(rows[i].text), steps[k], CHARSET_GB18030, &out, &d);
            ck_assert_msg(st == (rows[i].where == NULL ? ST_OK : ST_INPUT), "row %zu",
                          i);
            ck_assert_str_eq(buf_cstr(&out), rows[i].want);
            if (st != ST_OK) {
                ck_assert_str_eq(d.code, "charset");
                ck_assert_str_eq(d.where, rows[i].where);
            }
            buf_release(&out);
        }
    }
}
END_TEST

/* ---- limits ---- */

START_TEST(row_length)
{
    struct buf text;
    struct buf out;
    buf_init(&text, (size_t)4 * CSV_ROW_BYTES_MAX);
    buf_init(&out, (size_t)4 * CSV_ROW_BYTES_MAX);
    for (size_t more = 0; more < 2; more++) {
        for (size_t quoted = 0; quoted < 2; quoted++) {
            buf_clear(&text);
            buf_clear(&out);
            buf_add_text(&text, quoted ? "x\n\"" : "x\n");
            /* The last byte of the longest row is its line feed. */
            size_t n = CSV_ROW_BYTES_MAX - 1 + more - 2 * quoted;
            memset(buf_room(&text, n), 'a', n);
            text.len += n;
            buf_add_text(&text, quoted ? "\"\ny\n" : "\ny\n");
            struct diag d = {0};
            enum status st = render(buf_str(&text), 65536, CHARSET_UTF8, &out, &d);
            ck_assert_int_eq(st, more == 0 ? ST_OK : ST_INPUT);
            if (more != 0) {
                ck_assert_str_eq(d.code, "csv-row-too-long");
                ck_assert_str_eq(d.where, "line 2, column 1");
            }
        }
    }
    buf_release(&text);
    buf_release(&out);
}
END_TEST

/* Breaks if a quote that is never closed takes the memory of the whole file. */
START_TEST(endless_quote)
{
    struct buf text;
    struct buf out;
    size_t n = (size_t)3 * CSV_ROW_BYTES_MAX;
    buf_init(&text, n + 16);
    buf_init(&out, 65536);
    buf_add_text(&text, "a\n\"");
    memset(buf_room(&text, n), '\n', n);
    text.len += n;
    for (size_t k = 0; k < 2; k++) {
        struct diag d = {0};
        enum charset charset = k == 0 ? CHARSET_UTF8 : CHARSET_GB18030;
        buf_clear(&out);
        ck_assert_int_eq(render(buf_str(&text), 65536, charset, &out, &d), ST_INPUT);
        ck_assert_str_eq(d.code, "csv-row-too-long");
        ck_assert_str_eq(d.where, "line 2, column 1");
    }
    buf_release(&text);
    buf_release(&out);
}
END_TEST

START_TEST(field_count)
{
    for (size_t n = CSV_FIELDS_MAX; n <= CSV_FIELDS_MAX + 1; n++) {
        struct buf text;
        struct buf out;
        buf_init(&text, 65536);
        buf_init(&out, 65536);
        for (size_t i = 0; i < n; i++) {
            buf_add_text(&text, i + 1 < n ? "a," : "a\n");
        }
        struct diag d = {0};
        enum status st = render(buf_str(&text), 100, CHARSET_UTF8, &out, &d);
        ck_assert_int_eq(st, n == CSV_FIELDS_MAX ? ST_OK : ST_INPUT);
        if (st != ST_OK) {
            ck_assert_str_eq(d.code, "csv-too-many-fields");
            ck_assert_str_eq(d.where, "line 1, column 513");
        }
        buf_release(&text);
        buf_release(&out);
    }
}
END_TEST

START_TEST(source_fails)
{
    char text[] = "a,b\nc,d\n";
    struct pieces s = {.p = text, .n = sizeof text - 1, .step = 2, .fail_at = 4};
    struct csv_reader *r = NULL;
    struct diag d = {0};
    const struct csv_row *row = NULL;
    ck_assert_int_eq(
        csv_reader_new(&r, (struct csv_source){give, &s}, CHARSET_UTF8, &d), ST_OK);
    ck_assert_int_eq(csv_reader_next(r, &row, &d), ST_SYSTEM);
    ck_assert_str_eq(d.code, "read");
    csv_reader_free(r);
    csv_reader_free(NULL);
}
END_TEST

/* ---- damage ---- */

static const char sample[] = "\xef\xbb\xbfname,note\r\n"
                             "\xe7\x94\xb2,\"a \"\"b\"\", c\nd\"\r\n"
                             "\n"
                             "e,\"\"\n"
                             "\"f\",g";

/* The result may not depend on the pieces, whatever the damage. */
static void check_damaged(struct str text, enum charset charset)
{
    struct buf first;
    struct buf other;
    buf_init(&first, 65536);
    buf_init(&other, 65536);
    struct diag d1 = {0};
    enum status st = render(text, 65536, charset, &first, &d1);
    ck_assert(st == ST_OK || st == ST_INPUT);
    for (size_t k = 0; k < 3; k++) {
        struct diag d2 = {0};
        buf_clear(&other);
        ck_assert_int_eq(render(text, steps[k], charset, &other, &d2), st);
        ck_assert_str_eq(buf_cstr(&first), buf_cstr(&other));
        ck_assert_str_eq(d1.where, d2.where);
        ck_assert_str_eq(d1.code, d2.code);
    }
    buf_release(&first);
    buf_release(&other);
}

START_TEST(every_truncation)
{
    for (size_t n = 0; n <= sizeof sample - 1; n++) {
        check_damaged(str_make(sample, n), CHARSET_UTF8);
        check_damaged(str_make(sample, n), CHARSET_GB18030);
    }
}
END_TEST

START_TEST(every_flipped_bit)
{
    char text[sizeof sample - 1];
    memcpy(text, sample, sizeof text);
    for (size_t i = 0; i < sizeof text; i++) {
        for (unsigned bit = 0; bit < 9; bit++) {
            char was = text[i];
            unsigned mask = bit == 8 ? 0xff : 1u << bit;
            text[i] = (char)((unsigned char)was ^ mask);
            check_damaged(str_make(text, sizeof text), CHARSET_UTF8);
            check_damaged(str_make(text, sizeof text), CHARSET_GB18030);
            text[i] = was;
        }
    }
}
END_TEST

/* ---- writing ---- */

START_TEST(written_bytes)
{
    static const struct {
        const char *field;
        const char *want;
    } rows[] = {
        {"a", "a"},
        {" a ", " a "},
        {"a,b", "\"a,b\""},
        {"a\"b", "\"a\"\"b\""},
        {"\"", "\"\"\"\""},
        {"a\nb", "\"a\nb\""},
        {"a\rb", "\"a\rb\""},
        {"\xe7\x94\xb2", "\xe7\x94\xb2"},
        {"\xef\xbb\xbf"
         "a",
         "\"\xef\xbb\xbf"
         "a\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out;
        struct buf want;
        buf_init(&out, 4096);
        buf_init(&want, 4096);
        csv_write_field(&out, str_of(rows[i].field), false);
        csv_write_field(&out, str_of(rows[i].field), true);
        buf_addf(&want, "%s,%s\r\n", rows[i].want, rows[i].want);
        ck_assert_str_eq(buf_cstr(&out), buf_cstr(&want));
        buf_release(&out);
        buf_release(&want);
    }
}
END_TEST

/* Breaks if a rejected row, written and read again, is another row. */
START_TEST(written_reads_back)
{
    static const char *const rows[][3] = {{"", "", ""},
                                          {"\"", ",", "\r\n"},
                                          {"\xef\xbb\xbf", "a", ""},
                                          {"a b", "", "c\""}};
    struct buf out;
    struct buf seen;
    buf_init(&out, 4096);
    buf_init(&seen, 4096);
    csv_write_field(&out, str_of(""), true);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t k = 0; k < 3; k++) {
            csv_write_field(&out, str_of(rows[i][k]), k == 2);
        }
    }
    struct diag d = {0};
    ck_assert_int_eq(render(buf_str(&out), 1, CHARSET_UTF8, &seen, &d), ST_OK);
    ck_assert_str_eq(buf_cstr(&seen),
                     "1:;2:||;3:\"|,|\r\n;5:\xef\xbb\xbf|a|;6:a b||c\";");
    buf_release(&out);
    buf_release(&seen);
}
END_TEST

Suite *suite_csv(void)
{
    Suite *s = suite_create("csv");
    TCase *reading = tcase_create("reading");
    tcase_add_test(reading, good);
    tcase_add_test(reading, places_of_fields);
    tcase_add_test(reading, bad);
    tcase_add_test(reading, gb18030);
    suite_add_tcase(s, reading);
    TCase *limits = tcase_create("limits");
    tcase_add_test(limits, row_length);
    tcase_add_test(limits, endless_quote);
    tcase_add_test(limits, field_count);
    tcase_add_test(limits, source_fails);
    suite_add_tcase(s, limits);
    TCase *damage = tcase_create("damage");
    tcase_add_test(damage, every_truncation);
    tcase_add_test(damage, every_flipped_bit);
    suite_add_tcase(s, damage);
    TCase *writing = tcase_create("writing");
    tcase_add_test(writing, written_bytes);
    tcase_add_test(writing, written_reads_back);
    suite_add_tcase(s, writing);
    return s;
}
