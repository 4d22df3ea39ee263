/* verify_lines.c - each line of each batch goes to the account that was on file for the
 * batch's pay day when it was made, the person's or that of the institution they lived
 * in, and its commitment is to that account. */
#include <stdlib.h>
#include <string.h>

#include "audit/verify_private.h"
#include "entitle/payee.h"

struct lines {
    struct verify *v;
    const struct batch_entry *batch;
    bool commitments;
    struct payees *payees; /* as known when the batch was made; NULL: do not open */
};

static enum status open_batch(struct lines *x, struct diag *d)
{
    enum status st = payees_open(&x->payees, x->v->l, x->batch->sequence, d);
    if (st == ST_INTEGRITY) { /* a policy's file does not open: see what else */
        verify_bad(x->v, &x->v->r->integrity, NO_SEQUENCE, "the policies: %s", d->what);
        return ST_OK;
    }
    return st;
}

/* Does the month go where the line goes? */
static enum status check_month(struct lines *x, const struct line_entry *line,
                               int32_t month, bool *same, struct diag *d)
{
    struct payee payee;
    uint64_t number = line->payee != 0 ? line->payee : line->person;
    TRY(payees_month(x->payees, str_of(line->programme), month, x->batch->pay_day,
                     &payee, d));
    *same = payee.answer == PAYEE_PAID && payee.number == number &&
            payee.route->ordinal == line->route;
    if (*same && x->commitments && month == line->spans[0].from) {
        uint8_t commitment[DIGEST_LEN];
        payees_commitment(x->payees, &payee, line->sequence, commitment);
        *same = digest_equal(commitment, line->route_commitment);
    }
    return ST_OK;
}

static enum status check_months(struct lines *x, const struct line_entry *line,
                                bool *same, struct diag *d)
{
    *same = true;
    if (payees_current(x->payees)->number != line->person) {
        TRY(payees_person(x->payees, line->person, d));
    }
    for (size_t i = 0; i < line->span_count; i++) {
        const struct span *s = &line->spans[i];
        for (int32_t n = 0; *same && n < s->months; n++) {
            TRY(check_month(x, line, s->from + n, same, d));
        }
    }
    return ST_OK;
}

static enum status check_line(struct lines *x, const struct line_entry *line,
                              struct diag *d)
{
    bool same = true;
    bool erased;
    TRY(verify_erased(x->v, line->person, &erased, d));
    if (erased) {
        x->v->r->erased_lines++;
        return ST_OK;
    }
    enum status st = x->payees != NULL ? check_months(x, line, &same, d) : ST_OK;
    if (st == ST_INTEGRITY || st == ST_CONFLICT) { /* a row is damaged or missing */
        verify_bad(x->v, &x->v->r->integrity, NO_SEQUENCE, "%s", d->what);
        return ST_OK;
    }
    TRY(st);
    if (!same) {
        verify_bad(x->v, &x->v->r->correctness, line->sequence,
                   "line %u of batch %u does not go to the account on file", line->line,
                   line->batch);
    }
    return ST_OK;
}

static enum status check_all(struct lines *x, struct cursor *c, struct diag *d)
{
    uint8_t first[8];
    struct str key;
    struct str row;
    struct line_entry line;
    line_key(x->batch->number, 0, first);
    TRY(store_cursor_seek(c, str_make(first, sizeof first), &key, &row, d));
    while (key.p != NULL && get_u32((const uint8_t *)key.p) == x->batch->number) {
        const uint8_t *k = (const uint8_t *)key.p;
        if (!line_read(row, x->batch->number, get_u32(k + 4), &line)) {
            return diag_fail(d, ST_INTEGRITY, "line-row",
                             "a line is not what was written");
        }
        TRY(check_line(x, &line, d));
        if (line.line % 50000 == 0) {
            progress_tick(x->v->o->progress, "lines", line.line, x->batch->lines);
        }
        TRY(store_cursor_next(c, &key, &row, d));
    }
    return ST_OK;
}

enum status verify_lines(struct verify *v, const struct batch_entry *batch,
                         bool commitments, struct diag *d)
{
    struct lines x = {.v = v, .batch = batch, .commitments = commitments};
    struct cursor *c = NULL;
    TRY(open_batch(&x, d));
    enum status st = store_cursor_open(ledger_txn(v->l), TABLE_LINES, &c, d);
    if (st == ST_OK) {
        st = check_all(&x, c, d);
    }
    store_cursor_close(c);
    payees_close(x.payees);
    return st;
}
