/* test_suite2.c - if this fails, a ledger of SM3 and SM2 holds other bytes than
 * docs/formats/ledger.md says, or takes a key of the other suite. The whole round of
 * such a ledger is tests/cli/suite2.sh. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/verify.h"
#include "base/text.h"
#include "batch/admin.h"
#include "ledger/body.h"
#include "ledger/genesis.h"
#include "ledger/note.h"
#include "ledger/tree.h"
#include "tests/unit/drawn.h"
#include "tests/unit/ledger_fixture.h"

static struct fixture f;

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)
#define FAILS(call, st, its_code)                                                      \
    do {                                                                               \
        ck_assert_int_eq((call), (st));                                                \
        ck_assert_str_eq(f.d.code, (its_code));                                        \
    } while (0)

/* SM3 of nothing, by openssl dgst -sm3. */
#define NOTHING "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"

static void teardown(void)
{
    fixture_remove(&f);
}

static void assert_hex(const uint8_t *bytes, const char *expected)
{
    char hex[2 * DIGEST_LEN + 1];
    text_hex(bytes, DIGEST_LEN, hex);
    ck_assert_str_eq(hex, expected);
}

/* Does record 1's signature hold under this id? Its text is put together here. */
static bool holds(const char *sm2_id, enum digest_kind kind)
{
    struct record rec;
    struct signed_body body;
    struct digest *g = NULL;
    struct buf message;
    uint8_t public_key[KEY_PUBLIC_LEN];
    (void)fixture_record(&f, 1, &rec);
    OK(signed_body_read(&rec, &body, &f.d));
    OK(digest_new_kind(&g, kind, &f.d));
    buf_init(&message, 4096);
    act_message(rec.origin, rec.kind, &body.signature, body.plain, g, &message);
    key_public(f.keys[FIXTURE_ADMIN], public_key);
    bool good = key_verify_id(public_key, str_of(sm2_id), buf_str(&message),
                              body.signature.signature);
    buf_release(&message);
    digest_free(g);
    return good;
}

/* ---- the example of docs/formats/ledger.md ---- */

