/* pipe.c - bank text files cut on "|", written, and the bank's answer, read.
 *
 * What a bank's layout is lies in const tables (struct pipe_profile); the code below
 * them knows no bank. It must never cut or replace text: what does not fit or cannot be
 * written in the file's encoding is an error that names the payment. The bytes are in
 * docs/formats/bank-text.md.
 *
 * A trail byte of GBK may be 0x7C, the "|": so an answer's line is turned into UTF-8
 * first and cut afterwards. */
#include "formats/pipe.h"

#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "base/money.h"
#include "base/must.h"
#include "base/text.h"

#define CNAPS_LEN 12
#define BANK_CLASS_LEN 3 /* the first digits of a CNAPS code name the bank */
#define COLUMNS_MAX 10
#define ANSWER_LINE_MAX 1024 /* bytes, line end included; real ones have below 300 */

enum pipe_column {
    COL_ID,
    COL_ACCOUNT,
    COL_NAME,
    COL_BANK,
    COL_BANK_NAME, /* always empty: the code says it */
    COL_AMOUNT,
    COL_SUMMARY,
    COL_REMARK,
    COL_CODE, /* of the answer: what became of it */
    COL_TEXT  /* of the answer: the bank's words, not kept */
};

struct pipe_field {
    enum pipe_column column;
    size_t bytes_max; /* in the file's encoding */
};

struct pipe_code {
    char code[8];
    enum payment_status status;
    enum payment_reason reason;
};

/* One bank's layout. */
struct pipe_profile {
    enum charset charset;
    char separator;
    const char *line_end;
    const char *mark;      /* the last line; without it a file is not whole */
    const char *head_word; /* first of the head line: word, count, total in fen */
    bool same_bank;        /* payees of another bank class are refused */
    size_t field_count;
    struct pipe_field fields[COLUMNS_MAX];
    const char *answer_head_word;
    size_t answer_column_count;
    enum pipe_column answer_columns[COLUMNS_MAX];
    const struct pipe_code *codes;
    size_t code_count;
};

/* ---- the layouts ---- */

static const struct pipe_code trailer_codes[] = {
    {"0000", PAYMENT_PAID, REASON_NONE},
    {"9999", PAYMENT_PENDING, REASON_NONE},
    {"1001", PAYMENT_REJECTED, REASON_NAME_MISMATCH},
    {"1002", PAYMENT_REJECTED, REASON_ACCOUNT_INVALID},
    {"1003", PAYMENT_REJECTED, REASON_ACCOUNT_CLOSED},
    {"1004", PAYMENT_REJECTED, REASON_ACCOUNT_BLOCKED},
    {"1005", PAYMENT_REJECTED, REASON_ACCOUNT_KIND},
    {"1006", PAYMENT_REJECTED, REASON_BANK_CODE},
    {"1007", PAYMENT_REJECTED, REASON_AMOUNT_LIMIT},
    {"1008", PAYMENT_REJECTED, REASON_FUNDS},
    {"1009", PAYMENT_REJECTED, REASON_DUPLICATE},
    {"1010", PAYMENT_REJECTED, REASON_HOLDER_DEAD},
    {"1099", PAYMENT_REJECTED, REASON_OTHER},
    {"2001", PAYMENT_RETURNED, REASON_NAME_MISMATCH},
    {"2002", PAYMENT_RETURNED, REASON_ACCOUNT_INVALID},
    {"2003", PAYMENT_RETURNED, REASON_ACCOUNT_CLOSED},
    {"2004", PAYMENT_RETURNED, REASON_ACCOUNT_BLOCKED},
    {"2005", PAYMENT_RETURNED, REASON_ACCOUNT_KIND},
    {"2006", PAYMENT_RETURNED, REASON_BANK_CODE},
    {"2007", PAYMENT_RETURNED, REASON_AMOUNT_LIMIT},
    {"2008", PAYMENT_RETURNED, REASON_FUNDS},
    {"2009", PAYMENT_RETURNED, REASON_DUPLICATE},
    {"2010", PAYMENT_RETURNED, REASON_HOLDER_DEAD},
    {"2099", PAYMENT_RETURNED, REASON_OTHER},
};

