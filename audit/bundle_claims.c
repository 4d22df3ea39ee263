/* bundle_claims.c - what follows from the records of a bundle, for who reads it to work
 * out again: docs/formats/bundle.md section 6. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/bundle_private.h"
#include "base/date.h"
#include "base/money.h"
#include "base/text.h"
#include "ledger/export.h"
#include "ledger/line.h"

#define CLAIMS_MAX ((size_t)256 * 1024 * 1024)

static const char *const TOTAL_NAMES[TOTAL_KINDS] = {
    "entitled", "history", "lines", "paid", "back", "open", "out"};

void bundle_scope_print(const struct bundle_request *q, char out[BUNDLE_SCOPE_CAP])
{
    char from[DATE_TEXT_CAP];
    char to[DATE_TEXT_CAP];
    switch (q->scope) {
    case BUNDLE_ALL:
        snprintf(out, BUNDLE_SCOPE_CAP, "all");
        break;
    case BUNDLE_PERIOD:
        month_print(q->from, from);
        month_print(q->to, to);
        snprintf(out, BUNDLE_SCOPE_CAP, "period %s %s", from, to);
        break;
    case BUNDLE_BATCH:
        snprintf(out, BUNDLE_SCOPE_CAP, "batch %u", q->batch);
        break;
    case BUNDLE_PERSON:
        snprintf(out, BUNDLE_SCOPE_CAP, "person %" PRIu64, q->person);
        break;
    }
}

/* ---- totals ---- */

const struct total *bundle_totals(const struct bundle *b, size_t *count)
{
    *count = b->totals.len / sizeof(struct total);
    return (const struct total *)(const void *)b->totals.p;
}

static int compare_totals(const struct total *a, const struct total *b)
{
    int c = a->kind < b->kind ? -1 : a->kind > b->kind;
    if (c == 0) {
        c = strcmp(a->programme, b->programme);
    }
    return c != 0 ? c : a->month < b->month ? -1 : a->month > b->month;
}

/* The row of these, made when there is none; NULL without memory (totals.failed). */
static struct total *total_of(struct bundle *b, const struct total *want)
{
    size_t high = b->totals.len / sizeof *want;
    struct total *items = (struct total *)(void *)b->totals.p;
    /* The month after the last one asked for, mostly. */
    for (size_t i = b->total_last; i < high && i < b->total_last + 2; i++) {
        if (compare_totals(&items[i], want) == 0) {
            b->total_last = i;
            return &items[i];
        }
    }
    size_t low = 0;
    size_t count = high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_totals(&items[middle], want) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    b->total_last = low;
    if (low < count && compare_totals(&items[low], want) == 0) {
        return &items[low];
    }
    if (buf_room(&b->totals, sizeof *want) == NULL) {
        return NULL;
    }
    b->totals.len += sizeof *want;
    items = (struct total *)(void *)b->totals.p;
    memmove(&items[low + 1], &items[low], (count - low) * sizeof *items);
    items[low] = *want;
    return &items[low];
}

/* Each month of the span that is asked for; fen of each. */
static void count_span(struct bundle *b, enum total_kind kind, struct str programme,
                       const struct span *s)
{
    struct total want;
    int32_t end = s->from + s->months;
    memset(&want, 0, sizeof want);
    want.kind = kind;
    must(str_copy(programme, want.programme, sizeof want.programme));
    for (int32_t month = s->from; month < end; month++) {
        struct span one = {month, 1, 0};
        want.month = month;
        struct total *t = bundle_month(b, &one) ? total_of(b, &want) : NULL;
        if (t != NULL) {
            t->count++;
            b->totals.failed |= !money_add(t->fen, s->fen, &t->fen);
        }
    }
}

/* ---- reading what was selected ---- */

struct gathering {
    struct bundle *b;
    int kind;
};

static void count_item(void *ctx, const struct bundle_item *item)
{
    struct gathering *g = ctx;
    struct bundle *b = g->b;
    bool counts = b->q->scope == BUNDLE_ALL || b->q->scope == BUNDLE_PERIOD ||
                  numbers_have(&b->people, item->person);
    enum total_kind kind = g->kind == KIND_ENTITLEMENT ? TOTAL_ENTITLED : TOTAL_HISTORY;
    bool sums = g->kind == KIND_ENTITLEMENT || g->kind == KIND_HISTORY;
    for (size_t i = 0; sums && counts && i < item->span_count; i++) {
        count_span(b, kind, item->programme, &item->spans[i]);
    }
    if (b->committed != NULL && item->holder <= ledger_head(b->l)->people) {
        b->committed[item->holder / 8] |= (uint8_t)(1U << item->holder % 8);
    }
}

/* A certificate names all rows that went. */
static void note_erased(struct bundle *b, const struct record *r)
{
    struct reader rd;
    uint64_t count = bundle_value(r, 4, &rd) ? cbor_get_array(&rd) : 0;
    for (uint64_t i = 0; i < count && cbor_get_array(&rd) == 2; i++) {
        struct erased e = {cbor_get_uint(&rd), r->sequence};
        cbor_skip(&rd);
        buf_add(&b->erased, &e, sizeof e);
    }
}

