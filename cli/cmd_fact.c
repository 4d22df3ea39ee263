/* cmd_fact.c - a wrong entry about a person is taken back: the maker names it, the
 * checker confirms; from then on it is as if it had never been. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/one_row.h"

static enum status run_void(struct env *e, struct diag *d)
{
    char id[ID_NUMBER_LEN + 1];
    char entry[24];
    const char *reason;
    const char *text;
    uint64_t number = 0;
    TRY(options_need(&e->options, "entry", &text, d));
    TRY(options_number(&e->options, "entry", UINT32_MAX, &number, d));
    TRY(options_need(&e->options, "reason", &reason, d));
    TRY(one_row_begin(e, d));
    TRY(one_row_id(e, env_operand(e, 0), id, d));
    snprintf(entry, sizeof entry, "%llu", (unsigned long long)number);
    const struct one_cell cells[] = {
        {"id_number", id},
        {"entry", entry},
        {"void_reason", reason},
        {"document", options_text(&e->options, "document")},
    };
    return one_row_propose(e, IMPORT_VOIDS, cells, COMMAND_COUNT(cells), d);
}

static const struct option_spec VOID[] = {
    {"entry", 0, OPTION_TEXT, "N", "number of the entry, as person show prints it"},
    {"reason", 0, OPTION_TEXT, "TEXT", "why it is wrong"},
    {"document", 0, OPTION_TEXT, "NO", "document that says so"},
};

static const struct command ITEMS[] = {
    {
        .name = "fact void",
        .run = run_void,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "ID",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(VOID),
        .brief = "take a wrong entry back (maker)",
        .brief_zh = "作废错误登记（经办）",
        .text =
            "A fact, an account or a list entry that was recorded wrongly is from now "
            "on as if it had never been; what follows for the money comes with the "
            "next run. It stays in the ledger, and reports as known on an earlier day "
            "still show it. It counts when a checker confirms: import confirm. Many "
            "at once: import voids.",
        .example = "  almoner -C baoqing fact void 17 --entry 9 --reason 同名误登 \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
};
const struct command_list commands_fact = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
