/* fold_close.c - which month's books a posting stands in, and the rules that close
 * months and years. It must never ask the clock: the month follows from the records. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "ledger/close.h"
#include "ledger/fold_private.h"
#include "ledger/refusal.h"
#include "ledger/unknown.h"

/* ---- the month of a posting ---- */

static int32_t month_of_time(const struct fold *f, int64_t time_us)
{
    return month_of_day(day_of_time(time_us, f->offset_minutes));
}

/* Of a long act: a run's is its period, that of what is done to a batch the batch's. */
static enum status month_of_act(struct fold *f, int32_t *out, struct diag *d)
{
    struct run_entry run;
    struct batch_entry *b;
    struct record first;
    switch (f->head.open.kind) {
    case KIND_RUN_START:
        TRY(run_get(f->t, f->head.open.number, &run, d));
        *out = run.period;
        return ST_OK;
    case KIND_BATCH_START:
    case KIND_ANSWER_START:
    case KIND_REISSUE_START:
    case KIND_WITHDRAW_START:
        TRY(fold_batch(f, f->head.open.number, &b, d));
        return batch_month(f->t, b, out, d);
    default:
        TRY(record_get(f->t, f->head.open.first, &first, NULL, d));
        *out = month_of_time(f, first.time_us);
        return ST_OK;
    }
}

static enum status own_month(struct fold *f, int32_t *out, struct diag *d)
{
    if (f->head.open.kind == 0) {
        *out = month_of_time(f, f->time_us);
        return ST_OK;
    }
    if (f->month_act != f->head.open.first + 1) {
        TRY(month_of_act(f, &f->month_own, d));
        f->month_act = f->head.open.first + 1;
    }
    *out = f->month_own;
    return ST_OK;
}

static struct month_sum *held(struct fold *f, int32_t month, int32_t own,
                              const struct posting *p)
{
    for (size_t i = f->month_count; i-- > 0;) { /* the newest is the likeliest */
        struct month_sum *s = &f->months[i];
        if (s->debit == p->debit && s->credit == p->credit && s->own == own &&
            s->month == month && strcmp(s->programme, p->programme) == 0) {
            return s;
        }
    }
    return NULL;
}

enum status fold_months(struct fold *f, const struct postings *p, struct diag *d)
{
    int32_t own;
    if (p->count == 0) {
        return ST_OK;
    }
    TRY(own_month(f, &own, d));
    int32_t month = own > f->head.open_month ? own : f->head.open_month;
    for (size_t i = 0; i < p->count; i++) {
        const struct posting *at = &p->items[i];
        struct month_sum *s = held(f, month, own, at);
        if (s == NULL && f->month_count == FOLD_MONTHS_MAX) {
            TRY(fold_flush_months(f, d));
        }
        if (s == NULL) {
            s = &f->months[f->month_count++];
            *s = (struct month_sum){
                .month = month, .own = own, .debit = at->debit, .credit = at->credit};
            memcpy(s->programme, at->programme, sizeof s->programme);
        }
        if (!money_add(s->fen, at->fen, &s->fen)) {
            return diag_fail(d, ST_INTEGRITY, "balances", "a month's sum is too large");
        }
        s->count += i == 0 ? 1 : 0;
    }
    return ST_OK;
}

enum status fold_flush_months(struct fold *f, struct diag *d)
{
    for (size_t i = 0; i < f->month_count; i++) {
        TRY(month_add(f->t, &f->months[i], d));
    }
    f->month_count = 0;
    return ST_OK;
}

/* ---- closing ---- */

static void month_text(const struct close_entry *e, char out[DATE_TEXT_CAP])
{
    if (e->what == CLOSE_YEAR) {
        snprintf(out, DATE_TEXT_CAP, "%d", (int)month_year(e->month));
    } else {
        month_print(e->month, out);
    }
}

/* Months and years are closed in order, and not before they have begun. */
static enum status next_close(const struct fold *f, const struct close_entry *e,
                              struct diag *d)
{
    const struct head *h = &f->head;
    char next[DATE_TEXT_CAP];
    char text[DATE_TEXT_CAP];
    month_text(e, text);
    if (e->what == CLOSE_MONTH && h->open_month != 0 && e->month != h->open_month) {
        month_print(h->open_month, next);
        fold_refuse(d, "month-order", "%s is not the first open month", text);
        return diag_hint(d, "the next to be closed is %s", next);
    }
    if (e->what == CLOSE_MONTH && e->month > month_of_time(f, f->time_us)) {
        return fold_refuse(d, "month-order", "%s has not begun", text);
    }
    if (e->what == CLOSE_YEAR && h->open_month <= e->month) {
        fold_refuse(d, "year-months", "not all months of %s are closed", text);
        return diag_hint(d, "almoner month list shows how far they are");
    }
    if (e->what == CLOSE_YEAR && h->closed_year != 0 &&
        (uint32_t)month_year(e->month) != h->closed_year + 1) {
        return fold_refuse(d, "year-order", "the next year to be closed is %u",
                           h->closed_year + 1);
    }
    return ST_OK;
}

