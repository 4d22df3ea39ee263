/* returned.h - which accounts a bank's answer paid, and which it sent back. */
#ifndef ALMONER_TESTS_SIM_RETURNED_H
#define ALMONER_TESTS_SIM_RETURNED_H

#include "base/bytes.h"
#include "base/status.h"
#include "tests/sim/person.h"

struct accounts {
    char (*list)[SIM_ACCOUNT_LEN + 1]; /* sorted */
    size_t count;
    size_t room;
};

/* The accounts whose line came back (or, with paid set, was paid). */
enum status accounts_read(const char *answer, bool paid, struct accounts *out,
                          struct diag *d) MUST_USE;
void accounts_release(struct accounts *a);
/* An account of the same person, whatever its generation; NULL: none. The list must
 * have been read from one answer, where nobody has two. */
const char *accounts_find(const struct accounts *a, struct str account);

#endif
