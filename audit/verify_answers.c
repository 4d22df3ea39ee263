/* verify_answers.c - what was posted of each answer is what the bank's file says: the
 * file is read again from the vault and held against the results of its act. It goes by
 * in pieces where its format can be read so; otherwise, and when that comes to no good
 * end, it is looked at as a whole, which also tells what is wrong. */
#include <stdlib.h>
#include <string.h>

#include "audit/verify_private.h"
#include "entitle/answer_match.h"
#include "ledger/erasure.h"
#include "ledger/line.h"

#define ANSWER_MAX ((size_t)2 * 1024 * 1024 * 1024)

/* By the file, of one line: a statement may tell first that it was paid, then that it
 * came back. */
struct said {
    uint8_t states;                   /* bit: line_state; and those below */
    uint8_t reason[LINE_UNKNOWN + 1]; /* by line_state */
    uint8_t last;                     /* line_state that the act posted last; 0: none */
};

#define SAID_BY_REST (1U << 0) /* the line is not named: bits no line_state has */
#define SAID_DOUBTED (1U << 1)
#define SAID(state) (1U << (state))
#define SAID_BACK (SAID(LINE_REJECTED) | SAID(LINE_RETURNED))

struct check {
    struct verify *v;
    uint32_t number;
    bool file_checked; /* it is the one that was taken in, or that was said */
    struct buf file;   /* as a whole, if it has to be */
    uint64_t length;
    struct answer_entry answer;
    struct answer_start start;
    struct batch_entry batch;
    struct bank_form form;
    struct answer_match *match;
    struct said *said; /* by line */
};

static void note_line(struct check *c, uint32_t line, enum payment_status status,
                      enum payment_reason reason)
{
    enum line_state state = answer_line_state(status);
    c->said[line].states |= (uint8_t)(1U << state);
    c->said[line].reason[state] = (uint8_t)reason;
}

static enum status note(void *ctx, const struct answer *a, struct diag *d)
{
    struct check *c = ctx;
    uint32_t line = 0;
    TRY(answer_match_line(c->match, a, &line, d));
    for (uint32_t n = line; n != 0 && a->status != PAYMENT_NONE;
         n = joint_next(answer_match_joint(c->match), n)) {
        note_line(c, n, a->status, a->reason);
    }
    return ST_OK;
}

static enum status note_rest(struct check *c, const struct answer_file *whole,
                             struct diag *d)
{
    bool any;
    TRY(answer_match_rest(c->match, whole, &any, d));
    for (uint32_t n = 1; any && n <= c->batch.lines; n++) {
        if (c->said[n].states == 0 && answer_match_covers(c->match, n)) {
            note_line(c, n, whole->rest, whole->reason);
            c->said[n].states |= SAID_BY_REST;
        }
    }
    return ST_OK;
}

static void wrong(struct check *c, uint64_t sequence, uint32_t line)
{
    verify_bad(c->v, &c->v->r->correctness, sequence,
               "line %u of batch %u is not what the bank's answer says", line,
               c->batch.number);
}

static enum status check_results(struct check *c, const struct record *rec,
                                 struct diag *d)
{
    struct chunk_body body;
    struct reader r;
    if (!chunk_body_read(rec->body, &body)) {
        return diag_fail(d, ST_INTEGRITY, "record-body", "record %llu is no results",
                         (unsigned long long)rec->sequence);
    }
    reader_init(&r, body.entries.p, body.entries.n);
    for (uint64_t i = 0; i < body.count; i++) {
        struct result_entry e;
        if (!result_entry_read(&r, &e) || e.line > c->batch.lines) {
            return diag_fail(d, ST_INTEGRITY, "record-body",
                             "record %llu is no results",
                             (unsigned long long)rec->sequence);
        }
        struct said *s = &c->said[e.line];
        s->last = (uint8_t)e.state;
        if (c->start.corrects && e.state == LINE_RETURNED &&
            (s->states & SAID(LINE_REJECTED)) != 0) {
            e.state = LINE_REJECTED; /* what was paid, and is said to be rejected */
        }
        uint8_t bit = (uint8_t)SAID(e.state);
        if ((s->states & bit) == 0 || s->reason[e.state] != (uint8_t)e.reason) {
            wrong(c, rec->sequence, e.line);
        }
        s->states &= (uint8_t)~bit; /* posted */
    }
    return ST_OK;
}

