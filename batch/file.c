/* file.c - a batch as bank files, mostly one: made from the ledger alone, so that the
 * same bytes come out at any later time. What a payment says is in paying.c; what is
 * said of people is taken from what was known at the release.
 *
 * This thread reads lines and sealed rows, and hands finished pieces of the file on; a
 * second one writes the lines. Opening the rows and holding them against what was
 * signed is most of the work, and shared: this thread does the last lines of a piece
 * before it hands it over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/prefetch.h"
#include "base/relay.h"
#include "base/text.h"
#include "base/wipe.h"
#include "batch/batch_private.h"
#include "batch/paying.h"
#include "batch/trial.h"
#include "ledger/erasure.h"
#include "ledger/line.h"

#define PIECE_BYTES ((size_t)64 * 1024 * 1024) /* a ceiling: a piece has some 2 MB */

#define PIECE_LINES 4096
#define NAME_CAP 256 /* of a file, with a NUL */

/* So many of sixteen lines are opened before a piece is handed over: what is left by
 * reading, hashing and writing the file, which depends on disk and format. */
#define SHARE_FIRST 4
#define SHARE_MAX 12

#define PEOPLE_STEPS 4

#define LINES_AHEAD 2 /* whose rows are asked for early */

struct piece_line { /* rows lie in the store: the snapshot stays until the end */
    uint32_t number;
    struct str row;
    struct str sealed; /* of the payee */
    bool member;       /* of the payment before: only held against what was signed */
    bool ahead; /* opened already: name, account and bank from `at` on in texts */
    size_t at;
    size_t name_n;
    size_t account_n;
    size_t bank_n;
};

struct piece { /* of the batch: what was read of it, and its part of the file */
    size_t count;
    struct piece_line lines[PIECE_LINES];
    struct buf texts;
    struct buf out;
    enum status status;
    struct diag diag;
};

struct opening { /* of rows, by one thread */
    struct vault_opener *opener;
    struct vault_row row; /* of the payee of the line before */
    struct line_entry line;
};

struct making {
    struct ledger *l;
    const struct payment_format *format;
    const struct bank_form *form;
    struct bank_files files;
    size_t file;     /* in hand */
    uint32_t member; /* the next of the payment in hand; 0: none */
    uint32_t file_number;
    struct bank_part part;
    char *names; /* of the files, NAME_CAP bytes each */
    struct digest *g;
    struct digest *rows; /* of sheets: over the files' digests; else NULL */
    struct batch_made *made;
    struct payment_writer *writer;
    struct batch_entry batch;
    struct piece *pieces[RELAY_PIECES];
    struct cursor *people;
    uint64_t walked;   /* whom it stands on; 0: nobody */
    struct str sealed; /* their row */
    struct relay *relay;
    unsigned share; /* of sixteen lines of a piece this thread opens so many */
    struct bank_sink sink;
    const struct progress *progress;
    struct opening ahead; /* this thread's */
    /* The second thread's, while it works: */
    struct opening own;
    struct paying paying;
    struct person *person; /* for formats that want to know */
};

/* Texts borrow from m and from id. */
static void fill_head(const struct making *m, size_t file, char id[PAYMENT_ID_MAX + 1],
                      struct payment_head *head)
{
    const struct bank_file *f = &m->files.files[file];
    bank_files_message_id(ledger_info(m->l), &m->batch, &m->files, file, id);
    paying_head(&m->paying, head);
    head->message_id = str_of(id);
    head->count = f->payments;
    head->total_fen = f->total_fen;
    head->file_number = m->file_number + (uint32_t)file;
    head->variant = f->variant;
    head->part = f->part;
}

static enum status open_writer(struct making *m, struct diag *d)
{
    char id[PAYMENT_ID_MAX + 1];
    struct payment_head head;
    fill_head(m, m->file, id, &head);
    return m->format->open(m->format, &m->writer, &head, &m->pieces[0]->out, d);
}

