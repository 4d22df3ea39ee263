/* test_policy_check.c - each file of tests/policies/bad/ does one thing wrong and is
 * refused for it, each of tests/policies/warn/ deserves one warning, at its place: the
 * first line says "# expect: CODE LINE:COLUMN". Also tiers that can never match. Runs
 * in the root of the repository. */
#include "policy/policy.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_policy_check(void);

#define BAD "tests/policies/bad"
#define WARN "tests/policies/warn"
#define FILE_MAX 100000

static struct diag d;

struct found {
    char errors[512]; /* "code line:column " of each */
    char warnings[2048];
    size_t error_count;
};

static void each(void *ctx, const struct policy_finding *f)
{
    struct found *found = ctx;
    char *to = f->error ? found->errors : found->warnings;
    size_t cap = f->error ? sizeof found->errors : sizeof found->warnings;
    size_t used = strlen(to);
    ck_assert_msg(f->error ? found->warnings[0] == '\0' : true, "errors come first");
    ck_assert_msg(f->hint[0] != '\0', "%s has no remedy", f->code);
    snprintf(to + used, cap - used, "%s %u:%u ", f->code, (unsigned)f->place.line,
             (unsigned)f->place.column);
    found->error_count += f->error ? 1 : 0;
}

static void check_policy(const struct policy *p, struct found *found)
{
    size_t errors = 0;
    memset(found, 0, sizeof *found);
    ck_assert_int_eq(policy_check(p, each, found, &errors, &d), ST_OK);
    ck_assert_uint_eq(errors, found->error_count);
}

static size_t load(const char *path, char *text)
{
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "%s", path);
    size_t size = fread(text, 1, FILE_MAX - 1, f);
    text[size] = '\0';
    fclose(f);
    return size;
}

/* What is wrong with the text, as "code line:column "; or what it is warned of. */
static void judge(struct str text, bool warnings, char *out, size_t cap)
{
    struct policy *p = NULL;
    struct found found;
    if (policy_read(&p, text, "f", &d) != ST_OK) {
        ck_assert_int_eq(d.status, ST_INPUT);
        ck_assert_msg(d.hint[0] != '\0', "%s has no remedy", d.code);
        snprintf(out, cap, "%.40s %.40s ", d.code, d.where + strlen("f:"));
        return;
    }
    check_policy(p, &found);
    ck_assert_msg(!warnings || found.error_count == 0, "%s", found.errors);
    snprintf(out, cap, "%s", warnings ? found.warnings : found.errors);
    policy_free(p);
}

static void check_file(const char *folder, const char *name, bool warnings)
{
    static char text[FILE_MAX];
    static const char mark[] = "# expect: ";
    char path[512];
    char want[128];
    char got[sizeof(struct found)];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    size_t size = load(path, text);
    const char *end = strchr(text, '\n');
    ck_assert_msg(end != NULL && strncmp(text, mark, strlen(mark)) == 0, "%s", path);
    const char *begin = text + strlen(mark);
    snprintf(want, sizeof want, "%.*s ", (int)(end - begin), begin);
    judge(str_make(text, size), warnings, got, sizeof got);
    ck_assert_msg(strcmp(want, got) == 0, "%s: wanted %s, got %s", path, want, got);
}

static size_t check_folder(const char *folder, bool warnings)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    ck_assert_msg(dir != NULL, "%s", folder);
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot != NULL && strcmp(dot, ".yaml") == 0) {
            check_file(folder, entry->d_name, warnings);
            count++;
        }
    }
    closedir(dir);
    return count;
}

START_TEST(every_bad_file_is_refused_for_its_reason)
{
    ck_assert_uint_ge(check_folder(BAD, false), 165);
}
END_TEST

START_TEST(every_file_is_warned_of_for_its_reason)
{
    ck_assert_uint_ge(check_folder(WARN, true), 17);
}
END_TEST

