/* test_digest.c - SHA-256 as sha256sum says, SM3 as GB/T 32905 and HMAC as RFC 4231,
 * however the bytes are cut, and with an object that has been used before. */
#include "base/digest.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

Suite *suite_digest(void);

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

static void assert_hex(const uint8_t out[DIGEST_LEN], const char *expected)
{
    char hex[2 * DIGEST_LEN + 1];
    text_hex(out, DIGEST_LEN, hex);
    ck_assert_str_eq(hex, expected);
}

/* head -c N /dev/zero | tr '\0' x | sha256sum: lengths around the block of 64. */
static const struct {
    size_t n;
    const char *hex;
} runs[] = {
    {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {1, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},
    {55, "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072"},
    {56, "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e"},
    {63, "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2"},
    {64, "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c"},
    {65, "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9"},
    {119, "000b48d4edf0fa7bee3c6236ecd2785baa5db4eeb8bb54341b029e0d9fa5fb0c"},
    {120, "13f05a0b594787f5ecd315edc96141bd3243203d1b7d4f0836f37308b276ba98"},
    {128, "24da1b81d0b16df6428eee73c69fcb2a93c76bc6df706f0c6670fe6bfe800464"},
    {1000, "44f8354494a5ba03ba1792a8d3e9c534c47a9181980fde7a3f44b06ef2ae7c7f"},
};

START_TEST(test_sha256_runs)
{
    char text[1000];
    memset(text, 'x', sizeof text);
    size_t n = runs[_i].n;
    uint8_t out[DIGEST_LEN];
    for (size_t cut = 0; cut <= n; cut++) {
        digest_once(g, str_make(text, cut), str_make(text + cut, n - cut), out);
        assert_hex(out, runs[_i].hex);
    }
    digest_start(g);
    for (size_t i = 0; i < n; i++) {
        digest_add(g, text + i, 1);
    }
    digest_add(g, NULL, 0);
    digest_end(g, out);
    assert_hex(out, runs[_i].hex);
}
END_TEST

/* FIPS 180-4 examples. */
START_TEST(test_sha256_known)
{
    uint8_t out[DIGEST_LEN];
    digest_once(g, str_of("abc"), str_of(""), out);
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_once(g, str_of("abcdbcdecdefdefgefghfghighijhijk"),
                str_of("ijkljklmklmnlmnomnopnopq"), out);
    assert_hex(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    digest_start(g);
    for (int i = 0; i < 1000000; i++) {
        digest_add(g, "a", 1);
    }
    digest_end(g, out);
    assert_hex(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

/* The examples of GB/T 32905-2016, annex A, by the same object that hashed otherwise
 * before, and otherwise again behind; the HMAC is that of Python's hmac. */
START_TEST(test_sm3)
{
    static const char sixteen[] =
        "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd";
    uint8_t out[DIGEST_LEN];
    uint8_t key[32];
    struct diag d;
    struct digest *other = NULL;
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)(i + 1);
    }
    digest_once(g, str_of("abc"), str_of(""), out);
    ck_assert_int_eq(digest_use(g, DIGEST_SM3, &d), ST_OK);
    digest_once(g, str_of("abc"), str_of(""), out);
    assert_hex(out, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    ck_assert_int_eq(digest_use(g, DIGEST_SM3, &d), ST_OK);
    for (size_t cut = 0; cut <= 64; cut++) {
        digest_once(g, str_make(sixteen, cut), str_make(sixteen + cut, 64 - cut), out);
        assert_hex(out,
                   "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    }
    digest_hmac(g, key, str_of("salt"), str_of(" and more"), out);
    assert_hex(out, "7be9ae5b39696d8592c7033ab2b781cddb3dec82ad18dc1fd33fc0e13ac6f9c9");
    ck_assert_int_eq(digest_new_kind(&other, DIGEST_SM3, &d), ST_OK);
    digest_hmac(other, key, str_of("salt and more"), str_of(""), out);
    assert_hex(out, "7be9ae5b39696d8592c7033ab2b781cddb3dec82ad18dc1fd33fc0e13ac6f9c9");
    digest_free(other);
    ck_assert_int_eq(digest_use(g, DIGEST_SHA256, &d), ST_OK);
    digest_once(g, str_of("abc"), str_of(""), out);
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

/* A stream that was left unfinished must not leak into the next. */
START_TEST(test_start_forgets)
{
    uint8_t out[DIGEST_LEN];
    digest_start(g);
    digest_add(g, "rubbish", 7);
    digest_once(g, str_of("abc"), str_of(""), out);
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

/* RFC 4231: a key shorter than a block is padded with zeros, so a short key is the
 * same as that key with zeros up to our 32 bytes. */
static const struct {
    const char *label;
    const char *key; /* hex */
    const char *data;
    const char *hex;
} hmacs[] = {
    {"case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"case 2", "4a656665", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"case 3", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
     "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
     "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
     "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
     "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd",
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"case 4", "0102030405060708090a0b0c0d0e0f10111213141516171819",
     "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd"
     "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd"
     "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd"
     "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd"
     "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd",
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    /* Cases 6 and 7: a key of 131 times 0xaa is hashed first; this is its hash. */
    {"case 6", "45ad4b37c6e2fc0a2cfcc1b5da524132ec707615c2cae1dbbc43c97aa521db81",
     "Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {"case 7", "45ad4b37c6e2fc0a2cfcc1b5da524132ec707615c2cae1dbbc43c97aa521db81",
     "This is a test using a larger than block-size key and a larger than block-size "
     "data. The key needs to be hashed before being used by the HMAC algorithm.",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

START_TEST(test_hmac)
{
    uint8_t key[32] = {0};
    struct str hex = str_of(hmacs[_i].key);
    ck_assert(text_unhex(hex, key, hex.n / 2));
    struct str data = str_of(hmacs[_i].data);
    uint8_t out[DIGEST_LEN];
    for (size_t cut = 0; cut <= data.n; cut++) {
        digest_hmac(g, key, str_make(data.p, cut), str_make(data.p + cut, data.n - cut),
                    out);
        assert_hex(out, hmacs[_i].hex);
    }
}
END_TEST

/* The hash of the long key of cases 6 and 7, by this module as well. */
START_TEST(test_hmac_long_key)
{
    char key[131];
    memset(key, 0xaa, sizeof key);
    uint8_t out[DIGEST_LEN];
    digest_once(g, str_make(key, sizeof key), str_of(""), out);
    assert_hex(out, hmacs[4].key);
}
END_TEST

START_TEST(test_equal)
{
    uint8_t a[DIGEST_LEN];
    uint8_t b[DIGEST_LEN];
    digest_once(g, str_of("a"), str_of("b"), a);
    digest_once(g, str_of("ab"), str_of(""), b);
    ck_assert(digest_equal(a, b));
    for (size_t i = 0; i < DIGEST_LEN; i++) {
        b[i] ^= 1;
        ck_assert_msg(!digest_equal(a, b), "byte %zu", i);
        b[i] ^= 1;
    }
    digest_free(NULL);
}
END_TEST

Suite *suite_digest(void)
{
    Suite *s = suite_create("digest");
    TCase *tc = tcase_create("digest");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_sha256_runs, 0, sizeof runs / sizeof runs[0]);
    tcase_add_test(tc, test_sha256_known);
    tcase_add_test(tc, test_sm3);
    tcase_add_test(tc, test_start_forgets);
    tcase_add_loop_test(tc, test_hmac, 0, sizeof hmacs / sizeof hmacs[0]);
    tcase_add_test(tc, test_hmac_long_key);
    tcase_add_test(tc, test_equal);
    suite_add_tcase(s, tc);
    return s;
}
