/* account.h - what one beneficiary has per programme and month, and the only arithmetic
 * that changes it.
 *
 * For every programme and month:
 *     granted + receivable + recovered + waived + written-off
 *         = due + transit + returned + paid + set-off + refunded
 * Months that are alike and adjacent share one segment, so years of regular payment are
 * one segment and a row does not grow with history. Every change names the accounts it
 * moves money between: postings. Amounts are fen per month, 0 to ACCOUNT_FEN_MAX. */
#ifndef ALMONER_LEDGER_ACCOUNT_H
#define ALMONER_LEDGER_ACCOUNT_H

#include "base/bytes.h"
#include "base/status.h"

#define PROGRAMME_CODE_MAX 32
#define ACCOUNT_PROGRAMMES_MAX 16
#define ACCOUNT_SEGMENTS_MAX                                                           \
    400 /* of one programme: a change every month for 33 years */
#define ACCOUNT_ROW_MAX (64 * 1024)
/* Of one month and account: a hundred thousand million yuan. */
#define ACCOUNT_FEN_MAX INT64_C(10000000000000)
#define ACCOUNT_MONTH_MAX 150000 /* the year 12500 */
/* Of runs, public lists and closes: no benefit is older, none needs to go further. */
#define PERIOD_FIRST (1900 * 12)
#define PERIOD_LAST (2199 * 12 + 11)

/* 1 to PROGRAMME_CODE_MAX of a-z, 0-9, - and _, as in policy files. */
bool programme_code_valid(struct str code);

/* Numbers are stored in postings: never reuse one. */
enum account_kind {
    ACCOUNT_GRANTED,     /* 应发: what the rules give (expense) */
    ACCOUNT_DUE,         /* 待发: granted and not in a batch */
    ACCOUNT_TRANSIT,     /* 在途: in a batch, not answered */
    ACCOUNT_RETURNED,    /* 退回: rejected or returned, not yet sent again */
    ACCOUNT_PAID,        /* 已发: left the bank account for good */
    ACCOUNT_RECEIVABLE,  /* 应追缴: paid or on its way, and not granted any more */
    ACCOUNT_RECOVERED,   /* 已追回: was receivable, repaid or set off */
    ACCOUNT_WAIVED,      /* 免予追缴: was receivable */
    ACCOUNT_WRITTEN_OFF, /* 核销: was receivable */
    ACCOUNT_SET_OFF,     /* 抵扣: was due, and kept for what another month owes */
    ACCOUNT_REFUNDED,    /* 缴回国库: came back and went to the treasury */
    ACCOUNT_KINDS
};
const char *account_kind_name(enum account_kind k);
/* Does it stand on the left of the equation? A debit raises the left and lowers the
 * right, a credit the other way round. */
bool account_on_left(enum account_kind k);

struct segment {
    int32_t from; /* month */
    int32_t months;
    int64_t fen[ACCOUNT_KINDS]; /* of each of these months */
};

struct account_programme {
    char code[PROGRAMME_CODE_MAX + 1];
    uint32_t set_off; /* the decided recovery whose months later dues pay; 0: none */
    size_t count;
    struct segment segments[ACCOUNT_SEGMENTS_MAX]; /* ascending, not overlapping */
};

struct account {
    uint64_t forward; /* the person whose account it became part of, by a merge; 0 */
    uint64_t last;    /* sequence of the newest entitlement record + 1; 0: none */
    bool has_set_off; /* some programme has one: filled by account_read */
    size_t count;
    struct account_programme programmes[ACCOUNT_PROGRAMMES_MAX]; /* by code */
};

/* Sums of what a record moved: debit one account, credit the other. */
struct posting {
    char programme[PROGRAMME_CODE_MAX + 1];
    enum account_kind debit;
    enum account_kind credit;
    int64_t fen;
};
#define POSTINGS_MAX 48
struct postings {
    size_t count;
    struct posting items[POSTINGS_MAX];
};
/* Adds to the posting of the same accounts; zero adds nothing. ST_INTEGRITY "postings"
 * when a sum is too large. */
enum status postings_add(struct postings *p, const char *programme,
                         enum account_kind debit, enum account_kind credit, int64_t fen,
                         struct diag *d) MUST_USE;

/* About 620 KB: keep one and use it again. An empty row is an account with nothing. A
 * row is taken only in the one form that account_write gives it, and when the equation
 * holds: else ST_INTEGRITY "account-row". */
