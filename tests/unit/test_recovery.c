/* test_recovery.c - if this fails, an overpayment is asked for twice or not at all,
 * dues are kept beyond the policy's share, or somebody decides alone. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch/batch.h"
#include "batch/recover.h"
#include "batch/run.h"
#include "ledger/body.h"
#include "ledger_fixture.h"

Suite *suite_recovery(void);

#define OK(call) ck_assert_msg((call) == ST_OK, "%s: %s", f.d.code, f.d.what)
#define MONTH(n) month_make(2026, n)

static struct fixture f;
static struct account *account;

/* ---- bodies: every truncation, every byte changed ---- */

static const struct recovery_terms TERMS = {
    .number = 7,
    .person = 3,
    .programme = "old-age",
    .months = {2, {{24317, 2, 5000}, {24320, 1, 10001}}},
    .method = RECOVERY_PLAN,
    .document = "宝民追〔2026〕3号",
    .served = 20600,
    .monthly_fen = 10000,
    .plan_months = 3,
    .replaces = 6,
};

static void write_terms(struct writer *w)
{
    recovery_terms_write(&TERMS, w);
}

static bool read_terms(struct str s, struct writer *again)
{
    struct recovery_terms t;
    bool ok = recovery_terms_read(s, &t);
    if (ok && again != NULL) {
        recovery_terms_write(&t, again);
    }
    return ok;
}

static const struct set_off SET_OFF = {
    .run = 1,
    .person = 3,
    .recovery = 7,
    .programme = "old-age",
    .owed = {1, {{24317, 1, 5000}}},
    .due_count = 2,
    .due = {{{24322, 1, 3000}, 5000}, {{24323, 1, 2000}, 10000}},
    .previous = 99,
};

static void write_set_off(struct writer *w)
{
    struct postings p = {1, {{"old-age", ACCOUNT_DUE, ACCOUNT_SET_OFF, 5000}}};
    set_off_write(&SET_OFF, &p, w);
}

static bool read_set_off(struct str s, struct writer *again)
{
    static struct set_off x;
    static struct postings p;
    bool ok = set_off_read(s, &x, &p);
    if (ok && again != NULL) {
        set_off_write(&x, &p, again);
    }
    return ok;
}

static void write_confirm(struct writer *w)
{
    struct recovery_confirm c = {
        .number = 7, .postings = {1, {{"c", ACCOUNT_WAIVED, ACCOUNT_RECEIVABLE, 1}}}};
    recovery_confirm_write(&c, w);
}

static bool read_confirm(struct str s, struct writer *again)
{
    static struct recovery_confirm c;
    bool ok = recovery_confirm_read(s, &c);
    if (ok && again != NULL) {
        recovery_confirm_write(&c, again);
    }
    return ok;
}

static void write_repayment(struct writer *w)
{
    struct repayment r = {.recovery = 7,
                          .person = 3,
                          .received = 20601,
                          .fen = 5000,
                          .payer = PAYER_HEIR,
                          .owed = {1, {{24317, 1, 5000}}},
                          .previous = 12};
    repayment_write(&r, w);
}

static bool read_repayment(struct str s, struct writer *again)
{
    static struct repayment r;
    bool ok = repayment_read(s, &r);
    if (ok && again != NULL) {
        repayment_write(&r, again);
    }
    return ok;
}

static const struct {
    const char *label;
    void (*write)(struct writer *w);
    bool (*read)(struct str s, struct writer *again);
} BODIES[] = {
    {"recovery", write_terms, read_terms},
    {"set-off", write_set_off, read_set_off},
    {"recovery-confirm", write_confirm, read_confirm},
    {"repayment", write_repayment, read_repayment},
};

/* What is read is written as it was: one form for one content. */
START_TEST(bodies)
{
    uint8_t bytes[BODY_BYTES_MAX];
    uint8_t changed[BODY_BYTES_MAX];
    uint8_t again[BODY_BYTES_MAX];
    struct writer w;
    struct writer w2;
    size_t refused = 0;
    writer_init(&w, bytes, sizeof bytes);
    BODIES[_i].write(&w);
    writer_init(&w2, again, sizeof again);
    ck_assert_msg(BODIES[_i].read(writer_str(&w), &w2), "%s", BODIES[_i].label);
    ck_assert(str_eq(writer_str(&w), writer_str(&w2)));
    for (size_t n = 0; n < w.len; n++) {
        char *cut = malloc(n + 1);
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, bytes, n);
        ck_assert_msg(!BODIES[_i].read(str_make(cut, n), NULL), "%zu bytes", n);
        free(cut);
    }
    for (size_t at = 0; at < w.len; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(changed, bytes, w.len);
            changed[at] ^= (uint8_t)(1U << bit);
            writer_init(&w2, again, sizeof again);
            if (!BODIES[_i].read(str_make(changed, w.len), &w2)) {
                refused++;
                continue;
            }
            ck_assert_msg(str_eq(str_make(changed, w.len), writer_str(&w2)),
                          "%s: byte %zu, bit %u", BODIES[_i].label, at, bit);
        }
    }
    ck_assert_uint_gt(refused, w.len);
}
END_TEST

