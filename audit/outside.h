/* outside.h - a checkpoint that somebody outside kept, held against the ledger: it must
 * still begin with the very records that were signed for then. */
#ifndef ALMONER_AUDIT_OUTSIDE_H
#define ALMONER_AUDIT_OUTSIDE_H

#include "ledger/epoch.h"
#include "ledger/ledger.h"

/* c: with a signature that was verified (ledger_read_checkpoint). size: records there
 * are; root: of the tree of c->size records, not looked at when that is more than size.
 * ST_INTEGRITY "rolled-back" (there are fewer records than were signed for) or "forked"
 * (they are not those).
 *
 * Of an epoch that a restore ended, and with records that it lost: ST_CONFLICT "lost"
 * when the next epoch's record names the loss of so many (there is nothing to compare
 * then), ST_INTEGRITY "lost-unnamed" when it does not, so that records which somebody
 * outside knows of were kept quiet about, and "forked" when it names another tree. */
enum status outside_compare(const struct checkpoint *c, const struct epoch_end *end,
                            uint64_t size, const uint8_t root[DIGEST_LEN],
                            struct diag *d) MUST_USE;
/* end of c's epoch, for outside_compare. */
enum status outside_end(struct ledger *l, const struct checkpoint *c,
                        struct epoch_end *end, struct diag *d) MUST_USE;
/* The same with the root made from the nodes the ledger keeps: milliseconds, but it
 * believes these nodes; verify_ledger makes the tree from the records. */
enum status outside_contained(struct ledger *l, const struct checkpoint *c,
                              struct diag *d) MUST_USE;

#endif
