/* test_person.c - if this fails, a person is paid by facts that are not in force, or to
 * an account that is not theirs. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/person.h"

static struct person *person;
static struct buf row;
static struct diag d;

static void setup(void)
{
    person = calloc(1, sizeof *person);
    ck_assert_ptr_nonnull(person);
    buf_init(&row, PERSON_ROW_MAX);
}

static void teardown(void)
{
    buf_release(&row);
    free(person);
}

/* ---- short forms ---- */

static int32_t day(const char *text)
{
    int32_t out;
    if (text == NULL) {
        return DAY_NEVER;
    }
    if (*text == '\0') {
        return DAY_ALWAYS;
    }
    ck_assert(date_parse(str_of(text), &out));
    return out;
}

static int32_t month(const char *text)
{
    int32_t out;
    ck_assert(month_parse(str_of(text), &out));
    return out;
}

static void add(uint64_t recorded, const char *attribute, const char *programme,
                const char *value, const char *from, const char *until)
{
    struct fact f = {
        .recorded = recorded,
        .attribute = str_of(attribute),
        .programme = str_of(programme),
        .value = str_of(value),
        .effective = day(from),
        .until = day(until),
        .amount_fen = -1,
    };
    person_add_fact(&row, &f);
}

static void add_mark(uint64_t recorded, const char *value, const char *text, bool on)
{
    struct mark m = {
        .recorded = recorded,
        .attribute = str_of("welfare"),
        .value = str_of(value),
        .month = month(text),
        .on = on,
    };
    person_add_mark(&row, &m);
}

static void add_route(uint64_t recorded, const char *programme, const char *account,
                      const char *from, const char *until)
{
    struct route r = {
        .recorded = recorded,
        .programme = str_of(programme),
        .account = str_of(account),
        .account_name = str_of("演一"),
        .effective = day(from),
        .until = day(until),
    };
    person_add_route(&row, &r);
}

static void read_below(uint64_t known_below)
{
    ck_assert_int_eq(buf_check(&row, &d), ST_OK);
    enum status st = person_read(buf_str(&row), known_below, person, &d);
    ck_assert_msg(st == ST_OK, "%s: %s", d.code, d.what);
}

static void read_all(void)
{
    read_below(UINT64_MAX);
}

static const char *value(const char *attribute, const char *programme, const char *on)
{
    static char text[100];
    const struct fact *f = person_fact(person, attribute, str_of(programme), day(on));
    if (f == NULL) {
        return "-";
    }
    ck_assert(str_copy(f->value, text, sizeof text));
    return text;
}

static const char *account(const char *programme, const char *on)
{
    static char text[100];
    const struct route *r = person_route(person, str_of(programme), day(on));
    if (r == NULL) {
        return "-";
    }
    ck_assert(str_copy(r->account, text, sizeof text));
    return text;
}

/* The facts of an attribute as "value from..until@recorded; ...", in order. */
static const char *facts(const char *attribute)
{
    static char text[1000];
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = 0; i < person->fact_count; i++) {
        const struct fact *f = &person->facts[i];
        char from[DATE_TEXT_CAP] = "";
        char until[DATE_TEXT_CAP] = "";
        if (!str_is(f->attribute, attribute)) {
            continue;
        }
        if (f->effective != DAY_ALWAYS) {
            date_print(f->effective, from);
        }
        if (f->until != DAY_NEVER) {
            date_print(f->until, until);
        }
        n += (size_t)snprintf(text + n, sizeof text - n, "%.*s %s..%s@%" PRIu64 "; ",
                              STR_ARG(f->value), from, until, f->recorded);
    }
    return text;
}

/* ---- bytes ---- */

