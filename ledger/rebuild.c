/* rebuild.c - see rebuild.h. It must never change the store it reads from: the old one
 * stays as it is until the new one is whole, compared and on the disk. */
#include "ledger/rebuild.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "ledger/body.h"
#include "ledger/copy.h"
#include "ledger/fold.h"
#include "ledger/ledger_private.h"
#include "ledger/note.h"
#include "ledger/steady.h"

#define CHUNK_RECORDS 100000
#define CHUNK_BYTES ((size_t)64 * 1024 * 1024) /* a transaction takes 256 MiB */

struct making {
    struct store *from;
    struct store *to;
    struct txn *old; /* a read snapshot */
    struct txn *new;
    struct fold *fold;
    struct rebuild_witness *witnesses;
    size_t witness_count;
    const struct progress *progress;
    struct rebuild_report *r;
    char genesis_origin[ORIGIN_MAX + 1];
};

static bool is_truth(enum table table)
{
    return table == TABLE_RECORDS || table == TABLE_PEOPLE || table == TABLE_LOOKUP ||
           table == TABLE_BLOBS || table == TABLE_META;
}

/* ---- the vault, as it stands ---- */

static enum status commit_new(struct making *m, struct diag *d)
{
    struct txn *t = m->new;
    m->new = NULL;
    TRY(store_commit(t, d));
    return progress_stop(m->progress)
               ? diag_fail(d, ST_INTERRUPTED, "interrupted", "rebuilding was stopped")
               : ST_OK;
}

/* The head comes of the records; what runs kept is found again by the next. */
static bool is_copied(enum table table, struct str key)
{
    uint64_t block;
    return table != TABLE_META || (!str_is(key, "head") && !steady_number(key, &block));
}

static enum status copy_rows(struct making *m, enum table table, struct cursor *c,
                             struct diag *d)
{
    struct str key;
    struct str value;
    size_t bytes = 0;
    TRY(store_cursor_seek(c, str_of(""), &key, &value, d));
    while (key.p != NULL) {
        if (m->new == NULL) {
            TRY(store_begin(m->to, true, &m->new, d));
            bytes = 0;
        }
        if (is_copied(table, key)) {
            TRY(store_append(m->new, table, key, value, d));
        }
        bytes += key.n + value.n;
        if (bytes > CHUNK_BYTES) {
            TRY(commit_new(m, d));
        }
        TRY(store_cursor_next(c, &key, &value, d));
    }
    return m->new != NULL ? commit_new(m, d) : ST_OK;
}

static enum status copy_table(struct making *m, enum table table, struct diag *d)
{
    struct cursor *c;
    TRY(store_cursor_open(m->old, table, &c, d));
    enum status st = copy_rows(m, table, c, d);
    store_cursor_close(c);
    return st;
}

/* ---- the records, folded ---- */

static enum status next_txn(struct making *m, struct diag *d)
{
    if (m->new != NULL) {
        TRY(fold_end(m->fold, d));
        TRY(commit_new(m, d));
    }
    TRY(store_begin(m->to, true, &m->new, d));
    return fold_begin(m->fold, m->new, d);
}

static enum status forked(const struct rebuild_witness *w, struct diag *d)
{
    diag_fail(d, ST_INTEGRITY, "fork",
              "the first %llu records are not those of the checkpoint from outside",
              (unsigned long long)w->size);
    return diag_hint(d, "keep both, and have the audit office look: one of them is not "
                        "this ledger as it was");
}

/* One of an epoch that was over at its size is not compared: check_witness says why. */
static enum status compare_witnesses(struct making *m, struct diag *d)
{
    const struct head *h = fold_head(m->fold);
    uint8_t root[DIGEST_LEN];
    char origin[ORIGIN_MAX + 1];
    epoch_origin(m->genesis_origin, h->epoch, origin);
    for (size_t i = 0; i < m->witness_count; i++) {
        struct rebuild_witness *w = &m->witnesses[i];
        if (w->note.n > 0 && w->size == h->tree.size && str_is(w->origin, origin)) {
            fold_root(m->fold, root);
            if (!digest_equal(root, w->root)) {
                return forked(w, d);
            }
        }
    }
    return ST_OK;
}

static enum status one_record(struct making *m, uint64_t sequence, struct str bytes,
                              struct diag *d)
{
    struct record rec;
    enum status st = record_read(bytes, &rec, d);
    if (st == ST_OK) {
        st = fold_record(m->fold, &rec, bytes, d);
    }
    if (st == ST_CONFLICT || st == ST_DENIED) {
        d->status = st = ST_INTEGRITY;
    }
    if (st == ST_OK && sequence == 0 &&
        !str_copy(rec.origin, m->genesis_origin, sizeof m->genesis_origin)) {
        st = diag_fail(d, ST_INTEGRITY, "genesis", "the origin is too long");
    }
    if (st != ST_OK) {
        diag_where(d, "record %llu", (unsigned long long)sequence);
        return st;
    }
    return compare_witnesses(m, d);
}

