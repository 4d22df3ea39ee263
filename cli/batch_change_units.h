/* batch_change_units.h - what is new in a batch against the one before, by unit and by
 * programme: for who checks it. Opens the rows of people for their unit. */
#ifndef ALMONER_CLI_BATCH_CHANGE_UNITS_H
#define ALMONER_CLI_BATCH_CHANGE_UNITS_H

#include "cli/env.h"

/* Tables, or with --json the object "change" in top. A person is resumed who is not in
 * the batch before and was in one earlier; their unit is the one on file for the day of
 * payment, as its successor is called by then. */
enum status batch_change_show(struct env *e, uint32_t batch, struct json *top,
                              struct diag *d) MUST_USE;

#endif
