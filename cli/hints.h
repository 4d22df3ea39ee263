/* hints.h - what to do next after an error that does not say it itself. */
#ifndef ALMONER_CLI_HINTS_H
#define ALMONER_CLI_HINTS_H

#include <stdbool.h>

/* By the error's stable code (struct diag), in English or Chinese; NULL: none. */
const char *hints_find(const char *code, bool zh);

#endif
