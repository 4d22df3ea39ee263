/* test_profile_answer.c - what a bank gives back, read by its profile: every layout,
 * and everything that can be wrong with such a file. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "formats/profile.h"
#include "formats/profile_proof.h"
#include "tests/unit/payment_data.h"
#include "tests/xlsx_make.h"

Suite *suite_profile_answer(void);

#define GOLDEN_ANSWER "tests/golden/pipe-answer.txt"

/* ---- reading ---- */

#define SEEN_LOG 2000

struct seen {
    uint64_t count;
    int64_t total_fen;
    uint64_t last_line;
    uint64_t stop_at; /* a line at which `each` fails, or 0 */
    unsigned statuses[PAYMENT_NONE + 1];
    unsigned reasons[REASON_COUNT];
    struct answer_file whole;
    char log[SEEN_LOG]; /* "number id account name bank amount status reason;" */
};

static enum status see(void *ctx, const struct answer *a, struct diag *d)
{
    struct seen *s = ctx;
    if (answer_file_line(a) == s->stop_at) {
        return diag_fail(d, ST_CONFLICT, "stop", "stopped by the caller");
    }
    ck_assert_uint_gt(answer_file_line(a), s->last_line);
    s->last_line = answer_file_line(a);
    s->count++;
    s->total_fen += a->amount_fen;
    s->statuses[a->status]++;
    s->reasons[a->reason]++;
    size_t n = strlen(s->log);
    snprintf(s->log + n, sizeof s->log - n, "%llu %.*s %.*s %.*s %.*s %lld %s %s;",
             (unsigned long long)a->number, STR_ARG(a->id), STR_ARG(a->account),
             STR_ARG(a->name), STR_ARG(a->bank), (long long)a->amount_fen,
             payment_status_name(a->status), payment_reason_name(a->reason));
    return ST_OK;
}

/* Reads a block of just this size, so that a sanitizer sees a read beyond it. */
static enum status read_block(const struct payment_format *f, bool order,
                              struct str file, struct seen *s, struct diag *d)
{
    char *block = malloc(file.n > 0 ? file.n : 1);
    ck_assert_ptr_nonnull(block);
    if (file.n > 0) {
        memcpy(block, file.p, file.n);
    }
    s->whole.count = 77;
    struct answer_sink sink = {see, s};
    payment_reader *read = order ? f->read : f->read_answer;
    enum status st = read(f, str_make(block, file.n), sink, &s->whole, d);
    if (st == ST_OK) {
        ck_assert_uint_eq(s->whole.count, s->count);
        ck_assert_int_eq(s->whole.total_fen, s->total_fen);
    } else {
        ck_assert_uint_eq(s->whole.count, 77);
        ck_assert_uint_gt(strlen(d->code), 0);
        ck_assert(st != ST_INPUT || d->hint[0] != '\0');
    }
    free(block);
    return st;
}

struct stream {
    struct str rest;
    size_t step; /* bytes given at a time */
};

static enum status give(void *ctx, void *p, size_t cap, size_t *n, struct diag *d)
{
    struct stream *s = ctx;
    (void)d;
    *n = s->rest.n < s->step ? s->rest.n : s->step;
    *n = *n < cap ? *n : cap;
    memcpy(p, s->rest.p, *n);
    s->rest = str_make(s->rest.p + *n, s->rest.n - *n);
    return ST_OK;
}

static enum status read_stream(const struct payment_format *f, struct str file,
                               size_t step, struct seen *s)
{
    struct diag d = {0};
    struct stream stream = {file, step};
    struct payment_source source = {give, &stream};
    struct answer_sink sink = {see, s};
    s->whole.count = 77;
    return f->stream_answer(f, &source, sink, &s->whole, &d);
}

/* In pieces the same is read as in one, and the same refused. */
static void check_streamed(const struct payment_format *f, struct str file,
                           const struct seen *want, enum status st)
{
    struct seen s = {0};
    if (f->stream_answer == NULL) {
        return;
    }
    ck_assert_int_eq(read_stream(f, file, 11, &s), st);
    if (st == ST_OK) {
        ck_assert_str_eq(s.log, want->log);
        ck_assert_mem_eq(&s.whole, &want->whole, sizeof s.whole);
    }
}

static struct profile *made(const char *yaml)
{
    struct profile *p = NULL;
    struct diag d = {0};
    ck_assert_msg(profile_read(&p, str_of(yaml), "test.yaml", &d) == ST_OK,
                  "%s %s: %s (%s)", d.where, d.code, d.what, d.hint);
    return p;
}

struct row {
    const char *label;
    const char *file;
    const char *want; /* the log; or NULL: refused with code and where */
    const char *code;
    const char *where;
};

static void check_row(const struct payment_format *f, bool order, const struct row *row)
{
    struct seen s = {0};
    struct diag d = {0};
    enum status st = read_block(f, order, str_of(row->file), &s, &d);
    if (!order) {
        check_streamed(f, str_of(row->file), &s, st);
    }
    if (row->want != NULL) {
        ck_assert_msg(st == ST_OK, "%s: %s %s: %s", row->label, d.where, d.code,
                      d.what);
        ck_assert_msg(strcmp(s.log, row->want) == 0, "%s: %s", row->label, s.log);
        return;
    }
    ck_assert_msg(st == ST_INPUT, "%s: accepted", row->label);
    ck_assert_msg(strcmp(d.code, row->code) == 0, "%s: %s: %s", row->label, d.code,
                  d.what);
    ck_assert_msg(strcmp(d.where, row->where) == 0, "%s: %s: %s", row->label, d.where,
                  d.what);
}

#define CHECK_ROWS(f, order, rows)                                                     \
    for (size_t i_ = 0; i_ < sizeof(rows) / sizeof(rows)[0]; i_++) {                   \
        check_row(f, order, &(rows)[i_]);                                              \
    }

/* ---- an answer of its own, cut on "|" ---- */

static const struct payment_format *pipe_format(void)
{
    const struct payment_format *f = payment_format_find(str_of("pipe-trailer"));
    ck_assert_ptr_nonnull(f);
    return f;
}

/* Breaks if a code of the bank is taken for another reason. */
START_TEST(answer_golden)
{
    struct buf file;
    struct seen s = {0};
    struct diag d = {0};
    buf_init(&file, 2097152);
    data_read_file(GOLDEN_ANSWER, &file);
    ck_assert_msg(read_block(pipe_format(), false, buf_str(&file), &s, &d) == ST_OK,
                  "%s: %s", d.where, d.what);
    ck_assert_uint_eq(s.count, 24);
    ck_assert_int_eq(s.total_fen, 3333720);
    ck_assert_uint_eq(s.statuses[PAYMENT_PAID], 1);
    ck_assert_uint_eq(s.statuses[PAYMENT_PENDING], 1);
    ck_assert_uint_eq(s.statuses[PAYMENT_REJECTED], 11);
    ck_assert_uint_eq(s.statuses[PAYMENT_RETURNED], 11);
    ck_assert_int_eq(s.whole.rest, PAYMENT_UNKNOWN);
    for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        /* These banks have no code of their own for REGULATORY. */
        ck_assert_uint_eq(s.reasons[i], i == REASON_REGULATORY ? 0 : 2);
    }
    buf_release(&file);
}
END_TEST

