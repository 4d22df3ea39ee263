/* fold_run.c - rules of a run: differences granted to people, month by month. */
#include <string.h>

#include "base/money.h"
#include "ledger/fold_private.h"

/* Body {1: run, 2: period, 3: size of the ledger whose facts count, 4: how many
 * policies are confirmed}. */
enum status rule_run_start(struct fold *f, const struct record *r, struct diag *d)
{
    struct run_entry e = {.sequence = r->sequence, .state = ENTRY_PENDING};
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    e.period = (int32_t)body_uint(&b, 2, 150000);
    e.facts_size = body_uint(&b, 3, UINT64_MAX);
    e.rules = (uint32_t)body_uint(&b, 4, UINT32_MAX);
    if (!body_done(&b) || e.period < PERIOD_FIRST || e.period > PERIOD_LAST ||
        e.facts_size != r->sequence || e.rules != f->head.confirmed) {
        return fold_malformed(r, d);
    }
    TRY(fold_next(&f->head.runs, number, "run", d));
    e.number = (uint32_t)number;
    e.made_by = f->signer.number;
    fold_open(f, r, e.number);
    return run_put(f->t, &e, d);
}

/* Order of people and running sums of the open run. */
static enum status note_entitlement(struct fold *f, const struct entitlement *e,
                                    struct diag *d)
{
    struct open_act *open = &f->head.open;
    if (open->kind != KIND_RUN_START || open->number != e->run) {
        return fold_refuse(d, "act-number", "run %u is not the open act", e->run);
    }
    if (e->person < open->next || e->person > f->head.people) {
        return fold_refuse(d, "person-order", "a run visits people in order");
    }
    for (size_t i = 0; i < e->span_count; i++) {
        int64_t *sum = &open->fen[OPEN_GRANTED + e->spans[i].cause - CAUSE_REGULAR];
        int64_t fen = e->spans[i].span.fen * e->spans[i].span.months; /* span_valid */
        if (!money_add(*sum, fen, sum)) {
            return fold_refuse(d, "run-totals", "the sums of run %u are too large",
                               e->run);
        }
    }
    open->next = e->person;
    open->count[OPEN_DONE]++;
    return ST_OK;
}

enum status fold_entitlement(struct fold *f, struct entitlement *e, struct postings *p,
                             struct diag *d)
{
    p->count = 0;
    TRY(note_entitlement(f, e, d));
    TRY(fold_account_own(f, e->person, d));
    e->previous = f->account->last;
    for (size_t i = 0; i < e->span_count; i++) {
        TRY(account_grant(f->account, e->programme, e->spans[i].span, p, d));
    }
    f->account->last = f->head.tree.size + 1;
    TRY(fold_account_put(f, e->person, d));
    return fold_balance(f, p, d);
}

enum status fold_entitlement_done(struct fold *f, const struct entitlement *e,
                                  struct str months, const struct postings *p,
                                  struct diag *d)
{
    TRY(note_entitlement(f, e, d));
    TRY(fold_not_erased(f, e->person, d));
    TRY(fold_account_put_months(f, e->person, f->head.tree.size + 1, months, d));
    return fold_balance(f, p, d);
}

enum status money_entitlement(struct fold *f, const struct record *r, struct diag *d)
{
    if (!entitlement_read(r->body, &f->entitlement, &f->claimed)) {
        return fold_malformed(r, d);
    }
    uint64_t previous = f->entitlement.previous;
    TRY(fold_entitlement(f, &f->entitlement, &f->postings, d));
    if (previous != f->entitlement.previous) {
        return diag_fail(d, ST_INTEGRITY, "person-chain",
                         "the record names the wrong one before it of person %llu",
                         (unsigned long long)f->entitlement.person);
    }
    if (!postings_equal(&f->postings, &f->claimed)) {
        return diag_fail(d, ST_INTEGRITY, "postings",
                         "the record's postings are not what its months give");
    }
    return ST_OK;
}

/* What a run has covered counts for the next one, unless it went back behind an earlier
 * run: then later months of the people it met may still be open. */
static void note_assessed(struct head *h, const struct run_entry *e)
{
    if (e->period >= h->assessed_month) {
        h->assessed_month = e->period;
        h->assessed_size = e->facts_size;
        h->assessed_rules = e->rules;
    }
}

/* Body {1: run, 2: records, 3: regular, 4: back-pay, 5: reductions, 6: set-off
 * records, 7: set off, 15: leaf before}. */
enum status rule_run_end(struct fold *f, const struct record *r, struct diag *d)
{
    struct run_entry e;
    uint8_t before[DIGEST_LEN];
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    uint64_t records = body_uint(&b, 2, UINT64_MAX);
    int64_t regular = body_int(&b, 3);
    int64_t backpay = body_int(&b, 4);
    int64_t reduction = body_int(&b, 5);
    uint64_t set_offs = body_uint(&b, 6, UINT64_MAX);
    int64_t set_off = body_int(&b, 7);
    body_digest(&b, 15, before);
    const struct open_act *open = &f->head.open;
    if (!body_done(&b) || memcmp(before, f->head.last_leaf, DIGEST_LEN) != 0) {
        return fold_malformed(r, d);
    }
    TRY(fold_in(f, number, d));
    if (records != open->count[OPEN_DONE] || regular != open->fen[0] ||
        backpay != open->fen[1] || reduction != open->fen[2] ||
        set_offs != open->count[OPEN_SET_OFFS] || set_off != open->fen[OPEN_SET_OFF]) {
        return fold_refuse(d, "run-totals", "the totals of run %llu do not agree",
                           (unsigned long long)number);
    }
    TRY(run_get(f->t, (uint32_t)number, &e, d));
    e.state = ENTRY_ACTIVE;
    e.records = records;
    e.regular_fen = regular;
    e.backpay_fen = backpay;
    e.reduction_fen = reduction;
    e.set_offs = set_offs;
    e.set_off_fen = set_off;
    note_assessed(&f->head, &e);
    fold_close(f);
    return run_put(f->t, &e, d);
}