/* What both layouts share. */
#define TRAILER_COMMON                                                                 \
    .charset = CHARSET_GBK, .separator = '|', .line_end = "\r\n", .mark = "########",  \
    .answer_head_word = "R", .answer_column_count = 6,                                 \
    .answer_columns = {COL_ID, COL_ACCOUNT, COL_NAME, COL_AMOUNT, COL_CODE, COL_TEXT}, \
    .codes = trailer_codes,                                                            \
    .code_count = sizeof trailer_codes / sizeof trailer_codes[0]

static const struct pipe_profile same_bank_profile = {
    TRAILER_COMMON,
    .head_word = "P",
    .same_bank = true,
    .field_count = 6,
    .fields = {{COL_ID, PAYMENT_ID_MAX},
               {COL_ACCOUNT, 34},
               {COL_NAME, 60},
               {COL_AMOUNT, 18},
               {COL_SUMMARY, 40},
               {COL_REMARK, 40}},
};

static const struct pipe_profile other_bank_profile = {
    TRAILER_COMMON,
    .head_word = "PO",
    .same_bank = false,
    .field_count = 8,
    .fields = {{COL_ID, PAYMENT_ID_MAX},
               {COL_ACCOUNT, 34},
               {COL_NAME, 60},
               {COL_BANK, CNAPS_LEN},
               {COL_BANK_NAME, 0},
               {COL_AMOUNT, 18},
               {COL_SUMMARY, 40},
               {COL_REMARK, 40}},
};

static const char *const column_names[] = {
    [COL_ID] = "the serial number",
    [COL_ACCOUNT] = "the account",
    [COL_NAME] = "the account holder's name",
    [COL_BANK] = "the bank code",
    [COL_BANK_NAME] = "the bank's name",
    [COL_AMOUNT] = "the amount",
    [COL_SUMMARY] = "the purpose",
    [COL_REMARK] = "the remark",
    [COL_CODE] = "the result code",
    [COL_TEXT] = "the result text",
};

/* ---- writing ---- */

#define MEMO_MAX 128

/* The text converted last, which in most files is that of the next line as well. */
struct memo {
    size_t from_n;
    size_t to_n;
    char from[MEMO_MAX];
    char to[MEMO_MAX];
};

struct payment_writer {
    const struct pipe_profile *profile;
    struct payment_tally tally;
    struct charset_conv *conv;
    char payer_bank[CNAPS_LEN];
    struct memo summary;
};

static void writer_free(struct payment_writer *w)
{
    if (w != NULL) {
        charset_conv_free(w->conv);
        free(w);
    }
}

static enum status writer_open(const struct pipe_profile *profile,
                               struct payment_writer **out_writer,
                               const struct payment_head *head, struct buf *out,
                               struct diag *d)
{
    TRY(payment_head_check(head, d));
    must(profile->field_count <= COLUMNS_MAX);
    must(head->payer_bank.n == CNAPS_LEN);
    struct payment_writer *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return diag_memory(d);
    }
    w->profile = profile;
    payment_tally_init(&w->tally, head);
    memcpy(w->payer_bank, head->payer_bank.p, CNAPS_LEN);
    enum status st;
    TRY_OUT(charset_conv_new(&w->conv, CHARSET_UTF8, profile->charset, d));
    buf_addf(out, "%s%c%llu%c%lld%s", profile->head_word, profile->separator,
             (unsigned long long)head->count, profile->separator,
             (long long)head->total_fen, profile->line_end);
    TRY_OUT(buf_check(out, d));
    *out_writer = w;
    return ST_OK;
out:
    writer_free(w);
    return st;
}

static bool is_ascii(struct str s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.n; i++) {
        all |= (unsigned char)s.p[i];
    }
    return all < 0x80;
}

/* A field holds neither the separator nor what could end its line. */
enum { CONTROL = 1, NOT_ASCII = 2 };

