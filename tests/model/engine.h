/* engine.h - a world and a person of the model as the evaluation takes them: policy
 * files that are read, facts with text. */
#ifndef ALMONER_TESTS_MODEL_ENGINE_H
#define ALMONER_TESTS_MODEL_ENGINE_H

#include "policy/eval.h"
#include "tests/model/model.h"

struct engine {
    struct policy *policies[MODEL_POLICIES];
    struct policy_set *set;
    int programme[MODEL_PROGRAMMES]; /* the set's numbers, -1: no policy has it */
    const struct tier *never[MODEL_POLICIES * MODEL_PROGRAMMES * MODEL_TIERS];
    size_t never_count; /* tiers of which `policy check` says that they never match */
};

bool engine_never(const struct engine *e, const struct tier *t);

struct engine_person {
    struct eval_person person;
    struct eval_fact facts[MODEL_FACTS];
    struct eval_settled settled[MODEL_SETTLED + MODEL_PROGRAMMES];
    char values[MODEL_FACTS][32];
};

/* ST_INPUT when the reader refuses a file, or the files do not go together. The engine
 * is to be closed in any case. */
enum status engine_open(struct engine *e, const struct model_world *w, struct diag *d)
    MUST_USE;
void engine_close(struct engine *e);
/* Facts are given in the order of the array; voided ones are left out. p points into
 * itself. */
void engine_person_init(struct engine_person *p, const struct engine *e,
                        const struct model_world *w, const struct model_person *m);

#endif
