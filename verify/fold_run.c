/* fold_run.c - runs: kinds 30 to 33. */
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "verify/fold_private.h"

enum { SUM_REGULAR, SUM_BACKPAY, SUM_REDUCTION, SUM_SET_OFF };
enum { COUNT_RECORDS, COUNT_SET_OFFS };

void rule_run_start(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct run_row *run = fold_next(f, a, &f->runs, v[1].u);
    f->open.number = v[1].u;
    if (run == NULL) {
        return;
    }
    run->sequence = a->r->sequence;
    run->period = (uint32_t)v[2].u;
    run->policies = (uint32_t)v[4].u;
    if (v[3].u != a->r->sequence || v[4].u != f->confirmed_policies) {
        FAULT(f, a, GROUP_BALANCE, "run-start",
              "the facts or the number of policies run %llu stands on are not those of "
              "its place in the ledger",
              "%llu 号测算所依据的登记信息或政策数与其在账中的位置不符",
              (unsigned long long)v[1].u);
    }
}

/* The open run's number and the order of people. NULL when its start is left out. */
static const struct run_row *open_run(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    if (f->open.incomplete && f->open.number == 0) {
        f->open.number = v[1].u;
    }
    if (v[1].u != f->open.number) {
        report_fail(f->report, GROUP_BALANCE, a->r->sequence, "act-number",
                    "run %llu is not the one under way", "进行中的不是 %llu 号测算",
                    (unsigned long long)v[1].u);
        fold_stop(f, a->r->sequence);
        return NULL;
    }
    return list_find(&f->runs, v[1].u);
}

static void check_order(struct fold *f, struct act *a)
{
    if (a->b.v[2].u < f->open.next) {
        FAULT(f, a, GROUP_BALANCE, "person-order", "a run goes through people in order",
              "测算须按人员编号顺序");
    }
    f->open.next = a->b.v[2].u;
}

static bool cause_fine(const struct run_row *run, uint64_t cause, const struct span *s)
{
    if (cause == 3 || s->fen < 0) {
        return cause == 3 && s->fen < 0;
    }
    if (run == NULL) {
        return true;
    }
    bool own = s->from == (int32_t)run->period && s->months == 1;
    return cause == 1 ? own : s->from + s->months <= (int32_t)run->period;
}

/* [from, months, fen, cause, policy, tier] */
static bool grant_span(struct fold *f, struct act *a, struct cbor *c,
                       const struct run_row *run, int programme)
{
    struct span s;
    c->bad = c->bad || cbor_array(c, 6) != 6;
    (void)span_read(c, &s, true);
    uint64_t cause = cbor_uint(c, 3);
    uint64_t policy = cbor_uint(c, UINT32_MAX);
    (void)cbor_uint(c, UINT32_MAX);
    if (c->bad || cause == 0) {
        return false;
    }
    if (!cause_fine(run, cause, &s) || policy > f->policies.count) {
        FAULT(f, a, GROUP_BALANCE, "span",
              "a span's cause does not go with its month or sign, or its policy is not "
              "known",
              "应发的事由与月份或正负不符，或其政策不存在");
    }
    fold_operate(f, a, programme, OP_GRANT, &s);
    int64_t *sum = &f->open.fen[cause - 1];
    if (!money_add(*sum, s.fen * s.months, sum)) {
        return false;
    }
    f->open.concerned = f->open.concerned || (f->o.claims->scope == SCOPE_PERIOD &&
                                              claims_month(f->o.claims, &s));
    if (claims_person(f->o.claims, a->b.v[2].u)) {
        claims_span(f->o.claims, COUNT_ENTITLED, programme, &s);
    }
    return true;
}

/* Without the accounts: what is granted more or less is what the spans say. */
static void check_net(struct fold *f, struct act *a, int64_t expected)
{
    struct cbor c = cbor_of(a->b.v[9].s);
    int64_t net = 0;
    for (uint64_t i = 0; i < a->b.v[9].u; i++) {
        (void)cbor_array(&c, 4);
        (void)cbor_text(&c, 1, CODE_MAX);
        uint64_t debit = cbor_uint(&c, ACCOUNT_COUNT),
                 credit = cbor_uint(&c, ACCOUNT_COUNT);
        int64_t fen = cbor_int(&c);
        int64_t change = debit == A_GRANTED ? fen : credit == A_GRANTED ? -fen : 0;
        if (c.bad || !money_add(net, change, &net)) {
            return; /* said by fold_postings */
        }
    }
    if (net != expected) {
        FAULT(f, a, GROUP_BALANCE, "postings",
              "its postings grant %lld fen, its months %lld",
              "所记借贷应发 %lld 分，各月合计 %lld 分", (long long)net,
              (long long)expected);
    }
}

