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
    BATCH_CLOSED = 8,
    BATCH_CANCELLED = 9, /* before it was sent; its lines are due again */
    BATCH_RECALLED = 10  /* after: the bank confirms that it pays none of them */
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
    STEP_REISSUE = 8,
    STEP_REJECT = 10, /* sent back by a checker or releaser; 9 is taken: fold_epoch.c */
    STEP_DROP = 11,   /* some lines leave it, and it is signed anew */
    STEP_CANCEL = 12, /* all of them leave it */
    STEP_RECALL = 13, /* likewise, with the bank's word */
    STEP_REFUSED = 14, /* the bank took nothing of the file: to be mended, sent again */
    STEP_REDATE = 15,
    STEP_REFUND = 16,       /* what came back goes to the treasury */
    STEP_CLOSE_UNKNOWN = 17 /* the maker's close, with what is not known listed */
};
const char *batch_step_name(enum batch_step s);
const char *batch_step_zh(enum batch_step s);

struct transition {
    enum batch_state from;
    enum batch_step step;
    unsigned roles; /* any of them */
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
    LINE_REISSUED = 6,
    LINE_DROPPED = 7,  /* left the batch before it was sent: due again */
    LINE_REFUNDED = 8, /* came back, and went to the treasury */
    LINE_RECALLED = 9  /* sent, and the bank confirms that it does not pay: due again */
};
const char *line_state_name(enum line_state s);
/* May an answer that says `to` be taken for a line in `from`? */
bool line_may_become(enum line_state from, enum line_state to);
/* May one that is signed for as a correction, and says that it was paid? What went to
 * the treasury may not: the bank has to say whose money that was. */
bool line_may_be_corrected(enum line_state from);

#endif
