/* blob.c - files in the vault: deflated, cut into chunks, each sealed. The only file
 * that knows zlib. Key: SHA-256 of the file, chunk number; value: sealed piece of the
 * deflated stream. The last chunk is marked in its associated data, so that a cut file
 * does not open. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/must.h"
#include "base/relay.h"
#include "ledger/ledger_private.h"
#include "ledger/vault.h"

#define CHUNK ((size_t)60 * 1024) /* of the deflated stream */
#define CHUNKS_PER_TXN 512        /* 30 MB a transaction */
#define KEY_LEN (DIGEST_LEN + 4)

static struct str chunk_key(const uint8_t sha256[DIGEST_LEN], uint32_t chunk,
                            uint8_t out[KEY_LEN])
{
    memcpy(out, sha256, DIGEST_LEN);
    put_u32(out + DIGEST_LEN, chunk);
    return str_make(out, KEY_LEN);
}

static struct str chunk_aad(const struct ledger *l, const uint8_t key[KEY_LEN],
                            bool last, uint8_t out[ORIGIN_MAX + KEY_LEN + 8])
{
    size_t n = strlen(l->info.genesis_origin);
    memcpy(out, l->info.genesis_origin, n);
    memcpy(out + n, key, KEY_LEN);
    out[n + KEY_LEN] = last ? 1 : 0;
    return str_make(out, n + KEY_LEN + 1);
}

/* ---- writing ---- */

/* The deflated stream is made of blocks, by two threads, as it takes four times as long
 * as all the rest. Each block stands alone, which costs 1 % of the length. */
#define BLOCK ((size_t)256 * 1024)
#define DEFLATED_MAX (BLOCK + BLOCK / 8)
#define LANES 2

struct lane {
    struct relay *relay; /* NULL: of a small file, by the caller */
    z_stream z;
    bool busy; /* its block was not written yet */
    bool last;
    size_t in_n, out_n;
    uLong adler;
    uint8_t in[BLOCK];
    uint8_t out[DEFLATED_MAX];
};

struct blob_writer {
    struct ledger *l;
    const uint8_t *sha256;
    struct digest *g;
    uint32_t chunk;
    uLong adler; /* of what was written */
    struct lane *lanes;
    size_t out_n;
    uint8_t out[CHUNK]; /* one chunk being filled */
};

static enum status put_chunk(struct blob_writer *w, size_t n, bool last, struct diag *d)
{
    uint8_t key[KEY_LEN];
    uint8_t aad[ORIGIN_MAX + KEY_LEN + 8];
    uint8_t nonce[SEAL_NONCE_LEN];
    struct ledger *l = w->l;
    struct str k = chunk_key(w->sha256, w->chunk, key);
    TRY(ledger_random(l, nonce, sizeof nonce, d));
    TRY(ledger_room(l, n + SEAL_OVERHEAD + 1, d));
    l->room[0] = last ? 1 : 0;
    sealer_key(l->sealer, l->files);
    sealer_seal(l->sealer, nonce, chunk_aad(l, key, last, aad), str_make(w->out, n),
                l->room + 1);
    TRY(store_put(l->t, TABLE_BLOBS, k, str_make(l->room, n + SEAL_OVERHEAD + 1), d));
    w->chunk++;
    if (w->chunk % CHUNKS_PER_TXN == 0 && !last) {
        TRY(ledger_commit(l, d));
        TRY(ledger_begin(l, d));
    }
    return ST_OK;
}

static enum status put_bytes(struct blob_writer *w, const uint8_t *p, size_t n,
                             struct diag *d)
{
    while (n > 0) {
        if (w->out_n == CHUNK) {
            TRY(put_chunk(w, CHUNK, false, d));
            w->out_n = 0;
        }
        size_t part = n < CHUNK - w->out_n ? n : CHUNK - w->out_n;
        memcpy(w->out + w->out_n, p, part);
        w->out_n += part;
        p += part;
        n -= part;
    }
    return ST_OK;
}

/* Often on another thread. */
static void deflate_block(void *ctx, void *piece)
{
    struct lane *b = piece;
    (void)ctx;
    must(deflateReset(&b->z) == Z_OK);
    b->z.next_in = b->in;
    b->z.avail_in = (uInt)b->in_n;
    b->z.next_out = b->out;
    b->z.avail_out = DEFLATED_MAX;
    int rc = deflate(&b->z, b->last ? Z_FINISH : Z_SYNC_FLUSH);
    must(rc == (b->last ? Z_STREAM_END : Z_OK) && b->z.avail_out > 0);
    b->out_n = DEFLATED_MAX - b->z.avail_out;
    b->adler = adler32_z(adler32_z(0, NULL, 0), b->in, b->in_n);
}

