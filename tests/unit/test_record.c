/* test_record.c - if this fails, what is hashed is not what is read, or a record of a
 * later program is taken for one of this. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/body.h"
#include "ledger/line.h"
#include "ledger/money.h"
#include "ledger/record.h"

#define MONTH_FIRST (1800 * 12)
#define MONTH_LAST (9999 * 12 + 11)

static struct diag d;
static uint8_t bytes[RECORD_BYTES_MAX + 100];

/* ---- the envelope ---- */

static struct str body_of(uint8_t *out, size_t cap, size_t text_n)
{
    struct writer w;
    writer_init(&w, out, cap);
    cbor_put_map(&w, 2);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, 42);
    cbor_put_uint(&w, 2);
    cbor_put_array(&w, 1);
    uint8_t *text = calloc(text_n + 1, 1);
    ck_assert_ptr_nonnull(text);
    cbor_put_bytes(&w, text, text_n);
    free(text);
    ck_assert(!w.failed);
    return writer_str(&w);
}

static struct record sample(struct str body)
{
    struct record r = {
        .origin = str_of("almoner/230523/main/sandbox"),
        .sequence = 70000,
        .time_us = INT64_C(1793840400000000),
        .kind = KIND_LINES,
        .act = 69990,
        .body = body,
    };
    memset(r.previous, 0xa5, sizeof r.previous);
    return r;
}

static struct str written(const struct record *r)
{
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    record_write(r, &w);
    ck_assert(!w.failed);
    return writer_str(&w);
}

static void same(const struct record *a, const struct record *b)
{
    ck_assert(str_eq(a->origin, b->origin));
    ck_assert_uint_eq(a->sequence, b->sequence);
    ck_assert_mem_eq(a->previous, b->previous, DIGEST_LEN);
    ck_assert_int_eq(a->time_us, b->time_us);
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert_uint_eq(a->act, b->act);
    ck_assert(str_eq(a->body, b->body));
}

START_TEST(round_trip)
{
    static const struct {
        uint64_t sequence, act;
        int64_t time_us;
        size_t text_n;
    } rows[] = {
        {0, 0, 0, 0},           {23, 22, -1, 1},
        {24, 24, 1, 300},       {UINT64_MAX, UINT64_MAX, INT64_MAX, BODY_BYTES_MAX - 9},
        {1, 0, INT64_MIN, 100},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t body[BODY_BYTES_MAX];
        struct record back;
        struct record r = sample(body_of(body, sizeof body, rows[i].text_n));
        r.sequence = rows[i].sequence;
        r.act = rows[i].act;
        r.time_us = rows[i].time_us;
        struct str s = written(&r);
        ck_assert_msg(record_read(s, &back, &d) == ST_OK, "row %zu: %s", i, d.what);
        same(&r, &back);
    }
}
END_TEST

/* A body of the longest kind, in the longest envelope, is within the limit. */
START_TEST(longest)
{
    uint8_t body[BODY_BYTES_MAX];
    char origin[ORIGIN_MAX + 1];
    struct record back;
    memset(origin, 'o', sizeof origin);
    struct record r = sample(body_of(body, sizeof body, BODY_BYTES_MAX - 9));
    r.origin = str_make(origin, ORIGIN_MAX);
    r.sequence = UINT64_MAX;
    r.act = UINT64_MAX;
    r.time_us = INT64_MAX;
    r.kind = KIND_REISSUE_END;
    struct str s = written(&r);
    ck_assert_uint_eq(r.body.n, BODY_BYTES_MAX);
    ck_assert_uint_le(s.n, RECORD_BYTES_MAX);
    ck_assert_int_eq(record_read(s, &back, &d), ST_OK);
}
END_TEST

START_TEST(too_long_is_refused)
{
    uint8_t body[RECORD_BYTES_MAX];
    struct record back;
    struct record r = sample(body_of(body, sizeof body, RECORD_BYTES_MAX - 90));
    struct str s = written(&r);
    ck_assert_uint_gt(s.n, RECORD_BYTES_MAX);
    ck_assert_int_eq(record_read(s, &back, &d), ST_INTEGRITY);
    ck_assert_str_eq(d.code, "record-form");
}
END_TEST

/* A body that is cut is for its kind's reader to find: test_verify has that. */
START_TEST(truncations_are_refused)
{
    uint8_t body[200];
    struct record r = sample(body_of(body, sizeof body, 20));
    struct str s = written(&r);
    for (size_t n = 0; n < s.n; n++) {
        struct record back;
        bool in_body = n > s.n - r.body.n;
        char *cut = malloc(n + 1);
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, s.p, n);
        ck_assert_msg(record_read(str_make(cut, n), &back, &d) ==
                          (in_body ? ST_OK : ST_INTEGRITY),
                      "%zu bytes", n);
        free(cut);
    }
}
END_TEST

