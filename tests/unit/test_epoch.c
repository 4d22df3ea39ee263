/* test_epoch.c - if this fails, a restore can be forged, undone or hidden: an epoch
 * that does not say what it restarts from, a key that was somebody's, a lock that one
 * person opens. */
#include <check.h>
#include <string.h>

#include "batch/batch.h"
#include "batch/run.h"
#include "ledger/body.h"
#include "ledger/epoch.h"
#include "ledger/ledger_private.h"
#include "ledger/renew.h"
#include "tests/unit/ledger_fixture.h"

static struct fixture f;

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)

static void setup(void)
{
    fixture_make(&f, true);
}

static void teardown(void)
{
    fixture_remove(&f);
}

struct epoch_body {
    uint64_t epoch;
    uint8_t public_key[KEY_PUBLIC_LEN];
    uint64_t size;
    uint8_t root[DIGEST_LEN];
    bool has_size, has_root;
    uint64_t behind;
};

static void write_body(const struct epoch_body *b, struct writer *w)
{
    cbor_put_map(w, (size_t)(4 + b->has_size + b->has_root));
    cbor_pair_uint(w, 1, b->epoch);
    cbor_put_uint(w, 2);
    body_put_key(w, b->public_key);
    cbor_pair_uint(w, 3, b->size);
    cbor_pair_bytes(w, 4, b->root, DIGEST_LEN);
    if (b->has_size) {
        cbor_pair_uint(w, 5, b->behind);
    }
    if (b->has_root) {
        cbor_pair_bytes(w, 6, b->root, DIGEST_LEN);
    }
}

/* As renew_epoch would write it. */
static struct epoch_body good_body(const char *key_name)
{
    struct epoch_body b = {.epoch = ledger_head(f.l)->epoch + 1,
                           .size = ledger_head(f.l)->tree.size};
    struct key *k = fixture_key(key_name);
    key_public(k, b.public_key);
    key_free(k);
    ledger_root(f.l, b.root);
    return b;
}

/* Appends and drops it again: *d says what the fold thinks of it. */
static enum status try_epoch(const struct epoch_body *b, enum fixture_who who,
                             const char *origin)
{
    uint8_t bytes[300];
    char before[ORIGIN_MAX + 1];
    struct writer w;
    struct act_text text = {.subject = "epoch"};
    writer_init(&w, bytes, sizeof bytes);
    write_body(b, &w);
    memcpy(before, f.l->info.origin, sizeof before);
    fixture_as(&f, who);
    OK(ledger_begin(f.l, &f.d));
    ck_assert(str_copy(str_of(origin), f.l->info.origin, sizeof f.l->info.origin));
    enum status st =
        ledger_append_signed(f.l, KIND_EPOCH, writer_str(&w), text, NULL, &f.d);
    memcpy(f.l->info.origin, before, sizeof before);
    ledger_abort(f.l);
    return st;
}

#define E2 "almoner/230523/main/sandbox/e2"

static void refused(struct epoch_body b, const char *code, const char *label)
{
    enum status st = try_epoch(&b, FIXTURE_ADMIN, E2);
    ck_assert_msg(st != ST_OK && strcmp(f.d.code, code) == 0, "%s: %d %s", label,
                  (int)st, f.d.code);
}

START_TEST(epochs_that_are_none)
{
    struct epoch_body b = good_body("fresh");
    OK(try_epoch(&b, FIXTURE_ADMIN, E2));
    ck_assert_int_eq(try_epoch(&b, FIXTURE_MAKER, E2), ST_DENIED);
    ck_assert_str_eq(f.d.code, "role");
    ck_assert_int_eq(try_epoch(&b, FIXTURE_ADMIN, f.l->info.origin), ST_INTEGRITY);
    ck_assert_str_eq(f.d.code, "origin");
    b.epoch = 3;
    refused(b, "number", "an epoch left out");
    b.epoch = 1;
    refused(b, "number", "the epoch it is in");
    b = good_body("fresh");
    b.size--;
    refused(b, "record-body", "another size");
    b = good_body("fresh");
    b.root[0] ^= 1;
    refused(b, "record-body", "another root");
    b = good_body("fresh");
    b.has_size = true;
    b.behind = b.size + 5;
    refused(b, "record-body", "a size without a root");
    b.has_root = true;
    OK(try_epoch(&b, FIXTURE_ADMIN, E2));
    b.behind = b.size;
    refused(b, "record-body", "a checkpoint that is not ahead");
    b.has_size = false;
    refused(b, "record-body", "a root without a size");
    b = good_body("fresh");
    key_public(f.keys[FIXTURE_MAKER], b.public_key);
    refused(b, "key-known", "an operator's key");
    memcpy(b.public_key, f.l->info.public_key, KEY_PUBLIC_LEN);
    refused(b, "key-known", "the key it has");
}
END_TEST

