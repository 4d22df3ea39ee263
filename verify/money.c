/* money.c - see money.h. */
#include "verify/money.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "verify/body.h"

bool account_is_left(enum account a)
{
    return a == A_GRANTED || (a >= A_RECEIVABLE && a <= A_WRITTEN_OFF);
}

#define EXPECTED_FROM (2000 * 12) /* of a row's first segment */

void row_unpack(struct str packed, struct row *out)
{
    struct reader r;
    int32_t end = EXPECTED_FROM;
    reader_init(&r, packed.p, packed.n);
    out->count = 0;
    while (r.at < r.len && !r.failed && out->count < SEGMENTS_MAX) {
        struct segment *s = &out->segment[out->count++];
        s->programme = reader_u8(&r);
        s->from = end + (int32_t)reader_zigzag(&r);
        s->months = (int32_t)reader_varint(&r);
        end = s->from + s->months;
        uint64_t mask = reader_varint(&r);
        bool same = (mask & 1) != 0;
        int64_t fen = same ? (int64_t)reader_varint(&r) : 0;
        for (int a = 0; a < ACCOUNT_COUNT; a++) {
            bool there = (mask >> (a + 1) & 1) != 0;
            s->fen[a] = !there ? 0 : same ? fen : (int64_t)reader_varint(&r);
        }
    }
}

static bool is_nothing(const struct segment *s)
{
    for (int a = 0; a < ACCOUNT_COUNT; a++) {
        if (s->fen[a] != 0) {
            return false;
        }
    }
    return true;
}

static bool are_joined(const struct segment *a, const struct segment *b)
{
    return a->programme == b->programme && a->from + a->months == b->from &&
           memcmp(a->fen, b->fen, sizeof a->fen) == 0;
}

/* Where all accounts that are not zero are equal, as of most months granted and paid,
 * the amount stands once. */
static void write_segment(struct writer *w, const struct segment *s, int32_t expected)
{
    writer_u8(w, s->programme);
    writer_zigzag(w, s->from - expected);
    writer_varint(w, (uint64_t)s->months);
    uint64_t mask = 1;
    int64_t fen = 0;
    for (int a = 0; a < ACCOUNT_COUNT; a++) {
        if (s->fen[a] != 0) {
            mask |= UINT64_C(2) << a;
            mask &= fen == 0 || fen == s->fen[a] ? ~UINT64_C(0) : ~UINT64_C(1);
            fen = s->fen[a];
        }
    }
    writer_varint(w, mask);
    for (int a = 0; a < ACCOUNT_COUNT && (mask & 1) == 0; a++) {
        if (s->fen[a] != 0) {
            writer_varint(w, (uint64_t)s->fen[a]);
        }
    }
    if ((mask & 1) != 0) {
        writer_varint(w, (uint64_t)fen);
    }
}

struct str row_pack(const struct row *row)
{
    static uint8_t room[ROW_BYTES_MAX];
    struct writer w;
    int32_t end = EXPECTED_FROM;
    writer_init(&w, room, sizeof room);
    for (size_t i = 0; i < row->count;) {
        struct segment s = row->segment[i++];
        while (i < row->count && are_joined(&s, &row->segment[i])) {
            s.months += row->segment[i++].months;
        }
        if (!is_nothing(&s)) {
            write_segment(&w, &s, end);
            end = s.from + s.months;
        }
    }
    must(!w.failed);
    return writer_str(&w);
}

static bool insert(struct row *row, size_t at, const struct segment *s)
{
    if (row->count == SEGMENTS_MAX) {
        return false;
    }
    memmove(&row->segment[at + 1], &row->segment[at],
            (row->count - at) * sizeof row->segment[0]);
    row->segment[at] = *s;
    row->count++;
    return true;
}

/* The first segment of the programme that ends behind the month, or where it would
 * be. */
static size_t seek(const struct row *row, uint8_t programme, int32_t month)
{
    size_t i = 0;
    while (i < row->count &&
           (row->segment[i].programme < programme ||
            (row->segment[i].programme == programme &&
             row->segment[i].from + row->segment[i].months <= month))) {
        i++;
    }
    return i;
}

