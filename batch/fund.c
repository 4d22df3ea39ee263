/* fund.c (batch) - see fund.h. */
#include "batch/fund.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "ledger/body.h"
#include "ledger/setting.h"
#include "ledger/tree.h"

/* ---- acts of one record ---- */

static enum status act(struct ledger *l, enum record_kind kind, const struct writer *w,
                       struct act_text text, struct diag *d)
{
    bool resume;
    if (w->failed) {
        return diag_fail(d, ST_INPUT, "record-size",
                         "what is to be signed is too long");
    }
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    return ledger_act(l, kind, writer_str(w), text, NULL, d);
}

enum status fund_propose(struct ledger *l, struct fund_terms *t, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_MAX + 1];
    struct writer w;
    t->number = ledger_head(l)->funds + 1;
    const char *wrong = fund_terms_wrong(t);
    if (wrong != NULL) {
        diag_fail(d, ST_INPUT, "appropriation",
                  "this is no %s of an appropriation, or there is none", wrong);
        return diag_hint(d,
                         "texts are one line, classes digits and letters, the year is "
                         "%d to %d, up to %lld yuan",
                         FUND_YEAR_MIN, FUND_YEAR_MAX, (long long)(FUND_FEN_MAX / 100));
    }
    writer_init(&w, bytes, sizeof bytes);
    fund_terms_write(t, &w);
    snprintf(subject, sizeof subject, "appropriation %u: %s, %d", t->number, t->source,
             t->year);
    struct act_text text = {.subject = subject, .total_fen = t->fen};
    return act(l, KIND_APPROPRIATION, &w, text, d);
}

enum status fund_confirm(struct ledger *l, uint32_t number, struct diag *d)
{
    uint8_t bytes[100];
    char subject[80];
    struct writer w;
    struct fund_entry e;
    struct record r;
    struct str record;
    struct digest *g;
    struct fund_confirm c = {.number = number};
    TRY(fund_get(ledger_txn(l), number, &e, d));
    TRY(record_get(ledger_txn(l), e.sequence, &r, &record, d));
    TRY(ledger_digest_new(l, &g, d));
    tree_leaf(g, record, c.proposal);
    digest_free(g);
    writer_init(&w, bytes, sizeof bytes);
    fund_confirm_write(&c, &w);
    snprintf(subject, sizeof subject, "appropriation %u: confirm", number);
    struct act_text text = {.subject = subject, .total_fen = e.terms.fen};
    return act(l, KIND_FUND_CONFIRM, &w, text, d);
}

enum status fund_receive(struct ledger *l, const struct fund_receipt *x, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    uint8_t again[BODY_BYTES_MAX];
    char subject[80];
    struct writer w;
    struct fund_receipt read;
    writer_init(&w, bytes, sizeof bytes);
    fund_receipt_write(x, &w);
    memcpy(again, bytes, sizeof again);
    if (w.failed || !fund_receipt_read(str_make(again, w.len), &read)) {
        diag_fail(d, ST_INPUT, "receipt",
                  "amount or document are not those of a receipt");
        return diag_hint(d,
                         "--on is the day it came in, --document one line of up to "
                         "%d bytes",
                         FUND_DOCUMENT_MAX);
    }
    snprintf(subject, sizeof subject, "appropriation %u: received", x->number);
    struct act_text text = {.subject = subject, .total_fen = x->fen};
    return act(l, KIND_RECEIPT, &w, text, d);
}

/* ---- what a batch needs ---- */

struct planning {
    struct ledger *l;
    struct allocation *a;
    int32_t year;
};

/* What other items of this allocation take of it already. */
static int64_t taken(const struct allocation *a, uint32_t fund)
{
    int64_t fen = 0;
    for (size_t i = 0; i < a->count; i++) {
        fen += a->items[i].fund == fund ? a->items[i].fen : 0;
    }
    return fen;
}

static enum status add_item(struct allocation *a, const char *programme, uint32_t fund,
                            int64_t fen, struct diag *d)
{
    if (a->count == FUND_ITEMS_MAX) {
        diag_fail(d, ST_CONFLICT, "too-many-shares",
                  "more than %d appropriations bear the batch", FUND_ITEMS_MAX);
        return diag_hint(d, "make batches by programme: batch new --programme");
    }
    struct fund_item *x = &a->items[a->count++];
    (void)str_copy(str_of(programme), x->programme, sizeof x->programme);
    x->fund = fund;
    x->fen = fen;
    return ST_OK;
}

