/* profile_cut.c - a line of a bank's file cut into fields: by a separator, by runs of
 * blanks, by widths, or at the literals that stand in it.
 *
 * Widths are bytes of the file's encoding, so the line and its UTF-8 are walked side by
 * side. It must never guess: a line that can be cut in two ways is refused. */
#include <string.h>

#include "base/must.h"
#include "base/text.h"
#include "formats/profile_file_private.h"

#define TOKENS_MAX (2 * PROFILE_FIELDS_MAX) /* of a line cut by blanks */

/* The fields from..to - 1 stand in one column, joined. */
struct column {
    size_t from, to;
};

static struct column next_column(const struct profile_line *shape, size_t from)
{
    struct column c = {from, from + 1};
    while (c.to < shape->count && shape->fields[c.to].joined) {
        c.to++;
    }
    return c;
}

static size_t column_count(const struct profile_line *shape)
{
    size_t n = 0;
    for (size_t i = 0; i < shape->count; i++) {
        n += shape->fields[i].joined ? 0 : 1;
    }
    return n;
}

static enum status fail_fields(struct file_reader *r, size_t have, size_t want,
                               struct diag *d)
{
    diag_fail(d, ST_INPUT, "fields", "%zu fields where there should be %zu", have,
              want);
    return profile_fail_line(r, profile_ask_again, d);
}

/* ---- bytes of the file's encoding ---- */