static enum status fold_all(struct making *m, struct cursor *c, struct diag *d)
{
    struct str key;
    struct str bytes;
    uint64_t sequence = 0;
    uint64_t size;
    TRY(store_count(m->old, TABLE_RECORDS, &size, d));
    TRY(store_cursor_seek(c, str_of(""), &key, &bytes, d));
    while (key.p != NULL) {
        if (sequence % CHUNK_RECORDS == 0) {
            TRY(next_txn(m, d));
            progress_tick(m->progress, "fold", sequence, size);
        }
        TRY(one_record(m, sequence++, bytes, d));
        TRY(store_cursor_next(c, &key, &bytes, d));
    }
    if (sequence == 0) {
        return diag_fail(d, ST_INTEGRITY, "no-genesis", "the store holds no record");
    }
    return next_txn(m, d);
}

static enum status fold_records(struct making *m, struct diag *d)
{
    struct cursor *c;
    TRY(store_cursor_open(m->old, TABLE_RECORDS, &c, d));
    enum status st = fold_all(m, c, d);
    store_cursor_close(c);
    return st;
}

/* ---- witnesses ---- */

/* Of an epoch that is over, and behind its end: it says nothing about what a restore
 * loses now. One of an epoch to come is of a later copy of this ledger. */
static enum status not_the_newest(const struct rebuild_witness *w,
                                  const struct epoch_end *end, struct diag *d)
{
    if (end->next == 0) {
        diag_fail(d, ST_CONFLICT, "later-epoch",
                  "the checkpoint is of %.*s, and this backup knows of no such epoch",
                  STR_ARG(w->origin));
        return diag_hint(d, "take a backup made after the ledger was restored then; if "
                            "there is none, --no-checkpoint and --after-epoch with the "
                            "number behind /e; if it is of another ledger, its own "
                            "checkpoint");
    }
    diag_fail(d, ST_CONFLICT, "earlier-epoch",
              "the checkpoint is of %.*s, which ended at %llu records: what it has "
              "beyond them was lost in an earlier restore",
              STR_ARG(w->origin), (unsigned long long)end->kept);
    return diag_hint(d, "give the newest checkpoint of the present epoch, or "
                        "--no-checkpoint when none was given out since that restore");
}

/* Two restores of one backup begin epochs of one number, each with a key of its own. */
static enum status signed_for(const struct rebuild_witness *w,
                              const struct epoch_key *key, const char *origin,
                              struct diag *d)
{
    struct str text;
    enum status st = note_verify(w->note, str_of(origin), key->public_key, &text, d);
    if (st != ST_INTEGRITY || key->epoch == 1 ||
        strcmp(d->code, "note-signature") != 0) {
        return st;
    }
    diag_fail(d, ST_INTEGRITY, "lost-epoch",
              "the checkpoint is of an epoch %u that is not this backup's: the key of "
              "%s is another",
              key->epoch, origin);
    return diag_hint(d, "a ledger restored before, and lost, had begun an epoch of the "
                        "same number (or the checkpoint was changed): keep it for the "
                        "audit office, and give the newest one of this backup's epoch, "
                        "or --no-checkpoint");
}

/* Whether one is for this ledger: its key is that of its origin and size as the new
 * register says. */
static enum status check_witness(struct making *m, struct rebuild_witness *w,
                                 struct diag *d)
{
    const struct head *h = fold_head(m->fold);
    struct epoch_key key;
    struct epoch_end end = {0};
    char origin[ORIGIN_MAX + 1];
    TRY(epoch_key_of(m->new, h->ledger_keys, m->genesis_origin, w->origin, w->size,
                     &key, d));
    if (key.number == 0) {
        snprintf(origin, sizeof origin, "%.100s/e", m->genesis_origin);
        return str_starts(w->origin, str_of(origin))
                   ? not_the_newest(w, &end, d)
                   : diag_fail(d, ST_INTEGRITY, "other-ledger",
                               "the checkpoint is of %.*s, the backup of %s",
                               STR_ARG(w->origin), m->genesis_origin);
    }
    epoch_origin(m->genesis_origin, key.epoch, origin);
    TRY(signed_for(w, &key, origin, d));
    TRY(epoch_end_get(m->new, h->ledger_keys, key.epoch, &end, d));
    if (w->size > end.kept) {
        return not_the_newest(w, &end, d);
    }
    w->ahead = w->size > h->tree.size;
    return ST_OK;
}

