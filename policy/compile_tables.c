/* compile_tables.c - parameters over all files as one table for each name (step 9),
 * and conflicts in the order in which they are decided (step 10). */
#include "policy/eval_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

/* ---- parameters ---- */

static int compare_parameters(const void *a, const void *b)
{
    const struct parameter_row *x = a;
    const struct parameter_row *y = b;
    if (x->from_day != y->from_day) {
        return x->from_day < y->from_day ? -1 : 1;
    }
    return (x->file_index > y->file_index) - (x->file_index < y->file_index);
}

static size_t count_values(const struct parameter *q)
{
    size_t count = 0;
    for (size_t i = 0; i < q->series_count; i++) {
        count += q->series[i].value_count;
    }
    return count;
}

static enum status add_series(struct policy_set *s, struct parameter_table *t,
                              const struct parameter_series *from,
                              const struct parameter_row *model, struct diag *d)
{
    struct parameter_row row = *model;
    if (row.attribute >= 0) {
        const char *key = from->key;
        struct texts texts = {.list = &key, .count = 1};
        TRY(compile_value_set(s, row.attribute, texts, &row.keys, d));
    }
    for (size_t i = 0; i < from->value_count; i++) {
        row.from_day = from->values[i].from_day;
        row.fen = from->values[i].fen;
        t->rows[t->count++] = row;
    }
    return ST_OK;
}

static enum status add_parameter(struct policy_set *s, uint32_t file_index,
                                 const struct parameter *q, struct diag *d)
{
    struct str none = str_of(NULL);
    int number = names_find(&s->names, NAMES_PARAMETER, str_of(q->name), none);
    must(number >= 0);
    struct parameter_row model = {.file_index = file_index, .attribute = -1};
    if (q->by != NULL) {
        model.attribute = names_find(&s->names, NAMES_ATTRIBUTE, str_of(q->by), none);
        must(model.attribute >= 0);
    }
    for (size_t i = 0; i < q->series_count; i++) {
        TRY(add_series(s, &s->parameters[number], &q->series[i], &model, d));
    }
    return ST_OK;
}

static enum status reserve_parameter(struct policy_set *s, int number, struct diag *d)
{
    struct str none = str_of(NULL);
    size_t count = 0;
    for (size_t i = 0; i < s->file_count; i++) {
        const struct policy *p = s->files[i].confirmed->policy;
        for (size_t k = 0; k < p->parameter_count; k++) {
            const struct parameter *q = &p->parameters[k];
            if (names_find(&s->names, NAMES_PARAMETER, str_of(q->name), none) ==
                number) {
                count += count_values(q);
            }
        }
    }
    struct parameter_table *t = &s->parameters[number];
    t->rows = arena_array(s->arena, count, sizeof *t->rows);
    return t->rows == NULL ? arena_check(s->arena, d) : ST_OK;
}

enum status compile_parameters(struct policy_set *s, struct diag *d)
{
    int names = s->names.used[NAMES_PARAMETER];
    s->parameters = arena_array(s->arena, (size_t)names, sizeof *s->parameters);
    if (s->parameters == NULL) {
        return arena_check(s->arena, d);
    }
    for (int i = 0; i < names; i++) {
        TRY(reserve_parameter(s, i, d));
    }
    for (size_t i = 0; i < s->file_count; i++) {
        const struct policy *p = s->files[i].confirmed->policy;
        for (size_t k = 0; k < p->parameter_count; k++) {
            TRY(add_parameter(s, (uint32_t)i, &p->parameters[k], d));
        }
    }
    for (int i = 0; i < names; i++) {
        struct parameter_table *t = &s->parameters[i];
        qsort(t->rows, t->count, sizeof *t->rows, compare_parameters);
    }
    return ST_OK;
}

/* ---- conflicts ---- */

/* Programmes no file defines are left out: they never have an amount. */
static enum status compile_among(struct policy_set *s, struct conflict_row *row,
                                 struct diag *d)
{
    const struct conflict *c = row->source;
    row->among = arena_array(s->arena, c->among_count, sizeof *row->among);
    if (row->among == NULL) {
        return arena_check(s->arena, d);
    }
    for (size_t i = 0; i < c->among_count; i++) {
        int line = compile_line(s, c->among[i]);
        if (line >= 0) {
            row->among[row->among_count++] = line;
            row->members |= (uint64_t)1 << line;
        }
    }
    return ST_OK;
}

static enum status compile_conflict(struct policy_set *s, struct conflict_row *row,
                                    struct diag *d)
{
    row->blocked = -1;
    row->replaced_by = -1;
    if (row->source->rule != CONFLICT_BLOCKED) {
        return compile_among(s, row, d);
    }
    row->blocked = compile_line(s, row->source->programme);
    if (row->blocked >= 0) {
        row->members = (uint64_t)1 << row->blocked;
    }
    return compile_conds(s, row->source->when, row->source->when_count, &row->when, d);
}

/* Files in the order of effective dates, then of confirmation. */
static void order_files(const struct policy_set *s, uint32_t *order)
{
    for (uint32_t i = 0; i < s->file_count; i++) {
        uint32_t k = i;
        while (k > 0 && s->files[order[k - 1]].effective > s->files[i].effective) {
            order[k] = order[k - 1];
            k--;
        }
        order[k] = i;
    }
}

static bool names_all_of(const struct conflict *a, const struct conflict *b)
{
    for (size_t i = 0; i < b->among_count; i++) {
        size_t k = 0;
        while (k < a->among_count && strcmp(a->among[k], b->among[i]) != 0) {
            k++;
        }
        if (k == a->among_count) {
            return false;
        }
    }
    return true;
}

/* The same set is that of the files, with the programmes no file defines. */
static bool same_subject(const struct conflict_row *a, const struct conflict_row *b)
{
    bool a_blocks = a->source->rule == CONFLICT_BLOCKED;
    bool b_blocks = b->source->rule == CONFLICT_BLOCKED;
    if (a_blocks != b_blocks || a->members != b->members) {
        return false;
    }
    return a_blocks ||
           (names_all_of(a->source, b->source) && names_all_of(b->source, a->source));
}

/* Two lines of one file stand beside each other: none is later. */
static void find_replacements(struct policy_set *s)
{
    for (size_t i = 0; i < s->conflict_count; i++) {
        struct conflict_row *row = &s->conflicts[i];
        for (size_t k = i + 1; k < s->conflict_count && row->replaced_by < 0; k++) {
            const struct conflict_row *later = &s->conflicts[k];
            if (later->file_index != row->file_index && same_subject(row, later)) {
                row->replaced_by = (int)k;
            }
        }
    }
}

enum status compile_conflicts(struct policy_set *s, struct diag *d)
{
    size_t count = 0;
    for (size_t i = 0; i < s->file_count; i++) {
        count += s->files[i].confirmed->policy->conflict_count;
    }
    uint32_t *order = arena_array(s->arena, s->file_count, sizeof *order);
    s->conflicts = arena_array(s->arena, count, sizeof *s->conflicts);
    if (order == NULL || s->conflicts == NULL) {
        return arena_check(s->arena, d);
    }
    order_files(s, order);
    for (size_t i = 0; i < s->file_count; i++) {
        const struct policy *p = s->files[order[i]].confirmed->policy;
        for (size_t k = 0; k < p->conflict_count; k++) {
            struct conflict_row *row = &s->conflicts[s->conflict_count++];
            row->source = &p->conflicts[k];
            row->file_index = order[i];
            TRY(compile_conflict(s, row, d));
        }
    }
    find_replacements(s);
    return ST_OK;
}
