/* fold_recover.c - getting back what was paid too much: kinds 60 to 62. */
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "verify/fold_private.h"

enum { BY_SET_OFF = 1, BY_REPAYMENT, BY_PLAN, BY_WAIVER, BY_WRITE_OFF };

static bool is_open(const struct recovery_row *e)
{
    return (e->state == RECOVERY_PROPOSED && !e->refused) ||
           e->state == RECOVERY_DECIDED;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t recovery_open(const struct fold *f, const struct recovery_row *e)
{
    int64_t sum = 0;
    for (size_t i = 0; i < e->left_count; i++) {
        const struct span *s = &e->left[i];
        for (int32_t m = s->from; m < s->from + s->months;) {
            int32_t same = row_same(&f->row, e->programme, m, s->from + s->months - m);
            int64_t owed = row_amount(&f->row, e->programme, A_RECEIVABLE, m);
            if (!money_add(sum, least(s->fen, owed) * same, &sum)) {
                return INT64_MAX;
            }
            m += same;
        }
    }
    return sum;
}

/* Behind the others, or one with the last; false: there is no room. */
static bool add_span(struct span *out, size_t *count, const struct span *s)
{
    struct span *last = *count == 0 ? NULL : &out[*count - 1];
    if (last != NULL && last->fen == s->fen && last->from + last->months == s->from &&
        last->months + s->months <= SPAN_MONTHS_MAX) {
        last->months += s->months;
        return true;
    }
    if (*count == RECOVERY_SPANS) {
        return false;
    }
    out[(*count)++] = *s;
    return true;
}

/* What is not left any more: every month before `month`, and there all but `rest`. */
static void leave(struct recovery_row *e, int32_t month, int64_t rest)
{
    struct span kept[RECOVERY_SPANS + 1];
    size_t count = 0;
    for (size_t i = 0; i < e->left_count; i++) {
        struct span s = e->left[i];
        int32_t end = s.from + s.months;
        if (month >= s.from && month < end && rest > 0 && count <= RECOVERY_SPANS) {
            kept[count++] = (struct span){.from = month, .months = 1, .fen = rest};
        }
        s.from = s.from > month ? s.from : month + 1;
        s.months = end - s.from;
        if (s.months > 0 && count <= RECOVERY_SPANS) {
            kept[count++] = s;
        }
    }
    memcpy(e->left, kept, count * sizeof kept[0]);
    e->left_count = (uint8_t)count;
}

struct taking {
    struct span *out;
    size_t *count;
    int64_t left;  /* of x */
    int32_t month; /* the last that was touched; -1: none */
    int64_t rest;  /* what is left of that month */
    bool full;
};

static void take_span(const struct fold *f, const struct recovery_row *e,
                      const struct span *s, struct taking *t)
{
    for (int32_t m = s->from; m < s->from + s->months && t->left > 0 && !t->full;) {
        int32_t same = row_same(&f->row, e->programme, m, s->from + s->months - m);
        int64_t each =
            least(s->fen, row_amount(&f->row, e->programme, A_RECEIVABLE, m));
        if (each == 0) {
            m += same;
            continue;
        }
        struct span part = {
            .from = m, .months = (int32_t)least(same, t->left / each), .fen = each};
        if (part.months == 0) {
            part.months = 1;
            part.fen = t->left;
        }
        if (!add_span(t->out, t->count, &part)) {
            t->full = true;
            return;
        }
        t->left -= part.fen * part.months;
        t->month = m + part.months - 1;
        t->rest = s->fen - part.fen;
        m += part.months;
    }
}

void recovery_take(struct fold *f, const struct act *a, struct recovery_row *e,
                   int64_t x, enum operation into, struct span *out, size_t *count,
                   int64_t *rest)
{
    struct taking t = {.out = out, .count = count, .left = x, .month = -1};
    *count = 0;
    for (size_t i = 0; i < e->left_count; i++) {
        take_span(f, e, &e->left[i], &t);
    }
    for (size_t i = 0; i < *count; i++) {
        fold_operate(f, a, e->programme, into, &out[i]);
    }
    if (t.month >= 0) {
        leave(e, t.month, t.rest);
    }
    *rest = t.left;
    if (e->state == RECOVERY_DECIDED && recovery_open(f, e) == 0) {
        e->state = RECOVERY_DONE;
    }
}

static struct recovery_row *recovery_sets_off(struct fold *f, uint64_t person,
                                              int programme)
{
    struct person p;
    uint32_t number = people_get(&f->people, person, &p) ? p.recovery : 0;
    while (number != 0) {
        struct recovery_row *e = list_find(&f->recoveries, number);
        if (e == NULL) {
            return NULL;
        }
        if (e->state == RECOVERY_DECIDED && e->method == BY_SET_OFF &&
            e->programme == programme) {
            return e;
        }
        number = e->before;
    }
    return NULL;
}

/* What the person's other open recoveries of the programme leave of a month. */
static int64_t not_asked_for(struct fold *f, const struct recovery_row *e,
                             uint32_t replaced, int32_t month)
{
    int64_t owed = row_amount(&f->row, e->programme, A_RECEIVABLE, month);
    struct person p;
    uint32_t number = people_get(&f->people, e->person, &p) ? p.recovery : 0;
    while (number != 0) {
        const struct recovery_row *o = list_find(&f->recoveries, number);
        if (o == NULL) {
            break;
        }
        bool counts = o != e && o->number != replaced && is_open(o) &&
                      o->programme == e->programme;
        for (size_t i = 0; counts && i < o->left_count; i++) {
            const struct span *s = &o->left[i];
            if (month >= s->from && month < s->from + s->months) {
                owed -= s->fen;
            }
        }
        number = o->before;
    }
    return owed;
}

#define MONTHS_LOOKED_AT                                                               \
    5000 /* of one recovery, month by month; more are no real case */

static void check_months(struct fold *f, struct act *a, const struct recovery_row *e)
{
    int32_t looked = 0;
    for (size_t i = 0; i < e->left_count; i++) {
        const struct span *s = &e->left[i];
        for (int32_t m = s->from; m < s->from + s->months; m++) {
            if (++looked > MONTHS_LOOKED_AT ||
                not_asked_for(f, e, e->replaces, m) < s->fen) {
                FAULT(
                    f, a, GROUP_BALANCE, "not-receivable",
                    "recovery %u asks for a month of which so much is not receivable, "
                    "or is asked for by another",
                    "%u 号追缴所列月份应追缴款不足，或已列入其他追缴", e->number);
                return;
            }
        }
    }
}

static bool plan_fine(const struct value *v, int64_t sum)
{
    bool plan = v[5].u == BY_PLAN;
    if (v[8].there != plan || v[10].there != plan) {
        return false;
    }
    int64_t all;
    return !plan || (money_mul(v[8].i, (int64_t)v[10].u, &all) && all >= sum &&
                     all - v[8].i < sum);
}

static void note_range(struct fold *f, const struct act *a,
                       const struct recovery_row *e)
{
    if (e != NULL && e->concerned) {
        claims_range(f->o.claims, a->r->sequence, a->r->sequence + 1);
    }
}

static bool propose(struct fold *f, struct act *a, struct recovery_row *e)
{
    const struct value *v = a->b.v;
    struct span months[SPANS_MAX];
    size_t count = 0;
    int64_t sum = spans_read(&v[4], months, &count);
    int programme = fold_programme(f, v[3].s);
    if (sum < 0 || programme < 0 || !plan_fine(v, sum)) {
        fold_malformed(f, a, "key 3, 4, 8 or 10");
        return false;
    }
    e->left = calloc(RECOVERY_SPANS + 1, sizeof e->left[0]);
    if (e->left == NULL) {
        f->no_memory = true;
        return false;
    }
    memcpy(e->left, months, count * sizeof months[0]);
    e->left_count = (uint8_t)count;
    e->state = RECOVERY_PROPOSED;
    e->method = (uint8_t)v[5].u;
    e->programme = (uint8_t)programme;
    e->person = v[2].u;
    (void)scope_person(f, e->person);
    e->served = (int32_t)v[7].i;
    e->replaces = v[11].there ? (uint32_t)v[11].u : 0;
    e->proposer = a->signer == NULL ? 0 : a->signer->number;
    leaf_hash(f->hash, a->r->bytes, e->leaf);
    for (size_t i = 0; i < count; i++) {
        e->concerned = e->concerned || (f->o.claims->scope == SCOPE_PERIOD &&
                                        claims_month(f->o.claims, &months[i]));
    }
    note_range(f, a, e);
    return true;
}

void rule_recovery(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct recovery_row *e = fold_next(f, a, &f->recoveries, v[1].u);
    if (e == NULL || !propose(f, a, e) || !f->o.whole) {
        return;
    }
    struct person p;
    if (!fold_person(f, a, v[2].u, &p)) {
        return;
    }
    if (p.merged_into != 0 || !fold_row_load(f, a, v[2].u)) {
        REFUSE(f, a, GROUP_BALANCE, "not-entitled",
               "person %llu was merged into another", "%llu 号已并入他人",
               (unsigned long long)v[2].u);
    }
    struct recovery_row *old =
        e->replaces == 0 ? NULL : list_find(&f->recoveries, e->replaces);
    if (e->replaces != 0 &&
        (old == NULL || old == e || !is_open(old) || old->person != e->person ||
         old->programme != e->programme)) {
        REFUSE(f, a, GROUP_BALANCE, "recovery-replaces",
               "recovery %u would replace one that is not open, or another person's",
               "%u 号追缴要取代的追缴未开启，或属于他人", e->number);
    }
    e->before = p.recovery;
    p.recovery = e->number;
    fold_put_person(f, v[2].u, &p);
    check_months(f, a, e);
    if (old != NULL && old->state == RECOVERY_PROPOSED) {
        old->state = RECOVERY_REPLACED;
        old->left_count = 0;
    }
}

static void decide(struct fold *f, struct act *a, struct recovery_row *e)
{
    struct recovery_row *old =
        e->replaces == 0 ? NULL : list_find(&f->recoveries, e->replaces);
    struct span out[RECOVERY_SPANS];
    size_t count;
    int64_t rest, all = 0;
    if (old != NULL && is_open(old)) {
        old->state = RECOVERY_REPLACED;
        old->left_count = 0;
    }
    if (!fold_row_load(f, a, e->person)) {
        return;
    }
    check_months(f, a, e);
    const struct recovery_row *other = recovery_sets_off(f, e->person, e->programme);
    if (e->method == BY_SET_OFF && other != NULL) {
        FAULT(f, a, GROUP_BALANCE, "set-off-known",
              "recovery %u takes from the dues of the programme already",
              "%u 号追缴已在该项目抵扣", other->number);
    }
    e->state = RECOVERY_DECIDED;
    if (e->method == BY_WAIVER || e->method == BY_WRITE_OFF) {
        for (size_t i = 0; i < e->left_count; i++) {
            all += e->left[i].fen * e->left[i].months;
        }
        recovery_take(f, a, e, all, e->method == BY_WAIVER ? OP_WAIVE : OP_WRITE_OFF,
                      out, &count, &rest);
        e->state = RECOVERY_DONE;
        e->last = a->r->sequence + 1;
        fold_row_store(f, a);
    }
}

void rule_recovery_confirm(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct recovery_row *e = list_find(&f->recoveries, v[1].u);
    if (e == NULL && !f->o.whole) {
        fold_postings(f, a, false, NULL);
        return;
    }
    if (e == NULL || e->state != RECOVERY_PROPOSED || e->refused ||
        memcmp(e->leaf, v[2].s.p, HASH_LEN) != 0) {
        REFUSE(f, a, GROUP_AUTHORISATION, "recovery-confirm",
               "recovery %llu was not proposed like this, or is decided already",
               "%llu 号追缴未如此提出，或已决定", (unsigned long long)v[1].u);
    }
    if (a->signer != NULL && e->proposer == a->signer->number) {
        FAULT(f, a, GROUP_AUTHORISATION, "recovery-same",
              "recovery %u is decided by who proposed it", "%u 号追缴由提出人自己决定",
              e->number);
    }
    note_range(f, a, e);
    (void)scope_person(f, e->person);
    e->state = f->o.whole ? e->state : RECOVERY_DECIDED;
    if (f->o.whole) {
        decide(f, a, e);
    }
    fold_postings(f, a, f->o.whole, NULL);
}

static void repay(struct fold *f, struct act *a, struct recovery_row *e)
{
    const struct value *v = a->b.v;
    struct span said[SPANS_MAX], owed[RECOVERY_SPANS];
    size_t said_count = 0, count = 0;
    int64_t rest = 0;
    if (!fold_row_load(f, a, e->person)) {
        return;
    }
    recovery_take(f, a, e, v[4].i, OP_RECOVER, owed, &count, &rest);
    if (spans_read(&v[7], said, &said_count) != v[4].i || rest != 0 ||
        said_count != count || memcmp(said, owed, count * sizeof owed[0]) != 0) {
        FAULT(f, a, GROUP_BALANCE, "repayment-months",
              "the repayment is not for the oldest open months of recovery %u",
              "退缴未用于 %u 号追缴最早的未清月份", e->number);
    }
    if (v[8].u != e->last) {
        FAULT(f, a, GROUP_BALANCE, "recovery-chain",
              "it does not name the record of recovery %u before it",
              "未指向 %u 号追缴的前一条记录", e->number);
    }
    e->last = a->r->sequence + 1;
    fold_row_store(f, a);
}

void rule_repayment(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct recovery_row *e = list_find(&f->recoveries, v[1].u);
    fold_keep_commitment(f, a, v[2].u, COMMITMENT_ENTRIES, v[6].s);
    if (f->o.whole &&
        (e == NULL || e->state != RECOVERY_DECIDED || e->person != v[2].u)) {
        REFUSE(f, a, GROUP_BALANCE, "repayment",
               "recovery %llu is not decided, or another person's",
               "%llu 号追缴未决定，或属于他人", (unsigned long long)v[1].u);
    }
    note_range(f, a, e);
    if (f->o.whole) {
        repay(f, a, e);
    }
    fold_postings(f, a, f->o.whole, NULL);
}
