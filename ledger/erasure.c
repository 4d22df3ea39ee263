/* erasure.c - see erasure.h: bodies and register rows of retention rules, holds and
 * erasures; bytes in docs/formats/ledger.md. It must never open a sealed row: the fold
 * and verifiers without the vault's key read all of this. */
#include "ledger/erasure.h"

#include <string.h>

#include "base/must.h"
#include "ledger/row.h"

#define ROW_MAX 64

/* 会计档案管理办法 (Ministry of Finance and State Archives Administration, order 79,
 * 2016), table of periods: vouchers and books 30 years, reports of a month and what
 * goes with them 10 years. Files of applications follow the shorter period where no
 * document of the county says more. */
static const struct {
    const char *name;
    uint32_t years;
} CLASSES[RETENTION_CLASSES + 1] = {
    [RETENTION_PAYMENTS] = {"payments", 30},
    [RETENTION_APPLICATIONS] = {"applications", 10},
};

static struct str person_key(uint8_t key[9], enum register_kind kind, uint64_t person)
{
    key[0] = (uint8_t)kind;
    put_u64(key + 1, person);
    return str_make(key, 9);
}

static enum status no_body(uint64_t sequence, struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "record-body",
                     "the body of record %llu is not that of its kind",
                     (unsigned long long)sequence);
}

/* ---- retention ---- */

const char *retention_class_name(enum retention_class c)
{
    must(c >= RETENTION_PAYMENTS && c <= RETENTION_APPLICATIONS);
    return CLASSES[c].name;
}

bool retention_class_parse(struct str s, enum retention_class *out)
{
    for (int c = RETENTION_PAYMENTS; c <= RETENTION_CLASSES; c++) {
        if (str_is(s, CLASSES[c].name)) {
            *out = (enum retention_class)c;
            return true;
        }
    }
    return false;
}

void retention_write(const struct retention_entry *e, struct writer *w)
{
    cbor_put_map(w, 4);
    cbor_pair_uint(w, 1, e->number);
    cbor_pair_uint(w, 2, (uint64_t)e->class);
    cbor_pair_uint(w, 3, e->years);
    cbor_pair_text(w, 4, str_of(e->document));
}

bool retention_read(struct str plain, struct retention_entry *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    uint64_t class = body_uint(&b, 2, RETENTION_CLASSES);
    out->years = (uint32_t)body_uint(&b, 3, RETENTION_YEARS_MAX);
    body_text(&b, 4, out->document, sizeof out->document);
    out->class = (enum retention_class) class;
    return body_done(&b) && class >= RETENTION_PAYMENTS && out->document[0] != '\0';
}

enum status retention_put(struct txn *t, const struct retention_entry *e,
                          struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->proposed_by);
    return row_put(t, REGISTER_KEEPING, e->number, &w, d);
}

enum status retention_get(struct txn *t, uint32_t number, struct retention_entry *out,
                          struct diag *d)
{
    struct reader r;
    struct signed_body body;
    TRY(row_get(t, REGISTER_KEEPING, number, &r, d));
    uint8_t state = reader_u8(&r);
    uint64_t sequence = reader_varint(&r);
    uint64_t by = reader_varint(&r);
    if (!reader_done(&r) || state > ENTRY_REFUSED || by > UINT32_MAX) {
        return row_damaged("retention rule", number, d);
    }
    TRY(row_record(t, sequence, KIND_RETENTION, &body, d));
    if (!retention_read(body.plain, out)) {
        return no_body(sequence, d);
    }
    out->state = (enum entry_state)state;
    out->sequence = sequence;
    out->proposed_by = (uint32_t)by;
    return ST_OK;
}

enum status retention_years(struct txn *t, uint32_t count, enum retention_class c,
                            uint32_t *years, uint32_t *number, struct diag *d)
{
    *years = CLASSES[c].years;
    *number = 0;
    for (uint32_t n = count; n > 0; n--) {
        struct retention_entry e;
        TRY(retention_get(t, n, &e, d));
        if (e.state == ENTRY_ACTIVE && e.class == c) {
            *years = e.years;
            *number = n;
            break;
        }
    }
    return ST_OK;
}

