/* letters.h - whom the runs for a period concern, and what they are to be told: that
 * a benefit stops (停发), is to be paid back (追缴) or is paid late (补发). One letter for
 * each person. To be paid back is also what the bank paid twice, by what it said in
 * the period after it had said otherwise; what an institution got so, it is told of,
 * resident by resident. Nobody is told of a stop or an overpayment that the next run
 * takes back by what was recorded since. */
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
    bool corrected; /* paid twice or too much by the bank's correction, not by a run */
    bool decided;   /* a recovery is decided: its terms below */
    struct recovery_terms terms;
};

struct letter {
    uint64_t person;
    const struct person *facts; /* borrowed */
    /* Of a letter to an institution, which is `person`: for whom it got this; its
     * letter is told in one call for each resident, one behind the other. Else NULL. */
    const struct person *resident;
    size_t count;
    struct letter_item items[ACCOUNT_PROGRAMMES_MAX];
};

/* Calls `each` in order of persons, then for the institutions. ST_CONFLICT "no-run"
 * when no run was made for the period, and nothing was corrected in it. */
enum status letters_ledger(struct ledger *l, enum letter_kind kind, int32_t period,
                           const struct progress *progress,
                           enum status (*each)(void *ctx, const struct letter *x,
                                               struct diag *d),
                           void *ctx, struct diag *d) MUST_USE;

#endif
