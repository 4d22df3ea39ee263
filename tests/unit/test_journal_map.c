/* test_journal_map.c - the mapping of vouchers is read strictly; a posting takes the
 * most particular rule there is. If this fails, money is booked on another account. */
#include "audit/journal_map.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_journal_map(void);

static struct arena *arena;
static struct diag d;

static void setup(void)
{
    ck_assert_int_eq(arena_new(&arena, (size_t)64 * 1024 * 1024, &d), ST_OK);
}

static void teardown(void)
{
    arena_free(arena);
    arena = NULL;
}

static const char WHOLE[] =
    "journal: n\nyear: 2026\n"
    "programmes:\n"
    "  a:\n"
    "    functional: 2081002\n"
    "    postings:\n"
    "      transit paid: [{book: b, debit: 1, credit: 2, red: yes}]\n"
    "      refund transit paid: none\n"
    "  '*': {economic: 30305}\n"
    "postings:\n"
    "  transit paid: [{book: b, debit: 3, credit: 4}, {book: c, debit: 5, credit: 6}]\n"
    "  answer transit paid: [{book: b, debit: 7, credit: 8, red: no}]\n"
    "  prior transit paid: [{book: b, debit: 9, credit: 10}]\n"
    "  prior answer transit paid: [{book: b, debit: 11, credit: 12}]\n"
    "  due transit: none\n";

START_TEST(the_most_particular_rule_counts)
{
    static const struct {
        const char *programme;
        enum journal_event event;
        enum account_kind debit, credit;
        size_t count;
        const char *first; /* account debited */
        bool prior;
    } rows[] = {
        {"b", JOURNAL_ANSWER, ACCOUNT_TRANSIT, ACCOUNT_PAID, 1, "11", true},
        {"a", JOURNAL_REFUND, ACCOUNT_TRANSIT, ACCOUNT_PAID, 1, "9", true},
        {"a", JOURNAL_BATCH, ACCOUNT_DUE, ACCOUNT_TRANSIT, 0, "", true},
        {"a", JOURNAL_REFUND, ACCOUNT_TRANSIT, ACCOUNT_PAID, 0, "", false},
        {"a", JOURNAL_ANSWER, ACCOUNT_TRANSIT, ACCOUNT_PAID, 1, "1", false},
        {"b", JOURNAL_ANSWER, ACCOUNT_TRANSIT, ACCOUNT_PAID, 1, "7", false},
        {"b", JOURNAL_REFUND, ACCOUNT_TRANSIT, ACCOUNT_PAID, 2, "3", false},
        {"a", JOURNAL_BATCH, ACCOUNT_DUE, ACCOUNT_TRANSIT, 0, "", false},
    };
    struct journal_map m;
    ck_assert_int_eq(journal_map_read(&m, arena, str_of(WHOLE), "f", &d), ST_OK);
    ck_assert_int_eq(m.year, 2026);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct journal_posting p = {.debit = rows[i].debit, .credit = rows[i].credit};
        const struct journal_programme *of;
        const struct journal_rule *rule;
        memcpy(p.programme, rows[i].programme, strlen(rows[i].programme));
        struct journal_voucher v = {.event = rows[i].event, .prior = rows[i].prior};
        ck_assert_int_eq(journal_map_find(&m, &v, &p, &of, &rule, &d), ST_OK);
        ck_assert_msg(rule->count == rows[i].count, "row %zu", i);
        ck_assert_msg(rule->count == 0 ||
                          strcmp(rule->entries[0].debit, rows[i].first) == 0,
                      "row %zu: %s", i, rule->count > 0 ? rule->entries[0].debit : "");
        ck_assert_str_eq(of->functional, p.programme[0] == 'a' ? "2081002" : "");
        ck_assert_str_eq(of->economic, p.programme[0] == 'a' ? "" : "30305");
    }
    struct journal_posting none = {.debit = ACCOUNT_PAID, .credit = ACCOUNT_RETURNED};
    const struct journal_programme *of;
    const struct journal_rule *rule;
    struct journal_voucher answer = {.event = JOURNAL_ANSWER};
    ck_assert_int_eq(journal_map_find(&m, &answer, &none, &of, &rule, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "journal-unmapped");
}
END_TEST

#define HEAD "journal: n\nyear: 2026\nprogrammes: {a: {economic: 1}}\n"

START_TEST(refused_with_their_place)
{
    static const struct {
        const char *text;
        const char *where;
    } rows[] = {
        {"journal: n\n", "f:1:1"},
        {HEAD, "f:1:1"},
        {"jornal: n\n", "f:1:1"},
        {"year: 26\n", "f:1:7"},
        {"year: [2026]\n", "f:1:7"},
        {"programmes: {A: {economic: 1}}\n", "f:1:14"},
        {"programmes: {a: {economy: 1}}\n", "f:1:18"},
        {"programmes: {a: {economic: 30-5}}\n", "f:1:28"},
        {"programmes: {a: {economic: 123456789012345678901}}\n", "f:1:28"},
        {HEAD "postings: {due: none}\n", "f:4:12"},
        {HEAD "postings: {due due: none}\n", "f:4:12"},
        {HEAD "postings: {due  transit: none}\n", "f:4:12"},
        {HEAD "postings: {due transit paid: none}\n", "f:4:12"},
        {HEAD "postings: {run due transit paid: none}\n", "f:4:12"},
        {HEAD "postings: {due transit: nothing}\n", "f:4:25"},
        {HEAD "postings: {due transit: []}\n", "f:4:25"},
        {HEAD "postings: {due transit: [{book: b, debit: 1}]}\n", "f:4:26"},
        {HEAD "postings: {due transit: [{book: b, debt: 1}]}\n", "f:4:36"},
        {HEAD "postings: {due transit: [{book: \"b\\n\", debit: 1, credit: 2}]}\n",
         "f:4:33"},
        {HEAD "postings: {due transit: [{red: maybe}]}\n", "f:4:32"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct journal_map m;
        memset(&d, 0, sizeof d);
        enum status st = journal_map_read(&m, arena, str_of(rows[i].text), "f", &d);
        ck_assert_msg(st == ST_INPUT, "row %zu is taken", i);
        ck_assert_msg(strcmp(d.where, rows[i].where) == 0, "row %zu: %s %s", i, d.where,
                      d.what);
    }
}
END_TEST

/* Each beginning is refused or read, and nothing of it is read beyond its end. */
START_TEST(every_truncation)
{
    for (size_t n = 0; n + 1 < sizeof WHOLE; n++) {
        struct journal_map m;
        char *cut = malloc(n + 1);
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, WHOLE, n);
        struct arena *a;
        ck_assert_int_eq(arena_new(&a, (size_t)1024 * 1024, &d), ST_OK);
        enum status st = journal_map_read(&m, a, str_make(cut, n), "f", &d);
        ck_assert(st == ST_OK || st == ST_INPUT);
        arena_free(a);
        free(cut);
    }
}
END_TEST

START_TEST(events_have_names)
{
    for (int i = 0; i < JOURNAL_EVENTS; i++) {
        enum journal_event e;
        const char *name = journal_event_name((enum journal_event)i);
        ck_assert(journal_event_named(str_of(name), &e) && (int)e == i);
        ck_assert_str_ne(journal_event_zh(e), "");
    }
}
END_TEST

Suite *suite_journal_map(void)
{
    Suite *s = suite_create("journal_map");
    TCase *t = tcase_create("map");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_most_particular_rule_counts);
    tcase_add_test(t, refused_with_their_place);
    tcase_add_test(t, every_truncation);
    tcase_add_test(t, events_have_names);
    suite_add_tcase(s, t);
    return s;
}
