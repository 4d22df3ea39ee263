/* wipe.c - clearing through a volatile pointer: each store has to happen. */
#include "base/wipe.h"

void wipe(void *p, size_t n)
{
    volatile unsigned char *at = p;
    for (size_t i = 0; i < n; i++) {
        at[i] = 0;
    }
}
