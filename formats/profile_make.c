/* profile_make.c - a bank's answer made by its profile: slow and plain, one field after
 * the other, so that it is a second opinion on what the fast writer and the reader
 * make of the same profile. */
#include "formats/profile_make.h"

#include <string.h>

#include "base/capital.h"
#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "formats/profile_private.h"
#include "formats/profile_sheet.h"

#define FIELD_MAX 8192 /* bytes of one field */

struct maker {
    const struct profile *profile;
    const struct profile_layout *layout;
    const struct payment_head *head;
    struct charset_conv *conv;
    struct buf text;  /* of one field, in UTF-8 */
    struct buf bytes; /* the same in the file's encoding */
    struct buf *out;
    const struct made_result *results;
    size_t at; /* of the payment whose line is made */
};

static void add_fen(struct buf *out, enum profile_as as, int64_t fen)
{
    char text[CAPITAL_TEXT_CAP];
    if (as == AS_FEN) {
        buf_addf(out, "%lld", (long long)fen);
        return;
    }
    size_t n = as == AS_YUAN ? money_print(fen, text) : capital_print(fen, text);
    buf_add(out, text, n);
}

static uint64_t nth_of_account(const struct maker *m)
{
    uint64_t n = 0;
    for (size_t i = 0; i <= m->at; i++) {
        n += str_eq(m->results[i].payment->account, m->results[m->at].payment->account)
                 ? 1
                 : 0;
    }
    return n;
}

/* Texts of a payment, by their words. */
static struct str payment_text(const struct maker *m, enum profile_word w)
{
    const struct payment *p = m->results[m->at].payment;
    const struct {
        enum profile_word word;
        struct str text;
    } texts[] = {
        {WORD_ID, p->id},
        {WORD_ACCOUNT, p->account},
        {WORD_NAME, p->name},
        {WORD_BANK, p->bank.n > 0 ? p->bank : m->head->payer_bank},
        {WORD_PURPOSE, p->purpose},
        {WORD_REMARK, p->remark},
        {WORD_ID_NUMBER, p->id_number},
        {WORD_PHONE, p->phone},
        {WORD_BENEFICIARY, p->beneficiary},
        {WORD_BENEFICIARY_NUMBER, p->beneficiary_number},
        {WORD_ADDRESS, p->address},
        {WORD_UNIT, p->unit},
        {WORD_CURRENCY, m->head->currency},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].word == w) {
            return texts[i].text;
        }
    }
    return str_of("");
}

static void add_result(struct maker *m, const struct profile_field *f)
{
    const struct profile_result *result = m->results[m->at].result;
    const struct payment *p = m->results[m->at].payment;
    bool paid = result->status == PAYMENT_PAID;
    if (f->word == WORD_RESULT) {
        bool any = str_is(result->code, "*");
        buf_add_str(&m->text, any ? str_of(MADE_UNKNOWN_CODE) : result->code);
    } else if (f->word == WORD_RESULT_TEXT) {
        buf_add_str(&m->text, result->text);
    } else if (paid || !f->empty_ok) {
        add_fen(&m->text, f->as, paid ? p->amount_fen : 0);
    }
}

/* What stands in a field, in UTF-8, into m->text. */
static void field_text(struct maker *m, const struct profile_field *f)
{
    buf_clear(&m->text);
    if (f->word == WORD_TEXT) {
        struct str with = payment_text(m, f->only_with);
        bool left_out = f->only_with != WORD_TEXT && with.n == 0;
        buf_add_str(&m->text, left_out ? str_of("") : f->text);
    } else if (f->word <= WORD_SETTING) {
        profile_head_text(m->profile, f, m->head, &m->text);
    } else if (f->word == WORD_AMOUNT) {
        add_fen(&m->text, f->as, m->results[m->at].payment->amount_fen);
    } else if (f->word == WORD_NUMBER) {
        buf_addf(&m->text, "%zu", m->at + 1);
    } else if (f->word == WORD_NTH_OF_ACCOUNT) {
        buf_addf(&m->text, "%llu", (unsigned long long)nth_of_account(m));
    } else if (f->word == WORD_RESULT || f->word == WORD_RESULT_TEXT ||
               f->word == WORD_PAID_AMOUNT) {
        add_result(m, f);
    } else {
        buf_add_str(&m->text, payment_text(m, f->word));
    }
    if (m->text.len == 0 && f->word != WORD_TEXT) {
        buf_add_str(&m->text, f->when_empty);
    }
}

