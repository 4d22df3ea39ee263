/* digest.h - SHA-256 and SM3 (GB/T 32905), and HMAC. Algorithms are fetched once and
 * contexts are reused: asking OpenSSL by name in every call halves the speed. */
#ifndef ALMONER_BASE_DIGEST_H
#define ALMONER_BASE_DIGEST_H

#include "base/bytes.h"
#include "base/status.h"

#define DIGEST_LEN 32

enum digest_kind { DIGEST_SHA256, DIGEST_SM3 };

struct digest; /* one stream; not to be shared between threads */

/* SHA-256. */
enum status digest_new(struct digest **out, struct diag *d) MUST_USE;
enum status digest_new_kind(struct digest **out, enum digest_kind kind, struct diag *d)
    MUST_USE;
/* From the next start on it is of this kind. ST_SYSTEM "no-digest" (also of digest_new)
 * when OpenSSL does not offer it: then it is what it was. */
enum status digest_use(struct digest *g, enum digest_kind kind, struct diag *d)
    MUST_USE;
void digest_free(struct digest *g);
/* A stream is start, any number of adds, end; end leaves it ready for a start. A
 * failure inside OpenSSL here means broken memory and is a must. */
void digest_start(struct digest *g);
void digest_add(struct digest *g, const void *p, size_t n);
void digest_end(struct digest *g, uint8_t out[DIGEST_LEN]);
/* One shot, with the same object: the hash of a || b; b may be empty. */
void digest_once(struct digest *g, struct str a, struct str b, uint8_t out[DIGEST_LEN]);

/* HMAC with a key of 32 bytes, over a || b. */
void digest_hmac(struct digest *g, const uint8_t key[32], struct str a, struct str b,
                 uint8_t out[DIGEST_LEN]);
/* Compares in constant time. */
bool digest_equal(const uint8_t a[DIGEST_LEN], const uint8_t b[DIGEST_LEN]);

#endif
