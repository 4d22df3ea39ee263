/* letters.h - whom the runs for a period concern, and what they are to be told: that a
 * benefit stops (停发), is to be paid back (追缴) or is paid late (补发). One letter for
 * each person. Nobody is told of a stop or an overpayment that the next run takes back
 * by what was recorded since. */
#ifndef ALMONER_AUDIT_LETTERS_H
#define ALMONER_AUDIT_LETTERS_H

#include "base/progress.h"
#include "entitle/entitle.h"
#include "ledger/recovery.h"

enum letter_kind { LETTER_STOP, LETTER_RECOVERY, LETTER_BACKPAY };

#define LETTER_SPANS_MAX 60
#define LETTER_REASON_CAP 800

struct letter_item { /* one programme */
    char code[PROGRAMME_CODE_MAX + 1];
    const struct policy *policy;   /* that rules it, or NULL */
    const struct programme *rules; /* in that policy, or NULL */
    int32_t month;                 /* of a stop: the first that is not paid any more */
    int32_t first, last;           /* months that the runs changed lie between these */
    size_t span_count;             /* of the others: which months, how much of each */
    struct span spans[LETTER_SPANS_MAX];
    bool more;                      /* there are more months than fit */
    int64_t fen;                    /* of all months */
    char reason[LETTER_REASON_CAP]; /* a sentence in Chinese */
    bool decided;                   /* a recovery is decided: its terms below */
    struct recovery_terms terms;
};

struct letter {
    uint64_t person;
    const struct person *facts; /* borrowed */
    size_t count;
    struct letter_item items[ACCOUNT_PROGRAMMES_MAX];
};

/* Calls `each` in order of persons. ST_CONFLICT "no-run" when no run was made for the
 * period. */
enum status letters_ledger(struct ledger *l, enum letter_kind kind, int32_t period,
                           const struct progress *progress,
                           enum status (*each)(void *ctx, const struct letter *x,
                                               struct diag *d),
                           void *ctx, struct diag *d) MUST_USE;

#endif
