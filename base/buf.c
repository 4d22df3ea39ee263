/* buf.c - a growing byte buffer with a ceiling.
 *
 * Appending never fails visibly: a failure sticks and is asked for once, at the end,
 * with buf_check. The memory is always one byte longer than cap says, so that a NUL
 * can follow the text without counting against the ceiling. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define FIRST_CAP 256

void buf_init(struct buf *b, size_t max)
{
    must(max < SIZE_MAX);
    *b = (struct buf){.max = max};
}

void buf_release(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    b->no_memory = false;
}

/* Doubling keeps the cost of an append constant; the ceiling ends it. */
static bool grow(struct buf *b, size_t n)
{
    if (n > b->max - b->len) {
        b->failed = true;
        return false;
    }
    size_t cap = b->cap > b->max / 2 ? b->max : b->cap * 2;
    if (cap < FIRST_CAP) {
        cap = b->max < FIRST_CAP ? b->max : FIRST_CAP;
    }
    if (cap < b->len + n) {
        cap = b->len + n;
    }
    char *p = realloc(b->p, cap + 1);
    if (p == NULL) {
        b->failed = true;
        b->no_memory = true;
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

void *buf_room(struct buf *b, size_t n)
{
    if (b->failed) {
        return NULL;
    }
    if ((n > b->cap - b->len || b->p == NULL) && !grow(b, n)) {
        return NULL;
    }
    return b->p + b->len;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (n == 0) {
        return;
    }
    char *to = buf_room(b, n);
    if (to != NULL) {
        memcpy(to, p, n);
        b->len += n;
    }
}

void buf_add_str(struct buf *b, struct str s)
{
    buf_add(b, s.p, s.n);
}

void buf_add_text(struct buf *b, const char *cstr)
{
    buf_add(b, cstr, strlen(cstr));
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    /* Most texts fit what is there already; only the others are made twice. */
    char *to = buf_room(b, 0);
    if (to == NULL) {
        return;
    }
    size_t room = b->cap - b->len;
    va_list ap;
    va_start(ap, fmt);
    int made = vsnprintf(to, room + 1, fmt, ap);
    va_end(ap);
    must(made >= 0);
    size_t n = (size_t)made;
    if (n > room) {
        to = buf_room(b, n);
        if (to == NULL) {
            return;
        }
        va_start(ap, fmt);
        vsnprintf(to, n + 1, fmt, ap);
        va_end(ap);
    }
    b->len += n;
}

struct str buf_str(const struct buf *b)
{
    return str_make(b->p, b->len);
}

const char *buf_cstr(struct buf *b)
{
    if (b->p == NULL) {
        return "";
    }
    b->p[b->len] = '\0';
    return b->p;
}

enum status buf_check(const struct buf *b, struct diag *d)
{
    if (!b->failed) {
        return ST_OK;
    }
    if (b->no_memory) {
        return diag_memory(d);
    }
    return diag_fail(d, ST_SYSTEM, "too-big", "longer than the limit of %zu bytes",
                     b->max);
}
