/* entitle.c - the confirmed policies of a ledger, a person's facts as evaluation wants
 * them, and the differences to what was granted. It must never write. */
#include "entitle/entitle.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "ledger/settled.h"

#define POLICIES_MAX 1000

/* Of one person: so many months of history an import lets through. */
#define SETTLED_MAX (PERSON_HISTORY_MONTHS_MAX + EVAL_PROGRAMMES_MAX)

struct settlement { /* a row of register 9 */
    int programme;
    int32_t through;
    uint64_t sequence;
};

struct order { /* of the person in hand */
    int programme;
    int32_t from, through; /* months */
    int64_t fen;
    bool counts;
    uint64_t recorded;
};

struct granting { /* of a programme in a month */
    int64_t fen;
    uint32_t policy;
    uint32_t tier;
};

struct builder { /* one programme's differences in the making */
    struct difference out;
    const struct account_programme *had; /* NULL: nothing was granted yet */
};

struct entitle {
    struct policy_set *set;
    struct policy **owned; /* those of list */
    struct confirmed_policy *list;
    size_t count;
    size_t programmes;
    int attributes[FACT_CODES]; /* of the set; [FACT_NAMED] is not used */
    struct eval_person subject;
    struct eval_fact facts[PERSON_FACTS_MAX];
    struct settlement *settlements;
    size_t settlement_count;
    uint64_t known_below; /* settlements recorded from here on do not count */
    struct eval_settled settled[SETTLED_MAX];
    size_t order_count;
    struct order orders[PERSON_FACTS_MAX];
    uint8_t terms[DIGEST_LEN];
    struct eval_result results[EVAL_PROGRAMMES_MAX];
    bool evaluated; /* results are of the person in hand */
    struct granting now[EVAL_PROGRAMMES_MAX];
    uint64_t warned_people;
    bool warned; /* the person in hand */
    struct builder builders[EVAL_PROGRAMMES_MAX];
};

/* ---- policies ---- */

static enum status load_policy(struct ledger *l, const struct policy_entry *entry,
                               struct policy **out, struct diag *d)
{
    struct buf text;
    buf_init(&text, POLICY_FILE_MAX);
    enum status st = vault_file_load(l, entry->sha256, &text, d);
    if (st == ST_OK) {
        st = policy_read(out, buf_str(&text), entry->id, d);
    }
    buf_release(&text);
    return st;
}

/* In the order of confirmation: place = confirmed_order - 1. */
static enum status load_policies(struct entitle *e, struct ledger *l, uint32_t rules,
                                 struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(l)->policies; n++) {
        struct policy_entry entry;
        TRY(policy_get(ledger_txn(l), n, &entry, d));
        if (entry.confirmed_order == 0 || entry.confirmed_order > rules) {
            continue;
        }
        size_t at = entry.confirmed_order - 1;
        TRY(load_policy(l, &entry, &e->owned[at], d));
        e->list[at].policy = e->owned[at];
        e->list[at].number = n;
        e->list[at].confirmed_month = month_of_day(
            day_of_time(entry.confirmed_us, ledger_info(l)->offset_minutes));
    }
    for (size_t i = 0; i < e->count; i++) {
        if (e->owned[i] == NULL) {
            return diag_fail(d, ST_INTEGRITY, "policies",
                             "a confirmed policy is missing");
        }
    }
    return ST_OK;
}

static void add_number(struct digest *g, uint64_t v)
{
    uint8_t bytes[8];
    put_u64(bytes, v);
    digest_add(g, bytes, sizeof bytes);
}

/* All that evaluation looks at beside the person: for entitle_terms. */
static enum status hash_terms(struct entitle *e, struct ledger *l, struct diag *d)
{
    struct digest *g;
    TRY(digest_new(&g, d));
    digest_start(g);
    add_number(g, EVAL_VERSION);
    enum status st = ST_OK;
    for (uint32_t n = 1; n <= ledger_head(l)->policies && st == ST_OK; n++) {
        struct policy_entry entry;
        st = policy_get(ledger_txn(l), n, &entry, d);
        if (st != ST_OK || entry.confirmed_order == 0 ||
            entry.confirmed_order > e->count) {
            continue;
        }
        add_number(g, n);
        add_number(g, entry.confirmed_order);
        add_number(g, (uint64_t)e->list[entry.confirmed_order - 1].confirmed_month);
        digest_add(g, entry.sha256, sizeof entry.sha256);
    }
    for (size_t i = 0; i < e->settlement_count; i++) {
        add_number(g, (uint64_t)e->settlements[i].programme);
        add_number(g, (uint64_t)e->settlements[i].through);
        add_number(g, e->settlements[i].sequence);
    }
    digest_end(g, e->terms);
    digest_free(g);
    return st;
}

