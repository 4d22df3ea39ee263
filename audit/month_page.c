/* month_page.c - see month_page.h. Reads only. */
#include "audit/month_page.h"

#include <stdlib.h>
#include <string.h>

#include "audit/month_funds.h"
#include "base/money.h"
#include "base/must.h"
#include "entitle/joint.h"
#include "ledger/close.h"
#include "ledger/export.h"
#include "ledger/line.h"
#include "ledger/payment_id.h"

#define PROGRAMMES_MAX 250      /* as many as almoner-verify follows */
#define MONTH_BATCHES_MAX 50000 /* of one month: one for each village, and more */
#define ROOM_FIRST 16

static const struct {
    const char *name;
    bool counts;
} KINDS[PAGE_KINDS] = {
    [PAGE_GRANTED] = {"granted", true},    [PAGE_BATCHED] = {"batched", true},
    [PAGE_REGISTER] = {"register", true},  [PAGE_FILES] = {"files", true},
    [PAGE_PAID] = {"paid", true},          [PAGE_BACK] = {"back", false},
    [PAGE_FUNDS] = {"funds", false},       [PAGE_UNKNOWN] = {"unknown", true},
    [PAGE_ANSWERS] = {"answers", true},    [PAGE_REISSUED] = {"reissued", false},
    [PAGE_REFUNDED] = {"refunded", false}, [PAGE_CORRECTED] = {"corrected", true},
    [PAGE_OVER] = {"paid-again", false},   [PAGE_STATEMENT] = {"statement", true},
    [PAGE_BALANCES] = {"balances", false},
};

const char *page_name(enum page_what w)
{
    return w < PAGE_KINDS ? KINDS[w].name : "?";
}

enum page_what page_find(struct str name)
{
    int w = 0;
    while (w < PAGE_KINDS && !str_is(name, KINDS[w].name)) {
        w++;
    }
    return (enum page_what)w;
}

bool page_pair_differs(const struct page_pair *p)
{
    return p->first.fen != p->second.fen ||
           (p->counts && p->first.count != p->second.count);
}

struct month_batch {
    struct batch_entry b;
    int8_t *booked;     /* by statements: payments less returns of each line */
    struct joint joint; /* where there are statements */
};

struct id_place { /* of a batch among the month's, by what its payments' ids say */
    uint32_t epoch, number;
    size_t at;
};

struct totals { /* of one programme, over all months: debits less credits */
    char code[PROGRAMME_CODE_MAX + 1];
    int64_t fen[ACCOUNT_KINDS];
};

struct page {
    struct ledger *l;
    const struct month_page_request *q;
    struct month_page *out;
    struct page_sum pair[PAGE_KINDS][2];
    size_t programme_count;
    struct totals programmes[PROGRAMMES_MAX];
    size_t batch_count;
    size_t batch_room;
    struct month_batch *batches;
    struct id_place *by_id; /* of all batches, ascending; NULL without statements */
    size_t statement;       /* in hand */
    struct bearing bearing;
    struct borne borne;     /* of the month */
    struct borne elsewhere; /* of other months, when rows are wanted */
    int64_t other_paid_fen; /* of other months' batches that appropriations bear */
};

static enum status too_much(struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "total", "a control total is out of range");
}

static enum status add(struct page_sum *s, uint64_t count, int64_t fen, struct diag *d)
{
    s->count += count;
    return money_add(s->fen, fen, &s->fen) ? ST_OK : too_much(d);
}

static enum status take(struct page_sum *s, uint64_t count, int64_t fen, struct diag *d)
{
    s->count -= count;
    return money_sub(s->fen, fen, &s->fen) ? ST_OK : too_much(d);
}

/* ---- the books ---- */

static enum status add_programme(struct page *p, const struct month_sum *s,
                                 struct diag *d)
{
    size_t i = 0;
    while (i < p->programme_count && strcmp(p->programmes[i].code, s->programme) != 0) {
        i++;
    }
    if (i == PROGRAMMES_MAX) {
        return diag_fail(d, ST_CONFLICT, "too-many", "more than %d programmes",
                         PROGRAMMES_MAX);
    }
    struct totals *t = &p->programmes[i];
    if (i == p->programme_count) {
        memcpy(t->code, s->programme, sizeof t->code);
        p->programme_count++;
    }
    bool fits = money_add(t->fen[s->debit], s->fen, &t->fen[s->debit]) &&
                money_sub(t->fen[s->credit], s->fen, &t->fen[s->credit]);
    return fits ? ST_OK : too_much(d);
}

