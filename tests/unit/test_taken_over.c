/* test_taken_over.c - if this fails, what was voided still counts, payments before this
 * ledger are lost or paid twice, or two numbers of one person keep two accounts. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "entitle/entitle.h"
#include "ledger/account.h"
#include "ledger/person.h"
#include "ledger/unit.h"

static struct person *person;
static struct account *account;
static struct account *other;
static struct buf row;
static struct diag d;

static void setup(void)
{
    person = calloc(1, sizeof *person);
    account = calloc(1, sizeof *account);
    other = calloc(1, sizeof *other);
    ck_assert(person != NULL && account != NULL && other != NULL);
    buf_init(&row, PERSON_ROW_MAX);
}

static void teardown(void)
{
    buf_release(&row);
    free(person);
    free(account);
    free(other);
}

/* ---- rows of people ---- */

static void add_fact(uint64_t recorded, const char *attribute, const char *value,
                     int32_t effective)
{
    struct fact f = {.recorded = recorded,
                     .attribute = str_of(attribute),
                     .value = str_of(value),
                     .effective = effective,
                     .until = DAY_NEVER,
                     .amount_fen = -1};
    person_add_fact(&row, &f);
}

static void add_void(uint64_t recorded, uint32_t entry)
{
    struct voiding v = {.recorded = recorded, .entry = entry, .reason = str_of("r")};
    person_add_void(&row, &v);
}

/* 0 fact, 1 route, 2 and 3 marks on and off, 4 fact, 5 payments, 6 a merge. */
static void ordinary_row(void)
{
    struct route r = {.recorded = 3,
                      .account = str_of("9001"),
                      .effective = DAY_ALWAYS,
                      .until = DAY_NEVER};
    struct mark on = {.recorded = 4,
                      .attribute = str_of("welfare"),
                      .value = str_of("dibao"),
                      .month = 24300,
                      .on = true};
    struct mark off = on;
    struct merging m = {.recorded = 9, .other = 77, .document = str_of("m")};
    struct paid paid[3] = {
        {.recorded = 8, .from = 24000, .months = 12, .fen = 2500, .paid_on = 19000},
        {.recorded = 8, .from = 24012, .months = 1, .fen = 3000, .paid_on = DAY_NEVER},
        {.recorded = 8, .from = 24030, .months = 2, .fen = 1, .paid_on = 19999},
    };
    off.recorded = 5;
    off.month = 24303;
    off.on = false;
    paid[0].programme = str_of("old-age");
    paid[0].document = str_of("发1号");
    add_fact(2, "death", "2026-03-05", 20517);
    person_add_route(&row, &r);
    person_add_mark(&row, &on);
    person_add_mark(&row, &off);
    add_fact(6, "death", "2026-05-01", 20574);
    person_add_paid(&row, paid, 3);
    person_add_merge(&row, &m);
}

static enum status read_as(uint64_t below, uint32_t wanted)
{
    return person_read_some(buf_str(&row), below, wanted, person, &d);
}

START_TEST(entries_come_back)
{
    ordinary_row();
    ck_assert_int_eq(read_as(UINT64_MAX, PERSON_ALL), ST_OK);
    ck_assert_uint_eq(person->entry_count, 7);
    ck_assert_uint_eq(person->paid_count, 3);
    ck_assert_uint_eq(person->merge_count, 1);
    ck_assert(!person->merges[0].into && person->merges[0].other == 77);
    ck_assert_uint_eq(person->merged_into, 0);
    ck_assert_uint_eq(person->newest, 9);
    const struct paid *p = &person->paid[1];
    ck_assert(str_is(p->programme, "old-age") && str_is(p->document, "发1号"));
    ck_assert(p->from == 24012 && p->months == 1 && p->fen == 3000 && p->ordinal == 5);
    ck_assert_int_eq(p->paid_on, DAY_NEVER);
    ck_assert_int_eq(person->paid[2].from, 24030);
    ck_assert_int_eq(read_as(9, 0), ST_OK); /* nobody asked for payments */
    ck_assert_uint_eq(person->paid_count, 0);
    ck_assert_uint_eq(person->merge_count, 0);
}
END_TEST

struct void_row {
    const char *label;
    uint32_t entry;
    size_t facts, routes, marks; /* that count */
    int32_t death;
};
static const struct void_row VOIDS[] = {
    {"the earlier death", 0, 2, 1, 2, 20574}, {"the later death", 4, 2, 1, 2, 20517},
    {"the account", 1, 3, 0, 2, 20517},       {"coming onto a list", 2, 2, 1, 1, 20517},
    {"coming off a list", 3, 3, 1, 1, 20517},
};

