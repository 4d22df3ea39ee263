/* cmd_budget.c - appropriations: set, confirmed, adjusted, shown; money received. */
#include <stdio.h>

#include "base/money.h"
#include "batch/fund.h"
#include "cli/command.h"
#include "cli/fund_view.h"
#include "cli/refused.h"

/* ---- set ---- */

static enum status read_amount(struct env *e, int64_t *out, struct diag *d)
{
    const char *text;
    TRY(options_need(&e->options, "amount", &text, d));
    if (!money_parse_loose(str_of(text), out) || *out == 0) {
        diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is no amount above zero", text);
        diag_where(d, "--amount");
        return diag_hint(d, "yuan with up to two decimals, as in 1200.00");
    }
    if (options_flag(&e->options, "less")) {
        *out = -*out;
    }
    return ST_OK;
}

static enum status read_text(struct env *e, const char *name, const char *fallback,
                             char *out, size_t cap, struct diag *d)
{
    const char *text = options_text(&e->options, name);
    if (text == NULL && fallback == NULL) {
        TRY(options_need(&e->options, name, &text, d));
    }
    if (!str_copy(str_of(text != NULL ? text : fallback), out, cap)) {
        diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is too long", text);
        diag_where(d, "--%s", name);
        return diag_hint(d, "up to %zu bytes", cap - 1);
    }
    return ST_OK;
}

/* What an adjustment has from the one it adjusts must not be said again. */
static enum status read_adjust(struct env *e, struct fund_terms *t, struct diag *d)
{
    static const char *const own[] = {"programme", "source", "function", "economic",
                                      "year"};
    uint64_t number = 0;
    for (size_t i = 0; i < COMMAND_COUNT(own); i++) {
        if (options_text(&e->options, own[i]) != NULL) {
            diag_fail(d, ST_USAGE, "bad-option",
                      "an adjustment has this from the appropriation it adjusts");
            diag_hint(d, "leave it out");
            return diag_where(d, "--%s", own[i]);
        }
    }
    TRY(options_number(&e->options, "adjust", UINT32_MAX, &number, d));
    t->adjusts = (uint32_t)number;
    return ST_OK;
}

static enum status read_own(struct env *e, struct fund_terms *t, struct diag *d)
{
    uint64_t year = 0;
    const char *text;
    if (options_flag(&e->options, "less")) {
        diag_fail(d, ST_USAGE, "bad-option", "only an adjustment can be --less");
        diag_hint(d, "--adjust N says which appropriation becomes less");
        return diag_where(d, "--less");
    }
    TRY(read_text(e, "programme", "", t->programme, sizeof t->programme, d));
    TRY(read_text(e, "source", NULL, t->source, sizeof t->source, d));
    TRY(read_text(e, "function", "", t->function, sizeof t->function, d));
    TRY(read_text(e, "economic", "", t->economic, sizeof t->economic, d));
    TRY(options_need(&e->options, "year", &text, d));
    TRY(options_number(&e->options, "year", FUND_YEAR_MAX, &year, d));
    t->year = (int32_t)year;
    return ST_OK;
}

/* The rest of an adjustment's terms are those of its appropriation. */
static enum status take_terms(struct env *e, struct fund_terms *t, struct diag *d)
{
    struct fund_entry of;
    if (t->adjusts == 0) {
        return ST_OK;
    }
    TRY(fund_get(ledger_txn(e->ledger), t->adjusts, &of, d));
    struct fund_terms own = *t;
    *t = of.terms;
    t->adjusts = own.adjusts;
    t->fen = own.fen;
    (void)str_copy(str_of(own.document), t->document, sizeof t->document);
    return ST_OK;
}

