/* fold_batch.c - rules of batches: lines taken from what is due, signatures, export,
 * the bank's results, close. The states are the table in states.c. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "ledger/batch_choice.h"
#include "ledger/export.h"
#include "ledger/fold_private.h"
#include "ledger/line.h"
#include "ledger/setting.h"

enum status fold_batch(struct fold *f, uint32_t number, struct batch_entry **out,
                       struct diag *d)
{
    if (f->batch.number != number || number == 0) {
        if (f->batch.number != 0 && f->batch_changed) {
            TRY(batch_put(f->t, &f->batch, d));
        }
        f->batch.number = 0;
        f->batch_changed = false;
        TRY(batch_get(f->t, number, &f->batch, d));
    }
    *out = &f->batch;
    return ST_OK;
}

enum status fold_step(struct fold *f, uint32_t number, enum batch_step step,
                      const struct transition **go, struct batch_entry **out,
                      struct diag *d)
{
    TRY(fold_batch(f, number, out, d));
    *go = batch_transition((*out)->state, step);
    if (*go == NULL) {
        fold_refuse(d, "batch-state", "batch %u is %s: %s is not possible", number,
                    batch_state_name((*out)->state), batch_step_name(step));
        return diag_hint(d, "what comes next: %s", batch_next_hint((*out)->state));
    }
    if ((f->signer.roles & (*go)->roles) == 0) {
        char roles[60];
        roles_print((*go)->roles, roles, sizeof roles);
        diag_fail(d, ST_DENIED, "role", "%s is no %s", f->signer.name, roles);
        return diag_hint(d, "almoner operator list shows who is: they sign %s",
                         batch_step_name(step));
    }
    return ST_OK;
}

/* ---- making a batch ---- */

/* Body {1: number, 2: channel, 3: pay day, 4 to 6: what is chosen}. */
enum status rule_batch_start(struct fold *f, const struct record *r, struct diag *d)
{
    struct batch_entry e = {.sequence = r->sequence, .state = BATCH_DRAFT};
    struct channel_entry channel;
    struct batch_entry *held;
    struct batch_choice choice;
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    e.channel = (uint32_t)body_uint(&b, 2, UINT32_MAX);
    e.pay_day = body_day(&b, 3);
    batch_choice_take(&b, &choice);
    if (!body_done(&b)) {
        return fold_malformed(r, d);
    }
    TRY(channel_get(f->t, e.channel, &channel, d));
    if (channel.state != ENTRY_ACTIVE) {
        fold_refuse(d, "channel-pending", "channel %s is not confirmed yet",
                    channel.name);
        return diag_hint(d, "another admin confirms it: almoner channel confirm %u",
                         e.channel);
    }
    TRY(fold_next(&f->head.batches, number, "batch", d));
    e.number = (uint32_t)number;
    e.id_epoch = f->head.epoch;
    e.id_number = e.number;
    fold_open(f, r, e.number);
    TRY(batch_put(f->t, &e, d));
    return fold_batch(f, e.number, &held, d);
}

enum status fold_line_store(struct fold *f, const struct line_entry *e, struct diag *d)
{
    uint8_t key[8];
    uint8_t row[LINE_BYTES_MAX];
    struct writer w;
    if (f->lines == NULL) {
        TRY(store_cursor_open(f->t, TABLE_LINES, &f->lines, d));
    }
    writer_init(&w, row, sizeof row);
    line_write(e, &w);
    if (w.failed) {
        return diag_fail(d, ST_INTERNAL, "line-row", "a line's row is too long");
    }
    line_key(e->batch, e->line, key);
    return store_cursor_put(f->lines, str_make(key, 8), writer_str(&w), d);
}

enum status fold_line_load(struct fold *f, uint32_t batch, uint32_t line,
                           struct line_entry *out, struct diag *d)
{
    uint8_t key[8];
    struct str found;
    struct str row;
    if (f->lines == NULL) {
        TRY(store_cursor_open(f->t, TABLE_LINES, &f->lines, d));
    }
    line_key(batch, line, key);
    TRY(store_cursor_seek(f->lines, str_make(key, 8), &found, &row, d));
    if (found.p == NULL || !str_eq(found, str_make(key, 8))) {
        fold_refuse(d, "unknown-line", "batch %u has no line %u", batch, line);
        return diag_hint(d, "almoner batch show %u --lines shows them", batch);
    }
    if (!line_read(row, batch, line, out)) {
        return diag_fail(d, ST_INTEGRITY, "line-row",
                         "line %u of batch %u is not what was written", line, batch);
    }
    return ST_OK;
}

