/* test_date.c - every day and month from 1800 to 9999 against a calendar that is
 * counted day by day, and texts with one spelling each. */
#include "base/date.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

Suite *suite_date(void);

#define UNTOUCHED (-777)

static int32_t days_in(int32_t year, int32_t month)
{
    static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

START_TEST(test_known_days)
{
    static const struct {
        const char *text;
        int32_t day;
    } rows[] = {{"1800-01-01", -62091}, {"1900-03-01", -25508}, {"1969-12-31", -1},
                {"1970-01-01", 0},      {"1970-01-02", 1},      {"2000-02-29", 11016},
                {"2000-03-01", 11017},  {"2024-08-21", 19956},  {"2038-01-19", 24855},
                {"9999-12-31", 2932896}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t day = UNTOUCHED;
        ck_assert_msg(date_parse(str_of(rows[i].text), &day), "%s", rows[i].text);
        ck_assert_int_eq(day, rows[i].day);
    }
}
END_TEST

START_TEST(test_every_day)
{
    int32_t day = -62091;
    char text[DATE_TEXT_CAP];
    for (int32_t y = 1800; y <= 9999; y++) {
        for (int32_t m = 1; m <= 12; m++) {
            for (int32_t d = 1; d <= days_in(y, m); d++, day++) {
                struct civil c = date_to_civil(day);
                if (c.year != y || c.month != m || c.day != d ||
                    date_from_civil(y, m, d) != day) {
                    ck_abort_msg("%d-%d-%d", (int)y, (int)m, (int)d);
                }
                int32_t back = UNTOUCHED;
                size_t n = date_print(day, text);
                if (n != 10 || !date_parse(str_make(text, n), &back) || back != day) {
                    ck_abort_msg("%s", text);
                }
            }
        }
    }
    ck_assert_int_eq(day, 2932897);
}
END_TEST

START_TEST(test_every_month)
{
    char text[DATE_TEXT_CAP];
    char expected[DATE_TEXT_CAP];
    int32_t first = -62091;
    int32_t month = 1800 * 12;
    for (int32_t y = 1800; y <= 9999; y++) {
        for (int32_t m = 1; m <= 12; m++, month++) {
            snprintf(expected, sizeof expected, "%04u-%02u", (unsigned)y % 10000,
                     (unsigned)m % 100);
            int32_t last = first + days_in(y, m) - 1;
            int32_t back = UNTOUCHED;
            size_t n = month_print(month, text);
            bool same = month_make(y, m) == month && month_year(month) == y &&
                        month_number(month) == m && month_first_day(month) == first &&
                        month_last_day(month) == last && month_of_day(first) == month &&
                        month_of_day(last) == month;
            if (!same || strcmp(text, expected) != 0 ||
                !month_parse(str_make(text, n), &back) || back != month) {
                ck_abort_msg("%s", expected);
            }
            first = last + 1;
        }
    }
}
END_TEST

START_TEST(test_exists)
{
    static const struct {
        int32_t y, m, d;
        bool exists;
    } rows[] = {
        {2024, 2, 29, true},   {2023, 2, 29, false}, {1900, 2, 29, false},
        {2000, 2, 29, true},   {2024, 4, 31, false}, {2024, 13, 1, false},
        {2024, 0, 1, false},   {2024, 1, 0, false},  {2024, 1, 32, false},
        {1799, 12, 31, false}, {10000, 1, 1, false}, {1800, 1, 1, true},
        {2024, -1, 1, false},  {2024, 1, -1, false}, {INT32_MIN, 1, 1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(date_exists(rows[i].y, rows[i].m, rows[i].d) == rows[i].exists,
                      "row %zu", i);
    }
    for (int32_t y = 1800; y <= 9999; y++) {
        for (int32_t m = 1; m <= 12; m++) {
            int32_t last = days_in(y, m);
            if (!date_exists(y, m, last) || date_exists(y, m, last + 1)) {
                ck_abort_msg("%d-%d", (int)y, (int)m);
            }
        }
    }
}
END_TEST

static const char *const bad_dates[] = {
    "",           "2024-8-21",  "2024-08-2",   "2024-08-211", "2024/08/21",
    "20240821",   "2024-08-32", "2023-02-29",  "2024-00-10",  "2024-10-00",
    "-024-08-21", "+024-08-21", " 024-08-21",  "2024-0a-21",  "2024-08-2x",
    "0000-01-01", "1799-12-31", "2024-08-21 ", "2024:08-21",  "2024-08:21",
    "2024-13-01", "2024-08-/1", "2024-08-:1",  "2024--8-21",  "20240-8-21",
};

START_TEST(test_bad_date)
{
    int32_t v = UNTOUCHED;
    ck_assert_msg(!date_parse(str_of(bad_dates[_i]), &v), "%s", bad_dates[_i]);
    ck_assert_int_eq(v, UNTOUCHED);
}
END_TEST

START_TEST(test_compact_and_month_texts)
{
    int32_t v = UNTOUCHED;
    ck_assert(date_parse_compact(str_of("20240821"), &v));
    ck_assert_int_eq(v, 19956);
    v = UNTOUCHED;
    static const char *const bad[] = {"",         "2024082",  "202408211", "2024-08-21",
                                      "20230229", "20241301", "2024082x",  "00000101",
                                      "2024 821", "17991231", "-0240821"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!date_parse_compact(str_of(bad[i]), &v), "%s", bad[i]);
    }
    static const char *const bad_months[] = {
        "",        "2024",    "2024-8",  "2024-13", "2024-00", "2024-081",
        "2024/08", "1799-12", "2024-x1", " 024-08", "2024-1 "};
    for (size_t i = 0; i < sizeof bad_months / sizeof bad_months[0]; i++) {
        ck_assert_msg(!month_parse(str_of(bad_months[i]), &v), "%s", bad_months[i]);
    }
    ck_assert_int_eq(v, UNTOUCHED);
}
END_TEST

static const struct {
    const char *text;
    int64_t us;
} times[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:00.000001Z", 1},
    {"1969-12-31T23:59:59.999999Z", -1},
    {"1969-12-31T00:00:00Z", INT64_C(-86400000000)},
    {"2026-11-05T09:00:00Z", INT64_C(1793869200000000)},
    {"2026-11-05T09:00:00.123456Z", INT64_C(1793869200123456)},
    {"2026-11-05T09:00:00.100000Z", INT64_C(1793869200100000)},
    {"1800-01-01T00:00:00Z", INT64_C(-5364662400000000)},
    {"9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999)},
};

START_TEST(test_time)
{
    int64_t us = UNTOUCHED;
    ck_assert(time_parse(str_of(times[_i].text), &us));
    ck_assert_int_eq(us, times[_i].us);
    char out[TIME_TEXT_CAP];
    size_t n = time_print(us, out);
    ck_assert_str_eq(out, times[_i].text);
    ck_assert_uint_eq(n, strlen(out));
    for (size_t cut = 0; cut < n; cut++) {
        ck_assert_msg(!time_parse(str_make(out, cut), &us), "cut at %zu", cut);
    }
}
END_TEST

static const char *const bad_times[] = {
    "2026-11-05 09:00:00Z",        "2026-11-05T09:00:00",
    "2026-11-05T09:00:00+08:00",   "2026-11-05T24:00:00Z",
    "2026-11-05T09:60:00Z",        "2026-11-05T23:59:60Z",
    "2026-11-05T9:00:00Z",         "2026-11-05T09:00:00.Z",
    "2026-11-05T09:00:00.123Z",    "2026-11-05T09:00:00.1234567Z",
    "2026-11-05T09:00:00,123456Z", "2026-11-05T09:00:00.12345xZ",
    "2026-11-31T09:00:00Z",        "2026-11-05t09:00:00Z",
    "2026-11-05T09:00:00z",        "2026-11-05T-9:00:00Z",
    "2026-11-05T09-00:00Z",        "2026-11-05T09:00-00Z",
};

START_TEST(test_bad_time)
{
    int64_t us = UNTOUCHED;
    ck_assert_msg(!time_parse(str_of(bad_times[_i]), &us), "%s", bad_times[_i]);
    ck_assert_int_eq(us, UNTOUCHED);
}
END_TEST

START_TEST(test_day_of_time)
{
    static const struct {
        const char *time;
        int32_t offset;
        const char *day;
    } rows[] = {
        {"2026-11-05T15:59:59.999999Z", 480, "2026-11-05"},
        {"2026-11-05T16:00:00Z", 480, "2026-11-06"},
        {"2026-12-31T16:00:00Z", 480, "2027-01-01"},
        {"2026-11-05T00:00:00Z", 0, "2026-11-05"},
        {"2026-11-05T04:59:59Z", -300, "2026-11-04"},
        {"1969-12-31T15:59:59Z", 480, "1969-12-31"},
        {"1969-12-31T23:59:59.999999Z", 0, "1969-12-31"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t us = 0;
        char day[DATE_TEXT_CAP];
        ck_assert(time_parse(str_of(rows[i].time), &us));
        date_print(day_of_time(us, rows[i].offset), day);
        ck_assert_str_eq(day, rows[i].day);
    }
    /* The ends of int64 must not overflow on the way. */
    ck_assert_int_eq(day_of_time(INT64_MAX, 1439), 106751991 + 1);
    ck_assert_int_eq(day_of_time(INT64_MIN, -1439), -106751992 - 1);
}
END_TEST

Suite *suite_date(void)
{
    Suite *s = suite_create("date");
    TCase *tc = tcase_create("date");
    tcase_add_test(tc, test_known_days);
    tcase_add_test(tc, test_every_day);
    tcase_add_test(tc, test_every_month);
    tcase_add_test(tc, test_exists);
    tcase_add_loop_test(tc, test_bad_date, 0, sizeof bad_dates / sizeof bad_dates[0]);
    tcase_add_test(tc, test_compact_and_month_texts);
    tcase_add_loop_test(tc, test_time, 0, sizeof times / sizeof times[0]);
    tcase_add_loop_test(tc, test_bad_time, 0, sizeof bad_times / sizeof bad_times[0]);
    tcase_add_test(tc, test_day_of_time);
    suite_add_tcase(s, tc);
    return s;
}