/* What the compiled set makes of names. */
static enum status prepare(struct entitle *e, struct diag *d)
{
    e->programmes = policy_set_programme_count(e->set);
    for (unsigned c = 1; c < FACT_CODES; c++) {
        struct str name = str_of(fact_code_name((enum fact_code)c));
        e->attributes[c] = policy_set_attribute(e->set, name);
    }
    must(e->programmes <= EVAL_PROGRAMMES_MAX);
    for (size_t i = 0; i < e->programmes; i++) {
        struct difference *x = &e->builders[i].out;
        x->programme = (int)i;
        if (!str_copy(str_of(policy_set_programme_code(e->set, i)), x->code,
                      sizeof x->code)) {
            return diag_fail(d, ST_INPUT, "programme-code",
                             "the programme code %s is longer than %d bytes",
                             policy_set_programme_code(e->set, i), PROGRAMME_CODE_MAX);
        }
    }
    return ST_OK;
}

/* The first `rules` confirmed policies, and after them the one on trial, if any. */
static enum status load_all(struct entitle *e, struct ledger *l, uint32_t rules,
                            const struct confirmed_policy *trial, struct diag *d)
{
    uint32_t confirmed = ledger_head(l)->confirmed;
    e->count = rules < confirmed ? rules : confirmed;
    e->owned = calloc(e->count + 1, sizeof *e->owned);
    e->list = calloc(e->count + 1, sizeof *e->list);
    if (e->owned == NULL || e->list == NULL) {
        return diag_memory(d);
    }
    if (e->count >= POLICIES_MAX) {
        return diag_fail(d, ST_CONFLICT, "policies", "too many policies");
    }
    TRY(load_policies(e, l, (uint32_t)e->count, d));
    if (trial != NULL) {
        e->list[e->count] = *trial;
    }
    size_t count = e->count + (trial != NULL ? 1 : 0);
    TRY(policy_set_new(&e->set, e->list, count, d));
    return prepare(e, d);
}

/* What payment history settled, for all programmes of the set. */
static enum status load_settlements(struct entitle *e, struct ledger *l, struct diag *d)
{
    struct settled_entry row;
    bool found = true;
    e->known_below = UINT64_MAX;
    for (uint32_t number = 1; found; number++) {
        TRY(settled_get(ledger_txn(l), number, &row, &found, d));
        int programme =
            found ? policy_set_programme_find(e->set, str_of(row.programme)) : -1;
        if (programme < 0) {
            continue;
        }
        size_t wider = (e->settlement_count + 1) * sizeof *e->settlements;
        struct settlement *list = realloc(e->settlements, wider);
        if (list == NULL) {
            return diag_memory(d);
        }
        e->settlements = list;
        list[e->settlement_count++] = (struct settlement){
            .programme = programme, .through = row.through, .sequence = row.sequence};
    }
    return ST_OK;
}

static enum status open_with(struct entitle **out, struct ledger *l, uint32_t rules,
                             const struct confirmed_policy *trial, struct diag *d)
{
    struct entitle *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return diag_memory(d);
    }
    enum status st = load_all(e, l, rules, trial, d);
    if (st == ST_OK) {
        st = load_settlements(e, l, d);
    }
    if (st == ST_OK) {
        st = hash_terms(e, l, d);
    }
    if (st != ST_OK) {
        entitle_close(e);
        return st;
    }
    *out = e;
    return ST_OK;
}

enum status entitle_open(struct entitle **out, struct ledger *l, uint32_t rules,
                         struct diag *d)
{
    return open_with(out, l, rules, NULL, d);
}

enum status entitle_open_list(struct entitle **out, const struct confirmed_policy *list,
                              size_t count, struct diag *d)
{
    struct entitle *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return diag_memory(d);
    }
    enum status st = policy_set_new(&e->set, list, count, d);
    if (st == ST_OK) {
        st = prepare(e, d);
    }
    if (st != ST_OK) {
        entitle_close(e);
        return st;
    }
    *out = e;
    return ST_OK;
}

