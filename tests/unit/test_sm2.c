/* test_sm2.c - if this fails, a key or signature of suite 2 is not what GB/T 32918
 * says, or one holds that must not. The openssl program's view: tests/cli/suite2.sh. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ledger/keys.h"
#include "tests/unit/drawn.h"

#define PEM_MAX 8192

static struct diag d;

/* GB/T 32918.5-2017, annex A.2: key, public key, random number, r and s. */
#define SEED "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
#define POINT "0309f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
#define DRAWN "59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21"
#define SIGNED                                                                         \
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"                 \
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
#define MESSAGE "message digest"
#define ORDER "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123"

static struct key *key_of_seed(const char *hex)
{
    uint8_t seed[32];
    struct key *k = NULL;
    ck_assert(text_unhex(str_of(hex), seed, sizeof seed));
    ck_assert_int_eq(key_new_suite(&k, SUITE_2, seed, &d), ST_OK);
    return k;
}

static void unhex(const char *hex, uint8_t *out, size_t n)
{
    ck_assert(text_unhex(str_of(hex), out, n));
}

START_TEST(published_example)
{
    uint8_t public_key[KEY_PUBLIC_LEN];
    uint8_t signature[SIGNATURE_LEN];
    char hex[2 * SIGNATURE_LEN + 1];
    drawn_start();
    drawn_next(DRAWN);
    struct key *k = key_of_seed(SEED);
    key_public(k, public_key);
    text_hex(public_key, sizeof public_key, hex);
    ck_assert_str_eq(hex, POINT);
    ck_assert_int_eq(key_suite(public_key), SUITE_2);
    unhex(SIGNED, signature, sizeof signature);
    ck_assert(key_verify(public_key, str_of(MESSAGE), signature));
    drawn_next(DRAWN);
    memset(signature, 0, sizeof signature);
    ck_assert_int_eq(key_sign(k, str_of(MESSAGE), signature, &d), ST_OK);
    text_hex(signature, sizeof signature, hex);
    ck_assert_str_eq(hex, SIGNED);
    key_free(k);
}
END_TEST

START_TEST(changed_bytes_do_not_verify)
{
    uint8_t public_key[KEY_PUBLIC_LEN];
    uint8_t signature[SIGNATURE_LEN];
    char message[] = MESSAGE;
    char id[] = SM2_ID_USUAL;
    unhex(POINT, public_key, sizeof public_key);
    unhex(SIGNED, signature, sizeof signature);
    for (size_t i = 0; i < sizeof signature; i++) {
        signature[i] ^= 0x04;
        ck_assert(!key_verify(public_key, str_of(message), signature));
        signature[i] ^= 0x04;
    }
    for (size_t i = 0; i < sizeof message - 1; i++) {
        message[i] ^= 0x04;
        ck_assert(!key_verify(public_key, str_of(message), signature));
        message[i] ^= 0x04;
    }
    for (size_t i = 0; i < sizeof public_key; i++) {
        public_key[i] ^= 0x01;
        ck_assert(!key_verify(public_key, str_of(message), signature));
        public_key[i] ^= 0x01;
    }
    for (size_t i = 0; i < sizeof id - 1; i++) {
        id[i] ^= 0x01;
        ck_assert(!key_verify_id(public_key, str_of(id), str_of(message), signature));
        id[i] ^= 0x01;
    }
    ck_assert(!key_verify_id(public_key, str_of(""), str_of(message), signature));
    ck_assert(!key_verify_id(public_key, str_make(id, 15), str_of(message), signature));
    ck_assert(key_verify_id(public_key, str_of(id), str_of(message), signature));
}
END_TEST

