/* cmd_explain.c - why a person has what they have for a programme and month: tier,
 * clause and quotation, the records that posted it, the facts behind them. */
#include <stdio.h>
#include <string.h>

#include "audit/explain.h"
#include "base/money.h"
#include "cli/command.h"
#include "cli/people.h"
#include "cli/words.h"
#include "ledger/body.h"

#define PRINTED_MAX ((size_t)64 * 1024)

struct asked {
    struct env *e;
    struct ledger *l;
    struct entitle *entitle;
    struct people p;
    int32_t month;
    bool as_known;
    uint64_t known_below; /* records from here on were not known yet */
    uint32_t rules;       /* policies confirmed by then */
    struct json *list;    /* with --json: "programmes" */
    size_t shown;
};

/* ---- as known on a day ---- */

/* The first record written after the county's day; records are in the order of time. */
static enum status find_known(struct asked *a, int32_t day, struct diag *d)
{
    int32_t offset = ledger_info(a->l)->offset_minutes;
    uint64_t low = 0;
    uint64_t high = ledger_head(a->l)->tree.size;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct record r;
        TRY(record_get(ledger_txn(a->l), middle, &r, NULL, d));
        if (day_of_time(r.time_us, offset) <= day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    a->known_below = low;
    a->rules = 0;
    for (uint32_t n = 1; n <= ledger_head(a->l)->policies; n++) {
        struct policy_entry e;
        TRY(policy_get(ledger_txn(a->l), n, &e, d));
        bool known =
            e.confirmed_order != 0 && day_of_time(e.confirmed_us, offset) <= day;
        a->rules += known;
    }
    return ST_OK;
}

/* What the records known by then add up to; all of them are the account's amount. */
static int64_t granted_then(const struct asked *a, const struct explanation *x)
{
    int64_t fen = 0;
    if (!a->as_known) {
        return x->granted_fen;
    }
    for (size_t i = 0; i < x->record_count; i++) {
        if (x->records[i].sequence < a->known_below) {
            fen += x->records[i].span.span.fen;
        }
    }
    return fen;
}

/* ---- pieces of text ---- */

static const struct policy *ruling(const struct explanation *x)
{
    return x->result.policy != NULL ? x->result.policy->policy : NULL;
}

static void fact_text(const struct fact *f, char *out, size_t cap)
{
    char value[PEOPLE_TEXT_CAP];
    char day[DATE_TEXT_CAP] = "";
    people_value(f, false, value);
    if (f->effective != DAY_ALWAYS) {
        date_print(f->effective, day);
    }
    snprintf(out, cap, "%.*s = %s%s%s", STR_ARG(f->attribute), value,
             day[0] != '\0' ? " @ " : "", day);
}

/* ---- JSON ---- */

static void put_rules(const struct output *out, struct json *o,
                      const struct explanation *x, struct buf *text)
{
    const struct policy *p = ruling(x);
    const struct programme *c = x->result.rules;
    if (p != NULL) {
        json_put_text(o, "policy", p->id);
        json_put_uint(o, "policy_number", x->result.policy->number);
        json_put_text(o, "document", p->document_number);
        json_put_text(o, "title", p->title);
    } else {
        json_put_null(o, "policy");
    }
    if (c != NULL) {
        buf_clear(text);
        buf_addf(text, "%s%s%s", c->citation_clause != NULL ? c->citation_clause : "",
                 c->citation_clause != NULL && c->citation_text != NULL ? ": " : "",
                 c->citation_text != NULL ? c->citation_text : "");
        json_put_text(o, "programme_name", c->name);
        json_put_str(o, "citation", buf_str(text));
        json_put_text(o, "clause", c->citation_clause);
    } else {
        json_put_null(o, "citation");
    }
    if (x->result.tier != NULL) {
        json_put_text(o, "tier", x->result.tier->name);
        json_put_uint(o, "tier_number", x->result.tier_number);
        words_amount(out, &x->result.tier->amount, text);
        json_put_str(o, "tier_amount", buf_str(text));
    } else {
        json_put_null(o, "tier");
    }
}

static void put_reasons(const struct asked *a, struct json *o,
                        const struct explanation *x, struct buf *text)
{
    struct json *list = json_put_list(o, "reasons");
    json_add_str(list, str_of(eval_reason_name(x->result.reason)));
    if (x->result.unmet != NULL && x->result.reason == EVAL_NOT_ELIGIBLE) {
        words_condition(&a->e->out, x->result.unmet, text);
        json_add_str(list, buf_str(text));
    }
    for (size_t i = x->record_count; i > 0; i--) {
        if (x->records[i - 1].sequence < a->known_below) {
            json_add_str(list, str_of(cause_name(x->records[i - 1].span.cause)));
        }
    }
}

static void put_records(const struct asked *a, struct json *o,
                        const struct explanation *x)
{
    struct json *numbers = json_put_list(o, "records");
    struct json *entries = json_put_list(o, "entries");
    char time[TIME_TEXT_CAP];
    for (size_t i = 0; i < x->record_count; i++) {
        if (x->records[i].sequence >= a->known_below) {
            continue;
        }
        struct json *item = json_add_object(entries);
        time_print(x->records[i].time_us, time);
        json_add_uint(numbers, x->records[i].sequence);
        json_put_uint(item, "sequence", x->records[i].sequence);
        json_put_text(item, "time", time);
        json_put_int(item, "difference_fen", x->records[i].span.span.fen);
        json_put_text(item, "cause", cause_name(x->records[i].span.cause));
        json_put_uint(item, "policy", x->records[i].span.policy);
        json_put_uint(item, "tier", x->records[i].span.tier);
        struct json *facts = json_put_list(item, "facts");
        for (size_t k = 0; k < x->records[i].fact_count; k++) {
            json_add_uint(facts, x->records[i].facts[k]);
        }
    }
}

static void put_explanation(const struct asked *a, struct json *o,
                            const struct explanation *x)
{
    struct buf text;
    char month[DATE_TEXT_CAP];
    buf_init(&text, PRINTED_MAX);
    month_print(x->month, month);
    json_put_text(o, "programme", x->programme);
    json_put_text(o, "period", month);
    json_put_int(o, "amount_fen", granted_then(a, x));
    json_put_int(o, "rules_fen", x->rules_fen);
    put_rules(&a->e->out, o, x, &text);
    put_reasons(a, o, x, &text);
    put_records(a, o, x);
    struct json *money = json_put_object(o, "account");
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        json_put_int(money, account_kind_name((enum account_kind)k), x->account.fen[k]);
    }
    buf_release(&text);
}

