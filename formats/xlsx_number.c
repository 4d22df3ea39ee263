/* xlsx_number.c - numbers of a sheet as decimal text, by their digits alone.
 *
 * A sheet keeps doubles and writes them with up to 17 digits, while people enter, and
 * see, at most 15. A decimal of 15 digits survives the double, so the double that is
 * nearest to it stands for it: it lies within 2^-53 of it, which is at most 0.111 of
 * the 15th digit, and written with 17 digits within 11 of the last two. So does what a
 * sum missed by its last bits (0.1 + 0.2 is 0.30000000000000004). Whatever lies further
 * off has more than 15 digits to it: it is refused, not rounded. */
#include "formats/xlsx_private.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"

#define DIGITS_KEPT 15
#define DIGITS_MAX 40 /* in all; a number of more is refused */
#define NEAR_BELOW 11 /* of the two digits behind the 15th */
#define NEAR_ABOVE 89

struct decimal {
    bool negative;
    bool power; /* written with an exponent */
    char digits[DIGITS_MAX];
    size_t count;  /* without zeros at either end; 0: the number is zero */
    int32_t whole; /* digits before the point; below zero: zeros behind it */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits of one side of the point, from *at on. False: too many. */
static bool take_digits(struct str v, size_t *at, bool whole, struct decimal *x)
{
    for (; *at < v.n && is_digit(v.p[*at]); ++*at) {
        if (x->count == 0 && v.p[*at] == '0') {
            x->whole -= whole ? 0 : 1;
            continue;
        }
        if (x->count == DIGITS_MAX) {
            return false;
        }
        x->digits[x->count++] = v.p[*at];
        x->whole += whole ? 1 : 0;
    }
    return true;
}

static bool take_power(struct str v, size_t *at, struct decimal *x)
{
    uint64_t power = 0;
    if (*at == v.n || (v.p[*at] != 'e' && v.p[*at] != 'E')) {
        return true;
    }
    ++*at;
    bool minus = *at < v.n && v.p[*at] == '-';
    if (minus || (*at < v.n && v.p[*at] == '+')) {
        ++*at;
    }
    size_t from = *at;
    while (*at < v.n && is_digit(v.p[*at]) && power < 1000) {
        power = power * 10 + (uint64_t)(v.p[*at] - '0');
        ++*at;
    }
    x->power = true;
    x->whole += minus ? -(int32_t)power : (int32_t)power;
    return *at > from && power < 1000;
}

/* False when it is no number; *fits when its digits do not. */
static bool parse(struct str v, struct decimal *x, bool *fits)
{
    size_t at = v.n > 0 && (v.p[0] == '-' || v.p[0] == '+') ? 1 : 0;
    size_t from = at;
    memset(x, 0, sizeof *x);
    x->negative = at == 1 && v.p[0] == '-';
    *fits = take_digits(v, &at, true, x);
    size_t seen = at - from;
    if (*fits && at < v.n && v.p[at] == '.') {
        at++;
        from = at;
        *fits = take_digits(v, &at, false, x);
        seen += at - from;
    }
    if (!*fits) {
        return true;
    }
    while (x->count > 0 && x->digits[x->count - 1] == '0') {
        x->count--;
    }
    return seen > 0 && take_power(v, &at, x) && at == v.n;
}

/* Adds one to the last digit. */
static void round_up(struct decimal *x)
{
    size_t i = x->count;
    while (i > 0 && x->digits[i - 1] == '9') {
        i--;
    }
    if (i == 0) {
        x->digits[0] = '1';
        x->count = 1;
        x->whole++;
        return;
    }
    x->digits[i - 1]++;
    x->count = i;
}

/* Down to 15 digits, if those are what the double stands for. */
static bool shorten(struct decimal *x)
{
    if (x->count <= DIGITS_KEPT) {
        return true;
    }
    if (x->whole > DIGITS_KEPT) {
        return false; // a whole number whose last digits a sheet does not keep
    }
    int tens = x->digits[DIGITS_KEPT] - '0';
    int ones = x->count > DIGITS_KEPT + 1 ? x->digits[DIGITS_KEPT + 1] - '0' : 0;
    int behind = tens * 10 + ones;
    if (behind > NEAR_BELOW && behind < NEAR_ABOVE) {
        return false;
    }
    x->count = DIGITS_KEPT;
    if (behind >= NEAR_ABOVE) {
        round_up(x);
    }
    while (x->count > 0 && x->digits[x->count - 1] == '0') {
        x->count--;
    }
    return true;
}

/* In full, without an exponent. False: too long. */
static bool print(const struct decimal *x, char out[XLSX_NUMBER_CAP])
{
    struct writer w;
    int32_t count = (int32_t)x->count;
    if (x->count == 0) {
        memcpy(out, "0", 2);
        return true;
    }
    if (x->whole > DIGITS_MAX || x->whole < -DIGITS_MAX / 2) {
        return false;
    }
    writer_init(&w, out, XLSX_NUMBER_CAP - 1);
    writer_bytes(&w, "-", x->negative ? 1 : 0);
    writer_bytes(&w, "0", x->whole <= 0 ? 1 : 0);
    for (int32_t i = 0; i < (x->whole > count ? x->whole : count); i++) {
        if (i == (x->whole > 0 ? x->whole : 0)) {
            writer_bytes(&w, ".", 1);
        }
        for (int32_t k = x->whole; i == 0 && k < 0; k++) {
            writer_bytes(&w, "0", 1);
        }
        writer_bytes(&w, i < count ? &x->digits[i] : "0", 1);
    }
    out[w.len] = '\0';
    return !w.failed;
}

static void copy_cut(struct str v, char out[XLSX_NUMBER_CAP])
{
    size_t n = v.n < XLSX_NUMBER_CAP - 1 ? v.n : XLSX_NUMBER_CAP - 1;
    memcpy(out, n > 0 ? v.p : "", n);
    out[n] = '\0';
}

bool xlsx_number(struct str v, char out[XLSX_NUMBER_CAP], bool *number)
{
    struct decimal x;
    bool fits = false;
    *number = parse(v, &x, &fits);
    copy_cut(v, out);
    if (!*number || !fits) {
        return false;
    }
    bool as_written =
        !x.power && x.count <= DIGITS_KEPT && v.n < XLSX_NUMBER_CAP && v.p[0] != '+';
    if (as_written) {
        return true;
    }
    struct decimal whole = x;
    char text[XLSX_NUMBER_CAP];
    if (!shorten(&whole) || !print(&whole, text)) {
        return false;
    }
    memcpy(out, text, sizeof text);
    return true;
}

/* Days before 1970-01-01. In the 1900 system day 1 is 1900-01-01, and day 60 is
 * 1900-02-29, which there was not (ISO/IEC 29500-1 section 18.17.4.1). */
#define LEAP_1900 60
#define BEFORE_1900_EARLY 25568
#define BEFORE_1900 25569
#define BEFORE_1904 24107
#define SERIAL_MAX 2958465 /* 9999-12-31 */

enum cell_kind xlsx_serial(const char *number, bool date_1904, int32_t *day)
{
    struct str s = str_of(number);
    const char *point = memchr(s.p, '.', s.n);
    uint64_t serial = 0;
    if (point != NULL) {
        size_t zeros = (size_t)(s.p + s.n - point) - 1;
        for (size_t i = 1; i <= zeros; i++) {
            if (point[i] != '0') {
                return CELL_TIME;
            }
        }
        s.n = (size_t)(point - s.p);
    }
    uint64_t most = date_1904 ? SERIAL_MAX - (BEFORE_1900 - BEFORE_1904) : SERIAL_MAX;
    if (!text_u64(s, date_1904 ? 0 : 1, most, &serial) ||
        (!date_1904 && serial == LEAP_1900)) {
        return CELL_BAD_DATE;
    }
    int32_t before = date_1904            ? BEFORE_1904
                     : serial < LEAP_1900 ? BEFORE_1900_EARLY
                                          : BEFORE_1900;
    *day = (int32_t)serial - before;
    return CELL_DATE;
}
