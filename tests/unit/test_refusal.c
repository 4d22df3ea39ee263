/* test_refusal.c - if this fails, what waits for a second signature is stopped by who
 * has no say in it, cannot be taken back, or is confirmed after it was refused. Imports
 * and recoveries: tests/cli/refuse.sh and recoveries.sh; erasures: test_erase.c. */
#include <check.h>
#include <string.h>

#include "audit/verify.h"
#include "batch/admin.h"
#include "batch/adopt.h"
#include "batch/anchor.h"
#include "batch/close.h"
#include "batch/erase.h"
#include "batch/fund.h"
#include "ledger/close.h"
#include "ledger/refusal.h"
#include "ledger/renew.h"
#include "ledger/setting.h"
#include "tests/unit/ledger_fixture.h"

Suite *suite_refusal(void);

static struct fixture f;

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)

/* ---- proposals and confirmations of each register ---- */

static enum status add_operator(uint32_t *number)
{
    struct key *key = fixture_key("late");
    enum status st = fixture_add_operator(&f, "late", key, ROLE_MAKER);
    key_free(key);
    *number = ledger_head(f.l)->operators;
    return st;
}

static enum status add_channel(uint32_t *number)
{
    struct admin_channel c = {.name = str_of("bank"),
                              .bank_code = str_of("403100000004"),
                              .account = str_of("6217000000000000009"),
                              .account_name = str_of("民政局"),
                              .format = str_of("pipe-trailer")};
    return admin_add_channel(f.l, &c, number, &f.d);
}

static enum status add_witness(uint32_t *number)
{
    struct witness_key witness;
    struct key *key = fixture_key("office");
    OK(witness_key_of(str_of("office"), key, &witness, &f.d));
    key_free(key);
    return anchor_add_witness(f.l, &witness, number, &f.d);
}

static enum status set_retention(uint32_t *number)
{
    return retention_set(f.l, RETENTION_PAYMENTS, 50, str_of("x"), number, &f.d);
}

static enum status set_setting(uint32_t *number)
{
    return admin_set(f.l, str_of("office.submit"), str_of("民政局"), number, &f.d);
}

static enum status rotate(uint32_t *number)
{
    return renew_key(f.l, number, &f.d);
}

static enum status adopt(uint32_t *number)
{
    struct adopt_report r;
    struct adopt_findings nobody = {0};
    struct buf text;
    buf_init(&text, 4096);
    fixture_policy_text("p", "2026-01-01", "100.00", &text);
    enum status st = adopt_policy(f.l, buf_str(&text), "p", nobody, &r, &f.d);
    buf_release(&text);
    *number = r.number;
    return st;
}

static enum status appropriate(uint32_t *number)
{
    struct fund_terms t = {
        .source = "county", .year = 2026, .document = "x", .fen = 100};
    enum status st = fund_propose(f.l, &t, &f.d);
    *number = t.number;
    return st;
}

static enum status close_september(uint32_t *number)
{
    return close_books(f.l, CLOSE_MONTH, month_make(2026, 9), NULL, 0, number, &f.d);
}

static enum status confirm(enum register_kind of, uint32_t number)
{
    struct adopt_report r;
    switch ((int)of) {
    case REGISTER_POLICY:
        return adopt_confirm(f.l, number, &r, &f.d);
    case REGISTER_FUND:
        return fund_confirm(f.l, number, &f.d);
    case REGISTER_CLOSE:
        return close_books_confirm(f.l, CLOSE_MONTH, month_make(2026, 9), &number,
                                   &f.d);
    case REGISTER_EPOCH:
        return renew_confirm(f.l, number, &f.d);
    default:
        return admin_confirm(f.l, of, number, &f.d);
    }
}

