/* test_text.c - every text has one spelling, and nothing that is not UTF-8 passes. */
#include "base/text.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_text(void);

#define UNTOUCHED 777

static const struct {
    const char *text;
    uint64_t min;
    uint64_t max;
    uint64_t v; /* UNTOUCHED: refused */
} numbers[] = {
    {"0", 0, 10, 0},
    {"10", 0, 10, 10},
    {"11", 0, 10, UNTOUCHED},
    {"4", 5, 10, UNTOUCHED},
    {"18446744073709551615", 0, UINT64_MAX, UINT64_MAX},
    {"18446744073709551616", 0, UINT64_MAX, UNTOUCHED},
    {"18446744073709551620", 0, UINT64_MAX, UNTOUCHED},
    {"99999999999999999999", 0, UINT64_MAX, UNTOUCHED},
    {"184467440737095516150", 0, UINT64_MAX, UNTOUCHED},
    {"", 0, UINT64_MAX, UNTOUCHED},
    {"01", 0, UINT64_MAX, UNTOUCHED},
    {"00", 0, UINT64_MAX, UNTOUCHED},
    {"+1", 0, UINT64_MAX, UNTOUCHED},
    {"-1", 0, UINT64_MAX, UNTOUCHED},
    {"--.ref", 0, UINT64_MAX, UNTOUCHED},
    {" 1", 0, UINT64_MAX, UNTOUCHED},
    {"1 ", 0, UINT64_MAX, UNTOUCHED},
    {"1.0", 0, UINT64_MAX, UNTOUCHED},
    {"1e3", 0, UINT64_MAX, UNTOUCHED},
    {"0x1", 0, UINT64_MAX, UNTOUCHED},
    {"\xef\xbc\x91", 0, UINT64_MAX, UNTOUCHED}, /* full-width 1 */
};

START_TEST(test_u64)
{
    uint64_t v = UNTOUCHED;
    bool taken =
        text_u64(str_of(numbers[_i].text), numbers[_i].min, numbers[_i].max, &v);
    ck_assert_msg(taken == (numbers[_i].v != UNTOUCHED) && v == numbers[_i].v, "\"%s\"",
                  numbers[_i].text);
}
END_TEST

START_TEST(test_u64_stops_at_the_end)
{
    uint64_t v = UNTOUCHED;
    ck_assert(text_u64(str_make("123", 2), 0, 99, &v));
    ck_assert_uint_eq(v, 12);
    ck_assert(!text_u64(str_make("1\0", 2), 0, 99, &v));
}
END_TEST

/* ---- UTF-8 ---- */

static const struct {
    const char *label;
    const char *bytes;
    size_t n;
    size_t bad_at; /* n: valid */
} utf8s[] = {
    {"empty", "", 0, 0},
    {"ASCII", "abc", 3, 3},
    {"NUL", "a\0b", 3, 3},
    {"two, three, four bytes", "\xc3\xa9\xe4\xb8\xad\xf0\xa0\xae\xb7", 9, 9},
    {"byte order mark", "\xef\xbb\xbf", 3, 3},
    {"highest", "\xf4\x8f\xbf\xbf", 4, 4},
    {"beyond the highest", "a\xf4\x90\x80\x80", 5, 1},
    {"surrogate", "ab\xed\xa0\x80", 5, 2},
    {"last before surrogates", "\xed\x9f\xbf", 3, 3},
    {"overlong NUL", "\xc0\x80", 2, 0},
    {"overlong slash", "\xc0\xaf", 2, 0},
    {"overlong in two", "\xc1\xbf", 2, 0},
    {"overlong in three", "\xe0\x9f\xbf", 3, 0},
    {"overlong in four", "\xf0\x8f\xbf\xbf", 4, 0},
    {"lone tail", "x\x80", 2, 1},
    {"cut two", "x\xc3", 2, 1},
    {"cut three", "x\xe4\xb8", 3, 1},
    {"cut four", "x\xf0\xa0\xae", 4, 1},
    {"lead then ASCII", "x\xe4z\xad", 4, 1},
    {"five-byte form", "\xf8\x88\x80\x80\x80", 5, 0},
    {"0xff", "abc\xff", 4, 3},
    {"GB18030 text", "\xd5\xc5\xc8\xfd", 4, 0},
};

