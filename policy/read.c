/* read.c - a policy file from its text to struct policy: the head of the file, and the
 * names that one part of it owes another. docs: POLICY-FORMAT, version 1. The tree of
 * the YAML is thrown away when the model is there. */
#include "policy/policy.h"

#include <string.h>

#include "policy/read.h"

#define POLICY_ARENA_MAX ((size_t)64 * 1024 * 1024)

static enum status read_version(struct reading *r, const struct ynode *n,
                                const struct read_key *k, void *out, struct diag *d)
{
    char shown[YAML_SHOW_CAP];
    (void)k;
    (void)out;
    TRY(yaml_want(r->file, n, YNODE_SCALAR, d));
    if (!str_is(n->text, "1")) {
        yaml_fail(r->file, n->place, d, "bad-version", "version \"%s\" is not known",
                  yaml_show(n->text, shown));
        return diag_hint(d, "this program reads almoner-policy: 1");
    }
    return ST_OK;
}

static enum status read_document(struct reading *r, const struct ynode *n,
                                 const struct read_key *k, void *out, struct diag *d)
{
    static const struct word statuses[] = {{"draft", POLICY_DRAFT},
                                           {"in-force", POLICY_IN_FORCE},
                                           {"superseded", POLICY_SUPERSEDED},
                                           {NULL, 0}};
    static const struct read_key keys[] = {
        {"number", read_value, offsetof(struct policy, document_number), true, NULL},
        {"issuer", read_value, offsetof(struct policy, document_issuer), true, NULL},
        {"issued", read_date, offsetof(struct policy, document_issued), true, NULL},
        {"status", read_word, offsetof(struct policy, status), true, statuses},
    };
    static const struct read_table table = {"document", keys, READ_COUNT(keys)};
    (void)k;
    return read_mapping(r, n, &table, out, d);
}

static enum status read_basis(struct reading *r, const struct ynode *n,
                              const struct read_key *k, void *out, struct diag *d)
{
    struct policy *p = out;
    (void)k;
    return read_strings(r, n, read_text, &p->basis, &p->basis_count, d);
}

/* One id, or a list of them. */
static enum status read_supersedes(struct reading *r, const struct ynode *n,
                                   const struct read_key *k, void *out, struct diag *d)
{
    struct policy *p = out;
    if (n->kind == YNODE_LIST) {
        return read_strings(r, n, read_name, &p->supersedes, &p->supersedes_count, d);
    }
    p->supersedes = arena_alloc(r->arena, sizeof *p->supersedes);
    if (p->supersedes == NULL) {
        return arena_check(r->arena, d);
    }
    p->supersedes_count = 1;
    return read_name(r, n, k, p->supersedes, d);
}

static enum status read_dead(struct reading *r, const struct ynode *n,
                             const struct read_key *k, void *out, struct diag *d)
{
    static const struct word words[] = {{"pay", 0}, {"none", 1}, {NULL, 0}};
    int none = 0;
    (void)k;
    TRY(read_word_of(r, n, words, &none, d));
    *(bool *)out = none != 0;
    return ST_OK;
}

static enum status read_retroactive(struct reading *r, const struct ynode *n,
                                    const struct read_key *k, void *out, struct diag *d)
{
    static const struct read_key keys[] = {
        {"dead", read_dead, offsetof(struct policy, retroactive_dead_none), true,
         NULL}};
    static const struct read_table table = {"retroactive", keys, READ_COUNT(keys)};
    (void)k;
    return read_mapping(r, n, &table, out, d);
}

static enum status read_defaults(struct reading *r, const struct ynode *n,
                                 const struct read_key *k, void *out, struct diag *d)
{
    struct policy *p = out;
    void *memory = NULL;
    TRY(read_members(r, n, YAML_KEYS_MAX, sizeof(struct attribute_default), &memory,
                     d));
    p->defaults = memory;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        struct attribute_default *one = &p->defaults[p->default_count++];
        TRY(read_key_name(r, m, &one->attribute, d));
        TRY(read_value(r, m, k, &one->value, d));
        one->place = m->key_place;
    }
    return ST_OK;
}

static size_t count_grades(const struct ynode *scales)
{
    size_t count = 0;
    for (const struct ynode *s = scales->first; s != NULL; s = s->next) {
        count += s->count;
    }
    return count;
}

static enum status read_scale(struct reading *r, const struct ynode *n,
                              struct policy *p, struct diag *d)
{
    const char *name = NULL;
    TRY(read_key_text(r, n, &name, d));
    TRY(read_size(r, n, YNODE_MAP, YAML_KEYS_MAX, d));
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        struct scale_map *map = &p->scales[p->scale_count++];
        map->attribute = "dependency";
        map->scale = name;
        TRY(read_key_text(r, m, &map->grade, d));
        TRY(read_value(r, m, NULL, &map->value, d));
    }
    return ST_OK;
}

