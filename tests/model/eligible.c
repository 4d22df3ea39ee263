/* eligible.c - the model's reading of POLICY-FORMAT section 4, steps 1 to 5: the ruling
 * policy, eligible on a day and in a month, death, the tier. */
#include "tests/model/model_private.h"

static bool came_too_late(const struct life *l, const struct model_policy *policy)
{
    return policy->dead_none && l->death != DAY_NEVER &&
           policy->confirmed_month > month_of_day(l->death);
}

/* What supersedes it must count itself: a policy that leaves the dead alone leaves them
 * the policy they had. */
bool model_counts(const struct life *l, const struct model_policy *policy)
{
    const struct model_world *w = l->world;
    for (int i = 0; i < w->policy_count; i++) {
        const struct model_policy *by = &w->policies[i];
        if (by->supersedes != MODEL_NONE && &w->policies[by->supersedes] == policy &&
            !came_too_late(l, by)) {
            return false;
        }
    }
    return !came_too_late(l, policy);
}

const struct model_policy *model_ruling(const struct life *l, int programme,
                                        int32_t month)
{
    const struct model_policy *best = NULL;
    int32_t best_from = 0;
    bool best_ends = false;
    for (int i = 0; i < l->world->policy_count; i++) {
        const struct model_policy *p = &l->world->policies[i];
        if (!model_counts(l, p)) {
            continue;
        }
        if (p->programmes[programme].defined &&
            p->effective <= month_first_day(month) &&
            (best == NULL || p->effective >= best_from)) {
            best = p;
            best_from = p->effective;
            best_ends = false;
        }
        int32_t end = p->ends_from[programme];
        if (end != MODEL_NONE && end <= month &&
            (best == NULL || month_first_day(end) >= best_from)) {
            best = p;
            best_from = month_first_day(end);
            best_ends = true;
        }
    }
    return best_ends ? NULL : best;
}

static const struct model_tier *tier_by_facts(const struct life *l,
                                              const struct model_policy *policy,
                                              int programme, int32_t day)
{
    const struct model_programme *c = &policy->programmes[programme];
    for (int t = 0; t < c->tier_count; t++) {
        if (model_matches(l, policy, &c->tiers[t].when, c->rules.leap_in_march, day)) {
            return &c->tiers[t];
        }
    }
    return NULL;
}

static const struct model_tier *tier_named(const struct model_programme *c, int name)
{
    for (int t = 0; t < c->tier_count; t++) {
        if (c->tiers[t].name == name) {
            return &c->tiers[t];
        }
    }
    return NULL;
}

const struct model_tier *model_eligible_on(const struct life *l,
                                           const struct model_policy *policy,
                                           int programme, int32_t day)
{
    int32_t d = day > l->death ? l->death : day;
    if (d < l->person->birth) {
        return NULL; // nobody is there yet
    }
    const struct model_fact *decision = model_in_force(l, MA_DECISION, programme, d);
    if (decision != NULL &&
        (decision->value == MD_REFUSE || decision->value == MD_STOP)) {
        return NULL;
    }
    const struct model_tier *by_facts = tier_by_facts(l, policy, programme, d);
    if (decision != NULL && decision->tier != MODEL_NONE) {
        const struct model_tier *named =
            tier_named(&policy->programmes[programme], decision->tier);
        if (named != NULL &&
            tier_by_facts(l, policy, programme, decision->effective) == by_facts) {
            return named;
        }
    }
    return by_facts;
}

/* The latest month another county paid, or MODEL_NONE. */
static int32_t paid_elsewhere(const struct life *l, int programme)
{
    int32_t latest = MODEL_NONE;
    for (int i = 0; i < l->person->fact_count; i++) {
        const struct model_fact *f = &l->person->facts[i];
        if (f->attribute == MA_PAID_ELSEWHERE && !f->voided &&
            (f->programme == MODEL_NONE || f->programme == programme) &&
            f->value > latest) {
            latest = f->value;
        }
    }
    return latest;
}