enum status fold_post(struct fold *f, const struct postings *own, struct postings *p,
                      struct diag *d)
{
    TRY(fold_balance(f, own, d));
    for (size_t i = 0; i < own->count; i++) {
        TRY(postings_add(p, own->items[i].programme, own->items[i].debit,
                         own->items[i].credit, own->items[i].fen, d));
    }
    return ST_OK;
}

/* Units and banks stand in sealed rows: those audit verify holds against the choice. */
static enum status line_is_chosen(struct fold *f, const struct batch_entry *b,
                                  const struct line_entry *e, struct diag *d)
{
    if (f->choice_of != b->number) {
        TRY(batch_choice_get(f->t, b, &f->choice_start, &f->choice, d));
        f->choice_of = b->number;
    }
    if (batch_choice_takes_programme(&f->choice, str_of(e->programme))) {
        return ST_OK;
    }
    fold_refuse(d, "batch-choice", "batch %u was not made for %s", b->number,
                e->programme);
    return diag_hint(d, "another batch takes it: batch new (maker)");
}

enum status fold_line(struct fold *f, struct line_entry *e, struct postings *p,
                      struct diag *d)
{
    struct batch_entry *b;
    struct postings own;
    own.count = 0;
    if (e->payee > f->head.people || e->payee == e->person) {
        return fold_refuse(d, "unknown-payee", "nobody is known as payee %llu",
                           (unsigned long long)e->payee);
    }
    if (e->person < f->head.open.next) { /* or who looks for a person misses a line */
        return diag_fail(d, ST_INTEGRITY, "line-order",
                         "lines stand in the order of people");
    }
    TRY(fold_batch(f, f->head.open.number, &b, d));
    TRY(line_is_chosen(f, b, e, d));
    TRY(fold_account_own(f, e->person, d));
    TRY(fold_not_objected(f, e->person, str_of(e->programme), d));
    for (size_t i = 0; i < e->span_count; i++) {
        TRY(account_take(f->account, str_of(e->programme), e->spans[i], &own, d));
    }
    TRY(fold_account_put(f, e->person, d));
    TRY(fold_post(f, &own, p, d));
    if (!money_add(b->total_fen, e->fen, &b->total_fen)) {
        return fold_refuse(d, "batch-totals", "the batch's total is too large");
    }
    b->lines++;
    f->batch_changed = true;
    f->head.open.next = e->person;
    e->batch = b->number;
    e->line = (uint32_t)b->lines;
    e->sequence = f->head.tree.size; /* of the record the line will stand in */
    e->state = LINE_OPEN;
    e->reason = 0;
    e->corrected = false;
    return fold_line_store(f, e, d);
}

enum status fold_compare_postings(struct fold *f, const struct chunk_body *c,
                                  struct diag *d)
{
    if (!postings_equal(&f->postings, &c->postings)) {
        return diag_fail(d, ST_INTEGRITY, "postings",
                         "the record's postings are not what its entries give");
    }
    return ST_OK;
}

enum status money_lines(struct fold *f, const struct record *r, struct diag *d)
{
    struct chunk_body c;
    struct reader rd;
    if (!chunk_body_read(r->body, &c)) {
        return fold_malformed(r, d);
    }
    f->postings.count = 0;
    reader_init(&rd, c.entries.p, c.entries.n);
    for (uint64_t i = 0; i < c.count; i++) {
        if (!line_entry_read(&rd, &f->line)) {
            return fold_malformed(r, d);
        }
        TRY(fold_line(f, &f->line, &f->postings, d));
        if (f->line.line != c.first + i) {
            return fold_refuse(d, "line-number", "the record's lines are not the next");
        }
    }
    return fold_compare_postings(f, &c, d);
}

