/* import_units.c - villages, townships, farm offices: a tree with successors. A unit
 * that is known already is replaced by what the file says of it. The tree of the units
 * known and those of the file together has no circle, and parents and successors are
 * known in it. */
#include "batch/import_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "ledger/unit.h"

#define NUMBERS_BYTES 26 /* of an entry: number, two days, heads */

/* The units as they will be; those of the file by their place in it. */
struct import_units {
    struct unit_entry *list;
    uint64_t *rows; /* of the file; 0: known before */
    size_t count, room;
    size_t known;
};

void import_units_free(struct import_units *u)
{
    if (u != NULL) {
        free(u->list);
        free(u->rows);
        free(u);
    }
}

static enum status grow(struct import_units *u, struct diag *d)
{
    if (u->count < u->room) {
        return ST_OK;
    }
    size_t room = u->room == 0 ? 256 : 2 * u->room;
    struct unit_entry *list = realloc(u->list, room * sizeof *list);
    if (list == NULL) {
        return diag_memory(d);
    }
    u->list = list;
    uint64_t *rows = realloc(u->rows, room * sizeof *rows);
    if (rows == NULL) {
        return diag_memory(d);
    }
    u->rows = rows;
    u->room = room;
    return ST_OK;
}

/* Reads what the register knows, once. */
static enum status load(struct import_job *j, struct diag *d)
{
    bool found = true;
    if (j->units != NULL) {
        return ST_OK;
    }
    struct import_units *u = calloc(1, sizeof *u);
    if (u == NULL) {
        return diag_memory(d);
    }
    j->units = u;
    while (found) {
        TRY(grow(u, d));
        TRY(unit_get(ledger_txn(j->l), (uint32_t)u->count + 1, &u->list[u->count],
                     &found, d));
        u->rows[u->count] = 0;
        u->count += found ? 1 : 0;
    }
    u->known = u->count;
    return ST_OK;
}

static struct unit_entry *find(const struct import_units *u, struct str code)
{
    for (size_t i = 0; i < u->count; i++) {
        if (str_is(code, u->list[i].code)) {
            return &u->list[i];
        }
    }
    return NULL;
}

/* ---- the row alone ---- */

static bool read_unit(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct unit_row *u = &j->u.unit;
    memset(u, 0, sizeof *u);
    u->from = DAY_ALWAYS;
    u->until = DAY_NEVER;
    size_t chars = UNIT_CODE_MAX / 4;
    bool ok = import_row_text(r, FIELD_CODE, IMPORT_REQUIRED, chars, &u->code);
    ok = import_row_text(r, FIELD_UNIT_NAME, IMPORT_REQUIRED, UNIT_NAME_MAX / 4,
                         &u->name) &&
         ok;
    ok = import_row_text(r, FIELD_PARENT, IMPORT_OPTIONAL, chars, &u->parent) && ok;
    ok = import_row_text(r, FIELD_SUCCESSOR, IMPORT_OPTIONAL, chars, &u->successor) &&
         ok;
    ok = import_row_day(r, FIELD_FROM, true, &u->from) && ok;
    ok = import_row_day(r, FIELD_UNIT_UNTIL, false, &u->until) && ok;
    if (ok && u->until < u->from) {
        import_row_fault(r, FIELD_UNIT_UNTIL, "until-before-effective",
                         "the last day lies before the first");
        return import_row_hint(r, "compare both days");
    }
    if (ok && u->successor.n > 0 && u->until == DAY_NEVER) {
        import_row_fault(r, FIELD_SUCCESSOR, "not-over",
                         "a successor of a unit that has no last day");
        return import_row_hint(r, "fill in until: the last day of this unit");
    }
    return ok;
}

/* ---- against the others ---- */