static void from_list(void)
{
    drawn_start();
    drawn_next("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
    fixture_make_suite(&f, true, SUITE_2, NULL);
}

START_TEST(first_records)
{
    drawn_next("ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100");
    fixture_as(&f, FIXTURE_ADMIN);
    OK(fixture_add_operator(&f, "maker", f.keys[FIXTURE_MAKER], ROLE_MAKER));
    fixture_first_records(&f, "tests/golden/ledger-first-records-suite2.hex");
}
END_TEST

/* ---- what is hashed and signed by what ---- */

static void bare(void)
{
    fixture_make_suite(&f, true, SUITE_2, NULL);
}

static void other_id(void)
{
    fixture_make_suite(&f, true, SUITE_2, "230523-民政");
}

START_TEST(all_by_sm3)
{
    struct record first;
    struct record second;
    struct digest *g = NULL;
    uint8_t leaf[DIGEST_LEN];
    uint8_t key[8] = {0};
    struct str root;
    ck_assert_int_eq(ledger_info(f.l)->suite, SUITE_2);
    ck_assert_str_eq(ledger_info(f.l)->sm2_id, SM2_ID_USUAL);
    fixture_as(&f, FIXTURE_ADMIN);
    OK(fixture_add_operator(&f, "maker", f.keys[FIXTURE_MAKER], ROLE_MAKER));
    OK(digest_new_kind(&g, DIGEST_SM3, &f.d));
    tree_leaf(g, fixture_record(&f, 0, &first), leaf);
    (void)fixture_record(&f, 1, &second);
    ck_assert(digest_equal(leaf, second.previous));
    OK(store_get(ledger_txn(f.l), TABLE_ACTS, str_make(key, 8), &root, &f.d));
    ck_assert_uint_eq(root.n, DIGEST_LEN);
    assert_hex((const uint8_t *)root.p, NOTHING);
    digest_free(g);
    ck_assert(holds(SM2_ID_USUAL, DIGEST_SM3));
    ck_assert(!holds(SM2_ID_USUAL, DIGEST_SHA256));
    ck_assert(!holds("1234567812345679", DIGEST_SM3));
}
END_TEST

/* Acts are signed under the ledger's own id, notes under that which a vkey implies. */
START_TEST(an_id_of_its_own)
{
    struct buf note;
    struct str text;
    uint64_t size;
    const struct ledger_info *i = ledger_info(f.l);
    ck_assert_str_eq(i->sm2_id, "230523-民政");
    fixture_as(&f, FIXTURE_ADMIN);
    OK(fixture_add_operator(&f, "maker", f.keys[FIXTURE_MAKER], ROLE_MAKER));
    ck_assert(holds("230523-民政", DIGEST_SM3));
    ck_assert(!holds(SM2_ID_USUAL, DIGEST_SM3));
    buf_init(&note, NOTE_BYTES_MAX);
    OK(ledger_checkpoint(f.l, &note, &size, &f.d));
    char name[KEY_NAME_MAX + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
    OK(vkey_parse(str_of(i->vkey), name, public_key, &f.d));
    OK(note_verify(buf_str(&note), str_of(name), public_key, &text, &f.d));
    ck_assert(str_starts(text, str_of(i->origin)));
    buf_release(&note);
    OK(fixture_open(&f, LEDGER_READ));
    struct verify_report r;
    struct verify_options o = {.scratch_dir = f.dir};
    OK(verify_ledger(f.l, &o, &r, &f.d));
    ck_assert_int_eq(r.authorisation, VERDICT_PASS);
}
END_TEST

/* ---- keys of the other suite ---- */

static void expect_no_operator(const struct key *k)
{
    struct admin_operator a = {.name = str_of("other"), .roles = ROLE_MAKER};
    uint32_t number;
    uint64_t size = ledger_head(f.l)->tree.size;
    a.office = str_of("");
    key_public(k, a.public_key);
    fixture_as(&f, FIXTURE_ADMIN);
    FAILS(admin_add_operator(f.l, &a, &number, &f.d), ST_INPUT, "key-suite");
    /* The fold refuses it also of who does not ask first. */
    FAILS(fixture_add_operator(&f, "other", k, ROLE_MAKER), ST_CONFLICT, "key-suite");
    ck_assert_uint_eq(ledger_head(f.l)->tree.size, size);
}

START_TEST(no_ed25519_in_suite_2)
{
    struct key *k = fixture_key("other");
    expect_no_operator(k);
    key_free(k);
}
END_TEST

START_TEST(no_sm2_in_suite_1)
{
    uint8_t seed[32] = {9};
    struct key *k = NULL;
    fixture_remove(&f);
    fixture_make_bare(&f, true);
    OK(key_new_suite(&k, SUITE_2, seed, &f.d));
    expect_no_operator(k);
    key_free(k);
}
END_TEST

START_TEST(no_admin_of_the_other_suite)
{
    struct key *k = fixture_key("other");
    char dir[300];
    snprintf(dir, sizeof dir, "%s/new", f.dir);
    struct ledger_options o = fixture_options(&f, LEDGER_WRITE);
    o.dir = dir;
    struct ledger_genesis g = {.division = "230523",
                               .name = "x",
                               .ledger_name = "main",
                               .suite = SUITE_2,
                               .sandbox = true,
                               .admin_count = 1};
    ck_assert(str_copy(str_of("a"), g.admins[0].name, sizeof g.admins[0].name));
    key_public(k, g.admins[0].public_key);
    FAILS(ledger_create(&o, &g, &f.d), ST_INPUT, "key-suite");
    g.suite = SUITE_1;
    key_public(f.keys[FIXTURE_ADMIN], g.admins[0].public_key);
    FAILS(ledger_create(&o, &g, &f.d), ST_INPUT, "key-suite");
    static const char *const ids[] = {
        "", "a\nb", "\xff",
        "12345678123456781234567812345678123456781234567812345678123456789"};
    g.suite = SUITE_2;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        g.sm2_id = ids[i];
        FAILS(ledger_create(&o, &g, &f.d), ST_INPUT, "sm2-id");
    }
    ck_assert_int_ne(access(dir, F_OK), 0);
    key_free(k);
}
END_TEST

/* ---- genesis ---- */

/* A genesis whose body has these bytes instead of those; both are of one length. */
static enum status changed(const char *these, const char *those, size_t n)
{
    uint8_t bytes[RECORD_BYTES_MAX];
    struct record rec;
    struct genesis g;
    struct str sound = fixture_record(&f, 0, &rec);
    bool found = false;
    memcpy(bytes, sound.p, sound.n);
    for (size_t at = 0; at + n <= sound.n && !found; at++) {
        found = memcmp(bytes + at, these, n) == 0;
        if (found) {
            memcpy(bytes + at, those, n);
        }
    }
    ck_assert(found);
    OK(record_read(str_make(bytes, sound.n), &rec, &f.d));
    return genesis_read(&rec, &g, &f.d);
}

START_TEST(geneses_of_other_forms)
{
    OK(changed("\x03\x02\x04\x58\x21", "\x03\x02\x04\x58\x21", 5));
    FAILS(changed("\x03\x02\x04\x58\x21", "\x03\x01\x04\x58\x21", 5), ST_INTEGRITY,
          "genesis");
    FAILS(changed("\x03\x02\x04\x58\x21", "\x03\x03\x04\x58\x21", 5), ST_INTEGRITY,
          "suite");
    FAILS(changed("\x03\x02\x04\x58\x21", "\x03\x00\x04\x58\x21", 5), ST_INTEGRITY,
          "suite");
    FAILS(changed("\x08\x70"
                  "1234",
                  "\x09\x70"
                  "1234",
                  6),
          ST_INTEGRITY, "genesis");
    FAILS(changed("\x08\x70"
                  "1234",
                  "\x08\x70"
                  "12\n4",
                  6),
          ST_INTEGRITY, "genesis");
}
END_TEST

/* A genesis of this suite whose ledger and admin have keys of these. */
static enum status mixed(enum suite suite, enum suite ledger, enum suite admin, bool id)
{
    uint8_t body[BODY_BYTES_MAX];
    uint8_t keys[2][KEY_PUBLIC_LEN];
    uint8_t seed[32] = {5};
    struct genesis g;
    struct writer w;
    for (size_t i = 0; i < 2; i++) {
        struct key *k = NULL;
        seed[1] = (uint8_t)i;
        OK(key_new_suite(&k, i == 0 ? ledger : admin, seed, &f.d));
        key_public(k, keys[i]);
        key_free(k);
    }
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, id ? 8 : 7);
    cbor_pair_text(&w, 1, str_of("x"));
    cbor_pair_text(&w, 2, str_of("230523"));
    cbor_pair_uint(&w, 3, (uint64_t)suite);
    cbor_put_uint(&w, 4);
    body_put_key(&w, keys[0]);
    cbor_put_uint(&w, 5);
    cbor_put_bool(&w, true);
    cbor_pair_int(&w, 6, 480);
    cbor_put_uint(&w, 7);
    cbor_put_array(&w, 1);
    cbor_put_array(&w, 2);
    cbor_put_text(&w, str_of("admin"));
    body_put_key(&w, keys[1]);
    if (id) {
        cbor_pair_text(&w, 8, str_of(SM2_ID_USUAL));
    }
    struct record r = {.origin = str_of("almoner/230523/x/sandbox"),
                       .kind = KIND_GENESIS,
                       .body = writer_str(&w)};
    return genesis_read(&r, &g, &f.d);
}

