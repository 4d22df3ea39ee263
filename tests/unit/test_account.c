/* test_account.c - if this fails, fen are made or lost between granted, due, sent, paid
 * and owed, or two ledgers of one content have different rows. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "ledger/account.h"

#define JAN (2026 * 12) /* 2026-01 */

static struct account *account;
static struct diag d;

static void setup(void)
{
    account = calloc(1, sizeof *account);
    ck_assert_ptr_nonnull(account);
}

static void teardown(void)
{
    free(account);
}

/* ---- one month, one operation ---- */

enum operation {
    GRANT,
    TAKE,
    PAID,
    BACK_AT_ONCE,
    BACK_LATER,
    REISSUE,
    RECOVER,
    WAIVE,
    WRITE_OFF,
    SET_OFF,
    CORRECT,
    OPERATION_KINDS
};

static enum status apply(struct account *a, enum operation op, const char *code,
                         struct span s, struct postings *p, int64_t *again)
{
    struct str programme = str_of(code);
    switch (op) {
    case GRANT:
        return account_grant(a, programme, s, p, &d);
    case TAKE:
        return account_take(a, programme, s, p, &d);
    case PAID:
        return account_paid(a, programme, s, p, &d);
    case BACK_AT_ONCE:
        return account_back(a, programme, s, ACCOUNT_TRANSIT, p, &d);
    case BACK_LATER:
        return account_back(a, programme, s, ACCOUNT_PAID, p, &d);
    case REISSUE:
        return account_reissue(a, programme, s, p, again, &d);
    case RECOVER:
        return account_settle(a, programme, s, ACCOUNT_RECOVERED, p, &d);
    case WAIVE:
        return account_settle(a, programme, s, ACCOUNT_WAIVED, p, &d);
    case WRITE_OFF:
        return account_settle(a, programme, s, ACCOUNT_WRITTEN_OFF, p, &d);
    case SET_OFF:
        return account_set_off(a, programme, s, p, &d);
    case CORRECT:
        return account_correct(a, programme, s, p, again, &d);
    case OPERATION_KINDS:
        break;
    }
    return ST_INTERNAL;
}

/* granted, due, transit, returned, paid, receivable, recovered, waived, written off,
 * set off */
struct month {
    int64_t fen[ACCOUNT_KINDS];
};

static void row_of(const struct month *m, int32_t from, int32_t months, uint8_t *out,
                   struct writer *w)
{
    writer_init(w, out, ACCOUNT_ROW_MAX);
    writer_u8(w, 2);
    writer_varint(w, 7);
    bool empty = true;
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        empty = empty && m->fen[k] == 0;
    }
    writer_varint(w, empty ? 0 : 1);
    if (empty) {
        return;
    }
    writer_text(w, str_of("c"));
    writer_varint(w, 0); /* sets nothing off */
    writer_varint(w, 1);
    writer_varint(w, (uint64_t)from);
    writer_varint(w, (uint64_t)months);
    unsigned mask = 0;
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        mask |= m->fen[k] != 0 ? 1U << k : 0;
    }
    writer_varint(w, mask);
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        if (m->fen[k] != 0) {
            writer_varint(w, (uint64_t)m->fen[k]);
        }
    }
}

struct row {
    const char *label;
    struct month before;
    enum operation op;
    int64_t fen;
    bool refused;
    struct month after;
    const char *postings; /* "debit credit fen; ..." of one month */
};