static const struct {
    const char *label;
    enum register_kind of;
    enum status (*propose)(uint32_t *number);
    enum fixture_who proposer, confirmer, stranger;
} ROWS[] = {
    {"operator", REGISTER_OPERATOR, add_operator, FIXTURE_ADMIN, FIXTURE_ADMIN2,
     FIXTURE_MAKER},
    {"channel", REGISTER_CHANNEL, add_channel, FIXTURE_ADMIN2, FIXTURE_ADMIN,
     FIXTURE_CHECKER},
    {"witness", REGISTER_WITNESS, add_witness, FIXTURE_ADMIN, FIXTURE_ADMIN2,
     FIXTURE_RELEASER},
    {"retention", REGISTER_KEEPING, set_retention, FIXTURE_ADMIN, FIXTURE_ADMIN2,
     FIXTURE_CHECKER},
    {"setting", REGISTER_SETTING, set_setting, FIXTURE_ADMIN, FIXTURE_ADMIN2,
     FIXTURE_MAKER},
    {"ledger key", REGISTER_EPOCH, rotate, FIXTURE_ADMIN, FIXTURE_ADMIN2,
     FIXTURE_RELEASER},
    {"policy", REGISTER_POLICY, adopt, FIXTURE_MAKER, FIXTURE_CHECKER,
     FIXTURE_RELEASER},
    {"appropriation", REGISTER_FUND, appropriate, FIXTURE_MAKER, FIXTURE_CHECKER,
     FIXTURE_ADMIN},
    {"close", REGISTER_CLOSE, close_september, FIXTURE_MAKER, FIXTURE_RELEASER,
     FIXTURE_ADMIN},
};
#define ROW_COUNT ((int)(sizeof ROWS / sizeof ROWS[0]))

static enum status refuse(int row, enum fixture_who who, uint32_t number)
{
    fixture_as(&f, who);
    return admin_refuse(f.l, ROWS[row].of, number, str_of("金额有误"), &f.d);
}

/* Fails with this code, and nothing was written. */
static void fails(int row, enum status st, enum status want, const char *code,
                  uint64_t size)
{
    ck_assert_msg(st == want && strcmp(f.d.code, code) == 0, "%s: %d %s, not %s: %s",
                  ROWS[row].label, st, st == ST_OK ? "" : f.d.code, code, f.d.what);
    ck_assert_uint_eq(ledger_head(f.l)->tree.size, size);
}

static uint32_t propose(int row)
{
    uint32_t number = 0;
    fixture_as(&f, ROWS[row].proposer);
    OK(ROWS[row].propose(&number));
    ck_assert_uint_ge(number, 1);
    return number;
}

/* What stays so: it was refused by `who`. */
static void stays(int row, enum fixture_who who, uint32_t number)
{
    struct refusal_entry e;
    struct operator_entry by;
    uint64_t size = ledger_head(f.l)->tree.size;
    OK(refusal_get(ledger_txn(f.l), ROWS[row].of, number, &e, &f.d));
    ck_assert_uint_eq(e.sequence, size - 1);
    ck_assert_str_eq(e.terms.reason, "金额有误");
    OK(operator_get(ledger_txn(f.l), e.by, &by, &f.d));
    ck_assert_str_eq(by.name, fixture_name(who));
    fixture_as(&f, ROWS[row].confirmer);
    fails(row, confirm(ROWS[row].of, number), ST_CONFLICT, "refused", size);
    fails(row, refuse(row, ROWS[row].confirmer, number), ST_CONFLICT, "refused", size);
    fails(row, refuse(row, ROWS[row].proposer, number), ST_CONFLICT, "refused", size);
}

START_TEST(by_whom_and_when)
{
    struct verify_options o = {.scratch_dir = f.dir};
    struct verify_report r;
    uint32_t first = propose(_i);
    uint64_t size = ledger_head(f.l)->tree.size;
    fails(_i, refuse(_i, ROWS[_i].stranger, first), ST_DENIED, "role", size);
    fails(_i, refuse(_i, ROWS[_i].confirmer, first + 1), ST_CONFLICT, "unknown-entry",
          size);
    OK(refuse(_i, ROWS[_i].confirmer, first));
    stays(_i, ROWS[_i].confirmer, first);
    /* The same again, under the next number: names and keys are free again. */
    ck_assert_uint_eq(propose(_i), first + 1);
    OK(refuse(_i, ROWS[_i].proposer, first + 1));
    stays(_i, ROWS[_i].proposer, first + 1);
    ck_assert_uint_eq(propose(_i), first + 2);
    fixture_as(&f, ROWS[_i].confirmer);
    OK(confirm(ROWS[_i].of, first + 2));
    size = ledger_head(f.l)->tree.size;
    fails(_i, refuse(_i, ROWS[_i].confirmer, first + 2), ST_CONFLICT, "not-pending",
          size);
    fails(_i, refuse(_i, ROWS[_i].proposer, first + 2), ST_CONFLICT, "not-pending",
          size);
    OK(verify_ledger(f.l, &o, &r, &f.d));
}
END_TEST

