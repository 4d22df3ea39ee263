/* fuzz_nacha.c - any bytes as a NACHA file, of orders and as an answer: never a crash,
 * and totals are given only when they are those of the lines. */
#include "base/must.h"
#include "formats/nacha.h"
#include "tests/fuzz/places.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum status add(void *ctx, const struct answer *a, struct diag *d)
{
    (void)d;
    struct answer_totals *sum = ctx;
    must_have_places(a);
    must(a->amount_fen >= 0 && a->account.n > 0);
    must(a->id.n <= PAYMENT_ID_MAX && a->bank.n == 9);
    must((a->status == PAYMENT_RETURNED) <= (a->amount_fen > 0 && a->code.n == 3));
    sum->count++;
    sum->total_fen += a->amount_fen;
    return ST_OK;
}

static void feed(payment_reader *read, struct str file)
{
    struct answer_totals sum = {0};
    struct answer_file whole = {0};
    struct answer_sink sink = {add, &sum};
    struct diag d = {0};
    enum status st = read(&nacha_format, file, sink, &whole, &d);
    must(st == ST_OK || st == ST_INPUT);
    if (st == ST_OK) {
        must(sum.count == whole.count && sum.total_fen == whole.total_fen);
    } else {
        must(d.code[0] != '\0' && d.hint[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    feed(nacha_format.read, str_make(data, size));
    feed(nacha_format.read_answer, str_make(data, size));
    return 0;
}