static void restored(void)
{
    struct renew_behind none = {0};
    fixture_as(&f, FIXTURE_ADMIN);
    OK(renew_epoch(f.l, &none, &f.d));
}

START_TEST(an_epoch_stays_after_reopening)
{
    uint8_t before[KEY_PUBLIC_LEN];
    memcpy(before, ledger_info(f.l)->public_key, KEY_PUBLIC_LEN);
    restored();
    ck_assert_str_eq(ledger_info(f.l)->origin, E2);
    OK(fixture_open(&f, LEDGER_WRITE));
    ck_assert_str_eq(ledger_info(f.l)->origin, E2);
    ck_assert_int_ne(memcmp(before, ledger_info(f.l)->public_key, KEY_PUBLIC_LEN), 0);
    ck_assert_uint_ne(ledger_head(f.l)->locked, 0);
    struct epoch_key k;
    uint64_t since = ledger_head(f.l)->tree.size;
    OK(epoch_key_get(ledger_txn(f.l), 2, &k, &f.d));
    ck_assert_uint_eq(k.since, since);
}
END_TEST

/* ---- the lock ---- */

static enum status lost(const struct lost_file *x, enum fixture_who who)
{
    uint8_t bytes[400];
    struct writer w;
    struct act_text text = {.subject = "lost"};
    writer_init(&w, bytes, sizeof bytes);
    lost_file_write(x, &w);
    fixture_as(&f, who);
    return ledger_act(f.l, KIND_LOST_FILE, writer_str(&w), text, NULL, &f.d);
}

static void newest_leaf(uint8_t out[DIGEST_LEN])
{
    memcpy(out, ledger_head(f.l)->last_leaf, DIGEST_LEN);
}

static void denied(const struct lost_file *x, enum fixture_who who, const char *code)
{
    ck_assert_int_ne(lost(x, who), ST_OK);
    ck_assert_str_eq(f.d.code, code);
}

START_TEST(two_people_open_the_lock)
{
    struct lost_file stated = {.what = LOST_STATED, .document = "42"};
    struct lost_file agreed = {.what = LOST_AGREED};
    denied(&stated, FIXTURE_RELEASER, "not-locked");
    restored();
    denied(&agreed, FIXTURE_CHECKER, "not-stated");
    denied(&stated, FIXTURE_MAKER, "role");
    denied(&stated, FIXTURE_ADMIN, "role");
    OK(lost(&stated, FIXTURE_RELEASER));
    denied(&agreed, FIXTURE_CHECKER, "other-statement");
    newest_leaf(agreed.statement);
    denied(&agreed, FIXTURE_RELEASER, "role");
    denied(&agreed, FIXTURE_MAKER, "role");
    OK(lost(&agreed, FIXTURE_CHECKER));
    ck_assert_uint_eq(ledger_head(f.l)->locked, 0);
    denied(&agreed, FIXTURE_CHECKER, "not-locked");
}
END_TEST

START_TEST(one_with_both_roles_does_not)
{
    struct lost_file stated = {.what = LOST_STATED, .document = "42"};
    struct lost_file agreed = {.what = LOST_AGREED};
    struct key *both = fixture_key("both");
    fixture_as(&f, FIXTURE_ADMIN);
    OK(fixture_add_operator(&f, "both", both, ROLE_CHECKER | ROLE_RELEASER));
    restored();
    OK(ledger_sign_as(f.l, str_of("both"), both, ROLE_RELEASER, &f.d));
    uint8_t bytes[200];
    struct writer w;
    struct act_text text = {.subject = "lost"};
    writer_init(&w, bytes, sizeof bytes);
    lost_file_write(&stated, &w);
    OK(ledger_act(f.l, KIND_LOST_FILE, writer_str(&w), text, NULL, &f.d));
    newest_leaf(agreed.statement);
    writer_init(&w, bytes, sizeof bytes);
    lost_file_write(&agreed, &w);
    ck_assert_int_eq(ledger_act(f.l, KIND_LOST_FILE, writer_str(&w), text, NULL, &f.d),
                     ST_DENIED);
    ck_assert_str_eq(f.d.code, "same-operator");
    key_free(both);
}
END_TEST

/* ---- whose ids a file has ---- */

#define PERIOD (2026 * 12 + 10) /* 2026-11 */

/* One more person, what the month gives them, and a batch of it. */
static uint32_t batch_of_one(const char *born)
{
    struct fixture_person one = {.born = born, .claim = "2026-03-01"};
    struct run_report run;
    struct batch_request q = {.channel = "bank", .pay_day = 20800};
    struct batch_new_report r;
    fixture_people(&f, &one, 1);
    fixture_as(&f, FIXTURE_MAKER);
    OK(run_execute(f.l, PERIOD, true, false, NULL, &run, &f.d));
    OK(batch_new(f.l, &q, NULL, &r, &f.d));
    return r.number;
}