/* What the close says is what the books have now. */
static enum status books_agree(struct fold *f, const struct close_entry *e,
                               struct diag *d)
{
    struct month_totals now;
    TRY(fold_flush_months(f, d));
    TRY(month_total(f->t, f->g, close_from(e), e->month, &now, d));
    if (now.rows != e->totals.rows ||
        memcmp(now.fen, e->totals.fen, sizeof now.fen) != 0 ||
        memcmp(now.digest, e->totals.digest, DIGEST_LEN) != 0) {
        char text[DATE_TEXT_CAP];
        month_text(e, text);
        fold_refuse(d, "month-changed", "the books of %s are not what was signed for",
                    text);
        return diag_hint(d, "the maker closes it again: almoner %s close %s",
                         e->what == CLOSE_YEAR ? "year" : "month", text);
    }
    if (f->batch.number != 0 && f->batch_changed) {
        TRY(batch_put(f->t, &f->batch, d));
        f->batch_changed = false;
    }
    return close_check_batches(f->t, f->head.batches, e->month, d);
}

enum status rule_month_close(struct fold *f, const struct record *r, struct diag *d)
{
    struct close_entry e;
    if (!close_read(f->body.plain, &e)) {
        return fold_malformed(r, d);
    }
    TRY(next_close(f, &e, d));
    TRY(books_agree(f, &e, d));
    TRY(fold_next(&f->head.closes, e.number, "close", d));
    e.sequence = r->sequence;
    e.made_by = f->signer.number;
    return close_put(f->t, &e, d);
}

static enum status same_close(struct fold *f, const struct close_entry *e,
                              const uint8_t hash[DIGEST_LEN], struct diag *d)
{
    struct record first;
    struct str bytes;
    uint8_t leaf[DIGEST_LEN];
    TRY(record_get(f->t, e->sequence, &first, &bytes, d));
    tree_leaf(f->g, bytes, leaf);
    return memcmp(leaf, hash, DIGEST_LEN) == 0
               ? ST_OK
               : fold_refuse(d, "close-hash", "close %u is another one than was seen",
                             e->number);
}

/* Body {1: close, 2: leaf hash of its record}. */
enum status rule_close_confirm(struct fold *f, const struct record *r, struct diag *d)
{
    struct close_entry e;
    uint8_t hash[DIGEST_LEN];
    struct body b;
    body_start(&b, f->body.plain);
    uint32_t number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    body_digest(&b, 2, hash);
    if (!body_done(&b)) {
        return fold_malformed(r, d);
    }
    TRY(close_get(f->t, number, &e, d));
    TRY(refusal_none(f->t, REGISTER_CLOSE, number, d));
    if (e.state != ENTRY_PENDING || number != f->head.closes) {
        fold_refuse(d, "not-pending",
                    "close %u is confirmed, or another one replaced it", number);
        return diag_hint(d, "almoner month list shows the newest");
    }
    if (e.made_by == f->signer.number) {
        return diag_fail(d, ST_DENIED, "same-operator",
                         "%s closed it: another operator has to confirm",
                         f->signer.name);
    }
    TRY(same_close(f, &e, hash, d));
    TRY(next_close(f, &e, d));
    TRY(books_agree(f, &e, d));
    e.state = ENTRY_ACTIVE;
    e.confirmed_by = f->signer.number;
    e.confirmed_at = r->sequence;
    if (e.what == CLOSE_MONTH) {
        f->head.open_month = e.month + 1;
    } else {
        f->head.closed_year = (uint32_t)month_year(e.month);
    }
    return close_put(f->t, &e, d);
}

/* ---- what is still unknown of a batch ---- */

static enum status list_words(const struct act_signature *s,
                              const struct unknown_list *x, struct diag *d)
{
    char subject[80];
    snprintf(subject, sizeof subject, "batch %u: %s", x->batch,
             batch_step_name(STEP_CLOSE_UNKNOWN));
    if (!str_is(s->subject, subject) || s->count != x->lines ||
        s->total_fen != x->fen) {
        return fold_refuse(d, "signed-words",
                           "the words signed for are not those of %s", subject);
    }
    return ST_OK;
}

enum status rule_unknown_list(struct fold *f, const struct record *r, struct diag *d)
{
    struct unknown_list x;
    struct unknown_list now = {.batch = 0};
    struct batch_entry *e;
    const struct transition *go;
    if (!unknown_read(f->body.plain, &x)) {
        return fold_malformed(r, d);
    }
    TRY(fold_step(f, x.batch, STEP_CLOSE_UNKNOWN, &go, &e, d));
    TRY(list_words(&f->body.signature, &x, d));
    TRY(unknown_make(f->t, f->g, e, &now, d));
    if (now.lines != x.lines || now.fen != x.fen ||
        memcmp(now.digest, x.digest, DIGEST_LEN) != 0) {
        return fold_refuse(d, "unknown-list",
                           "what is unknown of batch %u is not what was signed for",
                           x.batch);
    }
    if (x.day > day_of_time(r->time_us, f->offset_minutes)) {
        return fold_refuse(d, "unknown-list", "the list is of a later day");
    }
    e->close_maker = f->signer.number;
    e->state = go->to;
    f->batch_changed = true;
    return ST_OK;
}