#define X16(v) v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v
static const uint8_t field_bytes[256] = {
    /* From 0x00, at 0x7f, and from 0x80. */
    X16(CONTROL),   X16(CONTROL),   [0x7f] = CONTROL, X16(NOT_ASCII),
    X16(NOT_ASCII), X16(NOT_ASCII), X16(NOT_ASCII),   X16(NOT_ASCII),
    X16(NOT_ASCII), X16(NOT_ASCII), X16(NOT_ASCII),
};

static bool is_clean(struct str s, char separator, bool *ascii)
{
    uint8_t all = 0;
    for (size_t i = 0; i < s.n; i++) {
        all |= field_bytes[(uint8_t)s.p[i]];
    }
    *ascii = (all & NOT_ASCII) == 0;
    return (all & CONTROL) == 0 && (s.n == 0 || memchr(s.p, separator, s.n) == NULL);
}

/* The character at `at` of valid UTF-8. */
static uint32_t character_at(struct str s, size_t at)
{
    const uint8_t *p = (const uint8_t *)s.p + at;
    size_t tails = p[0] < 0x80 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
    uint32_t c = tails == 0 ? p[0] : p[0] & (0x3fu >> tails);
    for (size_t i = 1; i <= tails; i++) {
        c = c << 6 | (p[i] & 0x3fu);
    }
    return c;
}

static enum status not_encodable(const struct payment_writer *w,
                                 const struct payment *p, enum pipe_column column,
                                 uint32_t character, struct diag *d)
{
    const char *encoding = charset_name(w->profile->charset);
    payment_fail(d, p, "charset-gbk", "%s of payment %.*s has U+%04X, which %s lacks",
                 column_names[column], STR_ARG(p->id), (unsigned)character, encoding);
    if (column != COL_NAME) {
        return diag_hint(d, "write %s without it", column_names[column]);
    }
    return diag_hint(d,
                     "ask the bank for its registered form of the name, or send with "
                     "pain.001.001.09");
}

static bool memo_use(const struct memo *m, struct str s, struct buf *out)
{
    if (m->from_n != s.n || memcmp(m->from, s.p, s.n) != 0) {
        return false;
    }
    buf_add(out, m->to, m->to_n);
    return true;
}

static void memo_keep(struct memo *m, struct str from, struct str to)
{
    if (from.n <= MEMO_MAX && to.n <= MEMO_MAX) {
        memcpy(m->from, from.p, from.n);
        memcpy(m->to, to.p, to.n);
        m->from_n = from.n;
        m->to_n = to.n;
    }
}

/* Appends s, which is not ASCII, in the file's encoding. */
static enum status add_converted(struct payment_writer *w, const struct payment *p,
                                 enum pipe_column column, struct str s, struct buf *out,
                                 struct diag *d)
{
    struct memo *memo = column == COL_SUMMARY ? &w->summary : NULL;
    if (memo != NULL && memo_use(memo, s, out)) {
        return buf_check(out, d);
    }
    if (!text_utf8_valid(s, NULL)) {
        return payment_fail(d, p, "charset", "%s is not UTF-8", column_names[column]);
    }
    size_t used = 0;
    size_t before = out->len;
    enum status st = charset_convert(w->conv, s, true, out, &used, d);
    if (st == ST_INPUT) {
        must(used < s.n);
        return not_encodable(w, p, column, character_at(s, used), d);
    }
    if (st == ST_OK && memo != NULL) {
        memo_keep(memo, s, str_make(out->p + before, out->len - before));
    }
    return st;
}

static struct str column_text(const struct payment_writer *w, const struct payment *p,
                              enum pipe_column column)
{
    switch (column) {
    case COL_ID:
        return p->id;
    case COL_ACCOUNT:
        return p->account;
    case COL_NAME:
        return p->name;
    case COL_BANK:
        return p->bank.n > 0 ? p->bank : str_make(w->payer_bank, CNAPS_LEN);
    case COL_SUMMARY:
        return p->purpose;
    case COL_REMARK:
        return p->remark;
    case COL_BANK_NAME:
    case COL_AMOUNT:
    case COL_CODE:
    case COL_TEXT:
        break;
    }
    return (struct str){0};
}

