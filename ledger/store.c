/* store.c - tables of bytes in LMDB; the only file that includes lmdb.h.
 *
 * It must never return stored bytes as good when LMDB said otherwise, and never go on
 * after a failed write: the system may have marked the unwritten pages as clean, and a
 * second attempt would then "succeed" without them. What the bytes mean is the
 * business of the files above; the hazards met here are listed in store.h. */
#include "ledger/store.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <lmdb.h>

#include "base/must.h"
#include "base/prefetch.h"
#include "ledger/pages.h"

/* Far above the number of programs that read at once; the default of 126 was too low
 * for others, and a slot costs 64 bytes of the lock file. */
#define READERS_MAX 1024
/* Map sizes are multiples of this. A map costs address space only. */
#define MAP_STEP ((size_t)64 * 1024 * 1024)
/* An EIO with less than this left on the disk is a full disk: LMDB makes EIO of every
 * short write. */
#define DISK_FULL_BYTES ((uint64_t)16 * 1024 * 1024)
/* For look_ahead: a page; and how far off a guess may be. */
#define ROW_FAR 4096
#define ROW_NEAR 64
/* Each try follows a cause removed (a map taken over or grown, readers cleared). */
#define BEGIN_TRIES 16

_Static_assert(sizeof(size_t) >= 8, "the map does not fit into 32 bits");

struct store {
    MDB_env *env;
    MDB_dbi dbi[TABLE_COUNT];
    char *dir;
    enum store_mode mode;
    bool broken;   /* a write failed: only close is left */
    bool writing;  /* a transaction for writing is open */
    unsigned open; /* transactions open, reading and writing */
    /* Which directory and process this is, to refuse a second opening. */
    dev_t device;
    ino_t inode;
    pid_t pid;
    struct store *next;
};

struct txn {
    struct store *store;
    MDB_txn *mdb;
    bool write;
    unsigned cursors; /* not yet closed by the caller */
    /* For store_get: keys asked for are mostly near the one before. Opened when
     * first needed, closed here before the transaction ends. */
    MDB_cursor *near[TABLE_COUNT];
    struct txn *borrowed[TABLE_COUNT]; /* NULL: it is our own */
    uint64_t deletes[TABLE_COUNT];     /* how many so far; see go_on_behind */
};

struct cursor {
    struct txn *txn;
    MDB_cursor *mdb;
    enum table table;
    uintptr_t before; /* where the key before this one lies; see look_ahead */
    /* In a transaction for writing: where the cursor stands (no key when it has no
     * place), and how many deletes there had been then. */
    uint64_t deletes;
    size_t key_n;
    uint8_t key[STORE_KEY_MAX];
};

const char *table_name(enum table t)
{
    static const char *const names[TABLE_COUNT] = {
        [TABLE_META] = "meta",         [TABLE_RECORDS] = "records",
        [TABLE_ACTS] = "acts",         [TABLE_PEOPLE] = "people",
        [TABLE_LOOKUP] = "lookup",     [TABLE_BLOBS] = "blobs",
        [TABLE_ACCOUNTS] = "accounts", [TABLE_BALANCES] = "balances",
        [TABLE_REGISTER] = "register", [TABLE_LINES] = "lines",
        [TABLE_TILES] = "tiles",       [TABLE_MONTHS] = "months",
    };
    must(t >= 0 && t < TABLE_COUNT);
    return names[t];
}

/* ---- failures ---- */

static bool disk_is_full(const char *dir, uint64_t *free_bytes)
{
    struct statvfs v;
    if (statvfs(dir, &v) != 0) {
        return false;
    }
    /* Some blocks are kept for root. */
    uint64_t blocks = geteuid() == 0 ? v.f_bfree : v.f_bavail;
    *free_bytes = blocks * v.f_frsize;
    return *free_bytes < DISK_FULL_BYTES;
}