START_TEST(test_utf8_table)
{
    size_t n = utf8s[_i].n;
    size_t bad_at = n;
    bool valid = text_utf8_valid(str_make(utf8s[_i].bytes, n), &bad_at);
    ck_assert_msg(valid == (utf8s[_i].bad_at == n), "%s", utf8s[_i].label);
    ck_assert_msg(bad_at == utf8s[_i].bad_at, "%s: at %zu", utf8s[_i].label, bad_at);
    ck_assert(text_utf8_valid(str_make(utf8s[_i].bytes, n), NULL) == valid);
}
END_TEST

/* The same wrong bytes at every place of a long text, for the steps of eight. */
START_TEST(test_utf8_places)
{
    for (size_t i = 0; i < sizeof utf8s / sizeof utf8s[0]; i++) {
        size_t n = utf8s[i].n;
        for (size_t at = 0; at < 40; at++) {
            size_t total = at + n + 40 - at % 9;
            char *text = malloc(total);
            ck_assert_ptr_nonnull(text);
            memset(text, 'a', total);
            memcpy(text + at, utf8s[i].bytes, n);
            size_t bad_at = at + n;
            bool valid = text_utf8_valid(str_make(text, total), &bad_at);
            ck_assert_msg(valid == (utf8s[i].bad_at == n), "%s at %zu", utf8s[i].label,
                          at);
            ck_assert_msg(bad_at == at + utf8s[i].bad_at, "%s at %zu: %zu",
                          utf8s[i].label, at, bad_at);
            free(text);
        }
    }
}
END_TEST

static size_t encode(uint32_t c, uint8_t *p)
{
    if (c < 0x80) {
        p[0] = (uint8_t)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6) {
        p[i] = (uint8_t)(0x80 | (c & 0x3f));
    }
    p[0] = (uint8_t)((0xf00u >> n & 0xff) | c);
    return n;
}

START_TEST(test_utf8_every_character)
{
    /* Plain ifs in the long loops: Check reports each assertion that holds, too. */
    for (uint32_t c = 0; c < 0x120000; c++) {
        uint8_t p[4];
        size_t n = encode(c, p);
        bool expected = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
        if (text_utf8_valid(str_make(p, n), NULL) != expected) {
            ck_abort_msg("U+%04X", (unsigned)c);
        }
        for (size_t cut = 1; cut < n; cut++) {
            if (text_utf8_valid(str_make(p, cut), NULL)) {
                ck_abort_msg("U+%04X cut at %zu", (unsigned)c, cut);
            }
        }
    }
}
END_TEST

/* Decodes without any rule but the bits, then asks whether it encodes back. */
static bool valid_by_bits(const uint8_t *p, size_t n)
{
    uint8_t lead = p[0];
    size_t want = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (want != n || (lead & 0xc0) == 0x80 || lead >= 0xf8) {
        return false;
    }
    uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return false;
        }
        c = c << 6 | (p[i] & 0x3f);
    }
    uint8_t back[4];
    return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) && encode(c, back) == n &&
           memcmp(back, p, n) == 0;
}

START_TEST(test_utf8_every_pair_of_bytes)
{
    static const uint8_t tails[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0xbf, 0xc0, 0xff};
    for (unsigned lead = 0x80; lead < 0x100; lead++) {
        for (unsigned second = 0; second < 0x100; second++) {
            for (unsigned i = 0; i < 64; i++) {
                uint8_t p[4] = {(uint8_t)lead, (uint8_t)second, tails[i / 8],
                                tails[i % 8]};
                size_t n = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
                if (text_utf8_valid(str_make(p, n), NULL) != valid_by_bits(p, n)) {
                    ck_abort_msg("%02x %02x %02x %02x", p[0], p[1], p[2], p[3]);
                }
            }
        }
    }
}
END_TEST

