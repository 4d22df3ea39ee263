/* test_keys.c - if this fails, signatures do not hold, key files do not open, or other
 * programs (openssl, sumdb, witnesses) do not understand ours. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "ledger/keys.h"
#include "tests/unit/ledger_fixture.h"

#define PEM_MAX 4096

static struct diag d;

static struct key *key_of_seed(const char *hex)
{
    uint8_t seed[32];
    struct key *k = NULL;
    ck_assert(text_unhex(str_of(hex), seed, sizeof seed));
    ck_assert_int_eq(key_new(&k, seed, &d), ST_OK);
    return k;
}

static struct key *some_key(void)
{
    return key_of_seed(
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
}

static bool same_key(const struct key *a, const struct key *b)
{
    uint8_t p[KEY_PUBLIC_LEN];
    uint8_t q[KEY_PUBLIC_LEN];
    key_public(a, p);
    key_public(b, q);
    return memcmp(p, q, sizeof p) == 0;
}

/* ---- signatures ---- */

/* RFC 8032 section 7.1, tests 1 to 3. */
START_TEST(published_vectors)
{
    static const struct {
        const char *seed, *public_key, *message, *signature;
    } rows[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
         "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da0"
         "85ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1"
         "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct key *k = key_of_seed(rows[i].seed);
        uint8_t message[4];
        uint8_t public_key[KEY_PUBLIC_LEN];
        uint8_t signature[SIGNATURE_LEN];
        char hex[2 * SIGNATURE_LEN + 1];
        size_t n = strlen(rows[i].message) / 2;
        ck_assert(text_unhex(str_of(rows[i].message), message, n));
        key_public(k, public_key);
        ck_assert_int_eq(public_key[0], 1);
        text_hex(public_key + 1, sizeof public_key - 1, hex);
        ck_assert_str_eq(hex, rows[i].public_key);
        ck_assert_int_eq(key_sign(k, str_make(message, n), signature, &d), ST_OK);
        text_hex(signature, sizeof signature, hex);
        ck_assert_str_eq(hex, rows[i].signature);
        ck_assert(key_verify(public_key, str_make(message, n), signature));
        key_free(k);
    }
}
END_TEST

START_TEST(changed_bytes_do_not_verify)
{
    struct key *k = some_key();
    uint8_t public_key[KEY_PUBLIC_LEN];
    uint8_t signature[SIGNATURE_LEN];
    char message[] = "almoner/331002/main";
    key_public(k, public_key);
    ck_assert_int_eq(key_sign(k, str_of(message), signature, &d), ST_OK);
    for (size_t i = 0; i < SIGNATURE_LEN; i++) {
        signature[i] ^= 0x04;
        ck_assert(!key_verify(public_key, str_of(message), signature));
        signature[i] ^= 0x04;
    }
    for (size_t i = 0; i < sizeof message - 1; i++) {
        message[i] ^= 0x04;
        ck_assert(!key_verify(public_key, str_of(message), signature));
        message[i] ^= 0x04;
    }
    for (size_t i = 0; i < KEY_PUBLIC_LEN; i++) {
        public_key[i] ^= 0x04;
        ck_assert(!key_verify(public_key, str_of(message), signature));
        public_key[i] ^= 0x04;
    }
    ck_assert(key_verify(public_key, str_of(message), signature));
    key_free(k);
}
END_TEST

/* Signature (R = base point, s = 1) fits every message under the neutral element. */
START_TEST(points_of_small_order_are_no_keys)
{
    static const char *const points[] = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    uint8_t signature[SIGNATURE_LEN];
    memset(signature, 0x66, 32);
    memset(signature + 32, 0, 32);
    signature[0] = 0x58;
    signature[32] = 1;
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        uint8_t point[KEY_PUBLIC_LEN] = {1};
        ck_assert(text_unhex(str_of(points[i]), point + 1, sizeof point - 1));
        ck_assert(!key_verify(point, str_of("anything"), signature));
        char name[KEY_NAME_MAX + 1];
        char vkey[VKEY_TEXT_CAP];
        size_t n = vkey_print(str_of("weak"), point, vkey);
        ck_assert_int_eq(vkey_parse(str_make(vkey, n), name, point, &d), ST_INPUT);
    }
}
END_TEST

/* ---- PEM ---- */

