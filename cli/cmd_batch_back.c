/* cmd_batch_back.c - what moves a batch backwards: rejected, lines dropped, cancelled,
 * recalled, refused by the bank, another day; and what came back to the treasury. */
#include <stdio.h>
#include <stdlib.h>

#include "base/money.h"
#include "batch/batch.h"
#include "cli/batches.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/people.h"
#include "ledger/line.h"

#define REFUSAL_FILE_MAX ((size_t)64 * 1024 * 1024)
#define ANY_OF_THREE (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER)

/* ---- lines ---- */

static bool is_named(const uint32_t *lines, size_t count, uint32_t line)
{
    for (size_t i = 0; i < count; i++) {
        if (lines[i] == line) {
            return true;
        }
    }
    return false;
}

/* All of a person's lines or none: half of them would go to the bank. */
static enum status too_many_lines(const char *typed, struct diag *d)
{
    diag_fail(d, ST_USAGE, "too-many", "with those of %s it is more than %d lines",
              typed, OPTIONS_MAX);
    diag_where(d, "--person");
    return diag_hint(d, "drop them with several commands");
}

/* Adds the lines of one person; ST_CONFLICT "no-line" when the batch has none. */
static enum status add_person(struct env *e, uint32_t batch, const char *typed,
                              uint32_t *lines, size_t *count, struct diag *d)
{
    struct batch_entry b;
    struct line_entry x;
    uint64_t person;
    uint32_t at;
    bool any = false;
    TRY(people_find(e->ledger, typed, &person, d));
    TRY(batch_get(ledger_txn(e->ledger), batch, &b, d));
    TRY(line_first(ledger_txn(e->ledger), &b, person, &at, d));
    for (; at <= b.lines; at++) {
        TRY(line_get(ledger_txn(e->ledger), batch, at, &x, d));
        if (x.person != person) {
            break;
        }
        any = any || x.state == LINE_OPEN;
        if (x.state != LINE_OPEN || is_named(lines, *count, at)) {
            continue;
        }
        if (*count == OPTIONS_MAX) {
            return too_many_lines(typed, d);
        }
        lines[(*count)++] = at;
    }
    if (any) {
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "no-line", "batch %u has no line of %s", batch, typed);
    return diag_hint(d, "almoner batch show %u --lines lists them", batch);
}

/* The lines of --line and --person; *out is freed by the caller. */
static enum status take_lines(struct env *e, uint32_t batch, uint32_t **out,
                              size_t *count, struct diag *d)
{
    struct str people[OPTIONS_MAX];
    size_t n = options_knows(&e->options, "person")
                   ? options_list(&e->options, "person", people, OPTIONS_MAX)
                   : 0;
    TRY(batches_lines(e, out, count, d));
    if (n == 0) {
        return ST_OK;
    }
    uint32_t *all = realloc(*out, OPTIONS_MAX * sizeof *all);
    if (all == NULL) {
        return diag_memory(d);
    }
    *out = all;
    for (size_t i = 0; i < n; i++) {
        TRY(add_person(e, batch, people[i].p, all, count, d));
    }
    return ST_OK;
}

static void print_withdrawn(struct env *e, enum withdraw_what what,
                            const struct batch_withdraw_report *r)
{
    const struct output *o = &e->out;
    char fen[MONEY_TEXT_CAP];
    money_print_grouped(r->fen, fen);
    output_done(
        o,
        what == WITHDRAW_REFUND
            ? TEXT(o, "to the treasury: %llu line(s), %s yuan\n",
                   "缴回国库：%llu 笔，%s 元\n")
            : TEXT(o, "due again: %llu line(s), %s yuan\n", "%llu 笔转为待发：%s 元\n"),
        (unsigned long long)r->lines, fen);
}

static enum status withdraw_lines(struct env *e, struct batch_withdraw_request *q,
                                  struct diag *d)
{
    struct batch_withdraw_report r;
    TRY(batch_withdraw(e->ledger, q, &e->progress, &r, d));
    meter_end(&e->meter);
    print_withdrawn(e, q->what, &r);
    TRY(batches_report(e, q->batch, d));
    if (e->out.json) {
        struct json *o = output_object(&e->out, "almoner.batch/1");
        json_put_uint(o, "moved_lines", r.lines);
        json_put_int(o, "moved_fen", r.fen);
    }
    return ST_OK;
}

