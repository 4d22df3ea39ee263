/* env.h - what a command has in hand: its command line, its output, the clock, and the
 * ledger opened as the options say. The only place that asks the system for the time,
 * the environment and random bytes. */
#ifndef ALMONER_CLI_ENV_H
#define ALMONER_CLI_ENV_H

#include "cli/meter.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/signing.h"
#include "ledger/ledger.h"

struct command;

struct env {
    struct options options;
    const struct command *command;
    size_t operand_at; /* the first word behind the command's own */
    struct output out;
    struct meter meter;
    struct progress progress;
    struct ledger *ledger; /* NULL until env_read or env_write */
    struct signing signing;
    bool signs; /* WHO was given and holds */
};

/* Environment and terminal; json: found on the command line before it was split. */
void env_init(struct env *e, bool json);
/* After binding: --json, --quiet, --lang, --color. */
enum status env_settle(struct env *e, struct diag *d) MUST_USE;
void env_release(struct env *e); /* closes the ledger and wipes the key */

/* The i-th operand, or NULL. */
const char *env_operand(const struct env *e, size_t i);
/* As a number: ST_USAGE "bad-number" when it is none of min..max. */
enum status env_operand_number(const struct env *e, size_t i, const char *what,
                               uint64_t min, uint64_t max, uint64_t *out,
                               struct diag *d) MUST_USE;
enum status env_operand_u32(const struct env *e, size_t i, const char *what,
                            uint32_t *out, struct diag *d) MUST_USE;

/* A variable that is set and not empty, else NULL. */
const char *env_variable(const char *name);
/* --passphrase-file, or ALMONER_PASSPHRASE_FILE, or NULL. */
const char *env_passphrase_file(const struct env *e);
/* --now, or the system's clock. */
enum status env_now(const struct env *e, int64_t *now_us, bool *given, struct diag *d)
    MUST_USE;
/* The system's clock, for commands without a ledger. */
enum status env_clock(int64_t *now_us, struct diag *d) MUST_USE;
struct entropy env_entropy(void);
enum status env_random(void *p, size_t n, struct diag *d) MUST_USE;

/* Opens the ledger of -C for reading. With WHO given, checks it. */
/* For `audit verify`: opens what is not sound as well. */
enum status env_audit(struct env *e, struct diag *d) MUST_USE;
enum status env_read(struct env *e, struct diag *d) MUST_USE;
/* As env_read; in a live ledger WHO is needed: what is shown describes people. */
enum status env_read_people(struct env *e, struct diag *d) MUST_USE;
/* Opens it for writing, to be signed by WHO, who needs one of the roles. The key is
 * read (and its passphrase asked) before the lock is taken. */
enum status env_write(struct env *e, unsigned roles, struct diag *d) MUST_USE;
/* Opens it for writing without a signer (checkpoint). */
enum status env_write_unsigned(struct env *e, struct diag *d) MUST_USE;

/* Is there a terminal, and nothing that says yes to everything? */
bool env_asks(const struct env *e);
/* Asks, whoever answers: ST_INTERRUPTED "declined" for anything but y. */
enum status env_ask(const char *question, struct diag *d) MUST_USE;

/* For a restore: WHO's key first (its passphrase may be asked), later the new folder,
 * which may still be without the ledger's own key, signed for by an admin. */
enum status env_load_who(struct env *e, struct diag *d) MUST_USE;
enum status env_restore(struct env *e, const char *dir, struct diag *d) MUST_USE;

/* What is asked before an act on entry `number`, and what the answer holds for. */
#define QUESTION_TEXT_CAP 400
struct question {
    char text[QUESTION_TEXT_CAP];
    uint8_t content[DIGEST_LEN]; /* of the file, or of the batch's content */
};
/* Opens it for reading without WHO, to show what an act would do before it is signed;
 * env_look_end closes it again. Between the two nothing else may be opened. */
enum status env_look(struct env *e, struct diag *d) MUST_USE;
void env_look_end(struct env *e);
/* As env_write, but asks first, on a terminal: `about` writes the question from the
 * ledger as it stands. Nobody is kept waiting for the answer: the ledger is open for
 * writing only after it, and the question is written again then. ST_INTERRUPTED
 * "declined" for a no, ST_CONFLICT "changed" when the two are not the same. Without a
 * terminal, with --yes and with --json the answer is yes. */
enum status env_ask_write(struct env *e, unsigned roles,
                          enum status (*about)(struct env *e, uint32_t number,
                                               struct question *q, struct diag *d),
                          uint32_t number, struct diag *d) MUST_USE;

/* Tables shared by the commands (see command.h). */
extern const struct option_table options_global;
extern const struct option_table options_ledger;

#endif
