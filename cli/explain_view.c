/* explain_view.c - one explained month as lines for people: the sentences, the clause
 * with its quotation, the facts with where they came from, the records. */
#include "cli/explain_view.h"

#include <stdio.h>
#include <string.h>

#include "audit/explain_words.h"
#include "base/money.h"
#include "base/text.h"
#include "cli/words.h"

#define FACTS_MAX (WHY_FACTS_MAX + 1)
#define LABEL_EN 9
#define LABEL_ZH 8
#define SPACES "                "

size_t explain_facts(const struct explain_asked *a, const struct explanation *x,
                     struct explain_fact *out, size_t cap)
{
    const struct person *p = a->p.person;
    const struct why *w = &x->why;
    size_t n = 0;
    bool age = false;
    for (size_t i = 0; i < w->condition_count; i++) {
        age = age || w->conditions[i].source->kind == COND_AGE;
    }
    if (age) {
        const struct fact *f = person_fact(p, "birth", str_of(""), DAY_NEVER - 1);
        f = f != NULL ? f : person_fact(p, "id_number", str_of(""), DAY_NEVER - 1);
        if (f != NULL && n < cap) {
            out[n++] = (struct explain_fact){f, "birth"};
        }
    }
    for (size_t i = 0; i < w->fact_count && n < cap; i++) {
        size_t at = w->facts[i].fact->order;
        if (at < p->fact_count) {
            out[n++] =
                (struct explain_fact){&p->facts[at], why_use_name(w->facts[i].use)};
        }
    }
    return n;
}

/* ---- lines ---- */

static void print_line(const struct output *o, const char *label, struct str text)
{
    size_t width = text_width(str_of(label));
    size_t wanted = o->zh ? LABEL_ZH : LABEL_EN;
    int pad = (int)(width < wanted ? wanted - width : 0);
    output_data(o, "  %s%.*s%s%.*s\n", label, pad, SPACES, o->zh ? "" : " ",
                STR_ARG(text));
}

static void print_more(const struct output *o, struct str text)
{
    print_line(o, "", text);
}

static void add_line(void *ctx, enum explain_line kind, struct str text)
{
    const struct output *o = ctx;
    print_line(o, o->zh ? explain_line_zh(kind) : explain_line_name(kind), text);
}

static void print_label(const struct output *o, const char *en, const char *zh,
                        struct buf *text)
{
    print_line(o, TEXT(o, en, zh), buf_str(text));
    buf_clear(text);
}

/* ---- policy, clause, tier ---- */

static void print_rules(const struct output *o, const struct why *w, struct buf *text)
{
    const struct confirmed_policy *p = w->result.policy;
    const struct programme *c = w->result.rules;
    char amount[400];
    if (w->result.tier != NULL) {
        words_amount(o, &w->result.tier->amount, text);
        snprintf(amount, sizeof amount, "%s", buf_cstr(text));
        buf_clear(text);
        buf_addf(text, TEXT(o, "%s (row %u): %s", "%s（第 %u 行）：%s"),
                 w->result.tier->name, w->result.tier_number, amount);
        print_label(o, "tier", "档次", text);
    }
    if (p != NULL) {
        buf_addf(text, TEXT(o, "%u %s, %s, %s", "%u %s，%s，%s"), p->number,
                 p->policy->id,
                 p->policy->document_number != NULL ? p->policy->document_number : "",
                 p->policy->title != NULL ? p->policy->title : "");
        print_label(o, "policy", "政策", text);
    }
    if (c != NULL && c->citation_clause != NULL) {
        buf_add_text(text, c->citation_clause);
        print_label(o, "clause", "条款", text);
    }
    if (c != NULL && c->citation_text != NULL) {
        buf_addf(text, "“%s”", c->citation_text);
        print_label(o, "", "", text);
    }
}

/* ---- facts ---- */

