/* file.c - a batch as a bank file: made from the ledger alone, so that the same bytes
 * come out at any later time. What a programme is called is taken from the policies
 * that were confirmed when the batch was made.
 *
 * This thread reads lines and sealed rows and hands finished pieces of the file on; a
 * second one opens the rows, holds them against what was signed, and writes the lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/relay.h"
#include "batch/batch_private.h"
#include "entitle/entitle.h"
#include "ledger/cbor.h"
#include "ledger/erasure.h"
#include "ledger/payment_id.h"

#define PIECE_BYTES ((size_t)64 * 1024 * 1024) /* a ceiling: a piece has some 2 MB */

#define PIECE_LINES 4096

struct piece_line { /* rows lie in the store: the snapshot stays until the end */
    uint32_t number;
    struct str row;
    struct str sealed; /* of the payee */
};

struct piece { /* of the batch: what was read of it, and its part of the file */
    size_t count;
    struct piece_line lines[PIECE_LINES];
    struct buf out;
    enum status status;
    struct diag diag;
};

struct making {
    struct ledger *l;
    const struct payment_format *format;
    struct payment_writer *writer;
    struct entitle *e;
    struct batch_entry batch;
    struct channel_entry channel;
    struct piece *pieces[RELAY_PIECES];
    struct relay *relay;
    enum status (*write)(void *ctx, const void *p, size_t n, struct diag *d);
    void *ctx;
    const struct progress *progress;
    /* The second thread's, while it works: */
    struct vault_opener *opener;
    struct vault_row row; /* of the payee of the line before */
    struct line_entry line;
    char id[PAYMENT_ID_CAP]; /* of the line before */
    size_t id_n;
    struct {
        char programme[PROGRAMME_CODE_MAX + 1];
        int32_t month;
        struct str text;
    } purpose; /* of the line before: most lines have the same */
};

/* The line's id from the one before: the last eight digits count up. */
static void count_up(char *id, size_t n)
{
    for (size_t i = n; i > 0 && ++id[i - 1] > '9'; i--) {
        id[i - 1] = '0';
    }
}

static enum status open_writer(struct making *m, struct diag *d)
{
    char id[PAYMENT_ID_MAX + 1];
    char batch[PAYMENT_ID_CAP];
    const struct ledger_info *info = ledger_info(m->l);
    payment_id_batch(info, &m->batch, batch);
    snprintf(id, sizeof id, "%.12s-%.20s", info->division, batch);
    struct payment_head head = {
        .message_id = str_of(id),
        .created_us = m->batch.signers[BATCH_RELEASER].time_us,
        .pay_day = m->batch.pay_day,
        .payer_name = str_of(m->channel.account_name),
        .payer_account = str_of(m->channel.account),
        .payer_bank = str_of(m->channel.bank_code),
        .currency = str_of("CNY"),
        .count = m->batch.lines,
        .total_fen = m->batch.total_fen,
        .file_number = m->batch.id_number,
    };
    return m->format->open(&m->writer, &head, &m->pieces[0]->out, d);
}

/* "2026-09", or the first and last month: out has room for both. Returns the length. */
static size_t months_text(const struct line_entry *line, char *out)
{
    const struct span *last = &line->spans[line->span_count - 1];
    int32_t end = last->from + last->months - 1;
    size_t n = month_print(line->spans[0].from, out);
    if (line->spans[0].from != end) {
        out[n] = '.';
        out[n + 1] = '.';
        n += 2 + month_print(end, out + n + 2);
    }
    return n;
}

/* The row of the payee is opened once for all of their lines that follow each other. */
static enum status open_payee(struct making *m, struct str sealed, struct diag *d)
{
    uint64_t payee = m->line.payee != 0 ? m->line.payee : m->line.person;
    return m->row.person == payee
               ? ST_OK
               : vault_opener_open(m->opener, payee, sealed, &m->row, d);
}

/* What the programme was called for the line's last month. */
static struct str purpose_of(struct making *m, const struct line_entry *line)
{
    const struct span *last = &line->spans[line->span_count - 1];
    int32_t month = last->from + last->months - 1;
    if (m->purpose.month != month ||
        strcmp(m->purpose.programme, line->programme) != 0) {
        const struct programme *rules =
            entitle_rules(m->e, str_of(line->programme), month);
        memcpy(m->purpose.programme, line->programme, sizeof m->purpose.programme);
        m->purpose.month = month;
        m->purpose.text = str_of(rules != NULL ? rules->name : m->purpose.programme);
    }
    return m->purpose.text;
}

