/* words.c - see words.h. Amounts and conditions as policy/print.c has them, but in one
 * language. */
#include "cli/words.h"

#include <stdio.h>

#include "base/attribute.h"
#include "base/money.h"

const char *words_account(const struct output *o, enum account_kind k)
{
    static const struct {
        const char *en;
        const char *zh;
    } names[ACCOUNT_KINDS] = {
        {"granted", "应发"},     {"due", "待发"},          {"transit", "在途"},
        {"returned", "退回"},    {"paid", "已发"},         {"receivable", "应追缴"},
        {"recovered", "已追回"}, {"waived", "免予追缴"},   {"written off", "核销"},
        {"set off", "抵扣"},     {"refunded", "缴回国库"},
    };
    return TEXT(o, names[k].en, names[k].zh);
}

const char *words_cause(const struct output *o, enum cause c)
{
    static const char *const zh[] = {"?", "当月应发", "补发", "核减"};
    return TEXT(o, cause_name(c), zh[c]);
}

const char *words_count(const struct output *o, uint64_t n, enum words_of what,
                        char out[WORDS_COUNT_CAP])
{
    static const struct {
        const char *one;
        const char *many;
        const char *zh;
    } names[] = {
        [WORDS_ROWS] = {"row", "rows", "行"},
        [WORDS_PEOPLE] = {"person", "people", "人"},
        [WORDS_LINES] = {"line", "lines", "笔"},
        [WORDS_RECORDS] = {"entitlement record", "entitlement records", "条应发记录"},
        [WORDS_CASES] = {"case", "cases", "例"},
    };
    const char *en = n == 1 ? names[what].one : names[what].many;
    snprintf(out, WORDS_COUNT_CAP, "%llu %s", (unsigned long long)n,
             TEXT(o, en, names[what].zh));
    return out;
}

void words_attribute(const struct output *o, struct str attribute, struct buf *out)
{
    const char *zh = o->zh ? attribute_zh(attribute) : NULL;
    if (zh != NULL) {
        buf_add_text(out, zh);
    } else {
        buf_add(out, attribute.p, attribute.n);
    }
}

void words_day(int32_t day, char out[DATE_TEXT_CAP])
{
    out[0] = '\0';
    if (day != DAY_ALWAYS && day != DAY_NEVER) {
        date_print(day, out);
    }
}

const char *words_line_state(const struct output *o, enum line_state s)
{
    switch (s) {
    case LINE_OPEN:
        return TEXT(o, line_state_name(s), "未回盘");
    case LINE_PAID:
        return TEXT(o, line_state_name(s), "已发");
    case LINE_REJECTED:
        return TEXT(o, line_state_name(s), "发放失败");
    case LINE_RETURNED:
        return TEXT(o, line_state_name(s), "退票");
    case LINE_UNKNOWN:
        return TEXT(o, line_state_name(s), "未知");
    case LINE_REISSUED:
        return TEXT(o, line_state_name(s), "已重发");
    case LINE_DROPPED:
        return TEXT(o, line_state_name(s), "已剔除");
    case LINE_REFUNDED:
        return TEXT(o, line_state_name(s), "已缴回国库");
    case LINE_RECALLED:
        return TEXT(o, line_state_name(s), "已撤回");
    }
    return line_state_name(s);
}

static void add_money(struct buf *out, int64_t fen)
{
    char text[MONEY_TEXT_CAP];
    money_print_grouped(fen, text);
    buf_add_text(out, text);
}

static void add_percent(struct buf *out, int64_t hundredths)
{
    buf_addf(out, "%lld", (long long)(hundredths / 100));
    if (hundredths % 100 != 0) {
        buf_addf(out, ".%02lld", (long long)(hundredths % 100));
    }
    buf_add_text(out, "%");
}

static void add_floor(const struct output *o, const struct amount *a, struct buf *out)
{
    if (!a->has_floor) {
        return;
    }
    buf_add_text(out, TEXT(o, " (at least ", "（不低于 "));
    if (a->kind == AMOUNT_PERCENT) {
        add_percent(out, a->floor_percent);
    } else {
        add_money(out, a->floor_fen);
    }
    buf_add_text(out, TEXT(o, ")", "）"));
}

void words_amount(const struct output *o, const struct amount *a, struct buf *out)
{
    buf_clear(out);
    switch (a->kind) {
    case AMOUNT_PER_MONTH:
        add_money(out, a->fen);
        buf_add_text(out, TEXT(o, " yuan a month", " 元/月"));
        break;
    case AMOUNT_PER_YEAR:
        add_money(out, a->fen);
        buf_add_text(out, TEXT(o, " yuan a year", " 元/年"));
        break;
    case AMOUNT_ONCE:
        buf_add_text(out, TEXT(o, "once ", "一次性 "));
        add_money(out, a->fen);
        buf_add_text(out, TEXT(o, " yuan", " 元"));
        break;
    case AMOUNT_PERCENT:
        add_percent(out, a->percent);
        buf_addf(out, TEXT(o, " of %s", " × %s"), a->parameter);
        break;
    case AMOUNT_APPROVED:
        buf_add_text(out, TEXT(o, "as approved", "按审批金额"));
        break;
    case AMOUNT_ASK:
        buf_add_text(out, TEXT(o, "a decision names the tier", "待认定"));
        break;
    case AMOUNT_NONE:
        buf_add_text(out, TEXT(o, "no rate, never paid", "文件未定标准，不发放"));
        break;
    }
    add_floor(o, a, out);
}

void words_condition(const struct output *o, const struct condition *c, struct buf *out)
{
    buf_clear(out);
    buf_addf(out, "%s ", c->attribute);
    if (c->kind != COND_AGE) {
        for (size_t i = 0; i < c->value_count; i++) {
            buf_addf(out, "%s%s", i > 0 ? ", " : "", c->values[i]);
        }
    } else if (c->age_high == INT32_MAX) {
        buf_addf(out, "%d..", (int)c->age_low);
    } else {
        buf_addf(out, "%d..%d", (int)c->age_low, (int)c->age_high);
    }
    if (c->for_months > 0) {
        buf_addf(out, TEXT(o, " (for %d months)", "（满 %d 个月）"),
                 (int)c->for_months);
    }
}