static enum status start_block(struct lane *b, bool alone, struct diag *d)
{
    b->busy = true;
    if (alone) {
        deflate_block(NULL, b);
        return ST_OK;
    }
    if (b->relay == NULL) {
        TRY(relay_new(&b->relay, deflate_block, NULL, d));
    }
    relay_start(b->relay, b);
    return ST_OK;
}

/* Writes the block that is in the lane, if there is one. */
static enum status write_block(struct blob_writer *w, struct lane *b, struct diag *d)
{
    if (!b->busy) {
        return ST_OK;
    }
    if (b->relay != NULL) {
        must(relay_finish(b->relay) == b);
    }
    b->busy = false;
    w->adler = adler32_combine(w->adler, b->adler, (z_off_t)b->in_n);
    return put_bytes(w, b->out, b->out_n, d);
}

static enum status read_block(struct blob_writer *w, struct vault_source source,
                              struct lane *b, struct diag *d)
{
    size_t n = 1;
    b->in_n = 0;
    while (n > 0 && b->in_n < BLOCK) {
        TRY(source.read(source.ctx, b->in + b->in_n, BLOCK - b->in_n, &n, d));
        b->in_n += n;
    }
    b->last = n == 0;
    digest_add(w->g, b->in, b->in_n);
    return ST_OK;
}

static enum status write_stream(struct blob_writer *w, struct vault_source source,
                                struct diag *d)
{
    static const uint8_t head[2] = {0x78, 0x01}; /* RFC 1950: 32 KB, fast */
    uint8_t sha256[DIGEST_LEN];
    uint8_t adler[4];
    unsigned i = 0;
    bool last = false;
    w->adler = adler32_z(0, NULL, 0);
    digest_start(w->g);
    TRY(put_bytes(w, head, sizeof head, d));
    while (!last) {
        struct lane *b = &w->lanes[i % LANES];
        TRY(write_block(w, b, d));
        TRY(read_block(w, source, b, d));
        last = b->last;
        TRY(start_block(b, i == 0 && last, d));
        i++;
    }
    for (unsigned k = 0; k < LANES; k++) { /* the older one first */
        TRY(write_block(w, &w->lanes[(i + k) % LANES], d));
    }
    put_u32(adler, (uint32_t)w->adler);
    TRY(put_bytes(w, adler, sizeof adler, d));
    TRY(put_chunk(w, w->out_n, true, d));
    digest_end(w->g, sha256);
    if (!digest_equal(sha256, w->sha256)) {
        return diag_fail(d, ST_CONFLICT, "file-changed",
                         "the file changed while it was read");
    }
    return ST_OK;
}

static enum status file_known(struct ledger *l, const uint8_t sha256[DIGEST_LEN],
                              bool *known, struct diag *d)
{
    struct vault_file *f;
    uint8_t piece[4096];
    size_t n = 1;
    struct str value;
    uint8_t key[KEY_LEN];
    *known = false;
    TRY(store_get(l->t, TABLE_BLOBS, chunk_key(sha256, 0, key), &value, d));
    if (value.p == NULL || vault_file_open(l, sha256, &f, d) != ST_OK) {
        return ST_OK;
    }
    enum status st = ST_OK;
    while (st == ST_OK && n > 0) { /* a killed put left a cut file: put it again */
        st = vault_file_read(f, piece, sizeof piece, &n, d);
    }
    vault_file_close(f);
    *known = st == ST_OK;
    return ST_OK;
}

static enum status make_lanes(struct blob_writer *w, struct diag *d)
{
    w->lanes = calloc(LANES, sizeof *w->lanes);
    if (w->lanes == NULL) {
        return diag_memory(d);
    }
    for (int i = 0; i < LANES; i++) {
        /* Level 1: a monthly roster of a million people in half a second. Without head
         * and trailer, which the whole has. */
        if (deflateInit2(&w->lanes[i].z, 1, Z_DEFLATED, -MAX_WBITS, 8,
                         Z_DEFAULT_STRATEGY) != Z_OK) {
            return diag_memory(d);
        }
    }
    return ST_OK;
}

static void free_lanes(struct blob_writer *w)
{
    for (int i = 0; w->lanes != NULL && i < LANES; i++) {
        relay_free(w->lanes[i].relay);
        deflateEnd(&w->lanes[i].z); /* zeroed is fine */
    }
    free(w->lanes);
}

static enum status put_file(struct blob_writer *w, struct vault_source source,
                            struct diag *d)
{
    TRY(digest_new(&w->g, d));
    TRY(make_lanes(w, d));
    TRY(ledger_begin(w->l, d));
    enum status st = write_stream(w, source, d);
    if (st == ST_OK) {
        return ledger_commit(w->l, d);
    }
    ledger_abort(w->l);
    return st;
}

