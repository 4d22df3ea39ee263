/* csv.c - RFC 4180 as streams: rows out of chunks of bytes, fields into a buffer.
 *
 * A row is scanned where it lies in the buffer; when it is not whole the rest moves to
 * the front, more is read, and the scan starts again. The amount read doubles with
 * the row, so that even a row of the greatest length costs linear time. Nothing is
 * repaired: what another program could read in a different way is an error with its
 * place. */
#include "formats/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"

#define CHUNK ((size_t)64 * 1024)
/* At most one row and as much again is kept; a chunk may double when converted. */
#define TEXT_MAX (2 * (size_t)CSV_ROW_BYTES_MAX + 4 * CHUNK)

struct csv_reader {
    struct csv_source source;
    struct charset_conv *conv; /* NULL when the source is UTF-8 */
    struct buf raw;            /* read, but not yet converted */
    struct buf text;           /* UTF-8 */
    size_t at;                 /* in text, of the next row */
    uint64_t line;             /* of the next row */
    bool begun;
    bool ended;                   /* no more text comes */
    bool broken;                  /* because what follows is not in the encoding */
    struct diag failure;          /* what every further call says; ST_OK when none */
    bool doubled[CSV_FIELDS_MAX]; /* fields that still hold "" */
    struct csv_row row;
};

/* ---- text in ---- */

enum status csv_reader_new(struct csv_reader **out, struct csv_source source,
                           enum charset charset, struct diag *d)
{
    struct csv_reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return diag_memory(d);
    }
    r->source = source;
    r->line = 1;
    buf_init(&r->raw, 2 * CHUNK);
    buf_init(&r->text, TEXT_MAX);
    if (charset != CHARSET_UTF8) {
        enum status st = charset_conv_new(&r->conv, charset, CHARSET_UTF8, d);
        if (st != ST_OK) {
            csv_reader_free(r);
            return st;
        }
    }
    *out = r;
    return ST_OK;
}

void csv_reader_free(struct csv_reader *r)
{
    if (r == NULL) {
        return;
    }
    charset_conv_free(r->conv);
    buf_release(&r->raw);
    buf_release(&r->text);
    free(r);
}

static enum status read_into(struct csv_reader *r, struct buf *to, struct diag *d)
{
    void *p = buf_room(to, CHUNK);
    if (p == NULL) {
        return buf_check(to, d);
    }
    size_t n = 0;
    TRY(r->source.read(r->source.ctx, p, CHUNK, &n, d));
    must(n <= CHUNK);
    to->len += n;
    r->ended = n == 0;
    return ST_OK;
}

static enum status read_converted(struct csv_reader *r, struct diag *d)
{
    TRY(read_into(r, &r->raw, d));
    size_t used = 0;
    enum status st =
        charset_convert(r->conv, buf_str(&r->raw), r->ended, &r->text, &used, d);
    if (st == ST_INPUT) {
        /* Told when the rows before it have been read. */
        r->broken = true;
        r->ended = true;
        return ST_OK;
    }
    TRY(st);
    r->raw.len -= used;
    memmove(r->raw.p, r->raw.p + used, r->raw.len);
    return ST_OK;
}

/* Makes the rest of the text longer, or ends it. */
static enum status read_more(struct csv_reader *r, struct diag *d)
{
    size_t rest = r->text.len - r->at;
    if (rest > 0 && r->at > 0) {
        memmove(r->text.p, r->text.p + r->at, rest);
    }
    r->text.len = rest;
    r->at = 0;
    size_t want = rest * 2 > CHUNK ? rest * 2 : CHUNK;
    while (!r->ended && r->text.len < want) {
        TRY(r->conv == NULL ? read_into(r, &r->text, d) : read_converted(r, d));
    }
    return ST_OK;
}

static enum status begin(struct csv_reader *r, struct diag *d)
{
    /* Even of an empty file: cursors count from its address. */
    if (buf_room(&r->text, CHUNK) == NULL) {
        return buf_check(&r->text, d);
    }
    TRY(read_more(r, d));
    if (str_starts(buf_str(&r->text), str_of("\xef\xbb\xbf"))) {
        r->at = 3;
    }
    r->begun = true;
    return ST_OK;
}

/* ---- one row ---- */

enum scan {
    SCAN_OK,
    SCAN_MORE, /* the text ends within the row */
    SCAN_BAD   /* the cursor stands at the fault */
};

/* A place in the row being scanned. */
struct cursor {
    const uint8_t *p;
    size_t i;
    size_t n;
    bool last;        /* nothing comes after n */
    uint32_t column;  /* of i, from 1 */
    uint32_t down;    /* line ends before i */
    const char *code; /* of the fault */
    const char *what;
};

static enum scan fault(struct cursor *c, const char *code, const char *what)
{
    c->code = code;
    c->what = what;
    return SCAN_BAD;
}

enum { TAIL = 0, CHARACTER = 1, SPECIAL = 2 };

