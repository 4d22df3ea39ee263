/* test_forged.c - if this fails, somebody who holds keys, library and folder can write
 * acts that are signed and add up, and `audit verify` passes them although no file, no
 * fact and no policy covers the money. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "audit/verify.h"
#include "batch/batch.h"
#include "batch/run.h"
#include "entitle/payee.h"
#include "ledger/batch_choice.h"
#include "ledger/export.h"
#include "ledger/line.h"
#include "tests/unit/ledger_fixture.h"

#define PERIOD (2026 * 12 + 10) /* 2026-11 */

static struct fixture f;

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)

/* ---- a small county ---- */

static void policy(const char *id)
{
    struct buf text;
    buf_init(&text, 64 * 1024);
    fixture_policy_text(id, "2026-01-01", "100.00", &text);
    fixture_policy(&f, buf_str(&text));
    buf_release(&text);
}

static void run(void)
{
    struct run_report r;
    fixture_as(&f, FIXTURE_MAKER);
    OK(run_execute(f.l, PERIOD, true, false, NULL, &r, &f.d));
}

/* Three of 86, and what the rules give them. */
static void county(void)
{
    static const struct fixture_person list[] = {
        {.born = "19400101", .claim = "2026-03-01"},
        {.born = "19400102", .claim = "2026-03-01"},
        {.born = "19400103", .claim = "2026-03-01"},
    };
    fixture_make(&f, true);
    fixture_channel(&f);
    ck_assert_uint_eq(fixture_people(&f, list, 3), 1);
    policy("p1");
    run();
}

static void teardown(void)
{
    fixture_remove(&f);
}

static enum status remake(void *ctx, struct ledger *l, const struct export_entry *x,
                          uint8_t sha256[DIGEST_LEN], struct diag *d)
{
    (void)ctx, (void)l, (void)x, (void)sha256;
    return diag_fail(d, ST_INTERNAL, "test", "nothing was exported");
}

static void verified_as(enum status want, const char *label)
{
    struct verify_options o = {.scratch_dir = f.dir, .remake = remake};
    struct verify_report r;
    enum status st = verify_ledger(f.l, &o, &r, &f.d);
    ck_assert_msg(st == want, "%s: status %d: %s", label, (int)st, f.d.what);
    if (want == ST_OK) {
        ck_assert_int_eq(r.correctness, VERDICT_PASS);
    }
}

/* ---- forged acts ---- */

static void add_totals(struct writer *w, const struct head *h)
{
    cbor_put_map(w, 8);
    cbor_pair_uint(w, 1, h->open.number);
    cbor_pair_uint(w, 2, h->open.count[0]);
    for (size_t i = 0; i < 3; i++) {
        cbor_put_uint(w, 3 + i);
        cbor_put_int(w, h->open.fen[i]);
    }
    cbor_pair_uint(w, 6, h->open.count[1]);
    cbor_pair_int(w, 7, h->open.fen[3]);
    cbor_pair_bytes(w, 15, h->last_leaf, DIGEST_LEN);
}

static void sign(enum record_kind kind, const struct writer *w)
{
    struct act_text text = {.subject = "as usual"};
    ck_assert(!w->failed);
    OK(ledger_append_signed(f.l, kind, str_make(w->p, w->len), text, NULL, &f.d));
}

/* A run by the maker alone that gives this person 1,000.00 for the month. */
static enum status grant(uint64_t person)
{
    uint8_t body[BODY_BYTES_MAX];
    struct writer w;
    struct postings p;
    const struct head *h = ledger_head(f.l);
    struct entitlement e = {.run = h->runs + 1,
                            .person = person,
                            .programme = str_of("old-age"),
                            .span_count = 1,
                            .spans = {{.span = {PERIOD, 1, 100000},
                                       .cause = CAUSE_REGULAR,
                                       .policy = 1,
                                       .tier = 1}}};
    const uint64_t start[] = {e.run, PERIOD, h->tree.size, h->confirmed};
    fixture_as(&f, FIXTURE_MAKER);
    OK(ledger_begin(f.l, &f.d));
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 4);
    for (uint64_t key = 1; key <= 4; key++) {
        cbor_pair_uint(&w, key, start[key - 1]);
    }
    sign(KIND_RUN_START, &w);
    enum status st = fold_entitlement(ledger_fold(f.l), &e, &p, &f.d);
    if (st != ST_OK) {
        ledger_abort(f.l);
        return st;
    }
    writer_init(&w, body, sizeof body);
    entitlement_write(&e, &p, &w);
    OK(ledger_append_posted(f.l, KIND_ENTITLEMENT, writer_str(&w), &f.d));
    writer_init(&w, body, sizeof body);
    OK(ledger_settle(f.l, &f.d));
    add_totals(&w, ledger_head(f.l));
    sign(KIND_RUN_END, &w);
    OK(ledger_commit(f.l, &f.d));
    return ST_OK;
}

