/* month.c - see month.h. Row: key u32 accounting month, u32 own month, programme, 0, u8
 * debit, u8 credit; value i64 fen, u64 count. */
#include "ledger/month.h"

#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "base/must.h"
#include "ledger/body.h"

#define KEY_MAX (4 + 4 + PROGRAMME_CODE_MAX + 3)
#define VALUE_BYTES 16
#define ENCODED_MAX 100

static struct str row_key(const struct month_sum *s, uint8_t key[KEY_MAX])
{
    size_t n = strlen(s->programme);
    put_u32(key, (uint32_t)s->month);
    put_u32(key + 4, (uint32_t)s->own);
    memcpy(key + 8, s->programme, n);
    key[8 + n] = 0;
    key[8 + n + 1] = (uint8_t)s->debit;
    key[8 + n + 2] = (uint8_t)s->credit;
    return str_make(key, 8 + n + 3);
}

static bool row_read(struct str key, struct str row, struct month_sum *out)
{
    const uint8_t *k = (const uint8_t *)key.p;
    if (key.n < 12 || key.n > KEY_MAX || row.n != VALUE_BYTES || k[key.n - 3] != 0 ||
        k[key.n - 2] >= ACCOUNT_KINDS || k[key.n - 1] >= ACCOUNT_KINDS ||
        !str_copy(str_make(key.p + 8, key.n - 11), out->programme,
                  sizeof out->programme)) {
        return false;
    }
    out->month = (int32_t)get_u32(k);
    out->own = (int32_t)get_u32(k + 4);
    out->debit = (enum account_kind)k[key.n - 2];
    out->credit = (enum account_kind)k[key.n - 1];
    out->fen = (int64_t)get_u64((const uint8_t *)row.p);
    out->count = get_u64((const uint8_t *)row.p + 8);
    return out->fen > 0;
}

static enum status damaged(struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "month-row",
                     "a row of the months is not what was written");
}

enum status month_add(struct txn *t, const struct month_sum *s, struct diag *d)
{
    uint8_t key[KEY_MAX];
    uint8_t value[VALUE_BYTES];
    struct str row;
    struct month_sum known = {.fen = 0};
    struct str at = row_key(s, key);
    TRY(store_get(t, TABLE_MONTHS, at, &row, d));
    if (row.p != NULL && !row_read(at, row, &known)) {
        return damaged(d);
    }
    if (!money_add(known.fen, s->fen, &known.fen)) {
        return diag_fail(d, ST_INTEGRITY, "month-row", "a month's sum is too large");
    }
    put_u64(value, (uint64_t)known.fen);
    put_u64(value + 8, known.count + s->count);
    return store_put(t, TABLE_MONTHS, at, str_make(value, sizeof value), d);
}

static enum status walk(struct cursor *c, int32_t from, int32_t through,
                        struct month_sink sink, struct diag *d)
{
    uint8_t begin[4];
    struct str key;
    struct str row;
    put_u32(begin, (uint32_t)from);
    TRY(store_cursor_seek(c, str_make(begin, sizeof begin), &key, &row, d));
    while (key.p != NULL) {
        struct month_sum s;
        if (!row_read(key, row, &s)) {
            return damaged(d);
        }
        if (s.month > through) {
            return ST_OK;
        }
        TRY(sink.each(sink.ctx, &s, d));
        TRY(store_cursor_next(c, &key, &row, d));
    }
    return ST_OK;
}

enum status month_walk(struct txn *t, int32_t from, int32_t through,
                       struct month_sink sink, struct diag *d)
{
    struct cursor *c;
    TRY(store_cursor_open(t, TABLE_MONTHS, &c, d));
    enum status st = walk(c, from, through, sink, d);
    store_cursor_close(c);
    return st;
}

/* ---- control totals ---- */

struct totalling {
    struct digest *g;
    struct month_totals *out;
};

static enum status change(struct month_totals *m, enum account_kind k, bool debit,
                          int64_t fen, struct diag *d)
{
    bool up = account_on_left(k) == debit;
    bool fits = up ? money_add(m->fen[k], fen, &m->fen[k])
                   : money_sub(m->fen[k], fen, &m->fen[k]);
    return fits ? ST_OK
                : diag_fail(d, ST_INTEGRITY, "month-row", "a month's sum is too large");
}

static enum status total_row(void *ctx, const struct month_sum *s, struct diag *d)
{
    struct totalling *x = ctx;
    uint8_t bytes[ENCODED_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_array(&w, 6);
    cbor_put_uint(&w, (uint64_t)s->month);
    cbor_put_uint(&w, (uint64_t)s->own);
    cbor_put_text(&w, str_of(s->programme));
    cbor_put_uint(&w, (uint64_t)s->debit);
    cbor_put_uint(&w, (uint64_t)s->credit);
    cbor_put_int(&w, s->fen);
    must(!w.failed);
    digest_once(x->g, str_make(x->out->digest, DIGEST_LEN), writer_str(&w),
                x->out->digest);
    x->out->rows++;
    TRY(change(x->out, s->debit, true, s->fen, d));
    return change(x->out, s->credit, false, s->fen, d);
}

enum status month_total(struct txn *t, struct digest *g, int32_t from, int32_t through,
                        struct month_totals *out, struct diag *d)
{
    struct totalling x = {.g = g, .out = out};
    struct month_sink sink = {.each = total_row, .ctx = &x};
    memset(out, 0, sizeof *out);
    return month_walk(t, from, through, sink, d);
}

/* ---- batches ---- */

enum status batch_month(struct txn *t, const struct batch_entry *b, int32_t *out,
                        struct diag *d)
{
    struct record r;
    struct signed_body signed_body;
    struct body body;
    TRY(record_get(t, b->sequence, &r, NULL, d));
    TRY(signed_body_read(&r, &signed_body, d));
    body_start(&body, signed_body.plain);
    (void)body_uint(&body, 1, UINT32_MAX);
    (void)body_uint(&body, 2, UINT32_MAX);
    int32_t day = body_day(&body, 3);
    if (r.kind != KIND_BATCH_START || !body.ok) {
        return diag_fail(d, ST_INTEGRITY, "register-row",
                         "the register's row of batch %u is not what was written",
                         b->number);
    }
    *out = month_of_day(day);
    return ST_OK;
}
