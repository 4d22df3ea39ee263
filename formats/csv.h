/* csv.h - RFC 4180, read and written as streams; every error has line and column.
 *
 * Reading: comma, fields quoted with " where needed, "" for a quote, LF or CRLF; input
 * is UTF-8 (a byte order mark is skipped) or is converted to it while reading. A
 * quote that is not closed, text after a closing quote, a bare quote in an unquoted
 * field and a lone CR are errors. Empty lines are skipped. */
#ifndef ALMONER_FORMATS_CSV_H
#define ALMONER_FORMATS_CSV_H

#include "base/charset.h"

#define CSV_FIELDS_MAX 256
#define CSV_ROW_BYTES_MAX (1024 * 1024)

/* Where bytes come from: fills p with up to cap bytes and sets *n; 0 at the end. */
struct csv_source {
    enum status (*read)(void *ctx, void *p, size_t cap, size_t *n, struct diag *d);
    void *ctx;
};

/* What a field was before it became text. A CSV file has text only; rows of a workbook
 * (formats/xlsx.h) have the others, of which those from CELL_ERROR on say nothing that
 * could be taken as a value. */
enum cell_kind {
    CELL_TEXT,
    CELL_NUMBER,   /* its exact decimal text */
    CELL_DATE,     /* YYYY-MM-DD */
    CELL_BOOLEAN,  /* TRUE, FALSE */
    CELL_ERROR,    /* #N/A */
    CELL_FORMULA,  /* a formula whose value was not saved: =A1+B1 */
    CELL_TIME,     /* a time, or a date with one */
    CELL_BAD_DATE, /* a number shown as a date that there is not */
    CELL_PERCENT,  /* a number shown as so many percent */
    CELL_INEXACT,  /* a number of more than 15 digits, the last of them made up */
    CELL_KINDS
};

struct csv_row {
    uint64_t line; /* of the row's first byte, from 1 (a quoted field may span lines) */
    size_t count;
    bool sheet; /* of a workbook: line is the row's number, columns number its cells */
    struct str fields[CSV_FIELDS_MAX]; /* borrowed until the next row */
    uint32_t columns[CSV_FIELDS_MAX];  /* where each field starts: characters from 1 */
    uint32_t down[CSV_FIELDS_MAX];     /* and how many lines below the row's first */
    uint8_t kinds[CSV_FIELDS_MAX];     /* enum cell_kind */
};

struct csv_reader;

enum status csv_reader_new(struct csv_reader **out, struct csv_source source,
                           enum charset charset, struct diag *d) MUST_USE;
void csv_reader_free(struct csv_reader *r);
/* The next row, or NULL in *row at the end of the input. Errors are ST_INPUT with
 * where "line L, column C" and code "csv-quote", "csv-line-end" (a lone CR),
 * "csv-row-too-long", "csv-too-many-fields", "charset"; a failure of the source is
 * passed on. After a failure every further call fails in the same way. */
enum status csv_reader_next(struct csv_reader *r, const struct csv_row **row,
                            struct diag *d) MUST_USE;

/* One field with the comma or line end (CRLF) after it; quoted only when it must be:
 * for a comma, a quote, CR, LF, a byte order mark at its start, and when it is empty
 * and alone in its row. `out` may be emptied between rows. */
void csv_write_field(struct buf *out, struct str field, bool last);

#endif