START_TEST(pem_there_and_back)
{
    static const char *const passphrases[] = {"", "secret",
                                              "\xe5\x8f\xa3\xe4\xbb\xa4 with blanks"};
    struct key *k = some_key();
    for (size_t i = 0; i < 3; i++) {
        struct buf pem;
        buf_init(&pem, PEM_MAX);
        struct str passphrase = str_of(passphrases[i]);
        ck_assert_int_eq(key_to_pem(k, passphrase, &pem, &d), ST_OK);
        bool encrypted = i == 0;
        struct key *back = NULL;
        ck_assert_int_eq(key_from_pem(&back, buf_str(&pem), passphrase, &encrypted, &d),
                         ST_OK);
        ck_assert(encrypted == (i > 0));
        ck_assert(same_key(k, back));
        key_free(back);
        buf_release(&pem);
    }
    key_free(k);
}
END_TEST

START_TEST(wrong_passphrases)
{
    struct key *k = some_key();
    struct buf pem;
    buf_init(&pem, PEM_MAX);
    ck_assert_int_eq(key_to_pem(k, str_of("secret"), &pem, &d), ST_OK);
    static const char *const wrong[] = {"", "Secret", "secret ", "secre"};
    for (size_t i = 0; i < 4; i++) {
        struct key *back = NULL;
        bool encrypted = false;
        ck_assert_int_eq(
            key_from_pem(&back, buf_str(&pem), str_of(wrong[i]), &encrypted, &d),
            ST_DENIED);
        ck_assert_str_eq(d.code, "passphrase");
        ck_assert(encrypted);
        ck_assert_ptr_null(back);
    }
    static char longest[PASSPHRASE_MAX + 1];
    memset(longest, 'x', sizeof longest);
    buf_clear(&pem);
    ck_assert_int_eq(key_to_pem(k, str_make(longest, sizeof longest), &pem, &d),
                     ST_INPUT);
    ck_assert_int_eq(key_to_pem(k, str_make(longest, PASSPHRASE_MAX), &pem, &d), ST_OK);
    buf_release(&pem);
    key_free(k);
}
END_TEST

START_TEST(no_key_files)
{
    static const char *const texts[] = {
        "",
        "almoner",
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n",
        /* a public key */
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
        "-----END PUBLIC KEY-----\n",
        /* X25519, which cannot sign */
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VuBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq\n"
        "-----END PRIVATE KEY-----\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct key *k = NULL;
        bool encrypted = false;
        ck_assert_int_eq(
            key_from_pem(&k, str_of(texts[i]), str_of("secret"), &encrypted, &d),
            ST_INPUT);
        ck_assert_str_eq(d.code, "key-file");
        ck_assert_ptr_null(k);
    }
}
END_TEST

/* Every changed byte of a key file gives the same key or a refusal. A file without
 * passphrase, as each try at one with costs a tenth of a second. */
START_TEST(damaged_pem)
{
    struct key *k = some_key();
    struct buf pem;
    buf_init(&pem, PEM_MAX);
    ck_assert_int_eq(key_to_pem(k, str_of(""), &pem, &d), ST_OK);
    struct str all = buf_str(&pem);
    for (size_t n = 0; n <= all.n; n++) {
        struct key *back = NULL;
        bool encrypted = false;
        enum status st =
            key_from_pem(&back, str_make(all.p, n), str_of(""), &encrypted, &d);
        ck_assert(st == ST_OK || st == ST_INPUT);
        ck_assert(st != ST_OK || same_key(k, back));
        key_free(back);
    }
    for (size_t i = 0; i < all.n; i++) {
        pem.p[i] ^= 0x02;
        struct key *back = NULL;
        bool encrypted = false;
        enum status st = key_from_pem(&back, all, str_of(""), &encrypted, &d);
        /* A bit of the seed itself makes another key: PKCS#8 has no check value. */
        ck_assert(st == ST_OK || st == ST_INPUT || st == ST_DENIED);
        key_free(back);
        pem.p[i] ^= 0x02;
    }
    buf_release(&pem);
    key_free(k);
}
END_TEST

/* ---- the openssl program ---- */

static char folder[FIXTURE_DIR_CAP];

static void make_folder(void)
{
    fixture_folder("keys", folder);
    ck_assert_int_eq(chdir(folder), 0);
}

static void remove_folder(void)
{
    static const char *const names[] = {"key.pem", "public.der", "public.pem",
                                        "message", "signature",  "other.pem"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)unlink(names[i]);
    }
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* The exit code of openssl, silent and without a terminal; 127 when there is none. */
static int openssl(const char *const argv[])
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        union {
            const char *const *given;
            char *const *taken;
        } args = {.given = argv};
        execvp("openssl", args.taken);
        _exit(127);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define OPENSSL(...) openssl((const char *const[]){"openssl", __VA_ARGS__, NULL})

