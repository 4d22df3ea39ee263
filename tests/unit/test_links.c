/* test_links.c - if this fails, a run leaves a chain or a tree that is not that of its
 * records, or records behind that were dropped. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger/links.h"
#include "ledger/tiles.h"
#include "tests/unit/ledger_fixture.h"

#define OLD 250 /* records before: the next tile is complete soon */

static struct digest *g;
static struct store *store;
static struct txn *txn;
static struct links *links;
static char dir[FIXTURE_DIR_CAP];
static struct frontier tree;
static uint8_t leaf[DIGEST_LEN];
static struct diag d;

#define OK(call) ck_assert_msg((call) == ST_OK, "%s", d.what)

/* Of all lengths, up to the longest; the place for the hash moves, too. */
static struct str make(uint64_t sequence, uint8_t bytes[RECORD_BYTES_MAX], size_t *at)
{
    size_t n = sequence % 97 == 0 ? RECORD_BYTES_MAX : 40 + sequence * 7 % 300;
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)(sequence * 31 + i);
    }
    *at = sequence % (n - DIGEST_LEN + 1);
    return str_make(bytes, n);
}

/* One by one, without links. */
static void add_plainly(uint64_t sequence)
{
    uint8_t bytes[RECORD_BYTES_MAX];
    uint8_t key[8];
    size_t at;
    struct str record = make(sequence, bytes, &at);
    memcpy(bytes + at, leaf, DIGEST_LEN);
    tree_leaf(g, record, leaf);
    put_u64(key, sequence);
    OK(store_append(txn, TABLE_RECORDS, str_make(key, 8), record, &d));
    OK(tiles_grow(txn, g, &tree, leaf, &d));
    tree_append(&tree, g, leaf);
}

static void add_by_links(uint64_t first, uint64_t count)
{
    uint8_t bytes[RECORD_BYTES_MAX];
    size_t at;
    for (uint64_t i = 0; i < count; i++) {
        struct str record = make(first + i, bytes, &at);
        OK(links_add(links, txn, record, at, &d));
    }
}

static void setup(void)
{
    fixture_folder("links", dir);
    OK(digest_new(&g, &d));
    OK(store_open(&store, dir, STORE_SCRATCH, &d));
    OK(store_begin(store, true, &txn, &d));
    OK(links_new(&links, DIGEST_SHA256, &d));
    tree_init(&tree);
    memset(leaf, 0, sizeof leaf);
    for (uint64_t i = 0; i < OLD; i++) {
        add_plainly(i);
    }
}

static void teardown(void)
{
    char path[FIXTURE_DIR_CAP + 16];
    links_free(links);
    store_abort(txn);
    store_close(store);
    digest_free(g);
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/lock.mdb", dir);
    unlink(path);
    rmdir(dir);
}

/* The records from first on are those of add_plainly, and the tree is theirs. */
static void stands(uint64_t first, const struct frontier *now,
                   const uint8_t last[DIGEST_LEN])
{
    uint8_t bytes[RECORD_BYTES_MAX];
    uint8_t key[8];
    uint8_t ours[DIGEST_LEN];
    uint8_t theirs[DIGEST_LEN];
    size_t at;
    struct str row;
    while (first < now->size) {
        struct str record = make(first, bytes, &at);
        memcpy(bytes + at, leaf, DIGEST_LEN);
        put_u64(key, first++);
        OK(store_get(txn, TABLE_RECORDS, str_make(key, 8), &row, &d));
        ck_assert(str_eq(row, record));
        tree_leaf(g, record, leaf);
        tree_append(&tree, g, leaf);
    }
    ck_assert_mem_eq(last, leaf, DIGEST_LEN);
    tree_root(now, g, ours);
    tree_root(&tree, g, theirs);
    ck_assert_mem_eq(ours, theirs, DIGEST_LEN);
    OK(tiles_root(txn, g, now->size, theirs, &d)); /* of the kept nodes */
    ck_assert_mem_eq(ours, theirs, DIGEST_LEN);
}

static const uint64_t counts[] = {0, 1, 5, 6, 7, 511, 512, 513, 1024, 1025, 3000};

START_TEST(chain_and_tree_are_those_of_the_records)
{
    struct frontier now = tree;
    uint8_t last[DIGEST_LEN];
    uint64_t records;
    memcpy(last, leaf, DIGEST_LEN);
    for (int again = 0; again < 2; again++) {
        uint64_t first = now.size;
        links_start(links, &now, last);
        add_by_links(first, counts[_i]);
        OK(links_end(links, txn, &now, last, &d));
        ck_assert_uint_eq(now.size, first + counts[_i]);
    }
    OK(store_count(txn, TABLE_RECORDS, &records, &d));
    ck_assert_uint_eq(records, now.size);
    stands(OLD, &now, last);
}
END_TEST

START_TEST(what_is_dropped_does_not_come_back)
{
    struct frontier now = tree;
    uint8_t last[DIGEST_LEN];
    memcpy(last, leaf, DIGEST_LEN);
    links_start(links, &now, last);
    add_by_links(now.size + 7,
                 700); /* others, and less than is stored before the end */
    links_drop(links);
    links_start(links, &now, last);
    add_by_links(now.size, 600);
    OK(links_end(links, txn, &now, last, &d));
    ck_assert_uint_eq(now.size, OLD + 600);
    stands(OLD, &now, last);
}
END_TEST

/* Another that writes to the table meanwhile would tear the order. */
START_TEST(a_record_that_is_there_already_is_refused)
{
    struct frontier now = tree;
    uint8_t last[DIGEST_LEN];
    memcpy(last, leaf, DIGEST_LEN);
    links_start(links, &now, last);
    add_by_links(now.size, 3);
    add_plainly(OLD);
    ck_assert_int_eq(links_end(links, txn, &now, last, &d), ST_INTEGRITY);
    ck_assert_str_eq(d.code, "append-order");
    ck_assert_uint_eq(now.size, OLD);
    links_drop(links);
}
END_TEST

Suite *suite_links(void);

Suite *suite_links(void)
{
    Suite *s = suite_create("links");
    TCase *c = tcase_create("links");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_loop_test(c, chain_and_tree_are_those_of_the_records, 0,
                        sizeof counts / sizeof counts[0]);
    tcase_add_test(c, what_is_dropped_does_not_come_back);
    tcase_add_test(c, a_record_that_is_there_already_is_refused);
    suite_add_tcase(s, c);
    return s;
}
