/* sign.c - submit, approve, release and close: signatures over a batch's content. */
#include <stdio.h>

#include "batch/batch.h"
#include "ledger/cbor.h"

static enum status sign(struct ledger *l, const struct batch_entry *b,
                        enum batch_step step, struct diag *d)
{
    uint8_t bytes[200];
    char subject[80];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 5);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, b->number);
    cbor_put_uint(&w, 2);
    cbor_put_uint(&w, (uint64_t)step);
    cbor_put_uint(&w, 3);
    cbor_put_bytes(&w, b->content, DIGEST_LEN);
    cbor_put_uint(&w, 4);
    cbor_put_uint(&w, batch_count(b));
    cbor_put_uint(&w, 5);
    cbor_put_int(&w, batch_total(b));
    snprintf(subject, sizeof subject, "batch %u: %s", b->number, batch_step_name(step));
    struct act_text text = {
        .subject = subject, .count = batch_count(b), .total_fen = batch_total(b)};
    return ledger_act(l, KIND_BATCH_SIGN, writer_str(&w), text, NULL, d);
}

enum status batch_sign(struct ledger *l, uint32_t batch, enum batch_step step,
                       struct diag *d)
{
    bool resume;
    struct batch_entry b;
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    return sign(l, &b, step, d);
}

enum status batch_close(struct ledger *l, uint32_t batch, struct diag *d)
{
    bool resume;
    struct batch_entry b;
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    uint64_t open = batch_count(&b) - b.paid_lines - b.back_lines;
    if (b.state == BATCH_EXPORTED && open > 0) {
        diag_fail(d, ST_CONFLICT, "lines-open",
                  "%llu of %llu lines of batch %u are not answered",
                  (unsigned long long)open, (unsigned long long)batch_count(&b), batch);
        return diag_hint(d, "take the bank's answer in: almoner batch answer %u FILE",
                         batch);
    }
    return sign(l, &b, b.state == BATCH_CLOSING ? STEP_CLOSE_CHECK : STEP_CLOSE, d);
}