static void cut_text(struct maker *m, const struct profile_field *f)
{
    size_t used = 0;
    struct diag ignored;
    if (f->cut && m->bytes.len > f->bytes_max && f->word == WORD_REMARK) {
        (void)profile_short_months(m->bytes.p, &m->bytes.len, f->bytes_max);
    }
    while (f->cut && m->bytes.len > f->bytes_max && m->text.len > 0) {
        do {
            m->text.len--;
        } while (m->text.len > 0 &&
                 ((unsigned char)m->text.p[m->text.len] & 0xc0) == 0x80);
        buf_clear(&m->bytes);
        if (charset_convert(m->conv, buf_str(&m->text), true, &m->bytes, &used,
                            &ignored) != ST_OK) {
            return;
        }
    }
}

static void add_quoted(struct maker *m, const char *bad)
{
    struct str s = buf_str(&m->bytes);
    bool needed = false;
    for (size_t i = 0; i < s.n; i++) {
        needed |= strchr(bad, s.p[i]) != NULL && s.p[i] != '\0';
    }
    if (!needed) {
        buf_add_str(m->out, s);
        return;
    }
    buf_add_text(m->out, "\"");
    for (size_t i = 0; i < s.n; i++) {
        buf_add(m->out, s.p + i, 1);
        if (s.p[i] == '"') {
            buf_add(m->out, "\"", 1);
        }
    }
    buf_add_text(m->out, "\"");
}

/* The text with XML's five entities, in its place. */
static void add_entities(struct maker *m)
{
    static const char *const names[128] = {['&'] = "&amp;",
                                           ['<'] = "&lt;",
                                           ['>'] = "&gt;",
                                           ['"'] = "&quot;",
                                           ['\''] = "&apos;"};
    size_t n = m->text.len;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)m->text.p[i];
        const char *name = c < 128 ? names[c] : NULL;
        if (name != NULL) {
            buf_add_text(&m->text, name);
        } else {
            char same = (char)c;
            buf_add(&m->text, &same, 1);
        }
    }
    memmove(m->text.p, m->text.p + n, m->text.len - n);
    m->text.len -= n;
}

static enum status make_field(struct maker *m, const struct profile_field *f,
                              struct diag *d)
{
    size_t used = 0;
    field_text(m, f);
    if (m->layout->quote == QUOTE_XML && f->word != WORD_TEXT && m->text.len > 0) {
        add_entities(m);
    }
    buf_clear(&m->bytes);
    TRY(buf_check(&m->text, d));
    TRY(charset_convert(m->conv, buf_str(&m->text), true, &m->bytes, &used, d));
    cut_text(m, f);
    size_t fill = f->width > m->bytes.len ? f->width - m->bytes.len : 0;
    if (f->width > 0 && m->bytes.len > f->width) {
        return diag_fail(d, ST_INPUT, "field-too-long", "\"%.*s\" is too long",
                         (int)m->text.len, m->text.p);
    }
    for (size_t i = 0; f->right && i < fill; i++) {
        buf_add(m->out, &f->pad, 1);
    }
    if (m->layout->quote == QUOTE_CSV) {
        add_quoted(m, "\",\r\n|;\t ");
    } else {
        buf_add_str(m->out, buf_str(&m->bytes));
    }
    for (size_t i = 0; !f->right && i < fill; i++) {
        buf_add(m->out, " ", 1);
    }
    return buf_check(m->out, d);
}

static enum status make_separator(struct maker *m, struct diag *d)
{
    size_t used = 0;
    return charset_convert(m->conv, m->layout->separator, true, m->out, &used, d);
}

