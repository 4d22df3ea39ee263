/* explain_json.c - one explained month as fields of almoner.explain/1. */
#include <string.h>

#include "audit/explain_words.h"
#include "cli/explain_view.h"
#include "cli/words.h"

#define FACTS_MAX (WHY_FACTS_MAX + 1)

static void put_month(struct json *o, const char *key, int32_t month)
{
    char text[DATE_TEXT_CAP];
    month_print(month, text);
    json_put_text(o, key, text);
}

static void put_or_null(struct json *o, const char *key, const char *text)
{
    if (text == NULL) {
        json_put_null(o, key);
    } else {
        json_put_text(o, key, text);
    }
}

/* ---- policy, clause, tier ---- */

static void put_citation(struct json *o, const struct programme *c, struct buf *text)
{
    buf_clear(text);
    buf_addf(text, "%s%s%s", c->citation_clause != NULL ? c->citation_clause : "",
             c->citation_clause != NULL && c->citation_text != NULL ? ": " : "",
             c->citation_text != NULL ? c->citation_text : "");
    json_put_text(o, "programme_name", c->name);
    json_put_str(o, "citation", buf_str(text));
    put_or_null(o, "clause", c->citation_clause);
    put_or_null(o, "quotation", c->citation_text);
}

static void put_tier(const struct output *out, struct json *o, const struct tier *t,
                     uint32_t number, struct buf *text)
{
    if (t == NULL) {
        json_put_null(o, "tier");
        return;
    }
    json_put_text(o, "tier", t->name);
    json_put_uint(o, "tier_number", number);
    words_amount(out, &t->amount, text);
    json_put_str(o, "tier_amount", buf_str(text));
    if (t->amount.has_floor && t->amount.kind != AMOUNT_PERCENT) {
        json_put_int(o, "floor_fen", t->amount.floor_fen);
    }
}

static void put_rules(const struct output *out, struct json *o, const struct why *w,
                      struct buf *text)
{
    const struct confirmed_policy *p = w->result.policy;
    if (p != NULL) {
        json_put_text(o, "policy", p->policy->id);
        json_put_uint(o, "policy_number", p->number);
        put_or_null(o, "document", p->policy->document_number);
        json_put_text(o, "title", p->policy->title);
    } else {
        json_put_null(o, "policy");
    }
    if (w->result.rules != NULL) {
        put_citation(o, w->result.rules, text);
    } else {
        json_put_null(o, "citation");
    }
    put_tier(out, o, w->result.tier, w->result.tier_number, text);
}

/* ---- conditions, standard, conflict ---- */

static void put_condition(const struct output *out, struct json *item,
                          const struct why_condition *c, struct buf *text)
{
    words_condition(out, c->source, text);
    json_put_text(item, "attribute", c->source->attribute);
    json_put_str(item, "wanted", buf_str(text));
    json_put_bool(item, "holds", c->holds);
    if (c->source->kind == COND_AGE) {
        json_put_int(item, "age", c->age);
        json_put_day(item, "reached", c->reached);
    } else if (c->value.n > 0) {
        json_put_str(item, "value", c->value);
        json_put_bool(item, "by_default", c->by_default);
    } else {
        json_put_null(item, "value");
    }
}

static void put_conditions(const struct output *out, struct json *o,
                           const struct why *w, struct buf *text)
{
    struct json *list = json_put_list(o, "conditions");
    json_put_day(o, "conditions_on", w->day);
    for (size_t i = 0; i < w->condition_count; i++) {
        put_condition(out, json_add_object(list), &w->conditions[i], text);
    }
    if (w->unmet >= 0) {
        put_condition(out, json_put_object(o, "unmet"), &w->conditions[w->unmet], text);
        json_put_text(o, "nearest_tier", w->tier->name);
    }
}

static void put_standard(struct json *o, const struct why_standard *v)
{
    if (v->name == NULL) {
        return;
    }
    struct json *item = json_put_object(o, "parameter");
    json_put_text(item, "name", v->name);
    if (!v->found) {
        json_put_null(item, "value_fen");
        return;
    }
    put_or_null(item, "key", v->key);
    json_put_int(item, "value_fen", v->fen);
    json_put_day(item, "from", v->from_day);
    put_or_null(item, "document", v->document);
    json_put_uint(item, "policy_number", v->policy->number);
}

