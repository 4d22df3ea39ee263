/* beside.h - the second process of `audit verify`, which checks people while the first
 * does all the rest. Forked before the ledger is opened, which outlives no fork. */
#ifndef ALMONER_CLI_BESIDE_H
#define ALMONER_CLI_BESIDE_H

#include <sys/types.h>

#include "audit/verify.h"
#include "cli/env.h"

struct beside {
    pid_t child; /* -1: none, and the first does all the work */
    struct verify_slices *slices;
};

/* Never fails: slices is NULL where there is no memory to share. */
void beside_start(struct beside *b, struct env *e);
/* verify_options.join; ctx is the beside. */
enum status beside_join(void *ctx, struct diag *d) MUST_USE;
/* Also when it was not joined: then it is ended. */
void beside_end(struct beside *b);

#endif
