/* money.h - the eleven accounts of each person, programme and month, and the
 * operations on them: docs/formats/ledger.md section 6, worked out again. Months
 * with equal amounts are one segment. A row is kept packed, some 8 bytes for a
 * segment. */
#ifndef ALMONER_VERIFY_MONEY_H
#define ALMONER_VERIFY_MONEY_H

#include <stdbool.h>

#include "base/bytes.h"

enum account {
    A_GRANTED,
    A_DUE,
    A_TRANSIT,
    A_RETURNED,
    A_PAID,
    A_RECEIVABLE,
    A_RECOVERED,
    A_WAIVED,
    A_WRITTEN_OFF,
    A_SET_OFF,
    A_REFUNDED,
    ACCOUNT_COUNT
};

#define PROGRAMMES_MAX 250
#define POSTINGS_MAX 48
#define SEGMENTS_MAX 4096 /* of one person: two centuries, each month for itself */

struct span {
    int32_t from, months;
    int64_t fen;
};

struct segment {
    uint8_t programme;
    int32_t from, months;
    int64_t fen[ACCOUNT_COUNT];
};

struct row { /* unpacked; ascending by programme, then month, no overlap */
    size_t count;
    struct segment segment[SEGMENTS_MAX];
};

struct posting {
    uint8_t programme, debit, credit;
    int64_t fen;
};
struct postings {
    size_t count;
    bool bad; /* too many, or a sum beyond int64 */
    struct posting list[POSTINGS_MAX];
};

enum operation {
    OP_GRANT,
    OP_TAKE,
    OP_PAID,
    OP_BACK_TRANSIT,
    OP_BACK_PAID,
    OP_REISSUE,
    OP_TAKEN_OVER,
    OP_RECOVER,
    OP_WAIVE,
    OP_WRITE_OFF,
    OP_SET_OFF,
    OP_UNTAKE,
    OP_REFUND,
    OP_CORRECT
};

/* A segment's programme, from, months and accounts, each at its longest. */
#define SEGMENT_BYTES (1 + 3 + 3 + 2 + ACCOUNT_COUNT * 7)
#define ROW_BYTES_MAX (SEGMENTS_MAX * SEGMENT_BYTES)

/* Of bytes that row_pack gave. */
void row_unpack(struct str packed, struct row *out);
/* Joins equal neighbours, leaves out what is nothing. The bytes, at most ROW_BYTES_MAX,
 * live until the next call. */
struct str row_pack(const struct row *row);
/* The operation on each month of the span. What it posts is added to postings (may be
 * NULL). False when an account would leave 0 to 10^13, or the row grows too long. */
bool row_apply(struct row *row, uint8_t programme, enum operation op,
               const struct span *s, struct postings *postings);
void postings_add(struct postings *p, uint8_t programme, enum account debit,
                  enum account credit, int64_t fen);
/* Adds all of `from` into `into`, month by month. */
bool row_join(struct row *into, const struct row *from);
/* One account of one month; 0 where there is no segment. */
int64_t row_amount(const struct row *row, uint8_t programme, enum account a,
                   int32_t month);
/* How many months from `month` on (at most max) have the same amounts as it. */
int32_t row_same(const struct row *row, uint8_t programme, int32_t month, int32_t max);
bool account_is_left(enum account a);
/* granted + receivable + recovered + waived + written off = the others, in each
 * month. */
bool row_balances(const struct row *row);

#endif