enum status vault_file_put(struct ledger *l, const uint8_t sha256[DIGEST_LEN],
                           struct vault_source source, struct diag *d)
{
    bool known;
    TRY(file_known(l, sha256, &known, d));
    if (known || ledger_only_asks(l)) {
        return ST_OK;
    }
    struct blob_writer *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return diag_memory(d);
    }
    w->l = l;
    w->sha256 = sha256;
    enum status st = put_file(w, source, d);
    free_lanes(w);
    digest_free(w->g);
    free(w);
    return st;
}

static enum status read_text(void *ctx, void *p, size_t cap, size_t *n, struct diag *d)
{
    struct str *rest = ctx;
    (void)d;
    *n = rest->n < cap ? rest->n : cap;
    memcpy(p, rest->p, *n);
    *rest = str_make(rest->p + *n, rest->n - *n);
    return ST_OK;
}

struct vault_source vault_source_text(struct str *rest)
{
    return (struct vault_source){.read = read_text, .ctx = rest};
}

/* ---- reading ---- */

/* What comes next is opened and inflated by a second thread while the caller is at
 * work on what came before: it takes as long as taking rows apart does. Chunks are
 * copied for it, as it must not call the store. Small files, which are most, need no
 * thread. */
#define PIECE ((size_t)256 * 1024)
#define CHUNKS 4 /* copied, but not opened */

struct sealed_chunk {
    size_t n;
    uint8_t bytes[1 + CHUNK + SEAL_OVERHEAD];
};

struct piece {
    uint32_t copied; /* chunks that can be opened for it */
    uint32_t opened; /* and that were, when it is done */
    bool ended;      /* the deflated stream */
    bool bad;        /* what comes behind this piece cannot be read */
    size_t n;
    size_t at; /* given so far */
    uint8_t bytes[PIECE];
};

struct vault_file {
    struct ledger *l;
    uint8_t sha256[DIGEST_LEN];
    uint32_t copied; /* chunks so far */
    uint32_t opened; /* of them, as far as is known; their room is free */
    bool last;       /* the file's last was copied */
    struct piece *now;
    unsigned begun;      /* pieces so far */
    struct relay *relay; /* NULL: not needed */
    /* Of who inflates: */
    struct sealer *sealer;
    z_stream z;
    uint32_t chunk; /* to be opened next */
    bool ended;
    uint8_t in[CHUNK];
    /* Shared: */
    struct sealed_chunk chunks[CHUNKS];
    struct piece pieces[RELAY_PIECES];
};

enum status vault_file_open(struct ledger *l, const uint8_t sha256[DIGEST_LEN],
                            struct vault_file **out, struct diag *d)
{
    if (!l->has_master) {
        return diag_fail(d, ST_SYSTEM, "vault-key", "the vault's key is not here");
    }
    struct vault_file *f = calloc(1, sizeof *f);
    if (f == NULL || inflateInit(&f->z) != Z_OK) {
        free(f);
        return diag_memory(d);
    }
    f->l = l;
    memcpy(f->sha256, sha256, DIGEST_LEN);
    enum status st = sealer_new(&f->sealer, d);
    if (st != ST_OK) {
        vault_file_close(f);
        return st;
    }
    sealer_key(f->sealer, l->files);
    *out = f;
    return ST_OK;
}

void vault_file_close(struct vault_file *f)
{
    if (f != NULL) {
        relay_free(f->relay);
        sealer_free(f->sealer);
        inflateEnd(&f->z);
        free(f);
    }
}

static enum status bad_file(struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "file",
                     "a file of the vault is missing, cut or changed");
}

/* Opens the next chunk; its room is free then. */
static bool open_chunk(struct vault_file *f)
{
    uint8_t key[KEY_LEN];
    uint8_t aad[ORIGIN_MAX + KEY_LEN + 8];
    const struct sealed_chunk *c = &f->chunks[f->chunk % CHUNKS];
    (void)chunk_key(f->sha256, f->chunk, key);
    if (!sealer_open(f->sealer, chunk_aad(f->l, key, c->bytes[0] == 1, aad),
                     str_make(c->bytes + 1, c->n - 1), f->in)) {
        return false;
    }
    f->z.next_in = f->in;
    f->z.avail_in = (uInt)(c->n - 1 - SEAL_OVERHEAD);
    f->chunk++;
    return true;
}