static enum status fail_write(struct store *s, int rc, const char *doing,
                              struct diag *d)
{
    s->broken = true;
    uint64_t left = 0;
    bool full = disk_is_full(s->dir, &left) || rc == ENOSPC || rc == EDQUOT;
    if (full) {
        diag_fail(d, ST_SYSTEM, "disk-full",
                  "%s: no space left on the disk (%llu KiB); nothing of this "
                  "transaction was written",
                  doing, (unsigned long long)(left / 1024));
        diag_hint(d, "make space, then start the command again");
    } else {
        diag_fail(d, ST_SYSTEM, "io-error", "%s: %s", doing, mdb_strerror(rc));
        diag_hint(d, "check the disk (dmesg, smartctl), then run audit verify before "
                     "any other work");
    }
    return diag_where(d, "%s/data.mdb", s->dir);
}

static const struct known_failure {
    int rc;
    enum status status;
    const char *code;
    const char *hint;
} known_failures[] = {
    {MDB_CORRUPTED, ST_INTEGRITY, "store-damaged",
     "run audit verify; restore a backup"},
    {MDB_PAGE_NOTFOUND, ST_INTEGRITY, "store-damaged",
     "run audit verify; restore a backup"},
    {MDB_CURSOR_FULL, ST_INTEGRITY, "store-damaged",
     "run audit verify; restore a backup"},
    /* Of a reader: a damaged page was met before. */
    {MDB_BAD_TXN, ST_INTEGRITY, "store-damaged", "run audit verify; restore a backup"},
    /* The flags of a table as they stand in the file. */
    {MDB_INCOMPATIBLE, ST_INTEGRITY, "store-damaged",
     "run audit verify; restore a backup"},
    {MDB_INVALID, ST_INTEGRITY, "store-damaged", "restore a backup"},
    {MDB_VERSION_MISMATCH, ST_INTEGRITY, "store-damaged", "restore a backup"},
    {MDB_PANIC, ST_SYSTEM, "reopen", "start the program again and run audit verify"},
    {MDB_MAP_FULL, ST_SYSTEM, "transaction-too-big", "commit in smaller parts"},
    {MDB_TXN_FULL, ST_SYSTEM, "transaction-too-big", "commit in smaller parts"},
    {MDB_READERS_FULL, ST_SYSTEM, "readers-full",
     "end other programs that read this ledger"},
    {MDB_MAP_RESIZED, ST_SYSTEM, "map-busy",
     "another program made the store larger while this one was reading; start again"},
    {EACCES, ST_SYSTEM, "no-access", "check owner and mode of the files"},
    {EPERM, ST_SYSTEM, "no-access", "check owner and mode of the files"},
    {EROFS, ST_SYSTEM, "read-only", ""},
};

/* Every return code of LMDB but success and "not found" ends here. */
static enum status fail(struct store *s, int rc, const char *doing, struct diag *d)
{
    if (rc == EIO || rc == ENOSPC || rc == EDQUOT) {
        return fail_write(s, rc, doing, d);
    }
    if (rc == ENOMEM) {
        return diag_memory(d);
    }
    s->broken = s->broken || rc == MDB_PANIC;
    for (size_t i = 0; i < sizeof known_failures / sizeof known_failures[0]; i++) {
        const struct known_failure *k = &known_failures[i];
        if (k->rc == rc) {
            diag_fail(d, k->status, k->code, "%s: %s", doing, mdb_strerror(rc));
            diag_hint(d, "%s", k->hint);
            return diag_where(d, "%s/data.mdb", s->dir);
        }
    }
    /* What is left of LMDB's own codes are wrong calls. */
    diag_fail(d, rc > 0 ? ST_SYSTEM : ST_INTERNAL, "store", "%s: %s", doing,
              mdb_strerror(rc));
    return diag_where(d, "%s/data.mdb", s->dir);
}

static enum status fail_table(struct store *s, int rc, const char *doing,
                              enum table table, struct diag *d)
{
    enum status st = fail(s, rc, doing, d);
    diag_where(d, "%s/data.mdb, table %s", s->dir, table_name(table));
    return st;
}

/* ---- the map ---- */

static size_t page_bytes(struct store *s)
{
    MDB_stat stat;
    must(mdb_env_stat(s->env, &stat) == 0);
    return stat.ms_psize;
}