static size_t utf8_bytes(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

static size_t raw_bytes(const struct file_reader *r, struct str raw, size_t utf8)
{
    unsigned char lead = (unsigned char)raw.p[0];
    if (r->layout->charset == CHARSET_UTF8) {
        return utf8;
    }
    if (lead <= 0x80 || raw.n < 2) {
        return 1;
    }
    return raw.p[1] >= '0' && raw.p[1] <= '9' ? 4 : 2;
}

static void walk_one(struct file_reader *r)
{
    struct file_line *l = &r->now;
    size_t utf8 = utf8_bytes((unsigned char)l->text.p[l->walked]);
    struct str raw = str_make(l->raw.p + l->walked_raw, l->raw.n - l->walked_raw);
    must(raw.n > 0);
    l->walked_raw += raw_bytes(r, raw, utf8);
    l->walked += utf8;
    must(l->walked <= l->text.n && l->walked_raw <= l->raw.n);
}

/* How far `bytes` bytes of the file reach from the place `at` of the line's text; false
 * when it ends before, or within a character. */
static bool reach(struct file_reader *r, size_t at, size_t bytes, size_t *to)
{
    struct file_line *l = &r->now;
    if (l->walked > at) {
        l->walked = 0;
        l->walked_raw = 0;
    }
    while (l->walked < at) {
        walk_one(r);
    }
    size_t want = l->walked_raw + bytes;
    while (l->walked_raw < want && l->walked < l->text.n) {
        walk_one(r);
    }
    *to = l->walked;
    return l->walked_raw == want;
}

/* ---- what is around a value ---- */

static bool is_number(enum profile_word w)
{
    return w == WORD_COUNT || w == WORD_TOTAL || w == WORD_AMOUNT || w == WORD_NUMBER ||
           w == WORD_PAID_AMOUNT || w == WORD_NTH_OF_ACCOUNT || w == WORD_FILE_NUMBER ||
           w == WORD_PART;
}

/* Zeros before a number say nothing, but for the one before the point. */
static struct str take_zeros(const struct profile_field *f, struct str s)
{
    while (is_number(f->word) && s.n > 1 && s.p[0] == '0' && s.p[1] != '.') {
        s = str_make(s.p + 1, s.n - 1);
    }
    return s;
}

struct str profile_cut_padding(const struct profile_field *f, struct str s)
{
    if (f->width == 0) {
        return s;
    }
    if (f->right && f->pad == '0') {
        return take_zeros(f, s);
    }
    while (s.n > 0 && f->right && s.p[0] == ' ') {
        s = str_make(s.p + 1, s.n - 1);
    }
    while (s.n > 0 && !f->right && s.p[s.n - 1] == ' ') {
        s.n--;
    }
    return s;
}

static const struct entity {
    struct str name;
    char is;
} entities[] = {
    {{"&amp;", 5}, '&'},  {{"&lt;", 4}, '<'},    {{"&gt;", 4}, '>'},
    {{"&quot;", 6}, '"'}, {{"&apos;", 6}, '\''},
};

static enum status take_entities(struct file_reader *r, size_t at, struct str *s,
                                 struct diag *d)
{
    size_t before = r->plain.len;
    size_t i = 0;
    if (memchr(s->p, '&', s->n) == NULL) {
        return ST_OK;
    }
    while (i < s->n) {
        struct str left = str_make(s->p + i, s->n - i);
        const struct entity *e = entities;
        const struct entity *end = e + sizeof entities / sizeof entities[0];
        while (left.p[0] == '&' && e < end && !str_starts(left, e->name)) {
            e++;
        }
        if (e == end) {
            diag_fail(d, ST_INPUT, "quote", "an entity that is none of XML's five");
            return profile_fail_at(r, at + i, d);
        }
        bool is_entity = left.p[0] == '&';
        buf_add(&r->plain, is_entity ? &e->is : left.p, 1);
        i += is_entity ? e->name.n : 1;
    }
    *s = str_make(r->plain.p + before, r->plain.len - before);
    return ST_OK;
}

static enum status put_value(struct file_reader *r, const struct profile_line *shape,
                             size_t i, struct str s, size_t at, struct diag *d)
{
    const struct profile_field *f = &shape->fields[i];
    struct str value = profile_cut_padding(f, s);
    if (r->is_answer && r->profile->answer.ignore_count > 0) {
        value = text_trim(value); /* a page printed for people, in columns */
    }
    r->cut.at[i] = at + (value.n > 0 ? (size_t)(value.p - s.p) : 0);
    if (r->layout->quote == QUOTE_XML && f->word != WORD_TEXT) {
        TRY(take_entities(r, r->cut.at[i], &value, d));
    }
    r->cut.value[i] = value;
    return ST_OK;
}

/* Bytes that a field of fixed length takes in the file; 0: it takes what is left. */
static size_t fixed_bytes(const struct file_reader *r, const struct profile_field *f)
{
    if (f->width > 0 || f->word != WORD_TEXT) {
        return f->width;
    }
    if (r->layout->charset == CHARSET_UTF8) {
        return f->text.n;
    }
    size_t characters = text_utf8_count(f->text);
    size_t ascii = 0;
    for (size_t i = 0; i < f->text.n; i++) {
        ascii += (unsigned char)f->text.p[i] < 0x80 ? 1 : 0;
    }
    return ascii + 2 * (characters - ascii);
}

static enum status fail_length(struct file_reader *r, size_t at, const char *how,
                               struct diag *d)
{
    diag_fail(d, ST_INPUT, "fields", "the field is %s than the profile says", how);
    return profile_fail_at(r, at, d);
}

/* A column with several fields: each but the last has a fixed length. Cutting by blanks
 * has taken those away that stood before it. */
static enum status put_joined(struct file_reader *r, const struct profile_line *shape,
                              struct column c, struct str s, struct diag *d)
{
    size_t at = (size_t)(s.p - r->now.text.p);
    size_t end = at + s.n;
    size_t want = 0;
    for (size_t i = c.from; i < c.to; i++) {
        want += fixed_bytes(r, &shape->fields[i]);
    }
    size_t lost = r->layout->cut == CUT_BY_BLANKS && want > s.n ? want - s.n : 0;
    for (size_t i = c.from; i < c.to; i++) {
        size_t bytes = fixed_bytes(r, &shape->fields[i]);
        size_t gone = lost < bytes ? lost : bytes;
        size_t to = end;
        lost -= gone;
        if (bytes > 0 && (!reach(r, at, bytes - gone, &to) || to > end)) {
            return fail_length(r, at, "shorter", d);
        }
        TRY(put_value(r, shape, i, str_make(r->now.text.p + at, to - at), at, d));
        at = to;
    }
    return at == end ? ST_OK : fail_length(r, at, "longer", d);
}

static enum status put_column(struct file_reader *r, const struct profile_line *shape,
                              struct column c, struct str s, struct diag *d)
{
    if (c.to > c.from + 1) {
        return put_joined(r, shape, c, s, d);
    }
    return put_value(r, shape, c.from, s, (size_t)(s.p - r->now.text.p), d);
}

/* ---- by a separator ---- */

const char *profile_find_text(struct str in, struct str what)
{
    const char *p = in.p;
    const char *end = in.p + in.n;
    while ((size_t)(end - p) >= what.n) {
        p = memchr(p, what.p[0], (size_t)(end - p) - what.n + 1);
        if (p == NULL || memcmp(p, what.p, what.n) == 0) {
            return p;
        }
        p++;
    }
    return NULL;
}

/* A quoted field at the beginning of `rest`: its text, and in *used its bytes. */
static enum status take_quoted(struct file_reader *r, struct str rest, struct str *out,
                               size_t *used, struct diag *d)
{
    size_t before = r->plain.len;
    size_t i = 1;
    while (i < rest.n &&
           (rest.p[i] != '"' || (i + 1 < rest.n && rest.p[i + 1] == '"'))) {
        i += rest.p[i] == '"' ? 1 : 0;
        buf_add(&r->plain, rest.p + i, 1);
        i++;
    }
    struct str behind = str_make(rest.p + i, rest.n - i);
    if (behind.n == 0) {
        diag_fail(d, ST_INPUT, "quote", "a quoted field without its closing quote");
        return profile_fail_at(r, (size_t)(rest.p - r->now.text.p), d);
    }
    behind = str_make(behind.p + 1, behind.n - 1);
    if (behind.n > 0 && !str_starts(behind, r->layout->separator)) {
        diag_fail(d, ST_INPUT, "quote", "text behind a closing quote");
        return profile_fail_at(r, (size_t)(behind.p - r->now.text.p), d);
    }
    *out = str_make(r->plain.p + before, r->plain.len - before);
    *used = i + 1;
    return ST_OK;
}

/* One column from the beginning of *rest, which is left before the separator. */
static enum status take_column(struct file_reader *r, const struct profile_line *shape,
                               struct column c, struct str *rest, struct diag *d)
{
    const char *stop = NULL;
    if (r->layout->quote == QUOTE_CSV && rest->n > 0 && rest->p[0] == '"') {
        struct str value;
        size_t used = 0;
        TRY(take_quoted(r, *rest, &value, &used, d));
        size_t at = (size_t)(rest->p - r->now.text.p);
        *rest = str_make(rest->p + used, rest->n - used);
        if (c.to > c.from + 1) {
            diag_fail(d, ST_INPUT, "quote", "a joined field in quotes");
            return profile_fail_at(r, at, d);
        }
        TRY(put_value(r, shape, c.from, value, at, d));
        r->cut.at[c.from] = at;
        return ST_OK;
    }
    stop = profile_find_text(*rest, r->layout->separator);
    size_t n = stop == NULL ? rest->n : (size_t)(stop - rest->p);
    struct str text = str_make(rest->p, n);
    *rest = str_make(rest->p + n, rest->n - n);
    return put_column(r, shape, c, text, d);
}

/* For the message: columns from here on. */
static size_t count_columns(const struct file_reader *r, struct str rest)
{
    struct str separator = r->layout->separator;
    const char *p;
    size_t n = 1;
    while ((p = profile_find_text(rest, separator)) != NULL) {
        size_t taken = (size_t)(p - rest.p) + separator.n;
        rest = str_make(rest.p + taken, rest.n - taken);
        n++;
    }
    return n;
}

static enum status cut_by_text(struct file_reader *r, const struct profile_line *shape,
                               struct diag *d)
{
    struct str rest = r->now.text;
    size_t want = column_count(shape);
    size_t separator = r->layout->separator.n;
    size_t have = 0;
    for (struct column c = {0, 0}; c.to < shape->count;) {
        c = next_column(shape, c.to);
        if (have > 0) {
            if (rest.n == 0) {
                return fail_fields(r, have, want, d);
            }
            rest = str_make(rest.p + separator, rest.n - separator);
        }
        TRY(take_column(r, shape, c, &rest, d));
        have++;
    }
    if (rest.n > 0) {
        return fail_fields(r, have - 1 + count_columns(r, rest), want, d);
    }
    return ST_OK;
}

/* ---- by blanks ---- */

struct tokens {
    size_t count;
    struct str at[TOKENS_MAX];
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void find_tokens(struct str s, struct tokens *t)
{
    size_t i = 0;
    t->count = 0;
    while (i < s.n) {
        size_t from = i;
        while (i < s.n && is_blank(s.p[i]) == is_blank(s.p[from])) {
            i++;
        }
        if (!is_blank(s.p[from])) {
            if (t->count < TOKENS_MAX) {
                t->at[t->count] = str_make(s.p + from, i - from);
            }
            t->count++;
        }
    }
}

/* The columns take the tokens, one each; the one with blanks takes `more` besides, and
 * the last `without` have none. */
static enum status put_tokens(struct file_reader *r, const struct profile_line *shape,
                              const struct tokens *t, size_t more, size_t without,
                              struct diag *d)
{
    size_t used = 0;
    size_t columns = column_count(shape) - without;
    size_t n = 0;
    for (struct column c = {0, 0}; c.to < shape->count; n++) {
        c = next_column(shape, c.to);
        struct str s = str_make(r->now.text.p + r->now.text.n, 0);
        if (n < columns) {
            size_t last = used + (shape->fields[c.from].blanks ? more : 0);
            must(last < t->count);
            const char *end = t->at[last].p + t->at[last].n;
            s = str_make(t->at[used].p, (size_t)(end - t->at[used].p));
            used = last + 1;
        }
        TRY(put_column(r, shape, c, s, d));
    }
    must(used == t->count);
    return ST_OK;
}

static bool is_plausible(const struct file_reader *r, const struct profile_line *shape)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (!profile_value_plausible(r, &shape->fields[i], r->cut.value[i])) {
            return false;
        }
    }
    return true;
}

