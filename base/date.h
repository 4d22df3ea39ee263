/* date.h - civil days and months.
 *
 * A day is int32_t days since 1970-01-01 (may be negative); a month is int32_t
 * year * 12 + month - 1. Years 1800 to 9999. A moment is int64_t UTC microseconds
 * since 1970; a county's day is that of UTC + its offset. */
#ifndef ALMONER_BASE_DATE_H
#define ALMONER_BASE_DATE_H

#include "base/bytes.h"

#define DAY_NEVER INT32_MAX  /* "no last day" */
#define DAY_ALWAYS INT32_MIN /* "from the beginning" */
#define DATE_TEXT_CAP 16
#define TIME_TEXT_CAP 40

struct civil {
    int32_t year;
    int32_t month; /* 1..12 */
    int32_t day;   /* 1..31 */
};

bool date_exists(int32_t year, int32_t month, int32_t day);
/* Of numbers that somebody else wrote: whether they are a day, month or moment that the
 * functions below take. A moment: of 1900 to 9999-12-30, so that it is a day in every
 * county, and so are the days before it. */
bool day_valid(int64_t day);
bool month_valid(int64_t month);
bool time_valid(int64_t us);
int32_t date_from_civil(int32_t year, int32_t month, int32_t day); /* must exist */
struct civil date_to_civil(int32_t day);
bool date_parse(struct str s, int32_t *out_day);         /* 2024-08-21 */
bool date_parse_compact(struct str s, int32_t *out_day); /* 20240821 */
size_t date_print(int32_t day, char *out);               /* DATE_TEXT_CAP bytes */

int32_t month_make(int32_t year, int32_t month); /* month 1..12 */
int32_t month_of_day(int32_t day);
int32_t month_first_day(int32_t month);
int32_t month_last_day(int32_t month);
int32_t month_year(int32_t month);
int32_t month_number(int32_t month);                /* 1..12 */
bool month_parse(struct str s, int32_t *out_month); /* 2024-08 */
size_t month_print(int32_t month, char *out);       /* DATE_TEXT_CAP bytes */

/* 2026-11-05T09:00:00Z, optionally with .123456 before the Z. */
bool time_parse(struct str s, int64_t *out_us);
size_t time_print(int64_t us, char *out); /* TIME_TEXT_CAP; no fraction when it is 0 */
int32_t day_of_time(int64_t us, int32_t offset_minutes);

#endif
