/* enter.c - the model's reading of POLICY-FORMAT section 4, steps 6 to 8: spells and
 * entry, suspension, certification. A row of months is gone through in order, so what
 * earlier months gave is there; eligibility is there for all months. */
#include "tests/model/model_private.h"

static bool eligible(const struct life *l, int programme, int32_t month)
{
    return month >= l->world->first && model_cell_of(l, programme, month)->eligible;
}

static int32_t spell_begin(const struct life *l, int programme, int32_t month)
{
    while (eligible(l, programme, month - 1)) {
        month--;
    }
    return month;
}

/* The last month of the spell before the one that begins in a month, or MODEL_NONE. */
static int32_t spell_before(const struct life *l, int programme, int32_t begin)
{
    for (int32_t m = begin - 1; m >= l->world->first; m--) {
        if (eligible(l, programme, m)) {
            return m;
        }
    }
    return MODEL_NONE;
}

/* Has the person an amount of the programme for the month before the ruling policy's
 * effective month, and does that policy keep whom it finds? */
static bool is_kept(const struct life *l, int programme, const struct model_policy *p)
{
    int32_t before = month_of_day(p->effective) - 1;
    if (!p->programmes[programme].rules.keep_enrolled) {
        return false;
    }
    return before >= l->world->first &&
           model_cell_of(l, programme, before)->step9_fen > 0;
}

/* The last day of the month the programme was settled through, for who is in it: the
 * month has no day of its own, and this one leaves nobody short of a certification. */
static int32_t settled_day(const struct life *l, int programme)
{
    if (!model_in_history(l, programme)) {
        return DAY_NEVER;
    }
    return month_last_day(l->world->settled_through[programme]);
}

