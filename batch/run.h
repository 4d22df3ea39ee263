/* run.h - the monthly run: what everybody should have up to a period, and the posting
 * of the differences. */
#ifndef ALMONER_BATCH_RUN_H
#define ALMONER_BATCH_RUN_H

#include "base/progress.h"
#include "ledger/ledger.h"

struct run_report {
    uint32_t number; /* 0: nothing was to be posted, and nothing was written */
    int32_t period;
    bool resumed;           /* an interrupted run was finished */
    uint64_t beneficiaries; /* visited */
    uint64_t records;
    uint64_t warned; /* people for whom the rules need a value that is missing */
    int64_t regular_fen;
    int64_t backpay_fen;
    int64_t reduction_fen; /* below zero or 0 */
    uint64_t set_offs;     /* records */
    int64_t set_off_fen;   /* kept of dues for what was overpaid */
};

/* Posts every difference for months up to period, and then sets off what was decided
 * to be recovered out of later dues. A run that finds none writes nothing.
 * ST_CONFLICT "no-policy" when no policy is confirmed, "ahead" when the period lies
 * after the current month and ahead is false. */
enum status run_execute(struct ledger *l, int32_t period, bool ahead, bool dry_run,
                        const struct progress *progress, struct run_report *r,
                        struct diag *d) MUST_USE;

#endif
