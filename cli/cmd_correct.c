/* cmd_correct.c - overpayments: deciding, confirming, taking money back. */
#include <stdio.h>

#include "base/date.h"
#include "base/money.h"
#include "batch/recover.h"
#include "cli/command.h"
#include "cli/people.h"
#include "cli/recovery_view.h"
#include "cli/refused.h"

/* ---- decide ---- */

static enum status read_money(const struct options *o, const char *name, int64_t *out,
                              struct diag *d)
{
    const char *text = options_text(o, name);
    if (text == NULL || (money_parse_loose(str_of(text), out) && *out > 0)) {
        return ST_OK;
    }
    diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is no amount above zero", text);
    diag_where(d, "--%s", name);
    return diag_hint(d, "in yuan, as 400 or 400.00");
}

/* The last month is one of them, and the first is not after it. */
static enum status read_range(const struct options *o, struct recover_request *q,
                              struct diag *d)
{
    int32_t to = INT32_MAX - 1;
    TRY(options_month(o, "from", &q->from, d));
    TRY(options_month(o, "to", &to, d));
    q->to = to + 1;
    if (q->from < q->to) {
        return ST_OK;
    }
    diag_fail(d, ST_USAGE, "bad-option", "the first month lies behind the last");
    return diag_where(d, "--from, --to");
}

static enum status read_number(const struct options *o, const char *name, uint32_t *out,
                               struct diag *d)
{
    uint64_t n = *out;
    TRY(options_number(o, name, UINT32_MAX, &n, d));
    *out = (uint32_t)n;
    return ST_OK;
}

static enum status read_request(struct env *e, struct recover_request *q,
                                struct diag *d)
{
    const struct options *o = &e->options;
    const char *programme;
    const char *document;
    const char *served;
    TRY(options_need(o, "programme", &programme, d));
    TRY(options_need(o, "document", &document, d));
    TRY(options_need(o, "served", &served, d));
    TRY(options_date(o, "served", &q->served, d));
    TRY(read_range(o, q, d));
    TRY(read_number(o, "replaces", &q->replaces, d));
    q->programme = str_of(programme);
    q->document = str_of(document);
    if (q->method == RECOVERY_PLAN) {
        TRY(read_money(o, "monthly", &q->monthly_fen, d));
        TRY(read_number(o, "months", &q->plan_months, d));
    }
    return ST_OK;
}

static enum status decide(struct env *e, enum recovery_method method, struct diag *d)
{
    struct recover_request q = {.method = method};
    struct recovery_terms t;
    char months[MONTHS_TEXT_CAP];
    char sum[MONEY_TEXT_CAP];
    TRY(read_request(e, &q, d));
    TRY(env_write(e, ROLE_MAKER, d));
    TRY(people_find(e->ledger, env_operand(e, 0), &q.person, d));
    TRY(recover_decide(e->ledger, &q, &t, d));
    if (e->out.json) {
        return recovery_show(e, t.number, d);
    }
    months_text(&t.months, months);
    money_print_grouped(spans_sum(&t.months), sum);
    output_done(&e->out,
                TEXT(&e->out, "recovery %u: %s of %s, months %s\n",
                     "追缴 %u：%s %s 元，所属月份 %s\n"),
                t.number, words_method(&e->out, method), sum, months);
    output_done(&e->out, "%s almoner correct confirm %u\n",
                TEXT(&e->out, "it counts when a checker confirms:", "复核确认后生效："),
                t.number);
    return ST_OK;
}

static enum status run_decide(struct env *e, struct diag *d)
{
    const char *text;
    enum recovery_method method;
    TRY(options_need(&e->options, "method", &text, d));
    if (!recovery_method_parse(str_of(text), &method)) {
        diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is no way to recover", text);
        diag_where(d, "--method");
        return diag_hint(d, "set-off, repay, plan, waive or write-off");
    }
    if (method != RECOVERY_PLAN && (options_text(&e->options, "monthly") != NULL ||
                                    options_text(&e->options, "months") != NULL)) {
        return diag_fail(d, ST_USAGE, "bad-option",
                         "--monthly and --months belong to --method plan");
    }
    return decide(e, method, d);
}

static enum status run_plan(struct env *e, struct diag *d)
{
    return decide(e, RECOVERY_PLAN, d);
}

static enum status run_waive(struct env *e, struct diag *d)
{
    return decide(e, RECOVERY_WAIVE, d);
}

/* ---- confirm ---- */

