/* answer.c - the bank's answer: matched line by line by our end-to-end id, checked as a
 * whole, then posted in a long act. A killed act goes on with the same file: what was
 * posted is no change any more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "batch/batch_private.h"
#include "ledger/cbor.h"
#include "ledger/payment_id.h"

#ifndef CHUNK_LINES       /* tests make pieces small */
#define CHUNK_LINES 20000 /* of a transaction */
#endif

struct taking {
    struct ledger *l;
    const struct progress *progress;
    struct batch_answer_report *report;
    const struct payment_format *format;
    struct batch_entry batch;
    struct str file;
    uint8_t sha256[DIGEST_LEN];
    uint8_t *seen; /* a bit for each line of the batch */
    uint64_t row;
    uint64_t in_chunk;
    struct chunk chunk;
    struct line_entry line;
};

/* ---- matching ---- */

/* The line an id names. */
static enum status parse_id(const struct taking *t, const struct answer *a,
                            uint32_t *line, struct diag *d)
{
    switch (payment_id_parse(ledger_info(t->l), &t->batch, a->id, line)) {
    case PAYMENT_ID_OURS:
        return ST_OK;
    case PAYMENT_ID_OTHER_BATCH:
        diag_fail(d, ST_INPUT, "other-batch", "%.*s is not a payment of batch %u",
                  STR_ARG(a->id), t->batch.number);
        diag_hint(d, "take the file in for the batch it belongs to");
        break;
    case PAYMENT_ID_FOREIGN:
        diag_fail(d, ST_INPUT, "unknown-id", "%.*s is not an id we sent",
                  STR_ARG(a->id));
        diag_hint(d, "ask the bank which payment this is; the ids of this batch are in "
                     "the file that was exported");
        break;
    }
    return diag_where(d, "line %llu", (unsigned long long)a->line);
}

static enum line_state state_for(enum payment_status s)
{
    switch (s) {
    case PAYMENT_PAID:
        return LINE_PAID;
    case PAYMENT_REJECTED:
        return LINE_REJECTED;
    case PAYMENT_RETURNED:
        return LINE_RETURNED;
    case PAYMENT_PENDING:
    case PAYMENT_UNKNOWN:
        return LINE_UNKNOWN;
    }
    return LINE_UNKNOWN;
}

static enum status check_line(struct taking *t, const struct answer *a, struct diag *d)
{
    const struct line_entry *line = &t->line;
    char ours[MONEY_TEXT_CAP];
    char theirs[MONEY_TEXT_CAP];
    if (a->amount_fen != line->fen) {
        money_print(line->fen, ours);
        money_print(a->amount_fen, theirs);
        diag_fail(d, ST_INPUT, "other-amount", "%.*s is answered with %s, sent were %s",
                  STR_ARG(a->id), theirs, ours);
        return diag_where(d, "line %llu", (unsigned long long)a->line);
    }
    uint8_t *byte = &t->seen[line->line / 8];
    uint8_t bit = (uint8_t)(1U << (line->line % 8));
    if ((*byte & bit) != 0) {
        diag_fail(d, ST_INPUT, "duplicate-id", "%.*s is answered twice",
                  STR_ARG(a->id));
        return diag_where(d, "line %llu", (unsigned long long)a->line);
    }
    *byte |= bit;
    return ST_OK;
}

/* Does the answer say something new of the line? An "unknown" about a line that is
 * answered already is an older answer, and no change. */
static enum status changes(struct taking *t, const struct answer *a, bool *yes,
                           struct diag *d)
{
    enum line_state from = t->line.state;
    enum line_state to = state_for(a->status);
    *yes = false;
    if (from == to || (to == LINE_UNKNOWN && from != LINE_OPEN) ||
        (from == LINE_REISSUED && (to == LINE_REJECTED || to == LINE_RETURNED))) {
        return ST_OK;
    }
    if (!line_may_become(from, to)) {
        diag_fail(d, ST_INPUT, "line-state", "%.*s is %s and cannot become %s",
                  STR_ARG(a->id), line_state_name(from), line_state_name(to));
        return diag_where(d, "line %llu", (unsigned long long)a->line);
    }
    *yes = true;
    return ST_OK;
}

