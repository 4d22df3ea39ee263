/* check.c - what `policy check` says beyond the form (POLICY-FORMAT section 5). Every
 * check walks the whole policy; it runs twice, once for the errors and once for the
 * warnings, so that errors come first without keeping a list. */
#include "policy/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"

static const char *hint_of(const char *code)
{
    static const struct {
        const char *code;
        const char *hint;
    } hints[] = {
        {"age-gap", "add a row for these ages, or say in notes why there is none"},
        {"age-overlap", "let one range end where the other begins, or say in notes why "
                        "the upper row takes these ages"},
        {"below-floor", "raise the amount, or correct the floor"},
        {"certification-window", "a window lies within one calendar year and ends on a "
                                 "day that every year has"},
        {"idle-rule", "take it out, or name what it should act on"},
        {"missing-choice", "add a line to choices: who chose it, and in which paper"},
        {"missing-citation", "quote the sentence, or name the document"},
        {"missing-value", "add a value from that day on, or adopt the file that has it "
                          "before"},
        {"never-matches", "put the narrower row above the wider one, or take it out"},
        {"not-checked", "name fewer values, or look through the rows yourself"},
        {"shares", "let one source be the rest, or the percentages be 100"},
        {"unknown-programme", "correct the code, or adopt the file that has it before"},
        {"unknown-value", "correct it, or add what gives or asks for it"},
        {"whole-year-in-conflict", "pay it by twelfths, or take it out of the "
                                   "conflict"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        if (strcmp(hints[i].code, code) == 0) {
            return hints[i].hint;
        }
    }
    return "";
}

void check_emit(struct checking *c, enum severity severity, struct place at,
                const char *code, const char *fmt, ...)
{
    char what[512];
    va_list args;
    if ((severity == ERROR) != c->errors_now) {
        return;
    }
    va_start(args, fmt);
    (void)vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    struct policy_finding f = {c->errors_now, code, at, what, hint_of(code)};
    c->errors += c->errors_now ? 1 : 0;
    c->each(c->ctx, &f);
}

static enum status check_tiers_reached(struct checking *c, const struct programme *p,
                                       struct diag *d)
{
    enum reach *reach = calloc(p->tier_count > 0 ? p->tier_count : 1, sizeof *reach);
    if (reach == NULL) {
        return diag_memory(d);
    }
    enum status st = check_reach(p, reach, d);
    for (size_t i = 0; st == ST_OK && i < p->tier_count; i++) {
        const struct tier *t = &p->tiers[i];
        if (reach[i] == REACH_NEVER) {
            check_emit(
                c, ERROR, t->place, "never-matches",
                "%s: tier \"%s\" can never match: the tiers above take all of it",
                p->code, t->name);
        } else if (reach[i] == REACH_NOT_CHECKED) {
            check_emit(c, WARNING, t->place, "not-checked",
                       "%s: too many values to see whether tier \"%s\" can match",
                       p->code, t->name);
        }
    }
    free(reach);
    return st;
}

static void check_floor(struct checking *c, const struct programme *p,
                        const struct tier *t)
{
    const struct amount *a = &t->amount;
    bool low = a->kind == AMOUNT_PERCENT ? a->percent < a->floor_percent
                                         : a->fen < a->floor_fen;
    if (a->has_floor && low) {
        check_emit(c, ERROR, a->place, "below-floor",
                   "%s: tier \"%s\" pays less than its floor", p->code, t->name);
    }
}

/* With one `rest` the others stay at or below 100 percent; without, they are 100. */
static void check_funds(struct checking *c, const struct programme *p,
                        const struct funds *f)
{
    int64_t percent = 0;
    size_t rests = 0;
    size_t heads = 0;
    for (size_t i = 0; i < f->count; i++) {
        percent += f->shares[i].percent;
        rests += f->shares[i].rest ? 1 : 0;
        heads += f->shares[i].per_head ? 1 : 0;
    }
    if (f->count == 0) {
        return;
    }
    if (rests > 1) {
        check_emit(c, ERROR, f->place, "shares", "%s: more than one source is the rest",
                   p->code);
    } else if (rests == 1 ? percent > 10000 : percent != 10000 || heads > 0) {
        check_emit(c, ERROR, f->place, "shares",
                   "%s: the shares do not add up: %d.%02d percent%s", p->code,
                   (int)(percent / 100), (int)(percent % 100),
                   rests == 1 ? " beside the rest" : ", and no source is the rest");
    }
}

static bool default_is(const struct policy *p, const char *attribute, const char *value)
{
    for (size_t i = 0; i < p->default_count; i++) {
        if (strcmp(p->defaults[i].attribute, attribute) == 0 &&
            strcmp(p->defaults[i].value, value) == 0) {
            return true;
        }
    }
    return false;
}

static bool scales_give(const struct policy *p, const char *value)
{
    for (size_t i = 0; i < p->scale_count; i++) {
        if (strcmp(p->scales[i].value, value) == 0) {
            return true;
        }
    }
    return default_is(p, "dependency", value);
}

/* A dependency that no scale gives is a warning; where there is no other, the row is
 * dead. */
static void check_dependency(struct checking *c, const struct condition *k,
                             const char *whose, struct place row)
{
    size_t given = 0;
    for (size_t v = 0; v < k->value_count; v++) {
        bool known = scales_give(c->p, k->values[v]);
        given += known ? 1 : 0;
        if (!known) {
            check_emit(c, WARNING, k->place, "unknown-value",
                       "no scale of this file gives the dependency \"%s\"",
                       k->values[v]);
        }
    }
    if (given == 0) {
        check_emit(c, ERROR, row, "never-matches",
                   "%s can never match: no scale of this file gives its dependency",
                   whose);
    }
}

static void check_values(struct checking *c, const struct condition *when, size_t count,
                         const char *whose, struct place row)
{
    for (size_t i = 0; i < count; i++) {
        if (when[i].kind == COND_DEPENDENCY) {
            check_dependency(c, &when[i], whose, row);
        }
    }
}

static void check_windows(struct checking *c, const struct programme *p)
{
    for (size_t i = 0; i < p->rules.certification.window_count; i++) {
        struct month_day from = p->rules.certification.windows[i].from;
        struct month_day to = p->rules.certification.windows[i].to;
        if (to.month * 100 + to.day < from.month * 100 + from.day) {
            check_emit(c, ERROR, p->rules.certification.place, "certification-window",
                       "%s: window %zu is not within one year", p->code, i + 1);
        }
        if (to.month == 2 && to.day == 29) {
            check_emit(
                c, ERROR, p->rules.certification.place, "certification-window",
                "%s: window %zu ends on 29 February, a day most years do not have",
                p->code, i + 1);
        }
    }
}

static bool tier_asks(const struct tier *t, const char *attribute)
{
    for (size_t i = 0; i < t->when_count; i++) {
        if (strcmp(t->when[i].attribute, attribute) == 0) {
            return true;
        }
    }
    return false;
}

static void check_idle(struct checking *c, const struct programme *p)
{
    if (p->rules.entry.idle_keys) {
        check_emit(c, WARNING, p->rules.place, "idle-rule",
                   "%s: from, backdate and again do nothing when entry is automatic",
                   p->code);
    }
    for (size_t i = 0; i < p->rules.stop_by_count; i++) {
        bool asked = false;
        for (size_t t = 0; !asked && t < p->tier_count; t++) {
            asked = tier_asks(&p->tiers[t], p->rules.stop_by[i].attribute);
        }
        if (!asked) {
            check_emit(c, WARNING, p->rules.stop_by[i].place, "idle-rule",
                       "%s: stop-by names \"%s\", which no tier asks for", p->code,
                       p->rules.stop_by[i].attribute);
        }
    }
}

static bool has_choice(const struct programme *p, const char *rule)
{
    for (size_t i = 0; i < p->choice_count; i++) {
        if (strcmp(p->choices[i].rule, rule) == 0) {
            return true;
        }
    }
    return false;
}

static void check_choices(struct checking *c, const struct programme *p)
{
    const struct rules *r = &p->rules;
    const struct {
        const char *rule;
        bool written;
    } rules[] = {
        {"start", r->days_at_least == 0},
        {"stop", r->days_at_least == 0},
        {"days-at-least", r->days_at_least > 0},
        {"stop-by", r->stop_by_count > 0},
        {"stop-on-death", true},
        {"tier-change", true},
        {"entry", true},
        {"certification", true},
        {"suspension", true},
        {"birthday-29-february", true},
        {"annual", r->annual != ANNUAL_NONE},
        {"payable", true},
        {"rounding", true},
        {"due-at-death", true},
        {"recovery", true},
    };
    char list[300] = "";
    size_t used = 0;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].written && !has_choice(p, rules[i].rule)) {
            size_t len = strlen(rules[i].rule);
            memcpy(list + used, " ", 1);
            memcpy(list + used + 1, rules[i].rule, len + 1);
            used += len + 1;
        }
    }
    if (used > 0) {
        check_emit(c, WARNING, r->place, "missing-choice",
                   "%s: choices does not say who chose:%s", p->code, list);
    }
}

