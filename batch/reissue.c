/* reissue.c - lines that came back become due again, to be paid in a later batch by the
 * route on file then. The dead are left: what is theirs goes to heirs or the treasury.
 * */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch/batch_private.h"
#include "ledger/body.h"
#include "ledger/erasure.h"

#ifndef CHUNK_LINES       /* tests make pieces small */
#define CHUNK_LINES 20000 /* of a transaction */
#endif

struct reissuing {
    struct ledger *l;
    const struct progress *progress;
    struct batch_reissue_report *report;
    struct batch_entry batch;
    struct chunk chunk;
    bool resumed; /* an act that was killed: some lines are done */
    bool writing;
    uint64_t in_chunk;
    struct vault_row row;
    struct person *person;
    struct line_entry line;
};

static bool came_back(const struct line_entry *line)
{
    return line_may_become(line->state, LINE_REISSUED);
}

/* May the line be sent again? What is due to the dead goes out again only by another
 * route than the one it came back from: an heir's, or a corrected account. An
 * institution does not die. */
static enum status look(struct reissuing *r, bool *again, struct diag *d)
{
    uint64_t payee = r->line.payee != 0 ? r->line.payee : r->line.person;
    enum status st = vault_row_read(r->l, payee, &r->row, d);
    if (erasure_failed(st, d)) { /* nothing of theirs is due any more */
        *again = false;
        return ST_OK;
    }
    TRY(st);
    TRY(person_read(buf_str(&r->row.plain), UINT64_MAX, r->person, d));
    const struct route *now =
        person_route(r->person, str_of(r->line.programme), ledger_today(r->l));
    bool same = now == NULL || now->ordinal == r->line.route;
    *again = person_death(r->person) == DAY_NEVER || !same;
    if (!*again) {
        r->report->refused_dead++;
    } else if (same) {
        r->report->same_route++;
    }
    return ST_OK;
}

static enum status flush_chunk(struct reissuing *r, struct diag *d)
{
    TRY(ledger_append_chunk(r->l, KIND_REISSUE, &r->chunk, r->batch.number, 0, d));
    if (r->in_chunk < CHUNK_LINES) {
        return ST_OK;
    }
    r->in_chunk = 0;
    progress_tick(r->progress, "reissue", r->line.line, r->batch.lines);
    return ledger_next_chunk(r->l, progress_stop(r->progress), d);
}

static enum status post_line(struct reissuing *r, uint32_t number, struct diag *d)
{
    uint8_t bytes[32];
    struct writer w;
    int64_t again;
    if (!chunk_fits(&r->chunk, sizeof bytes)) {
        TRY(flush_chunk(r, d));
    }
    TRY(fold_reissue(ledger_fold(r->l), r->batch.number, number, &r->chunk.postings,
                     &again, d));
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_array(&w, 2);
    cbor_put_uint(&w, number);
    cbor_put_int(&w, again);
    writer_bytes(&r->chunk.entries, w.p, w.len);
    r->chunk.count++;
    r->in_chunk++;
    r->report->lines++;
    r->report->again_fen += again;
    return ST_OK;
}

/* A named line must have come back; of all lines, those that did are taken. */
static enum status one_line(struct reissuing *r, uint32_t number, bool named,
                            struct diag *d)
{
    bool again;
    TRY(line_get(ledger_txn(r->l), r->batch.number, number, &r->line, d));
    bool done = r->resumed && r->line.state == LINE_REISSUED;
    if (!came_back(&r->line)) {
        if (!named || done) {
            return ST_OK;
        }
        diag_fail(d, ST_CONFLICT, "line-state",
                  "line %u of batch %u is %s: nothing came back", number,
                  r->batch.number, line_state_name(r->line.state));
        return diag_hint(d, "almoner report returns lists what can be sent again");
    }
    TRY(look(r, &again, d));
    if (!again) {
        return ST_OK;
    }
    if (!r->writing) {
        r->report->lines++;
        return ST_OK;
    }
    return post_line(r, number, d);
}

