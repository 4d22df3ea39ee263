/* test_policy_diff.c - one thing changed in a file is one difference told, at its
 * place; what is the same is not told. Runs in the root of the repository. */
#include "policy/diff.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_policy_diff(void);

#define BASE "tests/policies/good/no-warnings.yaml"
#define TEXT_CAP 20000

static struct diag d;

static void load(char text[TEXT_CAP])
{
    FILE *f = fopen(BASE, "rb");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(text, 1, TEXT_CAP - 1, f);
    text[n] = '\0';
    fclose(f);
}

/* The base with the first `from` replaced; NULL: as it is. */
static struct policy *read_with(const char *from, const char *to)
{
    static char text[TEXT_CAP];
    static char changed[TEXT_CAP];
    struct policy *p = NULL;
    load(text);
    if (from != NULL) {
        const char *at = strstr(text, from);
        ck_assert_msg(at != NULL, "%s", from);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to,
                 at + strlen(from));
        memcpy(text, changed, sizeof text);
    }
    enum status st = policy_read(&p, str_of(text), "f", &d);
    ck_assert_msg(st == ST_OK, "%s: %s: %s", d.where, d.code, d.what);
    return p;
}

/* "+part.name.field; ", in order. */
static void note(void *ctx, const struct policy_change *c)
{
    static const char marks[] = "+-~";
    struct buf *out = ctx;
    ck_assert((c->before == NULL) == (c->kind == POLICY_ADDED));
    ck_assert((c->after == NULL) == (c->kind == POLICY_REMOVED));
    buf_addf(out, "%c%s.%s.%s; ", marks[c->kind], c->part,
             c->name != NULL ? c->name : "", c->field);
}

static void expect(const struct policy *old, const struct policy *new, const char *want)
{
    struct buf out;
    size_t count = 0;
    size_t told = 0;
    buf_init(&out, 100000);
    struct policy_changes to = {note, &out};
    ck_assert_int_eq(policy_diff(old, new, to, &count, &d), ST_OK);
    ck_assert_str_eq(buf_cstr(&out), want);
    for (const char *s = want; *s != '\0'; s++) {
        told += *s == ';' ? 1 : 0;
    }
    ck_assert_uint_eq(count, told);
    buf_release(&out);
}

static const struct {
    const char *from;
    const char *to;
    const char *there; /* from the base to the changed file */
    const char *back;
} cases[] = {
    {NULL, NULL, "", ""},
    {"title: 测试清单", "title: 清单", "~policy..title; ", "~policy..title; "},
    {"effective: 2024-09-01", "effective: 2025-01-01", "~policy..effective; ",
     "~policy..effective; "},
    {"dead: pay", "dead: none", "~policy..retroactive.dead; ",
     "~policy..retroactive.dead; "},
    {"value: 707.00", "value: 717.00", "~parameter.standard.poor 2024-01-01; ",
     "~parameter.standard.poor 2024-01-01; "},
    {"rich: [{", "rich: [{from: 2023-01-01, value: 1.00, document: 例}, {",
     "+parameter.standard.rich 2023-01-01; ", "-parameter.standard.rich 2023-01-01; "},
    {"mild: semi", "mild: none", "~scale.GB/T 42195-2022.mild; ",
     "~scale.GB/T 42195-2022.mild; "},
    {"start: next-month", "start: same-month", "~rule..start; ", "~rule..start; "},
    {"      stop-by: {registration: same-month}\n", "", "-rule..stop-by; ",
     "+rule..stop-by; "},
    {"resume: {last: 3}", "resume: all", "~rule..certification; ",
     "~rule..certification; "},
    {"keep-enrolled: true", "keep-enrolled: false", "~rule..entry; ", "~rule..entry; "},
    {"stop-on-death: {by: document}", "stop-on-death: {by: meeting, ref: 纪要}",
     "~choice..stop-on-death; ", "~choice..stop-on-death; "},
    {"funds: {county: rest}", "funds: {province: 30, county: rest}",
     "~programme..funds; ", "~programme..funds; "},
    {"per-month: 50.00", "per-month: 60.00", "~tier.乙.amount; ", "~tier.乙.amount; "},
    {"floor: 15}}", "floor: 10}}", "~tier.丙.amount; ", "~tier.丙.amount; "},
    {"age: 90..", "age: 95..", "~tier.甲.when; ", "~tier.甲.when; "},
    {"name: 丙, when", "name: 丁, when", "~tier.丙.name; ", "~tier.丁.name; "},
    {"      - {name: 乙, when: {age: 80..89, dependency: [full, semi]}, amount: "
     "{per-month: 50.00}}\n",
     "", "-tier.乙.name; -tier.乙.when; -tier.乙.amount; ",
     "+tier.乙.name; +tier.乙.when; +tier.乙.amount; "},
    {"[{programme: care, from: 2034-09,", "[{programme: care, from: 2034-10,",
     "~end..care; ", "~end..care; "},
    {"rule: higher-only", "rule: first",
     "+conflict..care, old-age -> 只发先列的一项 first; -conflict..care, old-age -> "
     "只发高的一项 higher-only; ",
     "+conflict..care, old-age -> 只发高的一项 higher-only; -conflict..care, old-age "
     "-> 只发先列的一项 first; "},
};

