/* answer.c - the bank's answer: matched line by line (entitle/answer_match.h), checked
 * as a whole, then posted in a long act. The file is read once: what it changes is kept
 * in 8 bytes a line. A killed act goes on with the same file: what was posted is no
 * change any more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "base/must.h"
#include "batch/answer_correct.h"
#include "batch/batch_private.h"
#include "entitle/answer_match.h"
#include "formats/recognise.h"
#include "formats/xlsx.h"
#include "ledger/cbor.h"
#include "ledger/line.h"

#ifndef CHUNK_LINES       /* tests make pieces small */
#define CHUNK_LINES 20000 /* of a transaction */
#endif

/* Of two hundred million changes: more than a batch can have lines. */
#define CHANGES_BYTES_MAX ((size_t)1600 * 1000 * 1000)

struct change {    /* of a line, as it will be posted */
    uint32_t line; /* 0: none, a step over `rows` */
    uint8_t state;
    uint8_t reason;
    uint16_t rows; /* answers from the change before to this one */
};

struct taking {
    struct ledger *l;
    const struct progress *progress;
    struct batch_answer_report *report;
    const struct bank_form *form;
    struct answer_match *match;
    struct batch_entry batch;
    struct str file;
    uint32_t asked_file;
    uint8_t sha256[DIGEST_LEN];
    uint8_t *said;      /* a line_state for each line of the batch, 0: not named yet */
    struct buf changes; /* struct change, in the order of the file */
    uint64_t rows;      /* answers behind the last of them, while the file is read */
    uint64_t row;       /* while posting */
    uint64_t in_chunk;
    bool correct;
    struct diag first; /* its place: what contradicts first */
    struct answer_waiting waiting;
    struct account *account; /* work space; NULL until something is corrected */
    struct chunk chunk;
    struct line_entry line;
};

/* What is told when something is wrong with it. */
static void describe(const struct taking *t, const struct answer *a, char out[64])
{
    if (a->id.n > 0) {
        snprintf(out, 64, "%.*s", (int)a->id.n, a->id.p);
    } else {
        snprintf(out, 64, "line %u of the batch", t->line.line);
    }
}

/* Of the payment whose first line is in hand. */
static int64_t sent_fen(const struct taking *t)
{
    const struct joint_group *g =
        joint_group(answer_match_joint(t->match), t->line.line);
    return g != NULL ? g->fen : t->line.fen;
}

static enum status check_line(struct taking *t, const struct answer *a, struct diag *d)
{
    const struct line_entry *line = &t->line;
    int64_t sent = sent_fen(t);
    char ours[MONEY_TEXT_CAP];
    char theirs[MONEY_TEXT_CAP];
    char which[64];
    describe(t, a, which);
    if (a->amount_fen != 0 && a->amount_fen != sent) {
        money_print(sent, ours);
        money_print(a->amount_fen, theirs);
        diag_fail(d, ST_INPUT, "other-amount", "%s is answered with %s, sent were %s",
                  which, theirs, ours);
        return answer_where(a, ANSWER_AMOUNT, d);
    }
    if (t->said[line->line] != 0 && !answer_match_statement(t->match)) {
        diag_fail(d, ST_INPUT, "duplicate-id", "%s is answered twice", which);
        return answer_where(a, ANSWER_ID, d);
    }
    return ST_OK;
}

/* What is posted of a line that was paid, and is rejected now: it came back late. */
static enum line_state posted_state(enum line_state from, enum payment_status s)
{
    enum line_state to = answer_line_state(s);
    return from == LINE_PAID && to == LINE_REJECTED ? LINE_RETURNED : to;
}

/* Does it say the opposite of what the bank said before? "Returned" after "paid" is no
 * contradiction: it came back later. */
static bool contradicts(enum line_state from, enum payment_status s)
{
    enum line_state to = answer_line_state(s);
    return (to == LINE_PAID && line_may_be_corrected(from)) ||
           (to == LINE_REJECTED && from == LINE_PAID);
}

static enum status cannot_become(struct taking *t, const struct answer *a,
                                 enum line_state from, struct diag *d)
{
    char which[64];
    describe(t, a, which);
    diag_fail(d, ST_INPUT, "line-state", "%s is %s and cannot become %s", which,
              line_state_name(from), line_state_name(answer_line_state(a->status)));
    diag_hint(
        d, from == LINE_REFUNDED
               ? "it went to the treasury: the bank has to say in writing whose "
                 "money that was, before anything is recorded"
               : "ask the bank which is so before anything is sent again: batch show "
                 "--lines says what was answered first");
    return answer_where(a, ANSWER_STATUS, d);
}

