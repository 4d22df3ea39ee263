/* money.c (ledger) - bodies of the records that move money; see docs/formats/ledger.md.
 * */
#include "ledger/money.h"

#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "ledger/line.h"

const char *cause_name(enum cause c)
{
    switch (c) {
    case CAUSE_REGULAR:
        return "regular";
    case CAUSE_BACKPAY:
        return "back-pay";
    case CAUSE_REDUCTION:
        return "reduction";
    }
    return "?";
}

void postings_write(const struct postings *p, struct writer *w)
{
    cbor_put_array(w, p->count);
    for (size_t i = 0; i < p->count; i++) {
        const struct posting *at = &p->items[i];
        cbor_put_array(w, 4);
        cbor_put_text(w, str_of(at->programme));
        cbor_put_uint(w, (uint64_t)at->debit);
        cbor_put_uint(w, (uint64_t)at->credit);
        cbor_put_int(w, at->fen);
    }
}

bool postings_read(struct reader *r, struct postings *p)
{
    uint64_t count = cbor_get_array(r);
    if (count > POSTINGS_MAX) {
        return false;
    }
    p->count = (size_t)count;
    for (size_t i = 0; i < p->count; i++) {
        struct posting *at = &p->items[i];
        uint64_t fields = cbor_get_array(r);
        struct str code = cbor_get_text(r);
        uint64_t debit = cbor_get_uint(r);
        uint64_t credit = cbor_get_uint(r);
        at->fen = cbor_get_int(r);
        if (r->failed || fields != 4 || !programme_code_valid(code) ||
            debit >= ACCOUNT_KINDS || credit >= ACCOUNT_KINDS || debit == credit ||
            at->fen <= 0) {
            return false;
        }
        must(str_copy(code, at->programme, sizeof at->programme));
        at->debit = (enum account_kind)debit;
        at->credit = (enum account_kind)credit;
    }
    return true;
}

bool postings_equal(const struct postings *a, const struct postings *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        const struct posting *x = &a->items[i];
        const struct posting *y = &b->items[i];
        if (x->debit != y->debit || x->credit != y->credit || x->fen != y->fen ||
            strcmp(x->programme, y->programme) != 0) {
            return false;
        }
    }
    return true;
}

void span_write(const struct span *s, struct writer *w)
{
    cbor_put_uint(w, (uint64_t)s->from);
    cbor_put_uint(w, (uint64_t)s->months);
    cbor_put_int(w, s->fen);
}

bool span_read(struct reader *r, struct span *s)
{
    uint64_t from = cbor_get_uint(r);
    uint64_t months = cbor_get_uint(r);
    s->fen = cbor_get_int(r);
    if (r->failed || from > ACCOUNT_MONTH_MAX || months > SPAN_MONTHS_MAX ||
        !month_valid((int64_t)from) || !month_valid((int64_t)(from + months) - 1)) {
        return false;
    }
    s->from = (int32_t)from;
    s->months = (int32_t)months;
    return span_valid(s);
}

void entitlement_write_start(const struct entitlement *e, struct writer *w)
{
    cbor_put_map(w, e->fact_count > 0 ? 7 : 6);
    cbor_pair_uint(w, 1, e->run);
    cbor_pair_uint(w, 2, e->person);
    cbor_pair_uint(w, 3, e->previous);
}

void entitlement_write_rest(const struct entitlement *e, const struct postings *p,
                            struct writer *w)
{
    cbor_pair_text(w, 4, e->programme);
    cbor_put_uint(w, 5);
    cbor_put_array(w, e->span_count);
    for (size_t i = 0; i < e->span_count; i++) {
        const struct entitlement_span *s = &e->spans[i];
        cbor_put_array(w, 6);
        span_write(&s->span, w);
        cbor_put_uint(w, (uint64_t)s->cause);
        cbor_put_uint(w, s->policy);
        cbor_put_uint(w, s->tier);
    }
    if (e->fact_count > 0) {
        cbor_put_uint(w, 6);
        cbor_put_array(w, e->fact_count);
        for (size_t i = 0; i < e->fact_count; i++) {
            cbor_put_uint(w, e->facts[i]);
        }
    }
    cbor_put_uint(w, 9);
    postings_write(p, w);
}

