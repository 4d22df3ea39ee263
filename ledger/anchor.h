/* anchor.h - what ties the ledger to the world outside: witnesses (register 11), their
 * cosignatures under checkpoints (12), and RFC 3161 timestamps (13). Rows are
 * projections: only ledger/fold_anchor.c writes them; the rest is read from the record
 * that made the entry. */
#ifndef ALMONER_LEDGER_ANCHOR_H
#define ALMONER_LEDGER_ANCHOR_H

#include "ledger/cosign.h"
#include "ledger/register.h"

struct witness_entry {
    uint32_t number;
    enum entry_state state;
    uint64_t sequence;
    uint32_t proposed_by;
    struct witness_key key;
};

struct cosigned_entry {
    uint32_t number;
    uint64_t sequence;
    uint32_t witness;
    uint64_t size; /* of the tree that was cosigned; an act began there */
    uint8_t root[DIGEST_LEN];
    struct cosignature cosignature;
};

struct timestamp_entry {
    uint32_t number;
    uint64_t sequence;
    uint64_t size; /* of the checkpoint, whose file and token are blobs */
    uint8_t root[DIGEST_LEN];
    uint8_t checkpoint_sha256[DIGEST_LEN];
    uint64_t checkpoint_length;
    uint8_t token_sha256[DIGEST_LEN];
    uint64_t token_length;
    int64_t time_us; /* as the token says */
};

/* ST_CONFLICT "unknown-witness" (-timestamp) when there is none. */
enum status witness_get(struct txn *t, uint32_t number, struct witness_entry *out,
                        struct diag *d) MUST_USE;
enum status timestamp_get(struct txn *t, uint32_t number, struct timestamp_entry *out,
                          struct diag *d) MUST_USE;

/* By name, or by key; number 0 in *out when there is none. count: of the head. */
enum status witness_find(struct txn *t, uint32_t count, struct str name,
                         struct witness_entry *out, struct diag *d) MUST_USE;
enum status witness_find_key(struct txn *t, uint32_t count,
                             const uint8_t public_key[KEY_PUBLIC_LEN],
                             struct witness_entry *out, struct diag *d) MUST_USE;
/* Is this witness's cosignature of this size and time there already? */
enum status cosigned_known(struct txn *t, uint32_t count, uint32_t witness,
                           uint64_t size, uint64_t time_s, bool *known, struct diag *d)
    MUST_USE;
/* The one of the largest tree, of these the latest, that is of this origin (of an epoch
 * before, it says nothing about this one); witness 0: of any. number 0 in *out: none.
 */
enum status cosigned_newest(struct txn *t, uint32_t count, uint32_t witness,
                            struct str origin, struct cosigned_entry *out,
                            struct diag *d) MUST_USE;
/* The same token is there already. */
enum status timestamp_known(struct txn *t, uint32_t count,
                            const uint8_t token_sha256[DIGEST_LEN], bool *known,
                            struct diag *d) MUST_USE;

/* The fields of a record's plain body; sequence and state are left alone. */
bool cosigned_body_read(struct str plain, struct cosigned_entry *out);
bool timestamp_body_read(struct str plain, struct timestamp_entry *out);

/* For the fold. */
enum status witness_put(struct txn *t, const struct witness_entry *e, struct diag *d)
    MUST_USE;
enum status cosigned_put(struct txn *t, const struct cosigned_entry *e, struct diag *d)
    MUST_USE;
enum status timestamp_put(struct txn *t, const struct timestamp_entry *e,
                          struct diag *d) MUST_USE;

#endif
