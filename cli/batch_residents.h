/* batch_residents.h - who each payment to an institution is for: the list that goes to
 * it with the money. People are in clear, so that it was written is recorded first. */
#ifndef ALMONER_CLI_BATCH_RESIDENTS_H
#define ALMONER_CLI_BATCH_RESIDENTS_H

#include "cli/env.h"

/* The command: batch residents B --out FILE. ST_CONFLICT "no-institutions". */
enum status batch_residents_run(struct env *e, struct diag *d) MUST_USE;

#endif
