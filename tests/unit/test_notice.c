/* test_notice.c - bodies of the records about public lists: written and read again, cut
 * and changed at every byte; calendars; names that tell of illness or poverty. */
#include <check.h>
#include <string.h>

#include "base/date.h"
#include "batch/notice.h"
#include "tests/unit/notice_again.h"

Suite *suite_notice(void);

static int32_t day_of(const char *text)
{
    int32_t day = 0;
    ck_assert_msg(date_parse(str_of(text), &day), "%s", text);
    return day;
}

static struct notice_terms sample(void)
{
    struct notice_terms n = {.number = 7,
                             .programme = "old-age",
                             .period = 24320,
                             .who = NOTICE_NEW,
                             .people = 12,
                             .first = 20700,
                             .last = 20709,
                             .days = 7,
                             .length = 4711,
                             .level = "村",
                             .label = "高龄津贴",
                             .working = true};
    memset(n.sha256, 0xa5, sizeof n.sha256);
    memset(n.calendar, 0x5a, sizeof n.calendar);
    return n;
}

static void write_sample(int which, struct writer *w)
{
    struct notice_terms n = sample();
    struct objection_terms x = {
        .number = 3, .notice = 7, .person = 1000, .text = "反映已迁出"};
    struct objection_decision y = {
        .objection = 3, .into = OBJECTION_LIFTED, .reason = "已更正"};
    struct notice_closing z = {.notice = 7, .down = 20710, .objections = 1};
    if (which == 0) {
        notice_write(&n, w);
    } else if (which == 1) {
        objection_write(&x, w);
    } else if (which == 2) {
        objection_decision_write(&y, w);
    } else {
        notice_closing_write(&z, w);
    }
}

/* What is read is written again as it was, whatever the byte; what is cut, refused. */
START_TEST(bodies)
{
    uint8_t bytes[BODY_BYTES_MAX];
    uint8_t back[BODY_BYTES_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    write_sample(_i, &w);
    ck_assert(!w.failed);
    struct str body = writer_str(&w);
    struct writer v;
    writer_init(&v, back, sizeof back);
    ck_assert(notice_again(_i, body, &v));
    ck_assert(str_eq(writer_str(&v), body));
    for (size_t n = 0; n < body.n; n++) {
        writer_init(&v, back, sizeof back);
        ck_assert_msg(!notice_again(_i, str_make(body.p, n), &v), "cut at %zu", n);
        for (int bit = 0; bit < 8; bit++) {
            bytes[n] ^= (uint8_t)(1 << bit);
            writer_init(&v, back, sizeof back);
            ck_assert_msg(!notice_again(_i, body, &v) || str_eq(writer_str(&v), body),
                          "byte %zu", n);
            bytes[n] ^= (uint8_t)(1 << bit);
        }
    }
}
END_TEST

static const struct {
    const char *file, *first;
    uint32_t days;
    const char *last; /* NULL: refused */
} counts[] = {
    {"2026-01-01,holiday\n", "2026-08-31", 1, "2026-08-31"},
    {"2026-01-01,holiday\n", "2026-09-05", 1, "2026-09-07"}, /* a Saturday */
    {"2026-01-01,holiday\n", "2026-09-02", 7, "2026-09-10"},
    {"date,kind,note\r\n2026-09-05,workday,x\r\n", "2026-09-02", 7, "2026-09-09"},
    {"\xef\xbb\xbf"
     "2026-09-25,holiday\n2026-10-01,holiday\n2026-10-10,workday",
     "2026-09-24", 3, "2026-09-29"},
    {"2026-10-01,holiday\n", "2026-12-31", 2, NULL}, /* into a year not known */
    {"2026-10-01,holiday\n2027-01-01,holiday\n", "2026-12-31", 2, "2027-01-04"},
    {"2025-10-01,holiday\n", "2026-09-02", 1, NULL},
};

START_TEST(working_days)
{
    struct calendar c;
    struct diag d = {0};
    int32_t last = 0;
    ck_assert_int_eq(calendar_read(str_of(counts[_i].file), &c, &d), ST_OK);
    enum status st =
        calendar_last(&c, day_of(counts[_i].first), counts[_i].days, &last, &d);
    if (counts[_i].last == NULL) {
        ck_assert_int_eq(st, ST_INPUT);
        ck_assert_str_eq(d.code, "calendar-year");
        return;
    }
    ck_assert_int_eq(st, ST_OK);
    ck_assert_int_eq(last, day_of(counts[_i].last));
}
END_TEST

START_TEST(bad_calendars)
{
    static const char *const rows[] = {
        "",
        "date,kind\n",
        "2026-02-30,holiday\n",
        "2026-10-01,Holiday\n",
        "2026-10-01\n",
        "2026-10-01,holiday\n2026-10-01,workday\n",
        "2026-10-02,holiday\n2026-10-01,holiday\n",
        "2026-10-01,holiday\ndate,kind\n",
        "10/1/2026,holiday\n",
        " 2026-10-01,holiday\n",
    };
    struct calendar c;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct diag d = {0};
        ck_assert_msg(calendar_read(str_of(rows[i]), &c, &d) == ST_INPUT, "%s",
                      rows[i]);
        ck_assert_str_eq(d.code, "calendar-line");
    }
}
END_TEST

START_TEST(names)
{
    ck_assert_ptr_null(notice_telling("高龄津贴"));
    ck_assert_ptr_null(notice_telling("职业培训补贴"));
    ck_assert_str_eq(notice_telling("低保金加发"), "低保");
    ck_assert_str_eq(notice_telling("重度残疾人护理补贴"), "残疾");
    ck_assert_ptr_nonnull(notice_telling("特困人员供养"));
    ck_assert_ptr_nonnull(notice_telling("临时救助"));
    ck_assert_ptr_nonnull(notice_telling("失能老年人补贴"));
}
END_TEST

Suite *suite_notice(void)
{
    Suite *s = suite_create("notice");
    TCase *t = tcase_create("notice");
    tcase_add_loop_test(t, bodies, 0, 4);
    tcase_add_loop_test(t, working_days, 0, sizeof counts / sizeof counts[0]);
    tcase_add_test(t, bad_calendars);
    tcase_add_test(t, names);
    suite_add_tcase(s, t);
    return s;
}
