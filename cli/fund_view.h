/* fund_view.h - appropriations as rows and objects. */
#ifndef ALMONER_CLI_FUND_VIEW_H
#define ALMONER_CLI_FUND_VIEW_H

#include "cli/env.h"
#include "cli/sheet.h"
#include "ledger/fund.h"

/* "county" is 县级 for who reads Chinese; a source nobody knows stays as it is. */
const char *fund_source_text(bool zh, const char *source);
/* Terms and state. */
void fund_view_put(struct json *o, const struct fund_entry *x);
void fund_view_put_sums(struct json *o, const struct fund_entry *x);
/* Spent of what was appropriated, hundredths of a percent, rounded down; 0 of
 * nothing. */
int64_t fund_view_rate(const struct fund_sums *s);
/* Whole months since something was spent, or since it was proposed. */
enum status fund_view_idle(struct env *e, const struct fund_entry *x, int32_t *months,
                           struct diag *d) MUST_USE;

#endif
