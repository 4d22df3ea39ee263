/* test_pages.c - if this fails, a store whose list of free pages is damaged passes
 * `audit verify`, and the next write crashes or goes over what is in use. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "ledger/pages.h"
#include "ledger/store.h"
#include "tests/unit/ledger_fixture.h"

#define PAGE 4096
#define FILE_MAX ((size_t)4 * 1024 * 1024)

static char folder[FIXTURE_DIR_CAP];
static struct diag d;
static uint8_t good[FILE_MAX];
static size_t good_n;
static struct pages_report sound;

#define OK(call) ck_assert_msg((call) == ST_OK, "%s: %s (%s)", d.code, d.what, d.where)

static const char *data_path(void)
{
    static char path[FIXTURE_DIR_CAP + 20];
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    return path;
}

static void write_file(const uint8_t *p, size_t n)
{
    int fd = open(data_path(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, p, n), (ssize_t)n);
    ck_assert_int_eq(close(fd), 0);
}

static void write_byte(size_t at)
{
    int fd = open(data_path(), O_WRONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, &good[at], 1, (off_t)at), 1);
    ck_assert_int_eq(close(fd), 0);
}

static void read_file(void)
{
    int fd = open(data_path(), O_RDONLY);
    ssize_t n = read(fd, good, sizeof good);
    ck_assert(n > 0 && (size_t)n < sizeof good);
    good_n = (size_t)n;
    close(fd);
}

/* A row: short ones, and some in pages of their own. */
static struct str row_of(uint64_t n)
{
    static char text[9000];
    memset(text, 'a' + (int)(n % 26), sizeof text);
    return str_make(text, n % 7 == 0 ? 5000 + n : 20 + n % 50);
}

static struct str key_of(uint64_t n)
{
    static uint8_t key[8];
    put_u64(key, n);
    return str_make(key, sizeof key);
}

static void change(struct store *s, uint64_t first, uint64_t last, bool put)
{
    struct txn *t;
    OK(store_begin(s, true, &t, &d));
    for (uint64_t n = first; n < last; n++) {
        OK(put ? store_put(t, TABLE_PEOPLE, key_of(n), row_of(n), &d)
               : store_delete(t, TABLE_PEOPLE, key_of(n), &d));
    }
    OK(store_commit(t, &d));
}

/* Enough for inner pages; and pages given back by several transactions. */
static void setup(void)
{
    struct store *s;
    fixture_folder("pages", folder);
    OK(store_open(&s, folder, STORE_SCRATCH, &d));
    change(s, 0, 200, true);
    change(s, 40, 160, false);
    change(s, 300, 310, true);
    change(s, 20, 30, false);
    store_close(s);
    read_file();
    OK(pages_check(folder, &sound, &d));
}

static void teardown(void)
{
    char path[FIXTURE_DIR_CAP + 20];
    snprintf(path, sizeof path, "%s/lock.mdb", folder);
    (void)unlink(data_path());
    (void)unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}

static uint64_t le64(const uint8_t *p)
{
    uint64_t v = 0;
    for (size_t i = 8; i > 0; i--) {
        v = v << 8 | p[i - 1];
    }
    return v;
}

/* Where the list's only page begins, by the newer of the first two pages. */
static size_t list_at(void)
{
    const uint8_t *meta =
        good + (le64(good + 144) < le64(good + PAGE + 144) ? PAGE : 0);
    ck_assert_uint_eq(meta[46], 1); // depth
    return le64(meta + 80) * PAGE;
}

START_TEST(every_page_is_accounted_for)
{
    ck_assert_uint_eq(sound.pages, good_n / PAGE);
    ck_assert_uint_gt(sound.free, 10);
    ck_assert_uint_eq(sound.used + sound.free + 2, sound.pages);
}
END_TEST

/* What passes must be harmless: rows are added until the list is used up, and nothing
 * that was there has changed. */
static void go_on_writing(size_t bit)
{
    struct store *s;
    struct txn *t;
    struct str v;
    struct pages_report r;
    OK(store_open(&s, folder, STORE_SCRATCH, &d));
    change(s, 1000, 1300, true);
    OK(store_begin(s, false, &t, &d));
    for (uint64_t n = 0; n < 1300; n++) {
        bool there = n < 20 || (n >= 30 && n < 40) || (n >= 160 && n < 200) ||
                     (n >= 300 && n < 310) || n >= 1000;
        OK(store_get(t, TABLE_PEOPLE, key_of(n), &v, &d));
        ck_assert_msg(there ? str_eq(v, row_of(n)) : v.p == NULL,
                      "bit %zu passes, and row %d is lost", bit, (int)n);
    }
    store_abort(t);
    store_close(s);
    OK(pages_check(folder, &r, &d));
}

