/* month_view.c - see month_view.h. */
#include "cli/month_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "cli/bank_out.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/roll.h"
#include "cli/words.h"
#include "ledger/close.h"

/* ---- statements ---- */

static enum status find_format(struct str text, const char *name,
                               const struct payment_format **out, struct diag *d)
{
    size_t count;
    const struct payment_format *const *all = payment_formats(&count);
    struct str head =
        str_make(text.p, text.n < PAYMENT_HEAD_BYTES ? text.n : PAYMENT_HEAD_BYTES);
    for (size_t i = 0; i < count; i++) {
        const struct payment_format *f = all[i];
        bool chosen = name != NULL ? strcmp(f->name, name) == 0
                                   : f->statement && f->is != NULL && f->is(f, head);
        if (chosen && f->read_answer != NULL) {
            *out = f;
            return ST_OK;
        }
    }
    if (name != NULL) {
        diag_fail(d, ST_USAGE, "unknown-format", "no format \"%s\" is read", name);
    } else {
        diag_fail(d, ST_INPUT, "unknown-file", "it is no statement of an account");
    }
    return diag_hint(d, "almoner format list shows the formats; --format says which");
}

/* The form that --format names, when it is a file; a layout without an answer reads
 * nothing that a bank says. */
static enum status own_form(struct env *e, const char **name, bool *given,
                            struct bank_form *form, struct diag *d)
{
    bank_form_init(form);
    TRY(bank_form_option(&e->options, name, given, form, d));
    if (*given && form->format->read_answer == NULL) {
        diag_fail(d, ST_USAGE, "no-answer-format", "answers in %s cannot be read",
                  form->format->name);
        return diag_hint(d,
                         "give the profile an `answer` with the statement's columns");
    }
    return ST_OK;
}

enum status month_view_load(struct env *e, struct month_view *v, struct diag *d)
{
    struct str paths[CLOSE_STATEMENTS_MAX];
    const char *name;
    bool given;
    memset(v, 0, sizeof *v);
    TRY(own_form(e, &name, &given, &v->own, d));
    size_t n = options_list(&e->options, "statement", paths, CLOSE_STATEMENTS_MAX);
    if (n > CLOSE_STATEMENTS_MAX) {
        return diag_fail(d, ST_USAGE, "too-many", "at most %d statements",
                         CLOSE_STATEMENTS_MAX);
    }
    for (; v->count < n; v->count++) {
        struct page_statement *s = &v->statements[v->count];
        struct file_map *file = &v->files[v->count];
        TRY(file_map_open(file, paths[v->count].p, d));
        s->text = file->bytes;
        s->format = v->own.format;
        enum status st = given ? ST_OK : find_format(s->text, name, &s->format, d);
        if (st != ST_OK) {
            file_map_close(file);
            return st;
        }
    }
    return ST_OK;
}

void month_view_release(struct month_view *v)
{
    for (size_t i = 0; i < v->count; i++) {
        file_map_close(&v->files[i]);
    }
    v->count = 0;
    bank_form_release(&v->own);
}

enum status month_view_make(struct env *e, struct month_view *v, int32_t month,
                            struct page_rows rows, struct diag *d)
{
    struct month_page_request q = {.month = month,
                                   .statements = v->statements,
                                   .statement_count = v->count,
                                   .rows = rows};
    return month_page(e->ledger, &q, &v->page, d);
}

/* ---- the page ---- */

static const struct {
    const char *en;
    const char *zh;
} NAMES[PAGE_KINDS] = {
    [PAGE_GRANTED] = {"granted: books, runs", "应发：总账，测算"},
    [PAGE_BATCHED] = {"put in batches: books, lines", "组批：总账，明细"},
    [PAGE_REGISTER] = {"in batches: lines, register", "批次：明细，登记"},
    [PAGE_FILES] = {"sent: register, bank files", "送盘：登记，代发文件"},
    [PAGE_PAID] = {"paid: books, lines", "已发：总账，明细"},
    [PAGE_FUNDS] = {"of it from appropriations: lines, funds",
                    "其中指标列支：明细，指标"},
    [PAGE_BACK] = {"not paid, came back: books, lines", "剔除及退回：总账，明细"},
    [PAGE_UNKNOWN] = {"not known: books, lines", "未明：总账，明细"},
    [PAGE_ANSWERS] = {"answered: lines, register", "回盘：明细，登记"},
    [PAGE_REISSUED] = {"due again: books, register", "重发：总账，登记"},
    [PAGE_REFUNDED] = {"to the treasury: books, register", "缴回国库：总账，登记"},
    [PAGE_CORRECTED] = {"paid after all: books, register", "更正为已发：总账，登记"},
    [PAGE_OVER] = {"of it paid again: books, register", "其中重复发放：总账，登记"},
    [PAGE_STATEMENT] = {"paid: lines, statement", "已发：明细，银行流水"},
    [PAGE_BALANCES] = {"all months, balances", "各月累计，余额"},
};