/* ---- how much a month may give ---- */

START_TEST(limit_of_a_month)
{
    static const struct {
        const char *label;
        int64_t granted, due, set_off;
        uint32_t share; /* hundredths of a percent */
        int64_t limit;
    } rows[] = {
        {"all", 10000, 10000, 0, 10000, 10000},
        {"nothing", 10000, 10000, 0, 0, 0},
        {"half, floor to the fen: 100.01 * 50 % = 50.005", 10001, 10001, 0, 5000, 5000},
        {"a third, floor: 100.00 * 33.33 % = 33.33", 10000, 10000, 0, 3333, 3333},
        {"one fen at half is none", 1, 1, 0, 5000, 0},
        {"less what it gave", 10001, 5001, 5000, 5000, 0},
        {"a part of it was given", 10001, 8001, 2000, 5000, 3000},
        {"no more than is due", 10000, 1200, 0, 5000, 1200},
        {"gave more than its share now is", 4000, 1000, 3000, 5000, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct segment s = {.months = 1};
        s.fen[ACCOUNT_GRANTED] = rows[i].granted;
        s.fen[ACCOUNT_DUE] = rows[i].due;
        s.fen[ACCOUNT_SET_OFF] = rows[i].set_off;
        ck_assert_msg(set_off_limit(&s, rows[i].share) == rows[i].limit, "%s",
                      rows[i].label);
    }
}
END_TEST

/* ---- what is taken, and what is left of it ---- */

#define TAKE_MONTHS 5
static const struct {
    const char *label;
    int64_t owed[TAKE_MONTHS]; /* receivable of each month */
    int64_t left[TAKE_MONTHS]; /* of what was pinned */
    int64_t fen;
    int64_t taken[TAKE_MONTHS];
    int64_t after[TAKE_MONTHS]; /* left */
} TAKES[] = {
    {"nothing is open", {0}, {100, 100}, 50, {0}, {0}},
    {"all of it", {100, 50, 70}, {100, 50, 70}, 220, {100, 50, 70}, {0}},
    {"more than all", {100, 50}, {100, 50}, INT64_MAX, {100, 50}, {0}},
    {"a part of the first", {100, 50}, {100, 50}, 30, {30}, {70, 50}},
    {"up to the end of the first", {100, 50}, {100, 50}, 100, {100}, {0, 50}},
    {"into the second, which owes less",
     {100, 50, 70},
     {100, 50, 70},
     149,
     {100, 49},
     {0, 1, 70}},
    {"the second whole", {100, 50, 70}, {100, 50, 70}, 150, {100, 50}, {0, 0, 70}},
    {"into the middle of months alike",
     {50, 50, 50, 50},
     {50, 50, 50, 50},
     120,
     {50, 50, 20},
     {0, 0, 30, 50}},
    {"a month that owes no more is dropped",
     {0, 50, 50},
     {50, 50, 50},
     60,
     {0, 50, 10},
     {0, 0, 40}},
    {"a month owes less than was pinned",
     {20, 50, 50},
     {50, 50, 50},
     30,
     {20, 10},
     {0, 40, 50}},
    {"a month owes more than was pinned", {90, 50}, {50, 50}, 60, {50, 10}, {0, 40}},
    {"months that nobody pinned lie between",
     {50, 50, 50},
     {50, 0, 50},
     60,
     {50, 0, 10},
     {0, 0, 40}},
};

static struct spans pinned(const int64_t fen[TAKE_MONTHS])
{
    struct spans s = {0};
    for (int i = 0; i < TAKE_MONTHS; i++) {
        struct span *last = s.count > 0 ? &s.items[s.count - 1] : NULL;
        if (last != NULL && last->from + last->months == MONTH(1) + i &&
            last->fen == fen[i]) {
            last->months++;
        } else if (fen[i] > 0) {
            s.items[s.count++] = (struct span){MONTH(1) + i, 1, fen[i]};
        }
    }
    return s;
}

static int64_t month_of(const struct spans *s, int32_t month)
{
    int64_t fen = 0;
    for (size_t i = 0; i < s->count; i++) {
        bool in =
            month >= s->items[i].from && month < s->items[i].from + s->items[i].months;
        fen += in ? s->items[i].fen : 0;
    }
    return fen;
}

START_TEST(takes)
{
    struct account *a = calloc(1, sizeof *a);
    struct recovery_entry e = {.state = RECOVERY_DECIDED,
                               .left = pinned(TAKES[_i].left)};
    struct spans out;
    struct postings p = {0};
    struct str code = str_of("c");
    int64_t taken = 0;
    int64_t left = 0;
    ck_assert_ptr_nonnull(a);
    snprintf(e.terms.programme, sizeof e.terms.programme, "c");
    for (int i = 0; i < TAKE_MONTHS; i++) {
        struct span s = {MONTH(1) + i, 1, TAKES[_i].owed[i]};
        struct span less = {MONTH(1) + i, 1, -TAKES[_i].owed[i]};
        OK(account_grant(a, code, s, &p, &f.d));
        OK(account_take(a, code, s, &p, &f.d));
        OK(account_grant(a, code, less, &p, &f.d));
    }
    p.count = 0;
    OK(recovery_take(&e, a, TAKES[_i].fen, ACCOUNT_RECOVERED, &out, &p, &f.d));
    for (int i = 0; i < TAKE_MONTHS; i++) {
        const char *label = TAKES[_i].label;
        ck_assert_msg(month_of(&out, MONTH(1) + i) == TAKES[_i].taken[i], "%s: %d",
                      label, i);
        ck_assert_msg(month_of(&e.left, MONTH(1) + i) == TAKES[_i].after[i], "%s: %d",
                      label, i);
        taken += TAKES[_i].taken[i];
        left += TAKES[_i].after[i];
    }
    ck_assert_int_eq(spans_sum(&out), taken);
    ck_assert_int_eq(p.count == 0 ? 0 : p.items[0].fen, taken);
    ck_assert_int_eq(e.state, left == 0 ? RECOVERY_DONE : RECOVERY_DECIDED);
    free(a);
}
END_TEST

/* ---- a ledger with an overpayment ---- */

static struct run_report run(int32_t period)
{
    struct run_report r;
    fixture_as(&f, FIXTURE_MAKER);
    OK(run_execute(f.l, period, true, false, NULL, &r, &f.d));
    return r;
}

/* Person 1 owes June to September, 100.00 each: they are on their way to the bank, and
 * it becomes known that the person was registered elsewhere. Person 2 owes nothing. */
static void setup(void)
{
    static const struct fixture_person people[] = {
        {"19400229", NULL, "2026-01-01", NULL},
        {"19410101", NULL, "2026-01-01", NULL},
    };
    struct buf text;
    struct batch_new_report r;
    struct batch_request q = {.channel = "bank",
                              .pay_day = date_from_civil(2026, 11, 9)};
    fixture_make(&f, true);
    buf_init(&text, 1 << 20);
    fixture_policy_text("first", "2026-01-01", "100.00", &text);
    fixture_policy(&f, buf_str(&text));
    buf_release(&text);
    fixture_channel(&f);
    fixture_people(&f, people, 2);
    run(MONTH(10));
    OK(batch_new(f.l, &q, NULL, &r, &f.d));
    fixture_fact(&f, 1, "registration", "110101", "2026-05-31");
    fixture_fact(&f, 1, "registration", "230523", "2026-10-01");
    run(MONTH(10));
    account = calloc(1, sizeof *account);
    ck_assert_ptr_nonnull(account);
}

static void teardown(void)
{
    free(account);
    fixture_remove(&f);
}

static int64_t sum(uint64_t person, enum account_kind kind)
{
    int64_t fen = 0;
    OK(recover_account(f.l, person, account, &f.d));
    for (size_t i = 0; i < account->count; i++) {
        for (size_t k = 0; k < account->programmes[i].count; k++) {
            const struct segment *s = &account->programmes[i].segments[k];
            fen += s->fen[kind] * s->months;
        }
    }
    return fen;
}

static struct recover_request request(enum recovery_method method)
{
    struct recover_request q = {.person = 1,
                                .programme = str_of("old-age"),
                                .method = method,
                                .document = str_of("演追1号"),
                                .served = date_from_civil(2026, 10, 31),
                                .to = INT32_MAX};
    return q;
}

static uint32_t propose(struct recover_request q)
{
    struct recovery_terms t;
    fixture_as(&f, FIXTURE_MAKER);
    OK(recover_decide(f.l, &q, &t, &f.d));
    return t.number;
}

static uint32_t decide(enum recovery_method method)
{
    struct recovery_entry e;
    int64_t moved;
    uint32_t number = propose(request(method));
    fixture_as(&f, FIXTURE_CHECKER);
    OK(recover_confirm(f.l, number, &e, &moved, &f.d));
    return number;
}

/* ---- what the rule of a proposal refuses ---- */

static const struct {
    const char *label;
    const char *code;
    uint32_t number;
    uint64_t person;
    const char *programme;
    struct spans months;
    enum recovery_method method;
    const char *document;
    uint32_t replaces;
} PROPOSALS[] = {
    {"as it should be",
     "",
     2,
     1,
     "old-age",
     {1, {{24317, 4, 10000}}},
     RECOVERY_WAIVE,
     "x",
     1},
    {"a part of it", "", 2, 1, "old-age", {1, {{24317, 1, 1}}}, RECOVERY_REPAY, "x", 1},
    {"not the next number",
     "number",
     3,
     1,
     "old-age",
     {1, {{24317, 4, 10000}}},
     RECOVERY_WAIVE,
     "x",
     1},
    {"nobody",
     "unknown-person",
     2,
     3,
     "old-age",
     {1, {{24317, 1, 1}}},
     RECOVERY_WAIVE,
     "x",
     0},
    {"more than is receivable",
     "not-receivable",
     2,
     1,
     "old-age",
     {1, {{24317, 4, 10001}}},
     RECOVERY_WAIVE,
     "x",
     1},
    {"a month that owes nothing",
     "not-receivable",
     2,
     1,
     "old-age",
     {1, {{24317, 5, 10000}}},
     RECOVERY_WAIVE,
     "x",
     1},
    {"another recovery asks for it",
     "not-receivable",
     2,
     1,
     "old-age",
     {1, {{24317, 1, 1}}},
     RECOVERY_WAIVE,
     "x",
     0},
    {"another programme",
     "other-person",
     2,
     1,
     "care",
     {1, {{24317, 1, 1}}},
     RECOVERY_WAIVE,
     "x",
     1},
    {"another person's is replaced",
     "other-person",
     2,
     2,
     "old-age",
     {1, {{24317, 1, 1}}},
     RECOVERY_WAIVE,
     "x",
     1},
    {"none is replaced",
     "unknown-recovery",
     2,
     1,
     "old-age",
     {1, {{24317, 1, 1}}},
     RECOVERY_WAIVE,
     "x",
     9},
    {"no months", "record-body", 2, 1, "old-age", {0}, RECOVERY_WAIVE, "x", 1},
    {"nothing of a month",
     "record-body",
     2,
     1,
     "old-age",
     {1, {{24317, 1, 0}}},
     RECOVERY_WAIVE,
     "x",
     1},
    {"months twice",
     "record-body",
     2,
     1,
     "old-age",
     {2, {{24317, 2, 1}, {24318, 1, 1}}},
     RECOVERY_WAIVE,
     "x",
     1},
    {"no document",
     "record-body",
     2,
     1,
     "old-age",
     {1, {{24317, 1, 1}}},
     RECOVERY_WAIVE,
     "",
     1},
    {"no way that is known",
     "record-body",
     2,
     1,
     "old-age",
     {1, {{24317, 1, 1}}},
     6,
     "x",
     1},
};

START_TEST(proposals)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    struct recovery_terms t = {
        .number = PROPOSALS[_i].number,
        .person = PROPOSALS[_i].person,
        .months = PROPOSALS[_i].months,
        .method = PROPOSALS[_i].method,
        .served = 20600,
        .replaces = PROPOSALS[_i].replaces,
    };
    ck_assert_int_eq(t.months.count == 0 ? 24317 : t.months.items[0].from, MONTH(6));
    ck_assert_uint_eq(propose(request(RECOVERY_REPAY)), 1);
    snprintf(t.programme, sizeof t.programme, "%s", PROPOSALS[_i].programme);
    snprintf(t.document, sizeof t.document, "%s", PROPOSALS[_i].document);
    writer_init(&w, bytes, sizeof bytes);
    recovery_terms_write(&t, &w);
    struct act_text text = {.subject = "recovery"};
    enum status st = ledger_act(f.l, KIND_RECOVERY, writer_str(&w), text, NULL, &f.d);
    if (PROPOSALS[_i].code[0] == '\0') {
        ck_assert_msg(st == ST_OK, "%s: %s", PROPOSALS[_i].label, f.d.what);
    } else {
        ck_assert_msg(st != ST_OK && strcmp(f.d.code, PROPOSALS[_i].code) == 0,
                      "%s: %s", PROPOSALS[_i].label, st == ST_OK ? "taken" : f.d.code);
    }
}
END_TEST