/*                 granted  due  transit returned paid receivable */
static const struct row ROWS[] = {
    {"grant: becomes due", {{0}}, GRANT, 100, false, {{100, 100}}, "granted due 100; "},
    {"grant: nothing", {{100, 100}}, GRANT, 0, false, {{100, 100}}, ""},
    {"grant: cancels the receivable first",
     {{60, 0, 0, 0, 100, 40}},
     GRANT,
     100,
     false,
     {{160, 60, 0, 0, 100, 0}},
     "granted receivable 40; granted due 60; "},
    {"grant: cancels a part of the receivable",
     {{60, 0, 0, 0, 100, 40}},
     GRANT,
     30,
     false,
     {{90, 0, 0, 0, 100, 10}},
     "granted receivable 30; "},
    {"reduce: takes what is due first",
     {{100, 100}},
     GRANT,
     -30,
     false,
     {{70, 70}},
     "due granted 30; "},
    {"reduce: all of it", {{100, 100}}, GRANT, -100, false, {{0}}, "due granted 100; "},
    {"reduce: then what came back, then a receivable",
     {{100, 20, 0, 30, 50, 0}},
     GRANT,
     -70,
     false,
     {{30, 0, 0, 0, 50, 20}},
     "due granted 20; returned granted 30; receivable granted 20; "},
    {"reduce: what is on its way becomes a receivable",
     {{100, 0, 100}},
     GRANT,
     -100,
     false,
     {{0, 0, 100, 0, 0, 100}},
     "receivable granted 100; "},
    {"reduce: not below nothing", {{100, 100}}, GRANT, -101, true, {{0}}, ""},
    {"take: a part",
     {{100, 100}},
     TAKE,
     40,
     false,
     {{100, 60, 40}},
     "due transit 40; "},
    {"take: more than is due", {{100, 100}}, TAKE, 101, true, {{0}}, ""},
    {"take: of nothing", {{0}}, TAKE, 1, true, {{0}}, ""},
    {"take: less than nothing", {{100, 100}}, TAKE, -1, true, {{0}}, ""},
    {"paid",
     {{100, 0, 100}},
     PAID,
     100,
     false,
     {{100, 0, 0, 0, 100}},
     "transit paid 100; "},
    {"paid: more than was sent", {{100, 50, 50}}, PAID, 51, true, {{0}}, ""},
    {"back at once",
     {{100, 0, 100}},
     BACK_AT_ONCE,
     100,
     false,
     {{100, 0, 0, 100}},
     "transit returned 100; "},
    {"back at once: the receivable first",
     {{60, 0, 100, 0, 0, 40}},
     BACK_AT_ONCE,
     100,
     false,
     {{60, 0, 0, 60}},
     "transit receivable 40; transit returned 60; "},
    {"back later",
     {{100, 0, 0, 0, 100}},
     BACK_LATER,
     100,
     false,
     {{100, 0, 0, 100}},
     "paid returned 100; "},
    {"back later: all of it was owed",
     {{0, 0, 0, 0, 100, 100}},
     BACK_LATER,
     100,
     false,
     {{0}},
     "paid receivable 100; "},
    {"back later: more than was paid",
     {{100, 0, 50, 0, 50}},
     BACK_LATER,
     51,
     true,
     {{0}},
     ""},
    {"reissue",
     {{100, 0, 0, 100}},
     REISSUE,
     100,
     false,
     {{100, 100}},
     "returned due 100; "},
    {"reissue: what was reduced since is not due again",
     {{60, 0, 0, 60}},
     REISSUE,
     100,
     false,
     {{60, 60}},
     "returned due 60; "},
    {"reissue: nothing is left", {{60, 60}}, REISSUE, 100, false, {{60, 60}}, ""},
    {"correct: what came back",
     {{100, 0, 0, 100}},
     CORRECT,
     100,
     false,
     {{100, 0, 0, 0, 100}},
     "returned paid 100; "},
    {"correct: what is due again",
     {{100, 100}},
     CORRECT,
     100,
     false,
     {{100, 0, 0, 0, 100}},
     "due paid 100; "},
    {"correct: what was sent again is paid twice",
     {{100, 0, 100}},
     CORRECT,
     100,
     false,
     {{100, 0, 100, 0, 100, 100}},
     "receivable paid 100; "},
    {"correct: in this order, and what was reduced since is owed",
     {{60, 20, 0, 40}},
     CORRECT,
     100,
     false,
     {{60, 0, 0, 0, 100, 40}},
     "returned paid 40; due paid 20; receivable paid 40; "},
    {"grant: receivable, waived, written off, in this order",
     {{0, 0, 0, 0, 100, 20, 0, 30, 50}},
     GRANT,
     60,
     false,
     {{60, 0, 0, 0, 100, 0, 0, 0, 40}},
     "granted receivable 20; granted waived 30; granted written_off 10; "},
    {"grant: then the rest is due",
     {{0, 0, 0, 0, 100, 20, 0, 30, 50}},
     GRANT,
     120,
     false,
     {{120, 20, 0, 0, 100}},
     "granted receivable 20; granted waived 30; granted written_off 50; "
     "granted due 20; "},
    {"grant: what was really recovered is paid again",
     {{0, 0, 0, 0, 100, 0, 100}},
     GRANT,
     100,
     false,
     {{100, 100, 0, 0, 100, 0, 100}},
     "granted due 100; "},
    {"reduce: what was set off becomes a receivable",
     {{100, 40, 0, 0, 0, 0, 0, 0, 0, 60}},
     GRANT,
     -100,
     false,
     {{0, 0, 0, 0, 0, 60, 0, 0, 0, 60}},
     "due granted 40; receivable granted 60; "},
    {"back: what was waived and written off is not owed",
     {{10, 0, 100, 0, 0, 20, 0, 30, 40}},
     BACK_AT_ONCE,
     100,
     false,
     {{10, 0, 0, 10, 0, 0, 0, 0, 0}},
     "transit receivable 20; transit waived 30; transit written_off 40; "
     "transit returned 10; "},
    {"back: what was recovered is owed",
     {{0, 0, 0, 0, 100, 0, 100}},
     BACK_LATER,
     100,
     false,
     {{0, 0, 0, 100, 0, 0, 100}},
     "paid returned 100; "},
    {"recover: a part",
     {{0, 0, 0, 0, 100, 100}},
     RECOVER,
     40,
     false,
     {{0, 0, 0, 0, 100, 60, 40}},
     "recovered receivable 40; "},
    {"recover: more than is receivable",
     {{0, 0, 0, 0, 100, 100}},
     RECOVER,
     101,
     true,
     {{0}},
     ""},
    {"recover: less than nothing",
     {{0, 0, 0, 0, 100, 60, 40}},
     RECOVER,
     -1,
     true,
     {{0}},
     ""},
    {"waive",
     {{0, 0, 0, 0, 100, 100}},
     WAIVE,
     100,
     false,
     {{0, 0, 0, 0, 100, 0, 0, 100}},
     "waived receivable 100; "},
    {"write off",
     {{0, 0, 0, 0, 100, 60, 40}},
     WRITE_OFF,
     60,
     false,
     {{0, 0, 0, 0, 100, 0, 40, 0, 60}},
     "written_off receivable 60; "},
    {"write off: what is waived already",
     {{0, 0, 0, 0, 100, 0, 0, 100}},
     WRITE_OFF,
     1,
     true,
     {{0}},
     ""},
    {"set off: a part of what is due",
     {{100, 100}},
     SET_OFF,
     50,
     false,
     {{100, 50, 0, 0, 0, 0, 0, 0, 0, 50}},
     "due set_off 50; "},
    {"set off: more than is due", {{100, 60, 40}}, SET_OFF, 61, true, {{0}}, ""},
    {"grant: too much", {{0}}, GRANT, ACCOUNT_FEN_MAX + 1, true, {{0}}, ""},
    {"grant: the most there can be",
     {{0}},
     GRANT,
     ACCOUNT_FEN_MAX,
     false,
     {{ACCOUNT_FEN_MAX, ACCOUNT_FEN_MAX}},
     "granted due 10000000000000; "},
    {"grant: above the most together",
     {{ACCOUNT_FEN_MAX, ACCOUNT_FEN_MAX}},
     GRANT,
     1,
     true,
     {{0}},
     ""},
};

