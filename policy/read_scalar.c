/* read_scalar.c - the types of POLICY-FORMAT section 2: one function for each, which
 * takes the whole scalar or refuses it. */
#include "policy/read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"

enum status read_fail(const struct reading *r, struct place at, struct diag *d,
                      const char *code, const char *fmt, ...)
{
    char what[sizeof d->what];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    diag_fail(d, ST_INPUT, code, "%s", what);
    return diag_where(d, "%s:%u:%u", r->file, (unsigned)at.line, (unsigned)at.column);
}

const char *read_show(struct str s, char out[READ_SHOW_CAP])
{
    size_t n = s.n < READ_SHOW_CAP - 4 ? s.n : READ_SHOW_CAP - 4;
    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80) {
        n--; /* not within a character */
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        out[i] = c < 0x20 || c == 0x7f ? ' ' : s.p[i];
    }
    out[n] = '\0';
    if (n < s.n) {
        memcpy(out + n, "...", 4);
    }
    return out;
}

enum status read_want(const struct reading *r, const struct ynode *n,
                      enum ynode_kind kind, struct diag *d)
{
    if (n->kind == kind) {
        return ST_OK;
    }
    return read_fail(r, n->place, d, "wrong-kind", "%s is expected, not %s",
                     yaml_kind_name(kind), yaml_kind_name(n->kind));
}

bool read_is(const struct ynode *n, const char *word)
{
    return n->kind == YNODE_SCALAR && str_is(n->text, word);
}

/* Control characters, C1 controls, and the marks that turn the direction of writing:
 * what is read on the screen must be what is stored. */
static bool is_hidden(struct str s)
{
    if (text_has_control(s)) {
        return true;
    }
    for (size_t i = 0; i + 1 < s.n; i++) {
        unsigned char a = (unsigned char)s.p[i];
        unsigned char b = (unsigned char)s.p[i + 1];
        unsigned char c = i + 2 < s.n ? (unsigned char)s.p[i + 2] : 0;
        bool c1 = a == 0xc2 && b < 0xa0;
        bool turned = a == 0xe2 && ((b == 0x80 && c >= 0xaa && c <= 0xae) ||
                                    (b == 0x81 && c >= 0xa6 && c <= 0xa9));
        bool mark = a == 0xef && b == 0xbb && c == 0xbf;
        if (c1 || turned || mark) {
            return true;
        }
    }
    return false;
}

/* A scalar that says something. */
static enum status want_text(const struct reading *r, const struct ynode *n, size_t max,
                             struct diag *d)
{
    TRY(read_want(r, n, YNODE_SCALAR, d));
    if (n->text.n == 0) {
        read_fail(r, n->place, d, "empty-value", "a value is missing");
        return diag_hint(d, "leave the key out when there is nothing to say");
    }
    if (n->text.n > max) {
        return read_fail(r, n->place, d, "too-long", "more than %zu bytes", max);
    }
    if (is_hidden(n->text)) {
        read_fail(r, n->place, d, "hidden-character",
                  "the text has a line break or an invisible character");
        return diag_hint(d, "write it in one line; retype what was pasted");
    }
    return ST_OK;
}

static enum status keep(struct reading *r, struct str s, const char **out,
                        struct diag *d)
{
    *out = arena_str(r->arena, s);
    return *out != NULL ? ST_OK : arena_check(r->arena, d);
}

static enum status refuse(const struct reading *r, const struct ynode *n,
                          const char *code, const char *what, struct diag *d)
{
    char shown[READ_SHOW_CAP];
    return read_fail(r, n->place, d, code, "\"%s\" is not %s",
                     read_show(n->text, shown), what);
}

enum status read_text(struct reading *r, const struct ynode *n,
                      const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    return keep(r, n->text, out, d);
}

enum status read_value(struct reading *r, const struct ynode *n,
                       const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_VALUE_MAX, d));
    return keep(r, n->text, out, d);
}

static bool is_name(struct str s)
{
    bool ok = s.n > 0 && s.n <= READ_NAME_MAX;
    for (size_t i = 0; ok && i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        ok = plain || (i > 0 && i + 1 < s.n && (c == '-' || c == '_'));
    }
    return ok;
}

static enum status fail_name(const struct reading *r, struct str s, struct place at,
                             struct diag *d)
{
    char shown[READ_SHOW_CAP];
    read_fail(r, at, d, "bad-name", "\"%s\" is not a name", read_show(s, shown));
    return diag_hint(d, "a name has a-z, 0-9 and inner hyphens, at most %d of them",
                     READ_NAME_MAX);
}

enum status read_name(struct reading *r, const struct ynode *n,
                      const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    return is_name(n->text) ? keep(r, n->text, out, d)
                            : fail_name(r, n->text, n->place, d);
}

enum status read_key_name(struct reading *r, const struct ynode *n, const char **out,
                          struct diag *d)
{
    return is_name(n->key) ? keep(r, n->key, out, d)
                           : fail_name(r, n->key, n->key_place, d);
}

enum status read_key_text(struct reading *r, const struct ynode *n, const char **out,
                          struct diag *d)
{
    struct ynode key = {.kind = YNODE_SCALAR, .text = n->key, .place = n->key_place};
    return read_value(r, &key, NULL, out, d);
}

