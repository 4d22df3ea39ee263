/* profile_proof.c - see profile_proof.h. What is compared is what went in: the
 * payments, field by field, and for each the result that the bank was made to give.
 *
 * Files are also cut, line by line: a profile whose bank says neither count nor end
 * does not notice that, and somebody should know it. */
#include "formats/profile_proof.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "formats/profile_make.h"
#include "formats/profile_private.h"
#include "formats/profile_sample.h"

#define FILE_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define REAL_ID_BYTES 19 /* of our end-to-end ids: ledger/payment_id.h */

struct proving {
    const struct profile *profile;
    struct proof_sink sink;
    struct profile_batch batch;
    struct made_result *made;
    const struct profile_line *detail; /* of the file that is read back */
    size_t seen;                       /* payments read back */
    size_t wrong;                      /* of them, that differ */
    struct buf file;
};

static void say(const struct proving *v, enum proof_kind kind, const struct diag *d)
{
    v->sink.say(v->sink.ctx, kind, d);
}

static void note(const struct proving *v, const char *code, const char *what,
                 const char *hint)
{
    struct diag d;
    diag_fail(&d, ST_FINDINGS, code, "%s", what);
    diag_hint(&d, "%s", hint);
    say(v, PROOF_NOTE, &d);
}

/* ---- reading back ---- */

static bool differs(const struct proving *v, enum profile_word w, struct str want,
                    struct str got)
{
    return profile_line_has(v->detail, w) && !str_eq(want, got);
}

/* The first field of the payment that came back otherwise, or NULL. */
static const char *difference(const struct proving *v, const struct answer *a)
{
    const struct payment *p = &v->batch.payments[v->seen];
    struct str bank = p->bank.n > 0 ? p->bank : v->batch.head.payer_bank;
    if (differs(v, WORD_ID, p->id, a->id)) {
        return "id";
    }
    if (differs(v, WORD_ACCOUNT, p->account, a->account)) {
        return "account";
    }
    if (differs(v, WORD_NAME, p->name, a->name)) {
        return "name";
    }
    if (differs(v, WORD_BANK, bank, a->bank) && !(a->bank.n == 0 && p->bank.n == 0)) {
        return "bank";
    }
    if (profile_line_has(v->detail, WORD_AMOUNT) && p->amount_fen != a->amount_fen) {
        return "amount";
    }
    return NULL;
}

static void say_difference(struct proving *v, const char *code, const char *field,
                           const struct answer *a)
{
    struct diag d;
    if (v->wrong++ > 0) {
        return; /* the others are likely the same fault */
    }
    diag_fail(&d, ST_FINDINGS, code, "payment %zu comes back with another %s",
              v->seen + 1, field);
    answer_where(a, ANSWER_WHOLE, &d);
    diag_hint(&d, "look at this line of the file, and at the field's width, padding "
                  "and max-bytes");
    say(v, PROOF_FINDING, &d);
}

static enum status see_order(void *ctx, const struct answer *a, struct diag *d)
{
    struct proving *v = ctx;
    (void)d;
    if (v->seen < v->batch.count) {
        const char *field = difference(v, a);
        if (field != NULL) {
            say_difference(v, "order-differs", field, a);
        }
    }
    v->seen++;
    return ST_OK;
}

static enum status see_answer(void *ctx, const struct answer *a, struct diag *d)
{
    struct proving *v = ctx;
    const struct profile_result *want = v->made[v->seen].result;
    (void)d;
    if (v->seen < v->batch.count) {
        const char *field = difference(v, a);
        if (field == NULL && a->status != want->status) {
            field = "status: an earlier entry of `results` takes it";
        }
        if (field == NULL && a->reason != want->reason) {
            field = "reason: an earlier entry of `results` takes it";
        }
        if (field != NULL) {
            say_difference(v, "answer-differs", field, a);
        }
    }
    v->seen++;
    return ST_OK;
}

