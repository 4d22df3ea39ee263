/* import_seen.c - what a file has said so far, to find the second row that says it: a
 * set of 64-bit keys (open addressing, at most two thirds full), and a count of rows
 * for each person known before. 12 to 24 bytes a row: the file is never held. */
#include "batch/import_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define FIRST_SLOTS 4096
#define FIRST_SLOTS_MAX ((size_t)4 * 1024 * 1024) /* 32 MB */

enum status import_seen_init(struct import_seen *s, uint64_t people, struct diag *d)
{
    memset(s, 0, sizeof *s);
    s->people = people;
    s->rows = calloc((size_t)people + 1, 1);
    return s->rows != NULL ? ST_OK : diag_memory(d);
}

void import_seen_release(struct import_seen *s)
{
    free(s->slots);
    free(s->rows);
    free(s->fresh);
    memset(s, 0, sizeof *s);
}

void import_seen_expect(struct import_seen *s, uint64_t rows)
{
    s->first_slots = FIRST_SLOTS;
    while (s->first_slots / 3 * 2 <= rows && s->first_slots < FIRST_SLOTS_MAX) {
        s->first_slots *= 2;
    }
}

void import_seen_checked(struct import_seen *s)
{
    free(s->slots);
    s->slots = NULL;
    s->slot_count = 0;
    s->count = 0;
}

/* Keys may be ID numbers: 2^64 / golden ratio brings all their bits to the top. */
static size_t slot_of(const struct import_seen *s, uint64_t key)
{
    uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);
    mixed ^= mixed >> 32;
    size_t at = (size_t)mixed & (s->slot_count - 1);
    while (s->slots[at] != 0 && s->slots[at] != key) {
        at = (at + 1) & (s->slot_count - 1);
    }
    return at;
}

static enum status grow(struct import_seen *s, struct diag *d)
{
    struct import_seen old = *s;
    size_t first = s->first_slots != 0 ? s->first_slots : FIRST_SLOTS;
    s->slot_count = old.slot_count == 0 ? first : old.slot_count * 2;
    s->slots = calloc(s->slot_count, sizeof *s->slots);
    if (s->slots == NULL) {
        *s = old;
        return diag_memory(d);
    }
    for (size_t i = 0; i < old.slot_count; i++) {
        if (old.slots[i] != 0) {
            s->slots[slot_of(s, old.slots[i])] = old.slots[i];
        }
    }
    free(old.slots);
    return ST_OK;
}

enum status import_seen_add(struct import_seen *s, uint64_t key, bool *known,
                            struct diag *d)
{
    must(key != 0);
    if (s->count >= s->slot_count / 3 * 2) {
        TRY(grow(s, d));
    }
    size_t at = slot_of(s, key);
    *known = s->slots[at] == key;
    if (!*known) {
        s->slots[at] = key;
        s->count++;
    }
    return ST_OK;
}

enum status import_seen_fresh(struct import_seen *s, uint64_t ordinal, struct diag *d)
{
    size_t at = (size_t)(ordinal / 8);
    if (at >= s->fresh_bytes) {
        size_t bytes = (at + 1) * 2;
        uint8_t *fresh = realloc(s->fresh, bytes);
        if (fresh == NULL) {
            return diag_memory(d);
        }
        memset(fresh + s->fresh_bytes, 0, bytes - s->fresh_bytes);
        s->fresh = fresh;
        s->fresh_bytes = bytes;
    }
    s->fresh[at] |= (uint8_t)(1U << ordinal % 8);
    return ST_OK;
}

bool import_seen_is_fresh(const struct import_seen *s, uint64_t ordinal)
{
    size_t at = (size_t)(ordinal / 8);
    return at < s->fresh_bytes && (s->fresh[at] >> ordinal % 8 & 1) != 0;
}

unsigned import_seen_person(struct import_seen *s, uint64_t person)
{
    must(person <= s->people);
    unsigned before = s->rows[person];
    if (before < UINT8_MAX) {
        s->rows[person]++;
    }
    return before;
}

uint64_t import_seen_key(struct digest *g, struct str text, struct str more)
{
    uint8_t sha256[DIGEST_LEN];
    digest_once(g, text, more, sha256);
    uint64_t key = get_u64(sha256);
    return key != 0 ? key : 1;
}
