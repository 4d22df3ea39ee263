/* verify_fold.c - all records folded once more into a scratch store: every rule, role
 * and signature is checked on the way, and what comes out must equal the ledger's
 * projections, key by key (I3, I4, I8). The records themselves, which are hashed before
 * this, are not copied: what the fold asks of earlier ones it reads where they are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/verify_private.h"

/* Of records in one transaction, whose pages are kept in memory until its end: a record
 * may hold the lines of hundreds of people. */
#define CHUNK_RECORDS 100000
#define CHUNK_BYTES ((size_t)4 * 1024 * 1024)
#define SCRATCH_PATH_MAX 4096

static const enum table PROJECTIONS[] = {TABLE_ACTS,     TABLE_ACCOUNTS, TABLE_BALANCES,
                                         TABLE_REGISTER, TABLE_LINES,    TABLE_TILES,
                                         TABLE_MONTHS};

struct refold {
    struct verify *v;
    struct store *store;
    struct txn *t;
    struct fold *fold;
    uint64_t chunk_records; /* left in the transaction */
    size_t chunk_bytes;     /* of records in it */
    bool stopped;
};

static enum status next_txn(struct refold *f, struct diag *d)
{
    if (f->t != NULL) {
        TRY(fold_end(f->fold, d));
        struct txn *t = f->t;
        f->t = NULL;
        TRY(store_commit(t, d));
    }
    TRY(store_begin(f->store, true, &f->t, d));
    store_borrow(f->t, TABLE_RECORDS, ledger_txn(f->v->l));
    f->chunk_records = CHUNK_RECORDS;
    f->chunk_bytes = 0;
    return fold_begin(f->fold, f->t, d);
}

/* One commitment, unless it is to what was erased. */
static enum status count_one(struct verify *v, uint64_t person, struct diag *d)
{
    bool erased;
    TRY(verify_erased(v, person, &erased, d));
    v->facts_entries += erased ? 0 : 1;
    return ST_OK;
}

static enum status count_chunk(struct verify *v, const struct record *rec,
                               struct diag *d)
{
    struct chunk_body c;
    struct reader r;
    if (!chunk_body_read(rec->body, &c)) {
        return ST_OK; /* the fold says so */
    }
    if (ledger_head(v->l)->erased == 0) {
        v->facts_entries += c.count;
        return ST_OK;
    }
    reader_init(&r, c.entries.p, c.entries.n);
    for (uint64_t i = 0; i < c.count && !r.failed; i++) {
        uint64_t items = cbor_get_array(&r);
        TRY(count_one(v, cbor_get_uint(&r), d));
        for (uint64_t k = 1; k < items && !r.failed; k++) {
            cbor_skip(&r);
        }
    }
    return ST_OK;
}

static enum status count_merge(struct verify *v, const struct record *rec,
                               struct diag *d)
{
    struct body b;
    body_start(&b, rec->body);
    body_uint(&b, 1, UINT32_MAX);
    body_uint(&b, 2, UINT64_MAX);
    TRY(count_one(v, body_uint(&b, 3, UINT64_MAX), d));
    return count_one(v, body_uint(&b, 4, UINT64_MAX), d);
}

/* Who paid it back. */
static enum status count_repayment(struct verify *v, const struct record *rec,
                                   struct diag *d)
{
    struct signed_body s;
    struct repayment x;
    TRY(signed_body_read(rec, &s, d));
    return repayment_read(s.plain, &x) ? count_one(v, x.person, d) : ST_OK;
}

static enum status count_facts(struct verify *v, const struct record *rec,
                               struct diag *d)
{
    if (rec->kind == KIND_FACTS || rec->kind == KIND_HISTORY) {
        return count_chunk(v, rec, d);
    }
    if (rec->kind == KIND_MERGE) {
        return count_merge(v, rec, d);
    }
    return rec->kind == KIND_REPAYMENT ? count_repayment(v, rec, d) : ST_OK;
}

