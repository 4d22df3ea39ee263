/* keys.c - Ed25519 keys by OpenSSL, SM2 keys by ledger/sm2.c: PKCS#8 PEM files
 * (RFC 5958, 8018, 7914) and the verifier keys of C2SP signed-note.
 *
 * It never asks for a passphrase: OpenSSL's own prompt would hang a program without a
 * terminal, so none of its functions that may prompt is used. Private key bytes stay
 * inside OpenSSL or are wiped. */
#include "ledger/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h> /* PKCS8_decrypt lives there */
#include <openssl/x509.h>

#include "base/must.h"
#include "base/text.h"
#include "ledger/sm2.h"

/* Type byte of Ed25519, here and in C2SP signed-note; others are a point's of SM2. */
#define KEY_ED25519 0x01
#define ED25519_LEN 32
/* C2SP has no type for SM2: 0xff and an identifier of our own, as it recommends. */
#define VKEY_SM2                                                                       \
    "\xff"                                                                             \
    "almoner/sm2/v1"
#define VKEY_SM2_LEN (sizeof VKEY_SM2 - 1)
#define VKEY_TYPED_MAX (VKEY_SM2_LEN + KEY_PUBLIC_LEN)
#define VKEY_ID_LEN 4
#define VKEY_ID_DIGITS 8

/* scrypt takes 16 MiB and about 50 ms for each pass of P. A larger N would be beyond
 * the 32 MiB that OpenSSL allows itself when reading a key file. */
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 2
#define SCRYPT_SALT_LEN 16

struct key {
    EVP_PKEY *pkey;
    uint8_t public_key[KEY_PUBLIC_LEN];
};

/* ---- keys ---- */

static enum status no_key_file(struct diag *d)
{
    diag_fail(d, ST_INPUT, "key-file",
              "this is no Ed25519 or SM2 private key in PKCS#8 PEM");
    return diag_hint(d, "almoner keygen makes one; so does openssl genpkey -algorithm "
                        "ed25519 (or SM2)");
}

void key_free(struct key *k)
{
    if (k != NULL) {
        EVP_PKEY_free(k->pkey); /* wipes the private key */
        free(k);
    }
}

/* Takes pkey, also on failure. */
static enum status key_of(struct key **out, EVP_PKEY *pkey, struct diag *d)
{
    struct key *k = calloc(1, sizeof *k);
    if (k == NULL) {
        EVP_PKEY_free(pkey);
        return diag_memory(d);
    }
    k->pkey = pkey;
    if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519) {
        size_t n = ED25519_LEN;
        k->public_key[0] = KEY_ED25519;
        must(EVP_PKEY_get_raw_public_key(pkey, k->public_key + 1, &n) == 1);
        must(n == ED25519_LEN);
    } else if (!sm2_public(pkey, k->public_key)) {
        key_free(k);
        return no_key_file(d);
    }
    *out = k;
    return ST_OK;
}

enum status key_new(struct key **out, const uint8_t seed[32], struct diag *d)
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
    if (pkey == NULL) {
        ERR_clear_error();
        return diag_fail(d, ST_SYSTEM, "no-ed25519",
                         "OpenSSL cannot make Ed25519 keys");
    }
    return key_of(out, pkey, d);
}

enum status key_new_suite(struct key **out, enum suite suite, const uint8_t seed[32],
                          struct diag *d)
{
    if (suite == SUITE_1) {
        return key_new(out, seed, d);
    }
    EVP_PKEY *pkey = sm2_key_of_seed(seed);
    return pkey != NULL
               ? key_of(out, pkey, d)
               : diag_fail(d, ST_SYSTEM, "no-sm2", "OpenSSL cannot make SM2 keys");
}

void key_public(const struct key *k, uint8_t out[KEY_PUBLIC_LEN])
{
    memcpy(out, k->public_key, KEY_PUBLIC_LEN);
}

const char *key_suite_text(enum suite suite)
{
    return suite == SUITE_2 ? "SM3 and SM2" : "SHA-256 and Ed25519";
}

