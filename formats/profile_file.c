/* profile_file.c - a bank's text or sheet read by its profile: the payments of a file
 * that was sent, or what became of them.
 *
 * The layout is the profile's; the code knows no bank. What a file says of itself must
 * hold of its lines: it must never be believed otherwise, nor when it ends early. */
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "formats/profile_file_private.h"

#define EXPLAIN_BYTES ((size_t)32 * 1024 * 1024)

/* A file as a whole: how many rows there are before the trailer is known for texts by
 * where they stand, for sheets by counting. */
struct tail {
    const char *from; /* of a text: the trailer begins here */
    struct str lines; /* the trailer, once it is cut off */
    uint64_t details; /* of a sheet */
};

/* ---- the end, looked at first ---- */

static enum status fail_truncated(struct file_reader *r, struct diag *d)
{
    diag_fail(d, ST_INPUT, "truncated", "the file ends before its last line is whole");
    return profile_fail_line(
        r, "the file was cut on its way; fetch it from the bank again", d);
}

/* A file that ends within a line has been cut, but where the profile says that its last
 * line has no end. With a trailer, that is never a line before it. */
static bool is_whole(const struct file_reader *r)
{
    return r->now.ended || (r->body.trailer_count == 0 && !r->layout->last_line_end);
}

/* The beginning of the line that ends before `end`, or a place in it from which it is
 * longer than any line: such a file may be gigabytes of nothing. */
static const char *line_before(struct str all, const char *end)
{
    const char *p = end;
    if (p > all.p && p[-1] == '\n') {
        p--;
    }
    while (p > all.p && p[-1] != '\n' && end - p <= FILE_LINE_MAX + 1) {
        p--;
    }
    return p;
}

/* Where the last lines begin that say something, as many as the trailer has; NULL when
 * there are not so many from r->rest on. What is in them is looked at as they come. */
static enum status find_tail(struct file_reader *r, const char **from, struct diag *d)
{
    struct str rest = r->rest;
    const char *at = rest.p + rest.n;
    uint64_t line = r->line;
    size_t found = 0;
    *from = NULL;
    while (found < r->body.trailer_count && at > rest.p) {
        bool more = false;
        const char *end = at;
        at = line_before(rest, at);
        r->rest = str_make(at, (size_t)(end - at));
        enum status st = profile_lines_next(r, &more, d);
        if (st == ST_SYSTEM) {
            return st;
        }
        found += st != ST_OK || more ? 1 : 0;
    }
    r->rest = rest;
    r->line = line;
    *from = found == r->body.trailer_count ? at : NULL;
    return ST_OK;
}

/* Can the next lines be read as the trailer? Nothing is kept of them. */
static bool is_trailer(struct file_reader *r, struct diag *why)
{
    struct file_said said = r->said;
    enum status st = ST_OK;
    for (size_t i = 0; i < r->body.trailer_count && st == ST_OK; i++) {
        bool more = false;
        st = profile_lines_next(r, &more, why);
        if (st == ST_OK && !more) {
            st = diag_fail(why, ST_INPUT, "truncated", "no such line");
        }
        if (st == ST_OK) {
            st = profile_cut_line(r, &r->body.trailer[i], why);
        }
        if (st == ST_OK) {
            st = profile_take_line(r, &r->body.trailer[i], 0, NULL, why);
        }
    }
    r->said = said;
    return st == ST_OK;
}

/* The file does not end with its trailer: has it been cut, or is there more behind? Of
 * a file of gigabytes only the beginning is looked at for that. */
static enum status explain_tail(struct file_reader *r, struct diag *d)
{
    size_t all = r->rest.n;
    while (r->rest.n > 0) {
        struct diag why = {0};
        struct str rest = r->rest;
        uint64_t line = r->line;
        if (all - rest.n < EXPLAIN_BYTES && is_trailer(r, &why)) {
            diag_fail(d, ST_INPUT, "after-trailer",
                      "there is more behind the last line");
            return profile_fail_line(
                r, "are these two files in one? give each by itself", d);
        }
        if (strcmp(why.code, "line-too-long") == 0) {
            *d = why;
            return why.status;
        }
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t taken = end == NULL ? rest.n : (size_t)(end - rest.p) + 1;
        r->rest = str_make(rest.p + taken, rest.n - taken);
        r->line = line + 1;
    }
    return fail_truncated(r, d);
}

/* Does the trailer stand where it should? Looked at before the payments, so that a file
 * that has been cut is told from one with a wrong line. One that contradicts the header
 * is a trailer: that is told when its turn comes. */