/* ---- for people ---- */

static void print_rules(const struct output *o, const struct explanation *x,
                        struct buf *text)
{
    const struct policy *p = ruling(x);
    const struct programme *c = x->result.rules;
    if (x->result.tier != NULL) {
        words_amount(o, &x->result.tier->amount, text);
        output_data(
            o,
            TEXT(o, "  tier      %s (row %u): %s\n", "  档次    %s（第 %u 行）：%s\n"),
            x->result.tier->name, x->result.tier_number, buf_cstr(text));
    }
    if (x->result.unmet != NULL && x->result.reason == EVAL_NOT_ELIGIBLE) {
        words_condition(o, x->result.unmet, text);
        output_data(o, TEXT(o, "  missing   %s\n", "  不符合  %s\n"), buf_cstr(text));
    }
    if (p != NULL) {
        output_data(o,
                    TEXT(o, "  policy    %u %s, %s, %s\n", "  政策    %u %s，%s，%s\n"),
                    x->result.policy->number, p->id,
                    p->document_number != NULL ? p->document_number : "",
                    p->title != NULL ? p->title : "");
    }
    if (c != NULL && c->citation_clause != NULL) {
        output_data(o, TEXT(o, "  clause    %s\n", "  条款    %s\n"),
                    c->citation_clause);
    }
    if (c != NULL && c->citation_text != NULL) {
        output_data(o, "            “%s”\n", c->citation_text);
    }
}

