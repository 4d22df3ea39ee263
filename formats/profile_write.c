/* profile_write.c - writes text files as a profile says. At the opening all lines are
 * compiled: header and trailer to bytes, the detail to a few steps, each the bytes of
 * literals and separators up to the next value, or a value. A line is then made of
 * these without printf and without memory of its own.
 *
 * It must never cut or replace text (but where the profile says `cut`): what does not
 * fit or cannot be written in the file's encoding is an error that names the payment.
 * The bytes of the shipped layouts are in tests/golden/profile-*.txt. */
#include "formats/profile_private.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/capital.h"
#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "formats/profile_nth.h"

#define LINE_BYTES_MAX ((size_t)1024 * 1024) /* of header or trailer */
#define STEPS_MAX (2 * PROFILE_FIELDS_MAX + 1)
#define MEMO_MAX 128
#define NUMBER_CAP 24

/* The text converted last, which in most files is that of the next line as well. */
struct memo {
    size_t from_n;
    size_t to_n;
    char from[MEMO_MAX];
    char to[MEMO_MAX];
};

enum step_kind {
    STEP_BYTES,  /* literals, separators, words of the head */
    STEP_GIVEN,  /* a literal that stands only beside a text */
    STEP_TEXT,   /* of the payment */
    STEP_TOKEN,  /* a text that payment_check has seen: no separator, no quoting */
    STEP_AMOUNT, /* in fen or yuan */
    STEP_CAPITAL,
    STEP_NUMBER,
    STEP_NTH
};

struct step {
    enum step_kind kind;
    const struct profile_field *field;
    size_t from; /* of STEP_BYTES and STEP_GIVEN: in the writer's bytes */
    size_t n;
    size_t at;         /* of texts, and what STEP_GIVEN asks: in struct payment */
    struct memo *memo; /* of texts that are alike in many lines; else NULL */
};

struct payment_writer {
    const struct profile *profile;
    const struct profile_variant *variant;
    struct payment_tally tally;
    struct charset_conv *conv;
    uint8_t class[256]; /* of the bytes of UTF-8: see below */
    char payer_bank[PROFILE_CNAPS_LEN];
    size_t step_count;
    struct step steps[STEPS_MAX];
    struct buf bytes;   /* what the steps write */
    struct buf trailer; /* in the file's encoding */
    struct buf scratch;
    struct nth *nth; /* NULL without nth-of-account */
    bool begun;      /* a line has been written */
    size_t memo_count;
    struct memo memos[PROFILE_FIELDS_MAX];
};

void profile_text_abandon(struct payment_writer *w)
{
    if (w != NULL) {
        charset_conv_free(w->conv);
        nth_free(w->nth);
        buf_release(&w->bytes);
        buf_release(&w->trailer);
        buf_release(&w->scratch);
        free(w);
    }
}

/* ---- failures ---- */

/* For messages: what a field holds. */
static const char *field_name(enum profile_word word)
{
    static const char *const names[] = {
        [WORD_COUNT] = "the count",
        [WORD_TOTAL] = "the total",
        [WORD_PAYER_NAME] = "the payer's name",
        [WORD_FILE_NUMBER] = "the number of the file",
        [WORD_NUMBER] = "the number of the line",
        [WORD_ID] = "the serial number",
        [WORD_ACCOUNT] = "the account",
        [WORD_NAME] = "the account holder's name",
        [WORD_BANK] = "the bank code",
        [WORD_AMOUNT] = "the amount",
        [WORD_PURPOSE] = "the purpose",
        [WORD_REMARK] = "the remark",
        [WORD_ID_NUMBER] = "the ID number",
        [WORD_PHONE] = "the telephone number",
        [WORD_BENEFICIARY] = "the beneficiary's name",
        [WORD_BENEFICIARY_NUMBER] = "the beneficiary's ID number",
        [WORD_ADDRESS] = "the address",
        [WORD_UNIT] = "the village",
    };
    const char *name = word < PROFILE_COUNT_OF(names) ? names[word] : NULL;
    return name != NULL ? name : profile_word_name(word);
}

