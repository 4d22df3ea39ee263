/* fuzz_pain002.c - any bytes as a payment status report: never a crash, totals are
 * those of the lines, and every status comes with what it was made of. */
#include "base/must.h"
#include "formats/pain002.h"
#include "tests/fuzz/places.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t count;
    int64_t total_fen;
};

static enum status add(void *ctx, const struct answer *a, struct diag *d)
{
    (void)d;
    struct seen *s = ctx;
    must_have_places(a);
    must(a->id.n > 0 && a->code.n > 0 && a->amount_fen >= 0);
    must((a->amount_fen == 0) == (a->currency.n == 0));
    must(a->status <= PAYMENT_UNKNOWN && a->status != PAYMENT_RETURNED);
    must(a->status != PAYMENT_REJECTED || a->reason != REASON_NONE);
    must(a->amount_fen <= INT64_MAX - s->total_fen);
    s->count++;
    s->total_fen += a->amount_fen;
    return ST_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen s = {0};
    struct answer_file whole = {0};
    struct answer_sink sink = {add, &s};
    struct diag d = {0};
    enum status st = pain002_format.read_answer(&pain002_format, str_make(data, size),
                                                sink, &whole, &d);
    must(st == ST_OK || st == ST_INPUT);
    if (st == ST_OK) {
        must(s.count == whole.count && s.total_fen == whole.total_fen);
        must(whole.count > 0 || whole.rest != PAYMENT_NONE);
        must(whole.rest != PAYMENT_REJECTED || whole.code[0] != '\0');
    } else {
        must(d.code[0] != '\0' && d.hint[0] != '\0' && d.where[0] != '\0');
    }
    return 0;
}
