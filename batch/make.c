/* make.c - a new batch: what is due and payable becomes lines, a long act. People are
 * visited in order; a chunk is committed between two people, so a killed act goes on
 * with the person after the last one who has lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "batch/choose.h"
#include "batch/notice.h"
#include "entitle/payee.h"
#include "ledger/body.h"
#include "ledger/line.h"
#include "ledger/notice.h"

#ifndef CHUNK_LINES       /* tests make pieces small */
#define CHUNK_LINES 20000 /* of a transaction */
#endif

enum mode {
    LOOKING, /* is there one line? */
    WRITING,
    LISTING /* only those left out are of interest */
};

struct left { /* of one programme of one person, for one reason */
    int64_t fen;
    int32_t from, through; /* first and last month */
    int32_t until;
};

struct making {
    struct ledger *l;
    struct payees *payees;
    const struct progress *progress;
    struct batch_new_report *report;
    const struct batch_choice *choice;
    char bank[16]; /* code of the channel's */
    int32_t pay_day;
    int32_t pay_month;
    bool whole; /* every month due of the programme in hand goes to one target */
    enum mode mode;
    bool found; /* while looking: somebody has a line */
    uint64_t in_chunk;
    struct chunk chunk;
    uint64_t chunk_first; /* number of the chunk's first line */
    struct account *account;
    struct batch_left_sink sink; /* each NULL: only counted */
    char hold[TEXT_MAX * 4 + 1]; /* of the programme in hand: why it is held */
    uint32_t objection;          /* likewise: the one that holds the person; 0: none */
    int32_t public_through;      /* likewise: the last month that may be paid */
    struct batch_public made_public;
};

const char *left_out_name(enum left_out k)
{
    static const char *const NAMES[LEFT_KINDS] = {
        "no-route",        "hold",           "dead",      "not-yet",
        "expired",         "no-institution", "objection", "no-notice",
        "other-programme", "other-unit",     "other-bank"};
    return (unsigned)k < LEFT_KINDS ? NAMES[k] : "?";
}

/* ---- one line ---- */

static enum status flush_chunk(struct making *m, struct diag *d)
{
    return ledger_append_chunk(m->l, KIND_LINES, &m->chunk,
                               ledger_head(m->l)->open.number, m->chunk_first, d);
}

/* Commits to the route under the sequence of the record the line will stand in. */
static void commit_route(struct making *m, const struct payee *payee,
                         struct line_entry *line)
{
    line->payee = payee->number == line->person ? 0 : payee->number;
    line->route = payee->route->ordinal;
    payees_commitment(m->payees, payee, ledger_head(m->l)->tree.size,
                      line->route_commitment);
}

static enum status add_line(struct making *m, const struct payee *payee,
                            struct line_entry *line, struct diag *d)
{
    uint8_t bytes[LINE_BYTES_MAX];
    struct writer w;
    commit_route(m, payee, line);
    writer_init(&w, bytes, sizeof bytes);
    line_entry_write(line, &w);
    if (!chunk_fits(&m->chunk, w.len)) {
        TRY(flush_chunk(m, d));
        commit_route(m, payee, line);
        writer_init(&w, bytes, sizeof bytes);
        line_entry_write(line, &w);
    }
    TRY(fold_line(ledger_fold(m->l), line, &m->chunk.postings, d));
    if (m->chunk.count == 0) {
        m->chunk_first = line->line;
    }
    writer_bytes(&m->chunk.entries, w.p, w.len);
    m->chunk.count++;
    m->in_chunk++;
    return ST_OK;
}

/* ---- one month ---- */

/* To whom a line goes: by the row of the payee, then by its route. */
struct target {
    uint64_t number; /* 0: nobody */
    uint32_t route;
};

static bool same_target(struct target a, struct target b)
{
    return a.number == b.number && a.route == b.route;
}

static bool target_before(struct target a, struct target b)
{
    return a.number < b.number || (a.number == b.number && a.route < b.route);
}

