/* text.c - strict numbers, UTF-8, hex and base64.
 *
 * The one place where outside text becomes a number. Every form accepted here has one
 * spelling only, so that what is read and printed again is what was read; nothing is
 * repaired, nothing is guessed, and outputs are untouched on failure. */
#include "base/text.h"

#include <string.h>

#define U64_MAX_DIGITS 20

bool text_u64(struct str s, uint64_t min, uint64_t max, uint64_t *out)
{
    if (s.n == 0 || s.n > U64_MAX_DIGITS || (s.n > 1 && s.p[0] == '0') ||
        !text_all_digits(s)) {
        return false;
    }
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (v > (UINT64_MAX - digit) / 10) {
            return false;
        }
        v = v * 10 + digit;
    }
    if (v < min || v > max) {
        return false;
    }
    *out = v;
    return true;
}

/* ---- UTF-8 ---- */

static bool is_tail(uint8_t c)
{
    return (c & 0xc0) == 0x80;
}

/* The bytes of the well-formed character at p, or 0 (Unicode 15, table 3-7). */
static size_t char_length(const uint8_t *p, size_t left)
{
    uint8_t lead = p[0];
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xe0) {
        return lead >= 0xc2 && left >= 2 && is_tail(p[1]) ? 2 : 0;
    }
    if (lead < 0xf0) {
        uint8_t low = lead == 0xe0 ? 0xa0 : 0x80;
        uint8_t high = lead == 0xed ? 0x9f : 0xbf;
        return left >= 3 && p[1] >= low && p[1] <= high && is_tail(p[2]) ? 3 : 0;
    }
    uint8_t low = lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xf4 ? 0x8f : 0xbf;
    return lead <= 0xf4 && left >= 4 && p[1] >= low && p[1] <= high && is_tail(p[2]) &&
                   is_tail(p[3])
               ? 4
               : 0;
}

static size_t ascii_run(const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (n - i >= 8) {
        uint64_t word;
        memcpy(&word, p + i, 8);
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
        i += 8;
    }
    while (i < n && p[i] < 0x80) {
        i++;
    }
    return i;
}

bool text_utf8_valid(struct str s, size_t *bad_at)
{
    const uint8_t *p = (const uint8_t *)s.p;
    size_t at = 0;
    while (at < s.n) {
        if (p[at] < 0x80) {
            at += ascii_run(p + at, s.n - at);
            continue;
        }
        size_t n = char_length(p + at, s.n - at);
        if (n == 0) {
            if (bad_at != NULL) {
                *bad_at = at;
            }
            return false;
        }
        at += n;
    }
    return true;
}

size_t text_utf8_count(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++) {
        count += !is_tail((uint8_t)s.p[i]);
    }
    return count;
}

/* The character at p of valid UTF-8; *n is its length. A stray byte counts as one, so
 * that wrong input cannot lead outside. */
static uint32_t decode(const uint8_t *p, size_t left, size_t *n)
{
    *n = char_length(p, left);
    switch (*n) {
    case 2:
        return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    case 3:
        return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 |
               (p[2] & 0x3f);
    case 4:
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
               (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
    default:
        *n = 1;
        return p[0];
    }
}

/* East Asian Wide and Fullwidth (UAX 11) without the emoji, which no list has. */
static bool is_wide(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } wide[] = {
        {0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0x4dbf}, {0x4e00, 0xa4cf},
        {0xa960, 0xa97f}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe10, 0xfe19},
        {0xfe30, 0xfe6f}, {0xff01, 0xff60}, {0xffe0, 0xffe6}, {0x20000, 0x3fffd},
    };
    for (size_t i = 0; i < sizeof wide / sizeof wide[0] && c >= wide[i].first; i++) {
        if (c <= wide[i].last) {
            return true;
        }
    }
    return false;
}

size_t text_width(struct str s)
{
    size_t width = 0;
    size_t n;
    for (size_t at = 0; at < s.n; at += n) {
        uint32_t c = decode((const uint8_t *)s.p + at, s.n - at, &n);
        width += is_wide(c) ? 2 : 1;
    }
    return width;
}

bool text_has_control(struct str s)
{
    size_t i = 0;
    uint64_t word;
    for (; s.n - i >= sizeof word; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        if (text_eight_have_control(word)) {
            return true;
        }
    }
    for (; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c < 0x20 || c == 0x7f) {
            return true;
        }
    }
    return false;
}

