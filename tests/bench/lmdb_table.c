/* lmdb_table.c - see lmdb_table.h. */
#include "tests/bench/lmdb_table.h"

#include <string.h>

#include "base/bytes.h"
#include "tests/bench/bench.h"

static void must_lmdb(int code, const char *what)
{
    if (code != 0) {
        fail(what, mdb_strerror(code));
    }
}

void lmdb_table_open(struct lmdb_table *t, const char *dir, uint64_t bytes)
{
    char path[PATH_CAP];
    path_join(path, dir, "lmdb");
    remove_tree(path);
    make_dir(path);
    memset(t, 0, sizeof *t);
    must_lmdb(mdb_env_create(&t->env), "mdb_env_create");
    must_lmdb(mdb_env_set_mapsize(t->env, (size_t)bytes + ((size_t)1 << 28)),
              "mdb_env_set_mapsize");
    must_lmdb(mdb_env_open(t->env, path, MDB_NOTLS, 0666), "mdb_env_open");
    must_lmdb(mdb_txn_begin(t->env, NULL, 0, &t->txn), "mdb_txn_begin");
    must_lmdb(mdb_dbi_open(t->txn, NULL, 0, &t->dbi), "mdb_dbi_open");
}

void lmdb_table_commit(struct lmdb_table *t)
{
    if (t->txn != NULL) {
        must_lmdb(mdb_txn_commit(t->txn), "mdb_txn_commit");
    }
    t->txn = NULL;
    t->in_txn = 0;
}

void lmdb_table_append(struct lmdb_table *t, uint64_t key, const void *p, size_t n,
                       uint64_t per_txn)
{
    uint8_t name[8];
    put_u64(name, key);
    MDB_val k = {.mv_size = sizeof name, .mv_data = name};
    MDB_val v = {.mv_size = n};
    if (t->txn == NULL) {
        must_lmdb(mdb_txn_begin(t->env, NULL, 0, &t->txn), "mdb_txn_begin");
    }
    must_lmdb(mdb_put(t->txn, t->dbi, &k, &v, MDB_APPEND | MDB_RESERVE), "mdb_put");
    memcpy(v.mv_data, p, n);
    if (++t->in_txn == per_txn) {
        lmdb_table_commit(t);
    }
}

void lmdb_table_scan(struct lmdb_table *t,
                     void (*each)(void *ctx, const void *p, size_t n), void *ctx)
{
    MDB_txn *txn = NULL;
    MDB_cursor *c = NULL;
    MDB_val k;
    MDB_val v;
    must_lmdb(mdb_txn_begin(t->env, NULL, MDB_RDONLY, &txn), "mdb_txn_begin");
    must_lmdb(mdb_cursor_open(txn, t->dbi, &c), "mdb_cursor_open");
    int code;
    while ((code = mdb_cursor_get(c, &k, &v, MDB_NEXT)) == 0) {
        each(ctx, v.mv_data, v.mv_size);
    }
    if (code != MDB_NOTFOUND) {
        must_lmdb(code, "mdb_cursor_get");
    }
    mdb_cursor_close(c);
    mdb_txn_abort(txn);
}

void lmdb_table_close(struct lmdb_table *t, const char *dir)
{
    lmdb_table_commit(t);
    mdb_env_close(t->env);
    char path[PATH_CAP];
    path_join(path, dir, "lmdb");
    remove_tree(path);
}
