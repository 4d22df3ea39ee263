/* paid_to.h - on whose behalf money went where: the payee of a payment line, and the
 * lines that paid a month. Opens rows, so the vault's key is needed. */
#ifndef ALMONER_AUDIT_PAID_TO_H
#define ALMONER_AUDIT_PAID_TO_H

#include "ledger/line.h"
#include "ledger/vault.h"

#define PAID_TO_TEXT 412 /* bytes of a name or document, 100 characters */

/* The route that a line was signed for, in clear: for who shows it to mask. */
struct paid_to {
    uint64_t number;         /* of the row: the beneficiary's or an institution's */
    bool institution;        /* it is an institution's */
    bool erased;             /* the row was erased: the texts are empty */
    char relation[40];       /* 本人, 代领人, ..., 机构 */
    char name[PAID_TO_TEXT]; /* of the payee; of the account when none was said */
    char account[40];
    char authorisation[PAID_TO_TEXT]; /* "": none was needed */
};
/* ST_INTEGRITY "route" when the row has no such route. */
enum status paid_to_line(struct ledger *l, const struct line_entry *line,
                         struct paid_to *out, struct diag *d) MUST_USE;

/* A line that takes in a month. */
struct paid_month {
    const struct batch_entry *batch; /* good during the call */
    const struct line_entry *line;
    int64_t fen; /* of the month */
};
/* Every line of any batch that takes in the month, in the order of batches; also those
 * that came back. A batch's lines are in the order of people, so few are looked at. */
enum status paid_to_month(struct ledger *l, uint64_t person, struct str programme,
                          int32_t month,
                          enum status (*each)(void *ctx, const struct paid_month *x,
                                              struct diag *d),
                          void *ctx, struct diag *d) MUST_USE;

#endif
