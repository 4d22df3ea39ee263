/* ident.c - check characters and masks of the identifiers on Chinese forms.
 *
 * A wrong check character is a typing error and is refused; whether a number was ever
 * issued is nobody's business here. The masks are what a public notice may show, so
 * they hide too much rather than too little when a text is not what was expected. */
#include "base/ident.h"

#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "base/text.h"

#define OLD_ID_LEN 15
#define AREA_LEN 6
#define BIRTH_LEN 8
#define CREDIT_CODE_LEN 18
#define CNAPS_LEN 12
#define ROUTING_LEN 9
#define MASK_KEEP_FIRST 6
#define MASK_KEEP_LAST 4

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- ID numbers, GB 11643-1999 ---- */

/* ISO 7064 MOD 11-2; the tenth check value is written X. */
char id_number_check(const char digits[17])
{
    static const int weights[17] = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                                    3, 7, 9,  10, 5, 8, 4, 2};
    int sum = 0;
    for (size_t i = 0; i < 17; i++) {
        must(is_digit(digits[i]));
        sum += weights[i] * (digits[i] - '0');
    }
    return "10X98765432"[sum % 11];
}

/* The old form had two digits of the year: "19" goes after the area. Those born in
 * the 1800s are beyond hope of payment. */
static void upgrade(const char *old, char id[ID_NUMBER_LEN])
{
    memcpy(id, old, AREA_LEN);
    memcpy(id + AREA_LEN, "19", 2);
    memcpy(id + AREA_LEN + 2, old + AREA_LEN, OLD_ID_LEN - AREA_LEN);
    id[17] = id_number_check(id);
}

enum id_error id_number_normal(struct str s, char out[ID_NUMBER_LEN + 1])
{
    if (s.n != ID_NUMBER_LEN && s.n != OLD_ID_LEN) {
        return ID_LENGTH;
    }
    bool is_old = s.n == OLD_ID_LEN;
    if (!text_all_digits(str_make(s.p, is_old ? OLD_ID_LEN : 17))) {
        return ID_CHARACTER;
    }
    char id[ID_NUMBER_LEN + 1] = {0};
    if (is_old) {
        upgrade(s.p, id);
    } else {
        memcpy(id, s.p, ID_NUMBER_LEN);
        if (id[17] == 'x') {
            id[17] = 'X';
        }
    }
    if (!is_digit(id[17]) && id[17] != 'X') {
        return ID_CHARACTER;
    }
    int32_t birth;
    if (!date_parse_compact(str_make(id + AREA_LEN, BIRTH_LEN), &birth)) {
        return ID_DATE;
    }
    if (id_number_check(id) != id[17]) {
        return ID_CHECK_DIGIT;
    }
    memcpy(out, id, sizeof id);
    return ID_OK;
}

static const struct {
    const char *code;
    const char *text;
} id_errors[] = {
    [ID_OK] = {"id-ok", "no error"},
    [ID_LENGTH] = {"id-length", "length"},
    [ID_CHARACTER] = {"id-character", "character"},
    [ID_DATE] = {"id-date", "date of birth"},
    [ID_CHECK_DIGIT] = {"id-check-digit", "check digit"},
};

const char *id_error_text(enum id_error e)
{
    must((size_t)e < sizeof id_errors / sizeof id_errors[0]);
    return id_errors[e].text;
}

const char *id_error_code(enum id_error e)
{
    must((size_t)e < sizeof id_errors / sizeof id_errors[0]);
    return id_errors[e].code;
}

int32_t id_number_birth(const char id[ID_NUMBER_LEN + 1])
{
    int32_t day = 0;
    bool is_date = date_parse_compact(str_make(id + AREA_LEN, BIRTH_LEN), &day);
    must(is_date);
    return day;
}

/* The last digit of the sequence: odd for men, even for women. */
bool id_number_female(const char id[ID_NUMBER_LEN + 1])
{
    must(is_digit(id[16]));
    return (id[16] - '0') % 2 == 0;
}

/* ---- other numbers ---- */

