/* words.h - words of the trade in the reader's language, where the folders below know
 * them in English only, or in both languages at once. */
#ifndef ALMONER_CLI_WORDS_H
#define ALMONER_CLI_WORDS_H

#include "base/buf.h"
#include "cli/output.h"
#include "ledger/money.h"
#include "policy/policy.h"

const char *words_account(const struct output *o, enum account_kind k);
const char *words_cause(const struct output *o, enum cause c);
/* "300.00 yuan a year (at least 200.00)"; replaces what out has. */
void words_amount(const struct output *o, const struct amount *a, struct buf *out);
/* "age 80..89; welfare dibao-rural (for 12 months)"; replaces what out has. */
void words_condition(const struct output *o, const struct condition *c,
                     struct buf *out);

#endif
