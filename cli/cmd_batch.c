/* cmd_batch.c - batches: made from what is due, signed three times, closed. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "base/similar.h"
#include "batch/batch.h"
#include "batch/close.h"
#include "cli/batch_change_units.h"
#include "cli/batch_checks.h"
#include "cli/batch_people.h"
#include "cli/batch_warnings.h"
#include "cli/batches.h"
#include "cli/command.h"
#include "cli/sheet.h"
#include "cli/words.h"
#include "entitle/entitle.h"
#include "ledger/batch_choice.h"
#include "ledger/line.h"
#include "ledger/unknown.h"

#define PROGRAMMES_MAX 64
#define UNITS_ASKED_MAX 64
#define SHOWN_MAX 20

/* ---- new ---- */

static enum status unknown_programme(const struct policy_set *s, struct str code,
                                     struct diag *d)
{
    const char *nearest = NULL;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < policy_set_programme_count(s); i++) {
        const char *known = policy_set_programme_code(s, i);
        size_t distance = similar_distance(code, str_of(known));
        if (similar_near(code, str_of(known)) && distance < best) {
            best = distance;
            nearest = known;
        }
    }
    diag_fail(d, ST_CONFLICT, "unknown-programme", "no confirmed policy knows \"%.*s\"",
              STR_ARG(code));
    diag_where(d, "--programme");
    return nearest != NULL
               ? diag_hint(d, "did you mean %s?", nearest)
               : diag_hint(d, "almoner policy show N lists a policy's programmes");
}

/* A slip here would leave people unpaid without a word. */
static enum status check_programmes(struct env *e, const struct batch_request *q,
                                    struct diag *d)
{
    struct entitle *rules = NULL;
    enum status st = q->programme_count == 0
                         ? ST_OK
                         : entitle_open(&rules, e->ledger, UINT32_MAX, d);
    for (size_t i = 0; st == ST_OK && i < q->programme_count; i++) {
        const struct policy_set *s = entitle_policies(rules);
        if (policy_set_programme_find(s, q->programmes[i]) < 0) {
            st = unknown_programme(s, q->programmes[i], d);
        }
    }
    entitle_close(rules);
    return st;
}

static enum status take_programmes(const struct env *e, struct batch_request *q,
                                   struct str list[PROGRAMMES_MAX], struct diag *d)
{
    q->programmes = list;
    q->programme_count = options_list(&e->options, "programme", list, PROGRAMMES_MAX);
    if (q->programme_count > PROGRAMMES_MAX) {
        return diag_fail(d, ST_USAGE, "programmes", "more than %d --programme",
                         PROGRAMMES_MAX);
    }
    for (size_t i = 0; i < q->programme_count; i++) {
        if (!programme_code_valid(list[i])) {
            diag_fail(d, ST_USAGE, "bad-option", "\"%.*s\" is no code of a programme",
                      STR_ARG(list[i]));
            return diag_where(d, "--programme");
        }
    }
    return ST_OK;
}

static enum status take_units(const struct env *e, struct batch_request *q,
                              struct str list[UNITS_ASKED_MAX], struct diag *d)
{
    q->units = list;
    q->unit_count = options_list(&e->options, "unit", list, UNITS_ASKED_MAX);
    return q->unit_count <= UNITS_ASKED_MAX
               ? ST_OK
               : diag_fail(d, ST_USAGE, "units", "more than %d --unit",
                           UNITS_ASKED_MAX);
}

static enum status take_bank(const struct env *e, struct batch_request *q,
                             struct diag *d)
{
    const char *bank = options_text(&e->options, "payee-bank");
    q->bank = str_of(bank != NULL ? bank : "");
    if (bank == NULL || batch_choice_bank_valid(q->bank)) {
        return ST_OK;
    }
    diag_fail(d, ST_USAGE, "bad-option", "\"%s\" says no banks", bank);
    diag_where(d, "--payee-bank");
    return diag_hint(d, "same, other, or the three digits bank codes begin with: 403");
}

