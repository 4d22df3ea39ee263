/* test_qr.c - if this fails, the code on a filed page cannot be read back. */
#include <check.h>
#include <string.h>

#include "formats/qr.h"

static struct diag d;

START_TEST(codes)
{
    static struct qr q;
    static char longest[QR_TEXT_MAX + 1];
    struct buf out;
    buf_init(&out, 400000);
    ck_assert_int_eq(qr_make(str_of("A"), &q, &d), ST_OK);
    ck_assert_uint_eq(q.width, 21);
    /* The corner of every code: a dark frame of 7, a white one, 3 by 3 dark. */
    static const char *const finder[] = {"1111111", "1000001", "1011101", "1011101",
                                         "1011101", "1000001", "1111111"};
    for (size_t row = 0; row < 7; row++) {
        for (size_t column = 0; column < 7; column++) {
            ck_assert_int_eq(q.dark[row * q.width + column], finder[row][column] - '0');
        }
    }
    qr_print_blocks(&q, &out);
    size_t lines = 0;
    for (size_t i = 0; i < out.len; i++) {
        lines += out.p[i] == '\n' ? 1 : 0;
    }
    ck_assert_uint_eq(lines, 15); /* (21 + 8) / 2, rounded up */
    memset(longest, 'x', sizeof longest);
    ck_assert_int_eq(qr_make(str_make(longest, QR_TEXT_MAX), &q, &d), ST_OK);
    buf_clear(&out);
    qr_print_svg(&q, 10, &out);
    ck_assert(!out.failed);
    ck_assert_int_eq(qr_make(str_make(longest, QR_TEXT_MAX + 1), &q, &d), ST_INPUT);
    ck_assert_int_eq(qr_make(str_of(""), &q, &d), ST_INPUT);
    buf_release(&out);
}
END_TEST

Suite *suite_qr(void);
Suite *suite_qr(void)
{
    Suite *s = suite_create("qr");
    TCase *t = tcase_create("qr");
    tcase_add_test(t, codes);
    suite_add_tcase(s, t);
    return s;
}
