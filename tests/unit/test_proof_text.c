/* test_proof_text.c - if this fails, our proofs are not read by the tools of others, or
 * a changed proof file is taken for a good one. */
#include <check.h>
#include <string.h>

#include "ledger/proof_text.h"

#define NAME "almoner/331002/main"
#define SIZE 11

static struct diag d;
static struct digest *g;
static struct key *key;
static uint8_t public_key[KEY_PUBLIC_LEN];
static uint8_t leaves[SIZE][DIGEST_LEN];
static struct frontier tree;
static struct buf note; /* checkpoint of SIZE */
static uint8_t old_root[DIGEST_LEN];

#define OLD_SIZE 4

static void setup(void)
{
    struct buf text;
    uint8_t seed[32] = {7};
    uint8_t root[DIGEST_LEN];
    ck_assert_int_eq(digest_new(&g, &d), ST_OK);
    ck_assert_int_eq(key_new(&key, seed, &d), ST_OK);
    key_public(key, public_key);
    tree_init(&tree);
    for (uint8_t i = 0; i < SIZE; i++) {
        if (i == OLD_SIZE) {
            tree_root(&tree, g, old_root);
        }
        tree_leaf(g, str_make(&i, 1), leaves[i]);
        tree_append(&tree, g, leaves[i]);
    }
    buf_init(&text, 4096);
    buf_init(&note, 4096);
    tree_root(&tree, g, root);
    checkpoint_print(str_of(NAME), SIZE, root, &text);
    ck_assert_int_eq(note_sign(buf_str(&text), str_of(NAME), key, &note, &d), ST_OK);
    buf_release(&text);
}

static void teardown(void)
{
    buf_release(&note);
    key_free(key);
    digest_free(g);
}

/* Of record 10, the last and odd one: its siblings are 8 and 9, then 0 to 7. */
static void of_the_last(struct proof_text *t)
{
    memset(t, 0, sizeof *t);
    t->kind = PROOF_INCLUSION;
    t->at = SIZE - 1;
    t->proof.count = 2;
    memcpy(t->proof.hash[0], tree.node[1], DIGEST_LEN);
    memcpy(t->proof.hash[1], tree.node[0], DIGEST_LEN);
    t->checkpoint = buf_str(&note);
}

/* From size 4: subtrees 4 to 7, and 8 to 10. */
static void of_growth(struct proof_text *t)
{
    memset(t, 0, sizeof *t);
    t->kind = PROOF_GROWTH;
    t->at = OLD_SIZE;
    t->proof.count = 2;
    uint8_t left[DIGEST_LEN];
    uint8_t right[DIGEST_LEN];
    tree_node(g, leaves[4], leaves[5], left);
    tree_node(g, leaves[6], leaves[7], right);
    tree_node(g, left, right, t->proof.hash[0]);
    tree_node(g, tree.node[1], tree.node[2], t->proof.hash[1]);
    t->checkpoint = buf_str(&note);
}

/* As somebody checks who has the record or the old root, and the key. */
static bool accepted(struct str file, enum proof_kind kind)
{
    struct proof_text t;
    struct str text;
    struct checkpoint c;
    if (proof_text_parse(file, &t, &d) != ST_OK) {
        ck_assert_int_eq(d.status, ST_INPUT);
        ck_assert_str_eq(d.code, "proof-form");
        return false;
    }
    if (t.kind != kind ||
        note_verify(t.checkpoint, str_of(NAME), public_key, &text, &d) != ST_OK ||
        checkpoint_parse(text, &c, &d) != ST_OK) {
        return false;
    }
    return kind == PROOF_INCLUSION
               ? proof_inclusion_holds(g, t.at, c.size, leaves[SIZE - 1], &t.proof,
                                       c.root)
               : proof_consistency_holds(g, t.at, old_root, c.size, c.root, &t.proof);
}

static void make(enum proof_kind kind, struct buf *out)
{
    struct proof_text t;
    if (kind == PROOF_INCLUSION) {
        of_the_last(&t);
    } else {
        of_growth(&t);
    }
    buf_init(out, PROOF_TEXT_MAX);
    proof_text_print(&t, out);
    ck_assert(!out->failed);
}

START_TEST(written_as_specified)
{
    struct buf out;
    make(PROOF_INCLUSION, &out);
    ck_assert(str_starts(buf_str(&out), str_of("c2sp.org/tlog-proof@v1\nindex 10\n")));
    struct str rest = str_make(out.p + 32 + 2 * 45, out.len - 32 - 2 * 45);
    ck_assert_int_eq(rest.p[0], '\n');
    ck_assert(str_eq(str_make(rest.p + 1, rest.n - 1), buf_str(&note)));
    buf_release(&out);
    make(PROOF_GROWTH, &out);
    ck_assert(str_starts(buf_str(&out), str_of("old 4\n")));
    ck_assert_uint_eq(out.len, 6 + 2 * 45 + 1 + note.len);
    buf_release(&out);
}
END_TEST