/* A plan brings in everything, and its last month is needed. */
START_TEST(plans)
{
    static const struct {
        int64_t monthly_fen;
        uint32_t months;
        bool good;
    } rows[] = {{10000, 3, true},  {6700, 3, true},  {6666, 3, false},
                {10001, 2, true},  {20001, 1, true}, {20001, 2, false},
                {0, 3, false},     {-1, 3, false},   {10000, 0, false},
                {10000, 4, false}, {1, 12000, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[BODY_BYTES_MAX];
        struct writer w;
        struct recovery_terms t = TERMS; /* 50.00 twice and 100.01 */
        t.monthly_fen = rows[i].monthly_fen;
        t.plan_months = rows[i].months;
        writer_init(&w, bytes, sizeof bytes);
        recovery_terms_write(&t, &w);
        ck_assert_msg(recovery_terms_read(writer_str(&w), &t) == rows[i].good,
                      "row %zu", i);
    }
}
END_TEST

/* ---- deciding ---- */

static enum status confirm(uint32_t number, bool other_hash, bool with_posting)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    struct recovery_entry e;
    struct record r;
    struct str proposal;
    struct digest *g;
    struct recovery_confirm c = {.number = number};
    OK(recovery_get(ledger_txn(f.l), number, &e, &f.d));
    OK(record_get(ledger_txn(f.l), e.sequence, &r, &proposal, &f.d));
    OK(digest_new(&g, &f.d));
    tree_leaf(g, proposal, c.proposal);
    digest_free(g);
    c.proposal[0] ^= other_hash ? 1 : 0;
    if (with_posting) {
        OK(postings_add(&c.postings, "old-age", ACCOUNT_WAIVED, ACCOUNT_RECEIVABLE,
                        40000, &f.d));
    }
    writer_init(&w, bytes, sizeof bytes);
    recovery_confirm_write(&c, &w);
    struct act_text text = {.subject = "recovery: confirm"};
    return ledger_act(f.l, KIND_RECOVERY_CONFIRM, writer_str(&w), text, NULL, &f.d);
}

