/* test_policy_read.c - what a policy file says is what the model holds; files that are
 * cut or damaged are refused or read, never crashed on. Runs in the root of the
 * repository. */
#include "policy/policy.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "policy/print.h"
#include "tests/unit/policy_file.h"

Suite *suite_policy_read(void);

#define BAOQING "policies/baoqing/elderly-2024.yaml"
#define ALL_FORMS "tests/policies/good/all-forms.yaml"

static struct diag d;

START_TEST(head_is_read)
{
    struct policy *p = policy_file_read(ALL_FORMS);
    ck_assert_str_eq(p->id, "test-2024");
    ck_assert_str_eq(p->document_number, "测〔2024〕1号");
    ck_assert_int_eq(p->document_issued, date_from_civil(2024, 8, 21));
    ck_assert_int_eq(p->status, POLICY_IN_FORCE);
    ck_assert_uint_eq(p->basis_count, 1);
    ck_assert_str_eq(p->jurisdiction, "230523");
    ck_assert_int_eq(p->effective, date_from_civil(2024, 9, 1));
    ck_assert(!p->retroactive_dead_none);
    ck_assert_uint_eq(p->supersedes_count, 1);
    ck_assert_str_eq(p->supersedes[0], "test-2023");
    ck_assert_uint_eq(p->default_count, 2);
    ck_assert_str_eq(p->defaults[1].attribute, "residence");
    ck_assert_str_eq(p->defaults[1].value, "home");
    ck_assert_uint_eq(p->parameter_count, 1);
    ck_assert_str_eq(p->parameters[0].by, "welfare");
    ck_assert_uint_eq(p->parameters[0].series_count, 2);
    ck_assert_str_eq(p->parameters[0].series[1].key, "rich");
    ck_assert_int_eq(p->parameters[0].series[1].values[0].fen, 53000);
    ck_assert_uint_eq(p->scale_count, 2);
    ck_assert_str_eq(p->scales[1].scale, "GB/T 42195-2022");
    ck_assert_str_eq(p->scales[1].grade, "severe");
    ck_assert_str_eq(p->scales[1].value, "full");
    policy_free(p);
    policy_free(NULL);
}
END_TEST

START_TEST(rules_are_read)
{
    struct policy *p = policy_file_read(ALL_FORMS);
    const struct programme *one = policy_programme(p, "old-age");
    const struct rules *r = &one->rules;
    ck_assert(one->has_rules && one->has_payee && one->pays);
    ck_assert_int_eq(r->start, TIMING_NEXT_MONTH);
    ck_assert_uint_eq(r->stop_by_count, 1);
    ck_assert_str_eq(r->stop_by[0].attribute, "registration");
    ck_assert_int_eq(r->entry.by, ENTRY_CLAIM);
    ck_assert_int_eq(r->entry.backdate, BACKDATE_ALL);
    ck_assert(!r->entry.again_needed && r->entry.keep_enrolled);
    ck_assert_int_eq(r->certification.kind, CERT_WINDOWS);
    ck_assert_uint_eq(r->certification.window_count, 1);
    ck_assert_int_eq(r->certification.windows[0].from.month, 4);
    ck_assert_int_eq(r->certification.windows[0].to.day, 20);
    ck_assert_int_eq(r->certification.resume.kind, RESUME_LAST);
    ck_assert_int_eq(r->certification.resume.months, 3);
    ck_assert_int_eq(r->suspension.kind, RESUME_ALL);
    ck_assert_int_eq(r->leap, LEAP_FEB_28);
    ck_assert_int_eq(r->annual, ANNUAL_WHOLE_YEAR);
    ck_assert_int_eq(r->annual_month, 9);
    ck_assert_int_eq(r->payable_every, 1);
    ck_assert_int_eq(r->rounding, ROUND_HALF_UP);
    ck_assert_int_eq(r->rounding_unit_fen, 1);
    ck_assert_int_eq(r->set_off_percent, 10000);
    ck_assert_uint_eq(one->choice_count, 1);
    ck_assert_str_eq(one->choices[0].rule, "start");
    ck_assert_str_eq(one->choices[0].by, "bureau");
    policy_free(p);
}
END_TEST

