/* ahead.h - rows of people, one after the other, opened by a second thread while the
 * caller is at work on those before. */
#ifndef ALMONER_LEDGER_AHEAD_H
#define ALMONER_LEDGER_AHEAD_H

#include "ledger/vault.h"

struct ahead;

/* The ledger must outlive it. Needs the vault's key. */
enum status ahead_new(struct ahead **out, struct ledger *l, struct diag *d) MUST_USE;
void ahead_free(struct ahead *a); /* NULL is fine */
/* The next person is the one at or above `first`; nobody comes above `last`. */
enum status ahead_seek(struct ahead *a, uint64_t first, uint64_t last, struct diag *d)
    MUST_USE;
/* The next person's row, in place of what *row was; row->person 0: nobody is left.
 * Sealed rows are copied some hundred people ahead, in the ledger's transaction of the
 * moment: meanwhile only rows that were given may be written, but transactions may end
 * and begin. ST_INTEGRITY as vault_row_open says. */
enum status ahead_next(struct ahead *a, struct vault_row *row, struct diag *d) MUST_USE;

#endif