/* Step 3's table; the paying day, or DAY_NEVER. */
static int32_t paying_day(const struct life *l, const struct model_policy *policy,
                          int programme, int32_t month, enum model_turn start)
{
    enum model_turn stop = policy->programmes[programme].rules.stop;
    int32_t before = month_last_day(month - 1);
    int32_t last = month_last_day(month);
    if (start == stop) {
        int32_t d = start == MT_NEXT_MONTH ? before : last;
        return model_eligible_on(l, policy, programme, d) != NULL ? d : DAY_NEVER;
    }
    if (start == MT_SAME_MONTH) { // some day of these; the last such day
        for (int32_t d = last; d >= before; d--) {
            if (model_eligible_on(l, policy, programme, d) != NULL) {
                return d;
            }
        }
        return DAY_NEVER;
    }
    for (int32_t d = before; d <= last; d++) { // every one of them
        if (model_eligible_on(l, policy, programme, d) == NULL) {
            return DAY_NEVER;
        }
    }
    return before;
}

static int32_t paying_day_by_days(const struct life *l,
                                  const struct model_policy *policy, int programme,
                                  int32_t month)
{
    int days = 0;
    int32_t last = DAY_NEVER;
    for (int32_t d = month_first_day(month); d <= month_last_day(month); d++) {
        if (d <= l->death && model_eligible_on(l, policy, programme, d) != NULL) {
            days++;
            last = d;
        }
    }
    return days >= policy->programmes[programme].rules.days_at_least ? last : DAY_NEVER;
}

static bool stopped_by(const struct life *l, const struct model_policy *policy,
                       int programme, int32_t month, int32_t paying)
{
    const struct model_tier *tier = model_eligible_on(l, policy, programme, paying);
    int32_t end = month_last_day(month);
    end = end > l->death ? l->death : end;
    for (int a = 0; a < MA_STATES; a++) {
        if (policy->programmes[programme].rules.stop_by[a] &&
            !model_condition_holds(l, policy, &tier->when, a, end)) {
            return true;
        }
    }
    return false;
}

/* The latest approve or review decision on or before a day, or DAY_NEVER. */
static int32_t last_decided(const struct life *l, int programme, int32_t day)
{
    int32_t latest = DAY_NEVER;
    for (int i = 0; i < l->person->fact_count; i++) {
        const struct model_fact *f = &l->person->facts[i];
        if (f->attribute == MA_DECISION && !f->voided && f->effective <= day &&
            (f->programme == MODEL_NONE || f->programme == programme) &&
            (f->value == MD_APPROVE || f->value == MD_REVIEW) &&
            (latest == DAY_NEVER || f->effective > latest)) {
            latest = f->effective;
        }
    }
    return latest;
}

static const struct model_tier *tier_of_month(const struct life *l,
                                              const struct model_policy *policy,
                                              int programme, int32_t month,
                                              int32_t paying)
{
    int32_t day = paying;
    switch (policy->programmes[programme].rules.tier_change) {
    case MT_NEXT_MONTH:
        day = month_last_day(month - 1);
        break;
    case MT_SAME_MONTH:
        day = month_last_day(month);
        break;
    case MT_ON_DECISION:
        day = last_decided(l, programme, paying > l->death ? l->death : paying);
        break;
    }
    const struct model_tier *tier =
        day == DAY_NEVER ? NULL : model_eligible_on(l, policy, programme, day);
    return tier != NULL ? tier : model_eligible_on(l, policy, programme, paying);
}

void model_eligible_month(const struct life *l, int programme, int32_t month,
                          struct model_cell *c)
{
    c->eligible = false;
    c->paying_day = DAY_NEVER;
    if (c->policy == NULL) {
        return;
    }
    const struct model_rules *rules = &c->policy->programmes[programme].rules;
    int32_t elsewhere = paid_elsewhere(l, programme);
    if (elsewhere != MODEL_NONE && month <= elsewhere) {
        return;
    }
    enum model_turn start = rules->start;
    if (elsewhere != MODEL_NONE && month == elsewhere + 1) {
        start = MT_SAME_MONTH;
    }
    int32_t paying = rules->days_at_least > 0
                         ? paying_day_by_days(l, c->policy, programme, month)
                         : paying_day(l, c->policy, programme, month, start);
    if (paying == DAY_NEVER || stopped_by(l, c->policy, programme, month, paying)) {
        return;
    }
    if (l->death != DAY_NEVER) { // step 4
        int32_t end = month_of_day(l->death);
        if (month > end || (month == end && rules->stop_on_death != MT_NEXT_MONTH)) {
            return;
        }
    }
    c->eligible = true;
    c->paying_day = paying;
    c->tier = tier_of_month(l, c->policy, programme, month, paying);
}
