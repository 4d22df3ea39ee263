/* entry.c - step 6 of POLICY-FORMAT section 4: spells of eligible months, the entry
 * that a month builds on, how far it reaches back, and who is kept enrolled. Walks over
 * months go back to the programme's first month at most, and skip what is alike. */
#include "policy/eval_private.h"

#include "base/must.h"

enum kept { KEPT_UNKNOWN, KEPT_NO, KEPT_YES };

#define BEFORE_ALL_MONTHS (MONTH_LONG_AGO - 1)

int32_t eval_spell_start(struct eval *x, int32_t month, int32_t enough)
{
    const struct version *v = eval_ruling(x, month);
    for (;;) {
        month = eval_alike_since(x, v, month);
        if (month <= enough || month <= x->line->first_month) {
            return month;
        }
        struct standing st;
        if (!eval_eligible(x, month - 1, &st)) {
            return month;
        }
        month--;
        v = st.version;
    }
}

/* The last month of the spell before the one that starts here. */
static int32_t last_spell_end(struct eval *x, int32_t start)
{
    int32_t month = start - 1;
    while (month >= x->line->first_month) {
        struct standing st;
        if (eval_eligible(x, month, &st)) {
            return month;
        }
        month = eval_alike_since(x, st.version, month) - 1;
    }
    return BEFORE_ALL_MONTHS;
}

static int entry_attribute(const struct rules *r)
{
    return r->entry.by == ENTRY_CLAIM ? ATTR_CLAIM : ATTR_DECISION;
}

/* `again: needed`: entries count after this month. When the spell of the month reaches
 * back to the first entry there is, the one before it does not matter. */
static int32_t entries_after(struct eval *x, const struct standing *st)
{
    const struct rules *r = st->version->rules;
    if (!r->entry.again_needed) {
        return BEFORE_ALL_MONTHS;
    }
    int32_t first = INT32_MAX;
    int32_t day = eval_first_event(x, entry_attribute(r), BEFORE_ALL_MONTHS);
    if (day != DAY_NEVER) {
        first = eval_month_of(day);
    }
    if (r->entry.keep_enrolled) {
        int32_t kept = st->version->effective_month;
        first = kept < first ? kept : first;
    }
    if (x->in_history) {
        first = x->settled < first ? x->settled : first;
    }
    if (first == INT32_MAX) {
        return BEFORE_ALL_MONTHS;
    }
    int32_t start = eval_spell_start(x, st->month, first);
    return start <= first ? BEFORE_ALL_MONTHS : last_spell_end(x, start);
}

/* The earliest of what counts as an entry: claim or approval, kept, in the history. */
static struct entry first_entry(struct eval *x, const struct standing *st)
{
    const struct version *v = st->version;
    int32_t after = entries_after(x, st);
    struct entry e = {.day = eval_first_event(x, entry_attribute(v->rules), after)};
    e.month = e.day == DAY_NEVER ? INT32_MAX : eval_month_of(e.day);
    if (v->rules->entry.keep_enrolled) {
        int32_t month = v->effective_month;
        if (month > after && month <= e.month && eval_kept(x, v)) {
            e.day = e.day < v->effective ? e.day : v->effective;
            e.month = month;
            e.kept = true;
        }
    }
    if (x->in_history && x->settled > after && x->settled < e.month) {
        e.day = month_last_day(x->settled); /* step 11 */
        e.month = x->settled;
        e.kept = false;
    }
    return e;
}

struct entry eval_find_entry(struct eval *x, const struct standing *st)
{
    const struct rules *r = st->version->rules;
    if (r->entry.by != ENTRY_AUTOMATIC) {
        return first_entry(x, st);
    }
    /* Entered in the spell's first month, which only certification asks for. */
    int32_t month = st->month;
    if (r->certification.kind != CERT_NONE) {
        month = eval_spell_start(x, month, MONTH_LONG_AGO);
    }
    return (struct entry){.day = month_first_day(month), .month = month};
}

bool eval_entry_grants(const struct rules *r, struct entry e, int32_t month)
{
    if (r->entry.by == ENTRY_AUTOMATIC) {
        return true;
    }
    if (e.day == DAY_NEVER) {
        return false;
    }
    if (month > e.month) {
        return true;
    }
    if (month == e.month && (r->entry.from == ENTRY_FROM_MONTH || e.kept)) {
        return true;
    }
    switch (r->entry.backdate) {
    case BACKDATE_NONE:
        return false;
    case BACKDATE_ALL:
        return true;
    case BACKDATE_CALENDAR_YEAR:
        return month >= e.month / 12 * 12;
    case BACKDATE_N:
        return month > e.month - r->entry.backdate_months;
    }
    return false;
}

static bool has_amount_before(struct eval *x, const struct version *v)
{
    struct eval_result r;
    eval_grant(x, v->effective_month - 1, &r);
    return r.amount_fen > 0;
}

/* The month before a version is ruled by an earlier one, which may keep people as well:
 * answers are found from the earliest on and remembered, so that the question asked
 * inside is always answered already. */
bool eval_kept(struct eval *x, const struct version *v)
{
    must(v >= x->line->versions && v < x->line->versions + x->line->version_count);
    size_t wanted = (size_t)(v - x->line->versions);
    for (size_t i = 0; i <= wanted; i++) {
        const struct version *w = &x->line->versions[i];
        if (x->kept[i] != KEPT_UNKNOWN) {
            continue;
        }
        x->kept[i] = KEPT_NO;
        if (w->programme != NULL && w->rules->entry.keep_enrolled &&
            x->counts[w->file_index] && has_amount_before(x, w)) {
            x->kept[i] = KEPT_YES;
        }
    }
    return x->kept[wanted] == KEPT_YES;
}
