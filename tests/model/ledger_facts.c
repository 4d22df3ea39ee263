/* ledger_facts.c - what becomes known in a county: people, facts, monthly lists, voids,
 * the payment history, orders, policies; each as the file an office would send. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "batch/adopt.h"
#include "tests/model/describe.h"
#include "tests/model/ledger_county.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

static bool send(struct county *c, struct chance *x, struct import_request q,
                 struct buf *b)
{
    bool ok = county_import(c, x, q, b);
    buf_release(b);
    return ok;
}

static struct buf file_of(const char *header)
{
    struct buf b;
    buf_init(&b, FILE_BYTES_MAX);
    buf_add_text(&b, header);
    return b;
}

static void add_day(struct buf *b, int32_t day)
{
    char text[DATE_TEXT_CAP];
    if (day == DAY_ALWAYS) {
        buf_add_text(b, "original");
    } else if (day != DAY_NEVER) {
        date_print(day, text);
        buf_add_text(b, text);
    }
}

static void add_value(struct buf *b, const struct model_fact *f)
{
    char value[32];
    if (f->attribute == MA_DEATH) {
        add_day(b, f->effective);
    } else {
        buf_add_text(b, describe_value(f, value));
    }
}

bool county_time(struct county *c, struct chance *x)
{
    char day[DATE_TEXT_CAP];
    char text[40];
    int32_t month = month_of_day(county_today(c)) + chance_between(x, 1, 8);
    if (month > c->plan->world.last + 3) {
        return true;
    }
    date_print(month_first_day(month) + chance_between(x, 2, 20), day);
    snprintf(text, sizeof text, "%sT01:00:00Z", day);
    fixture_at(&c->f, text);
    county_tell(c, "today is %s\n", day);
    return true;
}

/* ---- people and facts ---- */

bool county_send_people(struct county *c, struct chance *x, const int *people, int n)
{
    struct buf b = file_of("id_number,name,registration,registration_since,account\n");
    for (int i = 0; i < n; i++) {
        const struct citizen *p = &c->plan->citizens[people[i]];
        const struct model_fact *f = &p->all.facts[0];
        buf_addf(&b, "%s,%s,%s,", p->id, p->name, model_words[f->attribute][f->value]);
        add_day(&b, f->effective);
        buf_addf(&b, ",%s\n", p->account);
    }
    if (!send(c, x, (struct import_request){.what = IMPORT_PEOPLE}, &b)) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        struct citizen_state *s = &c->people[people[i]];
        const struct citizen *p = &c->plan->citizens[people[i]];
        s->in = true;
        s->order[0] = c->recorded++;
        if (vault_find(c->f.l, p->id, &s->number, &c->f.d) != ST_OK || s->number == 0) {
            return county_refused(c, "a person is not found");
        }
    }
    return true;
}

bool county_people(struct county *c, struct chance *x)
{
    int list[COUNTY_PEOPLE];
    int n = 0;
    int percent = chance_percent(x, 70) ? 80 : 30;
    county_tell(c, "people:");
    for (int i = 0; i < c->plan->people; i++) {
        const struct model_person *m = &c->plan->citizens[i].all;
        bool born =
            m->birth <= county_today(c) && m->facts[0].effective <= county_today(c);
        if (chance_percent(x, percent) && born && !c->people[i].in &&
            !c->people[i].dropped) {
            list[n++] = i;
            county_tell(c, " %d", i);
        }
    }
    county_tell(c, "\n");
    return n == 0 || county_send_people(c, x, list, n);
}

void county_fact_row(const struct county *c, struct buf *b, int person, int fact)
{
    const struct citizen *p = &c->plan->citizens[person];
    const struct model_fact *f = &p->all.facts[fact];
    char money[MONEY_TEXT_CAP];
    buf_addf(b, "%s,%s,%s,", p->id,
             f->programme == MODEL_NONE ? "" : model_programmes[f->programme],
             model_attribute_names[f->attribute]);
    add_value(b, f);
    buf_add_text(b, ",");
    add_day(b, f->effective);
    buf_add_text(b, ",");
    add_day(b, f->until);
    buf_addf(b, ",%s,%s,", f->scale == MODEL_NONE ? "" : model_scales[f->scale],
             f->tier == MODEL_NONE ? "" : model_tiers[f->tier]);
    if (f->amount_fen >= 0) {
        money_print(f->amount_fen, money);
        buf_add_text(b, money);
    }
    buf_add_text(b, "\n");
}

/* What has not happened yet cannot be written down. */
static bool may_be_known(const struct county *c, const struct model_fact *f)
{
    int32_t today = county_today(c);
    bool ends = f->attribute == MA_SUSPENDED && f->until != DAY_NEVER;
    return !(ends && f->until > today) &&
           !(f->attribute == MA_DEATH && f->effective > today);
}

