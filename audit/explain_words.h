/* explain_words.h - an explanation in sentences, Chinese or English: what decided, with
 * its dates, and the arithmetic written out. */
#ifndef ALMONER_AUDIT_EXPLAIN_WORDS_H
#define ALMONER_AUDIT_EXPLAIN_WORDS_H

#include "audit/explain.h"

enum explain_line {
    EXPLAIN_REASON,        /* always one, the first: why this much, or why nothing */
    EXPLAIN_CONDITION,     /* of the tier, or of the nearest one */
    EXPLAIN_ENTRY,         /* claim or approval */
    EXPLAIN_CERTIFICATION, /* when last, since when wanted */
    EXPLAIN_STANDARD,      /* a parameter's value, with its document */
    EXPLAIN_ARITHMETIC,    /* twelfths, percent */
    EXPLAIN_FLOOR,         /* the document's "not less than" */
    EXPLAIN_CONFLICT,      /* what was kept, by which line of which policy */
    EXPLAIN_ORDER,         /* a court's or the bureau's, upon the rule's amount */
    EXPLAIN_HISTORY,       /* paid before this ledger */
    EXPLAIN_WARNING,       /* something the rules need was missing */
    EXPLAIN_PENDING,       /* no run has posted this yet */
    EXPLAIN_LINES
};
const char *explain_line_name(enum explain_line kind); /* "reason", ... */
const char *explain_line_zh(enum explain_line kind);   /* "原因", ... */

/* Calls `each` for every sentence, in the order above; text is borrowed for the call.
 * Fails only for lack of memory. */
enum status explain_words(const struct explanation *x, const struct policy_set *s,
                          bool zh,
                          void (*each)(void *ctx, enum explain_line kind,
                                       struct str text),
                          void *ctx, struct diag *d) MUST_USE;

/* What was missing, in words; "" for WHY_SOUND. */
const char *explain_warning(enum why_warning w, bool zh);

#endif
