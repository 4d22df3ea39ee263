/* bundle_select.c - which records go into a bundle: docs/formats/bundle.md section 5.
 * Acts are walked in order by TABLE_ACTS; only acts that may concern the scope are
 * opened. */
#include <stdlib.h>
#include <string.h>

#include "audit/bundle_private.h"

#define NUMBERS_BYTES ((size_t)1024 * 1024 * 1024)

/* ---- sets of numbers ---- */

void numbers_init(struct numbers *s)
{
    buf_init(&s->bytes, NUMBERS_BYTES);
}

void numbers_release(struct numbers *s)
{
    buf_release(&s->bytes);
}

static uint64_t *items_of(const struct numbers *s)
{
    return (uint64_t *)(void *)s->bytes.p;
}

size_t numbers_count(const struct numbers *s)
{
    return s->bytes.len / sizeof(uint64_t);
}

uint64_t numbers_at(const struct numbers *s, size_t i)
{
    return items_of(s)[i];
}

void numbers_add(struct numbers *s, uint64_t n)
{
    size_t count = numbers_count(s);
    if (count == 0 || items_of(s)[count - 1] != n) {
        buf_add(&s->bytes, &n, sizeof n);
    }
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

void numbers_sort(struct numbers *s)
{
    size_t n = numbers_count(s);
    size_t kept = 0;
    uint64_t *items = items_of(s);
    if (n == 0) {
        return;
    }
    qsort(items, n, sizeof *items, compare_numbers);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || items[i] != items[kept - 1]) {
            items[kept++] = items[i];
        }
    }
    s->bytes.len = kept * sizeof *items;
}

