/* signing.h - how the acts of a command get their signatures: by a key, by a command
 * (--sign-command), or on another machine (--request, --signature). One place for all
 * commands: they do not know which it is. */
#ifndef ALMONER_CLI_SIGNING_H
#define ALMONER_CLI_SIGNING_H

#include "cli/options.h"
#include "cli/output.h"
#include "ledger/ledger.h"
#include "ledger/request.h"

enum signing_way { SIGNING_NONE, SIGNING_KEY, SIGNING_COMMAND, SIGNING_ELSEWHERE };

struct signing {
    enum signing_way way;
    struct key *key; /* SIGNING_KEY */
    bool key_bare;
    const char *command;      /* SIGNING_COMMAND */
    const char *request_path; /* SIGNING_ELSEWHERE: where to ask; NULL: nowhere */
    const char *signature_path;
    struct buf signature_bytes;
    struct signature_file signature; /* borrows from signature_bytes */
    bool asked;                      /* a request was written */
    uint8_t asked_digest[DIGEST_LEN];
    char asked_name[KEY_NAME_MAX + 1]; /* of who is to sign it */
    struct buf asked_text;             /* the signed text in it */
};

/* Any of the options that say how is on the command line. */
bool signing_given(const struct options *o);
/* Chooses the way by the options, else by ALMONER_SIGN_COMMAND, else ALMONER_KEY; reads
 * the key (and asks its passphrase) or the signature file. ST_USAGE "who" when nothing
 * is said, "both-given". s is zeroed before, and released after a failure too. */
enum status signing_load(struct signing *s, const struct options *o,
                         const char *passphrase_file, const struct output *out,
                         struct diag *d) MUST_USE;
void signing_release(struct signing *s);

/* From now on `name` signs acts on the ledger; see ledger_sign_by. */
enum status signing_begin(struct signing *s, struct ledger *l, const char *name,
                          unsigned roles, struct diag *d) MUST_USE;
/* ST_USAGE "reads-only" when a command that never signs is told to ask elsewhere. */
enum status signing_none(const struct options *o, struct diag *d) MUST_USE;
/* `name` only reads: shows that the key is there, without an act. */
enum status signing_identify(struct signing *s, struct ledger *l, const char *name,
                             unsigned roles, struct diag *d) MUST_USE;

/* What a command came to: when it ended because a request was written, that is told
 * and it is a success; else st. */
enum status signing_end(struct signing *s, struct output *out, enum status st,
                        struct diag *d);

extern const struct option_table options_who;

#endif