static enum status add_field(struct payment_writer *w, const struct payment *p,
                             const struct pipe_field *field, struct buf *out,
                             struct diag *d)
{
    const char *what = column_names[field->column];
    struct str s = column_text(w, p, field->column);
    bool ascii = true;
    if (!is_clean(s, w->profile->separator, &ascii)) {
        payment_fail(d, p, "field-character", "%s holds \"%c\" or a control character",
                     what, w->profile->separator);
        return diag_hint(d, "correct %s at its source", what);
    }
    size_t before = out->len;
    if (ascii) {
        buf_add_str(out, s);
    } else {
        TRY(add_converted(w, p, field->column, s, out, d));
    }
    size_t bytes = out->len - before;
    if (bytes > field->bytes_max) {
        payment_fail(d, p, "field-too-long",
                     "%s has %zu bytes in %s, the bank takes %zu", what, bytes,
                     charset_name(w->profile->charset), field->bytes_max);
        return diag_hint(d, "a Han character takes two bytes; shorten %s", what);
    }
    return ST_OK;
}

/* Above zero, as payment_check knows. printf takes longer than the rest of the line. */
static void add_fen(struct buf *out, int64_t fen)
{
    char digits[20];
    size_t at = sizeof digits;
    for (; fen > 0; fen /= 10) {
        digits[--at] = (char)('0' + fen % 10);
    }
    buf_add(out, digits + at, sizeof digits - at);
}

static enum status add_fields(struct payment_writer *w, const struct payment *p,
                              struct buf *out, struct diag *d)
{
    const struct pipe_profile *profile = w->profile;
    for (size_t i = 0; i < profile->field_count; i++) {
        if (i > 0) {
            buf_add(out, &profile->separator, 1);
        }
        if (profile->fields[i].column == COL_AMOUNT) {
            add_fen(out, p->amount_fen);
        } else {
            TRY(add_field(w, p, &profile->fields[i], out, d));
        }
    }
    buf_add_text(out, profile->line_end);
    return buf_check(out, d);
}

static enum status check_same_bank(const struct payment_writer *w,
                                   const struct payment *p, struct diag *d)
{
    if (!w->profile->same_bank || p->bank.n == 0 ||
        memcmp(p->bank.p, w->payer_bank, BANK_CLASS_LEN) == 0) {
        return ST_OK;
    }
    payment_fail(d, p, "other-bank",
                 "bank %.*s is not the payer's bank, whose code is %.*s",
                 STR_ARG(p->bank), CNAPS_LEN, w->payer_bank);
    return diag_hint(d, "send payments to other banks with pipe-trailer-outer");
}

static enum status writer_add(struct payment_writer *w, const struct payment *p,
                              struct buf *out, struct diag *d)
{
    TRY(payment_check(p, d));
    TRY(check_same_bank(w, p, d));
    size_t before = out->len;
    enum status st = add_fields(w, p, out, d);
    if (st != ST_OK) {
        out->len = before;
        return st;
    }
    return payment_tally_add(&w->tally, p, d);
}

static enum status writer_close(struct payment_writer *w, struct buf *out,
                                struct diag *d)
{
    enum status st;
    TRY_OUT(payment_tally_check(&w->tally, d));
    buf_add_text(out, w->profile->mark);
    buf_add_text(out, w->profile->line_end);
    st = buf_check(out, d);
out:
    writer_free(w);
    return st;
}

/* ---- reading the answer ---- */

struct answer_reader {
    const struct pipe_profile *profile;
    struct str rest; /* of the file */
    uint64_t line;   /* of the line read last, from 1 */
    struct charset_conv *conv;
    struct buf utf8; /* of that line, when it is not ASCII */
    struct answer_totals head;
    struct answer_totals sum;
};

/* A line cut into fields, all borrowed from it. */
struct cut {
    size_t count;
    struct str fields[COLUMNS_MAX];
};

