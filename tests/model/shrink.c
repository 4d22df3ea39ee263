/* shrink.c - greedy: tries to do without each part of a case in turn, until nothing
 * more can go. Parts others refer to are made plain, not renumbered. */
#include "tests/model/shrink.h"

#include <string.h>

typedef bool fails_fn(const struct model_world *w, const struct model_person *p);

struct shrinking {
    struct model_world *world;
    struct model_person *person;
    fails_fn *fails;
    struct model_world world_before;
    struct model_person person_before;
    bool smaller;
};

static void begin(struct shrinking *s)
{
    s->world_before = *s->world;
    s->person_before = *s->person;
}

/* Keeps what was tried if it still fails, else takes it back. */
static void end(struct shrinking *s)
{
    if (memcmp(&s->world_before, s->world, sizeof *s->world) == 0 &&
        memcmp(&s->person_before, s->person, sizeof *s->person) == 0) {
        return;
    }
    if (s->fails(s->world, s->person)) {
        s->smaller = true;
        return;
    }
    *s->world = s->world_before;
    *s->person = s->person_before;
}

/* Removes one of `count` items of `size` bytes. */
static void drop(void *items, int *count, size_t size, int at)
{
    char *base = items;
    memmove(base + (size_t)at * size, base + (size_t)(at + 1) * size,
            (size_t)(*count - at - 1) * size);
    --*count;
}

#define DROP_EACH(s, items, count)                                                     \
    for (int drop_i = (count)-1; drop_i >= 0; drop_i--) {                              \
        begin(s);                                                                      \
        drop((items), &(count), sizeof(items)[0], drop_i);                             \
        end(s);                                                                        \
    }

/* Tries another value for one member. */
#define TRY_VALUE(s, member, value)                                                    \
    do {                                                                               \
        begin(s);                                                                      \
        (member) = (value);                                                            \
        end(s);                                                                        \
    } while (0)

static void shrink_person(struct shrinking *s)
{
    struct model_person *p = s->person;
    DROP_EACH(s, p->facts, p->fact_count)
    DROP_EACH(s, p->settled, p->settled_count)
    for (int i = 0; i < p->fact_count; i++) {
        struct model_fact *f = &p->facts[i];
        TRY_VALUE(s, f->until, DAY_NEVER);
        TRY_VALUE(s, f->programme, MODEL_NONE);
        TRY_VALUE(s, f->tier, MODEL_NONE);
        TRY_VALUE(s, f->amount_fen, -1);
    }
}

static void shrink_when(struct shrinking *s, struct model_when *when)
{
    begin(s);
    when->age_min = MODEL_NONE;
    when->age_max = MODEL_NONE;
    when->age_months = 0;
    end(s);
    for (int a = 0; a < MA_STATES; a++) {
        begin(s);
        when->any_of[a] = 0;
        when->for_months[a] = 0;
        end(s);
        TRY_VALUE(s, when->for_months[a], 0);
    }
}

static void shrink_rules(struct shrinking *s, struct model_rules *r)
{
    TRY_VALUE(s, r->days_at_least, 0);
    TRY_VALUE(s, r->start, MT_NEXT_MONTH);
    TRY_VALUE(s, r->stop, MT_NEXT_MONTH);
    TRY_VALUE(s, r->stop_on_death, MT_NEXT_MONTH);
    TRY_VALUE(s, r->tier_change, MT_NEXT_MONTH);
    TRY_VALUE(s, r->entry, ME_AUTOMATIC);
    TRY_VALUE(s, r->entry_from, MT_SAME_MONTH);
    TRY_VALUE(s, r->backdate, MB_NONE);
    TRY_VALUE(s, r->again_needed, false);
    TRY_VALUE(s, r->keep_enrolled, false);
    TRY_VALUE(s, r->certification, MC_NONE);
    TRY_VALUE(s, r->certification_resume, MR_ALL);
    TRY_VALUE(s, r->suspension_resume, MR_ALL);
    TRY_VALUE(s, r->leap_in_march, false);
    TRY_VALUE(s, r->whole_year_in, 0);
    TRY_VALUE(s, r->rounding, MO_HALF_UP);
    TRY_VALUE(s, r->rounding_unit_fen, 1);
    DROP_EACH(s, r->windows, r->window_count)
    for (int a = 0; a < MA_STATES; a++) {
        TRY_VALUE(s, r->stop_by[a], false);
    }
}

static void shrink_programme(struct shrinking *s, struct model_programme *c)
{
    if (!c->defined) {
        return;
    }
    TRY_VALUE(s, c->defined, false);
    if (!c->defined) {
        return;
    }
    for (int t = c->tier_count - 1; t >= 0 && c->tier_count > 1; t--) {
        begin(s);
        drop(c->tiers, &c->tier_count, sizeof c->tiers[0], t);
        end(s);
    }
    for (int t = 0; t < c->tier_count; t++) {
        shrink_when(s, &c->tiers[t].when);
        TRY_VALUE(s, c->tiers[t].kind, MM_PER_MONTH);
    }
    shrink_rules(s, &c->rules);
}

static void shrink_policy(struct shrinking *s, struct model_policy *p)
{
    for (int c = 0; c < MODEL_PROGRAMMES; c++) {
        shrink_programme(s, &p->programmes[c]);
        TRY_VALUE(s, p->ends_from[c], MODEL_NONE);
    }
    DROP_EACH(s, p->conflicts, p->conflict_count)
    for (int i = 0; i < p->conflict_count; i++) {
        shrink_when(s, &p->conflicts[i].when);
    }
    for (int i = 0; i < MODEL_PARAMETERS; i++) {
        DROP_EACH(s, p->parameters[i].rows, p->parameters[i].row_count)
    }
    TRY_VALUE(s, p->dead_none, false);
    TRY_VALUE(s, p->supersedes, MODEL_NONE);
    for (int a = 0; a < MA_STATES; a++) {
        TRY_VALUE(s, p->defaults[a], MODEL_NONE);
    }
    for (int i = 0; i < MODEL_SCALES; i++) {
        for (int g = 0; g < MODEL_WORDS; g++) {
            TRY_VALUE(s, p->scale[i][g], MODEL_NONE);
        }
    }
}

void shrink_case(struct model_world *w, struct model_person *p, fails_fn *fails)
{
    struct shrinking s = {.world = w, .person = p, .fails = fails};
    do {
        s.smaller = false;
        shrink_person(&s);
        begin(&s);
        w->policy_count--;
        if (w->policy_count > 0) {
            end(&s);
        } else {
            w->policy_count++;
        }
        for (int i = 0; i < w->policy_count; i++) {
            shrink_policy(&s, &w->policies[i]);
        }
        for (int c = 0; c < MODEL_PROGRAMMES; c++) {
            TRY_VALUE(&s, w->settled_through[c], MODEL_NONE);
        }
    } while (s.smaller);
}
