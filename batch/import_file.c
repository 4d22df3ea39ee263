/* import_file.c - the passes over an imported file: the first for its digest and
 * encoding, the next ones row by row. Whether it is CSV or a workbook, its first bytes
 * say, not its name. A CSV file is never in memory as a whole; of a workbook the file
 * itself is, but not its rows. */
#include "batch/import_private.h"

#include <stdlib.h>
#include <string.h>

#include "formats/xlsx.h"

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

/* What offices keep their lists in, and give as it is. */
static enum status refuse_others(struct str bytes, struct diag *d)
{
    static const char csv[] = "open it with the office program and save it as \"CSV "
                              "UTF-8 (comma delimited)\", or as .xlsx";
    static const struct {
        struct str begins;
        const char *what;
        const char *hint;
    } others[] = {
        {{"\xd0\xcf\x11\xe0", 4},
         "an old workbook (.xls or .et), or a workbook with a password",
         "open it with the office program and save it as .xlsx, without a password"},
        {{"\xff\xfe", 2}, "a text in UTF-16, not a CSV file", csv},
        {{"\xfe\xff", 2}, "a text in UTF-16, not a CSV file", csv},
        {{"<", 1}, "a web page or a sheet in XML, not a CSV file", csv},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (str_starts(bytes, others[i].begins)) {
            diag_fail(d, ST_INPUT, "spreadsheet", "the file is %s", others[i].what);
            return diag_hint(d, "%s", others[i].hint);
        }
    }
    return ST_OK;
}

/* Bytes behind the last line end. */
static size_t behind_line_end(const char *p, size_t n)
{
    size_t at = n;
    while (at > 0 && p[at - 1] != '\n') {
        at--;
    }
    return n - at;
}

/* A file of gigabytes without a line is told by its beginning. */
static enum status check_line(struct str piece, uint64_t *line_bytes, uint64_t line,
                              struct diag *d)
{
    size_t n = behind_line_end(piece.p, piece.n);
    *line_bytes = n == piece.n ? *line_bytes + n : n;
    if (*line_bytes <= CSV_ROW_BYTES_MAX) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "csv-row-too-long", "a row of more than %d bytes",
              CSV_ROW_BYTES_MAX);
    diag_where(d, "line %llu", (unsigned long long)line);
    return diag_hint(d, "is this the list, and not another file?");
}

static void scan_piece(struct str piece, struct digest *g, struct charset_probe *probe,
                       bool workbook, struct import_scan *s)
{
    digest_add(g, piece.p, piece.n);
    s->length += piece.n;
    if (!workbook) {
        charset_probe_feed(probe, piece.p, piece.n);
        s->lines += line_ends(piece.p, piece.n);
    }
}