/* The place in the alphabet of GB 32100 (no I O S V Z), or -1. */
static int credit_value(char c)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);
    return at == NULL ? -1 : (int)(at - alphabet);
}

/* Only the check of the code itself. The organisation code inside has one too
 * (GB 11714), but an office cannot mend what the registrar printed. */
bool credit_code_valid(struct str s)
{
    if (s.n != CREDIT_CODE_LEN) {
        return false;
    }
    int sum = 0;
    int weight = 1;
    for (size_t i = 0; i < CREDIT_CODE_LEN; i++) {
        int v = credit_value(s.p[i]);
        if (v < 0) {
            return false;
        }
        /* Weights are 3^i mod 31; the check, with weight 1, completes the sum to 0,
         * so a check value of 0 needs no case of its own. */
        sum += v * (i == CREDIT_CODE_LEN - 1 ? 1 : weight);
        weight = weight * 3 % 31;
    }
    return sum % 31 == 0;
}

/* ISO 7064 MOD 11,10: no written source says so, but every known code agrees. */
char cnaps_check(const char digits[11])
{
    int p = 10;
    for (size_t i = 0; i < CNAPS_LEN - 1; i++) {
        must(is_digit(digits[i]));
        p += digits[i] - '0'; /* below 20: the remainders are subtractions */
        p = p > 10 ? p - 10 : p;
        p = 2 * p >= 11 ? 2 * p - 11 : 2 * p;
    }
    return (char)('0' + (11 - p) % 10);
}

bool cnaps_valid(struct str s)
{
    return s.n == CNAPS_LEN && text_all_digits(s) &&
           cnaps_check(s.p) == s.p[CNAPS_LEN - 1];
}

char routing_check(const char digits[8])
{
    static const int weight[ROUTING_LEN - 1] = {3, 7, 1, 3, 7, 1, 3, 7};
    int sum = 0;
    for (size_t i = 0; i < ROUTING_LEN - 1; i++) {
        must(is_digit(digits[i]));
        sum += weight[i] * (digits[i] - '0');
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

bool routing_valid(struct str s)
{
    return s.n == ROUTING_LEN && text_all_digits(s) && !str_is(s, "000000000") &&
           routing_check(s.p) == s.p[ROUTING_LEN - 1];
}

bool luhn_valid(struct str s)
{
    if (s.n < 2 || !text_all_digits(s)) {
        return false;
    }
    unsigned sum = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned digit = (unsigned)(s.p[s.n - 1 - i] - '0');
        unsigned v = i % 2 == 0 ? digit : 2 * digit;
        sum = (sum + v / 10 + v % 10) % 10;
    }
    return sum == 0;
}

/* ---- masks ---- */

static void put_stars(char *out, size_t cap, size_t n)
{
    must(cap > 0);
    size_t stars = n < cap ? n : cap - 1;
    memset(out, '*', stars);
    out[stars] = '\0';
}

void id_number_mask(struct str s, char *out, size_t cap)
{
    put_stars(out, cap, s.n);
    /* The old number is the shortest that is long enough to hide anything; a buffer
     * too small for all of it gets stars only. */
    if (s.n < OLD_ID_LEN || s.n >= cap) {
        return;
    }
    for (size_t i = 0; i < s.n; i++) {
        if ((uint8_t)s.p[i] >= 0x80) {
            return; /* no number; half a character must not be shown */
        }
    }
    memcpy(out, s.p, MASK_KEEP_FIRST);
    memcpy(out + s.n - MASK_KEEP_LAST, s.p + s.n - MASK_KEEP_LAST, MASK_KEEP_LAST);
}

void name_mask(struct str name, char *out, size_t cap)
{
    size_t first = name.n == 0 ? 0 : 1;
    while (first < name.n && ((uint8_t)name.p[first] & 0xc0) == 0x80) {
        first++;
    }
    if (first >= cap || !text_utf8_valid(name, NULL)) {
        put_stars(out, cap, text_utf8_count(name));
        return;
    }
    if (first == 0) {
        out[0] = '\0';
        return;
    }
    memcpy(out, name.p, first);
    put_stars(out + first, cap - first, text_utf8_count(name) - 1);
}