#define MARK "########\r\n"
#define JIA_GBK "\xbc\xd7"
#define JIA_UTF8 "\xe7\x94\xb2"
#define LINE_1 "A1|9001|" JIA_GBK "|100|0000|\xb3\xc9\xb9\xa6\r\n"
#define PAID_1 "0 A1 9001 " JIA_UTF8 "  100 paid none;"

static const struct row pipe_rows[] = {
    {"good", "R|1|100\r\n" LINE_1 MARK, PAID_1, NULL, NULL},
    {"line feeds only", "R|1|100\nA1|9001|A|100|0000|ok\n########\n",
     "0 A1 9001 A  100 paid none;", NULL, NULL},
    {"mark without line end", "R|1|100\r\n" LINE_1 "########", PAID_1, NULL, NULL},
    {"empty account, name, text", "R|1|100\nA1|||100|0000|\n########\n",
     "0 A1    100 paid none;", NULL, NULL},
    {"no lines", "R|0|0\r\n" MARK, "", NULL, NULL},
    {"trail byte is a separator", "R|1|1\nA1|9|\xad\x7c|1|0000|\n########\n",
     "0 A1 9 \xe7\x93\x85  1 paid none;", NULL, NULL},
    {"empty", "", NULL, "empty-file", ""},
    {"only a line end", "\r\n", NULL, "head", "line 1"},
    {"only the mark", MARK, NULL, "head", "line 1"},
    {"head only", "R|1|100\r\n", NULL, "truncated", "line 1"},
    {"no mark", "R|1|100\r\n" LINE_1, NULL, "truncated", "line 2"},
    {"cut mark", "R|1|100\r\n" LINE_1 "#######", NULL, "truncated", "line 3"},
    {"mark with blank", "R|1|100\r\n" LINE_1 "######## \r\n", NULL, "truncated",
     "line 3"},
    {"sent file", "P|1|100\r\n" LINE_1 MARK, NULL, "head", "line 1, column 1"},
    {"byte order mark", "\xef\xbb\xbfR|1|100\r\n" LINE_1 MARK, NULL, "charset-utf8",
     "line 1, column 1"},
    {"count", "R|2|100\r\n" LINE_1 MARK, NULL, "totals", "line 3"},
    {"total", "R|1|101\r\n" LINE_1 MARK, NULL, "totals", "line 3"},
    {"head has a field more", "R|1|100|\r\n" LINE_1 MARK, NULL, "head", "line 1"},
    {"head count signed", "R|+1|100\r\n" LINE_1 MARK, NULL, "head", "line 1, column 3"},
    {"head total too large", "R|1|9223372036854775808\r\n" LINE_1 MARK, NULL, "head",
     "line 1, column 5"},
    {"field missing", "R|1|1\nA1|9|A|1|0000\n########\n", NULL, "fields", "line 2"},
    {"field more", "R|1|1\nA1|9|A|1|0000||\n########\n", NULL, "fields", "line 2"},
    {"many fields", "R|1|1\n|||||||||||||||||||||\n########\n", NULL, "fields",
     "line 2"},
    {"empty line", "R|1|1\n\nA1|9|A|1|0000|\n########\n", NULL, "fields", "line 2"},
    {"no serial", "R|1|1\n|9|A|1|0000|\n########\n", NULL, "serial",
     "line 2, column 1"},
    {"long serial",
     "R|1|1\n123456789012345678901234567890123456|9|A|1|0000|\n########\n", NULL,
     "serial", "line 2, column 1"},
    {"serial with a blank", "R|1|1\nA 1|9|A|1|0000|\n########\n", NULL, "serial",
     "line 2, column 1"},
    {"account of full width", "R|1|1\nA1|\xa3\xb9|A|1|0000|\n########\n", NULL,
     "account", "line 2, column 4"},
    {"amount zero", "R|1|0\nA1|9|A|0|0000|\n########\n", NULL, "amount",
     "line 2, column 8"},
    {"amount negative", "R|1|1\nA1|9|A|-1|0000|\n########\n", NULL, "amount",
     "line 2, column 8"},
    {"amount in yuan", "R|1|1\nA1|9|" JIA_GBK "|1.00|0000|\n########\n", NULL, "amount",
     "line 2, column 8"},
    {"amount blank", "R|1|1\nA1|9|A| 1|0000|\n########\n", NULL, "amount",
     "line 2, column 8"},
    {"amount of full width", "R|1|1\nA1|9|A|\xa3\xb1|0000|\n########\n", NULL, "amount",
     "line 2, column 8"},
    {"amount beyond int64", "R|1|1\nA1|9|A|9223372036854775808|0000|\n########\n", NULL,
     "amount", "line 2, column 8"},
    {"sum beyond int64",
     "R|2|1\nA1|9|A|9223372036854775807|0000|\nA2|9|A|1|0000|\n########\n", NULL,
     "totals", "line 3"},
    {"unknown code", "R|1|1\nA1|9|A|1|1011|\n########\n", NULL, "unknown-code",
     "line 2, column 10"},
    {"no code", "R|1|1\nA1|9|A|1||\n########\n", NULL, "unknown-code",
     "line 2, column 10"},
    {"not GBK", "R|1|1\nA1|9|A\xff|1|0000|\n########\n", NULL, "charset",
     "line 2, column 7"},
    {"half a character", "R|1|1\nA1|9|A|1|0000|\xbc\n########\n", NULL, "charset",
     "line 2, column 15"},
    {"UTF-8 said to be GBK", "R|1|1\nA1|9|" JIA_UTF8 JIA_UTF8 "|1|0000|\n########\n",
     NULL, "charset-utf8", "line 2, column 6"},
    {"one line in UTF-8",
     "R|2|2\nA1|9|" JIA_GBK "|1|0000|\nA2|9|" JIA_UTF8 JIA_UTF8 JIA_UTF8
     "|1|0000|\n########\n",
     NULL, "charset-utf8", "line 3, column 6"},
    {"control character", "R|1|1\nA1|9|A\x01|1|0000|\n########\n", NULL,
     "control-character", "line 2, column 7"},
    {"tab", "R|1|1\nA1|9|A\t|1|0000|\n########\n", NULL, "control-character",
     "line 2, column 7"},
    {"lone CR", "R|1|1\nA1|9|A\r|1|0000|\n########\n", NULL, "control-character",
     "line 2, column 7"},
    {"after the mark", "R|1|100\r\n" LINE_1 MARK "\r\n", NULL, "after-trailer",
     "line 3"},
    {"two files", "R|0|0\r\n" MARK "R|0|0\r\n" MARK, NULL, "after-trailer", "line 2"},
};

/* Breaks if a damaged answer is believed, or its place is told wrongly. */
START_TEST(pipe_answers)
{
    CHECK_ROWS(pipe_format(), false, pipe_rows);
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
        enum status st = read_block(pipe_format(), false, str_make(file.p, n), &s, &d);
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
            enum status st = read_block(pipe_format(), false, buf_str(&file), &s, &d);
            if (st == ST_OK) {
                ck_assert_int_eq(s.total_fen, 3333720);
                ck_assert_uint_eq(s.count, 24);
            } else {
                ck_assert_int_eq(st, ST_INPUT);
            }
            file.p[i] = was;
        }
    }
    buf_release(&file);
}
END_TEST