static void tally(struct batch_answer_report *r, const struct answer *a)
{
    switch (state_for(a->status)) {
    case LINE_PAID:
        r->paid++;
        r->paid_fen += a->amount_fen;
        break;
    case LINE_REJECTED:
        r->rejected++;
        r->rejected_fen += a->amount_fen;
        break;
    case LINE_RETURNED:
        r->returned++;
        r->returned_fen += a->amount_fen;
        break;
    case LINE_OPEN:
    case LINE_UNKNOWN:
    case LINE_REISSUED:
        r->unknown++;
        r->unknown_fen += a->amount_fen;
        break;
    }
}

static enum status check_each(void *ctx, const struct answer *a, struct diag *d)
{
    struct taking *t = ctx;
    uint32_t line;
    bool yes;
    TRY(parse_id(t, a, &line, d));
    TRY(line_get(ledger_txn(t->l), t->batch.number, line, &t->line, d));
    TRY(check_line(t, a, d));
    TRY(changes(t, a, &yes, d));
    tally(t->report, a);
    t->report->lines++;
    t->report->changed += yes ? 1 : 0;
    return ST_OK;
}

/* ---- posting ---- */

static enum status flush_chunk(struct taking *t, struct diag *d)
{
    TRY(ledger_append_chunk(t->l, KIND_RESULTS, &t->chunk, t->batch.number, t->row, d));
    if (t->in_chunk < CHUNK_LINES) {
        return ST_OK;
    }
    t->in_chunk = 0;
    progress_tick(t->progress, "answer", t->row, t->report->lines);
    return ledger_next_chunk(t->l, progress_stop(t->progress), d);
}

static enum status post_each(void *ctx, const struct answer *a, struct diag *d)
{
    struct taking *t = ctx;
    uint32_t number;
    bool yes;
    uint8_t bytes[32];
    struct writer w;
    t->row++;
    TRY(parse_id(t, a, &number, d));
    TRY(line_get(ledger_txn(t->l), t->batch.number, number, &t->line, d));
    TRY(changes(t, a, &yes, d));
    if (!yes) {
        return ST_OK;
    }
    struct result_entry e = {number, state_for(a->status), (unsigned)a->reason};
    writer_init(&w, bytes, sizeof bytes);
    result_entry_write(&e, &w);
    if (!chunk_fits(&t->chunk, w.len)) {
        TRY(flush_chunk(t, d));
    }
    TRY(fold_result(ledger_fold(t->l), t->batch.number, &e, &t->chunk.postings, d));
    writer_bytes(&t->chunk.entries, w.p, w.len);
    t->chunk.count++;
    t->in_chunk++;
    return ST_OK;
}

/* ---- the act ---- */

static enum status start(struct taking *t, struct diag *d)
{
    uint8_t bytes[200];
    char subject[80];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 5);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, t->batch.number);
    cbor_put_uint(&w, 2);
    cbor_put_text(&w, str_of(t->format->name));
    cbor_put_uint(&w, 3);
    cbor_put_bytes(&w, t->sha256, DIGEST_LEN);
    cbor_put_uint(&w, 4);
    cbor_put_uint(&w, t->file.n);
    cbor_put_uint(&w, 5);
    cbor_put_uint(&w, t->report->lines);
    snprintf(subject, sizeof subject, "batch %u: answer", t->batch.number);
    struct act_text text = {.subject = subject,
                            .count = t->report->lines,
                            .total_fen = t->report->paid_fen};
    return ledger_append_signed(t->l, KIND_ANSWER_START, writer_str(&w), text, NULL, d);
}

