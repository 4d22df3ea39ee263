/* test_status.c - a failure keeps its category and its texts, cut at characters. */
#include "base/status.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"

Suite *suite_status(void);

START_TEST(test_fail_fills_and_empties)
{
    struct diag d;
    memset(&d, 0x55, sizeof d);
    ck_assert_int_eq(diag_fail(&d, ST_INPUT, "bad-date", "impossible date \"%s\"", "x"),
                     ST_INPUT);
    ck_assert_int_eq(d.status, ST_INPUT);
    ck_assert_str_eq(d.code, "bad-date");
    ck_assert_str_eq(d.what, "impossible date \"x\"");
    ck_assert_str_eq(d.where, "");
    ck_assert_str_eq(d.hint, "");
    ck_assert_int_eq(diag_where(&d, "%s:%d", "a.csv", 3), ST_INPUT);
    ck_assert_int_eq(diag_hint(&d, "look at %s", "it"), ST_INPUT);
    ck_assert_str_eq(d.where, "a.csv:3");
    ck_assert_str_eq(d.hint, "look at it");
}
END_TEST

/* A caller that adds to the text would otherwise read what it overwrites. */
START_TEST(test_old_text_may_be_an_argument)
{
    struct diag d;
    (void)diag_fail(&d, ST_CONFLICT, "sealed", "batch is sealed");
    (void)diag_where(&d, "record %d", 17);
    (void)diag_where(&d, "batch 3, %s", d.where);
    ck_assert_str_eq(d.where, "batch 3, record 17");
    (void)diag_fail(&d, ST_CONFLICT, d.code, "cannot add: %s", d.what);
    ck_assert_str_eq(d.what, "cannot add: batch is sealed");
    ck_assert_str_eq(d.code, "sealed");
}
END_TEST

/* Half a Han character in a message would make the JSON around it invalid. */
START_TEST(test_cut_at_a_character)
{
    char text[1200];
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'a', sizeof text);
        for (size_t at = shift; at + 3 < sizeof text; at += 3) {
            memcpy(text + at, "\xe4\xb8\xad", 3);
        }
        text[sizeof text - 1] = '\0';
        struct diag d;
        (void)diag_fail(&d, ST_INPUT, "x", "%s", text);
        (void)diag_where(&d, "%s", text);
        (void)diag_hint(&d, "%s", text);
        const char *fields[] = {d.what, d.where, d.hint};
        size_t caps[] = {sizeof d.what, sizeof d.where, sizeof d.hint};
        for (size_t i = 0; i < 3; i++) {
            struct str s = str_of(fields[i]);
            ck_assert_msg(s.n < caps[i] && s.n + 4 > caps[i], "field %zu: %zu", i, s.n);
            ck_assert_msg(text_utf8_valid(s, NULL), "field %zu shift %zu", i, shift);
            ck_assert(memcmp(s.p, text, s.n) == 0);
        }
    }
}
END_TEST

START_TEST(test_long_code_is_cut)
{
    char code[100];
    memset(code, 'c', sizeof code);
    code[99] = '\0';
    struct diag d;
    (void)diag_fail(&d, ST_USAGE, code, "x");
    ck_assert_uint_eq(strlen(d.code), sizeof d.code - 1);
}
END_TEST

START_TEST(test_errno_and_memory)
{
    static const struct {
        int error;
        const char *code;
    } rows[] = {{ENOENT, "no-such-file"}, {EACCES, "no-access"}, {ENOSPC, "disk-full"},
                {EINTR, "system"},        {ENOMEM, "memory"},    {12345, "system"}};
    struct diag d;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        errno = rows[i].error;
        ck_assert_int_eq(diag_errno(&d, "open", "/x"), ST_SYSTEM);
        ck_assert_str_eq(d.code, rows[i].code);
        ck_assert_msg(strncmp(d.what, "open /x: ", 9) == 0, "%s", d.what);
    }
    errno = EIO;
    (void)diag_errno(&d, "sync", NULL);
    ck_assert_msg(strncmp(d.what, "sync: ", 6) == 0, "%s", d.what);
    ck_assert_int_eq(diag_memory(&d), ST_SYSTEM);
    ck_assert_str_eq(d.code, "memory");
}
END_TEST

static enum status first(int *calls, enum status st)
{
    (*calls)++;
    return st;
}

static enum status tries(int *calls)
{
    TRY(first(calls, ST_OK));
    TRY(first(calls, ST_DENIED));
    TRY(first(calls, ST_OK));
    return ST_OK;
}

static enum status tries_out(int *calls, int *cleaned)
{
    enum status st = ST_OK;
    TRY_OUT(first(calls, ST_OK));
    TRY_OUT(first(calls, ST_INTEGRITY));
    TRY_OUT(first(calls, ST_OK));
out:
    *cleaned = 1;
    return st;
}

START_TEST(test_try)
{
    int calls = 0;
    int cleaned = 0;
    ck_assert_int_eq(tries(&calls), ST_DENIED);
    ck_assert_int_eq(calls, 2);
    ck_assert_int_eq(tries_out(&calls, &cleaned), ST_INTEGRITY);
    ck_assert_int_eq(calls, 4);
    ck_assert_int_eq(cleaned, 1);
}
END_TEST

START_TEST(test_must_passes)
{
    int calls = 0;
    must(++calls == 1);
    ck_assert_int_eq(calls, 1);
}
END_TEST

START_TEST(test_must_aborts)
{
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
    must(1 + 1 == 3);
}
END_TEST

START_TEST(test_fail_refuses_ok)
{
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
    struct diag d;
    (void)diag_fail(&d, ST_OK, "x", "x");
}
END_TEST

Suite *suite_status(void)
{
    Suite *s = suite_create("status");
    TCase *tc = tcase_create("status");
    tcase_add_test(tc, test_fail_fills_and_empties);
    tcase_add_test(tc, test_old_text_may_be_an_argument);
    tcase_add_test(tc, test_cut_at_a_character);
    tcase_add_test(tc, test_long_code_is_cut);
    tcase_add_test(tc, test_errno_and_memory);
    tcase_add_test(tc, test_try);
    tcase_add_test(tc, test_must_passes);
    /* Without a process of its own, an abort would end the whole run. */
    const char *fork_mode = getenv("CK_FORK");
    if (fork_mode == NULL || strcmp(fork_mode, "no") != 0) {
        tcase_add_test_raise_signal(tc, test_must_aborts, SIGABRT);
        tcase_add_test_raise_signal(tc, test_fail_refuses_ok, SIGABRT);
    }
    suite_add_tcase(s, tc);
    return s;
}