/* The records of the act, from its start to its end. */
static enum status check_act(struct check *c, struct diag *d)
{
    struct record rec;
    for (uint64_t at = c->answer.sequence + 1;; at++) {
        if (at >= ledger_head(c->v->l)->tree.size) {
            return ST_OK; /* not finished yet */
        }
        TRY(record_get(ledger_txn(c->v->l), at, &rec, NULL, d));
        if (rec.kind != KIND_RESULTS) {
            return ST_OK;
        }
        TRY(check_results(c, &rec, d));
    }
}

/* ---- what the file says and was not posted ---- */

/* By how the line stands now: can it have been known before? *open: certainly not. */
static bool doubted(const struct said *s, enum line_state now, bool *open)
{
    bool out = now == LINE_DROPPED || now == LINE_RECALLED;
    *open = now == LINE_OPEN || now == LINE_UNKNOWN;
    if ((s->states & SAID_BACK) != 0 &&
        (s->last != 0 ? s->last == LINE_PAID : now == LINE_PAID || out)) {
        return true;
    }
    return s->last == 0 && (s->states & SAID(LINE_PAID)) != 0 &&
           (s->states & SAID_BY_REST) == 0 && now != LINE_PAID;
}

/* The line stood as `before` says: was it no news? As batch/answer.c decides it. */
static bool was_known(const struct check *c, const struct said *s,
                      enum line_state before, enum line_state now)
{
    bool back = before == LINE_REJECTED || before == LINE_RETURNED;
    if (s->last != 0) { /* a statement: rejected, as before, then paid all along */
        return back && c->start.corrects && (s->states & SAID(LINE_RETURNED)) == 0;
    }
    if ((s->states & SAID_BACK) != 0 && !back) {
        return false;
    }
    if ((s->states & SAID(LINE_PAID)) == 0 || before == LINE_PAID) {
        return true;
    }
    return answer_match_statement(c->match) &&
           (before == LINE_RETURNED || now == LINE_REISSUED || now == LINE_REFUNDED);
}

/* What an act posted last of each line: into before. */
static enum status recall_act(struct check *c, uint64_t at, uint8_t *before,
                              struct diag *d)
{
    struct record rec;
    struct chunk_body body;
    struct reader r;
    for (; at < c->answer.sequence; at++) {
        TRY(record_get(ledger_txn(c->v->l), at, &rec, NULL, d));
        if (rec.kind != KIND_RESULTS || !chunk_body_read(rec.body, &body)) {
            return ST_OK;
        }
        reader_init(&r, body.entries.p, body.entries.n);
        for (uint64_t i = 0; i < body.count; i++) {
            struct result_entry e;
            if (result_entry_read(&r, &e) && e.line <= c->batch.lines) {
                before[e.line] = (uint8_t)e.state;
            }
        }
    }
    return ST_OK;
}

static enum status recall(struct check *c, uint8_t *before, struct diag *d)
{
    for (uint32_t n = 1; n < c->number; n++) {
        struct answer_entry a;
        TRY(answer_get(ledger_txn(c->v->l), n, &a, d));
        if (a.batch == c->answer.batch) {
            TRY(recall_act(c, a.sequence + 1, before, d));
        }
    }
    return ST_OK;
}

