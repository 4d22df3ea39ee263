/* read_amount.c - what a tier pays, from which funds, and under which budget items. */
#include "policy/read.h"

#define SHARES_MAX 16

static enum status read_per_month(struct reading *r, const struct ynode *n,
                                  struct amount *a, struct diag *d)
{
    return read_money(r, n, NULL, &a->fen, d);
}

static enum status read_of_parameter(struct reading *r, const struct ynode *n,
                                     struct amount *a, struct diag *d)
{
    return read_percent(r, n, NULL, &a->percent, d);
}

static enum status read_true(struct reading *r, const struct ynode *n, struct amount *a,
                             struct diag *d)
{
    static const struct word words[] = {{"true", 1}, {NULL, 0}};
    int yes = 0;
    (void)a;
    return read_word_of(r, n, words, &yes, d);
}

static enum status floor_money(struct reading *r, const struct ynode *n,
                               struct amount *a, struct diag *d)
{
    return read_money(r, n, NULL, &a->floor_fen, d);
}

static enum status floor_percent(struct reading *r, const struct ynode *n,
                                 struct amount *a, struct diag *d)
{
    return read_percent(r, n, NULL, &a->floor_percent, d);
}

static const struct amount_form {
    const char *name;
    enum amount_kind kind;
    enum status (*read)(struct reading *r, const struct ynode *n, struct amount *a,
                        struct diag *d);
    /* NULL: an amount the file does not name has no floor. */
    enum status (*floor)(struct reading *r, const struct ynode *n, struct amount *a,
                         struct diag *d);
} forms[] = {
    {"per-month", AMOUNT_PER_MONTH, read_per_month, floor_money},
    {"per-year", AMOUNT_PER_YEAR, read_per_month, floor_money},
    {"percent", AMOUNT_PERCENT, read_of_parameter, floor_percent},
    {"approved", AMOUNT_APPROVED, read_true, NULL},
    {"once", AMOUNT_ONCE, read_per_month, floor_money},
    {"ask", AMOUNT_ASK, read_true, NULL},
    {"none", AMOUNT_NONE, read_true, NULL},
};

static const struct amount_form *find_form(struct str key)
{
    for (size_t i = 0; i < READ_COUNT(forms); i++) {
        if (str_is(key, forms[i].name)) {
            return &forms[i];
        }
    }
    return NULL;
}

static enum status find_only_form(const struct reading *r, const struct ynode *n,
                                  const struct amount_form **form,
                                  const struct ynode **value, struct diag *d)
{
    char shown[YAML_SHOW_CAP];
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        const struct amount_form *f = find_form(m->key);
        if (f == NULL && !str_is(m->key, "of") && !str_is(m->key, "floor")) {
            yaml_fail(r->file, m->key_place, d, "unknown-key",
                      "\"%s\" is not a key of amount", yaml_show(m->key, shown));
            return diag_hint(d, "per-month, per-year, percent and of, approved, once, "
                                "ask, none; floor");
        }
        if (f != NULL && *form != NULL) {
            yaml_fail(r->file, m->key_place, d, "amount-form", "two forms of amount");
            return diag_hint(d, "\"%s\" is already given; a tier has one amount",
                             (*form)->name);
        }
        if (f != NULL) {
            *form = f;
            *value = m;
        }
    }
    if (*form == NULL) {
        yaml_fail(r->file, n->place, d, "amount-form", "no form of amount");
        return diag_hint(d, "one of per-month, per-year, percent and of, approved, "
                            "once, ask, none");
    }
    return ST_OK;
}

static enum status read_of(struct reading *r, const struct ynode *n, struct amount *a,
                           struct diag *d)
{
    const struct ynode *of = yaml_find(n, "of");
    if (a->kind == AMOUNT_PERCENT) {
        TRY(read_need(r, n, "of", d));
        return read_name(r, of, NULL, &a->parameter, d);
    }
    if (of != NULL) {
        return yaml_fail(r->file, of->key_place, d, "amount-form",
                         "\"of\" belongs to a percentage only");
    }
    return ST_OK;
}

enum status read_amount(struct reading *r, const struct ynode *n,
                        const struct read_key *k, void *out, struct diag *d)
{
    struct amount *a = out;
    const struct amount_form *form = NULL;
    const struct ynode *value = NULL;
    (void)k;
    TRY(yaml_want(r->file, n, YNODE_MAP, d));
    TRY(find_only_form(r, n, &form, &value, d));
    a->kind = form->kind;
    a->place = n->place;
    TRY(form->read(r, value, a, d));
    TRY(read_of(r, n, a, d));
    const struct ynode *least = yaml_find(n, "floor");
    if (least == NULL) {
        return ST_OK;
    }
    if (form->floor == NULL) {
        return yaml_fail(r->file, least->key_place, d, "amount-form",
                         "\"%s\" has no amount that a floor could hold for",
                         form->name);
    }
    a->has_floor = true;
    return form->floor(r, least, a, d);
}

static enum status read_share(struct reading *r, const struct ynode *n,
                              struct fund_share *s, struct diag *d)
{
    static const struct read_key keys[] = {{"per-head", read_money,
                                            offsetof(struct fund_share, per_head_fen),
                                            true, NULL}};
    static const struct read_table table = {"a share", keys, READ_COUNT(keys)};
    TRY(read_key_name(r, n, &s->source, d));
    if (n->kind == YNODE_MAP) {
        s->per_head = true;
        return read_mapping(r, n, &table, s, d);
    }
    s->rest = read_is(n, "rest");
    return s->rest ? ST_OK : read_percent(r, n, NULL, &s->percent, d);
}

enum status read_funds(struct reading *r, const struct ynode *n,
                       const struct read_key *k, void *out, struct diag *d)
{
    struct funds *funds = out;
    void *memory = NULL;
    (void)k;
    TRY(read_members(r, n, SHARES_MAX, sizeof(struct fund_share), &memory, d));
    funds->shares = memory;
    funds->place = n->place;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        TRY(read_share(r, m, &funds->shares[funds->count++], d));
    }
    return ST_OK;
}

static enum status read_year(struct reading *r, const struct ynode *n,
                             const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    return read_number(r, n, 2000, 2999, out, d);
}

enum status read_class(struct reading *r, const struct ynode *n,
                       const struct read_key *k, void *out, struct diag *d)
{
    static const struct read_key keys[] = {
        {"year", read_year, offsetof(struct budget_class, year), true, NULL},
        {"function", read_digits, offsetof(struct budget_class, function), true, NULL},
        {"economic", read_digits, offsetof(struct budget_class, economic), true, NULL},
    };
    static const struct read_table table = {"class", keys, READ_COUNT(keys)};
    (void)k;
    return read_mapping(r, n, &table, out, d);
}