static void end_line(struct maker *m)
{
    buf_add_text(m->out, m->layout->crlf ? "\r\n" : "\n");
}

static enum status make_line(struct maker *m, const struct profile_line *line,
                             struct diag *d)
{
    for (size_t i = 0; i < line->count; i++) {
        if (i > 0 && !line->fields[i].joined) {
            TRY(make_separator(m, d));
        }
        TRY(make_field(m, &line->fields[i], d));
    }
    end_line(m);
    return buf_check(m->out, d);
}

static enum status make_titles(struct maker *m, const struct profile_line *line,
                               struct diag *d)
{
    for (size_t i = 0; i < line->count; i++) {
        struct profile_field title = {
            .text = line->fields[i].title, .when_empty = str_of(""), .pad = ' '};
        if (i > 0) {
            TRY(make_separator(m, d));
        }
        TRY(make_field(m, &title, d));
    }
    end_line(m);
    return buf_check(m->out, d);
}

static enum status make_lines(struct maker *m, const struct profile_body *body,
                              size_t count, struct diag *d)
{
    for (size_t i = 0; i < body->header_count; i++) {
        TRY(make_line(m, &body->header[i], d));
    }
    if (body->column_names) {
        TRY(make_titles(m, &body->detail, d));
    }
    for (m->at = 0; m->at < count; m->at++) {
        TRY(make_line(m, &body->detail, d));
    }
    m->at = 0;
    for (size_t i = 0; i < body->trailer_count; i++) {
        TRY(make_line(m, &body->trailer[i], d));
    }
    if (!m->layout->last_line_end && m->out->len > 0) {
        m->out->len -= m->layout->crlf ? 2 : 1;
    }
    return ST_OK;
}

static enum status make_answer(const struct profile *p, const struct payment_head *head,
                               const struct profile_layout *layout,
                               const struct made_result *results, size_t count,
                               struct buf *out, struct diag *d)
{
    const struct profile_answer *a = &p->answer;
    must(a->form != ANSWER_NONE && count > 0);
    must(head->variant < p->variant_count);
    struct profile_body body = a->body;
    if (a->form == ANSWER_SAME_FILE) {
        body = p->variants[head->variant].body;
        body.detail = a->body.detail.count > 0 ? a->body.detail : body.detail;
    }
    struct maker m = {
        .profile = p, .layout = layout, .head = head, .out = out, .results = results};
    enum status st;
    buf_init(&m.text, FIELD_MAX);
    buf_init(&m.bytes, FIELD_MAX);
    TRY_OUT(charset_conv_new(&m.conv, CHARSET_UTF8, layout->charset, d));
    TRY_OUT(make_lines(&m, &body, count, d));
out:
    charset_conv_free(m.conv);
    buf_release(&m.text);
    buf_release(&m.bytes);
    return st;
}

#define SHEET_LINES_MAX ((size_t)256 * 1024 * 1024)

enum status profile_make_sheet(const struct payment_head *head, struct str lines,
                               struct buf *out, struct diag *d)
{
    struct profile_sheet *s = NULL;
    enum status st = profile_sheet_new(&s, head, d);
    if (st == ST_OK) {
        st = profile_sheet_lines(s, NULL, lines, d);
    }
    if (st == ST_OK) {
        st = profile_sheet_end(s, out, d);
    }
    profile_sheet_free(s);
    return st;
}

enum status profile_make_answer(const struct profile *p,
                                const struct payment_head *head,
                                const struct made_result *results, size_t count,
                                struct buf *out, struct diag *d)
{
    const struct profile_layout *layout = &p->answer.layout;
    if (!layout->sheet) {
        return make_answer(p, head, layout, results, count, out, d);
    }
    struct buf lines;
    struct profile_layout text = profile_sheet_text(layout);
    buf_init(&lines, SHEET_LINES_MAX);
    enum status st = make_answer(p, head, &text, results, count, &lines, d);
    if (st == ST_OK) {
        st = profile_make_sheet(head, buf_str(&lines), out, d);
    }
    buf_release(&lines);
    return st;
}
