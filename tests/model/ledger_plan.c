/* ledger_plan.c - a random county: a world of the model four years later, when the
 * fixture's clock begins, and people whose facts can stand in files. */
#include <stdio.h>
#include <string.h>

#include "policy/policy.h"
#include "tests/model/describe.h"
#include "tests/model/engine.h"
#include "tests/model/ledger_county.h"

#define WORLDS_TRIED 400
#define SHIFT_MONTHS 48
#define SHIFT_DAYS 1461 /* the same, from any day of 2022 to 2096 */

static void shift_policy(struct model_policy *p)
{
    p->effective += SHIFT_DAYS;
    for (int i = 0; i < MODEL_PARAMETERS; i++) {
        for (int r = 0; r < p->parameters[i].row_count; r++) {
            p->parameters[i].rows[r].from += SHIFT_DAYS;
        }
    }
    for (int k = 0; k < MODEL_PROGRAMMES; k++) {
        p->ends_from[k] += p->ends_from[k] != MODEL_NONE ? SHIFT_MONTHS : 0;
    }
}

static void shift_world(struct model_world *w)
{
    w->first += SHIFT_MONTHS;
    w->last += SHIFT_MONTHS;
    for (int k = 0; k < MODEL_PROGRAMMES; k++) {
        w->settled_through[k] += w->settled_through[k] != MODEL_NONE ? SHIFT_MONTHS : 0;
    }
    for (int i = 0; i < w->policy_count; i++) {
        shift_policy(&w->policies[i]);
    }
}

/* More than the model's own worlds: months taken over, shares of set-offs. */
static void add_money(struct chance *c, struct model_world *w)
{
    static const int shares[] = {100, 50, 33, 20};
    static const int percents[] = {0, 0, 2500, 3333, 5000, 10000};
    static const int64_t heads[] = {0, 0, 333, 1000, 5000};
    for (int k = 0; k < MODEL_PROGRAMMES; k++) {
        bool has = false;
        for (int i = 0; i < w->policy_count; i++) {
            struct model_programme *p = &w->policies[i].programmes[k];
            has = has || p->defined;
            p->rules.set_off = shares[chance_below(c, 4)];
            p->bears_percent = percents[chance_below(c, 6)];
            p->head_fen = heads[chance_below(c, 5)];
        }
        if (has && w->settled_through[k] == MODEL_NONE && chance_percent(c, 25)) {
            w->settled_through[k] = w->first + chance_between(c, -3, 8);
        }
    }
}

static void ignore(void *ctx, const struct policy_finding *f)
{
    (void)ctx;
    (void)f;
}

/* A ledger adopts only files without errors. */
static bool is_adoptable(const struct model_world *w)
{
    struct engine e;
    struct diag d;
    bool fits = engine_open(&e, w, &d) == ST_OK;
    for (int i = 0; i < w->policy_count && fits; i++) {
        size_t errors = 0;
        fits = policy_check(e.policies[i], ignore, NULL, &errors, &d) == ST_OK &&
               errors == 0;
    }
    engine_close(&e);
    return fits;
}

static bool whole_year_competes(const struct model_world *w)
{
    bool whole[MODEL_PROGRAMMES] = {false};
    bool conflicts = false;
    for (int i = 0; i < w->policy_count; i++) {
        conflicts = conflicts || w->policies[i].conflict_count > 0;
        for (int k = 0; k < MODEL_PROGRAMMES; k++) {
            whole[k] = whole[k] || w->policies[i].programmes[k].rules.whole_year_in > 0;
        }
    }
    return conflicts && (whole[0] || whole[1] || whole[2]);
}

/* ---- people ---- */

/* Facts as files can have them. */
static void make_fileable(const struct county_plan *p, struct model_fact *f)
{
    if (f->attribute >= MA_DEATH && f->attribute <= MA_CERTIFIED) {
        f->until = DAY_NEVER;
    }
    bool first = f->effective != DAY_ALWAYS &&
                 f->effective == month_first_day(month_of_day(f->effective));
    if (f->attribute == p->list_attribute && first) {
        f->effective++; /* equal to a list's day nothing says which counts */
        f->until = f->until < f->effective ? f->effective : f->until;
    }
    f->voided = false;
}