/* Money that had come back, or was due again, was paid all along. */
static enum status add_correction(struct page *p, const struct month_sum *s,
                                  struct diag *d)
{
    TRY(add(&p->pair[PAGE_PAID][0], s->count, s->fen, d));
    TRY(take(&p->pair[PAGE_BACK][0], s->count, s->fen, d));
    if (s->debit == ACCOUNT_RECEIVABLE) {
        TRY(add(&p->pair[PAGE_OVER][0], s->count, s->fen, d));
    }
    return add(&p->pair[PAGE_CORRECTED][0], s->count, s->fen, d);
}

/* What each posting means for the figures of its own month. */
static enum status add_posting(struct page *p, const struct month_sum *s,
                               struct diag *d)
{
    enum account_kind from = s->debit;
    enum account_kind to = s->credit;
    struct page_sum *granted = &p->pair[PAGE_GRANTED][0];
    struct page_sum *open = &p->pair[PAGE_UNKNOWN][0];
    struct page_sum *paid = &p->pair[PAGE_PAID][0];
    struct page_sum *back = &p->pair[PAGE_BACK][0];
    if (to == ACCOUNT_GRANTED) {
        granted->count += s->count;
        return take(granted, 0, s->fen, d);
    }
    if (from == ACCOUNT_GRANTED) { /* a history's payments were never due here */
        return to == ACCOUNT_PAID ? ST_OK : add(granted, s->count, s->fen, d);
    }
    if (from == ACCOUNT_DUE && to == ACCOUNT_TRANSIT) {
        TRY(add(&p->pair[PAGE_BATCHED][0], s->count, s->fen, d));
        return add(open, s->count, s->fen, d);
    }
    if (from == ACCOUNT_TRANSIT) {
        TRY(take(open, s->count, s->fen, d));
        return add(to == ACCOUNT_PAID ? paid : back, s->count, s->fen, d);
    }
    if (to == ACCOUNT_PAID) {
        return add_correction(p, s, d);
    }
    if (from == ACCOUNT_PAID) {
        TRY(take(paid, s->count, s->fen, d));
        return add(back, s->count, s->fen, d);
    }
    if (from == ACCOUNT_RETURNED && to == ACCOUNT_DUE) {
        return add(&p->pair[PAGE_REISSUED][0], s->count, s->fen, d);
    }
    if (from == ACCOUNT_RETURNED && to == ACCOUNT_REFUNDED) {
        return add(&p->pair[PAGE_REFUNDED][0], s->count, s->fen, d);
    }
    return ST_OK;
}

static enum status take_month(void *ctx, const struct month_sum *s, struct diag *d)
{
    struct page *p = ctx;
    int32_t month = p->q->month;
    TRY(add_programme(p, s, d));
    if (s->month == month && s->own != month) {
        TRY(add(&p->out->late_here, s->count, s->fen, d));
    }
    if (s->own != month) {
        return ST_OK;
    }
    if (s->month != month) {
        TRY(add(&p->out->late_elsewhere, s->count, s->fen, d));
    }
    return add_posting(p, s, d);
}

/* All months against the balances, account by account: each difference is added to one
 * side, so that two of them do not hide each other. */