static void check_before(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct person p;
    if (!fold_person(f, a, v[2].u, &p)) {
        return;
    }
    if (p.merged_into != 0 || p.institution) {
        REFUSE(f, a, GROUP_BALANCE, "not-entitled",
               "person %llu was merged into another, or is an institution",
               "%llu 号已并入他人，或是机构", (unsigned long long)v[2].u);
    }
    if (v[3].u != p.entitled) {
        FAULT(f, a, GROUP_BALANCE, "entitlement-chain",
              "it does not name the entitlement record before it of person %llu",
              "未指向 %llu 号补贴对象的前一条应发记录", (unsigned long long)v[2].u);
    }
    p.entitled = a->r->sequence + 1;
    fold_put_person(f, v[2].u, &p);
    (void)fold_row_load(f, a, v[2].u);
}

/* The same of the people of a bundle, of whom all such records are there. */
static void check_chain(struct fold *f, struct act *a)
{
    const struct list *persons = &f->o.claims->persons;
    const uint64_t who = a->b.v[2].u;
    size_t at = claims_person_at(f->o.claims, who);
    while (f->chain.count < persons->count) {
        if (list_add(&f->chain, sizeof(uint64_t)) == NULL) {
            f->no_memory = true;
            return;
        }
    }
    uint64_t *last = list_at(&f->chain, at);
    if (last == NULL) {
        return;
    }
    if (a->b.v[3].u != *last) {
        report_fail(f->report, GROUP_COMPLETENESS, a->r->sequence, "entitlement-chain",
                    "of person %llu it names another entitlement record before it than "
                    "is in the bundle: one is left out",
                    "%llu 号补贴对象在本包中的前一条应发记录并非其所指：有记录被略去",
                    (unsigned long long)who);
    }
    *last = a->r->sequence + 1;
}

/* Unsigned, for sums of hostile records: only differences of it count. */
static int64_t granted_so_far(const struct fold *f)
{
    const int64_t *fen = f->open.fen;
    return (int64_t)((uint64_t)fen[0] + (uint64_t)fen[1] + (uint64_t)fen[2]);
}

void rule_entitlement(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    const struct run_row *run = open_run(f, a);
    struct cbor c = cbor_of(v[5].s);
    int programme = fold_programme(f, v[4].s);
    int64_t before = granted_so_far(f);
    (void)scope_person(f, v[2].u);
    check_order(f, a);
    f->open.count[COUNT_RECORDS]++;
    if (f->o.whole && !f->stopped) {
        check_before(f, a);
    } else if (f->o.claims->scope == SCOPE_PERSON) {
        check_chain(f, a);
    }
    for (uint64_t i = 0; i < v[5].u && !f->stopped; i++) {
        if (programme < 0 || !grant_span(f, a, &c, run, programme)) {
            fold_malformed(f, a, "key 5");
        }
    }
    if (f->stopped) {
        return;
    }
    if (!cbor_done(&c)) {
        fold_malformed(f, a, "key 5");
        return;
    }
    fold_row_store(f, a);
    fold_postings(f, a, f->o.whole, NULL);
    if (!f->o.whole) {
        check_net(f, a, (int64_t)((uint64_t)granted_so_far(f) - (uint64_t)before));
    }
}

void rule_run_end(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    (void)open_run(f, a);
    if (!fold_check_end(f, a) || f->stopped) {
        return;
    }
    const int64_t *fen = f->open.fen;
    if (v[2].u != f->open.count[COUNT_RECORDS] || v[3].i != fen[SUM_REGULAR] ||
        v[4].i != fen[SUM_BACKPAY] || v[5].i != fen[SUM_REDUCTION] ||
        v[6].u != f->open.count[COUNT_SET_OFFS] || v[7].i != fen[SUM_SET_OFF]) {
        FAULT(f, a, GROUP_BALANCE, "run-totals",
              "the totals signed at the end of run %llu are not those of its records",
              "%llu 号测算结束时所签的合计与其记录不符", (unsigned long long)v[1].u);
    }
}

/* ---- set-offs ---- */

/* One month's most: min(due, granted * share, rounded down, less what is set off). */
static bool share_fine(const struct fold *f, int programme, const struct span *s,
                       uint64_t share, int32_t served)
{
    if (s->from <= served) {
        return false;
    }
    for (int32_t m = s->from; m < s->from + s->months;) {
        const struct row *row = &f->row;
        uint8_t p = (uint8_t)programme;
        int64_t granted = row_amount(row, p, A_GRANTED, m), most;
        if (!money_percent(granted, (int64_t)share, ROUND_DOWN, 1, &most)) {
            return false;
        }
        most -= row_amount(row, p, A_SET_OFF, m);
        int64_t due = row_amount(row, p, A_DUE, m);
        if (s->fen > (due < most ? due : most)) {
            return false;
        }
        m += row_same(row, p, m, s->from + s->months - m);
    }
    return true;
}

