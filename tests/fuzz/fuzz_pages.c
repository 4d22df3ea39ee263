/* fuzz_pages.c - any bytes as a store's file: no crash, and pages that are counted are
 * pages that are there. */
#include "base/must.h"
#include "ledger/pages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pages_report r;
    struct diag d;
    enum status st = pages_check_bytes(data, size, &r, &d);
    must(st == ST_OK || st == ST_INTEGRITY);
    must(st != ST_OK || r.pages * 512 <= size);
    must(st != ST_OK || size == 0 || r.used + r.free + 2 <= r.pages);
    return 0;
}