/* Facts the ledger learned with a record, as they stand in the person's row. */
static void print_facts(const struct asked *a, uint64_t recorded)
{
    char text[PEOPLE_TEXT_CAP * 2];
    for (size_t i = 0; i < a->p.person->fact_count; i++) {
        const struct fact *f = &a->p.person->facts[i];
        if (f->recorded == recorded) {
            fact_text(f, text, sizeof text);
            output_data(&a->e->out,
                        TEXT(&a->e->out, "            new fact, record %llu: %s\n",
                             "            新登记，记录 %llu：%s\n"),
                        (unsigned long long)recorded, text);
        }
    }
}

static void print_record(const struct asked *a, const struct explanation *x, size_t i)
{
    const struct output *o = &a->e->out;
    const struct entitlement_span *s = &x->records[i].span;
    char time[TIME_TEXT_CAP];
    char fen[MONEY_TEXT_CAP];
    char tier[40];
    snprintf(tier, sizeof tier, TEXT(o, "row %u", "第 %u 行"), s->tier);
    time_print(x->records[i].time_us, time);
    money_print_grouped(s->span.fen, fen);
    output_data(o,
                TEXT(o, "  record    %llu of %s: %s%s (%s, policy %u, %s)\n",
                     "  记录    %llu，%s：%s%s（%s，政策 %u，%s）\n"),
                (unsigned long long)x->records[i].sequence, time,
                s->span.fen > 0 ? "+" : "", fen, words_cause(o, s->cause), s->policy,
                s->tier != 0 ? tier : TEXT(o, "no tier", "无档次"));
    for (size_t k = 0; k < x->records[i].fact_count; k++) {
        print_facts(a, x->records[i].facts[k]);
    }
}

static void print_account(const struct output *o, const struct segment *account)
{
    char fen[MONEY_TEXT_CAP];
    for (int k = ACCOUNT_DUE; k < ACCOUNT_KINDS; k++) {
        if (account->fen[k] != 0) {
            money_print_grouped(account->fen[k], fen);
            output_data(o, "  %-9s %s\n", words_account(o, (enum account_kind)k), fen);
        }
    }
}

static void print_explanation(const struct asked *a, const struct explanation *x)
{
    const struct output *o = &a->e->out;
    const struct programme *c = x->result.rules;
    struct buf text;
    char month[DATE_TEXT_CAP];
    char granted[MONEY_TEXT_CAP];
    char rules[MONEY_TEXT_CAP];
    buf_init(&text, PRINTED_MAX);
    month_print(x->month, month);
    money_print_grouped(granted_then(a, x), granted);
    money_print_grouped(x->rules_fen, rules);
    output_data(o, "\n%s%s%s%s, %s: %s%s\n", output_paint(o, PAINT_STRONG),
                c != NULL ? c->name : "", c != NULL ? " " : "", x->programme, month,
                granted, output_paint(o, PAINT_NONE));
    output_data(
        o, TEXT(o, "  rules     %s: %s\n", "  规则    %s：%s\n"), rules,
        TEXT(o, eval_reason_name(x->result.reason), eval_reason_zh(x->result.reason)));
    if (x->result.conflict_with >= 0 && x->result.reason == EVAL_CONFLICT) {
        output_data(o, TEXT(o, "  kept      %s\n", "  保留    %s\n"),
                    policy_set_programme_code(entitle_policies(a->entitle),
                                              (size_t)x->result.conflict_with));
    }
    print_rules(o, x, &text);
    for (size_t i = 0; i < x->record_count; i++) {
        if (x->records[i].sequence < a->known_below) {
            print_record(a, x, i);
        }
    }
    print_account(o, &x->account);
    buf_release(&text);
}

/* ---- which programmes ---- */

static void show(struct asked *a, const struct explanation *x)
{
    if (a->e->out.json) {
        struct json *top = output_object(&a->e->out, "almoner.explain/1");
        if (a->shown == 0) {
            put_explanation(a, top, x);
            a->list = json_put_list(top, "programmes");
        }
        put_explanation(a, json_add_object(a->list), x);
    } else {
        print_explanation(a, x);
    }
    a->shown++;
}

