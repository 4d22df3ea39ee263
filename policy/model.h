/* model.h - one policy file as plain data: what the reader makes, the checker walks,
 * the printer shows and the evaluation compiles. Meaning: POLICY-FORMAT, sections in
 * brackets. All strings are NUL-terminated UTF-8, owned by the policy's arena, and
 * NULL where the file says nothing and nothing is asked. */
#ifndef ALMONER_POLICY_MODEL_H
#define ALMONER_POLICY_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/money.h"
#include "base/status.h"
#include "base/yaml.h"

enum policy_status { POLICY_DRAFT, POLICY_IN_FORCE, POLICY_SUPERSEDED };
enum timing { TIMING_NEXT_MONTH, TIMING_SAME_MONTH };
enum tier_change { TIER_NEXT_MONTH, TIER_SAME_MONTH, TIER_ON_DECISION };
enum entry_by { ENTRY_AUTOMATIC, ENTRY_CLAIM, ENTRY_DECISION };
enum entry_from { ENTRY_FROM_MONTH, ENTRY_FROM_NEXT_MONTH };
enum backdate_kind { BACKDATE_NONE, BACKDATE_ALL, BACKDATE_CALENDAR_YEAR, BACKDATE_N };
enum resume_kind { RESUME_ALL, RESUME_NONE, RESUME_LAST, RESUME_UNLESS_OVER };
enum certification_kind { CERT_NONE, CERT_EVERY, CERT_WINDOWS };
enum annual_kind { ANNUAL_NONE, ANNUAL_TWELFTHS, ANNUAL_WHOLE_YEAR };
enum leap_birthday { LEAP_FEB_28, LEAP_MAR_1 };
enum due_at_death { DUE_TO_ACCOUNT, DUE_TO_HEIR };
enum payee_kind { PAYEE_PERSON, PAYEE_INSTITUTION, PAYEE_BY_RESIDENCE };
enum conflict_rule {
    CONFLICT_BLOCKED,
    CONFLICT_HIGHER_ONLY,
    CONFLICT_FIRST,
    CONFLICT_CHOSEN
};

/* What a condition of `when` looks at. */
enum cond_kind {
    COND_AGE,          /* completed years, low..high, both ends in */
    COND_REGISTRATION, /* the division begins with one of the values */
    COND_RESIDENCE,    /* "home", an institution's code, or "institution" for any */
    COND_DEPENDENCY,   /* after `scales` */
    COND_ATTRIBUTE     /* any other attribute: the value is in the set */
};

struct condition {
    enum cond_kind kind;
    const char *attribute; /* its name as in the file, also of the kinds above */
    int32_t age_low;       /* COND_AGE; 0 when open */
    int32_t age_high;      /* COND_AGE; INT32_MAX when open */
    const char **values;   /* the set of the other kinds */
    size_t value_count;
    int32_t for_months; /* 0, or held on every day of that many months before */
    struct place place;
};

enum amount_kind {
    AMOUNT_PER_MONTH,
    AMOUNT_PER_YEAR,
    AMOUNT_PERCENT,
    AMOUNT_APPROVED,
    AMOUNT_ONCE,
    AMOUNT_ASK,
    AMOUNT_NONE
};

struct amount {
    enum amount_kind kind;
    int64_t fen;           /* per-month, per-year, once */
    int64_t percent;       /* in hundredths: 15 is 1500 */
    const char *parameter; /* percent of what */
    bool has_floor;
    int64_t floor_fen;     /* in the unit of the amount */
    int64_t floor_percent; /* of a percent amount, in hundredths */
    struct place place;
};

struct fund_share {
    const char *source; /* central, province, city, county, lottery, ... */
    bool rest;
    bool per_head;
    int64_t percent; /* hundredths */
    int64_t per_head_fen;
};

struct funds {
    struct fund_share *shares;
    size_t count;
    struct place place; /* 0 when the file has none here */
};

struct budget_class {
    int32_t year; /* 0: none said */
    const char *function;
    const char *economic;
};

struct tier {
    const char *name;
    struct condition *when;
    size_t when_count;
    struct amount amount;
    struct funds funds; /* count 0: the programme's */
    struct budget_class class;
    struct place place;
};

