/* date.c - civil days, months and moments, without loops and without the C library.
 *
 * The conversions are those of Neri and Schneider, "Euclidean affine functions and
 * their application to calendar algorithms" (2022): a computational year begins in
 * March, so the leap day is its last. Everything is exact in unsigned 32 bits for the
 * years we take, 1800 to 9999; anything else is a defect of the caller. */
#include "base/date.h"

#include <string.h>

#include "base/must.h"

#define YEAR_MIN 1800
#define YEAR_MAX 9999
#define DAY_MIN (-62091) /* 1800-01-01 */
#define DAY_MAX 2932896  /* 9999-12-31 */
#define DAY_1900 (-25567)
#define MONTH_MIN (YEAR_MIN * 12)
#define MONTH_MAX (YEAR_MAX * 12 + 11)
/* Days from 0000-03-01, where the computational calendar begins, to 1970-01-01. */
#define EPOCH_SHIFT 719468
#define US_PER_SECOND 1000000
#define US_PER_MINUTE (60 * (int64_t)US_PER_SECOND)
#define US_PER_DAY (1440 * US_PER_MINUTE)

static bool is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool date_exists(int32_t year, int32_t month, int32_t day)
{
    static const int8_t month_days[12] = {31, 28, 31, 30, 31, 30,
                                          31, 31, 30, 31, 30, 31};
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1) {
        return false;
    }
    int32_t last = month_days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
    return day <= last;
}

bool day_valid(int64_t day)
{
    return day >= DAY_MIN && day <= DAY_MAX;
}

bool month_valid(int64_t month)
{
    return month >= MONTH_MIN && month <= MONTH_MAX;
}

bool time_valid(int64_t us)
{
    return us >= DAY_1900 * US_PER_DAY && us < DAY_MAX * US_PER_DAY;
}

/* Takes year 10000 as well: the day after the last. */
static int32_t days_from_civil(int32_t year, int32_t month, int32_t day)
{
    uint32_t before_march = month <= 2 ? 1 : 0;
    uint32_t y = (uint32_t)year - before_march;
    uint32_t m = (uint32_t)month + 12 * before_march;
    uint32_t century = y / 100;
    uint32_t year_start = 1461 * y / 4 - century + century / 4;
    uint32_t month_start = (979 * m - 2919) / 32;
    uint32_t n = year_start + month_start + (uint32_t)day - 1;
    return (int32_t)n - EPOCH_SHIFT;
}

int32_t date_from_civil(int32_t year, int32_t month, int32_t day)
{
    must(date_exists(year, month, day));
    return days_from_civil(year, month, day);
}

struct civil date_to_civil(int32_t day)
{
    must(day >= DAY_MIN && day <= DAY_MAX);
    uint32_t n1 = 4 * (uint32_t)(day + EPOCH_SHIFT) + 3;
    uint32_t century = n1 / 146097;
    /* 2939745 / 2^32 is 4 / 1461 closely enough: high and low half of the product are
     * the year of the century and the day of the year. */
    uint64_t p2 = (uint64_t)2939745 * (n1 % 146097 | 3);
    uint32_t year_of_century = (uint32_t)(p2 >> 32);
    uint32_t day_of_year = (uint32_t)p2 / 2939745 / 4;
    uint32_t n3 = 2141 * day_of_year + 197913;
    uint32_t month = n3 >> 16;
    uint32_t next_year = day_of_year >= 306 ? 1 : 0;
    return (struct civil){
        .year = (int32_t)(100 * century + year_of_century + next_year),
        .month = (int32_t)(month - 12 * next_year),
        .day = (int32_t)((n3 & 0xffff) / 2141 + 1),
    };
}

/* n digits (at most 9) as a number, or -1. */
static int32_t read_digits(const char *p, size_t n)
{
    int32_t v = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') {
            return -1;
        }
        v = v * 10 + (p[i] - '0');
    }
    return v;
}

static void write_two(char *p, int32_t v)
{
    p[0] = (char)('0' + v / 10);
    p[1] = (char)('0' + v % 10);
}

/* 2026-11 and the beginning of every longer form. */
static void write_month(char *p, int32_t year, int32_t month)
{
    write_two(p, year / 100);
    write_two(p + 2, year % 100);
    p[4] = '-';
    write_two(p + 5, month);
}

/* A digit that is none gives -1, which no date has. */
static bool make_day(const char *y, const char *m, const char *d, int32_t *out_day)
{
    int32_t year = read_digits(y, 4);
    int32_t month = read_digits(m, 2);
    int32_t day = read_digits(d, 2);
    if (!date_exists(year, month, day)) {
        return false;
    }
    *out_day = days_from_civil(year, month, day);
    return true;
}

bool date_parse(struct str s, int32_t *out_day)
{
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-') {
        return false;
    }
    return make_day(s.p, s.p + 5, s.p + 8, out_day);
}

