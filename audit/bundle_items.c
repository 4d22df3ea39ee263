/* bundle_items.c - what single records say of people: whom they name, which months, and
 * whose row holds what they commit to. Bodies are those of docs/formats/ledger.md. */
#include <string.h>

#include "ledger/line.h"

#include "audit/bundle_private.h"

typedef void each_item(void *ctx, const struct bundle_item *item);

/* [person, commitment], of facts. */
static bool facts(const struct chunk_body *c, each_item *each, void *ctx)
{
    struct reader r;
    reader_init(&r, c->entries.p, c->entries.n);
    for (uint64_t i = 0; i < c->count && !r.failed; i++) {
        struct bundle_item item = {0};
        bool two = cbor_get_array(&r) == 2;
        item.person = item.holder = cbor_get_uint(&r);
        cbor_skip(&r);
        if (!two || r.failed) {
            return false;
        }
        each(ctx, &item);
    }
    return reader_done(&r);
}

/* [code, [[from, months, fen], ...]] of one person's history. */
static bool history_part(struct reader *r, uint64_t person, each_item *each, void *ctx)
{
    struct span spans[HISTORY_SPANS_MAX];
    struct bundle_item item = {.person = person, .holder = person, .spans = spans};
    bool two = cbor_get_array(r) == 2;
    item.programme = cbor_get_text(r);
    uint64_t n = cbor_get_array(r);
    if (!two || r->failed || n > HISTORY_SPANS_MAX ||
        !programme_code_valid(item.programme)) {
        return false;
    }
    for (uint64_t i = 0; i < n; i++) {
        if (cbor_get_array(r) != 3 || !span_read(r, &spans[i])) {
            return false;
        }
    }
    item.span_count = (size_t)n;
    each(ctx, &item);
    return true;
}

static bool history(const struct chunk_body *c, each_item *each, void *ctx)
{
    struct reader r;
    reader_init(&r, c->entries.p, c->entries.n);
    for (uint64_t i = 0; i < c->count && !r.failed; i++) {
        bool three = cbor_get_array(&r) == 3;
        uint64_t person = cbor_get_uint(&r);
        cbor_skip(&r);
        uint64_t parts = cbor_get_array(&r);
        if (!three || r.failed) {
            return false;
        }
        for (uint64_t k = 0; k < parts; k++) {
            if (!history_part(&r, person, each, ctx)) {
                return false;
            }
        }
    }
    return reader_done(&r);
}

static bool merge(struct str body, each_item *each, void *ctx)
{
    uint8_t sha256[DIGEST_LEN];
    struct body b;
    body_start(&b, body);
    body_uint(&b, 1, UINT32_MAX);
    body_uint(&b, 2, UINT64_MAX);
    uint64_t people[2] = {body_uint(&b, 3, UINT64_MAX), body_uint(&b, 4, UINT64_MAX)};
    body_digest(&b, 5, sha256);
    body_digest(&b, 6, sha256);
    if (!body_done(&b)) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        struct bundle_item item = {.person = people[i], .holder = people[i]};
        each(ctx, &item);
    }
    return true;
}

static bool entitlement(struct str body, each_item *each, void *ctx)
{
    struct entitlement e;
    struct postings p;
    struct span spans[ENTITLEMENT_SPANS_MAX];
    if (!entitlement_read(body, &e, &p)) {
        return false;
    }
    for (size_t i = 0; i < e.span_count; i++) {
        spans[i] = e.spans[i].span;
    }
    struct bundle_item item = {.person = e.person,
                               .programme = e.programme,
                               .spans = spans,
                               .span_count = e.span_count};
    each(ctx, &item);
    return true;
}

static bool set_off(struct str body, each_item *each, void *ctx)
{
    struct set_off s;
    struct postings p;
    struct span spans[RECOVERY_SPANS_MAX];
    if (!set_off_read(body, &s, &p)) {
        return false;
    }
    for (size_t i = 0; i < s.due_count; i++) {
        spans[i] = s.due[i].span;
    }
    struct bundle_item item = {.person = s.person,
                               .programme = str_of(s.programme),
                               .spans = spans,
                               .span_count = s.due_count};
    each(ctx, &item);
    item.spans = s.owed.items;
    item.span_count = s.owed.count;
    each(ctx, &item);
    return true;
}

