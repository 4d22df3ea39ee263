/* test_tree.c - if this fails, checkpoints and proofs of others' tools do not fit. */
#include <check.h>
#include <string.h>

#include "base/text.h"
#include "ledger/tree.h"

#define SIZE_TRIED 300

static struct digest *g;

static void setup(void)
{
    struct diag d;
    ck_assert_int_eq(digest_new(&g, &d), ST_OK);
}

static void teardown(void)
{
    digest_free(g);
}

/* merkle/testonly of transparency-dev, which RFC 6962's authors use. */
static const char *const golden_leaves[] = {"",
                                            "00",
                                            "10",
                                            "2021",
                                            "3031",
                                            "40414243",
                                            "5051525354555657",
                                            "606162636465666768696a6b6c6d6e6f"};
static const char *const golden_roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static void assert_root(const struct frontier *f, const char *hex)
{
    uint8_t root[DIGEST_LEN];
    char text[2 * DIGEST_LEN + 1];
    tree_root(f, g, root);
    text_hex(root, DIGEST_LEN, text);
    ck_assert_str_eq(text, hex);
}

START_TEST(golden_vectors)
{
    struct frontier f;
    tree_init(&f);
    assert_root(&f, golden_roots[0]);
    for (size_t i = 0; i < 8; i++) {
        uint8_t record[16];
        uint8_t leaf[DIGEST_LEN];
        size_t n = strlen(golden_leaves[i]) / 2;
        ck_assert(text_unhex(str_of(golden_leaves[i]), record, n));
        tree_leaf(g, str_make(record, n), leaf);
        tree_append(&f, g, leaf);
        assert_root(&f, golden_roots[i + 1]);
    }
}
END_TEST

/* RFC 6962 section 2.1, word for word. */
static void naive_root(uint8_t (*leaves)[DIGEST_LEN], size_t n, uint8_t out[DIGEST_LEN])
{
    if (n == 1) {
        memcpy(out, leaves[0], DIGEST_LEN);
        return;
    }
    size_t k = 1;
    while (2 * k < n) {
        k *= 2;
    }
    uint8_t both[1 + 2 * DIGEST_LEN] = {0x01};
    naive_root(leaves, k, both + 1);
    naive_root(leaves + k, n - k, both + 1 + DIGEST_LEN);
    digest_once(g, str_make(both, sizeof both), str_of(""), out);
}

START_TEST(every_size_as_by_definition)
{
    static uint8_t leaves[SIZE_TRIED][DIGEST_LEN];
    struct frontier f;
    tree_init(&f);
    for (size_t n = 0; n < SIZE_TRIED; n++) {
        uint8_t record[8];
        put_u64(record, n);
        tree_leaf(g, str_make(record, n % 9), leaves[n]);
        tree_append(&f, g, leaves[n]);
        ck_assert_uint_eq(f.size, n + 1);
        uint8_t want[DIGEST_LEN];
        uint8_t got[DIGEST_LEN];
        naive_root(leaves, n + 1, want);
        tree_root(&f, g, got);
        ck_assert_msg(memcmp(want, got, DIGEST_LEN) == 0, "size %zu", n + 1);
    }
}
END_TEST

/* Written, read and continued at each size, it must not matter. */
START_TEST(stored_state_goes_on)
{
    struct frontier straight;
    struct frontier stored;
    tree_init(&straight);
    tree_init(&stored);
    for (uint64_t n = 0; n < SIZE_TRIED; n++) {
        uint8_t bytes[8 + TREE_LEVELS * DIGEST_LEN];
        struct writer w;
        writer_init(&w, bytes, sizeof bytes);
        tree_write(&stored, &w);
        ck_assert(!w.failed);
        ck_assert_uint_eq(w.len, 8 + tree_nodes(&stored) * DIGEST_LEN);
        struct frontier read;
        struct reader r;
        reader_init(&r, bytes, w.len);
        ck_assert(tree_read(&read, &r) && reader_done(&r));
        uint8_t leaf[DIGEST_LEN];
        put_u64(leaf, n);
        tree_leaf(g, str_make(leaf, 8), leaf);
        tree_append(&straight, g, leaf);
        tree_append(&read, g, leaf);
        stored = read;
        uint8_t a[DIGEST_LEN];
        uint8_t b[DIGEST_LEN];
        tree_root(&straight, g, a);
        tree_root(&stored, g, b);
        ck_assert(memcmp(a, b, DIGEST_LEN) == 0);
    }
}
END_TEST

START_TEST(short_state_is_refused)
{
    struct frontier f;
    tree_init(&f);
    uint8_t leaf[DIGEST_LEN] = {1};
    for (int i = 0; i < 7; i++) {
        tree_append(&f, g, leaf);
    }
    uint8_t bytes[8 + TREE_LEVELS * DIGEST_LEN];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    tree_write(&f, &w);
    ck_assert_uint_eq(w.len, 8 + 3 * DIGEST_LEN);
    for (size_t n = 0; n < w.len; n++) {
        struct frontier out = {.size = 99};
        struct reader r;
        reader_init(&r, bytes, n);
        ck_assert(!tree_read(&out, &r));
        ck_assert_uint_eq(out.size, 99);
    }
}
END_TEST

/* The largest sizes there can be: all 64 places of the state in use. */
START_TEST(state_of_the_largest_tree)
{
    struct frontier f;
    tree_init(&f);
    f.size = UINT64_MAX - 1;
    ck_assert_uint_eq(tree_nodes(&f), 63);
    uint8_t leaf[DIGEST_LEN] = {1};
    tree_append(&f, g, leaf);
    ck_assert_uint_eq(tree_nodes(&f), 64);
    uint8_t bytes[8 + TREE_LEVELS * DIGEST_LEN];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    tree_write(&f, &w);
    struct frontier read;
    struct reader r;
    reader_init(&r, bytes, w.len);
    ck_assert(!w.failed && tree_read(&read, &r) && reader_done(&r));
    ck_assert(memcmp(&read, &f, sizeof f) == 0);
}
END_TEST

Suite *suite_tree(void);

Suite *suite_tree(void)
{
    Suite *s = suite_create("tree");
    TCase *c = tcase_create("tree");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, golden_vectors);
    tcase_add_test(c, every_size_as_by_definition);
    tcase_add_test(c, stored_state_goes_on);
    tcase_add_test(c, short_state_is_refused);
    tcase_add_test(c, state_of_the_largest_tree);
    suite_add_tcase(s, c);
    return s;
}
