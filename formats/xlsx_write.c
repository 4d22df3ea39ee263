/* xlsx_write.c - see xlsx_write.h; the format is ECMA-376, which libxlsxwriter knows.
 *
 * It must never give out a sheet whose cells are not those it was given: libxlsxwriter
 * 1.1.4 does not look at the results of its writes, and a full disk would lose rows
 * without a word. Hence both sides of the way through formats/xlsx.c are hashed. */
#include "formats/xlsx_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xlsxwriter.h>

#include "base/digest.h"
#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "formats/xlsx.h"

#define FOLDER_CAP 4096
#define EXACT_MAX INT64_C(999999999999999) /* 15 digits: every spreadsheet keeps them */

static char folder[FOLDER_CAP] = "/tmp";

struct xlsx_writer {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *formats[XLSX_COUNT + 1];
    int fd; /* of the archive, which has no name; -1 */
    uint32_t rows;
    struct digest *g;
    char text[2 * XLSX_WRITE_TEXT_MAX + 1]; /* of a cell, escaped, with a NUL */
};

void xlsx_writer_folder(const char *name)
{
    if (name == NULL || !str_copy(str_of(name), folder, sizeof folder)) {
        (void)str_copy(str_of("/tmp"), folder, sizeof folder);
    }
}

static enum status fail_temporary(struct diag *d, const char *what)
{
    diag_fail(d, ST_SYSTEM, "temporary", "%s", what);
    diag_where(d, "%s", folder);
    return diag_hint(d, "is there room? TMPDIR names another folder");
}

/* A file without a name, which the library opens again by its number. */
static enum status open_archive(struct xlsx_writer *w, char name[32], struct diag *d)
{
    char path[FOLDER_CAP + 20];
    snprintf(path, sizeof path, "%s/almoner-XXXXXX", folder);
    w->fd = mkstemp(path);
    if (w->fd < 0) {
        char what[120];
        snprintf(what, sizeof what, "a temporary file cannot be made: %s",
                 strerror(errno));
        return fail_temporary(d, what);
    }
    if (unlink(path) != 0) {
        return fail_temporary(d, "a temporary file cannot be removed");
    }
    snprintf(name, 32, "/dev/fd/%d", w->fd);
    return ST_OK;
}

static bool add_formats(struct xlsx_writer *w)
{
    static const char *const numbers[] = {
        [XLSX_TEXT] = "@", [XLSX_HEAD] = "@", [XLSX_YUAN] = "0.00", [XLSX_COUNT] = "0"};
    for (size_t i = 0; i <= XLSX_COUNT; i++) {
        w->formats[i] = workbook_add_format(w->book);
        if (w->formats[i] == NULL) {
            return false;
        }
        format_set_num_format(w->formats[i], numbers[i]);
    }
    format_set_bold(w->formats[XLSX_HEAD]);
    return true;
}

static enum status open_book(struct xlsx_writer *w, const char *sheet,
                             int64_t created_us, struct diag *d)
{
    char name[32];
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = folder};
    lxw_doc_properties properties = {.created = (time_t)(created_us / 1000000)};
    must(properties.created > 0);
    TRY(open_archive(w, name, d));
    w->book = workbook_new_opt(name, &options);
    if (w->book == NULL) {
        return diag_memory(d);
    }
    if (workbook_set_properties(w->book, &properties) != LXW_NO_ERROR ||
        !add_formats(w)) {
        return diag_memory(d);
    }
    must(workbook_validate_sheet_name(w->book, sheet) == LXW_NO_ERROR);
    w->sheet = workbook_add_worksheet(w->book, sheet);
    if (w->sheet == NULL) {
        return fail_temporary(d, "a sheet cannot be begun");
    }
    TRY(digest_new(&w->g, d));
    digest_start(w->g);
    return ST_OK;
}

enum status xlsx_writer_new(struct xlsx_writer **out, const char *sheet,
                            int64_t created_us, struct diag *d)
{
    struct xlsx_writer *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return diag_memory(d);
    }
    w->fd = -1;
    enum status st = open_book(w, sheet, created_us, d);
    if (st != ST_OK) {
        xlsx_writer_free(w);
        return st;
    }
    *out = w;
    return ST_OK;
}

