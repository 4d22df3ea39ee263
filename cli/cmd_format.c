/* cmd_format.c - format list, format read: the formats of banks, and what is in a file.
 *
 * A ledger is opened only for the profiles it keeps: nothing is taken in, and who
 * looked is recorded nowhere. So names and accounts are masked on the screen always
 * (docs/decisions/0014-format-read.md). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ident.h"
#include "base/money.h"
#include "cli/bank_out.h"
#include "cli/command.h"
#include "cli/crash.h"
#include "cli/file_kind.h"
#include "cli/files.h"
#include "cli/json_stream.h"
#include "cli/kept_forms.h"
#include "cli/people.h"
#include "cli/sheet.h"
#include "cli/words.h"
#include "formats/recognise.h"

#define PAGE_LINES 1000 /* of --lines: columns are as wide as a page needs */

/* ---- format list ---- */

static void list_json(struct env *e, const struct kept_forms *k)
{
    const struct payment_format *const *formats = k->all;
    struct json *list =
        json_put_list(output_object(&e->out, "almoner.formats/1"), "formats");
    for (size_t i = 0; i < k->count; i++) {
        struct json *f = json_add_object(list);
        json_put_text(f, "name", formats[i]->name);
        json_put_bool(f, "kept", i >= k->own);
        json_put_text(f, "extension", formats[i]->extension);
        json_put_text(f, "title", formats[i]->title_zh);
        json_put_text(f, "title_en", formats[i]->title_en);
        json_put_bool(f, "writes", formats[i]->open != NULL);
        json_put_bool(f, "reads", formats[i]->read != NULL);
        json_put_bool(f, "answers", formats[i]->read_answer != NULL);
        json_put_bool(f, "profile", formats[i]->profile != NULL);
    }
}

static enum status list_table(const struct output *o, const struct kept_forms *k)
{
    struct sheet t;
    const struct payment_format *const *formats = k->all;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "format", "格式"), false);
    sheet_column(&t, TEXT(o, "file", "文件"), false);
    sheet_column(&t, TEXT(o, "written", "可导出"), false);
    sheet_column(&t, TEXT(o, "reads files", "可读代发文件"), false);
    sheet_column(&t, TEXT(o, "reads answers", "可读回盘"), false);
    sheet_column(&t, TEXT(o, "title", "名称"), false);
    for (size_t i = 0; i < k->count; i++) {
        const bool can[] = {formats[i]->open != NULL, formats[i]->read != NULL,
                            formats[i]->read_answer != NULL};
        sheet_cell(&t, "%s", formats[i]->name);
        sheet_cell(&t, "%s", formats[i]->extension);
        for (size_t c = 0; c < COMMAND_COUNT(can); c++) {
            sheet_cell(&t, "%s", can[c] ? TEXT(o, "yes", "是") : TEXT(o, "no", "否"));
        }
        sheet_cell(&t, "%s", TEXT(o, formats[i]->title_en, formats[i]->title_zh));
    }
    return sheet_end(&t, o, ST_OK);
}

static enum status run_list(struct env *e, struct diag *d)
{
    struct kept_forms k;
    enum status st = kept_forms_load(&k, e, d);
    if (st == ST_OK && e->out.json) {
        list_json(e, &k);
    } else if (st == ST_OK) {
        st = list_table(&e->out, &k);
    }
    kept_forms_release(&k);
    return st;
}

/* ---- format read: words ---- */

static const char *status_word(const struct output *o, enum payment_status s)
{
    static const char *const zh[] = {
        [PAYMENT_PAID] = "已发",     [PAYMENT_REJECTED] = "发放失败",
        [PAYMENT_RETURNED] = "退票", [PAYMENT_PENDING] = "处理中",
        [PAYMENT_UNKNOWN] = "未知",  [PAYMENT_NONE] = "未说明",
    };
    return TEXT(o, payment_status_name(s), zh[s]);
}

/* Nothing for none: what is paid has no reason. */
static const char *reason_word(const struct output *o, enum payment_reason r)
{
    return r == REASON_NONE ? ""
                            : TEXT(o, payment_reason_name(r), payment_reason_zh(r));
}

