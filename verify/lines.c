/* lines.c - see lines.h. */
#include "verify/lines.h"

#include <stdlib.h>
#include <string.h>

struct lines {
    struct zip_stream *stream;
    const struct zip_entry *entry;
    bool ended;
    size_t at, n;
    char text[16 * LINE_BYTES_MAX];
};

enum status lines_open(struct lines **out, struct zip *z, struct zip_entry *e,
                       struct diag *d)
{
    struct lines *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return diag_memory(d);
    }
    l->entry = e;
    enum status st = zip_stream_open(&l->stream, z, e, d);
    if (st != ST_OK) {
        free(l);
        return st;
    }
    *out = l;
    return ST_OK;
}

void lines_close(struct lines *l)
{
    if (l != NULL) {
        zip_stream_close(l->stream);
        free(l);
    }
}

enum status lines_next(struct lines *l, struct str *line, bool *end, struct diag *d)
{
    *end = false;
    for (;;) {
        const char *from = l->text + l->at;
        const char *stop = memchr(from, '\n', l->n - l->at);
        if (stop != NULL) {
            *line = str_make(from, (size_t)(stop - from));
            l->at += line->n + 1;
            return ST_OK;
        }
        size_t rest = l->n - l->at, got = 0;
        if (rest > LINE_BYTES_MAX || (l->ended && rest > 0)) {
            return diag_fail(d, ST_INPUT, "bundle-text",
                             "no line feed where one must be: "
                             "\"%.*s\"",
                             STR_ARG(l->entry->name));
        }
        if (l->ended) {
            *end = true;
            *line = str_of("");
            return ST_OK;
        }
        memmove(l->text, from, rest);
        l->at = 0;
        TRY(zip_read(l->stream, l->text + rest, sizeof l->text - rest, &got, d));
        l->ended = got < sizeof l->text - rest;
        l->n = rest + got;
    }
}

struct str line_word(struct str line, size_t *at)
{
    size_t begin = *at;
    while (*at < line.n && line.p[*at] != ' ') {
        ++*at;
    }
    struct str w = str_make(line.p + begin, *at - begin);
    *at += *at < line.n;
    return w;
}