static enum status report_one(struct env *e, uint32_t number, struct diag *d)
{
    const struct output *o = &e->out;
    struct fund_entry x;
    char fen[MONEY_TEXT_CAP];
    TRY(fund_get(ledger_txn(e->ledger), number, &x, d));
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.appropriation/1");
        fund_view_put(top, &x);
        fund_view_put_sums(top, &x);
        return ST_OK;
    }
    money_print_grouped(x.terms.fen, fen);
    output_done(o,
                TEXT(o, "appropriation %u: %s, %d, %s, %s yuan, %s\n",
                     "指标 %u：%s，%d年，%s，%s 元，%s\n"),
                number, fund_source_text(o->zh, x.terms.source), x.terms.year,
                x.terms.document, fen,
                x.state == ENTRY_ACTIVE ? TEXT(o, "confirmed", "已确认")
                                        : refused_state_text(o, x.state));
    if (x.state == ENTRY_PENDING) {
        output_done(o, "%s almoner budget confirm %u\n",
                    TEXT(o, "it counts when a checker confirms:", "复核确认后生效："),
                    number);
    }
    return ST_OK;
}

static enum status run_set(struct env *e, struct diag *d)
{
    struct fund_terms t = {0};
    TRY(options_text(&e->options, "adjust") != NULL ? read_adjust(e, &t, d)
                                                    : read_own(e, &t, d));
    TRY(read_text(e, "document", NULL, t.document, sizeof t.document, d));
    TRY(read_amount(e, &t.fen, d));
    TRY(env_write(e, ROLE_MAKER, d));
    TRY(take_terms(e, &t, d));
    TRY(fund_propose(e->ledger, &t, d));
    return report_one(e, t.number, d);
}

/* ---- confirm, receive ---- */

static enum status about(struct env *e, uint32_t number, struct question *q,
                         struct diag *d)
{
    const struct output *o = &e->out;
    struct fund_entry x;
    char fen[MONEY_TEXT_CAP];
    TRY(fund_get(ledger_txn(e->ledger), number, &x, d));
    money_print_grouped(x.terms.fen, fen);
    snprintf(q->text, sizeof q->text,
             TEXT(o, "Confirm appropriation %u: %s for %s in %d, %s, %s yuan?",
                  "确认指标 %u：%s，%s，%d年，%s，%s 元？"),
             number, fund_source_text(o->zh, x.terms.source),
             x.terms.programme[0] != '\0' ? x.terms.programme
                                          : TEXT(o, "any programme", "各项目"),
             x.terms.year, x.terms.document, fen);
    return ST_OK;
}

static enum status run_confirm(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "appropriation", &number, d));
    TRY(env_ask_write(e, ROLE_CHECKER, about, number, d));
    TRY(fund_confirm(e->ledger, number, d));
    return report_one(e, number, d);
}

static enum status report_receipt(struct env *e, const struct fund_receipt *x,
                                  struct diag *d)
{
    const struct output *o = &e->out;
    struct fund_entry f;
    char fen[MONEY_TEXT_CAP];
    char all[MONEY_TEXT_CAP];
    TRY(fund_get(ledger_txn(e->ledger), x->number, &f, d));
    money_print_grouped(x->fen, fen);
    money_print_grouped(f.sums.received, all);
    output_done(o,
                TEXT(o, "appropriation %u: received %s yuan, %s; in all %s yuan\n",
                     "指标 %u：收到拨款 %s 元，%s；累计 %s 元\n"),
                x->number, fen, x->document, all);
    return ST_OK;
}

static enum status run_receive(struct env *e, struct diag *d)
{
    struct fund_receipt x = {0};
    const char *day;
    TRY(env_operand_u32(e, 0, "appropriation", &x.number, d));
    TRY(read_amount(e, &x.fen, d));
    TRY(options_need(&e->options, "on", &day, d));
    TRY(options_date(&e->options, "on", &x.day, d));
    TRY(read_text(e, "document", NULL, x.document, sizeof x.document, d));
    TRY(env_write(e, ROLE_MAKER, d));
    TRY(fund_receive(e->ledger, &x, d));
    return e->out.json ? report_one(e, x.number, d) : report_receipt(e, &x, d);
}

/* ---- show ---- */

