/* sign.c - submit, approve, release and close: signatures over a batch's content. */
#include <stdio.h>

#include "base/must.h"
#include "batch/batch.h"
#include "batch/checks.h"
#include "batch/fund.h"
#include "ledger/cbor.h"

#define SIGN_BYTES_MAX 800

static enum status sign(struct ledger *l, const struct batch_entry *b,
                        enum batch_step step, const struct checks_report *checks,
                        struct diag *d)
{
    uint8_t bytes[SIGN_BYTES_MAX];
    char subject[80];
    struct writer w;
    bool warned = checks != NULL && checks_warned(checks);
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, warned ? 6 : 5);
    cbor_pair_uint(&w, 1, b->number);
    cbor_pair_uint(&w, 2, (uint64_t)step);
    cbor_pair_bytes(&w, 3, b->content, DIGEST_LEN);
    cbor_pair_uint(&w, 4, batch_count(b));
    cbor_pair_int(&w, 5, batch_total(b));
    if (warned) {
        cbor_put_uint(&w, 6);
        checks_write(checks, &w);
    }
    must(!w.failed);
    snprintf(subject, sizeof subject, "batch %u: %s", b->number, batch_step_name(step));
    struct act_text text = {
        .subject = subject, .count = batch_count(b), .total_fen = batch_total(b)};
    TRY(ledger_begin(l, d));
    /* In one transaction, or, when signed elsewhere, one signature after the other. */
    enum status st = step == STEP_SUBMIT ? fund_allocate(l, b, d) : ST_OK;
    if (st == ST_OK) {
        st = ledger_append_signed(l, KIND_BATCH_SIGN, writer_str(&w), text, NULL, d);
    }
    if (st != ST_OK) {
        ledger_abort(l);
        return st;
    }
    return ledger_commit(l, d);
}

enum status batch_sign(struct ledger *l, uint32_t batch, enum batch_step step,
                       struct diag *d)
{
    return batch_sign_checked(l, batch, step, NULL, d);
}

enum status batch_sign_checked(struct ledger *l, uint32_t batch, enum batch_step step,
                               const struct checks_report *checks, struct diag *d)
{
    bool resume;
    struct batch_entry b;
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    return sign(l, &b, step, checks, d);
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
        return diag_hint(d,
                         "take the bank's answer in: almoner batch answer %u FILE; or "
                         "sign a list of what is not known: --with-unknown",
                         batch);
    }
    return sign(l, &b, b.state == BATCH_CLOSING ? STEP_CLOSE_CHECK : STEP_CLOSE, NULL,
                d);
}
