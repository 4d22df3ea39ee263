/* profile_sample.h - a made-up batch for one variant of a profile, of what is hard to
 * write: the longest names, a trail byte that looks like "|", one fen, empty texts, an
 * account that is paid twice, other banks. Nobody has these names. */
#ifndef ALMONER_FORMATS_PROFILE_SAMPLE_H
#define ALMONER_FORMATS_PROFILE_SAMPLE_H

#include "formats/profile.h"

struct profile_sample; /* owns all texts below */

struct profile_batch {
    struct payment_head head;
    const struct payment *payments;
    size_t count;
};

/* count: at most 1000. The batch is good until free. */
enum status profile_sample_new(struct profile_sample **out, const struct profile *p,
                               uint32_t variant, size_t count,
                               struct profile_batch *batch, struct diag *d) MUST_USE;
void profile_sample_free(struct profile_sample *s); /* takes NULL */

#endif