static void make_registration(struct chance *c, const struct county_plan *p,
                              int32_t birth, struct model_fact *f)
{
    bool late = chance_percent(c, 15);
    *f = (struct model_fact){.attribute = MA_REGISTRATION,
                             .programme = MODEL_NONE,
                             .value = chance_percent(c, 80) ? 0 : 4,
                             .scale = MODEL_NONE,
                             .tier = MODEL_NONE,
                             .amount_fen = -1,
                             .effective = DAY_ALWAYS,
                             .until = DAY_NEVER};
    if (late) {
        f->effective = month_first_day(p->world.first + chance_between(c, -6, 6)) +
                       chance_below(c, 28);
    }
    f->effective = f->effective < birth ? DAY_ALWAYS : f->effective;
}

/* Most people are granted something: of others no money tells. */
static void some_person(struct chance *c, const struct county_plan *p,
                        struct model_person *out)
{
    static struct model_life life;
    bool wanted = chance_percent(c, 85);
    for (int tries = 0; tries < 8; tries++) {
        random_person(c, &p->world, out);
        model_assess(&p->world, out, &life);
        for (int k = 0; k < MODEL_PROGRAMMES; k++) {
            for (int32_t m = 0; m <= p->world.last - p->world.first; m++) {
                wanted = wanted && life.cells[k][m].fen == 0;
            }
        }
        if (!wanted) {
            return;
        }
    }
}

static void make_citizen(struct chance *c, const struct county_plan *p, int i,
                         struct citizen *out)
{
    struct model_person r;
    char day[DATE_TEXT_CAP];
    char born[9];
    some_person(c, p, &r);
    struct model_person *m = &out->all;
    memset(m, 0, sizeof *m);
    m->birth = r.birth;
    make_registration(c, p, m->birth, &m->facts[m->fact_count++]);
    for (int k = 0; k < r.fact_count && m->fact_count < MODEL_FACTS; k++) {
        struct model_fact f = r.facts[k];
        make_fileable(p, &f);
        bool unborn = f.attribute == MA_DEATH && f.effective < r.birth;
        bool wide = f.attribute == MA_REGISTRATION && (f.value == 2 || f.value == 3);
        if (!unborn && !wide) {
            f.order = m->fact_count;
            m->facts[m->fact_count++] = f;
        }
    }
    for (int k = 0; k < r.settled_count; k++) {
        if (r.settled[k].amount_fen > 0) {
            m->settled[m->settled_count++] = r.settled[k];
        }
    }
    date_print(m->birth, day);
    snprintf(born, sizeof born, "%.4s%.2s%.2s", day, day + 5, day + 8);
    fixture_id(born, (uint64_t)i, out->id);
    snprintf(out->name, sizeof out->name, "演%d", i);
    snprintf(out->account, sizeof out->account, "9000%012d", i);
    if (chance_percent(c, 6)) {
        out->account[0] = '\0';
    }
}

bool county_plan_make(struct county_plan *p, uint64_t seed)
{
    struct chance c = {seed};
    bool found = false;
    for (int tries = 0; tries < WORLDS_TRIED && !found; tries++) {
        random_world(&c, &p->world);
        shift_world(&p->world);
        add_money(&c, &p->world);
        found = p->world.first <= month_make(2026, 10) &&
                !whole_year_competes(&p->world) && is_adoptable(&p->world);
    }
    p->list_attribute = chance_percent(&c, 70) ? MA_WELFARE : MA_LIVING;
    p->list_value = p->list_attribute == MA_WELFARE ? 1 : 0;
    p->people = chance_between(&c, 20, COUNTY_PEOPLE);
    for (int i = 0; i < p->people; i++) {
        make_citizen(&c, p, i, &p->citizens[i]);
    }
    return found;
}
