/* why.h - why a month is what eval_month says: the conditions with the facts they were
 * held against, the dates that decided, the value of a standard with its document, the
 * conflict that dropped an amount; and what somebody would have who gets nothing.
 *
 * Changes nothing and decides nothing: the amount and the reason are those of
 * eval_month. Texts and facts are borrowed from the set and the person. */
#ifndef ALMONER_POLICY_WHY_H
#define ALMONER_POLICY_WHY_H

#include "policy/eval.h"

#define WHY_CONDITIONS_MAX 16
#define WHY_FACTS_MAX 48

enum why_use { /* what a fact was looked at for */
               WHY_CONDITION,
               WHY_DECISION,
               WHY_ENTRY,
               WHY_CERTIFICATION,
               WHY_SUSPENSION,
               WHY_DEATH,
               WHY_ELSEWHERE,
               WHY_STANDARD, /* which value of a parameter */
               WHY_CHOICE,
               WHY_USES
};
const char *why_use_name(enum why_use use); /* "condition", ... */

struct why_fact {
    const struct eval_fact *fact;
    enum why_use use;
};

struct why_condition {
    const struct condition *source;
    bool holds;
    int32_t age;                  /* of COND_AGE: on the day; -1 before birth */
    int32_t reached;              /* the day the lowest age is reached */
    int32_t passed;               /* the first day after the highest; DAY_NEVER */
    const struct eval_fact *fact; /* the latest not after the day, or NULL */
    bool over;                    /* its last day was before */
    struct str value;             /* as the file reads it; empty: none */
    bool by_default;              /* value is that of the file's `defaults` */
};

/* Something the rules need was missing: the result's `warned`. */
enum why_warning {
    WHY_SOUND,
    WHY_NO_VALUE,     /* the parameter has no value for the person and month */
    WHY_UNKNOWN_TIER, /* the decision names a tier the policy does not have */
    WHY_NO_AMOUNT,    /* the decision in force approves no amount */
    WHY_OTHER         /* a sum out of range */
};

struct why_standard { /* a parameter's value */
    const char *name; /* NULL: none was asked for */
    const char *title;
    const char *key; /* of `by`, or NULL */
    bool found;
    int64_t fen;
    int32_t from_day;
    const char *document;
    const struct confirmed_policy *policy;
};

struct why {
    struct eval_result result; /* as of eval_month */
    int64_t before_fen;        /* without conflicts */
    int32_t month;
    int32_t death; /* DAY_NEVER: alive */
    /* Nothing rules the month: what ended it, or what begins later. */
    const struct policy_end *end; /* or NULL */
    const struct confirmed_policy *end_policy;
    const struct confirmed_policy *later;
    int32_t later_month;
    int32_t elsewhere;       /* the last month another county paid; 0: none */
    int32_t settled_through; /* 0: the programme was not taken over */
    /* The tier, or the nearest one of who is not eligible. */
    const struct tier *tier; /* or NULL */
    uint32_t tier_number;
    bool by_decision; /* a decision named it */
    int32_t day;      /* its conditions are of the end of this day */
    size_t condition_count;
    struct why_condition conditions[WHY_CONDITIONS_MAX];
    int unmet; /* the condition that the result names, or -1 */
    /* Entry (by claim or decision) and certification, of who is eligible. */
    int32_t entry_day; /* DAY_NEVER: none */
    int32_t entry_month;
    bool entry_kept;
    bool entry_settled;    /* by the payment history taken over */
    int32_t certify_since; /* DAY_NEVER: not asked for */
    int32_t certify_next;  /* month of the next certification; INT32_MAX: none */
    struct why_standard standard;
    enum why_warning warning;
    /* What dropped the amount, and for which amount. */
    const struct conflict *conflict; /* or NULL */
    const struct confirmed_policy *conflict_policy;
    int64_t kept_fen;
    size_t fact_count; /* everything above that is a fact; none twice for one use */
    struct why_fact facts[WHY_FACTS_MAX];
};

/* Fails only for lack of memory. The month as for eval_month; the person's facts have
 * gone through policy_set_intern. */
enum status why_month(const struct policy_set *s, const struct eval_person *person,
                      int32_t month, size_t programme, struct why *out, struct diag *d)
    MUST_USE;

/* Why somebody gets nothing who by the facts would get something. */
enum omission {
    OMISSION_NONE,
    OMISSION_CLAIM,         /* no claim */
    OMISSION_DECISION,      /* no approval where one makes the entry */
    OMISSION_CERTIFICATION, /* missing or lapsed */
    OMISSION_ASSESSMENT,    /* an attribute without any value alone is missing */
    OMISSION_ASK,           /* a decision must name the tier, or the amount */
    OMISSION_KINDS
};
const char *omission_name(enum omission o); /* "no-claim", ... */

struct omitted {
    enum omission why;
    enum why_warning warning; /* of the month as it is, whatever why says */
    const struct tier *tier;  /* that would be granted; of an assessment the nearest */
    uint32_t tier_number;
    const char
        *attribute; /* OMISSION_ASSESSMENT: which value there is not, else NULL */
    /* What a month would bring, less what it would displace; 0: nobody can know. A
     * year's amount paid at once counts as a twelfth. */
    int64_t fen;
};

/* All programmes of the set for one month: out[policy_set_programme_count]. Entry and
 * certification are taken as given; who is suspended, refused, dead, paid elsewhere or
 * settled misses nothing, nor does who would lose the amount in a conflict. results are
 * those of eval_month for the same month. True: somebody misses something, or something
 * is warned of. */
bool why_omitted(const struct policy_set *s, const struct eval_person *person,
                 int32_t month, const struct eval_result *results, struct omitted *out);

#endif