static const struct parameter *find_parameter(const struct policy *p, const char *name)
{
    for (size_t i = 0; i < p->parameter_count; i++) {
        if (strcmp(p->parameters[i].name, name) == 0) {
            return &p->parameters[i];
        }
    }
    return NULL;
}

/* The first day of the first month the policy rules. */
static int32_t first_day(const struct policy *p)
{
    int32_t month = month_of_day(p->effective);
    int32_t first = month_first_day(month);
    return first >= p->effective ? first : month_first_day(month + 1);
}

static void check_series(struct checking *c, const struct programme *p,
                         const struct tier *t, const char *key)
{
    const struct parameter *q = find_parameter(c->p, t->amount.parameter);
    for (size_t i = 0; q != NULL && i < q->series_count; i++) {
        const struct parameter_series *s = &q->series[i];
        bool same = key == NULL || (s->key != NULL && strcmp(s->key, key) == 0);
        if (same && s->values[0].from_day <= first_day(c->p)) {
            return;
        }
    }
    check_emit(
        c, WARNING, t->amount.place, "missing-value",
        "%s: tier \"%s\": %s has no value%s%s for the first month of this policy",
        p->code, t->name, t->amount.parameter, key != NULL ? " for " : "",
        key != NULL ? key : "");
}

static void check_parameter(struct checking *c, const struct programme *p,
                            const struct tier *t)
{
    if (t->amount.kind != AMOUNT_PERCENT) {
        return;
    }
    const struct parameter *q = find_parameter(c->p, t->amount.parameter);
    if (q == NULL || q->by == NULL) {
        check_series(c, p, t, NULL);
        return;
    }
    for (size_t i = 0; i < t->when_count; i++) {
        if (strcmp(t->when[i].attribute, q->by) == 0) {
            for (size_t v = 0; v < t->when[i].value_count; v++) {
                check_series(c, p, t, t->when[i].values[v]);
            }
            return;
        }
    }
    check_emit(c, WARNING, t->amount.place, "missing-value",
               "%s: tier \"%s\" does not ask for %s, by which %s goes", p->code,
               t->name, q->by, q->name);
}