START_TEST(voided_is_as_if_never)
{
    const struct void_row *v = &VOIDS[_i];
    ordinary_row();
    add_void(20, v->entry);
    ck_assert_int_eq(read_as(UINT64_MAX, PERSON_ALL), ST_OK);
    ck_assert_msg(person->fact_count == v->facts, "%s: %zu facts", v->label,
                  person->fact_count);
    ck_assert_msg(person->route_count == v->routes, "%s: routes", v->label);
    ck_assert_msg(person->mark_count == v->marks, "%s: marks", v->label);
    ck_assert_int_eq(person_death(person), v->death);
    ck_assert_uint_eq(person->newest, 20);
    /* As known before the void it counts. */
    ck_assert_int_eq(read_as(20, PERSON_ALL), ST_OK);
    ck_assert_uint_eq(person->fact_count, 3);
    ck_assert_uint_eq(person->route_count, 1);
    ck_assert_int_eq(person_death(person), 20517);
    /* Shown with what voided it. */
    ck_assert_int_eq(read_as(UINT64_MAX, UINT32_MAX), ST_OK);
    size_t voided = 0;
    for (size_t i = 0; i < person->fact_count; i++) {
        voided += person->facts[i].voided == 20 && person->facts[i].ordinal == v->entry;
    }
    voided += person->routes[0].voided == 20;
    ck_assert_uint_eq(voided, v->entry == 3 ? 0 : 1);
}
END_TEST

START_TEST(a_void_names_an_earlier_entry)
{
    add_fact(1, "unit", "a", DAY_ALWAYS);
    add_void(2, 1); /* itself */
    ck_assert_int_eq(read_as(UINT64_MAX, PERSON_ALL), ST_INTEGRITY);
}
END_TEST

START_TEST(cut_and_changed_rows)
{
    size_t good = 0;
    ordinary_row();
    add_void(20, 0);
    for (size_t n = 0; n <= row.len; n++) {
        char *cut = malloc(n + 1);
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, row.p, n);
        enum status st = person_read(str_make(cut, n), UINT64_MAX, person, &d);
        ck_assert(st == ST_OK || st == ST_INTEGRITY);
        good += st == ST_OK;
        free(cut);
    }
    ck_assert_uint_eq(good, 9); /* between entries */
    for (size_t at = 0; at < row.len; at++) {
        char was = row.p[at];
        for (int value = 0; value < 256; value++) {
            row.p[at] = (char)value;
            enum status st = read_as(UINT64_MAX, value % 2 ? UINT32_MAX : PERSON_ALL);
            ck_assert(st == ST_OK || st == ST_INTEGRITY);
        }
        row.p[at] = was;
    }
}
END_TEST

/* ---- accounts ---- */

static struct str account_row(const struct account *a, uint8_t bytes[ACCOUNT_ROW_MAX])
{
    struct writer w;
    writer_init(&w, bytes, ACCOUNT_ROW_MAX);
    account_write(a, &w);
    ck_assert(!w.failed);
    return writer_str(&w);
}

START_TEST(taken_over_is_granted_and_paid)
{
    struct postings p = {.count = 0};
    struct span s = {.from = 24000, .months = 12, .fen = 2500};
    struct span part = {.from = 24003, .months = 1, .fen = 500};
    uint8_t bytes[ACCOUNT_ROW_MAX];
    ck_assert_int_eq(account_taken_over(account, str_of("old-age"), s, &p, &d), ST_OK);
    ck_assert_int_eq(account_taken_over(account, str_of("old-age"), part, &p, &d),
                     ST_OK);
    ck_assert_uint_eq(p.count, 1);
    ck_assert_int_eq(p.items[0].fen, 30500);
    ck_assert(p.items[0].debit == ACCOUNT_GRANTED && p.items[0].credit == ACCOUNT_PAID);
    ck_assert_int_eq(account_granted(&account->programmes[0], 24003), 3000);
    ck_assert_int_eq(account_read(account_row(account, bytes), other, &d), ST_OK);
    ck_assert_int_eq(other->programmes[0].segments[1].fen[ACCOUNT_PAID], 3000);
    s.fen = -1;
    ck_assert_int_eq(account_taken_over(account, str_of("old-age"), s, &p, &d),
                     ST_INTEGRITY);
}
END_TEST

