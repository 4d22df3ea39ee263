/* tree.c - see tree.h. */
#include "verify/tree.h"

#include <string.h>

void leaf_hash(struct hash *h, struct str record, uint8_t out[HASH_LEN])
{
    hash_once(h, str_make("\0", 1), record, out);
}

static void node_hash(struct hash *h, const uint8_t left[HASH_LEN],
                      const uint8_t right[HASH_LEN], uint8_t out[HASH_LEN])
{
    uint8_t both[1 + 2 * HASH_LEN] = {1};
    memcpy(both + 1, left, HASH_LEN);
    memcpy(both + 1 + HASH_LEN, right, HASH_LEN);
    hash_once(h, str_make(both, sizeof both), str_of(""), out);
}

void tree_init(struct tree *t)
{
    memset(t, 0, sizeof *t);
}

bool tree_add(struct tree *t, struct hash *h, unsigned level,
              const uint8_t node[HASH_LEN])
{
    if (level > 62) {
        return false;
    }
    uint64_t leaves = (uint64_t)1 << level;
    if ((t->size & (leaves - 1)) != 0 || t->size + leaves > (uint64_t)INT64_MAX) {
        return false;
    }
    uint8_t carry[HASH_LEN];
    memcpy(carry, node, HASH_LEN);
    while ((t->size >> level & 1) != 0) {
        node_hash(h, t->part[level], carry, carry);
        level++;
    }
    memcpy(t->part[level], carry, HASH_LEN);
    t->size += leaves;
    return true;
}

void tree_root(const struct tree *t, struct hash *h, uint8_t out[HASH_LEN])
{
    bool any = false;
    for (unsigned level = 0; level < 64; level++) {
        if ((t->size >> level & 1) == 0) {
            continue;
        }
        if (any) {
            node_hash(h, t->part[level], out, out);
        } else {
            memcpy(out, t->part[level], HASH_LEN);
            any = true;
        }
    }
    if (!any) {
        hash_once(h, str_of(""), str_of(""), out);
    }
}
