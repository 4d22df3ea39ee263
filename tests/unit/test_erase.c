/* test_erase.c - if this fails, somebody is erased too early or by one alone, a row
 * goes without a certificate, or a certificate says what nobody can read. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "audit/verify.h"
#include "base/must.h"
#include "batch/admin.h"
#include "batch/erase.h"
#include "ledger/body.h"
#include "ledger/tree.h"
#include "ledger_fixture.h"

Suite *suite_erase(void);

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)
#define REFUSED(call, c)                                                               \
    do {                                                                               \
        ck_assert_int_ne((call), ST_OK);                                               \
        ck_assert_str_eq(f.d.code, c);                                                 \
    } while (0)

static struct fixture f;

/* ---- bodies: every truncation, every byte changed ---- */

static const struct erased_terms CERTIFICATE = {
    .person = 300,
    .proposal = 70000,
    .proposal_leaf = {1, 2, 3},
    .row_count = 3,
    .rows = {{300, {7}}, {5, {8}}, {9, {9}}},
    .lookups = 4,
    .payments = 20000,
    .applications = -5,
    .imports = {2, {{1, 1}, {3, 70000}}},
    .batches = {0, {{0, 0}}},
    .copies = "2056年度备份磁带",
};
static const struct erasure_terms PROPOSAL = {
    .person = 3, .reason = "期满", .document = "1"};
static const struct hold_terms HOLD = {
    .person = 3, .set = true, .reason = "诉讼", .document = "1"};
static const struct retention_entry RULE = {
    .number = 1, .class = RETENTION_PAYMENTS, .years = 30, .document = "令79号"};

static void write_certificate(struct writer *w)
{
    erased_write(&CERTIFICATE, w);
}

static bool read_certificate(struct str s, struct writer *again)
{
    struct erased_terms x;
    bool ok = erased_read(s, &x);
    if (ok) {
        erased_write(&x, again);
    }
    return ok;
}

static void write_proposal(struct writer *w)
{
    erasure_terms_write(&PROPOSAL, w);
}

static bool read_proposal(struct str s, struct writer *again)
{
    struct erasure_terms x;
    bool ok = erasure_terms_read(s, &x);
    if (ok) {
        erasure_terms_write(&x, again);
    }
    return ok;
}

static void write_hold(struct writer *w)
{
    hold_write(&HOLD, w);
}

static bool read_hold(struct str s, struct writer *again)
{
    struct hold_terms x;
    bool ok = hold_read(s, &x);
    if (ok) {
        hold_write(&x, again);
    }
    return ok;
}

static void write_rule(struct writer *w)
{
    retention_write(&RULE, w);
}

static bool read_rule(struct str s, struct writer *again)
{
    struct retention_entry x;
    bool ok = retention_read(s, &x);
    if (ok) {
        retention_write(&x, again);
    }
    return ok;
}

static const struct {
    const char *label;
    void (*write)(struct writer *w);
    bool (*read)(struct str s, struct writer *again);
} BODIES[] = {
    {"certificate", write_certificate, read_certificate},
    {"proposal", write_proposal, read_proposal},
    {"hold", write_hold, read_hold},
    {"rule", write_rule, read_rule},
};

/* What is read must be written again byte by byte: one form for one content. */
static void hold_against(size_t i, struct str s)
{
    uint8_t again[BODY_BYTES_MAX];
    struct writer w;
    writer_init(&w, again, sizeof again);
    if (BODIES[i].read(s, &w)) {
        ck_assert_msg(!w.failed && str_eq(writer_str(&w), s), "%s", BODIES[i].label);
    }
}