/* p: NULL for a field of the head. d has code, what and hint already. */
static enum status at_payment(const struct payment *p, struct diag *d)
{
    return p != NULL ? diag_where(d, "payment %.*s", STR_ARG(p->id))
                     : diag_where(d, "the head of the file");
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
                                 const struct payment *p, enum profile_word word,
                                 uint32_t character, struct diag *d)
{
    enum charset charset = w->profile->layout.charset;
    const char *what = field_name(word);
    struct str id = p != NULL ? p->id : str_of("");
    diag_fail(d, ST_INPUT, charset == CHARSET_GBK ? "charset-gbk" : "charset",
              "%s%s%.*s has U+%04X, which %s lacks", what,
              p != NULL ? " of payment " : "", STR_ARG(id), (unsigned)character,
              charset_name(charset));
    at_payment(p, d);
    if (word != WORD_NAME) {
        return diag_hint(d, "write %s without it", what);
    }
    return diag_hint(d,
                     "ask the bank for its registered form of the name, or send with "
                     "pain.001.001.09");
}

static enum status bad_character(const struct payment_writer *w,
                                 const struct payment *p, enum profile_word word,
                                 struct diag *d)
{
    const struct profile_layout *l = &w->profile->layout;
    const char *what = field_name(word);
    if (l->cut == CUT_BY_TEXT) {
        diag_fail(d, ST_INPUT, "field-character",
                  "%s holds \"%s\" or a control character", what, l->separator.p);
    } else if (l->cut == CUT_NOT) {
        diag_fail(d, ST_INPUT, "field-character", "%s holds a control character", what);
    } else {
        diag_fail(d, ST_INPUT, "field-character",
                  "%s holds a control character, or a blank where none can stand",
                  what);
    }
    at_payment(p, d);
    return diag_hint(d, "correct %s at its source", what);
}

static enum status too_long(const struct payment_writer *w, const struct payment *p,
                            const struct profile_field *f, size_t bytes, struct diag *d)
{
    const char *what = field_name(f->word);
    enum charset charset = w->profile->layout.charset;
    diag_fail(d, ST_INPUT, "field-too-long",
              "%s has %zu bytes in %s, the bank takes %u", what, bytes,
              charset_name(charset), (unsigned)f->bytes_max);
    at_payment(p, d);
    if (f->word == WORD_NUMBER || f->word == WORD_COUNT) {
        return diag_hint(d, "say in the profile how many payments a file takes: "
                            "`rows-per-file: N`");
    }
    return diag_hint(d, "a Han character takes %s bytes; shorten %s",
                     charset == CHARSET_UTF8 ? "three" : "two", what);
}

static enum status is_empty(const struct payment *p, const struct profile_field *f,
                            struct diag *d)
{
    const char *what = field_name(f->word);
    diag_fail(d, ST_INPUT, "field-empty", "%s is empty, and the bank wants it", what);
    at_payment(p, d);
    return diag_hint(d, "add %s where it is kept, or leave the payment out", what);
}

/* ---- characters ---- */

/* SPECIAL: the separator's first byte, or what its quoting changes. */
enum { CONTROL = 1, HIGH = 2, SPECIAL = 4, BLANK = 8 };

static void make_classes(struct payment_writer *w)
{
    const struct profile_layout *l = &w->profile->layout;
    for (size_t c = 0; c < 256; c++) {
        w->class[c] = c < 0x20 || c == 0x7f ? CONTROL : c >= 0x80 ? HIGH : 0;
    }
    if (l->cut == CUT_BY_TEXT) {
        w->class[(uint8_t)l->separator.p[0]] |= SPECIAL;
    }
    if (l->quote == QUOTE_CSV) {
        w->class['"'] |= SPECIAL;
    }
    for (const char *x = "&<>\"'"; l->quote == QUOTE_XML && *x != '\0'; x++) {
        w->class[(uint8_t)*x] |= SPECIAL;
    }
    w->class[' '] |= BLANK;
}

static uint8_t classes_of(const struct payment_writer *w, struct str s)
{
    uint8_t all = 0;
    for (size_t i = 0; i < s.n; i++) {
        all |= w->class[(uint8_t)s.p[i]];
    }
    return all;
}

/* Would a reader find the separator in s, or in s and the separator behind it, before
 * the end of s? */
static bool ends_early(struct str s, struct str separator)
{
    for (size_t i = 0; i < s.n; i++) {
        size_t k = 0;
        while (k < separator.n &&
               separator.p[k] ==
                   (i + k < s.n ? s.p[i + k] : separator.p[i + k - s.n])) {
            k++;
        }
        if (k == separator.n) {
            return true;
        }
    }
    return false;
}