static void refused(enum status st, const char *code)
{
    ck_assert_msg(st != ST_OK, "%s was not refused", code);
    ck_assert_str_eq(f.d.code, code);
}

START_TEST(confirmations)
{
    uint32_t n = propose(request(RECOVERY_WAIVE));
    refused(confirm(n, false, true), "role"); /* the maker */
    fixture_as(&f, FIXTURE_CHECKER);
    refused(confirm(n, true, true), "other-proposal");
    refused(confirm(n, false, false), "postings");
    OK(confirm(n, false, true));
    refused(confirm(n, false, true), "recovery-state");
    ck_assert_int_eq(sum(1, ACCOUNT_WAIVED), 40000);
    ck_assert_int_eq(sum(1, ACCOUNT_RECEIVABLE), 0);
}
END_TEST

/* A proposal that others replaced, or whose months changed since, cannot be decided. */
START_TEST(late_confirmations)
{
    struct recover_request q = request(RECOVERY_WAIVE);
    uint32_t first = propose(q);
    q.replaces = first;
    uint32_t second = propose(q);
    fixture_as(&f, FIXTURE_CHECKER);
    refused(confirm(first, false, true), "recovery-state");
    fixture_fact(&f, 1, "registration", "230523", "2026-05-31"); /* it was a mistake */
    run(MONTH(10));
    fixture_as(&f, FIXTURE_CHECKER);
    refused(confirm(second, false, true), "not-receivable");
    ck_assert_int_eq(sum(1, ACCOUNT_RECEIVABLE), 0);
}
END_TEST