/* As much as fits, of the chunks that were copied. Often on the second thread. */
static void inflate_piece(void *ctx, void *piece)
{
    struct vault_file *f = ctx;
    struct piece *p = piece;
    p->bad = false;
    f->z.next_out = p->bytes;
    f->z.avail_out = PIECE;
    while (f->z.avail_out > 0 && !f->ended && !p->bad) {
        if (f->z.avail_in == 0) {
            if (f->chunk == p->copied) {
                break;
            }
            p->bad = !open_chunk(f);
            continue;
        }
        int rc = inflate(&f->z, Z_NO_FLUSH);
        f->ended = rc == Z_STREAM_END;
        p->bad = !f->ended && rc != Z_OK && rc != Z_BUF_ERROR;
    }
    p->n = PIECE - f->z.avail_out;
    p->at = 0;
    p->opened = f->chunk;
    p->ended = f->ended;
}

static enum status copy_chunks(struct vault_file *f, struct diag *d)
{
    uint8_t key[KEY_LEN];
    struct str value;
    while (!f->last && f->copied - f->opened < CHUNKS) {
        struct str k = chunk_key(f->sha256, f->copied, key);
        struct sealed_chunk *c = &f->chunks[f->copied % CHUNKS];
        TRY(store_get(f->l->t, TABLE_BLOBS, k, &value, d));
        if (value.n < SEAL_OVERHEAD + 1 || value.n > sizeof c->bytes ||
            (uint8_t)value.p[0] > 1) {
            return bad_file(d);
        }
        memcpy(c->bytes, value.p, value.n);
        c->n = value.n;
        f->last = value.p[0] == 1;
        f->copied++;
    }
    return ST_OK;
}

static struct piece *begin_piece(struct vault_file *f)
{
    struct piece *p = &f->pieces[f->begun++ % RELAY_PIECES];
    p->copied = f->copied;
    if (f->relay != NULL) {
        relay_start(f->relay, p);
    } else {
        inflate_piece(f, p);
    }
    return p;
}

/* The piece in hand was given as a whole. */
static enum status next_piece(struct vault_file *f, struct diag *d)
{
    if (f->now == NULL) {
        TRY(copy_chunks(f, d));
        if (!f->last) {
            TRY(relay_new(&f->relay, inflate_piece, f, d));
            (void)begin_piece(f);
        }
    }
    f->now = f->relay != NULL ? relay_finish(f->relay) : begin_piece(f);
    f->opened = f->now->opened;
    if (f->now->ended || f->now->bad) {
        return ST_OK;
    }
    enum status st = copy_chunks(f, d);
    if (st == ST_OK && f->relay != NULL) {
        (void)begin_piece(f);
    }
    f->now->bad = st != ST_OK;
    return st;
}

enum status vault_file_read(struct vault_file *f, void *p, size_t cap, size_t *n,
                            struct diag *d)
{
    size_t got = 0;
    while (got < cap) {
        struct piece *now = f->now;
        if (now == NULL || now->at == now->n) {
            if (now != NULL && (now->ended || now->bad)) {
                break;
            }
            TRY(next_piece(f, d));
            if (f->now->n == 0 && !f->now->ended) {
                f->now->bad = true; /* cut */
            }
            continue;
        }
        size_t more = now->n - now->at < cap - got ? now->n - now->at : cap - got;
        memcpy((uint8_t *)p + got, now->bytes + now->at, more);
        now->at += more;
        got += more;
    }
    if (got == 0 && f->now != NULL && f->now->bad) {
        return bad_file(d);
    }
    *n = got;
    return ST_OK;
}

/* Who holds the vault's key could seal another file under this name. */
static enum status is_named(struct str bytes, const uint8_t sha256[DIGEST_LEN],
                            struct diag *d)
{
    struct digest *g;
    uint8_t ours[DIGEST_LEN];
    TRY(digest_new(&g, d));
    digest_once(g, bytes, str_of(""), ours);
    digest_free(g);
    return digest_equal(ours, sha256)
               ? ST_OK
               : diag_fail(d, ST_INTEGRITY, "file",
                           "a file of the vault is not the one that was taken in");
}

enum status vault_file_load(struct ledger *l, const uint8_t sha256[DIGEST_LEN],
                            struct buf *out, struct diag *d)
{
    struct vault_file *f;
    size_t n = 1;
    TRY(vault_file_open(l, sha256, &f, d));
    enum status st = ST_OK;
    while (st == ST_OK && n > 0) {
        char piece[8192];
        st = vault_file_read(f, piece, sizeof piece, &n, d);
        if (st == ST_OK) {
            buf_add(out, piece, n);
        }
    }
    vault_file_close(f);
    TRY(st);
    TRY(buf_check(out, d));
    return is_named(buf_str(out), sha256, d);
}