START_TEST(facts_and_marks)
{
    struct fact f = {
        .recorded = 300,
        .attribute = str_of("decision"),
        .programme = str_of("care"),
        .value = str_of("approve"),
        .effective = day("2026-01-31"),
        .until = day("2026-12-31"),
        .scale = str_of("GB"),
        .tier = str_of("甲"),
        .amount_fen = 12050,
        .document = str_of("演〔2026〕1号"),
        .source = str_of("会"),
    };
    struct mark m = {
        .recorded = 302,
        .attribute = str_of("free-one"),
        .value = str_of("v"),
        .unit = str_of("u"),
        .month = month("2026-05"),
        .on = true,
    };
    person_add_fact(&row, &f);
    person_add_mark(&row, &m);
    f.attribute = str_of("county's own"); /* without a number: by name */
    person_add_fact(&row, &f);
    read_all();
    ck_assert_uint_eq(person->entry_count, 3);
    ck_assert_uint_eq(person->newest, 302);
    ck_assert_uint_eq(person->fact_count, 3); /* the mark is one */
    const struct fact *got = &person->facts[0];
    ck_assert_int_eq(got->code, FACT_DECISION);
    ck_assert(str_is(got->attribute, "decision") && str_is(got->programme, "care") &&
              str_is(got->value, "approve") && str_is(got->scale, "GB") &&
              str_is(got->tier, "甲") && str_is(got->document, "演〔2026〕1号") &&
              str_is(got->source, "会"));
    ck_assert_int_eq(got->amount_fen, 12050);
    ck_assert_int_eq(got->effective, day("2026-01-31"));
    ck_assert_int_eq(got->until, day("2026-12-31"));
    ck_assert_int_eq(person->facts[1].code, FACT_NAMED);
    ck_assert(str_is(person->facts[1].attribute, "county's own"));
    ck_assert_uint_eq(person->mark_count, 1);
    ck_assert(str_is(person->marks[0].unit, "u") && person->marks[0].on);
}
END_TEST

START_TEST(route_round_trip)
{
    struct route r = {
        .recorded = 301,
        .programme = str_of("care"),
        .account = str_of("9001"),
        .account_name = str_of("演一"),
        .bank_code = str_of("102100000013"),
        .payee_id = str_of("1"),
        .payee_name = str_of("演二"),
        .relation = str_of("代领人"),
        .authorisation = str_of("委托书"),
        .effective = DAY_ALWAYS,
        .until = DAY_NEVER,
    };
    struct route found;
    add(300, "unit", "", "一村", "", NULL);
    person_add_route(&row, &r);
    read_all();
    ck_assert_uint_eq(person->route_count, 1);
    const struct route *back = &person->routes[0];
    ck_assert_uint_eq(back->ordinal, 1);
    ck_assert(str_is(back->account, "9001") && str_is(back->relation, "代领人") &&
              str_is(back->payee_name, "演二") &&
              str_is(back->authorisation, "委托书"));
    ck_assert_int_eq(back->effective, DAY_ALWAYS);
    ck_assert(person_route_find(buf_str(&row), 1, &found));
    ck_assert(str_is(found.account, "9001") && found.ordinal == 1);
    ck_assert_uint_eq(found.recorded, 301);
    ck_assert(!person_route_find(buf_str(&row), 0, &found)); /* a fact */
    ck_assert(!person_route_find(buf_str(&row), 2, &found));
}
END_TEST

START_TEST(codes_have_names)
{
    ck_assert_ptr_null(fact_code_name(FACT_NAMED));
    ck_assert_str_eq(fact_code_name(FACT_ID_NUMBER), "id_number");
    ck_assert_str_eq(fact_code_name(FACT_DISABILITY_TYPE), "disability-type");
    ck_assert_str_eq(fact_code_name(FACT_CREDIT_CODE), "credit-code");
    for (unsigned c = 1; c < FACT_CODES; c++) { /* each is written and read as itself */
        buf_clear(&row);
        add(1, fact_code_name((enum fact_code)c), "", "v", "", NULL);
        read_all();
        ck_assert_uint_eq(person->facts[0].code, c);
    }
}
END_TEST

