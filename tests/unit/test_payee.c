/* test_payee.c - to whom a month is paid: which route counts, which holds the payment,
 * and the form of a line that is paid to another row. Institutions, deaths and holds
 * through the program: tests/cli/payees.sh and institutions.sh. */
#include "entitle/payee.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "audit/verify.h"
#include "batch/run.h"
#include "ledger/line.h"
#include "ledger/money.h"
#include "tests/unit/ledger_fixture.h"

Suite *suite_payee(void);

#define OWN ""
#define ROUTES 3

struct case_route {
    const char *programme; /* NULL: no more */
    const char *relation;
    int from, until; /* days; until 0: open */
};

/* On day 100, for the programme c. */
static const struct {
    const char *label;
    struct case_route routes[ROUTES];
    enum payee_answer answer;
    int which; /* of the routes */
} CASES[] = {
    {"nothing", {{NULL, NULL, 0, 0}}, PAYEE_NO_ROUTE, -1},
    {"own", {{"", OWN, 1, 0}}, PAYEE_PAID, 0},
    {"not yet", {{"", OWN, 101, 0}}, PAYEE_NO_ROUTE, -1},
    {"its last day", {{"", OWN, 1, 100}}, PAYEE_PAID, 0},
    {"own, ended", {{"", OWN, 1, 99}}, PAYEE_NO_ROUTE, -1},
    {"no older one comes back",
     {{"", OWN, 1, 0}, {"", OWN, 50, 99}},
     PAYEE_NO_ROUTE,
     -1},
    {"the latest", {{"", OWN, 50, 0}, {"", OWN, 1, 0}}, PAYEE_PAID, 0},
    {"the last of a day", {{"", OWN, 50, 0}, {"", OWN, 50, 0}}, PAYEE_PAID, 1},
    {"of the programme", {{"c", OWN, 1, 0}, {"", OWN, 50, 0}}, PAYEE_PAID, 0},
    {"of another programme", {{"d", OWN, 1, 0}}, PAYEE_NO_ROUTE, -1},
    {"own of the programme, ended",
     {{"c", OWN, 1, 99}, {"", OWN, 1, 0}},
     PAYEE_PAID,
     1},
    {"agent", {{"", "代领人", 1, 100}}, PAYEE_PAID, 0},
    {"agent, ended", {{"", "代领人", 1, 99}}, PAYEE_EXPIRED, 0},
    {"guardian, ended", {{"", OWN, 1, 0}, {"", "监护人", 2, 99}}, PAYEE_EXPIRED, 1},
    {"head, ended", {{"", "户主", 1, 99}}, PAYEE_EXPIRED, 0},
    {"guardian without an end", {{"", "监护人", 1, 0}}, PAYEE_PAID, 0},
    {"agent, then own", {{"", "代领人", 1, 60}, {"", OWN, 61, 0}}, PAYEE_PAID, 1},
    {"own replaces the agent",
     {{"", "代领人", 1, 60}, {"", OWN, 40, 0}},
     PAYEE_PAID,
     1},
    {"agent of the programme, ended",
     {{"c", "代领人", 1, 60}, {"", OWN, 1, 0}},
     PAYEE_EXPIRED,
     0},
    {"for all since before the end",
     {{"c", "代领人", 1, 60}, {"", OWN, 60, 0}},
     PAYEE_EXPIRED,
     0},
    {"for all since the end",
     {{"c", "代领人", 1, 60}, {"", OWN, 61, 0}},
     PAYEE_PAID,
     1},
    {"both ended", {{"c", "代领人", 1, 60}, {"", "监护人", 61, 99}}, PAYEE_EXPIRED, 0},
    {"own of the programme, then an agent for all, ended",
     {{"c", OWN, 1, 60}, {"", "代领人", 1, 99}},
     PAYEE_EXPIRED,
     1},
};

// An agent who may no longer be paid must not be, nor the account before in silence.
START_TEST(routes)
{
    struct person *p = calloc(1, sizeof *p);
    struct payee got;
    ck_assert_ptr_nonnull(p);
    for (size_t i = 0; i < ROUTES && CASES[_i].routes[i].programme != NULL; i++) {
        const struct case_route *r = &CASES[_i].routes[i];
        p->routes[p->route_count++] = (struct route){
            .ordinal = (uint32_t)i,
            .programme = str_of(r->programme),
            .relation = str_of(r->relation),
            .effective = r->from,
            .until = r->until == 0 ? DAY_NEVER : r->until,
        };
    }
    payee_route_on(p, str_of("c"), 100, &got);
    ck_assert_msg(got.answer == CASES[_i].answer, "%s: %d", CASES[_i].label,
                  (int)got.answer);
    const struct route *want = CASES[_i].which < 0 ? NULL : &p->routes[CASES[_i].which];
    ck_assert_msg(got.route == want, "%s: another route", CASES[_i].label);
    ck_assert_msg(got.answer != PAYEE_EXPIRED || got.until == want->until, "%s",
                  CASES[_i].label);
    free(p);
}
END_TEST