enum status read_digits(struct reading *r, const struct ynode *n,
                        const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!text_all_digits(n->text) || n->text.n > 12) {
        return refuse(r, n, "bad-digits", "a code of digits", d);
    }
    return keep(r, n->text, out, d);
}

enum status read_division(struct reading *r, const struct ynode *n,
                          const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    size_t len = n->text.n;
    bool level = len == 2 || len == 4 || len == 6 || len == 9 || len == 12;
    if (!level || !text_all_digits(n->text)) {
        refuse(r, n, "bad-division", "a division code", d);
        return diag_hint(d, "2, 4, 6, 9 or 12 digits: \"230523\" is a county");
    }
    return keep(r, n->text, out, d);
}

enum status read_date(struct reading *r, const struct ynode *n,
                      const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!date_parse(n->text, out)) {
        refuse(r, n, "bad-date", "a date", d);
        return diag_hint(d, "write it as 2024-08-21");
    }
    return ST_OK;
}

enum status read_month(struct reading *r, const struct ynode *n,
                       const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!month_parse(n->text, out)) {
        refuse(r, n, "bad-month", "a month", d);
        return diag_hint(d, "write it as 2024-08");
    }
    return ST_OK;
}

enum status read_money(struct reading *r, const struct ynode *n,
                       const struct read_key *k, void *out, struct diag *d)
{
    const int64_t most_fen = INT64_C(100000000000); /* 1,000,000,000.00 */
    int64_t fen = 0;
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!money_parse(n->text, &fen) || fen > most_fen) {
        refuse(r, n, "bad-money", "an amount in yuan", d);
        return diag_hint(d, "write exactly two decimals: 1200.00");
    }
    *(int64_t *)out = fen;
    return ST_OK;
}

/* "15", "66.6" or "66.67" in hundredths. */
static bool percent_parse(struct str s, int64_t *out)
{
    const char *dot = s.n > 0 ? memchr(s.p, '.', s.n) : NULL;
    struct str whole = s;
    uint64_t yuan = 0;
    uint64_t part = 0;
    if (dot != NULL) {
        whole.n = (size_t)(dot - s.p);
        struct str decimals = str_make(dot + 1, s.n - whole.n - 1);
        if (decimals.n < 1 || decimals.n > 2 || !text_all_digits(decimals)) {
            return false;
        }
        part = (uint64_t)(decimals.p[0] - '0') * 10;
        part += decimals.n == 2 ? (uint64_t)(decimals.p[1] - '0') : 0;
    }
    if (!text_u64(whole, 0, 9999, &yuan)) {
        return false;
    }
    *out = (int64_t)(yuan * 100 + part);
    return true;
}

enum status read_percent(struct reading *r, const struct ynode *n,
                         const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!percent_parse(n->text, out)) {
        refuse(r, n, "bad-percent", "a percentage", d);
        return diag_hint(d, "up to two decimals and no sign: 15 or 66.67");
    }
    return ST_OK;
}

enum status read_number(const struct reading *r, const struct ynode *n, int32_t min,
                        int32_t max, int32_t *out, struct diag *d)
{
    uint64_t value = 0;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!text_u64(n->text, (uint64_t)min, (uint64_t)max, &value)) {
        refuse(r, n, "bad-number", "a whole number in the range", d);
        return diag_hint(d, "%d to %d", (int)min, (int)max);
    }
    *out = (int32_t)value;
    return ST_OK;
}

static enum status unknown_word(const struct reading *r, const struct ynode *n,
                                const struct word *words, struct diag *d)
{
    char list[256] = "";
    size_t used = 0;
    for (const struct word *w = words; w->text != NULL; w++) {
        size_t len = strlen(w->text);
        if (used + len + 3 > sizeof list) {
            break;
        }
        if (used > 0) {
            memcpy(list + used, ", ", 2);
            used += 2;
        }
        memcpy(list + used, w->text, len + 1);
        used += len;
    }
    refuse(r, n, "unknown-word", "a word that is known here", d);
    return diag_hint(d, "one of: %s", list);
}

enum status read_word_of(const struct reading *r, const struct ynode *n,
                         const struct word *words, int *out, struct diag *d)
{
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    for (const struct word *w = words; w->text != NULL; w++) {
        if (str_is(n->text, w->text)) {
            *out = w->number;
            return ST_OK;
        }
    }
    return unknown_word(r, n, words, d);
}

_Static_assert(sizeof(enum timing) == sizeof(int), "read_word stores enums as int");

enum status read_word(struct reading *r, const struct ynode *n,
                      const struct read_key *k, void *out, struct diag *d)
{
    int number = 0;
    TRY(read_word_of(r, n, k->words, &number, d));
    memcpy(out, &number, sizeof number);
    return ST_OK;
}

enum status read_yes_no(struct reading *r, const struct ynode *n,
                        const struct read_key *k, void *out, struct diag *d)
{
    static const struct word words[] = {{"false", 0}, {"true", 1}, {NULL, 0}};
    int number = 0;
    (void)k;
    TRY(read_word_of(r, n, words, &number, d));
    *(bool *)out = number != 0;
    return ST_OK;
}
