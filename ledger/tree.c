/* tree.c - the Merkle tree of RFC 6962 section 2.1, as it grows.
 *
 * Only the roots of the complete subtrees are kept (at most 64), so that appending
 * needs no look at older records. The prefixes 0x00 and 0x01 keep a leaf from being
 * passed off as a node; they are part of the stored format. */
#include "ledger/tree.h"

#include <string.h>

#include "base/must.h"

#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01

static size_t set_bits(uint64_t v)
{
    size_t n = 0;
    for (; v != 0; v &= v - 1) {
        n++;
    }
    return n;
}

void tree_init(struct frontier *f)
{
    memset(f, 0, sizeof *f);
}

size_t tree_nodes(const struct frontier *f)
{
    return set_bits(f->size);
}

void tree_leaf(struct digest *g, struct str record, uint8_t out[DIGEST_LEN])
{
    static const char prefix[1] = {LEAF_PREFIX};
    digest_once(g, str_make(prefix, 1), record, out);
}

void tree_node(struct digest *g, const uint8_t left[DIGEST_LEN],
               const uint8_t right[DIGEST_LEN], uint8_t out[DIGEST_LEN])
{
    /* In one piece: three short calls of OpenSSL cost more than two copies. */
    uint8_t both[1 + 2 * DIGEST_LEN];
    both[0] = NODE_PREFIX;
    memcpy(both + 1, left, DIGEST_LEN);
    memcpy(both + 1 + DIGEST_LEN, right, DIGEST_LEN);
    digest_start(g);
    digest_add(g, both, sizeof both);
    digest_end(g, out);
}

/* Like adding one to a binary number: each carry joins two subtrees of a size. */
void tree_append(struct frontier *f, struct digest *g, const uint8_t leaf[DIGEST_LEN])
{
    must(f->size < UINT64_MAX);
    uint8_t top[DIGEST_LEN];
    memcpy(top, leaf, DIGEST_LEN);
    size_t n = tree_nodes(f);
    for (uint64_t carry = f->size; (carry & 1) != 0; carry >>= 1) {
        n--;
        tree_node(g, f->node[n], top, top);
    }
    memcpy(f->node[n], top, DIGEST_LEN);
    f->size++;
}

void tree_root(const struct frontier *f, struct digest *g, uint8_t out[DIGEST_LEN])
{
    size_t n = tree_nodes(f);
    if (n == 0) {
        digest_start(g);
        digest_end(g, out);
        return;
    }
    memcpy(out, f->node[n - 1], DIGEST_LEN);
    for (size_t i = n - 1; i > 0; i--) {
        tree_node(g, f->node[i - 1], out, out);
    }
}

void tree_write(const struct frontier *f, struct writer *w)
{
    writer_u64(w, f->size);
    writer_bytes(w, f->node, tree_nodes(f) * DIGEST_LEN);
}

bool tree_read(struct frontier *f, struct reader *r)
{
    uint64_t size = reader_u64(r);
    size_t bytes = set_bits(size) * DIGEST_LEN;
    struct str nodes = reader_bytes(r, bytes);
    if (r->failed) {
        return false;
    }
    tree_init(f);
    f->size = size;
    if (bytes > 0) {
        memcpy(f->node, nodes.p, bytes);
    }
    return true;
}
