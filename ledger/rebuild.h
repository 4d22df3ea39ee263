/* rebuild.h - a store made anew from the truth of another: records and vault are
 * copied, every projection is folded from the records, with every rule and signature
 * checked on the way, and compared key by key with what the old store has. */
#ifndef ALMONER_LEDGER_REBUILD_H
#define ALMONER_LEDGER_REBUILD_H

#include "base/progress.h"
#include "ledger/epoch.h"
#include "ledger/head.h"

struct rebuild_report {
    uint64_t size;
    uint8_t root[DIGEST_LEN];
    uint64_t differ[TABLE_COUNT]; /* rows that were not what the records give */
    uint64_t differ_total;        /* of all tables, and the head's row */
    char first[80];               /* table and key of the first that differed */
};

/* A checkpoint of this ledger from outside, to be held against the records. */
struct rebuild_witness {
    struct str note; /* empty: none */
    uint64_t size;   /* filled: what it says, its signature verified */
    uint8_t root[DIGEST_LEN];
    struct str origin; /* filled; of the epoch it is of. Borrows from note */
    bool ahead; /* filled: larger than the ledger, so that nothing was compared */
};

/* From the store in folder `from`, which is only read (nobody may write to it
 * meanwhile), into a new one in folder `to`, which has none. Safe on the disk when it
 * returns ST_OK. ST_INTEGRITY when a record does not fold ("record ..."), or a witness
 * does not agree: "fork", "other-ledger"; ST_CONFLICT when a witness is of an epoch's
 * end that an earlier restore lost ("earlier-epoch"), or of an epoch the store does not
 * know ("later-epoch"); "lost-epoch" (ST_INTEGRITY) for one whose
 * epoch has another key here. witnesses may be none (count 0). */
enum status rebuild_store(const char *from, const char *to,
                          struct rebuild_witness *witnesses, size_t count,
                          const struct progress *progress, struct rebuild_report *r,
                          struct diag *d) MUST_USE;

/* `almoner rebuild`: the ledger's store in place, under its lock. ST_SYSTEM "in-use"
 * or "readers" when others have it open. The head file must agree with the outcome. */
struct ledger_options;
enum status rebuild_ledger(const struct ledger_options *o,
                           const struct progress *progress, struct rebuild_report *r,
                           struct diag *d) MUST_USE;

#endif
