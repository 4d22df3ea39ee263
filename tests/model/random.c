/* random.c - random people for a world: birthdays where months and leap years end,
 * facts of every attribute at days where rules turn. */
#include "tests/model/random.h"

#include <string.h>

uint64_t chance_next(struct chance *c)
{
    uint64_t z = c->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

int chance_below(struct chance *c, int n)
{
    return (int)(chance_next(c) % (uint64_t)n);
}

int chance_between(struct chance *c, int low, int high)
{
    return low + chance_below(c, high - low + 1);
}

bool chance_percent(struct chance *c, int percent)
{
    return chance_below(c, 100) < percent;
}

static int32_t day_in(struct chance *c, int32_t month)
{
    switch (chance_below(c, 4)) {
    case 0:
        return month_first_day(month);
    case 1:
        return month_last_day(month);
    case 2:
        return month_last_day(month) - 1;
    default:
        return month_first_day(month) + chance_below(c, 28);
    }
}

/* A day of the world, or a little before or after; often one another fact has. */
static int32_t some_day(struct chance *c, const struct model_world *w,
                        const struct model_person *p)
{
    if (p->fact_count > 0 && chance_percent(c, 15)) {
        int32_t day = p->facts[chance_below(c, p->fact_count)].effective;
        return day == DAY_ALWAYS ? month_first_day(w->first) : day;
    }
    return day_in(c, chance_between(c, w->first - 8, w->last + 2));
}

/* Someone who reaches an age that tiers ask for within the world, or is born in it. */
static int32_t some_birth(struct chance *c, const struct model_world *w)
{
    bool leap = chance_percent(c, 25);
    int32_t month = w->first;
    for (int tries = 0; tries < 20; tries++) {
        month = chance_between(c, w->first - 6, w->last);
        if (!chance_percent(c, 15)) {
            month -= 12 * random_ages[chance_below(c, RANDOM_AGES)];
        }
        if (leap && date_exists(month_year(month), 2, 29)) {
            return date_from_civil(month_year(month), 2, 29);
        }
    }
    return day_in(c, month);
}

static struct model_fact *new_fact(struct model_person *p, int attribute)
{
    struct model_fact *f = &p->facts[p->fact_count];
    *f = (struct model_fact){.attribute = attribute,
                             .programme = MODEL_NONE,
                             .scale = MODEL_NONE,
                             .tier = MODEL_NONE,
                             .amount_fen = -1,
                             .until = DAY_NEVER,
                             .order = p->fact_count};
    p->fact_count++;
    return f;
}

static int words_of(int attribute)
{
    int n = 0;
    while (n < MODEL_WORDS && model_words[attribute][n] != NULL) {
        n++;
    }
    return n;
}

static void fill_state(struct chance *c, struct model_fact *f)
{
    if (f->attribute == MA_DEPENDENCY) {
        f->scale = chance_percent(c, 6)   ? MODEL_SCALES
                   : chance_percent(c, 4) ? MODEL_NONE
                                          : chance_below(c, MODEL_SCALES);
        f->value = chance_below(c, 5);
        return;
    }
    do {
        f->value = chance_percent(c, 50) ? 0 : chance_below(c, words_of(f->attribute));
    } while (f->attribute == MA_RESIDENCE && f->value == 1); // the word for any
}

static void fill_decision(struct chance *c, struct model_fact *f)
{
    static const int kinds[] = {MD_APPROVE, MD_APPROVE, MD_APPROVE, MD_APPROVE,
                                MD_REFUSE,  MD_STOP,    MD_REVIEW,  MD_REVIEW};
    f->value = kinds[chance_below(c, 8)];
    if (f->value == MD_APPROVE && chance_percent(c, 50)) {
        f->tier = chance_below(c, MODEL_TIERS);
    }
    if (f->value == MD_APPROVE && chance_percent(c, 60)) {
        f->amount_fen = chance_between(c, 1, 60000);
    }
}

static void fill(struct chance *c, const struct model_world *w, struct model_person *p,
                 struct model_fact *f)
{
    f->effective = some_day(c, w, p);
    if (f->attribute < MA_STATES) {
        fill_state(c, f);
        if (chance_percent(c, 12)) {
            f->effective = DAY_ALWAYS;
        }
    }
    if (f->attribute == MA_DECISION) {
        fill_decision(c, f);
    } else if (f->attribute == MA_PAID_ELSEWHERE) {
        f->value = chance_between(c, w->first - 2, w->first + 9);
    } else if (f->attribute == MA_CHOICE) {
        f->value = chance_below(c, MODEL_PROGRAMMES);
    }
    int ends = f->attribute == MA_SUSPENDED ? 60 : 25;
    if (f->effective != DAY_ALWAYS && chance_percent(c, ends)) {
        int32_t month = month_of_day(f->effective) + chance_below(c, 9);
        int32_t until = day_in(c, month);
        f->until = until < f->effective ? f->effective : until;
    }
    if (f->attribute >= MA_CLAIM && f->attribute <= MA_PAID_ELSEWHERE &&
        chance_percent(c, 65)) {
        f->programme = chance_below(c, MODEL_PROGRAMMES);
    }
    f->voided = chance_percent(c, 4);
}

/* What most people have, early: without it most histories are empty. */
static void add_usual(struct chance *c, const struct model_world *w,
                      struct model_person *p)
{
    static const int usual[] = {MA_REGISTRATION, MA_CLAIM, MA_DECISION, MA_WELFARE,
                                MA_CERTIFIED};
    static const int percent[] = {92, 85, 55, 35, 35};
    for (int i = 0; i < 5; i++) {
        if (!chance_percent(c, percent[i])) {
            continue;
        }
        struct model_fact *f = new_fact(p, usual[i]);
        fill(c, w, p, f);
        if (chance_percent(c, 70)) {
            f->effective = day_in(c, chance_between(c, w->first - 8, w->first + 12));
            f->until = DAY_NEVER;
        }
        if (usual[i] == MA_REGISTRATION) {
            f->value = chance_percent(c, 70) ? 0 : f->value;
            f->effective = chance_percent(c, 70) ? DAY_ALWAYS : f->effective;
        }
        if (usual[i] == MA_DECISION && chance_percent(c, 70)) {
            f->value = MD_APPROVE;
        }
    }
}

/* What an office writes down before it hears of a death. */
static void add_after(struct chance *c, const struct model_world *w,
                      struct model_person *p, int32_t death)
{
    static const int kinds[] = {MA_DECISION, MA_DECISION, MA_SUSPENDED,
                                MA_WELFARE,  MA_CLAIM,    MA_CERTIFIED};
    for (int more = chance_below(c, 3); more > 0; more--) {
        struct model_fact *f = new_fact(p, kinds[chance_below(c, 6)]);
        fill(c, w, p, f);
        f->effective = death + chance_between(c, -10, 20);
        f->until = DAY_NEVER;
    }
}

static void add_facts(struct chance *c, const struct model_world *w,
                      struct model_person *p)
{
    static const int kinds[] = {
        MA_REGISTRATION, MA_REGISTRATION, MA_RESIDENCE,      MA_RESIDENCE,
        MA_DEPENDENCY,   MA_DEPENDENCY,   MA_WELFARE,        MA_WELFARE,
        MA_LIVING,       MA_LIVING,       MA_CLAIM,          MA_CLAIM,
        MA_CERTIFIED,    MA_CERTIFIED,    MA_CERTIFIED,      MA_DECISION,
        MA_DECISION,     MA_SUSPENDED,    MA_PAID_ELSEWHERE, MA_CHOICE};
    int count = chance_percent(c, 10) ? chance_between(c, 10, 24) : chance_below(c, 9);
    for (int i = 0; i < count; i++) {
        fill(c, w, p, new_fact(p, kinds[chance_below(c, 20)]));
    }
    if (chance_percent(c, 20)) {
        for (int sources = chance_between(c, 1, 3); sources > 0; sources--) {
            struct model_fact *f = new_fact(p, MA_DEATH);
            fill(c, w, p, f);
            f->until = DAY_NEVER;
        }
        add_after(c, w, p, p->facts[p->fact_count - 1].effective);
    }
}

/* Facts of one attribute in another order of recording: late news. */
static void shuffle_orders(struct chance *c, struct model_person *p)
{
    for (int i = p->fact_count - 1; i > 0; i--) {
        int j = chance_below(c, i + 1);
        int32_t order = p->facts[i].order;
        p->facts[i].order = p->facts[j].order;
        p->facts[j].order = order;
    }
}

static void add_history(struct chance *c, const struct model_world *w,
                        struct model_person *p)
{
    for (int k = 0; k < MODEL_PROGRAMMES; k++) {
        int32_t through = w->settled_through[k];
        if (through == MODEL_NONE || !chance_percent(c, 60)) {
            continue;
        }
        int32_t month = through - chance_below(c, 6);
        for (int i = 0; i < 4 && month <= through; i++) {
            p->settled[p->settled_count++] = (struct model_settled){
                .programme = k,
                .month = month,
                .amount_fen = chance_percent(c, 8) ? 0 : chance_between(c, 1, 30000)};
            month += chance_between(c, 1, 2);
        }
    }
}

void random_person(struct chance *c, const struct model_world *w,
                   struct model_person *p)
{
    memset(p, 0, sizeof *p);
    p->birth = some_birth(c, w);
    add_usual(c, w, p);
    add_facts(c, w, p);
    shuffle_orders(c, p);
    add_history(c, w, p);
}