bool text_is_formula(struct str s)
{
    static const char *const signs[] = {"=", "@", "＝", "＠", "+", "-", "＋", "－"};
    if (s.n == 0 || memchr("=@+-\xef", s.p[0], 5) == NULL) {
        return false; /* mostly; EF begins the wide ones */
    }
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t at = strlen(signs[i]);
        if (!str_starts(s, str_of(signs[i]))) {
            continue;
        }
        while (i >= 4 && at < s.n && memchr("0123456789 -.,()", s.p[at], 16) != NULL) {
            at++; /* +86 139..., -5.00, a dash alone */
        }
        return i < 4 || at < s.n;
    }
    return false;
}

bool text_all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
    }
    return s.n > 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* U+3000, the blank of a Chinese keyboard. */
static bool is_wide_blank(const char *p)
{
    return memcmp(p, "\xe3\x80\x80", 3) == 0;
}

struct str text_trim(struct str s)
{
    while (s.n > 0) {
        size_t n = is_blank(s.p[0]) ? 1 : s.n >= 3 && is_wide_blank(s.p) ? 3 : 0;
        if (n == 0) {
            break;
        }
        s.p += n;
        s.n -= n;
    }
    while (s.n > 0) {
        const char *end = s.p + s.n;
        size_t n = is_blank(end[-1]) ? 1 : s.n >= 3 && is_wide_blank(end - 3) ? 3 : 0;
        if (n == 0) {
            break;
        }
        s.n -= n;
    }
    return s;
}

/* ---- hex and base64 ---- */

void text_hex(const void *p, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *in = p;
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[in[i] >> 4];
        out[2 * i + 1] = digits[in[i] & 15];
    }
    out[2 * n] = '\0';
}

/* 0..15, or -1. */
static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_unhex(struct str s, void *out, size_t n)
{
    if (s.n % 2 != 0 || s.n / 2 != n) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (hex_value(s.p[i]) < 0) {
            return false;
        }
    }
    uint8_t *to = out;
    for (size_t i = 0; i < n; i++) {
        to[i] = (uint8_t)(hex_value(s.p[2 * i]) << 4 | hex_value(s.p[2 * i + 1]));
    }
    return true;
}

size_t text_base64(const void *p, size_t n, char *out)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *in = p;
    size_t len = 0;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t b1 = i + 1 < n ? in[i + 1] : 0;
        uint32_t b2 = i + 2 < n ? in[i + 2] : 0;
        uint32_t v = (uint32_t)in[i] << 16 | b1 << 8 | b2;
        out[len] = digits[v >> 18];
        out[len + 1] = digits[v >> 12 & 63];
        out[len + 2] = i + 1 < n ? digits[v >> 6 & 63] : '=';
        out[len + 3] = i + 2 < n ? digits[v & 63] : '=';
        len += 4;
    }
    out[len] = '\0';
    return len;
}

/* 0..63, or -1. */
static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The bytes the text stands for, or SIZE_MAX when it is no canonical base64. */
static size_t base64_size(struct str s)
{
    if (s.n % 4 != 0) {
        return SIZE_MAX;
    }
    size_t digits = s.n;
    while (digits > 0 && s.n - digits < 2 && s.p[digits - 1] == '=') {
        digits--;
    }
    for (size_t i = 0; i < digits; i++) {
        if (base64_value(s.p[i]) < 0) {
            return SIZE_MAX;
        }
    }
    /* The bits that the padding leaves over must be zero: else one value would have
     * several texts, and two equal signatures could look different. */
    size_t padding = s.n - digits;
    int unused = padding == 2 ? 15 : padding == 1 ? 3 : 0;
    if (digits > 0 && (base64_value(s.p[digits - 1]) & unused) != 0) {
        return SIZE_MAX;
    }
    return s.n / 4 * 3 - padding;
}

bool text_unbase64(struct str s, void *out, size_t cap, size_t *out_n)
{
    size_t n = base64_size(s);
    if (n == SIZE_MAX || n > cap) {
        return false;
    }
    uint8_t *to = out;
    uint32_t bits = 0;
    for (size_t i = 0, made = 0; i < s.n && made < n; i++) {
        int v = base64_value(s.p[i]);
        bits = bits << 6 | (uint32_t)(v < 0 ? 0 : v);
        if (i % 4 != 0) {
            to[made++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
        }
    }
    *out_n = n;
    return true;
}
