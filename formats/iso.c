/* iso.c - the one message in a file: wrapper, namespace, fields, amounts. It must never
 * guess: what it does not know of a message it wants is refused, what it does not want
 * is passed over. */
#include "formats/iso.h"

#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/text.h"

static const char ask_again[] = "fetch the file from the bank again; do not mend it";

/* Messages that people mix up, and what they are. */
static const struct known_message {
    const char *name;
    const char *what;
} known_messages[] = {
    {"pain.001", "the file sent, not the bank's answer to it"},
    {"pain.002", "a payment status report: read it as pain.002"},
    {"pain.008", "an order of direct debits"},
    {"camt.029", "an answer to a recall"},
    {"camt.052",
     "a report of the running day, which may still change; ask for camt.053"},
    {"camt.053", "an account statement: read it as camt.053"},
    {"camt.054", "a notification of debits and credits: read it as camt.054"},
    {"pacs.002", "a message between banks"},
    {"pacs.004", "a message between banks"},
    {"pacs.008", "a message between banks"},
};

/* ---- the namespace ---- */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Finds "pain.002.001.03" anywhere in it: its first 8 characters are the message. */
static bool find_identifier(struct str space, char name[9], unsigned *version)
{
    static const char form[] = "aaaa.000.000.00";
    size_t len = sizeof form - 1;
    for (size_t at = 0; at + len <= space.n; at++) {
        const char *p = space.p + at;
        size_t i = 0;
        while (i < len && (form[i] == 'a'   ? p[i] >= 'a' && p[i] <= 'z'
                           : form[i] == '0' ? is_digit(p[i])
                                            : p[i] == '.')) {
            i++;
        }
        bool whole =
            (at == 0 || !is_word(p[-1])) && (at + len == space.n || !is_digit(p[len]));
        if (i == len && whole) {
            memcpy(name, p, 8);
            name[8] = '\0';
            *version = (unsigned)((p[13] - '0') * 10 + (p[14] - '0'));
            return true;
        }
    }
    return false;
}

static enum status fail_other(const char *want, const char *name, struct diag *d)
{
    const char *what = "not a message that is read here";
    for (size_t i = 0; i < sizeof known_messages / sizeof known_messages[0]; i++) {
        if (strcmp(known_messages[i].name, name) == 0) {
            what = known_messages[i].what;
        }
    }
    diag_fail(d, ST_INPUT, "other-message", "this is %s, not %s", name, want);
    return diag_hint(d, "%s is %s", name, what);
}

static enum status check_space(struct iso_reader *r, struct str space, struct diag *d)
{
    const struct iso_message *m = r->message;
    char name[9];
    unsigned version = 0;
    if (space.n == 0) {
        return diag_fail(d, ST_INPUT, "xml-namespace",
                         "Document has no namespace, so it is no ISO 20022 message");
    }
    if (space.n > sizeof r->space || !find_identifier(space, name, &version)) {
        return diag_fail(d, ST_INPUT, "xml-namespace",
                         "Document has the namespace \"%.*s\", which is no ISO 20022 "
                         "message",
                         (int)(space.n < 120 ? space.n : 120), space.p);
    }
    if (strcmp(name, m->name) != 0) {
        return fail_other(m->name, name, d);
    }
    if (version < m->version_min || version > m->version_max) {
        diag_fail(d, ST_INPUT, "message-version",
                  "version %02u of %s is not known, only %02u to %02u", version, name,
                  m->version_min, m->version_max);
        return diag_hint(d, "ask the bank for one of these versions");
    }
    r->space_n = space.n;
    memcpy(r->space, space.p, space.n);
    return ST_OK;
}

/* ---- elements ---- */

static enum status take_currency(struct iso_reader *r, const struct xml_attributes *a,
                                 struct diag *d)
{
    struct str c = xml_attribute(a, "Ccy");
    r->has_currency = c.n > 0;
    if (c.n == 0) {
        return ST_OK;
    }
    bool good = c.n == 3;
    for (size_t i = 0; good && i < 3; i++) {
        good = c.p[i] >= 'A' && c.p[i] <= 'Z';
    }
    if (!good || !str_copy(c, r->currency, sizeof r->currency)) {
        return diag_fail(d, ST_INPUT, "currency", "\"%.20s\" is not a currency", c.p);
    }
    return ST_OK;
}

static enum status start_message(struct iso_reader *r, unsigned state,
                                 const struct xml_attributes *a, struct diag *d)
{
    if (state == ISO_STRANGE) {
        diag_fail(d, ST_INPUT, "other-message",
                  "Document has another element than one %s", r->message->root);
        return ST_INPUT;
    }
    unsigned *count = state == ISO_DOCUMENT ? &r->documents : &r->messages;
    if (++*count > 1) {
        diag_fail(d, ST_INPUT, "two-documents", "the file has more than one message");
        return diag_hint(d, "are these two files in one? give each by itself");
    }
    return state == ISO_DOCUMENT ? check_space(r, a->space, d) : ST_OK;
}