START_TEST(a_batch_takes_over_only_ids_of_nobody)
{
    struct buf text;
    struct batch_entry b;
    buf_init(&text, 64 * 1024);
    fixture_channel(&f);
    fixture_policy_text("p1", "2026-01-01", "100.00", &text);
    fixture_policy(&f, buf_str(&text));
    buf_release(&text);
    uint32_t old = batch_of_one("19400101");
    restored();
    uint32_t new = batch_of_one("19400102");
    OK(batch_get(ledger_txn(f.l), new, &b, &f.d));
    ck_assert_uint_eq(b.id_epoch, 2);
    struct lost_file x = {.what = LOST_SENT,
                          .sent = {.batch = new,
                                   .format = "pipe-trailer",
                                   .lines = b.lines,
                                   .payments = b.lines,
                                   .total_fen = b.total_fen},
                          .id_epoch = 1,
                          .id_number = old};
    denied(&x, FIXTURE_MAKER, "ids-known"); /* the old batch has them */
    x.id_epoch = 3;
    denied(&x, FIXTURE_MAKER, "ids-known"); /* no epoch yet */
    x.id_epoch = 0;
    denied(&x, FIXTURE_MAKER, "ids-known");
    x.id_epoch = 1;
    x.id_number = 7;
    x.sent.lines++;
    denied(&x, FIXTURE_MAKER, "batch-content");
    x.sent.lines--;
    denied(&x, FIXTURE_CHECKER, "role");
    OK(lost(&x, FIXTURE_MAKER));
    OK(batch_get(ledger_txn(f.l), new, &b, &f.d));
    ck_assert_int_eq(b.state, BATCH_EXPORTED);
    ck_assert_uint_eq(b.id_number, 7);
    denied(&x, FIXTURE_MAKER, "batch-state");
    x.sent.batch = old;
    denied(&x, FIXTURE_MAKER, "ids-known"); /* one that began before has its own */
}
END_TEST

/* ---- bodies ---- */

START_TEST(bodies_there_and_back)
{
    const struct lost_file rows[] = {
        {.what = LOST_SENT,
         .sent = {.batch = 3,
                  .format = "pipe-trailer",
                  .length = 99,
                  .files = 1,
                  .file_number = 1,
                  .lines = 2,
                  .payments = 2,
                  .total_fen = 12345},
         .created_us = 77,
         .id_epoch = 1,
         .id_number = 4},
        {.what = LOST_SENT,
         .sent = {.batch = 3,
                  .format = "ours",
                  .profile = {.there = true,
                              .sha256 = {7},
                              .length = 900,
                              .count = 2,
                              .settings = {{"unit", "0001"}, {"kind", ""}}},
                  .files = 12,
                  .file_number = 3,
                  .lines = 9,
                  .payments = 4},
         .id_epoch = 1,
         .id_number = 4,
         .refusals = 2},
        {.what = LOST_STATED, .document = "42"},
        {.what = LOST_AGREED, .statement = {1, 2, 3}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[400];
        struct writer w;
        struct lost_file x;
        writer_init(&w, bytes, sizeof bytes);
        lost_file_write(&rows[i], &w);
        ck_assert(!w.failed && lost_file_read(writer_str(&w), &x));
        ck_assert_int_eq(memcmp(&x, &rows[i], sizeof x), 0);
        for (size_t n = 0; n < w.len; n++) {
            ck_assert_msg(!lost_file_read(str_make(bytes, n), &x), "row %zu: %zu", i,
                          n);
        }
        for (size_t n = 0; n < w.len; n++) { /* another meaning, or none: no crash */
            bytes[n] ^= 0x41;
            (void)lost_file_read(str_make(bytes, w.len), &x);
            bytes[n] ^= 0x41;
        }
    }
}
END_TEST

START_TEST(origins)
{
    char out[ORIGIN_MAX + 1];
    epoch_origin("almoner/230523/main", 1, out);
    ck_assert_str_eq(out, "almoner/230523/main");
    epoch_origin("almoner/230523/main", 12, out);
    ck_assert_str_eq(out, "almoner/230523/main/e12");
}
END_TEST

Suite *suite_epoch(void);

Suite *suite_epoch(void)
{
    Suite *s = suite_create("epoch");
    TCase *c = tcase_create("epoch");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, epochs_that_are_none);
    tcase_add_test(c, an_epoch_stays_after_reopening);
    tcase_add_test(c, two_people_open_the_lock);
    tcase_add_test(c, one_with_both_roles_does_not);
    tcase_add_test(c, a_batch_takes_over_only_ids_of_nobody);
    tcase_add_test(c, bodies_there_and_back);
    tcase_add_test(c, origins);
    suite_add_tcase(s, c);
    return s;
}
