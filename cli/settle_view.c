/* settle_view.c - see settle_view.h. Files are found by their batches: while a ledger
 * is locked nothing is exported, so an export's record since is a file taken in. */
#include "cli/settle_view.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "base/text.h"
#include "cli/sheet.h"
#include "cli/words.h"
#include "ledger/body.h"
#include "ledger/epoch.h"
#include "ledger/export.h"

struct listing {
    uint64_t files;
    uint64_t standing;
    struct buf text; /* of everything listed: what the answer to a question holds for */
};

struct taken {
    struct export_entry file;
    struct operator_entry by;
    char time[TIME_TEXT_CAP];
};

/* Calls for each file, and each batch that stands; either may be NULL. */
struct settle_sink {
    void (*file)(void *ctx, const struct taken *x);
    void (*batch)(void *ctx, const struct batch_entry *b);
    void *ctx;
};

static enum status signed_by(struct env *e, const struct signed_body *s,
                             struct operator_entry *who, char time[TIME_TEXT_CAP],
                             struct diag *d)
{
    time_print(s->signature.time_us, time);
    return operator_get(ledger_txn(e->ledger), s->signature.operator_number, who, d);
}

static enum status take(struct env *e, uint64_t sequence, struct taken *x,
                        struct diag *d)
{
    struct record rec;
    struct signed_body s;
    TRY(export_get(ledger_txn(e->ledger), sequence, &x->file, d));
    TRY(record_get(ledger_txn(e->ledger), sequence, &rec, NULL, d));
    TRY(signed_body_read(&rec, &s, d));
    return signed_by(e, &s, &x->by, x->time, d);
}

static enum status each(struct env *e, struct settle_sink sink, struct diag *d)
{
    const struct head *h = ledger_head(e->ledger);
    for (uint32_t n = 1; n <= h->batches; n++) {
        struct batch_entry b;
        struct taken x;
        TRY(batch_get(ledger_txn(e->ledger), n, &b, d));
        if (sink.file != NULL && b.export_sequence >= h->locked) {
            TRY(take(e, b.export_sequence, &x, d));
            sink.file(sink.ctx, &x);
        }
        if (sink.batch != NULL &&
            (b.state == BATCH_APPROVED || b.state == BATCH_RELEASED)) {
            sink.batch(sink.ctx, &b);
        }
    }
    return ST_OK;
}

/* ---- the statement that waits ---- */

struct statement {
    struct lost_file x;
    struct operator_entry by;
    char time[TIME_TEXT_CAP];
};

/* Is there one? */
static enum status statement(struct env *e, struct statement *out, bool *found,
                             struct diag *d)
{
    const struct head *h = ledger_head(e->ledger);
    struct record rec;
    struct signed_body s;
    *found = h->stated != 0;
    if (!*found) {
        return ST_OK;
    }
    TRY(record_get(ledger_txn(e->ledger), h->stated - 1, &rec, NULL, d));
    TRY(signed_body_read(&rec, &s, d));
    if (!lost_file_read(s.plain, &out->x)) {
        return diag_fail(d, ST_INTEGRITY, "record-body",
                         "record %llu is no statement after a restore",
                         (unsigned long long)h->stated - 1);
    }
    return signed_by(e, &s, &out->by, out->time, d);
}

/* ---- for scripts ---- */

static void put_file(void *ctx, const struct taken *x)
{
    struct json *o = json_add_object(ctx);
    char hex[2 * DIGEST_LEN + 1];
    text_hex(x->file.sha256, DIGEST_LEN, hex);
    json_put_uint(o, "batch", x->file.batch);
    json_put_text(o, "format", x->file.format);
    json_put_text(o, "sha256", hex);
    json_put_uint(o, "lines", x->file.lines);
    json_put_int(o, "total_fen", x->file.total_fen);
    json_put_text(o, "operator", x->by.name);
    json_put_text(o, "time", x->time);
}

static void put_batch(void *ctx, const struct batch_entry *b)
{
    struct json *o = json_add_object(ctx);
    json_put_uint(o, "batch", b->number);
    json_put_text(o, "state", batch_state_name(b->state));
    json_put_uint(o, "lines", batch_count(b));
    json_put_int(o, "total_fen", batch_total(b));
}

static enum status put_all(struct env *e, struct diag *d)
{
    struct json *top = output_object(&e->out, "almoner.settle/1");
    struct settle_sink files = {.file = put_file,
                                .ctx = json_put_list(top, "taken_in")};
    struct settle_sink batches = {.batch = put_batch,
                                  .ctx = json_put_list(top, "standing")};
    struct statement s;
    bool found;
    TRY(each(e, files, d));
    TRY(each(e, batches, d));
    TRY(statement(e, &s, &found, d));
    if (!found) {
        json_put_null(top, "stated");
        return ST_OK;
    }
    struct json *o = json_put_object(top, "stated");
    json_put_text(o, "document", s.x.document);
    json_put_text(o, "operator", s.by.name);
    json_put_text(o, "time", s.time);
    return ST_OK;
}

/* ---- for people ---- */