static int32_t earlier(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* The day of entry for the spell that begins in a month, or DAY_NEVER. */
static int32_t entry_day(const struct life *l, int programme, int32_t begin,
                         const struct model_policy *policy)
{
    const struct model_rules *rules = &policy->programmes[programme].rules;
    if (rules->entry == ME_AUTOMATIC) {
        return month_first_day(begin);
    }
    int32_t from_day = DAY_ALWAYS;
    if (rules->again_needed) {
        int32_t before = spell_before(l, programme, begin);
        from_day = before == MODEL_NONE ? DAY_ALWAYS : month_first_day(before + 1);
    }
    int attribute = rules->entry == ME_CLAIM ? MA_CLAIM : MA_DECISION;
    int32_t day = model_first_event(l, attribute, programme, from_day);
    int32_t settled = settled_day(l, programme);
    if (settled >= from_day) {
        day = earlier(day, settled);
    }
    if (is_kept(l, programme, policy) && policy->effective >= from_day) {
        day = earlier(day, policy->effective);
    }
    return day;
}

static bool granted_by_entry(const struct model_rules *rules, int32_t entry,
                             int32_t month)
{
    if (rules->entry == ME_AUTOMATIC) {
        return true;
    }
    if (month > entry || (month == entry && rules->entry_from == MT_SAME_MONTH)) {
        return true;
    }
    switch (rules->backdate) {
    case MB_NONE:
        return false;
    case MB_ALL:
        return true;
    case MB_CALENDAR_YEAR:
        return month_year(month) == month_year(entry);
    case MB_MONTHS:
        return month > entry - rules->backdate_months;
    }
    return false;
}

static bool asks_certification(const struct life *l, int programme, int32_t month)
{
    if (month < l->world->first) {
        return false;
    }
    const struct model_policy *p = model_cell_of(l, programme, month)->policy;
    return p != NULL && p->programmes[programme].rules.certification != MC_NONE;
}

/* Is there a certification on one of the days from..to? `spell` is the day the entry
 * certifies, `policy` the ruling one. The earliest such day, or DAY_NEVER. */
static int32_t certified_between(const struct life *l, int programme, int32_t spell,
                                 const struct model_policy *policy, int32_t from,
                                 int32_t to)
{
    int32_t first = model_first_event(l, MA_CERTIFIED, programme, from);
    if (spell >= from) {
        first = earlier(first, spell);
    }
    int32_t settled = settled_day(l, programme);
    if (settled >= from) {
        first = earlier(first, settled);
    }
    if (is_kept(l, programme, policy) && policy->effective >= from) {
        first = earlier(first, policy->effective);
    }
    for (int32_t m = l->world->first; m <= l->world->last; m++) {
        if (month_first_day(m) >= from && asks_certification(l, programme, m) &&
            !asks_certification(l, programme, m - 1)) {
            first = earlier(first, month_first_day(m));
        }
    }
    return first <= to ? first : DAY_NEVER;
}

/* The first day of the last window that ended before a month. */
static int32_t last_window(const struct model_rules *rules, int32_t month)
{
    int32_t first = DAY_ALWAYS;
    int32_t last = DAY_ALWAYS;
    for (int32_t year = month_year(month) - 1; year <= month_year(month); year++) {
        for (int i = 0; i < rules->window_count; i++) {
            const struct model_window *x = &rules->windows[i];
            int32_t end = date_from_civil(year, x->last_month, x->last_day);
            if (end < month_first_day(month) && end > last) {
                last = end;
                first = date_from_civil(year, x->first_month, x->first_day);
            }
        }
    }
    return first;
}

static bool is_certified(const struct life *l, int programme, int32_t month,
                         const struct model_policy *policy, int32_t spell)
{
    const struct model_rules *rules = &policy->programmes[programme].rules;
    int32_t from = rules->certification == MC_EVERY
                       ? month_first_day(month - rules->every + 1)
                       : last_window(rules, month);
    return certified_between(l, programme, spell, policy, from,
                             month_last_day(month)) != DAY_NEVER;
}

static bool resumed(const struct life *l, int programme, int32_t month,
                    const struct model_policy *policy, int32_t spell)
{
    const struct model_rules *rules = &policy->programmes[programme].rules;
    int32_t next = certified_between(l, programme, spell, policy,
                                     month_first_day(month + 1), DAY_NEVER - 1);
    if (next == DAY_NEVER) {
        return false;
    }
    int32_t k = month_of_day(next);
    int32_t begin = month;
    switch (rules->certification_resume) {
    case MR_ALL:
        return true;
    case MR_NONE:
        return false;
    case MR_LAST:
        return month >= k - rules->certification_months;
    case MR_UNLESS_OVER:
        while (begin > l->world->first &&
               model_cell_of(l, programme, begin - 1)->uncertified) {
            begin--;
        }
        return k - begin <= rules->certification_months;
    }
    return false;
}

void model_enter(const struct life *l, int programme, int32_t month,
                 struct model_cell *c)
{
    if (!c->eligible) {
        return;
    }
    const struct model_rules *rules = &c->policy->programmes[programme].rules;
    int32_t begin = spell_begin(l, programme, month);
    int32_t day = entry_day(l, programme, begin, c->policy);
    if (day == DAY_NEVER) {
        return;
    }
    int32_t e = month_of_day(day);
    bool kept_now = day <= c->policy->effective && is_kept(l, programme, c->policy) &&
                    (!rules->again_needed || month_of_day(c->policy->effective) >
                                                 spell_before(l, programme, begin));
    c->granted = kept_now || granted_by_entry(rules, e, month);
    int32_t paying = c->paying_day > l->death ? l->death : c->paying_day; // step 7
    const struct model_fact *suspension =
        model_in_force(l, MA_SUSPENDED, programme, paying);
    if (suspension != NULL &&
        (rules->suspension_resume == MR_NONE || suspension->until == DAY_NEVER)) {
        c->granted = false;
    }
    if (rules->certification == MC_NONE || month < e) { // step 8
        return;
    }
    int32_t first = month_first_day(begin);
    int32_t spell = day > first ? day : first;
    c->uncertified = !is_certified(l, programme, month, c->policy, spell);
    if (c->uncertified && !resumed(l, programme, month, c->policy, spell)) {
        c->granted = false;
    }
}
