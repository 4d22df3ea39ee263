/* fund_share.h - which source bears how much of a batch: the shares that the policies
 * ruling its months say, for who allocates and for who audits. */
#ifndef ALMONER_ENTITLE_FUND_SHARE_H
#define ALMONER_ENTITLE_FUND_SHARE_H

#include "ledger/fund.h"
#include "ledger/ledger.h"

#define FUND_WEIGHTS_MAX FUND_ITEMS_MAX

/* What one source bears of one programme, in ten thousandths of a fen: those of a
 * programme add up to its fen in the batch, and stand together, a source that is the
 * rest behind the others. */
struct fund_weight {
    char programme[PROGRAMME_CODE_MAX + 1];
    char source[FUND_SOURCE_MAX + 1];
    bool rest;
    int64_t weight;
};
struct fund_weights {
    size_t count;
    struct fund_weight items[FUND_WEIGHTS_MAX];
    /* People were merged since: which tier paid them is not told any more. */
    bool unsure;
};
/* Of the lines that are in the batch, by the policies confirmed before this sequence
 * (UINT64_MAX: all). A percentage is of a month's fen; per head is for every month of a
 * line, no more than the month's fen. ST_CONFLICT "no-share" when no policy says who
 * bears a month, "too-many-shares" beyond FUND_WEIGHTS_MAX. */
enum status fund_weights(struct ledger *l, uint32_t batch, uint64_t below,
                         struct fund_weights *out, struct diag *d) MUST_USE;

/* Whole fen by weight, `carried` by earlier batches (fund_carried) for each:
 * the last of each programme has what the others leave. */
void fund_shares(const struct fund_weights *w, const int64_t *carried, int64_t *fen);

#endif
