/* fuzz_pain001.c - any bytes as a pain.001: never a crash, and totals are given only
 * when they are those of the lines. */
#include "base/must.h"
#include "formats/pain001.h"
#include "tests/fuzz/places.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum status add(void *ctx, const struct answer *a, struct diag *d)
{
    (void)d;
    struct answer_totals *sum = ctx;
    must_have_places(a);
    must(a->id.n > 0 && a->amount_fen > 0 && a->currency.n == 3);
    must(a->status == PAYMENT_NONE);
    must(a->amount_fen <= INT64_MAX - sum->total_fen);
    sum->count++;
    sum->total_fen += a->amount_fen;
    return ST_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answer_totals sum = {0};
    struct answer_file whole = {0};
    struct answer_sink sink = {add, &sum};
    struct diag d = {0};
    enum status st =
        pain001_any.read(&pain001_any, str_make(data, size), sink, &whole, &d);
    must(st == ST_OK || st == ST_INPUT);
    if (st == ST_OK) {
        must(sum.count == whole.count && sum.total_fen == whole.total_fen);
    } else {
        must(d.code[0] != '\0' && d.where[0] != '\0' && d.hint[0] != '\0');
    }
    return 0;
}
