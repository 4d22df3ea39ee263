/* roll.c - see roll.h. */
#include "cli/roll.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "cli/words.h"

#define CELL_CAP 1024

static enum status begin_file(struct roll *r, struct diag *d)
{
    TRY(table_file_open(&r->file, r->e, r->path, d));
    for (size_t i = 0; i < r->count; i++) {
        const struct roll_column *c = &r->columns[i];
        table_file_text(&r->file, TEXT(&r->e->out, c->key, c->title_zh));
    }
    return table_file_row(&r->file, d);
}

enum status roll_begin(struct roll *r, struct env *e, const struct roll_column *columns,
                       size_t count, const char *path, struct diag *d)
{
    struct roll empty = {.e = e, .columns = columns, .count = count};
    must(count <= SHEET_COLUMNS_MAX);
    *r = empty;
    sheet_init(&r->sheet);
    for (size_t i = 0; i < count; i++) {
        sheet_column(&r->sheet, TEXT(&e->out, columns[i].title, columns[i].title_zh),
                     columns[i].right);
    }
    if (path == NULL) {
        return ST_OK;
    }
    r->path = path;
    enum status st = begin_file(r, d);
    if (st != ST_OK) {
        table_file_drop(&r->file);
        r->path = NULL; /* nothing to commit */
    }
    return st;
}

void roll_list(struct roll *r, struct json *list)
{
    r->list = list;
}

/* The JSON row that the next cell belongs to; NULL when none is made. */
static struct json *json_item(struct roll *r)
{
    if (r->path != NULL || r->list == NULL) {
        return NULL;
    }
    if (r->at == 0) {
        r->item = json_add_object(r->list);
    }
    return r->item;
}

/* A cell of the table; false when a file takes its place. */
static bool show_cell(struct roll *r, const char *shown)
{
    must(r->at < r->count);
    r->at++;
    if (r->path == NULL && r->list == NULL) {
        sheet_cell(&r->sheet, "%s", shown);
    }
    return r->path == NULL;
}

void roll_text(struct roll *r, const char *fmt, ...)
{
    char text[CELL_CAP];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    struct json *item = json_item(r);
    if (item != NULL) {
        json_put_text(item, r->columns[r->at].key, text);
    }
    if (!show_cell(r, text)) {
        table_file_text(&r->file, text);
    }
}

void roll_uint(struct roll *r, uint64_t n)
{
    char text[32];
    struct json *item = json_item(r);
    snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    if (item != NULL) {
        json_put_uint(item, r->columns[r->at].key, n);
    }
    if (!show_cell(r, text)) {
        table_file_count(&r->file, n);
    }
}

void roll_fen(struct roll *r, int64_t fen)
{
    char shown[MONEY_TEXT_CAP];
    struct json *item = json_item(r);
    money_print_grouped(fen, shown);
    if (item != NULL) {
        json_put_int(item, r->columns[r->at].key, fen);
    }
    if (!show_cell(r, shown)) {
        table_file_fen(&r->file, fen);
    }
}

void roll_none(struct roll *r)
{
    struct json *item = json_item(r);
    if (item != NULL) {
        json_put_null(item, r->columns[r->at].key);
    }
    if (!show_cell(r, "")) {
        table_file_text(&r->file, "");
    }
}

enum status roll_row(struct roll *r, struct diag *d)
{
    must(r->at == r->count);
    r->at = 0;
    r->rows++;
    return r->path != NULL ? table_file_row(&r->file, d) : ST_OK;
}

enum status roll_end(struct roll *r, enum status st, struct diag *d)
{
    const struct output *o = &r->e->out;
    char rows[WORDS_COUNT_CAP];
    if (r->path != NULL) {
        if (st == ST_OK) {
            st = table_file_commit(&r->file, d);
        }
        table_file_drop(&r->file);
        if (st == ST_OK) {
            output_done(o, TEXT(o, "%s written to %s\n", "%s已写入 %s\n"),
                        words_count(o, r->rows, WORDS_ROWS, rows), r->path);
        }
    }
    return sheet_end(&r->sheet, o, st);
}
