/* beside.c - a second process over memory that both share; see beside.h. It prints
 * nothing: what goes wrong in it the first process meets too, and says. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, which POSIX got later */
#include "cli/beside.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static bool parent_is_gone(void *ctx)
{
    const pid_t *parent = ctx;
    return getppid() != *parent;
}

static void work_beside(struct env *e, const struct beside *b, pid_t parent)
{
    struct diag d = {0};
    struct progress watch = {.stop = parent_is_gone, .ctx = &parent};
    struct verify_options o = {
        .tasks = b->tasks, .remake = b->remake, .progress = &watch};
    if (env_audit(e, &d) == ST_OK) {
        verify_beside(e->ledger, &o);
    }
    _exit(0);
}

void beside_start(struct beside *b, struct env *e)
{
    pid_t parent = getpid();
    b->child = -1;
    b->tasks = mmap(NULL, sizeof *b->tasks, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b->tasks == MAP_FAILED) {
        b->tasks = NULL;
        return;
    }
    fflush(NULL);
    b->child = fork();
    if (b->child == 0) {
        work_beside(e, b, parent);
    }
}

static enum status wait_for(struct beside *b, int *how, struct diag *d)
{
    pid_t child = b->child;
    b->child = -1;
    while (waitpid(child, how, 0) != child) {
        if (errno != EINTR) {
            return diag_errno(d, "wait for", "the second verifying process");
        }
    }
    return ST_OK;
}

enum status beside_join(void *ctx, struct diag *d)
{
    struct beside *b = ctx;
    int how = 0;
    if (b->child < 0) {
        return ST_OK;
    }
    TRY(wait_for(b, &how, d));
    if (WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL) {
        return diag_fail(d, ST_SYSTEM, "killed",
                         "the second verifying process was killed: too little memory?");
    }
    if (WIFSIGNALED(how)) {
        return diag_fail(
            d, ST_INTEGRITY, "crash",
            "checking people or batches crashed (signal %d): a page of the store is "
            "damaged, or there is a defect",
            WTERMSIG(how));
    }
    return ST_OK;
}

void beside_end(struct beside *b)
{
    struct diag ignored;
    int how;
    if (b->child > 0) {
        verify_tasks_end(b->tasks);
        (void)(wait_for(b, &how, &ignored) == ST_OK);
    }
    if (b->tasks != NULL) {
        munmap(b->tasks, sizeof *b->tasks);
    }
}
