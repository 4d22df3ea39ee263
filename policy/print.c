/* print.c - `policy show`: the file as a person reads it, each heading in Chinese and
 * English. Values stay as they are written in the file, so that one can be found in the
 * other. The buffer's failure is looked at once, at the end. */
#include "policy/print.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"

#define HEADING_COLUMNS 34

/* "  中文 english      " up to the column where values begin. */
static void heading(struct buf *out, int indent, const char *zh, const char *en)
{
    char text[96];
    (void)snprintf(text, sizeof text, "%*s%s %s", indent, "", zh, en);
    size_t width = text_width(str_of(text));
    int pad = width < HEADING_COLUMNS ? (int)(HEADING_COLUMNS - width) : 1;
    buf_addf(out, "%s%*s", text, pad, "");
}

static void line(struct buf *out, const char *zh, const char *en, const char *value)
{
    if (value != NULL) {
        heading(out, 2, zh, en);
        buf_addf(out, "%s\n", value);
    }
}

static void add_date(struct buf *out, int32_t day)
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

void policy_print_when(const struct condition *when, size_t count, struct buf *out)
{
    if (count == 0) {
        buf_add_text(out, "所有人 everybody");
    }
    for (size_t i = 0; i < count; i++) {
        const struct condition *c = &when[i];
        buf_addf(out, "%s%s ", i > 0 ? "; " : "", c->attribute);
        if (c->kind != COND_AGE) {
            add_list(out, c->values, c->value_count);
        } else if (c->age_high == INT32_MAX) {
            buf_addf(out, "%d..", (int)c->age_low);
        } else {
            buf_addf(out, "%d..%d", (int)c->age_low, (int)c->age_high);
        }
        if (c->for_months > 0) {
            buf_addf(out, " (满%d个月 for months)", (int)c->for_months);
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

void policy_print_amount(const struct amount *a, struct buf *out)
{
    static const struct {
        const char *before;
        const char *after;
    } words[] = {
        [AMOUNT_PER_MONTH] = {"", " 元/月 per month"},
        [AMOUNT_PER_YEAR] = {"", " 元/年 per year"},
        [AMOUNT_PERCENT] = {"", ""},
        [AMOUNT_APPROVED] = {"按审批金额 as approved", ""},
        [AMOUNT_ONCE] = {"一次性 once ", " 元"},
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
        buf_addf(out, " × %s", a->parameter);
        break;
    case AMOUNT_APPROVED:
    case AMOUNT_ASK:
    case AMOUNT_NONE:
        break;
    }
    buf_add_text(out, words[a->kind].after);
    add_floor(a, out);
}

static void print_head(const struct policy *p, struct buf *out)
{
    static const char *const states[] = {
        [POLICY_DRAFT] = "draft 征求意见，不得发放",
        [POLICY_IN_FORCE] = "in-force 现行有效",
        [POLICY_SUPERSEDED] = "superseded 已废止",
    };
    buf_addf(out, "%s\n", p->title);
    line(out, "编号", "id", p->id);
    line(out, "文号", "document", p->document_number);
    line(out, "发文机关", "issuer", p->document_issuer);
    heading(out, 2, "发文日期", "issued");
    add_date(out, p->document_issued);
    buf_add_text(out, "\n");
    line(out, "状态", "status", states[p->status]);
    if (p->basis_count > 0) {
        heading(out, 2, "依据", "basis");
        add_list(out, p->basis, p->basis_count);
        buf_add_text(out, "\n");
    }
    line(out, "行政区划", "jurisdiction", p->jurisdiction);
    heading(out, 2, "施行日期", "effective");
    add_date(out, p->effective);
    buf_add_text(out, "\n");
    line(out, "对已故人员", "retroactive.dead",
         p->retroactive_dead_none ? "none" : "pay");
    if (p->supersedes_count > 0) {
        heading(out, 2, "废止", "supersedes");
        add_list(out, p->supersedes, p->supersedes_count);
        buf_add_text(out, "\n");
    }
    for (size_t i = 0; i < p->default_count; i++) {
        heading(out, 2, "缺省值", "default");
        buf_addf(out, "%s = %s\n", p->defaults[i].attribute, p->defaults[i].value);
    }
}

static void print_series(const struct parameter *q, const struct parameter_series *s,
                         struct buf *out)
{
    for (size_t i = 0; i < s->value_count; i++) {
        const struct parameter_value *v = &s->values[i];
        buf_add_text(out, "    ");
        if (s->key != NULL) {
            buf_addf(out, "%s %s ", q->by, s->key);
        }
        buf_add_text(out, "自 from ");
        add_date(out, v->from_day);
        buf_add_text(out, ": ");
        add_money(out, v->fen);
        buf_addf(out, "%s%s\n", v->document != NULL ? "  " : "",
                 v->document != NULL ? v->document : "");
    }
}

static void print_tables(const struct policy *p, struct buf *out)
{
    for (size_t i = 0; i < p->parameter_count; i++) {
        const struct parameter *q = &p->parameters[i];
        buf_addf(out, "\n参数 parameter %s%s%s\n", q->name,
                 q->title != NULL ? "  " : "", q->title != NULL ? q->title : "");
        for (size_t s = 0; s < q->series_count; s++) {
            print_series(q, &q->series[s], out);
        }
    }
    if (p->scale_count > 0) {
        buf_add_text(out, "\n评估等级 scales\n");
    }
    for (size_t i = 0; i < p->scale_count; i++) {
        const struct scale_map *m = &p->scales[i];
        buf_addf(out, "    %s  %s: %s -> %s\n", m->attribute, m->scale, m->grade,
                 m->value);
    }
}

static void print_funds(const struct funds *f, int indent, struct buf *out)
{
    if (f->count == 0) {
        return;
    }
    heading(out, indent, "资金来源", "funds");
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
    buf_add_text(out, "\n");
}

static void print_class(const struct budget_class *c, int indent, struct buf *out)
{
    if (c->year != 0) {
        heading(out, indent, "预算科目", "class");
        buf_addf(out, "%d: %s / %s\n", (int)c->year, c->function, c->economic);
    }
}

static void add_resume(const struct resume *r, struct buf *out)
{
    switch (r->kind) {
    case RESUME_ALL:
        buf_add_text(out, "全部补发 all");
        return;
    case RESUME_NONE:
        buf_add_text(out, "不补发 none");
        return;
    case RESUME_LAST:
        buf_addf(out, "补发最近%d个月 last %d", (int)r->months, (int)r->months);
        return;
    case RESUME_UNLESS_OVER:
        buf_addf(out, "超过%d个月不补发 unless-over %d", (int)r->months,
                 (int)r->months);
        return;
    }
}

static const char *timing_text(enum timing t)
{
    return t == TIMING_NEXT_MONTH ? "次月 next-month" : "当月 same-month";
}

static void print_timing(const struct rules *r, struct buf *out)
{
    static const char *const changes[] = {"次月 next-month", "当月 same-month",
                                          "按审批 on-decision"};
    if (r->days_at_least > 0) {
        heading(out, 4, "当月满天数", "days-at-least");
        buf_addf(out, "%d\n", (int)r->days_at_least);
    } else {
        heading(out, 4, "起发", "start");
        buf_addf(out, "%s\n", timing_text(r->start));
        heading(out, 4, "停发", "stop");
        buf_addf(out, "%s\n", timing_text(r->stop));
    }
    for (size_t i = 0; i < r->stop_by_count; i++) {
        heading(out, 4, "当月停发条件", "stop-by");
        buf_addf(out, "%s 当月 same-month\n", r->stop_by[i].attribute);
    }
    heading(out, 4, "死亡停发", "stop-on-death");
    buf_addf(out, "%s\n", timing_text(r->stop_on_death));
    heading(out, 4, "换档", "tier-change");
    buf_addf(out, "%s\n", changes[r->tier_change]);
}

static void print_entry(const struct rules *r, struct buf *out)
{
    static const char *const by[] = {"自动 automatic", "申请 claim", "审批 decision"};
    static const char *const back[] = {"不补 none", "全部 all", "当年 calendar-year"};
    heading(out, 4, "进入", "entry");
    buf_add_text(out, by[r->entry.by]);
    if (r->entry.by != ENTRY_AUTOMATIC) {
        buf_addf(out, "; 自 from %s; 补发 backdate ",
                 r->entry.from == ENTRY_FROM_MONTH ? "当月 month" : "次月 next-month");
        if (r->entry.backdate == BACKDATE_N) {
            buf_addf(out, "%d个月", (int)r->entry.backdate_months);
        } else {
            buf_add_text(out, back[r->entry.backdate]);
        }
        buf_addf(out, "; 中断后 again %s",
                 r->entry.again_needed ? "重新申请 needed" : "不需重报 not-needed");
    }
    buf_addf(out, "; 原享受人员 keep-enrolled %s\n",
             r->entry.keep_enrolled ? "true" : "false");
}

static void print_certification(const struct rules *r, struct buf *out)
{
    heading(out, 4, "资格认证", "certification");
    if (r->certification.kind == CERT_NONE) {
        buf_add_text(out, "不认证 none\n");
        return;
    }
    if (r->certification.kind == CERT_EVERY) {
        buf_addf(out, "每%d个月 every %d", (int)r->certification.every_months,
                 (int)r->certification.every_months);
    }
    for (size_t i = 0; i < r->certification.window_count; i++) {
        struct month_day from = r->certification.windows[i].from;
        struct month_day to = r->certification.windows[i].to;
        buf_addf(out, "%s%02d-%02d..%02d-%02d", i > 0 ? ", " : "", (int)from.month,
                 (int)from.day, (int)to.month, (int)to.day);
    }
    buf_add_text(out, "; 恢复 resume ");
    add_resume(&r->certification.resume, out);
    buf_add_text(out, "\n");
}

static void print_annual(const struct rules *r, struct buf *out)
{
    if (r->annual == ANNUAL_NONE) {
        return;
    }
    heading(out, 4, "年度标准", "annual");
    if (r->annual == ANNUAL_TWELFTHS) {
        buf_add_text(out, "按月十二分之一 twelfths\n");
    } else {
        buf_addf(out, "全年一次，%d月 whole-year-in %d\n", (int)r->annual_month,
                 (int)r->annual_month);
    }
}

static void print_rounding(const struct rules *r, struct buf *out)
{
    static const char *const how[] = {"四舍五入 half-up", "舍去 down", "进位 up"};
    heading(out, 4, "尾数", "rounding");
    buf_addf(out, "%s, %s\n", how[r->rounding],
             r->rounding_unit_fen == 1    ? "分 fen"
             : r->rounding_unit_fen == 10 ? "角 jiao"
                                          : "元 yuan");
}

static void print_rules(const struct rules *r, struct buf *out)
{
    buf_add_text(out, "  规则 rules\n");
    print_timing(r, out);
    print_entry(r, out);
    print_certification(r, out);
    heading(out, 4, "暂停后恢复", "suspension");
    add_resume(&r->suspension, out);
    buf_add_text(out, "\n");
    heading(out, 4, "闰日生日", "birthday-29-february");
    buf_add_text(out, r->leap == LEAP_FEB_28 ? "feb-28\n" : "mar-1\n");
    print_annual(r, out);
    heading(out, 4, "发放周期", "payable");
    buf_addf(out, "每%d个月，之后第%d个月 every %d, after %d\n", (int)r->payable_every,
             (int)r->payable_after, (int)r->payable_every, (int)r->payable_after);
    print_rounding(r, out);
    heading(out, 4, "死亡时未发", "due-at-death");
    buf_add_text(out, r->due_at_death == DUE_TO_ACCOUNT ? "原账户 account\n"
                                                        : "继承人 heir\n");
    heading(out, 4, "追缴抵扣上限", "recovery.set-off");
    add_percent(out, r->set_off_percent);
    buf_add_text(out, "\n");
}

static void print_tiers(const struct programme *p, struct buf *out)
{
    buf_add_text(out, "  档次 tiers\n");
    for (size_t i = 0; i < p->tier_count; i++) {
        const struct tier *t = &p->tiers[i];
        buf_addf(out, "    %zu. %s\n", i + 1, t->name);
        heading(out, 7, "条件", "when");
        policy_print_when(t->when, t->when_count, out);
        buf_add_text(out, "\n");
        heading(out, 7, "标准", "amount");
        policy_print_amount(&t->amount, out);
        buf_add_text(out, "\n");
        print_funds(&t->funds, 7, out);
        print_class(&t->class, 7, out);
    }
}

static bool same_choice(const struct choice *a, const struct choice *b)
{
    bool same_ref =
        a->ref == NULL ? b->ref == NULL : b->ref != NULL && strcmp(a->ref, b->ref) == 0;
    return same_ref && strcmp(a->by, b->by) == 0;
}

/* One line for all rules chosen by the same act. */
static void print_choice(const struct programme *p, size_t at, struct buf *out)
{
    const struct choice *c = &p->choices[at];
    for (size_t i = 0; i < at; i++) {
        if (same_choice(&p->choices[i], c)) {
            return;
        }
    }
    heading(out, 2, "选择依据", "choice");
    buf_addf(out, "%s%s%s:", c->by, c->ref != NULL ? ", " : "",
             c->ref != NULL ? c->ref : "");
    for (size_t i = at; i < p->choice_count; i++) {
        if (same_choice(&p->choices[i], c)) {
            buf_addf(out, " %s", p->choices[i].rule);
        }
    }
    buf_add_text(out, "\n");
}

static void print_sources(const struct programme *p, struct buf *out)
{
    for (size_t i = 0; i < p->choice_count; i++) {
        print_choice(p, i, out);
    }
    for (size_t i = 0; i < p->note_count; i++) {
        line(out, "说明", "note", p->notes[i]);
    }
}

static void print_programme(const struct programme *p, struct buf *out)
{
    static const char *const payees[] = {"本人 person", "机构 institution",
                                         "按居住地 by-residence"};
    buf_addf(out, "\n补贴项目 programme %s  %s\n", p->code, p->name);
    line(out, "清单序号", "item", p->item);
    line(out, "牵头单位", "lead", p->lead);
    line(out, "条款", "clause", p->citation_clause);
    line(out, "原文", "citation", p->citation_text);
    line(out, "收款人", "payee", p->has_payee ? payees[p->payee] : NULL);
    print_class(&p->class, 2, out);
    print_funds(&p->funds, 2, out);
    print_tiers(p, out);
    if (p->has_rules) {
        print_rules(&p->rules, out);
    }
    print_sources(p, out);
}

static void print_conflict(const struct conflict *c, struct buf *out)
{
    static const char *const rules[] = {"不得享受 blocked", "就高 higher-only",
                                        "取先列者 first", "自选 chosen"};
    buf_add_text(out, "  ");
    if (c->programme != NULL) {
        buf_addf(out, "%s: ", c->programme);
        policy_print_when(c->when, c->when_count, out);
    } else {
        add_list(out, c->among, c->among_count);
    }
    buf_addf(out, " -> %s\n", rules[c->rule]);
}

enum status policy_print(const struct policy *p, struct buf *out, struct diag *d)
{
    char month[DATE_TEXT_CAP];
    print_head(p, out);
    print_tables(p, out);
    for (size_t i = 0; i < p->programme_count; i++) {
        print_programme(&p->programmes[i], out);
    }
    if (p->end_count > 0) {
        buf_add_text(out, "\n终止 ends\n");
    }
    for (size_t i = 0; i < p->end_count; i++) {
        const struct policy_end *end = &p->ends[i];
        month_print(end->from_month, month);
        buf_addf(out, "  %s 自 from %s%s%s\n", end->programme, month,
                 end->document != NULL ? "  " : "",
                 end->document != NULL ? end->document : "");
    }
    if (p->conflict_count > 0) {
        buf_add_text(out, "\n互斥 conflicts\n");
    }
    for (size_t i = 0; i < p->conflict_count; i++) {
        print_conflict(&p->conflicts[i], out);
    }
    return buf_check(out, d);
}
