/* anchor.h - acts that tie the ledger to the world outside: a witness is registered,
 * its cosignatures and an authority's timestamps are recorded. Each is one signed
 * record; ledger_sign_as comes first. */
#ifndef ALMONER_BATCH_ANCHOR_H
#define ALMONER_BATCH_ANCHOR_H

#include "ledger/anchor.h"
#include "ledger/ledger.h"

/* Its number. ST_CONFLICT "witness-known", "key-known". In a live ledger it waits for
 * the second admin (admin_confirm). */
enum status anchor_add_witness(struct ledger *l, const struct witness_key *key,
                               uint32_t *number, struct diag *d) MUST_USE;

struct anchor_attached {
    uint64_t size;  /* of the checkpoint */
    uint32_t added; /* cosignatures recorded now */
    uint32_t known; /* recorded before: nothing is done about them */
};
/* Records the cosignatures of confirmed witnesses a note bears; those of others are
 * left alone. Beside the codes of anchor_checkpoint: ST_INPUT "no-cosignature" when
 * there is none, ST_INTEGRITY "cosignature" when one does not hold. */
enum status anchor_attach(struct ledger *l, struct str note,
                          struct anchor_attached *out, struct diag *d) MUST_USE;

/* Records a token that was verified by the caller for these bytes of a checkpoint, and
 * stores both as blobs. *number of the entry; *known: it was there already (then number
 * is left alone). */
enum status anchor_timestamp(struct ledger *l, struct str note, struct str token,
                             int64_t time_us, uint32_t *number, bool *known,
                             struct diag *d) MUST_USE;

#endif
