/* why_omitted.c - who by the facts would have something and has nothing: the month once
 * more, with entry and certification taken as given, or with the one value that is
 * missing; what a conflict would take away again is not missed. */
#include <string.h>

#include "base/must.h"
#include "policy/why_private.h"

struct search {
    struct eval x;
    struct eval_result would[EVAL_PROGRAMMES_MAX]; /* if nothing were missing */
    struct omitted *out;
    bool found;
};

/* ---- amounts ---- */

static void would_have(struct search *s, size_t i, const struct standing *st)
{
    struct eval_result *r = &s->would[i];
    struct omitted *o = &s->out[i];
    const struct row *row = &st->version->rows[st->tier];
    r->policy = st->version->file->confirmed;
    r->rules = st->version->programme;
    r->paying_day = st->paying_day;
    r->tier = row->source;
    r->tier_number = (uint32_t)st->tier + 1;
    eval_amount(&s->x, st, r);
    o->tier = r->tier;
    o->tier_number = r->tier_number;
    o->fen = r->amount_fen;
    bool yearly = row->source->amount.kind == AMOUNT_PER_YEAR;
    if (yearly && st->version->rules->annual == ANNUAL_WHOLE_YEAR) {
        o->fen = row->source->amount.fen / 12;
    }
    /* Without a value of the standard there is nothing to claim. */
    if (r->reason == EVAL_NO_RATE || (r->reason == EVAL_ZERO && o->fen == 0)) {
        o->why = OMISSION_NONE;
    }
}

/* ---- the kinds ---- */

static void not_entered(struct search *s, size_t i, struct standing *st)
{
    if (eval_suspended(&s->x, st)) {
        return;
    }
    s->out[i].why = st->version->rules->entry.by == ENTRY_CLAIM ? OMISSION_CLAIM
                                                                : OMISSION_DECISION;
    would_have(s, i, st);
}

/* Is it a value that there is not, rather than a wrong one? */
static bool is_missing(const struct search *s, const struct version *v,
                       const struct cond *c, int32_t day)
{
    if (c->age) {
        return false;
    }
    const struct eval_fact *f = eval_latest(s->x.all[c->attribute], day);
    struct str usual = why_default(v->file->confirmed->policy, c->source->attribute);
    return (f == NULL || f->until < day) && usual.n == 0;
}

static void not_eligible(struct search *s, size_t i, struct standing *st)
{
    const struct version *v = st->version;
    int32_t day = st->failed_day;
    if (day == DAY_NEVER || st->failed_stop_by != NULL || day < s->x.person->birth) {
        return;
    }
    day = day < s->x.death ? day : s->x.death;
    const struct eval_fact *decision = eval_decision(&s->x, day);
    if (decision != NULL && decision->value_number != DECISION_APPROVE) {
        return;
    }
    for (size_t k = 0; k < v->row_count; k++) {
        const struct cond *c;
        if (why_unmet(&s->x, v, &v->rows[k], day, &c) == 1 &&
            is_missing(s, v, c, day)) {
            s->out[i].why = OMISSION_ASSESSMENT;
            s->out[i].attribute = c->source->attribute;
            st->tier = (int)k;
            st->paying_day = day;
            would_have(s, i, st);
            return;
        }
    }
}

/* One programme that grants nothing for one of the reasons that can be mended. */
static void look(struct search *s, size_t i, enum eval_reason reason)
{
    struct standing st;
    eval_begin_programme(&s->x, (int)i);
    bool eligible = eval_eligible(&s->x, s->x.month, &st);
    if (eligible) {
        st.tier = eval_tier(&s->x, &st);
    }
    if (reason == EVAL_NOT_ELIGIBLE) {
        not_eligible(s, i, &st);
        return;
    }
    must(eligible);
    if (reason == EVAL_NOT_ENTERED) {
        not_entered(s, i, &st);
        return;
    }
    s->out[i].why = reason == EVAL_ASK ? OMISSION_ASK : OMISSION_CERTIFICATION;
    would_have(s, i, &st);
}

static bool mends(enum eval_reason reason)
{
    return reason == EVAL_NOT_ENTERED || reason == EVAL_NOT_CERTIFIED ||
           reason == EVAL_ASK || reason == EVAL_NOT_ELIGIBLE;
}

/* ---- conflicts ---- */

/* What would be dropped is not missed; what it displaced is taken off. */
static void settle_conflicts(struct search *s, const struct eval_result *results,
                             size_t count)
{
    uint64_t fixed = 0; /* settled programmes */
    for (size_t i = 0; i < count; i++) {
        eval_begin_programme(&s->x, (int)i);
        fixed |= s->x.month <= s->x.settled ? (uint64_t)1 << i : 0;
    }
    eval_conflicts(&s->x, s->x.month, fixed, s->would);
    for (size_t i = 0; i < count; i++) {
        struct omitted *o = &s->out[i];
        if (o->why == OMISSION_NONE) {
            continue;
        }
        bool known = o->fen > 0;
        for (size_t k = 0; k < count; k++) {
            bool lost = s->would[k].reason == EVAL_CONFLICT &&
                        s->would[k].conflict_with == (int)i;
            o->fen -= lost ? results[k].amount_fen : 0;
        }
        if (s->would[i].reason == EVAL_CONFLICT || (known && o->fen <= 0)) {
            o->why = OMISSION_NONE;
        }
    }
}

bool why_omitted(const struct policy_set *set, const struct eval_person *person,
                 int32_t month, const struct eval_result *results, struct omitted *out)
{
    static _Thread_local struct search s; /* too large for the stack of a thread */
    size_t count = set->line_count;
    bool begun = false;
    bool warned = false;
    s.out = out;
    for (size_t i = 0; i < count; i++) {
        out[i] = (struct omitted){.warning = why_warning_of(&results[i])};
        warned = warned || out[i].warning != WHY_SOUND;
        s.would[i] = results[i];
        if (results[i].amount_fen > 0 || !mends(results[i].reason)) {
            continue;
        }
        if (!begun) {
            eval_begin(&s.x, set, person, month);
            begun = true;
        }
        look(&s, i, results[i].reason);
    }
    s.found = false;
    for (size_t i = 0; i < count; i++) {
        s.found = s.found || out[i].why != OMISSION_NONE;
    }
    if (s.found) {
        settle_conflicts(&s, results, count);
    }
    for (size_t i = 0; i < count; i++) {
        if (out[i].why == OMISSION_NONE) {
            out[i] = (struct omitted){.warning = out[i].warning};
        }
    }
    return s.found || warned;
}

const char *omission_name(enum omission o)
{
    static const char *const names[OMISSION_KINDS] = {
        [OMISSION_NONE] = "none",
        [OMISSION_CLAIM] = "no-claim",
        [OMISSION_DECISION] = "no-decision",
        [OMISSION_CERTIFICATION] = "not-certified",
        [OMISSION_ASSESSMENT] = "no-assessment",
        [OMISSION_ASK] = "ask",
    };
    must((size_t)o < OMISSION_KINDS);
    return names[o];
}