/* Tails of UTF-8 count no column; what may end a field is special. */
#define X16(v) v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v
static const uint8_t byte_kind[256] = {
    /* 0x00 */ 1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    SPECIAL,
    1,
    1,
    SPECIAL,
    1,
    1,
    X16(CHARACTER),
    /* 0x20 */ 1,
    1,
    SPECIAL,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    SPECIAL,
    1,
    1,
    1,
    X16(CHARACTER),
    X16(CHARACTER),
    X16(CHARACTER),
    X16(CHARACTER),
    X16(CHARACTER),
    X16(TAIL),
    X16(TAIL),
    X16(TAIL),
    X16(TAIL),
    X16(CHARACTER),
    X16(CHARACTER),
    X16(CHARACTER),
    X16(CHARACTER),
};

/* Moves over text that may hold line ends, up to `to`. */
static void advance(struct cursor *c, size_t to)
{
    for (; c->i < to; c->i++) {
        if (c->p[c->i] == '\n') {
            c->down++;
            c->column = 1;
        } else {
            c->column += (c->p[c->i] & 0xc0) != 0x80;
        }
    }
}

/* From behind an opening quote to behind the closing one. */
static enum scan scan_quoted(struct cursor *c, struct str *field, bool *doubled)
{
    struct cursor opened = *c;
    c->i++;
    c->column++;
    size_t from = c->i;
    *doubled = false;
    for (;;) {
        const uint8_t *quote =
            c->i < c->n ? memchr(c->p + c->i, '"', c->n - c->i) : NULL;
        if (quote == NULL) {
            if (!c->last) {
                return SCAN_MORE;
            }
            *c = opened;
            return fault(c, "csv-quote", "the quote is not closed");
        }
        size_t at = (size_t)(quote - c->p);
        if (at + 1 == c->n && !c->last) {
            return SCAN_MORE;
        }
        if (at + 1 == c->n || c->p[at + 1] != '"') {
            *field = str_make(c->p + from, at - from);
            advance(c, at + 1);
            return SCAN_OK;
        }
        *doubled = true;
        advance(c, at + 2);
    }
}

static void scan_plain(struct cursor *c, struct str *field)
{
    size_t i = c->i;
    uint32_t column = c->column;
    while (i < c->n && byte_kind[c->p[i]] != SPECIAL) {
        column += byte_kind[c->p[i]];
        i++;
    }
    *field = str_make(c->p + c->i, i - c->i);
    c->i = i;
    c->column = column;
}

/* Behind a field: its comma, or the end of the row. */
static enum scan scan_end(struct cursor *c, bool quoted, bool *row_ends)
{
    *row_ends = true;
    if (c->i == c->n) {
        return c->last ? SCAN_OK : SCAN_MORE;
    }
    switch (c->p[c->i]) {
    case ',':
        *row_ends = false;
        c->i++;
        c->column++;
        return SCAN_OK;
    case '\n':
        advance(c, c->i + 1);
        return SCAN_OK;
    case '\r':
        if (c->i + 1 == c->n && !c->last) {
            return SCAN_MORE;
        }
        if (c->i + 1 == c->n || c->p[c->i + 1] != '\n') {
            return fault(c, "csv-line-end", "a carriage return without a line feed");
        }
        advance(c, c->i + 2);
        return SCAN_OK;
    default:
        return quoted ? fault(c, "csv-quote", "text after a closing quote")
                      : fault(c, "csv-quote", "a quote within a field without quotes");
    }
}

static enum scan scan_row(struct csv_reader *r, struct cursor *c)
{
    struct csv_row *row = &r->row;
    row->count = 0;
    for (bool ends = false; !ends;) {
        if (row->count == CSV_FIELDS_MAX) {
            return fault(c, "csv-too-many-fields", "more than 256 fields in a row");
        }
        size_t k = row->count;
        row->columns[k] = c->column;
        row->down[k] = c->down;
        bool quoted = c->i < c->n && c->p[c->i] == '"';
        r->doubled[k] = false;
        if (quoted) {
            enum scan s = scan_quoted(c, &row->fields[k], &r->doubled[k]);
            if (s != SCAN_OK) {
                return s;
            }
        } else {
            scan_plain(c, &row->fields[k]);
        }
        enum scan s = scan_end(c, quoted, &ends);
        if (s != SCAN_OK) {
            return s;
        }
        row->count++;
    }
    return SCAN_OK;
}

/* Each "" becomes " in place; the row is whole, so no scan will see it again. */
static void undouble(struct csv_reader *r)
{
    for (size_t k = 0; k < r->row.count; k++) {
        if (!r->doubled[k]) {
            continue;
        }
        struct str *field = &r->row.fields[k];
        char *p = r->text.p + (field->p - r->text.p);
        size_t n = 0;
        for (size_t i = 0; i < field->n; i++) {
            p[n++] = p[i];
            i += p[i] == '"';
        }
        field->n = n;
    }
}

/* ---- the reader ---- */

