/* personal.h - opening the commitments of the records with people.bin:
 * docs/formats/ledger.md section 7 and bundle.md section 7. */
#ifndef ALMONER_VERIFY_PERSONAL_H
#define ALMONER_VERIFY_PERSONAL_H

#include "verify/fold.h"
#include "verify/sealed.h"

struct personal {
    struct report *report;
    struct fold *fold;
    const struct claims *claims;
    struct sealed *rows;
};
/* ST_INPUT, ST_DENIED: people.bin is not readable to its end. Findings are reported. */
enum status personal_check(const struct personal *p, struct diag *d) MUST_USE;

#endif