void entitlement_write(const struct entitlement *e, const struct postings *p,
                       struct writer *w)
{
    entitlement_write_start(e, w);
    entitlement_write_rest(e, p, w);
}

static bool entitlement_spans_read(struct reader *r, struct entitlement *out)
{
    uint64_t count = cbor_get_array(r);
    if (count == 0 || count > ENTITLEMENT_SPANS_MAX) {
        return false;
    }
    out->span_count = (size_t)count;
    for (size_t i = 0; i < out->span_count; i++) {
        struct entitlement_span *s = &out->spans[i];
        bool ok = cbor_get_array(r) == 6 && span_read(r, &s->span);
        uint64_t cause = cbor_get_uint(r);
        uint64_t policy = cbor_get_uint(r);
        uint64_t tier = cbor_get_uint(r);
        if (!ok || r->failed || cause < CAUSE_REGULAR || cause > CAUSE_REDUCTION ||
            policy > UINT32_MAX || tier > UINT32_MAX || s->span.fen == 0 ||
            (s->span.fen < 0) != (cause == CAUSE_REDUCTION)) {
            return false;
        }
        s->cause = (enum cause)cause;
        s->policy = (uint32_t)policy;
        s->tier = (uint32_t)tier;
    }
    return true;
}

bool entitlement_read(struct str body, struct entitlement *out, struct postings *p)
{
    struct reader r;
    struct cbor_map m;
    reader_init(&r, body.p, body.n);
    cbor_map_begin(&m, &r);
    uint64_t run = cbor_map_key(&m, 1) ? cbor_get_uint(&r) : 0;
    out->person = cbor_map_key(&m, 2) ? cbor_get_uint(&r) : 0;
    out->previous = cbor_map_key(&m, 3) ? cbor_get_uint(&r) : 0;
    out->programme = cbor_map_key(&m, 4) ? cbor_get_text(&r) : str_of("");
    if (!cbor_map_key(&m, 5) || !entitlement_spans_read(&r, out)) {
        return false;
    }
    out->fact_count = 0;
    if (cbor_map_key(&m, 6)) {
        uint64_t count = cbor_get_array(&r);
        if (count > ENTITLEMENT_FACTS_MAX) {
            return false;
        }
        for (out->fact_count = 0; out->fact_count < count; out->fact_count++) {
            out->facts[out->fact_count] = cbor_get_uint(&r);
        }
    }
    if (!cbor_map_key(&m, 9) || !postings_read(&r, p)) {
        return false;
    }
    cbor_map_end(&m);
    out->run = (uint32_t)run;
    return reader_done(&r) && run > 0 && run <= UINT32_MAX && out->person > 0 &&
           programme_code_valid(out->programme);
}

void chunk_start(struct chunk *c)
{
    writer_init(&c->entries, c->bytes, sizeof c->bytes);
    c->count = 0;
    c->postings.count = 0;
}

/* Array head, programme, two accounts, amount; so many at most one entry adds. */
#define POSTING_BYTES(code_bytes) (1 + 2 + (code_bytes) + 1 + 1 + 9)
#define ENTRY_POSTINGS_MAX 4
#define CHUNK_HEADS 40 /* of the map and its arrays, with the two numbers */

bool chunk_fits(const struct chunk *c, size_t entry_bytes)
{
    size_t postings = ENTRY_POSTINGS_MAX * POSTING_BYTES(PROGRAMME_CODE_MAX);
    for (size_t i = 0; i < c->postings.count; i++) {
        postings += POSTING_BYTES(strlen(c->postings.items[i].programme));
    }
    size_t entries = c->entries.len + entry_bytes;
    return entries <= CHUNK_ENTRIES_BYTES &&
           c->postings.count + ENTRY_POSTINGS_MAX <= POSTINGS_MAX &&
           entries + postings + CHUNK_HEADS <= BODY_BYTES_MAX;
}

void line_entry_write(const struct line_entry *e, struct writer *w)
{
    cbor_put_array(w, e->payee != 0 ? 7 : 6);
    cbor_put_uint(w, e->person);
    cbor_put_text(w, str_of(e->programme));
    cbor_put_int(w, e->fen);
    cbor_put_uint(w, e->route);
    cbor_put_bytes(w, e->route_commitment, DIGEST_LEN);
    cbor_put_array(w, e->span_count);
    for (size_t i = 0; i < e->span_count; i++) {
        cbor_put_array(w, 3);
        span_write(&e->spans[i], w);
    }
    if (e->payee != 0) {
        cbor_put_uint(w, e->payee);
    }
}

