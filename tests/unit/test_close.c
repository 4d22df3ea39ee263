/* test_close.c - the bodies of what closes months and batches: what is written is
 * read again, and nothing else. If this fails, a close that another program wrote is
 * taken for something it is not. */
#include <check.h>
#include <string.h>

#include "ledger/close.h"

#include "base/date.h"
#include "ledger/unknown.h"

Suite *suite_close(void);

static struct str write_close(const struct close_entry *e, uint8_t *bytes, size_t cap)
{
    struct writer w;
    writer_init(&w, bytes, cap);
    close_write(e, &w);
    ck_assert(!w.failed);
    return writer_str(&w);
}

static void some_close(struct close_entry *e)
{
    memset(e, 0, sizeof *e);
    e->number = 7;
    e->what = CLOSE_MONTH;
    e->month = month_make(2026, 9);
    e->totals.rows = 300;
    memset(e->totals.digest, 0xd1, DIGEST_LEN);
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        e->totals.fen[k] = k % 2 == 0 ? INT64_C(-70000) * k : INT64_C(123456789012) * k;
    }
    e->statement_count = 2;
    memset(e->statements[0].sha256, 0xaa, DIGEST_LEN);
    e->statements[0].paid_fen = 500;
    e->statements[1].back_fen = 70000;
}

START_TEST(a_close_is_read_as_it_was_written)
{
    struct close_entry e;
    struct close_entry back;
    uint8_t bytes[1200];
    for (int statements = 0; statements <= 2; statements++) {
        some_close(&e);
        e.statement_count = (size_t)statements;
        memset(&e.statements[statements], 0,
               sizeof e.statements[0] * (CLOSE_STATEMENTS_MAX - (size_t)statements));
        ck_assert(close_read(write_close(&e, bytes, sizeof bytes), &back));
        ck_assert_int_eq(memcmp(&e.totals, &back.totals, sizeof e.totals), 0);
        ck_assert_int_eq(memcmp(e.statements, back.statements, sizeof e.statements), 0);
        ck_assert_uint_eq(back.number, 7);
        ck_assert_int_eq(back.month, month_make(2026, 9));
        ck_assert_int_eq(close_from(&back), back.month);
    }
}
END_TEST

START_TEST(a_year_is_closed_by_its_december)
{
    struct close_entry e;
    struct close_entry back;
    uint8_t bytes[1200];
    some_close(&e);
    e.what = CLOSE_YEAR;
    ck_assert(!close_read(write_close(&e, bytes, sizeof bytes), &back));
    e.month = month_make(2026, 12);
    ck_assert(close_read(write_close(&e, bytes, sizeof bytes), &back));
    ck_assert_int_eq(close_from(&back), month_make(2026, 1));
}
END_TEST

/* What reads as a close at all is written again to the same bytes. */
static void same_or_refused(struct str bytes)
{
    struct close_entry e;
    uint8_t again[1200];
    if (close_read(bytes, &e)) {
        ck_assert(str_eq(write_close(&e, again, sizeof again), bytes));
    }
}

START_TEST(a_damaged_close_is_refused_or_another_one)
{
    struct close_entry e;
    uint8_t bytes[1200];
    some_close(&e);
    struct str whole = write_close(&e, bytes, sizeof bytes);
    for (size_t n = 0; n < whole.n; n++) {
        ck_assert(!close_read(str_make(bytes, n), &e));
    }
    for (size_t at = 0; at < whole.n; at++) {
        for (int bit = 0; bit < 8; bit++) {
            bytes[at] ^= (uint8_t)(1 << bit);
            same_or_refused(whole);
            bytes[at] ^= (uint8_t)(1 << bit);
        }
    }
}
END_TEST

START_TEST(a_list_of_what_is_unknown)
{
    struct unknown_list x = {.batch = 3, .lines = 40, .fen = 123456, .day = 20700};
    struct unknown_list back;
    uint8_t bytes[120];
    uint8_t again[120];
    struct writer w;
    memset(x.digest, 0x5a, DIGEST_LEN);
    writer_init(&w, bytes, sizeof bytes);
    unknown_write(&x, &w);
    struct str whole = writer_str(&w);
    ck_assert(unknown_read(whole, &back));
    ck_assert(back.batch == 3 && back.lines == 40 && back.fen == 123456);
    ck_assert(back.day == 20700 && digest_equal(back.digest, x.digest));
    for (size_t n = 0; n < whole.n; n++) {
        ck_assert(!unknown_read(str_make(bytes, n), &back));
    }
    for (size_t at = 0; at < whole.n; at++) {
        bytes[at] ^= 1;
        if (unknown_read(whole, &back)) {
            struct writer v;
            writer_init(&v, again, sizeof again);
            unknown_write(&back, &v);
            ck_assert(str_eq(writer_str(&v), whole));
        }
        bytes[at] ^= 1;
    }
    x.lines = 0;
    writer_init(&w, bytes, sizeof bytes);
    unknown_write(&x, &w);
    ck_assert(!unknown_read(writer_str(&w), &back));
}
END_TEST

Suite *suite_close(void)
{
    Suite *s = suite_create("close");
    TCase *t = tcase_create("bodies");
    tcase_add_test(t, a_close_is_read_as_it_was_written);
    tcase_add_test(t, a_year_is_closed_by_its_december);
    tcase_add_test(t, a_damaged_close_is_refused_or_another_one);
    tcase_add_test(t, a_list_of_what_is_unknown);
    suite_add_tcase(s, t);
    return s;
}