/* ---- the form of lines ---- */

static void make_line(struct line_entry *line, uint64_t payee)
{
    memset(line, 0, sizeof *line);
    line->state = LINE_OPEN;
    line->person = 7;
    line->payee = payee;
    line->route = 3;
    line->fen = 200;
    memset(line->route_commitment, 0x5a, DIGEST_LEN);
    ck_assert(str_copy(str_of("care"), line->programme, sizeof line->programme));
    line->span_count = 1;
    line->spans[0] = (struct span){24300, 2, 100};
}

static bool same_line(const struct line_entry *a, const struct line_entry *b)
{
    return a->person == b->person && a->payee == b->payee && a->route == b->route &&
           a->fen == b->fen && a->span_count == b->span_count &&
           memcmp(a->spans, b->spans, sizeof a->spans[0]) == 0;
}

// A line of one's own keeps its six items; another's row is the seventh.
START_TEST(lines)
{
    static const struct {
        uint64_t payee;
        bool good;
        uint8_t head;
    } rows[] = {
        {0, true, 0x86}, {9, true, 0x87}, {1000000, true, 0x87}, {7, false, 0x87}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct line_entry line;
        struct line_entry back;
        uint8_t bytes[LINE_BYTES_MAX];
        struct writer w;
        struct reader r;
        uint64_t payee = 0;
        make_line(&line, rows[i].payee);
        writer_init(&w, bytes, sizeof bytes);
        line_entry_write(&line, &w);
        ck_assert_uint_eq(bytes[0], rows[i].head);
        reader_init(&r, bytes, w.len);
        ck_assert(line_entry_read(&r, &back) == rows[i].good);
        ck_assert(!rows[i].good || (reader_done(&r) && same_line(&line, &back)));
        for (size_t n = 0; n < w.len; n++) {
            reader_init(&r, bytes, n);
            ck_assert(!line_entry_read(&r, &back));
        }
        writer_init(&w, bytes, sizeof bytes);
        line_write(&line, &w);
        ck_assert(line_read(writer_str(&w), 1, 1, &back) == rows[i].good);
        ck_assert(!rows[i].good || same_line(&line, &back));
        ck_assert(line_payee(writer_str(&w), &payee));
        ck_assert_uint_eq(payee, rows[i].payee == 0 ? 7 : rows[i].payee);
        for (size_t n = 0; rows[i].good && n < w.len; n++) { /* the payee is the end */
            bool own = rows[i].payee != 0 && n + (rows[i].payee > 127 ? 3 : 1) == w.len;
            ck_assert(line_read(str_make(bytes, n), 1, 1, &back) == own);
            ck_assert(line_payee(str_make(bytes, n), &payee) == own);
        }
    }
}
END_TEST

static struct fixture F;

// A line to a row that nobody has would be paid to no one.
START_TEST(unknown_payee)
{
    struct line_entry line;
    struct postings p = {.count = 0};
    struct diag d = {0};
    fixture_make(&F, true);
    fixture_as(&F, FIXTURE_MAKER);
    for (uint64_t payee = 7; payee <= 9;
         payee += 2) { /* the person's own, an unknown */
        make_line(&line, payee);
        ck_assert_int_eq(ledger_begin(F.l, &d), ST_OK);
        ck_assert_int_ne(fold_line(ledger_fold(F.l), &line, &p, &d), ST_OK);
        ck_assert_str_eq(d.code, "unknown-payee");
        ledger_abort(F.l);
    }
    fixture_remove(&F);
}
END_TEST

/* ---- a line to somebody else's account ---- */

#define MARCH (2026 * 12 + 2)

static void ok(enum status st)
{
    ck_assert_msg(st == ST_OK, "%s: %s", F.d.code, F.d.what);
}

/* Two people with dues since March. */
static void people_with_dues(void)
{
    static const struct fixture_person two[2] = {
        {.born = "19400101", .claim = "2026-03-01"},
        {.born = "19400101", .claim = "2026-03-01"},
    };
    struct buf text;
    struct run_report r;
    fixture_make(&F, true);
    ck_assert_uint_eq(fixture_people(&F, two, 2), 1);
    buf_init(&text, 64 * 1024);
    fixture_policy_text("one", "2026-01-01", "100.00", &text);
    fixture_policy(&F, buf_str(&text));
    buf_release(&text);
    fixture_as(&F, FIXTURE_MAKER);
    ok(run_execute(F.l, MARCH, true, false, NULL, &r, &F.d));
}

