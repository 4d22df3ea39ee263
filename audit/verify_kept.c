/* verify_kept.c - what a ledger keeps beside records, projections and vault: the named
 * rows of TABLE_META. Nothing that is checked rests on them; here damage to them is
 * noticed, so that a bad disk is. */
#include "audit/verify_private.h"
#include "ledger/steady.h"

static bool is_known(struct str key)
{
    return str_is(key, "head") || str_is(key, "checkpoint") ||
           str_is(key, LEDGER_UNCOMPACTED);
}

static void one_row(struct verify *v, struct vault_opener *o, struct str key,
                    struct str value, struct buf *plain)
{
    uint64_t number;
    bool good = is_known(key);
    if (steady_number(key, &number)) {
        good = steady_open(o, number, value, plain);
    }
    if (!good) {
        verify_bad(v, &v->r->integrity, NO_SEQUENCE,
                   "a row of the table %s is not what was written",
                   table_name(TABLE_META));
    }
}

static enum status all_rows(struct verify *v, struct vault_opener *o, struct buf *plain,
                            struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str value;
    TRY(store_cursor_open(ledger_txn(v->l), TABLE_META, &c, d));
    enum status st = store_cursor_seek(c, str_of(""), &key, &value, d);
    while (st == ST_OK && key.p != NULL) {
        one_row(v, o, key, value, plain);
        st = store_cursor_next(c, &key, &value, d);
    }
    store_cursor_close(c);
    return st;
}

enum status verify_kept(struct verify *v, struct diag *d)
{
    struct vault_opener *o;
    struct buf plain;
    TRY(vault_opener_new(v->l, &o, d));
    buf_init(&plain, STEADY_BYTES_MAX);
    enum status st = all_rows(v, o, &plain, d);
    buf_release(&plain);
    vault_opener_free(o);
    return st;
}
