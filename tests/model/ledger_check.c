/* ledger_check.c - what must hold after every step: the books and the ledger's accounts
 * are the same, month by month; the equation; the balances; what runs set off. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/reconcile.h"
#include "batch/recover.h"
#include "tests/model/ledger_county.h"
#include "tests/model/model_private.h"

/* ---- what the model grants ---- */

static bool is_on(const struct county *c, int list, int person)
{
    return (c->lists[list].on >> person & 1) != 0;
}

/* The next list after a month, or NULL. */
static const struct county_list *list_after(const struct county *c, int32_t month)
{
    const struct county_list *next = NULL;
    for (int i = 0; i < c->list_count; i++) {
        const struct county_list *l = &c->lists[i];
        if (l->month > month && (next == NULL || l->month < next->month)) {
            next = l;
        }
    }
    return next;
}

/* Who is on a list has its value from the first day of its month; who is missing from
 * the next one, until the day before that one's. */
static void add_lists(const struct county *c, int person, struct model_person *m)
{
    for (int i = 0; i < c->list_count && m->fact_count < MODEL_FACTS; i++) {
        if (!is_on(c, i, person)) {
            continue;
        }
        const struct county_list *next = list_after(c, c->lists[i].month);
        bool ends = next != NULL && (next->on >> person & 1) == 0;
        m->facts[m->fact_count++] = (struct model_fact){
            .attribute = c->plan->list_attribute,
            .programme = MODEL_NONE,
            .value = c->plan->list_value,
            .scale = MODEL_NONE,
            .tier = MODEL_NONE,
            .amount_fen = -1,
            .effective = month_first_day(c->lists[i].month),
            .until = ends ? month_first_day(next->month) - 1 : DAY_NEVER,
            .order = c->recorded + i};
    }
}

static void person_as_known(const struct county *c, int person, struct model_person *m)
{
    const struct model_person *all = &c->plan->citizens[person].all;
    const struct citizen_state *s = &c->people[person];
    memset(m, 0, sizeof *m);
    m->birth = all->birth;
    for (int k = 0; k < all->fact_count; k++) {
        if (s->order[k] >= 0) {
            m->facts[m->fact_count] = all->facts[k];
            m->facts[m->fact_count].order = s->order[k];
            m->facts[m->fact_count].voided = s->voided[k];
            m->fact_count++;
        }
    }
    add_lists(c, person, m);
    for (int k = 0; k < all->settled_count; k++) {
        if (s->taken_over[all->settled[k].programme]) {
            m->settled[m->settled_count++] = all->settled[k];
        }
    }
}

/* An order that counts asks for the larger, one beside for more. */
static int64_t with_orders(const struct county *c, int person, int programme,
                           int32_t month, int64_t fen)
{
    int64_t counting = 0;
    int64_t beside = 0;
    for (int i = 0; i < c->order_count; i++) {
        const struct county_order *o = &c->orders[i];
        if (!o->voided && o->person == person && o->programme == programme &&
            month >= o->from && month <= o->to) {
            counting += o->counts ? o->fen : 0;
            beside += o->counts ? 0 : o->fen;
        }
    }
    return (counting > fen ? counting : fen) + beside;
}

void county_expect(struct county *c, int32_t period)
{
    static struct model_life life;
    static struct model_person m;
    const struct model_world *w = &c->known;
    for (int i = 0; i < c->plan->people; i++) {
        if (!c->people[i].in) {
            continue;
        }
        person_as_known(c, i, &m);
        model_assess(w, &m, &life);
        for (int k = 0; k < MODEL_PROGRAMMES; k++) {
            for (int32_t month = w->first; month <= period; month++) {
                c->granted[i][k][county_month(c, month)] =
                    with_orders(c, i, k, month, life.cells[k][month - w->first].fen);
            }
        }
    }
}

/* ---- the ledger's accounts ---- */

static void spread(struct county *c, int person, int programme,
                   const struct account_programme *p)
{
    for (size_t s = 0; s < p->count; s++) {
        for (int32_t m = 0; m < p->segments[s].months; m++) {
            int at = county_month(c, p->segments[s].from + m);
            for (int k = 0; k < ACCOUNT_KINDS; k++) {
                c->now[k][person][programme][at] = p->segments[s].fen[k];
            }
        }
    }
}

static bool load(struct county *c)
{
    static struct account a;
    memcpy(c->before, c->now, sizeof c->before);
    memset(c->now, 0, sizeof c->now);
    for (int i = 0; i < c->plan->people; i++) {
        if (!c->people[i].in) {
            continue;
        }
        if (recover_account(c->f.l, c->people[i].number, &a, &c->f.d) != ST_OK) {
            return county_refused(c, "an account is not read");
        }
        for (int k = 0; k < MODEL_PROGRAMMES; k++) {
            const struct account_programme *p =
                account_find(&a, str_of(model_programmes[k]));
            if (p != NULL) {
                spread(c, i, k, p);
            }
        }
    }
    return true;
}

