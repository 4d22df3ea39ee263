/* line.c - rows of TABLE_LINES. Bytes: docs/formats/ledger.md. */
#include "ledger/line.h"

#include <string.h>

#include "base/must.h"
#include "ledger/row.h"

void line_key(uint32_t batch, uint32_t line, uint8_t key[8])
{
    put_u32(key, batch);
    put_u32(key + 4, line);
}

#define LINE_CORRECTED_BIT 0x80U /* of the byte of the reason */

void line_write(const struct line_entry *e, struct writer *w)
{
    writer_u8(w, (uint8_t)e->state);
    writer_u8(w, (uint8_t)(e->reason | (e->corrected ? LINE_CORRECTED_BIT : 0)));
    writer_varint(w, e->sequence);
    writer_varint(w, e->person);
    writer_text(w, str_of(e->programme));
    writer_varint(w, (uint64_t)e->fen);
    writer_varint(w, e->route);
    writer_bytes(w, e->route_commitment, DIGEST_LEN);
    writer_varint(w, e->span_count);
    for (size_t i = 0; i < e->span_count; i++) {
        writer_varint(w, (uint64_t)e->spans[i].from);
        writer_varint(w, (uint64_t)e->spans[i].months);
        writer_varint(w, (uint64_t)e->spans[i].fen);
    }
    if (e->payee != 0) {
        writer_varint(w, e->payee);
    }
}

/* *institution 0: none. */
static bool line_owner(struct str row, uint64_t *person, uint64_t *institution)
{
    struct reader r;
    reader_init(&r, row.p, row.n);
    reader_u8(&r);
    reader_u8(&r);
    reader_varint(&r);
    *person = reader_varint(&r);
    reader_text(&r);
    reader_varint(&r);
    reader_varint(&r);
    reader_bytes(&r, DIGEST_LEN);
    uint64_t count = reader_varint(&r);
    for (uint64_t i = 0; i < count && i < LINE_SPANS_MAX; i++) {
        reader_varint(&r);
        reader_varint(&r);
        reader_varint(&r);
    }
    *institution = r.at < r.len ? reader_varint(&r) : 0;
    return reader_done(&r) && *person > 0;
}

bool line_payee(struct str row, uint64_t *payee)
{
    uint64_t institution;
    bool good = line_owner(row, payee, &institution);
    *payee = institution > 0 ? institution : *payee;
    return good;
}

bool line_institution(struct str row, uint64_t *institution)
{
    uint64_t person;
    return line_owner(row, &person, institution);
}

bool line_read(struct str row, uint32_t batch, uint32_t line, struct line_entry *out)
{
    struct reader r;
    reader_init(&r, row.p, row.n);
    out->batch = batch;
    out->line = line;
    out->state = (enum line_state)reader_u8(&r);
    out->reason = reader_u8(&r);
    out->corrected = (out->reason & LINE_CORRECTED_BIT) != 0;
    out->reason &= ~LINE_CORRECTED_BIT;
    out->sequence = reader_varint(&r);
    out->person = reader_varint(&r);
    struct str programme = reader_text(&r);
    out->fen = (int64_t)reader_varint(&r);
    out->route = (uint32_t)reader_varint(&r);
    struct str commitment = reader_bytes(&r, DIGEST_LEN);
    uint64_t count = reader_varint(&r);
    if (r.failed || count == 0 || count > LINE_SPANS_MAX || out->state < LINE_OPEN ||
        out->state > LINE_RECALLED || !programme_code_valid(programme) ||
        (out->corrected && out->state != LINE_PAID)) {
        return false;
    }
    must(str_copy(programme, out->programme, sizeof out->programme));
    memcpy(out->route_commitment, commitment.p, DIGEST_LEN);
    out->span_count = (size_t)count;
    int64_t sum = 0;
    for (size_t i = 0; i < out->span_count; i++) {
        struct span *s = &out->spans[i];
        s->from = (int32_t)reader_varint(&r);
        s->months = (int32_t)reader_varint(&r);
        s->fen = (int64_t)reader_varint(&r);
        if (!span_valid(s) || s->fen <= 0) {
            return false;
        }
        sum += s->fen * s->months;
    }
    bool other = r.at < r.len;
    out->payee = other ? reader_varint(&r) : 0;
    return reader_done(&r) && sum == out->fen &&
           (!other || (out->payee > 0 && out->payee != out->person));
}

enum status line_get(struct txn *t, uint32_t batch, uint32_t line,
                     struct line_entry *out, struct diag *d)
{
    uint8_t key[8];
    struct str value;
    line_key(batch, line, key);
    TRY(store_get(t, TABLE_LINES, str_make(key, sizeof key), &value, d));
    if (value.p == NULL) {
        diag_fail(d, ST_CONFLICT, "unknown-line", "batch %u has no line %u", batch,
                  line);
        return diag_hint(d, "almoner batch show %u --lines shows them", batch);
    }
    if (!line_read(value, batch, line, out)) {
        return row_damaged("line of batch", batch, d);
    }
    return ST_OK;
}

enum status line_first(struct txn *t, const struct batch_entry *b, uint64_t person,
                       uint32_t *out, struct diag *d)
{
    uint32_t low = 1;
    uint32_t high = (uint32_t)b->lines + 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct line_entry line;
        TRY(line_get(t, b->number, middle, &line, d));
        if (line.person < person) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *out = low;
    return ST_OK;
}

bool line_shares_month(const struct line_entry *a, const struct line_entry *b)
{
    for (size_t i = 0; i < a->span_count; i++) {
        for (size_t k = 0; k < b->span_count; k++) {
            if (a->spans[i].from < b->spans[k].from + b->spans[k].months &&
                b->spans[k].from < a->spans[i].from + a->spans[i].months) {
                return true;
            }
        }
    }
    return false;
}