/* A line without an end is refused before it is looked at. */
START_TEST(line_too_long)
{
    struct buf file;
    buf_init(&file, 65536);
    for (size_t n = 16370; n < 16400; n++) {
        buf_clear(&file);
        buf_add_text(&file, "R|1|1\nA1|9|A|1|0000|");
        while (file.len < 6 + n) {
            buf_add_text(&file, "x");
        }
        buf_add_text(&file, "\n########\n");
        struct seen s = {0};
        struct diag d = {0};
        enum status st = read_block(pipe_format(), false, buf_str(&file), &s, &d);
        ck_assert_int_eq(st, n < 16384 ? ST_OK : ST_INPUT);
        if (st != ST_OK) {
            ck_assert_str_eq(d.code, "line-too-long");
            ck_assert_str_eq(d.where, "line 2");
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
    ck_assert_int_eq(read_block(pipe_format(), false, file, &s, &d), ST_CONFLICT);
    ck_assert_str_eq(d.code, "stop");
    ck_assert_uint_eq(s.count, 1);
}
END_TEST

/* The file that was sent, read as such. */
START_TEST(sent_files)
{
    static const struct row rows[] = {
        {"good", "P|1|1\r\nA1|9|" JIA_GBK "|1||\r\n" MARK,
         "1 A1 9 " JIA_UTF8 "  1 none none;", NULL, NULL},
        {"the answer", "R|1|100\r\n" LINE_1 MARK, NULL, "head", "line 1, column 1"},
        {"no name", "P|1|1\r\nA1|9||1||\r\n" MARK, NULL, "empty-field",
         "line 2, column 6"},
        {"no account", "P|1|1\r\nA1||A|1||\r\n" MARK, NULL, "account",
         "line 2, column 4"},
    };
    CHECK_ROWS(pipe_format(), true, rows);
}
END_TEST

/* ---- other layouts ---- */

#define BEGIN                                                                          \
    "profile: t\ntitle: {zh: t, en: t}\nsource: t\nline-end: LF\nextension: txt\n"

/* Quotes, a day, totals in yuan in the trailer, failures only, refusals. */
static const char csv_yaml[] =
    BEGIN "encoding: UTF-8\nseparator: \",\"\nquote: csv\n"
          "header:\n  - [{value: pay-day, as: yyyy-MM-dd}, {value: message-id}]\n"
          "column-names: true\n"
          "detail:\n"
          "  - {value: number, title: no}\n"
          "  - {value: account, title: account}\n"
          "  - {value: name, title: name}\n"
          "  - {value: amount, as: yuan, title: amount}\n"
          "  - {value: result, title: mark}\n"
          "  - {value: result-text, title: words}\n"
          "  - {value: paid-amount, as: yuan, title: paid}\n"
          "trailer:\n"
          "  - [{text: sum}, {value: count}, {value: total, as: yuan}]\n"
          "answer:\n  form: same-file\n  match: [number, account, amount]\n"
          "  absent: paid\n"
          "  results:\n"
          "    - {code: OK, status: paid}\n"
          "    - {code: NO, text: name, status: rejected, reason: name-mismatch}\n"
          "    - {code: NO, status: rejected, reason: other}\n"
          "    - {text: late, status: pending}\n"
          "    - {code: \"*\", status: unknown}\n"
          "  refusal:\n"
          "    - {line: H019, reason: other, text: sums differ}\n"
          "    - {line: T066, reason: funds}\n";

#define CSV_HEAD "2026-11-06,M1\nno,account,name,amount,mark,words,paid\n"
#define CSV_1 "1,9,\"A, \"\"B\"\"\",1.00,OK,,1.00\n"

static const struct row csv_rows[] = {
    {"good", CSV_HEAD CSV_1 "sum,1,1.00\n", "1  9 A, \"B\"  100 paid none;", NULL,
     NULL},
    {"byte order mark", "\xef\xbb\xbf" CSV_HEAD CSV_1 "sum,1,1.00\n",
     "1  9 A, \"B\"  100 paid none;", NULL, NULL},
    {"by words",
     CSV_HEAD "1,9,A,1.00,NO,wrong name,0.00\n2,9,B,1.00,NO,closed,\n"
              "3,9,C,1.00,,late,\n4,9,D,1.00,XX,,\nsum,4,4.00\n",
     "1  9 A  100 rejected name-mismatch;2  9 B  100 rejected other;"
     "3  9 C  100 pending none;4  9 D  100 unknown none;",
     NULL, NULL},
    {"paid although refused", CSV_HEAD "1,9,A,1.00,NO,,1.00\nsum,1,1.00\n", NULL,
     "paid-amount", "line 3, column 16"},
    {"less paid", CSV_HEAD "1,9,A,1.00,OK,,0.99\nsum,1,1.00\n", NULL, "paid-amount",
     "line 3, column 16"},
    {"three decimals", CSV_HEAD "1,9,A,1.000,OK,,\nsum,1,1.00\n", NULL, "amount",
     "line 3, column 7"},
    {"one decimal", CSV_HEAD "1,9,A,1.0,OK,,\nsum,1,1.00\n", NULL, "amount",
     "line 3, column 7"},
    {"negative", CSV_HEAD "1,9,A,-1.00,OK,,\nsum,1,1.00\n", NULL, "amount",
     "line 3, column 7"},
    {"thousands", CSV_HEAD "1,9,A,\"1,000.00\",OK,,\nsum,1,1000.00\n", NULL, "amount",
     "line 3, column 7"},
    {"number zero", CSV_HEAD "0,9,A,1.00,OK,,\nsum,1,1.00\n", NULL, "number",
     "line 3, column 1"},
    {"quote open", CSV_HEAD "1,9,\"A,1.00,OK,,\nsum,1,1.00\n", NULL, "quote",
     "line 3, column 5"},
    {"behind a quote", CSV_HEAD "1,9,\"A\"B,1.00,OK,,\nsum,1,1.00\n", NULL, "quote",
     "line 3, column 8"},
    {"another column", "2026-11-06,M1\nno,account,name,amount,result,words,paid\n",
     NULL, "column-names", "line 2, column 24"},
    {"a column missing", "2026-11-06,M1\nno,account,name,amount\n", NULL, "fields",
     "line 2"},
    {"no such day", "2026-02-30,M1\nno,account,name,amount,mark,words,paid\n", NULL,
     "date", "line 1, column 1"},
    {"no trailer", CSV_HEAD CSV_1, NULL, "truncated", "line 3"},
    {"trailer's total", CSV_HEAD CSV_1 "sum,1,1.01\n", NULL, "totals", "line 4"},
    {"trailer's count", CSV_HEAD CSV_1 "sum,2,1.00\n", NULL, "totals", "line 4"},
    {"not UTF-8", CSV_HEAD "1,9," JIA_GBK ",1.00,OK,,\nsum,1,1.00\n", NULL, "charset",
     "line 3, column 5"},
    {"GBK in one line",
     CSV_HEAD "1,9," JIA_UTF8 ",1.00,OK,,\n2,9," JIA_GBK ",1.00,OK,,\nsum,2,2.00\n",
     NULL, "charset", "line 4, column 5"},
};

START_TEST(csv_answers)
{
    struct profile *p = made(csv_yaml);
    const struct payment_format *f = profile_format(p);
    CHECK_ROWS(f, false, csv_rows);
    struct seen s = {0};
    struct diag d = {0};
    struct str good = str_of(CSV_HEAD CSV_1 "sum,1,1.00\n");
    ck_assert_int_eq(read_block(f, false, good, &s, &d), ST_OK);
    ck_assert_int_eq(s.whole.rest, PAYMENT_PAID);
    ck_assert_str_eq(s.whole.message_id, "M1");
    ck_assert_int_eq(s.whole.pay_day, date_from_civil(2026, 11, 6));
    profile_free(p);
}
END_TEST

/* Breaks if a file that the bank refused as a whole looks like an answer without
 * failures. */
START_TEST(refusals)
{
    static const struct {
        const char *file;
        enum payment_reason reason;
        const char *code;
        const char *text;
    } rows[] = {
        {"H019\n", REASON_OTHER, "H019", "sums differ"},
        {"H019,whatever\nmore\n", REASON_OTHER, "H019", "sums differ"},
        {"T066 no money", REASON_FUNDS, "T066", "T066 no money"},
    };
    struct profile *p = made(csv_yaml);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct seen s = {0};
        struct diag d = {0};
        ck_assert_int_eq(
            read_block(profile_format(p), false, str_of(rows[i].file), &s, &d), ST_OK);
        ck_assert_uint_eq(s.count, 0);
        ck_assert_int_eq(s.whole.rest, PAYMENT_REJECTED);
        ck_assert_int_eq(s.whole.reason, rows[i].reason);
        ck_assert_str_eq(s.whole.code, rows[i].code);
        ck_assert_str_eq(s.whole.text, rows[i].text);
    }
    profile_free(p);
}
END_TEST

/* Widths are bytes of GBK; zeros before a number; the last line without an end. */
static const char widths_yaml[] =
    BEGIN "encoding: GBK\nseparator: widths\nlast-line-end: false\n"
          "detail:\n"
          "  - {value: number, width: 3, align: right, pad: \"0\"}\n"
          "  - {value: account, width: 6}\n"
          "  - {value: name, width: 8}\n"
          "  - {value: amount, as: fen, width: 6, align: right, pad: \"0\"}\n"
          "  - {text: \"#\"}\n"
          "  - {value: result, width: 2}\n"
          "answer:\n  form: same-file\n  match: [number]\n"
          "  results:\n    - {code: \"00\", status: paid}\n"
          "    - {code: X, status: returned, reason: account-closed}\n";

START_TEST(width_answers)
{
    static const struct row rows[] = {
        {"good",
         "0019     " JIA_GBK "\xad\x7c    000100#00\n0028     AB      000200#X ",
         "1  9 " JIA_UTF8 "\xe7\x93\x85  100 paid none;"
         "2  8 AB  200 returned account-closed;",
         NULL, NULL},
        {"too short", "0019     AB      000100#0\n", NULL, "fields",
         "line 1, column 25"},
        {"too long", "0019     AB      000100#00 \n", NULL, "fields",
         "line 1, column 27"},
        {"cut within a character", "0019     AAAAAAA" JIA_GBK "00100#00\n", NULL,
         "fields", "line 1, column 10"},
        {"literal", "0019     AB      000100!00\n", NULL, "fields",
         "line 1, column 24"},
        {"number", "  19     AB      000100#00\n", NULL, "number", "line 1, column 1"},
    };
    struct profile *p = made(widths_yaml);
    CHECK_ROWS(profile_format(p), false, rows);
    profile_free(p);
}
END_TEST

/* Cut by blanks: the mark is written over three of them. */
static const char blanks_yaml[] =
    BEGIN "encoding: GBK\nseparator: blanks\n"
          "detail:\n"
          "  - {text: D}\n"
          "  - {value: account}\n"
          "  - {value: name, blanks: true}\n"
          "  - {text: \"1\"}\n"
          "  - {value: amount, as: fen}\n"
          "  - {value: result, width: 3}\n"
          "  - {text: \"0000\", joined: true}\n"
          "  - {value: remark}\n"
          "trailer:\n  - [{text: T}, {value: count}, {value: total, as: fen}]\n"
          "answer:\n  form: same-file\n  match: [account, name, amount]\n"
          "  results:\n    - {code: \"001\", status: paid}\n"
          "    - {code: \"002\", status: rejected, reason: other}\n";

START_TEST(blank_answers)
{
    static const struct row rows[] = {
        {"good", "D 9 A 1 5 0010000 r\nD  8   B  1 6 0020000\nT 2 11\n",
         "0  9 A  5 paid none;0  8 B  6 rejected other;", NULL, NULL},
        {"blank in a name", "D 9 A B C 1 5 0010000 r\nD 8 B 1 1 1 0020000\nT 2 6\n",
         "0  9 A B C  5 paid none;0  8 B 1  1 rejected other;", NULL, NULL},
        {"no mark", "D 9 A 1 5    0000 r\nT 1 5\n", NULL, "unknown-code",
         "line 1, column 14"},
        {"other mark", "D 9 A 1 5 0030000 r\nT 1 5\n", NULL, "unknown-code",
         "line 1, column 11"},
        {"tabs", "D\t9\tA\t1\t5\t0010000 r\nT 1 5\n", "0  9 A  5 paid none;", NULL,
         NULL},
        {"a field missing", "D 9 A 1 0010000\nT 1 5\n", NULL, "fields", "line 1"},
        {"mark too long", "D 9 A 1 5 00100001 r\nT 1 5\n", NULL, "fields",
         "line 1, column 18"},
        {"two ways", "D 9 A 1 1 1230000 0010000\nT 1 1\n", NULL, "fields", "line 1"},
    };
    static const struct row sent[] = {
        {"good", "D 9 A 1 5    0000 r\nD 8 B 1 6    0000 \nT 2 11\n",
         "1  9 A  5 none none;2  8 B  6 none none;", NULL, NULL},
    };
    struct profile *p = made(blanks_yaml);
    CHECK_ROWS(profile_format(p), false, rows);
    CHECK_ROWS(profile_format(p), true, sent);
    profile_free(p);
}
END_TEST

/* Nothing between the fields but literals, and a separator of two bytes. */
static const char literal_yaml[] =
    BEGIN "encoding: UTF-8\nseparator: none\nquote: xml\n"
          "detail: [{value: account}, {text: \"<A>\"}, {value: amount, as: fen}]\n"
          "answer:\n  form: own-file\n  detail:\n"
          "  - {text: \"<P><I>\"}\n  - {value: id}\n  - {text: \"</I><A>\"}\n"
          "  - {value: amount, as: fen}\n  - {text: \"</A><N>\"}\n"
          "  - {value: name}\n  - {text: \"</N><R>\"}\n"
          "  - {value: result}\n  - {text: \"</R></P>\"}\n"
          "  match: [id]\n"
          "  results:\n    - {code: \"00\", status: paid}\n";

START_TEST(literal_answers)
{
    static const struct row rows[] = {
        {"good", "<P><I>a</I><A>5</A><N>X &amp; &lt;Y&gt;</N><R>00</R></P>\n",
         "0 a  X & <Y>  5 paid none;", NULL, NULL},
        {"unknown entity", "<P><I>a</I><A>5</A><N>X&x;</N><R>00</R></P>\n", NULL,
         "quote", "line 1, column 24"},
        {"literal missing", "<P><I>a</I><A>5</A><M>X</M><R>00</R></P>\n", NULL,
         "fields", "line 1, column 41"},
        {"more behind", "<P><I>a</I><A>5</A><N>X</N><R>00</R></P> \n", NULL, "fields",
         "line 1, column 41"},
    };
    struct profile *p = made(literal_yaml);
    CHECK_ROWS(profile_format(p), false, rows);
    profile_free(p);
}
END_TEST

/* Any lawful form is read, and must be the amount in figures. */
START_TEST(capitals)
{
    static const char yaml[] = BEGIN
        "encoding: UTF-8\nseparator: \"|\"\n"
        "detail:\n  - {value: id}\n  - {value: amount, as: fen}\n"
        "  - {value: amount, as: capital}\n  - {value: account}\n  - {value: name}\n"
        "trailer: [[{value: total, as: capital}, {value: count}]]\n"
        "answer: {form: none}\n";
    static const struct row rows[] = {
        {"as it is written", "a|1050|人民币壹拾元伍角|9|N\n人民币壹拾元伍角|1\n",
         "1 a 9 N  1050 none none;", NULL, NULL},
        {"other forms", "a|1050|壹拾圆零伍角整|9|N\n壹拾元伍角正|1\n",
         "1 a 9 N  1050 none none;", NULL, NULL},
        {"another amount", "a|1050|壹拾元零伍分|9|N\n壹拾元零伍分|1\n", NULL, "amount",
         "line 1, column 8"},
        {"no lawful form", "a|1050|拾元伍角|9|N\n壹拾元伍角|1\n", NULL, "capital",
         "line 1, column 8"},
        {"no 整", "a|1000|壹拾元|9|N\n壹拾元整|1\n", NULL, "capital",
         "line 1, column 11"},
        {"another total", "a|1050|壹拾元伍角|9|N\n壹拾元整|1\n", NULL, "totals",
         "line 2"},
    };
    struct profile *p = made(yaml);
    CHECK_ROWS(profile_format(p), true, rows);
    profile_free(p);
}
END_TEST

/* Two variants: a file does not say which it is, its header does. */
START_TEST(variants)
{
    static const char yaml[] = BEGIN
        "encoding: UTF-8\nseparator: \"|!\"\n"
        "detail:\n  - {value: id}\n  - {value: amount, as: fen}\n"
        "  - {value: account}\n  - {value: name}\n"
        "variants:\n"
        "  - {name: own, for: same-bank, header: [[{text: P}, {value: count}]]}\n"
        "  - {name: other, for: other-bank, header: [[{text: PO}, {value: count}]],\n"
        "     detail: [{value: id}, {value: amount, as: fen}, {value: account},\n"
        "              {value: bank}, {value: name}]}\n"
        "answer: {form: none}\n";
    static const struct row rows[] = {
        {"own", "P|!1\na|!5|!9|!N|\n", "1 a 9 N|  5 none none;", NULL, NULL},
        {"other", "PO|!1\na|!5|!9|!102100099996|!N\n",
         "1 a 9 N 102100099996 5 none none;", NULL, NULL},
        {"neither", "X|!1\na|!5|!9|!N\n", NULL, "head", "line 1, column 1"},
        {"cut in the last line", "P|!1\na|!5|!9|!N", NULL, "truncated", "line 2"},
    };
    struct profile *p = made(yaml);
    ck_assert(profile_format(p)->read_answer == NULL);
    CHECK_ROWS(profile_format(p), true, rows);
    profile_free(p);
}
END_TEST

/* A file that says a thing twice must say the same; four bytes of GB18030 are one
 * character; a currency has a number, too. */
static const char twice_yaml[] =
    BEGIN "encoding: GB18030\nseparator: \"|\"\n"
          "header:\n  - [{value: pay-day, as: yyMMdd}, {value: total, as: fen}]\n"
          "detail:\n  - {value: number}\n  - {value: account}\n"
          "  - {value: name, width: 8}\n  - {value: remark, joined: true}\n"
          "  - {value: amount, as: fen}\n  - {value: amount, as: yuan}\n"
          "  - {value: amount, as: capital}\n"
          "trailer:\n  - [{value: total, as: yuan}, {value: pay-day, as: yyyy/MM/dd}]\n"
          "answer:\n  form: own-file\n  match: [account, amount]\n"
          "  detail: [{value: account}, {value: amount, as: fen}, {value: currency},\n"
          "           {value: new-account}, {value: result}]\n"
          "  results:\n    - {code: \"0\", status: paid}\n";

#define RARE_GB "\x95\x34\xb2\x35"                       /* U+20BB7 */
#define FEN_1 "\xc8\xcb\xc3\xf1\xb1\xd2\xd2\xbc\xb7\xd6" /* 1 fen in capitals */

START_TEST(contradictions)
{
    static const struct row sent[] = {
        {"good",
         "261106|1\n1|9|" RARE_GB JIA_GBK "  r|1|0.01|" FEN_1 "\n0.01|2026/11/06\n",
         "1  9 \xf0\xa0\xae\xb7" JIA_UTF8 "  1 none none;", NULL, NULL},
        {"days", "261106|1\n1|9|A       r|1|0.01|" FEN_1 "\n0.01|2026/11/07\n", NULL,
         "date", "line 3, column 6"},
        {"totals", "261106|2\n1|9|A       r|1|0.01|" FEN_1 "\n0.01|2026/11/06\n", NULL,
         "totals", "line 3, column 1"},
        {"amounts", "261106|1\n1|9|A       r|1|0.02|" FEN_1 "\n0.01|2026/11/06\n", NULL,
         "amount", "line 2, column 17"},
        {"capitals", "261106|2\n1|9|A       r|2|0.02|" FEN_1 "\n0.02|2026/11/06\n",
         NULL, "amount", "line 2, column 22"},
        {"number", "261106|1\n2|9|A       r|1|0.01|" FEN_1 "\n0.01|2026/11/06\n", NULL,
         "number", "line 2"},
    };
    static const struct row answers[] = {
        {"number of the currency", "9|1|156||0\n", "0  9   1 paid none;", NULL, NULL},
        {"code of the currency", "9|1|CNY|8|0\n", "0  9   1 paid none;", NULL, NULL},
        {"another currency", "9|1|USD||0\n", NULL, "currency", "line 1, column 5"},
        {"account of full width", "9|1|CNY|\xa3\xb8|0\n", NULL, "account",
         "line 1, column 9"},
    };
    struct profile *p = made(twice_yaml);
    CHECK_ROWS(profile_format(p), true, sent);
    CHECK_ROWS(profile_format(p), false, answers);
    profile_free(p);
}
END_TEST

/* A report for people: rules and heads are left out, wherever they stand. */
START_TEST(reports)
{
    static const char yaml[] = BEGIN
        "encoding: UTF-8\nseparator: \"!\"\ndetail:\n  - {value: id}\n"
        "  - {value: amount, as: fen}\n  - {value: account}\n  - {value: name}\n"
        "answer:\n  form: own-file\n  ignore: [\"+-\", \"page \"]\n"
        "  detail:\n    - {value: id, width: 4}\n"
        "    - {value: amount, as: yuan, width: 6, align: right}\n"
        "    - {value: result-text}\n"
        "  trailer:\n    - [{text: sum}, {value: count}, {value: ignored}]\n"
        "  match: [id]\n  absent: paid\n"
        "  results:\n    - {text: closed, status: rejected, reason: account-closed}\n";
    static const struct row rows[] = {
        {"cut", "+----+\n\na   !  1.00!is closed\n  page 2\nb   ! 20.00!closed!\n",
         NULL, "truncated", "line 5"},
        {"good", "+----+\n\na   !  1.00!is closed\n  page 2\nsum!1!x\n+----+\n\n",
         "0 a    100 rejected account-closed;", NULL, NULL},
        {"count", "a   !  1.00!is closed\nsum!2!x\n+-", NULL, "totals", "line 2"},
    };
    struct profile *p = made(yaml);
    CHECK_ROWS(profile_format(p), false, rows);
    profile_free(p);
}
END_TEST

/* ---- sheets ---- */

/* A workbook with these rows: cells end in "|", rows in "/"; "#" before a number, "="
 * before a formula without its value. */
static void make_sheet(const char *text, struct buf *out)
{
    struct xlsx_make m;
    struct buf sheet;
    unsigned row = 1;
    char column = 'A';
    buf_init(&sheet, 65536);
    buf_addf(&sheet, "<sheetData><row r=\"1\">");
    for (const char *p = text; *p != '\0';) {
        size_t n = strcspn(p, "|/");
        if (*p == '#') {
            buf_addf(&sheet, "<c r=\"%c%u\"><v>%.*s</v></c>", column, row, (int)n - 1,
                     p + 1);
        } else if (*p == '=') {
            buf_addf(&sheet, "<c r=\"%c%u\"><f>%.*s</f></c>", column, row, (int)n - 1,
                     p + 1);
        } else if (n > 0) {
            buf_addf(&sheet, "<c r=\"%c%u\" t=\"inlineStr\"><is><t>%.*s</t></is></c>",
                     column, row, (int)n, p);
        }
        column++;
        if (p[n] == '/') {
            buf_addf(&sheet, "</row><row r=\"%u\">", ++row);
            column = 'A';
        }
        p += n + 1;
    }
    buf_add_text(&sheet, "</row></sheetData>");
    struct str book = xlsx_make_workbook(&m, buf_cstr(&sheet), "", true);
    buf_add_str(out, book);
    buf_release(&m.out);
    buf_release(&sheet);
}

static void check_sheet(const char *profile, const struct row *row)
{
    const struct payment_format *f = payment_format_find(str_of(profile));
    struct buf file;
    struct seen s = {0};
    struct diag d = {0};
    ck_assert_ptr_nonnull(f);
    buf_init(&file, 1048576);
    make_sheet(row->file, &file);
    enum status st = read_block(f, false, buf_str(&file), &s, &d);
    if (row->want != NULL) {
        ck_assert_msg(st == ST_OK, "%s: %s %s: %s", row->label, d.where, d.code,
                      d.what);
        ck_assert_msg(strcmp(s.log, row->want) == 0, "%s: %s", row->label, s.log);
    } else {
        ck_assert_msg(st == ST_INPUT, "%s: accepted", row->label);
        ck_assert_msg(strcmp(d.code, row->code) == 0, "%s: %s: %s", row->label, d.code,
                      d.what);
        ck_assert_msg(strcmp(d.where, row->where) == 0, "%s: %s", row->label, d.where);
    }
    buf_release(&file);
}

#define BANK_TITLES "姓名|卡号|应处理金额|备注|实处理金额|处理标志/"

/* Breaks if a bank's sheet is read by other columns, or a number that is none is taken
 * for an account. */
START_TEST(sheet_answers)
{
    static const struct row rows[] = {
        {"good",
         BANK_TITLES "甲子|9001|#35|2026-11|#35|成功/乙丑|9002|#100.5||#0|失败/"
                     "丙寅|9003|7.00|||失败/",
         "0  9001 甲子  3500 paid none;0  9002 乙丑  10050 rejected other;"
         "0  9003 丙寅  700 rejected other;",
         NULL, NULL},
        {"no mark", BANK_TITLES "甲子|9001|#35|2026-11|/", NULL, "unknown-code",
         "row 2, column 6"},
        {"a column more", BANK_TITLES "甲子|9001|#35|2026-11|#35|成功|x/", NULL,
         "fields", "row 2"},
        {"titles", "姓名|账号|应处理金额|备注|实处理金额|处理标志/", NULL,
         "column-names", "row 1, column 2"},
        {"account as a number",
         BANK_TITLES "甲子|#9.00000000000100001E+17|#35||#35|成功/", NULL, "cell",
         "row 2, column 2"},
        {"formula", BANK_TITLES "甲子|9001|=A1+1||#35|成功/", NULL, "cell",
         "row 2, column 3"},
        {"three decimals", BANK_TITLES "甲子|9001|#35.001||#35|成功/", NULL, "amount",
         "row 2, column 3"},
        {"full width", BANK_TITLES "甲子|9001|３５||#35|成功/", NULL, "amount",
         "row 2, column 3"},
        {"paid in part", BANK_TITLES "甲子|9001|#35||#34|成功/", NULL, "paid-amount",
         "row 2, column 5"},
        {"no titles", "", NULL, "truncated", "row 0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_sheet("bank-sheet", &rows[i]);
    }
}
END_TEST

struct wanted_place {
    enum answer_part part;
    const char *where;
};

static enum status see_places(void *ctx, const struct answer *a, struct diag *d)
{
    for (const struct wanted_place *w = ctx; w->where != NULL; w++) {
        diag_fail(d, ST_INPUT, "test", "a place");
        answer_where(a, w->part, d);
        ck_assert_msg(strcmp(d->where, w->where) == 0, "%s, not %s", d->where,
                      w->where);
    }
    return ST_OK;
}

static void check_places(const char *profile, struct str file,
                         const struct wanted_place *wanted)
{
    const struct payment_format *f = payment_format_find(str_of(profile));
    union {
        const struct wanted_place *wanted;
        void *ctx;
    } list = {wanted};
    struct answer_sink sink = {see_places, list.ctx};
    struct answer_file whole;
    struct diag d = {0};
    ck_assert_int_eq(f->read_answer(f, file, sink, &whole, &d), ST_OK);
    ck_assert_uint_eq(whole.count, 1);
}

/* Breaks if who has to ask the bank is shown another field than the wrong one. */
START_TEST(places)
{
    static const struct wanted_place text[] = {{ANSWER_WHOLE, "line 2, column 1"},
                                               {ANSWER_ID, "line 2, column 1"},
                                               {ANSWER_NUMBER, "line 2, column 1"},
                                               {ANSWER_ACCOUNT, "line 2, column 4"},
                                               {ANSWER_AMOUNT, "line 2, column 8"},
                                               {ANSWER_STATUS, "line 2, column 11"},
                                               {ANSWER_WHOLE, NULL}};
    static const struct wanted_place sheet[] = {
        {ANSWER_WHOLE, "row 2, column 1"},  {ANSWER_ID, "row 2, column 1"},
        {ANSWER_AMOUNT, "row 2, column 3"}, {ANSWER_ACCOUNT, "row 2, column 2"},
        {ANSWER_STATUS, "row 2, column 6"}, {ANSWER_WHOLE, NULL}};
    struct buf file;
    check_places("pipe-trailer",
                 str_of("R|1|35\nA1|9|" JIA_GBK "|35|0000|\n########\n"), text);
    buf_init(&file, 1048576);
    make_sheet(BANK_TITLES "甲子|9001|#35|2026-11|#35|成功/", &file);
    check_places("bank-sheet", buf_str(&file), sheet);
    buf_release(&file);
}
END_TEST

static const char roster_titles[] =
    "序号|收款人姓名|收款人身份证号|银行账号|开户银行行号|村（居）委会|享受人姓名|"
    "享受人身份证号|联系电话|现居住地|补贴项目|所属月份|补贴金额|流水号|支付状态|"
    "支付失败原因/";
static const char roster_1[] =
    "#1|甲子||9001|403100000004|样例村|甲子||||高龄津贴|2026-11|#35|A1|已支付/";
static const char roster_2[] =
    "#2|乙丑||9002|403100000004|样例村|丙寅||||高龄津贴|2026-11|#1.5|A2|支付失败|"
    "卡号与户名不一致/";

static void check_roster(const char *head, unsigned lines, struct row row)
{
    char text[2000];
    snprintf(text, sizeof text,
             "到人到户补贴清册/填报单位|样例县民政局|填报日期|%s/%s%s%s", head,
             roster_titles, roster_1, lines > 1 ? roster_2 : "");
    row.file = text;
    check_sheet("roster-card", &row);
}

/* The roster of a one-card platform, given back with states and reasons. */
START_TEST(roster_answers)
{
    static const struct {
        const char *head;
        unsigned lines;
        struct row row;
    } rows[] = {
        {"2026-11-05/人数|#2|金额|#36.5",
         2,
         {"good", NULL,
          "1 A1 9001 甲子 403100000004 3500 paid none;"
          "2 A2 9002 乙丑 403100000004 150 rejected name-mismatch;",
          NULL, NULL}},
        {"2026-11-05/人数|#2|金额|#36.5",
         1,
         {"a row lost", NULL, NULL, "totals", "row 5"}},
        {"2026-11-05/人数|#1|金额|#36", 1, {"total", NULL, NULL, "totals", "row 5"}},
        {"2026-11-31/人数|#1|金额|#35",
         1,
         {"no such day", NULL, NULL, "date", "row 2, column 4"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_roster(rows[i].head, rows[i].lines, rows[i].row);
    }
}
END_TEST

/* A text in place of a workbook, and a workbook cut anywhere. */
START_TEST(damaged_sheets)
{
    const struct payment_format *f = payment_format_find(str_of("bank-sheet"));
    struct buf file;
    buf_init(&file, 1048576);
    make_sheet(BANK_TITLES "甲子|9001|#35|2026-11|#35|成功/", &file);
    for (size_t n = 0; n < file.len; n++) {
        struct seen s = {0};
        struct diag d = {0};
        enum status st = read_block(f, false, str_make(file.p, n), &s, &d);
        ck_assert_msg(st == ST_INPUT, "%zu bytes", n);
    }
    for (size_t i = 0; i < file.len; i++) {
        struct seen s = {0};
        struct diag d = {0};
        file.p[i] = (char)(file.p[i] ^ 0x10);
        enum status st = read_block(f, false, buf_str(&file), &s, &d);
        ck_assert(st == ST_INPUT || (st == ST_OK && s.total_fen == 3500));
        file.p[i] = (char)(file.p[i] ^ 0x10);
    }
    struct seen s = {0};
    struct diag d = {0};
    ck_assert_int_eq(read_block(f, false, str_of("R|1|1\n"), &s, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "not-a-sheet");
    buf_release(&file);
}
END_TEST

/* ---- the profiles that come with the program ---- */

static void say_finding(void *ctx, enum proof_kind kind, const struct diag *what)
{
    const char *name = ctx;
    ck_assert_msg(kind != PROOF_FINDING, "%s: %s: %s: %s", name, what->code,
                  what->where, what->what);
}

/* Every truncation of a made answer is refused, or has fewer payments: never a crash,
 * and never more than was there. */
static void cut_answer(void *ctx, bool is_answer, struct str name, struct str bytes)
{
    const struct profile_shipped *shipped = profile_shipped_find(str_of(ctx));
    struct profile *p = NULL;
    struct diag d = {0};
    (void)name;
    ck_assert_int_eq(profile_read(&p, shipped->text, shipped->name, &d), ST_OK);
    for (size_t n = 0; !p->layout.sheet && n < bytes.n; n += 7) {
        struct seen s = {0};
        enum status st =
            read_block(profile_format(p), !is_answer, str_make(bytes.p, n), &s, &d);
        ck_assert(st == ST_OK || st == ST_INPUT);
    }
    profile_free(p);
}

/* Breaks if a profile that is shipped cannot be written and read both ways. */
START_TEST(shipped)
{
    size_t count = 0;
    const struct profile_shipped *all = profile_shipped(&count);
    ck_assert_uint_gt(count, 0);
    for (size_t i = 0; i < count; i++) {
        struct profile *p = NULL;
        struct diag d = {0};
        char name[PROFILE_NAME_MAX + 1];
        ck_assert_msg(profile_read(&p, all[i].text, all[i].name, &d) == ST_OK, "%s: %s",
                      d.where, d.what);
        ck_assert(str_copy(p->name, name, sizeof name));
        struct proof_sink sink = {say_finding, cut_answer, name};
        ck_assert_int_eq(profile_prove(p, sink, &d), ST_OK);
        profile_free(p);
    }
}
END_TEST

/* ---- golden files ---- */

static void read_golden(const char *profile, const char *path, bool order,
                        struct buf *file, struct seen *s)
{
    struct diag d = {0};
    const struct payment_format *f = payment_format_find(str_of(profile));
    ck_assert_msg(f != NULL, "%s", profile);
    if (file->len == 0) {
        data_read_file(path, file);
    }
    enum status st = read_block(f, order, buf_str(file), s, &d);
    ck_assert_msg(st == ST_OK, "%s: %s: %s", path, d.where, d.what);
}

/* The files that the writer makes, read by their profiles: what went in comes out. */
START_TEST(golden_orders)
{
    static const struct {
        const char *profile, *path;
        uint64_t count;
        int64_t total_fen;
        const char *first;
    } rows[] = {
        {"pipe-trailer", "tests/golden/pipe-trailer.txt", 6, 5003501,
         "1 T7-000001 900000000000100001 甲子一  1 none none;"},
        {"pipe-trailer-outer", "tests/golden/pipe-trailer-outer.txt", 6, 5003501,
         "1 T7-000001 900000000000100001 甲子一 403100000004 1 none none;"},
        {"blanks-gbk", "tests/golden/profile-blanks-gbk.txt", 6, 5003501,
         "1  900000000000100001 甲子一  1 none none;"},
        {"city-bank-pipe", "tests/golden/profile-city-bank-pipe.txt", 6, 5003501,
         "1 T7-000001 900000000000100001 甲子一  1 none none;"},
        {"acp-batch", "tests/golden/profile-acp-batch.txt", 6, 5003501,
         "1 T7-000001 900000000000100001 甲子一  1 none none;"},
        {"template", "tests/golden/profile-template.txt", 6, 5003501, "1 T7-000001 "},
        {"gzelink", "tests/golden/profile-gzelink.txt", 6, 5003501,
         "1  900000000000100001 甲子一 403100000004 1 none none;"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf file;
        struct seen s = {0};
        buf_init(&file, 2097152);
        read_golden(rows[i].profile, rows[i].path, true, &file, &s);
        ck_assert_msg(s.count == rows[i].count && s.total_fen == rows[i].total_fen,
                      "%s: %llu, %lld", rows[i].profile, (unsigned long long)s.count,
                      (long long)s.total_fen);
        ck_assert_msg(strncmp(s.log, rows[i].first, strlen(rows[i].first)) == 0,
                      "%s: %s", rows[i].profile, s.log);
        buf_release(&file);
    }
}
END_TEST

/* Answers as banks write them, and none of our own code did. */
START_TEST(golden_answers)
{
    static const struct {
        const char *profile, *path, *want;
    } rows[] = {
        {"city-bank-pipe", "tests/golden/answer-city-bank-pipe.txt",
         "0 T7-000002 900000000000100002 乙丑二·丙寅三  3500 rejected name-mismatch;"
         "0 T7-000004 900000000000100004 瓅子一  1000000 rejected account-closed;"},
        {"gzelink", "tests/golden/answer-gzelink.xml",
         "1  900000000000100001   1 paid none;"
         "2  900000000000100002   3500 rejected name-mismatch;"
         "3  900000000000100003   1000000 pending none;"},
        {"acp-batch", "tests/golden/answer-acp-batch.txt",
         "0 T7-000001 900000000000100001 甲子一  1 paid none;"
         "0 T7-000002 900000000000100002 乙丑二·丙寅三  3500 unknown none;"
         "0 T7-000004 900000000000100004 TEST PAYEE  1000000 rejected name-mismatch;"},
        {"template", "tests/golden/answer-template.txt",
         "0 T7-000001 900000000000100001   1 paid none;"
         "0 T7-000002    3500 rejected name-mismatch;"
         "0 T7-000003 900000000000100003   1000000 unknown none;"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf file;
        struct seen s = {0};
        buf_init(&file, 2097152);
        read_golden(rows[i].profile, rows[i].path, false, &file, &s);
        ck_assert_msg(strcmp(s.log, rows[i].want) == 0, "%s: %s", rows[i].profile,
                      s.log);
        buf_release(&file);
    }
}
END_TEST

/* The bank writes its mark over three bytes of our file, and nothing else. */
START_TEST(marked_in_place)
{
    static const char *const paths[] = {"tests/golden/profile-blanks-gbk.txt",
                                        "tests/golden/profile-blanks-gbk-outer.txt"};
    static const char *const names[] = {"blanks-gbk", "blanks-gbk-outer"};
    for (size_t k = 0; k < 2; k++) {
        struct buf file;
        struct seen s = {0};
        unsigned marked = 0;
        buf_init(&file, 2097152);
        data_read_file(paths[k], &file);
        for (size_t i = 4; i + 4 < file.len; i++) {
            if (memcmp(file.p + i - 4, "    0000", 8) == 0) {
                memcpy(file.p + i - 3, marked++ % 3 == 1 ? "002" : "001", 3);
            }
        }
        read_golden(names[k], paths[k], false, &file, &s);
        ck_assert_uint_gt(marked, 0);
        ck_assert_uint_eq(s.count, marked);
        ck_assert_uint_eq(s.statuses[PAYMENT_REJECTED], (marked + 1) / 3);
        ck_assert_uint_eq(s.statuses[PAYMENT_PAID], marked - (marked + 1) / 3);
        buf_release(&file);
    }
}
END_TEST

/* A good file of so many lines, its trailer, and text behind. */
static void long_answer(struct buf *out, uint32_t lines, const char *behind)
{
    buf_addf(out, "R|%u|%u\r\n", lines, lines);
    for (uint32_t i = 1; i <= lines; i++) {
        buf_addf(out, "E1B000001L%08u||%.*s|1|0000|\r\n", i, (int)(i % 5), "WWWW");
    }
    buf_addf(out, "########\r\n%s", behind);
}

/* Breaks if a trailer is not seen as the last line of what comes in pieces, wherever
 * these end, or a line is lost between two. */
START_TEST(long_streams)
{
    static const struct {
        uint32_t lines;
        size_t step;
        const char *behind;
        enum status st;
    } rows[] = {
        {60000, 4093, "", ST_OK},
        {60000, 1000000, "", ST_OK},
        {47001, 65536, "", ST_OK},
        {9000, 100000000, "", ST_OK}, /* some 350 KB: what is kept before the end */
        {60000, 65536, "########\r\n", ST_INPUT},
        {60000, 65536, "E1B000001L00000001|||1|0000|\r\n", ST_INPUT},
        {60000, 65536, "R|1|1\r\n", ST_INPUT},
    };
    struct buf file;
    buf_init(&file, (size_t)1 << 24);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct seen s = {0};
        buf_clear(&file);
        long_answer(&file, rows[i].lines, rows[i].behind);
        enum status st = read_stream(pipe_format(), buf_str(&file), rows[i].step, &s);
        ck_assert_msg(st == rows[i].st, "row %zu", i);
        ck_assert_uint_eq(s.whole.count, st == ST_OK ? rows[i].lines : 77);
        ck_assert(st != ST_OK || s.count == rows[i].lines);
    }
    buf_release(&file);
}
END_TEST

Suite *suite_profile_answer(void)
{
    Suite *s = suite_create("profile_answer");
    TCase *pipe = tcase_create("pipe");
    tcase_add_test(pipe, answer_golden);
    tcase_add_test(pipe, pipe_answers);
    tcase_add_test(pipe, every_truncation);
    tcase_add_test(pipe, every_flipped_bit);
    tcase_add_test(pipe, line_too_long);
    tcase_add_test(pipe, caller_stops);
    tcase_add_test(pipe, places);
    tcase_add_test(pipe, sent_files);
    tcase_add_test(pipe, long_streams);
    suite_add_tcase(s, pipe);
    TCase *others = tcase_create("others");
    tcase_add_test(others, csv_answers);
    tcase_add_test(others, refusals);
    tcase_add_test(others, width_answers);
    tcase_add_test(others, blank_answers);
    tcase_add_test(others, literal_answers);
    tcase_add_test(others, capitals);
    tcase_add_test(others, variants);
    tcase_add_test(others, contradictions);
    tcase_add_test(others, reports);
    tcase_add_test(others, sheet_answers);
    tcase_add_test(others, roster_answers);
    tcase_add_test(others, damaged_sheets);
    tcase_add_test(others, shipped);
    tcase_add_test(others, golden_orders);
    tcase_add_test(others, golden_answers);
    tcase_add_test(others, marked_in_place);
    suite_add_tcase(s, others);
    return s;
}
