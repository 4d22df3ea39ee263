/* cmd_month.c - closing the books of months and years: the maker signs control totals,
 * a checker or releaser confirms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/reconcile.h"
#include "base/date.h"
#include "base/money.h"
#include "base/text.h"
#include "batch/close.h"
#include "cli/command.h"
#include "cli/month_view.h"
#include "cli/refused.h"
#include "cli/sheet.h"
#include "ledger/close.h"

static void name_of(const struct close_entry *e, char out[DATE_TEXT_CAP])
{
    if (e->what == CLOSE_YEAR) {
        snprintf(out, DATE_TEXT_CAP, "%d", (int)month_year(e->month));
    } else {
        month_print(e->month, out);
    }
}

static enum status operand(const struct env *e, enum close_what what, int32_t *month,
                           struct diag *d)
{
    uint64_t year;
    if (what == CLOSE_YEAR) {
        TRY(env_operand_number(e, 0, "year", 1900, 2199, &year, d));
        *month = month_make((int32_t)year, 12);
        return ST_OK;
    }
    if (!month_parse(str_of(env_operand(e, 0)), month)) {
        diag_fail(d, ST_USAGE, "bad-month", "\"%s\" is no month", env_operand(e, 0));
        return diag_hint(d, "as in 2026-09");
    }
    return ST_OK;
}

/* ---- list ---- */

static enum status who(struct env *e, uint32_t number, char out[KEY_NAME_MAX + 1],
                       struct diag *d)
{
    struct operator_entry o;
    out[0] = '\0';
    if (number != 0) {
        TRY(operator_get(ledger_txn(e->ledger), number, &o, d));
        memcpy(out, o.name, sizeof o.name);
    }
    return ST_OK;
}

/* One that another of the same month came after, before it was confirmed. */
static const char *state_of(const struct env *e, const struct close_entry *x)
{
    if (x->state == ENTRY_ACTIVE) {
        return "closed";
    }
    if (x->state == ENTRY_REFUSED) {
        return "refused";
    }
    return x->number == ledger_head(e->ledger)->closes ? "waiting" : "replaced";
}

static const char *state_text(const struct env *e, const struct close_entry *x)
{
    const char *name = state_of(e, x);
    const char *zh = strcmp(name, "closed") == 0    ? "已结"
                     : strcmp(name, "waiting") == 0 ? "待确认"
                     : strcmp(name, "refused") == 0 ? "不予确认"
                                                    : "已替代";
    return TEXT(&e->out, name, zh);
}

static void put_statements(struct json *o, const struct close_entry *x)
{
    struct json *list = json_put_list(o, "statements");
    for (size_t i = 0; i < x->statement_count; i++) {
        struct json *item = json_add_object(list);
        char hex[2 * DIGEST_LEN + 1];
        text_hex(x->statements[i].sha256, DIGEST_LEN, hex);
        json_put_text(item, "sha256", hex);
        json_put_int(item, "paid_fen", x->statements[i].paid_fen);
        json_put_int(item, "returned_fen", x->statements[i].back_fen);
    }
}

static enum status put_close(struct env *e, struct json *o, const struct close_entry *x,
                             struct diag *d)
{
    char name[DATE_TEXT_CAP];
    char maker[KEY_NAME_MAX + 1];
    char second[KEY_NAME_MAX + 1];
    TRY(who(e, x->made_by, maker, d));
    TRY(who(e, x->confirmed_by, second, d));
    name_of(x, name);
    json_put_uint(o, "number", x->number);
    json_put_text(o, x->what == CLOSE_YEAR ? "year" : "month", name);
    json_put_text(o, "state", state_of(e, x));
    json_put_text(o, "closed_by", maker);
    json_put_text(o, "confirmed_by", second);
    TRY(refused_put(e, o, REGISTER_CLOSE, x->number, d));
    json_put_uint(o, "rows", x->totals.rows);
    struct json *fen = json_put_object(o, "totals_fen");
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        json_put_int(fen, account_kind_name((enum account_kind)k), x->totals.fen[k]);
    }
    put_statements(o, x);
    return ST_OK;
}

static enum status add_close(struct env *e, struct sheet *t,
                             const struct close_entry *x, struct diag *d)
{
    char name[DATE_TEXT_CAP];
    char maker[KEY_NAME_MAX + 1];
    char second[KEY_NAME_MAX + 1];
    TRY(who(e, x->made_by, maker, d));
    TRY(who(e, x->confirmed_by, second, d));
    name_of(x, name);
    sheet_cell(t, "%s", name);
    TRY(refused_cell(e, t, REGISTER_CLOSE, x->number, state_text(e, x), d));
    sheet_cell(t, "%s", maker);
    sheet_cell(t, "%s", second);
    sheet_fen(t, x->totals.fen[ACCOUNT_GRANTED]);
    sheet_fen(t, x->totals.fen[ACCOUNT_PAID]);
    sheet_fen(t, x->totals.fen[ACCOUNT_RETURNED]);
    sheet_fen(t, x->totals.fen[ACCOUNT_TRANSIT]);
    return ST_OK;
}

