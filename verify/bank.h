/* bank.h - counting and summing a bank file, fed piece by piece: pain.001.001.09 and
 * .03 by their tags alone, bank text as docs/formats/bank-text.md says. */
#ifndef ALMONER_VERIFY_BANK_H
#define ALMONER_VERIFY_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define BANK_TOKEN_MAX 512

enum bank_layout { BANK_PAIN001, BANK_PIPE, BANK_PIPE_OUTER, BANK_UNKNOWN };
enum bank_layout bank_layout_of(const char *format);

struct bank_scan {
    enum bank_layout layout;
    bool bad;        /* not as the layout says */
    uint64_t count;  /* payments found */
    int64_t sum_fen; /* of them */
    bool said;       /* the file says its own count and sum */
    uint64_t said_count;
    int64_t said_fen;
    /* Of the reader: */
    char token[BANK_TOKEN_MAX]; /* tag or text of pain.001; line of a text file */
    size_t token_n;
    bool in_tag, in_payment, ended;
    unsigned field; /* of InstdAmt, NbOfTxs, CtrlSum: which is open */
    uint64_t lines;
};

void bank_start(struct bank_scan *b, enum bank_layout layout);
void bank_feed(struct bank_scan *b, struct str bytes);
void bank_end(struct bank_scan *b);

#endif