/* Only one takes from the dues of a programme; the one that replaces it takes over. */
START_TEST(one_set_off)
{
    struct recover_request q = request(RECOVERY_SET_OFF);
    struct recovery_entry e;
    int64_t moved;
    q.to = MONTH(7);
    uint32_t first = propose(q);
    fixture_as(&f, FIXTURE_CHECKER);
    OK(recover_confirm(f.l, first, &e, &moved, &f.d));
    q.to = INT32_MAX;
    uint32_t rest = propose(q); /* July to September */
    fixture_as(&f, FIXTURE_CHECKER);
    refused(recover_confirm(f.l, rest, &e, &moved, &f.d), "set-off-known");
    q.replaces = rest;
    uint32_t again = propose(q);
    q.replaces = first;
    uint32_t all = propose(q); /* June: the rest is asked for by `again` */
    fixture_as(&f, FIXTURE_CHECKER);
    OK(recover_confirm(f.l, all, &e, &moved, &f.d));
    OK(recovery_get(ledger_txn(f.l), first, &e, &f.d));
    ck_assert_int_eq(e.state, RECOVERY_REPLACED);
    OK(recover_account(f.l, 1, account, &f.d));
    ck_assert_uint_eq(account->programmes[0].set_off, all);
    ck_assert(account->has_set_off);
    ck_assert_uint_eq(again, all - 1);
    ck_assert_int_eq(run(MONTH(11)).set_off_fen, 10000);
}
END_TEST

