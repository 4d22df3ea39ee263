/* random_world.c - random policy files: every rule and amount of the format in every
 * company, files that change, end, replace and outbid one another. */
#include <string.h>

#include "tests/model/random.h"

static enum model_turn next_or_same(struct chance *c)
{
    return chance_percent(c, 55) ? MT_NEXT_MONTH : MT_SAME_MONTH;
}

const int random_ages[RANDOM_AGES] = {63, 65, 80, 90};

/* ---- when ---- */

static void random_age(struct chance *c, struct model_when *when)
{
    int i = chance_below(c, RANDOM_AGES);
    int kind = chance_below(c, 8);
    when->age_min = kind > 0 ? random_ages[i] : MODEL_NONE;
    when->age_max = MODEL_NONE;
    if (kind == 0) {
        when->age_max = random_ages[i] - 1;
    } else if (kind < 4 && i + 1 < RANDOM_AGES) {
        when->age_max = random_ages[i + 1] - 1;
    }
    when->age_months = chance_percent(c, 4) ? chance_between(c, 1, 3) : 0;
}

static unsigned some_words(struct chance *c, int attribute)
{
    unsigned bits = 0;
    for (int w = 0; w < MODEL_WORDS && model_words[attribute][w] != NULL; w++) {
        if (chance_percent(c, attribute == MA_REGISTRATION && w == 0 ? 70 : 35)) {
            bits |= 1u << w;
        }
    }
    return bits;
}

static void random_when(struct chance *c, int generous, struct model_when *when)
{
    static const int percent[MA_STATES] = {30, 13, 15, 20, 10};
    memset(when, 0, sizeof *when);
    when->age_min = MODEL_NONE;
    when->age_max = MODEL_NONE;
    if (chance_percent(c, 50)) {
        random_age(c, when);
    }
    for (int a = 0; a < MA_STATES; a++) {
        if (chance_percent(c, percent[a] * 100 / generous)) {
            when->any_of[a] = some_words(c, a);
            if (when->any_of[a] != 0 && chance_percent(c, 7)) {
                when->for_months[a] = chance_between(c, 1, 3);
            }
        }
    }
}

/* ---- programmes ---- */

static void random_certification(struct chance *c, struct model_rules *r)
{
    r->certification = (enum model_certification)chance_below(c, 3);
    r->every = chance_between(c, 1, 12);
    r->certification_resume = (enum model_resume)chance_below(c, 4);
    r->certification_months = chance_below(c, 6);
    r->window_count = chance_between(c, 1, 2);
    for (int i = 0; i < r->window_count; i++) {
        struct model_window *w = &r->windows[i];
        w->first_month = 6 * i + chance_between(c, 1, 4);
        w->first_day = chance_percent(c, 50) ? 1 : chance_between(c, 1, 28);
        w->last_month = chance_between(c, w->first_month, 6 * i + 6);
        w->last_day =
            chance_between(c, w->first_month == w->last_month ? w->first_day : 1, 28);
        if (chance_percent(c, 40) && w->last_month != 2) {
            w->last_day = 30;
        }
    }
}

static void random_rules(struct chance *c, struct model_rules *r)
{
    static const int64_t units[] = {1, 1, 10, 100};
    r->start = next_or_same(c);
    r->stop = next_or_same(c);
    r->days_at_least = chance_percent(c, 10) ? chance_between(c, 1, 31) : 0;
    for (int a = 0; a < MA_STATES; a++) {
        r->stop_by[a] = chance_percent(c, 10);
    }
    r->stop_on_death = next_or_same(c);
    r->tier_change = (enum model_turn)chance_below(c, 3);
    r->entry = (enum model_entry)chance_below(c, 3);
    r->entry_from = next_or_same(c);
    r->backdate = (enum model_backdate)chance_below(c, 4);
    r->backdate_months = chance_between(c, 1, 8);
    r->again_needed = chance_percent(c, 40);
    r->keep_enrolled = chance_percent(c, 50);
    r->certification = MC_NONE;
    if (chance_percent(c, 60)) {
        random_certification(c, r);
    }
    r->suspension_resume = chance_percent(c, 50) ? MR_ALL : MR_NONE;
    r->leap_in_march = chance_percent(c, 50);
    r->rounding = (enum model_rounding)chance_below(c, 3);
    r->rounding_unit_fen = units[chance_below(c, 4)];
    r->set_off = 100;
}

