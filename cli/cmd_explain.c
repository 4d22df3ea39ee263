/* cmd_explain.c - why a person has what they have for a programme and month, or for
 * each month of a range; now, or as the ledger would have said on an earlier day. */
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "cli/command.h"
#include "cli/explain_view.h"
#include "cli/sheet.h"

#define RANGE_MONTHS_MAX 600

struct asked {
    struct explain_asked view;
    int32_t from;
    int32_t through;
    struct json *programmes; /* with --json: of the first month */
    struct json *months;     /* with --json and a range: all */
    size_t shown;
};

static enum status explain(const struct asked *a, const char *code, int32_t month,
                           struct explanation *x, struct diag *d)
{
    const struct explain_asked *v = &a->view;
    return explain_month(v->l, v->entitle, v->p.person, &v->known, str_of(code), month,
                         x, d);
}

static bool says_something(const struct explanation *x)
{
    return x->rules_fen != 0 || x->granted_fen != 0 || x->record_count > 0 ||
           x->order_count > 0;
}

/* ---- JSON ---- */

static enum status put(struct asked *a, const struct explanation *x, struct diag *d)
{
    struct json *top = output_object(&a->view.e->out, "almoner.explain/1");
    if (a->shown++ == 0) {
        TRY(explain_put(&a->view, top, x, d));
        a->programmes = json_put_list(top, "programmes");
        if (a->through > a->from) {
            a->months = json_put_list(top, "months");
        }
    }
    if (x->month == a->from) {
        TRY(explain_put(&a->view, json_add_object(a->programmes), x, d));
    }
    return a->months == NULL ? ST_OK
                             : explain_put(&a->view, json_add_object(a->months), x, d);
}

static enum status put_programme(struct asked *a, const char *code, struct diag *d)
{
    struct explanation x;
    for (int32_t m = a->from; m <= a->through; m++) {
        TRY(explain(a, code, m, &x, d));
        TRY(put(a, &x, d));
    }
    return ST_OK;
}

/* ---- for people ---- */

static enum status print_overview(const struct asked *a, const char *code,
                                  struct sheet *t, struct diag *d)
{
    const struct output *o = &a->view.e->out;
    struct explanation x;
    char month[DATE_TEXT_CAP];
    sheet_column(t, TEXT(o, "month", "所属月份"), false);
    sheet_column(t, TEXT(o, "granted", "应发"), true);
    sheet_column(t, TEXT(o, "rules", "规则"), true);
    sheet_column(t, TEXT(o, "reason", "原因"), false);
    sheet_column(t, TEXT(o, "tier", "档次"), false);
    for (int32_t m = a->from; m <= a->through; m++) {
        TRY(explain(a, code, m, &x, d));
        enum eval_reason reason = x.why.result.reason;
        month_print(m, month);
        sheet_cell(t, "%s", month);
        sheet_fen(t, x.granted_fen);
        sheet_fen(t, x.rules_fen);
        sheet_cell(t, "%s", TEXT(o, eval_reason_name(reason), eval_reason_zh(reason)));
        sheet_cell(t, "%s", x.why.result.tier != NULL ? x.why.result.tier->name : "");
    }
    return ST_OK;
}

/* Would the month read as the one before? */
static bool alike(const struct explanation *x, const struct explanation *before)
{
    const struct eval_result *r = &x->why.result;
    const struct eval_result *b = &before->why.result;
    bool same = x->granted_fen == before->granted_fen &&
                x->rules_fen == before->rules_fen && r->reason == b->reason &&
                r->policy == b->policy && r->tier_number == b->tier_number;
    same = same && x->why.unmet == before->why.unmet &&
           x->record_count == before->record_count;
    for (size_t i = 0; same && i < x->record_count; i++) {
        same = x->records[i].span.cause == before->records[i].span.cause;
    }
    return same;
}

static enum status print_programme(struct asked *a, const char *code, struct diag *d)
{
    const struct output *o = &a->view.e->out;
    struct explanation x;
    struct explanation before = {.month = 0}; /* none */
    a->shown++;
    if (a->through > a->from) {
        struct sheet t;
        output_data(o, "\n%s%s%s\n", output_paint(o, PAINT_STRONG), code,
                    output_paint(o, PAINT_NONE));
        sheet_init(&t);
        TRY(sheet_end(&t, o, print_overview(a, code, &t, d)));
    }
    for (int32_t m = a->from; m <= a->through; m++) {
        TRY(explain(a, code, m, &x, d));
        if (m == a->from || !alike(&x, &before)) {
            TRY(explain_print(&a->view, &x, d));
        }
        before = x;
    }
    return ST_OK;
}

/* ---- which programmes ---- */

static enum status show_programme(struct asked *a, const char *code, bool always,
                                  struct diag *d)
{
    struct explanation x;
    for (int32_t m = a->from; !always && m <= a->through; m++) {
        TRY(explain(a, code, m, &x, d));
        always = says_something(&x);
    }
    if (!always) {
        return ST_OK;
    }
    return a->view.e->out.json ? put_programme(a, code, d)
                               : print_programme(a, code, d);
}

/* Nothing can be said of them but that they have no rate. */
static void tell_never(struct asked *a, size_t count)
{
    struct output *o = &a->view.e->out;
    if (o->json) {
        json_put_uint(output_object(o, "almoner.explain/1"), "never_paying", count);
    } else if (count > 0) {
        output_data(o,
                    TEXT(o,
                         "\nleft out, as no policy has a rate for them: %zu "
                         "(--programme CODE shows one)\n",
                         "\n另有 %zu 个补贴项目文件未定标准、不发放，未列出"
                         "（查看其一：--programme 代码）\n"),
                    count);
    }
}

