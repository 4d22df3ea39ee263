/* reconcile.h - control totals on one page: roster, granted, due, batches, bank. */
#ifndef ALMONER_AUDIT_RECONCILE_H
#define ALMONER_AUDIT_RECONCILE_H

#include "ledger/ledger.h"

#define RECONCILE_PROGRAMMES_MAX 64

struct reconcile_programme {
    char code[PROGRAMME_CODE_MAX + 1];
    int64_t accounts_fen[ACCOUNT_KINDS]; /* summed over everybody's account rows */
    int64_t balances_fen[ACCOUNT_KINDS]; /* as the double entry says, same sign */
    uint64_t people[ACCOUNT_KINDS];      /* with an amount above zero */
};

/* What a pair compares; the first way is summed from rows of people or lines. */
enum reconcile_what {
    RECONCILE_ACCOUNT,  /* one kind of a programme: accounts, double entry */
    RECONCILE_EQUATION, /* of a programme: what is granted and owed back, where it is */
    RECONCILE_BATCHES,  /* lines, batch register */
    RECONCILE_PAID,     /* paid lines, batch register */
    RECONCILE_BACK,     /* lines that came back, batch register */
    RECONCILE_REISSUED, /* number of lines sent again: lines, batch register */
    RECONCILE_TRANSIT,  /* accounts, lines not answered */
    RECONCILE_BANK,     /* paid: accounts, paid lines and what was taken over */
    RECONCILE_TRIAL     /* trial balance, zero */
};

struct reconcile_pair {
    enum reconcile_what what;
    size_t programme;       /* of the report; for the first two */
    enum account_kind kind; /* for the first */
    int64_t first;          /* fen, but of RECONCILE_REISSUED lines */
    int64_t second;
    int64_t difference; /* first - second */
};
#define RECONCILE_PAIRS_MAX (RECONCILE_PROGRAMMES_MAX * (ACCOUNT_KINDS + 1) + 8)

struct reconcile_report {
    uint64_t people; /* in the roster */
    uint64_t rows;   /* with an account */
    size_t programme_count;
    struct reconcile_programme programmes[RECONCILE_PROGRAMMES_MAX];
    uint64_t lines, paid_lines, back_lines, reissued_lines;
    uint64_t out_lines; /* dropped, cancelled or recalled: due again */
    int64_t out_fen;
    /* All batches, from lines; reissued: as first paid, open: not answered. */
    int64_t batch_fen, paid_fen, back_fen, reissued_fen, open_fen;
    int64_t taken_over_fen; /* paid before this ledger */
    struct {
        int64_t batch_fen, paid_fen, back_fen;
        int64_t reissued_lines;
    } registered;              /* the same as the batch register has them */
    int64_t trial_balance_fen; /* must be 0 */
    size_t pair_count;         /* all control totals, by two ways */
    struct reconcile_pair pairs[RECONCILE_PAIRS_MAX];
    int64_t differences; /* how many pairs differ: 0 on a sound ledger */
};

/* ST_INTEGRITY "total" when a sum leaves the range of amounts: no ledger has that much.
 */
enum status reconcile_ledger(struct ledger *l, struct reconcile_report *out,
                             struct diag *d) MUST_USE;

#endif