START_TEST(tiers_are_read)
{
    struct policy *p = policy_file_read(ALL_FORMS);
    const struct programme *one = &p->programmes[0];
    ck_assert_uint_eq(one->tier_count, 3);
    const struct tier *t = &one->tiers[0];
    ck_assert_int_eq(t->amount.kind, AMOUNT_PER_YEAR);
    ck_assert_int_eq(t->amount.fen, 120000);
    ck_assert(t->amount.has_floor && t->amount.floor_fen == 120000);
    ck_assert_int_eq(t->when[0].kind, COND_AGE);
    ck_assert_int_eq(t->when[0].age_low, 90);
    ck_assert_int_eq(t->when[0].age_high, INT32_MAX);
    ck_assert_int_eq(t->when[1].kind, COND_REGISTRATION);
    t = &one->tiers[1];
    ck_assert_int_eq(t->amount.kind, AMOUNT_PERCENT);
    ck_assert_int_eq(t->amount.percent, 1500);
    ck_assert_int_eq(t->amount.floor_percent, 1500);
    ck_assert_str_eq(t->amount.parameter, "standard");
    ck_assert_uint_eq(t->when_count, 2);
    ck_assert_int_eq(t->when[0].for_months, 2);
    ck_assert_int_eq(t->when[1].for_months, 0);
    ck_assert_int_eq(t->when[1].kind, COND_DEPENDENCY);
    ck_assert_int_eq(one->tiers[2].amount.kind, AMOUNT_ASK);
    ck_assert_int_eq(one->tiers[2].when[1].kind, COND_ATTRIBUTE);
    ck_assert_uint_eq(one->funds.count, 3);
    ck_assert_int_eq(one->funds.shares[0].percent, 3000);
    ck_assert(one->funds.shares[1].per_head);
    ck_assert_int_eq(one->funds.shares[1].per_head_fen, 500);
    ck_assert(one->funds.shares[2].rest);
    policy_free(p);
}
END_TEST

START_TEST(a_programme_without_rate_needs_no_rules)
{
    struct policy *p = policy_file_read(ALL_FORMS);
    const struct programme *care = policy_programme(p, "care");
    ck_assert(!care->pays && !care->has_rules && !care->has_payee);
    ck_assert_uint_eq(care->tiers[0].when_count, 0);
    ck_assert_ptr_null(policy_programme(p, "unknown"));
    ck_assert_uint_eq(p->end_count, 1);
    ck_assert_int_eq(p->ends[0].from_month, month_make(2024, 9));
    ck_assert_uint_eq(p->conflict_count, 2);
    ck_assert_int_eq(p->conflicts[0].rule, CONFLICT_HIGHER_ONLY);
    ck_assert_uint_eq(p->conflicts[0].among_count, 2);
    ck_assert_int_eq(p->conflicts[1].rule, CONFLICT_BLOCKED);
    ck_assert_str_eq(p->conflicts[1].programme, "care");
    ck_assert_uint_eq(p->conflicts[1].when_count, 1);
    policy_free(p);
}
END_TEST

/* One line of the good file changed, and what the model then holds. */
static struct policy *read_changed(const char *old, const char *new)
{
    struct policy *p = NULL;
    size_t size = 0;
    char *text = policy_file_load(ALL_FORMS, &size);
    text[size] = '\0';
    char *at = strstr(text, old);
    ck_assert_msg(at != NULL, "%s", old);
    char *changed = calloc(size + strlen(new) + 1, 1);
    ck_assert_ptr_nonnull(changed);
    size_t before = (size_t)(at - text);
    memcpy(changed, text, before);
    memcpy(changed + before, new, strlen(new));
    memcpy(changed + before + strlen(new), at + strlen(old),
           size - before - strlen(old));
    enum status st = policy_read(&p, str_of(changed), "changed", &d);
    ck_assert_msg(st == ST_OK, "%s: %s: %s", d.where, d.code, d.what);
    free(changed);
    free(text);
    return p;
}

