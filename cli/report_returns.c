/* report_returns.c - the register of failures and returns (退票台账): what was refused,
 * came back or is not known of, how old it is, how often it was sent before, and what
 * to do. People are masked. */
#include <stdio.h>
#include <string.h>

#include "audit/returns.h"
#include "base/date.h"
#include "base/money.h"
#include "cli/command.h"
#include "cli/people.h"
#include "cli/recovery_view.h"
#include "cli/roll.h"
#include "cli/words.h"
#include "formats/payment.h"
#include "ledger/erasure.h"
#include "ledger/line.h"

static const struct roll_column COLUMNS[] = {
    {"batch", "batch", "批次", true},
    {"line", "line", "明细", true},
    {"person", "person", "补贴对象", true},
    {"name", "name", "姓名", false},
    {"programme", "programme", "补贴项目", false},
    {"months", "months", "所属月份", false},
    {"amount_fen", "yuan", "金额", true},
    {"state", "state", "状态", false},
    {"reason", "reason", "原因", false},
    {"sent_on", "sent on", "送盘日期", false},
    {"age_days", "age (days)", "账龄（天）", true},
    {"sent_before", "sent before", "此前送盘次数", true},
    {"later_batch", "again in", "重发批次", true},
    {"later_state", "and now", "重发结果", false},
    {"to_do", "what to do", "处理", false},
};

/* For scripts the states' own names. */
static const char *state_text(const struct output *o, enum line_state s)
{
    return o->json ? line_state_name(s) : words_line_state(o, s);
}

static const char *row_state(const struct output *o, const struct line_entry *line)
{
    return line->corrected ? TEXT(o, "corrected", "更正为已发")
                           : state_text(o, line->state);
}

/* Of who died reissue sends nothing to the same account; institutions do not die. */
static enum status of_the_dead(struct roll *r, const struct line_entry *line,
                               bool *dead, struct diag *d)
{
    struct people p;
    *dead = false;
    if (line->payee != 0 || !line_may_become(line->state, LINE_REISSUED)) {
        return ST_OK;
    }
    enum status st = people_open(&p, r->e->ledger, line->person, UINT64_MAX, d);
    *dead = st == ST_OK && person_death(p.person) != DAY_NEVER;
    people_close(&p);
    return erasure_failed(st, d) ? ST_OK : st;
}

static const char *to_do(const struct output *o, const struct returns_row *x, bool dead)
{
    enum payment_remedy m = payment_reason_remedy((enum payment_reason)x->line->reason);
    if (x->line->state == LINE_OPEN || x->line->state == LINE_UNKNOWN) {
        return TEXT(o, "ask the bank for its answer", "向银行催收回盘");
    }
    if (x->line->corrected) {
        return x->later_batch == 0
                   ? ""
                   : TEXT(o, "sent twice: recover what is owed (person show)",
                          "重复送盘：应追缴的按追缴办理（person show）");
    }
    if (x->line->state == LINE_REISSUED || x->line->state == LINE_REFUNDED) {
        return "";
    }
    if (dead) {
        return TEXT(o,
                    "died: an heir's account (import routes), then reissue; or refund",
                    "已死亡：登记继承人账户（import routes）后重发，或缴回（refund）");
    }
    return m == REMEDY_NONE ? ""
                            : TEXT(o, payment_remedy_text(m), payment_remedy_zh(m));
}

static enum status roll_name(struct roll *r, uint64_t person, struct diag *d)
{
    char name[PEOPLE_TEXT_CAP];
    TRY(people_masked(r->e->ledger, person, name, d));
    roll_text(r, "%s", name);
    return ST_OK;
}

static void roll_later(struct roll *r, const struct returns_row *x)
{
    if (x->later_batch == 0) {
        roll_none(r);
        roll_none(r);
        return;
    }
    roll_uint(r, x->later_batch);
    roll_text(r, "%s", state_text(&r->e->out, x->later_state));
}

