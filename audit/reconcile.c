/* reconcile.c - each control total by two ways: summed over people's accounts and as
 * the double entry says; summed over payment lines and as the batch register says. */
#include "audit/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "ledger/line.h"
#include "ledger/settled.h"

static struct reconcile_programme *programme_at(struct reconcile_report *out,
                                                struct str code)
{
    for (size_t i = 0; i < out->programme_count; i++) {
        if (str_is(code, out->programmes[i].code)) {
            return &out->programmes[i];
        }
    }
    if (out->programme_count == RECONCILE_PROGRAMMES_MAX) {
        return NULL;
    }
    struct reconcile_programme *p = &out->programmes[out->programme_count];
    if (!str_copy(code, p->code, sizeof p->code)) {
        return NULL;
    }
    out->programme_count++;
    return p;
}

static enum status too_many(struct diag *d)
{
    return diag_fail(d, ST_INTERNAL, "programmes", "too many programmes");
}

/* Stored amounts are not believed: a forged row must not overflow a sum. */
static enum status too_much(struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "total", "a control total is out of range");
}

static enum status add(int64_t *sum, int64_t fen, struct diag *d)
{
    return money_add(*sum, fen, sum) ? ST_OK : too_much(d);
}

static enum status add_segment(int64_t sums[ACCOUNT_KINDS], const struct segment *s,
                               struct diag *d)
{
    for (int n = 0; n < ACCOUNT_KINDS; n++) {
        int64_t fen;
        if (!money_mul(s->fen[n], s->months, &fen)) {
            return too_much(d);
        }
        TRY(add(&sums[n], fen, d));
    }
    return ST_OK;
}

static enum status add_account(struct reconcile_report *out, const struct account *a,
                               struct diag *d)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct account_programme *p = &a->programmes[i];
        struct reconcile_programme *to = programme_at(out, str_of(p->code));
        int64_t sums[ACCOUNT_KINDS] = {0};
        if (to == NULL) {
            return too_many(d);
        }
        for (size_t k = 0; k < p->count; k++) {
            TRY(add_segment(sums, &p->segments[k], d));
        }
        for (int n = 0; n < ACCOUNT_KINDS; n++) {
            TRY(add(&to->accounts_fen[n], sums[n], d));
            to->people[n] += sums[n] > 0 ? 1 : 0;
        }
    }
    return ST_OK;
}

static enum status sum_accounts(struct ledger *l, struct reconcile_report *out,
                                struct account *a, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    TRY(store_cursor_open(ledger_txn(l), TABLE_ACCOUNTS, &c, d));
    enum status st = store_cursor_seek(c, str_of(""), &key, &row, d);
    while (st == ST_OK && key.p != NULL) {
        out->rows++;
        st = account_read(row, a, d);
        if (st == ST_OK) {
            st = add_account(out, a, d);
        }
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &row, d);
        }
    }
    store_cursor_close(c);
    return st;
}

/* Balances are debit minus credit. What stands on the left of the equation is debits;
 * the others are credits, shown here with the sign of the accounts. */
static enum status add_balance(struct reconcile_report *out, struct str key,
                               struct str row, struct diag *d)
{
    if (key.n < 3 || row.n != 8) {
        return diag_fail(d, ST_INTEGRITY, "balance-row",
                         "a balance is not what was written");
    }
    int kind = (uint8_t)key.p[key.n - 1];
    int64_t fen = (int64_t)get_u64((const uint8_t *)row.p);
    struct reconcile_programme *to = programme_at(out, str_make(key.p, key.n - 2));
    if (to == NULL || kind >= ACCOUNT_KINDS) {
        return too_many(d);
    }
    bool debit = account_on_left((enum account_kind)kind);
    if (!money_sub(0, fen, &to->balances_fen[kind])) {
        return too_much(d);
    }
    if (debit) {
        to->balances_fen[kind] = fen;
    }
    return add(&out->trial_balance_fen, fen, d);
}

static enum status sum_balances(struct ledger *l, struct reconcile_report *out,
                                struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    TRY(store_cursor_open(ledger_txn(l), TABLE_BALANCES, &c, d));
    enum status st = store_cursor_seek(c, str_of(""), &key, &row, d);
    while (st == ST_OK && key.p != NULL) {
        st = add_balance(out, key, row, d);
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &row, d);
        }
    }
    store_cursor_close(c);
    return st;
}

