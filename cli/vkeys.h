/* vkeys.h - public keys given on the command line. */
#ifndef ALMONER_CLI_VKEYS_H
#define ALMONER_CLI_VKEYS_H

#include "ledger/keys.h"

/* The public key of a vkey that must be made out to this name: a line pasted for
 * somebody else is the mistake to catch. ST_INPUT "vkey" or "vkey-name". */
enum status vkeys_take(const char *name, const char *vkey,
                       uint8_t public_key[KEY_PUBLIC_LEN], struct diag *d) MUST_USE;

#endif
