/* test_proof.c - if this fails, somebody can be shown a record that is not in the
 * ledger, or a forked ledger as the old one continued; or our proofs do not fit the
 * tools of others. Guards the proofs against RFC 9162's definitions, word for word. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ledger/tiles.h"
#include "tests/unit/ledger_fixture.h"

#define SIZE_TRIED 200   /* every index and every older size of each */
#define SIZE_LARGE 70000 /* two kept levels */

static struct digest *g;
static struct store *store;
static struct txn *txn;
static char dir[FIXTURE_DIR_CAP];
static uint8_t (*leaves)[DIGEST_LEN];
static struct frontier tree;
static struct diag d;

static void grow_to(uint64_t size)
{
    while (tree.size < size) {
        uint8_t record[9];
        uint8_t key[8];
        put_u64(key, tree.size);
        put_u64(record, tree.size * 0x9e3779b97f4a7c15u);
        record[8] = (uint8_t)tree.size;
        struct str bytes = str_make(record, 1 + tree.size % 9);
        tree_leaf(g, bytes, leaves[tree.size]);
        ck_assert_int_eq(store_append(txn, TABLE_RECORDS, str_make(key, 8), bytes, &d),
                         ST_OK);
        ck_assert_int_eq(tiles_grow(txn, g, &tree, leaves[tree.size], &d), ST_OK);
        tree_append(&tree, g, leaves[tree.size]);
    }
}

static void setup(void)
{
    fixture_folder("proof", dir);
    ck_assert_int_eq(digest_new(&g, &d), ST_OK);
    ck_assert_int_eq(store_open(&store, dir, STORE_SCRATCH, &d), ST_OK);
    ck_assert_int_eq(store_begin(store, true, &txn, &d), ST_OK);
    leaves = calloc(SIZE_LARGE, sizeof *leaves);
    ck_assert_ptr_nonnull(leaves);
    tree_init(&tree);
}

static void teardown(void)
{
    char path[FIXTURE_DIR_CAP + 20];
    free(leaves);
    store_abort(txn);
    store_close(store);
    digest_free(g);
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/lock.mdb", dir);
    unlink(path);
    rmdir(dir);
}

/* ---- RFC 9162 sections 2.1.1, 2.1.3.1 and 2.1.4.1, word for word ---- */

static size_t half(size_t n)
{
    size_t k = 1;
    while (2 * k < n) {
        k *= 2;
    }
    return k;
}

static void naive_root(size_t at, size_t n, uint8_t out[DIGEST_LEN])
{
    uint8_t both[1 + 2 * DIGEST_LEN] = {0x01};
    if (n == 0) {
        digest_once(g, str_of(""), str_of(""), out);
    } else if (n == 1) {
        memcpy(out, leaves[at], DIGEST_LEN);
    } else {
        size_t k = half(n);
        naive_root(at, k, both + 1);
        naive_root(at + k, n - k, both + 1 + DIGEST_LEN);
        digest_once(g, str_make(both, sizeof both), str_of(""), out);
    }
}

static void naive_path(size_t m, size_t at, size_t n, struct proof *p)
{
    if (n == 1) {
        return;
    }
    size_t k = half(n);
    if (m < k) {
        naive_path(m, at, k, p);
        naive_root(at + k, n - k, p->hash[p->count++]);
    } else {
        naive_path(m - k, at + k, n - k, p);
        naive_root(at, k, p->hash[p->count++]);
    }
}

static void naive_subproof(size_t m, size_t at, size_t n, bool b, struct proof *p)
{
    if (m == n) {
        if (!b) {
            naive_root(at, n, p->hash[p->count++]);
        }
        return;
    }
    size_t k = half(n);
    if (m <= k) {
        naive_subproof(m, at, k, b, p);
        naive_root(at + k, n - k, p->hash[p->count++]);
    } else {
        naive_subproof(m - k, at + k, n - k, false, p);
        naive_root(at, k, p->hash[p->count++]);
    }
}

static bool same(const struct proof *a, const struct proof *b)
{
    return a->count == b->count && memcmp(a->hash, b->hash, a->count * DIGEST_LEN) == 0;
}

/* ---- one claim, and everything near it that is not true ---- */

struct claim {
    bool growth; /* consistency of two sizes, else inclusion */
    uint64_t at; /* the old size, or the index */
    uint64_t size;
    uint8_t first[DIGEST_LEN]; /* the old root, or the leaf */
    uint8_t root[DIGEST_LEN];
    struct proof proof;
};

static bool holds(const struct claim *c)
{
    return c->growth
               ? proof_consistency_holds(g, c->at, c->first, c->size, c->root,
                                         &c->proof)
               : proof_inclusion_holds(g, c->at, c->size, c->first, &c->proof, c->root);
}

static void refused(const struct claim *good, const struct claim *bad, const char *how)
{
    ck_assert_msg(!holds(bad), "%s %llu of %llu: %s", good->growth ? "growth" : "index",
                  (unsigned long long)good->at, (unsigned long long)good->size, how);
}