static void add_day(const struct output *o, struct buf *text, int32_t day,
                    const char *en, const char *zh)
{
    char printed[DATE_TEXT_CAP];
    if (day != DAY_ALWAYS && day != DAY_NEVER) {
        date_print(day, printed);
        buf_addf(text, "%s%s", TEXT(o, en, zh), printed);
    }
}

static const char *import_name(const struct output *o, enum import_what what)
{
    static const struct {
        const char *en;
        const char *zh;
    } names[] = {
        {"import", "导入"},
        [IMPORT_PEOPLE] = {"people import", "名册导入"},
        [IMPORT_FACTS] = {"facts import", "登记信息导入"},
        [IMPORT_ROUTES] = {"routes import", "账户导入"},
        [IMPORT_SNAPSHOT] = {"list import", "名单导入"},
        [IMPORT_VOIDS] = {"void", "作废"},
        [IMPORT_MERGES] = {"merge", "合并"},
        [IMPORT_INSTITUTIONS] = {"institutions import", "机构导入"},
        [IMPORT_UNITS] = {"units import", "管理单位导入"},
        [IMPORT_HISTORY] = {"history import", "历史发放导入"},
        [IMPORT_ORDERS] = {"order", "人工补记"},
    };
    size_t n = (size_t)what < sizeof names / sizeof names[0] ? (size_t)what : 0;
    return TEXT(o, names[n].en, names[n].zh);
}

/* "welfare = dibao-urban from 2026-09-01, document". */
static void add_fact(const struct output *o, struct buf *text, const struct fact *f)
{
    char value[PEOPLE_TEXT_CAP];
    people_value(f, false, value);
    words_attribute(o, f->attribute, text);
    buf_addf(text, " = %s", value);
    add_day(o, text, f->effective, " from ", "，自 ");
    add_day(o, text, f->until, " to ", " 至 ");
    if (f->programme.n > 0) {
        buf_addf(text, TEXT(o, ", for %.*s", "，仅 %.*s"), STR_ARG(f->programme));
    }
    if (f->document.n > 0) {
        buf_addf(text, TEXT(o, ", %.*s", "，%.*s"), STR_ARG(f->document));
    }
    if (f->source.n > 0) {
        buf_addf(text, TEXT(o, ", %.*s", "，%.*s"), STR_ARG(f->source));
    }
}

/* "; learned 2026-09-05T01:00:00Z, facts import 3, record 21". */
static enum status add_source(const struct explain_asked *a, struct buf *text,
                              uint64_t record, struct diag *d)
{
    const struct output *o = &a->e->out;
    struct explain_source s;
    char time[TIME_TEXT_CAP];
    TRY(explain_source(a->l, record, &s, d));
    time_print(s.time_us, time);
    buf_addf(text, TEXT(o, "; learned %s", "；录入 %s"), time);
    if (s.import != 0) {
        buf_addf(text, TEXT(o, ", %s %u", "，%s %u"), import_name(o, s.what), s.import);
    }
    buf_addf(text, TEXT(o, ", record %llu", "，记录 %llu"), (unsigned long long)record);
    return ST_OK;
}

static enum status print_facts(const struct explain_asked *a,
                               const struct explanation *x, struct buf *text,
                               struct diag *d)
{
    struct explain_fact facts[FACTS_MAX];
    size_t count = explain_facts(a, x, facts, FACTS_MAX);
    for (size_t i = 0; i < count; i++) {
        bool known = false; /* already shown for another use */
        for (size_t k = 0; k < i; k++) {
            known = known || facts[k].fact == facts[i].fact;
        }
        if (!known) {
            add_fact(&a->e->out, text, facts[i].fact);
            TRY(add_source(a, text, facts[i].fact->recorded, d));
            print_label(&a->e->out, "fact", "依据", text);
        }
    }
    return ST_OK;
}

