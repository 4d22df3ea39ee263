/* trial.h - would the bank's file take the payments of a batch? Each is offered to
 * the writer of the channel's own format, and what it writes is thrown away: so what
 * it refuses (an account at another bank, a name its encoding lacks or that is too
 * long) is known before anybody signs. Writes nothing. */
#ifndef ALMONER_BATCH_TRIAL_H
#define ALMONER_BATCH_TRIAL_H

#include "batch/paying.h"
#include "ledger/line.h"

/* What trials of parts of one batch share; before they begin it is complete. */
struct trial_batch {
    struct joint joint;
    uint8_t *variants; /* of the files by line - 1, as trials find them; NULL: one */
};
enum status trial_batch_load(struct trial_batch *out, struct ledger *l,
                             const struct batch_entry *batch, struct diag *d) MUST_USE;
void trial_batch_release(struct trial_batch *b); /* zeros are fine */

struct trial;
/* One thread's, of some lines of the batch. What it takes is borrowed and stays. */
enum status trial_new(struct trial **out, struct ledger *l,
                      const struct batch_entry *batch, const struct trial_batch *all,
                      struct diag *d) MUST_USE;
void trial_free(struct trial *t); /* NULL is fine */

/* Offers the payment that begins with a line; of others of it, nothing is said.
 * route: of the person; NULL: it is looked up, as for an institution. who: the
 * person, of whom formats may ask. *refused: the writer does not take it, and says in
 * *why what it lacks and how to mend it; failures of another kind are d's. What
 * depends on how many payments stand before it in its file (the width of a number) is
 * not looked at. */
enum status trial_line(struct trial *t, const struct line_entry *line,
                       const struct route *route, const struct person *who,
                       bool *refused, struct diag *why, struct diag *d) MUST_USE;

/* Once all lines were taken: do heads, sums, names and number of the files fit as well?
 * ST_INPUT as the writer says. */
enum status trial_files(struct ledger *l, const struct batch_entry *batch,
                        const struct trial_batch *all, const struct progress *progress,
                        struct diag *d) MUST_USE;

#endif
