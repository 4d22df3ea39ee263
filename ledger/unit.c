/* unit.c - rows of register 10 and asking them; see unit.h. Bytes:
 * docs/formats/ledger.md. */
#include "ledger/unit.h"

#include <stdlib.h>

#include "base/date.h"
#include "ledger/row.h"

enum status unit_get(struct txn *t, uint32_t number, struct unit_entry *out,
                     bool *found, struct diag *d)
{
    struct reader r;
    TRY(row_find(t, REGISTER_UNIT, number, &r, found, d));
    if (!*found) {
        return ST_OK;
    }
    out->number = number;
    out->sequence = reader_varint(&r);
    bool fits = str_copy(reader_text(&r), out->code, sizeof out->code);
    fits = str_copy(reader_text(&r), out->name, sizeof out->name) && fits;
    fits = str_copy(reader_text(&r), out->parent, sizeof out->parent) && fits;
    fits = str_copy(reader_text(&r), out->successor, sizeof out->successor) && fits;
    out->from = (int32_t)reader_zigzag(&r);
    out->until = (int32_t)reader_zigzag(&r);
    return fits && reader_done(&r) ? ST_OK : row_damaged("unit", number, d);
}

enum status unit_put(struct txn *t, const struct unit_entry *e, struct diag *d)
{
    uint8_t bytes[3 * UNIT_CODE_MAX + UNIT_NAME_MAX + 60];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_varint(&w, e->sequence);
    writer_text(&w, str_of(e->code));
    writer_text(&w, str_of(e->name));
    writer_text(&w, str_of(e->parent));
    writer_text(&w, str_of(e->successor));
    writer_zigzag(&w, e->from);
    writer_zigzag(&w, e->until);
    return row_put(t, REGISTER_UNIT, e->number, &w, d);
}

static int by_code(const void *a, const void *b)
{
    const struct unit_entry *x = a;
    const struct unit_entry *y = b;
    return str_cmp(str_of(x->code), str_of(y->code));
}

static enum status grow(struct unit_list *list, size_t *room, struct diag *d)
{
    if (list->count < *room) {
        return ST_OK;
    }
    size_t wider = *room == 0 ? 64 : 2 * *room;
    struct unit_entry *units = realloc(list->units, wider * sizeof *units);
    if (units == NULL) {
        return diag_memory(d);
    }
    list->units = units;
    *room = wider;
    return ST_OK;
}

enum status unit_list_load(struct unit_list *list, struct txn *t, struct diag *d)
{
    size_t room = 0;
    bool found = true;
    list->count = 0;
    list->units = NULL;
    while (found && list->count < UNITS_MAX) {
        TRY(grow(list, &room, d));
        TRY(unit_get(t, (uint32_t)list->count + 1, &list->units[list->count], &found,
                     d));
        list->count += found ? 1 : 0;
    }
    if (list->count > 0) {
        qsort(list->units, list->count, sizeof *list->units, by_code);
    }
    return ST_OK;
}

void unit_list_release(struct unit_list *list)
{
    free(list->units);
    list->units = NULL;
    list->count = 0;
}

const struct unit_entry *unit_list_find(const struct unit_list *list, struct str code)
{
    size_t low = 0;
    size_t high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(str_of(list->units[middle].code), code);
        if (order == 0) {
            return &list->units[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const struct unit_entry *unit_list_resolve(const struct unit_list *list,
                                           struct str code, int32_t day)
{
    const struct unit_entry *u = unit_list_find(list, code);
    /* Imports refuse circles; the count is for a register that is damaged. */
    for (size_t i = 0; i < list->count && u != NULL && u->until < day; i++) {
        const struct unit_entry *next =
            u->successor[0] == '\0' ? NULL : unit_list_find(list, str_of(u->successor));
        if (next == NULL) {
            break;
        }
        u = next;
    }
    return u;
}
