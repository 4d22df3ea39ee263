/* eval_case.c - the small languages of test_eval.c's tables. A case is a file of policy
 * text made from a usual one, so that the reader's model and the evaluation are tested
 * against each other; a fact or an expectation is a word of a line. */
#include "eval_case.h"

#include <check.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "policy/policy.h"

#define TIERS_USUAL                                                                    \
    "[{name: a, when: {registration: [\"230523\"]}, "                                  \
    "amount: {per-month: 100.00}}]"

static const struct {
    const char *key;
    const char *value;
} rules_usual[] = {
    {"start", "next-month"},
    {"stop", "next-month"},
    {"stop-on-death", "next-month"},
    {"tier-change", "next-month"},
    {"entry", "{by: automatic, keep-enrolled: false}"},
    {"certification", "none"},
    {"suspension", "{resume: all}"},
    {"birthday-29-february", "feb-28"},
    {"annual", "twelfths"},
    {"payable", "{every: 1, after: 0}"},
    {"rounding", "half-up-fen"},
    {"due-at-death", "account"},
    {"recovery", "{set-off: 100}"},
};

/* Cuts s at the separator: the part before it, trimmed; false at the end. */
static bool next_part(struct str *s, char separator, struct str *part)
{
    if (s->n == 0) {
        return false;
    }
    size_t n = 0;
    while (n < s->n && s->p[n] != separator) {
        n++;
    }
    *part = text_trim(str_make(s->p, n));
    *s = n < s->n ? str_make(s->p + n + 1, s->n - n - 1) : str_make(s->p + n, 0);
    return true;
}

/* "a=b" as a and b; b empty without the mark. */
static struct str cut(struct str s, const char *mark, struct str *rest)
{
    size_t n = strlen(mark);
    for (size_t i = 0; i + n <= s.n; i++) {
        if (memcmp(s.p + i, mark, n) == 0) {
            *rest = str_make(s.p + i + n, s.n - i - n);
            return str_make(s.p, i);
        }
    }
    *rest = str_make(s.p + s.n, 0);
    return s;
}

static const char *or_else(const char *text, const char *usual)
{
    return text != NULL ? text : usual;
}

/* ---- policies ---- */

static bool is_changed(const char *changes, const char *key)
{
    struct str rest = str_of(changes);
    struct str part;
    struct str value;
    while (next_part(&rest, '|', &part)) {
        struct str name = cut(part, ":", &value);
        if (str_starts(name, str_of("-"))) {
            name = str_make(name.p + 1, name.n - 1);
        }
        if (str_is(name, key)) {
            return true;
        }
    }
    return false;
}

static void add_rules(struct buf *b, const char *changes)
{
    for (size_t i = 0; i < sizeof rules_usual / sizeof rules_usual[0]; i++) {
        if (!is_changed(changes, rules_usual[i].key)) {
            buf_addf(b, "      %s: %s\n", rules_usual[i].key, rules_usual[i].value);
        }
    }
    struct str rest = str_of(changes);
    struct str part;
    while (next_part(&rest, '|', &part)) {
        if (!str_starts(part, str_of("-"))) {
            buf_addf(b, "      %.*s\n", STR_ARG(part));
        }
    }
}

static void add_programme(struct buf *b, const char *code, const char *rules,
                          const char *tiers)
{
    buf_addf(b, "  - code: %s\n    name: %s\n    payee: person\n", code, code);
    buf_add_text(b,
                 "    class: {year: 2024, function: \"2081002\", economic: \"30305\"}\n"
                 "    funds: {county: rest}\n    rules:\n");
    add_rules(b, or_else(rules, ""));
    buf_addf(b, "    tiers: %s\n", or_else(tiers, TIERS_USUAL));
}

