/* batch_change.c - see batch_change.h. Lines of a batch ascend by person, so two of
 * them are compared in one walk through both. */
#include "cli/batch_change.h"

#include <inttypes.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "ledger/body.h"
#include "ledger/cbor.h"
#include "ledger/line.h"
#include "ledger/request.h"

/* ---- which batch to compare with ---- */

/* The list of programmes of the batch's start (key 4), as its bytes; "" for all. */
static enum status programmes_of(struct ledger *l, const struct batch_entry *b,
                                 struct buf *out, struct diag *d)
{
    struct record start;
    struct signed_body s;
    struct reader r;
    struct cbor_map map;
    TRY(record_get(ledger_txn(l), b->sequence, &start, NULL, d));
    TRY(signed_body_read(&start, &s, d));
    reader_init(&r, s.plain.p, s.plain.n);
    cbor_map_begin(&map, &r);
    for (uint64_t key = 1; key <= 3; key++) {
        if (cbor_map_key(&map, key)) {
            cbor_skip(&r);
        }
    }
    buf_clear(out);
    if (cbor_map_key(&map, 4)) {
        buf_add(out, s.plain.p + r.at, s.plain.n - r.at);
    }
    return buf_check(out, d);
}

static enum status find_before(struct ledger *l, const struct batch_entry *b,
                               struct batch_entry *before, struct diag *d)
{
    struct buf ours;
    struct buf theirs;
    enum status st = ST_OK;
    buf_init(&ours, BODY_BYTES_MAX);
    buf_init(&theirs, BODY_BYTES_MAX);
    before->number = 0;
    TRY_OUT(programmes_of(l, b, &ours, d));
    for (uint32_t n = b->number - 1; n > 0 && before->number == 0; n--) {
        struct batch_entry other;
        TRY_OUT(batch_get(ledger_txn(l), n, &other, d));
        if (other.channel != b->channel || other.state == BATCH_CANCELLED ||
            other.state == BATCH_RECALLED) {
            continue;
        }
        TRY_OUT(programmes_of(l, &other, &theirs, d));
        if (str_eq(buf_str(&ours), buf_str(&theirs))) {
            *before = other;
        }
    }
out:
    buf_release(&ours);
    buf_release(&theirs);
    return st;
}

/* ---- comparing ---- */

struct walk { /* through the people of a batch */
    const struct batch_entry *batch;
    uint32_t next;   /* line */
    uint64_t person; /* in hand; UINT64_MAX at the end */
    int64_t fen;     /* of all lines of the person */
};

static enum status go_on(struct ledger *l, struct walk *w, struct diag *d)
{
    struct line_entry x;
    w->person = UINT64_MAX;
    w->fen = 0;
    for (; w->next <= w->batch->lines; w->next++) {
        TRY(line_get(ledger_txn(l), w->batch->number, w->next, &x, d));
        if (x.state == LINE_DROPPED) {
            continue;
        }
        if (w->person != UINT64_MAX && x.person != w->person) {
            return ST_OK;
        }
        w->person = x.person;
        w->fen += x.fen; /* a batch's total fits, so a part of it does */
    }
    return ST_OK;
}

static void count(struct batch_change_sum *s, int64_t fen)
{
    s->people++;
    s->fen += fen;
}

static enum status compare(struct ledger *l, const struct batch_entry *b,
                           const struct batch_entry *before,
                           struct batch_change_sink sink, struct diag *d)
{
    struct walk now = {.batch = b, .next = 1};
    struct walk then = {.batch = before, .next = 1};
    TRY(go_on(l, &now, d));
    TRY(go_on(l, &then, d));
    while (now.person != UINT64_MAX || then.person != UINT64_MAX) {
        struct batch_change_person p = {.now = now.person <= then.person,
                                        .then = then.person <= now.person};
        p.person = p.now ? now.person : then.person;
        p.now_fen = p.now ? now.fen : 0;
        p.then_fen = p.then ? then.fen : 0;
        TRY(sink.each(sink.ctx, &p, d));
        if (p.now) {
            TRY(go_on(l, &now, d));
        }
        if (p.then) {
            TRY(go_on(l, &then, d));
        }
    }
    return ST_OK;
}

