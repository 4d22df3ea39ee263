/* compile_values.c - the values of attributes as numbers (POLICY-FORMAT sections 2
 * and 3). Three attributes are read their own way:
 *
 * - registration is matched by prefix. A fact's number is that of the longest prefix
 *   that any file names, and a condition's set holds every named prefix its own begin.
 * - residence has `home`, and `institution` for every code that no file names.
 * - dependency, and whatever else a file grades, goes through its `scales`: a number
 *   for the pair (scale, grade), and by file a table from these to values. */
#include "policy/eval_private.h"

#include "base/must.h"

#define DIVISION_MAX 63
#define RESIDENCE_HOME 0
#define RESIDENCE_INSTITUTION 1

static const struct str none;

static enum status add(struct policy_set *s, int space, const char *text,
                       struct diag *d)
{
    int number;
    return names_add(&s->names, space, str_of(text), none, &number, d);
}

static enum status add_attribute(struct policy_set *s, const char *name, int *out,
                                 struct diag *d)
{
    TRY(names_add(&s->names, NAMES_ATTRIBUTE, str_of(name), none, out, d));
    if (*out >= EVAL_ATTRIBUTES_MAX) {
        return diag_fail(d, ST_INPUT, "too-many-attributes",
                         "policies look at more than %d attributes",
                         EVAL_ATTRIBUTES_MAX);
    }
    return ST_OK;
}

static enum status add_value(struct policy_set *s, int attribute, const char *text,
                             struct diag *d)
{
    if (attribute == ATTR_REGISTRATION) {
        size_t n = str_of(text).n;
        if (n > DIVISION_MAX) {
            return diag_fail(d, ST_INPUT, "bad-division", "too long: division \"%s\"",
                             text);
        }
        s->division_lengths |= (uint64_t)1 << n;
    }
    return add(s, NAMES_VALUE + attribute, text, d);
}

static enum status add_conditions(struct policy_set *s, const struct condition *list,
                                  size_t count, struct diag *d)
{
    for (size_t i = 0; i < count; i++) {
        const struct condition *c = &list[i];
        if (c->kind == COND_AGE) {
            continue;
        }
        int attribute;
        TRY(add_attribute(s, c->attribute, &attribute, d));
        for (size_t k = 0; k < c->value_count; k++) {
            TRY(add_value(s, attribute, c->values[k], d));
        }
    }
    return ST_OK;
}

static enum status add_parameters(struct policy_set *s, const struct policy *p,
                                  struct diag *d)
{
    for (size_t i = 0; i < p->parameter_count; i++) {
        const struct parameter *q = &p->parameters[i];
        TRY(add(s, NAMES_PARAMETER, q->name, d));
        if (q->by == NULL) {
            continue;
        }
        int attribute;
        TRY(add_attribute(s, q->by, &attribute, d));
        for (size_t k = 0; k < q->series_count; k++) {
            TRY(add_value(s, attribute, q->series[k].key, d));
        }
    }
    return ST_OK;
}

static enum status add_scales(struct policy_set *s, const struct policy *p,
                              struct diag *d)
{
    for (size_t i = 0; i < p->scale_count; i++) {
        const struct scale_map *m = &p->scales[i];
        int attribute;
        int number;
        TRY(add_attribute(s, m->attribute, &attribute, d));
        TRY(add_value(s, attribute, m->value, d));
        TRY(names_add(&s->names, NAMES_GRADE + attribute, str_of(m->scale),
                      str_of(m->grade), &number, d));
    }
    return ST_OK;
}

static enum status add_programmes(struct policy_set *s, const struct policy *p,
                                  struct diag *d)
{
    for (size_t i = 0; i < p->programme_count; i++) {
        const struct programme *g = &p->programmes[i];
        TRY(add(s, NAMES_PROGRAMME, g->code, d));
        for (size_t k = 0; k < g->tier_count; k++) {
            TRY(add(s, NAMES_TIER, g->tiers[k].name, d));
            TRY(add_conditions(s, g->tiers[k].when, g->tiers[k].when_count, d));
        }
    }
    if (s->names.used[NAMES_PROGRAMME] > EVAL_PROGRAMMES_MAX) {
        return diag_fail(d, ST_INPUT, "too-many-programmes",
                         "policies define more than %d programmes",
                         EVAL_PROGRAMMES_MAX);
    }
    return ST_OK;
}

enum status compile_add_known(struct policy_set *s, struct diag *d)
{
    static const char *const known[] = {
        "death",          "claim",  "certified",    "decision",  "suspended",
        "paid-elsewhere", "choice", "registration", "residence", "dependency"};
    _Static_assert(sizeof known / sizeof known[0] == ATTR_FIRST_FREE, "one name each");
    for (size_t i = 0; i < ATTR_FIRST_FREE; i++) {
        TRY(add(s, NAMES_ATTRIBUTE, known[i], d));
    }
    TRY(add(s, NAMES_VALUE + ATTR_RESIDENCE, "home", d));
    return add(s, NAMES_VALUE + ATTR_RESIDENCE, "institution", d);
}

