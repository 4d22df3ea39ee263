/* test_buf.c - appends keep what was there, stop at the ceiling, and say so once. */
#include "base/buf.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_buf(void);

START_TEST(test_growth_keeps_content)
{
    struct buf b;
    buf_init(&b, 100000);
    for (int i = 0; i < 10000; i++) {
        buf_addf(&b, "%04d;", i);
    }
    struct str s = buf_str(&b);
    ck_assert_uint_eq(s.n, 50000);
    ck_assert(str_eq(str_make(s.p + 5 * 1234, 5), str_of("1234;")));
    ck_assert(str_eq(str_make(s.p + 5 * 9999, 5), str_of("9999;")));
    struct diag d;
    ck_assert_int_eq(buf_check(&b, &d), ST_OK);
    buf_release(&b);
    ck_assert_ptr_null(b.p);
    buf_release(&b);
}
END_TEST

/* The ceiling is exact, however it is reached, and the failure sticks. */
START_TEST(test_ceiling)
{
    static const size_t maxes[] = {0, 1, 2, 7, 255, 256, 257, 600, 5000};
    for (size_t m = 0; m < sizeof maxes / sizeof maxes[0]; m++) {
        for (size_t step = 1; step < 300; step += 49) {
            char piece[300];
            memset(piece, 'x', sizeof piece);
            struct buf b;
            struct diag d;
            buf_init(&b, maxes[m]);
            size_t fits = maxes[m] / step * step;
            for (size_t i = 0; i < fits; i += step) {
                buf_add(&b, piece, step);
            }
            ck_assert_msg(buf_check(&b, &d) == ST_OK, "max %zu", maxes[m]);
            ck_assert_uint_eq(b.len, fits);
            ck_assert_uint_eq(strlen(buf_cstr(&b)), fits);
            buf_add(&b, piece, maxes[m] - fits + 1);
            buf_add(&b, piece, 0);
            buf_addf(&b, "y");
            ck_assert_ptr_null(buf_room(&b, 0));
            ck_assert_uint_eq(b.len, fits);
            ck_assert_int_eq(buf_check(&b, &d), ST_SYSTEM);
            ck_assert_str_eq(d.code, "too-big");
            buf_release(&b);
        }
    }
}
END_TEST

START_TEST(test_clear_forgives)
{
    struct buf b;
    struct diag d;
    buf_init(&b, 4);
    buf_add_text(&b, "12345");
    ck_assert_int_eq(buf_check(&b, &d), ST_SYSTEM);
    buf_clear(&b);
    ck_assert_int_eq(buf_check(&b, &d), ST_OK);
    buf_add_str(&b, str_of("1234"));
    ck_assert_int_eq(buf_check(&b, &d), ST_OK);
    ck_assert_str_eq(buf_cstr(&b), "1234");
    buf_release(&b);
}
END_TEST

START_TEST(test_memory_is_another_failure)
{
    struct diag d;
    struct buf b = {.failed = true, .no_memory = true};
    ck_assert_int_eq(buf_check(&b, &d), ST_SYSTEM);
    ck_assert_str_eq(d.code, "memory");
}
END_TEST

START_TEST(test_addf_around_the_room)
{
    for (int n = 200; n < 300; n++) {
        struct buf b;
        buf_init(&b, 1000);
        buf_addf(&b, "%*d", n, 7);
        buf_addf(&b, "%s", "");
        buf_addf(&b, "%s|", "end");
        const char *text = buf_cstr(&b);
        ck_assert_uint_eq(strlen(text), (size_t)n + 4);
        ck_assert_msg(strcmp(text + n - 1, "7end|") == 0, "n %d", n);
        buf_release(&b);
    }
}
END_TEST

START_TEST(test_addf_at_the_ceiling)
{
    struct buf b;
    struct diag d;
    buf_init(&b, 5);
    buf_addf(&b, "%d", 12345);
    ck_assert_int_eq(buf_check(&b, &d), ST_OK);
    ck_assert_str_eq(buf_cstr(&b), "12345");
    buf_clear(&b);
    buf_addf(&b, "%d", 123456);
    ck_assert_int_eq(buf_check(&b, &d), ST_SYSTEM);
    ck_assert_uint_eq(b.len, 0);
    buf_release(&b);
}
END_TEST

START_TEST(test_room)
{
    struct buf b;
    buf_init(&b, 1000);
    char *p = buf_room(&b, 600);
    ck_assert_ptr_nonnull(p);
    memset(p, 'r', 600);
    b.len += 600;
    ck_assert_ptr_nonnull(buf_room(&b, 400));
    ck_assert_ptr_null(buf_room(&b, 401));
    ck_assert_ptr_null(buf_room(&b, SIZE_MAX));
    ck_assert_uint_eq(buf_str(&b).n, 600);
    buf_release(&b);
}
END_TEST

START_TEST(test_empty)
{
    struct buf zero = {0};
    buf_release(&zero);
    struct buf b;
    buf_init(&b, 10);
    ck_assert_str_eq(buf_cstr(&b), "");
    ck_assert_uint_eq(buf_str(&b).n, 0);
    ck_assert_ptr_nonnull(buf_str(&b).p);
    buf_add(&b, NULL, 0);
    buf_add_text(&b, "");
    buf_add_str(&b, (struct str){NULL, 0});
    ck_assert_str_eq(buf_cstr(&b), "");
    buf_add(&b, "a\0b", 3);
    ck_assert_uint_eq(buf_str(&b).n, 3);
    buf_release(&b);
}
END_TEST

Suite *suite_buf(void)
{
    Suite *s = suite_create("buf");
    TCase *tc = tcase_create("buf");
    tcase_add_test(tc, test_growth_keeps_content);
    tcase_add_test(tc, test_ceiling);
    tcase_add_test(tc, test_clear_forgives);
    tcase_add_test(tc, test_memory_is_another_failure);
    tcase_add_test(tc, test_addf_around_the_room);
    tcase_add_test(tc, test_addf_at_the_ceiling);
    tcase_add_test(tc, test_room);
    tcase_add_test(tc, test_empty);
    suite_add_tcase(s, tc);
    return s;
}
