/* test_pain001.c - the bytes of pain.001.001.09 and .03, and what must not get into
 * them. */
#include "formats/pain001.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/payment_data.h"

Suite *suite_pain001(void);

#define HAN "\xe7\x94\xb2" /* one character, three bytes */

static void all_payments(struct payment p[DATA_COUNT])
{
    for (size_t i = 0; i < DATA_COUNT; i++) {
        p[i] = data_payment(i);
        if (i % 2 == 1) {
            p[i].bank = str_of(DATA_OTHER_BANK);
        }
    }
}

/* Breaks if one byte of the file changes. */
START_TEST(golden)
{
    struct payment_head head = data_head();
    struct payment p[DATA_COUNT];
    all_payments(p);
    struct buf out;
    buf_init(&out, 65536);
    data_write(&pain001_v09, &head, p, DATA_COUNT, &out);
    data_check_golden("tests/golden/pain001-v09.xml", &out);
    buf_clear(&out);
    data_write(&pain001_v03, &head, p, DATA_COUNT, &out);
    data_check_golden("tests/golden/pain001-v03.xml", &out);
    buf_release(&out);
}
END_TEST

/* Breaks if the bytes depend on how often the caller empties the buffer. */
START_TEST(same_bytes_in_pieces)
{
    struct payment_head head = data_head();
    struct payment p[DATA_COUNT];
    all_payments(p);
    struct buf piece;
    struct buf whole;
    buf_init(&piece, 4096);
    buf_init(&whole, 65536);
    struct payment_writer *w = NULL;
    struct diag d = {0};
    ck_assert_int_eq(pain001_v09.open(&pain001_v09, &w, &head, &piece, &d), ST_OK);
    for (size_t i = 0; i < DATA_COUNT; i++) {
        buf_add_str(&whole, buf_str(&piece));
        buf_clear(&piece);
        ck_assert_int_eq(pain001_v09.add(w, &p[i], &piece, &d), ST_OK);
    }
    ck_assert_int_eq(pain001_v09.close(w, &piece, &d), ST_OK);
    buf_add_str(&whole, buf_str(&piece));
    data_check_golden("tests/golden/pain001-v09.xml", &whole);
    buf_release(&piece);
    buf_release(&whole);
}
END_TEST

/* The moment of the release has microseconds, the file has seconds. */
START_TEST(fraction_of_second_is_dropped)
{
    struct payment_head head = data_head();
    head.created_us += 999999;
    struct payment p[DATA_COUNT];
    all_payments(p);
    struct buf out;
    buf_init(&out, 65536);
    data_write(&pain001_v09, &head, p, DATA_COUNT, &out);
    data_check_golden("tests/golden/pain001-v09.xml", &out);
    buf_release(&out);
}
END_TEST

static void repeat(struct buf *b, const char *s, size_t n)
{
    buf_clear(b);
    for (size_t i = 0; i < n; i++) {
        buf_add_text(b, s);
    }
}

static void expect(const struct payment *p, const char *code)
{
    struct buf out;
    buf_init(&out, 65536);
    struct diag d = {0};
    enum status st = data_write_one(&pain001_v09, p, &out, &d);
    if (code == NULL) {
        ck_assert_msg(st == ST_OK, "%s: %s", d.code, d.what);
    } else {
        ck_assert_msg(st == ST_INPUT, "%s: accepted", code);
        ck_assert_str_eq(d.code, code);
        ck_assert_str_eq(d.where, "payment T7-000001");
    }
    buf_release(&out);
}

/* Max140Text counts characters; breaks if we count bytes, or cut. */
START_TEST(lengths)
{
    struct buf text;
    buf_init(&text, 65536);
    static const char *const one[] = {"a", "&", "<", HAN, "\xf0\xa0\xae\xb7"};
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++) {
        struct payment p = data_payment(0);
        repeat(&text, one[i], 140);
        p.name = buf_str(&text);
        expect(&p, NULL);
        repeat(&text, one[i], 141);
        p.name = buf_str(&text);
        expect(&p, "name-too-long");

        p = data_payment(0);
        p.remark = str_of("2026-11"); /* 7 characters, a blank, the purpose */
        repeat(&text, one[i], 132);
        p.purpose = buf_str(&text);
        expect(&p, NULL);
        repeat(&text, one[i], 133);
        p.purpose = buf_str(&text);
        expect(&p, "remark-too-long");
        p.remark = str_of("");
        repeat(&text, one[i], 140);
        p.purpose = buf_str(&text);
        expect(&p, NULL);
    }
    buf_release(&text);
}
END_TEST

