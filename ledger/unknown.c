/* unknown.c - see unknown.h. */
#include "ledger/unknown.h"

#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "ledger/body.h"
#include "ledger/line.h"

#define ENCODED_MAX 40

void unknown_write(const struct unknown_list *x, struct writer *w)
{
    cbor_put_map(w, 5);
    cbor_pair_uint(w, 1, x->batch);
    cbor_pair_uint(w, 2, x->lines);
    cbor_pair_int(w, 3, x->fen);
    cbor_pair_bytes(w, 4, x->digest, DIGEST_LEN);
    cbor_pair_int(w, 5, x->day);
}

bool unknown_read(struct str plain, struct unknown_list *out)
{
    struct body b;
    memset(out, 0, sizeof *out);
    body_start(&b, plain);
    out->batch = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->lines = body_uint(&b, 2, UINT32_MAX);
    out->fen = body_int(&b, 3);
    body_digest(&b, 4, out->digest);
    out->day = body_day(&b, 5);
    return body_done(&b) && out->lines > 0;
}

static enum status add_unknown(struct digest *g, const struct line_entry *line,
                               struct unknown_list *out, struct diag *d)
{
    uint8_t bytes[ENCODED_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_array(&w, 3);
    cbor_put_uint(&w, line->line);
    cbor_put_uint(&w, (uint64_t)line->state);
    cbor_put_int(&w, line->fen);
    must(!w.failed);
    digest_once(g, str_make(out->digest, DIGEST_LEN), writer_str(&w), out->digest);
    out->lines++;
    if (!money_add(out->fen, line->fen, &out->fen)) {
        return diag_fail(d, ST_INTEGRITY, "line-row", "lines of batch %u are too large",
                         out->batch);
    }
    return ST_OK;
}

enum status unknown_make(struct txn *t, struct digest *g, const struct batch_entry *b,
                         struct unknown_list *out, struct diag *d)
{
    int32_t day = out->day;
    memset(out, 0, sizeof *out);
    out->batch = b->number;
    out->day = day;
    for (uint32_t n = 1; n <= b->lines; n++) {
        struct line_entry line;
        TRY(line_get(t, b->number, n, &line, d));
        if (line.state == LINE_OPEN || line.state == LINE_UNKNOWN) {
            TRY(add_unknown(g, &line, out, d));
        }
    }
    return ST_OK;
}
