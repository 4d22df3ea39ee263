/* close.h - closes of months and years: REGISTER_CLOSE, and the bodies of the kinds
 * month-close and close-confirm. */
#ifndef ALMONER_LEDGER_CLOSE_H
#define ALMONER_LEDGER_CLOSE_H

#include "ledger/month.h"

#define CLOSE_STATEMENTS_MAX 8

/* Numbers are stored: never reuse one. */
enum close_what { CLOSE_MONTH = 1, CLOSE_YEAR = 2 };

struct close_statement { /* of a bank account, held against the month's payments */
    uint8_t sha256[DIGEST_LEN];
    int64_t paid_fen;
    int64_t back_fen;
};

struct close_entry {
    uint32_t number;
    enum entry_state state; /* pending until another one confirms */
    uint64_t sequence;
    uint32_t made_by;
    uint32_t confirmed_by; /* 0: not yet, like the next */
    uint64_t confirmed_at;
    enum close_what what;
    int32_t month; /* of a year its December */
    struct month_totals totals;
    size_t statement_count;
    struct close_statement statements[CLOSE_STATEMENTS_MAX];
};
/* First month whose books the close is about. */
int32_t close_from(const struct close_entry *e);
/* Body {1: number, 2: what, 3: month, 4: rows, 5: digest, 6: [change of each account],
 * 7: [[SHA-256, paid, returned]...] when there are statements}. */
void close_write(const struct close_entry *e, struct writer *w);
bool close_read(struct str plain, struct close_entry *out);
/* ST_CONFLICT "unknown-close". */
enum status close_get(struct txn *t, uint32_t number, struct close_entry *out,
                      struct diag *d) MUST_USE;
enum status close_put(struct txn *t, const struct close_entry *e, struct diag *d)
    MUST_USE; /* for the fold */
/* Refuses (ST_CONFLICT "month-batch") a batch of the month or before it that was sent
 * and is not closed. */
enum status close_check_batches(struct txn *t, uint32_t batches, int32_t month,
                                struct diag *d) MUST_USE;

#endif
