/* test_cbor.c - if this fails, records could be read in two ways, or not at all. */
#include <check.h>
#include <string.h>

#include "base/text.h"
#include "ledger/cbor.h"
#include "tests/unit/cbor_recode.h"

/* RFC 8949 appendix A, the kinds in use. */
static const struct {
    const char *label;
    const char *hex;
} good[] = {
    {"0", "00"},
    {"1", "01"},
    {"10", "0a"},
    {"23", "17"},
    {"24", "1818"},
    {"25", "1819"},
    {"100", "1864"},
    {"1000", "1903e8"},
    {"1000000", "1a000f4240"},
    {"1000000000000", "1b000000e8d4a51000"},
    {"18446744073709551615", "1bffffffffffffffff"},
    {"-1", "20"},
    {"-10", "29"},
    {"-100", "3863"},
    {"-1000", "3903e7"},
    {"false", "f4"},
    {"true", "f5"},
    {"null", "f6"},
    {"h''", "40"},
    {"h'01020304'", "4401020304"},
    {"\"\"", "60"},
    {"\"a\"", "6161"},
    {"\"IETF\"", "6449455446"},
    {"quote and backslash", "62225c"},
    {"u00fc", "62c3bc"},
    {"u6c34", "63e6b0b4"},
    {"U+10151", "64f0908591"},
    {"[]", "80"},
    {"[1, 2, 3]", "83010203"},
    {"[1, [2, 3], [4, 5]]", "8301820203820405"},
    {"[1 .. 25]", "98190102030405060708090a0b0c0d0e0f101112131415161718181819"},
    {"{}", "a0"},
    {"{1: 2, 3: 4}", "a201020304"},
    {"{a: 1, b: [2, 3]}", "a26161016162820203"},
    {"[a, {b: c}]", "826161a161626163"},
    {"{a: A .. e: E}", "a56161614161626142616361436164614461656145"},
    {"a number before a text in a map", "a21818006101f6"},
};

static const struct {
    const char *label;
    const char *hex;
} bad[] = {
    {"nothing", ""},
    {"23 in two bytes", "1817"},
    {"24 in three bytes", "190018"},
    {"255 in three bytes", "1900ff"},
    {"65535 in five bytes", "1a0000ffff"},
    {"2^32 - 1 in nine bytes", "1b00000000ffffffff"},
    {"-24 in two bytes", "3817"},
    {"a long head of bytes", "580401020304"},
    {"a long head of text", "7804494554 46"},
    {"a long head of an array", "980101"},
    {"a long head of a map", "b8010102"},
    {"reserved 28", "1c"},
    {"reserved 29", "1d"},
    {"reserved 30", "1e"},
    {"bytes of indefinite length", "5f42010243030405ff"},
    {"text of indefinite length", "7f657374726561646d696e67ff"},
    {"array of indefinite length", "9fff"},
    {"map of indefinite length", "bfff"},
    {"break alone", "ff"},
    {"0.0 in half", "f90000"},
    {"100000.0 in single", "fa47c35000"},
    {"1.1 in double", "fb3ff199999999999a"},
    {"infinity", "f97c00"},
    {"undefined", "f7"},
    {"simple(16)", "f0"},
    {"simple(255)", "f8ff"},
    {"true in two bytes", "f815"},
    {"a date as tag 0", "c074323031332d30332d32315432303a30343a30305a"},
    {"a bignum", "c249010000000000000000"},
    {"broken UTF-8", "62c328"},
    {"a surrogate in UTF-8", "63eda080"},
    {"keys twice", "a201020103"},
    {"keys descend", "a203040102"},
    {"text keys descend", "a2616201616102"},
    {"a text key before a number", "a26161011903e802"},
    {"an array as key", "a1800 1"},
    {"a full array as key", "a1810101"},
    {"a map as key", "a1a001"},
    {"a second item", "0000"},
    {"array shorter than said", "8301 02"},
    {"array far shorter than said", "9b7fffffffffffffff00"},
    {"map far shorter than said", "bb7fffffffffffffff00"},
    {"map of 2^63 pairs", "bb800000000000000000"},
    {"bytes far shorter than said", "5bffffffffffffffff00"},
};

/* Returns the length; blanks are for the eye. */
static size_t unhex(const char *hex, uint8_t *out, size_t cap)
{
    size_t n = 0;
    char digits[3] = "";
    size_t have = 0;
    for (; *hex != '\0'; hex++) {
        if (*hex == ' ') {
            continue;
        }
        digits[have++] = *hex;
        if (have == 2) {
            ck_assert(n < cap && text_unhex(str_make(digits, 2), out + n, 1));
            n++;
            have = 0;
        }
    }
    ck_assert_uint_eq(have, 0);
    return n;
}

