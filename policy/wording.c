/* wording.c - the values of a policy file in words: head, programmes and tiers. Those
 * of the rules are in wording_rules.c. */
#include "policy/wording.h"

#include <string.h>

#include "base/attribute.h"
#include "base/date.h"

void wording_date(int32_t day, struct buf *out)
{
    char text[DATE_TEXT_CAP];
    date_print(day, text);
    buf_add_text(out, text);
}

static void add_money(struct buf *out, int64_t fen)
{
    char text[MONEY_TEXT_CAP];
    money_print(fen, text);
    buf_add_text(out, text);
}

static void add_percent(struct buf *out, int64_t hundredths)
{
    int whole = (int)(hundredths / 100);
    int part = (int)(hundredths % 100);
    if (part == 0) {
        buf_addf(out, "%d%%", whole);
    } else {
        buf_addf(out, "%d.%02d%%", whole, part);
    }
}

static void add_list(struct buf *out, const char *const *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_addf(out, "%s%s", i > 0 ? ", " : "", values[i]);
    }
}

static void add_if(struct buf *out, const char *text)
{
    if (text != NULL) {
        buf_add_text(out, text);
    }
}

/* ---- conditions and amounts ---- */

static void add_attribute(struct buf *out, const char *attribute)
{
    const char *zh = attribute_zh(str_of(attribute));
    if (zh != NULL) {
        buf_addf(out, "%s ", zh);
    }
    buf_addf(out, "%s ", attribute);
}

static void add_ages(struct buf *out, const struct condition *c)
{
    if (c->age_high == INT32_MAX) {
        buf_addf(out, "%d..", (int)c->age_low);
    } else {
        buf_addf(out, "%d..%d", (int)c->age_low, (int)c->age_high);
    }
}

void wording_when(const struct condition *when, size_t count, struct buf *out)
{
    if (count == 0) {
        buf_add_text(out, "所有人 everybody");
    }
    for (size_t i = 0; i < count; i++) {
        const struct condition *c = &when[i];
        buf_add_text(out, i > 0 ? "; " : "");
        add_attribute(out, c->attribute);
        if (c->kind == COND_AGE) {
            add_ages(out, c);
        } else {
            add_list(out, c->values, c->value_count);
        }
        if (c->for_months > 0) {
            buf_addf(out, " (已满%d个月 for %d months)", (int)c->for_months,
                     (int)c->for_months);
        }
    }
}

static void add_floor(const struct amount *a, struct buf *out)
{
    if (!a->has_floor) {
        return;
    }
    buf_add_text(out, " (不低于 floor ");
    if (a->kind == AMOUNT_PERCENT) {
        add_percent(out, a->floor_percent);
    } else {
        add_money(out, a->floor_fen);
    }
    buf_add_text(out, ")");
}

static void put_amount(const struct amount *a, struct buf *out)
{
    static const struct {
        const char *before;
        const char *after;
    } words[] = {
        [AMOUNT_PER_MONTH] = {"", " 元/月 per month"},
        [AMOUNT_PER_YEAR] = {"", " 元/年 per year"},
        [AMOUNT_PERCENT] = {"", ""},
        [AMOUNT_APPROVED] = {"按审批金额 as approved", ""},
        [AMOUNT_ONCE] = {"终身一次 once ", " 元"},
        [AMOUNT_ASK] = {"待认定 ask: a decision names the tier", ""},
        [AMOUNT_NONE] = {"文件未定标准，不发放 no rate, never paid", ""},
    };
    buf_add_text(out, words[a->kind].before);
    switch (a->kind) {
    case AMOUNT_PER_MONTH:
    case AMOUNT_PER_YEAR:
    case AMOUNT_ONCE:
        add_money(out, a->fen);
        break;
    case AMOUNT_PERCENT:
        add_percent(out, a->percent);
        buf_addf(out, " × %s 每月 a month", a->parameter);
        break;
    case AMOUNT_APPROVED:
    case AMOUNT_ASK:
    case AMOUNT_NONE:
        break;
    }
    buf_add_text(out, words[a->kind].after);
    add_floor(a, out);
}

/* ---- money and budget ---- */

static void add_funds(const struct funds *f, struct buf *out)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct fund_share *s = &f->shares[i];
        buf_addf(out, "%s%s ", i > 0 ? ", " : "", s->source);
        if (s->rest) {
            buf_add_text(out, "其余 rest");
        } else if (s->per_head) {
            add_money(out, s->per_head_fen);
            buf_add_text(out, " 每人 per head");
        } else {
            add_percent(out, s->percent);
        }
    }
}

static void add_class(const struct budget_class *c, struct buf *out)
{
    if (c->year != 0) {
        buf_addf(out, "%d: %s / %s", (int)c->year, c->function, c->economic);
    }
}

/* ---- tiers ---- */

static void tier_when(const void *of, struct buf *out)
{
    const struct tier *t = of;
    wording_when(t->when, t->when_count, out);
}

static void tier_amount(const void *of, struct buf *out)
{
    put_amount(&((const struct tier *)of)->amount, out);
}

static void tier_funds(const void *of, struct buf *out)
{
    add_funds(&((const struct tier *)of)->funds, out);
}

static void tier_class(const void *of, struct buf *out)
{
    add_class(&((const struct tier *)of)->class, out);
}

static const struct wording TIER[] = {
    {"when", "条件", tier_when},
    {"amount", "标准", tier_amount},
    {"funds", "资金来源", tier_funds},
    {"class", "预算科目", tier_class},
};
const struct wordings wording_tier = {TIER, sizeof TIER / sizeof TIER[0]};

/* ---- programmes ---- */

