/* journal.c - see journal.h. Which kinds of records post is a table; a kind that posts
 * and is not in it shows as a difference to the trial balance. Bodies are those of
 * docs/formats/ledger.md; postings stand under key 9, and the fold has compared them
 * with what the record does. Nothing is said of people. */
#include "audit/journal.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "base/must.h"
#include "ledger/batch_step.h"
#include "ledger/body.h"
#include "ledger/money.h"
#include "ledger/month.h"

#define TICK_RECORDS 65536
#define POSTINGS_BYTES ((size_t)16 * 1024 * 1024) /* of one act: 200,000 sums */
#define ACT_EVENTS 2                              /* a run has its set-offs beside it */

static const struct {
    const char *name;
    const char *zh;
} EVENTS[JOURNAL_EVENTS] = {
    [JOURNAL_HISTORY] = {"history", "以往发放转入"},
    [JOURNAL_RUN] = {"run", "测算"},
    [JOURNAL_SET_OFF] = {"set-off", "抵扣"},
    [JOURNAL_BATCH] = {"batch", "组批"},
    [JOURNAL_ANSWER] = {"answer", "回盘"},
    [JOURNAL_REISSUE] = {"reissue", "重发"},
    [JOURNAL_DROP] = {"drop", "剔除明细"},
    [JOURNAL_CANCEL] = {"cancel", "作废"},
    [JOURNAL_RECALL] = {"recall", "撤回"},
    [JOURNAL_REFUND] = {"refund", "缴回国库"},
    [JOURNAL_RECOVERY] = {"recovery", "免予追缴或核销"},
    [JOURNAL_REPAYMENT] = {"repayment", "退缴"},
};

const char *journal_event_name(enum journal_event e)
{
    must((unsigned)e < JOURNAL_EVENTS);
    return EVENTS[e].name;
}

const char *journal_event_zh(enum journal_event e)
{
    must((unsigned)e < JOURNAL_EVENTS);
    return EVENTS[e].zh;
}

bool journal_event_named(struct str name, enum journal_event *out)
{
    for (int i = 0; i < JOURNAL_EVENTS; i++) {
        if (str_is(name, EVENTS[i].name)) {
            *out = (enum journal_event)i;
            return true;
        }
    }
    return false;
}

static const struct posting_kind {
    enum record_kind kind;
    enum journal_event event;
    bool many; /* key 3 is an array of entries; else the record is one */
} KINDS[] = {
    {KIND_HISTORY, JOURNAL_HISTORY, true},
    {KIND_ENTITLEMENT, JOURNAL_RUN, false},
    {KIND_SET_OFF, JOURNAL_SET_OFF, false},
    {KIND_LINES, JOURNAL_BATCH, true},
    {KIND_RESULTS, JOURNAL_ANSWER, true},
    {KIND_REISSUE, JOURNAL_REISSUE, true},
    {KIND_WITHDRAWN, JOURNAL_DROP, true}, /* or what its start says */
    {KIND_RECOVERY_CONFIRM, JOURNAL_RECOVERY, false},
    {KIND_REPAYMENT, JOURNAL_REPAYMENT, false},
};

struct building { /* a voucher */
    bool used;
    struct journal_voucher v;
    struct buf items;
};

struct walk {
    struct ledger *l;
    const struct journal_request *q;
    struct journal_totals *totals;
    uint64_t act; /* in hand */
    int64_t time_us;
    enum journal_event withdrawn; /* of the withdrawal in hand */
    struct building vouchers[ACT_EVENTS];
    struct postings postings; /* of the record in hand */
};

/* ---- sums ---- */

static struct journal_account *account_of(struct walk *w, const char *programme,
                                          enum account_kind account)
{
    struct buf *b = &w->totals->accounts;
    struct journal_account *rows = (struct journal_account *)(void *)b->p;
    size_t count = b->len / sizeof *rows;
    size_t at = 0;
    while (at < count) {
        int c = strcmp(rows[at].programme, programme);
        c = c != 0 ? c : (int)rows[at].account - (int)account;
        if (c == 0) {
            return &rows[at];
        }
        if (c > 0) {
            break;
        }
        at++;
    }
    if (buf_room(b, sizeof *rows) == NULL) {
        return NULL;
    }
    b->len += sizeof *rows;
    rows = (struct journal_account *)(void *)b->p;
    memmove(&rows[at + 1], &rows[at], (count - at) * sizeof *rows);
    memset(&rows[at], 0, sizeof rows[at]);
    must(str_copy(str_of(programme), rows[at].programme, sizeof rows[at].programme));
    rows[at].account = account;
    return &rows[at];
}

