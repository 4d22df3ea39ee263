/* test_fund.c - the arithmetic of funds: shares by cumulative floor, what each
 * item bears of a line, bodies. If this fails, a source pays a cent of another's, or a
 * record is read that nobody may have written. */
#include <check.h>
#include <string.h>

#include "entitle/fund_share.h"
#include "ledger/fund.h"

Suite *suite_fund(void);

static void set(char *out, size_t cap, const char *text)
{
    ck_assert(str_copy(str_of(text), out, cap));
}

static struct allocation three(int64_t a, int64_t b, int64_t c)
{
    struct allocation x = {.batch = 1, .count = 4};
    const int64_t fen[] = {a, b, 777, c};
    for (size_t i = 0; i < 4; i++) {
        set(x.items[i].programme, sizeof x.items[i].programme,
            i == 2 ? "other" : "old-age");
        x.items[i].fund = (uint32_t)i + 1;
        x.items[i].fen = fen[i];
    }
    return x;
}

/* Whatever the lines, their parts add up to them and, together, to the items; none is
 * below nothing. */
static void split_all(const struct allocation *a, const int64_t *lines, size_t count)
{
    int64_t sum[FUND_ITEMS_MAX] = {0};
    int64_t before = 0;
    for (size_t n = 0; n < count; n++) {
        int64_t part[FUND_ITEMS_MAX];
        int64_t line = 0;
        fund_split(a, "old-age", before, lines[n], part);
        for (size_t i = 0; i < a->count; i++) {
            ck_assert_int_ge(part[i], 0);
            line += part[i];
            sum[i] += part[i];
        }
        ck_assert_int_eq(part[2], 0);
        ck_assert_int_eq(line, lines[n]);
        before += lines[n];
    }
    ck_assert_int_eq(sum[0], a->items[0].fen);
    ck_assert_int_eq(sum[1], a->items[1].fen);
    ck_assert_int_eq(sum[3], a->items[3].fen);
}

START_TEST(lines)
{
    const int64_t plain[] = {10000, 2500, 2500, 10000, 1};
    struct allocation a = three(8333, 3125, 25001 - 8333 - 3125);
    int64_t part[FUND_ITEMS_MAX];
    split_all(&a, plain, 5);
    fund_split(&a, "old-age", 0, 10000, part);
    ck_assert_int_eq(part[0], 3333); /* 10000 * 8333 / 25001 = 3333.07 */
    ck_assert_int_eq(part[1], 1249); /* 6667 * 3125 / 16668 = 1249.95 */
    ck_assert_int_eq(part[3], 5418);
    fund_split(&a, "nursing", 0, 0, part);
    ck_assert_int_eq(part[0] + part[1] + part[2] + part[3], 0);
    /* One fen at a time, where parts fall apart most. */
    const int64_t ones[] = {1, 1, 1, 1, 1, 1, 1};
    for (int64_t x = 1; x <= 5; x++) {
        for (int64_t y = 1; x + y <= 6; y++) {
            struct allocation b = three(x, y, 7 - x - y);
            split_all(&b, ones, 7);
        }
    }
    /* Products beyond 64 bits. */
    const int64_t big[] = {4000000000000000, 3000000000000001, 999999999999999};
    struct allocation c = three(1, 7999999999999998, 1);
    split_all(&c, big, 3);
}
END_TEST

/* Twelve batches of any size: after each, every source but the last has the floor of
 * its share of all of them so far. */
START_TEST(cumulative)
{
    static const int64_t totals[] = {10001, 3,    1,     99999, 12345, 7,
                                     33333, 5000, 10000, 2,     77777, 1};
    static const int64_t shares[] = {3333, 1250, 5417};
    int64_t carried[3] = {0};
    int64_t got[3] = {0};
    int64_t sum = 0;
    for (size_t b = 0; b < 12; b++) {
        struct fund_weights w = {.count = 3};
        int64_t fen[3];
        for (size_t i = 0; i < 3; i++) {
            set(w.items[i].programme, sizeof w.items[i].programme, "old-age");
            w.items[i].weight = totals[b] * shares[i];
        }
        fund_shares(&w, carried, fen);
        ck_assert_int_eq(fen[0] + fen[1] + fen[2], totals[b]);
        sum += totals[b];
        for (size_t i = 0; i < 3; i++) {
            ck_assert_int_ge(fen[i], 0);
            carried[i] += w.items[i].weight - fen[i] * 10000;
            got[i] += fen[i];
        }
        ck_assert_int_eq(got[0], sum * 3333 / 10000);
        ck_assert_int_eq(got[1], sum * 1250 / 10000);
    }
}
END_TEST

