/* report_recoveries.c - two registers: what was overpaid and became of it (追缴台账), and
 * what was granted late (补发台账). People are masked. */
#include <stdio.h>
#include <string.h>

#include "audit/backpaid.h"
#include "audit/overpaid.h"
#include "base/date.h"
#include "base/money.h"
#include "cli/command.h"
#include "cli/people.h"
#include "cli/recovery_view.h"
#include "cli/roll.h"
#include "cli/words.h"

/* ---- recoveries ---- */

static const struct roll_column OVERPAID[] = {
    {"person", "person", "补贴对象", true},
    {"name", "name", "姓名", false},
    {"programme", "programme", "补贴项目", false},
    {"months", "months", "所属月份", false},
    {"month_count", "number", "月数", true},
    {"cause", "cause", "原因", false},
    {"found_fen", "found", "应追", true},
    {"open_fen", "open", "尚欠", true},
    {"repaid_fen", "repaid", "已退缴", true},
    {"set_off_fen", "set off", "已抵扣", true},
    {"waived_fen", "waived", "免予追缴", true},
    {"written_off_fen", "written off", "核销", true},
    {"recovery", "no.", "追缴编号", true},
    {"method", "method", "方式", false},
    {"found_on", "found on", "发现日期", false},
    {"age_days", "days", "账龄（天）", true},
};

static const char *cause_text(const struct output *o, const struct overpaid_row *x)
{
    if (x->cause != EVAL_GRANTED) {
        return TEXT(o, eval_reason_name(x->cause), eval_reason_zh(x->cause));
    }
    if (x->fen[ACCOUNT_RECEIVABLE] > 0 && x->found == DAY_NEVER) { /* by no run */
        return TEXT(o, "paid twice or too much", "重复或超额发放");
    }
    return x->fen[ACCOUNT_RECEIVABLE] > 0 ? TEXT(o, "another amount", "标准调整")
                                          : TEXT(o, "granted again", "已恢复应发");
}

static void stretch_text(const struct overpaid_row *x, char out[MONTHS_TEXT_CAP])
{
    struct spans s = {0};
    for (size_t i = 0; i < x->span_count && i < RECOVERY_SPANS_MAX; i++) {
        s.items[s.count++] = x->spans[i];
    }
    months_text(&s, out);
}

static void roll_decision(struct roll *r, const struct overpaid_row *x)
{
    const struct output *o = &r->e->out;
    if (x->recovery == 0) {
        roll_none(r);
        roll_text(r, "%s", TEXT(o, "not decided", "未决定"));
        return;
    }
    roll_uint(r, x->recovery);
    if (x->state == RECOVERY_PROPOSED) {
        roll_text(r, "%s (%s)", words_method(o, x->method),
                  words_recovery_state(o, x->state));
    } else {
        roll_text(r, "%s", words_method(o, x->method));
    }
}

static void roll_age(struct roll *r, const struct overpaid_row *x)
{
    char day[DATE_TEXT_CAP] = "";
    if (x->found != DAY_NEVER) {
        date_print(x->found, day);
    }
    roll_text(r, "%s", day);
    if (x->found == DAY_NEVER || x->fen[ACCOUNT_RECEIVABLE] == 0) {
        roll_none(r); /* nothing grows old any more */
        return;
    }
    int32_t age = ledger_today(r->e->ledger) - x->found;
    roll_uint(r, age < 0 ? 0 : (uint64_t)age);
}

static enum status take_overpaid(void *ctx, const struct overpaid_row *x,
                                 struct diag *d)
{
    struct roll *r = ctx;
    char name[PEOPLE_TEXT_CAP];
    char months[MONTHS_TEXT_CAP];
    int64_t recovered = x->fen[ACCOUNT_RECOVERED];
    people_name(x->facts, false, name);
    stretch_text(x, months);
    roll_uint(r, x->person);
    roll_text(r, "%s", name);
    roll_text(r, "%s", x->code);
    roll_text(r, "%s", months);
    roll_uint(r, x->months);
    roll_text(r, "%s", cause_text(&r->e->out, x));
    roll_fen(r, x->fen[ACCOUNT_RECEIVABLE] + recovered + x->fen[ACCOUNT_WAIVED] +
                    x->fen[ACCOUNT_WRITTEN_OFF]);
    roll_fen(r, x->fen[ACCOUNT_RECEIVABLE]);
    roll_fen(r, recovered - x->fen[ACCOUNT_SET_OFF]); /* within one programme */
    roll_fen(r, x->fen[ACCOUNT_SET_OFF]);
    roll_fen(r, x->fen[ACCOUNT_WAIVED]);
    roll_fen(r, x->fen[ACCOUNT_WRITTEN_OFF]);
    roll_decision(r, x);
    roll_age(r, x);
    return roll_row(r, d);
}

