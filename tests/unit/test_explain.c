/* test_explain.c - the sentences of an explanation in both languages, for every reason
 * and every kind of arithmetic, and what people miss. If one fails, a clerk tells
 * somebody a wrong reason, or nobody looks for who has a right to something. */
#include "audit/explain_words.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "eval_case.h"

Suite *suite_explain(void);

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define REG "registration=230523001 always; "
#define HOME "registration: [\"230523\"]"
#define OVER_80 "[{name: a, when: {age: 80.., " HOME "}, amount: {per-month: 25.00}}]"
#define ONE(amount) "[{name: a, when: {" HOME "}, amount: " amount "}]"
#define CLAIM(backdate)                                                                \
    "entry: {by: claim, from: month, backdate: " backdate                              \
    ", again: not-needed, keep-enrolled: false}"
#define DECISION                                                                       \
    "entry: {by: decision, from: month, backdate: none, again: not-needed, "           \
    "keep-enrolled: false}"
#define STANDARD                                                                       \
    "parameters: {std: {title: t, by: welfare, values: {dibao: [{from: 2020-01-01, "   \
    "value: 707.00, document: d}]}}}"

struct row {
    struct eval_case c;
    const char *month;
    enum explain_line kind;
    const char *en;
    const char *zh;
};

static const struct row rows[] = {
    {.c = {.label = "too young",
           .p = {{.tiers = OVER_80}},
           .birth = "1947-03-14",
           .facts = REG},
     .month = "2027-03",
     .kind = EXPLAIN_REASON,
     .en =
         "on 2027-02-28, nearest tier a: age 79, the tier needs 80 or more; reached on "
         "2027-03-14",
     .zh = "截至 2027-02-28，最接近的档次“a”：年龄 79 "
           "周岁，档次要求80周岁及以上；达到日期 2027-03-14"},
    {.c = {.label = "too old",
           .p = {{.tiers =
                      "[{name: a, when: {age: 60..79}, amount: {per-month: 1.00}}]"}},
           .birth = "1940-06-01"},
     .month = "2020-07",
     .kind = EXPLAIN_REASON,
     .en = "on 2020-06-30, nearest tier a: age 80, the tier needs 60 to 79; passed on "
           "2020-06-01",
     .zh = "截至 2020-06-30，最接近的档次“a”：年龄 80 "
           "周岁，档次要求60至79周岁；超过日期 2020-06-01"},
    {.c = {.label = "no value"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "on 2024-04-30, nearest tier a: no value of registration, the tier needs "
           "230523",
     .zh = "截至 2024-04-30，最接近的档次“a”：没有 户籍 的登记，档次要求 230523"},
    {.c = {.label = "another value", .facts = "registration=110101 2024-03-01"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "on 2024-04-30, nearest tier a: registration 110101 since 2024-03-01, the "
           "tier needs 230523",
     .zh = "截至 2024-04-30，最接近的档次“a”：户籍 110101，自 2024-03-01，档次要求 "
           "230523"},
    {.c = {.label = "a value that ended",
           .facts = "registration=230523 2024-01-01..2024-03-15"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "on 2024-04-30, nearest tier a: no value of registration (230523 ended on "
           "2024-03-15), the tier needs 230523",
     .zh = "截至 2024-04-30，最接近的档次“a”：没有 户籍 的登记（230523 已于 2024-03-15 "
           "终止），档次要求 230523"},
    {.c = {.label = "the default is not enough",
           .p = {{.tiers = "[{name: a, when: {welfare: [dibao, tekun]}, amount: "
                           "{per-month: 1.00}}]"}}},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "on 2024-04-30, nearest tier a: welfare none, by default, the tier needs "
           "dibao or tekun",
     .zh = "截至 2024-04-30，最接近的档次“a”：救助身份 none（默认），档次要求 "
           "dibao或tekun"},
    {.c = {.label = "a met condition", .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_CONDITION,
     .en = "met: registration 230523001 since the beginning, the tier needs 230523",
     .zh = "符合：户籍 230523001，自 最初，档次要求 230523"},
    {.c = {.label = "a scale",
           .p = {{.head = "scales: {dependency: {S: {moderate: semi}}}",
                  .tiers = "[{name: a, when: {dependency: [semi]}, amount: {per-month: "
                           "1.00}}]"}},
           .facts = "dependency=moderate 2024-01-01 scale=S"},
     .month = "2024-05",
     .kind = EXPLAIN_CONDITION,
     .en =
         "met: dependency moderate (S, read as semi) since 2024-01-01, the tier needs "
         "semi",
     .zh = "符合：失能程度 moderate（S，折合 semi），自 2024-01-01，档次要求 semi"},
    {.c = {.label = "not yet", .facts = REG},
     .month = "2019-06",
     .kind = EXPLAIN_REASON,
     .en = "no policy rules this month; from 2020-01 on policy 1 p (n)",
     .zh = "当月没有适用的政策；自 2020-01 起执行政策 1 p（n）"},
    {.c = {.label = "ended",
           .p = {{.id = "p"},
                 {.id = "q",
                  .code = "",
                  .effective = "2024-01-01",
                  .head = "ends: [{programme: c, from: 2024-03, document: e}]"}},
           .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "ended by policy 2 q (n) from 2024-03, e",
     .zh = "已由政策 2 q（n）终止，自 2024-03，e"},
    {.c = {.label = "refused", .facts = REG "decision=stop 2024-02-10"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "a decision says no: stop from 2024-02-10",
     .zh = "审批决定不予发放：stop，自 2024-02-10"},
    {.c = {.label = "paid elsewhere", .facts = REG "paid-elsewhere=2024-06 2024-02-10"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "another county paid through 2024-06",
     .zh = "外地已发至 2024-06"},
    {.c = {.label = "dead", .facts = REG "death=2024-04-01 2024-04-01"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "died on 2024-04-01; later months are not granted",
     .zh = "死亡日期 2024-04-01；以后各月不发"},
    {.c = {.label = "the month of death",
           .p = {{.rules = "stop-on-death: same-month"}},
           .facts = REG "death=2024-05-31 2024-05-31"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "died on 2024-05-31; the month of death is not granted (stop-on-death)",
     .zh = "死亡日期 2024-05-31；死亡当月不发（stop-on-death）"},
    {.c = {.label = "no claim", .p = {{.rules = CLAIM("none")}}, .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "no claim is recorded, and one is needed",
     .zh = "未见申请，须经申请进入"},
    {.c = {.label = "no approval", .p = {{.rules = DECISION}}, .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "no approval is recorded, and one is needed",
     .zh = "未见批准，须经审批进入"},
    {.c = {.label = "before the claim",
           .p = {{.rules = CLAIM("2")}},
           .facts = REG "claim=x 2024-08-09"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "claimed on 2024-08-09; only the last 2 months are granted",
     .zh = "申请日期 2024-08-09；只补发最近2个月"},
    {.c = {.label = "the claim that counts",
           .p = {{.rules = CLAIM("none")}},
           .facts = REG "claim=x 2024-03-09"},
     .month = "2024-05",
     .kind = EXPLAIN_ENTRY,
     .en = "by the claim of 2024-03-09",
     .zh = "申请 2024-03-09"},
    {.c = {.label = "the history is an entry",
           .p = {{.rules = CLAIM("none")}},
           .facts = REG,
           .settled = "c 2024-03 2024-02=2500"},
     .month = "2024-05",
     .kind = EXPLAIN_ENTRY,
     .en = "by the payment history taken over, on 2024-03-31",
     .zh = "由接管的历史发放在册，2024-03-31"},
    {.c = {.label = "suspended", .facts = REG "suspended=abroad 2024-04-10"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "suspended from 2024-04-10 (abroad); made good when it ends",
     .zh = "暂停，自 2024-04-10（abroad）；恢复后补发"},
    {.c = {.label = "suspended and over",
           .p = {{.rules = "suspension: {resume: none}"}},
           .facts = REG "suspended=abroad 2024-04-10..2024-06-20"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "suspended from 2024-04-10 to 2024-06-20 (abroad); not made good",
     .zh = "暂停，自 2024-04-10 至 2024-06-20（abroad）；恢复后不补发"},
    {.c = {.label = "not certified",
           .p = {{.rules = "certification: {every: 6, resume: {last: 3}}"}},
           .facts = REG "certified=x 2023-02-03"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en =
         "no certification since 2023-12-01; the last one was on 2023-02-03; only the "
         "last 3 months are made good",
     .zh = "没有认证，应认证期自 2023-12-01；最近一次认证 "
           "2023-02-03；恢复后只补发最近3个月"},
    {.c = {.label = "certified",
           .p = {{.rules = "certification: {every: 6, resume: all}"}},
           .facts = REG "certified=x 2024-02-03"},
     .month = "2024-05",
     .kind = EXPLAIN_CERTIFICATION,
     .en = "wanted since 2023-12-01; the last one on 2024-02-03",
     .zh = "应认证期自 2023-12-01；最近一次 2024-02-03"},
    {.c = {.label = "ask", .p = {{.tiers = ONE("{ask: true}")}}, .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "tier a: a decision must name the tier",
     .zh = "档次“a”：须由审批决定指明档次"},
    {.c = {.label = "named by a decision",
           .p = {{.tiers =
                      "[{name: a, when: {" HOME "}, amount: {ask: true}}, {name: b, "
                      "when: {age: 99..}, amount: {per-month: 2.00}}]"}},
           .facts = REG "decision=approve 2024-01-01 tier=b"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "granted: tier b, as of 2024-04-30, named by a decision",
     .zh = "应发：档次“b”，截至 2024-04-30，由审批决定指明"},
    {.c = {.label = "approves no amount",
           .p = {{.tiers = ONE("{approved: true}")}},
           .facts = REG "decision=approve 2024-01-01"},
     .month = "2024-05",
     .kind = EXPLAIN_WARNING,
     .en = "the decision in force approves no amount",
     .zh = "生效的审批决定没有写明金额"},
    {.c = {.label = "approved",
           .p = {{.tiers = ONE("{approved: true}")}},
           .facts = REG "decision=approve 2024-01-01 amount=88.00"},
     .month = "2024-05",
     .kind = EXPLAIN_ARITHMETIC,
     .en = "88.00 a month, as the decision approves",
     .zh = "88.00 元/月，按审批决定"},
    {.c = {.label = "an unknown tier",
           .facts = REG "decision=approve 2024-01-01 tier=zz"},
     .month = "2024-05",
     .kind = EXPLAIN_WARNING,
     .en = "the decision names a tier that the policy does not have; it is ignored",
     .zh = "审批决定指明的档次在政策中不存在，不予采用"},
    {.c = {.label = "no rate", .p = {{.tiers = ONE("{none: true}")}}, .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "the document names no rate",
     .zh = "文件没有写明标准，不发放"},
    {.c = {.label = "no value of the standard",
           .p = {{.head = STANDARD, .tiers = ONE("{percent: 15, of: std}")}},
           .facts = REG "welfare=margin 2024-01-01"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "parameter std has no value for this person and month",
     .zh = "参数 std 对此人当月没有数值"},
    {.c = {.label = "percent",
           .p = {{.head = STANDARD, .tiers = ONE("{percent: 15, of: std}")}},
           .facts = REG "welfare=dibao 2024-01-01"},
     .month = "2024-05",
     .kind = EXPLAIN_ARITHMETIC,
     .en = "15% × 707.00 = 106.05 (half up to the fen) = 106.05",
     .zh = "15% × 707.00 = 106.05（四舍五入到分） = 106.05"},
    {.c = {.label = "percent, rounded",
           .p = {{.head = STANDARD,
                  .rules = "rounding: down-jiao",
                  .tiers = ONE("{percent: 33.33, of: std}")}},
           .facts = REG "welfare=dibao 2024-01-01"},
     .month = "2024-05",
     .kind = EXPLAIN_ARITHMETIC,
     .en = "33.33% × 707.00 = 235.6431 (down to the jiao) = 235.60",
     .zh = "33.33% × 707.00 = 235.6431（舍去尾数到角） = 235.60"},
    {.c = {.label = "the standard",
           .p = {{.head = STANDARD, .tiers = ONE("{percent: 15, of: std}")}},
           .facts = REG "welfare=dibao 2024-01-01"},
     .month = "2024-05",
     .kind = EXPLAIN_STANDARD,
     .en = "std of dibao is 707.00 from 2020-01-01, d, in policy 1 p (n)",
     .zh = "std（dibao） 为 707.00，自 2020-01-01，d，载于政策 1 p（n）"},
    {.c = {.label = "twelfths",
           .p = {{.tiers = ONE("{per-year: 100.00}")}},
           .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_ARITHMETIC,
     .en =
         "100.00 a year, month 5 of 12: floor(100.00 × 5/12) − floor(100.00 × 4/12) = "
         "41.66 − 33.33 = 8.33",
     .zh =
         "100.00 元/年，第 5 个月：floor(100.00 × 5/12) − floor(100.00 × 4/12) = 41.66 "
         "− 33.33 = 8.33"},
    {.c = {.label = "whole year",
           .p = {{.rules = "annual: {whole-year-in: 12}",
                  .tiers = ONE("{per-year: 100.00}")}},
           .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "the year's amount is paid in month 12",
     .zh = "全年金额在12月一次计发"},
    {.c = {.label = "once, and again",
           .p = {{.tiers = ONE("{once: 100.00}")}},
           .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "once in a life: an earlier month had it",
     .zh = "终身一次，已在以前月份计发"},
    {.c = {.label = "floor",
           .p = {{.tiers = ONE("{per-month: 100.00, floor: 80.00}")}},
           .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_FLOOR,
     .en = "the document says not less than 80.00; the rate is 100.00",
     .zh = "文件规定不低于 80.00；现行 100.00"},
    {.c = {.label = "settled, unpaid",
           .facts = REG,
           .settled = "c 2024-06 2024-04=2500"},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "settled by the history taken over, through 2024-06, which paid nothing for "
           "this month",
     .zh = "按接管的历史发放结清至 2024-06，当月未发"},
    {.c = {.label = "higher-only",
           .p = {{.head = "conflicts: [{among: [c, d], rule: higher-only}]",
                  .more = "d",
                  .more_tiers = ONE("{per-month: 300.00}")}},
           .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_CONFLICT,
     .en = "d is kept with 300.00; rule higher-only of policy 1 p (n), line 9",
     .zh = "保留 d，300.00；规则“就高”，政策 1 p（n），第 9 行"},
    {.c = {.label = "dropped",
           .p = {{.head = "conflicts: [{among: [c, d], rule: higher-only}]",
                  .more = "d",
                  .more_tiers = ONE("{per-month: 300.00}")}},
           .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_REASON,
     .en = "100.00 cannot stand beside another benefit",
     .zh = "100.00 与其他待遇不可兼得"},
    {.c = {.label = "the line that decided",
           .p = {{.head =
                      "conflicts: [{among: [c, d], rule: higher-only}, {programme: c, "
                      "when: {welfare: [tekun]}, rule: blocked}]",
                  .more = "d",
                  .more_tiers = ONE("{per-month: 300.00}")}},
           .facts = REG "welfare=tekun 2024-01-01"},
     .month = "2024-05",
     .kind = EXPLAIN_CONFLICT,
     .en = "rule blocked of policy 1 p (n), line 9: welfare tekun",
     .zh = "规则“不得享受”，政策 1 p（n），第 9 行：救助身份 tekun"},
    {.c = {.label = "not posted", .facts = REG},
     .month = "2024-05",
     .kind = EXPLAIN_PENDING,
     .en = "no run has reached this month; one would post +100.00",
     .zh = "当月尚未测算；测算将登记 +100.00"},
};

struct wanted {
    enum explain_line kind;
    struct buf text; /* of the first such line */
    bool found;
};

static void take_line(void *ctx, enum explain_line kind, struct str text)
{
    struct wanted *w = ctx;
    if (kind == w->kind && !w->found) {
        buf_add_str(&w->text, text);
        w->found = true;
    }
}

static void expect_text(const struct row *r, const struct explanation *x,
                        const struct policy_set *s, bool zh)
{
    struct diag d;
    struct wanted w = {.kind = r->kind};
    buf_init(&w.text, 4096);
    ck_assert_int_eq(explain_words(x, s, zh, take_line, &w, &d), ST_OK);
    const char *wanted = zh ? r->zh : r->en;
    ck_assert_msg(w.found && strcmp(buf_cstr(&w.text), wanted) == 0,
                  "%s: \"%s\"\n  not \"%s\"", r->c.label, buf_cstr(&w.text), wanted);
    buf_release(&w.text);
}

START_TEST(a_sentence_says_why)
{
    const struct row *r = &rows[_i];
    struct case_set s;
    struct case_person p;
    struct diag d;
    static struct explanation x;
    memset(&x, 0, sizeof x);
    case_set_init(&s, &r->c);
    case_person_init(&p, &s, &r->c);
    ck_assert(month_parse(str_of(r->month), &x.month));
    ck_assert_int_eq(why_month(s.set, &p.person, x.month, 0, &x.why, &d), ST_OK);
    x.rules_fen = x.why.result.amount_fen;
    expect_text(r, &x, s.set, false);
    expect_text(r, &x, s.set, true);
    case_set_release(&s);
}
END_TEST

/* Every fact named is one of the person's, and each condition was held against what
 * evaluation saw: the result is that of eval_month in every month. */
START_TEST(explaining_decides_nothing)
{
    const struct row *r = &rows[_i];
    struct eval_result results[EVAL_PROGRAMMES_MAX];
    struct case_set s;
    struct case_person p;
    struct diag d;
    struct why w;
    case_set_init(&s, &r->c);
    case_person_init(&p, &s, &r->c);
    for (int32_t m = month_make(2019, 11); m < month_make(2028, 1); m++) {
        eval_month(s.set, &p.person, m, results);
        for (size_t i = 0; i < policy_set_programme_count(s.set); i++) {
            ck_assert_int_eq(why_month(s.set, &p.person, m, i, &w, &d), ST_OK);
            ck_assert_int_eq(w.result.amount_fen, results[i].amount_fen);
            ck_assert_int_eq(w.result.reason, results[i].reason);
            ck_assert_ptr_eq(w.result.tier, results[i].tier);
            bool dropped = w.result.reason == EVAL_CONFLICT;
            ck_assert_msg(dropped == (w.conflict != NULL), "%s", r->c.label);
            for (size_t k = 0; k < w.fact_count; k++) {
                ck_assert(w.facts[k].fact >= p.facts &&
                          w.facts[k].fact < p.facts + p.person.fact_count);
            }
        }
    }
    case_set_release(&s);
}
END_TEST

/* ---- what people miss ---- */

#define SCALE "scales: {dependency: {S: {moderate: semi, intact: none}}}"
#define CARE                                                                           \
    "[{name: a, when: {age: 60.., dependency: [semi]}, amount: {per-month: 50.00}}]"

static const struct miss {
    struct eval_case c;
    const char *month;
    enum omission why;
    int64_t fen;
    const char *attribute;
} misses[] = {
    {{.label = "granted: nothing is missed", .facts = REG},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
    {{.label = "no claim", .p = {{.rules = CLAIM("none")}}, .facts = REG},
     "2024-05",
     OMISSION_CLAIM,
     10000,
     NULL},
    {{.label = "no claim, and too young",
      .p = {{.rules = CLAIM("none"), .tiers = OVER_80}},
      .birth = "1960-01-01",
      .facts = REG},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
    {{.label = "a claim that does not reach back",
      .p = {{.rules = CLAIM("none")}},
      .facts = REG "claim=x 2024-08-01"},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
    {{.label = "no approval", .p = {{.rules = DECISION}}, .facts = REG},
     "2024-05",
     OMISSION_DECISION,
     10000,
     NULL},
    {{.label = "refused: not missed",
      .p = {{.rules = DECISION}},
      .facts = REG "decision=refuse 2024-01-01"},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
    {{.label = "no claim, and suspended",
      .p = {{.rules = CLAIM("none")}},
      .facts = REG "suspended=abroad 2024-01-01"},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
    {{.label = "no claim, and dead",
      .p = {{.rules = CLAIM("none")}},
      .facts = REG "death=2024-03-01 2024-03-01"},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
    {{.label = "certification lapsed",
      .p = {{.rules = "certification: {every: 6, resume: all}"}},
      .facts = REG "certified=x 2023-02-03"},
     "2024-05",
     OMISSION_CERTIFICATION,
     10000,
     NULL},
    {{.label = "no assessment", .p = {{.head = SCALE, .tiers = CARE}}},
     "2024-05",
     OMISSION_ASSESSMENT,
     5000,
     "dependency"},
    {{.label = "an assessment that ended",
      .p = {{.head = SCALE, .tiers = CARE}},
      .facts = "dependency=moderate 2023-01-01..2023-12-31 scale=S"},
     "2024-05",
     OMISSION_ASSESSMENT,
     5000,
     "dependency"},
    {{.label = "assessed, and not in need",
      .p = {{.head = SCALE, .tiers = CARE}},
      .facts = "dependency=intact 2023-01-01 scale=S"},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
    {{.label = "no assessment, and too young",
      .p = {{.head = SCALE, .tiers = CARE}},
      .birth = "1970-01-01"},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
    {{.label = "a default is a value",
      .p = {{.tiers = "[{name: a, when: {welfare: [dibao]}, amount: {per-month: "
                      "1.00}}]"}}},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
    {{.label = "a decision must name the tier",
      .p = {{.tiers = ONE("{ask: true}")}},
      .facts = REG},
     "2024-05",
     OMISSION_ASK,
     0,
     NULL},
    {{.label = "the year's amount as a twelfth",
      .p = {{.rules = CLAIM("none") "|annual: {whole-year-in: 12}",
             .tiers = ONE("{per-year: 120.00}")}},
      .facts = REG},
     "2024-05",
     OMISSION_CLAIM,
     1000,
     NULL},
    {{.label = "never paid: never missed",
      .p = {{.rules = CLAIM("none"), .tiers = ONE("{none: true}")}},
      .facts = REG},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
    {{.label = "less than what a conflict keeps",
      .p = {{.head = "conflicts: [{among: [c, d], rule: higher-only}]",
             .rules = CLAIM("none"),
             .more = "d",
             .more_tiers = ONE("{per-month: 300.00}")}},
      .facts = REG},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
    {{.label = "more than what a conflict would take",
      .p = {{.head = "conflicts: [{among: [c, d], rule: higher-only}]",
             .rules = CLAIM("none"),
             .more = "d",
             .more_tiers = ONE("{per-month: 30.00}")}},
      .facts = REG},
     "2024-05",
     OMISSION_CLAIM,
     7000,
     NULL},
    {{.label = "settled",
      .p = {{.rules = CLAIM("none")}},
      .facts = REG,
      .settled = "c 2024-06 2024-04=2500"},
     "2024-05",
     OMISSION_NONE,
     0,
     NULL},
};

START_TEST(what_is_missed)
{
    const struct miss *m = &misses[_i];
    struct eval_result results[EVAL_PROGRAMMES_MAX];
    struct omitted out[EVAL_PROGRAMMES_MAX];
    struct case_set s;
    struct case_person p;
    int32_t month;
    case_set_init(&s, &m->c);
    case_person_init(&p, &s, &m->c);
    ck_assert(month_parse(str_of(m->month), &month));
    for (int amounts_only = 0; amounts_only < 2; amounts_only++) {
        p.person.amounts_only = amounts_only == 1;
        eval_month(s.set, &p.person, month, results);
        (void)why_omitted(s.set, &p.person, month, results, out);
        ck_assert_msg(out[0].why == m->why && out[0].fen == m->fen, "%s: %s, %lld",
                      m->c.label, omission_name(out[0].why), (long long)out[0].fen);
        ck_assert_msg(
            (out[0].attribute == NULL) == (m->attribute == NULL) &&
                (m->attribute == NULL || strcmp(out[0].attribute, m->attribute) == 0),
            "%s: attribute", m->c.label);
    }
    case_set_release(&s);
}
END_TEST

Suite *suite_explain(void)
{
    Suite *s = suite_create("explain");
    TCase *t = tcase_create("words");
    tcase_add_loop_test(t, a_sentence_says_why, 0, (int)COUNT(rows));
    tcase_add_loop_test(t, explaining_decides_nothing, 0, (int)COUNT(rows));
    suite_add_tcase(s, t);
    t = tcase_create("omissions");
    tcase_add_loop_test(t, what_is_missed, 0, (int)COUNT(misses));
    suite_add_tcase(s, t);
    return s;
}
