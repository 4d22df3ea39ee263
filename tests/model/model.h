/* model.h - a naive reading of POLICY-FORMAT sections 3 and 4, to hold the evaluation
 * against: plain structs, every fact looked at for every day, no code of policy/ or
 * entitle/. It may be slow; it must be easy to compare with the text, step by step.
 *
 * Everything that has a name in a policy file is a small number here: an index into the
 * word lists below, which describe.c and the comparison print. Bounds are those of the
 * random worlds, not of the format. */
#ifndef ALMONER_TESTS_MODEL_MODEL_H
#define ALMONER_TESTS_MODEL_MODEL_H

#include "base/date.h"

#define MODEL_POLICIES 4
#define MODEL_PROGRAMMES 3
#define MODEL_TIERS 4
#define MODEL_PARAMETERS 2
#define MODEL_PARAMETER_ROWS 6
#define MODEL_CONFLICTS 3
#define MODEL_WINDOWS 2
#define MODEL_FACTS 56
#define MODEL_SETTLED 12
#define MODEL_MONTHS 64
#define MODEL_WORDS 6
#define MODEL_SCALES 2
#define MODEL_NONE (-1)

/* Attributes with a value on each day come first. */
enum model_attribute {
    MA_REGISTRATION,
    MA_RESIDENCE,
    MA_DEPENDENCY,
    MA_WELFARE,
    MA_LIVING,
    MA_STATES,
    MA_DEATH = MA_STATES,
    MA_CLAIM,
    MA_CERTIFIED,
    MA_DECISION,
    MA_SUSPENDED,
    MA_PAID_ELSEWHERE,
    MA_CHOICE,
    MA_COUNT
};

/* The words a condition may name and, but for dependency, a fact may say. */
extern const char *const model_words[MA_STATES][MODEL_WORDS];
extern const char *const model_attribute_names[MA_COUNT];
extern const char *const model_programmes[MODEL_PROGRAMMES];
extern const char *const model_tiers[MODEL_TIERS];
extern const char *const model_parameters[MODEL_PARAMETERS];
/* What an assessment says before a policy's `scales` translate it. */
extern const char *const model_grades[MODEL_WORDS];
extern const char *const model_scales[MODEL_SCALES + 1]; /* the last: in no policy */

enum model_decision { MD_APPROVE, MD_REFUSE, MD_STOP, MD_REVIEW };

struct model_fact {
    int attribute;
    int programme; /* or MODEL_NONE: all */
    int value; /* a word; a decision; paid-elsewhere: a month; choice: a programme */
    int scale; /* of a dependency fact, else MODEL_NONE */
    int tier;  /* of a decision, or MODEL_NONE */
    int64_t amount_fen; /* of a decision, or -1 */
    int32_t effective;
    int32_t until; /* last day, or DAY_NEVER */
    int32_t order; /* of recording */
    bool voided;
};

/* One month of one programme in the payment history taken over. */
struct model_settled {
    int programme;
    int32_t month;
    int64_t amount_fen;
};

struct model_person {
    int32_t birth;
    struct model_fact facts[MODEL_FACTS];
    int fact_count;
    struct model_settled settled[MODEL_SETTLED];
    int settled_count;
};

struct model_when {
    int age_min, age_max;       /* MODEL_NONE: open */
    int age_months;             /* for-months of the age; 0: none */
    unsigned any_of[MA_STATES]; /* bits of words; 0: no condition */
    int for_months[MA_STATES];  /* 0: none */
};

enum model_amount {
    MM_PER_MONTH,
    MM_PER_YEAR,
    MM_PERCENT,
    MM_APPROVED,
    MM_ONCE,
    MM_ASK,
    MM_NO_RATE
};

struct model_tier {
    int name;
    struct model_when when;
    enum model_amount kind;
    int64_t fen;    /* per month, per year, once */
    int hundredths; /* of a percent */
    int parameter;
};

