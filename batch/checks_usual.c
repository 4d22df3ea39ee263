/* checks_usual.c - is a line more than its programme can give? The bound is the highest
 * tier's, not the person's own: what is above it comes from an order, a decision or a
 * mistake. */
#include <string.h>

#include "base/money.h"
#include "batch/checks_private.h"
#include "ledger/line.h"

/* The highest value a parameter ever had. */
static int64_t parameter_top(const struct policy *p, const char *name)
{
    int64_t top = 0;
    for (size_t i = 0; i < p->parameter_count; i++) {
        const struct parameter *q = &p->parameters[i];
        for (size_t s = 0; strcmp(q->name, name) == 0 && s < q->series_count; s++) {
            for (size_t v = 0; v < q->series[s].value_count; v++) {
                int64_t fen = q->series[s].values[v].fen;
                top = fen > top ? fen : top;
            }
        }
    }
    return top;
}

/* The most a tier gives for a month, before rounding; INT64_MAX: nothing is said. */
static int64_t tier_top(const struct policy *p, const struct rules *rules,
                        const struct amount *a)
{
    int64_t fen = a->has_floor && a->floor_fen > a->fen ? a->floor_fen : a->fen;
    int64_t percent =
        a->has_floor && a->floor_percent > a->percent ? a->floor_percent : a->percent;
    switch (a->kind) {
    case AMOUNT_PER_MONTH:
    case AMOUNT_ONCE:
        return fen;
    case AMOUNT_PER_YEAR:
        return rules->annual == ANNUAL_TWELFTHS ? fen / 12 + 1 : fen;
    case AMOUNT_PERCENT:
        return money_mul(parameter_top(p, a->parameter), percent, &fen)
                   ? fen / 10000 + 1
                   : INT64_MAX;
    case AMOUNT_APPROVED:
    case AMOUNT_ASK:
        return INT64_MAX;
    case AMOUNT_NONE:
        return 0;
    }
    return INT64_MAX;
}

static int64_t month_top(const struct checking *c, const char *code, int32_t month)
{
    const struct policy_set *set = entitle_policies(c->rules);
    int number = policy_set_programme_find(set, str_of(code));
    const struct confirmed_policy *ruling =
        number < 0 ? NULL : policy_set_ruling(set, (size_t)number, month);
    const struct programme *p =
        ruling == NULL ? NULL : policy_programme(ruling->policy, code);
    int64_t top = 0;
    if (p == NULL || !p->has_rules) {
        return INT64_MAX;
    }
    for (size_t i = 0; i < p->tier_count; i++) {
        int64_t fen = tier_top(ruling->policy, &p->rules, &p->tiers[i].amount);
        top = fen > top ? fen : top;
    }
    return top == INT64_MAX || !money_add(top, p->rules.rounding_unit_fen, &top)
               ? INT64_MAX
               : top;
}

/* As month_top, remembered: most lines are of the same months. */
static int64_t top_of(struct checking *c, const char *code, int32_t month)
{
    struct usual_top *kept = &c->tops[(size_t)month % USUAL_KEPT];
    if (kept->month != month || strcmp(kept->code, code) != 0) {
        kept->month = month;
        (void)str_copy(str_of(code), kept->code, sizeof kept->code);
        kept->fen = month_top(c, code, month);
    }
    return kept->fen;
}

enum status checks_usual(struct checking *c, const struct line_entry *x, struct diag *d)
{
    bool above = false;
    bool open = false;
    int64_t months = 0;
    int64_t most = 0;
    for (size_t i = 0; i < x->span_count; i++) {
        const struct span *s = &x->spans[i];
        months += s->months;
        for (int32_t n = 0; n < s->months; n++) {
            int64_t top = top_of(c, x->programme, s->from + n);
            above = above || s->fen > top;
            open = open || top == INT64_MAX || !money_add(most, top, &most);
        }
    }
    return above || months > c->months_max
               ? checks_found(c, CHECK_AMOUNT_UNUSUAL, x, (uint64_t)months,
                              open ? 0 : most, d)
               : ST_OK;
}