enum status entitle_open_trial(struct entitle **out, struct ledger *l,
                               const struct policy *p, uint32_t number, struct diag *d)
{
    struct confirmed_policy trial = {.policy = p,
                                     .number = number,
                                     .confirmed_month = month_of_day(ledger_today(l))};
    return open_with(out, l, UINT32_MAX, &trial, d);
}

enum status entitle_rules_before(struct ledger *l, uint64_t sequence, uint32_t *rules,
                                 struct diag *d)
{
    *rules = 0;
    for (uint32_t n = 1; n <= ledger_head(l)->policies; n++) {
        struct policy_entry p;
        TRY(policy_get(ledger_txn(l), n, &p, d));
        *rules += p.confirmed_order != 0 && p.confirmed_at < sequence ? 1 : 0;
    }
    return ST_OK;
}

void entitle_close(struct entitle *e)
{
    if (e == NULL) {
        return;
    }
    policy_set_free(e->set);
    for (size_t i = 0; e->owned != NULL && i < e->count; i++) {
        policy_free(e->owned[i]);
    }
    free(e->settlements);
    free(e->owned);
    free(e->list);
    free(e);
}

const struct policy_set *entitle_policies(const struct entitle *e)
{
    return e->set;
}

uint32_t entitle_wants(const struct entitle *e)
{
    uint32_t wants = UINT32_C(1) << FACT_NAMED | UINT32_C(1) << FACT_ID_NUMBER |
                     UINT32_C(1) << FACT_BIRTH | UINT32_C(1) << FACT_CREDIT_CODE;
    wants |= UINT32_C(1) << FACT_ORDER;
    wants |= e->settlement_count > 0 ? PERSON_PAID : 0;
    for (unsigned c = 1; c < FACT_CODES; c++) {
        if (e->attributes[c] != ATTR_UNUSED) {
            wants |= UINT32_C(1) << c;
        }
    }
    return wants;
}

const struct programme *entitle_rules(const struct entitle *e, struct str programme,
                                      int32_t month)
{
    int n = policy_set_programme_find(e->set, programme);
    if (n < 0) {
        return NULL;
    }
    const struct confirmed_policy *c = policy_set_ruling(e->set, (size_t)n, month);
    return c == NULL ? NULL
                     : policy_programme(c->policy,
                                        policy_set_programme_code(e->set, (size_t)n));
}

uint32_t entitle_share(const struct entitle *e, struct str programme, int32_t month)
{
    const struct programme *p = entitle_rules(e, programme, month);
    if (p == NULL || !p->has_rules || p->rules.set_off_percent <= 0) {
        return 0;
    }
    return p->rules.set_off_percent > 10000 ? 10000
                                            : (uint32_t)p->rules.set_off_percent;
}

/* ---- one person ---- */

/* False when no policy asks for the fact. */
static bool convert(const struct entitle *e, const struct fact *f, uint32_t order,
                    struct eval_fact *out)
{
    out->attribute = f->code == FACT_NAMED ? policy_set_attribute(e->set, f->attribute)
                                           : e->attributes[f->code];
    if (out->attribute == ATTR_UNUSED) {
        return false;
    }
    out->programme = -1;
    if (f->programme.n > 0) {
        out->programme = policy_set_programme_find(e->set, f->programme);
        if (out->programme < 0) {
            return false;
        }
    }
    out->value = f->value;
    out->effective = f->effective;
    out->until = f->until;
    out->scale = f->scale;
    out->tier = f->tier;
    out->amount_fen = f->amount_fen;
    out->order = order;
    return true;
}

void entitle_known_below(struct entitle *e, uint64_t known_below)
{
    e->known_below = known_below;
}

/* The last settled month of a programme; -1: none is. */
static int32_t settled_month(const struct entitle *e, int programme)
{
    int32_t through = -1;
    for (size_t i = 0; i < e->settlement_count; i++) {
        const struct settlement *s = &e->settlements[i];
        if (s->programme == programme && s->sequence < e->known_below &&
            s->through > through) {
            through = s->through;
        }
    }
    return through;
}

