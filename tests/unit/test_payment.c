/* test_payment.c - words, ISO codes, the list of formats, and the shared checks. */
#include <check.h>
#include <string.h>

#include "formats/payment.h"
#include "tests/unit/payment_data.h"

Suite *suite_payment(void);

/* Breaks if a reason has no words, or two reasons cannot be told apart. */
START_TEST(reasons_have_words)
{
    for (unsigned i = 0; i < REASON_COUNT; i++) {
        enum payment_reason r = (enum payment_reason)i;
        enum payment_reason back = REASON_COUNT;
        ck_assert(payment_reason_parse(str_of(payment_reason_name(r)), &back));
        ck_assert_int_eq(back, r);
        ck_assert_uint_gt(strlen(payment_reason_zh(r)), 0);
        for (unsigned k = 0; k < i; k++) {
            enum payment_reason other = (enum payment_reason)k;
            ck_assert_str_ne(payment_reason_zh(r), payment_reason_zh(other));
        }
    }
    enum payment_reason untouched = REASON_FUNDS;
    ck_assert(!payment_reason_parse(str_of("Account-closed"), &untouched));
    ck_assert(!payment_reason_parse(str_of(""), &untouched));
    ck_assert_int_eq(untouched, REASON_FUNDS);
}
END_TEST

/* Breaks if a bank's code from the ISO lists is taken for another reason. */
START_TEST(iso_codes_map)
{
    static const struct {
        const char *code;
        enum payment_reason reason;
    } rows[] = {
        {"AC01", REASON_ACCOUNT_INVALID},
        {"AC03", REASON_ACCOUNT_INVALID},
        {"AC04", REASON_ACCOUNT_CLOSED},
        {"AC06", REASON_ACCOUNT_BLOCKED},
        {"AG01", REASON_ACCOUNT_KIND},
        {"AM02", REASON_AMOUNT_LIMIT},
        {"AM04", REASON_FUNDS},
        {"AM05", REASON_DUPLICATE},
        {"DUPL", REASON_DUPLICATE},
        {"BE01", REASON_NAME_MISMATCH},
        {"MD07", REASON_HOLDER_DEAD},
        {"RC01", REASON_BANK_CODE},
        {"RR04", REASON_REGULATORY},
        {"AC07", REASON_ACCOUNT_CLOSED},
        {"AC16", REASON_OTHER},
        {"AG07", REASON_FUNDS},
        {"UCRD", REASON_NAME_MISMATCH},
        {"DU01", REASON_DUPLICATE},
        {"RC10", REASON_BANK_CODE},
        {"SL16", REASON_AMOUNT_LIMIT},
        {"NOCM", REASON_REGULATORY},
        {"MS03", REASON_OTHER},
        {"NARR", REASON_OTHER},
        {"ZZ99", REASON_OTHER},
        {"", REASON_OTHER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(payment_reason_of_iso(str_of(rows[i].code)) == rows[i].reason,
                      "%s", rows[i].code);
    }
}
END_TEST

/* Breaks if a payment is sent again for a reason that needs somebody to look first. */
START_TEST(remedies)
{
    static const enum payment_remedy want[REASON_COUNT] = {
        [REASON_NONE] = REMEDY_NONE,
        [REASON_ACCOUNT_INVALID] = REMEDY_CORRECT_ACCOUNT,
        [REASON_ACCOUNT_CLOSED] = REMEDY_CORRECT_ACCOUNT,
        [REASON_ACCOUNT_BLOCKED] = REMEDY_CORRECT_ACCOUNT,
        [REASON_ACCOUNT_KIND] = REMEDY_CORRECT_ACCOUNT,
        [REASON_NAME_MISMATCH] = REMEDY_CORRECT_ACCOUNT,
        [REASON_HOLDER_DEAD] = REMEDY_STOP,
        [REASON_BANK_CODE] = REMEDY_CORRECT_ACCOUNT,
        [REASON_AMOUNT_LIMIT] = REMEDY_ASK,
        [REASON_FUNDS] = REMEDY_RETRY,
        [REASON_DUPLICATE] = REMEDY_ASK,
        [REASON_REGULATORY] = REMEDY_ASK,
        [REASON_OTHER] = REMEDY_ASK,
    };
    for (unsigned i = 0; i < REASON_COUNT; i++) {
        enum payment_remedy m = payment_reason_remedy((enum payment_reason)i);
        ck_assert_msg(m == want[i], "%s", payment_reason_name((enum payment_reason)i));
        ck_assert_uint_gt(strlen(payment_remedy_text(m)), 0);
        ck_assert_uint_gt(strlen(payment_remedy_zh(m)), 0);
    }
}
END_TEST

START_TEST(status_names)
{
    ck_assert_str_eq(payment_status_name(PAYMENT_PAID), "paid");
    ck_assert_str_eq(payment_status_name(PAYMENT_REJECTED), "rejected");
    ck_assert_str_eq(payment_status_name(PAYMENT_RETURNED), "returned");
    ck_assert_str_eq(payment_status_name(PAYMENT_PENDING), "pending");
    ck_assert_str_eq(payment_status_name(PAYMENT_UNKNOWN), "unknown");
}
END_TEST

/* Breaks if a format of the list cannot be found by its name, or lacks a function. */
START_TEST(formats_are_found)
{
    size_t count = 0;
    const struct payment_format *const *all = payment_formats(&count);
    ck_assert_uint_ge(count, 3);
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_eq(payment_format_find(str_of(all[i]->name)), all[i]);
        bool writes = all[i]->open != NULL;
        ck_assert_int_eq(all[i]->add != NULL, writes);
        ck_assert_int_eq(all[i]->close != NULL, writes);
        ck_assert_int_eq(all[i]->abandon != NULL, writes);
        ck_assert(writes || all[i]->read != NULL || all[i]->read_answer != NULL);
        ck_assert_ptr_nonnull(all[i]->title_zh);
        for (const char *p = all[i]->title_en; *p != '\0';
             p++) { /* on English screens */
            ck_assert_msg((unsigned char)*p < 0x80, "%s: %s", all[i]->name, p);
        }
        ck_assert_ptr_nonnull(all[i]->extension);
    }
    ck_assert_ptr_null(payment_format_find(str_of("pain.001.001")));
    ck_assert_ptr_null(payment_format_find(str_of("")));
}
END_TEST

