/* explain.h - one amount, from clause to records: why a person has what they have for a
 * programme and month, as the ledger says it now or would have said it on an earlier
 * day. */
#ifndef ALMONER_AUDIT_EXPLAIN_H
#define ALMONER_AUDIT_EXPLAIN_H

#include "entitle/entitle.h"
#include "policy/why.h"

#define EXPLAIN_RECORDS_MAX 64
#define EXPLAIN_POLICIES_MAX 4
#define EXPLAIN_PAID_MAX 8

/* What of the ledger counts: all of it, or what it had by the end of a day. */
struct explain_known {
    bool all;
    int32_t day;         /* when not all */
    uint64_t below;      /* records from here on were not there; UINT64_MAX: all */
    uint32_t rules;      /* policies confirmed by then; UINT32_MAX: all */
    int32_t run_through; /* the latest period of a run by then; 0: none */
};

/* Everything (day DAY_NEVER), or what was recorded by the end of the county's day. */
enum status explain_known_on(struct ledger *l, int32_t day, struct explain_known *out,
                             struct diag *d) MUST_USE;

struct explain_entry { /* an entitlement record that covers the month */
    uint64_t sequence;
    int64_t time_us;
    struct entitlement_span span; /* the one that covers the month */
    int64_t total_fen;            /* granted for the month with it */
    uint32_t run;
    int32_t period; /* of the run */
    uint64_t facts[ENTITLEMENT_FACTS_MAX];
    size_t fact_count;
    /* Policies confirmed since the run before: the first few numbers. */
    uint32_t policies[EXPLAIN_POLICIES_MAX];
    size_t policy_count;
};

struct explanation {
    char programme[PROGRAMME_CODE_MAX + 1];
    int32_t month;
    int64_t granted_fen;  /* as posted */
    int64_t rules_fen;    /* as the rules and orders give by what is known */
    bool assessed;        /* some run has looked at the month */
    uint64_t merged_into; /* the person this number leads to; 0: itself */
    struct why why;       /* borrows from the entitle and the person given */
    size_t order_count;   /* of a court or the bureau, upon why's amount */
    struct ordered orders[ORDERED_MAX];
    size_t paid_count; /* paid for the month before this ledger: of the person */
    const struct paid *paid[EXPLAIN_PAID_MAX];
    size_t record_count;
    struct explain_entry records[EXPLAIN_RECORDS_MAX]; /* newest first */
    bool more_records;      /* there are older ones than fit */
    struct segment account; /* what became of the month, today */
};

/* Walks the person's entitlement records back. p was read (person_read) with
 * known->below, e opened with known->rules and told known->below. ST_CONFLICT
 * "unknown-programme" when no policy knows it. */
enum status explain_month(struct ledger *l, struct entitle *e, const struct person *p,
                          const struct explain_known *known, struct str programme,
                          int32_t month, struct explanation *out, struct diag *d)
    MUST_USE;

/* Where a fact came from. */
struct explain_source {
    uint64_t record;
    int64_t time_us;       /* when the ledger learned it */
    uint32_t import;       /* 0: not by an import */
    enum import_what what; /* of the import */
};
enum status explain_source(struct ledger *l, uint64_t record,
                           struct explain_source *out, struct diag *d) MUST_USE;

#endif
