/* trace.h - who read personal data in clear, when, and why: the records of revealing,
 * of bank files and of public lists. */
#ifndef ALMONER_AUDIT_TRACE_H
#define ALMONER_AUDIT_TRACE_H

#include "base/progress.h"
#include "ledger/ledger.h"

enum trace_what {
    TRACE_REVEAL, /* shown or written in clear; purpose says by what and why */
    TRACE_EXPORT, /* a bank file */
    TRACE_NOTICE  /* a public list, names masked; of how many people: lines */
};
const char *trace_what_name(enum trace_what w); /* "reveal" */

struct trace_row {
    uint64_t sequence;
    int64_t time_us;
    enum trace_what what;
    char name[KEY_NAME_MAX + 1]; /* of the operator */
    uint64_t person;             /* 0: more than one */
    uint32_t batch;              /* of a bank file, else 0 */
    uint64_t lines;              /* of a bank file or public list, else 0 */
    char purpose[TEXT_MAX + 1];  /* of a bank file its format */
};

struct trace_terms {
    uint64_t person; /* 0: all; else also what may hold this one among others */
    int64_t from_us; /* records at or after */
};
enum status trace_ledger(struct ledger *l, const struct trace_terms *terms,
                         const struct progress *progress,
                         enum status (*each)(void *ctx, const struct trace_row *r,
                                             struct diag *d),
                         void *ctx, struct diag *d) MUST_USE;

#endif
