/* eval.h - what a person is granted for a month: a pure function of the confirmed
 * policies and the person's facts, in the steps of POLICY-FORMAT section 4.
 *
 * A policy_set is compiled once: names become small numbers, `when` rows become
 * tables; after that nothing allocates. It may be used by several threads at once. */
#ifndef ALMONER_POLICY_EVAL_H
#define ALMONER_POLICY_EVAL_H

#include "base/date.h"
#include "policy/model.h"

#define EVAL_PROGRAMMES_MAX 64
/* To be raised with every change that makes results come out otherwise: what runs keep
 * for the next month was found by the version before (see entitle_terms). */
#define EVAL_VERSION 1

/* One confirmed policy, in the order of confirmation. */
struct confirmed_policy {
    const struct policy *policy; /* must outlive the set */
    uint32_t number;             /* of the ledger's register */
    int32_t confirmed_month;
};

struct policy_set;

enum status policy_set_new(struct policy_set **out, const struct confirmed_policy *list,
                           size_t count, struct diag *d) MUST_USE;
void policy_set_free(struct policy_set *s);

/* Programmes of all policies of the set, numbered from 0 in order of appearance. */
size_t policy_set_programme_count(const struct policy_set *s);
const char *policy_set_programme_code(const struct policy_set *s, size_t programme);
int policy_set_programme_find(const struct policy_set *s, struct str code); /* or -1 */
/* The earliest month any policy rules; INT32_MAX for an empty set. */
int32_t policy_set_first_month(const struct policy_set *s);

/* Could anything ever be paid by it: has it a tier that is not `none: true`, in any
 * policy of the set? */
bool policy_set_pays(const struct policy_set *s, size_t programme);

/* The policy ruling a programme in a month (step 1), ignoring `retroactive`; NULL when
 * none, or when one ends it. */
const struct confirmed_policy *policy_set_ruling(const struct policy_set *s,
                                                 size_t programme, int32_t month);

/* The attributes evaluation itself knows; other attributes that some policy names have
 * numbers from ATTR_FIRST_FREE on. */
enum eval_attribute {
    ATTR_UNUSED = -1, /* no policy asks for it: the fact can be left out */
    ATTR_DEATH,
    ATTR_CLAIM,
    ATTR_CERTIFIED,
    ATTR_DECISION,
    ATTR_SUSPENDED,
    ATTR_PAID_ELSEWHERE,
    ATTR_CHOICE,
    ATTR_REGISTRATION,
    ATTR_RESIDENCE,
    ATTR_DEPENDENCY,
    ATTR_FIRST_FREE
};

/* A fact as evaluation sees it. Text is borrowed from the caller. */
struct eval_fact {
    int attribute;     /* policy_set_attribute */
    int programme;     /* a programme's number, or -1 for all; only of claim, certified,
                        * decision, suspended and paid-elsewhere: policy_set_intern
                        * makes it -1 elsewhere */
    struct str value;  /* as recorded */
    int value_number;  /* filled by policy_set_intern, with the two below */
    int32_t effective; /* day; DAY_ALWAYS: from the beginning */
    int32_t until;     /* last day, DAY_NEVER when open */
    struct str scale;  /* of an assessment, else empty */
    struct str tier;   /* of a decision, else empty */
    int64_t amount_fen; /* of a decision, else -1 */
    uint32_t order;     /* of recording: the later counts among equals */
    int graded_number;  /* of (scale, value) */
    int tier_number;    /* of the tier's name */
};

/* The number of an attribute by name, or ATTR_UNUSED. */
int policy_set_attribute(const struct policy_set *s, struct str name);
/* Fills what evaluation looks up once per fact (value_number), then sorts the facts as
 * evaluation wants them. Call it once per person, before eval_month. */
void policy_set_intern(const struct policy_set *s, struct eval_fact *facts,
                       size_t count);

/* Amounts taken over with the payment history; counts up to a programme's
 * settled-through month (step 11). A programme that is settled but never paid this
 * person still needs one row, of amount 0: it tells the month through which nothing
 * more is granted. */
struct eval_settled {
    int programme;
    int32_t through_month; /* of the programme, for everybody */
    int32_t month;         /* one month paid to this person */
    int64_t amount_fen;
};

struct eval_person {
    int32_t birth; /* day */
    const struct eval_fact *facts;
    size_t fact_count;
    const struct eval_settled *settled; /* NULL when none */
    size_t settled_count;
    bool amounts_only; /* who is not eligible is not told why: `unmet` stays NULL */
};

/* Why a month is granted or not; the first thing that decided. */
enum eval_reason {
    EVAL_GRANTED,
    EVAL_NO_POLICY,    /* step 1: nothing rules, or it was ended */
    EVAL_NOT_ELIGIBLE, /* steps 2, 3: no tier; `unmet` says what is missing */
    EVAL_REFUSED,      /* a refuse or stop decision is in force */
    EVAL_PAID_ELSEWHERE,
    EVAL_DEAD,          /* step 4 */
    EVAL_NOT_ENTERED,   /* step 6: no claim or decision yet */
    EVAL_BEFORE_ENTRY,  /* step 6: backdating does not reach */
    EVAL_SUSPENDED,     /* step 7 */
    EVAL_NOT_CERTIFIED, /* step 8 */
    EVAL_ASK,           /* a decision must name the tier */
    EVAL_NO_RATE,       /* none: true, or no parameter value */
    EVAL_CONFLICT,      /* step 10: dropped for another programme */
    EVAL_ZERO,          /* the month's amount is nothing, e.g. whole-year-in */
    EVAL_SETTLED        /* step 11: settled, and the history paid nothing */
};
const char *eval_reason_name(enum eval_reason r); /* "granted", ... */
const char *eval_reason_zh(enum eval_reason r);

struct eval_result {
    int64_t amount_fen;
    enum eval_reason reason;
    const struct confirmed_policy *policy; /* ruling, or NULL */
    const struct programme *rules;         /* in that policy, or NULL */
    const struct tier *tier;               /* or NULL */
    uint32_t tier_number;                  /* from 1 in the file; 0: none */
    int32_t paying_day;                    /* DAY_NEVER: none */
    const struct condition *unmet;         /* of the nearest row, or NULL */
    int conflict_with;                     /* programme that was kept, or -1 */
    bool warned; /* a value was missing that the rules need; see docs of policy check */
};

/* All programmes of the set for one month: results[policy_set_programme_count]. A
 * programme none of whose tiers can ever pay (`none: true`) is not looked at further:
 * EVAL_NO_RATE without a tier; eval_programme says which tier it would be. */
void eval_month(const struct policy_set *s, const struct eval_person *person,
                int32_t month, struct eval_result *results);

/* One programme for one month by steps 1 to 9 and 11, conflicts left out; also looks at
 * programmes that can never pay, which eval_month does not. */
void eval_programme(const struct policy_set *s, const struct eval_person *person,
                    int32_t month, size_t programme, struct eval_result *result);

/* The first month after `month` in which eval_month could give another amount, reason,
 * policy, tier or warning, while facts and policies stay as they are; at most a hundred
 * years on. results: what eval_month gave for it. Rather too early than too late: the
 * next month where a rule is hard to foresee. */
int32_t eval_steady_until(const struct policy_set *s, const struct eval_person *person,
                          int32_t month, const struct eval_result *results);

/* When an amount granted for `month` may be paid: its payable month, after `every` and
 * `after`. The caller makes it payable at once after a death. */
int32_t eval_payable_month(const struct rules *rules, int32_t month);

#endif