static void check_tier_values(struct checking *c, const struct programme *p,
                              const struct tier *t)
{
    char whose[300];
    (void)snprintf(whose, sizeof whose, "%s: tier \"%s\"", p->code, t->name);
    check_values(c, t->when, t->when_count, whose, t->place);
}

static enum status check_programme(struct checking *c, const struct programme *p,
                                   struct diag *d)
{
    TRY(check_tiers_reached(c, p, d));
    check_funds(c, p, &p->funds);
    for (size_t i = 0; i < p->tier_count; i++) {
        check_floor(c, p, &p->tiers[i]);
        check_funds(c, p, &p->tiers[i].funds);
        check_tier_values(c, p, &p->tiers[i]);
        check_parameter(c, p, &p->tiers[i]);
    }
    check_ages(c, p);
    check_overlaps(c, p);
    if (p->citation_text == NULL) {
        check_emit(c, WARNING, p->place, "missing-citation",
                   "%s: the sentence of the document is not quoted", p->code);
    }
    if (p->has_rules) {
        check_windows(c, p);
        check_idle(c, p);
        check_choices(c, p);
    }
    return ST_OK;
}

static void check_documents(struct checking *c)
{
    for (size_t i = 0; i < c->p->end_count; i++) {
        const struct policy_end *end = &c->p->ends[i];
        if (end->document == NULL) {
            check_emit(c, WARNING, end->place, "missing-citation",
                       "the end of %s names no document", end->programme);
        }
    }
    for (size_t i = 0; i < c->p->parameter_count; i++) {
        const struct parameter *q = &c->p->parameters[i];
        for (size_t s = 0; s < q->series_count; s++) {
            for (size_t v = 0; v < q->series[s].value_count; v++) {
                if (q->series[s].values[v].document == NULL) {
                    check_emit(c, WARNING, q->series[s].values[v].place,
                               "missing-citation", "a value of %s names no document",
                               q->name);
                }
            }
        }
    }
}

