/* summary.h - what was granted and what became of it, by programme and month, summed
 * over everybody. */
#ifndef ALMONER_AUDIT_SUMMARY_H
#define ALMONER_AUDIT_SUMMARY_H

#include "base/progress.h"
#include "ledger/ledger.h"

struct summary_row {
    char code[PROGRAMME_CODE_MAX + 1];
    int32_t month;
    uint64_t people; /* with something granted */
    int64_t fen[ACCOUNT_KINDS];
};

/* Calls `each` by programme and month, in order, for every month with money. */
enum status summary_ledger(struct ledger *l, const struct progress *progress,
                           void (*each)(void *ctx, const struct summary_row *row),
                           void *ctx, struct diag *d) MUST_USE;

#endif
