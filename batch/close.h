/* close.h - closing the books of a month or year, and a batch of which something is not
 * known. Who closes signs control totals; another one confirms. */
#ifndef ALMONER_BATCH_CLOSE_H
#define ALMONER_BATCH_CLOSE_H

#include "ledger/close.h"
#include "ledger/ledger.h"
#include "ledger/unknown.h"

/* The maker's close. statements: what was held against it, count may be 0. Its number
 * in *number. ST_CONFLICT "month-order", "month-batch", "year-months", "year-order". */
enum status close_books(struct ledger *l, enum close_what what, int32_t month,
                        const struct close_statement *statements, size_t count,
                        uint32_t *number, struct diag *d) MUST_USE;
/* The number of the newest close, which must be of this month or year: ST_CONFLICT
 * "not-pending" when it is of another. */
enum status close_books_newest(struct ledger *l, enum close_what what, int32_t month,
                               uint32_t *number, struct diag *d) MUST_USE;
/* A checker's or releaser's, of the newest close, which must be of this month or year:
 * ST_CONFLICT "not-pending", "refused", "month-changed" when the books moved since;
 * ST_DENIED "same-operator". */
enum status close_books_confirm(struct ledger *l, enum close_what what, int32_t month,
                                uint32_t *number, struct diag *d) MUST_USE;

/* The maker's close of a batch with open lines: what is unknown is listed and signed.
 * ST_CONFLICT "nothing-unknown" when all is answered. */
enum status close_unknown(struct ledger *l, uint32_t batch, struct unknown_list *out,
                          struct diag *d) MUST_USE;

#endif