int32_t retention_last_day(int32_t day, uint32_t years)
{
    if (day == DAY_ALWAYS) {
        return day;
    }
    struct civil c = date_to_civil(day);
    int32_t year = c.year + (int32_t)years;
    bool exists = date_exists(year, c.month, c.day);
    return date_from_civil(year, c.month, exists ? c.day : 28);
}

enum status retention_refuse(struct txn *t, uint32_t count, enum retention_class c,
                             int32_t day, int32_t today, struct diag *d)
{
    uint32_t years;
    uint32_t number;
    char text[DATE_TEXT_CAP];
    TRY(retention_years(t, count, c, &years, &number, d));
    int32_t last = retention_last_day(day, years);
    if (day == DAY_ALWAYS || today > last) {
        return ST_OK;
    }
    date_print(last, text);
    diag_fail(d, ST_CONFLICT, "retention", "%s are kept until %s (%u years)",
              retention_class_name(c), text, years);
    return diag_hint(d, "almoner retention show says by which rule");
}

/* ---- holds ---- */

void hold_write(const struct hold_terms *h, struct writer *w)
{
    cbor_put_map(w, 4);
    cbor_pair_uint(w, 1, h->person);
    cbor_pair_uint(w, 2, h->set ? 1 : 0);
    cbor_pair_text(w, 3, str_of(h->reason));
    cbor_pair_text(w, 4, str_of(h->document));
}

bool hold_read(struct str plain, struct hold_terms *out)
{
    struct body b;
    body_start(&b, plain);
    out->person = body_uint(&b, 1, UINT64_MAX);
    out->set = body_uint(&b, 2, 1) == 1;
    body_text(&b, 3, out->reason, sizeof out->reason);
    body_text(&b, 4, out->document, sizeof out->document);
    return body_done(&b) && out->person > 0 && out->reason[0] != '\0' &&
           out->document[0] != '\0';
}

enum status hold_put(struct txn *t, uint64_t person, const struct hold_entry *e,
                     struct diag *d)
{
    uint8_t key[9];
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, e->held ? 1 : 0);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->set_by);
    must(!w.failed);
    return store_put(t, TABLE_REGISTER, person_key(key, REGISTER_KEEPING, person),
                     writer_str(&w), d);
}

enum status hold_get(struct txn *t, uint64_t person, struct hold_entry *out,
                     struct diag *d)
{
    uint8_t key[9];
    struct str row;
    struct reader r;
    memset(out, 0, sizeof *out);
    TRY(store_get(t, TABLE_REGISTER, person_key(key, REGISTER_KEEPING, person), &row,
                  d));
    if (row.p == NULL) {
        return ST_OK;
    }
    reader_init(&r, row.p, row.n);
    uint8_t held = reader_u8(&r);
    out->held = held == 1;
    out->sequence = reader_varint(&r);
    out->set_by = (uint32_t)reader_varint(&r);
    return reader_done(&r) && held <= 1 ? ST_OK : row_damaged("the hold on", person, d);
}

enum status hold_refuse(struct txn *t, uint64_t person, struct diag *d)
{
    struct hold_entry e;
    TRY(hold_get(t, person, &e, d));
    if (!e.held) {
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "held", "person %llu is under legal hold by record %llu",
              (unsigned long long)person, (unsigned long long)e.sequence);
    return diag_hint(d, "almoner person release-hold %llu, when the matter is over",
                     (unsigned long long)person);
}

/* ---- the proposal ---- */

void erasure_terms_write(const struct erasure_terms *x, struct writer *w)
{
    cbor_put_map(w, 3);
    cbor_pair_uint(w, 1, x->person);
    cbor_pair_text(w, 2, str_of(x->reason));
    cbor_pair_text(w, 3, str_of(x->document));
}

bool erasure_terms_read(struct str plain, struct erasure_terms *out)
{
    struct body b;
    body_start(&b, plain);
    out->person = body_uint(&b, 1, UINT64_MAX);
    body_text(&b, 2, out->reason, sizeof out->reason);
    body_text(&b, 3, out->document, sizeof out->document);
    return body_done(&b) && out->person > 0 && out->reason[0] != '\0' &&
           out->document[0] != '\0';
}