static enum status fill(struct env *e, struct sheet *t, struct json *list,
                        struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->closes; n++) {
        struct close_entry x;
        TRY(close_get(ledger_txn(e->ledger), n, &x, d));
        TRY(list != NULL ? put_close(e, json_add_object(list), &x, d)
                         : add_close(e, t, &x, d));
    }
    return ST_OK;
}

static enum status run_list(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct json *list = NULL;
    struct sheet t;
    char open[DATE_TEXT_CAP] = "";
    TRY(env_read(e, d));
    int32_t month = ledger_head(e->ledger)->open_month;
    if (month != 0) {
        month_print(month, open);
    }
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.months/1");
        json_put_text(top, "first_open", open);
        json_put_uint(top, "closed_year", ledger_head(e->ledger)->closed_year);
        list = json_put_list(top, "closes");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "month", "月份"), false);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "closed by", "月结"), false);
    sheet_column(&t, TEXT(o, "confirmed by", "确认"), false);
    sheet_column(&t, TEXT(o, "granted", "应发"), true);
    sheet_column(&t, TEXT(o, "paid", "已发"), true);
    sheet_column(&t, TEXT(o, "came back", "退回"), true);
    sheet_column(&t, TEXT(o, "in transit", "在途"), true);
    TRY(sheet_end(&t, o, fill(e, &t, list, d)));
    if (month != 0) {
        output_data(o, TEXT(o, "\nthe first open month is %s\n", "\n首个未结月份 %s\n"),
                    open);
    } else {
        output_data(o, "%s\n", TEXT(o, "No month is closed.", "尚无已结月份。"));
    }
    return ST_OK;
}

/* ---- closing ---- */

static enum status report(struct env *e, uint32_t number, struct diag *d)
{
    const struct output *o = &e->out;
    struct close_entry x;
    char name[DATE_TEXT_CAP];
    TRY(close_get(ledger_txn(e->ledger), number, &x, d));
    name_of(&x, name);
    if (o->json) {
        return put_close(e, output_object(&e->out, "almoner.close/1"), &x, d);
    }
    output_done(o, "%s: %s\n", name, state_text(e, &x));
    if (x.state == ENTRY_PENDING) {
        output_done(
            o, "%s almoner %s confirm %s\n",
            TEXT(o, "a checker or releaser goes on with:", "由复核或审批人员继续："),
            x.what == CLOSE_YEAR ? "year" : "month", name);
    }
    return ST_OK;
}

static enum status differs(const char *command, struct diag *d)
{
    diag_fail(d, ST_CONFLICT, "month-difference", "figures do not agree");
    return diag_hint(d, "%s shows which; --rows the rows behind one", command);
}

/* Control totals of everything that was ever posted. */
static enum status all_agree(struct env *e, struct diag *d)
{
    struct reconcile_report *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return diag_memory(d);
    }
    enum status st = reconcile_ledger(e->ledger, r, d);
    if (st == ST_OK && r->differences != 0) {
        st = differs("almoner report reconcile", d);
    }
    free(r);
    return st;
}

/* Pages of all months the close is about. */
static enum status pages_agree(struct env *e, struct month_view *v,
                               enum close_what what, int32_t month, struct diag *d)
{
    struct page_rows none = {.what = PAGE_KINDS};
    TRY(all_agree(e, d));
    for (int32_t m = what == CLOSE_YEAR ? month - 11 : month; m <= month; m++) {
        TRY(month_view_make(e, v, m, none, d));
        if (v->page.differences > 0) {
            char text[DATE_TEXT_CAP];
            char command[80];
            month_print(m, text);
            snprintf(command, sizeof command, "almoner report reconcile --month %s",
                     text);
            return differs(command, d);
        }
    }
    return ST_OK;
}

static enum status close_it(struct env *e, enum close_what what, int32_t month,
                            struct month_view *v, struct diag *d)
{
    uint32_t number;
    if (what == CLOSE_MONTH) {
        TRY(month_view_load(e, v, d));
    }
    TRY(env_write(e, ROLE_MAKER, d));
    TRY(pages_agree(e, v, what, month, d));
    TRY(close_books(e->ledger, what, month, v->page.statements, v->page.statement_count,
                    &number, d));
    return report(e, number, d);
}

