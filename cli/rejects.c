/* rejects.c - see rejects.h. Columns, their order, title rows and values are those of
 * the file that was read, so that the same mapping reads this one; UTF-8 with a byte
 * order mark, for the office programs. What people are in it, stays in it. */
#include "cli/rejects.h"

#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/reasons.h"

#define HEADER_BYTES_MAX ((size_t)128 * 1024 * 1024)
#define REFUSED_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define PADDED_LINES_MAX 100 /* a mapping's header-row is no greater */

static size_t width(const struct csv_row *row)
{
    size_t n = row->count;
    while (n > 0 && text_trim(row->fields[n - 1]).n == 0) {
        n--;
    }
    return n;
}

static bool is_reason(struct str name)
{
    return str_is(name, IMPORT_REASON) || str_is(name, IMPORT_REASON_ZH);
}

/* On one line, or the header would not stand where the mapping looks for it. */
static void add_title(struct buf *out, struct str field, bool last)
{
    size_t from = out->len;
    csv_write_field(out, field, last);
    for (size_t i = from; !out->failed && i + (last ? 2 : 0) < out->len; i++) {
        if (out->p[i] == '\n' || out->p[i] == '\r') {
            out->p[i] = ' ';
        }
    }
}

static enum status take_head(void *ctx, const struct csv_row *row, bool header,
                             struct diag *d)
{
    struct rejects *r = ctx;
    size_t n = width(row);
    while (r->lines + 1 < row->line && row->line <= PADDED_LINES_MAX) {
        buf_add_text(&r->head, "\r\n");
        r->lines++;
    }
    r->lines++;
    if (!header) {
        for (size_t i = 0; i < n; i++) {
            add_title(&r->head, row->fields[i], i + 1 == n);
        }
        return buf_check(&r->head, d);
    }
    r->had_reason = n > 0 && is_reason(text_trim(row->fields[n - 1]));
    r->columns = r->had_reason ? n - 1 : n;
    for (size_t i = 0; i < r->columns; i++) {
        csv_write_field(&r->head, row->fields[i], false);
    }
    csv_write_field(&r->head, str_of(TEXT(r->output, IMPORT_REASON, IMPORT_REASON_ZH)),
                    true);
    return buf_check(&r->head, d);
}

static enum status open_file(struct rejects *r, struct diag *d)
{
    TRY(file_output_open(&r->file, r->path, 0600, d));
    r->open = true;
    TRY(file_output_write(&r->file, "\xef\xbb\xbf", 3, d));
    return file_output_write(&r->file, r->head.p, r->head.len, d);
}

/* What was text in a workbook must not be calculated from a CSV file: an apostrophe
 * before it shows it as it is. */
static void add_value(struct rejects *r, struct str value)
{
    struct buf text;
    buf_init(&text, REFUSED_BYTES_MAX);
    buf_add_text(&text, text_is_formula(value) ? "'" : "");
    buf_add_str(&text, value);
    r->row.failed = r->row.failed || text.failed;
    csv_write_field(&r->row, buf_str(&text), false);
    buf_release(&text);
}

static void add_reasons(struct rejects *r, const struct rejected_row *faults,
                        size_t count)
{
    struct buf text;
    buf_init(&text, REFUSED_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        buf_add_text(&text, i > 0 ? TEXT(r->output, "; ", "；") : "");
        reasons_add(r->output, &faults[i], &text);
    }
    r->row.failed = r->row.failed || text.failed;
    csv_write_field(&r->row, buf_str(&text), true);
    buf_release(&text);
}

static enum status take_row(void *ctx, const struct csv_row *row,
                            const struct rejected_row *faults, size_t count,
                            struct diag *d)
{
    struct rejects *r = ctx;
    size_t n = width(row);
    if (r->had_reason && row->count == r->columns + 1) {
        n = r->columns; /* the reason of the time before */
    }
    if (!r->open) {
        TRY(open_file(r, d));
    }
    buf_clear(&r->row);
    for (size_t i = 0; i < (n > r->columns ? n : r->columns); i++) {
        add_value(r, i < n ? row->fields[i] : str_of(""));
    }
    add_reasons(r, faults, count);
    r->rows++;
    TRY(buf_check(&r->row, d));
    return file_output_write(&r->file, r->row.p, r->row.len, d);
}

enum status rejects_start(struct rejects *r, const struct output *o, const char *path,
                          const char *input, struct diag *d)
{
    struct stat a;
    struct stat b;
    memset(r, 0, sizeof *r);
    r->output = o;
    r->path = path;
    r->calls = (struct import_rejects){.head = take_head, .row = take_row, .ctx = r};
    buf_init(&r->head, HEADER_BYTES_MAX);
    buf_init(&r->row, REFUSED_BYTES_MAX);
    if (stat(path, &a) == 0 && stat(input, &b) == 0 && a.st_dev == b.st_dev &&
        a.st_ino == b.st_ino) {
        diag_fail(d, ST_USAGE, "same-file", "%s is the file to be imported", path);
        return diag_hint(d, "give --rejects another name");
    }
    return ST_OK;
}

static void tell_of_older(const struct rejects *r)
{
    struct stat s;
    if (stat(r->path, &s) == 0) {
        output_warn(r->output,
                    TEXT(r->output,
                         "no refused rows were written: %s is of an earlier import",
                         "未写出退回行：%s 是以前导入留下的文件"),
                    r->path);
    }
}

enum status rejects_end(struct rejects *r, bool whole, bool *written, struct diag *d)
{
    enum status st = ST_OK;
    *written = r->open && whole;
    if (*written) {
        st = file_output_commit(&r->file, d);
        *written = st == ST_OK;
    }
    if (r->open) {
        file_output_drop(&r->file);
    }
    if (!*written && st == ST_OK) {
        tell_of_older(r);
    }
    buf_release(&r->head);
    buf_release(&r->row);
    return st;
}
