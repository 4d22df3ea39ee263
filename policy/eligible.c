/* eligible.c - steps 1 to 5 of POLICY-FORMAT section 4: the ruling policy, the tier on
 * a day, the eligible month and its paying day, death, the month's tier. Where a rule
 * asks about many days, only those are looked at on which something turns. */
#include "policy/eval_private.h"

#include "base/must.h"

#define DAYS_IN_EVERY_MONTH 28

/* ---- ages ---- */

/* The birthday in a year; 29 February in common years by `birthday-29-february`. */
static void birthday_in(const struct eval *x, int32_t year, enum leap_birthday leap,
                        int32_t *month, int32_t *day)
{
    *month = x->birth.month;
    *day = x->birth.day;
    if (*month == 2 && *day == 29 && !date_exists(year, 2, 29)) {
        *month = leap == LEAP_FEB_28 ? 2 : 3;
        *day = leap == LEAP_FEB_28 ? 28 : 1;
    }
}

/* Completed years at the end of the day; -1 before the birth. */
static int32_t find_age(const struct eval *x, int32_t day, enum leap_birthday leap)
{
    if (day < x->person->birth) {
        return -1;
    }
    struct civil c = date_to_civil(day);
    int32_t month;
    int32_t mday;
    birthday_in(x, c.year, leap, &month, &mday);
    bool reached = c.month > month || (c.month == month && c.day >= mday);
    return c.year - x->birth.year - (reached ? 0 : 1);
}

int32_t eval_age(struct eval *x, int32_t day, enum leap_birthday leap)
{
    if (day != x->age_day || leap != x->age_leap) {
        x->age = find_age(x, day, leap);
        x->age_day = day;
        x->age_leap = leap;
    }
    return x->age;
}

int32_t eval_birthday(const struct eval *x, int32_t age, enum leap_birthday leap)
{
    int32_t year = x->birth.year + age;
    if (eval_first_day(year * 12) == DAY_NEVER) {
        return DAY_NEVER;
    }
    int32_t month;
    int32_t day;
    birthday_in(x, year, leap, &month, &day);
    return date_from_civil(year, month, day);
}

/* ---- step 2 ---- */

static bool holds_on(struct eval *x, struct context r, const struct cond *c,
                     int32_t day)
{
    if (c->age) {
        int32_t age = eval_age(x, day, r.leap);
        return age >= c->age_low && age <= c->age_high;
    }
    return value_set_has(c->values, eval_value(x, r.file, c->attribute, day));
}

/* The first day of the N months that end with a day: N months before the day after it,
 * so that N whole calendar months are N months. */
static int32_t months_before(int32_t day, int32_t months)
{
    if (day == DAY_ALWAYS) {
        return day;
    }
    struct civil c = date_to_civil(day + 1);
    int32_t month = c.year * 12 + c.month - 1 - months;
    int32_t first = eval_first_day(month);
    if (first == DAY_ALWAYS) {
        return first;
    }
    int32_t last = month_last_day(month);
    return first + c.day - 1 < last ? first + c.day - 1 : last;
}

/* `for-months`: walks back from fact to fact. Ages hold between where they hold at both
 * ends. */
static bool held_since(struct eval *x, struct context r, const struct cond *c,
                       int32_t day)
{
    int32_t since = months_before(day, c->for_months);
    if (c->age) {
        return holds_on(x, r, c, since);
    }
    while (day >= since) {
        if (!holds_on(x, r, c, day)) {
            return false;
        }
        const struct eval_fact *f = eval_latest(x->all[c->attribute], day);
        if (f != NULL && f->until < day && f->until >= f->effective) {
            day = f->until; /* held without a value since then */
        } else if (f == NULL || f->effective == DAY_ALWAYS) {
            return true;
        } else {
            day = f->effective - 1;
        }
    }
    return true;
}

static bool cond_holds(struct eval *x, struct context r, const struct cond *c,
                       int32_t day)
{
    return holds_on(x, r, c, day) && (c->for_months == 0 || held_since(x, r, c, day));
}

bool eval_conds_hold(struct eval *x, struct context r, struct conds conds, int32_t day)
{
    day = day < x->death ? day : x->death;
    for (size_t i = 0; i < conds.count; i++) {
        if (!cond_holds(x, r, &conds.list[i], day)) {
            return false;
        }
    }
    return true;
}

static struct context context_of(const struct version *v)
{
    return (struct context){.file = v->file, .leap = v->rules->leap};
}

/* The first tier the facts give at the end of a day not after the death, or -1. */
static int tier_by_facts(struct eval *x, const struct version *v, int32_t day)
{
    struct context r = context_of(v);
    for (size_t i = 0; i < v->row_count; i++) {
        if (eval_conds_hold(x, r, v->rows[i].when, day)) {
            return (int)i;
        }
    }
    return -1;
}

static int tier_named(const struct version *v, const struct eval_fact *decision)
{
    for (size_t i = 0; i < v->row_count; i++) {
        if (v->rows[i].name == decision->tier_number) {
            return (int)i;
        }
    }
    return -1;
}

