/* explain_words.c - the sentences of an explanation: standing, entry, conflict. Those
 * of conditions and amounts are in explain_sums.c. Every sentence stands here in both
 * languages side by side, with the same values in the same order. */
#include "audit/explain_words.h"

#include <stdio.h>
#include <string.h>

#include "audit/explain_private.h"
#include "base/must.h"

/* ---- saying ---- */

void say_day(struct saying *s, int32_t day)
{
    char text[DATE_TEXT_CAP];
    if (day == DAY_ALWAYS) {
        buf_add_text(&s->text, PICK(s, "the beginning", "最初"));
        return;
    }
    date_print(day, text);
    buf_add_text(&s->text, text);
}

static void say_month(struct saying *s, int32_t month)
{
    char text[DATE_TEXT_CAP];
    month_print(month, text);
    buf_add_text(&s->text, text);
}

void say_fen(struct saying *s, int64_t fen)
{
    char text[MONEY_TEXT_CAP];
    money_print_grouped(fen, text);
    buf_add_text(&s->text, text);
}

void say_document(struct saying *s, const struct confirmed_policy *p)
{
    buf_addf(&s->text, PICK(s, "policy %u %s", "政策 %u %s"), p->number, p->policy->id);
    if (p->policy->document_number != NULL) {
        buf_addf(&s->text, PICK(s, " (%s)", "（%s）"), p->policy->document_number);
    }
}

void say_end(struct saying *s, enum explain_line kind)
{
    if (s->text.len > 0) {
        s->each(s->ctx, kind, buf_str(&s->text));
    }
    s->failed = s->failed || s->text.failed;
    buf_clear(&s->text);
}

static const struct why_fact *fact_for(const struct why *w, enum why_use use)
{
    for (size_t i = 0; i < w->fact_count; i++) {
        if (w->facts[i].use == use) {
            return &w->facts[i];
        }
    }
    return NULL;
}

/* ---- reasons for nothing, one function each ---- */

static void no_policy(struct saying *s)
{
    const struct why *w = &s->x->why;
    if (w->end_policy != NULL) {
        buf_add_text(&s->text, PICK(s, "ended by ", "已由"));
        say_document(s, w->end_policy);
        if (w->end != NULL) {
            buf_add_text(&s->text, PICK(s, " from ", "终止，自 "));
            say_month(s, w->end->from_month);
            buf_addf(&s->text, PICK(s, ", %s", "，%s"), w->end->document);
        }
        return;
    }
    buf_add_text(&s->text, PICK(s, "no policy rules this month", "当月没有适用的政策"));
    if (w->later != NULL) {
        buf_add_text(&s->text, PICK(s, "; from ", "；自 "));
        say_month(s, w->later_month);
        buf_add_text(&s->text, PICK(s, " on ", " 起执行"));
        say_document(s, w->later);
    }
}

static void not_eligible(struct saying *s)
{
    const struct why *w = &s->x->why;
    if (s->x->merged_into != 0) {
        buf_addf(&s->text, PICK(s, "merged into person %llu", "已并入补贴对象 %llu"),
                 (unsigned long long)s->x->merged_into);
        return;
    }
    if (w->day == DAY_NEVER || w->tier == NULL) {
        buf_add_text(&s->text, PICK(s, "nothing was known of the person",
                                    "当时没有此人的登记信息"));
        return;
    }
    buf_add_text(&s->text, PICK(s, "on ", "截至 "));
    say_day(s, w->day);
    buf_addf(&s->text, PICK(s, ", nearest tier %s: ", "，最接近的档次“%s”："),
             w->tier->name);
    if (w->unmet >= 0) {
        say_condition(s, &w->conditions[w->unmet]);
    } else {
        buf_add_text(&s->text, PICK(s, "not eligible on every day that counts",
                                    "并非在应计的每一天都符合条件"));
    }
}

static void refused(struct saying *s)
{
    const struct why_fact *f = fact_for(&s->x->why, WHY_DECISION);
    buf_add_text(&s->text, PICK(s, "a decision says no", "审批决定不予发放"));
    if (f != NULL) {
        buf_addf(&s->text, PICK(s, ": %.*s from ", "：%.*s，自 "),
                 STR_ARG(f->fact->value));
        say_day(s, f->fact->effective);
    }
}

