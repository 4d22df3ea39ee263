/* eval_private.h - what the files of the evaluation share; nobody else includes it.
 *
 * compile.c makes struct policy_set, names.c its numbers; the rest reads it. Steps are
 * those of POLICY-FORMAT section 4. Day and month arithmetic never leaves the years of
 * base/date: see eval_month_of and eval_first_day. */
#ifndef ALMONER_POLICY_EVAL_PRIVATE_H
#define ALMONER_POLICY_EVAL_PRIVATE_H

#include "base/arena.h"
#include "base/date.h"
#include "policy/eval.h"
#include "policy/model.h"

#define EVAL_ATTRIBUTES_MAX 64 /* bits of a mask */
#define EVAL_POLICIES_MAX 1024
#define EVAL_VERSIONS_MAX 1024 /* of one programme */
#define EVAL_AGE_MAX 1000      /* ages beyond are never reached */
#define MONTH_LONG_AGO 0       /* of a day before all days; year 0 */

/* ---- names.c: names to numbers ---- */

enum name_space {
    NAMES_ATTRIBUTE,
    NAMES_PROGRAMME,
    NAMES_TIER,
    NAMES_PARAMETER,
    NAMES_VALUE,                                     /* + attribute */
    NAMES_GRADE = NAMES_VALUE + EVAL_ATTRIBUTES_MAX, /* + attribute: (scale, grade) */
    NAMES_SPACES = NAMES_GRADE + EVAL_ATTRIBUTES_MAX
};

struct name;

struct names {
    struct name *list;
    uint32_t count;
    uint32_t cap;
    uint32_t *slots; /* index + 1 of a name; 0: free */
    uint32_t slot_count;
    int used[NAMES_SPACES]; /* numbers given out in each space */
};

/* Gives the pair a number if it has none. The text is borrowed for the table's life. */
enum status names_add(struct names *n, int space, struct str a, struct str b, int *out,
                      struct diag *d) MUST_USE;
int names_find(const struct names *n, int space, struct str a,
               struct str b); /* or -1 */
/* Walks over the names of a space: false at the end. */
struct names_walk {
    int space;     /* wanted */
    uint32_t next; /* 0 at first */
    int number;
    struct str a;
};
bool names_next(const struct names *n, struct names_walk *w);
void names_release(struct names *n);

/* ---- the compiled set ---- */

/* Numbers of one attribute's values, a bit each. */
struct value_set {
    uint64_t first; /* the first word again: most attributes need no other */
    const uint64_t *words;
    int count;
};

struct cond {
    bool age; /* else a set of values */
    bool stop_by;
    int attribute;
    int32_t age_low;
    int32_t age_high;
    int32_t for_months;
    struct value_set values;
    const struct condition *source;
};

struct conds { /* they hold together */
    const struct cond *list;
    size_t count;
};

/* A tier. */
struct row {
    const struct tier *source;
    struct conds when;
    int name;      /* NAMES_TIER */
    int parameter; /* of a percent amount, or -1 */
};

/* How one file reads attributes: its `defaults` and `scales`. */
struct file {
    const struct confirmed_policy *confirmed;
    int32_t effective;
    const int *defaults; /* by attribute: a value's number, or -1 */
    int *const *grades;  /* by attribute: NULL, or by grade: a value's number or -1 */
    const uint32_t *superseded_by; /* indexes of files */
    size_t superseded_by_count;
};

/* One file's definition of a programme, or its end of it (step 1). */
struct version {
    int32_t effective;
    int32_t effective_month;
    int32_t first_month; /* ruled by it, unless a later one rules that too */
    uint32_t file_index;
    const struct file *file;
    const struct programme *programme; /* NULL: ended */
    const struct rules *rules;
    struct row *rows;
    size_t row_count;
    bool pays;           /* some tier can */
    bool daily;          /* a condition looks back: eligibility may change on any day */
    uint64_t attributes; /* the tiers look at */
    const int32_t *ages; /* at which a condition turns, rising */
    size_t age_count;
};

struct line { /* of programmes: all versions of one code, in the order they rule */
    const char *code;
    struct version *versions;
    size_t version_count;
    int32_t first_month;
    bool keeps; /* some version has keep-enrolled */
};

struct parameter_row { /* one value; sorted by from_day, then file */
    int32_t from_day;
    uint32_t file_index;
    int attribute; /* of `by`, or -1 */
    struct value_set keys;
    int64_t fen;
};

struct parameter_table {
    struct parameter_row *rows;
    size_t count;
};

struct conflict_row { /* sorted by effective date, file and line */
    const struct conflict *source;
    uint32_t file_index;
    uint64_t members; /* programmes, a bit each; of blocked, one */
    int blocked;      /* programme, or -1 */
    int *among;       /* in the order named */
    size_t among_count;
    struct conds when;
    int replaced_by; /* the next row, of a later file, about the same; or -1 */
};