/* A refusal is a finding, and folding ends there: what follows stands on it. */
static enum status one_record(struct refold *f, uint64_t sequence, struct str bytes,
                              struct diag *d)
{
    struct verify *v = f->v;
    struct record rec;
    enum status st = record_read(bytes, &rec, d);
    if (st == ST_OK) {
        st = fold_record(f->fold, &rec, bytes, d);
    }
    if (st == ST_OK) {
        return count_facts(v, &rec, d);
    }
    if (st == ST_SYSTEM || st == ST_INTERNAL || st == ST_INTERRUPTED) {
        return st;
    }
    enum verdict *which = st == ST_DENIED ? &v->r->authorisation : &v->r->completeness;
    verify_bad(v, which, sequence, "record %llu: %s", (unsigned long long)sequence,
               d->what);
    f->stopped = true;
    return ST_OK;
}

static enum status fold_all(struct refold *f, struct cursor *cur, struct diag *d)
{
    struct str key;
    struct str bytes;
    uint64_t sequence = 0;
    uint64_t size = ledger_head(f->v->l)->tree.size;
    TRY(store_cursor_seek(cur, str_of(""), &key, &bytes, d));
    while (key.p != NULL && !f->stopped) {
        if (f->chunk_records == 0 || f->chunk_bytes >= CHUNK_BYTES) {
            TRY(next_txn(f, d));
            progress_tick(f->v->o->progress, "fold", sequence, size);
            if (progress_stop(f->v->o->progress)) {
                return diag_fail(d, ST_INTERRUPTED, "interrupted", "stopped");
            }
        }
        f->chunk_records--;
        f->chunk_bytes += bytes.n;
        TRY(one_record(f, sequence++, bytes, d));
        TRY(store_cursor_next(cur, &key, &bytes, d));
    }
    return f->stopped ? ST_OK : next_txn(f, d);
}

/* ---- comparing ---- */

static void describe(enum table table, struct str key, char *out, size_t cap)
{
    const uint8_t *k = (const uint8_t *)key.p;
    if (table == TABLE_ACCOUNTS && key.n == 8) {
        snprintf(out, cap, "the account of person %llu",
                 (unsigned long long)get_u64(k));
    } else if (table == TABLE_LINES && key.n == 8) {
        snprintf(out, cap, "line %u of batch %u", get_u32(k + 4), get_u32(k));
    } else if (table == TABLE_REGISTER && key.n == 5) {
        snprintf(out, cap, "entry %u of register %u", get_u32(k + 1), k[0]);
    } else if (table == TABLE_TILES && key.n == 9) {
        snprintf(out, cap, "node %llu of level %u of the tree",
                 (unsigned long long)get_u64(k + 1), k[0]);
    } else if (table == TABLE_BALANCES) {
        snprintf(out, cap, "a balance of %.*s", STR_ARG(key));
    } else {
        snprintf(out, cap, "a row of %s", table_name(table));
    }
}

static void differs(struct verify *v, enum table table, struct str key)
{
    char what[200];
    describe(table, key, what, sizeof what);
    verify_bad(v, &v->r->completeness, NO_SEQUENCE, "%s is not what the records give",
               what);
}

static enum status compare_rows(struct verify *v, enum table table, struct cursor *ours,
                                struct cursor *theirs, struct diag *d)
{
    struct str key_a;
    struct str row_a;
    struct str key_b;
    struct str row_b;
    TRY(store_cursor_seek(ours, str_of(""), &key_a, &row_a, d));
    TRY(store_cursor_seek(theirs, str_of(""), &key_b, &row_b, d));
    while (key_a.p != NULL || key_b.p != NULL) {
        if (key_a.p == NULL || key_b.p == NULL || !str_eq(key_a, key_b) ||
            !str_eq(row_a, row_b)) {
            bool first =
                key_b.p == NULL || (key_a.p != NULL && str_cmp(key_a, key_b) < 0);
            differs(v, table, first ? key_a : key_b);
            return ST_OK;
        }
        TRY(store_cursor_next(ours, &key_a, &row_a, d));
        TRY(store_cursor_next(theirs, &key_b, &row_b, d));
    }
    return ST_OK;
}

static enum status compare_table(struct refold *f, enum table table, struct diag *d)
{
    struct cursor *ours = NULL;
    struct cursor *theirs = NULL;
    enum status st = store_cursor_open(ledger_txn(f->v->l), table, &ours, d);
    if (st == ST_OK) {
        st = store_cursor_open(f->t, table, &theirs, d);
    }
    if (st == ST_OK) {
        st = compare_rows(f->v, table, ours, theirs, d);
    }
    store_cursor_close(ours);
    store_cursor_close(theirs);
    return st;
}