void fold_content(struct fold *f, const uint8_t before[DIGEST_LEN], struct str entries,
                  uint8_t out[DIGEST_LEN])
{
    digest_once(f->g, str_make(before, DIGEST_LEN), entries, out);
}

enum status rule_lines(struct fold *f, const struct record *r, struct diag *d)
{
    struct chunk_body c;
    struct batch_entry *b;
    uint8_t content[DIGEST_LEN];
    if (!chunk_body_read(r->body, &c) || c.first == 0) {
        return fold_malformed(r, d);
    }
    TRY(fold_in(f, c.number, d));
    TRY(fold_batch(f, (uint32_t)c.number, &b, d));
    if (c.first + c.count != b->lines + 1) {
        return fold_refuse(d, "line-number", "the record's lines are not the next");
    }
    fold_content(f, b->content, c.entries, content);
    memcpy(b->content, content, DIGEST_LEN);
    f->batch_changed = true;
    return ST_OK;
}

/* Body {1: batch, 2: lines, 3: total, 4: content, 15: leaf before}. */
enum status rule_batch_end(struct fold *f, const struct record *r, struct diag *d)
{
    struct batch_entry *e;
    uint8_t content[DIGEST_LEN];
    uint8_t before[DIGEST_LEN];
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    uint64_t lines = body_uint(&b, 2, UINT32_MAX);
    int64_t total = body_int(&b, 3);
    body_digest(&b, 4, content);
    body_digest(&b, 15, before);
    if (!body_done(&b) || memcmp(before, f->head.last_leaf, DIGEST_LEN) != 0) {
        return fold_malformed(r, d);
    }
    TRY(fold_in(f, number, d));
    TRY(fold_batch(f, (uint32_t)number, &e, d));
    if (lines != e->lines || total != e->total_fen ||
        memcmp(content, e->content, DIGEST_LEN) != 0) {
        return fold_refuse(d, "batch-totals", "the totals of batch %u do not agree",
                           e->number);
    }
    fold_close(f);
    return ST_OK;
}

/* ---- signatures ---- */

static enum status different_signer(const struct fold *f, const struct batch_entry *e,
                                    struct diag *d)
{
    for (int i = 0; i < BATCH_ROLES; i++) {
        if (e->signers[i].operator_number == f->signer.number) {
            diag_fail(d, ST_DENIED, "same-operator",
                      "%s has signed batch %u already: another operator has to",
                      f->signer.name, e->number);
            return diag_hint(d, "almoner operator list shows who has the role");
        }
    }
    return ST_OK;
}

/* Which office signs a step, the admins may have set. */
static enum status right_office(struct fold *f, enum batch_step step, struct diag *d)
{
    static const char *const names[] = {"office.submit", "office.approve",
                                        "office.release"};
    char office[SETTING_VALUE_MAX + 1];
    uint32_t number;
    TRY(setting_now(f->t, f->head.settings, names[step - STEP_SUBMIT], office, &number,
                    d));
    if (office[0] != '\0' && strcmp(office, f->signer.office) != 0) {
        diag_fail(d, ST_DENIED, "office", "%s is of %s: %s is for %s", f->signer.name,
                  f->signer.office[0] != '\0' ? f->signer.office : "no office",
                  batch_step_name(step), office);
        return diag_hint(d, "almoner config show says which office signs what");
    }
    return ST_OK;
}

/* A large batch is released when two releasers have signed. */
static enum status release(struct fold *f, struct batch_entry *e,
                           const struct record *r, bool *done, struct diag *d)
{
    int64_t limit;
    TRY(setting_fen(f->t, f->head.settings, "release.second-above", &limit, d));
    bool first = e->signers[BATCH_RELEASER].operator_number == 0;
    struct batch_signer *s = &e->signers[first ? BATCH_RELEASER : BATCH_SECOND];
    s->operator_number = f->signer.number;
    s->time_us = f->body.signature.time_us;
    *done = !first || batch_total(e) <= limit;
    if (*done) {
        e->release_sequence = r->sequence;
        return fold_fund_commit(f, e->number, d);
    }
    return ST_OK;
}