static enum status check_tail(struct file_reader *r, const char *from, struct diag *d)
{
    struct str rest = r->rest;
    uint64_t line = r->line;
    struct diag why;
    r->rest = str_make(from, (size_t)(rest.p + rest.n - from));
    bool fits = is_trailer(r, &why);
    r->rest = rest;
    r->line = line;
    if (fits || strcmp(why.code, "totals") == 0 || strcmp(why.code, "date") == 0) {
        return ST_OK;
    }
    if (why.status != ST_INPUT) {
        *d = why;
        return why.status;
    }
    return explain_tail(r, d);
}

static enum status count_rows(struct file_reader *r, uint64_t *rows, struct diag *d)
{
    bool more = true;
    *rows = 0;
    for (;;) {
        TRY(profile_lines_next(r, &more, d));
        if (!more) {
            return profile_lines_again(r, d);
        }
        ++*rows;
    }
}

/* After the header: what of the rest is payments. */
static enum status look_ahead(struct file_reader *r, uint64_t rows, struct tail *tail,
                              struct diag *d)
{
    size_t heads = r->body.header_count + (r->body.column_names ? 1 : 0);
    size_t trailers = r->body.trailer_count;
    if (r->layout->sheet) {
        if (trailers > 0 && rows < heads + trailers) {
            return fail_truncated(r, d);
        }
        tail->details = trailers > 0 ? rows - heads - trailers : UINT64_MAX;
        return ST_OK;
    }
    tail->from = r->rest.p + r->rest.n;
    tail->details = UINT64_MAX;
    if (trailers == 0) {
        return ST_OK;
    }
    const char *from = NULL;
    TRY(find_tail(r, &from, d));
    if (from == NULL) {
        return explain_tail(r, d);
    }
    tail->from = from;
    return check_tail(r, from, d);
}

/* ---- lines ---- */

/* A line of the header or the trailer. The last may lack its end: what is in it says
 * whether it is whole. */
static enum status read_fixed(struct file_reader *r, const struct profile_line *shape,
                              bool last, struct diag *d)
{
    bool more = false;
    TRY(profile_lines_next(r, &more, d));
    if (!more || !(last || is_whole(r))) {
        return fail_truncated(r, d);
    }
    enum status st = profile_cut_line(r, shape, d);
    if (st == ST_INPUT && strcmp(d->code, "fields") == 0) {
        diag_fail(d, ST_INPUT, "head", "line %llu is not the profile's",
                  (unsigned long long)r->line);
        return profile_fail_line(r,
                                 "is this the bank's file of this kind, and not "
                                 "another, or the one that was sent?",
                                 d);
    }
    TRY(st);
    return profile_take_line(r, shape, 0, NULL, d);
}

static enum status read_header(struct file_reader *r, struct diag *d)
{
    bool more = false;
    for (size_t i = 0; i < r->body.header_count; i++) {
        TRY(read_fixed(r, &r->body.header[i], false, d));
    }
    if (!r->body.column_names) {
        return ST_OK;
    }
    TRY(profile_lines_next(r, &more, d));
    if (!more || !is_whole(r)) {
        return fail_truncated(r, d);
    }
    return profile_cut_titles(r, &r->body.detail, d);
}

static void find(void *ctx, enum answer_part part, struct answer_place *out)
{
    static const enum profile_word words[ANSWER_PARTS] = {
        [ANSWER_ID] = WORD_ID,
        [ANSWER_NUMBER] = WORD_NUMBER,
        [ANSWER_ACCOUNT] = WORD_ACCOUNT,
        [ANSWER_AMOUNT] = WORD_AMOUNT,
        [ANSWER_CURRENCY] = WORD_CURRENCY,
    };
    const struct file_reader *r = ctx;
    const struct profile_line *shape = &r->body.detail;
    size_t at = part == ANSWER_STATUS ? r->cut.at[r->result_at] : 0;
    for (size_t i = 0; words[part] != WORD_TEXT && i < shape->count; i++) {
        if (shape->fields[i].word == words[part]) {
            at = r->cut.at[i];
        }
    }
    *out = (struct answer_place){
        .sheet = r->layout->sheet, .line = r->line, .column = profile_column(r, at)};
}

static enum status read_detail(struct file_reader *r, struct answer *a, struct diag *d)
{
    if (!is_whole(r)) {
        return fail_truncated(r, d);
    }
    *a = (struct answer){.find = find, .find_ctx = r, .status = PAYMENT_NONE};
    TRY(profile_cut_line(r, &r->body.detail, d));
    return profile_take_line(r, &r->body.detail, r->said.sum.count + 1, a, d);
}

static enum status add_sum(struct file_reader *r, const struct answer *a,
                           struct diag *d)
{
    struct answer_totals *sum = &r->said.sum;
    sum->count++;
    if (!money_add(sum->total_fen, a->amount_fen, &sum->total_fen)) {
        diag_fail(d, ST_INPUT, "totals", "the sum of the amounts is too large");
        return profile_fail_line(r, profile_ask_again, d);
    }
    return ST_OK;
}