/* E(d): the tier on a day by facts and decisions, or -1; before birth, -1. */
static int tier_on(struct eval *x, const struct version *v, int32_t day)
{
    day = day < x->death ? day : x->death;
    if (day < x->person->birth) {
        return -1;
    }
    const struct eval_fact *decision = eval_decision(x, day);
    if (decision != NULL && decision->value_number != DECISION_APPROVE) {
        return -1;
    }
    int tier = tier_by_facts(x, v, day);
    if (decision == NULL || decision->tier_number < 0) {
        return tier;
    }
    int named = tier_named(v, decision);
    if (named < 0 || tier_by_facts(x, v, decision->effective) != tier) {
        return tier; /* unknown here, or the facts have moved on */
    }
    return named;
}

/* ---- on which days E can turn ---- */

static int32_t later_change(struct span span, unsigned values, int32_t day,
                            int32_t best)
{
    const struct eval_fact *f = eval_latest_in(span, day, values);
    if (f == NULL) {
        return best;
    }
    best = f->effective > best ? f->effective : best;
    return f->until < day && f->until >= best ? f->until + 1 : best;
}

/* The last day in (low, day] on which E may differ from the day before, else low. */
static int32_t last_change(const struct eval *x, const struct version *v, int32_t day,
                           int32_t low)
{
    if (v->daily) {
        return day;
    }
    int32_t best = low;
    for (uint64_t rest = v->attributes; rest != 0; rest &= rest - 1) {
        struct span span = x->all[__builtin_ctzll(rest)];
        best = later_change(span, ANY_VALUE, day, best);
    }
    best = later_change(x->all[ATTR_DECISION], DECIDES_EACH_DAY, day, best);
    best = later_change(x->own[ATTR_DECISION], DECIDES_EACH_DAY, day, best);
    for (size_t i = v->age_count; i-- > 0;) {
        int32_t b = eval_birthday(x, v->ages[i], v->rules->leap);
        if (b <= day) {
            return b > best ? b : best;
        }
    }
    int32_t birth = x->person->birth;
    return birth <= day && birth > best ? birth : best;
}

int32_t eval_alike_since(struct eval *x, const struct version *v, int32_t month)
{
    if (v == NULL || v->daily || month >= x->death_month ||
        v->rules->days_at_least > DAYS_IN_EVERY_MONTH) {
        return month;
    }
    int32_t since = v->first_month;
    since = x->elsewhere + 2 > since ? x->elsewhere + 2 : since;
    if (since >= month) {
        return month;
    }
    int32_t low = month_first_day(since) - 1;
    int32_t change = last_change(x, v, month_last_day(month), low);
    if (change >= month_first_day(month)) {
        return month;
    }
    /* The whole of month - 1, and the last day before it, must lie after the change. */
    int32_t after = month_of_day(change) + 1;
    return after < month ? after : month;
}

/* ---- step 3 ---- */

struct days { /* of a month, from the last day of the month before */
    int32_t from;
    int32_t to;
};

/* The last day with a tier, or DAY_NEVER. */
static int32_t last_eligible(struct eval *x, const struct version *v, struct days days)
{
    int32_t day = days.to;
    while (day >= days.from) {
        if (tier_on(x, v, day) >= 0) {
            return day;
        }
        day = last_change(x, v, day, days.from) - 1;
    }
    return DAY_NEVER;
}

/* The last day without a tier, or DAY_NEVER. */
static int32_t last_without(struct eval *x, const struct version *v, struct days days)
{
    int32_t day = days.to;
    while (day >= days.from) {
        if (tier_on(x, v, day) < 0) {
            return day;
        }
        day = last_change(x, v, day, days.from) - 1;
    }
    return DAY_NEVER;
}

/* `days-at-least`: the paying day if there are enough days, else DAY_NEVER. */
static int32_t enough_days(struct eval *x, const struct version *v, struct days days)
{
    int32_t paying_day = DAY_NEVER;
    int32_t count = 0;
    int32_t day = days.to < x->death ? days.to : x->death;
    while (day >= days.from) {
        int32_t since = last_change(x, v, day, days.from);
        if (tier_on(x, v, day) >= 0) {
            count += day - since + 1;
            paying_day = paying_day == DAY_NEVER ? day : paying_day;
        }
        day = since - 1;
    }
    return count >= v->rules->days_at_least ? paying_day : DAY_NEVER;
}

/* The table of step 3: sets the paying day, or where to look for what is missing. */
static void find_paying_day(struct eval *x, struct standing *st)
{
    const struct rules *r = st->version->rules;
    int32_t before = st->first - 1;
    struct days both = {.from = before, .to = st->last};
    bool start_same = r->start == TIMING_SAME_MONTH || st->month == x->elsewhere + 1;
    bool stop_same = r->stop == TIMING_SAME_MONTH;
    st->failed_day = start_same ? st->last : before;
    if (r->days_at_least > 0) {
        both.from = st->first;
        st->failed_day = st->last;
        st->paying_day = enough_days(x, st->version, both);
    } else if (start_same && !stop_same) {
        st->paying_day = last_eligible(x, st->version, both);
    } else if (!start_same && stop_same) {
        int32_t without = last_without(x, st->version, both);
        st->failed_day = without;
        st->paying_day = without == DAY_NEVER ? before : DAY_NEVER;
    } else {
        int32_t day = start_same ? st->last : before;
        st->paying_day = tier_on(x, st->version, day) >= 0 ? day : DAY_NEVER;
    }
}

