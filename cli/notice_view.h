/* notice_view.h - public lists and objections on the screen and as JSON: numbers of
 * people, never names. */
#ifndef ALMONER_CLI_NOTICE_VIEW_H
#define ALMONER_CLI_NOTICE_VIEW_H

#include "cli/env.h"

/* After an act: what it is now. */
enum status notice_view_report(struct env *e, uint32_t number, struct diag *d) MUST_USE;
enum status notice_view_objection(struct env *e, uint32_t number, struct diag *d)
    MUST_USE;
enum status notice_view_list(struct env *e, struct diag *d) MUST_USE;
enum status notice_view_show(struct env *e, uint32_t number, struct diag *d) MUST_USE;

#endif
