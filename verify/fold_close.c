/* fold_close.c - the books of months, and what closes them: kinds 90 to 92 (ledger.md,
 * "Months"). Where records are left out, what stands in which month is not known: then
 * only who signed is looked at. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "verify/fold_private.h"

#define ENCODED_MAX 100
#define CLOSE_YEAR 2

/* ---- which month ---- */

static int32_t month_of_time(const struct fold *f, int64_t time)
{
    return month_of_day(day_of_time(time, f->offset_minutes));
}

static int32_t own_month(const struct fold *f, const struct act *a)
{
    if (f->open.kind == 0) {
        return month_of_time(f, a->r->time);
    }
    if (f->open.kind == K_IMPORT_START) {
        return month_of_time(f, f->open.time);
    }
    if (f->open.kind == K_RUN_START) {
        const struct run_row *run = list_find(&f->runs, f->open.number);
        return run == NULL ? 0 : (int32_t)run->period;
    }
    const struct batch_row *b = list_find(&f->batches, f->open.number);
    return b == NULL ? 0 : b->month;
}

static int compare(const struct fold *f, const struct month_row *x,
                   const struct month_row *y)
{
    if (x->month != y->month) {
        return x->month < y->month ? -1 : 1;
    }
    if (x->own != y->own) {
        return x->own < y->own ? -1 : 1;
    }
    int order = strcmp(f->programmes[x->programme], f->programmes[y->programme]);
    return order != 0 ? order
                      : (x->debit * 256 + x->credit) - (y->debit * 256 + y->credit);
}

void fold_month(struct fold *f, const struct act *a, const struct posting *p)
{
    if (!f->o.whole || f->stopped) {
        return;
    }
    struct month_row key = {.own = own_month(f, a),
                            .programme = p->programme,
                            .debit = p->debit,
                            .credit = p->credit};
    key.month = key.own > f->open_month ? key.own : f->open_month;
    struct month_row *rows = f->months.rows;
    size_t i = f->months.count;
    while (i > 0 && compare(f, &rows[i - 1], &key) != 0) {
        i--;
    }
    struct month_row *row =
        i > 0 ? &rows[i - 1] : list_add(&f->months, sizeof(struct month_row));
    if (row == NULL) {
        f->no_memory = true;
        return;
    }
    int64_t fen = i > 0 ? row->fen : 0;
    *row = key;
    if (!money_add(fen, p->fen, &row->fen)) {
        fold_malformed(f, a, "sums beyond 64 bits");
    }
}

/* ---- control totals ---- */

static void put_head(uint8_t *out, size_t *n, unsigned major, uint64_t value)
{
    unsigned extra = value < 24            ? 0
                     : value <= UINT8_MAX  ? 1
                     : value <= UINT16_MAX ? 2
                     : value <= UINT32_MAX ? 4
                                           : 8;
    unsigned low = extra == 0   ? (unsigned)value
                   : extra == 1 ? 24
                   : extra == 2 ? 25
                   : extra == 4 ? 26
                                : 27;
    out[(*n)++] = (uint8_t)(major << 5 | low);
    for (unsigned i = extra; i > 0; i--) {
        out[(*n)++] = (uint8_t)(value >> (8 * (i - 1)));
    }
}

static void add_row(struct fold *f, const struct month_row *row,
                    uint8_t digest[HASH_LEN])
{
    uint8_t bytes[ENCODED_MAX];
    size_t n = 0;
    const char *code = f->programmes[row->programme];
    put_head(bytes, &n, 4, 6);
    put_head(bytes, &n, 0, (uint64_t)row->month);
    put_head(bytes, &n, 0, (uint64_t)row->own);
    put_head(bytes, &n, 3, strlen(code));
    memcpy(bytes + n, code, strlen(code));
    n += strlen(code);
    put_head(bytes, &n, 0, row->debit);
    put_head(bytes, &n, 0, row->credit);
    put_head(bytes, &n, 0, (uint64_t)row->fen); /* always above zero */
    hash_once(f->hash, str_make(digest, HASH_LEN), str_make(bytes, n), digest);
}

