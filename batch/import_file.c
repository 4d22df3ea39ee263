/* import_file.c - the passes over an imported file: the first for its digest and
 * encoding, the next ones row by row. The file is never in memory as a whole. */
#include "batch/import_private.h"

#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)64 * 1024)

/* Says in which file the fault is. */
static enum status in_file(const struct import_file *f, enum status st, struct diag *d)
{
    char where[sizeof d->where];
    if (st == ST_INPUT) {
        memcpy(where, d->where, sizeof where);
        diag_where(d, "%s%s%s", f->name, where[0] != '\0' ? ": " : "", where);
    }
    return st;
}

static enum status empty_file(struct diag *d)
{
    diag_fail(d, ST_INPUT, "empty-file", "the file is empty");
    return diag_hint(
        d, "the first line names the columns, one row for each entry follows");
}

static uint64_t line_ends(const char *p, size_t n)
{
    uint64_t lines = 0;
    const char *end = p + n;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        lines++;
        p++;
    }
    return lines;
}

/* Offices keep their lists in sheets, and give them as they are. */
static enum status refuse_sheets(struct str bytes, struct diag *d)
{
    static const struct {
        struct str begins;
        const char *what;
    } sheets[] = {
        {{"PK\x03\x04", 4}, "a workbook (.xlsx), not a CSV file"},
        {{"\xd0\xcf\x11\xe0", 4}, "a workbook (.xls), not a CSV file"},
        {{"\xff\xfe", 2}, "a text in UTF-16, not a CSV file"},
        {{"\xfe\xff", 2}, "a text in UTF-16, not a CSV file"},
        {{"<", 1}, "a web page or a sheet in XML, not a CSV file"},
    };
    for (size_t i = 0; i < sizeof sheets / sizeof sheets[0]; i++) {
        if (str_starts(bytes, sheets[i].begins)) {
            diag_fail(d, ST_INPUT, "spreadsheet", "the file is %s", sheets[i].what);
            return diag_hint(d, "open it with the office program and save it as \"CSV "
                                "UTF-8 (comma delimited)\"");
        }
    }
    return ST_OK;
}

static enum status scan_pieces(const struct import_file *f, struct digest *g,
                               struct charset_probe *probe, struct import_scan *out,
                               struct diag *d)
{
    struct import_scan s = {0};
    char *piece = malloc(PIECE);
    size_t n = 1;
    if (piece == NULL) {
        return diag_memory(d);
    }
    enum status st = f->rewind(f->ctx, d);
    digest_start(g);
    while (st == ST_OK && n > 0) {
        st = f->read(f->ctx, piece, PIECE, &n, d);
        if (st == ST_OK && s.length == 0) {
            st = refuse_sheets(str_make(piece, n), d);
        }
        if (st == ST_OK) {
            digest_add(g, piece, n);
            charset_probe_feed(probe, piece, n);
            s.lines += line_ends(piece, n);
            s.length += n;
        }
    }
    digest_end(g, s.sha256);
    if (st == ST_OK) {
        st = s.length == 0 ? empty_file(d) : charset_probe_end(probe, &s.charset, d);
    }
    if (st == ST_OK) {
        *out = s;
    }
    free(piece);
    return st;
}

enum status import_file_scan(const struct import_file *f, struct import_scan *out,
                             struct diag *d)
{
    struct digest *g = NULL;
    struct charset_probe *probe = NULL;
    enum status st;
    TRY_OUT(digest_new(&g, d));
    TRY_OUT(charset_probe_new(&probe, d));
    st = in_file(f, scan_pieces(f, g, probe, out, d), d);
out:
    charset_probe_free(probe);
    digest_free(g);
    return st;
}

/* The next line that says anything: sheets leave lines of commas where rows were. */
static enum status next_line(struct import_job *j, const struct import_file *f,
                             struct csv_reader *csv, struct diag *d)
{
    do {
        TRY(in_file(f, csv_reader_next(csv, &j->row.csv, d), d));
    } while (j->row.csv != NULL && import_row_is_empty(j->row.csv));
    return ST_OK;
}

static enum status next_row(struct import_job *j, const struct import_file *f,
                            struct csv_reader *csv, struct diag *d)
{
    TRY(next_line(j, f, csv, d));
    j->row.bad = false;
    j->row.fault_count = 0;
    j->row.ordinal++;
    if (j->row.ordinal > IMPORT_ROWS_MAX) {
        return diag_fail(d, ST_INPUT, "too-many-rows", "more than %d rows in one file",
                         IMPORT_ROWS_MAX);
    }
    return ST_OK;
}

enum status import_file_rows(struct import_job *j, const struct import_file *f,
                             enum charset charset,
                             enum status (*step)(struct import_job *j, struct diag *d),
                             struct diag *d)
{
    struct csv_reader *csv = NULL;
    struct csv_source source = {.read = f->read, .ctx = f->ctx};
    enum status st;
    TRY_OUT(f->rewind(f->ctx, d));
    TRY_OUT(csv_reader_new(&csv, source, charset, d));
    TRY_OUT(next_line(j, f, csv, d));
    if (j->row.csv == NULL) {
        st = in_file(f, empty_file(d), d);
        goto out;
    }
    TRY_OUT(in_file(
        f, import_columns_read(&j->row.columns, j->kind->what, j->row.csv, d), d));
    j->row.ordinal = 0;
    TRY_OUT(next_row(j, f, csv, d));
    while (j->row.csv != NULL) {
        TRY_OUT(step(j, d));
        TRY_OUT(next_row(j, f, csv, d));
    }
    j->row.ordinal--; /* of the last row */
out:
    csv_reader_free(csv);
    return st;
}