/* Columns at the end that may be empty: then a line has fewer tokens. */
static size_t columns_optional(const struct profile_line *shape)
{
    size_t n = 0;
    for (size_t i = shape->count; i > 0; i--) {
        const struct profile_field *f = &shape->fields[i - 1];
        if (f->word == WORD_TEXT || !f->empty_ok || f->joined) {
            break;
        }
        n++;
    }
    return n;
}

static enum status cut_by_blanks(struct file_reader *r,
                                 const struct profile_line *shape, struct diag *d)
{
    struct tokens t;
    size_t want = column_count(shape);
    size_t optional = columns_optional(shape);
    bool spans = false;
    bool tried = false;
    size_t ways = 0;
    size_t way = 0;
    for (size_t i = 0; i < shape->count; i++) {
        spans |= shape->fields[i].blanks;
    }
    find_tokens(r->now.text, &t);
    for (size_t without = 0; without <= optional; without++) {
        size_t least = want - without;
        if (t.count > TOKENS_MAX || t.count < least || (t.count > least && !spans)) {
            continue;
        }
        struct diag other;
        bool fits = put_tokens(r, shape, &t, t.count - least, without, &other) == ST_OK;
        if (fits && is_plausible(r, shape)) {
            ways++;
            way = without;
        } else if (!tried) {
            way = without; /* the one whose fault is told */
        }
        tried = true;
    }
    if (ways > 1) {
        diag_fail(d, ST_INPUT, "fields", "the line can be cut in %zu ways", ways);
        return profile_fail_line(r,
                                 "a name with blanks and an empty field: ask the "
                                 "bank for another separator",
                                 d);
    }
    if (t.count > TOKENS_MAX || t.count < want - way || (t.count > want && !spans)) {
        return fail_fields(r, t.count, want, d);
    }
    return put_tokens(r, shape, &t, t.count - (want - way), way, d);
}