static void print_postings(const struct postings *p, int32_t months, char *out,
                           size_t cap)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < p->count; i++) {
        const struct posting *at = &p->items[i];
        ck_assert_str_eq(at->programme, "c");
        ck_assert_int_eq(at->fen % months, 0);
        n += (size_t)snprintf(out + n, cap - n, "%s %s %" PRId64 "; ",
                              account_kind_name(at->debit),
                              account_kind_name(at->credit), at->fen / months);
    }
}

START_TEST(operations)
{
    const struct row *r = &ROWS[_i];
    static uint8_t before[ACCOUNT_ROW_MAX];
    static uint8_t after[ACCOUNT_ROW_MAX];
    static uint8_t got[ACCOUNT_ROW_MAX];
    for (int32_t months = 1; months <= 3; months += 2) {
        struct writer w;
        struct postings p = {0};
        char text[200];
        int64_t again = 0;
        row_of(&r->before, JAN, months, before, &w);
        ck_assert_int_eq(account_read(writer_str(&w), account, &d), ST_OK);
        struct span s = {JAN, months, r->fen};
        enum status st = apply(account, r->op, "c", s, &p, &again);
        ck_assert_msg((st == ST_OK) == !r->refused, "%s: status %d", r->label, st);
        if (r->refused) {
            ck_assert_int_eq(st, ST_INTEGRITY);
            ck_assert_str_eq(d.code, "account");
            continue;
        }
        print_postings(&p, months, text, sizeof text);
        ck_assert_msg(strcmp(text, r->postings) == 0, "%s: %s", r->label, text);
        struct writer want;
        row_of(&r->after, JAN, months, after, &want);
        writer_init(&w, got, sizeof got);
        account_write(account, &w);
        ck_assert_msg(str_eq(writer_str(&w), writer_str(&want)), "%s", r->label);
        if (r->op == REISSUE) {
            ck_assert_int_eq(again, p.count == 0 ? 0 : p.items[0].fen);
        }
    }
}
END_TEST

