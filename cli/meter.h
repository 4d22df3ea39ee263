/* meter.h - how far long work is, on a terminal, with rate and time left; and the
 * user's wish to stop it. */
#ifndef ALMONER_CLI_METER_H
#define ALMONER_CLI_METER_H

#include "base/progress.h"

struct meter {
    bool shown;         /* stderr is a terminal and nobody asked for quiet */
    bool line;          /* a line stands on the terminal */
    const char *what;   /* the part of the work being measured; borrowed */
    int64_t started_us; /* of this part */
    int64_t printed_us;
};

/* The first SIGINT or SIGTERM asks running work to end at its next border; the second
 * ends the program. */
void meter_catch_signals(void);
bool meter_interrupted(void);
/* Microseconds of a clock that only goes forward. */
int64_t meter_clock_us(void);

void meter_init(struct meter *m, bool shown);
struct progress meter_progress(struct meter *m);
void meter_end(struct meter *m); /* takes the line away */

#endif
