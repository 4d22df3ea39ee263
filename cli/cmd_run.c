/* cmd_run.c - the monthly run. */
#include <stdio.h>

#include "base/date.h"
#include "batch/run.h"
#include "cli/command.h"
#include "cli/sheet.h"
#include "cli/words.h"

static void put_report(struct env *e, const struct run_report *r, bool dry_run)
{
    struct json *top = output_object(&e->out, "almoner.run/1");
    char month[DATE_TEXT_CAP];
    month_print(r->period, month);
    json_put_text(top, "period", month);
    json_put_uint(top, "number", r->number);
    json_put_bool(top, "dry_run", dry_run);
    json_put_bool(top, "resumed", r->resumed);
    json_put_uint(top, "beneficiaries", r->beneficiaries);
    json_put_uint(top, "records", r->records);
    json_put_uint(top, "warned", r->warned);
    json_put_int(top, "regular_fen", r->regular_fen);
    json_put_int(top, "backpay_fen", r->backpay_fen);
    json_put_int(top, "reduction_fen", r->reduction_fen);
    json_put_uint(top, "set_offs", r->set_offs);
    json_put_int(top, "set_off_fen", r->set_off_fen);
}

static void print_report(const struct output *o, const struct run_report *r,
                         bool dry_run)
{
    char month[DATE_TEXT_CAP];
    char people[WORDS_COUNT_CAP];
    char records[WORDS_COUNT_CAP];
    struct sheet t;
    if (o->quiet && !dry_run) {
        return;
    }
    month_print(r->period, month);
    if (dry_run) {
        output_data(o,
                    TEXT(o, "%s, tried only: nothing was written\n",
                         "%s，仅试算：未写入任何内容\n"),
                    month);
    } else if (r->number == 0) {
        output_done(
            o, TEXT(o, "%s: there is nothing to post\n", "%s：没有需要登记的差额\n"),
            month);
        return;
    } else {
        output_done(o, TEXT(o, "run %u for %s: %s, %s%s\n", "测算 %u，%s：%s，%s%s\n"),
                    r->number, month,
                    words_count(o, r->beneficiaries, WORDS_PEOPLE, people),
                    words_count(o, r->records, WORDS_RECORDS, records),
                    r->resumed ? TEXT(o, " (an interrupted run, finished)",
                                      "（续完上次未完成的测算）")
                               : "");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "regular", "当月应发"), true);
    sheet_column(&t, TEXT(o, "back-pay", "补发"), true);
    sheet_column(&t, TEXT(o, "reduction", "核减"), true);
    sheet_column(&t, TEXT(o, "set off", "抵扣"), true);
    sheet_fen(&t, r->regular_fen);
    sheet_fen(&t, r->backpay_fen);
    sheet_fen(&t, r->reduction_fen);
    sheet_fen(&t, r->set_off_fen);
    (void)sheet_end(&t, o, ST_OK);
}

static void warn(const struct output *o, const struct run_report *r)
{
    char month[DATE_TEXT_CAP];
    char people[WORDS_COUNT_CAP];
    if (r->warned == 0) {
        return;
    }
    month_print(r->period, month);
    output_warn(
        o,
        TEXT(o,
             "the rules need something that is missing for %s; almoner report "
             "unclaimed --warned --period %s lists them",
             "有 %s缺少规则所需的内容；almoner report unclaimed --warned --period %s "
             "列出名单"),
        words_count(o, r->warned, WORDS_PEOPLE, people), month);
}

/* A trial of an open run would have to finish it. */
static enum status check_trial(struct env *e, struct diag *d)
{
    if (ledger_head(e->ledger)->open.kind == 0) {
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "open-act", "an unfinished act has to be finished first");
    return diag_hint(d, "almoner status says how");
}

static enum status run_run(struct env *e, struct diag *d)
{
    struct run_report r;
    const char *text;
    int32_t period = 0;
    bool ahead = options_flag(&e->options, "ahead");
    bool dry_run = options_flag(&e->options, "dry-run");
    TRY(options_need(&e->options, "period", &text, d));
    TRY(options_month(&e->options, "period", &period, d));
    TRY(dry_run ? env_read_people(e, d) : env_write(e, ROLE_MAKER, d));
    TRY(dry_run ? check_trial(e, d) : ST_OK);
    TRY(run_execute(e->ledger, period, ahead, dry_run, &e->progress, &r, d));
    meter_end(&e->meter);
    if (e->out.json) {
        put_report(e, &r, dry_run);
    } else {
        print_report(&e->out, &r, dry_run);
    }
    warn(&e->out, &r);
    return ST_OK;
}

static const struct option_spec OPTIONS[] = {
    {"period", 0, OPTION_TEXT, "YYYY-MM", "the month to compute up to"},
    {"ahead", 0, OPTION_FLAG, NULL, "also a month after the current one"},
    {"dry-run", 0, OPTION_FLAG, NULL, "compute everything, write nothing"},
};

static const struct command ITEMS[] = {
    {
        .name = "run",
        .run = run_run,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "",
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "compute what everybody should have, post the differences (maker)",
        .brief_zh = "月度测算，登记差额（经办）",
        .text =
            "Every month up to the period that may have changed is compared with what "
            "was granted already; differences are posted as regular amounts, back-pay "
            "or reductions. Then dues are set off for overpayments, where that was "
            "decided (correct decide) and up to the policy's share. Again, it posts "
            "nothing. An interrupted run is finished "
            "by the same command.",
        .example = "  almoner -C baoqing run --period 2026-09 \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
};
const struct command_list commands_run = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
