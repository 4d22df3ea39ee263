/* account.c - months of money per programme, and what moves between them.
 *
 * Every operation works on a range of months: the range is cut out of the segments
 * (range_cut), each segment in it is changed alike, and equal neighbours are joined
 * again (join). Row bytes: docs/formats/ledger.md, "accounts". */
#include "ledger/account.h"

#include <string.h>

#include "base/money.h"
#include "base/must.h"

#define ROW_VERSION 2
#define ROW_FORWARD 128 /* in place of the version: who was merged into another */
#define MONTH_END_MAX (ACCOUNT_MONTH_MAX + SPAN_MONTHS_MAX)

static const char *const KIND_NAMES[ACCOUNT_KINDS] = {
    "granted",   "due",    "transit",     "returned", "paid",     "receivable",
    "recovered", "waived", "written_off", "set_off",  "refunded",
};
static const bool ON_LEFT[ACCOUNT_KINDS] = {
    [ACCOUNT_GRANTED] = true, [ACCOUNT_RECEIVABLE] = true,  [ACCOUNT_RECOVERED] = true,
    [ACCOUNT_WAIVED] = true,  [ACCOUNT_WRITTEN_OFF] = true,
};

bool programme_code_valid(struct str code)
{
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
              c == '_')) {
            return false;
        }
    }
    return code.n > 0 && code.n <= PROGRAMME_CODE_MAX;
}

const char *account_kind_name(enum account_kind k)
{
    must((unsigned)k < ACCOUNT_KINDS);
    return KIND_NAMES[k];
}

enum status postings_add(struct postings *p, const char *programme,
                         enum account_kind debit, enum account_kind credit, int64_t fen,
                         struct diag *d)
{
    if (fen == 0) {
        return ST_OK;
    }
    must(fen > 0);
    for (size_t i = 0; i < p->count; i++) {
        struct posting *at = &p->items[i];
        if (at->debit == debit && at->credit == credit &&
            strcmp(at->programme, programme) == 0) {
            return money_add(at->fen, fen, &at->fen)
                       ? ST_OK
                       : diag_fail(d, ST_INTEGRITY, "postings", "a sum is too large");
        }
    }
    if (p->count == POSTINGS_MAX) {
        return diag_fail(d, ST_INTERNAL, "postings",
                         "one record moves too many accounts");
    }
    struct posting *at = &p->items[p->count++];
    memcpy(at->programme, programme, strlen(programme) + 1);
    at->debit = debit;
    at->credit = credit;
    at->fen = fen;
    return ST_OK;
}

static enum status bad_row(struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "account-row",
                     "an account row is not what was written");
}

bool span_valid(const struct span *s)
{
    return s->from >= 0 && s->from <= ACCOUNT_MONTH_MAX && s->months > 0 &&
           s->months <= SPAN_MONTHS_MAX && s->fen >= -ACCOUNT_FEN_MAX &&
           s->fen <= ACCOUNT_FEN_MAX;
}

bool account_on_left(enum account_kind k)
{
    must((unsigned)k < ACCOUNT_KINDS);
    return ON_LEFT[k];
}

static bool read_segment(struct reader *r, int32_t month, struct segment *s)
{
    int64_t left_minus_right = 0;
    uint64_t gap = reader_varint(r);
    uint64_t months = reader_varint(r);
    uint64_t mask = reader_varint(r);
    if (r->failed || gap > MONTH_END_MAX || months == 0 || months > MONTH_END_MAX ||
        mask == 0 || mask >> ACCOUNT_KINDS != 0) {
        return false;
    }
    s->from = (int32_t)(month + (int64_t)gap);
    s->months = (int32_t)months;
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        bool there = (mask >> k & 1) != 0;
        uint64_t fen = there ? reader_varint(r) : 0;
        if (fen > ACCOUNT_FEN_MAX || there != (fen != 0)) {
            return false;
        }
        s->fen[k] = (int64_t)fen;
        left_minus_right += ON_LEFT[k] ? s->fen[k] : -s->fen[k];
    }
    return !r->failed && left_minus_right == 0 && s->from + s->months <= MONTH_END_MAX;
}

