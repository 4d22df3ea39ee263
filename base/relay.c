/* relay.c - one thread, a ring of two pieces, one lock; see relay.h. */
#include "base/relay.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/must.h"

struct relay {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    void (*work)(void *ctx, void *piece);
    void *ctx;
    bool quit;
    uint64_t started; /* pieces handed over so far */
    uint64_t done;    /* worked on */
    uint64_t taken;   /* given back */
    void *ring[RELAY_PIECES];
};

static void *run(void *arg)
{
    struct relay *r = arg;
    must(pthread_mutex_lock(&r->lock) == 0);
    for (;;) {
        while (r->done == r->started && !r->quit) {
            must(pthread_cond_wait(&r->changed, &r->lock) == 0);
        }
        if (r->done == r->started) {
            break;
        }
        void *piece = r->ring[r->done % RELAY_PIECES];
        must(pthread_mutex_unlock(&r->lock) == 0);
        r->work(r->ctx, piece);
        must(pthread_mutex_lock(&r->lock) == 0);
        r->done++;
        must(pthread_cond_broadcast(&r->changed) == 0);
    }
    must(pthread_mutex_unlock(&r->lock) == 0);
    return NULL;
}

enum status relay_new(struct relay **out, void (*work)(void *ctx, void *piece),
                      void *ctx, struct diag *d)
{
    struct relay *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return diag_memory(d);
    }
    r->work = work;
    r->ctx = ctx;
    must(pthread_mutex_init(&r->lock, NULL) == 0);
    must(pthread_cond_init(&r->changed, NULL) == 0);
    if (pthread_create(&r->thread, NULL, run, r) != 0) {
        pthread_cond_destroy(&r->changed);
        pthread_mutex_destroy(&r->lock);
        free(r);
        return diag_fail(d, ST_SYSTEM, "thread", "a second thread cannot be started");
    }
    *out = r;
    return ST_OK;
}

void relay_free(struct relay *r)
{
    if (r == NULL) {
        return;
    }
    must(pthread_mutex_lock(&r->lock) == 0);
    r->quit = true;
    must(pthread_cond_broadcast(&r->changed) == 0);
    must(pthread_mutex_unlock(&r->lock) == 0);
    must(pthread_join(r->thread, NULL) == 0);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void relay_start(struct relay *r, void *piece)
{
    must(pthread_mutex_lock(&r->lock) == 0);
    must(r->started - r->taken < RELAY_PIECES);
    r->ring[r->started % RELAY_PIECES] = piece;
    r->started++;
    must(pthread_cond_broadcast(&r->changed) == 0);
    must(pthread_mutex_unlock(&r->lock) == 0);
}

void relay_rest(struct relay *r)
{
    must(pthread_mutex_lock(&r->lock) == 0);
    while (r->done < r->started) {
        must(pthread_cond_wait(&r->changed, &r->lock) == 0);
    }
    must(pthread_mutex_unlock(&r->lock) == 0);
}

bool relay_ready(struct relay *r)
{
    must(pthread_mutex_lock(&r->lock) == 0);
    bool ready = r->taken == r->started || r->taken < r->done;
    must(pthread_mutex_unlock(&r->lock) == 0);
    return ready;
}

void *relay_finish(struct relay *r)
{
    void *piece = NULL;
    must(pthread_mutex_lock(&r->lock) == 0);
    if (r->taken < r->started) {
        while (r->done == r->taken) {
            must(pthread_cond_wait(&r->changed, &r->lock) == 0);
        }
        piece = r->ring[r->taken % RELAY_PIECES];
        r->taken++;
    }
    must(pthread_mutex_unlock(&r->lock) == 0);
    return piece;
}