/* Does the answer say something new of the line? An "unknown" about a line that is
 * answered already is an older answer, and no change. `from`: its state so far. */
static enum status changes(struct taking *t, const struct answer *a,
                           enum line_state from, bool *yes, struct diag *d)
{
    enum line_state to = answer_line_state(a->status);
    *yes = false;
    if (from == to || (to == LINE_UNKNOWN && from != LINE_OPEN) ||
        ((from == LINE_RETURNED || from == LINE_REISSUED || from == LINE_REFUNDED) &&
         (to == LINE_REJECTED || to == LINE_RETURNED))) {
        return ST_OK;
    }
    /* A statement goes back to the beginning of its time, and tells it in order. */
    if (answer_match_statement(t->match) && to == LINE_PAID &&
        (from == LINE_RETURNED || from == LINE_REISSUED || from == LINE_REFUNDED)) {
        return ST_OK;
    }
    if (!line_may_become(from, to) && !contradicts(from, a->status)) {
        return cannot_become(t, a, from, d);
    }
    *yes = true;
    return ST_OK;
}

static void tally(struct batch_answer_report *r, enum line_state state, int64_t fen)
{
    switch (state) {
    case LINE_PAID:
        r->paid++;
        r->paid_fen += fen;
        break;
    case LINE_REJECTED:
        r->rejected++;
        r->rejected_fen += fen;
        break;
    case LINE_RETURNED:
        r->returned++;
        r->returned_fen += fen;
        break;
    case LINE_OPEN:
    case LINE_UNKNOWN:
    case LINE_REISSUED:
    case LINE_DROPPED:
    case LINE_REFUNDED:
    case LINE_RECALLED:
        r->unknown++;
        r->unknown_fen += fen;
        break;
    }
}

/* Not posted: a new account is a fact, to be imported and confirmed. */
static void note_account(struct taking *t, const struct answer *a)
{
    struct batch_answer_report *r = t->report;
    size_t tail = a->new_account.n < 4 ? a->new_account.n : 4;
    if (a->new_account.n == 0 && a->new_bank.n == 0) {
        return;
    }
    if (r->new_accounts < ANSWER_ACCOUNTS_MAX) {
        size_t i = r->new_accounts;
        r->accounts[i].line = t->line.line;
        r->accounts[i].person = t->line.payee != 0 ? t->line.payee : t->line.person;
        snprintf(r->accounts[i].ending, sizeof r->accounts[i].ending, "%.*s", (int)tail,
                 a->new_account.n > 0 ? a->new_account.p + a->new_account.n - tail
                                      : "");
    }
    r->new_accounts++;
}

static enum status skip(struct taking *t, const struct answer *a, struct diag *d)
{
    t->report->skipped++;
    return money_add(t->report->skipped_fen, a->amount_fen, &t->report->skipped_fen)
               ? ST_OK
               : diag_fail(d, ST_INPUT, "totals", "the sum of the file is too large");
}

/* Nothing is said of what became of it: a notice of a new account. */
static bool says_nothing(const struct answer *a)
{
    return a->status == PAYMENT_NONE;
}

/* Gathered, and refused at the end with the sums when it is not wanted. */
static enum status note_contradiction(struct taking *t, const struct answer *a,
                                      struct diag *d)
{
    struct batch_answer_report *r = t->report;
    if (r->corrected++ == 0) {
        answer_where(a, ANSWER_STATUS, &t->first);
    }
    if (!money_add(r->corrected_fen, t->line.fen, &r->corrected_fen)) {
        return diag_fail(d, ST_INPUT, "totals", "the sum of the file is too large");
    }
    if (!t->correct || !line_may_be_corrected(t->line.state)) {
        return ST_OK;
    }
    if (t->account == NULL) {
        t->account = calloc(1, sizeof *t->account);
    }
    if (t->account == NULL) {
        return diag_memory(d);
    }
    return answer_correct_check(t->l, &t->line, t->account, &r->over_fen, &t->waiting,
                                d);
}