static enum status take_signature(struct fold *f, struct batch_entry *e,
                                  enum batch_step step, const struct record *r,
                                  bool *done, struct diag *d)
{
    *done = true;
    if (step == STEP_CLOSE) {
        e->close_maker = f->signer.number;
        return ST_OK;
    }
    if (step == STEP_CLOSE_CHECK) {
        if (e->close_maker == f->signer.number) {
            diag_fail(d, ST_DENIED, "same-operator",
                      "%s closed batch %u: a checker has to confirm", f->signer.name,
                      e->number);
            return diag_hint(d, "almoner operator list shows who is checker");
        }
        return ST_OK;
    }
    TRY(different_signer(f, e, d));
    TRY(right_office(f, step, d));
    if (step == STEP_RELEASE) {
        return release(f, e, r, done, d);
    }
    int role = (int)step - STEP_SUBMIT;
    e->signers[role].operator_number = f->signer.number;
    e->signers[role].time_us = f->body.signature.time_us;
    return ST_OK;
}

/* Who signs on another machine reads subject, count and total, and nothing else that
 * they sign: these must not say less than the body does. */
enum status fold_step_words(const struct act_signature *s, const struct batch_entry *e,
                            enum batch_step step, struct diag *d)
{
    char subject[80];
    snprintf(subject, sizeof subject, "batch %u: %s", e->number, batch_step_name(step));
    if (!str_is(s->subject, subject) || s->count != batch_count(e) ||
        s->total_fen != batch_total(e)) {
        return fold_refuse(d, "signed-words",
                           "the words signed for are not those of %s", subject);
    }
    return ST_OK;
}

#define WARNED_MAX 64

/* What was warned of when it was signed: names ascend, each once. */
static void read_warned(struct body *b, enum batch_step step)
{
    struct str last = str_of("");
    if (!cbor_map_key(&b->map, 6)) {
        return;
    }
    uint64_t count = cbor_get_array(&b->r);
    b->ok = b->ok && count > 0 && count <= WARNED_MAX &&
            (step == STEP_SUBMIT || step == STEP_RELEASE);
    for (uint64_t i = 0; b->ok && i < count; i++) {
        b->ok = cbor_get_array(&b->r) == 2;
        struct str name = cbor_get_text(&b->r);
        uint64_t rows = cbor_get_uint(&b->r);
        b->ok = b->ok && !b->r.failed && rows > 0 && rows <= UINT32_MAX &&
                programme_code_valid(name) && str_cmp(last, name) < 0;
        last = name;
    }
}

/* Body {1: batch, 2: step, 3: content, 4: lines, 5: total, 6: [[check, rows]...] when
 * something was warned of}. */
enum status rule_batch_sign(struct fold *f, const struct record *r, struct diag *d)
{
    struct batch_entry *e;
    const struct transition *go;
    uint8_t content[DIGEST_LEN];
    struct body b;
    body_start(&b, f->body.plain);
    uint32_t number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    enum batch_step step = (enum batch_step)body_uint(&b, 2, STEP_CLOSE_CHECK);
    body_digest(&b, 3, content);
    uint64_t lines = body_uint(&b, 4, UINT32_MAX);
    int64_t total = body_int(&b, 5);
    read_warned(&b, step);
    if (!body_done(&b) || step < STEP_SUBMIT) {
        return fold_malformed(r, d);
    }
    if (step == STEP_RELEASE) {
        TRY(epoch_unlocked(f, d));
    }
    TRY(fold_step(f, number, step, &go, &e, d));
    if (lines != batch_count(e) || total != batch_total(e) ||
        memcmp(content, e->content, DIGEST_LEN) != 0) {
        fold_refuse(d, "batch-content", "batch %u is not what was signed for", number);
        return diag_hint(
            d, "it changed meanwhile: look again (batch show %u), then sign", number);
    }
    if (lines == 0) {
        fold_refuse(d, "batch-empty", "batch %u is %s and has no lines", number,
                    batch_state_name(e->state));
        return diag_hint(d,
                         "nobody signs for nothing: batch cancel %u (maker), then run "
                         "and batch new",
                         number);
    }
    TRY(fold_step_words(&f->body.signature, e, step, d));
    if (step == STEP_SUBMIT || step == STEP_RELEASE) {
        TRY(fold_fund_needed(f, number, d));
    }
    bool done;
    TRY(take_signature(f, e, step, r, &done, d));
    e->state = done ? go->to : e->state;
    f->batch_changed = true;
    return ST_OK;
}