static enum status fail_cursor(struct csv_reader *r, const struct cursor *c,
                               const char *hint, struct diag *d)
{
    diag_fail(d, ST_INPUT, c->code, "%s", c->what);
    if (hint != NULL) {
        diag_hint(d, "%s", hint);
    }
    return diag_where(d, "line %llu, column %u",
                      (unsigned long long)(r->line + c->down), (unsigned)c->column);
}

static struct cursor cursor_at_row(const struct csv_reader *r)
{
    return (struct cursor){
        .p = (const uint8_t *)r->text.p + r->at,
        .n = r->text.len - r->at,
        .last = r->ended && !r->broken,
        .column = 1,
    };
}

static enum status fail_charset(struct csv_reader *r, size_t offset, struct diag *d)
{
    struct cursor c = cursor_at_row(r);
    advance(&c, offset);
    (void)fault(&c, "charset", "a byte that is not in the file's encoding");
    return fail_cursor(r, &c, "save the file as UTF-8 and check this place", d);
}

static enum status fail_too_long(struct csv_reader *r, struct diag *d)
{
    struct cursor c = cursor_at_row(r);
    (void)fault(&c, "csv-row-too-long", "a row of more than 1048576 bytes");
    return fail_cursor(r, &c, "a quote that is never closed makes one row of many", d);
}

/* Moves over empty lines; the row begins at r->at, or more text is needed. */
static void skip_empty_lines(struct csv_reader *r)
{
    for (;;) {
        const char *p = r->text.p + r->at;
        size_t n = r->text.len - r->at;
        size_t skip = n >= 1 && p[0] == '\n'                   ? 1
                      : n >= 2 && p[0] == '\r' && p[1] == '\n' ? 2
                                                               : 0;
        if (skip == 0) {
            return;
        }
        r->at += skip;
        r->line++;
    }
}

static enum status take_row(struct csv_reader *r, const struct cursor *c,
                            struct diag *d)
{
    if (c->i > CSV_ROW_BYTES_MAX) {
        return fail_too_long(r, d);
    }
    size_t bad_at = 0;
    if (r->conv == NULL && !text_utf8_valid(str_make(c->p, c->i), &bad_at)) {
        return fail_charset(r, bad_at, d);
    }
    undouble(r);
    r->row.line = r->line;
    r->line += c->down;
    r->at += c->i;
    return ST_OK;
}

/* At a place where the text, as far as it was read, ends within a row. */
static enum status need_more(struct csv_reader *r, struct diag *d)
{
    if (r->text.len - r->at > CSV_ROW_BYTES_MAX) {
        return fail_too_long(r, d);
    }
    if (r->broken) {
        return fail_charset(r, r->text.len - r->at, d);
    }
    return read_more(r, d);
}

static enum status next_row(struct csv_reader *r, bool *found, struct diag *d)
{
    if (!r->begun) {
        TRY(begin(r, d));
    }
    for (;;) {
        skip_empty_lines(r);
        struct cursor c = cursor_at_row(r);
        if (c.n == 0 && c.last) {
            *found = false;
            return ST_OK;
        }
        switch (scan_row(r, &c)) {
        case SCAN_OK:
            *found = true;
            return take_row(r, &c, d);
        case SCAN_BAD:
            return fail_cursor(r, &c, NULL, d);
        case SCAN_MORE:
            TRY(need_more(r, d));
            break;
        }
    }
}

enum status csv_reader_next(struct csv_reader *r, const struct csv_row **row,
                            struct diag *d)
{
    if (r->failure.status != ST_OK) {
        *d = r->failure;
        return d->status;
    }
    bool found = false;
    enum status st = next_row(r, &found, d);
    if (st != ST_OK) {
        r->failure = *d;
        return st;
    }
    *row = found ? &r->row : NULL;
    return ST_OK;
}

/* ---- writing ---- */

static bool needs_quotes(const struct buf *out, struct str field, bool last)
{
    if (field.n == 0) {
        /* Alone in its row it would make an empty line, which readers skip. */
        return last && (out->len == 0 || out->p[out->len - 1] == '\n');
    }
    for (size_t i = 0; i < field.n; i++) {
        if (byte_kind[(uint8_t)field.p[i]] == SPECIAL) {
            return true;
        }
    }
    return str_starts(field, str_of("\xef\xbb\xbf"));
}

static void write_quoted(struct buf *out, struct str field)
{
    buf_add(out, "\"", 1);
    while (field.n > 0) {
        const char *quote = memchr(field.p, '"', field.n);
        size_t n = quote == NULL ? field.n : (size_t)(quote - field.p) + 1;
        buf_add(out, field.p, n);
        if (quote != NULL) {
            buf_add(out, "\"", 1);
        }
        field = str_make(field.p + n, field.n - n);
    }
    buf_add(out, "\"", 1);
}

void csv_write_field(struct buf *out, struct str field, bool last)
{
    if (needs_quotes(out, field, last)) {
        write_quoted(out, field);
    } else {
        buf_add_str(out, field);
    }
    buf_add_text(out, last ? "\r\n" : ",");
}
