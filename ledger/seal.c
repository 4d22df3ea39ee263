/* seal.c - AES-256-GCM by OpenSSL for what the vault keeps.
 *
 * A nonce must never be used twice with one key: it comes from the caller, who takes
 * it from the system's random numbers. Two contexts, one for each direction: OpenSSL
 * 3.0 sets up everything anew when one is turned around. The key schedule is made
 * when a direction first needs it, as most keys serve in one only. */
#include "ledger/seal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/must.h"

struct direction {
    EVP_CIPHER_CTX *ctx;
    bool keyed; /* has the sealer's key */
};

struct sealer {
    EVP_CIPHER *cipher;
    struct direction seal;
    struct direction open;
    uint8_t key[SEAL_KEY_LEN];
    bool has_key;
};

/* Naming the cipher once; later calls pass NULL and keep it. */
static bool make_contexts(struct sealer *s)
{
    s->seal.ctx = EVP_CIPHER_CTX_new();
    s->open.ctx = EVP_CIPHER_CTX_new();
    return s->seal.ctx != NULL && s->open.ctx != NULL &&
           EVP_EncryptInit_ex2(s->seal.ctx, s->cipher, NULL, NULL, NULL) == 1 &&
           EVP_DecryptInit_ex2(s->open.ctx, s->cipher, NULL, NULL, NULL) == 1 &&
           EVP_CIPHER_CTX_get_iv_length(s->seal.ctx) == SEAL_NONCE_LEN;
}

enum status sealer_new(struct sealer **out, struct diag *d)
{
    struct sealer *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return diag_memory(d);
    }
    s->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (s->cipher == NULL) {
        sealer_free(s);
        return diag_fail(d, ST_SYSTEM, "no-aes-gcm", "OpenSSL offers no AES-256-GCM");
    }
    if (!make_contexts(s)) {
        sealer_free(s);
        return diag_memory(d);
    }
    *out = s;
    return ST_OK;
}

void sealer_free(struct sealer *s)
{
    if (s == NULL) {
        return;
    }
    EVP_CIPHER_CTX_free(s->seal.ctx); /* wipes its key schedule */
    EVP_CIPHER_CTX_free(s->open.ctx);
    EVP_CIPHER_free(s->cipher);
    OPENSSL_cleanse(s, sizeof *s);
    free(s);
}

void sealer_key(struct sealer *s, const uint8_t key[SEAL_KEY_LEN])
{
    if (s->has_key && CRYPTO_memcmp(s->key, key, SEAL_KEY_LEN) == 0) {
        return;
    }
    memcpy(s->key, key, SEAL_KEY_LEN);
    s->has_key = true;
    s->seal.keyed = false;
    s->open.keyed = false;
}

/* The key when this direction does not have it yet; otherwise it is kept. */
static const uint8_t *key_needed(const struct sealer *s, struct direction *way)
{
    must(s->has_key);
    const uint8_t *key = way->keyed ? NULL : s->key;
    way->keyed = true;
    return key;
}

/* The tag as a parameter: the older EVP_CIPHER_CTX_ctrl makes the same of it, at a
 * third of the time of a whole seal. */
struct tag_params {
    OSSL_PARAM p[2];
};

static struct tag_params tag_params(uint8_t tag[SEAL_TAG_LEN])
{
    return (struct tag_params){{
        OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag,
                                          SEAL_TAG_LEN),
        OSSL_PARAM_construct_end(),
    }};
}

void sealer_seal(struct sealer *s, const uint8_t nonce[SEAL_NONCE_LEN], struct str aad,
                 struct str plain, uint8_t *out)
{
    must(aad.n <= INT_MAX && plain.n <= INT_MAX);
    EVP_CIPHER_CTX *ctx = s->seal.ctx;
    uint8_t *text = out + SEAL_NONCE_LEN;
    int n = 0;
    int rest = 0;
    const uint8_t *key = key_needed(s, &s->seal);
    must(EVP_EncryptInit_ex2(ctx, NULL, key, nonce, NULL) == 1);
    must(aad.n == 0 ||
         EVP_EncryptUpdate(ctx, NULL, &n, (const uint8_t *)aad.p, (int)aad.n) == 1);
    n = 0;
    must(plain.n == 0 ||
         EVP_EncryptUpdate(ctx, text, &n, (const uint8_t *)plain.p, (int)plain.n) == 1);
    must(EVP_EncryptFinal_ex(ctx, text + n, &rest) == 1);
    must((size_t)n + (size_t)rest == plain.n);
    struct tag_params tag = tag_params(text + plain.n);
    must(EVP_CIPHER_CTX_get_params(ctx, tag.p) == 1);
    memcpy(out, nonce, SEAL_NONCE_LEN);
}