/* ---- repayments ---- */

static enum status repay_as(uint32_t number, uint64_t person, struct span owed,
                            uint64_t previous)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    struct repayment r = {.recovery = number,
                          .person = person,
                          .received = 20650,
                          .fen = owed.fen * owed.months,
                          .payer = PAYER_SELF,
                          .owed = {1, {owed}},
                          .previous = previous};
    OK(postings_add(&r.postings, "old-age", ACCOUNT_RECOVERED, ACCOUNT_RECEIVABLE,
                    r.fen, &f.d));
    writer_init(&w, bytes, sizeof bytes);
    repayment_write(&r, &w);
    struct act_text text = {.subject = "repayment"};
    fixture_as(&f, FIXTURE_MAKER);
    return ledger_act(f.l, KIND_REPAYMENT, writer_str(&w), text, NULL, &f.d);
}

START_TEST(repayments)
{
    struct span june = {MONTH(6), 1, 10000};
    struct span july = {MONTH(7), 1, 10000};
    struct span all = {MONTH(6), 4, 10000};
    struct span more = {MONTH(6), 5, 10000};
    uint32_t n = propose(request(RECOVERY_REPAY));
    refused(repay_as(n, 1, june, 0), "recovery-state");
    fixture_as(&f, FIXTURE_CHECKER);
    OK(confirm(n, false, false));
    refused(repay_as(n, 2, june, 0), "record-body");
    refused(repay_as(n, 1, june, 9), "record-body");
    refused(repay_as(n, 1, july, 0), "repayment-months");
    refused(repay_as(n, 1, more, 0), "repayment-months");
    refused(repay_as(n + 1, 1, june, 0), "unknown-recovery");
    OK(repay_as(n, 1, all, 0));
    refused(repay_as(n, 1, june, 0), "recovery-state");
    ck_assert_int_eq(sum(1, ACCOUNT_RECOVERED), 40000);
}
END_TEST

/* Oldest month first, in odd parts; what a month does not owe any more is skipped. */
START_TEST(oldest_first)
{
    uint32_t n = decide(RECOVERY_REPAY);
    struct recover_payment p = {n, 15001, date_from_civil(2026, 11, 2), PAYER_HEIR,
                                str_of("甲")};
    struct recovery_entry e;
    int64_t left;
    fixture_as(&f, FIXTURE_MAKER);
    OK(recover_repay(f.l, &p, &left, &f.d));
    ck_assert_int_eq(left, 24999);
    OK(recovery_get(ledger_txn(f.l), n, &e, &f.d));
    ck_assert_uint_eq(e.left.count, 2);
    ck_assert_int_eq(e.left.items[0].from, MONTH(7));
    ck_assert_int_eq(e.left.items[0].fen, 4999);
    ck_assert_int_eq(e.left.items[1].months, 2);
    fixture_fact(&f, 1, "registration", "230523", "2026-08-01"); /* July is left */
    run(MONTH(10));
    fixture_as(&f, FIXTURE_MAKER);
    p.fen = 5000;
    refused(recover_repay(f.l, &p, &left, &f.d), "too-much");
    p.fen = 4999;
    OK(recover_repay(f.l, &p, &left, &f.d));
    OK(recovery_get(ledger_txn(f.l), n, &e, &f.d));
    ck_assert_int_eq(e.state, RECOVERY_DONE);
    ck_assert_int_eq(sum(1, ACCOUNT_RECOVERED), 20000);
    ck_assert_int_eq(sum(1, ACCOUNT_RECEIVABLE), 0);
}
END_TEST

/* ---- set-off ---- */

/* A run that is open, with November granted to both and nothing set off yet. */
static void open_run(void)
{
    uint8_t bytes[64];
    struct writer w;
    const struct head *h = ledger_head(f.l);
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 4);
    cbor_pair_uint(&w, 1, h->runs + 1);
    cbor_pair_uint(&w, 2, (uint64_t)MONTH(11));
    cbor_pair_uint(&w, 3, h->tree.size);
    cbor_pair_uint(&w, 4, h->confirmed);
    struct act_text text = {.subject = "run"};
    fixture_as(&f, FIXTURE_MAKER);
    OK(ledger_begin(f.l, &f.d));
    OK(ledger_append_signed(f.l, KIND_RUN_START, writer_str(&w), text, NULL, &f.d));
    struct entitlement e = {.run = h->runs,
                            .person = 1,
                            .programme = str_of("old-age"),
                            .span_count = 1,
                            .spans = {{{MONTH(11), 1, 10000}, CAUSE_REGULAR, 1, 1}}};
    struct postings p;
    uint8_t body[BODY_BYTES_MAX];
    OK(fold_entitlement(ledger_fold(f.l), &e, &p, &f.d));
    writer_init(&w, body, sizeof body);
    entitlement_write(&e, &p, &w);
    OK(ledger_append_posted(f.l, KIND_ENTITLEMENT, writer_str(&w), &f.d));
}

