/* relay.h - work handed to a second thread, piece by piece and in order, so that it
 * overlaps with what the caller does meanwhile. Two pieces are under way at most: one
 * being filled by the caller, one being worked on. */
#ifndef ALMONER_BASE_RELAY_H
#define ALMONER_BASE_RELAY_H

#include <stdbool.h>

#include "base/status.h"

#define RELAY_PIECES 2

struct relay;

/* work is called on the second thread, one piece at a time, in the order given. */
enum status relay_new(struct relay **out, void (*work)(void *ctx, void *piece),
                      void *ctx, struct diag *d) MUST_USE;
/* Finishes what is under way. NULL is fine. */
void relay_free(struct relay *r);
/* Hands a piece over and returns at once; it is the relay's until relay_finish has
 * given it back. */
void relay_start(struct relay *r, void *piece);
/* Waits until every piece handed over was worked on; none is given back by that. */
void relay_rest(struct relay *r);
/* Would relay_finish return at once? */
bool relay_ready(struct relay *r);
/* Waits for the oldest piece and gives it back; NULL when none is under way. */
void *relay_finish(struct relay *r);

#endif
