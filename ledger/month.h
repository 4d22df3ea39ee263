/* month.h - what each month of the books moved: TABLE_MONTHS.
 *
 * Every posting stands in an accounting month, and names the month it belongs to: its
 * own. The two differ only when the own month was closed before the posting came; then
 * it stands in the first month that is open. Over all months the postings add up to the
 * balances. docs/formats/ledger.md, "Months". */
#ifndef ALMONER_LEDGER_MONTH_H
#define ALMONER_LEDGER_MONTH_H

#include "base/digest.h"
#include "ledger/account.h"
#include "ledger/register.h"

struct month_sum {
    int32_t month; /* in whose books it stands */
    int32_t own;   /* to which it belongs; never after month */
    char programme[PROGRAMME_CODE_MAX + 1];
    enum account_kind debit;
    enum account_kind credit;
    int64_t fen;
    /* Entitlements, lines, results and the like whose first posting it is: so each is
     * counted once, however many accounts it moves. */
    uint64_t count;
};

/* For the fold: adds to the month's row. */
enum status month_add(struct txn *t, const struct month_sum *s, struct diag *d)
    MUST_USE;

/* Rows of accounting months from `from` through `through`, ascending. */
struct month_sink {
    enum status (*each)(void *ctx, const struct month_sum *s, struct diag *d);
    void *ctx;
};
enum status month_walk(struct txn *t, int32_t from, int32_t through,
                       struct month_sink sink, struct diag *d) MUST_USE;

/* Control totals of the books of some months. */
struct month_totals {
    uint64_t rows;
    int64_t fen[ACCOUNT_KINDS]; /* how the accounts changed, with their own sign */
    uint8_t digest[DIGEST_LEN]; /* over all rows: docs/formats/ledger.md, kind 90 */
};
enum status month_total(struct txn *t, struct digest *g, int32_t from, int32_t through,
                        struct month_totals *out, struct diag *d) MUST_USE;

/* The month a batch belongs to: of the day of payment it was made for. Another day
 * given later moves no books. */
enum status batch_month(struct txn *t, const struct batch_entry *b, int32_t *out,
                        struct diag *d) MUST_USE;

#endif