void xlsx_writer_free(struct xlsx_writer *w)
{
    if (w == NULL) {
        return;
    }
    if (w->book != NULL) {
        lxw_workbook_free(w->book); /* its files have no names: they are gone */
    }
    if (w->fd >= 0) {
        (void)close(w->fd); /* what it held has been read, or is not wanted */
    }
    digest_free(w->g);
    free(w);
}

void xlsx_writer_width(struct xlsx_writer *w, size_t column, size_t characters)
{
    must(column < XLSX_WRITE_COLUMNS_MAX && characters < 256);
    (void)worksheet_set_column(w->sheet, (lxw_col_t)column, (lxw_col_t)column,
                               (int)characters, NULL);
}

/* ---- what was written, and what is read ---- */

/* The text that the reader makes of a cell. */
static struct str read_text(const struct xlsx_cell *c, char text[MONEY_TEXT_CAP])
{
    if (c->kind == XLSX_TEXT || c->kind == XLSX_HEAD) {
        return c->text;
    }
    if (c->kind == XLSX_COUNT) {
        int n = snprintf(text, MONEY_TEXT_CAP, "%lld", (long long)c->number);
        return str_make(text, (size_t)n);
    }
    size_t n = money_print(c->number, text);
    while (text[n - 1] == '0') {
        n--;
    }
    return str_make(text, text[n - 1] == '.' ? n - 1 : n);
}

/* Cells behind the last that holds something are not there. */
static void hash_cell(struct digest *g, uint32_t row, size_t column, struct str text)
{
    uint8_t at[12];
    if (text.n > 0) {
        put_u32(at, row);
        put_u32(at + 4, (uint32_t)column);
        put_u32(at + 8, (uint32_t)text.n);
        digest_add(g, at, sizeof at);
        digest_add(g, text.p, text.n);
    }
}

static enum status hash_sheet(struct xlsx_writer *w, struct str bytes, uint8_t *out,
                              struct diag *d)
{
    struct xlsx_reader *r = NULL;
    const struct csv_row *row = NULL;
    digest_start(w->g);
    enum status st = xlsx_reader_new(&r, bytes, NULL, d);
    while (st == ST_OK) {
        st = xlsx_reader_next(r, &row, d);
        if (st != ST_OK || row == NULL) {
            break;
        }
        for (size_t i = 0; i < row->count; i++) {
            hash_cell(w->g, (uint32_t)row->line - 1, i, row->fields[i]);
        }
    }
    xlsx_reader_free(r);
    digest_end(w->g, out);
    return st;
}

/* ---- rows ---- */

/* The one place with a number that is no integer: the library wants one. A whole number
 * of up to 15 digits divided by a hundred is the nearest to the decimal that there is,
 * and all spreadsheets show it as that. Multiplying by 1e9 in two halves keeps it exact
 * and needs no conversion from 64 bits. */
static lxw_error write_number(struct xlsx_writer *w, lxw_col_t column,
                              const struct xlsx_cell *c)
{
    int32_t high = (int32_t)(c->number / 1000000000);
    int32_t low = (int32_t)(c->number % 1000000000);
    lxw_format *f = w->formats[c->kind];
    return c->kind == XLSX_YUAN
               ? worksheet_write_number(w->sheet, w->rows, column,
                                        (high * 1e9 + low) / 100, f)
               : worksheet_write_number(w->sheet, w->rows, column, high * 1e9 + low, f);
}

/* Does _xHHHH_ stand here, which readers take for the character of this number?
 * ECMA-376 part 1, 22.9.2.19. */
static bool is_escape(const char *p, size_t n)
{
    if (n < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_') {
        return false;
    }
    for (size_t i = 2; i < 6; i++) {
        if (strchr("0123456789abcdefABCDEF", p[i]) == NULL || p[i] == '\0') {
            return false;
        }
    }
    return true;
}

