/* similar.h - which known word was meant by one that is not known. */
#ifndef ALMONER_BASE_SIMILAR_H
#define ALMONER_BASE_SIMILAR_H

#include "base/bytes.h"

/* How many letters have to be put in, left out, changed or swapped with their
 * neighbour; texts beyond 64 bytes count as far apart. */
size_t similar_distance(struct str a, struct str b);
/* Near enough to be offered. */
bool similar_near(struct str word, struct str known);

#endif
