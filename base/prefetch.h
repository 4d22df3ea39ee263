/* prefetch.h - asks for memory that will be read soon, so that it has come when it is:
 * rows in a map of a store lie far apart, and waiting for each costs more than reading
 * it. A hint: it changes nothing, whatever the address. */
#ifndef ALMONER_BASE_PREFETCH_H
#define ALMONER_BASE_PREFETCH_H

#include <stddef.h>
#include <stdint.h>

#define PREFETCH_LINE 64 /* bytes that come at once */

/* The n bytes at an address that need not be one. */
static inline void prefetch(uintptr_t at, size_t n)
{
    for (size_t i = 0; i < n; i += PREFETCH_LINE) {
        __builtin_prefetch((const void *)(at + i));
    }
}

#endif
