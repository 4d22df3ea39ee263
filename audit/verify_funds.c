/* verify_funds.c - what bears a batch are the shares of the policies that were in force
 * when it was submitted, cut by cumulative floor (correctness). That the sums
 * add up and nothing goes beyond what was left is seen to by the fold. Allocations
 * that were given back are not looked at: their lines may be others by now. */
#include <string.h>

#include "audit/verify_private.h"
#include "entitle/fund_share.h"

struct funds {
    struct verify *v;
    struct allocation_entry e;
    struct fund_weights w;
};

/* What the allocation gives of one programme from one source. */
static enum status given(struct funds *x, const struct fund_weight *w, int64_t *fen,
                         struct diag *d)
{
    *fen = 0;
    for (size_t i = 0; i < x->e.terms.count; i++) {
        const struct fund_item *item = &x->e.terms.items[i];
        struct fund_entry fund;
        if (strcmp(item->programme, w->programme) != 0) {
            continue;
        }
        TRY(fund_get(ledger_txn(x->v->l), item->fund, &fund, d));
        *fen += strcmp(fund.terms.source, w->source) == 0 ? item->fen : 0;
    }
    return ST_OK;
}

static enum status check_shares(struct funds *x, struct diag *d)
{
    int64_t carried[FUND_WEIGHTS_MAX];
    int64_t fen[FUND_WEIGHTS_MAX];
    bool same = x->e.terms.carry_count == x->w.count;
    for (size_t i = 0; same && i < x->w.count; i++) {
        const struct fund_carry *c = &x->e.terms.carries[i];
        carried[i] = c->before;
        same = strcmp(c->programme, x->w.items[i].programme) == 0 &&
               strcmp(c->source, x->w.items[i].source) == 0;
    }
    if (same) {
        fund_shares(&x->w, carried, fen);
    }
    for (size_t i = 0; same && i < x->w.count; i++) {
        const struct fund_weight *w = &x->w.items[i];
        int64_t got;
        TRY(given(x, w, &got, d));
        same = got == fen[i] && x->e.terms.carries[i].delta == w->weight - got * 10000;
    }
    if (!same) {
        verify_bad(x->v, &x->v->r->correctness, x->e.sequence,
                   "batch %u is not borne by the shares that the policies say",
                   x->e.terms.batch);
    }
    return ST_OK;
}

static enum status check_batch(struct funds *x, uint32_t number, struct diag *d)
{
    TRY(allocation_get(ledger_txn(x->v->l), number, &x->e, d));
    if (x->e.state == ALLOCATION_NONE) {
        return ST_OK;
    }
    TRY(fund_weights(x->v->l, number, x->e.sequence, &x->w, d));
    return x->w.unsure ? ST_OK : check_shares(x, d);
}

enum status verify_funds(struct verify *v, struct diag *d)
{
    static _Thread_local struct funds x;
    const struct head *h = ledger_head(v->l);
    x.v = v;
    for (uint32_t n = 1; h->funds > 0 && n <= h->batches; n++) {
        enum status st = check_batch(&x, n, d);
        if (st == ST_INTEGRITY || st == ST_CONFLICT) { /* forged rows: a finding */
            verify_bad(v, &v->r->integrity, NO_SEQUENCE, "the funds of batch %u: %s", n,
                       d->what);
            st = ST_OK;
        }
        TRY(st);
    }
    return ST_OK;
}
