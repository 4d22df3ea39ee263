/* test_steady.c - people who stay as they were are not opened by the next run. If this
 * fails, a run is slow, or somebody goes on being paid by what is not true any more. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "audit/verify.h"
#include "batch/run.h"
#include "ledger/rebuild.h"
#include "ledger/steady.h"
#include "tests/unit/ledger_fixture.h"

Suite *suite_steady(void);

#define MONTH(m) (2026 * 12 + (m)-1)
#define BREAK_MARK true /* of the row: it was sealed anew */

static struct fixture f;
static struct steady_block block;

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)

static const struct fixture_person PERSONS[] = {
    {"19400229", NULL, "2026-01-01", NULL}, /* granted 100.00 for good */
    {"19450331", NULL, NULL, NULL},         /* never claimed */
    {"19460620", NULL, "2026-01-01", NULL}, /* 80 in June */
};

static void policy(const char *id, const char *from, const char *yuan)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    fixture_policy_text(id, from, yuan, &text);
    fixture_policy(&f, buf_str(&text));
    buf_release(&text);
}

static enum status run(int32_t month, struct run_report *r)
{
    fixture_as(&f, FIXTURE_MAKER);
    return run_execute(f.l, month, true, false, NULL, r, &f.d);
}

static struct run_report run_well(int32_t month)
{
    struct run_report r;
    OK(run(month, &r));
    return r;
}

/* A county of three, run through February 2026. */
static void setup(void)
{
    fixture_make(&f, true);
    policy("first", "2026-01-01", "100.00");
    fixture_people(&f, PERSONS, 3);
    run_well(MONTH(2));
}

static void teardown(void)
{
    fixture_remove(&f);
}

/* Spoils a row, so that whoever opens it fails; its end makes the mark. */
static void spoil(uint64_t person, bool mark)
{
    uint8_t key[8];
    struct str row;
    static uint8_t copy[PERSON_ROW_MAX];
    put_u64(key, person);
    OK(ledger_begin(f.l, &f.d));
    OK(store_get(ledger_txn(f.l), TABLE_PEOPLE, str_make(key, 8), &row, &f.d));
    ck_assert_uint_le(row.n, sizeof copy);
    memcpy(copy, row.p, row.n);
    copy[mark ? row.n - 1 : row.n / 2] ^= 1;
    OK(store_put(ledger_txn(f.l), TABLE_PEOPLE, str_make(key, 8), str_make(copy, row.n),
                 &f.d));
    OK(ledger_commit(f.l, &f.d));
}

static void expect_opened(int32_t month)
{
    struct run_report r;
    ck_assert_int_eq(run(month, &r), ST_INTEGRITY);
    ck_assert_str_eq(f.d.code, "vault");
}

/* ---- who is opened ---- */

START_TEST(steady_people_are_not_opened)
{
    spoil(1, false);
    spoil(2, false);
    struct run_report r = run_well(MONTH(5)); /* also three months later */
    ck_assert_uint_eq(r.beneficiaries, 3);
    ck_assert_int_eq(r.regular_fen, 10000);
    ck_assert_int_eq(r.backpay_fen, 20000);
    ck_assert_uint_eq(run_well(MONTH(5)).records, 0);
    ck_assert_uint_eq(run_well(MONTH(3)).records, 0);
    r = run_well(MONTH(6)); /* the third is 80 and opened, the others are not */
    ck_assert_int_eq(r.regular_fen, 20000);
    ck_assert_int_eq(run_well(MONTH(7)).regular_fen, 20000);
    spoil(3, false); /* the birthday is over by a month */
    ck_assert_int_eq(run_well(MONTH(8)).regular_fen, 20000);
}
END_TEST

START_TEST(who_is_80_is_opened)
{
    run_well(MONTH(5));
    spoil(3, false);
    expect_opened(MONTH(6));
}
END_TEST

START_TEST(a_row_sealed_anew_is_opened)
{
    spoil(1, BREAK_MARK);
    expect_opened(MONTH(3));
}
END_TEST

START_TEST(a_policy_opens_everybody)
{
    policy("raised", "2026-01-01", "150.00");
    ck_assert_int_eq(run_well(MONTH(3)).backpay_fen, 2 * 5000);
    spoil(2, false);
    ck_assert_int_eq(run_well(MONTH(4)).regular_fen, 15000);
    policy("later", "2026-08-01", "160.00");
    expect_opened(MONTH(5));
}
END_TEST

