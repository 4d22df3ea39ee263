/* paid_to.c - see paid_to.h. */
#include "audit/paid_to.h"

#include <string.h>

#include "ledger/erasure.h"
#include "ledger/line.h"

static void copy(struct str s, char *out, size_t cap)
{
    if (!str_copy(s, out, cap)) {
        out[0] = '\0'; /* longer than an import takes */
    }
}

static void take_route(const struct route *r, struct paid_to *out)
{
    bool own = route_is_own(r);
    struct str relation = out->institution ? str_of("机构")
                          : own            ? str_of("本人")
                                           : r->relation;
    bool named = !own && r->payee_name.n > 0;
    copy(relation, out->relation, sizeof out->relation);
    copy(named ? r->payee_name : r->account_name, out->name, sizeof out->name);
    copy(r->account, out->account, sizeof out->account);
    copy(r->authorisation, out->authorisation, sizeof out->authorisation);
}

enum status paid_to_line(struct ledger *l, const struct line_entry *line,
                         struct paid_to *out, struct diag *d)
{
    struct vault_row row;
    struct route route;
    memset(out, 0, sizeof *out);
    out->number = line->payee != 0 ? line->payee : line->person;
    out->institution = line->payee != 0;
    vault_row_init(&row);
    enum status st = vault_row_read(l, out->number, &row, d);
    out->erased = erasure_failed(st, d);
    if (st == ST_OK && !person_route_find(buf_str(&row.plain), line->route, &route)) {
        st = diag_fail(d, ST_INTEGRITY, "route",
                       "line %u of batch %u names an account that is not there",
                       line->line, line->batch);
    }
    if (st == ST_OK) {
        take_route(&route, out);
    }
    vault_row_release(&row);
    return out->erased ? ST_OK : st;
}

static int64_t fen_of(const struct line_entry *line, struct str programme,
                      int32_t month)
{
    for (size_t i = 0; str_is(programme, line->programme) && i < line->span_count;
         i++) {
        const struct span *s = &line->spans[i];
        if (month >= s->from && month < s->from + s->months) {
            return s->fen;
        }
    }
    return 0;
}

enum status paid_to_month(struct ledger *l, uint64_t person, struct str programme,
                          int32_t month,
                          enum status (*each)(void *ctx, const struct paid_month *x,
                                              struct diag *d),
                          void *ctx, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(l)->batches; n++) {
        struct batch_entry b;
        uint32_t at;
        TRY(batch_get(ledger_txn(l), n, &b, d));
        TRY(line_first(ledger_txn(l), &b, person, &at, d));
        for (; at <= b.lines; at++) {
            struct line_entry line;
            TRY(line_get(ledger_txn(l), n, at, &line, d));
            if (line.person != person) {
                break;
            }
            struct paid_month x = {&b, &line, fen_of(&line, programme, month)};
            if (x.fen != 0) {
                TRY(each(ctx, &x, d));
            }
        }
    }
    return ST_OK;
}
