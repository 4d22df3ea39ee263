/* verify_answers.c - what was posted of each answer is what the bank's file says: the
 * file is read again from the vault and held against the results of its act. */
#include <stdlib.h>
#include <string.h>

#include "audit/verify_private.h"
#include "entitle/answer_match.h"
#include "ledger/erasure.h"

#define ANSWER_MAX ((size_t)2 * 1024 * 1024 * 1024)

/* By the file, of one line: a statement may tell first that it was paid, then that it
 * came back. */
struct said {
    uint8_t states;                    /* bit: line_state */
    uint8_t reason[LINE_REISSUED + 1]; /* by line_state */
};

struct check {
    struct verify *v;
    struct answer_entry answer;
    struct answer_start start;
    struct batch_entry batch;
    struct bank_form form;
    struct answer_match *match;
    struct said *said; /* by line */
};

static enum line_state state_of(enum payment_status s)
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
    case PAYMENT_NONE:
        return LINE_UNKNOWN;
    }
    return LINE_UNKNOWN;
}

static void note_line(struct check *c, uint32_t line, enum payment_status status,
                      enum payment_reason reason)
{
    enum line_state state = state_of(status);
    c->said[line].states |= (uint8_t)(1U << state);
    c->said[line].reason[state] = (uint8_t)reason;
}

static enum status note(void *ctx, const struct answer *a, struct diag *d)
{
    struct check *c = ctx;
    uint32_t line = 0;
    TRY(answer_match_line(c->match, a, &line, d));
    if (line != 0 && a->status != PAYMENT_NONE) {
        note_line(c, line, a->status, a->reason);
    }
    return ST_OK;
}

static enum status note_rest(struct check *c, const struct answer_file *whole,
                             struct diag *d)
{
    bool any;
    TRY(answer_match_rest(c->match, whole, &any, d));
    for (uint32_t n = 1; any && n <= c->batch.lines; n++) {
        if (c->said[n].states == 0 && answer_match_covers(c->match, n)) {
            note_line(c, n, whole->rest, whole->reason);
        }
    }
    return ST_OK;
}

static void wrong(struct check *c, uint64_t sequence, uint32_t line)
{
    verify_bad(c->v, &c->v->r->correctness, sequence,
               "line %u of batch %u is not what the bank's answer says", line,
               c->batch.number);
}

static enum status check_results(struct check *c, const struct record *rec,
                                 struct diag *d)
{
    struct chunk_body body;
    struct reader r;
    if (!chunk_body_read(rec->body, &body)) {
        return diag_fail(d, ST_INTEGRITY, "record-body", "record %llu is no results",
                         (unsigned long long)rec->sequence);
    }
    reader_init(&r, body.entries.p, body.entries.n);
    for (uint64_t i = 0; i < body.count; i++) {
        struct result_entry e;
        if (!result_entry_read(&r, &e) || e.line > c->batch.lines) {
            return diag_fail(d, ST_INTEGRITY, "record-body",
                             "record %llu is no results",
                             (unsigned long long)rec->sequence);
        }
        struct said *s = &c->said[e.line];
        uint8_t bit = (uint8_t)(1U << e.state);
        if ((s->states & bit) == 0 || s->reason[e.state] != (uint8_t)e.reason) {
            wrong(c, rec->sequence, e.line);
        }
        s->states &= (uint8_t)~bit; /* posted */
    }
    return ST_OK;
}

/* The records of the act, from its start to its end. */
static enum status check_act(struct check *c, struct diag *d)
{
    struct record rec;
    for (uint64_t at = c->answer.sequence + 1;; at++) {
        if (at >= ledger_head(c->v->l)->tree.size) {
            return ST_OK; /* not finished yet */
        }
        TRY(record_get(ledger_txn(c->v->l), at, &rec, NULL, d));
        if (rec.kind != KIND_RESULTS) {
            return ST_OK;
        }
        TRY(check_results(c, &rec, d));
    }
}

/* What the file says and was not posted must have been known: no such line is open. */
static enum status check_left(struct check *c, struct diag *d)
{
    struct line_entry line;
    if (ledger_head(c->v->l)->open.first == c->answer.sequence) {
        return ST_OK;
    }
    for (uint32_t n = 1; n <= c->batch.lines; n++) {
        if ((c->said[n].states & (uint8_t) ~(1U << LINE_UNKNOWN)) == 0) {
            continue;
        }
        TRY(line_get(ledger_txn(c->v->l), c->batch.number, n, &line, d));
        if (line.state == LINE_OPEN || line.state == LINE_UNKNOWN) {
            wrong(c, c->answer.sequence, n);
        }
    }
    return ST_OK;
}

static enum status read_and_compare(struct check *c, struct str file, struct diag *d)
{
    struct answer_sink sink = {note, c};
    struct answer_file whole;
    struct answer_match_request q = {.l = c->v->l,
                                     .batch = &c->batch,
                                     .form = &c->form,
                                     .file = file,
                                     .before = c->answer.sequence,
                                     .sent_file = c->start.file};
    const struct payment_format *f = c->form.format;
    if (f->read_answer == NULL) {
        return diag_fail(d, ST_INTEGRITY, "unknown-format",
                         "this program cannot read answers in %s", f->name);
    }
    TRY(answer_match_new(&c->match, &q, d));
    TRY(f->read_answer(f, file, sink, &whole, d));
    TRY(note_rest(c, &whole, d));
    TRY(check_act(c, d));
    return check_left(c, d);
}

static enum status check_answer(struct check *c, struct diag *d)
{
    struct buf file;
    buf_init(&file, ANSWER_MAX);
    bank_form_init(&c->form);
    enum status st;
    TRY_OUT(batch_get(ledger_txn(c->v->l), c->answer.batch, &c->batch, d));
    TRY_OUT(answer_start_get(ledger_txn(c->v->l), &c->answer, &c->start, d));
    TRY_OUT(bank_form_kept(c->v->l, c->start.format, &c->start.profile, &c->form, d));
    c->said = calloc(c->batch.lines + 1, sizeof *c->said);
    TRY_OUT(c->said == NULL ? diag_memory(d) : ST_OK);
    TRY_OUT(vault_file_load(c->v->l, c->answer.sha256, &file, d));
    st = read_and_compare(c, buf_str(&file), d);
out:
    answer_match_free(c->match);
    bank_form_release(&c->form);
    buf_release(&file);
    free(c->said);
    return st;
}

enum status verify_answer(struct verify *v, uint32_t n, struct diag *d)
{
    struct check c = {.v = v};
    TRY(answer_get(ledger_txn(v->l), n, &c.answer, d));
    enum status st = check_answer(&c, d);
    if (st == ST_SYSTEM || st == ST_INTERRUPTED || st == ST_INTERNAL) {
        return st;
    }
    if (erasure_failed(st, d)) { /* nobody can tell any more which payment it is */
        v->r->erased_exports++;
        return ST_OK;
    }
    if (st != ST_OK) {
        verify_bad(v, &v->r->correctness, c.answer.sequence,
                   "answer %u cannot be read again: %s", n, d->what);
    }
    return ST_OK;
}