static bool has_openssl(void)
{
    if (OPENSSL("version") != 0) {
        printf("test_keys: skipped, there is no openssl program\n");
        return false;
    }
    return true;
}

static void write_file(const char *name, struct str s)
{
    FILE *f = fopen(name, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(s.p, 1, s.n, f), s.n);
    ck_assert_int_eq(fclose(f), 0);
}

static struct str read_file(const char *name, char *out, size_t cap)
{
    FILE *f = fopen(name, "rb");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(out, 1, cap, f);
    ck_assert_int_eq(fclose(f), 0);
    return str_make(out, n);
}

START_TEST(openssl_reads_ours)
{
    if (!has_openssl()) {
        return;
    }
    struct key *k = some_key();
    for (int encrypted = 0; encrypted < 2; encrypted++) {
        struct buf pem;
        buf_init(&pem, PEM_MAX);
        struct str passphrase = str_of(encrypted ? "secret" : "");
        ck_assert_int_eq(key_to_pem(k, passphrase, &pem, &d), ST_OK);
        write_file("key.pem", buf_str(&pem));
        buf_release(&pem);
        ck_assert_int_eq(OPENSSL("pkey", "-in", "key.pem", "-passin", "pass:secret",
                                 "-pubout", "-outform", "DER", "-out", "public.der"),
                         0);
        char der[128];
        struct str got = read_file("public.der", der, sizeof der);
        uint8_t public_key[KEY_PUBLIC_LEN];
        key_public(k, public_key);
        ck_assert_uint_eq(got.n, 12 + 32);
        ck_assert(memcmp(got.p + 12, public_key + 1, 32) == 0);
    }
    uint8_t signature[SIGNATURE_LEN];
    struct str message = str_of("pay 331002 2026-11\n");
    ck_assert_int_eq(key_sign(k, message, signature, &d), ST_OK);
    write_file("message", message);
    write_file("signature", str_make(signature, sizeof signature));
    ck_assert_int_eq(OPENSSL("pkeyutl", "-verify", "-rawin", "-pubin", "-keyform",
                             "DER", "-inkey", "public.der", "-in", "message",
                             "-sigfile", "signature"),
                     0);
    signature[5] ^= 1;
    write_file("signature", str_make(signature, sizeof signature));
    ck_assert_int_ne(OPENSSL("pkeyutl", "-verify", "-rawin", "-pubin", "-keyform",
                             "DER", "-inkey", "public.der", "-in", "message",
                             "-sigfile", "signature"),
                     0);
    key_free(k);
}
END_TEST

static enum status load(const char *name, const char *passphrase, struct key **out)
{
    char pem[PEM_MAX];
    bool encrypted;
    struct str text = read_file(name, pem, sizeof pem);
    return key_from_pem(out, text, str_of(passphrase), &encrypted, &d);
}

START_TEST(ours_reads_openssl)
{
    if (!has_openssl()) {
        return;
    }
    struct key *plain = NULL;
    struct key *sealed = NULL;
    ck_assert_int_eq(OPENSSL("genpkey", "-algorithm", "ed25519", "-out", "other.pem"),
                     0);
    ck_assert_int_eq(load("other.pem", "", &plain), ST_OK);
    ck_assert_int_eq(OPENSSL("pkcs8", "-topk8", "-v2", "aes-256-cbc", "-iter", "1000",
                             "-passout", "pass:secret", "-in", "other.pem", "-out",
                             "key.pem"),
                     0);
    ck_assert_int_eq(load("key.pem", "secret", &sealed), ST_OK);
    ck_assert(same_key(plain, sealed));
    key_free(plain);
    key_free(sealed);

    /* An old scheme is named as what it is, not as a wrong passphrase. */
    struct key *none = NULL;
    if (OPENSSL("pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES", "-passout", "pass:secret",
                "-in", "other.pem", "-out", "key.pem") == 0) {
        ck_assert_int_eq(load("key.pem", "secret", &none), ST_INPUT);
    }
    ck_assert_int_eq(OPENSSL("genpkey", "-algorithm", "EC", "-pkeyopt",
                             "ec_paramgen_curve:P-256", "-out", "key.pem"),
                     0);
    ck_assert_int_eq(load("key.pem", "", &none), ST_INPUT);
    ck_assert_str_eq(d.code, "key-file");
    ck_assert_ptr_null(none);
}
END_TEST

