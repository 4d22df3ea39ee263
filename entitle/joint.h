/* joint.h - lines of a batch that go to the bank as one payment. In the ledger a line
 * is one person's and one programme's; an institution gets one payment for all its
 * residents of a programme: docs/decisions/0018-joint-payments.md. Which lines are one
 * payment follows from the lines alone, so it comes out the same at any later time. */
#ifndef ALMONER_ENTITLE_JOINT_H
#define ALMONER_ENTITLE_JOINT_H

#include "ledger/ledger.h"
#include "ledger/register.h"

struct joint_group { /* one or more lines: one payment, known by its first line */
    uint64_t institution;
    uint32_t route;
    char programme[PROGRAMME_CODE_MAX + 1];
    uint32_t first, last;
    uint32_t lines;
    int64_t fen;
    int32_t from, through; /* first and last month of all */
};

struct joint { /* zeros: each line is a payment by itself */
    size_t count, room;
    struct joint_group *groups; /* in the order of their first lines */
    uint32_t *group_of; /* by line - 1: its group + 1, 0: none; NULL: no groups */
    uint32_t *next;     /* by line - 1: the next line of the payment, 0: none */
    uint64_t joined;    /* lines less payments */
    uint32_t *table;    /* while groups are found */
    size_t table_size;
};

/* A pass over the lines, where the ledger has institutions; lines that were dropped
 * belong to no payment. 8 bytes for a line when there is a group. ST_INTEGRITY
 * "line-row", "totals". */
enum status joint_load(struct joint *out, struct ledger *l, const struct batch_entry *b,
                       struct diag *d) MUST_USE;
void joint_release(struct joint *j); /* zeros are fine */

/* The payment a line belongs to, or NULL: it is one by itself. */
const struct joint_group *joint_group(const struct joint *j, uint32_t line);
/* The line that gives the payment its id. */
uint32_t joint_first(const struct joint *j, uint32_t line);
/* The next line of the same payment; 0: none. */
uint32_t joint_next(const struct joint *j, uint32_t line);

#endif
