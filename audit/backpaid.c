/* backpaid.c - see backpaid.h. The entitlement records of each run are walked once, and
 * for each person in it the person's own records, newest first.
 *
 * What became of a month's grants is told so that the rows add up to the accounts: a
 * reduction takes back the newest grant before it, and what is not paid yet belongs to
 * the newest of what is left. */
#include "audit/backpaid.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "ledger/body.h"
#include "ledger/erasure.h"
#include "ledger/settled.h"

#define TICK_RECORDS 65536
#define GRANTS_MAX 1000000 /* of one person */

struct grant { /* one span of one record */
    uint64_t sequence;
    char code[PROGRAMME_CODE_MAX + 1];
    struct span span;
};

struct backpaid {
    struct ledger *l;
    const struct progress *progress;
    struct account *account;
    struct person *person;
    struct person *whole; /* with what was voided; read when something was */
    struct vault_row row;
    uint64_t run_at;      /* sequence of the run in hand */
    uint64_t seen_before; /* records below this were seen by the run before; 0: none */
    uint64_t loaded;      /* number of the person in hand; 0: none */
    struct grant *grants; /* of that person, newest first */
    size_t grant_count, grant_room;
    struct entitlement e;
    struct postings postings;
    struct backpaid_row out;
    enum status (*each)(void *ctx, const struct backpaid_row *r, struct diag *d);
    void *ctx;
};

static enum status keep_grant(struct backpaid *x, const struct record *r,
                              const struct entitlement *e, size_t span, struct diag *d)
{
    if (x->grant_count == x->grant_room) {
        size_t room = x->grant_room == 0 ? 64 : 2 * x->grant_room;
        struct grant *grants =
            room > GRANTS_MAX ? NULL : realloc(x->grants, room * sizeof *grants);
        if (grants == NULL) {
            return diag_memory(d);
        }
        x->grants = grants;
        x->grant_room = room;
    }
    struct grant *g = &x->grants[x->grant_count++];
    *g = (struct grant){.sequence = r->sequence, .span = e->spans[span].span};
    if (!str_copy(e->programme, g->code, sizeof g->code)) {
        g->code[0] = '\0';
    }
    return ST_OK;
}

static enum status load_grants(struct backpaid *x, uint64_t person, struct diag *d)
{
    struct entitlement e;
    struct postings p;
    uint64_t last = x->account->last;
    x->grant_count = 0;
    while (last != 0) {
        struct record r;
        TRY(record_get(ledger_txn(x->l), last - 1, &r, NULL, d));
        if (r.kind != KIND_ENTITLEMENT || !entitlement_read(r.body, &e, &p) ||
            e.person != person || e.previous >= last) {
            return diag_fail(d, ST_INTEGRITY, "person-chain",
                             "record %llu is not an entitlement of person %llu",
                             (unsigned long long)(last - 1),
                             (unsigned long long)person);
        }
        for (size_t i = 0; i < e.span_count; i++) {
            TRY(keep_grant(x, &r, &e, i, d));
        }
        last = e.previous;
    }
    return ST_OK;
}