static enum status refuse_contradictions(const struct taking *t, struct diag *d)
{
    char fen[MONEY_TEXT_CAP];
    money_print_grouped(t->report->corrected_fen, fen);
    diag_fail(d, ST_INPUT, "contradicts",
              "%llu line(s), %s yuan, are the opposite of what the bank said before of "
              "batch %u",
              (unsigned long long)t->report->corrected, fen, t->batch.number);
    diag_hint(d,
              "is it an older file? if the bank confirms that this one is right: the "
              "same with --correct");
    return t->first.where[0] == '\0' ? d->status : diag_where(d, "%s", t->first.where);
}

static void add_change(struct taking *t, struct change x)
{
    buf_add(&t->changes, &x, sizeof x);
    t->rows -= x.rows;
}

static enum status keep(struct taking *t, enum line_state to,
                        enum payment_reason reason, struct diag *d)
{
    while (t->rows > UINT16_MAX) {
        add_change(t, (struct change){.rows = UINT16_MAX});
    }
    add_change(t, (struct change){.line = t->line.line,
                                  .state = (uint8_t)to,
                                  .reason = (uint8_t)reason,
                                  .rows = (uint16_t)t->rows});
    return buf_check(&t->changes, d);
}

static enum status check_said(struct taking *t, const struct answer *a, struct diag *d)
{
    bool yes;
    uint8_t *said = &t->said[t->line.line];
    enum line_state from = *said != 0 ? (enum line_state) * said : t->line.state;
    TRY(changes(t, a, from, &yes, d));
    if (yes && contradicts(from, a->status)) {
        TRY(note_contradiction(t, a, d));
    }
    if (*said == 0 || yes) {
        *said = (uint8_t)(yes ? posted_state(from, a->status) : from);
    }
    if (yes) {
        TRY(keep(t, (enum line_state) * said, a->reason, d));
    }
    tally(t->report, answer_line_state(a->status), t->line.fen);
    t->report->lines++;
    t->report->changed += yes ? 1 : 0;
    return ST_OK;
}

/* An answer to a payment is one to each of its lines; the first is in hand. */
static enum status check_payment(struct taking *t, const struct answer *a,
                                 struct diag *d)
{
    const struct joint *joint = answer_match_joint(t->match);
    TRY(check_said(t, a, d));
    for (uint32_t n = joint_next(joint, t->line.line); n != 0;
         n = joint_next(joint, n)) {
        TRY(line_get(ledger_txn(t->l), t->batch.number, n, &t->line, d));
        TRY(check_said(t, a, d));
    }
    return ST_OK;
}

static enum status check_each(void *ctx, const struct answer *a, struct diag *d)
{
    struct taking *t = ctx;
    uint32_t line;
    t->rows++;
    TRY(answer_match_line(t->match, a, &line, d));
    if (line == 0) {
        return skip(t, a, d);
    }
    TRY(line_get(ledger_txn(t->l), t->batch.number, line, &t->line, d));
    note_account(t, a);
    if (says_nothing(a)) {
        return ST_OK;
    }
    TRY(check_line(t, a, d));
    return check_payment(t, a, d);
}

/* Failures come day by day: who is not in today's list may have been in an earlier. */
static bool is_known_to_fail(enum line_state s)
{
    return s != LINE_PAID && !line_may_become(s, LINE_PAID);
}

/* What the file says of the payments it does not name, as an answer to each. */
static enum status check_rest(struct taking *t, const struct answer_file *whole,
                              struct diag *d)
{
    bool any;
    struct answer a = {.status = whole->rest,
                       .reason = whole->reason,
                       .code = str_of(whole->code),
                       .text = str_of(whole->text)};
    TRY(answer_match_rest(t->match, whole, &any, d));
    for (uint32_t n = 1; any && n <= t->batch.lines; n++) {
        if (t->said[n] != 0 || !answer_match_covers(t->match, n)) {
            continue;
        }
        TRY(line_get(ledger_txn(t->l), t->batch.number, n, &t->line, d));
        if (a.status != PAYMENT_PAID || !is_known_to_fail(t->line.state)) {
            t->rows++;
            t->report->rest++;
            TRY(check_said(t, &a, d));
        }
    }
    return ST_OK;
}

/* ---- posting ---- */

static enum status flush_chunk(struct taking *t, struct diag *d)
{
    TRY(ledger_append_chunk(t->l, KIND_RESULTS, &t->chunk, t->batch.number, t->row, d));
    if (t->in_chunk < CHUNK_LINES) {
        return ST_OK;
    }
    t->in_chunk = 0;
    progress_tick(t->progress, "answer", t->row, t->report->lines);
    return ledger_next_chunk(t->l, progress_stop(t->progress), d);
}

