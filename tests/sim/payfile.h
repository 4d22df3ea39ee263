/* payfile.h - reads a payment file as a bank would: by its own scanner, not by the
 * program's code, so that it is a second opinion on what was written. */
#ifndef ALMONER_TESTS_SIM_PAYFILE_H
#define ALMONER_TESTS_SIM_PAYFILE_H

#include "base/bytes.h"
#include "base/status.h"

struct pay_line {
    uint64_t number; /* of the payment, from 1 */
    struct str id;   /* all borrowed until the callback returns */
    struct str account;
    struct str name; /* UTF-8 */
    int64_t amount_fen;
};

struct pay_totals {
    uint64_t count;
    int64_t total_fen;
};

/* Calls each for every payment. format: "pain.001.001.09" or a pipe form. ST_INPUT when
 * the file is not well formed or its count or sum is not what its head says. */
enum status payfile_read(const char *path, const char *format,
                         enum status (*each)(void *ctx, const struct pay_line *p,
                                             struct diag *d),
                         void *ctx, struct pay_totals *totals, struct diag *d) MUST_USE;

#endif