/* Those with something to say; when there are none, all that can pay: why not; when
 * there are none either, all. */
static enum status show_all(struct asked *a, struct diag *d)
{
    const struct policy_set *s = entitle_policies(a->view.entitle);
    size_t count = policy_set_programme_count(s);
    size_t never = 0;
    for (int round = 0; round < 3 && a->shown == 0; round++) {
        never = 0;
        for (size_t i = 0; i < count; i++) {
            bool left_out = round == 1 && !policy_set_pays(s, i);
            never += left_out ? 1 : 0;
            if (!left_out) {
                TRY(show_programme(a, policy_set_programme_code(s, i), round > 0, d));
            }
        }
    }
    tell_never(a, never);
    if (count == 0) {
        return diag_fail(d, ST_CONFLICT, "no-policy", "no policy was confirmed%s",
                         a->view.known.all ? "" : " on that day");
    }
    return ST_OK;
}

static void show_known(const struct asked *a)
{
    struct output *o = &a->view.e->out;
    const struct explain_known *k = &a->view.known;
    char day[DATE_TEXT_CAP];
    if (k->all) {
        return;
    }
    date_print(k->day, day);
    if (o->json) {
        struct json *top = output_object(o, "almoner.explain/1");
        json_put_text(top, "as_known_on", day);
        json_put_uint(top, "known_records", k->below);
        json_put_uint(top, "known_policies", k->rules);
        return;
    }
    output_data(o,
                TEXT(o, "as known on %s: %llu records, %u policies\n",
                     "以 %s 当日所知：%llu 条记录，%u 项政策\n"),
                day, (unsigned long long)k->below, k->rules);
}

static void show_person(struct asked *a)
{
    struct output *o = &a->view.e->out;
    const struct person *p = a->view.p.person;
    char name[PEOPLE_TEXT_CAP];
    char id[PEOPLE_TEXT_CAP];
    people_name(p, false, name);
    people_id_number(p, false, id);
    if (o->json) {
        struct json *top = output_object(o, "almoner.explain/1");
        json_put_uint(top, "person", p->number);
    } else {
        people_tell_merged(o, &a->view.p, env_operand(a->view.e, 0));
        output_data(o, TEXT(o, "person %llu: %s, %s\n", "补贴对象 %llu：%s，%s\n"),
                    (unsigned long long)p->number, name, id);
    }
    show_known(a);
}

static enum status open_all(struct asked *a, struct diag *d)
{
    struct explain_asked *v = &a->view;
    int32_t day = DAY_NEVER;
    uint64_t number;
    TRY(options_months(&v->e->options, "period", &a->from, &a->through, d));
    if (a->through - a->from >= RANGE_MONTHS_MAX) {
        diag_fail(d, ST_USAGE, "bad-option", "more than %d months", RANGE_MONTHS_MAX);
        return diag_where(d, "--period");
    }
    TRY(options_date(&v->e->options, "as-known-on", &day, d));
    TRY(env_read_people(v->e, d));
    v->l = v->e->ledger;
    TRY(explain_known_on(v->l, day, &v->known, d));
    TRY(people_find(v->l, env_operand(v->e, 0), &number, d));
    TRY(people_open(&v->p, v->l, number, v->known.below, d));
    if (v->p.person->newest == 0) { /* record 0 has no facts */
        return diag_fail(d, ST_CONFLICT, "unknown-person",
                         "nothing was known of person %llu on that day",
                         (unsigned long long)number);
    }
    TRY(entitle_open(&v->entitle, v->l, v->known.rules, d));
    entitle_known_below(v->entitle, v->known.below);
    TRY(payees_open(&v->payees, v->l, v->known.below, d));
    return payees_person(v->payees, number, d);
}

static enum status run_explain(struct env *e, struct diag *d)
{
    struct asked a = {.view = {.e = e}};
    const char *code = options_text(&e->options, "programme");
    const char *period;
    TRY(options_need(&e->options, "period", &period, d));
    enum status st = open_all(&a, d);
    if (st == ST_OK) {
        show_person(&a);
        st = code != NULL ? show_programme(&a, code, true, d) : show_all(&a, d);
    }
    entitle_close(a.view.entitle);
    payees_close(a.view.payees);
    people_close(&a.view.p);
    return st;
}

static const struct option_spec OPTIONS[] = {
    {"programme", 0, OPTION_TEXT, "CODE", "of one programme (else all with an amount)"},
    {"period", 0, OPTION_TEXT, "YYYY-MM",
     "month the amount belongs to, or YYYY-MM..YYYY-MM"},
    {"as-known-on", 0, OPTION_TEXT, "DATE",
     "by the facts, policies and records of that day"},
};

static const struct command ITEMS[] = {
    {
        .name = "explain",
        .run = run_explain,
        .needs = COMMAND_LEDGER,
        .operands = "ID",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "why this amount: tier, clause, facts, arithmetic, records",
        .brief_zh = "说明金额的由来：档次、条款、依据、计算、记录",
        .text =
            "Names the policy, its clause and quotation, the tier and its conditions, "
            "the facts with their dates and where they came from, the arithmetic, and "
            "every record that posted the amount with what was new then. For nothing: "
            "the first condition that is not met, or what else stood against it; "
            "programmes without a rate in any policy are counted only. Of a "
            "range, a table of the months and each month that differs from the one "
            "before. With --as-known-on it answers as the ledger would have answered "
            "at the end of that day. In a live ledger WHO is needed.",
        .example =
            "  almoner -C baoqing explain 17 --programme old-age --period 2026-09\n"
            "  almoner -C baoqing explain 17 --period 2026-01..2026-12 \\\n"
            "      --as-known-on 2026-09-30",
    },
};
const struct command_list commands_explain = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
