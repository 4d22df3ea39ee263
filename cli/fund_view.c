/* fund_view.c - see fund_view.h. */
#include "cli/fund_view.h"

#include <string.h>

#include "base/date.h"
#include "cli/refused.h"
#include "ledger/body.h"

const char *fund_source_text(bool zh, const char *source)
{
    static const char *const names[][2] = {
        {"central", "中央"}, {"province", "省级"},      {"city", "市级"},
        {"county", "县级"},  {"lottery", "彩票公益金"},
    };
    for (size_t i = 0; zh && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i][0], source) == 0) {
            return names[i][1];
        }
    }
    return source;
}

void fund_view_put(struct json *o, const struct fund_entry *x)
{
    const struct fund_terms *t = &x->terms;
    json_put_uint(o, "number", t->number);
    json_put_text(o, "state",
                  x->state == ENTRY_ACTIVE ? "confirmed"
                                           : refused_state_name(x->state));
    json_put_text(o, "programme", t->programme);
    json_put_text(o, "source", t->source);
    json_put_text(o, "function", t->function);
    json_put_text(o, "economic", t->economic);
    json_put_int(o, "year", t->year);
    json_put_text(o, "document", t->document);
    json_put_int(o, "amount_fen", t->fen);
    if (t->adjusts != 0) {
        json_put_uint(o, "adjusts", t->adjusts);
    }
}

int64_t fund_view_rate(const struct fund_sums *s)
{
    if (s->appropriated <= 0 || s->spent <= 0) {
        return 0;
    }
    int64_t spent = s->spent;
    int64_t of = s->appropriated;
    while (spent > INT64_MAX / 10000) { /* their last digits say nothing of the rate */
        spent /= 10;
        of /= 10;
    }
    return of > 0 ? spent * 10000 / of : INT64_MAX;
}

void fund_view_put_sums(struct json *o, const struct fund_entry *x)
{
    const struct fund_sums *s = &x->sums;
    json_put_int(o, "appropriated_fen", s->appropriated);
    json_put_int(o, "received_fen", s->received);
    json_put_int(o, "reserved_fen", s->reserved);
    json_put_int(o, "committed_fen", s->committed);
    json_put_int(o, "spent_fen", s->spent);
    json_put_int(o, "left_fen", fund_left(s));
    json_put_int(o, "returned_fen", s->returned);
    json_put_int(o, "prior_fen", s->prior);
    json_put_int(o, "refunded_fen", s->refunded);
    json_put_int(o, "spent_hundredths", fund_view_rate(s));
    if (s->spent_day != 0) {
        json_put_day(o, "last_spent", s->spent_day);
    }
}

enum status fund_view_idle(struct env *e, const struct fund_entry *x, int32_t *months,
                           struct diag *d)
{
    struct record r;
    TRY(record_get(ledger_txn(e->ledger), x->sequence, &r, NULL, d));
    int32_t since = day_of_time(r.time_us, ledger_info(e->ledger)->offset_minutes);
    since = x->sums.spent_day > since ? x->sums.spent_day : since;
    struct civil a = date_to_civil(since);
    struct civil b = date_to_civil(ledger_today(e->ledger));
    *months = (b.year - a.year) * 12 + b.month - a.month - (b.day < a.day ? 1 : 0);
    return ST_OK;
}
