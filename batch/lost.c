/* lost.c - see lost.h; docs/decisions/0010-epochs.md says why bytes are compared,
 * and not lines guessed at. */
#include "batch/lost.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "base/text.h"
#include "batch/batch_private.h"
#include "formats/zip.h"
#include "ledger/body.h"
#include "ledger/epoch.h"
#include "ledger/export.h"
#include "ledger/payment_id.h"

struct comparing { /* with each of the files that the batch gives */
    struct str file;
    size_t at;
    bool same;       /* so far, the one in hand */
    size_t furthest; /* how far one of them was the same */
    bool found;
};

static unsigned long long line_at(struct str file, size_t at)
{
    unsigned long long line = 1;
    for (size_t i = 0; i < at && i < file.n; i++) {
        line += file.p[i] == '\n' ? 1 : 0;
    }
    return line;
}

static enum status differs(const struct comparing *c, struct diag *d)
{
    unsigned long long line = line_at(c->file, c->furthest);
    diag_fail(d, ST_CONFLICT, "file-differs",
              "the file is not what this batch gives: they differ in line %llu of the "
              "file",
              line);
    diag_hint(d,
              "facts, accounts or policies are not yet as they were when the file "
              "was made: take in again what came since the backup; when the file says "
              "a time at which it was made, name it with --created");
    return diag_where(d, "line %llu", line);
}

static enum status compare_begin(void *ctx, const struct bank_part *p, struct diag *d)
{
    struct comparing *c = ctx;
    (void)p;
    (void)d;
    c->at = 0;
    c->same = true;
    return ST_OK;
}

static enum status compare_piece(void *ctx, const void *p, size_t n, struct diag *d)
{
    struct comparing *c = ctx;
    const char *made = p;
    (void)d;
    for (size_t i = 0; i < n && c->same; i++) {
        c->same = c->at < c->file.n && c->file.p[c->at] == made[i];
        c->at += c->same ? 1 : 0;
    }
    c->furthest = c->at > c->furthest ? c->at : c->furthest;
    return ST_OK;
}

static enum status compare_end(void *ctx, const struct bank_part *p, struct diag *d)
{
    struct comparing *c = ctx;
    (void)p;
    (void)d;
    c->found = c->found || (c->same && c->at == c->file.n);
    return ST_OK;
}

#define SHEET_LOOK ((size_t)64 * 1024) /* of its rows: the first payment is in it */

/* Where ids and times are looked for: of a sheet, what its packed parts hold. */
static enum status unpacked(struct str file, struct buf *held, struct str *out,
                            struct diag *d)
{
    static const char *const parts[] = {"docProps/core.xml",
                                        "xl/worksheets/sheet1.xml"};
    static char piece[SHEET_LOOK];
    struct zip *z;
    *out = file;
    if (!str_starts(file, str_of("PK\3\4"))) {
        return ST_OK;
    }
    TRY(zip_open(&z, file, d));
    enum status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < sizeof parts / sizeof parts[0]; i++) {
        size_t n = 0;
        st = zip_file_open(z, parts[i], d);
        if (st == ST_OK) {
            st = zip_file_read(z, piece, sizeof piece, &n, d);
        }
        buf_add(held, piece, n);
    }
    zip_close(z);
    *out = buf_str(held);
    return st == ST_OK ? buf_check(held, d) : st;
}

static bool time_behind(struct str text, struct str tag, int64_t *us)
{
    for (size_t i = 0; i + tag.n < text.n; i++) {
        if (memcmp(text.p + i, tag.p, tag.n) == 0) {
            size_t from = i + tag.n;
            size_t end = from;
            while (end < text.n && text.p[end] != '<') {
                end++;
            }
            return time_parse(str_make(text.p + from, end - from), us) && *us >= 0;
        }
    }
    return false;
}

/* When the file says it was made: that stands for the release, whose record is lost. */
static int64_t created_in(struct str text, int64_t otherwise_us)
{
    int64_t us;
    return time_behind(text, str_of("<CreDtTm>"), &us) ||
                   time_behind(text,
                               str_of("<dcterms:created xsi:type=\"dcterms:W3CDTF\">"),
                               &us)
               ? us
               : otherwise_us;
}

/* What the file says of itself: *ids false when no id of this ledger is in it. */
static enum status look_into(struct ledger *l, const struct lost_sent *sent,
                             struct lost_file *x, bool *ids, struct diag *d)
{
    struct buf held;
    struct str text;
    buf_init(&held, 2 * SHEET_LOOK);
    enum status st = unpacked(sent->file, &held, &text, d);
    if (st == ST_OK) {
        *ids = payment_id_find(ledger_info(l), text, &x->id_epoch, &x->id_number);
        struct batch_entry b = {.id_epoch = x->id_epoch, .id_number = x->id_number};
        x->refusals = *ids ? payment_id_refusals(ledger_info(l), &b, text) : 0;
        x->created_us = sent->created_us != LOST_TIME_IN_FILE
                            ? sent->created_us
                            : created_in(text, ledger_head(l)->last_us);
    }
    buf_release(&held);
    return st;
}

