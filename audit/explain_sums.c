/* explain_sums.c - conditions held against facts, and amounts with their arithmetic: a
 * reader with paper and pencil must come to the same fen. */
#include <stdio.h>
#include <string.h>

#include "audit/explain_private.h"
#include "base/attribute.h"
#include "base/date.h"
#include "base/money.h"

/* ---- conditions ---- */

static void say_ages(struct saying *s, const struct condition *c)
{
    if (c->age_high == INT32_MAX) {
        buf_addf(&s->text, PICK(s, "%d or more", "%d周岁及以上"), (int)c->age_low);
    } else if (c->age_low == 0) {
        buf_addf(&s->text, PICK(s, "%d or less", "%d周岁及以下"), (int)c->age_high);
    } else {
        buf_addf(&s->text, PICK(s, "%d to %d", "%d至%d周岁"), (int)c->age_low,
                 (int)c->age_high);
    }
}

static void say_values(struct saying *s, const struct condition *c)
{
    for (size_t i = 0; i < c->value_count; i++) {
        buf_addf(&s->text, "%s%s", i > 0 ? PICK(s, " or ", "或") : "", c->values[i]);
    }
}

/* Attributes of the rules by their Chinese names; others as they are written. */
static const char *attribute_words(const struct saying *s, const char *attribute)
{
    const char *zh = s->zh ? attribute_zh(str_of(attribute)) : NULL;
    return zh != NULL ? zh : attribute;
}

static void say_term(struct saying *s, const struct condition *c)
{
    if (c->for_months > 0) {
        buf_addf(&s->text, PICK(s, " for %d months", "，满%d个月"), (int)c->for_months);
    }
}

void say_wanted(struct saying *s, const struct condition *c)
{
    if (c->kind == COND_AGE) {
        buf_add_text(&s->text, PICK(s, "age ", "年龄 "));
        say_ages(s, c);
    } else {
        buf_addf(&s->text, "%s ", attribute_words(s, c->attribute));
        say_values(s, c);
    }
    say_term(s, c);
}

/* "age 79, the tier needs 80 or more; reached on 2027-03-14". */
static void say_age(struct saying *s, const struct why_condition *c)
{
    if (c->age < 0) {
        buf_add_text(&s->text, PICK(s, "not born yet", "尚未出生"));
    } else {
        buf_addf(&s->text, PICK(s, "age %d", "年龄 %d 周岁"), (int)c->age);
    }
    buf_add_text(&s->text, PICK(s, ", the tier needs ", "，档次要求"));
    say_ages(s, c->source);
    say_term(s, c->source);
    if (c->holds) {
        return;
    }
    bool young = c->age < c->source->age_low || c->passed == DAY_NEVER;
    int32_t day = young ? c->reached : c->passed;
    if (day != DAY_NEVER) {
        buf_add_text(&s->text, young ? PICK(s, "; reached on ", "；达到日期 ")
                                     : PICK(s, "; passed on ", "；超过日期 "));
        say_day(s, day);
    }
}

static void say_value(struct saying *s, const struct why_condition *c)
{
    const char *name = attribute_words(s, c->source->attribute);
    const struct eval_fact *f = c->fact;
    if (f != NULL && !c->over) {
        buf_addf(&s->text, "%s %.*s", name, STR_ARG(f->value));
        if (c->value.n > 0 && !str_eq(c->value, f->value)) {
            buf_addf(&s->text, PICK(s, " (%.*s, read as %.*s)", "（%.*s，折合 %.*s）"),
                     STR_ARG(f->scale), STR_ARG(c->value));
        } else if (c->value.n == 0) {
            buf_addf(&s->text,
                     PICK(s, " (scale %.*s is not listed)", "（量表 %.*s 未列出）"),
                     STR_ARG(f->scale));
        }
        buf_add_text(&s->text, PICK(s, " since ", "，自 "));
        say_day(s, f->effective);
        return;
    }
    if (c->value.n > 0) {
        buf_addf(&s->text, PICK(s, "%s %.*s, by default", "%s %.*s（默认）"), name,
                 STR_ARG(c->value));
    } else {
        buf_addf(&s->text, PICK(s, "no value of %s", "没有 %s 的登记"), name);
    }
    if (f != NULL && c->over) {
        buf_addf(&s->text, PICK(s, " (%.*s ended on ", "（%.*s 已于 "),
                 STR_ARG(f->value));
        say_day(s, f->until);
        buf_add_text(&s->text, PICK(s, ")", " 终止）"));
    }
}

