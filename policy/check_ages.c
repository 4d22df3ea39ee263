/* check_ages.c - gaps and overlaps in the ages of a programme's tiers. Both may be
 * meant; both are more often a 79 that should be an 80. */
#include "policy/check.h"

#include <string.h>

/* Ages of the tier, or all of them. */
static void ages_of(const struct tier *t, int32_t *low, int32_t *high)
{
    *low = 0;
    *high = INT32_MAX;
    for (size_t i = 0; i < t->when_count; i++) {
        if (t->when[i].kind == COND_AGE) {
            *low = t->when[i].age_low;
            *high = t->when[i].age_high;
        }
    }
}

/* The first age from `age` on that some tier covers, or INT32_MAX. */
static int32_t next_age(const struct programme *p, int32_t age)
{
    int32_t best = INT32_MAX;
    for (size_t i = 0; i < p->tier_count; i++) {
        int32_t low = 0;
        int32_t high = 0;
        ages_of(&p->tiers[i], &low, &high);
        int32_t first = low > age ? low : age;
        if (first <= high && first < best) {
            best = first;
        }
    }
    return best;
}

/* The last age up to which tiers follow each other without a gap. */
static int32_t last_age(const struct programme *p, int32_t age)
{
    int32_t last = age;
    for (size_t round = 0; round < p->tier_count; round++) {
        for (size_t i = 0; i < p->tier_count; i++) {
            int32_t low = 0;
            int32_t high = 0;
            ages_of(&p->tiers[i], &low, &high);
            bool joins = low <= last || low - 1 == last;
            last = joins && high > last ? high : last;
        }
    }
    return last;
}

void check_ages(struct checking *c, const struct programme *p)
{
    int32_t age = next_age(p, 0);
    for (size_t i = 0; i < p->tier_count && age != INT32_MAX; i++) {
        int32_t last = last_age(p, age);
        int32_t next = last == INT32_MAX ? INT32_MAX : next_age(p, last + 1);
        if (next != INT32_MAX) {
            check_emit(c, WARNING, p->place, "age-gap",
                       "%s: no tier for the ages %d to %d", p->code, (int)last + 1,
                       (int)next - 1);
        }
        age = next;
    }
}

static bool takes(const struct condition *a, const char *wanted, const char *value)
{
    if (a->kind == COND_REGISTRATION) {
        return strncmp(value, wanted, strlen(wanted)) == 0;
    }
    if (a->kind == COND_RESIDENCE && strcmp(wanted, "institution") == 0) {
        return strcmp(value, "home") != 0;
    }
    return strcmp(value, wanted) == 0;
}

static bool values_meet(const struct condition *a, const struct condition *b)
{
    for (size_t i = 0; i < a->value_count; i++) {
        for (size_t k = 0; k < b->value_count; k++) {
            if (takes(a, a->values[i], b->values[k]) ||
                takes(b, b->values[k], a->values[i])) {
                return true;
            }
        }
    }
    return false;
}

/* Could one person fulfil what both rows ask beside the age? */
static bool others_meet(const struct tier *a, const struct tier *b)
{
    for (size_t i = 0; i < a->when_count; i++) {
        for (size_t k = 0; k < b->when_count; k++) {
            if (a->when[i].kind != COND_AGE &&
                strcmp(a->when[i].attribute, b->when[k].attribute) == 0 &&
                !values_meet(&a->when[i], &b->when[k])) {
                return false;
            }
        }
    }
    return true;
}

static void check_pair(struct checking *c, const struct programme *p,
                       const struct tier *a, const struct tier *b)
{
    int32_t low[2];
    int32_t high[2];
    ages_of(a, &low[0], &high[0]);
    ages_of(b, &low[1], &high[1]);
    bool within = (low[0] <= low[1] && high[1] <= high[0]) ||
                  (low[1] <= low[0] && high[0] <= high[1]);
    int32_t from = low[0] > low[1] ? low[0] : low[1];
    int32_t to = high[0] < high[1] ? high[0] : high[1];
    if (!within && from <= to && others_meet(a, b)) {
        check_emit(c, WARNING, b->place, "age-overlap",
                   "%s: tiers \"%s\" and \"%s\" both have the ages %d to %d; the "
                   "upper one takes them",
                   p->code, a->name, b->name, (int)from, (int)to);
    }
}

void check_overlaps(struct checking *c, const struct programme *p)
{
    for (size_t i = 0; i < p->tier_count; i++) {
        for (size_t k = i + 1; k < p->tier_count; k++) {
            check_pair(c, p, &p->tiers[i], &p->tiers[k]);
        }
    }
}
