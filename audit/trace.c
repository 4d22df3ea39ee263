/* trace.c - see trace.h. One walk over the records; signatures were checked when they
 * were written, and are again by audit verify. */
#include "audit/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "ledger/body.h"
#include "ledger/export.h"
#include "ledger/line.h"
#include "ledger/notice.h"

#define TICK_RECORDS 65536

struct trace {
    struct ledger *l;
    const struct trace_terms *terms;
    struct trace_row out;
    struct signed_body body;
    enum status (*each)(void *ctx, const struct trace_row *r, struct diag *d);
    void *ctx;
};

const char *trace_what_name(enum trace_what w)
{
    switch (w) {
    case TRACE_REVEAL:
        return "reveal";
    case TRACE_EXPORT:
        return "export";
    case TRACE_NOTICE:
        return "notice";
    }
    return "?";
}

static enum status malformed(const struct record *r, struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "record-body",
                     "the body of record %llu is not that of its kind",
                     (unsigned long long)r->sequence);
}

static enum status take_reveal(struct trace *x, const struct record *r, bool *wanted,
                               struct diag *d)
{
    struct body b;
    body_start(&b, x->body.plain);
    x->out.what = TRACE_REVEAL;
    x->out.person = body_uint(&b, 1, UINT64_MAX);
    body_text(&b, 2, x->out.purpose, sizeof x->out.purpose);
    *wanted = x->terms->person == 0 || x->out.person == 0 ||
              x->out.person == x->terms->person;
    return body_done(&b) ? ST_OK : malformed(r, d);
}

/* Is a line of the batch the person's? */
static enum status in_batch(struct trace *x, uint32_t number, bool *wanted,
                            struct diag *d)
{
    struct txn *t = ledger_txn(x->l);
    struct batch_entry b;
    struct line_entry line;
    uint32_t at;
    *wanted = true;
    if (x->terms->person == 0) {
        return ST_OK;
    }
    TRY(batch_get(t, number, &b, d));
    TRY(line_first(t, &b, x->terms->person, &at, d));
    *wanted = false;
    if (at <= b.lines) {
        TRY(line_get(t, number, at, &line, d));
        *wanted = line.person == x->terms->person;
    }
    return ST_OK;
}

static enum status take_export(struct trace *x, const struct record *r, bool *wanted,
                               struct diag *d)
{
    struct export_entry e;
    if (!export_body(x->body.plain, &e)) {
        return malformed(r, d);
    }
    x->out.what = TRACE_EXPORT;
    x->out.batch = e.batch;
    x->out.lines = e.lines;
    if (!str_copy(str_of(e.format), x->out.purpose, sizeof x->out.purpose)) {
        return malformed(r, d);
    }
    return in_batch(x, e.batch, wanted, d);
}

/* Who stands in it is not kept: it may be anybody. */
static enum status take_notice(struct trace *x, const struct record *r, bool *wanted,
                               struct diag *d)
{
    struct notice_terms n;
    char month[DATE_TEXT_CAP];
    if (!notice_read(x->body.plain, &n)) {
        return malformed(r, d);
    }
    month_print(n.period, month);
    x->out.what = TRACE_NOTICE;
    x->out.lines = n.people;
    snprintf(x->out.purpose, sizeof x->out.purpose, "notice %u: %s, %s, %llu people",
             n.number, n.programme, month, (unsigned long long)n.people);
    *wanted = true;
    return ST_OK;
}

static enum status take_any(struct trace *x, const struct record *r, bool *wanted,
                            struct diag *d)
{
    return r->kind == KIND_REVEAL   ? take_reveal(x, r, wanted, d)
           : r->kind == KIND_EXPORT ? take_export(x, r, wanted, d)
                                    : take_notice(x, r, wanted, d);
}

static enum status take_record(struct trace *x, const struct record *r, struct diag *d)
{
    struct operator_entry who;
    bool wanted = false;
    memset(&x->out, 0, sizeof x->out);
    TRY(signed_body_read(r, &x->body, d));
    TRY(take_any(x, r, &wanted, d));
    if (!wanted) {
        return ST_OK;
    }
    TRY(operator_get(ledger_txn(x->l), x->body.signature.operator_number, &who, d));
    x->out.sequence = r->sequence;
    x->out.time_us = r->time_us;
    memcpy(x->out.name, who.name, sizeof x->out.name);
    return x->each(x->ctx, &x->out, d);
}

static enum status walk(struct trace *x, const struct progress *progress,
                        struct cursor *c, struct diag *d)
{
    struct str key;
    struct str bytes;
    uint64_t size = ledger_head(x->l)->tree.size;
    uint64_t seen = 0;
    TRY(store_cursor_seek(c, str_of(""), &key, &bytes, d));
    while (key.p != NULL) {
        struct record r;
        TRY(record_read(bytes, &r, d));
        bool reads =
            r.kind == KIND_REVEAL || r.kind == KIND_EXPORT || r.kind == KIND_NOTICE;
        if (reads && r.time_us >= x->terms->from_us) {
            TRY(take_record(x, &r, d));
        }
        if (++seen % TICK_RECORDS == 0) {
            progress_tick(progress, "trace", seen, size);
            if (progress_stop(progress)) {
                return diag_fail(d, ST_INTERRUPTED, "interrupted", "stopped");
            }
        }
        TRY(store_cursor_next(c, &key, &bytes, d));
    }
    return ST_OK;
}

enum status trace_ledger(struct ledger *l, const struct trace_terms *terms,
                         const struct progress *progress,
                         enum status (*each)(void *ctx, const struct trace_row *r,
                                             struct diag *d),
                         void *ctx, struct diag *d)
{
    struct cursor *c;
    struct trace *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return diag_memory(d);
    }
    x->l = l;
    x->terms = terms;
    x->each = each;
    x->ctx = ctx;
    enum status st = store_cursor_open(ledger_txn(l), TABLE_RECORDS, &c, d);
    if (st == ST_OK) {
        st = walk(x, progress, c, d);
        store_cursor_close(c);
    }
    free(x);
    return st;
}