/* A line that is no payment, but might be the trailer: two files in one. */
static enum status explain_detail(struct file_reader *r, struct str from,
                                  struct diag *d)
{
    struct diag why;
    if (r->layout->sheet || r->source != NULL || r->body.trailer_count == 0 ||
        strcmp(d->code, "fields") != 0) {
        return d->status;
    }
    r->rest = from;
    r->line--;
    if (!is_trailer(r, &why)) {
        return d->status;
    }
    diag_fail(d, ST_INPUT, "after-trailer", "there is more behind the last line");
    return profile_fail_line(r, "are these two files in one? give each by itself", d);
}

/* Takes the trailer's lines off the rest. */
static void cut_tail(struct file_reader *r, struct tail *tail)
{
    if (tail->from != NULL) {
        size_t n = (size_t)(r->rest.p + r->rest.n - tail->from);
        tail->lines = str_make(tail->from, n);
        r->rest = str_make(r->rest.p, r->rest.n - n);
    }
}

/* Of a source the end is looked at when it comes into sight. */
static enum status await_tail(struct file_reader *r, struct tail *tail, struct diag *d)
{
    if (r->source == NULL || tail->from != NULL) {
        return ST_OK;
    }
    TRY(profile_lines_ready(r, d));
    if (r->ended) {
        TRY(look_ahead(r, 0, tail, d));
        cut_tail(r, tail);
    }
    return ST_OK;
}

static enum status read_details(struct file_reader *r, struct tail *tail,
                                struct answer_sink sink, struct diag *d)
{
    for (;;) {
        struct answer a;
        bool more = false;
        TRY(await_tail(r, tail, d));
        if (r->said.sum.count == tail->details) {
            return ST_OK;
        }
        struct str from = r->rest;
        TRY(profile_lines_next(r, &more, d));
        if (!more) {
            return ST_OK;
        }
        enum status st = read_detail(r, &a, d);
        if (st == ST_INPUT) {
            return explain_detail(r, from, d);
        }
        TRY(st);
        TRY(add_sum(r, &a, d));
        TRY(sink.each(sink.ctx, &a, d));
    }
}

static enum status check_totals(const struct file_reader *r, struct diag *d)
{
    const struct file_said *said = &r->said;
    const char *of = r->layout->sheet ? "rows" : "lines";
    if (said->has_count && said->count != said->sum.count) {
        diag_fail(
            d, ST_INPUT, "totals", "the file says %llu payments, there are %llu %s",
            (unsigned long long)said->count, (unsigned long long)said->sum.count, of);
        return profile_fail_line(r, profile_ask_again, d);
    }
    if (said->has_total && said->total_fen != said->sum.total_fen) {
        diag_fail(d, ST_INPUT, "totals", "the file says %lld fen, its %s come to %lld",
                  (long long)said->total_fen, of, (long long)said->sum.total_fen);
        return profile_fail_line(r, profile_ask_again, d);
    }
    return ST_OK;
}

/* ---- the whole file ---- */

/* A bank that refuses all of a file says so in its first line. */
static enum status find_refusal(struct file_reader *r, struct answer_file *whole,
                                bool *refused, struct diag *d)
{
    const struct profile_answer *answer = &r->profile->answer;
    bool more = false;
    struct diag other;
    *refused = false;
    if (!r->is_answer || answer->refusal_count == 0) {
        return ST_OK;
    }
    enum status st = profile_lines_next(r, &more, &other);
    for (size_t i = 0; st == ST_OK && more && i < answer->refusal_count; i++) {
        const struct profile_refusal *refusal = &answer->refusals[i];
        if (str_starts(r->now.text, refusal->line)) {
            struct str text = refusal->text.n > 0 ? refusal->text : r->now.text;
            struct str code = refusal->line;
            size_t n = text.n < ANSWER_TEXT_MAX ? text.n : ANSWER_TEXT_MAX;
            while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80) {
                n--;
            }
            *whole = (struct answer_file){.rest = PAYMENT_REJECTED,
                                          .reason = refusal->reason};
            memcpy(whole->text, text.p, n);
            (void)str_copy(code, whole->code, sizeof whole->code);
            *refused = true;
            return ST_OK;
        }
    }
    return profile_lines_again(r, d);
}

