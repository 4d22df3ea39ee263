/* verify_set_offs.c - dues were set off by the share of the policy that rules their
 * month (correctness). That a month gave no more than this share of what it was
 * granted, and only for the oldest open months, is seen to by the fold. */
#include "audit/verify_private.h"
#include "entitle/entitle.h"
#include "ledger/recovery.h"

struct set_offs {
    struct verify *v;
    struct entitle *e; /* of the rules below; NULL: none yet */
    uint32_t rules;
    struct set_off record;
    struct postings postings;
};

/* The policies that were confirmed when the run was made. */
static enum status rules_of(struct set_offs *s, uint32_t number, struct diag *d)
{
    struct run_entry run;
    TRY(run_get(ledger_txn(s->v->l), number, &run, d));
    if (s->e != NULL && s->rules == run.rules) {
        return ST_OK;
    }
    entitle_close(s->e);
    s->e = NULL;
    TRY(entitle_open(&s->e, s->v->l, run.rules, d));
    s->rules = run.rules;
    return ST_OK;
}

static void check_shares(struct set_offs *s, uint64_t sequence)
{
    struct str code = str_of(s->record.programme);
    for (size_t i = 0; i < s->record.due_count; i++) {
        const struct set_off_due *due = &s->record.due[i];
        for (int32_t m = 0; m < due->span.months; m++) {
            uint32_t share = entitle_share(s->e, code, due->span.from + m);
            if (due->share != share) {
                verify_bad(
                    s->v, &s->v->r->correctness, sequence,
                    "person %llu: a month was set off by another share (%u) than "
                    "the policy has (%u)",
                    (unsigned long long)s->record.person, due->share, share);
                return;
            }
        }
    }
}

/* From a recovery's newest record back. */
static enum status check_recovery(struct set_offs *s, uint64_t last, struct diag *d)
{
    while (last != 0) {
        uint64_t sequence = last - 1;
        struct record r;
        struct signed_body body;
        struct repayment paid;
        TRY(record_get(ledger_txn(s->v->l), sequence, &r, NULL, d));
        if (r.kind == KIND_SET_OFF && set_off_read(r.body, &s->record, &s->postings)) {
            TRY(rules_of(s, s->record.run, d));
            check_shares(s, sequence);
            last = s->record.previous <= sequence ? s->record.previous : 0;
            continue;
        }
        if (r.kind != KIND_REPAYMENT) {
            return ST_OK; /* a waiver or write-off is the only one */
        }
        TRY(signed_body_read(&r, &body, d));
        if (!repayment_read(body.plain, &paid) || paid.previous > sequence) {
            return ST_OK; /* the fold found it */
        }
        last = paid.previous;
    }
    return ST_OK;
}

enum status verify_set_offs(struct verify *v, struct diag *d)
{
    struct set_offs s = {.v = v};
    enum status st = ST_OK;
    for (uint32_t n = 1; st == ST_OK && n <= ledger_head(v->l)->recoveries; n++) {
        struct recovery_entry e;
        st = recovery_get(ledger_txn(v->l), n, &e, d);
        if (st == ST_OK) {
            st = check_recovery(&s, e.last, d);
        }
    }
    if (st == ST_INTEGRITY || st == ST_CONFLICT) { /* forged rows: a finding */
        verify_bad(v, &v->r->integrity, NO_SEQUENCE, "the recoveries: %s", d->what);
        st = ST_OK;
    }
    entitle_close(s.e);
    return st;
}
