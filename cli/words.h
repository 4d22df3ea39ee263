/* words.h - words of the trade in the reader's language, where the folders below know
 * them in English only, or in both languages at once. */
#ifndef ALMONER_CLI_WORDS_H
#define ALMONER_CLI_WORDS_H

#include "base/buf.h"
#include "base/date.h"
#include "cli/output.h"
#include "ledger/money.h"
#include "ledger/states.h"
#include "policy/policy.h"

const char *words_account(const struct output *o, enum account_kind k);
const char *words_cause(const struct output *o, enum cause c);
enum words_of { WORDS_ROWS, WORDS_PEOPLE, WORDS_LINES, WORDS_RECORDS, WORDS_CASES };
#define WORDS_COUNT_CAP 48
/* "1 row", "3 rows", "3 行", into out, which is returned. Of payments: lines. */
const char *words_count(const struct output *o, uint64_t n, enum words_of what,
                        char out[WORDS_COUNT_CAP]);
/* "死亡" for "death", into out; the attribute itself where there is no other word. */
void words_attribute(const struct output *o, struct str attribute, struct buf *out);
/* "2026-09-05"; empty for DAY_ALWAYS and DAY_NEVER. */
void words_day(int32_t day, char out[DATE_TEXT_CAP]);
const char *words_line_state(const struct output *o, enum line_state s);
/* "300.00 yuan a year (at least 200.00)"; replaces what out has. */
void words_amount(const struct output *o, const struct amount *a, struct buf *out);
/* "age 80..89; welfare dibao-rural (for 12 months)"; replaces what out has. */
void words_condition(const struct output *o, const struct condition *c,
                     struct buf *out);

#endif