/* Where blanks separate fields or fill them up, which ones does a text keep? */
static bool blanks_hold(const struct profile_layout *l, const struct profile_field *f,
                        struct str s)
{
    bool first = s.p[0] == ' ';
    bool last = s.p[s.n - 1] == ' ';
    if (l->cut == CUT_BY_BLANKS) {
        bool twice = false;
        for (size_t i = 1; i < s.n; i++) {
            twice |= s.p[i] == ' ' && s.p[i - 1] == ' ';
        }
        return f->blanks && !first && !last && !twice;
    }
    return f->width == 0 || f->pad != ' ' || !(f->right ? first : last);
}

/* Can the text stand in a field? Tells too whether it has to be quoted. */
static bool is_clean(const struct payment_writer *w, const struct profile_field *f,
                     struct str s, uint8_t classes, bool *quoted)
{
    const struct profile_layout *l = &w->profile->layout;
    if ((classes & CONTROL) != 0) {
        return false;
    }
    if ((classes & SPECIAL) != 0) {
        *quoted = l->quote != QUOTE_NONE;
        if (!*quoted && l->cut == CUT_BY_TEXT && ends_early(s, l->separator)) {
            return false;
        }
    }
    return (classes & BLANK) == 0 || blanks_hold(l, f, s);
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
                                 const struct step *step, struct str s, struct buf *out,
                                 struct diag *d)
{
    enum profile_word word = step->field->word;
    if (step->memo != NULL && memo_use(step->memo, s, out)) {
        return buf_check(out, d);
    }
    size_t used = 0;
    size_t before = out->len;
    enum status st = charset_convert(w->conv, s, true, out, &used, d);
    if (st == ST_INPUT && !text_utf8_valid(s, NULL)) {
        diag_fail(d, ST_INPUT, "charset", "%s is not UTF-8", field_name(word));
        return at_payment(p, d);
    }
    if (st == ST_INPUT) {
        must(used < s.n);
        return not_encodable(w, p, word, character_at(s, used), d);
    }
    if (st == ST_OK && step->memo != NULL) {
        memo_keep(step->memo, s, str_make(out->p + before, out->len - before));
    }
    return st;
}

/* ---- one field ---- */

/* The calls of buf_add would take a third of a line's time. */
static inline void put(struct buf *out, const void *p, size_t n)
{
    if (out->failed || n > out->cap - out->len) {
        buf_add(out, p, n);
    } else if (n > 0) {
        memcpy(out->p + out->len, p, n);
        out->len += n;
    }
}

/* The bytes of the whole characters that fit. */
static size_t cut_length(enum charset charset, const char *text, size_t n, size_t max)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t at = 0;
    while (at < n) {
        size_t len = 1;
        if (charset == CHARSET_UTF8) {
            len = p[at] < 0x80 ? 1 : p[at] < 0xe0 ? 2 : p[at] < 0xf0 ? 3 : 4;
        } else if (p[at] >= 0x80) {
            must(at + 1 < n);
            len = p[at + 1] >= 0x30 && p[at + 1] <= 0x39 ? 4 : 2;
        }
        if (at + len > max) {
            break;
        }
        at += len;
    }
    return at;
}

/* What stands from `before` on is the field: fills it up to its width. */
static void pad_field(const struct profile_field *f, size_t before, struct buf *out)
{
    size_t n = out->len - before;
    if (n >= f->width) {
        return;
    }
    size_t more = f->width - n;
    if (buf_room(out, more) == NULL) {
        return; /* buf_check tells */
    }
    char *field = out->p + before;
    if (f->right) {
        memmove(field + more, field, n);
    }
    memset(f->right ? field : field + n, f->pad, more);
    out->len += more;
}

