/* test_zip_write.c - archives written as a stream have the bytes of the format page, a
 * reader that is not ours takes them, and every failing write is told. */
#include "formats/zip_write.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "formats/zip.h"

Suite *suite_zip_write(void);

struct memory {
    struct buf bytes;
    unsigned calls;
    unsigned fail_at; /* 0: never */
};

static enum status may(struct memory *m, struct diag *d)
{
    return ++m->calls == m->fail_at ? diag_fail(d, ST_SYSTEM, "disk-full", "full")
                                    : ST_OK;
}

static enum status to_memory(void *ctx, const void *p, size_t n, struct diag *d)
{
    struct memory *m = ctx;
    TRY(may(m, d));
    buf_add(&m->bytes, p, n);
    return ST_OK;
}

static enum status over_memory(void *ctx, uint64_t at, const void *p, size_t n,
                               struct diag *d)
{
    struct memory *m = ctx;
    TRY(may(m, d));
    ck_assert_uint_le(at + n, m->bytes.len);
    memcpy(m->bytes.p + at, p, n);
    return ST_OK;
}

static enum status nowhere(void *ctx, const void *p, size_t n, struct diag *d)
{
    (void)ctx;
    (void)p;
    (void)n;
    (void)d;
    return ST_OK;
}

static enum status over_nothing(void *ctx, uint64_t at, const void *p, size_t n,
                                struct diag *d)
{
    (void)at;
    return nowhere(ctx, p, n, d);
}

static enum status add(struct zip_writer *z, const char *name, struct str text,
                       struct diag *d)
{
    TRY(zip_writer_start(z, name, d));
    TRY(zip_writer_add(z, text.p, text.n, d));
    return zip_writer_end(z, d);
}

/* "a" with three bytes, and "b/c" with a million. */
static enum status two_files(struct memory *m, struct str big, struct diag *d)
{
    struct zip_writer *z;
    TRY(zip_writer_new(&z, (struct zip_sink){to_memory, over_memory, m}, d));
    enum status st = add(z, "a", str_of("abc"), d);
    if (st == ST_OK) {
        st = add(z, "b/c", big, d);
    }
    if (st == ST_OK) {
        st = zip_writer_close(z, d);
    }
    ck_assert(st != ST_OK || zip_writer_bytes(z) == m->bytes.len);
    zip_writer_free(z);
    return st;
}

static struct str big_text(struct buf *b)
{
    uint32_t x = 1;
    buf_init(b, 2000000);
    for (int i = 0; i < 1000000; i++) {
        x = x * 1103515245 + 12345; /* a little of everything, the same each time */
        char c = (char)("0123456789abcdef\n"[x >> 16 & 15]);
        buf_add(b, &c, 1);
    }
    return buf_str(b);
}

START_TEST(test_bytes)
{
    /* CRC-32 of "abc" is 352441c2; the stream by hand: one last block with the fixed
     * code (RFC 1951, 3.2.6). */
    static const char want[] =
        "504b030414000008080000002100c24124350500000003000000"
        "0100000061"
        "4b4c4a0600"
        "504b0102140014000008080000002100c24124350500000003000000"
        "0100000000000000000000000000000000"
        "0061"
        "504b050600000000010001002f000000240000000000";
    struct memory m = {.fail_at = 0};
    struct zip_writer *z;
    struct diag d;
    char hex[400];
    buf_init(&m.bytes, 1000);
    ck_assert_int_eq(
        zip_writer_new(&z, (struct zip_sink){to_memory, over_memory, &m}, &d), ST_OK);
    ck_assert_int_eq(add(z, "a", str_of("abc"), &d), ST_OK);
    ck_assert_int_eq(zip_writer_close(z, &d), ST_OK);
    zip_writer_free(z);
    ck_assert_uint_le(2 * m.bytes.len + 1, sizeof hex);
    text_hex(m.bytes.p, m.bytes.len, hex);
    ck_assert_str_eq(hex, want);
    buf_release(&m.bytes);
}
END_TEST

START_TEST(test_read_again)
{
    struct memory m = {.fail_at = 0};
    struct buf big;
    struct str text = big_text(&big);
    struct zip *z;
    struct diag d;
    size_t n;
    size_t at = 0;
    static char piece[70000];
    buf_init(&m.bytes, 2000000);
    ck_assert_int_eq(two_files(&m, text, &d), ST_OK);
    ck_assert_int_eq(zip_open(&z, buf_str(&m.bytes), &d), ST_OK);
    ck_assert_int_eq(zip_file_open(z, "a", &d), ST_OK);
    ck_assert_int_eq(zip_file_read(z, piece, sizeof piece, &n, &d), ST_OK);
    ck_assert(str_is(str_make(piece, n), "abc"));
    ck_assert_int_eq(zip_file_open(z, "b/c", &d), ST_OK);
    do {
        ck_assert_int_eq(zip_file_read(z, piece, sizeof piece, &n, &d), ST_OK);
        ck_assert(memcmp(text.p + at, piece, n) == 0);
        at += n;
    } while (n > 0);
    ck_assert_uint_eq(at, text.n);
    zip_close(z);
    buf_release(&m.bytes);
    buf_release(&big);
}
END_TEST

START_TEST(test_every_failing_write)
{
    struct buf big;
    struct str text = big_text(&big);
    struct memory good = {.fail_at = 0};
    struct diag d;
    buf_init(&good.bytes, 2000000);
    ck_assert_int_eq(two_files(&good, text, &d), ST_OK);
    ck_assert_uint_gt(good.calls, 12);
    for (unsigned k = 1; k <= good.calls; k++) {
        struct memory m = {.fail_at = k};
        buf_init(&m.bytes, 2000000);
        ck_assert_int_eq(two_files(&m, text, &d), ST_SYSTEM);
        ck_assert_str_eq(d.code, "disk-full");
        buf_release(&m.bytes);
    }
    buf_release(&good.bytes);
    buf_release(&big);
}
END_TEST

START_TEST(test_most_files)
{
    struct zip_writer *z;
    struct diag d;
    ck_assert_int_eq(
        zip_writer_new(&z, (struct zip_sink){nowhere, over_nothing, NULL}, &d), ST_OK);
    for (int i = 0; i < ZIP_WRITE_ENTRIES_MAX; i++) {
        ck_assert_int_eq(add(z, "a", str_make("", 0), &d), ST_OK);
    }
    ck_assert_int_eq(zip_writer_start(z, "a", &d), ST_CONFLICT);
    ck_assert_str_eq(d.code, "bundle-too-big");
    zip_writer_free(z);
}
END_TEST

Suite *suite_zip_write(void)
{
    Suite *s = suite_create("zip_write");
    TCase *t = tcase_create("zip_write");
    tcase_add_test(t, test_bytes);
    tcase_add_test(t, test_read_again);
    tcase_add_test(t, test_every_failing_write);
    tcase_add_test(t, test_most_files);
    suite_add_tcase(s, t);
    return s;
}
