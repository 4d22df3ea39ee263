/* blob.c - files in the vault: deflated, cut into chunks, each sealed. The only file
 * that knows zlib. Key: SHA-256 of the file, chunk number; value: sealed piece of the
 * deflated stream. The last chunk is marked in its associated data, so that a cut file
 * does not open. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/must.h"
#include "ledger/ledger_private.h"
#include "ledger/vault.h"

#define CHUNK ((size_t)60 * 1024) /* of the deflated stream */
#define INPUT ((size_t)64 * 1024)
#define CHUNKS_PER_TXN 512 /* 30 MB a transaction */
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

struct blob_writer {
    struct ledger *l;
    const uint8_t *sha256;
    z_stream z;
    struct digest *g;
    uint32_t chunk;
    uint8_t *in;
    uint8_t *out; /* one chunk being filled */
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

/* Deflates what is in z's input; puts every full chunk, at the end the last one. */
static enum status deflate_input(struct blob_writer *w, bool end, struct diag *d)
{
    for (;;) {
        int rc = deflate(&w->z, end ? Z_FINISH : Z_NO_FLUSH);
        must(rc != Z_STREAM_ERROR);
        if (rc == Z_STREAM_END) {
            return put_chunk(w, CHUNK - w->z.avail_out, true, d);
        }
        if (w->z.avail_out > 0) {
            return ST_OK; /* all input taken */
        }
        TRY(put_chunk(w, CHUNK, false, d));
        w->z.next_out = w->out;
        w->z.avail_out = CHUNK;
    }
}

static enum status write_stream(struct blob_writer *w, struct vault_source source,
                                struct diag *d)
{
    uint8_t sha256[DIGEST_LEN];
    w->z.next_out = w->out;
    w->z.avail_out = CHUNK;
    digest_start(w->g);
    for (;;) {
        size_t n;
        TRY(source.read(source.ctx, w->in, INPUT, &n, d));
        digest_add(w->g, w->in, n);
        w->z.next_in = w->in;
        w->z.avail_in = (uInt)n;
        TRY(deflate_input(w, n == 0, d));
        if (n == 0) {
            break;
        }
    }
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

enum status vault_file_put(struct ledger *l, const uint8_t sha256[DIGEST_LEN],
                           struct vault_source source, struct diag *d)
{
    bool known;
    struct blob_writer w = {.l = l, .sha256 = sha256};
    TRY(file_known(l, sha256, &known, d));
    if (known || ledger_only_asks(l)) {
        return ST_OK;
    }
    enum status st = digest_new(&w.g, d);
    w.in = malloc(INPUT);
    w.out = malloc(CHUNK);
    /* Level 1: a monthly roster of a million people in half a second. */
    if (st == ST_OK &&
        (w.in == NULL || w.out == NULL || deflateInit(&w.z, 1) != Z_OK)) {
        st = diag_memory(d);
    }
    if (st == ST_OK) {
        st = ledger_begin(l, d);
        if (st == ST_OK) {
            st = write_stream(&w, source, d);
            if (st == ST_OK) {
                st = ledger_commit(l, d);
            } else {
                ledger_abort(l);
            }
        }
        deflateEnd(&w.z);
    }
    digest_free(w.g);
    free(w.in);
    free(w.out);
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

struct vault_file {
    struct ledger *l;
    uint8_t sha256[DIGEST_LEN];
    z_stream z;
    uint32_t chunk;
    bool last;  /* the chunk in hand is the file's last */
    bool ended; /* the deflated stream ended */
    uint8_t in[CHUNK];
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
    *out = f;
    return ST_OK;
}

void vault_file_close(struct vault_file *f)
{
    if (f != NULL) {
        inflateEnd(&f->z);
        free(f);
    }
}

static enum status bad_file(struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "file",
                     "a file of the vault is missing, cut or changed");
}

static enum status next_chunk(struct vault_file *f, struct diag *d)
{
    uint8_t key[KEY_LEN];
    uint8_t aad[ORIGIN_MAX + KEY_LEN + 8];
    struct str value;
    struct ledger *l = f->l;
    if (f->last) {
        return bad_file(d);
    }
    TRY(store_get(l->t, TABLE_BLOBS, chunk_key(f->sha256, f->chunk, key), &value, d));
    if (value.n < SEAL_OVERHEAD + 1 || value.n > CHUNK + SEAL_OVERHEAD + 1) {
        return bad_file(d);
    }
    if ((uint8_t)value.p[0] > 1) {
        return bad_file(d);
    }
    f->last = value.p[0] == 1;
    sealer_key(l->sealer, l->files);
    if (!sealer_open(l->sealer, chunk_aad(l, key, f->last, aad),
                     str_make(value.p + 1, value.n - 1), f->in)) {
        return bad_file(d);
    }
    f->z.next_in = f->in;
    f->z.avail_in = (uInt)(value.n - 1 - SEAL_OVERHEAD);
    f->chunk++;
    return ST_OK;
}

enum status vault_file_read(struct vault_file *f, void *p, size_t cap, size_t *n,
                            struct diag *d)
{
    f->z.next_out = p;
    f->z.avail_out = (uInt)(cap < INPUT ? cap : INPUT);
    uInt room = f->z.avail_out;
    while (f->z.avail_out > 0 && !f->ended) {
        if (f->z.avail_in == 0) {
            TRY(next_chunk(f, d));
        }
        int rc = inflate(&f->z, Z_NO_FLUSH);
        if (rc == Z_STREAM_END) {
            f->ended = true;
        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            return bad_file(d);
        }
    }
    *n = room - f->z.avail_out;
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