static void mutate_hashes(const struct claim *good)
{
    size_t n = good->proof.count;
    for (size_t i = 0; i < n; i++) {
        struct claim bad = *good;
        bad.proof.hash[i][i % DIGEST_LEN] ^= 0x01;
        refused(good, &bad, "a flipped bit");
        bad = *good;
        memmove(bad.proof.hash[i], bad.proof.hash[i + 1], (n - i - 1) * DIGEST_LEN);
        bad.proof.count--;
        refused(good, &bad, "a dropped hash");
        for (size_t k = i + 1; k<n; k += n - i> 2 ? n - i - 2 : 1) {
            bad = *good;
            memcpy(bad.proof.hash[i], good->proof.hash[k], DIGEST_LEN);
            memcpy(bad.proof.hash[k], good->proof.hash[i], DIGEST_LEN);
            refused(good, &bad, "two swapped hashes");
        }
    }
    for (size_t i = 0; i <= n && n < PROOF_HASHES_MAX; i++) {
        struct claim bad = *good;
        memmove(bad.proof.hash[i + 1], bad.proof.hash[i], (n - i) * DIGEST_LEN);
        bad.proof.count++;
        refused(good, &bad, "a doubled hash");
        memset(bad.proof.hash[i], 0, DIGEST_LEN);
        refused(good, &bad, "an added hash");
    }
}

static void mutate(const struct claim *good)
{
    struct claim bad = *good;
    mutate_hashes(good);
    bad.at = good->at + 1;
    refused(good, &bad, "index or old size one more");
    bad.at = good->at - 1;
    refused(good, &bad, "index or old size one less");
    bad = *good;
    bad.first[7] ^= 0x80;
    refused(good, &bad, "another leaf or old root");
    bad = *good;
    bad.root[31] ^= 0x01;
    refused(good, &bad, "another root");
}

/* A size off by one leaves some proofs as they are: where the path from the leaf never
 * meets the tree's right edge at another height. With the true root of the other size,
 * which is what a signed checkpoint would give, none may hold. */
static void mutate_size(const struct claim *good, const uint8_t more[DIGEST_LEN],
                        const uint8_t less[DIGEST_LEN])
{
    struct claim bad = *good;
    bad.size = good->size + 1;
    memcpy(bad.root, more, DIGEST_LEN);
    refused(good, &bad, "size one more under its true root");
    bad.size = good->size - 1;
    memcpy(bad.root, less, DIGEST_LEN);
    refused(good, &bad, "size one less under its true root");
}

START_TEST(inclusion_of_every_record_in_every_size)
{
    static uint8_t roots[SIZE_TRIED + 2][DIGEST_LEN];
    grow_to(SIZE_TRIED + 1);
    for (size_t n = 0; n <= SIZE_TRIED + 1; n++) {
        naive_root(0, n, roots[n]);
    }
    for (uint64_t size = 1; size <= SIZE_TRIED; size++) {
        for (uint64_t i = 0; i < size; i++) {
            struct claim c = {.at = i, .size = size};
            struct proof want = {0};
            naive_path(i, 0, size, &want);
            memcpy(c.first, leaves[i], DIGEST_LEN);
            memcpy(c.root, roots[size], DIGEST_LEN);
            ck_assert_int_eq(tiles_inclusion(txn, g, i, size, &c.proof, &d), ST_OK);
            ck_assert_msg(same(&want, &c.proof), "%llu of %llu", (unsigned long long)i,
                          (unsigned long long)size);
            ck_assert(holds(&c));
            mutate(&c);
            mutate_size(&c, roots[size + 1], roots[size - 1]);
        }
    }
}
END_TEST

START_TEST(consistency_of_every_two_sizes)
{
    static uint8_t roots[SIZE_TRIED + 2][DIGEST_LEN];
    grow_to(SIZE_TRIED + 1);
    for (size_t n = 0; n <= SIZE_TRIED + 1; n++) {
        naive_root(0, n, roots[n]);
    }
    for (uint64_t size = 1; size <= SIZE_TRIED; size++) {
        for (uint64_t old = 0; old <= size; old++) {
            struct claim c = {.growth = true, .at = old, .size = size};
            struct proof want = {0};
            if (old > 0) {
                naive_subproof(old, 0, size, true, &want);
            }
            memcpy(c.first, roots[old], DIGEST_LEN);
            memcpy(c.root, roots[size], DIGEST_LEN);
            ck_assert_int_eq(tiles_consistency(txn, g, old, size, &c.proof, &d), ST_OK);
            ck_assert_msg(same(&want, &c.proof), "%llu to %llu",
                          (unsigned long long)old, (unsigned long long)size);
            ck_assert(holds(&c));
            if (old > 0) {
                mutate(&c);
                mutate_size(&c, roots[size + 1], roots[size - 1]);
            }
        }
    }
}
END_TEST