static enum status fail_line(const struct answer_reader *r, const char *hint,
                             struct diag *d)
{
    diag_hint(d, "%s", hint);
    return diag_where(d, "line %llu", (unsigned long long)r->line);
}

static const char ask_again[] = "fetch the file from the bank again; do not mend it";

/* Says at which character of the line the text `at` begins. */
static enum status fail_at(const struct answer_reader *r, const struct cut *cut,
                           struct str at, struct diag *d)
{
    const char *line = cut->fields[0].p;
    size_t column = text_utf8_count(str_make(line, (size_t)(at.p - line))) + 1;
    diag_hint(d, "%s", ask_again);
    return diag_where(d, "line %llu, column %zu", (unsigned long long)r->line, column);
}

static enum status read_utf8(struct answer_reader *r, struct str raw, struct str *out,
                             struct diag *d)
{
    if (is_ascii(raw)) {
        *out = raw;
        return ST_OK;
    }
    buf_clear(&r->utf8);
    size_t used = 0;
    enum status st = charset_convert(r->conv, raw, true, &r->utf8, &used, d);
    if (st == ST_INPUT) {
        size_t column = text_utf8_count(buf_str(&r->utf8)) + 1;
        diag_fail(d, ST_INPUT, "charset", "a byte that is not %s",
                  charset_name(r->profile->charset));
        diag_hint(d, "%s", ask_again);
        return diag_where(d, "line %llu, column %zu", (unsigned long long)r->line,
                          column);
    }
    *out = buf_str(&r->utf8);
    return st;
}

static enum status truncated(const struct answer_reader *r, struct diag *d)
{
    diag_fail(d, ST_INPUT, "truncated", "the file ends without its last line \"%s\"",
              r->profile->mark);
    return fail_line(r, "the file was cut on its way; fetch it from the bank again", d);
}

static bool is_mark(const struct answer_reader *r, struct str raw)
{
    return str_is(raw, r->profile->mark);
}

/* The next line without its end, as it is in the file. */
static enum status next_raw(struct answer_reader *r, struct str *out, struct diag *d)
{
    if (r->rest.n == 0) {
        return truncated(r, d);
    }
    r->line++;
    size_t look = r->rest.n < ANSWER_LINE_MAX ? r->rest.n : ANSWER_LINE_MAX;
    const char *end = memchr(r->rest.p, '\n', look);
    if (end == NULL && r->rest.n > ANSWER_LINE_MAX) {
        diag_fail(d, ST_INPUT, "line-too-long", "a line of more than %d bytes",
                  ANSWER_LINE_MAX);
        return fail_line(r, "is this the bank's answer file?", d);
    }
    size_t n = end == NULL ? r->rest.n : (size_t)(end - r->rest.p);
    struct str raw = str_make(r->rest.p, n);
    size_t taken = end == NULL ? n : n + 1;
    r->rest = str_make(r->rest.p + taken, r->rest.n - taken);
    if (raw.n > 0 && raw.p[raw.n - 1] == '\r') {
        raw.n--;
    }
    /* Only the mark may lack its line end: any other such line has been cut. */
    if (end == NULL && !is_mark(r, raw)) {
        return truncated(r, d);
    }
    *out = raw;
    return ST_OK;
}

/* Cuts at the separator; fields beyond the array are counted, not kept. */
static void cut_line(struct str line, char separator, struct cut *out)
{
    out->count = 0;
    const char *from = line.p;
    const char *end = line.p + line.n;
    for (;;) {
        const char *to =
            from < end ? memchr(from, separator, (size_t)(end - from)) : NULL;
        const char *stop = to == NULL ? end : to;
        if (out->count < COLUMNS_MAX) {
            out->fields[out->count] = str_make(from, (size_t)(stop - from));
        }
        out->count++;
        if (to == NULL) {
            return;
        }
        from = to + 1;
    }
}

