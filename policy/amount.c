/* amount.c - step 9 of POLICY-FORMAT section 4: what a tier is worth in a month. */
#include "policy/eval_private.h"

/* The twelfths of a year's fen, each the difference of two floors, so that the year
 * sums up exactly; the quotient first, so that nothing overflows. */
static int64_t twelfth(int64_t year_fen, int32_t n)
{
    int64_t rest = year_fen % 12;
    return year_fen / 12 + (rest * n / 12 - rest * (n - 1) / 12);
}

static int64_t yearly(const struct rules *r, int64_t fen, int32_t month)
{
    int32_t n = month_number(month);
    if (r->annual == ANNUAL_WHOLE_YEAR) {
        return n == r->annual_month ? fen : 0;
    }
    return twelfth(fen, n);
}

/* Of all files that count and are effective: the latest `from`, the last confirmed
 * among equals. The person's value is read as the programme's own file reads it: a file
 * that only raises a standard need not repeat defaults and scales. */
const struct parameter_row *eval_parameter(struct eval *x, const struct standing *st,
                                           int parameter)
{
    const struct parameter_table *t = &x->set->parameters[parameter];
    int32_t day = st->paying_day < x->death ? st->paying_day : x->death;
    for (size_t i = t->count; i-- > 0;) {
        const struct parameter_row *row = &t->rows[i];
        if (row->from_day > st->first || !x->counts[row->file_index] ||
            x->set->files[row->file_index].effective > st->first) {
            continue;
        }
        if (row->attribute >= 0 &&
            !value_set_has(row->keys,
                           eval_value(x, st->version->file, row->attribute, day))) {
            continue;
        }
        return row;
    }
    return NULL;
}

static enum eval_reason percent(struct eval *x, const struct standing *st,
                                struct eval_result *r)
{
    const struct row *row = &st->version->rows[st->tier];
    const struct rules *rules = st->version->rules;
    const struct parameter_row *base = eval_parameter(x, st, row->parameter);
    if (base == NULL ||
        !money_percent(base->fen, row->source->amount.percent, rules->rounding,
                       rules->rounding_unit_fen, &r->amount_fen)) {
        r->amount_fen = 0;
        r->warned = true;
        return EVAL_NO_RATE;
    }
    return EVAL_GRANTED;
}

/* `approved: true`: the amount in the decision in force on the paying day. */
static enum eval_reason approved(const struct eval *x, const struct standing *st,
                                 struct eval_result *r)
{
    int32_t day = st->paying_day < x->death ? st->paying_day : x->death;
    const struct eval_fact *decision = eval_decision(x, day);
    if (decision == NULL) {
        return EVAL_ASK;
    }
    if (decision->amount_fen < 0) {
        r->warned = true;
        return EVAL_ASK;
    }
    r->amount_fen = decision->amount_fen;
    return EVAL_GRANTED;
}

/* `once`: whether an earlier month was granted the tier by steps 1 to 8. */
static bool spent(struct eval *x, const struct standing *st)
{
    int name = st->version->rows[st->tier].name;
    int32_t month = st->month - 1;
    while (month >= x->line->first_month) {
        struct standing then;
        if (eval_steps(x, month, &then)) {
            if (then.version->rows[then.tier].name == name) {
                return true;
            }
        } else if (then.reason == EVAL_NOT_ELIGIBLE) {
            month = eval_alike_since(x, then.version, month);
        }
        month--;
    }
    return false;
}

static enum eval_reason find_amount(struct eval *x, const struct standing *st,
                                    struct eval_result *r)
{
    const struct amount *a = &st->version->rows[st->tier].source->amount;
    switch (a->kind) {
    case AMOUNT_PER_MONTH:
        r->amount_fen = a->fen;
        return EVAL_GRANTED;
    case AMOUNT_PER_YEAR:
        r->amount_fen = yearly(st->version->rules, a->fen, st->month);
        return EVAL_GRANTED;
    case AMOUNT_PERCENT:
        return percent(x, st, r);
    case AMOUNT_APPROVED:
        return approved(x, st, r);
    case AMOUNT_ONCE:
        r->amount_fen = spent(x, st) ? 0 : a->fen;
        return EVAL_GRANTED;
    case AMOUNT_ASK:
        return EVAL_ASK;
    case AMOUNT_NONE:
        return EVAL_NO_RATE;
    }
    return EVAL_NO_RATE;
}

void eval_amount(struct eval *x, const struct standing *st, struct eval_result *r)
{
    r->amount_fen = 0;
    r->reason = find_amount(x, st, r);
    if (r->reason == EVAL_GRANTED && r->amount_fen == 0) {
        r->reason = EVAL_ZERO;
    }
}