static enum status add_row(struct env *e, struct sheet *t, const struct fund_entry *x,
                           struct diag *d)
{
    const struct output *o = &e->out;
    sheet_cell(t, "%u", x->terms.number);
    if (x->terms.adjusts != 0) {
        sheet_cell(t, "%u", x->terms.adjusts);
    } else {
        sheet_cell(t, "%s", "");
    }
    TRY(refused_cell(e, t, REGISTER_FUND, x->terms.number,
                     x->state == ENTRY_ACTIVE ? TEXT(o, "confirmed", "已确认")
                                              : refused_state_text(o, x->state),
                     d));
    sheet_cell(t, "%d", x->terms.year);
    sheet_cell(t, "%s",
               x->terms.programme[0] != '\0' ? x->terms.programme
                                             : TEXT(o, "any", "各项目"));
    sheet_cell(t, "%s", fund_source_text(o->zh, x->terms.source));
    sheet_cell(t, "%s", x->terms.function);
    sheet_cell(t, "%s", x->terms.economic);
    sheet_cell(t, "%s", x->terms.document);
    sheet_fen(t, x->terms.fen);
    return ST_OK;
}

static enum status fill(struct env *e, uint32_t only, struct sheet *t,
                        struct json *list, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->funds; n++) {
        struct fund_entry x;
        TRY(fund_get(ledger_txn(e->ledger), n, &x, d));
        if (only != 0 && n != only && x.terms.adjusts != only) {
            continue;
        }
        if (list != NULL) {
            struct json *item = json_add_object(list);
            fund_view_put(item, &x);
            TRY(refused_put(e, item, REGISTER_FUND, n, d));
            if (x.terms.adjusts == 0) {
                fund_view_put_sums(item, &x);
            }
        } else {
            TRY(add_row(e, t, &x, d));
        }
    }
    return ST_OK;
}

/* Batches that an appropriation bears, or all. */
static enum status fill_batches(struct env *e, uint32_t only, struct sheet *t,
                                struct json *list, struct diag *d)
{
    const struct output *o = &e->out;
    for (uint32_t b = 1; b <= ledger_head(e->ledger)->batches; b++) {
        struct allocation_entry a;
        TRY(allocation_get(ledger_txn(e->ledger), b, &a, d));
        for (size_t i = 0; a.state != ALLOCATION_NONE && i < a.terms.count; i++) {
            const struct fund_item *x = &a.terms.items[i];
            bool reserved = a.state == ALLOCATION_RESERVED;
            if (only != 0 && x->fund != only) {
                continue;
            }
            if (list != NULL) {
                struct json *item = json_add_object(list);
                json_put_uint(item, "batch", b);
                json_put_text(item, "programme", x->programme);
                json_put_uint(item, "appropriation", x->fund);
                json_put_int(item, "amount_fen", x->fen);
                json_put_text(item, "state", reserved ? "reserved" : "committed");
                continue;
            }
            sheet_cell(t, "%u", b);
            sheet_cell(t, "%s", x->programme);
            sheet_cell(t, "%u", x->fund);
            sheet_cell(t, "%s",
                       reserved ? TEXT(o, "reserved", "占用")
                                : TEXT(o, "committed", "已审批"));
            sheet_fen(t, x->fen);
        }
    }
    return ST_OK;
}

static enum status show_batches(struct env *e, uint32_t only, struct diag *d)
{
    const struct output *o = &e->out;
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "batch", "批次"), true);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "appropriation", "指标编号"), true);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    return sheet_end(&t, o, fill_batches(e, only, &t, NULL, d));
}

static enum status show(struct env *e, uint32_t only, struct diag *d)
{
    const struct output *o = &e->out;
    struct sheet t;
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.budget/1");
        TRY(fill(e, only, NULL, json_put_list(top, "appropriations"), d));
        return fill_batches(e, only, NULL, json_put_list(top, "allocations"), d);
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "no.", "编号"), true);
    sheet_column(&t, TEXT(o, "adjusts", "调整"), true);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "year", "年度"), true);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "source", "资金来源"), false);
    sheet_column(&t, TEXT(o, "function", "功能分类"), false);
    sheet_column(&t, TEXT(o, "economic", "经济分类"), false);
    sheet_column(&t, TEXT(o, "document", "指标文号"), false);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    TRY(sheet_end(&t, o, fill(e, only, &t, NULL, d)));
    return show_batches(e, only, d);
}

