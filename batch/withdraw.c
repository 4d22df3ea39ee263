/* withdraw.c - a batch goes backwards: lines leave it or go to the treasury, it is sent
 * back, refused by the bank, or given another day. What may happen when is in the
 * ledger's table of states. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "batch/batch_private.h"
#include "ledger/body.h"
#include "ledger/line.h"

static const struct line_act_kind WITHDRAWAL = {
    KIND_WITHDRAW_START, KIND_WITHDRAWN, KIND_WITHDRAW_END, "withdraw", fold_withdraw};

struct withdrawing {
    struct line_act act;
    struct batch_withdraw_report *report;
    const struct batch_withdraw_request *q;
};

/* ---- lines ---- */

/* A line that was named must be one that can go. */
static enum status one_line(struct withdrawing *x, uint32_t number, struct diag *d)
{
    enum line_state to = withdraw_line(x->q->what);
    TRY(line_get(ledger_txn(x->act.l), x->act.batch.number, number, &x->act.line, d));
    if (!line_may_become(x->act.line.state, to)) {
        bool fine = x->q->lines == NULL || (x->act.resumed && x->act.line.state == to);
        if (fine) {
            return ST_OK;
        }
        diag_fail(d, ST_CONFLICT, "line-state",
                  "line %u of batch %u is %s and cannot be %s", number,
                  x->act.batch.number, line_state_name(x->act.line.state),
                  line_state_name(to));
        return diag_hint(d, "almoner batch show %u --lines shows how each line stands",
                         x->act.batch.number);
    }
    x->report->lines++;
    return x->act.writing ? line_act_post(&x->act, d) : ST_OK;
}

static enum status all_lines(void *ctx, struct diag *d)
{
    struct withdrawing *x = ctx;
    uint64_t n = x->q->lines != NULL ? x->q->count : x->act.batch.lines;
    x->report->lines = 0;
    for (uint64_t i = 0; i < n; i++) {
        TRY(one_line(x, x->q->lines != NULL ? x->q->lines[i] : (uint32_t)(i + 1), d));
    }
    return ST_OK;
}

/* ---- the act ---- */

static enum status post_all(struct withdrawing *x, struct diag *d)
{
    uint8_t bytes[STEP_REASON_MAX + 100];
    struct writer w;
    struct withdraw_body body = {.batch = x->act.batch.number, .what = x->q->what};
    (void)str_copy(str_of(x->q->reason), body.reason, sizeof body.reason);
    writer_init(&w, bytes, sizeof bytes);
    withdraw_write(&body, &w);
    TRY(line_act_write(&x->act, writer_str(&w), x->report->lines, all_lines, x, d));
    x->report->lines = x->act.done_lines;
    x->report->fen = x->act.done_fen;
    return ST_OK;
}

/* It stands in the records for ever, and on screens: nothing in it may steer a
 * terminal. */
static enum status check_reason(const char *reason, struct diag *d)
{
    struct str s = str_of(reason);
    if (s.n > 0 && s.n <= STEP_REASON_MAX && text_utf8_valid(s, NULL) &&
        !text_has_control(s)) {
        return ST_OK;
    }
    diag_fail(d, ST_USAGE, "reason", "a reason is one line of 1 to %d bytes of UTF-8",
              STEP_REASON_MAX);
    return diag_hint(d, "shorten it, or take control characters out");
}

enum status batch_check_day(const struct ledger *l, int32_t day, struct diag *d)
{
    char text[DATE_TEXT_CAP];
    if (day <= ledger_today(l) + BATCH_DAYS_AHEAD_MAX) {
        return ST_OK;
    }
    date_print(day, text);
    diag_fail(d, ST_INPUT, "pay-date", "%s is more than a year ahead", text);
    return diag_hint(d,
                     "is the year right? the batch would stand in that month's books");
}

static enum status check_state(const struct batch_entry *b, enum batch_step step,
                               struct diag *d)
{
    if (batch_transition(b->state, step) != NULL) {
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "batch-state", "batch %u is %s: %s is not possible",
              b->number, batch_state_name(b->state), batch_step_name(step));
    return diag_hint(d, "what comes next: %s", batch_next_hint(b->state));
}

