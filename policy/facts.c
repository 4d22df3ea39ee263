/* facts.c - what the facts of a person say on a day (POLICY-FORMAT section 3): the
 * latest effective date not after it, the latest recorded among equals; past its last
 * day there is no value, and no older one comes back. */
#include "policy/eval_private.h"

#include <string.h>

#include "base/must.h"

#define YEAR_FIRST 1800
#define YEAR_LAST 9999
#define SCAN_MAX 8 /* above, a span is halved: years of monthly lists */

int32_t eval_month_of(int32_t day)
{
    return day == DAY_ALWAYS ? MONTH_LONG_AGO : month_of_day(day);
}

int32_t eval_first_day(int32_t month)
{
    if (month < YEAR_FIRST * 12) {
        return DAY_ALWAYS;
    }
    return month > YEAR_LAST * 12 + 11 ? DAY_NEVER : month_first_day(month);
}

/* ---- the beginning of an evaluation ---- */

static void find_spans(struct eval *x)
{
    const struct eval_fact *f = x->person->facts;
    const struct eval_fact *end = f + x->person->fact_count;
    size_t attributes = (size_t)x->set->names.used[NAMES_ATTRIBUTE];
    memset(x->all, 0, attributes * sizeof x->all[0]);
    memset(x->found, 0, attributes * sizeof x->found[0]);
    memset(x->named, 0, sizeof x->named);
    memset(x->own, 0, sizeof x->own);
    x->names = false;
    while (f < end) {
        const struct eval_fact *from = f;
        int attribute = f->attribute;
        while (f < end && f->attribute == attribute && f->programme < 0) {
            f++;
        }
        const struct eval_fact *named = f;
        while (f < end && f->attribute == attribute) {
            f++;
        }
        if (attribute == ATTR_UNUSED) {
            continue;
        }
        x->all[attribute] = (struct span){.p = from, .n = (size_t)(named - from)};
        if (attribute < ATTR_CHOICE) {
            x->named[attribute] = (struct span){.p = named, .n = (size_t)(f - named)};
            x->names = x->names || f > named;
        }
    }
}

static bool knows_death(const struct eval *x, const struct file *f)
{
    return f->confirmed->policy->retroactive_dead_none &&
           f->confirmed->confirmed_month > x->death_month;
}

/* Step 1, for the dead: a file confirmed later under `retroactive: {dead: none}` does
 * not count, and what it supersedes still does. */
static void find_counting(struct eval *x)
{
    const struct policy_set *s = x->set;
    for (size_t i = 0; i < s->file_count; i++) {
        const struct file *f = &s->files[i];
        bool counts = !knows_death(x, f);
        for (size_t k = 0; k < f->superseded_by_count; k++) {
            counts = counts && knows_death(x, &s->files[f->superseded_by[k]]);
        }
        x->counts_own[i] = counts;
    }
    x->counts = x->counts_own;
}

void eval_begin(struct eval *x, const struct policy_set *s,
                const struct eval_person *person, int32_t month)
{
    x->set = s;
    x->person = person;
    x->counts = s->counts;
    x->month = month;
    x->first = month_first_day(month);
    x->last = month_last_day(month);
    x->birth = date_to_civil(person->birth);
    x->age_day = DAY_ALWAYS;
    x->age_leap = LEAP_FEB_28;
    x->age = -1;
    x->death = DAY_NEVER;
    x->death_month = INT32_MAX;
    find_spans(x);
    if (x->all[ATTR_DEATH].n > 0) {
        x->death = x->all[ATTR_DEATH].p[0].effective;
        x->death_month = eval_month_of(x->death);
        if (s->spares_dead) {
            find_counting(x);
        }
    }
}

static void find_settled(struct eval *x)
{
    x->settled = MONTH_LONG_AGO;
    x->in_history = false;
    for (size_t i = 0; i < x->person->settled_count; i++) {
        const struct eval_settled *e = &x->person->settled[i];
        if (e->programme != x->programme) {
            continue;
        }
        x->settled = e->through_month > x->settled ? e->through_month : x->settled;
        x->in_history = x->in_history || e->amount_fen > 0;
    }
}

static struct span part_of(struct span named, int programme)
{
    size_t from = 0;
    while (from < named.n && named.p[from].programme < programme) {
        from++;
    }
    size_t end = from;
    while (end < named.n && named.p[end].programme == programme) {
        end++;
    }
    return (struct span){.p = named.p + from, .n = end - from};
}

