/* ledger_recover.c - overpayments asked back, decided, repaid. What the ledger may
 * refuse here is named; any other refusal is wrong. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "batch/recover.h"
#include "tests/model/ledger_county.h"

static bool is_one_of(const char *code, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(code, list[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool owes(const struct county *c, int person, int programme)
{
    for (int m = 0; m < COUNTY_MONTHS; m++) {
        if (c->now[ACCOUNT_RECEIVABLE][person][programme][m] > 0) {
            return true;
        }
    }
    return false;
}

/* Somebody who owes something in a programme. */
static bool find_debtor(const struct county *c, struct chance *x, int *person,
                        int *programme)
{
    int all = c->plan->people * MODEL_PROGRAMMES;
    int from = chance_below(x, all);
    for (int n = 0; n < all; n++) {
        *person = (from + n) % all / MODEL_PROGRAMMES;
        *programme = (from + n) % MODEL_PROGRAMMES;
        if (c->people[*person].in && owes(c, *person, *programme)) {
            return true;
        }
    }
    return false;
}

/* An open recovery of these, by chance; 0: none. */
static uint32_t find_open(struct county *c, uint64_t person, const char *programme)
{
    for (uint32_t n = 1; n <= ledger_head(c->f.l)->recoveries; n++) {
        struct recovery_entry e;
        if (recovery_get(ledger_txn(c->f.l), n, &e, &c->f.d) == ST_OK &&
            recovery_is_open(&e) && e.terms.person == person &&
            strcmp(e.terms.programme, programme) == 0) {
            return n;
        }
    }
    return 0;
}

bool county_propose(struct county *c, struct recover_request q)
{
    static const char *const may[] = {"nothing-receivable", "dead", "no-set-off",
                                      "too-many-months",    "plan", "recovery-state"};
    struct recovery_terms t;
    fixture_as(&c->f, FIXTURE_MAKER);
    if (recover_decide(c->f.l, &q, &t, &c->f.d) != ST_OK) {
        return is_one_of(c->f.d.code, may, sizeof may / sizeof may[0]) ||
               county_refused(c, "a recovery is refused");
    }
    county_tell(
        c, "recovery %u of number %" PRIu64 ", %s: %s, replaces %u, %" PRId64 " fen\n",
        t.number, t.person, t.programme, recovery_method_name(t.method), t.replaces,
        spans_sum(&t.months));
    return true;
}

bool county_decide(struct county *c, struct chance *x)
{
    static const enum recovery_method methods[] = {
        RECOVERY_SET_OFF, RECOVERY_SET_OFF, RECOVERY_SET_OFF,  RECOVERY_REPAY,
        RECOVERY_PLAN,    RECOVERY_WAIVE,   RECOVERY_WRITE_OFF};
    int person, programme;
    int32_t first = c->plan->world.first;
    struct recover_request q = {.document = str_of("d"), .from = 0, .to = INT32_MAX};
    q.method = methods[chance_below(x, 7)];
    q.served = county_today(c) - chance_below(x, 400);
    q.plan_months = q.method == RECOVERY_PLAN ? (uint32_t)chance_between(x, 1, 6) : 0;
    if (chance_percent(x, 30)) {
        q.from = chance_between(x, first, c->plan->world.last);
    }
    bool anew = chance_percent(x, 25);
    if (!find_debtor(c, x, &person, &programme)) {
        return true;
    }
    q.person = c->people[person].number;
    q.programme = str_of(model_programmes[programme]);
    q.replaces = anew ? find_open(c, q.person, model_programmes[programme]) : 0;
    return county_propose(c, q);
}

/* A recovery in this state, from a number that chance gives. */
static uint32_t find_state(struct county *c, struct chance *x,
                           enum recovery_state state, struct recovery_entry *e)
{
    uint32_t n = ledger_head(c->f.l)->recoveries;
    uint32_t from = n == 0 ? 0 : (uint32_t)chance_below(x, (int)n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t number = (from + i) % n + 1;
        if (recovery_get(ledger_txn(c->f.l), number, e, &c->f.d) == ST_OK &&
            e->state == state) {
            return number;
        }
    }
    return 0;
}

bool county_confirm(struct county *c, struct chance *x)
{
    static const char *const may[] = {"recovery-state", "not-receivable",
                                      "set-off-known"};
    struct recovery_entry e;
    int64_t moved = 0;
    uint32_t number = find_state(c, x, RECOVERY_PROPOSED, &e);
    if (number == 0) {
        return true;
    }
    fixture_as(&c->f, FIXTURE_CHECKER);
    if (recover_confirm(c->f.l, number, &e, &moved, &c->f.d) != ST_OK) {
        return is_one_of(c->f.d.code, may, sizeof may / sizeof may[0]) ||
               county_refused(c, "a decision is refused");
    }
    county_tell(c, "recovery %u is decided: %" PRId64 " fen moved\n", number, moved);
    return true;
}

bool county_repay(struct county *c, struct chance *x)
{
    struct recovery_entry e;
    int64_t left = 0;
    uint32_t number = find_state(c, x, RECOVERY_DECIDED, &e);
    struct account *a = number == 0 ? NULL : calloc(1, sizeof *a);
    int person = 0;
    int programme = 0;
    if (a == NULL) {
        return true;
    }
    bool ok = recover_account(c->f.l, e.terms.person, a, &c->f.d) == ST_OK;
    int64_t open = ok ? recovery_open_fen(&e, a) : 0;
    free(a);
    if (open == 0) {
        return ok || county_refused(c, "an account is not read");
    }
    while (c->people[person].number != e.terms.person) {
        person++;
    }
    while (strcmp(model_programmes[programme], e.terms.programme) != 0) {
        programme++;
    }
    struct recover_payment p = {.recovery = number,
                                .received = county_today(c),
                                .payer = PAYER_HEIR,
                                .name = str_of("演"),
                                .fen = open};
    if (chance_percent(x, 60)) {
        p.fen = 1 + (int64_t)(chance_next(x) % (uint64_t)open);
    }
    fixture_as(&c->f, FIXTURE_MAKER);
    if (recover_repay(c->f.l, &p, &left, &c->f.d) != ST_OK) {
        return strcmp(c->f.d.code, "too-many-months") == 0 ||
               county_refused(c, "a repayment is refused");
    }
    county_tell(c, "recovery %u: %" PRId64 " fen repaid by an heir of person %d\n",
                number, p.fen, person);
    c->repaid[person][programme] += p.fen;
    return left == open - p.fen ||
           county_fail(c, "a repayment leaves another sum", "recovery %u", number);
}

bool county_decision(struct county *c, struct chance *x)
{
    return county_decide(c, x) && county_confirm(c, x);
}
