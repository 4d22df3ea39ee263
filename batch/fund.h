/* fund.h (batch) - acts on appropriations, and what a batch reserves of them. */
#ifndef ALMONER_BATCH_FUND_H
#define ALMONER_BATCH_FUND_H

#include "entitle/fund_share.h"

/* Proposes an appropriation or an adjustment; number is filled. ST_INPUT
 * "appropriation" when the terms are none. */
enum status fund_propose(struct ledger *l, struct fund_terms *t, struct diag *d)
    MUST_USE;
enum status fund_confirm(struct ledger *l, uint32_t number, struct diag *d) MUST_USE;
/* ST_INPUT "receipt" when it is none. */
enum status fund_receive(struct ledger *l, const struct fund_receipt *x, struct diag *d)
    MUST_USE;

/* For the submission, within its transaction: where the setting wants it and
 * none stands yet, the allocation is signed and appended. */
enum status fund_allocate(struct ledger *l, const struct batch_entry *b, struct diag *d)
    MUST_USE;

#endif
