/* tiles.h - any node of the tree from the store, and the proofs made of them.
 *
 * The fold keeps the roots of complete subtrees at the levels 8, 16, 24, ... in
 * TABLE_TILES; nodes below level 8 are made again from at most 256 records, others from
 * at most 256 kept ones. So a proof costs the same in a large ledger as in a small one,
 * but for 256 rows for each factor 256 in size.
 *
 * Sizes and indexes must lie within the ledger's records. What is missing in the store
 * is ST_INTEGRITY "tree-node". */
#ifndef ALMONER_LEDGER_TILES_H
#define ALMONER_LEDGER_TILES_H

#include "ledger/proof.h"
#include "ledger/store.h"

#define TILE_LEVELS 8 /* a tile has 2^8 nodes of a level; its root is kept */
#define TILE_NODES 256

struct tile { /* a node that is kept */
    unsigned level;
    uint64_t index;
    uint8_t hash[DIGEST_LEN];
};
#define TILES_MAX (TREE_LEVELS / TILE_LEVELS) /* with one record */

/* The nodes that become complete when a record with this leaf is added to the tree
 * `before`, at most TILES_MAX; returns how many. */
size_t tiles_complete(struct digest *g, const struct frontier *before,
                      const uint8_t leaf[DIGEST_LEN], struct tile *out);
enum status tiles_put(struct txn *t, const struct tile *tile, struct diag *d) MUST_USE;
/* Keeps the nodes that become complete when a record with this leaf is added to the
 * tree `before`. */
enum status tiles_grow(struct txn *t, struct digest *g, const struct frontier *before,
                       const uint8_t leaf[DIGEST_LEN], struct diag *d) MUST_USE;

/* Root of the complete subtree of 2^level records from record index << level on. */
enum status tiles_subtree(struct txn *t, struct digest *g, unsigned level,
                          uint64_t index, uint8_t out[DIGEST_LEN], struct diag *d)
    MUST_USE;
/* Root of the tree over the first `size` records. */
enum status tiles_root(struct txn *t, struct digest *g, uint64_t size,
                       uint8_t out[DIGEST_LEN], struct diag *d) MUST_USE;

/* RFC 9162 section 2.1.3.1; index < size (a must). */
enum status tiles_inclusion(struct txn *t, struct digest *g, uint64_t index,
                            uint64_t size, struct proof *out, struct diag *d) MUST_USE;
/* RFC 9162 section 2.1.4.1; old_size <= new_size (a must). Empty for an old_size of 0
 * and for equal sizes. */
enum status tiles_consistency(struct txn *t, struct digest *g, uint64_t old_size,
                              uint64_t new_size, struct proof *out, struct diag *d)
    MUST_USE;

#endif