/* May the month be paid by the batch's day? After a death everything may. */
static bool payable(const struct making *m, struct str code, int32_t month)
{
    const struct programme *p = payees_rule(m->payees, code, month);
    return p == NULL || !p->has_rules ||
           person_death(payees_current(m->payees)) != DAY_NEVER ||
           eval_payable_month(&p->rules, month) <= m->pay_month;
}

static enum left_out left_for(enum payee_answer answer)
{
    switch (answer) {
    case PAYEE_PAID:
        break;
    case PAYEE_NO_ROUTE:
        return LEFT_NO_ROUTE;
    case PAYEE_HELD:
        return LEFT_HOLD;
    case PAYEE_NO_HEIR:
        return LEFT_DEAD;
    case PAYEE_EXPIRED:
        return LEFT_EXPIRED;
    case PAYEE_NO_INSTITUTION:
        return LEFT_NO_INSTITUTION;
    }
    return LEFT_KINDS;
}

/* Why the month is left out, or LEFT_KINDS when it is paid. */
static enum status decide(struct making *m, struct str code, int32_t month,
                          struct payee *payee, enum left_out *why, struct diag *d)
{
    *why = LEFT_NOT_YET;
    if (!payable(m, code, month)) {
        memset(payee, 0, sizeof *payee);
        return ST_OK;
    }
    if (m->objection != 0 || month > m->public_through) {
        *why = m->objection != 0 ? LEFT_OBJECTION : LEFT_NO_NOTICE;
        memset(payee, 0, sizeof *payee);
        return ST_OK;
    }
    TRY(payees_month(m->payees, code, month, m->pay_day, payee, d));
    *why = left_for(payee->answer);
    if (*why == LEFT_KINDS &&
        !batch_choice_takes_bank(m->choice, str_of(m->bank), payee->route->bank_code)) {
        *why = LEFT_OTHER_BANK;
    }
    return ST_OK;
}

/* ---- one programme of one person ---- */

struct month_place { /* among the months of a programme */
    size_t segment;
    int32_t month; /* of the segment, from 0 */
};

/* The next months in a row of one amount that go to this target, from *at on; months 0
 * when there are none. *next: the first target after it that a month goes to. */
static enum status next_span(struct making *m, const struct account_programme *p,
                             struct target to, struct month_place *at,
                             struct span *span, struct target *next, struct diag *d)
{
    span->months = 0;
    for (; at->segment < p->count; at->segment++, at->month = 0) {
        const struct segment *s = &p->segments[at->segment];
        if (m->whole && s->fen[ACCOUNT_DUE] > 0) {
            *span = (struct span){s->from, s->months, s->fen[ACCOUNT_DUE]};
            at->segment++;
            return ST_OK;
        }
        for (; s->fen[ACCOUNT_DUE] > 0 && at->month < s->months; at->month++) {
            int32_t month = s->from + at->month;
            struct payee payee;
            enum left_out why;
            TRY(decide(m, str_of(p->code), month, &payee, &why, d));
            struct target here = {0, 0};
            if (why == LEFT_KINDS) {
                here = (struct target){payee.number, payee.route->ordinal};
            }
            if (!same_target(here, to)) {
                if (target_before(to, here) &&
                    (next->number == 0 || target_before(here, *next))) {
                    *next = here;
                }
                if (span->months > 0) {
                    return ST_OK;
                }
                continue;
            }
            if (span->months++ == 0) {
                span->from = month;
                span->fen = s->fen[ACCOUNT_DUE];
            }
        }
        if (span->months > 0) {
            return ST_OK;
        }
    }
    return ST_OK;
}

/* All lines of the programme to one target. */
static enum status target_lines(struct making *m, const struct account_programme *p,
                                struct target to, struct target *next, struct diag *d)
{
    struct line_entry line = {.person = payees_current(m->payees)->number};
    struct month_place at = {0, 0};
    memcpy(line.programme, p->code, sizeof line.programme);
    for (bool more = true; more;) {
        struct span span;
        TRY(next_span(m, p, to, &at, &span, next, d));
        more = span.months > 0;
        if (more) {
            line.spans[line.span_count++] = span;
            line.fen += span.fen * span.months;
        }
        if (line.span_count == LINE_SPANS_MAX || (!more && line.span_count > 0)) {
            struct payee payee;
            TRY(payees_month(m->payees, str_of(p->code), line.spans[0].from, m->pay_day,
                             &payee, d));
            TRY(add_line(m, &payee, &line, d));
            line.span_count = 0;
            line.fen = 0;
        }
    }
    return ST_OK;
}