/* ---- by widths, and at literals ---- */

/* Where a value without a width ends: at the next literal that is always there. */
static size_t value_end(const struct file_reader *r, const struct profile_line *shape,
                        size_t i, size_t at)
{
    struct str rest = str_make(r->now.text.p + at, r->now.text.n - at);
    for (size_t k = i + 1; k < shape->count; k++) {
        const struct profile_field *f = &shape->fields[k];
        if (f->word == WORD_TEXT && f->text.n > 0) {
            const char *p = profile_find_text(rest, f->text);
            if (p != NULL) {
                return (size_t)(p - r->now.text.p);
            }
            if (f->only_with == WORD_TEXT) {
                break;
            }
        }
    }
    return r->now.text.n;
}

static enum status cut_by_place(struct file_reader *r, const struct profile_line *shape,
                                struct diag *d)
{
    size_t at = 0;
    for (size_t i = 0; i < shape->count; i++) {
        const struct profile_field *f = &shape->fields[i];
        struct str rest = str_make(r->now.text.p + at, r->now.text.n - at);
        size_t to = at;
        if (f->width > 0) {
            if (!reach(r, at, f->width, &to)) {
                return fail_length(r, at, "shorter", d);
            }
        } else if (f->word != WORD_TEXT) {
            to = value_end(r, shape, i, at);
        } else if (str_starts(rest, f->text)) {
            to = at + f->text.n;
        } else if (f->only_with == WORD_TEXT) {
            diag_fail(d, ST_INPUT, "fields", "\"%.*s\" is missing", STR_ARG(f->text));
            return profile_fail_at(r, at, d);
        }
        TRY(put_value(r, shape, i, str_make(r->now.text.p + at, to - at), at, d));
        at = to;
    }
    if (at != r->now.text.n) {
        diag_fail(d, ST_INPUT, "fields", "the line is longer than the profile says");
        return profile_fail_at(r, at, d);
    }
    return ST_OK;
}