struct month_day {
    int32_t month;
    int32_t day;
};

struct resume {
    enum resume_kind kind;
    int32_t months; /* of last and unless-over */
};

struct stop_by { /* {ATTRIBUTE: same-month} */
    const char *attribute;
    struct place place;
};

struct rules {
    enum timing start;
    enum timing stop;
    int32_t days_at_least; /* 0: start and stop rule */
    struct stop_by *stop_by;
    size_t stop_by_count;
    enum timing stop_on_death; /* next-month: the month of death is paid */
    enum tier_change tier_change;
    struct {
        enum entry_by by;
        enum entry_from from;
        enum backdate_kind backdate;
        int32_t backdate_months;
        bool again_needed;
        bool keep_enrolled;
        bool idle_keys; /* automatic, yet from, backdate or again are written */
    } entry;
    struct {
        enum certification_kind kind;
        int32_t every_months;
        struct {
            struct month_day from, to;
        } windows[12];
        size_t window_count;
        struct resume resume;
        struct place place;
    } certification;
    struct resume suspension;
    enum leap_birthday leap;
    enum annual_kind annual;
    int32_t annual_month;  /* whole-year-in */
    int32_t payable_every; /* 1, 3, 6 or 12 */
    int32_t payable_after;
    enum rounding rounding;
    int64_t rounding_unit_fen; /* 1, 10 or 100 */
    enum due_at_death due_at_death;
    int64_t set_off_percent; /* hundredths */
    struct place place;      /* of `rules` */
};

struct choice { /* who chose a rule the document leaves open */
    const char *rule;
    const char *by; /* document, bureau, meeting */
    const char *ref;
    struct place place;
};

struct programme {
    const char *code;
    const char *name;
    const char *item;
    const char *lead;
    const char *citation_clause;
    const char *citation_text;
    const char **notes;
    size_t note_count;
    /* False: every tier is `none: true`. Then rules, payee, class and funds may be left
     * out, and must not be read unless has_rules or has_payee says they are there. */
    bool pays;
    bool has_rules;
    bool has_payee;
    enum payee_kind payee;
    struct budget_class class;
    struct funds funds;
    struct rules rules;
    struct choice *choices;
    size_t choice_count;
    struct tier *tiers;
    size_t tier_count;
    struct place place;
};

struct parameter_value {
    int32_t from_day; /* ascending within a series */
    int64_t fen;
    const char *document;
    struct place place;
};

struct parameter_series { /* the values of one attribute value, e.g. dibao-urban */
    const char *key;      /* NULL when the parameter has no `by` */
    struct parameter_value *values;
    size_t value_count;
    struct place place;
};

struct parameter {
    const char *name;
    const char *title;
    const char *by; /* an attribute, or NULL */
    struct parameter_series *series;
    size_t series_count;
    struct place place;
};

struct scale_map { /* one grade of one scale: "moderate" of GB/T 42195-2022 is semi */
    const char *attribute; /* dependency */
    const char *scale;
    const char *grade;
    const char *value;
};

struct policy_end {
    const char *programme;
    int32_t from_month;
    const char *document;
    struct place place;
};

struct conflict {
    enum conflict_rule rule;
    const char **among; /* of the three that choose */
    size_t among_count;
    const char *programme;  /* of blocked */
    struct condition *when; /* of blocked */
    size_t when_count;
    struct place place;
};

struct attribute_default {
    const char *attribute;
    const char *value;
    struct place place;
};

struct policy {
    const char *id;
    const char *title;
    const char *document_number;
    const char *document_issuer;
    int32_t document_issued; /* a day */
    enum policy_status status;
    const char **basis;
    size_t basis_count;
    const char *jurisdiction;
    int32_t effective; /* a day */
    bool retroactive_dead_none;
    const char **supersedes; /* ids */
    size_t supersedes_count;
    struct attribute_default *defaults;
    size_t default_count;
    struct parameter *parameters;
    size_t parameter_count;
    struct scale_map *scales;
    size_t scale_count;
    struct programme *programmes;
    size_t programme_count;
    struct policy_end *ends;
    size_t end_count;
    struct conflict *conflicts;
    size_t conflict_count;
    struct arena *arena; /* owns all of the above */
};

#endif