static enum status take_balances(struct page *p, struct diag *d)
{
    struct page_sum *months = &p->pair[PAGE_BALANCES][0];
    struct page_sum *books = &p->pair[PAGE_BALANCES][1];
    uint64_t rows;
    uint64_t met = 0;
    for (size_t i = 0; i < p->programme_count; i++) {
        uint8_t key[PROGRAMME_CODE_MAX + 2] = {0};
        size_t n = strlen(p->programmes[i].code);
        memcpy(key, p->programmes[i].code, n);
        for (int k = 0; k < ACCOUNT_KINDS; k++) {
            struct str row;
            int64_t fen = p->programmes[i].fen[k];
            key[n + 1] = (uint8_t)k;
            TRY(store_get(ledger_txn(p->l), TABLE_BALANCES, str_make(key, n + 2), &row,
                          d));
            int64_t held = row.n == 8 ? (int64_t)get_u64((const uint8_t *)row.p) : 0;
            met += row.p != NULL ? 1 : 0;
            int64_t size = held < 0 ? -held : held;
            int64_t apart = 0;
            if (!money_sub(fen, held, &apart)) {
                return too_much(d);
            }
            TRY(add(months, 0, size, d));
            TRY(add(books, 0, size, d));
            TRY(add(months, 0, apart < 0 ? -apart : apart, d));
        }
    }
    TRY(store_count(ledger_txn(p->l), TABLE_BALANCES, &rows, d));
    return met == rows ? ST_OK : add(books, 0, 1, d);
}

/* ---- rows: runs ---- */

static enum status tell(const struct page *p, enum page_what what,
                        const struct page_row *row, struct diag *d)
{
    return p->q->rows.what == what ? p->q->rows.each(p->q->rows.ctx, row, d) : ST_OK;
}

static enum status take_runs(struct page *p, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(p->l)->runs; n++) {
        struct run_entry r;
        struct page_row row = {.number = n};
        TRY(run_get(ledger_txn(p->l), n, &r, d));
        if (r.period != p->q->month) {
            continue;
        }
        TRY(add(&row.sum, r.records, r.regular_fen, d));
        TRY(add(&row.sum, 0, r.backpay_fen, d));
        TRY(add(&row.sum, 0, r.reduction_fen, d));
        TRY(add(&p->pair[PAGE_GRANTED][1], row.sum.count, row.sum.fen, d));
        TRY(tell(p, PAGE_GRANTED, &row, d));
    }
    return ST_OK;
}

/* ---- rows: lines ---- */

static enum status take_line(struct page *p, const struct page_row *row, struct diag *d)
{
    const struct line_entry *line = &row->line;
    struct page_sum *answers = &p->pair[PAGE_ANSWERS][0];
    TRY(add(&p->pair[PAGE_BATCHED][1], 1, line->fen, d));
    TRY(add(&p->pair[PAGE_REGISTER][0], 1, line->fen, d));
    TRY(tell(p, PAGE_BATCHED, row, d));
    switch (line->state) {
    case LINE_PAID:
        TRY(add(&p->pair[PAGE_PAID][1], 1, line->fen, d));
        TRY(add(answers, 1, line->fen, d));
        return tell(p, PAGE_PAID, row, d);
    case LINE_DROPPED:
    case LINE_RECALLED:
        TRY(add(&p->out->out, 1, line->fen, d));
        TRY(add(&p->pair[PAGE_BACK][1], 1, line->fen, d));
        return tell(p, PAGE_BACK, row, d);
    case LINE_REJECTED:
    case LINE_RETURNED:
    case LINE_REISSUED:
    case LINE_REFUNDED:
        TRY(add(&p->pair[PAGE_BACK][1], 1, line->fen, d));
        TRY(add(answers, 1, line->fen, d));
        return tell(p, PAGE_BACK, row, d);
    case LINE_OPEN:
    case LINE_UNKNOWN:
        TRY(add(&p->pair[PAGE_UNKNOWN][1], 1, line->fen, d));
        return tell(p, PAGE_UNKNOWN, row, d);
    }
    return diag_fail(d, ST_INTEGRITY, "line-row", "a line has an unknown state");
}

static enum status take_lines(struct page *p, const struct month_batch *m,
                              struct diag *d)
{
    TRY(bearing_begin(p->l, m->b.number, &p->bearing, d));
    for (uint32_t n = 1; n <= m->b.lines; n++) {
        struct page_row row = {.number = m->b.number};
        TRY(line_get(ledger_txn(p->l), m->b.number, n, &row.line, d));
        TRY(take_line(p, &row, d));
        TRY(bearing_line(&p->bearing, &row.line, &p->borne, d));
    }
    return ST_OK;
}

