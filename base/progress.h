/* progress.h - how long work tells how far it is and asks whether to stop. */
#ifndef ALMONER_BASE_PROGRESS_H
#define ALMONER_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    /* total 0: not known. Called at chunk borders, some thousand times at most. */
    void (*tick)(void *ctx, const char *what, uint64_t done, uint64_t total);
    bool (*stop)(void *ctx); /* true: end at this border with ST_INTERRUPTED */
    void *ctx;
};

/* Both take NULL for "nobody looks". */
static inline void progress_tick(const struct progress *p, const char *what,
                                 uint64_t done, uint64_t total)
{
    if (p != NULL && p->tick != NULL) {
        p->tick(p->ctx, what, done, total);
    }
}

static inline bool progress_stop(const struct progress *p)
{
    return p != NULL && p->stop != NULL && p->stop(p->ctx);
}

#endif