static void import(enum import_what what, uint64_t person,
                   void (*add)(struct buf *row, uint64_t recorded))
{
    struct fixture_entry entry = {.person = person, .add = add};
    fixture_import(&f, what, &entry, 1);
}

static void add_institution(struct buf *row, uint64_t recorded)
{
    struct fact fact = {.recorded = recorded,
                        .attribute = str_of("credit-code"),
                        .value = str_of("9144030071526726XG"),
                        .effective = DAY_ALWAYS,
                        .until = DAY_NEVER,
                        .amount_fen = -1};
    person_add_fact(row, &fact);
    OK(vault_index(f.l, "9144030071526726XG", ledger_head(f.l)->people + 1, &f.d));
}

static void add_merged(struct buf *row, uint64_t recorded)
{
    struct merging m = {
        .recorded = recorded, .into = true, .other = 1, .document = str_of("x")};
    char id[ID_NUMBER_LEN + 1];
    person_add_merge(row, &m);
    fixture_id("19400102", 2, id);
    OK(vault_index(f.l, id, 1, &f.d));
}

static void add_paid(struct buf *row, uint64_t recorded)
{
    struct paid p = {.recorded = recorded,
                     .programme = str_of("old-age"),
                     .from = PERIOD,
                     .months = 1,
                     .fen = 90000,
                     .paid_on = DAY_NEVER};
    person_add_paid(row, &p, 1);
}

static void add_note(struct buf *row, uint64_t recorded)
{
    person_add_note(row, recorded, str_of("x"));
}

static void add_void(struct buf *row, uint64_t recorded)
{
    struct voiding v = {.recorded = recorded, .entry = 0};
    person_add_void(row, &v);
}

/* ---- granting ---- */

START_TEST(nothing_is_granted_to_institutions)
{
    county();
    import(IMPORT_INSTITUTIONS, 4, add_institution);
    verified_as(ST_OK, "an institution");
    OK(grant(4));
    verified_as(ST_INTEGRITY, "a grant to an institution");
}
END_TEST

START_TEST(nothing_is_granted_beyond_the_rules)
{
    county();
    OK(grant(2));
    verified_as(ST_INTEGRITY, "a grant to somebody");
}
END_TEST

/* ---- entries that their record does not bring ---- */

static const struct entry_row {
    const char *label;
    enum import_what what;
    void (*add)(struct buf *row, uint64_t recorded);
} ENTRIES[] = {
    {"a merge by an import of facts", IMPORT_FACTS, add_merged},
    {"a payment by an import of facts", IMPORT_FACTS, add_paid},
    {"a payment by an import of history", IMPORT_HISTORY, add_paid},
    {"a note by an import of facts", IMPORT_FACTS, add_note},
    {"a void by an import of facts", IMPORT_FACTS, add_void},
    {"a payment by an import of voids", IMPORT_VOIDS, add_paid},
};

START_TEST(entries_come_by_their_records)
{
    const struct entry_row *row = &ENTRIES[_i];
    county();
    import(row->what, 2, row->add);
    verified_as(ST_INTEGRITY, row->label);
}
END_TEST

#define NEXT_IMPORT 4 /* from one record of facts to that of the next import */

static void add_phone(struct buf *row, uint64_t recorded)
{
    struct fact fact = {.recorded = recorded,
                        .attribute = str_of("phone"),
                        .value = str_of("1"),
                        .effective = DAY_ALWAYS,
                        .until = DAY_NEVER,
                        .amount_fen = -1};
    person_add_fact(row, &fact);
}