/* The bytes below 0x80 that quoting changes are never part of a character. */
static enum status quote_field(struct payment_writer *w, size_t before, struct buf *out,
                               struct diag *d)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {{'&', "&amp;"},
                    {'<', "&lt;"},
                    {'>', "&gt;"},
                    {'"', "&quot;"},
                    {'\'', "&apos;"}};
    bool csv = w->profile->layout.quote == QUOTE_CSV;
    buf_clear(&w->scratch);
    buf_add(&w->scratch, out->p + before, out->len - before);
    TRY(buf_check(&w->scratch, d));
    out->len = before;
    buf_add(out, "\"", csv ? 1 : 0);
    for (size_t i = 0; i < w->scratch.len; i++) {
        const char *c = &w->scratch.p[i];
        const char *entity = NULL;
        for (size_t j = 0; !csv && j < PROFILE_COUNT_OF(entities); j++) {
            entity = *c == entities[j].c ? entities[j].entity : entity;
        }
        if (entity != NULL) {
            buf_add_text(out, entity);
        } else {
            buf_add(out, c, 1);
            buf_add(out, c, csv && *c == '"' ? 1 : 0);
        }
    }
    buf_add(out, "\"", csv ? 1 : 0);
    return buf_check(out, d);
}

/* The field is complete but for its length. */
static enum status fit_field(const struct payment_writer *w, const struct payment *p,
                             const struct profile_field *f, size_t before,
                             struct buf *out, struct diag *d)
{
    size_t bytes = out->len - before;
    if (f->bytes_max > 0 && bytes > f->bytes_max) {
        if (!f->cut) {
            return too_long(w, p, f, bytes, d);
        }
        if (f->word != WORD_REMARK ||
            !profile_short_months(out->p + before, &bytes, f->bytes_max)) {
            bytes = cut_length(w->profile->layout.charset, out->p + before, bytes,
                               f->bytes_max);
        }
        out->len = before + bytes;
    }
    if (f->width > 0) {
        pad_field(f, before, out);
    }
    return ST_OK;
}

static enum status add_text(struct payment_writer *w, const struct payment *p,
                            const struct step *step, struct str s, struct buf *out,
                            struct diag *d)
{
    const struct profile_field *f = step->field;
    size_t before = out->len;
    bool quoted = false;
    if (s.n == 0) {
        if (!f->empty_ok) {
            return is_empty(p, f, d);
        }
        s = f->when_empty;
    }
    uint8_t classes = classes_of(w, s);
    if ((classes & ~HIGH) != 0 && !is_clean(w, f, s, classes, &quoted)) {
        return bad_character(w, p, f->word, d);
    }
    if ((classes & HIGH) == 0) {
        put(out, s.p, s.n);
    } else {
        TRY(add_converted(w, p, step, s, out, d));
    }
    TRY(fit_field(w, p, f, before, out, d));
    return quoted ? quote_field(w, before, out, d) : ST_OK;
}

