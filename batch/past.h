/* past.h - what earlier batches hold of a person: their lines are in the order of
 * people, so who asks in that order walks through each of them once. Reads only. */
#ifndef ALMONER_BATCH_PAST_H
#define ALMONER_BATCH_PAST_H

#include "ledger/line.h"
#include "ledger/register.h"

/* How far back: who is in none of them is looked for in all. With a million lines paid
 * a month it is five years, in however many batches; mostly all there ever were. */
#define PAST_LINES_MAX 60000000U
#define PAST_BATCHES_MAX                                                               \
    20000 /* a batch for each of 250 villages: more than six years */

struct past {
    struct txn *t;
    size_t count; /* newest first */
    size_t room;
    struct past_batch {
        uint32_t number;
        uint32_t lines;
        uint32_t at; /* the first line of the person asked for last, or of one behind */
        uint32_t seen;   /* the line read last; 0: none */
        uint64_t person; /* whose that is */
    } * batches;
    struct line_entry read; /* the line read last of all; line 0: none */
};

/* The batches numbered below this one that `wanted` takes, the newest, until they have
 * PAST_LINES_MAX lines. The transaction must outlive it, and write no lines meanwhile.
 * past_release is due also after a failure. */
enum status past_open(struct past *p, struct txn *t, uint32_t below,
                      bool (*wanted)(const struct batch_entry *b), struct diag *d)
    MUST_USE;
void past_release(struct past *p); /* zeros are fine */
/* Was it sent, so that its lines were paid or may have been? */
bool past_is_sent(const struct batch_entry *b);
/* Is it made, and not sent yet? */
bool past_is_waiting(const struct batch_entry *b);
/* Was none of it taken back? Of batches made for the bank, sent or not. */
bool past_is_meant(const struct batch_entry *b);

/* The newest batch with a line of the person whose state has its bit in `states` (1 <<
 * enum line_state), of the programme (NULL: any). People must be asked for in ascending
 * order. *found false: there is none, and *out holds nothing of use. */
enum status past_find(struct past *p, uint64_t person, const char *programme,
                      unsigned states, struct line_entry *out, bool *found,
                      struct diag *d) MUST_USE;

#endif