static bool same_amounts(const struct segment *a, const struct segment *b)
{
    return memcmp(a->fen, b->fen, sizeof a->fen) == 0;
}

static bool read_programme(struct reader *r, struct account_programme *p)
{
    struct str code = reader_text(r);
    uint64_t set_off = reader_varint(r);
    uint64_t count = reader_varint(r);
    if (r->failed || !programme_code_valid(code) || count == 0 ||
        count > ACCOUNT_SEGMENTS_MAX || set_off > UINT32_MAX) {
        return false;
    }
    must(str_copy(code, p->code, sizeof p->code));
    p->set_off = (uint32_t)set_off;
    p->count = (size_t)count;
    int32_t month = 0;
    for (size_t i = 0; i < p->count; i++) {
        struct segment *s = &p->segments[i];
        if (!read_segment(r, month, s) ||
            (i > 0 && s->from == month && same_amounts(s - 1, s))) {
            return false;
        }
        month = s->from + s->months;
    }
    return true;
}

enum status account_read(struct str row, struct account *out, struct diag *d)
{
    out->forward = 0;
    out->last = 0;
    out->has_set_off = false;
    out->count = 0;
    if (row.n == 0) {
        return ST_OK;
    }
    struct reader r;
    reader_init(&r, row.p, row.n);
    uint8_t version = reader_u8(&r);
    out->last = reader_varint(&r);
    if (version == ROW_FORWARD) {
        out->forward = reader_varint(&r);
        return reader_done(&r) && out->forward != 0 ? ST_OK : bad_row(d);
    }
    uint64_t count = reader_varint(&r);
    if (r.failed || version != ROW_VERSION || count > ACCOUNT_PROGRAMMES_MAX) {
        return bad_row(d);
    }
    out->count = (size_t)count;
    for (size_t i = 0; i < out->count; i++) {
        struct account_programme *p = &out->programmes[i];
        if (!read_programme(&r, p) || (i > 0 && strcmp((p - 1)->code, p->code) >= 0)) {
            return bad_row(d);
        }
        out->has_set_off = out->has_set_off || p->set_off != 0;
    }
    return reader_done(&r) ? ST_OK : bad_row(d);
}

static void write_segment(const struct segment *s, int32_t month, struct writer *w)
{
    writer_varint(w, (uint64_t)(s->from - month));
    writer_varint(w, (uint64_t)s->months);
    unsigned mask = 0;
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        mask |= (s->fen[k] != 0 ? 1U : 0U) << k;
    }
    writer_varint(w, mask);
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        if (s->fen[k] != 0) {
            writer_varint(w, (uint64_t)s->fen[k]);
        }
    }
}

void account_write_last(uint64_t last, struct writer *w)
{
    writer_u8(w, ROW_VERSION);
    writer_varint(w, last);
}

void account_write_months(const struct account *a, struct writer *w)
{
    must(a->forward == 0);
    writer_varint(w, a->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct account_programme *p = &a->programmes[i];
        writer_text(w, str_of(p->code));
        writer_varint(w, p->set_off);
        writer_varint(w, p->count);
        int32_t month = 0;
        for (size_t k = 0; k < p->count; k++) {
            write_segment(&p->segments[k], month, w);
            month = p->segments[k].from + p->segments[k].months;
        }
    }
}

void account_write(const struct account *a, struct writer *w)
{
    if (a->forward != 0) {
        writer_u8(w, ROW_FORWARD);
        writer_varint(w, a->last);
        writer_varint(w, a->forward);
        return;
    }
    account_write_last(a->last, w);
    account_write_months(a, w);
}

/* What is in use of it: the whole is some twenty times as long. */
static void copy_programme(const struct account_programme *p,
                           struct account_programme *q)
{
    memcpy(q->code, p->code, sizeof q->code);
    q->set_off = p->set_off;
    q->count = p->count;
    memcpy(q->segments, p->segments, p->count * sizeof p->segments[0]);
}