static void elsewhere(struct saying *s)
{
    buf_add_text(&s->text, PICK(s, "another county paid through ", "外地已发至 "));
    say_month(s, s->x->why.elsewhere);
}

static void dead(struct saying *s)
{
    buf_add_text(&s->text, PICK(s, "died on ", "死亡日期 "));
    say_day(s, s->x->why.death);
    bool same = month_of_day(s->x->why.death) == s->x->month;
    buf_add_text(&s->text,
                 same ? PICK(s, "; the month of death is not granted (stop-on-death)",
                             "；死亡当月不发（stop-on-death）")
                      : PICK(s, "; later months are not granted", "；以后各月不发"));
}

static bool by_claim(const struct why *w)
{
    return w->result.rules != NULL && w->result.rules->rules.entry.by == ENTRY_CLAIM;
}

static void not_entered(struct saying *s)
{
    if (by_claim(&s->x->why)) {
        buf_add_text(&s->text, PICK(s, "no claim is recorded, and one is needed",
                                    "未见申请，须经申请进入"));
    } else {
        buf_add_text(&s->text, PICK(s, "no approval is recorded, and one is needed",
                                    "未见批准，须经审批进入"));
    }
}

static void before_entry(struct saying *s)
{
    const struct why *w = &s->x->why;
    buf_add_text(&s->text, by_claim(w) ? PICK(s, "claimed on ", "申请日期 ")
                                       : PICK(s, "approved on ", "批准日期 "));
    say_day(s, w->entry_day);
    const struct rules *r = &w->result.rules->rules;
    switch (r->entry.backdate) {
    case BACKDATE_NONE:
        buf_add_text(&s->text,
                     PICK(s, "; earlier months are not granted", "；以前月份不补发"));
        break;
    case BACKDATE_ALL:
        break;
    case BACKDATE_CALENDAR_YEAR:
        buf_add_text(&s->text, PICK(s, "; granted from January of that year",
                                    "；只补发到当年1月"));
        break;
    case BACKDATE_N:
        buf_addf(&s->text,
                 PICK(s, "; only the last %d months are granted", "；只补发最近%d个月"),
                 (int)r->entry.backdate_months);
        break;
    }
}

static void say_resume(struct saying *s, const struct resume *r)
{
    switch (r->kind) {
    case RESUME_ALL:
        buf_add_text(&s->text, PICK(s, "; made good when it ends", "；恢复后补发"));
        break;
    case RESUME_NONE:
        buf_add_text(&s->text, PICK(s, "; not made good", "；恢复后不补发"));
        break;
    case RESUME_LAST:
        buf_addf(&s->text,
                 PICK(s, "; only the last %d months are made good",
                      "；恢复后只补发最近%d个月"),
                 (int)r->months);
        break;
    case RESUME_UNLESS_OVER:
        buf_addf(&s->text,
                 PICK(s, "; made good unless it lasts over %d months",
                      "；中断超过%d个月的不补发"),
                 (int)r->months);
        break;
    }
}

static void suspended(struct saying *s)
{
    const struct why_fact *f = fact_for(&s->x->why, WHY_SUSPENSION);
    buf_add_text(&s->text, PICK(s, "suspended", "暂停"));
    if (f != NULL) {
        buf_add_text(&s->text, PICK(s, " from ", "，自 "));
        say_day(s, f->fact->effective);
        if (f->fact->until != DAY_NEVER) {
            buf_add_text(&s->text, PICK(s, " to ", " 至 "));
            say_day(s, f->fact->until);
        }
        buf_addf(&s->text, PICK(s, " (%.*s)", "（%.*s）"), STR_ARG(f->fact->value));
    }
    say_resume(s, &s->x->why.result.rules->rules.suspension);
}

static void not_certified(struct saying *s)
{
    const struct why *w = &s->x->why;
    const struct why_fact *f = fact_for(w, WHY_CERTIFICATION);
    buf_add_text(&s->text, PICK(s, "no certification since ", "没有认证，应认证期自 "));
    say_day(s, w->certify_since);
    if (f != NULL) {
        buf_add_text(&s->text, PICK(s, "; the last one was on ", "；最近一次认证 "));
        say_day(s, f->fact->effective);
    }
    if (w->certify_next != INT32_MAX) {
        buf_add_text(&s->text, PICK(s, "; the next one in ", "；下一次认证 "));
        say_month(s, w->certify_next);
    }
    say_resume(s, &w->result.rules->rules.certification.resume);
}

