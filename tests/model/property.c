/* property.c - holds the evaluation against the model over random worlds and people:
 * every programme and month at once; with the facts in another order of arrival; and as
 * differences added up over runs between which the facts came in. And that no month
 * differs before the one that the evaluation names as the first that could.
 *
 *   property [N [SEED [FIRST]]]
 *
 * N person-histories from the FIRST-th on. A history depends on SEED and its number
 * only. The first difference is made small - every fact, policy and rule that can go
 * while it still differs goes - and printed as policy files and facts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/model/describe.h"
#include "tests/model/engine.h"
#include "tests/model/runs.h"
#include "tests/model/shrink.h"

#define PEOPLE_PER_WORLD 25 /* reading the files costs as much as some people */
#define PEOPLE_PER_RUNS 4   /* one of these meets other orders of facts, and runs */

/* What there is of a world. */
struct stage {
    struct model_world world;
    struct engine engine;
    struct runs runs;
    bool has_runs; /* no programme is settled */
};

/* Where the two differ first. */
struct finding {
    const char *what;
    int programme; /* MODEL_NONE: `what` says all */
    int32_t month;
    int64_t model_fen;
    int64_t engine_fen;
    const char *model_tier; /* "" when nothing is granted */
    const char *engine_tier;
    const char *reason; /* of the engine */
    struct diag diag;
};

/* ---- one evaluation ---- */

static const char *tier_granted(bool settled, int64_t fen, const char *name)
{
    return fen > 0 && !settled && name != NULL ? name : "";
}

static bool same_cell(const struct model_cell *cell, const struct eval_result *r,
                      bool settled, struct finding *f)
{
    f->model_fen = cell->fen;
    f->engine_fen = r->amount_fen;
    f->model_tier = tier_granted(settled, cell->fen,
                                 cell->tier ? model_tiers[cell->tier->name] : NULL);
    f->engine_tier =
        tier_granted(settled, r->amount_fen, r->tier ? r->tier->name : NULL);
    f->reason = eval_reason_name(r->reason);
    return f->model_fen == f->engine_fen && strcmp(f->model_tier, f->engine_tier) == 0;
}

static bool decides_tiers(const struct model_person *m)
{
    for (int i = 0; i < m->fact_count; i++) {
        if (m->facts[i].tier != MODEL_NONE) {
            return true;
        }
    }
    return false;
}

static bool same_results(const struct eval_result *a, const struct eval_result *b)
{
    return a->amount_fen == b->amount_fen && a->reason == b->reason &&
           a->policy == b->policy && a->tier_number == b->tier_number &&
           a->conflict_with == b->conflict_with && a->warned == b->warned;
}

/* Is each month like the one before, up to what one of the earlier ones named? */
struct steadiness {
    int32_t until; /* the latest month named so far */
    struct eval_result before[EVAL_PROGRAMMES_MAX];
};

static bool is_steady(struct steadiness *y, const struct stage *s,
                      const struct eval_person *p, const struct eval_result *results,
                      struct finding *f)
{
    size_t count = policy_set_programme_count(s->engine.set);
    for (size_t i = 0; i < count && f->month > s->world.first && f->month < y->until;
         i++) {
        if (!same_results(&y->before[i], &results[i])) {
            f->what = "a month differs that should be as the one before:";
            month_print(f->month, f->diag.what);
            return false;
        }
    }
    memcpy(y->before, results, count * sizeof results[0]);
    int32_t until = eval_steady_until(s->engine.set, p, f->month, results);
    y->until = until > y->until ? until : y->until;
    return true;
}

