/* letters.c - see letters.h. The entitlement records of the period's runs say whom they
 * concern, and of what was paid twice the answers (letters_corrected.c); a stop in time
 * leaves no record, so those are found in the accounts. */
#include "audit/letters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/explain_words.h"
#include "audit/letters_private.h"
#include "base/money.h"
#include "ledger/body.h"
#include "ledger/erasure.h"
#include "ledger/line.h"

#define TICK_ROWS 4096
#define TOUCHED_BYTES_MAX ((size_t)256 * 1024 * 1024)

struct letters {
    struct ledger *l;
    enum letter_kind kind;
    int32_t period;
    const struct progress *progress;
    enum status (*each)(void *ctx, const struct letter *x, struct diag *d);
    void *ctx;
    struct entitle *e;
    struct explain_known known;
    struct explanation *explanation;
    struct buf touched;
    size_t at; /* the next one to look at */
    struct account *account;
    uint64_t number; /* whose account it is; who is told is out.person */
    struct person *person;
    struct vault_row row;
    struct person *home; /* of a letter to an institution: that one */
    struct vault_row home_row;
    struct entitlement entitlement;
    struct postings postings;
    struct letter out;
};

/* ---- the runs ---- */

static enum cause cause_of(enum letter_kind kind)
{
    return kind == LETTER_BACKPAY ? CAUSE_BACKPAY : CAUSE_REDUCTION;
}

static enum status read_entitlement(struct letters *x, const struct record *r,
                                    struct diag *d)
{
    if (entitlement_read(r->body, &x->entitlement, &x->postings)) {
        return ST_OK;
    }
    return diag_fail(d, ST_INTEGRITY, "record-body", "record %llu is no entitlement",
                     (unsigned long long)r->sequence);
}

static enum status note_run(struct letters *x, const struct run_entry *run,
                            struct diag *d)
{
    uint64_t size = ledger_head(x->l)->tree.size;
    for (uint64_t n = run->sequence + 1; n < size; n++) {
        struct record r;
        TRY(record_get(ledger_txn(x->l), n, &r, NULL, d));
        if (r.act != run->sequence) {
            return ST_OK;
        }
        if (r.kind != KIND_ENTITLEMENT) {
            continue;
        }
        TRY(read_entitlement(x, &r, d));
        for (size_t i = 0; i < x->entitlement.span_count; i++) {
            if (x->entitlement.spans[i].cause == cause_of(x->kind)) {
                struct touched t = {.person = x->entitlement.person, .sequence = n};
                buf_add(&x->touched, &t, sizeof t);
                break;
            }
        }
    }
    return ST_OK;
}

static int by_person(const void *a, const void *b)
{
    const struct touched *x = a;
    const struct touched *y = b;
    if (x->institution != y->institution) {
        return x->institution < y->institution ? -1 : 1;
    }
    if (x->person != y->person) {
        return x->person < y->person ? -1 : 1;
    }
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence ? 1 : 0;
}

static enum status note_runs(struct letters *x, struct diag *d)
{
    bool some = false;
    for (uint32_t n = 1; n <= ledger_head(x->l)->runs; n++) {
        struct run_entry run;
        TRY(run_get(ledger_txn(x->l), n, &run, d));
        if (run.period == x->period) {
            some = true;
            TRY(note_run(x, &run, d));
        }
    }
    if (x->kind == LETTER_RECOVERY) {
        TRY(letters_corrected(x->l, x->period, &x->touched, d));
    }
    TRY(buf_check(&x->touched, d));
    if (!some && x->touched.len == 0) {
        char month[DATE_TEXT_CAP];
        month_print(x->period, month);
        diag_fail(d, ST_CONFLICT, "no-run", "no run was made for %s", month);
        return diag_hint(d, "almoner run --period %s", month);
    }
    if (x->touched.len > 0) {
        qsort(x->touched.p, x->touched.len / sizeof(struct touched),
              sizeof(struct touched), by_person);
    }
    return ST_OK;
}

static const struct touched *touched_at(const struct letters *x)
{
    const void *p = x->touched.p;
    const struct touched *list = p;
    return x->at < x->touched.len / sizeof *list ? &list[x->at] : NULL;
}

/* The next that this person is told of for themselves, or NULL. */
static const struct touched *next_touched(struct letters *x, uint64_t person)
{
    const struct touched *t = touched_at(x);
    while (t != NULL && t->institution == 0 && t->person < person) {
        x->at++;
        t = touched_at(x);
    }
    bool own = t != NULL && t->institution == 0 && t->person == person;
    x->at += own ? 1 : 0;
    return own ? t : NULL;
}

/* ---- one letter ---- */

