/* arena.c - an arena made of chunks. The ceiling is checked before memory is taken, so
 * that outside data can never make a reader grow without bound. A failure is sticky:
 * one check after a series of allocations covers them all. */
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define CHUNK_BYTES ((size_t)32 * 1024)

struct chunk {
    struct chunk *next;
    size_t cap;
    size_t used;
    max_align_t data[];
};

struct arena {
    struct chunk *chunks; /* the newest first; only this one has room */
    size_t max;
    size_t used;
    bool out_of_memory;
    bool too_big;
};

enum status arena_new(struct arena **out, size_t max, struct diag *d)
{
    struct arena *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return diag_memory(d);
    }
    a->max = max;
    *out = a;
    return ST_OK;
}

void arena_free(struct arena *a)
{
    if (a == NULL) {
        return;
    }
    struct chunk *c = a->chunks;
    while (c != NULL) {
        struct chunk *next = c->next;
        free(c);
        c = next;
    }
    free(a);
}

static struct chunk *add_chunk(struct arena *a, size_t size)
{
    size_t cap = size > CHUNK_BYTES ? size : CHUNK_BYTES;
    if (cap > SIZE_MAX - sizeof(struct chunk)) {
        return NULL;
    }
    struct chunk *c = calloc(1, sizeof *c + cap);
    if (c == NULL) {
        return NULL;
    }
    c->cap = cap;
    c->next = a->chunks;
    a->chunks = c;
    return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    if (a->out_of_memory || a->too_big) {
        return NULL;
    }
    if (size > a->max - a->used || size > SIZE_MAX - align) {
        a->too_big = true;
        return NULL;
    }
    size_t want = size == 0 ? align : (size + align - 1) / align * align;
    struct chunk *c = a->chunks;
    if (c == NULL || want > c->cap - c->used) {
        c = add_chunk(a, want);
    }
    if (c == NULL) {
        a->out_of_memory = true;
        return NULL;
    }
    char *p = (char *)c->data + c->used;
    c->used += want;
    a->used += want < a->max - a->used ? want : a->max - a->used;
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    must(size > 0);
    if (count > SIZE_MAX / size) {
        a->too_big = true;
        return NULL;
    }
    return arena_alloc(a, count * size);
}

char *arena_str(struct arena *a, struct str s)
{
    if (s.n == SIZE_MAX) {
        a->too_big = true;
        return NULL;
    }
    char *p = arena_alloc(a, s.n + 1);
    if (p != NULL && s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    return p;
}

enum status arena_check(const struct arena *a, struct diag *d)
{
    if (a->out_of_memory) {
        return diag_memory(d);
    }
    if (a->too_big) {
        return diag_fail(d, ST_SYSTEM, "too-big", "more than %zu bytes are needed",
                         a->max);
    }
    return ST_OK;
}
