/* list.c - see list.h. */
#include "verify/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define LIST_BYTES_MAX ((size_t)64 << 30)

void *list_add(struct list *l, size_t size)
{
    must(l->size == 0 || l->size == size);
    l->size = size;
    if (l->count == l->cap) {
        size_t cap = l->cap < 8 ? 8 : l->cap + l->cap / 2;
        if (cap > LIST_BYTES_MAX / size) {
            return NULL;
        }
        void *rows = realloc(l->rows, cap * size);
        if (rows == NULL) {
            return NULL;
        }
        l->rows = rows;
        l->cap = cap;
    }
    void *row = (uint8_t *)l->rows + l->count++ * size;
    memset(row, 0, size);
    return row;
}

void *list_at(const struct list *l, size_t i)
{
    return i < l->count ? (uint8_t *)l->rows + i * l->size : NULL;
}

void *list_find(const struct list *l, uint64_t number)
{
    size_t low = 0, high = l->count;
    /* Mostly they count from 1 without gaps. */
    if (number >= 1 && number <= l->count) {
        uint8_t *guess = (uint8_t *)l->rows + (size_t)(number - 1) * l->size;
        uint32_t at;
        memcpy(&at, guess, sizeof at);
        if (at == number) {
            return guess;
        }
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint8_t *row = (uint8_t *)l->rows + middle * l->size;
        uint32_t at;
        memcpy(&at, row, sizeof at);
        if (at == number) {
            return row;
        }
        if (at < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

void list_release(struct list *l)
{
    free(l->rows);
    memset(l, 0, sizeof *l);
}

static size_t slot(const struct set *s, const uint8_t key[SET_KEY])
{
    uint64_t h;
    memcpy(&h, key, sizeof h);
    size_t i = (size_t)h & (s->cap - 1);
    while (s->taken[i] != 0 && memcmp(s->keys + i * SET_KEY, key, SET_KEY) != 0) {
        i = (i + 1) & (s->cap - 1);
    }
    return i;
}

static bool grow(struct set *s)
{
    struct set bigger = {.cap = s->cap == 0 ? 64 : s->cap * 2};
    bigger.keys = malloc(bigger.cap * SET_KEY);
    bigger.taken = calloc(bigger.cap, 1);
    if (bigger.keys == NULL || bigger.taken == NULL) {
        set_release(&bigger);
        return false;
    }
    for (size_t i = 0; i < s->cap; i++) {
        if (s->taken[i] != 0) {
            size_t to = slot(&bigger, s->keys + i * SET_KEY);
            memcpy(bigger.keys + to * SET_KEY, s->keys + i * SET_KEY, SET_KEY);
            bigger.taken[to] = 1;
        }
    }
    bigger.count = s->count;
    set_release(s);
    *s = bigger;
    return true;
}

enum set_result set_add(struct set *s, const uint8_t key[SET_KEY])
{
    if (s->count * 2 >= s->cap && !grow(s)) {
        return SET_NO_MEMORY;
    }
    size_t i = slot(s, key);
    if (s->taken[i] != 0) {
        return SET_KNOWN;
    }
    s->taken[i] = 1;
    memcpy(s->keys + i * SET_KEY, key, SET_KEY);
    s->count++;
    return SET_NEW;
}

void set_release(struct set *s)
{
    free(s->keys);
    free(s->taken);
    memset(s, 0, sizeof *s);
}