enum digest_kind key_suite_digest(enum suite suite)
{
    return suite == SUITE_2 ? DIGEST_SM3 : DIGEST_SHA256;
}

enum suite key_suite(const uint8_t public_key[KEY_PUBLIC_LEN])
{
    return public_key[0] == KEY_ED25519 ? SUITE_1 : SUITE_2;
}

enum status key_fits(const uint8_t public_key[KEY_PUBLIC_LEN], enum suite suite,
                     struct str whose, struct diag *d)
{
    enum suite is = key_suite(public_key);
    if (is == suite) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "key-suite",
              "the key of %.*s is of suite %d (%s), the ledger of suite %d (%s)",
              STR_ARG(whose), is, key_suite_text(is), suite, key_suite_text(suite));
    return diag_hint(d, "almoner keygen NAME --suite %d makes one that fits", suite);
}

bool sm2_id_valid(struct str id)
{
    return id.n > 0 && id.n <= SM2_ID_MAX && text_utf8_valid(id, NULL) &&
           !text_has_control(id);
}

struct str key_stored(const uint8_t public_key[KEY_PUBLIC_LEN])
{
    return key_suite(public_key) == SUITE_1 ? str_make(public_key + 1, ED25519_LEN)
                                            : str_make(public_key, KEY_PUBLIC_LEN);
}

bool key_restore(struct str stored, uint8_t out[KEY_PUBLIC_LEN])
{
    if (stored.n == KEY_PUBLIC_LEN && (stored.p[0] == 2 || stored.p[0] == 3)) {
        memcpy(out, stored.p, KEY_PUBLIC_LEN);
        return true;
    }
    if (stored.n != ED25519_LEN) {
        return false;
    }
    out[0] = KEY_ED25519;
    memcpy(out + 1, stored.p, ED25519_LEN);
    return true;
}

static bool ed25519_sign(EVP_PKEY *pkey, struct str message, uint8_t *out)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t n = SIGNATURE_LEN;
    bool made =
        ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
        EVP_DigestSign(ctx, out, &n, (const uint8_t *)message.p, message.n) == 1;
    EVP_MD_CTX_free(ctx);
    return made;
}

enum status key_sign_id(const struct key *k, struct str sm2_id, struct str message,
                        uint8_t out[SIGNATURE_LEN], struct diag *d)
{
    uint8_t signature[SIGNATURE_LEN];
    bool made = key_suite(k->public_key) == SUITE_1
                    ? ed25519_sign(k->pkey, message, signature)
                    : sm2_sign(k->pkey, sm2_id, message, signature);
    /* A signature with a flipped bit could give the key away, and would be found only
     * when it is too late to sign again. */
    if (!made || !key_verify_id(k->public_key, sm2_id, message, signature)) {
        ERR_clear_error();
        return diag_fail(d, ST_SYSTEM, "sign", "signing failed");
    }
    memcpy(out, signature, SIGNATURE_LEN);
    return ST_OK;
}

enum status key_sign(const struct key *k, struct str message,
                     uint8_t out[SIGNATURE_LEN], struct diag *d)
{
    return key_sign_id(k, str_of(SM2_ID_USUAL), message, out, d);
}

/* The points of small order, in every encoding, without the sign bit. Under such a
 * "key" one signature fits any message, so whoever enrolled it could deny them all;
 * RFC 8032 leaves the check to the caller, and OpenSSL does not make it. */