void account_copy(const struct account *from, struct account *to)
{
    to->forward = from->forward;
    to->last = from->last;
    to->has_set_off = from->has_set_off;
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++) {
        copy_programme(&from->programmes[i], &to->programmes[i]);
    }
}

const struct account_programme *account_find(const struct account *a, struct str code)
{
    for (size_t i = 0; i < a->count; i++) {
        if (str_is(code, a->programmes[i].code)) {
            return &a->programmes[i];
        }
    }
    return NULL;
}

const struct segment *account_month(const struct account_programme *p, int32_t month)
{
    for (size_t i = p->count; i > 0; i--) { /* new months are at the end */
        const struct segment *s = &p->segments[i - 1];
        if (month >= s->from) {
            return month < s->from + s->months ? s : NULL;
        }
    }
    return NULL;
}

int64_t account_granted(const struct account_programme *p, int32_t month)
{
    const struct segment *s = account_month(p, month);
    return s == NULL ? 0 : s->fen[ACCOUNT_GRANTED];
}

bool account_granted_is(const struct account_programme *p, int32_t from, int32_t end,
                        int64_t fen)
{
    int32_t at = from;
    for (size_t i = 0; i < p->count && at < end; i++) {
        const struct segment *s = &p->segments[i];
        if (s->from + s->months <= at) {
            continue;
        }
        bool gap = s->from > at;
        if (s->from < end && s->fen[ACCOUNT_GRANTED] != fen) {
            return false;
        }
        if (gap && fen != 0) {
            return false;
        }
        at = s->from + s->months;
    }
    return at >= end || fen == 0;
}

bool account_mark_set_off(struct account *a, struct str code, uint32_t recovery)
{
    for (size_t i = 0; i < a->count; i++) {
        if (str_is(code, a->programmes[i].code)) {
            a->programmes[i].set_off = recovery;
            return true;
        }
    }
    return false;
}

/* The programme's place, made in order of code when it is not there yet. */
static struct account_programme *programme_at(struct account *a, struct str code)
{
    size_t i = 0;
    while (i < a->count && str_cmp(str_of(a->programmes[i].code), code) < 0) {
        i++;
    }
    if (i < a->count && str_is(code, a->programmes[i].code)) {
        return &a->programmes[i];
    }
    if (a->count == ACCOUNT_PROGRAMMES_MAX || !programme_code_valid(code)) {
        return NULL;
    }
    for (size_t k = a->count; k > i; k--) {
        copy_programme(&a->programmes[k - 1], &a->programmes[k]);
    }
    a->count++;
    must(str_copy(code, a->programmes[i].code, sizeof a->programmes[i].code));
    a->programmes[i].set_off = 0;
    a->programmes[i].count = 0;
    return &a->programmes[i];
}

static bool insert_at(struct account_programme *p, size_t i, struct segment s)
{
    if (p->count == ACCOUNT_SEGMENTS_MAX) {
        return false;
    }
    memmove(&p->segments[i + 1], &p->segments[i],
            (p->count - i) * sizeof p->segments[0]);
    p->segments[i] = s;
    p->count++;
    return true;
}

/* Makes a boundary at month: no segment reaches across it. */
static bool cut_at(struct account_programme *p, int32_t month)
{
    for (size_t i = p->count; i > 0; i--) {
        struct segment *s = &p->segments[i - 1];
        if (month >= s->from + s->months) {
            return true;
        }
        if (month > s->from) {
            struct segment tail = *s;
            tail.from = month;
            tail.months = s->from + s->months - month;
            s->months = month - s->from;
            return insert_at(p, i, tail);
        }
    }
    return true;
}

/* After this the months from..to-1 are exactly the segments *first..*end-1. */
static bool range_cut(struct account_programme *p, int32_t from, int32_t to,
                      size_t *first, size_t *end)
{
    if (!cut_at(p, from) || !cut_at(p, to)) {
        return false;
    }
    size_t i = p->count;
    while (i > 0 && p->segments[i - 1].from >= from) {
        i--;
    }
    *first = i;
    int32_t month = from;
    while (month < to) {
        int32_t next =
            i < p->count && p->segments[i].from < to ? p->segments[i].from : to;
        if (next > month) {
            struct segment gap = {.from = month, .months = next - month};
            if (!insert_at(p, i, gap)) {
                return false;
            }
            next = month;
        }
        month = p->segments[i].from + p->segments[i].months;
        i++;
    }
    *end = i;
    return true;
}

