/* lmdb_table.h - one table of LMDB with default flags, appended to in large
 * transactions: what the limits and the floor are measured on. */
#ifndef ALMONER_TESTS_BENCH_LMDB_TABLE_H
#define ALMONER_TESTS_BENCH_LMDB_TABLE_H

#include <lmdb.h>
#include <stddef.h>
#include <stdint.h>

struct lmdb_table {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    uint64_t in_txn;
};

/* In a new folder "lmdb" of dir; bytes: of what will be in it. */
void lmdb_table_open(struct lmdb_table *t, const char *dir, uint64_t bytes);
/* Commits (durably) after per_txn appends. */
void lmdb_table_append(struct lmdb_table *t, uint64_t key, const void *p, size_t n,
                       uint64_t per_txn);
void lmdb_table_commit(struct lmdb_table *t);
/* Every value in order. */
void lmdb_table_scan(struct lmdb_table *t,
                     void (*each)(void *ctx, const void *p, size_t n), void *ctx);
void lmdb_table_close(struct lmdb_table *t, const char *dir); /* and removes it */

#endif
