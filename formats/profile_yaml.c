/* profile_yaml.c - the mappings, lists and scalars of a profile's file: each whole and
 * in its range, or refused with a place and a way to mend it. It must never guess: an
 * unknown key, or a missing one, is an error. */
#include "formats/profile_private.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum status profile_hint(struct diag *d)
{
    static const struct {
        const char *code;
        const char *hint;
    } hints[] = {
        {"too-long", "shorten it"},
        {"too-many", "take some out, or write a second profile"},
        {"wrong-kind",
         "text: `key: value`; a list: `[a, b]`; a mapping: `{key: value}`"},
        {"yaml-alias", "write the value out where it is needed"},
        {"yaml-anchor", "take the & and its name out"},
        {"yaml-control", "take the character out"},
        {"yaml-depth", "no profile is that deep: look for a bracket too many"},
        {"yaml-directive", "take the line with % out"},
        {"yaml-documents", "one profile a file: take the --- out"},
        {"yaml-empty", "begin with `profile: NAME`; `almoner profile show template`"},
        {"yaml-key", "a key is a plain word"},
        {"yaml-size", "a profile describes one bank's layout: shorten it"},
        {"yaml-syntax", "look at indents, brackets and quotation marks up to here"},
        {"yaml-tag", "take the ! and its name out"},
    };
    for (size_t i = 0; i < PROFILE_COUNT_OF(hints); i++) {
        if (d->hint[0] == '\0' && strcmp(d->code, hints[i].code) == 0) {
            return diag_hint(d, "%s", hints[i].hint);
        }
    }
    if (d->hint[0] == '\0' && d->status == ST_INPUT) {
        return diag_hint(d, "docs/PROFILES.md tells each key");
    }
    return d->status;
}

/* ---- mappings and lists ---- */

static enum status unknown_key(const struct reading *r, const struct ynode *n,
                               const char *what, const struct key *keys, size_t count,
                               struct diag *d)
{
    char shown[YAML_SHOW_CAP];
    char list[360] = "";
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(keys[i].name);
        if (used + len + 2 > sizeof list) {
            break;
        }
        memcpy(list + used, keys[i].name, len);
        used += len;
        list[used++] = ' ';
        list[used] = '\0';
    }
    yaml_fail(r->file, n->key_place, d, "unknown-key", "\"%s\" is not a key of %s",
              yaml_show(n->key, shown), what);
    return diag_hint(d, "known here: %s", list);
}

enum status profile_keys(const struct reading *r, const struct ynode *map,
                         const char *what, const struct key *keys, size_t count,
                         const struct ynode **out, struct diag *d)
{
    TRY(yaml_want(r->file, map, YNODE_MAP, d));
    for (size_t i = 0; i < count; i++) {
        out[i] = NULL;
    }
    for (const struct ynode *m = map->first; m != NULL; m = m->next) {
        size_t i = 0;
        while (i < count && !str_is(m->key, keys[i].name)) {
            i++;
        }
        if (i == count) {
            return unknown_key(r, m, what, keys, count, d);
        }
        out[i] = m;
    }
    for (size_t i = 0; i < count; i++) {
        if (keys[i].needed && out[i] == NULL) {
            yaml_fail(r->file, map->place, d, "missing-key", "\"%s\" is missing in %s",
                      keys[i].name, what);
            return diag_hint(d, "docs/PROFILES.md says what it may be");
        }
    }
    return ST_OK;
}

enum status profile_items(const struct reading *r, const struct ynode *list, size_t max,
                          size_t item_size, void **out, struct diag *d)
{
    TRY(yaml_want(r->file, list, YNODE_LIST, d));
    if (list->count == 0) {
        yaml_fail(r->file, list->place, d, "empty-list",
                  "there is nothing in the list");
        return diag_hint(d, "leave the key out when there is nothing to say");
    }
    if (list->count > max) {
        return yaml_fail(r->file, list->place, d, "too-many",
                         "%zu of them, at most %zu", list->count, max);
    }
    *out = arena_array(r->p->arena, list->count, item_size);
    return *out != NULL ? ST_OK : arena_check(r->p->arena, d);
}