/* A border between segments at `month`, which lies within the one at i. */
static bool cut(struct row *row, size_t i, int32_t month)
{
    struct segment right = row->segment[i];
    if (!insert(row, i + 1, &right)) {
        return false;
    }
    struct segment *left = &row->segment[i];
    struct segment *rest = &row->segment[i + 1];
    left->months = month - left->from;
    rest->months -= left->months;
    rest->from = month;
    return true;
}

/* A segment that begins at `month` and ends at `end` or before; its place in *at. */
static bool segment_at(struct row *row, uint8_t programme, int32_t month, int32_t end,
                       size_t *at)
{
    size_t i = seek(row, programme, month);
    bool there = i < row->count && row->segment[i].programme == programme;
    if (!there || row->segment[i].from > month) {
        struct segment empty = {.programme = programme, .from = month};
        int32_t until =
            there && row->segment[i].from < end ? row->segment[i].from : end;
        empty.months = until - month;
        *at = i;
        return insert(row, i, &empty);
    }
    if (row->segment[i].from < month) {
        if (!cut(row, i, month)) {
            return false;
        }
        i++;
    }
    *at = i;
    return row->segment[i].from + row->segment[i].months <= end || cut(row, i, end);
}

void postings_add(struct postings *p, uint8_t programme, enum account debit,
                  enum account credit, int64_t fen)
{
    if (fen == 0) {
        return;
    }
    for (size_t i = 0; i < p->count; i++) {
        struct posting *q = &p->list[i];
        if (q->programme == programme && q->debit == debit && q->credit == credit) {
            p->bad = p->bad || !money_add(q->fen, fen, &q->fen);
            return;
        }
    }
    if (p->count == POSTINGS_MAX) {
        p->bad = true;
        return;
    }
    p->list[p->count++] = (struct posting){.programme = programme,
                                           .debit = (uint8_t)debit,
                                           .credit = (uint8_t)credit,
                                           .fen = fen};
}

struct moving {
    struct segment *segment;
    struct postings *postings;
    bool failed;
};

