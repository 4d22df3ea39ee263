/* one_row.h - commands that propose one statement (a void, a merge, an order): they
 * write a file of a header and one row and import it like any other, so that the same
 * checks and the same second signature hold. */
#ifndef ALMONER_CLI_ONE_ROW_H
#define ALMONER_CLI_ONE_ROW_H

#include "batch/import.h"
#include "cli/env.h"

struct one_cell {
    const char *column; /* as in CLI.md */
    const char *value;  /* NULL or "": not stated */
};

/* Opens the ledger for the maker. Then the ID number of who is meant by an operand. */
enum status one_row_begin(struct env *e, struct diag *d) MUST_USE;
enum status one_row_id(struct env *e, const char *typed, char out[ID_NUMBER_LEN + 1],
                       struct diag *d) MUST_USE;
/* Proposes the row and prints what an import prints. */
enum status one_row_propose(struct env *e, enum import_what what,
                            const struct one_cell *cells, size_t count, struct diag *d)
    MUST_USE;

/* All that import show says; --all when `all` (cmd_import_show.c). */
enum status import_show(struct env *e, uint32_t number, bool all, struct diag *d)
    MUST_USE;
/* Counts and sums of an import that waits, when it is not long (cmd_import_show.c). */
enum status import_show_summary(struct env *e, uint32_t number, struct diag *d)
    MUST_USE;
/* "facts"; the same in the reader's language (cmd_import.c). */
const char *import_kind_name(enum import_what what);
const char *import_kind_text(const struct output *o, enum import_what what);
/* Warns of what a late history overrules, if it does (cmd_import.c). */
void import_tell_overruled(const struct output *o, const struct import_report *r);
/* Prints the report of an import, and releases it; returns st (cmd_import.c). */
enum status import_report_print(struct env *e, enum status st, struct import_report *r);

#endif
