/* seal.h - AES-256-GCM for the vault. Sealed is nonce (12), ciphertext, tag (16).
 * Contexts are reused: a new key costs 0.2 us, a new context ten times that. */
#ifndef ALMONER_LEDGER_SEAL_H
#define ALMONER_LEDGER_SEAL_H

#include "base/bytes.h"
#include "base/status.h"

#define SEAL_KEY_LEN 32
#define SEAL_NONCE_LEN 12
#define SEAL_TAG_LEN 16
#define SEAL_OVERHEAD (SEAL_NONCE_LEN + SEAL_TAG_LEN)

struct sealer; /* one per thread */

enum status sealer_new(struct sealer **out, struct diag *d) MUST_USE;
void sealer_free(struct sealer *s);
/* The key for the calls that follow; kept (a call with the same bytes is free). */
void sealer_key(struct sealer *s, const uint8_t key[SEAL_KEY_LEN]);
/* out has plain.n + SEAL_OVERHEAD bytes. aad is bound, not stored. */
void sealer_seal(struct sealer *s, const uint8_t nonce[SEAL_NONCE_LEN], struct str aad,
                 struct str plain, uint8_t *out);
/* out has sealed.n - SEAL_OVERHEAD bytes. False when it does not authenticate (out is
 * then undefined). */
bool sealer_open(struct sealer *s, struct str aad, struct str sealed, uint8_t *out);

/* A key out of a passphrase, slowly: scrypt (RFC 7914) with r = 8, p = 1 and this N, a
 * power of two up to 2^17, which takes N KiB; half a second at 2^17. */
enum status seal_passphrase_key(struct str passphrase, struct str salt, uint64_t n,
                                uint8_t out[SEAL_KEY_LEN], struct diag *d) MUST_USE;

/* Data keys under the master key: AES-256 over the 32 random bytes, two blocks, without
 * a tag of its own. That a key is the right one shows when the row it seals
 * authenticates: the row binds origin and person. A second GCM would double the cost of
 * reading. */
struct wrapper; /* one per thread */

enum status wrapper_new(struct wrapper **out, struct diag *d) MUST_USE;
void wrapper_free(struct wrapper *w);
void wrapper_master(struct wrapper *w, const uint8_t master[SEAL_KEY_LEN]);
void wrapper_wrap(struct wrapper *w, const uint8_t key[SEAL_KEY_LEN],
                  uint8_t out[SEAL_KEY_LEN]);
void wrapper_unwrap(struct wrapper *w, const uint8_t wrapped[SEAL_KEY_LEN],
                    uint8_t out[SEAL_KEY_LEN]);

#endif