static void note_size(struct bundle *b, const struct record *r, uint64_t key)
{
    struct reader rd;
    if (bundle_value(r, key, &rd)) {
        numbers_add(&b->splits, cbor_get_uint(&rd));
    }
}

static void note_kind(struct bundle *b, const struct record *r)
{
    switch ((int)r->kind) {
    case KIND_EXPORT:
        if (numbers_have(&b->batches, bundle_number(r))) {
            numbers_add(&b->exports, r->sequence);
        }
        break;
    case KIND_IMPORT:
    case KIND_ANSWER_START:
        numbers_add(&b->sources, r->sequence);
        break;
    case BUNDLE_ERASED:
        note_erased(b, r);
        break;
    case BUNDLE_COSIGNED:
        note_size(b, r, 3);
        break;
    case BUNDLE_TIMESTAMP:
        note_size(b, r, 2);
        numbers_add(&b->timestamps, r->sequence);
        break;
    default:
        break;
    }
}

static enum status gather_record(void *ctx, const struct record *r, struct str bytes,
                                 struct diag *d)
{
    struct gathering *g = ctx;
    struct bundle *b = g->b;
    uint8_t plain[BODY_BYTES_MAX + 64];
    struct writer w;
    struct act_signature s;
    (void)bytes;
    g->kind = (int)r->kind;
    note_kind(b, r);
    writer_init(&w, plain, sizeof plain);
    if (b->q->scope != BUNDLE_ALL && act_split(r->body, &s, &w)) {
        numbers_add(&b->splits, s.size);
    }
    /* Only the totals need records of all kinds opened. */
    bool money = g->kind == KIND_ENTITLEMENT || g->kind == KIND_HISTORY;
    return money || b->committed != NULL ? bundle_items(r, count_item, g, d) : ST_OK;
}

/* ---- lines ---- */

static void count_line(struct bundle *b, const struct line_entry *line)
{
    enum total_kind kind = TOTAL_OPEN;
    if (line->state == LINE_PAID) {
        kind = TOTAL_PAID;
    } else if (line->state == LINE_REJECTED || line->state == LINE_RETURNED ||
               line->state == LINE_REISSUED || line->state == LINE_REFUNDED) {
        kind = TOTAL_BACK;
    } else if (line->state == LINE_DROPPED || line->state == LINE_RECALLED) {
        kind = TOTAL_OUT;
    }
    for (size_t i = 0; i < line->span_count; i++) {
        count_span(b, TOTAL_LINES, str_of(line->programme), &line->spans[i]);
        count_span(b, kind, str_of(line->programme), &line->spans[i]);
    }
}

static enum status batch_lines(struct bundle *b, struct cursor *c, uint32_t batch,
                               struct diag *d)
{
    uint8_t seek[8];
    struct str key;
    struct str row;
    struct line_entry line;
    line_key(batch, 0, seek);
    TRY(store_cursor_seek(c, str_make(seek, 8), &key, &row, d));
    while (key.p != NULL && key.n == 8 && get_u32((const uint8_t *)key.p) == batch) {
        uint32_t number = get_u32((const uint8_t *)key.p + 4);
        if (!line_read(row, batch, number, &line)) {
            return diag_fail(d, ST_INTEGRITY, "line-row",
                             "line %u of batch %u is not what was written", number,
                             batch);
        }
        count_line(b, &line);
        TRY(store_cursor_next(c, &key, &row, d));
    }
    return ST_OK;
}

static enum status all_lines(struct bundle *b, struct diag *d)
{
    struct cursor *c;
    enum status st = ST_OK;
    TRY(store_cursor_open(ledger_txn(b->l), TABLE_LINES, &c, d));
    for (size_t i = 0; i < numbers_count(&b->batches) && st == ST_OK; i++) {
        st = batch_lines(b, c, (uint32_t)numbers_at(&b->batches, i), d);
    }
    store_cursor_close(c);
    return st;
}

static enum status person_lines(struct bundle *b, struct diag *d)
{
    for (size_t i = 0; i < numbers_count(&b->lines); i++) {
        uint64_t n = numbers_at(&b->lines, i);
        struct line_entry line;
        TRY(line_get(ledger_txn(b->l), (uint32_t)(n >> 32), (uint32_t)n, &line, d));
        if (numbers_have(&b->people, line.person)) {
            count_line(b, &line);
        }
    }
    return ST_OK;
}

