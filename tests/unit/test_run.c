/* test_run.c - runs over people whose facts become known in any order (I6), and every
 * granted fen traced back to entitlement records (I10). */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch/run.h"
#include "ledger/body.h"
#include "ledger/money.h"
#include "ledger_fixture.h"

Suite *suite_run(void);

#define PEOPLE 8
#define MONTHS 11 /* January to November 2026 */

struct event {       /* something that becomes known */
    uint64_t person; /* 0: the policy with the raised rate */
    const char *attribute;
    const char *value;
    const char *from;
};

/* No two of one person, attribute and day: among those the last recorded counts. */
static const struct event EVENTS[] = {
    {1, "death", "2026-03-31", "2026-03-31"},
    {2, "death", "2026-06-01", "2026-06-01"},
    {3, "claim", "late", "2026-08-15"},
    {4, "registration", "230524", "2026-05-01"},
    {4, "registration", "230523", "2026-09-30"},
    {5, "claim", "late", "2025-12-31"},
    {6, "decision", "stop", "2026-04-10"},
    {6, "decision", "approve", "2026-07-31"},
    {7, "paid-elsewhere", "2026-06", "2026-02-01"},
    {8, "registration", "110101", "2026-01-31"},
    {0, "", "", ""},
};
#define EVENTS_N (sizeof EVENTS / sizeof EVENTS[0])

static const struct fixture_person PERSONS[PEOPLE] = {
    {"19400229", NULL, "2026-01-01", NULL}, {"19300101", NULL, "2026-01-01", NULL},
    {"19450630", NULL, NULL, NULL},         {"19410715", NULL, "2026-01-01", NULL},
    {"19460331", NULL, NULL, NULL},         {"19351231", NULL, "2026-01-01", NULL},
    {"19380808", NULL, "2026-01-01", NULL}, {"19420101", NULL, "2026-01-01", NULL},
};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void happen(struct fixture *f, const struct event *e)
{
    if (e->person != 0) {
        fixture_fact(f, e->person, e->attribute, e->value, e->from);
        return;
    }
    struct buf text;
    buf_init(&text, 1 << 20);
    fixture_policy_text("raised", "2026-04-01", "150.00", &text);
    fixture_policy(f, buf_str(&text));
    buf_release(&text);
}

static struct run_report run(struct fixture *f, int32_t period)
{
    struct run_report r;
    fixture_as(f, FIXTURE_MAKER);
    enum status st = run_execute(f->l, period, true, false, NULL, &r, &f->d);
    ck_assert_msg(st == ST_OK, "run: %s", f->d.what);
    return r;
}

static void load(struct fixture *f, uint64_t person, struct account *a)
{
    uint8_t key[8];
    struct str row;
    put_u64(key, person);
    ck_assert_int_eq(
        store_get(ledger_txn(f->l), TABLE_ACCOUNTS, str_make(key, 8), &row, &f->d),
        ST_OK);
    ck_assert_int_eq(account_read(row, a, &f->d), ST_OK);
}

/* Adds what each record of the person posted for each month; the sum must be what the
 * account says was granted. */
static void trace(struct fixture *f, const struct account *a, const int64_t *granted)
{
    int64_t sums[MONTHS] = {0};
    struct entitlement e;
    struct postings p;
    for (uint64_t at = a->last; at != 0; at = e.previous) {
        struct record r;
        ck_assert_int_eq(record_get(ledger_txn(f->l), at - 1, &r, NULL, &f->d), ST_OK);
        ck_assert(entitlement_read(r.body, &e, &p));
        for (size_t i = 0; i < e.span_count; i++) {
            for (int32_t m = 0; m < e.spans[i].span.months; m++) {
                int32_t month = e.spans[i].span.from + m - month_make(2026, 1);
                ck_assert(month >= 0 && month < MONTHS);
                sums[month] += e.spans[i].span.fen;
            }
        }
    }
    for (int m = 0; m < MONTHS; m++) {
        ck_assert_int_eq(sums[m], granted[m]);
    }
}