static enum status about(struct env *e, uint32_t number, struct question *q,
                         struct diag *d)
{
    struct recovery_entry r;
    char months[MONTHS_TEXT_CAP];
    char sum[MONEY_TEXT_CAP];
    TRY(recovery_get(ledger_txn(e->ledger), number, &r, d));
    months_text(&r.terms.months, months);
    money_print_grouped(spans_sum(&r.terms.months), sum);
    snprintf(q->text, sizeof q->text,
             TEXT(&e->out,
                  "Decide recovery %u: %s of %s from person %llu, %s, months %s, "
                  "document %s?",
                  "确认追缴 %u：%s %s 元，补贴对象 %llu，%s，所属月份 %s，文书 %s？"),
             number, words_method(&e->out, r.terms.method), sum,
             (unsigned long long)r.terms.person, r.terms.programme, months,
             r.terms.document);
    put_u64(q->content, r.sequence);
    return ST_OK;
}

static enum status run_confirm(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct recovery_entry r;
    uint32_t number;
    int64_t moved;
    char sum[MONEY_TEXT_CAP];
    TRY(env_operand_u32(e, 0, "recovery", &number, d));
    TRY(env_ask_write(e, ROLE_CHECKER, about, number, d));
    TRY(recover_confirm(e->ledger, number, &r, &moved, d));
    if (o->json) {
        return recovery_show(e, number, d);
    }
    money_print_grouped(moved > 0 ? moved : spans_sum(&r.left), sum);
    output_done(
        o, TEXT(o, "recovery %u is decided: %s, %s\n", "追缴 %u 已决定：%s %s 元\n"),
        number, words_method(o, r.terms.method), sum);
    if (r.terms.method == RECOVERY_SET_OFF) {
        output_done(o, "%s\n",
                    TEXT(o, "the next run sets it off", "下一次月度测算起抵扣"));
    } else if (r.state == RECOVERY_DECIDED) {
        output_done(o, "%s almoner correct repay %u\n",
                    TEXT(o, "what is paid back is recorded by:", "收到退缴款后登记："),
                    number);
    }
    return ST_OK;
}

/* ---- repay ---- */

static enum status read_payment(struct env *e, struct recover_payment *p,
                                struct diag *d)
{
    const struct options *o = &e->options;
    const char *text;
    TRY(env_operand_u32(e, 0, "recovery", &p->recovery, d));
    TRY(options_need(o, "amount", &text, d));
    TRY(read_money(o, "amount", &p->fen, d));
    TRY(options_need(o, "on", &text, d));
    TRY(options_date(o, "on", &p->received, d));
    TRY(options_need(o, "from-whom", &text, d));
    p->name = str_of(options_text(o, "name"));
    if (!repayment_payer_parse(str_of(text), &p->payer)) {
        diag_fail(d, ST_USAGE, "bad-option", "\"%s\" pays nothing back", text);
        diag_where(d, "--from-whom");
        return diag_hint(d, "self, heir, bank, village or other");
    }
    return ST_OK;
}

static enum status run_repay(struct env *e, struct diag *d)
{
    struct recover_payment p = {0};
    int64_t left;
    char sum[MONEY_TEXT_CAP];
    char open[MONEY_TEXT_CAP];
    TRY(read_payment(e, &p, d));
    TRY(env_write(e, ROLE_MAKER, d));
    TRY(recover_repay(e->ledger, &p, &left, d));
    if (e->out.json) {
        return recovery_show(e, p.recovery, d);
    }
    money_print_grouped(p.fen, sum);
    money_print_grouped(left, open);
    output_done(&e->out,
                TEXT(&e->out, "recovery %u: %s paid back, %s still open\n",
                     "追缴 %u：已退缴 %s 元，尚欠 %s 元\n"),
                p.recovery, sum, open);
    return ST_OK;
}

/* ---- asking ---- */

static enum status run_list(struct env *e, struct diag *d)
{
    const char *who = options_text(&e->options, "person");
    uint64_t person = 0;
    TRY(who != NULL ? env_read_people(e, d) : env_read(e, d));
    if (who != NULL) {
        TRY(people_find(e->ledger, who, &person, d));
    }
    return recovery_list(e, person, options_flag(&e->options, "all"), d);
}

static enum status run_show(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "recovery", &number, d));
    TRY(env_read_people(e, d));
    return recovery_show(e, number, d);
}

/* ---- the commands ---- */

#define DECISION                                                                       \
    {"programme", 0, OPTION_TEXT, "CODE", "what was overpaid"},                        \
        {"document", 0, OPTION_TEXT, "NO", "number of the decision"},                  \
        {"served", 0, OPTION_TEXT, "DATE", "day on which the person was told"},        \
        {"from", 0, OPTION_TEXT, "YYYY-MM", "first month (all that is receivable)"},   \
        {"to", 0, OPTION_TEXT, "YYYY-MM", "last month"},                               \
    {                                                                                  \
        "replaces", 0, OPTION_TEXT, "N", "an open recovery that this one takes over"   \
    }
