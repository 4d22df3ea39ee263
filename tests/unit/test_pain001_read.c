/* test_pain001_read.c - pain.001 read back: what was written, what others write, and
 * what must be refused with its place. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/pain001.h"
#include "tests/unit/payment_data.h"

Suite *suite_pain001_read(void);

#define NS(version) "urn:iso:std:iso:20022:tech:xsd:pain.001.001." version
#define HEAD(ns, count, sum)                                                           \
    "<Document xmlns=\"" ns                                                            \
    "\"><CstmrCdtTrfInitn><GrpHdr><MsgId>M1</MsgId><NbOfTxs>" count "</NbOfTxs>" sum   \
    "</GrpHdr>\n<PmtInf>"
#define TX(id, amount)                                                                 \
    "<CdtTrfTxInf><PmtId><EndToEndId>" id "</EndToEndId></PmtId><Amt>" amount          \
    "</Amt></CdtTrfTxInf>"
#define CNY(amount) "<InstdAmt Ccy=\"CNY\">" amount "</InstdAmt>"
#define TAIL "</PmtInf></CstmrCdtTrfInitn></Document>"

struct seen {
    uint64_t count;
    int64_t total_fen;
    struct payment payments[DATA_COUNT]; /* compared with these, when compare */
    bool compare;
};

static enum status see(void *ctx, const struct answer *a, struct diag *d)
{
    struct seen *s = ctx;
    (void)d;
    ck_assert_int_eq(a->status, PAYMENT_NONE);
    ck_assert_int_eq(a->reason, REASON_NONE);
    ck_assert(a->amount_fen > 0 && a->id.n > 0 && a->currency.n == 3);
    if (s->compare) {
        ck_assert_uint_lt(s->count, DATA_COUNT);
        const struct payment *p = &s->payments[s->count];
        ck_assert(str_eq(a->id, p->id) && str_eq(a->name, p->name));
        ck_assert(str_eq(a->account, p->account));
        ck_assert(str_is(a->bank, p->bank.n > 0 ? DATA_OTHER_BANK : DATA_OWN_BANK));
        ck_assert(str_is(a->currency, "CNY"));
        ck_assert_int_eq(a->amount_fen, p->amount_fen);
        ck_assert_uint_eq(a->number, s->count + 1);
    }
    s->count++;
    s->total_fen += a->amount_fen;
    return ST_OK;
}

static enum status read_text(const struct payment_format *f, struct str text,
                             struct seen *s, struct answer_file *whole, struct diag *d)
{
    struct answer_sink sink = {.each = see, .ctx = s};
    *d = (struct diag){0};
    return f->read(f, text, sink, whole, d);
}

/* Breaks if what we write is not what we read. */
START_TEST(round_trip)
{
    static const struct payment_format *const written[] = {&pain001_v03, &pain001_v09};
    for (size_t i = 0; i < 2; i++) {
        struct seen s = {.compare = true};
        struct payment_head head = data_head();
        struct answer_file whole;
        struct buf out;
        struct diag d;
        buf_init(&out, 65536);
        for (size_t k = 0; k < DATA_COUNT; k++) {
            s.payments[k] = data_payment(k);
            s.payments[k].bank = str_of(k % 2 == 1 ? DATA_OTHER_BANK : "");
        }
        data_write(written[i], &head, s.payments, DATA_COUNT, &out);
        ck_assert_msg(read_text(written[i], buf_str(&out), &s, &whole, &d) == ST_OK,
                      "%s: %s", d.where, d.what);
        ck_assert_uint_eq(whole.count, DATA_COUNT);
        ck_assert_int_eq(whole.total_fen, DATA_TOTAL_FEN);
        ck_assert_str_eq(whole.message_id, "TEST-B7-1");
        ck_assert_int_eq(whole.rest, PAYMENT_NONE);
        /* By the name that takes all versions, but not by the other version's. */
        s.count = 0;
        ck_assert_int_eq(read_text(&pain001_any, buf_str(&out), &s, &whole, &d), ST_OK);
        ck_assert_int_eq(read_text(written[1 - i], buf_str(&out), &s, &whole, &d),
                         ST_INPUT);
        ck_assert_str_eq(d.code, "message-version");
        ck_assert(pain001_is(written[i], buf_str(&out)));
        ck_assert(!pain001_is(written[1 - i], buf_str(&out)));
        ck_assert(!pain001_is(&pain001_any, buf_str(&out)));
        buf_release(&out);
    }
}
END_TEST