static enum status withdraw(struct env *e, enum withdraw_what what, unsigned roles,
                            bool named, struct diag *d)
{
    struct batch_withdraw_request q = {.what = what};
    uint32_t *lines = NULL;
    TRY(env_operand_u32(e, 0, "batch", &q.batch, d));
    TRY(options_need(&e->options, "reason", &q.reason, d));
    if (what == WITHDRAW_DROP && !options_text(&e->options, "line") &&
        !options_text(&e->options, "person")) {
        diag_fail(d, ST_USAGE, "missing-option", "which lines: --line or --person");
        return diag_hint(d, "almoner batch show %u --lines lists them", q.batch);
    }
    TRY(env_ask_write(e, roles, batches_about, q.batch, d));
    enum status st = named ? take_lines(e, q.batch, &lines, &q.count, d) : ST_OK;
    q.lines = lines;
    if (st == ST_OK) {
        st = withdraw_lines(e, &q, d);
    }
    free(lines);
    return st;
}

static enum status run_drop(struct env *e, struct diag *d)
{
    return withdraw(e, WITHDRAW_DROP, ROLE_MAKER, true, d);
}

static enum status run_cancel(struct env *e, struct diag *d)
{
    return withdraw(e, WITHDRAW_CANCEL, ANY_OF_THREE, false, d);
}

static enum status run_recall(struct env *e, struct diag *d)
{
    return withdraw(e, WITHDRAW_RECALL, ROLE_RELEASER, false, d);
}

static enum status run_refund(struct env *e, struct diag *d)
{
    return withdraw(e, WITHDRAW_REFUND, ROLE_MAKER, true, d);
}

/* ---- steps ---- */

static enum status step(struct env *e, enum batch_step s, unsigned roles,
                        int32_t pay_day, const struct str *file, struct diag *d)
{
    uint32_t number;
    const char *reason;
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(options_need(&e->options, "reason", &reason, d));
    TRY(env_ask_write(e, roles, batches_about, number, d));
    TRY(batch_step(e->ledger, number, s, reason, pay_day, file, d));
    return batches_report(e, number, d);
}

static enum status run_reject(struct env *e, struct diag *d)
{
    return step(e, STEP_REJECT, ROLE_CHECKER | ROLE_RELEASER, 0, NULL, d);
}

static enum status run_refused(struct env *e, struct diag *d)
{
    struct buf file;
    const char *path = options_text(&e->options, "file");
    if (path == NULL) {
        return step(e, STEP_REFUSED, ROLE_CHECKER, 0, NULL, d);
    }
    enum status st = file_load(path, REFUSAL_FILE_MAX, &file, d);
    struct str bytes = buf_str(&file);
    if (st == ST_OK) {
        st = step(e, STEP_REFUSED, ROLE_CHECKER, 0, &bytes, d);
    }
    buf_release(&file);
    return st;
}

static enum status run_redate(struct env *e, struct diag *d)
{
    int32_t day;
    const char *text;
    TRY(options_need(&e->options, "pay-date", &text, d));
    TRY(options_date(&e->options, "pay-date", &day, d));
    return step(e, STEP_REDATE, ROLE_RELEASER, day, NULL, d);
}

#define REASON                                                                         \
    {                                                                                  \
        "reason", 0, OPTION_TEXT, "TEXT", "why; recorded, up to 300 bytes"             \
    }

static const struct option_spec REJECT[] = {REASON};
static const struct option_spec DROP[] = {
    REASON,
    {"line", 0, OPTION_LIST, "L", "this line"},
    {"person", 0, OPTION_LIST, "ID", "this person's lines"},
};
static const struct option_spec REFUND[] = {
    REASON,
    {"line", 0, OPTION_LIST, "L", "this line"},
};
static const struct option_spec REFUSED[] = {
    REASON,
    {"file", 0, OPTION_TEXT, "FILE", "the bank's refusal; its digest is recorded"},
};
static const struct option_spec REDATE[] = {
    REASON,
    {"pay-date", 0, OPTION_TEXT, "DATE", "the day the bank is to pay: 2026-09-10"},
};

