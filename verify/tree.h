/* tree.h - the tree of RFC 6962 grown from the left, of leaves and of whole subtrees
 * whose leaves are not there. */
#ifndef ALMONER_VERIFY_TREE_H
#define ALMONER_VERIFY_TREE_H

#include "verify/crypto.h"

struct tree {
    uint64_t size;
    uint8_t part[64]
                [HASH_LEN]; /* of each bit set in size: root of that complete subtree */
};

void leaf_hash(struct hash *h, struct str record, uint8_t out[HASH_LEN]);
void tree_init(struct tree *t);
/* A complete subtree of 2^level leaves behind what is there. False (and unchanged) when
 * size is not a multiple of 2^level, or would not fit 63 bits. */
bool tree_add(struct tree *t, struct hash *h, unsigned level,
              const uint8_t node[HASH_LEN]);
void tree_root(const struct tree *t, struct hash *h, uint8_t out[HASH_LEN]);

#endif
