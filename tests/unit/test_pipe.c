/* test_pipe.c - the bytes of the bank text files, and the strictness of the reader. */
#include "formats/pipe.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/payment_data.h"

Suite *suite_pipe(void);

#define HAN "\xe7\x94\xb2"
#define GOLDEN_ANSWER "tests/golden/pipe-answer.txt"

/* ---- writing ---- */

static void check_file(const struct payment_format *format, bool outer,
                       const char *path)
{
    struct payment_head head = data_head();
    struct payment p[DATA_COUNT];
    for (size_t i = 0; i < DATA_COUNT; i++) {
        p[i] = data_payment(i);
        if (outer && i % 2 == 1) {
            p[i].bank = str_of(DATA_OTHER_BANK);
        }
    }
    struct buf out;
    buf_init(&out, 65536);
    data_write(format, &head, p, DATA_COUNT, &out);
    data_check_golden(path, &out);
    buf_release(&out);
}

/* Breaks if one byte of the files changes. */
START_TEST(golden)
{
    check_file(&pipe_same_bank, false, "tests/golden/pipe-trailer.txt");
    check_file(&pipe_other_bank, true, "tests/golden/pipe-trailer-outer.txt");
}
END_TEST

static void expect_write(const struct payment_format *format, const struct payment *p,
                         const char *code, struct diag *d)
{
    struct buf out;
    buf_init(&out, 65536);
    enum status st = data_write_one(format, p, &out, d);
    if (code == NULL) {
        ck_assert_msg(st == ST_OK, "%s: %s", d->code, d->what);
    } else {
        ck_assert_msg(st == ST_INPUT, "%s: accepted", code);
        ck_assert_str_eq(d->code, code);
        ck_assert_str_eq(d->where, "payment T7-000001");
    }
    buf_release(&out);
}

/* Breaks if a name that GBK lacks is cut, replaced, or not explained. */
START_TEST(name_outside_gbk)
{
    struct diag d = {0};
    struct payment p = data_payment(0);
    p.name = str_of(HAN "\xf0\xa0\xae\xb7" HAN); /* U+20BB7 */
    expect_write(&pipe_same_bank, &p, "charset-gbk", &d);
    ck_assert_ptr_nonnull(strstr(d.what, "U+20BB7"));
    ck_assert_ptr_nonnull(strstr(d.what, "T7-000001"));
    ck_assert_ptr_nonnull(strstr(d.hint, "ask the bank"));
    ck_assert_ptr_nonnull(strstr(d.hint, "pain.001.001.09"));
    p.name = str_of("\xe4\xb6\xae"); /* U+4DAE */
    expect_write(&pipe_other_bank, &p, "charset-gbk", &d);
    ck_assert_ptr_nonnull(strstr(d.what, "U+4DAE"));
    p.name = str_of("\xc2\xa0"); /* U+00A0 */
    expect_write(&pipe_same_bank, &p, "charset-gbk", &d);
    ck_assert_ptr_nonnull(strstr(d.what, "U+00A0"));
    p = data_payment(0);
    p.purpose = str_of("\xf0\xa0\xae\xb7");
    expect_write(&pipe_same_bank, &p, "charset-gbk", &d);
    p.purpose = str_of("\xe7\x94");
    expect_write(&pipe_same_bank, &p, "charset", &d);
}
END_TEST

/* Breaks if a field could end early or begin a new line. */
START_TEST(forbidden_characters)
{
    static const char *const bad[] = {"a|b", "a\nb", "a\rb", "a\tb", "\x7f", "\x01"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct diag d = {0};
        struct payment p = data_payment(0);
        p.name = str_of(bad[i]);
        expect_write(&pipe_same_bank, &p, "field-character", &d);
        p = data_payment(0);
        p.purpose = str_of(bad[i]);
        expect_write(&pipe_other_bank, &p, "field-character", &d);
        p = data_payment(0);
        p.remark = str_of(bad[i]);
        expect_write(&pipe_same_bank, &p, "field-character", &d);
    }
}
END_TEST

/* The limits are bytes of GBK: two for a Han character. Breaks if text is cut. */
START_TEST(byte_limits)
{
    struct buf text;
    buf_init(&text, 4096);
    for (size_t n = 19; n <= 31; n++) {
        buf_clear(&text);
        for (size_t i = 0; i < n; i++) {
            buf_add_text(&text, HAN);
        }
        struct diag d = {0};
        struct payment p = data_payment(0);
        p.name = buf_str(&text);
        expect_write(&pipe_same_bank, &p, n <= 30 ? NULL : "field-too-long", &d);
        p = data_payment(0);
        p.purpose = buf_str(&text);
        expect_write(&pipe_same_bank, &p, n <= 20 ? NULL : "field-too-long", &d);
        p = data_payment(0);
        p.remark = buf_str(&text);
        expect_write(&pipe_other_bank, &p, n <= 20 ? NULL : "field-too-long", &d);
    }
    buf_release(&text);
}
END_TEST

