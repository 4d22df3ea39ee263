/* explain.c - one month of one programme of one person: the account, the records that
 * posted it (walked back from the newest), and what the rules say by what is or was
 * known. It reads only. */
#include "audit/explain.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/body.h"

/* ---- as known on a day ---- */

/* The first record written after the county's day; records are in the order of time. */
static enum status find_below(struct ledger *l, int32_t day, uint64_t *out,
                              struct diag *d)
{
    int32_t offset = ledger_info(l)->offset_minutes;
    uint64_t low = 0;
    uint64_t high = ledger_head(l)->tree.size;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct record r;
        TRY(record_get(ledger_txn(l), middle, &r, NULL, d));
        if (day_of_time(r.time_us, offset) <= day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *out = low;
    return ST_OK;
}

static enum status find_runs(struct ledger *l, struct explain_known *k, struct diag *d)
{
    k->run_through = 0;
    for (uint32_t n = 1; n <= ledger_head(l)->runs; n++) {
        struct run_entry run;
        TRY(run_get(ledger_txn(l), n, &run, d));
        if (run.sequence < k->below && run.period > k->run_through) {
            k->run_through = run.period;
        }
    }
    return ST_OK;
}

enum status explain_known_on(struct ledger *l, int32_t day, struct explain_known *out,
                             struct diag *d)
{
    *out = (struct explain_known){
        .all = day == DAY_NEVER, .day = day, .below = UINT64_MAX, .rules = UINT32_MAX};
    if (!out->all) {
        TRY(find_below(l, day, &out->below, d));
        TRY(entitle_rules_before(l, out->below, &out->rules, d));
    }
    return find_runs(l, out, d);
}

/* ---- the records ---- */

static void month_account(const struct account *a, struct str programme, int32_t month,
                          struct segment *out)
{
    const struct account_programme *p = account_find(a, programme);
    memset(out, 0, sizeof *out);
    out->from = month;
    out->months = 1;
    for (size_t i = 0; p != NULL && i < p->count; i++) {
        const struct segment *s = &p->segments[i];
        if (month >= s->from && month < s->from + s->months) {
            memcpy(out->fen, s->fen, sizeof out->fen);
        }
    }
}

/* Keeps the record when one of its spans covers the month. */
static void take_record(struct explanation *out, const struct entitlement *e,
                        const struct record *rec)
{
    if (!str_is(e->programme, out->programme)) {
        return;
    }
    for (size_t i = 0; i < e->span_count; i++) {
        const struct span *s = &e->spans[i].span;
        if (out->month < s->from || out->month >= s->from + s->months) {
            continue;
        }
        out->granted_fen += s->fen;
        if (out->record_count == EXPLAIN_RECORDS_MAX) {
            out->more_records = true;
            continue;
        }
        struct explain_entry *x = &out->records[out->record_count++];
        x->sequence = rec->sequence;
        x->time_us = rec->time_us;
        x->span = e->spans[i];
        x->run = e->run;
        x->fact_count = e->fact_count;
        memcpy(x->facts, e->facts, sizeof e->facts);
    }
}

static enum status walk_back(struct ledger *l, uint64_t person, uint64_t last,
                             uint64_t below, struct explanation *out, struct diag *d)
{
    struct entitlement e;
    struct postings p;
    while (last != 0) {
        struct record rec;
        TRY(record_get(ledger_txn(l), last - 1, &rec, NULL, d));
        if (rec.kind != KIND_ENTITLEMENT || !entitlement_read(rec.body, &e, &p) ||
            e.person != person || e.previous >= last) {
            return diag_fail(d, ST_INTEGRITY, "person-chain",
                             "record %llu is not an entitlement of person %llu",
                             (unsigned long long)(last - 1),
                             (unsigned long long)person);
        }
        if (rec.sequence < below) {
            take_record(out, &e, &rec);
        }
        last = e.previous;
    }
    return ST_OK;
}

/* The records of people merged into this one, and into those. */
struct merged_walk {
    struct vault_row row;
    struct person person;
    struct account account;
    size_t count;
    uint64_t todo[PERSON_MERGES_MAX * 4];
};

static void note_merged(struct merged_walk *w, const struct person *p)
{
    for (size_t i = 0; i < p->merge_count; i++) {
        if (!p->merges[i].into && w->count < sizeof w->todo / sizeof w->todo[0]) {
            w->todo[w->count++] = p->merges[i].other;
        }
    }
}

static enum status walk_one_merged(struct ledger *l, struct merged_walk *w,
                                   uint64_t below, struct explanation *out,
                                   struct diag *d)
{
    uint64_t number = w->todo[--w->count];
    uint8_t key[8];
    struct str row;
    put_u64(key, number);
    TRY(store_get(ledger_txn(l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    TRY(account_read(row, &w->account, d));
    TRY(walk_back(l, number, w->account.last, below, out, d));
    TRY(vault_row_read(l, number, &w->row, d));
    TRY(person_read_some(buf_str(&w->row.plain), below, 0, &w->person, d));
    note_merged(w, &w->person);
    return ST_OK;
}

static int newest_first(const void *a, const void *b)
{
    const struct explain_entry *x = a;
    const struct explain_entry *y = b;
    return (x->sequence < y->sequence) - (x->sequence > y->sequence);
}

static enum status walk_merged(struct ledger *l, const struct person *p, uint64_t below,
                               struct explanation *out, struct diag *d)
{
    if (p->merge_count == 0) {
        return ST_OK;
    }
    struct merged_walk *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return diag_memory(d);
    }
    enum status st = ST_OK;
    vault_row_init(&w->row);
    note_merged(w, p);
    while (w->count > 0 && st == ST_OK) {
        st = walk_one_merged(l, w, below, out, d);
    }
    vault_row_release(&w->row);
    free(w);
    qsort(out->records, out->record_count, sizeof out->records[0], newest_first);
    return st;
}

/* Policies confirmed between the run before and this one. */
static enum status find_policies(struct ledger *l, struct explain_entry *x,
                                 const struct run_entry *run, struct diag *d)
{
    struct run_entry before = {0};
    if (run->number > 1) {
        TRY(run_get(ledger_txn(l), run->number - 1, &before, d));
    }
    for (uint32_t n = 1; n <= ledger_head(l)->policies; n++) {
        struct policy_entry e;
        TRY(policy_get(ledger_txn(l), n, &e, d));
        bool since =
            e.confirmed_order > before.rules && e.confirmed_order <= run->rules;
        if (since && x->policy_count < EXPLAIN_POLICIES_MAX) {
            x->policies[x->policy_count++] = n;
        }
    }
    return ST_OK;
}

static enum status complete_records(struct ledger *l, struct explanation *out,
                                    struct diag *d)
{
    int64_t total = out->granted_fen;
    for (size_t i = 0; i < out->record_count; i++) {
        struct explain_entry *x = &out->records[i];
        struct run_entry run;
        x->total_fen = total;
        total -= x->span.span.fen;
        if (x->run == 0) {
            continue;
        }
        TRY(run_get(ledger_txn(l), x->run, &run, d));
        x->period = run.period;
        TRY(find_policies(l, x, &run, d));
    }
    return ST_OK;
}

/* What was paid before this ledger is granted as well. */
static void take_paid(const struct person *p, struct explanation *out)
{
    for (size_t i = 0; i < p->paid_count; i++) {
        const struct paid *x = &p->paid[i];
        if (!str_is(x->programme, out->programme) || out->month < x->from ||
            out->month >= x->from + x->months) {
            continue;
        }
        out->granted_fen += x->fen;
        if (out->paid_count < EXPLAIN_PAID_MAX) {
            out->paid[out->paid_count++] = x;
        }
    }
}

/* ---- the whole ---- */

static enum status take_rules(struct entitle *e, const struct person *p, int n,
                              struct explanation *out, struct diag *d)
{
    const struct eval_person *subject = NULL;
    out->merged_into = p->merged_into;
    out->rules_fen = entitle_month(e, p, out->month)[n].amount_fen;
    subject = entitle_subject(e, p);
    if (subject == NULL) {
        memset(&out->why, 0, sizeof out->why);
        out->why.result.reason = EVAL_NOT_ELIGIBLE;
        out->why.month = out->month;
        out->why.unmet = -1;
        out->why.day = DAY_NEVER;
        return ST_OK;
    }
    out->order_count =
        entitle_ordered(p, str_of(out->programme), out->month, out->orders);
    out->order_count = out->order_count < ORDERED_MAX ? out->order_count : ORDERED_MAX;
    return why_month(entitle_policies(e), subject, out->month, (size_t)n, &out->why, d);
}

enum status explain_month(struct ledger *l, struct entitle *e, const struct person *p,
                          const struct explain_known *known, struct str programme,
                          int32_t month, struct explanation *out, struct diag *d)
{
    static _Thread_local struct account account; /* too large for the stack */
    uint8_t key[8];
    struct str row;
    int n = policy_set_programme_find(entitle_policies(e), programme);
    memset(out, 0, sizeof *out);
    if (n < 0 || !str_copy(programme, out->programme, sizeof out->programme)) {
        diag_fail(d, ST_CONFLICT, "unknown-programme", "no confirmed policy knows %.*s",
                  STR_ARG(programme));
        return diag_hint(d, "almoner policy list shows the policies");
    }
    out->month = month;
    out->assessed = month <= known->run_through;
    put_u64(key, p->number);
    TRY(store_get(ledger_txn(l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    TRY(account_read(row, &account, d));
    month_account(&account, programme, month, &out->account);
    TRY(walk_back(l, p->number, account.last, known->below, out, d));
    TRY(walk_merged(l, p, known->below, out, d));
    take_paid(p, out);
    TRY(complete_records(l, out, d));
    if (known->all && out->granted_fen != out->account.fen[ACCOUNT_GRANTED]) {
        return diag_fail(d, ST_INTEGRITY, "person-chain",
                         "the records of person %llu do not add up to the account",
                         (unsigned long long)p->number);
    }
    return take_rules(e, p, n, out, d);
}

enum status explain_source(struct ledger *l, uint64_t record,
                           struct explain_source *out, struct diag *d)
{
    struct record rec;
    struct chunk_body chunk;
    struct import_entry import;
    memset(out, 0, sizeof *out);
    TRY(record_get(ledger_txn(l), record, &rec, NULL, d));
    out->record = record;
    out->time_us = rec.time_us;
    bool imported = rec.kind == KIND_FACTS || rec.kind == KIND_HISTORY;
    if (!imported || !chunk_body_read(rec.body, &chunk) || chunk.number == 0 ||
        chunk.number > ledger_head(l)->imports) {
        return ST_OK;
    }
    TRY(import_get(ledger_txn(l), (uint32_t)chunk.number, &import, d));
    out->import = import.number;
    out->what = import.what;
    return ST_OK;
}
