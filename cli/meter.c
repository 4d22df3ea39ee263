/* meter.c - the progress line, and SIGINT turned into progress.stop. */
#include "cli/meter.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PRINT_EVERY_US 200000

static volatile sig_atomic_t stop_wanted;

static void on_signal(int number)
{
    (void)number;
    stop_wanted = 1;
}

void meter_catch_signals(void)
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_handler = on_signal;
    a.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
}

bool meter_interrupted(void)
{
    return stop_wanted != 0;
}

int64_t meter_clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void meter_init(struct meter *m, bool shown)
{
    memset(m, 0, sizeof *m);
    m->shown = shown;
}

static void print_line(const char *what, uint64_t done, uint64_t total,
                       uint64_t elapsed_us)
{
    uint64_t rate = elapsed_us > 0 ? (done * 1000000) / elapsed_us : 0;
    fprintf(stderr, "\r%s: %llu", what, (unsigned long long)done);
    if (total > 0) {
        fprintf(stderr, " / %llu (%llu %%)", (unsigned long long)total,
                (unsigned long long)(done >= total ? 100 : done * 100 / total));
    }
    if (rate > 0) {
        fprintf(stderr, "  %llu/s", (unsigned long long)rate);
    }
    if (rate > 0 && done < total) {
        uint64_t left = (total - done) / rate;
        fprintf(stderr, "  %llu:%02llu left", (unsigned long long)(left / 60),
                (unsigned long long)(left % 60));
    }
    fputs("\x1b[K", stderr);
    fflush(stderr);
}

static void tick(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct meter *m = ctx;
    if (!m->shown) {
        return;
    }
    int64_t now = meter_clock_us();
    if (m->what == NULL || strcmp(m->what, what) != 0) {
        m->what = what;
        m->started_us = now;
        m->printed_us = now;
    }
    if (now - m->printed_us >= PRINT_EVERY_US) {
        m->printed_us = now;
        m->line = true;
        print_line(what, done, total, (uint64_t)(now - m->started_us));
    }
}

static bool stop(void *ctx)
{
    (void)ctx;
    return meter_interrupted();
}

struct progress meter_progress(struct meter *m)
{
    struct progress p = {.tick = tick, .stop = stop, .ctx = m};
    return p;
}

void meter_end(struct meter *m)
{
    if (m->line) {
        fputs("\r\x1b[K", stderr);
        m->line = false;
    }
}
