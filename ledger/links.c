/* links.c - see links.h. Pieces go to the second thread and come back in order; the
 * store is touched by the caller's thread alone. The hashes are those of ledger/tree.c,
 * docs/formats/ledger.md. */
#include "ledger/links.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/relay.h"
#include "ledger/tiles.h"

/* Few enough that waiting for the last piece costs next to nothing. */
#define PIECE_RECORDS 512
#define PIECE_BYTES ((size_t)PIECE_RECORDS * 400)
#define PIECE_TILES ((PIECE_RECORDS / TILE_NODES + 1) * TILES_MAX)

_Static_assert(PIECE_BYTES >= RECORD_BYTES_MAX, "a record fits into a piece");

struct waiting { /* a record in a piece */
    size_t at;
    size_t n;
    size_t previous_at; /* in the record */
};

struct piece {
    uint64_t first; /* sequence of its first record */
    size_t count;
    size_t bytes_n;
    size_t tile_count;
    struct waiting records[PIECE_RECORDS];
    struct tile tiles[PIECE_TILES]; /* complete with these records */
    uint8_t bytes[PIECE_BYTES];
};

struct links {
    struct relay *relay;
    unsigned given;     /* pieces handed over since the start, modulo */
    unsigned under_way; /* of them, not given back */
    uint64_t next;      /* sequence of the record to come */
    struct piece *pieces[RELAY_PIECES];
    /* The second thread's, while it works: */
    struct digest *g;
    struct frontier tree;
    uint8_t leaf[DIGEST_LEN]; /* of the record before */
};

/* On the second thread. */
static void link_piece(void *ctx, void *piece)
{
    struct links *k = ctx;
    struct piece *p = piece;
    for (size_t i = 0; i < p->count; i++) {
        const struct waiting *w = &p->records[i];
        uint8_t *record = p->bytes + w->at;
        memcpy(record + w->previous_at, k->leaf, DIGEST_LEN);
        tree_leaf(k->g, str_make(record, w->n), k->leaf);
        must(p->tile_count + TILES_MAX <= PIECE_TILES);
        p->tile_count +=
            tiles_complete(k->g, &k->tree, k->leaf, p->tiles + p->tile_count);
        tree_append(&k->tree, k->g, k->leaf);
    }
}

static void empty(struct links *k)
{
    struct piece *p = k->pieces[k->given % RELAY_PIECES];
    p->first = k->next;
    p->count = 0;
    p->bytes_n = 0;
    p->tile_count = 0;
}

static enum status make_parts(struct links *k, enum digest_kind kind, struct diag *d)
{
    for (int i = 0; i < RELAY_PIECES; i++) {
        k->pieces[i] = malloc(sizeof *k->pieces[i]);
        if (k->pieces[i] == NULL) {
            return diag_memory(d);
        }
    }
    TRY(digest_new_kind(&k->g, kind, d));
    return relay_new(&k->relay, link_piece, k, d);
}

enum status links_new(struct links **out, enum digest_kind kind, struct diag *d)
{
    struct links *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return diag_memory(d);
    }
    enum status st = make_parts(k, kind, d);
    if (st != ST_OK) {
        links_free(k);
        return st;
    }
    *out = k;
    return ST_OK;
}

void links_free(struct links *k)
{
    if (k == NULL) {
        return;
    }
    relay_free(k->relay);
    digest_free(k->g);
    for (int i = 0; i < RELAY_PIECES; i++) {
        free(k->pieces[i]);
    }
    free(k);
}

void links_start(struct links *k, const struct frontier *tree,
                 const uint8_t leaf[DIGEST_LEN])
{
    must(k->under_way == 0);
    k->tree = *tree;
    memcpy(k->leaf, leaf, DIGEST_LEN);
    k->next = tree->size;
    empty(k);
}

static enum status store_records(const struct piece *p, struct cursor *c,
                                 struct diag *d)
{
    uint8_t key[8];
    for (size_t i = 0; i < p->count; i++) {
        const struct waiting *w = &p->records[i];
        put_u64(key, p->first + i);
        TRY(store_cursor_append(c, str_make(key, 8), str_make(p->bytes + w->at, w->n),
                                d));
    }
    return ST_OK;
}

/* The oldest piece under way, once it is hashed. */
static enum status store_oldest(struct links *k, struct txn *t, struct diag *d)
{
    struct cursor *c;
    const struct piece *p = relay_finish(k->relay);
    must(p != NULL);
    k->under_way--;
    TRY(store_cursor_open(t, TABLE_RECORDS, &c, d));
    enum status st = store_records(p, c, d);
    store_cursor_close(c);
    TRY(st);
    for (size_t i = 0; i < p->tile_count; i++) {
        TRY(tiles_put(t, &p->tiles[i], d));
    }
    return ST_OK;
}

/* Hands the piece in hand over and makes room for the next. */
static enum status hand_over(struct links *k, struct txn *t, struct diag *d)
{
    relay_start(k->relay, k->pieces[k->given++ % RELAY_PIECES]);
    if (++k->under_way == RELAY_PIECES) {
        TRY(store_oldest(k, t, d));
    }
    empty(k);
    return ST_OK;
}

enum status links_add(struct links *k, struct txn *t, struct str record,
                      size_t previous_at, struct diag *d)
{
    struct piece *p = k->pieces[k->given % RELAY_PIECES];
    must(record.n <= RECORD_BYTES_MAX && previous_at + DIGEST_LEN <= record.n);
    if (p->count == PIECE_RECORDS || p->bytes_n + record.n > PIECE_BYTES) {
        TRY(hand_over(k, t, d));
        p = k->pieces[k->given % RELAY_PIECES];
    }
    p->records[p->count++] = (struct waiting){p->bytes_n, record.n, previous_at};
    memcpy(p->bytes + p->bytes_n, record.p, record.n);
    p->bytes_n += record.n;
    k->next++;
    return ST_OK;
}

enum status links_end(struct links *k, struct txn *t, struct frontier *tree,
                      uint8_t leaf[DIGEST_LEN], struct diag *d)
{
    if (k->pieces[k->given % RELAY_PIECES]->count > 0) {
        TRY(hand_over(k, t, d));
    }
    while (k->under_way > 0) {
        TRY(store_oldest(k, t, d));
    }
    must(k->tree.size == k->next);
    *tree = k->tree;
    memcpy(leaf, k->leaf, DIGEST_LEN);
    return ST_OK;
}

void links_drop(struct links *k)
{
    while (k->under_way > 0) {
        must(relay_finish(k->relay) != NULL);
        k->under_way--;
    }
    empty(k);
}
