/* sheet.h - rows and columns for people, aligned by what a terminal shows: a Han
 * character takes two places. */
#ifndef ALMONER_CLI_SHEET_H
#define ALMONER_CLI_SHEET_H

#include "base/buf.h"
#include "cli/output.h"

#define SHEET_COLUMNS_MAX 16

struct sheet {
    size_t columns;
    struct {
        const char *title; /* borrowed */
        bool right;        /* numbers stand at the right */
    } column[SHEET_COLUMNS_MAX];
    struct buf cells; /* each with a NUL behind it, row after row */
    size_t count;
};

void sheet_init(struct sheet *t);
void sheet_column(struct sheet *t, const char *title, bool right);
/* The next cell; a row is full after as many cells as columns. */
void sheet_cell(struct sheet *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void sheet_fen(struct sheet *t, int64_t fen); /* "3,412,600.00" */
/* The end of a sheet: prints it (see output_data) when st is ST_OK and there are rows,
 * releases it and returns st. */
enum status sheet_end(struct sheet *t, const struct output *o, enum status st);

#endif