/* ---- against a model ---- */

#define MODEL_PROGRAMMES 3
#define MODEL_MONTHS 40
#define OPERATIONS 200000

static const char *const CODES[MODEL_PROGRAMMES] = {"care", "old-age", "subsidy"};

/* Every month by itself, in the words of the design: no segments, no postings. */
struct model {
    struct month months[MODEL_PROGRAMMES][MODEL_MONTHS];
    int64_t balances[ACCOUNT_KINDS]; /* debits less credits */
};

static uint64_t seed;

static uint64_t random_below(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % n;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What fen leaves of what the month owes. */
static int64_t model_cancel(int64_t *v, int64_t fen)
{
    const int owed[] = {ACCOUNT_RECEIVABLE, ACCOUNT_WAIVED, ACCOUNT_WRITTEN_OFF};
    for (int i = 0; i < 3; i++) {
        int64_t part = smaller(fen, v[owed[i]]);
        v[owed[i]] -= part;
        fen -= part;
    }
    return fen;
}

/* What of fen nobody owes: it becomes receivable. */
static int64_t model_correct(int64_t *v, int64_t fen)
{
    int64_t returned = smaller(fen, v[ACCOUNT_RETURNED]);
    int64_t due = smaller(fen - returned, v[ACCOUNT_DUE]);
    v[ACCOUNT_PAID] += fen;
    v[ACCOUNT_RETURNED] -= returned;
    v[ACCOUNT_DUE] -= due;
    v[ACCOUNT_RECEIVABLE] += fen - returned - due;
    return fen - returned - due;
}

/* False when the month does not hold it; then nothing of the month changed. */
static bool model_month(struct month *m, enum operation op, int64_t fen, int64_t *again)
{
    int64_t *v = m->fen;
    int64_t part;
    switch (op) {
    case GRANT:
        if (v[ACCOUNT_GRANTED] + fen < 0) {
            return false;
        }
        v[ACCOUNT_GRANTED] += fen;
        if (fen >= 0) {
            v[ACCOUNT_DUE] += model_cancel(v, fen);
            return true;
        }
        part = smaller(-fen, v[ACCOUNT_DUE]);
        v[ACCOUNT_DUE] -= part;
        fen += part;
        part = smaller(-fen, v[ACCOUNT_RETURNED]);
        v[ACCOUNT_RETURNED] -= part;
        fen += part;
        v[ACCOUNT_RECEIVABLE] -= fen;
        return true;
    case TAKE:
        v[ACCOUNT_DUE] -= fen;
        v[ACCOUNT_TRANSIT] += fen;
        return v[ACCOUNT_DUE] >= 0;
    case PAID:
        v[ACCOUNT_TRANSIT] -= fen;
        v[ACCOUNT_PAID] += fen;
        return v[ACCOUNT_TRANSIT] >= 0;
    case BACK_AT_ONCE:
    case BACK_LATER:
        v[op == BACK_LATER ? ACCOUNT_PAID : ACCOUNT_TRANSIT] -= fen;
        v[ACCOUNT_RETURNED] += model_cancel(v, fen);
        return v[op == BACK_LATER ? ACCOUNT_PAID : ACCOUNT_TRANSIT] >= 0;
    case REISSUE:
        part = smaller(fen, v[ACCOUNT_RETURNED]);
        v[ACCOUNT_RETURNED] -= part;
        v[ACCOUNT_DUE] += part;
        *again += part;
        return true;
    case RECOVER:
    case WAIVE:
    case WRITE_OFF:
        v[ACCOUNT_RECEIVABLE] -= fen;
        v[ACCOUNT_RECOVERED + (op - RECOVER)] += fen;
        return v[ACCOUNT_RECEIVABLE] >= 0;
    case SET_OFF:
        v[ACCOUNT_DUE] -= fen;
        v[ACCOUNT_SET_OFF] += fen;
        return v[ACCOUNT_DUE] >= 0;
    case CORRECT:
        *again += model_correct(v, fen);
        return true;
    case OPERATION_KINDS:
        break;
    }
    return false;
}

static bool model_apply(struct model *m, enum operation op, size_t programme,
                        struct span s, int64_t *again)
{
    struct month copy[MODEL_MONTHS];
    memcpy(copy, m->months[programme], sizeof copy);
    for (int32_t i = 0; i < s.months; i++) {
        if (!model_month(&copy[s.from - JAN + i], op, s.fen, again)) {
            return false;
        }
    }
    memcpy(m->months[programme], copy, sizeof copy);
    return true;
}

/* Mostly what is possible: an amount some account of the first month holds. */
static struct span random_span(const struct model *m, size_t programme,
                               enum operation *op)
{
    int32_t at = (int32_t)random_below(MODEL_MONTHS);
    struct span s = {.from = JAN + at};
    const int64_t *v = m->months[programme][at].fen;
    int64_t sources[] = {v[ACCOUNT_GRANTED],        v[ACCOUNT_DUE],
                         v[ACCOUNT_TRANSIT],        v[ACCOUNT_TRANSIT],
                         v[ACCOUNT_PAID],           v[ACCOUNT_RETURNED],
                         v[ACCOUNT_RECEIVABLE],     v[ACCOUNT_RECEIVABLE] / 2,
                         v[ACCOUNT_RECEIVABLE] / 3, v[ACCOUNT_DUE] / 2,
                         v[ACCOUNT_RETURNED]};
    s.months = 1 + (int32_t)random_below(random_below(4) == 0 ? 12 : 2);
    if (s.months > MODEL_MONTHS - at) {
        s.months = MODEL_MONTHS - at;
    }
    *op = (enum operation)random_below(OPERATION_KINDS);
    if (*op == GRANT && random_below(2) == 0) {
        s.fen = (int64_t)random_below(5) * 50 + 50;
        return s;
    }
    s.fen = random_below(3) == 0 ? (int64_t)random_below(300) : sources[*op];
    if (*op == GRANT) {
        s.fen = -s.fen;
    }
    return s;
}

static void compare_month(const struct model *m, size_t programme, int32_t at)
{
    const struct account_programme *p = account_find(account, str_of(CODES[programme]));
    const int64_t *want = m->months[programme][at].fen;
    int64_t got[ACCOUNT_KINDS] = {0};
    for (size_t i = 0; p != NULL && i < p->count; i++) {
        const struct segment *s = &p->segments[i];
        if (JAN + at >= s->from && JAN + at < s->from + s->months) {
            memcpy(got, s->fen, sizeof got);
        }
    }
    int64_t granted = p == NULL ? 0 : account_granted(p, JAN + at);
    int64_t left = want[ACCOUNT_GRANTED] + want[ACCOUNT_RECEIVABLE] +
                   want[ACCOUNT_RECOVERED] + want[ACCOUNT_WAIVED] +
                   want[ACCOUNT_WRITTEN_OFF];
    int64_t right = want[ACCOUNT_DUE] + want[ACCOUNT_TRANSIT] + want[ACCOUNT_RETURNED] +
                    want[ACCOUNT_PAID] + want[ACCOUNT_SET_OFF] + want[ACCOUNT_REFUNDED];
    /* Not asserted one by one: Check writes a mark for each assertion. */
    if (memcmp(got, want, sizeof got) != 0 || granted != want[ACCOUNT_GRANTED] ||
        left != right) {
        ck_abort_msg("%s, month %d", CODES[programme], at);
    }
}

static void compare_all(struct model *m)
{
    int64_t sums[ACCOUNT_KINDS] = {0};
    int64_t trial = 0;
    for (size_t c = 0; c < MODEL_PROGRAMMES; c++) {
        for (int32_t at = 0; at < MODEL_MONTHS; at++) {
            compare_month(m, c, at);
            for (int k = 0; k < ACCOUNT_KINDS; k++) {
                sums[k] += m->months[c][at].fen[k];
            }
        }
    }
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        bool left = k == ACCOUNT_GRANTED ||
                    (k >= ACCOUNT_RECEIVABLE && k <= ACCOUNT_WRITTEN_OFF);
        ck_assert_int_eq(m->balances[k], left ? sums[k] : -sums[k]);
        trial += m->balances[k];
    }
    ck_assert_int_eq(trial, 0);
}