bool sealer_open(struct sealer *s, struct str aad, struct str sealed, uint8_t *out)
{
    must(aad.n <= INT_MAX && sealed.n <= INT_MAX);
    if (sealed.n < SEAL_OVERHEAD) {
        return false;
    }
    EVP_CIPHER_CTX *ctx = s->open.ctx;
    const uint8_t *nonce = (const uint8_t *)sealed.p;
    const uint8_t *text = nonce + SEAL_NONCE_LEN;
    int text_n = (int)(sealed.n - SEAL_OVERHEAD);
    uint8_t tag_bytes[SEAL_TAG_LEN];
    memcpy(tag_bytes, text + text_n, SEAL_TAG_LEN);
    struct tag_params tag = tag_params(tag_bytes);
    int n = 0;
    int rest = 0;
    const uint8_t *key = key_needed(s, &s->open);
    must(EVP_DecryptInit_ex2(ctx, NULL, key, nonce, tag.p) == 1);
    must(aad.n == 0 ||
         EVP_DecryptUpdate(ctx, NULL, &n, (const uint8_t *)aad.p, (int)aad.n) == 1);
    n = 0;
    must(text_n == 0 || EVP_DecryptUpdate(ctx, out, &n, text, text_n) == 1);
    uint8_t none[1]; /* GCM has no last block; out may have no bytes at all */
    if (EVP_DecryptFinal_ex(ctx, none, &rest) != 1) {
        /* What does not authenticate must not be seen by anyone. */
        OPENSSL_cleanse(out, (size_t)text_n);
        return false;
    }
    must(n == text_n && rest == 0);
    return true;
}

/* ---- keys out of passphrases ---- */

#define SCRYPT_R 8
#define SCRYPT_P 1
#define SCRYPT_MEMORY ((uint64_t)256 * 1024 * 1024)

enum status seal_passphrase_key(struct str passphrase, struct str salt, uint64_t n,
                                uint8_t out[SEAL_KEY_LEN], struct diag *d)
{
    if (EVP_PBE_scrypt(passphrase.p, passphrase.n, (const uint8_t *)salt.p, salt.n, n,
                       SCRYPT_R, SCRYPT_P, SCRYPT_MEMORY, out, SEAL_KEY_LEN) != 1) {
        return diag_fail(d, ST_SYSTEM, "no-scrypt",
                         "OpenSSL makes no key out of the passphrase");
    }
    return ST_OK;
}

/* ---- data keys ---- */

struct wrapper {
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *wrap;
    EVP_CIPHER_CTX *unwrap;
    bool has_master;
};

enum status wrapper_new(struct wrapper **out, struct diag *d)
{
    struct wrapper *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return diag_memory(d);
    }
    w->cipher = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
    w->wrap = EVP_CIPHER_CTX_new();
    w->unwrap = EVP_CIPHER_CTX_new();
    if (w->cipher == NULL || w->wrap == NULL || w->unwrap == NULL) {
        wrapper_free(w);
        return diag_memory(d);
    }
    *out = w;
    return ST_OK;
}

void wrapper_free(struct wrapper *w)
{
    if (w == NULL) {
        return;
    }
    EVP_CIPHER_CTX_free(w->wrap); /* wipes its key schedule */
    EVP_CIPHER_CTX_free(w->unwrap);
    EVP_CIPHER_free(w->cipher);
    free(w);
}

void wrapper_master(struct wrapper *w, const uint8_t master[SEAL_KEY_LEN])
{
    must(EVP_EncryptInit_ex2(w->wrap, w->cipher, master, NULL, NULL) == 1);
    must(EVP_DecryptInit_ex2(w->unwrap, w->cipher, master, NULL, NULL) == 1);
    must(EVP_CIPHER_CTX_set_padding(w->wrap, 0) == 1);
    must(EVP_CIPHER_CTX_set_padding(w->unwrap, 0) == 1);
    w->has_master = true;
}

void wrapper_wrap(struct wrapper *w, const uint8_t key[SEAL_KEY_LEN],
                  uint8_t out[SEAL_KEY_LEN])
{
    int n = 0;
    must(w->has_master);
    must(EVP_EncryptUpdate(w->wrap, out, &n, key, SEAL_KEY_LEN) == 1);
    must(n == SEAL_KEY_LEN);
}

void wrapper_unwrap(struct wrapper *w, const uint8_t wrapped[SEAL_KEY_LEN],
                    uint8_t out[SEAL_KEY_LEN])
{
    int n = 0;
    must(w->has_master);
    must(EVP_DecryptUpdate(w->unwrap, out, &n, wrapped, SEAL_KEY_LEN) == 1);
    must(n == SEAL_KEY_LEN);
}