size_t numbers_from(const struct numbers *s, uint64_t n)
{
    size_t low = 0;
    size_t high = numbers_count(s);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (items_of(s)[middle] < n) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool numbers_have(const struct numbers *s, uint64_t n)
{
    size_t i = numbers_from(s, n);
    return i < numbers_count(s) && items_of(s)[i] == n;
}

/* ---- records in order ---- */

struct walk {
    enum status (*each)(void *ctx, const struct record *r, struct str bytes,
                        struct diag *d);
    void *ctx;
    const bool *stop;
};

static enum status walk_from(struct cursor *c, struct range at, const struct walk *w,
                             struct diag *d)
{
    uint8_t seek[8];
    struct str key;
    struct str bytes;
    struct record r;
    put_u64(seek, at.first);
    TRY(store_cursor_seek(c, str_make(seek, 8), &key, &bytes, d));
    for (uint64_t n = at.first; n < at.end; n++) {
        if (n > at.first) {
            TRY(store_cursor_next(c, &key, &bytes, d));
        }
        if (key.p == NULL || key.n != 8 || get_u64((const uint8_t *)key.p) != n) {
            return diag_fail(d, ST_INTEGRITY, "record-missing",
                             "record %llu is missing", (unsigned long long)n);
        }
        TRY(record_read(bytes, &r, d));
        TRY(w->each(w->ctx, &r, bytes, d));
        if (w->stop != NULL && *w->stop) {
            break;
        }
    }
    return ST_OK;
}

enum status bundle_walk(struct bundle *b, struct range at,
                        enum status (*each)(void *ctx, const struct record *r,
                                            struct str bytes, struct diag *d),
                        void *ctx, const bool *stop, struct diag *d)
{
    struct cursor *c;
    struct walk w = {each, ctx, stop};
    if (at.first >= at.end) {
        return ST_OK;
    }
    TRY(store_cursor_open(ledger_txn(b->l), TABLE_RECORDS, &c, d));
    enum status st = walk_from(c, at, &w, d);
    store_cursor_close(c);
    return st;
}

/* ---- ranges ---- */

static void take(struct bundle *b, uint64_t first, uint64_t end)
{
    struct range x = {first, end};
    size_t n = b->ranges.len / sizeof x;
    struct range *last = n > 0 ? (struct range *)(void *)b->ranges.p + n - 1 : NULL;
    if (last != NULL && last->end >= first && last->first <= first) {
        last->end = end > last->end ? end : last->end;
        return;
    }
    buf_add(&b->ranges, &x, sizeof x);
}

static int compare_ranges(const void *a, const void *b)
{
    return compare_numbers(&((const struct range *)a)->first,
                           &((const struct range *)b)->first);
}

static void join_ranges(struct bundle *b)
{
    size_t n = b->ranges.len / sizeof(struct range);
    struct range *items = (struct range *)(void *)b->ranges.p;
    if (n > 0) {
        qsort(items, n, sizeof *items, compare_ranges);
    }
    b->ranges.len = 0;
    for (size_t i = 0; i < n; i++) {
        struct range x = items[i]; /* written at or before its own place */
        take(b, x.first, x.end);
    }
}

/* ---- one act ---- */

struct act {
    struct bundle *b;
    struct range at;
    int kind; /* of its first record */
    uint64_t number;
    bool found;
    bool here; /* the record in hand names who is looked for */
};

bool bundle_month(const struct bundle *b, const struct span *s)
{
    return b->q->scope != BUNDLE_PERIOD ||
           (s->from <= b->q->to && s->from + s->months - 1 >= b->q->from);
}

static void look_for_months(void *ctx, const struct bundle_item *item)
{
    struct act *a = ctx;
    for (size_t i = 0; i < item->span_count; i++) {
        a->found = a->found || bundle_month(a->b, &item->spans[i]);
    }
}

static enum status months_in(void *ctx, const struct record *r, struct str bytes,
                             struct diag *d)
{
    (void)bytes;
    return bundle_items(r, look_for_months, ctx, d);
}

/* Only history says months, and facts are many. */
static enum status is_history(struct act *a, bool *yes, struct diag *d)
{
    struct import_entry e;
    TRY(import_get(ledger_txn(a->b->l), (uint32_t)a->number, &e, d));
    *yes = e.what == IMPORT_HISTORY;
    return ST_OK;
}

static enum status period_act(struct act *a, struct diag *d)
{
    struct bundle *b = a->b;
    bool look = a->kind == KIND_RUN_START || a->kind == KIND_BATCH_START ||
                a->kind == KIND_RECOVERY;
    if (a->kind == KIND_IMPORT_START) {
        TRY(is_history(a, &look, d));
    }
    if (look) {
        TRY(bundle_walk(b, a->at, months_in, a, &a->found, d));
    } else if (a->kind >= KIND_BATCH_SIGN && a->kind <= KIND_BATCH_STEP) {
        a->found = numbers_have(&b->batches, a->number);
    } else if (a->kind == KIND_RECOVERY_CONFIRM || a->kind == KIND_REPAYMENT) {
        a->found = numbers_have(&b->recoveries, a->number);
    }
    if (!a->found) {
        return ST_OK;
    }
    if (a->kind == KIND_BATCH_START) {
        numbers_add(&b->batches, a->number);
    } else if (a->kind == KIND_RECOVERY) {
        numbers_add(&b->recoveries, a->number);
    }
    b->span.first = b->span.end == 0 ? a->at.first : b->span.first;
    b->span.end = a->at.end;
    return ST_OK;
}

static void batch_act(struct act *a)
{
    bool of_batch = a->kind >= KIND_BATCH_START && a->kind <= KIND_BATCH_STEP;
    if (of_batch && a->number == a->b->q->batch) {
        take(a->b, a->at.first, a->at.end);
    }
}

/* ---- one person's ---- */

static void look_for_people(void *ctx, const struct bundle_item *item)
{
    struct act *a = ctx;
    struct bundle *b = a->b;
    bool named = numbers_have(&b->people, item->person) ||
                 (item->holder != 0 && numbers_have(&b->people, item->holder));
    bool results = a->kind == KIND_ANSWER_START || a->kind == KIND_REISSUE_START;
    uint64_t line = a->number << 32 | item->line;
    if (named && a->kind == KIND_BATCH_START) {
        numbers_add(&b->lines, line);
    }
    a->here = a->here || named || (results && numbers_have(&b->lines, line));
}

static enum status names_in(void *ctx, const struct record *r, struct str bytes,
                            struct diag *d)
{
    struct act *a = ctx;
    (void)bytes;
    a->here = false;
    TRY(bundle_items(r, look_for_people, a, d));
    if (a->here) {
        a->found = true;
        take(a->b, r->sequence, r->sequence + 1);
    }
    return ST_OK;
}

/* The records of a long act that name the person are there already. */
static enum status frame_act(struct act *a, struct diag *d)
{
    struct bundle *b = a->b;
    take(b, a->at.first, a->at.first + 1);
    take(b, a->at.end - 1, a->at.end);
    if (a->kind == KIND_BATCH_START) {
        numbers_add(&b->batches, a->number);
    } else if (a->kind == KIND_RECOVERY) {
        numbers_add(&b->recoveries, a->number);
    } else if (a->kind == KIND_IMPORT_START) {
        struct import_entry e;
        TRY(import_get(ledger_txn(b->l), (uint32_t)a->number, &e, d));
        take(b, e.sequence, e.sequence + 1);
    }
    return ST_OK;
}

static enum status person_act(struct act *a, struct diag *d)
{
    struct bundle *b = a->b;
    switch (a->kind) {
    case KIND_IMPORT_START:
    case KIND_RUN_START:
    case KIND_BATCH_START:
    case KIND_ANSWER_START:
    case KIND_REISSUE_START:
    case KIND_RECOVERY:
    case KIND_REPAYMENT:
        TRY(bundle_walk(b, a->at, names_in, a, NULL, d));
        break;
    case KIND_BATCH_SIGN:
    case KIND_EXPORT:
    case KIND_BATCH_STEP:
        a->found = numbers_have(&b->batches, a->number);
        break;
    case KIND_WITHDRAW_START: /* whole: what is signed for is without what left */
        a->found = numbers_have(&b->batches, a->number);
        if (a->found) {
            take(b, a->at.first, a->at.end);
        }
        break;
    case KIND_RECOVERY_CONFIRM:
        a->found = numbers_have(&b->recoveries, a->number);
        break;
    default:
        break;
    }
    return a->found ? frame_act(a, d) : ST_OK;
}

/* Who was merged into the person, in the order of merging. */
struct merges {
    struct buf pairs; /* of uint64_t: duplicate, kept */
    struct bundle *b;
};

static void add_pair(void *ctx, const struct bundle_item *item)
{
    struct merges *m = ctx;
    buf_add(&m->pairs, &item->person, sizeof item->person);
}

static enum status add_merge(void *ctx, const struct record *r, struct str bytes,
                             struct diag *d)
{
    (void)bytes;
    return r->kind == KIND_MERGE ? bundle_items(r, add_pair, ctx, d) : ST_OK;
}

/* Ends before the next act: its last record is of the kind that ends it. */
static enum status act_end(struct bundle *b, uint64_t first, uint64_t *end,
                           struct diag *d)
{
    struct cursor *c;
    uint8_t key[8];
    struct str at;
    struct str value;
    put_u64(key, first + 1);
    TRY(store_cursor_open(ledger_txn(b->l), TABLE_ACTS, &c, d));
    enum status st = store_cursor_seek(c, str_make(key, 8), &at, &value, d);
    if (st == ST_OK) {
        *end = at.p != NULL && at.n == 8 ? get_u64((const uint8_t *)at.p) : b->size;
    }
    store_cursor_close(c);
    return st;
}

static enum status read_merges(struct bundle *b, struct merges *m, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(b->l)->imports; n++) {
        struct import_entry e;
        TRY(import_get(ledger_txn(b->l), n, &e, d));
        if (e.what == IMPORT_MERGES && e.confirmed_at != 0) {
            struct range at = {e.confirmed_at, 0};
            TRY(act_end(b, at.first, &at.end, d));
            TRY(bundle_walk(b, at, add_merge, m, NULL, d));
        }
    }
    return buf_check(&m->pairs, d);
}