/* Key 6: out of what. The sum, or -1. */
static int64_t set_off_dues(struct fold *f, struct act *a, int programme,
                            const struct recovery_row *e)
{
    const struct value *v = &a->b.v[6];
    struct cbor c = cbor_of(v->s);
    struct span spans[24];
    int64_t sum = 0;
    int32_t served = e == NULL ? 0 : month_of_day(e->served);
    for (uint64_t i = 0; i < v->u; i++) {
        c.bad = c.bad || cbor_array(&c, 4) != 4;
        struct span *s = &spans[i];
        (void)span_read(&c, s, false);
        uint64_t share = cbor_uint(&c, 10000);
        if (c.bad || (i > 0 && s->from < s[-1].from + s[-1].months) ||
            !money_add(sum, s->fen * s->months, &sum)) {
            return -1;
        }
        if (e != NULL && !share_fine(f, programme, s, share, served)) {
            FAULT(f, a, GROUP_BALANCE, "set-off-share",
                  "a month gives more than its share, or is not after the notice",
                  "有月份抵扣超过比例，或不在告知之后");
        }
    }
    for (uint64_t i = 0; i < v->u && e != NULL; i++) {
        fold_operate(f, a, programme, OP_SET_OFF, &spans[i]);
    }
    return cbor_done(&c) ? sum : -1;
}

static void set_off_owed(struct fold *f, struct act *a, struct recovery_row *e,
                         int64_t sum)
{
    const struct value *v = a->b.v;
    struct span said[SPANS_MAX], owed[RECOVERY_SPANS];
    size_t said_count = 0, count = 0;
    int64_t rest = 0;
    recovery_take(f, a, e, sum, OP_RECOVER, owed, &count, &rest);
    if (spans_read(&v[5], said, &said_count) != sum || rest != 0 ||
        said_count != count || memcmp(said, owed, count * sizeof owed[0]) != 0) {
        FAULT(f, a, GROUP_BALANCE, "set-off-months",
              "the set-off is not for the oldest open months of its recovery",
              "抵扣未用于该追缴最早的未清月份");
    }
    if (v[7].u != e->last) {
        FAULT(f, a, GROUP_BALANCE, "recovery-chain",
              "it does not name the record of recovery %u before it",
              "未指向 %u 号追缴的前一条记录", e->number);
    }
    e->last = a->r->sequence + 1;
}

void rule_set_off(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    int programme = fold_programme(f, v[4].s);
    struct recovery_row *e = NULL;
    struct span said[SPANS_MAX];
    size_t count = 0;
    (void)open_run(f, a);
    (void)scope_person(f, v[2].u);
    check_order(f, a);
    f->open.count[COUNT_SET_OFFS]++;
    if (f->o.whole && !f->stopped) {
        e = list_find(&f->recoveries, v[3].u);
        if (e == NULL || programme < 0 || e->state != 2 || e->method != 1 ||
            e->person != v[2].u || e->programme != programme ||
            !fold_row_load(f, a, v[2].u)) {
            REFUSE(f, a, GROUP_BALANCE, "set-off",
                   "recovery %llu is not to be set off here", "%llu 号追缴不能在此抵扣",
                   (unsigned long long)v[3].u);
        }
    }
    int64_t sum = set_off_dues(f, a, programme, e);
    if (sum < 0 || spans_read(&v[5], said, &count) < 0 ||
        !money_add(f->open.fen[SUM_SET_OFF], sum, &f->open.fen[SUM_SET_OFF])) {
        fold_malformed(f, a, "key 5 or 6");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        f->open.concerned = f->open.concerned || (f->o.claims->scope == SCOPE_PERIOD &&
                                                  claims_month(f->o.claims, &said[i]));
    }
    struct cbor c = cbor_of(v[6].s);
    for (uint64_t i = 0; i < v[6].u; i++) {
        struct span s;
        (void)cbor_array(&c, 4);
        (void)span_read(&c, &s, false);
        (void)cbor_uint(&c, 10000);
        f->open.concerned = f->open.concerned || (f->o.claims->scope == SCOPE_PERIOD &&
                                                  claims_month(f->o.claims, &s));
    }
    if (e != NULL && !f->stopped) {
        set_off_owed(f, a, e, sum);
        fold_row_store(f, a);
    }
    fold_postings(f, a, f->o.whole, NULL);
}