static void note_left(struct making *m, struct left *to, const struct payee *payee,
                      int64_t fen, int32_t month)
{
    if (to->fen == 0) {
        to->from = month;
        to->until = payee->until;
    }
    if (to->fen == 0 && payee->hold != NULL &&
        !str_copy(payee->hold->value, m->hold, sizeof m->hold)) {
        m->hold[0] = '\0'; /* no fact that came in by a file is as long */
    }
    to->through = month;
    to->fen += fen;
}

static enum status count_left(struct making *m, const char *code,
                              const struct left left[LEFT_KINDS], struct diag *d)
{
    for (int k = 0; k < LEFT_KINDS; k++) {
        if (left[k].fen == 0) {
            continue;
        }
        m->report->left_lines[k]++;
        m->report->left_fen[k] += left[k].fen;
        struct batch_left x = {
            .person = payees_current(m->payees)->number,
            .programme = code,
            .why = (enum left_out)k,
            .fen = left[k].fen,
            .from = left[k].from,
            .through = left[k].through,
            .until = left[k].until,
            .hold = str_of(k == LEFT_HOLD ? m->hold : ""),
        };
        if (m->sink.each != NULL && k < LEFT_OTHER_PROGRAMME) {
            TRY(m->sink.each(m->sink.ctx, &x, d));
        }
    }
    return ST_OK;
}

/* What is left out and why; *first: the first target that a month goes to, if any. */
static enum status survey(struct making *m, const struct account_programme *p,
                          struct target *first, struct diag *d)
{
    struct left left[LEFT_KINDS];
    memset(left, 0, sizeof left);
    m->whole = true;
    for (size_t i = 0; i < p->count; i++) {
        const struct segment *s = &p->segments[i];
        int64_t fen = s->fen[ACCOUNT_DUE];
        for (int32_t n = 0; fen > 0 && n < s->months; n++) {
            struct payee payee;
            enum left_out why;
            TRY(decide(m, str_of(p->code), s->from + n, &payee, &why, d));
            if (why != LEFT_KINDS) {
                note_left(m, &left[why], &payee, fen, s->from + n);
                m->whole = false;
                continue;
            }
            struct target here = {payee.number, payee.route->ordinal};
            m->whole = m->whole && (first->number == 0 || same_target(here, *first));
            if (first->number == 0 || target_before(here, *first)) {
                *first = here;
            }
        }
    }
    return count_left(m, p->code, left, d);
}

static enum status programme_lines(struct making *m, const struct account_programme *p,
                                   struct diag *d)
{
    struct target to = {0, 0};
    TRY(survey(m, p, &to, d));
    m->found = m->found || to.number != 0;
    while (m->mode == WRITING && to.number != 0) {
        struct target next = {0, 0};
        TRY(target_lines(m, p, to, &next, d));
        to = next;
    }
    return ST_OK;
}

static int64_t due_fen(const struct account_programme *p)
{
    int64_t fen = 0;
    for (size_t k = 0; k < p->count; k++) {
        fen += p->segments[k].fen[ACCOUNT_DUE] * p->segments[k].months;
    }
    return fen;
}

/* All of the programme is for another batch. */
static void leave(struct making *m, enum left_out why, int64_t fen)
{
    m->report->left_lines[why]++;
    m->report->left_fen[why] += fen;
}

static bool is_of_unit(const struct making *m)
{
    const struct batch_choice *c = m->choice;
    return c->unit_count == 0 ||
           batch_choice_takes_unit(
               c, person_value(payees_current(m->payees), "unit", m->pay_day));
}