/* The open act is finished as it was begun: for the reason that is in its record. */
static enum status same_act(const struct withdrawing *x, struct diag *d)
{
    const struct open_act *open = &ledger_head(x->act.l)->open;
    struct signed_body start;
    struct withdraw_body body;
    struct record r;
    if (open->count[OPEN_WHAT] != (uint64_t)x->q->what) {
        diag_fail(d, ST_CONFLICT, "open-act", "another act on batch %u is unfinished",
                  x->act.batch.number);
        return diag_hint(d, "almoner status says how to finish it");
    }
    TRY(record_get(ledger_txn(x->act.l), open->first, &r, NULL, d));
    TRY(signed_body_read(&r, &start, d));
    if (!withdraw_read(start.plain, &body)) {
        return diag_fail(d, ST_INTEGRITY, "withdraw", "record %llu cannot be read",
                         (unsigned long long)open->first);
    }
    if (strcmp(body.reason, x->q->reason) != 0) {
        diag_fail(d, ST_CONFLICT, "open-act", "it was begun for another reason");
        return diag_hint(d, "finish it with --reason '%s'", body.reason);
    }
    return ST_OK;
}

/* And with as many lines as were signed for: which ones, the start does not say. */
static enum status same_lines(const struct withdrawing *x, struct diag *d)
{
    const struct open_act *open = &ledger_head(x->act.l)->open;
    struct signed_body start;
    struct record r;
    TRY(record_get(ledger_txn(x->act.l), open->first, &r, NULL, d));
    TRY(signed_body_read(&r, &start, d));
    uint64_t begun = start.signature.count;
    if (open->count[OPEN_DONE] + x->report->lines != begun ||
        (x->q->lines != NULL && x->q->count != begun)) {
        diag_fail(d, ST_CONFLICT, "open-act", "it was begun for %llu other line(s)",
                  (unsigned long long)begun);
        return diag_hint(d, "name the same lines as then");
    }
    return ST_OK;
}

enum status batch_withdraw(struct ledger *l, const struct batch_withdraw_request *q,
                           const struct progress *progress,
                           struct batch_withdraw_report *r, struct diag *d)
{
    struct withdrawing x = {.act = {.l = l,
                                    .kind = &WITHDRAWAL,
                                    .progress = progress,
                                    .name = batch_step_name(withdraw_step(q->what))},
                            .report = r,
                            .q = q};
    memset(r, 0, sizeof *r);
    TRY(check_reason(q->reason, d));
    TRY(ledger_may_write(l, KIND_WITHDRAW_START, q->batch, &x.act.resumed, d));
    TRY(batch_get(ledger_txn(l), q->batch, &x.act.batch, d));
    TRY(check_state(&x.act.batch, withdraw_step(q->what), d));
    if (x.act.resumed) {
        TRY(same_act(&x, d));
    }
    TRY(all_lines(&x, d));
    TRY(x.act.resumed ? same_lines(&x, d) : ST_OK);
    if (r->lines == 0 && !x.act.resumed) {
        diag_fail(d, ST_CONFLICT, "nothing-to-do", "no line of batch %u can be %s",
                  q->batch, line_state_name(withdraw_line(q->what)));
        return diag_hint(d, "almoner batch show %u --lines shows how each line stands",
                         q->batch);
    }
    return post_all(&x, d);
}

/* ---- steps of one record ---- */

enum status batch_step(struct ledger *l, uint32_t batch, enum batch_step step,
                       const char *reason, int32_t pay_day, const struct str *file,
                       struct diag *d)
{
    uint8_t bytes[STEP_REASON_MAX + 200];
    char subject[80];
    struct writer w;
    struct batch_entry b;
    bool resume;
    TRY(check_reason(reason, d));
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    TRY(check_state(&b, step, d));
    TRY(step == STEP_REDATE ? batch_check_day(l, pay_day, d) : ST_OK);
    struct batch_step_body body = {.batch = batch,
                                   .step = step,
                                   .lines = batch_count(&b),
                                   .total_fen = batch_total(&b),
                                   .pay_day = pay_day};
    memcpy(body.content, b.content, DIGEST_LEN);
    (void)str_copy(str_of(reason), body.reason, sizeof body.reason);
    if (file != NULL) {
        struct digest *g;
        TRY(digest_new(&g, d));
        digest_once(g, *file, str_of(""), body.file);
        digest_free(g);
        body.has_file = true;
    }
    writer_init(&w, bytes, sizeof bytes);
    batch_step_write(&body, &w);
    snprintf(subject, sizeof subject, "batch %u: %s", batch, batch_step_name(step));
    struct act_text text = {
        .subject = subject, .count = body.lines, .total_fen = body.total_fen};
    return ledger_act(l, KIND_BATCH_STEP, writer_str(&w), text, NULL, d);
}
