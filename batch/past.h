/* past.h - what earlier batches hold of a person: their lines are in the order of
 * people, so who asks in that order walks through each of them once. Reads only. */
#ifndef ALMONER_BATCH_PAST_H
#define ALMONER_BATCH_PAST_H

#include "ledger/register.h"

#define PAST_BATCHES_MAX 60 /* the newest of them: five years of monthly batches */

struct past {
    struct txn *t;
    size_t count; /* newest first */
    struct past_batch {
        uint32_t number;
        uint32_t lines;
        uint32_t at; /* the first line of the person asked for last, or of one behind */
        struct line_entry read; /* the line read last; line 0: none */
    } batches[PAST_BATCHES_MAX];
};

/* The batches numbered below this one that `wanted` takes, up to PAST_BATCHES_MAX. The
 * transaction must outlive it, and write no lines meanwhile; nothing is to be released.
 */
enum status past_open(struct past *p, struct txn *t, uint32_t below,
                      bool (*wanted)(const struct batch_entry *b), struct diag *d)
    MUST_USE;
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