enum model_turn { MT_NEXT_MONTH, MT_SAME_MONTH, MT_ON_DECISION };
enum model_entry { ME_AUTOMATIC, ME_CLAIM, ME_DECISION };
enum model_backdate { MB_NONE, MB_ALL, MB_CALENDAR_YEAR, MB_MONTHS };
enum model_certification { MC_NONE, MC_EVERY, MC_WINDOWS };
enum model_resume { MR_ALL, MR_NONE, MR_LAST, MR_UNLESS_OVER };
enum model_rounding { MO_HALF_UP, MO_DOWN, MO_UP };

struct model_window {
    int first_month, first_day, last_month, last_day; /* in one year */
};

struct model_rules {
    enum model_turn start, stop;
    int days_at_least; /* 0: start and stop */
    bool stop_by[MA_STATES];
    enum model_turn stop_on_death;
    enum model_turn tier_change;
    enum model_entry entry;
    enum model_turn entry_from; /* MT_SAME_MONTH is `month` */
    enum model_backdate backdate;
    int backdate_months;
    bool again_needed;
    bool keep_enrolled;
    enum model_certification certification;
    int every;
    struct model_window windows[MODEL_WINDOWS];
    int window_count;
    enum model_resume certification_resume;
    int certification_months;
    enum model_resume suspension_resume; /* MR_ALL or MR_NONE */
    bool leap_in_march;                  /* mar-01, else feb-28 */
    int whole_year_in;                   /* 1..12; 0: twelfths */
    enum model_rounding rounding;
    int64_t rounding_unit_fen; /* 1, 10, 100 */
    int set_off;               /* percent of a due month; grants nothing */
};

struct model_programme {
    bool defined;
    struct model_rules rules;
    struct model_tier tiers[MODEL_TIERS];
    int tier_count;
    int64_t head_fen;  /* central bears so much of a month; 0: nothing */
    int bears_percent; /* province, hundredths of a percent; the county has the rest */
};

struct model_parameter_row {
    int word; /* of the `by` attribute */
    int32_t from;
    int64_t fen;
};

struct model_parameter {
    int row_count; /* 0: not in this file */
    struct model_parameter_row rows[MODEL_PARAMETER_ROWS];
};
/* By which attribute a parameter's values are told apart. */
extern const enum model_attribute model_parameter_by[MODEL_PARAMETERS];

enum model_conflict_rule { MX_BLOCKED, MX_HIGHER_ONLY, MX_FIRST, MX_CHOSEN };

struct model_conflict {
    enum model_conflict_rule rule;
    int members[MODEL_PROGRAMMES]; /* blocked: one */
    int member_count;
    struct model_when when; /* of blocked */
};

struct model_policy {
    int32_t effective;
    int32_t confirmed_month;
    int supersedes; /* a policy confirmed before, or MODEL_NONE */
    bool dead_none;
    int defaults[MA_STATES];              /* a word, or MODEL_NONE */
    int scale[MODEL_SCALES][MODEL_WORDS]; /* grade -> word, or MODEL_NONE */
    struct model_parameter parameters[MODEL_PARAMETERS];
    struct model_programme programmes[MODEL_PROGRAMMES];
    int32_t ends_from[MODEL_PROGRAMMES]; /* a month, or MODEL_NONE */
    struct model_conflict conflicts[MODEL_CONFLICTS];
    int conflict_count;
};

/* Policies in the order of confirmation. */
struct model_world {
    struct model_policy policies[MODEL_POLICIES];
    int policy_count;
    int32_t settled_through[MODEL_PROGRAMMES]; /* a month, or MODEL_NONE */
    int32_t first; /* the month every policy begins in or after */
    int32_t last;  /* the last month that is asked for */
};

struct model_cell {
    const struct model_policy *policy; /* ruling, NULL: none, or ended */
    bool eligible;
    int32_t paying_day;
    const struct model_tier *tier;
    bool entered;
    int32_t entry_day; /* when entered */
    bool uncertified;  /* suspended by step 8 */
    bool granted;      /* by steps 1 to 8 */
    int64_t step9_fen;
    int64_t fen; /* in the end */
};

struct model_life {
    struct model_cell cells[MODEL_PROGRAMMES][MODEL_MONTHS];
};

/* What the person is granted for every programme and month of the world. */
void model_assess(const struct model_world *w, const struct model_person *p,
                  struct model_life *out);

#endif