static enum status on_start(void *ctx, unsigned state, const struct xml_attributes *a,
                            struct diag *d)
{
    struct iso_reader *r = ctx;
    if (state == ISO_DOCUMENT || state == ISO_STRANGE || state == ISO_MESSAGE) {
        TRY(start_message(r, state, a, d));
    }
    if (a->space.n != r->space_n || memcmp(a->space.p, r->space, r->space_n) != 0) {
        return diag_fail(d, ST_INPUT, "xml-namespace",
                         "the element is of another namespace than its message");
    }
    r->text_n = 0;
    r->text_cut = false;
    r->value_at = 0;
    if (r->message->limits[state] == ISO_AMOUNT_CHARS) {
        TRY(take_currency(r, a, d));
    }
    if (state == ISO_REASON_BLOCK) {
        r->block_code.set = false;
        if (++r->reason->blocks > ISO_REASONS_MAX) {
            return diag_fail(d, ST_INPUT, "too-many", "more than %d reasons",
                             ISO_REASONS_MAX);
        }
    }
    return state >= ISO_OWN ? r->message->start(r->ctx, state, d) : ST_OK;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Without white space of XML at both ends. */
static struct str trim(struct str s)
{
    while (s.n > 0 && is_space(s.p[s.n - 1])) {
        s.n--;
    }
    while (s.n > 0 && is_space(s.p[0])) {
        s = str_make(s.p + 1, s.n - 1);
    }
    return s;
}

static enum status on_text(void *ctx, unsigned state, struct str text, struct diag *d)
{
    struct iso_reader *r = ctx;
    if (r->message->limits[state] == 0) {
        return trim(text).n == 0 ? ST_OK
                                 : diag_fail(d, ST_INPUT, "stray-text",
                                             "text where only elements may stand");
    }
    if (r->value_at == 0) {
        r->value_at = xml_offset(r->xml);
    }
    size_t room = sizeof r->text - r->text_n;
    size_t n = text.n < room ? text.n : room;
    r->text_cut |= n < text.n;
    memcpy(r->text + r->text_n, text.p, n);
    r->text_n += n;
    return ST_OK;
}

static enum status take_value(struct iso_reader *r, unsigned state, struct str *value,
                              struct diag *d)
{
    uint8_t limit = r->message->limits[state];
    size_t bad = 0;
    if (r->text_cut && !text_utf8_valid(str_make(r->text, r->text_n), &bad)) {
        r->text_n = bad; /* within the last character */
    }
    if (limit == ISO_WORDS) {
        for (size_t i = 0; i < r->text_n; i++) {
            if ((unsigned char)r->text[i] < ' ' || r->text[i] == 0x7f) {
                r->text[i] = ' ';
            }
        }
    }
    struct str s = trim(str_make(r->text, r->text_n));
    if (limit != ISO_WORDS &&
        (r->text_cut || s.n > (size_t)limit * 4 || text_utf8_count(s) > limit)) {
        return diag_fail(d, ST_INPUT, "too-long",
                         "an element of more than %u characters", limit);
    }
    if (text_has_control(s)) {
        return diag_fail(d, ST_INPUT, "control-character",
                         "the element has a control character");
    }
    *value = s;
    return ST_OK;
}

static void add_words(struct iso_reason *to, struct str s)
{
    if (s.n == 0 || to->text_n + 2 > ANSWER_TEXT_MAX) {
        return;
    }
    if (to->text_n > 0) {
        to->text[to->text_n++] = ' ';
    }
    iso_copy_cut(s, to->text + to->text_n, sizeof to->text - to->text_n);
    to->text_n += strlen(to->text + to->text_n);
}

static enum status take_code(struct iso_reader *r, struct str value, struct diag *d)
{
    if (value.n == 0) {
        return iso_missing("the reason's code", d);
    }
    TRY(iso_store(r, &r->block_code, value, d));
    struct iso_reason *to = r->reason;
    enum payment_reason reason = payment_reason_of_iso(value);
    if (!to->code.set || (to->reason == REASON_OTHER && reason != REASON_OTHER)) {
        to->reason = reason;
        to->code.set = false;
        TRY(iso_store(r, &to->code, value, d));
    }
    return ST_OK;
}

/* The fields that all messages have alike. */
static enum status take_common(struct iso_reader *r, unsigned state, struct str value,
                               struct diag *d)
{
    switch (state) {
    case ISO_NAME:
        return iso_store(r, &r->payee->name, value, d);
    case ISO_ACCOUNT_NUMBER:
        return iso_store(r, &r->payee->account, value, d);
    case ISO_BIC:
        return iso_store(r, &r->payee->bic, value, d);
    case ISO_MEMBER:
        return iso_store(r, &r->payee->member, value, d);
    case ISO_REASON_CODE:
        return take_code(r, value, d);
    case ISO_REASON_TEXT:
        add_words(r->reason, value);
        return ST_OK;
    default: /* these hold only others */
        return ST_OK;
    }
}

static enum status on_end(void *ctx, unsigned state, bool *pause, struct diag *d)
{
    struct iso_reader *r = ctx;
    struct str value = str_of("");
    (void)pause;
    if (r->message->limits[state] > 0) {
        TRY(take_value(r, state, &value, d));
    }
    enum status st = state >= ISO_OWN ? r->message->end(r->ctx, state, value, d)
                                      : take_common(r, state, value, d);
    r->text_n = 0;
    r->text_cut = false;
    return st;
}

/* ---- the file ---- */

static enum status read_file(void *ctx, void *to, size_t cap, size_t *n, struct diag *d)
{
    struct iso_reader *r = ctx;
    if (r->source != NULL) {
        return r->source->read(r->source->ctx, to, cap, n, d);
    }
    *n = r->file.n < cap ? r->file.n : cap;
    memcpy(to, r->file.p, *n);
    r->file = str_make(r->file.p + *n, r->file.n - *n);
    return ST_OK;
}

static enum status check_found(const struct iso_reader *r, struct diag *d)
{
    if (r->documents == 0) {
        diag_fail(d, ST_INPUT, "no-document",
                  "the file has no element Document: it is no ISO 20022 message");
        return ST_INPUT;
    }
    return r->messages == 0 ? iso_missing(r->message->root, d) : ST_OK;
}

/* What the sink says has its own place. */
static void say_where(const struct iso_reader *r, struct diag *d)
{
    uint64_t line = 1;
    uint64_t column = 1;
    if (r->sink_failed || d->status != ST_INPUT) {
        return;
    }
    xml_position(r->xml, &line, &column);
    diag_where(d, "line %llu, column %llu", (unsigned long long)line,
               (unsigned long long)column);
    if (d->hint[0] == '\0') {
        diag_hint(d, "%s", ask_again);
    }
}

enum status iso_read(struct iso_reader *r, struct str file, struct diag *d)
{
    const struct iso_message *m = r->message;
    struct xml_source source = {read_file, r};
    struct xml_handler handler = {
        .steps = m->steps,
        .step_count = m->step_count,
        .anywhere = true,
        .utf8 = true,
        .text_max = ISO_TEXT_MAX,
        .start = on_start,
        .text = on_text,
        .end = on_end,
        .ctx = r,
    };
    bool ended = false;
    if (file.n == 0 && r->source == NULL) {
        diag_fail(d, ST_INPUT, "empty-file", "the file is empty");
        diag_where(d, "line 1, column 1");
        return diag_hint(d, "%s", ask_again);
    }
    for (size_t i = 0; i < m->step_count; i++) {
        must(m->steps[i].to < m->state_count);
    }
    r->all = r->file = file;
    TRY(xml_new(&r->xml, &source, &handler, d));
    enum status st = xml_next(r->xml, &ended, d);
    if (st == ST_OK) {
        st = check_found(r, d);
    }
    if (st == ST_OK) {
        st = m->finish(r->ctx, d);
    }
    if (st != ST_OK) {
        say_where(r, d);
    }
    xml_free(r->xml);
    r->xml = NULL;
    return st;
}

/* ---- for the messages ---- */

uint64_t iso_offset(const struct iso_reader *r)
{
    return xml_offset(r->xml);
}

/* Counts as expat does: characters of a line, whose end is CR, LF or both. */
static void walk_to(struct iso_reader *r, uint64_t at)
{
    static const struct str mark = {"\xef\xbb\xbf", 3}; /* of byte order */
    struct answer_place *p = &r->place;
    if (p->line == 0 || at < r->place_at) {
        *p = (struct answer_place){.line = 1, .column = 1};
        r->place_at = str_starts(r->all, mark) ? mark.n : 0;
    }
    for (uint64_t i = r->place_at; i < at && i < r->all.n; i++) {
        unsigned char c = (unsigned char)r->all.p[i];
        bool within = c == '\n' && i > 0 && r->all.p[i - 1] == '\r'; /* of an end */
        if (c == '\r' || (c == '\n' && !within)) {
            p->line++;
            p->column = 1;
        } else if (!within && (c & 0xc0) != 0x80) {
            p->column++;
        }
    }
    r->place_at = at;
}

static void find(void *ctx, enum answer_part part, struct answer_place *out)
{
    struct iso_reader *r = ctx;
    uint64_t at = r->at[part] != 0 ? r->at[part] : r->at[ANSWER_WHOLE];
    while (r->at[part] != 0 && at < r->all.n && is_space(r->all.p[at])) {
        at++;
    }
    walk_to(r, at);
    *out = r->place;
}

enum status iso_give(struct iso_reader *r, struct answer *a, struct diag *d)
{
    a->find = r->source == NULL ? find : NULL;
    a->find_ctx = r;
    if (r->count == ISO_LINES_MAX) {
        return diag_fail(d, ST_INPUT, "too-many", "more than %llu payments",
                         (unsigned long long)ISO_LINES_MAX);
    }
    r->count++;
    if (!money_add(r->total_fen, a->amount_fen, &r->total_fen)) {
        return diag_fail(d, ST_INPUT, "totals", "the sum of the amounts is too large");
    }
    enum status st = r->sink.each(r->sink.ctx, a, d);
    r->sink_failed = st != ST_OK;
    return st;
}

enum status iso_repeated(struct diag *d)
{
    return diag_fail(d, ST_INPUT, "repeated", "the element stands here twice");
}

enum status iso_missing(const char *element, struct diag *d)
{
    return diag_fail(d, ST_INPUT, "missing-element", "%s is missing", element);
}

enum status iso_store(const struct iso_reader *r, struct iso_field *f, struct str value,
                      struct diag *d)
{
    if (f->set) {
        return iso_repeated(d);
    }
    must(value.n <= sizeof f->p);
    f->set = true;
    f->at = r->value_at;
    f->n = value.n;
    memcpy(f->p, value.p, value.n);
    return ST_OK;
}

static enum status fail_amount(struct str value, const char *code, const char *why,
                               struct diag *d)
{
    return diag_fail(d, ST_INPUT, code, "the amount \"%.*s\" %s", STR_ARG(value), why);
}

enum status iso_store_amount(const struct iso_reader *r, struct iso_amount *a,
                             struct str value, struct diag *d)
{
    if (a->set) {
        return iso_repeated(d);
    }
    if (!r->has_currency) {
        return fail_amount(value, "currency", "has no currency", d);
    }
    if (value.n > 0 && value.p[0] == '-') {
        return fail_amount(value, "amount", "is negative", d);
    }
    const char *point = value.n > 0 ? memchr(value.p, '.', value.n) : NULL;
    if (point != NULL && value.p + value.n - point > 3) {
        return fail_amount(value, "amount-decimals", "has more than two decimals", d);
    }
    if (!money_parse_loose(value, &a->fen)) {
        return fail_amount(value, "amount", "is not a number, or too large", d);
    }
    a->set = true;
    a->at = r->value_at;
    memcpy(a->currency, r->currency, sizeof a->currency);
    return ST_OK;
}

enum status iso_parse_sum(struct str value, int64_t *fen, struct diag *d)
{
    struct str s = value;
    const char *point = s.n > 0 ? memchr(s.p, '.', s.n) : NULL;
    while (point != NULL && s.p + s.n - point > 3 && s.p[s.n - 1] == '0') {
        s.n--;
    }
    if (!money_parse_loose(s, fen)) {
        return fail_amount(value, "amount", "is not a sum with two decimals", d);
    }
    return ST_OK;
}

enum status iso_parse_count(struct str value, uint64_t *n, struct diag *d)
{
    struct str s = value;
    while (s.n > 1 && s.p[0] == '0') {
        s = str_make(s.p + 1, s.n - 1);
    }
    if (!text_u64(s, 0, UINT64_C(999999999999999), n)) {
        return diag_fail(d, ST_INPUT, "count", "\"%.*s\" is not a count",
                         STR_ARG(value));
    }
    return ST_OK;
}

void iso_payee_clear(struct iso_payee *p)
{
    p->name.set = p->account.set = p->bic.set = p->member.set = false;
    p->name.n = p->account.n = p->bic.n = p->member.n = 0;
}

void iso_reason_clear(struct iso_reason *r)
{
    r->blocks = 0;
    r->reason = REASON_NONE;
    r->code.set = false;
    r->code.n = 0;
    r->text_n = 0;
    r->text[0] = '\0';
}

void iso_copy_cut(struct str s, char *out, size_t cap)
{
    size_t n = s.n < cap - 1 ? s.n : cap - 1;
    while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80) {
        n--;
    }
    memcpy(out, s.p, n);
    out[n] = '\0';
}