void say_condition(struct saying *s, const struct why_condition *c)
{
    if (c->source->kind == COND_AGE) {
        say_age(s, c);
        return;
    }
    say_value(s, c);
    buf_add_text(&s->text, PICK(s, ", the tier needs ", "，档次要求 "));
    say_values(s, c->source);
    say_term(s, c->source);
}

/* Of a tier that is or would be granted: all; else those that hold as well, for the one
 * that does not is the reason. */
void say_conditions(struct saying *s)
{
    const struct why *w = &s->x->why;
    for (size_t i = 0; i < w->condition_count; i++) {
        if ((int)i == w->unmet) {
            continue;
        }
        buf_add_text(&s->text, w->conditions[i].holds
                                   ? PICK(s, "met: ", "符合：")
                                   : PICK(s, "not met: ", "不符合："));
        say_condition(s, &w->conditions[i]);
        say_end(s, EXPLAIN_CONDITION);
    }
}

/* ---- amounts ---- */

/* floor(year_fen * n / 12), without overflow. */
static int64_t part_of_year(int64_t year_fen, int32_t n)
{
    return year_fen / 12 * n + year_fen % 12 * n / 12;
}

/* "1,200.00 a year: floor(1,200.00 × 9/12) − floor(1,200.00 × 8/12) = 900.00 − 800.00 =
 * 100.00". */
static void say_twelfths(struct saying *s, int64_t year_fen, int32_t n)
{
    say_fen(s, year_fen);
    buf_addf(&s->text, PICK(s, " a year, month %d of 12: ", " 元/年，第 %d 个月："),
             (int)n);
    buf_add_text(&s->text, "floor(");
    say_fen(s, year_fen);
    buf_addf(&s->text, " × %d/12) − floor(", (int)n);
    say_fen(s, year_fen);
    buf_addf(&s->text, " × %d/12) = ", (int)n - 1);
    say_fen(s, part_of_year(year_fen, n));
    buf_add_text(&s->text, " − ");
    say_fen(s, part_of_year(year_fen, n - 1));
    buf_add_text(&s->text, " = ");
    say_fen(s, part_of_year(year_fen, n) - part_of_year(year_fen, n - 1));
    say_end(s, EXPLAIN_ARITHMETIC);
}

static void say_percent_number(struct saying *s, int64_t hundredths)
{
    buf_addf(&s->text, "%lld", (long long)(hundredths / 100));
    if (hundredths % 100 != 0) {
        buf_addf(&s->text, ".%02lld", (long long)(hundredths % 100));
    }
    buf_add_text(&s->text, "%");
}

static void say_rounding(struct saying *s, const struct rules *r)
{
    static const char *const en[] = {
        [ROUND_HALF_UP] = "half up", [ROUND_DOWN] = "down", [ROUND_UP] = "up"};
    static const char *const zh[] = {
        [ROUND_HALF_UP] = "四舍五入", [ROUND_DOWN] = "舍去尾数", [ROUND_UP] = "进位"};
    const char *unit = r->rounding_unit_fen == 1    ? PICK(s, "fen", "分")
                       : r->rounding_unit_fen == 10 ? PICK(s, "jiao", "角")
                                                    : PICK(s, "yuan", "元");
    buf_addf(&s->text, PICK(s, " (%s to the %s)", "（%s到%s）"),
             s->zh ? zh[r->rounding] : en[r->rounding], unit);
}

/* The product to the last of its six places: 106.0500 is printed as 106.05. */
static void say_exact(struct saying *s, int64_t fen, int64_t hundredths)
{
    char digits[16];
    int64_t product;
    if (!money_mul(fen, hundredths, &product)) {
        return;
    }
    int n = snprintf(digits, sizeof digits, "%06lld", (long long)(product % 1000000));
    while (n > 2 && digits[n - 1] == '0') {
        digits[--n] = '\0';
    }
    buf_addf(&s->text, "%lld.%s", (long long)(product / 1000000), digits);
}

