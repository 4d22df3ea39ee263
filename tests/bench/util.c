/* util.c - see bench.h. */
/* nftw is XSI, which the Makefile does not ask for. */
#define _XOPEN_SOURCE 700

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/bench/bench.h"

double now_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void fail(const char *what, const char *subject)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "bench: %s: %s%s%s\n", what, subject, errno != 0 ? ": " : "",
                  errno != 0 ? strerror(errno) : "");
    exit(1);
}

void path_join(char out[PATH_CAP], const char *dir, const char *name)
{
    int n = snprintf(out, PATH_CAP, "%s/%s", dir, name);
    if (n < 0 || n >= PATH_CAP) {
        fail("path too long", dir);
    }
}

void make_dir(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        fail("cannot make", path);
    }
    errno = 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void remove_tree(const char *path)
{
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT) {
        fail("cannot remove", path);
    }
    errno = 0;
}

uint64_t file_bytes(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        errno = 0;
        return 0;
    }
    return (uint64_t)st.st_size;
}

uint64_t json_number(const char *text, const char *key)
{
    char quoted[64];
    (void)snprintf(quoted, sizeof quoted, "\"%s\"", key);
    const char *at = strstr(text, quoted);
    if (at == NULL) {
        return 0;
    }
    at += strlen(quoted);
    while (*at == ':' || *at == ' ') {
        at++;
    }
    uint64_t value = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
    }
    return value;
}