static void file_row(void *ctx, const struct taken *x)
{
    struct sheet *t = ctx;
    sheet_cell(t, "%u", x->file.batch);
    sheet_cell(t, "%s", x->file.format);
    sheet_cell(t, "%llu", (unsigned long long)x->file.lines);
    sheet_fen(t, x->file.total_fen);
    sheet_cell(t, "%s", x->by.name);
    sheet_cell(t, "%s", x->time);
}

static enum status print_files(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct sheet t;
    struct settle_sink sink = {.file = file_row, .ctx = &t};
    output_data(o, "%s\n",
                TEXT(o, "Files taken in since the restore:", "恢复后已核认的文件："));
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "batch", "批次"), true);
    sheet_column(&t, TEXT(o, "format", "格式"), false);
    sheet_column(&t, TEXT(o, "lines", "笔数"), true);
    sheet_column(&t, TEXT(o, "yuan", "金额（元）"), true);
    sheet_column(&t, TEXT(o, "by", "核认人"), false);
    sheet_column(&t, TEXT(o, "time", "时间"), false);
    enum status st = each(e, sink, d);
    bool none = t.count == 0;
    TRY(sheet_end(&t, o, st));
    if (none) {
        output_data(o, "%s\n", TEXT(o, "none", "无"));
    }
    return ST_OK;
}

struct batch_rows {
    const struct output *o;
    struct sheet t;
};

static void batch_row(void *ctx, const struct batch_entry *b)
{
    struct batch_rows *r = ctx;
    sheet_cell(&r->t, "%u", b->number);
    sheet_cell(&r->t, "%s",
               TEXT(r->o, batch_state_name(b->state), batch_state_zh(b->state)));
    sheet_cell(&r->t, "%llu", (unsigned long long)batch_count(b));
    sheet_fen(&r->t, b->total_fen);
}

static enum status print_batches(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct batch_rows r = {.o = o};
    struct settle_sink sink = {.batch = batch_row, .ctx = &r};
    output_data(o, "%s\n",
                TEXT(o,
                     "Batches that stand as approved or released (by these signatures "
                     "the bank has none of them):",
                     "仍为已复核或已审批的批次（签名即确认银行没有其文件）："));
    sheet_init(&r.t);
    sheet_column(&r.t, TEXT(o, "batch", "批次"), true);
    sheet_column(&r.t, TEXT(o, "state", "状态"), false);
    sheet_column(&r.t, TEXT(o, "lines", "笔数"), true);
    sheet_column(&r.t, TEXT(o, "yuan", "金额（元）"), true);
    enum status st = each(e, sink, d);
    bool none = r.t.count == 0;
    TRY(sheet_end(&r.t, o, st));
    if (none) {
        output_data(o, "%s\n", TEXT(o, "none", "无"));
    }
    return ST_OK;
}

enum status settle_show(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct statement s;
    bool found;
    if (ledger_head(e->ledger)->locked == 0) {
        return ST_OK;
    }
    if (o->json) {
        return put_all(e, d);
    }
    TRY(print_files(e, d));
    TRY(print_batches(e, d));
    TRY(statement(e, &s, &found, d));
    if (found) {
        output_data(o,
                    TEXT(o, "%s stated at %s, by %s, that the bank has nothing else.\n",
                         "%s 于 %s 依据%s说明银行再无其他文件。\n"),
                    s.by.name, s.time, s.x.document);
    }
    return ST_OK;
}

/* ---- the question ---- */

static void add_file(void *ctx, const struct taken *x)
{
    struct listing *l = ctx;
    l->files++;
    buf_addf(&l->text, "file %u ", x->file.batch);
    buf_add(&l->text, x->file.sha256, DIGEST_LEN);
}

static void add_batch(void *ctx, const struct batch_entry *b)
{
    struct listing *l = ctx;
    l->standing++;
    buf_addf(&l->text, "batch %u %d ", b->number, (int)b->state);
}

enum status settle_about(struct env *e, uint32_t number, struct question *q,
                         struct diag *d)
{
    const struct output *o = &e->out;
    struct listing l = {0};
    struct settle_sink sink = {.file = add_file, .batch = add_batch, .ctx = &l};
    (void)number;
    buf_init(&l.text, (size_t)64 * 1024 * 1024);
    buf_addf(&l.text, "stated %llu ",
             (unsigned long long)ledger_head(e->ledger)->stated);
    enum status st = each(e, sink, d);
    if (st == ST_OK) {
        st = buf_check(&l.text, d);
    }
    if (st == ST_OK) {
        digest_once(ledger_digest(e->ledger), buf_str(&l.text), str_of(""), q->content);
    }
    buf_release(&l.text);
    snprintf(q->text, sizeof q->text,
             TEXT(o,
                  "The bank has nothing of this ledger since the backup but these %llu "
                  "files, and none of the %llu batches that stand?",
                  "除上列 %llu 个文件外，银行没有备份后的其他文件，也没有上列 %llu "
                  "个批次的文件，确认？"),
             (unsigned long long)l.files, (unsigned long long)l.standing);
    return st;
}