/* Body {1: batch, 2: format, 3: SHA-256 of the file, 4: length, 5: lines, 6: total,
 * 7: sequence of the export record before, 0: none, 8, 10 and 11: kept profile,
 * 12: files, 13: number of the first}. */
enum status rule_export(struct fold *f, const struct record *r, struct diag *d)
{
    struct batch_entry *e;
    const struct transition *go;
    struct export_entry x;
    if (!export_body(f->body.plain, &x)) {
        return fold_malformed(r, d);
    }
    TRY(epoch_unlocked(f, d));
    TRY(fold_step(f, x.batch, STEP_EXPORT, &go, &e, d));
    if (x.lines != batch_count(e) || x.total_fen != batch_total(e) ||
        x.previous != e->export_sequence) {
        return fold_refuse(d, "batch-content", "the export is not of batch %u",
                           x.batch);
    }
    e->export_sequence = r->sequence;
    e->state = go->to;
    f->batch_changed = true;
    return ST_OK;
}

/* ---- answers ---- */

/* Body {1: batch, 2: format, 3: SHA-256 of the file, 4: length, 5: lines in it, 6
 * and 7: kept profile, 8: which of the files sent, 10: 1 when it corrects}. */
enum status rule_answer_start(struct fold *f, const struct record *r, struct diag *d)
{
    struct batch_entry *e;
    const struct transition *go;
    struct answer_start a;
    bool known;
    if (!answer_start_read(f->body.plain, &a)) {
        return fold_malformed(r, d);
    }
    TRY(fold_step(f, a.batch, STEP_ANSWER, &go, &e, d));
    TRY(answer_known(f->t, a.batch, a.sha256, &known, d));
    if (known) {
        fold_refuse(d, "answer-known", "this answer was taken in already");
        return diag_hint(d, "almoner batch show %u shows what it changed", a.batch);
    }
    f->head.answers++;
    fold_open(f, r, a.batch);
    f->head.open.fen[OPEN_DAY] = day_of_time(r->time_us, f->offset_minutes);
    f->head.open.count[OPEN_CORRECTS] = a.corrects ? 1 : 0;
    return answer_put(f->t, f->head.answers, a.batch, a.sha256, r->sequence, d);
}

/* Takes a line's earlier result out of the batch's sums. What became due again is not
 * taken back: reissued_fen is what reissues moved. */
static void uncount(struct batch_entry *b, const struct line_entry *line)
{
    enum line_state s = line->state;
    if (s == LINE_PAID) {
        b->paid_lines--;
        b->paid_fen -= line->fen;
    }
    if (line_may_be_corrected(s)) {
        b->back_lines--;
        b->back_fen -= line->fen;
        b->reissued_lines -= s == LINE_REISSUED ? 1 : 0;
    }
}

static void count(struct batch_entry *b, const struct line_entry *line)
{
    if (line->state == LINE_PAID) {
        b->paid_lines++;
        b->paid_fen += line->fen;
        b->corrected_lines += line->corrected ? 1 : 0;
        b->corrected_fen += line->corrected ? line->fen : 0;
    }
    if (line->state == LINE_REJECTED || line->state == LINE_RETURNED) {
        b->back_lines++;
        b->back_fen += line->fen;
    }
}

static enum status move_result(struct fold *f, const struct line_entry *line,
                               enum line_state to, struct postings *p, int64_t *over,
                               struct diag *d)
{
    struct str code = str_of(line->programme);
    bool corrects = line_may_be_corrected(line->state);
    for (size_t i = 0; i < line->span_count; i++) {
        if (corrects) {
            TRY(account_correct(f->account, code, line->spans[i], p, over, d));
        } else if (to == LINE_PAID) {
            TRY(account_paid(f->account, code, line->spans[i], p, d));
        } else {
            enum account_kind from =
                line->state == LINE_PAID ? ACCOUNT_PAID : ACCOUNT_TRANSIT;
            TRY(account_back(f->account, code, line->spans[i], from, p, d));
        }
    }
    return ST_OK;
}

