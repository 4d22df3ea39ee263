/* row.h - what all registers do alike: rows of TABLE_REGISTER by register and number,
 * and the signed records behind them. */
#ifndef ALMONER_LEDGER_ROW_H
#define ALMONER_LEDGER_ROW_H

#include "ledger/body.h"
#include "ledger/register.h"

/* The row is what w holds; one that did not fit is ST_INTERNAL. */
enum status row_put(struct txn *t, enum register_kind kind, uint32_t number,
                    const struct writer *w, struct diag *d) MUST_USE;
/* Opens a row; the bytes are borrowed from the transaction. */
enum status row_find(struct txn *t, enum register_kind kind, uint32_t number,
                     struct reader *r, bool *found, struct diag *d) MUST_USE;
/* The same, and ST_CONFLICT "unknown-..." when there is none. */
enum status row_get(struct txn *t, enum register_kind kind, uint32_t number,
                    struct reader *r, struct diag *d) MUST_USE;
/* ST_INTEGRITY "register-row". */
enum status row_damaged(const char *what, uint64_t number, struct diag *d);

/* The plain body of the signed record that an entry was made by. */
enum status row_body(struct txn *t, uint64_t sequence, struct signed_body *out,
                     struct diag *d) MUST_USE;
/* The same of a record that has to be of this kind: ST_INTEGRITY "record-body". */
enum status row_record(struct txn *t, uint64_t sequence, enum record_kind kind,
                       struct signed_body *out, struct diag *d) MUST_USE;

#endif
