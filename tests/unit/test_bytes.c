/* test_bytes.c - the cursors never leave their bounds, and every number has one form
 * only: a ledger that could be written in two ways would have two hashes. */
#include "base/bytes.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_bytes(void);

START_TEST(test_str)
{
    struct str none = str_of(NULL);
    ck_assert_uint_eq(none.n, 0);
    ck_assert_ptr_nonnull(none.p);
    ck_assert(str_eq(none, str_of("")));
    ck_assert(str_eq((struct str){NULL, 0}, str_of("")));
    ck_assert(str_is(str_of("abc"), "abc"));
    ck_assert(!str_is(str_of("abc"), "abd"));
    ck_assert(!str_is(str_of("abc"), "ab"));
    ck_assert(!str_is(str_make("a\0c", 3), "a"));
    ck_assert(str_starts(str_of("abc"), str_of("ab")));
    ck_assert(str_starts(str_of("abc"), str_of("")));
    ck_assert(str_starts(str_of("abc"), str_of("abc")));
    ck_assert(!str_starts(str_of("abc"), str_of("abcd")));
    ck_assert(!str_starts(str_of("abc"), str_of("b")));
}
END_TEST

START_TEST(test_str_cmp)
{
    static const char *const sorted[] = {"",  "A",  "AB", "B",
                                         "a", "ab", "b",  "\xe4\xb8"};
    const size_t n = sizeof sorted / sizeof sorted[0];
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            int order = str_cmp(str_of(sorted[i]), str_of(sorted[j]));
            ck_assert_msg((order > 0) - (order < 0) == (i > j) - (i < j), "%s %s",
                          sorted[i], sorted[j]);
        }
    }
}
END_TEST

START_TEST(test_str_copy)
{
    char out[4] = "zzz";
    ck_assert(str_copy(str_of("abc"), out, 4));
    ck_assert_str_eq(out, "abc");
    ck_assert(!str_copy(str_of("abcd"), out, 4));
    ck_assert_str_eq(out, "");
    ck_assert(str_copy(str_of(NULL), out, 1));
    ck_assert(!str_copy(str_of("a"), out, 1));
    ck_assert(!str_copy(str_of(""), out, 0));
}
END_TEST

START_TEST(test_fixed_places)
{
    uint8_t b[8];
    put_u32(b, UINT32_C(0x01020304));
    ck_assert(memcmp(b, "\x01\x02\x03\x04", 4) == 0);
    ck_assert_uint_eq(get_u32(b), UINT32_C(0x01020304));
    put_u64(b, UINT64_C(0xf1f2f3f4f5f6f7f8));
    ck_assert(memcmp(b, "\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8", 8) == 0);
    ck_assert_uint_eq(get_u64(b), UINT64_C(0xf1f2f3f4f5f6f7f8));
}
END_TEST

static const struct {
    uint64_t v;
    const char *bytes;
    size_t n;
} varints[] = {
    {0, "\x00", 1},
    {1, "\x01", 1},
    {127, "\x7f", 1},
    {128, "\x80\x01", 2},
    {300, "\xac\x02", 2},
    {16383, "\xff\x7f", 2},
    {16384, "\x80\x80\x01", 3},
    {UINT32_MAX, "\xff\xff\xff\xff\x0f", 5},
    {INT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9},
    {UINT64_C(1) << 63, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 10},
    {UINT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10},
};

START_TEST(test_varint)
{
    uint8_t out[16];
    struct writer w;
    writer_init(&w, out, sizeof out);
    writer_varint(&w, varints[_i].v);
    ck_assert(!w.failed);
    ck_assert(str_eq(writer_str(&w), str_make(varints[_i].bytes, varints[_i].n)));
    struct reader r;
    reader_init(&r, out, w.len);
    ck_assert_uint_eq(reader_varint(&r), varints[_i].v);
    ck_assert(reader_done(&r));
    for (size_t cut = 0; cut < w.len; cut++) {
        reader_init(&r, out, cut);
        ck_assert_uint_eq(reader_varint(&r), 0);
        ck_assert_msg(r.failed, "cut at %zu", cut);
    }
}
END_TEST