static struct policy *read_text(const char *text)
{
    struct policy *p = NULL;
    enum status st = policy_read(&p, str_of(text), "f", &d);
    ck_assert_msg(st == ST_OK, "%s: %s: %s", d.where, d.code, d.what);
    return p;
}

START_TEST(a_clean_file_has_nothing_to_find)
{
    static char text[FILE_MAX];
    struct found found;
    (void)load("tests/policies/good/no-warnings.yaml", text);
    struct policy *p = read_text(text);
    check_policy(p, &found);
    ck_assert_str_eq(found.errors, "");
    ck_assert_str_eq(found.warnings, "");
    policy_free(p);
}
END_TEST

START_TEST(warnings_are_no_errors)
{
    static char text[FILE_MAX];
    static const char *const wanted[] = {"missing-value ", "missing-choice ",
                                         "missing-citation ", "unknown-programme "};
    struct found found;
    (void)load("tests/policies/good/all-forms.yaml", text);
    struct policy *p = read_text(text);
    check_policy(p, &found);
    ck_assert_uint_eq(found.error_count, 0);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        ck_assert_msg(strstr(found.warnings, wanted[i]) != NULL, "%s", wanted[i]);
    }
    policy_free(p);
}
END_TEST

#define HEAD                                                                           \
    "almoner-policy: 1\nid: a\ntitle: a\n"                                             \
    "document: {number: a, issuer: a, issued: 2024-01-01, status: draft}\n"            \
    "jurisdiction: \"23\"\neffective: 2024-01-15\nretroactive: {dead: none}\n"

/* Tiers "t0", "t1", ... by their conditions; which of them are dead. */
static const struct {
    const char *label;
    const char *when[6];
    const char *dead; /* their numbers */
} tables[] = {
    {"one row", {"{}"}, ""},
    {"everybody twice", {"{}", "{}"}, "1"},
    {"after everybody", {"{}", "{age: 80..}"}, "1"},
    {"everybody last", {"{age: 80..}", "{}"}, ""},
    {"the same age", {"{age: 80..89}", "{age: 80..89}"}, "1"},
    {"inside", {"{age: 80..}", "{age: 85..86}"}, "1"},
    {"overlapping", {"{age: 80..89}", "{age: 85..95}"}, ""},
    {"two halves", {"{age: 80..84}", "{age: 85..89}", "{age: 80..89}"}, "2"},
    {"two halves and a year", {"{age: 80..84}", "{age: 86..89}", "{age: 80..89}"}, ""},
    {"all ages", {"{age: ..59}", "{age: 60..}", "{}"}, "2"},
    {"other attribute", {"{a: [x]}", "{b: [x]}"}, ""},
    {"part of a set", {"{a: [x, y]}", "{a: [x]}"}, "1"},
    {"larger set", {"{a: [x]}", "{a: [x, y]}"}, ""},
    {"set in parts", {"{a: [x]}", "{a: [y]}", "{a: [x, y]}"}, "2"},
    {"narrower", {"{a: [x]}", "{a: [x], b: [y]}"}, "1"},
    {"wider", {"{a: [x], b: [y]}", "{a: [x]}"}, ""},
    {"a cross", {"{a: [x], age: ..50}", "{a: [x], age: 51..}", "{a: [x]}"}, "2"},
    {"a cross with a hole",
     {"{a: [x], age: ..50}", "{a: [y], age: 51..}", "{a: [x]}"},
     ""},
    {"values nobody names", {"{a: [x]}", "{a: [y]}", "{}"}, ""},
    {"prefix", {"{registration: [\"23\"]}", "{registration: [\"230523\"]}"}, "1"},
    {"longer prefix", {"{registration: [\"230523\"]}", "{registration: [\"23\"]}"}, ""},
    {"two prefixes",
     {"{registration: [\"2305\"]}", "{registration: [\"230523\", \"2306\"]}"},
     ""},
    {"institution", {"{residence: [institution]}", "{residence: [X1]}"}, "1"},
    {"home", {"{residence: [institution]}", "{residence: [home]}"}, ""},
    {"one institution", {"{residence: [X1]}", "{residence: [institution]}"}, ""},
    {"longer above", {"{a: [x], for-months: {a: 2}}", "{a: [x]}"}, ""},
    {"longer below", {"{a: [x]}", "{a: [x], for-months: {a: 2}}"}, "1"},
    {"as long",
     {"{a: [x, y], for-months: {a: 2}}", "{a: [x], for-months: {a: 2}}"},
     "1"},
    {"not as long",
     {"{a: [x], for-months: {a: 3}}", "{a: [x], for-months: {a: 2}}"},
     ""},
    {"age held", {"{age: 60.., for-months: {age: 12}}", "{age: 60..}"}, ""},
    {"dead above dead", {"{a: [x]}", "{a: [x]}", "{a: [x]}"}, "12"},
};