static enum status add_line(struct reconcile_report *out, const struct line_entry *line,
                            struct diag *d)
{
    out->lines++;
    TRY(add(&out->batch_fen, line->fen, d));
    switch (line->state) {
    case LINE_PAID:
        out->paid_lines++;
        return add(&out->paid_fen, line->fen, d);
    case LINE_REISSUED:
        out->reissued_lines++;
        out->back_lines++;
        TRY(add(&out->reissued_fen, line->fen, d));
        return add(&out->back_fen, line->fen, d);
    case LINE_REJECTED:
    case LINE_RETURNED:
    case LINE_REFUNDED:
        out->back_lines++;
        return add(&out->back_fen, line->fen, d);
    case LINE_OPEN:
    case LINE_UNKNOWN:
        return add(&out->open_fen, line->fen, d);
    case LINE_DROPPED:
    case LINE_RECALLED:
        out->out_lines++;
        return add(&out->out_fen, line->fen, d);
    }
    return diag_fail(d, ST_INTEGRITY, "line-row", "a line has an unknown state");
}

static enum status sum_lines(struct ledger *l, struct reconcile_report *out,
                             struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    struct line_entry line;
    TRY(store_cursor_open(ledger_txn(l), TABLE_LINES, &c, d));
    enum status st = store_cursor_seek(c, str_of(""), &key, &row, d);
    while (st == ST_OK && key.p != NULL) {
        if (key.n != 8 || !line_read(row, 0, 0, &line)) {
            st = diag_fail(d, ST_INTEGRITY, "line-row",
                           "a line is not what was written");
            break;
        }
        st = add_line(out, &line, d);
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &row, d);
        }
    }
    store_cursor_close(c);
    return st;
}

static enum status sum_register(struct ledger *l, struct reconcile_report *out,
                                struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(l)->batches; n++) {
        struct batch_entry b;
        TRY(batch_get(ledger_txn(l), n, &b, d));
        TRY(add(&out->registered.batch_fen, b.total_fen, d));
        TRY(add(&out->registered.paid_fen, b.paid_fen, d));
        TRY(add(&out->registered.back_fen, b.back_fen, d));
        TRY(add(&out->registered.reissued_lines, (int64_t)b.reissued_lines, d));
    }
    return ST_OK;
}

/* ---- pairs ---- */

static enum status pair(struct reconcile_report *out, struct reconcile_pair p,
                        struct diag *d)
{
    must(out->pair_count < RECONCILE_PAIRS_MAX);
    if (!money_sub(p.first, p.second, &p.difference)) {
        return too_much(d);
    }
    out->differences += p.difference != 0 ? 1 : 0;
    out->pairs[out->pair_count++] = p;
    return ST_OK;
}

static enum status programme_pairs(struct reconcile_report *out, size_t i,
                                   struct diag *d)
{
    const int64_t *fen = out->programmes[i].accounts_fen;
    struct reconcile_pair equation = {.what = RECONCILE_EQUATION, .programme = i};
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        struct reconcile_pair p = {.what = RECONCILE_ACCOUNT,
                                   .programme = i,
                                   .kind = (enum account_kind)k,
                                   .first = fen[k],
                                   .second = out->programmes[i].balances_fen[k]};
        bool left = account_on_left(p.kind);
        TRY(pair(out, p, d));
        TRY(add(left ? &equation.first : &equation.second, fen[k], d));
    }
    return pair(out, equation, d);
}

static enum status all_pairs(struct reconcile_report *out, struct diag *d)
{
    int64_t paid = 0;
    int64_t transit = 0;
    for (size_t i = 0; i < out->programme_count; i++) {
        TRY(programme_pairs(out, i, d));
        TRY(add(&paid, out->programmes[i].accounts_fen[ACCOUNT_PAID], d));
        TRY(add(&transit, out->programmes[i].accounts_fen[ACCOUNT_TRANSIT], d));
    }
    const struct reconcile_pair rest[] = {
        {.what = RECONCILE_BATCHES,
         .first = out->batch_fen,
         .second = out->registered.batch_fen},
        {.what = RECONCILE_PAID,
         .first = out->paid_fen,
         .second = out->registered.paid_fen},
        {.what = RECONCILE_BACK,
         .first = out->back_fen,
         .second = out->registered.back_fen},
        {.what = RECONCILE_REISSUED,
         .first = (int64_t)out->reissued_lines,
         .second = out->registered.reissued_lines},
        {.what = RECONCILE_TRANSIT, .first = transit, .second = out->open_fen},
        {.what = RECONCILE_BANK,
         .first = paid,
         .second = out->paid_fen + out->taken_over_fen},
        {.what = RECONCILE_TRIAL, .first = out->trial_balance_fen},
    };
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        TRY(pair(out, rest[i], d));
    }
    return ST_OK;
}

enum status reconcile_ledger(struct ledger *l, struct reconcile_report *out,
                             struct diag *d)
{
    memset(out, 0, sizeof *out);
    out->people = ledger_head(l)->people - ledger_head(l)->institutions;
    struct account *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return diag_memory(d);
    }
    enum status st = sum_accounts(l, out, a, d);
    free(a);
    TRY(st);
    TRY(sum_balances(l, out, d));
    TRY(sum_lines(l, out, d));
    TRY(sum_register(l, out, d));
    TRY(settled_total(ledger_txn(l), &out->taken_over_fen, d));
    return all_pairs(out, d);
}