static bool differs(struct county *c, const char *wrong, int person, int programme,
                    int month, int64_t book, int64_t ledger)
{
    char text[DATE_TEXT_CAP];
    month_print(c->plan->world.first - COUNTY_BEFORE + month, text);
    return county_fail(c, wrong, "person %d, %s %s: books %" PRId64 ", ledger %" PRId64,
                       person, model_programmes[programme], text, book, ledger);
}

/* I7, of one person, programme and month. */
static bool check_month(struct county *c, int i, int k, int m)
{
    int64_t at[ACCOUNT_KINDS];
    for (int kind = 0; kind < ACCOUNT_KINDS; kind++) {
        at[kind] = c->now[kind][i][k][m];
    }
    int64_t left = at[ACCOUNT_GRANTED] + at[ACCOUNT_RECEIVABLE] +
                   at[ACCOUNT_RECOVERED] + at[ACCOUNT_WAIVED] + at[ACCOUNT_WRITTEN_OFF];
    int64_t right = at[ACCOUNT_DUE] + at[ACCOUNT_TRANSIT] + at[ACCOUNT_RETURNED] +
                    at[ACCOUNT_PAID] + at[ACCOUNT_SET_OFF] + at[ACCOUNT_REFUNDED];
    if (left != right) {
        return differs(c, "the equation does not hold", i, k, m, left, right);
    }
    if (at[ACCOUNT_GRANTED] != c->granted[i][k][m]) {
        return differs(c, "granted is another sum", i, k, m, c->granted[i][k][m],
                       at[ACCOUNT_GRANTED]);
    }
    return at[ACCOUNT_PAID] == c->paid[i][k][m] ||
           differs(c, "paid is not what the bank paid", i, k, m, c->paid[i][k][m],
                   at[ACCOUNT_PAID]);
}

/* More granted cancels what is receivable, then what was waived, then what was written
 * off of the month, before anything becomes due; what comes back does so, too. Less
 * granted takes what is due and what came back before anything becomes receivable. */
static bool check_order(struct county *c, int i, int k, int m)
{
    int64_t now[ACCOUNT_KINDS];
    int64_t change[ACCOUNT_KINDS];
    for (int kind = 0; kind < ACCOUNT_KINDS; kind++) {
        now[kind] = c->now[kind][i][k][m];
        change[kind] = now[kind] - c->before[kind][i][k][m];
    }
    if ((change[ACCOUNT_WAIVED] < 0 && now[ACCOUNT_RECEIVABLE] > 0) ||
        (change[ACCOUNT_WRITTEN_OFF] < 0 &&
         now[ACCOUNT_RECEIVABLE] + now[ACCOUNT_WAIVED] > 0)) {
        return differs(c, "cancelled in another order", i, k, m, 0,
                       now[ACCOUNT_RECEIVABLE]);
    }
    int64_t owed =
        now[ACCOUNT_RECEIVABLE] + now[ACCOUNT_WAIVED] + now[ACCOUNT_WRITTEN_OFF];
    if (change[ACCOUNT_RETURNED] > 0 && owed > 0) {
        return differs(c, "came back before what is owed was cancelled", i, k, m, 0,
                       owed);
    }
    if (change[ACCOUNT_GRANTED] > 0 && change[ACCOUNT_DUE] > 0 && owed > 0) {
        return differs(c, "due before what is owed was cancelled", i, k, m, 0, owed);
    }
    int64_t there = now[ACCOUNT_DUE] + now[ACCOUNT_RETURNED];
    return change[ACCOUNT_GRANTED] >= 0 || change[ACCOUNT_RECEIVABLE] <= 0 ||
           there == 0 ||
           differs(c, "owed before what is there was taken", i, k, m, 0, there);
}

/* What was recovered came in by repayment, or was kept of dues of its programme. */
static bool check_programme(struct county *c, int i, int k)
{
    int64_t recovered = 0;
    int64_t kept = 0;
    for (int m = 0; m < COUNTY_MONTHS; m++) {
        if (!check_month(c, i, k, m) || !check_order(c, i, k, m)) {
            return false;
        }
        recovered += c->now[ACCOUNT_RECOVERED][i][k][m];
        kept += c->now[ACCOUNT_SET_OFF][i][k][m];
    }
    return recovered == kept + c->repaid[i][k] ||
           differs(c, "recovered is not what came in", i, k, 0, kept + c->repaid[i][k],
                   recovered);
}

static bool check_totals(struct county *c)
{
    static struct reconcile_report r;
    if (reconcile_ledger(c->f.l, &r, &c->f.d) != ST_OK) {
        return county_refused(c, "control totals fail");
    }
    if (r.trial_balance_fen != 0) {
        return county_fail(c, "the trial balance is not zero", "%" PRId64,
                           r.trial_balance_fen);
    }
    return r.differences == 0 ||
           county_fail(c, "control totals differ", "%" PRId64, r.differences);
}

