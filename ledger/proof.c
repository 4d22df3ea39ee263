/* proof.c - the two verification algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2,
 * step by step as they stand there. Both walk up from a leaf: `at` is the number of the
 * node on its level, `last` that of the level's last node. */
#include "ledger/proof.h"

#include <string.h>

struct climb {
    uint64_t at;
    uint64_t last;
};

/* Does the node at hand join a complete subtree on its left? */
static bool joins_left(const struct climb *c)
{
    return (c->at & 1) != 0 || c->at == c->last;
}

/* A last node without a neighbour is carried up unchanged to where it has one. */
static void skip_carried(struct climb *c)
{
    while ((c->at & 1) == 0 && c->at != 0) {
        c->at >>= 1;
        c->last >>= 1;
    }
}

static void go_up(struct climb *c)
{
    c->at >>= 1;
    c->last >>= 1;
}

bool proof_inclusion_holds(struct digest *g, uint64_t index, uint64_t size,
                           const uint8_t leaf[DIGEST_LEN], const struct proof *p,
                           const uint8_t root[DIGEST_LEN])
{
    if (index >= size || p->count > PROOF_HASHES_MAX) {
        return false;
    }
    struct climb c = {index, size - 1};
    uint8_t node[DIGEST_LEN];
    memcpy(node, leaf, DIGEST_LEN);
    for (size_t i = 0; i < p->count; i++) {
        if (c.last == 0) {
            return false;
        }
        if (joins_left(&c)) {
            tree_node(g, p->hash[i], node, node);
            skip_carried(&c);
        } else {
            tree_node(g, node, p->hash[i], node);
        }
        go_up(&c);
    }
    return c.last == 0 && digest_equal(node, root);
}

static bool is_power_of_two(uint64_t n)
{
    return (n & (n - 1)) == 0;
}

/* 0 < old_size < new_size. The old tree's last complete subtree is where both climbs
 * begin: given by the proof, or the old root itself when that is one. */
static bool grows(struct digest *g, struct climb c, const uint8_t first[DIGEST_LEN],
                  const uint8_t (*rest)[DIGEST_LEN], size_t count,
                  uint8_t old_root[DIGEST_LEN], uint8_t new_root[DIGEST_LEN])
{
    memcpy(old_root, first, DIGEST_LEN);
    memcpy(new_root, first, DIGEST_LEN);
    while ((c.at & 1) != 0) {
        go_up(&c);
    }
    for (size_t i = 0; i < count; i++) {
        if (c.last == 0) {
            return false;
        }
        if (joins_left(&c)) {
            tree_node(g, rest[i], old_root, old_root);
            tree_node(g, rest[i], new_root, new_root);
            skip_carried(&c);
        } else {
            tree_node(g, new_root, rest[i], new_root);
        }
        go_up(&c);
    }
    return c.last == 0;
}

bool proof_consistency_holds(struct digest *g, uint64_t old_size,
                             const uint8_t old_root[DIGEST_LEN], uint64_t new_size,
                             const uint8_t new_root[DIGEST_LEN], const struct proof *p)
{
    if (old_size > new_size || p->count > PROOF_HASHES_MAX) {
        return false;
    }
    if (old_size == new_size) {
        return p->count == 0 && digest_equal(old_root, new_root);
    }
    if (old_size == 0) {
        uint8_t empty[DIGEST_LEN];
        digest_once(g, str_of(""), str_of(""), empty);
        return p->count == 0 && digest_equal(old_root, empty);
    }
    if (p->count == 0) {
        return false;
    }
    const uint8_t(*hashes)[DIGEST_LEN] = p->hash;
    bool whole = is_power_of_two(old_size);
    const uint8_t *first = whole ? old_root : hashes[0];
    size_t skip = whole ? 0 : 1;
    struct climb c = {old_size - 1, new_size - 1};
    uint8_t old_made[DIGEST_LEN];
    uint8_t new_made[DIGEST_LEN];
    return grows(g, c, first, hashes + skip, p->count - skip, old_made, new_made) &&
           digest_equal(old_made, old_root) && digest_equal(new_made, new_root);
}
