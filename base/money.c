/* money.c - amounts in fen: text, checked arithmetic, percentages.
 *
 * There is no floating point here, and must never be: a yuan text becomes digits and
 * digits become fen exactly, and a percentage is rounded once, from the exact
 * quotient. Whatever does not fit int64 is refused, never wrapped. */
#include "base/money.h"

#include <string.h>

#include "base/must.h"

/* INT64_MAX is 92233720368547758.07: 17 digits of yuan, longer cannot fit. */
#define YUAN_MAX_DIGITS 17
#define HUNDREDTHS_MAX 1000000
#define HUNDREDTHS_ONE 10000

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool parse_amount(struct str s, size_t decimals_min, int64_t *out_fen)
{
    /* At most 17 digits of yuan and 2 of fen: 19 digits always fit uint64. */
    uint64_t v = 0;
    size_t i = 0;
    while (i < s.n && i < YUAN_MAX_DIGITS && is_digit(s.p[i])) {
        v = v * 10 + (uint64_t)(s.p[i] - '0');
        i++;
    }
    if (i == 0 || (i > 1 && s.p[0] == '0')) {
        return false;
    }
    size_t decimals = 0;
    if (i < s.n) {
        decimals = s.n - i - 1;
        if (s.p[i] != '.' || decimals == 0 || decimals > 2) {
            return false;
        }
        i++;
    }
    if (decimals < decimals_min) {
        return false;
    }
    for (size_t k = 0; k < 2; k++) {
        char c = k < decimals ? s.p[i + k] : '0';
        if (!is_digit(c)) {
            return false;
        }
        v = v * 10 + (uint64_t)(c - '0');
    }
    if (v > INT64_MAX) {
        return false;
    }
    *out_fen = (int64_t)v;
    return true;
}

bool money_parse(struct str s, int64_t *out_fen)
{
    return parse_amount(s, 2, out_fen);
}

bool money_parse_loose(struct str s, int64_t *out_fen)
{
    return parse_amount(s, 0, out_fen);
}

/* Two digits at a time: a division by 100 costs what one by 10 does. */
static const char two_digits[] = "00010203040506070809101112131415161718192021222324"
                                 "25262728293031323334353637383940414243444546474849"
                                 "50515253545556575859606162636465666768697071727374"
                                 "75767778798081828384858687888990919293949596979899";

/* Writes v before end and returns the place of its first digit. */
static char *digits_before(char *end, uint64_t v)
{
    while (v >= 100) {
        end -= 2;
        memcpy(end, two_digits + 2 * (v % 100), 2);
        v /= 100;
    }
    if (v >= 10) {
        end -= 2;
        memcpy(end, two_digits + 2 * v, 2);
    } else {
        *--end = (char)('0' + v);
    }
    return end;
}

/* The magnitude; negating INT64_MIN itself would overflow. */
static uint64_t magnitude(int64_t fen)
{
    return fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
}

size_t money_print(int64_t fen, char *out)
{
    char text[MONEY_TEXT_CAP];
    char *end = text + sizeof text;
    uint64_t v = magnitude(fen);
    char *p = end - 3;
    p[0] = '.';
    memcpy(p + 1, two_digits + 2 * (v % 100), 2);
    p = digits_before(p, v / 100);
    if (fen < 0) {
        *--p = '-';
    }
    size_t n = (size_t)(end - p);
    memcpy(out, p, n);
    out[n] = '\0';
    return n;
}

size_t money_print_grouped(int64_t fen, char *out)
{
    char plain[MONEY_TEXT_CAP];
    size_t n = money_print(fen, plain);
    size_t point = n - 3;
    size_t first = fen < 0 ? 1 : 0;
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > first && i < point && (point - i) % 3 == 0) {
            out[len++] = ',';
        }
        out[len++] = plain[i];
    }
    out[len] = '\0';
    return len;
}

bool money_add(int64_t a_fen, int64_t b_fen, int64_t *out_fen)
{
    int64_t v;
    if (__builtin_add_overflow(a_fen, b_fen, &v)) {
        return false;
    }
    *out_fen = v;
    return true;
}

bool money_sub(int64_t a_fen, int64_t b_fen, int64_t *out_fen)
{
    int64_t v;
    if (__builtin_sub_overflow(a_fen, b_fen, &v)) {
        return false;
    }
    *out_fen = v;
    return true;
}

bool money_mul(int64_t a_fen, int64_t n, int64_t *out_fen)
{
    int64_t v;
    if (__builtin_mul_overflow(a_fen, n, &v)) {
        return false;
    }
    *out_fen = v;
    return true;
}

static bool rounds_up(enum rounding how, int64_t rest, int64_t divisor)
{
    switch (how) {
    case ROUND_HALF_UP:
        return rest * 2 >= divisor;
    case ROUND_DOWN:
        return false;
    case ROUND_UP:
        return rest != 0;
    }
    must(false); /* no such rounding */
    return false;
}

bool money_percent(int64_t amount_fen, int64_t hundredths, enum rounding how,
                   int64_t unit_fen, int64_t *out_fen)
{
    must(amount_fen >= 0);
    must(hundredths >= 0 && hundredths <= HUNDREDTHS_MAX);
    must(unit_fen == 1 || unit_fen == 10 || unit_fen == 100);
    /* The result is counted in units and rounded once: rounding to fen first and to
     * yuan then would turn 0.496 into 0.50 and 0.50 into 1. The amount is split so
     * that no product goes beyond int64 unless the result does: rest * hundredths is
     * at most 10^6 * 10^6. */
    int64_t divisor = HUNDREDTHS_ONE * unit_fen;
    int64_t rest = amount_fen % divisor * hundredths;
    int64_t units;
    if (!money_mul(amount_fen / divisor, hundredths, &units) ||
        !money_add(units, rest / divisor, &units)) {
        return false;
    }
    if (rounds_up(how, rest % divisor, divisor) && !money_add(units, 1, &units)) {
        return false;
    }
    return money_mul(units, unit_fen, out_fen);
}