#define ONE_BATCH                                                                      \
    .needs = COMMAND_LEDGER | COMMAND_SIGNS, .operands = "B", .operand_min = 1,        \
    .operand_max = 1

static const struct command ITEMS[] = {
    {
        .name = "batch reject",
        .run = run_reject,
        ONE_BATCH,
        .options = COMMAND_OPTIONS(REJECT),
        .brief = "send a batch back to its maker (checker, releaser)",
        .brief_zh = "退回批次（复核、审批）",
        .text = "The batch is a draft again and all three sign anew. Nothing is lost: "
                "its lines stay in it.",
        .example = "  almoner -C baoqing batch reject 1 --reason '户名须核对' \\\n"
                   "      --as lina --key lina.pem",
    },
    {
        .name = "batch drop",
        .run = run_drop,
        ONE_BATCH,
        .options = COMMAND_OPTIONS(DROP),
        .brief = "take lines out of a batch before it is sent (maker)",
        .brief_zh = "剔除批次明细（经办）",
        .text = "What the lines would have paid is due again, less what was reduced "
                "since. The batch is a draft again and all three sign anew.",
        .example = "  almoner -C baoqing batch drop 1 --person 17 --person 204 \\\n"
                   "      --reason '8日通报死亡' --as wangfang --key wangfang.pem",
    },
    {
        .name = "batch cancel",
        .run = run_cancel,
        ONE_BATCH,
        .options = COMMAND_OPTIONS(REJECT),
        .brief = "give up a batch before it is sent",
        .brief_zh = "作废批次（导出前）",
        .text = "All its lines are due again. A draft is cancelled by a maker, a "
                "submitted batch by a maker or checker, later also by a releaser.",
        .example = "  almoner -C baoqing batch cancel 1 --reason '渠道有误' \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "batch recall",
        .run = run_recall,
        ONE_BATCH,
        .options = COMMAND_OPTIONS(REJECT),
        .brief = "take back a batch that was sent; the bank confirms (releaser)",
        .brief_zh = "撤回已送银行的批次（审批）",
        .text =
            "Only when the bank confirms that it pays none of it, and before any line "
            "is answered: the reason names the bank's letter. All lines are due "
            "again. An answer to it is refused afterwards.",
        .example =
            "  almoner -C baoqing batch recall 1 \\\n"
            "      --reason '银行撤回确认函〔2026〕3号' --as sunwei --key sunwei.pem",
    },
    {
        .name = "batch refused",
        .run = run_refused,
        ONE_BATCH,
        .options = COMMAND_OPTIONS(REFUSED),
        .brief = "the bank refused the whole file (checker)",
        .brief_zh = "登记银行整批拒收（复核）",
        .text = "Nothing of it was paid, and nothing came back: the batch is a draft "
                "again, to be mended, signed anew and sent with the same payment ids. "
                "Not possible when a line is answered.",
        .example =
            "  almoner -C baoqing batch refused 1 --reason 'H019 合计与明细不符' \\\n"
            "      --as lina --key lina.pem",
    },
    {
        .name = "batch redate",
        .run = run_redate,
        ONE_BATCH,
        .options = COMMAND_OPTIONS(REDATE),
        .brief = "give a batch another day of payment (releaser)",
        .brief_zh = "更改发放日期（审批）",
        .text = "From its submission until it is sent; the signatures stay.",
        .example = "  almoner -C baoqing batch redate 1 --pay-date 2026-09-28 \\\n"
                   "      --reason '资金到账延后' --as sunwei --key sunwei.pem",
    },
    {
        .name = "batch refund",
        .run = run_refund,
        ONE_BATCH,
        .options = COMMAND_OPTIONS(REFUND),
        .brief = "what came back goes to the treasury (maker)",
        .brief_zh = "退回款项缴回国库（经办）",
        .text = "For lines that came back and are not to be sent again: of the dead "
                "without heirs, or from a year that is closed. Without --line all that "
                "came back. The reason names the payment slip.",
        .example = "  almoner -C baoqing batch refund 1 --line 3 \\\n"
                   "      --reason '缴款书 0012' --as wangfang --key wangfang.pem",
    },
};
const struct command_list commands_batch_back = {NULL, NULL, ITEMS,
                                                 COMMAND_COUNT(ITEMS)};
