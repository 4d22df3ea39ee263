/* halt.c - put in front of the C library (LD_PRELOAD) of a program that writes: ends
 * or stops it at its Nth write that must last, as a power cut does, or as somebody who
 * is slow. HALT_AT=N; HALT_BY=KILL (default) or STOP. tests/cli/crash.sh and
 * two_at_once.sh. */
#define _GNU_SOURCE // RTLD_NEXT
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static void here(void)
{
    static long left = -1;
    const char *at = getenv("HALT_AT");
    const char *by = getenv("HALT_BY");
    if (left < 0) {
        left = 0;
        for (; at != NULL && *at >= '0' && *at <= '9'; at++) {
            left = left * 10 + *at - '0';
        }
    }
    if (left > 0 && --left == 0) {
        raise(by != NULL && strcmp(by, "STOP") == 0 ? SIGSTOP : SIGKILL);
    }
}

/* A pointer to data becomes one to a function, as POSIX has it for dlsym. */
#define NEXT(result, name, ...)                                                        \
    static result (*next)(__VA_ARGS__);                                                \
    if (next == NULL) {                                                                \
        *(void **)&next = dlsym(RTLD_NEXT, name);                                      \
    }                                                                                  \
    here()

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    NEXT(ssize_t, "pwrite", int, const void *, size_t, off_t);
    return next(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
    NEXT(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    return next(fd, p, n, at);
}

ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at)
{
    NEXT(ssize_t, "pwritev", int, const struct iovec *, int, off_t);
    return next(fd, v, n, at);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    NEXT(ssize_t, "writev", int, const struct iovec *, int);
    return next(fd, v, n);
}

int fdatasync(int fd)
{
    NEXT(int, "fdatasync", int);
    return next(fd);
}

int fsync(int fd)
{
    NEXT(int, "fsync", int);
    return next(fd);
}

int rename(const char *from, const char *to)
{
    NEXT(int, "rename", const char *, const char *);
    return next(from, to);
}
