/* test_checks.c - what the program itself never makes: a month twice in a batch, an ID
 * number that is none; and the form of what a signature says was warned of. If this
 * fails, a damaged or forged batch is signed without a word. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "batch/batch.h"
#include "batch/checks.h"
#include "batch/past.h"
#include "batch/run.h"
#include "ledger/cbor.h"
#include "ledger/line.h"
#include "tests/unit/ledger_fixture.h"

static struct fixture f;

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)

static void county(void)
{
    static const struct fixture_person list[] = {
        {.born = "19400101", .claim = "2026-03-01"},
        {.born = "19400102", .claim = "2026-03-01"},
        {.born = "19400103", .claim = "2026-03-01"},
    };
    struct buf text;
    struct run_report r;
    fixture_make(&f, true);
    fixture_channel(&f);
    ck_assert_uint_eq(fixture_people(&f, list, 3), 1);
    buf_init(&text, 65536);
    fixture_policy_text("p1", "2026-01-01", "100.00", &text);
    fixture_policy(&f, buf_str(&text));
    buf_release(&text);
    fixture_as(&f, FIXTURE_MAKER);
    OK(run_execute(f.l, 2026 * 12 + 10, true, false, NULL, &r, &f.d));
}

static void teardown(void)
{
    fixture_remove(&f);
}

static uint32_t batch(void)
{
    struct batch_new_report r;
    struct batch_request q = {.channel = "bank", .pay_day = 20800};
    fixture_as(&f, FIXTURE_MAKER);
    OK(batch_new(f.l, &q, NULL, &r, &f.d));
    ck_assert_uint_eq(r.lines, 3);
    return r.number;
}

static struct check_row last; /* of the newest check */
static enum status keep(void *ctx, const struct check_row *x, struct diag *d)
{
    (void)d;
    if (x->what == *(const enum check *)ctx) {
        last = *x;
    }
    return ST_OK;
}

/* With the rows, by one thread; then without them, by two: both find the same. */
static uint64_t rows(enum check what, struct checks_report *r)
{
    struct check_sink sink = {keep, &what};
    struct check_sink none = {NULL, NULL};
    struct checks_report halves;
    memset(&last, 0, sizeof last);
    OK(checks_run(f.l, 1, sink, NULL, r, &f.d));
    OK(checks_run(f.l, 1, none, NULL, &halves, &f.d));
    ck_assert_uint_eq(r->blocking, halves.blocking);
    ck_assert_uint_eq(r->warning, halves.warning);
    for (int i = 0; i < CHECK_KINDS; i++) {
        const struct check_result *one = &r->results[i];
        const struct check_result *two = &halves.results[i];
        ck_assert_uint_eq(one->rows, two->rows);
        ck_assert_int_eq(one->fen, two->fen);
        for (size_t n = 0; n < CHECK_FIRST; n++) {
            ck_assert_uint_eq(one->first[n].line, two->first[n].line);
            ck_assert_uint_eq(one->first[n].person, two->first[n].person);
        }
    }
    return r->results[what].rows;
}

START_TEST(a_month_twice)
{
    struct checks_report r;
    struct line_entry x;
    uint8_t key[8];
    uint8_t row[LINE_BYTES_MAX];
    struct writer w;
    county();
    batch();
    ck_assert_uint_eq(rows(CHECK_DUPLICATE_PAYEE, &r), 0);
    ck_assert_uint_eq(r.blocking, 0);
    OK(line_get(ledger_txn(f.l), 1, 1, &x, &f.d));
    line_key(1, 2, key);
    writer_init(&w, row, sizeof row);
    line_write(&x, &w);
    OK(ledger_begin(f.l, &f.d));
    OK(store_put(ledger_txn(f.l), TABLE_LINES, str_make(key, 8), writer_str(&w), &f.d));
    ck_assert_uint_eq(rows(CHECK_DUPLICATE_PAYEE, &r), 1);
    ck_assert_uint_eq(r.blocking, 1);
    ck_assert_uint_eq(last.line, 2);
    ck_assert_uint_eq(last.other, 1);
    /* Other months of the same person are no duplicate. */
    x.span_count = 1;
    x.spans[0].from += 1000;
    writer_init(&w, row, sizeof row);
    line_write(&x, &w);
    OK(store_put(ledger_txn(f.l), TABLE_LINES, str_make(key, 8), writer_str(&w), &f.d));
    ck_assert_uint_eq(rows(CHECK_DUPLICATE_PAYEE, &r), 0);
    ledger_abort(f.l);
}
END_TEST

/* The check character is wrong: no import takes it. */
static void add_bad_id(struct buf *row, uint64_t recorded)
{
    struct fact bad = {.recorded = recorded,
                       .attribute = str_of("id_number"),
                       .value = str_of("230523194001020011"),
                       .effective = 20000,
                       .until = DAY_NEVER,
                       .amount_fen = -1};
    person_add_fact(row, &bad);
}