static struct letter_item *item_for(struct letters *x, struct str code)
{
    for (size_t i = 0; i < x->out.count; i++) {
        if (str_is(code, x->out.items[i].code)) {
            return &x->out.items[i];
        }
    }
    if (x->out.count == ACCOUNT_PROGRAMMES_MAX) {
        return NULL;
    }
    struct letter_item *item = &x->out.items[x->out.count];
    struct letter_item none = {.month = INT32_MAX, .first = INT32_MAX};
    *item = none;
    if (!str_copy(code, item->code, sizeof item->code)) {
        return NULL;
    }
    x->out.count++;
    return item;
}

static enum status add_span(struct letter_item *item, struct span s, struct diag *d)
{
    int64_t fen;
    if (!money_mul(s.fen, s.months, &fen) || !money_add(item->fen, fen, &item->fen)) {
        return diag_fail(d, ST_INTEGRITY, "account", "a sum is out of range");
    }
    if (item->span_count == LETTER_SPANS_MAX) {
        item->more = true;
        return ST_OK;
    }
    item->spans[item->span_count++] = s;
    return ST_OK;
}

/* Which programmes the record concerns, and of back-pay the months. */
static enum status take_record(struct letters *x, uint64_t sequence, struct diag *d)
{
    struct record r;
    TRY(record_get(ledger_txn(x->l), sequence, &r, NULL, d));
    TRY(read_entitlement(x, &r, d));
    struct letter_item *item = item_for(x, x->entitlement.programme);
    for (size_t i = 0; item != NULL && i < x->entitlement.span_count; i++) {
        const struct entitlement_span *s = &x->entitlement.spans[i];
        if (s->cause != cause_of(x->kind)) {
            continue;
        }
        item->corrected = false;
        int32_t last = s->span.from + s->span.months - 1;
        item->first = s->span.from < item->first ? s->span.from : item->first;
        item->last = last > item->last ? last : item->last;
        item->month = item->first;
        if (x->kind == LETTER_BACKPAY) {
            TRY(add_span(item, s->span, d));
        }
    }
    return ST_OK;
}

/* What was paid twice by a correction, if the account still owes it. */
static enum status take_line(struct letters *x, const struct touched *t, struct diag *d)
{
    struct line_entry line;
    TRY(line_get(ledger_txn(x->l), t->batch, t->line, &line, d));
    const struct span *last = &line.spans[line.span_count - 1];
    struct letter_item *item = item_for(x, str_of(line.programme));
    if (item == NULL) {
        return ST_OK;
    }
    int32_t through = last->from + last->months - 1;
    item->corrected = item->corrected || item->first == INT32_MAX;
    item->first = line.spans[0].from < item->first ? line.spans[0].from : item->first;
    item->last = through > item->last ? through : item->last;
    item->month = item->first;
    return ST_OK;
}

static enum status take_touched(struct letters *x, const struct touched *t,
                                struct diag *d)
{
    return t->line != 0 ? take_line(x, t, d) : take_record(x, t->sequence, d);
}

/* What the months owe now that the runs looked at. */
static enum status find_owed(struct letter_item *item,
                             const struct account_programme *p, struct diag *d)
{
    for (size_t i = 0; p != NULL && i < p->count; i++) {
        const struct segment *g = &p->segments[i];
        int32_t from = g->from > item->first ? g->from : item->first;
        int32_t end = g->from + g->months;
        end = end <= item->last ? end : item->last + 1;
        if (g->fen[ACCOUNT_RECEIVABLE] > 0 && from < end) {
            struct span s = {from, end - from, g->fen[ACCOUNT_RECEIVABLE]};
            TRY(add_span(item, s, d));
        }
    }
    return ST_OK;
}

/* The month behind the last that is granted; as it is when none is. */
static void find_stop(struct letter_item *item, const struct account_programme *p)
{
    for (size_t i = 0; p != NULL && i < p->count; i++) {
        const struct segment *g = &p->segments[i];
        if (g->fen[ACCOUNT_GRANTED] > 0) {
            item->month = g->from + g->months;
        }
    }
}

/* A programme that was granted for the month before and is not for the period. */
static void find_stops(struct letters *x)
{
    for (size_t i = 0; i < x->account->count; i++) {
        const struct account_programme *p = &x->account->programmes[i];
        if (account_granted(p, x->period - 1) > 0 &&
            account_granted(p, x->period) == 0) {
            item_for(x, str_of(p->code));
        }
    }
}

/* False: there is nothing to be told about the programme. */
static bool item_counts(const struct letters *x, const struct letter_item *item)
{
    const struct account_programme *p = account_find(x->account, str_of(item->code));
    switch (x->kind) {
    case LETTER_STOP:
        return item->month <= x->period &&
               (p == NULL || account_granted(p, x->period) == 0);
    case LETTER_RECOVERY:
    case LETTER_BACKPAY:
        return item->fen > 0;
    }
    return false;
}

