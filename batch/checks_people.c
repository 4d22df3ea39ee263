/* checks_people.c - checks of one line with its person: who they are now, what the
 * rules give them now, and to whom a payment would go now. */
#include <string.h>

#include "base/ident.h"
#include "base/must.h"
#include "batch/checks_private.h"
#include "ledger/erasure.h"
#include "ledger/line.h"

#define LATEST (DAY_NEVER - 1)
#define CARD_MIN 16
#define CARD_MAX 19

/* ---- the person ---- */

static enum status note_change(void *ctx, const struct difference *x, struct diag *d)
{
    struct checking *c = ctx;
    (void)d;
    size_t i = 0;
    while (i < c->changes.count &&
           strcmp(c->changes.programmes[i].code, x->code) != 0) {
        i++;
    }
    if (i == ACCOUNT_PROGRAMMES_MAX) {
        return ST_OK; /* an account has no more, so no line is of this one */
    }
    if (i == c->changes.count) {
        memset(&c->changes.programmes[i], 0, sizeof c->changes.programmes[i]);
        memcpy(c->changes.programmes[i].code, x->code, sizeof x->code);
        c->changes.count++;
    }
    for (size_t n = 0; n < x->count; n++) {
        const struct span *s = &x->spans[n].span;
        c->changes.programmes[i].fen += s->fen * s->months;
        c->changes.programmes[i].less = c->changes.programmes[i].less || s->fen < 0;
    }
    return ST_OK;
}

/* What a run now would post for them: mostly there is nothing new to look at. */
static enum status find_changes(struct checking *c, const struct person *p,
                                struct diag *d)
{
    struct entitle_range range = {policy_set_first_month(entitle_policies(c->rules)),
                                  c->period};
    c->changes.count = 0;
    if (c->period < 0 || p->newest < c->facts_size || range.first > range.through) {
        return ST_OK;
    }
    return entitle_differences(c->rules, p, c->account, range, c->period, note_change,
                               c, d);
}

