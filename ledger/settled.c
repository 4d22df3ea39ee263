/* settled.c - rows of register 9; see settled.h. Bytes: docs/formats/ledger.md. */
#include "ledger/settled.h"

#include "base/money.h"
#include "ledger/row.h"

enum status settled_get(struct txn *t, uint32_t number, struct settled_entry *out,
                        bool *found, struct diag *d)
{
    struct reader r;
    TRY(row_find(t, REGISTER_SETTLED, number, &r, found, d));
    if (!*found) {
        return ST_OK;
    }
    out->number = number;
    struct str code = reader_text(&r);
    uint64_t through = reader_varint(&r);
    out->import = (uint32_t)reader_varint(&r);
    out->sequence = reader_varint(&r);
    int64_t fen = reader_zigzag(&r);
    out->through = (int32_t)through;
    out->fen = fen;
    return reader_done(&r) && through <= ACCOUNT_MONTH_MAX &&
                   str_copy(code, out->programme, sizeof out->programme)
               ? ST_OK
               : row_damaged("settled programme", number, d);
}

enum status settled_through(struct txn *t, struct str programme, uint64_t known_below,
                            int32_t *through, struct diag *d)
{
    struct settled_entry e;
    bool found = true;
    *through = -1;
    for (uint32_t number = 1; found; number++) {
        TRY(settled_get(t, number, &e, &found, d));
        if (found && e.sequence < known_below && str_is(programme, e.programme) &&
            e.through > *through) {
            *through = e.through;
        }
    }
    return ST_OK;
}

enum status settled_total(struct txn *t, int64_t *fen, struct diag *d)
{
    struct settled_entry e;
    bool found = true;
    *fen = 0;
    for (uint32_t number = 1; found; number++) {
        TRY(settled_get(t, number, &e, &found, d));
        if (found && !money_add(*fen, e.fen, fen)) {
            return diag_fail(d, ST_INTEGRITY, "register-row", "a sum is too large");
        }
    }
    return ST_OK;
}

enum status settled_put(struct txn *t, const struct settled_entry *e, struct diag *d)
{
    uint8_t bytes[100];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_text(&w, str_of(e->programme));
    writer_varint(&w, (uint64_t)e->through);
    writer_varint(&w, e->import);
    writer_varint(&w, e->sequence);
    writer_zigzag(&w, e->fen);
    return row_put(t, REGISTER_SETTLED, e->number, &w, d);
}
