/* check_reach.c - finds tiers that can never match, because the rows above them take
 * everybody they ask for. Each row is a box: a range of ages and, for every attribute,
 * a set of values. A row is dead when the boxes above cover it; that is found by
 * cutting off, one row after the other, what a row above takes. The cutting is bounded;
 * beyond the bound a tier is "not checked", never "dead". */
#include "policy/check.h"

#include <stdlib.h>
#include <string.h>

#define DIMENSIONS_MAX 16
#define WORDS 4
#define VALUES_MAX (WORDS * 64 - 1) /* bit 0 stands for every value not named */
#define AGE_TOP 150
#define STEPS_MAX 1000000 /* rows looked at, for all tiers of a programme */

struct set {
    uint64_t bits[WORDS];
};

struct box {
    int32_t age_low;
    int32_t age_high;
    struct set sets[DIMENSIONS_MAX];
};

struct dimension { /* one attribute and all values some row names */
    const char *attribute;
    enum cond_kind kind;
    const char *values[VALUES_MAX];
    size_t count;
};

struct space {
    struct dimension dims[DIMENSIONS_MAX];
    size_t dim_count;
    const struct programme *p;
    struct box *boxes; /* of every tier */
    size_t target;
    size_t steps;
};

static struct dimension *find_dimension(struct space *s, const struct condition *c)
{
    for (size_t i = 0; i < s->dim_count; i++) {
        if (strcmp(s->dims[i].attribute, c->attribute) == 0) {
            return &s->dims[i];
        }
    }
    if (s->dim_count == DIMENSIONS_MAX) {
        return NULL;
    }
    struct dimension *dim = &s->dims[s->dim_count++];
    dim->attribute = c->attribute;
    dim->kind = c->kind;
    return dim;
}

static bool add_value(struct dimension *dim, const char *value)
{
    for (size_t i = 0; i < dim->count; i++) {
        if (strcmp(dim->values[i], value) == 0) {
            return true;
        }
    }
    if (dim->count == VALUES_MAX) {
        return false;
    }
    dim->values[dim->count++] = value;
    return true;
}

static bool add_condition(struct space *s, const struct condition *c)
{
    if (c->kind == COND_AGE) {
        return true;
    }
    struct dimension *dim = find_dimension(s, c);
    bool fits = dim != NULL;
    for (size_t i = 0; fits && i < c->value_count; i++) {
        fits = add_value(dim, c->values[i]);
    }
    return fits;
}

/* False when the rows name more than this check can hold. */
static bool collect(struct space *s)
{
    for (size_t t = 0; t < s->p->tier_count; t++) {
        const struct tier *tier = &s->p->tiers[t];
        for (size_t i = 0; i < tier->when_count; i++) {
            if (!add_condition(s, &tier->when[i])) {
                return false;
            }
        }
    }
    return true;
}

/* Does a condition's value take one of the dimension's? A division takes all below it;
 * "institution" takes every residence but home. */
static bool takes(enum cond_kind kind, const char *wanted, const char *value)
{
    if (kind == COND_REGISTRATION) {
        return strncmp(value, wanted, strlen(wanted)) == 0;
    }
    if (kind == COND_RESIDENCE && strcmp(wanted, "institution") == 0) {
        return strcmp(value, "home") != 0;
    }
    return strcmp(value, wanted) == 0;
}

static struct set set_of(const struct dimension *dim, const struct condition *c)
{
    struct set out = {{0}};
    for (size_t v = 0; v < dim->count; v++) {
        for (size_t i = 0; i < c->value_count; i++) {
            if (takes(dim->kind, c->values[i], dim->values[v])) {
                out.bits[(v + 1) / 64] |= UINT64_C(1) << ((v + 1) % 64);
            }
        }
    }
    return out;
}

static const struct condition *condition_on(const struct tier *t, const char *attribute)
{
    for (size_t i = 0; i < t->when_count; i++) {
        if (strcmp(t->when[i].attribute, attribute) == 0) {
            return &t->when[i];
        }
    }
    return NULL;
}

static void fill_box(const struct space *s, const struct tier *t, struct box *b)
{
    b->age_low = 0;
    b->age_high = AGE_TOP;
    const struct condition *age = condition_on(t, "age");
    if (age != NULL) {
        b->age_low = age->age_low;
        b->age_high = age->age_high < AGE_TOP ? age->age_high : AGE_TOP;
    }
    for (size_t i = 0; i < s->dim_count; i++) {
        const struct condition *c = condition_on(t, s->dims[i].attribute);
        memset(&b->sets[i], 0xff, sizeof b->sets[i]);
        if (c != NULL) {
            b->sets[i] = set_of(&s->dims[i], c);
        }
    }
}

static bool set_meets(const struct set *a, const struct set *b)
{
    for (size_t i = 0; i < WORDS; i++) {
        if ((a->bits[i] & b->bits[i]) != 0) {
            return true;
        }
    }
    return false;
}