START_TEST(every_cut_and_every_flip_is_refused)
{
    for (int kind = PROOF_INCLUSION; kind <= PROOF_GROWTH; kind++) {
        struct buf out;
        make((enum proof_kind)kind, &out);
        ck_assert(accepted(buf_str(&out), (enum proof_kind)kind));
        for (size_t i = 0; i < out.len; i++) {
            ck_assert_msg(!accepted(str_make(out.p, i), (enum proof_kind)kind),
                          "kind %d cut at %zu", kind, i);
            for (int bit = 0; bit < 8; bit++) {
                out.p[i] = (char)(out.p[i] ^ (1 << bit));
                ck_assert_msg(!accepted(buf_str(&out), (enum proof_kind)kind),
                              "kind %d, bit %d of byte %zu", kind, bit, i);
                out.p[i] = (char)(out.p[i] ^ (1 << bit));
            }
        }
        buf_release(&out);
    }
}
END_TEST

#define HASH "X9zaedpmAvwn5y5mBPzQqasnCF+IsXiGtHjnDeJUoSI=\n"
#define TITLE "c2sp.org/tlog-proof@v1\n"

static const struct {
    const char *label;
    const char *text;
    bool good;
} FORMS[] = {
    {"no hashes", TITLE "index 0\n\nx", true},
    {"extra", TITLE "extra YWJj\nindex 0\n\nx", true},
    {"no extra behind the word", TITLE "extra \nindex 0\n\nx", true},
    {"extra is no base64", TITLE "extra YWJ\nindex 0\n\nx", false},
    {"extra twice", TITLE "extra YWJj\nextra YWJj\nindex 0\n\nx", false},
    {"extra behind the index", TITLE "index 0\nextra YWJj\n\nx", false},
    {"only the title", TITLE, false},
    {"another version", "c2sp.org/tlog-proof@v2\nindex 0\n\nx", false},
    {"no index", TITLE HASH "\nx", false},
    {"a leading zero", TITLE "index 01\n\nx", false},
    {"a sign", TITLE "index +1\n\nx", false},
    {"no number", TITLE "index \n\nx", false},
    {"two blanks", TITLE "index  1\n\nx", false},
    {"too large", TITLE "index 18446744073709551616\n\nx", false},
    {"the largest", TITLE "index 18446744073709551615\n\nx", true},
    {"carriage returns", "c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\nx", false},
    {"a short hash", TITLE "index 0\nYWJj\n\nx", false},
    {"a blank behind a hash", TITLE "index 0\n" HASH " \n\nx", false},
    {"hash of another spelling",
     TITLE "index 0\nX9zaedpmAvwn5y5mBPzQqasnCF+IsXiGtHjnDeJUoSJ=\n\nx", false},
    {"no blank line", TITLE "index 0\n" HASH, false},
    {"no checkpoint", TITLE "index 0\n\n", false},
    {"growth", "old 0\n\nx", true},
    {"growth with extra", "extra YWJj\nold 0\n\nx", false},
    {"nothing", "", false},
};

START_TEST(forms)
{
    struct proof_text t;
    enum status st = proof_text_parse(str_of(FORMS[_i].text), &t, &d);
    ck_assert_msg((st == ST_OK) == FORMS[_i].good, "%s", FORMS[_i].label);
    if (st == ST_OK) {
        ck_assert(str_is(t.checkpoint, "x"));
    }
}
END_TEST

START_TEST(as_many_hashes_as_others_allow)
{
    struct buf text;
    struct proof_text t;
    buf_init(&text, 8192);
    for (int n = PROOF_LINES_MAX; n <= PROOF_LINES_MAX + 1; n++) {
        buf_clear(&text);
        buf_add_text(&text, "old 5\n");
        for (int i = 0; i < n; i++) {
            buf_add_text(&text, HASH);
        }
        buf_add_text(&text, "\nx");
        ck_assert_int_eq(proof_text_parse(buf_str(&text), &t, &d),
                         n <= PROOF_LINES_MAX ? ST_OK : ST_INPUT);
    }
    buf_release(&text);
}
END_TEST

Suite *suite_proof_text(void);

Suite *suite_proof_text(void)
{
    Suite *s = suite_create("proof_text");
    TCase *c = tcase_create("proof_text");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, written_as_specified);
    tcase_add_test(c, every_cut_and_every_flip_is_refused);
    tcase_add_loop_test(c, forms, 0, (int)(sizeof FORMS / sizeof FORMS[0]));
    tcase_add_test(c, as_many_hashes_as_others_allow);
    suite_add_tcase(s, c);
    return s;
}