static size_t used_bytes(struct store *s, size_t *map_bytes)
{
    MDB_envinfo info;
    must(mdb_env_info(s->env, &info) == 0);
    *map_bytes = info.me_mapsize;
    return (info.me_last_pgno + 1) * page_bytes(s);
}

uint64_t store_bytes(struct store *s)
{
    size_t map_bytes;
    return used_bytes(s, &map_bytes);
}

/* A size of 0 takes over what another process made of it. Needs that no transaction
 * of this process is open: their pointers go into the old map. */
static enum status remap(struct store *s, size_t bytes, struct diag *d)
{
    must(s->open == 0);
    int rc = mdb_env_set_mapsize(s->env, bytes);
    if (rc != 0) {
        /* The old map is gone already. */
        s->broken = true;
        return fail(s, rc, "cannot map the store into memory", d);
    }
    return ST_OK;
}

/* Half as much again, so that a growing ledger is mapped anew a few times only. */
static size_t map_bytes_for(size_t used)
{
    size_t step = used / 2 > MAP_STEP ? used / 2 : MAP_STEP;
    return (used + STORE_HEADROOM + step) / MAP_STEP * MAP_STEP;
}

bool store_will_move(struct store *s)
{
    size_t map_bytes;
    size_t used = used_bytes(s, &map_bytes);
    return map_bytes - used < STORE_HEADROOM;
}

/* ---- transactions ---- */

static bool readers_cleared(struct store *s)
{
    int dead = 0;
    return mdb_reader_check(s->env, &dead) == 0 && dead > 0;
}

/* One attempt. *again says that the cause of its failure was removed. */
static enum status begin_once(struct store *s, bool write, MDB_txn **out, bool *again,
                              struct diag *d)
{
    MDB_txn *mdb = NULL;
    int rc = mdb_txn_begin(s->env, NULL, write ? 0 : MDB_RDONLY, &mdb);
    *again = (rc == MDB_MAP_RESIZED && s->open == 0) ||
             (rc == MDB_READERS_FULL && readers_cleared(s));
    if (*again) {
        return rc == MDB_MAP_RESIZED ? remap(s, 0, d) : ST_OK;
    }
    if (rc != 0) {
        return fail(s, rc, "cannot begin a transaction", d);
    }
    /* Asked while writing, when nobody else can add pages. */
    size_t map_bytes;
    size_t used = used_bytes(s, &map_bytes);
    if (write && map_bytes - used < STORE_HEADROOM) {
        mdb_txn_abort(mdb);
        *again = true;
        return remap(s, map_bytes_for(used), d);
    }
    *out = mdb;
    return ST_OK;
}

static enum status begin(struct store *s, bool write, MDB_txn **out, struct diag *d)
{
    bool again = true;
    for (int i = 0; again && i < BEGIN_TRIES; i++) {
        TRY(begin_once(s, write, out, &again, d));
    }
    if (again) {
        return diag_fail(d, ST_SYSTEM, "map-busy",
                         "other programs keep changing the size of %s/data.mdb",
                         s->dir);
    }
    return ST_OK;
}

enum status store_begin(struct store *s, bool write, struct txn **out, struct diag *d)
{
    /* LMDB's locks and reader slots belong to the process that opened it. */
    must(s->pid == getpid());
    must(!write || s->mode != STORE_READ);
    must(!write || s->open == 0);
    if (s->broken) {
        diag_fail(d, ST_SYSTEM, "reopen",
                  "an earlier write to %s/data.mdb failed; it is not used any more",
                  s->dir);
        return diag_hint(d, "start the program again and run audit verify");
    }
    struct txn *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return diag_memory(d);
    }
    enum status st = begin(s, write, &t->mdb, d);
    if (st != ST_OK) {
        free(t);
        return st;
    }
    t->store = s;
    t->write = write;
    s->open++;
    s->writing = write;
    *out = t;
    return ST_OK;
}

bool store_same_state(const struct txn *a, const struct txn *b)
{
    return mdb_txn_id(a->mdb) == mdb_txn_id(b->mdb);
}

void store_borrow(struct txn *t, enum table table, struct txn *from)
{
    must(t->store->mode == STORE_SCRATCH);
    must(t != from);
    t->borrowed[table] = from;
}