/* What is still a record after a flip is another one, and written as it was read. */
START_TEST(flipped_bytes)
{
    uint8_t body[200];
    static uint8_t changed[RECORD_BYTES_MAX];
    static uint8_t again[RECORD_BYTES_MAX];
    struct record r = sample(body_of(body, sizeof body, 20));
    struct str s = written(&r);
    for (size_t at = 0; at < s.n; at++) {
        for (unsigned value = 0; value < 256; value++) {
            struct record back;
            struct writer w;
            memcpy(changed, s.p, s.n);
            changed[at] = (uint8_t)value;
            enum status st = record_read(str_make(changed, s.n), &back, &d);
            if (st == ST_INTEGRITY) {
                continue;
            }
            writer_init(&w, again, sizeof again);
            record_write(&back, &w);
            if (st != ST_OK || w.len != s.n || memcmp(again, changed, s.n) != 0) {
                ck_abort_msg("byte %zu as %u", at, value);
            }
        }
    }
}
END_TEST

START_TEST(later_programs)
{
    uint8_t body[200];
    struct record back;
    struct record r = sample(body_of(body, sizeof body, 3));
    struct str s = written(&r);
    ck_assert_uint_eq((uint8_t)s.p[0], 0x88);
    ck_assert_uint_eq((uint8_t)s.p[1], RECORD_VERSION);
    bytes[1] = RECORD_VERSION + 1;
    ck_assert_int_eq(record_read(s, &back, &d), ST_INTEGRITY);
    ck_assert_str_eq(d.code, "record-version");
    for (unsigned kind = 0; kind < 300; kind++) {
        r.kind = (enum record_kind)kind;
        bool known = record_kind_name(r.kind) != NULL;
        s = written(&r);
        ck_assert_int_eq(record_read(s, &back, &d), known ? ST_OK : ST_INTEGRITY);
        if (!known) {
            ck_assert_str_eq(d.code, "record-kind");
        }
    }
}
END_TEST

START_TEST(other_forms_are_refused)
{
    uint8_t body[200];
    struct record back;
    struct writer w;
    struct record r = sample(body_of(body, sizeof body, 3));
    struct str s = written(&r);
    static uint8_t other[RECORD_BYTES_MAX];
    memcpy(other, s.p, s.n); /* a ninth item */
    other[0] = 0x89;
    other[s.n] = 0;
    ck_assert_int_eq(record_read(str_make(other, s.n + 1), &back, &d), ST_INTEGRITY);
    ck_assert_str_eq(d.code, "record-form");
    r.body = str_make("\x80", 1); /* an array for a map */
    s = written(&r);
    ck_assert_int_eq(record_read(s, &back, &d), ST_INTEGRITY);
    writer_init(&w, other, sizeof other); /* a hash of 31 bytes */
    cbor_put_array(&w, 8);
    cbor_put_uint(&w, 1);
    cbor_put_text(&w, r.origin);
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, r.previous, DIGEST_LEN - 1);
    cbor_put_int(&w, 0);
    cbor_put_uint(&w, KIND_LINES);
    cbor_put_uint(&w, 0);
    cbor_put_map(&w, 0);
    ck_assert_int_eq(record_read(writer_str(&w), &back, &d), ST_INTEGRITY);
    ck_assert_str_eq(d.code, "record-form");
}
END_TEST

START_TEST(kinds)
{
    size_t names = 0;
    for (int k = 0; k < 256; k++) {
        enum record_kind kind = (enum record_kind)k;
        int end = record_kind_end(kind);
        names += record_kind_name(kind) != NULL;
        if (end != 0) {
            ck_assert_ptr_nonnull(record_kind_name((enum record_kind)end));
            ck_assert_int_gt(end, k);
        }
    }
    ck_assert_uint_eq(names, 60);
    ck_assert_str_eq(record_kind_name(KIND_POLICY_CONFIRM), "policy-confirm");
    ck_assert_int_eq(record_kind_end(KIND_RUN_START), KIND_RUN_END);
    ck_assert_int_eq(record_kind_end(KIND_RUN_END), 0);
}
END_TEST

/* ---- bodies with money ---- */

