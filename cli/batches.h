/* batches.h - a batch as people and scripts see it; shared by what deals with them. */
#ifndef ALMONER_CLI_BATCHES_H
#define ALMONER_CLI_BATCHES_H

#include "cli/env.h"
#include "ledger/register.h"

/* The numbers of --line, each once; *lines is freed by the caller, and NULL when there
 * is none. ST_USAGE "bad-option", "doubled-option". */
enum status batches_lines(const struct env *e, uint32_t **lines, size_t *count,
                          struct diag *d) MUST_USE;
/* What the batch was limited to; nothing when it was not. */
enum status batches_chosen(struct env *e, const struct batch_entry *b, struct diag *d)
    MUST_USE;
/* One line: why the batch went backwards last; nothing when it never did. */
enum status batches_why(struct env *e, const struct batch_entry *b, struct diag *d)
    MUST_USE;
/* The batch's present state: with --json the fields of almoner.batch/1, else one
 * sentence and what comes next (not with --quiet). */
enum status batches_report(struct env *e, uint32_t number, struct diag *d) MUST_USE;
/* The fields of almoner.batch/1 into o. */
enum status batches_put(struct env *e, struct json *o, const struct batch_entry *b,
                        struct diag *d) MUST_USE;
/* What brings the batch on: "almoner batch approve 3 (checker)"; in Chinese "（复核）". */
void batches_next(const struct output *o, const struct batch_entry *b, char *out,
                  size_t cap);

/* The question before an act on a batch, with the command's verb: see env_ask_write. */
enum status batches_about(struct env *e, uint32_t number, struct question *q,
                          struct diag *d) MUST_USE;
/* Is it still being made, after an interruption? Its lines and totals are not all there
 * then. */
bool batches_being_made(const struct ledger *l, uint32_t number);
#define BATCHES_NEXT_CAP 240
/* What finishes a batch still being made: the batch new that began it. */
void batches_finish(const struct output *o, const struct batch_entry *b,
                    const struct channel_entry *channel, char out[BATCHES_NEXT_CAP]);

#endif