START_TEST(nothing_is_consistent_with_a_smaller_tree)
{
    struct claim c = {.growth = true};
    struct claim bad;
    grow_to(8);
    for (c.at = 0; c.at <= 8; c.at++) {
        for (c.size = 0; c.size < c.at; c.size++) {
            bad = c;
            naive_root(0, c.at, bad.first);
            naive_root(0, c.size, bad.root);
            refused(&c, &bad, "shrunk");
        }
    }
    bad = (struct claim){.growth = true, .size = 5};
    naive_root(0, 5, bad.root);
    refused(&bad, &bad, "from size 0 with no empty tree's root");
    bad = (struct claim){.size = 0};
    refused(&bad, &bad, "in an empty tree");
}
END_TEST

/* Sizes around the kept levels, where nodes come from rows instead of records. */
START_TEST(kept_nodes_give_the_same_roots)
{
    static const uint64_t sizes[] = {1,     255,   256,   257,   511,   512,  513,
                                     65535, 65536, 65537, 65791, 65792, 69999};
    uint64_t kept;
    grow_to(SIZE_LARGE);
    ck_assert_int_eq(store_count(txn, TABLE_TILES, &kept, &d), ST_OK);
    ck_assert_uint_eq(kept, SIZE_LARGE / 256 + SIZE_LARGE / 65536);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t want[DIGEST_LEN];
        uint8_t got[DIGEST_LEN];
        naive_root(0, sizes[i], want);
        ck_assert_int_eq(tiles_root(txn, g, sizes[i], got, &d), ST_OK);
        ck_assert_msg(memcmp(want, got, DIGEST_LEN) == 0, "size %llu",
                      (unsigned long long)sizes[i]);
        for (size_t k = 0; k <= i; k++) {
            struct claim c = {.growth = true, .at = sizes[k], .size = sizes[i]};
            naive_root(0, sizes[k], c.first);
            memcpy(c.root, want, DIGEST_LEN);
            ck_assert_int_eq(tiles_consistency(txn, g, c.at, c.size, &c.proof, &d),
                             ST_OK);
            ck_assert(holds(&c));
            c.growth = false;
            c.at = sizes[k] - 1;
            memcpy(c.first, leaves[c.at], DIGEST_LEN);
            ck_assert_int_eq(tiles_inclusion(txn, g, c.at, c.size, &c.proof, &d),
                             ST_OK);
            ck_assert(holds(&c));
        }
    }
}
END_TEST

START_TEST(every_level_is_a_node_of_the_tree)
{
    grow_to(SIZE_LARGE);
    for (unsigned level = 0; level <= 16; level++) {
        uint64_t count = SIZE_LARGE >> level;
        for (uint64_t i = 0; i < count; i += 1 + count / 3) {
            uint8_t want[DIGEST_LEN];
            uint8_t got[DIGEST_LEN];
            naive_root(i << level, (size_t)1 << level, want);
            ck_assert_int_eq(tiles_subtree(txn, g, level, i, got, &d), ST_OK);
            ck_assert_msg(memcmp(want, got, DIGEST_LEN) == 0, "level %u, %llu", level,
                          (unsigned long long)i);
        }
    }
}
END_TEST

START_TEST(a_missing_node_is_said)
{
    uint8_t key[9] = {8};
    uint8_t root[DIGEST_LEN];
    grow_to(600);
    put_u64(key + 1, 1);
    ck_assert_int_eq(store_delete(txn, TABLE_TILES, str_make(key, 9), &d), ST_OK);
    ck_assert_int_eq(tiles_root(txn, g, 600, root, &d), ST_INTEGRITY);
    ck_assert_str_eq(d.code, "tree-node");
    ck_assert_str_eq(d.what, "node 1 of level 8 of the tree is missing");
    ck_assert_int_eq(store_put(txn, TABLE_TILES, str_make(key, 9), str_of("x"), &d),
                     ST_OK);
    ck_assert_int_eq(tiles_root(txn, g, 600, root, &d), ST_INTEGRITY);
    ck_assert_int_eq(tiles_root(txn, g, 511, root, &d), ST_OK);
    ck_assert_int_eq(store_delete(txn, TABLE_RECORDS, str_make(key + 1, 8), &d), ST_OK);
    struct proof p;
    ck_assert_int_eq(tiles_inclusion(txn, g, 0, 8, &p, &d), ST_INTEGRITY);
    ck_assert_str_eq(d.what, "record 1 is missing");
}
END_TEST

Suite *suite_proof(void);

Suite *suite_proof(void)
{
    Suite *s = suite_create("proof");
    TCase *c = tcase_create("proof");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, inclusion_of_every_record_in_every_size);
    tcase_add_test(c, consistency_of_every_two_sizes);
    tcase_add_test(c, nothing_is_consistent_with_a_smaller_tree);
    tcase_add_test(c, kept_nodes_give_the_same_roots);
    tcase_add_test(c, every_level_is_a_node_of_the_tree);
    tcase_add_test(c, a_missing_node_is_said);
    suite_add_tcase(s, c);
    return s;
}
