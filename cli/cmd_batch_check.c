/* cmd_batch_check.c - what to look at before a batch is signed: its checks, and what is
 * new in it; and whom its payments to institutions are for. */
#include "cli/batch_change_units.h"
#include "cli/batch_checks.h"
#include "cli/batch_residents.h"
#include "cli/batches.h"
#include "cli/command.h"

static enum status which(const struct env *e, enum check *out, struct diag *d)
{
    const char *name = options_text(&e->options, "rows");
    *out = name == NULL ? CHECK_KINDS : checks_find(str_of(name));
    if (name != NULL && *out == CHECK_KINDS) {
        diag_fail(d, ST_USAGE, "bad-option", "there is no check \"%s\"", name);
        diag_where(d, "--rows");
        return diag_hint(d, "almoner batch check B names them");
    }
    return ST_OK;
}

static enum status whole(struct env *e, uint32_t number, struct json *top,
                         struct diag *d)
{
    struct checks_report r;
    struct check_sink none = {NULL, NULL};
    TRY(checks_run(e->ledger, number, none, &e->progress, &r, d));
    meter_end(&e->meter);
    if (top != NULL) {
        batch_checks_put(top, &r);
    } else {
        batch_checks_print(&e->out, &r);
        output_data(&e->out, "\n");
    }
    TRY(batch_change_show(e, number, top, d));
    return r.blocking > 0 ? ST_FINDINGS : ST_OK;
}

static enum status run_check(struct env *e, struct diag *d)
{
    uint32_t number;
    enum check what;
    struct json *top = NULL;
    TRY(which(e, &what, d));
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(env_read_people(e, d));
    if (batches_being_made(e->ledger, number)) {
        diag_fail(d, ST_CONFLICT, "open-act", "batch %u is still being made", number);
        return diag_hint(d, "almoner batch show %u says how to finish it", number);
    }
    if (e->out.json) {
        top = output_object(&e->out, "almoner.batch-check/1");
        json_put_uint(top, "number", number);
    }
    return what != CHECK_KINDS ? batch_checks_rows(e, number, what, top, d)
                               : whole(e, number, top, d);
}

static const struct option_spec CHECK[] = {
    {"rows", 0, OPTION_TEXT, "NAME", "every line that this check finds"},
};

static const struct option_spec RESIDENTS[] = {
    {"out", 0, OPTION_TEXT, "FILE.csv", "where to; .xlsx for a workbook"},
};

static const struct command ITEMS[] = {
    {
        .name = "batch check",
        .run = run_check,
        .needs = COMMAND_LEDGER,
        .operands = "B",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(CHECK),
        .brief = "what to look at before a batch is signed",
        .brief_zh = "签名前检查批次",
        .text =
            "Named checks over every line as things are now, and the difference to the "
            "batch before by unit and programme. batch submit and batch release run "
            "them too: what blocks refuses with exit 4, warnings stand in the "
            "signature. config set check.NAME says block, warn or off. Exit 1 when "
            "something blocks. bank-file finds what the channel's layout would refuse: "
            "--rows bank-file says why, line by line. Names are masked; in a live "
            "ledger WHO is needed.",
        .example = "  almoner -C baoqing batch check 1\n"
                   "  almoner -C baoqing batch check 1 --rows route-changed",
    },
    {
        .name = "batch residents",
        .run = batch_residents_run,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "B",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(RESIDENTS),
        .brief = "who the payments to institutions are for",
        .brief_zh = "导出机构代收款项的人员清单",
        .text =
            "In the bank's file an institution has one payment for each programme. "
            "Lists the residents, months and amounts of each such payment, to go with "
            "the money; they add up to it. The file shows people in clear, and that it "
            "was written is a signed record. Exit 4 when the batch pays no "
            "institution.",
        .example = "  almoner -C baoqing batch residents 1 --out residents.csv \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
};
const struct command_list commands_batch_check = {NULL, NULL, ITEMS,
                                                  COMMAND_COUNT(ITEMS)};
