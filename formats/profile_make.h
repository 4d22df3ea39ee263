/* profile_make.h - the answer that a bank would give, made up by its profile: for
 * proving a profile, and for tests. Written apart from the writer of payment files. */
#ifndef ALMONER_FORMATS_PROFILE_MAKE_H
#define ALMONER_FORMATS_PROFILE_MAKE_H

#include "formats/profile.h"

/* What the bank makes of one payment: one of the profile's results. */
struct made_result {
    const struct payment *payment;
    const struct profile_result *result;
};

/* Appends a whole answer to `out`, in the file's encoding. The head is that of the file
 * that was sent, of which `variant` says the lines where the answer is the same file.
 * "*" is answered with MADE_UNKNOWN_CODE. ST_INPUT when a text cannot be written; p has
 * an answer. In a sheet all cells are text, as banks' programs write them. */
enum status profile_make_answer(const struct profile *p,
                                const struct payment_head *head,
                                const struct made_result *results, size_t count,
                                struct buf *out, struct diag *d) MUST_USE;
/* A sheet of such lines as profile_sheet.h tells of. */
enum status profile_make_sheet(const struct payment_head *head, struct str lines,
                               struct buf *out, struct diag *d) MUST_USE;
#define MADE_UNKNOWN_CODE "ZZ99"

#endif