static void note_postings(struct model *m, const struct postings *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i].fen <= 0) {
            ck_abort_msg("a posting of %" PRId64, p->items[i].fen);
        }
        m->balances[p->items[i].debit] += p->items[i].fen;
        m->balances[p->items[i].credit] -= p->items[i].fen;
    }
}

/* Through bytes and back: what is read is written as it was. */
static struct str through_bytes(uint8_t *bytes)
{
    static uint8_t again[ACCOUNT_ROW_MAX];
    struct writer w;
    struct writer w2;
    writer_init(&w, bytes, ACCOUNT_ROW_MAX);
    account_write(account, &w);
    enum status st = account_read(writer_str(&w), account, &d);
    writer_init(&w2, again, sizeof again);
    account_write(account, &w2);
    if (w.failed || st != ST_OK || !str_eq(writer_str(&w), writer_str(&w2))) {
        ck_abort_msg("a row is not read as it was written");
    }
    return writer_str(&w);
}

static void must_be_ok(enum status st)
{
    if (st != ST_OK) {
        ck_abort_msg("%s: %s", d.code, d.what);
    }
}

static uint64_t start_seed(const char *test)
{
    const char *given = getenv("TEST_SEED");
    uint64_t s = 20261105;
    ck_assert(given == NULL || text_u64(str_of(given), 1, UINT64_MAX, &s));
    printf("test_account: %s: seed %" PRIu64 "\n", test, s);
    return s;
}

