/* line.h - payment lines: what a batch pays one person for one programme. Rows are
 * projections: only ledger/fold*.c writes them. */
#ifndef ALMONER_LEDGER_LINE_H
#define ALMONER_LEDGER_LINE_H

#include "ledger/register.h"

#define LINE_SPANS_MAX 24
struct line_entry {
    uint32_t batch, line; /* lines from 1 */
    uint64_t sequence;    /* of the record of kind lines it stands in */
    uint64_t person;
    char programme[PROGRAMME_CODE_MAX + 1];
    int64_t fen;
    enum line_state state;
    unsigned reason; /* enum payment_reason's number; 0: none */
    bool corrected;  /* paid, of which the bank had said before that it came back */
    uint64_t payee;  /* number of the row with the route; 0: the person's own */
    uint32_t route;  /* ordinal of the route among that row's entries */
    uint8_t route_commitment[DIGEST_LEN];
    size_t span_count;
    struct span spans[LINE_SPANS_MAX];
};
#define LINE_BYTES_MAX 700

/* ST_CONFLICT "unknown-line". */
enum status line_get(struct txn *t, uint32_t batch, uint32_t line,
                     struct line_entry *out, struct diag *d) MUST_USE;
/* The first line of the batch that is the person's, or of one after (lines are in the
 * order of people); lines + 1: none. */
enum status line_first(struct txn *t, const struct batch_entry *b, uint64_t person,
                       uint32_t *out, struct diag *d) MUST_USE;

void line_key(uint32_t batch, uint32_t line, uint8_t key[8]);
void line_write(const struct line_entry *e, struct writer *w);
/* Only the number of the row with the route. */
bool line_payee(struct str row, uint64_t *payee);
/* The same; *institution 0 when it is the person's own row. */
bool line_institution(struct str row, uint64_t *institution);
bool line_read(struct str row, uint32_t batch, uint32_t line, struct line_entry *out);
bool line_shares_month(const struct line_entry *a, const struct line_entry *b);

#endif