enum status compile_add_names(struct policy_set *s, const struct policy *p,
                              struct diag *d)
{
    for (size_t i = 0; i < p->default_count; i++) {
        int attribute;
        TRY(add_attribute(s, p->defaults[i].attribute, &attribute, d));
        TRY(add_value(s, attribute, p->defaults[i].value, d));
    }
    TRY(add_scales(s, p, d));
    TRY(add_parameters(s, p, d));
    TRY(add_programmes(s, p, d));
    for (size_t i = 0; i < p->conflict_count; i++) {
        TRY(add_conditions(s, p->conflicts[i].when, p->conflicts[i].when_count, d));
    }
    return ST_OK;
}

/* ---- numbers of values ---- */

static int division_number(const struct policy_set *s, struct str text)
{
    size_t n = text.n < DIVISION_MAX ? text.n : DIVISION_MAX;
    for (size_t k = n + 1; k-- > 0;) {
        if ((s->division_lengths >> k & 1) == 0) {
            continue;
        }
        int number = names_find(&s->names, NAMES_VALUE + ATTR_REGISTRATION,
                                str_make(text.p, k), none);
        if (number >= 0) {
            return number;
        }
    }
    return -1;
}

int compile_value_number(const struct policy_set *s, int attribute, struct str text)
{
    if (attribute == ATTR_REGISTRATION) {
        return division_number(s, text);
    }
    int number = names_find(&s->names, NAMES_VALUE + attribute, text, none);
    if (number < 0 && attribute == ATTR_RESIDENCE) {
        return RESIDENCE_INSTITUTION;
    }
    return number;
}

int compile_graded_number(const struct policy_set *s, int attribute, struct str scale,
                          struct str grade)
{
    return names_find(&s->names, NAMES_GRADE + attribute, scale, grade);
}

/* ---- sets of values ---- */

static void set_bit(uint64_t *words, int value)
{
    words[value >> 6] |= (uint64_t)1 << (value & 63);
}

/* Every division some file names that begins with one of these. */
static void set_divisions(const struct policy_set *s, uint64_t *words,
                          struct str prefix)
{
    struct names_walk walk = {.space = NAMES_VALUE + ATTR_REGISTRATION};
    while (names_next(&s->names, &walk)) {
        if (str_starts(walk.a, prefix)) {
            set_bit(words, walk.number);
        }
    }
}

enum status compile_value_set(struct policy_set *s, int attribute, struct texts texts,
                              struct value_set *out, struct diag *d)
{
    int count = s->names.used[NAMES_VALUE + attribute];
    size_t word_count = (size_t)(count + 63) / 64;
    uint64_t *words = arena_array(s->arena, word_count, sizeof *words);
    if (words == NULL) {
        return arena_check(s->arena, d);
    }
    for (size_t i = 0; i < texts.count; i++) {
        struct str text = str_of(texts.list[i]);
        if (attribute == ATTR_REGISTRATION) {
            set_divisions(s, words, text);
            continue;
        }
        int value = names_find(&s->names, NAMES_VALUE + attribute, text, none);
        must(value >= 0);
        set_bit(words, value);
        if (attribute == ATTR_RESIDENCE && value == RESIDENCE_INSTITUTION) {
            for (int k = 0; k < count; k++) {
                if (k != RESIDENCE_HOME) {
                    set_bit(words, k);
                }
            }
        }
    }
    uint64_t first = word_count > 0 ? words[0] : 0;
    *out = (struct value_set){.first = first, .words = words, .count = count};
    return ST_OK;
}

/* ---- how one file reads attributes ---- */

static enum status add_grades(struct policy_set *s, const struct policy *p,
                              int **grades, struct diag *d)
{
    for (size_t i = 0; i < p->scale_count; i++) {
        const struct scale_map *m = &p->scales[i];
        int attribute =
            names_find(&s->names, NAMES_ATTRIBUTE, str_of(m->attribute), none);
        must(attribute >= 0);
        int count = s->names.used[NAMES_GRADE + attribute];
        if (grades[attribute] == NULL) {
            grades[attribute] = arena_array(s->arena, (size_t)count, sizeof(int));
            if (grades[attribute] == NULL) {
                return arena_check(s->arena, d);
            }
            for (int k = 0; k < count; k++) {
                grades[attribute][k] = -1;
            }
        }
        int grade =
            compile_graded_number(s, attribute, str_of(m->scale), str_of(m->grade));
        must(grade >= 0);
        grades[attribute][grade] = compile_value_number(s, attribute, str_of(m->value));
    }
    return ST_OK;
}

enum status compile_file_values(struct policy_set *s, struct file *f, struct diag *d)
{
    const struct policy *p = f->confirmed->policy;
    int *defaults = arena_array(s->arena, EVAL_ATTRIBUTES_MAX, sizeof *defaults);
    int **grades = arena_array(s->arena, EVAL_ATTRIBUTES_MAX, sizeof *grades);
    if (defaults == NULL || grades == NULL) {
        return arena_check(s->arena, d);
    }
    for (int i = 0; i < EVAL_ATTRIBUTES_MAX; i++) {
        defaults[i] = -1;
    }
    for (size_t i = 0; i < p->default_count; i++) {
        const struct attribute_default *e = &p->defaults[i];
        int attribute =
            names_find(&s->names, NAMES_ATTRIBUTE, str_of(e->attribute), none);
        must(attribute >= 0);
        defaults[attribute] = compile_value_number(s, attribute, str_of(e->value));
    }
    TRY(add_grades(s, p, grades, d));
    f->defaults = defaults;
    f->grades = grades;
    return ST_OK;
}
