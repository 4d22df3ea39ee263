/* fund.c - see fund.h. It must never look at people or policies: which source bears
 * which share, entitle/fund_share.c tells. */
#include "ledger/fund.h"

#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "base/text.h"
#include "ledger/row.h"

#define ROW_MAX 160

/* ---- appropriations ---- */

static bool is_text(const char *s, size_t min)
{
    struct str t = str_of(s);
    return t.n >= min && text_utf8_valid(t, NULL) && !text_has_control(t);
}

/* Digits, letters and - : classes are numbers, sources words of policy files. */
static bool is_word(const char *s, bool empty)
{
    for (const char *p = s; *p != '\0'; p++) {
        bool fine = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
                    (*p >= 'A' && *p <= 'Z') || *p == '-' || *p == '_';
        if (!fine) {
            return false;
        }
    }
    return empty || *s != '\0';
}

const char *fund_terms_wrong(const struct fund_terms *t)
{
    const struct {
        bool fits;
        const char *what;
    } terms[] = {
        {t->number > 0, "number"},
        {t->adjusts < t->number, "adjust"},
        {t->programme[0] == '\0' || programme_code_valid(str_of(t->programme)),
         "programme"},
        {is_text(t->source, 1), "source"},
        {is_word(t->function, true), "function"},
        {is_word(t->economic, true), "economic"},
        {t->year >= FUND_YEAR_MIN && t->year <= FUND_YEAR_MAX, "year"},
        {is_text(t->document, 1), "document"},
        {t->fen != 0 && t->fen <= FUND_FEN_MAX && t->fen >= -FUND_FEN_MAX &&
             (t->fen > 0 || t->adjusts != 0),
         "amount"},
    };
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        if (!terms[i].fits) {
            return terms[i].what;
        }
    }
    return NULL;
}

bool fund_terms_fit(const struct fund_terms *t)
{
    return fund_terms_wrong(t) == NULL;
}

void fund_terms_write(const struct fund_terms *t, struct writer *w)
{
    cbor_put_map(w, t->adjusts != 0 ? 9 : 8);
    cbor_pair_uint(w, 1, t->number);
    cbor_pair_text(w, 2, str_of(t->programme));
    cbor_pair_text(w, 3, str_of(t->source));
    cbor_pair_text(w, 4, str_of(t->function));
    cbor_pair_text(w, 5, str_of(t->economic));
    cbor_pair_uint(w, 6, (uint64_t)t->year);
    cbor_pair_text(w, 7, str_of(t->document));
    cbor_pair_int(w, 8, t->fen);
    if (t->adjusts != 0) {
        cbor_pair_uint(w, 9, t->adjusts);
    }
}

bool fund_terms_read(struct str plain, struct fund_terms *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, out->programme, sizeof out->programme);
    body_text(&b, 3, out->source, sizeof out->source);
    body_text(&b, 4, out->function, sizeof out->function);
    body_text(&b, 5, out->economic, sizeof out->economic);
    out->year = (int32_t)body_uint(&b, 6, FUND_YEAR_MAX);
    body_text(&b, 7, out->document, sizeof out->document);
    out->fen = body_int(&b, 8);
    bool more = b.map.left > 0;
    out->adjusts = (uint32_t)body_uint_if(&b, 9, UINT32_MAX);
    return body_done(&b) && more == (out->adjusts != 0) && fund_terms_fit(out);
}

int64_t fund_left(const struct fund_sums *s)
{
    return s->appropriated - s->reserved - s->committed - s->spent;
}

static void sums_write(const struct fund_sums *s, struct writer *w)
{
    const int64_t list[] = {s->appropriated, s->received, s->reserved, s->committed,
                            s->spent,        s->returned, s->prior,    s->refunded};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        writer_zigzag(w, list[i]);
    }
    writer_zigzag(w, s->spent_day);
}

static void sums_read(struct reader *r, struct fund_sums *s)
{
    int64_t *const list[] = {&s->appropriated, &s->received, &s->reserved,
                             &s->committed,    &s->spent,    &s->returned,
                             &s->prior,        &s->refunded};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        *list[i] = reader_zigzag(r);
    }
    s->spent_day = (int32_t)reader_zigzag(r);
}

enum status fund_put(struct txn *t, const struct fund_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->made_by);
    writer_varint(&w, e->confirmed_by);
    sums_write(&e->sums, &w);
    return row_put(t, REGISTER_FUND, e->terms.number, &w, d);
}

static bool row_read(struct reader *r, struct fund_entry *out)
{
    uint8_t state = reader_u8(r);
    out->sequence = reader_varint(r);
    uint64_t made_by = reader_varint(r);
    uint64_t confirmed_by = reader_varint(r);
    sums_read(r, &out->sums);
    out->state = (enum entry_state)state;
    out->made_by = (uint32_t)made_by;
    out->confirmed_by = (uint32_t)confirmed_by;
    return reader_done(r) && state <= ENTRY_REFUSED && made_by <= UINT32_MAX &&
           confirmed_by <= UINT32_MAX;
}

