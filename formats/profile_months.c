/* profile_months.c - months that do not fit their field: said shorter, never cut, since
 * the beginning of a month is another month, or none. */
#include <string.h>

#include "formats/profile_private.h"

#define MONTH_LEN 7 /* 2026-09 */
#define RANGE_LEN 16

static bool has_form(const char *s, size_t n, const char *form)
{
    if (strlen(form) != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bool digit = s[i] >= '0' && s[i] <= '9';
        if (form[i] == '0' ? !digit : s[i] != form[i]) {
            return false;
        }
    }
    return true;
}

static size_t take_out(char *text, size_t n, size_t at, size_t count)
{
    memmove(text + at, text + at + count, n - at - count);
    return n - count;
}

bool profile_short_months(char *text, size_t *n, size_t max)
{
    bool range = has_form(text, *n, "0000-00..0000-00");
    if (!range && !has_form(text, *n, "0000-00")) {
        return false;
    }
    size_t len = *n;
    if (range && max < RANGE_LEN - 4) { /* the first and, with a +, later ones */
        text[MONTH_LEN] = '+';
        len = MONTH_LEN + 1;
    } else if (range) {
        len = take_out(text, len, MONTH_LEN + 2, 2);
    }
    if (len > max || len > MONTH_LEN + 1) { /* years of two digits */
        len = take_out(text, len, 0, 2);
    }
    *n = len <= max ? len : 0;
    return true;
}
