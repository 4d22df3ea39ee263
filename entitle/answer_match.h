/* answer_match.h - which line of a batch a line of the bank's answer means: by our
 * end-to-end id, by its number in the file that was sent, or by account, amount and
 * name. Who posts an answer and who checks what was posted both ask here. */
#ifndef ALMONER_ENTITLE_ANSWER_MATCH_H
#define ALMONER_ENTITLE_ANSWER_MATCH_H

#include "entitle/bank_files.h"

struct answer_match;

/* What a line becomes that an answer says this of. */
enum line_state answer_line_state(enum payment_status s);

struct answer_match_request {
    struct ledger *l;
    const struct batch_entry *batch; /* exported */
    const struct bank_form *form;    /* of the answer */
    struct str file;                 /* the whole answer */
    uint64_t before; /* sequence of the answer's own record: what was exported later is
                        not looked at; UINT64_MAX: it has none yet */
    uint32_t sent_file; /* which of several files sent it answers, from 1; 0: to be
                           found out from the answer itself */
};
/* What the request points to must outlive it. ST_INPUT "no-such-file-sent". */
enum status answer_match_new(struct answer_match **out,
                             const struct answer_match_request *q, struct diag *d)
    MUST_USE;
void answer_match_free(struct answer_match *m); /* NULL is fine */

/* Is it a statement of an account, which holds also what is none of this batch, and
 * what became of a payment more than once? */
bool answer_match_statement(const struct answer_match *m);
/* Which of the files sent it answers, from 1; 0: there is but one, or it did not come
 * out. */
uint32_t answer_match_sent_file(const struct answer_match *m);

/* The lines that are one payment: an answer to it is one to each of them. */
const struct joint *answer_match_joint(const struct answer_match *m);

/* By what a profile says it matches by. *line 0: of a statement, none of this batch;
 * else the line a payment is known by.
 * ST_INPUT "unknown-id",
 * "other-batch", "unknown-payment", "ambiguous", "other-account", "currency",
 * "which-file", with the answer's line in where. */
enum status answer_match_line(struct answer_match *m, const struct answer *a,
                              uint32_t *line, struct diag *d) MUST_USE;

/* After the whole answer was read: does it say what became of payments that no line
 * names (paid, rejected or returned)? Of which file's is then known: ST_INPUT
 * "which-file", "other-batch"; "refused-file" when a new answer is to one that the bank
 * had refused. */
enum status answer_match_rest(struct answer_match *m, const struct answer_file *whole,
                              bool *any, struct diag *d) MUST_USE;
/* And is this one of those it would be said of? */
bool answer_match_covers(const struct answer_match *m, uint32_t line);

#endif