static enum status run_new(struct env *e, struct diag *d)
{
    struct str programmes[PROGRAMMES_MAX];
    struct str units[UNITS_ASKED_MAX];
    struct batch_request q = {.channel = NULL};
    struct batch_new_report r;
    const char *day;
    TRY(options_need(&e->options, "channel", &q.channel, d));
    TRY(options_need(&e->options, "pay-date", &day, d));
    TRY(options_date(&e->options, "pay-date", &q.pay_day, d));
    TRY(take_programmes(e, &q, programmes, d));
    TRY(take_units(e, &q, units, d));
    TRY(take_bank(e, &q, d));
    TRY(env_write(e, ROLE_MAKER, d));
    TRY(batch_check_day(e->ledger, q.pay_day, d));
    TRY(check_programmes(e, &q, d));
    TRY(batch_new(e->ledger, &q, &e->progress, &r, d));
    meter_end(&e->meter);
    batch_people_sums(&e->out, &r);
    TRY(batches_report(e, r.number, d));
    if (e->out.json) {
        batch_people_put_sums(output_object(&e->out, "almoner.batch/1"), &r);
    }
    return ST_OK;
}

/* ---- signatures ---- */

static enum status sign(struct env *e, enum batch_step step, unsigned roles,
                        struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(env_ask_write(e, roles, batches_about, number, d));
    TRY(batch_sign(e->ledger, number, step, d));
    return batches_report(e, number, d);
}

/* A batch that cannot be signed now is refused for that, not for what the checks find;
 * but its body must be the one that was signed elsewhere. */
static enum status run_checks(struct env *e, uint32_t number, enum batch_step step,
                              struct checks_report *out, struct diag *d)
{
    struct batch_entry b;
    struct check_sink none = {NULL, NULL};
    TRY(batch_get(ledger_txn(e->ledger), number, &b, d));
    return batch_transition(b.state, step) != NULL && batch_count(&b) > 0
               ? batch_checks_gate(e, number, out, d)
               : checks_run(e->ledger, number, none, &e->progress, out, d);
}

static enum status sign_checked(struct env *e, uint32_t number, enum batch_step step,
                                struct diag *d)
{
    struct checks_report checks;
    bool resume;
    TRY(ledger_may_write(e->ledger, 0, 0, &resume, d));
    TRY(run_checks(e, number, step, &checks, d));
    TRY(batch_sign_checked(e->ledger, number, step, &checks, d));
    TRY(batches_report(e, number, d));
    if (e->out.json) {
        batch_checks_put(output_object(&e->out, "almoner.batch/1"), &checks);
    }
    return ST_OK;
}

static enum status run_submit(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(env_ask_write(e, ROLE_MAKER, batch_checks_about, number, d));
    return sign_checked(e, number, STEP_SUBMIT, d);
}

static enum status run_approve(struct env *e, struct diag *d)
{
    return sign(e, STEP_APPROVE, ROLE_CHECKER, d);
}

static enum status run_release(struct env *e, struct diag *d)
{
    uint32_t number;
    struct batch_warnings w;
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(env_ask_write(e, ROLE_RELEASER, batch_warnings_about, number, d));
    TRY(batch_warnings_find(e->ledger, number, &w, d));
    if (!batch_checks_asked(e)) {
        batch_warnings_show(&e->out, &w);
    }
    TRY(sign_checked(e, number, STEP_RELEASE, d));
    if (e->out.json) {
        batch_warnings_put(output_object(&e->out, "almoner.batch/1"), &w);
    }
    return ST_OK;
}

static enum status run_close(struct env *e, struct diag *d)
{
    uint32_t number;
    bool unknown = options_flag(&e->options, "with-unknown");
    unsigned roles = unknown ? ROLE_MAKER : ROLE_MAKER | ROLE_CHECKER;
    struct unknown_list list = {.batch = 0};
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(env_ask_write(e, roles, batches_about, number, d));
    TRY(unknown ? close_unknown(e->ledger, number, &list, d)
                : batch_close(e->ledger, number, d));
    TRY(batches_report(e, number, d));
    if (unknown && e->out.json) {
        struct json *o = output_object(&e->out, "almoner.batch/1");
        json_put_uint(o, "listed_lines", list.lines);
        json_put_int(o, "listed_fen", list.fen);
    }
    return ST_OK;
}

/* ---- list ---- */