static int compare_erased(const void *a, const void *b)
{
    const struct erased *x = a;
    const struct erased *y = b;
    if (x->person != y->person) {
        return x->person < y->person ? -1 : 1;
    }
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

enum status bundle_gather(struct bundle *b, struct diag *d)
{
    struct gathering g = {.b = b};
    bool some = b->q->scope == BUNDLE_PERIOD || b->q->scope == BUNDLE_BATCH;
    if (b->q->passphrase.n > 0 && some) {
        b->committed = calloc(1, (size_t)ledger_head(b->l)->people / 8 + 1);
        if (b->committed == NULL) {
            return diag_memory(d);
        }
    }
    const struct range *items = (const struct range *)(const void *)b->ranges.p;
    for (size_t i = 0; i < b->ranges.len / sizeof *items; i++) {
        TRY(bundle_walk(b, items[i], gather_record, &g, NULL, d));
        b->r->included += items[i].end - items[i].first;
    }
    TRY(b->q->scope == BUNDLE_PERSON ? person_lines(b, d) : all_lines(b, d));
    numbers_sort(&b->splits);
    b->r->erased = b->erased.len / sizeof(struct erased);
    if (b->r->erased > 0) {
        qsort(b->erased.p, b->r->erased, sizeof(struct erased), compare_erased);
    }
    TRY(buf_check(&b->splits.bytes, d));
    TRY(buf_check(&b->erased, d));
    return buf_check(&b->totals, d);
}

/* ---- the text ---- */

static void put_totals(const struct bundle *b, struct buf *out)
{
    size_t count;
    const struct total *t = bundle_totals(b, &count);
    for (size_t i = 0; i < count; i++) {
        char month[DATE_TEXT_CAP];
        month_print(t[i].month, month);
        buf_addf(out, "%s %s %s %" PRIu64 " %" PRId64 "\n", TOTAL_NAMES[t[i].kind],
                 t[i].programme, month, t[i].count, t[i].fen);
    }
}

static enum status put_batches(struct bundle *b, struct buf *out, struct diag *d)
{
    for (size_t i = 0; i < numbers_count(&b->batches); i++) {
        struct batch_entry e;
        char hex[2 * DIGEST_LEN + 1];
        TRY(batch_get(ledger_txn(b->l), (uint32_t)numbers_at(&b->batches, i), &e, d));
        text_hex(e.content, DIGEST_LEN, hex);
        buf_addf(out,
                 "batch %u %s %" PRIu64 " %" PRId64 " %" PRIu64 " %" PRId64 " %" PRIu64
                 " %" PRId64 " %s\n",
                 e.number, batch_state_name(e.state), batch_count(&e), batch_total(&e),
                 e.paid_lines, e.paid_fen, e.back_lines, e.back_fen, hex);
    }
    for (size_t i = 0; i < numbers_count(&b->exports); i++) {
        struct export_entry x;
        char hex[2 * DIGEST_LEN + 1];
        TRY(export_get(ledger_txn(b->l), numbers_at(&b->exports, i), &x, d));
        text_hex(x.sha256, DIGEST_LEN, hex);
        buf_addf(out, "export %" PRIu64 " %u %s %" PRIu64 " %s\n", x.sequence, x.batch,
                 x.format, x.length, hex);
    }
    return ST_OK;
}

/* Keys are programme, 0, account: in the order of the claims. */
static enum status put_balances(struct bundle *b, struct buf *out, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str value;
    TRY(store_cursor_open(ledger_txn(b->l), TABLE_BALANCES, &c, d));
    enum status st = store_cursor_next(c, &key, &value, d);
    while (st == ST_OK && key.p != NULL) {
        if (key.n < 3 || value.n != 8) {
            st = diag_fail(d, ST_INTEGRITY, "balance-row", "a balance is damaged");
            break;
        }
        buf_addf(out, "balance %.*s %u %" PRId64 "\n", (int)key.n - 2, key.p,
                 (unsigned)(uint8_t)key.p[key.n - 1],
                 (int64_t)get_u64((const uint8_t *)value.p));
        st = store_cursor_next(c, &key, &value, d);
    }
    store_cursor_close(c);
    return st;
}

static enum status put_claims(struct bundle *b, struct buf *out, struct diag *d)
{
    char scope[BUNDLE_SCOPE_CAP];
    const struct erased *gone = (const struct erased *)(const void *)b->erased.p;
    bool person = b->q->scope == BUNDLE_PERSON;
    bundle_scope_print(b->q, scope);
    buf_addf(out,
             "almoner-claims/v1\nscope %s\nincluded %" PRIu64 "\nleft-out %" PRIu64
             "\n",
             scope, b->r->included, b->size - b->r->included);
    if (b->q->scope == BUNDLE_ALL || b->q->scope == BUNDLE_PERIOD) {
        buf_addf(out, "range %" PRIu64 " %" PRIu64 "\n", b->span.first, b->span.end);
    }
    for (size_t i = 0; i < numbers_count(&b->people); i++) {
        buf_addf(out, "person %" PRIu64 "\n", numbers_at(&b->people, i));
    }
    put_totals(b, out);
    if (!person) {
        TRY(put_batches(b, out, d));
    }
    if (b->q->scope == BUNDLE_ALL) {
        TRY(put_balances(b, out, d));
    }
    for (size_t i = 0; i < b->r->erased; i++) {
        buf_addf(out, "erased %" PRIu64 " %" PRIu64 "\n", gone[i].person,
                 gone[i].sequence);
    }
    return buf_check(out, d);
}

enum status bundle_claims(struct bundle *b, struct diag *d)
{
    struct buf text;
    buf_init(&text, CLAIMS_MAX);
    enum status st = put_claims(b, &text, d);
    if (st == ST_OK) {
        st = bag_text(&b->bag, "data/claims.txt", buf_str(&text), d);
    }
    buf_release(&text);
    return st;
}
