/* beside.h - the second process of `audit verify`, which takes tasks from the
 * beginning, while the first folds all records again. Forked before the ledger is
 * opened, which outlives no fork. */
#ifndef ALMONER_CLI_BESIDE_H
#define ALMONER_CLI_BESIDE_H

#include <sys/types.h>

#include "audit/verify.h"
#include "cli/env.h"
#include "ledger/export.h"

struct beside {
    pid_t child; /* -1: none, and the first does all the work */
    struct verify_tasks *tasks;
    /* verify_options.remake, for both; set before the start. */
    enum status (*remake)(void *ctx, struct ledger *l, const struct export_entry *x,
                          uint8_t sha256[DIGEST_LEN], struct diag *d);
};

/* Never fails: tasks is NULL where there is no memory to share. */
void beside_start(struct beside *b, struct env *e);
/* verify_options.join; ctx is the beside. */
enum status beside_join(void *ctx, struct diag *d) MUST_USE;
/* Also when it was not joined: then it is ended. */
void beside_end(struct beside *b);

#endif