static bool segment_empty(const struct segment *s)
{
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        if (s->fen[k] != 0) {
            return false;
        }
    }
    return true;
}

/* Drops empty segments and joins equal neighbours: one form for one content. */
static void join(struct account_programme *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++) {
        struct segment *s = &p->segments[i];
        if (segment_empty(s)) {
            continue;
        }
        struct segment *last = n > 0 ? &p->segments[n - 1] : NULL;
        if (last != NULL && last->from + last->months == s->from &&
            same_amounts(last, s)) {
            last->months += s->months;
        } else {
            p->segments[n++] = *s;
        }
    }
    p->count = n;
}

static void drop_empty(struct account *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++) {
        if (a->programmes[i].count == 0) {
            continue;
        }
        if (n != i) {
            copy_programme(&a->programmes[i], &a->programmes[n]);
        }
        n++;
    }
    a->count = n;
}

/* What an operation moves, as a short list. */
struct moves {
    size_t count;
    struct {
        enum account_kind debit, credit;
        int64_t fen;
    } items[4];
};

static void move(struct moves *m, enum account_kind debit, enum account_kind credit,
                 int64_t fen)
{
    m->items[m->count].debit = debit;
    m->items[m->count].credit = credit;
    m->items[m->count].fen = fen;
    m->count++;
}

static bool apply_moves(struct segment *s, const struct moves *m)
{
    for (size_t i = 0; i < m->count; i++) {
        int64_t fen = m->items[i].fen;
        enum account_kind debit = m->items[i].debit;
        enum account_kind credit = m->items[i].credit;
        s->fen[debit] += ON_LEFT[debit] ? fen : -fen;
        s->fen[credit] += ON_LEFT[credit] ? -fen : fen;
        if (fen < 0 || s->fen[debit] < 0 || s->fen[credit] < 0 ||
            s->fen[debit] > ACCOUNT_FEN_MAX || s->fen[credit] > ACCOUNT_FEN_MAX) {
            return false;
        }
    }
    return true;
}

static enum status refuse(struct account_programme *p, struct span s, struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "account",
                     "the months from %d on (%d) of %s do not hold %lld fen for this",
                     s.from, s.months, p == NULL ? "?" : p->code, (long long)s.fen);
}

/* Where an operation takes money, and what it moves in a month that is to give fen. */
struct way {
    struct moves (*plan)(const struct segment *s, int64_t fen, const struct way *w);
    enum account_kind from, to;
};

static enum status change(struct account *a, struct str code, struct span s,
                          const struct way *w, struct postings *post, struct diag *d)
{
    struct account_programme *p = programme_at(a, code);
    size_t first = 0;
    size_t end = 0;
    if (p == NULL || !span_valid(&s) ||
        !range_cut(p, s.from, s.from + s.months, &first, &end)) {
        return refuse(p, s, d);
    }
    for (size_t i = first; i < end; i++) {
        struct segment *seg = &p->segments[i];
        struct moves m = w->plan(seg, s.fen, w);
        if (!apply_moves(seg, &m)) {
            return refuse(p, s, d);
        }
        for (size_t k = 0; k < m.count; k++) {
            TRY(postings_add(post, p->code, m.items[k].debit, m.items[k].credit,
                             m.items[k].fen * seg->months, d));
        }
    }
    join(p);
    drop_empty(a);
    return ST_OK;
}

