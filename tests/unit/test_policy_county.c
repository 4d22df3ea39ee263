/* test_policy_county.c - the policy files of the counties: nothing to find in any,
 * every choice says who made it, every quotation stands in the county's document, and
 * what is shown of a file names each of its amounts. Runs in the root of the
 * repository. */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/diff.h"
#include "policy/print.h"
#include "tests/unit/policy_file.h"

Suite *suite_policy_county(void);

#define SEEDS "../shared/seeds"

static struct diag d;

/* Calls `look` for every policy file there is; how many. */
static size_t all_files(void (*look)(const char *path, const struct policy *p))
{
    glob_t found;
    ck_assert_int_eq(glob("policies/*/*.yaml", 0, NULL, &found), 0);
    size_t count = found.gl_pathc;
    for (size_t i = 0; i < count; i++) {
        struct policy *p = policy_file_read(found.gl_pathv[i]);
        look(found.gl_pathv[i], p);
        policy_free(p);
    }
    globfree(&found);
    return count;
}

static void no_finding(void *ctx, const struct policy_finding *f)
{
    ck_abort_msg("%s:%u: %s: %s", (const char *)ctx, (unsigned)f->place.line, f->code,
                 f->what);
}

static void check_clean(const char *path, const struct policy *p)
{
    char name[200];
    size_t errors = 0;
    snprintf(name, sizeof name, "%s", path);
    ck_assert_int_eq(policy_check(p, no_finding, name, &errors, &d), ST_OK);
}

START_TEST(nothing_is_found_in_any_file)
{
    ck_assert_uint_ge(all_files(check_clean), 12);
}
END_TEST

/* payee, class and funds are choices as the rules are that `policy check` asks for. */
static void check_choices(const char *path, const struct policy *p)
{
    static const char *const wanted[] = {"payee", "class", "funds", "stop-on-death"};
    for (size_t i = 0; i < p->programme_count; i++) {
        const struct programme *one = &p->programmes[i];
        for (size_t w = 0; one->pays && w < sizeof wanted / sizeof wanted[0]; w++) {
            bool found = false;
            for (size_t c = 0; c < one->choice_count; c++) {
                found = found || strcmp(one->choices[c].rule, wanted[w]) == 0;
            }
            ck_assert_msg(found, "%s: %s: %s", path, one->code, wanted[w]);
        }
        ck_assert_msg(one->note_count > 0, "%s: %s", path, one->code);
        ck_assert_msg(one->citation_text != NULL, "%s: %s", path, one->code);
    }
}

START_TEST(every_choice_says_who_made_it)
{
    all_files(check_choices);
}
END_TEST

/* ---- quotations ---- */

/* The text without blanks and line ends, which tables and pages put into it. */
static void squeeze(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (strncmp(from, "\xe3\x80\x80", 3) == 0) { /* an ideographic space */
            from += 2;
        } else if (strchr(" \t\r\n", *from) == NULL) {
            *to++ = *from;
        }
    }
    *to = '\0';
}

static void check_quote(const char *seed, const char *code, const char *from, size_t n)
{
    char quote[4200];
    ck_assert_uint_lt(n, sizeof quote);
    memcpy(quote, from, n);
    quote[n] = '\0';
    squeeze(quote);
    ck_assert_msg(strstr(seed, quote) != NULL, "%s: not in the document: %s", code,
                  quote);
}

/* What a note has between quotation marks is quoted as well. */
static void check_note(const char *seed, const char *code, const char *note)
{
    static const char open[] = "\xe2\x80\x9c";
    static const char close[] = "\xe2\x80\x9d";
    const char *begin = strstr(note, open);
    while (begin != NULL) {
        const char *end = strstr(begin, close);
        ck_assert_msg(end != NULL, "%s: %s", code, note);
        begin += strlen(open);
        check_quote(seed, code, begin, (size_t)(end - begin));
        begin = strstr(end, open);
    }
}

static const struct {
    const char *seed;
    const char *file;
} counties[] = {
    {SEEDS "/000_*.txt", "policies/baoqing/elderly-2024.yaml"},
    {SEEDS "/001_*.txt", "policies/youyi/elderly-draft.yaml"},
    {SEEDS "/002_*.txt", "policies/wuzhai/elderly-2021.yaml"},
    {SEEDS "/003_*.txt", "policies/taobei/elderly-tasks.yaml"},
};