static enum status see_nothing(void *ctx, const struct answer *a, struct diag *d)
{
    (void)ctx;
    (void)a;
    (void)d;
    return ST_OK;
}

/* A finding is told and is no failure; the rest is. */
static enum status tell(const struct proving *v, enum status st, struct diag *d)
{
    if (st != ST_INPUT) {
        return st;
    }
    say(v, PROOF_FINDING, d);
    return ST_OK;
}

static enum status read_back(struct proving *v, bool is_answer, struct diag *d)
{
    const struct payment_format *f = profile_format(v->profile);
    payment_reader *read = is_answer ? profile_read_answer : profile_read_order;
    struct answer_sink sink = {is_answer ? see_answer : see_order, v};
    struct answer_file whole;
    v->seen = 0;
    v->wrong = 0;
    enum status st = read(f, buf_str(&v->file), sink, &whole, d);
    if (st == ST_OK && v->seen != v->batch.count) {
        diag_fail(d, ST_INPUT, is_answer ? "answer-differs" : "order-differs",
                  "%zu payments went in, %zu come back", v->batch.count, v->seen);
        diag_hint(d, "do count and trailer stand where the profile says?");
        st = ST_INPUT;
    }
    return tell(v, st, d);
}

/* Payments that an answer does not name are taken for paid: then a lost line is money
 * that nobody looks for any more. */
static void say_cut(const struct proving *v, bool is_answer)
{
    bool worse = is_answer && v->profile->answer.absent == PAYMENT_PAID;
    struct diag d;
    diag_fail(&d, ST_FINDINGS, is_answer ? "answer-cut" : "order-cut",
              "%s that lost its last lines is not noticed%s",
              is_answer ? "an answer" : "a file",
              worse ? ", and who is not in it counts as paid" : "");
    diag_hint(
        &d, "%s",
        worse ? "write `absent: unknown`, or have the bank add totals or an end mark"
              : "it has neither totals nor an end mark; ask the bank for one");
    say(v, worse ? PROOF_FINDING : PROOF_NOTE, &d);
}

/* Is it noticed when lines are missing at the end? */
static void cut_file(const struct proving *v, bool is_answer)
{
    const struct payment_format *f = profile_format(v->profile);
    payment_reader *read = is_answer ? profile_read_answer : profile_read_order;
    struct str file = buf_str(&v->file);
    for (size_t i = 0; i + 1 < file.n; i++) {
        struct answer_sink sink = {see_nothing, NULL};
        struct answer_file whole;
        struct diag d;
        if (file.p[i] != '\n') {
            continue;
        }
        struct str part = str_make(file.p, i + 1);
        if (read(f, part, sink, &whole, &d) == ST_OK && whole.count < v->batch.count) {
            say_cut(v, is_answer);
            return;
        }
    }
}

/* The same of an answer that is a sheet: somebody deleted its last row. */
static enum status cut_sheet(struct proving *v, struct diag *d)
{
    const struct payment_format *f = profile_format(v->profile);
    struct answer_sink sink = {see_nothing, NULL};
    struct answer_file whole;
    if (v->batch.count < 2) {
        return ST_OK;
    }
    buf_clear(&v->file);
    TRY(profile_make_answer(v->profile, &v->batch.head, v->made, v->batch.count - 1,
                            &v->file, d));
    if (profile_read_answer(f, buf_str(&v->file), sink, &whole, d) == ST_OK) {
        say_cut(v, true);
    }
    return ST_OK;
}

/* ---- one variant ---- */

static enum status write_order(struct proving *v, struct diag *d)
{
    const struct payment_format *f = profile_format(v->profile);
    struct payment_writer *w = NULL;
    TRY(f->open(f, &w, &v->batch.head, &v->file, d));
    for (size_t i = 0; i < v->batch.count; i++) {
        enum status st = f->add(w, &v->batch.payments[i], &v->file, d);
        if (st != ST_OK) {
            f->abandon(w);
            return st;
        }
    }
    return f->close(w, &v->file, d);
}

