/* digest.c - SHA-256, SM3 and HMAC by OpenSSL.
 *
 * The algorithms are fetched once for the process and every object keeps its context,
 * which is restarted without naming the algorithm again: the lookup costs more than
 * hashing a ledger entry does. HMAC is RFC 2104 on two passes of the same context;
 * EVP_MAC would allocate in every call.
 *
 * SHA-256 goes by OpenSSL's own functions for it, which 3.0 calls deprecated: EVP costs
 * 45 ns more for each message, a quarter of the hash of a record, and hashing is what
 * runs and verification wait for. SM3 goes by EVP. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/must.h"

#define BLOCK_LEN 64 /* of both */
#define HMAC_KEY_LEN 32

struct digest {
    EVP_MD_CTX *ctx;
    enum digest_kind kind; /* of ctx */
    SHA256_CTX sha256;     /* in place of ctx, for its kind */
};

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static const char *const NAMES[] = {[DIGEST_SHA256] = "SHA256", [DIGEST_SM3] = "SM3"};
static EVP_MD *fetched[sizeof NAMES / sizeof NAMES[0]]; /* for the process's life */

static void fetch_all(void)
{
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        fetched[i] = EVP_MD_fetch(NULL, NAMES[i], NULL);
    }
}

static enum status find(enum digest_kind kind, const EVP_MD **out, struct diag *d)
{
    must(pthread_once(&fetch_once, fetch_all) == 0);
    if (fetched[kind] == NULL) {
        return diag_fail(d, ST_SYSTEM, "no-digest", "OpenSSL offers no %s here",
                         NAMES[kind]);
    }
    *out = fetched[kind];
    return ST_OK;
}

enum status digest_new(struct digest **out, struct diag *d)
{
    return digest_new_kind(out, DIGEST_SHA256, d);
}

enum status digest_new_kind(struct digest **out, enum digest_kind kind, struct diag *d)
{
    const EVP_MD *md;
    TRY(find(kind, &md, d));
    struct digest *g = calloc(1, sizeof *g);
    if (g == NULL) {
        return diag_memory(d);
    }
    g->kind = kind;
    g->ctx = EVP_MD_CTX_new();
    /* The context learns its algorithm here; later starts only reset it. */
    if (g->ctx == NULL || EVP_DigestInit_ex2(g->ctx, md, NULL) != 1) {
        digest_free(g);
        return diag_memory(d);
    }
    *out = g;
    return ST_OK;
}

enum status digest_use(struct digest *g, enum digest_kind kind, struct diag *d)
{
    const EVP_MD *md;
    if (kind == g->kind) {
        return ST_OK;
    }
    TRY(find(kind, &md, d));
    if (EVP_DigestInit_ex2(g->ctx, md, NULL) != 1) {
        return diag_memory(d);
    }
    g->kind = kind;
    return ST_OK;
}

void digest_free(struct digest *g)
{
    if (g != NULL) {
        EVP_MD_CTX_free(g->ctx);
        free(g);
    }
}

static bool is_direct(const struct digest *g)
{
    return g->kind == DIGEST_SHA256;
}

void digest_start(struct digest *g)
{
    must(is_direct(g) ? SHA256_Init(&g->sha256) == 1
                      : EVP_DigestInit_ex2(g->ctx, NULL, NULL) == 1);
}

void digest_add(struct digest *g, const void *p, size_t n)
{
    must(n == 0 || (is_direct(g) ? SHA256_Update(&g->sha256, p, n) == 1
                                 : EVP_DigestUpdate(g->ctx, p, n) == 1));
}

void digest_end(struct digest *g, uint8_t out[DIGEST_LEN])
{
    unsigned int n = DIGEST_LEN;
    must(is_direct(g) ? SHA256_Final(out, &g->sha256) == 1
                      : EVP_DigestFinal_ex(g->ctx, out, &n) == 1);
    must(n == DIGEST_LEN);
}

void digest_once(struct digest *g, struct str a, struct str b, uint8_t out[DIGEST_LEN])
{
    digest_start(g);
    digest_add(g, a.p, a.n);
    digest_add(g, b.p, b.n);
    digest_end(g, out);
}

void digest_hmac(struct digest *g, const uint8_t key[32], struct str a, struct str b,
                 uint8_t out[DIGEST_LEN])
{
    uint8_t block[2 * BLOCK_LEN];
    memset(block, 0, BLOCK_LEN);
    memcpy(block, key, HMAC_KEY_LEN);
    for (size_t i = 0; i < BLOCK_LEN; i++) {
        block[i] ^= 0x36;
    }
    digest_start(g);
    if (a.n + b.n <= BLOCK_LEN) {
        /* In one piece: short calls of OpenSSL cost as much as a block does. */
        size_t n = BLOCK_LEN;
        for (size_t i = 0; i < 2; i++) {
            const struct str *part = i == 0 ? &a : &b;
            if (part->n > 0) { /* else it may be no pointer */
                memcpy(block + n, part->p, part->n);
                n += part->n;
            }
        }
        digest_add(g, block, n);
    } else {
        digest_add(g, block, BLOCK_LEN);
        digest_add(g, a.p, a.n);
        digest_add(g, b.p, b.n);
    }
    digest_end(g, block + BLOCK_LEN);
    for (size_t i = 0; i < BLOCK_LEN; i++) {
        block[i] ^= 0x36 ^ 0x5c;
    }
    digest_start(g);
    digest_add(g, block, BLOCK_LEN + DIGEST_LEN);
    digest_end(g, out);
    OPENSSL_cleanse(block, sizeof block);
}

bool digest_equal(const uint8_t a[DIGEST_LEN], const uint8_t b[DIGEST_LEN])
{
    return CRYPTO_memcmp(a, b, DIGEST_LEN) == 0;
}