/* Fills from the end; printf takes longer than the rest of the line. */
static char *digits_before(char *end, uint64_t n)
{
    do {
        *--end = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return end;
}

static enum status add_number(const struct payment_writer *w, const struct payment *p,
                              const struct step *step, uint64_t n, struct buf *out,
                              struct diag *d)
{
    char digits[NUMBER_CAP];
    char *end = digits + sizeof digits;
    char *from = end;
    size_t before = out->len;
    if (step->kind == STEP_AMOUNT && step->field->as == AS_YUAN) {
        *--from = (char)('0' + n % 10);
        *--from = (char)('0' + n / 10 % 10);
        *--from = '.';
        n /= 100;
    }
    from = digits_before(from, n);
    put(out, from, (size_t)(end - from));
    return fit_field(w, p, step->field, before, out, d);
}

/* ---- the detail ---- */

/* Where in struct payment the texts are. */
static const size_t text_at[] = {
    [WORD_ID] = offsetof(struct payment, id),
    [WORD_ACCOUNT] = offsetof(struct payment, account),
    [WORD_NAME] = offsetof(struct payment, name),
    [WORD_BANK] = offsetof(struct payment, bank),
    [WORD_PURPOSE] = offsetof(struct payment, purpose),
    [WORD_REMARK] = offsetof(struct payment, remark),
    [WORD_ID_NUMBER] = offsetof(struct payment, id_number),
    [WORD_PHONE] = offsetof(struct payment, phone),
    [WORD_BENEFICIARY] = offsetof(struct payment, beneficiary),
    [WORD_BENEFICIARY_NUMBER] = offsetof(struct payment, beneficiary_number),
    [WORD_ADDRESS] = offsetof(struct payment, address),
    [WORD_UNIT] = offsetof(struct payment, unit),
};

static const struct str *text_of(const struct payment *p, const struct step *s)
{
    return (const struct str *)(const void *)((const char *)p + s->at);
}

static enum status add_token(const struct payment_writer *w, const struct payment *p,
                             const struct step *step, struct str s, struct buf *out,
                             struct diag *d)
{
    size_t before = out->len;
    if (s.n == 0) {
        must(step->field->word == WORD_BANK); /* the payer's own */
        s = str_make(w->payer_bank, sizeof w->payer_bank);
    }
    put(out, s.p, s.n);
    return fit_field(w, p, step->field, before, out, d);
}

static enum status add_step(struct payment_writer *w, const struct step *s,
                            const struct payment *p, struct buf *out, struct diag *d)
{
    switch (s->kind) {
    case STEP_GIVEN:
        put(out, w->bytes.p + s->from, text_of(p, s)->n > 0 ? s->n : 0);
        return ST_OK;
    case STEP_BYTES:
        put(out, w->bytes.p + s->from, s->n);
        return ST_OK;
    case STEP_TEXT:
        return add_text(w, p, s, *text_of(p, s), out, d);
    case STEP_TOKEN:
        return add_token(w, p, s, *text_of(p, s), out, d);
    case STEP_AMOUNT:
        return add_number(w, p, s, (uint64_t)p->amount_fen, out, d);
    case STEP_CAPITAL: {
        char text[CAPITAL_TEXT_CAP];
        size_t n = capital_print(p->amount_fen, text);
        return add_text(w, p, s, str_make(text, n), out, d);
    }
    case STEP_NUMBER:
        return add_number(w, p, s, w->tally.sum.count + 1, out, d);
    case STEP_NTH: {
        uint32_t count = 0;
        TRY(nth_add(w->nth, p->account, &count, d));
        return add_number(w, p, s, count, out, d);
    }
    }
    must(false); /* no such step */
    return ST_INTERNAL;
}

static void add_line_end(const struct payment_writer *w, struct buf *out)
{
    if (w->profile->layout.crlf) {
        buf_add(out, "\r\n", 2);
    } else {
        buf_add(out, "\n", 1);
    }
}

/* With nothing behind the last line, line ends stand before all lines but the first. */
static void begin_line(struct payment_writer *w, struct buf *out)
{
    if (!w->profile->layout.last_line_end && w->begun) {
        add_line_end(w, out);
    }
    w->begun = true;
}

static void end_line(const struct payment_writer *w, struct buf *out)
{
    if (w->profile->layout.last_line_end) {
        add_line_end(w, out);
    }
}

static enum status add_line(struct payment_writer *w, const struct payment *p,
                            struct buf *out, struct diag *d)
{
    /* A line's end is one of the steps where it stands behind the line. */
    begin_line(w, out);
    for (size_t i = 0; i < w->step_count; i++) {
        TRY(add_step(w, &w->steps[i], p, out, d));
    }
    return buf_check(out, d);
}

static enum status check_bank(const struct payment_writer *w, const struct payment *p,
                              struct diag *d)
{
    struct str payer = str_make(w->payer_bank, sizeof w->payer_bank);
    enum profile_for takes = w->variant->takes;
    if (takes == FOR_ANY || profile_takes(takes, payer, p->bank)) {
        return ST_OK;
    }
    if (takes == FOR_OTHER_BANK) {
        payment_fail(d, p, "same-bank", "the payee is at the payer's own bank");
        return diag_hint(d, "send payments within the bank with a format for them");
    }
    payment_fail(d, p, "other-bank",
                 "bank %.*s is not the payer's bank, whose code is %.*s",
                 STR_ARG(p->bank), STR_ARG(payer));
    return diag_hint(d,
                     "batch cancel it, and make one with batch new --payee-bank same; "
                     "the others in a batch of their own (--payee-bank other), with "
                     "a format that takes them, such as pipe-trailer-outer");
}

enum status profile_text_add(struct payment_writer *w, const struct payment *p,
                             struct buf *out, struct diag *d)
{
    TRY(payment_check(p, d));
    TRY(check_bank(w, p, d));
    size_t before = out->len;
    enum status st = add_line(w, p, out, d);
    if (st != ST_OK) {
        out->len = before;
        return st;
    }
    return payment_tally_add(&w->tally, p, d);
}

/* ---- opening: lines compiled ---- */

static enum step_kind kind_of(const struct profile_field *f)
{
    if (f->word == WORD_TEXT && f->only_with != WORD_TEXT) {
        return STEP_GIVEN;
    }
    if (f->word < WORD_ID || f->word > WORD_NTH_OF_ACCOUNT) {
        return STEP_BYTES;
    }
    if (f->word == WORD_AMOUNT) {
        return f->as == AS_CAPITAL ? STEP_CAPITAL : STEP_AMOUNT;
    }
    if (f->word == WORD_NUMBER) {
        return STEP_NUMBER;
    }
    if (f->word == WORD_NTH_OF_ACCOUNT) {
        return STEP_NTH;
    }
    bool token = f->word == WORD_ID || f->word == WORD_ACCOUNT || f->word == WORD_BANK;
    return token ? STEP_TOKEN : STEP_TEXT;
}

/* A text of the profile itself. It may be markup: XML's quoting is not for it. */
static enum status add_literal(struct payment_writer *w, const struct profile_field *f,
                               struct str s, struct buf *out, struct diag *d)
{
    size_t before = out->len;
    size_t used = 0;
    TRY(charset_convert(w->conv, s, true, out, &used, d));
    TRY(fit_field(w, NULL, f, before, out, d));
    bool csv = w->profile->layout.quote == QUOTE_CSV;
    bool quoted = csv && (classes_of(w, s) & SPECIAL) != 0;
    return quoted ? quote_field(w, before, out, d) : ST_OK;
}

/* A field that is the same in every line of the file. */
static enum status add_constant(struct payment_writer *w, const struct profile_field *f,
                                const struct payment_head *head, struct buf *out,
                                struct diag *d)
{
    if (f->word == WORD_TEXT) {
        return add_literal(w, f, f->text, out, d);
    }
    struct buf text;
    buf_init(&text, LINE_BYTES_MAX);
    enum status st = ST_OK;
    if (f->word <= WORD_SETTING) {
        profile_head_text(w->profile, f, head, &text);
        st = buf_check(&text, d);
    }
    const struct step step = {.kind = STEP_TEXT, .field = f};
    if (st == ST_OK) {
        st = add_text(w, NULL, &step, buf_str(&text), out, d);
    }
    buf_release(&text);
    return st;
}

static struct step *new_step(struct payment_writer *w, enum step_kind kind,
                             const struct profile_field *f)
{
    must(w->step_count < STEPS_MAX);
    struct step *s = &w->steps[w->step_count++];
    *s = (struct step){.kind = kind, .field = f, .from = w->bytes.len};
    return s;
}

/* Bytes behind bytes are one step. */
static void end_bytes(struct payment_writer *w, size_t before)
{
    struct step *last = w->step_count > 0 ? &w->steps[w->step_count - 1] : NULL;
    size_t n = w->bytes.len - before;
    if (n == 0) {
        return;
    }
    if (last != NULL && last->kind == STEP_BYTES) {
        last->n += n;
        return;
    }
    struct step *s = new_step(w, STEP_BYTES, NULL);
    s->from = before;
    s->n = n;
}

static bool has_memo(enum profile_word w)
{
    return w == WORD_PURPOSE || w == WORD_REMARK || w == WORD_UNIT;
}

static enum status compile_field(struct payment_writer *w,
                                 const struct profile_field *f, bool first,
                                 const struct payment_head *head, struct diag *d)
{
    enum step_kind kind = kind_of(f);
    size_t before = w->bytes.len;
    if (!first && !f->joined) {
        size_t used = 0;
        TRY(charset_convert(w->conv, w->profile->layout.separator, true, &w->bytes,
                            &used, d));
    }
    if (kind == STEP_BYTES) {
        TRY(add_constant(w, f, head, &w->bytes, d));
        end_bytes(w, before);
        return ST_OK;
    }
    end_bytes(w, before);
    struct step *s = new_step(w, kind, f);
    if (kind == STEP_GIVEN) {
        TRY(add_literal(w, f, f->text, &w->bytes, d));
        s->n = w->bytes.len - s->from;
    }
    if (kind == STEP_GIVEN || kind == STEP_TEXT || kind == STEP_TOKEN) {
        s->at = text_at[kind == STEP_GIVEN ? f->only_with : f->word];
    }
    if (kind == STEP_TEXT && has_memo(f->word)) {
        s->memo = &w->memos[w->memo_count++];
    }
    if (kind == STEP_NTH && w->nth == NULL) {
        TRY(nth_new(&w->nth, d));
    }
    return ST_OK;
}

static enum status compile_detail(struct payment_writer *w,
                                  const struct payment_head *head, struct diag *d)
{
    const struct profile_line *l = &w->variant->body.detail;
    for (size_t i = 0; i < l->count; i++) {
        TRY(compile_field(w, &l->fields[i], i == 0, head, d));
    }
    size_t before = w->bytes.len;
    end_line(w, &w->bytes);
    end_bytes(w, before);
    return buf_check(&w->bytes, d);
}

static enum status write_lines(struct payment_writer *w,
                               const struct profile_line *lines, size_t count,
                               const struct payment_head *head, struct buf *out,
                               struct diag *d)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        begin_line(w, out);
        for (size_t j = 0; j < lines[i].count; j++) {
            const struct profile_field *f = &lines[i].fields[j];
            if (j > 0 && !f->joined) {
                TRY(charset_convert(w->conv, w->profile->layout.separator, true, out,
                                    &used, d));
            }
            TRY(add_constant(w, f, head, out, d));
        }
        end_line(w, out);
    }
    return buf_check(out, d);
}

