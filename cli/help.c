/* help.c - see help.h. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/help_zh.h"

#define VERSION "0.1.0"
#define NAME_WIDTH 24
#define OPTION_WIDTH 28
#define TEXT_WIDTH 78

static const char *brief(const struct env *e, const struct command *c)
{
    return TEXT(&e->out, c->brief, c->brief_zh);
}

static void print_brief(const struct env *e, const struct command *c)
{
    output_data(&e->out, "  %-*s %s\n", NAME_WIDTH, c->name, brief(e, c));
}

enum status help_overview(struct env *e)
{
    const struct output *o = &e->out;
    size_t lists;
    const struct command_list *const *all = commands_all(&lists);
    output_data(o, "%s\n\n",
                TEXT(o, "almoner - pays a community's benefits and proves it",
                     "almoner 赈济官：发放民政补贴，并能证明每一分钱"));
    output_data(o, "%s almoner [-C DIR] COMMAND [OPTIONS]\n",
                TEXT(o, "usage:", "用法："));
    for (size_t i = 0; i < lists; i++) {
        if (all[i]->title != NULL) {
            output_data(o, "\n%s\n", TEXT(o, all[i]->title, all[i]->title_zh));
        }
        for (size_t k = 0; k < all[i]->count; k++) {
            print_brief(e, &all[i]->items[k]);
        }
    }
    output_data(o, "\n%s\n%s\n",
                TEXT(o, "almoner help COMMAND shows its options, with an example.",
                     "almoner help 命令：显示该命令的选项和示例。"),
                TEXT(o, "almoner -C DIR status says what to do next.",
                     "almoner -C DIR status：说明下一步该做什么。"));
    return ST_OK;
}

static void print_option(const struct env *e, const struct option_spec *s)
{
    char left[80];
    char letter[8] = "";
    const char *help = TEXT(&e->out, s->help, help_zh(s->help));
    if (s->letter != 0) {
        snprintf(letter, sizeof letter, "-%c, ", s->letter);
    }
    snprintf(left, sizeof left, "%s--%s%s%s%s", letter, s->name,
             s->argument != NULL ? " " : "", s->argument != NULL ? s->argument : "",
             s->kind == OPTION_LIST ? "..." : "");
    if (strlen(left) > OPTION_WIDTH) {
        output_data(&e->out, "  %s\n  %*s %s\n", left, OPTION_WIDTH, "", help);
    } else {
        output_data(&e->out, "  %-*s %s\n", OPTION_WIDTH, left, help);
    }
}

/* Text of many words in lines of TEXT_WIDTH; a line end begins a new line. */
static void print_wrapped(const struct output *o, const char *text)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t n = strcspn(text, " \n");
        if (column > 0 && column + 1 + n > TEXT_WIDTH) {
            output_data(o, "\n");
            column = 0;
        }
        output_data(o, "%s%.*s", column > 0 ? " " : "", (int)n, text);
        column += n + (column > 0 ? 1 : 0);
        text += n;
        if (*text == '\n') {
            output_data(o, "\n");
            column = 0;
        }
        text += *text != '\0' ? 1 : 0;
    }
    output_data(o, "\n");
}

enum status help_command(struct env *e, const struct command *c)
{
    const struct output *o = &e->out;
    const struct option_table *tables[4];
    size_t count = command_tables(c, tables);
    output_data(o, "almoner %s - %s\n\n", c->name, brief(e, c));
    output_data(o, "%s almoner %s%s%s%s%s%s\n\n", TEXT(o, "usage:", "用法："),
                (c->needs & COMMAND_LEDGER) != 0       ? "-C DIR "
                : (c->needs & COMMAND_MAY_LEDGER) != 0 ? "[-C DIR] "
                                                       : "",
                c->name, c->operands[0] != '\0' ? " " : "", c->operands,
                c->options.count > 0 ? " [OPTIONS]" : "",
                (c->needs & COMMAND_SIGNS) != 0 ? " --as NAME --key FILE" : "");
    if (o->zh && help_text_zh(c->name) != NULL) {
        output_data(o, "%s\n", help_text_zh(c->name));
    } else {
        print_wrapped(o, c->text);
    }
    for (size_t t = 0; t < count; t++) {
        output_data(o, "\n%s\n", TEXT(o, tables[t]->title, help_zh(tables[t]->title)));
        for (size_t i = 0; i < tables[t]->count; i++) {
            print_option(e, &tables[t]->specs[i]);
        }
    }
    if (c->list != NULL) {
        output_data(o, "\n");
        c->list(o);
    }
    output_data(o, "\n%s\n%s\n", TEXT(o, "Example", "示例"), c->example);
    return ST_OK;
}

enum status help_group(struct env *e, const char *word, struct diag *d)
{
    size_t lists;
    size_t shown = 0;
    const struct command_list *const *all = commands_all(&lists);
    size_t n = strlen(word);
    for (size_t i = 0; i < lists; i++) {
        for (size_t k = 0; k < all[i]->count; k++) {
            const struct command *c = &all[i]->items[k];
            if (str_starts(str_of(c->name), str_of(word)) && c->name[n] == ' ') {
                print_brief(e, c);
                shown++;
            }
        }
    }
    return shown > 0 ? ST_OK : d->status;
}

enum status help_version(struct env *e)
{
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.version/1");
        json_put_text(top, "version", VERSION);
        json_put_int(top, "record_version", 1);
        return ST_OK;
    }
    output_data(&e->out, "almoner %s (record format 1)\n", VERSION);
    return ST_OK;
}