/* What can turn results of months: see steady.c. */
#define EVAL_ECHOES_MAX 64
#define EVAL_TURNS_MAX 512
struct echo { /* an event is felt in months from..to, counted from its own */
    int32_t from;
    int32_t to;
};
struct turning {
    struct echo echoes[EVAL_ECHOES_MAX];
    size_t echo_count;
    int32_t months[EVAL_TURNS_MAX]; /* a file or a standard takes effect */
    size_t month_count;
    int32_t ages[EVAL_TURNS_MAX];
    size_t age_count;
    unsigned
        windows_over;  /* bit n: a window of certification ends before month n + 1 */
    bool from_january; /* backdating goes to a year's beginning */
    bool never_steady; /* more than fits here */
};

struct policy_set {
    struct arena *arena; /* owns all but names and this */
    struct names names;
    struct confirmed_policy *confirmed;
    struct file *files;
    size_t file_count;
    struct line *lines;
    size_t line_count;
    struct parameter_table *parameters; /* by NAMES_PARAMETER */
    struct conflict_row *conflicts;
    size_t conflict_count;
    uint8_t *counts;           /* by file: not superseded */
    bool spares_dead;          /* some file is `retroactive: {dead: none}` */
    uint64_t division_lengths; /* bit n: a division prefix of n digits is known */
    int32_t first_month;
    struct turning turning;
};

struct texts {
    const char **list;
    size_t count;
};

/* compile_values.c: what a text is for an attribute; -1: nothing any file names. */
int compile_value_number(const struct policy_set *s, int attribute, struct str text);
int compile_graded_number(const struct policy_set *s, int attribute, struct str scale,
                          struct str grade);
enum status compile_add_known(struct policy_set *s, struct diag *d) MUST_USE;
enum status compile_add_names(struct policy_set *s, const struct policy *p,
                              struct diag *d) MUST_USE;
enum status compile_file_values(struct policy_set *s, struct file *f, struct diag *d)
    MUST_USE;
enum status compile_value_set(struct policy_set *s, int attribute, struct texts texts,
                              struct value_set *out, struct diag *d) MUST_USE;
/* compile_rules.c */
enum status compile_conds(struct policy_set *s, const struct condition *list,
                          size_t count, struct conds *out, struct diag *d) MUST_USE;
int32_t compile_first_month(int32_t effective); /* whose first day is not before it */
enum status compile_lines(struct policy_set *s, struct diag *d) MUST_USE;
/* compile_tables.c */
enum status compile_parameters(struct policy_set *s, struct diag *d) MUST_USE;
enum status compile_conflicts(struct policy_set *s, struct diag *d) MUST_USE;

/* steady.c; after all the others. */
void compile_turning(struct policy_set *s);

/* The line of a code, or -1; NULL is no code. */
static inline int compile_line(const struct policy_set *s, const char *code)
{
    return names_find(&s->names, NAMES_PROGRAMME, str_of(code), str_of(NULL));
}

static inline bool value_set_has(struct value_set set, int value)
{
    if (value < 0 || value >= set.count) {
        return false;
    }
    uint64_t word = value < 64 ? set.first : set.words[value >> 6];
    return (word >> (value & 63) & 1) != 0;
}

/* ---- one evaluation ---- */

/* Facts of one attribute about one programme or all, rising by date and recording. */
struct span {
    const struct eval_fact *p;
    size_t n;
};

/* Numbers of ATTR_DECISION's values. */
enum decision { DECISION_APPROVE, DECISION_REFUSE, DECISION_STOP, DECISION_REVIEW };
#define DECIDES_EACH_DAY                                                               \
    (1u << DECISION_APPROVE | 1u << DECISION_REFUSE | 1u << DECISION_STOP)
#define ANY_VALUE (~0u)

struct value_found { /* of an attribute, as a file reads it on a day */
    const struct file *file;
    int32_t day;
    int value;
};

struct eval {
    const struct policy_set *set;
    const struct eval_person *person;
    const uint8_t *counts; /* files that count for this person */
    struct civil birth;
    int32_t death; /* DAY_NEVER: alive */
    int32_t death_month;
    int32_t age_day; /* the last day asked about, and the answer */
    enum leap_birthday age_leap;
    int32_t age;
    int32_t month; /* asked for, with its first and last day */
    int32_t first;
    int32_t last;
    bool names;                                    /* some fact names a programme */
    struct value_found found[EVAL_ATTRIBUTES_MAX]; /* the last answers */
    struct span all[EVAL_ATTRIBUTES_MAX];          /* facts naming no programme */
    struct span named[ATTR_CHOICE]; /* facts naming one, of those that may */
    /* of the programme looked at */
    int programme;
    const struct line *line;
    struct span own[ATTR_CHOICE]; /* its part of named */
    int32_t elsewhere; /* the last month another county paid, or MONTH_LONG_AGO */
    int32_t settled;   /* through this month, MONTH_LONG_AGO: not */
    bool in_history;
    uint8_t kept[EVAL_VERSIONS_MAX];       /* by version: enum kept of entry.c */
    uint8_t counts_own[EVAL_POLICIES_MAX]; /* behind counts, for the dead */
};

/* How conditions are read: by the file they stand in, with one rule on birthdays. */
struct context {
    const struct file *file;
    enum leap_birthday leap;
};

