/* returns.c - see returns.h. Reads only. */
#include "audit/returns.h"

#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "ledger/body.h"
#include "ledger/line.h"

struct listing {
    struct ledger *l;
    bool all;
    enum status (*each)(void *ctx, const struct returns_row *r, struct diag *d);
    void *ctx;
    struct returns_totals *out;
    struct batch_entry batch; /* in hand */
    int32_t sent_day;
    struct line_entry line;
    struct line_entry other;
};

/* Lines of another batch for the same person, programme and a same month. */
static enum status look_into(struct listing *x, uint32_t number, struct returns_row *r,
                             struct diag *d)
{
    struct batch_entry b;
    uint32_t at;
    struct txn *t = ledger_txn(x->l);
    TRY(batch_get(t, number, &b, d));
    TRY(line_first(t, &b, x->line.person, &at, d));
    for (; at <= b.lines; at++) {
        TRY(line_get(t, number, at, &x->other, d));
        if (x->other.person != x->line.person) {
            return ST_OK;
        }
        if (x->other.state == LINE_DROPPED ||
            strcmp(x->other.programme, x->line.programme) != 0 ||
            !line_shares_month(&x->line, &x->other)) {
            continue;
        }
        if (number < x->line.batch) {
            r->earlier++;
        } else {
            r->later_batch = number;
            r->later_state = x->other.state;
        }
    }
    return ST_OK;
}

static enum status add(uint64_t *count, int64_t *sum, int64_t fen, struct diag *d)
{
    ++*count;
    return money_add(*sum, fen, sum)
               ? ST_OK
               : diag_fail(d, ST_INTEGRITY, "total", "a control total is out of range");
}

static enum status take_line(struct listing *x, struct diag *d)
{
    struct returns_totals *t = x->out;
    enum line_state s = x->line.state;
    bool back = s == LINE_REJECTED || s == LINE_RETURNED;
    bool unknown = s == LINE_OPEN || s == LINE_UNKNOWN;
    bool over = s == LINE_REISSUED || s == LINE_REFUNDED || x->line.corrected;
    if (!back && !unknown && !(over && (x->all || x->line.corrected))) {
        return ST_OK;
    }
    if (back) {
        TRY(add(&t->back, &t->back_fen, x->line.fen, d));
    } else if (unknown) {
        TRY(add(&t->unknown, &t->unknown_fen, x->line.fen, d));
    }
    struct returns_row r = {.line = &x->line,
                            .batch_state = x->batch.state,
                            .sent_day = x->sent_day,
                            .age_days = ledger_today(x->l) - x->sent_day,
                            .looked = !unknown};
    for (uint32_t n = 1; r.looked && n <= ledger_head(x->l)->batches; n++) {
        if (n != x->line.batch) {
            TRY(look_into(x, n, &r, d));
        }
    }
    if (x->line.corrected && r.later_batch == 0 && !x->all) {
        return ST_OK;
    }
    return x->each(x->ctx, &r, d);
}

static bool was_sent(enum batch_state s)
{
    return s >= BATCH_EXPORTED && s <= BATCH_CLOSED;
}

static enum status take_batch(struct listing *x, uint32_t number, struct diag *d)
{
    struct record r;
    struct txn *t = ledger_txn(x->l);
    TRY(batch_get(t, number, &x->batch, d));
    bool settled =
        x->batch.paid_lines == batch_count(&x->batch) && x->batch.corrected_lines == 0;
    x->out->corrected += x->batch.corrected_lines; /* parts of totals that fit */
    x->out->corrected_fen += x->batch.corrected_fen;
    x->out->over_fen += x->batch.over_fen;
    if (!was_sent(x->batch.state) || settled || x->batch.export_sequence == 0) {
        return ST_OK;
    }
    TRY(record_get(t, x->batch.export_sequence, &r, NULL, d));
    x->sent_day = day_of_time(r.time_us, ledger_info(x->l)->offset_minutes);
    for (uint32_t n = 1; n <= x->batch.lines; n++) {
        TRY(line_get(t, number, n, &x->line, d));
        TRY(take_line(x, d));
    }
    return ST_OK;
}

enum status returns_ledger(struct ledger *l, bool all,
                           enum status (*each)(void *ctx, const struct returns_row *r,
                                               struct diag *d),
                           void *ctx, struct returns_totals *out, struct diag *d)
{
    struct listing x = {.l = l, .all = all, .each = each, .ctx = ctx, .out = out};
    memset(out, 0, sizeof *out);
    for (uint32_t n = 1; n <= ledger_head(l)->batches; n++) {
        TRY(take_batch(&x, n, d));
    }
    return ST_OK;
}
