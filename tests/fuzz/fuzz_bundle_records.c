/* fuzz_bundle_records.c - any bytes as a ledger's records, each behind its length,
 * as in a bundle's files: the verifier's own fold goes through them without a
 * crash. The first byte says whether none is left out, and the scope. */
#include "base/must.h"
#include "verify/fold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void feed(struct fold *f, const uint8_t *data, size_t size)
{
    struct diag d;
    for (size_t at = 0; size - at >= 2;) {
        size_t n = (size_t)data[at] << 8 | data[at + 1];
        at += 2;
        n = n > size - at ? size - at : n;
        must(fold_record(f, str_make(data + at, n), &d) == ST_OK);
        at += n;
    }
    must(fold_end(f, &d) == ST_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct report report;
    struct claims claims;
    struct fold *f = NULL;
    struct diag d;
    if (size == 0) {
        return 0;
    }
    report_init(&report);
    claims_init(&claims);
    claims.scope = (data[0] & 2) != 0 ? SCOPE_PERIOD : SCOPE_ALL;
    claims.from = claims.to = 2026 * 12 + 8;
    struct fold_options o = {.report = &report,
                             .claims = &claims,
                             .whole = (data[0] & 1) != 0,
                             .commitments = true,
                             .deep = true};
    must(fold_new(&f, &o, &d) == ST_OK);
    feed(f, data + 1, size - 1);
    fold_free(f);
    claims_release(&claims);
    return 0;
}
