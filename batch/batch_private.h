/* batch_private.h - what the files of the batch share; nobody else includes it. */
#ifndef ALMONER_BATCH_BATCH_PRIVATE_H
#define ALMONER_BATCH_BATCH_PRIVATE_H

#include "batch/batch.h"

/* The format by name, or the channel's; NULL with d filled when there is none. */
const struct payment_format *batch_format(struct ledger *l, const struct batch_entry *b,
                                          const char *name, struct diag *d);

#endif
