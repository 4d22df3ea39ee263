/* explain.c - one month of one programme of one person: the account, the records that
 * posted it (walked back from the newest), and what the rules say. */
#include "audit/explain.h"

#include <string.h>

#include "ledger/body.h"

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
        bool covers = out->month >= s->from && out->month < s->from + s->months;
        if (!covers || out->record_count == EXPLAIN_RECORDS_MAX) {
            continue;
        }
        size_t n = out->record_count++;
        out->records[n].sequence = rec->sequence;
        out->records[n].time_us = rec->time_us;
        out->records[n].span = e->spans[i];
        out->records[n].fact_count = e->fact_count;
        memcpy(out->records[n].facts, e->facts, sizeof e->facts);
    }
}

static enum status walk_back(struct ledger *l, uint64_t person, uint64_t last,
                             struct explanation *out, struct diag *d)
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
        take_record(out, &e, &rec);
        last = e.previous;
    }
    return ST_OK;
}

enum status explain_month(struct ledger *l, struct entitle *e, const struct person *p,
                          struct str programme, int32_t month, struct explanation *out,
                          struct diag *d)
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
    put_u64(key, p->number);
    TRY(store_get(ledger_txn(l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    TRY(account_read(row, &account, d));
    month_account(&account, programme, month, &out->account);
    out->granted_fen = out->account.fen[ACCOUNT_GRANTED];
    out->result = entitle_month(e, p, month)[n];
    out->rules_fen = out->result.amount_fen;
    return walk_back(l, p->number, account.last, out, d);
}