/* Where orders and the payment history came from. */
static enum status print_sources(const struct explain_asked *a,
                                 const struct explanation *x, struct buf *text,
                                 struct diag *d)
{
    const struct output *o = &a->e->out;
    for (size_t i = 0; i < x->order_count + x->paid_count; i++) {
        bool order = i < x->order_count;
        const struct fact *f = order ? x->orders[i].fact : NULL;
        const struct paid *p = order ? NULL : x->paid[i - x->order_count];
        buf_add_str(text, order ? f->document : p->document);
        TRY(add_source(a, text, order ? f->recorded : p->recorded, d));
        print_label(o, "source", "来源", text);
    }
    return ST_OK;
}

/* ---- records ---- */

/* Facts the ledger learned with a record, as they stand in the person's row. */
static enum status print_new_facts(const struct explain_asked *a, uint64_t record,
                                   struct buf *text, struct diag *d)
{
    const struct output *o = &a->e->out;
    bool any = false;
    for (size_t i = 0; i < a->p.person->fact_count; i++) {
        const struct fact *f = &a->p.person->facts[i];
        if (f->recorded == record) {
            buf_add_text(text, TEXT(o, "new fact, ", "新登记，"));
            add_fact(o, text, f);
            TRY(add_source(a, text, record, d));
            print_more(o, buf_str(text));
            buf_clear(text);
            any = true;
        }
    }
    if (!any) { /* a list the person came off, an account */
        buf_add_text(text, TEXT(o, "new entry", "新条目"));
        TRY(add_source(a, text, record, d));
        print_more(o, buf_str(text));
        buf_clear(text);
    }
    return ST_OK;
}

static enum status print_record(const struct explain_asked *a,
                                const struct explain_entry *r, struct buf *text,
                                struct diag *d)
{
    const struct output *o = &a->e->out;
    char time[TIME_TEXT_CAP];
    char fen[MONEY_TEXT_CAP];
    char total[MONEY_TEXT_CAP];
    char period[DATE_TEXT_CAP];
    time_print(r->time_us, time);
    month_print(r->period, period);
    money_print_grouped(r->span.span.fen, fen);
    money_print_grouped(r->total_fen, total);
    buf_addf(text,
             TEXT(o, "%llu of %s: %s%s, now %s (%s, run %u for %s, policy %u",
                  "%llu，%s：%s%s，累计 %s（%s，测算 %u，%s，政策 %u"),
             (unsigned long long)r->sequence, time, r->span.span.fen > 0 ? "+" : "",
             fen, total, words_cause(o, r->span.cause), r->run, period, r->span.policy);
    if (r->span.tier > 0) { /* none when nothing is granted any more */
        buf_addf(text, TEXT(o, ", row %u", "，第 %u 行"), r->span.tier);
    }
    buf_add_text(text, TEXT(o, ")", "）"));
    print_label(o, "record", "记录", text);
    for (size_t k = 0; k < r->fact_count; k++) {
        TRY(print_new_facts(a, r->facts[k], text, d));
    }
    for (size_t k = 0; k < r->policy_count && r->run > 1; k++) {
        buf_addf(text,
                 TEXT(o, "policy %u was confirmed since the run before",
                      "上次测算后确认了政策 %u"),
                 r->policies[k]);
        print_more(o, buf_str(text));
        buf_clear(text);
    }
    return ST_OK;
}

static void print_account(const struct output *o, const struct segment *account)
{
    char fen[MONEY_TEXT_CAP];
    for (int k = ACCOUNT_DUE; k < ACCOUNT_KINDS; k++) {
        if (account->fen[k] != 0) {
            money_print_grouped(account->fen[k], fen);
            print_line(o, words_account(o, (enum account_kind)k), str_of(fen));
        }
    }
}

/* ---- the payee ---- */

enum status explain_payee(const struct explain_asked *a, const struct explanation *x,
                          struct payee *out, bool *asked, struct diag *d)
{
    int32_t day = a->known.all ? ledger_today(a->l) : a->known.day;
    *asked = x->granted_fen > 0 || x->rules_fen > 0;
    return !*asked
               ? ST_OK
               : payees_month(a->payees, str_of(x->programme), x->month, day, out, d);
}

