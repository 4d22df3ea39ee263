/* describe.h - a world and a person of the model as a human, and the policy reader,
 * would write them. */
#ifndef ALMONER_TESTS_MODEL_DESCRIBE_H
#define ALMONER_TESTS_MODEL_DESCRIBE_H

#include "base/buf.h"
#include "tests/model/model.h"

/* The policy file, complete and valid in form. */
void describe_policy(struct buf *b, const struct model_world *w, int policy);
/* Facts in the order of recording, one a line; then the history. */
void describe_person(struct buf *b, const struct model_world *w,
                     const struct model_person *p);
/* A fact's value as it is recorded; `out` has 32 bytes for those that are made up. */
const char *describe_value(const struct model_fact *f, char out[32]);

#endif
