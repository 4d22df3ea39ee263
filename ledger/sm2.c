/* sm2.c - SM2 keys and signatures by OpenSSL's EVP; see sm2.h.
 *
 * OpenSSL speaks DER; records hold r || s, 32 bytes each, so that a signature has one
 * form and one length. The curve's cofactor is 1: every point but infinity, which has
 * no compressed form of 33 bytes, is a sound public key. SM2's (r, s) has no twin as
 * ECDSA's has, and OpenSSL refuses numbers out of range, so that nobody can make a
 * second signature out of one. */
#include "ledger/sm2.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#define NUMBER_LEN 32
#define DER_MAX 80 /* of two numbers of 32 bytes: 72 */
#define SEED_TRIES 8

/* ---- keys ---- */

static EVP_PKEY *from_parameters(OSSL_PARAM_BLD *bld, int selection)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, selection, params) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params); /* wipes what was secret */
    return key;
}

/* d: NULL for a public key. */
static EVP_PKEY *key_of(const uint8_t *point, size_t n, const BIGNUM *d)
{
    OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    bool built =
        bld != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) ==
            1 &&
        OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, n) == 1 &&
        (d == NULL || OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, d) == 1);
    if (built) {
        key = from_parameters(bld, d != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY);
    }
    OSSL_PARAM_BLD_free(bld);
    return key;
}

/* The seed as a number from 1 to n - 2, as GB/T 32918.1 section 6.1 wants it. */
static bool take_number(const uint8_t seed[32], const EC_GROUP *group, BIGNUM *d)
{
    uint8_t bytes[NUMBER_LEN];
    BIGNUM *max = BN_dup(EC_GROUP_get0_order(group));
    bool found = false;
    memcpy(bytes, seed, sizeof bytes);
    bool able = max != NULL && BN_sub_word(max, 2) == 1;
    for (int i = 0; i < SEED_TRIES && able && !found; i++) {
        able = BN_bin2bn(bytes, sizeof bytes, d) != NULL;
        found = able && !BN_is_zero(d) && BN_cmp(d, max) <= 0;
        if (!found) {
            able = EVP_Digest(bytes, sizeof bytes, bytes, NULL, EVP_sm3(), NULL) == 1;
        }
    }
    OPENSSL_cleanse(bytes, sizeof bytes);
    BN_free(max);
    return found;
}

struct evp_pkey_st *sm2_key_of_seed(const uint8_t seed[32])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_sm2);
    BIGNUM *d = BN_secure_new();
    EC_POINT *point = group != NULL ? EC_POINT_new(group) : NULL;
    EVP_PKEY *key = NULL;
    uint8_t bytes[SM2_POINT_LEN];
    if (point != NULL && d != NULL && take_number(seed, group, d) &&
        EC_POINT_mul(group, point, d, NULL, NULL, NULL) == 1 &&
        EC_POINT_point2oct(group, point, POINT_CONVERSION_COMPRESSED, bytes,
                           sizeof bytes, NULL) == sizeof bytes) {
        key = key_of(bytes, sizeof bytes, d);
    }
    BN_clear_free(d);
    EC_POINT_free(point);
    EC_GROUP_free(group);
    ERR_clear_error();
    return key;
}

bool sm2_public(const struct evp_pkey_st *key, uint8_t out[SM2_POINT_LEN])
{
    uint8_t point[1 + 2 * NUMBER_LEN];
    size_t n = 0;
    bool got = EVP_PKEY_is_a(key, "SM2") == 1 &&
               EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point,
                                               sizeof point, &n) == 1;
    ERR_clear_error();
    if (got && n == sizeof point && point[0] == POINT_CONVERSION_UNCOMPRESSED) {
        out[0] = (uint8_t)(POINT_CONVERSION_COMPRESSED | (point[n - 1] & 1));
        memcpy(out + 1, point + 1, NUMBER_LEN);
        return true;
    }
    if (got && n == SM2_POINT_LEN) { /* the key file asks for this form */
        memcpy(out, point, SM2_POINT_LEN);
        return true;
    }
    return false;
}

bool sm2_is_point(const uint8_t point[SM2_POINT_LEN])
{
    EVP_PKEY *key = key_of(point, SM2_POINT_LEN, NULL);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return key != NULL;
}

/* ---- signatures ---- */

/* OpenSSL hashes SM2's Z (who signs, curve, public key) before the message. */
static bool set_id(EVP_PKEY_CTX *ctx, struct str id)
{
    return EVP_PKEY_CTX_set1_id(ctx, id.p, (int)id.n) == 1;
}

static bool der_to_raw(const uint8_t *der, size_t n, uint8_t out[SM2_SIGNATURE_LEN])
{
    ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, (long)n);
    bool fits =
        s != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(s), out, NUMBER_LEN) == NUMBER_LEN &&
        BN_bn2binpad(ECDSA_SIG_get0_s(s), out + NUMBER_LEN, NUMBER_LEN) == NUMBER_LEN;
    ECDSA_SIG_free(s);
    return fits;
}

/* Length, or 0. */
static size_t raw_to_der(const uint8_t raw[SM2_SIGNATURE_LEN], uint8_t out[DER_MAX])
{
    ECDSA_SIG *s = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, NUMBER_LEN, NULL);
    BIGNUM *second = BN_bin2bn(raw + NUMBER_LEN, NUMBER_LEN, NULL);
    int n = 0;
    if (s != NULL && r != NULL && second != NULL && ECDSA_SIG_set0(s, r, second) == 1) {
        r = NULL; /* they are the signature's now */
        second = NULL;
        n = i2d_ECDSA_SIG(s, &out);
    }
    BN_free(r);
    BN_free(second);
    ECDSA_SIG_free(s);
    return n > 0 ? (size_t)n : 0;
}

bool sm2_sign(struct evp_pkey_st *key, struct str id, struct str message,
              uint8_t out[SM2_SIGNATURE_LEN])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *of = NULL; /* ctx owns it */
    uint8_t der[DER_MAX];
    size_t n = sizeof der;
    bool made =
        ctx != NULL && EVP_DigestSignInit(ctx, &of, EVP_sm3(), NULL, key) == 1 &&
        set_id(of, id) &&
        EVP_DigestSign(ctx, der, &n, (const uint8_t *)message.p, message.n) == 1 &&
        der_to_raw(der, n, out);
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return made;
}

bool sm2_verify(const uint8_t point[SM2_POINT_LEN], struct str id, struct str message,
                const uint8_t signature[SM2_SIGNATURE_LEN])
{
    uint8_t der[DER_MAX];
    size_t n = raw_to_der(signature, der);
    EVP_PKEY *key = key_of(point, SM2_POINT_LEN, NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *of = NULL; /* ctx owns it */
    bool good =
        n > 0 && key != NULL && ctx != NULL &&
        EVP_DigestVerifyInit(ctx, &of, EVP_sm3(), NULL, key) == 1 && set_id(of, id) &&
        EVP_DigestVerify(ctx, der, n, (const uint8_t *)message.p, message.n) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return good;
}