bool line_entry_read(struct reader *r, struct line_entry *out)
{
    uint64_t fields = cbor_get_array(r);
    out->person = cbor_get_uint(r);
    struct str programme = cbor_get_text(r);
    out->fen = cbor_get_int(r);
    uint64_t route = cbor_get_uint(r);
    struct str commitment = cbor_get_bytes(r);
    uint64_t count = cbor_get_array(r);
    if (r->failed || fields < 6 || fields > 7 || out->fen <= 0 || route > UINT32_MAX ||
        commitment.n != DIGEST_LEN || count == 0 || count > LINE_SPANS_MAX ||
        !programme_code_valid(programme)) {
        return false;
    }
    must(str_copy(programme, out->programme, sizeof out->programme));
    out->route = (uint32_t)route;
    memcpy(out->route_commitment, commitment.p, DIGEST_LEN);
    out->span_count = (size_t)count;
    int64_t sum = 0;
    for (size_t i = 0; i < out->span_count; i++) {
        if (cbor_get_array(r) != 3 || !span_read(r, &out->spans[i]) ||
            out->spans[i].fen <= 0) {
            return false;
        }
        sum += out->spans[i].fen * out->spans[i].months; /* at most 2.9e18 */
    }
    out->payee = fields == 7 ? cbor_get_uint(r) : 0;
    return !r->failed && sum == out->fen &&
           (fields == 6 || (out->payee > 0 && out->payee != out->person));
}

void result_entry_write(const struct result_entry *e, struct writer *w)
{
    cbor_put_array(w, 3);
    cbor_put_uint(w, e->line);
    cbor_put_uint(w, (uint64_t)e->state);
    cbor_put_uint(w, e->reason);
}

bool result_entry_read(struct reader *r, struct result_entry *out)
{
    uint64_t fields = cbor_get_array(r);
    uint64_t line = cbor_get_uint(r);
    uint64_t state = cbor_get_uint(r);
    uint64_t reason = cbor_get_uint(r);
    if (r->failed || fields != 3 || line == 0 || line > UINT32_MAX ||
        state < LINE_OPEN || state > LINE_UNKNOWN || reason > 255) {
        return false;
    }
    out->line = (uint32_t)line;
    out->state = (enum line_state)state;
    out->reason = (unsigned)reason;
    return true;
}

void chunk_body_write(const struct chunk *c, uint64_t number, uint64_t first,
                      bool with_postings, struct writer *w)
{
    must(!c->entries.failed);
    cbor_put_map(w, 2 + (first > 0 ? 1U : 0U) + (with_postings ? 1U : 0U));
    cbor_pair_uint(w, 1, number);
    if (first > 0) {
        cbor_pair_uint(w, 2, first);
    }
    cbor_put_uint(w, 3);
    cbor_put_array(w, c->count);
    writer_bytes(w, c->entries.p, c->entries.len);
    if (with_postings) {
        cbor_put_uint(w, 9);
        postings_write(&c->postings, w);
    }
}

bool chunk_body_read(struct str body, struct chunk_body *out)
{
    struct reader r;
    struct cbor_map m;
    reader_init(&r, body.p, body.n);
    cbor_map_begin(&m, &r);
    out->number = cbor_map_key(&m, 1) ? cbor_get_uint(&r) : 0;
    out->first = cbor_map_key(&m, 2) ? cbor_get_uint(&r) : 0;
    if (!cbor_map_key(&m, 3)) {
        return false;
    }
    out->count = cbor_get_array(&r);
    size_t start = r.at;
    for (uint64_t i = 0; i < out->count && !r.failed; i++) {
        cbor_skip(&r);
    }
    out->entries = str_make(body.p + start, r.at - start);
    out->postings.count = 0;
    if (cbor_map_key(&m, 9) && !postings_read(&r, &out->postings)) {
        return false;
    }
    cbor_map_end(&m);
    return reader_done(&r) && out->number > 0 && out->number <= UINT32_MAX &&
           out->count > 0;
}
