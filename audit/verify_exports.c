/* verify_exports.c - every bank file made again from the ledger and compared with the
 * digest its export record holds (I9). */
#include <string.h>

#include "audit/verify_private.h"
#include "ledger/erasure.h"

static enum status check_export(struct verify *v, uint64_t sequence,
                                const struct export_entry *x, struct diag *d)
{
    uint8_t sha256[DIGEST_LEN];
    enum status st =
        v->o->remake(v->o->remake_ctx, v->l, x->batch, str_of(x->format), sha256, d);
    if (st == ST_SYSTEM || st == ST_INTERRUPTED || st == ST_INTERNAL) {
        return st;
    }
    if (erasure_failed(st, d)) { /* nobody can make it again: NOT CHECKED */
        v->r->erased_exports++;
        return ST_OK;
    }
    v->r->exports++;
    if (st != ST_OK || !digest_equal(sha256, x->sha256)) {
        verify_bad(v, &v->r->integrity, sequence,
                   "the %s file of batch %u cannot be made again: %s", x->format,
                   x->batch, st != ST_OK ? d->what : "other bytes come out");
    }
    return ST_OK;
}

enum status verify_exports(struct verify *v, struct diag *d)
{
    if (v->o->remake == NULL) {
        return ST_OK;
    }
    for (uint32_t n = 1; n <= ledger_head(v->l)->batches; n++) {
        struct batch_entry b;
        struct export_entry x = {0};
        TRY(batch_get(ledger_txn(v->l), n, &b, d));
        for (uint64_t at = b.export_sequence; at != 0; at = x.previous) {
            TRY(export_get(ledger_txn(v->l), at, &x, d));
            TRY(check_export(v, at, &x, d));
        }
        progress_tick(v->o->progress, "exports", n, ledger_head(v->l)->batches);
    }
    return ST_OK;
}
