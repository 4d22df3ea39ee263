/* certify.c - steps 7 and 8 of POLICY-FORMAT section 4: suspension, and certification
 * with what a lapse costs once it is made good. */
#include "policy/eval_private.h"

/* ---- step 7 ---- */

/* Suspended from its first month to the one before `resumed`, both known. */
static bool resumes(const struct resume *r, int32_t month, int32_t first,
                    int32_t resumed)
{
    switch (r->kind) {
    case RESUME_ALL:
        return true;
    case RESUME_NONE:
        return false;
    case RESUME_LAST:
        return month >= resumed - r->months;
    case RESUME_UNLESS_OVER:
        return resumed - first <= r->months;
    }
    return false;
}

bool eval_suspended(const struct eval *x, const struct standing *st)
{
    if (x->all[ATTR_SUSPENDED].n == 0 && x->own[ATTR_SUSPENDED].n == 0) {
        return false;
    }
    int32_t day = st->paying_day < x->death ? st->paying_day : x->death;
    const struct eval_fact *f = eval_latest_of(x, ATTR_SUSPENDED, day, ANY_VALUE);
    if (f == NULL || f->until < day) {
        return false;
    }
    if (f->until == DAY_NEVER) {
        return true;
    }
    /* A paying day in the month before moves all months of the suspension by one. */
    int32_t shift = day < st->first ? 1 : 0;
    int32_t first = eval_month_of(f->effective) + shift;
    int32_t resumed = month_of_day(f->until + 1) + shift;
    return !resumes(&st->version->rules->suspension, st->month, first, resumed);
}

/* ---- step 8 ---- */

static int32_t day_in(int32_t year, struct month_day md)
{
    int32_t month = month_make(year, md.month);
    int32_t last = month_last_day(month);
    int32_t day = month_first_day(month) + md.day - 1;
    return day < last ? day : last; /* 29 February */
}

/* The first day of the last window that ended before the month. */
static int32_t last_window(const struct rules *r, const struct standing *st)
{
    int32_t year = month_year(st->month);
    int32_t from = DAY_ALWAYS;
    int32_t latest = DAY_ALWAYS;
    for (size_t i = 0; i < r->certification.window_count; i++) {
        int32_t y = year;
        int32_t end = day_in(y, r->certification.windows[i].to);
        if (end >= st->first) {
            y--;
            end = day_in(y, r->certification.windows[i].to);
        }
        if (end > latest) {
            latest = end;
            from = day_in(y, r->certification.windows[i].from);
        }
    }
    return from;
}

int32_t eval_certify_since(const struct standing *st)
{
    const struct rules *r = st->version->rules;
    if (r->certification.kind == CERT_EVERY) {
        return eval_first_day(st->month - r->certification.every_months + 1);
    }
    return last_window(r, st);
}

static bool asks(const struct version *v)
{
    return v != NULL && v->rules->certification.kind != CERT_NONE;
}

/* The first day, not before the given one, of a month in which a policy first asks
 * after one that did not; it certifies. */
static int32_t first_asking(const struct eval *x, int32_t from)
{
    int32_t best = DAY_NEVER;
    for (size_t i = 0; i < x->line->version_count; i++) {
        const struct version *v = &x->line->versions[i];
        if (v->programme == NULL || !asks(v)) {
            continue;
        }
        int32_t day = month_first_day(v->first_month);
        if (day >= from && day < best && eval_ruling(x, v->first_month) == v &&
            !asks(eval_ruling(x, v->first_month - 1))) {
            best = day;
        }
    }
    return best;
}

static bool certified_by_fact(const struct eval *x, const struct standing *st,
                              int32_t since)
{
    int32_t until = st->last < x->death ? st->last : x->death;
    const struct eval_fact *f = eval_latest_of(x, ATTR_CERTIFIED, until, ANY_VALUE);
    return f != NULL && f->effective >= since;
}

/* Entry, being kept, the history (step 11), a policy that begins to ask. */
static bool certified_by_rule(struct eval *x, const struct standing *st, struct entry e,
                              int32_t since)
{
    const struct version *v = st->version;
    if (e.day >= since && e.day <= st->last) {
        return true;
    }
    if (x->in_history && month_last_day(x->settled) >= since &&
        x->settled <= st->month) {
        return true;
    }
    if (first_asking(x, since) <= st->last) {
        return true;
    }
    return v->rules->entry.keep_enrolled && v->effective >= since &&
           v->effective <= st->last && eval_kept(x, v);
}

/* An entry before its spell certifies on the spell's first day. */
static bool certified_by_spell(struct eval *x, const struct standing *st, int32_t since)
{
    int32_t enough = eval_month_of(since) - 1;
    return month_first_day(eval_spell_start(x, st->month, enough)) >= since;
}

static bool is_certified(struct eval *x, const struct standing *st, struct entry e)
{
    int32_t since = eval_certify_since(st);
    return certified_by_fact(x, st, since) || certified_by_rule(x, st, e, since) ||
           certified_by_spell(x, st, since);
}

static bool lapsed(struct eval *x, int32_t month)
{
    struct standing st;
    if (!eval_eligible(x, month, &st) || !asks(st.version)) {
        return false;
    }
    struct entry e = eval_find_entry(x, &st);
    return e.day != DAY_NEVER && month >= e.month && !is_certified(x, &st, e);
}

static int32_t first_lapsed(struct eval *x, int32_t month)
{
    while (month > x->line->first_month && lapsed(x, month - 1)) {
        month--;
    }
    return month;
}

int32_t eval_certify_next(const struct eval *x, const struct standing *st)
{
    int32_t day = eval_first_event(x, ATTR_CERTIFIED, st->month);
    int32_t asking = first_asking(x, st->last + 1);
    day = asking < day ? asking : day;
    return day == DAY_NEVER ? INT32_MAX : month_of_day(day);
}

bool eval_certified(struct eval *x, const struct standing *st, struct entry e)
{
    const struct resume *resume = &st->version->rules->certification.resume;
    if (!asks(st->version) || st->month < e.month || is_certified(x, st, e)) {
        return true;
    }
    int32_t next = eval_certify_next(x, st);
    if (next == INT32_MAX) {
        return false;
    }
    int32_t first = st->month;
    if (resume->kind == RESUME_UNLESS_OVER) {
        first = first_lapsed(x, st->month);
    }
    return resumes(resume, st->month, first, next);
}
