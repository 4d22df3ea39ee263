/* summary.c - one pass over all account rows into a table of months per programme. */
#include "audit/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "base/must.h"

#define SUMMARY_PROGRAMMES_MAX 64
/* Benefits are of months within a human life; an account row outside is damaged. */
#define FIRST_YEAR 1950
#define MONTHS (150 * 12)
#define TICK_ROWS 4096

struct column { /* one programme */
    char code[PROGRAMME_CODE_MAX + 1];
    struct summary_row *months; /* MONTHS of them */
};

struct summary {
    size_t count;
    struct column columns[SUMMARY_PROGRAMMES_MAX]; /* by code */
    struct account *account;
};

static enum status column_for(struct summary *s, const char *code, struct column **out,
                              struct diag *d)
{
    size_t at = 0;
    while (at < s->count && strcmp(s->columns[at].code, code) < 0) {
        at++;
    }
    *out = &s->columns[at];
    if (at < s->count && strcmp(s->columns[at].code, code) == 0) {
        return ST_OK;
    }
    if (s->count == SUMMARY_PROGRAMMES_MAX) {
        return diag_fail(d, ST_INTERNAL, "programmes", "too many programmes");
    }
    struct summary_row *months = calloc(MONTHS, sizeof *months);
    if (months == NULL) {
        return diag_memory(d);
    }
    memmove(&s->columns[at + 1], &s->columns[at],
            (s->count - at) * sizeof s->columns[0]);
    s->count++;
    must(str_copy(str_of(code), (*out)->code, sizeof(*out)->code));
    (*out)->months = months;
    return ST_OK;
}

static enum status damaged(struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "account",
                     "an account row holds no sound amounts");
}

static enum status add_segment(struct column *c, const struct segment *g,
                               struct diag *d)
{
    int32_t base = month_make(FIRST_YEAR, 1);
    if (g->from < base || g->months < 0 || g->months > MONTHS ||
        g->from - base > MONTHS - g->months) {
        return damaged(d);
    }
    for (int32_t m = 0; m < g->months; m++) {
        struct summary_row *row = &c->months[g->from - base + m];
        row->people += g->fen[ACCOUNT_GRANTED] > 0 ? 1 : 0;
        for (int k = 0; k < ACCOUNT_KINDS; k++) {
            if (!money_add(row->fen[k], g->fen[k], &row->fen[k])) {
                return damaged(d);
            }
        }
    }
    return ST_OK;
}

static enum status add_row(struct summary *s, struct str row, struct diag *d)
{
    TRY(account_read(row, s->account, d));
    for (size_t i = 0; i < s->account->count; i++) {
        const struct account_programme *p = &s->account->programmes[i];
        struct column *c;
        TRY(column_for(s, p->code, &c, d));
        for (size_t k = 0; k < p->count; k++) {
            TRY(add_segment(c, &p->segments[k], d));
        }
    }
    return ST_OK;
}

static enum status add_all(struct summary *s, struct ledger *l,
                           const struct progress *progress, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    uint64_t done = 0;
    TRY(store_cursor_open(ledger_txn(l), TABLE_ACCOUNTS, &c, d));
    enum status st = store_cursor_next(c, &key, &row, d);
    while (st == ST_OK && key.p != NULL) {
        st = add_row(s, row, d);
        if (st == ST_OK && ++done % TICK_ROWS == 0) {
            progress_tick(progress, "summary", done, ledger_head(l)->people);
            if (progress_stop(progress)) {
                st = diag_fail(d, ST_INTERRUPTED, "interrupted", "stopped");
            }
        }
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &row, d);
        }
    }
    store_cursor_close(c);
    return st;
}

static void tell(struct summary *s,
                 void (*each)(void *ctx, const struct summary_row *row), void *ctx)
{
    static const int64_t none[ACCOUNT_KINDS];
    for (size_t i = 0; i < s->count; i++) {
        for (int32_t m = 0; m < MONTHS; m++) {
            struct summary_row *row = &s->columns[i].months[m];
            if (memcmp(row->fen, none, sizeof none) != 0) {
                memcpy(row->code, s->columns[i].code, sizeof row->code);
                row->month = month_make(FIRST_YEAR, 1) + m;
                each(ctx, row);
            }
        }
    }
}

enum status summary_ledger(struct ledger *l, const struct progress *progress,
                           void (*each)(void *ctx, const struct summary_row *row),
                           void *ctx, struct diag *d)
{
    struct summary *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return diag_memory(d);
    }
    s->account = calloc(1, sizeof *s->account);
    enum status st = s->account == NULL ? diag_memory(d) : ST_OK;
    if (st == ST_OK) {
        st = add_all(s, l, progress, d);
    }
    if (st == ST_OK) {
        tell(s, each, ctx);
    }
    for (size_t i = 0; i < s->count; i++) {
        free(s->columns[i].months);
    }
    free(s->account);
    free(s);
    return st;
}
