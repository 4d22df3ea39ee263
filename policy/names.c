/* names.c - numbers for the names of a policy set: attributes, their values and
 * grades, programmes, tiers, parameters. Each space counts from 0 in order of
 * appearance. A hash table with open addressing, filled while the set is compiled and
 * only read after that. The text belongs to the policies. */
#include "policy/eval_private.h"

#include <stdlib.h>

#include "base/must.h"

#define NAMES_MAX 1000000u

struct name {
    int space;
    int number;
    uint32_t hash;
    struct str a;
    struct str b;
};

/* FNV-1a; the byte between a and b is in no UTF-8 text. */
static uint32_t hash_bytes(uint32_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        h = (h ^ (uint8_t)s.p[i]) * 16777619u;
    }
    return (h ^ 0xffu) * 16777619u;
}

static uint32_t hash_name(int space, struct str a, struct str b)
{
    uint32_t h = (2166136261u ^ (uint32_t)space) * 16777619u;
    h = hash_bytes(h, a);
    return b.n == 0 ? h : hash_bytes(h, b);
}

/* The slot of the name, or the free one where it would stand. */
static uint32_t find_slot(const struct names *n, const struct name *wanted)
{
    uint32_t mask = n->slot_count - 1;
    uint32_t slot = wanted->hash & mask;
    while (n->slots[slot] != 0) {
        const struct name *e = &n->list[n->slots[slot] - 1];
        if (e->hash == wanted->hash && e->space == wanted->space &&
            str_eq(e->a, wanted->a) && str_eq(e->b, wanted->b)) {
            break;
        }
        slot = (slot + 1) & mask;
    }
    return slot;
}

/* Doubles the slots, which stay at most half full, and the list with them. */
static enum status grow(struct names *n, struct diag *d)
{
    if (n->count >= NAMES_MAX) {
        return diag_fail(d, ST_INPUT, "too-many-names",
                         "more than %u names in policies", NAMES_MAX);
    }
    uint32_t slot_count = n->slot_count == 0 ? 256 : n->slot_count * 2;
    struct name *list = realloc(n->list, slot_count / 2 * sizeof *list);
    if (list == NULL) {
        return diag_memory(d);
    }
    n->list = list;
    n->cap = slot_count / 2;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL) {
        return diag_memory(d);
    }
    free(n->slots);
    n->slots = slots;
    n->slot_count = slot_count;
    for (uint32_t i = 0; i < n->count; i++) {
        n->slots[find_slot(n, &n->list[i])] = i + 1;
    }
    return ST_OK;
}

enum status names_add(struct names *n, int space, struct str a, struct str b, int *out,
                      struct diag *d)
{
    must(space >= 0 && space < NAMES_SPACES);
    struct name wanted = {
        .space = space, .hash = hash_name(space, a, b), .a = a, .b = b};
    if (n->count == n->cap) {
        TRY(grow(n, d));
    }
    uint32_t slot = find_slot(n, &wanted);
    if (n->slots[slot] == 0) {
        wanted.number = n->used[space]++;
        n->list[n->count++] = wanted;
        n->slots[slot] = n->count;
    }
    *out = n->list[n->slots[slot] - 1].number;
    return ST_OK;
}

int names_find(const struct names *n, int space, struct str a, struct str b)
{
    if (n->slot_count == 0) {
        return -1;
    }
    struct name wanted = {
        .space = space, .hash = hash_name(space, a, b), .a = a, .b = b};
    uint32_t slot = find_slot(n, &wanted);
    return n->slots[slot] == 0 ? -1 : n->list[n->slots[slot] - 1].number;
}

bool names_next(const struct names *n, struct names_walk *w)
{
    while (w->next < n->count) {
        const struct name *e = &n->list[w->next++];
        if (e->space == w->space) {
            w->number = e->number;
            w->a = e->a;
            return true;
        }
    }
    return false;
}

void names_release(struct names *n)
{
    free(n->list);
    free(n->slots);
    *n = (struct names){0};
}