enum status account_read(struct str row, struct account *out, struct diag *d) MUST_USE;
void account_write(const struct account *a, struct writer *w);
/* The same in two parts, of an account that is nobody's duplicate: the first has `last`
 * and nothing else, for who knows the rest before the record's sequence. */
void account_write_last(uint64_t last, struct writer *w);
void account_write_months(const struct account *a, struct writer *w);

/* Copies what is in use of it. */
void account_copy(const struct account *from, struct account *to);

/* NULL when the programme has no month with money. */
const struct account_programme *account_find(const struct account *a, struct str code);
/* Granted for one month, 0 when nothing is. */
int64_t account_granted(const struct account_programme *p, int32_t month);
/* Was this granted of each of the months from..end-1? */
bool account_granted_is(const struct account_programme *p, int32_t from, int32_t end,
                        int64_t fen);
/* The segment with this month, NULL when it has no money. */
const struct segment *account_month(const struct account_programme *p, int32_t month);
/* Says which decided recovery sets off in the programme, 0: none. False when it has no
 * month with money. */
bool account_mark_set_off(struct account *a, struct str code, uint32_t recovery);

/* A run of months with the same amount: how records name months. */
struct span {
    int32_t from;
    int32_t months; /* above 0 */
    int64_t fen;    /* of each month; of a grant the difference, may be below zero */
};
#define SPAN_MONTHS_MAX 12000
/* Are months and amount (its size) within the limits? */
bool span_valid(const struct span *s);

/* The operations. Each fails with ST_INTEGRITY "account" when the months do not hold
 * what it needs; the account is then spoilt and must be read anew. */

/* A difference to what was granted. Above zero it first cancels the months' receivable,
 * then what was waived and written off of it, and the rest becomes due: what was really
 * recovered is paid again. Below zero it first takes what is due, then what came back,
 * and the rest becomes receivable. */
enum status account_grant(struct account *a, struct str code, struct span s,
                          struct postings *p, struct diag *d) MUST_USE;
/* Due goes into a batch. */
enum status account_take(struct account *a, struct str code, struct span s,
                         struct postings *p, struct diag *d) MUST_USE;
/* The bank paid it. */
enum status account_paid(struct account *a, struct str code, struct span s,
                         struct postings *p, struct diag *d) MUST_USE;
/* It came back: at once (from ACCOUNT_TRANSIT) or later (from ACCOUNT_PAID). A
 * receivable of the month is extinguished first, then what was waived and written off
 * of it: nobody has that money any more, and it is not owed to anybody. */
enum status account_back(struct account *a, struct str code, struct span s,
                         enum account_kind from, struct postings *p, struct diag *d)
    MUST_USE;
/* The bank says after all that it paid what it had said came back: that is taken from
 * what came back, then from what is due again; what is neither any more, as it was sent
 * a second time or is not granted any more, was paid too much, and is receivable:
 * *over_fen adds up how much. */
enum status account_correct(struct account *a, struct str code, struct span s,
                            struct postings *p, int64_t *over_fen, struct diag *d)
    MUST_USE;
/* What came back and is still owed becomes due again; *again_fen adds up how much. */
enum status account_reissue(struct account *a, struct str code, struct span s,
                            struct postings *p, int64_t *again_fen, struct diag *d)
    MUST_USE;
/* What came back and is still owed goes to the treasury; *refunded_fen likewise. */
enum status account_refund(struct account *a, struct str code, struct span s,
                           struct postings *p, int64_t *refunded_fen, struct diag *d)
    MUST_USE;
/* A line leaves its batch unpaid: as account_back, but due again at once. */
enum status account_untake(struct account *a, struct str code, struct span s,
                           struct postings *p, int64_t *due_fen, struct diag *d)
    MUST_USE;
/* What is receivable is settled: becomes ACCOUNT_RECOVERED, ACCOUNT_WAIVED or
 * ACCOUNT_WRITTEN_OFF. */
enum status account_settle(struct account *a, struct str code, struct span s,
                           enum account_kind into, struct postings *p, struct diag *d)
    MUST_USE;
/* Due is kept for what other months owe; the caller settles as much of those. */
enum status account_set_off(struct account *a, struct str code, struct span s,
                            struct postings *p, struct diag *d) MUST_USE;

/* Granted and paid before this ledger, by the payment history. */
enum status account_taken_over(struct account *a, struct str code, struct span s,
                               struct postings *p, struct diag *d) MUST_USE;
/* Everything of `other` is a's too, month by month; other stays as it is. */
enum status account_absorb(struct account *a, const struct account *other,
                           struct diag *d) MUST_USE;

#endif
