/* fold_withdraw.c - rules of what goes backwards: lines that leave a batch (dropped,
 * cancelled, recalled), go to the treasury or become due again, and a batch that is
 * sent back, refused by the bank or given another day. Where a batch goes, the table in
 * states.c says. */
#include <string.h>

#include "ledger/batch_step.h"
#include "ledger/fold_private.h"
#include "ledger/line.h"

static enum status answered(const struct batch_entry *e, struct diag *d)
{
    fold_refuse(d, "batch-answered", "the bank has answered %llu lines of batch %u",
                (unsigned long long)(e->paid_lines + e->back_lines), e->number);
    return diag_hint(
        d,
        "what it did not pay is sent again line by line: batch answer, then "
        "batch reissue %u (maker)",
        e->number);
}

/* Body {1: batch, 2: what, 3: reason}. */
enum status rule_withdraw_start(struct fold *f, const struct record *r, struct diag *d)
{
    struct withdraw_body w;
    struct batch_entry *e;
    const struct transition *go;
    if (!withdraw_read(f->body.plain, &w)) {
        return fold_malformed(r, d);
    }
    TRY(fold_step(f, w.batch, withdraw_step(w.what), &go, &e, d));
    if (w.what == WITHDRAW_RECALL && e->paid_lines + e->back_lines > 0) {
        return answered(e, d);
    }
    if (w.what != WITHDRAW_REFUND) {
        TRY(fold_fund_void(f, w.batch, d));
    }
    e->step_sequence = r->sequence + 1;
    f->batch_changed = true;
    fold_open(f, r, w.batch);
    f->head.open.count[OPEN_WHAT] = (uint64_t)w.what;
    return ST_OK;
}

static enum status move_line(struct fold *f, const struct line_entry *line,
                             enum withdraw_what what, struct postings *own,
                             int64_t *fen, struct diag *d)
{
    struct str code = str_of(line->programme);
    *fen = 0;
    for (size_t i = 0; i < line->span_count; i++) {
        TRY(what == WITHDRAW_REFUND
                ? account_refund(f->account, code, line->spans[i], own, fen, d)
                : account_untake(f->account, code, line->spans[i], own, fen, d));
    }
    return ST_OK;
}

static void count_out(struct batch_entry *b, const struct line_entry *line,
                      enum withdraw_what what, int64_t fen)
{
    if (what == WITHDRAW_REFUND) {
        b->refunded_lines++;
        b->refunded_fen += fen;
    } else if (what != WITHDRAW_RECALL) {
        b->out_lines++;
        b->out_fen += line->fen;
    }
}

enum status fold_withdraw(struct fold *f, uint32_t batch, uint32_t number,
                          struct postings *p, int64_t *fen, struct diag *d)
{
    struct batch_entry *b;
    struct line_entry *line = &f->line;
    struct postings own;
    enum withdraw_what what = (enum withdraw_what)f->head.open.count[OPEN_WHAT];
    enum line_state to = withdraw_line(what);
    own.count = 0;
    TRY(fold_batch(f, batch, &b, d));
    TRY(fold_line_load(f, batch, number, line, d));
    if (!line_may_become(line->state, to)) {
        fold_refuse(d, "line-state", "line %u of batch %u is %s and cannot be %s",
                    number, batch, line_state_name(line->state), line_state_name(to));
        return diag_hint(d, "%s; almoner batch show %u --lines shows how each stands",
                         what == WITHDRAW_REFUND
                             ? "a maker refunds what came back and was not sent again"
                             : "only what the bank has not answered leaves a batch",
                         batch);
    }
    TRY(fold_account_get(f, line->person, d));
    TRY(move_line(f, line, what, &own, fen, d));
    TRY(fold_account_put(f, line->person, d));
    count_out(b, line, what, *fen);
    if (what == WITHDRAW_REFUND) {
        TRY(fold_fund_line(f, line, to, *fen, d));
    }
    line->state = to;
    f->head.open.fen[OPEN_AGAIN] += *fen;
    f->batch_changed = true;
    TRY(fold_line_store(f, line, d));
    return fold_post(f, &own, p, d);
}

