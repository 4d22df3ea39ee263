/* test_fold_import.c - if this fails, a verifier takes a history, units or merge record
 * that says something impossible, or crashes on one that is cut or changed. */
#include <check.h>
#include <string.h>

#include "ledger/settled.h"
#include "ledger/unit.h"
#include "tests/unit/ledger_fixture.h"

static struct fixture f;

static void setup(void)
{
    static const struct fixture_person people[] = {
        {.born = "19400110"}, {.born = "19400111"}, {.born = "19400112"}};
    fixture_make(&f, true);
    fixture_people(&f, people, 3);
}

static void teardown(void)
{
    fixture_remove(&f);
}

/* The number of an import of this kind, proposed by the maker. */
static uint32_t propose(enum import_what what)
{
    static const uint8_t sha256[DIGEST_LEN] = {1};
    uint8_t body[200];
    struct writer w;
    uint32_t number = ledger_head(f.l)->imports + 1;
    const uint64_t values[] = {number, (uint64_t)what, 0, 10, 1};
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, what == IMPORT_HISTORY ? 6 : 5);
    for (uint64_t key = 1; key <= 5; key++) {
        cbor_put_uint(&w, key);
        if (key == 3) {
            cbor_put_bytes(&w, sha256, DIGEST_LEN);
        } else {
            cbor_put_uint(&w, values[key - 1]);
        }
    }
    if (what == IMPORT_HISTORY) {
        cbor_pair_uint(&w, 8, 24011);
    }
    fixture_as(&f, FIXTURE_MAKER);
    struct act_text text = {.subject = "import", .count = 1};
    ck_assert_int_eq(ledger_act(f.l, KIND_IMPORT, writer_str(&w), text, NULL, &f.d),
                     ST_OK);
    fixture_as(&f, FIXTURE_CHECKER);
    return number;
}

static void start(uint32_t number)
{
    static const uint8_t sha256[DIGEST_LEN] = {1};
    uint8_t body[100];
    struct writer w;
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 2);
    cbor_pair_uint(&w, 1, number);
    cbor_pair_bytes(&w, 2, sha256, DIGEST_LEN);
    struct act_text text = {.subject = "start", .count = 1};
    ck_assert_int_eq(ledger_begin(f.l, &f.d), ST_OK);
    ck_assert_int_eq(
        ledger_append_signed(f.l, KIND_IMPORT_START, writer_str(&w), text, NULL, &f.d),
        ST_OK);
}

/* In an act of the import that is thrown away afterwards. */
static enum status try_record(uint32_t number, enum record_kind kind, struct str body)
{
    start(number);
    enum status st = ledger_append(f.l, kind, body, NULL, &f.d);
    ledger_abort(f.l);
    return st;
}

struct payment {
    const char *label;
    uint64_t first, second; /* people; 0: no second */
    int32_t from, months;
    int64_t fen, posted;
    uint32_t import_off; /* added to the import's number */
    const char *programme;
    bool good;
};
static const struct payment PAYMENTS[] = {
    {"one", 1, 0, 24000, 12, 2500, 30000, 0, "old-age", true},
    {"two people", 1, 3, 24000, 1, 2500, 5000, 0, "old-age", true},
    {"nobody", 0, 0, 24000, 12, 2500, 30000, 0, "old-age", false},
    {"above the highest", 4, 0, 24000, 12, 2500, 30000, 0, "old-age", false},
    {"one twice", 2, 2, 24000, 1, 2500, 5000, 0, "old-age", false},
    {"descending", 3, 1, 24000, 1, 2500, 5000, 0, "old-age", false},
    {"nothing paid", 1, 0, 24000, 12, 0, 0, 0, "old-age", false},
    {"taken back", 1, 0, 24000, 12, -5, 60, 0, "old-age", false},
    {"no month", 1, 0, 24000, 0, 2500, 30000, 0, "old-age", false},
    {"other postings", 1, 0, 24000, 12, 2500, 30001, 0, "old-age", false},
    {"another import", 1, 0, 24000, 12, 2500, 30000, 1, "old-age", false},
    {"no code", 1, 0, 24000, 12, 2500, 30000, 0, "Old Age", false},
};

