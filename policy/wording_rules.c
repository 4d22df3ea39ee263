/* wording_rules.c - the rules of a programme in words, in the order of the file. */
#include "policy/wording.h"

static void rule_start(const void *of, struct buf *out)
{
    const struct rules *r = of;
    if (r->days_at_least == 0) {
        buf_add_text(out, r->start == TIMING_NEXT_MONTH
                              ? "符合条件的次月起 the month after next-month"
                              : "符合条件的当月起 that month same-month");
    }
}

static void rule_stop(const void *of, struct buf *out)
{
    const struct rules *r = of;
    if (r->days_at_least == 0) {
        buf_add_text(out, r->stop == TIMING_NEXT_MONTH
                              ? "不再符合的次月停 the month after next-month"
                              : "不再符合的当月即停 that month same-month");
    }
}

static void rule_days(const void *of, struct buf *out)
{
    int days = (int)((const struct rules *)of)->days_at_least;
    if (days > 0) {
        buf_addf(out, "当月符合条件满%d天 at least %d days of the month", days, days);
    }
}

static void rule_stop_by(const void *of, struct buf *out)
{
    const struct rules *r = of;
    for (size_t i = 0; i < r->stop_by_count; i++) {
        buf_addf(out, "%s%s 当月即停 same-month", i > 0 ? ", " : "",
                 r->stop_by[i].attribute);
    }
}

static void rule_death(const void *of, struct buf *out)
{
    buf_add_text(out, ((const struct rules *)of)->stop_on_death == TIMING_NEXT_MONTH
                          ? "死亡当月照发 the month of death is paid next-month"
                          : "死亡当月不发 the month of death is not same-month");
}

static void rule_tier_change(const void *of, struct buf *out)
{
    static const char *const changes[] = {
        [TIER_NEXT_MONTH] = "次月按新档 the month after next-month",
        [TIER_SAME_MONTH] = "当月按新档 that month same-month",
        [TIER_ON_DECISION] = "审批或复核后按新档，不补差 by decision on-decision",
    };
    buf_add_text(out, changes[((const struct rules *)of)->tier_change]);
}

static void rule_entry(const void *of, struct buf *out)
{
    static const char *const by[] = {"自动 automatic", "申请 claim", "审批 decision"};
    static const char *const back[] = {"不补 none", "全部 all", "当年 calendar-year"};
    const struct rules *r = of;
    buf_add_text(out, by[r->entry.by]);
    if (r->entry.by != ENTRY_AUTOMATIC) {
        buf_addf(out, "; 自 from %s; 补发 backdate ",
                 r->entry.from == ENTRY_FROM_MONTH ? "当月 month" : "次月 next-month");
        if (r->entry.backdate == BACKDATE_N) {
            buf_addf(out, "最近%d个月 %d months", (int)r->entry.backdate_months,
                     (int)r->entry.backdate_months);
        } else {
            buf_add_text(out, back[r->entry.backdate]);
        }
        buf_addf(out, "; 中断后 again %s",
                 r->entry.again_needed ? "重新申请 needed" : "不需重报 not-needed");
    }
    buf_addf(out, "; 原享受人员 keep-enrolled %s",
             r->entry.keep_enrolled ? "保留 true" : "不保留 false");
}

static void add_resume(const struct resume *r, struct buf *out)
{
    int months = (int)r->months;
    switch (r->kind) {
    case RESUME_ALL:
        buf_add_text(out, "全部补发 all");
        return;
    case RESUME_NONE:
        buf_add_text(out, "不补发 none");
        return;
    case RESUME_LAST:
        buf_addf(out, "补发最近%d个月 last %d", months, months);
        return;
    case RESUME_UNLESS_OVER:
        buf_addf(out, "超过%d个月不补发 unless-over %d", months, months);
        return;
    }
}

static void rule_certification(const void *of, struct buf *out)
{
    const struct rules *r = of;
    if (r->certification.kind == CERT_NONE) {
        buf_add_text(out, "不认证 none");
        return;
    }
    if (r->certification.kind == CERT_EVERY) {
        buf_addf(out, "每%d个月 every %d", (int)r->certification.every_months,
                 (int)r->certification.every_months);
    }
    for (size_t i = 0; i < r->certification.window_count; i++) {
        struct month_day from = r->certification.windows[i].from;
        struct month_day to = r->certification.windows[i].to;
        buf_addf(out, "%s%02d-%02d..%02d-%02d", i > 0 ? ", " : "每年 windows ",
                 (int)from.month, (int)from.day, (int)to.month, (int)to.day);
    }
    buf_add_text(out, "; 恢复 resume ");
    add_resume(&r->certification.resume, out);
}

static void rule_suspension(const void *of, struct buf *out)
{
    buf_add_text(out, "恢复 resume ");
    add_resume(&((const struct rules *)of)->suspension, out);
}

static void rule_birthday(const void *of, struct buf *out)
{
    buf_add_text(out, ((const struct rules *)of)->leap == LEAP_FEB_28
                          ? "平年按2月28日 feb-28"
                          : "平年按3月1日 mar-1");
}

static void rule_annual(const void *of, struct buf *out)
{
    const struct rules *r = of;
    switch (r->annual) {
    case ANNUAL_NONE:
        return;
    case ANNUAL_TWELFTHS:
        buf_add_text(out, "按月十二分之一 twelfths");
        return;
    case ANNUAL_WHOLE_YEAR:
        buf_addf(out, "全年一次，%d月 whole-year-in %d", (int)r->annual_month,
                 (int)r->annual_month);
        return;
    }
}

static void rule_payable(const void *of, struct buf *out)
{
    const struct rules *r = of;
    buf_addf(out, "每%d个月一期，期满后%d个月 every %d, after %d",
             (int)r->payable_every, (int)r->payable_after, (int)r->payable_every,
             (int)r->payable_after);
}

static void rule_rounding(const void *of, struct buf *out)
{
    static const char *const how[] = {"四舍五入 half-up", "舍去 down", "进位 up"};
    const struct rules *r = of;
    buf_addf(out, "%s, %s", how[r->rounding],
             r->rounding_unit_fen == 1    ? "分 fen"
             : r->rounding_unit_fen == 10 ? "角 jiao"
                                          : "元 yuan");
}

static void rule_due_at_death(const void *of, struct buf *out)
{
    buf_add_text(out, ((const struct rules *)of)->due_at_death == DUE_TO_ACCOUNT
                          ? "付原账户 account"
                          : "待继承人账户 heir");
}

static void rule_recovery(const void *of, struct buf *out)
{
    int64_t percent = ((const struct rules *)of)->set_off_percent;
    buf_addf(out, "每期抵扣不超过 set-off %d.%02d%%", (int)(percent / 100),
             (int)(percent % 100));
}

static const struct wording RULES[] = {
    {"start", "起发", rule_start},
    {"stop", "停发", rule_stop},
    {"days-at-least", "当月天数", rule_days},
    {"stop-by", "当月停发条件", rule_stop_by},
    {"stop-on-death", "死亡停发", rule_death},
    {"tier-change", "换档", rule_tier_change},
    {"entry", "进入", rule_entry},
    {"certification", "资格认证", rule_certification},
    {"suspension", "暂停后", rule_suspension},
    {"birthday-29-february", "闰日生日", rule_birthday},
    {"annual", "年度标准", rule_annual},
    {"payable", "发放周期", rule_payable},
    {"rounding", "尾数", rule_rounding},
    {"due-at-death", "死亡时未发", rule_due_at_death},
    {"recovery", "追缴抵扣", rule_recovery},
};
const struct wordings wording_rules = {RULES, sizeof RULES / sizeof RULES[0]};
