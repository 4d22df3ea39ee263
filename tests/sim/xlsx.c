/* xlsx.c - a CSV file as a workbook, all cells text but those of a column that is asked
 * for as numbers. */
#include <stdio.h>
#include <stdlib.h>

#include "formats/csv.h"
#include "tests/sim/commands.h"
#include "tests/xlsx_make.h"

static enum status read_file(void *ctx, void *p, size_t cap, size_t *n, struct diag *d)
{
    FILE *f = ctx;
    *n = fread(p, 1, cap, f);
    return ferror(f) ? diag_errno(d, "read", "the CSV file") : ST_OK;
}

static void add_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '<':
            buf_add_text(out, "&lt;");
            break;
        case '&':
            buf_add_text(out, "&amp;");
            break;
        default:
            buf_add(out, s.p + i, 1);
        }
    }
}

static void add_cell(struct buf *out, struct str s, bool number)
{
    if (s.n == 0) {
        buf_add_text(out, "<c/>");
        return;
    }
    buf_add_text(out, number ? "<c><v>" : "<c t=\"inlineStr\"><is><t>");
    add_escaped(out, s);
    buf_add_text(out, number ? "</v></c>" : "</t></is></c>");
}

static enum status add_rows(FILE *in, uint64_t titles, uint64_t numbers,
                            struct buf *out, struct diag *d)
{
    struct csv_reader *csv = NULL;
    struct csv_source source = {.read = read_file, .ctx = in};
    const struct csv_row *row = NULL;
    uint64_t number = titles + 1;
    TRY(csv_reader_new(&csv, source, CHARSET_UTF8, d));
    enum status st = csv_reader_next(csv, &row, d);
    for (; st == ST_OK && row != NULL; st = csv_reader_next(csv, &row, d)) {
        buf_addf(out, "<row r=\"%llu\">", (unsigned long long)number);
        for (size_t i = 0; i < row->count; i++) {
            add_cell(out, row->fields[i], i + 1 == numbers && number > titles + 1);
        }
        buf_add_text(out, "</row>");
        number++;
    }
    csv_reader_free(csv);
    return st;
}

static enum status write_workbook(const char *path, const char *sheet, struct diag *d)
{
    struct xlsx_make m;
    struct str bytes = xlsx_make_workbook(&m, sheet, "", true);
    FILE *f = fopen(path, "wb");
    bool done = f != NULL && fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
    done = f != NULL && fclose(f) == 0 && done;
    buf_release(&m.out);
    return done ? ST_OK : diag_errno(d, "write", path);
}

enum status command_xlsx(const struct args *a, struct diag *d)
{
    static const char *const options[] = {"--csv", "--out", "--titles", "--numbers",
                                          NULL};
    static const char *const flags[] = {NULL};
    const char *csv;
    const char *path;
    uint64_t titles;
    uint64_t numbers;
    struct buf sheet;
    TRY(args_check(a, options, flags, d));
    TRY(args_need(a, "--csv", &csv, d));
    TRY(args_need(a, "--out", &path, d));
    TRY(args_number(a, "--titles", 50, 0, &titles, d));
    TRY(args_number(a, "--numbers", CSV_FIELDS_MAX, 0, &numbers, d));
    FILE *in = fopen(csv, "rb");
    if (in == NULL) {
        return diag_errno(d, "open", csv);
    }
    buf_init(&sheet, XLSX_MAKE_MAX);
    buf_add_text(&sheet, "<sheetData>");
    for (uint64_t i = 0; i < titles; i++) {
        buf_add_text(&sheet,
                     "<row><c t=\"inlineStr\"><is><t>花名册</t></is></c></row>");
    }
    enum status st = add_rows(in, titles, numbers, &sheet, d);
    buf_add_text(&sheet, "</sheetData>");
    if (st == ST_OK) {
        st = write_workbook(path, buf_cstr(&sheet), d);
    }
    buf_release(&sheet);
    (void)fclose(in);
    return st;
}
