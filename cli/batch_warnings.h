/* batch_warnings.h - what a releaser is told of a batch as a whole before signing: that
 * the treasury has not sent the money, or that the day of payment is over. Nothing is
 * refused for it. */
#ifndef ALMONER_CLI_BATCH_WARNINGS_H
#define ALMONER_CLI_BATCH_WARNINGS_H

#include "cli/env.h"
#include "ledger/fund.h"

struct batch_warning {
    const char *code;  /* "not-received", "pay-date-over", "pay-date-year" */
    uint32_t fund;     /* of not-received: the appropriation, ... */
    int64_t sent_fen;  /* what the treasury sent of it, ... */
    int64_t spent_fen; /* and what is paid of it or will be, with this batch */
    char en[240], zh[240];
};
struct batch_warnings {
    size_t count;
    struct batch_warning items[FUND_ITEMS_MAX + 1];
};

/* None but of an approved batch, whose release is next. Money is looked at where
 * receipts are recorded (budget receive) and the batch takes from appropriations. */
enum status batch_warnings_find(struct ledger *l, uint32_t batch,
                                struct batch_warnings *out, struct diag *d) MUST_USE;
/* To standard error; into the list "release_warnings" of top; as notes of a request. */
void batch_warnings_show(const struct output *o, const struct batch_warnings *w);
void batch_warnings_put(struct json *top, const struct batch_warnings *w);
struct buf;
void batch_warnings_note(struct buf *notes, const struct batch_warnings *w);
/* The question before a release: as batch_checks_about, and these. */
enum status batch_warnings_about(struct env *e, uint32_t number, struct question *q,
                                 struct diag *d) MUST_USE;

#endif