/* Breaks if a payment to another bank gets into the file for one bank. */
START_TEST(other_bank)
{
    struct diag d = {0};
    struct payment p = data_payment(0);
    p.bank = str_of(DATA_OTHER_BANK);
    expect_write(&pipe_same_bank, &p, "other-bank", &d);
    ck_assert_ptr_nonnull(strstr(d.hint, "pipe-trailer-outer"));
    expect_write(&pipe_other_bank, &p, NULL, &d);
    p.bank = str_of(DATA_OWN_BANK);
    expect_write(&pipe_same_bank, &p, NULL, &d);
}
END_TEST

/* ---- reading ---- */

struct seen {
    struct answer_totals sum;
    uint64_t last_line;
    uint64_t stop_at; /* a line at which `each` fails, or 0 */
    unsigned statuses[PAYMENT_UNKNOWN + 1];
    unsigned reasons[REASON_COUNT];
    char last_name[64];
};

static enum status see(void *ctx, const struct answer *a, struct diag *d)
{
    struct seen *s = ctx;
    if (a->line == s->stop_at) {
        return diag_fail(d, ST_CONFLICT, "stop", "stopped by the caller");
    }
    ck_assert_uint_gt(a->line, s->last_line);
    ck_assert_int_gt(a->amount_fen, 0);
    ck_assert_uint_gt(a->id.n, 0);
    ck_assert_uint_eq(a->code.n, 4);
    s->last_line = a->line;
    s->sum.count++;
    s->sum.total_fen += a->amount_fen;
    s->statuses[a->status]++;
    s->reasons[a->reason]++;
    (void)str_copy(a->name, s->last_name, sizeof s->last_name);
    return ST_OK;
}

/* Reads a block of just this size, so that a sanitizer sees a read beyond it. */
static enum status read_block(struct str file, struct seen *s, struct diag *d)
{
    char *block = malloc(file.n > 0 ? file.n : 1);
    ck_assert_ptr_nonnull(block);
    if (file.n > 0) {
        memcpy(block, file.p, file.n);
    }
    struct answer_totals totals = {.count = 77, .total_fen = 77};
    enum status st =
        pipe_same_bank.read_answer(str_make(block, file.n), see, s, &totals, d);
    if (st == ST_OK) {
        ck_assert_uint_eq(totals.count, s->sum.count);
        ck_assert_int_eq(totals.total_fen, s->sum.total_fen);
    } else {
        ck_assert_uint_eq(totals.count, 77);
        ck_assert_int_eq(totals.total_fen, 77);
        ck_assert_uint_gt(strlen(d->code), 0);
    }
    free(block);
    return st;
}

/* Breaks if a code of the bank is taken for another reason. */
START_TEST(answer_golden)
{
    struct buf file;
    buf_init(&file, 2097152);
    data_read_file(GOLDEN_ANSWER, &file);
    struct seen s = {0};
    struct diag d = {0};
    ck_assert_msg(read_block(buf_str(&file), &s, &d) == ST_OK, "%s: %s", d.where,
                  d.what);
    ck_assert_uint_eq(s.sum.count, 24);
    ck_assert_int_eq(s.sum.total_fen, 3333720);
    ck_assert_uint_eq(s.statuses[PAYMENT_PAID], 1);
    ck_assert_uint_eq(s.statuses[PAYMENT_PENDING], 1);
    ck_assert_uint_eq(s.statuses[PAYMENT_REJECTED], 11);
    ck_assert_uint_eq(s.statuses[PAYMENT_RETURNED], 11);
    for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        /* These banks have no code of their own for REGULATORY. */
        ck_assert_uint_eq(s.reasons[i], i == REASON_REGULATORY ? 0 : 2);
    }
    /* The other bank's file is answered in the same form. */
    ck_assert(pipe_other_bank.read_answer == pipe_same_bank.read_answer);
    buf_release(&file);
}
END_TEST

struct answer_row {
    const char *label;
    const char *file;
    const char *code; /* NULL: read without a fault */
    const char *where;
};

#define MARK "########\r\n"
#define LINE_1 "A1|9001|" HAN_GBK "|100|0000|\xb3\xc9\xb9\xa6\r\n"
#define HAN_GBK "\xbc\xd7"