static void add_folded(struct buf *row, uint64_t recorded)
{
    add_phone(row, recorded);
    add_phone(row, recorded + NEXT_IMPORT);
    add_phone(row, recorded);
}

static void add_nothing(struct buf *row, uint64_t recorded)
{
    (void)row, (void)recorded;
}

/* A record whose entries stand apart would be counted twice, and so make up for one of
 * somebody else's whose entries are gone. */
START_TEST(entries_ascend)
{
    county();
    import(IMPORT_FACTS, 1, add_folded);
    import(IMPORT_FACTS, 1, add_nothing);
    import(IMPORT_FACTS, 2, add_nothing);
    verified_as(ST_INTEGRITY, "out of order");
}
END_TEST

/* ---- who was merged ---- */

static void put_entry(struct vault_row *row, uint64_t other, bool into,
                      uint8_t commitment[DIGEST_LEN])
{
    uint64_t recorded = ledger_head(f.l)->tree.size;
    struct merging m = {.recorded = recorded, .into = into, .other = other};
    person_add_merge(&row->plain, &m);
    vault_commitment(f.l, row, recorded,
                     person_entries_of(buf_str(&row->plain), recorded), commitment);
    OK(vault_row_write(f.l, row, &f.d));
}

/* The record says 2 into 1; the rows what they are told. */
static void merge_2_into_1(uint64_t other_of_2, uint64_t other_of_1)
{
    uint8_t body[BODY_BYTES_MAX];
    uint8_t sha256[2][DIGEST_LEN];
    struct vault_row row;
    struct writer w;
    char id[ID_NUMBER_LEN + 1];
    vault_row_init(&row);
    OK(vault_row_read(f.l, 2, &row, &f.d));
    put_entry(&row, other_of_2, true, sha256[0]);
    OK(vault_row_read(f.l, 1, &row, &f.d));
    put_entry(&row, other_of_1, false, sha256[1]);
    vault_row_release(&row);
    fixture_id("19400102", 2, id);
    OK(vault_index(f.l, id, other_of_2, &f.d));
    const uint64_t values[] = {ledger_head(f.l)->open.number, 1, 2, 1};
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 6);
    for (uint64_t key = 1; key <= 4; key++) {
        cbor_pair_uint(&w, key, values[key - 1]);
    }
    for (uint64_t key = 5; key <= 6; key++) {
        cbor_pair_bytes(&w, key, sha256[key - 5], DIGEST_LEN);
    }
    OK(ledger_append(f.l, KIND_MERGE, writer_str(&w), NULL, &f.d));
}

static void merge(uint64_t other_of_2, uint64_t other_of_1)
{
    fixture_begin_import(&f, IMPORT_MERGES, 1);
    merge_2_into_1(other_of_2, other_of_1);
    fixture_end_import(&f, 1);
}

START_TEST(a_merge_names_the_two)
{
    county();
    merge(_i == 1 ? 3 : 1, _i == 2 ? 3 : 2);
    verified_as(_i == 0 ? ST_OK : ST_INTEGRITY, "a merge");
}
END_TEST

/* Neither grants nor lines are the duplicate's any more, though both would move the
 * kept one's money. */
START_TEST(nothing_new_is_a_duplicates)
{
    struct postings p = {.count = 0};
    struct line_entry line = {.person = 2,
                              .programme = "old-age",
                              .fen = 10000,
                              .span_count = 1,
                              .spans = {{PERIOD, 1, 10000}}};
    struct span s = {PERIOD - 24, 1, 1};
    county();
    merge(1, 2);
    ck_assert_int_eq(grant(2), ST_CONFLICT);
    ck_assert_str_eq(f.d.code, "merged");
    OK(ledger_begin(f.l, &f.d));
    ck_assert_int_eq(
        fold_history(ledger_fold(f.l), 2, str_of("old-age"), &s, 1, &p, &f.d),
        ST_CONFLICT);
    ledger_abort(f.l);
    struct batch_new_report r;
    struct batch_request q = {.channel = "bank", .pay_day = 20800};
    fixture_as(&f, FIXTURE_MAKER);
    OK(batch_new(f.l, &q, NULL, &r, &f.d));
    OK(ledger_begin(f.l, &f.d));
    ck_assert_int_eq(fold_line(ledger_fold(f.l), &line, &p, &f.d), ST_CONFLICT);
    ledger_abort(f.l);
}
END_TEST