START_TEST(bodies)
{
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        uint8_t bytes[BODY_BYTES_MAX];
        uint8_t again[BODY_BYTES_MAX];
        struct writer w;
        struct writer w2;
        writer_init(&w, bytes, sizeof bytes);
        BODIES[i].write(&w);
        struct str s = writer_str(&w);
        writer_init(&w2, again, sizeof again);
        ck_assert_msg(BODIES[i].read(s, &w2), "%s", BODIES[i].label);
        ck_assert(str_eq(writer_str(&w2), s));
        for (size_t n = 0; n < s.n; n++) {
            writer_init(&w2, again, sizeof again);
            ck_assert_msg(!BODIES[i].read(str_make(bytes, n), &w2), "%s cut at %zu",
                          BODIES[i].label, n);
        }
        for (size_t n = 0; n < s.n * 8; n++) {
            bytes[n / 8] ^= (uint8_t)(1U << n % 8);
            hold_against(i, s);
            bytes[n / 8] ^= (uint8_t)(1U << n % 8);
        }
    }
}
END_TEST

START_TEST(largest_certificate_fits)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    struct erased_terms x = CERTIFICATE;
    x.person = UINT64_MAX;
    x.proposal = UINT64_MAX;
    x.lookups = UINT64_MAX;
    x.row_count = ERASED_ROWS_MAX;
    for (size_t i = 0; i < ERASED_ROWS_MAX; i++) {
        x.rows[i].person = UINT64_MAX - ERASED_ROWS_MAX + i;
    }
    x.rows[0].person = x.person;
    x.imports.count = x.batches.count = ERASED_RANGES_MAX;
    for (size_t i = 0; i < ERASED_RANGES_MAX; i++) {
        x.imports.items[i] =
            (struct number_range){4000000000U + (uint32_t)i * 70000, 66000};
        x.batches.items[i] = x.imports.items[i];
    }
    memset(x.copies, 'c', ERASED_COPIES_MAX);
    struct act_signature s = {.operator_number = UINT32_MAX,
                              .subject = str_of("person 18446744073709551615: erased"),
                              .time_us = INT64_MAX,
                              .size = UINT64_MAX};
    uint8_t plain[BODY_BYTES_MAX];
    writer_init(&w, plain, sizeof plain);
    erased_write(&x, &w);
    ck_assert(!w.failed);
    struct str text = writer_str(&w);
    writer_init(&w, bytes, sizeof bytes);
    act_body(&s, text, &w);
    ck_assert(!w.failed);
}
END_TEST

/* ---- years ---- */