/* A text of the struct, and whether the file says it. */
#define WRITE_TEXT(name, type, member)                                                 \
    static void name(const void *of, struct buf *out)                                  \
    {                                                                                  \
        add_if(out, ((const struct type *)of)->member);                                \
    }

WRITE_TEXT(programme_name, programme, name)
WRITE_TEXT(programme_item, programme, item)
WRITE_TEXT(programme_lead, programme, lead)
WRITE_TEXT(programme_clause, programme, citation_clause)
WRITE_TEXT(programme_text, programme, citation_text)

static void programme_payee(const void *of, struct buf *out)
{
    static const char *const payees[] = {
        [PAYEE_PERSON] = "本人 person",
        [PAYEE_INSTITUTION] = "所住机构 institution",
        [PAYEE_BY_RESIDENCE] = "住机构的付机构，其余付本人 by-residence",
    };
    const struct programme *p = of;
    add_if(out, p->has_payee ? payees[p->payee] : NULL);
}

static void programme_class(const void *of, struct buf *out)
{
    add_class(&((const struct programme *)of)->class, out);
}

static void programme_funds(const void *of, struct buf *out)
{
    add_funds(&((const struct programme *)of)->funds, out);
}

static const struct wording PROGRAMME[] = {
    {"name", "名称", programme_name},       {"item", "清单序号", programme_item},
    {"lead", "牵头单位", programme_lead},   {"clause", "条款", programme_clause},
    {"citation", "原文", programme_text},   {"payee", "收款人", programme_payee},
    {"class", "预算科目", programme_class}, {"funds", "资金来源", programme_funds},
};
const struct wordings wording_programme = {PROGRAMME,
                                           sizeof PROGRAMME / sizeof PROGRAMME[0]};

/* ---- the head ---- */

WRITE_TEXT(head_id, policy, id)
WRITE_TEXT(head_title, policy, title)
WRITE_TEXT(head_number, policy, document_number)
WRITE_TEXT(head_issuer, policy, document_issuer)
WRITE_TEXT(head_jurisdiction, policy, jurisdiction)

static void head_issued(const void *of, struct buf *out)
{
    wording_date(((const struct policy *)of)->document_issued, out);
}

static void head_status(const void *of, struct buf *out)
{
    static const char *const states[] = {
        [POLICY_DRAFT] = "草案，不得发放 draft",
        [POLICY_IN_FORCE] = "现行有效 in-force",
        [POLICY_SUPERSEDED] = "已废止 superseded",
    };
    buf_add_text(out, states[((const struct policy *)of)->status]);
}

static void head_basis(const void *of, struct buf *out)
{
    const struct policy *p = of;
    add_list(out, p->basis, p->basis_count);
}

static void head_effective(const void *of, struct buf *out)
{
    wording_date(((const struct policy *)of)->effective, out);
}

static void head_dead(const void *of, struct buf *out)
{
    buf_add_text(out, ((const struct policy *)of)->retroactive_dead_none
                          ? "确认前已故的不适用 none"
                          : "同样适用 pay");
}

static void head_supersedes(const void *of, struct buf *out)
{
    const struct policy *p = of;
    add_list(out, p->supersedes, p->supersedes_count);
}

static void head_defaults(const void *of, struct buf *out)
{
    const struct policy *p = of;
    for (size_t i = 0; i < p->default_count; i++) {
        buf_addf(out, "%s%s = %s", i > 0 ? ", " : "", p->defaults[i].attribute,
                 p->defaults[i].value);
    }
}

static const struct wording HEAD[] = {
    {"id", "编号", head_id},
    {"title", "名称", head_title},
    {"document", "文号", head_number},
    {"issuer", "发文机关", head_issuer},
    {"issued", "发文日期", head_issued},
    {"status", "状态", head_status},
    {"basis", "依据", head_basis},
    {"jurisdiction", "行政区划", head_jurisdiction},
    {"effective", "施行日期", head_effective},
    {"retroactive.dead", "对已故人员", head_dead},
    {"supersedes", "废止", head_supersedes},
    {"defaults", "缺省值", head_defaults},
};
const struct wordings wording_head = {HEAD, sizeof HEAD / sizeof HEAD[0]};

/* ---- parameters, choices, ends, conflicts ---- */

void wording_value(const struct parameter_value *v, struct buf *out)
{
    add_money(out, v->fen);
    buf_addf(out, "%s%s", v->document != NULL ? "  " : "",
             v->document != NULL ? v->document : "");
}

void wording_choice(const struct choice *c, struct buf *out)
{
    const char *zh = strcmp(c->by, "document") == 0 ? "文件"
                     : strcmp(c->by, "bureau") == 0 ? "民政局"
                                                    : "会议";
    buf_addf(out, "%s %s%s%s", zh, c->by, c->ref != NULL ? ", " : "",
             c->ref != NULL ? c->ref : "");
}

void wording_end(const struct policy_end *end, struct buf *out)
{
    char month[DATE_TEXT_CAP];
    month_print(end->from_month, month);
    buf_addf(out, "自 from %s%s%s", month, end->document != NULL ? "  " : "",
             end->document != NULL ? end->document : "");
}

void wording_conflict(const struct conflict *c, struct buf *out)
{
    static const char *const rules[] = {
        [CONFLICT_BLOCKED] = "不得享受 blocked",
        [CONFLICT_HIGHER_ONLY] = "只发高的一项 higher-only",
        [CONFLICT_FIRST] = "只发先列的一项 first",
        [CONFLICT_CHOSEN] = "只发本人选的一项 chosen",
    };
    if (c->programme != NULL) {
        buf_addf(out, "%s: ", c->programme);
        wording_when(c->when, c->when_count, out);
    } else {
        add_list(out, c->among, c->among_count);
    }
    buf_addf(out, " -> %s", rules[c->rule]);
}
