/* states.h - roles, the states of batches and lines, and who may move them: data. */
#ifndef ALMONER_LEDGER_STATES_H
#define ALMONER_LEDGER_STATES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* Bits, stored in operator records. */
enum role {
    ROLE_MAKER = 1,
    ROLE_CHECKER = 2,
    ROLE_RELEASER = 4,
    ROLE_AUDITOR = 8,
    ROLE_ADMIN = 16
};
const char *role_name(enum role r); /* "maker" */
/* "maker,checker" to bits; false for an unknown or doubled word, or none. */
bool roles_parse(struct str s, unsigned *out);
size_t roles_print(unsigned roles, char *out, size_t cap); /* "maker,checker" */

/* Numbers are stored: never reuse one. */
enum batch_state {
    BATCH_DRAFT = 1,
    BATCH_SUBMITTED = 2,
    BATCH_APPROVED = 3,
    BATCH_RELEASED = 4,
    BATCH_EXPORTED = 5,
    BATCH_SETTLED = 6, /* every line is answered */
    BATCH_CLOSING = 7, /* the maker closed, a checker has yet to */
    BATCH_CLOSED = 8
};
const char *batch_state_name(enum batch_state s);
const char *batch_state_zh(enum batch_state s);

/* Numbers are stored in records of kind batch-sign: never reuse one. */
enum batch_step {
    STEP_SUBMIT = 1,
    STEP_APPROVE = 2,
    STEP_RELEASE = 3,
    STEP_CLOSE = 4,
    STEP_CLOSE_CHECK = 5,
    STEP_EXPORT = 6,
    STEP_ANSWER = 7,
    STEP_REISSUE = 8
};
const char *batch_step_name(enum batch_step s);

struct transition {
    enum batch_state from;
    enum batch_step step;
    enum role role;
    enum batch_state to;
};
/* NULL when the step cannot be taken in this state. */
const struct transition *batch_transition(enum batch_state from, enum batch_step step);
/* What brings a batch on from this state, for people: "approve (checker)". */
const char *batch_next_hint(enum batch_state s);

enum line_state {
    LINE_OPEN = 1, /* pending until the batch is exported, sent after that */
    LINE_PAID = 2,
    LINE_REJECTED = 3,
    LINE_RETURNED = 4,
    LINE_UNKNOWN = 5,
    LINE_REISSUED = 6
};
const char *line_state_name(enum line_state s);
/* May an answer that says `to` be taken for a line in `from`? */
bool line_may_become(enum line_state from, enum line_state to);

#endif
