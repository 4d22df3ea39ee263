/* check.h - shared by check.c and check_reach.c only. */
#ifndef ALMONER_POLICY_CHECK_H
#define ALMONER_POLICY_CHECK_H

#include "policy/policy.h"

enum reach { REACH_YES, REACH_NEVER, REACH_NOT_CHECKED };

/* For each tier, in reach[tier_count]: can some person on some day match it before the
 * rows above take them? Fails only for lack of memory. */
enum status check_reach(const struct programme *p, enum reach *reach, struct diag *d)
    MUST_USE;

#endif