START_TEST(an_id_number_that_is_none)
{
    struct checks_report r;
    struct fixture_entry e = {.person = 2, .add = add_bad_id};
    county();
    batch();
    ck_assert_uint_eq(rows(CHECK_INVALID_ID, &r), 0);
    ck_assert(!checks_warned(&r));
    fixture_import(&f, IMPORT_FACTS, &e, 1);
    ck_assert_uint_eq(rows(CHECK_INVALID_ID, &r), 1);
    ck_assert_uint_eq(last.person, 2);
    ck_assert(checks_warned(&r));
}
END_TEST

/* The first and the last of a batch, whom different threads look at. */
START_TEST(an_account_of_two)
{
    static const struct fixture_person list[] = {
        {.born = "19400104", .claim = "2026-03-01", .account = "6217000000000000001"},
        {.born = "19400105", .claim = "2026-03-01"},
        {.born = "19400106", .claim = "2026-03-01", .account = "6217000000000000001"},
    };
    struct checks_report r;
    struct run_report run;
    struct batch_new_report new;
    struct batch_request q = {.channel = "bank", .pay_day = 20800};
    county();
    fixture_people(&f, list, 3);
    fixture_as(&f, FIXTURE_MAKER);
    OK(run_execute(f.l, 2026 * 12 + 10, true, false, NULL, &run, &f.d));
    OK(batch_new(f.l, &q, NULL, &new, &f.d));
    ck_assert_uint_eq(new.lines, 6);
    ck_assert_uint_eq(rows(CHECK_DUPLICATE_ACCOUNT, &r), 2);
    ck_assert_uint_eq(r.results[CHECK_DUPLICATE_ACCOUNT].first[0].line, 4);
    ck_assert_uint_eq(r.results[CHECK_DUPLICATE_ACCOUNT].first[1].line, 6);
    ck_assert_uint_eq(rows(CHECK_INVALID_ACCOUNT, &r), 2);
}
END_TEST

/* People are asked for in order; who is in none costs nothing to the next. */
START_TEST(lines_of_earlier_batches)
{
    struct past p;
    struct line_entry x;
    bool found;
    county();
    batch();
    OK(past_open(&p, ledger_txn(f.l), 2, past_is_waiting, &f.d));
    ck_assert_uint_eq(p.count, 1);
    for (uint64_t person = 0; person < 6; person++) {
        OK(past_find(&p, person, NULL, 1U << LINE_OPEN, &x, &found, &f.d));
        ck_assert_int_eq(found, person >= 1 && person <= 3);
        ck_assert(!found || x.person == person);
    }
    past_release(&p);
    OK(past_open(&p, ledger_txn(f.l), 2, past_is_waiting, &f.d));
    OK(past_find(&p, 3, NULL, 1U << LINE_OPEN, &x, &found, &f.d));
    ck_assert(found);
    OK(past_find(&p, 3, "another", 1U << LINE_OPEN, &x, &found, &f.d));
    ck_assert(!found);
    OK(past_find(&p, 3, NULL, 1U << LINE_PAID, &x, &found, &f.d));
    ck_assert(!found);
    past_release(&p);
    OK(past_open(&p, ledger_txn(f.l), 1, past_is_meant, &f.d));
    ck_assert_uint_eq(p.count, 0);
    past_release(&p);
}
END_TEST

static bool any_batch(const struct batch_entry *b)
{
    return b->lines > 0;
}

static void withdrawn(uint32_t number, enum withdraw_what what, const uint32_t *line)
{
    struct batch_withdraw_report r;
    struct batch_withdraw_request q = {.batch = number,
                                       .what = what,
                                       .reason = "slip",
                                       .lines = line,
                                       .count = line == NULL ? 0 : 1};
    OK(batch_withdraw(f.l, &q, NULL, &r, &f.d));
}

/* A county with a batch for each bank and township makes sixty in some months. */
START_TEST(many_batches_between)
{
    struct past p;
    struct line_entry x;
    bool found;
    const uint32_t first = 1;
    struct batch_new_report r;
    struct batch_request q = {.channel = "bank", .pay_day = 20800};
    county();
    withdrawn(batch(), WITHDRAW_DROP, &first);
    for (int i = 0; i < 70; i++) {
        OK(batch_new(f.l, &q, NULL, &r, &f.d));
        withdrawn(r.number, WITHDRAW_CANCEL, NULL);
    }
    OK(past_open(&p, ledger_txn(f.l), r.number + 1, any_batch, &f.d));
    ck_assert_uint_eq(p.count, 71);
    OK(past_find(&p, 1, NULL, 1U << LINE_OPEN, &x, &found, &f.d));
    ck_assert(!found);
    OK(past_find(&p, 3, NULL, 1U << LINE_OPEN, &x, &found, &f.d));
    ck_assert(found && x.batch == 1 && x.person == 3);
    past_release(&p);
}
END_TEST

/* ---- what a signature says ---- */

