/* secret.h - key files and passphrases: from a file, or from the terminal without echo;
 * never from an argument or the environment itself. */
#ifndef ALMONER_CLI_SECRET_H
#define ALMONER_CLI_SECRET_H

#include "ledger/keys.h"

struct secret { /* a passphrase; wiped by secret_wipe */
    char text[PASSPHRASE_MAX + 1];
    size_t length;
};
void secret_wipe(struct secret *s);

/* The first line of a file. ST_INPUT "passphrase-file" when it is empty or too long. */
enum status secret_read(struct secret *s, const char *path, struct diag *d) MUST_USE;
/* Asked on the terminal; twice, until both agree, when it is a new one. ST_USAGE
 * "passphrase" when there is no terminal. */
enum status secret_ask(struct secret *s, const char *prompt, bool twice, struct diag *d)
    MUST_USE;

/* A key file, with the passphrase from passphrase_file (NULL: from the terminal) when
 * it wants one. *bare: it had none. */
enum status secret_load_key(struct key **out, const char *path,
                            const char *passphrase_file, bool *bare, struct diag *d)
    MUST_USE;

#endif
