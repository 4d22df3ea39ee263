/* fuzz_csv.c - any bytes as CSV: never a crash, the same rows however the bytes arrive,
 * and what was read, written and read again is the same. The first byte chooses the
 * encoding and the size of the pieces. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "formats/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX ((size_t)64 * 1024 * 1024)

struct pieces {
    struct str rest;
    size_t step;
};

static enum status give(void *ctx, void *p, size_t cap, size_t *n, struct diag *d)
{
    (void)d;
    struct pieces *s = ctx;
    size_t take = s->rest.n < s->step ? s->rest.n : s->step;
    take = take < cap ? take : cap;
    if (take > 0) {
        memcpy(p, s->rest.p, take);
        s->rest = str_make(s->rest.p + take, s->rest.n - take);
    }
    *n = take;
    return ST_OK;
}

/* Reads text and writes its rows to out, as far as there is no fault. */
static enum status copy_rows(struct str text, size_t step, enum charset charset,
                             struct buf *out, struct diag *d)
{
    struct pieces s = {.rest = text, .step = step};
    struct csv_reader *r = NULL;
    must(csv_reader_new(&r, (struct csv_source){give, &s}, charset, d) == ST_OK);
    enum status st;
    uint64_t line = 0;
    for (;;) {
        const struct csv_row *row = NULL;
        st = csv_reader_next(r, &row, d);
        if (st != ST_OK || row == NULL) {
            break;
        }
        must(row->line > line);
        must(row->count >= 1 && row->count <= CSV_FIELDS_MAX);
        line = row->line;
        for (size_t i = 0; i < row->count; i++) {
            must(row->columns[i] >= 1);
            csv_write_field(out, row->fields[i], i + 1 == row->count);
        }
    }
    must(st == ST_OK || st == ST_INPUT);
    csv_reader_free(r);
    return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct str text = str_make(data + 1, size - 1);
    enum charset charset = (data[0] & 1) != 0 ? CHARSET_GB18030 : CHARSET_UTF8;
    struct buf whole;
    struct buf pieces;
    struct buf again;
    buf_init(&whole, OUT_MAX);
    buf_init(&pieces, OUT_MAX);
    buf_init(&again, OUT_MAX);
    struct diag d1 = {0};
    struct diag d2 = {0};
    enum status st = copy_rows(text, SIZE_MAX, charset, &whole, &d1);
    must(copy_rows(text, (size_t)(data[0] >> 1) + 1, charset, &pieces, &d2) == st);
    must(str_eq(buf_str(&whole), buf_str(&pieces)));
    must(strcmp(d1.code, d2.code) == 0 && strcmp(d1.where, d2.where) == 0);
    must(copy_rows(buf_str(&whole), SIZE_MAX, CHARSET_UTF8, &again, &d2) == ST_OK);
    must(str_eq(buf_str(&whole), buf_str(&again)));
    buf_release(&whole);
    buf_release(&pieces);
    buf_release(&again);
    return 0;
}