static enum status find_people(struct bundle *b, struct diag *d)
{
    struct merges m = {.b = b};
    if (b->q->person == 0 || b->q->person > ledger_head(b->l)->people) {
        return diag_fail(d, ST_CONFLICT, "unknown-person", "there is no person %llu",
                         (unsigned long long)b->q->person);
    }
    numbers_add(&b->people, b->q->person);
    buf_init(&m.pairs, NUMBERS_BYTES);
    enum status st = read_merges(b, &m, d);
    const uint64_t *pairs = (const uint64_t *)(const void *)m.pairs.p;
    /* From the last: who was merged into a duplicate was so before it was one. */
    for (size_t i = m.pairs.len / (2 * sizeof *pairs); i > 0; i--) {
        if (numbers_have(&b->people, pairs[2 * i - 1])) {
            numbers_add(&b->people, pairs[2 * i - 2]);
            numbers_sort(&b->people);
        }
    }
    buf_release(&m.pairs);
    return st;
}

/* ---- all acts ---- */

static bool is_register(int kind)
{
    return kind < 20 || (kind >= 27 && kind <= 29) || (kind >= 70 && kind <= 79) ||
           (kind >= 85 && kind <= 88);
}

static enum status one_act(struct bundle *b, struct range at, struct diag *d)
{
    struct record r;
    struct str bytes;
    TRY(record_get(ledger_txn(b->l), at.first, &r, &bytes, d));
    struct act a = {.b = b, .at = at, .kind = (int)r.kind, .number = bundle_number(&r)};
    if (is_register(a.kind)) {
        take(b, at.first, at.end);
        return ST_OK;
    }
    switch (b->q->scope) {
    case BUNDLE_PERIOD:
        return period_act(&a, d);
    case BUNDLE_BATCH:
        batch_act(&a);
        return ST_OK;
    case BUNDLE_PERSON:
        return person_act(&a, d);
    case BUNDLE_ALL:
        break;
    }
    return ST_OK;
}