/* The row after `last` in the order of the table, of months up to `through`. */
static const struct month_row *next_row(const struct fold *f, int32_t from,
                                        int32_t through, const struct month_row *last)
{
    const struct month_row *rows = f->months.rows;
    const struct month_row *best = NULL;
    for (size_t i = 0; i < f->months.count; i++) {
        const struct month_row *r = &rows[i];
        bool in = r->month >= from && r->month <= through &&
                  (last == NULL || compare(f, r, last) > 0);
        if (in && (best == NULL || compare(f, r, best) < 0)) {
            best = r;
        }
    }
    return best;
}

static void change(int64_t sums[ACCOUNT_COUNT], unsigned account, bool debit,
                   int64_t fen)
{
    bool left = account == 0 || (account >= 5 && account <= 8);
    sums[account] += left == debit ? fen : -fen; /* parts of the balances, which fit */
}

/* Do the months from `from` on have the rows, digest and changes of keys 4 to 6? */
static bool totals_agree(struct fold *f, const struct close_row *c)
{
    uint8_t digest[HASH_LEN] = {0};
    int64_t sums[ACCOUNT_COUNT] = {0};
    uint64_t count = 0;
    int32_t from = c->what == CLOSE_YEAR ? c->month - 11 : c->month;
    const struct month_row *row = NULL;
    while ((row = next_row(f, from, c->month, row)) != NULL) {
        add_row(f, row, digest);
        change(sums, row->debit, true, row->fen);
        change(sums, row->credit, false, row->fen);
        count++;
    }
    return count == c->rows && memcmp(digest, c->digest, HASH_LEN) == 0 &&
           memcmp(sums, c->sums, sizeof sums) == 0;
}

static void check_books(struct fold *f, struct act *a, const struct close_row *c)
{
    if (!f->o.whole || f->stopped) {
        return;
    }
    if (!totals_agree(f, c)) {
        FAULT(f, a, GROUP_BALANCE, "close-totals",
              "the control totals of close %u are not those of the books",
              "第 %u 次结账所签控制合计与账不符", c->number);
    }
    for (size_t i = 0; i < f->batches.count; i++) {
        const struct batch_row *b = list_at(&f->batches, i);
        if (b->state >= 5 && b->state <= 7 && b->month <= c->month) {
            FAULT(f, a, GROUP_BALANCE, "close-batch",
                  "the month is closed while batch %u was sent and is not closed",
                  "%u 号批次已送银行而未结清，月份却已结账", b->number);
        }
    }
}

static void check_order(struct fold *f, struct act *a, const struct close_row *c)
{
    if (!f->o.whole) {
        return;
    }
    uint32_t year = (uint32_t)month_year(c->month);
    bool fine = c->what == CLOSE_YEAR
                    ? c->month % 12 == 11 && f->open_month > c->month &&
                          (f->closed_year == 0 || year == f->closed_year + 1)
                    : (f->open_month == 0 || c->month == f->open_month) &&
                          c->month <= month_of_time(f, a->r->time);
    if (!fine) {
        FAULT(f, a, GROUP_BALANCE, "close-order",
              "months and years are closed in their order, when they have begun",
              "月份和年度须依次结账，且已经开始");
    }
}

static bool read_sums(struct act *a, struct close_row *c)
{
    struct cbor r = cbor_of(a->b.v[6].s);
    for (size_t i = 0; i < ACCOUNT_COUNT; i++) {
        c->sums[i] = cbor_int(&r);
    }
    struct cbor s = cbor_of(a->b.v[7].s);
    for (uint64_t i = 0; a->b.v[7].there && i < a->b.v[7].u; i++) {
        s.bad = s.bad || cbor_array(&s, 3) != 3;
        (void)cbor_bytes(&s, HASH_LEN, HASH_LEN);
        int64_t paid = cbor_int(&s);
        int64_t back = cbor_int(&s);
        s.bad = s.bad || paid < 0 || back < 0;
    }
    return cbor_done(&r) && (!a->b.v[7].there || cbor_done(&s));
}

void rule_month_close(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct close_row *c = fold_next(f, a, &f->closes, v[1].u);
    if (c == NULL) {
        return;
    }
    c->what = (uint8_t)v[2].u;
    c->month = (int32_t)v[3].u;
    c->rows = v[4].u;
    c->proposer = fold_signer(a);
    memcpy(c->digest, v[5].s.p, HASH_LEN);
    leaf_hash(f->hash, a->r->bytes, c->leaf);
    if (!read_sums(a, c)) {
        fold_malformed(f, a, "key 6 or 7");
        return;
    }
    check_order(f, a, c);
    check_books(f, a, c);
}

