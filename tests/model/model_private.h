/* model_private.h - what the files of the model share. */
#ifndef ALMONER_TESTS_MODEL_MODEL_PRIVATE_H
#define ALMONER_TESTS_MODEL_MODEL_PRIVATE_H

#include "tests/model/model.h"

/* Everything about one person, while the months are gone through in order. */
struct life {
    const struct model_world *world;
    const struct model_person *person;
    struct civil birth;
    int32_t death; /* DAY_NEVER: alive */
    struct model_life *out;
};

/* Section 3: the fact in force at the end of a day, or NULL. For programme MODEL_NONE
 * only facts without one count. Reviews are never in force. */
const struct model_fact *model_in_force(const struct life *l, int attribute,
                                        int programme, int32_t day);
int32_t model_death(const struct model_person *p);
/* The earliest claim (or approve decision) from a day on, or DAY_NEVER. */
int32_t model_first_event(const struct life *l, int attribute, int programme,
                          int32_t from_day);

/* Section 2: does a `when` match on a day? */
bool model_matches(const struct life *l, const struct model_policy *policy,
                   const struct model_when *when, bool leap_in_march, int32_t day);
/* Only its condition on one attribute; true when it has none. */
bool model_condition_holds(const struct life *l, const struct model_policy *policy,
                           const struct model_when *when, int attribute, int32_t day);
/* The word an attribute has for a policy on a day, MODEL_NONE: it matches nothing. */
int model_word(const struct life *l, const struct model_policy *policy, int attribute,
               int32_t day);

/* Step 1. */
bool model_counts(const struct life *l, const struct model_policy *policy);
const struct model_policy *model_ruling(const struct life *l, int programme,
                                        int32_t month);
/* Step 2: E(d), or NULL. */
const struct model_tier *model_eligible_on(const struct life *l,
                                           const struct model_policy *policy,
                                           int programme, int32_t day);
/* Steps 3 to 5: fills eligible, paying_day and tier of the cell. */
void model_eligible_month(const struct life *l, int programme, int32_t month,
                          struct model_cell *c);
/* Steps 6 to 8, when earlier months are there and it is known which are eligible. */
void model_enter(const struct life *l, int programme, int32_t month,
                 struct model_cell *c);
/* Step 9. */
int64_t model_amount(const struct life *l, int programme, int32_t month,
                     const struct model_cell *c);
/* Step 10, on the month's cells. */
void model_conflicts(const struct life *l, int32_t month);

/* Step 11: history up to a month. */
bool model_is_settled(const struct life *l, int programme, int32_t month);
int64_t model_settled_fen(const struct life *l, int programme, int32_t month);
bool model_in_history(const struct life *l, int programme);

struct model_cell *model_cell_of(const struct life *l, int programme, int32_t month);

#endif