static enum status show_programme(struct asked *a, const char *code, bool always,
                                  struct diag *d)
{
    struct explanation x;
    TRY(explain_month(a->l, a->entitle, a->p.person, str_of(code), a->month, &x, d));
    if (always || x.rules_fen != 0 || x.granted_fen != 0 || x.record_count > 0) {
        show(a, &x);
    }
    return ST_OK;
}

/* Those with something to say; when there are none, all: why not. */
static enum status show_all(struct asked *a, struct diag *d)
{
    const struct policy_set *s = entitle_policies(a->entitle);
    size_t count = policy_set_programme_count(s);
    for (int round = 0; round < 2 && a->shown == 0; round++) {
        for (size_t i = 0; i < count; i++) {
            TRY(show_programme(a, policy_set_programme_code(s, i), round == 1, d));
        }
    }
    if (count == 0) {
        return diag_fail(d, ST_CONFLICT, "no-policy", "no policy was confirmed%s",
                         a->as_known ? " on that day" : "");
    }
    return ST_OK;
}

static void show_person(struct asked *a)
{
    const struct output *o = &a->e->out;
    char name[PEOPLE_TEXT_CAP];
    char id[PEOPLE_TEXT_CAP];
    people_name(a->p.person, false, name);
    people_id_number(a->p.person, false, id);
    if (o->json) {
        struct json *top = output_object(&a->e->out, "almoner.explain/1");
        json_put_uint(top, "person", a->p.person->number);
        return;
    }
    output_data(o, TEXT(o, "person %llu: %s, %s\n", "补贴对象 %llu：%s，%s\n"),
                (unsigned long long)a->p.person->number, name, id);
}

static enum status open_all(struct asked *a, struct diag *d)
{
    int32_t day = 0;
    uint64_t number;
    TRY(options_month(&a->e->options, "period", &a->month, d));
    TRY(options_date(&a->e->options, "as-known-on", &day, d));
    TRY(env_read_people(a->e, d));
    a->l = a->e->ledger;
    if (options_text(&a->e->options, "as-known-on") != NULL) {
        a->as_known = true;
        TRY(find_known(a, day, d));
    }
    TRY(people_find(a->l, env_operand(a->e, 0), &number, d));
    TRY(people_open(&a->p, a->l, number, a->known_below, d));
    if (a->p.person->newest == 0) { /* record 0 has no facts */
        return diag_fail(d, ST_CONFLICT, "unknown-person",
                         "nothing was known of person %llu on that day",
                         (unsigned long long)number);
    }
    return entitle_open(&a->entitle, a->l, a->rules, d);
}

static enum status run_explain(struct env *e, struct diag *d)
{
    struct asked a = {.e = e, .known_below = UINT64_MAX, .rules = UINT32_MAX};
    const char *code = options_text(&e->options, "programme");
    const char *period;
    TRY(options_need(&e->options, "period", &period, d));
    enum status st = open_all(&a, d);
    if (st == ST_OK) {
        show_person(&a);
        st = code != NULL ? show_programme(&a, code, true, d) : show_all(&a, d);
    }
    entitle_close(a.entitle);
    people_close(&a.p);
    return st;
}

static const struct option_spec OPTIONS[] = {
    {"programme", 0, OPTION_TEXT, "CODE", "of one programme (else all with an amount)"},
    {"period", 0, OPTION_TEXT, "YYYY-MM", "the month the amount belongs to"},
    {"as-known-on", 0, OPTION_TEXT, "DATE",
     "by the facts and policies known on that day"},
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
        .brief = "why this amount: tier, clause, records",
        .brief_zh = "说明金额的由来：档次、条款、记录",
        .text =
            "Names the policy, its clause and quotation, the tier, and every record "
            "that posted the amount with the facts behind it. In a live ledger WHO is "
            "needed.",
        .example =
            "  almoner -C baoqing explain 17 --programme old-age --period 2026-09",
    },
};
const struct command_list commands_explain = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