static enum status visit(struct making *m, uint64_t number, struct str row,
                         struct diag *d)
{
    bool opened = false;
    TRY(account_read(row, m->account, d));
    for (size_t i = 0; i < m->account->count; i++) {
        const struct account_programme *p = &m->account->programmes[i];
        int64_t due = due_fen(p);
        if (due == 0) {
            continue;
        }
        if (!batch_choice_takes_programme(m->choice, str_of(p->code))) {
            leave(m, LEFT_OTHER_PROGRAMME, due);
            continue;
        }
        if (!opened) {
            TRY(payees_person(m->payees, number, d));
            opened = true;
        }
        if (!is_of_unit(m)) {
            leave(m, LEFT_OTHER_UNIT, due);
            continue;
        }
        TRY(objection_held(ledger_txn(m->l), ledger_head(m->l)->objected, number,
                           str_of(p->code), &m->objection, d));
        TRY(batch_public_through(&m->made_public, m->l, str_of(p->code),
                                 &m->public_through, d));
        TRY(programme_lines(m, p, d));
    }
    return ST_OK;
}

/* ---- everybody ---- */

/* Until the chunk is full or, while looking, a line was found. The fold's own writes
 * move rows under a cursor, so each step seeks the next person anew. */
static enum status visit_chunk(struct making *m, uint64_t first, uint64_t *next,
                               struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    uint8_t at[8];
    *next = first;
    TRY(store_cursor_open(ledger_txn(m->l), TABLE_ACCOUNTS, &c, d));
    enum status st = ST_OK;
    for (uint64_t seen = 0; st == ST_OK; seen++) {
        put_u64(at, *next);
        st = store_cursor_seek(c, str_make(at, 8), &key, &row, d);
        if (st != ST_OK || key.p == NULL) {
            *next = 0;
            break;
        }
        uint64_t number = get_u64((const uint8_t *)key.p);
        if (m->in_chunk >= CHUNK_LINES ||
            (seen > 0 && m->found && m->mode == LOOKING)) {
            break;
        }
        st = visit(m, number, row, d);
        *next = number + 1;
    }
    store_cursor_close(c);
    return st;
}

static enum status visit_all(struct making *m, uint64_t first, struct diag *d)
{
    payees_ahead(m->payees);
    while (first != 0) {
        TRY(visit_chunk(m, first, &first, d));
        TRY(flush_chunk(m, d));
        progress_tick(m->progress, "batch", first, ledger_head(m->l)->people);
        if (first != 0) {
            m->in_chunk = 0;
            TRY(ledger_commit(m->l, d));
            if (progress_stop(m->progress)) {
                return diag_fail(d, ST_INTERRUPTED, "interrupted",
                                 "making the batch was stopped");
            }
            TRY(ledger_begin(m->l, d));
        }
    }
    return ST_OK;
}

/* ---- the act ---- */

static enum status start(struct making *m, const struct batch_request *q,
                         uint32_t channel, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[160];
    char day[DATE_TEXT_CAP];
    struct writer w;
    uint32_t number = ledger_head(m->l)->batches + 1;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 3 + batch_choice_pairs(m->choice));
    cbor_pair_uint(&w, 1, number);
    cbor_pair_uint(&w, 2, channel);
    cbor_pair_int(&w, 3, q->pay_day);
    batch_choice_write(m->choice, &w);
    must(!w.failed); /* choosing_open has measured it */
    date_print(q->pay_day, day);
    snprintf(subject, sizeof subject, "batch %u by %s on %s: start", number, q->channel,
             day);
    struct act_text text = {.subject = subject};
    return ledger_append_signed(m->l, KIND_BATCH_START, writer_str(&w), text, NULL, d);
}

