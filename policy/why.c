/* why.c - the standing of one programme in one month laid open. It asks the same
 * functions as the evaluation and never decides by itself; what dropped an amount is in
 * why_conflict.c, what somebody misses in why_omitted.c. */
#include "policy/why.h"

#include <string.h>

#include "base/must.h"
#include "policy/why_private.h"

static void add_fact(struct why *w, const struct eval_fact *f, enum why_use use)
{
    if (f == NULL || w->fact_count == WHY_FACTS_MAX) {
        return;
    }
    for (size_t i = 0; i < w->fact_count; i++) {
        if (w->facts[i].fact == f && w->facts[i].use == use) {
            return;
        }
    }
    w->facts[w->fact_count++] = (struct why_fact){f, use};
}

/* ---- conditions ---- */

struct str why_default(const struct policy *p, const char *attribute)
{
    for (size_t i = 0; i < p->default_count; i++) {
        if (strcmp(p->defaults[i].attribute, attribute) == 0) {
            return str_of(p->defaults[i].value);
        }
    }
    return str_of("");
}

/* As eval_find_value, but in words. */
static struct str read_value(const struct file *file, const struct cond *c,
                             const struct eval_fact *f)
{
    const struct policy *p = file->confirmed->policy;
    if (file->grades[c->attribute] == NULL) {
        bool unlisted = c->attribute == ATTR_DEPENDENCY && f->scale.n > 0;
        return unlisted ? str_of("") : f->value;
    }
    for (size_t i = 0; i < p->scale_count; i++) {
        const struct scale_map *m = &p->scales[i];
        if (strcmp(m->attribute, c->source->attribute) == 0 &&
            str_is(f->scale, m->scale) && str_is(f->value, m->grade)) {
            return str_of(m->value);
        }
    }
    return str_of("");
}

static void look_at_age(struct eval *x, const struct version *v, const struct cond *c,
                        int32_t day, struct why_condition *out)
{
    enum leap_birthday leap = v->rules->leap;
    out->age = eval_age(x, day, leap);
    if (c->age_low <= EVAL_AGE_MAX) {
        out->reached = eval_birthday(x, c->age_low, leap);
    }
    if (c->age_high < EVAL_AGE_MAX) {
        out->passed = eval_birthday(x, c->age_high + 1, leap);
    }
}

static void look_at(struct eval *x, const struct version *v, const struct cond *c,
                    int32_t day, struct why_condition *out)
{
    struct context context = {.file = v->file, .leap = v->rules->leap};
    struct conds one = {.list = c, .count = 1};
    *out = (struct why_condition){.source = c->source,
                                  .holds = eval_conds_hold(x, context, one, day),
                                  .age = -1,
                                  .reached = DAY_NEVER,
                                  .passed = DAY_NEVER};
    if (c->age) {
        look_at_age(x, v, c, day, out);
        return;
    }
    out->fact = eval_latest(x->all[c->attribute], day);
    out->over = out->fact != NULL && out->fact->until < day;
    if (out->fact == NULL || out->over) {
        out->value = why_default(v->file->confirmed->policy, c->source->attribute);
        out->by_default = out->value.n > 0;
    } else {
        out->value = read_value(v->file, c, out->fact);
    }
}

size_t why_unmet(struct eval *x, const struct version *v, const struct row *row,
                 int32_t day, const struct cond **first)
{
    struct context context = {.file = v->file, .leap = v->rules->leap};
    size_t unmet = 0;
    *first = NULL;
    for (size_t i = 0; i < row->when.count; i++) {
        struct conds one = {.list = &row->when.list[i], .count = 1};
        if (!eval_conds_hold(x, context, one, day)) {
            *first = *first == NULL ? one.list : *first;
            unmet++;
        }
    }
    return unmet;
}

/* The row with the fewest unmet conditions, the first among equals; -1: no rows. */
static int nearest(struct eval *x, const struct version *v, int32_t day)
{
    int best = -1;
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < v->row_count; i++) {
        const struct cond *first;
        size_t unmet = why_unmet(x, v, &v->rows[i], day, &first);
        if (unmet < fewest) {
            fewest = unmet;
            best = (int)i;
        }
    }
    return best;
}

/* The row a condition stands in. */
static int row_of(const struct version *v, const struct cond *c)
{
    for (size_t i = 0; i < v->row_count; i++) {
        struct conds when = v->rows[i].when;
        for (size_t k = 0; k < when.count; k++) {
            if (&when.list[k] == c) {
                return (int)i;
            }
        }
    }
    return -1;
}

/* On which day the tier was found (step 5): its own day, if the tier's conditions hold
 * then, else the paying day. */
static int32_t tier_day(struct eval *x, const struct standing *st)
{
    int32_t day = eval_tier_day(x, st);
    const struct cond *first;
    const struct row *row = &st->version->rows[st->tier];
    return why_unmet(x, st->version, row, day, &first) == 0 ? day : st->paying_day;
}