static void ordinary_row(void)
{
    add(3, "id_number", "", "230523194001010028", "", NULL);
    add(3, "welfare", "", "dibao", "2026-01-01", "2026-06-30");
    add_route(3, "", "9001", "", NULL);
    add_mark(9, "dibao", "2026-03", true);
    add(12, "a-free-one", "care", "x", "2026-01-01", NULL);
}

START_TEST(truncations)
{
    size_t good = 0;
    ordinary_row();
    for (size_t n = 0; n <= row.len; n++) {
        char *cut = malloc(n + 1);
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, row.p, n);
        enum status st = person_read(str_make(cut, n), UINT64_MAX, person, &d);
        good += st == ST_OK;
        ck_assert(st == ST_OK || st == ST_INTEGRITY);
        free(cut);
    }
    ck_assert_uint_eq(good,
                      6); /* between entries it is a shorter row; GCM sees to that */
}
END_TEST

START_TEST(flipped_bytes)
{
    ordinary_row();
    for (size_t at = 0; at < row.len; at++) {
        char was = row.p[at];
        for (int value = 0; value < 256; value++) {
            row.p[at] = (char)value;
            enum status st = person_read(buf_str(&row), UINT64_MAX, person, &d);
            if (st != ST_OK && st != ST_INTEGRITY) {
                ck_abort_msg("byte %zu as %d", at, value);
            }
            (void)person_death(person);
            (void)person_birth(person);
            (void)person_fact(person, "welfare", str_of("care"), 20000);
            (void)person_entries_of(buf_str(&row), 3);
        }
        row.p[at] = was;
    }
}
END_TEST

START_TEST(entries_of)
{
    ordinary_row();
    size_t before = row.len;
    add(14, "unit", "", "一村", "", NULL);
    struct str all = buf_str(&row);
    struct str first = person_entries_of(all, 3);
    struct str second = person_entries_of(all, 9);
    struct str third = person_entries_of(all, 12);
    struct str fourth = person_entries_of(all, 14);
    ck_assert_ptr_eq(first.p, row.p);
    ck_assert_ptr_eq(second.p, first.p + first.n);
    ck_assert_ptr_eq(third.p, second.p + second.n);
    ck_assert_ptr_eq(fourth.p, row.p + before);
    ck_assert_uint_eq(fourth.n, row.len - before);
    ck_assert_uint_eq(person_entries_of(all, 13).n, 0);
    ck_assert_uint_eq(person_entries_of(str_of(""), 3).n, 0);
}
END_TEST

START_TEST(as_known_on)
{
    ordinary_row();
    read_below(9);
    ck_assert_uint_eq(person->fact_count, 2);
    ck_assert_uint_eq(person->newest, 3);
    ck_assert_uint_eq(person->entry_count, 5); /* ordinals do not depend on it */
    read_below(3);
    ck_assert_uint_eq(person->fact_count, 0);
    ck_assert_uint_eq(person->route_count, 0);
    read_below(10);
    ck_assert_uint_eq(person->fact_count, 3);
}
END_TEST

START_TEST(too_many)
{
    for (size_t i = 0; i < PERSON_FACTS_MAX; i++) {
        add(i, "unit", "", "v", "", NULL);
    }
    read_all();
    add(PERSON_FACTS_MAX, "unit", "", "v", "", NULL);
    ck_assert_int_eq(person_read(buf_str(&row), UINT64_MAX, person, &d), ST_INTEGRITY);
    ck_assert_str_eq(d.code, "person-row");
    buf_clear(&row);
    for (size_t i = 0; i < PERSON_FACTS_MAX; i++) {
        add(i, "unit", "", "v", "", NULL);
    }
    add_mark(2000, "dibao", "2026-01", true); /* a fact too many of a mark */
    ck_assert_int_eq(person_read(buf_str(&row), UINT64_MAX, person, &d), ST_INTEGRITY);
}
END_TEST

/* ---- in force ---- */

