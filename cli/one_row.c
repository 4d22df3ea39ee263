/* one_row.c - see one_row.h. */
#include "cli/one_row.h"

#include <string.h>

#include "cli/command.h"
#include "cli/people.h"
#include "ledger/states.h"

#define FILE_BYTES_MAX 8192

enum status one_row_begin(struct env *e, struct diag *d)
{
    return env_write(e, ROLE_MAKER, d);
}

enum status one_row_id(struct env *e, const char *typed, char out[ID_NUMBER_LEN + 1],
                       struct diag *d)
{
    struct people p = {.person = NULL};
    uint64_t number;
    TRY(people_find(e->ledger, typed, &number, d));
    if (id_number_normal(str_of(typed), out) == ID_OK) {
        return ST_OK; /* the number as it was typed: a person may have several */
    }
    enum status st = people_open(&p, e->ledger, number, UINT64_MAX, d);
    if (st == ST_OK && !str_copy(person_value(p.person, "id_number", DAY_NEVER - 1),
                                 out, ID_NUMBER_LEN + 1)) {
        st = diag_fail(d, ST_CONFLICT, "unknown-person", "nobody with an ID number");
    }
    people_close(&p);
    return st;
}

/* The file, in memory. */
struct text_file {
    struct str all;
    size_t at;
};

static enum status text_rewind(void *ctx, struct diag *d)
{
    struct text_file *f = ctx;
    (void)d;
    f->at = 0;
    return ST_OK;
}

static enum status text_read(void *ctx, void *p, size_t cap, size_t *n, struct diag *d)
{
    struct text_file *f = ctx;
    size_t left = f->all.n - f->at;
    (void)d;
    *n = left < cap ? left : cap;
    memcpy(p, f->all.p + f->at, *n);
    f->at += *n;
    return ST_OK;
}

static void write_file(const struct one_cell *cells, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        csv_write_field(out, str_of(cells[i].column), i + 1 == count);
    }
    for (size_t i = 0; i < count; i++) {
        const char *value = cells[i].value != NULL ? cells[i].value : "";
        csv_write_field(out, str_of(value), i + 1 == count);
    }
}

enum status one_row_propose(struct env *e, enum import_what what,
                            const struct one_cell *cells, size_t count, struct diag *d)
{
    struct import_report r = {.number = 0};
    struct text_file file = {.at = 0};
    struct buf text;
    buf_init(&text, FILE_BYTES_MAX);
    write_file(cells, count, &text);
    enum status st = buf_check(&text, d);
    if (st == ST_OK) {
        file.all = buf_str(&text);
        struct import_request q = {
            .what = what,
            .file = {.name = e->command->name,
                     .rewind = text_rewind,
                     .read = text_read,
                     .ctx = &file},
        };
        st = import_propose(e->ledger, &q, false, &e->progress, &r, d);
        uint32_t number = r.already ? 0 : r.number;
        st = import_report_print(e, st, &r);
        if (st == ST_OK && number != 0) {
            st = import_show_summary(e, number, d);
        }
    }
    buf_release(&text);
    return st;
}
