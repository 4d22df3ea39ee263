/* close.c - see close.h. */
#include "ledger/close.h"

#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "base/must.h"
#include "ledger/row.h"

#define ROW_MAX 64

int32_t close_from(const struct close_entry *e)
{
    return e->what == CLOSE_YEAR ? e->month - 11 : e->month;
}

/* ---- bodies ---- */

void close_write(const struct close_entry *e, struct writer *w)
{
    cbor_put_map(w, e->statement_count > 0 ? 7 : 6);
    cbor_pair_uint(w, 1, e->number);
    cbor_pair_uint(w, 2, (uint64_t)e->what);
    cbor_pair_uint(w, 3, (uint64_t)e->month);
    cbor_pair_uint(w, 4, e->totals.rows);
    cbor_pair_bytes(w, 5, e->totals.digest, DIGEST_LEN);
    cbor_put_uint(w, 6);
    cbor_put_array(w, ACCOUNT_KINDS);
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        cbor_put_int(w, e->totals.fen[k]);
    }
    if (e->statement_count > 0) {
        cbor_put_uint(w, 7);
        cbor_put_array(w, e->statement_count);
    }
    for (size_t i = 0; i < e->statement_count; i++) {
        cbor_put_array(w, 3);
        cbor_put_bytes(w, e->statements[i].sha256, DIGEST_LEN);
        cbor_put_int(w, e->statements[i].paid_fen);
        cbor_put_int(w, e->statements[i].back_fen);
    }
}

static void read_totals(struct body *b, struct month_totals *out)
{
    out->rows = body_uint(b, 4, UINT64_MAX);
    body_digest(b, 5, out->digest);
    b->ok = b->ok && cbor_map_key(&b->map, 6) && cbor_get_array(&b->r) == ACCOUNT_KINDS;
    for (int k = 0; b->ok && k < ACCOUNT_KINDS; k++) {
        out->fen[k] = cbor_get_int(&b->r);
    }
}

static void read_statements(struct body *b, struct close_entry *out)
{
    if (!b->ok || !cbor_map_key(&b->map, 7)) {
        return;
    }
    uint64_t n = cbor_get_array(&b->r);
    b->ok = n >= 1 && n <= CLOSE_STATEMENTS_MAX;
    for (uint64_t i = 0; b->ok && i < n; i++) {
        struct close_statement *s = &out->statements[i];
        b->ok = cbor_get_array(&b->r) == 3;
        struct str sha = cbor_get_bytes(&b->r);
        s->paid_fen = cbor_get_int(&b->r);
        s->back_fen = cbor_get_int(&b->r);
        b->ok = b->ok && !b->r.failed && sha.n == DIGEST_LEN && s->paid_fen >= 0 &&
                s->back_fen >= 0;
        if (b->ok) {
            memcpy(s->sha256, sha.p, DIGEST_LEN);
        }
    }
    out->statement_count = (size_t)n;
}

bool close_read(struct str plain, struct close_entry *out)
{
    struct body b;
    memset(out, 0, sizeof *out);
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->what = (enum close_what)body_uint(&b, 2, CLOSE_YEAR);
    out->month = (int32_t)body_uint(&b, 3, PERIOD_LAST);
    read_totals(&b, &out->totals);
    read_statements(&b, out);
    return body_done(&b) && out->what >= CLOSE_MONTH && out->month >= PERIOD_FIRST &&
           (out->what == CLOSE_MONTH || month_number(out->month) == 12);
}

/* ---- rows ---- */

enum status close_put(struct txn *t, const struct close_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->made_by);
    writer_varint(&w, e->confirmed_by);
    writer_varint(&w, e->confirmed_at);
    return row_put(t, REGISTER_CLOSE, e->number, &w, d);
}

static bool row_read(struct reader *r, struct close_entry *e)
{
    uint8_t state = reader_u8(r);
    e->state = (enum entry_state)state;
    e->sequence = reader_varint(r);
    uint64_t by = reader_varint(r);
    uint64_t second = reader_varint(r);
    e->confirmed_at = reader_varint(r);
    e->made_by = (uint32_t)by;
    e->confirmed_by = (uint32_t)second;
    return reader_done(r) && state <= ENTRY_REFUSED && by <= UINT32_MAX &&
           second <= UINT32_MAX;
}

enum status close_get(struct txn *t, uint32_t number, struct close_entry *out,
                      struct diag *d)
{
    struct reader r;
    struct signed_body body;
    struct close_entry row_says;
    TRY(row_get(t, REGISTER_CLOSE, number, &r, d));
    if (!row_read(&r, &row_says)) {
        return row_damaged("close", number, d);
    }
    TRY(row_record(t, row_says.sequence, KIND_MONTH_CLOSE, &body, d));
    if (!close_read(body.plain, out)) {
        return row_damaged("close", number, d);
    }
    out->state = row_says.state;
    out->sequence = row_says.sequence;
    out->made_by = row_says.made_by;
    out->confirmed_by = row_says.confirmed_by;
    out->confirmed_at = row_says.confirmed_at;
    return ST_OK;
}

/* ---- batches ---- */

enum status close_check_batches(struct txn *t, uint32_t batches, int32_t month,
                                struct diag *d)
{
    for (uint32_t n = 1; n <= batches; n++) {
        struct batch_entry b;
        int32_t own;
        TRY(batch_get(t, n, &b, d));
        if (b.state != BATCH_EXPORTED && b.state != BATCH_SETTLED &&
            b.state != BATCH_CLOSING) {
            continue;
        }
        TRY(batch_month(t, &b, &own, d));
        if (own <= month) {
            diag_fail(d, ST_CONFLICT, "month-batch", "batch %u is %s, not closed", n,
                      batch_state_name(b.state));
            return b.state == BATCH_EXPORTED
                       ? diag_hint(d,
                                   "take the bank's answer in, or close it with a "
                                   "signed list of what is unknown: almoner batch "
                                   "close %u --with-unknown",
                                   n)
                       : diag_hint(d, "almoner batch close %u", n);
        }
    }
    return ST_OK;
}