static enum status write_titles(struct payment_writer *w, struct buf *out,
                                struct diag *d)
{
    const struct profile_line *l = &w->variant->body.detail;
    static const struct profile_field plain = {.word = WORD_TEXT};
    size_t used = 0;
    begin_line(w, out);
    for (size_t i = 0; i < l->count; i++) {
        if (i > 0) {
            TRY(charset_convert(w->conv, w->profile->layout.separator, true, out, &used,
                                d));
        }
        TRY(add_literal(w, &plain, l->fields[i].title, out, d));
    }
    end_line(w, out);
    return buf_check(out, d);
}

static enum status open_file(struct payment_writer *w, const struct payment_head *head,
                             struct buf *out, struct diag *d)
{
    const struct profile_body *b = &w->variant->body;
    make_classes(w);
    TRY(charset_conv_new(&w->conv, CHARSET_UTF8, w->profile->layout.charset, d));
    TRY(compile_detail(w, head, d));
    TRY(write_lines(w, b->header, b->header_count, head, out, d));
    if (b->column_names) {
        TRY(write_titles(w, out, d));
    }
    /* A file has a payment, so the trailer is never its first line. */
    bool begun = w->begun;
    w->begun = true;
    TRY(write_lines(w, b->trailer, b->trailer_count, head, &w->trailer, d));
    w->begun = begun;
    return ST_OK;
}