static enum status end(struct taking *t, struct diag *d)
{
    uint8_t bytes[100];
    char subject[80];
    struct writer w;
    const struct head *h = ledger_head(t->l);
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 3);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, t->batch.number);
    cbor_put_uint(&w, 2);
    cbor_put_uint(&w, h->open.count[0]);
    cbor_put_uint(&w, 15);
    cbor_put_bytes(&w, h->last_leaf, DIGEST_LEN);
    snprintf(subject, sizeof subject, "batch %u: end of answer", t->batch.number);
    struct act_text text = {.subject = subject, .count = h->open.count[0]};
    return ledger_append_signed(t->l, KIND_ANSWER_END, writer_str(&w), text, NULL, d);
}

static enum status post_all(struct taking *t, bool resumed, struct diag *d)
{
    struct answer_totals totals;
    TRY(ledger_begin(t->l, d));
    enum status st = resumed ? ST_OK : start(t, d);
    if (st == ST_OK) {
        st = t->format->read_answer(t->file, post_each, t, &totals, d);
    }
    if (st == ST_OK) {
        st = flush_chunk(t, d);
    }
    if (st == ST_OK) {
        st = end(t, d);
    }
    if (st != ST_OK) {
        ledger_abort(t->l);
        return st;
    }
    return ledger_commit(t->l, d);
}

/* The open act must be for this very file: it made the newest entry of the register. */
static enum status same_file(struct taking *t, struct diag *d)
{
    struct answer_entry newest;
    TRY(answer_get(ledger_txn(t->l), ledger_head(t->l)->answers, &newest, d));
    if (newest.batch != t->batch.number || !digest_equal(newest.sha256, t->sha256)) {
        diag_fail(d, ST_CONFLICT, "open-act",
                  "another answer to batch %u is not taken in to its end",
                  t->batch.number);
        return diag_hint(d, "finish it first, with the same file");
    }
    return ST_OK;
}

static enum status take(struct taking *t, bool resumed, struct diag *d)
{
    struct answer_totals totals;
    TRY(t->format->read_answer(t->file, check_each, t, &totals, d));
    if (t->report->changed == 0 && !resumed) {
        return ST_OK;
    }
    if (!resumed) {
        struct str left = t->file;
        TRY(vault_file_put(t->l, t->sha256, vault_source_text(&left), d));
    }
    return post_all(t, resumed, d);
}

static enum status check_batch(struct taking *t, const char *format, struct diag *d)
{
    if (batch_transition(t->batch.state, STEP_ANSWER) == NULL) {
        diag_fail(d, ST_CONFLICT, "batch-state",
                  "batch %u is %s: no answer is expected", t->batch.number,
                  batch_state_name(t->batch.state));
        return diag_hint(d, "what comes next: %s", batch_next_hint(t->batch.state));
    }
    t->format = batch_format(t->l, &t->batch, format, d);
    if (t->format == NULL) {
        return d->status;
    }
    if (t->format->read_answer == NULL) {
        diag_fail(d, ST_USAGE, "no-answer-format", "answers in %s cannot be read",
                  t->format->name);
        return diag_hint(d, "name the answer's own format by --format");
    }
    return ST_OK;
}

enum status batch_answer(struct ledger *l, uint32_t batch, const char *format,
                         struct str file, const struct progress *progress,
                         struct batch_answer_report *r, struct diag *d)
{
    bool resumed;
    struct digest *g;
    struct taking t = {.l = l, .progress = progress, .report = r, .file = file};
    memset(r, 0, sizeof *r);
    TRY(ledger_may_write(l, KIND_ANSWER_START, batch, &resumed, d));
    TRY(batch_get(ledger_txn(l), batch, &t.batch, d));
    TRY(check_batch(&t, format, d));
    TRY(digest_new(&g, d));
    digest_once(g, file, str_of(""), t.sha256);
    digest_free(g);
    TRY(answer_known(ledger_txn(l), batch, t.sha256, &r->already, d));
    if (resumed) {
        TRY(same_file(&t, d));
        r->already = false;
    }
    if (r->already) {
        return ST_OK;
    }
    t.seen = calloc(t.batch.lines / 8 + 1, 1);
    if (t.seen == NULL) {
        return diag_memory(d);
    }
    chunk_start(&t.chunk);
    enum status st = take(&t, resumed, d);
    free(t.seen);
    return st;
}