/* Step 11: who was never paid has a row of nothing for each settled programme. */
static void take_settled(struct entitle *e, const struct person *p)
{
    size_t n = 0;
    for (size_t i = 0; i < e->programmes && e->settlement_count > 0; i++) {
        int32_t through = settled_month(e, (int)i);
        if (through >= 0) {
            e->settled[n++] = (struct eval_settled){
                .programme = (int)i, .through_month = through, .month = through};
        }
    }
    size_t programmes = n;
    for (size_t i = 0; i < p->paid_count && programmes > 0; i++) {
        const struct paid *x = &p->paid[i];
        int programme = policy_set_programme_find(e->set, x->programme);
        int32_t through = programme < 0 ? -1 : settled_month(e, programme);
        for (int32_t m = x->from; m < x->from + x->months && m <= through; m++) {
            must(n < SETTLED_MAX);
            e->settled[n++] = (struct eval_settled){.programme = programme,
                                                    .through_month = through,
                                                    .month = m,
                                                    .amount_fen = x->fen};
        }
    }
    e->subject.settled = n > 0 ? e->settled : NULL;
    e->subject.settled_count = n;
}

static void take_order(struct entitle *e, const struct fact *f)
{
    int programme = policy_set_programme_find(e->set, f->programme);
    if (programme < 0 || e->order_count == PERSON_FACTS_MAX) {
        return;
    }
    e->orders[e->order_count++] = (struct order){.programme = programme,
                                                 .from = month_of_day(f->effective),
                                                 .through = month_of_day(f->until),
                                                 .fen = f->amount_fen,
                                                 .counts = str_is(f->value, "counts"),
                                                 .recorded = f->recorded};
}

/* Orders upon what the rules give for the month. */
static void apply_orders(struct entitle *e, int32_t month)
{
    for (size_t i = 0; i < e->order_count; i++) {
        const struct order *first = &e->orders[i];
        int64_t counting = 0;
        int64_t beside = 0;
        bool done = month < first->from || month > first->through;
        for (size_t k = 0; k < e->order_count && !done; k++) {
            const struct order *o = &e->orders[k];
            if (o->programme != first->programme || month < o->from ||
                month > o->through) {
                continue;
            }
            done = done || k < i;
            counting += o->counts ? o->fen : 0;
            beside += o->counts ? 0 : o->fen;
        }
        if (!done) {
            int64_t *fen = &e->results[first->programme].amount_fen;
            *fen = (counting > *fen ? counting : *fen) + beside;
        }
    }
}

size_t entitle_ordered(const struct person *p, struct str programme, int32_t month,
                       struct ordered out[ORDERED_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < p->fact_count; i++) {
        const struct fact *f = &p->facts[i];
        if (f->code != FACT_ORDER || !str_eq(f->programme, programme) ||
            month < month_of_day(f->effective) || month > month_of_day(f->until)) {
            continue;
        }
        if (n < ORDERED_MAX) {
            out[n] = (struct ordered){
                .fact = f, .counts = str_is(f->value, "counts"), .fen = f->amount_fen};
        }
        n++;
    }
    return n;
}

static void evaluate(struct entitle *e, int32_t month)
{
    eval_month(e->set, &e->subject, month, e->results);
    if (e->order_count > 0) {
        apply_orders(e, month);
    }
}

/* False when nobody was known by then under this number ("as known on" an earlier day),
 * or it is another one's duplicate: there is nothing to evaluate. */
static bool take_person(struct entitle *e, const struct person *p)
{
    size_t n = 0;
    e->order_count = 0;
    for (size_t i = 0; i < p->fact_count; i++) {
        if (p->facts[i].code == FACT_ORDER) {
            take_order(e, &p->facts[i]);
            continue;
        }
        if (convert(e, &p->facts[i], (uint32_t)i, &e->facts[n])) {
            n++;
        }
    }
    policy_set_intern(e->set, e->facts, n);
    take_settled(e, p);
    e->subject.birth = person_birth(p);
    e->subject.facts = e->facts;
    e->subject.fact_count = n;
    return e->subject.birth != DAY_NEVER && p->merged_into == 0;
}

const struct eval_result *entitle_month(struct entitle *e, const struct person *p,
                                        int32_t month)
{
    e->subject.amounts_only = false;
    if (take_person(e, p)) {
        evaluate(e, month);
        return e->results;
    }
    for (size_t i = 0; i < e->programmes; i++) {
        struct eval_result none = {
            .reason = EVAL_NOT_ELIGIBLE, .paying_day = DAY_NEVER, .conflict_with = -1};
        e->results[i] = none;
    }
    return e->results;
}

bool entitle_take(struct entitle *e, const struct person *p)
{
    e->subject.amounts_only = true;
    return take_person(e, p);
}