START_TEST(cuts)
{
    ck_assert_int_eq(fund_cut(9999, 0, 5), 0);
    ck_assert_int_eq(fund_cut(9999, 1, 5), 1);
    ck_assert_int_eq(fund_cut(100000, 0, 5), 5);
    ck_assert_int_eq(fund_cut(3, -9000, 5), 0);
    /* Two programmes beside each other; each gives its own total. */
    struct fund_weights w = {.count = 3,
                             .items = {{"a", "central", false, 5000},
                                       {"a", "county", true, 15000},
                                       {"b", "county", true, 70000}}};
    const int64_t carried[3] = {5000, -5000, 0};
    int64_t fen[3];
    fund_shares(&w, carried, fen);
    ck_assert_int_eq(fen[0], 1);
    ck_assert_int_eq(fen[1], 1);
    ck_assert_int_eq(fen[2], 7);
}
END_TEST

static size_t write_allocation(uint8_t *bytes, size_t cap)
{
    struct allocation a = three(5, 6, 7);
    struct writer w;
    a.carry_count = 2;
    set(a.carries[0].programme, sizeof a.carries[0].programme, "old-age");
    set(a.carries[0].source, sizeof a.carries[0].source, "central");
    a.carries[0].before = -4000;
    a.carries[0].delta = 123;
    set(a.carries[1].programme, sizeof a.carries[1].programme, "old-age");
    set(a.carries[1].source, sizeof a.carries[1].source, "county");
    a.carries[1].delta = -123;
    writer_init(&w, bytes, cap);
    allocation_write(&a, &w);
    ck_assert(!w.failed);
    return w.len;
}

/* What is read writes the same bytes; nothing shorter is read. */
START_TEST(bodies)
{
    uint8_t bytes[400];
    uint8_t again[400];
    struct allocation a;
    struct writer w;
    size_t n = write_allocation(bytes, sizeof bytes);
    ck_assert(allocation_read(str_make(bytes, n), &a));
    ck_assert_uint_eq(a.count, 4);
    ck_assert_int_eq(a.carries[0].before, -4000);
    writer_init(&w, again, sizeof again);
    allocation_write(&a, &w);
    ck_assert_uint_eq(w.len, n);
    ck_assert_mem_eq(bytes, again, n);
    for (size_t i = 0; i < n; i++) {
        ck_assert(!allocation_read(str_make(bytes, i), &a));
    }
    for (size_t i = 0; i < n * 8; i++) {
        uint8_t bad[400];
        memcpy(bad, bytes, n);
        bad[i / 8] ^= (uint8_t)(1 << i % 8);
        if (allocation_read(str_make(bad, n), &a)) { /* another, of the one form */
            writer_init(&w, again, sizeof again);
            allocation_write(&a, &w);
            ck_assert_uint_eq(w.len, n);
            ck_assert_mem_eq(bad, again, n);
        }
    }
}
END_TEST

static struct fund_terms terms(void)
{
    struct fund_terms t = {.number = 2, .year = 2026, .fen = 100};
    set(t.source, sizeof t.source, "county");
    set(t.document, sizeof t.document, "宝财指〔2026〕1号");
    return t;
}

START_TEST(appropriations)
{
    uint8_t bytes[400];
    struct writer w;
    struct fund_terms t = terms();
    struct fund_terms read;
    writer_init(&w, bytes, sizeof bytes);
    fund_terms_write(&t, &w);
    ck_assert(fund_terms_read(writer_str(&w), &read));
    ck_assert_str_eq(read.document, t.document);
    for (size_t i = 0; i < w.len; i++) {
        ck_assert(!fund_terms_read(str_make(bytes, i), &read));
    }
    t.fen = -5; /* only an adjustment takes away */
    ck_assert(!fund_terms_fit(&t));
    t.adjusts = 1;
    ck_assert(fund_terms_fit(&t));
    t.adjusts = 2; /* itself */
    ck_assert(!fund_terms_fit(&t));
    t = terms();
    t.fen = FUND_FEN_MAX + 1;
    ck_assert(!fund_terms_fit(&t));
    t = terms();
    set(t.programme, sizeof t.programme, "Old Age");
    ck_assert(!fund_terms_fit(&t));
    t = terms();
    t.year = 1999;
    ck_assert(!fund_terms_fit(&t));
    t = terms();
    set(t.function, sizeof t.function, "208 10");
    ck_assert(!fund_terms_fit(&t));
    t = terms();
    t.source[0] = '\0';
    ck_assert(!fund_terms_fit(&t));
}
END_TEST

Suite *suite_fund(void)
{
    Suite *s = suite_create("fund");
    TCase *c = tcase_create("fund");
    tcase_add_test(c, lines);
    tcase_add_test(c, cumulative);
    tcase_add_test(c, cuts);
    tcase_add_test(c, bodies);
    tcase_add_test(c, appropriations);
    suite_add_tcase(s, c);
    return s;
}