static int32_t latest_value(struct span span, int32_t latest)
{
    for (size_t i = 0; i < span.n; i++) {
        latest = span.p[i].value_number > latest ? span.p[i].value_number : latest;
    }
    return latest;
}

void eval_begin_programme(struct eval *x, int programme)
{
    x->programme = programme;
    x->line = &x->set->lines[programme];
    for (int i = 0; x->names && i < ATTR_CHOICE; i++) {
        x->own[i] = part_of(x->named[i], programme);
    }
    x->elsewhere = latest_value(x->all[ATTR_PAID_ELSEWHERE], MONTH_LONG_AGO);
    x->elsewhere = latest_value(x->own[ATTR_PAID_ELSEWHERE], x->elsewhere);
    find_settled(x);
    if (x->line->keeps) {
        memset(x->kept, 0, x->line->version_count);
    }
}

/* ---- facts on a day ---- */

const struct eval_fact *eval_latest(struct span span, int32_t day)
{
    size_t high = span.n;
    if (high <= SCAN_MAX) {
        while (high > 0 && span.p[high - 1].effective > day) {
            high--;
        }
        return high == 0 ? NULL : &span.p[high - 1];
    }
    size_t low = 0; /* all before low are not after the day, all from high on are */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (span.p[middle].effective > day) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low == 0 ? NULL : &span.p[low - 1];
}

static bool has_value(const struct eval_fact *f, unsigned values)
{
    return values == ANY_VALUE ||
           (f->value_number >= 0 && (values >> f->value_number & 1) != 0);
}

const struct eval_fact *eval_latest_in(struct span span, int32_t day, unsigned values)
{
    const struct eval_fact *f = eval_latest(span, day);
    while (f != NULL && !has_value(f, values)) {
        f = f == span.p ? NULL : f - 1;
    }
    return f;
}

const struct eval_fact *eval_latest_of(const struct eval *x, int attribute, int32_t day,
                                       unsigned values)
{
    must(attribute < ATTR_CHOICE);
    const struct eval_fact *a = eval_latest_in(x->all[attribute], day, values);
    const struct eval_fact *b = eval_latest_in(x->own[attribute], day, values);
    if (a == NULL || b == NULL) {
        return a == NULL ? b : a;
    }
    if (a->effective != b->effective) {
        return a->effective > b->effective ? a : b;
    }
    return a->order > b->order ? a : b;
}

const struct eval_fact *eval_decision(const struct eval *x, int32_t day)
{
    if (x->all[ATTR_DECISION].n == 0 && x->own[ATTR_DECISION].n == 0) {
        return NULL;
    }
    const struct eval_fact *f = eval_latest_of(x, ATTR_DECISION, day, DECIDES_EACH_DAY);
    return f != NULL && f->until >= day ? f : NULL;
}

static int32_t first_event(const struct eval *x, struct span span, int32_t after_month)
{
    for (size_t i = 0; i < span.n; i++) {
        const struct eval_fact *f = &span.p[i];
        if (f->effective > x->death) {
            break; /* claims, certifications, approvals after the death: ignored */
        }
        if (f->attribute == ATTR_DECISION && f->value_number != DECISION_APPROVE) {
            continue;
        }
        if (eval_month_of(f->effective) > after_month) {
            return f->effective;
        }
    }
    return DAY_NEVER;
}

int32_t eval_first_event(const struct eval *x, int attribute, int32_t after_month)
{
    must(attribute < ATTR_CHOICE);
    int32_t a = first_event(x, x->all[attribute], after_month);
    int32_t b = first_event(x, x->own[attribute], after_month);
    return a < b ? a : b;
}

int eval_find_value(const struct eval *x, const struct file *file, int attribute,
                    int32_t day)
{
    const struct eval_fact *f = eval_latest(x->all[attribute], day);
    if (f == NULL || f->until < day) {
        return file->defaults[attribute];
    }
    const int *grades = file->grades[attribute];
    if (grades != NULL) {
        return f->graded_number < 0 ? -1 : grades[f->graded_number];
    }
    if (attribute == ATTR_DEPENDENCY) {
        return -1; /* the file lists no scale */
    }
    return f->value_number;
}