static const struct {
    const char *name;
    const char *en;
    const char *zh;
} payee_states[] = {
    [PAYEE_PAID] = {"payable", "", ""},
    [PAYEE_NO_ROUTE] = {"no-route", "no account on file", "没有收款账户"},
    [PAYEE_HELD] = {"pay-hold", "held (pay-hold)", "缓发"},
    [PAYEE_NO_HEIR] = {"no-heir", "dead, and no heir's account",
                       "已死亡，没有继承人账户"},
    [PAYEE_EXPIRED] = {"expired", "the authorisation has ended", "代领授权已到期"},
    [PAYEE_NO_INSTITUTION] = {"no-institution", "for an institution, and none is known",
                              "应付机构，未见机构登记"},
};

const char *explain_payee_name(enum payee_answer answer)
{
    return payee_states[answer].name;
}

/* "****1234 of 王*, 代领人". */
static enum status print_payee(const struct explain_asked *a,
                               const struct explanation *x, struct buf *text,
                               struct diag *d)
{
    const struct output *o = &a->e->out;
    struct payee p;
    char account[PEOPLE_TEXT_CAP];
    char name[PEOPLE_TEXT_CAP];
    bool asked;
    TRY(explain_payee(a, x, &p, &asked, d));
    if (!asked) {
        return ST_OK;
    }
    buf_add_text(text, TEXT(o, payee_states[p.answer].en, payee_states[p.answer].zh));
    if (p.route != NULL) {
        struct fact holder = {.attribute = str_of("name"),
                              .value = p.route->account_name};
        people_account(p.route->account, false, account);
        people_value(&holder, false, name);
        buf_addf(text, TEXT(o, "%s%s of %s", "%s%s，户名 %s"),
                 text->len > 0 ? ": " : "", account, name);
        if (p.route->relation.n > 0) {
            buf_addf(text, TEXT(o, ", %.*s", "，%.*s"), STR_ARG(p.route->relation));
        }
    }
    print_label(o, "payee", "收款", text);
    return ST_OK;
}

/* ---- the whole ---- */

static void print_title(const struct output *o, const struct explanation *x)
{
    const struct programme *c = x->why.result.rules;
    char month[DATE_TEXT_CAP];
    char granted[MONEY_TEXT_CAP];
    month_print(x->month, month);
    money_print_grouped(x->granted_fen, granted);
    output_data(o, "\n%s%s%s%s, %s: %s%s\n", output_paint(o, PAINT_STRONG),
                c != NULL ? c->name : "", c != NULL ? " " : "", x->programme, month,
                granted, output_paint(o, PAINT_NONE));
}

static enum status print_all(const struct explain_asked *a, const struct explanation *x,
                             struct buf *text, struct diag *d)
{
    struct output *o = &a->e->out;
    char rules[MONEY_TEXT_CAP];
    money_print_grouped(x->rules_fen, rules);
    print_title(o, x);
    enum eval_reason reason = x->why.result.reason;
    buf_addf(text, TEXT(o, "%s: %s", "%s：%s"), rules,
             TEXT(o, eval_reason_name(reason), eval_reason_zh(reason)));
    print_label(o, "rules", "规则", text);
    TRY(explain_words(x, entitle_policies(a->entitle), o->zh, add_line, o, d));
    print_rules(o, &x->why, text);
    TRY(print_facts(a, x, text, d));
    TRY(print_sources(a, x, text, d));
    TRY(print_payee(a, x, text, d));
    for (size_t i = 0; i < x->record_count; i++) {
        TRY(print_record(a, &x->records[i], text, d));
    }
    if (a->known.all) {
        TRY(explain_payments(a, x, NULL, d));
        print_account(o, &x->account);
    }
    return buf_check(text, d);
}

enum status explain_print(const struct explain_asked *a, const struct explanation *x,
                          struct diag *d)
{
    struct buf text;
    buf_init(&text, 64 * 1024);
    enum status st = print_all(a, x, &text, d);
    buf_release(&text);
    return st;
}
