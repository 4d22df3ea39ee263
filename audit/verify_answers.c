/* verify_answers.c - what was posted of each answer is what the bank's file says: the
 * file is read again from the vault and held against the results of its act. */
#include <stdlib.h>
#include <string.h>

#include "audit/verify_private.h"
#include "formats/payment.h"
#include "ledger/payment_id.h"

#define ANSWER_MAX ((size_t)1024 * 1024 * 1024)

struct said { /* by the file, of one line; state 0: nothing */
    uint8_t state;
    uint8_t reason;
};

struct check {
    struct verify *v;
    struct answer_entry answer;
    struct batch_entry batch;
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
        return LINE_UNKNOWN;
    }
    return LINE_UNKNOWN;
}

static enum status note(void *ctx, const struct answer *a, struct diag *d)
{
    struct check *c = ctx;
    uint32_t line = 0;
    if (payment_id_parse(ledger_info(c->v->l), &c->batch, a->id, &line) !=
        PAYMENT_ID_OURS) {
        return diag_fail(d, ST_INTEGRITY, "unknown-id",
                         "%.*s is no payment of batch %u", STR_ARG(a->id),
                         c->batch.number);
    }
    c->said[line].state = (uint8_t)state_of(a->status);
    c->said[line].reason = (uint8_t)a->reason;
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
        if (s->state != (uint8_t)e.state || s->reason != (uint8_t)e.reason) {
            wrong(c, rec->sequence, e.line);
        }
        s->state = 0; /* posted */
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
        if (c->said[n].state == 0 || c->said[n].state == LINE_UNKNOWN) {
            continue;
        }
        TRY(line_get(ledger_txn(c->v->l), c->batch.number, n, &line, d));
        if (line.state == LINE_OPEN || line.state == LINE_UNKNOWN) {
            wrong(c, c->answer.sequence, n);
        }
    }
    return ST_OK;
}

static enum status answer_format(struct check *c, const struct payment_format **out,
                                 struct diag *d)
{
    struct record rec;
    struct signed_body s;
    struct body b;
    char name[40];
    TRY(record_get(ledger_txn(c->v->l), c->answer.sequence, &rec, NULL, d));
    TRY(signed_body_read(&rec, &s, d));
    body_start(&b, s.plain);
    body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, name, sizeof name);
    *out = payment_format_find(str_of(name));
    return *out != NULL && (*out)->read_answer != NULL
               ? ST_OK
               : diag_fail(d, ST_INTEGRITY, "unknown-format",
                           "this program cannot read answers in %s", name);
}

static enum status check_answer(struct check *c, struct diag *d)
{
    const struct payment_format *format;
    struct answer_totals totals;
    struct buf file;
    TRY(batch_get(ledger_txn(c->v->l), c->answer.batch, &c->batch, d));
    TRY(answer_format(c, &format, d));
    c->said = calloc(c->batch.lines + 1, sizeof *c->said);
    if (c->said == NULL) {
        return diag_memory(d);
    }
    buf_init(&file, ANSWER_MAX);
    enum status st = vault_file_load(c->v->l, c->answer.sha256, &file, d);
    if (st == ST_OK) {
        st = format->read_answer(buf_str(&file), note, c, &totals, d);
    }
    buf_release(&file);
    if (st == ST_OK) {
        st = check_act(c, d);
    }
    if (st == ST_OK) {
        st = check_left(c, d);
    }
    free(c->said);
    return st;
}

enum status verify_answers(struct verify *v, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(v->l)->answers; n++) {
        struct check c = {.v = v};
        TRY(answer_get(ledger_txn(v->l), n, &c.answer, d));
        enum status st = check_answer(&c, d);
        if (st == ST_SYSTEM || st == ST_INTERRUPTED || st == ST_INTERNAL) {
            return st;
        }
        if (st != ST_OK) {
            verify_bad(v, &v->r->correctness, c.answer.sequence,
                       "answer %u cannot be read again: %s", n, d->what);
        }
    }
    return ST_OK;
}
