/* help.h - help printed from the tables of commands and options. */
#ifndef ALMONER_CLI_HELP_H
#define ALMONER_CLI_HELP_H

#include "cli/command.h"

enum status help_overview(struct env *e) MUST_USE;
enum status help_command(struct env *e, const struct command *c) MUST_USE;
/* The commands that begin with a word ("batch"); d as commands_find left it is returned
 * when there are none. */
enum status help_group(struct env *e, const char *word, struct diag *d) MUST_USE;
enum status help_version(struct env *e) MUST_USE;

#endif