static enum status fill_items(struct letters *x, struct diag *d)
{
    size_t n = 0;
    for (size_t i = 0; i < x->out.count; i++) {
        struct letter_item *item = &x->out.items[i];
        const struct account_programme *p =
            account_find(x->account, str_of(item->code));
        if (x->kind == LETTER_RECOVERY) {
            TRY(find_owed(item, p, d));
        } else if (x->kind == LETTER_STOP) {
            find_stop(item, p);
        }
        if (item_counts(x, item)) {
            x->out.items[n++] = *item;
        }
    }
    x->out.count = n;
    return ST_OK;
}

/* ---- the words ---- */

struct reason {
    struct letter_item *item;
    bool grants; /* the letter brings money: an order is the reason, not the rule */
    bool ordered;
};

static void take_reason(void *ctx, enum explain_line kind, struct str text)
{
    struct reason *r = ctx;
    struct letter_item *item = r->item;
    bool order = kind == EXPLAIN_ORDER && r->grants && !r->ordered;
    if (!order && (kind != EXPLAIN_REASON || item->reason[0] != '\0')) {
        return;
    }
    r->ordered = r->ordered || order;
    if (!str_copy(text, item->reason, sizeof item->reason)) {
        item->reason[0] = '\0'; /* too long: none */
    }
}

/* What was recorded since the run gives the money back: the next run posts it, and
 * until then the letter would name a reason to pay as the reason not to. */
static bool about_to_end(const struct letters *x)
{
    const struct explanation *e = x->explanation;
    switch (x->kind) {
    case LETTER_STOP:
        return e->rules_fen > 0;
    case LETTER_RECOVERY:
        return e->rules_fen > e->granted_fen;
    case LETTER_BACKPAY:
        return false;
    }
    return false;
}

#define PAID_AFTER_ALL "银行更正了回盘，此前称退回的款项实已付出，本项目所付超过应发"

static enum status find_reason(struct letters *x, struct letter_item *item, bool *tell,
                               struct diag *d)
{
    int32_t month = x->period;
    struct reason reason = {.item = item, .grants = x->kind == LETTER_BACKPAY};
    int n = policy_set_programme_find(entitle_policies(x->e), str_of(item->code));
    if (item->span_count > 0) {
        const struct span *last = &item->spans[item->span_count - 1];
        month = last->from + last->months - 1;
    }
    if (n < 0) {
        return ST_OK;
    }
    const struct confirmed_policy *c =
        policy_set_ruling(entitle_policies(x->e), (size_t)n, month);
    if (c != NULL) {
        item->policy = c->policy;
        item->rules = entitle_rules(x->e, str_of(item->code), month);
    }
    TRY(explain_month(x->l, x->e, x->person, &x->known, str_of(item->code), month,
                      x->explanation, d));
    *tell = !about_to_end(x);
    if (item->corrected) {
        item->policy = NULL; /* no clause is the reason */
        return str_copy(str_of(PAID_AFTER_ALL), item->reason, sizeof item->reason)
                   ? ST_OK
                   : diag_fail(d, ST_INTERNAL, "reason", "a reason is too long");
    }
    return explain_words(x->explanation, entitle_policies(x->e), true, take_reason,
                         &reason, d);
}

static enum status find_terms(struct letters *x, struct letter_item *item,
                              struct diag *d)
{
    uint32_t number;
    TRY(recovery_newest(ledger_txn(x->l), x->number, &number, d));
    while (number != 0 && !item->decided) {
        struct recovery_entry e;
        TRY(recovery_get(ledger_txn(x->l), number, &e, d));
        if (e.state == RECOVERY_DECIDED && strcmp(e.terms.programme, item->code) == 0) {
            item->decided = true;
            item->terms = e.terms;
        }
        number = e.before;
    }
    return ST_OK;
}

static enum status finish_letter(struct letters *x, struct diag *d)
{
    TRY(fill_items(x, d));
    if (x->out.count == 0) {
        return ST_OK;
    }
    enum status st = vault_row_read(x->l, x->number, &x->row, d);
    if (erasure_failed(st, d)) {
        return ST_OK; /* nobody is left to be told */
    }
    TRY(st);
    TRY(person_read(buf_str(&x->row.plain), UINT64_MAX, x->person, d));
    x->person->number = x->number;
    if (x->person->merged_into != 0) {
        return ST_OK; /* the same person under another number is told */
    }
    size_t n = 0;
    for (size_t i = 0; i < x->out.count; i++) {
        bool tell = true;
        TRY(find_reason(x, &x->out.items[i], &tell, d));
        if (x->kind == LETTER_RECOVERY) {
            TRY(find_terms(x, &x->out.items[i], d));
        }
        if (tell) {
            x->out.items[n++] = x->out.items[i];
        }
    }
    x->out.count = n;
    if (n == 0) {
        return ST_OK;
    }
    x->out.facts = x->out.resident != NULL ? x->home : x->person;
    return x->each(x->ctx, &x->out, d);
}