static void add_policy(struct buf *b, const struct case_policy *p)
{
    const char *head = or_else(p->head, "");
    buf_addf(b, "almoner-policy: 1\nid: %s\ntitle: t\n", or_else(p->id, "p"));
    buf_add_text(b, "document: {number: n, issuer: i, issued: 2020-01-01, "
                    "status: in-force}\njurisdiction: \"230523\"\n");
    buf_addf(b, "effective: %s\n", or_else(p->effective, "2020-01-01"));
    if (strstr(head, "retroactive:") == NULL) {
        buf_add_text(b, "retroactive: {dead: pay}\n");
    }
    if (strstr(head, "defaults:") == NULL) {
        buf_add_text(b, "defaults: {welfare: none, residence: home}\n");
    }
    buf_addf(b, "%s\n", head);
    const char *code = or_else(p->code, "c");
    if (*code != '\0') {
        buf_add_text(b, "programmes:\n");
        add_programme(b, code, p->rules, p->tiers);
    }
    if (p->more != NULL) {
        add_programme(b, p->more, p->more_rules, p->more_tiers);
    }
}

static bool is_given(const struct case_policy *p)
{
    return p->id != NULL || p->effective != NULL || p->head != NULL ||
           p->code != NULL || p->rules != NULL || p->tiers != NULL || p->more != NULL;
}

static void read_one(struct case_set *s, const struct eval_case *c, size_t i)
{
    struct diag d;
    struct buf b;
    buf_init(&b, 65536);
    add_policy(&b, &c->p[i]);
    ck_assert_int_eq(buf_check(&b, &d), ST_OK);
    if (policy_read(&s->policies[i], buf_str(&b), "case", &d) != ST_OK) {
        ck_abort_msg("%s: policy %zu: %s: %s\n%s", c->label, i, d.where, d.what,
                     buf_cstr(&b));
    }
    buf_release(&b);
    int32_t month;
    ck_assert(month_parse(str_of(or_else(c->p[i].confirmed, "2020-01")), &month));
    s->confirmed[i] = (struct confirmed_policy){s->policies[i], (uint32_t)i + 1, month};
    s->count = i + 1;
}

void case_set_init(struct case_set *s, const struct eval_case *c)
{
    struct diag d;
    *s = (struct case_set){0};
    for (size_t i = 0; i < CASE_POLICIES_MAX; i++) {
        if (i == 0 || is_given(&c->p[i])) {
            read_one(s, c, i);
        }
    }
    if (policy_set_new(&s->set, s->confirmed, s->count, &d) != ST_OK) {
        ck_abort_msg("%s: %s", c->label, d.what);
    }
}

void case_set_release(struct case_set *s)
{
    policy_set_free(s->set);
    for (size_t i = 0; i < s->count; i++) {
        policy_free(s->policies[i]);
    }
}

/* ---- facts ---- */

static int32_t day_of(struct str text)
{
    int32_t day;
    if (str_is(text, "always")) {
        return DAY_ALWAYS;
    }
    ck_assert_msg(date_parse(text, &day), "not a day: %.*s", STR_ARG(text));
    return day;
}

static int32_t month_of(struct str text)
{
    int32_t month;
    ck_assert_msg(month_parse(text, &month), "not a month: %.*s", STR_ARG(text));
    return month;
}

static int programme_of(const struct case_set *s, struct str code)
{
    int programme = policy_set_programme_find(s->set, code);
    ck_assert_msg(programme >= 0, "no programme %.*s", STR_ARG(code));
    return programme;
}

/* DATE, DATE..DATE, scale=, tier=, amount= */
static void read_word(struct eval_fact *f, struct str word)
{
    struct str value;
    struct str name = cut(word, "=", &value);
    if (str_is(name, "scale")) {
        f->scale = value;
    } else if (str_is(name, "tier")) {
        f->tier = value;
    } else if (str_is(name, "amount")) {
        ck_assert(money_parse(value, &f->amount_fen));
    } else {
        struct str until;
        f->effective = day_of(cut(word, "..", &until));
        f->until = until.n > 0 ? day_of(until) : DAY_NEVER;
    }
}

static struct eval_fact read_fact(const struct case_set *s, struct str text)
{
    struct eval_fact f = {.programme = -1, .until = DAY_NEVER, .amount_fen = -1};
    struct str word;
    struct str code;
    ck_assert(next_part(&text, ' ', &word));
    struct str name = cut(word, "=", &f.value);
    name = cut(name, "@", &code);
    f.attribute = policy_set_attribute(s->set, name);
    if (code.n > 0) {
        f.programme = programme_of(s, code);
    }
    while (next_part(&text, ' ', &word)) {
        if (word.n > 0) {
            read_word(&f, word);
        }
    }
    return f;
}