/* A batch of one line, the first person's of the month, that says it was limited so. */
static enum status batch_limited(const struct batch_choice *choice)
{
    uint8_t body[BODY_BYTES_MAX];
    uint8_t entry[LINE_BYTES_MAX];
    struct writer w;
    struct chunk chunk;
    struct payees *payees;
    struct payee payee;
    struct batch_entry *b;
    struct line_entry line = {.person = 1,
                              .programme = "old-age",
                              .fen = 10000,
                              .span_count = 1,
                              .spans = {{PERIOD, 1, 10000}}};
    chunk_start(&chunk);
    fixture_as(&f, FIXTURE_MAKER);
    OK(ledger_begin(f.l, &f.d));
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 3 + batch_choice_pairs(choice));
    for (uint64_t key = 1; key <= 3; key++) {
        cbor_pair_uint(&w, key, key == 3 ? 20800 : 1);
    }
    batch_choice_write(choice, &w);
    sign(KIND_BATCH_START, &w);
    OK(payees_open(&payees, f.l, UINT64_MAX, &f.d));
    OK(payees_person(payees, 1, &f.d));
    OK(payees_month(payees, str_of("old-age"), PERIOD, 20800, &payee, &f.d));
    line.route = payee.route->ordinal;
    payees_commitment(payees, &payee, ledger_head(f.l)->tree.size,
                      line.route_commitment);
    payees_close(payees);
    writer_init(&w, entry, sizeof entry);
    line_entry_write(&line, &w);
    enum status st = fold_line(ledger_fold(f.l), &line, &chunk.postings, &f.d);
    if (st != ST_OK) {
        ledger_abort(f.l);
        return st;
    }
    writer_bytes(&chunk.entries, w.p, w.len);
    chunk.count = 1;
    OK(ledger_append_chunk(f.l, KIND_LINES, &chunk, 1, 1, &f.d));
    OK(fold_batch(ledger_fold(f.l), 1, &b, &f.d));
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 5);
    cbor_pair_uint(&w, 1, 1);
    cbor_pair_uint(&w, 2, 1);
    cbor_pair_int(&w, 3, 10000);
    cbor_pair_bytes(&w, 4, b->content, DIGEST_LEN);
    cbor_pair_bytes(&w, 15, ledger_head(f.l)->last_leaf, DIGEST_LEN);
    sign(KIND_BATCH_END, &w);
    OK(ledger_commit(f.l, &f.d));
    return ST_OK;
}

/* Or somebody else's township is paid by a batch that its checker signed for one. */
START_TEST(a_batch_keeps_to_what_it_was_limited_to)
{
    static const struct {
        const char *label, *programme, *unit, *bank;
        enum status want;
    } rows[] = {
        {"no limit", NULL, NULL, "", ST_OK},
        {"its own", "old-age", NULL, "same", ST_OK},
        {"a programme", "welfare", NULL, "", ST_CONFLICT},
        {"a unit", NULL, "230523101", "", ST_INTEGRITY},
        {"a bank", NULL, NULL, "other", ST_INTEGRITY},
    };
    static struct batch_choice c;
    memset(&c, 0, sizeof c);
    c.programme_count = rows[_i].programme != NULL ? 1 : 0;
    c.programmes[0] = str_of(rows[_i].programme != NULL ? rows[_i].programme : "");
    c.unit_count = rows[_i].unit != NULL ? 1 : 0;
    c.units[0] = str_of(rows[_i].unit != NULL ? rows[_i].unit : "");
    c.bank = str_of(rows[_i].bank);
    county();
    if (batch_limited(&c) != ST_OK) { /* what the fold can see, it refuses */
        ck_assert_int_eq(rows[_i].want, ST_CONFLICT);
        ck_assert_str_eq(f.d.code, "batch-choice");
        return;
    }
    verified_as(rows[_i].want, rows[_i].label);
}
END_TEST

/* ---- words ---- */

/* Whoever signs elsewhere reads subject, count and total: others than the batch's would
 * make them sign for more than they saw. */
