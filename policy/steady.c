/* steady.c - how long a month's results stay what they are, when neither facts nor
 * policies change: the first later month in which any of them could differ.
 *
 * Results turn some months around events: a fact begins or is over, an age is reached,
 * a file or a standard takes effect. How many months before or after it a rule can make
 * an event felt - `for-months`, certification, backdating, resuming - are the echoes of
 * the set, found once; every event is held against all of them, whichever rule they
 * come from. What varies without events (twelfths that do not divide, once, days of a
 * month, settled months) is never steady. So the answer may be too early, never too
 * late: tests/model looks at every month in between. */
#include "policy/eval_private.h"

#include <string.h>

#include "base/must.h"

#define DAYS_IN_EVERY_MONTH 28
#define AHEAD_MAX 1200 /* months; nobody asks about later ones */

/* ---- of a set ---- */

static void add_echo(struct turning *t, int32_t from, int32_t to)
{
    for (size_t i = 0; i < t->echo_count; i++) {
        if (t->echoes[i].from == from && t->echoes[i].to == to) {
            return;
        }
    }
    if (t->echo_count == EVAL_ECHOES_MAX) {
        t->never_steady = true;
        return;
    }
    t->echoes[t->echo_count++] = (struct echo){from, to};
}

static void add_number(int32_t *list, size_t *count, size_t max, int32_t n,
                       struct turning *t)
{
    for (size_t i = 0; i < *count; i++) {
        if (list[i] == n) {
            return;
        }
    }
    if (*count == max) {
        t->never_steady = true;
        return;
    }
    list[(*count)++] = n;
}

static void add_month(struct turning *t, int32_t month)
{
    add_number(t->months, &t->month_count, EVAL_TURNS_MAX, month, t);
}

static void add_conds(struct turning *t, struct conds conds)
{
    for (size_t i = 0; i < conds.count; i++) {
        const struct cond *c = &conds.list[i];
        if (c->for_months > 0) { /* the span ends so many months after, to some days */
            add_echo(t, c->for_months - 1, c->for_months + 1);
        }
        int32_t ages[] = {c->age_low, c->age_high < EVAL_AGE_MAX ? c->age_high + 1 : 0};
        for (size_t k = 0; c->age && k < 2; k++) {
            if (ages[k] > 0) {
                add_number(t->ages, &t->age_count, EVAL_TURNS_MAX, ages[k], t);
            }
        }
    }
}

static void add_resume(struct turning *t, const struct resume *r)
{
    if (r->kind == RESUME_LAST) {
        add_echo(t, -r->months, 1 - r->months);
    }
}

/* What a version's rules make felt elsewhere; `spells` of the echoes tell when a spell
 * can begin, which certifies. */
static void add_rules(struct turning *t, const struct rules *r, size_t spells)
{
    add_resume(t, &r->suspension);
    if (r->entry.backdate == BACKDATE_N) {
        add_echo(t, 1 - r->entry.backdate_months, 1 - r->entry.backdate_months);
    }
    t->from_january = t->from_january || r->entry.backdate == BACKDATE_CALENDAR_YEAR;
    if (r->certification.kind == CERT_NONE) {
        return;
    }
    add_resume(t, &r->certification.resume);
    for (size_t i = 0; r->certification.kind == CERT_EVERY && i < spells; i++) {
        int32_t n = r->certification.every_months;
        add_echo(t, t->echoes[i].from + n, t->echoes[i].to + n);
    }
    for (size_t i = 0;
         r->certification.kind == CERT_WINDOWS && i < r->certification.window_count;
         i++) { /* from the month after a window on, it is the last one */
        int32_t after = r->certification.windows[i].to.month % 12;
        t->windows_over |= 1u << after;
    }
}

/* Every version of every programme, with its rules or its conditions. */
static void add_versions(struct policy_set *s, bool rules, size_t spells)
{
    struct turning *t = &s->turning;
    for (size_t i = 0; i < s->line_count; i++) {
        const struct line *line = &s->lines[i];
        for (size_t k = 0; k < line->version_count; k++) {
            const struct version *v = &line->versions[k];
            if (rules && v->rules != NULL) {
                add_rules(t, v->rules, spells);
            }
            for (size_t n = 0; !rules && n < v->row_count; n++) {
                add_conds(t, v->rows[n].when);
            }
            add_month(t, v->effective_month);
        }
    }
}

void compile_turning(struct policy_set *s)
{
    struct turning *t = &s->turning;
    add_echo(t, 0, 1); /* the day before a month belongs to it */
    add_versions(s, false, 0);
    for (size_t i = 0; i < s->conflict_count; i++) {
        add_conds(t, s->conflicts[i].when);
    }
    add_versions(s, true, t->echo_count);
    for (size_t i = 0; i < s->file_count; i++) {
        add_month(t, compile_first_month(s->files[i].effective));
    }
    for (int i = 0; i < s->names.used[NAMES_PARAMETER]; i++) {
        const struct parameter_table *p = &s->parameters[i];
        for (size_t k = 0; k < p->count; k++) {
            add_month(t, compile_first_month(p->rows[k].from_day));
        }
    }
}