START_TEST(latest_effective_then_latest_recorded)
{
    add(5, "welfare", "", "a", "2026-03-01", NULL);
    add(6, "welfare", "", "b", "2026-01-01", NULL); /* told of later, true earlier */
    add(7, "welfare", "", "c", "2026-03-01", NULL); /* corrects a */
    read_all();
    ck_assert_str_eq(value("welfare", "", "2025-12-31"), "-");
    ck_assert_str_eq(value("welfare", "", "2026-01-01"), "b");
    ck_assert_str_eq(value("welfare", "", "2026-02-28"), "b");
    ck_assert_str_eq(value("welfare", "", "2026-03-01"), "c");
    read_below(7);
    ck_assert_str_eq(value("welfare", "", "2026-03-01"), "a");
}
END_TEST

START_TEST(past_the_last_day_nothing_returns)
{
    add(5, "welfare", "", "a", "2026-01-01", NULL);
    add(6, "welfare", "", "b", "2026-03-01", "2026-04-30");
    read_all();
    ck_assert_str_eq(value("welfare", "", "2026-02-28"), "a");
    ck_assert_str_eq(value("welfare", "", "2026-04-30"), "b");
    ck_assert_str_eq(value("welfare", "", "2026-05-01"), "-");
}
END_TEST

/* One without a programme counts for all: the latest of both is in force. */
START_TEST(facts_of_a_programme_and_of_all)
{
    add(5, "pay-hold", "care", "lost card", "2026-01-01", "2026-03-31");
    add(6, "pay-hold", "", "away", "2026-05-01", "2026-06-30");
    add(7, "pay-hold", "care", "lost card", "2026-06-01", NULL);
    read_all();
    ck_assert_str_eq(value("pay-hold", "care", "2026-03-31"), "lost card");
    ck_assert_str_eq(value("pay-hold", "care", "2026-04-01"), "-");
    ck_assert_str_eq(value("pay-hold", "care", "2026-05-01"), "away");
    ck_assert_str_eq(value("pay-hold", "care", "2026-06-01"), "lost card");
    ck_assert_str_eq(value("pay-hold", "old-age", "2026-03-31"), "-");
    ck_assert_str_eq(value("pay-hold", "old-age", "2026-06-01"), "away");
    ck_assert_str_eq(value("pay-hold", "", "2026-06-01"), "away");
    ck_assert_str_eq(value("pay-hold", "old-age", "2026-07-01"), "-");
}
END_TEST

START_TEST(death_and_birth)
{
    read_all();
    ck_assert_int_eq(person_death(person), DAY_NEVER);
    ck_assert_int_eq(person_birth(person), DAY_NEVER);
    add(1, "id_number", "", "230523194001010028", "", NULL);
    add(2, "death", "", "2026-08-02", "2026-08-02", NULL);
    add(3, "death", "", "2026-07-15", "2026-07-15", NULL);
    read_all();
    ck_assert_int_eq(person_death(person), day("2026-07-15")); /* the earliest counts */
    read_below(3);
    ck_assert_int_eq(person_death(person), day("2026-08-02"));
    ck_assert_int_eq(person_birth(person), day("1940-01-01"));
    add(4, "birth", "", "1939-12-31", "", NULL);
    read_all();
    ck_assert_int_eq(person_birth(person), day("1939-12-31"));
    ck_assert(str_is(person_value(person, "id_number", 0), "230523194001010028"));
    ck_assert_uint_eq(person_value(person, "phone", 0).n, 0);
}
END_TEST

/* ---- routes ---- */

START_TEST(routes)
{
    add_route(1, "", "first", "", NULL);
    add_route(2, "", "second", "2026-05-01", NULL);
    add_route(3, "care", "agent", "2026-04-01", "2026-09-30");
    add_route(4, "", "corrected", "2026-05-01", NULL);
    read_all();
    ck_assert_str_eq(account("", "2026-04-30"), "first");
    ck_assert_str_eq(account("", "2026-05-01"), "corrected");
    ck_assert_str_eq(account("old-age", "2026-05-01"), "corrected");
    ck_assert_str_eq(account("care", "2026-03-31"), "first");
    ck_assert_str_eq(account("care", "2026-04-01"), "agent");
    ck_assert_str_eq(account("care", "2026-09-30"), "agent");
    ck_assert_str_eq(account("care", "2026-10-01"),
                     "corrected"); /* the mandate ended */
    read_below(4);
    ck_assert_str_eq(account("", "2026-05-01"), "second");
}
END_TEST

