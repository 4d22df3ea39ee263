/* answer_correct.h - what becomes of a line that the bank said came back, and now says
 * it paid. */
#ifndef ALMONER_BATCH_ANSWER_CORRECT_H
#define ALMONER_BATCH_ANSWER_CORRECT_H

#include "ledger/account.h"
#include "ledger/ledger.h"
#include "ledger/line.h"

#define ANSWER_WAITING_MAX 12 /* lines that are named in one message */

/* What is paid after all and stands again in a batch that was not sent yet: of the
 * first such batch, the first lines. All 0 at the beginning. */
struct answer_waiting {
    uint32_t batch;      /* 0: there is none */
    uint64_t count;      /* of its lines; may be more than are named */
    uint32_t first_line; /* of the answered batch: what stands again as lines[0] */
    uint32_t lines[ANSWER_WAITING_MAX];
};

/* Adds to *over_fen what would be receivable: neither due nor returned any more, and to
 * *w what must leave a batch first. a: work space. */
enum status answer_correct_check(struct ledger *l, const struct line_entry *line,
                                 struct account *a, int64_t *over_fen,
                                 struct answer_waiting *w, struct diag *d) MUST_USE;
/* ST_CONFLICT "paid-again" with the command, when something waits (w->batch). batch:
 * the one that is answered. */
enum status answer_correct_refuse(const struct answer_waiting *w, uint32_t batch,
                                  struct diag *d);

#endif