static void read_granted(struct fixture *f, int64_t granted[PEOPLE][MONTHS])
{
    struct account *a = calloc(1, sizeof *a);
    ck_assert_ptr_nonnull(a);
    for (uint64_t person = 1; person <= PEOPLE; person++) {
        load(f, person, a);
        ck_assert_uint_le(a->count, 1);
        for (int m = 0; m < MONTHS; m++) {
            granted[person - 1][m] =
                a->count == 0
                    ? 0
                    : account_granted(&a->programmes[0], month_make(2026, 1) + m);
        }
        trace(f, a, granted[person - 1]);
    }
    free(a);
}

/* The events in an order that the seed gives, runs of any period between them. */
static void play(uint32_t seed, int64_t granted[PEOPLE][MONTHS])
{
    struct fixture f;
    struct buf text;
    size_t order[EVENTS_N];
    uint32_t state = seed;
    fixture_make(&f, true);
    buf_init(&text, 1 << 20);
    fixture_policy_text("first", "2026-01-01", "100.00", &text);
    fixture_policy(&f, buf_str(&text));
    buf_release(&text);
    fixture_people(&f, PERSONS, PEOPLE);
    for (size_t i = 0; i < EVENTS_N; i++) {
        size_t k = seed == 0 ? i : next_random(&state) % (i + 1);
        order[i] = order[k];
        order[k] = i;
    }
    for (size_t i = 0; i < EVENTS_N; i++) {
        happen(&f, &EVENTS[order[i]]);
        if (seed != 0 && next_random(&state) % 2 == 0) {
            run(&f, month_make(2026, 1) + (int32_t)(next_random(&state) % MONTHS));
        }
    }
    run(&f, month_make(2026, MONTHS));
    ck_assert_uint_eq(run(&f, month_make(2026, MONTHS)).records, 0);
    ck_assert_uint_eq(run(&f, month_make(2026, 5)).records, 0);
    read_granted(&f, granted);
    fixture_remove(&f);
}

START_TEST(order_does_not_matter)
{
    static int64_t expected[PEOPLE][MONTHS];
    static int64_t got[PEOPLE][MONTHS];
    play(0, expected);
    play((uint32_t)_i, got);
    for (int p = 0; p < PEOPLE; p++) {
        for (int m = 0; m < MONTHS; m++) {
            ck_assert_msg(expected[p][m] == got[p][m],
                          "seed %d, person %d, month %d: %lld, not %lld", _i, p + 1,
                          m + 1, (long long)got[p][m], (long long)expected[p][m]);
        }
    }
}
END_TEST

/* By hand: start same month, stop next month, 100.00 a month, 150.00 from April on. */
START_TEST(sums_by_hand)
{
    static int64_t granted[PEOPLE][MONTHS];
    static const int64_t want[PEOPLE] = {
        3 * 10000,             /* died on 31 March: January to March */
        3 * 10000 + 3 * 15000, /* died on 1 June: June is the last month */
        4 * 15000,             /* claimed in August, and nothing before */
        3 * 10000 + 5 * 15000, /* away 1 May to 29 September: not June to August */
        10000 + 8 * 15000,     /* 80 on 31 March: March on */
        3 * 10000 + 6 * 15000, /* stopped 10 April to 30 July: not May and June */
        5 * 15000,             /* paid elsewhere to June */
        10000,                 /* moved away on 31 January: January only */
    };
    play(0, granted);
    for (int p = 0; p < PEOPLE; p++) {
        int64_t sum = 0;
        for (int m = 0; m < MONTHS; m++) {
            sum += granted[p][m];
        }
        ck_assert_msg(sum == want[p], "person %d: %lld, not %lld", p + 1,
                      (long long)sum, (long long)want[p]);
    }
}
END_TEST

Suite *suite_run(void)
{
    Suite *s = suite_create("run");
    TCase *t = tcase_create("run");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, order_does_not_matter, 1, 9);
    tcase_add_test(t, sums_by_hand);
    suite_add_tcase(s, t);
    return s;
}
