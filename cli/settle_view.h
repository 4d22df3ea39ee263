/* settle_view.h - what somebody signs for with `restore settle`: the files that were
 * taken in since the restore, and the batches that stand as approved or released. */
#ifndef ALMONER_CLI_SETTLE_VIEW_H
#define ALMONER_CLI_SETTLE_VIEW_H

#include "cli/env.h"

/* On the screen; with --json as the fields taken_in, standing and, once somebody has
 * stated it, stated of almoner.settle/1. Nothing when no restore waits. */
enum status settle_show(struct env *e, struct diag *d) MUST_USE;
/* The question before either signature: see env_ask_write. */
enum status settle_about(struct env *e, uint32_t number, struct question *q,
                         struct diag *d) MUST_USE;

#endif