/* A file has no order: of facts for one day it must not have two. */
static bool competes(const struct county *c, int person, int fact, int32_t since)
{
    const struct model_person *m = &c->plan->citizens[person].all;
    for (int k = 1; k < m->fact_count; k++) {
        if (k != fact && c->people[person].order[k] >= since &&
            m->facts[k].attribute == m->facts[fact].attribute &&
            m->facts[k].effective == m->facts[fact].effective) {
            return true;
        }
    }
    return false;
}

bool county_facts(struct county *c, struct chance *x)
{
    struct buf b = file_of("id_number,programme,attribute,value,effective,until,scale,"
                           "tier,amount\n");
    int32_t since = c->recorded;
    int percent = chance_percent(x, 50) ? 80 : 15;
    for (int i = 0; i < c->plan->people; i++) {
        struct chance own = {chance_next(x)};
        if (!chance_percent(&own, percent) || !c->people[i].in ||
            c->people[i].dropped) {
            continue;
        }
        const struct model_person *m = &c->plan->citizens[i].all;
        int from = chance_below(&own, m->fact_count);
        for (int n = 0; n < m->fact_count; n++) {
            int k = (from + n) % m->fact_count;
            if (chance_percent(&own, 60) && c->people[i].order[k] < 0 &&
                may_be_known(c, &m->facts[k]) && !competes(c, i, k, since)) {
                county_fact_row(c, &b, i, k);
                c->people[i].order[k] = c->recorded++;
            }
        }
    }
    county_tell(c, "facts:\n%s", buf_cstr(&b));
    if (c->recorded == since) {
        buf_release(&b);
        return true;
    }
    return send(c, x, (struct import_request){.what = IMPORT_FACTS}, &b);
}

/* ---- lists ---- */

static struct county_list *list_of(struct county *c, int32_t month)
{
    for (int i = 0; i < c->list_count; i++) {
        if (c->lists[i].month == month) {
            return &c->lists[i];
        }
    }
    if (c->list_count == COUNTY_LISTS) {
        return NULL;
    }
    c->lists[c->list_count].month = month;
    return &c->lists[c->list_count];
}

bool county_send_list(struct county *c, struct chance *x, int32_t month, uint64_t on)
{
    struct county_list *l = list_of(c, month);
    struct buf b = file_of("id_number,name\n");
    struct import_request q = {
        .what = IMPORT_SNAPSHOT,
        .attribute = model_attribute_names[c->plan->list_attribute],
        .value = model_words[c->plan->list_attribute][c->plan->list_value],
        .month = month,
    };
    for (int i = 0; i < c->plan->people; i++) {
        if ((on >> i & 1) != 0) {
            buf_addf(&b, "%s,%s\n", c->plan->citizens[i].id, c->plan->citizens[i].name);
        }
    }
    if (!send(c, x, q, &b)) {
        return false;
    }
    if (l == &c->lists[c->list_count]) {
        c->list_count++;
        l->was_on = on;
    } else {
        l->replaced = true;
    }
    l->on = on;
    return true;
}

bool county_list(struct county *c, struct chance *x)
{
    char text[DATE_TEXT_CAP];
    int32_t month = chance_between(x, c->plan->world.first - 2, c->plan->world.last);
    uint64_t like = c->list_count > 0 ? c->lists[chance_below(x, c->list_count)].on : 0;
    uint64_t on = 0;
    for (int i = 0; i < c->plan->people; i++) {
        struct chance own = {chance_next(x)};
        bool was = (like >> i & 1) != 0;
        if (c->people[i].in && !c->people[i].dropped &&
            chance_percent(&own, was ? 75 : 30)) {
            on |= UINT64_C(1) << i;
        }
    }
    if (on == 0 || list_of(c, month) == NULL) {
        return true;
    }
    month_print(month, text);
    county_tell(c, "list of %s %s for %s: people %" PRIx64 "\n",
                model_attribute_names[c->plan->list_attribute],
                model_words[c->plan->list_attribute][c->plan->list_value], text, on);
    return county_send_list(c, x, month, on);
}

/* ---- voids ---- */

/* Do two facts say the same, so that content names neither? */
static bool is_said_twice(const struct county *c, int person, int fact)
{
    const struct model_person *m = &c->plan->citizens[person].all;
    const struct model_fact *f = &m->facts[fact];
    for (int k = 0; k < m->fact_count; k++) {
        const struct model_fact *o = &m->facts[k];
        if (k != fact && o->attribute == f->attribute && o->programme == f->programme &&
            o->value == f->value && o->effective == f->effective) {
            return true;
        }
    }
    return false;
}