static enum status read_dependency_scales(struct reading *r, const struct ynode *n,
                                          const struct read_key *k, void *out,
                                          struct diag *d)
{
    struct policy *p = out;
    (void)k;
    TRY(read_size(r, n, YNODE_MAP, YAML_KEYS_MAX, d));
    p->scales = arena_array(r->arena, count_grades(n), sizeof *p->scales);
    if (p->scales == NULL) {
        return arena_check(r->arena, d);
    }
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        TRY(read_scale(r, m, p, d));
    }
    return ST_OK;
}

static enum status read_scales(struct reading *r, const struct ynode *n,
                               const struct read_key *k, void *out, struct diag *d)
{
    static const struct read_key keys[] = {
        {"dependency", read_dependency_scales, 0, true, NULL}};
    static const struct read_table table = {"scales", keys, READ_COUNT(keys)};
    (void)k;
    return read_mapping(r, n, &table, out, d);
}

#define AT(member) offsetof(struct policy, member)
static const struct read_key policy_keys[] = {
    {"almoner-policy", read_version, 0, true, NULL},
    {"id", read_name, AT(id), true, NULL},
    {"title", read_text, AT(title), true, NULL},
    {"document", read_document, 0, true, NULL},
    {"basis", read_basis, 0, false, NULL},
    {"jurisdiction", read_division, AT(jurisdiction), true, NULL},
    {"effective", read_date, AT(effective), true, NULL},
    {"retroactive", read_retroactive, 0, true, NULL},
    {"supersedes", read_supersedes, 0, false, NULL},
    {"defaults", read_defaults, 0, false, NULL},
    {"parameters", read_parameters, 0, false, NULL},
    {"scales", read_scales, 0, false, NULL},
    {"programmes", read_programmes, 0, false, NULL},
    {"ends", read_ends, 0, false, NULL},
    {"conflicts", read_conflicts, 0, false, NULL},
};
#undef AT

/* The version comes first: in another one, other keys may be right. */
static enum status read_head(struct reading *r, const struct ynode *root,
                             struct policy *p, struct diag *d)
{
    static const struct read_table table = {"a policy file", policy_keys,
                                            READ_COUNT(policy_keys)};
    TRY(yaml_want(r->file, root, YNODE_MAP, d));
    TRY(read_need(r, root, "almoner-policy", d));
    TRY(read_version(r, yaml_find(root, "almoner-policy"), NULL, NULL, d));
    return read_mapping(r, root, &table, p, d);
}

static bool has_parameter(const struct policy *p, const char *name)
{
    for (size_t i = 0; i < p->parameter_count; i++) {
        if (strcmp(p->parameters[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static enum status check_parameters(const struct reading *r, const struct policy *p,
                                    const struct programme *programme, struct diag *d)
{
    for (size_t i = 0; i < programme->tier_count; i++) {
        const struct amount *a = &programme->tiers[i].amount;
        if (a->kind == AMOUNT_PERCENT && !has_parameter(p, a->parameter)) {
            yaml_fail(r->file, a->place, d, "unknown-parameter",
                      "\"%s\" is not among the parameters of this file", a->parameter);
            return diag_hint(d, "declare it, or correct the name");
        }
    }
    return ST_OK;
}

static enum status check_names(const struct reading *r, const struct policy *p,
                               struct diag *d)
{
    for (size_t i = 0; i < p->programme_count; i++) {
        TRY(check_parameters(r, p, &p->programmes[i], d));
    }
    return ST_OK;
}

static enum status read_all(struct policy **out, struct arena *tree, struct str text,
                            struct reading *r, struct diag *d)
{
    const struct ynode *root = NULL;
    TRY(yaml_read(&root, tree, text, r->file, d));
    struct policy *p = arena_alloc(r->arena, sizeof *p);
    if (p == NULL) {
        return arena_check(r->arena, d);
    }
    TRY(read_head(r, root, p, d));
    TRY(check_names(r, p, d));
    p->arena = r->arena;
    *out = p;
    return ST_OK;
}

enum status policy_read(struct policy **out, struct str text, const char *file_name,
                        struct diag *d)
{
    enum status st = ST_OK;
    struct arena *tree = NULL;
    struct reading r = {NULL, file_name};
    if (text.n > POLICY_FILE_MAX) {
        diag_fail(d, ST_INPUT, "yaml-size", "the file has more than %d bytes",
                  POLICY_FILE_MAX);
        diag_where(d, "%s", file_name);
        return read_hint(d);
    }
    TRY_OUT(arena_new(&tree, POLICY_ARENA_MAX, d));
    TRY_OUT(arena_new(&r.arena, POLICY_ARENA_MAX, d));
    TRY_OUT(read_all(out, tree, text, &r, d));
    r.arena = NULL; /* the policy's now */
out:
    arena_free(r.arena);
    arena_free(tree);
    return st == ST_OK ? ST_OK : read_hint(d);
}

void policy_free(struct policy *p)
{
    if (p != NULL) {
        arena_free(p->arena);
    }
}

const struct programme *policy_programme(const struct policy *p, const char *code)
{
    for (size_t i = 0; i < p->programme_count; i++) {
        if (strcmp(p->programmes[i].code, code) == 0) {
            return &p->programmes[i];
        }
    }
    return NULL;
}
