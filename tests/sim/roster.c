/* roster.c - see roster.h. */
#include "tests/sim/roster.h"

#include <stdio.h>

#include "formats/csv.h"

#define COLUMNS 6

static const char *const column_names[COLUMNS][2] = {
    {"id_number", "身份证号"},  {"name", "姓名"},        {"registration", "户籍区划"},
    {"claim_date", "申请日期"}, {"account", "银行账号"}, {"bank_code", "联行号"},
};

static enum status read_piece(void *ctx, void *p, size_t cap, size_t *n, struct diag *d)
{
    FILE *f = ctx;
    *n = fread(p, 1, cap, f);
    return ferror(f) ? diag_errno(d, "cannot read", "the roster") : ST_OK;
}

static enum status find_charset(FILE *f, enum charset *out, struct diag *d)
{
    struct charset_probe *probe = NULL;
    TRY(charset_probe_new(&probe, d));
    char piece[65536];
    size_t n;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0) {
        charset_probe_feed(probe, piece, n);
    }
    enum status st = charset_probe_end(probe, out, d);
    charset_probe_free(probe);
    rewind(f);
    return st;
}

static void find_columns(const struct csv_row *row, size_t place[COLUMNS])
{
    for (size_t c = 0; c < COLUMNS; c++) {
        place[c] = row->count;
        for (size_t i = 0; i < row->count; i++) {
            if (str_is(row->fields[i], column_names[c][0]) ||
                str_is(row->fields[i], column_names[c][1])) {
                place[c] = i;
            }
        }
    }
}

static struct str field(const struct csv_row *row, size_t place)
{
    return place < row->count ? row->fields[place] : (struct str){0};
}

static enum status read_rows(struct csv_reader *reader,
                             enum status (*each)(void *ctx, const struct roster_row *r,
                                                 bool *stop, struct diag *d),
                             void *ctx, struct diag *d)
{
    const struct csv_row *row = NULL;
    size_t place[COLUMNS];
    TRY(csv_reader_next(reader, &row, d));
    if (row == NULL) {
        return diag_fail(d, ST_INPUT, "empty-file", "the file is empty");
    }
    find_columns(row, place);
    bool stop = false;
    while (!stop) {
        TRY(csv_reader_next(reader, &row, d));
        if (row == NULL) {
            return ST_OK;
        }
        struct roster_row r = {.id = field(row, place[0]),
                               .name = field(row, place[1]),
                               .registration = field(row, place[2]),
                               .claim_date = field(row, place[3]),
                               .account = field(row, place[4]),
                               .bank_code = field(row, place[5])};
        TRY(each(ctx, &r, &stop, d));
    }
    return ST_OK;
}

enum status roster_read(const char *path,
                        enum status (*each)(void *ctx, const struct roster_row *r,
                                            bool *stop, struct diag *d),
                        void *ctx, struct diag *d)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return diag_errno(d, "cannot read", path);
    }
    struct csv_reader *reader = NULL;
    enum charset charset = CHARSET_UTF8;
    struct csv_source source = {.read = read_piece, .ctx = f};
    enum status st;
    TRY_OUT(find_charset(f, &charset, d));
    TRY_OUT(csv_reader_new(&reader, source, charset, d));
    TRY_OUT(read_rows(reader, each, ctx, d));
out:
    csv_reader_free(reader);
    (void)fclose(f);
    return st;
}
