/* eval.c - the month of a person as the numbered steps of POLICY-FORMAT section 4, in
 * their order. Pure: nothing is allocated, remembered or read from outside. */
#include "policy/eval.h"

#include "base/must.h"
#include "policy/eval_private.h"

/* So that the months around one that is asked for are still in the calendar. */
#define MONTH_ASKED_MIN (1801 * 12)
#define MONTH_ASKED_MAX (9990 * 12)

bool eval_steps(struct eval *x, int32_t month, struct standing *st)
{
    if (!eval_eligible(x, month, st)) { /* 1 to 4 */
        return false;
    }
    st->tier = eval_tier(x, st);                 /* 5 */
    struct entry entry = eval_find_entry(x, st); /* 6 */
    if (!eval_entry_grants(st->version->rules, entry, month)) {
        st->reason = entry.day == DAY_NEVER ? EVAL_NOT_ENTERED : EVAL_BEFORE_ENTRY;
    } else if (eval_suspended(x, st)) { /* 7 */
        st->reason = EVAL_SUSPENDED;
    } else if (!eval_certified(x, st, entry)) { /* 8 */
        st->reason = EVAL_NOT_CERTIFIED;
    }
    return st->reason == EVAL_GRANTED;
}

static void nothing(struct eval_result *r, enum eval_reason reason)
{
    *r = (struct eval_result){
        .reason = reason,
        .paying_day = DAY_NEVER,
        .conflict_with = -1,
    };
}

static void name_policy(struct eval_result *r, const struct version *v)
{
    if (v != NULL) {
        r->policy = v->file->confirmed;
        r->rules = v->programme;
    }
}

/* A decision in force whose tier the ruling policy does not know is ignored, but not
 * silently (section 3). */
static bool names_unknown_tier(const struct eval *x, const struct standing *st)
{
    int32_t day = st->paying_day != DAY_NEVER ? st->paying_day : st->failed_day;
    const struct eval_fact *f = eval_decision(x, day < x->death ? day : x->death);
    if (f == NULL || f->value_number != DECISION_APPROVE || f->tier.n == 0) {
        return false;
    }
    for (size_t i = 0; i < st->version->row_count; i++) {
        if (st->version->rows[i].name == f->tier_number) {
            return false;
        }
    }
    return true;
}

void eval_grant(struct eval *x, int32_t month, struct eval_result *r)
{
    struct standing st;
    bool granted = eval_steps(x, month, &st);
    nothing(r, st.reason);
    name_policy(r, st.version);
    if (st.reason == EVAL_NO_POLICY || st.reason == EVAL_PAID_ELSEWHERE ||
        st.reason == EVAL_DEAD) {
        return;
    }
    r->paying_day = st.paying_day;
    r->warned = names_unknown_tier(x, &st);
    if (st.tier >= 0) {
        r->tier = st.version->rows[st.tier].source;
        r->tier_number = (uint32_t)st.tier + 1;
    }
    if (granted) {
        eval_amount(x, &st, r); /* 9 */
    } else if (st.reason == EVAL_NOT_ELIGIBLE && !x->person->amounts_only) {
        r->reason = eval_not_eligible(x, &st, &r->unmet);
    }
}

/* Step 11: the history decides. */
static void settle(struct eval *x, int32_t month, struct eval_result *r)
{
    nothing(r, EVAL_SETTLED);
    name_policy(r, eval_ruling(x, month));
    for (size_t i = 0; i < x->person->settled_count; i++) {
        const struct eval_settled *e = &x->person->settled[i];
        if (e->programme == x->programme && e->month == month &&
            !money_add(r->amount_fen, e->amount_fen, &r->amount_fen)) {
            r->warned = true;
        }
    }
    if (r->amount_fen > 0) {
        r->reason = EVAL_GRANTED;
    }
}

/* Only the ruling policy is looked up where it never pays. */
static bool pays(const struct eval *x, int32_t month, struct eval_result *r)
{
    const struct version *v = eval_ruling(x, month);
    if (v == NULL || v->pays) {
        return true;
    }
    nothing(r, EVAL_NO_RATE);
    name_policy(r, v);
    return false;
}

static void check_month(int32_t month)
{
    must(month >= MONTH_ASKED_MIN && month <= MONTH_ASKED_MAX);
}

void eval_month(const struct policy_set *s, const struct eval_person *person,
                int32_t month, struct eval_result *results)
{
    struct eval x;
    uint64_t fixed = 0;
    check_month(month);
    eval_begin(&x, s, person, month);
    for (size_t i = 0; i < s->line_count; i++) {
        struct eval_result *r = &results[i];
        eval_begin_programme(&x, (int)i);
        if (month <= x.settled) {
            settle(&x, month, r);
            fixed |= (uint64_t)1 << i;
        } else if (pays(&x, month, r)) {
            eval_grant(&x, month, r);
        }
    }
    eval_conflicts(&x, month, fixed, results); /* 10 */
}

void eval_programme(const struct policy_set *s, const struct eval_person *person,
                    int32_t month, size_t programme, struct eval_result *result)
{
    struct eval x;
    check_month(month);
    must(programme < s->line_count);
    eval_begin(&x, s, person, month);
    eval_begin_programme(&x, (int)programme);
    if (month <= x.settled) {
        settle(&x, month, result);
    } else {
        eval_grant(&x, month, result);
    }
}

const struct confirmed_policy *policy_set_ruling(const struct policy_set *s,
                                                 size_t programme, int32_t month)
{
    must(programme < s->line_count);
    struct eval x = {.counts = s->counts, .line = &s->lines[programme]};
    const struct version *v = eval_ruling(&x, month);
    return v == NULL ? NULL : v->file->confirmed;
}

int32_t eval_payable_month(const struct rules *rules, int32_t month)
{
    /* A programme that never pays may leave its rules out. */
    int32_t every = rules->payable_every > 0 ? rules->payable_every : 1;
    int32_t in_block = (month_number(month) - 1) % every;
    return month - in_block + every - 1 + rules->payable_after;
}

static const struct {
    const char *name;
    const char *zh;
} reasons[] = {
    [EVAL_GRANTED] = {"granted", "应发"},
    [EVAL_NO_POLICY] = {"no-policy", "当月无适用政策"},
    [EVAL_NOT_ELIGIBLE] = {"not-eligible", "不符合条件"},
    [EVAL_REFUSED] = {"refused", "审批不予发放或停发"},
    [EVAL_PAID_ELSEWHERE] = {"paid-elsewhere", "外地已发"},
    [EVAL_DEAD] = {"dead", "已死亡"},
    [EVAL_NOT_ENTERED] = {"not-entered", "未申请或未审批"},
    [EVAL_BEFORE_ENTRY] = {"before-entry", "申请前不予补发"},
    [EVAL_SUSPENDED] = {"suspended", "暂停"},
    [EVAL_NOT_CERTIFIED] = {"not-certified", "未按期认证"},
    [EVAL_ASK] = {"ask", "待认定"},
    [EVAL_NO_RATE] = {"no-rate", "无标准"},
    [EVAL_CONFLICT] = {"conflict", "与其他待遇不可兼得"},
    [EVAL_ZERO] = {"zero", "当月金额为零"},
    [EVAL_SETTLED] = {"settled", "历史已结清，当月未发"},
};

const char *eval_reason_name(enum eval_reason r)
{
    must((size_t)r < sizeof reasons / sizeof reasons[0]);
    return reasons[r].name;
}

const char *eval_reason_zh(enum eval_reason r)
{
    must((size_t)r < sizeof reasons / sizeof reasons[0]);
    return reasons[r].zh;
}