START_TEST(other_forms_are_read)
{
    struct policy *p = read_changed("{windows: [04-01..06-20], resume: {last: 3}}",
                                    "{every: 12, resume: {unless-over: 6}}");
    const struct rules *r = &p->programmes[0].rules;
    ck_assert_int_eq(r->certification.kind, CERT_EVERY);
    ck_assert_int_eq(r->certification.every_months, 12);
    ck_assert_int_eq(r->certification.resume.kind, RESUME_UNLESS_OVER);
    ck_assert_int_eq(r->certification.resume.months, 6);
    policy_free(p);
    p = read_changed("      start: next-month\n      stop: next-month\n",
                     "      days-at-least: 15\n");
    ck_assert_int_eq(p->programmes[0].rules.days_at_least, 15);
    policy_free(p);
    p = read_changed("backdate: all", "backdate: 24");
    ck_assert_int_eq(p->programmes[0].rules.entry.backdate, BACKDATE_N);
    ck_assert_int_eq(p->programmes[0].rules.entry.backdate_months, 24);
    policy_free(p);
    p = read_changed(
        "entry: {by: claim, from: month, backdate: all, again: not-needed,",
        "entry: {by: automatic,");
    ck_assert_int_eq(p->programmes[0].rules.entry.by, ENTRY_AUTOMATIC);
    ck_assert(!p->programmes[0].rules.entry.idle_keys);
    policy_free(p);
    p = read_changed("half-up-fen", "down-yuan");
    ck_assert_int_eq(p->programmes[0].rules.rounding, ROUND_DOWN);
    ck_assert_int_eq(p->programmes[0].rules.rounding_unit_fen, 100);
    policy_free(p);
    p = read_changed("supersedes: test-2023", "supersedes: [a, b]");
    ck_assert_uint_eq(p->supersedes_count, 2);
    policy_free(p);
    p = read_changed("age: 80..89", "age: ..59");
    ck_assert_int_eq(p->programmes[0].tiers[1].when[0].age_low, 0);
    ck_assert_int_eq(p->programmes[0].tiers[1].when[0].age_high, 59);
    policy_free(p);
    p = read_changed("{ask: true}", "{once: 500.00}");
    ck_assert_int_eq(p->programmes[0].tiers[2].amount.kind, AMOUNT_ONCE);
    ck_assert_int_eq(p->programmes[0].tiers[2].amount.fen, 50000);
    policy_free(p);
    p = read_changed("{ask: true}", "{approved: true}");
    ck_assert_int_eq(p->programmes[0].tiers[2].amount.kind, AMOUNT_APPROVED);
    policy_free(p);
    p = read_changed("percent: 15", "percent: 66.6");
    ck_assert_int_eq(p->programmes[0].tiers[1].amount.percent, 6660);
    policy_free(p);
}
END_TEST

START_TEST(baoqing_says_what_the_document_says)
{
    static const int64_t nursing_fen[] = {15000, 10000, 10000, 5000};
    struct policy *p = policy_file_read(BAOQING);
    const struct programme *old = policy_programme(p, "old-age");
    const struct programme *nursing = policy_programme(p, "nursing");
    const struct programme *dibao = policy_programme(p, "dibao-supplement");
    ck_assert(old != NULL && nursing != NULL && dibao != NULL);
    ck_assert_str_eq(p->document_number, "宝政办规〔2024〕5号");
    ck_assert_int_eq(old->tiers[0].amount.fen, 120000);
    ck_assert_int_eq(old->tiers[1].amount.fen, 120000);
    ck_assert_int_eq(old->tiers[2].amount.kind, AMOUNT_ASK);
    ck_assert_int_eq(old->tiers[3].amount.fen, 30000);
    ck_assert_uint_eq(nursing->tier_count, 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(nursing->tiers[i].amount.kind, AMOUNT_PER_MONTH);
        ck_assert_int_eq(nursing->tiers[i].amount.fen, nursing_fen[i]);
    }
    ck_assert_int_eq(dibao->tiers[0].amount.percent, 1500);
    size_t paying = 0;
    for (size_t i = 0; i < p->programme_count; i++) {
        paying += p->programmes[i].pays ? 1 : 0;
        ck_assert_ptr_nonnull(p->programmes[i].citation_text);
        ck_assert_uint_ge(p->programmes[i].note_count, 1);
    }
    ck_assert_uint_eq(paying, 3);
    policy_free(p);
}
END_TEST

