/* verify_chain.c - every record re-hashed: form, sequence, chain, tree, head (I1, I2).
 * Leaves do not depend on each other: a second thread hashes and reads the records of a
 * slab while this one finds those of the next, and holds the slab before together. */
#include <stdlib.h>
#include <string.h>

#include "audit/outside.h"
#include "audit/verify_private.h"
#include "base/relay.h"

#define SLAB_RECORDS 4096

/* What the chain needs of a record; of one that is none, the leaf alone. */
struct link {
    bool sound;
    uint64_t sequence;
    uint8_t previous[DIGEST_LEN];
    uint8_t leaf[DIGEST_LEN];
};

struct slab {
    size_t count;
    struct str keys[SLAB_RECORDS]; /* pointers into the map: good for the snapshot */
    struct str bytes[SLAB_RECORDS];
    struct link links[SLAB_RECORDS];
};

struct chain {
    struct frontier tree;
    uint8_t leaf[DIGEST_LEN]; /* of the record before */
    bool suspect; /* record `at - 1` and the name of it in record `at` differ */
    bool stopped;
};

/* Record k names another hash of record k-1 than it has. Whether k-1 or k was changed,
 * the record after k tells: it names the hash k had. */
static void blame(struct verify *v, struct chain *c, uint64_t at, bool at_is_sound)
{
    uint64_t bad = at_is_sound ? at - 1 : at;
    verify_bad(v, &v->r->integrity, bad,
               "record %llu is not the one that was written: its hash is not what the "
               "next one names",
               (unsigned long long)bad);
    c->stopped = true;
}

/* The tree when it has the outside checkpoint's size, or at its end when it does not
 * reach it. */
static void compare_outside(struct verify *v, const struct frontier *tree)
{
    uint8_t root[DIGEST_LEN];
    struct diag why;
    tree_root(tree, v->g, root);
    enum status st =
        outside_compare(v->o->outside, &v->outside_end, tree->size, root, &why);
    v->r->contained = st == ST_OK;
    if (st == ST_CONFLICT) {
        v->r->lost_from = v->outside_end.kept;
    } else if (st != ST_OK) {
        verify_bad(v, &v->r->integrity, NO_SEQUENCE, "%s", why.what);
    }
}

static void unsound(struct verify *v, struct chain *c, uint64_t expected,
                    struct str bytes)
{
    struct record rec;
    struct diag why;
    bool form = record_read(bytes, &rec, &why) == ST_OK;
    verify_bad(v, &v->r->integrity, expected, "record %llu: %s",
               (unsigned long long)expected,
               form ? "it names another sequence" : why.what);
    c->stopped = true;
}

static void one_record(struct verify *v, struct chain *c, uint64_t expected,
                       const struct slab *slab, size_t i)
{
    struct str key = slab->keys[i];
    const struct link *link = &slab->links[i];
    if (key.n != 8 || get_u64((const uint8_t *)key.p) != expected) {
        verify_bad(v, &v->r->integrity, expected, "record %llu is missing",
                   (unsigned long long)expected);
        c->stopped = true;
        return;
    }
    bool sound = link->sound && link->sequence == expected;
    bool follows = sound && memcmp(link->previous, c->leaf, DIGEST_LEN) == 0;
    if (c->suspect) {
        blame(v, c, expected - 1, follows);
        return;
    }
    if (!sound) {
        unsound(v, c, expected, slab->bytes[i]);
        return;
    }
    c->suspect = !follows;
    memcpy(c->leaf, link->leaf, DIGEST_LEN);
    tree_append(&c->tree, v->g, c->leaf);
    if (v->o->outside != NULL && v->o->outside->size == c->tree.size) {
        compare_outside(v, &c->tree);
    }
}

static void compare_head(struct verify *v, struct chain *c)
{
    const struct head *h = ledger_head(v->l);
    uint8_t claimed[DIGEST_LEN];
    bool last_is_head = memcmp(c->leaf, h->last_leaf, DIGEST_LEN) == 0;
    ledger_root(v->l, claimed);
    tree_root(&c->tree, v->g, v->r->root);
    v->r->size = c->tree.size;
    if (c->suspect) {
        blame(v, c, c->tree.size - 1, last_is_head);
    } else if (c->tree.size != h->tree.size) {
        verify_bad(v, &v->r->integrity, c->tree.size,
                   "there are %llu records, the head says %llu",
                   (unsigned long long)c->tree.size, (unsigned long long)h->tree.size);
    } else if (!last_is_head) {
        verify_bad(
            v, &v->r->integrity, c->tree.size - 1,
            "record %llu is not the one that was written: the head names another",
            (unsigned long long)(c->tree.size - 1));
    } else if (memcmp(claimed, v->r->root, DIGEST_LEN) != 0) {
        verify_bad(v, &v->r->integrity, NO_SEQUENCE,
                   "the root over the records is not the head's");
    }
}

