/* compile_rules.c - tiers as tables of conditions, and the versions of each programme
 * in the order in which they rule (POLICY-FORMAT section 4, step 1). */
#include "policy/eval_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

/* ---- conditions ---- */

static enum status compile_cond(struct policy_set *s, const struct condition *from,
                                struct cond *to, struct diag *d)
{
    *to = (struct cond){
        .age = from->kind == COND_AGE,
        .attribute = -1,
        .age_low = from->age_low,
        .age_high = from->age_high,
        .for_months = from->for_months,
        .source = from,
    };
    if (to->age) {
        return ST_OK;
    }
    to->attribute =
        names_find(&s->names, NAMES_ATTRIBUTE, str_of(from->attribute), str_of(NULL));
    must(to->attribute >= 0);
    struct texts texts = {.list = from->values, .count = from->value_count};
    return compile_value_set(s, to->attribute, texts, &to->values, d);
}

enum status compile_conds(struct policy_set *s, const struct condition *list,
                          size_t count, struct conds *out, struct diag *d)
{
    struct cond *conds = arena_array(s->arena, count, sizeof *conds);
    if (conds == NULL) {
        return arena_check(s->arena, d);
    }
    for (size_t i = 0; i < count; i++) {
        TRY(compile_cond(s, &list[i], &conds[i], d));
    }
    *out = (struct conds){.list = conds, .count = count};
    return ST_OK;
}

static bool stops_by(const struct rules *r, const char *attribute)
{
    for (size_t i = 0; i < r->stop_by_count; i++) {
        if (strcmp(r->stop_by[i].attribute, attribute) == 0) {
            return true;
        }
    }
    return false;
}

/* Conditions on what `stop-by` names are looked at twice (step 3). */
static enum status compile_when(struct policy_set *s, const struct rules *rules,
                                const struct tier *tier, struct conds *out,
                                struct diag *d)
{
    struct cond *conds = arena_array(s->arena, tier->when_count, sizeof *conds);
    if (conds == NULL) {
        return arena_check(s->arena, d);
    }
    for (size_t i = 0; i < tier->when_count; i++) {
        TRY(compile_cond(s, &tier->when[i], &conds[i], d));
        conds[i].stop_by = stops_by(rules, tier->when[i].attribute);
    }
    *out = (struct conds){.list = conds, .count = tier->when_count};
    return ST_OK;
}

/* ---- tiers ---- */

static enum status check_amount(const struct policy *p, const struct programme *g,
                                const struct amount *a, struct diag *d)
{
    if (a->kind == AMOUNT_PER_YEAR && g->rules.annual == ANNUAL_NONE) {
        return diag_fail(d, ST_INPUT, "annual-missing",
                         "an amount per year without the rule annual: %s of %s",
                         g->code, p->id);
    }
    if (a->fen < 0 || a->percent < 0 || (a->kind == AMOUNT_PERCENT && !a->parameter)) {
        return diag_fail(d, ST_INPUT, "bad-amount", "impossible amount: %s of %s",
                         g->code, p->id);
    }
    return ST_OK;
}

static enum status compile_row(struct policy_set *s, const struct version *v,
                               const struct tier *tier, struct row *out, struct diag *d)
{
    const struct policy *p = v->file->confirmed->policy;
    TRY(check_amount(p, v->programme, &tier->amount, d));
    *out = (struct row){.source = tier, .parameter = -1};
    out->name = names_find(&s->names, NAMES_TIER, str_of(tier->name), str_of(NULL));
    if (tier->amount.kind == AMOUNT_PERCENT) {
        /* A file that only names a parameter leaves it to another (check warns). */
        TRY(names_add(&s->names, NAMES_PARAMETER, str_of(tier->amount.parameter),
                      str_of(NULL), &out->parameter, d));
    }
    return compile_when(s, v->rules, tier, &out->when, d);
}

static int compare_ages(const void *a, const void *b)
{
    const int32_t *x = a;
    const int32_t *y = b;
    return (*x > *y) - (*x < *y);
}

static void add_age(int32_t *ages, size_t *count, int32_t age)
{
    for (size_t i = 0; i < *count; i++) {
        if (ages[i] == age) {
            return;
        }
    }
    if (age > 0 && age <= EVAL_AGE_MAX) {
        ages[(*count)++] = age;
    }
}

/* What can turn the tiers of a version: attributes, birthdays, spans of months. */
static enum status summarise(struct policy_set *s, struct version *v, struct diag *d)
{
    size_t cond_count = 0;
    for (size_t i = 0; i < v->row_count; i++) {
        cond_count += v->rows[i].when.count;
    }
    int32_t *ages = arena_array(s->arena, cond_count * 2, sizeof *ages);
    if (ages == NULL) {
        return arena_check(s->arena, d);
    }
    for (size_t i = 0; i < v->row_count; i++) {
        const struct row *row = &v->rows[i];
        v->pays = v->pays || row->source->amount.kind != AMOUNT_NONE;
        for (size_t k = 0; k < row->when.count; k++) {
            const struct cond *c = &row->when.list[k];
            v->daily = v->daily || c->for_months > 0;
            if (!c->age) {
                v->attributes |= (uint64_t)1 << c->attribute;
                continue;
            }
            add_age(ages, &v->age_count, c->age_low);
            if (c->age_high <= EVAL_AGE_MAX) {
                add_age(ages, &v->age_count, c->age_high + 1);
            }
        }
    }
    qsort(ages, v->age_count, sizeof *ages, compare_ages);
    v->ages = ages;
    return ST_OK;
}

