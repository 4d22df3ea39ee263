/* test_money.c - amounts are exact: one text for each, no overflow, one rounding. */
#include "base/money.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

Suite *suite_money(void);

#define UNTOUCHED (-777)

static const struct {
    const char *text;
    int64_t strict; /* UNTOUCHED: refused */
    int64_t loose;
} texts[] = {
    {"0.00", 0, 0},
    {"0.01", 1, 1},
    {"0.10", 10, 10},
    {"1200.00", 120000, 120000},
    {"66.67", 6667, 6667},
    {"300", UNTOUCHED, 30000},
    {"300.5", UNTOUCHED, 30050},
    {"0", UNTOUCHED, 0},
    {"0.5", UNTOUCHED, 50},
    {"92233720368547758.07", INT64_MAX, INT64_MAX},
    {"92233720368547758.08", UNTOUCHED, UNTOUCHED},
    {"92233720368547758", UNTOUCHED, INT64_C(9223372036854775800)},
    {"92233720368547759", UNTOUCHED, UNTOUCHED},
    {"99999999999999999.99", UNTOUCHED, UNTOUCHED},
    {"100000000000000000.00", UNTOUCHED, UNTOUCHED},
    {"100000000000000000", UNTOUCHED, UNTOUCHED},
    {"18446744073709551616.00", UNTOUCHED, UNTOUCHED},
    {"184467440737095516.17", UNTOUCHED, UNTOUCHED},
    {"", UNTOUCHED, UNTOUCHED},
    {".", UNTOUCHED, UNTOUCHED},
    {".50", UNTOUCHED, UNTOUCHED},
    {"1.", UNTOUCHED, UNTOUCHED},
    {"1.000", UNTOUCHED, UNTOUCHED},
    {"1.0.0", UNTOUCHED, UNTOUCHED},
    {"1.5x", UNTOUCHED, UNTOUCHED},
    {"1.x", UNTOUCHED, UNTOUCHED},
    {"1..5", UNTOUCHED, UNTOUCHED},
    {"-1.00", UNTOUCHED, UNTOUCHED},
    {"+1.00", UNTOUCHED, UNTOUCHED},
    {" 1.00", UNTOUCHED, UNTOUCHED},
    {"1.00 ", UNTOUCHED, UNTOUCHED},
    {"01.00", UNTOUCHED, UNTOUCHED},
    {"00.00", UNTOUCHED, UNTOUCHED},
    {"00", UNTOUCHED, UNTOUCHED},
    {"1,200.00", UNTOUCHED, UNTOUCHED},
    {"1e3", UNTOUCHED, UNTOUCHED},
    {"0x10", UNTOUCHED, UNTOUCHED},
    {"12/00", UNTOUCHED, UNTOUCHED},
    {"12:00", UNTOUCHED, UNTOUCHED},
    {"nan", UNTOUCHED, UNTOUCHED},
    {"\xef\xbc\x91.00", UNTOUCHED, UNTOUCHED}, /* full-width 1 */
};

START_TEST(test_parse)
{
    struct str s = str_of(texts[_i].text);
    int64_t v = UNTOUCHED;
    bool taken = money_parse(s, &v);
    ck_assert_msg(taken == (texts[_i].strict != UNTOUCHED) && v == texts[_i].strict,
                  "strict \"%s\": %" PRId64, s.p, v);
    v = UNTOUCHED;
    taken = money_parse_loose(s, &v);
    ck_assert_msg(taken == (texts[_i].loose != UNTOUCHED) && v == texts[_i].loose,
                  "loose \"%s\": %" PRId64, s.p, v);
}
END_TEST

/* A str is not terminated: the digit behind its end must not be read. */
START_TEST(test_parse_stops_at_the_end)
{
    int64_t v = UNTOUCHED;
    ck_assert(!money_parse(str_make("1.005", 3), &v));
    ck_assert(money_parse_loose(str_make("1.005", 3), &v));
    ck_assert_int_eq(v, 100);
    ck_assert(money_parse(str_make("1.005", 4), &v));
    ck_assert(!money_parse(str_make("1\0.00", 5), &v));
}
END_TEST

