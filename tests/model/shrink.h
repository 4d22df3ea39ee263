/* shrink.h - makes a failing case small enough for a human. */
#ifndef ALMONER_TESTS_MODEL_SHRINK_H
#define ALMONER_TESTS_MODEL_SHRINK_H

#include "tests/model/model.h"

/* Drops facts, history, conflicts, ends, tiers, programmes, parameters and rules one at
 * a time, in place, as long as `fails` says that what is left still fails. */
void shrink_case(struct model_world *w, struct model_person *p,
                 bool (*fails)(const struct model_world *w,
                               const struct model_person *p));

#endif
