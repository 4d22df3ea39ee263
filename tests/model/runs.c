/* runs.c - differences accumulated over runs of any period in any order. What a run
 * looks at is what batch/run looks at: the months after the last one assessed, or all
 * when somebody's facts or the rules have changed since. */
#include "tests/model/runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/model/describe.h"

/* One person in the middle of it. */
struct living {
    struct runs *runs;
    const struct model_world *world;
    const struct model_person *model;
    struct chance chance;
    uint64_t recorded;              /* the next record's sequence */
    int known;                      /* facts recorded so far */
    int voided;                     /* of those, looked at for voiding */
    uint32_t entries;               /* of the row */
    uint32_t entry_of[MODEL_FACTS]; /* by order of recording */
    int policies;                   /* confirmed so far */
    uint64_t assessed_size;         /* of the records, at the last run that counts */
    int assessed_policies;
    int32_t assessed_month; /* MODEL_NONE: no run yet */
    uint64_t posted;        /* differences in this run */
    struct runs_outcome outcome;
};

static struct person person;
static struct account account;
static struct buf row;

enum status runs_open(struct runs *r, const struct engine *e,
                      const struct model_world *w, struct diag *d)
{
    struct confirmed_policy list[MODEL_POLICIES];
    memset(r, 0, sizeof *r);
    for (int i = 0; i < w->policy_count; i++) {
        list[i] = (struct confirmed_policy){e->policies[i], (uint32_t)i + 1,
                                            w->policies[i].confirmed_month};
        TRY(entitle_open_list(&r->known[i], list, (size_t)i + 1, d));
    }
    return ST_OK;
}

void runs_close(struct runs *r)
{
    for (int i = 0; i < MODEL_POLICIES; i++) {
        entitle_close(r->known[i]);
        r->known[i] = NULL;
    }
}

/* ---- the person's row, as the vault keeps it ---- */

static const struct model_fact *by_order(const struct model_person *m, int order)
{
    for (int i = 0; i < m->fact_count; i++) {
        if (m->facts[i].order == order) {
            return &m->facts[i];
        }
    }
    return NULL;
}

static struct fact open_fact(const char *attribute, const char *value)
{
    struct str none = str_make("", 0);
    return (struct fact){.attribute = str_of(attribute),
                         .value = str_of(value),
                         .programme = none,
                         .scale = none,
                         .tier = none,
                         .document = none,
                         .source = none,
                         .effective = DAY_ALWAYS,
                         .until = DAY_NEVER,
                         .amount_fen = -1};
}

static void record(struct living *l, struct fact *f)
{
    f->recorded = l->recorded++;
    person_add_fact(&row, f);
    l->entries++;
}

static void record_birth(struct living *l, int32_t day)
{
    char text[DATE_TEXT_CAP];
    date_print(day, text);
    struct fact f = open_fact("birth", text);
    record(l, &f);
}

static void record_next(struct living *l)
{
    char value[32];
    const struct model_fact *m = by_order(l->model, l->known);
    l->entry_of[l->known++] = l->entries;
    if (m == NULL) {
        return; /* while a case is made smaller */
    }
    struct fact f =
        open_fact(model_attribute_names[m->attribute], describe_value(m, value));
    f.effective = m->effective;
    f.until = m->until;
    f.amount_fen = m->amount_fen;
    if (m->programme != MODEL_NONE) {
        f.programme = str_of(model_programmes[m->programme]);
    }
    if (m->scale != MODEL_NONE) {
        f.scale = str_of(model_scales[m->scale]);
    }
    if (m->tier != MODEL_NONE) {
        f.tier = str_of(model_tiers[m->tier]);
    }
    record(l, &f);
}

static void void_next(struct living *l)
{
    const struct model_fact *m = by_order(l->model, l->voided);
    struct voiding v = {.entry = l->entry_of[l->voided++],
                        .reason = str_of("wrong"),
                        .document = str_make("", 0)};
    if (m != NULL && m->voided) {
        v.recorded = l->recorded++;
        person_add_void(&row, &v);
        l->entries++;
    }
}

static bool read_person(struct living *l)
{
    struct entitle *e = l->runs->known[l->policies - 1];
    if (buf_check(&row, &l->outcome.diag) == ST_OK &&
        person_read_some(buf_str(&row), l->recorded, entitle_wants(e), &person,
                         &l->outcome.diag) == ST_OK) {
        return true;
    }
    l->outcome.what = "a row is not read";
    return false;
}

/* ---- a run ---- */

static enum status post(void *ctx, const struct difference *x, struct diag *d)
{
    struct living *l = ctx;
    struct postings p = {0};
    for (size_t i = 0; i < x->count; i++) {
        l->posted++;
        TRY(account_grant(&account, str_of(x->code), x->spans[i].span, &p, d));
    }
    return ST_OK;
}

static bool run(struct living *l, struct entitle_range range, int32_t period)
{
    struct entitle *e = l->runs->known[l->policies - 1];
    l->posted = 0;
    if (entitle_differences(e, &person, &account, range, period, post, l,
                            &l->outcome.diag) == ST_OK) {
        return true;
    }
    l->outcome.what = "a run failed";
    return false;
}

