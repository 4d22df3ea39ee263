/* main.c - the program: takes the command line apart, finds the command, runs it and
 * turns its status into the exit code. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "cli/command.h"
#include "cli/crash.h"
#include "cli/help.h"
#include "formats/xlsx_write.h"

#define ALL_TABLES_MAX 256

/* Every table of every command: which options take a value. */
static size_t all_tables(const struct option_table *out[ALL_TABLES_MAX])
{
    size_t lists;
    size_t n = 0;
    const struct command_list *const *all = commands_all(&lists);
    out[n++] = &options_global;
    out[n++] = &options_ledger;
    out[n++] = &options_who;
    for (size_t i = 0; i < lists; i++) {
        for (size_t k = 0; k < all[i]->count; k++) {
            must(n < ALL_TABLES_MAX);
            out[n++] = &all[i]->items[k].options;
        }
    }
    return n;
}

static bool asks_for_json(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            return true;
        }
    }
    return false;
}

static enum status check_operands(const struct env *e, struct diag *d)
{
    const struct command *c = e->command;
    size_t n = e->options.word_count - e->operand_at;
    if (n >= c->operand_min && n <= c->operand_max) {
        return ST_OK;
    }
    if (n > c->operand_max) {
        diag_fail(d, ST_USAGE, "too-many-words", "%s does not take \"%s\"", c->name,
                  env_operand(e, c->operand_max));
    } else {
        diag_fail(d, ST_USAGE, "missing-word", "%s needs %s", c->name, c->operands);
    }
    return diag_hint(d, "usage: almoner %s%s%s", c->name,
                     c->operands[0] != '\0' ? " " : "", c->operands);
}

static bool is_given(const struct options *o, const char *name)
{
    for (size_t i = 0; i < o->count; i++) {
        if (strcmp(o->given[i].spec->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* `almoner`, `almoner --help` and `almoner --version` have no words. */
static enum status without_words(struct env *e, struct diag *d)
{
    const struct option_table *global[] = {&options_global};
    TRY(options_bind(&e->options, global, 1, "almoner", d));
    TRY(env_settle(e, d));
    if (options_flag(&e->options, "version")) {
        return help_version(e);
    }
    if (options_flag(&e->options, "help") || (e->options.count == 0 && !e->out.json)) {
        return help_overview(e);
    }
    size_t used;
    commands_find(e->options.words, 0, &used, d);
    return d->status;
}

static enum status run(struct env *e, int argc, char **argv, struct diag *d)
{
    const struct option_table *tables[ALL_TABLES_MAX];
    size_t count = all_tables(tables);
    TRY(options_split(&e->options, argc, argv, tables, count, d));
    if (e->options.word_count == 0) {
        return without_words(e, d);
    }
    e->command =
        commands_find(e->options.words, e->options.word_count, &e->operand_at, d);
    if (e->command == NULL) {
        if (is_given(&e->options, "help")) {
            return help_group(e, e->options.words[0], d);
        }
        return d->status;
    }
    count = command_tables(e->command, tables);
    TRY(options_bind(&e->options, tables, count, e->command->name, d));
    TRY(env_settle(e, d));
    if (options_flag(&e->options, "help")) {
        return help_command(e, e->command);
    }
    TRY(check_operands(e, d));
    return e->command->run(e, d);
}

int main(int argc, char **argv)
{
    struct env e;
    struct diag d = {.status = ST_OK};
    setlocale(LC_MESSAGES, "");
    meter_catch_signals();
    crash_catch(asks_for_json(argc, argv));
    env_init(&e, asks_for_json(argc, argv));
    xlsx_writer_folder(env_variable("TMPDIR"));
    enum status st = run(&e, argc, argv, &d);
    meter_end(&e.meter);
    st = signing_end(&e.signing, &e.out, st, &d);
    st = output_end(&e.out, st, &d);
    env_release(&e);
    return (int)st;
}