/* The first condition of the tier on an attribute of `stop-by` that no longer holds at
 * the end of the month. */
static const struct cond *stopped_by(struct eval *x, const struct standing *st)
{
    const struct version *v = st->version;
    struct conds when = v->rows[st->tier].when;
    if (v->rules->stop_by_count == 0) {
        return NULL;
    }
    int32_t day = st->last < x->death ? st->last : x->death;
    for (size_t i = 0; i < when.count; i++) {
        const struct cond *c = &when.list[i];
        if (c->stop_by && !cond_holds(x, context_of(v), c, day)) {
            return c;
        }
    }
    return NULL;
}

static bool eligible_by_days(struct eval *x, struct standing *st)
{
    find_paying_day(x, st);
    if (st->paying_day == DAY_NEVER) {
        return false;
    }
    st->tier = tier_on(x, st->version, st->paying_day);
    must(st->tier >= 0);
    st->failed_stop_by = stopped_by(x, st);
    if (st->failed_stop_by != NULL) {
        st->paying_day = DAY_NEVER;
        st->tier = -1;
        return false;
    }
    return true;
}

static bool dead(const struct eval *x, const struct standing *st)
{
    return st->month > x->death_month ||
           (st->month == x->death_month &&
            st->version->rules->stop_on_death == TIMING_SAME_MONTH);
}

bool eval_eligible(struct eval *x, int32_t month, struct standing *st)
{
    st->month = month;
    bool asked = month == x->month;
    st->first = asked ? x->first : month_first_day(month);
    st->last = asked ? x->last : month_last_day(month);
    st->version = eval_ruling(x, month);
    st->paying_day = DAY_NEVER;
    st->tier = -1;
    st->failed_stop_by = NULL;
    if (st->version == NULL) {
        st->reason = EVAL_NO_POLICY;
    } else if (month <= x->elsewhere) {
        st->reason = EVAL_PAID_ELSEWHERE;
    } else if (dead(x, st)) {
        st->reason = EVAL_DEAD; /* step 4, first because it is cheapest */
    } else if (!eligible_by_days(x, st)) {
        st->reason = EVAL_NOT_ELIGIBLE;
    } else {
        st->reason = EVAL_GRANTED;
    }
    return st->reason == EVAL_GRANTED;
}

/* The fewest unmet conditions make the nearest tier, the first among equals. */
static const struct cond *nearest_unmet(struct eval *x, const struct version *v,
                                        int32_t day)
{
    const struct cond *nearest = NULL;
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < v->row_count; i++) {
        const struct cond *first = NULL;
        size_t unmet = 0;
        struct conds when = v->rows[i].when;
        for (size_t k = 0; k < when.count && unmet < fewest; k++) {
            if (!cond_holds(x, context_of(v), &when.list[k], day)) {
                first = first == NULL ? &when.list[k] : first;
                unmet++;
            }
        }
        if (unmet < fewest) {
            fewest = unmet;
            nearest = first;
        }
    }
    return nearest;
}

enum eval_reason eval_not_eligible(struct eval *x, const struct standing *st,
                                   const struct condition **unmet)
{
    const struct cond *c = st->failed_stop_by;
    if (c == NULL) {
        int32_t day = st->failed_day < x->death ? st->failed_day : x->death;
        const struct eval_fact *decision = eval_decision(x, day);
        if (decision != NULL && decision->value_number != DECISION_APPROVE) {
            return EVAL_REFUSED;
        }
        c = nearest_unmet(x, st->version, day);
    }
    *unmet = c == NULL ? NULL : c->source;
    return EVAL_NOT_ELIGIBLE;
}

/* ---- step 5 ---- */

/* Under `on-decision`: the date of the latest approve or review, not after the paying
 * day, which after the death is the day of death; else the paying day. */
static int32_t decision_day(const struct eval *x, int32_t paying_day)
{
    paying_day = paying_day < x->death ? paying_day : x->death;
    const struct eval_fact *f = eval_latest_of(
        x, ATTR_DECISION, paying_day, 1u << DECISION_APPROVE | 1u << DECISION_REVIEW);
    return f == NULL ? paying_day : f->effective;
}

int32_t eval_tier_day(const struct eval *x, const struct standing *st)
{
    int32_t day = st->paying_day;
    switch (st->version->rules->tier_change) {
    case TIER_NEXT_MONTH:
        day = st->first - 1;
        break;
    case TIER_SAME_MONTH:
        day = st->last;
        break;
    case TIER_ON_DECISION:
        day = decision_day(x, st->paying_day);
        break;
    }
    return day;
}

int eval_tier(struct eval *x, const struct standing *st)
{
    int32_t day = eval_tier_day(x, st);
    if (day == st->paying_day) {
        return st->tier;
    }
    int tier = tier_on(x, st->version, day);
    return tier >= 0 ? tier : st->tier;
}