START_TEST(appendix_a)
{
    uint8_t bytes[64];
    uint8_t again[64];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct str item = str_make(bytes, unhex(good[i].hex, bytes, sizeof bytes));
        ck_assert_msg(cbor_valid(item), "%s refused", good[i].label);
        ck_assert_msg(cbor_recodes(item, again, sizeof again), "%s changed",
                      good[i].label);
        for (size_t n = 0; n < item.n; n++) {
            ck_assert_msg(!cbor_valid(str_make(bytes, n)), "%s cut at %zu",
                          good[i].label, n);
        }
    }
}
END_TEST

START_TEST(refused)
{
    uint8_t bytes[64];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct str item = str_make(bytes, unhex(bad[i].hex, bytes, sizeof bytes));
        ck_assert_msg(!cbor_valid(item), "%s accepted", bad[i].label);
    }
}
END_TEST

START_TEST(integers_at_their_limits)
{
    static const struct {
        int64_t v;
        const char *hex;
    } rows[] = {
        {0, "00"},
        {-1, "20"},
        {-24, "37"},
        {-25, "3818"},
        {INT64_MAX, "1b7fffffffffffffff"},
        {INT64_MIN, "3b7fffffffffffffff"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t want[16];
        uint8_t got[16];
        size_t n = unhex(rows[i].hex, want, sizeof want);
        struct writer w;
        writer_init(&w, got, sizeof got);
        cbor_put_int(&w, rows[i].v);
        ck_assert(str_eq(writer_str(&w), str_make(want, n)));
        struct reader r;
        reader_init(&r, want, n);
        ck_assert_int_eq(cbor_get_int(&r), rows[i].v);
        ck_assert(reader_done(&r));
    }
    /* Beyond int64, both ways. */
    static const char *const beyond[] = {"1b8000000000000000", "3b8000000000000000",
                                         "3bffffffffffffffff"};
    for (size_t i = 0; i < 3; i++) {
        uint8_t bytes[16];
        size_t n = unhex(beyond[i], bytes, sizeof bytes);
        ck_assert(cbor_valid(str_make(bytes, n)));
        struct reader r;
        reader_init(&r, bytes, n);
        ck_assert_int_eq(cbor_get_int(&r), 0);
        ck_assert(r.failed);
    }
}
END_TEST

START_TEST(each_reader_refuses_other_kinds)
{
    static const char *const kinds[] = {"01",   "20",     "4101", "6161",
                                        "8101", "a10101", "f4",   "f6"};
    enum { COUNT = sizeof kinds / sizeof kinds[0] };
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t bytes[8];
        size_t n = unhex(kinds[i], bytes, sizeof bytes);
        for (size_t how = 0; how < COUNT; how++) {
            struct reader r;
            reader_init(&r, bytes, n);
            switch (how) {
            case 0:
                (void)cbor_get_uint(&r);
                break;
            case 1:
                (void)cbor_get_int(&r);
                break;
            case 2:
                (void)cbor_get_bytes(&r);
                break;
            case 3:
                (void)cbor_get_text(&r);
                break;
            case 4:
                (void)cbor_get_array(&r);
                break;
            case 5:
                (void)cbor_get_map(&r);
                break;
            case 6:
                (void)cbor_get_bool(&r);
                break;
            default:
                cbor_get_null(&r);
            }
            bool fits = how == i || (how == 1 && i == 0);
            ck_assert_msg(r.failed == !fits, "%s read as kind %zu", kinds[i], how);
        }
    }
}
END_TEST

START_TEST(depth_is_limited)
{
    uint8_t bytes[CBOR_DEPTH_MAX + 2];
    memset(bytes, 0x81, sizeof bytes);
    bytes[CBOR_DEPTH_MAX] = 0x01;
    ck_assert(cbor_valid(str_make(bytes, CBOR_DEPTH_MAX + 1)));
    bytes[CBOR_DEPTH_MAX] = 0x80;
    ck_assert(!cbor_valid(str_make(bytes, CBOR_DEPTH_MAX + 1)));
    bytes[CBOR_DEPTH_MAX] = 0x81;
    bytes[CBOR_DEPTH_MAX + 1] = 0x01;
    ck_assert(!cbor_valid(str_make(bytes, CBOR_DEPTH_MAX + 2)));
}
END_TEST