static void random_amount(struct chance *c, struct model_tier *t)
{
    static const enum model_amount kinds[] = {
        MM_PER_MONTH, MM_PER_MONTH, MM_PER_MONTH, MM_PER_YEAR, MM_PER_YEAR, MM_PERCENT,
        MM_PERCENT,   MM_APPROVED,  MM_ONCE,      MM_ASK,      MM_NO_RATE};
    t->kind = kinds[chance_below(c, 11)];
    t->fen = chance_percent(c, 50) ? chance_between(c, 1, 6) * 5000
                                   : chance_between(c, 1, 60000);
    t->hundredths = chance_percent(c, 50) ? chance_between(c, 1, 40) * 500
                                          : chance_between(c, 1, 20000);
    t->parameter = chance_below(c, MODEL_PARAMETERS);
}

static void random_tiers(struct chance *c, struct model_programme *p)
{
    int shift = chance_below(c, MODEL_TIERS);
    p->tier_count = chance_between(c, 1, MODEL_TIERS);
    for (int t = 0; t < p->tier_count; t++) {
        p->tiers[t].name = (t + shift) % MODEL_TIERS;
        random_when(c, 100, &p->tiers[t].when);
        random_amount(c, &p->tiers[t]);
    }
}

static void random_programme(struct chance *c, const struct model_programme *before,
                             struct model_programme *p)
{
    if (before != NULL && chance_percent(c, 70)) { // another year of the same
        *p = *before;
        if (chance_percent(c, 40)) {
            random_rules(c, &p->rules);
        }
        random_amount(c, &p->tiers[chance_below(c, p->tier_count)]);
        p->rules.keep_enrolled = chance_percent(c, 60);
        return;
    }
    p->defined = true;
    random_rules(c, &p->rules);
    random_tiers(c, p);
}

/* ---- files ---- */

static void random_parameter(struct chance *c, const struct model_world *w,
                             enum model_attribute by, struct model_parameter *x)
{
    int words = by == MA_WELFARE ? 4 : 3;
    int32_t from = month_first_day(w->first - chance_below(c, 14));
    x->row_count = chance_between(c, 2, MODEL_PARAMETER_ROWS);
    for (int i = 0; i < x->row_count; i++) {
        x->rows[i] = (struct model_parameter_row){.word = chance_below(c, words),
                                                  .from = from,
                                                  .fen = chance_between(c, 1, 99999)};
        from += chance_percent(c, 70) ? chance_between(c, 1, 200) : 365;
        if (chance_percent(c, 50)) {
            from = month_first_day(month_of_day(from) + 1);
        }
    }
}

static void random_conflict(struct chance *c, struct model_conflict *x)
{
    x->rule = (enum model_conflict_rule)chance_below(c, 4);
    random_when(c, 120, &x->when);
    x->member_count =
        x->rule == MX_BLOCKED ? 1 : chance_between(c, 2, MODEL_PROGRAMMES);
    int shift = chance_below(c, MODEL_PROGRAMMES);
    int step = chance_between(c, 1, 2);
    for (int i = 0; i < x->member_count; i++) {
        x->members[i] = (shift + i * step) % MODEL_PROGRAMMES;
    }
}

static void random_values(struct chance *c, struct model_policy *p)
{
    for (int a = 0; a < MA_STATES; a++) {
        bool some = chance_percent(c, a == MA_WELFARE || a == MA_RESIDENCE ? 70 : 10);
        p->defaults[a] = some ? 0 : MODEL_NONE;
        if (some && chance_percent(c, 15)) {
            p->defaults[a] = a == MA_DEPENDENCY ? 1 : 2;
        }
    }
    for (int s = 0; s < MODEL_SCALES; s++) {
        bool listed = chance_percent(c, 80);
        for (int g = 0; g < MODEL_WORDS; g++) {
            bool graded = listed && model_grades[g] != NULL && !chance_percent(c, 10);
            p->scale[s][g] = graded ? chance_below(c, 3) : MODEL_NONE;
        }
    }
}

