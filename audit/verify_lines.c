/* verify_lines.c - each line of each batch goes to the account that was on file for the
 * batch's pay day when it was made, and its commitment is to that account. */
#include <stdlib.h>
#include <string.h>

#include "audit/verify_private.h"

struct lines {
    struct verify *v;
    struct vault_row row;
    struct person *person; /* as known when the batch was made */
    uint64_t known_below;  /* what person was read for */
};

static enum status load(struct lines *x, const struct line_entry *line,
                        uint64_t known_below, struct diag *d)
{
    if (x->person->number == line->person && x->known_below == known_below) {
        return ST_OK;
    }
    TRY(vault_row_read(x->v->l, line->person, &x->row, d));
    TRY(person_read(buf_str(&x->row.plain), known_below, x->person, d));
    x->person->number = line->person;
    x->known_below = known_below;
    return ST_OK;
}

static enum status check_line(struct lines *x, const struct line_entry *line,
                              const struct batch_entry *b, struct diag *d)
{
    uint8_t bytes[ROUTE_BYTES_MAX];
    uint8_t commitment[DIGEST_LEN] = {0};
    struct writer w;
    enum status st = load(x, line, b->sequence, d);
    if (st == ST_INTEGRITY || st == ST_CONFLICT) { /* the row is damaged or missing */
        verify_bad(x->v, &x->v->r->integrity, NO_SEQUENCE, "%s", d->what);
        x->person->number = 0;
        return ST_OK;
    }
    TRY(st);
    const struct route *r =
        person_route(x->person, str_of(line->programme), b->pay_day);
    if (r != NULL) {
        writer_init(&w, bytes, sizeof bytes);
        person_route_bytes(r, &w);
        vault_commitment(x->v->l, &x->row, line->sequence, writer_str(&w), commitment);
    }
    if (r == NULL || r->ordinal != line->route ||
        !digest_equal(commitment, line->route_commitment)) {
        verify_bad(x->v, &x->v->r->correctness, line->sequence,
                   "line %u of batch %u does not go to the account on file", line->line,
                   line->batch);
    }
    return ST_OK;
}

static enum status check_all(struct lines *x, struct cursor *c, struct diag *d)
{
    struct str key;
    struct str row;
    struct line_entry line;
    struct batch_entry b = {0};
    uint64_t seen = 0;
    TRY(store_cursor_seek(c, str_of(""), &key, &row, d));
    while (key.p != NULL) {
        const uint8_t *k = (const uint8_t *)key.p;
        uint32_t batch = get_u32(k);
        if (b.number != batch) {
            TRY(batch_get(ledger_txn(x->v->l), batch, &b, d));
        }
        if (!line_read(row, batch, get_u32(k + 4), &line)) {
            return diag_fail(d, ST_INTEGRITY, "line-row",
                             "a line is not what was written");
        }
        TRY(check_line(x, &line, &b, d));
        if (++seen % 50000 == 0) {
            progress_tick(x->v->o->progress, "lines", seen, 0);
        }
        TRY(store_cursor_next(c, &key, &row, d));
    }
    return ST_OK;
}

enum status verify_lines(struct verify *v, struct diag *d)
{
    struct lines x = {.v = v};
    struct cursor *c = NULL;
    vault_row_init(&x.row);
    x.person = calloc(1, sizeof *x.person);
    enum status st = x.person == NULL ? diag_memory(d) : ST_OK;
    if (st == ST_OK) {
        st = store_cursor_open(ledger_txn(v->l), TABLE_LINES, &c, d);
    }
    if (st == ST_OK) {
        st = check_all(&x, c, d);
    }
    store_cursor_close(c);
    vault_row_release(&x.row);
    free(x.person);
    return st;
}