/* Which row to lay open, and the day. */
static int find_row(struct eval *x, const struct standing *st, int32_t *day)
{
    if (st->tier >= 0) {
        *day = tier_day(x, st);
        return st->tier;
    }
    if (st->failed_stop_by != NULL) {
        *day = st->last;
        return row_of(st->version, st->failed_stop_by);
    }
    *day = st->failed_day;
    return *day == DAY_NEVER ? -1 : nearest(x, st->version, *day);
}

static void take_conditions(struct eval *x, const struct standing *st, struct why *w)
{
    int row = find_row(x, st, &w->day);
    w->day = w->day < x->death ? w->day : x->death;
    if (row < 0) {
        return;
    }
    struct conds when = st->version->rows[row].when;
    w->tier = st->version->rows[row].source;
    w->tier_number = (uint32_t)row + 1;
    for (size_t i = 0; i < when.count && i < WHY_CONDITIONS_MAX; i++) {
        struct why_condition *c = &w->conditions[w->condition_count];
        look_at(x, st->version, &when.list[i], w->day, c);
        add_fact(w, c->fact, WHY_CONDITION);
        if (w->result.unmet != NULL && w->result.unmet == c->source) {
            w->unmet = (int)w->condition_count;
        }
        w->condition_count++;
    }
}

/* ---- decisions, entry, certification ---- */

static void take_decision(struct eval *x, const struct standing *st, struct why *w)
{
    const struct eval_fact *f = eval_decision(x, w->day);
    if (f == NULL) {
        return;
    }
    add_fact(w, f, WHY_DECISION);
    w->by_decision = st->tier >= 0 && f->value_number == DECISION_APPROVE &&
                     f->tier_number >= 0 &&
                     st->version->rows[st->tier].name == f->tier_number;
}

/* The event that made the entry. */
static const struct eval_fact *event_on(const struct eval *x, int attribute,
                                        int32_t day)
{
    const struct span spans[] = {x->own[attribute], x->all[attribute]};
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < spans[k].n; i++) {
            const struct eval_fact *f = &spans[k].p[i];
            bool approves =
                attribute != ATTR_DECISION || f->value_number == DECISION_APPROVE;
            if (f->effective == day && approves) {
                return f;
            }
        }
    }
    return NULL;
}

static void take_entry(struct eval *x, const struct standing *st, struct why *w)
{
    const struct rules *r = st->version->rules;
    struct entry e = eval_find_entry(x, st);
    if (r->entry.by != ENTRY_AUTOMATIC) {
        int attribute = r->entry.by == ENTRY_CLAIM ? ATTR_CLAIM : ATTR_DECISION;
        w->entry_day = e.day;
        w->entry_month = e.month;
        w->entry_kept = e.kept;
        w->entry_settled =
            x->in_history && e.month == x->settled && e.day == month_last_day(e.month);
        add_fact(w, e.day == DAY_NEVER ? NULL : event_on(x, attribute, e.day),
                 WHY_ENTRY);
    }
    if (r->certification.kind != CERT_NONE && e.day != DAY_NEVER &&
        st->month >= e.month) {
        int32_t until = st->last < x->death ? st->last : x->death;
        w->certify_since = eval_certify_since(st);
        w->certify_next = eval_certify_next(x, st);
        add_fact(w, eval_latest_of(x, ATTR_CERTIFIED, until, ANY_VALUE),
                 WHY_CERTIFICATION);
    }
    int32_t day = st->paying_day < x->death ? st->paying_day : x->death;
    const struct eval_fact *f = eval_latest_of(x, ATTR_SUSPENDED, day, ANY_VALUE);
    if (f != NULL && f->until >= day) {
        add_fact(w, f, WHY_SUSPENSION);
    }
}

/* ---- the standard ---- */

/* The value of the file that is this row. */
static void find_document(const struct policy_set *s, const struct parameter_row *row,
                          struct why_standard *out)
{
    const struct policy *p = out->policy->policy;
    for (size_t i = 0; i < p->parameter_count; i++) {
        const struct parameter *q = &p->parameters[i];
        for (size_t k = 0; k < q->series_count; k++) {
            const struct parameter_series *series = &q->series[k];
            bool mine =
                strcmp(q->name, out->name) == 0 &&
                (row->attribute < 0 ||
                 value_set_has(row->keys, compile_value_number(s, row->attribute,
                                                               str_of(series->key))));
            for (size_t n = 0; mine && n < series->value_count; n++) {
                const struct parameter_value *v = &series->values[n];
                if (v->from_day == row->from_day && v->fen == row->fen) {
                    out->title = q->title;
                    out->key = series->key;
                    out->document = v->document;
                    return;
                }
            }
        }
    }
}

static void take_standard(struct eval *x, const struct standing *st, struct why *w)
{
    const struct row *row = &st->version->rows[st->tier];
    if (row->source->amount.kind != AMOUNT_PERCENT) {
        return;
    }
    const struct parameter_row *found = eval_parameter(x, st, row->parameter);
    w->standard.name = row->source->amount.parameter;
    if (found == NULL) {
        return;
    }
    w->standard.found = true;
    w->standard.fen = found->fen;
    w->standard.from_day = found->from_day;
    w->standard.policy = x->set->files[found->file_index].confirmed;
    find_document(x->set, found, &w->standard);
    if (found->attribute >= 0) {
        int32_t day = st->paying_day < x->death ? st->paying_day : x->death;
        add_fact(w, eval_latest(x->all[found->attribute], day), WHY_STANDARD);
    }
}