static const struct answer_row answer_rows[] = {
    {"good", "R|1|100\r\n" LINE_1 MARK, NULL, ""},
    {"line feeds only", "R|1|100\nA1|9001|A|100|0000|ok\n########\n", NULL, ""},
    {"mark without line end", "R|1|100\r\n" LINE_1 "########", NULL, ""},
    {"empty account, name, text", "R|1|100\nA1|||100|0000|\n########\n", NULL, ""},
    {"no lines", "R|0|0\r\n" MARK, NULL, ""},
    {"trail byte is a separator", "R|1|1\nA1|9|\xad\x7c|1|0000|\n########\n", NULL, ""},
    {"empty", "", "empty-file", ""},
    {"only a line end", "\r\n", "head", "line 1"},
    {"only the mark", MARK, "head", "line 1"},
    {"head only", "R|1|100\r\n", "truncated", "line 1"},
    {"no mark", "R|1|100\r\n" LINE_1, "truncated", "line 2"},
    {"cut mark", "R|1|100\r\n" LINE_1 "#######", "truncated", "line 3"},
    {"mark with blank", "R|1|100\r\n" LINE_1 "######## \r\n", "fields", "line 3"},
    {"sent file", "P|1|100\r\n" LINE_1 MARK, "head", "line 1"},
    {"byte order mark", "\xef\xbb\xbfR|1|100\r\n" LINE_1 MARK, "head", "line 1"},
    {"count", "R|2|100\r\n" LINE_1 MARK, "totals", "line 3"},
    {"total", "R|1|101\r\n" LINE_1 MARK, "totals", "line 3"},
    {"head has a field more", "R|1|100|\r\n" LINE_1 MARK, "head", "line 1"},
    {"head count signed", "R|+1|100\r\n" LINE_1 MARK, "head", "line 1"},
    {"head total too large", "R|1|9223372036854775808\r\n" LINE_1 MARK, "head",
     "line 1"},
    {"field missing", "R|1|1\nA1|9|A|1|0000\n########\n", "fields", "line 2"},
    {"field more", "R|1|1\nA1|9|A|1|0000||\n########\n", "fields", "line 2"},
    {"many fields", "R|1|1\n|||||||||||||||||||||\n########\n", "fields", "line 2"},
    {"empty line", "R|1|1\n\nA1|9|A|1|0000|\n########\n", "fields", "line 2"},
    {"no serial", "R|1|1\n|9|A|1|0000|\n########\n", "serial", "line 2, column 1"},
    {"long serial",
     "R|1|1\n123456789012345678901234567890123456|9|A|1|0000|\n########\n", "serial",
     "line 2, column 1"},
    {"amount zero", "R|1|0\nA1|9|A|0|0000|\n########\n", "amount", "line 2, column 8"},
    {"amount signed", "R|1|1\nA1|9|A|-1|0000|\n########\n", "amount",
     "line 2, column 8"},
    {"amount in yuan", "R|1|1\nA1|9|\xbc\xd7|1.00|0000|\n########\n", "amount",
     "line 2, column 8"},
    {"amount blank", "R|1|1\nA1|9|A| 1|0000|\n########\n", "amount",
     "line 2, column 8"},
    {"amount too large", "R|1|1\nA1|9|A|9223372036854775808|0000|\n########\n",
     "amount", "line 2, column 8"},
    {"sum too large",
     "R|2|1\nA1|9|A|9223372036854775807|0000|\nA2|9|A|1|0000|\n########\n", "totals",
     "line 3"},
    {"unknown code", "R|1|1\nA1|9|A|1|1011|\n########\n", "unknown-code",
     "line 2, column 10"},
    {"code of returns unknown", "R|1|1\nA1|9|A|1|2000|\n########\n", "unknown-code",
     "line 2, column 10"},
    {"no code", "R|1|1\nA1|9|A|1||\n########\n", "unknown-code", "line 2, column 10"},
    {"not GBK", "R|1|1\nA1|9|A\xff|1|0000|\n########\n", "charset", "line 2, column 7"},
    {"half a character", "R|1|1\nA1|9|A|1|0000|\xbc\n########\n", "charset",
     "line 2, column 15"},
    {"control character", "R|1|1\nA1|9|A\x01|1|0000|\n########\n", "control-character",
     "line 2"},
    {"lone CR", "R|1|1\nA1|9|A\r|1|0000|\n########\n", "control-character", "line 2"},
    {"after the mark", "R|1|100\r\n" LINE_1 MARK "\r\n", "after-trailer", "line 3"},
    {"two files", "R|0|0\r\n" MARK "R|0|0\r\n" MARK, "after-trailer", "line 2"},
};

/* Breaks if a damaged answer is believed, or its place is told wrongly. */
START_TEST(answer_table)
{
    for (size_t i = 0; i < sizeof answer_rows / sizeof answer_rows[0]; i++) {
        const struct answer_row *row = &answer_rows[i];
        struct seen s = {0};
        struct diag d = {0};
        enum status st = read_block(str_of(row->file), &s, &d);
        if (row->code == NULL) {
            ck_assert_msg(st == ST_OK, "%s: %s", row->label, d.what);
            continue;
        }
        ck_assert_msg(st == ST_INPUT, "%s: accepted", row->label);
        ck_assert_msg(strcmp(d.code, row->code) == 0, "%s: %s", row->label, d.code);
        ck_assert_msg(strcmp(d.where, row->where) == 0, "%s: %s", row->label, d.where);
        ck_assert_msg(d.hint[0] != '\0', "%s: no hint", row->label);
    }
}
END_TEST