START_TEST(last_days)
{
    static const struct {
        const char *day;
        uint32_t years;
        const char *last;
    } rows[] = {
        {"2024-02-29", 0, "2024-02-29"},   {"2024-02-29", 1, "2025-02-28"},
        {"2024-02-29", 4, "2028-02-29"},   {"2026-10-10", 30, "2056-10-10"},
        {"1999-12-31", 200, "2199-12-31"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t day;
        int32_t last;
        ck_assert(date_parse(str_of(rows[i].day), &day));
        ck_assert(date_parse(str_of(rows[i].last), &last));
        ck_assert_int_eq(retention_last_day(day, rows[i].years), last);
    }
    ck_assert_int_eq(retention_last_day(DAY_ALWAYS, 30), DAY_ALWAYS);
}
END_TEST

/* ---- ranges ---- */

static bool covered(const struct erased_ranges *x, uint32_t n)
{
    for (size_t i = 0; i < x->count; i++) {
        if (n >= x->items[i].from && n - x->items[i].from < x->items[i].count) {
            return true;
        }
    }
    return false;
}

START_TEST(ranges)
{
    struct erased_ranges x;
    uint8_t bits[128] = {0};
    erased_cover(bits, 1000, &x);
    ck_assert_uint_eq(x.count, 0);
    bits[0] = 0x0e; /* 1, 2, 3 */
    bits[125] = 1;  /* 1000 */
    erased_cover(bits, 1000, &x);
    ck_assert_uint_eq(x.count, 2);
    ck_assert_uint_eq(x.items[0].count, 3);
    ck_assert_uint_eq(x.items[1].from, 1000);
    for (uint32_t step = 1; step < 60; step++) {
        memset(bits, 0, sizeof bits);
        for (uint32_t n = step; n <= 1000; n += step + n % 3) {
            bits[n / 8] |= (uint8_t)(1U << n % 8);
        }
        erased_cover(bits, 1000, &x);
        for (uint32_t n = 1; n <= 1000; n++) {
            ck_assert(!(bits[n / 8] >> n % 8 & 1) || covered(&x, n));
        }
        for (size_t i = 1; i < x.count; i++) { /* as erased_read wants them */
            ck_assert_uint_gt(x.items[i].from,
                              x.items[i - 1].from + x.items[i - 1].count);
        }
    }
}
END_TEST

/* ---- rules ---- */

#define PEOPLE 4

static void begin(void)
{
    static const struct fixture_person list[PEOPLE] = {
        {"19400101", NULL, NULL, NULL},
        {"19410101", NULL, NULL, NULL},
        {"19420101", NULL, NULL, NULL},
        {"19430101", NULL, NULL, NULL},
    };
    fixture_make(&f, true);
    ck_assert_uint_eq(fixture_people(&f, list, PEOPLE), 1);
    fixture_at(&f, "2040-01-01T01:00:00Z");
}

static enum status propose(uint64_t person)
{
    fixture_as(&f, FIXTURE_MAKER);
    return erase_propose(f.l, person, str_of("期满"), str_of("1"), &f.d);
}

static enum status erase(uint64_t person)
{
    struct erased_terms x;
    fixture_as(&f, FIXTURE_CHECKER);
    return erase_confirm(f.l, person, str_of(""), &x, &f.d);
}

static enum status verify(struct verify_report *r)
{
    struct verify_options o = {.scratch_dir = f.dir};
    return verify_ledger(f.l, &o, r, &f.d);
}

START_TEST(two_signatures)
{
    struct verify_report r;
    uint64_t certificate;
    begin();
    REFUSED(erase(2), "not-proposed");
    OK(propose(2));
    OK(erase(2));
    REFUSED(erase(2), "erased");
    REFUSED(propose(2), "erased");
    OK(ledger_uncompacted(f.l, &certificate, &f.d));
    ck_assert_uint_eq(certificate, ledger_head(f.l)->tree.size - 1);
    ck_assert_uint_eq(ledger_head(f.l)->erased, 1);
    OK(verify(&r));
    OK(ledger_compact(f.l, &f.d));
    OK(ledger_uncompacted(f.l, &certificate, &f.d));
    ck_assert_uint_eq(certificate, 0);
    OK(verify(&r));
    ck_assert_uint_eq(r.erased, 1);
    ck_assert_int_eq(r.integrity, VERDICT_PASS);
    fixture_remove(&f);
}
END_TEST

static enum status hold(uint64_t person, bool set)
{
    struct hold_request q = {person, set, str_of("诉讼"), str_of("1")};
    return hold_change(f.l, &q, &f.d);
}

static enum status refuse(enum fixture_who who, uint64_t person)
{
    fixture_as(&f, who);
    return admin_refuse(f.l, REGISTER_ERASURE, person, str_of("有误"), &f.d);
}

START_TEST(a_proposal_is_refused)
{
    struct verify_report r;
    begin();
    REFUSED(refuse(FIXTURE_CHECKER, 2), "unknown-entry");
    OK(propose(2));
    REFUSED(refuse(FIXTURE_RELEASER, 2), "role");
    OK(refuse(FIXTURE_CHECKER, 2));
    REFUSED(erase(2), "refused");
    REFUSED(refuse(FIXTURE_CHECKER, 2), "refused");
    OK(propose(2)); /* proposed anew, it waits again */
    OK(refuse(FIXTURE_MAKER, 2));
    REFUSED(erase(2), "refused");
    OK(propose(2));
    OK(erase(2));
    REFUSED(refuse(FIXTURE_CHECKER, 2), "not-pending");
    OK(verify(&r));
    fixture_remove(&f);
}
END_TEST

START_TEST(a_hold_after_the_proposal)
{
    uint32_t number;
    begin();
    OK(propose(2));
    fixture_as(&f, FIXTURE_MAKER);
    OK(hold(2, true));
    REFUSED(erase(2), "held");
    OK(hold(2, false)); /* the checker, who did not set it */
    fixture_as(&f, FIXTURE_ADMIN);
    OK(retention_set(f.l, RETENTION_APPLICATIONS, 50, str_of("x"), &number, &f.d));
    REFUSED(erase(2), "retention");
    fixture_as(&f, FIXTURE_ADMIN);
    OK(retention_set(f.l, RETENTION_APPLICATIONS, 5, str_of("x"), &number, &f.d));
    OK(erase(2));
    fixture_remove(&f);
}
END_TEST

/* ---- certificates that somebody writes by hand ---- */

static void other_leaf(struct erased_terms *x)
{
    x->proposal_leaf[0] ^= 1;
}

static void other_proposal(struct erased_terms *x)
{
    x->proposal--;
}

static void not_proposed(struct erased_terms *x)
{
    x->person = 3;
    x->rows[0].person = 3;
}

static void another_row(struct erased_terms *x)
{
    x->rows[x->row_count++].person = 3;
}

static void row_of_nobody(struct erased_terms *x)
{
    x->rows[x->row_count++].person = 99;
}

static void too_early(struct erased_terms *x)
{
    x->applications = ledger_today(f.l) - 300;
}

static void payments_too_early(struct erased_terms *x)
{
    x->payments = ledger_today(f.l) - 10000; /* under 30 years */
}

static void import_to_come(struct erased_terms *x)
{
    x->imports = (struct erased_ranges){1, {{1, 2}}};
}

static void day_out_of_range(struct erased_terms *x)
{
    x->applications = DAY_NEVER;
}

static const struct {
    const char *label;
    void (*change)(struct erased_terms *x);
    const char *code;
} FORGED[] = {
    {"another leaf hash", other_leaf, "other-proposal"},
    {"another proposal", other_proposal, "not-proposed"},
    {"nobody proposed", not_proposed, "not-proposed"},
    {"a row that is no duplicate", another_row, "other-person"},
    {"a row of nobody", row_of_nobody, "unknown-person"},
    {"applications end too late", too_early, "retention"},
    {"payments end too late", payments_too_early, "retention"},
    {"an import that is not there", import_to_come, "record-body"},
    {"a day that is none", day_out_of_range, "record-body"},
};

static void terms_of(uint64_t person, struct erased_terms *x)
{
    struct erasure_entry e;
    struct record r;
    struct str bytes;
    struct digest *g;
    memset(x, 0, sizeof *x);
    OK(erasure_get(ledger_txn(f.l), person, &e, &f.d));
    OK(record_get(ledger_txn(f.l), e.sequence, &r, &bytes, &f.d));
    OK(digest_new(&g, &f.d));
    tree_leaf(g, bytes, x->proposal_leaf);
    digest_free(g);
    x->person = person;
    x->proposal = e.sequence;
    x->row_count = 1;
    x->rows[0].person = person;
    x->payments = DAY_ALWAYS;
    x->applications = ledger_today(f.l) - 10000;
}

static enum status certify(const struct erased_terms *x, enum fixture_who who)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    struct act_text text = {.subject = "erased"};
    writer_init(&w, bytes, sizeof bytes);
    erased_write(x, &w);
    fixture_as(&f, who);
    return ledger_act(f.l, KIND_ERASED, writer_str(&w), text, NULL, &f.d);
}