/* A record as the ledger writes them: all kinds, nested. */
static struct str sample(uint8_t *out, size_t cap)
{
    struct writer w;
    writer_init(&w, out, cap);
    cbor_put_map(&w, 6);
    cbor_put_uint(&w, 0);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, 1);
    cbor_put_text(&w, str_of("almoner/331002/\xe6\xb0\xb4"));
    cbor_put_uint(&w, 2);
    cbor_put_int(&w, -123456789);
    cbor_put_uint(&w, 30);
    cbor_put_array(&w, 3);
    cbor_put_bool(&w, true);
    writer_u8(&w, 0xf6); /* null */
    cbor_put_array(&w, 0);
    cbor_put_uint(&w, 300);
    cbor_put_map(&w, 1);
    cbor_put_uint(&w, 7);
    cbor_put_bytes(&w, "\0\1\2\3", 4);
    cbor_put_uint(&w, 70000);
    cbor_put_uint(&w, 1700000000000000);
    ck_assert(!w.failed);
    return writer_str(&w);
}

START_TEST(flipped_bytes_never_give_a_second_form)
{
    uint8_t bytes[128];
    uint8_t again[128];
    struct str item = sample(bytes, sizeof bytes);
    ck_assert(cbor_valid(item));
    for (size_t n = 0; n < item.n; n++) {
        ck_assert_msg(!cbor_valid(str_make(bytes, n)), "cut at %zu", n);
    }
    for (size_t at = 0; at < item.n; at++) {
        for (unsigned flip = 1; flip < 256; flip++) {
            bytes[at] ^= (uint8_t)flip;
            ck_assert_msg(!cbor_valid(item) || cbor_recodes(item, again, sizeof again),
                          "byte %zu xor %02x", at, flip);
            bytes[at] ^= (uint8_t)flip;
        }
    }
}
END_TEST

START_TEST(skip_moves_past_one_item)
{
    uint8_t bytes[128];
    struct str item = sample(bytes, sizeof bytes - 1);
    bytes[item.n] = 0x05;
    struct reader r;
    reader_init(&r, bytes, item.n + 1);
    cbor_skip(&r);
    ck_assert(!r.failed);
    ck_assert_uint_eq(r.at, item.n);
    ck_assert_uint_eq(cbor_get_uint(&r), 5);
    ck_assert(reader_done(&r));
}
END_TEST

START_TEST(maps_by_key)
{
    uint8_t bytes[] = {0xa3, 0x01, 0x0a, 0x03, 0x0b, 0x18, 0x1e, 0x0c};
    struct reader r;
    struct cbor_map m;
    reader_init(&r, bytes, sizeof bytes);
    cbor_map_begin(&m, &r);
    ck_assert(!cbor_map_key(&m, 0));
    ck_assert(cbor_map_key(&m, 1));
    ck_assert_uint_eq(cbor_get_uint(&r), 10);
    ck_assert(!cbor_map_key(&m, 2));
    ck_assert(cbor_map_key(&m, 3));
    ck_assert_uint_eq(cbor_get_uint(&r), 11);
    ck_assert(cbor_map_key(&m, 30));
    ck_assert_uint_eq(cbor_get_uint(&r), 12);
    ck_assert(!cbor_map_key(&m, 31));
    cbor_map_end(&m);
    ck_assert(reader_done(&r));
}
END_TEST

START_TEST(maps_with_wrong_keys)
{
    static const struct {
        const char *label;
        const char *hex;
    } rows[] = {
        {"an unknown key at the end", "a20101 0202"},
        {"an unknown key first", "a20001 0101"},
        {"a key twice", "a20101 0101"},
        {"a text key", "a16161 01"},
        {"a long key", "a1180101"},
        {"no map", "8101"},
        {"too short", "a201"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[16];
        size_t n = unhex(rows[i].hex, bytes, sizeof bytes);
        struct reader r;
        struct cbor_map m;
        reader_init(&r, bytes, n);
        cbor_map_begin(&m, &r);
        if (cbor_map_key(&m, 1)) {
            (void)cbor_get_uint(&r);
        }
        cbor_map_end(&m);
        ck_assert_msg(r.failed, "%s", rows[i].label);
    }
}
END_TEST

START_TEST(writing_text_that_is_no_utf8_fails)
{
    uint8_t bytes[8];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_text(&w, str_make("\xff", 1));
    ck_assert(w.failed);
}
END_TEST

Suite *suite_cbor(void);

Suite *suite_cbor(void)
{
    Suite *s = suite_create("cbor");
    TCase *c = tcase_create("cbor");
    tcase_add_test(c, appendix_a);
    tcase_add_test(c, refused);
    tcase_add_test(c, integers_at_their_limits);
    tcase_add_test(c, each_reader_refuses_other_kinds);
    tcase_add_test(c, depth_is_limited);
    tcase_add_test(c, flipped_bytes_never_give_a_second_form);
    tcase_add_test(c, skip_moves_past_one_item);
    tcase_add_test(c, maps_by_key);
    tcase_add_test(c, maps_with_wrong_keys);
    tcase_add_test(c, writing_text_that_is_no_utf8_fails);
    suite_add_tcase(s, c);
    return s;
}
