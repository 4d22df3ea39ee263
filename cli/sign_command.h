/* sign_command.h - a signature by another program, for keys in tokens: the message on
 * its standard input, the signature on its standard output. */
#ifndef ALMONER_CLI_SIGN_COMMAND_H
#define ALMONER_CLI_SIGN_COMMAND_H

#include "ledger/keys.h"

/* command: the program and its arguments, split at blanks; no shell looks at it, so
 * there is no quoting. A name without "/" is looked for in PATH. The program has to
 * give 64 raw bytes, or base64 of them and a line end, and exit 0, within two minutes;
 * its messages go to stderr. The signature is checked against the key at once, of SM2
 * under sm2_id.
 * ST_SYSTEM "sign-command" when it does not run, fails, or is too slow; ST_DENIED
 * "sign-command" when what it gives is no signature of this message under public_key.
 */
enum status sign_command(const char *command, struct str message,
                         const uint8_t public_key[KEY_PUBLIC_LEN], struct str sm2_id,
                         uint8_t out[SIGNATURE_LEN], struct diag *d) MUST_USE;

#endif
