/* roster.h - reads the CSV files that sim county made, in either language and
 * encoding. */
#ifndef ALMONER_TESTS_SIM_ROSTER_H
#define ALMONER_TESTS_SIM_ROSTER_H

#include "base/bytes.h"
#include "base/status.h"

struct roster_row {
    struct str id; /* all borrowed until the callback returns; empty: no such column */
    struct str name;
    struct str registration;
    struct str claim_date;
    struct str account;
    struct str bank_code;
};

/* Calls each for every row until it sets *stop. */
enum status roster_read(const char *path,
                        enum status (*each)(void *ctx, const struct roster_row *r,
                                            bool *stop, struct diag *d),
                        void *ctx, struct diag *d) MUST_USE;

#endif
