/* policy_view.h - policies as the commands show them: one in words, two held against
 * each other, all of a ledger in a list, and what confirming one would change. */
#ifndef ALMONER_CLI_POLICY_VIEW_H
#define ALMONER_CLI_POLICY_VIEW_H

#include "batch/takeover.h"
#include "cli/env.h"
#include "cli/options.h"

/* policy list, show and diff: see cmd_policy.c. */
enum status policy_list_run(struct env *e, struct diag *d) MUST_USE;
enum status policy_show_run(struct env *e, struct diag *d) MUST_USE;
enum status policy_diff_run(struct env *e, struct diag *d) MUST_USE;

/* Shows what confirming policy `number` would change: the months taken over, the people
 * concerned, and the rules that differ. Fails as adopt_review and takeover_look. */
enum status policy_preview(struct env *e, uint32_t number, struct diag *d) MUST_USE;

#endif
