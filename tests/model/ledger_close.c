/* ledger_close.c - books of months are closed now and then; what was closed stays as it
 * was, and each month's figures are the same by two ways. */
#include <inttypes.h>
#include <string.h>

#include "audit/month_page.h"
#include "base/date.h"
#include "batch/admin.h"
#include "batch/close.h"
#include "ledger/close.h"
#include "ledger/unknown.h"
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

/* Sent and not closed, in the books of a month up to this one. */
static bool is_at_work(struct county *c, int32_t month)
{
    struct batch_entry b;
    int32_t own;
    for (uint32_t n = 1; n <= ledger_head(c->f.l)->batches; n++) {
        if (batch_get(ledger_txn(c->f.l), n, &b, &c->f.d) == ST_OK &&
            b.state >= BATCH_EXPORTED && b.state < BATCH_CLOSED &&
            batch_month(ledger_txn(c->f.l), &b, &own, &c->f.d) == ST_OK &&
            own <= month) {
            return true;
        }
    }
    return false;
}

/* By anybody: the maker takes it back. Then nobody can confirm it. */
static bool refuse_close(struct county *c, struct chance *x, enum close_what what,
                         int32_t month, uint32_t number)
{
    uint64_t size = ledger_head(c->f.l)->tree.size;
    (void)county_role(c, x, "");
    enum status st = admin_refuse(c->f.l, REGISTER_CLOSE, number, str_of("x"), &c->f.d);
    if (!county_judge(c, "a close refused", true, true, st, size)) {
        return false;
    }
    size = ledger_head(c->f.l)->tree.size;
    bool role = county_role(c, x, "cr") != 'm';
    st = close_books_confirm(c->f.l, what, month, &number, &c->f.d);
    return county_judge(c, "a refused close confirmed", role, false, st, size);
}

/* The maker's, and then somebody's confirmation; each by any role. */
static bool close_both(struct county *c, struct chance *x, enum close_what what,
                       int32_t month)
{
    uint32_t number = 0;
    int32_t open = ledger_head(c->f.l)->open_month;
    int32_t year = month_year(month);
    bool state =
        what == CLOSE_MONTH
            ? (open == 0 || open == month) && month <= month_of_day(county_today(c))
            : open > month && (c->closed_year == 0 || year == c->closed_year + 1);
    state = state && !is_at_work(c, month);
    uint64_t size = ledger_head(c->f.l)->tree.size;
    bool role = county_role(c, x, "m") == 'm';
    enum status st = close_books(c->f.l, what, month, NULL, 0, &number, &c->f.d);
    if (!county_judge(c, what == CLOSE_MONTH ? "a month closed" : "a year closed", role,
                      state, st, size)) {
        return false;
    }
    if (st != ST_OK || chance_percent(x, 10)) {
        return true;
    }
    if (chance_percent(x, 10)) {
        return refuse_close(c, x, what, month, number);
    }
    size = ledger_head(c->f.l)->tree.size;
    role = county_role(c, x, "cr") != 'm';
    st = close_books_confirm(c->f.l, what, month, &number, &c->f.d);
    c->closed_year = st == ST_OK && what == CLOSE_YEAR ? year : c->closed_year;
    return county_judge(c, "a close confirmed", role, true, st, size);
}

bool county_closes(struct county *c, struct chance *x)
{
    static const char *const fine[] = {"batch-state", "nothing-unknown"};
    uint32_t batches = ledger_head(c->f.l)->batches;
    int32_t month = ledger_head(c->f.l)->open_month;
    if (batches > 0 && chance_percent(x, 40)) {
        uint32_t number = (uint32_t)chance_between(x, 1, (int)batches);
        enum status st = close_batch(c, number);
        county_tell(c, "close of batch %" PRIu32 ": %d\n", number, (int)st);
        return st == ST_OK || (st == ST_CONFLICT && one_of(c->f.d.code, fine, 2)) ||
               county_refused(c, "a close is refused");
    }
    if (month != 0 && chance_percent(x, 20)) {
        int32_t year = c->closed_year != 0 ? c->closed_year + 1 : month_year(month - 1);
        return close_both(c, x, CLOSE_YEAR, month_make(year, 12));
    }
    if (month == 0 || chance_percent(x, 10)) {
        month = month_of_day(county_today(c)) - chance_between(x, -1, 3);
    }
    return close_both(c, x, CLOSE_MONTH, month);
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
