/* hints.h - what to do next after an error that does not say it itself. */
#ifndef ALMONER_CLI_HINTS_H
#define ALMONER_CLI_HINTS_H

#include <stdbool.h>

#include "base/buf.h"

/* By the error's stable code (struct diag), in English or Chinese; NULL: none. */
const char *hints_find(const char *code, bool zh);

/* What an error of this code says to do, in Chinese, where the error brings a hint of
 * its own; NULL: none. */
const char *hints_own_zh(const char *code);
/* struct diag's `where` with its lines, columns and records in Chinese, added to out.
 */
void hints_place_zh(const char *where, struct buf *out);

#endif
