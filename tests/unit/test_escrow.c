/* test_escrow.c - if this fails, an escrow copy that was changed gives a key all the
 * same, or a good one does not. The sealed text below was made by another program
 * (Python's hashlib.scrypt and OpenSSL's AES-GCM), from docs/formats/backup.md. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger/escrow.h"
#include "tests/unit/ledger_fixture.h"

static struct fixture f;

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)

static void setup(void)
{
    fixture_make_bare(&f, true);
}

static void teardown(void)
{
    unlink(fixture_path(&f, "again/vault.key"));
    rmdir(fixture_path(&f, "again"));
    fixture_remove(&f);
}

START_TEST(there_and_back)
{
    struct buf text;
    struct buf key;
    struct buf again;
    char origin[ORIGIN_MAX + 1];
    const char *dir = fixture_path(&f, "again");
    buf_init(&text, 4096);
    buf_init(&key, 4096);
    buf_init(&again, 4096);
    OK(escrow_seal(f.l, str_of("open sesame"), &text, &f.d));
    ck_assert_int_eq(
        escrow_recover(buf_str(&text), str_of("open sesam"), dir, origin, &f.d),
        ST_DENIED);
    ck_assert_int_ne(access(dir, F_OK), 0);
    OK(escrow_recover(buf_str(&text), str_of("open sesame"), dir, origin, &f.d));
    ck_assert_str_eq(origin, ledger_info(f.l)->genesis_origin);
    fixture_load(&f, "keys/vault.key", &key);
    fixture_load(&f, "again/vault.key", &again);
    ck_assert(str_eq(buf_str(&key), buf_str(&again)));
    ck_assert_int_eq(
        escrow_recover(buf_str(&text), str_of("open sesame"), dir, origin, &f.d),
        ST_CONFLICT);
    buf_release(&text);
    buf_release(&key);
    buf_release(&again);
}
END_TEST

static const char GOOD[] = "almoner-escrow/1\n"
                           "almoner/230523/main\n"
                           "scrypt 131072 8 1\n"
                           "AAECAwQFBgcICQoLDA0ODw==\n"
                           "ZGVmZ2hpamtsbW5vGfYf9UVtBxT6TAztFlxQEqWC/fax"
                           "ZPXqAaHQDlG5nfAN2Xqp/nwQ4qzfkPCaKiyq\n";

START_TEST(made_elsewhere)
{
    char origin[ORIGIN_MAX + 1];
    struct buf again;
    OK(escrow_recover(str_of(GOOD), str_of("correct horse"), fixture_path(&f, "again"),
                      origin, &f.d));
    ck_assert_str_eq(origin, "almoner/230523/main");
    buf_init(&again, 4096);
    fixture_load(&f, "again/vault.key", &again);
    ck_assert(str_is(buf_str(&again), "0123456789abcdef0123456789ABCDEF"));
    buf_release(&again);
}
END_TEST

START_TEST(every_cut_is_refused)
{
    struct escrow e;
    ck_assert(escrow_parse(str_of(GOOD), &e));
    for (size_t n = 0; n < sizeof GOOD - 1; n++) {
        ck_assert_msg(!escrow_parse(str_make(GOOD, n), &e), "%zu bytes", n);
    }
}
END_TEST

/* One that is read has the same bytes but in origin, salt and sealed, all of which are
 * authenticated: the other lines have one form. */
START_TEST(every_flipped_byte_is_refused_or_bound)
{
    struct escrow good;
    struct escrow e;
    ck_assert(escrow_parse(str_of(GOOD), &good));
    for (size_t n = 0; n < sizeof GOOD - 1; n++) {
        char text[sizeof GOOD];
        memcpy(text, GOOD, sizeof GOOD);
        text[n] ^= 1;
        if (escrow_parse(str_make(text, sizeof GOOD - 1), &e)) {
            ck_assert_msg(!str_eq(e.bound, good.bound) ||
                              memcmp(e.sealed, good.sealed, sizeof e.sealed) != 0,
                          "byte %zu", n);
        }
    }
}
END_TEST

Suite *suite_escrow(void);

Suite *suite_escrow(void)
{
    Suite *s = suite_create("escrow");
    TCase *c = tcase_create("escrow");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, there_and_back);
    tcase_add_test(c, made_elsewhere);
    tcase_add_test(c, every_cut_is_refused);
    tcase_add_test(c, every_flipped_byte_is_refused_or_bound);
    suite_add_tcase(s, c);
    return s;
}