/* The route the line names, if it is the one that was signed for. */
static enum status route_of(struct making *m, const struct line_entry *line,
                            struct route *route, struct diag *d)
{
    uint8_t bytes[ROUTE_BYTES_MAX];
    uint8_t commitment[DIGEST_LEN];
    struct writer w;
    bool found = person_route_find(buf_str(&m->row.plain), line->route, route);
    if (found) {
        writer_init(&w, bytes, sizeof bytes);
        person_route_bytes(route, &w);
        vault_opener_commitment(m->opener, &m->row, line->sequence, writer_str(&w),
                                commitment);
    }
    if (!found || !digest_equal(commitment, line->route_commitment)) {
        return diag_fail(d, ST_INTEGRITY, "route",
                         "the account of line %u of batch %u is not the one that was "
                         "signed for",
                         line->line, line->batch);
    }
    return ST_OK;
}

static enum status write_line(struct making *m, const struct line_entry *line,
                              struct buf *out, struct diag *d)
{
    char months[2 * DATE_TEXT_CAP + 4];
    struct route route;
    TRY(route_of(m, line, &route, d));
    count_up(m->id, m->id_n);
    struct payment p = {
        .id = str_make(m->id, m->id_n),
        .amount_fen = line->fen,
        .name = route.account_name,
        .account = route.account,
        .bank = route.bank_code,
        .purpose = purpose_of(m, line),
        .remark = str_make(months, months_text(line, months)),
    };
    return m->format->add(m->writer, &p, out, d);
}

static enum status piece_line(struct making *m, struct piece *p, size_t i,
                              struct diag *d)
{
    const struct piece_line *at = &p->lines[i];
    if (!line_read(at->row, m->batch.number, at->number, &m->line)) {
        return diag_fail(d, ST_INTEGRITY, "line-row",
                         "line %u of batch %u is not what was written", at->number,
                         m->batch.number);
    }
    TRY(open_payee(m, at->sealed, d));
    return write_line(m, &m->line, &p->out, d);
}

/* On the second thread. */
static void make_piece(void *ctx, void *piece)
{
    struct making *m = ctx;
    struct piece *p = piece;
    p->status = ST_OK;
    for (size_t i = 0; i < p->count && p->status == ST_OK; i++) {
        p->status = piece_line(m, p, i, &p->diag);
    }
}

/* ---- this thread ---- */

/* The file cannot be made again; its digest stands in the export record. */
static enum status refuse_erased(struct making *m, uint64_t payee, struct diag *d)
{
    enum status st = erasure_refuse(ledger_txn(m->l), payee, d);
    if (st == ST_OK) {
        return diag_fail(d, ST_INTEGRITY, "vault", "the row of person %llu is missing",
                         (unsigned long long)payee);
    }
    return diag_hint(d,
                     "batch %u pays somebody who was erased: its file cannot be made "
                     "again",
                     m->batch.number);
}

static enum status read_line(struct making *m, struct piece *p, uint32_t number,
                             struct str row, struct diag *d)
{
    uint8_t key[8];
    uint64_t payee;
    struct piece_line *at = &p->lines[p->count];
    if (!line_payee(row, &payee)) {
        return diag_fail(d, ST_INTEGRITY, "line-row",
                         "line %u of batch %u is not what was written", number,
                         m->batch.number);
    }
    put_u64(key, payee);
    TRY(store_get(ledger_txn(m->l), TABLE_PEOPLE, str_make(key, 8), &at->sealed, d));
    if (at->sealed.p == NULL) {
        TRY(refuse_erased(m, payee, d));
    }
    at->number = number;
    at->row = row;
    p->count++;
    return ST_OK;
}

/* The next lines from *next on into p; *next is moved on. */
static enum status fill(struct making *m, struct piece *p, struct cursor *c,
                        uint32_t *next, struct diag *d)
{
    struct str key;
    struct str row;
    uint8_t at[8];
    p->count = 0;
    while (p->count < PIECE_LINES && *next <= m->batch.lines) {
        line_key(m->batch.number, *next, at);
        TRY(p->count == 0 ? store_cursor_seek(c, str_make(at, 8), &key, &row, d)
                          : store_cursor_next(c, &key, &row, d));
        if (key.p == NULL || !str_eq(key, str_make(at, 8))) {
            return diag_fail(d, ST_INTEGRITY, "line-row",
                             "line %u of batch %u is missing", *next, m->batch.number);
        }
        TRY(read_line(m, p, (*next)++, row, d));
    }
    return ST_OK;
}

