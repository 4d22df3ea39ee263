/* line_act.c - a long act that moves lines of a batch: its start, records of
 * [line, fen] in chunks, and its end, which signs what they came to. Which lines, and
 * where to, its caller knows; whether they may, the fold says. */
#include <stdio.h>

#include "batch/batch_private.h"
#include "ledger/cbor.h"

#ifndef CHUNK_LINES       /* tests make pieces small */
#define CHUNK_LINES 20000 /* of a transaction */
#endif

static enum status flush_chunk(struct line_act *x, struct diag *d)
{
    TRY(ledger_append_chunk(x->l, x->kind->lines, &x->chunk, x->batch.number, 0, d));
    if (x->in_chunk < CHUNK_LINES) {
        return ST_OK;
    }
    x->in_chunk = 0;
    progress_tick(x->progress, x->kind->word, x->line.line, x->batch.lines);
    return ledger_next_chunk(x->l, progress_stop(x->progress), d);
}

enum status line_act_post(struct line_act *x, struct diag *d)
{
    uint8_t bytes[32];
    struct writer w;
    int64_t fen;
    if (!chunk_fits(&x->chunk, sizeof bytes)) {
        TRY(flush_chunk(x, d));
    }
    TRY(x->kind->move(ledger_fold(x->l), x->batch.number, x->line.line,
                      &x->chunk.postings, &fen, d));
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_array(&w, 2);
    cbor_put_uint(&w, x->line.line);
    cbor_put_int(&w, fen);
    writer_bytes(&x->chunk.entries, w.p, w.len);
    x->chunk.count++;
    x->in_chunk++;
    return ST_OK;
}

static enum status start(struct line_act *x, struct str body, uint64_t count,
                         struct diag *d)
{
    char subject[80];
    snprintf(subject, sizeof subject, "batch %u: %s", x->batch.number, x->name);
    struct act_text text = {.subject = subject, .count = count};
    return ledger_append_signed(x->l, x->kind->start, body, text, NULL, d);
}

static enum status end(struct line_act *x, struct diag *d)
{
    uint8_t bytes[100];
    char subject[80];
    struct writer w;
    const struct head *h = ledger_head(x->l);
    x->done_lines = h->open.count[OPEN_DONE];
    x->done_fen = h->open.fen[OPEN_AGAIN];
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 4);
    cbor_pair_uint(&w, 1, x->batch.number);
    cbor_pair_uint(&w, 2, x->done_lines);
    cbor_pair_int(&w, 3, x->done_fen);
    cbor_pair_bytes(&w, 15, h->last_leaf, DIGEST_LEN);
    snprintf(subject, sizeof subject, "batch %u: end of %s", x->batch.number, x->name);
    struct act_text text = {
        .subject = subject, .count = x->done_lines, .total_fen = x->done_fen};
    return ledger_append_signed(x->l, x->kind->end, writer_str(&w), text, NULL, d);
}

static enum status write_all(struct line_act *x, struct str body, uint64_t count,
                             enum status (*lines)(void *ctx, struct diag *d), void *ctx,
                             struct diag *d)
{
    TRY(x->resumed ? ST_OK : start(x, body, count, d));
    TRY(lines(ctx, d));
    TRY(flush_chunk(x, d));
    return end(x, d);
}

enum status line_act_write(struct line_act *x, struct str body, uint64_t count,
                           enum status (*lines)(void *ctx, struct diag *d), void *ctx,
                           struct diag *d)
{
    TRY(ledger_begin(x->l, d));
    chunk_start(&x->chunk);
    x->writing = true;
    enum status st = write_all(x, body, count, lines, ctx, d);
    if (st != ST_OK) {
        ledger_abort(x->l);
        return st;
    }
    return ledger_commit(x->l, d);
}