static enum status end(struct making *m, struct diag *d)
{
    uint8_t bytes[300];
    char subject[80];
    struct writer w;
    struct batch_entry *b;
    uint32_t number = ledger_head(m->l)->open.number;
    TRY(fold_batch(ledger_fold(m->l), number, &b, d));
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 5);
    cbor_pair_uint(&w, 1, number);
    cbor_pair_uint(&w, 2, b->lines);
    cbor_pair_int(&w, 3, b->total_fen);
    cbor_pair_bytes(&w, 4, b->content, DIGEST_LEN);
    cbor_pair_bytes(&w, 15, ledger_head(m->l)->last_leaf, DIGEST_LEN);
    snprintf(subject, sizeof subject, "batch %u: end", number);
    struct act_text text = {
        .subject = subject, .count = b->lines, .total_fen = b->total_fen};
    m->report->number = number;
    m->report->lines = b->lines;
    m->report->total_fen = b->total_fen;
    return ledger_append_signed(m->l, KIND_BATCH_END, writer_str(&w), text, NULL, d);
}

/* Refuses when there is not one line; lines are only looked for. */
static enum status anything_due(struct making *m, struct diag *d)
{
    uint64_t next = 1;
    TRY(visit_chunk(m, 1, &next, d));
    if (!m->found) {
        uint64_t left = 0;
        for (int i = 0; i < LEFT_OTHER_PROGRAMME; i++) {
            left += m->report->left_lines[i];
        }
        uint64_t others = 0;
        for (int i = LEFT_OTHER_PROGRAMME; i < LEFT_KINDS; i++) {
            others += m->report->left_lines[i];
        }
        diag_fail(d, ST_CONFLICT, "nothing-due",
                  "nothing is due and payable by that day (%llu left out: "
                  "%llu without a route, %llu held, %llu dead, %llu not yet, "
                  "%llu expired, %llu without an institution, %llu objected to, "
                  "%llu not made public; %llu not chosen)",
                  (unsigned long long)left,
                  (unsigned long long)m->report->left_lines[LEFT_NO_ROUTE],
                  (unsigned long long)m->report->left_lines[LEFT_HOLD],
                  (unsigned long long)m->report->left_lines[LEFT_DEAD],
                  (unsigned long long)m->report->left_lines[LEFT_NOT_YET],
                  (unsigned long long)m->report->left_lines[LEFT_EXPIRED],
                  (unsigned long long)m->report->left_lines[LEFT_NO_INSTITUTION],
                  (unsigned long long)m->report->left_lines[LEFT_OBJECTION],
                  (unsigned long long)m->report->left_lines[LEFT_NO_NOTICE],
                  (unsigned long long)others);
        return diag_hint(d,
                         "almoner run posts what is due; what was left out waits for a "
                         "route, a decision, or a list taken down (notice close)");
    }
    memset(m->report, 0, sizeof *m->report);
    m->in_chunk = 0;
    return ST_OK;
}

static enum status make_all(struct making *m, const struct batch_request *q,
                            uint32_t channel, bool resumed, struct diag *d)
{
    uint64_t first = ledger_head(m->l)->open.next + 1;
    if (!resumed) {
        TRY(anything_due(m, d));
        first = 1;
    }
    TRY(ledger_begin(m->l, d));
    m->mode = WRITING;
    enum status st = resumed ? ST_OK : start(m, q, channel, d);
    if (st == ST_OK) {
        st = visit_all(m, first, d);
    }
    if (st == ST_OK) {
        st = end(m, d);
    }
    if (st != ST_OK) {
        ledger_abort(m->l);
        return st;
    }
    return ledger_commit(m->l, d);
}

/* An unfinished batch goes on with what its start says. */
static enum status pinned(struct making *m, const struct batch_request *q,
                          uint32_t channel, struct diag *d)
{
    struct batch_entry b;
    struct signed_body start;
    struct batch_choice said;
    TRY(batch_get(ledger_txn(m->l), ledger_head(m->l)->open.number, &b, d));
    TRY(batch_choice_get(ledger_txn(m->l), &b, &start, &said, d));
    if (b.channel != channel || b.pay_day != q->pay_day ||
        !batch_choice_is_same(&said, m->choice)) {
        char day[DATE_TEXT_CAP];
        date_print(b.pay_day, day);
        diag_fail(d, ST_CONFLICT, "open-act", "batch %u is not finished", b.number);
        return diag_hint(d, "finish it with the command that began it (pay date %s)",
                         day);
    }
    return ST_OK;
}