/* Whole-year amounts stand in one month; which programme is the larger would depend on
 * the month one looks at. */
static void check_member(struct checking *c, const struct conflict *k, const char *code)
{
    const struct programme *p = policy_programme(c->p, code);
    if (p == NULL) {
        check_emit(c, WARNING, k->place, "unknown-programme",
                   "a conflict names %s, which is not in this file", code);
        return;
    }
    for (size_t i = 0; i < p->tier_count; i++) {
        if (p->tiers[i].amount.kind == AMOUNT_PER_YEAR &&
            p->rules.annual == ANNUAL_WHOLE_YEAR) {
            check_emit(c, ERROR, k->place, "whole-year-in-conflict",
                       "%s pays whole years in one month and cannot be in a conflict",
                       code);
            return;
        }
    }
}

static void check_conflicts(struct checking *c)
{
    for (size_t i = 0; i < c->p->conflict_count; i++) {
        const struct conflict *k = &c->p->conflicts[i];
        for (size_t m = 0; m < k->among_count; m++) {
            check_member(c, k, k->among[m]);
        }
        if (k->programme != NULL) {
            check_member(c, k, k->programme);
            check_values(c, k->when, k->when_count, "the conflict", k->place);
        }
    }
    for (size_t i = 0; i < c->p->end_count; i++) {
        const struct policy_end *end = &c->p->ends[i];
        if (policy_programme(c->p, end->programme) == NULL) {
            check_emit(c, WARNING, end->place, "unknown-programme",
                       "ends names %s, which is not in this file", end->programme);
        }
    }
}

static bool tier_asks_for(const struct tier *t, const char *attribute,
                          const char *value)
{
    for (size_t i = 0; i < t->when_count; i++) {
        for (size_t v = 0; v < t->when[i].value_count; v++) {
            if (strcmp(t->when[i].attribute, attribute) == 0 &&
                strcmp(t->when[i].values[v], value) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* A series by a value that no tier asking for the parameter has: mostly a slip of the
 * pen. A file in which no tier uses the parameter raises it for others. */
static void check_series_key(struct checking *c, const struct parameter *q,
                             const struct parameter_series *s)
{
    bool used = false;
    bool asked = false;
    for (size_t i = 0; i < c->p->programme_count; i++) {
        const struct programme *p = &c->p->programmes[i];
        for (size_t t = 0; t < p->tier_count; t++) {
            const struct tier *tier = &p->tiers[t];
            bool uses = tier->amount.kind == AMOUNT_PERCENT &&
                        strcmp(tier->amount.parameter, q->name) == 0;
            used = used || uses;
            asked = asked || (uses && (!tier_asks(tier, q->by) ||
                                       tier_asks_for(tier, q->by, s->key)));
        }
    }
    if (used && !asked) {
        check_emit(c, WARNING, s->place, "unknown-value",
                   "no tier that takes %s asks for the %s \"%s\"", q->name, q->by,
                   s->key);
    }
}

static void check_series_keys(struct checking *c)
{
    for (size_t i = 0; i < c->p->parameter_count; i++) {
        const struct parameter *q = &c->p->parameters[i];
        for (size_t s = 0; q->by != NULL && s < q->series_count; s++) {
            check_series_key(c, q, &q->series[s]);
        }
    }
}

static enum status check_all(struct checking *c, struct diag *d)
{
    for (size_t i = 0; i < c->p->programme_count; i++) {
        TRY(check_programme(c, &c->p->programmes[i], d));
    }
    check_series_keys(c);
    check_documents(c);
    check_conflicts(c);
    return ST_OK;
}

enum status policy_check(const struct policy *p,
                         void (*each)(void *ctx, const struct policy_finding *f),
                         void *ctx, size_t *errors, struct diag *d)
{
    struct checking c = {.p = p, .each = each, .ctx = ctx, .errors_now = true};
    TRY(check_all(&c, d));
    c.errors_now = false;
    TRY(check_all(&c, d));
    *errors = c.errors;
    return ST_OK;
}