static enum status find_batch(struct ledger *l, uint32_t epoch, uint32_t number,
                              uint32_t *batch, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(l)->batches; n++) {
        struct batch_entry b;
        TRY(batch_get(ledger_txn(l), n, &b, d));
        if (b.id_epoch == epoch && b.id_number == number) {
            *batch = n;
            return ST_OK;
        }
    }
    diag_fail(d, ST_CONFLICT, "lost-batch",
              "the file is of batch %u of epoch %u, which was made after the backup",
              number, epoch);
    return diag_hint(d,
                     "take in again what came since the backup, run, make the batch "
                     "anew, then say which one it is: restore take-in FILE --batch N");
}

static enum status record_sent(struct ledger *l, const struct lost_file *x,
                               struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[120];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    lost_file_write(x, &w);
    if (w.failed) {
        return diag_fail(d, ST_INPUT, "record-size",
                         "the settings are too long for a record");
    }
    snprintf(subject, sizeof subject, "batch %u: its file was sent before the restore",
             x->sent.batch);
    struct act_text text = {
        .subject = subject, .count = x->sent.lines, .total_fen = x->sent.total_fen};
    return ledger_act(l, KIND_LOST_FILE, writer_str(&w), text, NULL, d);
}

/* Is it the file, or one of the files, that was exported? */
static enum status is_of_export(struct ledger *l, const struct export_entry *x,
                                const uint8_t sha256[DIGEST_LEN], bool *yes,
                                struct diag *d)
{
    char hex[2 * DIGEST_LEN + 1];
    struct buf list;
    *yes = digest_equal(x->sha256, sha256);
    if (*yes || x->files == 1) {
        return ST_OK;
    }
    text_hex(sha256, DIGEST_LEN, hex);
    buf_init(&list, BATCH_LIST_MAX);
    enum status st = vault_file_load(l, x->sha256, &list, d);
    for (size_t i = 0; st == ST_OK && !*yes && i + sizeof hex <= list.len; i++) {
        *yes = memcmp(list.p + i, hex, sizeof hex - 1) == 0;
    }
    buf_release(&list);
    return st;
}

/* Its export is known: the same file again is no news. */
static enum status known_export(struct ledger *l, const struct batch_entry *b,
                                struct lost_report *r, struct diag *d)
{
    uint64_t at = b->export_sequence;
    while (at != 0 && !r->already) {
        struct export_entry x;
        TRY(export_get(ledger_txn(l), at, &x, d));
        TRY(is_of_export(l, &x, r->sha256, &r->already, d));
        at = x.previous;
    }
    if (!r->already) {
        diag_fail(d, ST_CONFLICT, "file-differs",
                  "batch %u was exported before the backup, and not as this file",
                  b->number);
        return diag_hint(d, "ask the bank which files it has had");
    }
    return ST_OK;
}

/* The bank has this file, so it has had all of the batch's: they leave together. */
static enum status prove(struct ledger *l, struct batch_entry *b,
                         const struct bank_form *form, struct lost_file *x,
                         struct str file, const struct progress *progress,
                         struct diag *d)
{
    struct comparing c = {.file = file};
    struct bank_sink sink = {compare_begin, compare_piece, compare_end, &c};
    struct batch_made made;
    TRY(batch_file_number(l, b, &x->sent.file_number, d));
    batch_made_init(&made);
    enum status st =
        batch_file_of(l, b, form, x->sent.file_number, sink, &made, progress, d);
    if (st == ST_OK && !c.found) {
        st = differs(&c, d);
    }
    if (st == ST_OK) {
        st = batch_keep_form(l, form, &made, d);
    }
    memcpy(x->sent.sha256, made.sha256, DIGEST_LEN);
    x->sent.length = made.bytes;
    x->sent.files = made.files;
    x->sent.payments = made.payments;
    buf_release(&made.list);
    return st;
}

static enum status take_in(struct ledger *l, struct batch_entry *b,
                           const struct bank_form *form, struct lost_file *x,
                           struct str file, const struct progress *progress,
                           struct diag *d)
{
    b->id_epoch = x->id_epoch;
    b->id_number = x->id_number;
    /* Where the layout has no id of a file, what is known goes on. */
    x->refusals = x->refusals > b->refusals ? x->refusals : b->refusals;
    b->refusals = x->refusals;
    if (b->release_sequence == 0) {
        b->signers[BATCH_RELEASER].time_us = x->created_us;
    }
    TRY(prove(l, b, form, x, file, progress, d));
    x->what = LOST_SENT;
    x->sent.batch = b->number;
    snprintf(x->sent.format, sizeof x->sent.format, "%s", form->format->name);
    x->sent.profile = form->kept;
    x->sent.lines = batch_count(b);
    x->sent.total_fen = batch_total(b);
    return record_sent(l, x, d);
}

