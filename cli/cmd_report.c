/* cmd_report.c - the two pages of totals: by programme and month, and from roster to
 * bank with every difference; and the vouchers (report_journal.c). */
#include <stdio.h>
#include <stdlib.h>

#include "audit/reconcile.h"
#include "audit/summary.h"
#include "base/date.h"
#include "base/money.h"
#include "cli/command.h"
#include "cli/month_view.h"
#include "cli/report_journal.h"
#include "cli/sheet.h"
#include "cli/words.h"

/* Which accounts have a column: those of recoveries only where there are recoveries. */
struct kinds {
    bool shown[ACCOUNT_KINDS];
};

static enum status find_kinds(struct ledger *l, struct kinds *out, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str value;
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        out->shown[k] = k <= ACCOUNT_RECEIVABLE;
    }
    TRY(store_cursor_open(ledger_txn(l), TABLE_BALANCES, &c, d));
    enum status st = store_cursor_next(c, &key, &value, d);
    while (st == ST_OK && key.p != NULL) {
        uint8_t kind = key.n > 0 ? (uint8_t)key.p[key.n - 1] : ACCOUNT_KINDS;
        if (kind < ACCOUNT_KINDS) {
            out->shown[kind] = true;
        }
        st = store_cursor_next(c, &key, &value, d);
    }
    store_cursor_close(c);
    return st;
}

static void add_kind_columns(struct sheet *t, const struct output *o,
                             const struct kinds *kinds)
{
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        if (kinds->shown[k]) {
            sheet_column(t, words_account(o, (enum account_kind)k), true);
        }
    }
}

static void add_kind_cells(struct sheet *t, const struct kinds *kinds,
                           const int64_t fen[ACCOUNT_KINDS])
{
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        if (kinds->shown[k]) {
            sheet_fen(t, fen[k]);
        }
    }
}

static void put_kinds(struct json *o, const int64_t fen[ACCOUNT_KINDS])
{
    char key[40];
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        snprintf(key, sizeof key, "%s_fen", account_kind_name((enum account_kind)k));
        json_put_int(o, key, fen[k]);
    }
}

/* ---- summary ---- */

struct summing {
    struct json *list;
    struct sheet *sheet;
    struct kinds kinds;
    int64_t total[ACCOUNT_KINDS];
    bool overflow;
};

static void take_row(void *ctx, const struct summary_row *row)
{
    struct summing *s = ctx;
    char month[DATE_TEXT_CAP];
    month_print(row->month, month);
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        s->overflow = s->overflow || !money_add(s->total[k], row->fen[k], &s->total[k]);
    }
    if (s->list != NULL) {
        struct json *item = json_add_object(s->list);
        json_put_text(item, "programme", row->code);
        json_put_text(item, "period", month);
        json_put_uint(item, "people", row->people);
        put_kinds(item, row->fen);
        return;
    }
    sheet_cell(s->sheet, "%s", row->code);
    sheet_cell(s->sheet, "%s", month);
    sheet_cell(s->sheet, "%llu", (unsigned long long)row->people);
    add_kind_cells(s->sheet, &s->kinds, row->fen);
}

static void add_total(struct summing *s, const struct output *o)
{
    sheet_cell(s->sheet, "%s", TEXT(o, "total", "合计"));
    sheet_cell(s->sheet, "%s", "");
    sheet_cell(s->sheet, "%s", "");
    add_kind_cells(s->sheet, &s->kinds, s->total);
}

static enum status run_summary(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct sheet t;
    struct summing s = {.sheet = &t};
    struct json *top = NULL;
    TRY(env_read(e, d));
    TRY(find_kinds(e->ledger, &s.kinds, d));
    if (o->json) {
        top = output_object(&e->out, "almoner.summary/1");
        s.list = json_put_list(top, "rows");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "month", "所属月份"), false);
    sheet_column(&t, TEXT(o, "people", "人数"), true);
    add_kind_columns(&t, o, &s.kinds);
    enum status st = summary_ledger(e->ledger, &e->progress, take_row, &s, d);
    meter_end(&e->meter);
    if (st == ST_OK && s.overflow) {
        st = diag_fail(d, ST_INTEGRITY, "account", "a total is out of range");
    }
    if (st == ST_OK && o->json) {
        put_kinds(json_put_object(top, "total"), s.total);
    } else if (st == ST_OK && t.count > 0) {
        add_total(&s, o);
    } else if (st == ST_OK) {
        output_data(o, "%s\n", TEXT(o, "Nothing was granted yet.", "尚无应发记录。"));
    }
    return sheet_end(&t, o, st);
}

/* ---- reconcile ---- */

