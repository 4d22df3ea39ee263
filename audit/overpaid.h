/* overpaid.h - the register of overpayments: who was paid what is not granted any more,
 * for which months and why, and what became of it. One pass over all accounts. */
#ifndef ALMONER_AUDIT_OVERPAID_H
#define ALMONER_AUDIT_OVERPAID_H

#include "base/progress.h"
#include "entitle/entitle.h"
#include "ledger/recovery.h"

#define OVERPAID_SPANS_MAX 64

struct overpaid_row { /* one person and programme */
    uint64_t person;
    const struct person *facts; /* of that person; borrowed */
    char code[PROGRAMME_CODE_MAX + 1];
    size_t span_count; /* months with something owed or settled; the first of them */
    struct span spans[OVERPAID_SPANS_MAX]; /* fen: what was found of each */
    uint64_t months;                       /* all of them */
    int64_t fen[ACCOUNT_KINDS]; /* receivable to set-off: sums of all months */
    /* Day on which a run found the oldest month that is open (none is: that was), or
     * DAY_NEVER. */
    int32_t found;
    /* Why the newest open month (none is open: the newest) is not granted as it was
     * paid; EVAL_GRANTED: it is granted again, or with another amount. */
    enum eval_reason cause;
    uint32_t recovery; /* the newest one for it; 0: none */
    enum recovery_method method;
    enum recovery_state state;
};

struct overpaid_totals {
    uint64_t rows;
    int64_t rows_fen[ACCOUNT_KINDS];
    int64_t balances_fen[ACCOUNT_KINDS]; /* as the double entry says, same sign */
    uint64_t differences;                /* kinds in which the two are not the same */
};

/* Calls `each` in order of persons and programmes. Only kinds ACCOUNT_RECEIVABLE to
 * ACCOUNT_SET_OFF are filled. */
enum status overpaid_ledger(struct ledger *l, const struct progress *progress,
                            enum status (*each)(void *ctx, const struct overpaid_row *r,
                                                struct diag *d),
                            void *ctx, struct overpaid_totals *out, struct diag *d)
    MUST_USE;

#endif