START_TEST(test_count_and_width)
{
    static const struct {
        const char *text;
        size_t count;
        size_t width;
    } rows[] = {
        {"", 0, 0},
        {"abc", 3, 3},
        {"\xe9\xab\x98\xe9\xbe\x84", 2, 4},             /* two Han */
        {"\xe3\x90\x82\xf0\xa0\xae\xb7", 2, 4},         /* extensions A and B */
        {"\xef\xbc\x88\xef\xbc\x89\xe3\x80\x80", 3, 6}, /* full-width () and blank */
        {"\xe3\x80\x87", 1, 2},                         /* the zero of dates */
        {"\xc2\xb7", 1, 1},                             /* the dot of long names */
        {"\xef\xbd\xb1", 1, 1},                         /* half-width kana */
        {"\xc3\xa9", 1, 1},
        {"\xef\xbf\xa5", 1, 2}, /* full-width yuan sign */
        {"a\xe4\xb8\xad"
         "b",
         3, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str s = str_of(rows[i].text);
        ck_assert_msg(text_utf8_count(s) == rows[i].count, "row %zu", i);
        ck_assert_msg(text_width(s) == rows[i].width, "row %zu", i);
    }
}
END_TEST

/* Not asked for, but a wrong text must not lead outside its bytes. */
START_TEST(test_width_of_wrong_text)
{
    char *p = malloc(2);
    ck_assert_ptr_nonnull(p);
    memcpy(p, "\xe4\xb8", 2);
    ck_assert_uint_eq(text_width(str_make(p, 2)), 2);
    free(p);
}
END_TEST

START_TEST(test_control_and_digits)
{
    for (int c = 0; c < 256; c++) {
        char text[3] = {'1', (char)c, '1'};
        bool control = c < 0x20 || c == 0x7f;
        ck_assert_msg(text_has_control(str_make(text, 3)) == control, "%d", c);
        bool digit = c >= '0' && c <= '9';
        ck_assert_msg(text_all_digits(str_make(text, 3)) == digit, "%d", c);
    }
    ck_assert(!text_has_control(str_of("")));
    ck_assert(!text_all_digits(str_of("")));
}
END_TEST

START_TEST(test_formula)
{
    static const char *const yes[] = {"=1",   "@A",  "=",  "+A1",
                                      "-1+1", "＝a", "＠", "－a"};
    static const char *const no[] = {"",        "王=",   "-",   "－",
                                     "+86 139", "-5.00", "1=1", "＋1"};
    for (size_t i = 0; i < 8; i++) {
        ck_assert_msg(text_is_formula(str_of(yes[i])), "%s", yes[i]);
        ck_assert_msg(!text_is_formula(str_of(no[i])), "%s", no[i]);
    }
}
END_TEST

START_TEST(test_trim)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"abc", "abc"},
        {"  a b\t ", "a b"},
        {"\xe3\x80\x80\xe5\xbc\xa0\xe3\x80\x80\xe4\xb8\x89\xe3\x80\x80 ",
         "\xe5\xbc\xa0\xe3\x80\x80\xe4\xb8\x89"},
        {" \xe3\x80\x80\t", ""},
        {"\xe3\x80\x81", "\xe3\x80\x81"}, /* a comma, not a blank */
        {" \n ", "\n"},
        {"\x80\x80", "\x80\x80"},
        {"\xe3\x80", "\xe3\x80"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(str_is(text_trim(str_of(rows[i][0])), rows[i][1]), "row %zu", i);
    }
    ck_assert_uint_eq(text_trim((struct str){NULL, 0}).n, 0);
}
END_TEST

/* ---- hex and base64 ---- */

START_TEST(test_hex)
{
    char hex[17];
    uint8_t back[8];
    text_hex("\x00\x01\x7f\x80\xab\xcd\xef\xff", 8, hex);
    ck_assert_str_eq(hex, "00017f80abcdefff");
    ck_assert(text_unhex(str_of(hex), back, 8));
    ck_assert(memcmp(back, "\x00\x01\x7f\x80\xab\xcd\xef\xff", 8) == 0);
    text_hex("", 0, hex);
    ck_assert_str_eq(hex, "");
    ck_assert(text_unhex(str_of(""), back, 0));
    static const char *const bad[] = {"",   "0",  "000", "0g", "AB",
                                      "0x", " 0", "0:",  "0/", "0`"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        back[0] = 0x55;
        ck_assert_msg(!text_unhex(str_of(bad[i]), back, 1), "%s", bad[i]);
        ck_assert_uint_eq(back[0], 0x55);
    }
}
END_TEST

