/* cmd_correct_post.c - what a court or the bureau ordered to be paid: a manual post.
 * The maker proposes it, the checker confirms: two signatures. */
#include "cli/command.h"
#include "cli/one_row.h"

/* How it goes together with the rule's amount: one of the two, no default. */
static enum status take_effect(struct env *e, const char **effect, struct diag *d)
{
    bool counts = options_flag(&e->options, "counts");
    bool beside = options_flag(&e->options, "beside");
    if (counts == beside) {
        diag_fail(d, ST_USAGE, "missing-option", "--counts or --beside?");
        return diag_hint(d, "--counts: the larger of it and the rule's amount is "
                            "granted; --beside: it comes on top");
    }
    *effect = counts ? "counts" : "beside";
    return ST_OK;
}

static enum status run_post(struct env *e, struct diag *d)
{
    char id[ID_NUMBER_LEN + 1];
    struct one_cell cells[] = {
        {"id_number", id}, {"programme", NULL}, {"from", NULL},     {"to", NULL},
        {"amount", NULL},  {"effect", NULL},    {"document", NULL},
    };
    TRY(options_need(&e->options, "programme", &cells[1].value, d));
    TRY(options_need(&e->options, "from", &cells[2].value, d));
    TRY(options_need(&e->options, "to", &cells[3].value, d));
    TRY(options_need(&e->options, "amount", &cells[4].value, d));
    TRY(take_effect(e, &cells[5].value, d));
    TRY(options_need(&e->options, "document", &cells[6].value, d));
    TRY(one_row_begin(e, d));
    TRY(one_row_id(e, env_operand(e, 0), id, d));
    return one_row_propose(e, IMPORT_ORDERS, cells, COMMAND_COUNT(cells), d);
}

static const struct option_spec POST[] = {
    {"programme", 0, OPTION_TEXT, "CODE", "of which programme"},
    {"from", 0, OPTION_TEXT, "YYYY-MM", "first month"},
    {"to", 0, OPTION_TEXT, "YYYY-MM", "last month"},
    {"amount", 0, OPTION_TEXT, "AMOUNT", "yuan for each of these months: 100.00"},
    {"counts", 0, OPTION_FLAG, NULL, "the larger of it and the rule's amount is paid"},
    {"beside", 0, OPTION_FLAG, NULL, "it is paid on top of the rule's amount"},
    {"document", 0, OPTION_TEXT, "NO", "the order: a judgment, minutes"},
};

static const struct command ITEMS[] = {
    {
        .name = "correct post",
        .run = run_post,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "ID",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(POST),
        .brief = "order months to be paid, by a document (maker)",
        .brief_zh = "人工补记（经办）",
        .text =
            "A court's order or an ex gratia payment: so much for each month of a "
            "programme, also for the dead and for who is not eligible. It counts when "
            "a checker confirms (import confirm), and is posted by the next run. Many "
            "at once: import orders.",
        .example = "  almoner -C baoqing correct post 17 --programme old-age \\\n"
                   "      --from 2026-01 --to 2026-06 --amount 100.00 --counts \\\n"
                   "      --document 黑0523民初8号 --as wangfang --key wangfang.pem",
    },
};
const struct command_list commands_correct_post = {NULL, NULL, ITEMS,
                                                   COMMAND_COUNT(ITEMS)};
