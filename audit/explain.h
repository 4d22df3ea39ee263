/* explain.h - one amount, from clause to records: why a person has what they have for a
 * programme and month. */
#ifndef ALMONER_AUDIT_EXPLAIN_H
#define ALMONER_AUDIT_EXPLAIN_H

#include "entitle/entitle.h"

#define EXPLAIN_RECORDS_MAX 64

struct explanation {
    char programme[PROGRAMME_CODE_MAX + 1];
    int32_t month;
    int64_t granted_fen;       /* as posted */
    int64_t rules_fen;         /* as the rules give today */
    struct eval_result result; /* borrowed from the entitle given */
    size_t record_count;
    struct {
        uint64_t sequence;
        struct entitlement_span span; /* the one that covers the month */
        int64_t time_us;
        uint64_t facts[ENTITLEMENT_FACTS_MAX];
        size_t fact_count;
    } records[EXPLAIN_RECORDS_MAX]; /* newest first */
    struct segment account;         /* what became of the month */
};

/* Walks the person's entitlement records back. p was read as known on the day asked
 * for. */
enum status explain_month(struct ledger *l, struct entitle *e, const struct person *p,
                          struct str programme, int32_t month, struct explanation *out,
                          struct diag *d) MUST_USE;

#endif
