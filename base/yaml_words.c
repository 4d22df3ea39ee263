/* yaml_words.c - see yaml_words.h. */
#include "base/yaml_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status yaml_fail(const char *file, struct place at, struct diag *d,
                      const char *code, const char *fmt, ...)
{
    char what[sizeof d->what];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    diag_fail(d, ST_INPUT, code, "%s", what);
    return diag_where(d, "%s:%u:%u", file, (unsigned)at.line, (unsigned)at.column);
}

const char *yaml_show(struct str s, char out[YAML_SHOW_CAP])
{
    size_t n = s.n < YAML_SHOW_CAP - 4 ? s.n : YAML_SHOW_CAP - 4;
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

enum status yaml_want(const char *file, const struct ynode *n, enum ynode_kind kind,
                      struct diag *d)
{
    if (n->kind == kind) {
        return ST_OK;
    }
    return yaml_fail(file, n->place, d, "wrong-kind", "%s is expected, not %s",
                     yaml_kind_name(kind), yaml_kind_name(n->kind));
}

static enum status unknown_word(const char *file, const struct ynode *n,
                                const struct word *words, struct diag *d)
{
    char shown[YAML_SHOW_CAP];
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
    yaml_fail(file, n->place, d, "unknown-word",
              "\"%s\" is not a word that is known here", yaml_show(n->text, shown));
    return diag_hint(d, "one of: %s", list);
}

enum status yaml_word(const char *file, const struct ynode *n, const struct word *words,
                      int *out, struct diag *d)
{
    for (const struct word *w = words; w->text != NULL; w++) {
        if (str_is(n->text, w->text)) {
            *out = w->number;
            return ST_OK;
        }
    }
    return unknown_word(file, n, words, d);
}

bool yaml_hides(struct str s, bool tabs)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char a = (unsigned char)s.p[i];
        unsigned char b = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
        unsigned char c = i + 2 < s.n ? (unsigned char)s.p[i + 2] : 0;
        bool control = a < 0x20 ? !(tabs && a == '\t') : a == 0x7f;
        bool c1 = a == 0xc2 && b < 0xa0;
        bool turned = a == 0xe2 && ((b == 0x80 && c >= 0xaa && c <= 0xae) ||
                                    (b == 0x81 && c >= 0xa6 && c <= 0xa9));
        bool mark = a == 0xef && b == 0xbb && c == 0xbf;
        if (control || c1 || turned || mark) {
            return true;
        }
    }
    return false;
}