START_TEST(forged_certificates)
{
    struct erased_terms x;
    struct verify_report r;
    begin();
    OK(propose(2));
    for (size_t i = 0; i < sizeof FORGED / sizeof FORGED[0]; i++) {
        terms_of(2, &x);
        FORGED[i].change(&x);
        ck_assert_msg(certify(&x, FIXTURE_CHECKER) != ST_OK, "%s", FORGED[i].label);
        ck_assert_msg(strcmp(f.d.code, FORGED[i].code) == 0, "%s: %s", FORGED[i].label,
                      f.d.code);
    }
    terms_of(2, &x);
    REFUSED(certify(&x, FIXTURE_MAKER), "role");
    OK(certify(&x, FIXTURE_CHECKER)); /* and the row is left */
    ck_assert_int_eq(verify(&r), ST_INTEGRITY);
    ck_assert_ptr_nonnull(strstr(r.bad_what, "still there"));
    fixture_remove(&f);
}
END_TEST

/* ---- what happens behind the records ---- */

static void change(void (*make)(struct txn *t, struct str key), uint64_t person)
{
    struct store *s;
    struct txn *t;
    uint8_t key[8];
    put_u64(key, person);
    fixture_close(&f);
    OK(store_open(&s, f.dir, STORE_WRITE, &f.d));
    OK(store_begin(s, true, &t, &f.d));
    make(t, str_make(key, 8));
    OK(store_commit(t, &f.d));
    store_close(s);
    OK(fixture_open(&f, LEDGER_AUDIT));
}