enum status profile_text_open(const struct payment_format *f, struct payment_writer **w,
                              const struct payment_head *head, struct buf *out,
                              struct diag *d)
{
    const struct profile *p = f->profile;
    size_t before = out->len;
    TRY(payment_head_check(head, d));
    TRY(profile_check_settings(p, head->settings, head->setting_count, d));
    must(head->variant < p->variant_count);
    must(head->payer_bank.n == PROFILE_CNAPS_LEN);
    struct payment_writer *new = calloc(1, sizeof *new);
    if (new == NULL) {
        return diag_memory(d);
    }
    new->profile = p;
    new->variant = &p->variants[head->variant];
    payment_tally_init(&new->tally, head);
    memcpy(new->payer_bank, head->payer_bank.p, PROFILE_CNAPS_LEN);
    buf_init(&new->bytes, LINE_BYTES_MAX);
    buf_init(&new->trailer, LINE_BYTES_MAX);
    buf_init(&new->scratch, LINE_BYTES_MAX);
    enum status st = open_file(new, head, out, d);
    if (st != ST_OK) {
        out->len = before;
        profile_text_abandon(new);
        return st;
    }
    *w = new;
    return ST_OK;
}

enum status profile_text_close(struct payment_writer *w, struct buf *out,
                               struct diag *d)
{
    enum status st = payment_tally_check(&w->tally, d);
    if (st == ST_OK) {
        buf_add_str(out, buf_str(&w->trailer));
        st = buf_check(out, d);
    }
    profile_text_abandon(w);
    return st;
}