static void fill_entitlement(struct entitlement *e, struct postings *p, size_t spans)
{
    memset(e, 0, sizeof *e);
    memset(p, 0, sizeof *p);
    e->run = UINT32_MAX;
    e->person = UINT64_MAX;
    e->previous = UINT64_MAX;
    e->programme = str_of("abcdefghijklmnopqrstuvwxyz-01234");
    e->span_count = spans;
    for (size_t i = 0; i < spans; i++) {
        e->spans[i].span = (struct span){MONTH_LAST - SPAN_MONTHS_MAX + 1,
                                         SPAN_MONTHS_MAX, -ACCOUNT_FEN_MAX};
        e->spans[i].cause = CAUSE_REDUCTION;
        e->spans[i].policy = UINT32_MAX;
        e->spans[i].tier = UINT32_MAX;
    }
    e->fact_count = ENTITLEMENT_FACTS_MAX;
    for (size_t i = 0; i < e->fact_count; i++) {
        e->facts[i] = UINT64_MAX;
    }
    for (enum account_kind k = ACCOUNT_DUE; k < ACCOUNT_KINDS; k++) {
        ck_assert_int_eq(postings_add(p, "abcdefghijklmnopqrstuvwxyz-01234",
                                      ACCOUNT_GRANTED, k, INT64_MAX, &d),
                         ST_OK);
    }
}

/* The longest entitlement there can be fits into a record. */
START_TEST(entitlement_round_trip)
{
    static struct entitlement e;
    static struct entitlement back;
    struct postings p;
    struct postings p_back;
    uint8_t body[BODY_BYTES_MAX];
    struct writer w;
    fill_entitlement(&e, &p, ENTITLEMENT_SPANS_MAX);
    writer_init(&w, body, sizeof body);
    entitlement_write(&e, &p, &w);
    ck_assert(!w.failed);
    ck_assert(entitlement_read(writer_str(&w), &back, &p_back));
    ck_assert(postings_equal(&p, &p_back));
    ck_assert_uint_eq(back.span_count, e.span_count);
    ck_assert_int_eq(back.spans[39].span.fen, -ACCOUNT_FEN_MAX);
    ck_assert_uint_eq(back.facts[7], UINT64_MAX);
    for (size_t n = 0; n < w.len; n++) {
        ck_assert(!entitlement_read(str_make(body, n), &back, &p_back));
    }
}
END_TEST

START_TEST(entitlement_refusals)
{
    static struct entitlement e;
    static struct entitlement back;
    struct postings p;
    for (int what = 0; what < 10; what++) {
        uint8_t body[BODY_BYTES_MAX];
        struct writer w;
        fill_entitlement(&e, &p, 1);
        e.run = what == 0 ? 0 : 1;
        e.person = what == 1 ? 0 : 1;
        e.programme = str_of(what == 2 ? "" : what == 3 ? "a\nb" : "c");
        e.spans[0].cause = what == 4 ? CAUSE_REGULAR : CAUSE_REDUCTION;
        e.spans[0].span.months = what == 5 ? SPAN_MONTHS_MAX + 1 : 1;
        e.spans[0].span.fen = what == 6 ? -ACCOUNT_FEN_MAX - 1 : -1;
        e.spans[0].span.from = what == 8   ? MONTH_LAST + 1
                               : what == 9 ? MONTH_FIRST - 1
                                           : MONTH_FIRST;
        writer_init(&w, body, sizeof body);
        entitlement_write(&e, &p, &w);
        ck_assert(!w.failed);
        ck_assert_msg(entitlement_read(writer_str(&w), &back, &p) == (what == 7), "%d",
                      what);
    }
}
END_TEST

