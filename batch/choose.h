/* choose.h - what a batch is limited to, as its first record says it: units become all
 * units below them. Private to batch/. */
#ifndef ALMONER_BATCH_CHOOSE_H
#define ALMONER_BATCH_CHOOSE_H

#include "batch/batch.h"
#include "ledger/batch_choice.h"
#include "ledger/unit.h"

struct choosing {               /* zeros: nothing is chosen */
    struct batch_choice choice; /* borrows from the request and the list */
    struct unit_list units;
};

/* ST_CONFLICT "unknown-unit"; ST_INPUT "choice-size" when it does not fit a record.
 * choosing_release is due also after a failure. */
enum status choosing_open(struct choosing *c, struct ledger *l,
                          const struct batch_request *q, struct diag *d) MUST_USE;
void choosing_release(struct choosing *c);

#endif