/* On the second thread, with a digest of its own. */
static void read_links(void *ctx, void *piece)
{
    struct slab *s = piece;
    struct record rec;
    struct diag ignored;
    for (size_t i = 0; i < s->count; i++) {
        struct link *link = &s->links[i];
        tree_leaf(ctx, s->bytes[i], link->leaf);
        link->sound = record_read(s->bytes[i], &rec, &ignored) == ST_OK;
        if (link->sound) {
            link->sequence = rec.sequence;
            memcpy(link->previous, rec.previous, DIGEST_LEN);
        }
    }
}

/* The next records after the cursor's; count 0 at the end. */
static enum status fill(struct slab *s, struct cursor *cur, bool first, struct diag *d)
{
    struct str key;
    struct str bytes;
    s->count = 0;
    TRY(first ? store_cursor_seek(cur, str_of(""), &key, &bytes, d)
              : store_cursor_next(cur, &key, &bytes, d));
    while (key.p != NULL) {
        s->keys[s->count] = key;
        s->bytes[s->count] = bytes;
        if (++s->count == SLAB_RECORDS) {
            return ST_OK;
        }
        TRY(store_cursor_next(cur, &key, &bytes, d));
    }
    return ST_OK;
}

static enum status check_slab(struct verify *v, struct chain *c, const struct slab *s,
                              uint64_t *expected, struct diag *d)
{
    for (size_t i = 0; i < s->count && !c->stopped; i++) {
        one_record(v, c, (*expected)++, s, i);
    }
    progress_tick(v->o->progress, "hashes", *expected, ledger_head(v->l)->tree.size);
    return progress_stop(v->o->progress)
               ? diag_fail(d, ST_INTERRUPTED, "interrupted", "verifying was stopped")
               : ST_OK;
}

static enum status walk(struct verify *v, struct chain *c, struct cursor *cur,
                        struct relay *relay, struct slab slabs[RELAY_PIECES],
                        struct diag *d)
{
    uint64_t expected = 0;
    bool more = true;
    for (unsigned n = 0; !c->stopped; n++) {
        struct slab *s = &slabs[n % RELAY_PIECES];
        if (more) {
            TRY(fill(s, cur, n == 0, d));
            more = s->count > 0;
            relay_start(relay, s);
        }
        if (n > 0) {
            const struct slab *done = relay_finish(relay);
            if (done == NULL) {
                break;
            }
            TRY(check_slab(v, c, done, &expected, d));
        }
    }
    return ST_OK;
}

static enum status walk_all(struct verify *v, struct chain *c, struct diag *d)
{
    struct cursor *cur = NULL;
    struct relay *relay = NULL;
    struct digest *g = NULL;
    struct slab *slabs = calloc(RELAY_PIECES, sizeof *slabs);
    enum status st = slabs == NULL ? diag_memory(d) : ledger_digest_new(v->l, &g, d);
    if (st == ST_OK) {
        st = relay_new(&relay, read_links, g, d);
    }
    if (st == ST_OK) {
        st = store_cursor_open(ledger_txn(v->l), TABLE_RECORDS, &cur, d);
    }
    if (st == ST_OK) {
        st = walk(v, c, cur, relay, slabs, d);
    }
    relay_free(relay);
    store_cursor_close(cur);
    digest_free(g);
    free(slabs);
    return st;
}

enum status verify_chain(struct verify *v, struct diag *d)
{
    struct chain c = {0};
    int64_t start = v->o->clock_us != NULL ? v->o->clock_us() : 0;
    tree_init(&c.tree);
    if (v->o->outside != NULL) {
        TRY(outside_end(v->l, v->o->outside, &v->outside_end, d));
    }
    if (v->o->outside != NULL && v->o->outside->size == 0) {
        compare_outside(v, &c.tree);
    }
    TRY(walk_all(v, &c, d));
    if (!c.stopped) {
        compare_head(v, &c);
    }
    if (!c.stopped && v->o->outside != NULL && v->o->outside->size > c.tree.size) {
        compare_outside(v, &c.tree);
    }
    if (v->r->integrity != VERDICT_FAIL) {
        v->r->integrity = VERDICT_PASS;
    }
    if (v->o->clock_us != NULL) {
        v->r->elapsed_us = (uint64_t)(v->o->clock_us() - start);
    }
    return ST_OK;
}