static void ask(struct saying *s)
{
    const struct why *w = &s->x->why;
    if (w->tier != NULL && w->tier->amount.kind == AMOUNT_APPROVED) {
        buf_add_text(&s->text, PICK(s, "no decision in force approves an amount",
                                    "没有生效的审批决定写明金额"));
    } else {
        buf_addf(&s->text,
                 PICK(s, "tier %s: a decision must name the tier",
                      "档次“%s”：须由审批决定指明档次"),
                 w->tier != NULL ? w->tier->name : "");
    }
}

static void no_rate(struct saying *s)
{
    const struct why *w = &s->x->why;
    if (w->standard.name != NULL && !w->standard.found) {
        buf_addf(&s->text,
                 PICK(s, "parameter %s has no value for this person and month",
                      "参数 %s 对此人当月没有数值"),
                 w->standard.name);
    } else {
        buf_add_text(&s->text,
                     PICK(s, "the document names no rate", "文件没有写明标准，不发放"));
    }
}

static void conflict(struct saying *s)
{
    const struct why *w = &s->x->why;
    say_fen(s, w->before_fen);
    buf_add_text(&s->text, PICK(s, " cannot stand beside another benefit",
                                " 与其他待遇不可兼得"));
}

static void zero(struct saying *s)
{
    const struct why *w = &s->x->why;
    enum amount_kind kind =
        w->result.tier != NULL ? w->result.tier->amount.kind : AMOUNT_PER_MONTH;
    if (kind == AMOUNT_ONCE) {
        buf_add_text(&s->text, PICK(s, "once in a life: an earlier month had it",
                                    "终身一次，已在以前月份计发"));
    } else if (kind == AMOUNT_PER_YEAR &&
               w->result.rules->rules.annual == ANNUAL_WHOLE_YEAR) {
        buf_addf(
            &s->text,
            PICK(s, "the year's amount is paid in month %d", "全年金额在%d月一次计发"),
            (int)w->result.rules->rules.annual_month);
    } else {
        buf_add_text(&s->text,
                     PICK(s, "the month's amount is nothing", "当月金额为零"));
    }
}

static void settled(struct saying *s)
{
    buf_add_text(&s->text, PICK(s, "settled by the history taken over, through ",
                                "按接管的历史发放结清至 "));
    say_month(s, s->x->why.settled_through);
    if (s->x->rules_fen == 0) {
        buf_add_text(&s->text,
                     PICK(s, ", which paid nothing for this month", "，当月未发"));
    }
}

static void granted(struct saying *s)
{
    const struct why *w = &s->x->why;
    if (s->x->month <= w->settled_through) {
        settled(s);
        return;
    }
    buf_add_text(&s->text, PICK(s, "granted", "应发"));
    if (w->tier != NULL && w->day != DAY_NEVER) {
        buf_addf(&s->text, PICK(s, ": tier %s, as of ", "：档次“%s”，截至 "),
                 w->tier->name);
        say_day(s, w->day);
    }
    if (w->by_decision) {
        buf_add_text(&s->text, PICK(s, ", named by a decision", "，由审批决定指明"));
    }
}

static void (*const reasons[])(struct saying *s) = {
    [EVAL_GRANTED] = granted,
    [EVAL_NO_POLICY] = no_policy,
    [EVAL_NOT_ELIGIBLE] = not_eligible,
    [EVAL_REFUSED] = refused,
    [EVAL_PAID_ELSEWHERE] = elsewhere,
    [EVAL_DEAD] = dead,
    [EVAL_NOT_ENTERED] = not_entered,
    [EVAL_BEFORE_ENTRY] = before_entry,
    [EVAL_SUSPENDED] = suspended,
    [EVAL_NOT_CERTIFIED] = not_certified,
    [EVAL_ASK] = ask,
    [EVAL_NO_RATE] = no_rate,
    [EVAL_CONFLICT] = conflict,
    [EVAL_ZERO] = zero,
    [EVAL_SETTLED] = settled,
};

/* ---- what stands beside the reason ---- */