/* ---- of a person ---- */

struct search {
    const struct turning *turning;
    int32_t month; /* results are those of this one */
    int32_t until; /* the first later one found so far that may differ */
};

/* Some of the months from..to may each differ from the one before. */
static void turns(struct search *s, int32_t from, int32_t to)
{
    if (to > s->month && from < s->until) {
        s->until = from > s->month ? from : s->month + 1;
    }
}

static void turn_by_month(struct search *s, int32_t month)
{
    const struct turning *t = s->turning;
    for (size_t i = 0; i < t->echo_count; i++) {
        turns(s, month + t->echoes[i].from, month + t->echoes[i].to);
    }
    if (t->from_january) { /* of the year of a claim to come */
        turns(s, month / 12 * 12, month / 12 * 12);
    }
}

static void turn_by_day(struct search *s, int32_t day)
{
    if (day != DAY_ALWAYS && day != DAY_NEVER) {
        turn_by_month(s, month_of_day(day));
    }
}

static void turn_by_facts(struct search *s, const struct eval_person *p)
{
    for (size_t i = 0; i < p->fact_count; i++) {
        const struct eval_fact *f = &p->facts[i];
        if (f->attribute == ATTR_UNUSED) {
            continue;
        }
        if (f->attribute == ATTR_PAID_ELSEWHERE && f->value_number >= 0) {
            turn_by_month(s, f->value_number + 1);
        }
        turn_by_day(s, f->effective);
        turn_by_day(s, f->until == DAY_NEVER ? DAY_NEVER : f->until + 1);
    }
    for (size_t i = 0; i < p->settled_count; i++) {
        int32_t through = p->settled[i].through_month;
        turns(s, through >= s->month ? s->month + 1 : through, through + 1);
        turn_by_month(s, through);
    }
}

static void turn_by_ages(struct search *s, const struct eval_person *p)
{
    struct eval x;
    x.birth = date_to_civil(p->birth);
    turn_by_day(s, p->birth);
    for (size_t i = 0; i < s->turning->age_count; i++) {
        turn_by_day(s, eval_birthday(&x, s->turning->ages[i], LEAP_FEB_28));
        if (x.birth.month == 2 && x.birth.day == 29) {
            turn_by_day(s, eval_birthday(&x, s->turning->ages[i], LEAP_MAR_1));
        }
    }
}

/* The next month with this number, 1..12; the one after it may differ from it as well.
 */
static int32_t next_with_number(int32_t month, int32_t number)
{
    return month + 1 + (number - month_number(month + 1) + 12) % 12;
}

static void turn_by_calendar(struct search *s)
{
    for (int32_t i = 0; i < 12; i++) {
        if ((s->turning->windows_over >> i & 1) != 0) {
            int32_t month = next_with_number(s->month, i + 1);
            turns(s, month, month);
        }
    }
}

/* What varies from month to month by itself, in the tier of this one. */
static void turn_by_amount(struct search *s, const struct eval_result *r)
{
    int32_t next = s->month + 1;
    const struct rules *rules =
        r->rules != NULL && r->rules->has_rules ? &r->rules->rules : NULL;
    if (rules != NULL && rules->days_at_least > DAYS_IN_EVERY_MONTH) {
        turns(s, next, next);
    }
    if (r->tier == NULL || rules == NULL) {
        return;
    }
    const struct amount *a = &r->tier->amount;
    if (a->kind == AMOUNT_ONCE && r->reason != EVAL_ZERO) {
        turns(s, next, next);
    }
    if (a->kind != AMOUNT_PER_YEAR) {
        return;
    }
    if (rules->annual == ANNUAL_WHOLE_YEAR) {
        int32_t paid = next_with_number(s->month, rules->annual_month);
        int32_t after = next_with_number(s->month, rules->annual_month % 12 + 1);
        turns(s, paid, paid);
        turns(s, after, after);
    } else if (a->fen % 12 != 0) {
        turns(s, next, next);
    }
}

int32_t eval_steady_until(const struct policy_set *s, const struct eval_person *person,
                          int32_t month, const struct eval_result *results)
{
    struct search x = {&s->turning, month, month + AHEAD_MAX};
    if (s->turning.never_steady) {
        return month + 1;
    }
    for (size_t i = 0; i < s->turning.month_count; i++) {
        turn_by_month(&x, s->turning.months[i]);
    }
    for (size_t i = 0; i < s->line_count; i++) {
        turn_by_amount(&x, &results[i]);
    }
    turn_by_calendar(&x);
    turn_by_ages(&x, person);
    turn_by_facts(&x, person);
    must(x.until > month);
    return x.until;
}