enum status fund_get(struct txn *t, uint32_t number, struct fund_entry *out,
                     struct diag *d)
{
    struct reader r;
    struct signed_body body;
    TRY(row_get(t, REGISTER_FUND, number, &r, d));
    if (!row_read(&r, out)) {
        return row_damaged("appropriation", number, d);
    }
    TRY(row_record(t, out->sequence, KIND_APPROPRIATION, &body, d));
    return fund_terms_read(body.plain, &out->terms) && out->terms.number == number
               ? ST_OK
               : row_damaged("appropriation", number, d);
}

/* ---- confirmations and receipts ---- */

void fund_confirm_write(const struct fund_confirm *c, struct writer *w)
{
    cbor_put_map(w, 2);
    cbor_pair_uint(w, 1, c->number);
    cbor_pair_bytes(w, 2, c->proposal, DIGEST_LEN);
}

bool fund_confirm_read(struct str plain, struct fund_confirm *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    body_digest(&b, 2, out->proposal);
    return body_done(&b);
}

void fund_receipt_write(const struct fund_receipt *x, struct writer *w)
{
    cbor_put_map(w, 4);
    cbor_pair_uint(w, 1, x->number);
    cbor_pair_int(w, 2, x->day);
    cbor_pair_int(w, 3, x->fen);
    cbor_pair_text(w, 4, str_of(x->document));
}

bool fund_receipt_read(struct str plain, struct fund_receipt *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->day = body_day(&b, 2);
    out->fen = body_int(&b, 3);
    body_text(&b, 4, out->document, sizeof out->document);
    return body_done(&b) && out->fen != 0 && out->fen <= FUND_FEN_MAX &&
           out->fen >= -FUND_FEN_MAX && is_text(out->document, 1);
}

/* ---- allocations ---- */

void allocation_write(const struct allocation *a, struct writer *w)
{
    cbor_put_map(w, 3);
    cbor_pair_uint(w, 1, a->batch);
    cbor_put_uint(w, 2);
    cbor_put_array(w, a->count);
    for (size_t i = 0; i < a->count; i++) {
        cbor_put_array(w, 3);
        cbor_put_text(w, str_of(a->items[i].programme));
        cbor_put_uint(w, a->items[i].fund);
        cbor_put_int(w, a->items[i].fen);
    }
    cbor_put_uint(w, 3);
    cbor_put_array(w, a->carry_count);
    for (size_t i = 0; i < a->carry_count; i++) {
        const struct fund_carry *c = &a->carries[i];
        cbor_put_array(w, 4);
        cbor_put_text(w, str_of(c->programme));
        cbor_put_text(w, str_of(c->source));
        cbor_put_int(w, c->before);
        cbor_put_int(w, c->delta);
    }
}

static bool item_read(struct reader *r, struct allocation *out)
{
    struct fund_item *x = &out->items[out->count];
    bool fine = cbor_get_array(r) == 3 &&
                str_copy(cbor_get_text(r), x->programme, sizeof x->programme) &&
                programme_code_valid(str_of(x->programme));
    uint64_t fund = cbor_get_uint(r);
    x->fund = (uint32_t)fund;
    x->fen = cbor_get_int(r);
    for (size_t i = 0; fine && i < out->count; i++) {
        fine = out->items[i].fund != x->fund ||
               strcmp(out->items[i].programme, x->programme) != 0;
    }
    out->count++;
    return fine && !r->failed && fund > 0 && fund <= UINT32_MAX && x->fen > 0 &&
           x->fen <= FUND_FEN_MAX;
}

static bool carry_read(struct reader *r, struct allocation *out)
{
    struct fund_carry *c = &out->carries[out->carry_count];
    bool fine = cbor_get_array(r) == 4 &&
                str_copy(cbor_get_text(r), c->programme, sizeof c->programme) &&
                programme_code_valid(str_of(c->programme)) &&
                str_copy(cbor_get_text(r), c->source, sizeof c->source);
    c->before = cbor_get_int(r);
    c->delta = cbor_get_int(r);
    for (size_t i = 0; fine && i < out->carry_count; i++) {
        fine = strcmp(out->carries[i].source, c->source) != 0 ||
               strcmp(out->carries[i].programme, c->programme) != 0;
    }
    out->carry_count++;
    return fine && !r->failed && is_text(c->source, 1) && c->before <= FUND_CARRY_MAX &&
           c->before >= -FUND_CARRY_MAX && c->delta <= FUND_CARRY_MAX &&
           c->delta >= -FUND_CARRY_MAX;
}

/* The array behind a key, item by item. */
static void read_all(struct body *b, uint64_t key, struct allocation *out,
                     bool (*each)(struct reader *r, struct allocation *out))
{
    bool there = cbor_map_key(&b->map, key);
    uint64_t count = there ? cbor_get_array(&b->r) : 0;
    b->ok = b->ok && there && count <= FUND_ITEMS_MAX;
    for (uint64_t i = 0; b->ok && i < count; i++) {
        b->ok = each(&b->r, out);
    }
}

