/* amount.c - the model's reading of POLICY-FORMAT section 4, step 9: what the tier pays
 * in a month, and the value a parameter has. */
#include "tests/model/model_private.h"

/* DAY_ALWAYS as from: no value. */
static int64_t parameter_fen(const struct life *l, int parameter, int word,
                             int32_t month)
{
    int32_t latest = DAY_ALWAYS;
    int64_t fen = -1;
    for (int i = 0; i < l->world->policy_count; i++) {
        const struct model_policy *p = &l->world->policies[i];
        if (!model_counts(l, p) || p->effective > month_first_day(month)) {
            continue;
        }
        const struct model_parameter *x = &p->parameters[parameter];
        for (int r = 0; r < x->row_count; r++) {
            if (x->rows[r].word == word && x->rows[r].from <= month_first_day(month) &&
                x->rows[r].from >= latest) {
                latest = x->rows[r].from;
                fen = x->rows[r].fen;
            }
        }
    }
    return fen;
}

static int64_t percent_fen(const struct life *l, int32_t month,
                           const struct model_cell *c, const struct model_rules *rules)
{
    int32_t day = c->paying_day > l->death ? l->death : c->paying_day;
    int by = (int)model_parameter_by[c->tier->parameter];
    int word = model_word(l, c->policy, by, day);
    int64_t value =
        word == MODEL_NONE ? -1 : parameter_fen(l, c->tier->parameter, word, month);
    if (value < 0) {
        return 0;
    }
    int64_t whole = value * c->tier->hundredths; // in 1/10000 fen
    int64_t unit = rules->rounding_unit_fen * 10000;
    int64_t units = whole / unit;
    int64_t rest = whole % unit;
    if ((rules->rounding == MO_UP && rest > 0) ||
        (rules->rounding == MO_HALF_UP && rest * 2 >= unit)) {
        units++;
    }
    return units * rules->rounding_unit_fen;
}

static int64_t year_fen(const struct model_rules *rules, int64_t a, int32_t month)
{
    int32_t n = month_number(month);
    if (rules->whole_year_in > 0) {
        return n == rules->whole_year_in ? a : 0;
    }
    return a * n / 12 - a * (n - 1) / 12;
}

/* Was a tier of this name granted in an earlier month? Then it is spent. */
static bool is_spent(const struct life *l, int programme, int32_t month, int name)
{
    for (int32_t m = l->world->first; m < month; m++) {
        const struct model_cell *c = model_cell_of(l, programme, m);
        if (c->granted && c->tier->name == name) {
            return true;
        }
    }
    return false;
}

int64_t model_amount(const struct life *l, int programme, int32_t month,
                     const struct model_cell *c)
{
    if (!c->granted) {
        return 0;
    }
    const struct model_rules *rules = &c->policy->programmes[programme].rules;
    int32_t day = c->paying_day > l->death ? l->death : c->paying_day;
    const struct model_fact *decision;
    switch (c->tier->kind) {
    case MM_PER_MONTH:
        return c->tier->fen;
    case MM_PER_YEAR:
        return year_fen(rules, c->tier->fen, month);
    case MM_PERCENT:
        return percent_fen(l, month, c, rules);
    case MM_APPROVED:
        decision = model_in_force(l, MA_DECISION, programme, day);
        return decision != NULL && decision->value == MD_APPROVE &&
                       decision->amount_fen > 0
                   ? decision->amount_fen
                   : 0;
    case MM_ONCE:
        return is_spent(l, programme, month, c->tier->name) ? 0 : c->tier->fen;
    case MM_ASK:
    case MM_NO_RATE:
        return 0;
    }
    return 0;
}