enum status batch_change_people(struct ledger *l, uint32_t batch,
                                struct batch_entry *before,
                                struct batch_change_sink sink, struct diag *d)
{
    struct batch_entry b;
    memset(before, 0, sizeof *before);
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    TRY(find_before(l, &b, before, d));
    return compare(l, &b, before, sink, d);
}

static enum status add_person(void *ctx, const struct batch_change_person *p,
                              struct diag *d)
{
    struct batch_change *out = ctx;
    int64_t difference = p->now_fen - p->then_fen;
    (void)d;
    if (!p->then) {
        count(&out->started, difference);
    } else if (!p->now) {
        count(&out->stopped, difference);
    } else if (difference == 0) {
        count(&out->same, p->now_fen);
    } else {
        count(difference > 0 ? &out->more : &out->less, difference);
    }
    return ST_OK;
}

/* The batch must be made to its end. People are counted by their number. */
static enum status batch_change_read(struct ledger *l, uint32_t batch,
                                     struct batch_change *out, struct diag *d)
{
    struct batch_entry b;
    struct batch_entry before;
    struct batch_change_sink sink = {add_person, out};
    memset(out, 0, sizeof *out);
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    TRY(find_before(l, &b, &before, d));
    if (before.number == 0) {
        return ST_OK;
    }
    out->before = before.number;
    out->before_day = before.pay_day;
    return compare(l, &b, &before, sink, d);
}

/* ---- in words ---- */

static void note(struct buf *notes, const char *what, const struct batch_change_sum *s)
{
    char fen[MONEY_TEXT_CAP];
    money_print_grouped(s->fen, fen);
    request_note(notes, "%s: %" PRIu64 " people 人, %s%s yuan 元", what, s->people,
                 s->fen > 0 ? "+" : "", fen);
}

static enum status about_batch(struct ledger *l, uint32_t batch, struct buf *notes,
                               struct diag *d)
{
    struct batch_entry b;
    struct channel_entry c;
    char day[DATE_TEXT_CAP];
    char fen[MONEY_TEXT_CAP];
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    TRY(channel_get(ledger_txn(l), b.channel, &c, d));
    date_print(b.pay_day, day);
    money_print_grouped(batch_total(&b), fen);
    request_note(notes,
                 "batch 批次 %" PRIu32 ", %s, %s: %" PRIu64 " lines 笔, %s yuan 元",
                 batch, c.name, day, batch_count(&b), fen);
    return ST_OK;
}

enum status batch_change_notes(struct ledger *l, uint32_t batch, struct buf *notes,
                               struct diag *d)
{
    struct batch_change c;
    char day[DATE_TEXT_CAP];
    char fen[MONEY_TEXT_CAP];
    TRY(about_batch(l, batch, notes, d));
    TRY(batch_change_read(l, batch, &c, d));
    if (c.before == 0) {
        request_note(notes, "no earlier batch to compare with 无可比的上一批次");
        return buf_check(notes, d);
    }
    date_print(c.before_day, day);
    request_note(notes, "against batch %" PRIu32 " of %s 与批次 %" PRIu32 "（%s）相比",
                 c.before, day, c.before, day);
    note(notes, "new 新增", &c.started);
    note(notes, "stopped 停发", &c.stopped);
    note(notes, "more 增加", &c.more);
    note(notes, "less 减少", &c.less);
    money_print_grouped(c.same.fen, fen);
    request_note(notes, "as before 不变: %" PRIu64 " people 人, %s yuan 元",
                 c.same.people, fen);
    int64_t all = c.started.fen + c.stopped.fen + c.more.fen + c.less.fen;
    money_print_grouped(all, fen);
    request_note(notes, "together 合计差额: %s%s yuan 元", all > 0 ? "+" : "", fen);
    return buf_check(notes, d);
}