static const struct {
    const char *label;
    const char *bytes;
    size_t n;
} bad_varints[] = {
    {"nothing", "", 0},
    {"zero in two bytes", "\x80\x00", 2},
    {"one in two bytes", "\x81\x00", 2},
    {"127 in three bytes", "\xff\x80\x00", 3},
    {"ends in the middle", "\x80", 1},
    {"65 bits", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},
    {"70 bits", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10},
    {"eleven bytes", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11},
    {"ten bytes and no end", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 10},
};

START_TEST(test_bad_varint)
{
    struct reader r;
    reader_init(&r, bad_varints[_i].bytes, bad_varints[_i].n);
    ck_assert_msg(reader_varint(&r) == 0, "%s", bad_varints[_i].label);
    ck_assert_msg(r.failed && !reader_done(&r), "%s", bad_varints[_i].label);
}
END_TEST

START_TEST(test_zigzag)
{
    static const struct {
        int64_t v;
        uint64_t coded;
    } rows[] = {{0, 0},
                {-1, 1},
                {1, 2},
                {-2, 3},
                {INT32_MAX, 4294967294},
                {INT64_MAX, UINT64_MAX - 1},
                {INT64_MIN, UINT64_MAX},
                {INT64_MIN + 1, UINT64_MAX - 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out[16];
        struct writer w;
        writer_init(&w, out, sizeof out);
        writer_zigzag(&w, rows[i].v);
        struct reader r;
        reader_init(&r, out, w.len);
        ck_assert_uint_eq(reader_varint(&r), rows[i].coded);
        reader_init(&r, out, w.len);
        ck_assert_int_eq(reader_zigzag(&r), rows[i].v);
        ck_assert(reader_done(&r));
    }
}
END_TEST

/* One of each kind; true when all of it was read and has the values written. */
#define SAMPLE_BYTES 50

static size_t write_sample(uint8_t *p, size_t cap, bool *failed)
{
    struct writer w;
    writer_init(&w, p, cap);
    writer_u8(&w, 0xfe);
    writer_u16(&w, 0x1234);
    writer_u32(&w, UINT32_C(0xdeadbeef));
    writer_u64(&w, UINT64_C(0x0123456789abcdef));
    writer_varint(&w, 1234567);
    writer_zigzag(&w, -1200000);
    writer_bytes(&w, "raw!", 4);
    writer_bytes(&w, NULL, 0);
    writer_text(&w, str_of("\xe9\xab\x98\xe9\xbe\x84\xe6\xb4\xa5\xe8\xb4\xb4"));
    writer_text(&w, str_of(""));
    writer_u64(&w, 0);
    *failed = w.failed;
    return w.len;
}

static bool read_sample(const uint8_t *p, size_t n)
{
    struct reader r;
    reader_init(&r, p, n);
    bool same = reader_u8(&r) == 0xfe;
    same &= reader_u16(&r) == 0x1234;
    same &= reader_u32(&r) == UINT32_C(0xdeadbeef);
    same &= reader_u64(&r) == UINT64_C(0x0123456789abcdef);
    same &= reader_varint(&r) == 1234567;
    same &= reader_zigzag(&r) == -1200000;
    same &= str_is(reader_bytes(&r, 4), "raw!");
    same &= str_is(reader_text(&r), "\xe9\xab\x98\xe9\xbe\x84\xe6\xb4\xa5\xe8\xb4\xb4");
    same &= str_is(reader_text(&r), "");
    same &= reader_u64(&r) == 0;
    return reader_done(&r) && same;
}

START_TEST(test_every_truncation)
{
    uint8_t whole[SAMPLE_BYTES + 1];
    bool failed;
    size_t n = write_sample(whole, sizeof whole, &failed);
    ck_assert(!failed);
    ck_assert(read_sample(whole, n));
    for (size_t cut = 0; cut <= n + 1; cut++) {
        /* Memory of just this size: a read beyond is found by the sanitizer. */
        uint8_t *part = malloc(cut + 1);
        ck_assert_ptr_nonnull(part);
        memcpy(part + 1, whole, cut);
        ck_assert_msg(read_sample(part + 1, cut) == (cut == n), "cut at %zu", cut);
        free(part);
    }
}
END_TEST

START_TEST(test_every_flipped_byte)
{
    uint8_t whole[SAMPLE_BYTES];
    bool failed;
    size_t n = write_sample(whole, sizeof whole, &failed);
    uint8_t *copy = malloc(n);
    ck_assert_ptr_nonnull(copy);
    for (size_t at = 0; at < n; at++) {
        for (unsigned bits = 1; bits < 256; bits++) {
            memcpy(copy, whole, n);
            copy[at] ^= (uint8_t)bits;
            ck_assert_msg(!read_sample(copy, n), "byte %zu ^ %u", at, bits);
        }
    }
    free(copy);
}
END_TEST

START_TEST(test_writer_stays_inside)
{
    uint8_t whole[SAMPLE_BYTES];
    bool failed;
    size_t n = write_sample(whole, sizeof whole, &failed);
    ck_assert_uint_eq(n, 48);
    for (size_t cap = 0; cap < n; cap++) {
        uint8_t out[SAMPLE_BYTES];
        memset(out, 0x55, sizeof out);
        size_t len = write_sample(out, cap, &failed);
        ck_assert_msg(failed && len <= cap, "cap %zu", cap);
        ck_assert_msg(memcmp(out, whole, len) == 0, "cap %zu", cap);
        for (size_t i = cap; i < sizeof out; i++) {
            ck_assert_msg(out[i] == 0x55, "cap %zu byte %zu", cap, i);
        }
    }
}
END_TEST

START_TEST(test_failures_stick)
{
    struct reader r;
    reader_init(&r, "\x01\x02\x03", 3);
    ck_assert_uint_eq(reader_u32(&r), 0);
    ck_assert_uint_eq(reader_u8(&r), 0);
    ck_assert_uint_eq(reader_bytes(&r, 0).n, 0);
    ck_assert_uint_eq(reader_varint(&r), 0);
    ck_assert(r.failed && !reader_done(&r));

    uint8_t out[4];
    struct writer w;
    writer_init(&w, out, sizeof out);
    writer_u16(&w, 1);
    writer_u32(&w, 2);
    writer_u8(&w, 3);
    ck_assert(w.failed);
    ck_assert_uint_eq(w.len, 2);
}
END_TEST

/* A length near 2^64 must not wrap around when compared with what is left. */
START_TEST(test_hostile_lengths)
{
    struct reader r;
    reader_init(&r, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01zz", 12);
    struct str s = reader_text(&r);
    ck_assert_uint_eq(s.n, 0);
    ck_assert(r.failed);
    reader_init(&r, "abc", 3);
    (void)reader_u8(&r);
    s = reader_bytes(&r, SIZE_MAX);
    ck_assert_uint_eq(s.n, 0);
    ck_assert(r.failed);
}
END_TEST

START_TEST(test_empty)
{
    struct reader r;
    reader_init(&r, NULL, 0);
    ck_assert(reader_done(&r));
    ck_assert(str_is(reader_bytes(&r, 0), ""));
    ck_assert(reader_done(&r));
    struct writer w;
    writer_init(&w, NULL, 0);
    writer_bytes(&w, "", 0);
    ck_assert(!w.failed && writer_str(&w).n == 0);
    writer_u8(&w, 1);
    ck_assert(w.failed);
}
END_TEST

Suite *suite_bytes(void)
{
    Suite *s = suite_create("bytes");
    TCase *tc = tcase_create("bytes");
    tcase_add_test(tc, test_str);
    tcase_add_test(tc, test_str_cmp);
    tcase_add_test(tc, test_str_copy);
    tcase_add_test(tc, test_fixed_places);
    tcase_add_loop_test(tc, test_varint, 0, sizeof varints / sizeof varints[0]);
    tcase_add_loop_test(tc, test_bad_varint, 0,
                        sizeof bad_varints / sizeof bad_varints[0]);
    tcase_add_test(tc, test_zigzag);
    tcase_add_test(tc, test_every_truncation);
    tcase_add_test(tc, test_every_flipped_byte);
    tcase_add_test(tc, test_writer_stays_inside);
    tcase_add_test(tc, test_failures_stick);
    tcase_add_test(tc, test_hostile_lengths);
    tcase_add_test(tc, test_empty);
    suite_add_tcase(s, tc);
    return s;
}
