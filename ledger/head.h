/* head.h - the state every record changes: tree frontier, clock, counters, open act.
 * Stored under "head" in TABLE_META in the transaction of the record. */
#ifndef ALMONER_LEDGER_HEAD_H
#define ALMONER_LEDGER_HEAD_H

#include "ledger/account.h"
#include "ledger/record.h"
#include "ledger/tree.h"

struct open_act { /* a long act without its end; kind 0: none */
    int kind;     /* the starting record's */
    uint64_t first;
    uint32_t number; /* of the import, run or batch */
    uint64_t next;   /* where to go on: import row, person after the last, next line */
    int64_t fen[4];  /* running sums: enum open_fen */
    uint64_t count[2]; /* enum open_count */
};

/* What stands where, by the act. Places are stored, and acts share them. */
enum open_fen {
    OPEN_GRANTED = 0, /* run: regular, then back-pay, then reductions */
    OPEN_SET_OFF = 3,
    OPEN_AGAIN = 0, /* reissue: due again; withdrawal: what left the batch */
    OPEN_DAY = 3    /* answer: not fen, but the day it was taken in */
};
enum open_count {
    OPEN_DONE = 0,     /* entries, rows, results or lines so far */
    OPEN_SET_OFFS = 1, /* run */
    OPEN_PEOPLE = 1,   /* import: new ones */
    OPEN_WHAT = 1,     /* withdrawal: enum withdraw_what */
    OPEN_CORRECTS = 1  /* answer: 1 when it may contradict an earlier one */
};

struct head {
    struct frontier tree; /* size = number of records */
    uint8_t last_leaf[DIGEST_LEN];
    int64_t last_us;
    struct open_act open;
    uint64_t people;       /* highest person number; the first is 1 */
    uint64_t institutions; /* how many of these numbers are institutions' */
    uint32_t operators, channels, policies, imports, runs, batches, answers, recoveries;
    uint32_t retentions; /* retention rules, pending ones among them */
    uint64_t erased;     /* how many of the people's rows are gone by a certificate */
    uint32_t confirmed;  /* how many policies were confirmed: a stamp of the rules */
    /* What the runs have covered: every person's months up to assessed_month are posted
     * under the rules `assessed_rules` for facts below `assessed_size`. */
    int32_t assessed_month; /* 0: no run yet */
    uint64_t assessed_size;
    uint32_t assessed_rules;
    uint32_t witnesses, cosigned, timestamps; /* ledger/anchor.h */
    uint32_t epoch;       /* 1 from the genesis on, one more with each restore */
    uint32_t ledger_keys; /* entries of REGISTER_EPOCH */
    uint32_t ledger_key;  /* the one in force */
    /* Since a restore: 1 + sequence of its record; 0: releases and exports are free. */
    uint64_t locked;
    /* 1 + sequence of the statement that nothing else was sent, waiting for a second
     * signature; 0: none. */
    uint64_t stated;
    uint32_t settings;    /* ledger/setting.h, pending ones among them */
    uint32_t closes;      /* ledger/close.h, those of no effect among them */
    int32_t open_month;   /* the first whose books are open; 0: none was closed */
    uint32_t closed_year; /* the last; 0: none */
    uint32_t funds;       /* ledger/fund.h: appropriations and adjustments, likewise */
    /* ledger/notice.h; of the objections how many hold somebody. */
    uint32_t notices, objections, objected;
};

#define HEAD_BYTES_MAX 3000

void head_write(const struct head *h, struct writer *w);
bool head_read(struct head *h, struct str bytes);

#endif