static enum status line_to_fields(struct answer_reader *r, struct str raw,
                                  struct cut *cut, struct diag *d)
{
    struct str line;
    TRY(read_utf8(r, raw, &line, d));
    if (text_has_control(line)) {
        diag_fail(d, ST_INPUT, "control-character", "the line has a control character");
        return fail_line(r, ask_again, d);
    }
    cut_line(line, r->profile->separator, cut);
    return ST_OK;
}

static enum status read_head(struct answer_reader *r, struct diag *d)
{
    struct str raw;
    TRY(next_raw(r, &raw, d));
    struct cut cut;
    TRY(line_to_fields(r, raw, &cut, d));
    uint64_t total = 0;
    if (cut.count != 3 || !str_is(cut.fields[0], r->profile->answer_head_word) ||
        !text_u64(cut.fields[1], 0, UINT64_MAX, &r->head.count) ||
        !text_u64(cut.fields[2], 0, INT64_MAX, &total)) {
        diag_fail(
            d, ST_INPUT, "head", "the first line is not \"%s%ccount%ctotal in fen\"",
            r->profile->answer_head_word, r->profile->separator, r->profile->separator);
        bool ours = str_is(cut.fields[0], same_bank_profile.head_word) ||
                    str_is(cut.fields[0], other_bank_profile.head_word);
        return fail_line(r,
                         ours ? "this is the file sent, not the bank's answer to it"
                              : "is this the bank's answer file?",
                         d);
    }
    r->head.total_fen = (int64_t)total;
    return ST_OK;
}

static const struct pipe_code *find_code(const struct pipe_profile *profile,
                                         struct str code)
{
    for (size_t i = 0; i < profile->code_count; i++) {
        if (str_is(code, profile->codes[i].code)) {
            return &profile->codes[i];
        }
    }
    return NULL;
}

static enum status read_amount(const struct answer_reader *r, const struct cut *cut,
                               struct str s, struct answer *a, struct diag *d)
{
    uint64_t fen = 0;
    if (!text_u64(s, 1, INT64_MAX, &fen)) {
        diag_fail(d, ST_INPUT, "amount", "\"%.*s\" is not an amount in fen",
                  STR_ARG(s));
        return fail_at(r, cut, s, d);
    }
    a->amount_fen = (int64_t)fen;
    return ST_OK;
}

static enum status read_code(const struct answer_reader *r, const struct cut *cut,
                             struct str s, struct answer *a, struct diag *d)
{
    const struct pipe_code *code = find_code(r->profile, s);
    if (code == NULL) {
        diag_fail(d, ST_INPUT, "unknown-code", "result code \"%.*s\" is not known",
                  STR_ARG(s));
        fail_at(r, cut, s, d);
        return diag_hint(d,
                         "ask the bank what it means; it must be added to the profile");
    }
    a->code = s;
    a->status = code->status;
    a->reason = code->reason;
    return ST_OK;
}

static enum status read_column(const struct answer_reader *r, const struct cut *cut,
                               size_t i, struct answer *a, struct diag *d)
{
    enum pipe_column column = r->profile->answer_columns[i];
    struct str s = cut->fields[i];
    switch (column) {
    case COL_ID:
        if (s.n == 0 || s.n > PAYMENT_ID_MAX) {
            diag_fail(d, ST_INPUT, "serial", "the serial number is not 1 to %d bytes",
                      PAYMENT_ID_MAX);
            return fail_at(r, cut, s, d);
        }
        a->id = s;
        break;
    case COL_AMOUNT:
        return read_amount(r, cut, s, a, d);
    case COL_CODE:
        return read_code(r, cut, s, a, d);
    case COL_ACCOUNT:
        a->account = s;
        break;
    case COL_NAME:
        a->name = s;
        break;
    case COL_BANK:
    case COL_BANK_NAME:
    case COL_SUMMARY:
    case COL_REMARK:
    case COL_TEXT:
        break;
    }
    return ST_OK;
}