static void put_sum(struct json *o, const char *key, const struct page_sum *s)
{
    struct json *item = json_put_object(o, key);
    json_put_uint(item, "count", s->count);
    json_put_int(item, "fen", s->fen);
}

static void put_page(struct json *top, const struct month_page *p)
{
    char month[DATE_TEXT_CAP];
    month_print(p->month, month);
    json_put_text(top, "month", month);
    json_put_uint(top, "people", p->people);
    json_put_uint(top, "batches", p->batches);
    json_put_uint(top, "differences", p->differences);
    put_sum(top, "dropped", &p->out);
    put_sum(top, "late_here", &p->late_here);
    put_sum(top, "late_elsewhere", &p->late_elsewhere);
    struct json *list = json_put_list(top, "pairs");
    for (size_t i = 0; i < p->pair_count; i++) {
        const struct page_pair *x = &p->pairs[i];
        struct json *item = json_add_object(list);
        json_put_text(item, "name", page_name(x->what));
        put_sum(item, "first", &x->first);
        put_sum(item, "second", &x->second);
        json_put_int(item, "difference_fen", x->first.fen - x->second.fen);
        json_put_bool(item, "agrees", !page_pair_differs(x));
    }
}

static void sheet_sum(struct sheet *t, const struct page_pair *x,
                      const struct page_sum *s)
{
    if (x->counts) {
        sheet_cell(t, "%llu", (unsigned long long)s->count);
    } else {
        sheet_cell(t, "%s", "");
    }
    sheet_fen(t, s->fen);
}

