/* close.c - see close.h. Whether the figures agree is for who closes to see first
 * (audit/month_page.h); here, what is signed is what the ledger says. */
#include "batch/close.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "ledger/cbor.h"
#include "ledger/close.h"
#include "ledger/refusal.h"
#include "ledger/tree.h"
#include "ledger/unknown.h"

#define CLOSE_BODY_MAX 1200

static void subject_of(const char *verb, enum close_what what, int32_t month,
                       char out[80])
{
    char text[DATE_TEXT_CAP];
    month_print(month, text);
    if (what == CLOSE_YEAR) {
        snprintf(out, 80, "%s year %d", verb, (int)month_year(month));
    } else {
        snprintf(out, 80, "%s month %s", verb, text);
    }
}

enum status close_books(struct ledger *l, enum close_what what, int32_t month,
                        const struct close_statement *statements, size_t count,
                        uint32_t *number, struct diag *d)
{
    uint8_t bytes[CLOSE_BODY_MAX];
    char subject[80];
    struct writer w;
    struct digest *g;
    bool resume;
    if (month < PERIOD_FIRST || month > PERIOD_LAST) {
        diag_fail(d, ST_CONFLICT, "month-order", "no books are kept of that month");
        return diag_hint(d, "months are 1900-01 to 2199-12");
    }
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    struct close_entry e = {.number = ledger_head(l)->closes + 1,
                            .what = what,
                            .month = month,
                            .statement_count = count};
    if (count > 0) {
        memcpy(e.statements, statements, count * sizeof *statements);
    }
    TRY(close_check_batches(ledger_txn(l), ledger_head(l)->batches, month, d));
    TRY(ledger_digest_new(l, &g, d));
    enum status st =
        month_total(ledger_txn(l), g, close_from(&e), e.month, &e.totals, d);
    digest_free(g);
    if (st != ST_OK) {
        return st;
    }
    writer_init(&w, bytes, sizeof bytes);
    close_write(&e, &w);
    subject_of("close", what, month, subject);
    struct act_text text = {.subject = subject,
                            .count = e.totals.rows,
                            .total_fen = e.totals.fen[ACCOUNT_PAID]};
    *number = e.number;
    return ledger_act(l, KIND_MONTH_CLOSE, writer_str(&w), text, NULL, d);
}

static enum status none_pending(enum close_what what, int32_t month, struct diag *d)
{
    char subject[80];
    subject_of("close of", what, month, subject);
    diag_fail(d, ST_CONFLICT, "not-pending", "no %s waits to be confirmed", subject);
    return diag_hint(d, "almoner month list shows the closes");
}

enum status close_books_newest(struct ledger *l, enum close_what what, int32_t month,
                               uint32_t *number, struct diag *d)
{
    struct close_entry e;
    uint32_t newest = ledger_head(l)->closes;
    if (newest == 0) {
        return none_pending(what, month, d);
    }
    TRY(close_get(ledger_txn(l), newest, &e, d));
    if (e.what != what || e.month != month) {
        return none_pending(what, month, d);
    }
    *number = newest;
    return ST_OK;
}

enum status close_books_confirm(struct ledger *l, enum close_what what, int32_t month,
                                uint32_t *number, struct diag *d)
{
    uint8_t bytes[64];
    uint8_t leaf[DIGEST_LEN];
    char subject[80];
    struct close_entry e;
    struct record first;
    struct str raw;
    struct digest *g;
    struct writer w;
    bool resume;
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(close_books_newest(l, what, month, number, d));
    TRY(close_get(ledger_txn(l), *number, &e, d));
    TRY(refusal_none(ledger_txn(l), REGISTER_CLOSE, *number, d));
    if (e.state != ENTRY_PENDING) {
        return none_pending(what, month, d);
    }
    TRY(record_get(ledger_txn(l), e.sequence, &first, &raw, d));
    TRY(ledger_digest_new(l, &g, d));
    tree_leaf(g, raw, leaf);
    digest_free(g);
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 2);
    cbor_pair_uint(&w, 1, e.number);
    cbor_pair_bytes(&w, 2, leaf, DIGEST_LEN);
    subject_of("confirm close of", what, month, subject);
    struct act_text text = {.subject = subject,
                            .count = e.totals.rows,
                            .total_fen = e.totals.fen[ACCOUNT_PAID]};
    return ledger_act(l, KIND_CLOSE_CONFIRM, writer_str(&w), text, NULL, d);
}

enum status close_unknown(struct ledger *l, uint32_t batch, struct unknown_list *out,
                          struct diag *d)
{
    uint8_t bytes[120];
    char subject[80];
    struct batch_entry b;
    struct digest *g;
    struct writer w;
    bool resume;
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    TRY(ledger_digest_new(l, &g, d));
    out->day = ledger_today(l);
    enum status st = unknown_make(ledger_txn(l), g, &b, out, d);
    digest_free(g);
    if (st != ST_OK) {
        return st;
    }
    if (out->lines == 0) {
        diag_fail(d, ST_CONFLICT, "nothing-unknown", "every line of batch %u is known",
                  batch);
        return diag_hint(d, "what comes next: %s", batch_next_hint(b.state));
    }
    writer_init(&w, bytes, sizeof bytes);
    unknown_write(out, &w);
    snprintf(subject, sizeof subject, "batch %u: %s", batch,
             batch_step_name(STEP_CLOSE_UNKNOWN));
    struct act_text text = {
        .subject = subject, .count = out->lines, .total_fen = out->fen};
    return ledger_act(l, KIND_UNKNOWN_LIST, writer_str(&w), text, NULL, d);
}