const struct eval_result *entitle_amounts(struct entitle *e, int32_t month)
{
    evaluate(e, month);
    return e->results;
}

const struct eval_person *entitle_subject(struct entitle *e, const struct person *p)
{
    e->subject.amounts_only = false;
    return take_person(e, p) ? &e->subject : NULL;
}

bool entitle_omitted(struct entitle *e, const struct person *p, int32_t month,
                     struct omitted *out)
{
    if (!entitle_take(e, p)) {
        return false;
    }
    evaluate(e, month);
    return why_omitted(e->set, &e->subject, month, e->results, out);
}

uint64_t entitle_warned(const struct entitle *e)
{
    return e->warned_people;
}

/* ---- differences ---- */

static enum cause cause_of(int64_t fen, int32_t month, int32_t period)
{
    if (fen < 0) {
        return CAUSE_REDUCTION;
    }
    return month == period ? CAUSE_REGULAR : CAUSE_BACKPAY;
}

static bool continues(const struct entitlement_span *s,
                      const struct entitlement_span *next)
{
    return s->span.from + s->span.months == next->span.from &&
           s->span.fen == next->span.fen && s->cause == next->cause &&
           s->policy == next->policy && s->tier == next->tier;
}

struct sink {
    enum status (*each)(void *ctx, const struct difference *x, struct diag *d);
    void *ctx;
};

/* Names the orders that bear on a month in the difference. */
static void note_orders(const struct entitle *e, int32_t month, struct difference *x)
{
    for (size_t i = e->order_count; i > 0; i--) {
        const struct order *o = &e->orders[i - 1];
        bool known = o->programme != x->programme || month < o->from ||
                     month > o->through || x->order_count == DIFFERENCE_ORDERS_MAX;
        for (size_t k = 0; k < x->order_count && !known; k++) {
            known = x->orders[k] == o->recorded;
        }
        if (!known) {
            x->orders[x->order_count++] = o->recorded;
        }
    }
}

static enum status flush(struct builder *b, const struct sink *to, struct diag *d)
{
    if (b->out.count == 0) {
        return ST_OK;
    }
    enum status st = to->each(to->ctx, &b->out, d);
    b->out.count = 0;
    b->out.order_count = 0;
    return st;
}

static enum status add_span(struct builder *b, const struct entitlement_span *next,
                            const struct sink *to, struct diag *d)
{
    struct difference *x = &b->out;
    if (x->count > 0 && continues(&x->spans[x->count - 1], next)) {
        x->spans[x->count - 1].span.months++;
        return ST_OK;
    }
    if (x->count == ENTITLEMENT_SPANS_MAX) {
        TRY(flush(b, to, d));
    }
    x->spans[x->count++] = *next;
    return ST_OK;
}

static void evaluate_now(struct entitle *e, int32_t month)
{
    evaluate(e, month);
    for (size_t i = 0; i < e->programmes; i++) {
        const struct eval_result *r = &e->results[i];
        e->warned = e->warned || r->warned;
        e->now[i] = (struct granting){
            r->amount_fen, r->policy == NULL ? 0 : r->policy->number, r->tier_number};
    }
}

/* What e->now says, held against the account. */
static enum status compare_month(struct entitle *e, int32_t month, int32_t period,
                                 const struct sink *to, struct diag *d)
{
    for (size_t i = 0; i < e->programmes; i++) {
        const struct granting *r = &e->now[i];
        const struct account_programme *had = e->builders[i].had;
        int64_t fen = r->fen - (had == NULL ? 0 : account_granted(had, month));
        if (fen == 0) {
            continue;
        }
        struct entitlement_span next = {
            .span = {.from = month, .months = 1, .fen = fen},
            .cause = cause_of(fen, month, period),
            .policy = r->policy,
            .tier = r->tier,
        };
        TRY(add_span(&e->builders[i], &next, to, d));
        note_orders(e, month, &e->builders[i].out);
    }
    return ST_OK;
}

/* Is there nothing to find in the months from..end-1, which e->now says alike? */
static bool all_granted(const struct entitle *e, int32_t from, int32_t end)
{
    for (size_t i = 0; i < e->programmes; i++) {
        const struct account_programme *had = e->builders[i].had;
        int64_t fen = e->now[i].fen;
        if (had == NULL ? fen != 0 : !account_granted_is(had, from, end, fen)) {
            return false;
        }
    }
    return true;
}

