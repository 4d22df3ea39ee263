/* fuzz_request.c - any bytes as request, signature file or signed text: no crash; what
 * is read is, printed again, what was read. The digest of the last line is made good
 * first, or hardly any input would come behind it. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"
#include "ledger/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct digest *g;

static void try_request(struct str file)
{
    struct diag d;
    struct request q;
    struct buf again;
    if (request_read(file, g, &q, &d) != ST_OK) {
        return;
    }
    buf_init(&again, REQUEST_BYTES_MAX);
    must(request_print(&q, g, &again, &d) == ST_OK);
    must(str_eq(buf_str(&again), file));
    buf_release(&again);
}

static void try_signature(struct str file)
{
    struct diag d;
    struct signature_file s;
    struct buf again;
    if (signature_file_read(file, g, &s, &d) != ST_OK) {
        return;
    }
    buf_init(&again, REQUEST_BYTES_MAX);
    must(signature_file_print(&s, g, &again, &d) == ST_OK);
    must(str_eq(buf_str(&again), file));
    buf_release(&again);
}

static void mend(char *file, size_t n)
{
    uint8_t digest[DIGEST_LEN];
    char hex[2 * DIGEST_LEN + 1];
    size_t last = sizeof hex + strlen("sha256 ");
    if (n <= last) {
        return;
    }
    digest_once(g, str_make(file, n - last), str_of(""), digest);
    text_hex(digest, DIGEST_LEN, hex);
    memcpy(file + n - sizeof hex, hex, sizeof hex - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d;
    struct act_words w;
    char *copy = malloc(size + 1);
    must(copy != NULL);
    must(g != NULL || digest_new(&g, &d) == ST_OK);
    memcpy(copy, data, size);
    (void)act_message_read(str_make(copy, size), &w);
    for (int mended = 0; mended < 2; mended++) {
        try_request(str_make(copy, size));
        try_signature(str_make(copy, size));
        mend(copy, size);
    }
    free(copy);
    return 0;
}