static enum status confirm_it(struct env *e, enum close_what what, int32_t month,
                              struct month_view *v, struct diag *d)
{
    uint32_t number;
    TRY(env_write(e, ROLE_CHECKER | ROLE_RELEASER, d));
    TRY(pages_agree(e, v, what, month, d));
    TRY(close_books_confirm(e->ledger, what, month, &number, d));
    return report(e, number, d);
}

static enum status with_view(struct env *e, enum close_what what, bool confirm,
                             struct diag *d)
{
    int32_t month;
    TRY(operand(e, what, &month, d));
    struct month_view *v = calloc(1, sizeof *v);
    if (v == NULL) {
        return diag_memory(d);
    }
    enum status st =
        confirm ? confirm_it(e, what, month, v, d) : close_it(e, what, month, v, d);
    month_view_release(v);
    free(v);
    return st;
}

static enum status run_month_close(struct env *e, struct diag *d)
{
    return with_view(e, CLOSE_MONTH, false, d);
}

static enum status run_month_confirm(struct env *e, struct diag *d)
{
    return with_view(e, CLOSE_MONTH, true, d);
}

static enum status run_year_close(struct env *e, struct diag *d)
{
    return with_view(e, CLOSE_YEAR, false, d);
}

static enum status run_year_confirm(struct env *e, struct diag *d)
{
    return with_view(e, CLOSE_YEAR, true, d);
}

/* The newest close of the month or year: those before it were replaced. */
static enum status refuse(struct env *e, enum close_what what, struct diag *d)
{
    int32_t month;
    uint32_t number;
    TRY(operand(e, what, &month, d));
    TRY(refuse_begin(e, REGISTER_CLOSE, d));
    TRY(close_books_newest(e->ledger, what, month, &number, d));
    return refuse_entry(e, REGISTER_CLOSE, number, d);
}

static enum status run_month_refuse(struct env *e, struct diag *d)
{
    return refuse(e, CLOSE_MONTH, d);
}

static enum status run_year_refuse(struct env *e, struct diag *d)
{
    return refuse(e, CLOSE_YEAR, d);
}

static const struct option_spec CLOSE[] = {
    {"statement", 0, OPTION_LIST, "FILE", "a statement of the paying account"},
    {"format", 0, OPTION_TEXT, "NAME", "of the statements, or a profile's file (CSV)"},
};

static const struct command ITEMS[] = {
    {
        .name = "month close",
        .run = run_month_close,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "MONTH",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(CLOSE),
        .brief = "close the books of a month (maker)",
        .brief_zh = "月结（经办）",
        .text =
            "Signs the month's control totals. Refused while a figure of report "
            "reconcile differs, or a batch of the month was sent and is not closed. It "
            "counts when a checker or releaser confirms it; then what comes late is "
            "posted in the first open month, and names the month it belongs to.",
        .example = "  almoner -C baoqing month close 2026-09 --statement sep.xml \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "month confirm",
        .run = run_month_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "MONTH",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "confirm the close of a month (checker, releaser)",
        .brief_zh = "确认月结（复核、审批）",
        .text = "Refused when something was posted in the month since the maker closed "
                "it: then it is closed again.",
        .example =
            "  almoner -C baoqing month confirm 2026-09 --as lina --key lina.pem",
    },
    REFUSE_COMMAND("month", run_month_refuse, "MONTH", "the close of a month",
                   "待确认的月结", "2026-09"),
    {
        .name = "month list",
        .run = run_list,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "closed months and years",
        .brief_zh = "列出月结和年结",
        .text = "Each close with who signed it and how the accounts changed in its "
                "months.",
        .example = "  almoner -C baoqing month list",
    },
    {
        .name = "year close",
        .run = run_year_close,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "YEAR",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "close the books of a year (maker)",
        .brief_zh = "年结（经办）",
        .text = "When its months are closed. A checker or releaser confirms.",
        .example =
            "  almoner -C baoqing year close 2026 --as wangfang --key wangfang.pem",
    },
    {
        .name = "year confirm",
        .run = run_year_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "YEAR",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "confirm the close of a year (checker, releaser)",
        .brief_zh = "确认年结（复核、审批）",
        .text = "By another operator than who closed it.",
        .example = "  almoner -C baoqing year confirm 2026 --as lina --key lina.pem",
    },
    REFUSE_COMMAND("year", run_year_refuse, "YEAR", "the close of a year",
                   "待确认的年结", "2026"),
};
const struct command_list commands_month = {"Closing", "结账", ITEMS,
                                            COMMAND_COUNT(ITEMS)};
