/* xlsx.h - a sheet of an Excel workbook (.xlsx; ECMA-376, ISO/IEC 29500) as rows of
 * text, like those of formats/csv.h.
 *
 * Read as a stream: but for the file's bytes and its shared texts, memory does not grow
 * with the sheet. Texts are those of shared and inline strings, with the runs of rich
 * text joined and reading aids (phonetic runs) left out. Numbers become exact decimal
 * text: as written when they have at most 15 significant digits; a double that stands
 * for such a number is that number (707.10000000000002 is 707.1); anything else is
 * CELL_INEXACT. Days become YYYY-MM-DD by the format of the cell, in the 1900 and the
 * 1904 system. Formulas have the value that was saved with them. Rows that are hidden
 * or filtered away are rows. Nothing is repaired. */
#ifndef ALMONER_FORMATS_XLSX_H
#define ALMONER_FORMATS_XLSX_H

#include "formats/csv.h"

#define XLSX_BYTES_MAX ((size_t)64 * 1024 * 1024) /* of the file */
#define XLSX_ROWS_MAX 1048576                     /* rows of a sheet, as in Excel */
#define XLSX_NAME_MAX 255                         /* bytes of a sheet's name */
#define XLSX_SHARED_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define XLSX_SHARED_MAX 8000000 /* shared texts */

/* Is this how a ZIP archive, and so an .xlsx, begins? Four bytes are enough. */
bool xlsx_begins(struct str bytes);

struct xlsx_reader;

/* bytes are borrowed until free. sheet: the name of the one to read; NULL or "": the
 * first that is not hidden. ST_INPUT: what zip.h and xlsx_xml.h say, "xlsx-other" (an
 * archive that is no .xlsx; says what it is), "xlsx-no-sheet". */
enum status xlsx_reader_new(struct xlsx_reader **out, struct str bytes,
                            const char *sheet, struct diag *d) MUST_USE;
void xlsx_reader_free(struct xlsx_reader *r); /* takes NULL */

/* Valid until free. */
const char *xlsx_reader_sheet(const struct xlsx_reader *r);
/* Sheets, not hidden, beside the one that is read. */
unsigned xlsx_reader_others(const struct xlsx_reader *r);

/* The next row with something in it, or NULL in *row at the end; fields end at its last
 * cell that is not empty. ST_INPUT with "row R" or "row R, column C" in where: as
 * above, "xlsx-order" (rows or cells that do not ascend), "xlsx-cell" (a cell that
 * contradicts itself), "csv-too-many-fields", "csv-row-too-long", "xlsx-merged". After
 * a failure every further call fails in the same way. */
enum status xlsx_reader_next(struct xlsx_reader *r, const struct csv_row **row,
                             struct diag *d) MUST_USE;
/* The row given last is the header: rows from here on have at least as many fields, and
 * cells merged below it are found at the end to be an error, because only one of them
 * has the value. */
void xlsx_reader_header(struct xlsx_reader *r);

#endif