/* A batch of another month: what appropriations spent there is not of this page. */
static enum status take_other(struct page *p, const struct batch_entry *b,
                              struct diag *d)
{
    if (ledger_head(p->l)->funds == 0) {
        return ST_OK;
    }
    TRY(bearing_begin(p->l, b->number, &p->bearing, d));
    if (bearing_is(&p->bearing) &&
        !money_add(p->other_paid_fen, b->paid_fen, &p->other_paid_fen)) {
        return too_much(d);
    }
    return p->q->rows.what == PAGE_FUNDS ? borne_batch(p->l, b, &p->elsewhere, d)
                                         : ST_OK;
}

static enum status take_register(struct page *p, const struct batch_entry *b,
                                 struct diag *d)
{
    struct export_entry x;
    TRY(add(&p->pair[PAGE_REGISTER][1], b->lines, b->total_fen, d));
    TRY(add(&p->pair[PAGE_ANSWERS][1], b->paid_lines, b->paid_fen, d));
    TRY(add(&p->pair[PAGE_ANSWERS][1], b->back_lines, b->back_fen, d));
    TRY(add(&p->pair[PAGE_REISSUED][1], b->reissued_lines, b->reissued_fen, d));
    TRY(add(&p->pair[PAGE_REFUNDED][1], b->refunded_lines, b->refunded_fen, d));
    TRY(add(&p->pair[PAGE_CORRECTED][1], b->corrected_lines, b->corrected_fen, d));
    TRY(add(&p->pair[PAGE_OVER][1], 0, b->over_fen, d));
    bool sent = b->state >= BATCH_EXPORTED && b->state != BATCH_CANCELLED;
    if (!sent || b->export_sequence == 0) {
        return ST_OK;
    }
    TRY(export_get(ledger_txn(p->l), b->export_sequence, &x, d));
    TRY(add(&p->pair[PAGE_FILES][0], batch_count(b), batch_total(b), d));
    return add(&p->pair[PAGE_FILES][1], x.lines, x.total_fen, d);
}

static struct month_batch *new_batch(struct page *p, const struct batch_entry *b)
{
    if (p->batch_count == p->batch_room) {
        size_t room = p->batch_room == 0 ? ROOM_FIRST : 2 * p->batch_room;
        struct month_batch *batches = realloc(p->batches, room * sizeof *batches);
        if (batches == NULL) {
            return NULL;
        }
        p->batches = batches;
        p->batch_room = room;
    }
    struct month_batch *m = &p->batches[p->batch_count];
    *m = (struct month_batch){.b = *b};
    return m;
}

static enum status take_batches(struct page *p, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(p->l)->batches; n++) {
        struct batch_entry b;
        int32_t own;
        TRY(batch_get(ledger_txn(p->l), n, &b, d));
        TRY(batch_month(ledger_txn(p->l), &b, &own, d));
        if (own != p->q->month) {
            TRY(take_other(p, &b, d));
            continue;
        }
        if (p->batch_count == MONTH_BATCHES_MAX) {
            return diag_fail(d, ST_CONFLICT, "too-many",
                             "more than %d batches belong to the month",
                             MONTH_BATCHES_MAX);
        }
        struct month_batch *m = new_batch(p, &b);
        if (m == NULL) {
            return diag_memory(d);
        }
        m->booked = calloc((size_t)m->b.lines + 1, 1);
        p->batch_count++;
        if (m->booked == NULL) {
            return diag_memory(d);
        }
        if (p->q->statement_count > 0) {
            TRY(joint_load(&m->joint, p->l, &m->b, d));
        }
        TRY(take_register(p, &m->b, d));
        TRY(take_lines(p, m, d));
    }
    p->out->batches = (uint32_t)p->batch_count;
    return ST_OK;
}

/* ---- appropriations ---- */

static enum status fund_row(struct page *p, uint32_t number, const char *programme,
                            int64_t fen, bool apart, struct diag *d)
{
    struct page_row row = {.number = number, .apart = apart, .sum = {.fen = fen}};
    struct fund_entry e;
    TRY(fund_get(ledger_txn(p->l), number, &e, d));
    memcpy(row.source, e.terms.source, sizeof row.source);
    (void)str_copy(str_of(programme), row.line.programme, sizeof row.line.programme);
    return tell(p, PAGE_FUNDS, &row, d);
}