static const struct {
    const char *text;
    const char *code; /* NULL: read, with `count` and `total_fen` */
    uint64_t count;
    int64_t total_fen;
} rows[] = {
    {HEAD(NS("03"), "1", "") TX("A", CNY("1.5")) TAIL, NULL, 1, 150},
    {HEAD(NS("12"), "02", "<CtrlSum>3.00000</CtrlSum>") TX("A", CNY("1"))
         TX("B", CNY("2.00")) TAIL,
     NULL, 2, 300},
    {HEAD("http://a.example/de/pain.001.001.03.ch.02.xsd", "1", "") TX("A", CNY("0.01"))
         TAIL,
     NULL, 1, 1},
    {"<m><AppHdr><x/></AppHdr>" HEAD(NS("09"), "1", "") TX("A", CNY("1")) TAIL "</m>",
     NULL, 1, 100},
    {HEAD(NS("09"), "1", "")
         TX("A", "<EqvtAmt><Amt Ccy=\"EUR\">7</Amt><CcyOfTrf>USD</CcyOfTrf></EqvtAmt>")
             TAIL,
     NULL, 1, 700},
    {HEAD(NS("09"), "2", "") TX("A", CNY("1")) "</PmtInf><PmtInf><NbOfTxs>1</NbOfTxs>"
                                               "<CtrlSum>2</CtrlSum>" TX("B", CNY("2"))
                                                   TAIL,
     NULL, 2, 300},

    {HEAD(NS("09"), "2", "") TX("A", CNY("1")) TAIL, "totals", 0, 0},
    {HEAD(NS("09"), "0", "") TX("A", CNY("1")) TAIL, "totals", 0, 0},
    {HEAD(NS("09"), "1", "<CtrlSum>2</CtrlSum>") TX("A", CNY("1")) TAIL, "totals", 0,
     0},
    {HEAD(NS("09"), "1", "") "<NbOfTxs>2</NbOfTxs>" TX("A", CNY("1")) TAIL, "totals", 0,
     0},
    {HEAD(NS("09"), "1", "") "<CtrlSum>1.01</CtrlSum>" TX("A", CNY("1")) TAIL, "totals",
     0, 0},
    {HEAD(NS("09"), "x", "") TX("A", CNY("1")) TAIL, "count", 0, 0},
    {HEAD(NS("09"), "1</NbOfTxs><NbOfTxs>1", "") TX("A", CNY("1")) TAIL, "repeated", 0,
     0},
    {HEAD(NS("09"), "0", "") TAIL, "missing-element", 0, 0},
    {HEAD(NS("09"), "1", "") TX("", CNY("1")) TAIL, "missing-element", 0, 0},
    {HEAD(NS("09"), "1", "") TX("A", "") TAIL, "missing-element", 0, 0},
    {HEAD(NS("09"), "1", "") TX("A", CNY("0.00")) TAIL, "amount", 0, 0},
    {HEAD(NS("09"), "1", "") TX("A", CNY("-1")) TAIL, "amount", 0, 0},
    {HEAD(NS("09"), "1", "") TX("A", CNY("1.005")) TAIL, "amount-decimals", 0, 0},
    {HEAD(NS("09"), "1", "") TX("A", CNY("1,00")) TAIL, "amount", 0, 0},
    {HEAD(NS("09"), "1", "") TX("A", CNY("99999999999999999999")) TAIL, "amount", 0, 0},
    {HEAD(NS("09"), "2", "") TX("A", CNY("92233720368547758.07")) TX("B", CNY("1"))
         TAIL,
     "totals", 0, 0},
    {HEAD(NS("09"), "1", "") TX("A", "<InstdAmt>1</InstdAmt>") TAIL, "currency", 0, 0},
    {HEAD(NS("09"), "1", "") TX("A", CNY("1") CNY("1")) TAIL, "repeated", 0, 0},
    {HEAD(NS("09"), "1", "") TX("123456789012345678901234567890123456", CNY("1")) TAIL,
     "too-long", 0, 0},
    {"<Document xmlns=\"" NS("09") "\"><CstmrCdtTrfInitn><PmtInf>" TX("A", CNY("1"))
         TAIL,
     "missing-element", 0, 0},
    {HEAD("", "1", "") TX("A", CNY("1")) TAIL, "xml-namespace", 0, 0},
    {HEAD("urn:x", "1", "") TX("A", CNY("1")) TAIL, "xml-namespace", 0, 0},
    {HEAD(NS("99"), "1", "") TX("A", CNY("1")) TAIL, "message-version", 0, 0},
    {HEAD("urn:iso:std:iso:20022:tech:xsd:pain.002.001.03", "1", "") TX("A", CNY("1"))
         TAIL,
     "other-message", 0, 0},
    {HEAD(NS("09"), "1", "") TX("A", CNY("1")) TAIL HEAD(NS("09"), "1", "")
         TX("A", CNY("1")) TAIL,
     "xml", 0, 0},
    {"<a>" HEAD(NS("09"), "1", "") TX("A", CNY("1")) TAIL HEAD(NS("09"), "1", "")
         TX("A", CNY("1")) TAIL "</a>",
     "two-documents", 0, 0},
    {"<!DOCTYPE a [<!ENTITY b \"c\">]>" HEAD(NS("09"), "1", "") TX("A", CNY("1")) TAIL,
     "xml-dtd", 0, 0},
    {"", "empty-file", 0, 0},
};

