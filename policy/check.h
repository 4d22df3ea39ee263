/* check.h - shared by the check*.c files only. */
#ifndef ALMONER_POLICY_CHECK_H
#define ALMONER_POLICY_CHECK_H

#include "policy/policy.h"

struct checking {
    const struct policy *p;
    void (*each)(void *ctx, const struct policy_finding *f);
    void *ctx;
    bool errors_now; /* the first of two walks tells errors, the second warnings */
    size_t errors;
};

enum severity { WARNING, ERROR };

/* Tells a finding, if it is this walk's turn. */
void check_emit(struct checking *c, enum severity severity, struct place at,
                const char *code, const char *fmt, ...) PRINTF_LIKE(5, 6);

enum reach { REACH_YES, REACH_NEVER, REACH_NOT_CHECKED };

/* For each tier, in reach[tier_count]: can some person on some day match it before the
 * rows above take them? Fails only for lack of memory. */
enum status check_reach(const struct programme *p, enum reach *reach, struct diag *d)
    MUST_USE;

/* check_ages.c: ages between the rows that no row has, and rows of which neither is
 * within the other's ages, yet both could take the same person. */
void check_ages(struct checking *c, const struct programme *p);
void check_overlaps(struct checking *c, const struct programme *p);

#endif