START_TEST(show_names_everything)
{
    static const char *const wanted[] = {"高龄津贴",  "old-age", "900",     "甲",
                                         "1200.00",   "15%",     "5.00",    "说明",
                                         "原文",      "纪要",    "severe",  "707.00",
                                         "test-2023", "blocked", "old-2012"};
    struct policy *p = read_changed("item: 3", "item: 900");
    struct buf out;
    buf_init(&out, 1000000);
    ck_assert_int_eq(policy_print(p, &out, &d), ST_OK);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        ck_assert_msg(strstr(buf_cstr(&out), wanted[i]) != NULL, "%s", wanted[i]);
    }
    buf_release(&out);
    buf_init(&out, 10);
    ck_assert_int_eq(policy_print(p, &out, &d), ST_SYSTEM);
    buf_release(&out);
    policy_free(p);
}
END_TEST

/* Reads a copy that ends exactly where its memory ends. */
static void survive(const char *text, size_t size)
{
    struct policy *p = NULL;
    char *copy = malloc(size > 0 ? size : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, size);
    enum status st = policy_read(&p, str_make(copy, size), "cut", &d);
    if (st == ST_OK) {
        ck_assert_ptr_nonnull(p);
    } else {
        ck_assert_int_eq(st, ST_INPUT);
        ck_assert_ptr_null(p);
        ck_assert(strncmp(d.where, "cut", 3) == 0);
    }
    policy_free(p);
    free(copy);
}

static const char *const files[] = {ALL_FORMS, BAOQING};

START_TEST(every_cut_file_is_survived)
{
    size_t size = 0;
    char *text = policy_file_load(files[_i], &size);
    for (size_t n = 0; n < size; n++) {
        survive(text, n);
    }
    free(text);
}
END_TEST

START_TEST(flipped_bytes_are_survived)
{
    size_t size = 0;
    char *text = policy_file_load(files[_i], &size);
    /* Of the long file one byte in seven: all of them take ten seconds. */
    for (size_t i = 0; i < size; i += _i == 0 ? 1 : 7) {
        unsigned char kept = (unsigned char)text[i];
        text[i] = (char)(kept ^ (1u << (i % 8)));
        survive(text, size);
        text[i] = (char)kept;
    }
    free(text);
}
END_TEST

START_TEST(a_file_too_large_is_refused)
{
    struct policy *p = NULL;
    char *text = calloc(1, POLICY_FILE_MAX + 1);
    ck_assert_ptr_nonnull(text);
    struct str all = str_make(text, POLICY_FILE_MAX + 1);
    ck_assert_int_eq(policy_read(&p, all, "big", &d), ST_INPUT);
    ck_assert_str_eq(d.code, "yaml-size");
    free(text);
}
END_TEST

Suite *suite_policy_read(void)
{
    Suite *s = suite_create("policy_read");
    TCase *t = tcase_create("policy_read");
    tcase_set_timeout(t, 0); /* the flipped bytes take their time under sanitizers */
    tcase_add_test(t, head_is_read);
    tcase_add_test(t, rules_are_read);
    tcase_add_test(t, tiers_are_read);
    tcase_add_test(t, a_programme_without_rate_needs_no_rules);
    tcase_add_test(t, other_forms_are_read);
    tcase_add_test(t, baoqing_says_what_the_document_says);
    tcase_add_test(t, show_names_everything);
    tcase_add_loop_test(t, every_cut_file_is_survived, 0, 2);
    tcase_add_loop_test(t, flipped_bytes_are_survived, 0, 2);
    tcase_add_test(t, a_file_too_large_is_refused);
    suite_add_tcase(s, t);
    return s;
}