/* What must be gone before LMDB ends the transaction: it frees the cursors of a
 * writing one itself, which would leave ours dangling. */
static void release_cursors(struct txn *t)
{
    must(t->cursors == 0);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (t->near[i] != NULL) {
            mdb_cursor_close(t->near[i]);
            t->near[i] = NULL;
        }
    }
}

static void forget(struct txn *t)
{
    t->store->open--;
    t->store->writing = t->store->writing && !t->write;
    free(t);
}

enum status store_commit(struct txn *t, struct diag *d)
{
    struct store *s = t->store;
    must(s->pid == getpid());
    release_cursors(t);
    bool write = t->write;
    int rc = mdb_txn_commit(t->mdb);
    forget(t);
    if (rc == 0) {
        return ST_OK;
    }
    /* The system's refusals during a write are all alike: nobody knows what the disk
     * has. Only too little memory is found before anything is written. */
    return write && rc > 0 && rc != ENOMEM ? fail_write(s, rc, "cannot commit", d)
                                           : fail(s, rc, "cannot commit", d);
}

void store_abort(struct txn *t)
{
    if (t == NULL) {
        return;
    }
    must(t->store->pid == getpid());
    release_cursors(t);
    mdb_txn_abort(t->mdb);
    forget(t);
}

/* ---- opening and closing ---- */

/* The stores of this process. LMDB's file locks are lost when a second environment
 * of the same file is closed, so there must never be one. */
static pthread_mutex_t opened_lock = PTHREAD_MUTEX_INITIALIZER;
static struct store *opened;

static bool enlist(struct store *s)
{
    bool unique = true;
    must(pthread_mutex_lock(&opened_lock) == 0);
    for (const struct store *o = opened; o != NULL; o = o->next) {
        /* After a fork the list has the stores of the parent too. */
        unique = unique &&
                 !(o->device == s->device && o->inode == s->inode && o->pid == s->pid);
    }
    if (unique) {
        s->next = opened;
        opened = s;
    }
    must(pthread_mutex_unlock(&opened_lock) == 0);
    return unique;
}

static void delist(struct store *s)
{
    must(pthread_mutex_lock(&opened_lock) == 0);
    for (struct store **at = &opened; *at != NULL; at = &(*at)->next) {
        if (*at == s) {
            *at = s->next;
            break;
        }
    }
    must(pthread_mutex_unlock(&opened_lock) == 0);
}

/* Locks and shared memory do not work between machines; linux/magic.h and the
 * sources of the file systems have the numbers. */
static enum status refuse_network(const char *dir, struct diag *d)
{
    static const struct {
        uint32_t magic;
        const char *name;
    } networks[] = {
        {0x00006969, "NFS"},  {0x0000517b, "SMB"},    {0xfe534d42, "SMB2"},
        {0xff534d42, "CIFS"}, {0x5346414f, "AFS"},    {0x00c36400, "Ceph"},
        {0x01021997, "9P"},   {0x0bd00bd0, "Lustre"}, {0x0000564c, "NCP"},
    };
    struct statfs fs;
    if (statfs(dir, &fs) != 0) {
        return diag_errno(d, "cannot look at", dir);
    }
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
        if ((uint32_t)fs.f_type == networks[i].magic) {
            diag_fail(d, ST_SYSTEM, "network-disk",
                      "\"%s\" is on a network disk (%s), where the store would be "
                      "damaged",
                      dir, networks[i].name);
            return diag_hint(d, "use a disk of this machine");
        }
    }
    return ST_OK;
}

static enum status identify(struct store *s, const char *dir, struct diag *d)
{
    struct stat st;
    if (stat(dir, &st) != 0) {
        return diag_errno(d, "cannot open", dir);
    }
    s->device = st.st_dev;
    s->inode = st.st_ino;
    s->pid = getpid();
    s->dir = strdup(dir);
    return s->dir == NULL ? diag_memory(d) : ST_OK;
}

/* Asked before LMDB opens for reading, which would leave a lock file behind. An empty
 * file is what an init that was stopped at once leaves. */
