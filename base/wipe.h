/* wipe.h - clearing secrets, so that the compiler does not leave it out. */
#ifndef ALMONER_BASE_WIPE_H
#define ALMONER_BASE_WIPE_H

#include <stddef.h>

/* p may be NULL when n is 0. */
void wipe(void *p, size_t n);

#endif