static enum status read_account(struct checking *c, uint64_t person, struct diag *d)
{
    uint8_t key[8];
    struct str row;
    put_u64(key, person);
    TRY(store_get(ledger_txn(c->l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    return account_read(row, c->account, d);
}

enum status checks_person(struct checking *c, uint64_t person, struct diag *d)
{
    uint8_t digest[DIGEST_LEN];
    c->person = person;
    c->seen_own = 0;
    c->seen_agents = 0;
    c->changes.count = 0;
    c->line_count = 0;
    TRY(read_account(c, person, d));
    enum status st = payees_person(c->payees, person, d);
    c->erased = erasure_failed(st, d);
    if (c->erased) {
        return ST_OK;
    }
    TRY(st);
    const struct person *p = payees_current(c->payees);
    struct str household = person_value(p, "household", LATEST);
    c->household = 0;
    if (household.n > 0) {
        digest_once(c->g, household, str_of(""), digest);
        c->household = get_u32(digest) | 1;
    }
    c->dead = person_death(p) != DAY_NEVER;
    return find_changes(c, p, d);
}

/* ---- to whom it would go now ---- */

struct now { /* of all months of a line */
    bool held, no_heir, elsewhere;
};

static enum status payee_now(struct checking *c, const struct line_entry *x,
                             struct now *out, struct diag *d)
{
    uint64_t number = x->payee != 0 ? x->payee : x->person;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < x->span_count; i++) {
        for (int32_t n = 0; n < x->spans[i].months; n++) {
            struct payee p;
            TRY(payees_month(c->payees, str_of(x->programme), x->spans[i].from + n,
                             c->batch.pay_day, &p, d));
            bool same = p.answer == PAYEE_PAID && p.number == number &&
                        p.route->ordinal == x->route;
            out->held = out->held || p.answer == PAYEE_HELD;
            out->no_heir = out->no_heir || p.answer == PAYEE_NO_HEIR;
            out->elsewhere = out->elsewhere || (!same && p.answer != PAYEE_HELD &&
                                                p.answer != PAYEE_NO_HEIR);
        }
    }
    return ST_OK;
}

/* The route the line was signed for, NULL when it was voided since, or is another's. */
static const struct route *route_of(const struct checking *c,
                                    const struct line_entry *x)
{
    const struct person *p = payees_current(c->payees);
    for (size_t i = 0; x->payee == 0 && i < p->route_count; i++) {
        if (p->routes[i].ordinal == x->route) {
            return &p->routes[i];
        }
    }
    return NULL;
}

/* Is it the account that was paid last? Registered anew with the same number it is. */
static bool same_account(const struct checking *c, const struct line_entry *x,
                         const struct line_entry *last)
{
    if (last->payee != x->payee || last->route == x->route) {
        return last->payee == x->payee;
    }
    const struct route *now = route_of(c, x);
    const struct route *then = route_of(c, last);
    return now != NULL && then != NULL && str_eq(now->account, then->account);
}

static enum status check_route(struct checking *c, const struct line_entry *x,
                               const struct now *now, struct diag *d)
{
    const unsigned paid = 1U << LINE_OPEN | 1U << LINE_UNKNOWN | 1U << LINE_PAID;
    struct line_entry last;
    bool found;
    if (now->elsewhere) {
        return checks_found(c, CHECK_ROUTE_CHANGED, x, 0, 0, d);
    }
    if (!checks_on(c, CHECK_ROUTE_CHANGED)) {
        return ST_OK;
    }
    TRY(past_find(&c->paid, x->person, x->programme, paid, &last, &found, d));
    return found && !same_account(c, x, &last)
               ? checks_found(c, CHECK_ROUTE_CHANGED, x, last.batch, 0, d)
               : ST_OK;
}

/* ---- what the rules give now ---- */

/* What is receivable of the line's months. A month that goes into a batch owes nothing,
 * so it came after. */
static int64_t receivable(const struct checking *c, const struct line_entry *x)
{
    const struct account_programme *p = account_find(c->account, str_of(x->programme));
    int64_t fen = 0;
    for (size_t i = 0; p != NULL && i < x->span_count; i++) {
        for (int32_t n = 0; n < x->spans[i].months; n++) {
            const struct segment *s = account_month(p, x->spans[i].from + n);
            bool moving = s != NULL && s->fen[ACCOUNT_TRANSIT] > 0;
            fen += moving ? s->fen[ACCOUNT_RECEIVABLE] : 0;
        }
    }
    return fen;
}

static enum status check_grants(struct checking *c, const struct line_entry *x,
                                const struct route *r, const struct now *now,
                                struct diag *d)
{
    int64_t owed = receivable(c, x);
    int64_t change = 0;
    bool less = false;
    bool any = false;
    for (size_t i = 0; i < c->changes.count; i++) {
        if (strcmp(c->changes.programmes[i].code, x->programme) == 0) {
            change = c->changes.programmes[i].fen;
            less = c->changes.programmes[i].less;
            any = true;
        }
    }
    bool heir = r != NULL && str_is(r->relation, "继承人");
    if (c->dead && (now->no_heir || (!heir && (owed > 0 || less)))) {
        TRY(checks_found(c, CHECK_DEAD, x, 0, change, d));
    }
    if (owed > 0) {
        TRY(checks_found(c, CHECK_STOPPED, x, 0, owed, d));
    }
    return any ? checks_found(c, CHECK_FACTS_SINCE_RUN, x, 0, change, d) : ST_OK;
}

/* ---- identifiers ---- */

static enum status check_identifiers(struct checking *c, const struct line_entry *x,
                                     const struct route *r, struct diag *d)
{
    char normal[ID_NUMBER_LEN + 1];
    const struct person *p = payees_current(c->payees);
    bool agent = r != NULL && r->payee_id.n > 0;
    bool card = r != NULL && r->account.n >= CARD_MIN && r->account.n <= CARD_MAX &&
                str_starts(r->account, str_of("62"));
    bool bad =
        id_number_normal(person_value(p, "id_number", LATEST), normal) != ID_OK ||
        (agent && id_number_normal(r->payee_id, normal) != ID_OK &&
         !credit_code_valid(r->payee_id));
    if (bad) {
        TRY(checks_found(c, CHECK_INVALID_ID, x, 0, 0, d));
    }
    return card && !luhn_valid(r->account)
               ? checks_found(c, CHECK_INVALID_ACCOUNT, x, 0, 0, d)
               : ST_OK;
}

/* ---- twice ---- */

static bool overlap(const struct line_entry *a, const struct line_entry *b)
{
    for (size_t i = 0; i < a->span_count; i++) {
        for (size_t k = 0; k < b->span_count; k++) {
            const struct span *x = &a->spans[i];
            const struct span *y = &b->spans[k];
            if (x->from < y->from + y->months && y->from < x->from + x->months) {
                return true;
            }
        }
    }
    return false;
}

/* Lines of one person and programme that pay different months, to different accounts or
 * too many for one line, are no duplicates. */
static enum status check_twice(struct checking *c, const struct line_entry *x,
                               struct diag *d)
{
    struct line_entry other;
    bool found;
    uint32_t first = 0;
    for (size_t i = 0; i < c->line_count && first == 0; i++) {
        TRY(line_get(ledger_txn(c->l), x->batch, c->lines[i], &other, d));
        bool same = strcmp(other.programme, x->programme) == 0 && overlap(&other, x);
        first = same ? other.line : 0;
    }
    if (first != 0) {
        TRY(checks_found(c, CHECK_DUPLICATE_PAYEE, x, first, 0, d));
    }
    if (c->line_count < CHECKS_LINES_OF_PERSON) {
        c->lines[c->line_count++] = x->line;
    }
    if (!checks_on(c, CHECK_TWO_BATCHES)) {
        return ST_OK;
    }
    TRY(past_find(&c->waiting, x->person, x->programme, 1U << LINE_OPEN, &other, &found,
                  d));
    return found ? checks_found(c, CHECK_TWO_BATCHES, x, other.batch, 0, d) : ST_OK;
}

enum status checks_line(struct checking *c, const struct line_entry *x, struct diag *d)
{
    struct now now;
    TRY(check_twice(c, x, d));
    if (c->erased) {
        return ST_OK;
    }
    const struct route *r = route_of(c, x);
    TRY(payee_now(c, x, &now, d));
    if (now.held) {
        TRY(checks_found(c, CHECK_PAY_HOLD, x, 0, 0, d));
    }
    TRY(check_grants(c, x, r, &now, d));
    TRY(check_route(c, x, &now, d));
    TRY(check_identifiers(c, x, r, d));
    TRY(checks_usual(c, x, d));
    TRY(checks_bank(c, x, r, d));
    return r != NULL ? checks_keep(c, x, r, d) : ST_OK;
}
