/* takeover.h - what confirming a policy would change, before anybody signs it: which
 * months of which programmes it takes over, from which policy, and how many people have
 * another amount then. Reads only. */
#ifndef ALMONER_BATCH_TAKEOVER_H
#define ALMONER_BATCH_TAKEOVER_H

#include "base/progress.h"
#include "entitle/entitle.h"

struct takeover_line { /* one programme */
    char code[PROGRAMME_CODE_MAX + 1];
    int32_t from;           /* the first month with another policy, or another amount */
    int32_t months;         /* with another policy, of those looked at */
    uint32_t before, after; /* policies ruling in `from`; 0: none */
    const struct programme *rules_before, *rules_after; /* NULL: none; see below */
    uint64_t people;  /* with another amount in some month */
    int64_t more_fen; /* what they would get more, and less: both above zero */
    int64_t less_fen;
};

struct takeover; /* keeps what rules_before points into */

/* Looks from the first month the policy touches through the current one, or the last
 * one assessed, or, when it begins later, its first. p must outlive it. What fails is
 * what entitle_open_trial refuses, or ST_INTERRUPTED. */
enum status takeover_look(struct takeover **out, struct ledger *l,
                          const struct policy *p, uint32_t number,
                          const struct progress *progress, struct diag *d) MUST_USE;
void takeover_free(struct takeover *t); /* NULL is fine */

struct entitle_range takeover_range(const struct takeover *t);
uint64_t takeover_people(const struct takeover *t); /* each once */
/* Lines in the order of programmes, or NULL at the end. */
const struct takeover_line *takeover_line(const struct takeover *t, size_t i);

#endif
