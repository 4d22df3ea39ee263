/* engine.c - hands the evaluation what the model has: policies as text through the
 * reader, facts and history as the ledger would give them. */
#include "tests/model/engine.h"

#include <string.h>

#include "policy/policy.h"
#include "tests/model/describe.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static enum status read_policy(const struct model_world *w, int i, struct policy **out,
                               struct diag *d)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    describe_policy(&b, w, i);
    enum status st = buf_check(&b, d);
    if (st == ST_OK) {
        st = policy_read(out, buf_str(&b), "p", d);
    }
    buf_release(&b);
    return st;
}

/* One file, while its findings come in. */
struct checking {
    struct engine *engine;
    const struct policy *policy;
};

static void note_never(void *ctx, const struct policy_finding *f)
{
    struct checking *c = ctx;
    if (strcmp(f->code, "never-matches") != 0) {
        return;
    }
    for (size_t i = 0; i < c->policy->programme_count; i++) {
        const struct programme *p = &c->policy->programmes[i];
        for (size_t t = 0; t < p->tier_count; t++) {
            if (p->tiers[t].place.line == f->place.line &&
                c->engine->never_count < COUNT(c->engine->never)) {
                c->engine->never[c->engine->never_count++] = &p->tiers[t];
            }
        }
    }
}

bool engine_never(const struct engine *e, const struct tier *t)
{
    for (size_t i = 0; i < e->never_count; i++) {
        if (e->never[i] == t) {
            return true;
        }
    }
    return false;
}

static enum status check_policy(struct engine *e, const struct policy *p,
                                struct diag *d)
{
    struct checking c = {e, p};
    size_t errors;
    return policy_check(p, note_never, &c, &errors, d);
}

enum status engine_open(struct engine *e, const struct model_world *w, struct diag *d)
{
    struct confirmed_policy list[MODEL_POLICIES];
    memset(e, 0, sizeof *e);
    for (int i = 0; i < w->policy_count; i++) {
        TRY(read_policy(w, i, &e->policies[i], d));
        TRY(check_policy(e, e->policies[i], d));
        list[i] = (struct confirmed_policy){e->policies[i], (uint32_t)i + 1,
                                            w->policies[i].confirmed_month};
    }
    enum status st = policy_set_new(&e->set, list, (size_t)w->policy_count, d);
    for (int c = 0; c < MODEL_PROGRAMMES && st == ST_OK; c++) {
        e->programme[c] =
            policy_set_programme_find(e->set, str_of(model_programmes[c]));
    }
    return st;
}

void engine_close(struct engine *e)
{
    policy_set_free(e->set);
    for (int i = 0; i < MODEL_POLICIES; i++) {
        policy_free(e->policies[i]);
    }
    memset(e, 0, sizeof *e);
}

/* False: the evaluation has no use for it. */
static bool convert(const struct engine *e, const struct model_fact *f,
                    struct eval_fact *out, char value[32])
{
    struct str none = str_make("", 0);
    memset(out, 0, sizeof *out);
    out->attribute =
        policy_set_attribute(e->set, str_of(model_attribute_names[f->attribute]));
    out->programme = f->programme == MODEL_NONE ? -1 : e->programme[f->programme];
    out->value = str_of(describe_value(f, value));
    out->effective = f->effective;
    out->until = f->until;
    out->scale = f->scale == MODEL_NONE ? none : str_of(model_scales[f->scale]);
    out->tier = f->tier == MODEL_NONE ? none : str_of(model_tiers[f->tier]);
    out->amount_fen = f->amount_fen;
    out->order = (uint32_t)f->order;
    bool named = f->programme != MODEL_NONE && out->programme < 0;
    return !f->voided && out->attribute != ATTR_UNUSED && !named;
}

static size_t convert_settled(struct engine_person *p, const struct engine *e,
                              const struct model_world *w, const struct model_person *m)
{
    size_t count = 0;
    for (int c = 0; c < MODEL_PROGRAMMES; c++) {
        if (w->settled_through[c] == MODEL_NONE || e->programme[c] < 0) {
            continue;
        }
        struct eval_settled row = {.programme = e->programme[c],
                                   .through_month = w->settled_through[c],
                                   .month = w->settled_through[c]};
        size_t before = count;
        for (int i = 0; i < m->settled_count; i++) {
            if (m->settled[i].programme == c) {
                row.month = m->settled[i].month;
                row.amount_fen = m->settled[i].amount_fen;
                p->settled[count++] = row;
            }
        }
        if (count == before) {
            p->settled[count++] = row;
        }
    }
    return count;
}

void engine_person_init(struct engine_person *p, const struct engine *e,
                        const struct model_world *w, const struct model_person *m)
{
    size_t count = 0;
    for (int i = 0; i < m->fact_count; i++) {
        if (convert(e, &m->facts[i], &p->facts[count], p->values[count])) {
            count++;
        }
    }
    policy_set_intern(e->set, p->facts, count);
    p->person = (struct eval_person){.birth = m->birth,
                                     .facts = p->facts,
                                     .fact_count = count,
                                     .settled = p->settled};
    p->person.settled_count = convert_settled(p, e, w, m);
}