static enum status load(struct backpaid *x, uint64_t person, struct diag *d)
{
    uint8_t key[8];
    struct str row;
    if (x->loaded == person) {
        return ST_OK;
    }
    x->loaded = 0;
    put_u64(key, person);
    TRY(store_get(ledger_txn(x->l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    TRY(account_read(row, x->account, d));
    TRY(load_grants(x, person, d));
    enum status st = vault_row_read(x->l, person, &x->row, d);
    if (erasure_failed(st, d)) { /* the money is told, without a name or reason */
        buf_clear(&x->row.plain);
    } else {
        TRY(st);
    }
    TRY(person_read(buf_str(&x->row.plain), UINT64_MAX, x->person, d));
    if (x->person->void_count > 0) {
        TRY(person_read_some(buf_str(&x->row.plain), UINT64_MAX,
                             PERSON_ALL | PERSON_VOIDED, x->whole, d));
    }
    x->person->number = person;
    x->loaded = person;
    return ST_OK;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* One month of the row that record `sequence` makes. */
static void follow_month(struct backpaid *x, uint64_t sequence, int32_t month)
{
    const struct account_programme *p = account_find(x->account, str_of(x->out.code));
    const struct segment *s = p == NULL ? NULL : account_month(p, month);
    int64_t down = 0; /* of reductions since, not taken from anything yet */
    int64_t waiting = s == NULL ? 0
                                : s->fen[ACCOUNT_DUE] + s->fen[ACCOUNT_TRANSIT] +
                                      s->fen[ACCOUNT_RETURNED];
    for (size_t i = 0; i < x->grant_count; i++) {
        const struct grant *g = &x->grants[i];
        if (month < g->span.from || month >= g->span.from + g->span.months ||
            strcmp(g->code, x->out.code) != 0) {
            continue;
        }
        if (g->span.fen < 0) {
            down -= g->span.fen;
            continue;
        }
        int64_t reduced = least(down, g->span.fen);
        int64_t unpaid = least(waiting, g->span.fen - reduced);
        if (g->sequence == sequence) {
            x->out.reduced_fen += reduced;
            x->out.unpaid_fen += unpaid;
            return;
        }
        down -= reduced;
        waiting -= unpaid;
    }
}

static void follow(struct backpaid *x, uint64_t sequence, const struct span *s)
{
    x->out.unpaid_fen = 0;
    x->out.reduced_fen = 0;
    for (int32_t m = s->from; m < s->from + s->months; m++) {
        follow_month(x, sequence, m);
    }
}

static void add_cause(struct backpaid_row *r, struct str attribute)
{
    for (size_t i = 0; i < r->cause_count; i++) {
        if (str_eq(r->causes[i], attribute)) {
            return;
        }
    }
    if (r->cause_count < BACKPAID_CAUSES_MAX) {
        r->causes[r->cause_count++] = attribute;
    }
}

/* What record `recorded` was to the person: a merge and a void also bring or take
 * facts, which are not the cause then. */
static bool find_act(struct backpaid *x, uint64_t recorded)
{
    const struct person *p = x->person;
    for (size_t i = 0; i < p->merge_count; i++) {
        if (p->merges[i].recorded == recorded) {
            add_cause(&x->out, str_of("merge"));
            return true;
        }
    }
    for (size_t i = 0; i < p->void_count; i++) {
        if (p->voids[i].recorded == recorded) {
            add_cause(&x->out, str_of("void"));
            return true;
        }
    }
    for (size_t i = 0; i < p->paid_count; i++) {
        if (p->paid[i].recorded == recorded) {
            add_cause(&x->out, str_of("history"));
            return true;
        }
    }
    return false;
}

/* Of the records that the entitlement names; also of what was voided since, and of who
 * came off a list, which makes no fact. */
static void find_causes(struct backpaid *x)
{
    const struct person *p = x->person->void_count > 0 ? x->whole : x->person;
    x->out.cause_count = 0;
    for (size_t i = 0; i < x->e.fact_count; i++) {
        uint64_t recorded = x->e.facts[i];
        if (find_act(x, recorded)) {
            continue;
        }
        for (size_t k = 0; k < p->fact_count; k++) {
            if (p->facts[k].recorded == recorded) {
                add_cause(&x->out, p->facts[k].attribute);
            }
        }
        for (size_t k = 0; k < p->mark_count; k++) {
            if (p->marks[k].recorded == recorded) {
                add_cause(&x->out, p->marks[k].attribute);
            }
        }
    }
}

/* History that came in for others settled the months for everybody of the programme. */
static enum status find_settled(struct backpaid *x, int32_t month, struct diag *d)
{
    struct str code = str_of(x->out.code);
    int32_t now;
    int32_t before;
    if (x->out.cause_count > 0 || x->seen_before == 0) {
        return ST_OK;
    }
    TRY(settled_through(ledger_txn(x->l), code, x->run_at, &now, d));
    TRY(settled_through(ledger_txn(x->l), code, x->seen_before, &before, d));
    if (now >= month && before < month) {
        add_cause(&x->out, str_of("history"));
    }
    return ST_OK;
}

static enum status one_record(struct backpaid *x, const struct record *r,
                              struct diag *d)
{
    if (!entitlement_read(r->body, &x->e, &x->postings)) {
        return diag_fail(d, ST_INTEGRITY, "record-body",
                         "record %llu is no entitlement",
                         (unsigned long long)r->sequence);
    }
    for (size_t i = 0; i < x->e.span_count; i++) {
        const struct entitlement_span *s = &x->e.spans[i];
        if (s->cause != CAUSE_BACKPAY) {
            continue;
        }
        TRY(load(x, x->e.person, d));
        x->out.found = day_of_time(r->time_us, ledger_info(x->l)->offset_minutes);
        x->out.person = x->e.person;
        x->out.facts = x->person;
        if (!str_copy(x->e.programme, x->out.code, sizeof x->out.code)) {
            x->out.code[0] = '\0';
        }
        x->out.span = s->span;
        x->out.policy = s->policy;
        x->out.total_fen = s->span.fen * s->span.months; /* span_valid */
        follow(x, r->sequence, &s->span);
        find_causes(x);
        TRY(find_settled(x, s->span.from, d));
        TRY(x->each(x->ctx, &x->out, d));
    }
    return ST_OK;
}

static enum status one_run(struct backpaid *x, const struct run_entry *run,
                           struct diag *d)
{
    uint64_t size = ledger_head(x->l)->tree.size;
    x->run_at = run->sequence;
    x->out.run = run->number;
    x->out.period = run->period;
    for (uint64_t n = run->sequence + 1; n < size; n++) {
        struct record r;
        TRY(record_get(ledger_txn(x->l), n, &r, NULL, d));
        if (r.act != run->sequence) {
            return ST_OK;
        }
        if (r.kind == KIND_ENTITLEMENT) {
            TRY(one_record(x, &r, d));
        }
        if (n % TICK_RECORDS == 0) {
            progress_tick(x->progress, "arrears", n, size);
            if (progress_stop(x->progress)) {
                return diag_fail(d, ST_INTERRUPTED, "interrupted", "stopped");
            }
        }
    }
    return ST_OK;
}

static enum status all_runs(struct backpaid *x, int32_t period, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(x->l)->runs; n++) {
        struct run_entry run;
        TRY(run_get(ledger_txn(x->l), n, &run, d));
        if (period == 0 || run.period == period) {
            TRY(one_run(x, &run, d));
        }
        x->seen_before = run.facts_size;
    }
    return ST_OK;
}

enum status backpaid_ledger(struct ledger *l, int32_t period,
                            const struct progress *progress,
                            enum status (*each)(void *ctx, const struct backpaid_row *r,
                                                struct diag *d),
                            void *ctx, struct diag *d)
{
    struct backpaid x = {.l = l, .progress = progress, .each = each, .ctx = ctx};
    vault_row_init(&x.row);
    x.account = calloc(1, sizeof *x.account);
    x.person = calloc(1, sizeof *x.person);
    x.whole = calloc(1, sizeof *x.whole);
    enum status st = x.account == NULL || x.person == NULL || x.whole == NULL
                         ? diag_memory(d)
                         : all_runs(&x, period, d);
    vault_row_release(&x.row);
    free(x.grants);
    free(x.account);
    free(x.person);
    free(x.whole);
    return st;
}
