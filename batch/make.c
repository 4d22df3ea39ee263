/* make.c - a new batch: what is due and payable becomes lines, a long act. People are
 * visited in order; a chunk is committed between two people, so a killed act goes on
 * with the person after the last one who has lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "batch/batch.h"
#include "entitle/entitle.h"
#include "ledger/body.h"

#define CHUNK_LINES 20000 /* of a transaction */

struct making {
    struct ledger *l;
    struct entitle *e;
    const struct progress *progress;
    struct batch_new_report *report;
    const struct str *programmes; /* of a limited batch */
    size_t programme_count;
    int32_t pay_day;
    bool writing;
    bool found; /* while looking: somebody has a line */
    uint64_t in_chunk;
    struct chunk chunk;
    uint64_t chunk_first; /* number of the chunk's first line */
    struct vault_row row;
    struct person *person;
    struct account *account;
};

const char *left_out_name(enum left_out k)
{
    static const char *const NAMES[LEFT_KINDS] = {"no-route", "hold", "dead",
                                                  "not-yet"};
    return (unsigned)k < LEFT_KINDS ? NAMES[k] : "?";
}

/* ---- one line ---- */

static bool wanted(const struct making *m, struct str code)
{
    for (size_t i = 0; i < m->programme_count; i++) {
        if (str_eq(m->programmes[i], code)) {
            return true;
        }
    }
    return m->programme_count == 0;
}

static enum status flush_chunk(struct making *m, struct diag *d)
{
    return ledger_append_chunk(m->l, KIND_LINES, &m->chunk,
                               ledger_head(m->l)->open.number, m->chunk_first, d);
}

