/* store.h - tables of bytes in LMDB; the only file that knows LMDB.
 *
 * Hazards of LMDB and how they are met here:
 * - Flags are 0 plus MDB_NOTLS. Never NOSYNC (but see STORE_SCRATCH), WRITEMAP or
 *   NORDAHEAD; not on a network disk (refused where statfs tells).
 * - One environment per process and path (a second is refused); never used after fork
 *   (a must). A store belongs to one thread, with its transactions; but one for reading
 *   may be used by another thread, between beginning and ending.
 * - The map grows by itself: store_begin for writing makes sure that STORE_HEADROOM
 *   bytes are free in it, and a transaction writes less than that. A map grown by
 *   another process is taken over at begin. Both move the map: a transaction for
 *   writing begins when no other of this process is open (a must).
 * - Stale readers are cleared at opening.
 * - A short write at commit comes back as EIO even when the disk is full; free space is
 *   asked then, to tell "disk-full" from "io-error". After any failed write the store
 *   refuses all further work ("reopen"): it must be closed, opened again and verified.
 * - Values up to about 2,000 bytes share pages; larger ones take pages of their own.
 * - A value's pointer is valid until the transaction ends or the next write in it; so
 *   key and value given to a write must not be such pointers.
 *
 * Further codes: ST_SYSTEM "no-store"; ST_INTEGRITY "store-damaged"; ST_SYSTEM
 * "network-disk", "no-access", "read-only", "readers-full", "map-busy",
 * "transaction-too-big", "memory". */
#ifndef ALMONER_LEDGER_STORE_H
#define ALMONER_LEDGER_STORE_H

#include "base/bytes.h"
#include "base/status.h"

#define STORE_HEADROOM ((size_t)256 * 1024 * 1024)
#define STORE_KEY_MAX 511

enum table {
    TABLE_META,    /* name -> bytes: the head and counters */
    TABLE_RECORDS, /* u64 sequence -> record */
    TABLE_ACTS,    /* u64 first sequence of an act -> root before it; signatures used */
    TABLE_PEOPLE,  /* u64 person -> sealed row (vault) */
    TABLE_LOOKUP,  /* HMAC of an ID number -> u64 person (vault) */
    TABLE_BLOBS,   /* SHA-256, u32 chunk -> sealed bytes (vault) */
    TABLE_ACCOUNTS, /* u64 person -> months granted, due, paid, ... */
    TABLE_BALANCES, /* programme, account -> i64 */
    TABLE_REGISTER, /* u8 kind, u32 number -> operators, channels, policies, batches */
    TABLE_LINES,    /* u32 batch, u32 line -> payment line */
    TABLE_TILES,    /* u8 level, u64 index -> node of the tree */
    TABLE_MONTHS,   /* month, own month, programme, accounts -> i64, count */
    TABLE_COUNT
};
const char *table_name(enum table t);

enum store_mode {
    STORE_READ,   /* readers only; the environment must exist */
    STORE_WRITE,  /* made when it does not exist */
    STORE_SCRATCH /* throw-away: no fsync, no proof of anything; for refolding */
};

struct store;
struct txn;
struct cursor;

/* dir must exist; data.mdb and lock.mdb are made in it. */
enum status store_open(struct store **out, const char *dir, enum store_mode mode,
                       struct diag *d) MUST_USE;
void store_close(struct store *s);
/* Bytes of the data file in use (pages), for status and the bench. */
uint64_t store_bytes(struct store *s);

enum status store_begin(struct store *s, bool write, struct txn **out, struct diag *d)
    MUST_USE;
/* Do both see the same state of the store? */
bool store_same_state(const struct txn *a, const struct txn *b);
/* A transaction of a scratch store takes this table from another store's transaction,
 * which must live as long: it is read there, and what is appended is taken to be there
 * already. */
void store_borrow(struct txn *t, enum table table, struct txn *from);
/* Durable when it returns ST_OK. The transaction is gone either way. */
enum status store_commit(struct txn *t, struct diag *d) MUST_USE;
void store_abort(struct txn *t); /* NULL is fine */

/* *value is empty with p NULL when there is no such key (still ST_OK). */
enum status store_get(struct txn *t, enum table table, struct str key,
                      struct str *value, struct diag *d) MUST_USE;
enum status store_put(struct txn *t, enum table table, struct str key, struct str value,
                      struct diag *d) MUST_USE;
/* The key must be above all others in the table: ST_INTEGRITY "append-order" if not. */
enum status store_append(struct txn *t, enum table table, struct str key,
                         struct str value, struct diag *d) MUST_USE;
enum status store_delete(struct txn *t, enum table table, struct str key,
                         struct diag *d) MUST_USE; /* a missing key is ST_OK */
/* Will the next store_begin for writing move the map? Until then, pointers to values of
 * a table that nobody writes meanwhile stay good even beyond their transaction, as long
 * as no other process can write: for another thread that reads them. */
bool store_will_move(struct store *s);
/* Number of keys of a table. */
enum status store_count(struct txn *t, enum table table, uint64_t *out, struct diag *d)
    MUST_USE;

/* Walks the table and looks keys up on the way: *sound when keys ascend, there are as
 * many as the table says, and the first and last key of every page are found where the
 * walk met them. A damaged branch page misleads look-ups and not the walk. */
enum status store_check(struct txn *t, enum table table, bool *sound, struct diag *d)
    MUST_USE;

/* No page is free and in use, or either twice, in the newest state of the store; see
 * pages.h. ST_INTEGRITY "pages" otherwise. */
enum status store_check_pages(struct txn *t, struct diag *d) MUST_USE;

/* Cursors walk in key order. Close them before the transaction ends (a must). Writes
 * into the same table while a cursor is open are fine: the cursor stays, and goes on
 * behind a key that was deleted. next on a new cursor gives the first key. */
enum status store_cursor_open(struct txn *t, enum table table, struct cursor **out,
                              struct diag *d) MUST_USE;
void store_cursor_close(struct cursor *c);
/* The first key at or above `at` (empty: the first); key->p NULL at the end. */
enum status store_cursor_seek(struct cursor *c, struct str at, struct str *key,
                              struct str *value, struct diag *d) MUST_USE;
enum status store_cursor_next(struct cursor *c, struct str *key, struct str *value,
                              struct diag *d) MUST_USE;
enum status store_cursor_last(struct cursor *c, struct str *key, struct str *value,
                              struct diag *d) MUST_USE;
/* As store_append of many keys in a row, without a look for the end each time: by a
 * cursor opened for it, with no other writing to the table until it is closed. */
enum status store_cursor_append(struct cursor *c, struct str key, struct str value,
                                struct diag *d) MUST_USE;
/* Writes key (at the cursor's place when it is there: cheap for ascending keys) and
 * leaves the cursor on it. */
enum status store_cursor_put(struct cursor *c, struct str key, struct str value,
                             struct diag *d) MUST_USE;

/* A consistent, compacted copy (no freed pages, so nothing erased) of a read snapshot
 * through a file descriptor; the caller fsyncs. Not while writing (a must). */
enum status store_copy(struct store *s, int fd, struct diag *d) MUST_USE;

#endif