/* A programme in a month, as far as the steps have come. */
struct standing {
    int32_t month;
    int32_t first; /* its first and last day; first - 1 ends the month before */
    int32_t last;
    const struct version *version;
    enum eval_reason reason;
    int32_t paying_day; /* DAY_NEVER: none */
    int tier;           /* E of the paying day, after step 5 the tier; or -1 */
    int32_t failed_day; /* when not eligible: where to look for what is unmet */
    const struct cond *failed_stop_by;
};

/* facts.c */
int32_t eval_month_of(int32_t day);    /* MONTH_LONG_AGO for DAY_ALWAYS */
int32_t eval_first_day(int32_t month); /* DAY_ALWAYS before the calendar */
void eval_begin(struct eval *x, const struct policy_set *s,
                const struct eval_person *person, int32_t month);
void eval_begin_programme(struct eval *x, int programme);
const struct eval_fact *eval_latest(struct span span, int32_t day);
/* As eval_latest, among the facts whose value is in the mask. */
const struct eval_fact *eval_latest_in(struct span span, int32_t day, unsigned values);
/* As eval_latest_in, of the facts about all and about this programme; whether its last
 * day is past is the caller's question. */
const struct eval_fact *eval_latest_of(const struct eval *x, int attribute, int32_t day,
                                       unsigned values);
const struct eval_fact *eval_decision(const struct eval *x, int32_t day);
/* The first event of claim, certified or (approve) decision after the month, before
 * the death; DAY_NEVER when none. */
int32_t eval_first_event(const struct eval *x, int attribute, int32_t after_month);
/* The value of an attribute as a file reads it; -1: none. */
int eval_find_value(const struct eval *x, const struct file *file, int attribute,
                    int32_t day);
/* Programmes mostly ask the same about the same day. */
static inline int eval_value(struct eval *x, const struct file *file, int attribute,
                             int32_t day)
{
    struct value_found *found = &x->found[attribute];
    if (found->file != file || found->day != day) {
        found->value = eval_find_value(x, file, attribute, day);
        found->file = file;
        found->day = day;
    }
    return found->value;
}

/* eligible.c, steps 1 to 5 */
static inline const struct version *eval_ruling(const struct eval *x, int32_t month)
{
    for (size_t i = x->line->version_count; i-- > 0;) {
        const struct version *v = &x->line->versions[i];
        if (v->first_month <= month && x->counts[v->file_index]) {
            return v->programme == NULL ? NULL : v;
        }
    }
    return NULL;
}
bool eval_conds_hold(struct eval *x, struct context context, struct conds conds,
                     int32_t day);
bool eval_eligible(struct eval *x, int32_t month, struct standing *st);
int eval_tier(struct eval *x, const struct standing *st);
/* The day on which a month's tier is asked for, if one holds then (step 5). */
int32_t eval_tier_day(const struct eval *x, const struct standing *st);
/* Why an EVAL_NOT_ELIGIBLE is one: refused, or the first unmet condition. */
enum eval_reason eval_not_eligible(struct eval *x, const struct standing *st,
                                   const struct condition **unmet);
/* Completed years at the end of a day, -1 before the birth; the day an age is reached,
 * DAY_NEVER beyond the calendar. */
int32_t eval_age(struct eval *x, int32_t day, enum leap_birthday leap);
int32_t eval_birthday(const struct eval *x, int32_t age, enum leap_birthday leap);
/* The first of the months before and with this one that surely fare alike. */
int32_t eval_alike_since(struct eval *x, const struct version *v, int32_t month);

/* entry.c, step 6 */
struct entry {
    int32_t day;   /* DAY_NEVER: none */
    int32_t month; /* e */
    bool kept;     /* by keep-enrolled: granted from that month */
};
/* The first month of the spell of an eligible month, or any at or before `enough`. */
int32_t eval_spell_start(struct eval *x, int32_t month, int32_t enough);
struct entry eval_find_entry(struct eval *x, const struct standing *st);
bool eval_entry_grants(const struct rules *rules, struct entry e, int32_t month);
bool eval_kept(struct eval *x, const struct version *v);

/* certify.c, steps 7 and 8 */
bool eval_suspended(const struct eval *x, const struct standing *st);
bool eval_certified(struct eval *x, const struct standing *st, struct entry e);

/* A certification from this day to the end of the month is wanted. */
int32_t eval_certify_since(const struct standing *st);
/* The month of the next certification, or INT32_MAX. */
int32_t eval_certify_next(const struct eval *x, const struct standing *st);

/* amount.c, step 9; fills amount_fen, reason and warned */
void eval_amount(struct eval *x, const struct standing *st, struct eval_result *r);
/* The value of a parameter for the person on the paying day; NULL: none. */
const struct parameter_row *eval_parameter(struct eval *x, const struct standing *st,
                                           int parameter);

/* conflict.c, step 10 */
void eval_conflicts(struct eval *x, int32_t month, uint64_t fixed,
                    struct eval_result *results);

/* eval.c */
/* Steps 1 to 8: true when granted; else st->reason says why not. */
bool eval_steps(struct eval *x, int32_t month, struct standing *st);
/* Steps 1 to 9. */
void eval_grant(struct eval *x, int32_t month, struct eval_result *r);

#endif
