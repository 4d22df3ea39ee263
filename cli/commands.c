/* commands.c - the table of all commands, and finding one by its words. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/similar.h"
#include "cli/command.h"

#define GUESSES_MAX 3
#define NAME_WORDS_MAX 3

const struct command_list *const *commands_all(size_t *count)
{
    static const struct command_list *const all[] = {
        &commands_keygen,       &commands_init,        &commands_status,
        &commands_sign,         &commands_operator,    &commands_channel,
        &commands_policy,       &commands_import,      &commands_import_show,
        &commands_fact,         &commands_run,         &commands_person,
        &commands_explain,      &commands_batch,       &commands_transfer,
        &commands_batch_back,   &commands_batch_check, &commands_correct,
        &commands_correct_post, &commands_notice,      &commands_budget,
        &commands_funds,        &commands_application, &commands_report,
        &commands_roster,       &commands_recoveries,  &commands_returns,
        &commands_movement,     &commands_letters,     &commands_unclaimed,
        &commands_payees,       &commands_month,       &commands_retention,
        &commands_erase,        &commands_config,      &commands_verify,
        &commands_trace,        &commands_record,      &commands_prove,
        &commands_tiles,        &commands_witness,     &commands_witness_office,
        &commands_timestamp,    &commands_bundle,      &commands_restore,
        &commands_ledger_key,   &commands_format,      &commands_profile,
        &commands_help,
    };
    *count = COMMAND_COUNT(all);
    return all;
}

/* The next command of the table, from *at = 0 on; NULL at the end. */
static const struct command *next_command(size_t *at)
{
    size_t lists;
    const struct command_list *const *all = commands_all(&lists);
    size_t i = (*at)++;
    for (size_t k = 0; k < lists; k++) {
        if (i < all[k]->count) {
            return &all[k]->items[i];
        }
        i -= all[k]->count;
    }
    return NULL;
}

static const struct command *find_exact(struct str name)
{
    const struct command *c;
    for (size_t at = 0; (c = next_command(&at)) != NULL;) {
        if (str_is(name, c->name)) {
            return c;
        }
    }
    return NULL;
}

/* `almoner batch`: the commands that begin so. */
static size_t list_group(const char *word, struct buf *out)
{
    const struct command *c;
    size_t n = 0;
    for (size_t at = 0; (c = next_command(&at)) != NULL;) {
        struct str name = str_of(c->name);
        size_t length = strlen(word);
        if (str_starts(name, str_of(word)) && name.n > length &&
            name.p[length] == ' ') {
            buf_addf(out, "%s%s", n > 0 ? ", " : "", c->name);
            n++;
        }
    }
    return n;
}

/* The nearest commands, best first. */
static void list_guesses(struct str name, struct buf *out)
{
    const struct command *c;
    size_t n = 0;
    for (size_t distance = 0; distance < 6 && n < GUESSES_MAX; distance++) {
        for (size_t at = 0; (c = next_command(&at)) != NULL && n < GUESSES_MAX;) {
            struct str known = str_of(c->name);
            if (similar_near(name, known) &&
                similar_distance(name, known) == distance) {
                buf_addf(out, "%s%s", n > 0 ? ", " : "", c->name);
                n++;
            }
        }
    }
}

/* The words with blanks between; false when they do not fit. */
static bool join(const char *const *words, size_t count, char *out, size_t cap)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        int n = snprintf(out + at, cap - at, "%s%s", i > 0 ? " " : "", words[i]);
        if (n < 0 || (size_t)n >= cap - at) {
            return false;
        }
        at += (size_t)n;
    }
    return true;
}

static void unknown_command(const char *const *words, size_t count, struct diag *d)
{
    struct buf list;
    char name[200];
    buf_init(&list, 4096);
    if (count == 0) {
        diag_fail(d, ST_USAGE, "no-command", "which command?");
        diag_hint(d, "almoner help lists them");
    } else if ((join(words, count < NAME_WORDS_MAX ? count : NAME_WORDS_MAX, name,
                     sizeof name) &&
                list_group(name, &list) > 0) ||
               list_group(words[0], &list) > 0) {
        snprintf(name, sizeof name, "%s%s%s", words[0], count > 1 ? " " : "",
                 count > 1 ? words[1] : "");
        diag_fail(d, ST_USAGE, "unknown-command", "unknown command \"%s\"", name);
        diag_hint(d, "there are: %s", buf_cstr(&list));
    } else {
        snprintf(name, sizeof name, "%s%s%s", words[0], count > 1 ? " " : "",
                 count > 1 ? words[1] : "");
        list_guesses(str_of(name), &list);
        if (list.len == 0) {
            list_guesses(str_of(words[0]), &list);
        }
        diag_fail(d, ST_USAGE, "unknown-command", "unknown command \"%s\"",
                  list.len == 0 ? words[0] : name);
        if (list.len == 0) {
            diag_hint(d, "almoner help lists the commands");
        } else {
            diag_hint(d, "did you mean: %s?", buf_cstr(&list));
        }
    }
    buf_release(&list);
}

const struct command *commands_find(const char *const *words, size_t count,
                                    size_t *used, struct diag *d)
{
    char name[200];
    for (size_t n = count < NAME_WORDS_MAX ? count : NAME_WORDS_MAX; n > 0; n--) {
        const struct command *c =
            join(words, n, name, sizeof name) ? find_exact(str_of(name)) : NULL;
        if (c != NULL) {
            *used = n;
            return c;
        }
    }
    unknown_command(words, count, d);
    return NULL;
}

size_t command_tables(const struct command *c, const struct option_table *out[4])
{
    size_t n = 0;
    if (c->options.count > 0) {
        out[n++] = &c->options;
    }
    if ((c->needs & (COMMAND_LEDGER | COMMAND_MAY_LEDGER)) != 0) {
        out[n++] = &options_who;
        out[n++] = &options_ledger;
    }
    out[n++] = &options_global;
    return n;
}
