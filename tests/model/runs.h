/* runs.h - runs as a county makes them: facts come in, some are voided, births are
 * corrected, policies are confirmed, and in between, for any period, the differences
 * are posted to the person's account, part of it paid or sent back. */
#ifndef ALMONER_TESTS_MODEL_RUNS_H
#define ALMONER_TESTS_MODEL_RUNS_H

#include "entitle/entitle.h"
#include "tests/model/engine.h"
#include "tests/model/random.h"

/* The first n policies of a world, as a ledger knows them after n confirmations. */
struct runs {
    struct policy *policies[MODEL_POLICIES];
    struct entitle *known[MODEL_POLICIES]; /* [n - 1] */
};

/* Policies are borrowed from the engine, which is open. */
enum status runs_open(struct runs *r, const struct engine *e,
                      const struct model_world *w, struct diag *d) MUST_USE;
void runs_close(struct runs *r);

struct runs_outcome {
    const char *what; /* NULL: all is well */
    struct diag diag; /* of what failed, else empty */
};

/* Lives through the person's history by chance; in the end the account must hold as
 * granted what the life says, and a run repeated must find nothing. Programmes of the
 * world must not be settled: the ledger takes history over by another way. */
struct runs_outcome runs_live(struct runs *r, struct chance c,
                              const struct model_world *w, const struct model_person *m,
                              const struct model_life *life);

#endif
