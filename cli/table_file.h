/* table_file.h - a report as a file that an office program opens: CSV (UTF-8 with a
 * byte order mark, amounts in yuan), or a workbook where the name ends in .xlsx. Its
 * time is that of the ledger's last record: the same ledger gives the same bytes. */
#ifndef ALMONER_CLI_TABLE_FILE_H
#define ALMONER_CLI_TABLE_FILE_H

#include "cli/env.h"
#include "cli/files.h"
#include "cli/sheet.h"
#include "formats/xlsx_write.h"

struct table_file {
    struct file_output file;
    struct xlsx_writer *book; /* NULL: CSV */
    struct buf text;          /* of the row in hand */
    struct xlsx_cell
        cells[SHEET_COLUMNS_MAX];   /* their texts are set at the row's end */
    size_t from[SHEET_COLUMNS_MAX]; /* where in text */
    size_t count;
    size_t rows;
};

/* Owner's eyes only. e->ledger is open. table_file_drop is due also after a failure. */
enum status table_file_open(struct table_file *t, const struct env *e, const char *path,
                            struct diag *d) MUST_USE;
/* The cells of a row, in order, at most SHEET_COLUMNS_MAX; copied. */
void table_file_text(struct table_file *t, const char *text);
void table_file_fen(struct table_file *t, int64_t fen);
void table_file_count(struct table_file *t, uint64_t n);
/* After the last cell; the first row is that of the titles. */
enum status table_file_row(struct table_file *t, struct diag *d) MUST_USE;
enum status table_file_commit(struct table_file *t, struct diag *d) MUST_USE;
/* Removes what was not committed. */
void table_file_drop(struct table_file *t);

#endif
