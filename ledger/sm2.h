/* sm2.h - SM2 signatures (GB/T 32918.2, curve of GB/T 32918.5) with SM3, by OpenSSL.
 * Only ledger/keys.c uses it. Functions return false when OpenSSL refuses. */
#ifndef ALMONER_LEDGER_SM2_H
#define ALMONER_LEDGER_SM2_H

#include "base/bytes.h"

#define SM2_POINT_LEN 33 /* compressed: 02 or 03, then x */
#define SM2_SIGNATURE_LEN 64

struct evp_pkey_st; /* OpenSSL's EVP_PKEY */

/* A private key: the seed as a number, hashed by SM3 again while it is out of range
 * (once in 2^32 seeds). NULL: OpenSSL has no SM2 here. */
struct evp_pkey_st *sm2_key_of_seed(const uint8_t seed[32]);
/* False when it is no key on SM2's curve. */
bool sm2_public(const struct evp_pkey_st *key, uint8_t out[SM2_POINT_LEN]);
/* id: who signs, as both sides must say it. r || s; no two signatures are alike, for
 * OpenSSL draws the number they begin with. */
bool sm2_sign(struct evp_pkey_st *key, struct str id, struct str message,
              uint8_t out[SM2_SIGNATURE_LEN]);
/* False also for what is no point of the curve. */
bool sm2_verify(const uint8_t point[SM2_POINT_LEN], struct str id, struct str message,
                const uint8_t signature[SM2_SIGNATURE_LEN]);
bool sm2_is_point(const uint8_t point[SM2_POINT_LEN]);

#endif