static enum status run_show(struct env *e, struct diag *d)
{
    uint32_t only = 0;
    struct fund_entry x;
    if (env_operand(e, 0) != NULL) {
        TRY(env_operand_u32(e, 0, "appropriation", &only, d));
    }
    TRY(env_read(e, d));
    if (only != 0) {
        TRY(fund_get(ledger_txn(e->ledger), only, &x, d));
    }
    return show(e, only, d);
}

/* ---- the commands ---- */

static const struct option_spec SET[] = {
    {"programme", 0, OPTION_TEXT, "CODE", "for this programme alone"},
    {"source", 0, OPTION_TEXT, "SOURCE", "central, province, city, county, lottery"},
    {"function", 0, OPTION_TEXT, "CODE", "functional class, as in 2081002"},
    {"economic", 0, OPTION_TEXT, "CODE", "economic class, as in 30305"},
    {"year", 0, OPTION_TEXT, "YYYY", "of the budget"},
    {"document", 0, OPTION_TEXT, "TEXT", "its number"},
    {"amount", 0, OPTION_TEXT, "YUAN", "yuan: 120000.00"},
    {"adjust", 0, OPTION_TEXT, "N", "an appropriation that this one adds to"},
    {"less", 0, OPTION_FLAG, NULL, "or takes from"},
};
static const struct option_spec RECEIVE[] = {
    {"amount", 0, OPTION_TEXT, "YUAN", "yuan: 120000.00"},
    {"on", 0, OPTION_TEXT, "DATE", "the day it came in"},
    {"document", 0, OPTION_TEXT, "TEXT", "its number"},
    {"less", 0, OPTION_FLAG, NULL, "or takes from"},
};

static const struct command ITEMS[] = {
    {
        .name = "budget set",
        .run = run_set,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "",
        .options = COMMAND_OPTIONS(SET),
        .brief = "propose an appropriation, or adjust one (maker)",
        .brief_zh = "录入或调整预算指标（经办）",
        .text = "It counts when a checker confirms. Where the setting funds is on, a "
                "batch is submitted only within what is left of the appropriations of "
                "its year, by the policies' shares.",
        .example = "  almoner -C baoqing budget set --source county --year 2026 \\\n"
                   "      --programme old-age --function 2081002 --economic 30305 \\\n"
                   "      --document 宝财指〔2026〕12号 --amount 1200000.00 \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "budget confirm",
        .run = run_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "confirm an appropriation or adjustment (checker)",
        .brief_zh = "确认预算指标（复核）",
        .text = "By another operator than the one who proposed it.",
        .example = "  almoner -C baoqing budget confirm 1 --as lina --key lina.pem",
    },
    REFUSE_COMMAND("budget", refuse_run, "N", "an appropriation", "待确认的预算指标",
                   "1"),
    {
        .name = "budget receive",
        .run = run_receive,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(RECEIVE),
        .brief = "record money received from the treasury (maker)",
        .brief_zh = "登记国库拨款（经办）",
        .text = "Of one appropriation; it does not widen what can be spent.",
        .example = "  almoner -C baoqing budget receive 1 --amount 300000.00 \\\n"
                   "      --on 2026-09-03 --document 0412 --as wangfang --key "
                   "wangfang.pem",
    },
    {
        .name = "budget show",
        .run = run_show,
        .needs = COMMAND_LEDGER,
        .operands = "[N]",
        .operand_min = 0,
        .operand_max = 1,
        .brief = "appropriations, and the batches they bear",
        .brief_zh = "查看预算指标和占用批次",
        .text = "All of them, or one with its adjustments. What is left: report funds.",
        .example = "  almoner -C baoqing budget show",
    },
};
const struct command_list commands_budget = {"Funds", "资金", ITEMS,
                                             COMMAND_COUNT(ITEMS)};
