/* profile_proof.h - a profile proven: payments are made up, written, read back,
 * answered, and the answer read. Pure: the same profile gives the same bytes. */
#ifndef ALMONER_FORMATS_PROFILE_PROOF_H
#define ALMONER_FORMATS_PROFILE_PROOF_H

#include "formats/profile.h"

#define PROOF_PAYMENTS 50

enum proof_kind {
    PROOF_FINDING, /* the profile is wrong, or cannot be kept */
    PROOF_NOTE     /* holds, but somebody should know */
};

struct proof_sink {
    /* code is stable; where it stands in a made file, or ""; borrowed. */
    void (*say)(void *ctx, enum proof_kind kind, const struct diag *what);
    /* A file that was made, in the bank's encoding: of payments, or an answer. `name`
     * is what the bank wants it called, or the variant's, or "". */
    void (*file)(void *ctx, bool is_answer, struct str name, struct str bytes);
    void *ctx;
};

/* For each variant a batch of PROOF_PAYMENTS (fewer when the profile takes fewer rows)
 * with hard cases. Findings go to the sink; a failure is the system's. */
enum status profile_prove(const struct profile *p, struct proof_sink sink,
                          struct diag *d) MUST_USE;

#endif
