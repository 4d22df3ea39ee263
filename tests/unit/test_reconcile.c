/* test_reconcile.c - if this fails, control totals are taken from forged rows without a
 * word, or a difference is counted that is not shown. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "audit/reconcile.h"
#include "tests/unit/ledger_fixture.h"

static struct fixture f;

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)

/* An account row nobody could have come by: everything granted and due for ever. */
static void forge(uint64_t person, int64_t fen)
{
    static uint8_t room[ACCOUNT_ROW_MAX];
    struct account *a = calloc(1, sizeof *a);
    struct writer w;
    uint8_t key[8];
    ck_assert_ptr_nonnull(a);
    a->count = 1;
    memcpy(a->programmes[0].code, "p1", 3);
    a->programmes[0].count = 1;
    a->programmes[0].segments[0].months = ACCOUNT_MONTH_MAX;
    a->programmes[0].segments[0].fen[ACCOUNT_GRANTED] = fen;
    a->programmes[0].segments[0].fen[ACCOUNT_DUE] = fen;
    writer_init(&w, room, sizeof room);
    account_write(a, &w);
    put_u64(key, person);
    OK(store_put(ledger_txn(f.l), TABLE_ACCOUNTS, str_make(key, 8), writer_str(&w),
                 &f.d));
    free(a);
}

START_TEST(forged_rows)
{
    struct reconcile_report r;
    fixture_make(&f, true);
    OK(reconcile_ledger(f.l, &r, &f.d));
    ck_assert_int_eq(r.differences, 0);
    OK(ledger_begin(f.l, &f.d));
    forge(1, 100);
    OK(reconcile_ledger(f.l, &r, &f.d));
    ck_assert_int_eq(r.differences, 2); /* granted and due, of no double entry */
    int64_t shown = 0;
    for (size_t i = 0; i < r.pair_count; i++) {
        shown += r.pairs[i].difference != 0;
    }
    ck_assert_int_eq(shown, r.differences);
    for (uint64_t person = 1; person <= 8; person++) {
        forge(person, ACCOUNT_FEN_MAX);
    }
    ck_assert_int_eq(reconcile_ledger(f.l, &r, &f.d), ST_INTEGRITY);
    ck_assert_str_eq(f.d.code, "total");
    ledger_abort(f.l);
    fixture_remove(&f);
}
END_TEST

Suite *suite_reconcile(void);

Suite *suite_reconcile(void)
{
    Suite *s = suite_create("reconcile");
    TCase *t = tcase_create("reconcile");
    tcase_add_test(t, forged_rows);
    suite_add_tcase(s, t);
    return s;
}
