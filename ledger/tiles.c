/* tiles.c - see tiles.h. Rows of TABLE_TILES: u8 level, u64 index -> 32 bytes.
 *
 * The rows are a projection: `audit verify` makes them again. Nothing here checks them;
 * a proof made of them is to be checked against the root before it is given away. */
#include "ledger/tiles.h"

#include <string.h>

#include "base/must.h"

#define KEY_LEN 9
#define RECORD_KEY_LEN 8

static size_t node_key(unsigned level, uint64_t index, uint8_t key[KEY_LEN])
{
    if (level == 0) {
        put_u64(key, index);
        return RECORD_KEY_LEN;
    }
    key[0] = (uint8_t)level;
    put_u64(key + 1, index);
    return KEY_LEN;
}

size_t tiles_complete(struct digest *g, const struct frontier *before,
                      const uint8_t leaf[DIGEST_LEN], struct tile *out)
{
    uint8_t top[DIGEST_LEN];
    size_t n = tree_nodes(before);
    size_t count = 0;
    if ((before->size + 1) % TILE_NODES != 0) {
        return 0;
    }
    memcpy(top, leaf, DIGEST_LEN);
    uint64_t at = before->size;
    for (unsigned level = 1; (at & 1) != 0; level++) {
        at >>= 1;
        n--;
        tree_node(g, before->node[n], top, top);
        if (level % TILE_LEVELS == 0) {
            must(count < TILES_MAX);
            struct tile *tile = &out[count++];
            tile->level = level;
            tile->index = at;
            memcpy(tile->hash, top, DIGEST_LEN);
        }
    }
    return count;
}

enum status tiles_put(struct txn *t, const struct tile *tile, struct diag *d)
{
    uint8_t key[KEY_LEN];
    size_t n = node_key(tile->level, tile->index, key);
    return store_put(t, TABLE_TILES, str_make(key, n), str_make(tile->hash, DIGEST_LEN),
                     d);
}

enum status tiles_grow(struct txn *t, struct digest *g, const struct frontier *before,
                       const uint8_t leaf[DIGEST_LEN], struct diag *d)
{
    struct tile tiles[TILES_MAX];
    size_t count = tiles_complete(g, before, leaf, tiles);
    for (size_t i = 0; i < count; i++) {
        TRY(tiles_put(t, &tiles[i], d));
    }
    return ST_OK;
}

static enum status missing(unsigned level, uint64_t index, struct diag *d)
{
    if (level == 0) {
        diag_fail(d, ST_INTEGRITY, "tree-node", "record %llu is missing",
                  (unsigned long long)index);
    } else {
        diag_fail(d, ST_INTEGRITY, "tree-node",
                  "node %llu of level %u of the tree is missing",
                  (unsigned long long)index, level);
    }
    return diag_hint(d, "run audit verify");
}

/* The hashes of `count` nodes of a kept level (0: leaves, of the records themselves)
 * from first on, joined as if they were the leaves of a tree. */
static enum status join(struct cursor *c, struct digest *g, unsigned level,
                        uint64_t first, uint64_t count, struct frontier *f,
                        struct diag *d)
{
    uint8_t key[KEY_LEN];
    uint8_t leaf[DIGEST_LEN];
    struct str found;
    struct str row;
    size_t n = node_key(level, first, key);
    TRY(store_cursor_seek(c, str_make(key, n), &found, &row, d));
    for (uint64_t i = 0; i < count; i++) {
        node_key(level, first + i, key);
        if (found.p == NULL || !str_eq(found, str_make(key, n)) ||
            (level > 0 && row.n != DIGEST_LEN)) {
            return missing(level, first + i, d);
        }
        if (level == 0) {
            tree_leaf(g, row, leaf);
        } else {
            memcpy(leaf, row.p, DIGEST_LEN);
        }
        tree_append(f, g, leaf);
        if (i + 1 < count) {
            TRY(store_cursor_next(c, &found, &row, d));
        }
    }
    return ST_OK;
}