/* What e->now says for the months from..end-1, held against the account. */
static enum status compare_months(struct entitle *e, int32_t from, int32_t end,
                                  int32_t period, const struct sink *to, struct diag *d)
{
    if (all_granted(e, from, end)) {
        return ST_OK;
    }
    for (int32_t m = from; m < end; m++) {
        TRY(compare_month(e, m, period, to, d));
    }
    return ST_OK;
}

/* After evaluate_now: the first later month that has to be evaluated. Where an order
 * bears on months, or a value is missing, it is the next. */
static int32_t next_evaluated(const struct entitle *e, int32_t month)
{
    if (e->order_count > 0) {
        return month + 1;
    }
    for (size_t i = 0; i < e->programmes; i++) {
        if (e->results[i].warned) {
            return month + 1;
        }
    }
    return eval_steady_until(e->set, &e->subject, month, e->results);
}

/* Nobody's differences yet; what the account has of each programme. */
static void begin_account(struct entitle *e, const struct account *a)
{
    for (size_t i = 0; i < e->programmes; i++) {
        e->builders[i].out.count = 0;
        e->builders[i].out.order_count = 0;
        e->builders[i].had = NULL;
    }
    for (size_t i = 0; i < a->count; i++) {
        int n = policy_set_programme_find(e->set, str_of(a->programmes[i].code));
        if (n >= 0) {
            e->builders[n].had = &a->programmes[i];
        }
    }
}

static enum status flush_all(struct entitle *e, const struct sink *to, struct diag *d)
{
    for (size_t i = 0; i < e->programmes; i++) {
        TRY(flush(&e->builders[i], to, d));
    }
    return ST_OK;
}

enum status entitle_differences(
    struct entitle *e, const struct person *p, const struct account *a,
    struct entitle_range range, int32_t period,
    enum status (*each)(void *ctx, const struct difference *x, struct diag *d),
    void *ctx, struct diag *d)
{
    struct sink to = {each, ctx};
    e->subject.amounts_only = true;
    bool known = take_person(e, p);
    e->evaluated = known && range.first <= range.through;
    if (!known) {
        return ST_OK;
    }
    begin_account(e, a);
    e->warned = false;
    int32_t next;
    for (int32_t m = range.first; m <= range.through; m = next) {
        evaluate_now(e, m);
        next = m < range.through ? next_evaluated(e, m) : m + 1;
        next = next <= range.through ? next : range.through + 1;
        TRY(compare_months(e, m, next, period, &to, d));
    }
    e->warned_people += e->warned ? 1 : 0;
    return flush_all(e, &to, d);
}

/* ---- people who stay as they are ---- */

#define GRANTING_BYTES 16

void entitle_terms(const struct entitle *e, uint8_t out[DIGEST_LEN])
{
    memcpy(out, e->terms, DIGEST_LEN);
}

size_t entitle_outcome_bytes(const struct entitle *e)
{
    return e->programmes * GRANTING_BYTES;
}

int32_t entitle_steady(const struct entitle *e, int32_t month, struct writer *w)
{
    if (!e->evaluated || e->order_count > 0) {
        return month;
    }
    for (size_t i = 0; i < e->programmes; i++) {
        if (e->results[i].warned) {
            return month;
        }
        writer_u64(w, (uint64_t)e->now[i].fen);
        writer_u32(w, e->now[i].policy);
        writer_u32(w, e->now[i].tier);
    }
    return eval_steady_until(e->set, &e->subject, month, e->results);
}

enum status entitle_steady_differences(
    struct entitle *e, struct str outcome, const struct account *a,
    struct entitle_range range, int32_t period,
    enum status (*each)(void *ctx, const struct difference *x, struct diag *d),
    void *ctx, struct diag *d)
{
    struct sink to = {each, ctx};
    struct reader r;
    must(outcome.n == entitle_outcome_bytes(e));
    reader_init(&r, outcome.p, outcome.n);
    for (size_t i = 0; i < e->programmes; i++) {
        e->now[i].fen = (int64_t)reader_u64(&r);
        e->now[i].policy = reader_u32(&r);
        e->now[i].tier = reader_u32(&r);
    }
    e->evaluated = false;
    e->order_count = 0;
    begin_account(e, a);
    TRY(compare_months(e, range.first, range.through + 1, period, &to, d));
    return flush_all(e, &to, d);
}
