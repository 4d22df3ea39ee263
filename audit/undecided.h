/* undecided.h - overpayments (应追缴) that wait for a decision: what is receivable and
 * under no open recovery. One pass over the accounts. */
#ifndef ALMONER_AUDIT_UNDECIDED_H
#define ALMONER_AUDIT_UNDECIDED_H

#include "base/progress.h"
#include "ledger/ledger.h"

struct undecided {
    uint64_t people;
    int64_t fen;
};

/* Needs no key of the vault. */
enum status undecided_ledger(struct ledger *l, const struct progress *progress,
                             struct undecided *out, struct diag *d) MUST_USE;

#endif
