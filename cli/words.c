/* words.c - see words.h. Amounts and conditions as policy/print.c has them, but in one
 * language. */
#include "cli/words.h"

#include "base/money.h"

const char *words_account(const struct output *o, enum account_kind k)
{
    static const char *const zh[ACCOUNT_KINDS] = {"应发", "待发", "在途",
                                                  "退回", "已发", "应追缴"};
    return TEXT(o, account_kind_name(k), zh[k]);
}

const char *words_cause(const struct output *o, enum cause c)
{
    static const char *const zh[] = {"?", "当月应发", "补发", "核减"};
    return TEXT(o, cause_name(c), zh[c]);
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
