/* conflict.c - step 10 of POLICY-FORMAT section 4: which amounts of a month stand
 * beside each other. First what is blocked, then each set in the order of the files. */
#include "policy/eval_private.h"

struct contest {
    struct eval *x;
    struct eval_result *results;
    uint64_t paid;  /* programmes with an amount, a bit each */
    uint64_t fixed; /* settled: they compete, but nothing can be dropped */
    int32_t first;  /* day of the month */
    int32_t last;
};

static bool is_active(const struct contest *c, const struct conflict_row *row)
{
    return c->x->counts[row->file_index] &&
           c->x->set->files[row->file_index].effective <= c->first;
}

/* Where two files speak about the same, only the later one counts. */
static bool is_replaced(const struct contest *c, const struct conflict_row *row)
{
    while (row->replaced_by >= 0) {
        row = &c->x->set->conflicts[row->replaced_by];
        if (is_active(c, row)) {
            return true;
        }
    }
    return false;
}

static bool has_bit(uint64_t mask, int programme)
{
    return (mask >> programme & 1) != 0;
}

static void drop(struct contest *c, int programme, int kept)
{
    if (has_bit(c->fixed, programme)) {
        return;
    }
    struct eval_result *r = &c->results[programme];
    r->amount_fen = 0;
    r->reason = EVAL_CONFLICT;
    r->conflict_with = kept;
    c->paid &= ~((uint64_t)1 << programme);
}

static void block(struct contest *c, const struct conflict_row *row)
{
    const struct eval_result *r = &c->results[row->blocked];
    if (has_bit(c->fixed, row->blocked)) {
        return;
    }
    struct context context = {
        .file = &c->x->set->files[row->file_index],
        .leap = r->rules->rules.leap,
    };
    if (eval_conds_hold(c->x, context, row->when, r->paying_day)) {
        drop(c, row->blocked, -1);
    }
}

static int first_named(const struct contest *c, const struct conflict_row *row)
{
    for (size_t i = 0; i < row->among_count; i++) {
        if (has_bit(c->paid, row->among[i])) {
            return row->among[i];
        }
    }
    return -1;
}

static int highest(const struct contest *c, const struct conflict_row *row)
{
    int best = -1;
    for (size_t i = 0; i < row->among_count; i++) {
        int p = row->among[i];
        if (has_bit(c->paid, p) &&
            (best < 0 || c->results[p].amount_fen > c->results[best].amount_fen)) {
            best = p;
        }
    }
    return best;
}

/* Also a programme that no file defines, if the set names it. */
static bool names_member(const struct conflict_row *row, const struct eval_fact *choice)
{
    if (choice->value_number >= 0) {
        return has_bit(row->members, choice->value_number);
    }
    for (size_t i = 0; i < row->source->among_count; i++) {
        if (str_is(choice->value, row->source->among[i])) {
            return true;
        }
    }
    return false;
}

/* The latest choice of a member; without one, or when it has no amount this month, as
 * higher-only: a choice takes nothing from who cannot have what was chosen. */
static int chosen(const struct contest *c, const struct conflict_row *row)
{
    struct span span = c->x->all[ATTR_CHOICE];
    for (size_t i = span.n; i-- > 0;) {
        const struct eval_fact *f = &span.p[i];
        if (f->effective > c->last || !names_member(row, f)) {
            continue;
        }
        bool stands = f->until >= c->last && f->value_number >= 0 &&
                      has_bit(c->paid, f->value_number);
        return stands ? f->value_number : highest(c, row);
    }
    return highest(c, row);
}

static int choose(const struct contest *c, const struct conflict_row *row)
{
    switch (row->source->rule) {
    case CONFLICT_FIRST:
        return first_named(c, row);
    case CONFLICT_CHOSEN:
        return chosen(c, row);
    case CONFLICT_HIGHER_ONLY:
    case CONFLICT_BLOCKED:
        break;
    }
    return highest(c, row);
}

static void decide(struct contest *c, const struct conflict_row *row)
{
    uint64_t rivals = c->paid & row->members;
    if ((rivals & (rivals - 1)) == 0) {
        return; /* one at most */
    }
    int kept = choose(c, row);
    for (size_t i = 0; i < row->among_count; i++) {
        int p = row->among[i];
        if (p != kept && has_bit(c->paid, p)) {
            drop(c, p, kept);
        }
    }
}

static uint64_t paid_programmes(const struct policy_set *s,
                                const struct eval_result *results)
{
    uint64_t paid = 0;
    for (size_t i = 0; i < s->line_count; i++) {
        paid |= results[i].amount_fen > 0 ? (uint64_t)1 << i : 0;
    }
    return paid;
}

void eval_conflicts(struct eval *x, int32_t month, uint64_t fixed,
                    struct eval_result *results)
{
    const struct policy_set *s = x->set;
    struct contest c = {
        .x = x,
        .results = results,
        .paid = s->conflict_count == 0 ? 0 : paid_programmes(s, results),
        .fixed = fixed,
    };
    if (c.paid == 0) {
        return;
    }
    c.first = month_first_day(month);
    c.last = month_last_day(month);
    for (int blocking = 1; blocking >= 0; blocking--) {
        for (size_t i = 0; i < s->conflict_count; i++) {
            const struct conflict_row *row = &s->conflicts[i];
            bool blocks = row->source->rule == CONFLICT_BLOCKED;
            if (blocks != (blocking == 1) || (row->members & c.paid) == 0 ||
                !is_active(&c, row) || is_replaced(&c, row)) {
                continue;
            }
            if (blocks) {
                block(&c, row);
            } else {
                decide(&c, row);
            }
        }
    }
}
