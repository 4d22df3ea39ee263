/* cmd_help.c - help, version, completion: what the program says about itself. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"

static enum status run_help(struct env *e, struct diag *d)
{
    const char *words[3] = {env_operand(e, 0), env_operand(e, 1), env_operand(e, 2)};
    size_t count = e->options.word_count - e->operand_at;
    size_t used;
    if (count == 0) {
        return help_overview(e);
    }
    const struct command *c = commands_find(words, count, &used, d);
    if (c == NULL && count > 1) {
        char both[80]; /* as "audit witness" */
        snprintf(both, sizeof both, "%s %s", words[0], words[1]);
        if (help_group(e, both, d) == ST_OK) {
            return ST_OK;
        }
    }
    return c != NULL ? help_command(e, c) : help_group(e, words[0], d);
}

static enum status run_version(struct env *e, struct diag *d)
{
    (void)d;
    return help_version(e);
}

/* "--as|--key|...": the options behind which a value stands; some names come twice. */
static void print_value_options(const struct output *o)
{
    size_t lists;
    const struct command_list *const *all = commands_all(&lists);
    for (size_t i = 0; i < lists; i++) {
        for (size_t k = 0; k < all[i]->count; k++) {
            const struct option_table *tables[4];
            size_t count = command_tables(&all[i]->items[k], tables);
            for (size_t t = 0; t < count; t++) {
                for (size_t n = 0; n < tables[t]->count; n++) {
                    if (tables[t]->specs[n].kind != OPTION_FLAG) {
                        output_data(o, "|--%s", tables[t]->specs[n].name);
                    }
                }
            }
        }
    }
}

static void print_command_names(const struct output *o)
{
    size_t lists;
    const struct command_list *const *all = commands_all(&lists);
    for (size_t i = 0; i < lists; i++) {
        for (size_t k = 0; k < all[i]->count; k++) {
            output_data(o, "%s\n", all[i]->items[k].name);
        }
    }
}

/* A function for bash: the words of commands; files are bash's own business. */
static enum status run_completion(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    if (strcmp(env_operand(e, 0), "bash") != 0) {
        return diag_fail(d, ST_USAGE, "bad-shell", "there is completion for bash only");
    }
    output_data(o, "_almoner() {\n"
                   "    local word=${COMP_WORDS[COMP_CWORD]} words= skip= w\n"
                   "    local -a typed=()\n"
                   "    COMPREPLY=()\n"
                   "    for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                   "        if [[ $skip ]]; then skip=; continue; fi\n"
                   "        case $w in\n"
                   "        -C");
    print_value_options(o);
    output_data(o, ") skip=1 ;;\n"
                   "        -*) ;;\n"
                   "        *) typed+=(\"$w\") ;;\n"
                   "        esac\n"
                   "    done\n"
                   "    if [[ $skip || $word == -* || ${#typed[@]} -gt 2 ]]; then\n"
                   "        return\n"
                   "    fi\n"
                   "    while read -r w; do\n"
                   "        if [[ ${#typed[@]} -eq 0 ]]; then\n"
                   "            words+=\"${w%%%% *} \"\n"
                   "        elif [[ $w == \"${typed[*]} \"* ]]; then\n"
                   "            w=${w#\"${typed[*]} \"}\n"
                   "            words+=\"${w%%%% *} \"\n"
                   "        fi\n"
                   "    done <<'END'\n");
    print_command_names(o);
    output_data(o, "END\n"
                   "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\" | sort -u))\n"
                   "}\n"
                   "complete -o default -F _almoner almoner\n");
    return ST_OK;
}

static const struct command ITEMS[] = {
    {
        .name = "help",
        .run = run_help,
        .operands = "[COMMAND]",
        .operand_max = 3,
        .brief = "this overview, or the help of a command",
        .brief_zh = "总览，或某个命令的帮助",
        .text = "Every command also takes --help.",
        .example = "  almoner help batch new",
    },
    {
        .name = "version",
        .run = run_version,
        .operands = "",
        .brief = "version of the program and of its record format",
        .brief_zh = "程序和记录格式的版本",
        .text = "The record format is what the ledger's records are written in.",
        .example = "  almoner version --json",
    },
    {
        .name = "completion",
        .run = run_completion,
        .operands = "bash",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "a script that completes command names in a shell",
        .brief_zh = "生成命令补全脚本",
        .text = "Prints a script for bash.",
        .example = "  almoner completion bash >/etc/bash_completion.d/almoner",
    },
};
const struct command_list commands_help = {"About the program", "关于程序", ITEMS,
                                           COMMAND_COUNT(ITEMS)};
