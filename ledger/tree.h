/* tree.h - the Merkle tree of RFC 6962 section 2.1 over record leaves. */
#ifndef ALMONER_LEDGER_TREE_H
#define ALMONER_LEDGER_TREE_H

#include "base/digest.h"

#define TREE_LEVELS 64

/* The append state: one root for each set bit of size, largest subtree first. */
struct frontier {
    uint64_t size;
    uint8_t node[TREE_LEVELS][DIGEST_LEN];
};

void tree_init(struct frontier *f);
/* Number of nodes in use: the set bits of size. */
size_t tree_nodes(const struct frontier *f);
/* SHA-256(0x00 || record). */
void tree_leaf(struct digest *g, struct str record, uint8_t out[DIGEST_LEN]);
/* SHA-256(0x01 || left || right). */
void tree_node(struct digest *g, const uint8_t left[DIGEST_LEN],
               const uint8_t right[DIGEST_LEN], uint8_t out[DIGEST_LEN]);
void tree_append(struct frontier *f, struct digest *g, const uint8_t leaf[DIGEST_LEN]);
/* Of the empty tree: SHA-256 of nothing. */
void tree_root(const struct frontier *f, struct digest *g, uint8_t out[DIGEST_LEN]);
/* size u64, then the nodes in use. */
void tree_write(const struct frontier *f, struct writer *w);
bool tree_read(struct frontier *f, struct reader *r);

#endif
