/* fuzz_pipe_answer.c - any bytes as a bank answer: never a crash, and totals are given
 * only when they are those of the lines. */
#include "base/must.h"
#include "formats/pipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum status add(void *ctx, const struct answer *a, struct diag *d)
{
    (void)d;
    struct answer_totals *sum = ctx;
    must(a->id.n > 0 && a->amount_fen > 0 && a->code.n > 0);
    must(a->status != PAYMENT_UNKNOWN);
    must(a->amount_fen <= INT64_MAX - sum->total_fen);
    sum->count++;
    sum->total_fen += a->amount_fen;
    return ST_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answer_totals sum = {0};
    struct answer_totals totals = {0};
    struct diag d = {0};
    enum status st =
        pipe_same_bank.read_answer(str_make(data, size), add, &sum, &totals, &d);
    must(st == ST_OK || st == ST_INPUT);
    if (st == ST_OK) {
        must(sum.count == totals.count && sum.total_fen == totals.total_fen);
    } else {
        must(d.code[0] != '\0' && d.hint[0] != '\0');
    }
    return 0;
}
