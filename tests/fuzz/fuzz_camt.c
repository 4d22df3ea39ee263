/* fuzz_camt.c - any bytes as an account statement or a notification: never a crash, and
 * totals are those of the lines. */
#include "base/must.h"
#include "formats/camt.h"
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
    must(a->code.n > 0 && a->amount_fen > 0 && a->currency.n == 3);
    must(a->status != PAYMENT_REJECTED && a->status != PAYMENT_UNKNOWN);
    must(a->status != PAYMENT_RETURNED || a->reason != REASON_NONE);
    must(a->amount_fen <= INT64_MAX - s->total_fen);
    s->count++;
    s->total_fen += a->amount_fen;
    return ST_OK;
}

static void read_as(const struct payment_format *f, struct str file)
{
    struct seen s = {0};
    struct answer_file whole = {0};
    struct answer_sink sink = {add, &s};
    struct diag d = {0};
    enum status st = f->read_answer(f, file, sink, &whole, &d);
    must(st == ST_OK || st == ST_INPUT);
    if (st == ST_OK) {
        must(s.count == whole.count && s.total_fen == whole.total_fen);
        must(whole.rest == PAYMENT_NONE);
        must(whole.bulk_paid.total_fen >= 0 && whole.bulk_returned.total_fen >= 0);
    } else {
        must(d.code[0] != '\0' && d.hint[0] != '\0' && d.where[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_as(&camt053_format, str_make(data, size));
    read_as(&camt054_format, str_make(data, size));
    return 0;
}