static void print_pairs(const struct output *o, const struct month_page *p)
{
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "figure", "项目"), false);
    sheet_column(&t, TEXT(o, "count", "笔数"), true);
    sheet_column(&t, TEXT(o, "one way", "一方"), true);
    sheet_column(&t, TEXT(o, "count", "笔数"), true);
    sheet_column(&t, TEXT(o, "the other", "另一方"), true);
    sheet_column(&t, TEXT(o, "difference", "差额"), true);
    sheet_column(&t, TEXT(o, "rows", "明细"), false);
    for (size_t i = 0; i < p->pair_count; i++) {
        const struct page_pair *x = &p->pairs[i];
        int64_t apart;
        sheet_cell(&t, "%s", TEXT(o, NAMES[x->what].en, NAMES[x->what].zh));
        sheet_sum(&t, x, &x->first);
        sheet_sum(&t, x, &x->second);
        sheet_fen(&t, money_sub(x->first.fen, x->second.fen, &apart) ? apart : 0);
        sheet_cell(&t, "%s", page_name(x->what));
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void print_late(const struct output *o, const char *words,
                       const struct page_sum *s)
{
    char fen[MONEY_TEXT_CAP];
    if (s->fen != 0) {
        money_print_grouped(s->fen, fen);
        output_data(o, "%s: %llu, %s\n", words, (unsigned long long)s->count, fen);
    }
}

static void month_view_show(struct env *e, const struct month_page *p)
{
    const struct output *o = &e->out;
    char month[DATE_TEXT_CAP];
    char people[WORDS_COUNT_CAP];
    if (o->json) {
        put_page(output_object(&e->out, "almoner.month-page/1"), p);
        return;
    }
    month_print(p->month, month);
    output_data(o, TEXT(o, "%s: roster %s, batches %u\n\n", "%s：名册 %s，批次 %u\n\n"),
                month, words_count(o, p->people, WORDS_PEOPLE, people), p->batches);
    print_pairs(o, p);
    output_data(o, "\n");
    print_late(o, TEXT(o, "dropped or recalled", "剔除或撤回"), &p->out);
    print_late(
        o,
        TEXT(o, "in this month's books, of earlier months", "记入本月账、属于以前月份"),
        &p->late_here);
    print_late(o, TEXT(o, "of this month, in later books", "属于本月、记入以后月份"),
               &p->late_elsewhere);
    if (p->differences == 0) {
        output_data(o, "%s%s%s\n", output_paint(o, PAINT_GOOD),
                    TEXT(o, "Every difference is 0.00.", "各项差额均为 0.00。"),
                    output_paint(o, PAINT_NONE));
        return;
    }
    output_data(o, "%s", output_paint(o, PAINT_BAD));
    output_data(o, TEXT(o, "%llu figures differ.", "%llu 项不一致。"),
                (unsigned long long)p->differences);
    output_data(o, "%s\n", output_paint(o, PAINT_NONE));
}

/* ---- the rows behind a figure ---- */

static const struct roll_column ROWS[] = {
    {"number", "batch", "批次", true},
    {"line", "line", "明细", true},
    {"person", "person", "补贴对象", true},
    {"programme", "programme", "补贴项目", false},
    {"amount_fen", "yuan", "金额", true},
    {"state", "state", "状态", false},
    {"booked", "by statement", "流水", true},
};

/* What an appropriation bears of a programme, and where the two do not agree. */
static enum status fund_row(struct roll *r, const struct page_row *x, struct diag *d)
{
    const struct output *o = &r->e->out;
    roll_none(r);
    roll_none(r);
    roll_text(r, "%s", x->line.programme);
    roll_fen(r, x->sum.fen);
    roll_text(r, "%s %s",
              x->apart ? TEXT(o, "appropriation says more:", "指标多记")
                       : TEXT(o, "appropriation:", "指标"),
              x->source);
    roll_none(r);
    return roll_row(r, d);
}

static enum status take_row(void *ctx, const struct page_row *x, struct diag *d)
{
    struct roll *r = ctx;
    const struct output *o = &r->e->out;
    roll_uint(r, x->number);
    if (x->source[0] != '\0') {
        return fund_row(r, x, d);
    }
    if (x->line.line == 0) { /* a run: how many records, and what they grant */
        roll_uint(r, x->sum.count);
        roll_none(r);
        roll_none(r);
        roll_fen(r, x->sum.fen);
        roll_text(r, "%s", TEXT(o, "run", "测算"));
        roll_none(r);
        return roll_row(r, d);
    }
    roll_uint(r, x->line.line);
    roll_uint(r, x->line.person);
    roll_text(r, "%s", x->line.programme);
    roll_fen(r, x->line.fen);
    roll_text(r, "%s",
              o->json ? line_state_name(x->line.state)
                      : words_line_state(o, x->line.state));
    roll_text(r, "%d", x->booked);
    return roll_row(r, d);
}

static enum status rows_wanted(const struct env *e, struct page_rows *out,
                               struct diag *d)
{
    const char *name = options_text(&e->options, "rows");
    out->what = PAGE_KINDS;
    if (name == NULL) {
        return ST_OK;
    }
    out->what = page_find(str_of(name));
    switch (out->what) {
    case PAGE_GRANTED:
    case PAGE_BATCHED:
    case PAGE_PAID:
    case PAGE_FUNDS:
    case PAGE_BACK:
    case PAGE_UNKNOWN:
    case PAGE_STATEMENT:
        return ST_OK;
    case PAGE_REGISTER:
    case PAGE_FILES:
    case PAGE_ANSWERS:
    case PAGE_REISSUED:
    case PAGE_REFUNDED:
    case PAGE_CORRECTED:
    case PAGE_OVER:
        diag_fail(d, ST_USAGE, "bad-option", "%s is a figure of whole batches", name);
        return diag_hint(d, "almoner batch list shows them");
    case PAGE_BALANCES:
    case PAGE_KINDS:
        break;
    }
    diag_fail(d, ST_USAGE, "bad-option", "no rows are kept of \"%s\"", name);
    return diag_hint(d, "granted, batched, paid, funds, back, unknown or statement");
}

static enum status show_rows(struct env *e, struct month_view *v, int32_t month,
                             struct page_rows rows, struct diag *d)
{
    struct roll r;
    struct json *top = NULL;
    enum status st = roll_begin(&r, e, ROWS, COMMAND_COUNT(ROWS),
                                options_text(&e->options, "out"), d);
    if (st == ST_OK && e->out.json) {
        top = output_object(&e->out, "almoner.month-page/1");
        roll_list(&r, json_put_list(top, "rows"));
    }
    rows.each = take_row;
    rows.ctx = &r;
    if (st == ST_OK) {
        st = month_view_make(e, v, month, rows, d);
    }
    uint64_t count = r.rows;
    st = roll_end(&r, st, d);
    if (st == ST_OK && e->out.json) {
        put_page(top, &v->page);
    } else if (st == ST_OK && count == 0) {
        output_data(&e->out, "%s\n", TEXT(&e->out, "No rows.", "无明细。"));
    }
    return st;
}

enum status month_view_report(struct env *e, int32_t month, struct diag *d)
{
    struct page_rows rows = {.what = PAGE_KINDS};
    TRY(rows_wanted(e, &rows, d));
    struct month_view *v = calloc(1, sizeof *v);
    if (v == NULL) {
        return diag_memory(d);
    }
    enum status st = month_view_load(e, v, d);
    if (st == ST_OK) {
        st = rows.what == PAGE_KINDS ? env_read(e, d) : env_read_people(e, d);
    }
    if (st == ST_OK && rows.what != PAGE_KINDS) {
        st = show_rows(e, v, month, rows, d);
    } else if (st == ST_OK) {
        st = month_view_make(e, v, month, rows, d);
        if (st == ST_OK) {
            month_view_show(e, &v->page);
        }
    }
    if (st == ST_OK && v->page.differences > 0) {
        st = ST_FINDINGS;
    }
    month_view_release(v);
    free(v);
    return st;
}
