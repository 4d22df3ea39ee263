/* answers.h - what a reader of bank answers gives, as text to compare; and damage. */
#ifndef ALMONER_TESTS_UNIT_ANSWERS_H
#define ALMONER_TESTS_UNIT_ANSWERS_H

#include "formats/payment.h"

struct answers_row {
    const char *label;
    const char *file;  /* what stands within the format's frame */
    const char *want;  /* as answers_read writes it; or the code of the failure */
    const char *where; /* of the failure; NULL: it is read without one */
};

/* Reads a copy of just this size, so that a sanitizer sees a read beyond it. Writes a
 * line for each answer,
 *   line:id amount currency status reason code text (name account bank)
 * with - for what is empty and the brackets only where one of them is not, and one for
 * the file, "= count total message-id", with " rest status reason code text" unless
 * that is none, " bulk count total" and " back count total" unless 0. Fails the test
 * when a failure says nothing, or when `whole` is not what the lines are. */
enum status answers_read(const struct payment_format *f, struct str file,
                         struct buf *out, struct diag *d);
/* Reads it, or expects its failure, and compares. */
void answers_expect(const struct payment_format *f, const char *label, struct str file,
                    const char *want, const char *where);
/* A file of the tests, or of ../shared: then false where that is not present. */
bool answers_expect_file(const struct payment_format *f, const char *path,
                         const char *want, const char *where);
/* head, row->file, tail. */
void answers_expect_rows(const struct payment_format *f, const char *head,
                         const struct answers_row *rows, size_t count,
                         const char *tail);
/* Every truncation is refused, but for the white space behind the end; every flipped
 * bit is refused or read without a crash. */
void answers_damage(const struct payment_format *f, const char *path);
/* head, then `many` of the fill, is refused soon with this code: it is never written
 * out, all of its pages are one. */
void answers_endless(const struct payment_format *f, const char *head, char fill,
                     uint64_t many, const char *code);

#endif
