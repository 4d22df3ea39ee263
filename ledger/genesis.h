/* genesis.h - the first record: whose ledger it is, by which suite, and its admins. */
#ifndef ALMONER_LEDGER_GENESIS_H
#define ALMONER_LEDGER_GENESIS_H

#include "ledger/keys.h"
#include "ledger/record.h"

#define GENESIS_ADMINS_MAX 16
#define GENESIS_OFFSET_MAX 900 /* minutes from UTC */

struct genesis_admin {
    struct str name;
    uint8_t public_key[KEY_PUBLIC_LEN];
};

struct genesis { /* text borrows from the record */
    struct str origin;
    struct str name; /* of the office */
    struct str division;
    uint8_t public_key[KEY_PUBLIC_LEN]; /* the ledger's own */
    enum suite suite;                   /* every key is of it */
    struct str sm2_id;                  /* of suite 2; else empty */
    bool sandbox;
    int32_t offset_minutes;
    size_t admin_count;
    struct genesis_admin admins[GENESIS_ADMINS_MAX];
};

/* "almoner/DIVISION/LEDGER", and "/sandbox" for one; the ledger's name has no "/", so
 * that no live ledger can be taken for a sandbox. */
bool genesis_origin_valid(struct str origin, struct str division, bool sandbox);
/* ST_INTEGRITY "genesis" when it is no genesis record, "suite" when it is one of a
 * suite that this program does not know. A live ledger has two admins; no two are
 * alike. */
enum status genesis_read(const struct record *r, struct genesis *out, struct diag *d)
    MUST_USE;

#endif
