/* fuzz_profile_answer.c - any bytes as a bank file, sent or given back, of any profile
 * that is shipped: the first byte says which, its lowest bit whether it is an answer.
 * Never a crash, and totals are given only when they are those of the lines. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "formats/profile.h"
#include "tests/fuzz/places.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum status add(void *ctx, const struct answer *a, struct diag *d)
{
    (void)d;
    struct answer_totals *sum = ctx;
    must_have_places(a);
    must(a->amount_fen >= 0 && a->amount_fen <= INT64_MAX - sum->total_fen);
    must(a->id.n <= PAYMENT_ID_MAX && a->account.n <= 34);
    must((a->status == PAYMENT_REJECTED || a->status == PAYMENT_RETURNED) ==
         (a->reason != REASON_NONE));
    sum->count++;
    sum->total_fen += a->amount_fen;
    return ST_OK;
}

static enum status give(void *ctx, void *p, size_t cap, size_t *n, struct diag *d)
{
    struct str *rest = ctx;
    (void)d;
    *n = rest->n < 100 ? rest->n : 100;
    *n = *n < cap ? *n : cap;
    memcpy(p, rest->p, *n);
    *rest = str_make(rest->p + *n, rest->n - *n);
    return ST_OK;
}

/* In pieces the same is taken. */
static void stream(const struct payment_format *f, struct str file,
                   const struct answer_totals *want, enum status st)
{
    struct answer_totals sum = {0};
    struct answer_file whole = {0};
    struct answer_sink sink = {add, &sum};
    struct diag d = {0};
    struct payment_source source = {give, &file};
    must(f->stream_answer(f, &source, sink, &whole, &d) == st);
    must(st != ST_OK || (sum.count == want->count && sum.total_fen == want->total_fen));
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
    if (read == f->read_answer && f->stream_answer != NULL) {
        stream(f, str_make(data + 1, size - 1), &sum, st);
    }
    return 0;
}