/* What holds of all payments that no line names. */
static bool says_of_rest(const struct payment_reading *r)
{
    return r->whole.rest != PAYMENT_NONE || r->whole.code[0] != '\0' ||
           r->whole.text[0] != '\0';
}

/* ---- format read: the table ---- */

static void print_head(const struct output *o, const char *path,
                       const struct payment_reading *r)
{
    const struct payment_format *f = r->way.format;
    char count[WORDS_COUNT_CAP];
    const char *kind = r->answers ? TEXT(o, "a bank's answer", "银行回盘")
                                  : TEXT(o, "a payment file", "代发文件");
    output_data(o, TEXT(o, "%s: %s in %s (%s), %s\n", "%s：%s，格式 %s（%s），%s\n"),
                path, kind, f->name, TEXT(o, f->title_en, f->title_zh),
                words_count(o, r->sums.all.count, WORDS_LINES, count));
    if (r->whole.message_id[0] != '\0') {
        output_data(o, TEXT(o, "message %s\n", "报文编号 %s\n"), r->whole.message_id);
    }
    for (size_t i = 0; i < r->alike_count; i++) {
        output_data(o, TEXT(o, "reads the same in %s\n", "按 %s 读取结果相同\n"),
                    r->alike[i]);
    }
}

static void sums_amount(struct sheet *t, const char *currency, int64_t fen)
{
    if (currency[0] != '\0') {
        sheet_fen(t, fen);
    } else {
        sheet_cell(t, "%s", ""); /* the lines do not say */
    }
    sheet_cell(t, "%s", currency);
}

static void sums_row(struct sheet *t, const struct output *o, const char *currency,
                     enum payment_status status, enum payment_reason reason,
                     const struct answer_totals *sum)
{
    sheet_cell(t, "%s", status_word(o, status));
    sheet_cell(t, "%s", reason_word(o, reason));
    sheet_cell(t, "%llu", (unsigned long long)sum->count);
    sums_amount(t, currency, sum->total_fen);
}

/* One currency: a row for each status and reason, and the total. */
static void sums_rows(struct sheet *t, const struct output *o,
                      const struct payment_sums *s, size_t currency)
{
    struct answer_totals total = {0};
    for (unsigned status = 0; status <= PAYMENT_NONE; status++) {
        for (unsigned reason = 0; reason < REASON_COUNT; reason++) {
            const struct answer_totals *sum = &s->of[currency][status][reason];
            if (sum->count > 0) {
                total.count += sum->count;
                total.total_fen += sum->total_fen; /* all of them have been added */
                sums_row(t, o, s->currencies[currency], (enum payment_status)status,
                         (enum payment_reason)reason, sum);
            }
        }
    }
    sheet_cell(t, "%s", TEXT(o, "total", "合计"));
    sheet_cell(t, "%s", "");
    sheet_cell(t, "%llu", (unsigned long long)total.count);
    sums_amount(t, s->currencies[currency], total.total_fen);
}

static void print_rest(const struct output *o, const struct payment_reading *r)
{
    const struct answer_file *w = &r->whole;
    if (!says_of_rest(r)) {
        return;
    }
    output_data(o,
                TEXT(o, "every payment that no line names: %s", "未逐笔列出的款项：%s"),
                status_word(o, w->rest));
    const char *const more[] = {reason_word(o, w->reason), w->code, w->text};
    for (size_t i = 0; i < COMMAND_COUNT(more); i++) {
        if (more[i][0] != '\0') {
            output_data(o, TEXT(o, ", %s", "，%s"), more[i]);
        }
    }
    output_data(o, "\n");
}

/* What a statement books in one sum. */
static void print_bulk(const struct output *o, const struct answer_bulk *b,
                       enum payment_status status)
{
    char count[WORDS_COUNT_CAP];
    char fen[MONEY_TEXT_CAP];
    if (b->count > 0) {
        money_print_grouped(b->total_fen, fen);
        output_data(o,
                    TEXT(o, "booked in one sum, payments not named: %s, %s, %s\n",
                         "合并记账、未列明细：%s，%s，%s\n"),
                    words_count(o, b->count, WORDS_LINES, count), fen,
                    status_word(o, status));
    }
}

