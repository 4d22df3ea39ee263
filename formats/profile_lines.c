/* profile_lines.c - the lines of a bank's file, as UTF-8, or the rows of its workbook.
 *
 * A line is turned into UTF-8 before anything looks into it: a trail byte of GBK may be
 * 0x7C, the "|". It must never let a file pass that is in another encoding than the
 * profile says, though its bytes happen to be characters there, too. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/wipe.h"
#include "formats/profile_file_private.h"

const char profile_ask_again[] = "fetch the file from the bank again; do not mend it";

enum status profile_fail_line(const struct file_reader *r, const char *hint,
                              struct diag *d)
{
    diag_hint(d, "%s", hint);
    return diag_where(d, "%s %llu", r->layout->sheet ? "row" : "line",
                      (unsigned long long)r->line);
}

size_t profile_column(const struct file_reader *r, size_t at)
{
    if (r->layout->sheet) {
        return at + 1;
    }
    size_t n = at < r->now.text.n ? at : r->now.text.n;
    return text_utf8_count(str_make(r->now.text.p, n)) + 1;
}

enum status profile_fail_at(const struct file_reader *r, size_t at, struct diag *d)
{
    size_t column = profile_column(r, at);
    diag_hint(d, "%s", profile_ask_again);
    return diag_where(d, "%s %llu, column %zu", r->layout->sheet ? "row" : "line",
                      (unsigned long long)r->line, column);
}

/* ---- open and close ---- */

static const struct str utf8_mark = {"\xef\xbb\xbf", 3}; /* of byte order */

static enum status open_sheet(struct file_reader *r, struct diag *d)
{
    if (!xlsx_begins(r->all)) {
        diag_fail(d, ST_INPUT, "not-a-sheet", "the file is not an .xlsx workbook");
        return diag_hint(d, "have the bank save it as .xlsx, or is it another file?");
    }
    return xlsx_reader_new(&r->sheet, r->all, NULL, d);
}

enum status profile_lines_again(struct file_reader *r, struct diag *d)
{
    if (r->moved) {
        return diag_fail(d, ST_INPUT, "stream", "the file cannot be read twice");
    }
    r->rest = r->all;
    r->line = 0;
    r->now = (struct file_line){0};
    if (r->layout->sheet) {
        xlsx_reader_free(r->sheet);
        r->sheet = NULL;
        return open_sheet(r, d);
    }
    if (str_starts(r->all, utf8_mark) && r->layout->charset == CHARSET_UTF8) {
        r->rest = str_make(r->all.p + utf8_mark.n, r->all.n - utf8_mark.n);
    }
    return ST_OK;
}

/* Of a source: never fewer bytes are kept before its end, and never more. */
#define WINDOW_LOW ((PROFILE_LINES_MAX + 2) * FILE_LINE_MAX)
#define WINDOW_BYTES ((size_t)4 * WINDOW_LOW)

enum status profile_lines_ready(struct file_reader *r, struct diag *d)
{
    if (r->source == NULL || r->ended || r->rest.n >= WINDOW_LOW) {
        return ST_OK;
    }
    size_t n = r->rest.n;
    size_t more = 1;
    r->moved = r->moved || r->rest.p != r->all.p;
    memmove(r->window, r->rest.p, n);
    while (n < WINDOW_BYTES && more > 0) {
        TRY(r->source->read(r->source->ctx, r->window + n, WINDOW_BYTES - n, &more, d));
        n += more;
    }
    r->ended = more == 0;
    r->all = str_make(r->window, n);
    r->rest = r->all;
    return ST_OK;
}

static enum status open_source(struct file_reader *r, struct diag *d)
{
    r->window = malloc(WINDOW_BYTES);
    if (r->window == NULL) {
        return diag_memory(d);
    }
    r->all = str_make(r->window, 0);
    r->rest = r->all;
    return profile_lines_ready(r, d);
}

enum status profile_lines_open(struct file_reader *r, struct str file, struct diag *d)
{
    r->all = file;
    if (r->source != NULL) {
        TRY(open_source(r, d));
    }
    buf_init(&r->utf8, (size_t)4 * FILE_LINE_MAX);
    buf_init(&r->plain, (size_t)4 * FILE_LINE_MAX);
    if (r->all.n == 0) {
        diag_fail(d, ST_INPUT, "empty-file", "the file is empty");
        return diag_hint(d, "%s", profile_ask_again);
    }
    if (!r->layout->sheet && r->layout->charset != CHARSET_UTF8) {
        TRY(charset_conv_new(&r->conv, r->layout->charset, CHARSET_UTF8, d));
    }
    return profile_lines_again(r, d);
}

void profile_lines_close(struct file_reader *r)
{
    charset_conv_free(r->conv);
    xlsx_reader_free(r->sheet);
    buf_release(&r->utf8);
    buf_release(&r->plain);
    if (r->window != NULL) {
        wipe(r->window, WINDOW_BYTES);
        free(r->window);
    }
}

/* ---- a line of text ---- */

/* What there is in a line, in one look at each byte. A trail byte of GBK or GB18030 is
 * neither below 0x30 nor 0x7f, so that controls can be sought before it is UTF-8. */
enum { CONTROL = 1, NOT_ASCII = 2 };

#define X16(v) v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v
static const uint8_t line_bytes[256] = {
    /* From 0x00, at 0x7f, and from 0x80. */
    X16(CONTROL),   X16(CONTROL),   [0x7f] = CONTROL, X16(NOT_ASCII),
    X16(NOT_ASCII), X16(NOT_ASCII), X16(NOT_ASCII),   X16(NOT_ASCII),
    X16(NOT_ASCII), X16(NOT_ASCII), X16(NOT_ASCII),
};

