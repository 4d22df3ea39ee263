/* fuzz_timestamp.c - any bytes as an answer of a time authority, and as a CA file: no
 * crash, and nothing is believed without a certificate that vouches for it. The CA file
 * is the input itself, or empty: so nothing ever is. */
#include "base/must.h"
#include "formats/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* SHA-256 of "a checkpoint\n", which the token of the corpus stamps. */
    uint8_t sha256[DIGEST_LEN];
    struct timestamp t;
    struct digest *g;
    struct diag d;
    struct str all = str_make(data, size);
    must(digest_new(&g, &d) == ST_OK);
    digest_once(g, str_of("a checkpoint\n"), str_of(""), sha256);
    digest_free(g);
    must(timestamp_check(all, sha256, all, &t, &d) != ST_OK);
    must(timestamp_check(all, sha256, str_of(""), &t, &d) != ST_OK);
    return 0;
}