static void add_row(struct sheet *t, const struct output *o,
                    const struct batch_entry *b, const char *channel, bool making)
{
    char day[DATE_TEXT_CAP];
    date_print(b->pay_day, day);
    sheet_cell(t, "%u", b->number);
    sheet_cell(t, "%s",
               making ? TEXT(o, "being made", "组批中")
                      : TEXT(o, batch_state_name(b->state), batch_state_zh(b->state)));
    sheet_cell(t, "%s", day);
    sheet_cell(t, "%s", channel);
    sheet_cell(t, "%llu", (unsigned long long)batch_count(b));
    sheet_fen(t, batch_total(b));
    sheet_fen(t, b->paid_fen);
    sheet_fen(t, b->back_fen);
    sheet_fen(t, b->reissued_fen);
}

static enum status fill(struct env *e, struct sheet *t, struct json *list,
                        struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->batches; n++) {
        struct batch_entry b;
        struct channel_entry channel;
        TRY(batch_get(ledger_txn(e->ledger), n, &b, d));
        TRY(channel_get(ledger_txn(e->ledger), b.channel, &channel, d));
        if (list != NULL) {
            TRY(batches_put(e, json_add_object(list), &b, d));
        }
        add_row(t, &e->out, &b, channel.name, batches_being_made(e->ledger, n));
    }
    return ST_OK;
}

static enum status run_list(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct json *list = NULL;
    struct sheet t;
    TRY(env_read(e, d));
    if (o->json) {
        list = json_put_list(output_object(&e->out, "almoner.batches/1"), "batches");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "no.", "批次"), true);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "pay date", "发放日期"), false);
    sheet_column(&t, TEXT(o, "channel", "代发银行"), false);
    sheet_column(&t, TEXT(o, "lines", "笔数"), true);
    sheet_column(&t, TEXT(o, "total", "合计"), true);
    sheet_column(&t, TEXT(o, "paid", "已发"), true);
    sheet_column(&t, TEXT(o, "came back", "退回"), true);
    sheet_column(&t, TEXT(o, "reissued", "重发"), true);
    return sheet_end(&t, o, fill(e, &t, list, d));
}

/* ---- show ---- */

struct came_back { /* where the lines that came back are shown */
    struct json *list;
    struct sheet *sheet;
    const struct output *o;
    uint64_t shown;
};

static void show_line(struct came_back *c, const struct line_entry *x)
{
    const char *reason = payment_reason_name((enum payment_reason)x->reason);
    const char *zh = payment_reason_zh((enum payment_reason)x->reason);
    if (c->list != NULL) {
        struct json *item = json_add_object(c->list);
        json_put_uint(item, "line", x->line);
        json_put_uint(item, "person", x->person);
        json_put_text(item, "programme", x->programme);
        json_put_int(item, "amount_fen", x->fen);
        json_put_text(item, "state", line_state_name(x->state));
        json_put_text(item, "reason", reason);
        return;
    }
    if (c->shown++ < SHOWN_MAX) {
        sheet_cell(c->sheet, "%u", x->line);
        sheet_cell(c->sheet, "%llu", (unsigned long long)x->person);
        sheet_cell(c->sheet, "%s", x->programme);
        sheet_fen(c->sheet, x->fen);
        sheet_cell(c->sheet, "%s", words_line_state(c->o, x->state));
        sheet_cell(c->sheet, "%s", TEXT(c->o, reason, zh));
    }
}

/* Rejected, returned and reissued lines, in the order of their numbers. */
static enum status show_back(struct env *e, const struct batch_entry *b,
                             struct came_back *c, struct diag *d)
{
    for (uint32_t n = 1; b->back_lines > 0 && n <= b->lines; n++) {
        struct line_entry x;
        TRY(line_get(ledger_txn(e->ledger), b->number, n, &x, d));
        if (x.state == LINE_REJECTED || x.state == LINE_RETURNED ||
            x.state == LINE_REISSUED || x.state == LINE_REFUNDED) {
            show_line(c, &x);
        }
    }
    return ST_OK;
}