static enum status file_name(struct proving *v, struct buf *name, struct diag *d)
{
    const struct payment_format *f = profile_format(v->profile);
    const struct profile_variant *variant =
        &v->profile->variants[v->batch.head.variant];
    if (f->file_name == NULL) {
        buf_add_str(name, variant->name);
        return buf_check(name, d);
    }
    return f->file_name(f, &v->batch.head, name, d);
}

static enum status prove_order(struct proving *v, struct diag *d)
{
    struct buf name;
    buf_init(&name, 4096);
    buf_clear(&v->file);
    v->detail = &v->profile->variants[v->batch.head.variant].body.detail;
    enum status st = write_order(v, d);
    if (st == ST_OK) {
        st = file_name(v, &name, d);
    }
    if (st == ST_OK) {
        v->sink.file(v->sink.ctx, false, buf_str(&name), buf_str(&v->file));
        st = read_back(v, false, d);
        if (!v->profile->layout.sheet) {
            cut_file(v, false);
        }
    } else {
        st = tell(v, st, d);
    }
    buf_release(&name);
    return st;
}

/* Each result in turn, so that all are there. */
static void choose_results(struct proving *v)
{
    const struct profile_answer *a = &v->profile->answer;
    for (size_t i = 0; i < v->batch.count; i++) {
        v->made[i] = (struct made_result){&v->batch.payments[i],
                                          &a->results[i % a->result_count]};
    }
}

static enum status prove_answer(struct proving *v, struct diag *d)
{
    const struct profile_answer *a = &v->profile->answer;
    const struct profile_line *own = &a->body.detail;
    v->detail =
        own->count > 0 ? own : &v->profile->variants[v->batch.head.variant].body.detail;
    buf_clear(&v->file);
    choose_results(v);
    enum status st = profile_make_answer(v->profile, &v->batch.head, v->made,
                                         v->batch.count, &v->file, d);
    if (st != ST_OK) {
        return tell(v, st, d);
    }
    v->sink.file(v->sink.ctx, true, a->layout.extension, buf_str(&v->file));
    TRY(read_back(v, true, d));
    if (a->layout.sheet) {
        return cut_sheet(v, d);
    }
    cut_file(v, true);
    return ST_OK;
}

static enum status prove_variant(struct proving *v, uint32_t variant, struct diag *d)
{
    const struct profile *p = v->profile;
    struct profile_sample *sample = NULL;
    size_t count = PROOF_PAYMENTS;
    if (count < p->answer.result_count) {
        count = p->answer.result_count;
    }
    if (p->rows_max > 0 && count > p->rows_max) {
        count = p->rows_max;
    }
    enum status st;
    TRY_OUT(profile_sample_new(&sample, p, variant, count, &v->batch, d));
    TRY_OUT(prove_order(v, d));
    if (p->answer.form != ANSWER_NONE) {
        TRY_OUT(prove_answer(v, d));
    }
out:
    profile_sample_free(sample);
    return st;
}

/* ---- what is said once ---- */

static void note_ids(const struct proving *v)
{
    const struct profile *p = v->profile;
    bool by_id = false;
    for (size_t i = 0; i < p->answer.match_count; i++) {
        by_id |= p->answer.match[i] == WORD_ID || p->answer.match[i] == WORD_NUMBER;
    }
    if (p->answer.form != ANSWER_NONE && !by_id) {
        note(v, "no-serial", "two payments alike cannot be told apart in the answer",
             "ask the bank which field takes our serial number and returns it");
    }
    if (p->answer.form == ANSWER_NONE) {
        note(v, "no-answer", "the profile says nothing of the bank's answer",
             "add `answer`, or take results in by another format");
    }
    for (size_t i = 0; i < p->variant_count; i++) {
        const struct profile_line *l = &p->variants[i].body.detail;
        for (size_t k = 0; k < l->count; k++) {
            const struct profile_field *f = &l->fields[k];
            if (f->word == WORD_ID && f->bytes_max > 0 &&
                f->bytes_max < REAL_ID_BYTES) {
                struct diag d;
                diag_fail(&d, ST_FINDINGS, "id-short",
                          "our serial numbers have %d bytes, the field takes %u",
                          REAL_ID_BYTES, (unsigned)f->bytes_max);
                diag_hint(&d, "ask for a longer field, or match by number and account");
                say(v, PROOF_FINDING, &d);
            }
        }
    }
}