/* What the second thread made of a piece goes to the taker. */
static enum status hand_on(struct making *m, struct piece *p, struct diag *d)
{
    if (p->status != ST_OK) {
        *d = p->diag;
        return p->status;
    }
    TRY(buf_check(&p->out, d));
    TRY(m->write(m->ctx, p->out.p, p->out.len, d));
    buf_clear(&p->out);
    return ST_OK;
}

static enum status write_lines(struct making *m, struct cursor *c, struct diag *d)
{
    uint32_t next = 1;
    for (unsigned n = 0;; n++) {
        struct piece *p = m->pieces[n % RELAY_PIECES];
        if (next <= m->batch.lines) {
            TRY(fill(m, p, c, &next, d));
            relay_start(m->relay, p);
        }
        progress_tick(m->progress, "export", next - 1, m->batch.lines);
        if (n == 0) {
            continue;
        }
        struct piece *done = relay_finish(m->relay);
        if (done == NULL) {
            return ST_OK;
        }
        TRY(hand_on(m, done, d));
    }
}

static enum status write_file(struct making *m, struct diag *d)
{
    struct cursor *c;
    struct piece *last = m->pieces[0];
    TRY(open_writer(m, d));
    enum status st = store_cursor_open(ledger_txn(m->l), TABLE_LINES, &c, d);
    if (st == ST_OK) {
        st = write_lines(m, c, d);
        store_cursor_close(c);
    }
    if (st != ST_OK) {
        while (relay_finish(m->relay) != NULL) {
        }
        m->format->abandon(m->writer);
        return st;
    }
    TRY(m->format->close(m->writer, &last->out, d));
    last->status = ST_OK;
    return hand_on(m, last, d);
}

static enum status make_parts(struct making *m, struct diag *d)
{
    for (int i = 0; i < RELAY_PIECES; i++) {
        m->pieces[i] = calloc(1, sizeof *m->pieces[i]);
        if (m->pieces[i] == NULL) {
            return diag_memory(d);
        }
        buf_init(&m->pieces[i]->out, PIECE_BYTES);
    }
    m->id_n = payment_id_line(ledger_info(m->l), &m->batch, 0, m->id);
    TRY(vault_opener_new(m->l, &m->opener, d));
    return relay_new(&m->relay, make_piece, m, d);
}

static void free_parts(struct making *m)
{
    relay_free(m->relay);
    vault_opener_free(m->opener);
    for (int i = 0; i < RELAY_PIECES; i++) {
        if (m->pieces[i] != NULL) {
            buf_release(&m->pieces[i]->out);
            free(m->pieces[i]);
        }
    }
    vault_row_release(&m->row);
    entitle_close(m->e);
}

/* How many policies were confirmed when the batch was made. */
static enum status rules_then(struct ledger *l, uint64_t sequence, uint32_t *rules,
                              struct diag *d)
{
    *rules = 0;
    for (uint32_t n = 1; n <= ledger_head(l)->policies; n++) {
        struct policy_entry p;
        TRY(policy_get(ledger_txn(l), n, &p, d));
        *rules += p.confirmed_order != 0 && p.confirmed_at < sequence ? 1 : 0;
    }
    return ST_OK;
}

enum status batch_file_of(struct ledger *l, const struct batch_entry *batch,
                          const struct payment_format *format,
                          enum status (*write)(void *ctx, const void *p, size_t n,
                                               struct diag *d),
                          void *ctx, const struct progress *progress, struct diag *d)
{
    uint32_t rules;
    struct making m = {.l = l,
                       .batch = *batch,
                       .format = format,
                       .write = write,
                       .ctx = ctx,
                       .progress = progress};
    TRY(channel_get(ledger_txn(l), m.batch.channel, &m.channel, d));
    TRY(rules_then(l, m.batch.sequence, &rules, d));
    TRY(entitle_open(&m.e, l, rules, d));
    vault_row_init(&m.row);
    enum status st = make_parts(&m, d);
    if (st == ST_OK) {
        st = write_file(&m, d);
    }
    free_parts(&m);
    return st;
}