static void put_totals(struct json *top, const struct overpaid_totals *t)
{
    json_put_int(top, "total_open_fen", t->rows_fen[ACCOUNT_RECEIVABLE]);
    json_put_int(top, "total_repaid_fen",
                 t->rows_fen[ACCOUNT_RECOVERED] - t->rows_fen[ACCOUNT_SET_OFF]);
    json_put_int(top, "total_set_off_fen", t->rows_fen[ACCOUNT_SET_OFF]);
    json_put_int(top, "total_waived_fen", t->rows_fen[ACCOUNT_WAIVED]);
    json_put_int(top, "total_written_off_fen", t->rows_fen[ACCOUNT_WRITTEN_OFF]);
    json_put_uint(top, "differences", t->differences);
    struct json *books = json_put_object(top, "books");
    for (int k = ACCOUNT_RECEIVABLE; k <= ACCOUNT_SET_OFF; k++) {
        char key[40];
        snprintf(key, sizeof key, "%s_fen", account_kind_name((enum account_kind)k));
        json_put_int(books, key, t->balances_fen[k]);
    }
}

/* The register against the books. */
static void print_totals(const struct output *o, const struct overpaid_totals *t)
{
    struct sheet s;
    sheet_init(&s);
    sheet_column(&s, TEXT(o, "account", "科目"), false);
    sheet_column(&s, TEXT(o, "register", "台账合计"), true);
    sheet_column(&s, TEXT(o, "books", "总账"), true);
    sheet_column(&s, TEXT(o, "difference", "差额"), true);
    for (int k = ACCOUNT_RECEIVABLE; k <= ACCOUNT_SET_OFF; k++) {
        sheet_cell(&s, "%s", words_account(o, (enum account_kind)k));
        sheet_fen(&s, t->rows_fen[k]);
        sheet_fen(&s, t->balances_fen[k]);
        sheet_fen(&s, t->rows_fen[k] - t->balances_fen[k]);
    }
    output_data(o, "\n");
    (void)sheet_end(&s, o, ST_OK);
}

static enum status run_recoveries(struct env *e, struct diag *d)
{
    struct roll r;
    struct overpaid_totals totals;
    struct json *top = NULL;
    TRY(env_read_people(e, d));
    enum status st = roll_begin(&r, e, OVERPAID, COMMAND_COUNT(OVERPAID),
                                options_text(&e->options, "out"), d);
    if (st == ST_OK && e->out.json) {
        top = output_object(&e->out, "almoner.report-recoveries/1");
        roll_list(&r, json_put_list(top, "rows"));
    }
    if (st == ST_OK) {
        st = overpaid_ledger(e->ledger, &e->progress, take_overpaid, &r, &totals, d);
    }
    meter_end(&e->meter);
    uint64_t rows = r.rows;
    st = roll_end(&r, st, d);
    if (st != ST_OK) {
        return st;
    }
    if (e->out.json) {
        put_totals(top, &totals);
    } else if (rows == 0) {
        output_data(&e->out, "%s\n",
                    TEXT(&e->out, "Nothing was overpaid.", "没有多发。"));
    } else {
        print_totals(&e->out, &totals);
    }
    return totals.differences > 0 ? ST_FINDINGS : ST_OK;
}

/* ---- arrears ---- */

static const struct roll_column BACKPAID[] = {
    {"person", "person", "补贴对象", true},
    {"name", "name", "姓名", false},
    {"programme", "programme", "补贴项目", false},
    {"months", "months", "补发月份", false},
    {"month_count", "number", "月数", true},
    {"monthly_fen", "a month", "每月", true},
    {"amount_fen", "amount", "补发金额", true},
    {"cause", "cause", "原因", false},
    {"policy", "policy", "政策文件", true},
    {"run", "run", "测算", true},
    {"found_on", "posted on", "登记日期", false},
    {"paid_fen", "paid", "已发", true},
    {"unpaid_fen", "not paid", "未发", true},
    {"reduced_fen", "reduced since", "已核减", true},
};

struct arrears {
    struct roll r;
    int64_t total_fen;
    int64_t unpaid_fen;
    int64_t reduced_fen;
    bool overflow;
};

/* An attribute, or an act that is none. */
static void add_cause(const struct output *o, struct str cause, struct buf *text)
{
    static const struct {
        const char *name;
        const char *zh;
    } acts[] = {{"history", "历史发放"}, {"merge", "合并"}, {"void", "作废"}};
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (str_is(cause, acts[i].name)) {
            buf_add_text(text, TEXT(o, acts[i].name, acts[i].zh));
            return;
        }
    }
    words_attribute(o, cause, text);
}

static void roll_causes(struct roll *r, const struct backpaid_row *x)
{
    struct buf text;
    buf_init(&text, 1024);
    for (size_t i = 0; i < x->cause_count; i++) {
        buf_add_text(&text, i > 0 ? TEXT(&r->e->out, ", ", "、") : "");
        add_cause(&r->e->out, x->causes[i], &text);
    }
    if (x->cause_count == 0) {
        buf_add_text(&text, TEXT(&r->e->out, "policy or first run", "政策或首次测算"));
    }
    roll_text(r, "%s", buf_cstr(&text));
    buf_release(&text);
}

