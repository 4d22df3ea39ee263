/* batch_checks.h - the checks of a batch before it is signed, as people see them. */
#ifndef ALMONER_CLI_BATCH_CHECKS_H
#define ALMONER_CLI_BATCH_CHECKS_H

#include "batch/checks.h"
#include "cli/env.h"

/* The question before a signature, as batches_about, and what is warned of; refuses as
 * batch_checks_gate does. */
enum status batch_checks_about(struct env *e, uint32_t number, struct question *q,
                               struct diag *d) MUST_USE;
/* Runs the checks: ST_CONFLICT "checks" when one of them blocks, with the first lines
 * it found and what to do; warnings are shown. No names: who signs need not be named
 * yet. */
enum status batch_checks_gate(struct env *e, uint32_t number, struct checks_report *out,
                              struct diag *d) MUST_USE;
/* Was it asked on a terminal? Then warnings were shown beside the question. */
bool batch_checks_asked(const struct env *e);
/* Before a released batch is exported: refuses as batch_checks_gate does when an import
 * was confirmed since the release. Once there is a file, no line can be dropped. */
enum status batch_checks_since_release(struct env *e, uint32_t number, struct diag *d)
    MUST_USE;
/* The list "checks" into top. */
void batch_checks_put(struct json *top, const struct checks_report *r);
/* A table of the checks; those that are off or found nothing in one line below it. */
void batch_checks_print(const struct output *o, const struct checks_report *r);

/* All rows of one check, with masked names: a table, or the list "rows" in top. */
enum status batch_checks_rows(struct env *e, uint32_t number, enum check what,
                              struct json *top, struct diag *d) MUST_USE;
/* Of a name in a record: one that this program does not know stays as it is. */
struct buf;
void batch_checks_note(struct buf *notes, struct str name, uint64_t rows);

#endif