bool county_check(struct county *c)
{
    if (!load(c)) {
        return false;
    }
    for (int i = 0; i < c->plan->people; i++) {
        for (int k = 0; k < MODEL_PROGRAMMES && c->people[i].in; k++) {
            if (!check_programme(c, i, k)) {
                return false;
            }
        }
    }
    return check_totals(c) && county_check_months(c) && county_check_funds(c) &&
           county_check_notices(c);
}

/* ---- set-offs of a run ---- */

const struct model_programme *county_ruling(const struct county *c, int programme,
                                            int32_t month)
{
    static const struct model_person nobody;
    static struct model_life out;
    struct life l = {
        .world = &c->known, .person = &nobody, .death = DAY_NEVER, .out = &out};
    const struct model_policy *p = model_ruling(&l, programme, month);
    return p == NULL || !p->programmes[programme].defined ? NULL
                                                          : &p->programmes[programme];
}

/* The share by the policy that rules a month for anybody, in percent. */
static int64_t share_of(const struct county *c, int programme, int month)
{
    const struct model_programme *p =
        county_ruling(c, programme, c->plan->world.first - COUNTY_BEFORE + month);
    return p == NULL ? 0 : p->rules.set_off;
}

static int64_t room_of(const struct county *c, int i, int k, int m)
{
    return c->now[ACCOUNT_GRANTED][i][k][m] * share_of(c, k, m) / 100 -
           c->now[ACCOUNT_SET_OFF][i][k][m];
}

/* The decided set-off of a person and programme; false: none. */
static bool find_set_off(struct county *c, int i, int k, struct recovery_entry *e)
{
    for (uint32_t n = 1; n <= ledger_head(c->f.l)->recoveries; n++) {
        if (recovery_get(ledger_txn(c->f.l), n, e, &c->f.d) == ST_OK &&
            e->terms.method == RECOVERY_SET_OFF && e->state == RECOVERY_DECIDED &&
            e->terms.person == c->people[i].number &&
            strcmp(e->terms.programme, model_programmes[k]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_dead(const struct county *c, int person)
{
    static struct model_person m;
    person_as_known(c, person, &m);
    return model_death(&m) != DAY_NEVER;
}

/* Months give no more than their share, and while something is open and the person
 * lives, no less. */
static bool check_givers(struct county *c, int i, int k)
{
    struct recovery_entry e;
    struct account *a = NULL;
    bool decided = find_set_off(c, i, k, &e);
    int64_t open = 0;
    bool dead = is_dead(c, i);
    if (decided && !dead && (a = calloc(1, sizeof *a)) != NULL) {
        if (recover_account(c->f.l, e.terms.person, a, &c->f.d) == ST_OK) {
            open = recovery_open_fen(&e, a);
        }
        free(a);
    }
    for (int m = 0; m < COUNTY_MONTHS; m++) {
        bool gave =
            c->now[ACCOUNT_SET_OFF][i][k][m] > c->before[ACCOUNT_SET_OFF][i][k][m];
        int32_t month = c->plan->world.first - COUNTY_BEFORE + m;
        if (gave && room_of(c, i, k, m) < 0) {
            return differs(c, "more was set off than the share", i, k, m, 0,
                           room_of(c, i, k, m));
        }
        if (gave && dead) {
            return differs(c, "dues of the dead were set off", i, k, m, 0, 0);
        }
        if (gave && decided && month <= month_of_day(e.terms.served)) {
            return differs(c, "a month before the decision gave", i, k, m, 0, 0);
        }
        if (open > 0 && month > month_of_day(e.terms.served) &&
            c->now[ACCOUNT_DUE][i][k][m] > 0 && room_of(c, i, k, m) > 0) {
            return differs(c, "less was set off than the share", i, k, m,
                           room_of(c, i, k, m), open);
        }
    }
    return true;
}

/* The oldest month is paid for first. */
static bool check_takers(struct county *c, int i, int k)
{
    struct recovery_entry e;
    int last = -1;
    for (int m = 0; m < COUNTY_MONTHS; m++) {
        if (c->now[ACCOUNT_RECOVERED][i][k][m] >
            c->before[ACCOUNT_RECOVERED][i][k][m]) {
            last = m;
        }
    }
    if (last < 0 || !find_set_off(c, i, k, &e)) {
        return true;
    }
    for (size_t s = 0; s < e.left.count; s++) {
        for (int32_t n = 0; n < e.left.items[s].months; n++) {
            int m = county_month(c, e.left.items[s].from + n);
            if (m < last && c->now[ACCOUNT_RECEIVABLE][i][k][m] > 0) {
                return differs(c, "a later month was paid for first", i, k, m, 0, 0);
            }
        }
    }
    return true;
}

bool county_check_set_off(struct county *c)
{
    for (int i = 0; i < c->plan->people; i++) {
        for (int k = 0; k < MODEL_PROGRAMMES && c->people[i].in; k++) {
            if (!check_givers(c, i, k) || !check_takers(c, i, k)) {
                return false;
            }
        }
    }
    return true;
}