static enum status read_body(struct file_reader *r, struct answer_sink sink,
                             struct answer_file *whole, struct diag *d)
{
    struct tail tail = {0};
    uint64_t rows = 0;
    r->said = (struct file_said){0};
    if (r->layout->sheet && r->body.trailer_count > 0) {
        TRY(count_rows(r, &rows, d));
    }
    TRY(read_header(r, d));
    if (r->source != NULL) {
        tail.details = UINT64_MAX;
    } else {
        TRY(look_ahead(r, rows, &tail, d));
        cut_tail(r, &tail);
    }
    TRY(read_details(r, &tail, sink, d));
    r->rest = tail.lines;
    for (size_t i = 0; i < r->body.trailer_count; i++) {
        TRY(read_fixed(r, &r->body.trailer[i], i + 1 == r->body.trailer_count, d));
    }
    TRY(check_totals(r, d));
    *whole = (struct answer_file){
        .count = r->said.sum.count,
        .total_fen = r->said.sum.total_fen,
        .pay_day = r->said.pay_day,
        .pay_day_line = r->said.pay_day_line,
        .pay_day_column = r->said.pay_day_column,
        .rest = r->is_answer ? r->profile->answer.absent : PAYMENT_NONE,
    };
    memcpy(whole->message_id, r->said.message_id, sizeof whole->message_id);
    return ST_OK;
}

static void use_body(struct file_reader *r, size_t variant)
{
    const struct profile_answer *answer = &r->profile->answer;
    if (r->is_answer && answer->form == ANSWER_OWN_FILE) {
        r->body = answer->body;
        return;
    }
    r->body = r->profile->variants[variant].body;
    if (r->is_answer && answer->body.detail.count > 0) {
        r->body.detail = answer->body.detail;
    }
}

/* How far a variant's header and first payment can be read: its line, or UINT64_MAX
 * when there is nothing against them. */
static enum status try_variant(struct file_reader *r, uint64_t *reached, struct diag *d)
{
    struct answer a;
    bool more = false;
    struct diag why;
    r->said = (struct file_said){0};
    TRY(profile_lines_again(r, d));
    enum status st = read_header(r, &why);
    if (st == ST_OK) {
        st = profile_lines_next(r, &more, &why);
    }
    if (st == ST_OK && more) {
        st = read_detail(r, &a, &why);
    }
    *reached = st == ST_OK ? UINT64_MAX : r->line;
    return ST_OK;
}

/* A file does not say which of the variants it is: the one that fits best is tried. */
static enum status choose_variant(struct file_reader *r, struct diag *d)
{
    uint64_t best = 0;
    size_t chosen = 0;
    bool one = r->profile->variant_count == 1 ||
               (r->is_answer && r->profile->answer.form == ANSWER_OWN_FILE);
    for (size_t i = 0; !one && i < r->profile->variant_count; i++) {
        uint64_t reached = 0;
        use_body(r, i);
        TRY(try_variant(r, &reached, d));
        if (reached > best) {
            best = reached;
            chosen = i;
        }
    }
    use_body(r, chosen);
    return profile_lines_again(r, d);
}

struct asked {
    const struct profile *profile;
    bool is_answer;
    struct str file;
    const struct payment_source *source; /* instead of file; NULL */
};

static enum status read_file(const struct asked *q, struct answer_sink sink,
                             struct answer_file *whole, struct diag *d)
{
    const struct profile *p = q->profile;
    enum status st;
    bool refused = false;
    struct file_reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return diag_memory(d);
    }
    r->profile = p;
    r->is_answer = q->is_answer;
    r->layout = q->is_answer ? &p->answer.layout : &p->layout;
    r->source = q->source;
    TRY_OUT(profile_lines_open(r, q->file, d));
    TRY_OUT(find_refusal(r, whole, &refused, d));
    if (!refused) {
        TRY_OUT(choose_variant(r, d));
        TRY_OUT(read_body(r, sink, whole, d));
    }
out:
    profile_lines_close(r);
    free(r);
    /* What a workbook's reader says has no hint for a file that came from a bank. */
    return st == ST_INPUT && d->hint[0] == '\0' ? diag_hint(d, "%s", profile_ask_again)
                                                : st;
}

enum status profile_read_order(const struct payment_format *f, struct str file,
                               struct answer_sink sink, struct answer_file *whole,
                               struct diag *d)
{
    must(f->profile != NULL);
    struct asked q = {.profile = f->profile, .file = file};
    return read_file(&q, sink, whole, d);
}

enum status profile_read_answer(const struct payment_format *f, struct str file,
                                struct answer_sink sink, struct answer_file *whole,
                                struct diag *d)
{
    must(f->profile != NULL && f->profile->answer.form != ANSWER_NONE);
    struct asked q = {.profile = f->profile, .is_answer = true, .file = file};
    return read_file(&q, sink, whole, d);
}

enum status profile_stream_answer(const struct payment_format *f,
                                  const struct payment_source *source,
                                  struct answer_sink sink, struct answer_file *whole,
                                  struct diag *d)
{
    must(f->profile != NULL && !f->profile->answer.layout.sheet);
    struct asked q = {.profile = f->profile, .is_answer = true, .source = source};
    return read_file(&q, sink, whole, d);
}
