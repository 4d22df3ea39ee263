/* letters_private.h - shared by the files of letters. */
#ifndef ALMONER_AUDIT_LETTERS_PRIVATE_H
#define ALMONER_AUDIT_LETTERS_PRIVATE_H

#include "ledger/ledger.h"

struct touched {          /* what somebody may have to be told of */
    uint64_t institution; /* that was paid; 0: the person, or another's account */
    uint64_t person;      /* whose months it is about */
    uint64_t sequence;    /* of a run's entitlement; 0: it is a line */
    uint32_t batch, line; /* paid after all, as a correction says */
};

/* Adds the lines that answers taken in during the period made paid after the bank had
 * said otherwise, and that stand so. Whether they are owed, the account says. */
enum status letters_corrected(struct ledger *l, int32_t period, struct buf *touched,
                              struct diag *d) MUST_USE;

#endif