static enum status post(struct taking *t, struct change x, struct diag *d)
{
    uint8_t bytes[32];
    struct writer w;
    struct result_entry e = {x.line, (enum line_state)x.state, x.reason};
    t->row += x.rows;
    if (x.line == 0) {
        return ST_OK;
    }
    writer_init(&w, bytes, sizeof bytes);
    result_entry_write(&e, &w);
    if (!chunk_fits(&t->chunk, w.len)) {
        TRY(flush_chunk(t, d));
    }
    TRY(fold_result(ledger_fold(t->l), t->batch.number, &e, &t->chunk.postings, d));
    writer_bytes(&t->chunk.entries, w.p, w.len);
    t->chunk.count++;
    t->in_chunk++;
    return ST_OK;
}

static enum status post_changes(struct taking *t, struct diag *d)
{
    for (size_t at = 0; at < t->changes.len; at += sizeof(struct change)) {
        struct change x;
        memcpy(&x, t->changes.p + at, sizeof x);
        TRY(post(t, x, d));
    }
    t->row += t->rows;
    return flush_chunk(t, d);
}

/* ---- the act ---- */

static enum status start(struct taking *t, struct diag *d)
{
    uint8_t bytes[300];
    char subject[80];
    struct writer w;
    struct kept_profile kept = t->form->kept;
    uint32_t sent = answer_match_sent_file(t->match);
    kept.count = 0; /* how a file is read does not depend on settings */
    writer_init(&w, bytes, sizeof bytes);
    bool corrects = t->report->corrected > 0;
    cbor_put_map(&w, 5 + kept_profile_pairs(&kept) + (sent > 0 ? 1U : 0U) +
                         (corrects ? 1U : 0U));
    cbor_pair_uint(&w, 1, t->batch.number);
    cbor_pair_text(&w, 2, str_of(t->form->format->name));
    cbor_pair_bytes(&w, 3, t->sha256, DIGEST_LEN);
    cbor_pair_uint(&w, 4, t->file.n);
    cbor_pair_uint(&w, 5, t->report->lines);
    kept_profile_write(&kept, &kept_in_answer, &w);
    if (sent > 0) {
        cbor_pair_uint(&w, 8, sent);
    }
    if (corrects) {
        cbor_pair_uint(&w, 10, 1);
    }
    snprintf(subject, sizeof subject, "batch %u: %s", t->batch.number,
             corrects ? "answer that corrects" : "answer");
    struct act_text text = {.subject = subject,
                            .count = t->report->lines,
                            .total_fen = t->report->paid_fen};
    return ledger_append_signed(t->l, KIND_ANSWER_START, writer_str(&w), text, NULL, d);
}

static enum status end(struct taking *t, struct diag *d)
{
    uint8_t bytes[100];
    char subject[80];
    struct writer w;
    const struct head *h = ledger_head(t->l);
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 3);
    cbor_pair_uint(&w, 1, t->batch.number);
    cbor_pair_uint(&w, 2, h->open.count[OPEN_DONE]);
    cbor_pair_bytes(&w, 15, h->last_leaf, DIGEST_LEN);
    snprintf(subject, sizeof subject, "batch %u: end of answer", t->batch.number);
    struct act_text text = {.subject = subject, .count = h->open.count[OPEN_DONE]};
    return ledger_append_signed(t->l, KIND_ANSWER_END, writer_str(&w), text, NULL, d);
}

static enum status read_file(struct taking *t, struct answer_sink sink,
                             struct answer_file *whole, struct diag *d)
{
    const struct payment_format *f = t->form->format;
    return f->read_answer(f, t->file, sink, whole, d);
}

static bool begins_so(const struct payment_format *f, struct str text)
{
    size_t n = text.n < PAYMENT_HEAD_BYTES ? text.n : PAYMENT_HEAD_BYTES;
    return f->read_answer != NULL && f->is != NULL && f->is(f, str_make(text.p, n));
}

/* The only message of those that come with the program that begins like the file; NULL
 * when none does, or several do. Layouts of banks are not guessed at. */
static const struct payment_format *tell(struct str text)
{
    size_t count;
    const struct payment_format *const *all = payment_formats(&count);
    const struct payment_format *found = NULL;
    for (size_t i = 0; i < count; i++) {
        if (all[i]->profile == NULL && begins_so(all[i], text)) {
            if (found != NULL) {
                return NULL;
            }
            found = all[i];
        }
    }
    return found;
}

