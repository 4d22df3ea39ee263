/* overpaid.c - see overpaid.h. Sums come from the accounts, days from the chain of each
 * person's entitlement records, causes from the rules and facts as they are now. */
#include "audit/overpaid.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "ledger/body.h"
#include "ledger/erasure.h"

#define TICK_ROWS 4096
#define FIRST_KIND ACCOUNT_RECEIVABLE
#define LAST_KIND ACCOUNT_SET_OFF

struct overpaid {
    struct ledger *l;
    struct entitle *e;
    struct account *account;
    struct person *person;
    struct vault_row row;
    bool loaded; /* the person in hand */
    struct entitlement entitlement;
    struct postings postings;
    struct overpaid_row out;
    struct overpaid_totals *totals;
    enum status (*each)(void *ctx, const struct overpaid_row *r, struct diag *d);
    void *ctx;
};

static enum status too_much(struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "account", "a sum is out of range");
}

/* ---- one programme ---- */

/* What the month was overpaid, whatever became of it since. */
static int64_t found_fen(const struct segment *s)
{
    return s->fen[ACCOUNT_RECEIVABLE] + s->fen[ACCOUNT_RECOVERED] +
           s->fen[ACCOUNT_WAIVED] + s->fen[ACCOUNT_WRITTEN_OFF];
}

static void add_span(struct overpaid_row *r, const struct segment *s)
{
    struct span *last = r->span_count > 0 ? &r->spans[r->span_count - 1] : NULL;
    r->months += (uint64_t)s->months;
    if (last != NULL && last->from + last->months == s->from &&
        last->fen == found_fen(s)) {
        last->months += s->months;
    } else if (r->span_count < OVERPAID_SPANS_MAX) {
        r->spans[r->span_count++] = (struct span){s->from, s->months, found_fen(s)};
    }
}

static enum status sum_programme(struct overpaid *x, const struct account_programme *p,
                                 struct diag *d)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct segment *s = &p->segments[i];
        for (int k = FIRST_KIND; k <= LAST_KIND; k++) {
            int64_t fen;
            if (!money_mul(s->fen[k], s->months, &fen) ||
                !money_add(x->out.fen[k], fen, &x->out.fen[k]) ||
                !money_add(x->totals->rows_fen[k], fen, &x->totals->rows_fen[k])) {
                return too_much(d);
            }
        }
        if (found_fen(s) > 0) {
            add_span(&x->out, s);
        }
    }
    return ST_OK;
}

static bool has_some(const struct overpaid_row *r)
{
    for (int k = FIRST_KIND; k <= LAST_KIND; k++) {
        if (r->fen[k] != 0) {
            return true;
        }
    }
    return false;
}

/* ---- when it was found ---- */

static bool touches(const struct entitlement_span *s, const struct segment *g)
{
    return s->cause == CAUSE_REDUCTION && s->span.from < g->from + g->months &&
           g->from < s->span.from + s->span.months;
}

/* Did this record reduce a month that is open (or, when none is, one that was)? */
static bool found_by(const struct overpaid *x, const struct account_programme *p)
{
    bool open = x->out.fen[ACCOUNT_RECEIVABLE] > 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct segment *g = &p->segments[i];
        bool wanted = open ? g->fen[ACCOUNT_RECEIVABLE] > 0 : found_fen(g) > 0;
        for (size_t k = 0; wanted && k < x->entitlement.span_count; k++) {
            if (touches(&x->entitlement.spans[k], g)) {
                return true;
            }
        }
    }
    return false;
}

static enum status find_day(struct overpaid *x, const struct account_programme *p,
                            struct diag *d)
{
    uint64_t next = x->account->last;
    x->out.found = DAY_NEVER;
    while (next != 0) {
        struct record r;
        TRY(record_get(ledger_txn(x->l), next - 1, &r, NULL, d));
        if (!entitlement_read(r.body, &x->entitlement, &x->postings) ||
            x->entitlement.previous >= next) {
            return diag_fail(d, ST_INTEGRITY, "person-chain",
                             "record %llu is no entitlement",
                             (unsigned long long)(next - 1));
        }
        if (str_is(x->entitlement.programme, p->code) && found_by(x, p)) {
            x->out.found = day_of_time(r.time_us, ledger_info(x->l)->offset_minutes);
        }
        next = x->entitlement.previous;
    }
    return ST_OK;
}

/* ---- why, and what was decided ---- */

static enum status load_person(struct overpaid *x, uint64_t number, struct diag *d)
{
    if (x->loaded) {
        return ST_OK;
    }
    enum status st = vault_row_read(x->l, number, &x->row, d);
    if (erasure_failed(st, d)) { /* the money is told, without a name or reason */
        buf_clear(&x->row.plain);
    } else {
        TRY(st);
    }
    TRY(person_read(buf_str(&x->row.plain), UINT64_MAX, x->person, d));
    x->person->number = number;
    x->loaded = true;
    return ST_OK;
}

/* The newest month that is open; when none is, the newest of all. */
static int32_t newest_month(const struct account_programme *p)
{
    int32_t month = -1;
    bool open = false;
    for (size_t i = p->count; i > 0 && !open; i--) {
        const struct segment *g = &p->segments[i - 1];
        open = g->fen[ACCOUNT_RECEIVABLE] > 0;
        if (open || (month < 0 && found_fen(g) > 0)) {
            month = g->from + g->months - 1;
        }
    }
    return month;
}