static void expect_head(const struct payment_head *head, const char *code)
{
    struct diag d = {0};
    enum status st = payment_head_check(head, &d);
    if (code == NULL) {
        ck_assert_msg(st == ST_OK, "%s: %s", d.code, d.what);
        return;
    }
    ck_assert_msg(st == ST_INPUT, "%s: accepted", code);
    ck_assert_str_eq(d.code, code);
}

/* Breaks if a head that a bank would refuse reaches a file. */
START_TEST(heads_are_checked)
{
    struct payment_head h = data_head();
    expect_head(&h, NULL);
    h.message_id = str_of("");
    expect_head(&h, "message-id");
    h.message_id = str_of("123456789012345678901234567890123456");
    expect_head(&h, "message-id");
    h.message_id = str_of("12345678901234567890123456789012345");
    expect_head(&h, NULL);
    h.message_id = str_of("A|B");
    expect_head(&h, "message-id");
    h = data_head();
    h.currency = str_of("USD");
    expect_head(&h, "currency");
    h = data_head();
    h.count = 0;
    expect_head(&h, "count");
    h.count = UINT64_C(1000000000000000);
    expect_head(&h, "count");
    h = data_head();
    h.total_fen = 0;
    expect_head(&h, "total");
    h.total_fen = INT64_C(1000000000000000000);
    expect_head(&h, "total");
    h.total_fen--;
    expect_head(&h, NULL);
    h = data_head();
    h.payer_name = str_of("");
    expect_head(&h, "payer-name");
    h = data_head();
    h.payer_account = str_of("9000 0001");
    expect_head(&h, "payer-account");
    h = data_head();
    h.payer_bank = str_of("403100000005");
    expect_head(&h, "payer-bank");
    h.payer_bank = str_of("");
    expect_head(&h, "payer-bank");
}
END_TEST

static void expect_payment(const struct payment *p, const char *code)
{
    struct diag d = {0};
    enum status st = payment_check(p, &d);
    if (code == NULL) {
        ck_assert_msg(st == ST_OK, "%s: %s", d.code, d.what);
        return;
    }
    ck_assert_msg(st == ST_INPUT, "%s: accepted", code);
    ck_assert_str_eq(d.code, code);
    ck_assert(strncmp(d.where, "payment ", 8) == 0);
}

/* Breaks if a payment that cannot be written the same way everywhere is accepted. */
START_TEST(payments_are_checked)
{
    struct payment p = data_payment(0);
    expect_payment(&p, NULL);
    p.id = str_of("");
    expect_payment(&p, "payment-id");
    p.id = str_of("编号一");
    expect_payment(&p, "payment-id");
    p = data_payment(0);
    p.amount_fen = 0;
    expect_payment(&p, "amount");
    p.amount_fen = -1;
    expect_payment(&p, "amount");
    p.amount_fen = INT64_MAX;
    expect_payment(&p, "amount");
    p = data_payment(0);
    p.name = str_of("");
    expect_payment(&p, "name");
    p = data_payment(0);
    p.account = str_of("");
    expect_payment(&p, "account");
    p.account = str_of("９０００");
    expect_payment(&p, "account");
    p.account = str_of("90000000000000000000000000000000001");
    expect_payment(&p, "account");
    p.account = str_of("9000000000000000000000000000000001");
    expect_payment(&p, NULL);
    p = data_payment(0);
    p.bank = str_of("403100000005");
    expect_payment(&p, "bank-code");
}
END_TEST

