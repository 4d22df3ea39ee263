/* xlsx_write.h - a workbook of one sheet (.xlsx) written by libxlsxwriter in constant
 * memory. The same calls give the same bytes with the same versions of libxlsxwriter,
 * minizip and zlib; another version may give other bytes with the same cells
 * (docs/decisions/0015-sheets.md).
 *
 * The library works in files: rows, parts and the archive lie in the folder below, in
 * files without a name, so that nothing is left behind however the program ends. At its
 * end the sheet is read back and compared cell by cell, because the library does not
 * check what it writes. */
#ifndef ALMONER_FORMATS_XLSX_WRITE_H
#define ALMONER_FORMATS_XLSX_WRITE_H

#include "base/buf.h"

#define XLSX_WRITE_ROWS_MAX 1048576 /* of a sheet, as in Excel */
#define XLSX_WRITE_COLUMNS_MAX 64
#define XLSX_WRITE_TEXT_MAX 32767 /* bytes of a cell; Excel takes as many characters */
#define XLSX_WRITE_NAME_MAX 31    /* bytes of a sheet's name */

enum xlsx_cell_kind {
    XLSX_TEXT, /* the format of the cell is text too: 0012 stays so when it is edited */
    XLSX_HEAD, /* text, bold: titles */
    XLSX_YUAN, /* a number in fen, shown as yuan with two decimals */
    XLSX_COUNT /* a number */
};

struct xlsx_cell {
    enum xlsx_cell_kind kind;
    struct str text; /* UTF-8 without control characters; "": an empty cell */
    int64_t number;  /* of YUAN and COUNT; beyond 15 digits it becomes text */
};

struct xlsx_writer;

/* Where the library's files lie: a copy is kept; NULL: /tmp. For the whole program, to
 * be called before the first writer. */
void xlsx_writer_folder(const char *folder);

/* sheet: its name without : \ / ? * [ ]. created_us is the workbook's time, above zero,
 * or the library would ask the clock. ST_SYSTEM "temporary". */
enum status xlsx_writer_new(struct xlsx_writer **out, const char *sheet,
                            int64_t created_us, struct diag *d) MUST_USE;
void xlsx_writer_free(struct xlsx_writer *w); /* takes NULL */
/* How many half-width characters a column shows; columns from 0. */
void xlsx_writer_width(struct xlsx_writer *w, size_t column, size_t characters);
/* The next row; count 0 leaves one empty. ST_INPUT "sheet-rows" beyond the maximum. */
enum status xlsx_writer_row(struct xlsx_writer *w, const struct xlsx_cell *cells,
                            size_t count, struct diag *d) MUST_USE;
/* Appends the workbook's bytes, all of them or none. ST_SYSTEM "temporary" when the
 * sheet cannot be written or does not read back as it was given. The writer is good
 * only for free then. */
enum status xlsx_writer_end(struct xlsx_writer *w, struct buf *out, struct diag *d)
    MUST_USE;

#endif
