/* test_arena.c - memory is zeroed, aligned, apart, and never more than the ceiling. */
#include "base/arena.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_arena(void);

START_TEST(objects_are_zeroed_aligned_and_apart)
{
    struct arena *a = NULL;
    struct diag d;
    unsigned char *before = NULL;
    size_t before_size = 0;
    ck_assert_int_eq(arena_new(&a, 1000000, &d), ST_OK);
    for (size_t size = 0; size < 400; size++) {
        unsigned char *p = arena_alloc(a, size);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) {
            ck_assert_uint_eq(p[i], 0);
        }
        memset(p, 0xff, size);
        if (before != NULL && p > before) {
            ck_assert(p >= before + before_size);
        }
        before = p;
        before_size = size;
    }
    ck_assert_int_eq(arena_check(a, &d), ST_OK);
    arena_free(a);
    arena_free(NULL);
}
END_TEST

START_TEST(one_object_may_be_larger_than_a_chunk)
{
    struct arena *a = NULL;
    struct diag d;
    ck_assert_int_eq(arena_new(&a, 300000, &d), ST_OK);
    char *small = arena_str(a, str_of("before"));
    char *large = arena_alloc(a, 200000);
    ck_assert_ptr_nonnull(large);
    memset(large, 1, 200000);
    char *after = arena_str(a, str_of("after"));
    ck_assert_str_eq(small, "before");
    ck_assert_str_eq(after, "after");
    arena_free(a);
}
END_TEST

START_TEST(the_ceiling_is_sticky_and_said)
{
    struct arena *a = NULL;
    struct diag d;
    ck_assert_int_eq(arena_new(&a, 100, &d), ST_OK);
    ck_assert_ptr_nonnull(arena_alloc(a, 100));
    ck_assert_int_eq(arena_check(a, &d), ST_OK);
    ck_assert_ptr_null(arena_alloc(a, 1));
    ck_assert_ptr_null(arena_alloc(a, 0));
    ck_assert_ptr_null(arena_str(a, str_of("x")));
    ck_assert_int_eq(arena_check(a, &d), ST_SYSTEM);
    ck_assert_str_eq(d.code, "too-big");
    arena_free(a);
}
END_TEST

START_TEST(sizes_that_overflow_are_refused)
{
    struct arena *a = NULL;
    struct diag d;
    ck_assert_int_eq(arena_new(&a, SIZE_MAX, &d), ST_OK);
    ck_assert_ptr_null(arena_array(a, SIZE_MAX / 2, 3));
    ck_assert_int_eq(arena_check(a, &d), ST_SYSTEM);
    arena_free(a);
    ck_assert_int_eq(arena_new(&a, SIZE_MAX, &d), ST_OK);
    ck_assert_ptr_null(arena_alloc(a, SIZE_MAX));
    arena_free(a);
}
END_TEST

START_TEST(a_copy_ends_in_nul)
{
    struct arena *a = NULL;
    struct diag d;
    char text[] = {'a', 'b', 'c'};
    ck_assert_int_eq(arena_new(&a, 1000, &d), ST_OK);
    char *copy = arena_str(a, str_make(text, 2));
    text[0] = 'z';
    ck_assert_str_eq(copy, "ab");
    ck_assert_str_eq(arena_str(a, str_of(NULL)), "");
    arena_free(a);
}
END_TEST

Suite *suite_arena(void)
{
    Suite *s = suite_create("arena");
    TCase *t = tcase_create("arena");
    tcase_add_test(t, objects_are_zeroed_aligned_and_apart);
    tcase_add_test(t, one_object_may_be_larger_than_a_chunk);
    tcase_add_test(t, the_ceiling_is_sticky_and_said);
    tcase_add_test(t, sizes_that_overflow_are_refused);
    tcase_add_test(t, a_copy_ends_in_nul);
    suite_add_tcase(s, t);
    return s;
}
