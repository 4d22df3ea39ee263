/* digest.c - SHA-256, SM3 and HMAC by OpenSSL.
 *
 * The algorithms are fetched once for the process and every object keeps its context,
 * which is restarted without naming the algorithm again: the lookup costs more than
 * hashing a ledger entry does. HMAC is RFC 2104 on two passes of the same context;
 * EVP_MAC would allocate in every call. */
#include "base/digest.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/must.h"

#define BLOCK_LEN 64 /* of both */
#define HMAC_KEY_LEN 32

struct digest {
    EVP_MD_CTX *ctx;
    enum digest_kind kind; /* of ctx */
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

void digest_start(struct digest *g)
{
    must(EVP_DigestInit_ex2(g->ctx, NULL, NULL) == 1);
}

void digest_add(struct digest *g, const void *p, size_t n)
{
    must(n == 0 || EVP_DigestUpdate(g->ctx, p, n) == 1);
}

void digest_end(struct digest *g, uint8_t out[DIGEST_LEN])
{
    unsigned int n = 0;
    must(EVP_DigestFinal_ex(g->ctx, out, &n) == 1);
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
    uint8_t inner_pad[BLOCK_LEN];
    uint8_t outer_pad[BLOCK_LEN];
    for (size_t i = 0; i < BLOCK_LEN; i++) {
        uint8_t k = i < HMAC_KEY_LEN ? key[i] : 0;
        inner_pad[i] = k ^ 0x36;
        outer_pad[i] = k ^ 0x5c;
    }
    uint8_t inner[DIGEST_LEN];
    digest_start(g);
    digest_add(g, inner_pad, BLOCK_LEN);
    digest_add(g, a.p, a.n);
    digest_add(g, b.p, b.n);
    digest_end(g, inner);

    digest_start(g);
    digest_add(g, outer_pad, BLOCK_LEN);
    digest_add(g, inner, DIGEST_LEN);
    digest_end(g, out);
    OPENSSL_cleanse(inner_pad, sizeof inner_pad);
    OPENSSL_cleanse(outer_pad, sizeof outer_pad);
}

bool digest_equal(const uint8_t a[DIGEST_LEN], const uint8_t b[DIGEST_LEN])
{
    return CRYPTO_memcmp(a, b, DIGEST_LEN) == 0;
}
