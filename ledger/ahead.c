/* ahead.c - see ahead.h. Two pieces go round: the caller takes rows out of one while
 * the other is opened. The second thread never calls the store. */
#include "ledger/ahead.h"

#include <stdlib.h>

#include "base/must.h"
#include "base/relay.h"

#ifndef SLAB_PEOPLE /* tests make pieces small */
#define SLAB_PEOPLE 256
#endif
#define PIECE_BYTES ((size_t)1024 * 1024) /* and of sealed rows, about */

struct sealed_row {
    uint64_t person;
    size_t at; /* in sealed */
    size_t n;
    struct vault_row row;
};

struct piece {
    size_t count;
    size_t opened; /* as far as it went well */
    struct sealed_row rows[SLAB_PEOPLE];
    struct buf sealed;
    struct diag diag;
};

struct ahead {
    struct ledger *l;
    struct vault_opener *opener;
    struct relay *relay;
    uint64_t next; /* to be copied; 0: nobody */
    uint64_t last;
    struct piece *now; /* the caller's; NULL: none */
    size_t at;         /* in it */
    unsigned filled;   /* pieces so far */
    struct piece *pieces[RELAY_PIECES];
};

/* On the second thread. */
static void open_rows(void *ctx, void *piece)
{
    struct ahead *a = ctx;
    struct piece *p = piece;
    enum status st = ST_OK;
    for (p->opened = 0; st == ST_OK && p->opened < p->count;) {
        struct sealed_row *r = &p->rows[p->opened];
        struct str sealed = str_make(p->sealed.p + r->at, r->n);
        st = vault_opener_open(a->opener, r->person, sealed, &r->row, &p->diag);
        p->opened += st == ST_OK ? 1 : 0;
    }
}

/* ---- life ---- */

static enum status make_parts(struct ahead *a, struct diag *d)
{
    for (int i = 0; i < RELAY_PIECES; i++) {
        struct piece *p = a->pieces[i] = calloc(1, sizeof *p);
        if (p == NULL) {
            return diag_memory(d);
        }
        buf_init(&p->sealed, PIECE_BYTES + 2 * PERSON_ROW_MAX);
        for (size_t k = 0; k < SLAB_PEOPLE; k++) {
            vault_row_init(&p->rows[k].row);
        }
    }
    TRY(vault_opener_new(a->l, &a->opener, d));
    return relay_new(&a->relay, open_rows, a, d);
}

enum status ahead_new(struct ahead **out, struct ledger *l, struct diag *d)
{
    struct ahead *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return diag_memory(d);
    }
    a->l = l;
    enum status st = make_parts(a, d);
    if (st != ST_OK) {
        ahead_free(a);
        return st;
    }
    *out = a;
    return ST_OK;
}

void ahead_free(struct ahead *a)
{
    if (a == NULL) {
        return;
    }
    relay_free(a->relay);
    for (int i = 0; i < RELAY_PIECES; i++) {
        struct piece *p = a->pieces[i];
        for (size_t k = 0; p != NULL && k < SLAB_PEOPLE; k++) {
            vault_row_release(&p->rows[k].row);
        }
        if (p != NULL) {
            buf_release(&p->sealed);
        }
        free(p);
    }
    vault_opener_free(a->opener);
    free(a);
}

/* ---- people ---- */

static enum status copy_rows(struct ahead *a, struct piece *p, struct cursor *c,
                             struct diag *d)
{
    uint8_t at[8];
    struct str key;
    struct str sealed;
    put_u64(at, a->next);
    TRY(store_cursor_seek(c, str_make(at, sizeof at), &key, &sealed, d));
    while (key.p != NULL && p->count < SLAB_PEOPLE && p->sealed.len < PIECE_BYTES) {
        uint64_t person = get_u64((const uint8_t *)key.p);
        if (person > a->last) {
            break;
        }
        struct sealed_row *r = &p->rows[p->count++];
        r->person = person;
        r->at = p->sealed.len;
        r->n = sealed.n;
        buf_add_str(&p->sealed, sealed);
        a->next = person + 1;
        TRY(store_cursor_next(c, &key, &sealed, d));
    }
    return buf_check(&p->sealed, d);
}

/* Copies people into the piece that is free, and hands it over when there are any. */
static enum status fill(struct ahead *a, struct diag *d)
{
    struct piece *p = a->pieces[a->filled % RELAY_PIECES];
    struct cursor *c = NULL;
    p->count = 0;
    buf_clear(&p->sealed);
    enum status st = store_cursor_open(ledger_txn(a->l), TABLE_PEOPLE, &c, d);
    if (st == ST_OK) {
        st = copy_rows(a, p, c, d);
    }
    store_cursor_close(c);
    if (st == ST_OK && p->count > 0) {
        a->filled++;
        relay_start(a->relay, p);
    }
    return st;
}

enum status ahead_seek(struct ahead *a, uint64_t first, uint64_t last, struct diag *d)
{
    while (relay_finish(a->relay) != NULL) {
    }
    a->now = NULL;
    a->next = first;
    a->last = last;
    return fill(a, d);
}

enum status ahead_next(struct ahead *a, struct vault_row *row, struct diag *d)
{
    if (a->now == NULL || a->at == a->now->count) {
        a->now = relay_finish(a->relay);
        a->at = 0;
        if (a->now == NULL) {
            row->person = 0;
            return ST_OK;
        }
        TRY(fill(a, d));
    }
    if (a->at == a->now->opened) {
        *d = a->now->diag;
        return d->status;
    }
    struct vault_row *opened = &a->now->rows[a->at++].row;
    struct vault_row given = *row;
    *row = *opened;
    *opened = given; /* its memory is used again */
    return ST_OK;
}
