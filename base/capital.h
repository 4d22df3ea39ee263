/* capital.h - amounts in the capitals of Chinese bank slips (大写), which cannot be
 * changed by a stroke of the pen. */
#ifndef ALMONER_BASE_CAPITAL_H
#define ALMONER_BASE_CAPITAL_H

#include <stddef.h>
#include <stdint.h>

#define CAPITAL_TEXT_CAP 256 /* fits every int64_t, with a NUL */

/* "人民币壹拾贰元叁角肆分", "人民币壹佰元整"; below zero with 负 before the digits.
 * Returns the length in bytes. */
size_t capital_print(int64_t fen, char out[CAPITAL_TEXT_CAP]);

#endif