static enum status each_act(struct bundle *b, struct cursor *c, struct diag *d)
{
    struct str key;
    struct str value;
    uint64_t first = 0;
    TRY(store_cursor_next(c, &key, &value, d));
    while (first < b->size) {
        TRY(store_cursor_next(c, &key, &value, d));
        /* The keys of signatures are longer and come behind. */
        bool more = key.p != NULL && key.n == 8;
        uint64_t end = more ? get_u64((const uint8_t *)key.p) : b->size;
        if (end <= first || end > b->size) {
            return diag_fail(d, ST_INTEGRITY, "acts", "the table of acts is damaged");
        }
        TRY(one_act(b, (struct range){first, end}, d));
        progress_tick(b->q->progress, "select", end, b->size);
        if (progress_stop(b->q->progress)) {
            return diag_fail(d, ST_INTERRUPTED, "interrupted", "nothing was written");
        }
        first = end;
    }
    return ST_OK;
}

static enum status select_acts(struct bundle *b, struct diag *d)
{
    struct cursor *c;
    TRY(store_cursor_open(ledger_txn(b->l), TABLE_ACTS, &c, d));
    enum status st = each_act(b, c, d);
    store_cursor_close(c);
    TRY(st);
    if (b->span.end > 0) {
        take(b, b->span.first, b->span.end);
    }
    join_ranges(b);
    return buf_check(&b->ranges, d);
}

enum status bundle_select(struct bundle *b, struct diag *d)
{
    struct batch_entry batch;
    switch (b->q->scope) {
    case BUNDLE_ALL:
        b->span = (struct range){0, b->size};
        take(b, 0, b->size);
        for (uint32_t n = 1; n <= ledger_head(b->l)->batches; n++) {
            numbers_add(&b->batches, n);
        }
        return buf_check(&b->ranges, d);
    case BUNDLE_BATCH:
        TRY(batch_get(ledger_txn(b->l), b->q->batch, &batch, d));
        numbers_add(&b->batches, b->q->batch);
        break;
    case BUNDLE_PERSON:
        TRY(find_people(b, d));
        break;
    case BUNDLE_PERIOD:
        break;
    }
    return select_acts(b, d);
}