static enum status tell_funds(struct page *p, struct diag *d)
{
    for (size_t i = 0; i < p->borne.count; i++) {
        const struct borne_row *x = &p->borne.rows[i];
        TRY(fund_row(p, x->fund, x->programme, x->fen, false, d));
    }
    for (uint32_t n = 1; n <= ledger_head(p->l)->funds; n++) {
        struct fund_entry e;
        TRY(fund_get(ledger_txn(p->l), n, &e, d));
        int64_t apart = e.sums.spent - e.sums.prior - borne_of(&p->borne, n) -
                        borne_of(&p->elsewhere, n);
        if (apart != 0) {
            TRY(fund_row(p, n, e.terms.programme, apart, true, d));
        }
    }
    return ST_OK;
}

static enum status take_funds(struct page *p, struct diag *d)
{
    int64_t spent;
    TRY(funds_spent(p->l, &spent, d));
    TRY(add(&p->pair[PAGE_FUNDS][0], p->borne.count, borne_total(&p->borne), d));
    TRY(add(&p->pair[PAGE_FUNDS][1], 0, spent, d));
    TRY(take(&p->pair[PAGE_FUNDS][1], 0, p->other_paid_fen, d));
    return p->q->rows.what == PAGE_FUNDS ? tell_funds(p, d) : ST_OK;
}

/* ---- statements ---- */

static enum status book(struct page *p, struct page_sum *s, bool paid, int64_t fen,
                        uint64_t count, struct diag *d)
{
    struct close_statement *kept = &p->out->statements[p->statement];
    int64_t *sum = paid ? &kept->paid_fen : &kept->back_fen;
    if (!money_add(*sum, fen, sum)) {
        return too_much(d);
    }
    return paid ? add(s, count, fen, d) : take(s, count, fen, d);
}

/* A payment stands for each of its lines; the count of these. */
static uint64_t book_lines(struct month_batch *m, uint32_t line, bool paid)
{
    uint64_t lines = 0;
    for (; line != 0; line = joint_next(&m->joint, line)) {
        int now = m->booked[line] + (paid ? 1 : -1);
        m->booked[line] = (int8_t)(now > 100 ? 100 : now < -100 ? -100 : now);
        lines++;
    }
    return lines;
}

static int by_id(const void *a, const void *b)
{
    const struct id_place *x = a;
    const struct id_place *y = b;
    if (x->epoch != y->epoch) {
        return x->epoch < y->epoch ? -1 : 1;
    }
    return x->number < y->number ? -1 : x->number > y->number ? 1 : 0;
}

static enum status index_batches(struct page *p, struct diag *d)
{
    p->by_id = calloc(p->batch_count + 1, sizeof *p->by_id);
    if (p->by_id == NULL) {
        return diag_memory(d);
    }
    for (size_t i = 0; i < p->batch_count; i++) {
        const struct batch_entry *b = &p->batches[i].b;
        p->by_id[i] = (struct id_place){b->id_epoch, b->id_number, i};
    }
    qsort(p->by_id, p->batch_count, sizeof *p->by_id, by_id);
    return ST_OK;
}

/* The batch of the month whose payment has this id, and its line; NULL: none. A village
 * may have its own: the many entries of a statement are not held against each. */
static struct month_batch *batch_of_id(const struct page *p, struct str id,
                                       uint32_t *line)
{
    struct id_place key = {0};
    if (!payment_id_find(ledger_info(p->l), id, &key.epoch, &key.number)) {
        return NULL;
    }
    const struct id_place *found =
        bsearch(&key, p->by_id, p->batch_count, sizeof key, by_id);
    struct month_batch *m = found != NULL ? &p->batches[found->at] : NULL;
    return m != NULL &&
                   payment_id_parse(ledger_info(p->l), &m->b, id, line) ==
                       PAYMENT_ID_OURS &&
                   *line >= 1 && *line <= m->b.lines
               ? m
               : NULL;
}

/* An entry that is not of the month's batches is of no concern here. */
static enum status take_entry(void *ctx, const struct answer *a, struct diag *d)
{
    struct page *p = ctx;
    bool paid = a->status == PAYMENT_PAID;
    if (!paid && a->status != PAYMENT_RETURNED) {
        return ST_OK;
    }
    uint32_t line;
    struct month_batch *m = batch_of_id(p, a->id, &line);
    if (m == NULL) {
        return ST_OK;
    }
    uint64_t lines = book_lines(m, line, paid);
    return book(p, &p->pair[PAGE_STATEMENT][1], paid, a->amount_fen, lines, d);
}