static void put_conflict(const struct explain_asked *a, struct json *o,
                         const struct why *w)
{
    static const char *const rules[] = {
        [CONFLICT_BLOCKED] = "blocked",
        [CONFLICT_HIGHER_ONLY] = "higher-only",
        [CONFLICT_FIRST] = "first",
        [CONFLICT_CHOSEN] = "chosen",
    };
    if (w->conflict == NULL) {
        return;
    }
    struct json *item = json_put_object(o, "conflict");
    json_put_text(item, "rule", rules[w->conflict->rule]);
    json_put_uint(item, "policy_number", w->conflict_policy->number);
    json_put_text(item, "policy", w->conflict_policy->policy->id);
    json_put_uint(item, "line", w->conflict->place.line);
    json_put_int(item, "dropped_fen", w->before_fen);
    if (w->result.conflict_with >= 0) {
        size_t kept = (size_t)w->result.conflict_with;
        json_put_text(item, "kept",
                      policy_set_programme_code(entitle_policies(a->entitle), kept));
        json_put_int(item, "kept_fen", w->kept_fen);
    } else {
        json_put_null(item, "kept");
    }
}

/* ---- facts ---- */

static enum status put_source(const struct explain_asked *a, struct json *item,
                              uint64_t record, struct diag *d)
{
    struct explain_source source;
    char time[TIME_TEXT_CAP];
    TRY(explain_source(a->l, record, &source, d));
    time_print(source.time_us, time);
    json_put_uint(item, "record", record);
    json_put_text(item, "recorded_at", time);
    if (source.import != 0) {
        json_put_uint(item, "import", source.import);
    } else {
        json_put_null(item, "import");
    }
    return ST_OK;
}

static enum status put_fact(const struct explain_asked *a, struct json *item,
                            const struct fact *f, struct diag *d)
{
    char value[PEOPLE_TEXT_CAP];
    people_value(f, false, value);
    json_put_str(item, "attribute", f->attribute);
    json_put_str(item, "programme", f->programme);
    json_put_text(item, "value", value);
    json_put_day(item, "effective", f->effective);
    json_put_day(item, "until", f->until);
    json_put_str(item, "document", f->document);
    json_put_str(item, "source", f->source);
    return put_source(a, item, f->recorded, d);
}

static enum status put_facts(const struct explain_asked *a, struct json *o,
                             const struct explanation *x, struct diag *d)
{
    struct explain_fact facts[FACTS_MAX];
    size_t count = explain_facts(a, x, facts, FACTS_MAX);
    struct json *list = json_put_list(o, "facts");
    for (size_t i = 0; i < count; i++) {
        struct json *item = json_add_object(list);
        json_put_text(item, "used_for", facts[i].use);
        TRY(put_fact(a, item, facts[i].fact, d));
    }
    return ST_OK;
}

/* ---- orders, history, payee ---- */

static enum status put_orders(const struct explain_asked *a, struct json *o,
                              const struct explanation *x, struct diag *d)
{
    struct json *list = json_put_list(o, "orders");
    for (size_t i = 0; i < x->order_count; i++) {
        struct json *item = json_add_object(list);
        json_put_int(item, "amount_fen", x->orders[i].fen);
        json_put_bool(item, "counts", x->orders[i].counts);
        json_put_str(item, "document", x->orders[i].fact->document);
        TRY(put_source(a, item, x->orders[i].fact->recorded, d));
    }
    list = json_put_list(o, "history");
    for (size_t i = 0; i < x->paid_count; i++) {
        struct json *item = json_add_object(list);
        json_put_int(item, "amount_fen", x->paid[i]->fen);
        json_put_day(item, "paid_on", x->paid[i]->paid_on);
        json_put_str(item, "document", x->paid[i]->document);
        TRY(put_source(a, item, x->paid[i]->recorded, d));
    }
    return ST_OK;
}

static enum status put_payee(const struct explain_asked *a, struct json *o,
                             const struct explanation *x, struct diag *d)
{
    struct payee p;
    bool asked;
    char text[PEOPLE_TEXT_CAP];
    TRY(explain_payee(a, x, &p, &asked, d));
    if (!asked) {
        return ST_OK;
    }
    struct json *item = json_put_object(o, "payee");
    json_put_text(item, "state", explain_payee_name(p.answer));
    if (p.route != NULL) {
        struct fact holder = {.attribute = str_of("name"),
                              .value = p.route->account_name};
        json_put_uint(item, "person", p.number);
        json_put_str(item, "relation", p.route->relation);
        people_account(p.route->account, false, text);
        json_put_text(item, "account", text);
        people_value(&holder, false, text);
        json_put_text(item, "account_name", text);
    }
    return ST_OK;
}

/* ---- sentences ---- */

struct lists {
    struct json *reasons;
    struct json *lines;
};