/* The one that is named; else what the file tells of itself, or the channel's own. */
static enum status answer_form(struct ledger *l, const struct batch_entry *b,
                               const struct batch_answer_file *file,
                               struct bank_form *out, struct diag *d)
{
    TRY(batch_form(l, b, file->format, out, d));
    const struct payment_format *told = tell(file->text);
    if (file->format != NULL || told == NULL || begins_so(out->format, file->text)) {
        return ST_OK;
    }
    bank_form_release(out);
    bank_form_init(out);
    return bank_form_named(out, str_of(told->name), d);
}

static enum status post_all(struct taking *t, bool resumed, struct diag *d)
{
    TRY(ledger_begin(t->l, d));
    enum status st = resumed ? ST_OK : start(t, d);
    if (st == ST_OK) {
        st = post_changes(t, d);
    }
    if (st == ST_OK) {
        st = end(t, d);
    }
    if (st != ST_OK) {
        ledger_abort(t->l);
        return st;
    }
    return ledger_commit(t->l, d);
}

/* The open act must be for this very file: it made the newest entry of the register. */
static enum status same_file(struct taking *t, struct diag *d)
{
    struct answer_entry newest;
    TRY(answer_get(ledger_txn(t->l), ledger_head(t->l)->answers, &newest, d));
    if (newest.batch != t->batch.number || !digest_equal(newest.sha256, t->sha256)) {
        diag_fail(d, ST_CONFLICT, "open-act",
                  "another answer to batch %u is not taken in to its end",
                  t->batch.number);
        return diag_hint(d, "finish it first, with the same file");
    }
    return ST_OK;
}

/* A file that says a day says the batch's; else it answers another's. */
static enum status check_day(const struct taking *t, const struct answer_file *whole,
                             struct diag *d)
{
    char theirs[DATE_TEXT_CAP];
    char ours[DATE_TEXT_CAP];
    if (whole->pay_day == 0 || whole->pay_day == t->batch.pay_day) {
        return ST_OK;
    }
    (void)date_print(whole->pay_day, theirs);
    (void)date_print(t->batch.pay_day, ours);
    diag_fail(d, ST_INPUT, "other-day",
              "the file is of %s, the pay day of batch %u is %s", theirs,
              t->batch.number, ours);
    diag_hint(d, "is this the answer to another batch? take it in for that one, or ask "
                 "the bank for this day's");
    return diag_where(d, "line %llu, column %llu",
                      (unsigned long long)whole->pay_day_line,
                      (unsigned long long)whole->pay_day_column);
}

/* Of a statement nothing may be of this batch; then it is the wrong one. */
static enum status check_whole(struct taking *t, const struct answer_file *whole,
                               struct diag *d)
{
    struct batch_answer_report *r = t->report;
    TRY(check_day(t, whole, d));
    TRY(check_rest(t, whole, d));
    if (r->rest > 0) {
        r->rest_status = whole->rest;
        snprintf(r->rest_code, sizeof r->rest_code, "%s", whole->code);
        snprintf(r->rest_text, sizeof r->rest_text, "%s", whole->text);
    }
    if (r->lines == 0 && r->skipped > 0) {
        diag_fail(d, ST_INPUT, "nothing-of-batch",
                  "none of the statement's %llu entries is a payment of batch %u",
                  (unsigned long long)r->skipped, t->batch.number);
        return diag_hint(d, "take it in for the batch it belongs to");
    }
    return ST_OK;
}

/* One that was killed is finished as it was begun: read in another layout, or for
 * another of the files sent, the same bytes would say something else, and nothing that
 * is posted could be verified. */
static enum status begun_so(const struct taking *t, struct diag *d)
{
    struct answer_entry newest;
    struct answer_start began;
    struct kept_profile kept = t->form->kept;
    kept.count = 0;
    TRY(answer_get(ledger_txn(t->l), ledger_head(t->l)->answers, &newest, d));
    TRY(answer_start_get(ledger_txn(t->l), &newest, &began, d));
    if (strcmp(began.format, t->form->format->name) == 0 &&
        kept_profile_same(&began.profile, &kept) &&
        began.file == answer_match_sent_file(t->match)) {
        return ST_OK;
    }
    diag_fail(
        d, ST_CONFLICT, "open-act",
        "the answer to batch %u was begun in another layout, or for another of its "
        "files",
        t->batch.number);
    return diag_hint(d, "finish it as it was begun: in %s, with the same --part",
                     began.format);
}

