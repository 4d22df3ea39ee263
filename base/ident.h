/* ident.h - identifiers: ID numbers (GB 11643), unified social credit codes
 * (GB 32100), CNAPS bank codes (ISO 7064 MOD 11,10), ABA routing numbers (weights
 * 3 7 1), card numbers (Luhn). */
#ifndef ALMONER_BASE_IDENT_H
#define ALMONER_BASE_IDENT_H

#include "base/bytes.h"

#define ID_NUMBER_LEN 18

enum id_error { ID_OK, ID_LENGTH, ID_CHARACTER, ID_DATE, ID_CHECK_DIGIT };

/* Takes 18 digits (last may be X or x) or the old 15, which are upgraded: "19" after
 * the sixth, check character appended. out: 18 characters and a NUL, X upper-case.
 * On failure out is untouched. */
enum id_error id_number_normal(struct str s, char out[ID_NUMBER_LEN + 1]);
const char *id_error_text(enum id_error e); /* "check digit", ... */
const char *id_error_code(enum id_error e); /* "id-check-digit", ... */
/* Of a normal ID number. */
int32_t id_number_birth(const char id[ID_NUMBER_LEN + 1]);
bool id_number_female(const char id[ID_NUMBER_LEN + 1]);
/* The check character for 17 digits. */
char id_number_check(const char digits[17]);

bool credit_code_valid(struct str s);
bool cnaps_valid(struct str s);           /* 12 digits, the last checks */
char cnaps_check(const char digits[11]);  /* the check digit for the first 11 */
bool routing_valid(struct str s);         /* 9 digits not all 0, the last checks */
char routing_check(const char digits[8]); /* the check digit for the first 8 */
bool luhn_valid(struct str s);            /* a hint only: not every account is a card */
/* 110105********002X: the first 6 and the last 4 stay; text of less than 15 bytes, not
 * in ASCII, or not fitting out is all stars. */
void id_number_mask(struct str s, char *out, size_t cap);
/* The first character stays, the others become *. Name in UTF-8; other bytes give
 * stars only. Cut to fit out. */
void name_mask(struct str name, char *out, size_t cap);

#endif
