/* undecided.c - see undecided.h. It reads the accounts and the register of recoveries
 * and must never write. */
#include "audit/undecided.h"

#include <stdlib.h>

#include "base/money.h"
#include "ledger/recovery.h"

#define TICK_ROWS 4096

/* What is receivable in the programme, all months. */
static bool receivable(const struct account_programme *p, int64_t *out)
{
    int64_t fen;
    bool fits = true;
    *out = 0;
    for (size_t i = 0; i < p->count; i++) {
        fits = money_mul(p->segments[i].fen[ACCOUNT_RECEIVABLE], p->segments[i].months,
                         &fen) &&
               money_add(*out, fen, out) && fits;
    }
    return fits;
}

/* A programme with more months than a recovery can name counts whole. */
static enum status one_programme(struct ledger *l, const struct account *a,
                                 struct recovery_scope scope, int64_t *fen,
                                 struct diag *d)
{
    struct spans open;
    struct diag refused = {.status = ST_OK};
    enum status st = recovery_available(ledger_txn(l), a, &scope, &open, &refused);
    if (st == ST_OK) {
        *fen = spans_sum(&open);
    } else if (st != ST_INPUT) {
        *d = refused;
        return st;
    }
    return ST_OK;
}

static enum status one_account(struct ledger *l, uint64_t person,
                               const struct account *a, struct undecided *out,
                               struct diag *d)
{
    int64_t sum = 0;
    for (size_t i = 0; i < a->count; i++) {
        struct recovery_scope scope = {.person = person,
                                       .programme = str_of(a->programmes[i].code),
                                       .to = INT32_MAX};
        int64_t fen;
        if (!receivable(&a->programmes[i], &fen)) {
            return diag_fail(d, ST_INTEGRITY, "account", "a sum is out of range");
        }
        if (fen > 0) {
            TRY(one_programme(l, a, scope, &fen, d));
        }
        if (!money_add(sum, fen, &sum)) {
            return diag_fail(d, ST_INTEGRITY, "account", "a sum is out of range");
        }
    }
    out->people += sum > 0;
    return money_add(out->fen, sum, &out->fen)
               ? ST_OK
               : diag_fail(d, ST_INTEGRITY, "account", "a sum is out of range");
}

static enum status walk(struct ledger *l, struct cursor *c, struct account *a,
                        const struct progress *progress, struct undecided *out,
                        struct diag *d)
{
    struct str key;
    struct str row;
    uint64_t done = 0;
    TRY(store_cursor_next(c, &key, &row, d));
    while (key.p != NULL) {
        TRY(account_read(row, a, d));
        TRY(one_account(l, get_u64((const uint8_t *)key.p), a, out, d));
        if (++done % TICK_ROWS == 0) {
            progress_tick(progress, "overpayments", done, ledger_head(l)->people);
            if (progress_stop(progress)) {
                return diag_fail(d, ST_INTERRUPTED, "interrupted", "stopped");
            }
        }
        TRY(store_cursor_next(c, &key, &row, d));
    }
    return ST_OK;
}

enum status undecided_ledger(struct ledger *l, const struct progress *progress,
                             struct undecided *out, struct diag *d)
{
    struct undecided found = {0};
    struct cursor *c;
    struct account *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return diag_memory(d);
    }
    enum status st = store_cursor_open(ledger_txn(l), TABLE_ACCOUNTS, &c, d);
    if (st == ST_OK) {
        st = walk(l, c, a, progress, &found, d);
        store_cursor_close(c);
    }
    free(a);
    if (st == ST_OK) {
        *out = found;
    }
    return st;
}