static unsigned look(struct str s)
{
    unsigned all = 0;
    for (size_t i = 0; i < s.n; i++) {
        all |= line_bytes[(unsigned char)s.p[i]];
    }
    return all;
}

/* UTF-8 with two or more characters of three bytes or four. Chance makes that of the
 * GBK of a county's names about once in ten million lines, and never of a line with
 * the words a bank uses. */
static bool is_surely_utf8(struct str raw)
{
    if (str_starts(raw, utf8_mark)) {
        return true;
    }
    if (!text_utf8_valid(raw, NULL)) {
        return false;
    }
    size_t long_ones = 0;
    for (size_t i = 0; i < raw.n; i++) {
        long_ones += (unsigned char)raw.p[i] >= 0xe0 ? 1 : 0;
    }
    return long_ones >= 2;
}

static enum status fail_utf8(const struct file_reader *r, struct diag *d)
{
    diag_fail(d, ST_INPUT, "charset-utf8", "the line is UTF-8, the profile says %s",
              charset_name(r->layout->charset));
    size_t at = 0;
    while ((unsigned char)r->now.raw.p[at] < 0x80) {
        at++;
    }
    profile_fail_at(r, at, d);
    return diag_hint(d, "a file in two encodings was put together by somebody; if all "
                        "of it is UTF-8, correct the profile's encoding");
}

static enum status to_utf8(struct file_reader *r, struct diag *d)
{
    struct str raw = r->now.raw;
    size_t bad = 0;
    if (r->layout->charset == CHARSET_UTF8) {
        r->now.text = raw;
        if (text_utf8_valid(raw, &bad)) {
            return ST_OK;
        }
    } else {
        if (is_surely_utf8(raw)) {
            return fail_utf8(r, d);
        }
        buf_clear(&r->utf8);
        enum status st = charset_convert(r->conv, raw, true, &r->utf8, &bad, d);
        r->now.text = buf_str(&r->utf8);
        if (st != ST_INPUT) {
            return st;
        }
        bad = r->utf8.len;
    }
    diag_fail(d, ST_INPUT, "charset", "a byte that is not %s",
              charset_name(r->layout->charset));
    profile_fail_at(r, bad, d);
    return diag_hint(d,
                     "ask the bank which encoding the file is in: it is the "
                     "profile's `encoding`; if it is the right one, %s",
                     profile_ask_again);
}

/* A tab may be a separator, or blank; nothing else below 0x20 belongs into a line. */
static enum status check_controls(const struct file_reader *r, struct diag *d)
{
    struct str s = r->now.text;
    bool tabs = r->layout->cut == CUT_BY_BLANKS ||
                memchr(r->layout->separator.p, '\t', r->layout->separator.n) != NULL;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 || c == 0x7f) && !(c == '\t' && tabs)) {
            diag_fail(d, ST_INPUT, "control-character",
                      "the line has a control character, byte %02x", c);
            return profile_fail_at(r, i, d);
        }
    }
    return ST_OK;
}

static enum status next_raw(struct file_reader *r, struct diag *d)
{
    r->line++;
    size_t look = r->rest.n < FILE_LINE_MAX ? r->rest.n : FILE_LINE_MAX;
    const char *end = memchr(r->rest.p, '\n', look);
    if (end == NULL && r->rest.n > FILE_LINE_MAX) {
        diag_fail(d, ST_INPUT, "line-too-long", "a line of more than %d bytes",
                  FILE_LINE_MAX);
        return profile_fail_line(r, "is this the bank's file?", d);
    }
    size_t n = end == NULL ? r->rest.n : (size_t)(end - r->rest.p);
    size_t taken = end == NULL ? n : n + 1;
    struct str raw = str_make(r->rest.p, n);
    r->rest = str_make(r->rest.p + taken, r->rest.n - taken);
    if (raw.n > 0 && raw.p[raw.n - 1] == '\r') {
        raw.n--;
    }
    r->now = (struct file_line){
        .number = r->line, .raw = raw, .text = raw, .ended = end != NULL};
    return ST_OK;
}

/* Rules, page heads: where a profile names such, an empty line is one, too. */
static bool is_ignored(const struct file_reader *r)
{
    const struct profile_answer *answer = &r->profile->answer;
    if (!r->is_answer || answer->ignore_count == 0) {
        return false;
    }
    struct str text = text_trim(r->now.text);
    if (text.n == 0) {
        return true;
    }
    for (size_t i = 0; i < answer->ignore_count; i++) {
        if (str_starts(text, answer->ignore[i])) {
            return true;
        }
    }
    return false;
}

static enum status next_row(struct file_reader *r, bool *more, struct diag *d)
{
    const struct csv_row *row = NULL;
    TRY(xlsx_reader_next(r->sheet, &row, d));
    *more = row != NULL;
    if (row != NULL) {
        r->line = row->line;
        r->now = (struct file_line){.number = row->line, .row = row, .ended = true};
        r->now.text = row->count > 0 ? row->fields[0] : str_make(NULL, 0);
    }
    return ST_OK;
}

enum status profile_lines_next(struct file_reader *r, bool *more, struct diag *d)
{
    do {
        if (r->layout->sheet) {
            TRY(next_row(r, more, d));
            if (!*more) {
                return ST_OK;
            }
            continue;
        }
        TRY(profile_lines_ready(r, d));
        *more = r->rest.n > 0;
        if (!*more) {
            return ST_OK;
        }
        TRY(next_raw(r, d));
        unsigned all = look(r->now.raw);
        if ((all & NOT_ASCII) != 0) {
            TRY(to_utf8(r, d));
        }
        if ((all & CONTROL) != 0) {
            TRY(check_controls(r, d));
        }
    } while (is_ignored(r));
    return ST_OK;
}