static bool has_data(const struct store *s, struct diag *d)
{
    char path[PATH_MAX];
    struct stat st;
    int n = snprintf(path, sizeof path, "%s/data.mdb", s->dir);
    if (n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 && st.st_size > 0) {
        return true;
    }
    diag_fail(d, ST_SYSTEM, "no-store", "there is no store in \"%s\"", s->dir);
    return false;
}

static enum status open_env(struct store *s, struct diag *d)
{
    if (s->mode == STORE_READ && !has_data(s, d)) {
        return d->status;
    }
    unsigned flags = MDB_NOTLS;
    flags |= s->mode == STORE_READ ? MDB_RDONLY : 0;
    flags |= s->mode == STORE_SCRATCH ? MDB_NOSYNC | MDB_NOMETASYNC : 0;
    int rc = mdb_env_create(&s->env);
    rc = rc != 0 ? rc : mdb_env_set_maxdbs(s->env, TABLE_COUNT);
    rc = rc != 0 ? rc : mdb_env_set_maxreaders(s->env, READERS_MAX);
    /* The umask decides whether other users of a group may work on the ledger. */
    rc = rc != 0 ? rc : mdb_env_open(s->env, s->dir, flags, 0660);
    if (rc != 0) {
        return fail(s, rc, "cannot open the store", d);
    }
    rc = mdb_reader_check(s->env, NULL);
    return rc == 0 ? ST_OK : fail(s, rc, "cannot clear old readers", d);
}

/* MDB_NOTFOUND when a table is missing. Handles last beyond a committed mdb only. */
static int open_tables_in(struct store *s, MDB_txn *mdb, unsigned flags)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < TABLE_COUNT; i++) {
        rc = mdb_dbi_open(mdb, table_name((enum table)i), flags, &s->dbi[i]);
    }
    return rc;
}

static enum status make_tables(struct store *s, struct diag *d)
{
    MDB_txn *mdb;
    TRY(begin(s, true, &mdb, d));
    int rc = open_tables_in(s, mdb, MDB_CREATE);
    if (rc != 0) {
        mdb_txn_abort(mdb);
        return fail(s, rc, "cannot make the tables", d);
    }
    rc = mdb_txn_commit(mdb);
    return rc == 0 ? ST_OK : fail(s, rc, "cannot make the tables", d);
}

/* Looks first, and writes only when tables are missing. */
static enum status open_tables(struct store *s, struct diag *d)
{
    MDB_txn *mdb;
    TRY(begin(s, false, &mdb, d));
    bool fresh = mdb_txn_id(mdb) == 0;
    int rc = open_tables_in(s, mdb, 0);
    if (rc == 0) {
        rc = mdb_txn_commit(mdb);
        return rc == 0 ? ST_OK : fail(s, rc, "cannot open the tables", d);
    }
    mdb_txn_abort(mdb);
    if (rc == MDB_NOTFOUND && s->mode != STORE_READ) {
        return make_tables(s, d);
    }
    if (rc == MDB_NOTFOUND && fresh) {
        return diag_fail(d, ST_SYSTEM, "no-store", "the store in \"%s\" is empty",
                         s->dir);
    }
    if (rc == MDB_NOTFOUND) {
        rc = MDB_INVALID;
    }
    return fail(s, rc, "cannot open the tables", d);
}

enum status store_open(struct store **out, const char *dir, enum store_mode mode,
                       struct diag *d)
{
    TRY(refuse_network(dir, d));
    struct store *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return diag_memory(d);
    }
    s->mode = mode;
    enum status st = identify(s, dir, d);
    if (st == ST_OK && !enlist(s)) {
        st = diag_fail(d, ST_INTERNAL, "store-twice",
                       "\"%s\" is open in this process already", dir);
    }
    if (st != ST_OK) {
        free(s->dir);
        free(s);
        return st;
    }
    st = open_env(s, d);
    if (st == ST_OK) {
        st = open_tables(s, d);
    }
    if (st != ST_OK) {
        store_close(s);
        return st;
    }
    *out = s;
    return ST_OK;
}

void store_close(struct store *s)
{
    if (s == NULL) {
        return;
    }
    must(s->open == 0);
    must(s->pid == getpid());
    delist(s);
    if (s->env != NULL) {
        mdb_env_close(s->env);
    }
    free(s->dir);
    free(s);
}