static const struct {
    const char *label;
    const char *code;
    uint64_t person;
    uint32_t recovery;
    struct span owed;
    struct span due;
    uint32_t share;
    uint64_t previous;
    int64_t posting;
} SET_OFFS[] = {
#define JUNE                                                                           \
    {                                                                                  \
        24317, 1, 10000                                                                \
    }
#define NOVEMBER                                                                       \
    {                                                                                  \
        24322, 1, 10000                                                                \
    }
    {"as it should be", "", 1, 1, JUNE, NOVEMBER, 10000, 0, 10000},
    {"more than the share", "set-off-share", 1, 1, JUNE, NOVEMBER, 9999, 0, 10000},
    {"a month before the day of service",
     "set-off-share",
     1,
     1,
     JUNE,
     {24321, 1, 1},
     10000,
     0,
     10000},
    {"a month that is not due",
     "set-off-share",
     1,
     1,
     JUNE,
     {24323, 1, 10000},
     10000,
     0,
     10000},
    {"not the oldest month",
     "set-off-months",
     1,
     1,
     {24318, 1, 10000},
     NOVEMBER,
     10000,
     0,
     10000},
    {"another sum",
     "set-off-months",
     1,
     1,
     {24317, 1, 9999},
     NOVEMBER,
     10000,
     0,
     10000},
    {"another person", "set-off", 2, 1, JUNE, NOVEMBER, 10000, 0, 10000},
    {"a recovery that is none", "unknown-recovery", 1, 9, JUNE, NOVEMBER, 10000, 0,
     10000},
    {"the wrong record before", "set-off-months", 1, 1, JUNE, NOVEMBER, 10000, 5,
     10000},
    {"other postings", "postings", 1, 1, JUNE, NOVEMBER, 10000, 0, 9999},
};

START_TEST(set_offs)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    struct postings p = {0};
    struct set_off s = {.run = ledger_head(f.l)->runs + 1,
                        .person = SET_OFFS[_i].person,
                        .recovery = SET_OFFS[_i].recovery,
                        .programme = "old-age",
                        .owed = {1, {SET_OFFS[_i].owed}},
                        .due_count = 1,
                        .due = {{SET_OFFS[_i].due, SET_OFFS[_i].share}},
                        .previous = SET_OFFS[_i].previous};
    ck_assert_uint_eq(decide(RECOVERY_SET_OFF), 1);
    open_run();
    OK(postings_add(&p, "old-age", ACCOUNT_DUE, ACCOUNT_SET_OFF, SET_OFFS[_i].posting,
                    &f.d));
    OK(postings_add(&p, "old-age", ACCOUNT_RECOVERED, ACCOUNT_RECEIVABLE,
                    SET_OFFS[_i].posting, &f.d));
    writer_init(&w, bytes, sizeof bytes);
    set_off_write(&s, &p, &w);
    enum status st = ledger_append(f.l, KIND_SET_OFF, writer_str(&w), NULL, &f.d);
    if (SET_OFFS[_i].code[0] == '\0') {
        ck_assert_msg(st == ST_OK, "%s: %s", SET_OFFS[_i].label, f.d.what);
    } else {
        ck_assert_msg(st != ST_OK && strcmp(f.d.code, SET_OFFS[_i].code) == 0, "%s: %s",
                      SET_OFFS[_i].label, st == ST_OK ? "taken" : f.d.code);
    }
    ledger_abort(f.l);
}
END_TEST

/* The month in which the person was told is theirs. */
START_TEST(month_of_service)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    struct recover_request q = request(RECOVERY_SET_OFF);
    struct postings p = {0};
    struct set_off s = {.run = ledger_head(f.l)->runs + 1,
                        .person = 1,
                        .recovery = 1,
                        .programme = "old-age",
                        .owed = {1, {{MONTH(6), 1, 10000}}},
                        .due_count = 1,
                        .due = {{{MONTH(11), 1, 10000}, 10000}}};
    q.served = date_from_civil(2026, 11, 1);
    uint32_t n = propose(q);
    fixture_as(&f, FIXTURE_CHECKER);
    OK(confirm(n, false, false));
    open_run();
    writer_init(&w, bytes, sizeof bytes);
    set_off_write(&s, &p, &w);
    refused(ledger_append(f.l, KIND_SET_OFF, writer_str(&w), NULL, &f.d),
            "set-off-share");
    ledger_abort(f.l);
    ck_assert_int_eq(run(MONTH(11)).set_off_fen, 0);
    ck_assert_int_eq(run(MONTH(12)).set_off_fen, 10000);
}
END_TEST