START_TEST(a_batch_is_signed_for_what_it_is)
{
    static const struct {
        const char *subject;
        uint64_t more;
        int64_t more_fen;
        enum status want;
    } rows[] = {
        {"batch 1: submit", 0, 0, ST_OK},       {"batch 1: approve", 0, 0, ST_CONFLICT},
        {"batch 2: submit", 0, 0, ST_CONFLICT}, {"batch 1: submit ", 0, 0, ST_CONFLICT},
        {"batch 1: submit", 1, 0, ST_CONFLICT}, {"batch 1: submit", 0, -1, ST_CONFLICT},
    };
    uint8_t bytes[200];
    struct batch_new_report r;
    struct batch_entry b;
    struct writer w;
    struct batch_request q = {.channel = "bank", .pay_day = 20800};
    county();
    OK(batch_new(f.l, &q, NULL, &r, &f.d));
    OK(batch_get(ledger_txn(f.l), 1, &b, &f.d));
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 5);
    cbor_pair_uint(&w, 1, 1);
    cbor_pair_uint(&w, 2, STEP_SUBMIT);
    cbor_pair_bytes(&w, 3, b.content, DIGEST_LEN);
    cbor_pair_uint(&w, 4, b.lines);
    cbor_pair_int(&w, 5, b.total_fen);
    struct act_text text = {.subject = rows[_i].subject,
                            .count = b.lines + rows[_i].more,
                            .total_fen = b.total_fen + rows[_i].more_fen};
    enum status st = ledger_act(f.l, KIND_BATCH_SIGN, writer_str(&w), text, NULL, &f.d);
    ck_assert_msg(st == rows[_i].want, "row %d: %s", _i, f.d.what);
    ck_assert(st == ST_OK || strcmp(f.d.code, "signed-words") == 0);
}
END_TEST

/* Else a record that others refuse would be taken here. */
START_TEST(zero_is_not_written_out)
{
    static const uint8_t sha256[DIGEST_LEN];
    uint8_t bytes[100];
    struct writer w;
    struct answer_start a;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 6);
    cbor_pair_uint(&w, 1, 1);
    cbor_pair_text(&w, 2, str_of("x"));
    cbor_pair_bytes(&w, 3, sha256, DIGEST_LEN);
    for (uint64_t key = 4; key <= 5; key++) {
        cbor_pair_uint(&w, key, 1);
    }
    cbor_pair_uint(&w, 8, (uint64_t)_i);
    ck_assert(answer_start_read(writer_str(&w), &a) == (_i == 1));
}
END_TEST

/* ---- many programmes ---- */

/* A transaction is not bounded by how many programmes it touches. */
START_TEST(any_number_of_programmes)
{
    static const struct fixture_person one = {.born = "19400101"};
    fixture_make(&f, true);
    for (int i = 0; i < 8; i++) {
        fixture_people(&f, &one, 1);
    }
    fixture_as(&f, FIXTURE_CHECKER);
    OK(ledger_begin(f.l, &f.d));
    for (uint64_t i = 0; i < 80; i++) {
        struct postings p = {.count = 0};
        struct span s = {24000, 1, 100};
        char code[20];
        snprintf(code, sizeof code, "p%u", (unsigned)i);
        OK(fold_history(ledger_fold(f.l), 1 + i / 10, str_of(code), &s, 1, &p, &f.d));
    }
    ledger_abort(f.l);
}
END_TEST

Suite *suite_forged(void);

Suite *suite_forged(void)
{
    Suite *s = suite_create("forged");
    TCase *t = tcase_create("forged");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, nothing_is_granted_to_institutions);
    tcase_add_test(t, nothing_is_granted_beyond_the_rules);
    tcase_add_loop_test(t, entries_come_by_their_records, 0,
                        (int)(sizeof ENTRIES / sizeof ENTRIES[0]));
    tcase_add_test(t, entries_ascend);
    tcase_add_loop_test(t, a_merge_names_the_two, 0, 3);
    tcase_add_test(t, nothing_new_is_a_duplicates);
    tcase_add_loop_test(t, a_batch_keeps_to_what_it_was_limited_to, 0, 5);
    tcase_add_loop_test(t, a_batch_is_signed_for_what_it_is, 0, 6);
    tcase_add_loop_test(t, zero_is_not_written_out, 0, 2);
    tcase_add_test(t, any_number_of_programmes);
    suite_add_tcase(s, t);
    return s;
}