/* ---- single keys ---- */

/* LMDB does not write through these pointers. */
static MDB_val val_of(struct str s)
{
    union {
        const char *given;
        void *taken;
    } p = {.given = s.n == 0 ? "" : s.p};
    return (MDB_val){s.n, p.taken};
}

static MDB_val key_of(struct str s)
{
    must(s.n > 0 && s.n <= STORE_KEY_MAX);
    return val_of(s);
}

static struct str str_of_val(MDB_val v)
{
    return str_make(v.mv_data, v.mv_size);
}

static MDB_dbi dbi_of(const struct txn *t, enum table table)
{
    must(table >= 0 && table < TABLE_COUNT);
    return t->store->dbi[table];
}

enum status store_get(struct txn *t, enum table table, struct str key,
                      struct str *value, struct diag *d)
{
    if (t->borrowed[table] != NULL) {
        return store_get(t->borrowed[table], table, key, value, d);
    }
    MDB_dbi dbi = dbi_of(t, table);
    int rc = 0;
    if (t->near[table] == NULL) {
        rc = mdb_cursor_open(t->mdb, dbi, &t->near[table]);
    }
    MDB_val k = key_of(key);
    MDB_val v;
    if (rc == 0) {
        rc = mdb_cursor_get(t->near[table], &k, &v, MDB_SET);
    }
    if (rc == MDB_NOTFOUND) {
        *value = (struct str){NULL, 0};
        return ST_OK;
    }
    if (rc != 0) {
        return fail_table(t->store, rc, "cannot read", table, d);
    }
    *value = str_of_val(v);
    return ST_OK;
}

enum status store_put(struct txn *t, enum table table, struct str key, struct str value,
                      struct diag *d)
{
    must(t->write);
    must(t->borrowed[table] == NULL);
    MDB_val k = key_of(key);
    MDB_val v = val_of(value);
    int rc = mdb_put(t->mdb, dbi_of(t, table), &k, &v, 0);
    return rc == 0 ? ST_OK : fail_table(t->store, rc, "cannot write", table, d);
}

static enum status fail_append(struct txn *t, int rc, enum table table, struct diag *d)
{
    if (rc == MDB_KEYEXIST) {
        diag_fail(d, ST_INTEGRITY, "append-order",
                  "a key to append is not above the last one of table %s",
                  table_name(table));
        return diag_where(d, "%s/data.mdb", t->store->dir);
    }
    return fail_table(t->store, rc, "cannot append", table, d);
}

enum status store_append(struct txn *t, enum table table, struct str key,
                         struct str value, struct diag *d)
{
    must(t->write);
    if (t->borrowed[table] != NULL) {
        return ST_OK;
    }
    MDB_val k = key_of(key);
    MDB_val v = val_of(value);
    /* With a cursor of its own: one that stays may believe to be at the end when
     * others have added pages behind it. */
    int rc = mdb_put(t->mdb, dbi_of(t, table), &k, &v, MDB_APPEND);
    return rc == 0 ? ST_OK : fail_append(t, rc, table, d);
}

enum status store_cursor_append(struct cursor *c, struct str key, struct str value,
                                struct diag *d)
{
    must(c->txn->write);
    MDB_val k = key_of(key);
    MDB_val v = val_of(value);
    int rc = mdb_cursor_put(c->mdb, &k, &v, MDB_APPEND);
    c->key_n = 0;
    return rc == 0 ? ST_OK : fail_append(c->txn, rc, c->table, d);
}

enum status store_delete(struct txn *t, enum table table, struct str key,
                         struct diag *d)
{
    must(t->write);
    MDB_val k = key_of(key);
    int rc = mdb_del(t->mdb, dbi_of(t, table), &k, NULL);
    if (rc != 0 && rc != MDB_NOTFOUND) {
        return fail_table(t->store, rc, "cannot delete", table, d);
    }
    t->deletes[table]++;
    return ST_OK;
}

