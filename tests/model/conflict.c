/* conflict.c - the model's reading of POLICY-FORMAT section 4, step 10: which
 * programmes of a month drop out for another. */
#include "tests/model/model_private.h"

/* One conflict of one policy that counts in a month. */
struct found {
    const struct model_policy *policy;
    const struct model_conflict *conflict;
};

#define FOUND_MAX (MODEL_POLICIES * MODEL_CONFLICTS)

/* The programmes it is about, as bits: the same for the same set in any order. */
static unsigned members(const struct model_conflict *x)
{
    unsigned bits = 0;
    for (int i = 0; i < x->member_count; i++) {
        bits |= 1u << x->members[i];
    }
    return bits;
}

static bool same_subject(const struct model_conflict *a, const struct model_conflict *b)
{
    return (a->rule == MX_BLOCKED) == (b->rule == MX_BLOCKED) &&
           members(a) == members(b);
}

/* All conflicts of the month in the order of effective dates, confirmation, lines. */
static int find_all(const struct life *l, int32_t month, struct found *out)
{
    const struct model_policy *order[MODEL_POLICIES];
    int policies = 0;
    for (int i = 0; i < l->world->policy_count; i++) {
        const struct model_policy *p = &l->world->policies[i];
        if (!model_counts(l, p) || p->effective > month_first_day(month)) {
            continue;
        }
        int at = policies++;
        while (at > 0 && order[at - 1]->effective > p->effective) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = p;
    }
    int count = 0;
    for (int i = 0; i < policies; i++) {
        for (int j = 0; j < order[i]->conflict_count; j++) {
            out[count++] = (struct found){order[i], &order[i]->conflicts[j]};
        }
    }
    return count;
}

/* Does a later policy speak of the same subject? */
static bool replaced(const struct found *all, int count, int at)
{
    for (int i = at + 1; i < count; i++) {
        if (all[i].policy != all[at].policy &&
            same_subject(all[i].conflict, all[at].conflict)) {
            return true;
        }
    }
    return false;
}

/* What the history paid competes, but cannot be dropped any more. */
static void drop(const struct life *l, int programme, int32_t month)
{
    if (!model_is_settled(l, programme, month)) {
        model_cell_of(l, programme, month)->fen = 0;
    }
}

static void block(const struct life *l, int32_t month, const struct found *x)
{
    struct model_cell *c = model_cell_of(l, x->conflict->members[0], month);
    if (c->fen == 0 || model_is_settled(l, x->conflict->members[0], month)) {
        return;
    }
    int32_t day = c->paying_day > l->death ? l->death : c->paying_day;
    bool leap = c->policy->programmes[x->conflict->members[0]].rules.leap_in_march;
    if (model_matches(l, x->policy, &x->conflict->when, leap, day)) {
        drop(l, x->conflict->members[0], month);
    }
}

/* The programme chosen, or MODEL_NONE. */
static int chosen(const struct life *l, int32_t month, const struct model_conflict *x)
{
    int32_t end = month_last_day(month);
    const struct model_fact *best = NULL;
    for (int i = 0; i < l->person->fact_count; i++) {
        const struct model_fact *f = &l->person->facts[i];
        if (f->attribute == MA_CHOICE && !f->voided && f->effective <= end &&
            (members(x) & 1u << f->value) != 0 &&
            (best == NULL || f->effective > best->effective ||
             (f->effective == best->effective && f->order > best->order))) {
            best = f;
        }
    }
    return best != NULL && best->until >= end ? best->value : MODEL_NONE;
}

static void choose(const struct life *l, int32_t month, const struct model_conflict *x)
{
    int keep = MODEL_NONE;
    int competing = 0;
    int choice = x->rule == MX_CHOSEN ? chosen(l, month, x) : MODEL_NONE;
    for (int i = 0; i < x->member_count; i++) {
        int c = x->members[i];
        int64_t fen = model_cell_of(l, c, month)->fen;
        if (fen <= 0) {
            continue;
        }
        competing++;
        bool first = keep == MODEL_NONE;
        bool larger = !first && fen > model_cell_of(l, keep, month)->fen;
        if (first || (x->rule != MX_FIRST && larger)) {
            keep = c;
        }
    }
    if (competing > 1 && choice != MODEL_NONE &&
        model_cell_of(l, choice, month)->fen > 0) {
        keep = choice;
    }
    for (int i = 0; i < x->member_count; i++) {
        if (x->members[i] != keep) {
            drop(l, x->members[i], month);
        }
    }
}

void model_conflicts(const struct life *l, int32_t month)
{
    struct found all[FOUND_MAX];
    int count = find_all(l, month, all);
    for (int pass = 0; pass < 2; pass++) { // first blocked, then each among
        for (int i = 0; i < count; i++) {
            bool blocks = all[i].conflict->rule == MX_BLOCKED;
            if (blocks != (pass == 0) || replaced(all, count, i)) {
                continue;
            }
            if (blocks) {
                block(l, month, &all[i]);
            } else {
                choose(l, month, all[i].conflict);
            }
        }
    }
}