enum status tiles_subtree(struct txn *t, struct digest *g, unsigned level,
                          uint64_t index, uint8_t out[DIGEST_LEN], struct diag *d)
{
    struct cursor *c;
    struct frontier f;
    unsigned above = level % TILE_LEVELS;
    must(level < TREE_LEVELS);
    tree_init(&f);
    TRY(store_cursor_open(t, level < TILE_LEVELS ? TABLE_RECORDS : TABLE_TILES, &c, d));
    enum status st =
        join(c, g, level - above, index << above, (uint64_t)1 << above, &f, d);
    store_cursor_close(c);
    if (st == ST_OK) {
        tree_root(&f, g, out);
    }
    return st;
}

/* The records from `first` on, n of them: n is at most the largest power of two that
 * divides first, or first is 0. So its complete subtrees are some of the whole tree's,
 * one for each set bit of n, and joining them is what tree_root does. */
static enum status range_root(struct txn *t, struct digest *g, uint64_t first,
                              uint64_t n, uint8_t out[DIGEST_LEN], struct diag *d)
{
    struct frontier f;
    size_t count = 0;
    tree_init(&f);
    for (unsigned level = TREE_LEVELS; level-- > 0;) {
        uint64_t bit = (uint64_t)1 << level;
        if ((n & bit) != 0) {
            TRY(tiles_subtree(t, g, level, first >> level, f.node[count++], d));
            first += bit;
        }
    }
    f.size = n;
    tree_root(&f, g, out);
    return ST_OK;
}

enum status tiles_root(struct txn *t, struct digest *g, uint64_t size,
                       uint8_t out[DIGEST_LEN], struct diag *d)
{
    return range_root(t, g, 0, size, out, d);
}

/* The largest power of two below n; n > 1. */
static uint64_t split(uint64_t n)
{
    uint64_t k = 1;
    while (k < n - k) {
        k <<= 1;
    }
    return k;
}

static enum status add(struct txn *t, struct digest *g, uint64_t first, uint64_t n,
                       struct proof *p, struct diag *d)
{
    /* One for each halving of a size below 2^63, and one for where it ends. */
    must(p->count < PROOF_HASHES_MAX);
    return range_root(t, g, first, n, p->hash[p->count++], d);
}

/* The definitions go down from the root; proofs begin at the bottom. */
static void turn(struct proof *p)
{
    uint8_t kept[DIGEST_LEN];
    for (size_t i = 0; i < p->count / 2; i++) {
        size_t other = p->count - 1 - i;
        memcpy(kept, p->hash[i], DIGEST_LEN);
        memcpy(p->hash[i], p->hash[other], DIGEST_LEN);
        memcpy(p->hash[other], kept, DIGEST_LEN);
    }
}

enum status tiles_inclusion(struct txn *t, struct digest *g, uint64_t index,
                            uint64_t size, struct proof *out, struct diag *d)
{
    struct proof p = {0};
    uint64_t first = 0;
    uint64_t n = size;
    must(index < size && size <= UINT64_MAX / 2);
    while (n > 1) {
        uint64_t k = split(n);
        if (index - first < k) {
            TRY(add(t, g, first + k, n - k, &p, d));
            n = k;
        } else {
            TRY(add(t, g, first, k, &p, d));
            first += k;
            n -= k;
        }
    }
    turn(&p);
    *out = p;
    return ST_OK;
}

enum status tiles_consistency(struct txn *t, struct digest *g, uint64_t old_size,
                              uint64_t new_size, struct proof *out, struct diag *d)
{
    struct proof p = {0};
    uint64_t first = 0;
    uint64_t n = new_size;
    uint64_t old = old_size;
    must(old_size <= new_size && new_size <= UINT64_MAX / 2);
    while (old > 0 && old < n) {
        uint64_t k = split(n);
        if (old <= k) {
            TRY(add(t, g, first + k, n - k, &p, d));
            n = k;
        } else {
            TRY(add(t, g, first, k, &p, d));
            first += k;
            old -= k;
            n -= k;
        }
    }
    /* Where the old tree ends; left out when it is the old root itself. */
    if (first > 0) {
        TRY(add(t, g, first, n, &p, d));
    }
    turn(&p);
    *out = p;
    return ST_OK;
}
