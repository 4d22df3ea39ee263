/* profile_nth.h - how many times each account came so far in one file: what some banks
 * want beside each payment against doubles. The one part of a writer whose memory grows
 * with the file: below 40 bytes for each different account. */
#ifndef ALMONER_FORMATS_PROFILE_NTH_H
#define ALMONER_FORMATS_PROFILE_NTH_H

#include "base/bytes.h"
#include "base/status.h"

#define NTH_BYTES_MAX ((size_t)1 << 30) /* of the accounts: about 40 million */

struct nth;

enum status nth_new(struct nth **out, struct diag *d) MUST_USE;
void nth_free(struct nth *n); /* takes NULL */
/* Counts the account, of at most 255 bytes, in: 1 for the first time. ST_SYSTEM
 * "memory" or "too-big". */
enum status nth_add(struct nth *n, struct str account, uint32_t *count, struct diag *d)
    MUST_USE;

#endif