static enum status take_row(void *ctx, const struct returns_row *x, struct diag *d)
{
    struct roll *r = ctx;
    const struct output *o = &r->e->out;
    const struct line_entry *line = x->line;
    enum payment_reason reason = (enum payment_reason)line->reason;
    struct spans s = {0};
    char months[MONTHS_TEXT_CAP];
    char day[DATE_TEXT_CAP];
    bool dead;
    for (size_t i = 0; i < line->span_count && i < RECOVERY_SPANS_MAX; i++) {
        s.items[s.count++] = line->spans[i];
    }
    months_text(&s, months);
    date_print(x->sent_day, day);
    roll_uint(r, line->batch);
    roll_uint(r, line->line);
    roll_uint(r, line->person);
    TRY(roll_name(r, line->person, d));
    roll_text(r, "%s", line->programme);
    roll_text(r, "%s", months);
    roll_fen(r, line->fen);
    roll_text(r, "%s", row_state(o, line));
    if (reason == REASON_NONE) {
        roll_none(r);
    } else {
        roll_text(
            r, "%s",
            o->json ? payment_reason_name(reason)
                    : TEXT(o, payment_reason_name(reason), payment_reason_zh(reason)));
    }
    roll_text(r, "%s", day);
    roll_uint(r, x->age_days < 0 ? 0 : (uint64_t)x->age_days);
    if (x->looked) {
        roll_uint(r, x->earlier);
    } else {
        roll_none(r);
    }
    roll_later(r, x);
    TRY(of_the_dead(r, line, &dead, d));
    roll_text(r, "%s", to_do(o, x, dead));
    return roll_row(r, d);
}

static void show_totals(struct env *e, const struct returns_totals *t, uint64_t rows,
                        struct json *top)
{
    const struct output *o = &e->out;
    char back[MONEY_TEXT_CAP];
    char unknown[MONEY_TEXT_CAP];
    if (o->json) {
        json_put_uint(top, "count", rows);
        json_put_uint(top, "returned_lines", t->back);
        json_put_int(top, "returned_fen", t->back_fen);
        json_put_uint(top, "unknown_lines", t->unknown);
        json_put_int(top, "unknown_fen", t->unknown_fen);
        json_put_uint(top, "corrected_lines", t->corrected);
        json_put_int(top, "corrected_fen", t->corrected_fen);
        json_put_int(top, "paid_again_fen", t->over_fen);
        return;
    }
    if (t->corrected > 0) {
        money_print_grouped(t->corrected_fen, back);
        money_print_grouped(t->over_fen, unknown);
        output_data(o,
                    TEXT(o,
                         "\npaid after all, by corrections: %llu, %s; of it paid again "
                         "or not granted any more: %s\n",
                         "\n更正为已发 %llu 笔，%s；其中重复发放或已核减：%s\n"),
                    (unsigned long long)t->corrected, back, unknown);
    }
    if (rows == 0) {
        output_data(o, "%s\n",
                    TEXT(o, "Nothing came back, and nothing is unknown.",
                         "没有退回，也没有未明。"));
        return;
    }
    money_print_grouped(t->back_fen, back);
    money_print_grouped(t->unknown_fen, unknown);
    output_data(o,
                TEXT(o, "\ncame back and waits: %llu, %s; not known: %llu, %s\n",
                     "\n退回待处理 %llu 笔，%s；未明 %llu 笔，%s\n"),
                (unsigned long long)t->back, back, (unsigned long long)t->unknown,
                unknown);
}

static enum status run_returns(struct env *e, struct diag *d)
{
    struct roll r;
    struct returns_totals totals;
    struct json *top = NULL;
    TRY(env_read_people(e, d));
    enum status st = roll_begin(&r, e, COLUMNS, COMMAND_COUNT(COLUMNS),
                                options_text(&e->options, "out"), d);
    if (st == ST_OK && e->out.json) {
        top = output_object(&e->out, "almoner.report-returns/1");
        roll_list(&r, json_put_list(top, "rows"));
    }
    if (st == ST_OK) {
        st = returns_ledger(e->ledger, options_flag(&e->options, "all"), take_row, &r,
                            &totals, d);
    }
    uint64_t rows = r.rows;
    st = roll_end(&r, st, d);
    if (st == ST_OK) {
        show_totals(e, &totals, rows, top);
    }
    return st;
}

static const struct option_spec RETURNS[] = {
    {"out", 0, OPTION_TEXT, "FILE", "the rows as CSV or .xlsx, not shown"},
    {"all", 0, OPTION_FLAG, NULL, "also what was sent again or refunded"},
};

static const struct command ITEMS[] = {
    {
        .name = "report returns",
        .run = run_returns,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(RETURNS),
        .brief = "register of failures and returns",
        .brief_zh = "退票台账",
        .text = "Each line that the bank refused or returned, and each that was sent "
                "and is not known of: reason, days since the bank file was made, how "
                "often its months were sent before, what became of it since, and what "
                "to do. In a live ledger WHO is needed.",
        .example = "  almoner -C baoqing report returns --out returns.csv",
    },
};
const struct command_list commands_returns = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