/* A fact of a month that is over, and one taken back by a later one. */
START_TEST(late_facts_count)
{
    run_well(MONTH(3));
    fixture_fact(&f, 2, "claim", "late", "2026-03-20");
    fixture_fact(&f, 1, "death", "2026-02-10", "2026-02-10");
    struct run_report r = run_well(MONTH(4));
    ck_assert_int_eq(r.reduction_fen, -10000); /* March; February is the month of it */
    ck_assert_int_eq(r.regular_fen, 10000);
    ck_assert_int_eq(r.backpay_fen, 10000); /* March, claimed on the 20th */
    spoil(1, false);                        /* the dead stay dead */
    spoil(2, false);
    ck_assert_int_eq(run_well(MONTH(5)).regular_fen, 10000);
}
END_TEST

/* An order names its months: whoever has one is looked at each month. */
START_TEST(orders_are_looked_at)
{
    int32_t from;
    int32_t until;
    ck_assert(date_parse(str_of("2026-04-01"), &from));
    ck_assert(date_parse(str_of("2026-05-31"), &until));
    struct fact order = {.attribute = str_of("order"),
                         .programme = str_of("old-age"),
                         .value = str_of("beside"),
                         .effective = from,
                         .until = until,
                         .amount_fen = 700,
                         .document = str_of("x")};
    struct fixture_entry entry = {.person = 1, .fact = &order};
    fixture_import(&f, IMPORT_FACTS, &entry, 1);
    ck_assert_int_eq(run_well(MONTH(3)).regular_fen, 10000);
    ck_assert_int_eq(run_well(MONTH(4)).regular_fen, 10700);
    ck_assert_int_eq(run_well(MONTH(5)).regular_fen, 10700);
    ck_assert_int_eq(run_well(MONTH(6)).regular_fen, 20000);
}
END_TEST

/* A run that goes back behind another sees a fact of the months after as well. */
START_TEST(an_earlier_period_keeps_nothing)
{
    run_well(MONTH(5));
    fixture_fact(&f, 1, "death", "2026-03-10", "2026-03-10");
    ck_assert_uint_eq(run_well(MONTH(3)).records, 0); /* March itself is granted */
    struct run_report r = run_well(MONTH(7));
    ck_assert_int_eq(r.reduction_fen, -2 * 10000); /* April and May */
    ck_assert_int_eq(r.regular_fen, 10000);        /* the third */
}
END_TEST

/* Also when such a run posts something, and so could keep it. */
START_TEST(an_earlier_period_that_posts_keeps_nothing)
{
    run_well(MONTH(5));
    fixture_fact(&f, 1, "death", "2026-02-10", "2026-02-10");
    ck_assert_int_eq(run_well(MONTH(3)).reduction_fen, -10000);
    ck_assert_int_eq(run_well(MONTH(5)).reduction_fen, -2 * 10000);
}
END_TEST

/* ---- what is kept ---- */

static bool is_kept(void)
{
    struct str sealed;
    OK(steady_get(f.l, 0, &sealed, &f.d));
    return sealed.n > 0;
}

START_TEST(without_it_runs_post_the_same)
{
    OK(ledger_begin(f.l, &f.d));
    OK(steady_forget(f.l, 2, &f.d)); /* as an erasure does */
    OK(ledger_commit(f.l, &f.d));
    ck_assert(!is_kept());
    ck_assert_int_eq(run_well(MONTH(3)).regular_fen, 10000);
    ck_assert(is_kept());
    spoil(1, false);
    ck_assert_int_eq(run_well(MONTH(4)).regular_fen, 10000);
}
END_TEST

START_TEST(a_rebuild_drops_it)
{
    struct rebuild_report r;
    struct run_report report;
    struct ledger_options o = fixture_options(&f, LEDGER_WRITE);
    ck_assert(is_kept());
    fixture_close(&f);
    OK(rebuild_ledger(&o, NULL, &r, &f.d));
    ck_assert_uint_eq(r.differ_total, 0);
    OK(fixture_open(&f, LEDGER_WRITE));
    ck_assert(!is_kept());
    OK(run(MONTH(3), &report));
    ck_assert_int_eq(report.regular_fen, 10000);
}
END_TEST

static void open_block(void)
{
    struct vault_opener *o;
    struct str sealed;
    struct buf plain;
    buf_init(&plain, STEADY_BYTES_MAX);
    OK(vault_opener_new(f.l, &o, &f.d));
    OK(steady_get(f.l, 0, &sealed, &f.d));
    ck_assert(steady_open(o, 0, sealed, &plain));
    ck_assert(!steady_open(o, 1, sealed, &plain)); /* bound to its number */
    ck_assert(steady_open(o, 0, sealed, &plain));
    ck_assert(steady_read(buf_str(&plain), &block));
    vault_opener_free(o);
    buf_release(&plain);
}