bool county_send_void(struct county *c, struct chance *x, int person, int fact)
{
    const struct model_fact *f = &c->plan->citizens[person].all.facts[fact];
    struct buf b = file_of("id_number,attribute,programme,value,effective,document\n");
    buf_addf(&b, "%s,%s,%s,", c->plan->citizens[person].id,
             model_attribute_names[f->attribute],
             f->programme == MODEL_NONE ? "" : model_programmes[f->programme]);
    add_value(&b, f);
    buf_add_text(&b, ",");
    add_day(&b, f->effective);
    buf_addf(&b, ",v%d\n", c->void_count++);
    county_tell(c, "voids:\n%s", buf_cstr(&b));
    c->people[person].voided[fact] = true;
    return send(c, x, (struct import_request){.what = IMPORT_VOIDS}, &b);
}

bool county_void_order(struct county *c, struct chance *x, int order)
{
    struct county_order *o = &c->orders[order];
    struct buf b = file_of("id_number,attribute,programme,value,effective,document\n");
    buf_addf(&b, "%s,order,%s,%s,", c->plan->citizens[o->person].id,
             model_programmes[o->programme], o->counts ? "counts" : "beside");
    add_day(&b, month_first_day(o->from));
    buf_addf(&b, ",v%d\n", c->void_count++); /* the same file again changes nothing */
    county_tell(c, "voids:\n%s", buf_cstr(&b));
    o->voided = true;
    return send(c, x, (struct import_request){.what = IMPORT_VOIDS}, &b);
}

bool county_void(struct county *c, struct chance *x)
{
    int person = county_somebody(c, x);
    int order = c->order_count > 0 ? chance_below(x, c->order_count) : 0;
    if (chance_percent(x, 50) && order < c->order_count && !c->orders[order].voided) {
        return county_void_order(c, x, order);
    }
    if (person < 0) {
        return true;
    }
    const struct model_person *m = &c->plan->citizens[person].all;
    const struct citizen_state *s = &c->people[person];
    int from = chance_below(x, m->fact_count);
    for (int n = 0; n < m->fact_count; n++) {
        int k = (from + n) % m->fact_count;
        if (s->order[k] >= 0 && !s->voided[k] && !is_said_twice(c, person, k)) {
            return county_send_void(c, x, person, k);
        }
    }
    return true;
}

/* ---- history and orders ---- */

bool county_send_history(struct county *c, struct chance *x, int programme)
{
    char text[MONEY_TEXT_CAP];
    int32_t through = c->plan->world.settled_through[programme];
    int rows = 0;
    struct buf b = file_of("id_number,programme,period,amount\n");
    for (int i = 0; i < c->plan->people; i++) {
        const struct model_person *m = &c->plan->citizens[i].all;
        for (int k = 0; k < m->settled_count && c->people[i].in; k++) {
            const struct model_settled *s = &m->settled[k];
            if (s->programme != programme || c->people[i].dropped) {
                continue;
            }
            rows++;
            buf_addf(&b, "%s,%s,", c->plan->citizens[i].id,
                     model_programmes[programme]);
            month_print(s->month, text);
            buf_addf(&b, "%s,", text);
            money_print(s->amount_fen, text);
            buf_addf(&b, "%s\n", text);
            c->granted[i][programme][county_month(c, s->month)] += s->amount_fen;
            c->paid[i][programme][county_month(c, s->month)] += s->amount_fen;
        }
    }
    month_print(through, text);
    county_tell(c, "history, settled through %s:\n%s", text, buf_cstr(&b));
    c->known.settled_through[programme] = rows > 0 ? through : MODEL_NONE;
    for (int i = 0; i < c->plan->people; i++) {
        c->people[i].taken_over[programme] =
            rows > 0 && c->people[i].in && !c->people[i].dropped;
    }
    if (rows == 0) {
        buf_release(&b);
        return true;
    }
    return send(c, x,
                (struct import_request){
                    .what = IMPORT_HISTORY, .month = through, .overrule = true},
                &b);
}

/* Of a programme that no policy has, the rules know no history: it competes with
 * nothing until one is confirmed. */
static bool is_defined(const struct county *c, int programme)
{
    for (int i = 0; i < c->known.policy_count; i++) {
        if (c->known.policies[i].programmes[programme].defined) {
            return true;
        }
    }
    return false;
}

bool county_history(struct county *c, struct chance *x)
{
    int k = chance_below(x, MODEL_PROGRAMMES);
    int32_t through = c->plan->world.settled_through[k];
    if (through == MODEL_NONE || c->known.settled_through[k] != MODEL_NONE ||
        through > month_of_day(county_today(c)) || !is_defined(c, k)) {
        return true;
    }
    return county_send_history(c, x, k);
}

