/* money.h - amounts: int64_t fen (1/100 yuan). No floating point anywhere. */
#ifndef ALMONER_BASE_MONEY_H
#define ALMONER_BASE_MONEY_H

#include "base/bytes.h"

enum rounding { ROUND_HALF_UP, ROUND_DOWN, ROUND_UP };

#define MONEY_TEXT_CAP 32 /* fits every int64_t as yuan with a sign and a NUL */

/* "1200.00": digits, a point, exactly two decimals; no sign, blank, or separator;
 * no superfluous leading zero. False (out untouched) otherwise or beyond int64. */
bool money_parse(struct str s, int64_t *out_fen);
/* As money_parse, but takes 0, 1 or 2 decimals ("300", "300.5"): clerks' sheets. */
bool money_parse_loose(struct str s, int64_t *out_fen);
/* "-12.05"; out has MONEY_TEXT_CAP bytes; returns the length. */
size_t money_print(int64_t fen, char *out);
/* As money_print with thousands separators: "3,412,600.00". */
size_t money_print_grouped(int64_t fen, char *out);
/* False (out untouched) on overflow. */
bool money_add(int64_t a_fen, int64_t b_fen, int64_t *out_fen);
bool money_sub(int64_t a_fen, int64_t b_fen, int64_t *out_fen);
bool money_mul(int64_t a_fen, int64_t n, int64_t *out_fen);
/* amount * hundredths / 10000, rounded to a multiple of unit_fen (1, 10, 100).
 * amount_fen >= 0, hundredths in 0..1000000 (a percent with two decimals: 66.67
 * is 6667). False on overflow. */
bool money_percent(int64_t amount_fen, int64_t hundredths, enum rounding how,
                   int64_t unit_fen, int64_t *out_fen);

#endif