enum status store_count(struct txn *t, enum table table, uint64_t *out, struct diag *d)
{
    MDB_stat stat;
    int rc = mdb_stat(t->mdb, dbi_of(t, table), &stat);
    if (rc != 0) {
        return fail_table(t->store, rc, "cannot count", table, d);
    }
    *out = stat.ms_entries;
    return ST_OK;
}

/* ---- cursors ---- */

enum status store_cursor_open(struct txn *t, enum table table, struct cursor **out,
                              struct diag *d)
{
    if (t->borrowed[table] != NULL) {
        return store_cursor_open(t->borrowed[table], table, out, d);
    }
    struct cursor *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return diag_memory(d);
    }
    int rc = mdb_cursor_open(t->mdb, dbi_of(t, table), &c->mdb);
    if (rc != 0) {
        free(c);
        return fail_table(t->store, rc, "cannot read", table, d);
    }
    c->txn = t;
    c->table = table;
    t->cursors++;
    *out = c;
    return ST_OK;
}

void store_cursor_close(struct cursor *c)
{
    if (c != NULL) {
        mdb_cursor_close(c->mdb);
        c->txn->cursors--;
        free(c);
    }
}

/* Nothing is ever deleted under a cursor of a reader. */
static void remember(struct cursor *c, MDB_val k)
{
    if (c->txn->write) {
        memcpy(c->key, k.mv_data, k.mv_size);
        c->key_n = k.mv_size;
        c->deletes = c->txn->deletes[c->table];
    }
}

/* Moves the cursor; *k and *v have no pointer when there is nothing. */
static enum status move(struct cursor *c, MDB_cursor_op op, MDB_val *k, MDB_val *v,
                        struct diag *d)
{
    int rc = mdb_cursor_get(c->mdb, k, v, op);
    if (rc == MDB_NOTFOUND) {
        c->key_n = 0;
        *k = (MDB_val){0, NULL};
        *v = (MDB_val){0, NULL};
        return ST_OK;
    }
    if (rc != 0) {
        return fail_table(c->txn->store, rc, "cannot read on", c->table, d);
    }
    remember(c, *k);
    return ST_OK;
}

/* LMDB 0.9.24 may skip a key when the one under a cursor was deleted and others were
 * written then: so the place is looked up again. Sets *k, and *found when the key the
 * cursor stood on is still there, the next one being still to come. */
static enum status go_on_behind(struct cursor *c, MDB_val *k, MDB_val *v, bool *found,
                                struct diag *d)
{
    uint8_t key[STORE_KEY_MAX];
    size_t n = c->key_n;
    memcpy(key, c->key, n);
    *k = (MDB_val){n, key};
    TRY(move(c, MDB_SET_RANGE, k, v, d));
    *found = k->mv_size == n && memcmp(k->mv_data, key, n) == 0;
    return ST_OK;
}

static enum status move_next(struct cursor *c, MDB_val *k, MDB_val *v, struct diag *d)
{
    bool stands = true;
    if (c->key_n > 0 && c->deletes != c->txn->deletes[c->table]) {
        TRY(go_on_behind(c, k, v, &stands, d));
    }
    return stands ? move(c, MDB_NEXT, k, v, d) : ST_OK;
}

static enum status give(enum status st, MDB_val k, MDB_val v, struct str *key,
                        struct str *value)
{
    if (st == ST_OK) {
        *key = (struct str){k.mv_data, k.mv_size};
        *value = (struct str){v.mv_data, v.mv_size};
    }
    return st;
}

enum status store_cursor_seek(struct cursor *c, struct str at, struct str *key,
                              struct str *value, struct diag *d)
{
    must(at.n <= STORE_KEY_MAX);
    MDB_val k = val_of(at);
    MDB_val v;
    enum status st = move(c, at.n == 0 ? MDB_FIRST : MDB_SET_RANGE, &k, &v, d);
    return give(st, k, v, key, value);
}

/* In a page that was filled in ascending order the rows lie downwards, and rows of a
 * table are of much the same length: so the next one's place is guessed. */
static void look_ahead(struct cursor *c, MDB_val k)
{
    uintptr_t at = (uintptr_t)k.mv_data;
    uintptr_t step = c->before - at;
    if (step < ROW_FAR) {
        prefetch(at - step - ROW_NEAR, 2 * ROW_NEAR);
    }
    c->before = at;
}