START_TEST(dead_tiers_are_found)
{
    char text[4000];
    struct found found;
    size_t used = (size_t)snprintf(text, sizeof text,
                                   HEAD "programmes: [{code: p, name: p, tiers: [\n");
    for (size_t i = 0; i < 6 && tables[_i].when[i] != NULL; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "{name: t%zu, when: %s, amount: {none: true}},\n", i,
                                 tables[_i].when[i]);
    }
    snprintf(text + used, sizeof text - used, "]}]\n");
    struct policy *p = read_text(text);
    check_policy(p, &found);
    ck_assert_msg(found.error_count == strlen(tables[_i].dead), "%s: %s",
                  tables[_i].label, found.errors);
    for (const char *n = tables[_i].dead; *n != '\0'; n++) {
        char want[64];
        snprintf(want, sizeof want, "never-matches %d:1 ", 9 + (*n - '0'));
        ck_assert_msg(strstr(found.errors, want) != NULL, "%s: %s", tables[_i].label,
                      found.errors);
    }
    policy_free(p);
}
END_TEST

/* Warnings by what is written after the head. */
static const struct {
    const char *text;
    const char *warnings;
} warned[] = {
    {"", ""},
    {"programmes: [{code: p, name: p, citation: {clause: c, text: t}, tiers: [\n"
     "{name: a, when: {age: 60..69}, amount: {none: true}},\n"
     "{name: b, when: {age: 80..}, amount: {none: true}},\n"
     "{name: c, when: {age: ..50}, amount: {none: true}}]}]\n",
     "age-gap 8:14 age-gap 8:14 "},
    {"programmes: [{code: p, name: p, citation: {clause: c, text: t}, tiers: [\n"
     "{name: a, when: {age: 60..69}, amount: {none: true}},\n"
     "{name: b, when: {age: 70..}, amount: {none: true}}]}]\n",
     ""},
    {"programmes: [{code: p, name: p, citation: {clause: c, text: t}, tiers: [\n"
     "{name: a, when: {age: 60..69}, amount: {none: true}},\n"
     "{name: b, when: {age: 65..79}, amount: {none: true}}]}]\n",
     "age-overlap 10:1 "},
    {"programmes: [{code: p, name: p, citation: {clause: c, text: t}, tiers: [\n"
     "{name: a, when: {age: 60..69, residence: [home]}, amount: {none: true}},\n"
     "{name: b, when: {age: 65..79, residence: [institution]}, amount: {none: true}},\n"
     "{name: c, when: {age: 62..66, residence: [X1]}, amount: {none: true}}]}]\n",
     "age-overlap 11:1 "},
    {"programmes: [{code: p, name: p, citation: {clause: c, text: t}, tiers: [\n"
     "{name: a, when: {age: 60..69, registration: [2305]}, amount: {none: true}},\n"
     "{name: b, when: {age: 65..79, registration: [230523]}, amount: {none: true}},\n"
     "{name: c, when: {age: 50..79, registration: [23]}, amount: {none: true}}]}]\n",
     "age-overlap 10:1 "},
    {"ends: [{programme: p, from: 2024-01}]\n",
     "missing-citation 8:8 unknown-programme 8:8 "},
    {"parameters: {q: {values: [{from: 2024-01-01, value: 1.00}]}}\n",
     "missing-citation 8:27 "},
    {"conflicts: [{among: [a, b], rule: chosen}]\n",
     "unknown-programme 8:13 unknown-programme 8:13 "},
    {"parameters: {q: {values: [{from: 2024-02-01, value: 1.00, document: x}]}}\n"
     "programmes: [{code: p, name: p, citation: {clause: c, text: t}, payee: person,\n"
     "class: {year: 2024, function: 1, economic: 2}, funds: {county: rest}, rules: {\n"
     "days-at-least: 1, stop-on-death: next-month, tier-change: next-month,\n"
     "entry: {by: automatic, keep-enrolled: true}, certification: none,\n"
     "suspension: {resume: all}, birthday-29-february: mar-1,\n"
     "payable: {every: 1, after: 0}, rounding: up-jiao, due-at-death: heir,\n"
     "recovery: {set-off: 50}}, choices: {days-at-least: {by: document},\n"
     "stop-on-death: {by: document}, tier-change: {by: document},\n"
     "entry: {by: document}, certification: {by: document},\n"
     "suspension: {by: document}, birthday-29-february: {by: document},\n"
     "payable: {by: document}, rounding: {by: document},\n"
     "due-at-death: {by: document}, recovery: {by: document}}, tiers: [\n"
     "{name: a, when: {}, amount: {percent: 10, of: q}}]}]\n",
     ""}, /* effective 15 January, so the first month is February */
};