static void say_entry(struct saying *s)
{
    const struct why *w = &s->x->why;
    if (w->entry_day == DAY_NEVER) {
        return;
    }
    if (w->entry_settled) {
        buf_add_text(&s->text, PICK(s, "by the payment history taken over, on ",
                                    "由接管的历史发放在册，"));
    } else if (w->entry_kept) {
        buf_add_text(&s->text, PICK(s, "kept enrolled from the policy before, on ",
                                    "由原政策延续在册，"));
    } else {
        buf_add_text(&s->text, by_claim(w) ? PICK(s, "by the claim of ", "申请 ")
                                           : PICK(s, "by the approval of ", "批准 "));
    }
    say_day(s, w->entry_day);
    say_end(s, EXPLAIN_ENTRY);
}

static void say_certification(struct saying *s)
{
    const struct why *w = &s->x->why;
    const struct why_fact *f = fact_for(w, WHY_CERTIFICATION);
    if (w->certify_since == DAY_NEVER || w->result.reason == EVAL_NOT_CERTIFIED) {
        return;
    }
    buf_add_text(&s->text, PICK(s, "wanted since ", "应认证期自 "));
    say_day(s, w->certify_since);
    if (f != NULL) {
        buf_add_text(&s->text, PICK(s, "; the last one on ", "；最近一次 "));
        say_day(s, f->fact->effective);
    } else {
        buf_add_text(&s->text,
                     PICK(s, "; the entry counts as one", "；进入之日视同认证"));
    }
    say_end(s, EXPLAIN_CERTIFICATION);
}

static const char *rule_words(const struct saying *s, enum conflict_rule rule)
{
    static const char *const en[] = {
        [CONFLICT_BLOCKED] = "blocked",
        [CONFLICT_HIGHER_ONLY] = "higher-only",
        [CONFLICT_FIRST] = "first",
        [CONFLICT_CHOSEN] = "chosen",
    };
    static const char *const zh[] = {
        [CONFLICT_BLOCKED] = "不得享受",
        [CONFLICT_HIGHER_ONLY] = "就高",
        [CONFLICT_FIRST] = "按次序取第一项",
        [CONFLICT_CHOSEN] = "本人选择",
    };
    return s->zh ? zh[rule] : en[rule];
}

static void say_conflict(struct saying *s)
{
    const struct why *w = &s->x->why;
    if (w->conflict == NULL) {
        return;
    }
    if (w->result.conflict_with >= 0) {
        buf_addf(&s->text, PICK(s, "%s is kept with ", "保留 %s，"),
                 policy_set_programme_code(s->set, (size_t)w->result.conflict_with));
        say_fen(s, w->kept_fen);
        buf_add_text(&s->text, PICK(s, "; ", "；"));
    }
    buf_addf(&s->text, PICK(s, "rule %s of ", "规则“%s”，"),
             rule_words(s, w->conflict->rule));
    say_document(s, w->conflict_policy);
    buf_addf(&s->text, PICK(s, ", line %u", "，第 %u 行"), w->conflict->place.line);
    for (size_t i = 0; i < w->conflict->when_count; i++) {
        buf_add_text(&s->text, i == 0 ? PICK(s, ": ", "：") : PICK(s, "; ", "；"));
        say_wanted(s, &w->conflict->when[i]);
    }
    say_end(s, EXPLAIN_CONFLICT);
}

/* "100.00 by order ...: counts"; then what came of rule and orders. */
static void say_orders(struct saying *s)
{
    const struct explanation *x = s->x;
    int64_t rule = x->why.result.amount_fen;
    for (size_t i = 0; i < x->order_count; i++) {
        const struct ordered *o = &x->orders[i];
        say_fen(s, o->fen);
        buf_addf(&s->text, PICK(s, " by order (%.*s), ", "，按人工补记（%.*s），"),
                 STR_ARG(o->fact->document));
        buf_add_text(&s->text,
                     o->counts
                         ? PICK(s, "counts against the rule's amount", "与规则金额取大")
                         : PICK(s, "beside the rule's amount", "在规则金额之外"));
        say_end(s, EXPLAIN_ORDER);
    }
    if (x->order_count > 0) {
        say_fen(s, rule);
        buf_add_text(&s->text, PICK(s, " by the rules, with the orders ",
                                    "（规则），连同补记为 "));
        say_fen(s, x->rules_fen);
        say_end(s, EXPLAIN_ORDER);
    }
}