static enum status take_matched(struct taking *t, bool resumed, struct diag *d)
{
    struct answer_sink sink = {check_each, t};
    struct answer_file whole;
    TRY(read_file(t, sink, &whole, d));
    TRY(check_whole(t, &whole, d));
    if (t->report->corrected > 0 && !t->correct) {
        return refuse_contradictions(t, d);
    }
    if (t->waiting.batch != 0) {
        return answer_correct_refuse(&t->waiting, t->batch.number, d);
    }
    t->report->sent_file = answer_match_sent_file(t->match);
    if (resumed) {
        TRY(begun_so(t, d));
    }
    if (t->report->changed == 0 && !resumed) {
        return ST_OK;
    }
    if (!resumed) {
        struct str left = t->file;
        TRY(bank_form_keep(t->l, t->form, d));
        TRY(vault_file_put(t->l, t->sha256, vault_source_text(&left), d));
    }
    return post_all(t, resumed, d);
}

static enum status take(struct taking *t, bool resumed, struct diag *d)
{
    struct answer_match_request q = {.l = t->l,
                                     .batch = &t->batch,
                                     .form = t->form,
                                     .file = t->file,
                                     .before = UINT64_MAX,
                                     .sent_file = t->asked_file};
    t->said = calloc(t->batch.lines + 1, 1);
    if (t->said == NULL) {
        return diag_memory(d);
    }
    buf_init(&t->changes, CHANGES_BYTES_MAX);
    chunk_start(&t->chunk);
    enum status st = answer_match_new(&t->match, &q, d);
    if (st == ST_OK) {
        st = take_matched(t, resumed, d);
    }
    answer_match_free(t->match);
    buf_release(&t->changes);
    free(t->said);
    free(t->account);
    return st;
}

static enum status check_batch(struct taking *t, struct diag *d)
{
    if (batch_transition(t->batch.state, STEP_ANSWER) == NULL) {
        diag_fail(d, ST_CONFLICT, "batch-state",
                  "batch %u is %s: no answer is expected", t->batch.number,
                  batch_state_name(t->batch.state));
        return diag_hint(d, "what comes next: %s", batch_next_hint(t->batch.state));
    }
    if (t->form->format->read_answer == NULL) {
        diag_fail(d, ST_USAGE, "no-answer-format", "answers in %s cannot be read",
                  t->form->format->name);
        return diag_hint(d, "name the answer's own format by --format");
    }
    return ST_OK;
}

static enum status answer_in(struct taking *t, bool resumed, struct diag *d)
{
    struct digest *g;
    struct batch_answer_report *r = t->report;
    snprintf(r->format, sizeof r->format, "%s", t->form->format->name);
    r->rest_status = PAYMENT_NONE;
    TRY(check_batch(t, d));
    if (!xlsx_begins(t->file)) { /* to open a workbook takes a while */
        TRY(payment_answer_begins(t->form->format, t->file, d));
    }
    TRY(digest_new(&g, d));
    digest_once(g, t->file, str_of(""), t->sha256);
    digest_free(g);
    TRY(answer_known(ledger_txn(t->l), t->batch.number, t->sha256, &r->already, d));
    if (resumed) {
        TRY(same_file(t, d));
        r->already = false;
    }
    return r->already ? ST_OK : take(t, resumed, d);
}

enum status batch_answer(struct ledger *l, uint32_t batch,
                         const struct batch_answer_file *file,
                         const struct progress *progress, struct batch_answer_report *r,
                         struct diag *d)
{
    bool resumed;
    struct bank_form own;
    struct taking t = {.l = l,
                       .progress = progress,
                       .report = r,
                       .file = file->text,
                       .asked_file = file->sent_file,
                       .correct = file->correct,
                       .form = file->form};
    memset(r, 0, sizeof *r);
    TRY(ledger_may_write(l, KIND_ANSWER_START, batch, &resumed, d));
    if (resumed) { /* as it was signed for */
        t.correct = ledger_head(l)->open.count[OPEN_CORRECTS] == 1;
    }
    TRY(batch_get(ledger_txn(l), batch, &t.batch, d));
    if (t.form != NULL) {
        TRY(resumed ? ST_OK : bank_form_check(l, t.form, d));
        return answer_in(&t, resumed, d);
    }
    enum status st = answer_form(l, &t.batch, file, &own, d);
    t.form = &own;
    if (st == ST_OK) {
        st = answer_in(&t, resumed, d);
    }
    bank_form_release(&own);
    return st;
}
