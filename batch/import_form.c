/* import_form.c - why a value is not in its form, in words a clerk can act on: what
 * sheets do to long numbers and to dates, and characters that cannot be seen. It must
 * never repair a value, and never say of a right one that it is wrong: it is asked
 * about refused values, but for import_row_unseen. */
#include "batch/import_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

/* ---- characters ---- */

#define RETYPE "delete it, or type the value again: copying brought it in"
#define HALF_WIDTH "type it again with the keyboard switched to half-width characters"
#define TEXT_MARK "delete it: it only tells a sheet that the cell is text"

struct odd_range {
    uint32_t first, last;
    bool unseen; /* wrong in names as well */
    const char *what;
    const char *hint;
};

static const struct odd_range ODD[] = {
    {0x0020, 0x0020, false, "a blank", "delete it"},
    {0x0027, 0x0027, false, "an apostrophe", TEXT_MARK},
    {0x0060, 0x0060, false, "an apostrophe", TEXT_MARK},
    {0x00a0, 0x00a0, true, "a blank that does not break", RETYPE},
    {0x00ad, 0x00ad, true, "a hyphen that is not seen", RETYPE},
    {0x00d7, 0x00d7, false, "a sign that looks like X", "type the letter X"},
    {0x0425, 0x0425, false, "a letter that looks like X", "type the letter X"},
    {0x0445, 0x0445, false, "a letter that looks like X", "type the letter X"},
    {0x180e, 0x180e, true, "a character without width", RETYPE},
    {0x2000, 0x200a, true, "a blank of another width", RETYPE},
    {0x200b, 0x200f, true, "a character without width", RETYPE},
    {0x2010, 0x2015, false, "a dash that is no hyphen", HALF_WIDTH},
    {0x2018, 0x2019, false, "an apostrophe", TEXT_MARK},
    {0x2028, 0x202e, true, "a character without width", RETYPE},
    {0x202f, 0x202f, true, "a blank of another width", RETYPE},
    {0x205f, 0x205f, true, "a blank of another width", RETYPE},
    {0x2060, 0x206f, true, "a character without width", RETYPE},
    {0x2169, 0x2169, false, "a numeral that looks like X", "type the letter X"},
    {0x2212, 0x2212, false, "a dash that is no hyphen", HALF_WIDTH},
    {0x3000, 0x3000, false, "a wide blank", "delete it"},
    {0xfeff, 0xfeff, true, "a character without width", RETYPE},
    {0xff01, 0xff5e, false, "a full-width character", HALF_WIDTH},
};
#define ODD_COUNT (sizeof ODD / sizeof ODD[0])

/* The character at p, of UTF-8 that was checked; *n is its length. */
static uint32_t character(const uint8_t *p, size_t left, size_t *n)
{
    static const uint8_t lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    *n = p[0] < 0xc0 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (*n > left) {
        *n = 1;
    }
    uint32_t c = *n == 1 ? p[0] : (uint32_t)p[0] & lead_bits[*n];
    for (size_t i = 1; i < *n; i++) {
        c = c << 6 | (p[i] & 0x3fU);
    }
    return c;
}

static const struct odd_range *odd_range(uint32_t c, bool unseen)
{
    for (size_t i = 0; i < ODD_COUNT && ODD[i].first <= c; i++) {
        if (c <= ODD[i].last) {
            return ODD[i].unseen || !unseen ? &ODD[i] : NULL;
        }
    }
    return NULL;
}

/* Notes the first odd character of the field; places count from the cell's beginning,
 * blanks and all. */
static bool fault_odd(struct import_row *r, enum import_field f, const char *code,
                      bool unseen)
{
    struct str s = import_row_field(r, f);
    const char *cell = s.n > 0 ? r->csv->fields[r->columns.at[f] - 1].p : s.p;
    size_t place = text_utf8_count(str_make(cell, (size_t)(s.p - cell)));
    size_t n;
    for (size_t at = 0; at < s.n; at += n) {
        uint32_t c = character((const uint8_t *)s.p + at, s.n - at, &n);
        const struct odd_range *odd = odd_range(c, unseen);
        place++;
        if (odd != NULL) {
            import_row_fault(r, f, code, "character %zu is U+%04" PRIX32 ", %s", place,
                             c, odd->what);
            import_row_hint(r, "%s", odd->hint);
            return true;
        }
    }
    return false;
}

bool import_row_odd(struct import_row *r, enum import_field f, const char *code)
{
    return fault_odd(r, f, code, false);
}

bool import_row_unseen(struct import_row *r, enum import_field f)
{
    struct str s = import_row_field(r, f);
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        /* Only these begin such a character: Han passes without being decoded. */
        if (c == 0xc2 || c == 0xe1 || c == 0xe2 || c == 0xef) {
            return fault_odd(r, f, "bad-text", true);
        }
    }
    return false;
}

/* ---- long numbers ---- */

static size_t digits_at(struct str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9') {
        n++;
    }
    return n;
}