/* The first row of a unit counts; another one is refused when rows are checked. */
static enum status keep(struct import_job *j, struct diag *d)
{
    struct import_units *us = j->units;
    const struct unit_row *u = &j->u.unit;
    struct unit_entry *e = find(us, u->code);
    if (e != NULL && us->rows[e - us->list] != 0) {
        return ST_OK;
    }
    if (e == NULL) {
        if (us->count >= UNITS_MAX) {
            return diag_fail(d, ST_INPUT, "too-many", "more than %d units", UNITS_MAX);
        }
        TRY(grow(us, d));
        e = &us->list[us->count];
        memset(e, 0, sizeof *e);
        e->number = (uint32_t)us->count + 1;
        us->count++;
    }
    us->rows[e - us->list] = j->row.ordinal;
    must(str_copy(u->code, e->code, sizeof e->code));
    must(str_copy(u->name, e->name, sizeof e->name));
    must(str_copy(u->parent, e->parent, sizeof e->parent));
    must(str_copy(u->successor, e->successor, sizeof e->successor));
    e->from = u->from;
    e->until = u->until;
    return ST_OK;
}

static enum status gather_unit(struct import_job *j, struct diag *d)
{
    TRY(load(j, d));
    return keep(j, d);
}

/* The next unit on the way up, or on the way of successors. */
static const char *next_code(const struct unit_entry *e, bool up)
{
    return up ? e->parent : e->successor;
}

/* Where the way from a unit ends; false when it does not, or leads to an unknown code,
 * which is then in *unknown. */
static bool way_ends(const struct import_units *u, const struct unit_entry *e, bool up,
                     const char **unknown)
{
    *unknown = NULL;
    for (size_t steps = 0; steps <= u->count; steps++) {
        const char *code = next_code(e, up);
        if (code[0] == '\0') {
            return true;
        }
        e = find(u, str_of(code));
        if (e == NULL) {
            *unknown = code;
            return false;
        }
    }
    return false;
}

static void check_way(struct import_job *j, const struct unit_entry *e, bool up)
{
    enum import_field f = up ? FIELD_PARENT : FIELD_SUCCESSOR;
    const char *unknown;
    if (way_ends(j->units, e, up, &unknown)) {
        return;
    }
    if (unknown == NULL) {
        import_row_fault(&j->row, f, "unit-circle", "%s leads in a circle",
                         import_field_name(f));
        import_row_hint(&j->row, "a tree has no circles");
    } else if (strcmp(unknown, next_code(e, up)) == 0) {
        import_row_fault(&j->row, f, "unknown-unit", "no unit has the code %s",
                         unknown);
        import_row_hint(&j->row, "add a row for it, or mend the code");
    }
}

static enum status check_unit(struct import_job *j, struct diag *d)
{
    const struct import_units *us = j->units;
    const struct unit_entry *e = find(us, j->u.unit.code);
    (void)d;
    must(e != NULL); /* it was gathered */
    if (us->rows[e - us->list] != j->row.ordinal) {
        import_row_fault(&j->row, FIELD_CODE, "duplicate-row",
                         "a second row for the same unit");
        import_row_hint(&j->row, "keep one of the rows");
        return ST_OK;
    }
    check_way(j, e, true);
    check_way(j, e, false);
    return ST_OK;
}

/* ---- taking in ---- */

static enum status take_unit(struct import_job *j, struct diag *d)
{
    const struct unit_row *u = &j->u.unit;
    struct chunk *c = &j->take.chunk;
    j->take.kind = KIND_UNITS;
    TRY(load(j, d));
    const struct unit_entry *known = find(j->units, u->code);
    size_t bytes =
        NUMBERS_BYTES + u->code.n + u->name.n + u->parent.n + u->successor.n + 12;
    if (!chunk_fits(c, bytes)) {
        TRY(import_take_flush(j, d));
    }
    if (known == NULL) { /* an act that goes on */
        TRY(keep(j, d));
        known = find(j->units, u->code);
    }
    cbor_put_array(&c->entries, 7);
    cbor_put_uint(&c->entries, known->number);
    cbor_put_text(&c->entries, u->code);
    cbor_put_text(&c->entries, u->name);
    cbor_put_text(&c->entries, u->parent);
    cbor_put_int(&c->entries, u->from);
    cbor_put_int(&c->entries, u->until);
    cbor_put_text(&c->entries, u->successor);
    must(!c->entries.failed);
    c->count++;
    return ST_OK;
}

const struct import_kind import_units_kind = {
    .what = IMPORT_UNITS,
    .name = "units",
    .read = read_unit,
    .gather = gather_unit,
    .check = check_unit,
    .take = take_unit,
};