/* Breaks if what XML 1.0 or a field of one line cannot hold gets into the file. */
START_TEST(characters)
{
    static const struct {
        const char *name;
        const char *code;
    } rows[] = {
        {HAN "\x1f", "xml-character"},
        {HAN "\t", "xml-character"},
        {HAN "\n", "xml-character"},
        {"\r", "xml-character"},
        {"\x7f", "xml-character"},
        {"\xc2\x80", "xml-character"},
        {"\xc2\x9f", "xml-character"},
        {"\xc2\xa0", NULL},
        {"\xef\xbf\xbe", "xml-character"},
        {"\xef\xbf\xbf", "xml-character"},
        {"\xef\xbf\xbd", NULL},
        {"\xef\xbc\x9c", NULL},         /* fullwidth < */
        {"\xf0\xa0\xae\xb7", NULL},     /* U+20BB7 */
        {"\xed\xa0\x80", "charset"},    /* a surrogate */
        {"\xc0\xbc", "charset"},        /* an overlong < */
        {HAN "\xe7\x94", "charset"},    /* cut */
        {"\xf4\x90\x80\x80", "charset"} /* beyond U+10FFFF */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct payment p = data_payment(0);
        p.name = str_of(rows[i].name);
        expect(&p, rows[i].code);
        p = data_payment(0);
        p.purpose = str_of(rows[i].name);
        expect(&p, rows[i].code);
        p = data_payment(0);
        p.remark = str_of(rows[i].name);
        expect(&p, rows[i].code);
    }
    struct payment p = data_payment(0);
    p.name = str_make("a\0b", 3);
    expect(&p, "xml-character");
}
END_TEST

/* Breaks if the shared checks are not asked. */
START_TEST(bad_payments)
{
    struct payment p = data_payment(0);
    p.amount_fen = 0;
    expect(&p, "amount");
    p = data_payment(0);
    p.account = str_of("1 2");
    expect(&p, "account");
    p = data_payment(0);
    p.bank = str_of("123");
    expect(&p, "bank-code");
}
END_TEST

/* Breaks if a payer's name gets into the head unescaped, unchecked or cut. */
START_TEST(head_text)
{
    struct buf out;
    struct buf text;
    buf_init(&out, 65536);
    buf_init(&text, 65536);
    struct payment_head head = data_head();
    struct payment_writer *w = NULL;
    struct diag d = {0};
    head.payer_name = str_of("A & B <C>");
    ck_assert_int_eq(pain001_v09.open(&pain001_v09, &w, &head, &out, &d), ST_OK);
    pain001_v09.abandon(w);
    w = NULL;
    const char *in_head = strstr(buf_cstr(&out), "<Nm>A &amp; B &lt;C&gt;</Nm>");
    ck_assert_ptr_nonnull(in_head);
    ck_assert_ptr_nonnull(strstr(in_head + 1, "<Dbtr><Nm>A &amp; B &lt;C&gt;</Nm>"));
    head.payer_name = str_of("A\x01");
    ck_assert_int_eq(pain001_v09.open(&pain001_v09, &w, &head, &out, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "xml-character");
    repeat(&text, HAN, 141);
    head.payer_name = buf_str(&text);
    ck_assert_int_eq(pain001_v09.open(&pain001_v09, &w, &head, &out, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "payer-name");
    ck_assert_ptr_null(w);
    buf_release(&out);
    buf_release(&text);
}
END_TEST

/* Breaks if an amount loses or gains a decimal. */
START_TEST(amounts)
{
    static const struct {
        int64_t fen;
        const char *text;
    } rows[] = {
        {1, ">0.01<"},
        {10, ">0.10<"},
        {100, ">1.00<"},
        {35000, ">350.00<"},
        {INT64_C(999999999999999999), ">9999999999999999.99<"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out;
        buf_init(&out, 65536);
        struct diag d = {0};
        struct payment p = data_payment(0);
        p.amount_fen = rows[i].fen;
        ck_assert_int_eq(data_write_one(&pain001_v09, &p, &out, &d), ST_OK);
        char want[64];
        snprintf(want, sizeof want, "<InstdAmt Ccy=\"CNY\"%s", rows[i].text);
        ck_assert_ptr_nonnull(strstr(buf_cstr(&out), want));
        snprintf(want, sizeof want, "<CtrlSum%s", rows[i].text);
        const char *sum = strstr(buf_cstr(&out), want);
        ck_assert_ptr_nonnull(sum);
        ck_assert_ptr_nonnull(strstr(sum + 1, want));
        buf_release(&out);
    }
}
END_TEST

Suite *suite_pain001(void)
{
    Suite *s = suite_create("pain001");
    TCase *bytes = tcase_create("bytes");
    tcase_add_test(bytes, golden);
    tcase_add_test(bytes, same_bytes_in_pieces);
    tcase_add_test(bytes, fraction_of_second_is_dropped);
    tcase_add_test(bytes, amounts);
    suite_add_tcase(s, bytes);
    TCase *refused = tcase_create("refused");
    tcase_add_test(refused, lengths);
    tcase_add_test(refused, characters);
    tcase_add_test(refused, bad_payments);
    tcase_add_test(refused, head_text);
    suite_add_tcase(s, refused);
    return s;
}