/* What is no day or moment would stop whoever has to print it. */
START_TEST(days_and_times_are_of_the_calendar)
{
    static const struct {
        int64_t value;
        bool is_day, is_time;
    } rows[] = {
        {-62092, false, true},
        {-62091, true, true},
        {2932896, true, true},
        {2932897, false, true},
        {INT32_MIN, false, true},
        {INT64_C(-2208988800000000), false, true},
        {INT64_C(-2208988800000001), false, false},
        {INT64_C(253402214399999999), false, true},
        {INT64_C(253402214400000000), false, false},
        {INT64_MIN, false, false},
        {INT64_MAX, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t map[16];
        struct writer w;
        struct body b;
        writer_init(&w, map, sizeof map);
        cbor_put_map(&w, 1);
        cbor_put_uint(&w, 3);
        cbor_put_int(&w, rows[i].value);
        body_start(&b, writer_str(&w));
        (void)body_day(&b, 3);
        ck_assert_msg(body_done(&b) == rows[i].is_day, "row %zu", i);
        body_start(&b, writer_str(&w));
        (void)body_time(&b, 3);
        ck_assert_msg(body_done(&b) == rows[i].is_time, "row %zu", i);
    }
}
END_TEST

/* Entries as long and programmes as many as can be: every record fits. */
START_TEST(chunks_fit)
{
    static struct line_entry line;
    static struct chunk c;
    uint8_t body[BODY_BYTES_MAX];
    size_t chunks = 0;
    line.person = UINT64_MAX;
    line.route = UINT32_MAX;
    chunk_start(&c);
    for (uint32_t i = 0; i < 2000; i++) {
        uint8_t entry[LINE_BYTES_MAX];
        struct writer w;
        struct chunk_body back;
        memset(line.programme, 'a' + (char)(i % 26), PROGRAMME_CODE_MAX);
        line.span_count = 1 + i % (i % 100 == 0 ? LINE_SPANS_MAX : 2);
        line.fen = 0;
        for (size_t k = 0; k < line.span_count; k++) {
            line.spans[k] = (struct span){24300, 12, ACCOUNT_FEN_MAX};
            line.fen += 12 * ACCOUNT_FEN_MAX;
        }
        writer_init(&w, entry, sizeof entry);
        line_entry_write(&line, &w);
        ck_assert(!w.failed);
        if (!chunk_fits(&c, w.len)) {
            struct writer b;
            writer_init(&b, body, sizeof body);
            chunk_body_write(&c, UINT32_MAX, UINT64_MAX, true, &b);
            ck_assert_msg(!b.failed, "%zu entries bytes, %zu postings", c.entries.len,
                          c.postings.count);
            ck_assert(chunk_body_read(writer_str(&b), &back));
            ck_assert_uint_eq(back.count, c.count);
            ck_assert(postings_equal(&back.postings, &c.postings));
            chunk_start(&c);
            chunks++;
        }
        writer_bytes(&c.entries, w.p, w.len);
        c.count++;
        for (enum account_kind k = ACCOUNT_TRANSIT; k <= ACCOUNT_RECEIVABLE; k++) {
            ck_assert_int_eq(postings_add(&c.postings, line.programme, ACCOUNT_DUE, k,
                                          INT64_MAX / 4096, &d),
                             ST_OK);
        }
    }
    ck_assert_uint_gt(chunks, 100);
}
END_TEST

START_TEST(line_refusals)
{
    static struct line_entry line;
    static struct line_entry back;
    for (int what = 0; what < 6; what++) {
        uint8_t entry[LINE_BYTES_MAX];
        uint8_t row[LINE_BYTES_MAX];
        struct writer w;
        struct writer w2;
        struct reader r;
        memset(&line, 0, sizeof line);
        line.state = LINE_OPEN;
        line.person = 1;
        ck_assert(str_copy(str_of(what == 0   ? ""
                                  : what == 1 ? "A"
                                              : "c"),
                           line.programme, sizeof line.programme));
        line.span_count = what == 2 ? 0 : 1;
        line.spans[0] = (struct span){24300, what == 3 ? 0 : 2, 100};
        line.fen = what == 4 ? 100 : 200;
        writer_init(&w, entry, sizeof entry);
        line_entry_write(&line, &w);
        reader_init(&r, entry, w.len);
        ck_assert_msg(line_entry_read(&r, &back) == (what == 5), "entry %d", what);
        writer_init(&w2, row, sizeof row);
        line_write(&line, &w2);
        ck_assert_msg(line_read(writer_str(&w2), 1, 1, &back) == (what == 5), "row %d",
                      what);
    }
}
END_TEST

Suite *suite_record(void);

Suite *suite_record(void)
{
    Suite *s = suite_create("record");
    TCase *c = tcase_create("record");
    tcase_add_test(c, round_trip);
    tcase_add_test(c, longest);
    tcase_add_test(c, too_long_is_refused);
    tcase_add_test(c, truncations_are_refused);
    tcase_add_test(c, flipped_bytes);
    tcase_add_test(c, later_programs);
    tcase_add_test(c, other_forms_are_refused);
    tcase_add_test(c, kinds);
    suite_add_tcase(s, c);
    c = tcase_create("bodies");
    tcase_add_test(c, entitlement_round_trip);
    tcase_add_test(c, entitlement_refusals);
    tcase_add_test(c, days_and_times_are_of_the_calendar);
    tcase_add_test(c, chunks_fit);
    tcase_add_test(c, line_refusals);
    suite_add_tcase(s, c);
    return s;
}