/* The row of the payee is opened once for all of their lines that follow each other. */
static enum status open_payee(struct opening *o, struct str sealed, struct diag *d)
{
    uint64_t payee = o->line.payee != 0 ? o->line.payee : o->line.person;
    return o->row.person == payee
               ? ST_OK
               : vault_opener_open(o->opener, payee, sealed, &o->row, d);
}

/* The route the line names, if it is the one that was signed for. */
static enum status route_of(struct opening *o, struct route *route, struct diag *d)
{
    const struct line_entry *line = &o->line;
    uint8_t bytes[ROUTE_BYTES_MAX];
    uint8_t commitment[DIGEST_LEN];
    struct writer w;
    bool found = person_route_find(buf_str(&o->row.plain), line->route, route);
    if (found) {
        writer_init(&w, bytes, sizeof bytes);
        person_route_bytes(route, &w);
        vault_opener_commitment(o->opener, &o->row, line->sequence, writer_str(&w),
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

/* What was known of who is paid at the release. */
static enum status add_person(struct making *m, const struct route *route,
                              struct payment *p, struct diag *d)
{
    uint64_t below = m->batch.release_sequence;
    TRY(person_read_some(buf_str(&m->own.row.plain), below == 0 ? UINT64_MAX : below,
                         PAYING_WANTED, m->person, d));
    paying_person(&m->paying, &m->own.line, route, m->person, p);
    return ST_OK;
}

static enum status write_line(struct making *m, const struct line_entry *line,
                              const struct route *route, struct buf *out,
                              struct diag *d)
{
    struct payment p;
    paying_fill(&m->paying, line, route, &p);
    if (m->format->wants_person) {
        TRY(add_person(m, route, &p, d));
    }
    return m->format->add(m->writer, &p, out, d);
}

static enum status take_line(const struct making *m, const struct piece_line *at,
                             struct opening *o, struct diag *d)
{
    if (!line_read(at->row, m->batch.number, at->number, &o->line)) {
        return diag_fail(d, ST_INTEGRITY, "line-row",
                         "line %u of batch %u is not what was written", at->number,
                         m->batch.number);
    }
    return ST_OK;
}

/* What was opened before, as a route of which nothing else is there. */
static struct route route_ahead(const struct piece *p, const struct piece_line *at)
{
    const char *text = p->texts.p + at->at;
    return (struct route){
        .account_name = str_make(text, at->name_n),
        .account = str_make(text + at->name_n, at->account_n),
        .bank_code = str_make(text + at->name_n + at->account_n, at->bank_n),
    };
}

static enum status piece_line(struct making *m, struct piece *p, size_t i,
                              struct diag *d)
{
    const struct piece_line *at = &p->lines[i];
    struct route route;
    TRY(take_line(m, at, &m->own, d));
    if (at->ahead) {
        route = route_ahead(p, at);
    } else {
        TRY(open_payee(&m->own, at->sealed, d));
        TRY(route_of(&m->own, &route, d));
    }
    return at->member ? ST_OK : write_line(m, &m->own.line, &route, &p->out, d);
}

/* The rows of a line to come. */
static void look_ahead(const struct piece *p, size_t i)
{
    if (i < p->count) {
        const struct piece_line *at = &p->lines[i];
        prefetch((uintptr_t)at->row.p, at->row.n);
        if (!at->ahead) {
            prefetch((uintptr_t)at->sealed.p, at->sealed.n);
        }
    }
}

/* On the second thread. */
static void make_piece(void *ctx, void *piece)
{
    struct making *m = ctx;
    struct piece *p = piece;
    p->status = ST_OK;
    for (size_t i = 0; i < p->count && p->status == ST_OK; i++) {
        look_ahead(p, i + LINES_AHEAD);
        p->status = piece_line(m, p, i, &p->diag);
    }
}

/* ---- this thread ---- */

/* Opens the last lines of a piece. One that does not open is left to the second thread,
 * which says so when all lines before it are written. */
static enum status open_ahead(struct making *m, struct piece *p, struct diag *d)
{
    struct diag later;
    struct route r;
    buf_clear(&p->texts);
    if (m->format->wants_person) { /* more of the row is needed than would be kept */
        return ST_OK;
    }
    for (size_t i = p->count - p->count * m->share / 16; i < p->count; i++) {
        struct piece_line *at = &p->lines[i];
        look_ahead(p, i + LINES_AHEAD);
        at->ahead = take_line(m, at, &m->ahead, &later) == ST_OK &&
                    open_payee(&m->ahead, at->sealed, &later) == ST_OK &&
                    route_of(&m->ahead, &r, &later) == ST_OK;
        if (!at->ahead) {
            m->ahead.row.person = 0;
            continue;
        }
        at->at = p->texts.len;
        at->name_n = r.account_name.n;
        at->account_n = r.account.n;
        at->bank_n = r.bank_code.n;
        buf_add_str(&p->texts, r.account_name);
        buf_add_str(&p->texts, r.account);
        buf_add_str(&p->texts, r.bank_code);
    }
    return buf_check(&p->texts, d);
}

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

/* Lines come in the order of people, mostly: a few steps cost less than a search. */
static enum status walk_to(struct making *m, uint64_t person, struct diag *d)
{
    uint8_t key[8];
    struct str found;
    put_u64(key, person);
    if (m->walked == 0 || person < m->walked || person - m->walked > PEOPLE_STEPS) {
        TRY(store_cursor_seek(m->people, str_make(key, 8), &found, &m->sealed, d));
        m->walked = found.n == 8 ? get_u64((const uint8_t *)found.p) : 0;
    }
    while (m->walked != 0 && m->walked < person) {
        TRY(store_cursor_next(m->people, &found, &m->sealed, d));
        m->walked = found.n == 8 ? get_u64((const uint8_t *)found.p) : 0;
    }
    return ST_OK;
}

static enum status read_row(struct making *m, uint64_t person, struct str *out,
                            struct diag *d)
{
    if (m->walked != person) {
        TRY(walk_to(m, person, d));
    }
    *out = m->sealed;
    return person != 0 && m->walked == person ? ST_OK : refuse_erased(m, person, d);
}

static enum status read_line(struct making *m, struct piece *p, uint32_t number,
                             struct str row, struct diag *d)
{
    uint64_t payee;
    struct piece_line *at = &p->lines[p->count];
    if (!line_payee(row, &payee)) {
        return diag_fail(d, ST_INTEGRITY, "line-row",
                         "line %u of batch %u is not what was written", number,
                         m->batch.number);
    }
    TRY(read_row(m, payee, &at->sealed, d));
    at->number = number;
    at->row = row;
    at->ahead = false;
    p->count++;
    return ST_OK;
}

/* The next line to be looked at: another of the payment in hand, or the first of the
 * file's *next-th, which is moved on. */
static uint32_t step(struct making *m, uint64_t *next, bool *member)
{
    *member = m->member != 0;
    uint32_t line =
        *member ? m->member : bank_files_line(&m->files, m->file, (*next)++);
    m->member = joint_next(&m->files.joint, line);
    return line;
}

/* The next lines of the file, from its *next-th payment on, into p. */
static enum status fill(struct making *m, struct piece *p, struct cursor *c,
                        uint64_t *next, struct diag *d)
{
    struct str key;
    struct str row;
    uint8_t at[8];
    uint32_t before = 0;
    p->count = 0;
    while (p->count < PIECE_LINES && (m->member != 0 || *next <= m->part.payments)) {
        bool member;
        uint32_t line = step(m, next, &member);
        line_key(m->batch.number, line, at);
        TRY(before == 0 || line != before + 1
                ? store_cursor_seek(c, str_make(at, 8), &key, &row, d)
                : store_cursor_next(c, &key, &row, d));
        if (key.p == NULL || !str_eq(key, str_make(at, 8))) {
            return diag_fail(d, ST_INTEGRITY, "line-row",
                             "line %u of batch %u is missing", line, m->batch.number);
        }
        TRY(read_line(m, p, line, row, d));
        p->lines[p->count - 1].member = member;
        before = line;
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
    digest_add(m->g, p->out.p, p->out.len);
    m->part.bytes += p->out.len;
    if (m->sink.write != NULL) {
        TRY(m->sink.write(m->sink.ctx, p->out.p, p->out.len, d));
    }
    buf_clear(&p->out);
    return ST_OK;
}

/* Whoever waited for the other has too little to do. */
static void share_out(struct making *m)
{
    if (relay_ready(m->relay)) {
        m->share -= m->share > 0 ? 1 : 0;
    } else {
        m->share += m->share < SHARE_MAX ? 1 : 0;
    }
}

static enum status write_lines(struct making *m, struct cursor *c, struct diag *d)
{
    uint64_t next = 1;
    for (unsigned n = 0;; n++) {
        struct piece *p = m->pieces[n % RELAY_PIECES];
        if (m->member != 0 || next <= m->part.payments) {
            TRY(fill(m, p, c, &next, d));
            TRY(open_ahead(m, p, d));
            relay_start(m->relay, p);
        }
        progress_tick(m->progress, "export", m->made->payments + next - 1,
                      m->batch.lines - m->files.joint.joined);
        if (n == 0) {
            continue;
        }
        share_out(m);
        struct piece *done = relay_finish(m->relay);
        if (done == NULL) {
            return ST_OK;
        }
        TRY(hand_on(m, done, d));
    }
}

/* What stays of a sheet with every version of the library. */
static enum status add_rows(struct making *m, struct diag *d)
{
    uint8_t sha256[DIGEST_LEN];
    if (m->rows == NULL) {
        return ST_OK;
    }
    enum status st = m->format->rows(m->writer, sha256, d);
    if (st != ST_OK) {
        m->format->abandon(m->writer);
        return st;
    }
    digest_add(m->rows, sha256, DIGEST_LEN);
    return ST_OK;
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
    TRY(add_rows(m, d));
    TRY(m->format->close(m->writer, &last->out, d));
    last->status = ST_OK;
    return hand_on(m, last, d);
}

/* ---- one file after the other ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* No two files of one name, or one would take the other's place. */
static enum status names_differ(struct making *m, struct diag *d)
{
    size_t count = m->files.count;
    char **sorted = calloc(count, sizeof *sorted);
    if (sorted == NULL) {
        return diag_memory(d);
    }
    enum status st = ST_OK;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = m->names + i * NAME_CAP;
    }
    qsort(sorted, count, sizeof *sorted, by_text);
    for (size_t i = 1; st == ST_OK && i < count; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0) {
            st = diag_fail(d, ST_INPUT, "file-name", "two files would be called %s",
                           sorted[i]);
            diag_hint(d, "the profile's file-name needs {file-number} or {part}");
        }
    }
    free(sorted);
    return st;
}

/* What the bank wants, or the message id. */
static enum status name_file(struct making *m, size_t file, char name[NAME_CAP],
                             struct diag *d)
{
    char id[PAYMENT_ID_MAX + 1];
    struct payment_head head;
    struct buf text;
    fill_head(m, file, id, &head);
    if (m->format->file_name == NULL) {
        snprintf(name, NAME_CAP, "%s.%s", id, m->format->extension);
        return ST_OK;
    }
    buf_init(&text, NAME_CAP - 1);
    enum status st = m->format->file_name(m->format, &head, &text, d);
    struct str s = buf_str(&text);
    bool any = s.n == 0;
    if (st == ST_OK && any) {
        snprintf(name, NAME_CAP, "%s.%s", id, m->format->extension);
    } else if (st == ST_OK &&
               (s.p[0] == '.' || memchr(s.p, '/', s.n) != NULL || text_has_control(s) ||
                memchr(s.p, '\\', s.n) != NULL || !str_copy(s, name, NAME_CAP))) {
        st = diag_fail(d, ST_INPUT, "file-name", "\"%.*s\" is no name of a file",
                       STR_ARG(s));
    }
    buf_release(&text);
    return st;
}

static enum status name_files(struct making *m, struct diag *d)
{
    m->names = calloc(m->files.count, NAME_CAP);
    if (m->names == NULL) {
        return diag_memory(d);
    }
    for (size_t i = 0; i < m->files.count; i++) {
        TRY(name_file(m, i, m->names + i * NAME_CAP, d));
    }
    return names_differ(m, d);
}

/* The list of several files: docs/formats/ledger.md, "44 export". */
static enum status list_part(struct making *m, struct diag *d)
{
    const struct bank_part *p = &m->part;
    struct buf *list = &m->made->list;
    char hex[2 * DIGEST_LEN + 1];
    text_hex(p->sha256, DIGEST_LEN, hex);
    buf_addf(list, "# %u of %u: %llu payments, %lld fen, %llu bytes\n%s  %s\n",
             p->number, p->count, (unsigned long long)p->payments,
             (long long)p->total_fen, (unsigned long long)p->bytes, hex, p->name);
    return buf_check(list, d);
}

static enum status make_file(struct making *m, struct diag *d)
{
    const struct bank_file *f = &m->files.files[m->file];
    m->part = (struct bank_part){.number = (uint32_t)m->file + 1,
                                 .count = (uint32_t)m->files.count,
                                 .name = m->names + m->file * NAME_CAP,
                                 .payments = f->payments,
                                 .total_fen = f->total_fen};
    if (m->sink.begin != NULL) {
        TRY(m->sink.begin(m->sink.ctx, &m->part, d));
    }
    digest_start(m->g);
    enum status st = write_file(m, d);
    digest_end(m->g, m->part.sha256);
    TRY(st);
    TRY(m->sink.end != NULL ? m->sink.end(m->sink.ctx, &m->part, d) : ST_OK);
    m->made->payments += f->payments;
    return list_part(m, d);
}

static enum status make_files(struct making *m, struct diag *d)
{
    struct batch_made *made = m->made;
    made->files = (uint32_t)m->files.count;
    if (m->format->rows != NULL) {
        TRY(digest_new(&m->rows, d));
        digest_start(m->rows);
    }
    for (m->file = 0; m->file < m->files.count; m->file++) {
        TRY(make_file(m, d));
    }
    if (made->files == 1) {
        memcpy(made->sha256, m->part.sha256, DIGEST_LEN);
        made->bytes = m->part.bytes;
    } else {
        digest_once(m->g, buf_str(&made->list), str_of(""), made->sha256);
        made->bytes = made->list.len;
    }
    made->has_rows = m->rows != NULL;
    if (made->has_rows) {
        digest_end(m->rows, made->rows_sha256);
    }
    return ST_OK;
}

static enum status make_parts(struct making *m, struct diag *d)
{
    for (int i = 0; i < RELAY_PIECES; i++) {
        m->pieces[i] = calloc(1, sizeof *m->pieces[i]);
        if (m->pieces[i] == NULL) {
            return diag_memory(d);
        }
        buf_init(&m->pieces[i]->out, PIECE_BYTES);
        buf_init(&m->pieces[i]->texts, PIECE_BYTES);
    }
    if (m->format->wants_person) {
        m->person = calloc(1, sizeof *m->person);
        if (m->person == NULL) {
            return diag_memory(d);
        }
    }
    TRY(bank_files_plan(m->l, &m->batch, m->format, &m->files, m->progress, d));
    TRY(name_files(m, d));
    TRY(digest_new(&m->g, d));
    TRY(vault_opener_new(m->l, &m->own.opener, d));
    TRY(vault_opener_new(m->l, &m->ahead.opener, d));
    TRY(store_cursor_open(ledger_txn(m->l), TABLE_PEOPLE, &m->people, d));
    return relay_new(&m->relay, make_piece, m, d);
}

static void free_parts(struct making *m)
{
    relay_free(m->relay);
    store_cursor_close(m->people);
    vault_opener_free(m->own.opener);
    vault_opener_free(m->ahead.opener);
    for (int i = 0; i < RELAY_PIECES; i++) {
        if (m->pieces[i] != NULL) {
            buf_release(&m->pieces[i]->out);
            buf_release(&m->pieces[i]->texts);
            free(m->pieces[i]);
        }
    }
    vault_row_release(&m->own.row);
    vault_row_release(&m->ahead.row);
    if (m->person != NULL) {
        wipe(m->person, sizeof *m->person);
        free(m->person);
    }
    digest_free(m->g);
    digest_free(m->rows);
    free(m->names);
    bank_files_release(&m->files);
    paying_close(&m->paying);
}

void batch_made_init(struct batch_made *made)
{
    memset(made, 0, sizeof *made);
    buf_init(&made->list, BATCH_LIST_MAX);
}

enum status batch_form_written(const struct bank_form *form, struct diag *d)
{
    if (form->format->open != NULL) {
        return ST_OK;
    }
    diag_fail(d, ST_USAGE, "no-payment-format", "%s is only read: no bank takes it",
              form->format->name);
    return diag_hint(d, "almoner format list shows what can be written");
}

enum status batch_file_of(struct ledger *l, const struct batch_entry *batch,
                          const struct bank_form *form, uint32_t file_number,
                          struct bank_sink sink, struct batch_made *made,
                          const struct progress *progress, struct diag *d)
{
    struct making m = {.l = l,
                       .batch = *batch,
                       .format = form->format,
                       .form = form,
                       .file_number = file_number,
                       .sink = sink,
                       .made = made,
                       .share = SHARE_FIRST,
                       .progress = progress};
    TRY(batch_form_written(form, d));
    TRY(paying_open(&m.paying, l, &m.batch, form, &m.files.joint, d));
    vault_row_init(&m.own.row);
    vault_row_init(&m.ahead.row);
    enum status st = make_parts(&m, d);
    if (st == ST_OK) {
        st = make_files(&m, d);
    }
    free_parts(&m);
    return st;
}

/* ---- on trial ---- */

static enum status try_heads(struct making *m, struct diag *d)
{
    struct buf out;
    enum status st = ST_OK;
    buf_init(&out, PIECE_BYTES);
    for (size_t i = 0; st == ST_OK && i < m->files.count; i++) {
        char id[PAYMENT_ID_MAX + 1];
        struct payment_head head;
        fill_head(m, i, id, &head);
        head.trial = true;
        buf_clear(&out);
        st = m->format->open(m->format, &m->writer, &head, &out, d);
        if (st == ST_OK) {
            m->format->abandon(m->writer);
        }
    }
    buf_release(&out);
    return st;
}

static enum status try_files(struct making *m, const uint8_t *variants, struct diag *d)
{
    TRY(paying_open(&m->paying, m->l, &m->batch, m->form, &m->files.joint, d));
    TRY(bank_files_plan_of(m->l, &m->batch, m->format, variants, &m->files, m->progress,
                           d));
    TRY(name_files(m, d));
    return try_heads(m, d);
}

enum status trial_files(struct ledger *l, const struct batch_entry *batch,
                        const struct trial_batch *all, const struct progress *progress,
                        struct diag *d)
{
    struct bank_form form;
    struct making m = {
        .l = l, .batch = *batch, .form = &form, .file_number = 1, .progress = progress};
    enum status st = batch_form(l, batch, NULL, &form, d);
    if (st == ST_OK) {
        m.format = form.format;
        st = try_files(&m, all->variants, d);
    }
    free_parts(&m);
    bank_form_release(&form);
    return st;
}