struct warned {
    const char *label;
    enum batch_step step;
    int count; /* pairs said; -1: key 6 is left out */
    const char *names[3];
    uint64_t rows;
    enum status want;
};
static const struct warned WARNED[] = {
    {"none", STEP_SUBMIT, -1, {NULL}, 0, ST_OK},
    {"one", STEP_SUBMIT, 1, {"dead"}, 3, ST_OK},
    {"two", STEP_SUBMIT, 2, {"dead", "stopped"}, 3, ST_OK},
    {"a prefix first", STEP_SUBMIT, 2, {"dead", "dead-2"}, 3, ST_OK},
    {"a check of later", STEP_SUBMIT, 1, {"zz_9"}, 1, ST_OK},
    {"empty", STEP_SUBMIT, 0, {NULL}, 0, ST_INTEGRITY},
    {"not ascending", STEP_SUBMIT, 2, {"stopped", "dead"}, 3, ST_INTEGRITY},
    {"twice", STEP_SUBMIT, 2, {"dead", "dead"}, 3, ST_INTEGRITY},
    {"no rows", STEP_SUBMIT, 1, {"dead"}, 0, ST_INTEGRITY},
    {"too many rows", STEP_SUBMIT, 1, {"dead"}, UINT64_C(1) << 32, ST_INTEGRITY},
    {"no name", STEP_SUBMIT, 1, {""}, 3, ST_INTEGRITY},
    {"a name in capitals", STEP_SUBMIT, 1, {"Dead"}, 3, ST_INTEGRITY},
    {"of an approval", STEP_APPROVE, 1, {"dead"}, 3, ST_INTEGRITY},
};

static enum status sign(const struct warned *x, size_t cut)
{
    uint8_t bytes[300];
    struct batch_entry b;
    struct writer w;
    char subject[60];
    OK(batch_get(ledger_txn(f.l), 1, &b, &f.d));
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, x->count < 0 ? 5 : 6);
    cbor_pair_uint(&w, 1, 1);
    cbor_pair_uint(&w, 2, (uint64_t)x->step);
    cbor_pair_bytes(&w, 3, b.content, DIGEST_LEN);
    cbor_pair_uint(&w, 4, b.lines);
    cbor_pair_int(&w, 5, b.total_fen);
    if (x->count >= 0) {
        cbor_put_uint(&w, 6);
        cbor_put_array(&w, (uint64_t)x->count);
    }
    for (int i = 0; i < x->count; i++) {
        cbor_put_array(&w, 2 - cut);
        cbor_put_text(&w, str_of(x->names[i]));
        if (cut == 0) {
            cbor_put_uint(&w, x->rows);
        }
    }
    must(!w.failed);
    (void)snprintf(subject, sizeof subject, "batch 1: %s", batch_step_name(x->step));
    struct act_text text = {
        .subject = subject, .count = b.lines, .total_fen = b.total_fen};
    return ledger_act(f.l, KIND_BATCH_SIGN, writer_str(&w), text, NULL, &f.d);
}

START_TEST(warnings_in_their_form)
{
    const struct warned *x = &WARNED[_i];
    county();
    batch();
    if (x->step == STEP_APPROVE) {
        OK(sign(&WARNED[0], 0));
        fixture_as(&f, FIXTURE_CHECKER);
    }
    if (x->count > 0) {
        ck_assert_int_ne(sign(x, 1), ST_OK); /* a pair without its number */
    }
    enum status st = sign(x, 0);
    ck_assert_msg(st == x->want, "%s: %d %s", x->label, (int)st, f.d.what);
}
END_TEST

/* What the checks write is what the ledger takes. */
START_TEST(what_was_warned_of_is_signed)
{
    struct checks_report r;
    struct batch_entry b;
    county();
    batch();
    (void)rows(CHECK_DEAD, &r);
    for (int i = 0; i < CHECK_KINDS; i++) {
        r.results[i].level = CHECK_WARN;
        r.results[i].rows = UINT32_MAX;
    }
    r.warning = CHECK_KINDS;
    OK(batch_sign_checked(f.l, 1, STEP_SUBMIT, &r, &f.d));
    OK(batch_get(ledger_txn(f.l), 1, &b, &f.d));
    ck_assert_int_eq(b.state, BATCH_SUBMITTED);
}
END_TEST

START_TEST(names_ascend)
{
    for (int i = 0; i < CHECK_KINDS; i++) {
        const char *name = checks_name((enum check)i);
        ck_assert_int_eq(checks_find(str_of(name)), i);
        ck_assert(i == 0 || strcmp(checks_name((enum check)(i - 1)), name) < 0);
    }
    ck_assert_int_eq(checks_find(str_of("dying")), CHECK_KINDS);
}
END_TEST

Suite *suite_checks(void);

Suite *suite_checks(void)
{
    Suite *s = suite_create("checks");
    TCase *t = tcase_create("checks");
    TCase *plain = tcase_create("names");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, a_month_twice);
    tcase_add_test(t, an_id_number_that_is_none);
    tcase_add_test(t, an_account_of_two);
    tcase_add_test(t, lines_of_earlier_batches);
    tcase_add_test(t, many_batches_between);
    tcase_add_loop_test(t, warnings_in_their_form, 0,
                        (int)(sizeof WARNED / sizeof WARNED[0]));
    tcase_add_test(t, what_was_warned_of_is_signed);
    suite_add_tcase(s, t);
    tcase_add_test(plain, names_ascend);
    suite_add_tcase(s, plain);
    return s;
}