static enum status print_sums(const struct output *o, const struct payment_reading *r)
{
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "status", "状态"), false);
    sheet_column(&t, TEXT(o, "reason", "原因"), false);
    sheet_column(&t, TEXT(o, "lines", "笔数"), true);
    sheet_column(&t, TEXT(o, "amount", "金额"), true);
    sheet_column(&t, TEXT(o, "currency", "币种"), false);
    for (size_t c = 0; c < r->sums.currency_count; c++) {
        sums_rows(&t, o, &r->sums, c);
    }
    return sheet_end(&t, o, ST_OK);
}

struct page {
    const struct output *o;
    const struct payment_format *f;
    struct sheet t;
    uint64_t rows;
};

static void page_begin(struct page *p)
{
    const struct output *o = p->o;
    p->rows = 0;
    sheet_init(&p->t);
    sheet_column(&p->t, TEXT(o, "line", "行"), true);
    sheet_column(&p->t, TEXT(o, "id", "编号"), false);
    sheet_column(&p->t, TEXT(o, "amount", "金额"), true);
    sheet_column(&p->t, TEXT(o, "currency", "币种"), false);
    sheet_column(&p->t, TEXT(o, "name", "户名"), false);
    sheet_column(&p->t, TEXT(o, "account", "账号"), false);
    sheet_column(&p->t, TEXT(o, "status", "状态"), false);
    sheet_column(&p->t, TEXT(o, "reason", "原因"), false);
    sheet_column(&p->t, TEXT(o, "code", "代码"), false);
    sheet_column(&p->t, TEXT(o, "the bank's words", "银行说明"), false);
}

static enum status page_line(void *ctx, const struct answer *a, struct diag *d)
{
    (void)d;
    struct page *p = ctx;
    char name[PEOPLE_TEXT_CAP];
    char account[PEOPLE_TEXT_CAP];
    name_mask(a->name, name, sizeof name);
    people_account(a->account, false, account);
    sheet_cell(&p->t, "%llu", (unsigned long long)answer_file_line(a));
    sheet_cell(&p->t, "%.*s", STR_ARG(a->id));
    struct str currency = payment_line_currency(p->f, a);
    if (currency.n > 0) {
        sheet_fen(&p->t, a->amount_fen);
    } else {
        sheet_cell(&p->t, "%s", "");
    }
    sheet_cell(&p->t, "%.*s", STR_ARG(currency));
    sheet_cell(&p->t, "%s", name);
    sheet_cell(&p->t, "%s", account);
    sheet_cell(&p->t, "%s", status_word(p->o, a->status));
    sheet_cell(&p->t, "%s", reason_word(p->o, a->reason));
    sheet_cell(&p->t, "%.*s", STR_ARG(a->code));
    sheet_cell(&p->t, "%.*s", STR_ARG(a->text));
    if (++p->rows == PAGE_LINES) {
        TRY(sheet_end(&p->t, p->o, ST_OK));
        page_begin(p);
    }
    return ST_OK;
}

static enum status read_again(const struct payment_reading *r, struct str file,
                              struct answer_sink sink, struct diag *d)
{
    struct answer_file whole;
    return payment_way_reader(r->way)(r->way.format, file, sink, &whole, d);
}

static enum status print_lines(const struct output *o, const struct payment_reading *r,
                               struct str file, struct diag *d)
{
    struct page p = {.o = o, .f = r->way.format};
    struct answer_sink sink = {.each = page_line, .ctx = &p};
    page_begin(&p);
    return sheet_end(&p.t, o, read_again(r, file, sink, d));
}

/* ---- format read: JSON ---- */

static void put_totals(struct json *list, const struct payment_sums *s, size_t c)
{
    for (unsigned status = 0; status <= PAYMENT_NONE; status++) {
        for (unsigned reason = 0; reason < REASON_COUNT; reason++) {
            const struct answer_totals *sum = &s->of[c][status][reason];
            if (sum->count > 0) {
                struct json *row = json_add_object(list);
                json_put_text(row, "currency", s->currencies[c]);
                json_put_text(row, "status",
                              payment_status_name((enum payment_status)status));
                json_put_text(row, "reason",
                              payment_reason_name((enum payment_reason)reason));
                json_put_uint(row, "count", sum->count);
                json_put_int(row, "total_fen", sum->total_fen);
            }
        }
    }
}