static void put_block(void)
{
    static uint8_t bytes[STEADY_BYTES_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    steady_write(&block, &w);
    ck_assert(!w.failed);
    OK(ledger_begin(f.l, &f.d));
    OK(steady_put(f.l, 0, writer_str(&w), &f.d));
    OK(ledger_commit(f.l, &f.d));
}

static enum status verify(struct verify_report *r)
{
    struct verify_options o = {.scratch_dir = f.dir};
    OK(fixture_open(&f, LEDGER_AUDIT));
    return verify_ledger(f.l, &o, r, &f.d);
}

/* Whoever has the vault's key can make a run believe what they like: verify does not
 * believe it. */
START_TEST(forged_outcomes_are_found)
{
    struct verify_report r;
    OK(verify(&r));
    ck_assert(!r.bad);
    OK(fixture_open(&f, LEDGER_WRITE));
    open_block();
    ck_assert_int_eq(block.month, MONTH(2));
    const struct steady_entry *e = &block.entries[1];
    ck_assert_uint_ne(e->outcome, STEADY_NO_OUTCOME);
    uint8_t *fen = block.outcomes + (size_t)e->outcome * block.outcome_bytes;
    ck_assert_uint_eq(get_u64(fen), 10000);
    put_u64(fen, 90000);
    put_block();
    ck_assert_int_eq(run_well(MONTH(3)).regular_fen, 90000);
    ck_assert_int_eq(verify(&r), ST_INTEGRITY);
    ck_assert_int_eq(r.correctness, VERDICT_FAIL);
}
END_TEST

START_TEST(damage_is_found_and_does_no_harm)
{
    struct verify_report r;
    struct str sealed;
    static uint8_t copy[STEADY_BYTES_MAX];
    OK(steady_get(f.l, 0, &sealed, &f.d));
    memcpy(copy, sealed.p, sealed.n);
    size_t n = sealed.n;
    copy[n / 3] ^= 4;
    OK(ledger_begin(f.l, &f.d));
    OK(store_put(ledger_txn(f.l), TABLE_META, str_make("steady\0\0\0\0", 10),
                 str_make(copy, n), &f.d));
    OK(ledger_commit(f.l, &f.d));
    ck_assert_int_eq(verify(&r), ST_INTEGRITY);
    ck_assert_int_eq(r.integrity, VERDICT_FAIL);
    OK(fixture_open(&f, LEDGER_WRITE));
    ck_assert_int_eq(run_well(MONTH(3)).regular_fen, 10000);
    OK(verify(&r));
}
END_TEST

/* ---- the bytes ---- */

START_TEST(bytes_are_read_in_one_form_only)
{
    static uint8_t bytes[STEADY_BYTES_MAX];
    static struct steady_block again;
    struct writer w;
    open_block();
    writer_init(&w, bytes, sizeof bytes);
    steady_write(&block, &w);
    for (size_t n = 0; n < w.len; n++) {
        ck_assert(!steady_read(str_make(bytes, n), &again));
    }
    ck_assert(!steady_read(str_make(bytes, w.len + 1), &again));
    static uint8_t back[STEADY_BYTES_MAX];
    for (size_t at = 0; at < w.len; at++) { /* read as it stands, or not at all */
        struct writer x;
        bytes[at] ^= 0x81;
        if (steady_read(str_make(bytes, w.len), &again)) {
            writer_init(&x, back, sizeof back);
            steady_write(&again, &x);
            ck_assert_uint_eq(x.len, w.len);
            ck_assert_int_eq(memcmp(back, bytes, w.len), 0);
        }
        bytes[at] ^= 0x81;
    }
}
END_TEST

Suite *suite_steady(void)
{
    Suite *s = suite_create("steady");
    TCase *t = tcase_create("steady");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, steady_people_are_not_opened);
    tcase_add_test(t, who_is_80_is_opened);
    tcase_add_test(t, a_row_sealed_anew_is_opened);
    tcase_add_test(t, a_policy_opens_everybody);
    tcase_add_test(t, late_facts_count);
    tcase_add_test(t, orders_are_looked_at);
    tcase_add_test(t, an_earlier_period_keeps_nothing);
    tcase_add_test(t, an_earlier_period_that_posts_keeps_nothing);
    tcase_add_test(t, without_it_runs_post_the_same);
    tcase_add_test(t, a_rebuild_drops_it);
    tcase_add_test(t, forged_outcomes_are_found);
    tcase_add_test(t, damage_is_found_and_does_no_harm);
    tcase_add_test(t, bytes_are_read_in_one_form_only);
    suite_add_tcase(s, t);
    return s;
}
