/* read_when.c - the conditions of `when`: which facts a tier, or a blocking conflict,
 * asks for. */
#include "policy/read.h"

#include <string.h>

#include "base/text.h"

#define AGE_MAX 150
#define CONDITIONS_MAX 16

static enum status read_age(struct reading *r, const struct ynode *n,
                            struct condition *c, struct diag *d)
{
    char shown[YAML_SHOW_CAP];
    uint64_t low = 0;
    uint64_t high = INT32_MAX;
    TRY(yaml_want(r->file, n, YNODE_SCALAR, d));
    size_t dots = 0;
    while (dots < n->text.n && n->text.p[dots] != '.') {
        dots++;
    }
    bool ok = dots + 2 <= n->text.n && n->text.p[dots + 1] == '.' && n->text.n > 2;
    if (ok && dots > 0) {
        ok = text_u64(str_make(n->text.p, dots), 0, AGE_MAX, &low);
    }
    if (ok && dots + 2 < n->text.n) {
        struct str end = str_make(n->text.p + dots + 2, n->text.n - dots - 2);
        ok = text_u64(end, 0, AGE_MAX, &high);
    }
    if (!ok || low > high) {
        yaml_fail(r->file, n->place, d, "bad-age", "\"%s\" is not an age range",
                  yaml_show(n->text, shown));
        return diag_hint(d, "completed years: 80..89, 90.. or ..59");
    }
    c->age_low = (int32_t)low;
    c->age_high = (int32_t)high;
    return ST_OK;
}

static enum status read_divisions(struct reading *r, const struct ynode *n,
                                  struct condition *c, struct diag *d)
{
    return read_strings(r, n, read_division, &c->values, &c->value_count, d);
}

static enum status read_set(struct reading *r, const struct ynode *n,
                            struct condition *c, struct diag *d)
{
    return read_strings(r, n, read_value, &c->values, &c->value_count, d);
}

static const struct {
    const char *name; /* NULL: any other */
    enum cond_kind kind;
    enum status (*read)(struct reading *r, const struct ynode *n, struct condition *c,
                        struct diag *d);
} kinds[] = {
    {"age", COND_AGE, read_age},
    {"registration", COND_REGISTRATION, read_divisions},
    {"residence", COND_RESIDENCE, read_set},
    {"dependency", COND_DEPENDENCY, read_set},
    {NULL, COND_ATTRIBUTE, read_set},
};

static enum status read_condition(struct reading *r, const struct ynode *n,
                                  struct condition *c, struct diag *d)
{
    size_t i = 0;
    while (kinds[i].name != NULL && !str_is(n->key, kinds[i].name)) {
        i++;
    }
    c->kind = kinds[i].kind;
    c->place = n->key_place;
    TRY(read_key_name(r, n, &c->attribute, d));
    return kinds[i].read(r, n, c, d);
}

static enum status read_for_months(struct reading *r, const struct ynode *n,
                                   const struct read_when_out *w, struct diag *d)
{
    char shown[YAML_SHOW_CAP];
    TRY(read_size(r, n, YNODE_MAP, CONDITIONS_MAX, d));
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        size_t i = 0;
        while (i < w->count && !str_is(m->key, w->when[i].attribute)) {
            i++;
        }
        if (i == w->count) {
            yaml_fail(r->file, m->key_place, d, "for-months",
                      "there is no condition on \"%s\" here", yaml_show(m->key, shown));
            return diag_hint(d, "for-months says how long a condition beside it held");
        }
        TRY(read_number(r, m, 1, READ_MONTHS_MAX, &w->when[i].for_months, d));
    }
    return ST_OK;
}

enum status read_when(struct reading *r, const struct ynode *n,
                      const struct read_key *k, void *out, struct diag *d)
{
    struct read_when_out *w = out;
    void *memory = NULL;
    (void)k;
    TRY(yaml_want(r->file, n, YNODE_MAP, d));
    if (n->count == 0) { /* everybody */
        w->when = NULL;
        w->count = 0;
        return ST_OK;
    }
    TRY(read_members(r, n, CONDITIONS_MAX, sizeof(struct condition), &memory, d));
    w->when = memory;
    w->count = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        if (!str_is(m->key, "for-months")) {
            TRY(read_condition(r, m, &w->when[w->count], d));
            w->count++;
        }
    }
    const struct ynode *lasting = yaml_find(n, "for-months");
    return lasting == NULL ? ST_OK : read_for_months(r, lasting, w, d);
}
