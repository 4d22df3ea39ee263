/* recovery_view.h - recoveries as they are shown: one with all that came in, or the
 * list of them; for people and as JSON. */
#ifndef ALMONER_CLI_RECOVERY_VIEW_H
#define ALMONER_CLI_RECOVERY_VIEW_H

#include "cli/env.h"
#include "ledger/recovery.h"

const char *words_method(const struct output *o, enum recovery_method m);
const char *words_recovery_state(const struct output *o, enum recovery_state s);

/* "2026-06", "2026-06..2026-09" or, for more spans, "2026-01..2026-02, 2026-05 +1". */
#define MONTHS_TEXT_CAP 80
void months_text(const struct spans *s, char out[MONTHS_TEXT_CAP]);

/* Recovery `number` with its money; ST_CONFLICT "unknown-recovery". */
enum status recovery_show(struct env *e, uint32_t number, struct diag *d) MUST_USE;
/* Everybody's, or one person's (0: everybody); open ones alone when all is false. */
enum status recovery_list(struct env *e, uint64_t person, bool all, struct diag *d)
    MUST_USE;

#endif
