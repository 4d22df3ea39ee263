/* verify_exports.c - every bank file made again from the ledger and compared with the
 * digest its export record holds (I9). */
#include <string.h>

#include "audit/verify_private.h"
#include "entitle/bank_form.h"
#include "ledger/erasure.h"
#include "ledger/export.h"

static enum status check_export(struct verify *v, uint64_t sequence,
                                const struct export_entry *x, bool *same,
                                struct diag *d)
{
    uint8_t sha256[DIGEST_LEN];
    enum status st = v->o->remake(v->o->remake_ctx, v->l, x, sha256, d);
    if (st == ST_SYSTEM || st == ST_INTERRUPTED || st == ST_INTERNAL) {
        return st;
    }
    if (erasure_failed(st, d)) { /* nobody can make it again: NOT CHECKED */
        v->r->erased_exports++;
        return ST_OK;
    }
    if (st == ST_FINDINGS) { /* a sheet: the same cells in other bytes */
        v->r->exports_by_rows++;
        return ST_OK;
    }
    v->r->exports++;
    *same = st == ST_OK && digest_equal(sha256, x->sha256);
    if (!*same) {
        verify_bad(v, &v->r->integrity, sequence,
                   "the %s file of batch %u cannot be made again: %s", x->format,
                   x->batch, st != ST_OK ? d->what : "other bytes come out");
    }
    return ST_OK;
}

/* A file that is made again byte for byte may still pay somebody else: its layout may
 * say so, and that nobody but the maker signed. */
static enum status check_layout(struct verify *v, uint64_t sequence,
                                const struct export_entry *x, struct diag *d)
{
    bool vouched;
    TRY(bank_form_vouched(v->l, x->format, &x->profile, &vouched, d));
    if (!vouched) {
        verify_bad(v, &v->r->authorisation, sequence,
                   "the layout %s of a file of batch %u is no confirmed channel's, and "
                   "none of this program's",
                   x->format, x->batch);
    }
    return ST_OK;
}

enum status verify_exports(struct verify *v, const struct batch_entry *batch,
                           bool *same, struct diag *d)
{
    struct export_entry x = {0};
    *same = v->o->remake != NULL && batch->release_sequence != 0 &&
            batch->export_sequence >= batch->release_sequence;
    if (v->o->remake == NULL || batch->release_sequence == 0) {
        return ST_OK;
    }
    /* What the bank refused as a whole, before the release that counts, it has not. */
    for (uint64_t at = batch->export_sequence; at != 0 && at >= batch->release_sequence;
         at = x.previous) {
        bool made = false;
        TRY(export_get(ledger_txn(v->l), at, &x, d));
        TRY(check_layout(v, at, &x, d));
        TRY(check_export(v, at, &x, &made, d));
        *same = *same && made;
    }
    return ST_OK;
}
