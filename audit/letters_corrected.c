/* letters_corrected.c - what corrected answers (batch answer --correct) made paid that
 * may have been paid twice by it: see letters_private.h. Reads only. */
#include "audit/letters_private.h"

#include <stdlib.h>

#include "base/date.h"
#include "ledger/body.h"
#include "ledger/line.h"
#include "ledger/money.h"
#include "ledger/register.h"

struct finding {
    struct ledger *l;
    uint32_t batch;
    struct buf *touched;
    struct account *account;
};

/* The number whose account the person's months are in: of who was merged, the
 * other's. */
static enum status account_of(struct finding *x, uint64_t *person, struct diag *d)
{
    for (;;) { /* each merge leads to one not merged yet */
        uint8_t key[8];
        struct str row;
        put_u64(key, *person);
        TRY(store_get(ledger_txn(x->l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
        TRY(account_read(row, x->account, d));
        if (x->account->forward == 0) {
            return ST_OK;
        }
        *person = x->account->forward;
    }
}

static enum status take_results(struct finding *x, const struct record *r,
                                struct diag *d)
{
    struct chunk_body body;
    struct reader rd;
    bool good = chunk_body_read(r->body, &body);
    reader_init(&rd, good ? body.entries.p : "", good ? body.entries.n : 0);
    for (uint64_t i = 0; good && i < body.count; i++) {
        struct result_entry e;
        struct line_entry line;
        good = result_entry_read(&rd, &e);
        if (!good || e.state != LINE_PAID) {
            continue;
        }
        TRY(line_get(ledger_txn(x->l), x->batch, e.line, &line, d));
        if (line.corrected && line.state == LINE_PAID) {
            struct touched t = {.institution = line.payee,
                                .person = line.person,
                                .batch = x->batch,
                                .line = e.line};
            TRY(account_of(x, &t.person, d));
            buf_add(x->touched, &t, sizeof t);
        }
    }
    return good ? buf_check(x->touched, d)
                : diag_fail(d, ST_INTEGRITY, "record-body", "record %llu is no results",
                            (unsigned long long)r->sequence);
}

static enum status take_answer(struct finding *x, const struct answer_entry *a,
                               int32_t period, struct diag *d)
{
    struct record r;
    struct answer_start start;
    uint64_t size = ledger_head(x->l)->tree.size;
    TRY(record_get(ledger_txn(x->l), a->sequence, &r, NULL, d));
    TRY(answer_start_get(ledger_txn(x->l), a, &start, d));
    int32_t day = day_of_time(r.time_us, ledger_info(x->l)->offset_minutes);
    if (!start.corrects || month_of_day(day) != period) {
        return ST_OK;
    }
    x->batch = a->batch;
    for (uint64_t at = a->sequence + 1; at < size; at++) {
        TRY(record_get(ledger_txn(x->l), at, &r, NULL, d));
        if (r.kind != KIND_RESULTS) {
            return ST_OK;
        }
        TRY(take_results(x, &r, d));
    }
    return ST_OK;
}

enum status letters_corrected(struct ledger *l, int32_t period, struct buf *touched,
                              struct diag *d)
{
    struct finding x = {.l = l, .touched = touched};
    enum status st = ST_OK;
    x.account = calloc(1, sizeof *x.account);
    if (x.account == NULL) {
        return diag_memory(d);
    }
    for (uint32_t n = 1; st == ST_OK && n <= ledger_head(l)->answers; n++) {
        struct answer_entry a;
        st = answer_get(ledger_txn(l), n, &a, d);
        st = st == ST_OK ? take_answer(&x, &a, period, d) : st;
    }
    free(x.account);
    return st;
}
