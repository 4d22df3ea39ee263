/* cbor_recode.h - reads any CBOR item by the public functions and writes it again:
 * what cbor_valid accepts has to come out byte for byte. For unit test and fuzzer. */
#ifndef ALMONER_TESTS_UNIT_CBOR_RECODE_H
#define ALMONER_TESTS_UNIT_CBOR_RECODE_H

#include "ledger/cbor.h"

/* The whole input is one item. */
static bool cbor_valid(struct str item)
{
    struct reader r;
    reader_init(&r, item.p, item.n);
    cbor_skip(&r);
    return reader_done(&r);
}

/* Recursion is bounded: only what cbor_valid accepted comes here. */
static void cbor_recode(struct reader *r, struct writer *w)
{
    unsigned initial = r->at < r->len ? r->p[r->at] : 0xffu;
    uint64_t items = 0;
    struct str s;
    switch (initial >> 5) {
    case 0:
        cbor_put_uint(w, cbor_get_uint(r));
        break;
    case 1:
        cbor_put_int(w, cbor_get_int(r));
        break;
    case 2:
        s = cbor_get_bytes(r);
        cbor_put_bytes(w, s.p, s.n);
        break;
    case 3:
        cbor_put_text(w, cbor_get_text(r));
        break;
    case 4:
        items = cbor_get_array(r);
        cbor_put_array(w, items);
        break;
    case 5:
        items = cbor_get_map(r);
        cbor_put_map(w, items);
        items *= 2;
        break;
    default:
        if (cbor_is_null(r)) {
            cbor_get_null(r);
            writer_u8(w, 0xf6);
        } else {
            cbor_put_bool(w, cbor_get_bool(r));
        }
    }
    for (uint64_t i = 0; i < items && !r->failed; i++) {
        cbor_recode(r, w);
    }
}

/* Integers below the least int64 are valid CBOR, but cbor_get_int refuses them. */
static bool cbor_recodes(struct str item, uint8_t *out, size_t cap)
{
    struct reader r;
    struct writer w;
    reader_init(&r, item.p, item.n);
    writer_init(&w, out, cap);
    cbor_recode(&r, &w);
    return reader_done(&r) && !w.failed && str_eq(item, writer_str(&w));
}

#endif