START_TEST(warnings_name_their_place)
{
    char text[4000];
    struct found found;
    snprintf(text, sizeof text, HEAD "%s", warned[_i].text);
    struct policy *p = read_text(text);
    check_policy(p, &found);
    ck_assert_str_eq(found.errors, "");
    ck_assert_str_eq(found.warnings, warned[_i].warnings);
    policy_free(p);
}
END_TEST

/* Rows made so that cutting them takes very long: the check gives up and says so. */
START_TEST(the_search_for_dead_tiers_is_bounded)
{
    static char text[FILE_MAX];
    struct found found;
    size_t used = (size_t)snprintf(text, sizeof text,
                                   HEAD "programmes: [{code: p, name: p, tiers: [\n");
    for (int i = 0; i < 150; i++) {
        used += (size_t)snprintf(
            text + used, sizeof text - used,
            "{name: t%d, when: {a%d: [x%d], b%d: [y%d], c%d: [z%d], age: %d..%d}, "
            "amount: {none: true}},\n",
            i, i * 7 % 4, i % 11, i * 5 % 4, i % 13, i * 3 % 4, i % 9, i * 13 % 60,
            60 + i * 17 % 60);
    }
    snprintf(text + used, sizeof text - used,
             "{name: low, when: {age: ..75}, amount: {none: true}},\n"
             "{name: high, when: {age: 76..}, amount: {none: true}},\n"
             "{name: dead, when: {a0: [x1]}, amount: {none: true}}]}]\n");
    struct policy *p = read_text(text);
    check_policy(p, &found);
    ck_assert_uint_eq(found.error_count, 0);
    ck_assert_ptr_nonnull(strstr(found.warnings, "not-checked 161:1 "));
    policy_free(p);
}
END_TEST

Suite *suite_policy_check(void)
{
    Suite *s = suite_create("policy_check");
    TCase *t = tcase_create("policy_check");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, every_bad_file_is_refused_for_its_reason);
    tcase_add_test(t, every_file_is_warned_of_for_its_reason);
    tcase_add_test(t, a_clean_file_has_nothing_to_find);
    tcase_add_test(t, warnings_are_no_errors);
    tcase_add_loop_test(t, dead_tiers_are_found, 0, sizeof tables / sizeof tables[0]);
    tcase_add_loop_test(t, warnings_name_their_place, 0,
                        sizeof warned / sizeof warned[0]);
    tcase_add_test(t, the_search_for_dead_tiers_is_bounded);
    suite_add_tcase(s, t);
    return s;
}