/* A run that was killed: after the person's differences, or after the set-off too. */
START_TEST(run_goes_on)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    struct postings p;
    struct set_off s = {.run = ledger_head(f.l)->runs + 1,
                        .person = 1,
                        .recovery = 1,
                        .programme = "old-age",
                        .due_count = 1,
                        .due = {{{MONTH(11), 1, 10000}, 10000}}};
    decide(RECOVERY_SET_OFF);
    open_run();
    if (_i == 1) {
        OK(fold_set_off(ledger_fold(f.l), &s, &p, &f.d));
        writer_init(&w, bytes, sizeof bytes);
        set_off_write(&s, &p, &w);
        OK(ledger_append_posted(f.l, KIND_SET_OFF, writer_str(&w), &f.d));
    }
    OK(ledger_commit(f.l, &f.d));
    OK(fixture_open(&f, LEDGER_WRITE));
    struct run_report r = run(MONTH(11));
    ck_assert(r.resumed);
    ck_assert_uint_eq(r.set_offs, 1);
    ck_assert_int_eq(r.set_off_fen, 10000);
    ck_assert_uint_eq(r.records, 2); /* of both people */
    ck_assert_int_eq(sum(1, ACCOUNT_RECEIVABLE), 30000);
}
END_TEST

/* It has its place in a run only, and after the decision only. */
START_TEST(set_off_elsewhere)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    struct postings p = {0};
    writer_init(&w, bytes, sizeof bytes);
    set_off_write(&SET_OFF, &p, &w);
    OK(ledger_begin(f.l, &f.d));
    refused(ledger_append(f.l, KIND_SET_OFF, writer_str(&w), NULL, &f.d), "open-act");
    ledger_abort(f.l);
    uint32_t n = propose(request(RECOVERY_SET_OFF));
    ck_assert_int_eq(run(MONTH(11)).set_off_fen, 0);
    fixture_as(&f, FIXTURE_CHECKER);
    OK(confirm(n, false, false));
    struct run_report r = run(MONTH(11)); /* finds nothing else */
    ck_assert_uint_eq(r.records, 0);
    ck_assert_uint_eq(r.set_offs, 1);
    ck_assert_int_eq(r.set_off_fen, 10000);
    ck_assert_int_eq(run(MONTH(11)).set_off_fen, 0);
    ck_assert_int_eq(run(MONTH(12)).set_off_fen, 10000);
    ck_assert_int_eq(sum(1, ACCOUNT_RECOVERED), 20000);
    ck_assert_int_eq(sum(1, ACCOUNT_SET_OFF), 20000);
}
END_TEST

/* Nothing is taken from the dues of the dead, decided or not. */
START_TEST(set_off_ends_with_death)
{
    decide(RECOVERY_SET_OFF);
    fixture_fact(&f, 1, "death", "2026-12-20", "2026-12-20");
    ck_assert_int_eq(run(MONTH(12)).set_off_fen, 0);
    struct recover_request q = request(RECOVERY_SET_OFF);
    struct recovery_terms t;
    q.replaces = 1;
    refused(recover_decide(f.l, &q, &t, &f.d), "dead");
    q.method = RECOVERY_REPAY;
    OK(recover_decide(f.l, &q, &t, &f.d));
}
END_TEST

#define LOOP(c, test, rows)                                                            \
    tcase_add_loop_test(c, test, 0, (int)(sizeof(rows) / sizeof(rows)[0]))

Suite *suite_recovery(void)
{
    Suite *s = suite_create("recovery");
    TCase *pure = tcase_create("bodies");
    LOOP(pure, bodies, BODIES);
    tcase_add_test(pure, limit_of_a_month);
    LOOP(pure, takes, TAKES);
    tcase_add_test(pure, plans);
    suite_add_tcase(s, pure);
    TCase *c = tcase_create("ledger");
    tcase_add_checked_fixture(c, setup, teardown);
    LOOP(c, proposals, PROPOSALS);
    tcase_add_test(c, confirmations);
    tcase_add_test(c, late_confirmations);
    tcase_add_test(c, one_set_off);
    tcase_add_test(c, repayments);
    tcase_add_test(c, oldest_first);
    LOOP(c, set_offs, SET_OFFS);
    tcase_add_test(c, month_of_service);
    tcase_add_loop_test(c, run_goes_on, 0, 2);
    tcase_add_test(c, set_off_elsewhere);
    tcase_add_test(c, set_off_ends_with_death);
    suite_add_tcase(s, c);
    return s;
}
