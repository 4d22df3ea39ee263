/* crypto.c - see crypto.h. */
#include "verify/crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/wipe.h"

struct hash {
    EVP_MD *algorithm;
    EVP_MD_CTX *ctx;
};

enum status hash_new(struct hash **out, enum suite suite, struct diag *d)
{
    struct hash *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return diag_memory(d);
    }
    h->algorithm = EVP_MD_fetch(NULL, suite == SUITE_SM3_SM2 ? "SM3" : "SHA256", NULL);
    h->ctx = EVP_MD_CTX_new();
    if (h->algorithm == NULL || h->ctx == NULL) {
        hash_free(h);
        return diag_fail(d, ST_SYSTEM, "digest", "OpenSSL lacks a digest");
    }
    *out = h;
    return ST_OK;
}

void hash_free(struct hash *h)
{
    if (h != NULL) {
        EVP_MD_CTX_free(h->ctx);
        EVP_MD_free(h->algorithm);
        free(h);
    }
}

void hash_start(struct hash *h)
{
    must(EVP_DigestInit_ex2(h->ctx, h->algorithm, NULL) == 1);
}

void hash_add(struct hash *h, const void *p, size_t n)
{
    must(EVP_DigestUpdate(h->ctx, p, n) == 1);
}

void hash_end(struct hash *h, uint8_t out[HASH_LEN])
{
    unsigned n = 0;
    must(EVP_DigestFinal_ex(h->ctx, out, &n) == 1);
    must(n == HASH_LEN);
}

void hash_once(struct hash *h, struct str a, struct str b, uint8_t out[HASH_LEN])
{
    hash_start(h);
    hash_add(h, a.p, a.n);
    hash_add(h, b.p, b.n);
    hash_end(h, out);
}

void hash_hmac(struct hash *h, const uint8_t key[32], struct str a,
               uint8_t out[HASH_LEN])
{
    uint8_t pad[64]; /* the block of SHA-256 and SM3 */
    memset(pad, 0x36, sizeof pad);
    for (int i = 0; i < 32; i++) {
        pad[i] ^= key[i];
    }
    hash_once(h, str_make(pad, sizeof pad), a, out);
    for (int i = 0; i < 64; i++) {
        pad[i] ^= 0x36 ^ 0x5c;
    }
    hash_once(h, str_make(pad, sizeof pad), str_make(out, HASH_LEN), out);
    wipe(pad, sizeof pad);
}

/* The encodings of the points of order 1, 2, 4 and 8, without the sign bit: y is 0, 1,
 * -1, the two of order 8, and what is p and p + 1, other forms of 0 and 1. */
static bool is_small_order(const uint8_t key[32])
{
    static const uint8_t small[7][32] = {
        {0},
        {1},
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
         0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
         0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
         0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
         0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    };
    uint8_t y[32];
    memcpy(y, key, 32);
    y[31] &= 0x7f;
    for (int i = 0; i < 7; i++) {
        if (memcmp(y, small[i], 32) == 0) {
            return true;
        }
    }
    return false;
}

static bool ed25519_holds(const uint8_t key[32], struct str message,
                          const uint8_t signature[SIGNATURE_LEN])
{
    if (is_small_order(key)) {
        return false;
    }
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, 32);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = pkey != NULL && ctx != NULL &&
              EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
              EVP_DigestVerify(ctx, signature, SIGNATURE_LEN,
                               (const unsigned char *)message.p, message.n) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return ok;
}

static EVP_PKEY *sm2_key(const uint8_t point[33])
{
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    char group[] = "SM2";
    uint8_t copy[33];
    memcpy(copy, point, sizeof copy);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof copy),
        OSSL_PARAM_construct_end(),
    };
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        pkey = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* r || s as the DER that OpenSSL takes; the length. */
static size_t sm2_der(const uint8_t signature[SIGNATURE_LEN], uint8_t out[80])
{
    size_t at = 2;
    for (int half = 0; half < 2; half++) {
        const uint8_t *p = signature + (size_t)half * 32;
        size_t n = 32;
        while (n > 1 && *p == 0) {
            p++;
            n--;
        }
        size_t pad = *p >= 0x80;
        out[at++] = 0x02;
        out[at++] = (uint8_t)(n + pad);
        if (pad) {
            out[at++] = 0;
        }
        memcpy(out + at, p, n);
        at += n;
    }
    out[0] = 0x30;
    out[1] = (uint8_t)(at - 2);
    return at;
}

static bool sm2_holds(const uint8_t point[33], struct str id, struct str message,
                      const uint8_t signature[SIGNATURE_LEN])
{
    uint8_t der[80];
    size_t n = sm2_der(signature, der);
    EVP_PKEY *pkey = sm2_key(point);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx = pkey == NULL ? NULL : EVP_PKEY_CTX_new(pkey, NULL);
    bool ok =
        ctx != NULL && pctx != NULL && EVP_PKEY_CTX_set1_id(pctx, id.p, (int)id.n) == 1;
    if (ok) {
        EVP_MD_CTX_set_pkey_ctx(ctx, pctx);
        ok = EVP_DigestVerifyInit(ctx, NULL, EVP_sm3(), NULL, pkey) == 1 &&
             EVP_DigestVerify(ctx, der, n, (const unsigned char *)message.p,
                              message.n) == 1;
    }
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_CTX_free(pctx);
    EVP_PKEY_free(pkey);
    return ok;
}

bool signature_holds(const uint8_t key[PUBLIC_KEY_LEN], struct str sm2_id,
                     struct str message, const uint8_t signature[SIGNATURE_LEN])
{
    if (key[0] == 1) {
        return ed25519_holds(key + 1, message, signature);
    }
    return (key[0] == 2 || key[0] == 3) && sm2_holds(key, sm2_id, message, signature);
}

bool sealed_open(const uint8_t key[32], struct str aad, struct str sealed, uint8_t *out)
{
    if (sealed.n < 28 || sealed.n > INT32_MAX || aad.n > INT32_MAX) {
        return false;
    }
    const unsigned char *p = (const unsigned char *)sealed.p;
    size_t n = sealed.n - 28;
    uint8_t tag[16];
    memcpy(tag, p + 12 + n, sizeof tag);
    int got = 0, end = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok =
        ctx != NULL && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, p) == 1 &&
        EVP_DecryptUpdate(ctx, NULL, &got, (const unsigned char *)aad.p, (int)aad.n) ==
            1 &&
        EVP_DecryptUpdate(ctx, out, &got, p + 12, (int)n) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, sizeof tag, tag) == 1 &&
        EVP_DecryptFinal_ex(ctx, out + got, &end) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok) {
        wipe(out, n);
    }
    return ok;
}

#define SCRYPT_MEMORY_MAX ((uint64_t)1024 * 1024 * 1024)

bool passphrase_key(struct str passphrase, struct str salt, uint64_t n, uint32_t r,
                    uint32_t p, uint8_t out[32])
{
    if (n < 2 || (n & (n - 1)) != 0 || r == 0 || r > 64 || p == 0 || p > 64 ||
        n > SCRYPT_MEMORY_MAX / 128 / r) {
        return false;
    }
    return EVP_PBE_scrypt(passphrase.p, passphrase.n, (const unsigned char *)salt.p,
                          salt.n, n, r, p, 2 * SCRYPT_MEMORY_MAX, out, 32) == 1;
}