static enum status check_doubted(struct check *c, const uint8_t *before, struct diag *d)
{
    struct line_entry line;
    for (uint32_t n = 1; n <= c->batch.lines; n++) {
        const struct said *s = &c->said[n];
        if ((s->states & SAID_DOUBTED) == 0) {
            continue;
        }
        TRY(line_get(ledger_txn(c->v->l), c->batch.number, n, &line, d));
        if (!was_known(c, s, (enum line_state)before[n], line.state)) {
            wrong(c, c->answer.sequence, n);
        }
    }
    return ST_OK;
}

/* It must have been known: else who takes answers in could leave out what came back, or
 * that it was paid after all. Mostly how the lines stand now says so; where it does
 * not, how they stood then is looked up. */
static enum status check_left(struct check *c, struct diag *d)
{
    struct line_entry line;
    bool any = false;
    if (ledger_head(c->v->l)->open.first == c->answer.sequence) {
        return ST_OK;
    }
    for (uint32_t n = 1; n <= c->batch.lines; n++) {
        struct said *s = &c->said[n];
        bool open;
        if ((s->states & (SAID(LINE_PAID) | SAID_BACK)) == 0) {
            continue;
        }
        TRY(line_get(ledger_txn(c->v->l), c->batch.number, n, &line, d));
        if (doubted(s, line.state, &open) && !open) {
            s->states |= SAID_DOUBTED;
            any = true;
        }
        if (open) {
            wrong(c, c->answer.sequence, n);
        }
    }
    uint8_t *before = any ? calloc((size_t)c->batch.lines + 1, 1) : NULL;
    if (before == NULL) {
        return any ? diag_memory(d) : ST_OK;
    }
    enum status st = recall(c, before, d);
    if (st == ST_OK) {
        st = check_doubted(c, before, d);
    }
    free(before);
    return st;
}

/* Nothing said yet. file: of which the payments' places may have to be found out. */
static enum status begin(struct check *c, struct str file, struct diag *d)
{
    struct answer_match_request q = {.l = c->v->l,
                                     .batch = &c->batch,
                                     .form = &c->form,
                                     .file = file,
                                     .before = c->answer.sequence,
                                     .sent_file = c->start.file};
    answer_match_free(c->match);
    c->match = NULL;
    memset(c->said, 0, (c->batch.lines + 1) * sizeof *c->said);
    return answer_match_new(&c->match, &q, d);
}

static enum status compare(struct check *c, const struct answer_file *whole,
                           struct diag *d)
{
    if (c->length != c->start.length) {
        verify_bad(c->v, &c->v->r->correctness, c->answer.sequence,
                   "the file of answer %u has %llu bytes, its record says %llu",
                   c->number, (unsigned long long)c->length,
                   (unsigned long long)c->start.length);
    }
    TRY(note_rest(c, whole, d));
    TRY(check_act(c, d));
    return check_left(c, d);
}

/* ---- in pieces ---- */

struct pieces {
    struct vault_file *file;
    struct digest *g;
    uint64_t length;
};

static enum status read_piece(void *ctx, void *p, size_t cap, size_t *n, struct diag *d)
{
    struct pieces *s = ctx;
    TRY(vault_file_read(s->file, p, cap, n, d));
    digest_add(s->g, p, *n);
    s->length += *n;
    return ST_OK;
}

/* Through to the end, for the digest. */
static enum status read_on(struct pieces *s, struct diag *d)
{
    char piece[8192];
    size_t n = 1;
    while (n > 0) {
        TRY(read_piece(s, piece, sizeof piece, &n, d));
    }
    return ST_OK;
}

/* *good: the file is the one that was taken in, and could be read. */
static enum status read_pieces(struct check *c, struct answer_file *whole, bool *good,
                               struct diag *d)
{
    uint8_t sha256[DIGEST_LEN];
    struct pieces s = {.g = c->v->files};
    struct payment_source source = {read_piece, &s};
    struct answer_sink sink = {note, c};
    const struct payment_format *f = c->form.format;
    *good = false;
    if (f->stream_answer == NULL) {
        return ST_OK;
    }
    TRY(begin(c, str_of(""), d));
    TRY(vault_file_open(c->v->l, c->answer.sha256, &s.file, d));
    digest_start(s.g);
    enum status st = f->stream_answer(f, &source, sink, whole, d);
    if (st == ST_OK) {
        st = read_on(&s, d);
    }
    digest_end(s.g, sha256);
    vault_file_close(s.file);
    *good = st == ST_OK && digest_equal(sha256, c->answer.sha256);
    c->length = s.length;
    return st;
}

