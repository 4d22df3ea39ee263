/* kept_forms.h - the formats at hand: the program's own and, where a ledger is named by
 * -C, the profiles that its channels keep. */
#ifndef ALMONER_CLI_KEPT_FORMS_H
#define ALMONER_CLI_KEPT_FORMS_H

#include "cli/env.h"
#include "entitle/bank_form.h"

struct kept_forms {
    struct bank_form *forms; /* of the ledger's channels */
    size_t form_count;
    const struct payment_format **all; /* the program's own, then those */
    size_t count;
    size_t own; /* of all: the program's */
};
/* Opens the ledger for reading when -C is given. To be released also after a failure;
 * what is in it is good until then. */
enum status kept_forms_load(struct kept_forms *k, struct env *e, struct diag *d)
    MUST_USE;
void kept_forms_release(struct kept_forms *k);
/* By name, the ledger's before the program's; NULL: none. */
const struct payment_format *kept_forms_find(const struct kept_forms *k,
                                             const char *name);

#endif