static enum status check_witnesses(struct making *m, struct diag *d)
{
    for (size_t i = 0; i < m->witness_count; i++) {
        if (m->witnesses[i].note.n > 0) {
            TRY(check_witness(m, &m->witnesses[i], d));
        }
    }
    return ST_OK;
}

/* Size and root as the note says, before it is known who signed it. */
static enum status read_witnesses(struct making *m, struct diag *d)
{
    for (size_t i = 0; i < m->witness_count; i++) {
        struct rebuild_witness *w = &m->witnesses[i];
        struct checkpoint c;
        size_t end = 0;
        w->ahead = false;
        if (w->note.n == 0) {
            continue;
        }
        while (end + 1 < w->note.n &&
               !(w->note.p[end] == '\n' && w->note.p[end + 1] == '\n')) {
            end++;
        }
        TRY(checkpoint_parse(str_make(w->note.p, end + 1), &c, d));
        w->size = c.size;
        w->origin = c.origin;
        memcpy(w->root, c.root, DIGEST_LEN);
    }
    return ST_OK;
}

/* ---- comparing ---- */

static void differs(struct making *m, enum table table, struct str key)
{
    char hex[2 * 24 + 1];
    m->r->differ[table]++;
    if (m->r->differ_total++ == 0) {
        text_hex((const uint8_t *)key.p, key.n < 24 ? key.n : 24, hex);
        snprintf(m->r->first, sizeof m->r->first, "%s %s", table_name(table), hex);
    }
}

static enum status compare_rows(struct making *m, enum table table, struct cursor *old,
                                struct cursor *new, struct diag *d)
{
    struct str key_a;
    struct str row_a;
    struct str key_b;
    struct str row_b;
    TRY(store_cursor_seek(old, str_of(""), &key_a, &row_a, d));
    TRY(store_cursor_seek(new, str_of(""), &key_b, &row_b, d));
    while (key_a.p != NULL || key_b.p != NULL) {
        int order = key_a.p == NULL ? 1 : key_b.p == NULL ? -1 : str_cmp(key_a, key_b);
        if (order != 0 || !str_eq(row_a, row_b)) {
            differs(m, table, order <= 0 ? key_a : key_b);
        }
        if (order <= 0) {
            TRY(store_cursor_next(old, &key_a, &row_a, d));
        }
        if (order >= 0) {
            TRY(store_cursor_next(new, &key_b, &row_b, d));
        }
    }
    return ST_OK;
}

static enum status compare_table(struct making *m, enum table table, struct diag *d)
{
    struct cursor *old = NULL;
    struct cursor *new = NULL;
    enum status st = store_cursor_open(m->old, table, &old, d);
    if (st == ST_OK) {
        st = store_cursor_open(m->new, table, &new, d);
    }
    if (st == ST_OK) {
        st = compare_rows(m, table, old, new, d);
    }
    store_cursor_close(old);
    store_cursor_close(new);
    return st;
}

static enum status compare_head(struct making *m, struct diag *d)
{
    struct str old;
    struct str new;
    TRY(store_get(m->old, TABLE_META, str_of("head"), &old, d));
    TRY(store_get(m->new, TABLE_META, str_of("head"), &new, d));
    if (!str_eq(old, new)) {
        differs(m, TABLE_META, str_of("head"));
    }
    return ST_OK;
}

static enum status compare(struct making *m, struct diag *d)
{
    for (int i = 0; i < TABLE_COUNT; i++) {
        progress_tick(m->progress, "compare", (uint64_t)i, TABLE_COUNT);
        if (!is_truth((enum table)i)) {
            TRY(compare_table(m, (enum table)i, d));
        }
    }
    return compare_head(m, d);
}

/* ---- the whole ---- */

static enum status make(struct making *m, struct diag *d)
{
    static const enum table VAULT[] = {TABLE_META, TABLE_PEOPLE, TABLE_LOOKUP,
                                       TABLE_BLOBS};
    TRY(read_witnesses(m, d));
    for (size_t i = 0; i < sizeof VAULT / sizeof VAULT[0]; i++) {
        TRY(copy_table(m, VAULT[i], d));
    }
    TRY(fold_records(m, d)); /* ends with a transaction that has nothing in it */
    TRY(check_witnesses(m, d));
    TRY(compare(m, d));
    m->r->size = fold_head(m->fold)->tree.size;
    fold_root(m->fold, m->r->root);
    return ST_OK;
}