enum status batch_file(struct ledger *l, uint32_t batch,
                       const struct payment_format *format,
                       enum status (*write)(void *ctx, const void *p, size_t n,
                                            struct diag *d),
                       void *ctx, const struct progress *progress, struct diag *d)
{
    struct batch_entry b;
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    if (b.release_sequence == 0) {
        diag_fail(d, ST_CONFLICT, "not-released", "batch %u is %s, not released", batch,
                  batch_state_name(b.state));
        return diag_hint(d, "what comes next: %s", batch_next_hint(b.state));
    }
    return batch_file_of(l, &b, format, write, ctx, progress, d);
}

/* ---- export ---- */

struct tee { /* to the sink and into the digest */
    struct batch_sink sink;
    struct digest *g;
    uint64_t bytes;
};

static enum status tee_write(void *ctx, const void *p, size_t n, struct diag *d)
{
    struct tee *t = ctx;
    digest_add(t->g, p, n);
    t->bytes += n;
    return t->sink.write(t->sink.ctx, p, n, d);
}

/* The batch's export in this format, if there is one. */
static enum status find_export(struct ledger *l, const struct batch_entry *b,
                               const char *format, bool *found,
                               struct export_entry *out, struct diag *d)
{
    *found = false;
    for (uint64_t at = b->export_sequence; at != 0; at = out->previous) {
        TRY(export_get(ledger_txn(l), at, out, d));
        if (strcmp(out->format, format) == 0) {
            *found = true;
            return ST_OK;
        }
    }
    return ST_OK;
}

static enum status record_export(struct ledger *l, const struct batch_entry *b,
                                 const char *format,
                                 const struct batch_export_report *r, struct diag *d)
{
    uint8_t bytes[300];
    char subject[120];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 7);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, b->number);
    cbor_put_uint(&w, 2);
    cbor_put_text(&w, str_of(format));
    cbor_put_uint(&w, 3);
    cbor_put_bytes(&w, r->sha256, DIGEST_LEN);
    cbor_put_uint(&w, 4);
    cbor_put_uint(&w, r->bytes);
    cbor_put_uint(&w, 5);
    cbor_put_uint(&w, b->lines);
    cbor_put_uint(&w, 6);
    cbor_put_int(&w, b->total_fen);
    cbor_put_uint(&w, 7);
    cbor_put_uint(&w, b->export_sequence);
    snprintf(subject, sizeof subject, "batch %u: export %s", b->number, format);
    struct act_text text = {
        .subject = subject, .count = b->lines, .total_fen = b->total_fen};
    return ledger_act(l, KIND_EXPORT, writer_str(&w), text, NULL, d);
}

const struct payment_format *batch_format(struct ledger *l, const struct batch_entry *b,
                                          const char *name, struct diag *d)
{
    struct channel_entry c;
    if (channel_get(ledger_txn(l), b->channel, &c, d) != ST_OK) {
        return NULL;
    }
    const struct payment_format *f =
        payment_format_find(str_of(name ? name : c.format));
    if (f == NULL) {
        diag_fail(d, ST_USAGE, "unknown-format", "there is no format %s",
                  name ? name : c.format);
        diag_hint(d, "almoner format list shows them");
    }
    return f;
}

enum status batch_export(struct ledger *l, uint32_t batch, const char *format,
                         struct batch_sink sink, const struct progress *progress,
                         struct batch_export_report *r, struct diag *d)
{
    bool resume;
    struct batch_entry b;
    struct export_entry before;
    struct tee tee = {.sink = sink};
    memset(r, 0, sizeof *r);
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    const struct payment_format *f = batch_format(l, &b, format, d);
    if (f == NULL) {
        return d->status;
    }
    TRY(find_export(l, &b, f->name, &r->copy, &before, d));
    TRY(digest_new(&tee.g, d));
    digest_start(tee.g);
    enum status st = batch_file(l, batch, f, tee_write, &tee, progress, d);
    digest_end(tee.g, r->sha256);
    digest_free(tee.g);
    r->bytes = tee.bytes;
    if (st == ST_OK && r->copy && !digest_equal(r->sha256, before.sha256)) {
        st = diag_fail(d, ST_INTEGRITY, "export-differs",
                       "batch %u gives other bytes than when it was exported", batch);
    }
    if (st == ST_OK && !r->copy) {
        st = record_export(l, &b, f->name, r, d);
    }
    return st == ST_OK ? sink.durable(sink.ctx, d) : st;
}