/* "c 2024-06 2024-05=2500 2024-06=0" */
static void read_settled(struct case_person *p, const struct case_set *s,
                         struct str text)
{
    struct str word;
    struct eval_settled e = {0};
    ck_assert(next_part(&text, ' ', &word));
    e.programme = programme_of(s, word);
    ck_assert(next_part(&text, ' ', &word));
    e.through_month = month_of(word);
    while (next_part(&text, ' ', &word)) {
        struct str fen;
        uint64_t amount;
        e.month = month_of(cut(word, "=", &fen));
        ck_assert(text_u64(fen, 0, INT32_MAX, &amount));
        e.amount_fen = (int64_t)amount;
        ck_assert_uint_lt(p->person.settled_count, CASE_SETTLED_MAX);
        p->settled[p->person.settled_count++] = e;
    }
}

void case_person_init(struct case_person *p, const struct case_set *s,
                      const struct eval_case *c)
{
    struct str rest = str_of(c->facts);
    struct str part;
    *p = (struct case_person){0};
    p->person.facts = p->facts;
    p->person.settled = p->settled;
    p->person.birth = day_of(str_of(or_else(c->birth, "1940-01-01")));
    while (next_part(&rest, ';', &part)) {
        if (part.n > 0) {
            size_t i = p->person.fact_count++;
            ck_assert_uint_lt(i, CASE_FACTS_MAX);
            p->facts[i] = read_fact(s, part);
            p->facts[i].order = (uint32_t)i;
        }
    }
    policy_set_intern(s->set, p->facts, p->person.fact_count);
    rest = str_of(c->settled);
    while (next_part(&rest, ';', &part)) {
        read_settled(p, s, part);
    }
}

/* ---- what is expected ---- */

static void expect_result(const struct eval_case *c, int32_t month,
                          const struct eval_result *r, struct str expected)
{
    char text[DATE_TEXT_CAP];
    uint64_t fen;
    month_print(month, text);
    if (text_u64(expected, 1, INT32_MAX, &fen)) {
        ck_assert_msg(r->reason == EVAL_GRANTED && r->amount_fen == (int64_t)fen,
                      "%s: %s: %" PRId64 " (%s), not %.*s", c->label, text,
                      r->amount_fen, eval_reason_name(r->reason), STR_ARG(expected));
        return;
    }
    ck_assert_msg(str_is(expected, eval_reason_name(r->reason)) && r->amount_fen == 0,
                  "%s: %s: %" PRId64 " (%s), not %.*s", c->label, text, r->amount_fen,
                  eval_reason_name(r->reason), STR_ARG(expected));
}

static void expect_word(const struct eval_case *c, const struct case_set *s,
                        const struct case_person *p, struct str word)
{
    struct eval_result results[EVAL_PROGRAMMES_MAX];
    struct str expected;
    struct str until;
    struct str months = cut(word, "=", &expected);
    struct str rest;
    struct str code = cut(months, ":", &rest);
    int programme = rest.n > 0 ? programme_of(s, code) : 0;
    struct str from = cut(rest.n > 0 ? rest : months, "..", &until);
    int32_t last = month_of(until.n > 0 ? until : from);
    ck_assert_int_le(month_of(from), last);
    for (int32_t month = month_of(from); month <= last; month++) {
        eval_month(s->set, &p->person, month, results);
        expect_result(c, month, &results[programme], expected);
    }
}

void case_run(const struct eval_case *c)
{
    struct case_set s;
    struct case_person p;
    case_set_init(&s, c);
    case_person_init(&p, &s, c);
    struct str rest = str_of(c->expect);
    struct str word;
    while (next_part(&rest, ' ', &word)) {
        if (word.n > 0) {
            expect_word(c, &s, &p, word);
        }
    }
    case_set_release(&s);
}