static bool book(struct walk *w, const struct journal_posting *p, int32_t day)
{
    struct journal_account *debit = account_of(w, p->programme, p->debit);
    if (debit == NULL) {
        return false;
    }
    if (day >= w->q->from && day <= w->q->to) {
        bool fine = money_add(debit->debit_fen, p->fen, &debit->debit_fen);
        struct journal_account *credit = account_of(w, p->programme, p->credit);
        return fine && credit != NULL &&
               money_add(credit->credit_fen, p->fen, &credit->credit_fen);
    }
    bool before = day < w->q->from;
    int64_t *sum = before ? &debit->opening_fen : &debit->later_fen;
    bool fine = money_add(*sum, p->fen, sum);
    struct journal_account *credit = account_of(w, p->programme, p->credit);
    if (!fine || credit == NULL) {
        return false;
    }
    sum = before ? &credit->opening_fen : &credit->later_fen;
    return money_sub(*sum, p->fen, sum);
}

int64_t journal_account_sum(const struct journal_account *a)
{
    int64_t sum = 0;
    bool fine = money_add(a->opening_fen, a->debit_fen, &sum) &&
                money_sub(sum, a->credit_fen, &sum) &&
                money_add(sum, a->later_fen, &sum);
    return fine ? sum : INT64_MIN; /* no balance is so low */
}

/* ---- vouchers ---- */

static int compare_postings(const void *a, const void *b)
{
    const struct journal_posting *x = a;
    const struct journal_posting *y = b;
    int c = strcmp(x->programme, y->programme);
    c = c != 0 ? c : (int)x->debit - (int)y->debit;
    return c != 0 ? c : (int)x->credit - (int)y->credit;
}

static enum status overflow(struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "account", "a total is out of range");
}

/* Money of an earlier year's batch has accounts of its own in an office's books. */
static enum status note_prior(struct walk *w, struct journal_voucher *v, struct diag *d)
{
    struct batch_entry b;
    int32_t own;
    if (v->event < JOURNAL_BATCH || v->event > JOURNAL_REFUND) {
        return ST_OK;
    }
    TRY(batch_get(ledger_txn(w->l), (uint32_t)v->number, &b, d));
    TRY(batch_month(ledger_txn(w->l), &b, &own, d));
    v->prior = month_year(own) < date_to_civil(v->day).year;
    return ST_OK;
}

static enum status give(struct walk *w, struct building *b, int32_t day, struct diag *d)
{
    struct journal_voucher *v = &b->v;
    TRY(buf_check(&b->items, d));
    v->items = (const struct journal_posting *)(const void *)b->items.p;
    v->item_count = b->items.len / sizeof *v->items;
    if (v->item_count == 0) {
        return ST_OK;
    }
    qsort(b->items.p, v->item_count, sizeof *v->items, compare_postings);
    for (size_t i = 0; i < v->item_count; i++) {
        if (!book(w, &v->items[i], day)) {
            TRY(buf_check(&w->totals->accounts, d));
            return overflow(d);
        }
    }
    v->day = day;
    if (day < w->q->from || day > w->q->to) {
        return ST_OK;
    }
    TRY(note_prior(w, v, d));
    w->totals->vouchers++;
    return w->q->each(w->q->ctx, v, d);
}

static enum status end_act(struct walk *w, struct diag *d)
{
    int32_t day = day_of_time(w->time_us, ledger_info(w->l)->offset_minutes);
    for (size_t i = 0; i < ACT_EVENTS; i++) {
        struct building *b = &w->vouchers[i];
        if (b->used) {
            TRY(give(w, b, day, d));
        }
        b->used = false;
        buf_clear(&b->items);
    }
    return ST_OK;
}

