/* roll.c - see roll.h. */
#include "cli/roll.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "cli/words.h"
#include "formats/csv.h"

#define LINE_MAX ((size_t)64 * 1024)
#define CELL_CAP 1024

static void csv_cell(struct roll *r, const char *text, size_t column)
{
    csv_write_field(&r->line, str_of(text), column + 1 == r->count);
}

static enum status flush_line(struct roll *r, struct diag *d)
{
    TRY(buf_check(&r->line, d));
    TRY(file_output_write(&r->file, r->line.p, r->line.len, d));
    buf_clear(&r->line);
    return ST_OK;
}

static enum status begin_file(struct roll *r, struct diag *d)
{
    TRY(file_output_open(&r->file, r->path, 0600, d));
    buf_add_text(&r->line, "\xef\xbb\xbf"); /* for the office programs */
    for (size_t i = 0; i < r->count; i++) {
        const struct roll_column *c = &r->columns[i];
        csv_cell(r, TEXT(&r->e->out, c->key, c->title_zh), i);
    }
    return flush_line(r, d);
}

enum status roll_begin(struct roll *r, struct env *e, const struct roll_column *columns,
                       size_t count, const char *path, struct diag *d)
{
    struct roll empty = {.e = e, .columns = columns, .count = count};
    must(count <= SHEET_COLUMNS_MAX);
    *r = empty;
    r->file.fd = -1;
    sheet_init(&r->sheet);
    buf_init(&r->line, LINE_MAX);
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

/* What it says in a table and in a file. */
static void put_cell(struct roll *r, const char *shown, const char *plain)
{
    must(r->at < r->count);
    if (r->path != NULL) {
        csv_cell(r, plain, r->at);
    } else if (r->list == NULL) {
        sheet_cell(&r->sheet, "%s", shown);
    }
    r->at++;
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
    put_cell(r, text, text);
}

void roll_uint(struct roll *r, uint64_t n)
{
    char text[32];
    struct json *item = json_item(r);
    snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    if (item != NULL) {
        json_put_uint(item, r->columns[r->at].key, n);
    }
    put_cell(r, text, text);
}

void roll_fen(struct roll *r, int64_t fen)
{
    char shown[MONEY_TEXT_CAP];
    char plain[MONEY_TEXT_CAP];
    struct json *item = json_item(r);
    money_print_grouped(fen, shown);
    money_print(fen, plain);
    if (item != NULL) {
        json_put_int(item, r->columns[r->at].key, fen);
    }
    put_cell(r, shown, plain);
}

void roll_none(struct roll *r)
{
    struct json *item = json_item(r);
    if (item != NULL) {
        json_put_null(item, r->columns[r->at].key);
    }
    put_cell(r, "", "");
}

enum status roll_row(struct roll *r, struct diag *d)
{
    must(r->at == r->count);
    r->at = 0;
    r->rows++;
    return r->path != NULL ? flush_line(r, d) : ST_OK;
}

enum status roll_end(struct roll *r, enum status st, struct diag *d)
{
    const struct output *o = &r->e->out;
    char rows[WORDS_COUNT_CAP];
    if (r->path != NULL) {
        if (st == ST_OK) {
            st = file_output_commit(&r->file, d);
        }
        file_output_drop(&r->file);
        if (st == ST_OK) {
            output_done(o, TEXT(o, "%s written to %s\n", "%s已写入 %s\n"),
                        words_count(o, r->rows, WORDS_ROWS, rows), r->path);
        }
    }
    buf_release(&r->line);
    return sheet_end(&r->sheet, o, st);
}
