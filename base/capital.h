/* capital.h - amounts in the capitals of Chinese bank slips (大写), which cannot be
 * changed by a stroke of the pen. */
#ifndef ALMONER_BASE_CAPITAL_H
#define ALMONER_BASE_CAPITAL_H

#include "base/bytes.h"
#include "base/status.h"

#define CAPITAL_TEXT_CAP 256 /* fits every int64_t, with a NUL */

/* "人民币壹拾贰元叁角肆分", "人民币壹佰元整"; below zero with 负 before the digits.
 * Returns the length in bytes. */
size_t capital_print(int64_t fen, char out[CAPITAL_TEXT_CAP]);

/* Reads every lawful form of an amount, and nothing else:
 * - with or without 人民币 in front, without blanks; 元 or 圆, 整 or 正, and the
 *   characters in their traditional form (貳 參 叄 陸 萬 億 圓 幣);
 * - 整 must end whole yuan, may end jiao, must not follow fen;
 * - zeros inside are one 零. It may be left out, or in, before 仟 when the place above
 *   (万, 亿) is zero, and after 元 when the yuan end in zero and jiao follow;
 * - 拾 alone is refused: ten is 壹拾. 零元 stands for nothing but zero yuan.
 * ST_INPUT "capital" with "character N" (from 1) in where; *bad_at (NULL is fine) is
 * then the offset of that character in bytes, s.n when the end is missing. Beyond
 * int64_t is a failure too. */
enum status capital_parse(struct str s, int64_t *out_fen, size_t *bad_at,
                          struct diag *d) MUST_USE;

#endif
