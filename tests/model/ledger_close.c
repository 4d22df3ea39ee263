/* ledger_close.c - books of months are closed now and then; what was closed stays as it
 * was, and each month's figures are the same by two ways. */
#include <inttypes.h>
#include <string.h>

#include "audit/month_page.h"
#include "base/date.h"
#include "batch/close.h"
#include "tests/model/ledger_county.h"

/* A batch that the bank does not answer is closed with a list of what is unknown. */
static enum status close_batch(struct county *c, uint32_t number)
{
    struct unknown_list list;
    fixture_as(&c->f, FIXTURE_MAKER);
    return close_unknown(c->f.l, number, &list, &c->f.d);
}

static bool one_of(const char *code, const char *const *codes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(code, codes[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool county_closes(struct county *c, struct chance *x)
{
    static const char *const fine[] = {"month-batch", "month-order", "batch-state",
                                       "nothing-unknown"};
    uint32_t number;
    uint32_t batches = ledger_head(c->f.l)->batches;
    enum status st = ST_OK;
    if (batches > 0 && chance_percent(x, 40)) {
        number = (uint32_t)chance_between(x, 1, (int)batches);
        st = close_batch(c, number);
        county_tell(c, "close of batch %" PRIu32 ": %d\n", number, (int)st);
    } else {
        int32_t month = ledger_head(c->f.l)->open_month;
        if (month == 0) {
            month = month_of_day(county_today(c)) - chance_between(x, 0, 3);
        }
        fixture_as(&c->f, FIXTURE_MAKER);
        st = close_books(c->f.l, CLOSE_MONTH, month, NULL, 0, &number, &c->f.d);
        if (st == ST_OK && chance_percent(x, 80)) {
            fixture_as(&c->f, FIXTURE_CHECKER);
            st = close_books_confirm(c->f.l, CLOSE_MONTH, month, &number, &c->f.d);
        }
        county_tell(c, "close of month %" PRId32 ": %d\n", month, (int)st);
    }
    return st == ST_OK || (st == ST_CONFLICT && one_of(c->f.d.code, fine, 4)) ||
           county_refused(c, "a close is refused");
}

/* Books that were closed have what was signed for. */
static bool check_closed(struct county *c)
{
    struct digest *g;
    bool same = true;
    if (ledger_digest_new(c->f.l, &g, &c->f.d) != ST_OK) {
        return county_refused(c, "no digest");
    }
    for (uint32_t n = 1; same && n <= ledger_head(c->f.l)->closes; n++) {
        struct close_entry e;
        struct month_totals now;
        same = close_get(ledger_txn(c->f.l), n, &e, &c->f.d) == ST_OK &&
               month_total(ledger_txn(c->f.l), g, close_from(&e), e.month, &now,
                           &c->f.d) == ST_OK;
        same = same && (e.state != ENTRY_ACTIVE ||
                        memcmp(now.digest, e.totals.digest, DIGEST_LEN) == 0);
    }
    digest_free(g);
    return same || county_fail(c, "a closed month has changed", "%d", 0);
}

bool county_check_months(struct county *c)
{
    static struct month_page page;
    int32_t today = month_of_day(county_today(c));
    for (int32_t month = today - 2; month <= today + 1; month++) {
        struct month_page_request q = {.month = month, .rows = {.what = PAGE_KINDS}};
        if (month_page(c->f.l, &q, &page, &c->f.d) != ST_OK) {
            return county_refused(c, "a month's page fails");
        }
        for (size_t i = 0; i < page.pair_count; i++) {
            const struct page_pair *p = &page.pairs[i];
            if (page_pair_differs(p)) {
                return county_fail(c, "figures of a month differ",
                                   "%s of %" PRId32 ": %" PRIu64 ", %" PRId64
                                   " and %" PRIu64 ", %" PRId64,
                                   page_name(p->what), month, p->first.count,
                                   p->first.fen, p->second.count, p->second.fen);
            }
        }
    }
    return check_closed(c);
}
