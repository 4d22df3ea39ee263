/* test_seal.c - if this fails, the vault is open, or cannot be opened any more. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ledger/seal.h"

static struct sealer *sealer;

static void setup(void)
{
    struct diag d;
    ck_assert_int_eq(sealer_new(&sealer, &d), ST_OK);
}

static void teardown(void)
{
    sealer_free(sealer);
}

/* The GCM specification (McGrew, Viega), test cases 13, 14 and 16. */
START_TEST(published_vectors)
{
    static const struct {
        const char *key, *nonce, *aad, *plain, *sealed;
    } rows[] = {
        {"0000000000000000000000000000000000000000000000000000000000000000",
         "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
        {"0000000000000000000000000000000000000000000000000000000000000000",
         "000000000000000000000000", "", "00000000000000000000000000000000",
         "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
        {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
         "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
         "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
         "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
         "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
         "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
         "76fc6ece0f4e1768cddf8853bb2d551b"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t key[SEAL_KEY_LEN];
        uint8_t nonce[SEAL_NONCE_LEN];
        uint8_t aad[32];
        uint8_t plain[64];
        uint8_t want[96];
        uint8_t got[96];
        size_t aad_n = strlen(rows[i].aad) / 2;
        size_t plain_n = strlen(rows[i].plain) / 2;
        ck_assert(text_unhex(str_of(rows[i].key), key, sizeof key));
        ck_assert(text_unhex(str_of(rows[i].nonce), nonce, sizeof nonce));
        ck_assert(text_unhex(str_of(rows[i].aad), aad, aad_n));
        ck_assert(text_unhex(str_of(rows[i].plain), plain, plain_n));
        ck_assert(text_unhex(str_of(rows[i].sealed), want, plain_n + SEAL_TAG_LEN));
        sealer_key(sealer, key);
        sealer_seal(sealer, nonce, str_make(aad, aad_n), str_make(plain, plain_n), got);
        ck_assert(memcmp(got, nonce, sizeof nonce) == 0);
        ck_assert(memcmp(got + SEAL_NONCE_LEN, want, plain_n + SEAL_TAG_LEN) == 0);
        uint8_t back[64];
        struct str sealed = str_make(got, plain_n + SEAL_OVERHEAD);
        ck_assert(sealer_open(sealer, str_make(aad, aad_n), sealed, back));
        ck_assert(memcmp(back, plain, plain_n) == 0);
    }
}
END_TEST

START_TEST(changed_bytes_are_noticed)
{
    uint8_t key[SEAL_KEY_LEN] = {1};
    uint8_t nonce[SEAL_NONCE_LEN] = {2};
    char aad[] = "almoner/331002/main 17";
    uint8_t sealed[64];
    uint8_t back[64];
    struct str plain = str_of("\xe6\x9d\x8e\xe5\x9b\x9b 110105194912310021");
    struct str all = str_make(sealed, plain.n + SEAL_OVERHEAD);
    sealer_key(sealer, key);
    sealer_seal(sealer, nonce, str_of(aad), plain, sealed);
    for (size_t i = 0; i < all.n; i++) {
        sealed[i] ^= 0x10;
        ck_assert_msg(!sealer_open(sealer, str_of(aad), all, back), "byte %zu", i);
        sealed[i] ^= 0x10;
    }
    for (size_t n = 0; n < all.n; n++) {
        ck_assert_msg(!sealer_open(sealer, str_of(aad), str_make(sealed, n), back),
                      "cut at %zu", n);
    }
    for (size_t i = 0; i < sizeof aad - 1; i++) {
        aad[i] ^= 0x01;
        ck_assert(!sealer_open(sealer, str_of(aad), all, back));
        aad[i] ^= 0x01;
    }
    key[31] ^= 1;
    sealer_key(sealer, key);
    ck_assert(!sealer_open(sealer, str_of(aad), all, back));
    key[31] ^= 1;
    sealer_key(sealer, key);
    ck_assert(sealer_open(sealer, str_of(aad), all, back));
    ck_assert(memcmp(back, plain.p, plain.n) == 0);
}
END_TEST

/* The contexts are reused: no call may see the key, nonce or tag of another. */
START_TEST(keys_in_any_order)
{
    enum { KEYS = 5, STEPS = 2000, TEXT = 40 };
    uint8_t key[KEYS][SEAL_KEY_LEN];
    uint8_t sealed[KEYS][TEXT + SEAL_OVERHEAD];
    uint8_t text[KEYS][TEXT];
    uint32_t random = 12345;
    memset(key, 0, sizeof key);
    for (uint8_t i = 0; i < KEYS; i++) {
        uint8_t nonce[SEAL_NONCE_LEN] = {i};
        key[i][i] = 1;
        memset(text[i], 'a' + i, TEXT);
        sealer_key(sealer, key[i]);
        sealer_seal(sealer, nonce, str_of("x"), str_make(text[i], TEXT), sealed[i]);
    }
    for (int i = 0; i < STEPS; i++) {
        random = random * 1664525 + 1013904223;
        size_t k = (random >> 8) % KEYS;
        sealer_key(sealer, key[k]);
        uint8_t out[TEXT + SEAL_OVERHEAD];
        if ((random >> 16) % 2 == 0) {
            sealer_seal(sealer, sealed[k], str_of("x"), str_make(text[k], TEXT), out);
            ck_assert(memcmp(out, sealed[k], sizeof out) == 0);
        } else {
            bool wrong = (random >> 17) % 4 == 0;
            struct str aad = str_of(wrong ? "y" : "x");
            struct str in = str_make(sealed[k], sizeof sealed[k]);
            ck_assert(sealer_open(sealer, aad, in, out) == !wrong);
            ck_assert(wrong || memcmp(out, text[k], TEXT) == 0);
        }
    }
}
END_TEST

/* Exact blocks on the heap: the sanitizer sees a byte too many. */
START_TEST(lengths)
{
    uint8_t key[SEAL_KEY_LEN] = {9};
    uint8_t nonce[SEAL_NONCE_LEN] = {0};
    sealer_key(sealer, key);
    for (size_t n = 0; n < 600; n += 1 + n / 20) {
        uint8_t *plain = malloc(n > 0 ? n : 1);
        uint8_t *sealed = malloc(n + SEAL_OVERHEAD);
        uint8_t *back = malloc(n > 0 ? n : 1);
        ck_assert(plain != NULL && sealed != NULL && back != NULL);
        memset(plain, 'p', n > 0 ? n : 1);
        nonce[0]++;
        sealer_seal(sealer, nonce, str_of(""), str_make(plain, n), sealed);
        struct str all = str_make(sealed, n + SEAL_OVERHEAD);
        ck_assert(sealer_open(sealer, str_of(""), all, back));
        ck_assert(memcmp(plain, back, n) == 0);
        free(plain);
        free(sealed);
        free(back);
    }
}
END_TEST

Suite *suite_seal(void);

Suite *suite_seal(void)
{
    Suite *s = suite_create("seal");
    TCase *c = tcase_create("seal");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, published_vectors);
    tcase_add_test(c, changed_bytes_are_noticed);
    tcase_add_test(c, keys_in_any_order);
    tcase_add_test(c, lengths);
    suite_add_tcase(s, c);
    return s;
}