static enum status print_back(struct env *e, const struct batch_entry *b,
                              struct diag *d)
{
    const struct output *o = &e->out;
    struct sheet t;
    struct came_back c = {.sheet = &t, .o = o};
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "line", "明细"), true);
    sheet_column(&t, TEXT(o, "person", "补贴对象"), true);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "reason", "原因"), false);
    TRY(sheet_end(&t, o, show_back(e, b, &c, d)));
    if (c.shown > SHOWN_MAX) {
        output_data(o, TEXT(o, "and %llu more\n", "另有 %llu 笔\n"),
                    (unsigned long long)(c.shown - SHOWN_MAX));
    }
    return ST_OK;
}

static void print_total(struct sheet *t, const char *name, uint64_t lines, int64_t fen)
{
    sheet_cell(t, "%s", name);
    sheet_cell(t, "%llu", (unsigned long long)lines);
    sheet_fen(t, fen);
}

/* Of the lines that came back and are due again. The batch's reissued_fen is what
 * reissues moved: also of lines that a corrected answer calls paid. */
static enum status reissued_sum(struct env *e, const struct batch_entry *b,
                                int64_t *fen, struct diag *d)
{
    *fen = 0;
    for (uint32_t n = 1; b->reissued_lines > 0 && n <= b->lines; n++) {
        struct line_entry x;
        TRY(line_get(ledger_txn(e->ledger), b->number, n, &x, d));
        if (x.state == LINE_REISSUED && !money_add(*fen, x.fen, fen)) {
            return diag_fail(d, ST_INTEGRITY, "balances", "a sum is out of range");
        }
    }
    return ST_OK;
}

static enum status print_totals(struct env *e, const struct batch_entry *b,
                                struct diag *d)
{
    const struct output *o = &e->out;
    struct sheet t;
    int64_t reissued;
    TRY(reissued_sum(e, b, &reissued, d));
    bool open = b->state != BATCH_RECALLED;
    sheet_init(&t);
    sheet_column(&t, "", false);
    sheet_column(&t, TEXT(o, "lines", "笔数"), true);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    print_total(&t, TEXT(o, "in the batch", "批次合计"), batch_count(b),
                batch_total(b));
    print_total(&t, TEXT(o, "paid", "已发"), b->paid_lines, b->paid_fen);
    if (b->corrected_lines > 0) {
        print_total(&t, TEXT(o, "of it by correction", "其中更正为已发"),
                    b->corrected_lines, b->corrected_fen);
    }
    print_total(&t, TEXT(o, "came back", "退回"), b->back_lines, b->back_fen);
    print_total(&t, TEXT(o, "of it reissued", "其中已重发"), b->reissued_lines,
                reissued);
    if (b->refunded_lines > 0) {
        print_total(&t, TEXT(o, "of it to the treasury", "其中已缴回国库"),
                    b->refunded_lines, b->refunded_fen);
    }
    print_total(
        &t, open ? TEXT(o, "not answered", "未回盘") : TEXT(o, "recalled", "已撤回"),
        batch_count(b) - b->paid_lines - b->back_lines,
        batch_total(b) - b->paid_fen - b->back_fen);
    if (b->out_lines > 0) {
        print_total(&t, TEXT(o, "dropped from it", "已剔除"), b->out_lines, b->out_fen);
    }
    return sheet_end(&t, o, ST_OK);
}

static enum status print_signatures(struct env *e, const struct batch_entry *b,
                                    struct diag *d)
{
    const struct output *o = &e->out;
    const char *const roles[BATCH_ROLES] = {
        TEXT(o, "maker", "经办"), TEXT(o, "checker", "复核"),
        TEXT(o, "releaser", "审批"), TEXT(o, "second releaser", "二次审批")};
    for (int i = 0; i < BATCH_ROLES; i++) {
        struct operator_entry who;
        char time[TIME_TEXT_CAP];
        if (b->signers[i].operator_number != 0) {
            TRY(operator_get(ledger_txn(e->ledger), b->signers[i].operator_number, &who,
                             d));
            time_print(b->signers[i].time_us, time);
            output_data(o, TEXT(o, "  %s: %s, %s\n", "  %s：%s，%s\n"), roles[i],
                        who.name, time);
        }
    }
    return ST_OK;
}