enum status store_cursor_next(struct cursor *c, struct str *key, struct str *value,
                              struct diag *d)
{
    MDB_val k;
    MDB_val v;
    enum status st = move_next(c, &k, &v, d);
    if (st == ST_OK) {
        look_ahead(c, k);
    }
    return give(st, k, v, key, value);
}

enum status store_cursor_last(struct cursor *c, struct str *key, struct str *value,
                              struct diag *d)
{
    MDB_val k;
    MDB_val v;
    enum status st = move(c, MDB_LAST, &k, &v, d);
    return give(st, k, v, key, value);
}

enum status store_cursor_put(struct cursor *c, struct str key, struct str value,
                             struct diag *d)
{
    must(c->txn->write);
    MDB_val k = key_of(key);
    MDB_val v = val_of(value);
    int rc = mdb_cursor_put(c->mdb, &k, &v, 0);
    if (rc != 0) {
        return fail_table(c->txn->store, rc, "cannot write", c->table, d);
    }
    remember(c, k);
    return ST_OK;
}

/* ---- checking ---- */

/* Is the key found, from the root page down, with this very value? */
static bool found_there(struct txn *t, enum table table, MDB_val key, MDB_val value)
{
    MDB_val v;
    return key.mv_data == NULL ||
           (mdb_get(t->mdb, dbi_of(t, table), &key, &v) == 0 &&
            v.mv_data == value.mv_data && v.mv_size == value.mv_size);
}

static bool same_page(MDB_val a, MDB_val b, size_t page)
{
    return a.mv_data != NULL && b.mv_data != NULL &&
           (uintptr_t)a.mv_data / page == (uintptr_t)b.mv_data / page;
}

enum status store_check(struct txn *t, enum table table, bool *sound, struct diag *d)
{
    struct cursor *c;
    MDB_stat stat;
    MDB_val k;
    MDB_val v;
    MDB_val last = {0, NULL};
    MDB_val last_value = {0, NULL};
    uint64_t seen = 0;
    TRY(store_cursor_open(t, table, &c, d));
    must(mdb_stat(t->mdb, dbi_of(t, table), &stat) == 0);
    *sound = true;
    enum status st = move(c, MDB_FIRST, &k, &v, d);
    while (st == ST_OK && *sound && k.mv_data != NULL) {
        if (!same_page(last, k, stat.ms_psize)) {
            *sound =
                found_there(t, table, last, last_value) && found_there(t, table, k, v);
        }
        *sound = *sound &&
                 (last.mv_data == NULL || str_cmp(str_of_val(last), str_of_val(k)) < 0);
        last = k;
        last_value = v;
        seen++;
        st = move(c, MDB_NEXT, &k, &v, d);
    }
    *sound =
        *sound && seen == stat.ms_entries && found_there(t, table, last, last_value);
    store_cursor_close(c);
    return st;
}

enum status store_check_pages(struct txn *t, struct diag *d)
{
    struct pages_report r;
    enum status st = pages_check(t->store->dir, &r, d);
    if (st == ST_INTEGRITY) {
        diag_where(d, "%s/data.mdb", t->store->dir);
    }
    return st;
}

/* ---- copies ---- */

enum status store_copy(struct store *s, int fd, struct diag *d)
{
    must(s->pid == getpid());
    must(!s->writing);
    /* Takes over a map that others have made larger; the copy does not. */
    struct txn *t;
    TRY(store_begin(s, false, &t, d));
    store_abort(t);
    /* Compacted: pages freed by an erasure still hold what was erased. */
    int rc = mdb_env_copyfd2(s->env, fd, MDB_CP_COMPACT);
    if (rc == ENOSPC || rc == EDQUOT || rc == EIO) {
        /* It is the other disk that failed, not the store's. */
        return diag_fail(d, ST_SYSTEM, rc == EIO ? "io-error" : "disk-full",
                         "cannot write the copy: %s", mdb_strerror(rc));
    }
    return rc == 0 ? ST_OK : fail(s, rc, "cannot copy the store", d);
}
