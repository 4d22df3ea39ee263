/* child.c - runs the program under test and looks at its time and memory.
 *
 * The kernel keeps the peak of all resident memory, the mapped file included. What the
 * program took for itself is looked up while it runs: anonymous memory of it and of its
 * children, each PEEK_NS. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/bench/bench.h"

/* Not in POSIX, but in every libc of Linux and the BSDs. */
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);

#define POLL_NS 500000 /* is it over? */
#define POLLS_PER_PEEK 20
#define WORDS_MAX 64

static size_t read_text(const char *path, char *out, size_t cap)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        out[0] = '\0';
        return 0;
    }
    size_t n = 0;
    ssize_t got;
    while (n + 1 < cap && (got = read(fd, out + n, cap - 1 - n)) > 0) {
        n += (size_t)got;
    }
    (void)close(fd);
    out[n] = '\0';
    return n;
}

/* The first number in the text, 0 when there is none; *end behind it. */
static uint64_t take_number(const char *text, const char **end)
{
    text += strspn(text, " \t\n");
    size_t n = strspn(text, "0123456789");
    uint64_t value = 0;
    (void)text_u64(str_make(text, n), 0, UINT64_MAX, &value);
    *end = text + n;
    return value;
}

static uint64_t own_bytes_of(uint64_t pid)
{
    char path[64];
    char text[4096];
    (void)snprintf(path, sizeof path, "/proc/%llu/status", (unsigned long long)pid);
    (void)read_text(path, text, sizeof text);
    const char *at = strstr(text, "RssAnon:");
    const char *end;
    return at == NULL ? 0 : 1024 * take_number(at + strlen("RssAnon:"), &end);
}

static uint64_t own_bytes(pid_t pid)
{
    char path[64];
    char text[4096];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    (void)read_text(path, text, sizeof text);
    uint64_t sum = own_bytes_of((uint64_t)pid);
    const char *at = text;
    uint64_t child;
    while ((child = take_number(at, &at)) != 0) {
        sum += own_bytes_of(child);
    }
    return sum;
}

static void become(const char *const *words, const char *log, const char *errors)
{
    int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int err = open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int in = open("/dev/null", O_RDONLY);
    if (out < 0 || err < 0 || in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
        dup2(err, 2) < 0) {
        _exit(126);
    }
    char *copy[WORDS_MAX];
    size_t n = 0;
    for (; words[n] != NULL && n + 1 < WORDS_MAX; n++) {
        copy[n] = strdup(words[n]);
    }
    copy[n] = NULL;
    (void)execv(copy[0], copy);
    _exit(127);
}

static double seconds_of(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static void report_failure(const char *const *words, int status, const char *errors)
{
    char text[4096];
    (void)read_text(errors, text, sizeof text);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    (void)fprintf(stderr, "bench: exit %d of", code);
    for (; *words != NULL; words++) {
        (void)fprintf(stderr, " %s", *words);
    }
    (void)fprintf(stderr, "\n%s", text);
}

bool child_run(const char *const *words, const char *log, struct usage *out)
{
    char errors[PATH_CAP];
    (void)snprintf(errors, sizeof errors, "%s.err", log);
    double began = now_seconds();
    pid_t pid = fork();
    if (pid < 0) {
        fail("cannot fork", words[0]);
    }
    if (pid == 0) {
        become(words, log, errors);
    }
    int status = 0;
    struct rusage used;
    uint64_t own = 0;
    for (unsigned poll = 0; wait4(pid, &status, WNOHANG, &used) == 0; poll++) {
        if (poll % POLLS_PER_PEEK == 0) {
            uint64_t bytes = own_bytes(pid);
            own = bytes > own ? bytes : own;
        }
        struct timespec pause = {.tv_nsec = POLL_NS};
        (void)nanosleep(&pause, NULL);
    }
    errno = 0;
    out->seconds += now_seconds() - began;
    out->cpu += seconds_of(&used.ru_utime) + seconds_of(&used.ru_stime);
    out->own_bytes = own > out->own_bytes ? own : out->own_bytes;
    uint64_t peak = (uint64_t)used.ru_maxrss * 1024;
    out->peak_bytes = peak > out->peak_bytes ? peak : out->peak_bytes;
    (void)read_text(log, out->out, sizeof out->out);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        report_failure(words, status, errors);
        return false;
    }
    return true;
}
