/* erase.h - keeping and erasing people: retention rules, legal holds, erasing by two
 * signatures. ledger_sign_as comes first. What is erased and what remains:
 * docs/decisions/0012-erasing.md. */
#ifndef ALMONER_BATCH_ERASE_H
#define ALMONER_BATCH_ERASE_H

#include "ledger/erasure.h"
#include "ledger/ledger.h"

/* All of these: ST_INPUT "document", "reason" for a text that is empty, too long or not
 * printable; texts stand in the records for ever, so nobody may be named in them. */

/* Proposes a rule, which counts at once in a sandbox, else when a second admin confirms
 * (admin_confirm with REGISTER_KEEPING). */
enum status retention_set(struct ledger *l, enum retention_class c, uint32_t years,
                          struct str document, uint32_t *number, struct diag *d)
    MUST_USE;

/* Sets a hold (set) or lifts it. ST_CONFLICT "held", "not-held", "erased"; ST_DENIED
 * "role", "same-operator" on lifting. */
struct hold_request {
    uint64_t person;
    bool set;
    struct str reason;
    struct str document;
};
enum status hold_change(struct ledger *l, const struct hold_request *q, struct diag *d)
    MUST_USE;

/* Proposes to erase a person; a second proposal takes the place of the first. Checks
 * what confirming will check. ST_CONFLICT "merged" (a duplicate goes with whom it was
 * merged into), "institution", "too-many-duplicates", "held", "money-open",
 * "still-entitled", "not-settled" (a run would grant or take back something),
 * "retention", "erased". */
enum status erase_propose(struct ledger *l, uint64_t person, struct str reason,
                          struct str document, struct diag *d) MUST_USE;

/* Erases a person as proposed, in one transaction with the certificate; the store is
 * not compacted yet (ledger_compact). copies: what else is known to hold the person;
 * may be empty. As above, and ST_CONFLICT "not-proposed", ST_DENIED "same-operator". */
enum status erase_confirm(struct ledger *l, uint64_t person, struct str copies,
                          struct erased_terms *out, struct diag *d) MUST_USE;

#endif