/* Debits and credits over all balances cancel out. */
static enum status check_trial_balance(struct refold *f, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    int64_t sum = 0;
    TRY(store_cursor_open(f->t, TABLE_BALANCES, &c, d));
    enum status st = store_cursor_seek(c, str_of(""), &key, &row, d);
    while (st == ST_OK && key.p != NULL) {
        sum += row.n == 8 ? (int64_t)get_u64((const uint8_t *)row.p) : 0;
        st = store_cursor_next(c, &key, &row, d);
    }
    store_cursor_close(c);
    if (st == ST_OK && sum != 0) {
        verify_bad(f->v, &f->v->r->completeness, NO_SEQUENCE,
                   "the trial balance is %lld fen, not 0", (long long)sum);
    }
    return st;
}

static enum status compare(struct refold *f, struct diag *d)
{
    struct verify *v = f->v;
    uint8_t bytes_a[HEAD_BYTES_MAX];
    uint8_t bytes_b[HEAD_BYTES_MAX];
    struct writer a;
    struct writer b;
    for (size_t i = 0; i < sizeof PROJECTIONS / sizeof PROJECTIONS[0]; i++) {
        TRY(compare_table(f, PROJECTIONS[i], d));
    }
    writer_init(&a, bytes_a, sizeof bytes_a);
    writer_init(&b, bytes_b, sizeof bytes_b);
    head_write(ledger_head(v->l), &a);
    head_write(fold_head(f->fold), &b);
    if (!str_eq(writer_str(&a), writer_str(&b))) {
        verify_bad(v, &v->r->completeness, NO_SEQUENCE,
                   "the head's counters are not what the records give");
    }
    return check_trial_balance(f, d);
}

static enum status refold(struct refold *f, struct diag *d)
{
    struct cursor *cur;
    TRY(store_cursor_open(ledger_txn(f->v->l), TABLE_RECORDS, &cur, d));
    enum status st = fold_all(f, cur, d);
    store_cursor_close(cur);
    if (st == ST_OK && !f->stopped) {
        st = compare(f, d);
    }
    return st;
}

/* ---- the scratch store ---- */

static enum status scratch_dir(const struct verify *v, char out[SCRATCH_PATH_MAX],
                               struct diag *d)
{
    const char *base = v->o->scratch_dir != NULL ? v->o->scratch_dir : ".";
    int n = snprintf(out, SCRATCH_PATH_MAX, "%s/almoner-verify-XXXXXX", base);
    if (n < 0 || n >= SCRATCH_PATH_MAX - 16) {
        return diag_fail(d, ST_INPUT, "path", "the scratch folder's path is too long");
    }
    return mkdtemp(out) == NULL ? diag_errno(d, "make scratch folder in", base) : ST_OK;
}

/* At once: an open file without a name goes with the process, however that ends. */
static void scratch_remove(const char *dir)
{
    static const char *const FILES[] = {"data.mdb", "lock.mdb"};
    char path[SCRATCH_PATH_MAX + 16];
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, FILES[i]);
        unlink(path);
    }
    rmdir(dir);
}

enum status verify_fold(struct verify *v, struct diag *d)
{
    struct refold f = {.v = v};
    char dir[SCRATCH_PATH_MAX];
    TRY(scratch_dir(v, dir, d));
    enum status st = store_open(&f.store, dir, STORE_SCRATCH, d);
    scratch_remove(dir);
    if (st == ST_OK) {
        st = fold_new(&f.fold, d);
    }
    if (st == ST_OK) {
        st = refold(&f, d);
    }
    if (f.fold != NULL) {
        fold_drop(f.fold);
    }
    store_abort(f.t);
    fold_free(f.fold);
    store_close(f.store);
    struct verify_report *r = v->r;
    if (st == ST_OK && !f.stopped) {
        r->authorisation = VERDICT_PASS;
        r->completeness = r->completeness == VERDICT_FAIL ? VERDICT_FAIL : VERDICT_PASS;
    }
    return st;
}