static void put_bulk(struct json *top, const char *key, const struct answer_bulk *b)
{
    struct json *o = json_put_object(top, key);
    json_put_uint(o, "count", b->count);
    json_put_int(o, "total_fen", b->total_fen);
}

static void put_file(struct json *top, const struct payment_reading *r)
{
    json_put_text(top, "format", r->way.format->name);
    json_put_text(top, "kind", r->answers ? "answer" : "order");
    json_put_uint(top, "count", r->sums.all.count);
    json_put_int(top, "total_fen", r->sums.all.total_fen);
    json_put_text(top, "message_id", r->whole.message_id);
    struct json *alike = json_put_list(top, "alike");
    for (size_t i = 0; i < r->alike_count; i++) {
        json_add_str(alike, str_of(r->alike[i]));
    }
    struct json *rest = json_put_object(top, "rest");
    json_put_text(rest, "status", payment_status_name(r->whole.rest));
    json_put_text(rest, "reason", payment_reason_name(r->whole.reason));
    json_put_text(rest, "code", r->whole.code);
    json_put_text(rest, "text", r->whole.text);
    put_bulk(top, "bulk_paid", &r->whole.bulk_paid);
    put_bulk(top, "bulk_returned", &r->whole.bulk_returned);
    struct json *totals = json_put_list(top, "totals");
    for (size_t c = 0; c < r->sums.currency_count; c++) {
        put_totals(totals, &r->sums, c);
    }
}

struct lines_json {
    struct json_stream s;
    const struct payment_format *f;
};

static enum status stream_line(void *ctx, const struct answer *a, struct diag *d)
{
    struct lines_json *lines = ctx;
    struct json_stream *s = &lines->s;
    const struct {
        const char *key;
        struct str text;
    } more[] = {
        {"bank", a->bank},         {"code", a->code},
        {"text", a->text},         {"new_account", a->new_account},
        {"new_bank", a->new_bank},
    };
    json_stream_item(s);
    json_stream_str(s, "id", a->id);
    json_stream_int(s, "amount_fen", a->amount_fen);
    json_stream_str(s, "currency", payment_line_currency(lines->f, a));
    json_stream_str(s, "name", a->name);
    json_stream_str(s, "account", a->account);
    json_stream_str(s, "status", str_of(payment_status_name(a->status)));
    json_stream_str(s, "reason", str_of(payment_reason_name(a->reason)));
    json_stream_int(s, "line", (int64_t)answer_file_line(a));
    for (size_t i = 0; i < COMMAND_COUNT(more); i++) {
        if (more[i].text.n > 0) {
            json_stream_str(s, more[i].key, more[i].text);
        }
    }
    return json_stream_item_end(s, d);
}

/* Lines are not kept: there may be millions. So they are read once more. */
static enum status print_json(struct output *o, const struct payment_reading *r,
                              struct str file, struct diag *d)
{
    struct json *top = output_object(o, "almoner.file/1");
    put_file(top, r);
    struct lines_json lines = {.f = r->way.format};
    struct answer_sink sink = {.each = stream_line, .ctx = &lines};
    enum status st = json_stream_begin(&lines.s, top, "transactions", stdout, d);
    if (st == ST_OK) {
        st = read_again(r, file, sink, d);
    }
    st = json_stream_end(&lines.s, st, d);
    output_forget(o);
    return st;
}

/* ---- format read ---- */

/* Readers know the line, not the file's name. */
static enum status in_file(const char *path, struct diag *d)
{
    char where[sizeof d->where];
    snprintf(where, sizeof where, "%s", d->where);
    return diag_where(d, "%s%s%s", path, where[0] != '\0' ? ": " : "", where);
}