static bool same_life(const struct stage *s, const struct model_person *m,
                      const struct model_life *life, struct finding *f)
{
    static struct engine_person p;
    static struct eval_result results[EVAL_PROGRAMMES_MAX];
    const struct model_world *w = &s->world;
    static struct steadiness steadiness;
    bool by_facts = !decides_tiers(m);
    steadiness.until = 0;
    engine_person_init(&p, &s->engine, w, m);
    for (f->month = w->first; f->month <= w->last; f->month++) {
        eval_month(s->engine.set, &p.person, f->month, results);
        f->programme = MODEL_NONE;
        if (!is_steady(&steadiness, s, &p.person, results, f)) {
            return false;
        }
        for (int c = 0; c < MODEL_PROGRAMMES; c++) {
            int number = s->engine.programme[c];
            f->programme = c;
            if (number >= 0 &&
                !same_cell(&life->cells[c][f->month - w->first], &results[number],
                           f->month <= w->settled_through[c], f)) {
                return false;
            }
            if (number >= 0 && by_facts && results[number].amount_fen > 0 &&
                engine_never(&s->engine, results[number].tier)) {
                f->what = "a tier that never matches is granted";
                return false;
            }
        }
    }
    return true;
}

/* Facts that compete by the order of recording: it decides between them. */
static bool equals(const struct model_fact *a, const struct model_fact *b)
{
    return a->attribute == b->attribute && a->effective == b->effective;
}

/* Another order of arrival, but among equals. */
static void reorder(struct chance *c, struct model_person *p)
{
    for (int i = p->fact_count - 1; i > 0; i--) {
        int32_t *a = &p->facts[i].order;
        int32_t *b = &p->facts[chance_below(c, i + 1)].order;
        int32_t order = *a;
        *a = *b;
        *b = order;
    }
}

static bool swap_equals(const struct model_person *before, struct model_person *p)
{
    bool swapped = false;
    for (int i = 0; i < p->fact_count; i++) {
        for (int j = 0; j < i; j++) {
            int32_t *a = &p->facts[i].order;
            int32_t *b = &p->facts[j].order;
            bool was = before->facts[i].order < before->facts[j].order;
            if (equals(&p->facts[i], &p->facts[j]) && (*a < *b) != was) {
                int32_t order = *a;
                *a = *b;
                *b = order;
                swapped = true;
            }
        }
    }
    return swapped;
}

/* ---- one person ---- */

static bool same_runs(struct stage *s, struct chance c, const struct model_person *m,
                      const struct model_life *life, struct finding *f)
{
    struct runs_outcome o = runs_live(&s->runs, c, &s->world, m, life);
    f->what = o.what;
    f->programme = MODEL_NONE;
    f->diag = o.diag;
    return o.what == NULL;
}

static bool same_person(struct stage *s, struct chance c, bool with_runs,
                        const struct model_person *m, struct finding *f)
{
    static struct model_life life;
    static struct model_person other;
    memset(f, 0, sizeof *f);
    model_assess(&s->world, m, &life);
    f->what = "the engine differs from the model";
    if (!same_life(s, m, &life, f)) {
        return false;
    }
    if (!with_runs) {
        return true;
    }
    other = *m;
    reorder(&c, &other);
    while (swap_equals(m, &other)) {
    }
    f->what = "another order of arrival gives another sum";
    return same_life(s, &other, &life, f) &&
           (!s->has_runs || same_runs(s, c, m, &life, f));
}

/* ---- a world ---- */

static enum status open_stage(struct stage *s, struct diag *d)
{
    s->has_runs = true;
    for (int c = 0; c < MODEL_PROGRAMMES; c++) {
        s->has_runs = s->has_runs && s->world.settled_through[c] == MODEL_NONE;
    }
    TRY(engine_open(&s->engine, &s->world, d));
    return runs_open(&s->runs, &s->engine, &s->world, d);
}

static void close_stage(struct stage *s)
{
    runs_close(&s->runs);
    engine_close(&s->engine);
}

/* The history is taken over for programmes that some policy has. */
static bool is_sound(const struct stage *s)
{
    for (int c = 0; c < MODEL_PROGRAMMES; c++) {
        if (s->world.settled_through[c] != MODEL_NONE && s->engine.programme[c] < 0) {
            return false;
        }
    }
    return true;
}

/* For shrinking: does this smaller case still differ, in the same way? */
static struct chance shrink_chance;
static const char *shrink_what;

static bool differs(const struct model_world *w, const struct model_person *m,
                    struct finding *f)
{
    static struct stage s;
    struct diag d;
    s.world = *w;
    bool found = open_stage(&s, &d) == ST_OK && is_sound(&s) &&
                 !same_person(&s, shrink_chance, true, m, f) &&
                 strcmp(f->what, shrink_what) == 0;
    if (found && f->engine_tier != NULL) { /* the policies go */
        static char tier[64];
        snprintf(tier, sizeof tier, "%s", f->engine_tier);
        f->engine_tier = tier;
    }
    close_stage(&s);
    return found;
}

