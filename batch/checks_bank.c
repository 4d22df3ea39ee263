/* checks_bank.c - would the bank's own layout take the payment a line begins? Asked of
 * the writer itself (trial.h), since after the signatures it is too late: the batch
 * could only be cancelled. What is released already has been asked. */
#include "batch/checks_private.h"
#include "ledger/line.h"

static bool is_asked(const struct checking *c)
{
    return checks_on(c, CHECK_BANK_FILE) && c->batch.state < BATCH_RELEASED &&
           batch_count(&c->batch) > 0;
}

enum status checks_bank_open(struct checking *c, const struct checking *before,
                             struct diag *d)
{
    if (!is_asked(c)) {
        return ST_OK;
    }
    if (before == NULL) {
        TRY(trial_batch_load(&c->payments, c->l, &c->batch, d));
    }
    return trial_new(&c->trial, c->l, &c->batch,
                     before != NULL ? &before->payments : &c->payments, d);
}

void checks_bank_release(struct checking *c)
{
    trial_free(c->trial);
    trial_batch_release(&c->payments);
}

enum status checks_bank(struct checking *c, const struct line_entry *x,
                        const struct route *r, struct diag *d)
{
    struct diag why;
    bool refused = false;
    if (c->trial == NULL) {
        return ST_OK;
    }
    TRY(trial_line(c->trial, x, r, payees_current(c->payees), &refused, &why, d));
    if (!refused) {
        return ST_OK;
    }
    c->why = &why;
    enum status st = checks_found(c, CHECK_BANK_FILE, x, x->payee, 0, d);
    c->why = NULL;
    return st;
}

enum status checks_bank_whole(const struct checking *c, struct diag *d)
{
    const struct check_result *r = &c->report->results[CHECK_BANK_FILE];
    return c->trial != NULL && r->level == CHECK_BLOCK && r->rows == 0
               ? trial_files(c->l, &c->batch, &c->payments, c->progress, d)
               : ST_OK;
}