START_TEST(a_route_that_ended)
{
    add_route(1, "", "first", "", NULL);
    add_route(2, "", "second", "2026-05-01", "2026-06-30");
    read_all();
    ck_assert_str_eq(account("", "2026-06-30"), "second");
    ck_assert_str_eq(account("", "2026-07-01"), "-"); /* no older one comes back */
}
END_TEST

START_TEST(route_bytes)
{
    uint8_t bytes[500];
    struct writer w;
    struct route a = {.recorded = 1, .account = str_of("9001"), .until = DAY_NEVER};
    struct route b = a;
    b.ordinal = 7; /* not committed to */
    writer_init(&w, bytes, sizeof bytes);
    person_route_bytes(&a, &w);
    size_t n = w.len;
    person_route_bytes(&b, &w);
    ck_assert_uint_eq(w.len, 2 * n);
    ck_assert_mem_eq(bytes, bytes + n, n);
    b.account = str_of("9002");
    writer_init(&w, bytes, sizeof bytes);
    person_route_bytes(&a, &w);
    person_route_bytes(&b, &w);
    ck_assert_int_ne(memcmp(bytes, bytes + n, n), 0);
}
END_TEST

/* ---- monthly lists ---- */

struct list_case {
    const char *label;
    struct {
        uint64_t recorded;
        const char *month;
        bool on;
    } marks[8];
    const char *want;
};

static const struct list_case LISTS[] = {
    {"on and stays on", {{5, "2026-01", true}}, "dibao 2026-01-01..@5; "},
    {"on and off",
     {{5, "2026-01", true}, {6, "2026-04", false}},
     "dibao 2026-01-01..2026-03-31@5; "},
    {"off without on", {{5, "2026-01", false}}, ""},
    {"on, off, on",
     {{5, "2026-01", true}, {6, "2026-02", false}, {7, "2026-03", true}},
     "dibao 2026-01-01..2026-01-31@5; dibao 2026-03-01..@7; "},
    {"an earlier list arrives later",
     {{5, "2026-03", true}, {6, "2026-01", true}},
     "dibao 2026-03-01..@5; dibao 2026-01-01..@6; "},
    {"an earlier list, and back as the next one had it",
     {{5, "2026-03", false}, {6, "2026-01", true}},
     "dibao 2026-01-01..2026-02-28@6; "},
    {"a late list without, marked back for the next",
     {{5, "2026-01", true}, {6, "2026-02", false}, {6, "2026-03", true}},
     "dibao 2026-01-01..2026-01-31@5; dibao 2026-03-01..@6; "},
    {"the month again: taken off", {{5, "2026-01", true}, {6, "2026-01", false}}, ""},
    {"the month again: put on",
     {{5, "2026-01", false}, {6, "2026-01", true}},
     "dibao 2026-01-01..@6; "},
    {"the month again, twice",
     {{5, "2026-01", true},
      {6, "2026-01", false},
      {7, "2026-01", true},
      {8, "2026-02", false}},
     "dibao 2026-01-01..2026-01-31@7; "},
    {"a replaced end",
     {{5, "2026-01", true}, {6, "2026-03", false}, {7, "2026-03", true}},
     "dibao 2026-01-01..@5; dibao 2026-03-01..@7; "},
};

START_TEST(lists)
{
    const struct list_case *c = &LISTS[_i];
    for (size_t i = 0; c->marks[i].month != NULL; i++) {
        add_mark(c->marks[i].recorded, "dibao", c->marks[i].month, c->marks[i].on);
    }
    read_all();
    ck_assert_msg(strcmp(facts("welfare"), c->want) == 0, "%s: %s", c->label,
                  facts("welfare"));
}
END_TEST

