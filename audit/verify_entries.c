/* verify_entries.c - what a record may bring into a row: facts, routes, marks and voids
 * come by imports of facts, payments by history, merges by merges, notes by repayments.
 * A merge written in a facts record would take a person out of every check; a payment
 * would be granted that no history record moved. Rules: docs/formats/ledger.md,
 * sections 5 and 7. */
#include "audit/verify_private.h"
#include "base/money.h"
#include "ledger/person.h"

#define BIT(type) (1U << (type))
#define FACTS (BIT(ENTRY_FACT) | BIT(ENTRY_ROUTE) | BIT(ENTRY_MARK))

/* Bits of the types of entries; 0 when they cannot be told apart. */
static unsigned types_of(struct str entries, unsigned *count)
{
    struct reader r;
    unsigned types = 0;
    *count = 0;
    reader_init(&r, entries.p, entries.n);
    while (r.at < r.len && !r.failed) {
        uint8_t type = reader_u8(&r);
        reader_text(&r);
        types |= type < 32 ? BIT(type) : 1U;
        ++*count;
    }
    return r.failed ? 0 : types;
}

static bool only(unsigned types, unsigned of)
{
    return types != 0 && (types & ~of) == 0;
}

/* ---- facts ---- */

bool verify_facts_entries(struct str entries, bool voids)
{
    unsigned count;
    return only(types_of(entries, &count), voids ? BIT(ENTRY_VOID) : FACTS);
}

static enum status facts_fit(struct verify *v, const struct record *rec,
                             struct str entries, bool *fit, struct diag *d)
{
    struct chunk_body c;
    struct import_entry import;
    *fit = chunk_body_read(rec->body, &c);
    if (*fit) {
        TRY(import_get(ledger_txn(v->l), (uint32_t)c.number, &import, d));
        *fit = verify_facts_entries(entries, import.what == IMPORT_VOIDS);
    }
    return ST_OK;
}

/* ---- history ---- */

/* What the entries say was paid of a programme for a month. */
static bool paid_of_month(const struct person *p, struct str programme, int32_t month,
                          int64_t *fen)
{
    *fen = 0;
    for (size_t i = 0; i < p->paid_count; i++) {
        const struct paid *x = &p->paid[i];
        if (month >= x->from && month < x->from + x->months &&
            str_eq(x->programme, programme) && !money_add(*fen, x->fen, fen)) {
            return false;
        }
    }
    return true;
}

static bool paid_in_all(const struct person *p, int64_t *fen)
{
    *fen = 0;
    for (size_t i = 0; i < p->paid_count; i++) {
        int64_t part;
        if (!money_mul(p->paid[i].fen, p->paid[i].months, &part) ||
            !money_add(*fen, part, fen)) {
            return false;
        }
    }
    return true;
}

/* The spans of one programme, whose sum is added to *sum. */
static bool spans_fit(struct reader *r, struct str programme, const struct person *p,
                      int64_t *sum)
{
    uint64_t count = cbor_get_array(r);
    for (uint64_t i = 0; i < count && !r->failed; i++) {
        struct span s;
        if (cbor_get_array(r) != 3 || !span_read(r, &s) ||
            !money_add(*sum, s.fen * s.months, sum)) { /* span_valid */
            return false;
        }
        for (int32_t m = s.from; m < s.from + s.months; m++) {
            int64_t fen;
            if (!paid_of_month(p, programme, m, &fen) || fen != s.fen) {
                return false;
            }
        }
    }
    return !r->failed;
}

static bool programmes_fit(struct reader *r, const struct person *p)
{
    int64_t moved = 0;
    int64_t said;
    uint64_t count = cbor_get_array(r);
    for (uint64_t i = 0; i < count && !r->failed; i++) {
        if (cbor_get_array(r) != 2 || !spans_fit(r, cbor_get_text(r), p, &moved)) {
            return false;
        }
    }
    return !r->failed && paid_in_all(p, &said) && said == moved;
}

/* Month by month, what the entries say is what the record moved. */
static bool history_fits(const struct record *rec, uint64_t person,
                         const struct person *p)
{
    struct chunk_body c;
    struct reader r;
    if (!chunk_body_read(rec->body, &c)) {
        return false;
    }
    reader_init(&r, c.entries.p, c.entries.n);
    for (uint64_t i = 0; i < c.count && !r.failed; i++) {
        cbor_get_array(&r);
        uint64_t who = cbor_get_uint(&r);
        cbor_get_bytes(&r);
        if (who == person) {
            return programmes_fit(&r, p);
        }
        cbor_skip(&r);
    }
    return false;
}

/* ---- merges ---- */

/* Each of the two names the other, and only the kept one gets copies. */
static bool merge_fits(const struct record *rec, uint64_t person, unsigned count,
                       const struct person *p)
{
    struct body b;
    uint8_t commitment[DIGEST_LEN];
    body_start(&b, rec->body);
    body_uint(&b, 1, UINT32_MAX);
    body_uint(&b, 2, UINT64_MAX);
    uint64_t duplicate = body_uint(&b, 3, UINT64_MAX);
    uint64_t kept = body_uint(&b, 4, UINT64_MAX);
    body_digest(&b, 5, commitment);
    body_digest(&b, 6, commitment);
    if (!body_done(&b) || p->merge_count != 1) {
        return false;
    }
    const struct merging *m = &p->merges[0];
    return m->into ? person == duplicate && m->other == kept && count == 1
                   : person == kept && m->other == duplicate;
}

enum status verify_entries(struct verify *v, uint64_t person, uint64_t sequence,
                           struct str entries, struct person *work, bool *fit,
                           struct diag *d)
{
    struct record rec;
    unsigned count;
    unsigned types = types_of(entries, &count);
    *fit = false;
    TRY(record_get(ledger_txn(v->l), sequence, &rec, NULL, d));
    if (rec.kind == KIND_FACTS) {
        return facts_fit(v, &rec, entries, fit, d);
    }
    if (rec.kind == KIND_REPAYMENT) {
        *fit = only(types, BIT(ENTRY_NOTE)) && count == 1;
        return ST_OK;
    }
    bool history = rec.kind == KIND_HISTORY && only(types, BIT(ENTRY_PAID));
    bool merge = rec.kind == KIND_MERGE &&
                 only(types, FACTS | BIT(ENTRY_MERGE) | BIT(ENTRY_PAID));
    if (!history && !merge) {
        return ST_OK;
    }
    TRY(person_read(entries, UINT64_MAX, work, d));
    *fit = history ? history_fits(&rec, person, work)
                   : merge_fits(&rec, person, count, work);
    return ST_OK;
}