static const struct {
    int64_t fen;
    const char *plain;
    const char *grouped;
} prints[] = {
    {0, "0.00", "0.00"},
    {1, "0.01", "0.01"},
    {-1, "-0.01", "-0.01"},
    {-1205, "-12.05", "-12.05"},
    {99, "0.99", "0.99"},
    {100, "1.00", "1.00"},
    {999, "9.99", "9.99"},
    {1000, "10.00", "10.00"},
    {99999, "999.99", "999.99"},
    {100000, "1000.00", "1,000.00"},
    {-100000, "-1000.00", "-1,000.00"},
    {-10000000, "-100000.00", "-100,000.00"},
    {341260000, "3412600.00", "3,412,600.00"},
    {INT64_MAX, "92233720368547758.07", "92,233,720,368,547,758.07"},
    {INT64_MIN, "-92233720368547758.08", "-92,233,720,368,547,758.08"},
};

START_TEST(test_print)
{
    char out[MONEY_TEXT_CAP];
    memset(out, 'z', sizeof out);
    size_t n = money_print(prints[_i].fen, out);
    ck_assert_str_eq(out, prints[_i].plain);
    ck_assert_uint_eq(n, strlen(out));
    n = money_print_grouped(prints[_i].fen, out);
    ck_assert_str_eq(out, prints[_i].grouped);
    ck_assert_uint_eq(n, strlen(out));
}
END_TEST

/* Fixed seeds: a failure must be repeatable (xorshift64*). */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* What is printed is what snprintf prints, and reads back as itself. */
START_TEST(test_round_trip)
{
    uint64_t state = 20261105;
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = next_random(&state);
        int64_t fen = (int64_t)(bits >> 1 >> (bits % 63));
        char out[MONEY_TEXT_CAP];
        char expected[MONEY_TEXT_CAP];
        size_t n = money_print(fen, out);
        snprintf(expected, sizeof expected, "%" PRId64 ".%02" PRId64, fen / 100,
                 fen % 100);
        int64_t back = UNTOUCHED;
        /* A plain if: Check reports each assertion that holds, too, and slowly. */
        if (strcmp(out, expected) != 0 || !money_parse(str_make(out, n), &back) ||
            back != fen) {
            ck_abort_msg("%s, expected %s", out, expected);
        }
    }
}
END_TEST

START_TEST(test_checked_arithmetic)
{
    int64_t v = UNTOUCHED;
    ck_assert(!money_add(INT64_MAX, 1, &v));
    ck_assert(!money_add(INT64_MIN, -1, &v));
    ck_assert(!money_sub(INT64_MIN, 1, &v));
    ck_assert(!money_sub(0, INT64_MIN, &v));
    ck_assert(!money_mul(INT64_MAX, 2, &v));
    ck_assert(!money_mul(INT64_MIN, -1, &v));
    ck_assert_int_eq(v, UNTOUCHED);
    ck_assert(money_add(INT64_MAX, INT64_MIN, &v) && v == -1);
    ck_assert(money_sub(-1, INT64_MIN, &v) && v == INT64_MAX);
    ck_assert(money_mul(-300, 12, &v) && v == -3600);
    ck_assert(money_mul(INT64_MIN, 1, &v) && v == INT64_MIN);
}
END_TEST

