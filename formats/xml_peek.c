/* xml_peek.c - see xml_peek.h. No parser: tags are found by their brackets, which in a
 * file that is well formed stand in attributes, comments and instructions only as far
 * as the steps below know. What a hostile file makes of it is a wrong guess. */
#include "formats/xml_peek.h"

#include <string.h>

/* Behind the first `end` in s; false when there is none. */
static bool skip_behind(struct str *s, const char *end)
{
    size_t n = strlen(end);
    for (size_t i = 0; i + n <= s->n; i++) {
        if (memcmp(s->p + i, end, n) == 0) {
            *s = str_make(s->p + i + n, s->n - i - n);
            return true;
        }
    }
    return false;
}

/* Is there a `<` at all before other text? A byte order mark and blanks may stand. */
static bool begins_like_xml(struct str *s)
{
    if (str_starts(*s, str_of("\xef\xbb\xbf"))) {
        *s = str_make(s->p + 3, s->n - 3);
    }
    while (s->n > 0 &&
           (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n')) {
        *s = str_make(s->p + 1, s->n - 1);
    }
    return s->n > 0 && *s->p == '<';
}

/* The local name of the next start tag; rest is then behind the name. */
static bool next_tag(struct str *rest, struct str *name)
{
    while (skip_behind(rest, "<")) {
        if (str_starts(*rest, str_of("!--"))) {
            if (!skip_behind(rest, "-->")) {
                return false;
            }
            continue;
        }
        size_t n = 0;
        size_t from = 0;
        while (n < rest->n && strchr(" \t\r\n/>?!", rest->p[n]) == NULL) {
            from = rest->p[n] == ':' ? n + 1 : from;
            n++;
        }
        if (n == rest->n) {
            return false;
        }
        if (n > from) {
            *name = str_make(rest->p + from, n - from);
            *rest = str_make(rest->p + n, rest->n - n);
            return true;
        }
    }
    return false;
}

bool xml_peek_root(struct str head, struct str *root, struct str *second)
{
    *second = str_of("");
    if (!begins_like_xml(&head) || !next_tag(&head, root)) {
        return false;
    }
    (void)next_tag(&head, second);
    return true;
}

bool xml_peek_has(struct str head, const char *local_name, struct str *before)
{
    struct str rest = head;
    struct str name;
    if (!begins_like_xml(&rest)) {
        return false;
    }
    for (unsigned i = 0; i < XML_PEEK_TAGS_MAX && next_tag(&rest, &name); i++) {
        if (str_is(name, local_name)) {
            bool closed = skip_behind(&rest, ">");
            if (before != NULL) {
                *before = closed ? str_make(head.p, (size_t)(rest.p - head.p)) : head;
            }
            return true;
        }
    }
    return false;
}