bool date_parse_compact(struct str s, int32_t *out_day)
{
    return s.n == 8 && make_day(s.p, s.p + 4, s.p + 6, out_day);
}

size_t date_print(int32_t day, char *out)
{
    struct civil c = date_to_civil(day);
    write_month(out, c.year, c.month);
    out[7] = '-';
    write_two(out + 8, c.day);
    out[10] = '\0';
    return 10;
}

/* ---- months ---- */

int32_t month_make(int32_t year, int32_t month)
{
    must(year >= YEAR_MIN && year <= YEAR_MAX);
    must(month >= 1 && month <= 12);
    return year * 12 + month - 1;
}

int32_t month_of_day(int32_t day)
{
    struct civil c = date_to_civil(day);
    return c.year * 12 + c.month - 1;
}

int32_t month_first_day(int32_t month)
{
    must(month >= MONTH_MIN && month <= MONTH_MAX);
    return days_from_civil(month / 12, month % 12 + 1, 1);
}

int32_t month_last_day(int32_t month)
{
    must(month >= MONTH_MIN && month <= MONTH_MAX);
    int32_t next = month + 1;
    return days_from_civil(next / 12, next % 12 + 1, 1) - 1;
}

int32_t month_year(int32_t month)
{
    must(month >= MONTH_MIN && month <= MONTH_MAX);
    return month / 12;
}

int32_t month_number(int32_t month)
{
    must(month >= MONTH_MIN && month <= MONTH_MAX);
    return month % 12 + 1;
}

bool month_parse(struct str s, int32_t *out_month)
{
    if (s.n != 7 || s.p[4] != '-') {
        return false;
    }
    int32_t year = read_digits(s.p, 4);
    int32_t month = read_digits(s.p + 5, 2);
    if (!date_exists(year, month, 1)) {
        return false;
    }
    *out_month = year * 12 + month - 1;
    return true;
}

size_t month_print(int32_t month, char *out)
{
    write_month(out, month_year(month), month_number(month));
    out[7] = '\0';
    return 7;
}

/* ---- moments ---- */

/* "09:00:00Z" or "09:00:00.123456Z" as microseconds of the day, or -1. */
static int64_t parse_clock(const char *p, size_t n)
{
    bool fraction = n == 16;
    if ((n != 9 && n != 16) || p[2] != ':' || p[5] != ':' || p[n - 1] != 'Z' ||
        (fraction && p[8] != '.')) {
        return -1;
    }
    int32_t hour = read_digits(p, 2);
    int32_t minute = read_digits(p + 3, 2);
    int32_t second = read_digits(p + 6, 2);
    int32_t us = fraction ? read_digits(p + 9, 6) : 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 59 || us < 0) {
        return -1;
    }
    return (hour * 60 + minute) * US_PER_MINUTE + second * (int64_t)US_PER_SECOND + us;
}

bool time_parse(struct str s, int64_t *out_us)
{
    int32_t day;
    if (s.n < 11 || s.p[10] != 'T' || !date_parse(str_make(s.p, 10), &day)) {
        return false;
    }
    int64_t clock = parse_clock(s.p + 11, s.n - 11);
    if (clock < 0) {
        return false;
    }
    *out_us = day * US_PER_DAY + clock;
    return true;
}

/* C divides towards zero; before 1970 the day is one less. */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

static int64_t floor_mod(int64_t a, int64_t b)
{
    return a % b + (a % b < 0 ? b : 0);
}

size_t time_print(int64_t us, char *out)
{
    int64_t day = floor_div(us, US_PER_DAY);
    must(day >= DAY_MIN && day <= DAY_MAX);
    int64_t rest = floor_mod(us, US_PER_DAY);
    int32_t seconds = (int32_t)(rest / US_PER_SECOND);
    int32_t fraction = (int32_t)(rest % US_PER_SECOND);
    size_t n = date_print((int32_t)day, out);
    memcpy(out + n, "T00:00:00", 9);
    write_two(out + n + 1, seconds / 3600);
    write_two(out + n + 4, seconds / 60 % 60);
    write_two(out + n + 7, seconds % 60);
    n += 9;
    if (fraction != 0) {
        out[n] = '.';
        write_two(out + n + 1, fraction / 10000);
        write_two(out + n + 3, fraction / 100 % 100);
        write_two(out + n + 5, fraction % 100);
        n += 7;
    }
    out[n++] = 'Z';
    out[n] = '\0';
    return n;
}

int32_t day_of_time(int64_t us, int32_t offset_minutes)
{
    must(offset_minutes > -1440 && offset_minutes < 1440);
    /* The offset is added to the time of the day: added to us, it could overflow. */
    int64_t day = floor_div(us, US_PER_DAY);
    int64_t rest = floor_mod(us, US_PER_DAY) + offset_minutes * US_PER_MINUTE;
    return (int32_t)(day + floor_div(rest, US_PER_DAY));
}