static void add_line(void *ctx, enum explain_line kind, struct str text)
{
    struct lists *l = ctx;
    struct json *item = json_add_object(l->lines);
    json_put_text(item, "kind", explain_line_name(kind));
    json_put_str(item, "text", text);
    json_add_str(l->reasons, text);
}

static enum status put_reasons(const struct explain_asked *a, struct json *o,
                               const struct explanation *x, struct buf *text,
                               struct diag *d)
{
    const struct why *w = &x->why;
    struct lists l = {.reasons = json_put_list(o, "reasons"),
                      .lines = json_put_list(o, "lines")};
    json_put_text(o, "reason", eval_reason_name(w->result.reason));
    json_add_str(l.reasons, str_of(eval_reason_name(w->result.reason)));
    if (w->unmet >= 0) {
        words_condition(&a->e->out, w->conditions[w->unmet].source, text);
        json_add_str(l.reasons, buf_str(text));
    }
    TRY(explain_words(x, entitle_policies(a->entitle), a->e->out.zh, add_line, &l, d));
    for (size_t i = x->record_count; i > 0; i--) {
        json_add_str(l.reasons, str_of(cause_name(x->records[i - 1].span.cause)));
    }
    return ST_OK;
}

/* ---- records ---- */

static enum status put_record(const struct explain_asked *a, struct json *item,
                              const struct explain_entry *r, struct diag *d)
{
    char time[TIME_TEXT_CAP];
    time_print(r->time_us, time);
    json_put_uint(item, "sequence", r->sequence);
    json_put_text(item, "time", time);
    json_put_uint(item, "run", r->run);
    put_month(item, "run_period", r->period);
    json_put_int(item, "difference_fen", r->span.span.fen);
    json_put_int(item, "total_fen", r->total_fen);
    json_put_text(item, "cause", cause_name(r->span.cause));
    json_put_uint(item, "policy", r->span.policy);
    json_put_uint(item, "tier", r->span.tier);
    struct json *facts = json_put_list(item, "facts");
    for (size_t k = 0; k < r->fact_count; k++) {
        json_add_uint(facts, r->facts[k]);
    }
    struct json *known = json_put_list(item, "new_facts");
    for (size_t k = 0; k < r->fact_count; k++) {
        for (size_t i = 0; i < a->p.person->fact_count; i++) {
            if (a->p.person->facts[i].recorded == r->facts[k]) {
                TRY(put_fact(a, json_add_object(known), &a->p.person->facts[i], d));
            }
        }
    }
    struct json *policies = json_put_list(item, "new_policies");
    for (size_t k = 0; k < r->policy_count; k++) {
        json_add_uint(policies, r->policies[k]);
    }
    return ST_OK;
}

static enum status put_records(const struct explain_asked *a, struct json *o,
                               const struct explanation *x, struct diag *d)
{
    struct json *numbers = json_put_list(o, "records");
    struct json *entries = json_put_list(o, "entries");
    for (size_t i = 0; i < x->record_count; i++) {
        json_add_uint(numbers, x->records[i].sequence);
        TRY(put_record(a, json_add_object(entries), &x->records[i], d));
    }
    return ST_OK;
}

enum status explain_put(const struct explain_asked *a, struct json *o,
                        const struct explanation *x, struct diag *d)
{
    const struct why *w = &x->why;
    struct buf text;
    buf_init(&text, 64 * 1024);
    json_put_text(o, "programme", x->programme);
    put_month(o, "period", x->month);
    json_put_int(o, "amount_fen", x->granted_fen);
    json_put_int(o, "rules_fen", x->rules_fen);
    json_put_int(o, "pending_fen", x->rules_fen - x->granted_fen);
    json_put_bool(o, "assessed", x->assessed);
    json_put_bool(o, "warned", w->warning != WHY_SOUND);
    put_rules(&a->e->out, o, w, &text);
    put_conditions(&a->e->out, o, w, &text);
    put_standard(o, &w->standard);
    put_conflict(a, o, w);
    enum status st = put_reasons(a, o, x, &text, d);
    buf_release(&text);
    TRY(st);
    TRY(put_facts(a, o, x, d));
    TRY(put_orders(a, o, x, d));
    TRY(put_payee(a, o, x, d));
    TRY(put_records(a, o, x, d));
    if (a->known.all) {
        TRY(explain_payments(a, x, o, d));
        struct json *money = json_put_object(o, "account");
        for (int k = 0; k < ACCOUNT_KINDS; k++) {
            json_put_int(money, account_kind_name((enum account_kind)k),
                         x->account.fen[k]);
        }
    }
    return ST_OK;
}
