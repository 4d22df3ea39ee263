/* arena.h - many small objects with one life: allocated one by one, freed together. */
#ifndef ALMONER_BASE_ARENA_H
#define ALMONER_BASE_ARENA_H

#include "base/bytes.h"
#include "base/status.h"

struct arena;

/* The sum of all allocations never exceeds max bytes. */
enum status arena_new(struct arena **out, size_t max, struct diag *d) MUST_USE;
void arena_free(struct arena *a); /* and all it gave out; takes NULL */

/* Zeroed memory for any type, living as long as the arena; size 0 gives a valid
 * pointer too. NULL when memory or the ceiling is exhausted: from then on every call
 * gives NULL, and arena_check says why. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t count, size_t size);
/* A copy with a NUL behind it, which is not counted. */
char *arena_str(struct arena *a, struct str s);
/* ST_OK, or ST_SYSTEM ("memory" or "too-big") after a NULL. */
enum status arena_check(const struct arena *a, struct diag *d) MUST_USE;

#endif
