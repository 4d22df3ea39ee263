/* escrow.h - the vault's master key under a passphrase, to be kept away from the house:
 * with it and a backup everything can be read again when the key folder is lost. The
 * ledger's own key is not in it: a restore makes a new one. */
#ifndef ALMONER_LEDGER_ESCROW_H
#define ALMONER_LEDGER_ESCROW_H

#include "ledger/ledger.h"

/* The text of the escrow file. ST_DENIED "vault-key" when the master key is not
 * here. */
enum status escrow_seal(struct ledger *l, struct str passphrase, struct buf *out,
                        struct diag *d) MUST_USE;
/* Makes KEY_DIR (if need be) and vault.key in it, never over an old one (ST_CONFLICT
 * "exists"). ST_INPUT "escrow-form"; ST_DENIED "passphrase" when it does not open.
 * origin: of the ledger it is for. */
enum status escrow_recover(struct str text, struct str passphrase, const char *key_dir,
                           char origin[ORIGIN_MAX + 1], struct diag *d) MUST_USE;
/* The reader alone: false when the text is not of this form. */
#define ESCROW_SALT_LEN 16

struct escrow {
    struct str origin; /* borrows */
    struct str bound;  /* what is authenticated: all lines before the last */
    uint8_t salt[ESCROW_SALT_LEN];
    uint8_t sealed[60];
};
bool escrow_parse(struct str text, struct escrow *out);

#endif