static enum status read_answer_line(struct answer_reader *r, struct str raw,
                                    struct answer *a, struct diag *d)
{
    struct cut cut;
    TRY(line_to_fields(r, raw, &cut, d));
    if (cut.count != r->profile->answer_column_count) {
        diag_fail(d, ST_INPUT, "fields", "%zu fields where there should be %zu",
                  cut.count, r->profile->answer_column_count);
        return fail_line(r, ask_again, d);
    }
    *a = (struct answer){.line = r->line};
    for (size_t i = 0; i < cut.count; i++) {
        TRY(read_column(r, &cut, i, a, d));
    }
    r->sum.count++;
    if (!money_add(r->sum.total_fen, a->amount_fen, &r->sum.total_fen)) {
        diag_fail(d, ST_INPUT, "totals", "the sum of the amounts is too large");
        return fail_line(r, ask_again, d);
    }
    return ST_OK;
}

static enum status check_end(const struct answer_reader *r, struct diag *d)
{
    if (r->rest.n > 0) {
        diag_fail(d, ST_INPUT, "after-trailer", "%zu bytes follow the last line \"%s\"",
                  r->rest.n, r->profile->mark);
        return fail_line(r, "are these two files in one? give each by itself", d);
    }
    if (r->sum.count != r->head.count || r->sum.total_fen != r->head.total_fen) {
        diag_fail(
            d, ST_INPUT, "totals",
            "the first line says %llu lines and %lld fen, there are %llu lines and "
            "%lld fen",
            (unsigned long long)r->head.count, (long long)r->head.total_fen,
            (unsigned long long)r->sum.count, (long long)r->sum.total_fen);
        return fail_line(r, ask_again, d);
    }
    return ST_OK;
}

static enum status read_all(struct answer_reader *r,
                            enum status (*each)(void *ctx, const struct answer *a,
                                                struct diag *d),
                            void *ctx, struct diag *d)
{
    TRY(read_head(r, d));
    for (;;) {
        struct str raw;
        TRY(next_raw(r, &raw, d));
        if (is_mark(r, raw)) {
            return check_end(r, d);
        }
        struct answer a;
        TRY(read_answer_line(r, raw, &a, d));
        TRY(each(ctx, &a, d));
    }
}

static enum status read_answer(struct str file,
                               enum status (*each)(void *ctx, const struct answer *a,
                                                   struct diag *d),
                               void *ctx, struct answer_totals *totals, struct diag *d)
{
    if (file.n == 0) {
        diag_fail(d, ST_INPUT, "empty-file", "the file is empty");
        return diag_hint(d, "%s", ask_again);
    }
    /* The answers to both files are alike. */
    struct answer_reader r = {.profile = &same_bank_profile, .rest = file};
    must(r.profile->answer_column_count <= COLUMNS_MAX);
    buf_init(&r.utf8, (size_t)4 * ANSWER_LINE_MAX);
    enum status st;
    TRY_OUT(charset_conv_new(&r.conv, r.profile->charset, CHARSET_UTF8, d));
    TRY_OUT(read_all(&r, each, ctx, d));
    *totals = r.sum;
out:
    charset_conv_free(r.conv);
    buf_release(&r.utf8);
    return st;
}

/* ---- the formats ---- */

static enum status same_bank_open(struct payment_writer **w,
                                  const struct payment_head *head, struct buf *out,
                                  struct diag *d)
{
    return writer_open(&same_bank_profile, w, head, out, d);
}

static enum status other_bank_open(struct payment_writer **w,
                                   const struct payment_head *head, struct buf *out,
                                   struct diag *d)
{
    return writer_open(&other_bank_profile, w, head, out, d);
}

const struct payment_format pipe_same_bank = {
    .name = "pipe-trailer",
    .extension = "txt",
    .title_zh = "代发文本（本行，竖线分隔，GBK）",
    .open = same_bank_open,
    .add = writer_add,
    .close = writer_close,
    .abandon = writer_free,
    .read_answer = read_answer,
};

const struct payment_format pipe_other_bank = {
    .name = "pipe-trailer-outer",
    .extension = "txt",
    .title_zh = "代发文本（跨行，竖线分隔，GBK）",
    .open = other_bank_open,
    .add = writer_add,
    .close = writer_close,
    .abandon = writer_free,
    .read_answer = read_answer,
};
