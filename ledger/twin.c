/* twin.c - see twin.h. A twin shares what does not change while a snapshot is read (the
 * store, the fold's head, keys) and has what does: a transaction, digest and ciphers.
 * It must never write. */
#include "ledger/twin.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/wipe.h"
#include "ledger/ledger_private.h"
#include "ledger/store.h"

static enum status make_parts(struct ledger *twin, struct ledger *l, struct diag *d)
{
    TRY(ledger_digest_new(l, &twin->g, d));
    TRY(wrapper_new(&twin->wrapper, d));
    TRY(sealer_new(&twin->sealer, d));
    if (l->has_master) {
        wrapper_master(twin->wrapper, l->master);
    }
    return store_begin(l->store, false, &twin->t, d);
}

enum status ledger_twin_new(struct ledger *l, struct ledger **out, struct diag *d)
{
    *out = NULL;
    if (l->writing) {
        return ST_OK;
    }
    struct ledger *twin = malloc(sizeof *twin);
    if (twin == NULL) {
        return diag_memory(d);
    }
    *twin = *l;
    twin->t = NULL;
    twin->g = NULL;
    twin->wrapper = NULL;
    twin->sealer = NULL;
    twin->room = NULL;
    twin->room_cap = 0;
    enum status st = make_parts(twin, l, d);
    if (st == ST_OK && store_same_state(l->t, twin->t)) {
        *out = twin;
        return ST_OK;
    }
    ledger_twin_free(twin);
    /* Another process made the store larger: its state is another one, too. */
    return st == ST_SYSTEM && strcmp(d->code, "map-busy") == 0 ? ST_OK : st;
}

void ledger_twin_free(struct ledger *twin)
{
    if (twin == NULL) {
        return;
    }
    store_abort(twin->t);
    digest_free(twin->g);
    wrapper_free(twin->wrapper);
    sealer_free(twin->sealer);
    free(twin->room);
    wipe(twin, sizeof *twin);
    free(twin);
}
