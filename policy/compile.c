/* compile.c - a policy_set: confirmed policies as tables of small numbers. All that can
 * fail and all memory is here and in compile_*.c; the evaluation only reads. Also what
 * is done once for each person: facts get their numbers and their order. */
#include "policy/eval_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define SET_BYTES_MAX ((size_t)1 << 30)

/* ---- the set ---- */

static bool supersedes(const struct policy *by, const struct policy *p)
{
    for (size_t i = 0; i < by->supersedes_count; i++) {
        if (strcmp(by->supersedes[i], p->id) == 0) {
            return true;
        }
    }
    return false;
}

static enum status find_superseding(struct policy_set *s, struct file *f,
                                    struct diag *d)
{
    uint32_t *list = arena_array(s->arena, s->file_count, sizeof *list);
    if (list == NULL) {
        return arena_check(s->arena, d);
    }
    for (uint32_t i = 0; i < s->file_count; i++) {
        const struct file *other = &s->files[i];
        if (other != f && supersedes(other->confirmed->policy, f->confirmed->policy)) {
            list[f->superseded_by_count++] = i;
        }
    }
    f->superseded_by = list;
    return ST_OK;
}

static enum status take_files(struct policy_set *s, const struct confirmed_policy *list,
                              size_t count, struct diag *d)
{
    if (count > EVAL_POLICIES_MAX) {
        return diag_fail(d, ST_INPUT, "too-many-policies", "more than %d policies",
                         EVAL_POLICIES_MAX);
    }
    s->file_count = count;
    s->files = arena_array(s->arena, count, sizeof *s->files);
    s->confirmed = arena_array(s->arena, count, sizeof *s->confirmed);
    s->counts = arena_array(s->arena, count, sizeof *s->counts);
    if (s->files == NULL || s->confirmed == NULL || s->counts == NULL) {
        return arena_check(s->arena, d);
    }
    for (size_t i = 0; i < count; i++) {
        s->confirmed[i] = list[i];
        s->files[i].confirmed = &s->confirmed[i];
        s->files[i].effective = list[i].policy->effective;
        s->spares_dead = s->spares_dead || list[i].policy->retroactive_dead_none;
        TRY(compile_add_names(s, list[i].policy, d));
    }
    return ST_OK;
}

static enum status compile(struct policy_set *s, const struct confirmed_policy *list,
                           size_t count, struct diag *d)
{
    TRY(arena_new(&s->arena, SET_BYTES_MAX, d));
    TRY(compile_add_known(s, d));
    TRY(take_files(s, list, count, d));
    for (size_t i = 0; i < count; i++) {
        TRY(find_superseding(s, &s->files[i], d));
        TRY(compile_file_values(s, &s->files[i], d));
        s->counts[i] = s->files[i].superseded_by_count == 0;
    }
    TRY(compile_lines(s, d));
    TRY(compile_parameters(s, d));
    TRY(compile_conflicts(s, d));
    compile_turning(s);
    return ST_OK;
}

enum status policy_set_new(struct policy_set **out, const struct confirmed_policy *list,
                           size_t count, struct diag *d)
{
    struct policy_set *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return diag_memory(d);
    }
    enum status st = compile(s, list, count, d);
    if (st != ST_OK) {
        policy_set_free(s);
        return st;
    }
    *out = s;
    return ST_OK;
}

void policy_set_free(struct policy_set *s)
{
    if (s == NULL) {
        return;
    }
    arena_free(s->arena);
    names_release(&s->names);
    free(s);
}

size_t policy_set_programme_count(const struct policy_set *s)
{
    return s->line_count;
}

const char *policy_set_programme_code(const struct policy_set *s, size_t programme)
{
    must(programme < s->line_count);
    return s->lines[programme].code;
}

int policy_set_programme_find(const struct policy_set *s, struct str code)
{
    return names_find(&s->names, NAMES_PROGRAMME, code, str_of(NULL));
}

bool policy_set_pays(const struct policy_set *s, size_t programme)
{
    must(programme < s->line_count);
    const struct line *line = &s->lines[programme];
    for (size_t i = 0; i < line->version_count; i++) {
        if (line->versions[i].pays) {
            return true;
        }
    }
    return false;
}

int32_t policy_set_first_month(const struct policy_set *s)
{
    return s->first_month;
}

int policy_set_attribute(const struct policy_set *s, struct str name)
{
    int number = names_find(&s->names, NAMES_ATTRIBUTE, name, str_of(NULL));
    return number < 0 ? ATTR_UNUSED : number;
}

/* ---- facts of a person ---- */

static int decision_number(struct str value)
{
    static const char *const names[] = {
        [DECISION_APPROVE] = "approve",
        [DECISION_REFUSE] = "refuse",
        [DECISION_STOP] = "stop",
        [DECISION_REVIEW] = "review",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_is(value, names[i])) {
            return (int)i;
        }
    }
    return -1;
}

static int fact_value(const struct policy_set *s, const struct eval_fact *f)
{
    int32_t month;
    int line;
    switch (f->attribute) {
    case ATTR_UNUSED:
    case ATTR_DEATH:
    case ATTR_CLAIM:
    case ATTR_CERTIFIED:
    case ATTR_SUSPENDED:
        return 0; /* the day is what counts */
    case ATTR_DECISION:
        return decision_number(f->value);
    case ATTR_PAID_ELSEWHERE:
        return month_parse(f->value, &month) ? month : -1;
    case ATTR_CHOICE:
        line = policy_set_programme_find(s, f->value);
        return line < 0 ? f->programme : line;
    default:
        return compile_value_number(s, f->attribute, f->value);
    }
}

static void intern(const struct policy_set *s, struct eval_fact *f)
{
    must(f->attribute < EVAL_ATTRIBUTES_MAX);
    f->value_number = fact_value(s, f);
    f->graded_number = -1;
    f->tier_number = -1;
    if (f->attribute >= ATTR_REGISTRATION && f->scale.n > 0) {
        f->graded_number = compile_graded_number(s, f->attribute, f->scale, f->value);
    }
    if (f->attribute == ATTR_DECISION && f->tier.n > 0) {
        f->tier_number = names_find(&s->names, NAMES_TIER, f->tier, str_of(NULL));
    }
    if (f->attribute < ATTR_CLAIM || f->attribute > ATTR_PAID_ELSEWHERE) {
        f->programme = -1;
    }
}

static bool before(const struct eval_fact *a, const struct eval_fact *b)
{
    if (a->attribute != b->attribute) {
        return a->attribute < b->attribute;
    }
    if (a->programme != b->programme) {
        return a->programme < b->programme;
    }
    if (a->effective != b->effective) {
        return a->effective < b->effective;
    }
    return a->order < b->order;
}

/* Shell's sort (gaps of Ciura): an insertion sort for the usual handful, still quick
 * for a person with years of monthly lists; qsort of glibc may allocate. */
static void sort_facts(struct eval_fact *facts, size_t count)
{
    static const size_t gaps[] = {16001, 7001, 3001, 1750, 701, 301,
                                  132,   57,   23,   10,   4,   1};
    for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++) {
        size_t gap = gaps[g];
        for (size_t i = gap; i < count; i++) {
            if (!before(&facts[i], &facts[i - gap])) {
                continue;
            }
            struct eval_fact moved = facts[i];
            size_t k = i;
            for (; k >= gap && before(&moved, &facts[k - gap]); k -= gap) {
                facts[k] = facts[k - gap];
            }
            facts[k] = moved;
        }
    }
}

void policy_set_intern(const struct policy_set *s, struct eval_fact *facts,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        intern(s, &facts[i]);
    }
    sort_facts(facts, count);
}
