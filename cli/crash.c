/* crash.c - see crash.h. The handler may only use what is safe in one: write, _exit. */
#include "cli/crash.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"

#define MESSAGE "a page of the store cannot be read"
#define HINT "keep the folder as it is, run audit verify, and restore from a backup"

static const char FOR_PEOPLE[] =
    "almoner: error store-damaged: " MESSAGE "\n  hint: " HINT "\n";
static const char FOR_SCRIPTS[] =
    "{\"schema\":\"almoner.error/1\",\"code\":\"store-damaged\",\"message\":\"" MESSAGE
    "\",\"where\":\"\",\"hint\":\"" HINT "\"}\n";

static volatile sig_atomic_t is_json;

static void on_bus_error(int number)
{
    (void)number;
    ssize_t n = is_json != 0 ? write(STDOUT_FILENO, FOR_SCRIPTS, sizeof FOR_SCRIPTS - 1)
                             : write(STDERR_FILENO, FOR_PEOPLE, sizeof FOR_PEOPLE - 1);
    _exit(n > 0 ? ST_INTEGRITY : ST_SYSTEM);
}

static void handle_with(void (*handler)(int))
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_handler = handler;
    sigaction(SIGBUS, &a, NULL);
}

void crash_catch(bool json)
{
    is_json = json;
    handle_with(on_bus_error);
}

void crash_leave(void)
{
    handle_with(SIG_DFL);
}