/* Entries [line, fen]: each line moves now, and must give what the record says. */
static enum status move_lines(struct fold *f, const struct record *r,
                              enum status (*move)(struct fold *f, uint32_t batch,
                                                  uint32_t line, struct postings *p,
                                                  int64_t *fen, struct diag *d),
                              const char *code, struct diag *d)
{
    struct chunk_body c;
    struct reader rd;
    if (!chunk_body_read(r->body, &c)) {
        return fold_malformed(r, d);
    }
    f->postings.count = 0;
    reader_init(&rd, c.entries.p, c.entries.n);
    for (uint64_t i = 0; i < c.count; i++) {
        bool pair = cbor_get_array(&rd) == 2;
        uint64_t line = cbor_get_uint(&rd);
        int64_t claimed = cbor_get_int(&rd);
        int64_t fen;
        if (!pair || rd.failed || line == 0 || line > UINT32_MAX) {
            return fold_malformed(r, d);
        }
        TRY(move(f, (uint32_t)c.number, (uint32_t)line, &f->postings, &fen, d));
        if (fen != claimed) {
            return fold_refuse(d, code, "line %u gives another sum", (unsigned)line);
        }
    }
    return fold_compare_postings(f, &c, d);
}

enum status money_withdrawn(struct fold *f, const struct record *r, struct diag *d)
{
    return move_lines(f, r, fold_withdraw, "withdraw-sum", d);
}

/* What three sign covers which lines were dropped. */
enum status rule_withdrawn(struct fold *f, const struct record *r, struct diag *d)
{
    struct chunk_body c;
    struct batch_entry *b;
    uint8_t content[DIGEST_LEN];
    TRY(rule_results(f, r, d));
    if (f->head.open.count[OPEN_WHAT] != WITHDRAW_DROP ||
        !chunk_body_read(r->body, &c)) {
        return ST_OK;
    }
    TRY(fold_batch(f, (uint32_t)c.number, &b, d));
    fold_content(f, b->content, c.entries, content);
    memcpy(b->content, content, DIGEST_LEN);
    f->batch_changed = true;
    return ST_OK;
}

static void forget_signatures(struct batch_entry *e)
{
    memset(e->signers, 0, sizeof e->signers);
    e->release_sequence = 0;
}

/* Body {1: batch, 2: lines, 3: fen, 15: leaf before}. */
static enum status read_end(struct fold *f, const struct record *r, const char *code,
                            struct diag *d)
{
    uint8_t before[DIGEST_LEN];
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    uint64_t lines = body_uint(&b, 2, UINT64_MAX);
    int64_t fen = body_int(&b, 3);
    body_digest(&b, 15, before);
    if (!body_done(&b) || memcmp(before, f->head.last_leaf, DIGEST_LEN) != 0) {
        return fold_malformed(r, d);
    }
    TRY(fold_in(f, number, d));
    if (lines != f->head.open.count[OPEN_DONE] || fen != f->head.open.fen[OPEN_AGAIN]) {
        return fold_refuse(d, code, "the totals of the act do not agree");
    }
    return ST_OK;
}

enum status rule_withdraw_end(struct fold *f, const struct record *r, struct diag *d)
{
    struct batch_entry *e;
    const struct transition *go;
    const struct open_act *open = &f->head.open;
    TRY(read_end(f, r, "withdraw-totals", d));
    enum withdraw_what what = (enum withdraw_what)open->count[OPEN_WHAT];
    uint64_t lines = open->count[OPEN_DONE];
    if (lines == 0) {
        return fold_refuse(d, "withdraw-totals", "the act moved no line");
    }
    TRY(fold_step(f, open->number, withdraw_step(what), &go, &e, d));
    if ((what == WITHDRAW_CANCEL && batch_count(e) != 0) ||
        (what == WITHDRAW_RECALL && batch_count(e) != lines)) {
        fold_refuse(d, "withdraw-lines", "lines of batch %u are left in it", e->number);
        return diag_hint(d, "finish it: the same command again takes the rest");
    }
    if (what == WITHDRAW_DROP && batch_count(e) == 0) {
        fold_refuse(d, "withdraw-lines", "no line of batch %u is left: cancel it",
                    e->number);
        return diag_hint(d, "almoner batch cancel %u --reason TEXT (maker)", e->number);
    }
    e->state = go->to;
    if (what == WITHDRAW_DROP) {
        forget_signatures(e);
    }
    f->batch_changed = true;
    fold_close(f);
    return ST_OK;
}

