/* why_private.h - what the files of why.h share. */
#ifndef ALMONER_POLICY_WHY_PRIVATE_H
#define ALMONER_POLICY_WHY_PRIVATE_H

#include "policy/eval_private.h"
#include "policy/why.h"

/* How many conditions of a row do not hold on a day, and the first of them. */
size_t why_unmet(struct eval *x, const struct version *v, const struct row *row,
                 int32_t day, const struct cond **first);
/* The value of a file's `defaults`; empty: none. */
struct str why_default(const struct policy *p, const char *attribute);
enum why_warning why_warning_of(const struct eval_result *r);
/* Fills conflict, conflict_policy and before_fen of a programme that was dropped. */
enum status why_conflict(const struct policy_set *s, const struct eval_person *person,
                         size_t programme, struct why *w, struct diag *d) MUST_USE;

#endif