static void commit_to(uint64_t number, struct line_entry *line)
{
    struct vault_row row;
    struct route route;
    uint8_t bytes[ROUTE_BYTES_MAX];
    struct writer w;
    vault_row_init(&row);
    ok(vault_row_read(F.l, number, &row, &F.d));
    while (!person_route_find(buf_str(&row.plain), line->route, &route)) {
        ck_assert_uint_lt(line->route++, 20);
    }
    writer_init(&w, bytes, sizeof bytes);
    person_route_bytes(&route, &w);
    vault_commitment(F.l, &row, ledger_head(F.l)->tree.size, writer_str(&w),
                     line->route_commitment);
    vault_row_release(&row);
}

static void append(enum record_kind kind, const struct writer *w)
{
    struct act_text text = {.subject = "test"};
    ok(ledger_append_signed(F.l, kind, writer_str(w), text, NULL, &F.d));
}

static void add_line(struct chunk *c, uint64_t person, uint64_t payee,
                     uint64_t committed)
{
    struct line_entry line;
    make_line(&line, payee);
    line.line = (uint32_t)c->count + 1;
    line.person = person;
    line.route = 0;
    line.fen = 10000;
    line.spans[0] = (struct span){MARCH, 1, 10000};
    ck_assert(str_copy(str_of("old-age"), line.programme, sizeof line.programme));
    commit_to(committed, &line);
    line_entry_write(&line, &c->entries);
    ok(fold_line(ledger_fold(F.l), &line, &c->postings, &F.d));
    c->count++;
}

/* A batch with the first person's dues of March, put together by hand. */
static void make_batch(uint32_t channel, uint64_t payee, uint64_t committed)
{
    struct batch_entry *b;
    struct chunk c;
    uint8_t bytes[LINE_BYTES_MAX];
    struct writer w;
    fixture_as(&F, FIXTURE_MAKER);
    ok(ledger_begin(F.l, &F.d));
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 3);
    const int64_t start[] = {1, 1, 2, channel, 3, 20800};
    for (size_t i = 0; i < 6; i++) {
        cbor_put_int(&w, start[i]);
    }
    append(KIND_BATCH_START, &w);
    chunk_start(&c);
    add_line(&c, 1, payee, committed);
    uint64_t count = c.count;
    ok(ledger_append_chunk(F.l, KIND_LINES, &c, 1, 1, &F.d));
    ok(fold_batch(ledger_fold(F.l), 1, &b, &F.d));
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 5);
    const int64_t sums[] = {1, 1, 2, (int64_t)count, 3, 10000 * (int64_t)count};
    for (size_t i = 0; i < 6; i++) {
        cbor_put_int(&w, sums[i]);
    }
    cbor_pair_bytes(&w, 4, b->content, DIGEST_LEN);
    cbor_pair_bytes(&w, 15, ledger_head(F.l)->last_leaf, DIGEST_LEN);
    append(KIND_BATCH_END, &w);
    ok(ledger_commit(F.l, &F.d));
}

// A maker's program that pays into another's account is found out by `audit verify`.
START_TEST(wrong_payee)
{
    static const struct {
        uint64_t payee, committed;
        enum verdict verdict;
    } rows[] = {{0, 1, VERDICT_PASS}, {2, 2, VERDICT_FAIL}, {0, 2, VERDICT_FAIL}};
    struct verify_report r;
    people_with_dues();
    struct verify_options o = {.scratch_dir = F.dir};
    make_batch(fixture_channel(&F), rows[_i].payee, rows[_i].committed);
    enum status st = verify_ledger(F.l, &o, &r, &F.d);
    ck_assert_msg(r.correctness == rows[_i].verdict, "%d: %s", _i, r.bad_what);
    ck_assert_int_eq(st, rows[_i].verdict == VERDICT_PASS ? ST_OK : ST_INTEGRITY);
    if (rows[_i].verdict == VERDICT_FAIL) {
        ck_assert_ptr_nonnull(strstr(r.bad_what, "account on file"));
    }
    fixture_remove(&F);
}
END_TEST

Suite *suite_payee(void)
{
    Suite *s = suite_create("payee");
    TCase *c = tcase_create("payee");
    tcase_add_loop_test(c, routes, 0, (int)(sizeof CASES / sizeof CASES[0]));
    tcase_add_test(c, lines);
    tcase_add_test(c, unknown_payee);
    tcase_add_loop_test(c, wrong_payee, 0, 3);
    suite_add_tcase(s, c);
    return s;
}
