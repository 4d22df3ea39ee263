/* renew.h - the ledger's own key and the epoch it is in become others: by an admin,
 * in a restore or when the key is to be replaced. */
#ifndef ALMONER_LEDGER_RENEW_H
#define ALMONER_LEDGER_RENEW_H

#include "ledger/epoch.h"
#include "ledger/ledger.h"

/* An outside checkpoint of this ledger, its signature and origin verified. */
struct renew_behind {
    uint64_t size; /* 0: none is known */
    uint8_t root[DIGEST_LEN];
};
/* The first act after a restore, signed by an admin: a new key goes into the key
 * folder, and from this record on the ledger is in the next epoch, with releases and
 * exports locked. behind counts only when it is larger than the ledger. */
enum status renew_epoch(struct ledger *l, const struct renew_behind *behind,
                        struct diag *d) MUST_USE;
/* A new key, signed by an admin; in force at once in a sandbox, else when a second
 * admin confirms it (renew_confirm). *number: the key's. */
enum status renew_key(struct ledger *l, uint32_t *number, struct diag *d) MUST_USE;
enum status renew_confirm(struct ledger *l, uint32_t number, struct diag *d) MUST_USE;

#endif