static bool still_differs(const struct model_world *w, const struct model_person *m)
{
    static struct finding ignored;
    return differs(w, m, &ignored);
}

static void print_case(const struct model_world *w, const struct model_person *m)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < w->policy_count; i++) {
        describe_policy(&b, w, i);
        buf_add_text(&b, "\n");
    }
    describe_person(&b, w, m);
    fputs(buf_cstr(&b), stdout);
    buf_release(&b);
}

static void report(struct model_world *w, struct model_person *m, struct chance c,
                   const char *what)
{
    static struct finding f;
    char month[DATE_TEXT_CAP];
    shrink_chance = c;
    shrink_what = what;
    shrink_case(w, m, still_differs);
    print_case(w, m);
    if (!differs(w, m, &f)) {
        printf("%s, but not if it alone is tried again\n", what);
    } else if (f.programme == MODEL_NONE) {
        printf("%s %s\n", f.what, f.diag.what);
    } else {
        month_print(f.month, month);
        printf("%s: %s %s: model %" PRId64 " %s, engine %" PRId64 " %s (%s)\n", f.what,
               model_programmes[f.programme], month, f.model_fen, f.model_tier,
               f.engine_fen, f.engine_tier, f.reason);
    }
}

/* ---- many ---- */

static struct chance chance_of(uint64_t seed, uint64_t what, uint64_t number)
{
    struct chance c = {seed * 2 + what};
    c.state = chance_next(&c) ^ number * 0xd1342543de82ef95u;
    chance_next(&c);
    return c;
}

/* The world's files must be read: one that is refused is a defect of random_world.c, or
 * of the reader. */
static void new_stage(uint64_t seed, uint64_t number, struct stage *s)
{
    struct diag d;
    struct chance c = chance_of(seed, 0, number);
    close_stage(s);
    random_world(&c, &s->world);
    if (open_stage(s, &d) != ST_OK) {
        static const struct model_person nobody;
        print_case(&s->world, &nobody);
        printf("world %" PRIu64 " refused: %s: %s: %s\n", number, d.where, d.code,
               d.what);
        exit(EXIT_FAILURE);
    }
}

static bool run(uint64_t n, uint64_t seed, uint64_t first)
{
    static struct stage s;
    static struct model_person m;
    static struct finding f;
    bool same = true;
    for (uint64_t i = first; i < first + n && same; i++) {
        if (i == first || i % PEOPLE_PER_WORLD == 0) {
            new_stage(seed, i / PEOPLE_PER_WORLD, &s);
        }
        struct chance c = chance_of(seed, 1, i);
        random_person(&c, &s.world, &m);
        same = same_person(&s, c, i % PEOPLE_PER_RUNS == 0, &m, &f);
        if (!same) {
            printf("history %" PRIu64 " of seed %" PRIu64 ": %s\n", i, seed, f.what);
            report(&s.world, &m, c, f.what);
        }
    }
    close_stage(&s);
    return same;
}

static uint64_t number_of(int argc, char **argv, int at, uint64_t otherwise)
{
    uint64_t n = otherwise;
    if (at < argc && *argv[at] != '\0' &&
        !text_u64(str_of(argv[at]), 0, UINT64_MAX / 4, &n)) {
        fprintf(stderr, "property: not a number: %s\n", argv[at]);
        exit(EXIT_FAILURE);
    }
    return n;
}

int main(int argc, char **argv)
{
    uint64_t n = number_of(argc, argv, 1, 100000);
    uint64_t seed = number_of(argc, argv, 2, 1);
    uint64_t first = number_of(argc, argv, 3, 0);
    printf("property: %" PRIu64 " histories, seed %" PRIu64 "\n", n, seed);
    fflush(stdout);
    if (!run(n, seed, first)) {
        return EXIT_FAILURE;
    }
    printf("property: %" PRIu64 " people are granted what the model grants\n", n);
    return EXIT_SUCCESS;
}