/* The halves must be numbers from 1 to n - 1. */
START_TEST(numbers_out_of_range)
{
    static const char *const numbers[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", ORDER};
    uint8_t public_key[KEY_PUBLIC_LEN];
    unhex(POINT, public_key, sizeof public_key);
    for (size_t i = 0; i < 3; i++) {
        for (size_t half = 0; half < 64; half += 32) {
            uint8_t signature[SIGNATURE_LEN];
            unhex(SIGNED, signature, sizeof signature);
            unhex(numbers[i], signature + half, 32);
            ck_assert(!key_verify(public_key, str_of(MESSAGE), signature));
        }
        uint8_t both[SIGNATURE_LEN];
        unhex(numbers[i], both, 32);
        unhex(numbers[i], both + 32, 32);
        ck_assert(!key_verify(public_key, str_of(MESSAGE), both));
    }
}
END_TEST

/* Seeds that are no private key are hashed to one. */
START_TEST(any_seed_makes_a_key)
{
    static const char *const seeds[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000001",
        "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54121", /* n - 2 */
        "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122", /* n - 1 */
        ORDER,
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    uint8_t known[6][KEY_PUBLIC_LEN];
    for (size_t i = 0; i < 6; i++) {
        struct key *k = key_of_seed(seeds[i]);
        uint8_t signature[SIGNATURE_LEN];
        uint8_t again[SIGNATURE_LEN];
        key_public(k, known[i]);
        ck_assert_int_eq(key_sign(k, str_of("x"), signature, &d), ST_OK);
        ck_assert_int_eq(key_sign(k, str_of("x"), again, &d), ST_OK);
        ck_assert(memcmp(signature, again, sizeof again) != 0);
        ck_assert(key_verify(known[i], str_of("x"), again));
        for (size_t other = 0; other < i; other++) {
            ck_assert(memcmp(known[i], known[other], KEY_PUBLIC_LEN) != 0);
        }
        key_free(k);
    }
    /* 1 gives the generator of GB/T 32918.5. */
    char hex[2 * KEY_PUBLIC_LEN + 1];
    text_hex(known[1], KEY_PUBLIC_LEN, hex);
    ck_assert_str_eq(
        hex, "0232c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7");
}
END_TEST

START_TEST(what_is_no_point)
{
    static const char *const points[] = {
        "0009f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
        "0709f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
        /* no y belongs to it; x = p + 1 */
        "0209f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35024",
        "02fffffffeffffffffffffffffffffffffffffffff000000010000000000000000",
        "02ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    uint8_t signature[SIGNATURE_LEN];
    unhex(SIGNED, signature, sizeof signature);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        uint8_t point[KEY_PUBLIC_LEN];
        unhex(points[i], point, sizeof point);
        ck_assert(!key_verify(point, str_of(MESSAGE), signature));
        char name[KEY_NAME_MAX + 1];
        char vkey[VKEY_TEXT_CAP];
        size_t n = vkey_print(str_of("op"), point, vkey);
        ck_assert_int_eq(vkey_parse(str_make(vkey, n), name, point, &d), ST_INPUT);
        ck_assert_str_eq(d.code, "vkey");
    }
}
END_TEST

/* Of 32 bytes Ed25519, of 33 SM2, and nothing else. */
START_TEST(as_records_hold_them)
{
    uint8_t in[KEY_PUBLIC_LEN];
    uint8_t out[KEY_PUBLIC_LEN];
    unhex(POINT, in, sizeof in);
    struct str stored = key_stored(in);
    ck_assert_uint_eq(stored.n, 33);
    ck_assert(key_restore(stored, out));
    ck_assert(memcmp(in, out, sizeof in) == 0);
    ck_assert(key_restore(str_make(in, 32), out));
    ck_assert_int_eq(key_suite(out), SUITE_1);
    ck_assert_uint_eq(key_stored(out).n, 32);
    for (unsigned type = 0; type < 256; type++) {
        in[0] = (uint8_t)type;
        ck_assert(key_restore(str_make(in, 33), out) == (type == 2 || type == 3));
    }
    ck_assert(!key_restore(str_make(in, 31), out));
    ck_assert(!key_restore(str_make(in, 0), out));
    ck_assert_int_eq(key_fits(out, SUITE_2, str_of("op"), &d), ST_OK);
    ck_assert_int_eq(key_fits(out, SUITE_1, str_of("op"), &d), ST_INPUT);
    ck_assert_str_eq(d.code, "key-suite");
}
END_TEST

START_TEST(pem_there_and_back)
{
    struct key *k = key_of_seed(SEED);
    static const char *const passphrases[] = {"", "secret"};
    for (size_t i = 0; i < 2; i++) {
        struct buf pem;
        struct key *back = NULL;
        bool encrypted = i == 0;
        uint8_t public_key[KEY_PUBLIC_LEN];
        char hex[2 * KEY_PUBLIC_LEN + 1];
        buf_init(&pem, PEM_MAX);
        ck_assert_int_eq(key_to_pem(k, str_of(passphrases[i]), &pem, &d), ST_OK);
        ck_assert_int_eq(
            key_from_pem(&back, buf_str(&pem), str_of(passphrases[i]), &encrypted, &d),
            ST_OK);
        ck_assert(encrypted == (i > 0));
        key_public(back, public_key);
        text_hex(public_key, sizeof public_key, hex);
        ck_assert_str_eq(hex, POINT);
        key_free(back);
        buf_release(&pem);
    }
    key_free(k);
}
END_TEST

/* Cut or changed, a key file is refused or read as some key, and never a crash. */
START_TEST(damaged_pem)
{
    struct key *k = key_of_seed(SEED);
    struct buf pem;
    buf_init(&pem, PEM_MAX);
    ck_assert_int_eq(key_to_pem(k, str_of(""), &pem, &d), ST_OK);
    struct str all = buf_str(&pem);
    for (size_t i = 0; i < 2 * all.n; i++) {
        struct key *back = NULL;
        bool encrypted = false;
        bool cut = i >= all.n;
        pem.p[i % all.n] ^= cut ? 0 : 0x02;
        enum status st = key_from_pem(&back, cut ? str_make(all.p, i - all.n) : all,
                                      str_of(""), &encrypted, &d);
        ck_assert(st == ST_OK || st == ST_INPUT || st == ST_DENIED);
        key_free(back);
        pem.p[i % all.n] ^= cut ? 0 : 0x02;
    }
    buf_release(&pem);
    key_free(k);
}
END_TEST

/* The key id by: printf 'op\n\377almoner/sm2/v1' and the point | sha256sum. */
#define VKEY                                                                           \
    "op+d8dc073d+/2FsbW9uZXIvc20yL3YxAwn53zEeVCGhUN19Fh5LxcZyF5+tGDP8B2uwj/NW81Ag"

START_TEST(vkey_there_and_back)
{
    char text[] = VKEY;
    size_t all = strlen(text);
    char name[KEY_NAME_MAX + 1];
    char again[VKEY_TEXT_CAP];
    char hex[2 * KEY_PUBLIC_LEN + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
    ck_assert_int_eq(vkey_parse(str_of(text), name, public_key, &d), ST_OK);
    text_hex(public_key, sizeof public_key, hex);
    ck_assert_str_eq(hex, POINT);
    vkey_print(str_of(name), public_key, again);
    ck_assert_str_eq(again, VKEY);
    for (size_t i = 0; i < all; i++) {
        ck_assert_int_eq(vkey_parse(str_make(text, i), name, public_key, &d), ST_INPUT);
        for (unsigned flip = 1; flip < 256; flip++) {
            char kept = text[i];
            text[i] = (char)((unsigned char)kept ^ flip);
            ck_assert_int_eq(vkey_parse(str_make(text, all), name, public_key, &d),
                             ST_INPUT);
            text[i] = kept;
        }
    }
    /* The longest name has room. */
    char longest[KEY_NAME_MAX];
    memset(longest, 'n', sizeof longest);
    size_t n = vkey_print(str_make(longest, sizeof longest), public_key, again);
    ck_assert_int_eq(vkey_parse(str_make(again, n), name, public_key, &d), ST_OK);
}
END_TEST

Suite *suite_sm2(void);

Suite *suite_sm2(void)
{
    Suite *s = suite_create("sm2");
    TCase *c = tcase_create("sm2");
    tcase_add_test(c, published_example);
    tcase_add_test(c, changed_bytes_do_not_verify);
    tcase_add_test(c, numbers_out_of_range);
    tcase_add_test(c, any_seed_makes_a_key);
    tcase_add_test(c, what_is_no_point);
    tcase_add_test(c, as_records_hold_them);
    tcase_add_test(c, pem_there_and_back);
    tcase_add_test(c, damaged_pem);
    tcase_add_test(c, vkey_there_and_back);
    suite_add_tcase(s, c);
    return s;
}
