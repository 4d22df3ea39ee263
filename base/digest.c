/* digest.c - SHA-256 and HMAC-SHA-256 by OpenSSL; the only file that includes it.
 *
 * The algorithm is fetched once for the process and every object keeps its context,
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

#define BLOCK_LEN 64
#define HMAC_KEY_LEN 32

struct digest {
    EVP_MD_CTX *ctx;
};

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256; /* lives as long as the process */

static void fetch_sha256(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

enum status digest_new(struct digest **out, struct diag *d)
{
    must(pthread_once(&fetch_once, fetch_sha256) == 0);
    if (sha256 == NULL) {
        return diag_fail(d, ST_SYSTEM, "no-sha256", "OpenSSL offers no SHA-256 here");
    }
    struct digest *g = calloc(1, sizeof *g);
    if (g == NULL) {
        return diag_memory(d);
    }
    g->ctx = EVP_MD_CTX_new();
    /* The context learns its algorithm here; later starts only reset it. */
    if (g->ctx == NULL || EVP_DigestInit_ex2(g->ctx, sha256, NULL) != 1) {
        digest_free(g);
        return diag_memory(d);
    }
    *out = g;
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