/* ---- vkeys ---- */

#define C2SP_VKEY                                                                      \
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

START_TEST(vkey_of_the_specification)
{
    char name[KEY_NAME_MAX + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
    char again[VKEY_TEXT_CAP];
    ck_assert_int_eq(vkey_parse(str_of(C2SP_VKEY), name, public_key, &d), ST_OK);
    ck_assert_str_eq(name, "example.com/foo");
    ck_assert_uint_eq(vkey_id(str_of(name), public_key), 0x530d903a);
    size_t n = vkey_print(str_of(name), public_key, again);
    ck_assert_str_eq(again, C2SP_VKEY);
    ck_assert_uint_eq(n, strlen(C2SP_VKEY));
}
END_TEST

START_TEST(damaged_vkeys)
{
    char text[] = C2SP_VKEY;
    size_t all = strlen(text);
    char name[KEY_NAME_MAX + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
    for (size_t n = 0; n < all; n++) {
        ck_assert_int_eq(vkey_parse(str_make(text, n), name, public_key, &d), ST_INPUT);
        ck_assert_str_eq(d.code, "vkey");
    }
    for (size_t i = 0; i < all; i++) {
        for (unsigned flip = 1; flip < 256; flip++) {
            char kept = text[i];
            text[i] = (char)((unsigned char)kept ^ flip);
            ck_assert_int_eq(vkey_parse(str_make(text, all), name, public_key, &d),
                             ST_INPUT);
            text[i] = kept;
        }
    }
    static const char *const more[] = {
        C2SP_VKEY "\n", C2SP_VKEY " ", " " C2SP_VKEY, "x" C2SP_VKEY,
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        ck_assert_int_eq(vkey_parse(str_of(more[i]), name, public_key, &d), ST_INPUT);
    }
}
END_TEST

START_TEST(names)
{
    static const struct {
        const char *name;
        bool valid;
    } rows[] = {
        {"almoner/331002/main", true},
        {"\xe6\xb5\x99\xe6\xb1\x9f", true},
        {"a", true},
        {"\xe3\x80\x81", true}, /* beside the wide blank */
        {"", false},
        {"a b", false},
        {"a+b", false},
        {"a\tb", false},
        {"a\n", false},
        {"a\x7f", false},
        {"a\xc2\xa0", false},
        {"\xe3\x80\x80", false},
        {"x\xe2\x80\x8ay", false},
        {"\xe2\x80", false},
        {"\xff", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(key_name_valid(str_of(rows[i].name)) == rows[i].valid, "row %zu",
                      i);
    }
    char text[KEY_NAME_MAX + 1];
    memset(text, 'n', sizeof text);
    ck_assert(key_name_valid(str_make(text, KEY_NAME_MAX)));
    ck_assert(!key_name_valid(str_make(text, KEY_NAME_MAX + 1)));
    /* The longest fits VKEY_TEXT_CAP, and comes back. */
    uint8_t public_key[KEY_PUBLIC_LEN] = {1, 7};
    char vkey[VKEY_TEXT_CAP];
    char name[KEY_NAME_MAX + 1];
    size_t n = vkey_print(str_make(text, KEY_NAME_MAX), public_key, vkey);
    ck_assert_int_eq(vkey_parse(str_make(vkey, n), name, public_key, &d), ST_OK);
}
END_TEST

Suite *suite_keys(void);

Suite *suite_keys(void)
{
    Suite *s = suite_create("keys");
    TCase *c = tcase_create("keys");
    tcase_add_test(c, published_vectors);
    tcase_add_test(c, changed_bytes_do_not_verify);
    tcase_add_test(c, points_of_small_order_are_no_keys);
    tcase_add_test(c, pem_there_and_back);
    tcase_add_test(c, wrong_passphrases);
    tcase_add_test(c, no_key_files);
    tcase_add_test(c, damaged_pem);
    tcase_add_test(c, vkey_of_the_specification);
    tcase_add_test(c, damaged_vkeys);
    tcase_add_test(c, names);
    suite_add_tcase(s, c);
    TCase *o = tcase_create("openssl");
    tcase_add_checked_fixture(o, make_folder, remove_folder);
    tcase_add_test(o, openssl_reads_ours);
    tcase_add_test(o, ours_reads_openssl);
    suite_add_tcase(s, o);
    return s;
}