/* What a record says that no command of this program would write. */
static enum status write_record(const struct refusal *x)
{
    uint8_t bytes[REFUSAL_REASON_MAX + 100];
    struct writer w;
    struct act_text text = {.subject = "x"};
    writer_init(&w, bytes, sizeof bytes);
    refusal_write(x, &w);
    ck_assert(!w.failed);
    return ledger_act(f.l, KIND_REFUSED, writer_str(&w), text, NULL, &f.d);
}

static const struct {
    const char *label;
    struct refusal x;
    enum fixture_who who;
    enum status want;
    const char *code;
} BY_HAND[] = {
    {"runs are not confirmed",
     {REGISTER_RUN, 1, "x"},
     FIXTURE_CHECKER,
     ST_INTEGRITY,
     "record-body"},
    {"no register", {0, 1, "x"}, FIXTURE_CHECKER, ST_INTEGRITY, "record-body"},
    {"no number",
     {REGISTER_FUND, 0, "x"},
     FIXTURE_CHECKER,
     ST_INTEGRITY,
     "record-body"},
    {"a number of 33 bits",
     {REGISTER_FUND, (1ULL << 32) + 1, "x"},
     FIXTURE_CHECKER,
     ST_INTEGRITY,
     "record-body"},
    {"no reason", {REGISTER_FUND, 1, ""}, FIXTURE_CHECKER, ST_INTEGRITY, "record-body"},
    {"two lines",
     {REGISTER_FUND, 1, "x\ny"},
     FIXTURE_CHECKER,
     ST_INTEGRITY,
     "record-body"},
    {"a genesis admin",
     {REGISTER_OPERATOR, 1, "x"},
     FIXTURE_ADMIN2,
     ST_CONFLICT,
     "not-pending"},
    {"the genesis key",
     {REGISTER_EPOCH, 1, "x"},
     FIXTURE_ADMIN2,
     ST_CONFLICT,
     "not-pending"},
    {"by another role", {REGISTER_FUND, 1, "x"}, FIXTURE_RELEASER, ST_DENIED, "role"},
    {"nobody's erasure",
     {REGISTER_ERASURE, 1ULL << 40, "x"},
     FIXTURE_CHECKER,
     ST_CONFLICT,
     "unknown-entry"},
};

START_TEST(records_by_hand)
{
    uint32_t number;
    fixture_as(&f, FIXTURE_MAKER);
    OK(appropriate(&number));
    uint64_t size = ledger_head(f.l)->tree.size;
    for (size_t i = 0; i < sizeof BY_HAND / sizeof BY_HAND[0]; i++) {
        fixture_as(&f, BY_HAND[i].who);
        enum status st = write_record(&BY_HAND[i].x);
        ck_assert_msg(st == BY_HAND[i].want && strcmp(f.d.code, BY_HAND[i].code) == 0,
                      "%s: %d %s", BY_HAND[i].label, st, f.d.code);
        ck_assert_uint_eq(ledger_head(f.l)->tree.size, size);
    }
}
END_TEST

START_TEST(bodies)
{
    const struct refusal x = {REGISTER_ERASURE, 70000, "录入有误"};
    struct refusal back;
    uint8_t bytes[100];
    uint8_t again[100];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    refusal_write(&x, &w);
    struct str whole = writer_str(&w);
    ck_assert(refusal_read(whole, &back));
    ck_assert(back.of == x.of && back.number == x.number);
    ck_assert_str_eq(back.reason, x.reason);
    for (size_t n = 0; n < whole.n; n++) {
        ck_assert(!refusal_read(str_make(bytes, n), &back));
    }
    for (size_t at = 0; at < whole.n; at++) {
        for (int bit = 0; bit < 8; bit++) {
            bytes[at] ^= (uint8_t)(1 << bit);
            if (refusal_read(whole, &back)) {
                writer_init(&w, again, sizeof again);
                refusal_write(&back, &w);
                ck_assert(str_eq(writer_str(&w), whole));
            }
            bytes[at] ^= (uint8_t)(1 << bit);
        }
    }
}
END_TEST

static void begin(void)
{
    fixture_make(&f, false);
}

static void end(void)
{
    fixture_remove(&f);
}

Suite *suite_refusal(void)
{
    Suite *s = suite_create("refusal");
    TCase *t = tcase_create("acts");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_loop_test(t, by_whom_and_when, 0, ROW_COUNT);
    tcase_add_test(t, records_by_hand);
    suite_add_tcase(s, t);
    t = tcase_create("bodies");
    tcase_add_test(t, bodies);
    suite_add_tcase(s, t);
    return s;
}