static enum status take_statements(struct page *p, struct diag *d)
{
    struct answer_sink sink = {.each = take_entry, .ctx = p};
    struct page_sum *booked = &p->pair[PAGE_STATEMENT][1];
    if (p->q->statement_count > 0) {
        TRY(index_batches(p, d));
    }
    for (size_t i = 0; i < p->q->statement_count; i++) {
        const struct page_statement *s = &p->q->statements[i];
        struct answer_file whole;
        struct digest *g;
        memset(&whole, 0, sizeof whole);
        p->statement = i;
        must(s->format->read_answer != NULL);
        TRY(s->format->read_answer(s->format, s->text, sink, &whole, d));
        TRY(book(p, booked, true, whole.bulk_paid.total_fen, whole.bulk_paid.count, d));
        TRY(book(p, booked, false, whole.bulk_returned.total_fen,
                 whole.bulk_returned.count, d));
        TRY(digest_new(&g, d));
        digest_once(g, s->text, str_of(""), p->out->statements[i].sha256);
        digest_free(g);
        p->out->statement_count++;
    }
    return ST_OK;
}

/* Lines of which ledger and statement say different things. */
static enum status tell_statement(struct page *p, struct diag *d)
{
    if (p->q->rows.what != PAGE_STATEMENT || p->q->statement_count == 0) {
        return ST_OK;
    }
    for (size_t i = 0; i < p->batch_count; i++) {
        const struct month_batch *m = &p->batches[i];
        for (uint32_t n = 1; n <= m->b.lines; n++) {
            struct page_row row = {.number = m->b.number, .booked = m->booked[n]};
            TRY(line_get(ledger_txn(p->l), m->b.number, n, &row.line, d));
            if (row.booked != (row.line.state == LINE_PAID ? 1 : 0)) {
                TRY(tell(p, PAGE_STATEMENT, &row, d));
            }
        }
    }
    return ST_OK;
}

/* ---- the page ---- */

static void compare(struct page *p)
{
    struct month_page *out = p->out;
    p->pair[PAGE_STATEMENT][0] = p->pair[PAGE_PAID][1];
    for (int w = 0; w < PAGE_KINDS; w++) {
        struct page_pair *to = &out->pairs[out->pair_count];
        if ((w == PAGE_STATEMENT && p->q->statement_count == 0) ||
            (w == PAGE_FUNDS && ledger_head(p->l)->funds == 0)) {
            continue;
        }
        *to = (struct page_pair){.what = (enum page_what)w,
                                 .counts = KINDS[w].counts,
                                 .first = p->pair[w][0],
                                 .second = p->pair[w][1]};
        out->differences += page_pair_differs(to) ? 1 : 0;
        out->pair_count++;
    }
}

static enum status fill(struct page *p, struct diag *d)
{
    struct month_sink sink = {.each = take_month, .ctx = p};
    TRY(month_walk(ledger_txn(p->l), 0, ACCOUNT_MONTH_MAX, sink, d));
    TRY(take_balances(p, d));
    TRY(take_runs(p, d));
    TRY(take_batches(p, d));
    TRY(take_funds(p, d));
    TRY(take_statements(p, d));
    TRY(tell_statement(p, d));
    compare(p);
    return ST_OK;
}

enum status month_page(struct ledger *l, const struct month_page_request *q,
                       struct month_page *out, struct diag *d)
{
    must(q->statement_count <= CLOSE_STATEMENTS_MAX);
    memset(out, 0, sizeof *out);
    out->month = q->month;
    out->people = ledger_head(l)->people - ledger_head(l)->institutions;
    struct page *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return diag_memory(d);
    }
    p->l = l;
    p->q = q;
    p->out = out;
    enum status st = fill(p, d);
    for (size_t i = 0; i < p->batch_count; i++) {
        free(p->batches[i].booked);
        joint_release(&p->batches[i].joint);
    }
    free(p->batches);
    free(p->by_id);
    free(p);
    return st;
}