enum status erasure_put(struct txn *t, uint64_t person, const struct erasure_entry *e,
                        struct diag *d)
{
    uint8_t key[9];
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->proposed_by);
    writer_varint(&w, e->certificate);
    writer_varint(&w, e->person);
    must(!w.failed);
    return store_put(t, TABLE_REGISTER, person_key(key, REGISTER_ERASURE, person),
                     writer_str(&w), d);
}

enum status erasure_get(struct txn *t, uint64_t person, struct erasure_entry *out,
                        struct diag *d)
{
    uint8_t key[9];
    struct str row;
    struct reader r;
    memset(out, 0, sizeof *out);
    TRY(store_get(t, TABLE_REGISTER, person_key(key, REGISTER_ERASURE, person), &row,
                  d));
    if (row.p == NULL) {
        return ST_OK;
    }
    reader_init(&r, row.p, row.n);
    uint8_t state = reader_u8(&r);
    out->state = (enum erasure_state)state;
    out->sequence = reader_varint(&r);
    out->proposed_by = (uint32_t)reader_varint(&r);
    out->certificate = reader_varint(&r);
    out->person = reader_varint(&r);
    return reader_done(&r) && state >= ERASURE_PROPOSED && state <= ERASURE_REFUSED
               ? ST_OK
               : row_damaged("the erasure of", person, d);
}

enum status money_refuse(const struct account *a, uint64_t person, struct diag *d)
{
    static const enum account_kind open[] = {ACCOUNT_DUE, ACCOUNT_TRANSIT,
                                             ACCOUNT_RETURNED, ACCOUNT_RECEIVABLE};
    for (size_t i = 0; i < a->count; i++) {
        const struct account_programme *p = &a->programmes[i];
        for (size_t k = 0; k < p->count * 4; k++) {
            enum account_kind kind = open[k % 4];
            if (p->segments[k / 4].fen[kind] != 0) {
                diag_fail(d, ST_CONFLICT, "money-open",
                          "money of person %llu is still %s (%s)",
                          (unsigned long long)person, account_kind_name(kind), p->code);
                return diag_hint(d, "almoner person show %llu; pay it, or take it back",
                                 (unsigned long long)person);
            }
        }
    }
    return ST_OK;
}

enum status erasure_refuse(struct txn *t, uint64_t person, struct diag *d)
{
    struct erasure_entry e;
    TRY(erasure_get(t, person, &e, d));
    if (e.state != ERASURE_DONE) {
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "erased", "person %llu was erased by record %llu",
              (unsigned long long)person, (unsigned long long)e.certificate);
    return diag_hint(d, "almoner person show %llu says what remains",
                     (unsigned long long)e.person);
}

bool erasure_failed(enum status st, const struct diag *d)
{
    return st == ST_CONFLICT && strcmp(d->code, "erased") == 0;
}

/* ---- the certificate ---- */

static void put_ranges(const struct erased_ranges *x, struct writer *w)
{
    cbor_put_array(w, x->count);
    for (size_t i = 0; i < x->count; i++) {
        cbor_put_array(w, 2);
        cbor_put_uint(w, x->items[i].from);
        cbor_put_uint(w, x->items[i].count);
    }
}

static void put_rows(const struct erased_terms *x, struct writer *w)
{
    cbor_put_array(w, x->row_count);
    for (size_t i = 0; i < x->row_count; i++) {
        cbor_put_array(w, 2);
        cbor_put_uint(w, x->rows[i].person);
        cbor_put_bytes(w, x->rows[i].sha256, DIGEST_LEN);
    }
}

void erased_write(const struct erased_terms *x, struct writer *w)
{
    bool copies = x->copies[0] != '\0';
    cbor_put_map(w, copies ? 10 : 9);
    cbor_pair_uint(w, 1, x->person);
    cbor_pair_uint(w, 2, x->proposal);
    cbor_pair_bytes(w, 3, x->proposal_leaf, DIGEST_LEN);
    cbor_put_uint(w, 4);
    put_rows(x, w);
    cbor_pair_uint(w, 5, x->lookups);
    cbor_pair_int(w, 6, x->payments);
    cbor_pair_int(w, 7, x->applications);
    cbor_put_uint(w, 8);
    put_ranges(&x->imports, w);
    cbor_put_uint(w, 10);
    put_ranges(&x->batches, w);
    if (copies) {
        cbor_pair_text(w, 11, str_of(x->copies));
    }
}