START_TEST(two_accounts_become_one)
{
    struct postings p = {.count = 0};
    struct span a = {.from = 24000, .months = 6, .fen = 100};
    struct span b = {.from = 24003, .months = 6, .fen = 10};
    uint8_t bytes[ACCOUNT_ROW_MAX];
    ck_assert_int_eq(account_taken_over(account, str_of("a"), a, &p, &d), ST_OK);
    ck_assert_int_eq(account_grant(other, str_of("a"), b, &p, &d), ST_OK);
    ck_assert_int_eq(account_grant(other, str_of("b"), b, &p, &d), ST_OK);
    ck_assert_int_eq(account_absorb(account, other, &d), ST_OK);
    ck_assert_uint_eq(account->count, 2);
    ck_assert_uint_eq(account->programmes[0].count, 3);
    ck_assert_int_eq(account_granted(&account->programmes[0], 24002), 100);
    ck_assert_int_eq(account_granted(&account->programmes[0], 24003), 110);
    ck_assert_int_eq(account_granted(&account->programmes[0], 24008), 10);
    ck_assert_int_eq(account_granted(&account->programmes[1], 24008), 10);
    /* It has the one form, in which the equation holds. */
    ck_assert_int_eq(account_read(account_row(account, bytes), other, &d), ST_OK);
}
END_TEST

START_TEST(a_forward_leads_on)
{
    uint8_t bytes[ACCOUNT_ROW_MAX];
    account->last = 300;
    account->forward = 17;
    struct str all = account_row(account, bytes);
    ck_assert_int_eq(account_read(all, other, &d), ST_OK);
    ck_assert(other->forward == 17 && other->last == 300 && other->count == 0);
    for (size_t n = 1; n < all.n; n++) {
        ck_assert_int_eq(account_read(str_make(all.p, n), other, &d), ST_INTEGRITY);
    }
    bytes[all.n - 1] = 0; /* nobody */
    ck_assert_int_eq(account_read(all, other, &d), ST_INTEGRITY);
}
END_TEST

/* ---- orders ---- */

static void add_order(const char *value, int32_t from, int32_t to, int64_t fen)
{
    struct fact f = {.recorded = 5,
                     .attribute = str_of("order"),
                     .programme = str_of("old-age"),
                     .value = str_of(value),
                     .effective = month_first_day(from),
                     .until = month_last_day(to),
                     .amount_fen = fen};
    person_add_fact(&row, &f);
}

START_TEST(orders_of_a_month)
{
    struct ordered out[ORDERED_MAX];
    add_order("counts", 24300, 24302, 100);
    add_order("beside", 24302, 24302, 7);
    ck_assert_int_eq(read_as(UINT64_MAX, PERSON_ALL), ST_OK);
    ck_assert_uint_eq(entitle_ordered(person, str_of("old-age"), 24299, out), 0);
    ck_assert_uint_eq(entitle_ordered(person, str_of("old-age"), 24300, out), 1);
    ck_assert(out[0].counts && out[0].fen == 100);
    ck_assert_uint_eq(entitle_ordered(person, str_of("old-age"), 24302, out), 2);
    ck_assert(!out[1].counts && out[1].fen == 7);
    ck_assert_uint_eq(entitle_ordered(person, str_of("other"), 24302, out), 0);
}
END_TEST

/* ---- units ---- */

START_TEST(successors_stand_for_units)
{
    struct unit_entry units[] = {
        {.code = "a", .successor = "b", .until = 100},
        {.code = "b", .successor = "c", .until = 200},
        {.code = "c", .until = DAY_NEVER},
        {.code = "d", .until = 50},
        {.code = "e", .successor = "e", .until = 50}, /* a damaged register */
    };
    struct unit_list list = {.count = 5, .units = units};
    static const struct {
        const char *code;
        int32_t day;
        const char *now;
    } rows[] = {
        {"a", 100, "a"}, {"a", 101, "b"}, {"a", 201, "c"}, {"b", 200, "b"},
        {"c", 999, "c"}, {"d", 51, "d"},  {"e", 51, "e"},  {"x", 1, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct unit_entry *u =
            unit_list_resolve(&list, str_of(rows[i].code), rows[i].day);
        ck_assert_msg(rows[i].now == NULL
                          ? u == NULL
                          : u != NULL && strcmp(u->code, rows[i].now) == 0,
                      "%s on day %d", rows[i].code, (int)rows[i].day);
    }
}
END_TEST

Suite *suite_taken_over(void);

Suite *suite_taken_over(void)
{
    Suite *s = suite_create("taken_over");
    TCase *c = tcase_create("taken_over");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, entries_come_back);
    tcase_add_loop_test(c, voided_is_as_if_never, 0,
                        (int)(sizeof VOIDS / sizeof VOIDS[0]));
    tcase_add_test(c, a_void_names_an_earlier_entry);
    tcase_add_test(c, cut_and_changed_rows);
    tcase_add_test(c, taken_over_is_granted_and_paid);
    tcase_add_test(c, two_accounts_become_one);
    tcase_add_test(c, a_forward_leads_on);
    tcase_add_test(c, orders_of_a_month);
    tcase_add_test(c, successors_stand_for_units);
    suite_add_tcase(s, c);
    return s;
}