/* ---- of a sheet ---- */

static enum status cut_cells(struct file_reader *r, const struct profile_line *shape,
                             struct diag *d)
{
    const struct csv_row *row = r->now.row;
    size_t want = column_count(shape);
    if (row->count > want) {
        return fail_fields(r, row->count, want, d);
    }
    size_t n = 0;
    for (struct column c = {0, 0}; c.to < shape->count; n++) {
        c = next_column(shape, c.to);
        struct str s = n < row->count ? row->fields[n] : str_make(NULL, 0);
        enum cell_kind kind = n < row->count ? row->kinds[n] : CELL_TEXT;
        if (kind >= CELL_ERROR) {
            diag_fail(d, ST_INPUT, "cell",
                      "the cell \"%.*s\" has no value that can be relied on",
                      STR_ARG(s));
            return profile_fail_at(r, n, d);
        }
        TRY(put_value(r, shape, c.from, s, 0, d));
        r->cut.at[c.from] = n;
    }
    return ST_OK;
}

/* ---- a line ---- */

enum status profile_cut_line(struct file_reader *r, const struct profile_line *shape,
                             struct diag *d)
{
    must(shape->count <= PROFILE_FIELDS_MAX);
    buf_clear(&r->plain);
    /* Values borrow from it while it grows: a line is never more than this. */
    if (r->layout->quote != QUOTE_NONE &&
        buf_room(&r->plain, FILE_LINE_MAX * 3) == NULL) {
        return buf_check(&r->plain, d);
    }
    if (r->layout->sheet) {
        return cut_cells(r, shape, d);
    }
    switch (r->layout->cut) {
    case CUT_BY_TEXT:
        return cut_by_text(r, shape, d);
    case CUT_BY_BLANKS:
        return cut_by_blanks(r, shape, d);
    case CUT_BY_WIDTHS:
    case CUT_NOT:
        return cut_by_place(r, shape, d);
    }
    must(false); /* no such way */
    return ST_INTERNAL;
}

enum status profile_cut_titles(struct file_reader *r, const struct profile_line *shape,
                               struct diag *d)
{
    struct profile_field titles[PROFILE_FIELDS_MAX];
    struct profile_line line = {titles, 0, shape->place};
    for (struct column c = {0, 0}; c.to < shape->count;) {
        c = next_column(shape, c.to);
        const struct profile_field *f = &shape->fields[c.from];
        titles[line.count++] = (struct profile_field){
            .text = f->title, .width = f->width, .right = f->right, .pad = ' '};
    }
    TRY(profile_cut_line(r, &line, d));
    for (size_t i = 0; i < line.count; i++) {
        struct str s = text_trim(r->cut.value[i]);
        if (!str_eq(s, titles[i].text)) {
            diag_fail(d, ST_INPUT, "column-names",
                      "the column is called \"%.*s\", not \"%.*s\"", STR_ARG(s),
                      STR_ARG(titles[i].text));
            profile_fail_at(r, r->cut.at[i], d);
            return diag_hint(d, "has the bank changed its layout? then the profile "
                                "must follow");
        }
    }
    return ST_OK;
}