static bool lines(const struct chunk_body *c, each_item *each, void *ctx)
{
    struct reader r;
    struct line_entry line;
    memset(&line, 0, sizeof line);
    reader_init(&r, c->entries.p, c->entries.n);
    for (uint64_t i = 0; i < c->count; i++) {
        if (!line_entry_read(&r, &line)) {
            return false;
        }
        struct bundle_item item = {.person = line.person,
                                   .holder = line.payee != 0 ? line.payee : line.person,
                                   .line = (uint32_t)(c->first + i),
                                   .programme = str_of(line.programme),
                                   .spans = line.spans,
                                   .span_count = line.span_count};
        each(ctx, &item);
    }
    return reader_done(&r);
}

/* [line, state, reason] or [line, fen]: only the line. */
static bool line_numbers(const struct chunk_body *c, each_item *each, void *ctx)
{
    struct reader r;
    reader_init(&r, c->entries.p, c->entries.n);
    for (uint64_t i = 0; i < c->count && !r.failed; i++) {
        struct bundle_item item = {0};
        uint64_t n = cbor_get_array(&r);
        item.line = (uint32_t)cbor_get_uint(&r);
        for (uint64_t k = 1; k < n; k++) {
            cbor_skip(&r);
        }
        if (r.failed) {
            return false;
        }
        each(ctx, &item);
    }
    return reader_done(&r);
}

static bool recovery(struct str plain, each_item *each, void *ctx)
{
    struct recovery_terms t;
    if (!recovery_terms_read(plain, &t)) {
        return false;
    }
    struct bundle_item item = {.person = t.person,
                               .programme = str_of(t.programme),
                               .spans = t.months.items,
                               .span_count = t.months.count};
    each(ctx, &item);
    return true;
}

static bool repaid(struct str plain, each_item *each, void *ctx)
{
    struct repayment p;
    if (!repayment_read(plain, &p)) {
        return false;
    }
    struct bundle_item item = {.person = p.person,
                               .holder = p.person,
                               .spans = p.owed.items,
                               .span_count = p.owed.count};
    each(ctx, &item);
    return true;
}

/* Of signed records, and of those in one body. */
static bool single(const struct record *r, each_item *each, void *ctx)
{
    struct signed_body s;
    struct diag none;
    switch ((int)r->kind) {
    case KIND_MERGE:
        return merge(r->body, each, ctx);
    case KIND_ENTITLEMENT:
        return entitlement(r->body, each, ctx);
    case KIND_SET_OFF:
        return set_off(r->body, each, ctx);
    case KIND_RECOVERY:
        return signed_body_read(r, &s, &none) == ST_OK && recovery(s.plain, each, ctx);
    case KIND_REPAYMENT:
        return signed_body_read(r, &s, &none) == ST_OK && repaid(s.plain, each, ctx);
    default:
        return true;
    }
}

static bool chunked(const struct record *r, each_item *each, void *ctx)
{
    struct chunk_body c;
    if (!chunk_body_read(r->body, &c)) {
        return false;
    }
    switch ((int)r->kind) {
    case KIND_FACTS:
        return facts(&c, each, ctx);
    case KIND_HISTORY:
        return history(&c, each, ctx);
    case KIND_LINES:
        return lines(&c, each, ctx);
    default:
        return line_numbers(&c, each, ctx);
    }
}

enum status bundle_items(const struct record *r,
                         void (*each)(void *ctx, const struct bundle_item *item),
                         void *ctx, struct diag *d)
{
    bool good = r->kind == KIND_FACTS || r->kind == KIND_HISTORY ||
                        r->kind == KIND_LINES || r->kind == KIND_RESULTS ||
                        r->kind == KIND_REISSUE || r->kind == KIND_WITHDRAWN
                    ? chunked(r, each, ctx)
                    : single(r, each, ctx);
    return good ? ST_OK
                : diag_fail(d, ST_INTEGRITY, "record-body",
                            "record %llu does not have the body of its kind",
                            (unsigned long long)r->sequence);
}

bool bundle_value(const struct record *r, uint64_t key, struct reader *out)
{
    struct cbor_map m;
    reader_init(out, r->body.p, r->body.n);
    cbor_map_begin(&m, out);
    for (uint64_t k = 0; k < key; k++) {
        if (cbor_map_key(&m, k)) {
            cbor_skip(out);
        }
    }
    return cbor_map_key(&m, key) && !out->failed;
}

uint64_t bundle_number(const struct record *r)
{
    struct reader rd;
    uint64_t n = bundle_value(r, 1, &rd) ? cbor_get_uint(&rd) : 0;
    return rd.failed ? 0 : n;
}
