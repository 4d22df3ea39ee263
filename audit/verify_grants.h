/* verify_grants.h - what the two files that recompute grants share. */
#ifndef ALMONER_AUDIT_VERIFY_GRANTS_H
#define ALMONER_AUDIT_VERIFY_GRANTS_H

#include "audit/verify_private.h"
#include "entitle/entitle.h"

/* Months that one run has the last word on. */
struct grants_span {
    struct entitle *e;
    struct entitle_range range;
    uint64_t known_below;
};

/* verify_taken.c: people with a payment history, or merged of two. */
struct grants_taken;
enum status grants_taken_new(struct grants_taken **out, struct verify *v,
                             struct diag *d) MUST_USE;
void grants_taken_free(struct grants_taken *t); /* NULL is fine */
/* *differs: a programme of which the account does not hold what was to be granted; NULL
 * when all is as it should be. number: not another one's duplicate. */
enum status grants_taken_check(struct grants_taken *t, uint64_t number,
                               const struct grants_span *spans, size_t count,
                               const struct account *a, const char **differs,
                               struct diag *d) MUST_USE;

#endif