static void body_ranges(struct body *b, uint64_t key, struct erased_ranges *out)
{
    out->count = 0;
    b->ok = cbor_map_key(&b->map, key) && b->ok;
    uint64_t count = b->ok ? cbor_get_array(&b->r) : 0;
    uint64_t after = 0; /* the first number that is free */
    if (count > ERASED_RANGES_MAX) {
        b->ok = false;
        return;
    }
    for (uint64_t i = 0; i < count && b->ok; i++) {
        bool pair = cbor_get_array(&b->r) == 2;
        uint64_t from = cbor_get_uint(&b->r);
        uint64_t n = cbor_get_uint(&b->r);
        b->ok = pair && !b->r.failed && from > after && from <= UINT32_MAX && n > 0 &&
                n <= UINT32_MAX - from + 1;
        after = from + n; /* adjacent ranges would be one */
        out->items[i] = (struct number_range){(uint32_t)from, (uint32_t)n};
    }
    out->count = b->ok ? (size_t)count : 0;
}

static void body_rows(struct body *b, struct erased_terms *out)
{
    out->row_count = 0;
    b->ok = cbor_map_key(&b->map, 4) && b->ok;
    uint64_t count = b->ok ? cbor_get_array(&b->r) : 0;
    b->ok = b->ok && count >= 1 && count <= ERASED_ROWS_MAX;
    for (uint64_t i = 0; i < count && b->ok; i++) {
        bool pair = cbor_get_array(&b->r) == 2;
        uint64_t person = cbor_get_uint(&b->r);
        struct str sha = cbor_get_bytes(&b->r);
        bool order = i == 0   ? person == out->person
                     : i == 1 ? person > 0
                              : person > out->rows[i - 1].person;
        b->ok = pair && !b->r.failed && order && sha.n == DIGEST_LEN;
        if (b->ok) {
            out->rows[i].person = person;
            memcpy(out->rows[i].sha256, sha.p, DIGEST_LEN);
            out->row_count++;
        }
    }
}

bool erased_read(struct str plain, struct erased_terms *out)
{
    struct body b;
    body_start(&b, plain);
    out->person = body_uint(&b, 1, UINT64_MAX);
    out->proposal = body_uint(&b, 2, UINT64_MAX);
    body_digest(&b, 3, out->proposal_leaf);
    body_rows(&b, out);
    out->lookups = body_uint(&b, 5, UINT64_MAX);
    out->payments = body_int32(&b, 6);
    out->applications = body_int32(&b, 7);
    body_ranges(&b, 8, &out->imports);
    body_ranges(&b, 10, &out->batches);
    body_text_if(&b, 11, out->copies, sizeof out->copies);
    return body_done(&b) && out->person > 0;
}

enum status erased_get(struct txn *t, uint64_t sequence, struct erased_terms *out,
                       struct diag *d)
{
    struct signed_body body;
    TRY(row_record(t, sequence, KIND_ERASED, &body, d));
    return erased_read(body.plain, out) ? ST_OK : no_body(sequence, d);
}

static bool is_set(const uint8_t *bits, uint32_t n)
{
    return (bits[n / 8] >> n % 8 & 1) != 0;
}

/* With gaps of up to `gap` numbers filled; false when there is no room. */
static bool cover(const uint8_t *bits, uint32_t last, uint32_t gap,
                  struct erased_ranges *out)
{
    out->count = 0;
    for (uint32_t n = 1; n <= last && n != 0; n++) {
        if (!is_set(bits, n)) {
            continue;
        }
        struct number_range *r = out->count > 0 ? &out->items[out->count - 1] : NULL;
        if (r != NULL && n - (r->from + r->count) <= gap) {
            r->count = n - r->from + 1;
        } else if (out->count == ERASED_RANGES_MAX) {
            return false;
        } else {
            out->items[out->count++] = (struct number_range){n, 1};
        }
    }
    return true;
}

void erased_cover(const uint8_t *bits, uint32_t last, struct erased_ranges *out)
{
    uint32_t gap = 0;
    while (!cover(bits, last, gap, out)) {
        gap = gap == 0 ? 1 : gap * 2; /* ends: a gap of `last` leaves one range */
    }
}
