/* backpaid.h - the register of back-payments (补发): each stretch of months that a run
 * granted late, from the records of the runs, with what brought it about and whether it
 * was paid. */
#ifndef ALMONER_AUDIT_BACKPAID_H
#define ALMONER_AUDIT_BACKPAID_H

#include "base/progress.h"
#include "ledger/vault.h"

#define BACKPAID_CAUSES_MAX 6

struct backpaid_row {
    uint32_t run;
    int32_t period; /* the run's */
    int32_t found;  /* day of the record */
    uint64_t person;
    const struct person *facts; /* of that person; borrowed */
    char code[PROGRAMME_CODE_MAX + 1];
    struct span span; /* fen of each month */
    int64_t total_fen;
    int64_t reduced_fen; /* of it taken back by later reductions */
    int64_t unpaid_fen;  /* of it due, on its way or returned; the rest was paid, or set
                          * off. Over all rows never more than the accounts have */
    uint32_t policy;
    /* Attributes learned since the run before, or "void", "merge", "history" (paid
     * before this ledger); none: by the policy, or a run that came late. */
    size_t cause_count;
    struct str causes[BACKPAID_CAUSES_MAX];
};

/* Calls `each` in the order of the records; of runs for `period` alone unless it is 0.
 */
enum status backpaid_ledger(struct ledger *l, int32_t period,
                            const struct progress *progress,
                            enum status (*each)(void *ctx, const struct backpaid_row *r,
                                                struct diag *d),
                            void *ctx, struct diag *d) MUST_USE;

#endif