static size_t history_body(const struct payment *p, uint32_t number,
                           uint8_t out[BODY_BYTES_MAX])
{
    static const uint8_t commitment[DIGEST_LEN] = {7};
    struct writer w;
    struct chunk c;
    struct diag d;
    const uint64_t people[2] = {p->first, p->second};
    struct span s = {.from = p->from, .months = p->months, .fen = p->fen};
    chunk_start(&c);
    for (int i = 0; i < 2 && (i == 0 || people[i] != 0); i++) {
        cbor_put_array(&c.entries, 3);
        cbor_put_uint(&c.entries, people[i]);
        cbor_put_bytes(&c.entries, commitment, DIGEST_LEN);
        cbor_put_array(&c.entries, 1);
        cbor_put_array(&c.entries, 2);
        cbor_put_text(&c.entries, str_of(p->programme));
        cbor_put_array(&c.entries, 1);
        cbor_put_array(&c.entries, 3);
        span_write(&s, &c.entries);
        c.count++;
    }
    ck_assert_int_eq(postings_add(&c.postings, p->programme, ACCOUNT_GRANTED,
                                  ACCOUNT_PAID, p->posted, &d),
                     ST_OK);
    writer_init(&w, out, BODY_BYTES_MAX);
    chunk_body_write(&c, number + p->import_off, p->first, true, &w);
    ck_assert(!w.failed);
    return w.len;
}

START_TEST(history_rules)
{
    const struct payment *p = &PAYMENTS[_i];
    uint8_t body[BODY_BYTES_MAX];
    uint32_t number = propose(IMPORT_HISTORY);
    size_t n = history_body(p, number, body);
    enum status st = try_record(number, KIND_HISTORY, str_make(body, n));
    ck_assert_msg((st == ST_OK) == p->good, "%s: %d %s", p->label, (int)st, f.d.what);
}
END_TEST

START_TEST(history_only_in_its_import)
{
    uint8_t body[BODY_BYTES_MAX];
    uint32_t number = propose(IMPORT_FACTS);
    size_t n = history_body(&PAYMENTS[0], number, body);
    ck_assert_int_eq(try_record(number, KIND_HISTORY, str_make(body, n)), ST_CONFLICT);
    ck_assert_str_eq(f.d.code, "import-kind");
}
END_TEST

START_TEST(history_settles)
{
    uint8_t body[BODY_BYTES_MAX];
    struct settled_entry e;
    bool found;
    int32_t through;
    uint32_t number = propose(IMPORT_HISTORY);
    size_t n = history_body(&PAYMENTS[1], number, body);
    start(number);
    uint64_t at = ledger_head(f.l)->tree.size;
    ck_assert_int_eq(ledger_append(f.l, KIND_HISTORY, str_make(body, n), NULL, &f.d),
                     ST_OK);
    ck_assert_int_eq(settled_get(ledger_txn(f.l), 1, &e, &found, &f.d), ST_OK);
    ck_assert(found && e.through == 24011 && e.import == number && e.sequence == at);
    ck_assert_int_eq(e.fen, 5000);
    ck_assert_int_eq(settled_get(ledger_txn(f.l), 2, &e, &found, &f.d), ST_OK);
    ck_assert(!found);
    ck_assert_int_eq(
        settled_through(ledger_txn(f.l), str_of("old-age"), at + 1, &through, &f.d),
        ST_OK);
    ck_assert_int_eq(through, 24011);
    ck_assert_int_eq(
        settled_through(ledger_txn(f.l), str_of("old-age"), at, &through, &f.d), ST_OK);
    ck_assert_int_eq(through, -1); /* not known yet */
    ledger_abort(f.l);
}
END_TEST

/* Cut or changed records are refused or harmless. */
static void cut_and_change(uint32_t number, enum record_kind kind, uint8_t *body,
                           size_t n)
{
    static const uint8_t flips[] = {0x01, 0x20, 0x80, 0xff};
    for (size_t cut = 1; cut < n; cut++) {
        ck_assert_int_ne(try_record(number, kind, str_make(body, cut)), ST_OK);
    }
    for (size_t at = 0; at < n; at++) {
        for (size_t i = 0; i < sizeof flips; i++) {
            body[at] ^= flips[i];
            (void)try_record(number, kind, str_make(body, n));
            body[at] ^= flips[i];
        }
    }
    ck_assert_int_eq(try_record(number, kind, str_make(body, n)), ST_OK);
}

START_TEST(changed_history)
{
    uint8_t body[BODY_BYTES_MAX];
    uint32_t number = propose(IMPORT_HISTORY);
    cut_and_change(number, KIND_HISTORY, body,
                   history_body(&PAYMENTS[1], number, body));
}
END_TEST