START_TEST(random_operations)
{
    static uint8_t bytes[ACCOUNT_ROW_MAX];
    struct model *m = calloc(1, sizeof *m);
    size_t done = 0;
    ck_assert_ptr_nonnull(m);
    seed = start_seed("random_operations");
    struct str row = through_bytes(bytes);
    for (size_t i = 0; i < OPERATIONS; i++) {
        struct postings p;
        p.count = 0;
        size_t c = random_below(MODEL_PROGRAMMES);
        enum operation op;
        struct span s = random_span(m, c, &op);
        int64_t again = 0;
        int64_t model_again = 0;
        bool fits = s.fen == 0 || model_apply(m, op, c, s, &model_again);
        enum status st = apply(account, op, CODES[c], s, &p, &again);
        if ((st == ST_OK) != fits || (fits && again != model_again)) {
            ck_abort_msg("operation %zu: status %d, again %" PRId64, i, st, again);
        }
        if (st != ST_OK) { /* spoilt: as it was before */
            st = account_read(row, account, &d);
            must_be_ok(st);
            continue;
        }
        done++;
        note_postings(m, &p);
        row = through_bytes(bytes);
        compare_month(m, c, s.from - JAN);
        if (i % 1000 == 0) {
            compare_all(m);
        }
    }
    compare_all(m);
    ck_assert_uint_gt(done, OPERATIONS / 4);
    free(m);
}
END_TEST

/* ---- one form for one content ---- */

START_TEST(order_does_not_matter)
{
    static uint8_t bytes[2][ACCOUNT_ROW_MAX];
    struct writer w[2];
    seed = start_seed("order_does_not_matter");
    for (int round = 0; round < 200; round++) {
        struct span spans[20];
        size_t programmes[20];
        size_t order[20];
        for (size_t i = 0; i < 20; i++) {
            spans[i] = (struct span){JAN + (int32_t)random_below(12),
                                     1 + (int32_t)random_below(6),
                                     50 * (1 + (int64_t)random_below(3))};
            programmes[i] = random_below(MODEL_PROGRAMMES);
            order[i] = i;
        }
        for (int way = 0; way < 2; way++) {
            account->last = 0;
            account->count = 0;
            for (size_t i = 0; i < 20; i++) {
                struct postings p = {0};
                size_t at = order[i];
                must_be_ok(account_grant(account, str_of(CODES[programmes[at]]),
                                         spans[at], &p, &d));
            }
            writer_init(&w[way], bytes[way], sizeof bytes[way]);
            account_write(account, &w[way]);
            for (size_t i = 19; i > 0; i--) {
                size_t k = random_below(i + 1);
                size_t other = order[i];
                order[i] = order[k];
                order[k] = other;
            }
        }
        ck_assert(str_eq(writer_str(&w[0]), writer_str(&w[1])));
    }
}
END_TEST

START_TEST(nothing_leaves_no_trace)
{
    static uint8_t bytes[ACCOUNT_ROW_MAX];
    struct writer w;
    struct postings p = {0};
    struct span year = {JAN, 12, 100};
    struct span undo = {JAN, 12, -100};
    ck_assert_int_eq(account_grant(account, str_of("care"), year, &p, &d), ST_OK);
    ck_assert_int_eq(account_grant(account, str_of("care"), undo, &p, &d), ST_OK);
    ck_assert_uint_eq(account->count, 0);
    writer_init(&w, bytes, sizeof bytes);
    account_write(account, &w);
    ck_assert_mem_eq(bytes, "\2\0\0", 3);
    ck_assert_uint_eq(w.len, 3);
}
END_TEST

/* ---- limits ---- */

