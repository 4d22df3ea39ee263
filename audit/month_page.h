/* month_page.h - one month on one page: from the roster over what was granted, batched,
 * sent, answered and booked by the bank; each figure by two ways: from the books
 * (TABLE_MONTHS, which the records give) and from the rows of runs, batches and lines.
 *
 * What belongs to a month is what its own month is (ledger/month.h): also what was
 * posted after the month was closed. */
#ifndef ALMONER_AUDIT_MONTH_PAGE_H
#define ALMONER_AUDIT_MONTH_PAGE_H

#include "formats/payment.h"
#include "ledger/close.h"
#include "ledger/fund.h"
#include "ledger/ledger.h"
#include "ledger/line.h"

struct page_sum {
    uint64_t count;
    int64_t fen;
};

/* The first way, the second. */
enum page_what {
    PAGE_GRANTED,  /* books, runs */
    PAGE_BATCHED,  /* books, lines: taken into batches */
    PAGE_REGISTER, /* lines, batch register */
    PAGE_FILES,    /* batch register, bank files: of batches that were sent */
    PAGE_PAID,     /* books, lines */
    PAGE_FUNDS,    /* lines paid that appropriations bear, what those say is spent, less
                       what the register has of other months; when there are any */
    PAGE_BACK,     /* books, lines: left a batch unpaid, or came back */
    PAGE_UNKNOWN,  /* books, lines: in transit */
    PAGE_ANSWERS,  /* lines paid and come back, batch register */
    PAGE_REISSUED, /* books, batch register */
    PAGE_REFUNDED, /* books, batch register */
    PAGE_CORRECTED, /* books, batch register: paid, which the bank said came back */
    PAGE_OVER,      /* books, batch register: of it paid too much, receivable */
    PAGE_STATEMENT, /* lines paid, statements of the account; when there are any */
    PAGE_BALANCES,  /* all months, trial balance: absolute sums */
    PAGE_KINDS
};
const char *page_name(enum page_what w); /* "granted", ... */
/* PAGE_KINDS when there is none of this name. */
enum page_what page_find(struct str name);

struct page_pair {
    enum page_what what;
    bool counts; /* are the counts of both ways the same thing? */
    struct page_sum first;
    struct page_sum second;
};
bool page_pair_differs(const struct page_pair *p);

/* A row behind a figure: a line; of PAGE_GRANTED a run; of PAGE_FUNDS what an
 * appropriation bears of a programme, or, with `apart`, by how much it says more than
 * the lines of all months (line 0 of both). */
struct page_row {
    uint32_t number; /* of the batch, run or appropriation */
    struct line_entry line;
    struct page_sum sum; /* of a run or appropriation */
    bool apart;
    char source[FUND_SOURCE_MAX + 1]; /* of an appropriation */
    int booked; /* by the statement: payments less returns; of PAGE_STATEMENT */
};
struct page_rows {
    enum page_what what; /* PAGE_KINDS: none is wanted */
    enum status (*each)(void *ctx, const struct page_row *r, struct diag *d);
    void *ctx;
};

struct page_statement {
    struct str text;
    const struct payment_format *format;
};

struct month_page {
    int32_t month;
    uint64_t people; /* in the roster, now */
    uint32_t batches;
    struct page_sum out; /* dropped, cancelled, recalled: part of PAGE_BACK */
    /* In the month's books and belonging to an earlier one; and the other way round:
     * belonging to it, in later books. Entries, and fen moved. */
    struct page_sum late_here;
    struct page_sum late_elsewhere;
    size_t pair_count;
    struct page_pair pairs[PAGE_KINDS];
    size_t differences;
    /* Filled for each statement: what a close of the month keeps. */
    size_t statement_count;
    struct close_statement statements[CLOSE_STATEMENTS_MAX];
};

struct month_page_request {
    int32_t month;
    const struct page_statement *statements; /* at most CLOSE_STATEMENTS_MAX */
    size_t statement_count;
    struct page_rows rows;
};
/* ST_INPUT when a statement cannot be read. */
enum status month_page(struct ledger *l, const struct month_page_request *q,
                       struct month_page *out, struct diag *d) MUST_USE;

#endif