/* Names as people have them: a batch with one would be refused at its export. */
static void note_blanks(const struct proving *v)
{
    const struct profile *p = v->profile;
    for (size_t i = 0; i < p->variant_count; i++) {
        const struct profile_line *l = &p->variants[i].body.detail;
        for (size_t k = 0; p->layout.cut == CUT_BY_BLANKS && k < l->count; k++) {
            if (l->fields[k].word == WORD_NAME && !l->fields[k].blanks) {
                note(v, "name-blanks",
                     "a payee whose name holds a blank cannot be written, since blanks "
                     "separate the fields",
                     "write `blanks: true` with the field `name`, when the bank takes "
                     "such names");
                return;
            }
        }
    }
}

/* A file that is this one line. */
static enum status make_refusal(struct proving *v, struct str line, struct diag *d)
{
    const struct profile_layout *l = &v->profile->answer.layout;
    struct charset_conv *conv = NULL;
    struct buf text;
    size_t used = 0;
    buf_init(&text, FILE_MAX_BYTES);
    buf_clear(&v->file);
    enum status st = charset_conv_new(&conv, CHARSET_UTF8, l->charset, d);
    if (st == ST_OK) {
        st = charset_convert(conv, line, true, l->sheet ? &text : &v->file, &used, d);
    }
    if (st == ST_OK && l->sheet) {
        buf_add(&text, "\n", 1);
        st = profile_make_sheet(&v->batch.head, buf_str(&text), &v->file, d);
    } else if (st == ST_OK) {
        buf_add_text(&v->file, l->crlf ? "\r\n" : "\n");
    }
    charset_conv_free(conv);
    buf_release(&text);
    return st;
}

static enum status prove_refusals(struct proving *v, struct diag *d)
{
    const struct profile_answer *a = &v->profile->answer;
    for (size_t i = 0; i < a->refusal_count; i++) {
        struct answer_sink sink = {see_nothing, NULL};
        struct answer_file whole = {0};
        enum status st = make_refusal(v, a->refusals[i].line, d);
        if (st == ST_OK) {
            st = profile_read_answer(profile_format(v->profile), buf_str(&v->file),
                                     sink, &whole, d);
        }
        if (st == ST_OK &&
            (whole.rest != PAYMENT_REJECTED || whole.reason != a->refusals[i].reason)) {
            diag_fail(d, ST_INPUT, "refusal-shadowed",
                      "refusal \"%.*s\" is taken by an earlier one",
                      STR_ARG(a->refusals[i].line));
            st = diag_hint(d, "put the longer beginning first");
        }
        TRY(tell(v, st, d));
    }
    return ST_OK;
}

enum status profile_prove(const struct profile *p, struct proof_sink sink,
                          struct diag *d)
{
    struct proving v = {.profile = p, .sink = sink};
    enum status st = ST_OK;
    buf_init(&v.file, FILE_MAX_BYTES);
    v.made = calloc(PROOF_PAYMENTS + PROFILE_RESULTS_MAX, sizeof *v.made);
    if (v.made == NULL) {
        return diag_memory(d);
    }
    note_ids(&v);
    note_blanks(&v);
    for (uint32_t i = 0; i < p->variant_count; i++) {
        TRY_OUT(prove_variant(&v, i, d));
    }
    TRY_OUT(prove_refusals(&v, d));
out:
    free(v.made);
    buf_release(&v.file);
    return st;
}
