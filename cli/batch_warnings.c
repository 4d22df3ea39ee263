/* batch_warnings.c - see batch_warnings.h. */
#include "cli/batch_warnings.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "cli/batch_checks.h"
#include "cli/fund_view.h"
#include "ledger/request.h"

static struct batch_warning *add(struct batch_warnings *w, const char *code)
{
    struct batch_warning *x = &w->items[w->count++];
    memset(x, 0, sizeof *x);
    x->code = code;
    return x;
}

/* ---- money ---- */

/* An office that records no receipts at all is not told of each that is missing. */
static enum status are_recorded(struct ledger *l, bool *out, struct diag *d)
{
    *out = false;
    for (uint32_t n = 1; !*out && n <= ledger_head(l)->funds; n++) {
        struct fund_entry e;
        TRY(fund_get(ledger_txn(l), n, &e, d));
        *out = e.sums.received > 0;
    }
    return ST_OK;
}

static void add_fund(struct batch_warnings *w, const struct fund_entry *e, int64_t fen)
{
    char sent[MONEY_TEXT_CAP];
    char spent[MONEY_TEXT_CAP];
    struct batch_warning *x = add(w, "not-received");
    x->fund = e->terms.number;
    x->sent_fen = e->sums.received;
    x->spent_fen = fen;
    money_print_grouped(x->sent_fen, sent);
    money_print_grouped(x->spent_fen, spent);
    snprintf(x->en, sizeof x->en,
             "appropriation %u (%s, %d): the treasury has sent %s yuan, and with this "
             "batch %s are paid or on their way",
             x->fund, e->terms.source, e->terms.year, sent, spent);
    snprintf(x->zh, sizeof x->zh,
             "指标 %u（%s，%d 年）：国库到账 %s 元，连同本批次已付和在途 %s 元",
             x->fund, fund_source_text(true, e->terms.source), e->terms.year, sent,
             spent);
}

/* What was reserved for the batch is on its way with the release. */
static enum status look_at_money(struct ledger *l, uint32_t batch,
                                 struct batch_warnings *w, struct diag *d)
{
    struct allocation_entry a;
    bool recorded;
    TRY(allocation_get(ledger_txn(l), batch, &a, d));
    TRY(are_recorded(l, &recorded, d));
    for (uint32_t n = 1; recorded && n <= ledger_head(l)->funds; n++) {
        struct fund_entry e;
        int64_t fen = 0;
        for (size_t i = 0; a.state == ALLOCATION_RESERVED && i < a.terms.count; i++) {
            fen += a.terms.items[i].fund == n ? a.terms.items[i].fen : 0;
        }
        if (fen == 0) {
            continue;
        }
        TRY(fund_get(ledger_txn(l), n, &e, d));
        fen += e.sums.committed + e.sums.spent; /* each is at most FUND_FEN_MAX */
        if (fen > e.sums.received) {
            add_fund(w, &e, fen);
        }
    }
    return ST_OK;
}

/* ---- days ---- */

static void look_at_day(struct ledger *l, const struct batch_entry *b,
                        struct batch_warnings *w)
{
    char day[DATE_TEXT_CAP];
    int32_t today = ledger_today(l);
    int32_t year = date_to_civil(b->pay_day).year;
    bool other = year != date_to_civil(today).year;
    date_print(b->pay_day, day);
    if (b->pay_day >= today && !other) {
        return;
    }
    bool over = b->pay_day < today;
    struct batch_warning *x = add(w, over ? "pay-date-over" : "pay-date-year");
    snprintf(x->en, sizeof x->en, "the day of payment, %s, is %s%s%s", day,
             over ? "over" : "", over && other ? ", and " : "",
             other ? "in another year than today" : "");
    snprintf(x->zh, sizeof x->zh, "发放日期 %s %s%s%s", day, over ? "已过" : "",
             over && other ? "，且" : "", other ? "与今天不在同一年度" : "");
}

enum status batch_warnings_find(struct ledger *l, uint32_t batch,
                                struct batch_warnings *out, struct diag *d)
{
    struct batch_entry b;
    out->count = 0;
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    if (b.state != BATCH_APPROVED) {
        return ST_OK;
    }
    TRY(look_at_money(l, batch, out, d));
    look_at_day(l, &b, out);
    return ST_OK;
}

/* ---- shown ---- */

void batch_warnings_show(const struct output *o, const struct batch_warnings *w)
{
    for (size_t i = 0; i < w->count; i++) {
        output_warn(o, "%s", TEXT(o, w->items[i].en, w->items[i].zh));
    }
}

void batch_warnings_put(struct json *top, const struct batch_warnings *w)
{
    struct json *list = json_put_list(top, "release_warnings");
    for (size_t i = 0; i < w->count; i++) {
        const struct batch_warning *x = &w->items[i];
        struct json *item = json_add_object(list);
        json_put_text(item, "code", x->code);
        json_put_text(item, "message", x->en);
        if (x->fund != 0) {
            json_put_uint(item, "appropriation", x->fund);
            json_put_int(item, "received_fen", x->sent_fen);
            json_put_int(item, "spent_fen", x->spent_fen);
        }
    }
}

void batch_warnings_note(struct buf *notes, const struct batch_warnings *w)
{
    for (size_t i = 0; i < w->count; i++) {
        request_note(notes, "warning 警告: %s", w->items[i].en);
        request_note(notes, "  %s", w->items[i].zh);
    }
}

enum status batch_warnings_about(struct env *e, uint32_t number, struct question *q,
                                 struct diag *d)
{
    struct batch_warnings w;
    TRY(batch_checks_about(e, number, q, d));
    TRY(batch_warnings_find(e->ledger, number, &w, d));
    if (!e->signs) { /* the question is written again when it is answered */
        batch_warnings_show(&e->out, &w);
    }
    if (w.count > 0) {
        size_t n = strlen(q->text);
        snprintf(q->text + n, sizeof q->text - n,
                 TEXT(&e->out, " (%zu about money or day above)",
                      "（另有资金或日期提示 %zu 条）"),
                 w.count);
    }
    return ST_OK;
}
