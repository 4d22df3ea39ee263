/* sign_command.c - see sign_command.h. The program stays in the foreground of the
 * terminal, because it may ask there for a token's PIN. */
#include "cli/sign_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/meter.h"

#define COMMAND_MAX 4096
#define WORDS_MAX 32
#define ANSWER_MAX 1024
#define WAIT_US ((int64_t)120 * 1000000)
#define POLL_MS 200

extern char **environ;

struct running {
    pid_t pid;
    int in;          /* -1: closed */
    int out;         /* -1: at its end */
    struct str left; /* of the message */
    size_t got;
    char answer[ANSWER_MAX];
};

static enum status failed(struct diag *d, const char *what)
{
    diag_fail(d, ST_SYSTEM, "sign-command", "the signing command %s", what);
    return diag_hint(d,
                     "--sign-command or ALMONER_SIGN_COMMAND names it: see almoner(1)");
}

/* words point into copy; the last is NULL. */
static enum status split(const char *command, char copy[COMMAND_MAX],
                         char *words[WORDS_MAX + 1], struct diag *d)
{
    size_t n = 0;
    char *rest = NULL;
    if (!str_copy(str_of(command), copy, COMMAND_MAX)) {
        return failed(d, "is too long");
    }
    for (char *w = strtok_r(copy, " \t", &rest); w != NULL;
         w = strtok_r(NULL, " \t", &rest)) {
        if (n == WORDS_MAX) {
            return failed(d, "has too many words");
        }
        words[n++] = w;
    }
    words[n] = NULL;
    return n > 0 ? ST_OK : failed(d, "is empty");
}

static void close_end(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static int spawn(char *const words[], const int in[2], const int out[2], pid_t *pid)
{
    posix_spawn_file_actions_t files;
    int rc = posix_spawn_file_actions_init(&files);
    if (rc != 0) {
        return rc;
    }
    rc = posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
    rc = rc != 0 ? rc : posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
    rc = rc != 0 ? rc : posix_spawnp(pid, words[0], &files, NULL, words, environ);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* A pipe whose ends the other program does not get but by dup2. */
static bool make_pipe(int ends[2])
{
    if (pipe(ends) != 0) {
        return false;
    }
    return fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 &&
           fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

static enum status start(struct running *r, char *const words[], struct diag *d)
{
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    bool made =
        make_pipe(in) && make_pipe(out) && fcntl(in[1], F_SETFL, O_NONBLOCK) == 0;
    int rc = made ? 0 : errno;
    if (rc == 0) {
        rc = spawn(words, in, out, &r->pid);
    }
    close_end(&in[0]);
    close_end(&out[1]);
    r->in = in[1];
    r->out = out[0];
    if (rc != 0) {
        char why[200];
        close_end(&r->in);
        close_end(&r->out);
        snprintf(why, sizeof why, "\"%.100s\" does not run: %.60s", words[0],
                 strerror(rc));
        return failed(d, why);
    }
    return ST_OK;
}

static void feed(struct running *r)
{
    ssize_t n = write(r->in, r->left.p, r->left.n);
    if (n > 0) {
        r->left = str_make(r->left.p + n, r->left.n - (size_t)n);
    }
    bool again = n < 0 && (errno == EAGAIN || errno == EINTR);
    if (r->left.n == 0 || (n < 0 && !again)) {
        close_end(&r->in); /* who does not read it all says so by what it answers */
    }
}

static void hear(struct running *r)
{
    ssize_t n = read(r->out, r->answer + r->got, sizeof r->answer - r->got);
    if (n > 0) {
        r->got += (size_t)n;
    }
    if (n == 0 || (n < 0 && errno != EINTR) || r->got == sizeof r->answer) {
        close_end(&r->out);
    }
}

/* True when the program has closed its output; false when it took too long, or the user
 * wants to stop. */
static bool talk(struct running *r)
{
    int64_t end = meter_clock_us() + WAIT_US;
    while (r->out >= 0) {
        struct pollfd fds[2] = {{.fd = r->out, .events = POLLIN},
                                {.fd = r->in, .events = POLLOUT}};
        if (meter_clock_us() > end || meter_interrupted()) {
            return false;
        }
        if (poll(fds, 2, POLL_MS) < 0) {
            continue;
        }
        if (fds[1].revents != 0) {
            feed(r);
        }
        if (fds[0].revents != 0) {
            hear(r);
        }
    }
    return true;
}

/* Its wait status, or -1 when it did not end in time: then it is gone all the same. */
static int wait_for(pid_t pid, bool in_time)
{
    int64_t end = meter_clock_us() + (in_time ? WAIT_US : 0);
    for (;;) {
        int status;
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid) {
            return status;
        }
        if ((got < 0 && errno != EINTR) || meter_clock_us() > end ||
            meter_interrupted()) {
            kill(pid, SIGKILL);
            while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
            }
            return -1;
        }
        struct timespec nap = {.tv_nsec = 2000000};
        nanosleep(&nap, NULL);
    }
}

/* Our own death by a pipe that nobody reads would be no message. */
static enum status run(struct running *r, struct diag *d)
{
    struct sigaction ignore;
    struct sigaction before;
    char why[80];
    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, &before);
    bool in_time = talk(r);
    sigaction(SIGPIPE, &before, NULL);
    close_end(&r->in);
    close_end(&r->out);
    int status = wait_for(r->pid, in_time);
    if (meter_interrupted()) {
        return diag_fail(d, ST_INTERRUPTED, "interrupted", "nothing was signed");
    }
    if (status == -1) {
        return failed(d, "did not answer within two minutes");
    }
    if (r->got == sizeof r->answer) {
        return ST_OK; /* no signature, whatever became of who wrote it */
    }
    if (WIFSIGNALED(status)) {
        snprintf(why, sizeof why, "was ended by signal %d", WTERMSIG(status));
        return failed(d, why);
    }
    if (WEXITSTATUS(status) != 0) {
        snprintf(why, sizeof why, "failed with exit code %d", WEXITSTATUS(status));
        return failed(d, why);
    }
    return ST_OK;
}

