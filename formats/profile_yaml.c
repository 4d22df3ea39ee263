/* profile_yaml.c - the mappings, lists and scalars of a profile's file: each whole and
 * in its range, or refused with a place and a way to mend it. It must never guess: an
 * unknown key, or a missing one, is an error. */
#include "formats/profile_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SHOW_CAP 96

enum status profile_fail(const struct reading *r, struct place at, struct diag *d,
                         const char *code, const char *fmt, ...)
{
    char what[sizeof d->what];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    diag_fail(d, ST_INPUT, code, "%s", what);
    return diag_where(d, "%s:%u:%u", r->file, (unsigned)at.line, (unsigned)at.column);
}

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

/* The text for a message: cut, and without control characters. */
static const char *show(struct str s, char out[SHOW_CAP])
{
    size_t n = s.n < SHOW_CAP - 4 ? s.n : SHOW_CAP - 4;
    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80) {
        n--; /* not within a character */
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        out[i] = c < 0x20 || c == 0x7f ? ' ' : s.p[i];
    }
    out[n] = '\0';
    if (n < s.n) {
        memcpy(out + n, "...", 4);
    }
    return out;
}

static enum status want(const struct reading *r, const struct ynode *n,
                        enum ynode_kind kind, struct diag *d)
{
    if (n->kind == kind) {
        return ST_OK;
    }
    return profile_fail(r, n->place, d, "wrong-kind", "%s is expected, not %s",
                        yaml_kind_name(kind), yaml_kind_name(n->kind));
}

/* ---- mappings and lists ---- */

static enum status unknown_key(const struct reading *r, const struct ynode *n,
                               const char *what, const struct key *keys, size_t count,
                               struct diag *d)
{
    char shown[SHOW_CAP];
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
    profile_fail(r, n->key_place, d, "unknown-key", "\"%s\" is not a key of %s",
                 show(n->key, shown), what);
    return diag_hint(d, "known here: %s", list);
}

enum status profile_keys(const struct reading *r, const struct ynode *map,
                         const char *what, const struct key *keys, size_t count,
                         const struct ynode **out, struct diag *d)
{
    TRY(want(r, map, YNODE_MAP, d));
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
            profile_fail(r, map->place, d, "missing-key", "\"%s\" is missing in %s",
                         keys[i].name, what);
            return diag_hint(d, "docs/PROFILES.md says what it may be");
        }
    }
    return ST_OK;
}

enum status profile_items(const struct reading *r, const struct ynode *list, size_t max,
                          size_t item_size, void **out, struct diag *d)
{
    TRY(want(r, list, YNODE_LIST, d));
    if (list->count == 0) {
        profile_fail(r, list->place, d, "empty-list", "there is nothing in the list");
        return diag_hint(d, "leave the key out when there is nothing to say");
    }
    if (list->count > max) {
        return profile_fail(r, list->place, d, "too-many", "%zu of them, at most %zu",
                            list->count, max);
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

/* Controls, and the marks that turn the direction of writing: what is read on the
 * screen must be what is written. A tab separates fields in some files. */
static bool is_hidden(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char a = (unsigned char)s.p[i];
        unsigned char b = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
        unsigned char c = i + 2 < s.n ? (unsigned char)s.p[i + 2] : 0;
        bool control = (a < 0x20 && a != '\t') || a == 0x7f || (a == 0xc2 && b < 0xa0);
        bool turned = a == 0xe2 && ((b == 0x80 && c >= 0xaa && c <= 0xae) ||
                                    (b == 0x81 && c >= 0xa6 && c <= 0xa9));
        bool mark = a == 0xef && b == 0xbb && c == 0xbf;
        if (control || turned || mark) {
            return true;
        }
    }
    return false;
}

static enum status line_of_text(const struct reading *r, const struct ynode *n,
                                size_t max, struct str *out, struct diag *d)
{
    TRY(want(r, n, YNODE_SCALAR, d));
    if (n->text.n > max) {
        return profile_fail(r, n->place, d, "too-long", "more than %zu bytes", max);
    }
    if (is_hidden(n->text)) {
        profile_fail(r, n->place, d, "hidden-character",
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
        profile_fail(r, n->place, d, "empty-value", "a value is missing");
        return diag_hint(d, "leave the key out when there is nothing to say");
    }
    return line_of_text(r, n, max, out, d);
}

static enum status refuse(const struct reading *r, const struct ynode *n,
                          const char *code, const char *what, struct diag *d)
{
    char shown[SHOW_CAP];
    return profile_fail(r, n->place, d, code, "\"%s\" is not %s", show(n->text, shown),
                        what);
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

static enum status unknown_word(const struct reading *r, const struct ynode *n,
                                const struct word *words, struct diag *d)
{
    char list[360] = "";
    size_t used = 0;
    for (const struct word *w = words; w->text != NULL; w++) {
        size_t len = strlen(w->text);
        if (used + len + 3 > sizeof list) {
            break;
        }
        if (used > 0) {
            memcpy(list + used, ", ", 2);
            used += 2;
        }
        memcpy(list + used, w->text, len + 1);
        used += len;
    }
    refuse(r, n, "unknown-word", "a word that is known here", d);
    return diag_hint(d, "one of: %s", list);
}

enum status profile_one_of(const struct reading *r, const struct ynode *n,
                           const struct word *words, int *out, struct diag *d)
{
    struct str s;
    TRY(profile_text(r, n, PROFILE_TEXT_MAX, &s, d));
    for (const struct word *w = words; w->text != NULL; w++) {
        if (str_is(s, w->text)) {
            *out = w->number;
            return ST_OK;
        }
    }
    return unknown_word(r, n, words, d);
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
