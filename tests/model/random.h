/* random.h - random worlds and people of the model. The same seed gives the same. */
#ifndef ALMONER_TESTS_MODEL_RANDOM_H
#define ALMONER_TESTS_MODEL_RANDOM_H

#include "tests/model/model.h"

/* splitmix64: the state is the seed, any value. */
struct chance {
    uint64_t state;
};

uint64_t chance_next(struct chance *c);
int chance_below(struct chance *c, int n);               /* 0..n-1; n >= 1 */
int chance_between(struct chance *c, int low, int high); /* both ends in */
bool chance_percent(struct chance *c, int percent);

/* Ages that tiers ask for: each turns in another year after a leap year. */
#define RANDOM_AGES 4
extern const int random_ages[RANDOM_AGES];

void random_world(struct chance *c, struct model_world *w);
void random_person(struct chance *c, const struct model_world *w,
                   struct model_person *p);

#endif