static lxw_error write_text(struct xlsx_writer *w, lxw_col_t column,
                            enum xlsx_cell_kind kind, struct str s)
{
    size_t n = 0;
    if (s.n == 0) {
        return LXW_NO_ERROR;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (is_escape(s.p + i, s.n - i)) { /* the library escapes no "_" */
            memcpy(w->text + n, "_x005F", 6);
            n += 6;
        }
        w->text[n++] = s.p[i];
    }
    w->text[n] = '\0';
    return worksheet_write_string(w->sheet, w->rows, column, w->text, w->formats[kind]);
}

static bool is_number(const struct xlsx_cell *c)
{
    return c->kind == XLSX_YUAN || c->kind == XLSX_COUNT;
}

static enum status write_cell(struct xlsx_writer *w, size_t column,
                              const struct xlsx_cell *c, struct diag *d)
{
    char digits[MONEY_TEXT_CAP];
    struct xlsx_cell cell = *c;
    if (is_number(c) && (c->number > EXACT_MAX || c->number < -EXACT_MAX)) {
        size_t n = c->kind == XLSX_YUAN ? money_print(c->number, digits)
                                        : read_text(c, digits).n;
        cell = (struct xlsx_cell){XLSX_TEXT, str_make(digits, n), 0};
    }
    if (!is_number(&cell) &&
        (cell.text.n > XLSX_WRITE_TEXT_MAX || !text_utf8_valid(cell.text, NULL))) {
        return diag_fail(d, ST_INPUT, "sheet-text",
                         "a text of row %u cannot stand in a cell", w->rows + 1);
    }
    lxw_error e = is_number(&cell)
                      ? write_number(w, (lxw_col_t)column, &cell)
                      : write_text(w, (lxw_col_t)column, cell.kind, cell.text);
    if (e != LXW_NO_ERROR) {
        return fail_temporary(d, lxw_strerror(e));
    }
    hash_cell(w->g, w->rows, column, read_text(&cell, digits));
    return ST_OK;
}

enum status xlsx_writer_row(struct xlsx_writer *w, const struct xlsx_cell *cells,
                            size_t count, struct diag *d)
{
    must(count <= XLSX_WRITE_COLUMNS_MAX);
    if (w->rows >= XLSX_WRITE_ROWS_MAX) {
        diag_fail(d, ST_INPUT, "sheet-rows", "a sheet takes no more than %d rows",
                  XLSX_WRITE_ROWS_MAX);
        return diag_hint(d, "write CSV, or fewer rows");
    }
    for (size_t i = 0; i < count; i++) {
        TRY(write_cell(w, i, &cells[i], d));
    }
    w->rows++;
    return ST_OK;
}

/* ---- the end ---- */

static enum status take_bytes(int fd, struct buf *out, struct diag *d)
{
    off_t length = lseek(fd, 0, SEEK_END);
    if (length <= 0 || lseek(fd, 0, SEEK_SET) != 0) {
        return fail_temporary(d, "the sheet cannot be read");
    }
    size_t left = (size_t)length;
    char *p = buf_room(out, left);
    if (p == NULL) {
        return buf_check(out, d);
    }
    while (left > 0) {
        ssize_t n = read(fd, p, left);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return fail_temporary(d, "the sheet cannot be read");
        }
        p += n;
        left -= (size_t)n;
    }
    out->len += (size_t)length;
    return ST_OK;
}

enum status xlsx_writer_end(struct xlsx_writer *w, struct buf *out, struct diag *d)
{
    uint8_t given[DIGEST_LEN];
    uint8_t read[DIGEST_LEN];
    size_t before = out->len;
    digest_end(w->g, given);
    lxw_workbook *book = w->book;
    w->book = NULL; /* freed whatever comes of it */
    lxw_error e = workbook_close(book);
    if (e != LXW_NO_ERROR) {
        return fail_temporary(d, lxw_strerror(e));
    }
    TRY(take_bytes(w->fd, out, d));
    struct str bytes = str_make(out->p + before, out->len - before);
    enum status st = hash_sheet(w, bytes, read, d);
    if (st == ST_OK && digest_equal(given, read)) {
        return ST_OK;
    }
    out->len = before;
    return st != ST_OK && st != ST_INPUT
               ? st
               : fail_temporary(d, "the sheet does not read back as it was written");
}