static enum status make_between(struct making *m, const char *from, const char *to,
                                struct diag *d)
{
    TRY(store_open(&m->from, from, STORE_READ, d));
    TRY(store_begin(m->from, false, &m->old, d));
    TRY(store_open(&m->to, to, STORE_SCRATCH, d));
    TRY(fold_new(&m->fold, d));
    return make(m, d);
}

enum status rebuild_store(const char *from, const char *to,
                          struct rebuild_witness *witnesses, size_t count,
                          const struct progress *progress, struct rebuild_report *r,
                          struct diag *d)
{
    struct making m = {
        .witnesses = witnesses, .witness_count = count, .progress = progress, .r = r};
    memset(r, 0, sizeof *r);
    enum status st = make_between(&m, from, to, d);
    if (m.fold != NULL) {
        fold_drop(m.fold);
    }
    store_abort(m.new);
    store_abort(m.old);
    fold_free(m.fold);
    store_close(m.to);
    store_close(m.from);
    return st == ST_OK ? copy_sync(to, "data.mdb", d)
                       : st; /* written without syncing */
}

/* ---- in place ---- */

/* LMDB holds a read lock on the first byte of lock.mdb while it has the store open: a
 * program that went on in the old file would not see what is written to the new one. */
static enum status nobody_else(const char *dir, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    TRY(ledger_path(dir, "lock.mdb", path, d));
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? ST_OK : diag_errno(d, "open", path);
    }
    bool asked = fcntl(fd, F_GETLK, &lock) == 0;
    close(fd);
    if (!asked) {
        return diag_errno(d, "look at the lock of", path);
    }
    if (lock.l_type != F_UNLCK) {
        diag_fail(d, ST_SYSTEM, "in-use", "process %ld has the ledger open",
                  (long)lock.l_pid);
        return diag_hint(d, "wait until it has ended");
    }
    return ST_OK;
}

/* The head file must know of no more records, and of no others: a rebuild mends
 * projections, it does not make a loss good. */
static enum status agrees_with_head(const char *part, struct diag *d)
{
    struct ledger *l;
    struct ledger_options o = {.dir = part, .mode = LEDGER_READ};
    TRY(ledger_open(&l, &o, d));
    ledger_close(l);
    return ST_OK;
}

/* Readers of ours are waited for by the ledger's own lock, which also keeps new ones
 * away; nobody_else sees any other program that has the store open. */
static enum status swap(const struct ledger_options *o, int lock_fd, const char *part,
                        struct diag *d)
{
    const char *dir = o->dir;
    char from[LEDGER_PATH_MAX];
    char to[LEDGER_PATH_MAX];
    char lock[LEDGER_PATH_MAX];
    TRY(ledger_path(part, "data.mdb", from, d));
    TRY(ledger_path(dir, "data.mdb", to, d));
    TRY(ledger_path(dir, "lock.mdb", lock, d));
    TRY(ledger_lock_readers(lock_fd, o->lock_wait_ms, d));
    TRY(nobody_else(dir, d));
    if (rename(from, to) != 0) {
        return diag_errno(d, "replace", to);
    }
    if (unlink(lock) != 0 && errno != ENOENT) { /* it is about the old file */
        return diag_errno(d, "remove", lock);
    }
    return ledger_sync_dir(dir, d);
}

static enum status rebuild_locked(const struct ledger_options *o, int lock_fd,
                                  const char *part, const struct progress *progress,
                                  struct rebuild_report *r, struct diag *d)
{
    const char *dir = o->dir;
    TRY(nobody_else(dir, d));
    TRY(copy_fresh_dir(part, d));
    TRY(copy_file(dir, part, "head", NULL, d));
    TRY(rebuild_store(dir, part, NULL, 0, progress, r, d));
    TRY(agrees_with_head(part, d));
    return swap(o, lock_fd, part, d);
}

enum status rebuild_ledger(const struct ledger_options *o,
                           const struct progress *progress, struct rebuild_report *r,
                           struct diag *d)
{
    char part[LEDGER_PATH_MAX];
    char data[LEDGER_PATH_MAX];
    int lock = -1;
    TRY(ledger_path(o->dir, "data.mdb", data, d));
    if (!copy_exists(data)) {
        return diag_fail(d, ST_SYSTEM, "no-ledger", "there is no ledger in %s", o->dir);
    }
    TRY(ledger_path(o->dir, "rebuild.part", part, d));
    enum status st = ledger_lock(o->dir, o->lock_wait_ms, &lock, d);
    if (st == ST_OK) {
        st = rebuild_locked(o, lock, part, progress, r, d);
        copy_remove_dir(part);
    }
    if (lock >= 0) {
        close(lock);
    }
    return st;
}
