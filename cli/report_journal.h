/* report_journal.h - the command report journal; its options stand in cmd_report.c. */
#ifndef ALMONER_CLI_REPORT_JOURNAL_H
#define ALMONER_CLI_REPORT_JOURNAL_H

#include "cli/env.h"

enum status report_journal(struct env *e, struct diag *d) MUST_USE;

#endif
