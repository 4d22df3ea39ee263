/* roll.h - a register of rows shown in one of three ways from the same cells: as a
 * table, as a list in the JSON object, or as a file: CSV, or .xlsx by its name. */
#ifndef ALMONER_CLI_ROLL_H
#define ALMONER_CLI_ROLL_H

#include "cli/env.h"
#include "cli/sheet.h"
#include "cli/table_file.h"

struct roll_column {
    const char *key; /* of the JSON field, and of the file's header with --lang en */
    const char *title;
    const char *title_zh;
    bool right;
};

struct roll {
    struct env *e;
    const struct roll_column *columns; /* at most SHEET_COLUMNS_MAX; borrowed */
    size_t count;
    size_t at; /* the next cell's column */
    uint64_t rows;
    struct json *list; /* NULL: not JSON */
    struct json *item;
    struct sheet sheet;
    const char *path; /* NULL: not a file */
    struct table_file file;
};

/* With a path, rows go to that file (owner's eyes only) instead of the table and the
 * list. list: where JSON rows go. roll_end is due also after a failure. */
enum status roll_begin(struct roll *r, struct env *e, const struct roll_column *columns,
                       size_t count, const char *path, struct diag *d) MUST_USE;
void roll_list(struct roll *r, struct json *list);
/* The cells of a row, in order. */
void roll_text(struct roll *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
void roll_uint(struct roll *r, uint64_t n);
void roll_fen(struct roll *r, int64_t fen);
void roll_none(struct roll *r); /* nothing to say: null in JSON */
/* After the last cell of a row. */
enum status roll_row(struct roll *r, struct diag *d) MUST_USE;
/* Prints the table or commits the file when st is ST_OK; returns st, or why not. */
enum status roll_end(struct roll *r, enum status st, struct diag *d);

#endif