/* RFC 4648, section 10. */
START_TEST(test_base64_known)
{
    static const char *const rows[][2] = {{"", ""},
                                          {"f", "Zg=="},
                                          {"fo", "Zm8="},
                                          {"foo", "Zm9v"},
                                          {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="},
                                          {"foobar", "Zm9vYmFy"},
                                          {"\xfb\xff\xbf", "+/+/"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str plain = str_of(rows[i][0]);
        char out[16];
        char back[16];
        size_t n = 99;
        ck_assert_uint_eq(text_base64(plain.p, plain.n, out), strlen(rows[i][1]));
        ck_assert_str_eq(out, rows[i][1]);
        ck_assert(text_unbase64(str_of(out), back, plain.n, &n));
        ck_assert(str_eq(str_make(back, n), plain));
        if (plain.n > 0) {
            ck_assert(!text_unbase64(str_of(out), back, plain.n - 1, &n));
        }
    }
}
END_TEST

START_TEST(test_base64_refuses)
{
    static const char *const bad[] = {
        "Zg",   "Zg=",  "Zg===", "Z===",  "====", "=",      "Zg==Zg==", "Z=g=",
        "Zh==", "Zm9=", "Zm 8",  "Zm8\n", "Zm-_", "Zm8=\n", "*g==",     "Zg=A",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char out[16];
        size_t n = 99;
        out[0] = 0x55;
        ck_assert_msg(!text_unbase64(str_of(bad[i]), out, sizeof out, &n), "%s",
                      bad[i]);
        ck_assert(n == 99 && out[0] == 0x55);
    }
}
END_TEST

/* Whatever is accepted is the one spelling of what it says. */
START_TEST(test_base64_is_canonical)
{
    uint8_t plain[5] = {0x00, 0x10, 0x83, 0xff, 0x7e};
    for (size_t len = 0; len <= sizeof plain; len++) {
        char text[16];
        size_t n = text_base64(plain, len, text);
        for (size_t at = 0; at < n; at++) {
            for (unsigned c = 0; c < 256; c++) {
                char changed[16];
                char again[16];
                uint8_t out[8];
                size_t made = 0;
                memcpy(changed, text, n);
                changed[at] = (char)c;
                if (text_unbase64(str_make(changed, n), out, sizeof out, &made)) {
                    ck_assert_uint_eq(text_base64(out, made, again), n);
                    ck_assert_msg(memcmp(again, changed, n) == 0, "%s", again);
                }
            }
        }
        for (size_t cut = 0; cut < n; cut++) {
            uint8_t out[8];
            size_t made = 0;
            bool taken = text_unbase64(str_make(text, cut), out, sizeof out, &made);
            ck_assert_msg(taken == (cut % 4 == 0), "len %zu cut %zu", len, cut);
        }
    }
}
END_TEST

Suite *suite_text(void)
{
    Suite *s = suite_create("text");
    TCase *tc = tcase_create("text");
    tcase_add_loop_test(tc, test_u64, 0, sizeof numbers / sizeof numbers[0]);
    tcase_add_test(tc, test_u64_stops_at_the_end);
    tcase_add_loop_test(tc, test_utf8_table, 0, sizeof utf8s / sizeof utf8s[0]);
    tcase_add_test(tc, test_utf8_places);
    tcase_add_test(tc, test_utf8_every_character);
    tcase_add_test(tc, test_utf8_every_pair_of_bytes);
    tcase_add_test(tc, test_count_and_width);
    tcase_add_test(tc, test_width_of_wrong_text);
    tcase_add_test(tc, test_control_and_digits);
    tcase_add_test(tc, test_formula);
    tcase_add_test(tc, test_trim);
    tcase_add_test(tc, test_hex);
    tcase_add_test(tc, test_base64_known);
    tcase_add_test(tc, test_base64_refuses);
    tcase_add_test(tc, test_base64_is_canonical);
    suite_add_tcase(s, tc);
    return s;
}
