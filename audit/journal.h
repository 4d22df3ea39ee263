/* journal.h - the records that move money as vouchers for an accounting system: one for
 * each act and event, with what it posts to the accounts of almoner. All records are
 * walked, also those outside of the days asked for, and their sums held against the
 * trial balance of the store. How an office's own accounts follow is journal_map.h. */
#ifndef ALMONER_AUDIT_JOURNAL_H
#define ALMONER_AUDIT_JOURNAL_H

#include "base/buf.h"
#include "base/progress.h"
#include "ledger/ledger.h"

enum journal_event {
    JOURNAL_HISTORY, /* paid before this ledger, taken over */
    JOURNAL_RUN,
    JOURNAL_SET_OFF, /* in a run */
    JOURNAL_BATCH,
    JOURNAL_ANSWER,
    JOURNAL_REISSUE,
    JOURNAL_DROP,
    JOURNAL_CANCEL,
    JOURNAL_RECALL,
    JOURNAL_REFUND,   /* to the treasury */
    JOURNAL_RECOVERY, /* waived or written off */
    JOURNAL_REPAYMENT,
    JOURNAL_EVENTS
};
const char *journal_event_name(enum journal_event e); /* "set-off" */
const char *journal_event_zh(enum journal_event e);
/* False: there is none of this name. */
bool journal_event_named(struct str name, enum journal_event *out);

struct journal_posting {
    char programme[PROGRAMME_CODE_MAX + 1];
    enum account_kind debit, credit;
    int64_t fen; /* above zero */
};

struct journal_voucher {
    enum journal_event event;
    uint64_t record; /* sequence of the act's first record */
    uint64_t number; /* of the import, run, batch or recovery */
    int32_t day;     /* the county's, of the act's last record */
    uint64_t count;  /* entries: people and programmes, or lines */
    bool prior;      /* of a batch that was to be paid in a year before the day's */
    const struct journal_posting *items; /* ascending by programme, debit, credit */
    size_t item_count;
};

/* One account of one programme; debits less credits. */
struct journal_account {
    char programme[PROGRAMME_CODE_MAX + 1];
    enum account_kind account;
    int64_t opening_fen;           /* before the first day */
    int64_t debit_fen, credit_fen; /* within the days */
    int64_t later_fen;             /* after the last */
    int64_t balance_fen;           /* as the trial balance of the store has it */
};
/* What the records give in the end: opening + debit - credit + later. */
int64_t journal_account_sum(const struct journal_account *a);

struct journal_request {
    int32_t from, to; /* days, both in */
    const struct progress *progress;
    enum status (*each)(void *ctx, const struct journal_voucher *v, struct diag *d);
    void *ctx;
};
struct journal_totals {
    uint64_t vouchers;
    uint64_t differences; /* accounts whose sum is not their balance */
    struct buf accounts;  /* of struct journal_account, ascending */
};

/* Calls each for the vouchers of the days, in the order of the records; then fills
 * totals, which is released by journal_totals_release also after a failure. ST_OK with
 * differences too. */
enum status journal_ledger(struct ledger *l, const struct journal_request *q,
                           struct journal_totals *totals, struct diag *d) MUST_USE;
void journal_totals_release(struct journal_totals *t);
const struct journal_account *journal_accounts(const struct journal_totals *t,
                                               size_t *count);

#endif