START_TEST(every_bit_of_the_list)
{
    size_t at = list_at();
    size_t upper = good[at + 14] + 256U * good[at + 15];
    unsigned found = 0;
    unsigned passed = 0;
    for (size_t bit = 0; bit < (size_t)PAGE * 8; bit++) {
        struct pages_report r;
        uint8_t *byte = &good[at + bit / 8];
        bool unused = bit / 8 >= 24 && bit / 8 < upper; // more than its few offsets
        if (unused && bit % 64 != 0) {
            continue;
        }
        *byte ^= (uint8_t)(1U << bit % 8);
        write_byte(at + bit / 8);
        enum status st = pages_check(folder, &r, &d);
        ck_assert(st == ST_OK || st == ST_INTEGRITY);
        found += st != ST_OK ? 1 : 0;
        if (st == ST_OK) {
            ck_assert_uint_le(r.free, sound.free);
            ck_assert_uint_eq(r.used, sound.used);
        }
        if (st == ST_OK && !unused) {
            passed++;
            go_on_writing(bit);
            write_file(good, good_n);
        }
        *byte ^= (uint8_t)(1U << bit % 8);
        write_byte(at + bit / 8);
    }
    ck_assert_uint_gt(found, 1000);
    ck_assert_uint_lt(passed, 200);
}
END_TEST

/* Whatever stands in the file, it is read within its bounds. */
START_TEST(any_damage_is_read)
{
    static uint8_t bytes[FILE_MAX];
    uint32_t seed = 1;
    for (int i = 0; i < 500; i++) {
        struct pages_report r;
        memcpy(bytes, good, good_n);
        for (int k = 0; k < 3; k++) {
            seed = seed * 1664525 + 1013904223;
            bytes[(seed >> 8) % good_n] = (uint8_t)(seed >> 24);
        }
        seed = seed * 1664525 + 1013904223;
        size_t n = i % 3 == 0 ? (seed >> 8) % good_n : good_n;
        write_file(bytes, n);
        enum status st = pages_check(folder, &r, &d);
        ck_assert(st == ST_OK || st == ST_INTEGRITY);
    }
}
END_TEST

START_TEST(says_what_is_wrong)
{
    const struct {
        const char *what; // the number to write over the last one of a row
        uint64_t number;
    } rows[] = {
        {"is in use", list_at() / PAGE},
        {"does not exist", 1},
        {"does not exist", UINT32_MAX},
    };
    size_t node = list_at() + good[list_at() + 16] + 256U * good[list_at() + 17];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pages_report r;
        uint8_t before[8];
        uint8_t *words = good + node + 8 + 8; // behind its head and key
        uint8_t *last = words + 8 * le64(words);
        memcpy(before, last, 8);
        for (size_t k = 0; k < 8; k++) {
            last[k] = (uint8_t)(rows[i].number >> 8 * k);
        }
        write_file(good, good_n);
        ck_assert_int_eq(pages_check(folder, &r, &d), ST_INTEGRITY);
        ck_assert_str_eq(d.code, "pages");
        ck_assert_msg(strstr(d.what, rows[i].what) != NULL, "%s", d.what);
        memcpy(last, before, 8);
    }
}
END_TEST

START_TEST(an_empty_file_has_none)
{
    struct pages_report r;
    write_file(good, 0);
    OK(pages_check(folder, &r, &d));
    ck_assert_uint_eq(r.pages, 0);
    ck_assert_int_eq(unlink(data_path()), 0);
    ck_assert_int_eq(pages_check(folder, &r, &d), ST_SYSTEM);
}
END_TEST

Suite *suite_pages(void);

Suite *suite_pages(void)
{
    Suite *s = suite_create("pages");
    TCase *c = tcase_create("pages");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 30);
    tcase_add_test(c, every_page_is_accounted_for);
    tcase_add_test(c, every_bit_of_the_list);
    tcase_add_test(c, any_damage_is_read);
    tcase_add_test(c, says_what_is_wrong);
    tcase_add_test(c, an_empty_file_has_none);
    suite_add_tcase(s, c);
    return s;
}