static void drop_row(struct txn *t, struct str key)
{
    OK(store_delete(t, TABLE_PEOPLE, key, &f.d));
}

static void drop_certificate(struct txn *t, struct str key)
{
    uint8_t row[9] = {REGISTER_ERASURE};
    memcpy(row + 1, key.p, 8);
    OK(store_delete(t, TABLE_REGISTER, str_make(row, 9), &f.d));
}

static void put_row(struct txn *t, struct str key)
{
    uint8_t other[8];
    uint8_t copy[4096];
    struct str row;
    put_u64(other, 3);
    OK(store_get(t, TABLE_PEOPLE, str_make(other, 8), &row, &f.d));
    ck_assert_uint_le(row.n, sizeof copy);
    memcpy(copy, row.p, row.n);
    OK(store_put(t, TABLE_PEOPLE, key, str_make(copy, row.n), &f.d));
}

START_TEST(behind_the_records)
{
    static const struct {
        const char *label;
        void (*make)(struct txn *t, struct str key);
        uint64_t person;
    } rows[] = {
        {"a row gone without a certificate", drop_row, 3},
        {"a row behind a certificate", put_row, 2},
        {"a certificate's entry gone", drop_certificate, 2},
    };
    struct buf sound;
    struct verify_report r;
    begin();
    OK(propose(2));
    OK(erase(2));
    OK(ledger_compact(f.l, &f.d));
    OK(verify(&r));
    fixture_close(&f);
    fixture_load(&f, "data.mdb", &sound);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        change(rows[i].make, rows[i].person);
        ck_assert_msg(verify(&r) == ST_INTEGRITY, "%s: not found", rows[i].label);
        fixture_close(&f);
        fixture_save(&f, "data.mdb", buf_str(&sound));
    }
    buf_release(&sound);
    OK(fixture_open(&f, LEDGER_READ));
    fixture_remove(&f);
}
END_TEST

Suite *suite_erase(void)
{
    Suite *s = suite_create("erase");
    TCase *c = tcase_create("erase");
    tcase_add_test(c, bodies);
    tcase_add_test(c, largest_certificate_fits);
    tcase_add_test(c, last_days);
    tcase_add_test(c, ranges);
    tcase_add_test(c, two_signatures);
    tcase_add_test(c, a_proposal_is_refused);
    tcase_add_test(c, a_hold_after_the_proposal);
    tcase_add_test(c, forged_certificates);
    tcase_add_test(c, behind_the_records);
    suite_add_tcase(s, c);
    return s;
}