/* 6.22E+18: whole. */
static bool is_exponent(struct str s)
{
    size_t at = digits_at(s, 0);
    if (at == 0 || at == s.n) {
        return false;
    }
    if (s.p[at] == '.') {
        at += 1 + digits_at(s, at + 1);
    }
    if (at == s.n || (s.p[at] != 'E' && s.p[at] != 'e')) {
        return false;
    }
    at++;
    if (at < s.n && (s.p[at] == '+' || s.p[at] == '-')) {
        at++;
    }
    return at < s.n && digits_at(s, at) == s.n - at;
}

bool import_row_long_number(struct import_row *r, enum import_field f, const char *code)
{
    if (!is_exponent(import_row_field(r, f))) {
        return import_row_odd(r, f, code);
    }
    import_row_fault(r, f, code,
                     "a sheet turned it into a number, and digits are lost");
    import_row_hint(r, "format the column as text and export it again from the source");
    return true;
}

/* ---- dates ---- */

#define SERIAL_DIGITS 5      /* 1927 to 2173 */
#define SERIAL_OF_1970 25569 /* sheets count from 1899-12-30 */
#define AFTER_YEAR "年"
#define AFTER_MONTH "月"
#define AFTER_DAY "日"

static size_t blanks_at(struct str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && s.p[at + n] == ' ') {
        n++;
    }
    return n;
}

/* The length of what separates part k from the next, or 0. */
static size_t separator_at(struct str s, size_t at, size_t k)
{
    static const char *const words[] = {AFTER_YEAR, AFTER_MONTH, AFTER_DAY};
    struct str rest = str_make(s.p + at, s.n - at);
    if (str_starts(rest, str_of(words[k]))) {
        return strlen(words[k]);
    }
    return k < 2 && rest.n > 0 && memchr("/-.", rest.p[0], 3) != NULL ? 1 : 0;
}

/* What follows a day: nothing, or a time. */
static bool is_time(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool digit = s.p[i] >= '0' && s.p[i] <= '9';
        if (!digit && memchr(" T:.Z", s.p[i], 5) == NULL) {
            return false;
        }
    }
    return s.n == 0 || s.p[0] == ' ' || s.p[0] == 'T';
}

/* Takes year, month and day apart; how many of them there are, 0 for no date. */
static size_t date_parts(struct str s, int32_t part[3], size_t *year_digits)
{
    size_t at = 0;
    size_t k = 0;
    while (k < 3) {
        at += blanks_at(s, at);
        size_t n = digits_at(s, at);
        uint32_t value = 0;
        if (n == 0 || n > 4) {
            return 0;
        }
        for (size_t i = 0; i < n; i++) {
            value = value * 10 + (uint32_t)(s.p[at + i] - '0');
        }
        *year_digits = k == 0 ? n : *year_digits;
        part[k] = (int32_t)value;
        at += n;
        size_t blanks = blanks_at(s, at);
        size_t separator = separator_at(s, at + blanks, k);
        at += separator > 0 ? blanks + separator : 0;
        k++;
        if (at == s.n || (separator == 0 && k < 3)) {
            break;
        }
    }
    return is_time(str_make(s.p + at, s.n - at)) ? k : 0;
}

static bool fault_form(struct import_row *r, enum import_field f, int32_t day)
{
    char text[DATE_TEXT_CAP];
    date_print(day, text);
    import_row_fault(r, f, "date-form", "a date, but not in its form");
    return import_row_hint(r, "write %s", text);
}

static bool fault_serial(struct import_row *r, enum import_field f, struct str s)
{
    char text[DATE_TEXT_CAP];
    uint64_t number = 0;
    (void)text_u64(s, 0, 99999, &number);
    date_print((int32_t)number - SERIAL_OF_1970, text);
    import_row_fault(r, f, "date-form", "a sheet turned the date into a number");
    return import_row_hint(r,
                           "it seems to be %s: compare it with the source, format the "
                           "column as YYYY-MM-DD and export again",
                           text);
}

bool import_row_day_fault(struct import_row *r, enum import_field f, bool always)
{
    const char *original = always ? ", or original (原籍)" : "";
    struct str s = import_row_field(r, f);
    int32_t part[3] = {0};
    size_t year_digits = 0;
    size_t parts = date_parts(s, part, &year_digits);
    if (parts == 3 && year_digits == 4) {
        if (date_exists(part[0], part[1], part[2])) {
            return fault_form(r, f, date_from_civil(part[0], part[1], part[2]));
        }
        import_row_fault(r, f, "bad-date", "not a date that exists");
        return import_row_hint(r, "dates are YYYY-MM-DD or YYYYMMDD%s", original);
    }
    if (parts >= 2) {
        import_row_fault(r, f, "date-form",
                         parts == 2 ? "a date without its day"
                                    : "a year without four digits");
        return import_row_hint(r, "dates are YYYY-MM-DD or YYYYMMDD%s", original);
    }
    if (s.n == SERIAL_DIGITS && s.p[0] != '0' && text_all_digits(s)) {
        return fault_serial(r, f, s);
    }
    if (import_row_odd(r, f, "date-form")) {
        return false;
    }
    import_row_fault(r, f, "bad-date", "not a date that exists");
    return import_row_hint(r, "dates are YYYY-MM-DD or YYYYMMDD%s", original);
}