static enum status find_channel(struct making *m, const char *name, uint32_t *number,
                                struct diag *d)
{
    struct channel_entry c;
    TRY(channel_find(ledger_txn(m->l), str_of(name), &c, d));
    if (c.number == 0) {
        diag_fail(d, ST_CONFLICT, "unknown-channel", "there is no channel %s", name);
        return diag_hint(d, "almoner channel list shows them");
    }
    if (c.state != ENTRY_ACTIVE) {
        diag_fail(d, ST_CONFLICT, "channel-pending", "channel %s is not confirmed yet",
                  name);
        return diag_hint(d, "a second admin confirms: almoner channel confirm %u",
                         c.number);
    }
    *number = c.number;
    memcpy(m->bank, c.bank_code, sizeof m->bank);
    return ST_OK;
}

static enum status open_parts(struct making *m, struct diag *d)
{
    chunk_start(&m->chunk);
    m->pay_month = month_of_day(m->pay_day);
    TRY(payees_open(&m->payees, m->l, UINT64_MAX, d));
    m->account = calloc(1, sizeof *m->account);
    return m->account != NULL ? ST_OK : diag_memory(d);
}

static void close_parts(struct making *m)
{
    payees_close(m->payees);
    free(m->account);
}

/* Counts, and tells, who is left out as things are now. */
static enum status list_left(struct making *m, struct diag *d)
{
    uint64_t next;
    m->mode = LISTING;
    memset(m->report->left_lines, 0, sizeof m->report->left_lines);
    memset(m->report->left_fen, 0, sizeof m->report->left_fen);
    return visit_chunk(m, 1, &next, d);
}

static enum status make_chosen(struct making *m, const struct batch_request *q,
                               bool resumed, struct diag *d)
{
    uint32_t channel = 0;
    TRY(find_channel(m, q->channel, &channel, d));
    if (resumed) {
        TRY(pinned(m, q, channel, d));
    }
    enum status st = open_parts(m, d);
    if (st == ST_OK) {
        st = make_all(m, q, channel, resumed, d);
    }
    if (st == ST_OK && resumed) { /* who was left out before the interruption, too */
        st = list_left(m, d);
    }
    close_parts(m);
    return st;
}

enum status batch_new(struct ledger *l, const struct batch_request *q,
                      const struct progress *progress, struct batch_new_report *out,
                      struct diag *d)
{
    bool resumed;
    struct choosing chosen;
    struct making m = {.l = l,
                       .progress = progress,
                       .report = out,
                       .choice = &chosen.choice,
                       .pay_day = q->pay_day};
    memset(out, 0, sizeof *out);
    TRY(ledger_may_write(l, KIND_BATCH_START, 0, &resumed, d));
    enum status st = choosing_open(&chosen, l, q, d);
    if (st == ST_OK) {
        st = make_chosen(&m, q, resumed, d);
    }
    choosing_release(&chosen);
    return st;
}

enum status batch_left_out(struct ledger *l, uint32_t batch,
                           struct batch_left_sink sink, struct batch_new_report *out,
                           struct diag *d)
{
    struct batch_entry b;
    struct channel_entry channel;
    struct signed_body start;
    struct batch_choice choice;
    struct making m = {.l = l, .report = out, .choice = &choice, .sink = sink};
    memset(out, 0, sizeof *out);
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    TRY(batch_choice_get(ledger_txn(l), &b, &start, &choice, d));
    TRY(channel_get(ledger_txn(l), b.channel, &channel, d));
    memcpy(m.bank, channel.bank_code, sizeof m.bank);
    m.pay_day = b.pay_day;
    out->number = batch;
    out->lines = b.lines;
    out->total_fen = b.total_fen;
    enum status st = open_parts(&m, d);
    if (st == ST_OK) {
        st = list_left(&m, d);
    }
    close_parts(&m);
    return st;
}