static void find_cause(struct overpaid *x, const struct account_programme *p)
{
    int n = policy_set_programme_find(entitle_policies(x->e), str_of(p->code));
    int32_t month = newest_month(p);
    x->out.cause = EVAL_NO_POLICY;
    if (x->person->fact_count > 0 && n >= 0 && month >= 0) {
        const struct eval_result *results = entitle_month(x->e, x->person, month);
        x->out.cause = results[n].reason;
    }
}

static enum status find_recovery(struct overpaid *x, struct diag *d)
{
    uint32_t number;
    TRY(recovery_newest(ledger_txn(x->l), x->out.person, &number, d));
    while (number != 0) {
        struct recovery_entry e;
        TRY(recovery_get(ledger_txn(x->l), number, &e, d));
        if (e.state != RECOVERY_REPLACED && e.state != RECOVERY_REFUSED &&
            strcmp(e.terms.programme, x->out.code) == 0) {
            x->out.recovery = number;
            x->out.method = e.terms.method;
            x->out.state = e.state;
            return ST_OK;
        }
        number = e.before;
    }
    return ST_OK;
}

static enum status one_programme(struct overpaid *x, uint64_t person,
                                 const struct account_programme *p, struct diag *d)
{
    struct overpaid_row none = {.person = person, .facts = x->person};
    x->out = none;
    memcpy(x->out.code, p->code, sizeof x->out.code);
    TRY(sum_programme(x, p, d));
    if (!has_some(&x->out)) {
        return ST_OK;
    }
    TRY(load_person(x, person, d));
    TRY(find_day(x, p, d));
    find_cause(x, p);
    TRY(find_recovery(x, d));
    x->totals->rows++;
    return x->each(x->ctx, &x->out, d);
}

/* ---- everybody ---- */

static enum status walk(struct overpaid *x, const struct progress *progress,
                        struct cursor *c, struct diag *d)
{
    struct str key;
    struct str row;
    uint64_t done = 0;
    TRY(store_cursor_next(c, &key, &row, d));
    while (key.p != NULL) {
        uint64_t person = get_u64((const uint8_t *)key.p);
        TRY(account_read(row, x->account, d));
        x->loaded = false;
        for (size_t i = 0; i < x->account->count; i++) {
            TRY(one_programme(x, person, &x->account->programmes[i], d));
        }
        if (++done % TICK_ROWS == 0) {
            progress_tick(progress, "recoveries", done, ledger_head(x->l)->people);
            if (progress_stop(progress)) {
                return diag_fail(d, ST_INTERRUPTED, "interrupted", "stopped");
            }
        }
        TRY(store_cursor_next(c, &key, &row, d));
    }
    return ST_OK;
}

/* Balances are debit less credit; those on the right are shown as what they hold. */
static enum status sum_balances(struct overpaid *x, struct cursor *c, struct diag *d)
{
    struct str key;
    struct str row;
    TRY(store_cursor_next(c, &key, &row, d));
    while (key.p != NULL) {
        int kind = key.n > 0 ? (uint8_t)key.p[key.n - 1] : 0;
        if (row.n == 8 && kind >= FIRST_KIND && kind <= LAST_KIND) {
            int64_t fen = (int64_t)get_u64((const uint8_t *)row.p);
            int64_t *sum = &x->totals->balances_fen[kind];
            if (!(account_on_left((enum account_kind)kind)
                      ? money_add(*sum, fen, sum)
                      : money_sub(*sum, fen, sum))) {
                return too_much(d);
            }
        }
        TRY(store_cursor_next(c, &key, &row, d));
    }
    return ST_OK;
}

static enum status with_cursors(struct overpaid *x, const struct progress *progress,
                                struct diag *d)
{
    struct cursor *c;
    TRY(store_cursor_open(ledger_txn(x->l), TABLE_ACCOUNTS, &c, d));
    enum status st = walk(x, progress, c, d);
    store_cursor_close(c);
    if (st != ST_OK) {
        return st;
    }
    TRY(store_cursor_open(ledger_txn(x->l), TABLE_BALANCES, &c, d));
    st = sum_balances(x, c, d);
    store_cursor_close(c);
    return st;
}

enum status overpaid_ledger(struct ledger *l, const struct progress *progress,
                            enum status (*each)(void *ctx, const struct overpaid_row *r,
                                                struct diag *d),
                            void *ctx, struct overpaid_totals *out, struct diag *d)
{
    struct overpaid x = {.l = l, .totals = out, .each = each, .ctx = ctx};
    memset(out, 0, sizeof *out);
    vault_row_init(&x.row);
    x.account = calloc(1, sizeof *x.account);
    x.person = calloc(1, sizeof *x.person);
    enum status st = x.account == NULL || x.person == NULL ? diag_memory(d) : ST_OK;
    if (st == ST_OK) {
        st = entitle_open(&x.e, l, UINT32_MAX, d);
    }
    if (st == ST_OK) {
        st = with_cursors(&x, progress, d);
    }
    for (int k = FIRST_KIND; k <= LAST_KIND; k++) {
        out->differences += out->rows_fen[k] != out->balances_fen[k] ? 1 : 0;
    }
    entitle_close(x.e);
    vault_row_release(&x.row);
    free(x.account);
    free(x.person);
    return st;
}