static bool hopeless(enum status st)
{
    return st == ST_SYSTEM || st == ST_INTERRUPTED || st == ST_INTERNAL;
}

/* ---- as a whole ---- */

static enum status read_whole(struct check *c, struct answer_file *whole,
                              struct diag *d)
{
    struct answer_sink sink = {note, c};
    const struct payment_format *f = c->form.format;
    if (f->read_answer == NULL) {
        return diag_fail(d, ST_INTEGRITY, "unknown-format",
                         "this program cannot read answers in %s", f->name);
    }
    TRY(vault_file_load(c->v->l, c->answer.sha256, &c->file, d));
    c->length = buf_str(&c->file).n;
    TRY(begin(c, buf_str(&c->file), d));
    return f->read_answer(f, buf_str(&c->file), sink, whole, d);
}

static enum status check_file(struct check *c, struct diag *d)
{
    c->file_checked = true;
    return verify_answer_file(c->v, c->number, d);
}

static enum status read_and_compare(struct check *c, struct diag *d)
{
    bool good;
    struct answer_file whole;
    enum status st = read_pieces(c, &whole, &good, d);
    if (hopeless(st)) {
        return st;
    }
    c->file_checked = good;
    if (!good) {
        TRY(check_file(c, d));
        TRY(read_whole(c, &whole, d));
    }
    return compare(c, &whole, d);
}

/* A layout says what the bank's codes mean: as in verify_exports.c. */
static enum status check_layout(struct check *c, struct diag *d)
{
    bool vouched;
    TRY(bank_form_vouched(c->v->l, c->start.format, &c->start.profile, &vouched, d));
    if (!vouched) {
        verify_bad(
            c->v, &c->v->r->authorisation, c->answer.sequence,
            "the layout %s by which answer %u was read is no confirmed channel's, "
            "and none of this program's",
            c->start.format, c->number);
    }
    return ST_OK;
}

static enum status check_answer(struct check *c, struct diag *d)
{
    bank_form_init(&c->form);
    buf_init(&c->file, ANSWER_MAX);
    enum status st;
    TRY_OUT(batch_get(ledger_txn(c->v->l), c->answer.batch, &c->batch, d));
    TRY_OUT(answer_start_get(ledger_txn(c->v->l), &c->answer, &c->start, d));
    TRY_OUT(check_layout(c, d));
    TRY_OUT(bank_form_kept(c->v->l, c->start.format, &c->start.profile, &c->form, d));
    c->said = calloc(c->batch.lines + 1, sizeof *c->said);
    TRY_OUT(c->said == NULL ? diag_memory(d) : ST_OK);
    st = read_and_compare(c, d);
out:
    answer_match_free(c->match);
    bank_form_release(&c->form);
    buf_release(&c->file);
    free(c->said);
    return st;
}

enum status verify_answer(struct verify *v, uint32_t n, struct diag *d)
{
    struct check c = {.v = v, .number = n};
    TRY(answer_get(ledger_txn(v->l), n, &c.answer, d));
    enum status st = check_answer(&c, d);
    if (hopeless(st)) {
        return st;
    }
    if (!c.file_checked) {
        struct diag why = *d;
        TRY(check_file(&c, d));
        *d = why;
    }
    if (erasure_failed(st, d)) { /* nobody can tell any more which payment it is */
        v->r->erased_exports++;
        return ST_OK;
    }
    if (st != ST_OK) {
        verify_bad(v, &v->r->correctness, c.answer.sequence,
                   "answer %u cannot be read again: %s", n, d->what);
    }
    return ST_OK;
}