static void pair_name(const struct output *o, const struct reconcile_report *r,
                      const struct reconcile_pair *p, char *out, size_t cap)
{
    static const struct {
        const char *name;
        const char *zh;
    } names[] = {
        [RECONCILE_BATCHES] = {"batches: lines, register", "批次合计：明细，登记"},
        [RECONCILE_PAID] = {"paid by the bank: lines, register",
                            "银行已发：明细，登记"},
        [RECONCILE_BACK] = {"came back: lines, register", "退回：明细，登记"},
        [RECONCILE_REISSUED] = {"reissued, number: lines, register",
                                "已重发笔数：明细，登记"},
        [RECONCILE_TRANSIT] = {"in transit: accounts, lines not answered",
                               "在途：个人账，未回盘明细"},
        [RECONCILE_BANK] = {"paid: accounts, bank's answers and history",
                            "已发：个人账，银行回盘加历史发放"},
        [RECONCILE_TRIAL] = {"trial balance, zero", "试算平衡，零"},
    };
    const char *code = r->programmes[p->programme].code;
    if (p->what == RECONCILE_ACCOUNT) {
        snprintf(out, cap,
                 TEXT(o, "%s %s: accounts, double entry", "%s %s：个人账，总账"), code,
                 words_account(o, p->kind));
    } else if (p->what == RECONCILE_EQUATION) {
        snprintf(
            out, cap,
            TEXT(o, "%s granted and owed back: where it is", "%s 应发及追缴：去向合计"),
            code);
    } else {
        snprintf(out, cap, "%s", TEXT(o, names[p->what].name, names[p->what].zh));
    }
}

static void put_pairs(struct json *list, const struct reconcile_report *r)
{
    const struct output english = {.json = true}; /* names are for scripts */
    for (size_t i = 0; i < r->pair_count; i++) {
        const struct reconcile_pair *p = &r->pairs[i];
        bool lines = p->what == RECONCILE_REISSUED;
        char name[120];
        struct json *item = json_add_object(list);
        pair_name(&english, r, p, name, sizeof name);
        json_put_text(item, "name", name);
        json_put_int(item, lines ? "first_lines" : "first_fen", p->first);
        json_put_int(item, lines ? "second_lines" : "second_fen", p->second);
        json_put_int(item, lines ? "difference_lines" : "difference_fen",
                     p->difference);
    }
}

static void print_pairs(const struct output *o, const struct reconcile_report *r)
{
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "control total", "控制合计"), false);
    sheet_column(&t, TEXT(o, "one way", "一方"), true);
    sheet_column(&t, TEXT(o, "the other", "另一方"), true);
    sheet_column(&t, TEXT(o, "difference", "差额"), true);
    for (size_t i = 0; i < r->pair_count; i++) {
        const struct reconcile_pair *p = &r->pairs[i];
        const int64_t values[] = {p->first, p->second, p->difference};
        char name[120];
        if (p->what == RECONCILE_ACCOUNT && p->kind > ACCOUNT_RECEIVABLE &&
            p->first == 0 && p->second == 0) {
            continue; /* no recoveries */
        }
        pair_name(o, r, p, name, sizeof name);
        sheet_cell(&t, "%s", name);
        for (size_t k = 0; k < COMMAND_COUNT(values); k++) {
            if (p->what == RECONCILE_REISSUED) {
                sheet_cell(&t, "%lld", (long long)values[k]);
            } else {
                sheet_fen(&t, values[k]);
            }
        }
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void put_report(struct json *top, const struct reconcile_report *r)
{
    json_put_uint(top, "people", r->people);
    json_put_uint(top, "accounts", r->rows);
    json_put_uint(top, "lines", r->lines);
    json_put_uint(top, "paid_lines", r->paid_lines);
    json_put_uint(top, "returned_lines", r->back_lines);
    json_put_uint(top, "reissued_lines", r->reissued_lines);
    json_put_int(top, "batch_fen", r->batch_fen);
    json_put_int(top, "paid_fen", r->paid_fen);
    json_put_int(top, "taken_over_fen", r->taken_over_fen);
    json_put_int(top, "returned_fen", r->back_fen);
    json_put_int(top, "reissued_fen", r->reissued_fen);
    json_put_int(top, "trial_balance_fen", r->trial_balance_fen);
    json_put_int(top, "differences", r->differences);
}

static void print_report(const struct output *o, const struct reconcile_report *r)
{
    char people[WORDS_COUNT_CAP];
    output_data(o,
                TEXT(o, "roster %s, with an account: %llu\n",
                     "名册 %s，其中有应发的 %llu 人\n"),
                words_count(o, r->people, WORDS_PEOPLE, people),
                (unsigned long long)r->rows);
    output_data(o,
                TEXT(o,
                     "payment lines %llu: paid %llu, came back %llu, of it reissued "
                     "%llu\n\n",
                     "支付明细 %llu 笔：已发 %llu，退回 %llu，其中已重发 %llu\n\n"),
                (unsigned long long)r->lines, (unsigned long long)r->paid_lines,
                (unsigned long long)r->back_lines,
                (unsigned long long)r->reissued_lines);
}

static void print_verdict(const struct output *o, int64_t differences)
{
    if (differences == 0) {
        output_data(o, "\n%s%s%s\n", output_paint(o, PAINT_GOOD),
                    TEXT(o, "Every difference is 0.00.", "各项差额均为 0.00。"),
                    output_paint(o, PAINT_NONE));
        return;
    }
    output_data(o, "\n%s", output_paint(o, PAINT_BAD));
    output_data(o, TEXT(o, "%lld totals differ.", "%lld 项不一致。"),
                (long long)differences);
    output_data(o, "%s\n", output_paint(o, PAINT_NONE));
}

static void show_reconcile(struct env *e, const struct reconcile_report *r)
{
    const struct output *o = &e->out;
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.reconcile/1");
        put_report(top, r);
        put_pairs(json_put_list(top, "pairs"), r);
        return;
    }
    print_report(o, r);
    print_pairs(o, r);
    print_verdict(o, r->differences);
}