START_TEST(on_list)
{
    struct str attribute = str_of("welfare");
    struct str none = str_of("");
    add_mark(5, "dibao", "2026-02", true);
    add_mark(6, "dibao", "2026-05", false);
    add_mark(7, "tekun", "2026-05", true);
    read_all();
    ck_assert(
        !person_on_list(person, attribute, str_of("dibao"), none, month("2026-01")));
    ck_assert(
        person_on_list(person, attribute, str_of("dibao"), none, month("2026-02")));
    ck_assert(
        person_on_list(person, attribute, str_of("dibao"), none, month("2026-04")));
    ck_assert(
        !person_on_list(person, attribute, str_of("dibao"), none, month("2026-05")));
    ck_assert(
        person_on_list(person, attribute, str_of("tekun"), none, month("2026-05")));
    ck_assert(!person_on_list(person, attribute, str_of("tekun"), str_of("一村"),
                              month("2026-05")));
    ck_assert_str_eq(value("welfare", "", "2026-04-30"), "dibao");
    ck_assert_str_eq(value("welfare", "", "2026-05-01"), "tekun");
}
END_TEST

/* A fact told of between a list and the list that ends it: the end is no reason to
 * believe the list again. */
START_TEST(lists_beside_facts)
{
    add_mark(10, "dibao", "2026-03", true);
    add(20, "welfare", "", "tekun", "2026-03-01", NULL);
    add_mark(30, "dibao", "2026-06", false);
    read_all();
    ck_assert_str_eq(facts("welfare"),
                     "dibao 2026-03-01..2026-05-31@10; tekun 2026-03-01..@20; ");
    ck_assert_str_eq(value("welfare", "", "2026-04-01"), "tekun");
    ck_assert_str_eq(value("welfare", "", "2026-07-01"), "tekun");
    read_below(20);
    ck_assert_str_eq(value("welfare", "", "2026-04-01"), "dibao");
}
END_TEST

/* Evaluation goes by the order of the facts: that of recording. */
START_TEST(facts_are_in_order_of_recording)
{
    add_mark(10, "dibao", "2026-03", true);
    add(11, "unit", "", "a", "", NULL);
    add_mark(12, "dibao", "2026-05", false);
    add_mark(13, "dibao", "2026-07", true);
    add(14, "unit", "", "b", "", NULL);
    read_all();
    ck_assert_uint_eq(person->fact_count, 4);
    for (size_t i = 1; i < person->fact_count; i++) {
        ck_assert_uint_le(person->facts[i - 1].recorded, person->facts[i].recorded);
    }
}
END_TEST

Suite *suite_person(void);

Suite *suite_person(void)
{
    Suite *s = suite_create("person");
    TCase *c = tcase_create("person");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, facts_and_marks);
    tcase_add_test(c, route_round_trip);
    tcase_add_test(c, codes_have_names);
    tcase_add_test(c, truncations);
    tcase_add_test(c, flipped_bytes);
    tcase_add_test(c, entries_of);
    tcase_add_test(c, as_known_on);
    tcase_add_test(c, too_many);
    tcase_add_test(c, latest_effective_then_latest_recorded);
    tcase_add_test(c, past_the_last_day_nothing_returns);
    tcase_add_test(c, facts_of_a_programme_and_of_all);
    tcase_add_test(c, death_and_birth);
    tcase_add_test(c, routes);
    tcase_add_test(c, a_route_that_ended);
    tcase_add_test(c, route_bytes);
    tcase_add_loop_test(c, lists, 0, (int)(sizeof LISTS / sizeof LISTS[0]));
    tcase_add_test(c, on_list);
    tcase_add_test(c, lists_beside_facts);
    tcase_add_test(c, facts_are_in_order_of_recording);
    suite_add_tcase(s, c);
    return s;
}
