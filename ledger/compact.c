/* compact.c - the store written anew, so that nothing erased is left in its file.
 *
 * A deleted row lies on in free pages, and in the gap between the two ends of the page
 * it stood on. LMDB's own compacting copy leaves the first out, and 0.9.24 the second
 * too, but nothing promises it, and it would copy the note that this is to be done. So
 * every row is written into a new file, as docs/formats/ledger.md section 9 has them.
 * It must never leave the ledger without a data file: the new one takes the old one's
 * name in one rename. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/ledger_private.h"

/* Far below STORE_HEADROOM. */
#define CHUNK_BYTES ((uint64_t)64 * 1024 * 1024)

static enum status sync_path(const char *path, int flags, struct diag *d)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) {
        return diag_errno(d, "open", path);
    }
    enum status st = fsync(fd) == 0 ? ST_OK : diag_errno(d, "write", path);
    if (close(fd) != 0 && st == ST_OK) {
        st = diag_errno(d, "close", path);
    }
    return st;
}

static enum status remove_file(const char *dir, const char *name, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    TRY(ledger_path(dir, name, path, d));
    return unlink(path) == 0 || errno == ENOENT ? ST_OK : diag_errno(d, "remove", path);
}

/* What an interrupted one left goes first. */
static enum status make_folder(const char *dir, struct diag *d)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return diag_errno(d, "make", dir);
    }
    TRY(remove_file(dir, "data.mdb", d));
    return remove_file(dir, "lock.mdb", d);
}

struct copying {
    struct store *store;
    struct txn *t;
    uint64_t bytes; /* in this transaction */
};

static enum status next_txn(struct copying *c, struct diag *d)
{
    if (c->t != NULL) {
        struct txn *t = c->t;
        c->t = NULL;
        TRY(store_commit(t, d));
    }
    c->bytes = 0;
    return store_begin(c->store, true, &c->t, d);
}

static enum status copy_rows(struct copying *c, struct cursor *from, enum table table,
                             struct diag *d)
{
    struct str key;
    struct str value;
    TRY(store_cursor_seek(from, str_of(""), &key, &value, d));
    while (key.p != NULL) {
        bool left_out = table == TABLE_META && str_is(key, LEDGER_UNCOMPACTED);
        if (!left_out) {
            TRY(store_append(c->t, table, key, value, d));
            c->bytes += key.n + value.n;
        }
        if (c->bytes > CHUNK_BYTES) {
            TRY(next_txn(c, d));
        }
        TRY(store_cursor_next(from, &key, &value, d));
    }
    return ST_OK;
}

static enum status copy_all(struct copying *c, struct txn *from, struct diag *d)
{
    TRY(next_txn(c, d));
    for (int table = 0; table < TABLE_COUNT; table++) {
        struct cursor *cursor;
        TRY(store_cursor_open(from, (enum table)table, &cursor, d));
        enum status st = copy_rows(c, cursor, (enum table)table, d);
        store_cursor_close(cursor);
        TRY(st);
    }
    struct txn *t = c->t;
    c->t = NULL;
    return store_commit(t, d);
}

static enum status keep_mode(const char *dir, const char *ledger_dir, const char *name,
                             struct diag *d)
{
    char from[LEDGER_PATH_MAX];
    char to[LEDGER_PATH_MAX];
    struct stat s;
    TRY(ledger_path(ledger_dir, name, from, d));
    TRY(ledger_path(dir, name, to, d));
    if (stat(from, &s) != 0) {
        return errno == ENOENT ? ST_OK : diag_errno(d, "look at", from);
    }
    return chmod(to, s.st_mode & 07777) == 0 ? ST_OK : diag_errno(d, "change", to);
}

enum status compact_write(struct txn *from, const char *dir, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct copying c = {NULL, NULL, 0};
    TRY(make_folder(dir, d));
    TRY(ledger_path(dir, "data.mdb", path, d));
    TRY(store_open(&c.store, dir, STORE_SCRATCH, d));
    enum status st = copy_all(&c, from, d);
    store_abort(c.t);
    store_close(c.store);
    TRY(st);
    return sync_path(path, O_RDWR, d);
}

enum status compact_tidy(const char *dir, struct diag *d)
{
    return rmdir(dir) == 0 || errno == ENOENT ? ST_OK : diag_errno(d, "remove", dir);
}

static enum status move_file(const char *dir, const char *ledger_dir, const char *name,
                             struct diag *d)
{
    char from[LEDGER_PATH_MAX];
    char to[LEDGER_PATH_MAX];
    TRY(ledger_path(dir, name, from, d));
    TRY(ledger_path(ledger_dir, name, to, d));
    return rename(from, to) == 0 ? ST_OK : diag_errno(d, "replace", to);
}

/* Modes stay: the umask of who erases must not shut others out. The lock file goes
 * first: LMDB makes it fit whatever data file it finds when nobody else has it open.
 */
enum status compact_swap(const char *dir, const char *ledger_dir, struct diag *d)
{
    TRY(keep_mode(dir, ledger_dir, "data.mdb", d));
    TRY(keep_mode(dir, ledger_dir, "lock.mdb", d));
    TRY(move_file(dir, ledger_dir, "lock.mdb", d));
    TRY(move_file(dir, ledger_dir, "data.mdb", d));
    TRY(sync_path(ledger_dir, O_RDONLY | O_DIRECTORY, d));
    return compact_tidy(dir, d);
}