bool county_send_order(struct county *c, struct chance *x, const struct county_order *o)
{
    char money[MONEY_TEXT_CAP];
    char from[DATE_TEXT_CAP];
    char to[DATE_TEXT_CAP];
    struct buf b = file_of("id_number,programme,from,to,amount,effect,document\n");
    money_print(o->fen, money);
    month_print(o->from, from);
    month_print(o->to, to);
    buf_addf(&b, "%s,%s,%s,%s,%s,%s,d%d\n", c->plan->citizens[o->person].id,
             model_programmes[o->programme], from, to, money,
             o->counts ? "counts" : "beside", c->order_count);
    county_tell(c, "orders:\n%s", buf_cstr(&b));
    c->orders[c->order_count++] = *o;
    return send(c, x, (struct import_request){.what = IMPORT_ORDERS}, &b);
}

int32_t county_first(const struct county *c, int programme)
{
    int32_t first = INT32_MAX;
    for (int i = 0; i < c->known.policy_count; i++) {
        if (c->known.policies[i].programmes[programme].defined) {
            int32_t month = month_of_day(c->known.policies[i].effective);
            first = month < first ? month : first;
        }
    }
    return first;
}

/* Somebody of whom money was asked back, by chance. */
static int some_debtor(const struct county *c, struct chance *x, int programme)
{
    int from = chance_below(x, c->plan->people);
    for (int n = 0; n < c->plan->people; n++) {
        int i = (from + n) % c->plan->people;
        for (int m = 0; m < COUNTY_MONTHS; m++) {
            if (c->now[ACCOUNT_RECEIVABLE][i][programme][m] +
                    c->now[ACCOUNT_WAIVED][i][programme][m] +
                    c->now[ACCOUNT_WRITTEN_OFF][i][programme][m] >
                0) {
                return i;
            }
        }
    }
    return county_somebody(c, x);
}

/* Does an order count of the same content, but for its months' end and sum? */
bool county_is_ordered(const struct county *c, const struct county_order *o)
{
    for (int i = 0; i < c->order_count; i++) {
        const struct county_order *at = &c->orders[i];
        if (!at->voided && at->person == o->person && at->programme == o->programme &&
            at->from == o->from && at->counts == o->counts) {
            return true;
        }
    }
    return false;
}

bool county_orders(struct county *c, struct chance *x)
{
    int programme = chance_below(x, MODEL_PROGRAMMES);
    int person =
        chance_percent(x, 60) ? some_debtor(c, x, programme) : county_somebody(c, x);
    const struct model_world *w = &c->known;
    int32_t first = county_first(c, programme);
    struct county_order o = {.person = person,
                             .programme = programme,
                             .fen = chance_between(x, 1, 30000),
                             .counts = chance_percent(x, 50)};
    if (person < 0 || c->order_count == COUNTY_ORDERS || first > w->last - 2) {
        return true;
    }
    o.from = chance_between(x, first + 1, w->last);
    if (c->order_count > 0 && chance_percent(x, 50)) { /* the same months once more */
        const struct county_order *like = &c->orders[chance_below(x, c->order_count)];
        o.person = like->person;
        o.programme = like->programme;
        o.from = like->from;
    }
    o.to = o.from + chance_below(x, 5);
    o.to = o.to > w->last ? w->last : o.to;
    return county_is_ordered(c, &o) || county_send_order(c, x, &o);
}

/* ---- policies ---- */

bool county_send_policy(struct county *c, int policy)
{
    struct adopt_report r;
    struct adopt_findings nobody = {0};
    struct buf b;
    buf_init(&b, FILE_BYTES_MAX);
    c->known.policies[policy].confirmed_month = month_of_day(county_today(c));
    describe_policy(&b, &c->known, policy);
    county_tell(c, "policy:\n%s", buf_cstr(&b));
    fixture_as(&c->f, FIXTURE_MAKER);
    enum status st =
        adopt_policy(c->f.l, buf_str(&b), "policy.yaml", nobody, &r, &c->f.d);
    if (st == ST_OK) {
        fixture_as(&c->f, FIXTURE_CHECKER);
        st = adopt_confirm(c->f.l, r.number, &r, &c->f.d);
    }
    buf_release(&b);
    c->known.policy_count = policy + 1;
    return st == ST_OK || county_refused(c, "a policy is refused");
}

bool county_policy(struct county *c, struct chance *x)
{
    (void)x;
    return c->known.policy_count == c->plan->world.policy_count ||
           county_send_policy(c, c->known.policy_count);
}
