/* read_tree.c - how mappings and lists are read: by a table of keys, where an unknown
 * key, and a needed one that is missing, are errors. */
#include "policy/read.h"

#include <string.h>

static const struct read_key *find_key(const struct read_table *t, struct str name)
{
    for (size_t i = 0; i < t->count; i++) {
        if (str_is(name, t->keys[i].name)) {
            return &t->keys[i];
        }
    }
    return NULL;
}

static enum status unknown_key(const struct reading *r, const struct ynode *n,
                               const struct read_table *t, struct diag *d)
{
    char shown[YAML_SHOW_CAP];
    char list[300] = "";
    size_t used = 0;
    for (size_t i = 0; i < t->count; i++) {
        size_t len = strlen(t->keys[i].name);
        if (used + len + 2 > sizeof list) {
            break;
        }
        memcpy(list + used, t->keys[i].name, len);
        used += len;
        list[used++] = ' ';
        list[used] = '\0';
    }
    yaml_fail(r->file, n->key_place, d, "unknown-key", "\"%s\" is not a key of %s",
              yaml_show(n->key, shown), t->what);
    return diag_hint(d, "known here: %s", list);
}

enum status read_need(const struct reading *r, const struct ynode *map, const char *key,
                      struct diag *d)
{
    if (yaml_find(map, key) != NULL) {
        return ST_OK;
    }
    yaml_fail(r->file, map->place, d, "missing-key", "\"%s\" is missing here", key);
    return diag_hint(d, "there are no hidden defaults; say what holds");
}

enum status read_mapping(struct reading *r, const struct ynode *n,
                         const struct read_table *t, void *out, struct diag *d)
{
    TRY(yaml_want(r->file, n, YNODE_MAP, d));
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        const struct read_key *k = find_key(t, m->key);
        if (k == NULL) {
            return unknown_key(r, m, t, d);
        }
        TRY(k->read(r, m, k, (char *)out + k->at, d));
    }
    for (size_t i = 0; i < t->count; i++) {
        if (t->keys[i].needed) {
            TRY(read_need(r, n, t->keys[i].name, d));
        }
    }
    return ST_OK;
}

enum status read_size(struct reading *r, const struct ynode *n, enum ynode_kind kind,
                      size_t max, struct diag *d)
{
    TRY(yaml_want(r->file, n, kind, d));
    if (n->count == 0) {
        yaml_fail(r->file, n->place, d, "empty-list", "there is nothing in it");
        return diag_hint(d, "leave the key out when there is nothing to say");
    }
    if (n->count > max) {
        return yaml_fail(r->file, n->place, d, "too-many", "%zu of them, at most %zu",
                         n->count, max);
    }
    return ST_OK;
}

static enum status take(struct reading *r, size_t count, size_t item_size, void **out,
                        struct diag *d)
{
    *out = arena_array(r->arena, count, item_size);
    return *out != NULL ? ST_OK : arena_check(r->arena, d);
}

enum status read_items(struct reading *r, const struct ynode *n, size_t max,
                       size_t item_size, void **out, struct diag *d)
{
    TRY(read_size(r, n, YNODE_LIST, max, d));
    return take(r, n->count, item_size, out, d);
}

enum status read_members(struct reading *r, const struct ynode *n, size_t max,
                         size_t item_size, void **out, struct diag *d)
{
    TRY(read_size(r, n, YNODE_MAP, max, d));
    return take(r, n->count, item_size, out, d);
}

/* A list is a set: twice the same is a slip of the pen, perhaps for something else. */
static enum status refuse_twin(const struct reading *r, const struct ynode *list,
                               const struct ynode *item, struct diag *d)
{
    for (const struct ynode *n = list->first; n != item; n = n->next) {
        if (str_eq(n->text, item->text)) {
            char shown[YAML_SHOW_CAP];
            return yaml_fail(r->file, item->place, d, "doubled-value",
                             "\"%s\" stands twice in the list",
                             yaml_show(item->text, shown));
        }
    }
    return ST_OK;
}

enum status read_strings(struct reading *r, const struct ynode *n, READER((*item)),
                         const char ***out, size_t *count, struct diag *d)
{
    const size_t max = 512;
    void *memory = NULL;
    TRY(read_items(r, n, max, sizeof(const char *), &memory, d));
    const char **list = memory;
    size_t i = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        TRY(item(r, m, NULL, &list[i++], d));
        TRY(refuse_twin(r, n, m, d));
    }
    *out = list;
    *count = i;
    return ST_OK;
}