static enum status take_in_as(struct ledger *l, struct batch_entry *b,
                              const char *format, struct lost_file *x, struct str file,
                              const struct progress *progress, struct diag *d)
{
    struct bank_form form;
    enum status st = batch_form_set(l, b, format, &form, d);
    if (st == ST_OK) {
        st = take_in(l, b, &form, x, file, progress, d);
    }
    bank_form_release(&form);
    return st;
}

static enum status may_take_in(struct ledger *l, struct diag *d)
{
    bool resume;
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    return ledger_head(l)->locked != 0
               ? ST_OK
               : diag_fail(d, ST_CONFLICT, "not-locked",
                           "no restore waits for what the bank has");
}

static enum status no_ids(struct diag *d)
{
    diag_fail(d, ST_INPUT, "no-ids",
              "there is no payment id of this ledger in the file");
    return diag_hint(d, "where the bank's layout has none, --batch N says whose it is");
}

enum status lost_take_in(struct ledger *l, const struct lost_sent *sent,
                         const struct progress *progress, struct lost_report *r,
                         struct diag *d)
{
    struct batch_entry b;
    struct lost_file x = {0};
    struct str file = sent->file;
    const char *format = sent->format;
    struct digest *g;
    bool ids;
    memset(r, 0, sizeof *r);
    TRY(may_take_in(l, d));
    TRY(look_into(l, sent, &x, &ids, d));
    if (!ids && sent->batch == 0) {
        return no_ids(d);
    }
    r->batch = sent->batch;
    if (r->batch == 0) {
        TRY(find_batch(l, x.id_epoch, x.id_number, &r->batch, d));
    }
    TRY(batch_get(ledger_txn(l), r->batch, &b, d));
    if (!ids) {
        x.id_epoch = b.id_epoch;
        x.id_number = b.id_number;
    }
    TRY(digest_new(&g, d));
    digest_once(g, file, str_of(""), r->sha256);
    digest_free(g);
    r->lines = batch_count(&b);
    r->total_fen = batch_total(&b);
    return b.state > BATCH_RELEASED ? known_export(l, &b, r, d)
                                    : take_in_as(l, &b, format, &x, file, progress, d);
}

enum status lost_state(struct ledger *l, const char *document, struct diag *d)
{
    uint8_t bytes[TEXT_MAX + 40];
    char subject[SUBJECT_MAX + 1];
    struct lost_file x = {.what = LOST_STATED};
    struct writer w;
    struct str s = str_of(document);
    TRY(may_take_in(l, d));
    if (s.n == 0 || s.n > 120 || text_has_control(s) || !text_utf8_valid(s, NULL)) {
        return diag_fail(d, ST_INPUT, "document",
                         "a document's number has 1 to 120 bytes");
    }
    must(str_copy(s, x.document, sizeof x.document));
    writer_init(&w, bytes, sizeof bytes);
    lost_file_write(&x, &w);
    snprintf(subject, sizeof subject, "restore: nothing else was sent, by %s",
             document);
    struct act_text text = {.subject = subject};
    return ledger_act(l, KIND_LOST_FILE, writer_str(&w), text, NULL, d);
}

/* Of the statement's record: the record behind it names it, or the head. */
static enum status statement_leaf(struct ledger *l, uint8_t out[DIGEST_LEN],
                                  struct diag *d)
{
    const struct head *h = ledger_head(l);
    struct record next;
    if (h->stated == h->tree.size) {
        memcpy(out, h->last_leaf, DIGEST_LEN);
        return ST_OK;
    }
    TRY(record_get(ledger_txn(l), h->stated, &next, NULL, d));
    memcpy(out, next.previous, DIGEST_LEN);
    return ST_OK;
}

enum status lost_agree(struct ledger *l, struct diag *d)
{
    uint8_t bytes[80];
    struct lost_file x = {.what = LOST_AGREED};
    struct writer w;
    TRY(may_take_in(l, d));
    if (ledger_head(l)->stated == 0) {
        diag_fail(d, ST_CONFLICT, "not-stated",
                  "no releaser has stated that nothing else was sent");
        return diag_hint(d, "restore settle --document NUMBER, signed by a releaser");
    }
    TRY(statement_leaf(l, x.statement, d));
    writer_init(&w, bytes, sizeof bytes);
    lost_file_write(&x, &w);
    struct act_text text = {.subject = "restore: nothing else was sent, agreed"};
    return ledger_act(l, KIND_LOST_FILE, writer_str(&w), text, NULL, d);
}