static void say_history(struct saying *s)
{
    for (size_t i = 0; i < s->x->paid_count; i++) {
        const struct paid *p = s->x->paid[i];
        say_fen(s, p->fen);
        buf_add_text(&s->text,
                     PICK(s, " was paid before this ledger", " 系接管前已发"));
        if (p->paid_on != DAY_NEVER) {
            buf_add_text(&s->text, PICK(s, ", on ", "，发放日期 "));
            say_day(s, p->paid_on);
        }
        if (p->document.n > 0) {
            buf_addf(&s->text, PICK(s, ", %.*s", "，%.*s"), STR_ARG(p->document));
        }
        say_end(s, EXPLAIN_HISTORY);
    }
}

static void say_pending(struct saying *s)
{
    const struct explanation *x = s->x;
    if (x->granted_fen == x->rules_fen) {
        return;
    }
    buf_add_text(
        &s->text,
        x->assessed ? PICK(s, "no run has looked again since; the next one would post ",
                           "此后尚未测算；下次测算将登记 ")
                    : PICK(s, "no run has reached this month; one would post ",
                           "当月尚未测算；测算将登记 "));
    buf_add_text(&s->text, x->rules_fen > x->granted_fen ? "+" : "");
    say_fen(s, x->rules_fen - x->granted_fen);
    say_end(s, EXPLAIN_PENDING);
}

const char *explain_warning(enum why_warning w, bool zh)
{
    static const struct {
        const char *en;
        const char *zh;
    } words[] = {
        [WHY_SOUND] = {"", ""},
        [WHY_NO_VALUE] = {"a parameter has no value for the person and month",
                          "参数对此人当月没有数值"},
        [WHY_UNKNOWN_TIER] =
            {"the decision names a tier that the policy does not have; "
             "it is ignored",
             "审批决定指明的档次在政策中不存在，不予采用"},
        [WHY_NO_AMOUNT] = {"the decision in force approves no amount",
                           "生效的审批决定没有写明金额"},
        [WHY_OTHER] = {"a sum is out of range", "合计超出范围"},
    };
    must((size_t)w < sizeof words / sizeof words[0]);
    return zh ? words[w].zh : words[w].en;
}

/* ---- all of it ---- */

enum status explain_words(const struct explanation *x, const struct policy_set *set,
                          bool zh,
                          void (*each)(void *ctx, enum explain_line kind,
                                       struct str text),
                          void *ctx, struct diag *d)
{
    struct saying s = {.x = x, .set = set, .zh = zh, .each = each, .ctx = ctx};
    buf_init(&s.text, SAYING_MAX);
    must((size_t)x->why.result.reason < sizeof reasons / sizeof reasons[0]);
    reasons[x->why.result.reason](&s);
    say_end(&s, EXPLAIN_REASON);
    say_conditions(&s);
    say_entry(&s);
    say_certification(&s);
    say_sums(&s);
    say_conflict(&s);
    say_orders(&s);
    say_history(&s);
    buf_add_text(&s.text, explain_warning(x->why.warning, zh));
    say_end(&s, EXPLAIN_WARNING);
    say_pending(&s);
    buf_release(&s.text);
    return s.failed ? diag_memory(d) : ST_OK;
}

static const struct {
    const char *en;
    const char *zh;
} names[EXPLAIN_LINES] = {
    [EXPLAIN_REASON] = {"reason", "原因"},
    [EXPLAIN_CONDITION] = {"condition", "条件"},
    [EXPLAIN_ENTRY] = {"entry", "进入"},
    [EXPLAIN_CERTIFICATION] = {"certified", "认证"},
    [EXPLAIN_STANDARD] = {"standard", "标准"},
    [EXPLAIN_ARITHMETIC] = {"sum", "计算"},
    [EXPLAIN_FLOOR] = {"floor", "下限"},
    [EXPLAIN_CONFLICT] = {"conflict", "冲突"},
    [EXPLAIN_ORDER] = {"order", "补记"},
    [EXPLAIN_HISTORY] = {"history", "历史"},
    [EXPLAIN_WARNING] = {"warning", "提示"},
    [EXPLAIN_PENDING] = {"pending", "待测算"},
};

const char *explain_line_name(enum explain_line kind)
{
    must((size_t)kind < EXPLAIN_LINES);
    return names[kind].en;
}

const char *explain_line_zh(enum explain_line kind)
{
    must((size_t)kind < EXPLAIN_LINES);
    return names[kind].zh;
}