START_TEST(limits)
{
    static const struct {
        const char *label;
        struct span s;
    } rows[] = {
        {"no months", {JAN, 0, 100}},
        {"months below zero", {JAN, -1, 100}},
        {"too many months", {JAN, SPAN_MONTHS_MAX + 1, 100}},
        {"a month before all", {-1, 1, 100}},
        {"a month after all", {ACCOUNT_MONTH_MAX + 1, 1, 100}},
        {"the smallest number", {JAN, 1, INT64_MIN}},
        {"the largest number", {JAN, 1, INT64_MAX}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct postings p = {0};
        ck_assert_msg(account_grant(account, str_of("c"), rows[i].s, &p, &d) ==
                          ST_INTEGRITY,
                      "%s", rows[i].label);
        account->count = 0;
    }
    struct postings p = {0};
    struct span ok = {ACCOUNT_MONTH_MAX, SPAN_MONTHS_MAX, ACCOUNT_FEN_MAX};
    ck_assert_int_eq(account_grant(account, str_of("c"), ok, &p, &d), ST_OK);
    char code[PROGRAMME_CODE_MAX + 2];
    memset(code, 'x', sizeof code);
    struct str too_long = str_make(code, sizeof code - 1);
    ck_assert_int_eq(account_grant(account, too_long, ok, &p, &d), ST_INTEGRITY);
    ck_assert_int_eq(account_grant(account, str_of(""), ok, &p, &d), ST_INTEGRITY);
}
END_TEST

START_TEST(full_is_refused)
{
    struct postings p = {0};
    for (int i = 0; i < ACCOUNT_PROGRAMMES_MAX; i++) {
        char code[16];
        snprintf(code, sizeof code, "p%d", i);
        ck_assert_int_eq(
            account_grant(account, str_of(code), (struct span){JAN, 1, 1}, &p, &d),
            ST_OK);
    }
    ck_assert_int_eq(
        account_grant(account, str_of("q"), (struct span){JAN, 1, 1}, &p, &d),
        ST_INTEGRITY);
    for (int32_t i = 1; i < ACCOUNT_SEGMENTS_MAX; i++) {
        struct span s = {JAN + i, 1, 1 + i % 2};
        ck_assert_int_eq(account_grant(account, str_of("p1"), s, &p, &d), ST_OK);
    }
    struct span one_more = {JAN + 1000, 1, 1};
    ck_assert_int_eq(account_grant(account, str_of("p1"), one_more, &p, &d),
                     ST_INTEGRITY);
}
END_TEST

START_TEST(postings_add_up)
{
    struct postings p = {0};
    ck_assert_int_eq(postings_add(&p, "a", ACCOUNT_GRANTED, ACCOUNT_DUE, 0, &d), ST_OK);
    ck_assert_uint_eq(p.count, 0);
    ck_assert_int_eq(postings_add(&p, "a", ACCOUNT_GRANTED, ACCOUNT_DUE, 5, &d), ST_OK);
    ck_assert_int_eq(postings_add(&p, "a", ACCOUNT_GRANTED, ACCOUNT_DUE, 6, &d), ST_OK);
    ck_assert_int_eq(postings_add(&p, "b", ACCOUNT_GRANTED, ACCOUNT_DUE, 7, &d), ST_OK);
    ck_assert_int_eq(postings_add(&p, "a", ACCOUNT_DUE, ACCOUNT_GRANTED, 8, &d), ST_OK);
    ck_assert_uint_eq(p.count, 3);
    ck_assert_int_eq(p.items[0].fen, 11);
    ck_assert_int_eq(
        postings_add(&p, "a", ACCOUNT_GRANTED, ACCOUNT_DUE, INT64_MAX - 10, &d),
        ST_INTEGRITY);
    ck_assert_int_eq(p.items[0].fen, 11);
}
END_TEST

/* ---- damaged rows ---- */

/* A county's ordinary row: two programmes, some years. */
static struct str ordinary_row(uint8_t *bytes)
{
    struct postings p = {0};
    account->last = 123456;
    account->count = 0;
    ck_assert_int_eq(
        account_grant(account, str_of("care"), (struct span){JAN, 30, 10000}, &p, &d),
        ST_OK);
    ck_assert_int_eq(account_grant(account, str_of("old-age"),
                                   (struct span){JAN + 5, 7, 2550}, &p, &d),
                     ST_OK);
    ck_assert_int_eq(
        account_take(account, str_of("care"), (struct span){JAN, 12, 10000}, &p, &d),
        ST_OK);
    ck_assert_int_eq(
        account_paid(account, str_of("care"), (struct span){JAN, 11, 10000}, &p, &d),
        ST_OK);
    ck_assert_int_eq(
        account_grant(account, str_of("care"), (struct span){JAN + 9, 3, -500}, &p, &d),
        ST_OK);
    struct writer w;
    writer_init(&w, bytes, ACCOUNT_ROW_MAX);
    account_write(account, &w);
    return writer_str(&w);
}

START_TEST(truncations_are_refused)
{
    static uint8_t bytes[ACCOUNT_ROW_MAX];
    struct str row = ordinary_row(bytes);
    ck_assert_uint_gt(row.n, 50);
    for (size_t n = 1; n < row.n; n++) {
        char *cut = malloc(n); /* so that a sanitizer sees a read beyond it */
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, row.p, n);
        ck_assert_msg(account_read(str_make(cut, n), account, &d) == ST_INTEGRITY,
                      "%zu bytes", n);
        ck_assert_str_eq(d.code, "account-row");
        free(cut);
    }
    ck_assert_int_eq(account_read(str_of(""), account, &d), ST_OK);
    ck_assert_uint_eq(account->count, 0);
}
END_TEST