/* Takes what is needed from those of the programme, or (own false) of any. */
static enum status take_from(struct planning *p, const struct fund_weight *w, bool own,
                             int64_t *needed, struct fund_sums *seen, struct diag *d)
{
    for (uint32_t n = 1; *needed > 0 && n <= ledger_head(p->l)->funds; n++) {
        struct fund_entry e;
        TRY(fund_get(ledger_txn(p->l), n, &e, d));
        bool fits = e.state == ENTRY_ACTIVE && e.terms.adjusts == 0 &&
                    e.terms.year == p->year && strcmp(e.terms.source, w->source) == 0 &&
                    strcmp(e.terms.programme, own ? w->programme : "") == 0;
        if (!fits) {
            continue;
        }
        int64_t left = fund_left(&e.sums) - taken(p->a, n);
        seen->appropriated += left;
        seen->reserved += e.sums.reserved;
        seen->spent_day = 1; /* there is one */
        int64_t fen = left < *needed ? left : *needed;
        if (fen > 0) {
            TRY(add_item(p->a, w->programme, n, fen, d));
            *needed -= fen;
        }
    }
    return ST_OK;
}

static enum status bear(struct planning *p, const struct fund_weight *w, int64_t fen,
                        struct diag *d)
{
    struct fund_sums seen = {0};
    char what[120];
    int64_t needed = fen;
    TRY(take_from(p, w, true, &needed, &seen, d));
    TRY(take_from(p, w, false, &needed, &seen, d));
    if (needed == 0) {
        return ST_OK;
    }
    if (seen.spent_day == 0) {
        diag_fail(d, ST_CONFLICT, "no-appropriation",
                  "there is no appropriation of %d for %s from %s", p->year,
                  w->programme, w->source);
        return diag_hint(d,
                         "almoner budget set --programme %s --source %s --year %d "
                         "...; a checker confirms it (budget show lists what waits)",
                         w->programme, w->source, p->year);
    }
    snprintf(what, sizeof what, "%s from %s in %d", w->programme, w->source, p->year);
    /* As if one appropriation: available is what is left of all. */
    seen.appropriated += seen.reserved;
    return fund_short(&seen, what, fen, d);
}

static void carry(struct planning *p, const struct fund_weight *w, int64_t carried,
                  int64_t fen)
{
    struct fund_carry *c = &p->a->carries[p->a->carry_count++];
    (void)str_copy(str_of(w->programme), c->programme, sizeof c->programme);
    (void)str_copy(str_of(w->source), c->source, sizeof c->source);
    c->before = carried;
    c->delta = w->weight - fen * 10000;
}

/* What the batch needs, by the policies' shares, from the appropriations of its year:
 * those of the programme before those of any, by number. ST_CONFLICT "funds-short" with
 * the figures when they do not reach, "no-appropriation" when there is none. */
static enum status fund_plan(struct ledger *l, const struct batch_entry *b,
                             struct allocation *out, struct diag *d)
{
    struct planning p = {l, out, date_to_civil(b->pay_day).year};
    struct fund_weights w;
    int64_t carried[FUND_WEIGHTS_MAX];
    int64_t fen[FUND_WEIGHTS_MAX];
    memset(out, 0, sizeof *out);
    out->batch = b->number;
    TRY(fund_weights(l, b->number, UINT64_MAX, &w, d));
    for (size_t i = 0; i < w.count; i++) {
        TRY(fund_carried(ledger_txn(l), ledger_head(l)->batches, b->number, p.year,
                         w.items[i].programme, w.items[i].source, &carried[i], d));
    }
    fund_shares(&w, carried, fen);
    for (size_t i = 0; i < w.count; i++) {
        TRY(bear(&p, &w.items[i], fen[i], d));
        carry(&p, &w.items[i], carried[i], fen[i]);
    }
    return ST_OK;
}

/* Will the submission append one? */
static enum status fund_is_wanted(struct ledger *l, uint32_t batch, bool *wanted,
                                  struct diag *d)
{
    char value[SETTING_VALUE_MAX + 1];
    uint32_t number;
    struct allocation_entry e;
    TRY(setting_now(ledger_txn(l), ledger_head(l)->settings, "funds", value, &number,
                    d));
    TRY(allocation_get(ledger_txn(l), batch, &e, d));
    *wanted = strcmp(value, "on") == 0 && e.state == ALLOCATION_NONE;
    return ST_OK;
}

enum status fund_allocate(struct ledger *l, const struct batch_entry *b, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[80];
    struct writer w;
    struct allocation a;
    bool wanted;
    TRY(fund_is_wanted(l, b->number, &wanted, d));
    if (!wanted || b->state != BATCH_DRAFT || batch_count(b) == 0) {
        return ST_OK; /* what is wrong with the batch, its signature says */
    }
    TRY(fund_plan(l, b, &a, d));
    writer_init(&w, bytes, sizeof bytes);
    allocation_write(&a, &w);
    if (w.failed) {
        diag_fail(d, ST_CONFLICT, "too-many-shares",
                  "the allocation does not fit into a record");
        return diag_hint(d, "make batches by programme: batch new --programme");
    }
    snprintf(subject, sizeof subject, "batch %u: allocate", b->number);
    struct act_text text = {
        .subject = subject, .count = batch_count(b), .total_fen = batch_total(b)};
    return ledger_append_signed(l, KIND_ALLOCATION, writer_str(&w), text, NULL, d);
}