static void move(struct moving *m, enum account debit, enum account credit, int64_t fen)
{
    struct segment *s = m->segment;
    if (m->failed || fen == 0) {
        return;
    }
    int64_t d = s->fen[debit] + (account_is_left(debit) ? fen : -fen);
    int64_t c = s->fen[credit] + (account_is_left(credit) ? -fen : fen);
    if (fen < 0 || fen > FEN_MAX || d < 0 || d > FEN_MAX || c < 0 || c > FEN_MAX) {
        m->failed = true;
        return;
    }
    s->fen[debit] = d;
    s->fen[credit] = c;
    if (m->postings != NULL) {
        postings_add(m->postings, s->programme, debit, credit, fen * s->months);
    }
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* x fen come out of `source`: first what is open against the person. */
static void move_back(struct moving *m, enum account source, enum account rest,
                      int64_t x)
{
    const int64_t *fen = m->segment->fen;
    int64_t c = least(x, fen[A_RECEIVABLE]);
    int64_t v = least(x - c, fen[A_WAIVED]);
    int64_t o = least(x - c - v, fen[A_WRITTEN_OFF]);
    move(m, source, A_RECEIVABLE, c);
    move(m, source, A_WAIVED, v);
    move(m, source, A_WRITTEN_OFF, o);
    move(m, source, rest, x - c - v - o);
}

static void move_grant(struct moving *m, int64_t d)
{
    if (d >= 0) {
        move_back(m, A_GRANTED, A_DUE, d);
        return;
    }
    int64_t a = least(-d, m->segment->fen[A_DUE]);
    int64_t b = least(-d - a, m->segment->fen[A_RETURNED]);
    move(m, A_DUE, A_GRANTED, a);
    move(m, A_RETURNED, A_GRANTED, b);
    move(m, A_RECEIVABLE, A_GRANTED, -d - a - b);
}

static void move_correct(struct moving *m, int64_t x)
{
    int64_t r = least(x, m->segment->fen[A_RETURNED]);
    int64_t d = least(x - r, m->segment->fen[A_DUE]);
    move(m, A_RETURNED, A_PAID, r);
    move(m, A_DUE, A_PAID, d);
    move(m, A_RECEIVABLE, A_PAID, x - r - d);
}

static void operate(struct moving *m, enum operation op, int64_t x)
{
    switch (op) {
    case OP_GRANT:
        move_grant(m, x);
        return;
    case OP_TAKE:
        move(m, A_DUE, A_TRANSIT, x);
        return;
    case OP_PAID:
        move(m, A_TRANSIT, A_PAID, x);
        return;
    case OP_BACK_TRANSIT:
        move_back(m, A_TRANSIT, A_RETURNED, x);
        return;
    case OP_BACK_PAID:
        move_back(m, A_PAID, A_RETURNED, x);
        return;
    case OP_REISSUE:
        move(m, A_RETURNED, A_DUE, least(x, m->segment->fen[A_RETURNED]));
        return;
    case OP_TAKEN_OVER:
        move(m, A_GRANTED, A_PAID, x);
        return;
    case OP_RECOVER:
        move(m, A_RECOVERED, A_RECEIVABLE, x);
        return;
    case OP_WAIVE:
        move(m, A_WAIVED, A_RECEIVABLE, x);
        return;
    case OP_WRITE_OFF:
        move(m, A_WRITTEN_OFF, A_RECEIVABLE, x);
        return;
    case OP_SET_OFF:
        move(m, A_DUE, A_SET_OFF, x);
        return;
    case OP_UNTAKE:
        move_back(m, A_TRANSIT, A_DUE, x);
        return;
    case OP_REFUND:
        move(m, A_RETURNED, A_REFUNDED, least(x, m->segment->fen[A_RETURNED]));
        return;
    case OP_CORRECT:
        move_correct(m, x);
        return;
    }
}

bool row_apply(struct row *row, uint8_t programme, enum operation op,
               const struct span *s, struct postings *postings)
{
    int32_t month = s->from, end = s->from + s->months;
    while (month < end) {
        size_t at = 0;
        if (!segment_at(row, programme, month, end, &at)) {
            return false;
        }
        struct moving m = {.segment = &row->segment[at], .postings = postings};
        operate(&m, op, s->fen);
        if (m.failed) {
            return false;
        }
        month += m.segment->months;
    }
    return true;
}

bool row_join(struct row *into, const struct row *from)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct segment *s = &from->segment[i];
        int32_t month = s->from, end = s->from + s->months;
        while (month < end) {
            size_t at = 0;
            if (!segment_at(into, s->programme, month, end, &at)) {
                return false;
            }
            struct segment *to = &into->segment[at];
            for (int a = 0; a < ACCOUNT_COUNT; a++) {
                to->fen[a] += s->fen[a];
                if (to->fen[a] > FEN_MAX) {
                    return false;
                }
            }
            month += to->months;
        }
    }
    return true;
}

int64_t row_amount(const struct row *row, uint8_t programme, enum account a,
                   int32_t month)
{
    size_t i = seek(row, programme, month);
    bool there = i < row->count && row->segment[i].programme == programme &&
                 row->segment[i].from <= month;
    return there ? row->segment[i].fen[a] : 0;
}

int32_t row_same(const struct row *row, uint8_t programme, int32_t month, int32_t max)
{
    size_t i = seek(row, programme, month);
    if (i == row->count || row->segment[i].programme != programme) {
        return max;
    }
    const struct segment *s = &row->segment[i];
    int32_t until = s->from > month ? s->from : s->from + s->months;
    return until - month < max ? until - month : max;
}

bool row_balances(const struct row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        int64_t left = 0, right = 0;
        for (int a = 0; a < ACCOUNT_COUNT; a++) {
            int64_t *side = account_is_left((enum account)a) ? &left : &right;
            *side += row->segment[i].fen[a];
        }
        if (left != right) {
            return false;
        }
    }
    return true;
}
