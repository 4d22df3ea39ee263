/* month_funds.h - what appropriations bear of the lines that batches paid: from the
 * lines and the allocations, as the fold counted them with the bank's results. */
#ifndef ALMONER_AUDIT_MONTH_FUNDS_H
#define ALMONER_AUDIT_MONTH_FUNDS_H

#include "ledger/fund.h"
#include "ledger/ledger.h"
#include "ledger/line.h"

#define BORNE_ROWS_MAX 1024

struct borne_row {
    uint32_t fund;
    char programme[PROGRAMME_CODE_MAX + 1];
    int64_t fen;
};
struct borne { /* in the order met */
    size_t count;
    struct borne_row rows[BORNE_ROWS_MAX];
};

/* The batch whose lines are counted, one after the other from the first. */
struct bearing {
    struct allocation_entry allocation;
    size_t programmes;
    struct {
        char programme[PROGRAMME_CODE_MAX + 1];
        int64_t fen;
    } before[FUND_ITEMS_MAX];
};
enum status bearing_begin(struct ledger *l, uint32_t batch, struct bearing *b,
                          struct diag *d) MUST_USE;
/* Does an allocation bear it? */
bool bearing_is(const struct bearing *b);
enum status bearing_line(struct bearing *b, const struct line_entry *line,
                         struct borne *out, struct diag *d) MUST_USE;

/* All lines of the batch. */
enum status borne_batch(struct ledger *l, const struct batch_entry *batch,
                        struct borne *out, struct diag *d) MUST_USE;
int64_t borne_total(const struct borne *b); /* parts of sums that fit */
int64_t borne_of(const struct borne *b, uint32_t fund);

/* By the register: spent of all appropriations, less what came back after its year;
 * this is what is paid of the lines they bear. */
enum status funds_spent(struct ledger *l, int64_t *out, struct diag *d) MUST_USE;

#endif
