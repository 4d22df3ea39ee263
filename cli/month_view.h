/* month_view.h - the page of a month for people and scripts, with the statements that
 * it is held against; shared by who shows it and who closes the month. */
#ifndef ALMONER_CLI_MONTH_VIEW_H
#define ALMONER_CLI_MONTH_VIEW_H

#include "audit/month_page.h"
#include "cli/env.h"
#include "cli/files.h"
#include "entitle/bank_form.h"
#include "ledger/close.h"

struct month_view {
    struct bank_form own; /* of --format, when it is a file */
    size_t count;
    struct file_map files[CLOSE_STATEMENTS_MAX];
    struct page_statement statements[CLOSE_STATEMENTS_MAX];
    struct month_page page;
};

/* The statements of --statement, in --format (a name, or a profile's file: a bank's
 * CSV) or what they are by their first bytes.
 * month_view_release is due also after a failure. */
enum status month_view_load(struct env *e, struct month_view *v, struct diag *d)
    MUST_USE;
void month_view_release(struct month_view *v);
/* Works the page out. */
enum status month_view_make(struct env *e, struct month_view *v, int32_t month,
                            struct page_rows rows, struct diag *d) MUST_USE;
/* `report reconcile --month M`, with --rows the rows behind a figure. ST_FINDINGS when
 * there are differences. */
enum status month_view_report(struct env *e, int32_t month, struct diag *d) MUST_USE;

#endif