static bool is_weak(const uint8_t public_key[KEY_PUBLIC_LEN])
{
    static const char *const weak[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    uint8_t point[ED25519_LEN];
    char hex[2 * ED25519_LEN + 1];
    memcpy(point, public_key + 1, ED25519_LEN);
    point[ED25519_LEN - 1] &= 0x7f;
    text_hex(point, sizeof point, hex);
    for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++) {
        if (strcmp(hex, weak[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool ed25519_verify(const uint8_t public_key[KEY_PUBLIC_LEN], struct str message,
                           const uint8_t signature[SIGNATURE_LEN])
{
    if (is_weak(public_key)) {
        return false;
    }
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key + 1,
                                                 ED25519_LEN);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = pkey != NULL && ctx != NULL &&
                EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
                EVP_DigestVerify(ctx, signature, SIGNATURE_LEN,
                                 (const uint8_t *)message.p, message.n) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return good;
}

bool key_verify_id(const uint8_t public_key[KEY_PUBLIC_LEN], struct str sm2_id,
                   struct str message, const uint8_t signature[SIGNATURE_LEN])
{
    return key_suite(public_key) == SUITE_1
               ? ed25519_verify(public_key, message, signature)
               : sm2_verify(public_key, sm2_id, message, signature);
}

bool key_verify(const uint8_t public_key[KEY_PUBLIC_LEN], struct str message,
                const uint8_t signature[SIGNATURE_LEN])
{
    return key_verify_id(public_key, str_of(SM2_ID_USUAL), message, signature);
}

/* ---- PEM ---- */

/* PBES2 with AES-256-CBC under a key from scrypt; takes no ownership. */
static X509_SIG *encrypt(PKCS8_PRIV_KEY_INFO *plain, struct str passphrase)
{
    X509_ALGOR *how = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, SCRYPT_SALT_LEN,
                                            NULL, SCRYPT_N, SCRYPT_R, SCRYPT_P);
    if (how == NULL) {
        return NULL;
    }
    X509_SIG *sealed = PKCS8_set0_pbe(passphrase.p, (int)passphrase.n, plain, how);
    if (sealed == NULL) {
        X509_ALGOR_free(how);
    }
    return sealed;
}

static bool write_pem(BIO *bio, const struct key *k, struct str passphrase)
{
    PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(k->pkey);
    if (plain == NULL) {
        return false;
    }
    bool written;
    if (passphrase.n == 0) {
        written = PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, plain) == 1;
    } else {
        X509_SIG *sealed = encrypt(plain, passphrase);
        written = sealed != NULL && PEM_write_bio_PKCS8(bio, sealed) == 1;
        X509_SIG_free(sealed);
    }
    PKCS8_PRIV_KEY_INFO_free(plain); /* wipes */
    return written;
}

static enum status check_passphrase(struct str passphrase, struct diag *d)
{
    if (passphrase.n > PASSPHRASE_MAX) {
        return diag_fail(d, ST_INPUT, "passphrase-length",
                         "the passphrase is longer than %d bytes", PASSPHRASE_MAX);
    }
    return ST_OK;
}

enum status key_to_pem(const struct key *k, struct str passphrase, struct buf *out,
                       struct diag *d)
{
    TRY(check_passphrase(passphrase, d));
    BIO *bio = BIO_new(BIO_s_mem()); /* wiped when freed */
    if (bio == NULL || !write_pem(bio, k, passphrase)) {
        BIO_free(bio);
        ERR_clear_error();
        return diag_fail(d, ST_SYSTEM, "key-write", "OpenSSL cannot write the key");
    }
    char *pem = NULL;
    long n = BIO_get_mem_data(bio, &pem);
    must(n > 0);
    buf_add(out, pem, (size_t)n);
    BIO_free(bio);
    return buf_check(out, d);
}

/* The DER of the first PEM block, to be wiped by the caller; NULL when there is none
 * or it is not PKCS#8. */
static uint8_t *read_block(struct str pem, long *der_n, bool *encrypted)
{
    char *name = NULL;
    char *header = NULL;
    uint8_t *der = NULL;
    BIO *bio = pem.n <= INT32_MAX ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
    bool good = bio != NULL && PEM_read_bio(bio, &name, &header, &der, der_n) == 1;
    BIO_free(bio);
    *encrypted = good && strcmp(name, PEM_STRING_PKCS8) == 0;
    if (good && !*encrypted && strcmp(name, PEM_STRING_PKCS8INF) != 0) {
        OPENSSL_clear_free(der, (size_t)*der_n);
        der = NULL;
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    return good ? der : NULL;
}

/* NULL with *wrong set when the passphrase does not open it. */
static PKCS8_PRIV_KEY_INFO *decrypt(const uint8_t *der, long n, struct str passphrase,
                                    bool *wrong)
{
    X509_SIG *sealed = d2i_X509_SIG(NULL, &der, n);
    if (sealed == NULL) {
        return NULL;
    }
    const X509_ALGOR *how;
    const ASN1_OBJECT *scheme;
    X509_SIG_get0(sealed, &how, NULL);
    X509_ALGOR_get0(&scheme, NULL, NULL, how);
    PKCS8_PRIV_KEY_INFO *plain = NULL;
    /* Schemes before PBES2 (DES, MD5) are not in OpenSSL 3 and would look like a wrong
     * passphrase. */
    if (OBJ_obj2nid(scheme) == NID_pbes2) {
        plain = PKCS8_decrypt(sealed, passphrase.p, (int)passphrase.n);
        *wrong = plain == NULL;
    }
    X509_SIG_free(sealed);
    return plain;
}

static enum status wrong_passphrase(bool missing, struct diag *d)
{
    return diag_fail(d, ST_DENIED, "passphrase",
                     missing ? "the key file needs a passphrase"
                             : "the passphrase does not open the key file");
}

enum status key_from_pem(struct key **out, struct str pem, struct str passphrase,
                         bool *encrypted, struct diag *d)
{
    TRY(check_passphrase(passphrase, d));
    long n = 0;
    bool wrong = false;
    uint8_t *der = read_block(pem, &n, encrypted);
    PKCS8_PRIV_KEY_INFO *plain = NULL;
    if (der != NULL && *encrypted && passphrase.n > 0) {
        plain = decrypt(der, n, passphrase, &wrong);
    } else if (der != NULL && !*encrypted) {
        const uint8_t *at = der;
        plain = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, n);
    }
    bool missing = der != NULL && *encrypted && passphrase.n == 0;
    OPENSSL_clear_free(der, (size_t)n);
    EVP_PKEY *pkey = plain == NULL ? NULL : EVP_PKCS82PKEY(plain);
    PKCS8_PRIV_KEY_INFO_free(plain); /* wipes */
    ERR_clear_error();
    if (missing || wrong) {
        return wrong_passphrase(missing, d);
    }
    return pkey != NULL ? key_of(out, pkey, d) : no_key_file(d);
}

/* ---- vkeys ---- */

/* The blanks of Unicode (White_Space) in UTF-8, which signed-note forbids in names;
 * those of ASCII are control characters or the space. In valid UTF-8 these bytes can
 * only be these characters. */
static bool has_blank(struct str s)
{
    static const char *const blanks[] = {
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
        "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
        "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
    for (size_t at = 0; at < s.n; at++) {
        struct str rest = str_make(s.p + at, s.n - at);
        for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
            if (str_starts(rest, str_of(blanks[i]))) {
                return true;
            }
        }
    }
    return false;
}

bool key_name_valid(struct str name)
{
    return name.n > 0 && name.n <= KEY_NAME_MAX &&
           memchr(name.p, '+', name.n) == NULL && memchr(name.p, ' ', name.n) == NULL &&
           !text_has_control(name) && text_utf8_valid(name, NULL) && !has_blank(name);
}

/* Type and key, as they stand in a vkey; returns their length. */
static size_t vkey_typed(const uint8_t public_key[KEY_PUBLIC_LEN],
                         uint8_t out[VKEY_TYPED_MAX])
{
    size_t n = key_suite(public_key) == SUITE_2 ? VKEY_SM2_LEN : 0;
    memcpy(out, VKEY_SM2, n);
    memcpy(out + n, public_key, KEY_PUBLIC_LEN);
    return n + KEY_PUBLIC_LEN;
}

/* The way back, of a vkey; the key is checked. */
static enum status vkey_untype(const uint8_t *typed, size_t n,
                               uint8_t out[KEY_PUBLIC_LEN], struct diag *d)
{
    const uint8_t *key = typed + n - KEY_PUBLIC_LEN;
    bool sm2 = n == VKEY_TYPED_MAX && memcmp(typed, VKEY_SM2, VKEY_SM2_LEN) == 0;
    if (!sm2 && (n != KEY_PUBLIC_LEN || typed[0] != KEY_ED25519)) {
        return diag_fail(d, ST_INPUT, "vkey",
                         "the verifier key is of type %02x; known are 01 (Ed25519) and "
                         "ff almoner/sm2/v1 (SM2)",
                         typed[0]);
    }
    if (sm2 && ((key[0] != 2 && key[0] != 3) || !sm2_is_point(key))) {
        return diag_fail(d, ST_INPUT, "vkey",
                         "the verifier key is no point of SM2's curve");
    }
    if (!sm2 && is_weak(key)) {
        return diag_fail(d, ST_INPUT, "vkey",
                         "the verifier key is a point of small order, which nobody's "
                         "key is by chance");
    }
    memcpy(out, key, KEY_PUBLIC_LEN);
    return ST_OK;
}

static uint32_t id_of(struct str name, const uint8_t *typed, size_t n)
{
    must(name.n <= KEY_NAME_MAX && n <= VKEY_TYPED_MAX);
    uint8_t bytes[KEY_NAME_MAX + 1 + VKEY_TYPED_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_bytes(&w, name.p, name.n);
    writer_u8(&w, '\n');
    writer_bytes(&w, typed, n);
    must(!w.failed);
    uint8_t hash[DIGEST_LEN];
    must(EVP_Digest(bytes, w.len, hash, NULL, EVP_sha256(), NULL) == 1);
    return get_u32(hash);
}

uint32_t vkey_id(struct str name, const uint8_t public_key[KEY_PUBLIC_LEN])
{
    uint8_t typed[VKEY_TYPED_MAX];
    return id_of(name, typed, vkey_typed(public_key, typed));
}

size_t vkey_print(struct str name, const uint8_t public_key[KEY_PUBLIC_LEN],
                  char out[VKEY_TEXT_CAP])
{
    must(key_name_valid(name));
    uint8_t typed[VKEY_TYPED_MAX];
    char base64[4 * ((VKEY_TYPED_MAX + 2) / 3) + 1];
    text_base64(typed, vkey_typed(public_key, typed), base64);
    int n = snprintf(out, VKEY_TEXT_CAP, "%.*s+%08lx+%s", STR_ARG(name),
                     (unsigned long)vkey_id(name, public_key), base64);
    must(n > 0 && n < VKEY_TEXT_CAP);
    return (size_t)n;
}

/* The part before the next '+'; *rest goes on behind it. The name has no '+', the id
 * neither, but the base64 may. */
static bool cut_part(struct str *rest, struct str *part)
{
    const char *plus = rest->n == 0 ? NULL : memchr(rest->p, '+', rest->n);
    if (plus == NULL) {
        return false;
    }
    *part = str_make(rest->p, (size_t)(plus - rest->p));
    *rest = str_make(plus + 1, rest->n - part->n - 1);
    return true;
}

enum status vkey_parse(struct str text, char *name, uint8_t public_key[KEY_PUBLIC_LEN],
                       struct diag *d)
{
    struct str rest = text;
    struct str given_name;
    struct str digits;
    uint8_t id[VKEY_ID_LEN];
    uint8_t typed[VKEY_TYPED_MAX];
    size_t n = 0;
    bool form = cut_part(&rest, &given_name) && cut_part(&rest, &digits) &&
                key_name_valid(given_name) && digits.n == VKEY_ID_DIGITS &&
                text_unhex(digits, id, sizeof id) &&
                text_unbase64(rest, typed, sizeof typed, &n) && n >= KEY_PUBLIC_LEN;
    if (!form) {
        diag_fail(d, ST_INPUT, "vkey", "this is no verifier key");
        return diag_hint(d, "it has the form NAME+KEYID+BASE64, in one line");
    }
    if (id_of(given_name, typed, n) != get_u32(id)) {
        diag_fail(d, ST_INPUT, "vkey",
                  "the verifier key's name, id and key do not belong together");
        return diag_hint(d, "copy it again; one character is wrong");
    }
    TRY(vkey_untype(typed, n, public_key, d));
    must(str_copy(given_name, name, KEY_NAME_MAX + 1));
    return ST_OK;
}