static enum status one_person(struct letters *x, uint64_t person, struct str row,
                              struct diag *d)
{
    const struct touched *t = next_touched(x, person);
    if (t == NULL && x->kind != LETTER_STOP) {
        return ST_OK;
    }
    TRY(account_read(row, x->account, d));
    x->number = person;
    x->out.person = person;
    x->out.count = 0;
    for (; t != NULL; t = next_touched(x, person)) {
        TRY(take_touched(x, t, d));
    }
    if (x->kind == LETTER_STOP) {
        find_stops(x);
    }
    return x->out.count > 0 ? finish_letter(x, d) : ST_OK;
}

/* ---- institutions: what they got for others ---- */

static enum status open_home(struct letters *x, uint64_t number, struct diag *d)
{
    TRY(vault_row_read(x->l, number, &x->home_row, d));
    TRY(person_read(buf_str(&x->home_row.plain), UINT64_MAX, x->home, d));
    x->home->number = number;
    return ST_OK;
}

/* All of one resident that one institution got. */
static enum status one_resident(struct letters *x, const struct touched *first,
                                struct diag *d)
{
    uint8_t key[8];
    struct str row;
    put_u64(key, first->person);
    TRY(store_get(ledger_txn(x->l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    TRY(account_read(row, x->account, d));
    if (x->home->number != first->institution) {
        TRY(open_home(x, first->institution, d));
    }
    x->number = first->person;
    x->out.person = first->institution;
    x->out.resident = x->person;
    x->out.count = 0;
    for (const struct touched *t = first;
         t != NULL && t->institution == first->institution && t->person == x->number;
         t = touched_at(x)) {
        TRY(take_touched(x, t, d));
        x->at++;
    }
    return finish_letter(x, d);
}

static enum status tell_institutions(struct letters *x, struct diag *d)
{
    const struct touched *t = touched_at(x);
    while (t != NULL && t->institution == 0) { /* of who has no account any more */
        x->at++;
        t = touched_at(x);
    }
    for (; t != NULL; t = touched_at(x)) {
        TRY(one_resident(x, t, d));
    }
    return ST_OK;
}

/* ---- everybody ---- */

static enum status walk(struct letters *x, struct cursor *c, struct diag *d)
{
    struct str key;
    struct str row;
    uint64_t done = 0;
    TRY(store_cursor_next(c, &key, &row, d));
    while (key.p != NULL) {
        TRY(one_person(x, get_u64((const uint8_t *)key.p), row, d));
        if (++done % TICK_ROWS == 0) {
            progress_tick(x->progress, "letters", done, ledger_head(x->l)->people);
            if (progress_stop(x->progress)) {
                return diag_fail(d, ST_INTERRUPTED, "interrupted", "stopped");
            }
        }
        TRY(store_cursor_next(c, &key, &row, d));
    }
    return ST_OK;
}

static enum status work(struct letters *x, struct diag *d)
{
    struct cursor *c;
    TRY(note_runs(x, d));
    TRY(explain_known_on(x->l, DAY_NEVER, &x->known, d));
    TRY(entitle_open(&x->e, x->l, UINT32_MAX, d));
    TRY(store_cursor_open(ledger_txn(x->l), TABLE_ACCOUNTS, &c, d));
    enum status st = walk(x, c, d);
    store_cursor_close(c);
    return st == ST_OK ? tell_institutions(x, d) : st;
}

enum status letters_ledger(struct ledger *l, enum letter_kind kind, int32_t period,
                           const struct progress *progress,
                           enum status (*each)(void *ctx, const struct letter *x,
                                               struct diag *d),
                           void *ctx, struct diag *d)
{
    struct letters *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return diag_memory(d);
    }
    x->l = l;
    x->kind = kind;
    x->period = period;
    x->progress = progress;
    x->each = each;
    x->ctx = ctx;
    vault_row_init(&x->row);
    vault_row_init(&x->home_row);
    buf_init(&x->touched, TOUCHED_BYTES_MAX);
    x->account = calloc(1, sizeof *x->account);
    x->person = calloc(1, sizeof *x->person);
    x->home = calloc(1, sizeof *x->home);
    x->explanation = calloc(1, sizeof *x->explanation);
    enum status st = x->account == NULL || x->person == NULL || x->home == NULL ||
                             x->explanation == NULL
                         ? diag_memory(d)
                         : work(x, d);
    entitle_close(x->e);
    vault_row_release(&x->row);
    vault_row_release(&x->home_row);
    buf_release(&x->touched);
    free(x->account);
    free(x->person);
    free(x->home);
    free(x->explanation);
    free(x);
    return st;
}