/* ---- scalars ---- */

enum status profile_keep(const struct reading *r, struct str s, struct str *out,
                         struct diag *d)
{
    char *copy = arena_str(r->p->arena, s);
    if (copy == NULL) {
        return arena_check(r->p->arena, d);
    }
    *out = str_make(copy, s.n);
    return ST_OK;
}

static enum status line_of_text(const struct reading *r, const struct ynode *n,
                                size_t max, struct str *out, struct diag *d)
{
    TRY(yaml_want(r->file, n, YNODE_SCALAR, d));
    if (n->text.n > max) {
        return yaml_fail(r->file, n->place, d, "too-long", "more than %zu bytes", max);
    }
    if (yaml_hides(n->text, true)) { /* a tab separates fields in some files */
        yaml_fail(r->file, n->place, d, "hidden-character",
                  "the text has a line break or an invisible character");
        return diag_hint(d, "write it in one line; retype what was pasted");
    }
    return profile_keep(r, n->text, out, d);
}

enum status profile_literal(const struct reading *r, const struct ynode *n,
                            struct str *out, struct diag *d)
{
    return line_of_text(r, n, PROFILE_TEXT_MAX, out, d);
}

enum status profile_text(const struct reading *r, const struct ynode *n, size_t max,
                         struct str *out, struct diag *d)
{
    if (n->kind == YNODE_SCALAR && n->text.n == 0) {
        yaml_fail(r->file, n->place, d, "empty-value", "a value is missing");
        return diag_hint(d, "leave the key out when there is nothing to say");
    }
    return line_of_text(r, n, max, out, d);
}

static enum status refuse(const struct reading *r, const struct ynode *n,
                          const char *code, const char *what, struct diag *d)
{
    char shown[YAML_SHOW_CAP];
    return yaml_fail(r->file, n->place, d, code, "\"%s\" is not %s",
                     yaml_show(n->text, shown), what);
}

enum status profile_read_name(const struct reading *r, const struct ynode *n,
                              struct str *out, struct diag *d)
{
    TRY(profile_text(r, n, PROFILE_TEXT_MAX, out, d));
    bool ok = out->n <= PROFILE_NAME_MAX;
    for (size_t i = 0; ok && i < out->n; i++) {
        char c = out->p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        ok = plain || (i > 0 && i + 1 < out->n && c == '-');
    }
    if (ok) {
        return ST_OK;
    }
    refuse(r, n, "bad-name", "a name", d);
    return diag_hint(d, "a name has a-z, 0-9 and inner hyphens, at most %d of them",
                     PROFILE_NAME_MAX);
}

enum status profile_number(const struct reading *r, const struct ynode *n, uint32_t min,
                           uint32_t max, uint32_t *out, struct diag *d)
{
    struct str s;
    uint64_t value = 0;
    TRY(profile_text(r, n, PROFILE_TEXT_MAX, &s, d));
    if (!text_u64(s, min, max, &value)) {
        refuse(r, n, "bad-number", "a whole number in the range", d);
        return diag_hint(d, "%u to %u", (unsigned)min, (unsigned)max);
    }
    *out = (uint32_t)value;
    return ST_OK;
}

enum status profile_one_of(const struct reading *r, const struct ynode *n,
                           const struct word *words, int *out, struct diag *d)
{
    struct str s;
    TRY(profile_text(r, n, PROFILE_TEXT_MAX, &s, d));
    return yaml_word(r->file, n, words, out, d);
}

enum status profile_yes_no(const struct reading *r, const struct ynode *n, bool *out,
                           struct diag *d)
{
    static const struct word words[] = {{"false", 0}, {"true", 1}, {NULL, 0}};
    int number = 0;
    TRY(profile_one_of(r, n, words, &number, d));
    *out = number != 0;
    return ST_OK;
}
