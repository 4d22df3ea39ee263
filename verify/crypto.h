/* crypto.h - hashing, signatures, opening what was sealed: with token.c all of the
 * verifier that knows OpenSSL. Written from docs/formats/ledger.md, RFC 8032, RFC
 * 9162 and GB/T 32918, and nothing of it shared with what writes ledgers. */
#ifndef ALMONER_VERIFY_CRYPTO_H
#define ALMONER_VERIFY_CRYPTO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

#define HASH_LEN 32
#define SIGNATURE_LEN 64
#define PUBLIC_KEY_LEN 33 /* u8 type (1 Ed25519; 2, 3 a compressed point of SM2), key */
#define SM2_ID_MAX 64

enum suite { SUITE_SHA256_ED25519 = 1, SUITE_SM3_SM2 = 2 };

struct hash; /* a stream of one algorithm; for one thread */

/* SHA-256 or, of suite 2, SM3. ST_SYSTEM when OpenSSL has none. */
enum status hash_new(struct hash **out, enum suite suite, struct diag *d) MUST_USE;
void hash_free(struct hash *h); /* takes NULL */
void hash_start(struct hash *h);
void hash_add(struct hash *h, const void *p, size_t n);
void hash_end(struct hash *h, uint8_t out[HASH_LEN]);
void hash_once(struct hash *h, struct str a, struct str b, uint8_t out[HASH_LEN]);
/* HMAC (RFC 2104) over a with the hash's own algorithm. */
void hash_hmac(struct hash *h, const uint8_t key[32], struct str a,
               uint8_t out[HASH_LEN]);

/* False for a key that is no point, or one of small order, as for a signature that does
 * not hold. sm2_id (GB/T 32918.2) is used with keys of SM2 only. */
bool signature_holds(const uint8_t key[PUBLIC_KEY_LEN], struct str sm2_id,
                     struct str message, const uint8_t signature[SIGNATURE_LEN]);

/* AES-256-GCM: sealed is nonce (12), ciphertext, tag (16). Writes sealed.n - 28
 * bytes to out; false when it does not authenticate: out is then zeros. */
bool sealed_open(const uint8_t key[32], struct str aad, struct str sealed,
                 uint8_t *out);
/* scrypt (RFC 7914). False when the numbers are not possible or too dear: 2^n blocks,
 * within 1 GB. */
bool passphrase_key(struct str passphrase, struct str salt, uint64_t n, uint32_t r,
                    uint32_t p, uint8_t out[32]);

#endif