/* The months a run looks at: batch/assess.c. */
static struct entitle_range range_of(const struct living *l, struct entitle_range all)
{
    struct entitle_range range = all;
    if (l->assessed_month != MODEL_NONE && person.newest < l->assessed_size &&
        l->assessed_policies == l->policies) {
        range.first = l->assessed_month + 1;
    }
    return range;
}

/* Then the whole again, which must find nothing. */
static bool run_twice(struct living *l, int32_t period)
{
    struct entitle_range all = {l->world->first - 2, period};
    if (!read_person(l)) {
        return false;
    }
    struct entitle_range range = range_of(l, all);
    if (range.first <= range.through && !run(l, range, period)) {
        return false;
    }
    if (period >= l->assessed_month) {
        l->assessed_month = period;
        l->assessed_size = l->recorded;
        l->assessed_policies = l->policies;
    }
    if (!run(l, all, period)) {
        return false;
    }
    if (l->posted != 0) {
        l->outcome.what = "a run repeated found differences";
    }
    return l->posted == 0;
}

/* Something that is due goes to the bank, and is paid, or comes back, now or later. */
static bool pay(struct living *l)
{
    struct chance *c = &l->chance;
    if (account.count == 0) {
        return true;
    }
    struct account_programme *p =
        &account.programmes[chance_below(c, (int)account.count)];
    if (p->count == 0) {
        return true;
    }
    struct segment s = p->segments[chance_below(c, (int)p->count)];
    struct span span = {s.from, s.months, s.fen[ACCOUNT_DUE]};
    struct str code = str_of(p->code);
    struct postings moved = {0};
    struct diag *d = &l->outcome.diag;
    if (span.fen == 0) {
        return true;
    }
    enum status st = account_take(&account, code, span, &moved, d);
    if (st == ST_OK && chance_percent(c, 70)) {
        st = account_paid(&account, code, span, &moved, d);
        if (st == ST_OK && chance_percent(c, 20)) {
            st = account_back(&account, code, span, ACCOUNT_PAID, &moved, d);
        }
    } else if (st == ST_OK && chance_percent(c, 50)) {
        st = account_back(&account, code, span, ACCOUNT_TRANSIT, &moved, d);
    }
    l->outcome.what = st == ST_OK ? NULL : "a payment failed";
    return st == ST_OK;
}

/* ---- a life ---- */

/* Some facts come in, some are voided; the birth may be corrected. */
static void learn(struct living *l)
{
    struct chance *c = &l->chance;
    int facts = chance_below(c, l->model->fact_count - l->known + 1);
    while (facts-- > 0) {
        record_next(l);
    }
    int voids = chance_below(c, l->known - l->voided + 1);
    while (voids-- > 0) {
        void_next(l);
    }
    if (chance_percent(c, 15)) {
        record_birth(l, l->model->birth + chance_between(c, -60, 60));
    }
    if (l->policies < l->world->policy_count && chance_percent(c, 50)) {
        l->policies++;
    }
}

static void learn_all(struct living *l)
{
    while (l->known < l->model->fact_count) {
        record_next(l);
    }
    while (l->voided < l->known) {
        void_next(l);
    }
    record_birth(l, l->model->birth);
    l->policies = l->world->policy_count;
}

static bool compare(struct living *l, const struct model_life *life)
{
    for (int c = 0; c < MODEL_PROGRAMMES; c++) {
        const struct account_programme *p =
            account_find(&account, str_of(model_programmes[c]));
        for (int32_t m = l->world->first - 1; m <= l->world->last + 1; m++) {
            bool inside = m >= l->world->first && m <= l->world->last;
            int64_t want = inside ? life->cells[c][m - l->world->first].fen : 0;
            if ((p == NULL ? 0 : account_granted(p, m)) != want) {
                l->outcome.what = "runs granted another sum than the model";
                return false;
            }
        }
    }
    return true;
}

struct runs_outcome runs_live(struct runs *r, struct chance chance,
                              const struct model_world *w, const struct model_person *m,
                              const struct model_life *life)
{
    struct living l = {.runs = r, .world = w, .model = m, .chance = chance};
    l.policies = chance_between(&l.chance, 1, w->policy_count);
    l.assessed_month = MODEL_NONE;
    if (row.max == 0) {
        buf_init(&row, PERSON_ROW_MAX);
    }
    buf_clear(&row);
    record_birth(&l, m->birth);
    account.count = 0;
    account.last = 0;
    for (int runs = chance_between(&l.chance, 1, 3); runs > 0; runs--) {
        learn(&l);
        if (!run_twice(&l, chance_between(&l.chance, w->first - 1, w->last)) ||
            (chance_percent(&l.chance, 50) && !pay(&l))) {
            return l.outcome;
        }
    }
    learn_all(&l);
    if (run_twice(&l, w->last)) {
        compare(&l, life);
    }
    return l.outcome;
}