static struct building *building_of(struct walk *w, enum journal_event event,
                                    uint64_t number)
{
    for (size_t i = 0; i < ACT_EVENTS; i++) {
        struct building *b = &w->vouchers[i];
        if (!b->used) {
            b->used = true;
            b->v = (struct journal_voucher){
                .event = event, .record = w->act, .number = number};
        }
        if (b->v.event == event) {
            return b;
        }
    }
    return NULL;
}

static bool add_posting(struct building *b, const struct posting *p)
{
    struct journal_posting *items = (struct journal_posting *)(void *)b->items.p;
    size_t count = b->items.len / sizeof *items;
    for (size_t i = 0; i < count; i++) {
        if (items[i].debit == p->debit && items[i].credit == p->credit &&
            strcmp(items[i].programme, p->programme) == 0) {
            return money_add(items[i].fen, p->fen, &items[i].fen);
        }
    }
    struct journal_posting new;
    memset(&new, 0, sizeof new);
    memcpy(new.programme, p->programme, sizeof new.programme);
    new.debit = p->debit;
    new.credit = p->credit;
    new.fen = p->fen;
    buf_add(&b->items, &new, sizeof new);
    return true;
}

/* ---- records ---- */

/* Number, how many entries, postings; the other keys are passed over. */
static bool read_body(struct walk *w, const struct record *r, bool many,
                      uint64_t *number, uint64_t *count)
{
    struct reader rd;
    struct cbor_map m;
    bool there[10] = {false};
    reader_init(&rd, r->body.p, r->body.n);
    cbor_map_begin(&m, &rd);
    *count = 1;
    w->postings.count = 0;
    for (uint64_t key = 0; key <= 9; key++) {
        if (!cbor_map_key(&m, key)) {
            continue;
        }
        there[key] = true;
        if (key == 1) {
            *number = cbor_get_uint(&rd);
        } else if (key == 9) {
            return postings_read(&rd, &w->postings) && there[1] && !rd.failed &&
                   (!many || there[3]);
        } else if (key == 3 && many) {
            struct reader inside = rd;
            *count = cbor_get_array(&inside);
            cbor_skip(&rd);
        } else {
            cbor_skip(&rd);
        }
    }
    return false;
}

static enum status damaged(const struct record *r, struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "record-body",
                     "record %llu does not have the body of its kind",
                     (unsigned long long)r->sequence);
}

static enum status begin_withdrawal(struct walk *w, const struct record *r,
                                    struct diag *d)
{
    static const enum journal_event events[] = {
        [WITHDRAW_DROP] = JOURNAL_DROP,
        [WITHDRAW_CANCEL] = JOURNAL_CANCEL,
        [WITHDRAW_RECALL] = JOURNAL_RECALL,
        [WITHDRAW_REFUND] = JOURNAL_REFUND,
    };
    struct signed_body s;
    struct withdraw_body x;
    TRY(signed_body_read(r, &s, d));
    if (!withdraw_read(s.plain, &x)) {
        return damaged(r, d);
    }
    w->withdrawn = events[x.what];
    return ST_OK;
}

static enum status post(struct walk *w, const struct record *r,
                        const struct posting_kind *k, struct diag *d)
{
    uint64_t number = 0;
    uint64_t count;
    if (!read_body(w, r, k->many, &number, &count)) {
        return damaged(r, d);
    }
    enum journal_event event = r->kind == KIND_WITHDRAWN ? w->withdrawn : k->event;
    struct building *b = building_of(w, event, number);
    if (b == NULL) {
        return damaged(r, d);
    }
    b->v.count += count;
    for (size_t i = 0; i < w->postings.count; i++) {
        if (!add_posting(b, &w->postings.items[i])) {
            return overflow(d);
        }
    }
    return ST_OK;
}

static enum status one_record(struct walk *w, const struct record *r, struct diag *d)
{
    if (r->act != w->act) {
        TRY(end_act(w, d));
        w->act = r->act;
    }
    w->time_us = r->time_us;
    if (r->kind == KIND_WITHDRAW_START) {
        return begin_withdrawal(w, r, d);
    }
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        if (KINDS[i].kind == r->kind) {
            return post(w, r, &KINDS[i], d);
        }
    }
    return ST_OK;
}