/* GBK's trail byte may be 0x7C, the separator; breaks if a name is cut there. */
START_TEST(separator_within_character)
{
    struct seen s = {0};
    struct diag d = {0};
    struct str file = str_of("R|1|1\nA1|9|\xad\x7c|1|0000|\n########\n");
    ck_assert_int_eq(read_block(file, &s, &d), ST_OK);
    ck_assert_str_eq(s.last_name, "\xe7\x93\x85"); /* U+74C5 */
}
END_TEST

START_TEST(line_too_long)
{
    struct buf file;
    buf_init(&file, 65536);
    for (size_t n = 1000; n < 1100; n++) {
        buf_clear(&file);
        buf_add_text(&file, "R|1|1\nA1|9|A|1|0000|");
        while (file.len < 6 + n) {
            buf_add_text(&file, "x");
        }
        buf_add_text(&file, "\n########\n");
        struct seen s = {0};
        struct diag d = {0};
        enum status st = read_block(buf_str(&file), &s, &d);
        ck_assert_int_eq(st, n < 1024 ? ST_OK : ST_INPUT);
        if (st != ST_OK) {
            ck_assert_str_eq(d.code, "line-too-long");
            ck_assert_str_eq(d.where, "line 2");
        }
    }
    buf_release(&file);
}
END_TEST

/* Breaks if a file cut on its way can pass for whole. */
START_TEST(every_truncation)
{
    struct buf file;
    buf_init(&file, 2097152);
    data_read_file(GOLDEN_ANSWER, &file);
    for (size_t n = 0; n < file.len; n++) {
        struct seen s = {0};
        struct diag d = {0};
        enum status st = read_block(str_make(file.p, n), &s, &d);
        /* Only the line end after the mark may be missing. */
        ck_assert_msg(st == (n + 2 >= file.len ? ST_OK : ST_INPUT), "%zu bytes", n);
        if (st != ST_OK) {
            ck_assert_str_eq(d.code, n == 0 ? "empty-file" : "truncated");
        }
    }
    buf_release(&file);
}
END_TEST

/* Breaks if a flipped bit crashes the reader or yields totals that disagree. */
START_TEST(every_flipped_bit)
{
    struct buf file;
    buf_init(&file, 2097152);
    data_read_file(GOLDEN_ANSWER, &file);
    for (size_t i = 0; i < file.len; i++) {
        for (unsigned bit = 0; bit < 9; bit++) {
            char was = file.p[i];
            unsigned mask = bit == 8 ? 0xff : 1u << bit;
            file.p[i] = (char)((unsigned char)was ^ mask);
            struct seen s = {0};
            struct diag d = {0};
            enum status st = read_block(buf_str(&file), &s, &d);
            if (st == ST_OK) {
                ck_assert_int_eq(s.sum.total_fen, 3333720);
                ck_assert_uint_eq(s.sum.count, 24);
            } else {
                ck_assert_int_eq(st, ST_INPUT);
            }
            file.p[i] = was;
        }
    }
    buf_release(&file);
}
END_TEST

/* Breaks if the caller's failure is swallowed. */
START_TEST(caller_stops)
{
    struct seen s = {.stop_at = 3};
    struct diag d = {0};
    struct str file = str_of("R|2|2\nA1|9|A|1|0000|\nA2|9|A|1|0000|\n########\n");
    ck_assert_int_eq(read_block(file, &s, &d), ST_CONFLICT);
    ck_assert_str_eq(d.code, "stop");
    ck_assert_uint_eq(s.sum.count, 1);
}
END_TEST

Suite *suite_pipe(void)
{
    Suite *s = suite_create("pipe");
    TCase *writing = tcase_create("writing");
    tcase_add_test(writing, golden);
    tcase_add_test(writing, name_outside_gbk);
    tcase_add_test(writing, forbidden_characters);
    tcase_add_test(writing, byte_limits);
    tcase_add_test(writing, other_bank);
    suite_add_tcase(s, writing);
    TCase *reading = tcase_create("reading");
    tcase_add_test(reading, answer_golden);
    tcase_add_test(reading, answer_table);
    tcase_add_test(reading, separator_within_character);
    tcase_add_test(reading, line_too_long);
    tcase_add_test(reading, every_truncation);
    tcase_add_test(reading, every_flipped_bit);
    tcase_add_test(reading, caller_stops);
    suite_add_tcase(s, reading);
    return s;
}
