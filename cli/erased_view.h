/* erased_view.h - what is left of a person who was erased: the certificate, and the
 * files that hold or may hold the person. */
#ifndef ALMONER_CLI_ERASED_VIEW_H
#define ALMONER_CLI_ERASED_VIEW_H

#include "cli/env.h"
#include "ledger/erasure.h"

/* Prints it, or puts it into the JSON object, whose schema is almoner.erased/1. *kept:
 * the person of the certificate, whose account the money is in; it is `person` unless
 * that was a duplicate. ST_CONFLICT "not-erased". */
enum status erased_show(struct env *e, uint64_t person, uint64_t *kept, struct diag *d)
    MUST_USE;

#endif