static const struct {
    int64_t amount;
    int64_t hundredths;
    enum rounding how;
    int64_t unit;
    int64_t expected; /* UNTOUCHED: overflow */
} percents[] = {
    {10000, 6667, ROUND_HALF_UP, 1, 6667},
    {10000, 10000, ROUND_HALF_UP, 1, 10000},
    {10000, 0, ROUND_UP, 100, 0},
    {0, 6667, ROUND_UP, 100, 0},
    {1, 5000, ROUND_HALF_UP, 1, 1},
    {1, 4999, ROUND_HALF_UP, 1, 0},
    {1, 5000, ROUND_DOWN, 1, 0},
    {1, 1, ROUND_UP, 1, 1},
    {3, 5000, ROUND_HALF_UP, 1, 2},
    {99999, 9999, ROUND_DOWN, 100, 99900},
    {1050, 10000, ROUND_HALF_UP, 100, 1100},
    {1049, 10000, ROUND_HALF_UP, 100, 1000},
    /* 49.6 fen is 0 yuan; rounded to fen and jiao first it would have become 1. */
    {496, 1000, ROUND_HALF_UP, 100, 0},
    {104, 10000, ROUND_HALF_UP, 10, 100},
    {105, 10000, ROUND_HALF_UP, 10, 110},
    {101, 10000, ROUND_UP, 10, 110},
    {100, 10000, ROUND_UP, 10, 100},
    {100, 1000000, ROUND_HALF_UP, 1, 10000},
    {INT64_MAX, 10000, ROUND_HALF_UP, 1, INT64_MAX},
    {INT64_MAX, 10000, ROUND_DOWN, 100, INT64_C(9223372036854775800)},
    {INT64_MAX, 10000, ROUND_UP, 100, UNTOUCHED},
    {INT64_MAX, 10000, ROUND_UP, 10, UNTOUCHED},
    {INT64_MAX, 10001, ROUND_DOWN, 1, UNTOUCHED},
    {INT64_MAX, 1000000, ROUND_DOWN, 1, UNTOUCHED},
};

START_TEST(test_percent)
{
    int64_t v = UNTOUCHED;
    bool fits = money_percent(percents[_i].amount, percents[_i].hundredths,
                              percents[_i].how, percents[_i].unit, &v);
    ck_assert_msg(v == percents[_i].expected && fits == (v != UNTOUCHED),
                  "row %d: %" PRId64, _i, v);
}
END_TEST

/* The same by 128-bit arithmetic, which the program does without. */
__extension__ typedef unsigned __int128 wide;

static bool percent_by_wide(int64_t amount, int64_t hundredths, enum rounding how,
                            int64_t unit, int64_t *out)
{
    wide product = (wide)(uint64_t)amount * (uint64_t)hundredths;
    wide divisor = (wide)(uint64_t)unit * 10000;
    wide units = product / divisor;
    wide rest = product % divisor;
    units += how == ROUND_UP ? rest != 0 : how == ROUND_HALF_UP && rest * 2 >= divisor;
    units *= (uint64_t)unit;
    *out = (int64_t)units;
    return units <= INT64_MAX;
}

START_TEST(test_percent_random)
{
    static const int64_t units[] = {1, 10, 100};
    uint64_t state = 4711;
    for (int i = 0; i < 300000; i++) {
        uint64_t bits = next_random(&state);
        int64_t amount = (int64_t)(next_random(&state) >> 1 >> (bits % 63));
        int64_t hundredths = (int64_t)(next_random(&state) % 1000001);
        enum rounding how = (enum rounding)(bits >> 32 & 1 ? bits >> 33 & 1 : 2);
        int64_t unit = units[(bits >> 40) % 3];
        int64_t expected;
        int64_t v = UNTOUCHED;
        bool fits = percent_by_wide(amount, hundredths, how, unit, &expected);
        bool done = money_percent(amount, hundredths, how, unit, &v);
        if (done != fits || v != (fits ? expected : UNTOUCHED)) {
            ck_abort_msg("%" PRId64 " * %" PRId64 " how %d unit %" PRId64, amount,
                         hundredths, (int)how, unit);
        }
    }
}
END_TEST

Suite *suite_money(void)
{
    Suite *s = suite_create("money");
    TCase *tc = tcase_create("money");
    tcase_add_loop_test(tc, test_parse, 0, sizeof texts / sizeof texts[0]);
    tcase_add_test(tc, test_parse_stops_at_the_end);
    tcase_add_loop_test(tc, test_print, 0, sizeof prints / sizeof prints[0]);
    tcase_add_test(tc, test_round_trip);
    tcase_add_test(tc, test_checked_arithmetic);
    tcase_add_loop_test(tc, test_percent, 0, sizeof percents / sizeof percents[0]);
    tcase_add_test(tc, test_percent_random);
    suite_add_tcase(s, tc);
    return s;
}