static enum status all_records(struct walk *w, struct cursor *c, struct diag *d)
{
    uint64_t size = ledger_head(w->l)->tree.size;
    for (uint64_t n = 0; n < size; n++) {
        struct str key;
        struct str bytes;
        struct record r;
        TRY(store_cursor_next(c, &key, &bytes, d));
        if (key.p == NULL || key.n != 8 || get_u64((const uint8_t *)key.p) != n) {
            return diag_fail(d, ST_INTEGRITY, "record-missing",
                             "record %llu is missing", (unsigned long long)n);
        }
        TRY(record_read(bytes, &r, d));
        TRY(one_record(w, &r, d));
        if (n % TICK_RECORDS == 0) {
            progress_tick(w->q->progress, "journal", n, size);
            if (progress_stop(w->q->progress)) {
                return diag_fail(d, ST_INTERRUPTED, "interrupted",
                                 "nothing was written");
            }
        }
    }
    return end_act(w, d);
}

/* ---- the trial balance ---- */

/* Keys are programme, 0, account. */
static enum status all_balances(struct walk *w, struct cursor *c, struct diag *d)
{
    struct str key;
    struct str value;
    TRY(store_cursor_next(c, &key, &value, d));
    while (key.p != NULL) {
        char programme[PROGRAMME_CODE_MAX + 1];
        uint8_t kind = key.n > 2 ? (uint8_t)key.p[key.n - 1] : ACCOUNT_KINDS;
        if (kind >= ACCOUNT_KINDS || value.n != 8 ||
            !str_copy(str_make(key.p, key.n - 2), programme, sizeof programme)) {
            return diag_fail(d, ST_INTEGRITY, "balance-row", "a balance is damaged");
        }
        struct journal_account *a = account_of(w, programme, (enum account_kind)kind);
        if (a == NULL) {
            return buf_check(&w->totals->accounts, d);
        }
        a->balance_fen = (int64_t)get_u64((const uint8_t *)value.p);
        TRY(store_cursor_next(c, &key, &value, d));
    }
    const struct journal_account *rows =
        (const struct journal_account *)(const void *)w->totals->accounts.p;
    for (size_t i = 0; i < w->totals->accounts.len / sizeof *rows; i++) {
        w->totals->differences += journal_account_sum(&rows[i]) != rows[i].balance_fen;
    }
    return ST_OK;
}

static enum status with_cursor(struct walk *w, enum table table,
                               enum status (*go)(struct walk *w, struct cursor *c,
                                                 struct diag *d),
                               struct diag *d)
{
    struct cursor *c;
    TRY(store_cursor_open(ledger_txn(w->l), table, &c, d));
    enum status st = go(w, c, d);
    store_cursor_close(c);
    return st;
}

enum status journal_ledger(struct ledger *l, const struct journal_request *q,
                           struct journal_totals *totals, struct diag *d)
{
    struct walk w = {.l = l, .q = q, .totals = totals, .act = UINT64_MAX};
    memset(totals, 0, sizeof *totals);
    buf_init(&totals->accounts, POSTINGS_BYTES);
    for (size_t i = 0; i < ACT_EVENTS; i++) {
        buf_init(&w.vouchers[i].items, POSTINGS_BYTES);
    }
    enum status st = with_cursor(&w, TABLE_RECORDS, all_records, d);
    if (st == ST_OK) {
        st = with_cursor(&w, TABLE_BALANCES, all_balances, d);
    }
    for (size_t i = 0; i < ACT_EVENTS; i++) {
        buf_release(&w.vouchers[i].items);
    }
    return st;
}

void journal_totals_release(struct journal_totals *t)
{
    buf_release(&t->accounts);
}

const struct journal_account *journal_accounts(const struct journal_totals *t,
                                               size_t *count)
{
    *count = t->accounts.len / sizeof(struct journal_account);
    return (const struct journal_account *)(const void *)t->accounts.p;
}