START_TEST(geneses_of_one_suite)
{
    OK(mixed(SUITE_1, SUITE_1, SUITE_1, false));
    OK(mixed(SUITE_2, SUITE_2, SUITE_2, true));
    FAILS(mixed(SUITE_1, SUITE_1, SUITE_1, true), ST_INTEGRITY, "genesis");
    FAILS(mixed(SUITE_2, SUITE_2, SUITE_2, false), ST_INTEGRITY, "genesis");
    for (int i = 0; i < 3; i++) {
        enum suite ledger = i < 2 ? SUITE_2 : SUITE_1;
        enum suite admin = i > 0 ? SUITE_2 : SUITE_1;
        FAILS(mixed(SUITE_1, ledger, admin, false), ST_INTEGRITY, "genesis");
        ledger = ledger == SUITE_2 ? SUITE_1 : SUITE_2;
        admin = admin == SUITE_2 ? SUITE_1 : SUITE_2;
        FAILS(mixed(SUITE_2, ledger, admin, true), ST_INTEGRITY, "genesis");
    }
}
END_TEST

Suite *suite_suite2(void);

Suite *suite_suite2(void)
{
    Suite *s = suite_create("suite2");
    TCase *list = tcase_create("from a list");
    tcase_add_checked_fixture(list, from_list, teardown);
    tcase_add_test(list, first_records);
    suite_add_tcase(s, list);
    TCase *c = tcase_create("bare");
    tcase_add_checked_fixture(c, bare, teardown);
    tcase_add_test(c, all_by_sm3);
    tcase_add_test(c, no_ed25519_in_suite_2);
    tcase_add_test(c, no_sm2_in_suite_1);
    tcase_add_test(c, no_admin_of_the_other_suite);
    tcase_add_test(c, geneses_of_other_forms);
    tcase_add_test(c, geneses_of_one_suite);
    suite_add_tcase(s, c);
    TCase *o = tcase_create("own id");
    tcase_add_checked_fixture(o, other_id, teardown);
    tcase_add_test(o, an_id_of_its_own);
    suite_add_tcase(s, o);
    return s;
}
