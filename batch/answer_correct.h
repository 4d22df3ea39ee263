/* answer_correct.h - what becomes of a line that the bank said came back, and now says
 * it paid. */
#ifndef ALMONER_BATCH_ANSWER_CORRECT_H
#define ALMONER_BATCH_ANSWER_CORRECT_H

#include "ledger/account.h"
#include "ledger/ledger.h"

/* Adds to *over_fen what would be receivable: neither due nor returned any more. What
 * stands in a batch that was not sent yet must leave it first: ST_CONFLICT
 * "paid-again", with the command. a: work space. */
enum status answer_correct_check(struct ledger *l, const struct line_entry *line,
                                 struct account *a, int64_t *over_fen, struct diag *d)
    MUST_USE;

#endif
