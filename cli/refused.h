/* refused.h - how an entry that needs a second signature stands, in words; and the
 * commands by which one that waits is refused or taken back (ledger/refusal.h). */
#ifndef ALMONER_CLI_REFUSED_H
#define ALMONER_CLI_REFUSED_H

#include "cli/command.h"
#include "cli/sheet.h"
#include "ledger/register.h"

/* "active", "pending" or "refused", as --json says it; and for people. */
const char *refused_state_name(enum entry_state s);
const char *refused_state_text(const struct output *o, enum entry_state s);

/* Of an entry that was refused: refused_by, refused_at and refused_reason. Of others
 * nothing. */
enum status refused_put(struct env *e, struct json *o, enum register_kind of,
                        uint64_t number, struct diag *d) MUST_USE;
/* The cell that says how the entry stands: `state`, or of one that was refused by whom,
 * when and why. */
enum status refused_cell(struct env *e, struct sheet *t, enum register_kind of,
                         uint64_t number, const char *state, struct diag *d) MUST_USE;
/* The same with the number before it, for entries that do not count: "3, pending". */
enum status refused_number(struct env *e, struct sheet *t, enum register_kind of,
                           uint32_t number, struct diag *d) MUST_USE;
/* The same as a line of its own; nothing of others. */
enum status refused_line(struct env *e, enum register_kind of, uint64_t number,
                         struct diag *d) MUST_USE;

/* What the commands do, where the number is not an operand: --reason is there and the
 * ledger open for writing; then refused, and said. */
enum status refuse_begin(struct env *e, enum register_kind of, struct diag *d) MUST_USE;
enum status refuse_entry(struct env *e, enum register_kind of, uint64_t number,
                         struct diag *d) MUST_USE;
/* WORD refuse N: the register follows from the command's word. */
enum status refuse_run(struct env *e, struct diag *d);

extern const struct option_spec refuse_options[1];
extern const char refuse_text[];

/* One beside each confirm. */
#define REFUSE_ZH "不予确认或撤回"
#define REFUSE_SAMPLE " --reason '金额有误' \\\n"
#define REFUSE_COMMAND(word, run_, operand, what, what_zh, sample)                     \
    {                                                                                  \
        .name = word " refuse", .run = run_, .needs = COMMAND_LEDGER | COMMAND_SIGNS,  \
        .operands = operand, .operand_min = 1, .operand_max = 1,                       \
        .options = {"Options", refuse_options, 1},                                     \
        .brief = "refuse " what " that waits, or take it back",                        \
        .brief_zh = REFUSE_ZH what_zh, .text = refuse_text,                            \
        .example = "  almoner -C baoqing " word " refuse " sample REFUSE_SAMPLE        \
                   "      --as lina --key lina.pem",                                   \
    }

#endif