/* A flipped bit is refused, or it is another good row: then in its only form. */
START_TEST(flipped_bytes)
{
    static uint8_t bytes[ACCOUNT_ROW_MAX];
    static uint8_t changed[ACCOUNT_ROW_MAX];
    static uint8_t again[ACCOUNT_ROW_MAX];
    struct str row = ordinary_row(bytes);
    size_t refused = 0;
    for (size_t at = 0; at < row.n; at++) {
        for (unsigned value = 0; value < 256; value++) {
            struct writer w;
            memcpy(changed, row.p, row.n);
            changed[at] = (uint8_t)value;
            enum status st = account_read(str_make(changed, row.n), account, &d);
            if (st == ST_INTEGRITY) {
                refused++;
                continue;
            }
            writer_init(&w, again, sizeof again);
            account_write(account, &w);
            if (st != ST_OK || w.len != row.n || memcmp(again, changed, row.n) != 0) {
                ck_abort_msg("byte %zu as %u", at, value);
            }
        }
    }
    ck_assert_uint_gt(refused, row.n * 256 / 2);
}
END_TEST

START_TEST(other_forms_are_refused)
{
    static const struct {
        const char *label;
        const char *bytes;
        size_t n;
    } rows[] = {
        {"version 1", "\1\0\0", 3},
        {"version 3", "\3\0\0", 3},
        {"seventeen programmes", "\2\0\21", 3},
        {"a programme without a name", "\2\0\1\0\0\1\1\1\3\5\5", 11},
        {"a programme without months", "\2\0\1\1c\0\0", 7},
        {"a segment of nothing", "\2\0\1\1c\0\1\1\1\0", 10},
        {"a segment of no months", "\2\0\1\1c\0\1\1\0\3\5\5", 12},
        {"an account of a twelfth kind", "\2\0\1\1c\0\1\1\1\203\20\5\5\0", 14},
        {"an amount of zero", "\2\0\1\1c\0\1\1\1\7\5\5\0", 13},
        {"the equation does not hold", "\2\0\1\1c\0\1\1\1\3\5\6", 12},
        {"equal neighbours", "\2\0\1\1c\0\2\1\1\3\5\5\0\1\3\5\5", 17},
        {"programmes out of order", "\2\0\2\1d\0\1\1\1\3\5\5\1c\0\1\1\1\3\5\5", 21},
        {"a programme twice", "\2\0\2\1c\0\1\1\1\3\5\5\1c\0\1\1\1\3\5\5", 21},
        {"a recovery of no number", "\2\0\1\1c\200\200\200\200\20\1\1\1\3\5\5", 16},
        {"a byte too many", "\2\0\0\0", 4},
        {"a number longer than needed", "\2\200\0\0", 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(account_read(str_make(rows[i].bytes, rows[i].n), account, &d) ==
                          ST_INTEGRITY,
                      "%s", rows[i].label);
    }
}
END_TEST

Suite *suite_account(void);

Suite *suite_account(void)
{
    Suite *s = suite_create("account");
    TCase *c = tcase_create("account");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_loop_test(c, operations, 0, (int)(sizeof ROWS / sizeof ROWS[0]));
    tcase_add_test(c, random_operations);
    tcase_add_test(c, order_does_not_matter);
    tcase_add_test(c, nothing_leaves_no_trace);
    tcase_add_test(c, limits);
    tcase_add_test(c, full_is_refused);
    tcase_add_test(c, postings_add_up);
    tcase_add_test(c, truncations_are_refused);
    tcase_add_test(c, flipped_bytes);
    tcase_add_test(c, other_forms_are_refused);
    suite_add_tcase(s, c);
    return s;
}
