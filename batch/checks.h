/* checks.h - what is wrong, or worth a look, in a batch before people sign for it:
 * named checks over its lines as things are now. How much each counts for is a setting
 * of the ledger (check.NAME: block, warn or off). Reads only, and writes nothing. */
#ifndef ALMONER_BATCH_CHECKS_H
#define ALMONER_BATCH_CHECKS_H

#include "base/progress.h"
#include "ledger/ledger.h"

/* In the order of their names, which records hold. */
enum check {
    CHECK_AGENT_OF_MANY,     /* one who is paid for three people or more */
    CHECK_AMOUNT_UNUSUAL,    /* more than the policy can give, or many months at once */
    CHECK_BANK_FILE,         /* the channel's layout does not take the payment */
    CHECK_DEAD,              /* and not due any more, or to heirs alone */
    CHECK_DUPLICATE_ACCOUNT, /* the own account of several beneficiaries */
    CHECK_DUPLICATE_PAYEE,   /* a month of a programme twice */
    CHECK_FACTS_SINCE_RUN,   /* facts since the last run that change what is due */
    CHECK_INVALID_ACCOUNT,   /* a card or bank number whose check digit is wrong */
    CHECK_INVALID_ID,        /* of the person, or of who is paid for them */
    CHECK_NOTICE_MISSING,    /* who had to be made public was not */
    CHECK_OBJECTION,         /* somebody objects, and it is not decided */
    CHECK_PAY_HOLD,          /* held on the day of payment */
    CHECK_ROUTE_CHANGED,  /* another account than was paid last, or than is on file */
    CHECK_SHARED_ACCOUNT, /* a duplicate account of different households */
    CHECK_STOPPED,        /* granted no more: what would be paid is receivable */
    CHECK_TWO_BATCHES,    /* also in an earlier batch that is not sent yet */
    CHECK_KINDS
};
const char *checks_name(enum check c); /* "agent-of-many", ... */
/* CHECK_KINDS when there is none of this name. */
enum check checks_find(struct str name);

enum check_level { CHECK_OFF, CHECK_WARN, CHECK_BLOCK };

/* One line that a check finds; text borrows during the call. What other and other_fen
 * are is said by the check: */
struct check_row {
    enum check what;
    uint32_t line;
    uint64_t person;
    const char *programme;
    int64_t fen;
    uint64_t other;    /* two-batches, route-changed: the other batch (0: the account is
                          not the one on file); duplicate- and shared-account: the first
                          person with it; agent-of-many: how many people;
                          duplicate-payee: the first line; amount-unusual: months;
                          bank-file: the institution that is paid, 0: none */
    int64_t other_fen; /* stopped: what is receivable; facts-since-run, dead: what the
                          rules would change; amount-unusual: the most they give for the
                          months, 0: nothing said */
    const struct diag *why; /* of bank-file: what its writer says of the payment that
                               begins with this line; else NULL */
};
struct check_sink {
    enum status (*each)(void *ctx, const struct check_row *x, struct diag *d);
    void *ctx;
};

#define CHECK_FIRST 5
struct check_result {
    enum check_level level;
    uint64_t rows;
    int64_t fen; /* of these lines */
    struct {
        uint32_t line;
        uint64_t person;
    } first[CHECK_FIRST];
};
struct checks_report {
    uint32_t batch;
    uint64_t blocking, warning; /* checks that found something */
    struct check_result results[CHECK_KINDS];
};

/* Looks at every line that has not left the batch. bank-file asks of batches that are
 * not released, and fails (ST_INPUT as the writer says) where all lines pass and a file
 * as a whole would be refused. each may be NULL; rows come in the
 * order of lines, those of the same account behind them. Needs the vault's key, and 16
 * bytes of memory a line. */
enum status checks_run(struct ledger *l, uint32_t batch, struct check_sink sink,
                       const struct progress *progress, struct checks_report *out,
                       struct diag *d) MUST_USE;

/* What a signature says was warned of, for key 6 of its body: [[name, count]...]. */
bool checks_warned(const struct checks_report *r);
struct writer;
void checks_write(const struct checks_report *r, struct writer *w);

#endif
