/* sheet.c - aligned tables on stdout. */
#include "cli/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/text.h"

#define SHEET_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define CELL_MAX 1024

void sheet_init(struct sheet *t)
{
    memset(t, 0, sizeof *t);
    buf_init(&t->cells, SHEET_BYTES_MAX);
}

void sheet_column(struct sheet *t, const char *title, bool right)
{
    must(t->columns < SHEET_COLUMNS_MAX);
    t->column[t->columns].title = title;
    t->column[t->columns].right = right;
    t->columns++;
}

void sheet_cell(struct sheet *t, const char *fmt, ...)
{
    char cell[CELL_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(cell, sizeof cell, fmt, ap);
    va_end(ap);
    must(n >= 0);
    size_t len = strlen(cell);
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)cell[i] < 0x20 || cell[i] == 0x7f) {
            cell[i] = '?';
        }
    }
    buf_add(&t->cells, cell, len + 1);
    t->count++;
}

void sheet_fen(struct sheet *t, int64_t fen)
{
    char text[MONEY_TEXT_CAP];
    money_print_grouped(fen, text);
    sheet_cell(t, "%s", text);
}

/* A cut cell may end inside a character: its bytes are counted then. */
static size_t width_of(const char *cell)
{
    struct str s = str_of(cell);
    return text_utf8_valid(s, NULL) ? text_width(s) : s.n;
}

static void print_cell(const struct sheet *t, size_t column, const char *cell,
                       size_t width)
{
    size_t own = width_of(cell);
    int pad = own < width ? (int)(width - own) : 0;
    bool last = column + 1 == t->columns;
    if (t->column[column].right) {
        printf("%*s%s", pad, "", cell);
    } else {
        printf("%s%*s", cell, last ? 0 : pad, "");
    }
    fputs(last ? "\n" : "  ", stdout);
}

static void print_rows(const struct sheet *t, const struct output *o,
                       const size_t widths[SHEET_COLUMNS_MAX])
{
    fputs(output_paint(o, PAINT_STRONG), stdout);
    for (size_t c = 0; c < t->columns; c++) {
        print_cell(t, c, t->column[c].title, widths[c]);
    }
    fputs(output_paint(o, PAINT_NONE), stdout);
    const char *cell = t->cells.p;
    for (size_t i = 0; i < t->count; i++) {
        print_cell(t, i % t->columns, cell, widths[i % t->columns]);
        cell += strlen(cell) + 1;
    }
}

enum status sheet_end(struct sheet *t, const struct output *o, enum status st)
{
    size_t widths[SHEET_COLUMNS_MAX] = {0};
    if (st == ST_OK && !o->json && t->count > 0 && !t->cells.failed) {
        must(t->columns > 0);
        must(t->count % t->columns == 0);
        const char *cell = t->cells.p;
        for (size_t c = 0; c < t->columns; c++) {
            widths[c] = width_of(t->column[c].title);
        }
        for (size_t i = 0; i < t->count; i++) {
            size_t w = width_of(cell);
            widths[i % t->columns] =
                w > widths[i % t->columns] ? w : widths[i % t->columns];
            cell += strlen(cell) + 1;
        }
        print_rows(t, o, widths);
    }
    buf_release(&t->cells);
    t->count = 0;
    return st;
}
