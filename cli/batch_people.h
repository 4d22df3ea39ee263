/* batch_people.h - the people of a batch: its lines with their payees, and who was left
 * out of it. Names and accounts are masked; the vault's key is needed. */
#ifndef ALMONER_CLI_BATCH_PEOPLE_H
#define ALMONER_CLI_BATCH_PEOPLE_H

#include "audit/paid_to.h"
#include "batch/batch.h"
#include "cli/env.h"
#include "cli/people.h"

/* The sums by reason: a table, or the list "left_out" in top. */
void batch_people_sums(const struct output *o, const struct batch_new_report *r);
void batch_people_put_sums(struct json *top, const struct batch_new_report *r);

/* Who is left out, as things are now: a table and the sums; with --json also the list
 * "left_out_people" in top. */
enum status batch_people_left(struct env *e, uint32_t batch, struct json *top,
                              struct diag *d) MUST_USE;
/* Every line and its payee: a table, or the list "payments" in top. */
enum status batch_people_lines(struct env *e, const struct batch_entry *b,
                               struct json *top, struct diag *d) MUST_USE;

/* The payee's name, masked; an organisation's is public. */
void batch_people_payee(const struct paid_to *to, char out[PEOPLE_TEXT_CAP]);

#endif
