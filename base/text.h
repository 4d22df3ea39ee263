/* text.h - strict numbers and UTF-8; the one place where text becomes a number. */
#ifndef ALMONER_BASE_TEXT_H
#define ALMONER_BASE_TEXT_H

#include "base/bytes.h"
#include "base/status.h"

/* The whole string, digits only (no sign, blank or superfluous zero), in min..max. */
bool text_u64(struct str s, uint64_t min, uint64_t max, uint64_t *out);
/* Valid UTF-8: no surrogates, no overlong forms, at most U+10FFFF. On failure
 * *bad_at is the offset of the first wrong character (bad_at may be NULL). */
bool text_utf8_valid(struct str s, size_t *bad_at);
size_t text_utf8_count(struct str s); /* characters of valid UTF-8 */
/* Columns on a terminal: Han and fullwidth count two. Valid UTF-8. */
size_t text_width(struct str s);
bool text_has_control(struct str s); /* bytes below 0x20, or 0x7f */
/* The same of eight bytes, in any order. */
static inline bool text_eight_have_control(uint64_t word)
{
    /* In each byte below 0x80: bit 7 of not (c + 0x60) says c < 0x20, bit 7 of c + 1
     * says c = 0x7f. */
    uint64_t low = word & UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t odd =
        ~(low + UINT64_C(0x6060606060606060)) | (low + UINT64_C(0x0101010101010101));
    return (odd & ~word & UINT64_C(0x8080808080808080)) != 0;
}
/* Would an office program that opens it in a CSV file calculate it? It begins with = or
 * @, or with + or - before more than figures; full width counts as well. */
bool text_is_formula(struct str s);
bool text_all_digits(struct str s);
struct str text_trim(struct str s); /* ASCII blanks and U+3000 at both ends */
/* Lower-case hex, NUL-terminated: out has 2n + 1 bytes. */
void text_hex(const void *p, size_t n, char *out);
bool text_unhex(struct str s, void *out, size_t n); /* exactly 2n lower-case digits */
/* Standard base64 with padding; out has 4 * ((n + 2) / 3) + 1 bytes. */
size_t text_base64(const void *p, size_t n, char *out);
/* Strict (padding, no blanks, canonical bits); false if more than cap bytes. */
bool text_unbase64(struct str s, void *out, size_t cap, size_t *out_n);

#endif