static const struct option_spec RECONCILE[] = {
    {"month", 0, OPTION_TEXT, "YYYY-MM", "the page of this month"},
    {"statement", 0, OPTION_LIST, "FILE", "a statement of the paying account"},
    {"format", 0, OPTION_TEXT, "NAME", "of the statements, or a profile's file (CSV)"},
    {"rows", 0, OPTION_TEXT, "FIGURE", "the rows behind one figure of the page"},
    {"out", 0, OPTION_TEXT, "FILE", "the rows as CSV or .xlsx, not shown"},
};

static enum status run_reconcile(struct env *e, struct diag *d)
{
    int32_t month;
    if (options_text(&e->options, "month") != NULL) {
        TRY(options_month(&e->options, "month", &month, d));
        return month_view_report(e, month, d);
    }
    for (size_t i = 1; i < COMMAND_COUNT(RECONCILE); i++) {
        struct str one;
        if (options_list(&e->options, RECONCILE[i].name, &one, 1) > 0) {
            return diag_fail(d, ST_USAGE, "missing-option", "--%s is of a --month",
                             RECONCILE[i].name);
        }
    }
    TRY(env_read(e, d));
    struct reconcile_report *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return diag_memory(d);
    }
    enum status st = reconcile_ledger(e->ledger, r, d);
    if (st == ST_OK) {
        show_reconcile(e, r);
        st = r->differences != 0 ? ST_FINDINGS : ST_OK;
    }
    free(r);
    return st;
}

static const struct option_spec JOURNAL[] = {
    {"from", 0, OPTION_TEXT, "DATE|YYYY-MM", "first day, or month"},
    {"to", 0, OPTION_TEXT, "DATE|YYYY-MM", "last day, or month"},
    {"mapping", 0, OPTION_TEXT, "FILE.yaml", "your own accounts and classes"},
    {"out", 0, OPTION_TEXT, "FILE", "where the vouchers go"},
    {"format", 0, OPTION_TEXT, "csv|xml", "form of the file: csv"},
};

static const struct command ITEMS[] = {
    {
        .name = "report summary",
        .run = run_summary,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "granted and paid, by programme and month",
        .brief_zh = "按项目和月份汇总",
        .text = "For every programme and month: people, granted, due, in transit, "
                "returned, paid, receivable; and where there are recoveries, what "
                "was recovered, waived, written off and set off.",
        .example = "  almoner -C baoqing report summary",
    },
    {
        .name = "report reconcile",
        .run = run_reconcile,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(RECONCILE),
        .brief = "control totals from roster to bank",
        .brief_zh = "从名册到银行的对账",
        .text =
            "Each control total is computed by two ways and their difference shown; "
            "exit 1 when one is not 0.00. With --month the page of one month: granted, "
            "put in batches, sent, answered, booked by the account's statement.",
        .example = "  almoner -C baoqing report reconcile",
    },
    {
        .name = "report journal",
        .run = report_journal,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(JOURNAL),
        .brief = "vouchers for the accounting system",
        .brief_zh = "导出记账凭证",
        .text = "One voucher for each act that moves money (run, set-off, batch, "
                "answer, reissue, drop, cancel, recall, refund, recovery, repayment, "
                "history), with what it posts: between almoner's own accounts, or by "
                "the mapping between yours, with functional and economic class of the "
                "year. Every posting must be in the mapping, be it with \"none\". All "
                "records are added up and held against the trial balance: exit 1, and "
                "no file, when an account differs. An older file is replaced. Example: "
                "mappings/journal-government.yaml.",
        .example =
            "  almoner -C baoqing report journal --from 2026-10 --to 2026-10 \\\n"
            "      --mapping mappings/journal-government.yaml --out 2026-10.csv",
    },
};
const struct command_list commands_report = {"Reports", "报表", ITEMS,
                                             COMMAND_COUNT(ITEMS)};