/* ---- steps of one record ---- */

static enum status step_fits(struct fold *f, const struct batch_step_body *s,
                             const struct batch_entry *e, struct diag *d)
{
    if (s->lines != batch_count(e) || s->total_fen != batch_total(e) ||
        memcmp(s->content, e->content, DIGEST_LEN) != 0) {
        return fold_refuse(d, "batch-content", "batch %u is not what was signed for",
                           e->number);
    }
    if (s->step == STEP_REFUSED && e->paid_lines + e->back_lines > 0) {
        return answered(e, d);
    }
    return fold_step_words(&f->body.signature, e, s->step, d);
}

enum status rule_batch_step(struct fold *f, const struct record *r, struct diag *d)
{
    struct batch_step_body s;
    struct batch_entry *e;
    const struct transition *go;
    if (!batch_step_read(f->body.plain, &s)) {
        return fold_malformed(r, d);
    }
    TRY(fold_step(f, s.batch, s.step, &go, &e, d));
    TRY(step_fits(f, &s, e, d));
    if (s.step == STEP_REDATE) {
        TRY(fold_fund_redate(f, e, s.pay_day, d));
        e->pay_day = s.pay_day;
    } else {
        TRY(fold_fund_void(f, s.batch, d));
        forget_signatures(e);
        e->refusals += s.step == STEP_REFUSED ? 1 : 0;
    }
    e->state = go->to;
    e->step_sequence = r->sequence + 1;
    f->batch_changed = true;
    return ST_OK;
}

/* ---- reissue ---- */

/* Body {1: batch}. */
enum status rule_reissue_start(struct fold *f, const struct record *r, struct diag *d)
{
    struct batch_entry *e;
    const struct transition *go;
    struct body b;
    body_start(&b, f->body.plain);
    uint32_t number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    if (!body_done(&b)) {
        return fold_malformed(r, d);
    }
    TRY(fold_step(f, number, STEP_REISSUE, &go, &e, d));
    fold_open(f, r, number);
    return ST_OK;
}

enum status fold_reissue(struct fold *f, uint32_t batch, uint32_t number,
                         struct postings *p, int64_t *again_fen, struct diag *d)
{
    struct batch_entry *b;
    struct line_entry *line = &f->line;
    struct postings own;
    int64_t again = 0;
    own.count = 0;
    TRY(fold_batch(f, batch, &b, d));
    TRY(fold_line_load(f, batch, number, line, d));
    if (!line_may_become(line->state, LINE_REISSUED)) {
        fold_refuse(d, "line-state", "line %u of batch %u is %s: nothing came back",
                    number, batch, line_state_name(line->state));
        return diag_hint(d, "almoner report returns lists what a maker can send again");
    }
    TRY(fold_account_get(f, line->person, d));
    for (size_t i = 0; i < line->span_count; i++) {
        TRY(account_reissue(f->account, str_of(line->programme), line->spans[i], &own,
                            &again, d));
    }
    TRY(fold_account_put(f, line->person, d));
    line->state = LINE_REISSUED;
    b->reissued_lines++;
    b->reissued_fen += again;
    f->head.open.fen[OPEN_AGAIN] += again;
    f->batch_changed = true;
    TRY(fold_line_store(f, line, d));
    *again_fen = again;
    return fold_post(f, &own, p, d);
}

enum status money_reissue(struct fold *f, const struct record *r, struct diag *d)
{
    return move_lines(f, r, fold_reissue, "reissue-sum", d);
}

enum status rule_reissue_end(struct fold *f, const struct record *r, struct diag *d)
{
    TRY(read_end(f, r, "reissue-totals", d));
    fold_close(f);
    return ST_OK;
}
