/* table_file.c - see table_file.h. */
#include "cli/table_file.h"

#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "formats/csv.h"

#define ROW_BYTES_MAX ((size_t)256 * 1024)
#define WIDTH_MIN 10
#define WIDTH_MAX 40

static bool is_xlsx(const char *path)
{
    size_t n = strlen(path);
    return n >= 5 && strcmp(path + n - 5, ".xlsx") == 0;
}

enum status table_file_open(struct table_file *t, const struct env *e, const char *path,
                            struct diag *d)
{
    memset(t, 0, sizeof *t);
    t->file.fd = -1;
    buf_init(&t->text, ROW_BYTES_MAX);
    if (is_xlsx(path)) {
        TRY(xlsx_writer_new(&t->book, "Sheet1", ledger_head(e->ledger)->last_us, d));
    }
    return file_output_open(&t->file, path, 0600, d);
}

static struct xlsx_cell *add_cell(struct table_file *t, enum xlsx_cell_kind kind,
                                  const char *text)
{
    must(t->count < SHEET_COLUMNS_MAX);
    struct xlsx_cell *c = &t->cells[t->count];
    *c = (struct xlsx_cell){.kind = kind, .text = {NULL, strlen(text)}};
    t->from[t->count++] = t->text.len;
    buf_add_text(&t->text, text);
    return c;
}

void table_file_text(struct table_file *t, const char *text)
{
    (void)add_cell(t, t->rows == 0 ? XLSX_HEAD : XLSX_TEXT, text);
}

void table_file_fen(struct table_file *t, int64_t fen)
{
    char text[MONEY_TEXT_CAP];
    money_print(fen, text);
    add_cell(t, XLSX_YUAN, text)->number = fen;
}

void table_file_count(struct table_file *t, uint64_t n)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    must(n <= INT64_MAX);
    add_cell(t, XLSX_COUNT, text)->number = (int64_t)n;
}

static enum status save_csv(struct table_file *t, struct diag *d)
{
    struct buf line;
    buf_init(&line, 2 * ROW_BYTES_MAX);
    if (t->rows == 0) {
        buf_add_text(&line, "\xef\xbb\xbf"); /* for the office programs */
    }
    for (size_t i = 0; i < t->count; i++) {
        csv_write_field(&line, t->cells[i].text, i + 1 == t->count);
    }
    enum status st = buf_check(&line, d);
    if (st == ST_OK) {
        st = file_output_write(&t->file, line.p, line.len, d);
    }
    buf_release(&line);
    return st;
}

static void set_widths(struct table_file *t)
{
    for (size_t i = 0; i < t->count; i++) {
        size_t width = text_width(t->cells[i].text) + 4;
        width = width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
        xlsx_writer_width(t->book, i, width);
    }
}

enum status table_file_row(struct table_file *t, struct diag *d)
{
    TRY(buf_check(&t->text, d));
    for (size_t i = 0; i < t->count; i++) {
        t->cells[i].text.p = t->text.p + t->from[i];
    }
    if (t->book != NULL) {
        if (t->rows == 0) {
            set_widths(t);
        }
        TRY(xlsx_writer_row(t->book, t->cells, t->count, d));
    } else {
        TRY(save_csv(t, d));
    }
    buf_clear(&t->text);
    t->count = 0;
    t->rows++;
    return ST_OK;
}

static enum status save_book(struct table_file *t, struct diag *d)
{
    struct buf bytes;
    buf_init(&bytes, (size_t)64 * 1024 * 1024); /* what the reader takes, too */
    enum status st = xlsx_writer_end(t->book, &bytes, d);
    if (st == ST_OK) {
        st = file_output_write(&t->file, bytes.p, bytes.len, d);
    }
    buf_release(&bytes);
    return st;
}

enum status table_file_commit(struct table_file *t, struct diag *d)
{
    TRY(t->book != NULL ? save_book(t, d) : ST_OK);
    return file_output_commit(&t->file, d);
}

void table_file_drop(struct table_file *t)
{
    xlsx_writer_free(t->book);
    t->book = NULL;
    file_output_drop(&t->file);
    buf_release(&t->text);
}