static enum status print_batch(struct env *e, const struct batch_entry *b,
                               struct diag *d)
{
    const struct output *o = &e->out;
    struct channel_entry channel;
    char day[DATE_TEXT_CAP];
    char next[160];
    TRY(channel_get(ledger_txn(e->ledger), b->channel, &channel, d));
    date_print(b->pay_day, day);
    output_data(
        o, TEXT(o, "batch %u: %s, through %s on %s\n", "批次 %u：%s，%s，%s 发放\n"),
        b->number, TEXT(o, batch_state_name(b->state), batch_state_zh(b->state)),
        channel.name, day);
    TRY(batches_chosen(e, b, d));
    TRY(print_signatures(e, b, d));
    TRY(batches_why(e, b, d));
    output_data(o, "\n");
    TRY(print_totals(e, b, d));
    if (b->back_lines > 0) {
        output_data(o, "\n");
        TRY(print_back(e, b, d));
    }
    batches_next(o, b, next, sizeof next);
    if (next[0] != '\0') {
        output_done(o, "\n%s %s\n", TEXT(o, "next:", "下一步："), next);
    }
    return ST_OK;
}

/* Half of its lines may be there: no totals. */
static enum status print_unmade(struct env *e, const struct batch_entry *b,
                                struct diag *d)
{
    const struct output *o = &e->out;
    struct channel_entry channel;
    char next[BATCHES_NEXT_CAP];
    TRY(channel_get(ledger_txn(e->ledger), b->channel, &channel, d));
    batches_finish(o, b, &channel, next);
    output_data(o,
                TEXT(o, "batch %u is still being made: it was interrupted\n",
                     "批次 %u 组批中断，尚未完成\n"),
                b->number);
    output_data(o, "%s %s\n", TEXT(o, "to finish it:", "继续完成："), next);
    return ST_OK;
}

/* What was asked for besides: lines with their payees, who was left out. */
static enum status show_people(struct env *e, const struct batch_entry *b,
                               struct json *top, struct diag *d)
{
    const struct output *o = &e->out;
    if (options_flag(&e->options, "lines")) {
        output_data(o, "\n");
        TRY(batch_people_lines(e, b, top, d));
    }
    if (options_flag(&e->options, "left-out")) {
        output_data(o, "\n");
        TRY(batch_people_left(e, b->number, top, d));
    }
    if (options_flag(&e->options, "change")) {
        output_data(o, "\n");
        TRY(batch_change_show(e, b->number, top, d));
    }
    return ST_OK;
}

static enum status run_show(struct env *e, struct diag *d)
{
    struct batch_entry b;
    uint32_t number;
    bool people = options_flag(&e->options, "lines") ||
                  options_flag(&e->options, "left-out") ||
                  options_flag(&e->options, "change");
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(people ? env_read_people(e, d) : env_read(e, d));
    TRY(batch_get(ledger_txn(e->ledger), number, &b, d));
    if (batches_being_made(e->ledger, number) && !e->out.json) {
        return print_unmade(e, &b, d);
    }
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.batch/1");
        TRY(batches_put(e, top, &b, d));
        struct came_back c = {.list = json_put_list(top, "returned")};
        TRY(show_back(e, &b, &c, d));
        return show_people(e, &b, top, d);
    }
    TRY(print_batch(e, &b, d));
    return show_people(e, &b, NULL, d);
}

static const struct option_spec SHOW[] = {
    {"lines", 0, OPTION_FLAG, NULL, "every line: to whom, and on whose behalf"},
    {"left-out", 0, OPTION_FLAG, NULL, "who is due and left out, and why, as of now"},
    {"change", 0, OPTION_FLAG, NULL, "what is new against the batch before"},
};

static const struct option_spec NEW[] = {
    {"channel", 0, OPTION_TEXT, "NAME", "the bank to pay through"},
    {"pay-date", 0, OPTION_TEXT, "DATE", "the day the bank is to pay: 2026-09-10"},
    {"programme", 0, OPTION_LIST, "CODE", "only this programme"},
    {"unit", 0, OPTION_LIST, "CODE", "only people of this unit and those below it"},
    {"payee-bank", 0, OPTION_TEXT, "BANK", "only accounts at: same, other, or 403"},
};

static const struct option_spec CLOSE[] = {
    {"with-unknown", 0, OPTION_FLAG, NULL, "sign a list of what is not known yet"},
};

#define SIGN_TEXT                                                                      \
    "Maker, checker and releaser are three operators; each signs the same digest of "  \
    "every line's amount, months and account, and of the totals."
