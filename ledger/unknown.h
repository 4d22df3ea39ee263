/* unknown.h - what is signed when a batch closes without all answers: the body of the
 * kind unknown-list. */
#ifndef ALMONER_LEDGER_UNKNOWN_H
#define ALMONER_LEDGER_UNKNOWN_H

#include "ledger/register.h"

/* What of a batch is not known: its lines that are open or unknown. */
struct unknown_list {
    uint32_t batch;
    uint64_t lines;
    int64_t fen;
    uint8_t digest[DIGEST_LEN]; /* over [line, state, fen] of each, as kind 92 says */
    int32_t day;                /* on which it was made; ages count to it */
};
enum status unknown_make(struct txn *t, struct digest *g, const struct batch_entry *b,
                         struct unknown_list *out, struct diag *d) MUST_USE;
/* Body {1: batch, 2: lines, 3: fen, 4: digest, 5: day}. */
void unknown_write(const struct unknown_list *x, struct writer *w);
bool unknown_read(struct str plain, struct unknown_list *out);

#endif
