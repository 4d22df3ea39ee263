/* fuzz_profile_answer.c - any bytes as a bank file, sent or given back, of any profile
 * that is shipped: the first byte says which, its lowest bit whether it is an answer.
 * Never a crash, and totals are given only when they are those of the lines. */
#include <stdlib.h>

#include "base/must.h"
#include "formats/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum status add(void *ctx, const struct answer *a, struct diag *d)
{
    (void)d;
    struct answer_totals *sum = ctx;
    must(a->amount_fen >= 0 && a->amount_fen <= INT64_MAX - sum->total_fen);
    must(a->id.n <= PAYMENT_ID_MAX && a->account.n <= 34);
    must((a->status == PAYMENT_REJECTED || a->status == PAYMENT_RETURNED) ==
         (a->reason != REASON_NONE));
    sum->count++;
    sum->total_fen += a->amount_fen;
    return ST_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Not by their place in the program, so that an input keeps its meaning. */
    static const char *const names[] = {
        "pipe-trailer", "pipe-trailer-both", "city-bank-pipe", "acp-batch",
        "blanks-gbk",   "blanks-gbk-outer",  "gzelink",        "template",
        "bank-sheet",   "roster-card",
    };
    if (size == 0) {
        return 0;
    }
    size_t which = data[0] / 2 % (sizeof names / sizeof names[0]);
    const struct payment_format *f = payment_format_find(str_of(names[which]));
    must(f != NULL);
    payment_reader *read = data[0] % 2 == 1 ? f->read_answer : f->read;
    if (read == NULL) {
        return 0;
    }
    struct answer_totals sum = {0};
    struct answer_file whole = {0};
    struct answer_sink sink = {add, &sum};
    struct diag d = {0};
    enum status st = read(f, str_make(data + 1, size - 1), sink, &whole, &d);
    must(st == ST_OK || st == ST_INPUT);
    if (st == ST_OK) {
        must(sum.count == whole.count && sum.total_fen == whole.total_fen);
    } else {
        must(d.code[0] != '\0' && d.hint[0] != '\0');
    }
    return 0;
}