static enum status compile_version(struct policy_set *s, const struct file *f,
                                   const struct programme *g, struct version *v,
                                   struct diag *d)
{
    *v = (struct version){
        .effective = f->effective,
        .effective_month = month_of_day(f->effective),
        .first_month = compile_first_month(f->effective),
        .file_index = (uint32_t)(f - s->files),
        .file = f,
        .programme = g,
        .rules = &g->rules,
        .row_count = g->tier_count,
    };
    v->rows = arena_array(s->arena, g->tier_count, sizeof *v->rows);
    if (v->rows == NULL) {
        return arena_check(s->arena, d);
    }
    for (size_t i = 0; i < g->tier_count; i++) {
        TRY(compile_row(s, v, &g->tiers[i], &v->rows[i], d));
    }
    return summarise(s, v, d);
}

/* ---- lines ---- */

/* By effective date, then by confirmation; an end after a definition of its file. */
static int compare_versions(const void *a, const void *b)
{
    const struct version *x = a;
    const struct version *y = b;
    if (x->effective != y->effective) {
        return x->effective < y->effective ? -1 : 1;
    }
    if (x->file_index != y->file_index) {
        return x->file_index < y->file_index ? -1 : 1;
    }
    return (x->programme == NULL) - (y->programme == NULL);
}

static size_t count_versions(const struct policy_set *s, int line)
{
    size_t count = 0;
    for (size_t i = 0; i < s->file_count; i++) {
        const struct policy *p = s->files[i].confirmed->policy;
        for (size_t k = 0; k < p->programme_count; k++) {
            count += compile_line(s, p->programmes[k].code) == line ? 1 : 0;
        }
        for (size_t k = 0; k < p->end_count; k++) {
            count += compile_line(s, p->ends[k].programme) == line ? 1 : 0;
        }
    }
    return count;
}

static enum status add_versions(struct policy_set *s, const struct file *f, int number,
                                struct diag *d)
{
    const struct policy *p = f->confirmed->policy;
    struct line *line = &s->lines[number];
    for (size_t i = 0; i < p->programme_count; i++) {
        if (compile_line(s, p->programmes[i].code) == number) {
            struct version *v = &line->versions[line->version_count++];
            TRY(compile_version(s, f, &p->programmes[i], v, d));
            line->keeps = line->keeps || v->rules->entry.keep_enrolled;
            line->code = v->programme->code;
        }
    }
    for (size_t i = 0; i < p->end_count; i++) {
        if (compile_line(s, p->ends[i].programme) == number) {
            line->versions[line->version_count++] = (struct version){
                .effective = month_first_day(p->ends[i].from_month),
                .effective_month = p->ends[i].from_month,
                .first_month = p->ends[i].from_month,
                .file_index = (uint32_t)(f - s->files),
                .file = f,
            };
        }
    }
    return ST_OK;
}

static enum status compile_one_line(struct policy_set *s, int number, struct diag *d)
{
    struct line *line = &s->lines[number];
    size_t count = count_versions(s, number);
    if (count > EVAL_VERSIONS_MAX) {
        return diag_fail(d, ST_INPUT, "too-many-versions",
                         "a programme has more than %d versions", EVAL_VERSIONS_MAX);
    }
    line->versions = arena_array(s->arena, count, sizeof *line->versions);
    if (line->versions == NULL) {
        return arena_check(s->arena, d);
    }
    for (size_t i = 0; i < s->file_count; i++) {
        TRY(add_versions(s, &s->files[i], number, d));
    }
    must(line->version_count == count);
    qsort(line->versions, count, sizeof *line->versions, compare_versions);
    line->first_month = INT32_MAX;
    for (size_t i = 0; i < count; i++) {
        if (line->versions[i].programme != NULL &&
            line->versions[i].first_month < line->first_month) {
            line->first_month = line->versions[i].first_month;
        }
    }
    return ST_OK;
}

int32_t compile_first_month(int32_t effective)
{
    int32_t month = month_of_day(effective);
    return month_first_day(month) == effective ? month : month + 1;
}

enum status compile_lines(struct policy_set *s, struct diag *d)
{
    s->line_count = (size_t)s->names.used[NAMES_PROGRAMME];
    s->lines = arena_array(s->arena, s->line_count, sizeof *s->lines);
    if (s->lines == NULL) {
        return arena_check(s->arena, d);
    }
    s->first_month = INT32_MAX;
    for (size_t i = 0; i < s->line_count; i++) {
        TRY(compile_one_line(s, (int)i, d));
        if (s->lines[i].first_month < s->first_month) {
            s->first_month = s->lines[i].first_month;
        }
    }
    return ST_OK;
}