/* As change; what was credited to w->to is added to *sum. */
static enum status change_sum(struct account *a, struct str code, struct span s,
                              const struct way *w, struct postings *p, int64_t *sum,
                              struct diag *d)
{
    struct postings own;
    own.count = 0;
    TRY(change(a, code, s, w, &own, d));
    for (size_t i = 0; i < own.count; i++) {
        *sum += own.items[i].credit == w->to ? own.items[i].fen : 0;
        TRY(postings_add(p, own.items[i].programme, own.items[i].debit,
                         own.items[i].credit, own.items[i].fen, d));
    }
    return ST_OK;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Debits `debit` for what a month owes: its receivable, then what was waived, then what
 * was written off of it. Returns what is left of fen. */
static int64_t cancel_owed(struct moves *m, const struct segment *s,
                           enum account_kind debit, int64_t fen)
{
    static const enum account_kind owed[] = {ACCOUNT_RECEIVABLE, ACCOUNT_WAIVED,
                                             ACCOUNT_WRITTEN_OFF};
    for (size_t i = 0; i < sizeof owed / sizeof owed[0]; i++) {
        int64_t part = least(fen, s->fen[owed[i]]);
        move(m, debit, owed[i], part);
        fen -= part;
    }
    return fen;
}

/* ---- the ways ---- */

static struct moves plan_all(const struct segment *s, int64_t fen, const struct way *w)
{
    (void)s;
    struct moves m = {0};
    move(&m, w->from, w->to, fen);
    return m;
}

/* As much as is there: the months may have been reduced since. */
static struct moves plan_held(const struct segment *s, int64_t fen, const struct way *w)
{
    struct moves m = {0};
    move(&m, w->from, w->to, least(fen, s->fen[w->from]));
    return m;
}

static struct moves plan_rest(const struct segment *s, int64_t fen, const struct way *w)
{
    struct moves m = {0};
    int64_t rest = cancel_owed(&m, s, w->from, fen);
    move(&m, w->from, w->to, rest);
    return m;
}

static struct moves plan_grant(const struct segment *s, int64_t fen,
                               const struct way *w)
{
    if (fen >= 0) {
        return plan_rest(s, fen, w);
    }
    struct moves m = {0};
    int64_t due = least(-fen, s->fen[ACCOUNT_DUE]);
    int64_t returned = least(-fen - due, s->fen[ACCOUNT_RETURNED]);
    move(&m, ACCOUNT_DUE, ACCOUNT_GRANTED, due);
    move(&m, ACCOUNT_RETURNED, ACCOUNT_GRANTED, returned);
    move(&m, ACCOUNT_RECEIVABLE, ACCOUNT_GRANTED, -fen - due - returned);
    return m;
}

static struct moves plan_correct(const struct segment *s, int64_t fen,
                                 const struct way *w)
{
    struct moves m = {0};
    int64_t returned = least(fen, s->fen[ACCOUNT_RETURNED]);
    int64_t due = least(fen - returned, s->fen[ACCOUNT_DUE]);
    move(&m, ACCOUNT_RETURNED, w->to, returned);
    move(&m, ACCOUNT_DUE, w->to, due);
    move(&m, ACCOUNT_RECEIVABLE, w->to, fen - returned - due);
    return m;
}

static const struct way GRANT = {plan_grant, ACCOUNT_GRANTED, ACCOUNT_DUE};
static const struct way TAKE = {plan_all, ACCOUNT_DUE, ACCOUNT_TRANSIT};
static const struct way PAID = {plan_all, ACCOUNT_TRANSIT, ACCOUNT_PAID};
static const struct way SET_OFF = {plan_all, ACCOUNT_DUE, ACCOUNT_SET_OFF};
static const struct way TAKEN_OVER = {plan_all, ACCOUNT_GRANTED, ACCOUNT_PAID};
static const struct way REISSUE = {plan_held, ACCOUNT_RETURNED, ACCOUNT_DUE};
static const struct way REFUND = {plan_held, ACCOUNT_RETURNED, ACCOUNT_REFUNDED};
static const struct way UNTAKE = {plan_rest, ACCOUNT_TRANSIT, ACCOUNT_DUE};
static const struct way CORRECT = {plan_correct, ACCOUNT_RETURNED, ACCOUNT_PAID};

enum status account_grant(struct account *a, struct str code, struct span s,
                          struct postings *p, struct diag *d)
{
    return change(a, code, s, &GRANT, p, d);
}

enum status account_take(struct account *a, struct str code, struct span s,
                         struct postings *p, struct diag *d)
{
    return change(a, code, s, &TAKE, p, d);
}

enum status account_paid(struct account *a, struct str code, struct span s,
                         struct postings *p, struct diag *d)
{
    return change(a, code, s, &PAID, p, d);
}

enum status account_back(struct account *a, struct str code, struct span s,
                         enum account_kind from, struct postings *p, struct diag *d)
{
    must(from == ACCOUNT_TRANSIT || from == ACCOUNT_PAID);
    const struct way w = {plan_rest, from, ACCOUNT_RETURNED};
    return change(a, code, s, &w, p, d);
}

enum status account_reissue(struct account *a, struct str code, struct span s,
                            struct postings *p, int64_t *again_fen, struct diag *d)
{
    return change_sum(a, code, s, &REISSUE, p, again_fen, d);
}

static int64_t debited(const struct postings *p, enum account_kind k)
{
    int64_t sum = 0;
    for (size_t i = 0; i < p->count; i++) {
        sum += p->items[i].debit == k ? p->items[i].fen : 0;
    }
    return sum;
}

enum status account_correct(struct account *a, struct str code, struct span s,
                            struct postings *p, int64_t *over_fen, struct diag *d)
{
    int64_t before = debited(p, ACCOUNT_RECEIVABLE);
    TRY(change(a, code, s, &CORRECT, p, d));
    *over_fen += debited(p, ACCOUNT_RECEIVABLE) - before;
    return ST_OK;
}

enum status account_refund(struct account *a, struct str code, struct span s,
                           struct postings *p, int64_t *refunded_fen, struct diag *d)
{
    return change_sum(a, code, s, &REFUND, p, refunded_fen, d);
}

enum status account_untake(struct account *a, struct str code, struct span s,
                           struct postings *p, int64_t *due_fen, struct diag *d)
{
    return change_sum(a, code, s, &UNTAKE, p, due_fen, d);
}

enum status account_settle(struct account *a, struct str code, struct span s,
                           enum account_kind into, struct postings *p, struct diag *d)
{
    must(into == ACCOUNT_RECOVERED || into == ACCOUNT_WAIVED ||
         into == ACCOUNT_WRITTEN_OFF);
    const struct way w = {plan_all, into, ACCOUNT_RECEIVABLE};
    return change(a, code, s, &w, p, d);
}

enum status account_set_off(struct account *a, struct str code, struct span s,
                            struct postings *p, struct diag *d)
{
    return change(a, code, s, &SET_OFF, p, d);
}

enum status account_taken_over(struct account *a, struct str code, struct span s,
                               struct postings *p, struct diag *d)
{
    return change(a, code, s, &TAKEN_OVER, p, d);
}

static bool add_segment(struct account_programme *p, const struct segment *s)
{
    size_t first = 0;
    size_t end = 0;
    if (!range_cut(p, s->from, s->from + s->months, &first, &end)) {
        return false;
    }
    for (size_t i = first; i < end; i++) {
        for (int k = 0; k < ACCOUNT_KINDS; k++) {
            p->segments[i].fen[k] += s->fen[k];
            if (p->segments[i].fen[k] > ACCOUNT_FEN_MAX) {
                return false;
            }
        }
    }
    join(p);
    return true;
}

enum status account_absorb(struct account *a, const struct account *other,
                           struct diag *d)
{
    for (size_t i = 0; i < other->count; i++) {
        const struct account_programme *from = &other->programmes[i];
        struct account_programme *to = programme_at(a, str_of(from->code));
        bool fits = to != NULL;
        for (size_t k = 0; k < from->count && fits; k++) {
            fits = add_segment(to, &from->segments[k]);
        }
        if (!fits) {
            return diag_fail(d, ST_INTEGRITY, "account",
                             "the two accounts do not fit into one");
        }
    }
    drop_empty(a);
    return ST_OK;
}