/* Breaks if a file that contradicts itself, or of another kind, is believed. */
START_TEST(files_by_hand)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct seen s = {0};
        struct answer_file whole;
        struct diag d;
        enum status st = read_text(&pain001_any, str_of(rows[i].text), &s, &whole, &d);
        if (rows[i].code == NULL) {
            ck_assert_msg(st == ST_OK, "row %zu: %s: %s", i, d.where, d.what);
            ck_assert_uint_eq(whole.count, rows[i].count);
            ck_assert_int_eq(whole.total_fen, rows[i].total_fen);
            ck_assert(s.count == whole.count && s.total_fen == whole.total_fen);
            continue;
        }
        ck_assert_msg(st == ST_INPUT, "row %zu is read: %s", i, rows[i].text);
        ck_assert_msg(strcmp(d.code, rows[i].code) == 0, "row %zu: %s, %s", i, d.code,
                      d.what);
        ck_assert_msg(strncmp(d.where, "line ", 5) == 0, "row %zu: \"%s\"", i, d.where);
        ck_assert_ptr_nonnull(strstr(d.where, "column "));
    }
}
END_TEST

/* The place is that of the fault. */
START_TEST(place_is_told)
{
    struct seen s = {0};
    struct answer_file whole;
    struct diag d;
    const char *text = HEAD(NS("09"), "1", "") TX("A", CNY("1.005")) TAIL;
    ck_assert_int_eq(read_text(&pain001_any, str_of(text), &s, &whole, &d), ST_INPUT);
    ck_assert_ptr_nonnull(strstr(d.where, "line 2, "));
}
END_TEST

/* No cut file is read, and no damaged one gives a line that its totals deny. */
START_TEST(damaged)
{
    struct buf text;
    buf_init(&text, (size_t)2 * 1024 * 1024);
    data_read_file("tests/golden/pain001-v09.xml", &text);
    struct answer_file whole;
    struct diag d;
    size_t end = text.len - 1; /* the last line end may be missing */
    for (size_t n = 0; n < end; n++) {
        struct seen s = {0};
        ck_assert_msg(read_text(&pain001_v09, str_make(text.p, n), &s, &whole, &d) ==
                          ST_INPUT,
                      "cut at %zu is read", n);
    }
    for (size_t i = 0; i < text.len; i++) {
        for (unsigned bit = 0; bit < 8; bit += 1 + (unsigned)(i % 3)) {
            struct seen s = {0};
            text.p[i] = (char)(text.p[i] ^ (1 << bit));
            enum status st = read_text(&pain001_v09, buf_str(&text), &s, &whole, &d);
            text.p[i] = (char)(text.p[i] ^ (1 << bit));
            ck_assert(st == ST_OK || st == ST_INPUT);
            if (st == ST_OK) {
                ck_assert(whole.count == DATA_COUNT &&
                          whole.total_fen == DATA_TOTAL_FEN);
            }
        }
    }
    buf_release(&text);
}
END_TEST

Suite *suite_pain001_read(void)
{
    Suite *s = suite_create("pain001_read");
    TCase *t = tcase_create("read");
    tcase_add_test(t, round_trip);
    tcase_add_test(t, files_by_hand);
    tcase_add_test(t, place_is_told);
    tcase_add_test(t, damaged);
    suite_add_tcase(s, t);
    return s;
}
