/* profile_sheet.c - bank files that are sheets: the writer of text (profile_write.c)
 * makes each line, so that limits, padding and transforms are the same as everywhere,
 * and its fields become cells. Amounts in yuan are numbers with two decimals, counts
 * are numbers; all else is text, or a spreadsheet would round accounts and serials to
 * 15 digits and drop zeros at their beginning. */
#include "formats/profile_sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "formats/profile_private.h"
#include "formats/xlsx_write.h"

#define SEPARATOR '\x1f'
#define LINES_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define SHEET_NAME "Sheet1"
#define SECOND_US 1000000
#define WIDTH_MIN 12
#define WIDTH_NUMBERED 24 /* accounts, serials, ID numbers */
#define WIDTH_MAX 40

struct profile_sheet {
    struct xlsx_writer *book;
    struct charset_conv *conv;
    struct digest *rows;
    struct buf utf8; /* of one line */
};

struct profile_layout profile_sheet_text(const struct profile_layout *sheet)
{
    return (struct profile_layout){.charset = CHARSET_GB18030,
                                   .last_line_end = true,
                                   .cut = CUT_NOT,
                                   .separator = str_of("\x1f"),
                                   .extension = sheet->extension};
}

enum status profile_sheet_new(struct profile_sheet **out,
                              const struct payment_head *head, struct diag *d)
{
    struct profile_sheet *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return diag_memory(d);
    }
    /* Made answers have heads without a time; none is not one the library takes. */
    int64_t created_us = head->created_us < SECOND_US ? SECOND_US : head->created_us;
    enum status st;
    buf_init(&s->utf8, LINES_BYTES_MAX);
    TRY_OUT(charset_conv_new(&s->conv, CHARSET_GB18030, CHARSET_UTF8, d));
    TRY_OUT(digest_new(&s->rows, d));
    TRY_OUT(xlsx_writer_new(&s->book, SHEET_NAME, created_us, d));
    digest_start(s->rows);
out:
    if (st != ST_OK) {
        profile_sheet_free(s);
        return st;
    }
    *out = s;
    return ST_OK;
}

void profile_sheet_free(struct profile_sheet *s)
{
    if (s != NULL) {
        xlsx_writer_free(s->book);
        charset_conv_free(s->conv);
        digest_free(s->rows);
        buf_release(&s->utf8);
        free(s);
    }
}

static bool is_count(enum profile_word w)
{
    return w == WORD_COUNT || w == WORD_PART || w == WORD_NUMBER ||
           w == WORD_NTH_OF_ACCOUNT;
}

static bool is_sum(enum profile_word w)
{
    return w == WORD_TOTAL || w == WORD_AMOUNT || w == WORD_PAID_AMOUNT;
}

static struct xlsx_cell cell_of(const struct profile_field *f, struct str text)
{
    struct xlsx_cell c = {.kind = f == NULL ? XLSX_HEAD : XLSX_TEXT, .text = text};
    uint64_t n = 0;
    if (f == NULL) {
        return c;
    }
    if (is_sum(f->word) && f->as == AS_YUAN && money_parse(text, &c.number)) {
        c.kind = XLSX_YUAN;
    } else if (((is_sum(f->word) && f->as == AS_FEN) || is_count(f->word)) &&
               text_u64(text, 0, INT64_MAX, &n)) {
        c.kind = XLSX_COUNT;
        c.number = (int64_t)n;
    }
    return c;
}

/* One line, in UTF-8. */
static enum status add_row(struct profile_sheet *s, const struct profile_line *shape,
                           struct str line, struct diag *d)
{
    struct xlsx_cell cells[PROFILE_FIELDS_MAX];
    size_t count = 0;
    bool more = true;
    while (more) {
        const char *end = line.n > 0 ? memchr(line.p, SEPARATOR, line.n) : NULL;
        size_t n = end == NULL ? line.n : (size_t)(end - line.p);
        must(count < PROFILE_FIELDS_MAX && (shape == NULL || count < shape->count));
        cells[count] =
            cell_of(shape == NULL ? NULL : &shape->fields[count], str_make(line.p, n));
        count++;
        more = end != NULL;
        if (more) {
            line = str_make(end + 1, line.n - n - 1);
        }
    }
    return xlsx_writer_row(s->book, cells, count, d);
}

enum status profile_sheet_lines(struct profile_sheet *s,
                                const struct profile_line *shape, struct str lines,
                                struct diag *d)
{
    while (lines.n > 0) {
        size_t used = 0;
        const char *end = memchr(lines.p, '\n', lines.n);
        must(end != NULL);
        size_t n = (size_t)(end - lines.p);
        buf_clear(&s->utf8);
        TRY(charset_convert(s->conv, str_make(lines.p, n), true, &s->utf8, &used, d));
        digest_add(s->rows, s->utf8.p, s->utf8.len);
        digest_add(s->rows, "\n", 1);
        TRY(add_row(s, shape, buf_str(&s->utf8), d));
        lines = str_make(end + 1, lines.n - n - 1);
    }
    return ST_OK;
}