/* Breaks if what was written can differ from what was approved. */
START_TEST(tally_compares)
{
    struct payment_head head = data_head();
    head.count = 2;
    head.total_fen = 2000000;
    struct payment p = data_payment(2);
    struct payment_tally t;
    struct diag d = {0};
    payment_tally_init(&t, &head);
    ck_assert_int_eq(payment_tally_add(&t, &p, &d), ST_OK);
    ck_assert_int_eq(payment_tally_check(&t, &d), ST_INTERNAL);
    ck_assert_str_eq(d.code, "count");
    ck_assert_int_eq(payment_tally_add(&t, &p, &d), ST_OK);
    ck_assert_int_eq(payment_tally_check(&t, &d), ST_OK);
    t.sum.total_fen--;
    ck_assert_int_eq(payment_tally_check(&t, &d), ST_INTERNAL);
    ck_assert_str_eq(d.code, "total");
    t.sum.total_fen = INT64_MAX;
    ck_assert_int_eq(payment_tally_add(&t, &p, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "total");
}
END_TEST

/* Every format must hold close to the head; breaks if one forgets. */
START_TEST(formats_hold_to_the_head)
{
    size_t count = 0;
    const struct payment_format *const *all = payment_formats(&count);
    for (size_t i = 0; i < count; i++) {
        if (all[i]->open == NULL) {
            continue;
        }
        for (int64_t wrong = 0; wrong < 2; wrong++) {
            struct payment p = data_payment_for(all[i], 0);
            struct payment_head head = data_head_for(all[i]);
            head.count = wrong == 0 ? 2 : 1;
            head.total_fen = p.amount_fen + wrong;
            struct buf out;
            buf_init(&out, 65536);
            struct payment_writer *w = NULL;
            struct diag d = {0};
            ck_assert_int_eq(all[i]->open(all[i], &w, &head, &out, &d), ST_OK);
            ck_assert_int_eq(all[i]->add(w, &p, &out, &d), ST_OK);
            ck_assert_int_eq(all[i]->close(w, &out, &d), ST_INTERNAL);
            ck_assert_str_eq(d.code, wrong == 0 ? "count" : "total");
            buf_release(&out);
        }
        all[i]->abandon(NULL);
    }
}
END_TEST

/* Breaks if a full buffer is not noticed, or leaves half a line. */
START_TEST(formats_notice_a_full_buffer)
{
    size_t count = 0;
    const struct payment_format *const *all = payment_formats(&count);
    for (size_t i = 0; i < count; i++) {
        if (all[i]->open == NULL) {
            continue;
        }
        struct payment_head head = data_head_for(all[i]);
        struct payment p = data_payment_for(all[i], 3);
        struct diag d = {0};
        for (size_t max = 0; max < 2048; max += 7) {
            struct buf out;
            buf_init(&out, max);
            struct payment_writer *w = NULL;
            enum status st = all[i]->open(all[i], &w, &head, &out, &d);
            if (st == ST_OK) {
                size_t before = out.len;
                st = all[i]->add(w, &p, &out, &d);
                ck_assert(st == ST_OK || out.len == before);
                all[i]->abandon(w);
            } else {
                ck_assert_ptr_null(w);
            }
            ck_assert(st == ST_OK || st == ST_SYSTEM);
            buf_release(&out);
        }
    }
}
END_TEST

/* Breaks if a writer on trial is of no more use after a payment it refused, or takes
 * what one that writes a file refuses. */
START_TEST(trials_go_on)
{
    size_t count = 0;
    const struct payment_format *const *all = payment_formats(&count);
    for (size_t i = 0; i < count; i++) {
        if (all[i]->open == NULL) {
            continue;
        }
        struct payment_head head = data_head_for(all[i]);
        struct payment_writer *w = NULL;
        struct diag d = {0};
        struct buf out;
        head.trial = true;
        buf_init(&out, 65536);
        ck_assert_int_eq(all[i]->open(all[i], &w, &head, &out, &d), ST_OK);
        for (size_t k = 0; k < 6; k++) {
            struct payment p = data_payment_for(all[i], k / 2);
            bool bad = k % 2 == 0;
            p.name = bad ? str_of("a\x01z") : p.name;
            p.account = k == 2 ? str_of("12 34") : p.account;
            enum status st = all[i]->add(w, &p, &out, &d);
            ck_assert_msg(st == (bad ? ST_INPUT : ST_OK), "%s: payment %zu",
                          all[i]->name, k);
            ck_assert_msg(data_write_one(all[i], &p, &out, &d) == st, "%s: payment %zu",
                          all[i]->name, k);
        }
        all[i]->abandon(w);
        buf_release(&out);
    }
}
END_TEST

Suite *suite_payment(void)
{
    Suite *s = suite_create("payment");
    TCase *words = tcase_create("words");
    tcase_add_test(words, reasons_have_words);
    tcase_add_test(words, iso_codes_map);
    tcase_add_test(words, remedies);
    tcase_add_test(words, status_names);
    suite_add_tcase(s, words);
    TCase *checks = tcase_create("checks");
    tcase_add_test(checks, formats_are_found);
    tcase_add_test(checks, heads_are_checked);
    tcase_add_test(checks, payments_are_checked);
    tcase_add_test(checks, tally_compares);
    tcase_add_test(checks, formats_hold_to_the_head);
    tcase_add_test(checks, formats_notice_a_full_buffer);
    tcase_add_test(checks, trials_go_on);
    suite_add_tcase(s, checks);
    return s;
}