/* `own`: empty; holds the profile of --format's file as long as r is used. */
static enum status read_file(struct env *e, const struct kept_forms *k, struct str file,
                             struct bank_form *own, struct payment_reading *r,
                             struct diag *d)
{
    const char *name;
    bool given;
    TRY(bank_form_option(&e->options, &name, &given, own, d));
    if (given) {
        return payment_file_read(file, &own->format, 1, r, d);
    }
    if (name == NULL) {
        enum status st = payment_file_read(file, k->all, k->count, r, d);
        return st == ST_INPUT && strcmp(d->code, "unknown-file") == 0
                   ? file_kind_tell(file, d)
                   : st;
    }
    const struct payment_format *format = kept_forms_find(k, name);
    if (format != NULL) {
        return payment_file_read(file, &format, 1, r, d);
    }
    diag_fail(d, ST_USAGE, "unknown-format", "there is no format %s", name);
    return diag_hint(d, "almoner format list shows them");
}

static enum status show(struct env *e, const char *path, struct str file,
                        const struct payment_reading *r, struct diag *d)
{
    if (e->out.json) {
        return print_json(&e->out, r, file, d);
    }
    print_head(&e->out, path, r);
    TRY(print_sums(&e->out, r));
    print_rest(&e->out, r);
    print_bulk(&e->out, &r->whole.bulk_paid, PAYMENT_PAID);
    print_bulk(&e->out, &r->whole.bulk_returned, PAYMENT_RETURNED);
    if (options_flag(&e->options, "lines")) {
        output_data(&e->out, "\n");
        TRY(print_lines(&e->out, r, file, d));
    }
    return ST_OK;
}

static enum status read_and_show(struct env *e, const struct kept_forms *k,
                                 struct diag *d)
{
    const char *path = env_operand(e, 0);
    struct file_map m;
    crash_of_file();
    TRY(file_map_open(&m, path, d));
    struct bank_form own;
    bank_form_init(&own);
    struct payment_reading *r = malloc(sizeof *r);
    enum status st = r == NULL ? diag_memory(d) : read_file(e, k, m.bytes, &own, r, d);
    if (st == ST_OK) {
        st = show(e, path, m.bytes, r, d);
    } else if (st == ST_INPUT) {
        in_file(path, d);
    }
    free(r);
    bank_form_release(&own);
    file_map_close(&m);
    return st;
}

static enum status run_read(struct env *e, struct diag *d)
{
    struct kept_forms k;
    enum status st = kept_forms_load(&k, e, d);
    if (st == ST_OK) {
        st = read_and_show(e, &k, d);
    }
    kept_forms_release(&k);
    return st;
}

static const struct option_spec READ[] = {
    {"format", 0, OPTION_TEXT, "FORMAT",
     "read it so: a name, or the path of a profile"},
    {"lines", 0, OPTION_FLAG, NULL, "every payment, names and accounts masked"},
};

static const struct command ITEMS[] = {
    {
        .name = "format list",
        .run = run_list,
        .needs = COMMAND_MAY_LEDGER,
        .operands = "",
        .brief = "bank file formats this program knows",
        .brief_zh = "列出支持的银行文件格式",
        .text =
            "The names are what channel add --format and batch export --format take, "
            "when they are written; answers come in the same or, as pain.002, camt.053 "
            "and camt.054 do, in a format of their own. With -C, the profiles that the "
            "ledger's channels keep are listed, too.",
        .example = "  almoner format list\n"
                   "  almoner -C baoqing format list",
    },
    {
        .name = "format read",
        .run = run_read,
        .needs = COMMAND_MAY_LEDGER,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(READ),
        .brief = "what is in a bank file: how many, how much, which states",
        .brief_zh = "查看银行文件的内容：笔数、金额、状态",
        .text =
            "Says of any file of a bank, or for one, what it is, and sums it by status "
            "and reason. It needs no ledger and takes nothing in: batch answer does. "
            "With -C, the profiles that the ledger's channels keep are known, too. A "
            "file that is damaged, cut or of another kind is refused (exit 3) with "
            "line and column. Names and accounts are masked; --json has them in clear.",
        .example = "  almoner format read answer-2026-09.txt\n"
                   "  almoner format read --lines --format pain.002 status.xml",
    },
};
const struct command_list commands_format = {"Bank files", "银行文件", ITEMS,
                                             COMMAND_COUNT(ITEMS)};