/* a without b in *out; false when nothing is left. */
static bool set_minus(const struct set *a, const struct set *b, struct set *out)
{
    uint64_t any = 0;
    for (size_t i = 0; i < WORDS; i++) {
        out->bits[i] = a->bits[i] & ~b->bits[i];
        any |= out->bits[i];
    }
    return any != 0;
}

static bool meets(const struct space *s, const struct box *a, const struct box *b)
{
    bool ok = a->age_low <= b->age_high && b->age_low <= a->age_high;
    for (size_t i = 0; ok && i < s->dim_count; i++) {
        ok = set_meets(&a->sets[i], &b->sets[i]);
    }
    return ok;
}

static size_t dimension_index(const struct space *s, const char *attribute)
{
    size_t i = 0;
    while (i < s->dim_count && strcmp(s->dims[i].attribute, attribute) != 0) {
        i++;
    }
    return i;
}

/* Is all that the target's row lets through on this attribute let through above? */
static bool is_within(const struct space *s, const struct box *above,
                      const char *attribute)
{
    const struct box *below = &s->boxes[s->target];
    size_t i = dimension_index(s, attribute);
    struct set rest;
    if (i == s->dim_count) { /* age */
        return below->age_low >= above->age_low && below->age_high <= above->age_high;
    }
    return !set_minus(&below->sets[i], &above->sets[i], &rest);
}

/* A row that asks how long a condition held takes only who would be asked as much by
 * the row below; anyone else may be too new for it. */
static bool lasts_within(const struct space *s, size_t row)
{
    const struct tier *above = &s->p->tiers[row];
    for (size_t i = 0; i < above->when_count; i++) {
        const struct condition *a = &above->when[i];
        const struct condition *b = condition_on(&s->p->tiers[s->target], a->attribute);
        if (a->for_months > 0 && (b == NULL || b->for_months < a->for_months ||
                                  !is_within(s, &s->boxes[row], a->attribute))) {
            return false;
        }
    }
    return true;
}

static bool covered(struct space *s, const struct box *b, size_t row);

static bool covered_outside_ages(struct space *s, struct box *rest,
                                 const struct box *above, size_t row)
{
    struct box piece = *rest;
    if (rest->age_low < above->age_low) {
        piece.age_high = above->age_low - 1;
        if (!covered(s, &piece, row + 1)) {
            return false;
        }
        rest->age_low = above->age_low;
    }
    if (rest->age_high > above->age_high) {
        piece = *rest;
        piece.age_low = above->age_high + 1;
        if (!covered(s, &piece, row + 1)) {
            return false;
        }
        rest->age_high = above->age_high;
    }
    return true;
}

/* Do the rows from `row` up to the target take all of b? Recursion is bounded by the
 * number of tiers (each step looks at a later row) and by STEPS_MAX. */
static bool covered(struct space *s, const struct box *b, size_t row)
{
    while (row < s->target && s->steps++ < STEPS_MAX &&
           !(meets(s, b, &s->boxes[row]) && lasts_within(s, row))) {
        row++;
    }
    if (row == s->target || s->steps >= STEPS_MAX) {
        return false;
    }
    const struct box *above = &s->boxes[row];
    struct box rest = *b;
    if (!covered_outside_ages(s, &rest, above, row)) {
        return false;
    }
    for (size_t i = 0; i < s->dim_count; i++) {
        struct box piece = rest;
        if (set_minus(&rest.sets[i], &above->sets[i], &piece.sets[i]) &&
            !covered(s, &piece, row + 1)) {
            return false;
        }
        for (size_t w = 0; w < WORDS; w++) {
            rest.sets[i].bits[w] &= above->sets[i].bits[w];
        }
    }
    return true;
}

static void check_rows(struct space *s, enum reach *reach)
{
    bool fits = collect(s);
    for (size_t t = 0; t < s->p->tier_count; t++) {
        fill_box(s, &s->p->tiers[t], &s->boxes[t]);
    }
    for (size_t t = 0; t < s->p->tier_count; t++) {
        s->target = t;
        bool dead = fits && covered(s, &s->boxes[t], 0);
        bool known = fits && s->steps < STEPS_MAX;
        reach[t] = dead ? REACH_NEVER : known ? REACH_YES : REACH_NOT_CHECKED;
    }
}

enum status check_reach(const struct programme *p, enum reach *reach, struct diag *d)
{
    struct space *s = calloc(1, sizeof *s);
    struct box *boxes = calloc(p->tier_count > 0 ? p->tier_count : 1, sizeof *boxes);
    enum status st = ST_OK;
    if (s == NULL || boxes == NULL) {
        st = diag_memory(d);
    } else {
        s->p = p;
        s->boxes = boxes;
        check_rows(s, reach);
    }
    free(boxes);
    free(s);
    return st;
}