static size_t units_body(uint32_t import, uint64_t number, const char *code,
                         uint8_t out[BODY_BYTES_MAX])
{
    struct writer w;
    struct chunk c;
    chunk_start(&c);
    cbor_put_array(&c.entries, 7);
    cbor_put_uint(&c.entries, number);
    cbor_put_text(&c.entries, str_of(code));
    cbor_put_text(&c.entries, str_of("东村"));
    cbor_put_text(&c.entries, str_of(""));
    cbor_put_int(&c.entries, DAY_ALWAYS);
    cbor_put_int(&c.entries, DAY_NEVER);
    cbor_put_text(&c.entries, str_of(""));
    c.count = 1;
    writer_init(&w, out, BODY_BYTES_MAX);
    chunk_body_write(&c, import, 1, false, &w);
    return w.len;
}

START_TEST(units_rules)
{
    uint8_t body[BODY_BYTES_MAX];
    uint32_t number = propose(IMPORT_UNITS);
    size_t n = units_body(number, 2, "a", body);
    ck_assert_int_eq(try_record(number, KIND_UNITS, str_make(body, n)), ST_CONFLICT);
    n = units_body(number, 1, "", body);
    ck_assert_int_eq(try_record(number, KIND_UNITS, str_make(body, n)), ST_INTEGRITY);
    n = units_body(number, 1, "a", body);
    cut_and_change(number, KIND_UNITS, body, n);
    start(number);
    ck_assert_int_eq(ledger_append(f.l, KIND_UNITS, str_make(body, n), NULL, &f.d),
                     ST_OK);
    ck_assert_int_eq(ledger_append(f.l, KIND_UNITS, str_make(body, n), NULL, &f.d),
                     ST_OK); /* the same unit again */
    n = units_body(number, 1, "b", body);
    ck_assert_int_eq(ledger_append(f.l, KIND_UNITS, str_make(body, n), NULL, &f.d),
                     ST_CONFLICT);
    ck_assert_str_eq(f.d.code, "unit-number");
    ledger_abort(f.l);
}
END_TEST

static size_t merge_body(uint32_t import, uint64_t row, uint64_t from, uint64_t into,
                         uint8_t out[BODY_BYTES_MAX])
{
    static const uint8_t commitment[DIGEST_LEN] = {7};
    const uint64_t values[4] = {import, row, from, into};
    struct writer w;
    writer_init(&w, out, BODY_BYTES_MAX);
    cbor_put_map(&w, 6);
    for (uint64_t key = 1; key <= 6; key++) {
        cbor_put_uint(&w, key);
        if (key <= 4) {
            cbor_put_uint(&w, values[key - 1]);
        } else {
            cbor_put_bytes(&w, commitment, DIGEST_LEN);
        }
    }
    return w.len;
}

static enum status merge(uint32_t import, uint64_t row, uint64_t from, uint64_t into)
{
    uint8_t body[BODY_BYTES_MAX];
    size_t n = merge_body(import, row, from, into, body);
    return ledger_append(f.l, KIND_MERGE, str_make(body, n), NULL, &f.d);
}

START_TEST(merge_rules)
{
    static const struct {
        const char *label;
        uint64_t row, from, into; /* after 2 was merged into 1 as row 1 */
        bool good;
    } rows[] = {
        {"a third", 2, 3, 1, true},      {"the kept one on", 2, 1, 3, true},
        {"oneself", 2, 3, 3, false},     {"nobody", 2, 0, 1, false},
        {"into nobody", 2, 3, 0, false}, {"above the highest", 2, 4, 1, false},
        {"again", 2, 2, 3, false},       {"into a duplicate", 2, 3, 2, false},
        {"back", 2, 1, 2, false},        {"the same row", 1, 3, 1, false},
    };
    uint8_t body[BODY_BYTES_MAX];
    uint32_t number = propose(IMPORT_MERGES);
    cut_and_change(number, KIND_MERGE, body, merge_body(number, 1, 2, 1, body));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start(number);
        ck_assert_int_eq(merge(number, 1, 2, 1), ST_OK);
        enum status st = merge(number, rows[i].row, rows[i].from, rows[i].into);
        ck_assert_msg((st == ST_OK) == rows[i].good, "%s: %d %s", rows[i].label,
                      (int)st, f.d.what);
        ledger_abort(f.l);
    }
}
END_TEST

Suite *suite_fold_import(void);

Suite *suite_fold_import(void)
{
    Suite *s = suite_create("fold_import");
    TCase *c = tcase_create("fold_import");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_loop_test(c, history_rules, 0,
                        (int)(sizeof PAYMENTS / sizeof PAYMENTS[0]));
    tcase_add_test(c, history_only_in_its_import);
    tcase_add_test(c, history_settles);
    tcase_add_test(c, changed_history);
    tcase_add_test(c, units_rules);
    tcase_add_test(c, merge_rules);
    suite_add_tcase(s, c);
    return s;
}