static enum status take_backpaid(void *ctx, const struct backpaid_row *x,
                                 struct diag *d)
{
    struct arrears *a = ctx;
    struct roll *r = &a->r;
    struct spans s = {.count = 1, .items = {x->span}};
    char name[PEOPLE_TEXT_CAP];
    char months[MONTHS_TEXT_CAP];
    char day[DATE_TEXT_CAP];
    people_name(x->facts, false, name);
    months_text(&s, months);
    date_print(x->found, day);
    roll_uint(r, x->person);
    roll_text(r, "%s", name);
    roll_text(r, "%s", x->code);
    roll_text(r, "%s", months);
    roll_uint(r, (uint64_t)x->span.months);
    roll_fen(r, x->span.fen);
    roll_fen(r, x->total_fen);
    roll_causes(r, x);
    roll_uint(r, x->policy);
    roll_uint(r, x->run);
    roll_text(r, "%s", day);
    roll_fen(r, x->total_fen - x->unpaid_fen - x->reduced_fen);
    roll_fen(r, x->unpaid_fen);
    roll_fen(r, x->reduced_fen);
    a->overflow = a->overflow ||
                  !money_add(a->total_fen, x->total_fen, &a->total_fen) ||
                  !money_add(a->unpaid_fen, x->unpaid_fen, &a->unpaid_fen) ||
                  !money_add(a->reduced_fen, x->reduced_fen, &a->reduced_fen);
    return roll_row(r, d);
}

static void finish_arrears(struct env *e, const struct arrears *a, uint64_t rows,
                           struct json *top)
{
    const struct output *o = &e->out;
    char total[MONEY_TEXT_CAP];
    char unpaid[MONEY_TEXT_CAP];
    char reduced[MONEY_TEXT_CAP];
    if (o->json) {
        json_put_uint(top, "count", rows);
        json_put_int(top, "total_fen", a->total_fen);
        json_put_int(top, "total_unpaid_fen", a->unpaid_fen);
        json_put_int(top, "total_reduced_fen", a->reduced_fen);
        return;
    }
    if (rows == 0) {
        output_data(o, "%s\n", TEXT(o, "Nothing was paid late.", "没有补发。"));
        return;
    }
    money_print_grouped(a->total_fen, total);
    money_print_grouped(a->unpaid_fen, unpaid);
    money_print_grouped(a->reduced_fen, reduced);
    output_data(o,
                TEXT(o, "\ntotal %s, not paid yet %s, reduced since %s\n",
                     "\n合计 %s，未发 %s，已核减 %s\n"),
                total, unpaid, reduced);
}

static enum status run_arrears(struct env *e, struct diag *d)
{
    struct arrears a = {0};
    struct json *top = NULL;
    int32_t period = 0;
    TRY(options_month(&e->options, "period", &period, d));
    TRY(env_read_people(e, d));
    enum status st = roll_begin(&a.r, e, BACKPAID, COMMAND_COUNT(BACKPAID),
                                options_text(&e->options, "out"), d);
    if (st == ST_OK && e->out.json) {
        top = output_object(&e->out, "almoner.report-arrears/1");
        roll_list(&a.r, json_put_list(top, "rows"));
    }
    if (st == ST_OK) {
        st = backpaid_ledger(e->ledger, period, &e->progress, take_backpaid, &a, d);
    }
    meter_end(&e->meter);
    if (st == ST_OK && a.overflow) {
        st = diag_fail(d, ST_INTEGRITY, "account", "a total is out of range");
    }
    uint64_t rows = a.r.rows;
    st = roll_end(&a.r, st, d);
    if (st == ST_OK) {
        finish_arrears(e, &a, rows, top);
    }
    return st;
}

/* ---- the commands ---- */

#define OUT                                                                            \
    {                                                                                  \
        "out", 0, OPTION_TEXT, "FILE", "the rows as CSV or .xlsx, not shown"           \
    }
static const struct option_spec RECOVERIES[] = {OUT};
static const struct option_spec ARREARS[] = {
    OUT,
    {"period", 0, OPTION_TEXT, "YYYY-MM", "only what runs for this month found"},
};

static const struct command ITEMS[] = {
    {
        .name = "report recoveries",
        .run = run_recoveries,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(RECOVERIES),
        .brief = "register of overpayments and what became of them",
        .brief_zh = "追缴台账",
        .text = "For each person and programme: months, cause, what was found, is "
                "open, was repaid, set off, waived, written off; the decision, and "
                "how many days ago the oldest open month was found. Below, the sums "
                "beside the books; exit 1 when they differ. In a live ledger WHO is "
                "needed.",
        .example = "  almoner -C baoqing report recoveries --out recoveries.csv",
    },
    {
        .name = "report arrears",
        .run = run_arrears,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(ARREARS),
        .brief = "register of back-payments, paid or not",
        .brief_zh = "补发台账",
        .text =
            "Each stretch of months that a run granted late: amount, the facts that "
            "brought it about (or the policy), the run, how much of it is not paid, "
            "and how much later reductions took back. In a live ledger WHO is needed.",
        .example = "  almoner -C baoqing report arrears --period 2026-11",
    },
};
const struct command_list commands_recoveries = {NULL, NULL, ITEMS,
                                                 COMMAND_COUNT(ITEMS)};