bool allocation_read(struct str plain, struct allocation *out)
{
    struct body b;
    memset(out, 0, sizeof *out);
    body_start(&b, plain);
    out->batch = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    read_all(&b, 2, out, item_read);
    if (b.ok) {
        read_all(&b, 3, out, carry_read);
    }
    return b.ok && body_done(&b) && out->count > 0;
}

enum status allocation_put(struct txn *t, const struct allocation_entry *e,
                           struct diag *d)
{
    uint8_t key[5];
    uint8_t bytes[ROW_MAX];
    struct writer w;
    if (e->state == ALLOCATION_NONE) {
        return store_delete(t, TABLE_REGISTER,
                            register_key(key, REGISTER_ALLOCATION, e->terms.batch), d);
    }
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    return row_put(t, REGISTER_ALLOCATION, e->terms.batch, &w, d);
}

enum status allocation_get(struct txn *t, uint32_t batch, struct allocation_entry *out,
                           struct diag *d)
{
    struct reader r;
    struct signed_body body;
    bool found;
    out->state = ALLOCATION_NONE;
    TRY(row_find(t, REGISTER_ALLOCATION, batch, &r, &found, d));
    if (!found) {
        return ST_OK;
    }
    uint8_t state = reader_u8(&r);
    uint64_t sequence = reader_varint(&r);
    if (!reader_done(&r) ||
        (state != ALLOCATION_RESERVED && state != ALLOCATION_COMMITTED)) {
        return row_damaged("the allocation of batch", batch, d);
    }
    TRY(row_record(t, sequence, KIND_ALLOCATION, &body, d));
    if (!allocation_read(body.plain, &out->terms) || out->terms.batch != batch) {
        return row_damaged("the allocation of batch", batch, d);
    }
    out->state = (enum allocation_state)state;
    out->sequence = sequence;
    return ST_OK;
}

/* ---- arithmetic ---- */

enum status fund_carried(struct txn *t, uint32_t batches, uint32_t but, int32_t year,
                         const char *programme, const char *source, int64_t *out,
                         struct diag *d)
{
    *out = 0;
    for (uint32_t n = 1; n <= batches; n++) {
        struct allocation_entry e;
        struct fund_entry fund;
        TRY(allocation_get(t, n, &e, d));
        if (e.state == ALLOCATION_NONE || n == but) {
            continue;
        }
        TRY(fund_get(t, e.terms.items[0].fund, &fund, d));
        for (size_t i = 0; fund.terms.year == year && i < e.terms.carry_count; i++) {
            const struct fund_carry *c = &e.terms.carries[i];
            if (strcmp(c->programme, programme) == 0 &&
                strcmp(c->source, source) == 0) {
                *out += c->delta; /* far below the limit: FUND_CARRY_MAX each */
            }
        }
    }
    return ST_OK;
}

/* floor(x * part / whole), bit by bit: the product does not fit 64 bits. 0 <=
 * x, part <= whole < 2^62. */
static int64_t scale(int64_t x, int64_t part, int64_t whole)
{
    int64_t quotient = 0;
    int64_t rest = 0;
    for (int bit = 61; bit >= 0; bit--) {
        quotient *= 2;
        rest *= 2;
        if (rest >= whole) {
            rest -= whole;
            quotient++;
        }
        if (((x >> bit) & 1) != 0) {
            rest += part;
            if (rest >= whole) {
                rest -= whole;
                quotient++;
            }
        }
    }
    return quotient;
}

/* Of the programme's first x fen, each item its share of what those before it left:
 * with x no part ever falls, and at the whole each is the item's. */
static void upto(const struct allocation *a, const char *programme, int64_t x,
                 int64_t whole, int64_t out[FUND_ITEMS_MAX])
{
    for (size_t i = 0; i < a->count; i++) {
        out[i] = 0;
        if (strcmp(a->items[i].programme, programme) == 0) {
            out[i] = scale(x, a->items[i].fen, whole);
            x -= out[i];
            whole -= a->items[i].fen;
        }
    }
}

void fund_split(const struct allocation *a, const char *programme, int64_t before,
                int64_t fen, int64_t part[FUND_ITEMS_MAX])
{
    int64_t below[FUND_ITEMS_MAX];
    int64_t whole = 0;
    for (size_t i = 0; i < a->count; i++) {
        whole += strcmp(a->items[i].programme, programme) == 0 ? a->items[i].fen : 0;
    }
    must(before >= 0 && fen >= 0 && whole >= fen && before <= whole - fen);
    upto(a, programme, before, whole, below);
    upto(a, programme, before + fen, whole, part);
    for (size_t i = 0; i < a->count; i++) {
        part[i] -= below[i];
    }
}

int64_t fund_cut(int64_t weight, int64_t carried, int64_t most)
{
    int64_t sum = weight + carried;
    int64_t whole = sum < 0 ? 0 : sum / 10000;
    return whole > most ? most : whole;
}
