/* status_private.h - what the files of the page "status" share; for nobody else.
 * Each function adds what is to be done, in the order of the page. */
#ifndef ALMONER_CLI_STATUS_PRIVATE_H
#define ALMONER_CLI_STATUS_PRIVATE_H

#include "cli/command.h"
#include "ledger/anchor.h"

struct status_page {
    struct env *e;
    struct ledger *l;
    struct json *steps; /* with --json: the list "next" */
    size_t step_count;
    size_t open_batches;
    size_t makers, checkers, releasers;
    size_t channels, policies, imports; /* that were not refused */
    uint64_t looked;                    /* at lines, for those that came back */
    int64_t due_fen, back_fen, receivable_fen;
    int64_t now_us;
    char root[48];
    uint64_t checkpoint; /* size of the last one; 0: none */
    int64_t checkpoint_us;
    struct cosigned_entry cosigned; /* the newest; number 0: none */
};

/* One thing to do: why, and the command that does it. */
void status_step(struct status_page *s, const char *command, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* status_waits.c: what somebody began and another has to go on with. */
enum status status_open_act(struct status_page *s, struct diag *d) MUST_USE;
enum status status_waits(struct status_page *s, struct diag *d) MUST_USE;
enum status status_notices(struct status_page *s, struct diag *d) MUST_USE;

/* status_work.c: the month's work. Batches that are open, into a list instead when it
 * is not NULL. */
enum status status_runs(struct status_page *s, struct diag *d) MUST_USE;
enum status status_batches(struct status_page *s, struct json *list, struct diag *d)
    MUST_USE;
enum status status_dues(struct status_page *s, struct diag *d) MUST_USE;
enum status status_anchors(struct status_page *s, struct diag *d) MUST_USE;
int64_t status_cosigned_days(const struct status_page *s); /* how long ago that was */

#endif