START_TEST(quotations_stand_in_the_document)
{
    glob_t found;
    size_t size = 0;
    if (glob(counties[_i].seed, 0, NULL, &found) != 0) {
        return; /* the documents are not part of the project */
    }
    char *seed = policy_file_load(found.gl_pathv[0], &size);
    struct policy *p = policy_file_read(counties[_i].file);
    squeeze(seed);
    for (size_t i = 0; i < p->programme_count; i++) {
        const struct programme *one = &p->programmes[i];
        check_quote(seed, one->code, one->citation_text, strlen(one->citation_text));
        for (size_t n = 0; n < one->note_count; n++) {
            check_note(seed, one->code, one->notes[n]);
        }
    }
    policy_free(p);
    free(seed);
    globfree(&found);
}
END_TEST

START_TEST(counties_without_rates_never_pay)
{
    for (size_t c = 2; c < 4; c++) {
        struct policy *p = policy_file_read(counties[c].file);
        for (size_t i = 0; i < p->programme_count; i++) {
            ck_assert_msg(!p->programmes[i].pays, "%s", p->programmes[i].code);
        }
        ck_assert_uint_ge(p->programme_count, 20);
        policy_free(p);
    }
}
END_TEST

START_TEST(youyi_is_a_draft_and_its_tier_is_of_the_province)
{
    struct policy *p = policy_file_read(counties[1].file);
    const struct programme *old = policy_programme(p, "old-age");
    ck_assert_int_eq(p->status, POLICY_DRAFT);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(old->tiers[i].when[1].values[0], "23");
        ck_assert_int_eq(old->tiers[i].amount.fen, 120000);
    }
    ck_assert_str_eq(old->tiers[3].when[1].values[0], "230522");
    ck_assert_int_eq(old->tiers[3].amount.fen, 30000);
    policy_free(p);
}
END_TEST

/* ---- what is shown ---- */

static void has(const char *text, const char *path, const char *wanted)
{
    ck_assert_msg(strstr(text, wanted) != NULL, "%s: not shown: %s", path, wanted);
}

static void has_amount(const char *text, const char *path, const struct amount *a)
{
    char number[MONEY_TEXT_CAP];
    if (a->kind == AMOUNT_PERCENT) {
        snprintf(number, sizeof number, "%d%%", (int)(a->percent / 100));
    } else {
        money_print(a->fen, number);
    }
    if (a->kind != AMOUNT_ASK && a->kind != AMOUNT_NONE) {
        has(text, path, number);
    }
}

/* From the heading of the programme on, up to the next one's. */
static void check_shown(const char *path, const struct policy *p)
{
    struct buf out;
    buf_init(&out, (size_t)16 * 1024 * 1024);
    ck_assert_int_eq(policy_print(p, &out, &d), ST_OK);
    const char *text = buf_cstr(&out);
    for (size_t i = 0; i < p->programme_count; i++) {
        const struct programme *one = &p->programmes[i];
        char heading[200];
        snprintf(heading, sizeof heading, "programme %s  %s\n", one->code, one->name);
        const char *at = strstr(text, heading);
        ck_assert_msg(at != NULL, "%s: %s", path, one->code);
        has(at, path, one->citation_text);
        for (size_t t = 0; t < one->tier_count; t++) {
            has(at, path, one->tiers[t].name);
            has_amount(strstr(at, one->tiers[t].name), path, &one->tiers[t].amount);
        }
        for (size_t n = 0; n < one->note_count; n++) {
            has(at, path, one->notes[n]);
        }
        for (size_t n = 0; n < one->choice_count; n++) {
            has(at, path, one->choices[n].rule);
        }
    }
    buf_release(&out);
}

START_TEST(every_tier_and_amount_is_shown)
{
    all_files(check_shown);
}
END_TEST

static void never(void *ctx, const struct policy_change *c)
{
    (void)ctx;
    ck_abort_msg("%s %s %s", c->part, c->field, c->before);
}

static void check_same(const char *path, const struct policy *p)
{
    size_t count = 1;
    struct policy *again = policy_file_read(path);
    struct policy_changes to = {never, NULL};
    ck_assert_int_eq(policy_diff(p, again, to, &count, &d), ST_OK);
    ck_assert_uint_eq(count, 0);
    policy_free(again);
}

START_TEST(a_file_does_not_differ_from_itself)
{
    all_files(check_same);
}
END_TEST

Suite *suite_policy_county(void)
{
    Suite *s = suite_create("policy_county");
    TCase *t = tcase_create("policy_county");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, nothing_is_found_in_any_file);
    tcase_add_test(t, every_choice_says_who_made_it);
    tcase_add_loop_test(t, quotations_stand_in_the_document, 0,
                        sizeof counties / sizeof counties[0]);
    tcase_add_test(t, counties_without_rates_never_pay);
    tcase_add_test(t, youyi_is_a_draft_and_its_tier_is_of_the_province);
    tcase_add_test(t, every_tier_and_amount_is_shown);
    tcase_add_test(t, a_file_does_not_differ_from_itself);
    suite_add_tcase(s, t);
    return s;
}
