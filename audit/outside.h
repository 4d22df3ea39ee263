/* outside.h - a checkpoint that somebody outside kept, held against the ledger: it must
 * still begin with the very records that were signed for then. */
#ifndef ALMONER_AUDIT_OUTSIDE_H
#define ALMONER_AUDIT_OUTSIDE_H

#include "ledger/ledger.h"

/* c: with a signature that was verified (ledger_read_checkpoint). size: records there
 * are; root: of the tree of c->size records, not looked at when that is more than size.
 * ST_INTEGRITY "rolled-back" (there are fewer records than were signed for) or "forked"
 * (they are not those). */
enum status outside_compare(const struct checkpoint *c, uint64_t size,
                            const uint8_t root[DIGEST_LEN], struct diag *d) MUST_USE;
/* The same with the root made from the nodes the ledger keeps: milliseconds, but it
 * believes these nodes; verify_ledger makes the tree from the records. */
enum status outside_contained(struct ledger *l, const struct checkpoint *c,
                              struct diag *d) MUST_USE;

#endif
