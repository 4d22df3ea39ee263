/* month_funds.c - see month_funds.h. Reads only. */
#include "audit/month_funds.h"

#include <string.h>

#include "base/money.h"
#include "ledger/line.h"

enum status bearing_begin(struct ledger *l, uint32_t batch, struct bearing *b,
                          struct diag *d)
{
    b->programmes = 0;
    return allocation_get(ledger_txn(l), batch, &b->allocation, d);
}

bool bearing_is(const struct bearing *b)
{
    return b->allocation.state == ALLOCATION_COMMITTED;
}

static enum status too_many(struct diag *d)
{
    return diag_fail(d, ST_INTERNAL, "funds", "too many appropriations in a month");
}

static enum status add(struct borne *out, const struct fund_item *x, int64_t fen,
                       struct diag *d)
{
    size_t i = 0;
    while (i < out->count && (out->rows[i].fund != x->fund ||
                              strcmp(out->rows[i].programme, x->programme) != 0)) {
        i++;
    }
    if (i == BORNE_ROWS_MAX) {
        return too_many(d);
    }
    if (i == out->count) {
        out->rows[i].fund = x->fund;
        out->rows[i].fen = 0;
        memcpy(out->rows[i].programme, x->programme, sizeof out->rows[i].programme);
        out->count++;
    }
    return money_add(out->rows[i].fen, fen, &out->rows[i].fen)
               ? ST_OK
               : diag_fail(d, ST_INTEGRITY, "total", "a control total is out of range");
}

/* Fen of the programme in the lines before. */
static int64_t *before(struct bearing *b, const char *programme)
{
    size_t i = 0;
    while (i < b->programmes && strcmp(b->before[i].programme, programme) != 0) {
        i++;
    }
    if (i == FUND_ITEMS_MAX) {
        return NULL;
    }
    if (i == b->programmes) {
        memcpy(b->before[i].programme, programme, strlen(programme) + 1);
        b->before[i].fen = 0;
        b->programmes++;
    }
    return &b->before[i].fen;
}

enum status bearing_line(struct bearing *b, const struct line_entry *line,
                         struct borne *out, struct diag *d)
{
    int64_t part[FUND_ITEMS_MAX];
    const struct allocation *a = &b->allocation.terms;
    if (!bearing_is(b) || line->state == LINE_DROPPED) {
        return ST_OK;
    }
    int64_t *sum = before(b, line->programme);
    if (sum == NULL) {
        return too_many(d);
    }
    if (line->state == LINE_PAID) {
        fund_split(a, line->programme, *sum, line->fen, part);
        for (size_t i = 0; i < a->count; i++) {
            if (part[i] != 0) {
                TRY(add(out, &a->items[i], part[i], d));
            }
        }
    }
    *sum += line->fen; /* of the batch's total, which fits */
    return ST_OK;
}

enum status borne_batch(struct ledger *l, const struct batch_entry *batch,
                        struct borne *out, struct diag *d)
{
    static _Thread_local struct bearing b;
    static _Thread_local struct line_entry line;
    TRY(bearing_begin(l, batch->number, &b, d));
    for (uint32_t n = 1; bearing_is(&b) && n <= batch->lines; n++) {
        TRY(line_get(ledger_txn(l), batch->number, n, &line, d));
        TRY(bearing_line(&b, &line, out, d));
    }
    return ST_OK;
}

int64_t borne_total(const struct borne *b)
{
    int64_t sum = 0;
    for (size_t i = 0; i < b->count; i++) {
        sum += b->rows[i].fen;
    }
    return sum;
}

int64_t borne_of(const struct borne *b, uint32_t fund)
{
    int64_t sum = 0;
    for (size_t i = 0; i < b->count; i++) {
        sum += b->rows[i].fund == fund ? b->rows[i].fen : 0;
    }
    return sum;
}

enum status funds_spent(struct ledger *l, int64_t *out, struct diag *d)
{
    int64_t sum = 0;
    for (uint32_t n = 1; n <= ledger_head(l)->funds; n++) {
        struct fund_entry e;
        TRY(fund_get(ledger_txn(l), n, &e, d));
        if (!money_add(sum, e.sums.spent, &sum) ||
            !money_sub(sum, e.sums.prior, &sum)) {
            return diag_fail(d, ST_INTEGRITY, "total",
                             "a control total is out of range");
        }
    }
    *out = sum;
    return ST_OK;
}