#define PLAN                                                                           \
    {"monthly", 0, OPTION_TEXT, "AMOUNT", "of a plan: what is paid each month"},       \
    {                                                                                  \
        "months", 0, OPTION_TEXT, "N", "of a plan: how many"                           \
    }

static const struct option_spec DECIDE[] = {
    {"method", 0, OPTION_TEXT, "M", "set-off, repay, plan, waive, write-off"},
    DECISION,
    PLAN,
};
static const struct option_spec PLANNED[] = {DECISION, PLAN};
static const struct option_spec WAIVE[] = {DECISION};
static const struct option_spec REPAY[] = {
    {"amount", 0, OPTION_TEXT, "AMOUNT", "what was paid back, in yuan"},
    {"on", 0, OPTION_TEXT, "DATE", "day of receipt"},
    {"from-whom", 0, OPTION_TEXT, "WHO", "self, heir, bank, village or other"},
    {"name", 0, OPTION_TEXT, "TEXT", "who that is; kept sealed"},
};
static const struct option_spec LIST[] = {
    {"all", 0, OPTION_FLAG, NULL, "also those that are done or were replaced"},
    {"person", 0, OPTION_TEXT, "ID", "of one person"},
};

static const struct command ITEMS[] = {
    {
        .name = "correct decide",
        .run = run_decide,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "ID",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(DECIDE),
        .brief = "propose how an overpayment comes back (maker)",
        .brief_zh = "提出追缴决定（经办）",
        .text =
            "Pins the months that are receivable, with their amounts, and says how "
            "they come back: set-off out of later dues of the programme, up to the "
            "policy's share; repay; plan, so much a month; waive; write-off. After a "
            "death there is no set-off and no plan. It counts when a checker confirms.",
        .example = "  almoner -C baoqing correct decide 17 --programme old-age \\\n"
                   "      --method set-off --document 宝民追〔2026〕3号 \\\n"
                   "      --served 2026-11-02 --as wangfang --key wangfang.pem",
    },
    {
        .name = "correct plan",
        .run = run_plan,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "ID",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(PLANNED),
        .brief = "correct decide --method plan (maker)",
        .brief_zh = "提出分期退缴（经办）",
        .text = "So much a month, or so many months; what is not said follows from the "
                "sum.",
        .example = "  almoner -C baoqing correct plan 17 --programme old-age \\\n"
                   "      --monthly 50.00 --document 宝民追〔2026〕4号 \\\n"
                   "      --served 2026-11-02 --as wangfang --key wangfang.pem",
    },
    {
        .name = "correct waive",
        .run = run_waive,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "ID",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(WAIVE),
        .brief = "correct decide --method waive (maker)",
        .brief_zh = "提出免予追缴（经办）",
        .text =
            "What is waived is not asked for any more. Should the months be granted "
            "again, the waiver is cancelled first, and nothing is paid twice.",
        .example = "  almoner -C baoqing correct waive 17 --programme old-age \\\n"
                   "      --document 宝民追〔2026〕5号 --served 2026-11-02 \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "correct confirm",
        .run = run_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "decide a proposed recovery (checker)",
        .brief_zh = "确认追缴决定（复核）",
        .text = "Another operator than the maker. A waiver and a write-off count at "
                "once; what is set off comes with the next run.",
        .example = "  almoner -C baoqing correct confirm 3 --as lina --key lina.pem",
    },
    REFUSE_COMMAND("correct", refuse_run, "N", "a recovery", "待复核的追缴", "3"),
    {
        .name = "correct repay",
        .run = run_repay,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(REPAY),
        .brief = "record what was paid back (maker)",
        .brief_zh = "登记退缴款（经办）",
        .text = "The oldest open months first. Who paid is named, unless it is the "
                "person; the name is sealed with the person's data.",
        .example = "  almoner -C baoqing correct repay 3 --amount 400.00 \\\n"
                   "      --on 2026-11-20 --from-whom heir --name 张某 \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "correct list",
        .run = run_list,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(LIST),
        .brief = "the open recoveries",
        .brief_zh = "列出追缴",
        .text = "Each with its months, method, state, amount and what is still open.",
        .example = "  almoner -C baoqing correct list --all",
    },
    {
        .name = "correct show",
        .run = run_show,
        .needs = COMMAND_LEDGER,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "one recovery, and all that came in",
        .brief_zh = "查看追缴",
        .text = "Decision, months, and every record that brought money in, the newest "
                "first. Names are masked.",
        .example = "  almoner -C baoqing correct show 3",
    },
};
const struct command_list commands_correct = {"Correcting", "更正与追缴", ITEMS,
                                              COMMAND_COUNT(ITEMS)};