static enum status all_lines(struct reissuing *r, const uint32_t *lines, size_t count,
                             struct diag *d)
{
    uint64_t n = lines != NULL ? count : r->batch.lines;
    struct batch_reissue_report none = {0};
    *r->report = none;
    for (uint64_t i = 0; i < n; i++) {
        uint32_t number = lines != NULL ? lines[i] : (uint32_t)(i + 1);
        TRY(one_line(r, number, lines != NULL, d));
    }
    return ST_OK;
}

static enum status start(struct reissuing *r, struct diag *d)
{
    uint8_t bytes[32];
    char subject[80];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 1);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, r->batch.number);
    snprintf(subject, sizeof subject, "batch %u: reissue", r->batch.number);
    struct act_text text = {.subject = subject, .count = r->report->lines};
    return ledger_append_signed(r->l, KIND_REISSUE_START, writer_str(&w), text, NULL,
                                d);
}

static enum status end(struct reissuing *r, struct diag *d)
{
    uint8_t bytes[100];
    char subject[80];
    struct writer w;
    const struct head *h = ledger_head(r->l);
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 4);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, r->batch.number);
    cbor_put_uint(&w, 2);
    cbor_put_uint(&w, h->open.count[OPEN_DONE]);
    cbor_put_uint(&w, 3);
    cbor_put_int(&w, h->open.fen[OPEN_AGAIN]);
    cbor_put_uint(&w, 15);
    cbor_put_bytes(&w, h->last_leaf, DIGEST_LEN);
    snprintf(subject, sizeof subject, "batch %u: end of reissue", r->batch.number);
    struct act_text text = {.subject = subject,
                            .count = h->open.count[OPEN_DONE],
                            .total_fen = h->open.fen[OPEN_AGAIN]};
    r->report->lines = h->open.count[OPEN_DONE];
    r->report->again_fen = h->open.fen[OPEN_AGAIN];
    return ledger_append_signed(r->l, KIND_REISSUE_END, writer_str(&w), text, NULL, d);
}

static enum status reissue(struct reissuing *r, const uint32_t *lines, size_t count,
                           bool resumed, struct diag *d)
{
    TRY(all_lines(r, lines, count, d));
    if (r->report->lines == 0 && !resumed) {
        diag_fail(d, ST_CONFLICT, "nothing-back",
                  "no line of batch %u can be sent again (%llu of dead people)",
                  r->batch.number, (unsigned long long)r->report->refused_dead);
        return diag_hint(
            d,
            "almoner batch show %u lists what came back; what is of the dead "
            "goes to an heir's account (import routes), or by batch refund",
            r->batch.number);
    }
    TRY(ledger_begin(r->l, d));
    enum status st = resumed ? ST_OK : start(r, d);
    r->writing = true;
    if (st == ST_OK) {
        st = all_lines(r, lines, count, d);
    }
    if (st == ST_OK) {
        st = flush_chunk(r, d);
    }
    if (st == ST_OK) {
        st = end(r, d);
    }
    if (st != ST_OK) {
        ledger_abort(r->l);
        return st;
    }
    return ledger_commit(r->l, d);
}

enum status batch_reissue(struct ledger *l, uint32_t batch, const uint32_t *lines,
                          size_t count, const struct progress *progress,
                          struct batch_reissue_report *out, struct diag *d)
{
    bool resumed;
    struct reissuing r = {.l = l, .progress = progress, .report = out};
    memset(out, 0, sizeof *out);
    TRY(ledger_may_write(l, KIND_REISSUE_START, batch, &resumed, d));
    r.resumed = resumed;
    TRY(batch_get(ledger_txn(l), batch, &r.batch, d));
    if (batch_transition(r.batch.state, STEP_REISSUE) == NULL) {
        diag_fail(d, ST_CONFLICT, "batch-state",
                  "batch %u is %s: nothing came back yet", batch,
                  batch_state_name(r.batch.state));
        return diag_hint(d, "what comes next: %s", batch_next_hint(r.batch.state));
    }
    chunk_start(&r.chunk);
    vault_row_init(&r.row);
    r.person = calloc(1, sizeof *r.person);
    enum status st =
        r.person == NULL ? diag_memory(d) : reissue(&r, lines, count, resumed, d);
    vault_row_release(&r.row);
    free(r.person);
    return st;
}