/* Widths for a detail of this shape. */
static void profile_sheet_widths(struct profile_sheet *s,
                                 const struct profile_line *shape)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct profile_field *f = &shape->fields[i];
        bool numbered = f->word == WORD_ID || f->word == WORD_ACCOUNT ||
                        f->word == WORD_ID_NUMBER || f->word == WORD_BENEFICIARY_NUMBER;
        size_t width = text_width(f->title) + 4;
        size_t least = numbered ? WIDTH_NUMBERED : WIDTH_MIN;
        width = width < least ? least : width > WIDTH_MAX ? WIDTH_MAX : width;
        xlsx_writer_width(s->book, i, width);
    }
}

/* Of the rows' text in UTF-8, as they were given: see docs/formats/bank-text.md. */
static void profile_sheet_digest(struct profile_sheet *s, uint8_t sha256[DIGEST_LEN])
{
    digest_end(s->rows, sha256);
}

enum status profile_sheet_end(struct profile_sheet *s, struct buf *out, struct diag *d)
{
    return xlsx_writer_end(s->book, out, d);
}

/* ---- what the format of a sheet does ---- */

/* Not that of profile_write.c, which is only pointed to here. */
struct payment_writer {
    struct profile text; /* the profile with the layout of a text */
    const struct profile_variant *variant;
    struct payment_writer *lines; /* of profile_write.c; NULL after the last line */
    struct profile_sheet *sheet;  /* NULL: on trial, of which only the lines count */
    struct buf line;
};

void profile_sheet_abandon(struct payment_writer *w)
{
    if (w != NULL) {
        profile_text_abandon(w->lines);
        profile_sheet_free(w->sheet);
        buf_release(&w->line);
        free(w);
    }
}

/* The lines of `shapes` at the beginning of *rest, each of its own. */
static enum status add_lines(struct payment_writer *w,
                             const struct profile_line *shapes, size_t count,
                             struct str *rest, struct diag *d)
{
    for (size_t i = 0; i < count; i++) {
        const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
        must(end != NULL);
        size_t n = (size_t)(end - rest->p) + 1;
        TRY(profile_sheet_lines(w->sheet, &shapes[i], str_make(rest->p, n), d));
        *rest = str_make(rest->p + n, rest->n - n);
    }
    return ST_OK;
}

static enum status begin(struct payment_writer *w, const struct payment_head *head,
                         struct diag *d)
{
    const struct profile_body *b = &w->variant->body;
    TRY(profile_text_open(&w->text.format, &w->lines, head, &w->line, d));
    if (head->trial) {
        return ST_OK;
    }
    TRY(profile_sheet_new(&w->sheet, head, d));
    if (b->column_names) {
        profile_sheet_widths(w->sheet, &b->detail);
    }
    struct str rest = buf_str(&w->line);
    TRY(add_lines(w, b->header, b->header_count, &rest, d));
    return profile_sheet_lines(w->sheet, NULL, rest, d);
}

enum status profile_sheet_open(const struct payment_format *f,
                               struct payment_writer **w,
                               const struct payment_head *head, struct buf *out,
                               struct diag *d)
{
    (void)out; /* all of it comes at the end */
    struct payment_writer *new = calloc(1, sizeof *new);
    if (new == NULL) {
        return diag_memory(d);
    }
    must(head->variant < f->profile->variant_count);
    new->text = *f->profile;
    new->text.layout = profile_sheet_text(&f->profile->layout);
    new->text.format.profile = &new->text;
    new->variant = &f->profile->variants[head->variant];
    buf_init(&new->line, LINES_BYTES_MAX);
    enum status st = begin(new, head, d);
    if (st != ST_OK) {
        profile_sheet_abandon(new);
        return st;
    }
    *w = new;
    return ST_OK;
}

enum status profile_sheet_add(struct payment_writer *w, const struct payment *p,
                              struct buf *out, struct diag *d)
{
    (void)out;
    buf_clear(&w->line);
    TRY(profile_text_add(w->lines, p, &w->line, d));
    if (w->sheet == NULL) {
        return ST_OK;
    }
    return profile_sheet_lines(w->sheet, &w->variant->body.detail, buf_str(&w->line),
                               d);
}

/* The trailer's rows, once. */
static enum status finish(struct payment_writer *w, struct diag *d)
{
    const struct profile_body *b = &w->variant->body;
    struct payment_writer *lines = w->lines;
    if (lines == NULL) {
        return ST_OK;
    }
    w->lines = NULL;
    buf_clear(&w->line);
    TRY(profile_text_close(lines, &w->line, d));
    struct str rest = buf_str(&w->line);
    return add_lines(w, b->trailer, b->trailer_count, &rest, d);
}

enum status profile_sheet_rows(struct payment_writer *w, uint8_t sha256[DIGEST_LEN],
                               struct diag *d)
{
    TRY(finish(w, d));
    profile_sheet_digest(w->sheet, sha256);
    return ST_OK;
}

enum status profile_sheet_close(struct payment_writer *w, struct buf *out,
                                struct diag *d)
{
    enum status st = finish(w, d);
    if (st == ST_OK) {
        st = profile_sheet_end(w->sheet, out, d);
    }
    profile_sheet_abandon(w);
    return st;
}