/* Who signed the answer's start as a correction may say of what came back that it was
 * paid. */
static enum status result_fits(const struct fold *f, const struct line_entry *line,
                               const struct result_entry *e, struct diag *d)
{
    bool corrects = f->head.open.count[OPEN_CORRECTS] == 1 && e->state == LINE_PAID &&
                    line_may_be_corrected(line->state);
    if (e->state <= LINE_UNKNOWN &&
        (corrects || line_may_become(line->state, e->state))) {
        return ST_OK;
    }
    fold_refuse(d, "line-state", "line %u of batch %u is %s and cannot be %s",
                line->line, line->batch, line_state_name(line->state),
                line_state_name(e->state));
    return diag_hint(
        d,
        "almoner batch show %u --lines shows how each line stands; a maker "
        "takes in what corrects it (batch answer --correct)",
        line->batch);
}

enum status fold_result(struct fold *f, uint32_t batch, const struct result_entry *e,
                        struct postings *p, struct diag *d)
{
    struct batch_entry *b;
    struct line_entry *line = &f->line;
    struct postings own;
    own.count = 0;
    TRY(fold_batch(f, batch, &b, d));
    TRY(fold_line_load(f, batch, e->line, line, d));
    TRY(result_fits(f, line, e, d));
    if (e->state != LINE_UNKNOWN) {
        TRY(fold_account_get(f, line->person, d));
        TRY(move_result(f, line, e->state, &own, &b->over_fen, d));
        TRY(fold_account_put(f, line->person, d));
    }
    TRY(fold_fund_line(f, line, e->state, line->fen, d));
    uncount(b, line);
    line->corrected = line_may_be_corrected(line->state);
    line->state = e->state;
    line->reason = e->reason;
    count(b, line);
    f->batch_changed = true;
    TRY(fold_line_store(f, line, d));
    return fold_post(f, &own, p, d);
}

enum status money_results(struct fold *f, const struct record *r, struct diag *d)
{
    struct chunk_body c;
    struct reader rd;
    if (!chunk_body_read(r->body, &c)) {
        return fold_malformed(r, d);
    }
    f->postings.count = 0;
    reader_init(&rd, c.entries.p, c.entries.n);
    for (uint64_t i = 0; i < c.count; i++) {
        struct result_entry e;
        if (!result_entry_read(&rd, &e)) {
            return fold_malformed(r, d);
        }
        TRY(fold_result(f, (uint32_t)c.number, &e, &f->postings, d));
    }
    return fold_compare_postings(f, &c, d);
}

enum status rule_results(struct fold *f, const struct record *r, struct diag *d)
{
    struct chunk_body c;
    if (!chunk_body_read(r->body, &c)) {
        return fold_malformed(r, d);
    }
    TRY(fold_in(f, c.number, d));
    f->head.open.count[OPEN_DONE] += c.count;
    f->head.open.next = c.first;
    return ST_OK;
}

/* Body {1: batch, 2: results, 15: leaf before}. */
enum status rule_answer_end(struct fold *f, const struct record *r, struct diag *d)
{
    struct batch_entry *e;
    uint8_t before[DIGEST_LEN];
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    uint64_t results = body_uint(&b, 2, UINT64_MAX);
    body_digest(&b, 15, before);
    if (!body_done(&b) || memcmp(before, f->head.last_leaf, DIGEST_LEN) != 0) {
        return fold_malformed(r, d);
    }
    TRY(fold_in(f, number, d));
    if (results != f->head.open.count[OPEN_DONE]) {
        return fold_refuse(d, "answer-totals", "the totals of the answer do not agree");
    }
    TRY(fold_batch(f, (uint32_t)number, &e, d));
    if (e->state == BATCH_EXPORTED && e->paid_lines + e->back_lines == batch_count(e)) {
        e->state = BATCH_SETTLED;
        f->batch_changed = true;
    }
    fold_close(f);
    return ST_OK;
}