/* A file declares the parameters it takes percents of. */
static bool uses(const struct model_policy *p, int parameter)
{
    for (int k = 0; k < MODEL_PROGRAMMES; k++) {
        for (int t = 0; t < p->programmes[k].tier_count; t++) {
            const struct model_tier *tier = &p->programmes[k].tiers[t];
            if (tier->kind == MM_PERCENT && tier->parameter == parameter) {
                return true;
            }
        }
    }
    return false;
}

static const struct model_programme *last_of(const struct model_world *w, int until,
                                             int programme)
{
    for (int i = until - 1; i >= 0; i--) {
        if (w->policies[i].programmes[programme].defined) {
            return &w->policies[i].programmes[programme];
        }
    }
    return NULL;
}

static void random_dates(struct chance *c, struct model_world *w, int at)
{
    struct model_policy *p = &w->policies[at];
    int32_t month = at == 0 ? w->first : chance_between(c, w->first, w->last - 2);
    p->effective = month_first_day(month);
    if (chance_percent(c, 10)) {
        p->effective += chance_below(c, 28);
    }
    if (at > 0 && chance_percent(c, 10)) {
        p->effective = w->policies[at - 1].effective;
    }
    int32_t before = at == 0 ? w->first - 3 : w->policies[at - 1].confirmed_month;
    p->confirmed_month = before + chance_below(c, 12);
    p->dead_none = chance_percent(c, 30);
    p->supersedes = at > 0 && chance_percent(c, 20) ? chance_below(c, at) : MODEL_NONE;
}

static void random_policy(struct chance *c, struct model_world *w, int at)
{
    struct model_policy *p = &w->policies[at];
    random_dates(c, w, at);
    random_values(c, p);
    for (int k = 0; k < MODEL_PROGRAMMES; k++) {
        if (chance_percent(c, at == 0 ? 92 : 50)) {
            random_programme(c, last_of(w, at, k), &p->programmes[k]);
        }
        bool ends = at > 0 && chance_percent(c, 8);
        p->ends_from[k] = ends ? chance_between(c, w->first, w->last) : MODEL_NONE;
    }
    for (int i = 0; i < MODEL_PARAMETERS; i++) {
        if (uses(p, i) || chance_percent(c, 20)) {
            random_parameter(c, w, model_parameter_by[i], &p->parameters[i]);
        }
    }
    p->conflict_count = chance_percent(c, 60) ? chance_between(c, 1, 3) : 0;
    for (int i = 0; i < p->conflict_count; i++) {
        random_conflict(c, &p->conflicts[i]);
    }
}

/* How a programme's yearly amounts are cut may change in January only, and a year's
 * amount in one month does not compete: so it is one way for all files of a world. */
static void settle_annual(struct chance *c, struct model_world *w, int programme)
{
    int month = chance_percent(c, 25) ? chance_between(c, 1, 12) : 0;
    for (int i = 0; i < w->policy_count; i++) {
        w->policies[i].programmes[programme].rules.whole_year_in = month;
    }
}

void random_world(struct chance *c, struct model_world *w)
{
    memset(w, 0, sizeof *w);
    w->first = month_make(2022, 1) + chance_below(c, 24);
    w->last = w->first + chance_between(c, 12, 26);
    int kind = chance_below(c, 10);
    w->policy_count = kind < 3 ? 1 : kind < 6 ? 2 : kind < 8 ? 3 : MODEL_POLICIES;
    for (int i = 0; i < w->policy_count; i++) {
        random_policy(c, w, i);
    }
    for (int k = 0; k < MODEL_PROGRAMMES; k++) {
        settle_annual(c, w, k);
        bool taken_over =
            chance_percent(c, 10) && last_of(w, w->policy_count, k) != NULL;
        w->settled_through[k] =
            taken_over ? w->first + chance_between(c, -3, 12) : MODEL_NONE;
    }
}
