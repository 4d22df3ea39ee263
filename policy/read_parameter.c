/* read_parameter.c - `parameters`: dated values that percentages refer to, such as the
 * county's minimum living standard. */
#include "policy/read.h"

#define VALUES_MAX 400

static enum status read_dated(struct reading *r, const struct ynode *n,
                              struct parameter_value *out, struct diag *d)
{
    static const struct read_key keys[] = {
        {"from", read_date, offsetof(struct parameter_value, from_day), true, NULL},
        {"value", read_money, offsetof(struct parameter_value, fen), true, NULL},
        {"document", read_text, offsetof(struct parameter_value, document), false,
         NULL},
    };
    static const struct read_table table = {"a value", keys, READ_COUNT(keys)};
    TRY(read_mapping(r, n, &table, out, d));
    out->place = n->place;
    return ST_OK;
}

static enum status read_series(struct reading *r, const struct ynode *n,
                               struct parameter_series *out, struct diag *d)
{
    void *memory = NULL;
    TRY(read_items(r, n, VALUES_MAX, sizeof(struct parameter_value), &memory, d));
    struct parameter_value *list = memory;
    size_t i = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next, i++) {
        TRY(read_dated(r, m, &list[i], d));
        if (i > 0 && list[i].from_day <= list[i - 1].from_day) {
            yaml_fail(r->file, m->place, d, "value-order",
                      "this value does not begin after the one before it");
            return diag_hint(d, "write values in the order of their first days");
        }
    }
    out->values = list;
    out->value_count = i;
    out->place = n->place;
    return ST_OK;
}

static enum status read_keyed(struct reading *r, const struct ynode *n,
                              struct parameter *out, struct diag *d)
{
    void *memory = NULL;
    TRY(read_members(r, n, VALUES_MAX, sizeof(struct parameter_series), &memory, d));
    out->series = memory;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        struct parameter_series *s = &out->series[out->series_count++];
        TRY(read_key_text(r, m, &s->key, d));
        TRY(read_series(r, m, s, d));
        s->place = m->key_place;
    }
    return ST_OK;
}

static enum status read_single(struct reading *r, const struct ynode *n,
                               struct parameter *out, struct diag *d)
{
    out->series = arena_alloc(r->arena, sizeof *out->series);
    if (out->series == NULL) {
        return arena_check(r->arena, d);
    }
    out->series_count = 1;
    return read_series(r, n, out->series, d);
}

/* Read by read_parameter, when it is known whether there is a `by`. */
static enum status read_later(struct reading *r, const struct ynode *n,
                              const struct read_key *k, void *out, struct diag *d)
{
    (void)r;
    (void)n;
    (void)k;
    (void)out;
    (void)d;
    return ST_OK;
}

static enum status read_parameter(struct reading *r, const struct ynode *n,
                                  struct parameter *out, struct diag *d)
{
    static const struct read_key keys[] = {
        {"title", read_text, offsetof(struct parameter, title), false, NULL},
        {"by", read_name, offsetof(struct parameter, by), false, NULL},
        {"values", read_later, 0, true, NULL},
    };
    static const struct read_table table = {"a parameter", keys, READ_COUNT(keys)};
    TRY(read_key_name(r, n, &out->name, d));
    TRY(read_mapping(r, n, &table, out, d));
    out->place = n->key_place;
    const struct ynode *values = yaml_find(n, "values");
    return out->by != NULL ? read_keyed(r, values, out, d)
                           : read_single(r, values, out, d);
}

enum status read_parameters(struct reading *r, const struct ynode *n,
                            const struct read_key *k, void *out, struct diag *d)
{
    struct policy *p = out;
    void *memory = NULL;
    (void)k;
    TRY(read_members(r, n, YAML_KEYS_MAX, sizeof(struct parameter), &memory, d));
    p->parameters = memory;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        TRY(read_parameter(r, m, &p->parameters[p->parameter_count++], d));
    }
    return ST_OK;
}
