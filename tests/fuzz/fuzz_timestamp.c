/* fuzz_timestamp.c - any bytes as an answer of a time authority, and as a CA file: no
 * crash, and nothing is believed without a certificate that vouches for it. The CA file
 * is the input itself, or empty: so nothing ever is. Likewise almoner-verify's reader,
 * with a root that has the right name and another key. */
#include <stdio.h>

#include "base/must.h"
#include "formats/timestamp.h"
#include "verify/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct authorities *another(void)
{
    static struct authorities *a;
    static char pem[4096];
    struct diag d;
    if (a == NULL) {
        FILE *f = fopen("tests/golden/timestamp-other-root.pem", "r");
        must(f != NULL);
        size_t n = fread(pem, 1, sizeof pem, f);
        fclose(f);
        must(authorities_read(&a, str_make(pem, n), &d) == ST_OK);
    }
    return a;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* SHA-256 of "a checkpoint\n", which the token of the corpus stamps. */
    uint8_t sha256[DIGEST_LEN];
    struct timestamp t;
    struct authorities *a = NULL;
    struct token token;
    struct digest *g;
    struct diag d;
    struct str all = str_make(data, size);
    must(digest_new(&g, &d) == ST_OK);
    digest_once(g, str_of("a checkpoint\n"), str_of(""), sha256);
    digest_free(g);
    must(timestamp_check(all, sha256, all, &t, &d) != ST_OK);
    must(timestamp_check(all, sha256, str_of(""), &t, &d) != ST_OK);
    must(token_check(another(), all, sha256, &token, &d) == ST_OK);
    must(token.outcome != TOKEN_HOLDS);
    if (authorities_read(&a, all, &d) == ST_OK) {
        authorities_free(a);
    }
    return 0;
}