void rule_close_confirm(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct close_row *c = list_find(&f->closes, v[1].u);
    if (c == NULL && !f->o.whole) {
        report_gap(f->report, GROUP_AUTHORISATION, "close-left-out",
                   "of some closes the beginning is left out", "部分结账的开头未收入");
        return;
    }
    if (c == NULL || c->confirmed || c->refused ||
        (f->o.whole && v[1].u != f->closes.count)) {
        REFUSE(f, a, GROUP_BALANCE, "close-pending",
               "there is no close %llu to be confirmed", "没有待确认的第 %llu 次结账",
               (unsigned long long)v[1].u);
    }
    if (c->proposer == fold_signer(a)) {
        FAULT(f, a, GROUP_AUTHORISATION, "close-same",
              "one person has closed and confirmed close %u",
              "第 %u 次结账由同一人办理并确认", c->number);
    }
    if (memcmp(v[2].s.p, c->leaf, HASH_LEN) != 0) {
        FAULT(f, a, GROUP_AUTHORISATION, "close-hash",
              "close %u was confirmed as another one", "所确认的不是第 %u 次结账",
              c->number);
    }
    check_order(f, a, c);
    check_books(f, a, c);
    c->confirmed = true;
    if (c->what == CLOSE_YEAR) {
        f->closed_year = (uint32_t)month_year(c->month);
    } else {
        f->open_month = c->month + 1;
    }
}

/* ---- what is unknown of a batch ---- */

static void check_list(struct fold *f, struct act *a, const struct batch_row *b)
{
    const struct value *v = a->b.v;
    uint8_t digest[HASH_LEN] = {0};
    uint64_t count = 0;
    int64_t fen = 0;
    struct line_walk w = {0};
    while (line_list_next(&b->lines, &w)) {
        const struct line_row *l = &w.row;
        uint8_t bytes[ENCODED_MAX];
        size_t n = 0;
        if (l->state != LINE_OPEN && l->state != LINE_UNKNOWN) {
            continue;
        }
        put_head(bytes, &n, 4, 3);
        put_head(bytes, &n, 0, l->number);
        put_head(bytes, &n, 0, l->state);
        put_head(bytes, &n, 0, (uint64_t)l->fen);
        hash_once(f->hash, str_make(digest, HASH_LEN), str_make(bytes, n), digest);
        fen += l->fen; /* a part of the batch's total */
        count++;
    }
    if (count == 0 || count != v[2].u || fen != v[3].i ||
        memcmp(digest, v[4].s.p, HASH_LEN) != 0) {
        FAULT(f, a, GROUP_BALANCE, "unknown-list",
              "what was signed as unknown of batch %u is not what was not answered",
              "%u 号批次所签未明清单与未回盘明细不符", b->number);
    }
}

void rule_unknown_list(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    const struct signature *s = &a->b.signature;
    struct batch_row *b = fold_batch(f, a, v[1].u);
    char subject[64];
    if (b == NULL) {
        return;
    }
    if (b->state != 5 && f->o.whole) {
        REFUSE(f, a, GROUP_AUTHORISATION, "batch-state",
               "batch %u is in state %u, where it cannot be closed with a list",
               "%u 号批次处于状态 %u，不能附未明清单结清", b->number,
               (unsigned)b->state);
    }
    snprintf(subject, sizeof subject, "batch %u: close-unknown", b->number);
    if (!str_is(s->subject, subject) || s->count != v[2].u || s->total != v[3].i) {
        FAULT(f, a, GROUP_AUTHORISATION, "signed-words",
              "what was shown for signing (\"%.*s\", %llu, %lld fen) is not what was "
              "signed for",
              "签字时所示（“%.*s”，%llu，%lld 分）与所签内容不符", STR_ARG(s->subject),
              (unsigned long long)s->count, (long long)s->total);
    }
    if (f->o.whole) {
        check_list(f, a, b);
    }
    if (v[5].i > day_of_time(a->r->time, f->offset_minutes)) {
        FAULT(f, a, GROUP_BALANCE, "unknown-list", "the list is of a later day",
              "清单日期晚于记录日期");
    }
    b->closer = fold_signer(a);
    b->state = 7;
    if (b->concerned) {
        claims_range(f->o.claims, a->r->sequence, a->r->sequence + 1);
    }
}