/* 64 bytes as they are, or base64 with a line end or blanks around it. */
static enum status take_answer(const struct running *r, uint8_t out[SIGNATURE_LEN],
                               struct diag *d)
{
    size_t n = 0;
    if (r->got == SIGNATURE_LEN) {
        memcpy(out, r->answer, SIGNATURE_LEN);
        return ST_OK;
    }
    struct str text = str_make(r->answer, r->got);
    while (text.n > 0 && strchr(" \t\r\n", text.p[text.n - 1]) != NULL) {
        text.n--;
    }
    if (!text_unbase64(text, out, SIGNATURE_LEN, &n) || n != SIGNATURE_LEN) {
        diag_fail(d, ST_DENIED, "sign-command",
                  "the signing command gave %zu bytes, which are no signature", r->got);
        return diag_hint(d, "it has to write 64 bytes, or base64 of them, to stdout");
    }
    return ST_OK;
}

static enum status no_signature(const uint8_t public_key[KEY_PUBLIC_LEN],
                                struct str sm2_id, struct diag *d)
{
    diag_fail(d, ST_DENIED, "sign-command",
              "what the signing command gave does not hold under the registered key");
    if (key_suite(public_key) == SUITE_2) {
        return diag_hint(d,
                         "is it the right token, and SM2 with SM3 over the message "
                         "under the id %.*s, as r || s?",
                         STR_ARG(sm2_id));
    }
    return diag_hint(d, "is it the right token, and Ed25519 over the message as it is "
                        "(no hash before)?");
}

enum status sign_command(const char *command, struct str message,
                         const uint8_t public_key[KEY_PUBLIC_LEN], struct str sm2_id,
                         uint8_t out[SIGNATURE_LEN], struct diag *d)
{
    char copy[COMMAND_MAX];
    char *words[WORDS_MAX + 1];
    struct running r = {.in = -1, .out = -1, .left = message};
    uint8_t signature[SIGNATURE_LEN];
    TRY(split(command, copy, words, d));
    TRY(start(&r, words, d));
    TRY(run(&r, d));
    TRY(take_answer(&r, signature, d));
    if (!key_verify_id(public_key, sm2_id, message, signature)) {
        return no_signature(public_key, sm2_id, d);
    }
    memcpy(out, signature, SIGNATURE_LEN);
    return ST_OK;
}
