/* batch_private.h - what the files of the batch share; nobody else includes it. */
#ifndef ALMONER_BATCH_BATCH_PRIVATE_H
#define ALMONER_BATCH_BATCH_PRIVATE_H

#include "batch/batch.h"

/* The format by name, or the channel's; NULL with d filled when there is none. */
const struct payment_format *batch_format(struct ledger *l, const struct batch_entry *b,
                                          const char *name, struct diag *d);
/* As batch_file, of a batch in any state: what it would be with these ids and this time
 * of release. */
enum status batch_file_of(struct ledger *l, const struct batch_entry *batch,
                          const struct payment_format *format,
                          enum status (*write)(void *ctx, const void *p, size_t n,
                                               struct diag *d),
                          void *ctx, const struct progress *progress, struct diag *d)
    MUST_USE;

#endif
