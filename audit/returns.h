/* returns.h - the register of what did not arrive: lines that were refused or came
 * back, and lines that were sent and are not known of. One pass over all lines. */
#ifndef ALMONER_AUDIT_RETURNS_H
#define ALMONER_AUDIT_RETURNS_H

#include "ledger/ledger.h"
#include "ledger/line.h"

struct returns_row {
    const struct line_entry *line; /* borrowed */
    enum batch_state batch_state;
    int32_t sent_day; /* on which the newest bank file of its batch was made */
    int32_t age_days; /* since then */
    /* Looked for where something came back or was corrected: not for the many lines
     * that nobody has answered yet. */
    bool looked;
    uint32_t earlier; /* lines before it for a month of the same person and programme */
    uint32_t later_batch; /* the newest with a line after it for one; 0: none */
    enum line_state later_state;
};

struct returns_totals {
    uint64_t back, unknown; /* lines that wait: came back; open or unknown */
    int64_t back_fen, unknown_fen;
    uint64_t corrected; /* results that said "paid" of what had come back */
    int64_t corrected_fen, over_fen; /* of it paid too much: receivable */
};

/* In the order of batches and lines, also what was paid by a correction while it was
 * sent again. all: also what was sent again or refunded, and all that was corrected. */
enum status returns_ledger(struct ledger *l, bool all,
                           enum status (*each)(void *ctx, const struct returns_row *r,
                                               struct diag *d),
                           void *ctx, struct returns_totals *out, struct diag *d)
    MUST_USE;

#endif