static void say_percent(struct saying *s)
{
    const struct why *w = &s->x->why;
    const struct amount *a = &w->tier->amount;
    int64_t fen;
    const struct rules *r = &w->result.rules->rules;
    if (!w->standard.found || !money_percent(w->standard.fen, a->percent, r->rounding,
                                             r->rounding_unit_fen, &fen)) {
        return;
    }
    say_percent_number(s, a->percent);
    buf_add_text(&s->text, " × ");
    say_fen(s, w->standard.fen);
    buf_add_text(&s->text, " = ");
    say_exact(s, w->standard.fen, a->percent);
    say_rounding(s, r);
    buf_add_text(&s->text, " = ");
    say_fen(s, fen);
    say_end(s, EXPLAIN_ARITHMETIC);
}

static void say_standard(struct saying *s)
{
    const struct why_standard *v = &s->x->why.standard;
    if (!v->found) {
        return;
    }
    buf_addf(&s->text, "%s", v->name);
    if (v->key != NULL) {
        buf_addf(&s->text, PICK(s, " of %s", "（%s）"), v->key);
    }
    buf_add_text(&s->text, PICK(s, " is ", " 为 "));
    say_fen(s, v->fen);
    buf_add_text(&s->text, PICK(s, " from ", "，自 "));
    say_day(s, v->from_day);
    buf_addf(&s->text, PICK(s, ", %s, in ", "，%s，载于"),
             v->document != NULL ? v->document : "");
    say_document(s, v->policy);
    say_end(s, EXPLAIN_STANDARD);
}

static void say_floor(struct saying *s, const struct amount *a)
{
    if (!a->has_floor) {
        return;
    }
    buf_add_text(&s->text,
                 PICK(s, "the document says not less than ", "文件规定不低于 "));
    if (a->kind == AMOUNT_PERCENT) {
        say_percent_number(s, a->floor_percent);
        buf_add_text(&s->text, PICK(s, "; the rate is ", "；现行 "));
        say_percent_number(s, a->percent);
    } else {
        say_fen(s, a->floor_fen);
        buf_add_text(&s->text, PICK(s, "; the rate is ", "；现行 "));
        say_fen(s, a->fen);
    }
    say_end(s, EXPLAIN_FLOOR);
}

static void say_fixed(struct saying *s, const struct amount *a, const char *en,
                      const char *zh)
{
    say_fen(s, a->fen);
    buf_add_text(&s->text, s->zh ? zh : en);
    say_end(s, EXPLAIN_ARITHMETIC);
}

static void say_yearly(struct saying *s, const struct amount *a)
{
    const struct rules *r = &s->x->why.result.rules->rules;
    if (r->annual != ANNUAL_WHOLE_YEAR) {
        say_twelfths(s, a->fen, month_number(s->x->month));
        return;
    }
    say_fen(s, a->fen);
    buf_addf(&s->text,
             PICK(s, " a year, the whole of it in month %d", " 元/年，全部在%d月计发"),
             (int)r->annual_month);
    say_end(s, EXPLAIN_ARITHMETIC);
}

void say_sums(struct saying *s)
{
    const struct why *w = &s->x->why;
    if (w->result.tier == NULL || w->result.rules == NULL) {
        return;
    }
    const struct amount *a = &w->result.tier->amount;
    say_standard(s);
    switch (a->kind) {
    case AMOUNT_PER_MONTH:
        say_fixed(s, a, " a month", " 元/月");
        break;
    case AMOUNT_PER_YEAR:
        say_yearly(s, a);
        break;
    case AMOUNT_PERCENT:
        say_percent(s);
        break;
    case AMOUNT_ONCE:
        say_fixed(s, a, ", once in a life", " 元，终身一次");
        break;
    case AMOUNT_APPROVED:
        if (w->before_fen > 0) {
            say_fen(s, w->before_fen);
            buf_add_text(&s->text, PICK(s, " a month, as the decision approves",
                                        " 元/月，按审批决定"));
            say_end(s, EXPLAIN_ARITHMETIC);
        }
        break;
    case AMOUNT_ASK:
    case AMOUNT_NONE:
        break;
    }
    say_floor(s, a);
}