START_TEST(one_change_is_one_difference)
{
    struct policy *old = read_with(NULL, NULL);
    struct policy *new = read_with(cases[_i].from, cases[_i].to);
    expect(old, new, cases[_i].there);
    expect(new, old, cases[_i].back);
    policy_free(old);
    policy_free(new);
}
END_TEST

/* The first row that fits decides: two rows changing places is a difference. */
START_TEST(rows_that_change_places_are_told)
{
    static const char before[] =
        "      - {name: 乙, when: {age: 80..89, dependency: [full, semi]}, amount: "
        "{per-month: 50.00}}\n"
        "      - {name: 丙, when: {age: 80..89, welfare: [poor, rich]}, amount: "
        "{percent: 15, of: standard, floor: 15}}\n";
    static const char after[] =
        "      - {name: 丙, when: {age: 80..89, welfare: [poor, rich]}, amount: "
        "{percent: 15, of: standard, floor: 15}}\n"
        "      - {name: 乙, when: {age: 80..89, dependency: [full, semi]}, amount: "
        "{per-month: 50.00}}\n";
    struct policy *old = read_with(NULL, NULL);
    struct policy *new = read_with(before, after);
    expect(old, new, "~tier..order; ");
    policy_free(old);
    policy_free(new);
}
END_TEST

static void count_one(void *ctx, const struct policy_change *c)
{
    ck_assert_ptr_nonnull(c->programme);
    *(size_t *)ctx += 1;
}

START_TEST(a_programme_alone_is_all_added_or_all_removed)
{
    size_t seen = 0;
    size_t count = 0;
    struct policy_changes to = {count_one, &seen};
    struct policy *p = read_with(NULL, NULL);
    const struct programme *care = policy_programme(p, "care");
    ck_assert_int_eq(policy_diff_programme(NULL, care, to, &count, &d), ST_OK);
    ck_assert_uint_eq(count, 6); /* name, clause, citation; tier's name, when, amount */
    ck_assert_int_eq(policy_diff_programme(care, NULL, to, &count, &d), ST_OK);
    ck_assert_uint_eq(count, 6);
    ck_assert_uint_eq(seen, 12);
    ck_assert_int_eq(policy_diff_programme(NULL, NULL, to, &count, &d), ST_OK);
    ck_assert_uint_eq(count, 0);
    policy_free(p);
}
END_TEST

START_TEST(lines_are_grouped)
{
    static const char want[] =
        "补贴项目 programme old-age\n"
        "  档次 tier 乙\n"
        "    ~ 标准 amount: 50.00 元/月 per month -> 60.00 元/月 "
        "per month\n";
    struct policy *old = read_with(NULL, NULL);
    struct policy *new = read_with("per-month: 50.00", "per-month: 60.00");
    struct buf out;
    size_t count = 0;
    buf_init(&out, 100000);
    struct policy_diff_text text = {.out = &out};
    struct policy_changes to = {policy_diff_line, &text};
    ck_assert_int_eq(policy_diff(old, new, to, &count, &d), ST_OK);
    ck_assert_str_eq(buf_cstr(&out), want);
    buf_release(&out);
    policy_free(old);
    policy_free(new);
}
END_TEST

Suite *suite_policy_diff(void)
{
    Suite *s = suite_create("policy_diff");
    TCase *t = tcase_create("policy_diff");
    tcase_add_loop_test(t, one_change_is_one_difference, 0,
                        sizeof cases / sizeof cases[0]);
    tcase_add_test(t, rows_that_change_places_are_told);
    tcase_add_test(t, a_programme_alone_is_all_added_or_all_removed);
    tcase_add_test(t, lines_are_grouped);
    suite_add_tcase(s, t);
    return s;
}
