/* twin.h - a second view of a ledger's snapshot, so that another thread can read with
 * it what the first reads with its own. */
#ifndef ALMONER_LEDGER_TWIN_H
#define ALMONER_LEDGER_TWIN_H

#include "ledger/ledger.h"

/* Of a ledger that is read; *out is NULL when there can be none: while it is written,
 * or when another process has written since its snapshot. The twin is for reading, by
 * one thread at a time; the ledger must outlive it, and keep its snapshot meanwhile. */
enum status ledger_twin_new(struct ledger *l, struct ledger **out, struct diag *d)
    MUST_USE;
/* On the thread that made it. NULL is fine. */
void ledger_twin_free(struct ledger *twin);

#endif