/* Commits to the route under the sequence of the record the line will stand in. */
static void commit_route(struct making *m, const struct route *route,
                         struct line_entry *line)
{
    uint8_t bytes[ROUTE_BYTES_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    person_route_bytes(route, &w);
    must(!w.failed); /* a cut text would be committed to as if it were whole */
    line->route = route->ordinal;
    vault_commitment(m->l, &m->row, ledger_head(m->l)->tree.size, writer_str(&w),
                     line->route_commitment);
}

static enum status add_line(struct making *m, const struct route *route,
                            struct line_entry *line, struct diag *d)
{
    uint8_t bytes[LINE_BYTES_MAX];
    struct writer w;
    commit_route(m, route, line);
    writer_init(&w, bytes, sizeof bytes);
    line_entry_write(line, &w);
    if (!chunk_fits(&m->chunk, w.len)) {
        TRY(flush_chunk(m, d));
        commit_route(m, route, line);
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

/* ---- one programme of one person ---- */

static void leave(struct making *m, enum left_out why, int64_t fen)
{
    m->report->left_lines[why]++;
    m->report->left_fen[why] += fen;
}

/* May the month be paid by the batch's day? After a death everything may. */
static bool payable(const struct making *m, struct str code, int32_t month)
{
    const struct programme *p = entitle_rules(m->e, code, month);
    return p == NULL || person_death(m->person) != DAY_NEVER ||
           eval_payable_month(&p->rules, month) <= month_of_day(m->pay_day);
}

/* The months due and payable, in spans, from segment *at on; what is not payable yet is
 * counted as left out. False when nothing is left. */
static bool next_spans(struct making *m, const struct account_programme *p, size_t *at,
                       struct line_entry *line)
{
    line->span_count = 0;
    line->fen = 0;
    for (; *at < p->count && line->span_count < LINE_SPANS_MAX; (*at)++) {
        const struct segment *s = &p->segments[*at];
        struct span span = {s->from, 0, s->fen[ACCOUNT_DUE]};
        if (span.fen == 0) {
            continue;
        }
        while (span.months < s->months &&
               payable(m, str_of(p->code), s->from + span.months)) {
            span.months++;
        }
        if (span.months < s->months) {
            leave(m, LEFT_NOT_YET, span.fen * (s->months - span.months));
        }
        if (span.months > 0) {
            line->spans[line->span_count++] = span;
            line->fen += span.fen * span.months;
        }
    }
    return line->span_count > 0;
}

static bool heirs_only(const struct making *m, const struct account_programme *p)
{
    const struct programme *rules =
        entitle_rules(m->e, str_of(p->code), p->segments[p->count - 1].from);
    return rules != NULL && rules->rules.due_at_death == DUE_TO_HEIR;
}

/* The route, or why there is none. */
static const struct route *route_for(const struct making *m,
                                     const struct account_programme *p,
                                     enum left_out *why)
{
    struct str code = str_of(p->code);
    const struct route *r = person_route(m->person, code, m->pay_day);
    if (person_fact(m->person, "pay-hold", code, m->pay_day) != NULL) {
        *why = LEFT_HOLD;
        return NULL;
    }
    if (person_death(m->person) != DAY_NEVER && heirs_only(m, p) &&
        (r == NULL || !str_is(r->relation, "继承人"))) {
        *why = LEFT_DEAD;
        return NULL;
    }
    *why = LEFT_NO_ROUTE;
    return r;
}

static enum status programme_lines(struct making *m, const struct account_programme *p,
                                   struct diag *d)
{
    struct line_entry line = {.person = m->person->number};
    enum left_out why;
    size_t at = 0;
    memcpy(line.programme, p->code, sizeof line.programme);
    const struct route *route = route_for(m, p, &why);
    while (next_spans(m, p, &at, &line)) {
        if (route == NULL) {
            leave(m, why, line.fen);
            continue;
        }
        m->found = true;
        if (m->writing) {
            TRY(add_line(m, route, &line, d));
        }
    }
    return ST_OK;
}

static bool has_due(const struct account *a)
{
    for (size_t i = 0; i < a->count; i++) {
        for (size_t k = 0; k < a->programmes[i].count; k++) {
            if (a->programmes[i].segments[k].fen[ACCOUNT_DUE] > 0) {
                return true;
            }
        }
    }
    return false;
}

static enum status visit(struct making *m, uint64_t number, struct str row,
                         struct diag *d)
{
    TRY(account_read(row, m->account, d));
    if (!has_due(m->account)) {
        return ST_OK;
    }
    TRY(vault_row_read(m->l, number, &m->row, d));
    TRY(person_read(buf_str(&m->row.plain), UINT64_MAX, m->person, d));
    m->person->number = number;
    for (size_t i = 0; i < m->account->count; i++) {
        const struct account_programme *p = &m->account->programmes[i];
        if (wanted(m, str_of(p->code))) {
            TRY(programme_lines(m, p, d));
        }
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
        if (m->in_chunk >= CHUNK_LINES || (seen > 0 && m->found && !m->writing)) {
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
    cbor_put_map(&w, q->programme_count > 0 ? 4 : 3);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, number);
    cbor_put_uint(&w, 2);
    cbor_put_uint(&w, channel);
    cbor_put_uint(&w, 3);
    cbor_put_int(&w, q->pay_day);
    if (q->programme_count > 0) {
        cbor_put_uint(&w, 4);
        cbor_put_array(&w, q->programme_count);
        for (size_t i = 0; i < q->programme_count; i++) {
            cbor_put_text(&w, q->programmes[i]);
        }
    }
    if (w.failed) {
        return diag_fail(d, ST_INPUT, "programmes", "too many programmes are named");
    }
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
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, number);
    cbor_put_uint(&w, 2);
    cbor_put_uint(&w, b->lines);
    cbor_put_uint(&w, 3);
    cbor_put_int(&w, b->total_fen);
    cbor_put_uint(&w, 4);
    cbor_put_bytes(&w, b->content, DIGEST_LEN);
    cbor_put_uint(&w, 15);
    cbor_put_bytes(&w, ledger_head(m->l)->last_leaf, DIGEST_LEN);
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
        for (int i = 0; i < LEFT_KINDS; i++) {
            left += m->report->left_lines[i];
        }
        return diag_fail(d, ST_CONFLICT, "nothing-due",
                         "nothing is due and payable by that day (%llu left out: "
                         "%llu without a route, %llu held, %llu dead, %llu not yet)",
                         (unsigned long long)left,
                         (unsigned long long)m->report->left_lines[LEFT_NO_ROUTE],
                         (unsigned long long)m->report->left_lines[LEFT_HOLD],
                         (unsigned long long)m->report->left_lines[LEFT_DEAD],
                         (unsigned long long)m->report->left_lines[LEFT_NOT_YET]);
    }
    memset(m->report, 0, sizeof *m->report);
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
    m->writing = true;
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

/* Are the programmes of a start's body (key 4) those of the request? */
static bool same_programmes(struct str plain, const struct batch_request *q)
{
    struct reader r;
    struct cbor_map map;
    reader_init(&r, plain.p, plain.n);
    cbor_map_begin(&map, &r);
    for (uint64_t key = 1; key <= 3; key++) {
        if (cbor_map_key(&map, key)) {
            cbor_skip(&r);
        }
    }
    uint64_t count = cbor_map_key(&map, 4) ? cbor_get_array(&r) : 0;
    bool same = count == q->programme_count;
    for (uint64_t i = 0; same && i < count; i++) {
        same = str_eq(cbor_get_text(&r), q->programmes[i]);
    }
    return same && !r.failed;
}

/* An unfinished batch goes on with what its start says. */
static enum status pinned(struct making *m, const struct batch_request *q,
                          uint32_t channel, struct diag *d)
{
    struct batch_entry b;
    struct record start;
    struct signed_body s;
    TRY(batch_get(ledger_txn(m->l), ledger_head(m->l)->open.number, &b, d));
    TRY(record_get(ledger_txn(m->l), b.sequence, &start, NULL, d));
    TRY(signed_body_read(&start, &s, d));
    if (b.channel != channel || b.pay_day != q->pay_day ||
        !same_programmes(s.plain, q)) {
        char day[DATE_TEXT_CAP];
        date_print(b.pay_day, day);
        diag_fail(d, ST_CONFLICT, "open-act", "batch %u is not finished", b.number);
        return diag_hint(d, "finish it with the command that began it (pay date %s)",
                         day);
    }
    return ST_OK;
}

static enum status find_channel(struct ledger *l, const char *name, uint32_t *number,
                                struct diag *d)
{
    struct channel_entry c;
    TRY(channel_find(ledger_txn(l), str_of(name), &c, d));
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
    return ST_OK;
}

enum status batch_new(struct ledger *l, const struct batch_request *q,
                      const struct progress *progress, struct batch_new_report *out,
                      struct diag *d)
{
    bool resumed;
    uint32_t channel = 0;
    struct making m = {.l = l,
                       .progress = progress,
                       .report = out,
                       .programmes = q->programmes,
                       .pay_day = q->pay_day,
                       .programme_count = q->programme_count};
    memset(out, 0, sizeof *out);
    TRY(ledger_may_write(l, KIND_BATCH_START, 0, &resumed, d));
    TRY(find_channel(l, q->channel, &channel, d));
    if (resumed) {
        TRY(pinned(&m, q, channel, d));
    }
    TRY(entitle_open(&m.e, l, UINT32_MAX, d));
    chunk_start(&m.chunk);
    vault_row_init(&m.row);
    m.person = calloc(1, sizeof *m.person);
    m.account = calloc(1, sizeof *m.account);
    enum status st = m.person == NULL || m.account == NULL ? diag_memory(d) : ST_OK;
    if (st == ST_OK) {
        st = make_all(&m, q, channel, resumed, d);
    }
    vault_row_release(&m.row);
    free(m.person);
    free(m.account);
    entitle_close(m.e);
    return st;
}