#define CHECK_TEXT                                                                     \
    " The checks of batch check run first: what blocks refuses with exit 4, what is "  \
    "warned of is signed for."

#define RELEASE_TEXT                                                                   \
    " Before it is signed, a warning says when more is paid from an appropriation "    \
    "than the treasury has sent (where budget receive records that), and when the "    \
    "day of payment is over or in another year."

static const struct command ITEMS[] = {
    {
        .name = "batch new",
        .run = run_new,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "",
        .options = COMMAND_OPTIONS(NEW),
        .brief = "put what is due into a batch (maker)",
        .brief_zh = "组批：待发款项列入批次（经办）",
        .text =
            "Takes everything due and payable by the date, and says what is left out "
            "and why: no account, held, dead (until an heir's account is registered "
            "where the policy says so), not payable yet, an authorisation that "
            "expired, no institution. What is for an institution goes to the one the "
            "person lived in on the last day of the month paid. Several batches may "
            "be under way, cut by --programme, --unit and --payee-bank (the channel's "
            "own bank, others, or the three digits bank codes begin with): what is "
            "in one is due no more, so it is never in two. What is not chosen is "
            "counted, and left for another.",
        .example =
            "  almoner -C baoqing batch new --channel icbc --pay-date 2026-09-25 \\\n"
            "      --as wangfang --key wangfang.pem\n"
            "  almoner -C baoqing batch new --channel icbc --pay-date 2026-09-25 \\\n"
            "      --unit 230523101 --payee-bank same --as wangfang --key wangfang.pem",
    },
    {
        .name = "batch list",
        .run = run_list,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "all batches",
        .brief_zh = "列出批次",
        .text = "All batches with their states and totals.",
        .example = "  almoner -C baoqing batch list",
    },
    {
        .name = "batch show",
        .run = run_show,
        .needs = COMMAND_LEDGER,
        .operands = "B",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(SHOW),
        .brief = "one batch: signatures, totals, what came back",
        .brief_zh = "查看批次：签名、合计、退回",
        .text =
            "Lines that came back are listed with the bank's reason. --lines says for "
            "each line who is paid on whose behalf (and, where institutions are paid, "
            "the line by which the bank's file knows the payment it is part of), "
            "--left-out who is due by the "
            "batch's day and not in it; names and accounts are masked. --change counts "
            "who is new, resumed, stopped, changed or the same, by unit, and sums by "
            "programme. In a live ledger all three need WHO.",
        .example = "  almoner -C baoqing batch show 1",
    },
    {
        .name = "batch submit",
        .run = run_submit,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "B",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "sign a batch as maker",
        .brief_zh = "提交批次（经办）",
        .text = SIGN_TEXT CHECK_TEXT,
        .example =
            "  almoner -C baoqing batch submit 1 --as wangfang --key wangfang.pem",
    },
    {
        .name = "batch approve",
        .run = run_approve,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "B",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "sign a batch as checker",
        .brief_zh = "复核批次（复核）",
        .text = SIGN_TEXT,
        .example = "  almoner -C baoqing batch approve 1 --as lina --key lina.pem",
    },
    {
        .name = "batch release",
        .run = run_release,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "B",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "sign a batch as releaser",
        .brief_zh = "审批批次（审批）",
        .text = SIGN_TEXT CHECK_TEXT RELEASE_TEXT,
        .example = "  almoner -C baoqing batch release 1 --as sunwei --key sunwei.pem",
    },
    {
        .name = "batch close",
        .run = run_close,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "B",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(CLOSE),
        .brief = "close a batch: the maker, then a checker",
        .brief_zh = "结清批次：经办后由复核确认",
        .text =
            "Refused with exit 4 while lines are open. The maker's close counts when "
            "a checker closes too. --with-unknown closes a batch that the bank has "
            "not answered whole: the maker signs how many lines and how much is not "
            "known; report returns shows how old they are, and their answer is taken "
            "in also later.",
        .example =
            "  almoner -C baoqing batch close 1 --as wangfang --key wangfang.pem\n"
            "  almoner -C baoqing batch close 1 --as lina --key lina.pem",
    },
};
const struct command_list commands_batch = {"Paying", "发放", ITEMS,
                                            COMMAND_COUNT(ITEMS)};