enum why_warning why_warning_of(const struct eval_result *r)
{
    if (!r->warned) {
        return WHY_SOUND;
    }
    if (r->reason == EVAL_NO_RATE) {
        return WHY_NO_VALUE;
    }
    if (r->reason == EVAL_ASK && r->tier != NULL &&
        r->tier->amount.kind == AMOUNT_APPROVED) {
        return WHY_NO_AMOUNT;
    }
    return r->tier == NULL && r->reason != EVAL_NOT_ELIGIBLE &&
                   r->paying_day == DAY_NEVER
               ? WHY_OTHER
               : WHY_UNKNOWN_TIER;
}

/* ---- what is not of a tier ---- */

static void take_ruling(const struct eval *x, struct why *w)
{
    const struct line *line = x->line;
    for (size_t i = line->version_count; i-- > 0;) {
        const struct version *v = &line->versions[i];
        if (!x->counts[v->file_index]) {
            continue;
        }
        if (v->first_month > w->month) {
            w->later = v->programme != NULL ? v->file->confirmed : NULL;
            w->later_month = v->first_month;
            continue;
        }
        if (v->programme == NULL) {
            const struct policy *p = v->file->confirmed->policy;
            w->end_policy = v->file->confirmed;
            for (size_t k = 0; k < p->end_count; k++) {
                if (strcmp(p->ends[k].programme, line->code) == 0) {
                    w->end = &p->ends[k];
                }
            }
        }
        return;
    }
}

static void take_elsewhere(const struct eval *x, struct why *w)
{
    const struct span spans[] = {x->own[ATTR_PAID_ELSEWHERE],
                                 x->all[ATTR_PAID_ELSEWHERE]};
    w->elsewhere = x->elsewhere;
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < spans[k].n; i++) {
            if (x->elsewhere > 0 && spans[k].p[i].value_number == x->elsewhere) {
                add_fact(w, &spans[k].p[i], WHY_ELSEWHERE);
            }
        }
    }
}

static void take_steps(struct eval *x, struct why *w)
{
    struct standing st;
    (void)eval_steps(x, w->month, &st);
    if (st.version == NULL) {
        take_ruling(x, w);
        return;
    }
    if (st.reason == EVAL_PAID_ELSEWHERE || st.reason == EVAL_DEAD) {
        return;
    }
    take_conditions(x, &st, w);
    take_decision(x, &st, w);
    if (st.tier >= 0) {
        take_entry(x, &st, w);
        take_standard(x, &st, w);
    }
}

static void init(struct why *w, int32_t month)
{
    memset(w, 0, sizeof *w);
    w->month = month;
    w->unmet = -1;
    w->day = DAY_NEVER;
    w->entry_day = DAY_NEVER;
    w->certify_since = DAY_NEVER;
    w->certify_next = INT32_MAX;
}

enum status why_month(const struct policy_set *s, const struct eval_person *person,
                      int32_t month, size_t programme, struct why *out, struct diag *d)
{
    struct eval_result results[EVAL_PROGRAMMES_MAX];
    struct eval x;
    must(programme < s->line_count);
    init(out, month);
    eval_month(s, person, month, results);
    out->result = results[programme];
    out->before_fen = out->result.amount_fen;
    eval_begin(&x, s, person, month);
    eval_begin_programme(&x, (int)programme);
    out->death = x.death;
    if (x.death != DAY_NEVER && month >= x.death_month) {
        add_fact(out, x.all[ATTR_DEATH].p, WHY_DEATH);
    }
    take_elsewhere(&x, out);
    out->settled_through = x.settled;
    if (month > x.settled) {
        take_steps(&x, out);
    }
    out->warning = why_warning_of(&out->result);
    if (out->result.reason != EVAL_CONFLICT) {
        return ST_OK;
    }
    if (out->result.conflict_with >= 0) {
        out->kept_fen = results[out->result.conflict_with].amount_fen;
    }
    TRY(why_conflict(s, person, programme, out, d));
    if (out->conflict != NULL && out->conflict->rule == CONFLICT_CHOSEN) {
        struct span span = x.all[ATTR_CHOICE];
        add_fact(out, eval_latest(span, x.last), WHY_CHOICE);
    }
    return ST_OK;
}

const char *why_use_name(enum why_use use)
{
    static const char *const names[WHY_USES] = {
        [WHY_CONDITION] = "condition",
        [WHY_DECISION] = "decision",
        [WHY_ENTRY] = "entry",
        [WHY_CERTIFICATION] = "certification",
        [WHY_SUSPENSION] = "suspension",
        [WHY_DEATH] = "death",
        [WHY_ELSEWHERE] = "paid-elsewhere",
        [WHY_STANDARD] = "standard",
        [WHY_CHOICE] = "choice",
    };
    must((size_t)use < WHY_USES);
    return names[use];
}
