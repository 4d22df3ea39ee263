/* fuzz_cbor.c - any bytes: no crash, and what is valid has one form only. */
#include <stdlib.h>

#include "base/must.h"
#include "ledger/cbor.h"
#include "tests/unit/cbor_recode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Integers below int64 are the one thing that is valid and not read. */
static bool has_huge_negative(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (data[i] == 0x3b && data[i + 1] >= 0x80) {
            return true;
        }
    }
    return false;
}

static void read_as_record(const uint8_t *data, size_t size)
{
    struct reader r;
    struct cbor_map m;
    reader_init(&r, data, size);
    cbor_map_begin(&m, &r);
    for (uint64_t key = 0; key < 8; key++) {
        if (cbor_map_key(&m, key)) {
            cbor_skip(&r);
        }
    }
    cbor_map_end(&m);
    must(r.at <= r.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str item = str_make(data, size);
    if (cbor_valid(item) && !has_huge_negative(data, size)) {
        uint8_t *again = malloc(size);
        must(again != NULL);
        must(cbor_recodes(item, again, size));
        free(again);
    }
    read_as_record(data, size);
    return 0;
}
