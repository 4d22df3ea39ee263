/* proof.h - proofs over the tree of RFC 9162 section 2.1, checked without a ledger.
 *
 * Pure: nothing here trusts what it is given. A root must come from elsewhere (a
 * checkpoint whose signature holds), or a proof says nothing. */
#ifndef ALMONER_LEDGER_PROOF_H
#define ALMONER_LEDGER_PROOF_H

#include "ledger/tree.h"

/* A tree of 2^64 - 1 records needs 64 in an inclusion proof and 65 in a consistency
 * proof; C2SP stops at 63. Longer ones are refused by whoever reads them. */
#define PROOF_HASHES_MAX 64

struct proof {
    size_t count;
    uint8_t hash[PROOF_HASHES_MAX][DIGEST_LEN]; /* deepest first */
};

/* RFC 9162 section 2.1.3.2: is the record with this leaf hash number `index` of the
 * tree of `size` records under root? */
bool proof_inclusion_holds(struct digest *g, uint64_t index, uint64_t size,
                           const uint8_t leaf[DIGEST_LEN], const struct proof *p,
                           const uint8_t root[DIGEST_LEN]);

/* RFC 9162 section 2.1.4.2: is the old tree the beginning of the new one? Of equal
 * sizes the roots are equal and the proof is empty; old_size 0 wants the empty tree's
 * root and an empty proof. */
bool proof_consistency_holds(struct digest *g, uint64_t old_size,
                             const uint8_t old_root[DIGEST_LEN], uint64_t new_size,
                             const uint8_t new_root[DIGEST_LEN], const struct proof *p);

#endif