static enum status scan_pieces(const struct import_file *f, struct digest *g,
                               struct charset_probe *probe, struct import_scan *out,
                               struct diag *d)
{
    struct import_scan s = {.charset = CHARSET_UTF8};
    char *piece = malloc(PIECE);
    size_t n = 1;
    uint64_t line_bytes = 0;
    bool workbook = false;
    if (piece == NULL) {
        return diag_memory(d);
    }
    enum status st = f->rewind(f->ctx, d);
    digest_start(g);
    while (st == ST_OK && n > 0 && !charset_probe_failed(probe)) {
        st = f->read(f->ctx, piece, PIECE, &n, d);
        if (st == ST_OK && s.length == 0) {
            workbook = xlsx_begins(str_make(piece, n));
            st = refuse_others(str_make(piece, n), d);
        }
        if (st == ST_OK) {
            scan_piece(str_make(piece, n), g, probe, workbook, &s);
        }
        if (st == ST_OK && !workbook) {
            st = check_line(str_make(piece, n), &line_bytes, s.lines + 1, d);
        }
    }
    digest_end(g, s.sha256);
    if (st == ST_OK && s.length == 0) {
        st = empty_file(d);
    } else if (st == ST_OK && !workbook) {
        st = charset_probe_end(probe, &s.charset, d);
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

/* ---- rows ---- */

/* One of the two readers. */
struct row_source {
    const struct import_file *f;
    struct csv_reader *csv;
    struct xlsx_reader *xlsx;
    struct buf bytes; /* of a workbook */
};

static enum status too_big(const struct buf *b, struct diag *d)
{
    if (b->no_memory) {
        return diag_memory(d);
    }
    diag_fail(d, ST_INPUT, "file-too-big", "a workbook of more than %zu bytes",
              XLSX_BYTES_MAX);
    return diag_hint(d, "split it, or save the sheet as CSV UTF-8");
}

/* A piece of the file behind what bytes has. */
static enum status load_piece(struct row_source *s, size_t *n, struct diag *d)
{
    char *room = buf_room(&s->bytes, PIECE);
    if (room == NULL) {
        return too_big(&s->bytes, d);
    }
    TRY(s->f->read(s->f->ctx, room, PIECE, n, d));
    s->bytes.len += *n;
    return ST_OK;
}

static enum status open_workbook(struct import_job *j, struct row_source *s,
                                 struct diag *d)
{
    size_t n = s->bytes.len;
    while (n > 0) {
        TRY(load_piece(s, &n, d));
    }
    TRY(xlsx_reader_new(&s->xlsx, buf_str(&s->bytes),
                        j->mapping != NULL ? j->mapping->sheet : NULL, d));
    j->report->others = xlsx_reader_others(s->xlsx);
    (void)str_copy(str_of(xlsx_reader_sheet(s->xlsx)), j->report->sheet,
                   sizeof j->report->sheet);
    return ST_OK;
}

static enum status source_open(struct import_job *j, struct row_source *s,
                               enum charset charset, struct diag *d)
{
    const struct import_file *f = s->f;
    size_t n = 1;
    buf_init(&s->bytes, XLSX_BYTES_MAX + PIECE);
    TRY(f->rewind(f->ctx, d));
    while (n > 0 && s->bytes.len < 4) {
        TRY(load_piece(s, &n, d));
    }
    if (xlsx_begins(buf_str(&s->bytes))) {
        return open_workbook(j, s, d);
    }
    TRY(f->rewind(f->ctx, d));
    struct csv_source source = {.read = f->read, .ctx = f->ctx};
    return csv_reader_new(&s->csv, source, charset, d);
}

static void source_close(struct row_source *s)
{
    csv_reader_free(s->csv);
    xlsx_reader_free(s->xlsx);
    buf_release(&s->bytes);
}

/* The next line that says anything: sheets leave lines of commas where rows were. */
static enum status next_line(struct import_job *j, struct row_source *s, struct diag *d)
{
    const struct csv_row *row = NULL;
    do {
        TRY(s->csv != NULL ? csv_reader_next(s->csv, &row, d)
                           : xlsx_reader_next(s->xlsx, &row, d));
    } while (row != NULL && import_row_is_empty(row));
    j->row.csv = row;
    j->row.original = row;
    return ST_OK;
}

static enum status no_header(uint64_t line, struct diag *d)
{
    diag_fail(d, ST_INPUT, "no-header",
              "row %llu is empty, and the mapping says that "
              "it names the columns",
              (unsigned long long)line);
    return diag_hint(d, "compare the mapping's header-row with the file");
}

/* Reads to the header, which is the row that the mapping says, or else the first. */
static enum status read_header(struct import_job *j, struct row_source *s,
                               struct diag *d)
{
    uint64_t wanted = j->mapping != NULL ? j->mapping->header_row : 0;
    for (;;) {
        TRY(next_line(j, s, d));
        const struct csv_row *row = j->row.csv;
        bool header = row != NULL && row->line >= wanted;
        if (row == NULL || (header && wanted > 0 && row->line > wanted)) {
            return wanted > 0 ? no_header(wanted, d) : empty_file(d);
        }
        if (j->rejects != NULL) {
            TRY(j->rejects->head(j->rejects->ctx, row, header, d));
        }
        if (header) {
            break;
        }
    }
    if (s->xlsx != NULL) {
        xlsx_reader_header(s->xlsx);
    }
    return import_columns_read(&j->row.columns, j->kind->what, j->mapping, j->row.csv,
                               d);
}

static enum status next_row(struct import_job *j, struct row_source *s, struct diag *d)
{
    TRY(in_file(s->f, next_line(j, s, d), d));
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
    struct row_source s = {.f = f};
    enum status st;
    TRY_OUT(in_file(f, source_open(j, &s, charset, d), d));
    TRY_OUT(in_file(f, read_header(j, &s, d), d));
    j->row.ordinal = 0;
    TRY_OUT(next_row(j, &s, d));
    while (j->row.csv != NULL) {
        TRY_OUT(step(j, d));
        TRY_OUT(next_row(j, &s, d));
    }
    j->row.ordinal--; /* of the last row */
out:
    source_close(&s);
    return st;
}
